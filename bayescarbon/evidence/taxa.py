"""Names of animals: one accepted name for each, whatever spelling, language or old genus a table uses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property

from bayescarbon.resources import read_csv

GROUPS = ("clam", "scallop", "oyster", "mussel", "ascidian", "other")

#: Of a shell with layers of both, the mineral that makes up most of it; ascidians have none.
MINERALS = ("aragonite", "calcite", "none")


_CHINESE = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Taxon:
    """A species, or a group that a table gives without its species.

    Attributes
    ----------
    name : str
        Accepted name, following the World Register of Marine Species.
    group : str
        One of `GROUPS`.
    mineral : str
        Dominant shell mineral, one of `MINERALS`.
    synonyms : tuple of str
        Older combinations, misspellings met in the literature, English and Chinese names.
    """

    name: str
    group: str
    mineral: str
    synonyms: tuple[str, ...] = ()

    @property
    def chinese(self) -> tuple[str, ...]:
        """Its Chinese names."""
        return tuple(name for name in self.synonyms if _CHINESE.search(name))


@dataclass(frozen=True)
class Taxa:
    """All known animals by accepted name.

    Raises
    ------
    ValueError
        If a group or mineral is unknown, or one name means two animals.
    """

    taxa: dict[str, Taxon]

    def __post_init__(self) -> None:
        for name, taxon in self.taxa.items():
            if name != taxon.name:
                raise ValueError(f"{taxon.name!r} is filed under {name!r}")
            if taxon.group not in GROUPS:
                raise ValueError(f"{name}: group {taxon.group!r} is none of {', '.join(GROUPS)}")
            if taxon.mineral not in MINERALS:
                raise ValueError(f"{name}: mineral {taxon.mineral!r} is none of {', '.join(MINERALS)}")
        # Building the index now makes a name with two meanings an error at the start, not at its first use.
        _ = self._index

    @cached_property
    def _index(self) -> dict[str, str]:
        index: dict[str, str] = {}
        for taxon in self.taxa.values():
            for spelling in (taxon.name, *taxon.synonyms):
                known = index.setdefault(_plain(spelling), taxon.name)
                if known != taxon.name:
                    raise ValueError(f"the name {spelling!r} is given to both {known!r} and {taxon.name!r}")
        return index

    def resolve(self, name: str) -> Taxon | None:
        """Return the animal of a name, or None if it is not known.

        Parameters
        ----------
        name : str
            Accepted name or synonym; case and white space do not count.
        """
        accepted = self._index.get(_plain(name))
        return None if accepted is None else self.taxa[accepted]

    def near(self, name: str) -> list[str]:
        """Return up to three known spellings that resemble a name, nearest first.

        Parameters
        ----------
        name : str
            What was written.
        """
        spellings = {_plain(s): s for t in self.taxa.values() for s in (*t.synonyms, t.name)}
        plain = _plain(name)
        # One wrong character of three leaves two thirds of a Chinese name; of a Latin one that would be too little.
        cutoff = 0.6 if _CHINESE.search(plain) else 0.7
        return [spellings[key] for key in get_close_matches(plain, spellings, n=3, cutoff=cutoff)]

    def with_added(self, extra: Iterable[Taxon]) -> Taxa:
        """Return these animals and some more.

        Parameters
        ----------
        extra : iterable of Taxon
            Animals to add.

        Raises
        ------
        ValueError
            If an added name is taken, or a group or mineral is unknown.
        """
        added = dict(self.taxa)
        for taxon in extra:
            if taxon.name in added:
                raise ValueError(f"the name {taxon.name!r} is known already")
            added[taxon.name] = taxon
        return Taxa(added)


def _plain(name: str) -> str:
    """Reduce a name to what distinguishes it; page extraction loses and doubles spaces, so they go."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).casefold()


@cache
def taxa() -> Taxa:
    """Return the animals of ``data/taxa.csv``.

    Raises
    ------
    ValueError
        If the shipped table contradicts itself.
    """
    found: dict[str, Taxon] = {}
    for row in read_csv("data/taxa.csv").to_dict("records"):
        synonyms = tuple(part.strip() for part in row["synonyms"].split("|") if part.strip())
        if row["accepted"] in found:
            raise ValueError(f"data/taxa.csv lists {row['accepted']!r} twice")
        found[row["accepted"]] = Taxon(row["accepted"], row["group"], row["mineral"], synonyms)
    return Taxa(found)
