"""How results show themselves in a notebook: small tables in the language that is set.

Formatters are registered with IPython by the names of types, so that no result imports what shows
it. The same result gives the same bytes.
"""

from __future__ import annotations

from functools import singledispatch

import pandas as pd
from pydantic import ValidationError

from ..assessment import Assessment
from ..errors import ChangjiError
from ..forecasting import Forecast
from ..plan import Target
from ..wording import Words, language, shortest
from . import Shown, scrolling, show
from .columns import COLUMNS

QUALITY = {"file", "row", "column", "value", "severity", "code", "why", "why_zh", "remedy_zh"}


@singledispatch
def shown(thing, lang: str | None = None) -> Shown:
    """The table of a target, a forecast, an assessment, a history or the quality table.

    Parameters
    ----------
    thing : Target, Forecast, Assessment, Series or DataFrame
    lang : {"zh", "en"}, optional
    """
    raise TypeError(f"a {type(thing).__name__} has no table")


def _number(value: float, w: Words, unit: str = "", digits: int = 10) -> str:
    value = float(f"{value:.{digits}g}")
    return w.measured(value, unit)


def _target_rows(target: Target, w: Words, unit: str = "") -> list[tuple[str, str]]:
    goal = w.goal(target.value, target.direction, unit, target.tolerance)
    rows = [(w("目标", "target"), f"{goal} ({target.year})")]
    if target.base_value is not None:
        base = _number(target.base_value, w, unit)
        rows.append((w("基期", "base"), f"{base} ({target.base_year})"))
    return rows


@shown.register
def _(target: Target, lang: str | None = None) -> Shown:
    w = Words(language(lang))
    return Shown((), _target_rows(target, w), w("目标", "target"))


@shown.register
def _(a: Assessment, lang: str | None = None) -> Shown:
    w, e, unit = Words(language(lang)), a.evidence, a.given.known.attrs.get("unit", "")
    rows = _target_rows(a.target, w, unit)
    if a.base_value is not None and a.target.base_value is None:
        rows.append((w("基期", "base"), f"{_number(a.base_value, w, unit)} ({a.base_year})"))
    if a.last_value is not None:
        rows.append((w("最新", "latest"), f"{_number(a.last_value, w, unit)} ({e.last_year})"))
    if a.probability is not None:
        term = w.likely(max(a.probability, a.floor))
        chance = f"{w.chance(a.probability, a.floor)}{w('，', ', ')}{term}"
        rows.append((w("实现概率", "probability"), chance))
    for label, share in (
        (w("所需年均增速", "required growth a year"), a.required_growth),
        (w("实际年均增速", "observed growth a year"), a.observed_growth),
    ):
        if share is not None:
            rows.append((label, w.percent(share, signed=True)))
    if a.gap_closed is not None and a.time_elapsed:
        shares = f"{w.percent(a.gap_closed)} / {w.percent(a.time_elapsed)}"
        rows.append((w("差距已缩小 / 时间已过", "gap closed / time elapsed"), shares))
    rests = w("没有数据", "no figure")
    if e.n:
        rests = w(
            f"{e.n}个观测值，{w.model(e.method)}", f"{w.plural(e.n, 'figure')}, {w.model(e.method)}"
        )
    if a.forecast is not None and a.forecast.model == "pooled":
        count = a.forecast.peers
        rests += (w(f"，参照组{count}个地区", f", {count} peers") if count
                  else w("，采用通用参数（缺少可比地区）", ", generic prior"))  # fmt: skip
    if (parent := e.parent) is not None:
        rests += w(
            f"，上级地区至{parent.until}年的数据", f", the parent's figures to {parent.until}"
        )
    rows.append((w("依据", "rests on"), rests))
    if e.calibration is not None:
        rows.append((w("检验", "calibration"), e.calibration.said(w.lang)))
    return Shown((), rows, w.verdict(a.verdict), a.verdict)


