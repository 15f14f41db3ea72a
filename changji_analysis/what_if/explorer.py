"""The what-if explorer: sliders over `what_if`, and one picture that follows them."""

from __future__ import annotations

import base64
import os
from html import escape

from pydantic import ValidationError

from .. import what_if
from ..dataset import Dataset
from ..errors import ChangjiError
from ..figures import fan
from ..pace import cagr
from ..palette import GREY, VERDICTS
from ..tables.notebook import said
from ..wording import Words

DPI = 100
PERCENT = {"min": -20.0, "max": 100.0, "step": 0.5, "readout_format": ".1f"}


def explorer(data: Dataset, target: str = "t03", lang: str | None = None):
    """Sliders and picture in JupyterLab; the picture alone where no page can show sliders.

    Parameters
    ----------
    data : Dataset
    target : str
        The one it starts with, ``t01`` ….
    lang : {"zh", "en"}, optional
    """
    if "JPY_SESSION_NAME" in os.environ:
        return Desk(data, target, lang).box
    return drawn(what_if.evaluate(data, what_if.Scenario(target=target)), lang)


def drawn(found: what_if.Outcome, lang: str | None = None):
    """The fan of an outcome; dashed, the median without the assumptions."""
    chart = fan(found.assessment, None, None, lang)
    before = found.now.forecast
    if before is not None and found.scenario != what_if.Scenario(target=found.scenario.target):
        known, middle, ax = found.now.given.known.iloc[-1:], before.median, chart.axes[0]
        line = [*known.index, *middle.index], [*known, *middle]
        ax.plot(*line, color=GREY, ls="--", lw=1.3, gid="before")
        ax.set_ylim(top=max(ax.get_ylim()[1], 1.05 * middle.max()))
    chart.alt = found.sentence(lang)
    return chart


class Desk:
    """The explorer's widgets; `box` holds them all."""

    def __init__(self, data: Dataset, target: str, lang: str | None = None):
        import ipywidgets as w

        self.data, self.words, self.quiet = data, Words.of(data, lang), False
        say, table = self.words, data.plan_targets
        self.rows = table[table["default"] & table["value"].notna()].set_index("id")
        wide = {
            "layout": {"width": "48em", "max_width": "100%"},
            "style": {"description_width": "19em"},
            "continuous_update": False,
        }
        years = {"min": 2000, "max": 2100}
        names = [(r[say.lang], i) for i, r in self.rows.iterrows()]
        look = {name: wide[name] for name in ("layout", "style")}
        self.target = w.Dropdown(
            options=names, value=target, description=say("指标", "indicator"), **look
        )
        self.value, self.year = w.FloatText(**wide), w.BoundedIntText(**years, **wide)
        self.rd, self.gdp = w.FloatSlider(**PERCENT, **wide), w.FloatSlider(**PERCENT, **wide)
        self.first = w.IntSlider(min=0, **wide)
        self.renewal = w.FloatSlider(max=100, step=5, readout_format=".0f", **wide)
        self.when, self.figure = w.BoundedIntText(**years, **wide), w.FloatText(**wide)
        self.assume = w.Checkbox(description=say("加一个假想数据", "add a figure"), indent=False)
        self.labels = {
            self.value: say("目标值", "goal"),
            self.year: say("目标年", "year"),
            self.rd: say("R&D经费年增速，%", "R&D growth, % a year"),
            self.gdp: say("GDP年增速，%", "GDP growth, % a year"),
            self.first: say("每年首次认定，家", "first-time certificates a year"),
            self.renewal: say("续认率，%", "renewal rate, %"),
            self.when: say("假想数据的年份", "year of the figure"),
            self.figure: say("假想数据的数值", "value of the figure"),
        }
        self.moved = [*self.labels]
        self.moved.insert(6, self.assume)
        self.reset = w.Button(description=say("恢复默认", "back to defaults"))
        self.name = w.Text(placeholder=say("情景名称", "name of the scenario"))
        self.keep = w.Button(description=say("保存", "save"))
        self.said, self.view = w.HTML(), w.HTML()
        row = w.HBox([self.reset, self.name, self.keep])
        self.box = w.VBox([self.target, *self.moved, row, self.said, self.view])
        for control in self.moved:
            control.observe(self._follow, "value")
        self.target.observe(self._start, "value")
        self.reset.on_click(self._start)
        self.keep.on_click(self._save)
        self._start()

    def _start(self, _=None) -> None:
        """Put every control where it assumes nothing of the chosen target, and mark the place."""
        row = self.rows.loc[self.target.value]
        found = what_if.evaluate(self.data, what_if.Scenario(target=self.target.value))
        known, ahead = found.assessment.given.known, found.now.forecast
        self.quiet = True
        self.value.value, self.year.value = float(row["value"]), found.now.target.year
        growth = self.data.config.middle_scenario.growth
        self.gdp.value = self.rd.value = _half(100 * growth)
        if ahead is not None and row["indicator"] == "rd_intensity":
            pace = cagr(ahead.median.iloc[-1], known.iloc[-1], len(ahead.median)) or 0.0
            self.rd.value = _half(100 * ((1 + growth) * (1 + pace) - 1))
        rate, first = found.rates
        self.first.max = max(4 * round(first), 40)
        self.first.value, self.renewal.value = round(first), 5 * round(20 * rate)
        self.assume.value = False
        base_year = self.data.config.plan.base_year
        self.when.value = (known.index[-1] if len(known) else base_year) + 1
        self.figure.value = float(known.iloc[-1]) if len(known) else float(row["value"])
        self.neutral = {control: control.value for control in self.moved}
        for control, label in self.labels.items():
            default = f"{control.value:g}"
            control.description = label + self.words(f"（默认{default}）", f" (default {default})")
        self.quiet = False
        self._follow()

    def _hidden(self) -> set:
        """The controls that do not bear on the chosen target."""
        takes = what_if.TAKES.get(self.rows.at[self.target.value, "indicator"], ())
        hidden = set() if "rd_growth" in takes else {self.rd, self.gdp}
        hidden |= set() if "first_time" in takes else {self.first, self.renewal}
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
        hidden, lang = self._hidden(), self.words.lang
        for control in self.moved:
            control.layout.display = "none" if control in hidden else None
        try:
            found = what_if.evaluate(self.data, self.scenario())
        except (ChangjiError, ValidationError) as error:
            self.view.value = _alert(error, self.words.lang)
            return
        a, chart, told = found.assessment, drawn(found, lang), escape(found.sentence(lang))
        chance, look = self.words.chance(a.probability, a.floor) or "—", VERDICTS[a.verdict]
        style = f"color:{look.letters};background:{look.fill};padding:.15em .6em"
        png = base64.b64encode(chart.png(DPI, named=False)).decode("ascii")
        self.view.value = (
            f'<p><b class="chance">{chance}</b> <span style="{style}">'
            f'{self.words.verdict(a.verdict)}</span></p><p role="status">{told}</p>'
            f'<img alt="{told}" src="data:image/png;base64,{png}">'
        )

    def _save(self, _) -> None:
        try:
            what_if.save(self.data, self.name.value, self.scenario())
        except (ChangjiError, ValidationError, OSError) as error:
            self.said.value = _alert(error, self.words.lang)
        else:
            done = self.words("已保存：", "saved: ") + escape(self.name.value.strip())
            self.said.value = f"<p>{done}</p>"


def _half(percent: float) -> float:
    """The nearest place of a slider with steps of a half."""
    return round(2 * percent) / 2


def _alert(error: Exception, lang: str) -> str:
    return f'<p role="alert" style="color:#A32020">{escape(said(error, lang))}</p>'
