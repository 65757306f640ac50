"""What each table does to a posterior: it brings its truths back, narrows what it informs, and nothing else.

Tables come from `simulated`, which shares no equation with the package; the literature, which was not drawn from
these truths, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from bayescarbon.accounting.ledger import account, ledger
from bayescarbon.accounting.pools import pools
from bayescarbon.errors import StudyError
from bayescarbon.evidence.quantities import link, quantities
from bayescarbon.fit import Fit, fit
from bayescarbon.model.measurements import MEASUREMENT_MODELS
from bayescarbon.report.remarks import burial_remarks
from tests.fit.refits import Refitter, prior_truths
from tests.fit.simulated import (
    CYCLE_DAYS,
    EAST,
    PARTS,
    SCATTER,
    TABLES,
    TRUTH,
    Drawn,
    budget_shares,
    reported,
    traps,
)
from tests.fit.worlds import OYSTER, Row, batch, row, write_study

INFORMS = {model.table: model.informs for model in MEASUREMENT_MODELS}
HARVEST = [batch("a", EAST, cycle_days=CYCLE_DAYS), batch("b", "west", OYSTER)]
CORES = [row("burial_fraction", EAST, value=value, method="core") for value in (0.045, 0.06, 0.05)]
# How much narrower than its prior, on the link, each table must make what it is there for.
NARROWS = {
    "traps": {"biodeposition_rate": 0.3, "biodeposit_carbon": 0.4},
    "oxygen": {"oxygen_visible_share": 0.7, "respiratory_quotient": 0.95},
    "isotopes": {"respired_shell_fraction": 0.4},
    "fouling": {"fouling_ratio": 0.3}
    | {f"fouler_mix[{t}]": 0.4 for t in ("mussel", "oyster", "ascidian", "other")},
    "budget": {"shell_share": 0.5, "respiration_ratio": 0.6, "biodeposition_rate": 0.85, "live_weight": 0.8},
}

type Fits = Callable[[str], Fit]


def fitted(folder: Path, tables: dict[str, Drawn], evidence: Sequence[Row] = ()) -> Fit:
    study = write_study(folder, HARVEST, evidence, tables=tables)
    return fit(study, seed=6, draws=1000, tune=500, chains=2, literature=False)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Fits:
    """Return a function that fits one table alone, once; ``cores`` are three rows of evidence."""
    found: dict[str, Fit] = {}

    def get(name: str) -> Fit:
        if name not in found:
            folder = tmp_path_factory.mktemp(name)
            if name == "cores":
                found[name] = fitted(folder, {}, CORES)
            else:
                found[name] = fitted(folder, {name: TABLES[name](np.random.default_rng(3))})
        return found[name]

    return get


@pytest.fixture(scope="module")
def untold(tmp_path_factory: pytest.TempPathFactory) -> Fit:
    """Return the fit of the same farms without a row: nothing is sampled, the posterior is the prior."""
    return fitted(tmp_path_factory.mktemp("untold"), {})


def flat(group: xr.DataTree, name: str) -> np.ndarray:
    """Return draws (draw, place) of a quantity, ``fouler_mix[taxon]`` and the like at the first site included."""
    if "[" in name:
        base, part = name[:-1].split("[")
        values = group[base]
        (dim,) = [d for d in ("taxon", "mineral") if d in values.dims]
        values = values.sel({dim: part})
    else:
        values = group[name]
    places = [dim for dim in values.dims if dim not in ("chain", "draw")]
    ordered = values.transpose("chain", "draw", *places).values
    return ordered.reshape(ordered.shape[0] * ordered.shape[1], -1)


def support(name: str) -> str:
    base = name.split("[")[0]
    if base == "fouler_mix":
        return "fraction"
    base = base.removeprefix("fouler_") if base not in quantities() else base
    return quantities()[base].support


def here(told: Fit, name: str, group: str = "posterior") -> np.ndarray:
    """Return draws of a quantity at the farm that was measured."""
    return flat(told.data[group], name)[:, 0]


def sd_on_link(told: Fit, name: str, group: str = "posterior") -> float:
    return float(np.std(link(support(name), here(told, name, group))))


# --- truths and widths --------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
def test_truths_come_back(alone: Fits, table: str) -> None:
    told = alone(table)
    assert told.diagnostics.divergences == 0
    names = {name for name in TRUTH if name.split("[")[0] in INFORMS[table]}
    assert {name.split("[")[0] for name in names} == set(INFORMS[table])
    for name in sorted(names):
        values = here(told, name)
        linked = link(support(name), values)
        z = (linked.mean() - link(support(name), reported(TRUTH)[name])) / linked.std()
        assert abs(z) < 3, (name, z)


@pytest.mark.parametrize("table", NARROWS)
def test_a_table_narrows_what_it_is_there_for(alone: Fits, table: str) -> None:
    assert {name.split("[")[0] for name in NARROWS[table]} <= set(INFORMS[table])
    for name, most in NARROWS[table].items():
        ratio = sd_on_link(alone(table), name) / sd_on_link(alone(table), name, "prior")
        assert ratio < most, (name, ratio)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_alone_narrows_nothing_else(alone: Fits, table: str) -> None:
    """Quantities that it does not inform keep location and width to within four Monte Carlo errors, everywhere."""
    posterior, prior = alone(table).data["posterior"], alone(table).data["prior"]
    looked_at = 0
    for name in map(str, prior.data_vars):
        plain = name if name in quantities() else name.removeprefix("fouler_")
        if plain in INFORMS[table]:
            continue
        for told, untold in zip(flat(posterior, name).T, flat(prior, name).T, strict=True):
            if not untold.any():  # an ascidian has no shell
                continue
            told, untold = link(support(name), told), link(support(name), untold)
            error = np.hypot(relative_error_of_sd(told), relative_error_of_sd(untold))
            assert abs(np.log(told.std() / untold.std())) < 4 * error, name
            apart = np.hypot(told.std() / np.sqrt(len(told)), untold.std() / np.sqrt(len(untold)))
            assert abs(told.mean() - untold.mean()) < 4 * apart, name
            looked_at += 1
    assert looked_at > 25


def relative_error_of_sd(values: np.ndarray) -> float:
    """Return the standard error of the logarithm of a standard deviation of independent draws."""
    kurtosis = np.mean((values - values.mean()) ** 4) / values.var() ** 2
    return float(np.sqrt((kurtosis - 1) / 4 / len(values)))


# --- isotopes -----------------------------------------------------------------------------------------------

SPLIT = {f"{place}{line}" for place in ("", "seed_", "fouling_") for line in ("shell_dic", "shell_respired")}


def test_parameters_of_the_tables_have_units(alone: Fits) -> None:
    for table in ("isotopes", "fouling", "budget"):
        for name, values in alone(table).data["posterior"].data_vars.items():
            assert values.attrs["units"], name
            assert values.attrs["long_name"], name


def test_where_the_carbon_of_a_shell_came_from_changes_no_pool(alone: Fits) -> None:
    """On the same draws: with f or with half of it, only the split of the shell differs."""
    inputs = alone("isotopes").batch_draws()
    lines = ledger(inputs)
    swapped = inputs.assign(respired_shell_fraction=0.5 * inputs["respired_shell_fraction"])
    swapped["fouler_respired_shell_fraction"] = 0.5 * inputs["fouler_respired_shell_fraction"]
    other = ledger(swapped)
    changed = {
        name for name in map(str, lines) if not np.allclose(lines[name], other[name], rtol=1e-12, atol=0)
    }
    assert changed == SPLIT - {"seed_shell_dic", "seed_shell_respired"}  # wild spat
    for place in ("", "fouling_"):
        first, second = (one[f"{place}shell_dic"] + one[f"{place}shell_respired"] for one in (lines, other))
        np.testing.assert_allclose(first.values, second.values, rtol=1e-12)
    for name, pool in pools(lines).items():
        np.testing.assert_allclose(pool.values, pools(other)[name].values, rtol=1e-12)
    assert np.array_equal(inputs["calcification_ratio"], swapped["calcification_ratio"])


def test_isotopes_change_the_split_of_the_shell_and_no_other_line(alone: Fits, untold: Fit) -> None:
    """Two fits, with and without shells, differ in the split and agree elsewhere within Monte Carlo error."""
    told, bare = account(alone("isotopes")), account(untold)
    moved = set()
    for name in map(str, bare):
        with_shells, without = (one[name].sel(batch="a").values.ravel() for one in (told, bare))
        if not without.any():
            continue
        first, second = np.log(with_shells), np.log(without)
        apart = np.hypot(first.std() / np.sqrt(len(first)), second.std() / np.sqrt(len(second)))
        if abs(first.mean() - second.mean()) > 4 * apart:
            moved.add(name)
    assert {"shell_respired", "shell_dic"} <= moved <= SPLIT
    share = told["shell_respired"] / (told["shell_respired"] + told["shell_dic"])
    assert float(share.sel(batch="a").median()) == pytest.approx(TRUTH["respired_shell_fraction"], abs=0.08)


# --- oxygen and cores ---------------------------------------------------------------------------------------


def test_oxygen_leaves_burial_near_its_prior_and_three_cores_do_not(alone: Fits) -> None:
    """Thirty incubations take about a tenth off the width of the logit of burial, three cores three quarters."""
    oxygen, cores = (
        sd_on_link(alone(name), "burial_fraction") / sd_on_link(alone(name), "burial_fraction", "prior")
        for name in ("oxygen", "cores")
    )
    # 0.91 with many draws; these few leave an error of 0.04.
    assert 0.79 < oxygen < 1.03
    assert cores < 0.35
    # Where it lies: the prior's median is 0.08, and the mean of the cores 0.052.
    prior = quantities()["burial_fraction"].prior
    assert np.median(here(alone("oxygen"), "burial_fraction")) == pytest.approx(prior.q50, abs=0.012)
    assert np.median(here(alone("cores"), "burial_fraction")) == pytest.approx(0.054, abs=0.008)


def test_oxygen_sees_the_product_that_it_measures(alone: Fits) -> None:
    """a (1 - B) / RQ is known to a fifth, its parts are not."""
    a, burial, quotient = (
        here(alone("oxygen"), name)
        for name in ("oxygen_visible_share", "burial_fraction", "respiratory_quotient")
    )
    product = np.log(a * (1 - burial) / quotient)
    truth = TRUTH["oxygen_visible_share"] * (1 - TRUTH["burial_fraction"]) / TRUTH["respiratory_quotient"]
    assert product.std() < 0.2
    assert abs(product.mean() - np.log(truth)) < 3 * product.std()
    assert np.log(a).std() > 1.5 * product.std()


def test_the_report_says_that_oxygen_leaves_burial_open(alone: Fits) -> None:
    (said,) = burial_remarks(alone("oxygen"), "en")
    assert said.startswith(f"Burial at {EAST}: 30 rows") and "mostly prior" in said
    for name in ("cores", "isotopes"):
        assert burial_remarks(alone(name), "en") == []


# --- fouling ------------------------------------------------------------------------------------------------


def test_ascidians_are_soft_tissue(alone: Fits) -> None:
    """The ledger's shells of foulers are those of the three shelled kinds; a gear of ascidians alone has none."""
    inputs = alone("fouling").batch_draws().sel(batch=["a"])
    assert float(inputs["fouler_mix"].sel(taxon="ascidian").median()) == pytest.approx(0.6, abs=0.15)
    lines = ledger(inputs)
    foulers = inputs["harvest_t"] * inputs["fouling_ratio"] / (1 - inputs["fouling_ratio"])
    dry = foulers * inputs["fouler_mix"] * inputs["fouler_dry_fraction"]
    shelled = dry * inputs["fouler_shell_share"] * inputs["fouler_shell_carbon"]
    shell = sum(lines[f"fouling_shell_{part}"] for part in ("dic", "respired", "organic"))
    expected = shelled.sel(taxon=["mussel", "oyster", "other"]).sum("taxon").transpose(*shell.dims)
    np.testing.assert_allclose(shell.values, expected.values, rtol=1e-10)
    soft = dry * (1 - inputs["fouler_shell_share"]) * inputs["fouler_tissue_carbon"]
    expected = soft.sum("taxon").transpose(*lines["fouling_tissue"].dims)
    np.testing.assert_allclose(lines["fouling_tissue"].values, expected.values, rtol=1e-10)
    only = xr.where(inputs["taxon"] == "ascidian", 1.0, 0.0)
    alike = ledger(inputs.assign(fouler_mix=xr.zeros_like(inputs["fouler_mix"]) + only))
    for line in ("shell_dic", "shell_respired", "shell_organic", "calcification_co2"):
        assert not alike[f"fouling_{line}"].values.any(), line
    assert (alike["fouling_tissue"].values > 0).all()


