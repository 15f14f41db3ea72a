"""Appendices of the report: indicators, tasks, projects, sources and gaps, and the method notes."""

from __future__ import annotations

import re

import pandas as pd

from ... import _compat as records
from ..._compat import city_history, config
from ...assessment import LIKELIHOODS, VERDICTS
from ...scorecards import spans
from ...wording import PACE as PACE_WORDS
from ...wording import Words
from ..document import Aside, Block, Heading, Paragraph, Table
from ..findings import Findings
from .clauses import DASH, goal, grid, share


def to_fill(w: Words) -> str:
    """The mark of a cell that the office fills in."""
    return w("待填", "to fill in")


def appendices(f: Findings, w: Words) -> list[Block]:
    """附表1 to 附表4 and 附件."""
    tasks = records.load_tasks()
    blocks: list[Block] = [
        Heading(w("附表1　规划指标", "Annex table 1: Indicators")),
        indicators_table(f, w),
    ]
    for number, kind in ((2, "task"), (3, "project")):
        part = tasks[tasks["kind"].eq(kind)]
        name = w(*_ANNEXES[kind])
        blocks += [
            Heading(w(f"附表{number}　{name}", f"Annex table {number}: {name}")),
            _office_table(part, kind, w),
        ]
    return [
        *blocks,
        Heading(w("附表4　数据来源与缺口", "Annex table 4: Sources and gaps")),
        gaps_table(f, w),
        sources_table(f, w),
        Heading(w("附件　方法说明", "Annex: Method")),
        Aside(w("公式、模型和用语", "Formulas, model and terms"), tuple(method_notes(f, w))),
    ]


_ANNEXES = {"task": ("重点任务", "Tasks"), "project": ("项目和平台", "Projects and platforms")}


def indicators_table(f: Findings, w: Words) -> Table:
    """Every target with its figures year by year, in the form of a Chinese review."""
    years = _years(f)
    base = config().plan.base_year
    heads = [
        ("序号", "no."),
        ("指标", "indicator"),
        ("单位", "unit"),
        ("属性", "kind"),
        (f"{base}基期", f"base {base}"),
        *((str(year), str(year)) for year in years),
        (f"{config().plan.target_year}目标", f"target {config().plan.target_year}"),
        ("完成率", "completion"),
        ("增量进度", "gap closed"),
        ("时序进度", "time elapsed"),
        ("评价", "verdict"),
        ("责任单位", "office"),
        ("备注", "note"),
    ]
    rows = [
        _indicator_row(f, w, number, row, years)
        for number, (_, row) in enumerate(f.main.iterrows(), 1)
    ]
    note = w(
        "“—”表示公开资料中没有查到或无法计算，不填补。规划没有标明约束性或预期性的，属性写语气。",
        "A dash: nothing was found in public sources or nothing can be computed; nothing is "
        "filled in. Where the plan does not say binding or expected, the kind gives its wording.",
    )
    return Table("", grid(w, heads, rows), note, wide=True)


def _years(f: Findings) -> list[int]:
    plan = config().plan
    last = plan.target_year if f.final else min(plan.target_year, f.date.year)
    return list(range(plan.base_year + 1, last + 1))


def _indicator_row(f: Findings, w: Words, number: int, row: pd.Series, years: list[int]) -> tuple:
    path = f.paths[f.paths["id"].eq(row["id"]) & f.paths["default"]].set_index("year")["observed"]
    observed = [
        w.number(path[y], int(row["decimals"])) if not pd.isna(path.get(y)) else DASH for y in years
    ]
    after = bool(row["after_base"])
    return (
        number,
        w.name(row),
        _unit(w, row["unit"]),
        row["kind"] if row["kind"] and w.lang == "zh" else w.term("strength", row["strength"]),
        DASH if pd.isna(row["base_value"]) else w.number(row["base_value"], int(row["decimals"])),
        *observed,
        _goal_number(w, row),
        share(w, row["completion"]),
        share(w, row["gap_closed"]) if after else DASH,
        share(w, row["time_elapsed"]) if after else DASH,
        w.verdict(row["verdict"]),
        w.column(row, "holder") or DASH,
        _remark(f, w, row),
    )


def _unit(w: Words, unit: str) -> str:
    return w.unit(unit) or "number"


