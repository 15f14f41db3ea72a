"""Charts of the plan as a whole: scorecard, probabilities over time, scientific literacy."""

from __future__ import annotations

import datetime as dt

import matplotlib.dates as mdates
import numpy as np
import pandas as pd

from ..histories import COUNTED_BY
from ..palette import ACCENT, CONTEXT, GREY, INK, PALE
from ..wording import Words
from .marks import SMALL, label_ends, note, verdict_mark, year_axis
from .page import Chart, goal_of, need, page, sources, styled


@styled
def scorecard(data, w: Words) -> Chart:
    """Every target by the office that holds its figures: verdict, or what is missing.

    A row without a verdict says which years are missing and, where the reading table knows it,
    which figure of the last year would make the target likely.
    """
    card = data.scorecard[data.scorecard["default"]]
    judged = card[card["verdict"].ne("insufficient_evidence")]
    blind = len(card) - len(judged)
    parts = w.join(w(f"{words}{n}项", f"{n} {words}") for words, n in w.tally(judged).items())
    title = w(
        f"{len(card)}项目标中{blind}项依据不足；可判断的{len(card) - blind}项：{parts}",
        f"Of {len(card)} targets {blind} lack the evidence for a verdict; the other "
        f"{len(card) - blind}: {parts}",
    )
    if judged.empty:
        title = w(f"{len(card)}项目标全部依据不足",
                  f"All {len(card)} targets lack the evidence for a verdict")  # fmt: skip
    subtitle = w(
        "按数据持有单位排列；横条为实现概率，橙线为合理选择下的范围；○为依据不足，列出所缺年份",
        "By the office that holds the figures; bars: probability of attainment, lines: its range "
        "over reasonable choices; ○: insufficient evidence, with the years missing",
    )
    used = [(name, [data.config.areas.city]) for name in card["indicator"].unique()]
    offices = card.groupby(f"holder_{w.lang}", sort=False)
    lines = len(card) + offices.ngroups
    source = sources(data, w, *used)
    chart, (ax,) = page(data, w, title, subtitle, source, height=1.15 + 0.185 * lines)
    ax.axis("off")
    x_goal, x_say, y = w(0.5, 0.595), w(0.515, 0.607), 0
    for office, rows in offices:
        ax.axhspan(y - 0.5, y + 0.5, color="#EEF0F2", lw=0)
        ax.text(0.004, y, office, va="center", size=8, weight="bold", color=INK)
        for _, row in rows.iterrows():
            y += 1
            _target_row(ax, w, row, y, x_goal, x_say, _asked(data, w, row))
        y += 1
    ax.set_xlim(0, 1)
    ax.set_ylim(y - 0.4, -0.6)
    return chart


def _target_row(
    ax, w: Words, row: pd.Series, y: int, x_goal: float, x_say: float, asked: str
) -> None:
    """Mark, name and goal of a target; then its bar and verdict, or what is missing."""
    style = {"va": "center", "size": SMALL}
    verdict_mark(ax, 0.014, y, row["verdict"], 4.8, gid=f"verdict_{row['id']}")
    ax.text(0.034, y, row[f"short_{w.lang}"], **style)
    goal = w.goal_of(row)
    ax.text(x_goal, y, goal, ha="right", **style)
    if row["verdict"] == "insufficient_evidence":
        missing = w(f"缺{w.spans(row['missing_years'])}年", f"missing: {row['missing_years']}")
        ax.text(x_say, y, missing + asked, color="#4A4A4A", **style)
        return
    words = w.judged(row)
    if pd.notna(row["probability"]):
        width = w(0.13, 0.09)
        ax.barh(y, width, left=x_say, height=0.5, color="white", ec=PALE, lw=0.6)
        ax.barh(y, width * row["probability"], left=x_say, height=0.5, color=INK, lw=0,
                gid=f"probability_{row['id']}")  # fmt: skip
        ends = row[["probability_low", "probability_high"]].fillna(row["probability"])
        ax.plot(x_say + width * ends.astype(float), [y, y], color=ACCENT, lw=1.6,
                gid=f"range_{row['id']}")  # fmt: skip
        ax.text(
            x_say + width + 0.008,
            y,
            w.chance(row["probability"], row["probability_floor"]),
            **style,
        )
        x_say += width + w(0.085, 0.125)
    ax.text(x_say, y, words, weight="bold", **style)


