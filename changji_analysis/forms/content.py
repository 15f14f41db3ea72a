"""What each office is asked for: its targets, the years, what is known, the tasks of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from ..dataset import Dataset
from ..histories import COUNTED_BY
from ..tables.readings import reading_sentence
from ..wording import Words

FORM, LIST, TASKS, GUIDE = "填报表", "名单", "任务与项目", "填写说明"
"""The sheets of a form."""
FIRST_ROW = 5
"""Of the first block, counted from 0; a heading and a definition stand above its lines."""
COLUMNS = {
    "年份": 6, "单位": 7, "已掌握": 20, "数值": 11, "口径": 17, "来源（文件、表）": 24,
    "发布或报出日期": 13, "备注": 18, "对照": 42,
}  # fmt: skip
"""Heads and widths of the form; an office enters 数值 to 备注."""
TASK_COLUMNS = {
    "编号": 6, "章节": 11, "规划内容": 52, "规划所列牵头或承担单位": 18, "进展": 12,
    "情况说明": 44, "投入（万元）": 12,
}  # fmt: skip
LIST_COLUMNS = {"序号": 6, "企业名称": 46, "证书编号": 22, "发证日期": 14}
LIST_ROWS = 1000
PROGRESS = ("已完成", "正在推进", "进度滞后", "尚未启动", "已取消或调整")


@dataclass(frozen=True)
class Line:
    """One figure that is asked for: the year and unit of an indicator, in a row counted from 0.

    ``known`` is the figure and its publisher where it is known, and nothing is asked then;
    ``readings`` are the names of the readings that it may have, the plan's default first;
    ``heading`` and ``definition`` stand above the lines of an indicator.
    """

    indicator: str
    year: int
    row: int
    unit: str
    known: str
    readings: tuple[str, ...]
    heading: str
    definition: str

    @property
    def name(self) -> str:
        """Of its row in the workbook."""
        return f"fig_{self.indicator}_{self.year}"


@dataclass(frozen=True)
class Request:
    """Everything asked of one office, the most wanted indicator first.

    ``counted`` is the indicator that a list of certificates settles; empty elsewhere.
    """

    office: str
    lines: tuple[Line, ...]
    tasks: pd.DataFrame
    counted: str


def plan_key(data: Dataset) -> str:
    """What tells the forms of one plan from those of another."""
    plan = data.config.plan
    return "；".join(
        (data.config.areas.city, plan.document or plan.title_zh, str(plan.target_year))
    )


@lru_cache(maxsize=1)
def requests(data: Dataset) -> list[Request]:
    """What is asked of each office; of two that share a target, the one named first."""
    table = data.plan_targets
    first = table["holder_zh"].str.split("、").str[0]
    order = {name: place for place, name in enumerate(dict.fromkeys(data.asks["indicator"]))}
    tasks = _offices_of_tasks(data, first)
    start, height, found = FIRST_ROW + 2, 2 + len(data.due_years), []
    for office in dict.fromkeys(first[first != ""]):
        rows = table[first == office]
        ranked = sorted(dict.fromkeys(rows["indicator"]), key=lambda i: order.get(i, len(order)))
        lines = tuple(
            line
            for place, indicator in enumerate(ranked)
            for line in _lines(data, rows[rows["indicator"] == indicator], start + place * height)
        )
        counted = next((i for i in ranked if i in COUNTED_BY), "")
        found.append(Request(office, lines, data.tasks[tasks == office], counted))
    return found


def _lines(data: Dataset, rows: pd.DataFrame, row: int) -> list[Line]:
    main, goals = rows.iloc[0], rows.drop_duplicates("id")
    about, shared = data.indicator(main["indicator"]), main["holder_zh"].partition("、")[2]
    goals = [f"{g['item']} {g['as_printed']}（{g['year']}年）" for _, g in goals.iterrows()]
    parts = [about["note_zh"], main["text_zh"]]
    parts += [f"数据产生时间：{about['due_zh']}"] * bool(about["due_zh"])
    parts += [f"请会同{shared}核实"] * bool(shared)
    shown = (
        tuple(rows.loc[rows["id"] == main["id"], "reading_zh"]),
        f"{about['zh']}　规划目标：{'；'.join(goals)}",
        "。".join(part.rstrip("。") for part in parts if part) + "。",
    )
    name, unit = main["indicator"], about["unit"]
    return [
        Line(name, year, row + place, unit, _known(data, main, year), *shown)
        for place, year in enumerate(data.due_years)
    ]


def words(data: Dataset) -> dict[str, str]:
    """By the name of a line, which figure would mean which verdict, in the default reading."""
    tables, lines = data.reading_tables, {}
    for (target, reading), one in data.judged.items():
        if one.row["default"] and not one.row["stretch_of"]:
            own = tables[(tables["id"] == target) & (tables["reading"] == reading)]
            for year, rows in own.groupby("year"):
                name = f"fig_{one.row['indicator']}_{year}"
                lines.setdefault(name, reading_sentence(rows, one.row))
    return lines


def _known(data: Dataset, main: pd.Series, year: int) -> str:
    own = data.city(main["indicator"])
    if year not in own.index:
        return ""
    rows = data.published(data.config.areas.city, main["indicator"])
    publisher = data.publisher(rows.loc[rows["year"].eq(year), "source"].iloc[-1])
    figure = Words("zh").amount(own[year], main)
    return f"{figure}（{publisher}）"


def _offices_of_tasks(data: Dataset, holders: pd.Series) -> pd.Series:
    """The office that reports on a task: the one it names, the one that holds all targets of its
    section, else the one that tasks name most often (assumptions, and the form says so)."""
    sections = holders.groupby(data.plan_targets["section"]).agg(set)
    offices = [office for office in dict.fromkeys(holders) if office]
    leads = data.tasks["lead"].str.split("、")
    named = leads.map(
        lambda lead: next((o for o in offices for p in lead if p and o.endswith(p)), "")
    )
    most = named[named != ""].mode().tolist() or [*offices, ""]
    alone = data.tasks["section"].map(lambda s: "".join(sections.get(s, set(offices))))
    return named.where(named != "", alone.where(alone.isin(offices), most[0]))
