"""Forecasts: a predictive distribution for every year up to a horizon."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from numbers import Integral, Real

import numpy as np
import pandas as pd

from . import trends
from .errors import ForecastError
from .scales import Scale, scale_for
from .showing import drawer
from .trends import pooled, recalibrated
from .trends.pooled import Prior

PER_CENT = 10
"""Figures without a unit of which none is as large as this are hardly per cent of a whole."""
MAYBE_SHARE = (
    "taken as a ratio that may exceed 100; give kind='share' if these are per cent of a whole"
)
DIRECTIONS = ("at_least", "at_most")
NO_WIDTH = 1e-9
"""Less than this on the scale is rounding error, far below any printed digit."""
PARENT_LACKS = {
    "no_figure": "parent not used (no_figure): it has none",
    "no_later": "parent not used (no_later): {area} is known to {until}, the area itself to {last}",
    "indicator": "parent not used (indicator): area and parent are {indicators}",
    "unit": "parent not used (unit): area and parent are in {units}",
    "out_of_range": "parent not used (out_of_range): {area} has figures that a {kind} cannot take",
    "hole": "parent not used (hole): {area} has no figure of {last}, the area's last year",
    "scope": "parent not used (scope): {area} is smaller than the area in {last}; a total that "
    "contains it cannot be, so that one of them is of another scope",
}
"""Reason code: why a forecast does without the parent it was given."""


@dataclass(frozen=True, eq=False)
class Forecast(trends.Distribution):
    """A predictive distribution per year, as returned by `forecast`.

    On the indicator's scale (logs, or logits for shares) the years ahead are one multivariate
    Student t; everything below is read off it, so that probabilities, intervals, quantiles and
    sample paths agree.

    Attributes
    ----------
    years : tuple of int
        The years ahead.
    loc, shape, df
        Location (H,), squared scales (H, H) and degrees of freedom on the scale.
    scale : Scale
        The map to printed units.
    model : str
    n, last_year : int
        Observations used and the year of the last.
    notes : tuple of str
        Fallbacks and warnings, in words.
    peers : int
        Areas whose pace was borrowed; 0 where the generic prior stood in, or none was needed.
    parent : ParentUsed or None
        The area around this one whose later figures were used, and how.
    draws : array (n, H) or None
        Paths on the scale, from a model of one's own that answers with draws: everything is read
        off them, and `loc` and `shape` are no more than their median and covariance.
    known : Series, optional
        The history that was forecast, for drawing.
    """

    years: tuple[int, ...]
    loc: np.ndarray = field(repr=False)
    shape: np.ndarray = field(repr=False)
    df: float
    scale: Scale = field(repr=False)
    model: str
    n: int
    last_year: int
    notes: tuple[str, ...] = ()
    peers: int = 0
    parent: trends.ParentUsed | None = None
    draws: np.ndarray | None = field(default=None, repr=False)
    known: pd.Series | None = field(default=None, repr=False)

    def probability(
        self, threshold: float, year: int | None = None, direction: str = "at_least"
    ) -> float:
        """Probability of reaching a threshold.

        Parameters
        ----------
        threshold : float
            In printed units.
        year : int, optional
            One of `years`; the last one if not given.
        direction : {"at_least", "at_most"}

        Returns
        -------
        float
            Between 0 and 1. The two directions add up to 1, save where the distribution has no
            width (a constant series under `naive`) and both reach its one value.
        """
        if direction not in DIRECTIONS:
            known = ", ".join(DIRECTIONS)
            raise ForecastError.of("direction", direction=direction, known=known)
        if not isinstance(threshold, Real) or not np.isfinite(threshold):
            raise ForecastError.of("threshold", threshold=threshold)
        loc, spread, df = self.at(year)
        above = loc - self.scale.place(threshold)
        if direction == "at_most":
            above = -above
        return float(np.mean(chance(above, spread, df)))

    def at(self, year: int | None = None) -> tuple:
        """Location, scale and degrees of freedom on the scale; draws are locations without width.

        The mean of `chance` or `attainment` over the locations is then the probability.
        """
        i = self._at(year)
        if self.draws is not None:
            return self.draws[:, i], 0.0, np.inf
        return self.loc[i], np.sqrt(self.shape[i, i]), self.df

    def quantiles(self, levels) -> pd.DataFrame:
        """Quantiles in printed units: one row a year, one column a level in (0, 1)."""
        from scipy import special

        levels = np.atleast_1d(np.asarray(levels, float))
        if not ((levels > 0) & (levels < 1)).all():
            raise ForecastError.of("level", levels=levels.tolist())
        if self.draws is not None:
            grid = np.quantile(self.draws, levels, axis=0).T
        else:
            z = special.ndtri(levels) if np.isinf(self.df) else special.stdtrit(self.df, levels)
            grid = self.loc[:, None] + np.sqrt(np.diag(self.shape))[:, None] * z
        return pd.DataFrame(
            self.scale.inverse(grid),
            index=pd.Index(self.years, name="year"),
            columns=pd.Index(levels, name="level"),
        )

    def sample(self, n: int, seed: int) -> np.ndarray:
        """Draw whole paths.

        Parameters
        ----------
        n : int
            Number of paths.
        seed : int

        Returns
        -------
        array (n, years)
            In printed units.
        """
        rng = np.random.default_rng(seed)
        if self.draws is not None:
            return self.scale.inverse(rng.choice(self.draws, n))
        jitter = max(1e-14 * np.trace(self.shape), np.finfo(float).tiny)
        root = np.linalg.cholesky(self.shape + jitter * np.eye(len(self.years)))
        steps = rng.standard_normal((n, len(self.years))) @ root.T
        if np.isfinite(self.df):
            steps /= np.sqrt(rng.chisquare(self.df, size=(n, 1)) / self.df)
        return self.scale.inverse(self.loc + steps)

    def _at(self, year: int | None) -> int:
        if year is None:
            return len(self.years) - 1
        if year not in self.years:
            raise ForecastError.of("year", year=year, first=self.years[0], last=self.years[-1])
        return self.years.index(year)

    def plot(self, ax=None, lang=None):
        """Draw median and intervals; see `changji_analysis.figures.fan`."""
        return drawer("fan")(self, None, ax, lang)


def chance(above, spread, df):
    """Probability that a Student t of this location, scale and df is positive; arrays too."""
    from scipy import special

    wide = spread >= NO_WIDTH
    z = above / np.where(wide, spread, 1)
    t = special.ndtr(z) if np.all(np.isinf(df)) else special.stdtr(df, z)
    return np.where(wide, t, above > -NO_WIDTH)


def attainment(loc, spread, df, scale: Scale, goal, direction, tolerance):
    """Probability of a target; one at a bound (0 mines, 100 %) is reached where that prints.

    Parameters
    ----------
    loc, spread, df : number or array
        The Student t of the target year, on the scale.
    goal : number or array
        In printed units.
    direction, tolerance
        As in `Target`; the tolerance of other directions is not looked at.
    """
    band = direction == "within"
    inside = np.clip(goal, scale.edge, scale.upper - scale.edge)
    width = np.where(band, tolerance, 0) * np.abs(goal)
    above = loc - scale.place(np.where(band, goal - width, inside))
    reached = chance(np.where(direction == "at_most", -above, above), spread, df)
    if not np.any(band):
        return reached
    beyond = np.where(band, chance(loc - scale.place(goal + width), spread, df), 0)
    return np.maximum(reached - beyond, 0)


def forecast(
    history: pd.Series,
    until: int,
    *,
    model: str | Callable = "pooled",
    peers: pd.DataFrame | Prior | None = None,
    parent: pd.Series | None = None,
    kind: str | None = None,
) -> Forecast:
    """Forecast a short yearly history.

    Parameters
    ----------
    history : Series
        Integer years, ascending, to values in printed units; gaps allowed, NaN is a gap. One
        observation is enough for ``pooled``.
    until : int
        Last year ahead.
    model : str or callable
        One of `changji_analysis.trends.MODELS`. Those of statsmodels answer with their own
        centre and the spread of `changji_analysis.trends.recalibrated`. Or any
        ``model(x, years, horizons, *, peers=None, parent=None)`` on the scale that returns
        location, shape and degrees of freedom, or draws; see `changji_analysis.trends.predict`.
    peers : DataFrame or Prior, optional
        Year x area, histories of other areas in the same unit; NaN allowed. A column of the
        history's own area is left out. Without peers ``pooled`` uses the documented generic
        prior; with fewer than three it does so too, and says it. A prior that
        `trends.pooled.fit_prior` made of peers on the scale saves fitting it again.
    parent : Series, optional
        History of the area that contains this one, same indicator and unit, known for later
        years; see `changji_analysis.trends.parent`. Used by ``pooled`` and by models of one's
        own. Where it cannot serve, a note says why. It is left out of the peers, and so is what
        its ``attrs["lineage"]`` names: areas that contain this one or lie in it.
    kind : {"ratio", "count", "level", "share"}, optional
        Fixes the scale: logs, or logits for shares. Left out it is that of the history's
        indicator, ``attrs["kind"]``, or "ratio".

    Returns
    -------
    Forecast
        The distribution of every year after the last observation, up to `until`.

    Raises
    ------
    ForecastError
        With a reason code: the history is empty, unsorted, repeated or not positive; `until`
        is not after the last year; the model needs more points; the peers are no table of
        numbers by year; the parent is no such history, or is the area itself.

    Examples
    --------
    >>> import pandas as pd
    >>> import changji_analysis as ca
    >>> firms = pd.Series({2020: 41.0})
    >>> region = pd.Series({2019: 650, 2020: 834, 2022: 1500, 2024: 2529})
    >>> alone = ca.forecast(firms, 2025, kind="count")
    >>> nested = ca.forecast(firms, 2025, parent=region, kind="count")
    >>> bool(nested.median[2025] > alone.median[2025]), nested.parent.until
    (True, 2024)
    """
    own = history.attrs.get("area") if isinstance(history, pd.Series) else None
    history = checked(history)
    last = int(history.index[-1])
    if not isinstance(until, Integral) or until <= last:
        raise ForecastError.of("until", until=until, last=last, next=last + 1)
    values = history.to_numpy(float)
    kind, about = kind_of(history, kind)
    scale = scale_for(kind, values)
    years = history.index.to_numpy(int)
    ahead = np.arange(1, until - last + 1)
    if model == "count_trend" and kind != "count":
        raise ForecastError.of("counts_only", kind=kind)
    notes: tuple[str, ...] = ()
    if parent is not None:
        parent, notes = scaled_parent(parent, history, kind, scale)
        if parent is not None and not (model == "pooled" or callable(model)):
            parent, notes = None, (*notes, f"{model} does not use a parent")
    if peers is not None and not isinstance(peers, Prior):
        peers, left_out = scaled_peers(peers, scale, own, parent)
        notes += left_out
    x = scale.forward(values)
    if isinstance(model, str) and model in trends.STATSMODELS:
        prediction = recalibrated.predict(model, x, years, ahead, peers=peers)
    else:
        prediction = trends.predict(model, x, years, ahead, peers=peers, parent=parent)
    return Forecast(
        years=tuple(int(last + h) for h in ahead),
        loc=prediction.loc,
        shape=prediction.shape,
        df=prediction.df,
        scale=scale,
        model=trends.name_of(model),
        n=len(history),
        last_year=last,
        notes=about + notes + prediction.notes,
        peers=prediction.peers,
        parent=prediction.parent,
        draws=prediction.draws,
        known=history,
    )


def kind_of(history: pd.Series, kind: str | None) -> tuple[str, tuple[str, ...]]:
    """The kind asked for, or that of the history's indicator; a note where it may be a share."""
    if kind is None:
        kind = history.attrs.get("kind")
    if kind is not None:
        return kind, ()
    most, unit = history.max(), history.attrs.get("unit")
    if most <= 100 and (unit == "%" or (unit is None and most >= PER_CENT)):
        return "ratio", (MAYBE_SHARE,)
    return "ratio", ()


