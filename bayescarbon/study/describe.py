"""Explain the study format to the people who fill it in, from the same list that validation reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bayescarbon.study.columns import TABLES
from bayescarbon.study.rules import FAMILIES, Threshold
from bayescarbon.study.spec import Column, Table

if TYPE_CHECKING:
    from bayescarbon.study.study import Study


@dataclass(frozen=True)
class Key:
    """One key of ``study.toml``; NAME stands for a quantity, a species or a rule.

    Attributes
    ----------
    name : str
        Dotted, as the sheet ``study`` writes it.
    english, chinese : str
        What it means.
    default : str
        What is used without it.
    """

    name: str
    english: str
    chinese: str
    default: str = ""


KEYS = (
    Key("title", "Title of the study. **Required.**", "研究名称（必填）。"),
    Key(
        "headline_framework",
        "Accounting framework of the headline number; `bayescarbon frameworks` lists them.",
        "主要结果采用的核算框架。",
        "improved_stock_change",
    ),
    Key(
        "headline_rule", "Deduction rule of the headline number.", "主要结果采用的扣减规则。", "posterior_q10"
    ),
    Key(
        "rules",
        "Deduction rules to show, the headline rule among them; a list, separated by commas in a workbook.",
        "要列出的扣减规则（含主要规则）。",
        "all that are not unverified",
    ),
    Key(
        "fouling_basis",
        "How evidence rows of fouling_ratio are expressed: `of_total` (foulers per foulers and "
        "shellfish) or `of_shellfish` (foulers per shellfish).",
        "附着生物比例的表示方式：of_total（占总鲜重）或 of_shellfish（与贝类鲜重之比）。",
        "of_total",
    ),
    Key(
        "baseline_share.q05, .q50, .q95",
        "Share of the sink that the water would have fixed anyway, as quantiles; "
        "`reason` and `source` are optional.",
        "无养殖时海域本来也会固定的份额（分位数）。",
        "the shipped prior",
    ),
    Key(
        "currency.code",
        "Three-letter code of all money; needed with the table `economics`.",
        "货币代码；有 economics 表时必填。",
    ),
    Key("currency.year", "Year of its prices.", "价格年份。"),
    Key(
        "credit_price.q05, .q50, .q95",
        "Market price of a credit, as quantiles.",
        "碳信用市场价格（分位数）。",
    ),
    Key("credit_price.unit", "Its unit, such as `CNY / t CO2e`.", "其单位，如 CNY / t CO2e。"),
    Key(
        "priors.NAME.q05, .q50, .q95",
        "A prior of your own for the quantity NAME: the value at a new farm, in the "
        "quantity's unit, as quantiles.",
        "自定先验：量 NAME 在一个新养殖场的值（分位数，按该量的单位）。",
        "the shipped prior",
    ),
    Key("priors.NAME.reason", "Why; required with a prior.", "理由（自定先验时必填）。"),
    Key("priors.NAME.source", "Where from.", "来源。"),
    Key(
        "taxa.NAME.group",
        "Adds the species NAME: clam, scallop, oyster, mussel, ascidian or other.",
        "新增物种 NAME 的类群。",
    ),
    Key(
        "taxa.NAME.mineral",
        "The mineral that most of its shell is made of: aragonite or calcite (not for an ascidian).",
        "壳的主要矿物：aragonite（文石）或 calcite（方解石）。",
    ),
    Key("taxa.NAME.synonyms", "Other names of it, a list.", "其他名称（列表）。"),
    Key(
        "own_rules.NAME.family",
        "Adds the deduction rule NAME (lower-case letters, digits and _), for `rules` and `headline_rule`: the "
        "family of its formula, see below.",
        "自定扣减规则 NAME（小写字母、数字与下划线）的公式类别，见下表。",
    ),
    Key(
        "own_rules.NAME.thresholds",
        "Its numbers, `thresholds = { level = 0.2 }`; in a workbook one row each, `own_rules.NAME.thresholds.level`, "
        "several numbers separated by commas.",
        "规则的参数，如 `thresholds = { level = 0.2 }`；工作簿中每个参数一行，多个数用逗号分隔。",
    ),
    Key(
        "own_rules.NAME.source",
        "In which document it stands, or whose it is; required with an own rule.",
        "出处（自定规则时必填）。",
    ),
    Key("own_rules.NAME.title", "Its title in tables.", "表中显示的名称。", "its name"),
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
    "isotopes": "shells",
    "traps": "traps",
    "oxygen": "incubations",
    "fouling": "gears",
    "budget": "animals",
    "sediment": "samples",
    "endmembers": "sources",
    "air_sea": "fluxes",
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
        return " or ".join(column.choices)
    kind = {"text": "text", "number": "number", "integer": "whole number"}[column.kind]
    return f"{kind}, {column.bounds.words}" if column.bounds else kind
