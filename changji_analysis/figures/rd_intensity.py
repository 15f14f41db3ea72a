"""Charts of R&D intensity: reference class, precedents, money, region."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..histories import growth_windows
from ..palette import ACCENT, GREY, INK, PALE, SKY, TINT
from ..wording import Words
from .marks import label_ends, log_axis, name_points, nice_ticks, note, required_line, year_axis
from .page import Chart, goal_of, need, page, sources, styled

INDICATOR = "rd_intensity"
BOLD = 2.0
"""A target that asks for at least so many times its base, as printed with one decimal."""


def window_name(row: pd.Series, w: Words) -> str:
    """Area and years of a growth window."""
    return f"{w.area(row['area'])}{w('，', ', ')}{w.years(row['start'], row['end'])}"


@styled
def rd_reference_class(data, w: Words) -> Chart:
    """Growth over every window elsewhere as long as the plan, and the growth it asks for."""
    goal = goal_of(data, w, INDICATOR)
    span, required = goal.year - goal.base_year, goal.value / goal.base_value
    levels = {
        level: growth_windows(data.peers(INDICATOR, level), span)
        for level in ("provinces", "countries")
    }
    every = pd.concat(levels.values(), ignore_index=True)
    clean = every[~every["broken"]]
    need(clean, f"{INDICATOR} over {span} years")
    largest, reached = clean.loc[clean["factor"].idxmax()], clean[clean["factor"] >= required]
    asked, count = w.times(required), w.number(len(clean))
    if reached.empty:
        title = w(
            f"目标要求{span}年增到{asked}，而各省和各国{count}个{span}年窗口中最大的为"
            f"{w.times(largest['factor'])}（{window_name(largest, w)}）",
            f"The target asks for {asked} the base in {span} years; the largest of {count} windows "
            f"of provinces and countries is {w.times(largest['factor'])} "
            f"({window_name(largest, w)})",
        )
    else:
        title = w(
            f"目标要求{span}年增到{asked}，各省和各国{count}个{span}年窗口中有{len(reached)}个达到过",
            f"The target asks for {asked} the base in {span} years; {len(reached)} of {count} "
            "windows of provinces and countries were as fast",
        )
    broken = int(every["broken"].sum())
    subtitle = w(
        f"R&D经费投入强度{span}年增长倍数（期末/期初，对数坐标）的窗口个数；底部每条短线为一个"
        f"窗口，×为含已知口径断点的{broken}个，不计入比较",
        f"R&D intensity: number of windows by growth factor over {span} years (end over start, "
        f"logarithmic scale); each tick at the foot is a window, × the {broken} with a known "
        "break, not compared",
    )
    source = sources(
        data, w, (INDICATOR, levels["countries"]["area"]), (INDICATOR, levels["provinces"]["area"])
    )
    chart, axes = page(data, w, title, subtitle, source, height=4.2, nrows=2, sharex=True)
    low, high = min(every["factor"].min(), 1), max(every["factor"].max(), required)
    bins = np.geomspace(low / 1.05, high * 1.05, 45)
    names = w("各省", "Provinces"), w("各国", "Countries")
    for ax, (level, windows), name, color in zip(
        axes, levels.items(), names, (INK, SKY), strict=True
    ):
        good, bad = windows[~windows["broken"]], windows[windows["broken"]]
        ax.set_xscale("log")
        counts, _, bars = ax.hist(good["factor"], bins=bins, color=color, ec="white", lw=0.4)
        for tall, bar in zip(counts, bars, strict=True):
            bar.set_visible(bool(tall))  # the white edge of an empty bar would cut the grid
        tallest = max(float(np.max(counts)), 1.0)
        for rows, gid, mark in (
            (good, "windows", {"marker": "|", "color": "black", "ms": 5, "alpha": 0.35}),
            (bad, "broken", {"marker": "x", "color": ACCENT, "ms": 4.5}),
        ):
            foot = np.full(len(rows), -0.07 * tallest)
            ax.plot(rows["factor"], foot, ls="", gid=f"{gid}_{level}", **mark)
        ax.set_ylim(-0.13 * tallest, 1.08 * tallest)
        required_line(ax, required)
        ax.axvline(1, color=GREY, lw=0.8)
        words = w(f"{w.number(len(good))}个窗口", f"{w.number(len(good))} windows")
        style = {"va": "top", "color": INK, "weight": "bold", "size": 9}
        note(ax, f"{name}\n{words}", (low / 1.04, tallest), **style)
        if len(good):
            top = good.loc[good["factor"].idxmax()]
            words = f"{w('最大', 'largest')} {w.times(top['factor'])}\n{window_name(top, w)}"
            arrow = {"arrowstyle": "->", "color": "black", "lw": 0.8}
            note(ax, words, (top["factor"], tallest * 0.03), (0, 34), ha="center", arrowprops=arrow)
    axes[0].annotate(
        w("所需 ", "required ") + asked, (required, 1), (-4, -3), textcoords="offset points",
        xycoords=("data", "axes fraction"), color=ACCENT, weight="bold", ha="right", va="top",
    )  # fmt: skip
    ticks = [t for t in (0.25, 0.5, 1, 2, 3, 4, 6, 8, 10, 15) if low / 1.05 <= t <= high * 1.05]
    log_axis(axes[-1].xaxis, ticks, lambda v: w(f"{v:g}倍", f"×{v:g}"))
    axes[-1].set_xlim(low / 1.08, high * 1.1)
    return chart


def scored_precedents(data) -> pd.DataFrame:
    """R&D-intensity targets with an outcome, and how far above its base each one was set.

    Returns
    -------
    DataFrame
        Scored rows of `Dataset.precedents` with ``asked`` = target / base and ``came`` =
        outcome / base, NaN where the base is not known.
    """
    table = data.precedents
    table = table[table["scored"].eq("yes") & table["indicator"].eq(INDICATOR)]
    base = table["base_value"]
    return table.assign(asked=table["target"] / base, came=table["outcome"] / base)


@styled
def rd_precedents(data, w: Words) -> Chart:
    """How much growth past targets asked for and how much came."""
    goal = goal_of(data, w, INDICATOR)
    required = goal.value / goal.base_value
    table = scored_precedents(data)
    drawn = table.dropna(subset=["asked", "came"])
    need(drawn, "scored precedents")
    met = drawn["status"].eq("attained")
    bold = drawn["asked"].round(1) >= BOLD
    bold_met, blank = int((bold & met).sum()), len(table) - len(drawn)
    words = [f"实现了{count}个" if count else "无一实现" for count in (met.sum(), bold_met)]
    title = w(
        f"有结果且有基期的{len(drawn)}个R&D强度目标中{words[0]}；要求增到{BOLD:g}倍及以上的"
        f"{bold.sum()}个中{words[1]}",
        f"Of {len(drawn)} R&D-intensity targets with a base and an outcome {met.sum()} were met; "
        f"of the {bold.sum()} that asked for {BOLD:g} times the base or more, {bold_met or 'none'}",
    )
    subtitle = w(
        "横轴：目标是基期的几倍；纵轴：实际是基期的几倍（均为对数坐标）。斜线及以上为已实现"
        + f"；另有{blank}个缺基期，未计" * bool(blank),
        "Across: target as a multiple of its base; up: outcome as a multiple (both logarithmic). "
        "On or above the slanted line a target is met"
        + f"; {blank} more have no base and are not counted"
        * bool(blank),
    )
    source = sources(data, w, (INDICATOR, [data.config.areas.region]), documents=table["source"])
    chart, (ax,) = page(data, w, title, subtitle, source, height=4.4)
    low = min(drawn["asked"].min(), drawn["came"].min()) / 1.25
    right, top = max(drawn["asked"].max(), required) * 1.35, drawn["came"].max() * 1.25
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.fill_between([low, right], [low, right], [top, top * 9], color=TINT, lw=0)
    ax.plot([low, top], [low, top], color=GREY, lw=1)
    ax.set_xlim(low, right)
    ax.set_ylim(low, top)
    corner = right / 1.45 if required * 1.2 > right / 1.3 else right / 1.1
    for code, rows, style, at in (
        ("missed", drawn[~met], {"mfc": "white", "mec": ACCENT, "marker": "o", "ms": 5.5},
         (corner / 1.5, low * 1.11)),
        ("attained", drawn[met], {"mfc": INK, "mec": INK, "marker": "D", "ms": 6},
         (low * 1.06, top / 1.09)),
    ):  # fmt: skip
        ax.plot(rows["asked"], rows["came"], ls="", gid=code, zorder=3, **style)
        ax.plot(*at, ls="", **style)
        words = f"{w.term('status', code)} {len(rows)}"
        note(ax, words, at, (7, 0), color=style["mec"], weight="bold", size=9)
    required_line(ax, required)
    words = w(
        f"{w.place('city')}{goal.year}年目标\n要求{w.times(required)}",
        f"{w.place('city')} {goal.year}\nasks for {w.times(required)}",
    )
    note(ax, words, (required, top), (-4, -8), ha="right", va="top", color=ACCENT, weight="bold")
    named = pd.concat([drawn[met], drawn.nlargest(2, "asked")])
    named = named[~named.index.duplicated()].assign(x=lambda t: t["asked"], y=lambda t: t["came"])
    named["name"] = [
        f"{w.area(area)} {year}"
        for area, year in zip(named["area"], named["target_year"], strict=True)
    ]
    ticks = [0.7, 1, 1.5, 2, 3, 4, 6, 8, 10]
    for axis, end in ((ax.xaxis, right), (ax.yaxis, top)):
        log_axis(axis, [t for t in ticks if low <= t <= end], lambda v: w(f"{v:g}倍", f"×{v:g}"))
    ax.xaxis.grid(visible=True)
    name_points(ax, named, drawn[["asked", "came"]].to_numpy())
    return chart


@styled
def rd_money(data, w: Words) -> Chart:
    """What the target means in money under the named GDP scenarios."""
    goal, city = goal_of(data, w, INDICATOR), data.config.areas.city
    table = data.rd_spending(goal.value, goal.base_value, goal.year)
    gdp_year, gdp = table.attrs["gdp_year"], table.attrs["gdp_value"]
    base = w.amount(goal.base_value, goal.row)
    needed, kept = table["needed"], table["at_base"]

    def between(values: pd.Series) -> str:
        low, high = w.money(values.min()), w.money(values.max())
        return w(f"{low.removesuffix('亿元')}—{high}", f"{low} to {high.removeprefix('CNY ')}")

    title = w(
        f"{goal.text}意味着{goal.year}年R&D经费支出{between(needed)}；强度不变则为{between(kept)}",
        f"{goal.text} means R&D of {between(needed)} in {goal.year}; at an unchanged intensity "
        f"there would be {between(kept)}",
    )
    known = data.city("gdp")
    subtitle = w(
        f"{w.place('city')}{goal.year}年R&D经费支出（亿元），按{len(table)}种假定的GDP名义增速；"
        f"从{gdp_year}年GDP {w.money(gdp, 2)}推算",
        f"{w.place('city')}, R&D expenditure in {goal.year} (CNY billion) under assumed nominal "
        f"GDP growth, from the {gdp_year} GDP of {w.money(gdp)}",
    )
    if any(year <= known.index[-1] for year in known.attrs["breaks"]):
        subtitle += w("（口径疑有变化）", " (its scope may have changed)")
    own = data.published(city, INDICATOR)["source"]
    source = sources(data, w, ("gdp", [city]), since=gdp_year, documents=own)
    chart, (ax,) = page(data, w, title, subtitle, source, height=3.2)
    rows = np.arange(len(table))
    ax.barh(rows - 0.19, needed, height=0.36, color=INK, gid="needed", label="needed")
    ax.barh(rows + 0.19, kept, height=0.36, color="white", edgecolor=INK, hatch="////",
            gid="at_base", label="at_base")  # fmt: skip
    for y, row in table.iterrows():
        words = w(f"达到{goal.text}需 ", f"needed for {goal.text}: ") + w.money(row["needed"])
        note(ax, words, (row["needed"], y - 0.19), (-6, 0), ha="right", color="white", size=8.5,
             halo=False)  # fmt: skip
        words = w(f"保持{base}为 ", f"at {base}: ") + w.money(row["at_base"])
        words += w("，缺口 ", "; short by ") + w.money(row["short"])
        note(ax, words, (row["at_base"], y + 0.19), (6, 0), size=8.5)
    names = [
        f"{w.column(row, 'name')}\n{w('每年', '')}{w.percent(row['growth'])}{w('', ' a year')}"
        for _, row in table.iterrows()
    ]
    ax.set_yticks(rows, names)
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)
    ax.set_xlim(0, needed.max() * 1.03)
    ax.xaxis.set_major_formatter(lambda v, _: f"{v / w(1, 10):g}")
    return chart


@styled
def rd_region(data, w: Words) -> Chart:
    """The city's base and target among provinces, region and nation."""
    areas, goal = data.config.areas, goal_of(data, w, INDICATOR)
    provinces = data.peers(INDICATOR)
    provinces = provinces.dropna(thresh=provinces.shape[1] // 2)
    region, nation, city = (
        data.history(a, INDICATOR) for a in (areas.region, areas.nation, areas.city)
    )
    for known in (provinces, region, nation):
        need(known, INDICATOR)
    first, year = int(provinces.index[0]), int(provinces.index[-1])
    nation = nation[nation.index >= first]
    others = provinces.drop(columns=areas.region, errors="ignore")
    now = provinces.loc[year].dropna()
    below, latest, there = int((now < goal.value).sum()), region.iloc[-1], w.place("region")
    then, ratio = region.index[-1], goal.value / region.iloc[-1]
    figure = w.amount(latest, goal.row)
    if ratio > 1:
        than = w(f"是{there}{then}年{figure}的{w.times(ratio)}",
                 f"is {w.times(ratio)} {there}'s {figure} of {then}")  # fmt: skip
    else:
        than = w(f"不高于{there}{then}年的{figure}", f"is not above {there}'s {figure} of {then}")
    title = w(
        f"{w.place('city')}{goal.year}年{goal.text}的目标{than}，高于{year}年{len(now)}个省份中的"
        f"{below}个",
        f"{w.place('city')}'s target of {goal.text} {than} and above {below} of {len(now)} "
        f"provinces in {year}",
    )
    rows = data.published(areas.nation, INDICATOR)
    both = rows[rows["year"] >= first].pivot_table(
        index="year", columns="vintage", values="value", aggfunc="last"
    )
    both = both.reindex(columns=["first", "revised"]).dropna()
    subtitle = w(
        "R&D经费投入强度（%，对数坐标）：细线为各省；全国的空心圈为首次公布值，实线为修订后",
        "R&D intensity (%, logarithmic scale): thin lines are provinces; the nation's hollow "
        "circles are first prints, its line is as revised",
    )
    source = sources(data, w, (INDICATOR, [areas.city]), (INDICATOR, provinces.columns))
    chart, (ax,) = page(data, w, title, subtitle, source, height=4.4)
    ax.set_yscale("log")
    for name in others:
        ax.plot(others.index, others[name], color=PALE, lw=0.7, zorder=1, gid=f"province_{name}")
    ax.plot(nation.index, nation, color="black", gid="nation", zorder=3)
    ax.plot(both.index, both["first"], "o", mfc="white", mec="black", ms=4.5, gid="first", zorder=4)
    ax.plot(region.index, region, "s-", color=INK, ms=4, gid="region", zorder=3)
    ax.plot(city.index, city, "o", color=ACCENT, ms=7, gid="city", zorder=5)
    ax.plot([goal.year], [goal.value], "*", color=ACCENT, ms=14, gid="target", zorder=5)
    if len(city):
        last, value = int(city.index[-1]), city.iloc[-1]
        ax.plot([last, goal.year], [value, goal.value], ":", color=ACCENT, lw=1.4)
        note(ax, f"{w.place('city')} {w.amount(value, goal.row)}", (last, value), (-9, 0),
             ha="right", color=ACCENT, weight="bold", size=9)  # fmt: skip
    if len(both):
        y = both.index[-1]
        before, after = (w.amount(v, goal.row) for v in both.loc[y])
        words = w(
            f"{y}年：首次公布{before}，修订为{after}", f"{y}: first {before}, revised {after}"
        )
        note(ax, words, (y, both.at[y, "first"]), (-40, 36), ha="right",
             arrowprops={"arrowstyle": "->", "color": "black", "lw": 0.8})  # fmt: skip
    end = max(goal.year, int(nation.index[-1]))
    ax.set_xlim(first - 0.4, end + 1.9)
    lowest = min([*city, provinces.min().min()])
    ax.set_ylim(lowest / 1.25, max(provinces.max().max(), nation.max()) * 1.2)
    year_axis(ax, range(first + (end - first) % 2, end + 1, 2))
    log_axis(ax.yaxis, nice_ticks(*ax.get_ylim()), "{:g}".format)
    ends = {year: [(now[a], f"{w.area(a)} {w.amount(now[a], goal.row)}", GREY)
                   for a in (others.loc[year].idxmax(), others.loc[year].idxmin())]}  # fmt: skip
    for known, which, color in ((nation, "nation", "black"), (region, "region", INK)):
        words = f"{w.place(which)} {w.amount(known.iloc[-1], goal.row)}"
        ends.setdefault(int(known.index[-1]), []).append((known.iloc[-1], words, color))
    for x, labels in ends.items():
        label_ends(ax, labels, x)
    label_ends(ax, [(goal.value, w("目标 ", "target ") + goal.text, ACCENT)], goal.year, offset=9)
    return chart
