"""A world drawn from the stated priors: the true mean of every quantity at every place of the bay.

Priors are read from their files in `priors/`, not through the package.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np

FOULER_GROUPS = ("mussel", "oyster", "other")
FOULER_QUANTITIES = (
    "dry_fraction",
    "shell_share",
    "shell_carbon",
    "tissue_carbon",
    "shell_organic_share",
    "respired_shell_fraction",
    "respiration_ratio",
)
CARBONATE_CARBON = 12.011 / 100.09  # t C / t CaCO3
Z95 = 1.6448536269514722
LEVEL_LOG_SD = 0.5  # of the level standard deviations: away from zero, as the model has them
RANGE_OF_FOUR = 1.98  # median range of four standard normals: from a swing to a standard deviation
RANGE_LOG_SD = (
    0.37  # sd of its logarithm above the median: the spread of a swing that a fixed sd makes by itself
)
# Where the water is full of mineral particles, animals drop more and what they drop holds less carbon: quantity ->
# the quantity whose site effects its own follow, and their correlation. The one that is followed stands before it in
# the priors' files, so that it is drawn first.
FOLLOWS = {"biodeposit_carbon": ("biodeposition_rate", -0.5)}
WATER = {
    "temperature_c": (15, 7),
    "salinity": (30, 3),
    "alkalinity_umol_kg": (2250, 120),
    "pco2_uatm": (430, 130),
}
PRIORS = Path(__file__).resolve().parents[3] / "priors"

type Place = tuple[str, str]  # species, site; blank where the quantity lacks the level


@dataclass
class World:
    """The truth.

    Attributes
    ----------
    theta : dict
        Quantity -> place -> annual mean, natural scale.
    foulers : dict
        Group of fouler -> quantity -> mean.
    site_effects : dict
        Quantity -> place -> site effect in units of its standard deviation; not of a quantity without site effects
        and not of a mix of shares.
    effects : dict
        Quantity -> effects of spring, summer, autumn and winter on the link scale.
    cv : dict
        Quantity or composite -> coefficient of variation of single samples.
    water : dict
        Site -> its water.
    """

    theta: dict[str, dict[Place, float]] = field(default_factory=dict)
    foulers: dict[str, dict[str, float]] = field(default_factory=dict)
    site_effects: dict[str, dict[Place, float]] = field(default_factory=dict)
    effects: dict[str, list[float]] = field(default_factory=dict)
    cv: dict[str, float] = field(default_factory=dict)
    water: dict[str, dict[str, float]] = field(default_factory=dict)


def draw_world(seed: int, stock: dict[str, dict[str, str]], water_sites: tuple[str, ...]) -> World:
    """Draw a world from the stated priors.

    Parameters
    ----------
    seed : int
        Same seed, same world; a site more does not redraw those before it.
    stock : dict
        Site -> group -> the species that is grown there.
    water_sites : tuple of str
        Sites whose water is drawn too. Their calcification ratio is still that of the prior: the caller replaces
        it by what the water implies.
    """
    world = World()
    for name, definition in definitions().items():
        # A stream per quantity: a new quantity in the priors does not redraw the others.
        rng = np.random.default_rng([seed, 0, crc32(name.encode())])
        if definition["support"] == "simplex":
            drawn = {
                part: _hierarchy(definition, centre, scale, stock, rng)[0]
                for part, (centre, scale) in _simplex(name).items()
            }
            for site in stock:
                weight = {part: math.exp(eta["", site]) for part, eta in drawn.items()}
                for part in weight:
                    world.theta.setdefault(f"{name}[{part}]", {})["", site] = weight[part] / sum(
                        weight.values()
                    )
            continue
        low, high = (link(definition["support"], definition["prior"][q]) for q in ("q05", "q95"))
        scale = _mixture_scale(_shares(definition)) * (high - low) / 2
        world.cv[name] = _scatter(definition, rng)
        world.effects[name] = _season_effects(definition, rng)
        leader, correlation = FOLLOWS.get(name, ("", 0.0))
        followed = world.site_effects[leader] if leader else {}
        eta, world.site_effects[name] = _hierarchy(
            definition, (low + high) / 2, scale, stock, rng, followed, correlation
        )
        world.theta[name] = {}
        for (species, site), value in eta.items():
            theta = inverse(definition["support"], value)
            if site != "foulers":
                world.theta[name][species, site] = theta
            elif name in FOULER_QUANTITIES:
                world.foulers.setdefault(species, {})[name] = theta
    for name, definition in composites().items():
        world.cv[name] = _scatter(definition, np.random.default_rng([seed, 0, crc32(name.encode())]))
    for site in water_sites:
        rng = np.random.default_rng([seed, 0, crc32(site.encode())])
        world.water[site] = {key: middle + half * rng.uniform(-1, 1) for key, (middle, half) in WATER.items()}
    _make_possible(world)
    return world


def _hierarchy(
    definition: dict,
    centre: float,
    scale: float,
    stock: dict[str, dict[str, str]],
    rng: np.random.Generator,
    followed: dict[Place, float] | None = None,
    correlation: float = 0.0,
) -> tuple[dict[Place, float], dict[Place, float]]:
    """Draw mu, the level standard deviations and the effects.

    Return eta and the site effect in units of its standard deviation, at every place, the foulers' included. Site
    effects have this correlation with those that are followed.
    """
    shares, levels = definition["shares"], definition["levels"]
    mu = centre + scale * math.sqrt(shares["mu"]) * rng.standard_normal()
    sd = {
        level: scale * math.sqrt(shares[level]) * math.exp(LEVEL_LOG_SD * rng.standard_normal())
        for level in levels
    }
    if not levels:
        return {("", ""): mu}, {}
    standard: dict[Place, float] = {}

    def local(place: Place) -> float:
        shared = correlation * followed[place] if followed else 0.0
        standard[place] = shared + math.sqrt(1 - correlation**2) * float(rng.standard_normal())
        return sd["site"] * standard[place]

    if levels == ["site"]:
        return {("", site): mu + local(("", site)) for site in stock}, standard
    if levels != ["group", "species", "site"]:
        raise ValueError(f"the synthetic bay has no places for the levels {levels}")
    drawn: dict[tuple[str, str], float] = {}

    def effect(level: str, key: str) -> float:
        if (level, key) not in drawn:
            drawn[level, key] = sd[level] * float(rng.standard_normal())
        return drawn[level, key]

    eta: dict[Place, float] = {}
    for group in FOULER_GROUPS:
        # As the model has it: the foulers of a study are one unknown species of each group, at a place of their own.
        own = effect("species", f"fouling {group}") + local((group, "foulers"))
        eta[group, "foulers"] = mu + effect("group", group) + own
    for site, grown in stock.items():
        for group, species in grown.items():
            own = effect("species", species) + local((species, site))
            eta[species, site] = mu + effect("group", group) + own
    return eta, standard


def _make_possible(world: World) -> None:
    """Raise what chemistry and mass balance do not allow to be so small.

    Mineral shell cannot hold more carbon than CaCO3, so the rest is organic; and a shell cannot hold more respired
    carbon than was respired. The model bends its draws in the same two places, so truth and prior stay exchangeable;
    rejecting impossible worlds instead would leave the priors of shell carbon and respiration truncated.
    """
    places = list(world.theta["shell_carbon"])
    own = [{name: world.theta[name][place] for name in FOULER_QUANTITIES} for place in places]
    for animal in (*own, *world.foulers.values()):
        least = max(animal["shell_carbon"] - CARBONATE_CARBON, 0.0) / animal["shell_carbon"]
        animal["shell_organic_share"] = least + (1 - least) * animal["shell_organic_share"]
        in_shell = animal["respired_shell_fraction"] * (1 - animal["shell_organic_share"])
        animal["respiration_ratio"] = max(animal["respiration_ratio"], in_shell)
    for place, animal in zip(places, own, strict=True):
        for name in FOULER_QUANTITIES:
            world.theta[name][place] = animal[name]


def seasonal_means(support: str, theta: float, effects: list[float]) -> list[float]:
    """Return the four seasonal means whose arithmetic mean is theta and whose links differ by the effects.

    Parameters
    ----------
    support : str
        fraction or positive.
    theta : float
        Annual mean, natural scale.
    effects : list of float
        Seasonal effects on the link scale.
    """
    low, high = link(support, theta) - 20.0, link(support, theta) + 20.0
    for _ in range(80):
        middle = (low + high) / 2
        mean = sum(inverse(support, middle + e) for e in effects) / len(effects)
        low, high = (middle, high) if mean < theta else (low, middle)
    return [inverse(support, middle + e) for e in effects]


def _season_effects(definition: dict, rng: np.random.Generator) -> list[float]:
    swing = definition["season_swing"]
    stated = math.log(math.log(swing["q95"]) / math.log(swing["q50"])) / Z95
    log_sd = math.sqrt(max(stated**2 - RANGE_LOG_SD**2, 0.01))
    sd = math.log(swing["q50"]) / RANGE_OF_FOUR * math.exp(log_sd * rng.standard_normal())
    effects = sd * rng.standard_normal(4)
    return [float(e) for e in effects - effects.mean()]


def _scatter(definition: dict, rng: np.random.Generator) -> float:
    stated = definition["scatter"]
    log_sd = math.log(stated["q95"] / stated["q05"]) / (2 * Z95)
    return float(stated["q50"] * math.exp(log_sd * rng.standard_normal()))


# --- priors ------------------------------------------------------------------------------------------------


@cache
def composites() -> dict[str, dict]:
    """Return the definitions of what is measured as one number and computed from several."""
    return tomllib.loads((PRIORS / "composites.toml").read_text(encoding="utf-8"))


@cache
def definitions() -> dict[str, dict]:
    """Return the definition of every quantity that a place of the bay can have."""
    found: dict[str, dict] = {}
    for path in sorted(PRIORS.glob("*.toml")):
        # Instruments are what tables of traps and cores need; the bay measures its quantities directly.
        if path.stem not in ("composites", "instruments"):
            found |= tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: one for name, one in found.items() if one["levels"] != ["mineral"]}


def _shares(definition: dict) -> tuple[float, ...]:
    return tuple(definition["shares"][level] for level in ("mu", *definition["levels"]))


@cache
def _mixture_scale(shares: tuple[float, ...]) -> float:
    """Return the scale at which the scale mixture of normals has its 95 % quantile at 1."""
    node, weight = np.polynomial.hermite_e.hermegauss(13)
    variance, mass = np.array([shares[0]]), np.array([1.0])
    for share in shares[1:]:
        variance = (variance[:, None] + share * np.exp(2 * LEVEL_LOG_SD * node)).ravel()
        mass = (mass[:, None] * weight / weight.sum()).ravel()
    low, high = 0.05, 5.0
    for _ in range(40):
        middle = (low + high) / 2
        above = [math.erfc(1 / (middle * s * math.sqrt(2))) / 2 for s in np.sqrt(variance)]
        low, high = (middle, high) if mass @ above < 0.05 else (low, middle)
    return middle


@cache
def _simplex(name: str) -> dict[str, tuple[float, float]]:
    """Return centre and scale of the normal of each component, such that their softmax has the stated quantiles."""
    definition = definitions()[name]
    parts = definition["by"]
    goal = np.array([[link("fraction", q[key]) for key in ("q05", "q50", "q95")] for q in parts.values()])
    width = goal[:, 2] - goal[:, 0]
    rng = np.random.default_rng(0)
    spread = np.zeros((20_000, len(parts)))
    for level in ("mu", *definition["levels"]):
        sd = np.exp((0.0 if level == "mu" else LEVEL_LOG_SD) * rng.standard_normal(spread.shape))
        spread += math.sqrt(definition["shares"][level]) * sd * rng.standard_normal(spread.shape)
    centre, scale = goal[:, 1].copy(), width / (2 * Z95)
    for _ in range(60):
        weight = np.exp(centre + scale * spread)
        share = np.quantile(weight / weight.sum(axis=1, keepdims=True), (0.05, 0.5, 0.95), axis=0)
        got = np.log(share / (1 - share))
        centre += 0.5 * (goal[:, 1] - got[1])
        scale *= np.clip(width / (got[2] - got[0]), 0.8, 1.25) ** 0.5
    return {part: (float(c), float(s)) for part, c, s in zip(parts, centre, scale, strict=True)}


def link(support: str, x: float) -> float:
    """Map a natural value to the scale on which the hierarchy is normal.

    Parameters
    ----------
    support : str
        fraction (logit) or positive (log).
    x : float
        Natural value.
    """
    return math.log(x / (1 - x)) if support == "fraction" else math.log(x)


def inverse(support: str, y: float) -> float:
    """Map a link-scale value back to the natural scale.

    Parameters
    ----------
    support : str
        fraction or positive.
    y : float
        Link-scale value.
    """
    return 1 / (1 + math.exp(-y)) if support == "fraction" else math.exp(y)