def each_model(
    history: pd.Series, until: int, models: Iterable[str] = trends.MODELS, **options
) -> dict[str, Forecast | ForecastError]:
    """Forecast with several models; one that cannot run answers with its error.

    Parameters
    ----------
    history, until, options
        As in `forecast`.
    models : iterable of str
        By default every one; ``count_trend`` only for counts.
    """
    counted = (options.get("kind") or history.attrs.get("kind")) == "count"
    found: dict[str, Forecast | ForecastError] = {}
    for model in models:
        if model == "count_trend" and not counted:
            continue
        try:
            found[model] = forecast(history, until, model=model, **options)
        except ForecastError as error:
            found[model] = error
    return found


def checked(history: pd.Series, what: str = "history") -> pd.Series:
    """Return the history without its gaps, or say what is wrong with it."""
    if not isinstance(history, pd.Series):
        raise ForecastError.of(what, what=what, type=type(history).__name__)
    history = history.dropna() if history.hasnans else history
    if history.empty:
        raise ForecastError.of("no_figure", what=what)
    years = history.index
    if not pd.api.types.is_integer_dtype(years):
        raise ForecastError.of("years", what=what, years=list(years[:3]))
    if years.has_duplicates:
        twice = ", ".join(map(str, sorted(set(years[years.duplicated()]))))
        raise ForecastError.of("repeated_year", what=what, years=twice)
    if not years.is_monotonic_increasing:
        raise ForecastError.of("unsorted", what=what)
    try:
        history = history.astype(float)
    except (TypeError, ValueError) as error:
        raise ForecastError.of("not_a_number", what=what, error=error) from None
    if not np.isfinite(history.to_numpy()).all():
        raise ForecastError.of("infinite", what=what)
    return history


