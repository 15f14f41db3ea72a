"""The sheets of the scorecard workbook: tables of numbers, headed in the language."""

from __future__ import annotations

import pandas as pd

from .. import _compat as records
from .._compat import config, history, problems
from ..assessment import VERDICTS, likelihood
from ..wording import PACE as PACE_WORDS
from ..wording import Words
from .chapters.clauses import calibration
from .findings import Findings, findings

VERDICT_HEAD = ("结论", "verdict")

# column: head in Chinese and in English; those in _PERCENT hold fractions
_SCORECARD = {
    "id": ("编号", "id"),
    "name": ("指标", "indicator"),
    "reading": ("理解", "reading"),
    "default": ("默认理解", "default reading"),
    "section": ("规划章节", "section"),
    "unit": ("单位", "unit"),
    "base_year": ("基期年", "base year"),
    "base_value": ("基期", "base"),
    "last_year": ("最新年", "latest year"),
    "last_value": ("最新数", "latest"),
    "value": ("目标", "target"),
    "direction": ("方向", "direction"),
    "completion": ("完成率", "completion"),
    "gap_closed": ("增量进度", "gap closed"),
    "time_elapsed": ("时序进度", "time elapsed"),
    "pace_time_progress_straight": ("直线路径评价", "straight path"),
    "pace_time_progress_geometric": ("等比路径评价", "geometric path"),
    "required_growth": ("所需年均增速", "growth required a year"),
    "required_growth_from_last": ("自最新年所需年均增速", "growth required from the latest"),
    "observed_growth": ("实际年均增速", "growth observed a year"),
    "met_at_base": ("基期已达到", "met at the base"),
    "met_at_last": ("最新已达到", "met at the latest"),
    "shortfall": ("差额", "lacking"),
    "shortfall_per_year": ("每年须增", "lacking a year"),
    "shortfall_money": ("差额折合R&D经费（亿元）", "R&D lacking (100 million yuan)"),
    "reference_windows": ("参照组窗口数", "windows elsewhere"),
    "reference_span": ("窗口年数", "years of a window"),
    "reference_required": ("窗口所需倍数", "factor required"),
    "reference_reached": ("达到所需倍数的窗口", "windows that reached it"),
    "reference_largest": ("参照组最大倍数", "largest factor"),
    "probability": ("实现概率", "probability"),
    "likelihood": ("可能性", "likelihood"),
    "verdict": VERDICT_HEAD,
    "calibration": ("概率的检验", "probability put to the test"),
    "evidence": ("证据等级", "evidence"),
    "n": ("市级数据个数", "figures of the city"),
    "missing_years": ("缺少年份", "years missing"),
    "holder": ("责任单位", "office"),
}
_FORECASTS = {
    "id": ("编号", "id"),
    "name": ("指标", "indicator"),
    "unit": ("单位", "unit"),
    "year": ("年份", "year"),
    0.025: ("2.5%分位", "2.5 %"),
    0.1: ("10%分位", "10 %"),
    0.5: ("中位数", "median"),
    0.9: ("90%分位", "90 %"),
    0.975: ("97.5%分位", "97.5 %"),
    "target": ("目标", "target"),
    "probability": ("当年达到目标值的概率", "probability of the target value that year"),
}
_PATHS = {
    "id": ("编号", "id"),
    "name": ("指标", "indicator"),
    "reading": ("理解", "reading"),
    "unit": ("单位", "unit"),
    "year": ("年份", "year"),
    "straight": ("直线路径", "straight path"),
    "geometric": ("等比路径", "geometric path"),
    "observed": ("实际", "observed"),
}
_HISTORIES = {
    "area": ("地区", "area"),
    "indicator": ("指标编号", "indicator id"),
    "name": ("指标", "indicator"),
    "unit": ("单位", "unit"),
    "year": ("年份", "year"),
    "value": ("数值", "value"),
}
_ADJUSTED = {
    "id": ("编号", "id"),
    "name": ("指标", "indicator"),
    "unit": ("单位", "unit"),
    "basis": ("依据", "by"),
    "level": ("分位或把握", "quantile or probability"),
    "factor": ("为基期的倍数", "times the base"),
    "value": ("数值", "value"),
    "probability": ("实现概率", "probability"),
}
_PROPOSED = {
    "id": ("编号", "id"),
    "name": ("指标", "indicator"),
    "unit": ("单位", "unit"),
    "year": ("年份", "year"),
    "level": ("把握", "probability asked for"),
    "value": ("数值", "value"),
    "probability": ("实现概率", "probability"),
}
_SOURCES = {
    "id": ("编号", "id"),
    "publisher": ("发布单位", "publisher"),
    "title": ("文件", "document"),
    "number": ("文号", "number"),
    "published": ("日期", "date"),
    "copy": ("核对情况", "checked"),
}
_PERCENT = (
    "completion gap_closed time_elapsed required_growth required_growth_from_last "
    "observed_growth probability level"
).split()
_DIRECTIONS = {
    "at_least": ("不低于", "at least"),
    "at_most": ("不高于", "at most"),
    "within": ("上下幅度内", "within"),
    "non_decreasing": ("只增不减", "not to fall"),
}
_BASES = {
    "median": ("参照组中位数", "median of the reference class"),
    "upper_quarter": ("参照组前四分之一", "upper quarter of the reference class"),
    "upper_tenth": ("参照组前十分之一", "upper tenth of the reference class"),
    "largest": ("参照组最大值", "largest of the reference class"),
    "probability": ("预测概率", "forecast probability"),
}


