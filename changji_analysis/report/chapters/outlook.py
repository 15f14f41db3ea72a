"""Chapters of the report on problems and causes, and on where the targets are heading."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from ..._compat import city_history, config
from ...forecasting import Forecast
from ...wording import Words
from ..document import Block, Heading, Paragraph, Table
from ..findings import Findings, offices
from .clauses import DASH, grid, picture, share, tested

FIRST_PICTURES = {"rd_intensity": ("rd_fan",), "hightech_firms": ("firms_fan",)}


# ---- chapter 4 ---------------------------------------------------------------------------------
def problems(f: Findings, w: Words) -> list[Block]:
    """存在问题与原因."""
    blocks: list[Block] = [
        Heading(w("存在问题与原因", "Problems and causes")),
        Heading(w("数据缺口", "Figures lacking"), 2),
        Paragraph(w.text([lacking(f, w), causes(f, w)])),
        offices_table(f, w),
    ]
    if f.headline:
        blocks += [
            Heading(w("目标设定", "How the targets were set"), 2),
            *(
                Paragraph(text)
                for text in (*(ambition(f, w, r) for r in f.headline.values()), tried(f, w))
                if text
            ),
        ]
        if len(f.precedents):
            blocks += [precedents_table(f, w), *picture(f, w, "rd_precedents")]
    return [
        *blocks,
        Heading(w("文字和口径", "Wording and scope"), 2),
        Paragraph(w.text([wording(f, w), breaks(f, w)])),
        *gdp_table(f, w),
        checks_table(f, w),
    ]


def lacking(f: Findings, w: Words) -> str:
    """Which offices hold what is not known."""
    table = offices(f.card)
    table = table[table["blank"].gt(0)]
    if table.empty:
        return w("每项目标都有可用数据。", "Every target has a usable figure.")
    first = table.iloc[0]
    return w(
        f"没有可用数据的{f.fact('blank')}项目标分布在{len(table)}个单位，最多的是{table.index[0]}"
        f"（负责的{first['targets']}项中有{first['blank']}项）；{_news(w, table)}。",
        f"The {f.fact('blank')} targets without usable figures lie with {len(table)} offices, "
        f"most of them with {first['holder_en']} ({first['blank']} of its {first['targets']}); "
        f"{_news(w, table)}.",
    )


def _news(w: Words, table: pd.DataFrame) -> str:
    """How many targets of these offices have a figure after the base."""
    n = int(table["after_base"].sum())
    if not n:
        return w(
            "这些单位负责的目标没有一项公开过基期之后的数据",
            "for none of their targets has a figure after the base been published",
        )
    return w(
        f"这些单位负责的目标中，公开过基期之后数据的有{n}项",
        f"for {n} of their targets a figure after the base has been published",
    )


def causes(f: Findings, w: Words) -> str:
    """How far the figures can say why."""
    names = w.join(w.mid(r) for r in f.headline.values() if not r["after_base"])
    if not names:
        return ""
    return w(
        f"{names}在基期以后没有市级数据，因此本报告只能说明差距有多大，不能说明是投入不足、统计"
        "未报全，还是工作没有跟上。",
        f"For {names} no figure after the base is known, so that the report can tell how large "
        "the gap is, but not whether spending, reporting or the work itself fell short.",
    )


def offices_table(f: Findings, w: Words) -> Table:
    """Targets by the office that holds their figures."""
    heads = [
        ("单位", "office"),
        ("目标数", "targets"),
        ("没有可用数据", "without usable figures"),
        ("基期后有新数", "with a figure after the base"),
    ]
    rows = [
        (w.column(row, "holder"), row["targets"], row["blank"], row["after_base"])
        for _, row in offices(f.card).reset_index().iterrows()
    ]
    note = w(
        "一项目标由两个单位共同负责的，各计一次。", "A target that two offices share counts twice."
    )
    return Table(w("数据持有单位", "Who holds the figures"), grid(w, heads, rows), note=note)


def ambition(f: Findings, w: Words, row: pd.Series) -> str:
    """Whether the pace asked for has a precedent among the peers."""
    if pd.isna(row["reference_reached"]) or not row["reference_windows"]:
        return ""
    name, need = w.name(row), w.number(row["reference_required"], 1)
    largest = w.number(row["reference_largest"], 1)
    share_reached = row["reference_share"]
    if row["reference_reached"] == 0:
        return w(
            f"{name}：所需的{need}倍超出参照组的最大值{largest}倍。目标一开始就没有先例可循，"
            "只看执行不能解释差距；参照组是省和国家，县市的数可能因一家企业而跃升，但那要有统计数证实。"
            if row["reference_required"] > 2 * row["reference_largest"]
            else f"{name}：所需的{need}倍超出参照组的最大值{largest}倍；参照组是省和国家，"
            "县市波动可能更大，不能据此断定做不到。",
            f"{name}: the factor of {need} exceeds the largest seen elsewhere, {largest}. The "
            "target had no precedent from the start, so that execution alone does not explain "
            "the gap; unlike a province or a country a small city may leap by a single firm, but "
            "that would have to show in a figure."
            if row["reference_required"] > 2 * row["reference_largest"]
            else f"{name}: the factor of {need} exceeds the largest seen elsewhere, {largest}; a "
            "small city may swing more than provinces and countries, so that it is not ruled out.",
        )
    return w(
        f"{name}：所需的{need}倍在参照组中有{w.percent(share_reached, 0)}的窗口达到，最大为"
        f"{largest}倍；目标偏高，但有先例。"
        if share_reached < 0.5
        else f"{name}：所需的{need}倍在参照组中有{w.percent(share_reached, 0)}的窗口达到，"
        f"最大为{largest}倍；目标不算高。",
        f"{name}: {w.percent(share_reached, 0)} of the windows elsewhere reached the factor of "
        f"{need}, the largest being {largest}; the target is "
        + ("high, but it has precedents." if share_reached < 0.5 else "not a high one."),
    )


def tried(f: Findings, w: Words) -> str:
    """What became of similar targets elsewhere."""
    n, met, bold, bold_met = (
        f.fact(k) for k in ("precedents", "precedents_met", "bold", "bold_met")
    )
    if not n:
        return ""
    name = w.mid(next(iter(f.headline.values())))
    rate = w.percent(met / n, 0)
    text = w(
        f"国内外已有结果的{n}个同类目标（{name}）中，达到的{met}个，占{rate}",
        f"Of {n} targets elsewhere for {name} with a known outcome {met} were attained, {rate}",
    )
    if bold:
        text += w(
            f"；其中要求增到基期2倍以上的{bold}个，达到的{bold_met}个"
            if bold_met
            else f"；其中要求增到基期2倍以上的{bold}个，无一达到",
            f"; of the {bold} that asked for at least 2 times the base, {bold_met or 'none'}",
        )
    return text + w("。", ".")


def precedents_table(f: Findings, w: Words) -> Table:
    """Scored precedents by level of area."""
    levels = {
        "nation": ("国家", "nations"),
        "province": ("省级", "provinces"),
        "prefecture": ("地市级", "prefectures"),
        "county": ("县级", "counties"),
    }
    heads = [("层级", "level"), ("目标数", "targets"), ("达到", "attained"), ("比例", "share")]
    rows = []
    for level in sorted(f.precedents["area_level"].unique()):
        part = f.precedents[f.precedents["area_level"].eq(level)]
        met = int(part["status"].eq("attained").sum())
        rows.append(
            (w(*levels.get(level, (level, level))), len(part), met, share(w, met / len(part)))
        )
    return Table(w("同类目标的结果", "What became of similar targets"), grid(w, heads, rows))


def wording(f: Findings, w: Words) -> str:
    """Statements of the plan that do not fit together."""
    n, differ = f.fact("checks"), f.fact("checks_differ")
    if not n:
        return ""
    return w(
        f"规划自身的{n}组数字互相核对，有{differ}组不相等或口径不同，须由主管部门说明。",
        f"Of {n} pairs of statements in the plan {differ} are unequal or differ in scope and need "
        "a word from the office in charge.",
    )


def breaks(f: Findings, w: Words) -> str:
    """Changes of scope in the GDP under the R&D intensity."""
    gdp = city_history("gdp", f.as_of)
    known = [year for year in gdp.attrs["breaks"] if gdp.index.min() < year <= gdp.index.max()]
    if not known or "rd_intensity" not in f.headline:
        return ""
    before = max(year for year in gdp.index if year < known[-1])
    after = min(year for year in gdp.index if year >= known[-1])
    values = [w.measured(gdp[year], "亿元", 2) for year in (before, after)]
    return w(
        f"{w.place('city')}地区生产总值{before}年为{values[0]}、{after}年为{values[1]}，两年之间口径"
        "疑有变化：分母变大，强度就变小，与科研无关。",
        f"The city's GDP is given as {values[0]} for {before} and {values[1]} for {after}; the "
        "scope seems to have changed in between. A larger denominator lowers the intensity "
        "without any change in research.",
    )


def gdp_table(f: Findings, w: Words) -> list[Block]:
    """The city's latest GDP figures, where R&D intensity hangs on them."""
    gdp = city_history("gdp", f.as_of)
    if gdp.empty or "rd_intensity" not in f.headline:
        return []
    heads = [("年份", "year"), ("地区生产总值", "GDP"), ("口径", "scope")]
    rows = [
        (
            year,
            w.measured(value, "亿元", 2),
            w("疑与上一个数不同", "perhaps not that of the figure before")
            if any(before < at <= year for at in gdp.attrs["breaks"])
            else DASH,
        )
        for before, (year, value) in zip([0, *gdp.index[:-1]], gdp.items(), strict=True)
    ][-5:]
    return [
        Table(w("本市地区生产总值", "GDP of the city"), grid(w, heads, rows)),
    ]


