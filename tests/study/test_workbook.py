"""A workbook gives the same study as the folder, or says why not."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl import Workbook

from bayescarbon.study import Study, read_study, write_template
from bayescarbon.study.reading import read_raw
from bayescarbon.study.sheets import write_workbook
from bayescarbon.study.workbook import cell_text
from tests.study.conftest import problems_of

HARVEST = [
    ["batch", "site", "species", "harvest_t", "cycle_days"],
    ["a", "North", "Azumapecten farreri", 100, 500.0],
]


def book_of(sheets: dict[str, list[list[object]]]) -> Workbook:
    """Return a workbook with a title, a harvest and these sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in {"study": [["key", "value"], ["title", "T"]], "harvest": HARVEST, **sheets}.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return book


def save(book: Workbook, tmp_path: Path) -> Path:
    """Write a workbook and return its path."""
    path = tmp_path / "book.xlsx"
    book.save(path)
    return path


def assert_same(one: Study, other: Study) -> None:
    """Compare two studies field by field, but for where they came from."""
    for field in dataclasses.fields(Study):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, pd.DataFrame):
            pd.testing.assert_frame_equal(a, b)
        elif field.name not in ("path", "inputs"):
            assert a == b, field.name


def test_the_template_read_from_a_folder_is_the_same_as_a_workbook(tmp_path: Path) -> None:
    folder = write_template(tmp_path / "folder")
    raw = read_raw(folder)
    write_workbook(tmp_path / "book.xlsx", raw.settings, raw.tables, "")
    assert_same(read_study(folder), read_study(tmp_path / "book.xlsx"))


def test_a_sheet_with_headings_only_is_no_table_unless_it_is_harvest(tmp_path: Path) -> None:
    study = read_study(save(book_of({"water": [["site", "temperature_c"]]}), tmp_path))
    assert study.water.empty
    (problem,) = problems_of(save(book_of({"harvest": HARVEST[:1]}), tmp_path))
    assert problem.table == "harvest" and "column names but no rows; fill it in." in problem.message
    # Cells below no heading are somebody's numbers: they are not passed over.
    (problem,) = problems_of(save(book_of({"water": [[None, None], ["North", 12]]}), tmp_path))
    assert problem.table == "water" and "no column names in row 1" in problem.message


def test_a_key_without_a_value_is_not_given_and_a_value_without_a_key_is_refused(tmp_path: Path) -> None:
    keys = [["key", "value"], ["title", "T"], ["currency.code", None], ["fouling_basis", ""]]
    study = read_study(save(book_of({"study": keys}), tmp_path))
    assert study.fouling_basis == "of_total"
    (problem,) = problems_of(save(book_of({"study": [*keys, [None, "CNY"]]}), tmp_path))
    assert (problem.row, problem.value) == (5, "CNY")
    assert "a value without a key" in problem.message


def test_settings_nest_as_in_toml(tmp_path: Path) -> None:
    keys = [
        ["key", "value", "note"],
        ["title", 2020],
        ["rules", "posterior_q10, vcs_mr24；art_trees"],
        ["currency.code", "CNY"],
        ["currency.year", 2024.0],
        ["priors.burial_fraction.q05", 0.03],
        ["priors.burial_fraction.q50", "0.08"],
        ["priors.burial_fraction.q95", 0.25],
        ["priors.burial_fraction.reason", "cores"],
        ["taxa.Crassostrea sp..group", "oyster"],
        ["taxa.Crassostrea sp..mineral", "calcite"],
        ["taxa.Crassostrea sp..synonyms", "某牡蛎、some oyster"],
    ]
    study = read_study(save(book_of({"study": keys}), tmp_path))
    assert study.title == "2020"
    assert study.rules == ("posterior_q10", "vcs_mr24", "art_trees")
    assert (study.currency.code, study.currency.year) == ("CNY", 2024)
    assert study.priors["burial_fraction"].quantiles.as_tuple() == (0.03, 0.08, 0.25)
    assert study.taxa.resolve("某牡蛎").name == "Crassostrea sp."


