"""The chapter of the report on what to do and how targets might be set (对策与指标调整建议)."""

from __future__ import annotations

import pandas as pd

from ..._compat import config
from ...wording import Words
from ..document import Block, Heading, Paragraph, Table
from ..findings import Findings, offices
from .clauses import DASH, certificates_clause, goal, grid, money_clause, picture, share

_BASES = {
    "median": ("参照组中位数", "median elsewhere"),
    "upper_quarter": ("前四分之一", "upper quarter"),
    "upper_tenth": ("前十分之一", "upper tenth"),
    "largest": ("最大值", "largest"),
}


def measures(f: Findings, w: Words) -> list[Block]:
    """对策与指标调整建议."""
    blocks: list[Block] = [
        Heading(w("对策与指标调整建议", "What to do, and how targets might be set")),
        Heading(w("先补数据", "Get the figures first"), 2),
        *(Paragraph(text) for text in requests(f, w)),
    ]
    if len(f.money):
        blocks += [
            Heading(w("R&D投入", "R&D spending"), 2),
            Paragraph(w.text([spending(f, w), leverage(f, w), assumption(f, w)])),
            money_table(f, w),
            *picture(f, w, "rd_money"),
        ]
    if len(f.first_time):
        blocks += [
            Heading(w("高新技术企业", "High-tech firms"), 2),
            Paragraph(w.text([certificates(f, w), renewals(f, w)])),
            certificates_table(f, w),
            *picture(f, w, "firms_first_time"),
            *picture(f, w, "cohort_stock"),
        ]
    if len(f.adjusted):
        blocks += [
            Heading(w("指标调整", "Adjusting the targets"), 2),
            Paragraph(w.text(adjustments(f, w))),
            *peers_table(f, w),
            adjusted_table(f, w),
        ]
    if len(f.proposed):
        blocks += [
            Heading(
                w(f"{config().report.next_year}年目标建议",
                  f"Targets proposed for {config().report.next_year}"),
                2,
            ),
            Paragraph(w.text(proposals(f, w))),
            proposed_table(f, w),
        ]  # fmt: skip
    return blocks


def requests(f: Findings, w: Words) -> list[str]:
    """What to ask of which office, the main indicators first."""
    out = []
    for row in f.headline.values():
        if row["missing_years"] and row["method"] != "outcome":
            name, years = w.mid(row), w.spans(row["missing_years"])
            office = w.column(row, "holder")
            out.append(
                w(
                    f"请{office}提供{years}年的{name}：{_bearing(f, w, row)}。",
                    f"Ask {office} for {name} in {years}: {_bearing(f, w, row)}.",
                )
            )
    table = offices(f.card)
    rest = table[table["blank"].gt(0)]
    if len(rest):
        listed = w.clauses(
            w(
                f"{zh}{row['blank']}项（{_blank_names(f, w, row['ids'])}）",
                f"{row['holder_en']}, {row['blank']} ({_blank_names(f, w, row['ids'])})",
            )
            for zh, row in rest.iterrows()
        )
        out.append(
            w(
                f"依据不足的目标，请各单位逐年补报：{listed}。",
                f"For the targets with insufficient evidence ask each office, year by year: "
                f"{listed}.",
            )
        )
    return out or [w("所需数据已齐。", "No figure is missing.")]


def _blank_names(f: Findings, w: Words, ids: list[str]) -> str:
    return w.names(f.blank[f.blank["id"].isin(ids)])


def _bearing(f: Findings, w: Words, row: pd.Series) -> str:
    """How much one figure more would tell: the verdict rests on how many."""
    if pd.isna(row["probability"]):
        return w("没有它就不能判断", "without it nothing can be judged")
    n = int(row["n"])
    return w(
        f"现有结论只依据{n}个市级数据，补上任何一年都会更新概率",
        f"the verdict rests on {w.plural(n, 'figure')} of the city, and any further year updates "
        "the probability",
    )


def spending(f: Findings, w: Words) -> str:
    """The money that the target means, over all scenarios."""
    table = f.money
    low, high = (w.money(v) for v in (table["needed"].min(), table["needed"].max()))
    text = money_clause(f, w)
    return (
        text[:1].upper()
        + text[1:]
        + w(f"；各情景下需{low}至{high}。", f"; over all scenarios {low} to {high} are needed.")
    )


