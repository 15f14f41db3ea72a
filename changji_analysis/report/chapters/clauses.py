"""Clauses, cells and captions that several chapters of the report share."""

from __future__ import annotations

import pandas as pd

from ..._compat import config
from ...assessment import VERDICTS
from ...wording import Words
from ..document import Block, Picture
from ..findings import Findings

DASH = "—"


def grid(w: Words, heads: list[tuple[str, str]], rows: list[tuple]) -> pd.DataFrame:
    """A table of text, headed in the language; the first column is the index."""
    names = [w(zh, en) for zh, en in heads]
    frame = pd.DataFrame([[str(cell) for cell in row] for row in rows], columns=names)
    return frame.set_index(names[0])


def review_kind(f: Findings, w: Words) -> str:
    """终期评估 or 中期评估."""
    return w("终期评估", "final review") if f.final else w("中期评估", "mid-term review")


def picture(f: Findings, w: Words, name: str) -> list[Block]:
    """A figure, where the figures of this date include it."""
    caption = CAPTIONS[name]
    text = w(*caption)
    return [Picture(name, text, text)]


CAPTIONS = {
    "scorecard": ("各项目标的结论一览", "Every target at a glance"),
    "rd_fan": (
        "R&D经费投入强度：预测区间与所需路径",
        "R&D intensity: forecast and required paths",
    ),
    "rd_reference_class": (
        "R&D经费投入强度：参照组的增长倍数与所需倍数",
        "R&D intensity: growth elsewhere and the growth required",
    ),
    "rd_precedents": (
        "R&D经费投入强度：别处的目标与结果",
        "R&D intensity: targets elsewhere and their outcomes",
    ),
    "rd_money": ("R&D强度目标折合经费", "R&D intensity in money"),
    "probability_moves": (
        "主要目标的实现概率随数据发布的变动",
        "Probability of the main targets by date of publication",
    ),
    "calibration": ("概率的检验", "The probabilities put to the test"),
    "firms_fan": (
        "高新技术企业：预测区间与所需路径",
        "High-tech firms: forecast and required paths",
    ),
    "firms_reference_class": (
        "高新技术企业：各省增速与所需增速",
        "High-tech firms: growth of the provinces and the growth required",
    ),
    "firms_first_time": (
        "高新技术企业：每年所需首次认定数",
        "High-tech firms: first-time certificates needed a year",
    ),
    "cohort_stock": (
        "高新技术企业：存量按证书来历",
        "High-tech firms: the stock by origin of its certificates",
    ),
}
"""Captions of the pictures that the report prints, Chinese and English."""


