"""Charts of one target: its forecast fan, its paths, its reading table; forecasts side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter

from ..errors import UsageError
from ..histories import COUNTED_BY
from ..palette import ACCENT, FAN, GREY, INK, VERDICTS
from ..showing import draws
from ..wording import Words, language
from .marks import label_ends, log_axis, nice_ticks, note, rows_only, year_axis
from .page import Chart, finished, goal_of, house_style, need, page, sources

DASHES = {"straight": (0, (5, 2)), "geometric": (0, (1, 1.4))}
SHOWN_YEARS = 10
"""A fan begins with figures that are at most so many years older than its last year."""


@draws
def fan(result, known: pd.Series | None = None, ax: Axes | None = None, lang: str | None = None):
    """Draw a forecast, or an assessment with its target and the paths to it.

    Parameters
    ----------
    result : Forecast or Assessment
    known : Series, optional
        The history. With ``attrs`` as `changji_analysis.history` gives it, the chart bears the
        unit and the name of the area.
    ax : matplotlib Axes, optional
        The axes to draw on; without one a chart in the style of the report is made.
    lang : {"zh", "en"}, optional

    Returns
    -------
    Axes or Chart
        The axes given, or the chart made, which shows itself in a notebook.
    """
    w = Words(language(lang))
    a = None if hasattr(result, "quantiles") else result
    ahead = result if a is None else a.forecast
    if known is None:
        known = result.known if a is None else a.given.known
    known = pd.Series(dtype=float) if known is None else known.dropna()
    with house_style():
        if ax is None:
            return finished(_fan_page(None, w, a, ahead, known))
        _fan(ax, w, a, ahead, known)
        return ax


def _fan_page(
    data, w: Words, a, ahead, known: pd.Series, source: str = "", row: dict | None = None
) -> Chart:
    """A chart with the fan; the title says the verdict, or where the forecast ends.

    With a row of the scorecard the verdict and the probability are those of its whole range.
    """
    about, show = known.attrs, _printer(w, ahead, known)
    names = [about[what][w.lang] for what in ("area_names", "indicator_names") if what in about]
    title = w("", ", ").join([*names[:1], *map(w.lowered, names[1:])]) + w("：", ": ") * bool(names)
    median = "" if ahead is None else show(ahead.median.iloc[-1])
    if a is None:
        low, high = map(show, ahead.interval(0.8).iloc[-1])
        title += w(
            f"{ahead.years[-1]}年预测中位数{median}，80%区间{low}—{high}",
            f"median forecast for {ahead.years[-1]} {median}, 80% interval {low}–{high}",
        )
    else:
        goal = w.goal(a.target.value, a.target.direction, about.get("unit", ""), a.target.tolerance)
        title += w(f"{a.target.year}年目标{goal}，", f"target {goal} by {a.target.year}: ")
        title += w.verdict(a.verdict) if row is None else w.judged(row)
        if ahead is not None:
            chance, spread = w.chance(a.probability, a.floor), w.spread(row or {})
            if spread not in ("", chance):
                chance += w(f"，范围{spread}", f", range {spread}")
            title += w(f"（概率{chance}；预测中位数{median}）",
                       f" (probability {chance}; median forecast {median})")  # fmt: skip
    drawn = [w("已公布数据", "published figures")]
    if ahead is not None:
        how, parent = w.model(ahead.model), ahead.parent
        if parent and parent.area and data is not None:
            area, year = w.area(parent.area), parent.until
            how += w(f"，计入{area}至{year}年的增长", f", with {area}'s growth to {year}")
        drawn.append(w(f"预测中位数与区间（{how}）", f"median forecast and intervals ({how})"))
    if a is not None and len(a.due):
        drawn.append(w("两条应达路径", "the two required paths"))
    scale = w("对数坐标", "logarithmic scale") if a is not None and _logarithmic(a) else ""
    unit = w("，", ", ").join(filter(None, [w.unit(about.get("unit", "")), scale]))
    subtitle = w("、", ", ").join(drawn) + w(f"；{unit}", f"; {unit}") * bool(unit)
    chart, (ax,) = page(data, w, title, subtitle, source, height=3.6)
    _fan(ax, w, a, ahead, known)
    return chart


def _printer(w: Words, ahead, known: pd.Series) -> Callable[[float], str]:
    """How values are printed: as the history's indicator is, else with two decimals below 20."""
    large = known.gt(20).any() or (ahead is not None and ahead.median.iloc[-1] >= 20)
    unit, decimals = known.attrs.get("unit", ""), known.attrs.get("decimals", 0 if large else 2)
    return lambda value: w.measured(value, unit, decimals)