def _goal_number(w: Words, row: pd.Series) -> str:
    """The target without its unit."""
    if pd.isna(row["value"]) or row["direction"] == "within":
        return goal(w, row)
    return goal(w, row).removesuffix(w(row["unit"], _unit(w, row["unit"]))).rstrip()


def _remark(f: Findings, w: Words, row: pd.Series) -> str:
    """Reading taken, 时序 verdicts, and a probability where there is one."""
    out = []
    if f.card["id"].eq(row["id"]).sum() > 1:
        name = w.column(row, "reading")
        out.append(w(f"按“{name}”", f"read as “{name}”"))
    words = [row[f"pace_time_progress_{shape}"] for shape in ("straight", "geometric")]
    if not any(pd.isna(word) for word in words):
        side = 0 if w.lang == "zh" else 1
        one, other = (PACE_WORDS[word][side] for word in words)
        out.append(w(f"直线路径{one}、等比路径{other}", f"straight: {one}, geometric: {other}"))
    if not pd.isna(row["probability"]):
        out.append(w("概率", "probability ") + w.chance(row["probability"]))
    return w.clauses(out) or DASH


def _office_table(tasks: pd.DataFrame, kind: str, w: Words) -> Table:
    """Tasks or projects of the plan, with cells for the office to fill in."""
    fill = to_fill(w)
    common = [("序号", "no."), ("章节", "section")]
    if kind == "task":
        heads = [
            *common,
            ("重点任务（规划原文）", "task (gist)"),
            ("牵头或承担单位", "led or carried by"),
            ("进展情况", "progress"),
            ("完成评价", "verdict"),
            ("存在问题", "problems"),
        ]
    else:
        heads = [
            *common,
            ("项目或平台（规划原文）", "project or platform (gist)"),
            ("依托单位", "carried by"),
            ("起止年限", "years"),
            ("总投资", "total cost"),
            ("累计完成投资", "spent so far"),
            ("进展情况", "progress"),
        ]
    blanks = len(heads) - 4
    rows = [
        (
            number,
            row["section"],
            w(row["text"], row["text_en"]),
            w(row["lead"], row["lead_en"]) or fill,
            *[fill] * blanks,
        )
        for number, (_, row) in enumerate(tasks.iterrows(), 1)
    ]
    note = w(
        "本表按规划文本列出，规划写明单位的照录；其余由责任单位填写，本报告不代为判断。",
        "Listed from the plan, with the offices that it names; the rest is for the offices to "
        "fill in and not judged here.",
    )
    return Table("", grid(w, heads, rows), note, wide=True)


def gaps_table(f: Findings, w: Words) -> Table:
    """For every target the years known, their sources, the years missing and who holds them."""
    heads = [
        ("指标", "indicator"),
        ("已有年份", "years known"),
        ("来源", "source"),
        ("缺少年份", "years missing"),
        ("持有单位", "held by"),
        ("证据等级", "evidence"),
    ]
    documents, rows = _documents(f), []
    for _, row in f.main.iterrows():
        known = city_history(row["indicator"], f.as_of)
        rows.append(
            (
                w.name(row),
                w.spans(spans(known.index)) or DASH,
                "; ".join(documents.get(row["indicator"], ())) or DASH,
                w.spans(row["missing_years"]) or DASH,
                w.column(row, "holder") or DASH,
                row["evidence"],
            )
        )
    return Table(
        w("各指标的数据来源与缺口", "Sources and gaps by indicator"),
        grid(w, heads, rows),
        wide=True,
    )


def _documents(f: Findings) -> dict[str, list[str]]:
    """Titles of the documents behind the city's figures, by indicator."""
    rows = records.load_statistics(f.as_of)
    rows = rows[rows["area"].eq(config().areas.city)]
    titles = rows["source"].map(records.load_sources().set_index("id")["title"])
    return titles.groupby(rows["indicator"]).agg(lambda t: list(dict.fromkeys(t))).to_dict()


