"""Charts of what the review looks ahead with: the stock by cohorts, the probabilities over time."""

from __future__ import annotations

import datetime as dt

import matplotlib.dates as mdates
import numpy as np
import pandas as pd

from .._compat import config, history, past_first_time, plan_targets, probability_history
from ..assessment import VERDICTS
from ..trends.cohort import even_batches, expected_stock, first_time_needed
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
    page,
    percent,
    pick,
    place,
    sources,
    year_axis,
)

INDICATOR = "hightech_firms"
_STYLES = ((INK, "-", "o"), (ACCENT, (0, (5, 2)), "s"))


def cohort_stock(lang: str, as_of: str | None) -> Chart:
    """The stock by cohorts at the past number of first-time certificates and at the one needed."""
    target, past = goal_of(INDICATOR), past_first_time() or {}
    need([target.value] * bool(target.base_value), "the base of the firms' target")
    need(past, "firms certified before the plan")
    rates = config().report.renewal_rates
    need(rates, "renewal rates in the configuration")
    rate = rates[len(rates) // 2]
    batches, until = even_batches(target.base_value, target.base_year), target.year
    needed = first_time_needed(batches, until, target.value, [rate])["first_time"].item()
    paces = {"past": past["per_year"], "needed": needed}
    stocks = {name: expected_stock(batches, until, rate, pace) for name, pace in paces.items()}
    ends = [expected_stock(batches, until, r, past["per_year"])["stock"].iloc[-1] for r in rates]
    span = pick(lang, f"{past['start']}—{past['end']}年", f"{past['start']}–{past['end']}")
    low, high, aim = f"{min(ends):.0f}", f"{max(ends):.0f}", f"{target.value:g}"
    title = pick(
        lang,
        f"照{span}每年首次认定{paces['past']:.1f}家，{target.year}年存量只有{low}—{high}家；"
        f"要到{aim}家，续认率{100 * rate:.0f}%时每年须首次认定{needed:.1f}家"
        if max(ends) < target.value
        else f"照{span}每年首次认定{paces['past']:.1f}家，{target.year}年存量可达{low}—{high}家，"
        f"目标{aim}家",
        f"At the {paces['past']:.1f} first-time certificates a year of {span} the stock of "
        f"{target.year} comes to {low}–{high}; {aim} takes {needed:.1f} a year at {100 * rate:.0f} "
        "% renewed"
        if max(ends) < target.value
        else f"At the {paces['past']:.1f} first-time certificates a year of {span} the stock of "
        f"{target.year} comes to {low}–{high}, the target being {aim}",
    )
    subtitle = pick(
        lang,
        f"{place(lang, 'city')}年末有效期内高新技术企业（家），按证书来历；证书三年有效，基期"
        f"{target.base_value:g}家按三批均分，续认率{100 * rate:.0f}%为假定",
        f"{place(lang, 'city')}, valid certificates at the end of the year by origin; valid for "
        f"three years, base of {target.base_value:g} in three equal batches, "
        f"{100 * rate:.0f} % renewed (assumed)",
    )
    city = config().areas.city
    chart, axes = page(
        lang,
        title,
        subtitle,
        sources(lang, ("hightech_firms", [city]), as_of=as_of),
        height=3.7,
        ncols=2,
        sharey=True,
    )
    known = history(city, "hightech_firms", as_of)
    known = known[known.index > target.base_year]
    words = {
        "past": pick(
            lang,
            f"照过去：每年首次认定{paces['past']:.1f}家",
            f"as in the past: {paces['past']:.1f} first-time a year",
        ),
        "needed": pick(
            lang,
            f"照所需：每年首次认定{needed:.1f}家",
            f"as needed: {needed:.1f} first-time a year",
        ),
    }
    top = 1.22 * max(target.value, *(t["stock"].max() for t in stocks.values()), *known)
    for ax, (name, stock) in zip(axes, stocks.items(), strict=True):
        _stack(ax, stock, name, lang)
        ax.axhline(target.value, color=ACCENT, ls="--", lw=1.3, gid=f"target_{name}")
        if len(known):
            ax.plot(known.index, known, "D", color="black", ms=5, gid=f"figures_{name}", zorder=5)
        ax.set_title(words[name], size=8.5, loc="left", color=INK, weight="bold")
        ax.set_ylim(0, top)
        ax.set_xlim(target.base_year - 0.6, target.year + 1.75)
        year_axis(ax, stock.index)
        ax.spines["bottom"].set_bounds(target.base_year - 0.5, target.year + 0.5)
        ax.tick_params(axis="x", labelsize=7.5)
    axes[0].annotate(
        pick(lang, f"目标 {aim}", f"target {aim}"),
        (target.base_year - 0.5, target.value),
        xytext=(0, 4),
        textcoords="offset points",
        color=ACCENT,
        weight="bold",
        size=8.5,
    )
    return chart


def _stack(ax, stock: pd.DataFrame, name: str, lang: str) -> None:
    """Bars of one pace; the parts are named in the first bar and beside the last."""
    parts = {
        "base": ("white", "////", pick(lang, "基期证书", "base")),
        "renewed": (SKY, "", pick(lang, "续认", "renewed")),
        "first_time": (INK, "", pick(lang, "首次认定", "first-time")),
    }
    low = np.zeros(len(stock))
    for part, (color, hatch, words) in parts.items():
        values = stock[part].to_numpy()
        ax.bar(
            stock.index, values, bottom=low, width=0.66, color=color, edgecolor=INK, hatch=hatch,
            linewidth=0.7, gid=f"{part}_{name}",
        )  # fmt: skip
        if part == "base":
            first = ax.text(
                stock.index[0], values[0] / 2, words, ha="center", va="center", size=7.5,
                rotation=90,
            )  # fmt: skip
            halo(first)
        else:
            ax.annotate(
                words, (stock.index[-1] + 0.33, low[-1] + values[-1] / 2), xytext=(3, 0),
                textcoords="offset points", va="center", size=7.5,
            )  # fmt: skip
        low = low + values
    for year, total in stock["stock"].items():
        label = ax.annotate(
            f"{total:.0f}", (year, total), xytext=(0, 3), textcoords="offset points", ha="center",
            size=8,
        )  # fmt: skip
        halo(label)


def probability_moves(lang: str, as_of: str | None) -> Chart:
    """How the probability of each main target moved with every publication."""
    table = plan_targets()
    rows = [
        table[table["indicator"].eq(name) & table["default"]].iloc[0]
        for name in config().report.headline
    ]
    moved = {row["id"]: _known(row["id"], as_of) for row in rows}
    moved = {name: moves for name, moves in moved.items() if len(moves)}
    need(list(moved), "probabilities")
    names = {row["id"]: row[lang] for row in rows}
    used = [row["indicator"] for row in rows if row["id"] in moved]
    clauses = [_moved(names[i], moves["probability"], lang) for i, moves in moved.items()]
    clauses[1:] = [_lowered(clause) for clause in clauses[1:]]
    subtitle = pick(
        lang,
        "实现概率（%），按每次数据发布之日重新评估；标记处有新数发布，点线为结论的分界",
        "Probability of attainment (%), judged anew on every date of publication (marks); dotted: "
        "bounds of the verdicts",
    )
    counted = [
        ("hightech_certificates" if name == "hightech_firms" else name, None) for name in used
    ]
    source = sources(lang, *counted, as_of=as_of)
    chart, (ax,) = page(lang, pick(lang, "；", "; ").join(clauses), subtitle, source, height=3.5)
    first = min(days(moves)[0] for moves in moved.values())
    last = max(days(moves)[-1] for moves in moved.values())
    if as_of is not None:
        last = max(last, dt.date.fromisoformat(as_of))
    for (name, moves), style in zip(moved.items(), _STYLES, strict=False):
        _steps(ax, moves, last, name, names[name], style, lang)
    _verdict_bands(ax, lang)
    ax.set_ylim(0, 100)
    margin = 0.03 * ((last - first) or dt.timedelta(days=365))
    ax.set_xlim(first - margin, last + margin)
    ax.grid(visible=False)
    ax.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=7))
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y-%m"))
    ax.tick_params(axis="x", length=3)
    return chart


