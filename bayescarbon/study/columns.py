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
from bayescarbon.translation import _

HARVEST = Table(
    "harvest",
    _("One batch: one species at one site over one culture cycle."),
    (
        text("batch", _("Name of the batch; no two rows share one."), required=True),
        text("site", _("Name of the site or lease."), required=True),
        SPECIES,
        number(
            "harvest_t",
            _("Live harvest of the species, without foulers."),
            required=True,
            bounds=POSITIVE,
            unit="t live",
        ),
        number(
            "cycle_days",
            _("Length of the culture cycle."),
            required=True,
            bounds=POSITIVE,
            unit="d",
        ),
        number(
            "individuals",
            _("Mean number of animals alive over the cycle."),
            bounds=COUNT,
            unit="ind",
            default=_("estimated from harvest_t, live_weight and alive_to_harvested"),
        ),
        text("farm", _("Name of the farm.")),
        integer("year", _("Year of the harvest."), YEAR),
        number(
            "harvest_cv",
            _("Relative weighing error of harvest_t."),
            bounds=FRACTION,
            default="0.02",
        ),
        number(
            "stocked_t",
            _("Live mass stocked as seed; 0 for wild spat."),
            bounds=NOT_NEGATIVE,
            unit="t live",
            default="0",
        ),
        number(
            "emissions_t_co2e",
            _("Emissions of the batch's gear, fuel, seed and landing."),
            bounds=NOT_NEGATIVE,
            unit="t CO2e",
            default=_("the prior on operations_emission"),
        ),
    ),
    required=True,
)

EVIDENCE = Table(
    "evidence",
    _(
        "One measurement, or one summary of measurements, of one quantity. Give `value` (with `sd` and `n` for a "
        "mean), or `low` and `high` for a range, or only one of the two for a bound."
    ),
    (
        text(
            "quantity",
            _("Name of the quantity; `bayescarbon priors` lists them."),
            required=True,
        ),
        text(
            "unit",
            _("Unit of value, sd, low and high, for example `g/g`, `%`, `mg/ind/d`."),
            required=True,
        ),
        number(
            "value",
            _("Measured value, or mean of n; 0 (not detected) needs the detection limit in `low`."),
        ),
        text(
            "species",
            _("Species; required where the quantity differs between species, otherwise empty."),
        ),
        text(
            "site",
            _("Place; a site of `harvest`, or another place nearby."),
            default=_("an unnamed place that is not one of the farm's sites"),
        ),
        SEASON,
        number(
            "sd",
            _("Standard deviation among the n samples (not the standard error)."),
            bounds=POSITIVE,
        ),
        integer("n", _("Number of samples behind value, or behind low and high."), COUNT),
        number(
            "low",
            _("Lowest value of a range, or lower bound; detection limit when value is 0."),
        ),
        number("high", _("Highest value of a range, or upper bound.")),
        choice(
            "method",
            _("How burial was measured: sediment core, or oxygen incubation. Required for burial_fraction."),
            METHODS,
        ),
        choice(
            "rq_convention",
            _("For oxygen rows of burial_fraction: whether oxygen uptake was multiplied or divided by 0.85."),
            RQ_CONVENTIONS,
        ),
        text("sample", _("Label of the sample or animal.")),
        *SIZE,
        text("source", _("Where the row comes from: laboratory, report, notebook.")),
    ),
)

WATER = Table(
    "water",
    _("One description of a site's sea water; several rows of a site are averaged."),
    (
        SITE,
        *with_sd(number("temperature_c", _("Water temperature."), True, Bounds(-2, 40), "degC")),
        *with_sd(number("salinity", _("Practical salinity."), True, Bounds(0, 45, low_open=True))),
        *with_sd(
            number(
                "alkalinity_umol_kg",
                _("Total alkalinity."),
                True,
                Bounds(200, 6000, hint=_("it is in micromol per kg: write 2.3 mmol/kg as 2300")),
                "umol/kg",
            )
        ),
        *with_sd(
            number(
                "pco2_uatm",
                _("Partial pressure of CO2 in the water."),
                True,
                Bounds(50, 10000, hint=_("it is in microatmospheres, about 200 to 1500 in most waters")),
                "uatm",
            ),
        ),
    ),
    use=_("Gives calcification_ratio of its sites, in place of the prior and of all rows on it."),
)

ECONOMICS = Table(
    "economics",
    _(
        "Money of one batch (in one year): either the four of revenue, cost, alternative_revenue and "
        "alternative_cost with discount_rate, or margin_gap with margin_gap_sd. Several rows of a batch pair by year."
    ),
    (
        text("batch", _("A batch of `harvest`."), required=True),
        integer(
            "year",
            _("Year of the row; required when a batch has several rows."),
            YEAR,
        ),
        number(
            "revenue",
            _("Revenue of the whole batch, at harvest."),
            bounds=NOT_NEGATIVE,
            unit="study currency",
        ),
        number(
            "cost",
            _("Cost of the whole batch, at stocking."),
            bounds=NOT_NEGATIVE,
            unit="study currency",
        ),
        number(
            "alternative_revenue",
            _("Revenue of the alternative use of the same water, at harvest."),
            bounds=NOT_NEGATIVE,
            unit="study currency",
        ),
        number(
            "alternative_cost",
            _("Cost of the alternative use of the same water, at stocking."),
            bounds=NOT_NEGATIVE,
            unit="study currency",
        ),
        number(
            "margin_gap",
            _(
                "What the alternative earns more than the whole batch, at harvest (the numerator of "
                "the carbon price)."
            ),
            unit="study currency",
        ),
        number(
            "margin_gap_sd",
            _("Standard error of margin_gap."),
            bounds=POSITIVE,
            unit="study currency",
        ),
        number(
            "cycle_months",
            _("Length of the economic cycle."),
            bounds=POSITIVE,
            unit="month",
            default=_("cycle_days / 30.44"),
        ),
        number(
            "discount_rate",
            _("Discount rate per year; required with revenue and cost."),
            bounds=RATE,
            unit="1/year",
        ),
    ),
)

SAMPLING = Table(
    "sampling",
    _("What it would cost to measure one quantity (at one site, in one species)."),
    (
        text("quantity", _("Name of the quantity."), required=True),
        number(
            "cost_per_sample",
            _("Cost of one more sample."),
            required=True,
            bounds=NOT_NEGATIVE,
            unit="study currency",
        ),
        number(
            "fixed_cost",
            _("Cost of measuring at all."),
            bounds=NOT_NEGATIVE,
            unit="study currency",
            default="0",
        ),
        integer("max_samples", _("Most samples that can be taken."), COUNT),
        text("site", _("Site of `harvest`; empty for every site.")),
        text("species", _("Species; empty for every species.")),
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