def sources_table(f: Findings, w: Words) -> Table:
    """Documents behind the city's figures, and the others' of the main indicators.

    A document that comes out every year takes one row.
    """
    areas, date = config().areas, f.date.isoformat()
    rows = records.load_statistics(f.as_of)
    others = [records.load_reference(name, f.as_of) for name in ("provinces", "countries")]
    counted = [*f.headline, "hightech_certificates"]
    own = rows["area"].eq(areas.city) & rows["indicator"].isin([*f.main["indicator"], "gdp"])
    region = rows["area"].eq(areas.region) & rows["indicator"].isin(counted)
    used = [rows[own | region], *(table[table["indicator"].isin(counted)] for table in others)]
    ids = list(dict.fromkeys(pd.concat([table["source"] for table in used])))
    documents = records.load_sources().set_index("id").loc[ids]
    series = documents.groupby(
        [documents["publisher"], documents["title"].str.replace(_YEAR, "{}", regex=True)],
        sort=False,
    )
    cells = [
        (
            w.publisher(publisher),
            _series_title(title, part["title"], w),
            w.years(*_ends(part["published"])) if len(part) > 1 else part["published"].iloc[0],
        )
        for (publisher, title), part in series
    ]
    heads = [("发布单位", "publisher"), ("文件", "document"), ("日期", "date")]
    note = w(
        "全部来源见数据文件 sources.csv；文件名照原文。",
        "All sources stand in sources.csv; titles as printed.",
    )
    if any(text > date[: len(text)] for text in documents["published"]):
        note += w(
            "日期晚于评估日期的文件，所载是往年的数据，当年即应已公布（见附件）。",
            " Documents dated after the review hold figures of earlier years that should have "
            "been public by then (see the annex).",
        )
    rows = [(one, two, date or DASH) for one, two, date in cells]
    return Table(w("主要来源", "Main sources"), grid(w, heads, rows), note, wide=True)


_YEAR = r"(?:19|20)\d\d"


def _series_title(form: str, titles: pd.Series, w: Words) -> str:
    """The title of a yearly document with the span of its years."""
    if len(titles) == 1:
        return titles.iloc[0]
    years = sorted(int(year) for title in titles for year in re.findall(_YEAR, title))
    return form.replace("{}", w.spans(spans(dict.fromkeys(years))), 1).replace("{}", "")


def _ends(published: pd.Series) -> tuple[int, int]:
    years = published.str[:4].astype(int)
    return int(years.min()), int(years.max())


def facts_table(f: Findings, w: Words) -> Table:
    """The counts that the text uses."""
    rows = [(row[w.lang], f"{row['value']:,}") for _, row in f.facts.iterrows()]
    return Table(
        w("评估所依据的数量", "What the review counts"),
        grid(w, [("项目", "item"), ("数量", "number")], rows),
    )


# ---- method ------------------------------------------------------------------------------------
def method_notes(f: Findings, w: Words) -> list[Heading | Paragraph | Table]:
    """Formulas, thresholds and the model, with their sources."""
    return [
        Heading(w("进度", "Pace"), 2),
        *(Paragraph(w(*text)) for text in _PACE),
        Heading(w("概率", "Probability"), 2),
        *(Paragraph(w(*text)) for text in _MODEL),
        Heading(w("结论用语", "Words for verdicts"), 2),
        _verdicts(w),
        _likelihoods(w),
        Heading(w("参照组和换算", "Reference class and conversions"), 2),
        *(Paragraph(w(*text)) for text in _REFERENCE),
        Heading(w("数量", "Counts"), 2),
        facts_table(f, w),
    ]


