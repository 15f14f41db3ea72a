"""Tables as printed, in Chinese (``zh``) or English (``en``): text only, headed in the language."""

from __future__ import annotations

import pandas as pd

from .. import _compat as records
from .._compat import config, consistency, history, peers, problems, scorecard
from ..assessment import VERDICTS, Assessment, assess, likelihood
from ..errors import ForecastError
from ..forecasting import Forecast, forecast
from ..plan import Target
from ..scorecards import spans
from ..trends import MODELS

_HEADERS = {
    "id": ("编号", "id"),
    "name": ("指标", "target"),
    "goal": ("{year}年目标", "goal"),
    "base": ("基期", "base"),
    "last": ("最新", "latest"),
    "standing": ("现状", "standing"),
    "required": ("所需年均增速", "required growth a year"),
    "probability": ("实现概率", "probability"),
    "likelihood": ("可能性", "likelihood"),
    "verdict": ("结论", "verdict"),
    "rests_on": ("依据", "rests on"),
    "holder": ("数据与责任单位", "who holds the figures"),
}
_GOAL = {
    "at_least": ("≥", "≥"),
    "at_most": ("≤", "≤"),
    "within": ("约", "about "),
    "non_decreasing": ("只增不减", "not to fall"),
}
_STANDING = {
    True: ("已达到目标值", "at or past the goal"),
    False: ("未达到目标值", "short of the goal"),
    None: ("无数据", "no figure"),
}


def scorecard_table(lang: str = "zh", *, all_readings: bool = False, as_of: str | None = None):
    """The scorecard as printed.

    Parameters
    ----------
    lang : {"zh", "en"}
    all_readings : bool
        Also the readings that are not the default.
    as_of : str, optional

    Returns
    -------
    DataFrame
        Text only, headed in the language, indexed by the target's id.
    """
    side = 0 if lang == "zh" else 1
    card = scorecard(as_of)
    if not all_readings:
        card = card[card["default"]]
    rows = []
    for _, row in card.iterrows():
        name = row["zh"] if side == 0 else row["en"]
        if not row["default"]:
            name += f"（{row['reading']}）" if side == 0 else f" ({row['reading']})"
        sign = _GOAL[row["direction"]][side]
        met = None if pd.isna(row["met_at_last"]) else bool(row["met_at_last"])
        rows.append(
            {
                "id": row["id"],
                "name": name,
                "goal": _goal(row, sign, lang),
                "base": _dated(row["base_value"], row["base_year"], row, lang),
                "last": _dated(row["last_value"], row["last_year"], row, lang)
                + (("（未公开）", " (not public)")[side] if row["last_private"] else ""),
                "standing": _STANDING[met][side],
                "required": percent(row["required_growth"], signed=True),
                "probability": probability_text(row["probability"], lang),
                "likelihood": ""
                if pd.isna(row["probability"])
                else likelihood(row["probability"])[1 - side],
                "verdict": VERDICTS[row["verdict"]][side],
                "rests_on": _rests_on(row, side),
                "holder": row["holder_zh"] if side == 0 else row["holder_en"],
            }
        )
    year = config().plan.target_year
    heads = {name: head[side].format(year=year) for name, head in _HEADERS.items()}
    table = pd.DataFrame(rows).rename(columns=heads)
    return table.set_index(_HEADERS["id"][side])


UNITS_EN = {
    "亿元": "100 million yuan",
    "万亩": "10,000 mu",
    "万吨": "10,000 t",
    "万人": "10,000 people",
    "场次": "events",
    "支": "teams",
    "人": "people",
    "名": "people",
    "座": "mines",
    "家": "",
    "个": "",
    "件": "",
}
"""Units in English; a counter that English does without is empty."""


def printed(value: float, row: pd.Series, lang: str = "zh") -> str:
    """A value with its unit, in the indicator's decimals."""
    number = f"{value:,.{int(row['decimals'])}f}"
    if row["unit"] == "%":
        return f"{number}%"
    unit = row["unit"] if lang == "zh" else UNITS_EN.get(row["unit"], row["unit"])
    return f"{number} {unit}".rstrip()


