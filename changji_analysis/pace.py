"""Pace: the progress measures of official practice, each by its published formula.

They answer different questions and can contradict each other; an assessment prints them side
by side and never averages them.
"""

from __future__ import annotations

import math

import pandas as pd

EUROSTAT_BANDS = (0.95, 0.60, 0.0)
UN_DESA_BANDS = (0.95, 0.10)


def cagr(last: float, base: float, years: float) -> float | None:
    """Compound annual growth rate, (last / base)^(1 / years) - 1.

    Returns None where it is undefined: no time has passed, or a value is not positive.
    """
    if years <= 0 or last <= 0 or base <= 0:
        return None
    return (last / base) ** (1 / years) - 1


def pace_ratio(
    base: float, last: float, target: float, elapsed: float, span: float, sign: int = 1
) -> float | None:
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

    Returns
    -------
    float or None
        None where the required growth is zero or a value is not positive.
    """
    actual, required = cagr(last, base, elapsed), cagr(target, base, span)
    if actual is None or not required:
        return None
    return sign * actual / abs(required)


def eurostat_status(ratio: float | None) -> str | None:
    """Eurostat's word for a ratio: significant, moderate or insufficient progress, or away."""
    if ratio is None:
        return None
    high, low, none = EUROSTAT_BANDS
    if ratio >= high:
        return "significant_progress"
    if ratio >= low:
        return "moderate_progress"
    return "insufficient_progress" if ratio >= none else "moving_away"


def statcan_status(ratio: float | None, met: bool) -> str | None:
    """Statistics Canada's word; a target that is met counts whatever the trend."""
    if met:
        return "target_achieved"
    if ratio is None:
        return None
    high, low, none = EUROSTAT_BANDS
    if ratio >= high:
        return "on_track"
    if ratio >= low:
        return "acceleration_needed"
    return "limited_progress" if ratio >= none else "deterioration"


def statcan_score(ratio: float, met: bool = False) -> float:
    """Score from -5 to 5 (Open SDG, ProgressMeasure 2.4: with a target); 5 once that is met."""
    if met:
        return 5.0
    if ratio < 0.6:
        return max(4.1667 * ratio - 2.5, -5.0)
    return min(7.1429 * ratio - 4.2857, 5.0)


def gap_closed(base: float, last: float, target: float) -> float | None:
    """Share of the gap closed, (last - base) / (target - base): 增量口径进度.

    None where there was no gap.
    """
    return (last - base) / (target - base) if target != base else None


def expected_gap_closed(
    base: float, last: float, target: float, elapsed: float, span: float
) -> float | None:
    """Share of the gap that the growth so far would close by the deadline.

    (v_e - v_b) / (v_T - v_b) with v_e = v_t (1 + CAGR)^(remaining years): UN DESA, SDG Progress
    Chart, technical note 2023.
    """
    growth = cagr(last, base, elapsed)
    if growth is None or target == base:
        return None
    return (last * (1 + growth) ** (span - elapsed) - base) / (target - base)


def un_desa_status(share: float | None, met: bool) -> str | None:
    """UN DESA's word for the expected share."""
    if met:
        return "met_or_on_track"
    if share is None:
        return None
    high, low = UN_DESA_BANDS
    if share >= high:
        return "met_or_on_track"
    return "fair_progress" if share >= low else "stagnation_or_regression"


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
    years = range(base_year, target_year + 1)
    share = [(year - base_year) / (target_year - base_year) for year in years]
    if shape == "straight":
        values = [base + (target - base) * s for s in share]
    elif shape == "geometric":
        growing = base > 0 and target > 0
        values = [base * (target / base) ** s if growing else math.nan for s in share]
    else:
        raise ValueError(f"unknown shape {shape!r}: use 'straight' or 'geometric'")
    return pd.Series(values, index=pd.Index(years, name="year"), name=shape)
