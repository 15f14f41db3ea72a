"""Charts of firms: reference class, certificates, first-time certificates, tech SMEs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .._compat import certificate_identity, config, history, load_baseline, load_statistics, peers
from ..histories import growth_windows
from ..names import area_name
from ..trends.cohort import even_batches, first_time_needed
from .page import (
    ACCENT,
    GREY,
    INK,
    PALE,
    SKY,
    Chart,
    goal_of,
    halo,
    need,
    number,
    page,
    percent,
    pick,
    place,
    sources,
    year_axis,
)

INDICATOR = "hightech_firms"
SHOWN_RATES = (0.6, 0.7, 0.8, 0.9)
RENEWAL_RATES = tuple(np.round(np.arange(0.5, 1.001, 0.05), 2))


def provincial_growth(as_of: str | None = None) -> pd.DataFrame:
    """Growth of the provinces' stocks over the longest span that the table covers.

    Returns
    -------
    DataFrame
        One row a province: ``area``, ``start``, ``end``, ``factor`` and ``growth`` a year,
        fastest first; without windows that hold a declared break.
    """
    stocks = peers("hightech_firms", as_of)
    need(stocks.index[1:], "the stocks of two years")
    span = int(stocks.index[-1] - stocks.index[0])
    table = growth_windows(stocks, span)
    table = table[~table["broken"]].assign(growth=lambda t: t["factor"] ** (1 / span) - 1)
    return table.sort_values("growth", ascending=False, ignore_index=True)


def firms_reference_class(lang: str, as_of: str | None) -> Chart:
    """Yearly growth of every province's stock against what the target asks for."""
    target, region = goal_of(INDICATOR), config().areas.region
    table = provincial_growth(as_of)
    need(table, "growth of the provinces' stocks")
    years = target.year - target.base_year
    required = (target.value / target.base_value) ** (1 / years) - 1
    fast = table["growth"] >= required
    own = table[table["area"].eq(region)]
    start, end = int(table["start"].iloc[0]), int(table["end"].iloc[0])
    rate = f"{100 * required:.1f}"
    if len(own):
        g = float(own["growth"].iloc[0])
        rank = int(own.index[0]) + 1
        title = pick(
            lang,
            f"{place(lang, 'region')}{start}—{end}年年均增长{100 * g:.0f}%，居{len(table)}个省份第"
            f"{rank}；{int(fast.sum())}个省份达到或超过目标所需的{rate}%",
            f"{place(lang, 'region')} grew {100 * g:.0f} % a year in {start}–{end}, rank {rank} of "
            f"{len(table)}; {int(fast.sum())} provinces reached the {rate} % that the target needs",
        )
    else:
        title = pick(
            lang,
            f"{len(table)}个省份中有{int(fast.sum())}个达到或超过目标所需的年均{rate}%",
            f"{int(fast.sum())} of {len(table)} provinces reached the {rate} % a year that the "
            "target needs",
        )
    subtitle = pick(
        lang,
        f"高新技术企业存量（近三年证书之和）{start}—{end}年年均增速，%",
        f"Stock of high-tech firms (certificates of three years), growth a year {start}–{end}, %",
    )
    chart, (ax,) = page(
        lang,
        title,
        subtitle,
        sources(lang, ("hightech_certificates", None), as_of=as_of),
        height=4.6,
    )
    rows = np.arange(len(table))
    values = 100 * table["growth"].to_numpy()
    is_own = table["area"].eq(region).to_numpy()
    ax.hlines(rows, 0, values, color=PALE, lw=1.2)
    ax.plot(values[fast & ~is_own], rows[fast & ~is_own], "o", color=INK, ms=4.5, gid="reached")
    slow = ~fast.to_numpy() & ~is_own
    ax.plot(values[slow], rows[slow], "o", mfc="white", mec=INK, ms=4.5, gid="slower")
    ax.plot(values[is_own], rows[is_own], "D", color=ACCENT, ms=6.5, gid="region")
    ax.axvline(100 * required, color=ACCENT, ls="--", lw=1.6, gid="required")
    ax.annotate(
        pick(
            lang,
            f"{place(lang, 'city')}目标所需\n年均 {rate}%",
            f"{place(lang, 'city')}'s target needs\n{rate} % a year",
        ),
        (100 * required, len(table) - 1),
        xytext=(5, 0),
        textcoords="offset points",
        color=ACCENT,
        size=8.5,
        linespacing=1.35,
        weight="bold",
    )
    for y, (x, own_row) in enumerate(zip(values, is_own, strict=True)):
        beside_line = 0 < 100 * required - x < 1
        halo(
            ax.annotate(
                f"{round(x) + 0:d}".replace("-", "−"),
                (100 * required if beside_line else max(x, 0), y),
                xytext=(7 if own_row else 5, 0),
                textcoords="offset points",
                va="center",
                size=6.5,
                color=ACCENT if own_row else GREY,
            )
        )
    ax.set_yticks(rows, [area_name(a, lang) for a in table["area"]], size=6.8)
    for text, own_row in zip(ax.get_yticklabels(), is_own, strict=True):
        if own_row:
            text.set(color=ACCENT, weight="bold")
    ax.set_ylim(len(table) - 0.4, -0.7)
    ax.set_xlim(min(0, values.min() * 1.5), max(values.max(), 100 * required) * 1.06)
    ax.grid(visible=False)
    ax.xaxis.grid(visible=True)
    ax.spines["left"].set_visible(False)
    return chart


