"""A small sound study that each test breaks in its own way."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bayescarbon.errors import Problem, StudyError
from bayescarbon.study import read_study

SOUND = {
    "study.toml": 'title = "Test"\n[currency]\ncode = "CNY"\nyear = 2024\n',
    "harvest.csv": (
        "batch,site,species,harvest_t,cycle_days,individuals\n"
        "a,North,Azumapecten farreri,100,500,3300000\n"
        "b,South,Magallana gigas,200,400,\n"
    ),
    "evidence.csv": (
        "quantity,unit,value,species,site,season,sd,n,low,high,method,rq_convention,sample\n"
        "shell_carbon,%,11.6,Azumapecten farreri,North,autumn,,,,,,,S1\n"
        "dry_fraction,g/g,0.61,Azumapecten farreri,North,,0.03,12,,,,,\n"
        "burial_fraction,%,7,,North,,,,,,core,,\n"
    ),
    "water.csv": "site,temperature_c,salinity,alkalinity_umol_kg,pco2_uatm,pco2_uatm_sd\nNorth,14,31,2260,430,20\n",
    "economics.csv": (
        "batch,year,revenue,cost,alternative_revenue,alternative_cost,margin_gap,margin_gap_sd,cycle_months,discount_rate\n"
        "a,2023,500,300,480,310,,,,0.05\n"
        "a,2024,510,310,490,300,,,,0.05\n"
        "b,,,,,,20,5,,\n"
    ),
    "sampling.csv": "quantity,cost_per_sample,site,species\nburial_fraction,1500,North,\n",
}

Files = dict[str, str | bytes | None]
Write = Callable[[Files], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes the sound study with some files replaced, or left out (None)."""

    def write_files(changes: Files) -> Path:
        folder = tmp_path / "study"
        folder.mkdir(exist_ok=True)
        for name, content in {**SOUND, **changes}.items():
            if isinstance(content, bytes):
                (folder / name).write_bytes(content)
            elif content is None:
                (folder / name).unlink(missing_ok=True)
            else:
                (folder / name).write_text(content, encoding="utf-8")
        return folder

    return write_files


def evidence(*rows: str) -> Files:
    """Return the sound study's evidence with these rows instead."""
    header = SOUND["evidence.csv"].splitlines()[0]
    return {"evidence.csv": "\n".join([header, *rows]) + "\n"}


def problems_of(path: Path) -> tuple[Problem, ...]:
    """Return what is wrong with a study; it must be wrong."""
    with pytest.raises(StudyError) as caught:
        read_study(path)
    return caught.value.problems


# Names, columns and values stay as they are, so an English sentence is what has several words of prose in a row.
PROSE = re.compile(r"(?:\b[A-Za-z][a-z]*['’]?[a-z]* ){4,}")
# What a library says in its own words.
QUOTED = re.compile(r"TOML：.*|附近无法拆分为单元格（.*?）；")


def assert_said_in_chinese(problem: Problem) -> None:
    """Assert that all of a problem can be said in Chinese: its place, its value, what is wrong and the remedy."""
    said = problem.said("zh")
    assert said.startswith(problem.table)
    assert problem.row is None or f"第 {problem.row} 行" in said
    assert problem.column is None or f"列 {problem.column}" in said
    assert problem.value is None or repr(problem.value) in said
    message = said if problem.value is None else said.replace(repr(problem.value), "")
    assert re.search("[\u4e00-\u9fff]", message)
    assert PROSE.search(QUOTED.sub("", message)) is None, message
    assert problem.said("en") == str(problem)


def assert_told_once(
    messages: tuple[Problem, ...],
    table: str,
    row: int | None,
    column: str | None,
    value: str | None,
    words: str,
) -> None:
    """One oddity, one message in both languages, with its place and the words: nothing further on may stumble."""
    told = "\n".join(str(message) for message in messages)
    assert len(messages) == 1, told
    (message,) = messages
    assert (message.table, message.row, message.column, message.value) == (table, row, column, value), told
    assert words in message.message, told
    assert_said_in_chinese(message)
