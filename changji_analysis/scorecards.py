"""The scorecard: one row for every target of the plan, in every reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pandas as pd

from . import records
from .assessment import Assessment, assess
from .config import config, data_dir
from .errors import ChangjiError, DataError, ForecastError, QuantityError
from .histories import growth_windows, history, peers
from .needs import rd_spending
from .plan import Target, plan_target, plan_targets, target_of
from .quantities import convert

EVIDENCE = {
    "A": (
        "目标年已有实际数，或基期之后有三个以上数据",
        "the target year is observed, or three figures or more after the base",
    ),
    "B": ("基期之后有一至两个数据", "one or two figures after the base"),
    "C": ("只有基期数，有参照组", "the base only, with a reference class"),
    "D": ("只有基期数，没有参照组", "the base only, without a reference class"),
    "E": ("没有可用数据", "no usable figure"),
}
"""Grade of the evidence on a target and what earns it, Chinese and English."""

_MEASURES = (
    "met_at_last",
    "required_growth",
    "required_growth_from_last",
    "observed_growth",
    "gap_closed",
    "time_elapsed",
    "probability",
)
_REFERENCE = (
    "reference_span",
    "reference_required",
    "reference_windows",
    "reference_reached",
    "reference_share",
    "reference_periods",
    "reference_broken",
    "reference_largest",
    "reference_area",
    "reference_start",
    "reference_end",
)


def checked_targets() -> pd.DataFrame:
    """`plan_targets`, or what is wrong with a target's unit or the configuration's indicators.

    Raises
    ------
    DataError
        A target's unit measures something else than its indicator's history, or the report's
        headline names an indicator that is unknown or that no target uses.
    """
    try:
        table = plan_targets()
    except QuantityError as error:
        raise DataError(_unit_faults(error)) from error
    if faults := list(_headline_faults(table)):
        raise DataError(faults)
    return table


def _unit_faults(error: QuantityError) -> list[dict]:
    """Targets and readings whose unit cannot be turned into their indicator's."""
    units = records.indicators().set_index("id")["unit"]
    targets = records.load_targets()
    own = targets.set_index("id")["indicator"]
    readings = records.load_readings()
    read_as = readings["indicator"].where(readings["indicator"].ne(""), readings["target"].map(own))
    cells = [
        *zip(targets["id"], targets["unit"], targets["indicator"], strict=True),
        *zip(readings["target"], readings["base_unit"], read_as, strict=True),
    ]
    places = records.places("targets")
    faults = []
    for target, unit, indicator in cells:
        wanted = units.get(indicator, "")
        if not unit or not wanted or _converts(unit, wanted):
            continue
        place = places.loc[target]
        faults.append(
            {
                "file": place["file"],
                "row": place["row"],
                "column": "unit",
                "value": unit,
                "severity": "error",
                "code": "wrong_unit",
                "why": f"target {target} is in {unit}, the history of {indicator} in {wanted}",
                "remedy": f"write the target and its base in a unit that converts to {wanted}, "
                "or give the target another indicator",
                "why_zh": f"目标 {target} 的单位是{unit}，而 {indicator} 的历年数据以{wanted}计",
                "remedy_zh": f"请改用可换算为{wanted}的单位，或改正该目标的指标编号",
            }
        )
    if not faults:
        raise error
    return faults


def _converts(unit: str, wanted: str) -> bool:
    try:
        convert(1.0, unit, wanted)
    except QuantityError:
        return False
    return True


def _headline_faults(table: pd.DataFrame) -> Iterable[dict]:
    known, used = set(records.indicators()["id"]), set(table["indicator"])
    for indicator in config().report.headline:
        if indicator in used:
            continue
        near = ", ".join(records.near_matches(indicator, sorted(used)))
        why = "no target uses the indicator" if indicator in known else "the indicator is unknown"
        why_zh = "没有目标使用该指标" if indicator in known else "该指标未登记"
        yield {
            "file": f"{data_dir().name}/config.yml",
            "column": "report.headline",
            "value": indicator,
            "severity": "error",
            "code": "unknown_indicator",
            "why": why,
            "remedy": "name an indicator that a target uses" + (f", e.g. {near}" if near else ""),
            "why_zh": why_zh,
            "remedy_zh": "请写规划目标所用的指标编号" + (f"，如 {near}" if near else ""),
        }