def percent_heads(lang: str) -> list[str]:
    """Heads of the columns that hold fractions."""
    side = 0 if lang == "zh" else 1
    heads = [_SCORECARD, _FORECASTS, _ADJUSTED, _PROPOSED]
    return sorted({pairs[name][side] for pairs in heads for name in _PERCENT if name in pairs})


def sheets(as_of: str | None = None, lang: str = "zh") -> dict[str, pd.DataFrame]:
    """Tables of the workbook by the name of their sheet.

    Returns
    -------
    dict of str to DataFrame
        Scorecard, histories, forecasts, required paths, adjusted and proposed targets, sources
        and problems; numbers stay numbers.
    """
    f, side = findings(as_of), 0 if lang == "zh" else 1
    makers = {
        ("指标评估", "scorecard"): _scorecard,
        ("历年数据", "histories"): _histories,
        ("预测", "forecasts"): _forecasts,
        ("所需路径", "required paths"): _paths,
        ("指标调整", "adjusted targets"): _adjusted,
        ("下期目标", "proposed targets"): _proposed,
        ("来源", "sources"): _sources,
        ("数据问题", "problems"): _problems,
    }
    return {names[side]: make(f, lang) for names, make in makers.items()}


def _picked(frame: pd.DataFrame, heads: dict, lang: str) -> pd.DataFrame:
    side = 0 if lang == "zh" else 1
    return frame[list(heads)].set_axis([pair[side] for pair in heads.values()], axis=1)


def _named(frame: pd.DataFrame, f: Findings, lang: str) -> pd.DataFrame:
    card = f.main.set_index("id")
    return frame.assign(name=frame["id"].map(card[lang]), unit=frame["id"].map(card["unit"]))


def _scorecard(f: Findings, lang: str) -> pd.DataFrame:
    side = 0 if lang == "zh" else 1
    card = f.card.assign(
        name=f.card[lang],
        reading=f.card[f"reading_{lang}"],
        holder=f.card[f"holder_{lang}"],
        calibration=[
            calibration(Words.of(records.current(), lang), row) for _, row in f.card.iterrows()
        ],
        direction=f.card["direction"].map(lambda word: _DIRECTIONS[word][side]),
        verdict=f.card["verdict"].map(lambda code: VERDICTS[code][side]),
        likelihood=f.card["probability"].map(
            lambda p: None if pd.isna(p) else likelihood(p)[1 - side]
        ),
    )
    for shape in ("straight", "geometric"):
        column = f"pace_time_progress_{shape}"
        card[column] = card[column].map(
            lambda word: None if pd.isna(word) else PACE_WORDS[word][side]
        )
    return _picked(card, _SCORECARD, lang)


