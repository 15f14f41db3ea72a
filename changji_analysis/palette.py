"""One colour and one mark for every verdict, and the few colours of the figures.

Figures, notebooks, workbook, web page and Word take them from here. All are told apart without
one kind of cone and, by luminance, in black-and-white print (tests/figures/test_palette.py).
"""

from __future__ import annotations

from typing import NamedTuple

INK, GREY, PALE = "#12436D", "#616161", "#C9CED3"
ACCENT, SKY, TINT = "#B84A00", "#8CBBD6", "#EAF1F6"
CONTEXT = "#A9AFB5"
"""Lines that are only context: other provinces."""
FAN = {0.95: "#DCE8F1", 0.80: "#B3CEE2", 0.50: "#7DA9CB"}
"""Shade of a predictive interval by its coverage, darker towards the middle."""


class Look(NamedTuple):
    """How a verdict looks.

    Attributes
    ----------
    fill : str
        Ground of its label, its bar, its region.
    letters : str
        Colour of words on the fill, with a contrast of 4.5 : 1 or more.
    edge : str
        Outline of the mark; stands out on white.
    marker : str
        Of matplotlib.
    sign : str
        The marker as a character.
    """

    fill: str
    letters: str
    edge: str
    marker: str
    sign: str


VERDICTS = {
    "achieved": Look("#0B3A66", "#FFFFFF", "#0B3A66", "s", "■"),
    "likely": Look("#6AA5D4", "#000000", "#0B3A66", "^", "▲"),
    "at_risk": Look("#F5D778", "#000000", "#7A5C00", "D", "◆"),
    "unlikely": Look("#DC7633", "#000000", "#9C2A00", "v", "▼"),
    "out_of_reach": Look("#9C2A00", "#FFFFFF", "#9C2A00", "X", "✕"),
    "missed": Look("#3A1A12", "#FFFFFF", "#3A1A12", "P", "✚"),
    "insufficient_evidence": Look("#E9EBED", "#000000", "#616161", "o", "○"),
}
"""Blue where a target is within reach, orange and brown where it is not."""
