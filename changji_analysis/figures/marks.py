"""Marks, words and axes of the charts: what is drawn on the axes of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from ..palette import ACCENT, GREY, VERDICTS

SMALL = 7.5
"""Least size of letters in points, as printed."""


def note(ax: Axes, words: str, at, shift=(0, 0), *, ha="left", va="center", halo=True, **style):
    """Write words at a point of the data, shifted by points, legible over lines and shades."""
    look: dict[str, Any] = {"size": 8, "linespacing": 1.3, "annotation_clip": False} | style
    text = ax.annotate(words, at, shift, textcoords="offset points", ha=ha, va=va, **look)
    if halo:
        text.set_path_effects([withStroke(linewidth=2.2, foreground="white")])
    return text


def verdict_mark(ax: Axes, x: float, y: float, verdict: str, size: float = 5, **style):
    """The mark of a verdict."""
    look = VERDICTS[verdict]
    return ax.plot([x], [y], look.marker, mfc=look.fill, mec=look.edge, ms=size, **style)


def rows_only(ax: Axes, names: Iterable[str], size: float = SMALL) -> None:
    """Rows with names, the first on top, and vertical grid lines only."""
    names = list(names)
    family = matplotlib.rcParams["font.family"]  # an analyst's axes may have another
    ax.set_yticks(range(len(names)), names, size=size, family=family)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.grid(visible=False)
    ax.xaxis.grid(visible=True)
    ax.spines["left"].set_visible(False)


def year_axis(ax: Axes, years: Iterable[int], **style) -> None:
    """Whole years on the horizontal axis, which ends at the last of them."""
    years = list(years)
    ax.xaxis.set_major_locator(FixedLocator(years))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    ax.tick_params(axis="x", length=3, **style)
    ax.spines["bottom"].set_bounds(ax.get_xlim()[0], max(years) + 0.05)


def log_axis(axis, ticks: Iterable[float], form: Callable[[float], str]) -> None:
    """Logarithmic axis with the ticks given; the axis must already be logarithmic."""
    axis.set_major_locator(FixedLocator(list(ticks)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: form(value)))


def nice_ticks(low: float, high: float) -> list[float]:
    """Ticks 1, 2, 5 times powers of ten within a range, for a logarithmic axis."""
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    ticks = [m * 10.0**p for p in powers for m in (1, 2, 5)]
    return [t for t in ticks if low <= t <= high]


def place_axes(chart: Figure) -> None:
    """Have the layout engine place the axes where they will be drawn."""
    if (engine := chart.get_layout_engine()) is not None:
        engine.execute(chart)


def label_ends(
    ax: Axes, labels: list[tuple[float, str, str]], x: float, *, size=8.0, offset=6.0
) -> None:
    """Write labels at the right of a position, pushed apart so that none covers another.

    Parameters
    ----------
    labels : list of (value, text, colour)
    x : float
        Data coordinate.
    offset : float
        Points to the right.
    """
    if not labels:
        return
    chart = cast("Figure", ax.get_figure(root=True))
    place_axes(chart)
    labels = sorted(labels, key=lambda item: item[0])
    at = np.array([ax.transData.transform((x, value))[1] for value, _, _ in labels])
    step = size * 1.2 * chart.dpi / 72  # a line height apart
    lines = np.array([text.count("\n") + 1 for _, text, _ in labels])
    least = np.append(0, np.cumsum((lines[1:] + lines[:-1]) / 2 * step))
    wanted = at - least
    # Pool neighbours that overlap into blocks, each centred on the mean of what it wants.
    blocks: list[list[int]] = []
    for i in range(len(wanted)):
        blocks.append([i])
        while len(blocks) > 1 and wanted[blocks[-2]].mean() > wanted[blocks[-1]].mean():
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    for block in blocks:
        centre = wanted[block].mean()
        for i in block:
            value, text, color = labels[i]
            shift = round((centre + least[i] - at[i]) * 72 / chart.dpi, 2)
            note(ax, text, (x, value), (offset, shift), size=size, color=color, linespacing=1.15)


def name_points(ax: Axes, points: pd.DataFrame, dots: np.ndarray) -> None:
    """Name points of a scatter where the names cover neither dots nor each other.

    Parameters
    ----------
    points : DataFrame
        ``x``, ``y`` and ``name``.
    dots : array (n, 2)
        Every dot drawn.
    """
    from adjustText import adjust_text

    texts = [
        ax.text(x, y, name, size=SMALL, ha="center", va="center")
        for x, y, name in points[["x", "y", "name"]].itertuples(index=False)
    ]
    adjust_text(
        texts, dots[:, 0], dots[:, 1], ax=ax, iter_lim=500, expand=(1.2, 2.2),
        force_text=(0.4, 0.8), force_static=(0.5, 0.9),
        arrowprops={"arrowstyle": "-", "color": GREY, "lw": 0.6, "shrinkB": 3}, min_arrow_len=9,
    )  # fmt: skip
    for text in texts:
        text.set_path_effects([withStroke(linewidth=2.2, foreground="white")])


def required_line(ax: Axes, value: float) -> None:
    """What the target asks for, across the rows."""
    ax.axvline(value, color=ACCENT, lw=1.8, ls="--", gid="required")
