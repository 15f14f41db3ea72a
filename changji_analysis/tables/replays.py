"""Tables of the proof as printed, in Chinese (``zh``) or English (``en``)."""

from __future__ import annotations

import pandas as pd

from .._compat import indicators
from ..figures.replays import model_name
from ..names import area_name
from ..replay import RULES, validation
from . import probability_text

BOX_NAMES = {
    "countries": ("各国R&D强度", "R&D intensity, countries"),
    "provinces": ("各省R&D强度", "R&D intensity, provinces"),
    "certificates": ("各省高企证书", "high-tech certificates, provinces"),
    "stock": ("各省高企存量", "high-tech firms, provinces"),
}


def _headed(table: pd.DataFrame, heads: dict[str, tuple[str, str]], lang: str) -> pd.DataFrame:
    side = lang == "en"
    shown = table[list(heads)].rename(columns={name: words[side] for name, words in heads.items()})
    return shown.set_index(shown.columns[0])


def _interval(low: pd.Series, high: pd.Series, form: str = "{:.3f}") -> list[str]:
    pairs = zip(low, high, strict=True)
    return [f"{form.format(a)}–{form.format(b)}" for a, b in pairs]


def ranking_table(table: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """`changji_analysis.replay.validation.ranking` as printed."""
    against = model_name(table.attrs["reference"], lang)
    frame = table.assign(
        model=[model_name(m, lang) for m in table.index],
        brier=table["brier"].map("{:.3f}".format),
        interval=_interval(table["lower"], table["upper"]),
        skill=table["skill"].map("{:+.0%}".format),
        skill_interval=_interval(table["skill_lower"], table["skill_upper"], "{:+.0%}"),
        log_score=table["log_score"].map("{:.3f}".format),
        ece=table["ece"].map("{:.3f}".format),
    )
    heads = {
        "model": ("方法", "method"),
        "cases": ("目标数", "targets"),
        "brier": ("Brier评分", "Brier score"),
        "interval": ("95%区间", "95 % interval"),
        "skill": (f"比“{against}”少", f"saved on {against}"),
        "skill_interval": ("其95%区间", "its 95 % interval"),
        "log_score": ("对数评分", "log score"),
        "ece": ("校准误差", "calibration error"),
    }
    return _headed(frame, heads, lang)


def intervals_table(table: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """`changji_analysis.replay.validation.intervals` as printed."""
    frame = table.assign(model=[model_name(m, lang) for m in table.index])
    for column in ("cover50", "cover80", "cover95"):
        frame[column] = frame[column].map("{:.0%}".format)
    frame["crps"] = frame["crps"].map("{:.2f}".format)
    heads = {
        "model": ("方法", "method"),
        "cases": ("预测数", "forecasts"),
        "cover50": ("50%区间含实际", "50 % interval covers"),
        "cover80": ("80%区间含实际", "80 % interval covers"),
        "cover95": ("95%区间含实际", "95 % interval covers"),
        "crps": ("CRPS（不变为1）", "CRPS, no change being 1"),
    }
    return _headed(frame, heads, lang)


def coverage_table(boxes: dict[str, pd.DataFrame], lang: str = "zh") -> pd.DataFrame:
    """`changji_analysis.replay.validation.coverage_by_length` of several boxes side by side.

    Each cell holds the coverage of the 80 % interval and the range that chance allows.
    """
    side = lang == "en"
    columns = {}
    for box, table in boxes.items():
        allowed = _interval(table["lower"], table["upper"], "{:.0%}")
        cells = [f"{c:.0%} ({a})" for c, a in zip(table["coverage"], allowed, strict=True)]
        columns[BOX_NAMES[box][side]] = pd.Series(cells, table.index)
    frame = pd.DataFrame(columns).reindex([*map(str, range(1, 11)), "all"]).fillna("")
    return frame.rename({"all": ("合计", "all")[side]}).rename_axis(("观测值数", "figures")[side])


def level_table(table: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """`changji_analysis.replay.validation.coverage_by_level` as printed."""
    spans = [
        f"{low:g}–{high:g}" if high < float("inf") else f">{low:g}"
        for low, high in zip(table["low"], table["high"], strict=True)
    ]
    frame = table.assign(level=spans)
    for column in ("coverage", "one", "above", "below"):
        frame[column] = frame[column].map("{:.0%}".format)
    heads = {
        "level": ("现值（%）", "last figure (%)"),
        "areas": ("地区数", "areas"),
        "cases": ("预测数", "forecasts"),
        "coverage": ("80%区间含实际", "80 % interval covers"),
        "one": ("其中只有一个观测值", "of those from one figure"),
        "above": ("高于区间", "above the interval"),
        "below": ("低于区间", "below the interval"),
    }
    return _headed(frame, heads, lang)


def calibration_tests_table(table: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """`changji_analysis.replay.validation.calibration_tests` as printed."""
    frame = table.assign(box=[BOX_NAMES[box][lang == "en"] for box in table.index])
    for column in ("ece", "common", "p_value"):
        frame[column] = frame[column].map("{:.2f}".format if column != "ece" else "{:.3f}".format)
    heads = {
        "box": ("序列", "series"),
        "areas": ("地区数", "areas"),
        "cases": ("目标数", "targets"),
        "ece": ("校准误差", "calibration error"),
        "common": ("地区间相关", "correlation of areas"),
        "p_value": ("校准完好的p值", "p of perfect calibration"),
    }
    return _headed(frame, heads, lang)


def targets_table(table: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """`changji_analysis.replay.validation.targets_ranking`: one row a method, one column a lead."""
    side = lang == "en"
    frame = table.reset_index()
    between = _interval(frame["lower"], frame["upper"])
    frame["shown"] = [f"{b:.3f} ({i})" for b, i in zip(frame["brier"], between, strict=True)]
    wide = frame.pivot(index="model", columns="lead", values="shown")
    order = [m for m in ("pooled", "generic", *RULES) if m in wide.index]
    wide = wide.loc[order, sorted(wide.columns, reverse=True)]
    heads = {lead: (f"提前{lead}年", f"{lead} years ahead")[side] for lead in wide.columns}
    wide = wide.rename(columns=heads, index=lambda m: model_name(m, lang))
    counts = frame.drop_duplicates("lead").set_index("lead")
    wide.loc[("目标数（其中实现）", "targets (met)")[side]] = [
        f"{counts.at[lead, 'targets']} ({counts.at[lead, 'met']})" for lead in heads
    ]
    return wide.rename_axis(index=("方法", "method")[side], columns=None)


def stories_table(table: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """`changji_analysis.replay.validation.stories` as printed."""
    side = lang == "en"
    names = indicators().set_index("id")[lang]
    rule = {1.0: ("按期", "on track"), 0.0: ("未按期", "not on track")}
    frame = pd.DataFrame(
        {
            ("地区", "area")[side]: [area_name(a, lang) for a in table["area"]],
            ("指标", "indicator")[side]: names.loc[table["indicator"]].to_list(),
            ("目标年", "year")[side]: table["year"].astype(int).to_list(),
            ("基期", "base")[side]: table["base"].map("{:.4g}".format).replace("nan", "").to_list(),
            ("目标", "goal")[side]: table["goal"].map("{:.4g}".format).to_list(),
            ("规则所说", "the rule said")[side]: [
                rule[r][side] if r in rule else "" for r in table["rule"]
            ],
        }
    )
    for column in [c for c in table.columns if c[0] == "p" and c[1:].isdigit()]:
        head = (f"提前{column[1:]}年", f"{column[1:]} years ahead")[side]
        frame[head] = [probability_text(p, lang) for p in table[column]]
    frame[("结果", "outcome")[side]] = table["outcome"].map("{:.4g}".format).to_list()
    met = {1: ("实现", "met"), 0: ("未实现", "missed")}
    frame[("是否实现", "what happened")[side]] = [met[int(h)][side] for h in table["happened"]]
    return frame.set_index(frame.columns[0])


def failures_table(table: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """`changji_analysis.replay.validation.failures` as printed."""
    side = lang == "en"
    frame = table.assign(
        box=[BOX_NAMES[box][side] for box in table["box"]],
        area=[area_name(a, lang) for a in table["area"]],
        years=[f"{a}–{b}" for a, b in zip(table["last_year"], table["year"], strict=True)],
        last=table["last"].map("{:.4g}".format),
        outcome=table["outcome"].map("{:.4g}".format),
        factor=table["factor"].map("{:.2f}".format),
        pit=table["pit"].map("{:.2%}".format),
        broken=table["broken"].map({True: ("是", "yes")[side], False: ""}),
    )
    heads = {
        "area": ("地区", "area"),
        "box": ("序列", "series"),
        "years": ("年份", "years"),
        "last": ("起点", "from"),
        "outcome": ("实际", "to"),
        "factor": ("倍数", "factor"),
        "pit": ("实际值的预测分位", "quantile of the outcome"),
        "broken": ("期间有已声明的口径变化", "declared break in between"),
    }
    return _headed(frame, heads, lang)


def widening_table(lang: str = "zh") -> pd.DataFrame:
    """`changji_analysis.replay.validation.widening` as printed."""
    table = validation.widening()
    frame = table.assign(model=[model_name(m, lang) for m in table.index])
    frame["measured"] = frame["measured"].map("{:.2f}".format)
    heads = {
        "model": ("方法", "method"),
        "cases": ("预测数", "forecasts"),
        "measured": ("测得的倍数", "factor measured"),
        "used": ("所用的倍数", "factor used"),
    }
    return _headed(frame, heads, lang)