def test_own_rules_nest_as_in_toml(tmp_path: Path) -> None:
    keys = [
        ["key", "value"],
        ["title", "T"],
        ["headline_rule", "our_buyer"],
        ["own_rules.our_buyer.family", "dead_band"],
        ["own_rules.our_buyer.title", 2024],
        ["own_rules.our_buyer.source", "contract, section 3"],
        ["own_rules.our_buyer.thresholds.allowed", "0.3"],
        ["own_rules.our_buyer.thresholds.interval", 0.95],
        ["own_rules.our_buyer.thresholds.cumulative", True],
        ["own_rules.steps.family", "steps_buffer"],
        ["own_rules.steps.source", "us"],
        ["own_rules.steps.thresholds.edges", 0.2],
        ["own_rules.steps.thresholds.values", "0；0.15"],
        ["own_rules.steps.thresholds.relative_to", "median"],
    ]
    study = read_study(save(book_of({"study": keys}), tmp_path))
    assert study.rules[-2:] == ("our_buyer", "steps")
    assert study.own_rules["our_buyer"].thresholds == {"allowed": 0.3, "interval": 0.95, "cumulative": True}
    assert study.own_rules["our_buyer"].title == "2024"
    assert study.own_rules["steps"].thresholds == {
        "edges": [0.2], "values": [0, 0.15], "relative_to": "median", "interval": 0.9
    }  # fmt: skip


def test_own_rules_are_written_and_read_back(tmp_path: Path) -> None:
    folder = write_template(tmp_path / "folder")
    settings = folder / "study.toml"
    own = (
        '[own_rules.mine]\nfamily = "steps_times_width"\nsource = "us"\n'
        "thresholds = { edges = [0.1, 0.25], values = [0, 0.5, 1.0], interval = 0.8 }\n"
        '[own_rules.band]\nfamily = "dead_band"\nsource = "us"\nthresholds = { allowed = 0, cumulative = true }\n'
    )
    settings.write_text(f"{settings.read_text(encoding='utf-8')}\n{own}", encoding="utf-8")
    raw = read_raw(folder)
    write_workbook(tmp_path / "book.xlsx", raw.settings, raw.tables, "")
    assert_same(read_study(folder), read_study(tmp_path / "book.xlsx"))
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["study"]
    meanings = {row[0].value: row[2].value for row in sheet.iter_rows()}
    assert "Its numbers" in meanings["own_rules.mine.thresholds.edges"]
    assert "the family of its formula" in meanings["own_rules.band.family"]


@pytest.mark.parametrize(
    ("leaf", "value", "words"),
    [
        ("thresholds.level", "ten", "a number, between 0 and 1 (both excluded), not 'ten'"),
        ("thresholds.level", "0.1, 0.2", "not '0.1, 0.2'"),
        ("thresholds.levl", 0.1, "Did you mean 'level'?"),
    ],
)
def test_own_rules_refused(tmp_path: Path, leaf: str, value: object, words: str) -> None:
    keys = [
        ["key", "value"],
        ["title", "T"],
        ["own_rules.mine.family", "quantile"],
        ["own_rules.mine.source", "us"],
        [f"own_rules.mine.{leaf}", value],
    ]
    problems = problems_of(save(book_of({"study": keys}), tmp_path))
    found = [p for p in problems if p.column == f"own_rules.mine.{leaf}"]
    assert [problem.row for problem in found] == [5]
    assert words in found[0].message


@pytest.mark.parametrize(
    ("sheets", "table", "row", "column", "words"),
    [
        ({"study": [["key", "value"], ["titel", "T"]]}, "study", 2, "titel", "Did you mean 'title'?"),
        ({"study": [["name", "value"], ["title", "T"]]}, "study", 1, None, "row 1 must read: key, value"),
        ({"study": [["key", "value"], ["title", "T"], ["title", "U"]]}, "study", 3, "title", "first in row 2"),
        (
            {"study": [["key", "value"], ["title", "T"], ["currency", "CNY"], ["currency.year", 2024]]},
            "study", 4, "currency.year", "beginning of another key",
        ),
        ({"evidnce": [["a"], [1]]}, "evidnce", None, None, "Did you mean 'evidence'?"),
        ({"traps": [["trap"], ["T1"]]}, "traps", 1, "kind", "the column is missing"),
        ({"water": []}, "water", 1, None, "no column names"),
        ({"harvest": [*HARVEST, ["b", "South", "mussel", True, 400]]}, "harvest", 3, "harvest_t", "plain number"),
        (
            {"harvest": [*HARVEST, ["b", "South", "mussel", datetime.date(2024, 5, 1), 400]]},
            "harvest", 3, "harvest_t", "is a date",
        ),
        ({"harvest": [*HARVEST, ["b", "South", "mussel", "#DIV/0!", 400]]}, "harvest", 3, "harvest_t", "of a formula"),
        ({"harvest": [*HARVEST, ["b", "South", "mussel", "=1+1", 400]]}, "harvest", 3, "harvest_t", "was not saved"),
    ],
)  # fmt: skip
def test_refused(
    tmp_path: Path,
    sheets: dict[str, list[list[object]]],
    table: str,
    row: int | None,
    column: str | None,
    words: str,
) -> None:
    problems = problems_of(save(book_of(sheets), tmp_path))
    found = [p for p in problems if (p.table, p.row, p.column) == (table, row, column)]
    assert any(words in p.message for p in found), "\n".join(str(p) for p in problems)