def _logarithmic(a) -> bool:
    """Whether a target asks for so much that paths and forecast need a logarithmic scale."""
    return bool(a.target.value and len(a.due) and a.target.value > 3 * a.due.iloc[0, 0] > 0)


def _fan(ax: Axes, w: Words, a, ahead, known: pd.Series) -> None:
    """Intervals and median from the last figure on, the figures, the target and both paths."""
    show = _printer(w, ahead, known)
    due = pd.DataFrame() if a is None else a.due
    goal = None if a is None else a.target.value
    ends = [*(ahead.years if ahead is not None else ()), *([a.target.year] if a else ())]
    last = max([*ends, *known.index])
    shown = known[known.index >= min([last - SHOWN_YEARS, *due.index[:1]])]
    labels, values = [], [*shown, *([] if goal is None else [goal])]
    if ahead is not None:
        start = [] if known.empty or known.index[-1] >= ahead.years[0] else [known.index[-1]]
        years, from_ = [*start, *ahead.years], [*known.iloc[-1:]] if start else []
        for coverage, shade in FAN.items():
            band = ahead.interval(coverage)
            ax.fill_between(
                years, [*from_, *band["lower"]], [*from_, *band["upper"]], color=shade, lw=0,
                gid=f"interval_{coverage:g}",
            )  # fmt: skip
            low, high = band.iloc[-1]
            words = w(f"{coverage:.0%}区间", f"{coverage:.0%} interval")
            labels += [(high, f"{words} {show(high)}", GREY), (low, show(low), GREY)]
        ax.plot(years, [*from_, *ahead.median], color=INK, gid="median")
        middle = ahead.median.iloc[-1]
        labels.append((middle, w("中位数 ", "median ") + show(middle), INK))
        values += [value for value, _, _ in labels]
    for shape, dash in DASHES.items():
        if len(due) and due[shape].notna().all():
            ax.plot(due.index, due[shape], color=ACCENT, ls=dash, lw=1.4, gid=shape)
    ax.plot(shown.index, shown, "o", color="black", ms=6, gid="figures", zorder=5)
    if len(shown) <= SHOWN_YEARS // 2:
        for year, value in shown.items():
            note(ax, show(value), (year, value), (-6, 5), ha="right", size=9)
    if goal is not None:
        ax.plot([a.target.year], [goal], "*", color=ACCENT, ms=14, gid="target", zorder=6,
                clip_on=False)  # fmt: skip
        text = w.measured(goal, known.attrs.get("unit", ""))
        labels.append((goal, w("目标 ", "target ") + text, ACCENT))
    first = min([*shown.index, *due.index, *ends])
    ax.set_xlim(first - 0.85, last + (last - first) * w(0.36, 0.42))
    step = max(1, -(-(last - first) // 8))
    year_axis(ax, range(last - (last - first) // step * step, last + 1, step))
    low, high = min(values), max(values)
    if a is not None and _logarithmic(a) and low > 0:
        ax.set_yscale("log")
        ax.set_ylim(low / 1.25, high * 1.3)
        log_axis(ax.yaxis, nice_ticks(low / 1.25, high * 1.3), "{:,g}".format)
    else:
        ax.set_ylim(min(0, low * 1.08), high * 1.08)
    label_ends(ax, labels, last, offset=9)
    if len(due):
        _path_words(ax, w, due, ahead)


def _path_words(ax: Axes, w: Words, due: pd.DataFrame, ahead) -> None:
    """Name each path where it stands, the geometric one below the fan if that covers it."""
    year = due.index[len(due) // 2]
    for shape, shift, ha in (("straight", (-6, 5), "right"), ("geometric", (7, -11), "left")):
        value = due.loc[year, shape]
        if pd.isna(value):
            continue
        leader = None
        if shape == "geometric" and ahead is not None and year in ahead.years:
            below = ahead.interval(max(FAN)).at[year, "lower"]
            if value < 2 * ahead.median[year]:
                here, foot = ax.transData.transform([(year, value), (year, below)])[:, 1]
                shift = (7, (foot - here) * 72 / ax.figure.dpi - 14)
                leader = {"arrowstyle": "-", "color": ACCENT, "lw": 0.7, "shrinkA": 1, "shrinkB": 0}
        words = w.term("path", shape)
        note(ax, words, (year, value), shift, ha=ha, va="baseline", color=ACCENT, arrowprops=leader)


@draws
def compare(forecasts, ax: Axes | None = None, lang: str | None = None):
    """Draw forecasts of one thing side by side: median and 80 % interval of the last year.

    Parameters
    ----------
    forecasts : mapping of name to Forecast or Assessment, or list of them
        A list is named by the models. Assessments add their target.
    ax, lang
        As in `fan`.

    Returns
    -------
    Axes or Chart
        The axes given, or the chart made.

    Raises
    ------
    UsageError
        There is nothing to compare, or no year that all of them forecast.
    """
    w = Words(language(lang))
    named = forecasts if isinstance(forecasts, Mapping) else dict(enumerate(forecasts))
    ahead = {name: getattr(result, "forecast", result) for name, result in named.items()}
    ahead = {name: f for name, f in ahead.items() if hasattr(f, "years")}
    common = set.intersection(*(set(f.years) for f in ahead.values())) if ahead else set()
    if not common:
        raise UsageError("nothing to compare: no year is ahead in all of the forecasts given")
    year, first = max(common), next(iter(ahead.values()))
    known = pd.Series(dtype=float) if first.known is None else first.known
    show = _printer(w, first, known)
    ranges = {name: f.interval(0.8).loc[year] for name, f in ahead.items()}
    low, high = min(r["lower"] for r in ranges.values()), max(r["upper"] for r in ranges.values())
    names = [w.model(f.model if isinstance(n, int) else str(n)) for n, f in ahead.items()]
    goals = sorted({r.target.value for r in named.values() if hasattr(r, "target")} - {None})

    with house_style():
        chart = None
        if ax is None:
            title = w(
                f"{year}年的{len(ahead)}个预测，80%区间合计为{show(low)}至{show(high)}",
                f"{len(ahead)} forecasts for {year}: 80% intervals {show(low)} to {show(high)}",
            )
            subtitle = w("点为中位数，横线为80%区间", "Dot: median; bar: 80% interval")
            chart, (ax,) = page(None, w, title, subtitle, "", height=1.3 + 0.3 * len(ahead))
        for row, (name, f) in enumerate(ahead.items()):
            color, middle = INK if f.model == "pooled" else GREY, f.median.loc[year]
            ax.plot(ranges[name], [row, row], color=color, lw=4, solid_capstyle="butt",
                    gid=f"interval_{row}")  # fmt: skip
            ax.plot([middle], [row], "o", mfc="white", mec="black", ms=6, gid=f"median_{row}")
            note(ax, show(middle), (ranges[name]["upper"], row), (5, 0))
        for goal in goals:
            ax.axvline(goal, color=ACCENT, ls="--", lw=1.4, gid="target")
        if goals:  # one label in the order of the lines, which may stand too near for one each
            unit = known.attrs.get("unit", "")
            printed = w("、", ", ").join(w.measured(goal, unit) for goal in goals)
            words = w("目标 ", "target " if len(goals) == 1 else "targets ") + printed
            note(ax, words, (goals[-1], -0.6), (-3, 5), ha="right", color=ACCENT)
        rows_only(ax, names, 8.5)
        ax.set_xlim(right=max([high, *goals]) * 1.08)
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.10g}"))
        return ax if chart is None else finished(chart)


def fan_chart(data, w: Words, indicator: str) -> Chart:
    """The city's figures, the forecast and the two required paths of one target."""
    goal = goal_of(data, w, indicator)
    a, known = data.assessment(goal.id), data.city(indicator)
    counted, row = COUNTED_BY.get(indicator, indicator), data.scored(goal.id).to_dict()
    need(known, f"{data.config.areas.city}, {indicator}")
    source = sources(data, w, (indicator, [data.config.areas.city]), (counted, None))
    return _fan_page(data, w, a, a.forecast, known, source, row)


def reading_chart(data, w: Words, indicator: str) -> Chart:
    """Which figure of which year would mean which verdict, with both paths and what is known."""
    goal = goal_of(data, w, indicator)
    a, known = data.assessment(goal.id), data.city(indicator)
    unit, decimals = goal.row["unit"], int(goal.row["decimals"])
    table = data.reading_table(goal.id)
    table = table[table["verdict"].ne("") & table["year"].gt(goal.base_year)]
    need(table, f"{indicator}: what a figure would mean")
    likely = table[table["verdict"].eq("likely")]
    title = w(
        f"{goal.row['zh']}：哪一年达到多少，{goal.year}年{goal.text}的目标是什么结论",
        f"{goal.row['en']}: what each figure would say of {goal.text} by {goal.year}",
    )
    if len(likely):
        year, least = likely[["year", "from_value"]].iloc[-1]
        value = w.measured(least, unit, decimals)
        title = w(
            f"{year:.0f}年{goal.row['zh']}达到{value}，{goal.year}年{goal.text}的目标才可望实现",
            f"{goal.row['en']}: it takes {value} in {year:.0f} to make {goal.text} by {goal.year} "
            "likely",
        )
    subtitle = w(
        f"{w.place('city')}{goal.row['zh']}（{w.unit(unit)}）：某年公布某数意味着的结论（每年一柱，"
        "颜色为结论）；虚线为直线路径，点线为等比路径",
        f"{w.place('city')}, {w.lowered(goal.row['en'])}: the verdict that a figure would bring "
        "(a bar a year, coloured by verdict); dashed: straight path, dotted: geometric path",
    )
    source = sources(data, w, (indicator, [data.config.areas.city]))
    chart, (ax,) = page(data, w, title, subtitle, source, height=4.3)
    top = 1.18 * max([goal.value, *table["from_value"].dropna(), *known])
    for year, code, low, high in table[["year", "verdict", "from_value", "to_value"]].itertuples(
        index=False
    ):
        low, high = np.nan_to_num(low, nan=0.0), np.nan_to_num(high, nan=top)
        look, words = VERDICTS[code], w.verdict(code).replace(" to be", "\nto be")
        ax.bar([year], [high - low], bottom=low, width=0.64, color=look.fill, ec="white", lw=0.8,
               gid=f"{code}_{year}")  # fmt: skip
        if high - low > 0.055 * top:
            text = ax.text(year, (low + high) / 2, words, ha="center", va="center", size=7.5,
                           color=look.letters, zorder=6)  # fmt: skip
            text.set_path_effects([withStroke(linewidth=2, foreground=look.fill)])
        if low > 0:
            note(ax, w.number(low, decimals), (year - 0.33, low), (-1, 0), ha="right", size=7.5)
    for shape, dash in DASHES.items():
        due = a.due[shape] if len(a.due) else pd.Series(dtype=float)
        ax.plot(due.index, due, color="black", ls=dash, lw=1.3, gid=shape)
    shown = known[known.index >= goal.base_year]
    ax.plot(shown.index, shown, "o", color="black", mec="white", ms=7, gid="figures", zorder=7)
    for year, value in shown.items():
        note(ax, w.measured(value, unit, decimals), (year, value), (-7, 6), ha="right", size=8.5)
    first = min([*table["year"], *shown.index])
    ax.set_xlim(first - 0.6, goal.year + 0.5)
    ax.set_ylim(0, top)
    year_axis(ax, range(int(first), goal.year + 1))
    return chart
