"""Put yourself back to any year, see only what was known, forecast, and score what happened.

Provinces: what is known at an origin are the figures up to that year that were out by the end of
the next one, in the vintage of that day. Countries have one vintage and no publication dates:
there it is every figure up to the origin, by year.

Nothing sees what it is scored on. The hyperparameters that predict an area are fitted on the
areas of the other folds, up to the origin. Everything runs on arrays along the cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from .. import pace, trends
from ..errors import ForecastError, UsageError
from ..forecasting import attainment, scaled_peers
from ..scales import Scale, scale_for
from ..trends import pooled
from . import scores

if TYPE_CHECKING:
    from ..dataset import Dataset

FOLDS = 5
FACTORS = tuple(float(f) for f in np.geomspace(1.1, 10, 12).round(2))
"""Synthetic targets, as multiples of the last figure; any is at most a tenth off one."""
LENGTHS = tuple(range(1, 11))
HORIZONS = tuple(range(1, 6))
STALE = 1
"""An area whose last figure is older than this many years at the origin sits out."""
RULES = ("no_change", "eurostat", "un_desa", "linear", "time_progress")
"""Official rules, which say only yes or no."""
RATES = {"level_rate": 0.25, "base_rate": 1.0}
"""Base rates of the peers, by the share of their windows that is counted, the nearest in level."""
LEAST_WINDOWS = 20


class Panel(NamedTuple):
    """Areas that are replayed together; `dated` where figures carry a date of publication."""

    indicator: str
    level: str
    dated: bool
    kind: str
    origins: range


PANELS = {
    "countries": Panel("rd_intensity", "countries", False, "ratio", range(2001, 2021)),
    "provinces": Panel("rd_intensity", "provinces", True, "ratio", range(2014, 2023)),
    "certificates": Panel("hightech_certificates", "provinces", True, "count", range(2020, 2024)),
    "stock": Panel("hightech_firms", "provinces", True, "count", range(2021, 2024)),
}


class Cases(NamedTuple):
    """Histories and outcomes; arrays run along the rows of the table.

    ``table`` holds ``area``, ``origin``, ``fold``, ``n``, ``last_year``, ``year``, ``ahead``,
    ``base_year``, and in printed units ``base``, ``last``, ``outcome``; ``step`` and ``gap``
    (N, WINDOW - 1) the increments on the ``scale``, newest last, and the years they span;
    ``folds`` the fold of every area of the panel.
    """

    table: pd.DataFrame
    step: np.ndarray
    gap: np.ndarray
    scale: Scale
    folds: pd.Series

    @property
    def start(self) -> np.ndarray:
        """Where each case stands on the scale."""
        return self.scale.forward(self.table["last"].to_numpy(float))

    def scaled(self, past: pd.DataFrame) -> pd.DataFrame:
        """Printed figures of the panel on the scale."""
        return scaled_peers(past, self.scale, None)[0]

    def outside(self, past: pd.DataFrame, fold: int) -> np.ndarray:
        """Which columns belong to other folds."""
        return self.folds.reindex(past.columns).ne(fold).to_numpy()


class Replay(NamedTuple):
    """What was said at some origins, and what happened.

    Attributes
    ----------
    table : DataFrame
        The N cases: the columns of `Cases` and ``panel``.
    rise : array (N,)
        From the last figure to the outcome, on the scale.
    laws : dict of arrays (N, 3)
        Location above the last figure, scale and degrees of freedom, by model.
    said : dict of arrays (N, F)
        Probability of reaching each factor, by model, rule or base rate; NaN where it is silent.
    happened : array (N, F)
        1 where the outcome reached the factor.
    factors : array (F,)
    """

    table: pd.DataFrame
    rise: np.ndarray
    laws: dict[str, np.ndarray]
    said: dict[str, np.ndarray]
    happened: np.ndarray
    factors: np.ndarray

    def part(self, rows) -> Replay:
        """The cases of a mask."""
        rows = np.asarray(rows)
        laws, said = ({k: v[rows] for k, v in each.items()} for each in (self.laws, self.said))
        table = self.table[rows].reset_index(drop=True)
        return Replay(table, self.rise[rows], laws, said, self.happened[rows], self.factors)

    def pit(self, model: str) -> np.ndarray:
        """Quantile of each outcome in a model's predictive distribution."""
        return scores.t_pit(self.rise, *self.laws[model].T)

    def crps(self, model: str) -> np.ndarray:
        """CRPS of a model, case by case."""
        return scores.t_crps(self.rise, *self.laws[model].T)


