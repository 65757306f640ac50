"""Comparisons of the ledger with what is measured beside it; none of them ever enters the posterior.

`sediment` reads from isotopes how much of the bed's organic carbon is the farm's and holds it against the buried line;
`air_sea` holds a measured flux of CO2 against the released pool. Import from the modules.
"""
