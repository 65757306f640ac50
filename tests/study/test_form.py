"""The workbook of `init --xlsx`: filled in by hand it is read unchanged, and its lists hold what is accepted."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bayescarbon.accounting.frameworks import frameworks
from bayescarbon.errors import StudyError
from bayescarbon.evidence.quantities import composites, quantities
from bayescarbon.evidence.table import METHODS, SEASONS
from bayescarbon.evidence.taxa import taxa
from bayescarbon.evidence.units import convert
from bayescarbon.study import read_study, write_template
from bayescarbon.study.accepted import measurable, units_of
from bayescarbon.study.columns import TABLES
from bayescarbon.study.dropdowns import ROWS_READY
from bayescarbon.study.reading import NOTE_SHEETS
from bayescarbon.study.rules import rules
from tests.study.conftest import problems_of

HARVEST = {"batch": "a", "site": "North", "species": "Magallana gigas", "harvest_t": 420, "cycle_days": 540}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_template(tmp_path / "farm", xlsx=True)


def fill(path: Path, sheets: dict[str, list[dict[str, object]]]) -> None:
    """Write rows below the headings, as a person would."""
    book = openpyxl.load_workbook(path)
    for name, rows in sheets.items():
        sheet = book[name]
        at = {cell.value: cell.column for cell in sheet[1]}
        for number, row in enumerate(rows, start=2):
            for heading, value in row.items():
                sheet.cell(number, at[heading]).value = value
    book.save(path)


def rule_of(sheet: Worksheet, column: str) -> DataValidation:
    """Return the one validation of the second cell of a column."""
    letter = next(cell.column_letter for cell in sheet[1] if cell.value == column)
    (found,) = [
        rule
        for rule in sheet.data_validations.dataValidation
        if str(rule.sqref) == f"{letter}2:{letter}{ROWS_READY}"
    ]
    return found


def words_of(book: Workbook, rule: DataValidation) -> tuple[str, ...]:
    """Return what a list offers, as a spreadsheet would read it from its cells."""
    place = re.fullmatch(r"'?lists'?!\$([A-Z]+)\$2:\$\1\$(\d+)", rule.formula1)
    assert place is not None, rule.formula1
    return tuple(book["lists"][f"{place[1]}{row}"].value for row in range(2, int(place[2]) + 1))


def test_an_untouched_workbook_is_refused_for_its_empty_harvest_alone(path: Path) -> None:
    (problem,) = problems_of(path)
    assert (problem.table, problem.message) == (
        "harvest",
        "sheet harvest has column names but no rows; fill it in.",
    )


def test_harvest_alone_is_enough_and_nothing_invented_comes_with_it(path: Path) -> None:
    fill(path, {"harvest": [HARVEST]})
    study = read_study(path)
    assert study.warnings == ()
    assert study.harvest["batch"].tolist() == ["a"]
    assert study.evidence.empty and study.water.empty and study.economics.empty and study.sampling.empty
    assert study.credit_price is None


def test_every_table_can_be_filled_in(path: Path) -> None:
    fouling = {"gear": "g", "site": "North", "species": "Magallana gigas", "fresh_mass_kg": 3}
    evidence = {
        "quantity": "shell_carbon",
        "unit": "%",
        "value": 11.6,
        "species": "Magallana gigas",
        "site": "North",
    }
    fill(
        path,
        {
            "harvest": [HARVEST],
            "evidence": [evidence | {"season": "autumn"}],
            "fouling": [fouling | {"taxon": "host"}, fouling | {"taxon": "mussel", "fresh_mass_kg": 0.4}],
        },
    )
    study = read_study(path)
    assert study.evidence["value"].tolist() == pytest.approx([0.116])
    told = study.fouling.set_index("taxon")["fresh_mass_kg"]
    assert (told["host"], told["mussel"]) == (3.0, 0.4)


def test_rows_are_as_high_as_their_text_and_sheets_as_wide_as_a_page(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    guide = book["README"]
    heights = [guide.row_dimensions[row].height for row in range(1, 6)]
    assert heights[0] is None  # the title stands on one line
    assert all(height >= 30 for height in heights[1:2] + heights[4:5])
    assert all(book[name].sheet_properties.pageSetUpPr.fitToPage for name in ("README", "study", "harvest"))


def test_only_sheets_of_the_format_are_there(path: Path) -> None:
    assert set(openpyxl.load_workbook(path).sheetnames) == {*TABLES, "study", *NOTE_SHEETS}


SPECIES = (*taxa().taxa, *(name for taxon in taxa().taxa.values() for name in taxon.chinese))


def test_chinese_species_are_offered_and_their_limits_told_in_chinese(path: Path) -> None:
    assert "栉孔扇贝" in SPECIES
    book = openpyxl.load_workbook(path)
    whole, fraction = (
        rule_of(book[t], c).error for t, c in (("harvest", "year"), ("traps", "carbon_fraction"))
    )
    assert whole.splitlines()[1].startswith("须为整数")
    assert "（12% 应写 0.12）" in fraction.splitlines()[1]


@pytest.mark.parametrize(
    ("table", "column", "words", "closed"),
    [
        ("harvest", "species", SPECIES, False),
        ("fouling", "species", SPECIES, False),
        ("evidence", "quantity", tuple(measurable()), True),
        ("sampling", "quantity", tuple(quantities() | composites()), True),
        ("evidence", "season", SEASONS, False),
        ("evidence", "method", METHODS, True),
        *[
            (table, column, TABLES[table].column(column).choices, True)
            for table, column in (("fouling", "taxon"), ("traps", "kind"), ("isotopes", "mineral"))
        ],
    ],
)
def test_lists_offer_what_is_accepted(
    path: Path, table: str, column: str, words: tuple[str, ...], closed: bool
) -> None:
    book = openpyxl.load_workbook(path)
    rule = rule_of(book[table], column)
    assert rule.type == "list"
    assert words_of(book, rule) == words
    assert rule.errorStyle == ("stop" if closed else "warning")


def test_settings_offer_frameworks_and_rules(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book["study"]
    offered = {}
    for rule in sheet.data_validations.dataValidation:
        row = int(str(rule.sqref).removeprefix("B"))
        offered[sheet.cell(row, 1).value] = words_of(book, rule)
    assert offered == {
        "headline_framework": tuple(frameworks()),
        "headline_rule": tuple(rules()),
        "fouling_basis": ("of_total", "of_shellfish"),
    }


def test_units_are_offered_by_quantity_and_all_of_them_fit(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book["lists"]
    rows = {
        row[0]: [unit for unit in row[1:] if unit]
        for row in sheet.iter_rows(min_row=2, max_col=7, values_only=True)
    }
    for name, quantity in measurable().items():
        assert rows[name][: len(units_of(quantity))] == list(units_of(quantity))
        assert rows[name][0] == quantity.unit
        for unit in units_of(quantity):
            assert convert(1.0, unit, quantity.unit) > 0
    assert "%" in rows["burial_fraction"] and "mg/ind/d" in rows["biodeposition_rate"]
    formula = rule_of(book["evidence"], "unit").formula1
    assert "MATCH($A2," in formula
    assert book["evidence"]["A1"].value == "quantity"


BOUNDED = [
    (table.name, column.name)
    for table in TABLES.values()
    for column in table.columns
    if column.kind in ("number", "integer")
]


@pytest.mark.parametrize(("table", "column"), BOUNDED)
def test_every_number_has_the_limits_of_the_specification(path: Path, table: str, column: str) -> None:
    rule = rule_of(openpyxl.load_workbook(path)[table], column)
    assert (rule.type, rule.errorStyle) == ("custom", "stop")
    bounds = TABLES[table].column(column).bounds
    for number in (-1e9, -1.0, 0.0, 0.5, 1.0, 3.0, 1e9):
        wanted = bounds is None or bounds.holds(number)
        if TABLES[table].column(column).kind == "integer":
            wanted = wanted and number == int(number)
        assert evaluated(rule.formula1, number) == wanted, (rule.formula1, number)


def evaluated(formula: str, number: float) -> bool:
    """Work out AND(ISNUMBER(C2),C2>0,...) for a number, as a spreadsheet would."""
    tests = re.sub(r"[A-Z]+2\b", repr(number), formula.removeprefix("AND(").removesuffix(")")).split(",")
    assert tests[0].startswith("ISNUMBER(")
    sound = []
    for test in tests[1:]:
        compared = re.fullmatch(r"(.+?)(>=|<=|>|<|=)(.+)", test)
        assert compared is not None, test
        left, sign, right = compared.groups()
        right = str(float(int(number))) if right.startswith("INT(") else right
        a, b = float(left), float(right)
        sound.append({">": a > b, ">=": a >= b, "<": a < b, "<=": a <= b, "=": a == b}[sign])
    return all(sound)


def test_a_copied_example_has_its_lists_too(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "copy", example="yunxi", xlsx=True))
    assert words_of(book, rule_of(book["harvest"], "species")) == SPECIES


def test_words_outside_the_lists_that_are_read_all_the_same(path: Path) -> None:
    fill(path, {"harvest": [HARVEST | {"species": "长牡蛎"}]})
    assert read_study(path).harvest["species"].tolist() == ["Magallana gigas"]
    fill(path, {"harvest": [HARVEST | {"species": "no such animal"}]})
    with pytest.raises(StudyError, match="is not a known species"):
        read_study(path)
    assert pd.notna(taxa().resolve("长牡蛎"))