def _asked(data, w: Words, row: pd.Series) -> str:
    """Which figure of the last year before the target's would make it likely."""
    table = data.reading_tables
    own = table["id"].eq(row["id"]) & table["reading"].eq(row["reading"])
    table = table[
        own & table["verdict"].isin(["achieved", "likely"]) & table["year"].lt(row["year"])
    ]
    if table.empty:
        return ""
    last = table[table["year"].eq(table["year"].max())]
    falling = row["direction"] == "at_most"
    bound = last["to_value"].max() if falling else last["from_value"].min()
    if pd.isna(bound):
        return ""
    value = w.goal(bound, row["direction"], row["unit"])
    year = int(last["year"].iloc[0])
    return w(f"；{year}年{value}则可望实现", f"; {value} in {year}: likely")


@styled
def probability_moves(data, w: Words) -> Chart:
    """How the probability of each main target moved with every publication."""
    goals = [goal_of(data, w, name) for name in data.config.report.headline]
    moved = {goal.id: data.probability_history(goal.id) for goal in goals}
    moved = {name: moves.dropna(subset=["probability"]) for name, moves in moved.items()}
    moved = {name: moves for name, moves in moved.items() if len(moves)}
    need(list(moved), "probabilities")
    rows = {goal.id: goal.row for goal in goals}
    clauses = [_moved(w, rows[i][w.lang], m) for i, m in moved.items()]
    clauses[1:] = [w.lowered(clause) for clause in clauses[1:]]
    subtitle = w(
        "实现概率（%），按每次数据发布之日重新评估；标记处有新数发布，点线为结论的分界",
        "Probability of attainment (%), judged again on every date of publication (marks); dotted: "
        "bounds of the verdicts",
    )
    counted = {COUNTED_BY.get(rows[i]["indicator"], rows[i]["indicator"]): None for i in moved}
    source = sources(data, w, *counted.items())
    chart, axes = page(
        data, w, w.clauses(clauses), subtitle, source, height=1.2 + 1.35 * len(moved),
        nrows=len(moved), sharex=True,
    )  # fmt: skip
    days = {i: mdates.date2num([*map(dt.date.fromisoformat, m.index)]) for i, m in moved.items()}
    first, last = min(d[0] for d in days.values()), max(d[-1] for d in days.values())
    if data.as_of is not None:
        last = max(last, mdates.date2num(data.as_of))
    for ax, (i, moves) in zip(axes, moved.items(), strict=True):
        _steps(ax, w, days[i], moves, (first, last), i)
        _verdict_bands(ax, w, data.config.verdict)
        ax.set_title(rows[i][w.lang], size=8.5, pad=4)
    ax.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=7))
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y-%m"))
    ax.tick_params(axis="x", length=3)
    return chart


def _moved(w: Words, name: str, moves: pd.DataFrame) -> str:
    said = moves[["probability", "probability_floor"]]
    ranked = said.sort_values("probability", kind="stable")
    low, high, last = (w.chance(*row) for row in (ranked.iloc[0], ranked.iloc[-1], said.iloc[-1]))
    if low == high:
        return w(f"{name}的概率一直{w.chance_is(*said.iloc[-1])}", f"{name} stayed at {low}")
    return w(
        f"{name}的概率在{low}至{high}之间变动，最近为{last}",
        f"{name} moved between {low} and {high}, last {last}",
    )


def _steps(ax, w: Words, x: np.ndarray, moves: pd.DataFrame, ends: tuple, gid: str) -> None:
    """One target's probability; a value is written where it differs from the one before."""
    y = 100 * moves["probability"].to_numpy()
    ax.step([*x, ends[1]], [*y, y[-1]], where="post", color=INK, gid=f"path_{gid}")
    ax.plot(x, y, "o", color=INK, ms=5, gid=f"moves_{gid}", clip_on=False, zorder=5)
    before, falls = "", np.diff(y, prepend=y[0]) < 0
    for day, value, floor, fallen in zip(x, y, moves["probability_floor"], falls, strict=True):
        if (words := w.chance(value / 100, floor)) != before:
            late = ends[1] - day < 0.08 * (ends[1] - ends[0])
            side = "right" if late else "left"
            note(ax, words, (day, value), (0, -10 if fallen else 9), ha=side, size=8.5, color=INK,
                 weight="bold")  # fmt: skip
        before = words
    margin = 0.03 * ((ends[1] - ends[0]) or 365)
    ax.set_xlim(ends[0] - margin, ends[1] + margin)
    ax.set_ylim(0, 100)
    ax.grid(visible=False)


