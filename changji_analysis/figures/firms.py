"""Charts of high-tech firms: reference class, certificates, cohorts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .. import needs
from ..histories import growth_windows
from ..palette import ACCENT, GREY, INK, PALE, SKY
from ..trends.cohort import certificate_identity, even_batches, expected_stock, first_time_needed
from ..wording import Words
from .marks import note, required_line, rows_only, year_axis
from .page import Chart, goal_of, need, page, sources, styled

INDICATOR, CERTIFICATES = "hightech_firms", "hightech_certificates"


def provincial_growth(stocks: pd.DataFrame) -> pd.DataFrame:
    """Growth of the provinces' stocks over the longest span that the table covers.

    Parameters
    ----------
    stocks : DataFrame
        Year x province.

    Returns
    -------
    DataFrame
        One row a province: ``area``, ``start``, ``end``, ``factor`` and ``growth`` a year,
        fastest first; without windows that hold a declared break.
    """
    need(stocks.index[1:], "the stocks of two years")
    span = int(stocks.index[-1] - stocks.index[0])
    table = growth_windows(stocks, span)
    table = table[~table["broken"]].assign(growth=lambda t: t["factor"] ** (1 / span) - 1)
    return table.sort_values("growth", ascending=False, ignore_index=True)


@styled
def firms_reference_class(data, w: Words) -> Chart:
    """Yearly growth of every province's stock against what the target asks for."""
    goal, region = goal_of(data, w, INDICATOR), data.config.areas.region
    table = provincial_growth(data.peers(INDICATOR))
    need(table, "growth of the provinces' stocks")
    required = (goal.value / goal.base_value) ** (1 / (goal.year - goal.base_year)) - 1
    fast, own = table["growth"] >= required, table["area"].eq(region)
    rate, count = w.percent(required), len(table)
    years = w.years(*table.loc[0, ["start", "end"]])
    title = w(
        f"{count}个省份中有{fast.sum()}个达到或超过目标所需的年均{rate}",
        f"{fast.sum()} of {count} provinces reached the {rate} a year that the target needs",
    )
    if own.any():
        rank = int(own.idxmax())
        grew, there = w.percent(table.at[rank, "growth"], 0), w.place("region")
        title += w(f"；{there}年均增长{grew}，居第{rank + 1}位",
                   f"; {there} ranks {rank + 1} with {grew}")  # fmt: skip
    subtitle = w(
        f"高新技术企业存量（近三年证书之和）{years}年均增速，%",
        f"Stock of high-tech firms (certificates of three years), growth a year {years}, %",
    )
    source = sources(data, w, (CERTIFICATES, None))
    chart, (ax,) = page(data, w, title, subtitle, source, height=6.4)
    values, rows = 100 * table["growth"].to_numpy(), np.arange(count)
    rows_only(ax, [w.area(a) for a in table["area"]])
    ax.hlines(rows, 0, values, color=PALE, lw=1.2)
    for gid, chosen, style in (
        ("reached", fast & ~own, {"marker": "o", "color": INK, "ms": 4.5}),
        ("slower", ~fast & ~own, {"marker": "o", "mfc": "white", "mec": INK, "ms": 4.5}),
        ("region", own, {"marker": "D", "color": ACCENT, "ms": 6.5}),
    ):
        ax.plot(values[chosen], rows[chosen], ls="", gid=gid, **style)
    required_line(ax, 100 * required)
    words = w(f"{w.place('city')}目标所需\n年均 {rate}",
              f"{w.place('city')}'s target needs\n{rate} a year")  # fmt: skip
    note(ax, words, (100 * required, count - 1.5), (5, 0), color=ACCENT, size=8.5, weight="bold")
    for y, value in enumerate(values):
        beside_line = 0 < 100 * required - value < 1.2
        note(ax, w.number(value), (100 * required if beside_line else max(value, 0), y),
             (7 if own[y] else 5, 0), size=7.5, color=ACCENT if own[y] else GREY)  # fmt: skip
        if own[y]:
            ax.get_yticklabels()[y].set(color=ACCENT, weight="bold")
    ax.set_xlim(min(0, values.min() * 1.5), max(values.max(), 100 * required) * 1.06)
    return chart