def percent(share: float | None, *, signed: bool = False) -> str:
    """A fraction as per cent with one decimal; empty where there is none."""
    if share is None or pd.isna(share):
        return ""
    return f"{share:+.1%}" if signed else f"{share:.1%}"


def probability_text(probability: float | None, lang: str = "zh") -> str:
    """A probability as printed: whole per cent, never 0 % or 100 % short of an outcome."""
    if probability is None or pd.isna(probability):
        return ""
    if probability in (0.0, 1.0):
        return f"{probability:.0%}"
    if probability < 0.01:
        return "不足1%" if lang == "zh" else "under 1%"
    if probability > 0.99:
        return "超过99%" if lang == "zh" else "over 99%"
    return f"{probability:.0%}"


def _goal(row, sign: str, lang: str) -> str:
    if pd.isna(row["value"]):
        return sign
    if row["direction"] == "within" and row["bound"] == "between":
        return row["as_printed"]
    return sign + printed(row["value"], row, lang)


def _dated(value, year, row, lang: str) -> str:
    if pd.isna(value):
        return ""
    return f"{printed(value, row, lang)} ({int(year)})"


def _rests_on(row, side: int) -> str:
    if pd.isna(row["probability"]):
        return "无可用数据" if side == 0 else "no usable figure"
    if row["method"] == "outcome":
        return "目标年实际数" if side == 0 else "the target year's own figure"
    generic = "generic" in row["notes"] or not _has_peers(row["indicator"])
    if side == 0:
        return f"{row['n']}个观测值，{'通用先验' if generic else '参照组'}"
    count = f"{row['n']} figure{'s' if row['n'] != 1 else ''}"
    return f"{count}, {'generic prior' if generic else 'reference class'}"


def _has_peers(indicator: str) -> bool:
    return peers(indicator, level="all").shape[1] > 0


def pace_table(assessment: Assessment, lang: str = "zh") -> pd.DataFrame:
    """The official measures of one assessment side by side, as printed."""
    side = 0 if lang == "zh" else 1
    names = {
        "eurostat": ("欧盟统计局（增速比）", "Eurostat (ratio of growth)"),
        "statistics_canada": ("加拿大统计局（增速比）", "Statistics Canada (ratio of growth)"),
        "un_desa": ("联合国经社部（到期可弥合差距）", "UN DESA (gap closed by the deadline)"),
        "time_progress_straight": ("时序进度（直线路径）", "share of time (straight path)"),
        "time_progress_geometric": ("时序进度（等比路径）", "share of time (geometric path)"),
    }
    rows = []
    for method, row in zip(names, assessment.pace.to_dict("records"), strict=True):
        value = "" if pd.isna(row["value"]) else f"{row['value']:.2f}"
        status = PACE_WORDS.get(str(row["status"]), ("无法计算", "cannot be computed"))[side]
        rows.append((names[method][side], value, status))
    heads = ("方法", "数值", "评价") if side == 0 else ("method", "value", "status")
    return pd.DataFrame(rows, columns=list(heads)).set_index(heads[0])


PACE_WORDS = {
    "significant_progress": ("进展显著", "significant progress"),
    "moderate_progress": ("进展中等", "moderate progress"),
    "insufficient_progress": ("进展不足", "insufficient progress"),
    "moving_away": ("偏离目标", "moving away"),
    "target_achieved": ("已达目标", "target achieved"),
    "on_track": ("按期", "on track"),
    "acceleration_needed": ("有进展，须加快", "progress made, acceleration needed"),
    "limited_progress": ("进展有限", "limited progress"),
    "deterioration": ("恶化", "deterioration"),
    "met_or_on_track": ("已达到或按期", "met or on track"),
    "fair_progress": ("有进展，须加快", "fair progress, acceleration needed"),
    "stagnation_or_regression": ("停滞或倒退", "stagnation or regression"),
    "ahead_of_schedule": ("超过时序进度", "ahead of schedule"),
    "on_schedule": ("达到时序进度", "on schedule"),
    "behind_schedule": ("滞后于时序进度", "behind schedule"),
}
"""Status codes of `pace` in Chinese and English."""


