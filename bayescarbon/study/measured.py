"""The tables of measurements that are not a quantity itself: each bears on quantities through a model of its own."""

from __future__ import annotations

from bayescarbon.study.spec import (
    FRACTION,
    NOT_NEGATIVE,
    POSITIVE,
    SEASON,
    SITE,
    SIZE,
    SPECIES,
    Bounds,
    Table,
    choice,
    number,
    text,
    with_sd,
)

MINERALS = ("aragonite", "calcite")
FOULER_TAXA = ("mussel", "oyster", "ascidian", "other")
HOST = "host"
FARM, CONTROL = "farm", "control"

ISOTOPES = Table(
    "isotopes",
    "Carbon isotopes of one shell, with its water and tissue.",
    "一行为一枚贝壳及其海水与组织的碳同位素。",
    (
        text("sample", "Label of the shell.", "贝壳编号。", required=True),
        SPECIES,
        SITE,
        choice("mineral", "Shell mineral.", "壳的矿物。", MINERALS, required=True),
        *with_sd(
            number("d13c_shell", "d13C of the shell carbonate.", "壳碳酸盐 d13C。", True, unit="permil"),
            "d13c_shell",
            "壳 d13C",
        ),
        *with_sd(
            number(
                "d13c_dic", "d13C of dissolved inorganic carbon.", "溶解无机碳 d13C。", True, unit="permil"
            ),
            "d13c_dic",
            "溶解无机碳 d13C",
        ),
        *with_sd(
            number("d13c_tissue", "d13C of the soft tissue.", "软组织 d13C。", True, unit="permil"),
            "d13c_tissue",
            "组织 d13C",
        ),
    ),
    use="Informs respired_shell_fraction and isotope_enrichment.",
)

TRAPS = Table(
    "traps",
    "One deployment of one sediment trap.",
    "一行为一个沉积物捕集器的一次布放。",
    (
        text("trap", "Label of the trap.", "捕集器编号。", required=True),
        SITE,
        choice("kind", "Under the farm, or a control.", "养殖区或对照区。", (FARM, CONTROL), required=True),
        number(
            "dry_mass_mg",
            "Dry mass caught.",
            "捕集干重。",
            True,
            Bounds(
                low=0, low_open=True, hint="for an empty trap write the smallest mass that the balance shows"
            ),
            "mg",
        ),
        number("days", "Days deployed.", "布放天数。", True, POSITIVE, "d"),
        text(
            "species",
            "Species above the trap; required for a farm trap.",
            "捕集器上方的物种；养殖区捕集器必填。",
        ),
        number(
            "individuals",
            "Animals whose deposits the trap intercepts, not all of the farm; required for a farm trap.",
            "沉积物落入捕集器的个体数（不是全场个体数）；养殖区捕集器必填，对照为 0。",
            bounds=NOT_NEGATIVE,
            unit="ind",
            default="0 for a control",
        ),
        number(
            "area_m2",
            "Mouth area, for all traps or for none; needed when traps differ, and for a carbon flux.",
            "口面积；全部填写或全部不填；捕集器不同或用于计算碳通量时必填。",
            bounds=POSITIVE,
            unit="m2",
            default="all traps are alike",
        ),
        SEASON,
        number(
            "carbon_fraction",
            "Organic carbon in the dry catch.",
            "捕集物有机碳含量。",
            bounds=FRACTION,
            unit="g C/g dry",
        ),
        *SIZE,
    ),
    use="Informs biodeposition_rate and biodeposit_carbon.",
)

OXYGEN = Table(
    "oxygen",
    "Oxygen uptake of one sediment core.",
    "一行为一个沉积物柱的耗氧。",
    (
        text("core", "Label of the core.", "柱样编号。", required=True),
        SITE,
        number(
            "oxygen_uptake",
            "Oxygen uptake of the sediment.",
            "沉积物耗氧速率。",
            True,
            POSITIVE,
            "mmol O2/m2/d",
        ),
        number(
            "carbon_flux",
            "Organic carbon flux to the bed.",
            "到达海底的有机碳通量。",
            bounds=POSITIVE,
            unit="mg C/m2/d",
            default="computed from the site's farm traps, which need area_m2 and carbon_fraction",
        ),
        number(
            "carbon_flux_sd",
            "Standard error of carbon_flux.",
            "carbon_flux 的标准误差。",
            bounds=POSITIVE,
            unit="mg C/m2/d",
            default="the usual error of a flux",
        ),
        SEASON,
    ),
    use="Informs burial_fraction, oxygen_visible_share and respiratory_quotient, which no oxygen row tells apart.",
)

FOULING = Table(
    "fouling",
    "Live mass of one taxon on one weighed gear.",
    "一行为一个称重器具上一个类群的鲜重。",
    (
        text("gear", "Label of the gear.", "器具编号。", required=True),
        SITE,
        text("species", "The farmed species on the gear.", "器具上的养殖物种。", required=True),
        choice(
            "taxon",
            "The farmed animals (host), or a group of foulers.",
            "养殖物种本身（host）或附着类群。",
            (HOST, *FOULER_TAXA),
            required=True,
        ),
        number("fresh_mass_kg", "Live mass.", "鲜重。", True, NOT_NEGATIVE, "kg live"),
        SEASON,
    ),
    use="Informs fouling_ratio and fouler_mix.",
)

