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
from bayescarbon.translation import _

MINERALS = ("aragonite", "calcite")
FOULER_TAXA = ("mussel", "oyster", "ascidian", "other")
HOST = "host"
FARM, CONTROL = "farm", "control"

ISOTOPES = Table(
    "isotopes",
    _("Carbon isotopes of one shell, with its water and tissue."),
    (
        text("sample", _("Label of the shell."), required=True),
        SPECIES,
        SITE,
        choice("mineral", _("Shell mineral."), MINERALS, required=True),
        *with_sd(number("d13c_shell", _("d13C of the shell carbonate."), True, unit="permil")),
        *with_sd(number("d13c_dic", _("d13C of dissolved inorganic carbon."), True, unit="permil")),
        *with_sd(number("d13c_tissue", _("d13C of the soft tissue."), True, unit="permil")),
    ),
    use=_("Informs respired_shell_fraction and isotope_enrichment."),
)

TRAPS = Table(
    "traps",
    _("One deployment of one sediment trap."),
    (
        text("trap", _("Label of the trap."), required=True),
        SITE,
        choice("kind", _("Under the farm, or a control."), (FARM, CONTROL), required=True),
        number(
            "dry_mass_mg",
            _("Dry mass caught."),
            True,
            Bounds(
                low=0,
                low_open=True,
                hint=_("for an empty trap write the smallest mass that the balance shows"),
            ),
            "mg",
        ),
        number("days", _("Days deployed."), True, POSITIVE, "d"),
        text(
            "species",
            _("Species above the trap; required for a farm trap."),
        ),
        number(
            "individuals",
            _("Animals whose deposits the trap intercepts, not all of the farm; required for a farm trap."),
            bounds=NOT_NEGATIVE,
            unit="ind",
            default=_("0 for a control"),
        ),
        number(
            "area_m2",
            _("Mouth area, for all traps or for none; needed when traps differ, and for a carbon flux."),
            bounds=POSITIVE,
            unit="m2",
            default=_("all traps are alike"),
        ),
        SEASON,
        number(
            "carbon_fraction",
            _("Organic carbon in the dry catch."),
            bounds=FRACTION,
            unit="g C/g dry",
        ),
        *SIZE,
    ),
    use=_("Informs biodeposition_rate and biodeposit_carbon."),
)

OXYGEN = Table(
    "oxygen",
    _("Oxygen uptake of one sediment core."),
    (
        text("core", _("Label of the core."), required=True),
        SITE,
        number(
            "oxygen_uptake",
            _("Oxygen uptake of the sediment."),
            True,
            POSITIVE,
            "mmol O2/m2/d",
        ),
        number(
            "carbon_flux",
            _("Organic carbon flux to the bed."),
            bounds=POSITIVE,
            unit="mg C/m2/d",
            default=_("computed from the site's farm traps, which need area_m2 and carbon_fraction"),
        ),
        number(
            "carbon_flux_sd",
            _("Standard error of carbon_flux."),
            bounds=POSITIVE,
            unit="mg C/m2/d",
            default=_("the usual error of a flux"),
        ),
        SEASON,
    ),
    use=_(
        "Informs burial_fraction, oxygen_visible_share and respiratory_quotient, which no oxygen row tells apart."
    ),
)

FOULING = Table(
    "fouling",
    _("Live mass of one taxon on one weighed gear."),
    (
        text("gear", _("Label of the gear."), required=True),
        SITE,
        text("species", _("The farmed species on the gear."), required=True),
        choice(
            "taxon",
            _("The farmed animals (host), or a group of foulers."),
            (HOST, *FOULER_TAXA),
            required=True,
        ),
        number("fresh_mass_kg", _("Live mass."), True, NOT_NEGATIVE, "kg live"),
        SEASON,
    ),
    use=_("Informs fouling_ratio and fouler_mix."),
)

BUDGET = Table(
    "budget",
    _("Carbon budget of one animal."),
    (
        text("individual", _("Label of the animal."), required=True),
        SPECIES,
        SITE,
        number("tissue_mgc", _("Carbon in tissue."), True, POSITIVE, "mg C"),
        number("shell_mgc", _("Carbon in shell."), True, POSITIVE, "mg C"),
        number("deposited_mgc", _("Carbon deposited."), True, POSITIVE, "mg C"),
        number("released_mgc", _("Carbon released."), True, POSITIVE, "mg C"),
        text("source", _("Where the row comes from.")),
        number(
            "cycle_days",
            _("Days over which the budget ran."),
            bounds=POSITIVE,
            unit="d",
            default=_("the mean cycle_days of the batches of that species at that site"),
        ),
    ),
    use=_("Informs what becomes of an animal's carbon: its tissue, shell, deposits and release."),
)

SEDIMENT = Table(
    "sediment",
    _("Isotopes of one sediment sample; needs `endmembers`."),
    (
        text("sample", _("Label of the sample."), required=True),
        SITE,
        number("d13c", _("d13C of the organic matter."), True, unit="permil"),
        number(
            "d15n",
            _("d15N of the organic matter; used where every source has d15n and d15n_sd."),
            unit="permil",
        ),
    ),
    use=_("Checks the buried carbon of the result, and does not change it."),
)

ENDMEMBERS = Table(
    "endmembers",
    _("Isotopes of one source of sediment carbon; at least two, the farm's own among them."),
    (
        text(
            "source",
            _("Name of the source; that of the farm begins with the word `farm`, `biodeposits` or 生物沉积."),
            required=True,
        ),
        number("d13c", _("d13C of the source."), True, unit="permil"),
        number("d13c_sd", _("Standard deviation of d13c."), True, POSITIVE, "permil"),
        number("d15n", _("d15N of the source."), unit="permil"),
        number("d15n_sd", _("Standard deviation of d15n."), bounds=POSITIVE, unit="permil"),
    ),
    use=_("Tells the sources of `sediment` apart."),
)

AIR_SEA = Table(
    "air_sea",
    _(
        "One measured flux of CO2 between air and sea: either co2_flux with its unit, or delta_pco2_uatm with wind_m_s."
    ),
    (
        text("site", _("A site of `harvest`."), required=True),
        number("co2_flux", _("Flux, positive out of the sea.")),
        text(
            "unit",
            _(
                "Unit of co2_flux and sd, which says whether it is CO2 or C: `mmol CO2/m2/d`, `g C/m2/yr`, `t CO2/yr`."
            ),
        ),
        number("sd", _("Standard error of the flux, stated or computed."), bounds=POSITIVE),
        text("method", _("How it was measured.")),
        SEASON,
        number(
            "area_km2",
            _(
                "Area of sea that the flux speaks of, one for a site; without it a flux per area is compared with "
                "nothing."
            ),
            bounds=POSITIVE,
            unit="km2",
        ),
        number(
            "delta_pco2_uatm",
            _("pCO2 of the sea minus that of the air."),
            bounds=Bounds(-1000, 10000, hint=_("it is in microatmospheres")),
            unit="uatm",
        ),
        number("wind_m_s", _("Wind speed at 10 m."), bounds=Bounds(0, 40), unit="m/s"),
        number(
            "temperature_c",
            _("Water temperature, with delta_pco2_uatm."),
            bounds=Bounds(-2, 40),
            unit="degC",
            default=_("the mean of the site's `water` rows"),
        ),
        number(
            "salinity",
            _("Practical salinity, with delta_pco2_uatm."),
            bounds=Bounds(0, 45, low_open=True),
            default=_("the mean of the site's `water` rows"),
        ),
    ),
    use=_("Checks the released carbon of the result, and does not change it."),
)
