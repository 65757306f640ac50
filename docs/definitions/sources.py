"""The library of literature rows and the bibliography."""

from __future__ import annotations

from collections.abc import Iterator

from bayescarbon.evidence.literature import library, literature, not_used
from bayescarbon.evidence.references import Reference, references
from definitions.markdown import cite, code, plain, quantity_link, table
from definitions.quantities import everything, evidence_rows


def _library() -> str:
    rows = library()
    sections = []
    for family, part in rows.groupby("family", sort=True):
        for role in ("direct", "context"):
            chosen = part[part["role"] == role]
            if len(chosen):
                head = f"## {str(family).replace('_', ' ').capitalize()}: {role} rows\n"
                sections.append(f"{head}\n{evidence_rows(chosen, quantity=True)}")
    left_out = [
        (row["evidence_id"], cite(row["source"]), plain(row["reason"]))
        for row in not_used().to_dict("records")
    ]
    sections.append(f"## Not used\n\n{table(('value', 'source', 'why not'), left_out)}")
    return "\n".join(sections)


def _uses(key: str) -> str:
    """Say where a source enters: rows of evidence, rows of context, values set aside, reasons of priors."""
    rows = library()
    ids = rows["id"][(rows["source"] == key) | (rows["cites"] == key)]
    fitted = ids.isin(literature()["id"])
    set_aside = not_used()
    told = [
        f"{word}: {', '.join(found)}"
        for word, found in (
            ("in every fit", ids[fitted]),
            ("as context", ids[~fitted]),
            ("for nothing", set_aside["evidence_id"][set_aside["source"] == key]),
        )
        if len(found)
    ]
    priors = [quantity_link(name) for name, quantity in everything().items() if key in quantity.sources]
    if priors:
        told.append(f"behind the prior of {', '.join(priors)}")
    return "; ".join(told)


def _entry(reference: Reference) -> str:
    author = reference.author.replace(" and others", " et al.").replace(" and ", "; ")
    lead = " ".join(part for part in (author, f"({reference.year})" if reference.year else "") if part)
    link = ""
    if reference.doi or reference.url:
        address = f"https://doi.org/{reference.doi}" if reference.doi else reference.url
        link = f"<{address}>"
    told = [plain(part) for part in (lead, reference.title, reference.where) if part]
    note = f"*{plain(reference.note)}.* " if reference.note else ""
    uses = _uses(reference.key)
    return (
        f"(ref-{reference.key})=\n{code(reference.key)} {'. '.join([*told, *([link] if link else [])])}. "
        f"{note}{'Used ' + uses + '.' if uses else ''}\n"
    )


def source_pages() -> Iterator[tuple[str, str]]:
    """Yield every row of the library, and every source with what it is used for."""
    yield "parts/literature.md", _library()
    yield "parts/bibliography.md", "\n".join(_entry(reference) for reference in references().values())
