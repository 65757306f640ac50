"""Tables of credits: what every rule issues from every sink after the baseline share, and what that risks.

Rows are net of the baseline share, draw by draw; ``sinks.csv`` is gross. A `total` or a farm is credited from the
draws of its sum, never as a sum of credits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from bayescarbon.accounting.frameworks import frameworks, net_sink
from bayescarbon.accounting.price import HasEconomics, carbon_price, price_per_co2
from bayescarbon.issuance.allocation import allocate
from bayescarbon.issuance.creditable import creditable
from bayescarbon.issuance.decision import risk_curve
from bayescarbon.issuance.issue import issue_table
from bayescarbon.issuance.pooling import pooling
from bayescarbon.issuance.revenue import break_even, revenue
from bayescarbon.issuance.scopes import scoped
from bayescarbon.issuance.vintages import buffer_release, by_year, end_of_period, ratchet
from bayescarbon.report.manifest import Diagnostics
from bayescarbon.study.rules import Rule, named_rule

if TYPE_CHECKING:
    import xarray as xr

    from bayescarbon.study import Study
    from bayescarbon.study.settings import CreditPrice

UNIT = "t CO2e"
ISSUANCE = (
    "scope", "framework", "rule", "unit", "mean", "issued", "deduction", "p_overcredit", "expected_overcredit",
    "eligible", "note",
)  # fmt: skip
RISK = (
    "scope", "framework", "rule", "unit", "gross_mean", "p_positive", "credits", "issued_mcse", "level",
    "same_level_quantile", "buffer", "deficit", "effective_draws",
)  # fmt: skip
ALLOCATION = ("batch", "framework", "rule", "unit", "alone", "allocated", "allocated_mcse", "share")
CURVE = ("level", "unit", "issued", "p_overcredit", "expected_overcredit")
VINTAGES = (
    "method", "framework", "rule", "unit", "year", "cumulative_mean", "issuable", "issued", "held", "released",
    "cancelled", "balance", "issued_cumulative", "deficit",
)  # fmt: skip
REVENUE = ("scope", "rule", "unit", "mean", "median", "q05", "q95", "p_break_even", "p_undefined")

#: Levels of the risk curve: whole per cents, for a reader who slides along it.
LEVELS = tuple(percent / 100 for percent in range(1, 100))
#: Rules whose document recomputes the deduction for the whole period at its end (TREES 2.0, section 8).
RECOMPUTED = ("art_trees",)
FAILED = "computed from a fit that failed its diagnostics: not to be used"


class Creditable(HasEconomics, Protocol):
    """What credits need of a fit."""

    @property
    def diagnostics(self) -> Diagnostics:
        """How well it converged."""
        ...

    @property
    def baseline_share(self) -> xr.DataArray:
        """Draws (chain, draw) of the share of the sink that would exist without the farm."""
        ...


@dataclass(frozen=True)
class CreditTerms:
    """What a study says about its credits.

    Attributes
    ----------
    rule : Rule
        Of the headline.
    rules : tuple of Rule
        All that are shown, the headline's among them.
    price : CreditPrice, optional
        Market price of a credit; None if the study states none.
    """

    rule: Rule
    rules: tuple[Rule, ...]
    price: CreditPrice | None = None

    def record(self) -> dict[str, Any]:
        """Return the terms as the manifest holds them."""
        told = ("family", "thresholds", "document", "version", "section", "confidence")
        price = self.price
        return {
            "headline_rule": self.rule.name,
            "rules": {rule.name: {key: getattr(rule, key) for key in told} for rule in self.rules},
            "credit_price": None if price is None else asdict(price.quantiles) | {"unit": price.unit},
        }


@dataclass(frozen=True)
class Credited:
    """What was credited.

    Attributes
    ----------
    frames : dict of str to DataFrame
        The tables that have content, by name, in the order in which they are written; empty if the fit failed its
        diagnostics.
    pooling : dict, optional
        Batches credited together beside one by one (`bayescarbon.issuance.pooling.Pooling`).
    undated : tuple of str
        Batches without a year, where others have different ones: then there are no vintages.
    """

    frames: dict[str, pd.DataFrame]
    pooling: dict[str, Any] | None = None
    undated: tuple[str, ...] = ()


def credit_terms(study: Study) -> CreditTerms:
    """Return what a study says about its credits.

    Parameters
    ----------
    study : Study
        The study; its rules exist and have formulas, or it would have been refused.
    """
    named = {name: named_rule(name, study.own_rules) for name in (*study.rules, study.headline_rule)}
    return CreditTerms(named[study.headline_rule], tuple(named.values()), study.credit_price)


def credited(
    fit: Creditable,
    ledger: xr.Dataset,
    framework: str,
    terms: CreditTerms,
    harvest: pd.DataFrame | None,
    *,
    priced: bool,
    allow_unconverged: bool = False,
) -> Credited:
    """Credit the sinks of a ledger by every rule of a study.

    Parameters
    ----------
    fit : Creditable
        The fit that the ledger was made from.
    ledger : xarray.Dataset
        One variable per line in t C, dims ``batch``, ``chain``, ``draw``.
    framework : str
        The headline framework.
    terms : CreditTerms
        Rules and market price.
    harvest : DataFrame, optional
        The study's harvest: batch, farm and year. Without it there are neither farms nor vintages.
    priced : bool
        Whether the study has economics, and so a minimum price to hold the market price against.
    allow_unconverged : bool
        Credit the draws of a fit that failed its diagnostics too; every row then says so.

    Returns
    -------
    Credited
        Without tables if the fit failed and this is not allowed.

    Raises
    ------
    ValueError
        If a draw is not a finite number.
    """
    if not (fit.diagnostics.passed or allow_unconverged):
        return Credited({})
    farms, years = _owners(ledger, harvest)
    allowed = {"allow_unconverged": allow_unconverged}
    issued = _issued(fit, ledger, terms.rules, farms, allow_unconverged)
    if not fit.diagnostics.passed:
        issued["note"] = [f"{FAILED}; {note}" if note else FAILED for note in issued["note"]]
    net = creditable(net_sink(ledger, framework), fit.baseline_share)
    about = {"framework": framework, "rule": terms.rule.name, "unit": UNIT}
    frames = {
        "issuance": issued[list(ISSUANCE)],
        "issuance_risk": issued[list(RISK)],
        "allocation": allocate(net, terms.rule, **allowed).assign(**about)[list(ALLOCATION)],
        "risk_curve": risk_curve(net.sum("batch"), LEVELS, **allowed).assign(unit=UNIT)[list(CURVE)],
    }
    dated = np.isfinite(years)
    undated: tuple[str, ...] = ()
    if len(set(years[dated])) > 1:
        undated = tuple(str(batch) for batch in ledger["batch"].values[~dated])
        if not undated:
            frames["vintages"] = _vintages(by_year(net, years.tolist()), framework, terms, allow_unconverged)
    if terms.price is not None:
        minimum = price_per_co2(carbon_price(fit, ledger)) if priced else None
        own = issued[issued["framework"] == framework]
        frames["revenue"] = _revenue(own, terms.price, minimum)
    together = asdict(pooling(net, terms.rule, **allowed)) if net.sizes["batch"] > 1 else None
    return Credited(frames, together, undated)


def _owners(ledger: xr.Dataset, harvest: pd.DataFrame | None) -> tuple[list[str], np.ndarray]:
    """Return the farm ("" for none) and the year (NaN for none) of every batch of the ledger."""
    batches = [str(batch) for batch in ledger["batch"].values]
    if harvest is None:
        return [""] * len(batches), np.full(len(batches), np.nan)
    rows = harvest.set_index(harvest["batch"].astype(str)).loc[batches]
    farms = rows["farm"].fillna("").astype(str).tolist() if "farm" in rows else [""] * len(batches)
    years = rows["year"] if "year" in rows else pd.Series(np.nan, index=rows.index)
    return farms, years.to_numpy(dtype=float)


def _issued(
    fit: Creditable, ledger: xr.Dataset, rules: Sequence[Rule], farms: Sequence[str], allow_unconverged: bool
) -> pd.DataFrame:
    """Return all that `issue` says of every scope, framework and rule, ordered so."""
    known = frameworks()
    found = []
    for name in known:
        gross = net_sink(ledger, name)
        scopes = scoped(creditable(gross, fit.baseline_share), farms)
        table = issue_table(scopes, rules, allow_unconverged=allow_unconverged)
        means = scoped(gross, farms).mean(("chain", "draw"))
        found.append(table.assign(framework=name, gross_mean=np.repeat(means.values, len(rules))))
    together = pd.concat(found, ignore_index=True).assign(unit=UNIT)
    order = np.arange(len(together)).reshape(len(known), -1, len(rules)).transpose(1, 0, 2).ravel()
    return together.iloc[order].reset_index(drop=True)


def _vintages(net: xr.DataArray, framework: str, terms: CreditTerms, allow_unconverged: bool) -> pd.DataFrame:
    """Return what each year adds: by the headline rule, and by the rules that have a way of their own."""
    found = []
    for rule in terms.rules:
        headline = rule.name == terms.rule.name
        ways = {
            "ratchet": (ratchet, headline or rule.thresholds.get("cumulative", False)),
            "buffer": (buffer_release, rule.family == "steps_buffer"),
            "end_of_period": (end_of_period, headline or rule.name in RECOMPUTED),
        }
        for method, (way, wanted) in ways.items():
            if wanted:
                table = way(net, rule, allow_unconverged=allow_unconverged)
                found.append(_one_way(table).assign(method=method, rule=rule.name))
    together = pd.concat(found, ignore_index=True).assign(framework=framework, unit=UNIT)
    return together.reindex(columns=list(VINTAGES))


def _one_way(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table of one way of crediting years with the names that all of them share."""
    named = table.rename(columns={"recomputed": "issuable"})
    if "cumulative_mean" not in named:
        named["cumulative_mean"] = named["mean"].cumsum()
    return named


def _revenue(issued: pd.DataFrame, price: CreditPrice, minimum: xr.DataArray | None) -> pd.DataFrame:
    """Return what the credits of every scope and rule earn, and whether the market pays what the batch needs."""
    earned = revenue(issued["issued"], price)
    frame = pd.concat([issued[["scope", "rule"]].reset_index(drop=True), earned], axis=1)
    frame["unit"] = price.unit.split("/")[0].strip()
    if minimum is None:
        return frame.reindex(columns=list(REVENUE))
    paid = break_even(minimum, price)
    for column in ("p_break_even", "p_undefined"):
        frame[column] = frame["scope"].map(paid[column])
    return frame[list(REVENUE)]


def credits_record(terms: CreditTerms, found: Credited) -> Mapping[str, Any]:
    """Return what the manifest says of credits.

    Parameters
    ----------
    terms : CreditTerms
        What the study asked for.
    found : Credited
        What was credited.
    """
    return terms.record() | {"pooling": found.pooling, "undated_batches": list(found.undated)}
