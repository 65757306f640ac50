"""The template passes `check` as it stands, explains every column, and overwrites nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path

import openpyxl
import pytest

from bayescarbon.errors import StudyError
from bayescarbon.study import read_study, write_template
from bayescarbon.study.columns import TABLES
from bayescarbon.study.describe import KEYS
from bayescarbon.study.sheets import flatten
from bayescarbon.study.template import ROWS, examples
from tests.study.test_workbook import assert_same


def test_the_template_is_sound_and_labelled_as_invented(tmp_path: Path) -> None:
    folder = write_template(tmp_path / "new" / "farm")
    study = read_study(folder)
    assert study.warnings == ()
    assert "invented" in study.title
    assert set(study.evidence["source"]) == {"invented"}
    assert set(study.evidence["kind"]) == {"sample", "summary", "range", "below"}
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md", "economics.csv", "evidence.csv", "harvest.csv", "sampling.csv", "study.toml", "water.csv",
    ]  # fmt: skip


def test_the_template_has_and_explains_every_column(tmp_path: Path) -> None:
    folder = write_template(tmp_path / "farm")
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for table in TABLES.values():
        for column in table.columns:
            assert f"`{column.name}`" in readme
            assert column.chinese in readme
        if table.name in ROWS:
            header = (folder / f"{table.name}.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(",")
            assert set(header) == {column.name for column in table.columns}


def test_the_workbook_explains_every_column(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "farm", xlsx=True))
    listed = {(row[0], row[1]) for row in book["columns"].iter_rows(min_row=2, values_only=True)}
    tables = {(t.name, c.name) for t in TABLES.values() for c in t.columns}
    assert listed == tables | {("study", key.name) for key in KEYS}
    keys = {row[0] for row in book["study"].iter_rows(min_row=2, values_only=True)}
    assert {"title", "currency.code", "credit_price.q50"} <= keys


@pytest.mark.parametrize("name", examples())
def test_shipped_studies_can_be_copied_in_both_forms(tmp_path: Path, studies: Path, name: str) -> None:
    shipped = read_study(studies / name)
    folder = write_template(tmp_path / "folder", example=name)
    assert_same(shipped, read_study(folder))
    assert not (folder / "results").exists()
    assert_same(shipped, read_study(write_template(tmp_path / "book", example=name, xlsx=True)))


def test_there_are_examples() -> None:
    assert "yunxi" in examples()


def test_an_unknown_example_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="Did you mean 'yunxi'"):
        write_template(tmp_path / "farm", example="yunxy")
    assert not (tmp_path / "farm").exists()


@pytest.mark.parametrize("xlsx", [True, False])
def test_nothing_is_overwritten(tmp_path: Path, xlsx: bool) -> None:
    (tmp_path / "harvest.csv").write_text("mine")
    with pytest.raises(StudyError, match="is not empty"):
        write_template(tmp_path, xlsx=xlsx)
    assert [path.name for path in tmp_path.iterdir()] == ["harvest.csv"]
    with pytest.raises(StudyError, match="is a file"):
        write_template(tmp_path / "harvest.csv")
    assert (tmp_path / "harvest.csv").read_text() == "mine"


def test_settings_flatten_to_dotted_keys() -> None:
    nested = tomllib.loads(
        'title = "T"\nrules = ["a", "b"]\n[priors.x]\nq05 = 0.1\n[taxa."C. sp."]\ngroup = "clam"\n'
    )
    assert list(flatten(nested)) == [
        ("title", "T"),
        ("rules", "a, b"),
        ("priors.x.q05", 0.1),
        ("taxa.C. sp..group", "clam"),
    ]