def joined(parts: Sequence[Replay]) -> Replay:
    """Several replays of the same models as one."""
    table, rise, laws, said, happened, factors = zip(*parts, strict=True)
    laws, said = (
        {name: np.concatenate([each[name] for each in given]) for name in given[0]}
        for given in (laws, said)
    )
    table = pd.concat(table, ignore_index=True)
    return Replay(table, np.concatenate(rise), laws, said, np.concatenate(happened), factors[0])


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


@lru_cache(maxsize=64)
def then(data: Dataset, origin: int) -> Dataset:
    """The dataset at the end of the year after an origin, when its figures are out."""
    return data.at(f"{origin + 1}-12-31")


@lru_cache(maxsize=64)
def known(data: Dataset, panel: str, origin: int) -> pd.DataFrame:
    """What was known of a panel of `PANELS` at an origin, year x area in printed units."""
    one = PANELS[panel]
    table = (then(data, origin) if one.dated else data).peers(one.indicator, one.level)
    return only_past(table[table.index <= origin], origin)


def outcomes(data: Dataset, panel: str) -> pd.DataFrame:
    """What is known today of a panel of `PANELS`."""
    return data.peers(PANELS[panel].indicator, PANELS[panel].level)


def folds_of(areas: Iterable[str], folds: int = FOLDS) -> pd.Series:
    """The fold of each area, dealt in the order of their names."""
    areas = sorted(areas)
    return pd.Series(np.arange(len(areas)) % folds, index=areas)


def cut(
    past: pd.DataFrame, outcomes: pd.DataFrame, origin: int, *, kind: str = "ratio",
    lengths: Iterable[int] = LENGTHS, horizons: Iterable[int] = HORIZONS, folds: int = FOLDS,
) -> Cases:  # fmt: skip
    """Every area at one origin, its last n figures and what came of it.

    Parameters
    ----------
    past : DataFrame (years, areas)
        In printed units; a figure dated after the origin is an error.
    outcomes : DataFrame (years, areas)
        As known today.
    """
    only_past(past, origin)
    place, width = folds_of(outcomes.columns, folds), pooled.WINDOW
    n, ahead = np.array([*lengths]), np.array([*horizons])
    padded = past.reindex([*range(-width, 0), *past.index]).to_numpy(float)
    seen = np.isfinite(padded)
    order = np.argsort(seen, axis=0, kind="stable")[-width:]  # what is known, newest last
    figures, years = np.take_along_axis(padded, order, 0), np.r_[[0] * width, past.index][order]
    scale = scale_for(kind, padded[seen] if seen.any() else np.ones(1))
    step, gap = np.diff(scale.forward(figures), axis=0).T, np.diff(years, axis=0).T
    end = outcomes.reindex(index=origin + ahead, columns=past.columns).to_numpy(float).T
    fresh = (years[-1] >= origin - STALE) & seen.any(0)
    exists = fresh[:, None] & (n <= seen.sum(0)[:, None])
    area, length, horizon = np.nonzero(exists[:, :, None] & np.isfinite(end)[:, None, :])
    n, names, year = n[length], past.columns.to_numpy()[area], origin + ahead[horizon]
    table = pd.DataFrame(
        {"area": names, "origin": origin, "fold": place.reindex(names).to_numpy(), "n": n,
         "last_year": years[-1, area], "year": year, "ahead": year - years[-1, area],
         "base_year": years[width - n, area], "base": figures[width - n, area],
         "last": figures[-1, area], "outcome": end[area, horizon]}
    )  # fmt: skip
    inside = np.arange(width - 1) >= width - n[:, None]
    step, gap = np.where(inside, step[area], 0.0), np.where(inside, gap[area], 0.0)
    return Cases(table, step, gap, scale, place)


