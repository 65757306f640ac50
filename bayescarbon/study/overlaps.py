"""What a study says in two places, or says again after the literature: an observation counts once."""

from __future__ import annotations

import pandas as pd

from bayescarbon.errors import Problem
from bayescarbon.evidence.literature import CLAIM, beside, literature
from bayescarbon.study.budget import budget_claims


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
                f"{_left_out(repeated)}, because rows here name the same source for the same quantity and species; an "
                "observation counts once.",
                column="source",
            )
        )
    balanced = uncited[~uncited["id"].isin(kept["id"])]
    if len(balanced):
        warnings.append(
            Problem(
                "budget",
                f"{_left_out(balanced)}, because budgets here name the same source, and a budget of the same species "
                "informs that already; an observation counts once.",
                column="source",
            )
        )
    told = set(water["site"]) & set(evidence.loc[evidence["quantity"] == "calcification_ratio", "site"])
    if told:
        warnings.append(
            Problem(
                "evidence",
                f"calcification_ratio at {', '.join(sorted(told))} follows from its `water` rows; the rows here only "
                "inform other sites.",
                column="quantity",
            )
        )
    return warnings


def _left_out(rows: pd.DataFrame) -> str:
    named = dict.fromkeys(zip(rows["quantity"], rows["source"], strict=True))
    told = ", ".join(f"{quantity} of {source}" for quantity, source in named)
    return f"{len(rows)} literature {'row is' if len(rows) == 1 else 'rows are'} left out ({told})"
