"""Explain the study format to the people who fill it in, from the same list that validation reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bayescarbon.study.columns import TABLES
from bayescarbon.study.rules import FAMILIES, Threshold
from bayescarbon.study.spec import Column, Table
from bayescarbon.translation import _, joined, said

if TYPE_CHECKING:
    from bayescarbon.study.study import Study


@dataclass(frozen=True)
class Key:
    """One key of ``study.toml``; NAME stands for a quantity, a species or a rule.

    Attributes
    ----------
    name : str
        Dotted, as the sheet ``study`` writes it.
    english : str
        What it means; `chinese` says it in Chinese.
    default : str
        What is used without it.
    """

    name: str
    english: str
    default: str = ""

    @property
    def chinese(self) -> str:
        """What it means, in Chinese."""
        return said(self.english, "zh")


KEYS = (
    Key("title", _("Title of the study. **Required.**")),
    Key(
        "headline_framework",
        _("Accounting framework of the headline number; `bayescarbon frameworks` lists them."),
        "improved_stock_change",
    ),
    Key("headline_rule", _("Deduction rule of the headline number."), "posterior_q10"),
    Key(
        "rules",
        _(
            "Deduction rules to show, the headline rule among them; a list, separated by commas in a workbook."
        ),
        _("all that are not unverified"),
    ),
    Key(
        "fouling_basis",
        _(
            "How evidence rows of fouling_ratio are expressed: `of_total` (foulers per foulers and "
            "shellfish) or `of_shellfish` (foulers per shellfish)."
        ),
        "of_total",
    ),
    Key(
        "baseline_share.q05, .q50, .q95",
        _(
            "Share of the sink that the water would have fixed anyway, as quantiles; "
            "`reason` and `source` are optional."
        ),
        _("the shipped prior"),
    ),
    Key(
        "currency.code",
        _("Three-letter code of all money; needed with the table `economics`."),
    ),
    Key("currency.year", _("Year of its prices.")),
    Key(
        "credit_price.q05, .q50, .q95",
        _("Market price of a credit, as quantiles."),
    ),
    Key("credit_price.unit", _("Its unit, such as `CNY / t CO2e`.")),
    Key(
        "priors.NAME.q05, .q50, .q95",
        _(
            "A prior of your own for the quantity NAME: the value at a new farm, in the "
            "quantity's unit, as quantiles."
        ),
        _("the shipped prior"),
    ),
    Key("priors.NAME.reason", _("Why; required with a prior.")),
    Key("priors.NAME.source", _("Where from.")),
    Key(
        "taxa.NAME.group",
        _("Adds the species NAME: clam, scallop, oyster, mussel, ascidian or other."),
    ),
    Key(
        "taxa.NAME.mineral",
        _("The mineral that most of its shell is made of: aragonite or calcite (not for an ascidian)."),
    ),
    Key("taxa.NAME.synonyms", _("Other names of it, a list.")),
    Key(
        "own_rules.NAME.family",
        _(
            "Adds the deduction rule NAME (lower-case letters, digits and _), for `rules` and `headline_rule`: the "
            "family of its formula, see below."
        ),
    ),
    Key(
        "own_rules.NAME.thresholds",
        _(
            "Its numbers, `thresholds = { level = 0.2 }`; in a workbook one row each, "
            "`own_rules.NAME.thresholds.level`, several numbers separated by commas."
        ),
    ),
    Key(
        "own_rules.NAME.source",
        _("In which document it stands, or whose it is; required with an own rule."),
    ),
    Key("own_rules.NAME.title", _("Its title in tables."), _("its name")),
)


def describe() -> str:
    """Return the study format as Markdown: the settings, then every table with every column."""
    parts = [_settings(), _families(), "## Tables", _overview()]
    parts += [_table(table) for table in TABLES.values()]
    return "\n\n".join(parts) + "\n"


def _settings() -> str:
    lines = [
        "## Settings: `study.toml`, or the sheet `study`",
        "",
        "In a workbook the sheet `study` has the columns `key` and `value`; a third column is free for notes.",
        "",
        "| key | meaning | 含义 | without it |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{key.name}` | {key.english} | {key.chinese} | {key.default} |" for key in KEYS]
    return "\n".join(lines)


def _families() -> str:
    lines = [
        "### Deduction rules of your own: families and thresholds",
        "",
        "I is what is issued (never below 0), W half the width of the central posterior interval that `interval` "
        "names. `bayescarbon rules` shows the rules that ship, in the same form.",
        "自定扣减规则的公式类别与参数：I 为签发量（不低于 0），W 为后验中心区间（概率由 interval 指定）的半宽。",
        "",
        "| family | formula | threshold | holds | meaning | without it |",
        "|---|---|---|---|---|---|",
    ]
    for name, family in FAMILIES.items():
        first = [f"`{name}`", family.formula.replace("|", "\\|")]
        for key, threshold in family.thresholds.items():
            shown = f"**`{key}`**" if threshold.required else f"`{key}`"
            meaning = threshold.meaning.replace("|", "\\|")
            cells = [*first, shown, threshold.holds, meaning, _without(threshold)]
            lines.append(f"| {' | '.join(cells)} |")
            first = ["", ""]
    return "\n".join(lines)


def _without(threshold: Threshold) -> str:
    if threshold.required:
        return ""
    if threshold.default is None:
        return "no such clause"
    return str(threshold.default).lower()


def _overview() -> str:
    names = ", ".join(f"`{name}`" for name in TABLES)
    return f"The tables are {names}. All of them are read; only `harvest` is required."


def _table(table: Table) -> str:
    lines = [
        f"### `{table.name}`",
        "",
        " ".join(part for part in (table.english, table.use, table.chinese) if part),
        "",
        "| column | holds | unit | meaning | 含义 | if empty |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {_name(c)} | {holds(c)} | {c.unit} | {c.english} | {c.chinese} | {c.default} |"
        for c in table.columns
    ]
    return "\n".join(lines)


def _name(column: Column) -> str:
    return f"**`{column.name}`**" if column.required else f"`{column.name}`"


#: What one row of each measured table is; of `fouling`, its rows of one gear together.
_COUNTED = {
    "water": _("descriptions"),
    "isotopes": _("shells"),
    "traps": _("traps"),
    "oxygen": _("incubations"),
    "fouling": _("gears"),
    "budget": _("animals"),
    "sediment": _("samples"),
    "endmembers": _("sources"),
    "air_sea": _("fluxes"),
}


def measured(study: Study) -> list[dict[str, Any]]:
    """Count what a study measured beside the rows of `evidence`.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    list of dict
        For each of these tables that the study has: ``table``, ``count``, ``what`` is counted, ``sites`` (their number;
        0 where a table has none) and ``use``.
    """
    told = []
    for name, what in _COUNTED.items():
        rows = getattr(study, name)
        if len(rows):
            count = rows["gear"].nunique() if name == "fouling" else len(rows)
            sites = rows["site"].nunique() if "site" in rows else 0
            told.append(
                {
                    "table": name,
                    "count": int(count),
                    "what": what,
                    "sites": int(sites),
                    "use": TABLES[name].use,
                }
            )
    return told


def holds(column: Column) -> str:
    """Return what the cells of a column hold, in words."""
    if column.kind == "choice":
        return joined(column.choices, _(" or "))
    kind = {"text": _("text"), "number": _("number"), "integer": _("whole number")}[column.kind]
    return joined([kind, column.bounds.words]) if column.bounds else kind
