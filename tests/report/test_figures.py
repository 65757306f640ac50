"""Figures draw the numbers of the tables, and every line and framework has a colour of its own."""

from __future__ import annotations

import inspect
import itertools
import warnings

import numpy as np
import pandas as pd
import pytest
from markupsafe import escape
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from bayescarbon.accounting.constants import CO2E_PER_C
from bayescarbon.accounting.frameworks import frameworks, net_sink
from bayescarbon.accounting.lines import LINES
from bayescarbon.report import figures
from bayescarbon.report.colours import FRAMEWORK_COLOURS, LINE_COLOURS, framework_colour, line_colour
from bayescarbon.report.page.drawings import inline_svg
from bayescarbon.report.tables import sinks_table
from tests.report.constructed import draws_by_line, make_ledger
from tests.scripts import ROOT

LEDGER = make_ledger(draws_by_line())


def drawn_intervals(axes: Axes) -> dict[str, tuple[float, float, float]]:
    """Return low, middle and high of every row as they stand in the picture, by its label."""
    labels = {
        tick: label.get_text() for tick, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
    }
    found: dict[str, list[float]] = {}
    for line in axes.lines:
        places = set(np.atleast_1d(line.get_ydata()))
        if len(places) == 1 and (place := places.pop()) in labels:
            found.setdefault(labels[place], []).extend(np.atleast_1d(line.get_xdata()))
    return {label: (low, middle, high) for label, (low, high, middle) in found.items()}


def test_sinks_stand_where_the_table_says() -> None:
    table = sinks_table(LEDGER)
    drawn = drawn_intervals(figures.sinks(table, scope="west").axes[0])
    rows = table[table["scope"] == "west"].set_index("framework")
    assert set(drawn) == set(frameworks())
    for name, interval in drawn.items():
        assert interval == pytest.approx(tuple(rows.loc[name, ["q05", "median", "q95"]]))


def test_an_unknown_scope_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no scope 'north'; there are east, west, total"):
        figures.sinks(sinks_table(LEDGER), scope="north")


@pytest.mark.parametrize("framework", [name for name in frameworks() if name != "none"])
def test_steps_of_a_waterfall_end_at_the_mean_net_sink(framework: str) -> None:
    axes = figures.waterfall(LEDGER, framework).axes[0]
    *steps, last = axes.patches
    sink = float(net_sink(LEDGER, framework).sum("batch").mean())
    assert sum(step.get_width() for step in steps) == pytest.approx(sink)
    assert (last.get_x(), last.get_width()) == (0.0, pytest.approx(sink))
    # Each step begins where the one before it ended.
    ends = list(itertools.accumulate(step.get_width() for step in steps))
    assert [step.get_x() for step in steps] == pytest.approx([0.0, *ends[:-1]])


def test_a_step_is_the_mean_of_its_line_in_co2e() -> None:
    axes = figures.waterfall(LEDGER, "air_sea_calcification").axes[0]
    mean = float(LEDGER["calcification_co2"].sum("batch").mean())
    assert axes.patches[0].get_width() == pytest.approx(-mean * CO2E_PER_C)


def test_lines_that_are_zero_are_left_out() -> None:
    draws = draws_by_line()
    for line in LINES:
        if line.startswith("seed"):
            draws[line] = np.zeros_like(draws[line])
    axes = figures.waterfall(make_ledger(draws), "stock_change").axes[0]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["shell_dic", "shell_respired", "shell_organic", "tissue", "net sink"]


def test_prices_of_one_unit() -> None:
    table = pd.DataFrame(
        {
            "batch": ["a", "a"],
            "unit": ["CNY/t C", "CNY/t CO2e"],
            "median": [110.0, 30.0],
            "q05": [55.0, 15.0],
            "q95": [220.0, 60.0],
        }
    )
    axes = figures.prices(table).axes[0]
    assert drawn_intervals(axes) == {"a": (15.0, 30.0, 60.0)}
    assert "CNY/t CO2e" in axes.get_xlabel()
    with pytest.raises(ValueError, match="no price per t N"):
        figures.prices(table, unit="t N")


