"""What every chart shares: the printed page, the words around the axes, the files.

A chart is a matplotlib figure made without pyplot. Its title is a sentence computed from the
data and its alternative text goes into the files. Coordinates are rounded before they are drawn,
so that another processor gives the same bytes.
"""

from __future__ import annotations

import functools
import hashlib
import io
import re
import unicodedata
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ..errors import ChangjiError, ForecastError
from ..files import write_bytes
from ..palette import GREY
from ..wording import Words, language
from .marks import SMALL, place_axes

C = TypeVar("C", bound=FigureCanvasBase)
WIDTH, TALLEST = 6.3, 8.2
PRINT_DPI, SCREEN_DPI = 300, 130
_TITLE, _SUBTITLE = 11.0, 8.5
_CLOSING = "，。、；：！？）》”’%…—"
_STOPS = dict.fromkeys("。；：;:", 1.0) | dict.fromkeys("，,、", 0.7)


class Goal(NamedTuple):
    """The target of the plan on an indicator, in numbers and as printed."""

    id: str
    value: float
    year: int
    base_year: int
    base_value: float
    row: pd.Series
    text: str


def goal_of(data, w: Words, indicator: str, *, stretch: bool = False) -> Goal:
    """The default reading of the target on an indicator; without one nothing is drawn."""
    table = data.plan_targets
    on = table["indicator"].eq(indicator) & table["stretch_of"].ne("").eq(stretch)
    rows = table[on & table["default"]]
    if rows.empty:
        what = "stretch target" if stretch else "target"
        raise ForecastError.of("no_target", what=what, indicator=indicator)
    row = rows.iloc[0]
    read = data.plan_target(row["id"])
    base = (read.year, np.nan) if read.base_value is None else (read.base_year, read.base_value)
    text = w.measured(read.value, row["unit"])
    return Goal(row["id"], read.value, read.year, *base, row, text)


class Chart(Figure):
    """One figure of the report.

    Attributes
    ----------
    title : str
        The message, a sentence.
    alt : str
        What a reader who cannot see the picture reads.
    lang : {"zh", "en"}
    """

    title = alt = ""
    lang = "zh"

    def __repr__(self):
        return f"<Chart: {self.alt}>"

    def draw(self, renderer):
        for ax in self.axes:
            for patch in ax.patches:  # drawn before the name at which it ends, so place that first
                if isinstance(patch, FancyArrowPatch) and isinstance(patch.patchA, Text):
                    patch.patchA.get_window_extent(renderer)
        super().draw(renderer)

    def _repr_png_(self):
        return self.png(SCREEN_DPI, named=False)

    @functools.cached_property
    def drawing(self) -> str:
        """Name of what is drawn: two charts with the same look and the same numbers share it."""
        drawn = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", self._plain_svg, flags=re.S)
        return "drawing-" + hashlib.sha256(drawn.encode()).hexdigest()[:16]

    def png(self, dpi: int = PRINT_DPI, *, named: bool = True) -> bytes:
        """Encode the chart as PNG of 256 colours, a third of the size of all there are.

        Parameters
        ----------
        dpi : int
        named : bool
            For a file: with the name of the drawing, by which `save` knows it, and as small as can
            be. To look at, neither is worth the time.
        """
        with self._drawn_by(FigureCanvasAgg, dpi) as canvas:
            canvas.draw()
        picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        picture = picture.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        palette = picture.getpalette()
        assert palette is not None  # quantized just now
        picture.putpalette([255 if c == 254 else c for c in palette])  # white is white
        about, stream = PngInfo(), io.BytesIO()
        about.add_itxt("Description", self.alt)
        if named:
            about.add_text("Identifier", self.drawing)
        picture.save(stream, "PNG", optimize=named, pnginfo=about, dpi=(dpi, dpi))
        return stream.getvalue()

    def svg(self) -> bytes:
        """Encode the chart as SVG, its text as outlines."""
        about = f"<dc:identifier>{self.drawing}</dc:identifier></cc:Work>"
        return self._plain_svg.replace("</cc:Work>", about, 1).encode()

    @functools.cached_property
    def _plain_svg(self) -> str:
        words = {"Title": self.title, "Description": self.alt, "Creator": None, "Date": None}
        stream = io.StringIO()
        with self._drawn_by(FigureCanvasSVG, 72) as canvas:
            canvas.print_svg(stream, metadata=words)
        return _steady_svg(stream.getvalue())

    @contextmanager
    def _drawn_by(self, kind: type[C], dpi: int) -> Generator[C]:
        """Have a canvas of a kind draw the chart; `savefig` would draw it once more before."""
        before, shown = self.dpi, self.canvas
        with house_style():
            self.dpi = dpi
            try:
                yield kind(self)
            finally:
                self.dpi = before
                self.set_canvas(shown)