# --- budgets ------------------------------------------------------------------------------------------------


def test_budgets_pull_the_shares_that_they_show(alone: Fits) -> None:
    """The animals' mean shares are the posterior's, whichever of the quantities has to move for it."""
    told = alone("budget")
    names = [name for name in INFORMS["budget"] if name != "isotope_enrichment"]
    columns = {name: here(told, name)[::10] for name in names}
    # The fit's organic share is bounded by the shell's chemistry already: undo it, as `budget_shares` bounds again.
    above = columns["shell_carbon"] - 12.011 / 100.09
    least = (above + np.hypot(above, 0.0005)) / 2 / columns["shell_carbon"]
    columns["shell_organic_share"] = 1 - (1 - columns["shell_organic_share"]) / (1 - least)
    shares = np.array(
        [budget_shares(dict(zip(names, one, strict=True))) for one in zip(*columns.values(), strict=True)]
    )
    animals = TABLES["budget"](np.random.default_rng(3))
    seen = np.array([[float(one[part]) for part in PARTS] for one in animals])
    mean = (seen / seen.sum(axis=1, keepdims=True)).mean(axis=0)
    assert shares.mean(axis=0) == pytest.approx(mean, abs=0.05)
    assert np.abs(shares.mean(axis=0) - budget_shares(TRUTH)).max() < 0.06
    # Of ten quantities the shares tell three numbers: shares are known well, most quantities are not.
    assert (shares.std(axis=0) < 0.05).all()
    ratios = {name: sd_on_link(told, name) / sd_on_link(told, name, "prior") for name in names}
    assert sum(ratio > 0.9 for ratio in ratios.values()) >= 4, ratios


