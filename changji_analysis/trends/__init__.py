"""Trend models: each turns a short history into a predictive distribution.

Every model answers in one form, a multivariate Student t on the indicator's scale, so that
probabilities, intervals and sample paths cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import NamedTuple, NoReturn

import numpy as np
import pandas as pd

from ..errors import ForecastError

MODELS = (
    "pooled",
    "naive",
    "drift",
    "log_linear",
    "damped_ets",
    "theta",
    "local_linear",
    "count_trend",
    "combination",
)
STATSMODELS = ("log_linear", "damped_ets", "theta", "local_linear", "count_trend")
"""Models fitted by statsmodels: `forecast` takes their centre and a checked spread."""
OPTIMISED = ("damped_ets", "local_linear")
"""Those fitted by a search, which stops elsewhere in the last digits on another processor."""
WITH_PEERS = ("pooled", "combination")
NO_SPREAD = 1e-18
NO_SPREAD_NOTE = "the past leaves no scatter: the interval has no width and measures no doubt"


class Distribution:
    """What is read off the quantiles of a distribution by year."""

    def quantiles(self, levels) -> pd.DataFrame:
        """One row a year, one column a level."""
        raise NotImplementedError

    def interval(self, coverage: float = 0.8) -> pd.DataFrame:
        """Central predictive interval, columns ``lower`` and ``upper`` by year."""
        tails = self.quantiles([(1 - coverage) / 2, (1 + coverage) / 2])
        return tails.set_axis(["lower", "upper"], axis=1)

    @property
    def median(self) -> pd.Series:
        """Median by year, in printed units."""
        return self.quantiles([0.5])[0.5].rename("median")


class ParentUsed(NamedTuple):
    """How a parent entered a prediction.

    Attributes
    ----------
    area : str or None
        Its name, where it has one.
    after, until : int
        Last year of the child and of the parent.
    pass_through : float
        Part of the parent's surprise that the child is taken to share.
    """

    area: str | None
    after: int
    until: int
    pass_through: float


class Prediction(NamedTuple):
    """A multivariate Student t over the horizons asked for, on the model's scale.

    Attributes
    ----------
    loc : array (H,)
        Location at each horizon.
    shape : array (H, H)
        Squared scale matrix (not the covariance, which is larger by df / (df - 2)).
    df : float
        Degrees of freedom; ``inf`` is the normal.
    notes : tuple of str
        What a reader of the forecast should know.
    peers : int
        Areas whose pace was borrowed.
    parent : ParentUsed or None
        How the parent entered; None where it did not.
    draws : array (n, H) or None
        Paths that the distribution consists of, from a model that answers so; `loc` and `shape`
        then are their median and covariance.
    """

    loc: np.ndarray
    shape: np.ndarray
    df: float
    notes: tuple[str, ...] = ()
    peers: int = 0
    parent: ParentUsed | None = None
    draws: np.ndarray | None = None


def predict(model, x, years, horizons, *, peers=None, parent=None) -> Prediction:
    """Run one model.

    Parameters
    ----------
    model : str or callable
        One of `MODELS`, or a function of the same arguments that returns location, shape and
        degrees of freedom (a tuple, a mapping or an object with ``loc``, ``shape``, ``df`` such
        as scipy's multivariate t), or draws (n, H).
    x : array (n,)
        The history on its scale (logs or logits).
    years : array (n,)
        Its years, ascending.
    horizons : array (H,)
        Years after the last observation, 1, 2, ...
    peers : DataFrame, optional
        Year x area, on the same scale; used by `WITH_PEERS`.
    parent : Series, optional
        On the same scale, known after the history's last year and in it; used by ``pooled`` and
        by models of one's own.

    Raises
    ------
    ForecastError
        The model is unknown, cannot run on so few or such gapped points, or answers with
        something that is no distribution.
    """
    if callable(model):
        answer = model(x, years, horizons, peers=peers, parent=parent)
        return _distribution(answer, len(horizons), name_of(model))
    if model not in MODELS:
        raise ForecastError(
            f"unknown model {model!r}.", reason="model", remedy=f"use one of {', '.join(MODELS)}"
        )
    if parent is not None and model == "pooled":
        run = import_module(".parent", __package__).predict
        return run(x, years, horizons, peers=peers, parent=parent)
    run = import_module(f".{model}", __package__).predict
    if model in WITH_PEERS:
        return run(x, years, horizons, peers=peers)
    prediction = run(x, years, horizons)
    if model in OPTIMISED:
        shape = np.array([[float(f"{cell:.3g}") for cell in row] for row in prediction.shape])
        prediction = prediction._replace(loc=np.round(prediction.loc, 3), shape=shape)
    if np.diag(prediction.shape).min() < NO_SPREAD:
        return prediction._replace(notes=(*prediction.notes, NO_SPREAD_NOTE))
    return prediction


def name_of(model) -> str:
    """What a model is called, a function by its own name."""
    return model if isinstance(model, str) else getattr(model, "__name__", type(model).__name__)


def _distribution(answer, count: int, name: str) -> Prediction:
    """Check what a model of one's own answered."""

    def refuse(what: str) -> NoReturn:
        raise ForecastError(
            f"{name} answered with {what}.",
            reason="model_answer",
            remedy=f"return location ({count},), shape ({count}, {count}) and degrees of freedom, "
            f"or draws (n, {count}), all finite and on the scale of x",
        )

    if isinstance(answer, Prediction):
        answer = answer._asdict()
    if isinstance(answer, Mapping):
        given = [answer.get(key) for key in ("loc", "shape", "df", "draws")]
        given[0] = answer.get("location", given[0])
    elif isinstance(answer, tuple) and len(answer) == 3:
        given = [*answer, None]
    elif hasattr(answer, "df") and hasattr(answer, "loc"):
        given = [answer.loc, answer.shape, answer.df, None]
    else:
        given = [None, None, None, answer]
    try:
        loc, shape, df, draws = (None if g is None else np.asarray(g, float) for g in given)
    except (TypeError, ValueError):
        refuse("something that is no numbers")
    if draws is not None:
        if draws.ndim != 2 or draws.shape[1] != count or len(draws) < 2:
            refuse(f"draws of shape {draws.shape}")
        if not np.isfinite(draws).all():
            refuse("draws that are not finite")
        spread = np.cov(draws, rowvar=False).reshape(count, count)
        return Prediction(np.median(draws, axis=0), spread, np.inf, draws=draws)
    if loc is None or shape is None or df is None:
        refuse("neither a location, a shape and degrees of freedom nor draws")
    if loc.shape != (count,) or shape.shape != (count, count) or df.shape:
        refuse(f"location {loc.shape}, shape {shape.shape} and degrees of freedom {df.shape}")
    if not (np.isfinite(loc).all() and np.isfinite(shape).all() and df > 0):
        refuse("a location or shape that is not finite, or degrees of freedom not above 0")
    size = np.abs(shape).max()
    if not np.allclose(shape, shape.T, atol=1e-9 * size) or (
        np.linalg.eigvalsh(shape).min() < -1e-9 * size
    ):
        refuse("a shape that is not symmetric and positive semidefinite")
    return Prediction(loc, shape, float(df))


def require_points(model: str, x, least: int) -> None:
    """Refuse a history that is too short for a model."""
    if len(x) < least:
        raise ForecastError(
            f"{model} needs at least {least} observations and the history has {len(x)}.",
            reason="too_few_points",
            remedy="use model='pooled', which works from one observation",
        )


def walk_shape(
    horizons, step_variance: float | np.ndarray, drift_variance: float | np.ndarray = 0.0
) -> np.ndarray:
    """Squared scales of a random walk whose drift is uncertain: s2 min(g, h) + v g h."""
    h = np.asarray(horizons, float)
    return step_variance * np.minimum.outer(h, h) + drift_variance * np.outer(h, h)


def nested_shape(scales) -> np.ndarray:
    """Squared scales of errors that accumulate, from the scale at each horizon alone."""
    variance = np.maximum.accumulate(np.asarray(scales, float) ** 2)
    return np.minimum.outer(variance, variance)
