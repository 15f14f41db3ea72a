"""What every chart shares: the printed page, the words around the axes, the files.

A chart is a matplotlib figure made without pyplot. Its title is a sentence computed from the
data, its alternative text goes into the files' description, and drawing it twice gives the same
bytes.
"""

from __future__ import annotations

import functools
import io
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, cast

import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from .._compat import (
    config,
    load_reference,
    load_sources,
    load_statistics,
    not_public,
    plan_target,
    plan_targets,
)
from ..errors import ForecastError, UsageError
from ..names import area_name, publisher_name

LANGUAGES = ("zh", "en")
WIDTH, TALLEST = 6.3, 4.6
PRINT_DPI, SCREEN_DPI = 200, 130
INK, GREY, PALE = "#12436D", "#6B6B6B", "#C9CED3"
ACCENT, SKY = "#B84A00", "#8CBBD6"
FAN = {0.95: "#DCE8F1", 0.80: "#B3CEE2", 0.50: "#7DA9CB"}
"""Shade of a predictive interval by its coverage, darker towards the middle."""

_TITLE, _SUBTITLE, _SOURCE = 11.0, 8.5, 7.0
_CLOSING = "，。、；：！？）》”’%…—"
_STOPS = dict.fromkeys("。；：;:", 1.0) | dict.fromkeys("，,、", 0.7)


class Goal(NamedTuple):
    """A target of the plan in numbers; nan where the plan prints no base."""

    value: float
    year: int
    base_year: int
    base_value: float


def target_on(indicator: str, *, stretch: bool = False) -> str:
    """Id of the plan's target on an indicator; what needs one it lacks is not drawn."""
    table = plan_targets()
    on = table["indicator"].eq(indicator) & table["stretch_of"].ne("").eq(stretch)
    ids = table.loc[on & table["default"], "id"]
    if ids.empty:
        raise ForecastError(
            f"the plan sets no {'stretch ' * stretch}target on {indicator}.",
            reason="no_target",
            remedy="none needed, or add it to raw/plan_targets.csv",
        )
    return ids.iloc[0]


def goal_of(indicator: str, *, stretch: bool = False) -> Goal:
    """The default reading of the target on an indicator that has a number."""
    read = plan_target(target_on(indicator, stretch=stretch))
    base = (read.year, np.nan) if read.base_value is None else (read.base_year, read.base_value)
    return Goal(cast("float", read.value), read.year, cast("int", base[0]), base[1])


class Chart(Figure):
    """One figure of the report.

    Attributes
    ----------
    title : str
        The message, a sentence.
    alt : str
        What a reader who cannot see the picture is told.
    lang : {"zh", "en"}
    """

    title = alt = ""
    lang = "zh"

    def __repr__(self):
        return f"<Chart: {self.alt}>"

    def _repr_png_(self):
        return self.png(SCREEN_DPI)

    def png(self, dpi: int = PRINT_DPI) -> bytes:
        """Encode the chart as PNG."""
        return self._encoded("png", dpi, {"Software": None, "Description": self.alt})

    def svg(self) -> bytes:
        """Encode the chart as SVG, its text as outlines."""
        words = {"Title": self.title, "Description": self.alt, "Creator": None, "Date": None}
        return self._encoded("svg", PRINT_DPI, words)

    def _encoded(self, form: str, dpi: int, metadata: dict) -> bytes:
        stream = io.BytesIO()
        with house_style():
            self.savefig(stream, format=form, dpi=dpi, metadata=metadata)
        return stream.getvalue()