def test_the_risk_curve_passes_through_its_points_and_marks_the_rules() -> None:
    table = pd.DataFrame({"p_overcredit": [0.05, 0.1, 0.4], "issued": [70.0, 80.0, 95.0]})
    axes = figures.risk_curve(table, marked={"posterior_q10": (0.1, 80.0)}).axes[0]
    curve, mark = axes.lines
    np.testing.assert_allclose(curve.get_xdata(), [5.0, 10.0, 40.0])
    np.testing.assert_allclose(curve.get_ydata(), table["issued"])
    assert (list(mark.get_xdata()), list(mark.get_ydata())) == ([10.0], [80.0])
    assert [note.get_text() for note in axes.texts] == ["1"]
    (legend,) = axes.figure.legends
    assert [entry.get_text() for entry in legend.get_texts()] == ["1  posterior_q10"]


# Realised risks of the rules of two runs, in units of a thousandth.
RISKS = {
    "many": [403, 332, 199, 370, 371, 26, 441, 358, 358, 333, 369, 97, 105, 102],
    "few": [400, 386, 260, 333, 102, 259, 347, 413, 26, 259, 354, 394, 100],
    "all one": [330, 331, 332, 333],
}


@pytest.mark.parametrize("width", [4.5, 7.2])
@pytest.mark.parametrize("name", list(RISKS))
def test_each_rule_on_the_risk_curve_is_told_by_a_number_below_its_own_dot(name: str, width: float) -> None:
    levels = np.linspace(0.005, 0.6, 60)
    table = pd.DataFrame({"p_overcredit": levels, "issued": 500 + 300 * np.sqrt(levels)})
    marked = {
        f"rule_number_{at}": (risk / 1000, 500 + 300 * float(np.sqrt(risk / 1000)))
        for at, risk in enumerate(RISKS[name])
    }
    figure = figures.risk_curve(table, marked=marked)
    figure.set_size_inches(width, figure.get_size_inches()[1])
    figure.draw_without_rendering()
    (axes,), (legend,) = figure.axes, figure.legends
    told = dict(" ".join(entry.get_text().split()).split(" ", 1) for entry in legend.get_texts())
    assert sorted(", ".join(told.values()).split(", ")) == sorted(marked)
    assert list(told) == [note.get_text() for note in axes.texts]
    dots = [(100 * risk, issued) for risk, issued in marked.values()]
    for note in axes.texts:
        nearest = min(dots, key=lambda dot: abs(dot[0] - note.get_position()[0]))
        for rule in told[note.get_text()].split(", "):
            # Half a per cent is less than a dot is wide.
            assert abs(100 * marked[rule][0] - nearest[0]) < 0.5
    texts = [Text.get_window_extent(note) for note in (*axes.texts, *legend.get_texts(), axes.xaxis.label)]
    for one, other in itertools.combinations(texts, 2):
        assert not one.overlaps(other)
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.width for box in texts)


def test_prior_and_posterior_are_drawn_as_shares_of_their_draws() -> None:
    rng = np.random.default_rng(2)
    axes = figures.quantity(rng.lognormal(0, 1, 4000), rng.lognormal(0, 0.2, 1000), label="b", log=True).axes[
        0
    ]
    prior, posterior = axes.containers
    assert sum(bar.get_height() for bar in prior) == pytest.approx(0.99, abs=0.002)
    assert sum(bar.get_height() for bar in posterior) == pytest.approx(1.0, abs=1e-9)
    with pytest.raises(ValueError, match="at or below zero"):
        figures.quantity(np.array([-1.0, 1.0]), np.array([1.0]), label="b", log=True)


@pytest.mark.parametrize("spread", [0.05, 0.3, 3.0])
def test_a_logarithmic_axis_has_numbers_however_narrow_it_is(spread: float) -> None:
    draws = np.random.default_rng(4).lognormal(0, spread, 500)
    figure = figures.quantity(draws, draws, label="b", log=True)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    low, high = axes.get_xlim()
    told = [tick.get_text() for tick in axes.get_xticklabels() if low <= tick.get_position()[0] <= high]
    assert len(told) >= 3
    assert all(float(number) > 0 for number in told)