@styled
def firms_identity(data, w: Words) -> Chart:
    """Three years' certificates against the stock that the region prints."""
    region = data.config.areas.region
    table = certificate_identity(*(data.history(region, i) for i in (CERTIFICATES, INDICATOR)))
    table = table.dropna(subset=["certificates", "stock"])
    need(table, "certificates and stock together")
    share = table["gap_share"].abs()
    first, last, gap = int(table.index[0]), int(table.index[-1]), table["gap"].iloc[-1]
    ends = sorted({w.number(100 * share.min()), w.number(100 * share.max())}, key=float)
    title = w(
        f"{w.place('region')}近三年证书之和与公布的存量相差{'—'.join(ends)}%，"
        f"{last}年公布数{'少' if gap < 0 else '多'}{w.number(abs(gap))}家",
        f"Three years' certificates come within {'–'.join(ends)}% of {w.place('region')}'s printed "
        f"stock; in {last} the print is {w.number(abs(gap))} {'lower' if gap < 0 else 'higher'}",
    )
    subtitle = w(
        "柱：当年及前两年公布的证书数（含重新认定，家）；横线：公布的有效期内企业数",
        "Bars: certificates announced in the year and the two before (renewals included); "
        "lines: firms with a valid certificate, as printed",
    )
    source = sources(data, w, (CERTIFICATES, [region]), (INDICATOR, [region]))
    chart, (ax,) = page(data, w, title, subtitle, source, height=3.8)
    stacked = _stack(ax, table, {
        "year_before": ("white", "////", w("前年", "two years before")),
        "last_year": (SKY, "", w("上年", "year before")),
        "this_year": (INK, "", w("当年", "this year")),
    }, "", 0.56)  # fmt: skip
    for part, x, middle, value in stacked:
        if value > 0.055 * table["certificates"].max():
            dark = part == "this_year"
            note(ax, w.number(value), (x, middle), ha="center", size=7.5, halo=not dark,
                 color="white" if dark else "black")  # fmt: skip
    ax.hlines(table["stock"], table.index - 0.38, table.index + 0.38, color=ACCENT, lw=2.4,
              zorder=4, gid="stock")  # fmt: skip
    for x, row in table.iterrows():
        gap = ("+" if row["gap"] > 0 else "") + w.number(row["gap"])
        part = w.percent(row["gap_share"], 0, signed=True)
        words = w(f"公布 {w.number(row['stock'])}\n{gap}（{part}）",
                  f"printed {w.number(row['stock'])}\n{gap} ({part})")  # fmt: skip
        note(ax, words, (x, max(row["stock"], row["certificates"])), (0, 5), ha="center",
             va="bottom", color=ACCENT)  # fmt: skip
    ax.yaxis.set_major_formatter(lambda v, _: w.number(v))
    ax.set_xlim(first - 0.55, last + w(0.95, 1.4))
    ax.set_ylim(0, table[["stock", "certificates"]].to_numpy().max() * 1.2)
    year_axis(ax, table.index)
    ax.spines["bottom"].set_bounds(first - 0.55, last + 0.45)
    return chart


def _stack(ax, table: pd.DataFrame, parts: dict, name: str, width: float) -> list[tuple]:
    """Bars of parts, named beside the last; returns part, year, middle and value of each."""
    low, drawn = np.zeros(len(table)), []
    for part, (color, hatch, words) in parts.items():
        values = table[part].to_numpy()
        ax.bar(table.index, values, bottom=low, width=width, color=color, edgecolor=INK,
               hatch=hatch, lw=0.7, gid=part + name, label=part)  # fmt: skip
        middles = low + values / 2
        if values[-1]:
            note(ax, words, (table.index[-1] + width / 2, middles[-1]), (4, 0))
        drawn += zip([part] * len(table), table.index, middles, values, strict=True)
        low = low + values
    return drawn