def checks_table(f: Findings, w: Words) -> Table:
    """The checks that leave a doubt."""
    table = f.checks[~f.checks["agrees"] | f.checks["expected"].eq("differ")]
    heads = [
        ("编号", "id"),
        ("由规划算得", "computed"),
        ("对照数", "against"),
        ("说明", "what follows"),
    ]
    rows = [
        (r["id"], f"{r['computed']:,.10g}", f"{r['printed']:,.10g}", r[f"says_{w.lang}"])
        for _, r in table.iterrows()
    ]
    return Table(
        w("规划文字中须核实之处", "Statements of the plan to be confirmed"), grid(w, heads, rows)
    )


# ---- chapter 5 ---------------------------------------------------------------------------------
def outlook(f: Findings, w: Words) -> list[Block]:
    """形势与预测."""
    blocks: list[Block] = [Heading(w("形势与预测", "Outlook"))]
    for name, row in f.headline.items():
        blocks += [Heading(w.name(row), 2), Paragraph(w.text(heading_for(f, w, name, row)))]
        for figure in FIRST_PICTURES.get(name, ()):
            blocks += picture(f, w, figure)
        if (ahead := f.assessment(row).forecast) is not None:
            blocks.append(forecast_table(w, row, ahead))
    moved = [table for table in f.moved.values() if len(table)]
    if moved:
        blocks += [
            Heading(w("概率随数据发布的变动", "How the probabilities moved"), 2),
            Paragraph(w.text([moves(f, w, name) for name in f.headline if len(f.moved[name])])),
            moves_table(f, w),
            *picture(f, w, "probability_moves"),
        ]
    records = [
        f"{w.name(r)}{w('：', ': ')}{tested(w, r)}" for r in f.headline.values() if tested(w, r)
    ]
    if records:
        blocks += [
            Heading(w("概率的检验", "The probabilities put to the test"), 2),
            *map(Paragraph, records),
            *picture(f, w, "calibration"),
        ]
    return blocks if len(blocks) > 1 else []