def _verdict_bands(ax, w: Words, bands) -> None:
    """The bounds of the verdicts, named at the right edge."""
    edges = (0.0, bands.unlikely, bands.at_risk, bands.likely, 1.0)
    codes = ("out_of_reach", "unlikely", "at_risk", "likely")
    for code, low, high in zip(codes, edges, edges[1:], strict=False):
        ax.axhline(100 * low, color=PALE, ls=":", lw=1.2, zorder=0)
        ax.annotate(w.verdict(code), (1, 50 * (low + high)), (6, 0), va="center", size=8,
                    color=GREY, xycoords=("axes fraction", "data"), textcoords="offset points",
                    annotation_clip=False)  # fmt: skip


@styled
def science_literacy(data, w: Words) -> Chart:
    """Surveys of nation, region and provinces against the city's two targets."""
    areas, indicator = data.config.areas, "science_literacy"
    firm, stretch = (goal_of(data, w, indicator, stretch=s) for s in (False, True))
    places = ("nation", "region", "city")
    known = {which: data.history(getattr(areas, which), indicator) for which in places}
    nation, region, city = known.values()
    need([*nation, *region], indicator)
    others = data.peers(indicator).drop(columns=areas.region, errors="ignore")

    def standing(name: str, figures: pd.Series) -> str:
        if figures.empty:
            return w(f"{name}未查到公布数", f"no figure of {name} was found")
        last, year = figures.iloc[-1], figures.index[-1]
        met = [goal.text for goal in (stretch, firm) if last >= goal.value]
        value = w.amount(last, firm.row)
        if met:
            return w(f"{name}{year}年{value}，已达到{met[0]}",
                     f"{name} with {value} in {year} has reached {met[0]}")  # fmt: skip
        return w(f"{name}{year}年{value}，低于{firm.text}",
                 f"{name} with {value} in {year} is below {firm.text}")  # fmt: skip

    title = w.clauses(standing(w.place(which), figures) for which, figures in known.items())
    subtitle = w(
        "公民具备科学素质的比例（%），抽样调查年份；灰色为有公布数的省份",
        "Share of citizens with scientific literacy (%), survey years; grey: provinces",
    )
    source = sources(data, w, (indicator, None))
    chart, (ax,) = page(data, w, title, subtitle, source, height=3.9)
    lines = {name: others[name].dropna() for name in others}
    first = min(int(k.index[0]) for k in (nation, region, *lines.values()) if len(k))
    for goal, gid, style in ((firm, "firm", "--"), (stretch, "stretch", ":")):
        ax.plot([first - 0.6, goal.year], [goal.value] * 2, color=ACCENT, lw=1.3, ls=style, gid=gid)
        ax.plot([goal.year], [goal.value], "*", color=ACCENT, ms=11, zorder=5)
    for name, figures in lines.items():
        ax.plot(figures.index, figures, "o-", color=CONTEXT, ms=3, lw=0.9, gid=f"province_{name}")
    ax.plot(nation.index, nation, "o-", color="black", gid="nation")
    ax.plot(region.index, region, "s-", color=INK, gid="region")
    ax.plot(city.index, city, "o", color=ACCENT, ms=7, gid="city")
    ends = [(figures, w.area(name), GREY) for name, figures in lines.items()]
    ends += [(nation, w.place("nation"), "black"), (region, w.place("region"), INK)]
    by_year: dict[int, list] = {}
    for figures, name, color in ends:
        if len(figures):
            last = figures.iloc[-1]
            label = last, f"{name} {w.number(last, 1)}", color
            by_year.setdefault(int(figures.index[-1]), []).append(label)
    ax.set_xlim(first - 0.6, firm.year + 2.3)
    ax.set_ylim(0, max(others.max().max(), stretch.value, nation.max()) * 1.08)
    year_axis(ax, range(first, firm.year + 1, 5))
    for x, labels in by_year.items():
        label_ends(ax, labels, x, size=SMALL)
    words = w("目标 ", "target ") + firm.text, w("力争 ", "stretch ") + stretch.text
    labels = [(firm.value, words[0], ACCENT), (stretch.value, words[1], ACCENT)]
    label_ends(ax, labels, firm.year, size=SMALL, offset=8)
    return chart