def plan_assessments(as_of: str | None = None) -> dict[tuple[str, str], Assessment]:
    """Judge every target of the plan in every reading.

    The reference class of an indicator is every area that has it, provinces and countries; an
    indicator without peers takes the generic prior and says so.

    Parameters
    ----------
    as_of : str, optional
        ISO date: only what was known then.

    Returns
    -------
    dict
        (target id, reading) to `Assessment`, the default reading of each target first.
    """
    return dict(_plan_assessments(as_of, records.stamp()))


@lru_cache(maxsize=32)
def _plan_assessments(as_of, stamp) -> dict[tuple[str, str], Assessment]:
    rows = checked_targets()
    return {(row["id"], row["reading"]): _judge(row, as_of) for _, row in rows.iterrows()}


@lru_cache(maxsize=512)
def _city_history(indicator, as_of, stamp) -> pd.Series:
    return history(config().areas.city, indicator, as_of)


@lru_cache(maxsize=512)
def _peer_histories(indicator, as_of, stamp) -> pd.DataFrame:
    return peers(indicator, as_of, level="all")


def city_history(indicator: str, as_of: str | None = None) -> pd.Series:
    """`changji_analysis.histories` of the city, remembered; not to be changed in place."""
    return _city_history(indicator, as_of, records.stamp())


def _peers(indicator: str, as_of: str | None) -> pd.DataFrame:
    """The reference class: provinces and countries."""
    return _peer_histories(indicator, as_of, records.stamp())


def _judge(row: pd.Series, as_of: str | None) -> Assessment:
    reference = _peers(row["indicator"], as_of)
    return assess(
        _known(row, as_of),
        target_of(row),
        peers=reference if reference.shape[1] else None,
        kind=row["model_kind"],
    )


def _known(row: pd.Series, as_of: str | None) -> pd.Series:
    known = city_history(row["indicator"], as_of)
    return known if row["default"] else _as_read(known, target_of(row))


def _as_read(known: pd.Series, target: Target) -> pd.Series:
    """What is known in a reading that counts something else than the published figures do.

    Only its own base; nothing where that is not printed, or is zero, from which no growth starts.
    """
    if not target.base_value or known.get(target.base_year) == target.base_value:
        return known if target.base_value else known.iloc[:0]
    return pd.Series({target.base_year: target.base_value})


def scorecard(as_of: str | None = None) -> pd.DataFrame:
    """One row for every target of the plan in every reading.

    Parameters
    ----------
    as_of : str, optional
        ISO date: only what was known then.

    Returns
    -------
    DataFrame
        The target (``id``, ``reading``, ``default``, ``zh``, ``en``, ``unit``, ``value``,
        ``direction``, ``strength``, ``kind``, ``year``), where it stands (``base_*``, ``last_*``,
        ``last_private`` where the latest figure is not public, ``met_at_base``,
        ``met_at_last``), its pace (``required_growth`` and ``observed_growth``
        as fractions a year, ``completion`` = last / target beside ``gap_closed`` against
        ``time_elapsed``), what is lacking (``shortfall`` in the unit from the latest figure,
        else the base; ``shortfall_per_year`` over the years from that figure to the target;
        ``shortfall_money``, for R&D intensity, in 亿元 under the middle GDP scenario), the
        reference class (``reference_*``: windows of ``reference_span`` years without declared
        breaks, from how many starting years, how many reached ``reference_required``, and the
        largest), where it is heading
        (``probability``, ``likelihood``, ``verdict``), what that rests on (``n``, ``method``,
        ``notes``, ``evidence``: a grade of `EVIDENCE`) and which years are missing
        (``missing_years``) in which office.

    Raises
    ------
    DataError
        Faults of the data files, all at once.
    """
    return _scorecard(as_of, records.stamp()).copy()