def save(chart: Chart, folder: str | Path, name: str) -> list[Path]:
    """Write a chart as PNG and SVG; a file that shows the same already is left alone.

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
    paths = [Path(folder) / f"{name}.{form}" for form in ("png", "svg")]
    for path, encode in zip(paths, (chart.png, chart.svg), strict=True):
        if not path.is_file() or chart.drawing.encode() not in path.read_bytes():
            write_bytes(path, encode())
    return paths


def _steady_svg(text: str) -> str:
    """Coordinates to a hundredth of a point; ids numbered in the order in which they stand."""

    def shortened(attribute: re.Match) -> str:
        head, scale, tail = attribute[0].partition("scale(")
        head = re.sub(
            r"-?\d+\.\d{3,}", lambda n: f"{float(n[0]):.2f}".rstrip("0").rstrip("."), head
        )
        return re.sub(r"(?<![\d.])-0(?![\d.])", "0", head) + scale + tail

    text = re.sub(r'(?<= )(?:d|[xy][12]?|width|height|transform)="[^"]*"', shortened, text)
    text = re.sub(r"\n *(?=[A-Zz\"<])", "\n", text)
    ids = re.findall(r'id="([a-z][0-9a-f]{10})"', text)
    for i, name in enumerate(dict.fromkeys(ids)):
        text = text.replace(name, f"{name[0]}{i}")
    return text


FONTS = Path(__file__).parents[1] / "fonts"


@functools.cache
def _register_fonts(folder: Path) -> None:
    """Make the shipped fonts known; without them Chinese would be drawn as empty boxes."""
    found = sorted(folder.glob("*.otf"))
    try:
        for path in found:
            font_manager.fontManager.addfont(path)
    except (OSError, RuntimeError):
        found = []
    if not found:
        raise ChangjiError(
            f"the fonts in {folder} are missing or damaged. Remedy: install the package again; "
            "nothing was drawn. / 字体文件缺失或损坏，请重新安装本软件，未绘制任何图"
        )


def house_style():
    """Context in which the house style and the shipped fonts hold, and nothing else."""
    _register_fonts(FONTS)
    return matplotlib.style.context("changji_analysis.style", after_reset=True)


class PublicFigure(Protocol):
    """What `styled` makes."""

    __name__: str

    def __call__(self, data: Any, lang: str | None = None) -> Chart: ...


def styled(draw: Callable[[Any, Words], Chart]) -> PublicFigure:
    """Make a public figure ``name(data, lang=None)`` of a function that draws with `Words`."""

    @functools.wraps(draw)
    def figure(data, lang: str | None = None) -> Chart:
        w = Words.of(data, lang) if hasattr(data, "plan_targets") else Words(language(lang))
        with house_style():
            try:
                chart = draw(data, w)
            except ForecastError as error:
                chart = _without_figures(data, w, str(error))
            return finished(chart)

    return figure


def finished(chart: Chart) -> Chart:
    """Lay a chart out once, each further pass would move the axes, and round what it draws."""
    place_axes(chart)
    chart.set_layout_engine("none")
    for ax in chart.axes:
        ax.set_position(Bbox.from_bounds(*np.round(ax.get_position().bounds, 5)))
        ax.set(xlim=_short(ax.get_xlim()), ylim=_short(ax.get_ylim()))
    for artist in chart.findobj():
        if isinstance(artist, Line2D) and not isinstance(artist.get_xdata(), str):
            artist.set_data(_short(artist.get_xdata(False)), _short(artist.get_ydata(False)))
        elif isinstance(artist, Collection):
            artist.set_offsets(_short(artist.get_offsets()))
            for path in artist.get_paths():
                vertices = np.asarray(path.vertices)  # the path's own array, no copy
                if vertices.flags.writeable:
                    vertices[:] = _short(vertices)
        elif isinstance(artist, Rectangle) and artist.axes is not None:
            if artist is not artist.axes.patch:
                artist.set_bounds(*_short(artist.get_bbox().bounds))
        elif isinstance(artist, Annotation):
            artist.xy, artist.xyann = _short(artist.xy), _short(artist.xyann)
        elif isinstance(artist, Text):
            artist.set_position(_short(artist.get_position()))
    return chart


def _short(values):
    """Numbers to seven significant digits; dates and words as they are."""
    numbers = np.asarray(values)
    if numbers.dtype.kind not in "fi":
        return values
    size = np.floor(np.log10(np.where(np.abs(numbers) > 0, np.abs(numbers), 1.0)))
    with np.errstate(invalid="ignore"):
        scale = 10.0 ** (6 - np.where(np.isfinite(size), size, 0))
        return np.round(numbers * scale) / scale


def need(known, what: str) -> None:
    """Refuse to draw from nothing; `styled` then says so on the page."""
    if not len(known):
        raise ForecastError.of("nothing_known", what=what)


def _without_figures(data, w: Words, reason: str) -> Chart:
    day = getattr(data, "as_of", None)
    on = w(f"截至{w.date(day)}", f"on {w.date(day)}") if day else w("目前", "so far")
    title = w(f"{on}没有可绘制的数据：依据不足", f"Nothing to draw {on}: insufficient evidence")
    chart, (ax,) = page(data, w, title, w("请补充该指标的数据", reason), "", height=1.6)
    ax.axis("off")
    return chart


def page(
    data, w: Words, title: str, subtitle: str, source: str, *, height=3.5, **grid
) -> tuple[Chart, np.ndarray]:
    """Start a chart: title and subtitle above, source below, axes between.

    Parameters
    ----------
    data : Dataset or frame
        A dataset that rests on figures which are not public marks the page.
    w : Words
    title, subtitle, source : str
        Wrapped to the width of the page.
    height : float
        Inches, at most `TALLEST`.
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
    chart.title, chart.lang = title, w.lang
    stop = w("。", ". ")
    chart.alt = f"{title}{stop}{subtitle}"
    if mark := w.not_public(getattr(data, "not_public", 0)):
        source, chart.alt = f"{source} {mark}{stop}", f"{mark}{stop}{chart.alt}"
    height, top = chart.get_figheight(), 0.07

    def write(lines: list[str], y: float, size: float, **style) -> float:
        chart.text(0.012, y / height, "\n".join(lines), size=size, linespacing=1.25, **style)
        return len(lines) * size * 1.42 / 72

    for text, size, style in (
        (title, _TITLE, {"weight": "bold", "color": "black"}),
        (subtitle, _SUBTITLE, {"color": GREY}),
    ):
        lines = wrapped(text, size, "weight" in style)
        top += write(lines, height - top, size, va="top", **style) + 0.02
    bottom = 0.05 + write(wrapped(source, SMALL), 0.05, SMALL, va="bottom", color=GREY)
    rect = (0.006, bottom / height, 0.988, 1 - (top + 0.06 + bottom) / height)
    chart.set_layout_engine("constrained", rect=rect, w_pad=0.04, h_pad=0.04)
    return chart, np.atleast_1d(chart.subplots(**grid)).ravel()