def leverage(f: Findings, w: Words) -> str:
    """How far one firm's R&D moves the intensity."""
    row = f.money.set_index("id").loc[config().middle_scenario.id]
    points = w.points(row["points"])
    multiple = w.number(row["share_of_base"], 2)
    base = f.headline["rd_intensity"]
    text = w(
        f"每1亿元R&D经费相当于{points}，是保持基期强度所需全部经费的{multiple}倍",
        f"each 100 million yuan of R&D is worth {points} and is {multiple} times all the R&D "
        "that the base intensity means",
    )
    level = w.amount(base["base_value"], base)
    if row["share_of_base"] >= 0.25:
        text += w(
            f"（基期强度{level}）：一家大企业的归集和报送就能使强度大起大落，应先逐户核实规模以上企业的"
            f"R&D统计；全靠一家企业补齐差额，它在本市统计的R&D经费须再增{w.money(row['short'])}。",
            f" (base intensity {level}): the returns of one large firm can swing the intensity, so "
            "that those of the large firms should be checked one by one first; to close the gap "
            f"alone, a firm would have to report {w.money(row['short'])} more R&D in the city.",
        )
    else:
        text += w(
            f"（基期强度{level}）：单个企业难以左右结果，要靠多数企业增加投入。",
            f" (base intensity {level}): no single firm decides the outcome, many would have to "
            "spend more.",
        )
    return text[:1].upper() + text[1:]


def assumption(f: Findings, w: Words) -> str:
    """What the split of the money assumes."""
    attrs, region = f.money.attrs, f.money.attrs["region"]
    value = w.measured(attrs["gdp_value"], "亿元", 2)
    text = w(
        f"以上从{attrs['gdp_year']}年地区生产总值{value}按名义增速推算，增速是假定",
        f"This is carried from the GDP of {attrs['gdp_year']}, {value}, at assumed nominal growth",
    )
    if region:
        text += w(
            f"；“{w.place('region')}步伐”假定{region['base_year']}—{region['last_year']}年的年均"
            f"{w.percent(region['growth'])}保持到目标年",
            f"; the pace of {w.place('region')} assumes that its {w.percent(region['growth'])} a "
            f"year in {region['base_year']}–{region['last_year']} lasts to the target year",
        )
    return text + w("。", ".")


def money_table(f: Findings, w: Words) -> Table:
    """R&D spending under the GDP scenarios, split."""
    heads = [
        ("情景", "scenario"),
        ("名义增速", "nominal growth"),
        ("GDP", "GDP"),
        ("保持基期强度", "at the base intensity"),
        (f"按{w.place('region')}步伐再增", f"added at the pace of {w.place('region')}"),
        ("仍差", "still lacking"),
        ("合计需要", "needed in all"),
        ("每亿元折合（百分点）", "points per 100 million yuan"),
    ]
    unit = 1 if w.lang == "zh" else 100
    rows = [
        (
            w(r["name_zh"], r["name_en"]),
            share(w, r["growth"]),
            *(
                DASH if pd.isna(r[name]) else w.number(r[name] * unit, 2 if unit == 1 else 0)
                for name in ("gdp", "at_base", "region", "rest", "needed")
            ),
            w.number(r["points"], 3),
        )
        for _, r in f.money.iterrows()
    ]
    row = f.headline["rd_intensity"]
    return Table(
        w(f"{row['year']}年R&D经费：各情景（亿元）", f"R&D in {row['year']}, million yuan"),
        grid(w, heads, rows),
        note=w("不涉及任何一家企业的数据。", "No firm's own figure is used."),
    )


def certificates(f: Findings, w: Words) -> str:
    """First-time certificates needed over the renewal rates assumed."""
    rates = f.first_time["renewal_rate"]
    low, high = (w.percent(v, 0) for v in (rates.min(), rates.max()))
    text = certificates_clause(f, w)
    tail = w(f"（续认率假定为{low}至{high}）", f" (renewal rates of {low} to {high} assumed)")
    if f.past:
        times = f.first_time["first_time"] / f.past["per_year"]
        few, many = w.number(times.min(), 1), w.number(times.max(), 1)
        tail += w(f"，即过去的{few}—{many}倍", f", {few}–{many} times the past")
    return text[:1].upper() + text[1:] + tail + w("。", ".")


