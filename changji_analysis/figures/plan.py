"""Charts of the plan as a whole: scorecard, science literacy, the city's GDP."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .._compat import config, history, peers
from .._compat import scorecard as judged_targets
from ..assessment import VERDICTS
from ..names import area_name
from .page import (
    ACCENT,
    GREY,
    INK,
    PALE,
    SKY,
    Chart,
    amount,
    goal_of,
    halo,
    label_ends,
    log_axis,
    need,
    nice_ticks,
    number,
    page,
    percent,
    pick,
    place,
    sources,
    year_axis,
)

MARKS = {
    "achieved": ("s", INK, INK),
    "likely": ("^", INK, INK),
    "at_risk": ("D", SKY, INK),
    "unlikely": ("v", "#F0C9AC", ACCENT),
    "out_of_reach": ("X", ACCENT, ACCENT),
    "missed": ("X", "black", "black"),
    "insufficient_evidence": ("o", "white", GREY),
}
"""Marker, fill and edge of each verdict: told apart by shape as well as shade."""


def science_literacy(lang: str, as_of: str | None) -> Chart:
    """Surveys of nation, region and provinces against the city's two targets."""
    areas, indicator = config().areas, "science_literacy"
    goals = {"firm": goal_of(indicator), "stretch": goal_of(indicator, stretch=True)}
    nation, region, city = (
        history(a, indicator, as_of) for a in (areas.nation, areas.region, areas.city)
    )
    others = peers(indicator, as_of).drop(columns=areas.region, errors="ignore")
    firm, stretch = goals["firm"].value, goals["stretch"].value
    need([*nation, *region], indicator)

    def standing(name, known):
        if known.empty:
            return pick(lang, f"{name}没有公布数", f"{name} has no public figure")
        value = f"{known.iloc[-1]:.2f}" + pick(lang, "%", " %")
        met = [g for g in (stretch, firm) if known.iloc[-1] >= g]
        if met:
            aim = amount(met[0], "%", 0, lang)
            return pick(
                lang,
                f"{name}{known.index[-1]}年{value}，已超过{aim}",
                f"{name} with {value} in {known.index[-1]} is past {aim}",
            )
        aim = amount(firm, "%", 0, lang)
        return pick(
            lang,
            f"{name}{known.index[-1]}年{value}，低于{aim}",
            f"{name} with {value} in {known.index[-1]} is below {aim}",
        )

    title = pick(lang, "；", "; ").join(
        standing(place(lang, which), known)
        for which, known in (("nation", nation), ("region", region), ("city", city))
    )
    subtitle = pick(
        lang,
        "公民具备科学素质的比例（%），抽样调查年份；灰色为有公布数的省份",
        "Share of citizens with scientific literacy (%), survey years; grey: provinces",
    )
    source = sources(lang, (indicator, None), as_of=as_of)
    chart, (ax,) = page(lang, title, subtitle, source, height=3.9)
    year = goals["firm"].year
    for goal, known in goals.items():
        first = min(k.index[0] for k in (nation, region) if len(k)) - 0.6
        style = "--" if goal == "firm" else ":"
        ax.plot([first, year], [known.value] * 2, color=ACCENT, lw=1.3, ls=style, gid=goal)
    for name in others:
        known = others[name].dropna()
        ax.plot(known.index, known, "o-", color="#A9AFB5", ms=3, lw=0.9, gid=f"province_{name}")
    ax.plot(nation.index, nation, "o-", color="black", gid="nation")
    ax.plot(region.index, region, "s-", color=INK, gid="region")
    if len(city):
        ax.plot(city.index, city, "o", color=ACCENT, ms=7, gid="city")
    ends = [
        *((others[n].dropna(), area_name(n, lang), GREY) for n in others),
        (nation, place(lang, "nation"), "black"),
        (region, place(lang, "region"), INK),
    ]
    by_year: dict[int, list] = {}
    for known, name, color in ends:
        if len(known):
            x = int(known.index[-1])
            by_year.setdefault(x, []).append(
                (known.iloc[-1], f"{name} {known.iloc[-1]:.1f}", color)
            )
    first = min(int(k.index[0]) for k, _, _ in ends if len(k))
    ax.set_xlim(first - 0.6, year + 2.3)
    ax.set_ylim(0, max(others.max().max(), stretch, nation.max()) * 1.08)
    year_axis(ax, range(first, year + 1, 5))
    for x, labels in by_year.items():
        label_ends(ax, labels, x, size=7.5)
    for goal in goals.values():
        ax.plot([year], [goal.value], "*", color=ACCENT, ms=11, zorder=5)
    label_ends(
        ax,
        [
            (firm, pick(lang, f"目标 {firm:g}%", f"target {firm:g} %"), ACCENT),
            (stretch, pick(lang, f"力争 {stretch:g}%", f"stretch {stretch:g} %"), ACCENT),
        ],
        year,
        size=7.5,
        offset=8,
    )
    return chart