def _steps(ax, moves: pd.DataFrame, last: dt.date, gid: str, name: str, style, lang: str) -> None:
    """One target's probability; a value is written where it differs from the one before."""
    color, dash, mark = style
    x, y = days(moves), 100 * moves["probability"].to_numpy()
    ax.step([*x, last], [*y, y[-1]], where="post", color=color, ls=dash, gid=f"path_{gid}")
    ax.plot(x, y, mark, color=color, ms=5, gid=f"moves_{gid}", clip_on=False, zorder=5)
    before, fallen = "", np.diff(y, prepend=y[0]) < 0
    for day, value, below in zip(x, y, fallen, strict=True):
        words = percent(value / 100, lang)
        if words != before:
            late = last - day < 0.08 * (last - x[0])
            label = ax.annotate(
                words, (day, value), xytext=(0, -15 if below else 7), textcoords="offset points",
                size=8.5, color=color, weight="bold", ha="right" if late and not below else "left",
            )  # fmt: skip
            halo(label)
        before = words
    spans = np.diff(mdates.date2num([*x, last]))
    longest = int(np.where(spans >= 0.6 * spans.max(), y, -1).argmax())
    middle = mdates.date2num([*x, last])[longest : longest + 2].mean()
    away = 20 if y[longest] < 10 else -14
    label = ax.annotate(
        name, (middle, y[longest]), xytext=(0, away), textcoords="offset points", ha="center",
        size=8.5, color=color,
    )  # fmt: skip
    halo(label)


def _verdict_bands(ax, lang: str) -> None:
    """The bounds of the verdicts, named at the right edge."""
    bands = config().verdict
    edges = (0.0, bands.unlikely, bands.at_risk, bands.likely, 1.0)
    codes = ("out_of_reach", "unlikely", "at_risk", "likely")
    for code, low, high in zip(codes, edges, edges[1:], strict=False):
        ax.axhline(100 * low, color=PALE, ls=":", lw=1.2, zorder=0)
        ax.annotate(
            VERDICTS[code][lang == "en"], (1, 50 * (low + high)),
            xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points",
            va="center", size=8, color=GREY, annotation_clip=False,
        )  # fmt: skip


def days(moves: pd.DataFrame) -> list[dt.date]:
    """The dates of `probability_history` as dates."""
    return [dt.date.fromisoformat(day) for day in moves.index]


def _known(target: str, as_of: str | None) -> pd.DataFrame:
    moves = probability_history(target).dropna(subset=["probability"])
    return moves if as_of is None else moves[moves.index <= as_of]


def _moved(name: str, chances: pd.Series, lang: str) -> str:
    low, high = (percent(chance, lang) for chance in (chances.min(), chances.max()))
    if low == high:
        is_low = f"为{low}" if low[:1].isdigit() else low
        return pick(lang, f"{name}的概率一直{is_low}", f"{name} stayed at {low}")
    last = percent(chances.iloc[-1], lang)
    return pick(
        lang,
        f"{name}的概率在{low}至{high}之间变动，最近为{last}",
        f"{name} moved between {low} and {high}, last {last}",
    )


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
