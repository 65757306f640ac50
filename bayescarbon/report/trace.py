"""The audit trail: from each headline number to its equation, the quantities in it, their evidence, and its sources.

A step is one thing that can be looked at (a number, a framework, a line of the ledger, ...); it names the steps that it
rests on. The report shows the same steps as cards with links, `bayescarbon trace` as text. Made from saved tables and
the files that ship: needs neither PyMC nor the draws.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bayescarbon.accounting.frameworks import frameworks, weights
from bayescarbon.accounting.lines import LINES
from bayescarbon.evidence.foulers import base_quantity
from bayescarbon.evidence.quantities import Quantiles, Quantity, composites, instruments, quantities, readings
from bayescarbon.evidence.references import Reference, references
from bayescarbon.report.credits import TOTAL
from bayescarbon.report.equations import (
    BASELINE,
    EQUATIONS,
    PRICE_SYMBOLS,
    PRICED_FRAMEWORK,
    legend,
    symbols,
)
from bayescarbon.report.language import Language, text
from bayescarbon.report.names import called, label, listed
from bayescarbon.report.saved import Saved
from bayescarbon.study.rules import FAMILIES, rules

KINDS = ("number", "framework", "rule", "line", "quantity", "evidence", "source", "input")
#: Columns of each table that a step shows.
SHOWN: dict[str, tuple[str, ...]] = {
    "sinks": ("scope", "median", "q05", "q95", "unit", "p_positive"),
    "issuance": ("scope", "rule", "issued", "deduction", "p_overcredit", "unit"),
    "prices": ("batch", "median", "q05", "q95", "unit", "p_undefined"),
    "ledger": ("batch", "mean", "median", "q05", "q95", "unit"),
    "quantities": ("quantity", "species", "site", "median", "q05", "q95", "unit", "n_own", "n_rows"),
    "evidence": (
        "id", "quantity", "species", "site", "season", "value", "sd", "n", "low", "high", "unit", "method", "source",
    ),
}  # fmt: skip
_OF_FARM = "farm"


@dataclass(frozen=True)
class Step:
    """One thing on the way from a number to its sources.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    name : str
        Unique within its kind.
    title : str
        What it is, in a few words.
    says : tuple of (str, str)
        What there is to read about it: the key of a label (`trail formula`, ...) and the text.
    rows : tuple of (str, int)
        Rows of result tables that hold its values: table and position, from 0.
    leads_to : tuple of str
        Keys of the steps that it rests on.
    """

    kind: str
    name: str
    title: str = ""
    says: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str, int], ...] = ()
    leads_to: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Kind and name together."""
        return f"{self.kind}:{self.name}"

    @property
    def anchor(self) -> str:
        """Its id in a page: letters, digits and hyphens, different for different steps."""
        return anchor(self.key)


def anchor(key: str) -> str:
    """Return the id of a step in a page.

    Parameters
    ----------
    key : str
        Kind and name, as `Step.key`.
    """
    kind, name = key.split(":", 1)
    return kind + "-" + re.sub(r"[^A-Za-z0-9_]", lambda found: f"-{ord(found[0]):x}-", name)


def trail(saved: Saved, language: Language = "en") -> dict[str, Step]:
    """Return every step of a run's audit trail, by key, numbers first and sources last.

    Parameters
    ----------
    saved : Saved
        Tables and manifest of the run.
    language : {"en", "zh"}
        Of titles and of the frameworks' descriptions; definitions, reasons and sources are in the language they were
        written in.
    """
    found = [
        *_numbers(saved, language),
        *_frameworks(saved, language),
        *_rules(saved, language),
        *_lines(saved, language),
        *_quantities(saved, language),
        *_evidence(saved, language),
        *_sources(saved),
        *_inputs(saved),
    ]
    known = {step.key for step in found}
    # What a run lacks (a farm without economics, evidence of an older run) is no step, so nothing leads there.
    return {
        step.key: Step(
            step.kind,
            step.name,
            step.title,
            step.says,
            step.rows,
            tuple(key for key in dict.fromkeys(step.leads_to) if key in known),
        )
        for step in found
    }


def walk(steps: Mapping[str, Step], start: Iterable[str]) -> list[Step]:
    """Return all steps that some steps rest on, themselves included, in the order of `trail`.

    Parameters
    ----------
    steps : mapping of str to Step
        As `trail` returns them.
    start : iterable of str
        Keys of the steps to begin with.
    """
    reached: set[str] = set()
    waiting = list(start)
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting.extend(steps[key].leads_to)
    return [step for key, step in steps.items() if key in reached]


