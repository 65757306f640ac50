"""Published coefficients, bounds and prices, through the package's own functions."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from bayescarbon.accounting.biodeposits import apparent_burial, mineralised_carbon
from bayescarbon.accounting.composition import carbon_per_live
from bayescarbon.accounting.constants import CARBONATE_CARBON, CO2E_PER_C, MOLAR_C
from bayescarbon.accounting.fouling import ratio_of_total
from bayescarbon.accounting.frameworks import net_sink
from bayescarbon.accounting.ledger import ledger
from bayescarbon.accounting.price import Timing, carbon_price, price_per_co2
from bayescarbon.accounting.stock import body
from bayescarbon.evidence.units import MOLAR_MASS
from tests.accounting.inputs import point
from tests.published.support import MILLION

# Sun et al. 2020, per cent: dry fraction, tissue share, shell share, tissue C, shell C -> t C per live tonne.
SUN = {
    "clam": ((52.55, 1.98, 98.02, 44.90, 11.52), 0.0640),
    "scallop": ((63.89, 14.35, 85.65, 42.84, 11.40), 0.1017),
    "oyster": ((65.10, 6.14, 93.86, 45.98, 12.68), 0.0959),
    "mussel": ((75.28, 8.47, 91.53, 44.40, 11.76), 0.1093),
    "other": ((64.21, 11.41, 88.59, 43.87, 11.44), 0.0972),
}


def per_live(group: str) -> float:
    """Return Sun's carbon per live tonne of a group."""
    dry, _, shell, tissue_c, shell_c = (value / 100.0 for value in SUN[group][0])
    return carbon_per_live(dry, shell, shell_c, tissue_c)


@pytest.mark.parametrize("group", sorted(SUN))
def test_sun_2020_carbon_per_live_tonne(group: str) -> None:
    percent, expected = SUN[group]
    assert percent[1] + percent[2] == pytest.approx(100.0)
    assert per_live(group) == pytest.approx(expected, abs=5e-5)
    dry, _, shell, tissue_c, shell_c = (value / 100.0 for value in percent)
    parts = body(1000.0, dry, shell, shell_c, tissue_c, 0.02, 0.1)
    assert (parts.shell() + parts.tissue) / 1000.0 == pytest.approx(expected, abs=5e-5)


def test_sun_s_oyster_shell_holds_more_carbon_than_carbonate_can() -> None:
    assert SUN["oyster"][0][4] / 100.0 > CARBONATE_CARBON


def test_jiaozhou_harvest_is_the_whole_standing_stock() -> None:
    # 239.9 t/km2 over 337 to 391 km2: 6000 t C are all the clams there are, taken once a year from a two-year cycle.
    stock = [239.9 * area * per_live("clam") for area in (337.0, 391.0)]
    assert stock == pytest.approx([5175.0, 6003.0], abs=10.0)
    assert stock[1] == pytest.approx(6000.0, rel=0.001)
    per_year = [value * 365.0 / 730.0 for value in stock]
    assert max(per_year) < 0.51 * 6000.0


def test_clam_life_cycle_figure_exceeds_what_carbonate_can_hold() -> None:
    bound = 1000.0 * CARBONATE_CARBON * MOLAR_MASS["CO2"] / MOLAR_C
    assert bound == pytest.approx(439.7, abs=0.05)
    assert bound < 444.55


def test_dividing_by_the_respiratory_quotient_overstates_mineralisation() -> None:
    uptake = 20.0
    by_definition = mineralised_carbon(uptake, 0.85)
    as_printed = uptake / 0.85 * MOLAR_C
    assert by_definition == pytest.approx(204.187)  # 20 x 0.85 x 12.011 mg C m-2 d-1
    assert as_printed / by_definition == pytest.approx(1.38, abs=5e-3)
    # Yangma Island, 2.34 to 6.03 mmol O2 m-2 d-1: 24 to 62 mg C m-2 d-1.
    assert [mineralised_carbon(x, 0.85) for x in (2.34, 6.03)] == pytest.approx([24.0, 62.0], abs=0.5)


def test_incubations_near_90_percent_and_cores_near_6_percent_agree_if_oxygen_sees_a_tenth() -> None:
    assert apparent_burial(0.06, 0.11) == pytest.approx(0.90, abs=0.005)


@pytest.mark.parametrize(("per_c", "per_co2"), [(165, 45), (185, 50), (272, 74), (253, 69)])
def test_published_prices_per_tonne_of_co2(per_c: float, per_co2: float) -> None:
    assert price_per_co2(float(per_c)) == pytest.approx(per_co2, abs=0.5)


