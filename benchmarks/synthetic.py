"""Synthetic studies of any number of sites, to see how time and memory grow with a study.

`data/studies/synthetic-bay` is the place for recovering truths: its tables are as ragged as real ones. Here every
site has the same rows, so that only the number of sites changes from one study to the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import numpy as np

from bayescarbon.evidence.quantities import Quantity, inverse_link, link, quantities

SPECIES = ("Argopecten irradians", "Magallana gigas", "Ruditapes philippinarum")
CYCLE_DAYS = (240, 360, 730)
QUANTITIES = (
    "dry_fraction",
    "shell_share",
    "shell_carbon",
    "tissue_carbon",
    "live_weight",
    "biodeposition_rate",
    "biodeposit_carbon",
    "burial_fraction",
)
METHOD = {"burial_fraction": "core"}
LEAST = 1e-4  # below it a laboratory would print a zero, and a zero needs its detection limit
Z95 = 1.6448536269514722


def write_study(folder: Path, sites: int, rows: int = 10, seed: int = 1) -> Path:
    """Write a study with one batch per site and the same number of own samples of every quantity everywhere.

    Site i grows species i modulo 3. Overall means are the medians of the stated priors; the species lie half
    a stated standard deviation apart, sites scatter as stated; samples are Gamma or, for fractions, Beta, with the
    stated median coefficient of variation. Samples have no season.

    Parameters
    ----------
    folder : Path
        Where ``study.toml``, ``harvest.csv`` and ``evidence.csv`` go; made if it is missing.
    sites : int
        Number of sites, and of batches.
    rows : int
        Samples per site and quantity.
    seed : int
        Same arguments, same bytes.

    Returns
    -------
    Path
        The folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    width = len(str(sites))
    names = [f"site {i + 1:0{width}d}" for i in range(sites)]
    title = f"Synthetic benchmark, {sites} sites, seed {seed}"
    _write(folder / "study.toml", [f'title = "{title}"'])
    _write(folder / "harvest.csv", _harvest(names, seed))
    _write(folder / "evidence.csv", _evidence(names, rows, seed))
    return folder


def _write(path: Path, lines: Iterator[str] | list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _harvest(names: list[str], seed: int) -> Iterator[str]:
    tonnes = 100 * np.exp(np.random.default_rng([seed, 0]).normal(size=len(names)))
    yield "batch,site,species,harvest_t,cycle_days"
    for i, name in enumerate(names):
        yield f"batch {name[5:]},{name},{SPECIES[i % 3]},{tonnes[i]:.4g},{CYCLE_DAYS[i % 3]}"


def _evidence(names: list[str], rows: int, seed: int) -> Iterator[str]:
    yield "quantity,unit,value,species,site,method"
    for name in QUANTITIES:
        quantity = quantities()[name]
        values = samples(quantity, len(names), rows, seed)
        for i, site in enumerate(names):
            species = SPECIES[i % 3] if "species" in quantity.levels else ""
            tail = f"{species},{site},{METHOD.get(name, '')}"
            yield from (f"{name},{quantity.unit},{value:.5g},{tail}" for value in values[i])


def samples(quantity: Quantity, sites: int, rows: int, seed: int) -> np.ndarray:
    """Draw the samples of one quantity.

    Parameters
    ----------
    quantity : Quantity
        A fraction or a positive quantity.
    sites, rows : int
        How many.
    seed : int
        The stream also depends on the quantity's name, so that a quantity more does not redraw the others.

    Returns
    -------
    array (site, row)
        In the quantity's unit.
    """
    rng = np.random.default_rng([seed, crc32(quantity.name.encode())])
    low, middle, high = link(quantity.support, quantity.prior.as_tuple())
    sd = {level: (high - low) / (2 * Z95) * np.sqrt(share) for level, share in quantity.shares.items()}
    # One species of each group: its effect is that of the group and its own. Apart, but never far out: the same
    # species have rows in the literature, and a seed that contradicts them all would make a harder study of any size.
    species = rng.permutation([-0.5, 0.0, 0.5]) * np.hypot(sd.get("group", 0.0), sd.get("species", 0.0))
    eta = middle + species[np.arange(sites) % 3] + rng.normal(size=sites) * sd["site"]
    theta = inverse_link(quantity.support, eta)[:, None]
    squared = quantity.scatter.q50**2
    if quantity.support == "positive":
        return rng.gamma(1 / squared, theta * squared, size=(sites, rows))
    median = quantity.prior.q50
    precision = (1 - median) / (median * squared) - 1
    drawn = rng.beta(theta * precision, (1 - theta) * precision, size=(sites, rows))
    return np.clip(drawn, LEAST, 1 - LEAST)