def heading_for(f: Findings, w: Words, name: str, row: pd.Series) -> list[str]:
    """Where an indicator is heading: the forecast, then the region's pace."""
    return [predicted(f, w, row), as_region(f, w, name, row), tension(f, w, name, row)]


def predicted(f: Findings, w: Words, row: pd.Series) -> str:
    """Median and 80 % interval of the target year."""
    ahead = f.assessment(row).forecast
    if ahead is None:
        return w(
            "没有可用于预测的市级数据。" if row["method"] != "outcome" else "目标年已有实际数。",
            "There is no figure of the city to forecast from."
            if row["method"] != "outcome"
            else "The target year is observed.",
        )
    median, target = w.amount(ahead.median.iloc[-1], row), w.amount(row["value"], row)
    low, high = (w.amount(value, row) for value in ahead.interval(0.8).iloc[-1])
    return w(
        f"从{ahead.last_year}年的数据出发，{row['year']}年的中位预测为{median}，80%区间为{low}至{high}；"
        f"目标{target}{_where(w, row, ahead)}。",
        f"From the figure of {ahead.last_year} the median forecast for {row['year']} is {median}, "
        f"with an 80% interval from {low} to {high}; the target of {target} lies "
        f"{_where(w, row, ahead)}.",
    )


def _where(w: Words, row: pd.Series, ahead: Forecast) -> str:
    low, high = ahead.interval(0.8).iloc[-1]
    if row["value"] > high:
        return w("在区间之上", "above it")
    if row["value"] < low:
        return w("在区间之下", "below it")
    return w("在区间之内", "within it")


def as_region(f: Findings, w: Words, name: str, row: pd.Series) -> str:
    """What the region's realised pace would bring, an assumption."""
    pace = f.region.get(name)
    if pace is None or pd.isna(row["base_value"]):
        return ""
    reached = row["base_value"] * pace["factor"]
    start, end = w.amount(pace["base"], row), w.amount(pace["last"], row)
    enough = row["direction"] == "at_least" and reached >= row["value"]
    return w(
        f"{w.place('region')}{pace['base_year']}—{pace['last_year']}年由{start}增到{end}，年均"
        f"{w.percent(pace['growth'])}；假定本市从基期起与之同速，{row['year']}年为"
        f"{w.amount(reached, row)}，{'可以' if enough else '仍不能'}达到目标。",
        f"{w.place('region')} went from {start} to {end} in {pace['base_year']}–"
        f"{pace['last_year']}, {w.percent(pace['growth'])} a year; if the city had kept that pace "
        f"since the base, it would have {w.amount(reached, row)} in {row['year']}, "
        f"{'enough' if enough else 'not enough'} for the target.",
    )


