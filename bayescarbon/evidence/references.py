"""The list of sources: what each key in the literature tables and priors stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from bayescarbon.resources import read_text

_ENTRY = re.compile(r"^@(?P<type>\w+)\{(?P<key>[^,\s]+),\n(?P<body>.*?)^\}", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^\s*(?P<name>\w+) = \{(?P<text>.*)\},$", re.MULTILINE)
_ACCENT = re.compile(r"\\[^a-zA-Z]|\\[vc](?=\{)")


@dataclass(frozen=True)
class Reference:
    """One source.

    Attributes
    ----------
    key : str
        Its key in ``data/references.bib``.
    author, year, title, where, doi, url, note : str
        Blank where not known.
    """

    key: str
    author: str = ""
    year: str = ""
    title: str = ""
    where: str = ""
    doi: str = ""
    url: str = ""
    note: str = ""

    def __str__(self) -> str:
        author = re.sub(r"\s+and\s+", ", ", self.author).replace(", others", " et al.")
        lead = " ".join(part for part in (author, f"({self.year})" if self.year else "") if part)
        link = f"https://doi.org/{self.doi}" if self.doi else self.url
        return ". ".join(part for part in (lead, self.title, self.where, link) if part)


@cache
def references() -> dict[str, Reference]:
    """Return every source of ``data/references.bib`` by key.

    Raises
    ------
    ValueError
        If a key is given twice, or a part of the file is not an entry.
    """
    text = read_text("data/references.bib")
    found: dict[str, Reference] = {}
    for entry in _ENTRY.finditer(text):
        if entry["key"] in found:
            raise ValueError(f"data/references.bib gives the key {entry['key']!r} twice")
        fields = {match["name"]: _plain(match["text"]) for match in _FIELD.finditer(entry["body"])}
        places = ("journal", "booktitle", "school", "publisher", "howpublished")
        found[entry["key"]] = Reference(
            key=entry["key"],
            where=next((fields[name] for name in places if name in fields), ""),
            **{name: fields.get(name, "") for name in ("author", "year", "title", "doi", "url", "note")},
        )
    if len(found) != text.count("\n@") + text.startswith("@"):
        raise ValueError("data/references.bib has an entry that cannot be read")
    return found


def _plain(text: str) -> str:
    """Drop the braces and accents of BibTeX; a terminal shows plain letters."""
    return _ACCENT.sub("", text).replace("{", "").replace("}", "")