def firms_identity(lang: str, as_of: str | None) -> Chart:
    """Three years' certificates against the stock that the region prints."""
    region = config().areas.region
    table = certificate_identity(region, as_of).dropna(subset=["certificates", "stock"])
    need(table, "certificates and stock together")
    share = table["gap_share"].abs()
    first, last, gap = int(table.index[0]), int(table.index[-1]), table["gap"].iloc[-1]
    least, most = f"{100 * share.min():.0f}", f"{100 * share.max():.0f}"
    title = pick(
        lang,
        f"{place(lang, 'region')}近三年证书之和与公布的存量相差"
        f"{most + '%' if least == most else f'{least}%—{most}%'}，"
        f"{last}年公布数{'少' if gap < 0 else '多'}{number(abs(gap))}家",
        "Three years' certificates come within "
        f"{most if least == most else f'{least}–{most}'} % of {place(lang, 'region')}'s printed "
        f"stock; in {last} the print is "
        f"{number(abs(gap))} {'lower' if gap < 0 else 'higher'}",
    )
    subtitle = pick(
        lang,
        "柱：当年及前两年公布的证书数（含重新认定，家）；横线：公布的有效期内企业数",
        "Bars: certificates announced in the year and the two before (renewals included); "
        "lines: firms with a valid certificate, as printed",
    )
    chart, (ax,) = page(
        lang,
        title,
        subtitle,
        sources(
            lang, ("hightech_certificates", [region]), ("hightech_firms", [region]), as_of=as_of
        ),
        height=3.8,
    )
    parts = {
        "year_before": ("white", "////", pick(lang, "前年", "two years before")),
        "last_year": (SKY, "", pick(lang, "上年", "year before")),
        "this_year": (INK, "", pick(lang, "当年", "this year")),
    }
    base = np.zeros(len(table))
    for part, (color, hatch, words) in parts.items():
        values = table[part].to_numpy()
        ax.bar(
            table.index, values, bottom=base, width=0.56, color=color, edgecolor=INK, hatch=hatch,
            label=part, gid=part,
        )  # fmt: skip
        for x, low, value in zip(table.index, base, values, strict=True):
            if value > 0.055 * table["certificates"].max():
                label = ax.text(
                    x,
                    low + value / 2,
                    number(value),
                    ha="center",
                    va="center",
                    size=7.5,
                    color="white" if part == "this_year" else "black",
                )
                if part != "this_year":
                    halo(label)
        ax.annotate(
            words,
            (last + 0.28, base[-1] + values[-1] / 2),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            size=8.5,
        )
        base = base + values
    ax.hlines(
        table["stock"], table.index - 0.38, table.index + 0.38, color=ACCENT, lw=2.4, zorder=4,
        gid="stock",
    )  # fmt: skip
    for x, row in table.iterrows():
        ax.annotate(
            pick(lang, f"公布 {number(row['stock'])}", f"printed {number(row['stock'])}")
            + pick(
                lang,
                f"\n{row['gap']:+,.0f}（{100 * row['gap_share']:+.0f}%）",
                f"\n{row['gap']:+,.0f} ({100 * row['gap_share']:+.0f} %)",
            ).replace("-", "−"),
            (x, max(row["stock"], row["certificates"])),
            xytext=(0, 5),
            textcoords="offset points",
            ha="center",
            size=8,
            color=ACCENT,
            linespacing=1.3,
        )
    ax.yaxis.set_major_formatter(lambda v, _: number(v))
    ax.set_xlim(first - 0.55, last + (0.95 if lang == "zh" else 1.35))
    ax.set_ylim(0, table[["stock", "certificates"]].to_numpy().max() * 1.2)
    year_axis(ax, table.index)
    ax.spines["bottom"].set_bounds(first - 0.55, last + 0.45)
    return chart


