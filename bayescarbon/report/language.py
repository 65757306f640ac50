"""The words that the reports use, by key, and how to say them in either language.

The tables hold the English; the catalogue of `bayescarbon.translation` holds the Chinese of each key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bayescarbon import reasons
from bayescarbon.report import credit_words, measure_words, name_words, page_words, remark_words
from bayescarbon.translation import LANGUAGES, Language, translate

__all__ = [
    "LANGUAGES", "Language", "both", "column_meaning", "in_language", "joined_sentences", "message_keys", "stage_name",
    "text",
]  # fmt: skip

_WORDS: dict[str, str] = {
    # headline
    "total": "Net carbon sink of the whole study by {framework}:",
    "sink": "{median} t CO2e, 90 % interval {q05} to {q95}; probability that it is a sink: {p}",
    "interval": "Middle number: posterior median. Intervals are equal-tailed: 5 % to 95 % quantile.",
    "gross": (
        "Sinks are gross: the share that the water would have fixed anyway is taken off in credits and"
        " prices only."
    ),
    "others": "The same farm, counted in every way (t CO2e):",
    "batches": "By batch, counted by {framework} (t CO2e):",
    "more_batches": "... and {n} more batches in sinks.csv",
    "price_title": "Minimum carbon price:",
    "more_prices": "... and {n} more batches in prices.csv",
    "head median": "median",
    "head q05": "5 %",
    "head q95": "95 %",
    "head p_positive": "P(sink)",
    "head p_negative": "P(below 0)",
    "head p_undefined": "P(no price)",
    "converged": (
        "Diagnostics passed: {divergences} divergences, R-hat at most {rhat}, effective draws at least {ess}"
    ),
    "unconverged": "NOT CONVERGED: these numbers must not be used. {reasons}",
    "warnings": "Warnings: {n} (listed in manifest.json)",
    "outliers": "Values set aside as outliers: {n} (listed in manifest.json)",
    "remarks": "Remarks of the checks: {n}",
    "more_remarks": "... and {n} more (listed in manifest.json)",
    "files": "Results: {path}",
    # figures
    "axis sinks": "net sink, t CO2e (median; 5 % to 95 %)",
    "axis net": "net sink",
    "axis waterfall": "t CO2e, removals to the right (means; lines: 5 % to 95 %)",
    "axis price": "minimum carbon price, {unit} (median; 5 % to 95 %)",
    "axis risk": "risk of over-crediting, %",
    "axis issued": "credits issued, t CO2e",
    "axis prior": "before the data (prior)",
    "axis posterior": "after the data (posterior)",
    # progress
    "reading": "Reading the study",
    "fitting": "Fitting",
    "accounting": "Accounting for the carbon",
    "writing": "Writing the results",
    "stage build": "building the model",
    "stage compile": "compiling the model",
    "stage sample": "sampling",
    "stage sample again, more carefully": "diagnostics failed: sampling again, more carefully",
    "stage predict": "predicting, to compare with the data",
    # UNCONVERGED.txt
    "unconverged_file": (
        "The sampler's diagnostics failed. The tables in this folder were written so that you can look at them,\n"
        "but their intervals cannot be trusted and must not be used for credits or prices.\n\nReasons:\n{reasons}\n\n"
        "What helps: more draws (--draws), a look at the warnings of `bayescarbon check`, and samples or priors\n"
        "that do not contradict each other.\n"
    ),
    # workbook
    "sheet_guide": "read me",
    "guide_title": "Results of bayescarbon {version}: {title}",
    "guide_intro": "The sheets hold the same numbers as the CSV files beside this workbook. Each row names its unit.",
    "guide_unconverged": "NOT CONVERGED: the numbers in this workbook must not be used. {reasons}",
    "guide_headline": "Headline framework: {framework}",
    "guide_cut": "This sheet holds the first {shown} of {all} rows; {name}.csv holds all.",
    "guide_sheet": "sheet",
    "guide_column": "column",
    "guide_meaning": "meaning",
    "guide_name": "name",
    # tables
    "quantities": "What the farm and the literature say about each quantity",
    "ledger": "Every carbon line of every batch, tonnes of carbon",
    "sinks": "Net sink by every framework; gross of the baseline share",
    "pools": "Carbon used, removed, stored and released",
    "prices": "Minimum carbon price",
    "sensitivity": "Which prior moves which headline number; changes are per doubling of the prior's weight",
    "checks": "Whether the rows look as the model predicts them, by quantity",
    "sediment_sources": "Sources of the sediment's organic carbon, by isotopes",
    "sediment_buried": "The buried line beside the farm's share of the sediment; a check that moves no result",
    "air_sea": "Measured flux of CO2 from sea to air beside the released carbon; a check that moves no result",
    "budgets": "Published budgets of single animals beside the posterior of the same species here",
} | {
    **credit_words.WORDS,
    **remark_words.WORDS,
    **page_words.WORDS,
    **measure_words.WORDS,
    **name_words.WORDS,
    **reasons.WORDS,
}

_COLUMNS: dict[str, str] = {
    "quantity": "name of the quantity (`bayescarbon priors NAME` explains it)",
    "species": "species; empty where the quantity has one value for all",
    "site": "site; empty where the quantity has one value for all",
    "mineral": "shell mineral",
    "batch": "batch, as named in the table harvest",
    "line": "line of the carbon ledger",
    "scope": "batch, or `total` for all batches together; in credits also `farm:NAME` for all batches of a farm",
    "framework": "way of counting (`bayescarbon frameworks NAME` explains it)",
    "pool": "used = removed + stored + released",
    "unit": "unit of the numbers in the row",
    "mean": "posterior mean",
    "sd": "posterior standard deviation",
    "q05": "5 % quantile: lower end of the equal-tailed 90 % interval",
    "median": "posterior median (50 % quantile)",
    "q95": "95 % quantile: upper end of the equal-tailed 90 % interval",
    "n_rows": "rows of evidence, farm and literature",
    "n_own": "rows of evidence that are the farm's own",
    "r_hat": "convergence: at most 1.01 is good",
    "ess_bulk": "effective number of draws: at least 400 is good",
    "p_positive": "probability that it is a sink (above zero)",
    "p_negative": "probability of a price below zero",
    "p_undefined": "probability that no finite price exists, as nothing is fixed; quantiles are over the other draws",
    # checks
    "outcome": "headline number: `total, FRAMEWORK` or `price, BATCH`",
    "psense": "how far the posterior moves if the prior weighs twice as much; 0.05 or more is noticeable",
    "median_change": "change of the median per doubling",
    "q05_change": "change of the 5 % quantile per doubling",
    "q95_change": "change of the 95 % quantile per doubling",
    "pareto_k": "reliability of the importance weights: below 0.7 is good",
    "note": "what is out of the ordinary; empty if nothing is",
    "stage": "compared with what the priors predict, or with what the posterior predicts",
    "outside_90": "share of rows outside the central 90 % of their predictions; 0.1 is expected",
    "p_mean": "probability that the rows' mean is larger in a prediction than it is",
    "p_sd": "probability that the rows' spread is larger in a prediction than it is",
    "n_loo": "samples predicted from all other rows",
    "n_unreliable": "of these, with unreliable weights",
    "loo_p": "p-value: are the samples spread as the other rows predict",
    "loo_p_holm": "the same, adjusted for the number of quantities",
    "source": "source of organic carbon; of a published budget its key in data/references.bib",
    "farm_share_median": "share of the sediment's organic carbon that the farm dropped, median",
    "farm_share_q05": "its 5 % quantile",
    "farm_share_q95": "its 95 % quantile",
    "buried_median": "farm carbon buried a year by the ledger, median",
    "buried_q05": "its 5 % quantile",
    "buried_q95": "its 95 % quantile",
    "implied_total_median": "burial of all organic carbon that share and ledger together imply, median",
    "implied_total_q05": "its 5 % quantile",
    "implied_total_q95": "its 95 % quantile",
    "measured_total": "that burial as measured; empty if it was not",
    "p_exceeds": "probability that the ledger buries more than the bed holds of the farm's carbon",
    "verdict": "in words",
    "seasons": "seasons that were measured",
    "measured": "measured flux, positive out of the sea",
    "measured_q05": "5 % quantile with its error",
    "measured_q95": "95 % quantile with its error",
    "predicted_median": "what would be measured if the farm's release were the only flux, median",
    "predicted_q05": "its 5 % quantile",
    "predicted_q95": "its 95 % quantile",
    "p_below": "probability of a prediction below the measured flux",
    "budget": "which published budget",
    "days": "days over which it runs",
    "compared_with": "species of this study that it is compared with; empty if the study farms none",
    "n_sites": "sites of that species here, pooled",
    "item": "part of the budget, or one part per another",
    "published_low": "published value, or lower end of its range",
    "published_high": "published value, or upper end of its range",
    "factor": "published value over the posterior median",
    "p_two_sided": "two-sided tail probability of the published value in the posterior",
} | {**credit_words.COLUMNS, **page_words.COLUMNS, **measure_words.COLUMNS}


def text(key: str, language: Language, values: Mapping[str, object] | None = None) -> str:
    """Return one message, filled in.

    Parameters
    ----------
    key : str
        Which message.
    language : {"en", "zh"}
        In which language.
    values : mapping, optional
        What the message's ``{placeholders}`` stand for.

    Raises
    ------
    KeyError
        If the message or a placeholder's value is missing: a mistake in the program, not in the input.
    """
    return translate(_WORDS[key], language, key).format_map(values or {})


def stage_name(stage: str, language: Language) -> str:
    """Return what a stage of the fit is called; one without a translation keeps its own name."""
    key = f"stage {stage}"
    return text(key, language) if key in _WORDS else stage


def joined_sentences(sentences: Iterable[str], language: Language) -> str:
    """Return sentences as one text, separated by semicolons as the language writes them."""
    return ("；" if language == "zh" else "; ").join(sentences)


def in_language(phrase: str, language: Language) -> str:
    """Return what a result table says in English; a phrase without a translation stays as it is.

    Parameters
    ----------
    phrase : str
        In English.
    language : {"en", "zh"}
        In which language to say it.
    """
    return translate(phrase, language) if phrase else ""


def column_meaning(column: str, language: Language, table: str = "") -> str:
    """Return what a column of a result table means, there if it means something of its own in that table."""
    key = f"{table}.{column}"
    key = key if key in _COLUMNS else column
    return translate(_COLUMNS[key], language, f"column {key}")


def message_keys() -> tuple[str, ...]:
    """Return the names of all messages."""
    return tuple(_WORDS)


def both(key: str) -> tuple[str, str]:
    """Return a message's unfilled English and Chinese forms."""
    return translate(_WORDS[key], "en", key), translate(_WORDS[key], "zh", key)
