"""What is odd about a measurement but used is told, once, with its rows."""

from __future__ import annotations

import pytest

from bayescarbon.study import read_study
from tests.study.conftest import Write, assert_told_once
from tests.study.measured import CONTROL, FARM, OYSTER, SCALLOP, replaced, table

CLAM = "Ruditapes philippinarum"


def shell(
    shell: str, dic: str, tissue: str, mineral: str = "calcite", species: str = SCALLOP
) -> dict[str, str | None]:
    """Return one shell."""
    return table("isotopes", f"I1,{species},North,{mineral},{shell},{dic},{tissue}")


WARNED = {
    # air-sea flux
    "flux per area": (
        table("air_sea", "North,4.2,mmol CO2/m2/d"), "air_sea", 2, "area_km2", None, "is compared with nothing",
    ),
    "delta without area": (
        table("air_sea", "North,,,,,,,80,5.5"), "air_sea", 2, "area_km2", None, "is compared with nothing",
    ),
    # isotopes
    "synonym": (
        shell("-0.5", "0.5", "-18.2", species="Chlamys farreri"),
        "isotopes", 2, "species", "Chlamys farreri", "is read as Azumapecten farreri",
    ),
    "other place": (
        table("isotopes", f"I1,{SCALLOP},Middle,calcite,-0.5,0.5,-18.2"),
        "isotopes", 2, "site", "Middle", "counts as another place",
    ),
    "other mineral": (
        shell("0.5", "0.5", "-18.2", "aragonite"),
        "isotopes", 2, "mineral", "aragonite", "is not the mineral that makes up most",
    ),
    "light shell": (
        shell("-12.5", "-6", "-25"), "isotopes", 2, "d13c_shell", "-12.5", "usual range of -12 to 6",
    ),
    "heavy DIC": (shell("3", "4.5", "-18"), "isotopes", 2, "d13c_dic", "4.5", "usual range of -15 to 4"),
    "heavy tissue": (shell("-0.5", "0.5", "-9"), "isotopes", 2, "d13c_tissue", "-9", "usual range of -35 to -10"),
    # 0.5 + 1.0 is what DIC alone gives, and 3 permil above it 4.5.
    "shell heavier than DIC explains": (
        shell("4.6", "0.5", "-18"), "isotopes", 2, "d13c_shell", "4.6", "would be below 0",
    ),
    "heavier even with wide errors": (
        table("isotopes", f"I1,{SCALLOP},North,calcite,4.6,0.5,-18.2,3,3,3"),
        "isotopes", 2, "d13c_shell", "4.6", "would be below 0",
    ),
    # Where none is stated the errors are those of the model: 5 sqrt(0.1^2 + 0.5^2 + 0.2^2) = 2.74 above 1.5 is 4.24.
    "heavier than the usual errors": (
        shell("4.3", "0.5", "-18"), "isotopes", 2, "d13c_shell", "4.3", "would be below 0",
    ),
    # 5 sqrt(0.1^2 + 0.1^2 + 0.2^2) = 1.2 above the 1.5 of DIC alone.
    "heavier by far than the errors": (
        table("isotopes", f"I1,{SCALLOP},North,calcite,2.8,0.5,-18.2,0.1,0.1,0.1"),
        "isotopes", 2, "d13c_shell", "2.8", "would be below 0",
    ),
    # Respired carbon alone would give -13 + 2.7.
    "DIC too heavy for the shell": (
        shell("-11", "0.5", "-13", "aragonite", CLAM),
        "isotopes", 2, "d13c_shell", "-11", "would be above 1",
    ),
    # traps
    "control of no farm": (
        table("traps", FARM, CONTROL, "C1,South,control,1500,2"),
        "traps", 4, "site", "South", "no farm trap",
    ),
    "no more than the control": (
        table("traps", f"T1,North,farm,1400,2,{SCALLOP},40", CONTROL),
        "traps", 2, "dry_mass_mg", "1400", "no more per day than the controls",
    ),
    "grams for milligrams": (
        table("traps", f"T1,North,farm,9,2,{SCALLOP},40", "C1,North,control,1.5,2,,0"),
        "traps", 2, "dry_mass_mg", "9", "makes 0.0938 mg per animal and day",
    ),
    "all animals of the farm": (
        table("traps", f"T1,North,farm,9000,2,{SCALLOP},400000", CONTROL),
        "traps", 2, "dry_mass_mg", "9000", "whose deposits fall into this trap",
    ),
    "organic matter for carbon": (
        table("traps", f"{FARM},,,0.42", CONTROL),
        "traps", 2, "carbon_fraction", "0.42", "not organic matter",
    ),
    # oxygen: 18 x 12.011 / 10 = 21.6
    "uptake in other units": (
        table("oxygen", "K1,North,18,10"), "oxygen", 2, "oxygen_uptake", "18", "more than 20 times",
    ),
    "oxygen elsewhere": (
        table("oxygen", "K1,Middle,18,600"), "oxygen", 2, "site", "Middle", "counts as another place",
    ),
    # fouling
    "grams on the gear": (
        table("fouling", f"G1,North,{SCALLOP},host,8", f"G1,North,{SCALLOP},mussel,1100"),
        "fouling", 2, "gear", "G1", "carries 99.3% foulers",
    ),
    "gear elsewhere": (
        table("fouling", f"G1,Middle,{SCALLOP},host,8"), "fouling", 2, "site", "Middle", "counts as another place",
    ),
    # budget
    "budget elsewhere": (
        table("budget", f"A1,{OYSTER},Middle,1,2,3,4,,365"), "budget", 2, "site", "Middle", "counts as another place",
    ),
    # sediment
    "bed elsewhere": (
        replaced("sediment", "B1,Middle,-22,5.8"), "sediment", 2, "site", "Middle", "is compared with no batch",
    ),
    # The lightest source is -26.5 with an sd of 0.8.
    "bed outside its sources": (
        replaced("sediment", "B1,North,-29,5.8"), "sediment", 2, "d13c", "-29", "lies outside all sources (-28.9 to",
    ),
    "nitrogen outside its sources": (
        replaced("sediment", "B1,North,-22,9.1"), "sediment", 2, "d15n", "9.1", "lies outside all sources",
    ),
    "one tracer, three sources": (
        replaced("sediment", "B1,North,-22,5.8", "B2,North,-22,"),
        "sediment", 3, "sample", "B2", "the shares of 3 sources are not determined",
    ),
    "nitrogen of some sources": (
        replaced("endmembers", "farm,-20.5,0.6,6.9,0.7", "land,-26.5,0.8,3.8,"),
        "endmembers", 3, "d15n", "3.8", "d15n is not used at all",
    ),
    "farmland is no farm": (
        replaced("endmembers", "farm,-20.5,0.6,6.9,0.7", "Farmland soil,-26.5,0.8,3.8,0.8"),
        "endmembers", 3, "source", "Farmland soil", "counts as another source",
    ),
    # air-sea flux
    "flux beyond reach": (
        table("air_sea", "North,4.2,mol CO2/m2/d,,,,3"), "air_sea", 2, "co2_flux", "4.2", "check the unit",
    ),
    "water beside a flux": (
        table("air_sea", "North,4.2,t C/yr,,,,,,,14,"), "air_sea", 2, "temperature_c", "14", "are not used",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WARNED)
def test_warned(write: Write, case: str) -> None:
    changes, *expected = WARNED[case]
    assert_told_once(read_study(write(changes)).warnings, *expected)


@pytest.mark.parametrize(
    "changes",
    [
        # A shell lighter than its DIC is what respired carbon makes: here f is 0.2 and 0.6.
        shell("-2.1", "0.5", "-17.5"),
        shell("-9.3", "0.5", "-17.5"),
        # And a shell at DIC plus enrichment holds none of it; so does one a little above, by error.
        shell("1.5", "0.5", "-17.5"),
        shell("2.4", "0.5", "-17.5"),
        shell("4.2", "0.5", "-17.5"),
        shell("3.2", "0.5", "-17.5", "aragonite", CLAM),
        # A catch of clean traps, clean gear, and a bed at the edge of its sources.
        table("traps", f"T1,North,farm,2000,2,{SCALLOP},40", CONTROL),
        table("traps", f"{FARM},,,0.006", CONTROL),
        table("fouling", f"G1,North,{SCALLOP},host,8"),
        replaced("sediment", "B1,North,-28.8,5.8"),
        table("oxygen", "K1,North,18,11"),
    ],
)
def test_nothing_odd(write: Write, changes: dict[str, str | None]) -> None:
    assert read_study(write(changes)).warnings == ()


BUDGET = f"A1,{OYSTER},North,1,2,3,4"


def cited(*rows: str) -> dict[str, str | None]:
    """Return evidence with a source in each row: quantity, unit, value, species, site, method, source."""
    header = "quantity,unit,value,species,site,method,source"
    return {"evidence.csv": "\n".join([header, *rows]) + "\n"}


def test_a_budget_and_its_parts_of_one_source(write: Write) -> None:
    """The rows of `evidence` that a budget of the same source and species informs too, and no others."""
    rows = (
        f"shell_carbon,%,11.6,{OYSTER},North,,lab 2024",
        f"tissue_carbon,%,43,{OYSTER},North,,other lab",
        f"tissue_carbon,%,43,{SCALLOP},North,,lab 2024",
        "burial_fraction,%,7,,North,core,lab 2024",
        f"whole_body_carbon,%,18,{OYSTER},North,,lab 2024",
        f"shell_carbon,%,11.7,{OYSTER},North,,lab 2024",
    )
    budget = table("budget", f"{BUDGET},,365", f"{BUDGET.replace('A1', 'A2')},lab 2024,365")
    (warning,) = read_study(write(budget | cited(*rows))).warnings
    assert_told_once((warning,), "budget", 3, "source", "lab 2024", "is also the source of rows 2, 6 and 7")
    assert "`evidence` (shell_carbon, whole_body_carbon)" in warning.message
    assert "keep the budget or those rows" in warning.message


def test_a_budget_without_a_source_repeats_nothing(write: Write) -> None:
    budget = table("budget", f"{BUDGET},,365")
    assert read_study(write(budget | cited(f"shell_carbon,%,11.6,{OYSTER},North,,"))).warnings == ()


def test_literature_gives_way_to_a_budget_of_its_source(write: Write) -> None:
    clam = table("budget", f"A1,{CLAM},North,1,2,3,4,jiaozhou_clam_carbon_2009,365")
    told = read_study(write(clam)).warnings
    assert_told_once(
        told, "budget", None, "source", None, "3 literature rows are left out (shell_carbon of jiaozhou"
    )
    # What the study's own rows replace is not told again.
    rows = cited(f"tissue_carbon,%,43,{CLAM},North,,jiaozhou_clam_carbon_2009")
    messages = [warning.message for warning in read_study(write(clam | rows)).warnings]
    assert sorted(message[:36] for message in messages) == [
        "1 literature row is left out (tissue",
        "2 literature rows are left out (shel",
        "is also the source of row 2 of `evid",
    ]


def test_a_stated_prior_says_what_is_far(write: Write) -> None:
    toml = (
        'title = "T"\n[currency]\ncode = "CNY"\nyear = 2024\n[priors.biodeposition_rate]\nq05 = 0.03\nq50 = 0.1\n'
        'q95 = 0.33\nreason = "larvae"\n'
    )
    small = table("traps", f"T1,North,farm,9,2,{SCALLOP},40", "C1,North,control,1.5,2,,0")
    assert read_study(write(small | {"study.toml": toml})).warnings == ()
