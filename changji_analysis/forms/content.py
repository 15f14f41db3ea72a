"""What each office is asked for: its targets, the years, what is known, the tasks of the plan."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..dataset import Dataset
from ..histories import COUNTED_BY
from ..tables.readings import reading_sentence
from ..wording import Words

FORM, LIST, TASKS, GUIDE = "填报表", "名单", "任务与项目", "填写说明"
"""The sheets of a form."""
FIRST_ROW = 5
"""Of the first block, counted from 0; a heading and a definition stand above its lines."""
ABOUT = ("form_plan", "form_office", "form_person", "form_phone", "form_checker", "form_date")
"""Names of the cells that say what form it is and who filled it in."""
COLUMNS = (
    "年份",
    "单位",
    "已掌握",
    "数值",
    "口径",
    "来源（文件、表）",
    "发布或报出日期",
    "备注",
    "对照",
)
ENTERED = ("value", "reading", "source", "published", "remark")
"""What an office enters, the columns from 数值 on."""
PROGRESS = ("已完成", "正在推进", "进度滞后", "尚未启动", "已取消或调整")
LIST_COLUMNS = ("序号", "企业名称", "证书编号", "发证日期")
LIST_ROWS = 1000


@dataclass(frozen=True)
class Line:
    """One cell that is asked for, and what stands around it.

    Attributes
    ----------
    name : str
        Of its row in the workbook.
    row : int
        Where that is, counted from 0.
    indicator, unit : str
    year : int
    known : str
        The figure and its publisher where it is known: nothing is asked then.
    readings : tuple of str
        Names of the readings that the figure may have, the plan's default first.
    """

    name: str
    row: int
    indicator: str
    year: int
    unit: str
    known: str
    readings: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """An indicator of an office: heading, definition, when it is due, its lines."""

    indicator: str
    heading: str
    definition: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Request:
    """Everything asked of one office, the most wanted indicator first.

    ``counted`` is the indicator that a list of certificates settles; empty elsewhere.
    """

    office: str
    blocks: tuple[Block, ...]
    tasks: pd.DataFrame
    counted: str


def plan_key(data: Dataset) -> str:
    """What tells the forms of one plan from those of another."""
    plan = data.config.plan
    return "；".join(
        (data.config.areas.city, plan.document or plan.title_zh, str(plan.target_year))
    )


def requests(data: Dataset) -> list[Request]:
    """What is asked of each office; of two that share a target, the one named first."""
    table = data.plan_targets
    first = table["holder_zh"].str.split("、").str[0]
    order = {name: place for place, name in enumerate(dict.fromkeys(data.asks["indicator"]))}
    tasks = _offices_of_tasks(data, first)
    found = []
    for office in dict.fromkeys(first[first != ""]):
        rows = table[first == office]
        ranked = sorted(dict.fromkeys(rows["indicator"]), key=lambda i: order.get(i, len(order)))
        years = len(data.due_years)
        blocks = tuple(
            _block(data, rows[rows["indicator"] == i], FIRST_ROW + place * (2 + years))
            for place, i in enumerate(ranked)
        )
        counted = next((i for i in ranked if i in COUNTED_BY), "")
        found.append(Request(office, blocks, data.tasks[tasks == office], counted))
    return found


def _block(data: Dataset, rows: pd.DataFrame, row: int) -> Block:
    main = rows.iloc[0]
    about = data.indicator(main["indicator"])
    goals = [
        f"{row['item']} {row['as_printed']}（{row['year']}年）"
        for _, row in rows.drop_duplicates("id").iterrows()
    ]
    shared = main["holder_zh"].partition("、")[2]
    parts = [
        about["note_zh"],
        main["text_zh"],
        about["due_zh"] and f"数据产生时间：{about['due_zh']}",
    ]
    parts += [f"请会同{shared}核实"] * bool(shared)
    definition = "。".join(part.rstrip("。") for part in parts if part) + "。"
    names = tuple(rows.loc[rows["id"] == main["id"], "reading_zh"])
    lines = tuple(
        Line(
            name=f"fig_{main['indicator']}_{year}",
            row=row + 2 + place,
            indicator=main["indicator"],
            year=year,
            unit=about["unit"],
            known=_known(data, main, year),
            readings=names,
        )
        for place, year in enumerate(data.due_years)
    )
    return Block(
        main["indicator"], f"{about['zh']}　规划目标：{'；'.join(goals)}", definition, lines
    )


def words(data: Dataset) -> dict[str, str]:
    """By the name of a line, which figure would mean which verdict, in the default reading."""
    tables, lines = data.reading_tables, {}
    for (target, reading), one in data.judged.items():
        if not one.row["default"] or one.row["stretch_of"]:
            continue
        own = tables[(tables["id"] == target) & (tables["reading"] == reading)]
        for year, rows in own.groupby("year"):
            name = f"fig_{one.row['indicator']}_{year}"
            lines.setdefault(name, reading_sentence(rows, one.row))
    return lines


def _known(data: Dataset, main: pd.Series, year: int) -> str:
    own = data.city(main["indicator"])
    if year not in own.index:
        return ""
    rows = data.statistics
    rows = rows[(rows["area"] == data.config.areas.city) & (rows["year"] == year)]
    last = rows[rows["indicator"] == main["indicator"]].iloc[-1]
    publisher = data.sources.set_index("id")["publisher"].get(last["source"], "")
    return f"{Words('zh').amount(own[year], main)}（{publisher}）"


def _offices_of_tasks(data: Dataset, holders: pd.Series) -> pd.Series:
    """The office that reports on a task: the one it names, the one holding all targets of its
    section, else the bureau that issues the review (an assumption, and the form says so)."""
    sections = holders.groupby(data.plan_targets["section"]).agg(set)
    offices = [office for office in dict.fromkeys(holders) if office]
    issuer = data.config.report.issuer_zh
    default = issuer if issuer in offices else offices[0] if offices else ""

    def office(task: pd.Series) -> str:
        named = [
            o for o in offices for part in task["lead"].split("、") if part and o.endswith(part)
        ]
        alone = sections.get(task["section"], set())
        return named[0] if named else next(iter(alone)) if len(alone) == 1 else default

    return data.tasks.apply(office, axis=1) if len(data.tasks) else pd.Series(dtype=str)
