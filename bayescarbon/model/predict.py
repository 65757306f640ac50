"""From sampled nodes to every quantity that the accounting reads, on every draw.

Nodes without data below them are drawn here from their exact conditional, normal about their parent, so a farm
without a sample of a quantity is as uncertain as the spread between groups, species and sites says.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from scipy.special import softmax

from bayescarbon.accounting.bounds import bounded_organic_share, bounded_respiration_ratio
from bayescarbon.evidence.quantities import inverse_link, quantities
from bayescarbon.model.build import Specification
from bayescarbon.model.dilution import DILUTION, diluted_by
from bayescarbon.model.layout import FOULER_QUANTITIES, SHELLED_TAXA, TAXA
from bayescarbon.model.priors import LEVEL_LOG_SD


def complete(
    specification: Specification, sampled: Mapping[str, np.ndarray], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Extend draws of the informed nodes and scales to all of them.

    Parameters
    ----------
    specification : Specification
        Layout, and which part of it was sampled.
    sampled : mapping
        ``eta`` (sample, informed node) and ``level_sd`` (sample, informed level).
    rng : numpy.random.Generator
        Source of the conditional draws.

    Returns
    -------
    eta : array (sample, node)
        Link of the annual mean at every node of the layout.
    sd : array (sample, level)
        Standard deviation of every level of every item.
    """
    layout, informed = specification.layout, specification.informed
    size = len(sampled["eta"])
    eta = np.empty((size, layout.n_nodes))
    eta[:, informed.nodes] = sampled["eta"]
    sd = np.exp(np.log(layout.sd_median) + LEVEL_LOG_SD * rng.standard_normal((size, len(layout.sd_median))))
    sd[:, informed.sds] = sampled["level_sd"]
    known = np.zeros(layout.n_nodes, dtype=bool)
    known[informed.nodes] = True
    rates = diluted_by(layout)
    level, parent, scale = (np.array(column) for column in (layout.level, layout.parent, layout.sd))
    for depth in range(-1, int(level.max()) + 1):
        new = np.flatnonzero((level == depth) & ~known)
        noise = rng.standard_normal((size, len(new)))
        if depth < 0:
            priors = [layout.items[i].prior for i in new]
            eta[:, new] = np.array([p.location for p in priors]) + noise * np.array([p.sd_mu for p in priors])
        else:
            eta[:, new] = eta[:, parent[new]] + sd[:, scale[new]] * noise
            diluted = np.flatnonzero(rates[new] >= 0)
            node, rate = new[diluted], rates[new[diluted]]
            standard = (eta[:, rate] - eta[:, parent[rate]]) / sd[:, scale[rate]]
            effect = DILUTION * standard + np.sqrt(1 - DILUTION**2) * noise[:, diluted]
            eta[:, node] = eta[:, parent[node]] + sd[:, scale[node]] * effect
    return eta, sd


def natural_mean(specification: Specification, eta: np.ndarray, name: str, nodes: np.ndarray) -> np.ndarray:
    """Return the annual mean of an item at some of its nodes on the natural scale, (sample, node).

    Parameters
    ----------
    specification : Specification
        Knows the item's support.
    eta : array (sample, node)
        Draws of the hierarchy.
    name : str
        Item.
    nodes : array of int
        Nodes of that item.
    """
    layout = specification.layout
    return inverse_link(layout.items[layout.item_index(name)].quantity.support, eta[:, nodes])


def quantity_draws(specification: Specification, eta: np.ndarray, chains: int) -> xr.Dataset:
    """Return every quantity of the study under its own name, natural units.

    Parameters
    ----------
    specification : Specification
        Cells of the study.
    eta : array (sample, node)
        Draws of the hierarchy, chains one after the other.
    chains : int
        Number of chains.

    Returns
    -------
    xarray.Dataset
        Quantities along ``stock`` (species at a site), ``site``, ``taxon``, ``mineral`` or none of them, times
        chain and draw; units and definition in the attributes.
    """
    cells = specification.cells
    found: dict[str, xr.DataArray] = {}

    def put(name: str, values: np.ndarray, dims: tuple[str, ...], definition: str) -> None:
        shaped = values.reshape(chains, -1, *values.shape[1:])
        quantity = quantities()[definition]
        attrs = {"units": quantity.unit, "long_name": quantity.definition}
        found[name] = xr.DataArray(shaped, dims=("chain", "draw", *dims), attrs=attrs)

    mixes = [name for name in cells.by_site if name.startswith("fouler_mix[")]
    for name, nodes in cells.by_stock.items():
        put(name, natural_mean(specification, eta, name, nodes), ("stock",), name)
    for name, nodes in cells.by_site.items():
        if name not in mixes:
            put(name, natural_mean(specification, eta, name, nodes), ("site",), name)
    mix = softmax(np.stack([eta[:, cells.by_site[name]] for name in mixes], axis=-1), axis=-1)
    put("fouler_mix", mix, ("site", "taxon"), "fouler_mix")
    minerals = [name for name in cells.single if "[" in name]
    put("isotope_enrichment", eta[:, [cells.single[n] for n in minerals]], ("mineral",), "isotope_enrichment")
    for name, node in cells.single.items():
        if name not in minerals and not name.startswith("ascidian_"):
            put(name, natural_mean(specification, eta, name, np.array([node]))[:, 0], (), name)
    for name in FOULER_QUANTITIES:
        shelled = natural_mean(specification, eta, name, cells.by_taxon[name])
        put(f"fouler_{name}", _with_ascidian(specification, eta, name, shelled), ("taxon",), name)
    dataset = xr.Dataset(found).assign_coords(
        chain=np.arange(chains),
        stock_species=("stock", cells.stocks["species"].to_numpy(dtype=object)),
        stock_site=("stock", cells.stocks["site"].to_numpy(dtype=object)),
        site=cells.sites,
        taxon=list(TAXA),
        mineral=[name[name.index("[") + 1 : -1] for name in minerals],
    )
    return _bounded(dataset)


def _with_ascidian(
    specification: Specification, eta: np.ndarray, name: str, shelled: np.ndarray
) -> np.ndarray:
    """Insert the ascidian at its place among the taxa: its own quantity, or 0 where it has no shell."""
    own = f"ascidian_{name}"
    values = np.zeros((len(shelled), len(TAXA)))
    values[:, [TAXA.index(taxon) for taxon in SHELLED_TAXA]] = shelled
    if own in specification.cells.single:
        node = np.array([specification.cells.single[own]])
        values[:, TAXA.index("ascidian")] = natural_mean(specification, eta, own, node)[:, 0]
    return values


def _bounded(dataset: xr.Dataset) -> xr.Dataset:
    for prefix in ("", "fouler_"):
        share, carbon = dataset[f"{prefix}shell_organic_share"], dataset[f"{prefix}shell_carbon"]
        shelled = carbon > 0
        bounded = xr.where(shelled, bounded_organic_share(share, carbon.where(shelled, 1.0)), 0.0)
        dataset[f"{prefix}shell_organic_share"] = bounded.transpose(*share.dims).assign_attrs(share.attrs)
        ratio, fraction = dataset[f"{prefix}respiration_ratio"], dataset[f"{prefix}respired_shell_fraction"]
        lifted = bounded_respiration_ratio(ratio, fraction, dataset[f"{prefix}shell_organic_share"])
        lifted = xr.where(shelled, lifted, ratio)
        dataset[f"{prefix}respiration_ratio"] = lifted.transpose(*ratio.dims).assign_attrs(ratio.attrs)
    return dataset
