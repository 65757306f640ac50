"""Defaults are the documented ones, and what is stated arrives as stated."""

from __future__ import annotations

import pytest

from bayescarbon.study import Study, read_study
from bayescarbon.study.rules import rule_names
from tests.study.conftest import Write

ONLY_TITLE = {"study.toml": 'title = "Bay"\n', "economics.csv": None}


def read(write: Write, text: str) -> Study:
    """Read the sound study with these settings after its title and currency."""
    return read_study(write({"study.toml": f'title = "T"\n{text}\n[currency]\ncode = "CNY"\nyear = 2024\n'}))


def test_only_the_title_is_required(write: Write) -> None:
    study = read_study(write(ONLY_TITLE))
    assert study.title == "Bay"
    assert study.headline_framework == "improved_stock_change"
    assert study.headline_rule == "posterior_q10"
    assert study.fouling_basis == "of_total"
    assert study.priors == {}
    assert study.currency is None
    assert study.credit_price is None
    assert study.taxa.resolve("Pacific oyster").name == "Magallana gigas"


def test_rules_default_to_all_that_are_not_unverified(write: Write) -> None:
    rules = read_study(write(ONLY_TITLE)).rules
    assert rules == tuple(name for name, confidence in rule_names().items() if confidence != "unverified")
    assert "vmd0017" not in rules


def test_an_unverified_rule_is_used_only_when_named_and_warned_of(write: Write) -> None:
    study = read(write, "headline_rule = 'ccer'")
    assert "ccer" in study.rules
    assert "vmd0017" not in study.rules
    (warning,) = study.warnings
    assert (warning.table, warning.column, warning.value) == ("study.toml", "headline_rule", "ccer")
    study = read(write, "rules = ['posterior_q10', 'car_sep']")
    assert study.rules == ("posterior_q10", "car_sep")
    assert "unverified" in study.warnings[0].message


def test_everything_stated_arrives(write: Write) -> None:
    study = read(
        write,
        """
headline_framework = "shell_only"
headline_rule = "vcs_mr24"
fouling_basis = "of_shellfish"
baseline_share = { q05 = 0.02, q50 = 0.06, q95 = 0.2, reason = "why" }
[credit_price]
q05 = 20
q50 = 60.0
q95 = 100.0
unit = "CNY / t CO2e"
[priors.burial_fraction]
q05 = 0.03
q50 = 0.08
q95 = 0.25
reason = "cores within 20 km"
source = "notebook 3"
[taxa."Chlamys nova"]
group = "scallop"
mineral = "calcite"
synonyms = ["新扇贝"]
[taxa."Ascidia nova"]
group = "ascidian"
""",
    )
    assert (study.headline_framework, study.headline_rule) == ("shell_only", "vcs_mr24")
    assert study.fouling_basis == "of_shellfish"
    assert study.priors["baseline_share"].quantiles.as_tuple() == (0.02, 0.06, 0.2)
    assert study.priors["baseline_share"].reason == "why"
    assert study.priors["burial_fraction"].quantiles.as_tuple() == (0.03, 0.08, 0.25)
    assert study.priors["burial_fraction"].source == "notebook 3"
    assert study.credit_price.quantiles.as_tuple() == (20.0, 60.0, 100.0)
    assert (study.currency.code, study.currency.year) == ("CNY", 2024)
    new = study.taxa.resolve("新扇贝")
    assert (new.name, new.group, new.mineral) == ("Chlamys nova", "scallop", "calcite")
    assert study.taxa.resolve("ascidia nova").mineral == "none"


def test_an_added_species_can_be_harvested(write: Write) -> None:
    study = read_study(
        write({
            "study.toml": 'title = "T"\n[taxa."Chlamys nova"]\ngroup = "scallop"\nmineral = "calcite"\n',
            "harvest.csv": "batch,site,species,harvest_t,cycle_days\na,North,Chlamys nova,1,400\n",
            "economics.csv": None,
        })
    )  # fmt: skip
    assert study.harvest[["species", "group"]].to_numpy().tolist() == [["Chlamys nova", "scallop"]]


def test_a_stated_live_weight_moves_what_is_expected_of_an_animal(write: Write) -> None:
    heavy = {
        "harvest.csv": "batch,site,species,harvest_t,cycle_days,individuals\na,North,geoduck,1,900,1250\n"
    }
    prior = 'title = "T"\n[priors.live_weight]\nq05 = 400\nq50 = 800\nq95 = 1600\nreason = "geoducks"\n'
    without = {**heavy, "economics.csv": None, "study.toml": 'title = "T"\n'}
    with pytest.raises(ValueError, match="makes 800 g per animal"):
        read_study(write(without))
    assert len(read_study(write({**without, "study.toml": prior})).harvest) == 1