def scaled_parent(
    parent: pd.Series, history: pd.Series, kind: str, scale: Scale
) -> tuple[pd.Series | None, tuple[str, ...]]:
    """Put a parent on the scale, or say why the forecast does without it.

    Parameters
    ----------
    parent, history : Series
        In printed units; ``attrs`` may name their ``area``, ``indicator`` and ``unit``.
    """
    if isinstance(parent, pd.Series) and parent.dropna().empty:
        return None, (PARENT_LACKS["no_figure"],)
    area, attrs = parent_name(parent), dict(getattr(parent, "attrs", {}))
    parent = checked(parent, "parent")
    own, last = history.attrs.get("area"), int(history.index[-1])
    if own is not None and own == area:
        raise ForecastError.of("parent_is_child", area=area)
    units, indicators = (
        (history.attrs.get(name), attrs.get(name)) for name in ("unit", "indicator")
    )
    values = parent.to_numpy(float)
    inside = (values >= 0 if scale.edge else values > 0) & (values <= scale.upper)
    reason = None
    if parent.index[-1] <= last:
        reason = "no_later"
    elif all(indicators) and indicators[0] != indicators[1]:
        reason = "indicator"
    elif all(units) and units[0] != units[1]:
        reason = "unit"
    elif not inside.all():
        reason = "out_of_range"
    elif last not in parent.index:
        reason = "hole"
    elif kind in ("count", "level") and parent[last] < history.iloc[-1]:
        reason = "scope"
    if reason is not None:
        said = {
            "area": area or "?", "last": last, "until": parent.index[-1], "kind": kind,
            "units": " and ".join(map(str, units)),
            "indicators": " and ".join(map(str, indicators)),
        }  # fmt: skip
        return None, (PARENT_LACKS[reason].format(**said),)
    line = pd.Series(scale.forward(values), parent.index)
    line.attrs = attrs | {"area": area, "kind": kind}
    return line, ()