def due_table(assessment: Assessment, lang: str = "zh", decimals: int = 2) -> pd.DataFrame:
    """Values due in every year on the straight and the geometric path, and what was observed."""
    side = 0 if lang == "zh" else 1
    names = {"straight": ("直线路径", "straight path"), "geometric": ("等比路径", "geometric path")}
    table = assessment.due.rename(columns={k: v[side] for k, v in names.items()}).round(decimals)
    return table.rename_axis("年份" if side == 0 else "year")


def _pick(frame: pd.DataFrame, heads: dict[str, tuple[str, str]], lang: str) -> pd.DataFrame:
    """The columns named in heads, headed in the language, indexed by the first of them."""
    side = 0 if lang == "zh" else 1
    table = frame[list(heads)].rename(columns={k: v[side] for k, v in heads.items()})
    return table.set_index(table.columns[0])


def baseline_table(lang: str = "zh") -> pd.DataFrame:
    """Every quantified statement on the past period, as printed and as read."""
    heads = {
        "id": ("编号", "id"),
        "section": ("章节", "section"),
        "item" if lang == "zh" else "item_en": ("内容", "item"),
        "as_printed": ("原文", "as printed"),
        "value": ("数值", "value"),
        "unit": ("单位", "unit"),
        "bound": ("界限", "bound"),
        "period": ("时期", "period"),
    }
    frame = records.load_baseline()
    frame["value"] = frame["value"].map("{:,.10g}".format)
    if lang == "zh":
        frame["bound"] = frame["bound"].map(BOUNDS_ZH)
    return _pick(frame, heads, lang)


BOUNDS_ZH = {
    "exact": "等于",
    "at_least": "不少于",
    "at_most": "不多于",
    "more_than": "多于",
    "less_than": "少于",
    "about": "约",
    "between": "区间",
    "non_decreasing": "只增不减",
    "derived": "推算",
    "derived_at_least": "推算，不少于",
    "derived_at_most": "推算，不多于",
}
STRENGTHS = {"firm": ("确定", "firm"), "soft": ("争取", "soft")}


def targets_table(lang: str = "zh") -> pd.DataFrame:
    """Every target once, with all the places in which the plan prints it."""
    side = 0 if lang == "zh" else 1
    heads = {
        "id": ("编号", "id"),
        "item" if lang == "zh" else "item_en": ("指标", "target"),
        "as_printed": ("原文", "as printed"),
        "period": ("时限", "by or in"),
        "strength": ("语气", "wording"),
        "locators": ("出处", "printed in"),
    }
    frame = records.load_targets()
    frame["strength"] = frame["strength"].map(lambda word: STRENGTHS[word][side])
    if lang == "zh":
        frame["period"] = frame["period"].replace("each year", "每年")
    return _pick(frame, heads, lang)


def consistency_table(lang: str = "zh") -> pd.DataFrame:
    """The plan checked against itself."""
    side = 0 if lang == "zh" else 1
    heads = {
        "place": ("编号", "id"),
        "computed": ("由基期算得", "computed"),
        "printed": ("所对照的数", "held against"),
        "agrees": ("相等", "equal"),
        "says_zh" if lang == "zh" else "says_en": ("说明", "what follows"),
    }
    frame = consistency()
    frame["agrees"] = frame["agrees"].map({True: ("是", "yes")[side], False: ("否", "no")[side]})
    for column in ("computed", "printed"):
        frame[column] = frame[column].map("{:g}".format)
    return _pick(frame, heads, lang)


