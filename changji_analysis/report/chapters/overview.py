"""Summary and first chapters of the report: how the review was done, where the plan stands.

Every sentence is a small function of the findings with both languages side by side.
"""

from __future__ import annotations

import pandas as pd

from ..._compat import config
from ...wording import Words
from ..document import Block, Heading, Paragraph, Table
from ..findings import Findings, grades, offices
from .clauses import (
    asked,
    by_verdict,
    certificates_clause,
    contrast,
    grid,
    money_clause,
    picture,
    reference_clause,
    review_kind,
)


def summary(f: Findings, w: Words) -> list[Block]:
    """The answer in a few sentences, before the first chapter."""
    lines = [w("内容提要：", "Summary: ") + overall(f, w, named=False)]
    lines += [headline_sentence(f, w, row) for row in f.headline.values()]
    if lines and (words := contrast(f, w)):
        lines[-1] = w.text([lines[-1], words])
    lines += [w.text([basis(f, w), generic(f, w), outcomes(f, w)]), action(f, w)]
    return [Paragraph(line) for line in lines if line]


def overall(f: Findings, w: Words, *, named: bool) -> str:
    """How many targets can be judged, and how; which ones, if they are to be named."""
    n, judged, blank = (f.fact(name) for name in ("targets", "judged", "blank"))
    if not judged:
        return w(
            f"规划的{n}项定量目标中，没有一项有可用的市级数据，全部列为依据不足；"
            "这不等于没有完成。",
            f"None of the plan's {n} quantified targets has a usable figure of the city: the "
            "evidence is insufficient for all of them, which does not mean that they were missed.",
        )
    first = (
        w(
            "公开数据还不足以认定规划总体完成情况。",
            "Public figures do not suffice to say whether the plan as a whole was carried out.",
        )
        if 2 * blank > n
        else ""
    )
    counted = w.clauses(
        w(f"{w.verdict(code)}{len(rows)}项", f"{len(rows)} {w.verdict(code)}")
        + (w(f"（{w.names(rows)}）", f" ({w.names(rows)})") if named else "")
        for code, rows in by_verdict(f.usable)
    )
    rest = w(
        f"其余{blank}项没有可用数据，列为依据不足，这不等于没有完成。",
        f"For the other {blank} there is no usable figure and the evidence is insufficient, which "
        "does not mean that they were missed.",
    )
    return w.text(
        [
            first,
            w(
                f"{n}项定量目标中有数据可以判断的{judged}项：{counted}。",
                f"Of {n} quantified targets {judged} can be judged by figures: {counted}.",
            ),
            rest if blank else "",
        ]
    )


def headline_sentence(f: Findings, w: Words, row: pd.Series) -> str:
    """Target, pace, precedent and probability of one main indicator."""
    name, goal = w.name(row), w.amount(row["value"], row)
    if row["method"] == "outcome":
        last = w.amount(row["last_value"], row)
        return w(
            f"{name}{row['year']}年实际为{last}，目标为{goal}，{w.verdict(row['verdict'])}。",
            f"{name} came to {last} in {row['year']} against a target of {goal}: "
            f"{w.verdict(row['verdict'])}.",
        )
    parts = [asked(f, w, row), reference_clause(w, row)]
    if pd.isna(row["probability"]):
        parts.append(w("没有可用数据，不给概率", "there is no usable figure and so no probability"))
    else:
        parts.append(
            w(
                f"实现的概率{w.chance_is(row['probability'])}（{w.likely(row['probability'])}），"
                f"结论为“{w.verdict(row['verdict'])}”",
                f"the probability of reaching it {w.chance_is(row['probability'])} "
                f"({w.likely(row['probability'])}); verdict: {w.verdict(row['verdict'])}",
            )
        )
    return w.clauses(filter(None, parts)) + w("。", ".")


