"""Which prior moves the headline, for files and for one line of words. Imports nothing heavy by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bayescarbon.report import names
from bayescarbon.report.language import Language, text
from bayescarbon.report.terminal import number

if TYPE_CHECKING:
    import xarray as xr

#: The price of so many batches is followed; sinks are followed in total, by every framework.
PRICED_BATCHES = 10
THRESHOLD = 0.05
_MORE_NAMED = 3


def total_outcome(framework: str) -> str:
    """Return the name under which the study's total by a framework stands in ``sensitivity.csv``."""
    return f"total, {framework}"


def headline_outcomes(ledger: xr.Dataset, price: xr.DataArray | None) -> dict[str, xr.DataArray]:
    """Return draws of the headline numbers: the total sink by every framework, the price of every batch.

    Parameters
    ----------
    ledger : xarray.Dataset
        One variable per line in t C (batch, chain, draw).
    price : xarray.DataArray, optional
        Minimum carbon price per t C (batch, chain, draw), NaN where there is none.

    Returns
    -------
    dict of str to xarray.DataArray
        (chain, draw), ``units`` in the attributes; prices of the first ten batches, per t CO2e.
    """
    from bayescarbon.accounting.frameworks import frameworks, net_sink
    from bayescarbon.accounting.price import price_per_co2

    # Frameworks are sums of lines, so the batches are added up once, not once for each of them.
    total = ledger.sum("batch", keep_attrs=True)
    found = {total_outcome(name): net_sink(total, name) for name in frameworks()}
    if price is not None:
        per_co2 = price_per_co2(price)
        for batch in price["batch"].values[:PRICED_BATCHES]:
            # Written as in prices.csv.
            units = str(per_co2.attrs["units"]).replace(" / ", "/")
            found[f"price, {batch}"] = per_co2.sel(batch=batch).assign_attrs(units=units)
    return found


def sensitivity_sentence(
    rows: Sequence[Mapping[str, Any]], outcome: str, language: Language = "en", called: str | None = None
) -> str:
    """Say in one line which prior moves a headline number most.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of ``sensitivity.csv``, as read from the file or from the table.
    outcome : str
        Which number, as in the column ``outcome``.
    language : {"en", "zh"}
        In which language.
    called : str, optional
        What to call the number; by default the total sink.

    Returns
    -------
    str
        Empty if no row is about this number.
    """
    own = sorted((r for r in rows if r["outcome"] == outcome), key=lambda r: -float(r["psense"]))
    if not own:
        return ""
    top = own[0]
    values = {
        "outcome": called or text("sensitivity total", language),
        "quantity": names.called("quantity", top["quantity"], language),
        "unit": top["unit"],
        "psense": f"{float(top['psense']):.2g}",
        "threshold": THRESHOLD,
    }
    if float(top["psense"]) < THRESHOLD:
        return text("sensitivity unmoved", language, values)
    for name in ("median", "q05", "q95"):
        values[name] = _signed(float(top[f"{name}_change"]))
    others = [
        names.called("quantity", str(r["quantity"]), language)
        for r in own[1 : 1 + _MORE_NAMED]
        if float(r["psense"]) >= THRESHOLD
    ]
    told = text("sensitivity moved", language, values)
    if not others:
        return told
    return told + text("sensitivity others", language, {"names": names.listed(others, language)})


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + number(value)
