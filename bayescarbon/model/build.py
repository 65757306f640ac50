"""From a study to one `pm.Model`: literature and farm rows together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pymc as pm

from bayescarbon.evidence.quantities import Z95
from bayescarbon.evidence.table import SEASONS
from bayescarbon.model.families import Tensor
from bayescarbon.model.hierarchy import Informed, hierarchy, informed_part, node_label, observed_means
from bayescarbon.model.layout import Layout, StudyCells, start_layout, study_cells
from bayescarbon.model.likelihood import direct_log_likelihood
from bayescarbon.model.measurements import MEASUREMENT_MODELS, Term
from bayescarbon.model.observations import Observations, observe, seasonal_items
from bayescarbon.model.places import pick
from bayescarbon.model.seasons import contrast_labels, season_contrasts
from bayescarbon.study import Study
from bayescarbon.study.overlaps import literature_beside


@dataclass(frozen=True)
class Specification:
    """A study as the model sees it, before any PyMC variable exists.

    Attributes
    ----------
    layout : Layout
        Items and nodes.
    cells : StudyCells
        Nodes that the accounting reads.
    observations : Observations
        Evidence rows, and the rows of instruments, with their targets.
    terms : tuple of Term
        Likelihoods of the tables that are no samples of one mean.
    informed : Informed
        What data inform.
    """

    layout: Layout
    cells: StudyCells
    observations: Observations
    terms: tuple[Term, ...]
    informed: Informed


def evidence_for(study: Study, literature: bool = True) -> pd.DataFrame:
    """Return every row that enters the likelihood once: the farm's, and the literature's that the farm does not cite.

    Parameters
    ----------
    study : Study
        Its evidence rows come first, then what its instruments read.
    literature : bool
        Whether the shipped literature enters.
    """
    own = study.evidence
    read = [model.rows(study) for model in MEASUREMENT_MODELS if model.rows is not None]
    published = [literature_beside(own, study.budget)] if literature else []
    return pd.concat([own, *(rows for rows in read if len(rows)), *published], ignore_index=True)


def specify(study: Study, literature: bool = True) -> Specification:
    """Lay out the hierarchy of a study: which items, nodes, targets and statistics it has."""
    evidence = evidence_for(study, literature)
    layout = start_layout(study, seasonal_items(evidence))
    cells = study_cells(layout, study)
    observations = observe(layout, evidence)
    found = [model.term(layout, study) for model in MEASUREMENT_MODELS if model.term is not None]
    terms = tuple(term for term in found if term is not None)
    return Specification(layout, cells, observations, terms, informed_part(layout, observations, terms))


def build_model(study: Study, literature: bool = True) -> pm.Model:
    """Build the model of a study.

    Parameters
    ----------
    study : Study
        As read by `read_study`.
    literature : bool
        Whether the shipped literature rows enter beside the study's own.

    Returns
    -------
    pymc.Model
        With the overall means ``mu`` and level scales ``level_sd`` on the link scale, the nodes ``eta``, seasonal
        effects ``season_effect``, the ``scatter`` of samples and the observed arithmetic means
        ``observed_mean`` in natural units. Nodes without data below them are not in it: `fit` draws them from their
        conditional.
    """
    return model_of(specify(study, literature))


def model_of(specification: Specification) -> pm.Model:
    """Turn a specification into PyMC variables."""
    layout, informed, observations = specification.layout, specification.informed, specification.observations
    coords = {
        "item": [layout.items[i].name for i in informed.items],
        "level": [layout.sd_name[sd] for sd in informed.sds],
        "node": [node_label(layout, node) for node in informed.nodes],
        "effect_node": [node_label(layout, node) for node in informed.nodes[len(informed.items) :]],
        "seasonal": informed.seasonal,
        "season": list(SEASONS),
        "seasonal_contrast": contrast_labels(informed.seasonal),
        "scatter_of": observations.scatter_names,
    }
    # Every parameter of a prior is a constant or a positive variable, so none is checked at every step.
    with pm.Model(coords=coords, check_bounds=False) as model:
        contrast = None
        if informed.seasonal:
            contrast = season_contrasts(layout, informed.seasonal, informed.season_weights)
        eta = hierarchy(layout, informed, contrast)
        if len(observations.rows):
            mean = observed_means(layout, informed, observations.targets, eta, contrast)
            mean = pm.Deterministic("observed_mean", mean)
            pm.Potential("rows", direct_log_likelihood(observations, mean, scatter(observations)))
        place = {node: position for position, node in enumerate(informed.nodes)}
        for term in specification.terms:
            density = term.log_likelihood(lambda nodes: pick(eta, np.array([place[node] for node in nodes])))
            pm.Potential(f"{term.table}_rows", density)
    return model


def scatter(observations: Observations) -> Tensor:
    """Add the coefficients of variation of single samples to the model in context.

    Parameters
    ----------
    observations : Observations
        Which of them there are.

    Returns
    -------
    tensor (scatter_of,)
    """
    stated = [q.scatter for q in observations.scatter]
    median, low, high = (np.array([getattr(one, end) for one in stated]) for end in ("q50", "q05", "q95"))
    return pm.LogNormal("scatter", np.log(median), np.log(high / low) / (2 * Z95), dims="scatter_of")
