"""Messages are English text that can be said in Chinese later, and the locale chooses."""

from __future__ import annotations

import copy
import pickle

import pytest

from bayescarbon.translation import Message, default_language, joined, said, translate


def test_a_message_is_english_text() -> None:
    message = Message("... and {n} more", {"n": 3})
    assert message == "... and 3 more"
    assert said(message, "en") == "... and 3 more"


def test_what_has_no_translation_stays_english() -> None:
    assert said(Message("no such sentence of {x}", {"x": 1}), "zh") == "no such sentence of 1"
    assert said("plain {x}", "zh") == "plain {x}"
    assert translate("no such sentence", "zh", "no such key") == "no such sentence"


def test_the_context_tells_equal_texts_apart() -> None:
    assert translate("5 %", "zh", "head q05") == "5% 分位数"
    assert translate("5 %", "zh") == "5 %"


PHRASE = "mean of the rows larger than predicted"


def test_messages_within_messages_are_said_too() -> None:
    inner = Message(PHRASE)
    for outer in (Message("a: {what}", {"what": inner}), "a: " + inner, joined(["a: ", inner], "")):
        assert str(outer) == f"a: {PHRASE}"
        assert said(outer, "zh") == "a: 数据的均值大于预测"
    assert said(inner + "", "zh") == "数据的均值大于预测"
    assert said(joined([inner, inner], "; "), "zh") == "数据的均值大于预测; 数据的均值大于预测"
    assert joined(["a", "b"]) == "a, b"


def test_values_may_hold_braces_and_are_formatted_as_the_sentence_says() -> None:
    assert said(Message("{x:.1f} {name!r}", {"x": 2, "name": "{y}"}), "zh") == "2.0 '{y}'"
    assert said("{" + Message(PHRASE), "zh") == "{数据的均值大于预测"


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_can_be_said_as_well(copied: object) -> None:
    message = copied(Message("{x} b", {"x": Message(PHRASE)}))  # type: ignore[operator]
    assert message == f"{PHRASE} b"
    assert said(message, "zh") == "数据的均值大于预测 b"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "de_DE"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "zh_CN", "LC_ALL": "C"}, "en"),
        ({"LC_ALL": "", "LANG": "zh"}, "zh"),
        ({"LANG": "tlh_XX"}, "en"),
    ],
)
def test_the_locale_chooses(environment: dict[str, str], language: str) -> None:
    assert default_language(environment) == language
