"""What a posterior must show: it follows samples, knows what it does not know, repeats itself and comes back whole.

One fit, of farms beside the literature, is shared by most tests; a small one without literature is made three times
to see what the seed does; studies without a row are not sampled at all, and show the priors.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bayescarbon.accounting.biodeposits import apparent_burial
from bayescarbon.accounting.composition import whole_body_carbon
from bayescarbon.accounting.constants import CARBONATE_CARBON
from bayescarbon.accounting.frameworks import net_sink
from bayescarbon.accounting.ledger import account
from bayescarbon.accounting.price import margin_gap
from bayescarbon.accounting.seawater import calcification_ratio
from bayescarbon.diagnostics import Diagnostics, convergence
from bayescarbon.evidence.quantities import quantities
from bayescarbon.fit import Fit, fit, load_fit, safer
from bayescarbon.model.build import Specification, specify
from bayescarbon.study import Study
from tests.fit.worlds import CLAM, OYSTER, SCALLOP, Row, batch, row, samples, write_study

# Farms of scallops with no, 3 and 30 samples of their dry fraction and shell share, and one of oysters.
FEW, SOME, MANY = "few", "some", "many"
SITES = (FEW, SOME, MANY)
HARVEST = [
    batch("few-1", FEW, harvest_cv=0.1),
    batch("few-2", FEW, harvest_t=40),
    batch("few-oyster", FEW, OYSTER),
    batch("some", SOME),
    batch("many", MANY),
]
WATER = {"site": MANY, "temperature_c": 8, "salinity": 32, "alkalinity_umol_kg": 2300, "pco2_uatm": 380}
ECONOMICS = [
    {"batch": "few-1", "margin_gap": 4000, "margin_gap_sd": 1500},
    *(
        {"batch": "some", "year": year, "revenue": 500, "cost": cost, "alternative_revenue": 480,
         "alternative_cost": 310, "discount_rate": 0.05, "cycle_months": 20}
        for year, cost in ((2021, 300), (2022, 340), (2023, 380))
    ),
    {"batch": "many", "year": 2023, "revenue": 500, "cost": 330, "alternative_revenue": 480,
     "alternative_cost": 310, "discount_rate": 0.05, "cycle_months": 20},
]  # fmt: skip
# The literature has 0.64 for scallops, with 0.35 to 0.78 stated; these farms weigh them dripping wet.
OWN_DRY_FRACTION = 0.38


def spread_out(n: int, mean: float, cv: float) -> np.ndarray:
    """Return n values of the given mean that lie as evenly as the quantiles of a Gamma."""
    values = stats.gamma.ppf((np.arange(n) + 0.5) / n, cv**-2, scale=mean * cv**2)
    return values * mean / values.mean()


def skewed(family: str, n: int, mean: float) -> np.ndarray:
    """Draw n values with a coefficient of variation near 1."""
    rng = np.random.default_rng(21)
    if family == "gamma":
        return rng.gamma(1 / 0.81, mean * 0.81, n)
    if family == "lognormal":
        return rng.lognormal(np.log(mean) - np.log(2) / 2, np.sqrt(np.log(2)), n)
    return rng.exponential(mean, n)


SKEWED = {
    site: skewed(family, 300, 90.0)
    for site, family in zip(SITES, ("gamma", "lognormal", "exponential"), strict=True)
}
CLEAN = np.random.default_rng(22).gamma(1 / 0.09, 25 * 0.09, 30)
SLIP = int(np.abs(CLEAN - CLEAN.mean()).argmin())
SLIPPED = np.where(np.arange(30) == SLIP, 10 * CLEAN, CLEAN)


def evidence() -> list[Row]:
    rows: list[Row] = []
    for site, values in SKEWED.items():
        rows += samples("biodeposition_rate", site, values)
    rows += samples("live_weight", FEW, CLEAN) + samples("live_weight", SOME, SLIPPED)
    for site, n in ((SOME, 3), (MANY, 30)):
        rows += samples("dry_fraction", site, spread_out(n, OWN_DRY_FRACTION, 0.08))
        rows += samples("shell_share", site, spread_out(n, 0.88, 0.02))
    rows += samples("whole_body_carbon", FEW, [0.15, 0.16])
    rows += [row("burial_fraction", SOME, value=value, method="oxygen") for value in (0.45, 0.5)]
    return rows


@dataclasses.dataclass(frozen=True)
class Farms:
    study: Study
    specification: Specification
    fit: Fit

    def draws(self, quantity: str, site: str, species: str = SCALLOP) -> np.ndarray:
        values = self.fit.data["posterior"][quantity]
        if "stock" in values.dims:
            values = values.isel(
                stock=(values["stock_species"] == species) & (values["stock_site"] == site)
            ).squeeze("stock")
        else:
            values = values.sel(site=site)
        return values.values.ravel()

    def observed(self, rows: pd.Series) -> np.ndarray:
        """Return the draws of the mean that these rows of the evidence observe."""
        targets = self.specification.observations.rows.loc[rows.to_numpy(), "target"].unique()
        assert len(targets) == 1
        return self.fit.data["posterior"]["observed_mean"].isel(target=targets[0]).values.ravel()


@pytest.fixture(scope="module")
def farms(tmp_path_factory: pytest.TempPathFactory) -> Farms:
    study = write_study(tmp_path_factory.mktemp("farms"), HARVEST, evidence(), [WATER], ECONOMICS)
    return Farms(study, specify(study), fit(study, seed=3, draws=1000, tune=500, chains=2))


def width(values: np.ndarray) -> float:
    low, high = np.quantile(values, [0.05, 0.95])
    return float(high - low)


# --- what is shared and what is not -------------------------------------------------------------------------


def test_batches_of_a_site_share_burial_exactly(farms: Farms) -> None:
    burial = farms.fit.batch_draws()["burial_fraction"]
    for other in ("few-2", "few-oyster"):
        assert np.array_equal(burial.sel(batch="few-1"), burial.sel(batch=other))
    # Another site is another draw, and its uncertainty is not the same number twice.
    pair = np.corrcoef(*(burial.sel(batch=name).values.ravel() for name in ("few-1", "many")))
    assert pair[0, 1] < 0.9


def test_batches_of_a_species_at_a_site_share_its_composition_exactly(farms: Farms) -> None:
    drawn = farms.fit.batch_draws()
    for name in (
        "dry_fraction",
        "shell_share",
        "shell_carbon",
        "tissue_carbon",
        "live_weight",
        "fouling_ratio",
    ):
        values = drawn[name]
        assert np.array_equal(values.sel(batch="few-1"), values.sel(batch="few-2")), name
        for other in ("few-oyster", "some", "many"):
            assert not np.array_equal(values.sel(batch="few-1"), values.sel(batch=other)), (name, other)


def test_each_batch_has_its_own_weighing_error(farms: Farms) -> None:
    harvest = farms.fit.batch_draws()["harvest_t"]
    assert float(harvest.sel(batch="few-1").std() / harvest.sel(batch="few-1").mean()) == pytest.approx(
        0.1, rel=0.1
    )
    first, second = (harvest.sel(batch=name).values.ravel() for name in ("few-1", "some"))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.15


# --- samples against the literature -------------------------------------------------------------------------


def test_a_farm_follows_its_own_samples_as_their_number_grows(farms: Farms) -> None:
    medians = {site: float(np.median(farms.draws("dry_fraction", site))) for site in SITES}
    away = {site: abs(median - OWN_DRY_FRACTION) for site, median in medians.items()}
    assert away[FEW] > away[SOME] > away[MANY]
    # Standard error of 30 samples with a coefficient of variation of 0.08.
    assert away[MANY] < 2 * OWN_DRY_FRACTION * 0.08 / np.sqrt(30)
    assert medians[FEW] > OWN_DRY_FRACTION + 0.01


def test_a_farm_without_samples_is_less_certain(farms: Farms) -> None:
    for name in ("dry_fraction", "shell_share"):
        wide = {site: width(farms.draws(name, site)) for site in SITES}
        assert wide[FEW] > 1.5 * wide[SOME] > 1.5 * wide[MANY], name
        assert wide[FEW] > 3 * wide[MANY], name


def test_a_farm_without_samples_has_wider_sinks(farms: Farms) -> None:
    sink = net_sink(account(farms.fit), "stock_change")
    relative = {
        name: width(sink.sel(batch=name).values) / float(sink.sel(batch=name).median())
        for name in ("few-1", "many")
    }
    # few-1 is also weighed less well; that alone is 0.33 of relative width.
    assert relative["few-1"] > 1.5 * relative["many"]
    assert np.sqrt(relative["few-1"] ** 2 - 0.33**2) > 1.4 * relative["many"]


# --- skew and slips -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("site", SITES)
def test_skewed_samples_give_back_their_arithmetic_mean(farms: Farms, site: str) -> None:
    values = SKEWED[site]
    assert 0.7 < values.std() / values.mean() < 1.3
    assert farms.draws("biodeposition_rate", site).mean() == pytest.approx(values.mean(), rel=0.05)
    # Neither the median of the samples nor the mean of their logarithms.
    assert abs(np.median(values) / values.mean() - 1) > 0.2


def test_one_value_ten_times_too_large_does_not_move_the_mean_and_is_listed(farms: Farms) -> None:
    assert SLIPPED.mean() / CLEAN.mean() > 1.25
    clean, slipped = (farms.draws("live_weight", site).mean() for site in (FEW, SOME))
    assert slipped == pytest.approx(CLEAN.mean(), rel=0.05)
    assert slipped == pytest.approx(clean, rel=0.05)
    listed = farms.fit.outliers
    mine = listed[(listed["origin"] == "farm") & (listed["quantity"] == "live_weight")]
    assert mine["value"].tolist() == pytest.approx([SLIPPED[SLIP]])
    assert mine["site"].tolist() == [SOME] and mine["unit"].tolist() == ["g live / ind"]
    assert mine["p_outlier"].iloc[0] > 0.5
    position = farms.study.evidence.index[farms.study.evidence["value"] == SLIPPED[SLIP]][0]
    assert mine["id"].tolist() == [f"evidence:{position + 2}"]


def test_honest_extremes_are_not_called_slips(farms: Farms) -> None:
    listed = farms.fit.outliers
    rates = listed[(listed["origin"] == "farm") & (listed["quantity"] == "biodeposition_rate")]
    assert (rates["p_outlier"] > 0.5).sum() <= 2


# --- what rows observe, in the posterior itself -------------------------------------------------------------


def test_composite_rows_observe_the_accounting_of_the_posterior(farms: Farms) -> None:
    rows = farms.specification.observations.rows
    body = farms.observed((rows["quantity"] == "whole_body_carbon") & (rows["origin"] == "farm"))
    parts = (farms.draws(name, FEW) for name in ("shell_share", "shell_carbon", "tissue_carbon"))
    assert body == pytest.approx(whole_body_carbon(*parts), rel=1e-9)
    oxygen = farms.observed((rows["method"] == "oxygen") & (rows["origin"] == "farm"))
    a, burial = (farms.draws(name, SOME) for name in ("oxygen_visible_share", "burial_fraction"))
    assert 1 - oxygen == pytest.approx(apparent_burial(burial, a), rel=1e-9)


def test_simple_rows_observe_the_posterior_mean_itself(farms: Farms) -> None:
    rows = farms.specification.observations.rows
    for name, site in (("dry_fraction", MANY), ("live_weight", SOME), ("biodeposition_rate", FEW)):
        here = (rows["quantity"] == name) & (rows["origin"] == "farm") & (rows["site"] == site)
        assert farms.observed(here) == pytest.approx(farms.draws(name, site), rel=1e-9)


def test_oxygen_without_cores_leaves_burial_near_its_prior(farms: Farms) -> None:
    """Apparent burial near a half says little of what stays for good: only a (1 - B) is seen."""
    told, untold = (farms.draws("burial_fraction", site) for site in (SOME, FEW))
    assert np.median(told) < 0.2
    assert 0.5 < width(np.log(told)) / width(np.log(untold)) < 1.3


# --- the tree -----------------------------------------------------------------------------------------------


def test_all_groups_are_there_with_units(farms: Farms) -> None:
    data = farms.fit.data
    wanted = {
        "posterior",
        "prior",
        "prior_predictive",
        "posterior_predictive",
        "sample_stats",
        "observed_data",
    }
    assert wanted | {"constant_data"} <= set(data.children)
    assert data["posterior"].sizes["chain"] == 2
    assert data["posterior"].sizes["draw"] in ((2000, 4000) if farms.fit.diagnostics.refitted else (1000,))
    for name, quantity in quantities().items():
        if not name.startswith("ascidian_"):
            assert data["posterior"][name].attrs["units"] == quantity.unit, name
            assert data["prior"][name].attrs["units"] == quantity.unit, name
    for name, values in data["posterior"].data_vars.items():
        assert values.attrs["units"], name
        assert values.attrs["long_name"], name
    ids = data["observed_data"]["row"].values
    assert len(ids) == len(farms.specification.observations.rows)
    assert set(data["posterior_predictive"]["row"].values) < set(ids)


def test_a_row_names_the_mean_that_it_observes(farms: Farms) -> None:
    data = farms.fit.data
    rows = data["observed_data"].to_dataset()
    mine = rows.isel(row=((rows["quantity"] == "dry_fraction") & (rows["site"] == MANY)).values)
    (target,) = np.unique(mine["target"])
    observed = data["posterior"]["observed_mean"].isel(target=target).values.ravel()
    assert observed == pytest.approx(farms.draws("dry_fraction", MANY), rel=1e-9)


def test_this_fit_has_no_divergences_and_its_diagnostics_say_what_they_are(farms: Farms) -> None:
    diagnostics = farms.fit.diagnostics
    assert diagnostics.divergences == 0
    assert diagnostics.divergences == int(farms.fit.data["sample_stats"]["diverging"].sum())
    assert diagnostics.passed == (not diagnostics.reasons)
    assert diagnostics.max_rhat < 1.03
    table = farms.fit.quantities
    inside = table[~table["quantity"].str.contains("isotope|oxygen_visible|quotient", regex=True)]
    assert diagnostics.max_rhat == pytest.approx(inside["r_hat"].max())
    assert diagnostics.min_ess_bulk == pytest.approx(inside["ess_bulk"].min())


def test_replicated_rows_look_like_the_rows(farms: Farms) -> None:
    """A posterior predictive check: nine of ten samples of a farm lie inside the 90 % interval of their replicates."""
    replicated = farms.fit.data["posterior_predictive"]["value"].isel(chain=0)
    rows = farms.specification.observations.rows.set_index("id")
    mine = rows[(rows["quantity"] == "biodeposition_rate") & (rows["origin"] == "farm")]
    low, high = np.quantile(replicated.sel(row=mine.index).values, [0.05, 0.95], axis=0)
    assert np.mean((mine["value"] > low) & (mine["value"] < high)) == pytest.approx(0.9, abs=0.05)


# --- money and water ----------------------------------------------------------------------------------------


def test_margins_with_an_error_of_their_own(farms: Farms) -> None:
    gap = farms.fit.economics()["margin_gap"]
    assert gap.attrs["units"] == "CNY"
    assert gap["batch"].values.tolist() == ["few-1", "some", "many"]
    given = gap.sel(batch="few-1").values.ravel()
    assert stats.kstest(given, stats.norm(4000, 1500).cdf).pvalue > 1e-3


@pytest.mark.parametrize("timing", ["costs_at_stocking", "all_at_harvest"])
def test_margins_of_several_years_scatter_about_their_mean(farms: Farms, timing: str) -> None:
    gap = farms.fit.economics(timing)["margin_gap"].sel(batch="some").values.ravel()
    years = [float(margin_gap(500, cost, 480, 310, 0.05, 20, timing)) for cost in (300, 340, 380)]
    if timing == "all_at_harvest":
        assert years == [-30.0, 10.0, 50.0]
    law = stats.t(2, loc=np.mean(years), scale=np.std(years, ddof=1) / np.sqrt(3))
    assert stats.kstest(gap, law.cdf).pvalue > 1e-3


def test_the_margin_of_a_single_year_is_taken_as_known(farms: Farms) -> None:
    gap = farms.fit.economics()["margin_gap"].sel(batch="many")
    assert np.unique(gap) == pytest.approx([-20 + 20 * 1.05 ** (20 / 12)])


def test_a_study_without_money_has_no_price(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no economics table"):
        bare(tmp_path).economics()


def test_water_fixes_psi_and_its_prior_does_not_matter(farms: Farms, tmp_path: Path) -> None:
    exact = float(calcification_ratio(8, 32, 2300, 380))
    fitted = farms.draws("calcification_ratio", MANY)
    assert fitted.mean() == pytest.approx(exact, abs=0.003)
    assert 0.001 < fitted.std() < 0.02
    stated = """
