"""The columns of every data file with what each may hold, and what is said of a faulty cell.

The checks of a column carry the code of the message that a failing cell earns.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandera.pandas as pa

from ..quantities import BOUNDS

FIRST_YEAR, LAST_YEAR = 1949, 2100
LIMITS = ("at_least", "at_most", "more_than", "less_than", "between")
DERIVED = ("derived", "derived_at_least", "derived_at_most")
NO_POINTS = (*LIMITS, *DERIVED[1:])
"""Bounds of figures that open a range and are no point of a history."""
LEVELS = ("nation", "province", "prefecture", "county", "zone")
KINDS = ("ratio", "count", "level", "share")
DIRECTIONS = ("at_least", "at_most", "within", "non_decreasing")
VINTAGES = ("signal", "preliminary", "first", "revised")
CONFIDENCES = ("low", "medium", "high")
PROVINCES = tuple(
    "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 "
    "广东 广西 海南 重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆".split()
)

# code: why, remedy, and both in Chinese
_MESSAGES = {
    "missing_file": (
        "the file is missing",
        "add it; data/README.md describes its columns",
        "缺少该文件",
        "请补上，各列说明见 data/README.md",
    ),
    "file_too_large": (
        "the file is larger than {limit:,} bytes",
        "check that it is the right file, or split it",
        "文件超过 {limit:,} 字节",
        "请核对是否放错文件",
    ),
    "wrong_encoding": (
        "the file is not UTF-8 text ({detail})",
        "save it again as UTF-8 (in Excel: CSV UTF-8)",
        "文件不是 UTF-8 编码",
        "请另存为 UTF-8（Excel：CSV UTF-8）",
    ),
    "bad_csv": (
        "the line is not valid CSV ({detail})",
        "put cells that hold commas or quotes into double quotes, one cell per column",
        "该行不是合规的 CSV（{detail}）",
        "含逗号或引号的单元格请加双引号，每列一格",
    ),
    "missing_column": (
        "the column is missing",
        "add it to the header; the columns are {allowed}",
        "缺少该列",
        "请在表头补上；应有各列：{allowed}",
    ),
    "extra_column": (
        "the column is unknown or stands twice",
        "remove it or correct its name; the columns are {allowed}",
        "该列未知或重复",
        "请删去或改正列名；应有各列：{allowed}",
    ),
    "missing_value": (
        "the cell is empty",
        "fill it in; if the figure is not known, leave the whole row out",
        "单元格为空",
        "请补填；数值未知时整行不要写入",
    ),
    "missing_source": (
        "the figure has no source",
        "name the id of its document in sources.csv",
        "数据没有来源",
        "请填写 sources.csv 中的来源编号",
    ),
    "not_a_number": (
        "it is not a plain number",
        "write digits with a decimal point only, without separators and units",
        "不是纯数字",
        "只写数字和小数点，不带分隔符和单位",
    ),
    "not_a_year": ("it is not a year", "write four digits", "不是年份", "请写四位数字"),
    "not_a_date": ("it is not a date", "write it as 2023-07-12", "不是日期", "请写成 2023-07-12"),
    "year_out_of_range": (
        f"the year is not within {FIRST_YEAR}-{LAST_YEAR}",
        "correct the year",
        f"年份不在 {FIRST_YEAR}—{LAST_YEAR} 之间",
        "请改正年份",
    ),
    "negative_value": (
        "it cannot be negative",
        "correct the sign or the figure",
        "该数不能为负",
        "请改正符号或数值",
    ),
    "share_out_of_range": (
        "a share cannot exceed 100 %",
        "correct the figure or its unit",
        "比重不能超过 100%",
        "请改正数值或单位",
    ),
    "unknown_word": (
        "it is not one of the words of this column",
        "write one of: {allowed}",
        "不是该列允许的取值",
        "请写下列之一：{allowed}",
    ),
    "unknown_unit": (
        "the unit is unknown",
        "write a known unit; {allowed}",
        "单位未知",
        "请写已知单位；{allowed}",
    ),
    "wrong_unit": (
        "the indicator is kept in {allowed}",
        "convert the figure to {allowed}",
        "该指标的单位应为 {allowed}",
        "请换算为 {allowed}",
    ),
    "unknown_indicator": (
        "indicators.csv has no such indicator",
        "correct the id or add the indicator there{near}",
        "indicators.csv 中没有该指标",
        "请改正编号或先在该表登记{near}",
    ),
    "unknown_area": (
        "the area is unknown",
        "correct the name{near}, or add it under areas in config.yml",
        "地区未知",
        "请改正名称{near}，或在 config.yml 的 areas 中登记",
    ),
    "unknown_source": (
        "sources.csv has no such source",
        "correct the id or add the document there{near}",
        "sources.csv 中没有该来源",
        "请改正编号或先在该表登记{near}",
    ),
    "unknown_row": (
        "{allowed} has no such id",
        "correct the id{near}",
        "{allowed} 中没有该编号",
        "请改正编号{near}",
    ),
    "duplicate_key": (
        "row {first} holds the same {key}",
        "remove one of the two",
        "与第 {first} 行重复（{key}）",
        "请删去其中一行",
    ),
    "twice": (
        "row {first} of raw/yearly_statistics.csv holds the same area, indicator, year and vintage",
        "keep the figure in one of the two files",
        "与 raw/yearly_statistics.csv 第 {first} 行重复",
        "同一数据只放在一个文件中",
    ),
    "superseded": (
        "row {first} holds the same figure",
        "none needed: the public one is used",
        "第 {first} 行有相同数据",
        "无需处理，采用公开的一行",
    ),
    "conflicting_values": (
        "row {first} gives {other} for the same area, indicator, year and vintage",
        "decide in corrections.yml which to drop, and why",
        "第 {first} 行对同一地区、指标、年份和版本给出 {other}",
        "请在 corrections.yml 中决定舍弃哪一个并说明理由",
    ),
    "unreadable_print": (
        "it cannot be read as a quantity",
        "copy the printed figure with its unit only, or set bound to derived and explain in note",
        "无法读作数量",
        "只抄印出的数字与单位；若为推算，bound 写 derived 并在 note 说明",
    ),
    "value_differs": (
        "as_printed {printed!r} reads {expected}",
        "correct whichever was mistyped",
        "as_printed {printed!r} 读作 {expected}",
        "请改正录入有误的一处",
    ),
    "not_in_plan": (
        "it does not stand in {allowed}",
        "copy it from there to the letter",
        "{allowed} 中没有这段文字",
        "请逐字照抄",
    ),
    "known_by_differs": (
        "the date known must be the date published, {expected}, and not before its year",
        "write the date published in both, or leave published empty",
        "known_by 应等于 published（{expected}），且不早于数据年份",
        "请改成相同日期，或将 published 留空",
    ),
    "lies_in_itself": (
        "the area lies in itself",
        "correct the parent of one of the areas in the circle",
        "该地区的上级又归它自己",
        "请改正其中一个地区的上级",
    ),
    "status_differs": (
        "target {target} and outcome {outcome} of year {year} make it {expected}",
        "correct status, scored or the figures",
        "按目标 {target} 与 {year} 年结果 {outcome} 应为 {expected}",
        "请改正 status、scored 或数值",
    ),
    "no_number": (
        "that row prints no number to compute with",
        "name a row that holds a value",
        "该行没有可供计算的数值",
        "请改用有数值的行",
    ),
    "default_reading": (
        "the target has {count} default readings",
        "mark exactly one of its readings with yes",
        "该目标有 {count} 个默认解读",
        "请恰好给一个解读标 yes",
    ),
    "base_differs": (
        "the rows {rows} add up to {expected} {unit}",
        "correct base_value, base_unit or base_rows",
        "{rows} 各行合计为 {expected} {unit}",
        "请改正 base_value、base_unit 或 base_rows",
    ),
    "bad_correction": (
        "the correction is malformed: {detail}",
        "see the form described in data/README.md",
        "更正记录格式有误：{detail}",
        "格式见 data/README.md",
    ),
    "correction_unmatched": (
        "correction {id} matches {count} rows of {target}",
        "correct its match so that it finds exactly one row, or remove it",
        "更正 {id} 在 {target} 中匹配到 {count} 行",
        "请改正 match 使其恰好匹配一行，或删去该更正",
    ),
    "correction_outdated": (
        "correction {id} expects {expected}, the row now holds {actual}",
        "look at the source again: remove the correction if it was mended there, else mend expect",
        "更正 {id} 预期原值 {expected}，现为 {actual}",
        "请重新核对来源：来源已改正则删去该更正，否则更新 expect",
    ),
}


def describe(code: str, fill: dict) -> dict[str, str]:
    """Why a cell is wrong and what to do, in English and Chinese."""
    parts = (text.format(**fill) for text in _MESSAGES[code])
    return dict(zip(("why", "remedy", "why_zh", "remedy_zh"), parts, strict=True))


def _column(kind: str, dtype: Any, about: str, blank: bool, checks: list[pa.Check], **extra):
    metadata = {"kind": kind, "optional": False} | extra
    return pa.Column(dtype, checks, nullable=blank, description=about, metadata=metadata)


def _text(
    about: str,
    *,
    blank: bool = False,
    words: Iterable[str] = (),
    pattern: str = "",
    optional: bool = False,
):
    """A column of text; an optional one may be missing from the file, all its cells being empty."""
    words, blank = tuple(words), blank or optional
    checks = []
    if not blank:
        code = "missing_source" if about.startswith("source") else "missing_value"
        checks.append(pa.Check(lambda cells: cells != "", error=code))
    if words:
        checks.append(pa.Check.isin([*words, *([""] if blank else [])], error="unknown_word"))
    if pattern:
        checks.append(pa.Check.str_matches(pattern, error="unknown_word"))
    allowed = ", ".join(words) or pattern
    return _column("text", str, about, False, checks, allowed=allowed, optional=optional)


def _number(about: str, *, blank: bool = False, optional: bool = False):
    return _column("number", float, about, blank or optional, [], optional=optional)


def _year(about: str, *, blank: bool = False):
    check = pa.Check.in_range(FIRST_YEAR, LAST_YEAR, error="year_out_of_range")
    return _column("year", "Int64", about, blank, [check])


def _date(about: str, *, blank: bool = False):
    return _column("date", "datetime64[us]", about, blank, [])


def _schema(**columns: pa.Column) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(columns, strict=True)


INDICATORS = _schema(
    id=_text("registry id", pattern="^[a-z][a-z0-9_]*$"),
    zh=_text("official term"),
    en=_text("English name"),
    unit=_text("unit in which histories and targets are shown"),
    kind=_text("scale", words=KINDS),
    direction=_text("what is wanted", words=DIRECTIONS),
    decimals=_number("digits shown after the point"),
    holder_zh=_text("office that holds the figure", blank=True),
    holder_en=_text("the same in English", blank=True),
    note_zh=_text("definition", blank=True),
    note_en=_text("the same in English", blank=True),
    holder_assumed=_text(
        "yes where no document names the office", words=("yes", "no"), optional=True
    ),
    due=_number("months from the end of the year to the figure; blank: not known", optional=True),
    due_zh=_text("when and where the figure comes out", optional=True),
    due_en=_text("the same in English", optional=True),
)
AREAS = _schema(
    area=_text("name as the tables write it"),
    level=_text("level of administration", words=LEVELS),
    parent=_text("the area that contains it", blank=True),
    zh=_text("official name"),
    en=_text("English name"),
)
ALIASES = _schema(
    kind=_text("what is named", words=("indicator", "area")),
    id=_text("registry id, or area of the configuration"),
    name=_text("name as sheets print it; gdp>第一产业: 第一产业 under a row that is the GDP"),
)
SOURCES = _schema(
    id=_text("id of one document"),
    publisher=_text("who published it"),
    title=_text("its title"),
    published=_text("date or year, as far as known", blank=True),
    seen_at=_text("where it was seen", blank=True),
    licence=_text("licence, or not stated"),
    note=_text("anything else", blank=True),
    number=_text("number under which it was issued", optional=True),
    copy=_text("yes: only a copy was seen (转载件，待核)", words=("yes", "no"), optional=True),
)
BASELINE = _schema(
    id=_text("b01, b02, …"),
    section=_text("the plan's own numbering"),
    indicator=_text("registry id", blank=True),
    item=_text("what is counted"),
    item_en=_text("the same in English"),
    as_printed=_text("the figure, verbatim from the plan"),
    context=_text("the phrase around it, verbatim"),
    value=_number("in base units; the lower end of a range", blank=True),
    upper=_number("upper end of a range", blank=True),
    unit=_text("base unit", blank=True),
    bound=_text("meaning of the figure", words=BOUNDS),
    period=_text("year or years"),
    note=_text("anything else", blank=True),
)
TARGETS = _schema(
    id=_text("t01, t02, …"),
    section=_text("first place in the plan"),
    locators=_text("all places"),
    indicator=_text("registry id"),
    item=_text("what is counted"),
    item_en=_text("the same in English"),
    as_printed=_text("the figure, verbatim from the plan"),
    context=_text("the phrase around it, verbatim"),
    value=_number("in base units; the lower end of a range", blank=True),
    upper=_number("upper end of a range", blank=True),
    unit=_text("base unit", blank=True),
    bound=_text("meaning of the figure", words=(*BOUNDS, "non_decreasing", "derived")),
    direction=_text("what is wanted", words=DIRECTIONS),
    strength=_text("firm 确保/达到, soft 力争/争取", words=("firm", "soft")),
    kind=_text("约束性 or 预期性 where stated", blank=True, words=("约束性", "预期性")),
    year=_year("year by which"),
    period=_text("year or years"),
    stretch_of=_text("id of the target that it stretches", blank=True),
    holder_zh=_text("office that holds the figure", blank=True),
    note=_text("anything else", blank=True),
)
READINGS = _schema(
    target=_text("id of the target"),
    reading=_text("short id"),
    default=_text("yes for one reading of each target", words=("yes", "no")),
    indicator=_text("the indicator in this reading; blank: the target's own", blank=True),
    base_year=_year("year of the baseline", blank=True),
    base_value=_number("baseline", blank=True),
    base_unit=_text("its unit", blank=True),
    base_rows=_text("rows of the baseline that add up to it, joined by +", blank=True),
    direction=_text("what is wanted", words=DIRECTIONS),
    tolerance=_number("relative, for within", blank=True),
    text_zh=_text("what the reading says"),
    text_en=_text("the same in English"),
    implies_zh=_text("what follows from it"),
    implies_en=_text("the same in English"),
    reading_zh=_text("short name of the reading"),
    reading_en=_text("the same in English"),
)
TASKS = _schema(
    id=_text("k01, k02, … in plan order"),
    section=_text("the plan's own numbering"),
    kind=_text("a task, or a project or platform named", words=("task", "project")),
    text=_text("verbatim from the plan"),
    text_en=_text("its gist in English"),
    lead=_text("who leads or carries it, where the plan names one, verbatim", blank=True),
    lead_en=_text("the same in English", blank=True),
)
PLAN_CHECKS = _schema(
    id=_text("c01, c02, …"),
    place=_text("row of the baseline or the targets at which the result is shown"),
    computed=_text("rows joined by + and -", pattern=r"^[^\s+-]+([+-][^\s+-]+)*$"),
    against=_text("the row that it is held against"),
    expected=_text(
        "equal: they must agree; differ: the two may mean different things, a doubt either way",
        words=("equal", "differ"),
    ),
    says_zh=_text("what follows"),
    says_en=_text("the same in English"),
)
OBSERVATIONS = _schema(
    area=_text("Chinese name"),
    indicator=_text("registry id"),
    year=_year("year"),
    vintage=_text("which publication", words=VINTAGES),
    value=_number("in the indicator's unit", blank=True),
    unit=_text("the indicator's unit"),
    bound=_text("meaning of the figure", words=(*BOUNDS, *DERIVED)),
    as_printed=_text("the figure as printed"),
    published=_date("date of publication, where a full date was seen", blank=True),
    known_by=_date("the same, else 31 December of the following year, an assumption"),
    source=_text("source id"),
    confidence=_text("how sure", words=CONFIDENCES),
    note=_text("anything else", blank=True),
)
COUNTRIES = _schema(
    area=_text("English name"),
    iso3=_text("ISO 3166 code", pattern="^[A-Z]{3}$"),
    indicator=_text("registry id"),
    year=_year("year"),
    value=_number("in the indicator's unit"),
    unit=_text("the indicator's unit"),
    source=_text("source id"),
)
PRECEDENTS = _schema(
    id=_text("p001, p002, …"),
    area=_text("area"),
    area_level=_text("level"),
    plan=_text("the plan that set the target"),
    indicator=_text("registry id, or the printed words"),
    base_year=_year("year of the baseline", blank=True),
    base_value=_number("baseline", blank=True),
    target_year=_year("year by which", blank=True),
    target=_number("the target, where it is a number", blank=True),
    target_as_printed=_text("the target as printed", blank=True),
    unit=_text("unit", blank=True),
    outcome=_number("the outcome, where it is a number", blank=True),
    outcome_as_printed=_text("the outcome as printed", blank=True),
    outcome_year=_year("year of the outcome", blank=True),
    status=_text("what became of it", words=("attained", "missed", "pending", "unknown")),
    scored=_text("whether it counts in the attainment rate", words=("yes", "no")),
    source=_text("source id"),
    confidence=_text("how sure", words=CONFIDENCES),
    note=_text("anything else", blank=True),
    reported_by=_text(
        "who reports the outcome: statistics, the government that set the target, or media",
        words=("statistics", "government", "media"),
        optional=True,
    ),
)
