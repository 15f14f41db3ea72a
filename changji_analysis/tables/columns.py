"""What every column is called in Chinese and English, and how its cells are printed.

Frames keep ids and numbers; `changji_analysis.tables.show`, the report's tables and the heads of
the workbook read here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd

from ..wording import TERMS, Words, shortest


class Column(NamedTuple):
    """A head in both languages and the form of the cells, see `cell`."""

    zh: str
    en: str
    form: str = ""


_TEXT = """
id             | 编号 | No. |
name           | 指标 | indicator | name
indicator      | 指标 | indicator | name
asked          | 标准 | yardstick | term
item           | 内容 | item | side
section        | 章节 | section |
as_printed     | 原文 | as printed |
locators       | 出处 | printed in |
period         | 时限 | by or in | each
strength       | 语气 | wording | term
bound          | 界限 | bound | term
unit           | 单位 | unit | unit
value          | 数值 | value | value
year           | 年份 | year | year
goal           | 目标 | goal | goal
base           | 基期 | base | dated
last           | 最新 | latest | dated
standing       | 现状 | standing | met
required_growth | 所需年均增速 | required growth a year | s1
required_growth_from_last | 自最新起所需年均增速 | required growth from the latest | s1
observed_growth | 实际年均增速 | observed growth a year | s1
gap_closed     | 增量进度 | gap closed | p1
time_elapsed   | 时序进度 | time elapsed | p1
probability    | 实现概率 | probability | chance
before         | 现有概率 | as known | chance
likelihood     | 可能性 | likelihood | term
verdict        | 结论 | verdict | term
evidence       | 依据 | rests on | term
missing_years  | 缺少的年份 | years missing | spans
due            | 最早可得 | to be had | side
changes        | 可改变结论的可能 | may change the verdict | chance
holder         | 数据持有单位 | held by | side
reading        | 口径 | reading | side
text           | 理解 | reading | side
implies        | 意味着 | implies | side
default        | 默认 | default | yes
straight       | 直线路径 | straight path | amount
geometric      | 等比路径 | geometric path | amount
observed       | 实际 | observed | amount
due_straight   | 直线路径应达 | due, straight path | amount
due_geometric  | 等比路径应达 | due, geometric path | amount
from_value     | 自 | from | amount
to_value       | 至 | to | amount
measure        | 方法 | method | term
status         | 评价 | status | status
severity       | 级别 | severity | term
file           | 文件 | file |
row            | 行 | row | year
column         | 列 | column |
code           | 代码 | code |
why            | 问题 | why | side
remedy         | 处理 | remedy | side
count          | 数量 | count | n0
place          | 编号 | id |
computed       | 由基期算得 | computed | g
printed        | 所对照的数 | held against | g
agrees         | 相等 | equal | yes
says           | 说明 | what follows | side
area           | 地区 | area | area
level          | 层级 | level | term
plan           | 文件 | plan |
base_year      | 基期年 | base year | year
base_value     | 基期 | base | amount
target_year    | 目标年 | year due | year
target         | 目标 | target | g
outcome        | 结果 | outcome | g
targets        | 目标数 | targets | n0
attained       | 已实现 | met | n0
share          | 占比 | share | p0
preliminary    | 快报 | preliminary | n2
first          | 首次公布 | first | n2
revised        | 修订 | revised | n2
date           | 日期 | date |
city           | 本市新数 | new figures, city | n0
peers          | 参照组新数 | new figures, peers | n0
last_year      | 最新年份 | latest year | year
last_value     | 最新 | latest | amount
n              | 观测值数 | figures | n0
model          | 方法 | method | model
lower          | 下限 | lower | g
median         | 中位数 | median | g
upper          | 上限 | upper | g
reason         | 不能运行的原因 | why it cannot run | term
windows        | 窗口数 | windows | n0
areas          | 地区数 | areas | n0
median_factor  | 增长倍数中位数 | median factor | n2
upper_tenth    | 九成窗口不超过 | nine in ten are below | n2
largest        | 最大倍数 | largest factor | n1
largest_area   | 最大者 | which | area
start          | 自 | from | year
end            | 至 | to | year
required       | 所需倍数 | required factor | n1
reached        | 达到所需倍数的窗口 | windows that reached it | n0
growth         | 年均增速 | growth a year | p1
factor         | 倍数 | factor | n2
asks           | 按原口径相当于 | on the old measure | n2
revision       | GDP上修（假定） | GDP raised by (assumed) | p0
scenario       | 情景 | scenario | side
gdp            | GDP | GDP | money
at_base        | 按基期强度的R&D | R&D at the base intensity | money
needed         | 目标所需R&D | R&D that the target needs | money
short          | 差额 | short by | money
this_year      | 当年证书 | this year's certificates | n0
year_before    | 前年证书 | those two years before | n0
certificates   | 三年之和 | sum of three years | n0
stock          | 公布存量 | printed stock | n0
gap            | 差额 | gap | n0
gap_share      | 差额占比 | gap, share | s1
renewal_rate   | 重新认定率（假定） | renewal rate (assumed) | p0
first_time     | 每年首次认定所需 | first-time certificates a year | n1
first_time_needed | 每年首次认定所需 | first-time certificates a year | n1
panel          | 序列 | series | term
subset         | 范围 | subset | panel
origins        | 起点年数 | origins | n0
rival          | 对照评分 | score of the rival | n3
detectable     | 可辨识的改进 | least skill that would show | p0
found          | 高下 | verdict | term
power          | 检验效能 | power | n2
statements     | 判断数 | statements | n0
two            | 印两个结论 | two words | p0
insufficient   | 依据不足 | insufficient | p0
right          | 一个结论的正确率 | one word was right | p0
flips          | 翻转 | flips | p0
expected       | 应有的翻转 | flips expected | p0
cases          | 样本数 | cases | n0
stated         | 平均预测 | stated | p1
came_true      | 实际实现 | came true | p1
brier          | Brier评分 | Brier score | n3
skill          | 误差减少 | error saved | s0
log_score      | 对数评分 | log score | n3
ece            | 校准误差 | calibration error | n3
common         | 地区间相关 | correlation of areas | n2
p_value        | 校准完好的p值 | p of perfect calibration | n2
cover50        | 50%区间含实际 | 50% interval covers | p0
cover80        | 80%区间含实际 | 80% interval covers | p0
cover95        | 95%区间含实际 | 95% interval covers | p0
coverage       | 80%区间含实际 | 80% interval covers | p0
crps           | CRPS（不变为1） | CRPS, no change being 1 | n2
lead           | 提前年数 | years ahead | n0
met            | 其中实现 | of those met | n0
pit            | 实际值的预测分位 | quantile of the outcome | p1
rule           | 规则 | rule | term
happened       | 是否实现 | attained | yes
low            | 自 | from | g
high           | 至 | to | g
one            | 只用一个结论词 | one word only | p0
above          | 高于区间 | above the interval | p0
below          | 低于区间 | below the interval | p0
span           | 95%区间 | 95% interval |
p5             | 提前5年 | 5 ahead | chance
p4             | 提前4年 | 4 ahead | chance
p3             | 提前3年 | 3 ahead | chance
p2             | 提前2年 | 2 ahead | chance
p1             | 提前1年 | 1 ahead | chance
measured       | 测得的倍数 | factor measured | n2
used           | 所用的倍数 | factor used | n2
broken         | 期间口径有变化 | declared break in between | yes
range          | 概率范围 | range | range
source         | 来源 | source |
published      | 发布日期 | published |
vintage        | 版本 | vintage | term
confidence     | 可信度 | confidence | term
publisher      | 发布单位 | publisher |
document       | 文件或表 | document |
number         | 文号 | number |
copy           | 原件或转载 | copy |
floor          | 底线 | floor |
stretch        | 力争 | stretch |
match          | 对标 | benchmark |
base_case      | 基准测算 | no new measures |
said           | 数字与结论 | figure and verdict |
completion     | 完成率 | completion | p1
"""
COLUMNS: dict[str, Column] = {
    fields[0]: Column(*fields[1:])
    for line in _TEXT.strip().splitlines()
    if (fields := [field.strip() for field in line.split("|")])
}
"""Id of a column to its heads and form."""


def head(name: str, w: Words) -> str:
    """The head of a column; one that is not registered is an area, or keeps its name."""
    column = COLUMNS.get(name)
    return w(column.zh, column.en) if column else w.area(str(name))


_FORMS: dict[str, Callable[[Words, Any], str]] = {
    "model": Words.model,
    "area": Words.area,
    "spans": Words.spans,
    "unit": Words.unit,
    "panel": lambda w, value: w.term("panel", value),
    "status": lambda w, value: w.term("pace" if value in TERMS["pace"] else "status", value),
    "yes": lambda w, value: w.term("yes", bool(value)),
    "each": lambda w, value: value.replace("each year", w("每年", "each year")),
    "money": lambda w, value: w.money(value, 2),
    "year": lambda w, value: f"{value:.0f}",
    "value": lambda w, value: w.number(value, shortest(value)),
}


def cell(name: str, row: dict[str, Any], w: Words) -> str:
    """A cell as printed.

    Forms: ``n2`` a number of two decimals, ``p1`` and ``s1`` per cent without and with sign,
    ``g`` three significant digits, ``chance`` a probability, ``money`` in 亿元, ``term`` a code of
    the column's own kind, ``side`` the text of the language (``why_zh`` beside ``why``);
    ``amount`` with the unit and decimals of the row; ``goal``, ``dated``, ``name`` and ``met`` are
    put together from several columns.
    """
    form = COLUMNS[name].form if name in COLUMNS else ""
    value: Any = row.get(name)
    if form in ("name", "side"):
        stems = ("short_", "") if form == "name" else (f"{name}_", "name_")
        value = next((row[k] for stem in stems if (k := stem + w.lang) in row), value)
        if form == "name" and not row.get("default", True):
            value += w(f"（{row['reading_zh']}）", f" ({row['reading_en']})")
    elif form == "goal":
        return w.goal(row["value"], row["direction"], row["unit"], row.get("tolerance"))
    elif form == "met":
        value = row.get("met_at_last")
    elif form == "range" and name not in row:
        return w.spread(row)
    elif form == "dated" and name not in row:
        value = row.get(f"{name}_value")
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return ""
    numeric = form[1:].isdigit() or form in ("g", "amount", "value", "year", "dated")
    if isinstance(value, str) and numeric:
        return w.term("verdict", value)
    if form == "chance":
        return w.chance(value, row.get(f"{name}_floor"))
    if form in _FORMS:
        return _FORMS[form](w, value)
    if name == "verdict":
        return w.judged(row) if value in TERMS["verdict"] else value
    if form == "term":
        return w.term(name, int(value) if isinstance(value, float) else value)
    if form == "met":
        return w("已达到目标值", "at the goal") if value else w("未达到目标值", "short of the goal")
    if form == "dated":
        amount, year = _amount(value, row, w), row.get(f"{name}_year")
        private = w("，未公开", ", not public") if row.get(f"{name}_private") else ""
        return amount + w(f"（{year}年{private}）", f" ({year}{private})") if year else amount
    if form == "amount":
        return _amount(value, row, w)
    if form[1:].isdigit():
        decimals = int(form[1:])
        if form[0] == "n":
            return w.number(value, decimals)
        return w.percent(value, decimals, signed=form[0] == "s")
    return _short(value, w) if isinstance(value, float) else str(value)


def _short(value: float, w: Words) -> str:
    """Three significant digits, all digits of whole thousands."""
    plain = f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    return w.number(float(plain), len(plain.partition(".")[2]))


def _amount(value: float, row: dict[str, Any], w: Words) -> str:
    if "decimals" not in row:
        return _short(value, w)
    return w.measured(value, row.get("unit", ""), int(row["decimals"]))