def past_first_time() -> tuple[float, str]:
    """Firms newly certified a year in the plan's base period, and that period as printed."""
    rows = load_baseline()
    row = rows[rows["indicator"].eq("hightech_firms_new")].iloc[0]
    start, end = (int(year) for year in row["period"].split("-"))
    return float(row["value"]) / (end - start + 1), row["period"]


def firms_first_time(lang: str, as_of: str | None) -> Chart:
    """First-time certificates a year that the target needs, over renewal rates."""
    target = goal_of(INDICATOR)
    batches = even_batches(target.base_value, target.base_year)
    table = first_time_needed(batches, target.year, target.value, RENEWAL_RATES)
    rate, wanted = 100 * table["renewal_rate"], table["first_time"]
    past, period = past_first_time()
    shown = table[table["renewal_rate"].isin(SHOWN_RATES)]
    kept = pick(lang, "%—", "–").join(
        f"{100 * rate:.0f}" for rate in SHOWN_RATES[:: len(SHOWN_RATES) - 1]
    )
    low, high = shown["first_time"].min(), shown["first_time"].max()
    ratio = low / past
    span = period.replace("-", "—" if lang == "zh" else "–")
    verdict_zh = f"是{span}年平均{past:.1f}家的{ratio:.1f}—{high / past:.1f}倍"
    verdict_en = f"{ratio:.1f}–{high / past:.1f} times the {past:.1f} a year of {span}"
    if high <= past:
        verdict_zh = f"不超过{span}年平均的{past:.1f}家"
        verdict_en = f"not more than the {past:.1f} a year of {span}"
    title = pick(
        lang,
        f"到期企业若有{kept}%重新认定，每年须首次认定{low:.0f}—{high:.0f}家，{verdict_zh}",
        f"With {kept} % renewed, {low:.0f}–{high:.0f} firms a year must be certified for the first "
        f"time: {verdict_en}",
    )
    subtitle = pick(
        lang,
        f"{place(lang, 'city')}由{target.base_value:g}家增到{target.value:g}家"
        f"（{target.year}年底存量），每年须首次认定的企业数（家），按到期重新认定率（%，假定）",
        f"{place(lang, 'city')}, from {target.base_value:g} to {target.value:g} valid certificates "
        f"at the end of {target.year}: first-time certificates a year by renewal rate (%, assumed)",
    )
    chart, (ax,) = page(
        lang,
        title,
        subtitle,
        sources(lang, ("hightech_firms", [config().areas.city]), as_of=as_of),
        height=3.5,
    )
    ax.fill_between(rate, past, wanted, where=wanted > past, color="#EAF1F6", lw=0)
    ax.plot(rate, wanted, "-", color=INK, gid="needed")
    marks = 100 * shown["renewal_rate"]
    ax.plot(marks, shown["first_time"], "o", color=INK)
    for x, y in zip(marks, shown["first_time"], strict=True):
        ax.annotate(f"{y:.1f}", (x, y), xytext=(0, 7), textcoords="offset points", ha="center")
    ax.axhline(past, color=ACCENT, ls="--", gid="past")
    ax.annotate(
        pick(
            lang,
            f"{span}年平均 {past:.1f}家（五年共{past * 5:.0f}家，按新培育计）",
            f"{span} average {past:.1f} ({past * 5:.0f} in five years, as newly cultivated)",
        ),
        (51, past),
        xytext=(0, 5),
        textcoords="offset points",
        color=ACCENT,
    )
    ax.annotate(
        pick(lang, "每年须首次认定", "needed a year"),
        (51, np.interp(51, rate, wanted)),
        xytext=(0, -38),
        textcoords="offset points",
        color=INK,
        weight="bold",
    )
    ax.set_xlim(49, 101)
    ax.set_ylim(0, max(wanted.max(), past) * 1.12)
    ax.xaxis.set_major_formatter(lambda v, _: pick(lang, f"{v:.0f}%", f"{v:.0f} %"))
    return chart


