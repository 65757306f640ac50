"""The frameworks as data: names, bases, closed schema."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bayescarbon.accounting import frameworks as module
from bayescarbon.accounting.frameworks import Framework, frameworks, named_framework, net_sink, weights
from bayescarbon.accounting.ledger import ledger
from bayescarbon.accounting.lines import LINES
from tests.accounting.inputs import point

OWN_ANIMAL = set(frameworks()) - {"improved_stock_change", "life_cycle"}


def test_the_design_s_frameworks_ship() -> None:
    assert list(frameworks()) == [
        "stock_change",
        "improved_stock_change",
        "shell_only",
        "shell_dic_only",
        "shell_net_calcification",
        "individual_budget",
        "respiration_and_calcification",
        "air_sea_calcification",
        "integrated_coastal",
        "life_cycle",
        "none",
    ]


@pytest.mark.parametrize("name", list(frameworks()))
def test_each_says_who_argues_for_it_in_both_languages(name: str) -> None:
    one = frameworks()[name]
    assert one.title
    assert one.argued_by
    assert one.citation
    assert set(one.description) == {"en", "zh"}
    assert any("\u4e00" <= letter <= "\u9fff" for letter in one.description["zh"])


@pytest.mark.parametrize("name", sorted(OWN_ANIMAL))
def test_own_animal_frameworks_leave_foulers_out(name: str) -> None:
    assert not [line for line in weights(frameworks()[name]) if line.startswith("fouling_")]


def test_seed_is_taken_off_part_by_part() -> None:
    for name in (
        "stock_change",
        "improved_stock_change",
        "shell_only",
        "shell_dic_only",
        "individual_budget",
    ):
        signed = weights(frameworks()[name])
        for part in ("shell_dic", "shell_respired", "shell_organic", "tissue"):
            assert signed.get(f"seed_{part}", 0) == -signed.get(part, 0), (name, part)


def test_unknown_name_suggests() -> None:
    with pytest.raises(ValueError, match="Did you mean 'improved_stock_change'"):
        net_sink(ledger(point()), "improved_stok_change")


def test_life_cycle_takes_another_base() -> None:
    lines = ledger(point())
    shell = net_sink(lines, named_framework("life_cycle", base="shell_only")).item()
    assert shell == pytest.approx(net_sink(lines, "shell_only").item() - 10.0)
    nothing = net_sink(lines, "life_cycle", base="none").item()
    assert nothing == pytest.approx(-10.0)
    with pytest.raises(ValueError, match="builds on no other"):
        net_sink(lines, "shell_only", base="none")
    with pytest.raises(ValueError, match="give the framework itself its base"):
        net_sink(lines, named_framework("life_cycle"), base="none")
    assert frameworks()["life_cycle"].base == "improved_stock_change"


@pytest.mark.parametrize(
    ("name", "base", "message"),
    [
        ("shell_only", "none", "builds on no other"),
        ("life_cycle", "life_cycle", "builds on another framework itself"),
        ("life_cycle", "shell_onli", "Did you mean 'shell_only'"),
    ],
)
def test_bases_are_checked(name: str, base: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        named_framework(name, base=base)


def test_own_framework() -> None:
    mine = Framework(name="buried_only", plus=("buried",), minus=())
    assert net_sink(ledger(point()), mine).item() == pytest.approx(1.2 * 44 / 12)


@pytest.mark.parametrize(
    ("plus", "minus", "message"),
    [
        (("burried",), (), "Did you mean 'buried'"),
        (("buried",), ("buried",), "more than once"),
        (("tissue", "tissue"), (), "more than once"),
    ],
)
def test_lines_are_checked(plus: tuple[str, ...], minus: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Framework(name="x", plus=plus, minus=minus)


def test_a_base_that_counts_the_same_line_is_refused() -> None:
    doubled = Framework(name="x", plus=("buried",), minus=(), base="improved_stock_change")
    with pytest.raises(ValueError, match="both count buried"):
        weights(doubled)


GOOD = {
    "title": "t", "plus": ["buried"], "minus": [], "argued_by": "a", "citation": "c",
    "description": {"en": "e", "zh": "z"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pluss": []}, "unknown key 'pluss'. Did you mean 'plus'"),
        ({"citation": None}, "'citation' is missing"),
        ({"description": {"en": "e"}}, "exactly the keys en and zh"),
        ({"base": "nothing"}, "no framework 'nothing'"),
    ],
)
def test_the_file_s_schema_is_closed(
    change: dict[str, object], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = {key: value for key, value in (GOOD | change).items() if value is not None}
    monkeypatch.setattr(module, "read_toml", lambda relative: {"x": table})
    with pytest.raises(ValueError, match=message):
        frameworks.__wrapped__()


def test_every_line_counts_somewhere_or_is_memo() -> None:
    counted = {line for one in frameworks().values() for line in weights(one)}
    assert set(LINES) - counted == {"deposited", "fouling_calcification_co2", "fouling_respired"}


def test_reading_frameworks_loads_no_xarray() -> None:
    code = (
        "import sys; from bayescarbon.accounting.frameworks import frameworks; frameworks();"
        "sys.exit(int(any(m in sys.modules for m in ('xarray', 'numpy', 'pandas', 'pymc'))))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
