"""The catalogue holds what the code says, translated, and its compiled form is the same."""

from __future__ import annotations

from types import ModuleType

import pytest
from babel.messages.catalog import Catalog

from tests.scripts import ROOT, load

if not (ROOT / ".ci" / "words.py").exists():
    pytest.skip("only a working copy has the script that collects words", allow_module_level=True)


@pytest.fixture(scope="module")
def words() -> ModuleType:
    return load(".ci/words.py")


def test_code_catalogue_and_compiled_catalogue_agree(
    words: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    status = words.main(check=True)
    assert capsys.readouterr().out == ""
    assert status == 0


def test_every_kind_of_text_is_found(words: ModuleType) -> None:
    source = (
        "_WORDS: dict[str, str] = {'a': 'An ' 'apple.'} | {**others}\n"
        "COLUMNS = {'b': 'A pear.'}\n"
        "PHRASES = ('A plum.',)\n"
        "def f():\n    return _('{n} figs, {what}', n=3, what=_('ripe'))\n"
    )
    assert list(words.english_of(source)) == [
        ("An apple.", "a"), ("A pear.", "column b"), ("A plum.", None), ("{n} figs, {what}", None), ("ripe", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("_(f'{n} figs')", "not one literal text"),
        ("_('{n} figs', m=3)", "do not fit"),
        ("WORDS = {'a': ('fig', '无花果')}", "not one literal text"),
    ],
)
def test_what_cannot_be_translated_is_refused(words: ModuleType, source: str, complaint: str) -> None:
    with pytest.raises(SystemExit, match=complaint):
        list(words.english_of(source))


def test_every_fault_of_a_translation_is_named(words: ModuleType) -> None:
    catalog = Catalog(locale="zh_Hans")
    catalog.add("nothing", "")
    catalog.add("unsure", "不确定", flags=["fuzzy"])
    catalog.add("{n:g} rows", "{m} 行")
    catalog.add("{n:g} rows", "{n} 行", context="right")
    assert words.faults(catalog) == [
        "'nothing': not translated",
        "'unsure': marked fuzzy",
        "'{n:g} rows': placeholders differ: '{m} 行'",
    ]