def renewals(f: Findings, w: Words) -> str:
    """How much the renewal rate is worth."""
    table = f.first_time
    if len(table) < 2:
        return ""
    saved = table["first_time"].max() - table["first_time"].min()
    span = table["renewal_rate"].max() - table["renewal_rate"].min()
    return w(
        f"续认率提高{w.points(100 * span, 0)}，每年可少认定{w.number(saved, 1)}家：到期企业的"
        "续认和新培育都要抓。",
        f"Renewal rates {w.points(100 * span, 0)} higher save {w.number(saved, 1)} first-time "
        "certificates a year: both renewals and new firms count.",
    )


def certificates_table(f: Findings, w: Words) -> Table:
    """First-time certificates a year by renewal rate."""
    heads = [
        ("续认率（假定）", "renewal rate (assumed)"),
        ("每年首次认定（家）", "first-time certificates a year"),
        ("为过去的倍数", "times the past"),
        ("比最低续认率少（家）", "fewer than at the lowest rate"),
    ]
    most = f.first_time["first_time"].max()
    rows = [
        (
            w.percent(r["renewal_rate"], 0),
            w.number(r["first_time"], 1),
            w.number(r["first_time"] / f.past["per_year"], 1) if f.past else DASH,
            w.number(most - r["first_time"], 1),
        )
        for _, r in f.first_time.iterrows()
    ]
    return Table(
        w("达到高新技术企业目标所需的首次认定", "First-time certificates that the target needs"),
        grid(w, heads, rows),
    )


def adjustments(f: Findings, w: Words) -> list[str]:
    """What values would have been as ambitious as what peers attained."""
    out = [
        w(
            "目标年已过，不再调整；下表说明多大的数值才算同等难度，供编制下一个规划参考。"
            if f.final
            else "下表供中期调整指标时选用。",
            "The target year is over and nothing is left to adjust; the table shows values of "
            "equal difficulty, for the next plan."
            if f.final
            else "The table is for adjusting the targets at mid-term.",
        )
    ]
    for row in f.headline.values():
        part = f.adjusted[f.adjusted["id"].eq(row["id"])].set_index("basis")
        if "upper_tenth" not in part.index:
            continue
        value = w.amount(part.at["upper_tenth", "value"], row)
        above = row["direction"] == "at_least" and row["value"] > part.at["upper_tenth", "value"]
        even = part.loc[["probability"]].sort_values("level").iloc[0]
        chance = w.percent(even["level"], 0)
        out.append(
            w(
                f"{w.name(row)}若按参照组前十分之一的增速，{row['year']}年为{value}，"
                f"{'低于' if above else '不低于'}规划的{w.amount(row['value'], row)}；把握为"
                f"{chance}的目标是{w.amount(even['value'], row)}。",
                f"At the pace of the upper tenth elsewhere {w.mid(row)} would be {value} in "
                f"{row['year']}, {'below' if above else 'not below'} the plan's "
                f"{w.amount(row['value'], row)}; a target reached with {chance} probability would "
                f"be {w.amount(even['value'], row)}.",
            )
        )
    return out


