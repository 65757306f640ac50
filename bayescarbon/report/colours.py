"""One colour per ledger line and per framework, in every figure and page.

Hues are those of Okabe and Ito (2008, "Color universal design"), which readers with colour-vision deficiency tell
apart; lines of one part of the farm share a hue and differ in lightness, which also survives grey printing.
"""

from __future__ import annotations

from bayescarbon.accounting.lines import LINES

# Okabe and Ito's hues, by what they stand for here.
_SHELL, _TISSUE, _FOULING, _SEDIMENT, _RELEASED, _SEED = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#8c6d46",
    "#d55e00",
    "#7f7f7f",
)

LINE_COLOURS: dict[str, str] = {
    "shell_dic": _SHELL,
    "shell_respired": "#56b4e9",
    "shell_organic": "#a6d5f2",
    "tissue": _TISSUE,
    "seed_shell_dic": _SEED,
    "seed_shell_respired": "#999999",
    "seed_shell_organic": "#b8b8b8",
    "seed_tissue": "#d0d0d0",
    "fouling_shell_dic": _FOULING,
    "fouling_shell_respired": "#4fbf9f",
    "fouling_shell_organic": "#93d7c3",
    "fouling_tissue": "#c0e8dc",
    "deposited": "#c9b08c",
    "buried": _SEDIMENT,
    "calcification_co2": _RELEASED,
    "fouling_calcification_co2": "#e8935a",
    "respired": "#cc79a7",
    "fouling_respired": "#e3b4cf",
    "operations": "#4d4d4d",
}

# Frameworks that count removals are blue to green, those that charge releases too are orange to red.
FRAMEWORK_COLOURS: dict[str, str] = {
    "stock_change": "#0072b2",
    "improved_stock_change": "#009e73",
    "shell_only": "#56b4e9",
    "shell_dic_only": "#3b8ea5",
    "shell_net_calcification": "#8c6d46",
    "individual_budget": "#e69f00",
    "respiration_and_calcification": "#d55e00",
    "air_sea_calcification": "#cc79a7",
    "integrated_coastal": "#a0522d",
    "life_cycle": "#4d4d4d",
    "none": "#b8b8b8",
}
_OWN = "#7570b3"


def line_colour(line: str) -> str:
    """Return the colour of a ledger line as ``#rrggbb``.

    Parameters
    ----------
    line : str
        One of the ledger's lines.

    Raises
    ------
    KeyError
        If there is no such line.
    """
    if line not in LINES:
        raise KeyError(f"no ledger line {line!r}")
    return LINE_COLOURS[line]


def framework_colour(framework: str) -> str:
    """Return the colour of a framework as ``#rrggbb``; frameworks of one's own share one.

    Parameters
    ----------
    framework : str
        Name of a framework.
    """
    return FRAMEWORK_COLOURS.get(framework, _OWN)
