"""The carbon of one animal worked out by hand, and what each input may and may not move."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from bayescarbon.accounting.animal import ANIMAL_INPUTS, AnimalCarbon, animal_carbon
from bayescarbon.accounting.calcification import dic_drawn_down

# A Zhikong scallop of 41 g live over 500 d. Dry 20.5 g: 18 g of shell with 11.5 % carbon, 2.5 g of tissue with 40.2 %.
# Shell 2070 mg C, of which a tenth organic: 1863 carbonate. It drops 79.7 mg a day with 10 % carbon. It respires 0.9 of
# its shell carbon, 1863 mg; psi is such that calcification gives off the other 1247 mg of the 3110 released.
SCALLOP = {
    "live_weight": 41.0, "dry_fraction": 0.5, "shell_share": 18 / 20.5, "shell_carbon": 0.115, "tissue_carbon": 0.402,
    "shell_organic_share": 0.1, "biodeposition_rate": 79.7, "biodeposit_carbon": 0.1, "respiration_ratio": 0.9,
    "calcification_ratio": 1247 / 1863,
}  # fmt: skip
DAYS = 500.0
BY_HAND = AnimalCarbon(
    tissue=1005.0,
    carbonate=1863.0,
    shell_organic=207.0,
    deposited=3985.0,
    respired=1863.0,
    calcification_co2=1247.0,
)
# What moves with each input, and by how much if the input is doubled.
DOUBLED = {
    "live_weight": dict.fromkeys(("tissue", "carbonate", "shell_organic", "respired", "calcification_co2"), 2.0),
    "dry_fraction": dict.fromkeys(("tissue", "carbonate", "shell_organic", "respired", "calcification_co2"), 2.0),
    "shell_carbon": dict.fromkeys(("carbonate", "shell_organic", "respired", "calcification_co2"), 2.0),
    "tissue_carbon": {"tissue": 2.0},
    "shell_organic_share": {"shell_organic": 2.0, "carbonate": 0.8 / 0.9, "calcification_co2": 0.8 / 0.9},
    "biodeposition_rate": {"deposited": 2.0},
    "biodeposit_carbon": {"deposited": 2.0},
    "respiration_ratio": {"respired": 2.0},
    "calcification_ratio": {"calcification_co2": 2.0},
    "days": {"deposited": 2.0},
}  # fmt: skip


def test_every_part_by_hand() -> None:
    found = animal_carbon(**SCALLOP, days=DAYS)
    assert found._asdict() == pytest.approx(BY_HAND._asdict(), rel=1e-12)


def test_a_published_budget_adds_up() -> None:
    """10 170 mg C used over 500 days = 2070 shell + 1005 tissue + 3985 deposited + 3110 released (Tang et al. 2013)."""
    found = animal_carbon(**SCALLOP, days=DAYS)
    assert found.shell() == pytest.approx(2070)
    assert found.harvested() == pytest.approx(3075)
    assert found.released() == pytest.approx(3110)
    assert found.used() == pytest.approx(10_170)
    assert 100 * found.harvested() / found.used() == pytest.approx(30.2, abs=0.05)
    assert 100 * found.deposited / found.used() == pytest.approx(39.2, abs=0.05)
    assert 100 * found.released() / found.used() == pytest.approx(30.6, abs=0.05)


def test_what_is_used_is_of_the_water_or_of_particles() -> None:
    """What is no particle is DIC: the carbonate and the CO2 of forming it, (1 + psi) of it."""
    found = animal_carbon(**SCALLOP, days=DAYS)
    assert found.ingested() == pytest.approx(1005 + 207 + 3985 + 1863)
    of_water = dic_drawn_down(SCALLOP["calcification_ratio"], found.carbonate)
    assert of_water == pytest.approx(1863 + 1247)
    assert found.used() - found.ingested() == pytest.approx(of_water)


def test_no_input_is_left_out() -> None:
    assert {*DOUBLED, "shell_share"} == {*ANIMAL_INPUTS, "days"}


@pytest.mark.parametrize("name", DOUBLED)
def test_each_input_moves_its_own_parts_and_no_other(name: str) -> None:
    given = SCALLOP | {"days": DAYS}
    found = animal_carbon(**given | {name: 2 * given[name]})._asdict()
    for part, value in BY_HAND._asdict().items():
        assert found[part] / value == pytest.approx(DOUBLED[name].get(part, 1.0), rel=1e-12), part


def test_shell_and_tissue_share_the_dry_mass() -> None:
    # 19 g of shell and 1.5 g of tissue in place of 18 and 2.5.
    found = animal_carbon(**SCALLOP | {"shell_share": 19 / 20.5}, days=DAYS)
    assert found.shell() == pytest.approx(2070 * 19 / 18)
    assert found.tissue == pytest.approx(1005 * 1.5 / 2.5)


def test_named_dimensions_pass_through() -> None:
    drawn = {name: xr.DataArray([value, 1.01 * value], dims="draw") for name, value in SCALLOP.items()}
    found = animal_carbon(**drawn, days=xr.DataArray([DAYS, 360.0, 730.0], dims="animal"))
    assert set(found.deposited.dims) == {"draw", "animal"}
    assert set(found.used().dims) == {"draw", "animal"}
    assert found.released().dims == ("draw",)
    assert float(found.used().isel(draw=0, animal=0)) == pytest.approx(10_170)
    assert float(found.deposited.isel(draw=0, animal=1)) == pytest.approx(3985 * 360 / 500)


def test_it_gives_in_a_model_what_it_gives_on_draws() -> None:
    import pytensor.xtensor as px
    from pytensor.compile.mode import Mode
    from pytensor.graph.rewriting.utils import rewrite_graph

    values = {name: value * np.array([1.0, 0.9, 1.1]) for name, value in (SCALLOP | {"days": DAYS}).items()}
    assert set(values) == {*ANIMAL_INPUTS, "days"}
    variables = {name: px.xtensor(name, dims=("animal",), shape=(3,), dtype="float64") for name in values}
    given = {variables[name]: value for name, value in values.items()}
    on_draws = animal_carbon(**{name: xr.DataArray(value, dims="animal") for name, value in values.items()})
    in_model = animal_carbon(**variables)
    mode = Mode(linker="py", optimizer=None)
    for graph, plain in zip(
        [*in_model, in_model.used(), in_model.ingested()],
        [*on_draws, on_draws.used(), on_draws.ingested()],
        strict=True,
    ):
        assert graph.dims == plain.dims == ("animal",)
        lowered = rewrite_graph(graph.values, include=("lower_xtensor",))
        found = lowered.eval(given, on_unused_input="ignore", mode=mode)
        np.testing.assert_allclose(found, plain.values, rtol=1e-12)
