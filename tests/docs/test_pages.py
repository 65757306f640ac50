"""Pages made from definitions: complete, linked to something, and with figures of the prior that is in force."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from bayescarbon.accounting.frameworks import frameworks, weights
from bayescarbon.accounting.lines import LINES
from bayescarbon.evidence.literature import library, literature
from bayescarbon.evidence.quantities import quantities
from bayescarbon.evidence.references import references
from bayescarbon.study.rules import rules
from tests.scripts import ROOT

sys.path.insert(0, str(ROOT / "docs"))
from definitions import pages, write_pages
from definitions.markdown import code, plain, short
from definitions.modules import folders
from definitions.prior_figure import density, outside
from definitions.quantities import everything

LINK = re.compile(r"\]\(#([^)]+)\)")
TARGET = re.compile(r"^\(([^)\s]+)\)=$", re.MULTILINE)


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return dict(pages())


def written() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}


def test_every_link_has_one_target(made: dict[str, str]) -> None:
    texts = [*made.values(), *written().values()]
    targets = [target for text in texts for target in TARGET.findall(text)]
    assert len(targets) == len(set(targets))
    assert {link for text in texts for link in LINK.findall(text) if "-" in link} <= set(targets)


def test_every_quantity_framework_rule_and_source_has_its_section(made: dict[str, str]) -> None:
    targets = {target for text in made.values() for target in TARGET.findall(text)}
    assert {f"quantity-{name}" for name in everything()} <= targets
    assert {f"framework-{name}" for name in frameworks()} <= targets
    assert {f"rule-{name}" for name in rules()} <= targets
    assert {f"ref-{key}" for key in references()} <= targets


def test_every_quantity_shows_its_prior_reason_and_evidence(made: dict[str, str]) -> None:
    rows = literature()
    for name, quantity in quantities().items():
        page = made[f"quantities/{quantity.family}.md"]
        section = page.split(f"(quantity-{name})=")[1].split("(quantity-")[0]
        assert plain(quantity.reason) in section
        assert f"{name}.svg" in section and made[f"quantities/{name}.svg"].startswith("<?xml")
        for stated in quantity.by.values() or [quantity.prior]:
            assert f"q05 {stated.q05:g}, q50 {stated.q50:g}, q95 {stated.q95:g}" in section
        shown = set(re.findall(r"^\| (P\d+) \|", section, re.MULTILINE))
        assert shown == set(rows["id"][rows["quantity"] == name])
        assert all(f"](#ref-{key})" in section for key in quantity.sources)


def test_every_row_of_the_library_is_listed_once(made: dict[str, str]) -> None:
    listed = re.findall(r"^\| (P\d+) \| `", made["parts/literature.md"], re.MULTILINE)
    assert sorted(listed) == sorted(library()["id"])


def test_the_matrix_of_frameworks_has_their_weights(made: dict[str, str]) -> None:
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in made["parts/frameworks.md"].splitlines()
    ]
    rows = [row for row in rows if row]
    cells = {row[0].strip("`"): row[1:] for row in rows if row[0].strip("`") in LINES}
    assert set(cells) == set(LINES)
    for place, framework in enumerate(frameworks().values()):
        signed = {line: {"+": 1, "−": -1, "": 0}[row[place]] for line, row in cells.items()}
        assert {line: sign for line, sign in signed.items() if sign} == weights(framework)


@pytest.mark.parametrize("name", ["burial_fraction", "biodeposition_rate", "shell_carbon", "baseline_share"])
def test_a_figure_s_density_is_the_stated_prior(name: str) -> None:
    quantity = quantities()[name]
    assert outside(quantity, quantity.prior) == pytest.approx((0.05, 0.05), abs=2e-3)
    theta, height, logarithmic = density(quantity, quantity.prior)
    along = np.log(theta) if logarithmic else theta
    assert np.trapezoid(height, along) == pytest.approx(1.0, abs=0.03)
    middle = (theta > quantity.prior.q05) & (theta < quantity.prior.q95)
    assert np.trapezoid(height[middle], along[middle]) == pytest.approx(0.9, abs=0.02)


def test_one_normal_per_mineral() -> None:
    quantity = quantities()["isotope_enrichment"]
    for stated in quantity.by.values():
        assert outside(quantity, stated) == pytest.approx((0.05, 0.05), abs=2e-3)


def test_text_shows_as_it_is() -> None:
    assert plain("a_b | [c]\n d*") == r"a\_b \| \[c\] d\*"
    assert code("|mu|") == r"`\|mu\|`"
    assert short(references()["wen_2022"]) == "Wen et al. 2022"
    assert short(references()["fan_liu_2016"]) == "Fan and Liu 2016"
    assert short(references()["an_2024"]) == "An et al. 2024"


def test_a_former_build_leaves_nothing_behind(tmp_path: Path) -> None:
    write_pages(tmp_path, {"quantities/gone.md": "# Gone", "parts/kept.md": "# Kept"})
    kept = tmp_path / "parts" / "kept.md"
    before = kept.stat().st_mtime_ns
    write_pages(tmp_path, {"parts/kept.md": "# Kept", "parts/new.md": "# New"})
    assert {path.name for path in tmp_path.rglob("*.md")} == {"kept.md", "new.md"}
    assert kept.stat().st_mtime_ns == before


def test_the_map_names_the_folders_that_exist() -> None:
    text = (ROOT / "docs" / "code-map.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## `bayescarbon/(.*)`$", text, re.MULTILINE)
    assert sorted(section.strip("/") for section in sections) == sorted(folders())
    included = re.findall(r"generated/parts/modules/(\S+)\.md", text)
    expected = [section.strip("/").replace("/", ".") or "top" for section in sections]
    assert included == expected


def test_the_map_points_at_modules_that_exist() -> None:
    text = (ROOT / "docs" / "code-map.md").read_text(encoding="utf-8")
    for name in re.findall(r"`([a-z_/]+\.py)`", text):
        assert (ROOT / "bayescarbon" / name).is_file(), name
    for name in re.findall(r"^\| `([.\w]+)/` \|", text, re.MULTILINE):
        assert (ROOT / name).is_dir(), name


def test_every_module_says_what_it_is_for(made: dict[str, str]) -> None:
    for folder, paths in folders().items():
        listed = made[f"parts/modules/{folder.replace('/', '.') or 'top'}.md"]
        rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", listed, re.MULTILINE))
        assert set(rows) == {path.stem for path in paths} - {"__init__"}
