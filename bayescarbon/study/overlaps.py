"""What a study says in two places, or says again after the literature: an observation counts once."""

from __future__ import annotations

import pandas as pd

from bayescarbon.errors import Problem
from bayescarbon.evidence.literature import CLAIM, beside, literature
from bayescarbon.study.budget import budget_claims
from bayescarbon.translation import _, joined


def literature_beside(evidence: pd.DataFrame, budget: pd.DataFrame) -> pd.DataFrame:
    """Return the literature that enters beside a study: without what the study's own tables cite.

    Parameters
    ----------
    evidence, budget : DataFrame
        The tables of the study.

    Returns
    -------
    DataFrame
        Rows of the tidy evidence table.
    """
    return beside(pd.concat([evidence[list(CLAIM)], budget_claims(budget)], ignore_index=True))


def overlaps(evidence: pd.DataFrame, budget: pd.DataFrame, water: pd.DataFrame) -> list[Problem]:
    """Say which rows give way to others, so that nothing counts twice.

    Parameters
    ----------
    evidence, budget, water : DataFrame
        The tables of the study.

    Returns
    -------
    list of Problem
        Warnings.
    """
    warnings = []
    published, uncited, kept = literature(), beside(evidence), literature_beside(evidence, budget)
    repeated = published[~published["id"].isin(uncited["id"])]
    if len(repeated):
        warnings.append(
            Problem(
                "evidence",
                _(
                    "{left_out}, because rows here name the same source for the same quantity and species; "
                    "an observation counts once.",
                    left_out=_left_out(repeated),
                ),
                column="source",
            )
        )
    balanced = uncited[~uncited["id"].isin(kept["id"])]
    if len(balanced):
        warnings.append(
            Problem(
                "budget",
                _(
                    "{left_out}, because budgets here name the same source, and a budget of the same "
                    "species informs that already; an observation counts once.",
                    left_out=_left_out(balanced),
                ),
                column="source",
            )
        )
    told = set(water["site"]) & set(evidence.loc[evidence["quantity"] == "calcification_ratio", "site"])
    if told:
        warnings.append(
            Problem(
                "evidence",
                _(
                    "calcification_ratio at {sites} follows from its `water` rows; the rows here only "
                    "inform other sites.",
                    sites=", ".join(sorted(told)),
                ),
                column="quantity",
            )
        )
    return warnings


def _left_out(rows: pd.DataFrame) -> str:
    named = dict.fromkeys(zip(rows["quantity"], rows["source"], strict=True))
    told = joined(_("{quantity} of {source}", quantity=quantity, source=source) for quantity, source in named)
    if len(rows) == 1:
        return _("1 literature row is left out ({told})", told=told)
    return _("{n} literature rows are left out ({told})", n=len(rows), told=told)