def wrapped(text: str, size: float, bold: bool = False) -> list[str]:
    """Break a text into lines no wider than the page at a font size.

    Chinese breaks between any two characters, but no line begins with a closing mark; Latin
    breaks at spaces. Of the ways that need the fewest lines the one is taken whose lines end
    at marks of punctuation, and of these the most even.
    """
    full = (WIDTH - 0.24) * 72 / size / (1.06 if bold else 1.0)
    pieces = [(piece, _length(piece)) for piece in _pieces(text)]
    ways = [_filled(pieces, full)]
    if len(ways[0]) == 1:
        return ways[0]
    ways += [_filled(pieces, limit) for limit in np.arange(full - 0.25, full / 2, -0.25)]
    for cut, character in enumerate(text[:-1], start=1):  # a line that ends a clause reads well
        if _STOPS.get(character) == 1:
            ways.append([text[:cut].strip(), text[cut:].strip()])
    fits = [way for way in ways if len(way) == len(ways[0]) and max(map(_length, way)) <= full]
    return max(fits or ways[:1], key=_ease)


def _length(line: str) -> float:
    return sum(map(_extent, line))


def _ease(lines: list[str]) -> tuple[float, float]:
    """How well lines read: how many end at punctuation, and how even they are."""
    lengths = [*map(_length, lines)]
    evenness = min(lengths) / max(lengths)
    stops = [_STOPS.get(line[-1], 0.0) for line in lines[:-1]]
    stops += [0.5 for line in lines[1:] if line[0] in "（("]
    return (sum(stops) if evenness > 0.35 else 0.0, evenness)


def _filled(pieces: list[tuple[str, float]], limit: float) -> list[str]:
    lines, line, used = [], "", 0.0
    for word, extent in pieces:
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


@functools.cache
def _extent(character: str) -> float:
    """Rough width of a character in em."""
    if unicodedata.east_asian_width(character) in "WF" or character in "—…“”≈×≥≤":
        return 1.0
    if character in " .,;:ilI|'()":
        return 0.28
    return 0.68 if character.isupper() or character in "mw%" else 0.555


def sources(
    data,
    w: Words,
    *used: tuple[str, Iterable[str] | None],
    since: int = 0,
    documents: Iterable[str] = (),
) -> str:
    """The source line: publishers of the observations used, the most frequent first.

    ``used``: pairs of an indicator and areas, None for all; ``documents``: ids of further sources.
    """
    names: list[str] = []
    rest = False
    for indicator, areas in used:
        counts = data.publishers(indicator, areas if areas is None else [*areas], since)
        main = counts[counts >= counts.max() / 20] if len(counts) else counts
        names.extend(main.index)
        rest |= len(main) < len(counts)
    named = pd.Series([*filter(None, map(data.publisher, documents))], dtype=str)
    names.extend(named.value_counts().index[:2])
    names = list(dict.fromkeys(map(w.publisher, names)))
    if w.lang == "en":
        names = [name for name in names if name.isascii()]
    rest |= len(names) > 5
    return w(
        f"资料来源：{'；'.join(names[:5])}{'等' if rest else ''}；本报告测算。",
        f"Source: {'; '.join([*names[:5], *['others'] * rest])}; own calculations.",
    )
