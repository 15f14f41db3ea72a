"""Charts of R&D intensity: reference class, precedents, money, region."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .._compat import (
    config,
    history,
    load_precedents,
    load_sources,
    load_statistics,
    peers,
    rd_spending,
)
from ..histories import growth_windows
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
    pick,
    place,
    root_of,
    sources,
    year_axis,
)

INDICATOR = "rd_intensity"


def times(factor: float, lang: str) -> str:
    """A growth factor in words, e.g. ``8.8倍`` and ``8.8 times``."""
    return pick(lang, f"{factor:.1f}倍", f"{factor:.1f} times")


def window_name(row: pd.Series, lang: str) -> str:
    """Area and years of a growth window."""
    years = f"{row['start']}—{row['end']}年" if lang == "zh" else f"{row['start']}–{row['end']}"
    return f"{area_name(row['area'], lang)}{pick(lang, '，', ', ')}{years}"


def rd_reference_class(lang: str, as_of: str | None) -> Chart:
    """Growth over every five-year window elsewhere, and the growth the target asks for."""
    target = goal_of(INDICATOR)
    span = target.year - target.base_year
    required = target.value / target.base_value
    levels = {
        level: growth_windows(peers(INDICATOR, as_of, level=level), span)
        for level in ("provinces", "countries")
    }
    every = pd.concat(levels.values(), ignore_index=True)
    clean = every[~every["broken"]]
    need(clean, f"{INDICATOR} over {span} years")
    largest = clean.loc[clean["factor"].idxmax()]
    reached = clean[clean["factor"] >= required]
    if reached.empty:
        title = pick(
            lang,
            f"目标要求{span}年增到{times(required, lang)}，而各省和各国{number(len(clean))}个"
            f"{span}年窗口中最大的只有{times(largest['factor'], lang)}"
            f"（{window_name(largest, lang)}）",
            f"The target asks for {times(required, lang)} the base in {span} years; the largest of "
            f"{number(len(clean))} windows of provinces and countries is "
            f"{times(largest['factor'], lang)} ({window_name(largest, lang)})",
        )
    else:
        share = len(reached) / len(clean)
        words = f"{100 * share:.1f}"
        title = pick(
            lang,
            f"目标要求{span}年增到{times(required, lang)}，各省和各国{number(len(clean))}个{span}年"
            f"窗口中有{words}%达到过",
            f"The target asks for {times(required, lang)} the base in {span} years; {words} % of "
            f"{number(len(clean))} windows of provinces and countries were as fast",
        )
    broken = int(every["broken"].sum())
    subtitle = pick(
        lang,
        f"R&D经费投入强度{span}年增长倍数（期末/期初，对数坐标）的窗口个数；底部每条短线为一个"
        f"窗口，×为含已知口径断点的{broken}个，不计入比较",
        f"R&D intensity: number of windows by growth factor over {span} years (end over start, "
        f"logarithmic scale); each tick at the foot is a window, × the {broken} with a known "
        "break, not compared",
    )
    chart, axes = page(
        lang,
        title,
        subtitle,
        sources(
            lang,
            (INDICATOR, levels["countries"]["area"]),
            (INDICATOR, levels["provinces"]["area"]),
            as_of=as_of,
        ),
        height=4.2,
        nrows=2,
        sharex=True,
    )
    low, high = min(every["factor"].min(), 1), max(every["factor"].max(), required)
    bins = np.geomspace(low / 1.05, high * 1.05, 45)
    names = {
        "provinces": pick(lang, "各省", "Provinces"),
        "countries": pick(lang, "各国", "Countries"),
    }
    for ax, (level, windows) in zip(axes, levels.items(), strict=True):
        good, bad = windows[~windows["broken"]], windows[windows["broken"]]
        ax.set_xscale("log")
        counts, _, bars = ax.hist(
            good["factor"],
            bins=bins,
            color=INK if level == "provinces" else SKY,
            edgecolor="white",
            linewidth=0.4,
        )
        for count, bar in zip(counts, bars, strict=True):
            bar.set_visible(bool(count))  # the white edge of an empty bar would cut the grid
        tallest = max(float(np.max(counts)), 1.0)
        for rows, mark in (
            (good, {"marker": "|", "color": "black", "ms": 5, "alpha": 0.35}),
            (bad, {"marker": "x", "color": ACCENT, "ms": 4.5}),
        ):
            ax.plot(
                rows["factor"],
                np.full(len(rows), -0.07 * tallest),
                ls="",
                gid=f"{'broken' if mark['marker'] == 'x' else 'windows'}_{level}",
                **mark,
            )
        ax.set_ylim(-0.13 * tallest, 1.08 * tallest)
        ax.axvline(required, color=ACCENT, lw=2, ls="--", gid="required")
        ax.axvline(1, color=GREY, lw=0.8)
        ax.text(
            low / 1.04,
            tallest * 0.98,
            names[level]
            + pick(lang, f"\n{number(len(good))}个窗口", f"\n{number(len(good))} windows"),
            va="top",
            weight="bold",
            color=INK,
            linespacing=1.35,
        )
        if len(good):
            top = good.loc[good["factor"].idxmax()]
            ax.annotate(
                pick(lang, "最大", "largest")
                + f" {times(top['factor'], lang)}\n{window_name(top, lang)}",
                (top["factor"], tallest * 0.03),
                xytext=(top["factor"], tallest * 0.42),
                ha="center",
                size=8,
                linespacing=1.35,
                arrowprops={"arrowstyle": "->", "color": "black", "lw": 0.8},
            )
    axes[0].text(
        required / 1.03,
        axes[0].get_ylim()[1] * 0.97,
        pick(lang, "所需 ", "required ") + times(required, lang),
        color=ACCENT,
        weight="bold",
        ha="right",
        va="top",
    )
    ticks = [t for t in (0.25, 0.5, 1, 2, 3, 4, 6, 8, 10, 15) if low / 1.05 <= t <= high * 1.05]
    log_axis(axes[-1].xaxis, ticks, lambda v: pick(lang, f"{v:g}倍", f"×{v:g}"))
    axes[-1].set_xlim(low / 1.08, high * 1.1)
    return chart


def scored_precedents(as_of: str | None = None) -> pd.DataFrame:
    """R&D-intensity targets with an outcome, and how far above its base each one was set.

    Returns
    -------
    DataFrame
        Scored rows of `load_precedents` with ``asked`` = target / base and ``came`` = outcome /
        base, NaN where the base is not known. With ``as_of`` only those whose outcome was known.
    """
    table = load_precedents()
    table = table[table["scored"].eq("yes") & table["indicator"].eq(INDICATOR)]
    if as_of is not None:
        table = table[table["known_by"] <= pd.Timestamp(as_of)]
    return table.assign(
        asked=table["target"] / table["base_value"], came=table["outcome"] / table["base_value"]
    )


def rd_precedents(lang: str, as_of: str | None) -> Chart:
    """How much growth past targets asked for and how much came."""
    target = goal_of(INDICATOR)
    required = target.value / target.base_value
    table = scored_precedents(as_of)
    attained = table[table["status"].eq("attained")]
    bold = table[table["asked"] >= 2]
    bold_met = int(bold["status"].eq("attained").sum())
    title = pick(
        lang,
        f"有结果的{len(table)}个R&D强度目标中实现了{len(attained)}个；"
        f"要求增到2倍及以上的{len(bold)}个中{f'实现了{bold_met}个' if bold_met else '无一实现'}",
        f"Of {len(table)} R&D-intensity targets with a known outcome {len(attained)} were met; "
        f"of the {len(bold)} that asked for a doubling or more, {bold_met or 'none'}",
    )
    blank = int(table["asked"].isna().sum())
    subtitle = pick(
        lang,
        "横轴：目标是基期的几倍；纵轴：实际是基期的几倍（均为对数坐标）。斜线及以上为已实现"
        + (f"；另有{blank}个缺基期，未画出" if blank else ""),
        "Across: target as a multiple of its base; up: outcome as a multiple (both logarithmic). "
        "On or above the slanted line a target is met"
        + (f"; {blank} without a base are not drawn" if blank else ""),
    )
    documents = load_sources().set_index("id")["publisher"]
    publishers = documents.reindex(table["source"]).value_counts().index[:2]
    chart, (ax,) = page(
        lang,
        title,
        subtitle,
        sources(
            lang,
            (INDICATOR, ["Austria"]),
            (INDICATOR, [config().areas.region]),
            more=publishers,
            as_of=as_of,
        ),
        height=4.4,
    )
    drawn = table.dropna(subset=["asked"])
    need(drawn, "scored precedents")
    low = min(drawn["asked"].min(), drawn["came"].min()) / 1.25
    right, top = max(drawn["asked"].max(), required) * 1.35, drawn["came"].max() * 1.25
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.fill_between([low, right], [low, right], [top, top * 9], color="#EAF1F6", lw=0)
    ax.plot([low, top], [low, top], color=GREY, lw=1)
    ax.set_xlim(low, right)
    ax.set_ylim(low, top)
    corner = right / 1.45 if required * 1.2 > right / 1.3 else right / 1.1
    met, missed = len(attained), len(table) - len(attained)
    for status, style, at, words in (
        (
            "missed",
            {"mfc": "white", "mec": ACCENT, "marker": "o", "ms": 5.5},
            (corner / 1.5, low * 1.11),
            pick(lang, f"未实现 {missed}", f"missed: {missed}"),
        ),
        (
            "attained",
            {"mfc": INK, "mec": INK, "marker": "D", "ms": 6},
            (low * 1.06, top / 1.09),
            pick(lang, f"已实现 {met}", f"met: {met}"),
        ),
    ):
        rows = drawn[drawn["status"].eq(status)]
        ax.plot(rows["asked"], rows["came"], ls="", gid=status, zorder=3, **style)
        ax.plot(*at, ls="", **style)
        ax.annotate(
            words,
            at,
            xytext=(7, 0),
            textcoords="offset points",
            va="center_baseline",
            color=style["mec"],
            weight="bold",
        )
    named = pd.concat([drawn[drawn["status"].eq("attained")], drawn.nlargest(5, "asked")])
    named = named[~named.index.duplicated()]
    _scatter_labels(
        ax,
        [
            (r["asked"], r["came"], f"{area_name(r['area'], lang)} {r['target_year']}")
            for _, r in named.iterrows()
        ],
        drawn[["asked", "came"]].to_numpy(),
    )
    ax.axvline(required, color=ACCENT, lw=2, ls="--", gid="required")
    ax.text(
        required / 1.03,
        top / 1.05,
        pick(
            lang,
            f"{place(lang, 'city')}{target.year}年目标\n要求{times(required, lang)}",
            f"{place(lang, 'city')} {target.year}\nasks for {times(required, lang)}",
        ),
        linespacing=1.35,
        ha="right",
        va="top",
        color=ACCENT,
        weight="bold",
    )
    ticks = [0.7, 1, 1.5, 2, 3, 4, 6, 8, 10]
    for axis, end in ((ax.xaxis, right), (ax.yaxis, top)):
        log_axis(
            axis, [t for t in ticks if low <= t <= end], lambda v: pick(lang, f"{v:g}倍", f"×{v:g}")
        )
    ax.xaxis.grid(visible=True)
    return chart


def _scatter_labels(ax, items, points) -> None:
    """Name points of a scatter, each on the side where it covers least."""
    chart = root_of(ax)
    chart.draw_without_rendering()
    to_points = 72 / chart.dpi
    dots = ax.transData.transform(points) * to_points
    taken: list[tuple[float, float, float, float]] = []
    edge = ax.get_window_extent().x0 * to_points + 2
    size = 7.5
    for x, y, text in sorted(items, key=lambda item: -item[0]):
        cx, cy = ax.transData.transform((x, y)) * to_points
        width = size * sum(1.0 if ord(c) > 0x2E80 else 0.56 for c in text)
        options = []
        for dx, dy, align in (
            (6, -3, "left"), (-6, -3, "right"), (0, 6, "center"), (0, -13, "center"),
            (5, 5, "left"), (-5, 5, "right"), (5, -12, "left"), (-5, -12, "right"),
            *((dx, dy, "right") for dx in (-16, -32, -48) for dy in (-6, 6, 18, 30, 42)),
        ):  # fmt: skip
            if dx < -10 and y < x:
                continue
            left = cx + dx - {"left": 0, "right": width, "center": width / 2}[align]
            box = (left, cy + dy - 1, left + width, cy + dy + size)
            dots_hit = sum(
                box[0] - 3 < px < box[2] + 3 and box[1] - 3 < py < box[3] + 3 for px, py in dots
            )
            words_hit = sum(
                box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken
            )
            way = np.linspace(0.15, 1, 12)[:, None] * [dx, dy + 3] if dx < -10 else np.empty((0, 2))
            apart = np.linalg.norm(dots - [cx, cy] - way[:, None], axis=2)
            crossed = int((apart < 4).any(axis=0).sum())
            cost = (
                3 * dots_hit
                + 3 * crossed
                + 27 * words_hit
                + 20 * (box[0] < edge)
                + (abs(dx) + abs(dy)) / 60
            )
            options.append((cost, dx, dy, align, box))
        _, dx, dy, align, box = min(options)
        taken.append(box)
        leader = {"arrowstyle": "-", "color": GREY, "lw": 0.6, "shrinkB": 3}
        halo(
            ax.annotate(
                text,
                (x, y),
                xytext=(dx, dy),
                textcoords="offset points",
                ha=align,
                size=size,
                arrowprops=leader if dx < -10 else None,
            )
        )


def _publishers(indicator: str, area: str, as_of: str | None) -> list[str]:
    rows = load_statistics(as_of)
    rows = rows[rows["area"].eq(area) & rows["indicator"].eq(indicator)]
    documents = load_sources().set_index("id")["publisher"]
    return list(documents.reindex(rows["source"]).unique())


def rd_money(lang: str, as_of: str | None) -> Chart:
    """What the target means in money under the named GDP scenarios."""
    target = goal_of(INDICATOR)
    table = rd_spending(target.value, target.base_value, target.year, as_of)
    gdp_year, gdp = table.attrs["gdp_year"], table.attrs["gdp_value"]
    aim = amount(target.value, "%", 1, lang)
    base = amount(target.base_value, "%", 2, lang)
    low, high = table["needed"].min(), table["needed"].max()
    kept = table["at_base"]
    title = pick(
        lang,
        f"{aim}意味着{target.year}年R&D经费支出{number(low, 1)}—{number(high, 1)}亿元；"
        f"强度不变则只有{number(kept.min(), 1)}—{number(kept.max(), 1)}亿元",
        f"{aim} means {number(low / 10, 2)}–{number(high / 10, 2)} billion yuan of R&D in "
        f"{target.year}; at an unchanged intensity there would be "
        f"{number(kept.min() / 10, 2)}–{number(kept.max() / 10, 2)}",
    )
    subtitle = pick(
        lang,
        f"{place(lang, 'city')}{target.year}年R&D经费支出（亿元），按三种假定的GDP名义增速；"
        f"从{gdp_year}年GDP {number(gdp, 2)}亿元推算",
        f"{place(lang, 'city')}, R&D expenditure in {target.year} (billion yuan) under assumed "
        f"nominal GDP growth, from the {gdp_year} GDP of {number(gdp / 10, 2)}",
    ).replace("三种", f"{len(table)}种")
    known = history(config().areas.city, "gdp", as_of)
    if any(year <= known.index[-1] for year in known.attrs["breaks"]):
        subtitle += pick(lang, "（口径疑有变化）", " (its scope may have changed)")
    chart, (ax,) = page(
        lang,
        title,
        subtitle,
        sources(
            lang,
            ("gdp", [config().areas.city]),
            since=gdp_year,
            more=_publishers(INDICATOR, config().areas.city, as_of),
            as_of=as_of,
        ),
        height=3.2,
    )

    def money(value):
        return pick(lang, f"{number(value, 1)}亿元", number(value / 10, 2))

    rows = np.arange(len(table))[::-1]
    ax.barh(rows + 0.19, table["needed"], height=0.36, color=INK, gid="needed", label="needed")
    ax.barh(
        rows - 0.19, table["at_base"], height=0.36, color="white", edgecolor=INK, hatch="////",
        gid="at_base", label="at_base",
    )  # fmt: skip
    for y, (_, row) in zip(rows, table.iterrows(), strict=True):
        for value, shift, words in (
            (row["needed"], 0.19, pick(lang, f"达到{aim}需 ", f"needed for {aim}: ")),
            (row["at_base"], -0.19, pick(lang, f"保持{base}为 ", f"at {base}: ")),
        ):
            inside = shift > 0
            text = words + money(value)
            if not inside:
                text += pick(lang, "，缺口 ", "; short by ") + money(row["short"])
            ax.annotate(
                text,
                (value, y + shift),
                xytext=(-6 if inside else 6, 0),
                textcoords="offset points",
                ha="right" if inside else "left",
                va="center",
                color="white" if inside else "black",
                size=8.5,
            )
    names = [
        f"{row['name_' + lang]}\n{pick(lang, '每年', '')}{100 * row['growth']:g}"
        f"{pick(lang, '%', ' % a year')}"
        for _, row in table.iterrows()
    ]
    ax.set_yticks(rows, names)
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)
    ax.set_xlim(0, high * 1.03)
    ax.xaxis.set_major_formatter(lambda v, _: f"{v / (1 if lang == 'zh' else 10):g}")
    return chart


def rd_region(lang: str, as_of: str | None) -> Chart:
    """The city's base and target among provinces, region and nation."""
    areas, target = config().areas, goal_of(INDICATOR)
    provinces = peers(INDICATOR, as_of, level="provinces")
    provinces = provinces.dropna(thresh=provinces.shape[1] // 2)
    region, nation = (history(a, INDICATOR, as_of) for a in (areas.region, areas.nation))
    for known in (provinces, region, nation):
        need(known, INDICATOR)
    city = history(areas.city, INDICATOR, as_of)
    first = int(provinces.index[0])
    nation = nation[nation.index >= first]
    year = int(provinces.index[-1])
    below = int((provinces.loc[year].dropna() < target.value).sum())
    total = int(provinces.loc[year].notna().sum())
    aim = amount(target.value, "%", 1, lang)
    latest = float(region.iloc[-1])
    ratio, there, then = target.value / latest, place(lang, "region"), region.index[-1]
    if ratio > 1:
        than = pick(
            lang,
            f"是{there}{then}年{latest:.2f}%的{ratio:.1f}倍",
            f"is {ratio:.1f} times {there}'s {latest:.2f} % of {then}",
        )
    else:
        than = pick(
            lang,
            f"不高于{there}{then}年的{latest:.2f}%",
            f"is not above {there}'s {latest:.2f} % of {then}",
        )
    title = pick(
        lang,
        f"{place(lang, 'city')}{target.year}年{aim}的目标{than}，"
        f"高于{year}年{total}个省份中的{below}个",
        f"{place(lang, 'city')}'s target of {aim} {than} and above {below} of {total} provinces in "
        f"{year}",
    )
    rows = load_statistics(as_of)
    rows = rows[
        rows["area"].eq(areas.nation) & rows["indicator"].eq(INDICATOR) & (rows["year"] >= first)
    ]
    by_vintage = rows.pivot_table(index="year", columns="vintage", values="value", aggfunc="last")
    by_vintage = by_vintage.reindex(columns=["first", "revised"])
    both = by_vintage.dropna()
    subtitle = pick(
        lang,
        "R&D经费投入强度（%，对数坐标）：细线为各省；全国的空心圈为首次公布值，实线为修订后",
        "R&D intensity (%, logarithmic scale): thin lines are provinces; the nation's hollow "
        "circles are first prints, its line is as revised",
    )
    chart, (ax,) = page(
        lang,
        title,
        subtitle,
        sources(lang, (INDICATOR, [areas.city]), (INDICATOR, provinces.columns), as_of=as_of),
        height=4.4,
    )
    ax.set_yscale("log")
    others = provinces.drop(columns=areas.region, errors="ignore")
    for name in others:
        ax.plot(others.index, others[name], color=PALE, lw=0.7, zorder=1, gid=f"province_{name}")
    ax.plot(nation.index, nation, color="black", gid="nation", zorder=3)
    prints = by_vintage["first"].reindex(both.index)
    ax.plot(prints.index, prints, "o", mfc="white", mec="black", ms=4.5, gid="first", zorder=4)
    ax.plot(region.index, region, "s-", color=INK, ms=4, gid="region", zorder=3)
    ax.plot(city.index, city, "o", color=ACCENT, ms=7, gid="city", zorder=5)
    ax.plot([target.year], [target.value], "*", color=ACCENT, ms=14, gid="target", zorder=5)
    if len(city):
        ax.plot(
            [city.index[-1], target.year], [city.iloc[-1], target.value], ":", color=ACCENT, lw=1.4
        )
        halo(
            ax.annotate(
                f"{place(lang, 'city')} {city.iloc[-1]:.2f}{pick(lang, '%', ' %')}",
                (city.index[-1], city.iloc[-1]),
                xytext=(-9, -3),
                textcoords="offset points",
                ha="right",
                color=ACCENT,
                weight="bold",
            )
        )
    if len(both):
        y = both.index[-1]
        before, after = both.loc[y, ["first", "revised"]]
        halo(
            ax.annotate(
                pick(
                    lang,
                    f"{y}年：首次公布{before:.2f}%，修订为{after:.2f}%",
                    f"{y}: first {before:.2f} %, revised {after:.2f} %",
                ),
                (y, both.loc[y, "first"]),
                xytext=(-40, 34),
                textcoords="offset points",
                ha="right",
                size=8,
                arrowprops={"arrowstyle": "->", "color": "black", "lw": 0.8},
            )
        )
    end = max(target.year, int(nation.index[-1]))
    extremes = others.loc[year].dropna()
    ax.set_xlim(first - 0.4, end + 1.8)
    lowest = min(city.min() if len(city) else 9, extremes.min(), provinces.min().min())
    ax.set_ylim(lowest / 1.25, provinces.max().max() * 1.2)
    year_axis(ax, range(first + (end - first) % 2, end + 1, 2))
    log_axis(ax.yaxis, nice_ticks(*ax.get_ylim()), "{:g}".format)
    top, bottom = extremes.idxmax(), extremes.idxmin()
    for x, value, words, color in (
        (year, extremes.max(), area_name(top, lang), GREY),
        (year, extremes.min(), area_name(bottom, lang), GREY),
        (nation.index[-1], nation.iloc[-1], place(lang, "nation"), "black"),
        (region.index[-1], latest, place(lang, "region"), INK),
    ):
        label_ends(ax, [(value, f"{words} {value:.2f}{pick(lang, '%', ' %')}", color)], x)
    label_ends(
        ax,
        [(target.value, pick(lang, f"目标 {aim}", f"target {aim}"), ACCENT)],
        target.year,
        offset=9,
    )
    return chart
