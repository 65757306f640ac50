"""What n samples would be worth for every n, and which n is best: expected net benefit of sampling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.interpolate import PchipInterpolator

from bayescarbon.evidence.quantities import composites, quantities
from bayescarbon.information.sample_information import evsi
from bayescarbon.information.studies import StudyDraws
from bayescarbon.information.surveys import Survey, can_be_simulated, known_by, simulated
from bayescarbon.information.worth import Terms
from bayescarbon.issuance.statistics import Floats

#: Numbers of samples at which a survey is simulated; between them its value is interpolated.
GRID = (1, 3, 10, 30, 100)
#: Numbers of samples that a plan chooses from.
ROUND = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100)
#: Samples that can be taken where `sampling` sets no limit.
MOST = 100


@dataclass(frozen=True)
class Curve:
    """What samples of a survey would be worth, beside data that will be had anyway.

    Attributes
    ----------
    survey : Survey
        The survey.
    table : DataFrame
        Indexed by n: evsi, evsi_se, issuance_gain, issuance_gain_se, residual_check, as in `evsi`.
    """

    survey: Survey
    table: pd.DataFrame

    def loss(self, n: int | Floats) -> Floats:
        """Return the loss that n samples save, t CO2e weighted by p and 1 - p, between the simulated n interpolated."""
        return self._between(self.table["evsi"].to_numpy(), n)

    def gain(self, n: int | Floats) -> Floats:
        """Return the credits that n samples are expected to free, t CO2e."""
        return self._between(self.table["issuance_gain"].to_numpy(), n)

    def _between(self, values: Floats, n: int | Floats) -> Floats:
        known = np.log(self.table.index.to_numpy(dtype=float))
        asked = np.log(np.maximum(np.asarray(n, dtype=float), 1.0))
        found = PchipInterpolator(known, values)(asked) if len(known) > 1 else np.full(asked.shape, values[0])
        return np.where(np.asarray(n) > 0, found, 0.0)

    def net(self, terms: Terms) -> Floats:
        """Return value less cost of 0, 1, 2 ... samples, study currency."""
        numbers = np.arange(self.survey.most + 1)
        worth = terms.price * terms.served * self.loss(numbers.astype(float)) / terms.level
        return worth - np.array([self.survey.cost(int(n)) for n in numbers])

    def best(self, terms: Terms, budget: float = np.inf) -> int:
        """Return the number of samples whose value exceeds their cost by most; 0 where none pays.

        Parameters
        ----------
        terms : Terms
            What a credit is worth.
        budget : float
            What may be spent at most.
        """
        costs = np.array([self.survey.cost(n) for n in range(self.survey.most + 1)])
        return int(np.argmax(np.where(costs <= budget, self.net(terms), -np.inf)))


def grid_to(most: int) -> tuple[int, ...]:
    """Return the numbers of samples at which a survey of at most so many is simulated."""
    return (*(n for n in GRID if n < most), most)


def offered(most: int) -> tuple[int, ...]:
    """Return the numbers of samples of which a plan may choose one, up to a limit."""
    return (*(n for n in ROUND if n < most), most)


def curve(
    told: StudyDraws,
    survey: Survey,
    terms: Terms,
    seed: int = 0,
    *,
    beside: Sequence[pd.DataFrame] = (),
    grid: Sequence[int] | None = None,
) -> Curve:
    """Return what samples of a survey would be worth.

    Parameters
    ----------
    told : StudyDraws
        The posterior before it.
    survey : Survey
        The survey.
    terms : Terms
        What is decided.
    seed : int
        Of the simulated data.
    beside : sequence of DataFrame
        Simulated data of other surveys that are made in any case. The values are those of all data together.
    grid : sequence of int, optional
        Numbers of samples, rising.
    """
    data = simulated(told, survey, grid if grid is not None else grid_to(survey.most), seed)
    known = known_by(told, survey)
    bound = told.parameters[known] if known and not beside else None
    table = evsi(
        told.outcome,
        {n: pd.concat([*beside, one], axis=1) for n, one in data.items()},
        p=terms.level,
        rule=terms.decides,
        seed=seed,
        quantity=None if bound is None else {"all": bound},
        rising=True,
    )
    return Curve(survey, table)


def surveys(told: StudyDraws, sampling: pd.DataFrame) -> tuple[list[Survey], list[str]]:
    """Return the surveys whose cost is known, one for each place to which a row applies.

    Parameters
    ----------
    told : StudyDraws
        Draws of the study.
    sampling : DataFrame
        The study's table: quantity, cost_per_sample, fixed_cost, max_samples, site, species. A row that names a site or
        a species goes before one that holds for all.

    Returns
    -------
    surveys : list of Survey
        In the order of the rows.
    left_out : list of str
        Quantities that have no measurement model to simulate, or are known already at every place of the study.
    """
    found: dict[tuple[str, str, str], Survey] = {}
    left_out = []
    named = (sampling[["site", "species"]] != "").sum(axis=1)
    for row in sampling.loc[named.sort_values(ascending=False, kind="stable").index].to_dict("records"):
        quantity = str(row["quantity"])
        places = _places(told, quantity) if can_be_simulated(quantity) else []
        if not places:
            left_out.append(quantity)
        for species, site in places:
            asked = (not row["site"] or not site or row["site"] == site) and (
                not row["species"] or not species or row["species"] == species
            )
            if asked:
                most = row["max_samples"]
                survey = Survey(
                    quantity,
                    species,
                    site,
                    float(row["cost_per_sample"]),
                    float(row["fixed_cost"]),
                    MOST if np.isnan(most) else int(most),
                )
                found.setdefault((quantity, species, site), survey)
    return list(found.values()), list(dict.fromkeys(left_out))


def _places(told: StudyDraws, quantity: str) -> list[tuple[str, str]]:
    """Return species and site of every place at which a quantity or composite of the study is not known yet."""
    definition = (quantities() | composites())[quantity]
    if definition.composite_of:
        parts = [set(_places(told, part)) for part in definition.composite_of]
        return [pair for pair in told.stocks if all(pair in part for part in parts)]
    frame = told.places
    if definition.support == "simplex":
        own = frame[frame["quantity"].str.startswith(f"{quantity}[")]
    else:
        own = frame[frame["quantity"] == quantity]
    return list(dict.fromkeys(zip(own["species"], own["site"], strict=True)))