BUDGET = Table(
    "budget",
    "Carbon budget of one animal.",
    "一行为一个个体的碳收支。",
    (
        text("individual", "Label of the animal.", "个体编号。", required=True),
        SPECIES,
        SITE,
        number("tissue_mgc", "Carbon in tissue.", "组织碳。", True, POSITIVE, "mg C"),
        number("shell_mgc", "Carbon in shell.", "壳碳。", True, POSITIVE, "mg C"),
        number("deposited_mgc", "Carbon deposited.", "沉降碳。", True, POSITIVE, "mg C"),
        number("released_mgc", "Carbon released.", "释放碳。", True, POSITIVE, "mg C"),
        text("source", "Where the row comes from.", "数据来源。"),
        number(
            "cycle_days",
            "Days over which the budget ran.",
            "收支所覆盖的天数。",
            bounds=POSITIVE,
            unit="d",
            default="the mean cycle_days of the batches of that species at that site",
        ),
    ),
    use="Informs what becomes of an animal's carbon: its tissue, shell, deposits and release.",
)

SEDIMENT = Table(
    "sediment",
    "Isotopes of one sediment sample; needs `endmembers`.",
    "一行为一个沉积物样品的同位素；需同时有 endmembers 表。",
    (
        text("sample", "Label of the sample.", "样品编号。", required=True),
        SITE,
        number("d13c", "d13C of the organic matter.", "有机质 d13C。", True, unit="permil"),
        number(
            "d15n",
            "d15N of the organic matter; used where every source has d15n and d15n_sd.",
            "有机质 d15N；所有来源都有 d15n 与 d15n_sd 时使用。",
            unit="permil",
        ),
    ),
    use="Checks the buried carbon of the result, and does not change it.",
)

ENDMEMBERS = Table(
    "endmembers",
    "Isotopes of one source of sediment carbon; at least two, the farm's own among them.",
    "一行为一个沉积碳来源的同位素；至少两个，其中须有养殖生物沉积。",
    (
        text(
            "source",
            "Name of the source; that of the farm begins with the word `farm`, `biodeposits` or 生物沉积.",
            "来源名称；养殖来源以单词 farm、biodeposits 或“生物沉积”开头。",
            required=True,
        ),
        number("d13c", "d13C of the source.", "来源 d13C。", True, unit="permil"),
        number("d13c_sd", "Standard deviation of d13c.", "d13c 的标准差。", True, POSITIVE, "permil"),
        number("d15n", "d15N of the source.", "来源 d15N。", unit="permil"),
        number("d15n_sd", "Standard deviation of d15n.", "d15n 的标准差。", bounds=POSITIVE, unit="permil"),
    ),
    use="Tells the sources of `sediment` apart.",
)

AIR_SEA = Table(
    "air_sea",
    "One measured flux of CO2 between air and sea: either co2_flux with its unit, or delta_pco2_uatm with wind_m_s.",
    "一行为一次海气二氧化碳通量测定：或填 co2_flux 与 unit，或填 delta_pco2_uatm 与 wind_m_s。",
    (
        text("site", "A site of `harvest`.", "harvest 表中的地点。", required=True),
        number("co2_flux", "Flux, positive out of the sea.", "通量，向大气为正。"),
        text(
            "unit",
            "Unit of co2_flux and sd, which says whether it is CO2 or C: `mmol CO2/m2/d`, `g C/m2/yr`, `t CO2/yr`.",
            "co2_flux 与 sd 的单位，须指明 CO2 或 C，如 mmol CO2/m2/d、g C/m2/yr、t CO2/yr。",
        ),
        number("sd", "Standard error of co2_flux.", "co2_flux 的标准误差。", bounds=POSITIVE),
        text("method", "How it was measured.", "测定方法。"),
        SEASON,
        number(
            "area_km2",
            "Area of sea that the flux speaks of; required unless the unit is a total such as t CO2/yr.",
            "通量所代表的海域面积；单位为总量（如 t CO2/yr）时可不填。",
            bounds=POSITIVE,
            unit="km2",
        ),
        number(
            "delta_pco2_uatm",
            "pCO2 of the sea minus that of the air.",
            "海水与大气二氧化碳分压之差。",
            bounds=Bounds(-1000, 10000, hint="it is in microatmospheres"),
            unit="uatm",
        ),
        number("wind_m_s", "Wind speed at 10 m.", "10 米高处风速。", bounds=Bounds(0, 40), unit="m/s"),
        number(
            "temperature_c",
            "Water temperature, with delta_pco2_uatm.",
            "水温（与 delta_pco2_uatm 同填）。",
            bounds=Bounds(-2, 40),
            unit="degC",
            default="the mean of the site's `water` rows",
        ),
        number(
            "salinity",
            "Practical salinity, with delta_pco2_uatm.",
            "实用盐度（与 delta_pco2_uatm 同填）。",
            bounds=Bounds(0, 45, low_open=True),
            default="the mean of the site's `water` rows",
        ),
    ),
    use="Checks the released carbon of the result, and does not change it.",
)