def test_a_formula_without_a_result_is_not_told_as_an_empty_cell_too(tmp_path: Path) -> None:
    rows = [*HARVEST, ["b", "South", "mussel", "=1+1", 400], ["c", "South", "mussel", "", 400]]
    found = problems_of(save(book_of({"harvest": rows}), tmp_path))
    assert [(p.row, p.column, p.message[:12]) for p in found] == [
        (3, "harvest_t", "is a formula"), (4, "harvest_t", "is empty; ev"),
    ]  # fmt: skip


@pytest.mark.parametrize(("missing", "table"), [("study", "study"), ("harvest", "harvest")])
def test_a_missing_sheet(tmp_path: Path, missing: str, table: str) -> None:
    book = book_of({})
    book.remove(book[missing])
    (problem,) = problems_of(save(book, tmp_path))
    assert problem.table == table
    assert "is missing" in problem.message


def test_merged_cells_hide_values(tmp_path: Path) -> None:
    book = book_of({"harvest": [*HARVEST, ["b", "North", "mussel", 10, 400]]})
    book["harvest"].merge_cells("B2:B3")
    problems = problems_of(save(book, tmp_path))
    assert any("B2:B3 are merged" in p.message for p in problems)


def test_a_percentage_shows_another_number_than_it_holds(tmp_path: Path) -> None:
    book = book_of(
        {"evidence": [["quantity", "unit", "value", "species"], ["shell_carbon", "%", 0.116, "mussel"]]}
    )
    book["evidence"]["C2"].number_format = "0.0%"
    (problem,) = problems_of(save(book, tmp_path))
    assert (problem.table, problem.row, problem.column, problem.value) == ("evidence", 2, "value", "11.6%")


def test_rows_beyond_a_wrong_extent_are_read(tmp_path: Path) -> None:
    path = save(book_of({"harvest": [*HARVEST, ["b", "North", "mussel", 10, 400]]}), tmp_path)
    import zipfile

    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(b'<dimension ref="A1:E3"', b'<dimension ref="A1:E2"'))
    assert len(read_study(path).harvest) == 2


def test_empty_and_note_sheets_are_ignored(tmp_path: Path) -> None:
    study = read_study(save(book_of({"Sheet1": [], "README": [["anything"]], "columns": [["x"]]}), tmp_path))
    assert len(study.harvest) == 1


@pytest.mark.parametrize(
    "content", [b"", b"not a workbook", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0 old or locked"]
)
def test_a_workbook_that_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "study.xlsx"
    path.write_bytes(content)
    (problem,) = problems_of(path)
    assert "is not a workbook that can be read" in problem.message


def test_a_zip_of_something_else(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "study.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    (problem,) = problems_of(path)
    assert "is not a workbook that can be read" in problem.message


def test_an_old_workbook(tmp_path: Path) -> None:
    path = tmp_path / "study.xls"
    path.write_bytes(b"x")
    (problem,) = problems_of(path)
    assert "save it as .xlsx" in problem.message


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (3, "3"), (3.0, "3"), (0.1, "0.1"), (1e-9, "1e-09"), (True, "TRUE"), (" a\u3000", "a"),
     (datetime.datetime(2024, 5, 1), "2024-05-01")],
)  # fmt: skip
def test_cells_as_text(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_columns_carry_their_explanation(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "t", xlsx=True))
    comments = {cell.value: cell.comment.text for cell in book["harvest"][1]}
    assert "Live harvest of the species" in comments["harvest_t"]
    assert "周期" in comments["cycle_days"]