def tension(f: Findings, w: Words, name: str, row: pd.Series) -> str:
    """Where the region's pace and the probability disagree, why both are printed."""
    pace = f.region.get(name)
    if pace is None or pd.isna(row["base_value"]) or pd.isna(row["probability"]):
        return ""
    enough = row["base_value"] * pace["factor"] >= row["value"]
    if enough == (row["probability"] >= 0.5):
        return ""
    return w(
        f"这与{w.chance(row['probability'])}的概率并不矛盾：概率按全部参照地区估计，"
        f"{w.place('region')}{_rank(w, row)}，本市是否与之同步，没有市级数据可以证实。"
        if not row["after_base"]
        else f"这与{w.chance(row['probability'])}的概率不同：概率已计入本市自己的数据。",
        f"This does not contradict the probability of {w.chance(row['probability'])}: that is "
        f"learnt from all areas, of which {w.place('region')} is {_rank(w, row)}, and no figure "
        "shows whether the city kept up with it."
        if not row["after_base"]
        else f"The probability of {w.chance(row['probability'])} differs because it counts the "
        "city's own figures.",
    )


def _rank(w: Words, row: pd.Series) -> str:
    if row["reference_area"] == config().areas.region:
        return w("是其中最快的一个", "the fastest")
    return w("只是其中一个", "only one")


def forecast_table(w: Words, row: pd.Series, ahead: Forecast) -> Table:
    """Median and intervals by year."""
    table = ahead.quantiles([0.025, 0.1, 0.5, 0.9, 0.975])
    heads = [
        ("年份", "year"),
        ("95%下限", "95% lower"),
        ("80%下限", "80% lower"),
        ("中位数", "median"),
        ("80%上限", "80% upper"),
        ("95%上限", "95% upper"),
    ]
    rows = [(year, *(w.amount(v, row) for v in values)) for year, values in table.iterrows()]
    name = w.name(row)
    return Table(w(f"{name}：预测", f"{name}: forecast"), grid(w, heads, rows))


def moves(f: Findings, w: Words, name: str) -> str:
    """First and last probability, and what became known in between."""
    row, table = f.headline[name], f.moved[name]
    first, last = table.iloc[0], table.iloc[-1]
    start, end = (w.date(dt.date.fromisoformat(table.index[i])) for i in (0, -1))
    if len(table) == 1:
        return w(
            f"{w.name(row)}的概率自{start}起为{w.chance(first['probability'])}。",
            f"The probability for {w.name(row)} has been {w.chance(first['probability'])} since "
            f"{start}.",
        )
    low, high = (w.chance(v) for v in (table["probability"].min(), table["probability"].max()))
    if low == high:
        return w(
            f"{w.name(row)}的概率{start}至{end}没有变化，都{w.chance_is(last['probability'])}。",
            f"The probability for {w.mid(row)} stayed the same from {start} to {end}: "
            f"{w.chance(last['probability'])}.",
        )
    city = int(table["city"].iloc[1:].sum())
    cause = w(
        f"其间本市有{city}个新数，其余变动来自参照地区"
        if city
        else "其间本市没有新数，变动全部来自参照地区的新数",
        f"{w.plural(city, 'figure')} of the city became known meanwhile, the rest comes from "
        "other areas"
        if city
        else "no figure of the city became known meanwhile, all of it comes from other areas",
    )
    one, other = w.chance(first["probability"]), w.chance(last["probability"])
    return w(
        f"{w.name(row)}的概率{start}为{one}，{end}为{other}，其间最低{low}、最高{high}；{cause}。",
        f"The probability for {w.mid(row)} was {one} on {start} and {other} on {end}, with {low} "
        f"and {high} the lowest and highest; {cause}.",
    )


def moves_table(f: Findings, w: Words) -> Table:
    """Probability at every date with news, for the main indicators."""
    rows = []
    for name, table in f.moved.items():
        for day, at in table.iterrows():
            rows.append(
                (
                    w.name(f.headline[name]),
                    day,
                    at["city"],
                    at["peers"],
                    w.chance(at["probability"]) or DASH,
                    w.verdict(at["verdict"]),
                )
            )
    heads = [
        ("指标", "target"),
        ("日期", "date"),
        ("本市新数", "new figures of the city"),
        ("参照地区新数", "new figures elsewhere"),
        ("实现概率", "probability"),
        ("结论", "verdict"),
    ]
    note = w(
        "没有完整发布日期的数据，按次年12月31日可知处理。",
        "A figure without a full date of publication counts as known on 31 December of the "
        "following year.",
    )
    return Table(
        w("各发布日期的实现概率", "Probability on each date of publication"),
        grid(w, heads, rows),
        note,
    )