def readings_table(lang: str = "zh") -> pd.DataFrame:
    """Targets whose wording admits more than one reading, and what each reading implies."""
    card = scorecard()
    card = card[card["id"].duplicated(keep=False)]
    side = 0 if lang == "zh" else 1
    card["base"] = [_dated(r["base_value"], r["base_year"], r, lang) for _, r in card.iterrows()]
    card["verdict"] = card["verdict"].map(lambda code: VERDICTS[code][side])
    card["default"] = card["default"].map({True: ("默认", "default")[side], False: ""})
    heads = {
        "id": ("编号", "id"),
        lang: ("指标", "target"),
        "default": ("", ""),
        f"text_{lang}": ("理解", "reading"),
        "base": ("基期", "base"),
        f"implies_{lang}": ("意味着", "implies"),
        "verdict": ("结论", "verdict"),
    }
    return _pick(card, heads, lang)


def coverage_table(lang: str = "zh") -> pd.DataFrame:
    """For every indicator and area, the years for which a figure is known."""
    names = records.indicators().set_index("id")[lang]
    seen = records.load_statistics().dropna(subset=["value"])
    areas = [a for a in config().areas.all if a in set(seen["area"])]
    years = seen.groupby(["indicator", "area"])["year"].agg(lambda y: spans(sorted(set(y))))
    table = pd.DataFrame(years.unstack()).reindex(columns=areas).fillna("")
    table = table.loc[[i for i in names.index if i in table.index]]
    table.index = pd.Index(names.loc[table.index], name="指标" if lang == "zh" else "indicator")
    return table.rename_axis(columns=None)


def vintages_table(area: str, indicator: str, lang: str = "zh") -> pd.DataFrame:
    """Years of which more than one published value is known: first, preliminary, revised."""
    seen = records.load_statistics()
    seen = seen[seen["area"].eq(area) & seen["indicator"].eq(indicator)]
    table = seen.pivot_table(index="year", columns="vintage", values="value", aggfunc="last")
    table = table[table.notna().sum(axis=1) > 1]
    words = {
        "preliminary": ("快报", "preliminary"),
        "first": ("首次公布", "first"),
        "revised": ("修订", "revised"),
    }
    side = 0 if lang == "zh" else 1
    table = table[[w for w in words if w in table.columns]]
    table = table.map(lambda v: "" if pd.isna(v) else f"{v:.2f}")
    return table.rename(columns={k: v[side] for k, v in words.items()}).rename_axis(
        index="年份" if side == 0 else "year", columns=None
    )


def history_table(series: pd.Series, lang: str = "zh", decimals: int = 2) -> pd.DataFrame:
    """A history as a row of years."""
    years = "年份" if lang == "zh" else "year"
    head = f"{series.attrs['area']}（{series.attrs['unit']}）"
    shown = series.map(lambda v: f"{v:,.{decimals}f}")
    return shown.rename(head).to_frame().T.rename_axis(columns=years)


def problems_table(lang: str = "zh", severity: str | None = None) -> pd.DataFrame:
    """Everything found wrong, ambiguous or corrected in the data."""
    found = problems()
    if severity is not None:
        found = found[found["severity"].eq(severity)]
    tail = "_zh" if lang == "zh" else ""
    found["row"] = found["row"].astype("str").fillna("")
    heads = {
        "file": ("文件", "file"),
        "row": ("行", "row"),
        "column": ("列", "column"),
        "value": ("值", "value"),
        f"why{tail}": ("问题", "why"),
        f"remedy{tail}": ("处理", "remedy"),
    }
    return _pick(found, heads, lang)


def problem_counts(lang: str = "zh") -> pd.DataFrame:
    """How many problems of each kind."""
    heads = ("级别", "代码") if lang == "zh" else ("severity", "code")
    counts = problems().groupby(["severity", "code"], sort=True).size()
    return counts.rename_axis(heads).to_frame("数量" if lang == "zh" else "count")