def predict_pooled(cases: Cases, prior: Callable[[int], pooled.Prior]) -> np.ndarray:
    """Predict all cases of one origin at once, each from the prior of its fold.

    Returns location above the last figure, scale and degrees of freedom, an array (N, 3).
    """
    fold = cases.table["fold"].to_numpy()
    out, start = np.empty((len(fold), 3)), cases.start
    ahead = cases.table["ahead"].to_numpy(float)
    for one in np.unique(fold):
        at = fold == one
        found = pooled.posterior(prior(one), cases.step[at], cases.gap[at], start[at])
        out[at] = np.stack(found.at(ahead[at]), axis=1)
    return out


def generic(fold: int) -> pooled.Prior:
    """The prior of a series without peers, the same for every fold."""
    return pooled.GENERIC


def prior_without(cases: Cases, peers: pd.DataFrame, fold: int) -> pooled.Prior:
    """The prior of the areas outside a fold, on the scale; the generic one where they are few."""
    others = peers.loc[:, cases.outside(peers, fold)]
    others = others.loc[:, others.notna().sum() >= 2]
    return pooled.fit_prior(others) if others.shape[1] >= pooled.LEAST_PEERS else pooled.GENERIC


def predict_each(cases: Cases, model: str) -> np.ndarray:
    """Predict case by case with a model that needs no peers; NaN where it cannot run."""
    table = cases.table
    out = np.full((len(table), 3), np.nan)
    start, ahead = cases.start, table["ahead"].to_numpy(int)
    for at in table.groupby(["area", "n"], sort=False).indices.values():
        first, n = at[0], int(table["n"].iloc[at[0]])
        step, gap = (a[first][pooled.WINDOW - n :] for a in (cases.step, cases.gap))
        x = start[first] - np.r_[np.cumsum(step[::-1])[::-1], 0.0]
        years = int(table["last_year"].iloc[first]) - np.r_[np.cumsum(gap[::-1])[::-1], 0.0]
        try:
            found = trends.predict(model, x, years.astype(int), np.arange(1, ahead[at].max() + 1))
        except ForecastError:
            continue
        pick = ahead[at] - 1
        spread = np.maximum(np.sqrt(np.diag(found.shape))[pick], 1e-9)
        out[at] = np.stack([found.loc[pick] - x[-1], spread, np.full(len(at), found.df)], axis=1)
    return out


