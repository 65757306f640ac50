"""Which numbers the hierarchy has: items, nodes and cells.

An *item* is one scalar on a link scale with its own prior (a quantity; a component of a simplex; a mineral).
A *node* is an item at one group, species or site: the overall mean mu plus the effects down to that level.
A *cell* is a node at the item's deepest level: what an observation sees and what the accounting multiplies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from bayescarbon.evidence.quantities import Z95, Quantiles, Quantity, instruments, quantities
from bayescarbon.model.priors import LinkPrior, link_prior, simplex_priors
from bayescarbon.study import Study

LEVELS = ("group", "species", "site")
TAXA = ("mussel", "oyster", "ascidian", "other")
SHELLED_TAXA = ("mussel", "oyster", "other")
# Quantities of the foulers themselves. They share one new site for the whole study: what is unknown about them is the
# same unknown at every farm of the study, so it must not average out over farms.
FOULER_QUANTITIES = (
    "dry_fraction",
    "shell_share",
    "shell_carbon",
    "tissue_carbon",
    "shell_organic_share",
    "respired_shell_fraction",
    "respiration_ratio",
)
ASCIDIAN_QUANTITIES = ("ascidian_dry_fraction", "ascidian_tissue_carbon", "ascidian_respiration_ratio")
FOULER_SITE = "foulers"

type Key = tuple[str, str, str, str]  # item, group, species, site; blank where the item lacks the level


@dataclass(frozen=True)
class Item:
    """One scalar of the hierarchy on its link scale."""

    name: str
    quantity: Quantity
    prior: LinkPrior
    stated: Quantiles


@dataclass
class Layout:
    """Items and nodes, in an order in which every parent stands before its children.

    Attributes
    ----------
    items : list of Item
        Item i is node i: its overall mean mu.
    keys : list of Key
        One per node.
    item, level, parent, sd : list of int
        Per node: its item, its level (-1 for mu), its parent node and the index of its level's sd (-1 for mu).
    sd_median, sd_name : list
        Median and name of every level standard deviation.
    seasonal : dict
        Item name -> position among the seasonal effects, for items of which some row names a season.
    """

    items: list[Item] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    item: list[int] = field(default_factory=list)
    level: list[int] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    sd: list[int] = field(default_factory=list)
    sd_median: list[float] = field(default_factory=list)
    sd_name: list[str] = field(default_factory=list)
    seasonal: dict[str, int] = field(default_factory=dict)
    _index: dict[Key, int] = field(default_factory=dict)
    _sd_index: dict[tuple[int, int], int] = field(default_factory=dict)
    _item_index: dict[str, int] = field(default_factory=dict)

    @property
    def n_nodes(self) -> int:
        """Number of nodes, the overall means included."""
        return len(self.keys)

    def support(self) -> np.ndarray:
        """Support of every node, as text."""
        return np.array([self.items[i].quantity.support for i in self.item])

    def item_index(self, name: str) -> int:
        """Return the index of an item, which is also the node of its overall mean."""
        return self._item_index[name]

    def add_item(self, item: Item) -> None:
        """Append an item with its overall mean and its level standard deviations."""
        if self.n_nodes != len(self.items):
            raise ValueError("items must be added before nodes")
        index = len(self.items)
        self.items.append(item)
        self._item_index[item.name] = index
        for name, median in zip(item.quantity.levels, item.prior.level_sd, strict=False):
            if name in LEVELS:
                self._sd_index[index, LEVELS.index(name)] = len(self.sd_median)
                self.sd_median.append(median)
                self.sd_name.append(f"{item.name}, {name}")
        self._append((item.name, "", "", ""), index, -1, index, -1)

    def cell(self, name: str, group: str, species: str, site: str) -> int:
        """Return the node of an item at a place, making it and its ancestors where they are new."""
        levels = self.items[self._item_index[name]].quantity.levels
        node = self._item_index[name]
        place = {"group": group, "species": species, "site": site}
        key: list[str] = [name, "", "", ""]
        for depth, level in enumerate(LEVELS):
            if level not in levels:
                continue
            key[depth + 1] = place[level]
            if level == "species":
                key[1] = group
            found = self._index.get((key[0], key[1], key[2], key[3]))
            node = found if found is not None else self._grow(key, self._item_index[name], depth, node)
        return node

    def _grow(self, key: list[str], item: int, depth: int, parent: int) -> int:
        return self._append(
            (key[0], key[1], key[2], key[3]), item, depth, parent, self._sd_index[item, depth]
        )

    def _append(self, key: Key, item: int, level: int, parent: int, sd: int) -> int:
        self._index[key] = len(self.keys)
        self.keys.append(key)
        self.item.append(item)
        self.level.append(level)
        self.parent.append(parent)
        self.sd.append(sd)
        return len(self.keys) - 1


def farm_site(site: str) -> str:
    """Return the hierarchy's name of a site of the study; it never meets a literature study's site."""
    return f"farm:{site}"


def evidence_site(origin: str, source: str, site: str) -> str:
    """Return the hierarchy's site of an evidence row: a literature study at a place is a site of its own."""
    return farm_site(site) if origin == "farm" else f"{source}:{site}"


