"""Why a fit fails its diagnostics, and what has to be said beside a number of credits.

The sentences stand here in English, as files hold them; `bayescarbon.report.rewording` knows them again and says them
in the language of the reader.
"""

from __future__ import annotations

WORDS: dict[str, str] = {
    # a fit
    "reason one chain": "no R-hat at all, which takes at least two chains",
    "reason unknown": "no R-hat or effective sample size for {quantities}",
    "reason divergences": "{n} divergent transitions, none allowed",
    "reason r_hat": "R-hat {value} of {quantity}, the bound is {bound}",
    "reason ess_bulk": "bulk effective sample size {value} of {quantity}, the bound is {bound}",
    "reason ess_tail": "tail effective sample size {value} of {quantity}, the bound is {bound}",
    "reason bfmi": "E-BFMI {value}, the bound is {bound}",
    # credits
    "note tail": (
        "only {n} effective draws lie beyond a quantile that the rule reads ({wanted} are wanted), so run more draws"
    ),
    "note unverified": "unverified rule: its document was not read, so its formula may be wrong",
    "note negative": "nothing is issued: the mean net removal is {mean}, not above 0",
    "note barred": (
        "nothing is issued: the half-width of the {interval} interval exceeds {bar} of the mean, which the rule does"
        " not credit"
    ),
    "note low": (
        "nothing is issued: the {level} quantile is {quantile}, not above 0 (the formula alone would give {figure})"
    ),
    "note quantile": "nothing is issued: the {level} quantile is {figure}, not above 0",
    "note all deducted": "nothing is issued: the deduction reaches 100 % of the mean, {mean}",
    "note uncertain": "there may be no removal at all: P(removal > 0) is {p}, below {bound}",
    "note skewed": (
        "under-deducts: the rule means the {level} quantile, and the formula's figure lies {gap} above that quantile of"
        " the draws"
    ),
    "note skewed normal": (
        "under-deducts: a normal posterior would put the figure at the {level} quantile, and the formula's figure lies"
        " {gap} above that quantile of the draws"
    ),
    "note bounded": " (issued is that quantile)",
    "note bound": " (conservative=True issues that quantile)",
}
