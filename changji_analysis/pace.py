"""Pace: the progress measures of official practice, each by its published formula.

They answer different questions and can contradict each other; an assessment prints them side
by side and never averages them.

The formulas take numbers or arrays. What is undefined or not known is None among numbers and NaN
in arrays.
"""

from __future__ import annotations

import math
from functools import wraps

import numpy as np
import pandas as pd

EUROSTAT_BANDS = (0.95, 0.60, 0.0)
"""Statistics Canada uses the same; below the last one progress runs the other way."""
UN_DESA_BANDS = (0.95, 0.10)


def _formula(of_arrays):
    """Let a formula of arrays, NaN where undefined, take numbers too."""

    @wraps(of_arrays)
    def formula(*given):
        with np.errstate(all="ignore"):
            result = of_arrays(*(np.atleast_1d(np.asarray(each, float)) for each in given))
        if any(map(np.ndim, given)):
            return result
        return None if np.isnan(result[0]) else float(result[0])

    return formula


@_formula
def cagr(last, base, years):
    """Compound annual growth rate, (last / base)^(1 / years) - 1.

    Undefined where no time has passed, or a value is not positive.
    """
    defined = (years > 0) & (last > 0) & (base > 0)
    return np.where(defined, (last / base) ** (1 / years) - 1, np.nan)


@_formula
def pace_ratio(base, last, target, elapsed, span, sign=1):
    """Achieved over required growth, s g(last, base) / |g(target, base)|.

    Statistics Canada's measure of progress (Open SDG, Progress measure methodology, "growth
    rate with a target"); for rising targets it is Eurostat's (Sustainable development in the
    European Union, annex on the assessment of trends against quantitative targets).

    Parameters
    ----------
    base, last, target : float
        Values at the base year, at the last observation and wanted.
    elapsed, span : float
        Years from the base to the last observation and to the target.
    sign : {1, -1}
        -1 where less is better.

    Undefined where the required growth is zero or a value is not positive.
    """
    actual, required = cagr(last, base, elapsed), cagr(target, base, span)
    return np.where(required == 0, np.nan, sign * actual / abs(required))


def _word(measure: float | None, bands: tuple[float, ...], words: str) -> str | None:
    """The word of the band in which a measure lies; None where it is undefined."""
    if measure is None:
        return None
    return words.split()[sum(measure < least for least in bands)]


def eurostat_status(ratio: float | None) -> str | None:
    """Eurostat's word for a ratio: significant, moderate or insufficient progress, or away."""
    words = "significant_progress moderate_progress insufficient_progress moving_away"
    return _word(ratio, EUROSTAT_BANDS, words)


def statcan_status(ratio: float | None, met: bool) -> str | None:
    """Statistics Canada's word; a target that is met counts whatever the trend."""
    words = "on_track acceleration_needed limited_progress deterioration"
    return "target_achieved" if met else _word(ratio, EUROSTAT_BANDS, words)


@_formula
def gap_closed(base, last, target):
    """Share of the gap closed, (last - base) / (target - base): 增量口径进度.

    Undefined where there was no gap.
    """
    return np.where(target == base, np.nan, (last - base) / (target - base))


@_formula
def expected_gap_closed(base, last, target, elapsed, span):
    """Share of the gap that the growth so far would close by the deadline.

    (v_e - v_b) / (v_T - v_b) with v_e = v_t (1 + CAGR)^(remaining years): UN DESA, SDG Progress
    Chart, technical note 2023.
    """
    growth = cagr(last, base, elapsed)
    expected = last * (1 + growth) ** (span - elapsed)
    return np.where(target == base, np.nan, (expected - base) / (target - base))


@_formula
def _time_elapsed(base, last, goal, elapsed, span):
    return np.where(np.isnan(base + last + goal), np.nan, elapsed / span)


def measures(base_year, base, last_year, last, goal, year, direction) -> dict:
    """Every measure of a target, by the names that an assessment gives them.

    Parameters
    ----------
    base_year, last_year, year
        Years of the base, of the latest figure and of the target.
    base, last, goal
        The values of those years.
    direction : str or array of str
        As `changji_analysis.Target` has it; a band below the base asks for a fall.
    """
    base_year, base, last_year, last, goal, year = (
        np.asarray(each, float) for each in (base_year, base, last_year, last, goal, year)
    )
    elapsed, span = last_year - base_year, year - base_year
    falling = (direction == "at_most") | ((direction == "within") & (goal < base))
    return {
        "required_growth": cagr(goal, base, span),
        "required_growth_from_last": cagr(goal, last, year - last_year),
        "observed_growth": cagr(last, base, elapsed),
        "pace_ratio": pace_ratio(base, last, goal, elapsed, span, np.where(falling, -1, 1)),
        "gap_closed": gap_closed(base, last, goal),
        "expected_gap_closed": expected_gap_closed(base, last, goal, elapsed, span),
        "time_elapsed": _time_elapsed(base, last, goal, elapsed, span),
    }


def un_desa_status(share: float | None, met: bool) -> str | None:
    """UN DESA's word for the expected share."""
    words = "met_or_on_track fair_progress stagnation_or_regression"
    return "met_or_on_track" if met else _word(share, UN_DESA_BANDS, words)


def time_progress_status(closed: float | None, due: float | None) -> str | None:
    """时序进度: progress against what was due by then, ahead (超过), on (达到) or behind (滞后)."""
    if closed is None or due is None:
        return None
    if math.isclose(closed, due, abs_tol=5e-4):
        return "on_schedule"
    return "ahead_of_schedule" if closed > due else "behind_schedule"


def required_path(
    base: float, target: float, base_year: int, target_year: int, shape: str
) -> pd.Series:
    """Values due in every year from the base to the target.

    Parameters
    ----------
    shape : {"straight", "geometric"}
        Equal yearly amounts, or equal yearly growth. The choice alone can flip a verdict.

    Returns
    -------
    Series
        All NaN where a geometric path would start or end at zero or below.
    """
    values = _due(base, target, base_year, target_year, shape)
    return pd.Series(values, _from_to(base_year, target_year), name=shape)


def required_paths(base: float, target: float, base_year: int, target_year: int) -> pd.DataFrame:
    """Year x shape: both of `required_path`."""
    values = {
        shape: _due(base, target, base_year, target_year, shape)
        for shape in ("straight", "geometric")
    }
    return pd.DataFrame(values, _from_to(base_year, target_year))


def _from_to(first: int, last: int) -> pd.Index:
    return pd.RangeIndex(first, last + 1, name="year")


def _due(base, target, base_year: int, target_year: int, shape: str) -> list[float]:
    span = target_year - base_year
    share = [elapsed / span for elapsed in range(span + 1)]
    if shape == "straight":
        return [base + (target - base) * s for s in share]
    if shape == "geometric":
        growing = base > 0 and target > 0
        return [base * (target / base) ** s if growing else math.nan for s in share]
    raise ValueError(f"unknown shape {shape!r}: use 'straight' or 'geometric'")