def basis(f: Findings, w: Words) -> str:
    """What the judgement rests on."""
    base, k, n = config().plan.base_year, f.fact("after_base"), f.fact("targets")
    if not f.fact("judged"):
        return w(
            f"{base}年以后没有一项目标有市级数据，本报告只能说明所需速度和缺少的数据。",
            f"No target has a figure of the city after {base}; the report can only state the pace "
            "needed and the figures lacking.",
        )
    if k == 0:
        return w(
            f"以上判断的依据有限：{base}年以后没有一项目标有市级数据，概率只来自基期数和其他地区"
            "的历史，补上数据就可能改变；参照的是省和国家，县市的数据可能由一两家大企业决定，实际的"
            "不确定性会比概率所示的大。",
            f"The judgement rests on little: no target has a figure of the city after {base}, so "
            "the probabilities come from the base and from other areas' history, and figures of "
            "the city may change them; those areas are provinces and countries, while one or two "
            "large firms can decide a city's figure, so that the real uncertainty may be larger "
            "than stated.",
        )
    return w(
        f"{n}项目标中有{k}项有{base}年以后的市级数据，其余目标的判断只来自基期数和其他地区的历史。",
        f"Of {n} targets {k} have a figure of the city after {base}; the others are judged from "
        "the base and from other areas' history.",
    )


def generic(f: Findings, w: Words) -> str:
    """How many verdicts have no reference class behind them."""
    n = int(f.usable["evidence"].eq("D").sum())
    if not n:
        return ""
    return w(
        f"有{n}项没有参照组，只用通用先验，结论尤其不能当作定论。",
        f"{w.plural(n, 'verdict')} without a reference class {'rests' if n == 1 else 'rest'} on a "
        "generic prior and should least of all be taken as settled.",
    )


def outcomes(f: Findings, w: Words) -> str:
    """How many figures of the target year are out, once it is over."""
    if not f.final:
        return ""
    year, n = config().plan.target_year, int(f.main["method"].eq("outcome").sum())
    if not n:
        return w(
            f"{year}年的实际数至今没有一项公开，本报告因此不认定完成与否。",
            f"No figure for {year} itself is public yet, so that the report does not settle which "
            "targets were met.",
        )
    return w(
        f"{year}年实际数已公开的有{n}项，其余仍是估计。",
        f"Figures for {year} itself are public for {n}; the rest is still an estimate.",
    )


def action(f: Findings, w: Words) -> str:
    """What to do first."""
    parts = []
    table = offices(f.card)
    table = table[table["blank"].gt(0)]
    if len(table):
        first = w.join(
            w(f"{zh}{row['blank']}项", f"{row['holder_en']} ({row['blank']})")
            for zh, row in table.head(3).iterrows()
        )
        parts.append(
            w(
                f"当务之急是取得缺少的数据，持有最多的是{first}",
                f"the first thing is to get the figures lacking, most of them held by {first}",
            )
        )
    parts += [money_clause(f, w, split=False), certificates_clause(f, w), even_targets(f, w)]
    text = w.clauses(filter(None, parts))
    return text[:1].upper() + text[1:] + w("。", ".") if text else ""


def even_targets(f: Findings, w: Words) -> str:
    """Values of an even chance: for the next plan or, while there is time, for this one."""
    table = f.proposed if f.final else f.adjusted[f.adjusted["basis"].eq("probability")]
    rows = {} if table.empty else f.headline
    level = table["level"].min()
    values = []
    for row in rows.values():
        part = table[table["id"].eq(row["id"]) & table["level"].eq(level)]
        values += [w(f"{w.name(row)}{w.amount(v, row)}", f"{w.mid(row)}: {w.amount(v, row)}")
                   for v in part["value"]]  # fmt: skip
    if not values:
        return ""
    year, sure = config().report.next_year, w.percent(level, 0)
    if not f.final:
        year = config().plan.target_year
        return w(
            f"如要调整指标，把握为{sure}的{year}年目标是{w.join(values)}",
            f"should targets be adjusted, those for {year} reached with {sure} probability are "
            f"{w.join(values)}",
        )
    return w(
        f"编制下一个规划时，把握为{sure}的{year}年目标是{w.join(values)}，用新数据重算后再定",
        f"for the next plan, targets for {year} reached with {sure} probability are "
        f"{w.join(values)}, to be settled once new figures are in",
    )


