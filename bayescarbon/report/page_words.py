"""The words of the report page and of the audit trail, in English and in Chinese; `report.language` reads them."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # the page
    "page title": ("Carbon report: {title}", "固碳量报告：{title}"),
    "page contents": ("Contents", "目录"),
    "page skip": ("Skip to the headline", "跳至主要结果"),
    "page made": (
        "Made by bayescarbon {version}. Point at a number, or focus it, to see the file, row and column it stands in.",
        "由 bayescarbon {version} 生成。将指针移到数字上可查看其所在的文件、行与列。",
    ),
    "page unconverged": (
        "NOT CONVERGED: the numbers on this page must not be used. {reasons}",
        "未收敛：本页数字不可使用。{reasons}",
    ),
    "page more": ("{n} more rows in {table}.csv", "其余 {n} 行见 {table}.csv"),
    "page none": ("Nothing to show.", "无内容。"),
    # sections
    "section headline": ("Headline", "主要结果"),
    "section sinks": ("Sinks by way of counting", "各核算口径的净碳汇"),
    "section ledger": ("Carbon ledger", "碳收支"),
    "section price": ("Carbon price", "碳汇价格"),
    "section credits": ("Credits and their risk", "碳信用签发与风险"),
    "section measure": ("What to measure next", "下一步测什么"),
    "section evidence": ("Evidence used", "所用证据"),
    "section diagnostics": ("Diagnostics", "诊断"),
    "section sensitivity": ("How much the priors decide", "先验的影响"),
    "section checks": ("Other checks", "其他检查"),
    "section trail": ("Audit trail", "溯源"),
    "section run": ("How it was made", "运行记录"),
    # what is missing
    "missing price": (
        "No carbon price: the study has no table of economics.",
        "无碳汇价格：本研究没有经济数据表（economics）。",
    ),
    "missing credits": (
        "No credits: the sampler's diagnostics failed, or the run did not compute them.",
        "无碳信用：采样诊断未通过，或本次运行未计算。",
    ),
    "missing measure": (
        "Not computed in this run: there is no measure.csv.",
        "本次运行未计算（没有 measure.csv）。",
    ),
    "missing evidence": (
        "The run kept no table of the rows behind the quantities (evidence.csv).",
        "本次运行未保存各参数所依据的数据行（evidence.csv）。",
    ),
    "missing sensitivity": (
        "Not computed: the fit kept no weights of its priors.",
        "未计算：拟合结果未保存先验权重。",
    ),
    "missing checks": (
        "No further check had anything to compare.",
        "没有可供对照的其他检查。",
    ),
    # sinks and ledger
    "sinks about": (
        "A way of counting is a choice, not an uncertainty: all stand side by side, none are averaged. Net sink of the"
        " whole study.",
        "核算口径是一种选择，而不是不确定性：各口径并列给出，不作平均。以下为整个研究的净碳汇。",
    ),
    "sinks caption": ("Net sink of the whole study by framework", "整个研究按各口径的净碳汇"),
    "batches caption": ("Net sink by batch, {framework}", "各批次的净碳汇（口径：{framework}）"),
    "sinks alt": (
        "Dots and intervals: net sink by {n} frameworks, from {low} to {high} t CO2e at the median. The table below has"
        " the numbers.",
        "点与区间图：{n} 个口径的净碳汇，中位数由 {low} 至 {high} t CO2e。数字见下表。",
    ),
    "ledger about": (
        "What adds up to the net sink by {framework}. Steps are posterior means, which add up; thin lines are 90 %"
        " intervals. Lines of the ledger are carbon masses without a sign; the framework gives the sign.",
        "按口径 {framework} 构成净碳汇的各项。阶梯为后验均值（可相加），细线为 90% 区间。碳收支各项为不带符号的碳量，"
        "符号由核算口径决定。",
    ),
    "waterfall alt": (
        "Waterfall of the lines that {framework} counts; together they make a mean net sink of {mean} t CO2e."
        " The tables below have the lines of each batch.",
        "口径 {framework} 各项的瀑布图，合计净碳汇均值为 {mean} t CO2e。各批次数字见下表。",
    ),
    "ledger caption": ("Ledger of {batch}", "{batch} 的碳收支"),
    "pools caption": (
        "Carbon used = removed + stored + released",
        "利用的碳 = 移出 + 储存 + 释放",
    ),
    "ledger hidden": (
        "The ledgers of {n} more batches stand in ledger.csv.",
        "其余 {n} 个批次见 ledger.csv。",
    ),
    # price
    "price about": (
        "The carbon price at which the farm pays as well as the other use of the same water."
        " A price is a ratio without a mean, so none is given.",
        "使该养殖与同一海域的其他用途收益相当的碳价。价格为比值，不存在均值，故不给出。",
    ),
    "price sentence": (
        "Minimum carbon price of {batch}: {median} {unit}, 90 % interval {q05} to {q95}.",
        "{batch} 的最低碳汇价格：{median} {unit}，90% 区间 {q05} 至 {q95}。",
    ),
    "price caption": ("Minimum carbon price by batch", "各批次的最低碳汇价格"),
    "price alt": (
        "Dots and intervals: minimum carbon price of {n} batches. The table below has the numbers.",
        "点与区间图：{n} 个批次的最低碳汇价格。数字见下表。",
    ),
    # headline
    "headline alt": (
        "Histogram of the posterior net sink of the whole study: median {median}, 90 % interval {q05} to {q95} t CO2e.",
        "整个研究净碳汇后验分布的直方图：中位数 {median}，90% 区间 {q05} 至 {q95} t CO2e。",
    ),
    "headline trail": ("Where these numbers come from", "这些数字从何而来"),
    "axis total": (
        "net sink of the whole study, t CO2e (dot: median; bar: 5 % to 95 %)",
        "整个研究的净碳汇，t CO2e（点：中位数；线：5% 至 95%）",
    ),
    # credits
    "credits about": (
        "Credits are computed after the baseline share is taken off, by the framework {framework}. A deduction is the"
        " price of uncertainty: what would make it smaller is measuring.",
        "碳信用按口径 {framework} 计算，已扣除基线份额。保守性折扣是不确定性的代价，测量可使其减小。",
    ),
    "slider label": ("Risk of over-crediting that is accepted", "可接受的过度签发概率"),
    "slider sentence": (
        "At a risk of {risk}, {issued} t CO2e are issued; credited too much on average: {excess} t CO2e.",
        "在 {risk} 的风险下，签发 {issued} t CO2e；平均超发 {excess} t CO2e。",
    ),
    "curve caption": (
        "What any accepted risk would issue (t CO2e)",
        "各可接受风险下的签发量（t CO2e）",
    ),
    "curve alt": (
        "Curve: credits issued against the risk of over-crediting, with the rules of the study marked on it.",
        "曲线：签发量随过度签发概率的变化，并标出本研究的各规则。",
    ),
    "rules caption": (
        "Every rule of the study on the same sink, with the risk that it really takes",
        "同一碳汇按本研究各规则的签发量及其实际风险",
    ),
    "allocation caption": (
        "What each batch adds to the credits of all, and what it would get by itself",
        "各批次对合计碳信用的贡献，以及单独签发时的数量",
    ),
    "vintages caption": ("Year by year, rule {rule}", "逐年签发（规则：{rule}）"),
    "revenue caption": ("At the stated market price, rule {rule}", "按所给市场价格的收入（规则：{rule}）"),
    # measure
    "measure about": (
        "Ranked by what knowing it would be worth to the decision how many credits to issue."
        " Which framework applies is a choice that no data change.",
        "按其信息对签发决策的价值排序。采用何种核算口径是一种选择，不因数据而变。",
    ),
    "measure caption": ("What to measure next", "下一步测什么"),
    # evidence
    "evidence about": (
        "{own} of {n} quantities at their places have rows of the farm's own; the others rest on the literature and on"
        " stated priors. A quantity without own rows is as wide as farms differ.",
        "{n} 个参数（按物种与地点计）中有 {own} 个具有养殖场自有数据，其余依据文献与先验。无自有数据的参数，"
        "其不确定性与场间差异相当。",
    ),
    "evidence caption": (
        "Quantities: posterior, and rows behind it (own: at this place; all: farm and literature, anywhere)",
        "参数：后验与证据条数（自有：该地点；合计：养殖场与文献，不限地点）",
    ),
    # diagnostics
    "status pass": ("PASS", "通过"),
    "status review": ("REVIEW", "需复核"),
    "status fail": ("FAIL", "未通过"),
    "card divergences": ("Divergent transitions", "发散跃迁"),
    "card divergences why": ("none allowed", "不允许出现"),
    "card rhat": ("Largest R-hat", "最大 R-hat"),
    "card rhat why": ("at most {bound}: the chains agree", "不大于 {bound}：各链一致"),
    "card ess_bulk": ("Effective draws, bulk", "有效样本量（主体）"),
    "card ess_tail": ("Effective draws, tails", "有效样本量（尾部）"),
    "card ess why": ("at least {bound}", "不小于 {bound}"),
    "card bfmi": ("Energy (E-BFMI)", "能量诊断（E-BFMI）"),
    "card bfmi why": ("above {bound}", "大于 {bound}"),
    "card refitted": ("Sampled again, more carefully", "以更稳妥的设置重新采样"),
    "card refitted why": ("the first attempt failed", "首次采样未通过"),
    "card refitted fine": ("not needed", "不需要"),
    "card yes": ("yes", "是"),
    "card no": ("no", "否"),
    "card predictive": ("Quantities whose rows look unlike their predictions", "数据与预测不符的参数"),
    "card predictive why": ("see Other checks", "见“其他检查”"),
    "card outliers": ("Values set aside as outliers", "判为离群值"),
    "card outliers why": ("listed in manifest.json", "列于 manifest.json"),
    "card warnings": ("Warnings about the input", "输入数据的警告"),
    "card warnings why": ("listed under How it was made", "见“运行记录”"),
    "card priors": ("Priors that move the headline", "影响主要结果的先验"),
    "card priors why": ("sensitivity {threshold} or more", "敏感度不小于 {threshold}"),
    "card own": ("Quantities with rows of the farm's own", "有自有数据的参数"),
    "card own why": ("of {n} that enter at its sites", "该场所用参数共 {n} 个"),
    # sensitivity
    "sensitivity caption": (
        "Which prior moves {outcome}; changes are per doubling of the prior's weight",
        "各先验对 {outcome} 的影响；变化量按先验权重每加倍一次计",
    ),
    # trail
    "trail about": (
        "Every headline number, step by step: number, framework or rule, lines of the ledger, quantities, rows of"
        " evidence, sources and files. Each step links to those it rests on. On a terminal: `bayescarbon trace`.",
        "主要结果逐级溯源：数字、口径或规则、碳收支项、参数、证据行、来源与文件。每一步均链接到其依据。"
        "终端中可用 `bayescarbon trace`。",
    ),
    "trail number": ("Headline numbers", "主要数字"),
    "trail framework": ("Frameworks", "核算口径"),
    "trail rule": ("Deduction rules", "扣减规则"),
    "trail line": ("Lines of the ledger", "碳收支项"),
    "trail quantity": ("Quantities", "参数"),
    "trail evidence": ("Rows of evidence", "证据行"),
    "trail source": ("Sources", "来源"),
    "trail input": ("Files of the study", "研究的输入文件"),
    "equation sink": (
        "44/12 x (lines counted as removal - lines counted as release), summed over the batches draw by draw",
        "44/12 x（计为移出的各项 - 计为释放的各项），逐次抽样对各批次求和",
    ),
    "equation credits": (
        "the rule, applied to the draws of (1 - k) x net sink",
        "将规则用于 (1 - k) x 净碳汇 的全部抽样",
    ),
    "equation price": (
        "[Lf - Ls + (Cs - Cf) (1 + r)^(T/12)] / [(1 - k) omega]; omega: net sink by improved_stock_change, t C",
        "[Lf - Ls + (Cs - Cf) (1 + r)^(T/12)] / [(1 - k) omega]；omega 为按 improved_stock_change 的净碳汇，t C",
    ),
    "trail rests": ("Rests on", "依据"),
    "trail formula": ("Formula", "公式"),
    "trail thresholds": ("Numbers", "参数值"),
    "trail document": ("Document", "文献"),
    "trail confidence": ("Read", "核实程度"),
    "trail argued": ("Argued by", "主张者"),
    "trail definition": ("Definition", "定义"),
    "trail harvest": ("Columns of harvest", "harvest 表的列"),
    "trail prior": ("Prior: median (5 % ... 95 %)", "先验：中位数（5% … 95%）"),
    "trail own prior": ("Prior stated by the study", "研究自定的先验"),
    "trail reason": ("Reason", "理由"),
    "trail note": ("Note", "备注"),
    "trail unknown": (
        "There is nothing called {name!r} in these results.",
        "结果中没有名为 {name!r} 的内容。",
    ),
    "trail list": (
        "What can be traced (`bayescarbon trace RESULTS NAME`):",
        "可溯源的名称（`bayescarbon trace RESULTS NAME`）：",
    ),
    # run
    "run caption": ("Input files", "输入文件"),
    "run settings": ("Settings", "设置"),
    "run versions": ("Versions", "版本"),
    "run warnings": ("Warnings about the input", "输入数据的警告"),
    "run file": ("file", "文件"),
    "run command": ("Command", "命令"),
    "run seed": ("Seed", "随机种子"),
    "run sampler": ("Sampler", "采样器"),
    "run framework": ("Headline framework", "主口径"),
    "run rule": ("Headline rule", "主规则"),
    # tables
    "measure": (
        "What to measure next, by what it is worth to the decision how many credits to issue",
        "下一步测什么：按其对签发决策的价值排序",
    ),
    "evidence": (
        "Every row that the posterior was conditioned on, in the unit of its quantity",
        "后验所依据的全部数据行（单位同相应参数）",
    ),
    # headings of columns
    "head scope": ("scope", "范围"),
    "head batch": ("batch", "批次"),
    "head framework": ("framework", "口径"),
    "head rule": ("rule", "规则"),
    "head line": ("line", "项目"),
    "head pool": ("pool", "去向"),
    "head quantity": ("quantity", "参数"),
    "head species": ("species", "物种"),
    "head site": ("site", "地点"),
    "head season": ("season", "季节"),
    "head unit": ("unit", "单位"),
    "head mean": ("mean", "均值"),
    "head sd": ("sd", "标准差"),
    "head n": ("n", "样品数"),
    "head low": ("low", "下限"),
    "head high": ("high", "上限"),
    "head value": ("value", "数值"),
    "head n_own": ("own rows", "自有条数"),
    "head n_rows": ("all rows", "合计条数"),
    "head method": ("method", "方法"),
    "head source": ("source", "来源"),
    "head id": ("row", "编号"),
    "head note": ("note", "备注"),
    "head psense": ("sensitivity", "敏感度"),
    "head median_change": ("median by", "中位数变化"),
    "head q05_change": ("5 % by", "5% 分位数变化"),
    "head q95_change": ("95 % by", "95% 分位数变化"),
    "head year": ("year", "年份"),
    "head share": ("share", "份额"),
    "head p_break_even": ("P(pays)", "可行概率"),
    "head rank": ("rank", "排序"),
    "head variance_share": ("variance", "方差份额"),
    "head evppi_credits": ("credits if known", "完全信息的碳信用增量"),
    "head evppi_value": ("value if known", "完全信息价值"),
    "head best_n": ("best n", "最佳样品数"),
    "head evsi_value": ("value of n", "样本信息价值"),
    "head cost": ("cost", "成本"),
    "head net_benefit": ("net benefit", "净收益"),
}

#: A column that means something of its own in one table stands as `table.column`.
COLUMNS: dict[str, tuple[str, str]] = {
    "id": (
        "name of the row: of the literature its id in data/literature, of the farm its table and row",
        "数据行编号：文献为 data/literature 中的编号，自有数据为所在表与行",
    ),
    "origin": ("farm or literature", "farm（养殖场）或 literature（文献）"),
    "bears_on": ("quantities that the row tells of, separated by |", "该行涉及的参数，以 | 分隔"),
    "season": ("season; empty if none was stated", "季节；未注明则为空"),
    "kind": (
        "sample, summary (mean of n), range, below, above; table: all rows of a table of the study",
        "sample（样品）、summary（n 个的均值）、range（范围）、below（低于）、above（高于）；table：研究某表的全部行",
    ),
    "value": ("as reported, converted to the unit", "报告值，已换算单位"),
    "n": ("samples behind the value, or rows of the table", "样品数，或表的行数"),
    "low": ("lower end of a range, or lower bound", "范围下限或下界"),
    "high": ("upper end of a range, or upper bound", "范围上限或上界"),
    "evidence.sd": ("standard deviation of the samples, as reported", "报告的样品标准差"),
    "evidence.method": (
        "core or oxygen, for burial; empty otherwise",
        "埋藏率的测法：core 或 oxygen；其余为空",
    ),
    "evidence.source": (
        "key in data/references.bib, or what the study names",
        "data/references.bib 中的文献键，或研究注明的来源",
    ),
    "evidence.note": ("what the library remarks on the row", "文献库对该行的备注"),
    "evidence.unit": ("unit of value, sd, low and high", "value、sd、low、high 的单位"),
    "rank": ("order, best first", "排序，最优在前"),
    "variance_share": (
        "share of the variance of the headline number that it explains by itself",
        "单独解释的主要结果方差的份额",
    ),
    "evppi_credits": ("credits gained on average if it were known exactly", "若确知该参数，平均增加的碳信用"),
    "evppi_value": ("the same at the stated market price", "同上，按所给市场价格计"),
    "best_n": ("number of samples with the largest net benefit", "净收益最大的样品数"),
    "evsi_value": ("expected value of that many samples", "该样品数的期望价值"),
    "cost": ("what they cost", "其成本"),
    "net_benefit": ("value less cost", "价值减成本"),
}
