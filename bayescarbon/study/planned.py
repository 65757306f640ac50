"""The tables that are specified but have no measurement model in this version; a study that has one is refused."""

from __future__ import annotations

from bayescarbon.study.spec import (
    FRACTION,
    NOT_NEGATIVE,
    POSITIVE,
    SEASON,
    SITE,
    SPECIES,
    Table,
    choice,
    number,
    text,
    with_sd,
)

MINERALS = ("aragonite", "calcite")
FOULER_TAXA = ("mussel", "oyster", "ascidian", "other")

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
    supported=False,
)

TRAPS = Table(
    "traps",
    "One deployment of one sediment trap.",
    "一行为一个沉积物捕集器的一次布放。",
    (
        text("trap", "Label of the trap.", "捕集器编号。", required=True),
        SITE,
        choice(
            "kind", "Under the farm, or a control.", "养殖区或对照区。", ("farm", "control"), required=True
        ),
        number("dry_mass_mg", "Dry mass caught.", "捕集干重。", True, NOT_NEGATIVE, "mg"),
        number("days", "Days deployed.", "布放天数。", True, POSITIVE, "d"),
        text("species", "Species above the trap.", "捕集器上方的物种。"),
        number(
            "individuals",
            "Animals whose deposits the trap intercepts; 0 for a control.",
            "沉积物落入捕集器的个体数；对照为 0。",
            bounds=NOT_NEGATIVE,
            unit="ind",
        ),
        number(
            "area_m2",
            "Mouth area; needed when traps differ.",
            "口面积；捕集器不同时必填。",
            bounds=POSITIVE,
            unit="m2",
        ),
        SEASON,
        number(
            "carbon_fraction",
            "Organic carbon in the dry catch.",
            "捕集物有机碳含量。",
            bounds=FRACTION,
            unit="g C/g dry",
        ),
    ),
    supported=False,
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
        ),
        SEASON,
    ),
    supported=False,
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
            ("host", *FOULER_TAXA),
            required=True,
        ),
        number("fresh_mass_kg", "Live mass.", "鲜重。", True, NOT_NEGATIVE, "kg live"),
        SEASON,
    ),
    supported=False,
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
    ),
    supported=False,
)

SEDIMENT = Table(
    "sediment",
    "Isotopes of one sediment sample.",
    "一行为一个沉积物样品的同位素。",
    (
        text("sample", "Label of the sample.", "样品编号。", required=True),
        SITE,
        number("d13c", "d13C of the sediment.", "沉积物 d13C。", True, unit="permil"),
        number("d15n", "d15N of the sediment.", "沉积物 d15N。", unit="permil"),
    ),
    supported=False,
)

ENDMEMBERS = Table(
    "endmembers",
    "Isotopes of one source of sediment carbon.",
    "一行为一个沉积碳来源的同位素。",
    (
        text("source", "Name of the source.", "来源名称。", required=True),
        number("d13c", "d13C of the source.", "来源 d13C。", True, unit="permil"),
        number("d13c_sd", "Standard deviation of d13c.", "d13c 的标准差。", True, POSITIVE, "permil"),
        number("d15n", "d15N of the source.", "来源 d15N。", unit="permil"),
        number("d15n_sd", "Standard deviation of d15n.", "d15n 的标准差。", bounds=POSITIVE, unit="permil"),
    ),
    supported=False,
)

AIR_SEA = Table(
    "air_sea",
    "One measured flux of CO2 between air and sea.",
    "一行为一次海气二氧化碳通量测定。",
    (
        SITE,
        number("co2_flux", "Flux, positive out of the sea.", "通量，向大气为正。", True),
        text("unit", "Unit of co2_flux and sd.", "co2_flux 与 sd 的单位。", required=True),
        number("sd", "Standard error of co2_flux.", "co2_flux 的标准误差。", bounds=POSITIVE),
        text("method", "How it was measured.", "测定方法。"),
        SEASON,
    ),
    supported=False,
)
