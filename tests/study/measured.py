"""One sound table of each measurement that is not a quantity itself, for the sites of the sound study."""

from __future__ import annotations

HEADERS = {
    "isotopes": "sample,species,site,mineral,d13c_shell,d13c_dic,d13c_tissue,d13c_shell_sd,d13c_dic_sd,d13c_tissue_sd",
    "traps": (
        "trap,site,kind,dry_mass_mg,days,species,individuals,area_m2,season,carbon_fraction,shell_length_mm,dry_weight_g"
    ),
    "oxygen": "core,site,oxygen_uptake,carbon_flux,season,carbon_flux_sd",
    "fouling": "gear,site,species,taxon,fresh_mass_kg,season",
    "budget": "individual,species,site,tissue_mgc,shell_mgc,deposited_mgc,released_mgc,source,cycle_days",
    "sediment": "sample,site,d13c,d15n",
    "endmembers": "source,d13c,d13c_sd,d15n,d15n_sd",
    "air_sea": "site,co2_flux,unit,sd,method,season,area_km2,delta_pco2_uatm,wind_m_s,temperature_c,salinity",
}
SCALLOP, OYSTER = "Azumapecten farreri", "Magallana gigas"
#: A trap under the farm and one beside it, with the required cells only.
FARM, CONTROL = f"T1,North,farm,9000,2,{SCALLOP},40", "C1,North,control,1500,2,,0"
ROWS = {
    "isotopes": (
        f"I1,{SCALLOP},North,calcite,-0.5,0.5,-18.2,0.1,0.2,",
        f"I2,{OYSTER},South,calcite,-1.2,0.3,-19,,,0.3",
    ),
    "traps": (
        f"T1,North,farm,9000,2,{SCALLOP},40,0.05,May,0.045,61,14",
        "C1,North,control,1500,2,,,0.05,spring,0.03,,",
    ),
    "oxygen": ("K1,North,18,600,May,90", "K2,North,15,,,"),
    "fouling": (
        f"G1,North,{SCALLOP},mussel,1.1,autumn",
        f"G1,North,{SCALLOP},host,8.4,autumn",
        f"G1,North,{SCALLOP},ascidian,0.6,autumn",
        f"G2,South,{OYSTER},host,5,",
    ),
    "budget": (
        f"A1,{SCALLOP},North,900,1400,4000,9000,notebook,",
        f"A1,{OYSTER},South,900,1400,4000,9000,,365",
    ),
    "sediment": ("B1,North,-22.1,5.8", "B1,South,-21.5,6.1"),
    "endmembers": (
        "Farm biodeposits,-20.5,0.6,6.9,0.7",
        "terrestrial,-26.5,0.8,3.8,0.8",
        "kelp,-15,1.2,5.5,0.9",
    ),
    "air_sea": (
        "North,4.2,mmol CO2/m2/d,1.1,chamber,summer,3,,,,",
        "North,,,,,winter,3,80,5.5,,",
        "South,-120,t CO2/yr,30,,,,,,,",
    ),
}


def table(name: str, *rows: str) -> dict[str, str | None]:
    """Return one table with these rows as a change of the sound study."""
    return {f"{name}.csv": "\n".join([HEADERS[name], *rows]) + "\n"}


def everything() -> dict[str, str | None]:
    """Return all of the tables, sound."""
    return {file: text for name in HEADERS for file, text in table(name, *ROWS[name]).items()}


def replaced(name: str, *rows: str) -> dict[str, str | None]:
    """Return all of the tables, with these rows in one of them."""
    return everything() | table(name, *rows)
