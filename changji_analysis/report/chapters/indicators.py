"""The chapter of the report on the main indicators (主要指标完成情况)."""

from __future__ import annotations

import pandas as pd

from ..._compat import config
from ...wording import PACE as PACE_WORDS
from ...wording import Words
from ..document import Block, Heading, Paragraph, Table
from ..findings import Findings
from .clauses import DASH, asked, dated, goal, grid, picture, reference_clause, share, tested

HEADLINE_PICTURES = {
    "rd_intensity": ("rd_reference_class",),
    "hightech_firms": ("firms_reference_class",),
}


def indicators(f: Findings, w: Words) -> list[Block]:
    """主要指标完成情况."""
    blocks: list[Block] = [
        Heading(w("主要指标完成情况", "The main indicators")),
        standings_table(f, w),
    ]
    for name, row in f.headline.items():
        blocks += [
            Heading(w.name(row), 2),
            Paragraph(w.text([standing(f, w, row), due(f, w, row), official(f, w, row)])),
            Paragraph(w.text([reference_sentence(w, row), rests_on(f, w, row), tested(w, row)])),
        ]
        for figure in HEADLINE_PICTURES.get(name, ()):
            blocks += picture(f, w, figure)
        blocks.append(paths_table(f, w, row))
    return blocks + others(f, w) + without_figures(f, w) + other_readings(f, w)


def standing(f: Findings, w: Words, row: pd.Series) -> str:
    """Latest figure against target and base."""
    if pd.isna(row["last_value"]):
        return w(
            f"{asked(f, w, row)}；至今没有可用的市级数据。",
            f"{asked(f, w, row)}; no usable figure of the city is known.",
        )
    last = w.amount(row["last_value"], row)
    if not row["after_base"]:
        lacking = shortfall(f, w, row)
        return w(
            f"{asked(f, w, row)}。最新数据仍是{row['last_year']}年的基期数{last}，"
            f"缺{w.spans(row['missing_years'])}年的数据；{lacking}。",
            f"{asked(f, w, row)}. The latest figure is still the base of {row['last_year']}, "
            f"{last}; {row['missing_years']} are missing. {lacking[:1].upper()}{lacking[1:]}.",
        )
    return w(
        f"{asked(f, w, row)}。最新数据为{row['last_year']}年的{last}，完成率"
        f"{w.percent(row['completion'])}，增量进度{w.percent(row['gap_closed'])}，时序进度"
        f"{w.percent(row['time_elapsed'])}；{shortfall(f, w, row)}。",
        f"{asked(f, w, row)}. The latest figure is {last} in {row['last_year']}: "
        f"{w.percent(row['completion'])} of the target, {w.percent(row['gap_closed'])} of the "
        f"gap closed after {w.percent(row['time_elapsed'])} of the time; "
        f"{shortfall(f, w, row)}.",
    ) if not pd.isna(row["completion"]) and not pd.isna(row["gap_closed"]) else w(
        f"{asked(f, w, row)}。最新数据为{row['last_year']}年的{last}。",
        f"{asked(f, w, row)}. The latest figure is {last} in {row['last_year']}.",
    )  # fmt: skip


def shortfall(f: Findings, w: Words, row: pd.Series) -> str:
    """What is lacking, in the indicator's unit and a year."""
    if pd.isna(row["shortfall"]):
        return w("差额无法计算", "what is lacking cannot be computed")
    if row["shortfall"] == 0:
        return w("与目标没有差距", "nothing is lacking")
    decimals = int(row["decimals"])
    gap = (
        w.points(row["shortfall"], decimals)
        if row["unit"] == "%"
        else w.amount(row["shortfall"], row)
    )
    text = w(f"距目标差{gap}", f"the target is {gap} away")
    if not pd.isna(row["shortfall_per_year"]) and row["shortfall_per_year"] > 0:
        yearly = (
            w.points(row["shortfall_per_year"], decimals + 1)
            if row["unit"] == "%"
            else w.measured(row["shortfall_per_year"], row["unit"], decimals + 1)
        )
        start = row["last_year"] if not pd.isna(row["last_year"]) else row["base_year"]
        text += w(f"，自{start}年起每年须增{yearly}", f", {yearly} a year from {start} on")
    if not pd.isna(row["shortfall_money"]):
        text += w(
            f"，折合R&D经费{w.money(row['shortfall_money'])}",
            f", or {w.money(row['shortfall_money'])} of R&D",
        )
    return text