def named(steps: Mapping[str, Step], name: str) -> list[Step]:
    """Return the steps that a name means, none if there is nothing of this name.

    Parameters
    ----------
    steps : mapping of str to Step
        As `trail` returns them.
    name : str
        Of a step of any kind; ``price`` for all prices; a quantity also as ``quantities.csv`` writes it.
    """
    for meant in (name, base_quantity(name)):
        exact = [step for step in steps.values() if step.name == meant]
        if exact:
            return exact[:1]
    return [step for step in steps.values() if step.kind == "number" and step.name.startswith(f"{name}, ")]


def _positions(saved: Saved, table: str, wanted: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    """Return where the rows stand whose words are the wanted ones."""
    return tuple((table, at) for at, row in enumerate(saved.rows(table)) if wanted.items() <= row.items())


def _input(saved: Saved, table: str) -> str:
    """Return the key of the file that holds a table of the study: a workbook holds them all."""
    files = list(saved.manifest.get("inputs", {}))
    return f"input:{next((f for f in files if f in (table, f'{table}.csv')), files[0] if len(files) == 1 else table)}"


def _numbers(saved: Saved, language: Language) -> Iterator[Step]:
    formulas: dict[str, tuple[tuple[str, str], ...]] = {
        name: (("trail formula", text(f"equation {name}", language)),)
        for name in ("sink", "credits", "price")
    }
    formulas["price"] += (
        ("trail formula", text("equation price gap", language)),
        ("trail symbols", legend(PRICE_SYMBOLS)),
    )
    framework, rule = saved.manifest["headline_framework"], saved.manifest.get("headline_rule")
    own = {"scope": TOTAL, "framework": framework}
    rows = _positions(saved, "sinks", own)
    yield Step(
        "number",
        "sink",
        called("framework", framework, language),
        formulas["sink"],
        rows,
        (f"framework:{framework}",),
    )
    rows = _positions(saved, "issuance", {**own, "rule": str(rule)})
    if rows:
        rests_on = (f"rule:{rule}", f"framework:{framework}", f"quantity:{BASELINE}")
        title = listed(
            (called("framework", framework, language), called("rule", str(rule), language)), language
        )
        yield Step("number", "credits", title, formulas["credits"], rows, rests_on)
    for batch in dict.fromkeys(row["batch"] for row in saved.rows("prices")):
        rows = _positions(saved, "prices", {"batch": batch})
        rests_on = (_input(saved, "economics"), f"framework:{PRICED_FRAMEWORK}", f"quantity:{BASELINE}")
        yield Step("number", f"price, {batch}", "", formulas["price"], rows, rests_on)


def _frameworks(saved: Saved, language: Language) -> Iterator[Step]:
    present = {row["framework"] for row in saved.rows("sinks")}
    for name, framework in frameworks().items():
        if name not in present:
            continue
        signed = weights(framework)
        counted = " ".join(f"{'+' if sign > 0 else '-'} {line}" for line, sign in signed.items())
        says = (
            ("trail definition", framework.description[language]),
            ("trail formula", f"44/12 x ({counted.removeprefix('+ ')})" if signed else "0"),
            ("trail argued", framework.argued_by),
            ("trail document", framework.citation),
        )
        rows = _positions(saved, "sinks", {"scope": TOTAL, "framework": name})
        title = label("framework", name, language) or framework.title
        yield Step("framework", name, title, says, rows, tuple(f"line:{line}" for line in signed))


def _rules(saved: Saved, language: Language) -> Iterator[Step]:
    framework, known = saved.manifest["headline_framework"], rules()
    for name, rule in saved.manifest.get("rules", {}).items():
        stated = ", ".join(f"{key} = {value}" for key, value in rule["thresholds"].items())
        family = FAMILIES.get(rule["family"])
        where = ", ".join(filter(None, (rule["document"], rule["version"], rule["section"])))
        says = (
            ("trail formula", family.formula if family else rule["family"]),
            ("trail thresholds", stated),
            ("trail document", where),
            ("trail confidence", rule["confidence"]),
        )
        own = {"scope": TOTAL, "framework": framework, "rule": name}
        rows = _positions(saved, "issuance", own)
        title = label("rule", name, language) or (known[name].title if name in known else "")
        yield Step("rule", name, title, tuple(said for said in says if said[1]), rows)


def _lines(saved: Saved, language: Language) -> Iterator[Step]:
    for name in dict.fromkeys(row["line"] for row in saved.rows("ledger")):
        equation = EQUATIONS[name]
        parts = dict.fromkeys(base_quantity(part) for part in equation.quantities)
        if "fouler_tissue_carbon" in equation.quantities:
            # Ascidians have no shell, so lines of soft bodies alone rest on theirs.
            bodies = (base_quantity(f"{part}[ascidian]") for part in equation.quantities)
            parts |= dict.fromkeys(part for part in bodies if part in quantities())
        rests_on = (*(f"quantity:{part}" for part in parts), _input(saved, "harvest"))
        says = (
            ("trail formula", equation.formula),
            ("trail symbols", legend(symbols(equation))),
            ("trail harvest", ", ".join(equation.columns)),
        )
        rows = _positions(saved, "ledger", {"line": name})
        yield Step("line", name, label("line", name, language) or LINES[name], says, rows, rests_on)


def _prior(stated: Quantiles | Mapping[str, float], unit: str) -> str:
    q05, q50, q95 = (
        stated.as_tuple()
        if isinstance(stated, Quantiles)
        else [stated[name] for name in ("q05", "q50", "q95")]
    )
    return f"{q50:g} ({q05:g} ... {q95:g}) {unit}"


def _said_of(quantity: Quantity, replaced: Mapping[str, float | str] | None) -> Iterator[tuple[str, str]]:
    yield "trail definition", " ".join(quantity.definition.split())
    if replaced is not None:
        yield "trail own prior", _prior({k: float(replaced[k]) for k in ("q05", "q50", "q95")}, quantity.unit)
        if replaced["reason"]:
            yield "trail reason", f"{replaced['reason']}"
        if replaced["source"]:
            yield "trail document", f"{replaced['source']}"
        return
    if not quantity.by:
        yield "trail prior", _prior(quantity.prior, quantity.unit)
    for part, stated in quantity.by.items():
        yield "trail prior", f"{part}: {_prior(stated, quantity.unit)}"
    yield "trail reason", " ".join(quantity.reason.split())


def _quantities(saved: Saved, language: Language) -> Iterator[Step]:
    known = quantities() | instruments()
    bearing: dict[str, list[str]] = {}
    for row in saved.rows("evidence"):
        for name in row["bears_on"].split("|"):
            bearing.setdefault(name, []).append(f"evidence:{row['id']}")
    bases = [base_quantity(row["quantity"]) for row in saved.rows("quantities")]
    own = saved.manifest.get("own_priors", {})
    for name in (name for name in dict.fromkeys(bases) if name in known):
        quantity, replaced = known[name], own.get(name)
        rows = tuple(("quantities", at) for at, base in enumerate(bases) if base == name)
        prior = (_input(saved, "study.toml"),) if replaced else quantity.sources
        rests_on = (
            *bearing.get(name, ()),
            *(key if key[:6] == "input:" else f"source:{key}" for key in prior),
        )
        facts = (label("quantity", name, language), quantity.symbol, quantity.unit)
        title = ", ".join(fact for fact in facts if fact)
        yield Step("quantity", name, title, tuple(_said_of(quantity, replaced)), rows, rests_on)


def _evidence(saved: Saved, language: Language) -> Iterator[Step]:
    derived = composites() | readings()
    for at, row in enumerate(saved.rows("evidence")):
        farm = row["origin"] == _OF_FARM
        rests_on = _input(saved, row["id"].split(":", 1)[0]) if farm else f"source:{row['source']}"
        note = (("trail note", row["note"]),) if row["note"] else ()
        if row["quantity"] in derived:
            note = (("trail definition", derived[row["quantity"]].definition), *note)
        title = called("quantity", row["quantity"], language)
        yield Step("evidence", row["id"], title, note, (("evidence", at),), (rests_on,))


def reference_text(reference: Reference) -> str:
    """Return a source as the trail writes it: its DOI or address as text, no link out of the page.

    Parameters
    ----------
    reference : Reference
        The source.
    """
    return str(reference).replace("https://doi.org/", "doi:").replace("https://", "").replace("http://", "")


def _sources(saved: Saved) -> Iterator[Step]:
    known = quantities() | instruments() | composites()
    cited = {row["source"] for row in saved.rows("evidence")}
    for row in saved.rows("quantities"):
        name = base_quantity(row["quantity"])
        cited |= set(known[name].sources) if name in known else set()
    for key, reference in references().items():
        if key in cited:
            yield Step("source", key, reference_text(reference))


def _inputs(saved: Saved) -> Iterator[Step]:
    for name, digest in saved.manifest.get("inputs", {}).items():
        yield Step("input", name, f"SHA-256 {digest}")
