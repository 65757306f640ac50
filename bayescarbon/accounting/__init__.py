"""Carbon accounting: equations over named dimensions, in tonnes of C; knows nothing of PyMC, files or studies.

The equations (`composition`, `stock`, `fouling`, `biodeposits`, `calcification`, `respiration`, `operations`,
`animal`, `seawater`) take floats, arrays, DataArrays or model variables; `ledger`, `pools`, `frameworks` and `price`
put them together. Import from the modules: several share their name with the function they hold.
"""
