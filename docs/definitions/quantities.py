"""Pages of the quantities: definition, prior, reason, sources and evidence, one page per file of `priors/`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

import pandas as pd

from bayescarbon.evidence.literature import library, literature
from bayescarbon.evidence.quantities import (
    Quantiles,
    Quantity,
    composites,
    instruments,
    quantities,
    readings,
)
from bayescarbon.evidence.table import SIZE_COLUMNS
from bayescarbon.report.equations import EQUATIONS, base_quantity
from bayescarbon.resources import read_text
from definitions.markdown import cite, code, number, plain, quantity_link, table
from definitions.prior_figure import prior_figure

#: How each support is linked to the normal hierarchy.
_SUPPORTS = {
    "fraction": "between 0 and 1; normal on the logit",
    "positive": "above 0; normal on the logarithm",
    "real": "any number; normal as it is",
    "simplex": "shares that add up to 1; normal on log-ratios",
}
_CAPTION = (
    "Density at a new farm; blue dot and bar: stated median, 5 % and 95 % quantiles; orange: the rows of evidence "
    "below, as reported (bars: a range, or a standard deviation either side; arrows: bounds)."
)
_HOLLOW = " Hollow rows are oxygen incubations: they see 1 - a (1 - B), not B."
_SIZED = " A row with the size of its animals enters after scaling to the culture period."


def everything() -> dict[str, Quantity]:
    """Return all that `priors/` defines, by name."""
    return quantities() | composites() | instruments() | readings()


def named_priors(quantity: Quantity) -> Iterator[tuple[str, Quantiles]]:
    """Yield the priors of a quantity under the names of the result tables; none for what is computed."""
    if quantity.composite_of:
        return
    if not quantity.by:
        yield quantity.name, quantity.prior
    for part, quantiles in quantity.by.items():
        yield f"{quantity.name}[{part}]", quantiles


def _triple(quantiles: Quantiles) -> list[str]:
    return [number(value) for value in quantiles.as_tuple()]


def _overview() -> str:
    rows = [
        [
            quantity_link(quantity.name) + name.removeprefix(quantity.name),
            code(quantity.symbol),
            quantity.unit,
            *_triple(stated),
        ]
        for quantity in (quantities() | instruments()).values()
        for name, stated in named_priors(quantity)
    ]
    return table(("quantity", "symbol", "unit", "q05", "q50", "q95"), rows)


def _lines_of(name: str) -> str:
    lines = [
        line
        for line, equation in EQUATIONS.items()
        if name in {base_quantity(q) for q in equation.quantities}
    ]
    return ", ".join(f"[{code(line)}](#ledger-equations)" for line in lines)


def _parts(quantity: Quantity) -> str:
    return ", ".join(quantity_link(part) for part in quantity.composite_of)


def _read_by(name: str) -> str:
    """Say what is computed from a quantity and can be measured in its stead."""
    return ", ".join(quantity_link(q.name) for q in everything().values() if name in q.composite_of)


def _facts(quantity: Quantity) -> list[tuple[str, str]]:
    facts = [
        ("symbol", code(quantity.symbol)),
        ("unit", code(quantity.unit)),
        ("values", _SUPPORTS[quantity.support]),
        ("varies over", ", ".join(quantity.levels) or "one value per study"),
    ]
    if quantity.composite_of:
        facts.append(("computed from", _parts(quantity)))
    for name, stated in named_priors(quantity):
        label = f"prior {name.removeprefix(quantity.name)}".strip()
        facts.append((label, "q05 {}, q50 {}, q95 {}".format(*_triple(stated))))
    if quantity.shares and len(quantity.shares) > 1:
        facts.append(
            ("its variance", ", ".join(f"{share:.0%} {level}" for level, share in quantity.shares.items()))
        )
    if quantity.scatter_of:
        facts.append(("scatter of samples", f"as {quantity_link(quantity.scatter_of)}"))
    else:
        facts.append(("scatter of samples", "cv: q05 {}, q50 {}, q95 {}".format(*_triple(quantity.scatter))))
    if not quantity.composite_of:
        swing = "highest over lowest season: q05 {}, q50 {}, q95 {}".format(*_triple(quantity.season_swing))
        facts.append(("seasons", swing))
    lines, read_by = _lines_of(quantity.name), _read_by(quantity.name)
    facts += [("ledger lines", lines)] * bool(lines) + [("also seen through", read_by)] * bool(read_by)
    return facts


def _why(quantity: Quantity) -> str:
    judged = "Elicited: judgement leads. " if quantity.elicited else ""
    sources = ", ".join(cite(key) for key in quantity.sources)
    told = f"Sources: {sources}." if sources else ""
    return f"**Why this prior.** {plain(quantity.reason)} {judged}{told}\n"


def reported(row: dict[str, object]) -> str:
    """Return what a row of the library reports, in its own unit."""
    value, low, high, sd, n = (float(str(row[name])) for name in ("value", "low", "high", "sd", "n"))
    if value == value:
        told = number(value)
    elif low == low and high == high:
        told = f"{number(low)} to {number(high)}"
    else:
        told = f"at most {number(high)}" if high == high else f"at least {number(low)}"
    told += f" ± {number(sd)}" if sd == sd else ""
    return told + (f" (n = {n:.0f})" if n == n else "")


def evidence_rows(rows: pd.DataFrame, *, quantity: bool = False) -> str:
    """Return rows of the library as a table.

    Parameters
    ----------
    rows : DataFrame
        As `evidence.literature.library` gives them.
    quantity : bool
        Whether to name the quantity of each.
    """
    header = ["id", *(["quantity"] if quantity else []), "what was seen", "value", "source", "note"]
    told = []
    for row in rows.to_dict("records"):
        seen = [plain(row[column]) for column in ("species", "site", "season") if row[column]]
        seen += [f"by {row['method']}"] if row["method"] else []
        source = cite(row["source"]) + (f", reporting {cite(row['cites'])}" if row["cites"] else "")
        told.append(
            [
                row["id"],
                *([code(row["quantity"])] if quantity else []),
                ", ".join(seen),
                f"{reported(row)} {plain(row['unit'])}",
                source,
                plain(row["note"]),
            ]
        )
    return table(header, told)


def _evidence(quantity: Quantity) -> str:
    used = literature()
    ids = set(used["id"][used["quantity"] == quantity.name])
    rows = library()
    rows = rows[rows["id"].isin(ids)]
    if rows.empty:
        return "No row of the library observes it directly.\n"
    return f"**Evidence**, {len(rows)} rows that every fit uses:\n\n{evidence_rows(rows)}"


def _figure(quantity: Quantity) -> tuple[str, str]:
    rows = literature()
    rows = rows[rows["quantity"] == quantity.name]
    alt = f"Prior of {quantity.name}"
    caption = _CAPTION + _HOLLOW * bool((rows["method"] == "oxygen").any())
    caption += _SIZED * bool(rows[list(SIZE_COLUMNS)].notna().any(axis=None))
    if quantity.support == "simplex":
        caption = "Stated median, 5 % and 95 % quantiles of each share at a new farm."
    shown = f":::{{figure}} {quantity.name}.svg\n:alt: {alt}\n\n{caption}\n:::\n"
    return shown, prior_figure(quantity, rows)


def _section(quantity: Quantity, figure: str) -> str:
    parts = [
        f"(quantity-{quantity.name})=\n## {code(quantity.name)}\n",
        plain(quantity.definition) + "\n",
        table(("", ""), [(label, text) for label, text in _facts(quantity)]),
    ]
    if not quantity.composite_of:
        parts += [_why(quantity), figure]
    if quantity.family != "instruments":
        parts.append(_evidence(quantity))
    return "\n".join(parts)


def _introduction(family: str) -> str:
    """Return the comment at the head of a file of priors: it says what the quantities have in common."""
    head = takewhile(lambda line: line.startswith("#"), read_text(f"priors/{family}.toml").splitlines())
    return plain(" ".join(line.removeprefix("#") for line in head))


def quantity_pages() -> Iterator[tuple[str, str]]:
    """Yield the overview, one page per file of `priors/`, and one figure per prior."""
    yield "parts/quantities.md", _overview()
    families: dict[str, list[str]] = {}
    for quantity in everything().values():
        figure = ""
        if not quantity.composite_of:
            figure, drawn = _figure(quantity)
            yield f"quantities/{quantity.name}.svg", drawn
        families.setdefault(quantity.family, []).append(_section(quantity, figure))
    for family, sections in sorted(families.items()):
        text = "\n".join(sections)
        yield f"quantities/{family}.md", f"# {family.capitalize()}\n\n{_introduction(family)}\n\n{text}"
