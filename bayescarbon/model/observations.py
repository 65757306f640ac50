"""From the tidy evidence table to what the likelihood needs: targets and sufficient statistics.

A *target* is a mean that rows observe: a cell's annual mean, its mean in one season, or a composite of such means
computed by the accounting's own equations. Rows are then sorted into four kinds of term, each an array.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from bayescarbon.evidence.quantities import Z95, Quantity, composites, instruments, link, quantities, readings
from bayescarbon.evidence.table import SEASONS
from bayescarbon.model.composites import OXYGEN_LOSS, composed
from bayescarbon.model.equations import seasonal_parts, with_equations
from bayescarbon.model.families import FAMILIES
from bayescarbon.model.layout import Layout, evidence_site
from bayescarbon.model.outliers import suspects

# Link-scale sd of the stand-in distribution of a composite at a new farm: a factor five either way at 90 %.
LOOSE_SD = 1.0
# A publication's figure without n is a mean of unknown many, not an animal: such rows scatter by themselves and tell
# nothing about the scatter of a farm's own samples.
REPORTED_MEANS = ", reported means"


@dataclass
class Targets:
    """The distinct means that rows observe.

    Attributes
    ----------
    node, season : list of int
        Of the simple targets; season is -1 for the annual mean.
    composite, parts, constants : list
        Of the composite targets: the name, the simple targets it is computed from, and what the measurement states.
    """

    node: list[int] = field(default_factory=list)
    season: list[int] = field(default_factory=list)
    composite: list[str] = field(default_factory=list)
    parts: list[tuple[int, ...]] = field(default_factory=list)
    constants: list[tuple[float, ...]] = field(default_factory=list)
    _simple: dict[tuple[int, int], int] = field(default_factory=dict)
    _composite: dict[tuple[str, tuple[int, ...], tuple[float, ...]], int] = field(default_factory=dict)

    def simple(self, node: int, season: int) -> int:
        """Return the index of a simple target."""
        key = (node, season)
        if key not in self._simple:
            self._simple[key] = len(self.node)
            self.node.append(node)
            self.season.append(season)
        return self._simple[key]

    def composed(self, name: str, parts: tuple[int, ...], constants: tuple[float, ...]) -> int:
        """Return the index of a composite target among the composites."""
        key = (name, parts, constants)
        if key not in self._composite:
            self._composite[key] = len(self.composite)
            self.composite.append(name)
            self.parts.append(parts)
            self.constants.append(constants)
        return self._composite[key]


@dataclass(frozen=True)
class Observations:
    """What the likelihood is computed from; every array runs over rows or groups of rows.

    Attributes
    ----------
    targets : Targets
        What is observed.
    rows : DataFrame
        The evidence rows with columns ``target`` (simple targets first, then composites), ``scatter``
        (index into `scatter`), ``family``, ``x`` (value), ``x_low``, ``x_high``, ``suspect``.
    scatter, scatter_names : list
        The definition whose stated scatter applies, one per dispersion parameter, and what it is the scatter of.
    means : DataFrame
        target, scatter, family, count, averaged, s1, s2: `count` independent observations, each a mean of
        `averaged` samples; s1, s2 their sufficient statistics.
    spreads : DataFrame
        target, scatter, family, n, u: spread statistics of samples, see `families`.
    extents : DataFrame
        target, scatter, family, n, lower, upper: what n > 2 samples between two extremes add.
    bounds : DataFrame
        target, scatter, family, n, bound, below.
    doubtful : DataFrame
        target, scatter, family, x, location, sd: suspects, and the wide component that they may come from.
    """

    targets: Targets
    rows: pd.DataFrame
    scatter: list[Quantity]
    scatter_names: list[str]
    means: pd.DataFrame
    spreads: pd.DataFrame
    extents: pd.DataFrame
    bounds: pd.DataFrame
    doubtful: pd.DataFrame


def seasonal_items(evidence: pd.DataFrame) -> set[str]:
    """Return the quantities of which some row names a season, through composites as well."""
    told = with_equations(evidence[evidence["season"] != ""].reset_index(drop=True))
    found: set[str] = set()
    return found.union(*map(seasonal_parts, told["reading"], told["parts"]))


def observe(layout: Layout, evidence: pd.DataFrame) -> Observations:
    """Sort the evidence rows into targets and sufficient statistics, making the cells that they need.

    Parameters
    ----------
    layout : Layout
        Grown by the cells of the rows.
    evidence : DataFrame
        Tidy evidence table, farm and literature together, canonical units; rows of instruments bring ``parts`` and
        ``constants`` (see `readings`).
    """
    targets = Targets()
    definitions: list[Quantity] = []
    index: dict[str, int] = {}
    target, scatter, family = [], [], []
    evidence = with_equations(evidence.reset_index(drop=True))
    columns = [
        "reading",
        "parts",
        "constants",
        "species",
        "group",
        "site",
        "season",
        "origin",
        "source",
        "kind",
    ]
    for key, parts, constants, species, group, site, season, origin, source, kind in evidence[
        columns
    ].itertuples(index=False):
        where = evidence_site(origin, source, site)
        when = SEASONS.index(season) if season else -1
        moving = seasonal_parts(key, parts)
        simple = tuple(
            _simple_target(layout, targets, part, group, species, where, when if part in moving else -1)
            for part in parts
        )
        direct = parts == (key,)
        target.append(simple[0] if direct else -1 - targets.composed(key, simple, constants))
        alike = _definition(key).scatter_of or key
        label = alike + REPORTED_MEANS if origin == "literature" and kind != "summary" else alike
        if label not in index:
            index[label] = len(definitions)
            definitions.append(_definition(alike))
        scatter.append(index[label])
        family.append("positive" if key == OXYGEN_LOSS else _definition(key).support)
    rows = evidence.copy()
    offset = len(targets.node)
    rows["target"] = [t if t >= 0 else offset - 1 - t for t in target]
    rows["scatter"] = scatter
    rows["family"] = family
    oxygen = (rows["method"] == "oxygen").to_numpy()
    rows["x"] = np.where(oxygen, 1 - rows["value"], rows["value"])
    rows["x_low"] = np.where(oxygen, 1 - rows["high"], rows["low"])
    rows["x_high"] = np.where(oxygen, 1 - rows["low"], rows["high"])
    unknown = sorted(set(rows["family"]) - set(FAMILIES))
    if unknown:
        raise ValueError(f"no sample distribution for rows of support {', '.join(unknown)}")
    flipped = {"below": "above", "above": "below"}
    rows["form"] = [flipped.get(k, k) if o else k for k, o in zip(rows["kind"], oxygen, strict=True)]
    wide = [_new_sample(layout, d) for d in definitions]
    rows["suspect"] = _suspect_rows(rows, definitions, wide)
    return observations(targets, rows, definitions, list(index), wide)


def observations(
    targets: Targets,
    rows: pd.DataFrame,
    scatter: list[Quantity],
    names: list[str],
    wide: list[tuple[float, float]],
) -> Observations:
    """Collect sorted rows into terms.

    Parameters
    ----------
    targets, rows, scatter, names
        As in `Observations`.
    wide : list of (float, float)
        Location and sd of the wide component, link scale, per scatter.
    """
    return Observations(
        targets,
        rows,
        scatter,
        names,
        _means(rows),
        _spreads(rows),
        _extents(rows),
        _bounds(rows),
        _doubtful(rows, wide),
    )


def _simple_target(
    layout: Layout, targets: Targets, item: str, group: str, species: str, site: str, season: int
) -> int:
    node = layout.cell(item, group, species, site)
    return targets.simple(node, season if item in layout.seasonal else -1)


def _definition(key: str) -> Quantity:
    if key == OXYGEN_LOSS:
        return quantities()["oxygen_visible_share"]
    return (quantities() | composites() | instruments() | readings())[key]


def _new_sample(layout: Layout, definition: Quantity) -> tuple[float, float]:
    """Return location and sd, on the link scale, of a sample at a new farm; for composites, of a loose stand-in."""
    name, parts = definition.name, definition.composite_of or (definition.name,)
    if name in readings():
        return np.nan, np.nan
    prior = [layout.items[layout.item_index(part)] for part in parts]
    if len(prior) > 1:
        middle = float(composed(name, [item.stated.q50 for item in prior]))
        return float(link(composites()[name].support, middle)), LOOSE_SD
    low, high = (
        float(link(prior[0].quantity.support, q)) for q in (prior[0].stated.q05, prior[0].stated.q95)
    )
    scatter = prior[0].quantity.scatter.q95
    median = prior[0].stated.q50
    on_link = scatter / (1 - median) if prior[0].quantity.support == "fraction" else scatter
    return (low + high) / 2, float(np.hypot((high - low) / (2 * Z95), on_link))


def _suspect_rows(
    rows: pd.DataFrame, definitions: list[Quantity], wide: list[tuple[float, float]]
) -> np.ndarray:
    flagged = np.zeros(len(rows), dtype=bool)
    # What a trap or a core reads depends on its own area and count: its fellows are no measure of it.
    samples = rows[(rows["form"] == "sample") & ~rows["reading"].isin(list(readings()))]
    for (_, scatter, family), cell in samples.groupby(["target", "scatter", "family"], sort=False):
        location, sd = wide[scatter]
        found = suspects(cell["x"].to_numpy(), family, definitions[scatter].scatter.q95, location, sd)
        flagged[cell.index[found]] = True
    return flagged


def _means(rows: pd.DataFrame) -> pd.DataFrame:
    single = rows[(rows["form"] == "sample") & ~rows["suspect"]]
    ends = rows[rows["form"] == "range"]
    place = ["target", "scatter", "family"]
    values = pd.concat(
        [
            single[[*place, "x"]],
            ends[place].assign(x=ends["x_low"]),
            ends[place].assign(x=ends["x_high"]),
        ]
    )
    averages = rows.loc[rows["form"] == "summary", [*place, "x", "n"]].rename(columns={"n": "averaged"})
    values = pd.concat(
        [values.assign(averaged=1.0, one=0), averages.assign(one=np.arange(1, len(averages) + 1))]
    )
    positive = (values["family"] == "positive").to_numpy()
    x = values["x"].to_numpy(dtype=float)
    values["s1"] = np.where(positive, x, np.log(x))
    with np.errstate(invalid="ignore", divide="ignore"):
        values["s2"] = np.where(positive, np.log(x), np.log1p(-x))
    grouped = values.groupby([*place, "averaged", "one"], sort=False)
    return (
        grouped.agg(count=("x", "size"), s1=("s1", "sum"), s2=("s2", "sum")).reset_index().drop(columns="one")
    )


def _spreads(rows: pd.DataFrame) -> pd.DataFrame:
    told = rows[(rows["form"] == "summary") & rows["sd"].notna()]
    u = [
        FAMILIES[f].spread_statistic(x, sd)
        for f, x, sd in zip(told["family"], told["x"], told["sd"], strict=True)
    ]
    return told[["target", "scatter", "family", "n"]].assign(u=u).reset_index(drop=True)


def _extents(rows: pd.DataFrame) -> pd.DataFrame:
    told = rows[(rows["form"] == "range") & (rows["n"] > 2)]
    renamed = told.rename(columns={"x_low": "lower", "x_high": "upper"})
    return renamed[["target", "scatter", "family", "n", "lower", "upper"]].reset_index(drop=True)


def _bounds(rows: pd.DataFrame) -> pd.DataFrame:
    told = rows[rows["form"].isin(["below", "above"])]
    below = (told["form"] == "below").to_numpy()
    bound = np.where(below, told["x_high"], told["x_low"])
    return (
        told[["target", "scatter", "family"]]
        .assign(n=told["n"].fillna(1.0), bound=bound, below=below)
        .reset_index(drop=True)
    )


def _doubtful(rows: pd.DataFrame, wide: list[tuple[float, float]]) -> pd.DataFrame:
    told = rows[rows["suspect"]]
    location = [wide[s][0] for s in told["scatter"]]
    sd = [wide[s][1] for s in told["scatter"]]
    frame = told[["target", "scatter", "family", "x"]].assign(location=location, sd=sd)
    return frame.reset_index(drop=True)