def test_national_shells_are_most_of_what_is_landed() -> None:
    # 1999-2008: 0.86 Mt C/yr landed, 0.67 of it in shells; Sun's scallop gives the same share within a few per cent.
    dry, _, shell, _, shell_c = (value / 100.0 for value in SUN["scallop"][0])
    assert pytest.approx(0.78, abs=0.005) == 0.67 / 0.86
    assert dry * shell * shell_c / per_live("scallop") < 0.67 / 0.86
    assert SUN["clam"][0][2] * SUN["clam"][0][4] * 1e-4 * 0.5255 / per_live("clam") > 0.67 / 0.86


# --- Wen et al. 2022: Zhikong scallop at Yunxi, g C per animal (a million animals: t C) ------------------------------


def yunxi(burial: float) -> xr.Dataset:
    """Return a million of Wen's Zhikong scallops, at a burial fraction."""
    dry, _, shell, tissue_c, shell_c = (value / 100.0 for value in SUN["scallop"][0])
    live = 1.86 / per_live("scallop")  # t live that hold 1.86 t C
    mussel_dry, _, mussel_shell, mussel_tissue_c, mussel_shell_c = (v / 100.0 for v in SUN["mussel"][0])
    foulers = 0.28 / per_live("mussel")
    return point(
        {
            "harvest_t": live,
            "stocked_t": 0.0,
            "dry_fraction": dry,
            "shell_share": shell,
            "shell_carbon": shell_c,
            "tissue_carbon": tissue_c,
            "fouling_ratio": ratio_of_total(foulers / live),
            "individuals": MILLION,
            "cycle_days": 500.0,
            "biodeposition_rate": 3985.0 / 500.0 / 0.1,
            "biodeposit_carbon": 0.1,
            "burial_fraction": burial,
        },
        {
            "fouler_mix": (1.0, 0.0, 0.0, 0.0),
            "fouler_dry_fraction": (mussel_dry, 0.6, 0.1, 0.6),
            "fouler_shell_share": (mussel_shell, 0.9, 0.0, 0.9),
            "fouler_shell_carbon": (mussel_shell_c, 0.12, 0.0, 0.12),
            "fouler_tissue_carbon": (mussel_tissue_c, 0.4, 0.35, 0.4),
        },
    )


def fixed(inputs: xr.Dataset) -> float:
    """Return total fixed carbon, g C per animal."""
    return net_sink(ledger(inputs), "improved_stock_change").item() / CO2E_PER_C


class Gap:
    """The margin gap that Wen's price implies, per million animals."""

    def __init__(self, gap: float, share: float) -> None:
        self.gap, self.share = gap, share

    def economics(self, timing: Timing) -> xr.Dataset:
        """Return the gap of the batch ``a``."""
        gap = xr.DataArray([self.gap], dims="batch", coords={"batch": ["a"]}, attrs={"units": "CNY"})
        return xr.Dataset({"margin_gap": gap, "baseline_share": self.share})


def test_wen_3_83_grams_are_own_fouling_and_burial_at_42_percent() -> None:
    burial = 1.69 / 3.985
    assert burial == pytest.approx(0.42, abs=0.005)
    lines = ledger(yunxi(burial))
    own = net_sink(lines, "stock_change").item() / CO2E_PER_C
    fouling = sum(
        lines[f"fouling_{p}"].item() for p in ("shell_dic", "shell_respired", "shell_organic", "tissue")
    )
    assert own == pytest.approx(1.86)
    assert fouling == pytest.approx(0.28)
    assert 0.14 <= fouling / own <= 0.16
    assert lines["buried"].item() == pytest.approx(1.69)
    assert lines["buried"].item() / own == pytest.approx(0.91, abs=0.005)
    assert fixed(yunxi(burial)) == pytest.approx(3.83)


def test_at_the_burial_of_cores_wen_s_total_falls_and_the_price_rises() -> None:
    totals = [fixed(yunxi(burial)) for burial in (0.05, 0.07)]
    assert totals == pytest.approx([2.34, 2.42], abs=0.005)
    share = 0.05
    published = yunxi(1.69 / 3.985)
    gap = 185.0 * (1.0 - share) * fixed(published)
    assert gap / MILLION == pytest.approx(
        7e-4, abs=3e-5
    )  # CNY per scallop: a small gap between large incomes
    prices = [
        carbon_price(Gap(gap, share), ledger(yunxi(burial))).item() for burial in (1.69 / 3.985, 0.05, 0.07)
    ]
    assert prices[0] == pytest.approx(185.0)
    assert np.divide(prices[1:], prices[0]) == pytest.approx([1.6, 1.6], abs=0.05)
    assert price_per_co2(prices[0]) == pytest.approx(50.0, abs=0.5)
