"""The synthetic studies of the benchmarks are studies, of the size that was asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bayescarbon.evidence.quantities import quantities
from bayescarbon.study import read_study
from tests.scripts import load

synthetic = load("benchmarks/synthetic.py")


def test_three_sites_are_read_without_a_problem(tmp_path: Path) -> None:
    study = read_study(synthetic.write_study(tmp_path, sites=3, rows=10))
    assert study.harvest["site"].tolist() == ["site 1", "site 2", "site 3"]
    assert study.harvest["species"].tolist() == list(synthetic.SPECIES)
    assert len(study.evidence) == 3 * 8 * 10
    assert set(study.evidence["kind"]) == {"sample"}
    counts = study.evidence.groupby(["quantity", "site"]).size()
    assert len(counts) == 8 * 3
    assert (counts == 10).all()
    cores = study.evidence[study.evidence["quantity"] == "burial_fraction"]
    assert set(cores["species"]) == {""}
    assert set(cores["method"]) == {"core"}


def test_one_species_per_site_and_all_three_in_turn(tmp_path: Path) -> None:
    harvest = read_study(synthetic.write_study(tmp_path, sites=10, rows=1)).harvest
    assert harvest["site"].nunique() == len(harvest) == 10
    assert harvest["species"].value_counts().to_dict() == dict(zip(synthetic.SPECIES, (4, 3, 3), strict=True))


def test_same_arguments_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    first, again, other = (
        synthetic.write_study(tmp_path / name, sites=3, seed=seed) / "evidence.csv"
        for name, seed in (("a", 5), ("b", 5), ("c", 6))
    )
    assert first.read_bytes() == again.read_bytes()
    assert first.read_bytes() != other.read_bytes()


@pytest.mark.parametrize("name", synthetic.QUANTITIES)
def test_samples_lie_where_the_prior_expects_farms(name: str) -> None:
    quantity = quantities()[name]
    values = synthetic.samples(quantity, sites=900, rows=10, seed=2)
    assert values.shape == (900, 10)
    assert values.min() > 0
    means = values.mean(axis=1)
    # The stated range holds 90 % of new farms; here the overall mean is known and the species are not far apart.
    inside = np.mean((means > quantity.prior.q05) & (means < quantity.prior.q95))
    assert 0.9 < inside <= 1.0