def probability(cases: Cases, law: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """Probability of reaching goals in printed units, one row a case."""
    loc, spread, df = law.T[:, :, None]
    loc = loc + cases.start[:, None]
    return attainment(loc, spread, df, cases.scale, goal, "at_least", 0)


def rule(name: str, table: pd.DataFrame, goal: np.ndarray) -> np.ndarray:
    """What an official rule says of rising targets: 1, it will be met, or 0; NaN where undefined.

    Parameters
    ----------
    name : {"no_change", "eurostat", "un_desa", "linear", "time_progress"}
        By the formulas of `changji_analysis.pace`: Eurostat's and Statistics Canada's ratio of
        growth rates at .95, UN DESA's expected share of the gap at .95, a straight line through
        base and last figure, and 时序进度 on a straight path.
    table : DataFrame
        With ``base_year``, ``base``, ``last_year``, ``last``, ``year``.
    goal : array (N, F)
    """
    if name not in RULES:
        raise UsageError(f"unknown rule {name!r}: there are {', '.join(RULES)}")
    base, last = (table[[c]].to_numpy(float) for c in ("base", "last"))
    elapsed, span = (
        (table[c] - table["base_year"]).to_numpy(float)[:, None] for c in ("last_year", "year")
    )
    if name == "no_change":
        return (last >= goal).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        if name == "eurostat":
            said = pace.pace_ratio(base, last, goal, elapsed, span) >= pace.EUROSTAT_BANDS[0]
        elif name == "un_desa":
            landing = pace.expected_gap_closed(base, last, goal, elapsed, span)
            said = landing >= pace.UN_DESA_BANDS[0]
        elif name == "linear":
            said = last + (last - base) / elapsed * (span - elapsed) >= goal
        else:
            said = pace.gap_closed(base, last, goal) >= elapsed / span
    defined = (elapsed > 0) & np.isfinite(base)
    return np.where(last >= goal, 1.0, np.where(defined, said, np.nan))


def base_rate(cases: Cases, past: pd.DataFrame, goal: np.ndarray, share: float = 1.0) -> np.ndarray:
    """Share of the other areas' windows up to the origin that grew by so much in that time.

    Parameters
    ----------
    goal : array (N, F)
    share : float
        Count only this part of the windows, those that start nearest to the case's last figure
        in rank; at least `LEAST_WINDOWS`.
    """
    out, table = np.full(goal.shape, np.nan), cases.table
    asked = np.column_stack([table["last"], (goal / table[["last"]].to_numpy()).round(9)])
    years = past.index.to_numpy(int)
    every = past.where(past > 0).reindex(range(years.min(), years.max() + 1))
    values, outside = every.to_numpy(), cache(partial(cases.outside, every))
    for (fold, ahead), at in table.groupby(["fold", "ahead"]).indices.items():  # ty: ignore[not-iterable]
        start = values[:-ahead, outside(fold)]
        ratio = values[ahead:, outside(fold)] / start
        level, ratio = start[np.isfinite(ratio)], ratio[np.isfinite(ratio)]
        if not len(ratio):
            continue
        count = min(max(LEAST_WINDOWS, int(np.ceil(share * len(ratio)))), len(ratio))
        rows, back = np.unique(asked[at], axis=0, return_inverse=True)
        if count == len(ratio):
            below = np.searchsorted(np.sort(ratio), rows[:, 1:])
        else:
            order = np.argsort(level, kind="stable")
            first = np.searchsorted(level[order], rows[:, 0]) - count // 2
            near = np.lib.stride_tricks.sliding_window_view(ratio[order], count)
            near = near[np.clip(first, 0, len(ratio) - count)]
            below = (near[:, None, :] < rows[:, 1:, None]).sum(2)
        out[at] = ((count - below + 0.5) / (count + 1))[back.ravel()]
    return out


def ask(
    cases: Cases, past: pd.DataFrame | None, goal: np.ndarray, models: Iterable[str]
) -> tuple[dict, dict]:
    """Laws and event probabilities of models, rules and base rates for the cases of one origin.

    Parameters
    ----------
    past : DataFrame or None
        None where nobody else has the indicator: the base rates are silent.
    goal : array (N, F)
    models : iterable of str
        Names of `trends.MODELS`, ``generic`` for pooled without peers, of `RULES` or `RATES`.
    """
    laws, said = {}, {}
    of = generic if past is None else partial(prior_without, cases, cases.scaled(past))
    for model in models:
        if model in RATES:
            silent = np.full(goal.shape, np.nan)
            said[model] = silent if past is None else base_rate(cases, past, goal, RATES[model])
        elif model in RULES:
            said[model] = rule(model, cases.table, goal)
        else:
            if model in ("pooled", "generic"):
                laws[model] = predict_pooled(cases, generic if model == "generic" else of)
            else:
                laws[model] = predict_each(cases, model)
            said[model] = probability(cases, laws[model], goal)
    return laws, said


def replayed(
    past: pd.DataFrame, today: pd.DataFrame, origin: int, *, panel: str = "",
    models: Iterable[str] = ("pooled", "generic"), factors: Sequence[float] = FACTORS, **how,
) -> Replay:  # fmt: skip
    """Forecast every area from one origin and see what happened.

    Parameters
    ----------
    past, today : DataFrame
        Year x area in printed units: what was known then, and what is known now.
    how
        As in `cut`.
    """
    cases = cut(past, today, origin, **how)
    goal = cases.table[["last"]].to_numpy(float) * np.array(factors)
    outcome = cases.table["outcome"].to_numpy(float)
    rise, happened = cases.scale.forward(outcome) - cases.start, outcome[:, None] >= goal
    laws, said = ask(cases, past, goal, models)
    table = cases.table.assign(panel=panel)
    return Replay(table, rise, laws, said, happened.astype(float), np.array(factors))


def rolling(data: Dataset, panel: str, origins: Iterable[int] | None = None, **how) -> Replay:
    """Replay a panel of `PANELS` at all of its origins, or at those given; see `replayed`."""
    kind, today = PANELS[panel].kind, outcomes(data, panel)
    parts = [
        replayed(known(data, panel, origin), today, origin, panel=panel, kind=kind, **how)
        for origin in (PANELS[panel].origins if origins is None else origins)
    ]
    if not any(len(part.table) for part in parts):
        raise UsageError(f"no area of {panel} has figures at any of the origins")
    return joined([part for part in parts if len(part.table)])