_PACE = (
    (
        "年均增速 g＝(末值÷初值)^(1/年数)－1。完成率＝最新数÷目标。增量进度＝(最新数－基期)÷"
        "(目标－基期)。时序进度＝已过年数÷总年数。",
        "Growth a year g = (last ÷ first)^(1/years) − 1. Completion = latest ÷ target. Gap closed "
        "= (latest − base) ÷ (target − base). Time elapsed = years passed ÷ years in all.",
    ),
    (
        "直线路径：第t年应达＝基期＋(目标－基期)×t/T；等比路径：第t年应达＝基期×(目标/基期)^(t/T)，"
        "T为总年数。两条路径并列，因为选哪一条会改变评价。",
        "Straight path: due in year t = base + (target − base) × t/T; geometric path: base × "
        "(target/base)^(t/T), with T years in all. Both are printed, since the choice changes the "
        "verdict.",
    ),
    (
        "增速比＝实际年均增速÷所需年均增速，以0.95、0.60和0为界（欧盟统计局；加拿大统计局"
        "Open SDG 进度测度方法）。到期可弥合差距＝(按已有增速外推的目标年数－基期)÷(目标－基期)，"
        "以0.95和0.10为界（联合国经社部，2023年）。",
        "Growth ratio = growth observed ÷ growth required, cut at 0.95, 0.60 and 0 (Eurostat; "
        "Statistics Canada, Open SDG progress measure). Gap closed by the deadline = (value "
        "extrapolated − base) ÷ (target − base), cut at 0.95 and 0.10 (UN DESA, 2023).",
    ),
)
_MODEL = (
    (
        "在对数尺度（比重用logit）上，跨k年的增量服从N(kμ, kσ²)；μ和σ²的先验由参照地区的历史估计"
        "（正态—逆伽马共轭），再由本市自己的增量更新，预测为学生t分布。只有一个数据时，就是参照"
        "地区的步伐从该数出发（DeGroot 1970，第9.6节；Gelman等 2013，第3.3节）。",
        "On the log scale (logit for shares) an increment over k years is N(kμ, kσ²); the prior "
        "of μ and σ² is learnt from other areas (normal-inverse-gamma) and updated by the city's "
        "own increments, which makes the prediction a Student t. With a single figure it is the "
        "pace of other areas started from that figure (DeGroot 1970, section 9.6; Gelman et al. "
        "2013, section 3.3).",
    ),
    (
        "没有参照组的指标用通用先验，另行注明。县市的数据往往由少数企业决定，波动可能大于省和国家，"
        "区间因此可能偏窄。",
        "An indicator without a reference class takes a generic prior and says so. A small city's "
        "figures often hang on a few firms and may swing more than those of provinces and "
        "countries, so that the intervals may be too narrow.",
    ),
    (
        "只用评估日期以前可知的数据；没有完整发布日期的，按次年12月31日可知处理。",
        "Only what was known at the date of the review is used; a figure without a full date of "
        "publication counts as known on 31 December of the following year.",
    ),
)
_REFERENCE = (
    (
        "参照组为各省（含本自治区）和各国的同一指标；窗口为任意相同年数的起止两年，已声明口径变化的"
        "窗口剔除。窗口互相重叠，并不独立，只作数量级的比较。",
        "The reference class is the same indicator of provinces and countries; a window is any "
        "pair of years the same span apart, without declared changes of scope. Windows overlap "
        "and are not independent: they show orders of magnitude.",
    ),
    (
        "高新技术企业证书三年有效（国科发火〔2016〕32号第九条）：存量＝当年与前两年证书之和。基期存量按"
        "三批均分，设续认率r、每年首次认定F，则第五年末存量＝rS/3＋2r(rS/3＋F)＋3F。",
        "A high-tech certificate is valid for three years (国科发火〔2016〕32号, article 9): the "
        "stock is the certificates of the year and the two before. With the base stock S in three "
        "equal batches, renewal rate r and F first-time certificates a year, the stock after five "
        "years is rS/3 + 2r(rS/3 + F) + 3F.",
    ),
    (
        "R&D经费＝强度×地区生产总值；地区生产总值从最新公布数按情景的名义增速推算。",
        "R&D = intensity × GDP; GDP is carried from its latest figure at the scenario's nominal "
        "growth.",
    ),
)


def _verdicts(w: Words) -> Table:
    """Thresholds of the configuration."""
    bands, side = config().verdict, 0 if w.lang == "zh" else 1
    bounds = {
        "achieved": w("目标年实际数达到", "the target year's figure reached it"),
        "likely": f"p ≥ {bands.likely:g}",
        "at_risk": f"{bands.at_risk:g} ≤ p < {bands.likely:g}",
        "unlikely": f"{bands.unlikely:g} ≤ p < {bands.at_risk:g}",
        "out_of_reach": f"p < {bands.unlikely:g}",
        "missed": w("目标年实际数未达到", "the target year's figure did not reach it"),
        "insufficient_evidence": w("没有可用数据", "no usable figure"),
    }
    rows = [(VERDICTS[code][side], bound) for code, bound in bounds.items()]
    heads = [("结论", "verdict"), ("条件（p为实现概率）", "condition (p: probability)")]
    return Table(w("结论及其条件", "Verdicts and their conditions"), grid(w, heads, rows))


def _likelihoods(w: Words) -> Table:
    """IPCC terms."""
    heads = [("用语", "term"), ("概率不低于", "probability at least")]
    rows = [(zh if w.lang == "zh" else en, f"{least:g}") for least, en, zh in LIKELIHOODS]
    return Table(
        w("可能性用语", "Terms of likelihood"),
        grid(w, heads, rows),
        note=w("Mastrandrea等（2010），IPCC不确定性指南。", "Mastrandrea et al. (2010), IPCC."),
    )
