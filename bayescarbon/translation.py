"""Say in another language what the code says in English: a gettext catalogue per language, read when it is needed.

English stands in the code and is the key. `bayescarbon/locale/zh/LC_MESSAGES/bayescarbon.po` holds the Chinese;
``.ci/words.py`` collects the English into it and compiles it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Literal, get_args

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_LOCALES = Path(__file__).resolve().parent / "locale"


@cache
def _catalogue(language: Language) -> NullTranslations:
    if language == "en":
        return NullTranslations()
    with (_LOCALES / language / "LC_MESSAGES" / "bayescarbon.mo").open("rb") as compiled:
        return GNUTranslations(compiled)


def translate(english: str, language: Language, context: str = "") -> str:
    """Return a text of the code in a language, its placeholders unfilled.

    Parameters
    ----------
    english : str
        As the code says it.
    language : {"en", "zh"}
        In which language to say it; what has no translation stays English.
    context : str
        What tells it from a text that reads the same: the key of the tables of words.
    """
    catalogue = _catalogue(language)
    return catalogue.pgettext(context, english) if context else catalogue.gettext(english)


def default_language(environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language of the locale: Chinese where it is a Chinese one, English everywhere else.

    Parameters
    ----------
    environment : mapping of str to str
        Variables of the process. As POSIX has it, the first that is set of LC_ALL, LC_MESSAGES and LANG decides.
    """
    locale = next((environment[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(n)), "")
    return "zh" if locale.lower().startswith("zh") else "en"


class Message(str):
    """A sentence: English to all who take it for text, and able to be said in another language later.

    Adding text to it keeps that ability; formatting it into another string loses it, so that a sentence with values is
    made by `_`.

    Attributes
    ----------
    english : str
        As it stands in the catalogues, with placeholders.
    values : dict of str to object
        What the placeholders stand for; one that is a message is said in the same language.
    """

    __slots__ = ("english", "values")
    english: str
    values: dict[str, object]

    def __new__(cls, english: str, values: Mapping[str, object] | None = None) -> Message:
        """Make a sentence of the English text and the values of its placeholders."""
        self = super().__new__(cls, english.format_map(values) if values else english)
        self.english = english
        self.values = dict(values or {})
        return self

    def __getnewargs__(self) -> tuple[str, dict[str, object]]:  # type: ignore[override]
        return self.english, self.values

    def __add__(self, other: str) -> Message:
        return Message("{first}{second}", {"first": self, "second": other}) if other else self

    def __radd__(self, other: str) -> Message:
        return Message("{first}{second}", {"first": other, "second": self}) if other else self


def _(english: str, /, **values: object) -> Message:
    """Return a sentence that can be translated; ``.ci/words.py`` finds it by this call.

    Parameters
    ----------
    english : str
        A literal with placeholders.
    **values : object
        What they stand for.
    """
    return Message(english, values)


def said(text: object, language: Language) -> str:
    """Return a message in a language; any other text as it is.

    Parameters
    ----------
    text : object
        A message, or what has no translation: a name, a number.
    language : {"en", "zh"}
        In which language to say it.
    """
    if not isinstance(text, Message) or language == "en":
        return str(text)
    template = translate(text.english, language)
    if not text.values:
        return template
    return template.format_map({n: _in(v, language) for n, v in text.values.items()})


def _in(value: object, language: Language) -> object:
    # Numbers stay numbers: a placeholder may say how to format them.
    return said(value, language) if isinstance(value, Message) else value


def joined(parts: Iterable[str], separator: str = ", ") -> str:
    """Return several texts as one, which can still be translated if any of them can.

    Parameters
    ----------
    parts : iterable of str
        Messages and other texts.
    separator : str
        Between them.
    """
    listed = list(parts)
    if not any(isinstance(part, Message) for part in (separator, *listed)):
        return separator.join(listed)
    names = {f"part{n}": part for n, part in enumerate(listed)}
    return Message("{gap}".join(f"{{{name}}}" for name in names), {**names, "gap": separator})