def by_verdict(card: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Rows by verdict in the order of `VERDICTS`, the empty ones left out."""
    groups = [(code, card[card["verdict"].eq(code)]) for code in VERDICTS]
    return [(code, rows) for code, rows in groups if len(rows)]


def asked(f: Findings, w: Words, row: pd.Series) -> str:
    """What the target asks of the indicator."""
    if pd.isna(row["value"]):
        return w(f"{w.name(row)}要求只增不减", f"{w.name(row)} must not fall")
    name, goal, year = w.name(row), w.amount(row["value"], row), row["year"]
    if pd.isna(row["base_value"]) or pd.isna(row["required_growth"]):
        return w(f"{name}的目标是{year}年{goal}", f"{name}: the target for {year} is {goal}")
    if not pd.isna(row["met_at_base"]) and row["met_at_base"]:
        base = w.amount(row["base_value"], row)
        return w(
            f"{name}{row['base_year']}年已有{base}，目标是{year}年{goal}，只需保住",
            f"{name}: {base} in {row['base_year']} already met the target of {goal} for {year}, "
            "which has only to be kept",
        )
    base = w.amount(row["base_value"], row)
    factor = row["required_factor"]
    verb = w("提高到" if factor > 1 else "降到", "rise" if factor > 1 else "fall")
    return w(
        f"{name}要由{row['base_year']}年的{base}{verb}{year}年的{goal}，"
        f"年均须增长{w.percent(row['required_growth'])}，为基期的{w.times(factor)}",
        f"{name} must {verb} from {base} in {row['base_year']} to {goal} in {year}, by "
        f"{w.percent(row['required_growth'])} a year to {w.times(factor)} the base",
    )


def reference_clause(w: Words, row: pd.Series) -> str:
    """How many windows elsewhere were as fast as the target asks."""
    if pd.isna(row["reference_reached"]) or not row["reference_windows"]:
        return ""
    n, k, span = row["reference_windows"], row["reference_reached"], row["reference_span"]
    if k == 0:
        largest = f"{w.times(row['reference_largest'])}"
        where = w(
            f"{w.area(row['reference_area'])}{row['reference_start']}—{row['reference_end']}年",
            f"{w.area(row['reference_area'])} {row['reference_start']}–{row['reference_end']}",
        )
        return w(
            f"参照组{n:,}个{span}年窗口没有一个达到所需倍数，最大为{largest}（{where}）",
            f"none of {n:,} windows of {span} years elsewhere reached the factor, the largest "
            f"being {largest} ({where})",
        )
    return w(
        f"参照组{n:,}个{span}年窗口中有{k:,}个达到所需倍数",
        f"{k:,} of {n:,} windows of {span} years elsewhere reached the factor",
    )


def contrast(f: Findings, w: Words) -> str:
    """Whether the two main indicators point the same way."""
    rows = [r for r in f.headline.values() if not pd.isna(r["probability"])]
    if len(rows) < 2:
        return ""
    one, other = rows[0], rows[1]
    seen = [not pd.isna(r["reference_reached"]) and r["reference_reached"] > 0 for r in rows[:2]]
    if seen[0] != seen[1]:
        fast, slow = (one, other) if seen[0] else (other, one)
        return w(
            f"两项主要目标方向不同：{w.name(slow)}所需的速度没有先例，{w.name(fast)}所需的速度"
            "在别处出现过。",
            f"The two main targets point in different directions: the pace needed for "
            f"{w.mid(slow)} has no precedent, that for {w.mid(fast)} has been seen elsewhere.",
        )
    if one["verdict"] == other["verdict"]:
        return w(
            f"两项主要目标结论相同：{w.verdict(one['verdict'])}。",
            f"Both main targets have the same verdict: {w.verdict(one['verdict'])}.",
        )
    return w(
        f"两项主要目标结论不同：{w.name(one)}{w.verdict(one['verdict'])}，"
        f"{w.name(other)}{w.verdict(other['verdict'])}。",
        f"The two main targets differ: {w.mid(one)}, {w.verdict(one['verdict'])}; "
        f"{w.mid(other)}, {w.verdict(other['verdict'])}.",
    )


def money_clause(f: Findings, w: Words, *, split: bool = True) -> str:
    """What the R&D target means in money, under the middle scenario; split by the region's pace."""
    if f.money.empty:
        return ""
    row = f.money.set_index("id").loc[config().middle_scenario.id]
    target = f.headline["rd_intensity"]
    goal, year = w.amount(target["value"], target), target["year"]
    text = w(
        f"按“{row['name_zh']}”情景，{year}年{w.name(target)}达到{goal}需R&D经费"
        f"{w.money(row['needed'])}，比保持基期强度多{w.money(row['short'])}",
        f"under “{row['name_en']}”, {goal} means {w.money(row['needed'])} of R&D in {year}, "
        f"{w.money(row['short'])} more than at the base intensity",
    )
    if split and not pd.isna(row["region"]):
        text += w(
            f"，其中按{w.place('region')}已有步伐可增加{w.money(row['region'])}",
            f", of which the pace of {w.place('region')} so far would bring "
            f"{w.money(row['region'])}",
        )
    return text


def certificates_clause(f: Findings, w: Words) -> str:
    """First-time certificates needed a year, against the past."""
    if f.first_time.empty:
        return ""
    few, many = f.first_time["first_time"].min(), f.first_time["first_time"].max()
    low, high = w.number(few, 1), w.number(many, 1)
    text = w(
        f"要达到高新技术企业目标，每年须首次认定{low}—{high}家",
        f"the target for high-tech firms takes {low}–{high} first-time certificates a year",
    )
    if f.past:
        past = w.number(f.past["per_year"], 1)
        years = w.years(f.past["start"], f.past["end"])
        text += w(f"，而{years}平均每年{past}家", f", against {past} a year in {years}")
    return text


def calibration(w: Words, row: pd.Series) -> str:
    """How statements like this one fared in replays; empty where they were not scored.

    The scorecard holds it as ``Chinese / English``.
    """
    text = row["calibration"]
    zh, slash, en = ("" if pd.isna(text) else text).partition(" / ")
    return w(zh, en) if slash else zh


def tested(w: Words, row: pd.Series) -> str:
    """`calibration` as a sentence."""
    text = calibration(w, row).rstrip("。.")
    return text[:1].upper() + text[1:] + w("。", ".") if text else ""


def dated(w: Words, row: pd.Series, which: str) -> str:
    """A value with its year in brackets."""
    if pd.isna(row[f"{which}_value"]):
        return DASH
    value, year = w.amount(row[f"{which}_value"], row), row[f"{which}_year"]
    return w(f"{value}（{year}）", f"{value} ({year})")


def share(w: Words, value: float) -> str:
    """A fraction as a cell."""
    return DASH if pd.isna(value) else w.percent(value)


def goal(w: Words, row: pd.Series) -> str:
    """The target with its sign."""
    if pd.isna(row["value"]):
        return w("只增不减", "not to fall")
    if row["direction"] == "within" and row["bound"] == "between":
        return row["as_printed"]
    sign = {"at_least": "≥", "at_most": "≤", "within": w("约", "about ")}[row["direction"]]
    return sign + w.amount(row["value"], row)
