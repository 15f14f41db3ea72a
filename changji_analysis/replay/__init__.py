"""Put yourself back to any year, see only what was known, forecast, and score what happened.

Provinces: what is known at an origin are the figures up to that year that were out by the end of
the next one, in the vintage of that day (`history.peers` with ``as_of``). Countries have one
vintage and no publication dates: there it is every figure up to the origin, by year. The column
``known`` says which.

Nothing sees what it is scored on. The hyperparameters that predict an area are fitted on the
areas of the other folds, up to the origin.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from .. import pace, trends
from .._compat import history, indicators, load_precedents, peers
from ..config import data_dir
from ..errors import ForecastError, UsageError
from ..scales import Scale, scale_for
from ..trends import pooled
from . import scores

FOLDS = 5
FACTORS = (1.1, 1.25, 1.5, 2.0)
"""Synthetic targets, as multiples of the last figure."""
LENGTHS = tuple(range(1, 11))
HORIZONS = tuple(range(1, 6))
STALE = 1
"""An area whose last figure is older than this many years at the origin sits out."""
LEADS = (5, 4, 3, 2)
RULES = ("no_change", "base_rate", "eurostat", "un_desa", "linear", "time_progress")
STATSMODELS = ("log_linear", "damped_ets", "theta", "local_linear", "count_trend")
EUROPE = {"lisbon": "Lisbon strategy", "europe2020": "Europe 2020 strategy"}
BOXES = {
    # name: indicator, level, how it is known
    "countries": ("rd_intensity", "countries", "by year"),
    "provinces": ("rd_intensity", "provinces", "by publication date"),
    "certificates": ("hightech_certificates", "provinces", "by publication date"),
    "stock": ("hightech_firms", "provinces", "by publication date"),
}


COLUMNS = "area origin fold n last_year year ahead base_year base last outcome".split()


class Cases(NamedTuple):
    """Histories and outcomes; the arrays run along the rows of the table.

    Attributes
    ----------
    table : DataFrame
        ``area``, ``origin``, ``fold``, ``n``, ``last_year``, ``year``, ``ahead``,
        ``base_year``, and in printed units ``base``, ``last``, ``outcome``.
    step, gap : arrays (N, WINDOW - 1)
        Increments on the scale, newest last, and the years they span.
    scale : Scale
    """

    table: pd.DataFrame
    step: np.ndarray
    gap: np.ndarray
    scale: Scale


def only_past(figures: pd.DataFrame | pd.Series, origin: int):
    """Return the figures, or refuse them where one is dated after the origin."""
    late = [year for year in figures.dropna(how="all").index if year > origin]
    if late:
        raise ForecastError(
            f"a replay of {origin} was given figures of {', '.join(map(str, late))}.",
            reason="future",
            remedy="cut the input at the origin",
        )
    return figures


def _box(name: str, origin: int | None) -> pd.DataFrame:
    return _remembered(name, origin, data_dir())


@lru_cache(maxsize=256)
def _remembered(name: str, origin: int | None, folder: Path) -> pd.DataFrame:
    indicator, level, known = BOXES[name]
    if origin is None or known == "by year":
        table = peers(indicator, level=level)
        return table if origin is None else table[table.index <= origin]
    table = peers(indicator, as_of=f"{origin + 1}-12-31", level=level)
    return table[table.index <= origin]


def known(box: str, origin: int) -> pd.DataFrame:
    """What was known of a box of `BOXES` at an origin, year x area in printed units."""
    return only_past(_box(box, origin), origin).copy()


def outcomes(panel: pd.DataFrame | str) -> pd.DataFrame:
    """What is known today of a box of `BOXES`; a table of one's own is its own outcome."""
    return _box(panel, None) if isinstance(panel, str) else panel


