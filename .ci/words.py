"""Collect the English that the code says into the Chinese catalogue, and compile it; `--check` only compares.

English stands in calls ``_("...")``, in tables named ``WORDS`` or ``COLUMNS`` (their key tells equal texts apart) and
in tuples named ``PHRASES``. Write the Chinese into ``msgstr`` of the .po file between two runs.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PO = ROOT / "bayescarbon" / "locale" / "zh" / "LC_MESSAGES" / "bayescarbon.po"
MO = PO.with_suffix(".mo")
_CONTEXTS = {"WORDS": "", "COLUMNS": "column "}
_WIDTH = 110
# `{name}`, `{name:g}` or `{name!r}`; a sentence without values may show other braces, such as those of TOML.
_PLACEHOLDER = re.compile(r"\{([a-z_]\w*)(?:[!:][^{}]*)?\}")

Entry = tuple[str, str | None]


def english_of(source: str) -> Iterator[Entry]:
    """Yield what a module says, each text with its context, and refuse what could not be translated."""
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            yield from _table(getattr(target, "id", "").lstrip("_"), node.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            yield _call(node), None


def _table(name: str, value: ast.expr) -> Iterator[Entry]:
    if name == "PHRASES" and isinstance(value, ast.Tuple):
        yield from ((_text(phrase), None) for phrase in value.elts)
    if name in _CONTEXTS:
        for table in (node for node in ast.walk(value) if isinstance(node, ast.Dict)):
            for key, english in zip(table.keys, table.values, strict=True):
                if key is not None:
                    yield _text(english), f"{_CONTEXTS[name]}{_text(key)}"


def _text(node: ast.expr) -> str:
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        raise SystemExit(f"line {node.lineno}: {ast.unparse(node)} is not one literal text")
    return node.value


def _call(node: ast.Call) -> str:
    english = _text(node.args[0])
    given = {keyword.arg for keyword in node.keywords}
    if None not in given and given != placeholders(english):
        raise SystemExit(f"line {node.lineno}: values {sorted(map(str, given))} do not fit {english!r}")
    return english


def placeholders(text: str) -> set[str]:
    """Return the names of a text's placeholders."""
    return set(_PLACEHOLDER.findall(text))


def collected() -> Catalog:
    """Return all that the code says."""
    catalog = Catalog()
    for path in sorted((ROOT / "bayescarbon").rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        try:
            for english, context in english_of(path.read_text(encoding="utf-8")):
                catalog.add(english, context=context, locations=[(place, 1)])
        except SystemExit as refused:
            raise SystemExit(f"{place}, {refused}") from None
    return catalog


def renewed(known: Catalog) -> Catalog:
    """Return the catalogue with what the code says now; a changed text has to be translated again.

    The dates of the header stay: renewed, they would make any two branches conflict.
    """
    fresh = collected()
    catalog = Catalog(
        locale="zh_Hans",
        header_comment=known.header_comment,
        project=known.project,
        version=known.version,
        copyright_holder=known.copyright_holder,
        msgid_bugs_address=known.msgid_bugs_address,
        creation_date=known.creation_date,
        revision_date=known.revision_date,
        last_translator=known.last_translator,
        language_team=known.language_team,
        charset="utf-8",
        fuzzy=False,
    )
    for message in fresh:
        if message.id:
            old = known.get(message.id, context=message.context)
            added = catalog.add(
                message.id,
                old.string if old else "",
                locations=message.locations,
                flags=old.flags if old else (),
                context=message.context,
                user_comments=old.user_comments if old else (),
            )
            # "5 % quantile" looks like an instruction of the old way of formatting.
            added.flags.discard("python-format")
    return catalog


def written(catalog: Catalog) -> str:
    """Return the catalogue as the text of a .po file."""
    out = io.BytesIO()
    write_po(out, catalog, width=_WIDTH, sort_output=True, include_lineno=False)
    return out.getvalue().decode("utf-8")


def _entries(catalog: Catalog) -> dict[Entry, str]:
    return {(m.id, m.context): m.string for m in catalog if m.id and m.string}


def faults(catalog: Catalog) -> list[str]:
    """Return what is wrong with translations: missing, unsure, or with other placeholders."""
    found = []
    for message in catalog:
        if message.id:
            found += [f"{message.id[:70]!r}: {fault}" for fault in _faults(message)]
    return found


def _faults(message: Message) -> Iterator[str]:
    if not message.string:
        yield "not translated"
        return
    if message.fuzzy:
        yield "marked fuzzy"
    if placeholders(message.id) != placeholders(message.string):
        yield f"placeholders differ: {message.string!r}"


def main(check: bool) -> int:
    """Renew or compare both files; return 1 where something is left to do."""
    before = PO.read_text(encoding="utf-8")
    catalog = renewed(read_po(io.StringIO(before), locale="zh_Hans"))
    wrong = faults(catalog)
    after = written(catalog)
    compiled = _entries(read_mo(MO.open("rb"))) if MO.exists() else {}
    # What a version of Babel writes into the header is no difference.
    if _body(after) != _body(before):
        if check:
            wrong.append(f"{PO.name} does not hold what the code says; run .ci/words.py")
        else:
            PO.write_text(after, encoding="utf-8")
    if compiled != _entries(catalog):
        if check:
            wrong.append(f"{MO.name} is not compiled from {PO.name}; run .ci/words.py")
        else:
            with MO.open("wb") as out:
                write_mo(out, catalog)
    for fault in wrong:
        print(fault)
    return 1 if wrong else 0


def _body(po: str) -> str:
    return po.partition("\n\n")[2]


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