def work_done(f: Findings, w: Words) -> list[Block]:
    """评估工作开展情况."""
    return [
        Heading(w("评估工作开展情况", "How the review was done")),
        Heading(w("依据和范围", "Basis and scope"), 2),
        Paragraph(w.text([scope(f, w), issue_date(f, w)])),
        Heading(w("办法", "Method"), 2),
        Paragraph(w.text([method(f, w), untested(f, w), readings_used(f, w)])),
        Heading(w("数据基础", "Figures used"), 2),
        Paragraph(w.text([evidence(f, w), context(f, w)])),
        grades_table(f, w),
    ]


def scope(f: Findings, w: Words) -> str:
    """What is reviewed, with what was known when."""
    plan = config().plan
    number = f"（{plan.document}）" if plan.document else ""
    return w(
        f"本报告对《{plan.title_zh}》{number}提出的{f.fact('targets')}项定量目标逐项作"
        f"{review_kind(f, w)}，采用{w.date(f.date)}以前可知的公开数据。",
        f"This {review_kind(f, w)} judges the {f.fact('targets')} quantified targets of the "
        f"{plan.title_en} one by one, with public figures known by {w.date(f.date)}.",
    )


def issue_date(f: Findings, w: Words) -> str:
    """How late in its own period the plan was issued, and with what figures."""
    plan = config().plan
    if plan.issued is None or plan.issued > f.date:
        return ""
    elapsed = share_of_period(plan)
    if elapsed <= 0:
        return ""
    figures = f.fact("issued_figures")
    known = w(
        f"当时公开的{plan.base_year}年以后市级指标数据有{figures}个"
        if figures
        else f"当时没有一项指标公开过{plan.base_year}年以后的市级数据",
        f"{w.plural(figures, 'figure') if figures else 'no figure'} of the city after "
        f"{plan.base_year} {'were' if figures > 1 else 'was'} public then",
    )
    return w(
        f"规划于{w.date(plan.issued)}印发，规划期已过{w.percent(elapsed, 0)}；{known}。",
        f"The plan was issued on {w.date(plan.issued)}, when {w.percent(elapsed, 0)} of its "
        f"period had passed; {known}.",
    )


def share_of_period(plan) -> float:
    """Share of the plan's period that had passed on the day of its issue."""
    years = plan.target_year - plan.base_year
    past = plan.issued.year - plan.base_year - 1 + (plan.issued.timetuple().tm_yday - 1) / 365
    return past / years


def method(f: Findings, w: Words) -> str:
    """The questions asked of every target (a frame: the formulas stand in the annex)."""
    return w(
        "每项目标回答四个问题：现状如何，需要多快，走向哪里，把握多大。进度按直线和等比两条路径"
        "并列，概率来自按其他地区历史估计的预测分布；没有数据的写“依据不足”，不作推算。公式见附件。",
        "Of every target four questions are asked: where it stands, what pace is needed, where it "
        "is heading, and how sure that is. Progress is set against a straight and a geometric "
        "path; probabilities come from a predictive distribution learnt from other areas. Where "
        "there are no figures the evidence is called insufficient and nothing is filled in. The "
        "annex has the formulas.",
    )


def untested(f: Findings, w: Words) -> str:
    """That the probabilities were not scored on the past, where no record of it is at hand."""
    if f.main["calibration"].notna().any() or f.main["probability"].isna().all():
        return ""
    return w(
        "这些概率尚未用过去的目标作过检验。",
        "These probabilities have not been scored on past targets.",
    )


def readings_used(f: Findings, w: Words) -> str:
    """How far the wording leaves room."""
    several, flips = f.fact("several"), f.fact("flips")
    if not several:
        return ""
    return w(
        f"有{several}项目标的文字可作不止一种理解，本报告以默认理解为准；其中{flips}项换一种理解"
        "结论即变。" if flips else
        f"有{several}项目标的文字可作不止一种理解，换一种理解结论都不变。",
        f"{w.plural(several, 'target')} can be read in more than one way; the default reading "
        + (f"counts, and the verdict on {flips} depends on it." if flips else
           "counts, and no verdict depends on it."),
    )  # fmt: skip


