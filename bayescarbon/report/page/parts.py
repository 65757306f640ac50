"""What a section of the page is made of; the template knows how each kind of part looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from markupsafe import Markup

_CROWDED_FROM = 10


@dataclass(frozen=True)
class Words:
    """A paragraph. `tone` is a CSS class: ``lead`` for the headline, ``label`` above it, ``aside`` for the rest."""

    text: Markup
    tone: str = ""
    kind: ClassVar[str] = "words"


@dataclass(frozen=True)
class Head:
    """The head of a column: what it is called, what it means, and its CSS class.

    Attributes
    ----------
    name, meaning : str
        Blank where the cells speak for themselves.
    style : {"n", "long", "unit", ""}
        Numbers, sentences, units, or names.
    """

    name: str = ""
    meaning: str = ""
    style: str = ""


@dataclass(frozen=True)
class Grid:
    """A table: caption, heads, cells row by row, and what is left out of it."""

    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Markup, ...], ...]
    more: str = ""
    #: Ids of the rows, for links to them; empty if nothing links to them.
    ids: tuple[str, ...] = ()
    kind: ClassVar[str] = "grid"

    @property
    def crowded(self) -> bool:
        """Whether it has more columns than paper is wide for in letters of the usual size."""
        return len(self.heads) >= _CROWDED_FROM


@dataclass(frozen=True)
class Picture:
    """A figure as inline SVG, with what it shows in words."""

    svg: Markup
    alt: str
    kind: ClassVar[str] = "picture"


@dataclass(frozen=True)
class Fold:
    """Parts behind a summary that opens on demand; `screen` if paper can do without them."""

    summary: str
    parts: Sequence[Part]
    screen: bool = False
    kind: ClassVar[str] = "fold"


@dataclass(frozen=True)
class Card:
    """One diagnostic: its status in words and as a CSS class, its figure, and what is asked of it."""

    status: str
    status_word: str
    title: str
    figure: str
    why: str


@dataclass(frozen=True)
class Cards:
    """Diagnostics side by side."""

    cards: tuple[Card, ...]
    kind: ClassVar[str] = "cards"


@dataclass(frozen=True)
class Slider:
    """A choice along the risk curve.

    Attributes
    ----------
    label : str
        What is chosen.
    sentence : str
        What follows, with the placeholders of the steps.
    steps : sequence of mapping
        For each place of the slider what the placeholders stand for, as text.
    start : int
        Where it stands first.
    """

    label: str
    sentence: Markup
    steps: Sequence[Mapping[str, str]]
    start: int
    kind: ClassVar[str] = "slider"


@dataclass(frozen=True)
class Link:
    """A link to another place of the page."""

    anchor: str
    name: str


@dataclass(frozen=True)
class TrailCard:
    """One step of the audit trail; `more` says what is left out of its links."""

    anchor: str
    name: str
    title: str
    says: tuple[tuple[str, Markup], ...]
    grids: tuple[Grid, ...]
    links: tuple[tuple[str, tuple[Link, ...]], ...]
    more: str = ""
    kind: ClassVar[str] = "trail"


@dataclass(frozen=True)
class Links:
    """Links in one line, after a word."""

    word: str
    links: tuple[Link, ...]
    kind: ClassVar[str] = "links"


@dataclass(frozen=True)
class Group:
    """Parts under a heading of their own inside a section; `anchor` is its id."""

    anchor: str
    title: str
    parts: Sequence[Part]
    kind: ClassVar[str] = "group"


@dataclass(frozen=True)
class Spread:
    """Parts in two columns where the window is wide enough, otherwise one below the other."""

    first: Sequence[Part]
    second: Sequence[Part]
    kind: ClassVar[str] = "spread"


type Part = Words | Grid | Picture | Fold | Cards | Slider | TrailCard | Links | Group | Spread


@dataclass(frozen=True)
class Section:
    """A section of the page: its id is its key."""

    key: str
    title: str
    parts: Sequence[Part] = field(default_factory=tuple)