@lru_cache(maxsize=32)
def _scorecard(as_of, stamp) -> pd.DataFrame:
    judged = plan_assessments(as_of)
    rows = [
        _row(row, judged[row["id"], row["reading"]], as_of)
        for _, row in checked_targets().iterrows()
    ]
    if not rows:
        raise ChangjiError(
            f"no target stands in {data_dir().name}/raw/plan_targets.csv: write the plan's targets "
            "there, and how each is read into readings.csv / 尚未录入规划目标"
        )
    frame = pd.DataFrame(rows)
    whole = ("year", "base_year", "last_year", "n", "after_base", "reference_span")
    whole += ("reference_windows", "reference_reached", "reference_broken")
    whole += ("reference_periods", "reference_start", "reference_end")
    numbers = [name for name in _MEASURES if name != "met_at_last"]
    numbers += ["value", "base_value", "last_value", "completion", "shortfall"]
    numbers += ["shortfall_per_year", "shortfall_money", "reference_required", "reference_largest"]
    numbers += ["reference_share", "required_factor"]
    flags = ("met_at_base", "met_at_last")
    return frame.astype(
        dict.fromkeys(whole, "Int64")
        | dict.fromkeys(numbers, "float64")
        | dict.fromkeys(flags, "boolean")
    )


def _row(row: pd.Series, a: Assessment, as_of: str | None) -> dict:
    return {
        "id": row["id"],
        "reading": row["reading"],
        "reading_zh": row["reading_zh"],
        "reading_en": row["reading_en"],
        "default": row["default"],
        "section": row["section"],
        "indicator": row["indicator"],
        "zh": row["item"],
        "en": row["item_en"],
        "short_zh": row["item"] if row["stretch_of"] else row["zh"],
        "short_en": row["item_en"] if row["stretch_of"] else row["en"],
        "as_printed": row["as_printed"],
        "bound": row["bound"],
        "unit": row["unit"],
        "decimals": row["decimals"],
        "value": a.target.value,
        "direction": a.target.direction,
        "strength": row["strength"],
        "kind": row["kind"],
        "period": row["period"],
        "year": a.target.year,
        "base_year": a.base_year,
        "base_value": a.base_value,
        "last_year": a.evidence.last_year if a.last_value is not None else None,
        "last_value": a.last_value,
        "last_private": a.evidence.last_year
        in city_history(row["indicator"], as_of).attrs["private"],
        "required_factor": _factor(a),
        **{name: getattr(a, name) for name in _MEASURES},
        "met_at_base": _met_at_base(a),
        "completion": _completion(a),
        **_shortfall(row, a, as_of),
        **_reference(row["indicator"], a, as_of),
        **{f"pace_{name}": status for name, status in a.pace["status"].items()},
        "likelihood": a.likelihood,
        "verdict": a.verdict,
        "n": a.evidence.n,
        "method": a.evidence.method if a.probability is not None else None,
        "calibration": a.evidence.calibration and str(a.evidence.calibration),
        "notes": "; ".join(a.evidence.notes),
        **_evidence(row, a, as_of),
        "holder_zh": row["holder_zh"],
        "holder_en": row["holder_en"],
        "text_zh": row["text_zh"],
        "text_en": row["text_en"],
        "implies_zh": row["implies_zh"],
        "implies_en": row["implies_en"],
    }


def _met_at_base(a: Assessment) -> bool | None:
    if a.base_value is None or a.target.direction == "non_decreasing":
        return None
    return a.target.met_by(a.base_value, a.base_value)


def _factor(a: Assessment) -> float | None:
    """What the target is of its base."""
    return a.target.value / a.base_value if a.target.value and a.base_value else None


def _completion(a: Assessment) -> float | None:
    """完成率, last / target; it has a meaning only where more is wanted."""
    if a.last_value is None or not a.target.value or a.target.direction != "at_least":
        return None
    return a.last_value / a.target.value


def _shortfall(row: pd.Series, a: Assessment, as_of: str | None) -> dict:
    out = dict.fromkeys(("shortfall", "shortfall_per_year", "shortfall_money"))
    value, year = a.last_value, a.evidence.last_year
    if value is None:
        value, year = a.base_value, a.base_year
    if value is None or year is None or a.target.value is None or a.target.direction == "within":
        return out
    out["shortfall"] = max(a.target.sign * (a.target.value - value), 0.0)
    if year < a.target.year:
        out["shortfall_per_year"] = out["shortfall"] / (a.target.year - year)
    if row["indicator"] == "rd_intensity" and value > 0:
        try:
            money = rd_spending(a.target.value, value, a.target.year, as_of).set_index("id")
            out["shortfall_money"] = max(money.at[config().middle_scenario.id, "short"], 0.0)
        except ForecastError:
            pass
    return out