def evidence(f: Findings, w: Words) -> str:
    """How strong the evidence is, by grade."""
    table = grades(f.card)
    table = table[table["targets"].gt(0)]
    listed = w.join(w(f"{g}级{n}项", f"{n} of grade {g}") for g, n in table["targets"].items())
    best = table.index[0]
    return w(
        f"按证据强弱，{listed}；最强的为{best}级（{table.at[best, 'zh']}）。",
        f"By strength of evidence there are {listed}; the best is {best} ({table.at[best, 'en']}).",
    )


def context(f: Findings, w: Words) -> str:
    """Figures too old to be used."""
    k, base = f.fact("context"), config().plan.base_year
    if not k:
        return ""
    return w(
        f"另有{k}项只查到{base}年以前的旧数，只作背景，不外推。",
        f"For {k} only figures older than {base} were found; they are context and not carried "
        "forward.",
    )


def grades_table(f: Findings, w: Words) -> Table:
    """Grades of evidence."""
    heads = [("等级", "grade"), ("含义", "meaning"), ("目标数", "targets")]
    rows = [(grade, row[w.lang], row["targets"]) for grade, row in grades(f.card).iterrows()]
    return Table(w("证据等级", "Grades of evidence"), grid(w, heads, rows))


def overview(f: Findings, w: Words) -> list[Block]:
    """总体实施情况."""
    return [
        Heading(w("总体实施情况", "Overview")),
        Paragraph(w.text([overall(f, w, named=True), met_at_base(f, w)])),
        verdicts_table(f, w),
        *picture(f, w, "scorecard"),
        *(Paragraph(text) for text in [flattering(f, w)] if text),
    ]


def met_at_base(f: Findings, w: Words) -> str:
    """Targets that asked for nothing, in the default reading."""
    rows = f.main[f.main["met_at_base"].fillna(False)]
    if rows.empty:
        return ""
    listed = w.join(
        w(f"{w.name(r)}（基期{w.amount(r['base_value'], r)}，目标{w.amount(r['value'], r)}）",
          f"{w.mid(r)} (base {w.amount(r['base_value'], r)}, target {w.amount(r['value'], r)})")
        for _, r in rows.iterrows()
    )  # fmt: skip
    return w(
        f"按默认理解，有{len(rows)}项在基期即已达到目标值，只需保住：{listed}。",
        f"In the default reading {len(rows)} {'was' if len(rows) == 1 else 'were'} met at the "
        f"base already and only had to be kept: {listed}.",
    )


def flattering(f: Findings, w: Words) -> str:
    """Why 完成率 alone misleads, where the latest figure is the base."""
    rows = f.usable[f.usable["completion"].notna() & f.usable["after_base"].eq(0)]
    rows = rows[rows["completion"].lt(1)]
    if rows.empty:
        return ""
    listed = w.join(
        w(f"{w.name(r)}{w.percent(r['completion'], 0)}",
          f"{w.mid(r)} {w.percent(r['completion'], 0)}")
        for _, r in rows.iterrows()
    )  # fmt: skip
    return w(
        f"“完成率”（最新数比目标）会高估进度：{listed}，但这只是基期数与目标之比，基期以后没有"
        "新数，增量进度无从计算。",
        f"The completion rate (latest over target) flatters: {listed}; yet this is the base over "
        "the target, and without later figures no progress can be computed.",
    )


def verdicts_table(f: Findings, w: Words) -> Table:
    """Targets by verdict."""
    heads = [("结论", "verdict"), ("项数", "targets"), ("指标", "which")]
    rows = [(w.verdict(code), len(rows), w.names(rows)) for code, rows in by_verdict(f.main)]
    return Table(w("各类结论的目标", "Targets by verdict"), grid(w, heads, rows))
