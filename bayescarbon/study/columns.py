"""The closed specification of every table of a study: what each column is called, holds and means.

Validation, the template of ``bayescarbon init`` and ``docs/study-format.md`` all read this one list, so a
column cannot be accepted in one place and unknown in another.
"""

from __future__ import annotations

from bayescarbon.evidence.table import METHODS, RQ_CONVENTIONS
from bayescarbon.study.measured import AIR_SEA, BUDGET, ENDMEMBERS, FOULING, ISOTOPES, OXYGEN, SEDIMENT, TRAPS
from bayescarbon.study.spec import (
    COUNT,
    FRACTION,
    NOT_NEGATIVE,
    POSITIVE,
    RATE,
    SEASON,
    SITE,
    SIZE,
    SPECIES,
    YEAR,
    Bounds,
    Table,
    choice,
    integer,
    number,
    text,
    with_sd,
)

HARVEST = Table(
    "harvest",
    "One batch: one species at one site over one culture cycle.",
    "一行为一批：同一地点、同一物种、一个养殖周期。",
    (
        text("batch", "Name of the batch; no two rows share one.", "批次名称，不得重复。", required=True),
        text("site", "Name of the site or lease.", "养殖地点名称。", required=True),
        SPECIES,
        number(
            "harvest_t",
            "Live harvest of the species, without foulers.",
            "该物种收获鲜重，不含附着生物。",
            required=True,
            bounds=POSITIVE,
            unit="t live",
        ),
        number(
            "cycle_days",
            "Length of the culture cycle.",
            "养殖周期长度。",
            required=True,
            bounds=POSITIVE,
            unit="d",
        ),
        number(
            "individuals",
            "Mean number of animals alive over the cycle.",
            "周期内平均存活个体数。",
            bounds=COUNT,
            unit="ind",
            default="estimated from harvest_t, live_weight and alive_to_harvested",
        ),
        text("farm", "Name of the farm.", "养殖场名称。"),
        integer("year", "Year of the harvest.", "收获年份。", YEAR),
        number(
            "harvest_cv",
            "Relative weighing error of harvest_t.",
            "收获量称重的相对误差。",
            bounds=FRACTION,
            default="0.02",
        ),
        number(
            "stocked_t",
            "Live mass stocked as seed; 0 for wild spat.",
            "投放苗种鲜重；天然苗填 0。",
            bounds=NOT_NEGATIVE,
            unit="t live",
            default="0",
        ),
        number(
            "emissions_t_co2e",
            "Emissions of the batch's gear, fuel, seed and landing.",
            "该批次设施、燃料、苗种和上岸的排放。",
            bounds=NOT_NEGATIVE,
            unit="t CO2e",
            default="the prior on operations_emission",
        ),
    ),
    required=True,
)

EVIDENCE = Table(
    "evidence",
    "One measurement, or one summary of measurements, of one quantity. Give `value` (with `sd` and `n` for a "
    "mean), or `low` and `high` for a range, or only one of the two for a bound.",
    "一行为一个量的一次测定或一组汇总：填 value（均值另填 sd、n），或填 low 与 high（范围），或只填其一（界限）。",
    (
        text(
            "quantity",
            "Name of the quantity; `bayescarbon priors` lists them.",
            "量的名称，用 bayescarbon priors 查看。",
            required=True,
        ),
        text(
            "unit",
            "Unit of value, sd, low and high, for example `g/g`, `%`, `mg/ind/d`.",
            "value、sd、low、high 的单位，如 g/g、%、mg/ind/d。",
            required=True,
        ),
        number(
            "value",
            "Measured value, or mean of n; 0 (not detected) needs the detection limit in `low`.",
            "测定值或 n 个样品的均值；未检出填 0，并在 low 填检出限。",
        ),
        text(
            "species",
            "Species; required where the quantity differs between species, otherwise empty.",
            "物种；该量随物种而变时必填，否则留空。",
        ),
        text(
            "site",
            "Place; a site of `harvest`, or another place nearby.",
            "地点：harvest 表中的地点或邻近其他地点。",
            default="an unnamed place that is not one of the farm's sites",
        ),
        SEASON,
        number(
            "sd",
            "Standard deviation among the n samples (not the standard error).",
            "n 个样品间的标准差（不是标准误）。",
            bounds=POSITIVE,
        ),
        integer("n", "Number of samples behind value, or behind low and high.", "样品数。", COUNT),
        number(
            "low",
            "Lowest value of a range, or lower bound; detection limit when value is 0.",
            "范围下限或下界；value 为 0 时为检出限。",
        ),
        number("high", "Highest value of a range, or upper bound.", "范围上限或上界。"),
        choice(
            "method",
            "How burial was measured: sediment core, or oxygen incubation. Required for burial_fraction.",
            "埋藏率的测定方法：core（沉积物柱）或 oxygen（耗氧培养）；burial_fraction 必填。",
            METHODS,
        ),
        choice(
            "rq_convention",
            "For oxygen rows of burial_fraction: whether oxygen uptake was multiplied or divided by 0.85.",
            "耗氧法的 burial_fraction：耗氧量是乘以还是除以 0.85。",
            RQ_CONVENTIONS,
        ),
        text("sample", "Label of the sample or animal.", "样品或个体编号。"),
        *SIZE,
        text(
            "source", "Where the row comes from: laboratory, report, notebook.", "数据来源：实验室、报告等。"
        ),
    ),
)