@styled
def cohort_stock(data, w: Words) -> Chart:
    """The stock by cohorts at the past number of first-time certificates and at the one needed."""
    goal, past = goal_of(data, w, INDICATOR), needs.past_first_time(data.baseline) or {}
    need([goal.value] * (goal.base_value > 0), "the base of the firms' target")
    need(past, "firms certified before the plan")
    rates = data.config.report.renewal_rates
    need(rates, "renewal rates in the configuration")
    rate, batches = rates[len(rates) // 2], even_batches(goal.base_value, goal.base_year)
    needed = first_time_needed(batches, goal.year, goal.value, [rate])["first_time"].item()
    paces = {"past": past["per_year"], "needed": needed}
    years = range(goal.base_year, goal.year + 1)
    stocks = {name: expected_stock(batches, goal.year, rate, each) for name, each in paces.items()}
    ends = [
        expected_stock(batches, goal.year, r, past["per_year"])["stock"].iloc[-1] for r in rates
    ]
    span, kept = w.years(past["start"], past["end"]), w.percent(rate, 0)
    each = {name: w.number(pace, 1) for name, pace in paces.items()}
    come = f"{w.number(min(ends))}{w('—', '–')}{w.number(max(ends))}"
    title = w(
        f"照{span}每年首次认定{each['past']}家，{goal.year}年存量为{come}家，",
        f"At the {each['past']} first-time certificates a year of {span} the stock of {goal.year} "
        f"comes to {come}; ",
    )
    if max(ends) < goal.value:
        title += w(f"要到{goal.text}，重新认定率{kept}时每年须首次认定{each['needed']}家",
                   f"{goal.text} takes {each['needed']} a year at {kept} renewed")  # fmt: skip
    else:
        title += w(f"目标为{goal.text}", f"the target is {goal.text}")
    base = w.measured(goal.base_value, goal.row["unit"], 0)
    subtitle = w(
        f"{w.place('city')}年末有效期内高新技术企业（家），按证书来历；证书三年有效，基期{base}按三批"
        f"均分，重新认定率{kept}为假定"
        f"（存量按{w.percent(min(rates), 0)}—{w.percent(max(rates), 0)}）",
        f"{w.place('city')}, valid certificates at the end of the year by origin; valid for three "
        f"years, base of {base} in three equal batches, {kept} renewed (assumed; range: "
        f"{w.percent(min(rates), 0)}–{w.percent(max(rates), 0)})",
    )
    source = sources(data, w, (INDICATOR, [data.config.areas.city]))
    chart, axes = page(data, w, title, subtitle, source, height=3.8, ncols=2, sharey=True)
    known = data.city(INDICATOR)
    known = known[known.index > goal.base_year]
    top = 1.22 * max(goal.value, *(t["stock"].max() for t in stocks.values()), *known)
    words = {"past": w("照过去", "as in the past"), "needed": w("照所需", "as needed")}
    for ax, (name, stock) in zip(axes, stocks.items(), strict=True):
        drawn = _stack(ax, stock, {
            "base": ("white", "////", w("基期证书", "base")),
            "renewed": (SKY, "", w("重新认定", "renewed")),
            "first_time": (INK, "", w("首次认定", "first-time")),
        }, f"_{name}", 0.66)  # fmt: skip
        note(ax, w("基期证书", "base"), drawn[0][1:3], ha="center", size=7.5, rotation=90)
        for year, total in stock["stock"].items():
            note(ax, w.number(total), (year, total), (0, 3), ha="center", va="bottom")
        ax.axhline(goal.value, color=ACCENT, ls="--", lw=1.3, gid=f"target_{name}")
        ax.plot(known.index, known, "D", color="black", ms=5, gid=f"figures_{name}", zorder=5)
        heading = w(f"{words[name]}：每年首次认定{each[name]}家",
                    f"{words[name]}: {each[name]} first-time a year")  # fmt: skip
        ax.set_title(heading, size=8.5, loc="left", color=INK, weight="bold")
        ax.set_ylim(0, top)
        ax.set_xlim(goal.base_year - 0.6, goal.year + 1.8)
        year_axis(ax, years, labelsize=7.5)
        ax.spines["bottom"].set_bounds(goal.base_year - 0.5, goal.year + 0.5)
    note(axes[0], w("目标 ", "target ") + goal.text, (goal.base_year - 0.5, goal.value), (0, 4),
         va="bottom", color=ACCENT, weight="bold", size=8.5)  # fmt: skip
    return chart
