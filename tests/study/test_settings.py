"""Defaults are the documented ones, and what is stated arrives as stated."""

from __future__ import annotations

import pytest

from bayescarbon.errors import Problem, StudyError
from bayescarbon.study import Study, read_study
from bayescarbon.study.rules import default_rules
from tests.study.conftest import Write

ONLY_TITLE = {"study.toml": 'title = "Bay"\n', "economics.csv": None}


def read(write: Write, text: str) -> Study:
    """Read the sound study with these settings after its title and currency."""
    return read_study(write({"study.toml": f'title = "T"\n{text}\n[currency]\ncode = "CNY"\nyear = 2024\n'}))


def warned(study: Study) -> list[Problem]:
    """Return what its settings are warned of."""
    return [warning for warning in study.warnings if warning.table == "study.toml"]


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
    study = read_study(write(ONLY_TITLE))
    assert study.rules == default_rules()
    assert study.own_rules == {}
    assert "isometric_p16" not in study.rules
    assert {"posterior_q10", "vcs_mr24"} < set(study.rules)


def test_an_unverified_rule_is_used_only_when_named_and_warned_of(write: Write) -> None:
    study = read(write, "headline_rule = 'isometric_p16'")
    assert study.rules == (*default_rules(), "isometric_p16")
    (warning,) = warned(study)
    assert (warning.table, warning.column, warning.value) == ("study.toml", "headline_rule", "isometric_p16")
    study = read(write, "rules = ['posterior_q10', 'isometric_p16']")
    assert study.rules == ("posterior_q10", "isometric_p16")
    assert "unverified" in warned(study)[0].message


OWN = """
[own_rules.our_buyer]
title = "Contract of 2024"
family = "steps_times_width"
thresholds = { edges = [0.1, 0.2], values = [0, 0.5, 1.0] }
source = "contract, section 3"
[own_rules.cautious]
family = "quantile"
thresholds.level = 0.02
source = "the board"
"""


def test_own_rules_arrive_and_are_shown(write: Write) -> None:
    study = read(write, f"headline_rule = 'cautious'\n{OWN}")
    assert warned(study) == []
    assert study.headline_rule == "cautious"
    assert study.rules == (*default_rules(), "our_buyer", "cautious")
    assert list(study.own_rules) == ["our_buyer", "cautious"]
    buyer, cautious = study.own_rules.values()
    assert (buyer.name, buyer.title, buyer.family) == ("our_buyer", "Contract of 2024", "steps_times_width")
    assert buyer.thresholds == {"edges": [0.1, 0.2], "values": [0, 0.5, 1.0], "interval": 0.9}
    assert (buyer.document, buyer.confidence) == ("contract, section 3", "own")
    assert "value(U) x W" in buyer.formula
    assert (cautious.title, cautious.thresholds) == ("cautious", {"level": 0.02})


def test_own_rules_among_the_rules(write: Write) -> None:
    study = read(write, f"rules = ['cautious', 'posterior_q10']\n{OWN}")
    assert study.rules == ("cautious", "posterior_q10")
    # All that are stated are there; that one of them is not used is said.
    assert list(study.own_rules) == ["our_buyer", "cautious"]
    (warning,) = warned(study)
    assert warning.column == "own_rules.our_buyer"
    assert "not among `rules`" in warning.message


def own(text: str, name: str = "mine", source: str = "source = 's'") -> str:
    """Return an own rule of these keys, used as the headline rule."""
    return f"headline_rule = '{name}'\n[own_rules.{name}]\n{text}\n{source}\n"


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        (own("family = 'quantil'"), "own_rules.mine.family", "Did you mean 'quantile'?"),
        (own("family = 'zzz'"), "own_rules.mine.family", "The families are: quantile, normal_quantile,"),
        (own("family = 'as_documented'"), "own_rules.mine.family", "is not a family of rules"),
        (own(""), "own_rules.mine.family", "is missing"),
        (own("family = 'quantile'"), "own_rules.mine.thresholds.level", "is missing; the family 'quantile' needs it"),
        (
            own("family = 'quantile'\nthresholds.level = 10"),
            "own_rules.mine.thresholds.level", "between 0 and 1 (both excluded), not 10",
        ),
        (
            own("family = 'quantile'\nthresholds = { level = 0.1, levle = 0.2 }"),
            "own_rules.mine.thresholds.levle", "Did you mean 'level'?",
        ),
        (own("family = 'quantile'\nlevel = 0.1"), "own_rules.mine.level", "is not a key of a study"),
        (own("family = 'quantile'\nthresholds = 0.1"), "own_rules.mine.thresholds", "must be a table"),
        (
            own("family = 'quantile'\nthresholds.level = 0.1", source=""),
            "own_rules.mine.source", "say in which document the rule stands",
        ),
        (
            own("family = 'quantile'\nthresholds.level = 0.1", source="source = ' '"),
            "own_rules.mine.source", "must not be blank",
        ),
        (
            own("family = 'quantile'\nthresholds.level = 0.1", name="vcs_mr24"),
            "own_rules.vcs_mr24", "is the name of a rule that ships",
        ),
        (own("family = 'quantile'\nthresholds.level = 0.1", name="Mine"), "own_rules.Mine", "lower-case letters"),
    ],
)  # fmt: skip
def test_own_rules_refused(write: Write, text: str, column: str, words: str) -> None:
    with pytest.raises(StudyError) as caught:
        read(write, text)
    # One fault, one message: that the headline rule is unknown then would be a false alarm.
    (problem,) = caught.value.problems
    assert (problem.table, problem.column) == ("study.toml", column)
    assert words in problem.message


@pytest.mark.parametrize("key", ["headline_rule = 'ccer'", "rules = ['posterior_q10', 'car_sep']"])
def test_a_rule_without_a_formula_is_refused(write: Write, key: str) -> None:
    with pytest.raises(StudyError) as caught:
        read(write, key)
    (problem,) = caught.value.problems
    assert problem.column == key.split(" ")[0]
    assert "not verified" in problem.message
    assert "define an own rule with the numbers of your document" in problem.message


def test_a_misspelt_own_rule_is_suggested(write: Write) -> None:
    with pytest.raises(StudyError, match="Did you mean 'our_buyer'"):
        read(write, f"headline_rule = 'our_byer'\n{OWN}")


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
