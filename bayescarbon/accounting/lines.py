"""The lines of the ledger, in the order in which they are shown."""

from __future__ import annotations

# Name -> what it is. Every line is a mass of carbon in t C per batch; the signs are the frameworks' business.
LINES: dict[str, str] = {
    "shell_dic": "inorganic shell carbon from seawater DIC",
    "shell_respired": "inorganic shell carbon from respired CO2",
    "shell_organic": "organic matrix carbon of the shell",
    "tissue": "soft-tissue carbon",
    "seed_shell_dic": "inorganic shell carbon from seawater DIC in the stocked seed",
    "seed_shell_respired": "inorganic shell carbon from respired CO2 in the stocked seed",
    "seed_shell_organic": "organic matrix carbon of the stocked seed's shell",
    "seed_tissue": "soft-tissue carbon of the stocked seed",
    "fouling_shell_dic": "foulers' inorganic shell carbon from seawater DIC",
    "fouling_shell_respired": "foulers' inorganic shell carbon from respired CO2",
    "fouling_shell_organic": "organic matrix carbon of the foulers' shells",
    "fouling_tissue": "foulers' soft-tissue carbon",
    "deposited": "organic carbon in faeces and pseudofaeces",
    "buried": "deposited carbon still buried in the long term",
    "calcification_co2": "CO2 released to the air by the crop's calcification, net of the seed's",
    "fouling_calcification_co2": "CO2 released to the air by the foulers' calcification",
    "respired": "CO2 respired by the crop over the cycle, gross",
    "fouling_respired": "CO2 respired by the foulers, gross",
    "operations": "emissions of gear, fuel, seed and landing, as carbon",
}
