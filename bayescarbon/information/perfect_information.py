"""What knowing quantities exactly would be worth: the expected value of partial perfect information."""

from __future__ import annotations

import pandas as pd

from bayescarbon.information.sample import Groups, Outcome, read_columns, read_groups, read_outcome
from bayescarbon.information.threads import in_one_thread
from bayescarbon.information.valuer import make_valuer
from bayescarbon.study.rules import Rule

COLUMNS = ("evppi", "evppi_se", "issuance_gain", "issuance_gain_se", "residual_check")


@in_one_thread
def evppi(
    outcome: Outcome,
    parameters: pd.DataFrame,
    p: float = 0.10,
    groups: Groups | None = None,
    seed: int = 0,
    rule: Rule | str | None = None,
    floor: float | None = 0.0,
) -> pd.DataFrame:
    """Return what knowing each parameter, or group of parameters, exactly would be worth before credits are issued.

    Parameters
    ----------
    outcome : array_like or DataArray
        Draws of the sink S, t CO2e: one dimension, or the dims chain and draw. An array, and a DataArray of one
        dimension other than draw, are taken as independent draws.
    parameters : DataFrame
        Draws of the quantities, one row per draw of the same posterior, chain by chain; they may be correlated.
    p : float
        Level of the quantile that costs least: over-crediting costs 1 - p per tonne, under-crediting p.
    groups : mapping of str to sequence of str, optional
        Columns that would become known together; they may overlap. By default each column by itself.
    seed : int
        Of the folds into which independent draws are cut.
    rule : Rule or str, optional
        Rule whose issued credits `issuance_gain` means. By default the p-quantile.
    floor : float, optional
        Least amount that can be issued, t CO2e; None for none. A rule issues 0 or more whatever is said here.

    Returns
    -------
    DataFrame
        Indexed by column or group:

        evppi
            Expected value of perfect information about it, t CO2e weighted by p and 1 - p; 0 or more.
        issuance_gain
            E[I(S | theta)] - I(S), the credits expected to be freed, t CO2e; negative where they would be fewer.
        evppi_se, issuance_gain_se
            Standard errors, of draws and regressions.
        residual_check
            p-value of the hypothesis that S falls below its conditional quantile with the same probability over the
            whole range of the parameters. A small one says that the regression missed something: the value is a
            lower bound then.

    Raises
    ------
    ValueError
        If p is not within (0, 1), the rule is unknown or has no formula, a group names an unknown column, or draws are
        missing, not finite or not as many as the outcome has.

    Notes
    -----
    The estimator is described at the top of the module `bayescarbon.information.valuer`.
    """
    values, chains = read_outcome(outcome)
    columns = read_columns(parameters, len(values))
    known = list(columns)
    sets = read_groups(groups, known) if groups is not None else {name: (name,) for name in known}
    valuer = make_valuer(values, chains, columns, p, rule, floor, seed)
    everything = list(sets.values())
    rows = [valuer.value(members, everything) for members in sets.values()]
    return pd.DataFrame(rows, index=list(sets)).set_axis(list(COLUMNS), axis=1)