def peers_table(f: Findings, w: Words) -> list[Table]:
    """Values as ambitious as what peers attained, where there are peers."""
    card = f.main.set_index("id")
    heads = [("指标", "target"), ("规划目标", "the plan's target"), *_BASES.values()]
    rows = []
    for target, part in f.adjusted[f.adjusted["basis"].isin(_BASES)].groupby("id", sort=False):
        row, cells = card.loc[target], []
        for _, at in part.set_index("basis").loc[list(_BASES)].iterrows():
            value, chance = w.amount(at["value"], row), w.chance(at["probability"])
            cells.append(w(f"{value}（{chance}）", f"{value} ({chance})"))
        rows.append((w.name(row), goal(w, row), *cells))
    note = w(
        "参照组各窗口的增长折算到目标年限；括号内为预测给该值的实现概率。",
        "Growth of the windows elsewhere, carried to the target's own years; in brackets the "
        "probability that the forecast gives the value.",
    )
    shown = card.loc[f.adjusted["id"].unique()]
    if (shown["reference_span"] < shown["year"] - shown["base_year"]).any():
        note += w(
            "参照组窗口短于目标年限的，按等速外推，两端会偏大。",
            " Where the windows are shorter, equal growth is assumed, which widens the extremes.",
        )
    caption = w("与参照组同等难度的目标值", "Values as ambitious as growth elsewhere")
    return [Table(caption, grid(w, heads, rows), note)] if rows else []


def adjusted_table(f: Findings, w: Words) -> Table:
    """Values for the target year by how sure they are."""
    card, levels = f.main.set_index("id"), config().report.probabilities
    heads = [("指标", "target"), ("规划目标", "the plan's target")]
    heads += [_sure(w, level) for level in levels]
    rows = []
    for target, part in f.adjusted[f.adjusted["basis"].eq("probability")].groupby("id", sort=False):
        row, values = card.loc[target], part.set_index("level")["value"]
        rows.append((w.name(row), goal(w, row), *(w.amount(values[v], row) for v in levels)))
    note = w(
        "预测分布下以该概率达到的数值，向容易的一边取整。",
        "Values reached with that probability, rounded to the easier side.",
    )
    caption = w("按把握大小的目标值", "Values by probability")
    return Table(caption, grid(w, heads, rows), note)


def _sure(w: Words, level: float) -> tuple[str, str]:
    return f"把握{w.percent(level, 0)}", f"{w.percent(level, 0)} probability"


def proposals(f: Findings, w: Words) -> list[str]:
    """Targets for the next plan, by how sure they should be."""
    card, out = f.main.set_index("id"), []
    year = config().report.next_year
    stale = sorted({int(card.at[i, "last_year"]) for i in f.proposed["id"]})
    out.append(
        w(
            f"{year}年的数值按预测分布给出，供选用；起算数据最早为{stale[0]}年，编制前应先换成最新数据。",
            f"The values for {year} follow from the forecast and are offered for choice; the "
            f"oldest figure that they start from is of {stale[0]} and should be renewed first.",
        )
    )
    low = []
    for target, part in f.proposed.groupby("id", sort=False):
        row, surest = card.loc[target], part.sort_values("level").iloc[-1]
        sign = 1 if row["direction"] == "at_least" else -1
        if sign * (surest["value"] - row["last_value"]) < 0:
            low.append(target)
    if low:
        names = w.names(f.main[f.main["id"].isin(low)])
        level = w.percent(f.proposed["level"].max(), 0)
        out.append(
            w(
                f"把握为{level}的数值还达不到现值的有{len(low)}项（{names}），不宜作为目标，可写为"
                "“不低于现有水平”，或先补数再定。",
                f"For {len(low)} ({names}) the value of {level} probability falls short of the "
                "present one and makes no target: write “not below the present level”, or get "
                "the figures first.",
            )
        )
    return out


def proposed_table(f: Findings, w: Words) -> Table:
    """Targets for the next plan by probability."""
    card = f.main.set_index("id")
    levels = sorted(f.proposed["level"].unique())
    heads = [("指标", "target"), ("起算数据", "from"), ("本期目标", "this plan's target")]
    heads += [_sure(w, level) for level in levels]
    rows = []
    for target, part in f.proposed.groupby("id", sort=False):
        row = card.loc[target]
        values = part.set_index("level")["value"]
        last = w.amount(row["last_value"], row)
        start = w(f"{last}（{row['last_year']}）", f"{last} ({row['last_year']})")
        rows.append((w.name(row), start, goal(w, row), *(w.amount(values[v], row) for v in levels)))
    year = config().report.next_year
    return Table(
        w(f"{year}年目标：按把握大小", f"Targets for {year} by probability"),
        grid(w, heads, rows),
        note=w(
            "没有可用数据的目标不提出数值。", "No value is proposed where there are no figures."
        ),
    )
