"""The rule names that a study is checked against."""

from __future__ import annotations

import pytest

from bayescarbon.study import rules


def test_every_rule_of_the_design_ships() -> None:
    names = rules.rule_names()
    assert set(names) == {
        *(f"posterior_q{level}" for level in ("40", "33", "30", "16", "10", "05")),
        *("vcs_mr24", "vm0042", "vt0014", "vm0047", "vm0033", "art_trees", "fcpf", "ar_tool14", "gs403"),
        *("kp_art52", "accu_soil", "rainbow_p10"),
        *("vmd0017", "car_sep", "arb_forest", "ccer", "isometric_p16"),
    }
    unverified = {name for name, confidence in names.items() if confidence == "unverified"}
    assert unverified == {"vmd0017", "car_sep", "arb_forest", "ccer", "isometric_p16"}
    assert set(rules.default_rules()) == set(names) - unverified
    assert {n for n, c in names.items() if c == "primary"} == {"vm0033", "art_trees", "rainbow_p10"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"formla": "x"}, "Did you mean 'formula'"),
        ({"confidence": "primry"}, "Did you mean 'primary'"),
        ({"family": "quantil"}, "Did you mean 'quantile'"),
        ({"document": None}, "'document' is missing"),
    ],
)
def test_the_file_s_schema_is_closed(
    change: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = dict.fromkeys(("title", "formula", "document", "version", "section"), "x")
    table = good | {"family": "quantile", "confidence": "primary", "thresholds": {}} | change
    kept = {key: value for key, value in table.items() if value is not None}
    monkeypatch.setattr(rules, "read_toml", lambda relative: {"r": kept})
    with pytest.raises(ValueError, match=message):
        rules.rule_names.__wrapped__()
