"""The comparison with JAGS compares one model: same priors, same rows; and its figures are what they are said to be."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from bayescarbon.evidence.quantities import Z95, quantities
from bayescarbon.model.build import Specification, model_of, specify
from bayescarbon.model.priors import LEVEL_LOG_SD
from bayescarbon.study import read_study

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module", autouse=True)
def _scripts_can_be_imported() -> object:
    """The benchmarks are scripts: they import each other from their own folder."""
    sys.path.insert(0, str(BENCHMARKS))
    yield
    sys.path.remove(str(BENCHMARKS))


@pytest.fixture(scope="module")
def reduced(studies: Path) -> Specification:
    study, _ = import_module("engines_model").sample_rows(read_study(studies / "synthetic-bay"))
    return specify(study, literature=False)


def test_only_what_both_engines_can_take_is_left(studies: Path) -> None:
    study = read_study(studies / "synthetic-bay")
    left, told = import_module("engines_model").sample_rows(study)
    rows = left.evidence
    assert set(rows["kind"]) == {"sample"}
    assert set(rows["season"]) == {""}
    assert not set(rows["method"]) & {"oxygen"}
    assert rows["dry_weight_g"].isna().all() and rows["shell_length_mm"].isna().all()
    assert not set(rows["quantity"]) & {"biodeposit_carbon", "shell_organic_share", "carbon_per_live"}
    assert set(rows["origin"]) == {"farm", "literature"}
    assert told["rows"] == len(rows)
    own = study.evidence
    kept = (
        (own["kind"] == "sample")
        & (own["method"] != "oxygen")
        & own["quantity"].isin(rows["quantity"].unique())
    )
    published = int((rows["origin"] == "literature").sum())
    assert len(rows) == kept.sum() + published - told["suspected outliers"]
    assert len(study.evidence) > len(rows), "the study itself is left as it was"


def _jags_log_density(
    data: dict[str, np.ndarray], eta: np.ndarray, level_sd: np.ndarray, cv: np.ndarray
) -> float:
    """The model of centred.jags, line by line, in SciPy."""
    n_mu = int(data["n_mu"])
    total = stats.norm.logpdf(eta[:n_mu], data["location"], data["sd_mu"]).sum()
    parent, sd = data["parent"][n_mu:] - 1, level_sd[data["sd_of"][n_mu:] - 1]
    total += stats.norm.logpdf(eta[n_mu:], eta[parent], sd).sum()
    total += stats.lognorm.logpdf(level_sd, data["level_log_sd"], scale=np.exp(data["log_level_sd"])).sum()
    total += stats.lognorm.logpdf(cv, data["cv_log_sd"], scale=np.exp(data["log_cv"])).sum()
    precision = data["factor"] * cv**-2
    k = precision[data["fraction_scatter"] - 1]
    theta = 1 / (1 + np.exp(-eta[data["fraction_node"] - 1]))
    at = data["fraction_mean"] - 1
    total += stats.beta.logpdf(data["fraction"], (theta * k)[at], ((1 - theta) * k)[at]).sum()
    shape = precision[data["positive_scatter"] - 1]
    rate = shape / np.exp(eta[data["positive_node"] - 1])
    at = data["positive_mean"] - 1
    return float(total + stats.gamma.logpdf(data["positive"], shape[at], scale=1 / rate[at]).sum())


def test_data_for_jags_hold_the_density_of_our_model(reduced: Specification) -> None:
    """Both densities at the same hierarchy values, at several of them, differ by the same constant."""
    data = import_module("engines_model").jags_data(reduced)
    layout, informed, observations = reduced.layout, reduced.informed, reduced.observations
    model = model_of(reduced)
    compiled = model.compile_logp(jacobian=False)
    rng = np.random.default_rng(3)
    place = {node: position for position, node in enumerate(informed.nodes)}
    # The data's nodes are the informed ones and farm cells without rows; told by their priors and parents alone.
    wanted = import_module("engines_model").wanted(reduced)
    nodes = import_module("engines_model").ordered_nodes(reduced)
    assert len(nodes) == data["n_nodes"]
    sds = np.unique([layout.sd[node] for node in nodes if layout.sd[node] >= 0])
    assert (wanted.nodes == nodes[data["wanted_node"] - 1]).all()
    differences = []
    for _ in range(4):
        sd = np.exp(np.log(np.array(layout.sd_median)) + 0.3 * rng.normal(size=len(layout.sd_median)))
        cv = np.exp(data["log_cv"] + 0.3 * rng.normal(size=int(data["n_scatter"])))
        eta = np.zeros(layout.n_nodes)
        for node in np.argsort(layout.level, kind="stable"):
            if layout.sd[node] < 0:
                eta[node] = layout.items[node].prior.location + 0.1 * rng.normal()
            else:
                eta[node] = eta[layout.parent[node]] + 0.5 * sd[layout.sd[node]] * rng.normal()
        ours: dict[str, np.ndarray] = {
            "mu": eta[informed.items],
            "level_sd": sd[informed.sds],
            "scatter": cv,
        }
        below = informed.nodes[len(informed.items) :]
        weight = informed.weights[len(informed.items) :]
        spread = sd[[layout.sd[node] for node in below]]
        parent = eta[[layout.parent[node] for node in below]]
        # eta = parent + spread^(1-w) (zeta - w parent), solved for zeta.
        ours["partly_centred"] = (eta[below] - parent) / spread ** (1 - weight) + weight * parent
        scaling = ((1 - weight) * np.log(spread)).sum()
        values = {
            model.rvs_to_values[rv].name: (
                model.rvs_to_transforms[rv].forward(ours[rv.name]).eval()
                if model.rvs_to_transforms[rv] is not None
                else ours[rv.name]
            )
            for rv in model.free_RVs
        }
        extra = np.array([node not in place for node in nodes])
        beyond = nodes[extra & (np.array([layout.sd[node] for node in nodes]) >= 0)]
        without_rows = stats.norm.logpdf(
            eta[beyond], eta[[layout.parent[n] for n in beyond]], sd[[layout.sd[n] for n in beyond]]
        ).sum()
        free_sds = np.setdiff1d(sds, informed.sds)
        without_rows += stats.lognorm.logpdf(
            sd[free_sds], LEVEL_LOG_SD, scale=np.array(layout.sd_median)[free_sds]
        ).sum()
        theirs = _jags_log_density(data, eta[nodes], sd[sds], cv)
        differences.append(theirs - without_rows - (float(compiled(values)) - scaling))
    np.testing.assert_allclose(differences, differences[0], atol=1e-6)
    assert len(observations.rows) == data["n_fraction_rows"] + data["n_positive_rows"]


def test_priors_for_jags_are_those_of_the_layout(reduced: Specification) -> None:
    data = import_module("engines_model").jags_data(reduced)
    layout = reduced.layout
    mus = [
        item.prior
        for item in layout.items
        if item.name in {layout.keys[n][0] for n in reduced.informed.nodes}
    ]
    assert sorted(data["location"]) == sorted(prior.location for prior in mus)
    assert sorted(data["sd_mu"]) == sorted(prior.sd_mu for prior in mus)
    assert data["level_log_sd"] == LEVEL_LOG_SD
    for name, at in zip(reduced.observations.scatter_names, range(int(data["n_scatter"])), strict=True):
        quantity = quantities()[name.split(",")[0]]
        low, middle, high = quantity.scatter.as_tuple()
        assert np.exp(data["log_cv"][at]) == pytest.approx(middle)
        assert data["cv_log_sd"][at] == pytest.approx(np.log(high / low) / (2 * Z95))


def test_the_model_text_reads_what_the_data_give_and_nothing_else(reduced: Specification) -> None:
    """JAGS warns of data that it does not use, and stops at a name that it does not know."""
    text = re.sub(r"#.*", "", (BENCHMARKS / "engines" / "centred.jags").read_text(encoding="utf-8"))
    words = set(re.findall(r"[a-z_A-Z]+", text))
    language = {"model", "for", "in", "dnorm", "dlnorm", "dbeta", "dgamma", "pow", "exp", "ilogit"}
    indices, made = (
        set("ijscmrw"),
        {"eta", "level_sd", "cv", "precision", "a", "b", "shape", "rate", "wanted"},
    )
    assert words - language - indices - made == set(import_module("engines_model").jags_data(reduced))


def test_a_model_that_jags_does_not_have_is_refused(studies: Path) -> None:
    with pytest.raises(ValueError, match="samples of the quantities themselves"):
        import_module("engines_model").jags_data(specify(read_study(studies / "synthetic-bay")))


def test_numbers_reach_r_with_every_digit(tmp_path: Path) -> None:
    path = tmp_path / "data.R"
    import_module("engines_model").write_r({"n": 1, "x": np.array([1 / 3]), "i": np.array([1, 20])}, path)
    assert path.read_text(encoding="utf-8") == (
        "data <- list(\n  n = 1,\n  x = c(0.3333333333333333),\n  i = c(1, 20)\n)\n"
    )


def test_efficiency_of_independent_and_of_sticky_draws() -> None:
    rng = np.random.default_rng(1)
    free = rng.normal(size=(4, 2000))
    sticky = np.repeat(rng.normal(size=(4, 200)), 10, axis=1)
    found = import_module("engines_compare").efficiency(
        np.stack([free, sticky], axis=-1), {"start": 6.0, "tune": 2.0, "sample": 2.0}, {"sample": 4.0}
    )
    assert found["min_ess"] == pytest.approx(800, rel=0.2)
    assert found["median_ess"] == pytest.approx((8000 + 800) / 2, rel=0.15)
    assert found["max_rhat"] < 1.02
    assert found["min_ess_per_second_of_sampling"] == pytest.approx(found["min_ess"] / 2)
    assert found["min_ess_per_second_of_everything"] == pytest.approx(found["min_ess"] / 10)
    assert found["min_ess_per_cpu_second_of_sampling"] == pytest.approx(found["min_ess"] / 4)


def test_agreement_sees_a_shift_and_a_wider_spread() -> None:
    rng = np.random.default_rng(2)
    first, second = rng.normal(size=(2, 4, 2000, 3))
    second[..., 1] += 0.2  # 0.2 sd is nine Monte Carlo errors of the difference of two means of 8000
    second[..., 2] *= 1.2
    found = import_module("engines_compare").agreement(first, second)
    assert found["means_within"] == pytest.approx(2 / 3)
    assert found["sds_within"] == pytest.approx(2 / 3)
    assert found["means_largest"] == pytest.approx(0.2 / np.sqrt(2 / 8000), rel=0.35)
    assert found["sd_ratio_max"] == pytest.approx(1.2, abs=0.05)


def test_without_jags_the_command_says_how_to_install_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "engines.py"), "--studies", "yunxi", "--no-record"],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "apt-get install jags r-cran-rjags" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_both_engines_give_the_same_posterior(tmp_path: Path, studies: Path) -> None:
    engines = import_module("engines")
    if engines.missing_jags() is not None:
        pytest.skip(engines.missing_jags())
    asked = argparse.Namespace(
        chains=4, tune=1000, draws=2000, jags_draws=8000, cap=300.0, seed=5, warm=False
    )
    case = engines.run_study("yunxi", studies / "yunxi", tmp_path, asked)
    for found in case["agreement"].values():
        assert found["means_within"] >= 0.95
        assert found["sds_within"] >= 0.95
        assert found["means_largest"] < 6
    for engine in case["engines"]:
        assert engine["max_rhat"] < 1.02
        assert engine["min_ess"] > 400