[priors.calcification_ratio]
q05 = 0.50
q50 = 0.52
q95 = 0.54
reason = "test"
source = "test"
"""
    study = write_study(tmp_path, [batch("wet", MANY), batch("dry", FEW)], water=[WATER], settings=stated)
    other = fit(study, literature=False).data["posterior"]["calcification_ratio"]
    assert float(other.sel(site=MANY).mean()) == pytest.approx(exact, abs=0.003)
    assert float(other.sel(site=FEW).mean()) == pytest.approx(0.52, abs=0.003)


# --- without a row ------------------------------------------------------------------------------------------


def bare(folder: Path, settings: str = "") -> Fit:
    """Return the fit of a study without any row, which takes no sampling: its posterior is its prior."""
    study = write_study(
        folder, [batch("a", "east"), batch("b", "east", CLAM), batch("c", "west")], settings=settings
    )
    return fit(study, seed=4, literature=False)


@pytest.fixture(scope="module")
def untold(tmp_path_factory: pytest.TempPathFactory) -> Fit:
    return bare(tmp_path_factory.mktemp("bare"))


# A study without seasons; bounds lift the organic share and the respiration ratio a little above what is stated.
STATED = [
    name
    for name, q in quantities().items()
    if not q.by
    and not name.startswith("ascidian")
    and name not in ("shell_organic_share", "respiration_ratio")
]


@pytest.mark.parametrize("group", ["posterior", "prior"])
@pytest.mark.parametrize("name", STATED)
def test_a_study_without_rows_gives_the_stated_quantiles_back(untold: Fit, group: str, name: str) -> None:
    values = untold.data[group][name]
    for place in [dim for dim in values.dims if dim not in ("chain", "draw")]:
        values = values.isel({place: 0})
    theta, prior = values.values.ravel(), quantities()[name].prior
    # Four binomial standard errors of the share beyond a quantile, and the median's own tolerance.
    allowed = 4 * np.sqrt(0.05 * 0.95 / len(theta))
    assert np.mean(theta < prior.q05) == pytest.approx(0.05, abs=allowed)
    assert np.mean(theta > prior.q95) == pytest.approx(0.05, abs=allowed)
    assert np.mean(theta < prior.q50) == pytest.approx(0.5, abs=0.16 + allowed)


def test_nothing_sampled_passes_the_gate(untold: Fit) -> None:
    assert untold.diagnostics.passed
    assert untold.diagnostics.divergences == 0
    assert len(untold.outliers) == 0
    assert set(untold.quantities["n_rows"]) == {0}
    assert float(net_sink(account(untold), "stock_change").min()) > 0


def test_a_stated_prior_replaces_the_shipped_one(tmp_path: Path) -> None:
    stated = '\n[priors.live_weight]\nq05 = 30\nq50 = 40\nq95 = 53\nreason = "test"\nsource = "test"\n'
    theta = bare(tmp_path, stated).data["posterior"]["live_weight"].isel(stock=0).values.ravel()
    assert np.quantile(theta, [0.05, 0.5, 0.95]) == pytest.approx([30, 40, 53], rel=0.03)


def assert_drawn_prior_is_stated(farms: Farms, name: str) -> None:
    values = farms.fit.data["prior"][name]
    values = values.isel({dim: 0 for dim in values.dims if dim not in ("chain", "draw")}).values.ravel()
    prior = quantities()[name].prior
    allowed = 4 * np.sqrt(0.05 * 0.95 / len(values))
    assert np.mean(values < prior.q05) == pytest.approx(0.05, abs=allowed)
    assert np.mean(values > prior.q95) == pytest.approx(0.05, abs=allowed)


@pytest.mark.parametrize(
    "name", ["fouling_ratio", "alive_to_harvested", "operations_emission", "calcification_ratio"]
)
def test_the_prior_at_a_farm_beside_the_literature_is_the_stated_one(farms: Farms, name: str) -> None:
    """The prior group is drawn through the sampled part of the hierarchy and completed; both together state it."""
    assert_drawn_prior_is_stated(farms, name)


@pytest.mark.parametrize("name", ["biodeposition_rate", "burial_fraction", "tissue_carbon", "dry_fraction"])
def test_the_prior_of_a_quantity_with_rows_is_the_stated_one_before_they_speak(
    farms: Farms, name: str
) -> None:
    assert_drawn_prior_is_stated(farms, name)


def test_a_fit_with_suspects_comes_back_whole(farms: Farms, tmp_path: Path) -> None:
    farms.fit.save(tmp_path / "farms.nc")
    back = load_fit(tmp_path / "farms.nc")
    assert back.data.identical(farms.fit.data)
    pd.testing.assert_frame_equal(back.outliers, farms.fit.outliers)


def test_rows_of_what_all_sites_share_are_enough_to_sample(tmp_path: Path) -> None:
    """A share has no spread between sites: the model then has an overall mean and no scale at all."""
    rows = [row("baseline_share", "east", value=value) for value in (0.2, 0.22, 0.24)]
    told = fit(
        write_study(tmp_path, [batch("a", "east")], rows), draws=300, tune=300, chains=2, literature=False
    )
    share = told.data["posterior"]["baseline_share"]
    before = told.data["prior"]["baseline_share"]
    assert float(share.mean()) == pytest.approx(0.22, abs=0.04)
    assert float(share.std()) < 0.5 * float(before.std())
    counted = told.quantities.set_index("quantity").loc["baseline_share"]
    assert (counted["n_rows"], counted["n_own"]) == (3, 3)


@pytest.mark.parametrize(
    ("bulk", "tail", "draws"), [(900.0, 800.0, 4000), (900.0, 225.0, 8000), (399.0, 800.0, 8000)]
)
def test_a_second_attempt_is_longer_where_draws_were_too_few(bulk: float, tail: float, draws: int) -> None:
    first = {"draws": 2000, "tune": 1000, "chains": 4, "target_accept": 0.99, "seed": 7, "sampler_seed": 7}
    verdict = Diagnostics(False, ("a reason",), 0, 1.0, bulk, tail, 0.9, refitted=False)
    second = safer(first, verdict)
    assert second["draws"] == draws
    assert second["tune"] == 2000
    assert second["target_accept"] > first["target_accept"]
    assert second["sampler_seed"] != first["sampler_seed"]
    assert second["seed"] == first["seed"], "that of the study stays"


def test_too_few_draws_are_drawn_again(tmp_path: Path) -> None:
    rows = samples("baseline_share", "east", (0.2, 0.22, 0.24))
    study = write_study(tmp_path, [batch("a", "east")], rows)
    found = fit(study, seed=1, draws=90, tune=200, chains=2, literature=False)
    assert found.diagnostics.refitted
    assert found.data["posterior"].sizes["draw"] == 4 * 90


def test_a_shell_of_known_matrix_and_unknown_carbon_is_sampled_freely(tmp_path: Path) -> None:
    """Its carbon stops where the organic share that is measured leaves off: a corner in which chains were held up.

    With share and carbon sampled as such, 84 steps and more led to 3 to 30 % effective tail draws of the carbon.
    """
    values = spread_out(26, 0.005, 0.16)
    study = write_study(tmp_path, [batch("a", FEW)], samples("shell_organic_share", FEW, values))
    fitted = fit(study, seed=1, draws=1000, literature=False)
    posterior, steps = fitted.data["posterior"].to_dataset(), fitted.data["sample_stats"]["n_steps"]
    share, carbon = posterior["shell_organic_share"], posterior["shell_carbon"]
    assert convergence(posterior[["shell_carbon"]])["ess_tail"].item() > 0.4 * steps.size
    assert float(steps.mean()) < 50
    # The rows hold the share; the carbon may exceed that of the mineral as far as this lets it.
    assert float(share.mean()) == pytest.approx(0.005, rel=0.1)
    assert float(carbon.max()) > CARBONATE_CARBON
