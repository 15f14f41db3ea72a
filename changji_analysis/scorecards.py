"""The scorecard: one row for every target of the plan, in every reading."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .assessment import Assessment
from .histories import growth_windows
from .reading_tables import reading_table
from .wording import likelihood

_MEASURES = (
    "met_at_last required_growth required_growth_from_last observed_growth gap_closed "
    "time_elapsed probability"
).split()
_REFERENCE = (
    "reference_span reference_required reference_windows reference_reached reference_share "
    "reference_periods reference_broken reference_largest reference_area reference_start "
    "reference_end"
).split()
_CONTEXT = ("context_area", "context_year", "context_value")


@dataclass(frozen=True)
class Judged:
    """A target of the plan in one reading, judged, and what the judgement saw.

    Attributes
    ----------
    row : Series
        Its row of `changji_analysis.plan.plan_targets`.
    assessment : Assessment
    known : Series
        The city's figures in this reading.
    peers : DataFrame
        The reference class; without columns where nobody else has the indicator.
    parent : Series or None
        The nearest area around the city that is known for longer.
    money : float
        What is lacking in 亿元 under the middle scenario of the GDP; NaN where that has no sense.
    private : bool
        Whether the latest figure is not public.
    context : (str, int, float) or None
        The nearest area around the city with a figure since the base: its name, year and value.
        It stands beside a row as context and carries no probability.
    """

    row: pd.Series
    assessment: Assessment
    known: pd.Series
    peers: pd.DataFrame
    parent: pd.Series | None = None
    money: float = np.nan
    private: bool = False
    context: tuple[str, int, float] | None = None


def scorecard(
    judged: Iterable[Judged], years: Iterable[int], spans: Mapping[tuple[str, str], dict]
) -> pd.DataFrame:
    """One row for every target in every reading, as `changji_analysis.Dataset.scorecard` says.

    Parameters
    ----------
    judged : iterable of Judged
    years : iterable of int
        Those whose figures could be out by the date of knowledge.
    spans : mapping
        (target, reading) to the answer of `changji_analysis.ranges.ends`.
    """
    years = set(years)
    frame = pd.DataFrame(
        [_row(one, years) | spans[one.row["id"], one.row["reading"]] for one in judged]
    )
    whole = (
        "year base_year last_year n after_base reference_span reference_windows reference_reached "
        "reference_broken reference_periods reference_start reference_end context_year words"
    )
    numbers = (
        "value base_value last_value completion shortfall shortfall_per_year shortfall_money "
        "reference_required reference_largest reference_share required_factor context_value "
        "probability_low probability_high probability_floor "
        "probability_low_floor probability_high_floor"
    )
    numbers = [*_MEASURES, *numbers.split()]
    return frame.astype(
        dict.fromkeys(whole.split(), "Int64")
        | dict.fromkeys(numbers, "float64")
        | dict.fromkeys(("met_at_base", "met_at_last"), "boolean")
    )


def _row(one: Judged, years: set[int]) -> dict:
    row, a = one.row, one.assessment
    p = a.probability
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
        "last_private": one.private,
        "required_factor": _factor(a),
        **{name: getattr(a, name) for name in _MEASURES},
        "met_at_base": _met_at_base(a),
        "completion": _completion(a),
        **_shortfall(a, one.money),
        **_reference(a, one.peers),
        **{f"pace_{name}": status for name, status in a.pace["status"].items()},
        "probability_floor": None if p is None else a.floor,
        "likelihood": None if p is None else likelihood(max(p, a.floor))[0],  # as printed
        "verdict": a.verdict,
        "n": a.evidence.n,
        "method": a.evidence.method if a.probability is not None else None,
        "calibration": a.evidence.calibration and str(a.evidence.calibration),
        "notes": "; ".join(a.evidence.notes),
        **_evidence(one, years),
        **dict(zip(_CONTEXT, one.context or (None,) * 3, strict=True)),
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


def _shortfall(a: Assessment, money: float) -> dict:
    out = dict.fromkeys(("shortfall", "shortfall_per_year", "shortfall_money"))
    value, year = a.last_value, a.evidence.last_year
    if value is None:
        value, year = a.base_value, a.base_year
    if value is None or year is None or a.target.value is None or a.target.direction == "within":
        return out
    out["shortfall"] = max(a.target.sign * (a.target.value - value), 0.0)
    if year < a.target.year:
        out["shortfall_per_year"] = out["shortfall"] / (a.target.year - year)
    out["shortfall_money"] = money
    return out


def reference_windows(peers: pd.DataFrame, span: int) -> tuple[pd.DataFrame, int]:
    """Growth windows of a reference class.

    Parameters
    ----------
    peers : DataFrame
    span : int
        Years wanted; where no peer's table is that long, the longest span there is.

    Returns
    -------
    DataFrame, int
        As `changji_analysis.histories.growth_windows`, and the span of the windows; 0 without any.
    """
    for years in range(min(span, len(peers) - 1), 0, -1):
        windows = growth_windows(peers, years)
        if len(windows):
            return windows, years
    return growth_windows(peers, span), 0


def _reference(a: Assessment, peers: pd.DataFrame) -> dict:
    out = dict.fromkeys(_REFERENCE)
    base, goal = a.base_value, a.target.value
    if not base or not goal or a.base_year is None:
        return out
    years = a.target.year - a.base_year
    windows, span = reference_windows(peers, years)
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


def _evidence(one: Judged, years: set[int]) -> dict:
    a, known = one.assessment, one.known.index
    after = sum((a.base_year or 0) < year <= a.target.year for year in known)
    wanted = {year for year in years if year <= a.target.year}
    return {
        "after_base": after,
        "evidence": _grade(a, after, one.peers),
        "missing_years": spans(sorted(wanted - set(known))),
    }


def _grade(a: Assessment, after: int, peers: pd.DataFrame) -> str:
    if a.last_value is None:
        return "E"
    if a.evidence.method == "outcome" or after >= 3:
        return "A"
    if after:
        return "B"
    generic = a.forecast is not None and not a.forecast.peers
    return "D" if generic or not peers.shape[1] else "C"


def spans(years: Iterable[int]) -> str:
    """Runs of years, ``2011–2013, 2020``."""
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}–{r[-1]}" for r in runs)


def required_paths(judged: Iterable[Judged], start: int) -> pd.DataFrame:
    """Values due in every year; see `changji_analysis.Dataset.required_paths`.

    Parameters
    ----------
    judged : iterable of Judged
    start : int
        Base year of the plan.
    """

    def due(one: Judged) -> pd.DataFrame:
        path = _path(one.row, one.assessment, start)
        return path.assign(observed=one.known.reindex(path.index)).rename_axis("year").reset_index()

    return _stacked(judged, due, "id", "reading", "default", "indicator", "unit")


def reading_tables(judged: Iterable[Judged], start: int) -> pd.DataFrame:
    """Which figure means which verdict; see `changji_analysis.Dataset.reading_tables`.

    Parameters
    ----------
    judged : iterable of Judged
    start : int
        Base year of the plan.
    """

    def table(one: Judged) -> pd.DataFrame:
        row, a = one.row, one.assessment
        return reading_table(a.target, a.given, _path(row, a, start), int(row["decimals"]))

    return _stacked(judged, table, "id", "reading", "default", "indicator")


def _stacked(
    judged: Iterable[Judged], table_of: Callable[[Judged], pd.DataFrame], *names: str
) -> pd.DataFrame:
    """A table of each target under each other, behind what names the target."""
    tables = []
    for one in judged:
        tables.append(table_of(one))
        for place, name in enumerate(names):
            tables[-1].insert(place, name, one.row[name])
    return pd.concat(tables, ignore_index=True)


def _path(row: pd.Series, a: Assessment, start: int) -> pd.DataFrame:
    target = a.target
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


def probability_history(judged: Mapping[str, Assessment], news: pd.DataFrame) -> pd.DataFrame:
    """How a probability moved; see `changji_analysis.Dataset.probability_history`.

    Parameters
    ----------
    judged : mapping
        ISO date to the assessment as of that day, ascending.
    news : DataFrame
        By ISO date: how many figures became known, columns ``city`` and ``peers``.
    """
    before, rows = "", []
    for day, a in judged.items():
        fresh = news[(news.index > before) & (news.index <= day)].sum()
        rows.append(
            {
                "date": day,
                "probability": np.nan if a.probability is None else a.probability,
                "probability_floor": a.floor,
                "verdict": a.verdict,
                "n": a.evidence.n,
                "last_year": a.evidence.last_year,
                "city": int(fresh["city"]),
                "peers": int(fresh["peers"]),
            }
        )
        before = day
    columns = "date probability probability_floor verdict n last_year city peers".split()
    return pd.DataFrame(rows, columns=columns).astype({"last_year": "Int64"}).set_index("date")
