"""The log density as NUTS calls it, against PyMC's own on the same model."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import nutpie
import pymc as pm
import pytensor.tensor as pt
import pytest

from bayescarbon.model.c_function import compiled_model
from bayescarbon.model.derived import derived
from bayescarbon.model.places import pick

DOUBLES = ctypes.POINTER(ctypes.c_double)


def model() -> pm.Model:
    """Return a model with a scalar, a matrix, a transformed vector and data."""
    with pm.Model(coords={"row": ["a", "b", "c"]}, check_bounds=False) as made:
        spread = pm.LogNormal("spread", 0.0, 0.5)
        share = pm.Beta("share", 2.0, [3.0, 4.0])
        effect = pm.Normal("effect", 0.0, spread, shape=(3, 2))
        middle = pm.Deterministic("middle", (effect * share).sum(axis=1), dims="row")
        pm.Potential("rows", -pt.sqr(middle - pm.Data("seen", np.array([0.3, -1.0, 2.0]))).sum())
    return made


def called(compiled: Any, point: np.ndarray) -> tuple[int, float, np.ndarray]:
    """Call the C function as nutpie does: status, log density, gradient."""
    slopes, value = np.full_like(point, np.nan), np.full(1, np.nan)
    places = [one.ctypes.data_as(DOUBLES) for one in (point, slopes, value)]
    status = compiled.compiled_logp_func.ctypes(len(point), *places, compiled.user_data.ctypes.data)
    return status, float(value[0]), slopes


@pytest.fixture(scope="module")
def made() -> pm.Model:
    return model()


@pytest.fixture(scope="module")
def compiled(made: pm.Model) -> Any:
    return compiled_model(made)


def test_it_is_the_log_density_of_pymc_and_its_gradient(made: pm.Model, compiled: Any) -> None:
    # In the order of the compiled function, which need not be the model's.
    variables = {made.rvs_to_values[rv].name: rv for rv in made.free_RVs}
    ordered = [variables[name] for name in compiled.shapes]
    start = made.initial_point()
    reference = made.compile_logp(mode="FAST_COMPILE")
    slope = made.compile_dlogp(ordered, mode="FAST_COMPILE")
    rng = np.random.default_rng(1)
    for _ in range(3):
        point = {name: np.asarray(one) + rng.normal(size=np.shape(one)) for name, one in start.items()}
        status, value, slopes = called(
            compiled, np.concatenate([np.ravel(point[name]) for name in compiled.shapes])
        )
        assert status == 0
        assert value == pytest.approx(float(reference(point)), rel=1e-12)
        np.testing.assert_allclose(slopes, slope(point), rtol=1e-10)


def test_a_point_without_a_density_is_refused(compiled: Any) -> None:
    status, *_ = called(compiled, np.full(compiled.n_dim, np.nan))
    assert status != 0
    # The spread overflows, and with it the density.
    assert called(compiled, np.full(compiled.n_dim, 1e4))[0] != 0


def half_without_density(checked: bool) -> pm.Model:
    """A model where a negative spread raises in the check; without one its logarithm is no number."""
    with pm.Model(check_bounds=checked) as made:
        spread = pm.Normal("spread")
        pm.Normal("effect", 0.0, spread)
    return made


@pytest.mark.parametrize("checked", [True, False])
def test_bounds_of_parameters_are_checked_only_where_the_model_asks_for_it(
    checked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told: raised.append(str(told.exc_value)))
    compiled = compiled_model(half_without_density(checked))
    assert called(compiled, np.array([1.0, 1.0]))[0] == 0
    status, value, _ = called(compiled, np.array([-1.0, -1.0]))
    assert np.isnan(value)
    assert status == (0 if checked else 2)
    assert raised == (["sigma > 0"] if checked else [])


@pytest.mark.parametrize("checked", [True, False])
def test_chains_neither_start_nor_go_where_there_is_no_density(
    checked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of all starting points have none; each chain looks for another."""
    monkeypatch.setattr(sys, "unraisablehook", lambda told: None)
    compiled = compiled_model(half_without_density(checked))
    drawn = nutpie.sample(compiled, draws=200, tune=200, chains=8, seed=3, progress_bar=False)
    assert float(drawn["posterior"]["spread"].min()) > 0.0
    assert int(drawn["sample_stats"]["diverging"].sum()) > 0