def tech_smes(lang: str, as_of: str | None) -> Chart:
    """Registrations of each year in the region, and the city's target without a base."""
    areas, target = config().areas, goal_of("tech_smes")
    region = history(areas.region, "tech_smes", as_of)
    city = history(areas.city, "tech_smes", as_of)
    aim = f"{target.value:g}"
    here, there = place(lang, "city"), place(lang, "region")
    if city.empty:
        standing = pick(
            lang,
            f"{here}{aim}家的目标没有基期，也未见任何一年的公布数",
            f"{here}'s target of {aim} has no base, and no year's figure is public",
        )
    else:
        standing = pick(
            lang,
            f"{here}{city.index[-1]}年备案{city.iloc[-1]:g}家，目标{aim}家",
            f"{here} registered {city.iloc[-1]:g} in {city.index[-1]}; the target is {aim}",
        )
    if len(region) > 1:
        change = region.iloc[-1] / region.iloc[-2] - 1
        standing += pick(
            lang,
            f"；{there}{region.index[-1]}年{number(region.iloc[-1])}家，比{region.index[-2]}年"
            f"{'多' if change >= 0 else '少'}{percent(abs(change), lang)}",
            f"; {there} had {number(region.iloc[-1])} in {region.index[-1]}, "
            f"{percent(abs(change), lang)} {'more' if change >= 0 else 'fewer'} than in "
            f"{region.index[-2]}",
        )
    subtitle = pick(
        lang,
        "当年备案的科技型中小企业（家）。备案每年重新开始，各年不累计，故不连线；问号为未见公布数，≈为按增幅倒推",
        "Technology SMEs registered in the year. Registration restarts every year, so years do not "
        "add up and are not joined. ?: no figure is public; ≈: worked back from the growth printed",
    )
    chart, axes = page(
        lang,
        standing,
        subtitle,
        sources(lang, ("tech_smes", [areas.region]), as_of=as_of),
        height=3.4,
        ncols=2,
    )
    rows = load_statistics(as_of)
    rows = rows[rows["indicator"].eq("tech_smes") & rows["bound"].eq("derived")]
    sides = {areas.region: "region", areas.city: "city"}
    inferred = {(sides.get(a), y) for a, y in zip(rows["area"], rows["year"], strict=True)}
    first = min([target.year - 5, *region.index, *city.index])
    years = list(range(int(first), max([target.year, *region.index]) + 1))
    for ax, known, name, gid in (
        (axes[0], region, there, "region"),
        (axes[1], city, here, "city"),
    ):
        ax.bar(known.index, known, width=0.62, color=INK, gid=gid, label=gid)
        for x, value in known.items():
            about = "≈" if (gid, x) in inferred else ""
            ax.annotate(
                about + number(value),
                (x, value),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                size=8,
            )
        top = max([*known, target.value if gid == "city" else 1]) * 1.2
        for x in years:
            if x not in known.index and not (gid == "city" and x == target.year):
                ax.text(x, top * 0.03, "?", ha="center", color=GREY, size=12)
        ax.set_ylim(0, top)
        ax.set_xlim(years[0] - 0.6, years[-1] + 0.6)
        ax.yaxis.set_major_formatter(lambda v, _: number(v))
        ax.set_title(name, size=9)
        year_axis(ax, years)
        ax.spines["bottom"].set_bounds(years[0] - 0.6, years[-1] + 0.6)
        ax.tick_params(axis="x", labelsize=7.5)
    axes[1].bar(
        [target.year],
        [target.value],
        width=0.62,
        color="white",
        edgecolor=ACCENT,
        hatch="////",
        gid="target",
        label="target",
    )
    axes[1].annotate(
        pick(lang, f"目标 {aim}", f"target {aim}"),
        (target.year, target.value),
        xytext=(8, 3),
        textcoords="offset points",
        ha="right",
        color=ACCENT,
        weight="bold",
    )
    return chart