def gdp_breaks(lang: str, as_of: str | None) -> Chart:
    """The city's known GDP and the break of scope in it."""
    city = config().areas.city
    gdp = history(city, "gdp", as_of)
    real = history(city, "gdp_real_growth", as_of)
    need(gdp, f"{city}, gdp")
    breaks = [y for y in gdp.attrs["breaks"] if gdp.index[0] < y <= gdp.index[-1]]
    first_known = gdp.index[0]
    here = place(lang, "city")
    broken = [
        (a, b)
        for a, b in zip(gdp.index, gdp.index[1:], strict=False)
        if any(a < y <= b for y in breaks)
    ]
    if broken:
        a, b = broken[-1]
        jump = gdp[b] / gdp[a] - 1
        title = pick(
            lang,
            f"{here}GDP {a}—{b}年名义增长{100 * jump:.0f}%",
            f"{here}'s GDP rose by {100 * jump:.0f} % in {a}–{b}",
        )
        if b in real.index:
            title += pick(
                lang,
                f"，而{b}年实际只增长{real[b]:.1f}%：口径疑有变化，不能当作增长",
                f" while real growth in {b} was {real[b]:.1f} %: a change of scope is suspected, "
                "not growth",
            )
        else:
            title += pick(lang, "：口径疑有变化", ": a change of scope is suspected")
    else:
        years = (
            f"{gdp.index[0]}—{gdp.index[-1]}年"
            if lang == "zh"
            else f"{gdp.index[0]}–{gdp.index[-1]}"
        )
        title = pick(
            lang,
            f"{here}{years}年GDP只有{len(gdp)}年的公布数",
            f"{here}'s GDP is known for only {len(gdp)} years of {years}",
        )
    subtitle = pick(
        lang,
        "地区生产总值（亿元，当年价，对数坐标）：只有公布过的年份；线上为两点之间的年均名义增速",
        "GDP (100 million yuan, current prices, logarithmic scale): published years only; beside "
        "the lines the nominal growth a year between them",
    )
    source = sources(lang, ("gdp", [city]), as_of=as_of)
    chart, (ax,) = page(lang, title, subtitle, source, height=3.7)
    ax.set_yscale("log")
    for a, b in zip(gdp.index, gdp.index[1:], strict=False):
        cut = (a, b) in broken
        ax.plot(
            [a, b],
            [gdp[a], gdp[b]],
            color=ACCENT if cut else INK,
            ls=":" if cut else "-",
            lw=1.6,
            gid="break" if cut else "span",
        )
        growth = (gdp[b] / gdp[a]) ** (1 / (b - a)) - 1
        if b - a > 1:
            text = f"{100 * growth:.1f}" + pick(lang, "%/年", " % a year")
            halo(
                ax.annotate(
                    text + (pick(lang, "\n口径断点？", "\nbreak of scope?") if cut else ""),
                    ((a + b) / 2, np.sqrt(gdp[a] * gdp[b])),
                    xytext=(7, -9) if cut or lang == "zh" else (-2, -14),
                    textcoords="offset points",
                    ha="left" if cut or lang == "zh" or b - a > 9 else "center",
                    va="top" if cut else "center",
                    color=ACCENT if cut else GREY,
                    size=8,
                    linespacing=1.3,
                )
            )
    ax.plot(gdp.index, gdp, "o", color="black", gid="gdp", zorder=4)
    for i, (year, value) in enumerate(zip(gdp.index, gdp, strict=True)):
        near = i + 1 < len(gdp) and gdp.index[i + 1] - year <= 2
        shift, align = (-6, "right") if near else (0, "center")
        if any(year - 2 <= y <= year for y in breaks):
            shift, align = -5, "left"
        halo(
            ax.annotate(
                f"{year}\n{number(value, 1)}",
                (year, value),
                xytext=(shift, 6),
                textcoords="offset points",
                ha=align,
                size=7.5,
                linespacing=1.2,
            )
        )
    for y in breaks:
        ax.axvspan(y - 1, y, facecolor="#F3DFCF", edgecolor=ACCENT, hatch="///", lw=0, alpha=0.6)
    ax.set_xlim(first_known - 2, gdp.index[-1] + 5.2)
    ax.set_ylim(gdp.min() / 1.6, gdp.max() * 2.3)
    start = int(first_known // 5 * 5)
    year_axis(ax, range(start if start >= first_known - 2 else start + 5, gdp.index[-1] + 1, 5))
    log_axis(ax.yaxis, nice_ticks(*ax.get_ylim()), "{:g}".format)
    return chart


def scorecard(lang: str, as_of: str | None) -> Chart:
    """Every target at a glance: its verdict by shape and shade, its probability where known."""
    card = judged_targets(as_of)
    main = card[card["default"]].copy()
    rank = {code: place_ for place_, code in enumerate(VERDICTS)}
    main["rank"] = main["verdict"].map(rank)
    main = main.sort_values(["rank", "id"], ignore_index=True)
    counts = main["verdict"].value_counts()
    blind = int(counts.get("insufficient_evidence", 0))
    known = "、" if lang == "zh" else ", "
    parts = known.join(
        f"{VERDICTS[code][0]}{counts[code]}项"
        if lang == "zh"
        else f"{counts[code]} {VERDICTS[code][1]}"
        for code in VERDICTS
        if code in counts and code != "insufficient_evidence"
    )
    title = pick(
        lang,
        f"{len(main)}项目标中{blind}项依据不足；可判断的{len(main) - blind}项：{parts}",
        f"Of {len(main)} targets {blind} lack the evidence for a verdict; the other "
        f"{len(main) - blind}: {parts}",
    )
    if blind == len(main):
        title = pick(
            lang,
            f"{len(main)}项目标全部依据不足",
            f"All {len(main)} targets lack the evidence for a verdict",
        )
    subtitle = pick(
        lang,
        "横条为达到目标的概率（有预测时）；小符号为同一目标的其他理解",
        "Bars: probability of attainment where there is one; small marks: other readings of the "
        "same target",
    )
    used = [(name, [config().areas.city]) for name in card["indicator"].unique()]
    line = sources(lang, *used, as_of=as_of)
    chart, (ax,) = page(lang, title, subtitle, line, height=4.6)
    ax.axis("off")
    rows = len(main)
    x_mark, x_name, x_goal, x_bar, x_word, x_other = 0.012, 0.032, 0.545, 0.56, 0.72, 0.925
    if lang == "en":
        x_goal, x_bar, x_word, x_other = 0.6, 0.615, 0.745, 0.93
    width = x_word - x_bar - 0.045
    size = 6.6
    for y, row in main.iterrows():
        code = row["verdict"]
        shape, fill, edge = MARKS[code]
        told = code != "insufficient_evidence"
        color = "black" if told else "#4A4A4A"
        if y % 2 == 0:
            ax.axhspan(y - 0.5, y + 0.5, color="#F4F5F6", lw=0)
        ax.plot([x_mark], [y], shape, mfc=fill, mec=edge, ms=5, gid=f"verdict_{row['id']}")
        style = {"va": "center", "size": size, "color": color}
        ax.text(x_name, y, _name(row, lang), weight="bold" if told else "normal", **style)
        ax.text(x_goal, y, _goal(row, lang), ha="right", **style)
        if told and pd.notna(row["probability"]):
            ax.barh(y, width, left=x_bar, height=0.52, color="white", ec=PALE, lw=0.6)
            ax.barh(
                y, width * row["probability"], left=x_bar, height=0.52, color=INK, lw=0,
                gid=f"probability_{row['id']}",
            )  # fmt: skip
            words = percent(row["probability"], lang)
            words = words.replace("不到", "<").replace("less than ", "<").replace("超过", ">")
            ax.text(x_bar + width + 0.004, y, words.replace("more than ", ">"), **style)
        ax.text(x_word, y, VERDICTS[code][lang == "en"], ha="left", **style)
        if told and bool(row["met_at_last"]) and code not in ("achieved", "missed"):
            ax.text(
                x_other - 0.012,
                y,
                pick(lang, f"{row['last_year']}年已达到", f"met in {row['last_year']}"),
                ha="right",
                va="center",
                size=size - 0.4,
                color=GREY,
            )
        other = card[card["id"].eq(row["id"]) & ~card["default"]]
        for i, verdict in enumerate(other["verdict"]):
            shape, fill, edge = MARKS[verdict]
            ax.plot([x_other + 0.021 * i], [y], shape, mfc=fill, mec=edge, ms=3.4, mew=0.7)
    heads = (
        (x_name, "left", pick(lang, "目标", "Target")),
        (x_goal, "right", pick(lang, "目标值", "goal")),
        (x_bar, "left", pick(lang, "概率", "probability")),
        (x_word, "left", pick(lang, "结论", "verdict")),
        (x_other - 0.01, "left", pick(lang, "其他理解", "others")),
    )
    for x, align, words in heads:
        ax.text(x, -1.05, words, ha=align, va="center", size=size, color=GREY)
    ax.axhline(-0.55, color="black", lw=0.8)
    ax.set_xlim(0, 1)
    ax.set_ylim(rows - 0.4, -1.6)
    return chart


def _name(row: pd.Series, lang: str, room: int = 62) -> str:
    name = row["zh"] if lang == "zh" else row["en"]
    if len(name) <= room:
        return name
    return name[: name.rindex(" ", 0, room)].rstrip(" ,") + " ..."


def _goal(row: pd.Series, lang: str) -> str:
    if pd.isna(row["value"]):
        return pick(lang, "只增不减", "not to fall")
    sign = {"at_least": "≥", "at_most": "≤", "within": "≈"}.get(row["direction"], "")
    value, unit = float(row["value"]), row["unit"]
    if lang == "en":
        scale, unit = _UNITS.get(unit, (1, ""))
        value *= scale
        unit = unit and f" {unit}"
    return f"{sign}{number(value, 0 if value == int(value) else 1)}{unit}"


_UNITS = {"%": (1, "%"), "万亩": (10_000, "mu"), "万吨": (10_000, "t"), "亿元": (0.1, "bn yuan")}
"""English unit and the factor that leads to it; counted things need none."""