def _histories(f: Findings, lang: str) -> pd.DataFrame:
    registry = records.indicators().set_index("id")
    wanted = list(dict.fromkeys([*f.main["indicator"], "gdp", "rd_expenditure"]))
    areas = config().areas
    seen = records.load_statistics(f.as_of)
    there = set(zip(seen["indicator"], seen["area"], strict=True))
    rows = []
    for indicator in wanted:
        for area in (areas.city, areas.prefecture, areas.region, areas.nation):
            if (indicator, area) not in there:
                continue
            known = history(area, indicator, f.as_of)
            rows += [
                {
                    "area": Words.of(records.current(), lang).area(area),
                    "indicator": indicator,
                    "name": registry.at[indicator, lang],
                    "unit": registry.at[indicator, "unit"],
                    "year": year,
                    "value": value,
                }
                for year, value in known.items()
            ]
    return _picked(pd.DataFrame(rows, columns=list(_HISTORIES)), _HISTORIES, lang)


def _forecasts(f: Findings, lang: str) -> pd.DataFrame:
    levels = [name for name in _FORECASTS if isinstance(name, float)]
    rows = []
    for _, row in f.main.iterrows():
        a = f.assessment(row)
        if a.forecast is None or a.target.value is None or a.target.direction == "within":
            continue
        table = a.forecast.quantiles(levels)
        for year in a.forecast.years:
            chance = a.forecast.probability(a.target.value, year, a.target.direction)
            row_of_year = {"id": row["id"], "year": year, **table.loc[year]}
            rows.append(row_of_year | {"target": row["value"], "probability": chance})
    columns = ["id", "year", *levels, "target", "probability"]
    return _picked(_named(pd.DataFrame(rows, columns=columns), f, lang), _FORECASTS, lang)


def _paths(f: Findings, lang: str) -> pd.DataFrame:
    keys = ["id", "reading"]
    labels = f.card.set_index(keys)[f"reading_{lang}"].rename("label")
    table = f.paths.join(labels, on=keys)
    return _picked(_named(table.assign(reading=table["label"]), f, lang), _PATHS, lang)


def _adjusted(f: Findings, lang: str) -> pd.DataFrame:
    side = 0 if lang == "zh" else 1
    table = f.adjusted.assign(basis=f.adjusted["basis"].map(lambda name: _BASES[name][side]))
    return _picked(_named(table, f, lang), _ADJUSTED, lang)


def _proposed(f: Findings, lang: str) -> pd.DataFrame:
    return _picked(_named(f.proposed, f, lang), _PROPOSED, lang)


def _sources(f: Findings, lang: str) -> pd.DataFrame:
    table, tables = records.load_sources(), [records.load_statistics(f.as_of)]
    tables += [records.load_reference(name, f.as_of) for name in ("provinces", "countries")]
    used = {*f.precedents["source"], *(source for t in tables for source in t["source"])}
    words = {"yes": "转载件，待核" if lang == "zh" else "a copy, to be checked"}
    table["copy"] = table["copy"].map(words).fillna("")
    return _picked(table[table["id"].isin(used)], _SOURCES, lang)


def _problems(f: Findings, lang: str) -> pd.DataFrame:
    tail = "_zh" if lang == "zh" else ""
    heads = {
        "severity": ("级别", "severity"),
        "file": ("文件", "file"),
        "row": ("行", "row"),
        "column": ("列", "column"),
        "value": ("值", "value"),
        f"why{tail}": ("问题", "why"),
        f"remedy{tail}": ("处理", "remedy"),
    }
    table = problems(f.as_of)
    if lang == "zh":
        words = {"error": "错误", "warning": "注意", "note": "说明"}
        table["severity"] = table["severity"].map(words)
    return _picked(table, heads, lang)
