"""`bayescarbon discounts`, as a user types it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from bayescarbon.cli import discounts as command
from bayescarbon.study import settings
from bayescarbon.study.discounts import discounts
from bayescarbon.study.rules import default_rules
from tests.cli.conftest import Run


def test_without_words_the_headline_framework_is_shown(cli: Run) -> None:
    done = cli("discounts")
    assert done.returncode == 0
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == "Flat deductions under improved_stock_change"
    assert [line.split()[0] for line in lines[4 : 4 + len(default_rules())]] == list(default_rules())
    assert "Made with version" in lines[-1]


def test_a_cell_is_the_share_of_the_table_in_per_cent(cli: Run) -> None:
    lines = cli("discounts", "--framework", "stock_change").stdout.splitlines()
    shown = next(line.split()[1:] for line in lines if line.startswith("posterior_q10 "))
    held = [row for row in discounts() if (row.framework, row.rule) == ("stock_change", "posterior_q10")]
    assert shown == [f"{100 * (row.deduction or 0.0):.0f}" for row in held]
    assert len(shown) == 15


def test_a_rule_alone_is_shown_for_every_framework(cli: Run) -> None:
    done = cli("discounts", "--rule", "vcs_mr24")
    assert "shell_only" in done.stdout
    none = next(line for line in done.stdout.splitlines() if line.startswith("none "))
    assert set(none.split()[1:]) == {"-"}


def test_both_together_give_error_risk_and_remarks(cli: Run) -> None:
    lines = cli("discounts", "--framework", "stock_change", "--rule", "posterior_q10").stdout.splitlines()
    row = next(line.split() for line in lines if line.startswith("clam"))
    held = discounts_of("stock_change", "posterior_q10")[0]
    assert row[1] == "0"
    assert row[3] == f"{held['deduction']:.1%}"
    assert row[4] == f"{held['deduction_mcse']:.1%}"
    assert row[5] == "0.10"


def discounts_of(framework: str, rule: str) -> list[dict[str, float]]:
    return [
        {"deduction": row.deduction or 0.0, "deduction_mcse": row.deduction_mcse or 0.0}
        for row in discounts()
        if (row.framework, row.rule) == (framework, rule)
    ]


def test_json_holds_the_rows_with_null_where_there_is_no_number(cli: Run) -> None:
    done = cli("discounts", "--framework", "none", "--rule", "posterior_q10", "--json")
    found = json.loads(done.stdout)
    assert len(found) == 15
    assert {row["deduction"] for row in found} == {None}
    assert not any(row["eligible"] for row in found)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--framework", "stok_change"], "Did you mean 'stock_change'?"),
        (["--rule", "vcs_mr25"], "Did you mean 'vcs_mr24'?"),
        (["--rule", "zzz"], "`bayescarbon rules` lists them"),
        (["--rule", "ccer"], "not verified"),
        (["stock_change"], "stock_change"),
    ],
)
def test_unknown_words_are_usage_errors_with_a_hint(cli: Run, words: list[str], hint: str) -> None:
    done = cli("discounts", *words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert hint in done.stderr


def test_nothing_heavy_is_imported() -> None:
    heavy = (
        "pymc",
        "nutpie",
        "numba",
        "arviz_stats",
        "xarray",
        "scipy",
        "numpy",
        "pandas",
        "pint",
        "pydantic",
    )
    code = (
        "import sys; from bayescarbon.cli import main; main(['discounts']); "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"


def test_what_is_shown_first_is_the_headline_of_a_study() -> None:
    assert command.HEADLINE_FRAMEWORK == settings.HEADLINE_FRAMEWORK
