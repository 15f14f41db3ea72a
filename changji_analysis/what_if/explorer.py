"""The what-if explorer: sliders over `what_if`, and one picture that follows them."""

from __future__ import annotations

import base64
import io
import os
from html import escape

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from pydantic import ValidationError

from .. import what_if
from .._compat import checked_targets, config
from ..assessment import VERDICTS
from ..errors import ChangjiError
from ..figures.page import Chart, house_style
from ..pace import cagr
from ..palette import ACCENT, FAN, GREY, INK
from ..palette import VERDICTS as LOOKS
from ..wording import Words, probability_text

DPI = 100
SIZE = (6.3, 3.3)
_NONE = np.array([0.0])


def explorer(target: str = "t03"):
    """The what-if explorer.

    Parameters
    ----------
    target : str
        The one it starts with, ``t01`` ….

    Returns
    -------
    ipywidgets.VBox or Chart
        Sliders and picture in JupyterLab; its picture alone where a notebook is run without a
        page to show sliders on.
    """
    if "JPY_SESSION_NAME" in os.environ:
        return Desk(target).box
    picture = Picture()
    picture.show(what_if.evaluate(what_if.Scenario(target=target)))
    return picture.chart


class Picture:
    """The fan of an outcome; drawn once and then moved, which is several times faster."""

    def __init__(self):
        with house_style():
            self.chart = Chart(figsize=SIZE, dpi=DPI)
            self.chart.set_layout_engine("none")
            self.canvas = FigureCanvasAgg(self.chart)
            self.ax = self.chart.add_axes((0.085, 0.1, 0.7, 0.82))
            self.bands = {
                coverage: self.ax.fill_between(_NONE, _NONE, _NONE, color=shade, linewidth=0)
                for coverage, shade in FAN.items()
            }
            (self.median,) = self.ax.plot([], [], color=INK)
            (self.before,) = self.ax.plot([], [], color=GREY, ls="--", lw=1.3)
            (self.figures,) = self.ax.plot([], [], "o", color="black", ms=6, zorder=5)
            (self.assumed,) = self.ax.plot([], [], "o", mfc="white", mec="black", ms=6, zorder=5)
            (self.goal,) = self.ax.plot([], [], "*", color=ACCENT, ms=14, zorder=6, clip_on=False)
            self.words = {
                name: self.ax.annotate(
                    "",
                    (0, 0),
                    xytext=(10, 0),
                    textcoords="offset points",
                    annotation_clip=False,
                    va="center",
                    size=8,
                    color=color,
                )
                for name, color in (("goal", ACCENT), ("median", INK), ("before", GREY))
            }

    def show(self, found: what_if.Outcome) -> None:
        """Move everything to where an outcome has it."""
        row, goal, end = found.row, found.target.value, found.target.year
        known = found.known[found.known.index > end - 11]
        tops = [*known, *([goal] if goal else [])]
        labels = {}
        with house_style():
            for coverage, band in self.bands.items():
                self._band(found, coverage, band)
            self._line(self.median, found.forecast, found.known)
            past = found.known.drop(index=list(found.scenario.figures))
            self._line(self.before, found.now.forecast, past)
            own = [year for year in known.index if year in found.scenario.figures]
            self.figures.set_data(known.index.drop(own), known.drop(own))
            self.assumed.set_data(own, known[own])
            self.goal.set_data([end] if goal else [], [goal] if goal else [])
            if goal:
                labels["goal"] = (end, goal, f"目标 target\n{Words('zh').amount(goal, row)}")
            if found.forecast is not None:
                middle = found.forecast.median.iloc[-1]
                labels["median"] = (
                    end,
                    middle,
                    f"中位数 median\n{Words('zh').amount(middle, row)}",
                )
                tops.append(found.forecast.interval(0.95)["upper"].iloc[-1])
            moved = found.now.forecast is not None and what_if.assumptions(found.scenario)
            self.before.set_visible(bool(moved))
            if moved:
                until, middle = found.now.target.year, found.now.forecast.median.iloc[-1]
                if until == end:
                    labels["before"] = (
                        end,
                        middle,
                        f"现有 as known\n{Words('zh').amount(middle, row)}",
                    )
                tops.append(middle)
            top = max(tops, default=1.0) * 1.06
            first = min([*known.index, end - 5])
            self.ax.set_xlim(first - 0.4, end)
            self.ax.set_ylim(0, top)
            self.ax.set_xticks(range(int(first), end + 1))
            self._place(labels, top)
        self.chart.title = self.chart.alt = found.zh

    def _band(self, found, coverage, band) -> None:
        if found.forecast is None:
            band.set_data(_NONE, _NONE, _NONE)
            return
        last = found.known.index[-1], found.known.iloc[-1]
        interval = found.forecast.interval(coverage)
        years = np.array([last[0], *found.forecast.years], float)
        lower = np.array([last[1], *interval["lower"]])
        band.set_data(years, lower, np.array([last[1], *interval["upper"]]))

    @staticmethod
    def _line(line, ahead, known) -> None:
        if ahead is None:
            line.set_data([], [])
        else:
            line.set_data(
                [known.index[-1], *ahead.years], [known.iloc[-1], *ahead.median.to_numpy()]
            )

    def _place(self, labels: dict, top: float) -> None:
        """Write the labels beside the last year, two lines apart at least."""
        least, height = 0.0, 0.0
        for name, note in self.words.items():
            note.set_visible(name in labels)
        for name, (x, y, text) in sorted(labels.items(), key=lambda item: item[1][1]):
            height = max(y, least)
            self.words[name].xy = (x, height)
            self.words[name].set_text(text)
            least = height + 0.13 * top

    def png(self) -> bytes:
        """Encode it as PNG, quickly."""
        with house_style():
            self.canvas.draw()
        stream = io.BytesIO()
        Image.fromarray(np.asarray(self.canvas.buffer_rgba())).save(stream, "png", compress_level=1)
        return stream.getvalue()