def assessment_table(assessment: Assessment, row: pd.Series, lang: str = "zh") -> pd.DataFrame:
    """One verdict with everything it rests on.

    Parameters
    ----------
    assessment : Assessment
    row : Series
        The target's row of the scorecard, for names, unit and decimals.
    """
    a, side = assessment, 0 if lang == "zh" else 1
    last = "" if a.last_value is None else _dated(a.last_value, a.evidence.last_year, row, lang)
    pairs = [
        (("目标", "goal"), _goal(row, _GOAL[a.target.direction][side], lang)),
        (("基期", "base"), _dated(a.base_value, a.base_year, row, lang)),
        (("最新", "latest"), last),
        (("所需年均增速（自基期）", "required growth a year, from the base"),
         percent(a.required_growth, signed=True)),
        (("所需年均增速（自最新）", "required growth a year, from the latest"),
         percent(a.required_growth_from_last, signed=True)),
        (("实现概率", "probability"), probability_text(a.probability, lang)),
        (("可能性", "likelihood"),
         "" if a.probability is None else likelihood(a.probability)[1 - side]),
        (("结论", "verdict"), VERDICTS[a.verdict][side]),
        (("依据", "rests on"), _rests_on(row, side)),
        (("模型", "model"), a.evidence.method),
        (("检验", "calibration"),
         str(a.evidence.calibration or "未检验 / not yet scored").split(" / ")[side]),
    ]  # fmt: skip
    head = ("项目", "结果") if side == 0 else ("item", "result")
    table = pd.DataFrame([(k[side], v) for k, v in pairs], columns=list(head))
    return table.set_index(head[0])


def forecast_table(ahead: Forecast, lang: str = "zh", decimals: int = 2) -> pd.DataFrame:
    """Median and intervals by year."""
    levels = [0.025, 0.1, 0.5, 0.9, 0.975]
    zh = ["2.5%分位", "10%分位", "中位数", "90%分位", "97.5%分位"]
    en = ["2.5 %", "10 %", "median", "90 %", "97.5 %"]
    table = ahead.quantiles(levels).round(decimals)
    table.columns = zh if lang == "zh" else en
    return table.rename_axis("年份" if lang == "zh" else "year")