@shown.register
def _(ahead: Forecast, lang: str | None = None) -> Shown:
    w, order = Words(language(lang)), [0.5, 0.1, 0.9, 0.025, 0.975]
    table = ahead.quantiles(sorted(order))[order]
    rows = [
        (str(year), *(_number(v, w, "", 3) for v in row))
        for year, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    ends = [f"{c}%{end}" for c in (80, 95) for end in (w("下限", " lower"), w("上限", " upper"))]
    points = w(
        f"{ahead.n}个观测值，至{ahead.last_year}年",
        f"{w.plural(ahead.n, 'figure')}, to {ahead.last_year}",
    )
    caption = f"{w('预测', 'forecast')}: {w.model(ahead.model)}{w('，', ', ')}{points}"
    return Shown((w("年份", "year"), w("中位数", "median"), *ends), rows, caption)


@shown.register
def _(known: pd.Series, lang: str | None = None) -> Shown:
    w, about = Words(language(lang)), known.attrs
    marks = {
        "breaks": w("口径变化", "scope break"),
        "private": w("未公开", "not public"),
        "early": w("快报", "early"),
    }
    rows = [
        (str(year), w.number(value, about.get("decimals", shortest(value))),
         w("；", "; ").join(words for name, words in marks.items() if year in about.get(name, ())))
        for year, value in known.items()
    ]  # fmt: skip
    area, indicator = (
        about.get(f"{what}_names", {}).get(w.lang, about[what]) for what in ("area", "indicator")
    )
    caption = f"{area}{w('：', ': ')}{indicator}"
    if about.get("as_of"):
        caption += w(f"，截至{w.date(about['as_of'])}", f", as of {w.date(about['as_of'])}")
    unit = w.unit(about["unit"])
    value = w("数值", "value") + (f" ({unit})" if unit else "")
    if not rows:
        return Shown((), [(w("没有数据", "no figure"),)], caption)
    return Shown((w("年份", "year"), value, ""), rows, caption)


@shown.register
def _(frame: pd.DataFrame, lang: str | None = None) -> Shown:
    return show(frame, lang, "problems" if set(frame.columns) >= QUALITY else None)


def register(shell) -> None:
    """Teach a running IPython to show results; pandas objects that are none stay as they are."""
    html = shell.display_formatter.formatters["text/html"]
    plain = shell.display_formatter.formatters["text/plain"]
    for home, name in (
        ("forecasting", "Forecast"),
        ("assessment", "Assessment"),
        ("plan", "Target"),
    ):
        html.for_type_by_name(f"changji_analysis.{home}", name, lambda it: shown(it)._repr_html_())
        plain.for_type_by_name(
            f"changji_analysis.{home}", name, lambda it, p, cycle: p.text(repr(shown(it)))
        )
    html.for_type(pd.Series, lambda it: shown(it)._repr_html_() if _is_history(it) else None)
    html.for_type(pd.DataFrame, _frame_html)
    shell.set_custom_exc((ChangjiError, ValidationError), show_error)


def said(error: Exception, lang: str | None = None) -> str:
    """An error in one sentence, with the remedy, in the language that is set."""
    w = Words(language(lang))
    if isinstance(error, ValidationError):
        return w.clauses(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    chinese = getattr(error, "zh", "")
    return str(error) if w.lang == "en" or not chinese else f"{chinese}。（{error}）"


def show_error(shell, kind, error, trace, tb_offset=None) -> None:
    """Show an error of the package as one sentence in the place of a traceback."""
    head = Words(language())("未能完成：", "Not done: ")
    shell._showtraceback(kind, error, [f"\x1b[31m{head}\x1b[0m{said(error)}"])


def _is_history(known: pd.Series) -> bool:
    return {"area", "indicator", "unit"} <= set(known.attrs) and pd.api.types.is_integer_dtype(
        known.index
    )


def _frame_html(frame: pd.DataFrame) -> str | None:
    limit = pd.get_option("display.max_rows") or len(frame)
    names = {*frame.index.names, *frame.columns} - {None}
    if set(frame.columns) >= QUALITY or (names <= {*COLUMNS} and len(frame) <= limit):
        return shown(frame)._repr_html_()
    html = frame._repr_html_()
    return html and scrolling(html, min(len(frame), limit))