def reference_windows(
    indicator: str, span: int, as_of: str | None = None
) -> tuple[pd.DataFrame, int]:
    """Growth windows of an indicator's reference class.

    Parameters
    ----------
    indicator : str
    span : int
        Years wanted; where no peer's table is that long, the longest span there is.
    as_of : str, optional

    Returns
    -------
    DataFrame, int
        As `changji_analysis.histories.growth_windows`, and the span of the windows; 0 without any.
    """
    others = _peers(indicator, as_of)
    for years in range(min(span, len(others) - 1), 0, -1):
        windows = growth_windows(others, years)
        if len(windows):
            return windows, years
    return growth_windows(others, span), 0


def _reference(indicator: str, a: Assessment, as_of: str | None) -> dict:
    out = dict.fromkeys(_REFERENCE)
    base, goal = a.base_value, a.target.value
    if not base or not goal or a.base_year is None:
        return out
    years = a.target.year - a.base_year
    windows, span = reference_windows(indicator, years, as_of)
    clean = windows[~windows["broken"]]
    out["reference_windows"], out["reference_broken"] = len(clean), int(windows["broken"].sum())
    if clean.empty:
        return out
    sign = a.target.sign
    required = (goal / base) ** (span / years)
    largest = clean.loc[(sign * clean["factor"]).idxmax()]
    reached = sign * clean["factor"] >= sign * required
    return out | {
        "reference_span": span,
        "reference_required": required,
        "reference_reached": int(reached.sum()),
        "reference_share": float(reached.mean()),
        "reference_periods": clean["start"].nunique(),
        "reference_largest": float(largest["factor"]),
        "reference_area": largest["area"],
        "reference_start": int(largest["start"]),
        "reference_end": int(largest["end"]),
    }


def _evidence(row: pd.Series, a: Assessment, as_of: str | None) -> dict:
    known = _known(row, as_of)
    after = sum((a.base_year or 0) < year <= a.target.year for year in known.index)
    return {
        "after_base": after,
        "evidence": _grade(row["indicator"], a, after, as_of),
        "missing_years": spans(sorted(_wanted_years(a, as_of) - set(known.index))),
    }


def _grade(indicator: str, a: Assessment, after: int, as_of: str | None) -> str:
    if a.last_value is None:
        return "E"
    if a.evidence.method == "outcome" or after >= 3:
        return "A"
    if after:
        return "B"
    generic = any("generic" in note for note in a.evidence.notes)
    if generic or not _peers(indicator, as_of).shape[1]:
        return "D"
    return "C"


def _wanted_years(a: Assessment, as_of: str | None) -> set[int]:
    """Years of the plan whose figures could be out: all, or those before the year of the date."""
    last = a.target.year if as_of is None else min(a.target.year, _date(as_of).year - 1)
    return set(range(config().plan.base_year, last + 1))


def _date(day: str | dt.date) -> dt.date:
    return records.as_date(day).date()


def spans(years: Iterable[int]) -> str:
    """Runs of years, ``2011–2013, 2020``."""
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}–{r[-1]}" for r in runs)


def required_paths(as_of: str | None = None) -> pd.DataFrame:
    """Values due in every year on both paths, for every target in every reading.

    Parameters
    ----------
    as_of : str, optional
        ISO date: only what was known then.

    Returns
    -------
    DataFrame
        Long: ``id``, ``reading``, ``default``, ``indicator``, ``unit``, ``year``, ``straight``,
        ``geometric`` and ``observed`` in that unit. A target without a printed base has a path
        only where its wording gives one: a total of the period grows evenly from zero, an
        amount for each year is due every year; else the target year stands alone.
    """
    judged = plan_assessments(as_of)
    frames = []
    for _, row in checked_targets().iterrows():
        due = _path(row, judged[row["id"], row["reading"]])
        due["observed"] = _known(row, as_of).reindex(due.index)
        names = {name: row[name] for name in ("id", "reading", "default", "indicator", "unit")}
        frames.append(due.rename_axis("year").reset_index().assign(**names))
    columns = ["id", "reading", "default", "indicator", "unit", "year"]
    table = pd.concat(frames, ignore_index=True)
    return table[[*columns, "straight", "geometric", "observed"]]