def test_draws_are_kept_as_they_are_and_read_on_their_natural_scale(made: pm.Model, compiled: Any) -> None:
    tree = nutpie.sample(
        compiled, draws=60, tune=200, chains=2, seed=3, progress_bar=False, save_warmup=False
    )
    draws = {str(n): v.values.reshape(-1, *v.shape[2:]) for n, v in tree["posterior"].to_dataset().items()}
    assert set(draws) == {value.name for value in made.value_vars}
    found = derived(made, draws, ["spread", "share", "effect", "middle"], unconstrained=True)
    np.testing.assert_allclose(found["spread"], np.exp(draws["spread_log__"]))
    np.testing.assert_allclose(found["share"], 1 / (1 + np.exp(-draws["share_logodds__"])))
    np.testing.assert_array_equal(found["effect"], draws["effect"])
    free = {name: found[name] for name in ("spread", "share", "effect")}
    np.testing.assert_allclose(found["middle"], derived(made, free, ["middle"])["middle"])


def test_chains_that_ask_at_once_start_where_their_seeds_say(compiled: Any) -> None:
    one_by_one = [compiled.initial_point_func(seed) for seed in range(64)]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            together = list(pool.map(compiled.initial_point_func, range(64)))
            np.testing.assert_array_equal(together, one_by_one)


def rows(seen: list[float]) -> pm.Model:
    """Return a model of as many rows, whose values are no more than data."""
    with pm.Model() as made:
        effect = pm.Normal("effect", 0.0, np.array([1.0, 2.0, 3.0]), shape=3)
        place = np.arange(len(seen)) % 3
        pm.Potential("rows", -pt.sqr(pick(effect, place) - pm.Data("seen", np.array(seen))).sum())
    return made


SAMPLED = """
import hashlib, json, nutpie, sys
from bayescarbon.model.c_function import compiled_model
from tests.model.test_c_function import called, rows
made = rows(json.loads(sys.argv[1]))
compiled = compiled_model(made)
tree = nutpie.sample(compiled, draws=50, tune=100, chains=2, seed=1, progress_bar=False)
start = made.initial_point()
value = called(compiled, start["effect"])[1]
print(json.dumps({
    "hits": compiled.compiled_logp_func.cache_hits,
    "draws": hashlib.sha256(tree["posterior"]["effect"].values.tobytes()).hexdigest(),
    "off": value - float(made.compile_logp(mode="FAST_COMPILE")(start)),
}))
"""


def test_code_is_compiled_once_for_all_numbers(tmp_path: Path) -> None:
    """Cached code draws what just compiled code draws, and serves a study with other values and more rows."""
    caches = {
        "PYTENSOR_FLAGS": f"base_compiledir={tmp_path}/pytensor",
        "NUMBA_CACHE_DIR": f"{tmp_path}/numba",
    }

    def run(seen: list[float]) -> dict[str, Any]:
        command = [sys.executable, "-c", SAMPLED, json.dumps(seen)]
        done = subprocess.run(command, env=os.environ | caches, check=True, capture_output=True, text=True)
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    compiled, kept, other = run([0.3, -1.0]), run([0.3, -1.0]), run([0.7, -1.0, 2.0, 5.0])
    assert [one["hits"] for one in (compiled, kept, other)] == [0, 1, 1]
    assert compiled["draws"] == kept["draws"] != other["draws"]
    assert [one["off"] for one in (compiled, kept, other)] == pytest.approx([0.0] * 3, abs=1e-12)