# --- traps: several fits, by hand ---------------------------------------------------------------------------


@pytest.mark.slow
def test_traps_without_areas_tell_the_same(alone: Fits, tmp_path: Path) -> None:
    bare = [{k: v for k, v in one.items() if k != "area_m2"} for one in traps(np.random.default_rng(3))]
    other = fitted(tmp_path, {"traps": bare})
    for name in ("biodeposition_rate", "biodeposit_carbon"):
        first, second = (np.log(here(one, name)) for one in (alone("traps"), other))
        assert first.mean() == pytest.approx(second.mean(), abs=0.3 * first.std())
        assert first.std() == pytest.approx(second.std(), rel=0.15)


@pytest.mark.slow
def test_the_rate_of_large_animals_is_not_the_mean_of_their_life(alone: Fits, tmp_path: Path) -> None:
    """Under animals of market size b is what the catch gives, over 1 + beta."""
    rows = traps(np.random.default_rng(3))
    dry = TRUTH["live_weight"] * TRUTH["dry_fraction"]
    sized = [one | ({"dry_weight_g": dry} if one["kind"] == "farm" else {}) for one in rows]
    known = [row("live_weight", EAST, value=TRUTH["live_weight"], sd=4, n=60)]
    known += [row("dry_fraction", EAST, value=TRUTH["dry_fraction"], sd=0.04, n=60)]
    told = fitted(tmp_path, {"traps": sized}, known)
    factor = np.median(here(alone("traps"), "biodeposition_rate")) / np.median(
        here(told, "biodeposition_rate")
    )
    assert factor == pytest.approx(1.65, rel=0.08)
    # What the deposits hold is read off the same catches at the rate of the animals that hung there, whatever it is.
    contents = [np.median(here(one, "biodeposit_carbon")) for one in (alone("traps"), told)]
    assert contents[1] == pytest.approx(contents[0], rel=0.02)
    # The exponent is not known, so neither is the rate as well as without the question of size.
    assert (
        np.log(here(told, "biodeposition_rate")).std()
        > np.log(here(alone("traps"), "biodeposition_rate")).std()
    )