WATER = Table(
    "water",
    "One description of a site's sea water; several rows of a site are averaged.",
    "一行为某地点的海水状况；同一地点多行取平均。",
    (
        SITE,
        *with_sd(
            number("temperature_c", "Water temperature.", "水温。", True, Bounds(-2, 40), "degC"),
            "the temperature",
            "水温",
        ),
        *with_sd(
            number("salinity", "Practical salinity.", "实用盐度。", True, Bounds(0, 45, low_open=True)),
            "the salinity",
            "盐度",
        ),
        *with_sd(
            number(
                "alkalinity_umol_kg",
                "Total alkalinity.",
                "总碱度。",
                True,
                Bounds(200, 6000, hint="it is in micromol per kg: write 2.3 mmol/kg as 2300"),
                "umol/kg",
            ),
            "the alkalinity",
            "总碱度",
        ),
        *with_sd(
            number(
                "pco2_uatm",
                "Partial pressure of CO2 in the water.",
                "海水二氧化碳分压。",
                True,
                Bounds(50, 10000, hint="it is in microatmospheres, about 200 to 1500 in most waters"),
                "uatm",
            ),
            "pCO2",
            "二氧化碳分压",
        ),
    ),
)

ECONOMICS = Table(
    "economics",
    "Money of one batch (in one year): either the four of revenue, cost, alternative_revenue and "
    "alternative_cost with discount_rate, or margin_gap with margin_gap_sd. Several rows of a batch pair by year.",
    "一行为一批（某年）的收支：或四项收支加 discount_rate，或 margin_gap 与 margin_gap_sd；同一批多行按年份配对。",
    (
        text("batch", "A batch of `harvest`.", "harvest 表中的批次。", required=True),
        integer(
            "year",
            "Year of the row; required when a batch has several rows.",
            "年份；同一批有多行时必填。",
            YEAR,
        ),
        number(
            "revenue",
            "Revenue of the whole batch, at harvest.",
            "整批收入（收获时）。",
            bounds=NOT_NEGATIVE,
            unit="study currency",
        ),
        number(
            "cost",
            "Cost of the whole batch, at stocking.",
            "整批成本（投苗时）。",
            bounds=NOT_NEGATIVE,
            unit="study currency",
        ),
        number(
            "alternative_revenue",
            "Revenue of the alternative use of the same water, at harvest.",
            "同一海域替代用途的收入（收获时）。",
            bounds=NOT_NEGATIVE,
            unit="study currency",
        ),
        number(
            "alternative_cost",
            "Cost of the alternative use of the same water, at stocking.",
            "同一海域替代用途的成本（投苗时）。",
            bounds=NOT_NEGATIVE,
            unit="study currency",
        ),
        number(
            "margin_gap",
            "What the alternative earns more than the whole batch, at harvest (the numerator of "
            "the carbon price).",
            "替代用途比整批多得的净收益（收获时，即碳价的分子）。",
            unit="study currency",
        ),
        number(
            "margin_gap_sd",
            "Standard error of margin_gap.",
            "margin_gap 的标准误差。",
            bounds=POSITIVE,
            unit="study currency",
        ),
        number(
            "cycle_months",
            "Length of the economic cycle.",
            "经济周期长度。",
            bounds=POSITIVE,
            unit="month",
            default="cycle_days / 30.44",
        ),
        number(
            "discount_rate",
            "Discount rate per year; required with revenue and cost.",
            "年贴现率；填收支时必填。",
            bounds=RATE,
            unit="1/year",
        ),
    ),
)

SAMPLING = Table(
    "sampling",
    "What it would cost to measure one quantity (at one site, in one species).",
    "一行为测定某个量（某地点、某物种）的费用。",
    (
        text("quantity", "Name of the quantity.", "量的名称。", required=True),
        number(
            "cost_per_sample",
            "Cost of one more sample.",
            "每个样品的费用。",
            required=True,
            bounds=NOT_NEGATIVE,
            unit="study currency",
        ),
        number(
            "fixed_cost",
            "Cost of measuring at all.",
            "固定费用。",
            bounds=NOT_NEGATIVE,
            unit="study currency",
            default="0",
        ),
        integer("max_samples", "Most samples that can be taken.", "最多样品数。", COUNT),
        text("site", "Site of `harvest`; empty for every site.", "harvest 表中的地点；留空表示所有地点。"),
        text("species", "Species; empty for every species.", "物种；留空表示所有物种。"),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        HARVEST,
        EVIDENCE,
        WATER,
        ECONOMICS,
        SAMPLING,
        ISOTOPES,
        TRAPS,
        OXYGEN,
        FOULING,
        BUDGET,
        SEDIMENT,
        ENDMEMBERS,
        AIR_SEA,
    )
}