def parent_name(parent: pd.Series) -> str | None:
    """The area a parent's history is of, by its attributes or its name."""
    name = getattr(parent, "attrs", {}).get("area", getattr(parent, "name", None))
    return None if name is None else str(name)


def scaled_peers(
    peers: pd.DataFrame, scale: Scale, own: str | None, parent: pd.Series | None = None
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Put the peers on the scale; say what had to be left out.

    A parent, on the scale, is left out by name or where a column never differs from it, and so
    is what its ``attrs["lineage"]`` names.
    """
    notes: tuple[str, ...] = ()
    try:
        if not isinstance(peers, pd.DataFrame):
            raise TypeError
        if peers.index.has_duplicates or not pd.api.types.is_integer_dtype(peers.index):
            raise ValueError
        values = peers.to_numpy(float)
    except (TypeError, ValueError):
        raise ForecastError.of("peers") from None
    fits = np.isfinite(values) & (values >= 0) & (values <= scale.upper)
    if not scale.edge:
        fits &= values > 0
    outside = int((~fits & ~np.isnan(values)).sum())
    if outside:
        notes += (f"figures of peers left out, having no place on the scale: {outside}",)
    out = np.full(values.shape, np.nan)
    out[fits] = scale.forward(values[fits])
    scaled = pd.DataFrame(out, index=peers.index, columns=peers.columns)
    if own is not None and own in scaled.columns:
        scaled = scaled.drop(columns=own)
        notes += (f"left out of the peers, being the series itself: {own}",)
    if parent is not None:
        kin = scaled.columns.isin([parent.attrs["area"], *parent.attrs.get("lineage", ())])
        kin |= scaled.columns.isin(pooled.copies(scaled, parent.to_numpy(), parent.index))
        if kin.any():
            names = ", ".join(map(str, scaled.columns[kin]))
            notes += (f"left out of the peers, containing the area or lying in it: {names}",)
            scaled = scaled.loc[:, ~kin]
    return scaled, notes
