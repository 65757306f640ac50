"""Surveys that have not been made: what n samples of one kind at one place would show, for every draw of a posterior.

A survey is simulated by its own measurement model, with the scatter that the same draw holds and with the errors that
more samples do not make smaller, and reduced to averages. The averages of a grid of n are nested: the data of a larger
n hold those of a smaller one, as they would if sampling went on. Samples are taken to be spread over the year.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import softmax

from bayescarbon.accounting.isotopes import shell_isotopes
from bayescarbon.evidence.quantities import (
    Z95,
    Quantity,
    composites,
    instruments,
    inverse_link,
    link,
    quantities,
    readings,
)
from bayescarbon.evidence.taxa import taxa
from bayescarbon.information.studies import StudyDraws, label
from bayescarbon.issuance.statistics import Floats
from bayescarbon.model.composites import composed
from bayescarbon.model.families import FAMILIES
from bayescarbon.model.layout import TAXA
from bayescarbon.model.likelihood import scatter_levels
from bayescarbon.model.measurements import fouling, isotopes
from bayescarbon.study.isotopes import DEFAULT_SD

#: Of a planned sediment trap, beside each of which stands a control: mouth area, m2, and animals above it (assumed).
TRAP_AREA_M2, TRAP_INDIVIDUALS = 0.05, 40.0
#: d13C of respired carbon less that of the water of a planned site, permil (assumed: marine phytoplankton).
RESPIRED_LESS_DIC = -20.0
#: Means this near an end of their support are moved inside it.
_EDGE = 1e-12
_OXYGEN = ("oxygen_visible_share", "burial_fraction", "respiratory_quotient", "carbon_flux_error")

type Draw = Callable[[int], Floats]


@dataclass(frozen=True)
class Survey:
    """Samples of one kind that could be taken at one place.

    Attributes
    ----------
    quantity, species, site : str
        What is sampled, a quantity or a composite, and where; blank where it has no such level.
    cost_per_sample, fixed_cost : float
        Study currency.
    most : int
        Samples that can be taken.
    """

    quantity: str
    species: str = ""
    site: str = ""
    cost_per_sample: float = 0.0
    fixed_cost: float = 0.0
    most: int = 100

    @property
    def name(self) -> str:
        """What is sampled and where."""
        return label(self.quantity, self.species, self.site)

    @property
    def kind(self) -> str:
        """By which instrument: a key of `KINDS`."""
        return _KIND_OF.get(self.quantity, "samples")

    def cost(self, n: int) -> float:
        """Return what n samples cost; none cost nothing."""
        return self.fixed_cost + n * self.cost_per_sample if n else 0.0


@dataclass(frozen=True)
class Kind:
    """How a kind of survey is simulated.

    Attributes
    ----------
    knows : callable
        Columns of the study's draws that its data are about: they tell no more than these columns would.
    simulate : callable
        Averages (n, draw, statistic) for a rising grid of n.
    """

    knows: Callable[[StudyDraws, Survey], list[str]]
    simulate: Callable[[StudyDraws, Survey, Sequence[int], np.random.Generator], Floats]


def simulated(told: StudyDraws, survey: Survey, grid: Sequence[int], seed: int) -> dict[int, pd.DataFrame]:
    """Return what each n of a grid would show.

    Parameters
    ----------
    told : StudyDraws
        The posterior before the survey.
    survey : Survey
        What is sampled, where.
    grid : sequence of int
        Numbers of samples, rising, 1 or more.
    seed : int
        Same draws, survey, grid and seed: same data. Surveys of one seed are independent of each other.

    Returns
    -------
    dict of int to DataFrame
        For each n one row per draw, one column per statistic.

    Raises
    ------
    ValueError
        If the grid does not rise from 1 or more.
    """
    numbers = np.asarray(grid)
    if not len(numbers) or numbers[0] < 1 or (np.diff(numbers) <= 0).any():
        raise ValueError(f"grid: {list(grid)}; give numbers of samples that rise, from 1 or more")
    rng = np.random.default_rng([seed, *survey.name.encode()])
    found = KINDS[survey.kind].simulate(told, survey, grid, rng)
    columns = [f"{survey.name}, {survey.kind} {i + 1}" for i in range(found.shape[2])]
    return {int(n): pd.DataFrame(values, columns=columns) for n, values in zip(grid, found, strict=True)}


def known_by(told: StudyDraws, survey: Survey) -> list[str]:
    """Return the columns of a study's draws that a survey's data are about; none where they do not vary.

    Parameters
    ----------
    told : StudyDraws
        Draws of the study.
    survey : Survey
        The survey.
    """
    return [name for name in KINDS[survey.kind].knows(told, survey) if name in told.parameters]


def can_be_simulated(quantity: str) -> bool:
    """Return whether there is a measurement model for samples of a quantity.

    Parameters
    ----------
    quantity : str
        Its name, or that of a composite.
    """
    return quantity in _KIND_OF or (quantities() | composites())[quantity].support in FAMILIES


def averages(draw: Draw, grid: Sequence[int]) -> Floats:
    """Return averages over the first n samples for each n of a grid, from averages over the samples in between.

    Parameters
    ----------
    draw : callable
        From a number of samples to their averages, each time of new samples.
    grid : sequence of int
        Rising.
    """
    found: list[Floats] = []
    before = 0
    for n in grid:
        new = draw(n - before)
        found.append(new if not found else (before * found[-1] + (n - before) * new) / n)
        before = n
    return np.stack(found)


def _definition(name: str) -> Quantity:
    return (quantities() | composites() | instruments() | readings())[name]


def _spread(told: StudyDraws, name: str, rng: np.random.Generator) -> Floats:
    """Return the coefficient of variation of single samples: of the posterior, or of the prior where no row told."""
    alike = _definition(name).scatter_of or name
    if "scatter_of" in told.hierarchy.coords and alike in told.hierarchy["scatter_of"].values:
        draws = told.hierarchy["scatter"].sel(scatter_of=alike)
        return np.asarray(draws.transpose("chain", "draw").values, dtype=float).ravel()
    stated = _definition(alike).scatter
    log_sd = np.log(stated.q95 / stated.q05) / (2 * Z95)
    return np.asarray(stated.q50 * np.exp(log_sd * rng.standard_normal(told.size)))


def _averaged(told: StudyDraws, name: str, mean: Floats, rng: np.random.Generator) -> Draw:
    """Return how averages of samples with a mean are drawn: Beta or Gamma, of as many times the precision."""
    definition = _definition(name)
    family = FAMILIES[definition.support]
    alike = _definition(definition.scatter_of or name)
    precision = family.precision(_spread(told, name, rng), scatter_levels([alike])[0])
    if definition.support == "fraction":
        mean = np.clip(mean, _EDGE, 1.0 - _EDGE)
    return lambda m: family.simulate(rng, mean, family.averaged(precision, np.asarray(float(m))))


def _background(told: StudyDraws, name: str, rng: np.random.Generator) -> Floats:
    """Return what stands between a measurement and its quantity, at a place where nothing is known of it yet."""
    definition = instruments()[name]
    low, high = (float(link(definition.support, q)) for q in (definition.prior.q05, definition.prior.q95))
    standard = rng.standard_normal(told.size)
    return inverse_link(definition.support, 0.5 * (low + high) + (high - low) / (2 * Z95) * standard)


def _mean(told: StudyDraws, quantity: str, species: str, site: str) -> Floats:
    """Return the draws of a quantity as it is used at a place, or of a composite of such quantities."""
    parts = composites()[quantity].composite_of if quantity in composites() else ()
    if parts:
        return np.asarray(composed(quantity, [_mean(told, part, species, site) for part in parts]))
    levels = quantities()[quantity].levels
    where = (species if "species" in levels else "", site if "site" in levels else "")
    return told.parameters[label(quantity, *where)].to_numpy(dtype=float)


def _own(told: StudyDraws, survey: Survey) -> list[str]:
    definition = _definition(survey.quantity)
    found = []
    for part in definition.composite_of or (survey.quantity,):
        levels = quantities()[part].levels
        site = survey.site if "site" in levels else ""
        found.append(label(part, survey.species if "species" in levels else "", site))
    return found


def _samples(told: StudyDraws, survey: Survey, grid: Sequence[int], rng: np.random.Generator) -> Floats:
    mean = _mean(told, survey.quantity, survey.species, survey.site)
    return averages(_averaged(told, survey.quantity, mean, rng), grid)[..., None]


def _incubations(told: StudyDraws, survey: Survey, grid: Sequence[int], rng: np.random.Generator) -> Floats:
    """Uptake over carbon flux, whose error all cores of a site share."""
    parts = [_mean(told, name, "", survey.site) for name in _OXYGEN[:3]]
    mean = composed("oxygen_per_flux", [*parts, _background(told, _OXYGEN[3], rng)], [1.0])
    return averages(_averaged(told, "oxygen_per_flux", np.asarray(mean), rng), grid)[..., None]


def _shells(told: StudyDraws, survey: Survey, grid: Sequence[int], rng: np.random.Generator) -> Floats:
    """Shell carbonates; one measured water and one tissue serve all of them, and so do their errors."""
    dic, tissue = (DEFAULT_SD[name] * rng.standard_normal(told.size) for name in ("d13c_dic", "d13c_tissue"))
    offset = isotopes.OFFSET_SD * rng.standard_normal(told.size)
    fraction = told.parameters[label("respired_shell_fraction", survey.species, survey.site)].to_numpy()
    enrichment = told.parameters[_enrichment(survey)].to_numpy()
    mean = shell_isotopes(fraction, RESPIRED_LESS_DIC + tissue + offset, dic, enrichment)
    if "isotope_scatter" in told.hierarchy:
        scatter = told.hierarchy["isotope_scatter"].transpose("chain", "draw").values.ravel()
    else:
        scatter = isotopes.SCATTER_MEDIAN * np.exp(isotopes.SCATTER_LOG_SD * rng.standard_normal(told.size))
    sd = np.hypot(scatter, DEFAULT_SD["d13c_shell"])
    return averages(lambda m: rng.normal(mean, sd / np.sqrt(m)), grid)[..., None]


def _enrichment(survey: Survey) -> str:
    known = taxa().taxa
    mineral = known[survey.species].mineral if survey.species in known else "calcite"
    return label(f"isotope_enrichment[{mineral}]")


def _traps(told: StudyDraws, survey: Survey, grid: Sequence[int], rng: np.random.Generator) -> Floats:
    """Catches under the farm and beside it, of as many traps each."""
    background = _background(told, "background_deposition", rng)
    rate = told.parameters[label("biodeposition_rate", survey.species, survey.site)].to_numpy()
    catch = np.asarray(composed("trap_catch", [background, rate], [TRAP_AREA_M2, TRAP_INDIVIDUALS]))
    under = averages(_averaged(told, "trap_catch", catch, rng), grid)
    beside = averages(_averaged(told, "background_deposition", background, rng), grid)
    # Where the controls are few, what fell under the farm tells something by itself.
    return np.stack([(under - TRAP_AREA_M2 * beside) / TRAP_INDIVIDUALS, under], axis=-1)


def _gears(told: StudyDraws, survey: Survey, grid: Sequence[int], rng: np.random.Generator) -> Floats:
    """Fouler shares of weighed gears, and the kinds of the foulers."""
    found = []
    ratio = label("fouling_ratio", survey.species, survey.site)
    if ratio in told.parameters:
        mean = told.parameters[ratio].to_numpy()
        found.append(averages(_averaged(told, "fouling_ratio", mean, rng), grid))
    mix = np.column_stack([told.parameters[name] for name in _mix(survey)])
    if "fouler_mix_concentration" in told.hierarchy:
        drawn = told.hierarchy["fouler_mix_concentration"].transpose("chain", "draw").values.ravel()
    else:
        drawn = fouling.CONCENTRATION_MEDIAN * np.exp(
            fouling.CONCENTRATION_LOG_SD * rng.standard_normal(told.size)
        )

    def kinds(m: int) -> Floats:
        # Concentration at which a Dirichlet has the mean and variance of the average of m of them.
        averaged = (m * (drawn + 1.0) - 1.0)[:, None]
        masses = np.log(np.maximum(rng.gamma(averaged * mix), np.finfo(float).tiny))
        return np.asarray(softmax(masses, axis=1))

    shares = averages(kinds, grid)
    return np.stack([*found, *(shares[..., i] for i in range(shares.shape[-1] - 1))], axis=-1)


def _mix(survey: Survey) -> list[str]:
    return [label(f"fouler_mix[{taxon}]", "", survey.site) for taxon in TAXA]


_KIND_OF = {
    "burial_fraction": "cores",
    "oxygen_visible_share": "incubations",
    "respired_shell_fraction": "shells",
    "biodeposition_rate": "traps",
    "fouling_ratio": "gears",
    "fouler_mix": "gears",
}
#: How surveys are simulated, by kind: closed, as every measurement model is.
KINDS: Mapping[str, Kind] = {
    "samples": Kind(_own, _samples),
    "cores": Kind(_own, _samples),
    "incubations": Kind(
        lambda told, survey: [label(name, "", survey.site) for name in _OXYGEN[:3]], _incubations
    ),
    "shells": Kind(lambda told, survey: [*_own(told, survey), _enrichment(survey)], _shells),
    "traps": Kind(_own, _traps),
    "gears": Kind(
        lambda told, survey: [label("fouling_ratio", survey.species, survey.site), *_mix(survey)], _gears
    ),
}
