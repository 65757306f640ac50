"""What must hold for every draw, whatever the numbers: a second route to the ledger, and its identities."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescarbon.accounting.frameworks import frameworks, net_sink
from bayescarbon.accounting.ledger import ledger
from bayescarbon.accounting.lines import LINES
from bayescarbon.accounting.pools import pools, source_split
from tests.accounting.inputs import TAXA, draws

seeds = st.integers(0, 10_000)
CO2E = 44.0 / 12.0


def close(left: xr.DataArray | float, right: xr.DataArray | float, scale: xr.DataArray | float = 0.0) -> None:
    """Assert equality to rounding; `scale` is the size of the terms where they nearly cancel."""
    tolerance = 1e-12 * (abs(xr.DataArray(right)) + abs(xr.DataArray(scale)))
    assert bool((abs(xr.DataArray(left) - right) <= tolerance + 1e-15).all())


def one_draw(inputs: xr.Dataset, batch: int, chain: int, draw: int) -> dict[str, float]:
    """Return the ledger of one draw in plain Python numbers, written from the design, not from the package."""
    at = {"batch": batch, "chain": chain, "draw": draw}
    pick = inputs.isel(at)
    v = {name: pick[name].item() for name in inputs if "taxon" not in inputs[name].dims}
    by_taxon = {name: pick[name].values.tolist() for name in inputs if "taxon" in inputs[name].dims}
    out: dict[str, float] = {}
    phi, f = v["shell_organic_share"], v["respired_shell_fraction"]
    for prefix, mass in (("", v["harvest_t"]), ("seed_", v["stocked_t"])):
        dry = mass * v["dry_fraction"]
        out[prefix + "shell_dic"] = (1 - f) * (1 - phi) * dry * v["shell_share"] * v["shell_carbon"]
        out[prefix + "shell_respired"] = f * (1 - phi) * dry * v["shell_share"] * v["shell_carbon"]
        out[prefix + "shell_organic"] = phi * dry * v["shell_share"] * v["shell_carbon"]
        out[prefix + "tissue"] = dry * (1 - v["shell_share"]) * v["tissue_carbon"]
    foulers = v["harvest_t"] * v["fouling_ratio"] / (1 - v["fouling_ratio"])
    names = ("fouling_shell_dic", "fouling_shell_respired", "fouling_shell_organic", "fouling_tissue")
    out |= dict.fromkeys((*names, "fouling_respired"), 0.0)
    for k, taxon in enumerate(TAXA):
        t = {name.removeprefix("fouler_"): row[k] for name, row in by_taxon.items()}
        dry = foulers * t["mix"] * t["dry_fraction"]
        shell = dry * t["shell_share"] * t["shell_carbon"]
        tissue = dry * (1 - t["shell_share"]) * t["tissue_carbon"]
        organic = t["shell_organic_share"] * shell
        out["fouling_shell_organic"] += organic
        out["fouling_shell_respired"] += t["respired_shell_fraction"] * (shell - organic)
        out["fouling_shell_dic"] += (1 - t["respired_shell_fraction"]) * (shell - organic)
        out["fouling_tissue"] += tissue
        out["fouling_respired"] += t["respiration_ratio"] * (tissue if taxon == "ascidian" else shell)
    alive = v["individuals"]
    if np.isnan(alive):
        alive = v["alive_to_harvested"] * v["harvest_t"] * 1e6 / v["live_weight"]
    out["deposited"] = v["biodeposition_rate"] * v["biodeposit_carbon"] * alive * v["cycle_days"] * 1e-9
    out["buried"] = v["burial_fraction"] * out["deposited"]
    own, seed = (out[p + "shell_dic"] + out[p + "shell_respired"] for p in ("", "seed_"))
    out["calcification_co2"] = v["calcification_ratio"] * (own - seed)
    out["fouling_calcification_co2"] = v["calcification_ratio"] * (
        out["fouling_shell_dic"] + out["fouling_shell_respired"]
    )
    formed = own + out["shell_organic"] - seed - out["seed_shell_organic"]
    out["respired"] = v["respiration_ratio"] * formed
    emitted = v["emissions_t_co2e"]
    if np.isnan(emitted):
        emitted = v["operations_emission"] * v["harvest_t"] / 1000
    out["operations"] = emitted * 12 / 44
    return out


@pytest.mark.parametrize("seed", range(3))
def test_each_draw_is_the_account_done_by_hand(seed: int) -> None:
    inputs = draws(seed)
    lines = ledger(inputs)
    for batch, chain, draw in np.ndindex(3, 2, 5):
        expected = one_draw(inputs, batch, chain, draw)
        assert set(expected) == set(LINES)
        for name, value in expected.items():
            found = lines[name].isel(batch=batch, chain=chain, draw=draw).item()
            assert found == pytest.approx(value, rel=1e-11), name


@pytest.mark.parametrize("seed", range(3))
def test_constant_draws_reproduce_point_accounting(seed: int) -> None:
    at_one = draws(seed).isel(chain=0, draw=0)
    constant = at_one.expand_dims(chain=2, draw=7)
    # Counts, days and emissions are data and carry no draws.
    constant = constant.assign(
        {name: at_one[name] for name in ("stocked_t", "cycle_days", "individuals", "emissions_t_co2e")}
    )
    of_point, of_draws = ledger(at_one), ledger(constant)
    for name in LINES:
        assert of_point[name].dims == ("batch",)
        np.testing.assert_allclose(
            of_draws[name].values, np.broadcast_to(of_point[name].values[:, None, None], (3, 2, 7)), rtol=1e-9
        )
    for name in frameworks():
        of_each = net_sink(of_draws, name)
        np.testing.assert_allclose(of_each.mean(("chain", "draw")), net_sink(of_point, name), rtol=1e-9)


@given(seed=seeds)
@settings(max_examples=10)
def test_shell_parts_sum_to_the_shell(seed: int) -> None:
    inputs = draws(seed)
    lines = ledger(inputs)
    per_tonne = inputs["dry_fraction"] * inputs["shell_share"] * inputs["shell_carbon"]
    for prefix, mass in (("", inputs["harvest_t"]), ("seed_", inputs["stocked_t"])):
        parts = (
            lines[f"{prefix}shell_dic"] + lines[f"{prefix}shell_respired"] + lines[f"{prefix}shell_organic"]
        )
        close(parts, mass * per_tonne)


@given(seed=seeds)
@settings(max_examples=10)
def test_pools_and_both_source_splits_add_to_used(seed: int) -> None:
    lines = ledger(draws(seed))
    found, split = pools(lines), source_split(lines)
    scale = sum(abs(lines[name]) for name in LINES)
    close(found["removed"] + found["stored"] + found["released"], found["used"], scale)
    close(split["dic"] + split["particulate"], found["used"], scale)


@given(seed=seeds)
@settings(max_examples=10)
def test_carbonate_balances_at_constant_pco2(seed: int) -> None:
    inputs = draws(seed)
    lines, psi = ledger(inputs), inputs["calcification_ratio"]
    own = (
        lines["shell_dic"] + lines["shell_respired"] - lines["seed_shell_dic"] - lines["seed_shell_respired"]
    )
    formed = own + lines["fouling_shell_dic"] + lines["fouling_shell_respired"]
    to_air = (
        lines["respired"]
        + lines["fouling_respired"]
        + lines["calcification_co2"]
        + lines["fouling_calcification_co2"]
    )
    scale = sum(abs(lines[name]) for name in LINES)
    close(to_air - lines["respired"] - lines["fouling_respired"], psi * formed, scale)
    close(source_split(lines)["dic"], (1.0 + psi) * formed, scale)
    close(pools(lines)["released"] - (lines["deposited"] - lines["buried"]), to_air, scale)


@given(seed=seeds, f=st.floats(0.0, 0.99))
@settings(max_examples=10)
def test_the_atoms_source_changes_no_pool(seed: int, f: float) -> None:
    inputs = draws(seed)
    shells = inputs["fouler_shell_share"] > 0
    relabelled = inputs.assign(
        respired_shell_fraction=xr.full_like(inputs["respired_shell_fraction"], f),
        fouler_respired_shell_fraction=xr.full_like(inputs["fouler_shell_share"], f) * shells,
    )
    before, after = ledger(inputs), ledger(relabelled)
    scale = sum(abs(before[name]) for name in LINES)
    for name in ("used", "removed", "stored", "released"):
        close(pools(after)[name], pools(before)[name], scale)
    for name in set(frameworks()) - {"shell_dic_only"}:
        close(net_sink(after, name), net_sink(before, name), scale * CO2E)
    assert not np.allclose(net_sink(after, "shell_dic_only"), net_sink(before, "shell_dic_only"), rtol=1e-6)


@given(seed=seeds, factor=st.floats(0.0, 3.0))
@settings(max_examples=10)
def test_shell_and_air_sea_views_differ_by_one_mole_per_mole_of_carbonate(seed: int, factor: float) -> None:
    inputs = draws(seed)
    inputs = inputs.assign(
        calcification_ratio=inputs["calcification_ratio"] * factor,
        shell_organic_share=inputs["shell_organic_share"] * 0.0,
    )
    lines = ledger(inputs)
    carbonate = (
        lines["shell_dic"] + lines["shell_respired"] - lines["seed_shell_dic"] - lines["seed_shell_respired"]
    )
    difference = net_sink(lines, "shell_net_calcification") - net_sink(lines, "air_sea_calcification")
    scale = sum(abs(lines[name]) for name in LINES) * CO2E
    close(difference / CO2E, carbonate, scale)


@given(seed=seeds)
@settings(max_examples=10)
def test_with_matrix_the_two_views_differ_by_the_whole_shell(seed: int) -> None:
    lines = ledger(draws(seed))
    difference = net_sink(lines, "shell_net_calcification") - net_sink(lines, "air_sea_calcification")
    close(difference, net_sink(lines, "shell_only"), sum(abs(lines[name]) for name in LINES) * CO2E)


@given(seed=seeds)
@settings(max_examples=10)
def test_frameworks_relate_as_they_should(seed: int) -> None:
    lines = ledger(draws(seed))
    sink = {name: net_sink(lines, name) for name in frameworks()}
    scale = sum(abs(lines[name]) for name in LINES) * CO2E
    close(sink["life_cycle"] + lines["operations"] * CO2E, sink["improved_stock_change"], scale)
    fouling = sum(lines[f"fouling_{p}"] for p in ("shell_dic", "shell_respired", "shell_organic", "tissue"))
    close(sink["improved_stock_change"] - sink["stock_change"], (fouling + lines["buried"]) * CO2E, scale)
    tissue = lines["tissue"] - lines["seed_tissue"]
    close(sink["stock_change"] - sink["shell_only"], tissue * CO2E, scale)
    close(
        sink["respiration_and_calcification"] - sink["air_sea_calcification"],
        -lines["respired"] * CO2E,
        scale,
    )
    assert (sink["none"] == 0.0).all()


@given(seed=seeds, factor=st.floats(0.01, 100.0))
@settings(max_examples=10)
def test_a_larger_farm_scales_every_line(seed: int, factor: float) -> None:
    inputs = draws(seed)
    larger = inputs.assign(
        {
            name: inputs[name] * factor
            for name in ("harvest_t", "stocked_t", "individuals", "emissions_t_co2e")
        }
    )
    small, large = ledger(inputs), ledger(larger)
    for name in LINES:
        np.testing.assert_allclose(large[name], small[name] * factor, rtol=1e-10, atol=1e-9, err_msg=name)


def test_twice_the_harvest_alone_doubles_what_hangs_on_it() -> None:
    inputs = draws(4)
    nothing_given = {name: inputs[name] * np.nan for name in ("individuals", "emissions_t_co2e")} | {
        "stocked_t": inputs["stocked_t"] * 0.0
    }
    inputs = inputs.assign(nothing_given)
    small, large = ledger(inputs), ledger(inputs.assign(harvest_t=inputs["harvest_t"] * 2.0))
    for name in LINES:
        np.testing.assert_allclose(large[name], small[name] * 2.0, rtol=1e-12, err_msg=name)


@given(seed=seeds, order=st.permutations(range(5)))
@settings(max_examples=8)
def test_permuted_draws_are_permuted_results(seed: int, order: list[int]) -> None:
    inputs = draws(seed)
    shuffled = ledger(inputs.isel(draw=order))
    for name, line in ledger(inputs).items():
        np.testing.assert_array_equal(shuffled[name].values, line.isel(draw=order).values)


@given(seed=seeds)
@settings(max_examples=8)
def test_batches_do_not_touch_one_another(seed: int) -> None:
    inputs = draws(seed)
    whole = ledger(inputs)
    for batch in inputs["batch"].values:
        alone = ledger(inputs.sel(batch=[batch]))
        for name in LINES:
            np.testing.assert_allclose(alone[name].values, whole[name].sel(batch=[batch]).values, rtol=1e-14)


@pytest.mark.parametrize(
    ("name", "factor", "line"),
    [
        ("harvest_t", 1000.0, "shell_dic"),  # kg given for t
        ("live_weight", 0.001, "deposited"),  # kg given for g
        ("biodeposition_rate", 1000.0, "deposited"),  # ug given for mg
        ("operations_emission", 0.001, "operations"),  # t given for kg
    ],
)
def test_a_slip_of_a_thousand_moves_the_line_a_thousandfold(name: str, factor: float, line: str) -> None:
    inputs = draws(6)
    inputs = inputs.assign({n: inputs[n] * np.nan for n in ("individuals", "emissions_t_co2e")})
    before = ledger(inputs)[line]
    after = ledger(inputs.assign({name: inputs[name] * factor}))[line]
    np.testing.assert_allclose(abs(np.log10(after / before)), 3.0, rtol=1e-9)