def due(f: Findings, w: Words, row: pd.Series) -> str:
    """What the two paths ask for in the year of the date, at most the one before the target's."""
    path = f.paths[f.paths["id"].eq(row["id"]) & f.paths["default"]].set_index("year")
    year = int(row["year"]) - 1 if f.final else min(int(row["year"]) - 1, f.date.year)
    if year not in path.index or path.loc[year, ["straight", "geometric"]].isna().any():
        return ""
    straight, geometric = (w.amount(path.at[year, shape], row) for shape in _SHAPES)
    return w(
        f"按直线路径，{year}年应达{straight}；按等比路径，应达{geometric}。",
        f"The straight path asks for {straight} in {year}, the geometric one for {geometric}.",
    )


_SHAPES = ("straight", "geometric")


def official(f: Findings, w: Words, row: pd.Series) -> str:
    """时序进度 on both paths; the choice of path may flip it."""
    words = [row[f"pace_time_progress_{shape}"] for shape in _SHAPES]
    if any(pd.isna(word) for word in words):
        return ""
    straight, geometric = (PACE_WORDS[word][0 if w.lang == "zh" else 1] for word in words)
    if words[0] == words[1]:
        return w(
            f"按直线和等比路径评价一致：{straight}。",
            f"Both paths give the same verdict: {straight}.",
        )
    return w(
        f"评价因路径而异：按直线路径{straight}，按等比路径{geometric}。",
        f"The path decides the verdict: {straight} on the straight one, {geometric} on the "
        "geometric one.",
    )


def reference_sentence(w: Words, row: pd.Series) -> str:
    """The reference class in a sentence of its own."""
    clause = reference_clause(w, row)
    if not clause:
        return w("没有可比的参照组。", "There is no reference class to compare with.")
    text = clause[:1].upper() + clause[1:]
    if row["reference_broken"]:
        text += w(
            f"；另有{row['reference_broken']}个窗口口径有变，不计",
            f"; {row['reference_broken']} more with a change of scope are left out",
        )
    text += (
        w(
            f"；这些窗口同属{row['reference_start']}—{row['reference_end']}年一个时期，并不独立",
            f"; all of them are of one period, {row['reference_start']}–{row['reference_end']}, "
            "and so not independent",
        )
        if row["reference_periods"] == 1
        else w("；窗口互相重叠，并不独立", "; windows overlap and are not independent")
    )
    if row["reference_span"] != row["year"] - row["base_year"]:
        text += w(
            f"；参照组最长只有{row['reference_span']}年，所需倍数按此折算为"
            f"{w.times(row['reference_required'])}",
            f"; they span {row['reference_span']} years at most, for which the factor required "
            f"is {w.number(row['reference_required'], 1)}",
        )
    return text + w("。", ".")


def rests_on(f: Findings, w: Words, row: pd.Series) -> str:
    """The probability with what it rests on."""
    if pd.isna(row["probability"]) or row["method"] == "outcome":
        return headline_outcome(f, w, row)
    figures = w(
        f"{row['n']}个市级数据",
        w.plural(int(row["n"]), "figure of the city", "figures of the city"),
    )
    others = (
        w("参照地区的历史", "the history of other areas")
        if row["evidence"] not in ("D", "E")
        else w("通用先验（没有参照组）", "a generic prior (there is no reference class)")
    )
    return w(
        f"实现的概率{w.chance_is(row['probability'])}（{w.likely(row['probability'])}），结论为"
        f"“{w.verdict(row['verdict'])}”；依据是{figures}和{others}，证据等级{row['evidence']}。",
        f"The probability {w.chance_is(row['probability'])} ({w.likely(row['probability'])}); "
        f"verdict: {w.verdict(row['verdict'])}. It rests on {figures} and {others}; "
        f"the evidence is of grade {row['evidence']}.",
    )


def headline_outcome(f: Findings, w: Words, row: pd.Series) -> str:
    """Where no probability is needed, or none can be given."""
    if row["method"] == "outcome":
        return w(
            f"目标年已有实际数，结论为“{w.verdict(row['verdict'])}”。",
            f"The target year is observed: {w.verdict(row['verdict'])}.",
        )
    return w(
        f"没有可用数据，结论为“{w.verdict(row['verdict'])}”，不给概率。",
        f"There is no usable figure: {w.verdict(row['verdict'])}, and no probability is given.",
    )


