"""The benchmark of the ranking knows the truth that it measures against."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from tests.scripts import ROOT, load


@pytest.fixture
def information(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the script; scripts import each other from their own folder."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return load("benchmarks/information.py")


def test_the_truth_agrees_with_a_large_sample(information: ModuleType) -> None:
    weights, covariance = information.problem(10)
    truth = information.truth(weights, covariance)
    outcome, table = information.draw(weights, covariance, 200_000, 0)
    # First-order share of a normal: the squared correlation; all parameters together leave the noise.
    squared = np.array([np.corrcoef(outcome, column)[0, 1] ** 2 for column in table.to_numpy().T])
    assert truth["first"].to_numpy() == pytest.approx(squared, abs=0.01)
    assert truth["shapley"].sum() == pytest.approx(1.0)
    fitted = table.to_numpy() @ np.linalg.lstsq(table.to_numpy(), outcome, rcond=None)[0]
    assert np.var(outcome - fitted) / outcome.var() == pytest.approx(information.UNEXPLAINED, abs=0.005)
    # Parameters without weight add nothing, though they are correlated with those that do.
    assert truth["total"].to_numpy()[[4, 9]] == pytest.approx(0.0, abs=1e-12)
    assert (truth["first"].to_numpy()[[4, 9]] > 0).all()


def test_a_case_is_measured_and_shown(information: ModuleType) -> None:
    case = information.run_case(10, 300, 0)
    assert case["evppi_seconds"] > 0 and case["shares_seconds"] > 0
    assert 0 <= case["evppi_within"] <= 1
    assert len(information.row(case)) == len(information.HEADER)


def test_parameters_come_in_blocks(information: ModuleType) -> None:
    with pytest.raises(ValueError, match="give a multiple of 5"):
        information.problem(12)
