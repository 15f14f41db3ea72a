"""What it would take: targets in money, certificates and firms, and the figures to ask for."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from .assessment import Assessment, assess
from .config import Scenario
from .errors import ForecastError
from .forecasting import Forecast, forecast
from .pace import cagr
from .plan import Target
from .scorecards import Judged
from .trends import cohort

PEER_QUANTILES = {"median": 0.5, "upper_quarter": 0.75, "upper_tenth": 0.9, "largest": 1.0}
"""What peers attained, by the share of windows that grew no more."""
TRIALS = 400


def region_pace(known: pd.Series, base_year: int, until: int) -> dict | None:
    """A region's realised pace since the plan's base year, held to a later year.

    An assumption with a name, not a forecast: what the city would reach if it grew as the region
    has grown so far.

    Parameters
    ----------
    known : Series
        The region's history.
    base_year, until : int

    Returns
    -------
    dict or None
        ``base_year``, ``base``, ``last_year``, ``last`` (the region's), ``growth`` (fraction a
        year) and ``factor`` from the base year to `until`; None where the region has no figure
        of the base year or none after it, or where a declared scope break lies between.
    """
    breaks = known.attrs.get("breaks", ())
    known = known[(known.index >= base_year) & (known.index <= until)]
    if base_year not in known.index or len(known) < 2:
        return None
    last_year, base, last = int(known.index[-1]), float(known.iloc[0]), float(known.iloc[-1])
    growth = cagr(last, base, last_year - base_year)
    if growth is None or any(base_year < year <= last_year for year in breaks):
        return None
    return {
        "base_year": base_year,
        "base": base,
        "last_year": last_year,
        "last": last,
        "growth": growth,
        "factor": (1 + growth) ** (until - base_year),
    }


def rd_spending(
    intensity: float,
    base_intensity: float,
    year: int,
    *,
    gdp: pd.Series,
    scenarios: Iterable[Scenario],
    region: dict | None = None,
) -> pd.DataFrame:
    """R&D spending that an intensity means; see `changji_analysis.Dataset.rd_spending`.

    The city's GDP starts from its last published figure; the growth rates are the named
    assumptions of the configuration, not forecasts.

    Parameters
    ----------
    intensity, base_intensity : float
        Target and base, per cent of GDP.
    year : int
        Year of the target.
    gdp : Series
        The city's history, 亿元.
    scenarios : iterable of Scenario
    region : dict, optional
        The answer of `region_pace` for R&D intensity.

    Raises
    ------
    ForecastError
        No GDP of the city is known.
    """
    gdp = gdp[gdp.index <= year]
    if gdp.empty:
        raise ForecastError.of("no_gdp", area=gdp.attrs.get("area", "the city"), year=year)
    last_year, last = int(gdp.index[-1]), float(gdp.iloc[-1])
    table = pd.DataFrame([s.model_dump() for s in scenarios])
    table["gdp"] = last * (1 + table["growth"]) ** (year - last_year)
    table["at_base"] = table["gdp"] * base_intensity / 100
    table["needed"] = table["gdp"] * intensity / 100
    table["short"] = table["needed"] - table["at_base"]
    table["region"] = table["at_base"] * (region["factor"] - 1) if region else np.nan
    table["rest"] = table["short"] - table["region"]
    table["points"] = 100 / table["gdp"]
    table["share_of_base"] = 1 / table["at_base"]
    table.attrs = {"gdp_year": last_year, "gdp_value": last, "region": region}
    return table


def cohort_outlook(
    judged: Assessment,
    past: dict,
    peers: pd.DataFrame,
    renewal_rates: Iterable[float],
    parent: pd.Series | None = None,
) -> pd.DataFrame:
    """Predict a stock of certificates from its cohorts, for a range of renewal rates.

    The stock's certificates are spread evenly over three batches; first-time certificates start
    from the plan's past number a year, one figure for the middle of its period, and move as those
    of the region have, or else of the provinces.

    Parameters
    ----------
    judged : Assessment
        Of the stock, with a base or a later figure.
    past : dict
        As `past_first_time` returns it.
    peers : DataFrame
        Certificates a year of other areas.
    renewal_rates : iterable of float
    parent : Series, optional
        Certificates a year of the region.

    Returns
    -------
    DataFrame
        As `changji_analysis.trends.cohort.renewal_range`.
    """
    year, target = judged.evidence.last_year, judged.target
    assert year is not None and judged.last_value is not None and target.value is not None
    batches = cohort.even_batches(judged.last_value, year)
    first = pd.Series({(past["start"] + past["end"]) // 2: past["per_year"]})
    return cohort.renewal_range(
        batches, target.year, target.value, renewal_rates,
        first_time=first, peers=peers, parent=parent,
    )  # fmt: skip


def past_first_time(baseline: pd.DataFrame) -> dict | None:
    """Firms newly certified a year in the period before the plan, as the plan prints them.

    Returns
    -------
    dict or None
        ``firms``, ``start``, ``end`` and ``per_year``; None where the plan prints no such number.
    """
    rows = baseline[baseline["indicator"].eq("hightech_firms_new")]
    if rows.empty:
        return None
    start, _, end = rows["period"].iloc[0].partition("-")
    firms, years = float(rows["value"].iloc[0]), int(end or start) - int(start) + 1
    return {
        "firms": firms,
        "start": int(start),
        "end": int(end or start),
        "per_year": firms / years,
    }


def reachable(ahead: Forecast, probability: float, direction: str, decimals: int) -> float:
    """The most demanding value that is reached with at least a given probability.

    Parameters
    ----------
    ahead : Forecast
        Its last year counts.
    probability : float
    direction : {"at_least", "at_most"}
        At most: the smallest value that will not be exceeded with that probability.
    decimals : int
        The value is rounded to the easier side, so that the probability holds as printed.
    """
    level = probability if direction == "at_most" else 1 - probability
    value = float(ahead.quantiles([level]).iloc[-1, 0])
    ease = math.ceil if direction == "at_most" else math.floor
    return ease(value * 10**decimals + (-1e-9 if direction == "at_most" else 1e-9)) / 10**decimals


def adjusted_targets(
    judged: Assessment, windows: pd.DataFrame, span: int, decimals: int
) -> pd.Series:
    """Values for the target year that would have been as ambitious as what peers attained.

    Parameters
    ----------
    judged : Assessment
        With a base.
    windows : DataFrame
        As `changji_analysis.histories.growth_windows` returns them; declared breaks are left out.
    span : int
        Years of a window; the factor is carried to the target's own years at equal growth.
    decimals : int
        Digits printed.

    Returns
    -------
    Series
        Value by the name of a quantile of the windows, see `PEER_QUANTILES`; empty without a base
        or without windows.
    """
    base, target = judged.base_value, judged.target
    factors = windows.loc[~windows["broken"], "factor"]
    if not base or judged.base_year is None or factors.empty:
        return pd.Series(dtype=float)
    growth = factors ** (target.sign * (target.year - judged.base_year) / span)
    return pd.Series(
        {
            name: round(base * float(growth.quantile(level)) ** target.sign, decimals)
            for name, level in PEER_QUANTILES.items()
        }
    )


def next_values(
    known: pd.Series,
    until: int,
    *,
    kind: str,
    unit: str,
    decimals: int,
    peers: pd.DataFrame,
    region: pd.Series,
    parent: pd.Series | None = None,
) -> dict[str, float]:
    """What comes by the end of the next plan without new measures, and three targets beside it.

    Parameters
    ----------
    known : Series
        The city's history; its last figure must lie before `until`.
    until, kind, unit, decimals
        Year, scale, unit and printed digits; of a per cent the region's level is the benchmark, of
        a number the region's growth as far as it can be foreseen.
    peers : DataFrame
        The reference class; may be empty.
    region : Series
    parent : Series, optional
        The area around the city with later figures, as the forecast of the target saw it.

    Returns
    -------
    dict
        ``median``, ``low`` and ``high`` (80 %) of the forecast; ``floor``, reached with 90 %
        probability but no less than today; ``stretch``, the forecast's upper quarter; ``match``,
        the region's level or, from the same base, its own forecast growth; stretch and match with
        ``_growth`` a year and ``_probability`` without new measures, and ``_probability_floor``,
        below what that is not printed. No target is below today's figure; NaN where there is
        nothing to set it by.
    """
    start, value = int(known.index[-1]), float(known.iloc[-1])
    classes = peers if peers.shape[1] else None
    ahead = forecast(known, until, peers=classes, parent=parent, kind=kind)
    low, median, quarter, high = map(float, ahead.quantiles([0.1, 0.5, 0.75, 0.9]).iloc[-1])
    match = np.nan
    if unit == "%" and len(region):
        match = float(region.iloc[-1])
    elif unit != "%" and start in region.index:
        later = forecast(region, until, peers=classes, kind=kind).median.iloc[-1]
        match = value * float(later / region[start])
    out = {"median": median, "low": low, "high": high}
    out["floor"] = max(value, reachable(ahead, 0.9, "at_least", decimals))
    for name, asked in (("stretch", quarter), ("match", match)):
        asked = asked if np.isnan(asked) else max(asked, value)
        out[name] = asked
        out[f"{name}_growth"] = (asked / value) ** (1 / (until - start)) - 1
        out |= dict.fromkeys((f"{name}_probability", f"{name}_probability_floor"), np.nan)
        if not np.isnan(asked):
            a = assess(known, Target(asked, until), peers=classes, parent=parent, kind=kind)
            chance = np.nan if a.probability is None else a.probability
            out |= {f"{name}_probability": chance, f"{name}_probability_floor": a.floor}
    return out


def asks(
    judged: Iterable[Judged], years: Iterable[int], registry: pd.DataFrame, headline: Iterable[str]
) -> pd.DataFrame:
    """What each missing figure is worth (preposterior analysis); see `Dataset.asks`.

    The figure is drawn from the present forecast of its year and the target judged again with
    each draw (Raiffa and Schlaifer 1961, Applied Statistical Decision Theory, section 4.5); the
    draws are `TRIALS` evenly spaced quantiles.

    Parameters
    ----------
    judged : iterable of Judged
        Readings that are not the default, and stretch targets, ask for nothing of their own.
    years : iterable of int
        Those whose figures are wanted.
    registry : DataFrame
        The indicators.
    headline : iterable of str
        Indicators that come first.
    """
    registry, order = registry.set_index("id"), list(headline)
    rows = []
    for one in judged:
        row, a = one.row, one.assessment
        if not row["default"] or row["stretch_of"]:
            continue
        about = registry.loc[row["indicator"]]
        names = {n: row[n] for n in ("id", "indicator", "zh", "en", "holder_zh", "holder_en")}
        for year in sorted(set(years) - set(one.known.index)):
            if year > a.target.year:
                continue
            first = a.probability is None and a.target.value is not None
            changes, moves = (1.0, np.nan) if first else _worth(a, year)
            due = "" if pd.isna(about["due"]) else _month(year, int(about["due"]))
            value = {"year": year, "due": due, "first": first, "changes": changes, "moves": moves}
            rows.append({**names, **value, "due_zh": about["due_zh"], "due_en": about["due_en"]})
    columns = "id indicator zh en holder_zh holder_en year due due_zh due_en first changes moves"
    table = pd.DataFrame(rows, columns=columns.split())
    rank = {name: place for place, name in enumerate(order)}
    keys = table.assign(
        rank=table["indicator"].map(rank).fillna(len(rank)),
        changes=-table["changes"].fillna(-1),
        moves=-table["moves"].fillna(0),
        year=-table["year"],
    )
    found = keys.sort_values(["rank", "changes", "moves", "year", "id"], kind="stable").index
    return table.loc[found].reset_index(drop=True)


def _worth(a: Assessment, year: int) -> tuple[float, float]:
    ahead = a.forecast
    if ahead is None or year not in ahead.years:
        return np.nan, np.nan
    levels = (np.arange(TRIALS) + 0.5) / TRIALS
    chances = a.tried(ahead.quantiles(levels).loc[year], year)
    settled = year == a.target.year
    words = [("achieved" if p else "missed") if settled else a.word(p) for p in chances]
    changes = np.mean([word != a.verdict for word in words])
    return float(changes), float(np.mean(np.abs(chances - a.probability)))


def _month(year: int, months: int) -> str:
    return f"{year + 1 + (months - 1) // 12}-{(months - 1) % 12 + 1:02d}"