ROWS = pd.DataFrame(
    {
        "quantity": ["a", "a", "a", "a", "a", "b", "c", "none"],
        "origin": [
            "literature",
            "literature",
            "literature",
            "literature",
            "farm",
            "farm",
            "literature",
            "literature",
        ],
        "value": [0.2, 0.1, np.nan, np.nan, 0.3, 5.0, 7.0, 1.0],
        "low": [np.nan, np.nan, 0.05, 0.6, np.nan, np.nan, np.nan, np.nan],
        "high": [np.nan, np.nan, 0.4, np.nan, np.nan, np.nan, np.nan, np.nan],
    }
)
POSTERIOR = pd.DataFrame(
    {
        "quantity": ["c", "b", "a", "a", "d"],
        "species": ["", "", "one", "two", ""],
        "site": [np.nan, "x", "x", "x", "x"],
        "unit": ["g", "mg", "t C / t C", "t C / t C", "g"],
        "q05": [1.0, 2.0, 0.1, 0.15, 1.0],
        "median": [2.0, 3.0, 0.2, 0.25, 2.0],
        "q95": [3.0, 400.0, 0.3, 0.35, 3.0],
    }
)


def test_rows_of_evidence_stand_under_the_posterior() -> None:
    axes = figures.evidence(ROWS, POSTERIOR, ["a"]).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["one", "two", "farm (1)", "literature (4)"]
    lines = [
        (line.get_marker(), line.get_xdata().tolist(), round(float(line.get_ydata()[0])))
        for line in axes.lines
    ]
    assert lines[:4] == [
        ("None", [0.1, 0.3], 0), ("o", [0.2], 0), ("None", [0.15, 0.35], 1), ("o", [0.25], 1),
    ]  # fmt: skip
    assert lines[4] == ("D", [0.3], 2)
    # Those of the literature by size: values, the range, and the lower bound as a triangle that points up the axis.
    assert lines[5:] == [("o", [0.1], 3), ("o", [0.2], 3), ("None", [0.05, 0.4], 3), (">", [0.6], 3)]
    assert axes.get_title(loc="left") == "a, t C / t C"


def test_quantities_that_the_farm_measured_come_first_and_only_those_with_a_posterior() -> None:
    axes = figures.evidence(ROWS, POSTERIOR).axes
    assert [one.get_title(loc="left").split(",")[0] for one in axes] == ["a", "b", "c"]
    # 2 to 400: steps of equal factors.
    assert [one.get_xscale() for one in axes] == ["linear", "log", "linear"]
    # A quantity without a place is called by its name.
    assert [one.get_yticklabels()[0].get_text() for one in axes] == ["one", "x", "c"]
    with pytest.raises(ValueError, match="no quantity 'e'; those with rows: a, b, c"):
        figures.evidence(ROWS, POSTERIOR, ["e"])


