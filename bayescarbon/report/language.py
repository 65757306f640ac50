"""The words that the reports use, in English and in Chinese: one table, so that neither falls behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_WORDS: dict[str, tuple[str, str]] = {
    # headline
    "total": (
        "Net carbon sink of the whole study by {framework}:",
        "整个研究的净碳汇（核算口径：{framework}）：",
    ),
    "sink": (
        "{median} t CO2e, 90 % interval {q05} to {q95}; probability that it is a sink: {p}",
        "{median} t CO2e，90% 区间 {q05} 至 {q95}；为净碳汇的概率：{p}",
    ),
    "interval": (
        "Middle number: posterior median. Intervals are equal-tailed: 5 % to 95 % quantile.",
        "首个数字为后验中位数；区间为等尾区间，即 5% 至 95% 分位数。",
    ),
    "gross": (
        "Sinks are gross: the share that the water would have fixed anyway is not yet taken off.",
        "碳汇为毛值：尚未扣除水体本身（无养殖时）也会固定的份额。",
    ),
    "others": ("The same farm, counted in every way (t CO2e):", "同一养殖场按各种口径核算（t CO2e）："),
    "batches": ("By batch, counted by {framework} (t CO2e):", "各批次（口径：{framework}，t CO2e）："),
    "more_batches": ("... and {n} more batches in sinks.csv", "……其余 {n} 个批次见 sinks.csv"),
    "price_title": ("Minimum carbon price:", "最低碳价："),
    "more_prices": ("... and {n} more batches in prices.csv", "……其余 {n} 个批次见 prices.csv"),
    "head median": ("median", "中位数"),
    "head q05": ("5 %", "5% 分位数"),
    "head q95": ("95 %", "95% 分位数"),
    "head p_positive": ("P(sink)", "为汇的概率"),
    "head p_negative": ("P(below 0)", "为负的概率"),
    "head p_undefined": ("P(no price)", "无价格的概率"),
    "converged": (
        "Diagnostics passed: {divergences} divergences, R-hat at most {rhat}, effective draws at least {ess}",
        "诊断通过：发散 {divergences} 次，R-hat 最大 {rhat}，有效样本量最小 {ess}",
    ),
    "unconverged": (
        "NOT CONVERGED: these numbers must not be used. {reasons}",
        "未收敛：以下数字不可使用。{reasons}",
    ),
    "warnings": ("Warnings: {n} (listed in manifest.json)", "警告：{n} 条（见 manifest.json）"),
    "outliers": (
        "Values set aside as outliers: {n} (listed in manifest.json)",
        "判为离群值：{n} 个（见 manifest.json）",
    ),
    "files": ("Results: {path}", "结果目录：{path}"),
    # progress
    "reading": ("Reading the study", "读取研究数据"),
    "fitting": ("Fitting", "拟合模型"),
    "accounting": ("Accounting for the carbon", "核算碳收支"),
    "writing": ("Writing the results", "写出结果"),
    "stage build": ("building the model", "构建模型"),
    "stage compile": ("compiling the model", "编译模型"),
    "stage sample": ("sampling", "后验采样"),
    "stage sample again, more carefully": (
        "diagnostics failed: sampling again, more carefully",
        "诊断未通过：以更稳妥的设置重新采样",
    ),
    "stage predict": ("predicting, to compare with the data", "后验预测（与数据对照）"),
    # UNCONVERGED.txt
    "unconverged_file": (
        "The sampler's diagnostics failed. The tables in this folder were written so that you can look at them,\n"
        "but their intervals cannot be trusted and must not be used for credits or prices.\n\nReasons:\n{reasons}\n\n"
        "What helps: more draws (--draws), a look at the warnings of `bayescarbon check`, and samples or priors\n"
        "that do not contradict each other.\n",
        "采样诊断未通过。本目录中的表格仅供查看，\n其区间不可信，不得用于签发碳信用或定价。\n\n原因：\n{reasons}\n\n"
        "可尝试：增加抽样次数（--draws），查看 `bayescarbon check` 给出的警告，\n检查样品数据与先验是否互相矛盾。\n",
    ),
    # workbook
    "sheet_guide": ("read me", "说明"),
    "guide_title": ("Results of bayescarbon {version}: {title}", "bayescarbon {version} 的结果：{title}"),
    "guide_intro": (
        "The sheets hold the same numbers as the CSV files beside this workbook. Each row names its unit.",
        "各工作表与同目录下的 CSV 文件数字一致；每行均注明单位。",
    ),
    "guide_unconverged": (
        "NOT CONVERGED: the numbers in this workbook must not be used. {reasons}",
        "未收敛：本工作簿中的数字不可使用。{reasons}",
    ),
    "guide_headline": ("Headline framework: {framework}", "主口径：{framework}"),
    "guide_sheet": ("sheet", "工作表"),
    "guide_column": ("column", "列"),
    "guide_meaning": ("meaning", "含义"),
    # tables
    "quantities": (
        "What the farm and the literature say about each quantity",
        "由养殖场数据与文献得到的各参数后验",
    ),
    "ledger": ("Every carbon line of every batch, tonnes of carbon", "各批次的各碳收支项（吨碳）"),
    "sinks": (
        "Net sink by every framework; gross of the baseline share",
        "按各核算口径的净碳汇；未扣除基线份额",
    ),
    "pools": ("Carbon used, removed, stored and released", "利用、移出、储存与释放的碳"),
    "prices": ("Minimum carbon price", "最低碳价"),
}

_COLUMNS: dict[str, tuple[str, str]] = {
    "quantity": (
        "name of the quantity (`bayescarbon priors NAME` explains it)",
        "参数名称（`bayescarbon priors 名称` 可查看说明）",
    ),
    "species": ("species; empty where the quantity has one value for all", "物种；若该参数不分物种则为空"),
    "site": ("site; empty where the quantity has one value for all", "地点；若该参数不分地点则为空"),
    "mineral": ("shell mineral", "壳体矿物"),
    "batch": ("batch, as named in the table harvest", "批次（与 harvest 表一致）"),
    "line": ("line of the carbon ledger", "碳收支项"),
    "scope": ("batch, or `total` for all batches together", "批次；`total` 为全部批次合计"),
    "framework": (
        "way of counting (`bayescarbon frameworks NAME` explains it)",
        "核算口径（`bayescarbon frameworks 名称` 可查看说明）",
    ),
    "pool": (
        "used = removed + stored + released",
        "used（利用）= removed（移出）+ stored（储存）+ released（释放）",
    ),
    "unit": ("unit of the numbers in the row", "该行数值的单位"),
    "mean": ("posterior mean", "后验均值"),
    "sd": ("posterior standard deviation", "后验标准差"),
    "q05": ("5 % quantile: lower end of the equal-tailed 90 % interval", "5% 分位数：等尾 90% 区间下限"),
    "median": ("posterior median (50 % quantile)", "后验中位数（50% 分位数）"),
    "q95": ("95 % quantile: upper end of the equal-tailed 90 % interval", "95% 分位数：等尾 90% 区间上限"),
    "n_rows": ("rows of evidence, farm and literature", "证据条数（养殖场与文献合计）"),
    "n_own": ("rows of evidence that are the farm's own", "其中养殖场自有的证据条数"),
    "r_hat": ("convergence: at most 1.01 is good", "收敛指标：不大于 1.01 为合格"),
    "ess_bulk": ("effective number of draws: at least 400 is good", "有效样本量：不小于 400 为合格"),
    "p_positive": ("probability that it is a sink (above zero)", "为净碳汇（大于零）的概率"),
    "p_negative": ("probability of a price below zero", "价格为负的概率"),
    "p_undefined": (
        "probability that no finite price exists, as nothing is fixed; quantiles are over the other draws",
        "因无固碳而不存在有限价格的概率；分位数仅对其余抽样计算",
    ),
}


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
    return _WORDS[key][LANGUAGES.index(language)].format_map(values or {})


def stage_name(stage: str, language: Language) -> str:
    """Return what a stage of the fit is called; one without a translation keeps its own name."""
    key = f"stage {stage}"
    return text(key, language) if key in _WORDS else stage


def column_meaning(column: str, language: Language) -> str:
    """Return what a column of a result table means."""
    return _COLUMNS[column][LANGUAGES.index(language)]


def message_keys() -> tuple[str, ...]:
    """Return the names of all messages."""
    return tuple(_WORDS)


def both(key: str) -> tuple[str, str]:
    """Return a message's unfilled English and Chinese forms."""
    return _WORDS[key]
