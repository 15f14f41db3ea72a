"""The chart of a whole panel: every province on a tile map, judged by two common targets."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from .._compat import config
from ..assessment import VERDICTS
from ..names import area_name
from ..panel import assess_panel
from ..panel.provinces import INDICATOR, common_targets
from .page import GREY, Chart, need, page, pick, sources
from .plan import MARKS

TILES = {
    # name: row, column
    "黑龙江": (0, 7),
    "新疆": (1, 0), "内蒙古": (1, 4), "北京": (1, 5), "天津": (1, 6), "吉林": (1, 7),
    "青海": (2, 1), "甘肃": (2, 2), "宁夏": (2, 3), "山西": (2, 4), "河北": (2, 5), "山东": (2, 6),
    "辽宁": (2, 7),
    "西藏": (3, 1), "四川": (3, 2), "陕西": (3, 3), "河南": (3, 4), "安徽": (3, 5), "江苏": (3, 6),
    "上海": (3, 7),
    "重庆": (4, 3), "湖北": (4, 4), "江西": (4, 5), "浙江": (4, 6),
    "云南": (5, 2), "贵州": (5, 3), "湖南": (5, 4), "广东": (5, 5), "福建": (5, 6),
    "广西": (6, 4), "海南": (6, 5),
}  # fmt: skip
"""Where each province lies among its neighbours."""
ASKED = ("level", "growth")
DARK = ("likely", "achieved", "missed", "out_of_reach")
"""Verdicts whose shade asks for white figures."""


def panel(lang: str, as_of: str | None) -> Chart:
    """Probability of both common targets in every province."""
    histories, targets = common_targets(as_of)
    result = assess_panel(histories, targets, peers="panel")
    known = result[result["probability"].notna()]
    need(known, INDICATOR)
    fit = known["verdict"].isin(["likely", "achieved"])
    by_area = fit.groupby([known["area"], known.index]).all().unstack().fillna(False)
    level, growth = (by_area[asked].sum() for asked in ASKED)
    both = by_area.index[by_area.all(axis=1)]
    goal = targets.loc["level", "value"].iloc[0]
    raised = targets.loc["growth", "value"].iloc[0] / result.loc["growth", "base_value"].iloc[0] - 1
    plan = config().plan
    before = 2 * plan.base_year - plan.target_year
    title = pick(
        lang,
        f"用什么尺子，决定谁算达标：{len(by_area)}个省份中，{level}个可望在{plan.target_year}年"
        f"达到{goal:g}%，{growth}个可望{plan.target_year - plan.base_year}年增长"
        f"{100 * raised:.0f}%，两样都可望的有{len(both)}个",
        f"The yardstick decides who passes: of {len(by_area)} provinces {level} are likely to "
        f"reach {goal:g} % by {plan.target_year}, {growth} to rise by {100 * raised:.0f} %, and "
        f"{len(both)} to do both",
    )
    subtitle = pick(
        lang,
        f"R&D经费投入强度实现共同目标的概率（%）。左：达到{goal:g}%；右：{plan.base_year}—"
        f"{plan.target_year}年增长{100 * raised:.0f}%，即全国{before}—{plan.base_year}年的增幅",
        f"Probability (%) that R&D intensity attains a common target. Left: {goal:g} %. Right: a "
        f"rise of {100 * raised:.0f} % over {plan.base_year}–{plan.target_year}, the nation's over "
        f"{before}–{plan.base_year}",
    )
    used = sources(lang, (INDICATOR, [*TILES, config().areas.nation]))
    chart, (ax,) = page(lang, title, subtitle, used, height=4.6)
    ax.axis("off")
    for area, (row, column) in TILES.items():
        _tile(ax, column, row, area_name(area, lang), result[result["area"].eq(area)])
        if area in both:
            _frame(ax, column, row + 0.35, 0.96, 0.54, gid=f"both_{area}")
    _key(ax, lang, result)
    ax.set_xlim(-0.03, 8.0)
    ax.set_ylim(7.0, -0.05)
    return chart


def _tile(ax: Axes, x: float, y: float, name: str, rows: pd.DataFrame) -> None:
    """The name of a province above its two probabilities."""
    ax.text(x + 0.48, y + 0.2, name, ha="center", va="center", size=7, weight="bold")
    for side, asked in enumerate(ASKED):
        for area, verdict, probability in rows.loc[
            rows.index == asked, ["area", "verdict", "probability"]
        ].itertuples(index=False):
            fill, edge = MARKS[verdict][1:]
            left = x + 0.48 * side
            _box(ax, left, y + 0.37, fill, edge, gid=f"{asked}_{area}")
            color = "white" if verdict in DARK else "black"
            _words(ax, left, y + 0.37, percent_sign(probability), color)


def _box(ax: Axes, x: float, y: float, fill: str, edge: str, **options) -> None:
    ax.add_patch(Rectangle((x + 0.01, y), 0.46, 0.5, fc=fill, ec=edge, lw=0.6, **options))


def _words(ax: Axes, x: float, y: float, words: str, color: str, size: float = 7) -> None:
    ax.text(x + 0.24, y + 0.26, words, ha="center", va="center", size=size, color=color)


def _frame(ax: Axes, x: float, y: float, width: float, height: float, **options) -> None:
    ax.add_patch(Rectangle((x, y), width, height, fc="none", ec="black", lw=1.4, **options))


def percent_sign(probability: float) -> str:
    """A probability in whole per cent; the ends are not rounded to 0 or 100."""
    if pd.isna(probability):
        return "–"
    if 0 < probability < 0.01:
        return "<1"
    if 0.99 < probability < 1:
        return ">99"
    return f"{100 * probability:.0f}"


def _key(ax: Axes, lang: str, result: pd.DataFrame) -> None:
    """What shades, frames and sides mean, where the map leaves room."""
    shown = [code for code in VERDICTS if result["verdict"].eq(code).any()]
    entries = [(VERDICTS[code][lang == "en"], MARKS[code][1:]) for code in shown]
    entries.append((pick(lang, "两样都可望", "likely in both"), ("white", "white")))
    for i, (words, (fill, edge)) in enumerate(entries):
        x, y = 0.01 + 1.6 * (i // 2), 0.02 + 0.42 * (i % 2)
        ax.add_patch(Rectangle((x, y), 0.3, 0.26, fc=fill, ec=edge, lw=0.6))
        ax.text(x + 0.38, y + 0.14, words, va="center", size=7)
    _frame(ax, x, y, 0.3, 0.26)
    x, y = 0.0, 5.55
    name = pick(lang, "省份", "Province")
    ax.text(x + 0.48, y + 0.2, name, ha="center", va="center", size=7, color=GREY)
    for side, words in enumerate(pick(lang, "水平 增幅", "level growth").split()):
        _box(ax, x + 0.48 * side, y + 0.37, "white", GREY)
        _words(ax, x + 0.48 * side, y + 0.37, words, GREY, 6)