@pytest.mark.slow
def test_traps_of_one_season_tell_less_of_the_year(alone: Fits, tmp_path: Path) -> None:
    rows = [one | {"season": "summer"} for one in traps(np.random.default_rng(3))]
    told = fitted(tmp_path, {"traps": rows})
    assert told.diagnostics.divergences == 0
    for name in ("biodeposition_rate", "biodeposit_carbon"):
        year, summer = (np.log(here(one, name)) for one in (alone("traps"), told))
        assert summer.std() > 1.3 * year.std(), name
        assert summer.std() < 0.9 * np.log(here(told, name, "prior")).std(), name
        assert abs(summer.mean() - year.mean()) < 2 * summer.std(), name


# --- coverage, by hand --------------------------------------------------------------------------------------

SIMULATIONS = 60


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
def test_intervals_cover_the_truth_as_often_as_they_say(
    tmp_path: Path, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Truths and scatters drawn from the priors, one table each time, written, read and fitted.

    Of each quantity and of all together: 90 % intervals hold the truth in 90 % of the simulations, give or take three
    binomial standard errors. Quantities of one simulation depend on each other, so the pool is judged as one of them.
    """
    rng = np.random.default_rng([7, sorted(TABLES).index(table)])
    blank = write_study(tmp_path / "blank", HARVEST, tables={table: TABLES[table](rng)})
    truths = prior_truths(blank, 2 * SIMULATIONS, rng)
    refitter = Refitter()
    names = [name for name in TRUTH if name.split("[")[0] in INFORMS[table]]
    below: list[list[float]] = []
    refused = 0
    for i in range(2 * SIMULATIONS):
        truth = {name: float(values[i]) for name, values in truths.items()}
        scatter = {name: truth.pop(f"scatter {name}") for name in SCATTER}
        rows = TABLES[table](rng, truth, scatter)
        try:
            study = write_study(tmp_path / str(i), HARVEST, tables={table: rows})
        except StudyError:
            # A shell of respired carbon alone, say, is taken for a slip. The door sees only data, so what passes it is
            # as well calibrated as all would be.
            refused += 1
            continue
        draws = refitter(study, seed=i)
        true = reported(truth)
        below.append([float(np.mean(flat(draws, name)[:, 0] < true[name])) for name in names])
        if len(below) == SIMULATIONS:
            break
    assert len(below) == SIMULATIONS
    values = np.array(below)
    covered = ((values > 0.05) & (values < 0.95)).mean(axis=0)
    with capsys.disabled():
        listed = ", ".join(f"{name} {share:.2f}" for name, share in zip(names, covered, strict=True))
        print(f"\n{table}: covered {covered.mean():.3f} ({listed}); {refused} refused; {refitter.summary()}")  # noqa: T201
    allowed = 3 * np.sqrt(0.09 / SIMULATIONS)
    assert covered == pytest.approx(0.9, abs=allowed + 1e-9)
    assert refitter.divergences <= 0.01 * SIMULATIONS * refitter.draws