def money_table(needed: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """R&D spending under the GDP scenarios, 亿元."""
    heads = {
        f"name_{lang}": ("情景", "scenario"),
        "growth": ("GDP名义年均增速", "nominal GDP growth a year"),
        "gdp": (f"{config().plan.target_year}年GDP（亿元）", "GDP (100 m yuan)"),
        "at_base": ("按基期强度的R&D（亿元）", "R&D at the base intensity (100 m yuan)"),
        "needed": ("目标所需R&D（亿元）", "R&D that the target needs (100 m yuan)"),
        "short": ("差额（亿元）", "short (100 m yuan)"),
    }
    frame = needed.copy()
    frame["growth"] = frame["growth"].map("{:.1%}".format)
    for column in ("gdp", "at_base", "needed", "short"):
        frame[column] = frame[column].map("{:,.2f}".format)
    return _pick(frame, heads, lang)


def identity_table(identity: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """Three years' certificates against the printed stock."""
    heads = {
        "year": ("年份", "year"),
        "this_year": ("当年证书", "this year's"),
        "last_year": ("上年证书", "last year's"),
        "year_before": ("前年证书", "the year before's"),
        "certificates": ("三年之和", "sum of three"),
        "stock": ("公布存量", "printed stock"),
        "gap": ("差额", "gap"),
        "gap_share": ("差额占比", "gap, share"),
    }
    frame = identity.dropna(subset=["certificates"]).reset_index()
    frame["gap_share"] = frame["gap_share"].map("{:+.1%}".format)
    for column in ("this_year", "last_year", "year_before", "certificates", "stock", "gap"):
        frame[column] = frame[column].map("{:,.0f}".format)
    return _pick(frame, heads, lang)


def first_time_table(needed: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """First-time certificates a year by renewal rate."""
    heads = {
        "renewal_rate": ("续认率（假定）", "renewal rate (assumed)"),
        "first_time": ("每年首次认定所需（家）", "first-time certificates a year"),
    }
    frame = needed.copy()
    frame["renewal_rate"] = frame["renewal_rate"].map("{:.0%}".format)
    frame["first_time"] = frame["first_time"].map("{:.1f}".format)
    return _pick(frame, heads, lang)


def cohort_table(outlook: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """Predicted stock and probability of the target by renewal rate."""
    heads = {
        "renewal_rate": ("续认率（假定）", "renewal rate (assumed)"),
        "lower": ("80%下限", "80 % lower"),
        "median": ("中位数", "median"),
        "upper": ("80%上限", "80 % upper"),
        "chance": ("达到目标的概率", "probability of the target"),
        "first_time_needed": ("平均每年需首次认定（家）", "first-time certificates needed a year"),
    }
    frame = outlook.assign(chance=[probability_text(p, lang) for p in outlook["probability"]])
    frame["renewal_rate"] = frame["renewal_rate"].map("{:.0%}".format)
    for column in ("lower", "median", "upper"):
        frame[column] = frame[column].map("{:,.0f}".format)
    frame["first_time_needed"] = frame["first_time_needed"].map("{:.1f}".format)
    return _pick(frame, heads, lang)


def revised_gdp_table(revised: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """A target on its own GDP and on revised ones."""
    heads = {
        "revision": ("GDP上修（假定）", "GDP raised by (assumed)"),
        "asks": ("按原GDP口径相当于（%）", "as much as, on its own GDP (%)"),
        "factor": ("是基期的倍数", "times the base"),
        "chance": ("实现概率", "probability"),
    }
    frame = revised.assign(chance=[probability_text(p, lang) for p in revised["probability"]])
    frame["revision"] = frame["revision"].map("{:.0%}".format)
    frame["asks"] = frame["asks"].map("{:.2f}".format)
    frame["factor"] = frame["factor"].map("{:.1f}".format)
    return _pick(frame, heads, lang)


def reference_table(windows: pd.DataFrame, required: float, lang: str = "zh") -> pd.DataFrame:
    """Where a required factor stands among the windows of the reference class.

    Parameters
    ----------
    windows : DataFrame
        As `changji_analysis.histories.growth_windows` returns it.
    required : float
        Factor over the same number of years.
    """
    side = 0 if lang == "zh" else 1
    largest = windows.loc[windows["factor"].idxmax()]
    clean = windows[~windows["broken"]]
    pairs = [
        (("窗口数", "windows"), f"{len(windows):,}"),
        (("地区数", "areas"), f"{windows['area'].nunique():,}"),
        (("增长倍数中位数", "median factor"), f"{windows['factor'].median():.2f}"),
        (("九成窗口不超过", "nine in ten are below"), f"{windows['factor'].quantile(0.9):.2f}"),
        (("最大倍数", "largest factor"),
         f"{largest['factor']:.2f} ({largest['area']} {largest['start']}–{largest['end']})"),
        (("剔除口径变化后的最大倍数", "largest without scope breaks"),
         f"{clean['factor'].max():.2f}"),
        (("所需倍数", "required factor"), f"{required:.2f}"),
        (("达到所需倍数的窗口", "windows that reached it"),
         f"{int((windows['factor'] >= required).sum()):,}"),
    ]  # fmt: skip
    head = ("项目", "数值") if side == 0 else ("item", "value")
    return pd.DataFrame([(k[side], v) for k, v in pairs], columns=list(head)).set_index(head[0])


def precedents_table(indicator: str, lang: str = "zh", *, scored: bool = True) -> pd.DataFrame:
    """Targets set elsewhere and what became of them."""
    side = 0 if lang == "zh" else 1
    frame = records.load_precedents()
    frame = frame[frame["indicator"].eq(indicator)]
    if scored:
        frame = frame[frame["scored"].eq("yes")]
    words = {
        "attained": ("达到", "attained"),
        "missed": ("未达到", "missed"),
        "passed": ("提前达到", "passed early"),
        "pending": ("未到期", "pending"),
        "unknown": ("不详", "unknown"),
    }
    frame["status"] = frame["status"].map(lambda word: words[word][side])
    for column in ("base_value", "target", "outcome"):
        frame[column] = frame[column].map(lambda v: "" if pd.isna(v) else f"{v:.2f}")
    heads = {
        "area": ("地区", "area"),
        "plan": ("文件", "plan"),
        "base_value": ("基期", "base"),
        "target_year": ("目标年", "year"),
        "target": ("目标", "target"),
        "outcome": ("结果", "outcome"),
        "status": ("是否达到", "status"),
    }
    return _pick(frame, heads, lang)


def precedent_counts(indicator: str, lang: str = "zh") -> pd.DataFrame:
    """How many scored precedents were attained, by group of target year."""
    frame = records.load_precedents()
    frame = frame[frame["indicator"].eq(indicator) & frame["scored"].eq("yes")]
    table = (
        frame.assign(attained=frame["status"].eq("attained"))
        .groupby("area_level")["attained"]
        .agg(["size", "sum", "mean"])
    )
    table["mean"] = table["mean"].map("{:.0%}".format)
    levels = {"nation": "国家", "province": "省级", "prefecture": "地市级", "county": "县级"}
    if lang == "zh":
        table.index = table.index.map(lambda level: levels.get(level, level))
    table.index.name = "层级" if lang == "zh" else "level"
    heads = ["目标数", "达到", "达到率"] if lang == "zh" else ["targets", "attained", "share"]
    return table.set_axis(heads, axis=1)


def models_table(
    known: pd.Series, until: int, kind: str, others: pd.DataFrame | None, lang: str = "zh"
) -> pd.DataFrame:
    """Every trend model on one history: median and 80 % interval of the last year ahead.

    A model that cannot run says why and the others go on.
    """
    rows = []
    for model in MODELS:
        try:
            f = forecast(known, until, model=model, kind=kind, peers=others)
        except ForecastError as error:
            rows.append((model, "", "", "", error.reason))
            continue
        low, high = f.interval(0.8).iloc[-1]
        median = f.median.iloc[-1]
        rows.append((model, f"{median:.3g}", f"{low:.3g}", f"{high:.3g}", ""))
    zh = ["模型", "中位数", "80%下限", "80%上限", "不能运行的原因"]
    en = ["model", "median", "80 % lower", "80 % upper", "why it cannot run"]
    heads = zh if lang == "zh" else en
    return pd.DataFrame(rows, columns=heads).set_index(heads[0])


def gaps_table(lang: str = "zh") -> pd.DataFrame:
    """What figure is missing for each target, and which office holds it."""
    card = scorecard()
    card = card[card["default"]]
    period = range(config().plan.base_year, config().plan.target_year + 1)
    missing = []
    for _, row in card.iterrows():
        known = set(history(config().areas.city, row["indicator"]).index)
        missing.append(spans([year for year in period if year not in known]))
    card["missing"] = missing
    heads = {
        "id": ("编号", "id"),
        lang: ("指标", "target"),
        "missing": ("缺少的年份", "years missing"),
        f"holder_{lang}": ("数据持有单位", "held by"),
    }
    return _pick(card, heads, lang)


def sensitivity_table(
    known: pd.Series, target: Target, kind: str, classes: dict[str, pd.DataFrame | None], lang="zh"
) -> pd.DataFrame:
    """The verdict under other reference classes: does it hang on the choice?

    Parameters
    ----------
    known : Series
        The history.
    target : Target
    kind : str
    classes : dict
        Name of a reference class to its peers; None is the generic prior.
    """
    rows = []
    for name, others in classes.items():
        a = assess(known, target, peers=others, kind=kind)
        ahead = forecast(known, target.year, peers=others, kind=kind)
        low, high = ahead.interval(0.8).iloc[-1]
        count = 0 if others is None else others.notna().any().sum()
        text = probability_text(a.probability, lang)
        verdict = VERDICTS[a.verdict][0 if lang == "zh" else 1]
        rows.append((name, f"{count}", f"{low:.3g}–{high:.3g}", text, verdict))
    zh = ["参照组", "地区数", "80%区间", "实现概率", "结论"]
    en = ["reference class", "areas", "80 % interval", "probability", "verdict"]
    heads = zh if lang == "zh" else en
    return pd.DataFrame(rows, columns=heads).set_index(heads[0])
