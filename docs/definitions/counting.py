"""Pages of the accounting frameworks and of the deduction rules, from their TOML tables."""

from __future__ import annotations

from collections.abc import Iterator

from bayescarbon.accounting.frameworks import Framework, frameworks, weights
from bayescarbon.accounting.lines import LINES
from bayescarbon.issuance.families import nominal_level
from bayescarbon.study.rules import FAMILIES, Rule, rules
from definitions.markdown import code, plain, table

_SIGNS = {1: "+", -1: "−", 0: ""}
_CONFIDENCE = {
    "definition": "a quantile, nothing to look up",
    "primary": "the document itself was read",
    "transcript": "taken from somebody else's transcription",
    "unverified": "not verified; off unless a study names it",
}


def _matrix() -> str:
    signed = {name: weights(framework) for name, framework in frameworks().items()}
    header = ["line", *(str(place) for place in range(1, len(signed) + 1))]
    rows = [[code(line), *(_SIGNS[weight.get(line, 0)] for weight in signed.values())] for line in LINES]
    key = table(
        ("", "framework", "counts"),
        [
            (str(place), f"[{code(name)}](#framework-{name})", plain(frameworks()[name].description["en"]))
            for place, name in enumerate(signed, start=1)
        ],
    )
    return f"{key}\nWhat each counts, + as removal and − as release:\n\n{table(header, rows)}"


def _framework(framework: Framework) -> str:
    facts = [
        ("removal", ", ".join(map(code, framework.plus)) or "nothing"),
        ("release", ", ".join(map(code, framework.minus)) or "nothing"),
        *(
            [("on top of", f"[{code(framework.base)}](#framework-{framework.base})")]
            if framework.base
            else []
        ),
        ("argued by", plain(framework.argued_by)),
        ("where", plain(framework.citation)),
    ]
    described = f"{plain(framework.description['en'])}\n\n{plain(framework.description['zh'])}\n"
    head = f"(framework-{framework.name})=\n## {code(framework.name)}: {plain(framework.title)}\n"
    return "\n".join([head, described, table(("", ""), facts)])


def framework_pages() -> Iterator[tuple[str, str]]:
    """Yield who counts which line, and one section per framework."""
    sections = "\n".join(map(_framework, frameworks().values()))
    yield "parts/frameworks.md", f"{_matrix()}\n{sections}"


def _stated(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(f"{part:g}" for part in value) if isinstance(value, list) else str(value)


def _level(rule: Rule) -> str:
    level = nominal_level(rule) if rule.computable else None
    return "" if level is None else f"{level:.0%}"


def _rule(rule: Rule) -> str:
    place = [
        rule.document,
        rule.version and f"version {rule.version}",
        rule.section and f"section {rule.section}",
    ]
    known = FAMILIES[rule.family].thresholds
    level = _level(rule)
    facts = [
        ("formula", code(rule.formula)),
        ("family", f"{code(rule.family)}: {code(FAMILIES[rule.family].formula)}"),
        *(
            (code(key), f"{_stated(value)}: {plain(known[key].meaning)}")
            for key, value in rule.thresholds.items()
        ),
        *([("risk it means", level)] if level else []),
        ("document", plain(", ".join(part for part in place if part))),
        ("confidence", f"{rule.confidence}: {_CONFIDENCE[rule.confidence]}"),
    ]
    return f"(rule-{rule.name})=\n## {code(rule.name)}: {plain(rule.title)}\n\n{table(('', ''), facts)}"


def rule_pages() -> Iterator[tuple[str, str]]:
    """Yield all rules at a glance, and one section per rule."""
    glance = table(
        ("rule", "formula", "risk it means", "document", "confidence"),
        [
            (
                f"[{code(rule.name)}](#rule-{rule.name})",
                code(rule.formula),
                _level(rule),
                plain(rule.document),
                rule.confidence,
            )
            for rule in rules().values()
        ],
    )
    sections = "\n".join(map(_rule, rules().values()))
    yield "parts/rules.md", f"{glance}\n{sections}"