def start_layout(study: Study, seasonal: set[str]) -> Layout:
    """Return a layout with every item and its prior, the study's own priors in place, and no node below mu."""
    layout = Layout()
    for name, quantity in (quantities() | instruments()).items():
        stated = stated_quantiles(study, quantity)
        if quantity.support == "simplex":
            components = tuple((q.q05, q.q50, q.q95) for q in quantity.by.values())
            shares = tuple(quantity.shares[s] for s in ("mu", *quantity.levels))
            for component, prior in zip(quantity.by, simplex_priors(components, shares), strict=True):
                layout.add_item(Item(f"{name}[{component}]", quantity, prior, quantity.by[component]))
        elif quantity.by:
            for part, quantiles in quantity.by.items():
                half = (quantiles.q95 - quantiles.q05) / 2
                prior = LinkPrior((quantiles.q95 + quantiles.q05) / 2, half / Z95, ())
                layout.add_item(Item(f"{name}[{part}]", quantity, prior, quantiles))
        else:
            prior = link_prior(quantity, stated)
            layout.add_item(Item(name, quantity, prior, stated))
            if name in seasonal:
                layout.seasonal[name] = len(layout.seasonal)
    return layout


def stated_quantiles(study: Study, quantity: Quantity) -> Quantiles:
    """Return the prior in force for a quantity: the study's where it states one, else the shipped one."""
    own = study.priors.get(quantity.name)
    return own.quantiles if own is not None else quantity.prior


@dataclass(frozen=True)
class StudyCells:
    """Nodes that the accounting of a study reads.

    Attributes
    ----------
    stocks : DataFrame
        The distinct (species, group, site) of the harvest.
    sites : list of str
        The distinct sites of the harvest.
    by_stock, by_site, by_taxon : mapping of item name to array of node
        Along `stocks`, along `sites`, along SHELLED_TAXA.
    single : mapping of item name to node
        One value per study.
    """

    stocks: pd.DataFrame
    sites: list[str]
    by_stock: Mapping[str, np.ndarray]
    by_site: Mapping[str, np.ndarray]
    by_taxon: Mapping[str, np.ndarray]
    single: Mapping[str, int]


def study_cells(layout: Layout, study: Study) -> StudyCells:
    """Make the nodes that the accounting of `study` needs and return where they are."""
    stocks = study.harvest[["species", "group", "site"]].drop_duplicates().reset_index(drop=True)
    sites = list(dict.fromkeys(study.harvest["site"]))
    by_stock: dict[str, np.ndarray] = {}
    by_site: dict[str, np.ndarray] = {}
    single: dict[str, int] = {}
    for item in layout.items:
        name = item.name
        if item.quantity.name in instruments():
            continue
        if "species" in item.quantity.levels:
            places = zip(stocks["group"], stocks["species"], stocks["site"], strict=True)
            by_stock[name] = np.array([layout.cell(name, g, s, farm_site(where)) for g, s, where in places])
        elif "site" in item.quantity.levels:
            by_site[name] = np.array([layout.cell(name, "", "", farm_site(site)) for site in sites])
        else:
            single[name] = layout.item_index(name)
    by_taxon = {
        name: np.array([layout.cell(name, taxon, f"fouling {taxon}", FOULER_SITE) for taxon in SHELLED_TAXA])
        for name in FOULER_QUANTITIES
    }
    return StudyCells(stocks, sites, by_stock, by_site, by_taxon, single)
