"""Which prior moves the headline, for files and for one line of words. Imports nothing heavy by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bayescarbon.report.language import LANGUAGES, Language
from bayescarbon.report.terminal import number

if TYPE_CHECKING:
    import xarray as xr

#: The price of so many batches is followed; sinks are followed in total, by every framework.
PRICED_BATCHES = 10
THRESHOLD = 0.05
_MORE_NAMED = 3
_WORDS = {
    "moved": (
        "The prior on {quantity} moves {outcome} most: per doubling of its weight the median changes by {median}"
        " {unit}, the 90 % interval by {q05} at its lower and {q95} at its upper end.",
        "{quantity} 的先验对{outcome}影响最大：其权重每加倍一次，中位数变化 {median} {unit}，"
        "90% 区间下限变化 {q05}、上限变化 {q95}。",
    ),
    "unmoved": (
        "No prior moves {outcome} noticeably; most influential is the prior on {quantity}"
        " (sensitivity {psense}, noticeable from {threshold}).",
        "没有先验对{outcome}有明显影响；影响最大者为 {quantity}（敏感度 {psense}，{threshold} 起视为明显）。",
    ),
    "others": (" Also moved by the priors on {names}.", "此外还受下列先验影响：{names}。"),
    "total": ("the total sink", "总碳汇"),
}


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
    where = LANGUAGES.index(language)
    top = own[0]
    values = {
        "outcome": called or _WORDS["total"][where],
        "quantity": top["quantity"],
        "unit": top["unit"],
        "psense": f"{float(top['psense']):.2g}",
        "threshold": THRESHOLD,
    }
    if float(top["psense"]) < THRESHOLD:
        return _WORDS["unmoved"][where].format_map(values)
    for name in ("median", "q05", "q95"):
        values[name] = _signed(float(top[f"{name}_change"]))
    others = [str(r["quantity"]) for r in own[1 : 1 + _MORE_NAMED] if float(r["psense"]) >= THRESHOLD]
    told = _WORDS["moved"][where].format_map(values)
    separator = "、" if language == "zh" else ", "
    return told + (_WORDS["others"][where].format(names=separator.join(others)) if others else "")


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + number(value)
