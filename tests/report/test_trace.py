"""The audit trail: complete from number to source, without loose ends, and the same on page and terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescarbon.accounting.frameworks import frameworks, weights
from bayescarbon.evidence.references import references
from bayescarbon.report.evidence import EVIDENCE, evidence_table
from bayescarbon.report.language import text
from bayescarbon.report.saved import Saved, read_saved
from bayescarbon.report.trace import KINDS, Step, anchor, named, reference_text, trail, walk
from bayescarbon.report.trail_lines import step_record, trail_lines
from tests.report.page_reader import read_page
from tests.report.page_study import NASTY, constructed, written


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trace") / "results"
    written(folder)
    return folder


@pytest.fixture
def saved(folder: Path) -> Saved:
    return read_saved(folder)


@pytest.fixture
def steps(saved: Saved) -> dict[str, Step]:
    return trail(saved)


def test_every_step_leads_to_a_step_of_a_later_kind(steps: dict[str, Step]) -> None:
    for step in steps.values():
        for key in step.leads_to:
            assert KINDS.index(steps[key].kind) > KINDS.index(step.kind), (step.key, key)


@pytest.mark.parametrize("name", ["sink", "credits", "price, east"])
def test_a_number_reaches_evidence_sources_and_files(steps: dict[str, Step], name: str) -> None:
    reached = {step.key for step in walk(steps, [f"number:{name}"])}
    assert {
        "framework:improved_stock_change", "line:shell_dic", "quantity:shell_carbon", "evidence:P035",
        "evidence:evidence:2", "source:sun_2020", "input:harvest.csv", "input:evidence.csv",
    } <= reached  # fmt: skip
    assert ("input:economics.csv" in reached) == name.startswith("price")
    assert ("rule:posterior_q10" in reached) == (name == "credits")
    assert ("quantity:baseline_share" in reached) == (name != "sink")
    # A line that the framework does not count is no part of the way.
    assert "line:respired" not in reached


def test_ascidians_rest_on_quantities_of_their_own(saved: Saved) -> None:
    """Not on those of crops, whose rows tell nothing of a bag of sea water."""
    rows = saved.rows("quantities")
    ascidian = {**rows[0], "quantity": "fouler_dry_fraction[ascidian]", "species": "", "site": ""}
    steps = trail(Saved({**saved.tables, "quantities": [*rows, ascidian]}, saved.manifest))
    own = steps["quantity:ascidian_dry_fraction"]
    assert own.rows == (("quantities", len(rows)),)
    assert not [key for key in own.leads_to if key.startswith("evidence:")]
    assert "quantity:dry_fraction" not in steps  # nothing else in this study stands on it
    assert named(steps, "fouler_dry_fraction[ascidian]") == [own]
    assert own.key in steps["line:fouling_tissue"].leads_to
    assert own.key not in steps["line:fouling_shell_dic"].leads_to


def test_the_values_of_a_number_are_those_of_its_row(saved: Saved, steps: dict[str, Step]) -> None:
    (place,) = steps["number:sink"].rows
    row = saved.tables[place[0]][place[1]]
    assert (row["scope"], row["framework"]) == ("total", "improved_stock_change")
    prices = [saved.tables[table][at] for table, at in steps["number:price, west"].rows]
    assert [(row["batch"], row["unit"]) for row in prices] == [("west", "CNY/t C"), ("west", "CNY/t CO2e")]


def test_a_framework_leads_to_the_lines_that_it_counts(steps: dict[str, Step]) -> None:
    for name, framework in frameworks().items():
        assert steps[f"framework:{name}"].leads_to == tuple(f"line:{line}" for line in weights(framework))


def test_a_row_that_reads_several_quantities_is_evidence_of_each(steps: dict[str, Step]) -> None:
    assert "evidence:evidence:2" in steps["quantity:shell_carbon"].leads_to
    said = dict(steps["evidence:evidence:2"].says)
    assert "whole animal" in said["trail definition"]


def test_a_prior_of_the_study_stands_in_place_of_the_shipped_one(saved: Saved) -> None:
    own = {"q05": 0.1, "q50": 0.11, "q95": 0.12, "reason": "weighed", "source": "a thesis"}
    files = saved.manifest["inputs"] | {"study.toml": "f" * 64}
    manifest = saved.manifest | {"own_priors": {"shell_carbon": own}, "inputs": files}
    step = trail(Saved(saved.tables, manifest))["quantity:shell_carbon"]
    said = dict(step.says)
    assert said["trail own prior"] == "0.11 (0.1 ... 0.12) t C / t shell"
    assert said["trail reason"] == "weighed"
    assert "trail prior" not in said
    assert "input:study.toml" in step.leads_to
    assert dict(trail(saved)["quantity:shell_carbon"].says)["trail reason"] != "weighed"


def test_a_workbook_is_the_file_of_all_tables(saved: Saved) -> None:
    manifest = saved.manifest | {"inputs": {"farm.xlsx": "a" * 64}}
    found = trail(Saved(saved.tables, manifest))
    assert "input:farm.xlsx" in found["line:tissue"].leads_to
    assert found["evidence:evidence:2"].leads_to == ("input:farm.xlsx",)


def test_a_run_without_evidence_or_credits_still_has_a_trail(saved: Saved) -> None:
    tables = {name: saved.tables[name] for name in ("quantities", "ledger", "sinks")}
    found = trail(Saved(tables, saved.manifest))
    assert {step.kind for step in found.values()} >= {"number", "framework", "line", "quantity", "input"}
    assert "number:credits" not in found
    assert "quantity:shell_carbon" in {step.key for step in walk(found, ["number:sink"])}


def test_anchors_are_ids_and_differ_as_the_names_do() -> None:
    names = ["a b", "a-b", "a_b", "a:b", "甲", NASTY, "price, a", "price,a"]
    anchors = [anchor(f"number:{name}") for name in names]
    assert len(set(anchors)) == len(names)
    assert all(found.isascii() and not set(found) & set(" <>\"'&#:,") for found in anchors)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("sink", ["number:sink"]),
        ("price", ["number:price, east", "number:price, west"]),
        ("price, west", ["number:price, west"]),
        ("buried", ["line:buried"]),
        ("shell_carbon", ["quantity:shell_carbon"]),
        ("fouler_shell_carbon[mussel]", ["quantity:shell_carbon"]),
        ("P035", ["evidence:P035"]),
        ("sun_2020", ["source:sun_2020"]),
        ("nothing", []),
    ],
)
def test_names(steps: dict[str, Step], name: str, keys: list[str]) -> None:
    assert [step.key for step in named(steps, name)] == keys


def test_terminal_and_page_say_the_same(folder: Path, saved: Saved, steps: dict[str, Step]) -> None:
    lines = [str(getattr(line, "text", line)) for line in trail_lines(saved, list(steps.values()), "en")]
    said = " ".join(" ".join(lines).split())
    read = read_page(folder)
    for step in steps.values():
        assert step.anchor in read.ids
        if step.kind not in ("evidence",):
            assert " ".join(step.title.split()) in said
            assert " ".join(step.title.split()) in read.text
            for _, told in step.says:
                assert " ".join(told.split()) in said
                assert " ".join(told.split()) in read.text
    for kind in KINDS:
        assert text(f"trail {kind}", "en") in lines


def test_a_record_holds_the_rows_whole(saved: Saved, steps: dict[str, Step]) -> None:
    record = step_record(saved, steps["evidence:P035"])
    (row,) = record["values"]  # type: ignore[misc]
    assert row["value"] == 0.1152
    assert row["row"] == 2
    assert record["rests_on"] == ["source:sun_2020"]


def test_sources_are_no_links_out() -> None:
    for reference in references().values():
        assert "://" not in reference_text(reference)


class TestEvidence:
    def test_has_rows_and_tables(self) -> None:
        table = evidence_table(constructed())
        assert table is not None
        assert tuple(table) == EVIDENCE
        assert table["id"].tolist() == [
            "P035",
            "evidence:2",
            "isotopes:respired_shell_fraction:Chlamys farreri:east",
        ]
        assert table["unit"].tolist() == ["t C / t shell", "t C / t dry", ""]
        assert table["kind"].tolist() == ["sample", "summary", "table"]
        assert table["n"].tolist() == [1.0, 5.0, 3.0]
        # What the library remarks on a row goes with it; the farm's rows have none.
        assert table["note"].tolist()[0] != ""
        assert table["note"].tolist()[1] == ""