def test_of_many_rows_a_hundred_are_drawn_from_the_lowest_to_the_highest() -> None:
    many = pd.DataFrame(
        {"quantity": "b", "origin": "farm", "value": np.arange(1.0, 2001.0), "low": np.nan, "high": np.nan},
        index=np.zeros(2000),  # tables put together by hand repeat their index
    )
    axes = figures.evidence(many, POSTERIOR).axes[0]
    assert axes.get_yticklabels()[1].get_text() == "farm (2000)"
    drawn = [line for line in axes.lines if line.get_marker() == "D"]
    values = [float(line.get_xdata()[0]) for line in drawn]
    assert (len(values), values[0], values[-1]) == (100, 1.0, 2000.0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_figure_can_be_saved_in_both_languages(language: figures.Language, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "figure.svg"
    figures.waterfall(LEDGER, language=language).savefig(path)
    assert "<svg" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["lot $a_$ 2", "A $5 & B $6", r"a \$ b"])
def test_dollar_signs_in_names_are_dollar_signs(name: str) -> None:
    batches = LEDGER.assign_coords(batch=[name, "west"])
    priced = pd.DataFrame(
        {"batch": [name], "unit": ["$a_$/t CO2e"], "median": [2.0], "q05": [1.0], "q95": [3.0]}
    )
    curve = pd.DataFrame({"p_overcredit": [0.05, 0.4], "issued": [70.0, 95.0]})
    steps = pd.DataFrame({"total_cost": [1.0], "total_value": [2.0], "currency": [name]})
    places = POSTERIOR.assign(species=[name, "b", name, "two", ""])
    draws = np.random.default_rng(1).lognormal(0, 2, 500)
    for drawn in (
        figures.sinks(sinks_table(batches).assign(framework=name), scope=name),
        figures.prices(priced),
        figures.risk_curve(curve, marked={name: (0.1, 80.0)}),
        figures.budget_curve(steps),
        figures.evidence(ROWS, places, ["a"]),
        figures.quantity(draws, draws, label=name, log=True),
    ):
        assert f"{escape(name)}<" in inline_svg(drawn, "f", "a figure")


def test_a_machine_without_chinese_letters_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bayescarbon.report.drawing.get_font_names", lambda: ["DejaVu Sans"])
    with pytest.warns(UserWarning, match="fonts-noto-cjk") as told:
        figures.waterfall(LEDGER, language="zh")
    assert len(told) == 1
    assert told[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figures.waterfall(LEDGER, language="en")
        monkeypatch.setattr("bayescarbon.report.drawing.get_font_names", lambda: ["SimHei"])
        figures.waterfall(LEDGER, language="zh")


def test_every_shipped_line_and_framework_has_its_own_colour() -> None:
    assert {line_colour(line) for line in LINES} == set(LINE_COLOURS.values())
    assert set(LINE_COLOURS) == set(LINES) and len(set(LINE_COLOURS.values())) == len(LINES)
    assert set(FRAMEWORK_COLOURS) == set(frameworks())
    assert len(set(FRAMEWORK_COLOURS.values())) == len(FRAMEWORK_COLOURS)
    with pytest.raises(KeyError):
        line_colour("shell")


def contrast(colour: object) -> float:
    """Return the contrast to white paper by WCAG 2."""
    linear = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in to_rgb(colour)]
    return 1.05 / (float(np.dot([0.2126, 0.7152, 0.0722], linear)) + 0.05)


def test_pale_bars_have_an_edge_that_stands_out_from_the_paper() -> None:
    bars = figures.waterfall(LEDGER).axes[0].patches
    assert (
        min(contrast(bar.get_facecolor()) for bar in bars)
        < 3
        <= min(contrast(b.get_edgecolor()) for b in bars)
    )
    assert min(bar.get_linewidth() for bar in bars) >= 0.5
    (area,) = figures.total_sink(LEDGER).axes[0].patches
    assert contrast(area.get_edgecolor()) >= 3
    dots = [line for line in figures.sinks(sinks_table(LEDGER)).axes[0].lines if line.get_marker() == "o"]
    assert len(dots) == len(FRAMEWORK_COLOURS)
    assert min(contrast(dot.get_markeredgecolor()) for dot in dots) >= 3


def test_every_figure_stands_in_the_documented_interface() -> None:
    documented = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert [
        name for name in figures.__all__ if f"bayescarbon.report.figures.{name}\n" not in documented
    ] == []
    drawing = {name for name, made in vars(figures).items() if inspect.isfunction(made) and name[0] != "_"
               and made.__annotations__.get("return") == "Figure"} - {"finished"}  # fmt: skip
    assert drawing == set(figures.__all__)


def test_a_framework_of_ones_own_has_a_colour_that_no_other_has() -> None:
    assert framework_colour("mine") not in FRAMEWORK_COLOURS.values()


# Machado, Oliveira and Fernandes (2009): what a person without the medium- or long-wavelength cones sees, linear RGB.
DEUTERANOPIA = np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]])
PROTANOPIA = np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]])


@pytest.mark.parametrize("seen_through", [DEUTERANOPIA, PROTANOPIA])
def test_the_lines_of_a_sink_differ_for_colour_blind_readers(seen_through: np.ndarray) -> None:
    names = ["shell_dic", "tissue", "fouling_shell_dic", "calcification_co2", "respired", "shell_organic"]
    linear = np.array([to_rgb(line_colour(name)) for name in names]) ** 2.2
    seen = np.clip(linear @ seen_through.T, 0, 1) ** (1 / 2.2)
    gaps = [np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)]
    assert min(gaps) > 0.12
