"""The words that the reports use, in English and in Chinese: one table, so that neither falls behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from bayescarbon.report import credit_words, page_words, remark_words

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
        "Sinks are gross: the share that the water would have fixed anyway is taken off in credits and prices only.",
        "碳汇为毛值：水体本身（无养殖时）也会固定的份额仅在碳信用与碳价中扣除。",
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
    "remarks": ("Remarks of the checks: {n}", "检查意见：{n} 条"),
    "more_remarks": (
        "... and {n} more (listed in manifest.json)",
        "……其余 {n} 条见 manifest.json",
    ),
    "files": ("Results: {path}", "结果目录：{path}"),
    # figures
    "axis sinks": ("net sink, t CO2e (median; 5 % to 95 %)", "净碳汇，t CO2e（中位数；5% 至 95%）"),
    "axis net": ("net sink", "净碳汇"),
    "axis waterfall": (
        "t CO2e, removals to the right (means; lines: 5 % to 95 %)",
        "t CO2e，向右为移出（均值；细线：5% 至 95%）",
    ),
    "axis price": (
        "minimum carbon price, {unit} (median; 5 % to 95 %)",
        "最低碳价，{unit}（中位数；5% 至 95%）",
    ),
    "axis risk": ("risk of over-crediting, %", "过度签发的概率，%"),
    "axis issued": ("credits issued, t CO2e", "签发的碳信用，t CO2e"),
    "axis prior": ("before the data (prior)", "数据之前（先验）"),
    "axis posterior": ("after the data (posterior)", "数据之后（后验）"),
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
    "sensitivity": (
        "Which prior moves which headline number; changes are per doubling of the prior's weight",
        "各先验对各主要结果的影响；变化量按先验权重每加倍一次计",
    ),
    "checks": (
        "Whether the rows look as the model predicts them, by quantity",
        "各参数的数据是否符合模型的预测",
    ),
    "sediment_sources": (
        "Sources of the sediment's organic carbon, by isotopes",
        "沉积物有机碳的来源（同位素混合模型）",
    ),
    "sediment_buried": (
        "The buried line beside the farm's share of the sediment; a check that moves no result",
        "埋藏碳与沉积物中养殖来源份额的对照；仅作检查，不影响任何结果",
    ),
    "air_sea": (
        "Measured flux of CO2 from sea to air beside the released carbon; a check that moves no result",
        "实测海气 CO2 通量与释放碳的对照；仅作检查，不影响任何结果",
    ),
    "budgets": (
        "Published budgets of single animals beside the posterior of the same species here",
        "已发表的个体碳收支与本研究同物种后验的对照",
    ),
} | {**credit_words.WORDS, **remark_words.WORDS, **page_words.WORDS}

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
    "scope": (
        "batch, or `total` for all batches together; in credits also `farm:NAME` for all batches of a farm",
        "批次；`total` 为全部批次合计；碳信用表中另有 `farm:名称`，为同一养殖场合计",
    ),
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
    # checks
    "outcome": (
        "headline number: `total, FRAMEWORK` or `price, BATCH`",
        "主要结果：`total, 核算口径` 或 `price, 批次`",
    ),
    "psense": (
        "how far the posterior moves if the prior weighs twice as much; 0.05 or more is noticeable",
        "先验权重加倍时后验的移动程度；0.05 起视为明显",
    ),
    "median_change": ("change of the median per doubling", "权重每加倍一次中位数的变化"),
    "q05_change": ("change of the 5 % quantile per doubling", "权重每加倍一次 5% 分位数的变化"),
    "q95_change": ("change of the 95 % quantile per doubling", "权重每加倍一次 95% 分位数的变化"),
    "pareto_k": (
        "reliability of the importance weights: below 0.7 is good",
        "重要性权重的可靠性：小于 0.7 为好",
    ),
    "note": ("what is out of the ordinary; empty if nothing is", "异常之处；无异常则为空"),
    "stage": (
        "compared with what the priors predict, or with what the posterior predicts",
        "与先验预测（prior）或后验预测（posterior）比较",
    ),
    "outside_90": (
        "share of rows outside the central 90 % of their predictions; 0.1 is expected",
        "落在预测 90% 区间之外的数据比例；期望值 0.1",
    ),
    "p_mean": (
        "probability that the rows' mean is larger in a prediction than it is",
        "预测的数据均值大于实际均值的概率",
    ),
    "p_sd": (
        "probability that the rows' spread is larger in a prediction than it is",
        "预测的数据离散度大于实际离散度的概率",
    ),
    "n_loo": ("samples predicted from all other rows", "由其余数据预测的样品数"),
    "n_unreliable": ("of these, with unreliable weights", "其中权重不可靠者"),
    "loo_p": (
        "p-value: are the samples spread as the other rows predict",
        "p 值：样品分布是否符合其余数据的预测",
    ),
    "loo_p_holm": ("the same, adjusted for the number of quantities", "同上，已按参数个数校正"),
    "source": (
        "source of organic carbon; of a published budget its key in data/references.bib",
        "有机碳来源；对已发表的碳收支为其在 data/references.bib 中的文献键",
    ),
    "farm_share_median": (
        "share of the sediment's organic carbon that the farm dropped, median",
        "沉积物有机碳中养殖来源的份额，中位数",
    ),
    "farm_share_q05": ("its 5 % quantile", "其 5% 分位数"),
    "farm_share_q95": ("its 95 % quantile", "其 95% 分位数"),
    "buried_median": (
        "farm carbon buried a year by the ledger, median",
        "按碳收支计算的养殖碳年埋藏量，中位数",
    ),
    "buried_q05": ("its 5 % quantile", "其 5% 分位数"),
    "buried_q95": ("its 95 % quantile", "其 95% 分位数"),
    "implied_total_median": (
        "burial of all organic carbon that share and ledger together imply, median",
        "由份额与碳收支推算的全部有机碳埋藏量，中位数",
    ),
    "implied_total_q05": ("its 5 % quantile", "其 5% 分位数"),
    "implied_total_q95": ("its 95 % quantile", "其 95% 分位数"),
    "measured_total": ("that burial as measured; empty if it was not", "上述埋藏量的实测值；未测则为空"),
    "p_exceeds": (
        "probability that the ledger buries more than the bed holds of the farm's carbon",
        "碳收支的埋藏量超过底质中养殖来源碳的概率",
    ),
    "verdict": ("in words", "文字结论"),
    "seasons": ("seasons that were measured", "已测季节"),
    "measured": ("measured flux, positive out of the sea", "实测通量，向大气为正"),
    "measured_q05": ("5 % quantile with its error", "计入误差后的 5% 分位数"),
    "measured_q95": ("95 % quantile with its error", "计入误差后的 95% 分位数"),
    "predicted_median": (
        "what would be measured if the farm's release were the only flux, median",
        "若仅有养殖释放，测得的通量应为，中位数",
    ),
    "predicted_q05": ("its 5 % quantile", "其 5% 分位数"),
    "predicted_q95": ("its 95 % quantile", "其 95% 分位数"),
    "p_below": ("probability of a prediction below the measured flux", "预测低于实测通量的概率"),
    "budget": ("which published budget", "已发表的碳收支名称"),
    "days": ("days over which it runs", "该收支的天数"),
    "compared_with": (
        "species of this study that it is compared with; empty if the study farms none",
        "用于对照的本研究物种；无则为空",
    ),
    "n_sites": ("sites of that species here, pooled", "该物种在本研究的地点数（合并）"),
    "item": ("part of the budget, or one part per another", "收支中的一项，或两项之比"),
    "published_low": ("published value, or lower end of its range", "发表值，或其范围下限"),
    "published_high": ("published value, or upper end of its range", "发表值，或其范围上限"),
    "factor": ("published value over the posterior median", "发表值与后验中位数之比"),
    "p_two_sided": (
        "two-sided tail probability of the published value in the posterior",
        "发表值在后验中的双侧尾概率",
    ),
} | {**credit_words.COLUMNS, **page_words.COLUMNS}


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


def in_language(phrase: str, language: Language) -> str:
    """Return what a result table says in English; a phrase without a translation stays as it is.

    Parameters
    ----------
    phrase : str
        In English.
    language : {"en", "zh"}
        In which language to say it.
    """
    return phrase if language == "en" else remark_words.PHRASES.get(phrase, phrase)


def column_meaning(column: str, language: Language, table: str = "") -> str:
    """Return what a column of a result table means, there if it means something of its own in that table."""
    key = f"{table}.{column}"
    return _COLUMNS[key if key in _COLUMNS else column][LANGUAGES.index(language)]


def message_keys() -> tuple[str, ...]:
    """Return the names of all messages."""
    return tuple(_WORDS)


def both(key: str) -> tuple[str, str]:
    """Return a message's unfilled English and Chinese forms."""
    return _WORDS[key]