def standings_table(f: Findings, w: Words) -> Table:
    """Every target that can be judged."""
    heads = [
        ("指标", "target"),
        ("基期", "base"),
        ("最新", "latest"),
        ("目标", "goal"),
        ("完成率", "completion"),
        ("增量进度", "gap closed"),
        ("时序进度", "time elapsed"),
        ("所需年均增速", "growth required a year"),
        ("实现概率", "probability"),
        ("结论", "verdict"),
        ("证据", "evidence"),
    ]
    rows = [
        (
            w.name(r),
            dated(w, r, "base"),
            dated(w, r, "last"),
            w.amount(r["value"], r) if not pd.isna(r["value"]) else DASH,
            share(w, r["completion"]),
            share(w, r["gap_closed"]) if r["after_base"] else DASH,
            share(w, r["time_elapsed"]) if r["after_base"] else DASH,
            share(w, r["required_growth"]),
            w.chance(r["probability"]),
            w.verdict(r["verdict"]),
            r["evidence"],
        )
        for _, r in f.usable.iterrows()
    ]
    later = f.usable["after_base"].any()
    note = w(
        "最新数都是基期数。完成率＝最新数÷目标。",
        "The latest figures are those of the base. Completion = latest / target.",
    )
    if later:
        note = w(
            "完成率＝最新数÷目标；增量进度＝（最新数－基期）÷（目标－基期）；时序进度＝已过年数÷总年数，"
            "截至最新数据的年份。基期以后没有数据的，后两项记“—”。",
            "Completion = latest / target; gap closed = (latest − base) / (target − base); time "
            "elapsed = years passed / years in all, up to the year of the latest figure. A dash "
            "where there is no figure after the base.",
        )
    table = grid(w, heads, rows)
    if not later:
        table = table.drop(columns=[w(*heads[place]) for place in (2, 5, 6)])
    caption = w("有数据的目标", "Targets with figures")
    return Table(caption, table, note=note, wide=bool(later))


def paths_table(f: Findings, w: Words, row: pd.Series) -> Table:
    """Values due by year, what was observed, and how far the gap should be closed."""
    path = f.paths[f.paths["id"].eq(row["id"]) & f.paths["default"]].set_index("year")
    heads = [
        ("年份", "year"),
        ("直线路径", "straight path"),
        ("等比路径", "geometric path"),
        ("时序进度", "time elapsed"),
        ("实际", "observed"),
    ]
    rows = []
    for year, due_value in path.iterrows():
        elapsed = (year - row["base_year"]) / (row["year"] - row["base_year"])
        cells = [
            DASH if pd.isna(due_value[name]) else w.amount(due_value[name], row)
            for name in ("straight", "geometric", "observed")
        ]
        rows.append((year, *cells[:2], share(w, elapsed), cells[2]))
    name = w.name(row)
    return Table(
        w(f"{name}：各年应达到的数值", f"{name}: values due by year"), grid(w, heads, rows)
    )


def others(f: Findings, w: Words) -> list[Block]:
    """The other targets with figures, a sentence each."""
    rows = f.usable[~f.usable["id"].isin([r["id"] for r in f.headline.values()])]
    if rows.empty:
        return []
    return [
        Heading(w("其他有数据的目标", "Other targets with figures"), 2),
        *(
            Paragraph(w.text([standing(f, w, r), kept(w, r), rests_on(f, w, r), tested(w, r)]))
            for _, r in rows.iterrows()
        ),
    ]


def kept(w: Words, row: pd.Series) -> str:
    """A target met at the base has only to be kept."""
    if pd.isna(row["met_at_base"]) or not row["met_at_base"]:
        return ""
    return w(
        "基期即已达到目标值，概率所指的是到期仍保持在目标值以上。",
        "The base already met it: the probability is that of still being there at the end.",
    )


