"""From quantities to the ledger: every carbon line of every batch, draw by draw."""

from __future__ import annotations

from typing import Protocol

import xarray as xr

from bayescarbon.accounting.biodeposits import buried, deposited, individuals_alive
from bayescarbon.accounting.calcification import calcification_co2
from bayescarbon.accounting.fouling import fouling_body, fouling_mass, fouling_respired
from bayescarbon.accounting.lines import LINES
from bayescarbon.accounting.operations import carbon_of_co2e, operations_carbon
from bayescarbon.accounting.respiration import respired
from bayescarbon.accounting.stock import Body, body

_COMPOSITION = (
    "dry_fraction",
    "shell_share",
    "shell_carbon",
    "tissue_carbon",
    "shell_organic_share",
    "respired_shell_fraction",
)
_OTHER = (
    "harvest_t",
    "stocked_t",
    "cycle_days",
    "individuals",
    "emissions_t_co2e",
    "live_weight",
    "alive_to_harvested",
    "fouling_ratio",
    "fouler_mix",
    "fouler_respiration_ratio",
    "biodeposition_rate",
    "biodeposit_carbon",
    "burial_fraction",
    "calcification_ratio",
    "respiration_ratio",
    "operations_emission",
)
INPUTS: tuple[str, ...] = _COMPOSITION + tuple(f"fouler_{name}" for name in _COMPOSITION) + _OTHER


class HasBatchDraws(Protocol):
    """What `account` needs of a fit."""

    def batch_draws(self) -> xr.Dataset:
        """Return the inputs of `ledger`, one value per batch, chain and draw."""


def _composition(inputs: xr.Dataset, prefix: str) -> list[xr.DataArray]:
    return [inputs[prefix + name] for name in _COMPOSITION]


def _lines(part: Body, prefix: str) -> dict[str, xr.DataArray]:
    return {prefix + name: value for name, value in part._asdict().items()}


def ledger(inputs: xr.Dataset) -> xr.Dataset:
    """Return every line of the carbon account.

    Parameters
    ----------
    inputs : xarray.Dataset
        Variables named as the quantities, over ``batch`` and, for draws, ``chain`` and ``draw``; those of
        foulers carry the prefix ``fouler_`` and the dim ``taxon``; ``fouler_mix`` has ``batch`` and ``taxon``.
        Beside the quantities: ``harvest_t`` (t live, with its weighing error), ``stocked_t`` (t live),
        ``cycle_days`` (d), ``individuals`` (mean number alive; NaN: from the harvest and the live weight) and
        ``emissions_t_co2e`` (t CO2e; NaN: from ``operations_emission``). A taxon without a shell has
        ``fouler_shell_share`` exactly 0 and its ``fouler_respiration_ratio`` is per tissue carbon.
        Other variables are ignored.

    Returns
    -------
    xarray.Dataset
        One variable per line, dims (batch, chain, draw) or those of them that the inputs have, t C, none of
        them signed: a framework decides what counts as removal and what as release.

    Raises
    ------
    ValueError
        If an input is missing.

    Notes
    -----
    The ledger equations of docs/equations.md. Point accounting is the same call without chain and draw.
    """
    missing = sorted(set(INPUTS) - set(inputs.variables))
    if missing:
        raise ValueError(f"the ledger needs {', '.join(missing)}; give every input, NaN where not measured")
    harvest_t = inputs["harvest_t"]
    own = body(harvest_t, *_composition(inputs, ""))
    seed = body(inputs["stocked_t"], *_composition(inputs, ""))
    per_fouler_tonne = body(1.0, *_composition(inputs, "fouler_"))
    fouler_t = fouling_mass(harvest_t, inputs["fouling_ratio"])
    fouling = fouling_body(fouler_t, inputs["fouler_mix"], per_fouler_tonne)

    counted = inputs["individuals"]
    weighed = individuals_alive(harvest_t, inputs["live_weight"], inputs["alive_to_harvested"])
    deposited_c = deposited(
        inputs["biodeposition_rate"],
        inputs["biodeposit_carbon"],
        weighed.where(counted.isnull(), counted),
        inputs["cycle_days"],
    )
    reported = inputs["emissions_t_co2e"]
    modelled = operations_carbon(inputs["operations_emission"], harvest_t)

    psi = inputs["calcification_ratio"]
    lines = {
        **_lines(own, ""),
        **_lines(seed, "seed_"),
        **_lines(fouling, "fouling_"),
        "deposited": deposited_c,
        "buried": buried(inputs["burial_fraction"], deposited_c),
        "calcification_co2": calcification_co2(psi, own.inorganic_shell() - seed.inorganic_shell()),
        "fouling_calcification_co2": calcification_co2(psi, fouling.inorganic_shell()),
        "respired": respired(inputs["respiration_ratio"], own.shell() - seed.shell()),
        "fouling_respired": fouling_respired(
            fouler_t,
            inputs["fouler_mix"],
            per_fouler_tonne,
            inputs["fouler_shell_share"],
            inputs["fouler_respiration_ratio"],
        ),
        "operations": modelled.where(reported.isnull(), carbon_of_co2e(reported)),
    }
    result = xr.Dataset(
        {
            name: lines[name]
            .transpose("batch", "chain", "draw", missing_dims="ignore")
            .assign_attrs(units="t C", long_name=LINES[name])
            for name in LINES
        }
    )
    return result.drop_vars("taxon", errors="ignore")


def account(fit: HasBatchDraws) -> xr.Dataset:
    """Return the ledger of a fit: its posterior run once through the account.

    Parameters
    ----------
    fit : HasBatchDraws
        A fit, or anything else with `batch_draws`.

    Returns
    -------
    xarray.Dataset
        As `ledger`, dims (batch, chain, draw), t C. The draws of a fit carry the scalar coordinate ``converged``:
        whether its diagnostics were passed. It stays on sinks and sums, so that credits can refuse a failed fit.
    """
    return ledger(fit.batch_draws())