def save(chart: Chart, folder: str | Path, name: str) -> list[Path]:
    """Write a chart as PNG and SVG.

    Parameters
    ----------
    chart : Chart
    folder : path
        Made if it is missing.
    name : str
        File name without its ending.

    Returns
    -------
    list of Path
        The two files. Each is complete or, after a failure, as it was before.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for form, data in (("png", chart.png()), ("svg", chart.svg())):
        path = folder / f"{name}.{form}"
        unfinished = folder / f".{name}.{form}.part"
        try:
            unfinished.write_bytes(data)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        paths.append(path)
    return paths


@functools.cache
def _register_fonts() -> None:
    for path in sorted((Path(__file__).parents[1] / "fonts").glob("*.otf")):
        font_manager.fontManager.addfont(path)


def house_style():
    """Context in which the house style and the shipped fonts hold, and nothing else."""
    _register_fonts()
    return matplotlib.style.context("changji_analysis.style", after_reset=True)


def styled(draw: Callable[..., Chart]) -> Callable[..., Chart]:
    """Make a public figure of a drawing function: check the language, apply the style."""

    @functools.wraps(draw)
    def figure(lang: str = "zh", as_of: str | None = None) -> Chart:
        if lang not in LANGUAGES:
            raise UsageError(f"unknown language {lang!r}: use {' or '.join(LANGUAGES)}")
        with house_style():
            try:
                chart = draw(lang, as_of)
            except ForecastError as error:
                chart = _without_figures(lang, as_of, str(error))
            # Lay out once: each further pass would move the axes by a hair, and so the bytes.
            chart.draw_without_rendering()
            chart.set_layout_engine("none")
            return chart

    return figure


def need(known, what: str) -> None:
    """Refuse to draw from nothing; `styled` then says so on the page."""
    if not len(known):
        raise ForecastError(
            f"no figure is known of {what}.", reason="no_figure", remedy="add one to data/raw"
        )


def _without_figures(lang: str, as_of: str | None, reason: str) -> Chart:
    on = pick(lang, f"截至{as_of}", f"on {as_of}") if as_of else pick(lang, "目前", "so far")
    title = pick(
        lang, f"{on}没有可绘制的数据：依据不足", f"Nothing to draw {on}: insufficient evidence"
    )
    chart, (ax,) = page(lang, title, reason, "", height=1.6)
    ax.axis("off")
    return chart


def page(
    lang: str,
    title: str,
    subtitle: str,
    source: str,
    *,
    height: float = 3.5,
    alt: str = "",
    **grid,
) -> tuple[Chart, np.ndarray]:
    """Start a chart: title and subtitle above, source below, axes between.

    Parameters
    ----------
    lang : {"zh", "en"}
    title, subtitle, source : str
        Wrapped to the width of the page.
    height : float
        Inches, at most `TALLEST`.
    alt : str
        Added to the title in the alternative text.
    **grid
        For `Figure.subplots`.

    Returns
    -------
    Chart
    array of Axes
        Flat.
    """
    chart = Chart(figsize=(WIDTH, min(height, TALLEST)))
    FigureCanvasAgg(chart)
    chart.title, chart.lang = title, lang
    chart.alt = f"{title}{'。' if lang == 'zh' else '. '}{alt or subtitle}"
    if mark := not_public(lang):
        source = f"{source} {mark}{pick(lang, '。', '.')}"
        chart.alt = f"{mark}{pick(lang, '。', '. ')}{chart.alt}"
    height = chart.get_figheight()
    top = 0.07
    for text, size, weight, color in (
        (title, _TITLE, "bold", "black"),
        (subtitle, _SUBTITLE, "normal", GREY),
    ):
        lines = wrapped(text, size, weight == "bold")
        chart.text(
            0.012,
            1 - top / height,
            "\n".join(lines),
            size=size,
            weight=weight,
            color=color,
            va="top",
            linespacing=1.25,
        )
        top += len(lines) * size * 1.42 / 72 + 0.02
    notes = wrapped(source, _SOURCE)
    bottom = 0.05 + len(notes) * _SOURCE * 1.4 / 72
    chart.text(
        0.012,
        0.05 / height,
        "\n".join(notes),
        size=_SOURCE,
        color=GREY,
        va="bottom",
        linespacing=1.25,
    )
    top += 0.06
    chart.set_layout_engine(
        "constrained",
        rect=(0.006, bottom / height, 0.988, 1 - (top + bottom) / height),
        w_pad=0.04,
        h_pad=0.04,
    )
    return chart, np.atleast_1d(chart.subplots(**grid)).ravel()


def wrapped(text: str, size: float, bold: bool = False, width: float = WIDTH - 0.24) -> list[str]:
    """Break a text into lines no wider than `width` inches at a font size.

    Chinese breaks between any two characters, but no line begins with a closing mark; Latin
    breaks at spaces. Of the ways that need the fewest lines the one is taken whose lines end
    at marks of punctuation, and of these the most even.
    """
    limit = width * 72 / size / (1.06 if bold else 1.0)
    ways = [_filled(text, limit)]
    while len(ways[0]) > 1:
        limit -= 0.25
        narrower = _filled(text, limit)
        if len(narrower) > len(ways[0]):
            break
        ways.append(narrower)
    return max(ways, key=_ease) if len(ways) > 1 else ways[0]


def _ease(lines: list[str]) -> tuple[float, float]:
    """How well lines read: how many end at punctuation, and how even they are."""
    lengths = [sum(map(_extent, line)) for line in lines]
    evenness = min(lengths) / max(lengths)
    stops = [_STOPS.get(line[-1], 0.0) for line in lines[:-1]]
    stops += [0.5 for line in lines[1:] if line[0] in "（("]
    return (sum(stops) if evenness > 0.35 else 0.0, evenness)


def _filled(text: str, limit: float) -> list[str]:
    lines, line, used = [], "", 0.0
    for word in _pieces(text):
        extent = sum(map(_extent, word))
        if line and used + extent > limit:
            lines.append(line.rstrip())
            line, used, word = "", 0.0, word.lstrip()
        line += word
        used += extent
    return [*lines, line.rstrip()]


def _pieces(text: str) -> list[str]:
    """The parts of a text between which a line may end."""
    pieces: list[str] = []
    for character in text:
        wide = unicodedata.east_asian_width(character) in "WF"
        after = pieces[-1][-1] if pieces else " "
        joins = character in _CLOSING or character == " " or after in "（《“‘—" or after.isdigit()
        latin = not wide and after != " " and unicodedata.east_asian_width(after) not in "WF"
        if pieces and (joins or latin):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _extent(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF" or character in "—…“”≈×≥≤":
        return 1.0
    if character in " .,;:ilI|'()":
        return 0.28
    return 0.68 if character.isupper() or character in "mw%" else 0.555


def sources(
    lang: str,
    *used: tuple[str, Iterable[str] | None],
    since: int = 0,
    more: Iterable[str] = (),
    as_of: str | None = None,
) -> str:
    """The source line: publishers of the observations used, the most frequent first.

    Parameters
    ----------
    lang : {"zh", "en"}
    *used : (indicator, areas)
        Areas None stands for all there are.
    since : int
        First year used.
    more : iterable of str
        Further publishers, as ``sources.csv`` prints them.
    as_of : str, optional
        Only of observations known on that date.
    """
    peers = [load_reference(name, as_of) for name in ("provinces", "countries")]
    tables = [load_statistics(as_of), *peers]
    rows = pd.concat([t[["area", "indicator", "year", "source"]] for t in tables])
    rows = rows[rows["year"] >= since]
    documents = load_sources().set_index("id")["publisher"]
    names, rest = [], False
    for indicator, areas in used:
        match = rows["indicator"].eq(indicator)
        match = match if areas is None else match & rows["area"].isin(list(areas))
        counts = documents.reindex(rows.loc[match, "source"]).value_counts()
        main = counts[counts >= counts.max() / 20] if len(counts) else counts
        names += [publisher_name(p, lang) for p in main.index]
        rest |= len(main) < len(counts)
    names = list(dict.fromkeys([*names, *(publisher_name(p, lang) for p in more)]))
    rest |= len(names) > 5
    if lang == "zh":
        return f"资料来源：{'；'.join(names[:5])}{'等' if rest else ''}；项目计算。"
    return f"Source: {'; '.join(names[:5])}{' and others' if rest else ''}; own calculations."


def place(lang: str, which: str) -> str:
    """Name of the configuration's ``city``, ``region`` … in the language."""
    return area_name(getattr(config().areas, which), lang)


