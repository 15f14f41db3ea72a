"""The columns of every data file with what each may hold, and what is said of a faulty cell.

The checks of a column carry the code of the message that a failing cell earns.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandera.pandas as pa

from ..quantities import BOUNDS

FIRST_YEAR, LAST_YEAR = 1949, 2100
DERIVED = ("derived", "derived_at_least", "derived_at_most")
NO_POINTS = ("at_least", "at_most", "more_than", "less_than", "between", *DERIVED[1:])
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


def _column(kind: str, dtype: Any, about: str, blank: bool, checks: list[pa.Check], **extra):
    metadata = {"kind": kind, "optional": False} | extra
    return pa.Column(dtype, checks, nullable=blank, description=about, metadata=metadata)


def _text(about: str, *, blank=False, words: Iterable[str] = (), pattern="", optional=False):
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
    allowed = f"{FIRST_YEAR}-{LAST_YEAR}"
    return _column("year", "Int64", about, blank, [check], allowed=allowed)


def _date(about: str, *, blank: bool = False, optional: bool = False):
    return _column("date", "datetime64[us]", about, blank or optional, [], optional=optional)


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
    holder_assumed=_text("yes: no document names the office", words=("yes", "no"), optional=True),
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
TASK_REPORTS = _schema(
    id=_text("id of the task"),
    office=_text("who reported"),
    reported=_date("date of its form"),
    progress=_text("how far it is, in the form's words", blank=True),
    text=_text("what was done", blank=True),
    money=_text("what was spent, as written", blank=True),
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
    area_level=_text("nation, province, prefecture, county, or a word of its own"),
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
    status=_text("what became of it", words="attained missed passed pending unknown".split()),
    scored=_text("whether it counts in the attainment rate", words=("yes", "no")),
    source=_text("source id"),
    confidence=_text("how sure", words=CONFIDENCES),
    note=_text("anything else", blank=True),
    reported_by=_text("who says so", words="statistics government media".split(), optional=True),
    known_by=_date("when the outcome was known, else 31 December of the next year", optional=True),
)
