"""The words of the remarks, in English and in Chinese; `bayescarbon.report.language` reads them."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "remark burial": (
        "Burial at {site}: {rows} of oxygen uptake and no sediment core. Oxygen sees a (1 - B), never the buried"
        " fraction B alone, so burial_fraction stays about as uncertain as it was before ({share} % of the width of its"
        " prior, on the logit). What the result says of buried carbon there is mostly prior; three dated cores would"
        " tell more than any number of incubations.",
        "{site} 的埋藏：有 {rows}耗氧数据，没有沉积物柱样。耗氧只反映 a (1 - B)，不能单独反映埋藏率 B，"
        "因此 burial_fraction 的不确定性与先验相近（logit 尺度上的宽度为先验的 {share}%）。"
        "该处埋藏碳的结果主要来自先验；三根定年柱样比再多的培养实验更有信息。",
    ),
    "remark burial narrowed": (
        "Burial at {site}: {rows} of oxygen uptake and no sediment core. Oxygen sees a (1 - B), never the buried"
        " fraction B alone. Its interval is {share} % as wide as the prior's, on the logit, and that comes from other"
        " places, from the literature or from what was assumed about a: no core of this site stands behind it.",
        "{site} 的埋藏：有 {rows}耗氧数据，没有沉积物柱样。耗氧只反映 a (1 - B)，不能单独反映埋藏率 B。"
        "其区间宽度（logit 尺度）为先验的 {share}%，来自其他地点、文献或对 a 的假定，而不是本地点的柱样。",
    ),
    "one row": ("{n} row", "{n} 条"),
    "several rows": ("{n} rows", "{n} 条"),
    "remark predictive": ("{quantity}, {stage}: {findings}.", "参数 {quantity} 的{stage}：{findings}。"),
    "predictive prior": ("prior predictive", "先验预测检验"),
    "predictive posterior": ("posterior predictive", "后验预测检验"),
    "remark many sources": (
        "{site}: {sources} sources and {tracers}: many mixtures give the same isotopes, and no number of samples tells"
        " them apart. What is shown leans on the even prior.",
        "{site}：{sources} 个来源，{tracers}：多种混合比例给出相同的同位素值，再多的样品也无法区分。"
        "所示份额依赖于均匀先验。",
    ),
    "one tracer": ("{n} tracer", "{n} 种示踪物"),
    "several tracers": ("{n} tracers", "{n} 种示踪物"),
    "remark no mixture": (
        "{site}: the samples lie {misfit} standard errors off every mixture of these sources: one is missing, or an"
        " end-member does not hold here. The shares cannot be trusted.",
        "{site}：样品与这些来源的任何混合都相差 {misfit} 个标准误：缺少某一来源，或某一端元在此处不适用。"
        "所得份额（包括生物沉积的份额）不可信。",
    ),
    "remark few draws": (
        "{site}: {ess} effective draws after {proposals} proposals: the quantiles are rough. End-members known this"
        " exactly hardly ever are; check their standard deviations.",
        "{site}：{proposals} 次提议后仅有 {ess} 个有效抽样，分位数较粗。端元值很少能如此精确，请检查其标准差。",
    ),
    "remark flux": ("{site}: {verdict} {caveat}", "{site} 的海气通量：{verdict}{caveat}"),
    "remark budget": (
        "Published budget {budget}, held against {species} here: {items}.",
        "已发表的碳收支“{budget}”与本研究的 {species} 对照：{items}。",
    ),
    "budget item": (
        "{item} is {factor} times the posterior median (p {p})",
        "{item} 为后验中位数的 {factor} 倍（p {p}）",
    ),
}

#: What result tables say in English, in Chinese.
PHRASES: dict[str, str] = {
    # checks.csv
    "more rows outside their intervals than chance allows": "落在预测区间之外的数据多于偶然所能解释的数目",
    "mean of the rows larger than predicted": "数据的均值大于预测",
    "mean of the rows smaller than predicted": "数据的均值小于预测",
    "spread of the rows larger than predicted": "数据的离散度大于预测",
    "spread of the rows smaller than predicted": "数据的离散度小于预测",
    "rows are not spread as the other rows predict": "数据的分布与由其余数据所作的预测不符",
    # air_sea.csv
    "The water takes up CO2 although the farm releases carbon: other uptake outweighs what reaches the air.": (
        "养殖释放碳，水体却吸收 CO2：其他吸收过程超过了进入大气的量。"
    ),
    "Less CO2 leaves the water than the farm releases: other uptake, or a release that is overstated.": (
        "水体逸出的 CO2 少于养殖释放的碳：存在其他吸收过程，或释放量被高估。"
    ),
    "More CO2 leaves the water than the farm releases: another source, or a release that is understated.": (
        "水体逸出的 CO2 多于养殖释放的碳：存在其他来源，或释放量被低估。"
    ),
    "The flux is what the farm's release alone would give, within the errors; other flows may cancel in it.": (
        "在误差范围内，通量与仅有养殖释放时相同；其他通量可能在其中相互抵消。"
    ),
    "No batch is farmed at this site: nothing to compare with.": "该地点没有养殖批次，无可对照。",
    "A measured flux also holds the water's own exchange: this is a check and enters no sink, pool or price.": (
        "实测通量还包含水体自身的交换：此项仅供核对，不进入任何碳汇、碳库或碳价。"
    ),
}