def pick(lang: str, zh: str, en: str) -> str:
    """The text of the language."""
    return zh if lang == "zh" else en


def number(value: float, decimals: int = 0) -> str:
    """A number with thousands separators."""
    return f"{value:,.{decimals}f}"


def amount(value: float, unit: str, decimals: int, lang: str) -> str:
    """A value with its unit, e.g. ``0.17%`` and ``0.17 %``, ``41家`` and ``41``."""
    text = number(value, decimals)
    if unit == "%":
        return pick(lang, f"{text}%", f"{text} %")
    return pick(lang, f"{text}{unit}", text)


def percent(fraction: float, lang: str) -> str:
    """A probability or share in whole per cent; the ends are not rounded to 0 or 100."""
    if 0 < fraction < 0.01:
        return pick(lang, "不到1%", "less than 1 %")
    if 0.99 < fraction < 1:
        return pick(lang, "超过99%", "more than 99 %")
    return pick(lang, f"{fraction:.0%}", f"{100 * fraction:.0f} %")


def halo(text):
    """Keep a text legible over lines and shades."""
    text.set_path_effects([withStroke(linewidth=2.2, foreground="white")])
    return text


def fan(ax: Axes, forecast, start: tuple[int, float]) -> None:
    """Draw a forecast's intervals and median, opening from the last figure."""
    years = [start[0], *forecast.years]
    for coverage, shade in FAN.items():
        band = forecast.interval(coverage)
        ax.fill_between(
            years,
            [start[1], *band["lower"]],
            [start[1], *band["upper"]],
            color=shade,
            linewidth=0,
            label=f"interval_{coverage:g}",
            gid=f"interval_{coverage:g}",
        )
    median = [start[1], *forecast.median]
    ax.plot(years, median, color=INK, label="median", gid="median")


def year_axis(ax: Axes, years: Iterable[int]) -> None:
    """Whole years on the horizontal axis, which ends at the last of them."""
    years = list(years)
    ax.xaxis.set_major_locator(FixedLocator(years))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    ax.tick_params(axis="x", length=3)
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


def root_of(ax: Axes) -> Figure:
    """The chart that an axes belongs to."""
    return cast("Figure", ax.get_figure(root=True))


def label_ends(
    ax: Axes, labels: list[tuple[float, str, str]], x: float, *, size=8.0, gap=1.2, offset=6.0
) -> None:
    """Write labels at the right of a position, pushed apart so that none covers another.

    Parameters
    ----------
    labels : list of (value, text, colour)
    x : float
        Data coordinate.
    gap : float
        Least distance in line heights.
    offset : float
        Points to the right.
    """
    if not labels:
        return
    chart = root_of(ax)
    chart.draw_without_rendering()
    labels = sorted(labels, key=lambda item: item[0])
    at = np.array([ax.transData.transform((x, value))[1] for value, _, _ in labels])
    step = size * gap * chart.dpi / 72
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
            shift = (centre + least[i] - at[i]) * 72 / chart.dpi
            halo(
                ax.annotate(
                    text,
                    (x, value),
                    xytext=(offset, shift),
                    textcoords="offset points",
                    va="center",
                    size=size,
                    color=color,
                    annotation_clip=False,
                    linespacing=1.15,
                )
            )
