"""What is odd but used is told, once, with its rows."""

from __future__ import annotations

import pytest

from bayescarbon.errors import Problem
from bayescarbon.evidence.literature import literature
from bayescarbon.study import read_study
from bayescarbon.study.compare import unusual
from tests.study.conftest import SOUND, Write, assert_told_once, evidence


def warnings_of(write: Write, changes: dict[str, str | None]) -> tuple[Problem, ...]:
    """Return what is odd about a study that is accepted."""
    return read_study(write(changes)).warnings


def harvest(columns: str, *rows: str) -> dict[str, str | None]:
    """Return a harvest with more columns."""
    head = f"batch,site,species,harvest_t,cycle_days{columns}\n"
    return {
        "harvest.csv": head + "\n".join(rows) + "\n",
        "evidence.csv": None,
        "sampling.csv": None,
        "economics.csv": None,
    }


WARNED = {
    "synonym": (
        harvest("", "a,North,Chlamys fareri,100,500"),
        "harvest", 2, "species", "Chlamys fareri", "Azumapecten farreri",
    ),
    "Chinese name": (
        evidence("shell_carbon,%,11.6,牡蛎,North"), "evidence", 2, "species", "牡蛎", "oyster (unspecified)",
    ),
    "species not used": (
        evidence("burial_fraction,%,7,oyster (unspecified),North,,,,,,core"),
        "evidence", 2, "species", None, "not used",
    ),
    "no site": (
        evidence("shell_carbon,%,11.6,oyster (unspecified)"),
        "evidence", 2, "site", None, "for one unnamed place",
    ),
    "other site": (
        evidence("shell_carbon,%,11.6,oyster (unspecified),Nort"),
        "evidence", 2, "site", "Nort", "Did you mean 'North'?",
    ),
    "sd without n": (
        evidence("shell_carbon,%,11.6,oyster (unspecified),North,,0.2"),
        "evidence", 2, "sd", None, "the sd is not used",
    ),
    "heavy shell": (
        evidence("shell_carbon,%,13.1,oyster (unspecified),North"),
        "evidence", 2, "value", "0.131", "pure CaCO3",
    ),
    "far from the literature": (
        evidence("tissue_carbon,%,4.3,oyster (unspecified),North"),
        "evidence", 2, "value", "0.043 t C / t tissue", "robust deviations from the",
    ),
    "far from the prior": (
        evidence("live_weight,g,4000,oyster (unspecified),North"),
        "evidence", 2, "value", "4000 g live / ind", "deviations from the shipped prior",
    ),
    "repeats": (
        evidence(*["shell_carbon,%,11.6,oyster (unspecified),North,,,,,,,,S1"] * 2),
        "evidence", 2, "sample", "S1", "shell_carbon of the same sample",
    ),
    "copies": (
        evidence(*["shell_carbon,%,11.6,oyster (unspecified),North,,0.4,8"] * 2),
        "evidence", 2, "quantity", "shell_carbon", "with the same cells throughout",
    ),
    "short cycle": (
        harvest("", "a,North,Magallana gigas,100,18"), "harvest", 2, "cycle_days", "18", "it is in days",
    ),
    "stocked": (
        harvest(",stocked_t", "a,North,Magallana gigas,10,400,10"),
        "harvest", 2, "stocked_t", "10", "is as much as was harvested",
    ),
    "water elsewhere": (
        {"water.csv": SOUND["water.csv"].replace("North", "Middle")},
        "water", 2, "site", "Middle", "informs no batch",
    ),
    "no price": (
        {"economics.csv": "\n".join(SOUND["economics.csv"].splitlines()[:3]) + "\n"},
        "economics", None, "batch", None, "without a row here: b",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WARNED)
def test_warned(write: Write, case: str) -> None:
    changes, *expected = WARNED[case]
    assert_told_once(warnings_of(write, changes), *expected)


def test_one_warning_for_one_synonym_in_many_rows(write: Write) -> None:
    (warning,) = warnings_of(write, evidence(*["shell_carbon,%,11.6,oyster,North"] * 12))
    assert (warning.row, warning.value) == (2, "oyster")
    assert warning.message.endswith("(Also in rows 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 1 more.)")


def test_repeats_of_other_seasons_or_quantities_are_none(write: Write) -> None:
    oyster = "oyster (unspecified),North"
    rows = [
        f"shell_carbon,%,11.6,{oyster},May,,,,,,,S1",
        f"shell_carbon,%,11.6,{oyster},August,,,,,,,S1",
        f"tissue_carbon,%,43,{oyster},May,,,,,,,S1",
    ]
    assert warnings_of(write, evidence(*rows)) == ()


def test_the_literature_is_not_unlike_itself() -> None:
    """Robust deviations of its own rows: outliers there are to be few."""
    rows = literature()
    own = rows.assign(id=[f"evidence:{i}" for i in range(len(rows))])
    told = [warning for warning in unusual(own, rows) if "robust deviations" in warning.message]
    assert len(told) <= 3, told


def test_agreeing_literature_does_not_make_every_sample_odd(write: Write) -> None:
    """With a spread of zero between studies, single samples still scatter."""
    rows = read_study(write(evidence("shell_carbon,%,11.3,oyster,North"))).evidence
    same = literature()
    same = same[same["quantity"] == "shell_carbon"].assign(value=0.1160, kind="sample")
    assert unusual(rows, same) == []
    assert len(unusual(rows.assign(value=0.09), same)) == 1


def test_animals_that_weigh_the_same_are_no_copies(write: Write) -> None:
    rows = ["live_weight,g,25,Magallana gigas,North"] * 2
    assert not [one for one in read_study(write(evidence(*rows))).warnings if one.column == "quantity"]
