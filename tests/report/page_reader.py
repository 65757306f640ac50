"""Read a report page as a browser would: its numbers with their whereabouts, its ids, its links."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path


@dataclass
class Page(HTMLParser):
    """What a page holds.

    `numbers` are (value, title, text); `loads` are what a browser would fetch.
    """

    html: str
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    numbers: list[tuple[str, str, str]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    language: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._inside: list[str] = []
        self._joined = False
        self._number: dict[str, str | None] | None = None
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append(tag)
        self._inside.append(tag)
        if tag in ("meta", "link", "input", "br", "img", "wbr"):
            self._inside.pop()
        # A place where a name may be broken is no gap between words.
        self._joined = tag == "wbr"
        if told.get("id"):
            self.ids.append(str(told["id"]))
        if tag == "html":
            self.language = str(told.get("lang"))
        if tag == "a":
            self.links.append(str(told.get("href")))
        elif tag != "use" and told.get("href"):
            self.loads.append(str(told["href"]))
        self.loads += [
            str(told[name]) for name in ("src", "srcset", "data", "poster", "action") if told.get(name)
        ]
        if tag == "use":
            self.links.append(str(told.get("href")))
        if tag == "svg":
            self.labels.append(str(told.get("aria-label")))
        if tag == "data":
            self._number = told

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass
        if tag == "data":
            self._number = None

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] in ("style", "script"):
            return
        data = data.replace("\N{NO-BREAK SPACE}", " ")
        if self._joined:
            self.words[-1] += data
        else:
            self.words.append(data)
        self._joined = False
        if self._number is not None:
            self.numbers.append((str(self._number["value"]), str(self._number["title"]), data))

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def read_page(folder: Path) -> Page:
    return Page((folder / "report.html").read_text(encoding="utf-8"))