def _path(row: pd.Series, a: Assessment) -> pd.DataFrame:
    start, target = config().plan.base_year, a.target
    value = np.nan if target.value is None else float(target.value)
    if len(a.due):
        return a.due.astype(float).copy()
    if row["period"] == "each year":
        straight = pd.Series(value, range(start + 1, target.year + 1))
    elif "-" in row["period"]:
        years = range(start, target.year + 1)
        straight = pd.Series([value * (y - start) / (target.year - start) for y in years], years)
    else:
        straight = pd.Series({target.year: value})
    return pd.DataFrame({"straight": straight, "geometric": np.nan})


def probability_history(
    target_id: str, reading: str | None = None, dates: Iterable[str] | None = None
) -> pd.DataFrame:
    """How the probability of a target moved with each publication.

    Parameters
    ----------
    target_id : str
        ``t01`` …
    reading : str, optional
        The default reading if none is named.
    dates : iterable of str, optional
        ISO dates; by default every date, from the end of the base year on, at which a figure of
        the indicator became known, the city's own or a peer's.

    Returns
    -------
    DataFrame
        By ``date``: ``probability`` (NaN where the evidence is insufficient), ``verdict``,
        ``n``, ``last_year``, and how many figures became known since the date before:
        ``city`` and ``peers``.
    """
    plan_target(target_id, reading)  # an unknown id or reading is refused with near names
    table = checked_targets()
    rows = table[table["id"].eq(target_id)]
    row = rows[rows["default"] if reading is None else rows["reading"].eq(reading)].iloc[0]
    news = _news(row["indicator"])
    if dates is None:
        start = dt.date(config().plan.base_year, 12, 31).isoformat()
        dates = [day for day in news.index if day >= start]
    return _probability_history(target_id, row["reading"], tuple(dates), records.stamp())


@lru_cache(maxsize=32)
def _probability_history(target_id, reading, dates, stamp) -> pd.DataFrame:
    table = checked_targets()
    row = table[table["id"].eq(target_id) & table["reading"].eq(reading)].iloc[0]
    news, before, out = _news(row["indicator"]), "", []
    for day in sorted(dates):
        a = _judge(row, day)
        fresh = news[(news.index > before) & (news.index <= day)].sum()
        out.append(
            {
                "date": day,
                "probability": np.nan if a.probability is None else a.probability,
                "verdict": a.verdict,
                "n": a.evidence.n,
                "last_year": a.evidence.last_year,
                "city": int(fresh["city"]),
                "peers": int(fresh["peers"]),
            }
        )
        before = day
    columns = ["date", "probability", "verdict", "n", "last_year", "city", "peers"]
    return pd.DataFrame(out, columns=columns).astype({"last_year": "Int64"}).set_index("date")


def _news(indicator: str) -> pd.DataFrame:
    """Figures of an indicator by the date on which they became known: the city's, the peers'."""
    counted = "hightech_certificates" if indicator == "hightech_firms" else indicator
    own = records.load_statistics()
    city = own[own["area"].eq(config().areas.city) & own["indicator"].eq(indicator)]
    region = own[own["area"].eq(config().areas.region) & own["indicator"].eq(counted)]
    tables = [records.load_reference(name) for name in ("provinces", "countries")]
    others = pd.concat([region, *(t[t["indicator"].eq(counted)] for t in tables)])
    counts = {
        name: frame.dropna(subset=["value"])["known_by"].dt.strftime("%Y-%m-%d").value_counts()
        for name, frame in (("city", city), ("peers", others))
    }
    table = pd.DataFrame(counts).reindex(columns=["city", "peers"]).fillna(0).sort_index()
    return table.astype(int).rename_axis("date")
