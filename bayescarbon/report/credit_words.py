"""The words about credits, in English and in Chinese; `bayescarbon.report.language` reads them."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "credits": (
        "Credits for all batches together by {framework}, rule {rule}:",
        "全部批次合计的碳信用（口径：{framework}，规则：{rule}）：",
    ),
    "others_credited": (
        "The same farm, counted in every way, and its credits by the rule {rule} (t CO2e):",
        "同一养殖场按各种口径核算，及按规则 {rule} 的碳信用（t CO2e）：",
    ),
    "head credits": ("credits", "碳信用"),
    "credits_issued": (
        "{credits} t CO2e in whole tonnes (Monte Carlo standard error {error})",
        "{credits} t CO2e（取整吨；蒙特卡洛标准误 {error}）",
    ),
    "credits_issued_few": (
        "{credits} t CO2e in whole tonnes ({issued} before rounding down; Monte Carlo standard error {error})",
        "{credits} t CO2e（取整吨；取整前 {issued}；蒙特卡洛标准误 {error}）",
    ),
    "credits_deducted": (
        "Of the mean net sink of {gross} t CO2e, {net} are left after the share that the water would have fixed anyway;"
        " the rule deducts {deduction} of that for uncertainty.",
        "净碳汇均值为 {gross} t CO2e，扣除水体本身也会固定的份额后为 {net}；规则因不确定性再扣减 {deduction}。",
    ),
    "credits_risk": (
        "Probability that less was removed than is credited: {p}; credited too much on average: {excess} t CO2e.",
        "实际移除量低于签发量的概率：{p}；平均超发量：{excess} t CO2e。",
    ),
    "credits_none": ("No credits: {reason}.", "不签发碳信用：{reason}。"),
    "credits_unconverged": (
        "No credits: the sampler's diagnostics failed (--allow-unconverged computes them all the same).",
        "不计算碳信用：采样诊断未通过（使用 --allow-unconverged 可强制计算）。",
    ),
    "credits_older": (
        "No credits: these results were made before credits were computed; run the study again.",
        "无碳信用：这些结果由尚不计算碳信用的旧版本生成，请重新运行。",
    ),
    "reason negative": (
        "by this way of counting the farm does not remove CO2 (mean {mean} t CO2e)",
        "按此口径养殖场并不移除 CO2（均值 {mean} t CO2e）",
    ),
    "reason uncertain": (
        "the sink is too uncertain for this rule, which leaves nothing of it",
        "对该规则而言碳汇的不确定性过大，扣减后无剩余",
    ),
    "credits_rules": (
        "The same sink under every rule of the study (t CO2e; `bayescarbon rules NAME` explains a rule):",
        "同一碳汇按本研究的各规则签发（t CO2e；`bayescarbon rules 名称` 可查看规则说明）：",
    ),
    "head issued": ("issued", "签发量"),
    "head deduction": ("deducted", "扣减"),
    "head p_overcredit": ("P(too much)", "超发概率"),
    "head level": ("P meant", "名义概率"),
    "head expected_overcredit": ("excess", "平均超发"),
    "credits_columns": (
        "P(too much): probability that less was removed than is issued; P meant: what the rule aims at, - if it names"
        " none; excess: issued too much, on average.",
        "超发概率：实际移除量低于签发量的概率；名义概率：规则所针对的概率，- 表示未规定；平均超发：平均多签发的量。",
    ),
    "credits_skewed": (
        "At a larger risk than they mean, as they take the posterior for another shape than it has: {names}.",
        "后验分布与下列规则假定的形状不同，其实际超发概率高于名义值：{names}。",
    ),
    "credits_released": (
        "No credits where the farm, so counted, does not remove CO2 (mean after the baseline share, t CO2e): {names}.",
        "以下口径不签发碳信用，因按其核算养殖场并不移除 CO2（括号内为扣除基线份额后的均值，t CO2e）：{names}。",
    ),
    "credits_uncertain": (
        "No credits where the sink, so counted, is too uncertain for the rule {rule}: {names}.",
        "以下口径不签发碳信用，因其碳汇不确定性对规则 {rule} 而言过大：{names}。",
    ),
    "credits_batches": (
        "What each batch adds to the credits of all, and what it would get by itself (t CO2e):",
        "各批次对合计碳信用的贡献，以及单独签发时的数量（t CO2e）：",
    ),
    "head allocated": ("adds", "贡献"),
    "head alone": ("by itself", "单独签发"),
    "credits_more": ("... and {n} more batches in allocation.csv", "……其余 {n} 个批次见 allocation.csv"),
    "credits_pooling": (
        "Credited together the batches get {together} t CO2e, one by one {alone}.",
        "合并签发为 {together} t CO2e，逐批签发之和为 {alone}。",
    ),
    "credits_common": (
        "{share} of the uncertainty (variance) is common to them; more batches of the same kind do not average it out.",
        "不确定性（方差）的 {share} 为各批次共有，增加同类批次也无法抵消。",
    ),
    "credits_years": (
        "Year by year, rule {rule}: what is new each year, so that all years together are never over-issued (t CO2e):",
        "逐年签发（规则：{rule}）：每年仅签发新增部分，使累计签发量不超过规则允许值（t CO2e）：",
    ),
    "head issued_cumulative": ("so far", "累计"),
    "head deficit": ("deficit", "亏缺"),
    "credits_undated": (
        "No credits year by year, as harvest gives no year for {names}.",
        "未逐年签发：harvest 中 {names} 未填年份。",
    ),
    "credits_revenue": (
        "At the stated market price {issued} t CO2e earn {mean} {unit} on average, 90 % interval {q05} to {q95}.",
        "按所给市场价格，{issued} t CO2e 平均收入 {mean} {unit}，90% 区间 {q05} 至 {q95}。",
    ),
    "credits_break_even": (
        "Probability that the market pays a batch's minimum carbon price: {list}.",
        "市场价格高于批次最低碳价的概率：{list}。",
    ),
    # tables
    "issuance": (
        "What every rule issues, after the baseline share, and the risk that it is too much",
        "扣除基线份额后各规则的签发量及超发风险",
    ),
    "issuance_risk": (
        "More about the same rows: gross mean, whole credits, Monte Carlo error, nominal level, buffer, deficit",
        "同上各行的补充：毛均值、整吨数、蒙特卡洛误差、名义概率、缓冲、亏缺",
    ),
    "allocation": (
        "The credits of all, headline framework and rule, given to the batches by what each adds",
        "合计碳信用（主口径与主规则）按贡献分配到各批次",
    ),
    "risk_curve": (
        "What any quantile would issue to all batches together, and what it risks; headline framework",
        "各分位数水平下的合计签发量与风险（主口径）",
    ),
    "vintages": (
        "Credits year by year, headline framework",
        "逐年碳信用（主口径）",
    ),
    "revenue": (
        "What the credits of the headline framework earn at the stated market price",
        "主口径碳信用按所给市场价格的收入",
    ),
}

#: A column that means something of its own in one table stands as `table.column`.
COLUMNS: dict[str, tuple[str, str]] = {
    "rule": (
        "deduction rule (`bayescarbon rules NAME` explains it)",
        "扣减规则（`bayescarbon rules 名称` 可查看说明）",
    ),
    "issuance.mean": ("mean net sink after the baseline share", "扣除基线份额后净碳汇的均值"),
    "issued": ("what the rule issues, before rounding; 0 or more", "规则的签发量（未取整，不小于 0）"),
    "deduction": (
        "1 - issued / mean; empty where the mean is not above 0",
        "1 - 签发量/均值；均值不大于 0 时为空",
    ),
    "p_overcredit": (
        "probability that less was removed than is issued",
        "实际移除量低于签发量的概率",
    ),
    "expected_overcredit": ("issued beyond the true removal, on average", "平均超发量"),
    "eligible": ("whether anything is issued", "是否签发"),
    "issuance.note": (
        "why nothing is issued, or what to be careful of; empty if there is nothing to say (in English)",
        "不签发的原因或注意事项（英文）；无则为空",
    ),
    "gross_mean": ("mean net sink before the baseline share", "未扣除基线份额的净碳汇均值"),
    "credits": ("issued, rounded down to whole tonnes", "签发量取整吨（向下）"),
    "issued_mcse": (
        "Monte Carlo standard error of issued, from the finite number of draws",
        "签发量的蒙特卡洛标准误（抽样次数有限所致）",
    ),
    "level": (
        "probability of over-crediting that the rule means; empty if it names none",
        "规则所针对的超发概率；未规定则为空",
    ),
    "risk_curve.level": ("level of the quantile that is issued", "所签发分位数的水平"),
    "same_level_quantile": (
        "posterior quantile at that level; without one, at the level the figure would have in a normal distribution",
        "后验在该水平的分位数；未规定时取该签发量在正态分布中对应的水平",
    ),
    "buffer": ("deducted but held, to be released later", "扣减后存入缓冲、日后可释放的量"),
    "deficit": (
        "loss enlarged by its uncertainty, where a rule charges a negative sink; else 0",
        "规则对负碳汇计入的、因不确定性放大的亏损；否则为 0",
    ),
    "effective_draws": (
        "independent draws that would fix what the rule reads as well",
        "与规则所用统计量精度相当的独立抽样数",
    ),
    "alone": ("what the rule would issue to the batch by itself", "该批次单独签发时的数量"),
    "allocated": (
        "its part of the credits of all; the parts add up",
        "其在合计碳信用中的份额量，各批相加等于合计",
    ),
    "allocated_mcse": ("Monte Carlo standard error of that part", "该份额量的蒙特卡洛标准误"),
    "share": ("that part as a share of the credits of all", "该份额量占合计的比例"),
    "method": (
        "ratchet (new each year), buffer (held and released), end_of_period (recomputed at the end)",
        "ratchet（逐年新增）、buffer（缓冲与释放）、end_of_period（期末重算）",
    ),
    "year": ("year of harvest", "收获年份"),
    "cumulative_mean": (
        "mean net sink after the baseline share, all years so far",
        "截至当年累计净碳汇均值（已扣除基线份额）",
    ),
    "issuable": ("what the rule allows for all years so far", "规则对截至当年累计量允许的签发量"),
    "vintages.issued": ("issued in the year", "当年签发量"),
    "held": ("put into the buffer in the year", "当年存入缓冲的量"),
    "released": ("released from it as credits", "当年由缓冲释放为碳信用的量"),
    "cancelled": ("cancelled in it, as no removal stands behind it", "当年缓冲中因无移除量支撑而注销的量"),
    "balance": ("left in it", "缓冲余额"),
    "issued_cumulative": ("issued in all years so far, releases included", "截至当年累计签发量（含释放）"),
    "vintages.deficit": (
        "by how much credits issued so far exceed what the rule now allows",
        "累计签发量超出规则现允许值的量",
    ),
    "revenue.mean": ("issued times the mean market price", "签发量乘以市场均价"),
    "revenue.median": ("issued times the median market price", "签发量乘以市场价格中位数"),
    "revenue.q05": ("issued times the market price's 5 % quantile", "签发量乘以市场价格 5% 分位数"),
    "revenue.q95": ("issued times the market price's 95 % quantile", "签发量乘以市场价格 95% 分位数"),
    "p_break_even": (
        "probability that the market price is above the batch's minimum carbon price (prices.csv)",
        "市场价格高于该批次最低碳价（prices.csv）的概率",
    ),
    "revenue.p_undefined": (
        "share of draws without a finite minimum price; they count as not broken even",
        "不存在有限最低碳价的抽样比例，计为未达盈亏平衡",
    ),
}
