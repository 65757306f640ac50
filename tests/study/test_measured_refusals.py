"""Every refusal of the tables of measurements names table, row, column and value, and says what to do."""

from __future__ import annotations

import pytest

from tests.study.conftest import SOUND, Write, assert_told_once, problems_of
from tests.study.measured import CONTROL, FARM, HEADERS, OYSTER, ROWS, SCALLOP, everything, replaced, table

ISOTOPE = f"I1,{SCALLOP},North,calcite"
GEAR = f"G1,North,{SCALLOP}"
WATER = SOUND["water.csv"]


# changes, table, row, column, value, part of the message
REFUSED = {
    # isotopes
    "unknown mineral": (
        table("isotopes", f"I1,{SCALLOP},North,calcit,-0.5,0.5,-18.2"),
        "isotopes", 2, "mineral", "calcit", "Did you mean 'calcite'?",
    ),
    "no mineral": (
        table("isotopes", f"I1,{SCALLOP},North,,-0.5,0.5,-18.2"),
        "isotopes", 2, "mineral", None, "every row needs it",
    ),
    "DIC and tissue swapped": (
        table("isotopes", f"{ISOTOPE},-0.5,-18.2,0.5"),
        "isotopes", 2, "d13c_dic", "-18.2", "the columns d13c_dic and d13c_tissue swapped",
    ),
    "DIC as light as tissue": (
        table("isotopes", f"{ISOTOPE},-0.5,-18.2,-18.2"),
        "isotopes", 2, "d13c_dic", "-18.2", "is not heavier than d13c_tissue",
    ),
    "shell and tissue swapped": (
        table("isotopes", f"{ISOTOPE},-18.2,0.5,-0.5"),
        "isotopes", 2, "d13c_shell", "-18.2", "the columns d13c_shell and d13c_tissue swapped",
    ),
    "shell and tissue swapped, shell heaviest": (
        table("isotopes", f"{ISOTOPE},-18.2,0.5,1.2"),
        "isotopes", 2, "d13c_shell", "-18.2", "the columns d13c_shell and d13c_tissue swapped",
    ),
    "tissue without its sign": (
        table("isotopes", f"{ISOTOPE},-0.5,0.5,18.2"),
        "isotopes", 2, "d13c_shell", "-0.5", "a minus sign missing",
    ),
    "shell twice": (
        table("isotopes", f"{ISOTOPE},-0.5,0.5,-18.2", f"{ISOTOPE},-0.6,0.5,-18.2"),
        "isotopes", 3, "sample", "I1", "give each row a label of its own",
    ),
    "isotopes of no species": (
        table("isotopes", "I1,Azumapecten fareri,North,calcite,-0.5,0.5,-18.2"),
        "isotopes", 2, "species", "Azumapecten fareri", "Did you mean",
    ),
    "isotopes of an ascidian": (
        table("isotopes", "I1,Styela clava,North,calcite,-0.5,0.5,-18.2"),
        "isotopes", 2, "species", "Styela clava", "has no shell",
    ),
    "zero sd of an isotope": (
        table("isotopes", f"{ISOTOPE},-0.5,0.5,-18.2,0"),
        "isotopes", 2, "d13c_shell_sd", "0", "must be above 0",
    ),
    "negative sd of an isotope": (
        table("isotopes", f"{ISOTOPE},-0.5,0.5,-18.2,,,-0.1"),
        "isotopes", 2, "d13c_tissue_sd", "-0.1", "must be above 0",
    ),
    # traps
    "no control": (table("traps", FARM), "traps", 2, "site", "North", "farm traps but no control trap; add"),
    "no control at one site": (
        table("traps", FARM, CONTROL, f"T1,South,farm,900,2,{OYSTER},40", f"T2,South,farm,900,2,{OYSTER},40"),
        "traps", 4, "site", "South", "no control trap; add",
    ),
    "no control in one season": (
        table("traps", f"{FARM},,May", f"{FARM},,August", f"{CONTROL},,spring"),
        "traps", 3, "site", "North", "no control trap in summer",
    ),
    "control with animals": (
        table("traps", FARM, "C1,North,control,1500,2,,3"),
        "traps", 3, "individuals", "3", "catches the deposits of no animal",
    ),
    "farm trap without animals": (
        table("traps", f"T1,North,farm,9000,2,{SCALLOP},0", CONTROL),
        "traps", 2, "individuals", "0", "must be above 0 for a farm trap",
    ),
    "farm trap with blank animals": (
        table("traps", f"T1,North,farm,9000,2,{SCALLOP},", CONTROL),
        "traps", 2, "individuals", None, "how many animals' deposits fall into it",
    ),
    "farm trap without species": (
        table("traps", "T1,North,farm,9000,2,,40", CONTROL),
        "traps", 2, "species", None, "a farm trap needs the species above it",
    ),
    "trap of no species": (
        table("traps", "T1,North,farm,9000,2,Magalana gigas,40", CONTROL),
        "traps", 2, "species", "Magalana gigas", "Magallana gigas",
    ),
    "negative catch": (
        table("traps", f"T1,North,farm,-9,2,{SCALLOP},40", CONTROL),
        "traps", 2, "dry_mass_mg", "-9", "must be above 0",
    ),
    "empty trap": (
        table("traps", FARM, "C1,North,control,0,2,,0"),
        "traps", 3, "dry_mass_mg", "0", "the smallest mass that the balance shows",
    ),
    "no days": (
        table("traps", f"T1,North,farm,9000,0,{SCALLOP},40", CONTROL),
        "traps", 2, "days", "0", "must be above 0",
    ),
    "some areas": (
        table("traps", f"{FARM},0.05", CONTROL),
        "traps", 3, "area_m2", None, "of every trap, or of none",
    ),
    "carbon in per cent": (
        table("traps", f"{FARM},,,4.5", CONTROL),
        "traps", 2, "carbon_fraction", "4.5", "between 0 and 1 (both excluded)",
    ),
    "trap twice": (
        table("traps", f"{FARM},,May", f"{FARM},,spring", CONTROL),
        "traps", 3, "trap", "T1", "labels of their own",
    ),
    "kind of trap": (
        table("traps", FARM, "C1,North,contrl,1500,2,,0"),
        "traps", 3, "kind", "contrl", "Did you mean 'control'?",
    ),
    "season of a control": (
        table("traps", f"{FARM},,May", f"{CONTROL},,Mai"), "traps", 3, "season", "Mai", "is not a season",
    ),
    # oxygen
    "negative uptake": (
        table("oxygen", "K1,North,-18,600"), "oxygen", 2, "oxygen_uptake", "-18", "must be above 0",
    ),
    "negative flux": (
        table("oxygen", "K1,North,18,-600"), "oxygen", 2, "carbon_flux", "-600", "must be above 0",
    ),
    "no flux": (table("oxygen", "K1,North,18,"), "oxygen", 2, "carbon_flux", None, "add those to the traps"),
    "no flux at this site": (
        replaced("oxygen", "K1,South,18,"), "oxygen", 2, "carbon_flux", None, "no farm trap with area_m2",
    ),
    "no flux without carbon": (
        table("oxygen", "K1,North,18,") | table("traps", f"{FARM},0.05", f"{CONTROL},0.05,,0.03"),
        "oxygen", 2, "carbon_flux", None, "carbon_fraction",
    ),
    "error of no flux": (
        table("oxygen", "K1,North,18,,,90"), "oxygen", 2, "carbon_flux_sd", "90", "without a carbon_flux",
    ),
    "zero error of a flux": (
        table("oxygen", "K1,North,18,600,,0"), "oxygen", 2, "carbon_flux_sd", "0", "must be above 0",
    ),
    "core twice": (
        table("oxygen", "K1,North,18,600", "K1,North,17,600"),
        "oxygen", 3, "core", "K1", "a label of its own",
    ),
    # fouling
    "no host": (
        table("fouling", f"{GEAR},mussel,1", f"{GEAR},other,1"),
        "fouling", 2, "gear", "G1", "no row with the taxon `host`",
    ),
    "host without mass": (
        table("fouling", f"{GEAR},host,0", f"{GEAR},mussel,1"),
        "fouling", 2, "fresh_mass_kg", "0", "is 0 for the host",
    ),
    "negative mass": (
        table("fouling", f"{GEAR},host,8", f"{GEAR},mussel,-1"),
        "fouling", 3, "fresh_mass_kg", "-1", "must be 0 or more",
    ),
    "taxon twice": (
        table("fouling", f"{GEAR},host,8", f"{GEAR},mussel,1", f"{GEAR},mussel,2"),
        "fouling", 4, "taxon", "mussel", "add the two masses up",
    ),
    "unknown taxon": (
        table("fouling", f"{GEAR},hots,8", f"{GEAR},mussel,1"),
        "fouling", 2, "taxon", "hots", "Did you mean 'host'?",
    ),
    "two species of a gear": (
        table("fouling", f"{GEAR},host,8", f"G1,North,{OYSTER},mussel,1"),
        "fouling", 3, "species", OYSTER, "is not the species of the other rows",
    ),
    "two sites of a gear": (
        table("fouling", f"{GEAR},host,8", f"G1,South,{SCALLOP},mussel,1"),
        "fouling", 3, "site", "South", "is not the site of the other rows",
    ),
    "two seasons of a gear": (
        table("fouling", f"{GEAR},host,8,May", f"{GEAR},mussel,1,May", f"{GEAR},host,9,8", f"{GEAR},mussel,2,8"),
        "fouling", 4, "season", "8", "each weighing a label of its own",
    ),
    "ascidian as host": (
        table("fouling", "G1,North,Styela clava,host,8"),
        "fouling", 2, "species", "Styela clava", "a fouler stands in `taxon`",
    ),
    "gear of no species": (
        table("fouling", "G1,North,Xyz abc,host,8", "G1,North,Xyz abc,mussel,8"),
        "fouling", 2, "species", "Xyz abc", "is not a known species",
    ),
    # budget
    **{
        f"{part} {cell}": (
            table("budget", ",".join(["A1", SCALLOP, "North", *(cell if p == part else "5" for p in parts)])),
            "budget", 2, part, cell, "must be above 0",
        )
        for parts in [("tissue_mgc", "shell_mgc", "deposited_mgc", "released_mgc")]
        for part in parts
        for cell in ("0", "-3")
    },
    "animal twice": (
        table("budget", f"A1,{SCALLOP},North,1,2,3,4", f"A1,{SCALLOP},North,1,2,3,5"),
        "budget", 3, "individual", "A1", "a label of its own",
    ),
    "budget of no species": (
        table("budget", "A1,Magallana giga,South,1,2,3,4"),
        "budget", 2, "species", "Magallana giga", "Magallana gigas",
    ),
    "budget of no length": (
        table("budget", f"A1,{OYSTER},North,1,2,3,4"),
        "budget", 2, "cycle_days", None, "write the days over which the budget ran",
    ),
    "budget of zero days": (
        table("budget", f"A1,{SCALLOP},North,1,2,3,4,,0"), "budget", 2, "cycle_days", "0", "must be above 0",
    ),
    # sediment and its sources
    "sediment alone": (
        everything() | {"endmembers.csv": None}, "sediment", None, None, None, "needs the table `endmembers`",
    ),
    "sources alone": (
        everything() | {"sediment.csv": None}, "endmembers", None, None, None, "there is no such table",
    ),
    "one source": (
        replaced("endmembers", "farm,-20.5,0.6,6.9,0.7"),
        "endmembers", None, "source", None, "at least two are needed",
    ),
    "no farm": (
        replaced("endmembers", "land,-26.5,0.6,4,1", "kelp,-15,0.6,6,1"),
        "endmembers", None, "source", None, "begin its name with the word `farm`",
    ),
    "source twice": (
        replaced("endmembers", "farm,-20.5,0.6,6.9,0.7", "land,-26.5,0.6,4,1", "Land,-27,0.6,4,1"),
        "endmembers", 4, "source", "Land", "a source has one row",
    ),
    "zero sd of a source": (
        replaced("endmembers", "farm,-20.5,0,6.9,0.7", "land,-26.5,0.6,4,1"),
        "endmembers", 2, "d13c_sd", "0", "must be above 0",
    ),
    "sediment twice": (
        replaced("sediment", "B1,North,-22,5.8", "B1,North,-22.3,5.8"),
        "sediment", 3, "sample", "B1", "a label of its own",
    ),
    # air-sea flux
    "flux elsewhere": (
        table("air_sea", "Nort,4.2,mmol/m2/d,,,,3"), "air_sea", 2, "site", "Nort", "Did you mean 'North'?",
    ),
    "unit of a flux": (
        table("air_sea", "North,4.2,ppm,,,,3"), "air_sea", 2, "unit", "ppm", "write for example mmol CO2/m2/d",
    ),
    "unknown unit of a flux": (
        table("air_sea", "North,4.2,mmol/m2/dy,,,,3"), "air_sea", 2, "unit", "mmol/m2/dy", "t C/yr",
    ),
    "CO2 or C": (
        table("air_sea", "North,4.2,g/m2/yr,,,,3"),
        "air_sea", 2, "unit", "g/m2/yr", "whether the mass is of CO2 or of C",
    ),
    "flux without unit": (table("air_sea", "North,4.2,,,,,3"), "air_sea", 2, "unit", None, "need their unit"),
    "two areas of one site": (
        table("air_sea", "North,4.2,mmol CO2/m2/d,,,,1", "North,4.2,mmol CO2/m2/d,,,,10"),
        "air_sea", 3, "area_km2", "10", "one area",
    ),
    "zero sd of a flux": (
        table("air_sea", "North,4.2,t C/yr,0"), "air_sea", 2, "sd", "0", "must be above 0",
    ),
    "no flux at all": (table("air_sea", "North,,,,x,,3"), "air_sea", 2, "site", "North", "has no flux in this row"),
    "two forms of flux": (
        table("air_sea", "North,4.2,mmol/m2/d,,,,3,80,5.5"),
        "air_sea", 2, "co2_flux", "4.2", "keep one of the two",
    ),
    "no wind": (table("air_sea", "North,,,,,,3,80,"), "air_sea", 2, "wind_m_s", None, "belong together"),
    "no delta": (table("air_sea", "North,,,,,,3,,5.5"), "air_sea", 2, "delta_pco2_uatm", None, "belong together"),
    "delta without salinity": (
        table("air_sea", "South,,,,,,3,80,5.5,12,"), "air_sea", 2, "salinity", None, "no row in `water`",
    ),
    "sd of delta without unit": (
        table("air_sea", "North,,,2,,,3,80,5.5"), "air_sea", 2, "unit", None, "need their unit",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_its_message(write: Write, case: str) -> None:
    changes, *expected = REFUSED[case]
    assert_told_once(problems_of(write(changes)), *expected)


def test_two_traps_without_control_are_one_message(write: Write) -> None:
    (problem,) = problems_of(write(table("traps", FARM, FARM.replace("T1", "T2"))))
    assert problem.message.endswith("(Also in row 3.)")


def test_everything_wrong_is_told_at_once(write: Write) -> None:
    changes = {
        **table("isotopes", f"{ISOTOPE},-0.5,-18.2,0.5", f"I2,{SCALLOP},North,chalk,-0.5,0.5,-18"),
        **table("traps", FARM, "T2,North,farm,-1,2,,"),
        **table("oxygen", "K1,North,0,", "K2,North,5,-3"),
        **table("fouling", f"{GEAR},mussel,1", "G2,North,Nobody,host,0"),
        **table("budget", "A1,Nobody,North,0,2,3,4"),
        **table("sediment", "B1,North,x,"),
        **table("air_sea", "Nort,4.2,ppm", "South,,,,,,,80,5.5,,"),
    }
    places = {(p.table, p.row, p.column) for p in problems_of(write(changes))}
    assert places == {
        ("isotopes", 2, "d13c_dic"), ("isotopes", 3, "mineral"),
        ("traps", 2, "site"), ("traps", 3, "dry_mass_mg"), ("traps", 3, "species"), ("traps", 3, "individuals"),
        ("oxygen", 2, "oxygen_uptake"), ("oxygen", 2, "carbon_flux"), ("oxygen", 3, "carbon_flux"),
        ("fouling", 2, "gear"), ("fouling", 3, "species"), ("fouling", 3, "fresh_mass_kg"),
        ("budget", 2, "species"), ("budget", 2, "tissue_mgc"),
        ("sediment", 2, "d13c"), ("sediment", None, None),
        ("air_sea", 2, "site"), ("air_sea", 2, "unit"), ("air_sea", 3, "temperature_c"),
        ("air_sea", 3, "salinity"),
    }  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
def test_a_table_that_is_not_filled_in_is_told_as_any_other(write: Write, name: str) -> None:
    (problem,) = problems_of(write(replaced(name)))
    assert (problem.table, problem.row) == (name, None)
    assert "column names but no rows; fill it in or remove it" in problem.message


@pytest.mark.parametrize("name", HEADERS)
def test_cells_that_cannot_be_read_raise_no_second_alarm(write: Write, name: str) -> None:
    """Spoil each cell of the first row in turn: the message is about that cell, or about what the cell decides."""
    first = ROWS[name][0].split(",")
    for place, column in enumerate(HEADERS[name].split(",")):
        cells = [*first[:place], "#REF!", *first[place + 1 :]]
        problems = problems_of(write(replaced(name, ",".join(cells), *ROWS[name][1:])))
        assert [(p.table, p.row, p.column) for p in problems] == [(name, 2, column)], "\n".join(
            map(str, problems)
        )


@pytest.mark.parametrize("name", HEADERS)
def test_required_columns(write: Write, name: str) -> None:
    header = HEADERS[name].split(",")
    text = "\n".join([",".join([f"{header[0]}s", *header[1:]]), *ROWS[name]]) + "\n"
    problems = problems_of(write(everything() | {f"{name}.csv": text}))
    assert {(p.table, p.column) for p in problems} >= {(name, header[0]), (name, f"{header[0]}s")}