def without_figures(f: Findings, w: Words) -> list[Block]:
    """Targets without usable figures: what they ask for and who holds the figures."""
    rows = f.blank
    if rows.empty:
        return []
    totals = rows[rows["period"].str.contains("-")]
    heads = [
        ("指标", "target"),
        ("目标", "goal"),
        ("按均匀进度每年须", "evenly, a year"),
        ("缺少的年份", "years missing"),
        ("数据持有单位", "held by"),
    ]
    cells = [
        (
            w.name(r),
            goal(w, r),
            _evenly(w, r),
            w.spans(r["missing_years"]) or DASH,
            w.column(r, "holder") or DASH,
        )
        for _, r in rows.iterrows()
    ]
    sentence = w(
        f"{len(rows)}项目标没有可用数据，不作判断，也不填补；其中{len(totals)}项是规划期累计数，"
        "可以写明按均匀进度每年须完成多少。",
        f"{w.plural(len(rows), 'target')} without usable figures are not judged and nothing is "
        f"filled in; {len(totals)} of them are totals of the period, for which an even pace can "
        "be stated.",
    )
    table, note = grid(w, heads, cells), ""
    years = w("缺少的年份", "years missing")
    if len(rows) > 1 and table[years].eq(table[years].iloc[0]).all():
        note = w(
            f"缺少的年份都是{table[years].iloc[0]}年。", f"Years missing: {table[years].iloc[0]}."
        )
        table = table.drop(columns=years)
    return [
        Heading(w("依据不足的目标", "Targets with insufficient evidence"), 2),
        Paragraph(sentence),
        Table(
            w("依据不足的目标：所需数据与持有单位", "Insufficient evidence: what is lacking"),
            table,
            note,
        ),
    ]


def _evenly(w: Words, row: pd.Series) -> str:
    years = row["year"] - config().plan.base_year
    if "-" in row["period"]:
        return w.amount(row["value"] / years, row)
    if row["period"] == "each year" and not pd.isna(row["value"]):
        return w.amount(row["value"], row)
    return DASH


def other_readings(f: Findings, w: Words) -> list[Block]:
    """Targets with figures in readings other than the default."""
    ids = f.card.loc[f.card["id"].duplicated(keep=False) & f.card["base_value"].notna(), "id"]
    rows = f.card[f.card["id"].isin(ids)]
    if rows.empty:
        return []
    heads = [
        ("指标", "target"),
        ("理解", "reading"),
        ("基期", "base"),
        ("目标", "goal"),
        ("差额", "lacking"),
        ("实现概率", "probability"),
        ("结论", "verdict"),
    ]
    cells = [
        (
            w.name(r),
            w.column(r, "reading") + (w("（默认）", " (default)") if r["default"] else ""),
            dated(w, r, "base"),
            goal(w, r),
            DASH if pd.isna(r["shortfall"]) else w.amount(r["shortfall"], r),
            w.chance(r["probability"]) or DASH,
            w.verdict(r["verdict"]),
        )
        for _, r in rows.iterrows()
    ]
    return [
        Heading(w("换一种理解", "In another reading"), 2),
        Paragraph(w.text(reading_sentences(f, w))),
        Table(w("不同理解下的结论", "Verdicts by reading"), grid(w, heads, cells)),
    ]


def reading_sentences(f: Findings, w: Words) -> list[str]:
    """Targets met at the base in one reading and not in another; verdicts that flip."""
    out = []
    for _, rows in f.card.groupby("id", sort=False):
        flags = rows["met_at_base"].dropna()
        if len(rows) < 2 or flags.nunique() < 2:
            continue
        met, open_ = rows[rows["met_at_base"].fillna(False)], rows[rows["met_at_base"].eq(False)]
        one, other = met.iloc[0], open_.iloc[0]
        out.append(
            w(
                f"{w.name(one)}按“{one['reading_zh']}”基期为{w.amount(one['base_value'], one)}，"
                f"已达到目标；按“{other['reading_zh']}”基期为"
                f"{w.amount(other['base_value'], other)}，还差"
                f"{w.amount(other['shortfall'], other)}。",
                f"{w.name(one)}, read as “{one['reading_en']}”, had a base of "
                f"{w.amount(one['base_value'], one)}, enough for the target; read as "
                f"“{other['reading_en']}” the base is {w.amount(other['base_value'], other)} and "
                f"{w.amount(other['shortfall'], other)} more are needed.",
            )
        )
    flips = f.card.groupby("id")["verdict"].nunique().gt(1)
    rows = f.main[f.main["id"].isin(flips[flips].index)]
    if len(rows):
        names = w.names(rows)
        out.append(
            w(
                f"结论随理解而变的有{len(rows)}项（{names}），采用哪一种，须由主管部门书面确认。",
                f"The verdict depends on the reading for {len(rows)} ({names}); the office in "
                "charge has to confirm in writing which one holds.",
            )
        )
    else:
        out.append(w("换一种理解，结论都不变。", "No verdict changes with the reading."))
    return out