class Desk:
    """The explorer's widgets; `box` holds them all."""

    def __init__(self, target: str):
        import ipywidgets as w

        table = checked_targets()
        self.rows = table[table["default"] & table["value"].notna()].set_index("id")
        self.picture, self.quiet = Picture(), False
        wide = {
            "layout": {"width": "48em", "max_width": "100%"},
            "style": {"description_width": "19em"},
        }
        percent = {"min": -20.0, "max": 100.0, "step": 0.5, "readout_format": ".1f"}
        self.target = w.Dropdown(
            options=[(f"{i} {r['zh']} {r['en']}", i) for i, r in self.rows.iterrows()],
            value=target,
            description="指标 indicator",
            **wide,
        )
        self.value = w.FloatText(description="目标值 goal", **wide)
        self.year = w.BoundedIntText(min=2000, max=2100, description="目标年 year", **wide)
        self.rd = w.FloatSlider(description="R&D经费年增速 R&D growth, % a year", **percent, **wide)
        self.gdp = w.FloatSlider(description="GDP年增速 GDP growth, % a year", **percent, **wide)
        self.first = w.IntSlider(min=0, description="每年首次认定 first-time a year", **wide)
        self.renewal = w.FloatSlider(
            max=100, step=5, readout_format=".0f", description="续认率 renewal rate, %", **wide
        )
        self.assume = w.Checkbox(description="加一个假想数据 add a figure", indent=False)
        self.when = w.BoundedIntText(min=2000, max=2100, description="其年份 its year", **wide)
        self.figure = w.FloatText(description="其数值 its value", **wide)
        self.reset = w.Button(description="复原 reset")
        self.name = w.Text(placeholder="情景名称 name of the scenario")
        self.keep = w.Button(description="保存 save")
        self.said = w.HTML()
        self.view = w.HTML()
        self.moved = [
            *(self.value, self.year, self.rd, self.gdp, self.first, self.renewal),
            *(self.assume, self.when, self.figure),
        ]
        self.box = w.VBox(
            [
                self.target,
                *self.moved,
                w.HBox([self.reset, self.name, self.keep]),
                self.said,
                self.view,
            ]
        )
        for control in self.moved:
            control.observe(self._follow, "value")
        self.target.observe(self._start, "value")
        self.reset.on_click(self._start)
        self.keep.on_click(self._save)
        self._start()

    def _start(self, _=None) -> None:
        """Put every control where it assumes nothing of the chosen target."""
        row = self.rows.loc[self.target.value]
        found = what_if.evaluate(what_if.Scenario(target=self.target.value))
        known = found.known
        self.quiet = True
        self.value.value, self.year.value = float(row["value"]), found.target.year
        self.gdp.value = self.rd.value = _half(100 * config().middle_scenario.growth)
        if found.forecast is not None and row["indicator"] == what_if.PACED:
            middle = found.forecast.median
            pace = cagr(middle.iloc[-1], known.iloc[-1], len(middle)) or 0.0
            self.rd.value = self.gdp.value + _half(100 * pace)
        rate, first = what_if.certificates(found.scenario)
        self.first.max = max(4 * round(first), 40)
        self.first.value, self.renewal.value = round(first), 5 * round(20 * rate)
        self.assume.value = False
        self.when.value = (known.index[-1] if len(known) else config().plan.base_year) + 1
        self.figure.value = float(known.iloc[-1]) if len(known) else float(row["value"])
        self.neutral = {control: control.value for control in self.moved}
        self.quiet = False
        self._follow()

    def _hidden(self) -> set:
        """The controls that do not bear on the chosen target."""
        indicator = self.rows.at[self.target.value, "indicator"]
        hidden = set() if indicator == what_if.PACED else {self.rd, self.gdp}
        hidden |= set() if indicator == what_if.BATCHED else {self.first, self.renewal}
        return hidden | (set() if self.assume.value else {self.when, self.figure})

    def scenario(self) -> what_if.Scenario:
        """What the controls assume."""

        hidden = self._hidden()

        def moved(control, factor=1):
            same = control in hidden or control.value == self.neutral[control]
            return None if same else control.value * factor

        return what_if.Scenario(
            target=self.target.value,
            value=moved(self.value),
            year=moved(self.year),
            figures={self.when.value: self.figure.value} if self.assume.value else {},
            rd_growth=moved(self.rd, 0.01),
            gdp_growth=moved(self.gdp, 0.01),
            first_time=moved(self.first),
            renewal_rate=moved(self.renewal, 0.01),
        )

    def _follow(self, _=None) -> None:
        if self.quiet:
            return
        hidden = self._hidden()
        for control in self.moved:
            control.layout.display = "none" if control in hidden else None
        try:
            found = what_if.evaluate(self.scenario())
        except (ChangjiError, ValidationError) as error:
            self.view.value = _alert(error)
            return
        self.picture.show(found)
        zh, en = VERDICTS[found.verdict]
        chance = probability_text(found.probability, "zh") or "—"
        fill, letters = LOOKS[found.verdict][:2]
        look = f"color:{letters};background:{fill};padding:.15em .6em"
        png = base64.b64encode(self.picture.png()).decode("ascii")
        self.view.value = (
            f'<p><b class="chance">{chance}</b> <span style="{look}">{zh} {en}</span></p>'
            f'<p role="status">{escape(found.zh)}<br>{escape(found.en)}</p>'
            f'<img alt="{escape(found.zh)}" src="data:image/png;base64,{png}">'
        )

    def _save(self, _) -> None:
        try:
            what_if.save(self.name.value, self.scenario())
        except (ChangjiError, ValidationError, OSError) as error:
            self.said.value = _alert(error)
        else:
            self.said.value = f"<p>已保存 saved: {escape(self.name.value.strip())}</p>"


def _half(percent: float) -> float:
    """The nearest place of a slider with steps of a half."""
    return round(2 * percent) / 2


def _alert(error: Exception) -> str:
    words = str(error)
    if isinstance(error, ValidationError):
        words = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return f'<p role="alert" style="color:#A32020">{escape(words)}</p>'
