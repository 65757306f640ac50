"""Encodings, line ends, stray characters and stray files of a folder."""

from __future__ import annotations

import hashlib

import pytest

from bayescarbon.study import read_study
from tests.study.conftest import SOUND, Write, problems_of

CHINESE = (
    SOUND["harvest.csv"]
    .replace("Azumapecten farreri", "栉孔扇贝")
    .replace("North", "养马岛")
    .replace("South", "崆峒岛")
)
SITES = {"evidence.csv": None, "water.csv": None, "sampling.csv": None}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_is_read_in_every_encoding(write: Write, encoding: str) -> None:
    study = read_study(write({**SITES, "harvest.csv": CHINESE.encode(encoding)}))
    assert study.harvest["site"].tolist() == ["养马岛", "崆峒岛"]
    assert study.harvest["species"].tolist() == ["Azumapecten farreri", "Magallana gigas"]
    guessed = [warning for warning in study.warnings if "GB18030" in warning.message]
    assert len(guessed) == (encoding == "gb18030")
    if guessed:
        assert "养马岛" in guessed[0].value


def test_settings_in_gb18030(write: Write) -> None:
    text = SOUND["study.toml"].replace("Test", "养马岛")
    assert read_study(write({"study.toml": text.encode("gb18030")})).title == "养马岛"
    assert read_study(write({"study.toml": text.encode("utf-8-sig")})).title == "养马岛"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace(",", " , "),
        lambda text: text.rstrip("\n"),
        lambda text: text + "\n\n,,\n",
        lambda text: text.replace("batch,site", '"batch","site"'),
        lambda text: text.replace("a,North", "\u200ba\u3000,\xa0North"),
        lambda text: text.replace("400,\n", "400\n"),
    ],
)
def test_the_look_of_a_file_does_not_matter(write: Write, change) -> None:
    plain = read_study(write({})).harvest
    assert read_study(write({"harvest.csv": change(SOUND["harvest.csv"])})).harvest.equals(plain)


def test_the_order_of_columns_does_not_matter(write: Write) -> None:
    lines = [line.split(",") for line in SOUND["harvest.csv"].splitlines()]
    turned = "\n".join(",".join(reversed(line)) for line in lines)
    assert read_study(write({"harvest.csv": turned})).harvest.equals(read_study(write({})).harvest)


def test_other_files_are_ignored_but_a_lost_table_is_told(write: Write) -> None:
    folder = write({"notes.txt": "x", ".hidden.csv": "x", "evidence.csv": None, "evidence.xlsx": b"x"})
    (folder / "results").mkdir()
    (folder / "results" / "sinks.csv").write_text("x")
    (warning,) = read_study(folder).warnings
    assert "evidence.xlsx is not read" in warning.message


def test_input_hashes(write: Write) -> None:
    study = read_study(write({}))
    assert set(study.inputs) == set(SOUND)
    assert study.inputs["harvest.csv"] == hashlib.sha256(SOUND["harvest.csv"].encode()).hexdigest()


def test_latin_letters_are_not_taken_for_chinese(write: Write) -> None:
    # "Île,é" in Latin-1: bytes that GB18030 cannot pair.
    content = SOUND["harvest.csv"].replace("North", "Baie é").encode("latin-1")
    (problem,) = problems_of(write({**SITES, "harvest.csv": content}))
    assert "not in a readable encoding" in problem.message
