"""The rules that ship, and the closed schema that shipped and own rules share."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bayescarbon.study import rules as module
from bayescarbon.study.rules import CONFIDENCES, FAMILIES, Rule, default_rules, faults, named_rule, rules


def test_every_rule_of_the_design_ships() -> None:
    assert set(rules()) == {
        *(f"posterior_q{level}" for level in ("40", "33", "30", "16", "10", "05")),
        *("vcs_mr24", "vm0042", "vt0014", "vm0047", "vm0033", "art_trees", "fcpf", "ar_tool14", "gs403"),
        *("kp_art52", "accu_soil", "rainbow_p10"),
        *("vmd0017", "car_sep", "arb_forest", "ccer", "isometric_p16"),
    }
    by_confidence = {c: {name for name, rule in rules().items() if rule.confidence == c} for c in CONFIDENCES}
    assert by_confidence["unverified"] == {"vmd0017", "car_sep", "arb_forest", "ccer", "isometric_p16"}
    assert by_confidence["primary"] == {"vm0033", "art_trees", "rainbow_p10"}
    assert set(default_rules()) == set(rules()) - by_confidence["unverified"]
    assert {name for name, rule in rules().items() if not rule.computable} == {
        "vmd0017", "car_sep", "arb_forest", "ccer"
    }  # fmt: skip


@pytest.mark.parametrize("name", rules())
def test_every_rule_says_where_it_is_from(name: str) -> None:
    rule = rules()[name]
    assert rule.name == name
    assert rule.title and rule.formula and rule.document
    assert not list(faults(rule.family, rule.thresholds))


def test_a_rule_s_name_says_its_level() -> None:
    for name, rule in rules().items():
        if name.startswith("posterior_q"):
            assert rule.thresholds["level"] == pytest.approx(int(name[-2:]) / 100, abs=1e-15)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"formla": "x"}, "Did you mean 'formula'"),
        ({"confidence": "primry"}, "Did you mean 'primary'"),
        ({"confidence": "own"}, "which is not known"),
        ({"family": "quantil"}, "Did you mean 'quantile'"),
        ({"document": None}, "'document' is missing"),
        ({"thresholds": {"levl": 0.1}}, "Did you mean 'level'"),
    ],
)
def test_the_file_s_schema_is_closed(
    change: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = dict.fromkeys(("title", "formula", "document", "version", "section"), "x")
    table = good | {"family": "quantile", "confidence": "primary", "thresholds": {"level": 0.1}} | change
    kept = {key: value for key, value in table.items() if value is not None}
    monkeypatch.setattr(module, "read_toml", lambda relative: {"r": kept})
    with pytest.raises(ValueError, match=message):
        rules.__wrapped__()


STEPS = {"edges": [0.1, 0.2], "values": [0.0, 0.5, 1.0]}


@pytest.mark.parametrize(
    ("family", "thresholds", "key", "words"),
    [
        ("quantile", {}, "level", "is missing; the family 'quantile' needs it: a number, between 0 and 1"),
        ("quantile", {"level": 1}, "level", "(both excluded), not 1."),
        ("quantile", {"level": True}, "level", "must be a number"),
        ("quantile", {"level": "0.1"}, "level", "must be a number"),
        ("quantile", {"level": float("nan")}, "level", "must be a number"),
        ("quantile", {"level": [0.1]}, "level", "must be a number"),
        ("quantile", {"level": 0.1, "edge": [1]}, "edge", "Its thresholds are: level."),
        ("standard_error", {"level": 0.4}, "level", "between 0.5 and 1"),
        ("dead_band", {"allowed": -0.1}, "allowed", "0 or more"),
        ("dead_band", {"allowed": 0.1, "cumulative": 1}, "cumulative", "true or false"),
        ("dead_band", {"allowed": 0.1, "intervall": 0.9}, "intervall", "Did you mean 'interval'?"),
        ("steps_buffer", STEPS | {"relative_to": "mode"}, "relative_to", "mean or median"),
        ("steps_buffer", STEPS | {"values": [0, 0.5, 1.5]}, "values", "between 0 and 1"),
        ("steps_buffer", STEPS | {"edges": 0.1}, "edges", "a list of numbers"),
        ("steps_buffer", STEPS | {"edges": []}, "edges", "a list of numbers"),
        ("steps_buffer", STEPS | {"edges": [0.2, 0.2]}, "edges", "must rise"),
        ("steps_times_width", STEPS | {"values": [0, 0.5, 0.4]}, "values", "must rise"),
        (
            "steps_times_width",
            STEPS | {"values": [0, 0.5]},
            "values",
            "one more than edges (2), and there are 2",
        ),
        ("scaled_half_width", {"factor": 1, "divisor": 0}, "divisor", "above 0"),
        ("as_documented", {"level": 0.1}, "level", "Its thresholds are: none."),
    ],
)
def test_thresholds_are_checked(family: str, thresholds: dict[str, Any], key: str, words: str) -> None:
    found = dict(faults(family, thresholds))
    assert words in found[key]
    with pytest.raises(ValueError, match=f"rule 'mine': {key} "):
        Rule("mine", family, thresholds)


def test_sound_thresholds_have_no_faults() -> None:
    assert not list(faults("steps_times_width", STEPS))
    assert not list(faults("dead_band", {"allowed": 0, "cumulative": False, "interval": 0.95}))
    assert not list(faults("standard_error", {"level": 0.5}))


def test_what_is_not_stated_is_filled_in() -> None:
    rule = Rule("mine", "dead_band", {"allowed": 0.1})
    assert rule.thresholds == {"allowed": 0.1, "interval": 0.9, "cumulative": False}
    assert rule.confidence == "own"
    assert dataclasses.replace(rule, title="Mine").thresholds == rule.thresholds


def test_a_rule_does_not_follow_the_table_it_was_made_of() -> None:
    stated = {"level": 0.2}
    rule = Rule("mine", "quantile", stated)
    stated["level"] = 0.5
    assert rule.thresholds == {"level": 0.2}


def test_unknown_family_and_confidence() -> None:
    with pytest.raises(ValueError, match="Did you mean 'dead_band'"):
        Rule("mine", "dead_bnd", {})
    with pytest.raises(ValueError, match="confidence is 'sure'"):
        Rule("mine", "quantile", {"level": 0.1}, confidence="sure")


def test_rules_by_name() -> None:
    mine = Rule("mine", "quantile", {"level": 0.2})
    assert named_rule("vcs_mr24") is rules()["vcs_mr24"]
    assert named_rule("mine", {"mine": mine}) is mine
    with pytest.raises(ValueError, match="Did you mean 'vcs_mr24'"):
        named_rule("vcs_mr25")


@pytest.mark.parametrize("name", FAMILIES)
def test_every_threshold_is_explained(name: str) -> None:
    for key, threshold in FAMILIES[name].thresholds.items():
        assert threshold.meaning.endswith("."), key
        assert threshold.required or threshold.default is None or threshold.allows(threshold.default)
        assert bool(threshold.words) == (threshold.kind == "word")
