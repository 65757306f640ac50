"""The price of carbon at which farming for it pays as well as the other use of the same water."""

from __future__ import annotations

from typing import Literal, Protocol

import xarray as xr

from bayescarbon.accounting.constants import CO2E_PER_C
from bayescarbon.accounting.frameworks import net_sink
from bayescarbon.accounting.named import Named

type Timing = Literal["costs_at_stocking", "all_at_harvest"]
TIMINGS: tuple[Timing, ...] = ("costs_at_stocking", "all_at_harvest")


class HasEconomics(Protocol):
    """What `carbon_price` needs of a fit."""

    def economics(self, timing: Timing) -> xr.Dataset:
        """Return draws of ``margin_gap`` (batch, chain, draw) and ``baseline_share`` (chain, draw)."""


def _check_timing(timing: str) -> None:
    if timing not in TIMINGS:
        raise ValueError(f"timing is {timing!r}; it can be {' or '.join(map(repr, TIMINGS))}")


def margin_gap(
    revenue: Named,
    cost: Named,
    alternative_revenue: Named,
    alternative_cost: Named,
    discount_rate: Named,
    cycle_months: Named,
    timing: Timing = "costs_at_stocking",
) -> Named:
    """Return what the alternative earns beyond the ranch over one cycle, valued at harvest.

    Parameters
    ----------
    revenue, cost : Named
        Of the ranch over one cycle, study currency.
    alternative_revenue, alternative_cost : Named
        Of the alternative use of the same water over one cycle, study currency.
    discount_rate : Named
        Per YEAR, as a fraction.
    cycle_months : Named
        Length of the cycle in MONTHS.
    timing : {"costs_at_stocking", "all_at_harvest"}
        When costs fall due. At harvest discounting cancels.

    Returns
    -------
    Named
        Lf - Ls + (Cs - Cf) (1 + r)^(T/12), the numerator of the carbon price; study currency per batch.

    Raises
    ------
    ValueError
        If `timing` is neither of the two.
    """
    _check_timing(timing)
    income_gap = alternative_revenue - revenue
    cost_gap = cost - alternative_cost
    if timing == "all_at_harvest":
        return income_gap + cost_gap
    return income_gap + cost_gap * (1.0 + discount_rate) ** (cycle_months / 12.0)


def carbon_price(fit: HasEconomics, ledger: xr.Dataset, timing: Timing = "costs_at_stocking") -> xr.DataArray:
    """Return the lowest carbon price at which the ranch is as good as the alternative, per t C.

    Parameters
    ----------
    fit : HasEconomics
        A fit of a study with economics: draws of the margin gap at this timing and of the baseline share k.
    ledger : xarray.Dataset
        The carbon account, t C.
    timing : {"costs_at_stocking", "all_at_harvest"}
        When costs fall due.

    Returns
    -------
    xarray.DataArray
        Margin gap / ((1 - k) omega), omega = total fixed carbon (`improved_stock_change`), study currency per
        t C, for the batches that have economics, dims (batch, chain, draw). NaN where (1 - k) omega is 0 or
        less: no price makes up the gap there. It is a ratio with mass near zero below: no mean exists, use
        quantiles.

    Raises
    ------
    ValueError
        If `timing` is neither of the two, or a batch with economics is not in the ledger.
    """
    _check_timing(timing)
    economics = fit.economics(timing)
    gap = economics["margin_gap"]
    unknown = sorted(set(gap["batch"].values.tolist()) - set(ledger["batch"].values.tolist()))
    if unknown:
        raise ValueError(f"economics names batches that the ledger lacks: {', '.join(map(str, unknown))}")
    total_fixed = net_sink(ledger.sel(batch=gap["batch"]), "improved_stock_change") / CO2E_PER_C
    credited = (1.0 - economics["baseline_share"]) * total_fixed
    price = (gap / credited.where(credited > 0.0)).transpose("batch", "chain", "draw", missing_dims="ignore")
    currency = gap.attrs.get("units", "currency")
    return price.rename("carbon_price").assign_attrs(
        units=f"{currency} / t C", timing=timing, long_name="lowest carbon price, per t C"
    )


def price_per_co2(price_per_c: Named) -> Named:
    """Return a price per t CO2e from a price per t C (12/44 of it).

    Parameters
    ----------
    price_per_c : Named
        Price per t C.

    Returns
    -------
    Named
        Price per t CO2e; the units attribute of a DataArray is rewritten with it.
    """
    price = price_per_c / CO2E_PER_C
    if isinstance(price, xr.DataArray):
        old = price_per_c.attrs
        price.attrs = old | {
            "units": str(old.get("units", "currency / t C")).replace("t C", "t CO2e"),
            "long_name": "lowest carbon price, per t CO2e",
        }
    return price