def on_line(figures: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """Printed figures on the scale; NaN where it has no place for them."""
    values = figures.to_numpy(float)
    low = values >= 0 if scale.edge else values > 0
    fits = low & (values <= scale.upper) & np.isfinite(values)
    out = np.full(values.shape, np.nan)
    out[fits] = scale.forward(values[fits])
    return pd.DataFrame(out, index=figures.index, columns=figures.columns)


def cut(
    past: pd.DataFrame,
    outcomes: pd.DataFrame,
    origin: int,
    *,
    kind: str = "ratio",
    lengths: Iterable[int] = LENGTHS,
    horizons: Iterable[int] = HORIZONS,
    folds: int = FOLDS,
) -> Cases:
    """Every area at one origin, its last n figures and what came of it.

    Parameters
    ----------
    past : DataFrame (years, areas)
        In printed units; a figure dated after the origin is an error.
    outcomes : DataFrame (years, areas)
        As known today.
    """
    only_past(past, origin)
    rows, steps, gaps = [], [], []
    scale = scale_for(kind, past.to_numpy()[np.isfinite(past.to_numpy())])
    place = {area: i % folds for i, area in enumerate(sorted(outcomes.columns))}
    for area in past.columns:
        series = past[area].dropna()
        if not len(series) or series.index[-1] < origin - STALE:
            continue
        x, years = scale.forward(series.to_numpy()), series.index.to_numpy()
        ends = [
            (year, outcomes.at[year, area])
            for year in (origin + h for h in horizons)
            if year in outcomes.index and np.isfinite(outcomes.at[year, area])
        ]
        for n in lengths:
            if n > len(x):
                break
            step, gap = _padded(np.diff(x[-n:])), _padded(np.diff(years[-n:]))
            for year, outcome in ends:
                rows.append(
                    (
                        area, origin, place[area], n, years[-1], year, year - years[-1],
                        years[-n], series.iloc[-n], series.iloc[-1], outcome,
                    )
                )  # fmt: skip
                steps.append(step)
                gaps.append(gap)
    width = pooled.WINDOW - 1
    return Cases(
        pd.DataFrame(rows, columns=COLUMNS),
        np.array(steps).reshape(-1, width),
        np.array(gaps).reshape(-1, width),
        scale,
    )


def _padded(increments) -> np.ndarray:
    out = np.zeros(pooled.WINDOW - 1)
    if len(increments):
        out[-len(increments) :] = increments
    return out


def predict_pooled(cases: Cases, past: pd.DataFrame | None) -> pd.DataFrame:
    """Predict all cases of one origin at once, each from the priors of the other folds.

    Parameters
    ----------
    past : DataFrame or None
        The peers in printed units; None for the generic prior.

    Returns
    -------
    DataFrame
        ``loc``, ``scale``, ``df`` on the scale of the cases.
    """
    table = cases.table
    out = np.empty((len(table), 3))
    ahead = table["ahead"].to_numpy(float)
    x = cases.scale.forward(table["last"].to_numpy(float))
    for fold in table["fold"].unique():
        at = (table["fold"] == fold).to_numpy()
        prior = pooled.GENERIC
        if past is not None:
            same = table.loc[at, "area"].unique()
            others = past.loc[:, [c for c in past.columns if c not in set(same)]]
            others = others.loc[:, others.notna().sum() >= 2]
            if others.shape[1] >= pooled.LEAST_PEERS:
                prior = pooled.fit_prior(on_line(others, cases.scale))
        found = pooled.posterior(prior, cases.step[at], cases.gap[at], x[at])
        rise, spread, df = found.at(ahead[at])
        out[at] = np.stack([x[at] + rise, spread, df], axis=1)
    return pd.DataFrame(out, columns=["loc", "scale", "df"], index=table.index)


def predict_each(cases: Cases, model: str) -> pd.DataFrame:
    """Predict case by case with a model that needs no peers; NaN where it cannot run."""
    table = cases.table
    out = np.full((len(table), 3), np.nan)
    groups = table.groupby(["area", "origin", "n"], sort=False).indices
    x_last = cases.scale.forward(table["last"].to_numpy(float))
    ahead = table["ahead"].to_numpy(int)
    for at in groups.values():
        first = at[0]
        n = int(table["n"].iloc[first])
        step, gap = cases.step[first], cases.gap[first]
        back = np.r_[np.flip(np.cumsum(np.flip(step[len(step) - n + 1 :]))), 0.0]
        ago = np.r_[np.flip(np.cumsum(np.flip(gap[len(gap) - n + 1 :]))), 0.0]
        years = int(table["last_year"].iloc[first]) - ago.astype(int)
        try:
            found = trends.predict(
                model, x_last[first] - back, years, np.arange(1, ahead[at].max() + 1)
            )
        except ForecastError:
            continue
        pick = ahead[at] - 1
        spread = np.sqrt(np.diag(found.shape))[pick]
        out[at] = np.stack(
            [found.loc[pick], np.maximum(spread, 1e-9), np.full(len(at), found.df)], axis=1
        )
    return pd.DataFrame(out, columns=["loc", "scale", "df"], index=table.index)


def events(cases: Cases, factors: Iterable[float] = FACTORS) -> pd.DataFrame:
    """Synthetic targets: will the last figure be multiplied by so much by that year?

    Returns
    -------
    DataFrame
        Every case once per factor: its columns, ``factor``, ``goal`` and ``happened``.
    """
    parts = []
    for factor in factors:
        part = cases.table.assign(factor=factor, goal=cases.table["last"] * factor)
        part["happened"] = (part["outcome"] >= part["goal"]).astype(int)
        parts.append(part.rename_axis("case").reset_index())
    return pd.concat(parts, ignore_index=True)


def probability(events: pd.DataFrame, prediction: pd.DataFrame, scale: Scale) -> np.ndarray:
    """Probability of reaching each event's goal under the prediction of its case."""
    found = prediction.loc[events["case"]]
    goal = scale.place(events["goal"].to_numpy(float))
    p = 1 - scores.t_pit(goal, *(found[c].to_numpy() for c in ("loc", "scale", "df")))
    return np.where(np.isfinite(found["loc"].to_numpy()), p, np.nan)


def rule(name: str, events: pd.DataFrame) -> np.ndarray:
    """What an official rule says of targets: 1, it will be met, or 0; NaN where undefined.

    Parameters
    ----------
    name : {"no_change", "eurostat", "un_desa", "linear", "time_progress"}
        The formulas are those of `changji_analysis.pace`: Eurostat's and Statistics Canada's
        ratio of growth rates at .95, UN DESA's expected share of the gap at .95, a straight
        line through base and last figure, and 时序进度 on a straight path.
    events : DataFrame
        With ``base_year``, ``base``, ``last_year``, ``last``, ``year``, ``goal``; rising
        targets.
    """
    base, last, goal = (events[c].to_numpy(float) for c in ("base", "last", "goal"))
    elapsed = (events["last_year"] - events["base_year"]).to_numpy(float)
    span = (events["year"] - events["base_year"]).to_numpy(float)
    met = last >= goal
    if name == "no_change":
        return met.astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = (last / base) ** (1 / elapsed) - 1
        required = (goal / base) ** (1 / span) - 1
        if name == "eurostat":
            said = growth / np.abs(required) >= pace.EUROSTAT_BANDS[0]
        elif name == "un_desa":
            expected = last * (1 + growth) ** (span - elapsed)
            said = (expected - base) / (goal - base) >= pace.UN_DESA_BANDS[0]
        elif name == "linear":
            said = last + (last - base) / elapsed * (span - elapsed) >= goal
        elif name == "time_progress":
            said = (last - base) / (goal - base) >= elapsed / span
        else:
            raise UsageError(f"unknown rule {name!r}: there are {', '.join(RULES)}")
    return np.where(met, 1.0, np.where(elapsed > 0, said, np.nan))


def base_rate(past: pd.DataFrame, events: pd.DataFrame) -> np.ndarray:
    """Share of the other areas' windows up to the origin that grew by so much in that time."""
    out = np.full(len(events), np.nan)
    areas = events.groupby("fold")["area"].unique()
    asked = events.assign(times=(events["goal"] / events["last"]).round(9))
    for at in asked.groupby(["fold", "ahead", "times"]).indices.values():
        one = asked.iloc[at[0]]
        ahead, times = int(one["ahead"]), one["times"]
        others = past.loc[:, ~past.columns.isin(areas[one["fold"]])]
        others = others.where(others > 0)
        ratio = (others.reindex(others.index + ahead).to_numpy() / others.to_numpy()).ravel()
        ratio = ratio[np.isfinite(ratio)]
        if len(ratio):
            out[at] = (np.sum(ratio >= times) + 0.5) / (len(ratio) + 1)
    return out


def rolling(
    panel: pd.DataFrame | str,
    origins: Iterable[int],
    *,
    models: Iterable[str] = ("pooled", "generic"),
    kind: str = "ratio",
    lengths: Iterable[int] = LENGTHS,
    horizons: Iterable[int] = HORIZONS,
    factors: Iterable[float] = FACTORS,
    folds: int = FOLDS,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Forecast every area from every origin and see what happened.

    Parameters
    ----------
    panel : DataFrame or str
        Year x area in printed units, known by year; or the name of one of `BOXES`.
    origins : iterable of int
    models : iterable of str
        Names of `trends.MODELS`, ``generic`` for pooled without peers, and `RULES`.

    Returns
    -------
    forecasts : DataFrame
        One row per case and model that gives a distribution: the columns of `Cases`, ``model``,
        ``loc``, ``scale``, ``df``, ``pit``, ``crps``, ``log_density``.
    chances : DataFrame
        One row per synthetic target: the columns of `events` and one column of probabilities
        per model, NaN where it could not answer.
    """
    today = outcomes(panel)
    lengths, horizons, factors = tuple(lengths), tuple(horizons), tuple(factors)
    forecasts, chances = [], []
    for origin in origins:
        past = known(panel, origin) if isinstance(panel, str) else today[today.index <= origin]
        cases = cut(past, today, origin, kind=kind, lengths=lengths, horizons=horizons, folds=folds)
        if not len(cases.table):
            continue
        asked = events(cases, factors)
        x = cases.scale.forward(cases.table["outcome"].to_numpy(float))
        for model in models:
            if model == "base_rate":
                asked[model] = base_rate(past, asked)
            elif model in RULES:
                asked[model] = rule(model, asked)
            else:
                if model in ("pooled", "generic"):
                    found = predict_pooled(cases, past if model == "pooled" else None)
                else:
                    found = predict_each(cases, model)
                asked[model] = probability(asked, found, cases.scale)
                t = [found[c].to_numpy() for c in ("loc", "scale", "df")]
                forecasts.append(
                    cases.table.assign(
                        model=model,
                        **found,
                        pit=scores.t_pit(x, *t),
                        crps=scores.t_crps(x, *t),
                        log_density=scores.t_log_density(x, *t),
                    ).dropna(subset=["loc"])
                )
        chances.append(asked)
    if not chances:
        raise UsageError("no area has figures at any of the origins")
    return (
        pd.concat(forecasts, ignore_index=True) if forecasts else pd.DataFrame(),
        pd.concat(chances, ignore_index=True),
    )


def targets(
    group: str,
    leads: Iterable[int] = LEADS,
    models: Iterable[str] = ("pooled", "generic", *RULES),
) -> pd.DataFrame:
    """Replay published targets whose outcome is known.

    Parameters
    ----------
    group : {"lisbon", "europe2020", "china"}
        National targets of R&D intensity for 2010 (set in 2006) and 2020 (set in 2010), and the
        Chinese national and provincial precedents.
    leads : iterable of int
        Years from the origin to the target year. A lead that would start before the target's
        base year is skipped.

    Returns
    -------
    DataFrame
        One row per target and lead: ``id``, ``lead``, the columns of `Cases`, ``indicator``,
        ``known``, ``goal``, ``happened`` and one column of probabilities per model. A target
        without any figure at the origin is left out.
    """
    table = load_precedents()
    table = table[
        table["scored"].eq("yes") & table["target"].notna() & table["outcome"].notna()
        & table["status"].isin(["attained", "missed"])
        & table["outcome_year"].eq(table["target_year"])
        & table["indicator"].isin(indicators()["id"])
    ]  # fmt: skip
    europe = table["plan"].str.startswith(tuple(EUROPE.values()))
    if group == "china":
        table = table[~europe]
    elif group in EUROPE:
        table = table[table["plan"].str.startswith(EUROPE[group])]
    else:
        raise UsageError(f"no group {group!r}: there are {', '.join([*EUROPE, 'china'])}")
    leads, models, parts = tuple(leads), tuple(models), []
    for (indicator, year), rows in table.groupby(["indicator", "target_year"]):
        year = int(year)
        box = "countries" if group in EUROPE else "provinces"
        begins = {year - int(b) for b in rows["base_year"].dropna()} if group == "china" else set()
        for lead in sorted({*leads, *begins}, reverse=True):
            part = _replay_targets(rows, indicator, year, year - lead, box, models)
            parts.append(part.assign(lead=lead, indicator=indicator))
    found = pd.concat(parts, ignore_index=True)
    return found.sort_values(["year", "lead", "area"], ascending=[True, False, True])


def _replay_targets(rows, indicator, year, origin, box, models) -> pd.DataFrame:
    how = BOXES[box][2]
    pooling = indicator == BOXES[box][0]
    past = known(box, origin) if pooling else pd.DataFrame()
    everyone = sorted(_box(box, None).columns)
    scale = scale_for(indicators().set_index("id").at[indicator, "kind"], np.array([1.0]))
    cases, steps, gaps, extra = [], [], [], []
    for row in rows.itertuples():
        if row.base_year > origin:
            continue
        if row.area in past.columns:
            series = past[row.area].dropna()
        else:
            series = history(row.area, indicator, as_of=f"{origin + 1}-12-31")
            series = only_past(series[series.index <= origin], origin)
        if series.empty and np.isfinite(row.base_value):
            series = pd.Series([row.base_value], index=[int(row.base_year)])
        if series.empty or series.index[-1] < min(row.base_year, origin - STALE):
            continue
        series = series.iloc[-pooled.WINDOW :]
        x, years = scale.forward(series.to_numpy(float)), series.index.to_numpy()
        base = row.base_value
        if not np.isfinite(base):
            base = series.get(int(row.base_year), np.nan)
        fold = everyone.index(row.area) % FOLDS if row.area in everyone else FOLDS
        cases.append(
            (
                row.area, origin, fold, len(x), years[-1], year, year - years[-1],
                int(row.base_year), base, series.iloc[-1], row.outcome,
            )
        )  # fmt: skip
        steps.append(_padded(np.diff(x)))
        gaps.append(_padded(np.diff(years)))
        extra.append((row.id, how, row.target, int(row.outcome >= row.target)))
    if not cases:
        return pd.DataFrame()
    cut_here = Cases(pd.DataFrame(cases, columns=COLUMNS), np.array(steps), np.array(gaps), scale)
    out = cut_here.table.copy()
    out[["id", "known", "goal", "happened"]] = extra
    asked = out.assign(case=out.index)
    for model in models:
        if model in RULES:
            if model == "base_rate":
                out[model] = base_rate(past, asked) if pooling else np.nan
            else:
                out[model] = rule(model, asked)
            continue
        if model in ("pooled", "generic"):
            found = predict_pooled(cut_here, past if model == "pooled" and pooling else None)
        else:
            found = predict_each(cut_here, model)
        out[model] = probability(asked, found, scale)
    return out
