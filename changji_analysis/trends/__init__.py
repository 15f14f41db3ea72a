"""Trend models: each turns a short history into a predictive distribution.

Every model answers in one form, a multivariate Student t on the indicator's scale, so that
probabilities, intervals and sample paths cannot disagree.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

import numpy as np

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
WITH_PEERS = ("pooled", "combination")
NO_SPREAD = 1e-18
NO_SPREAD_NOTE = "the past leaves no scatter: the interval has no width and measures no doubt"


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
    """

    loc: np.ndarray
    shape: np.ndarray
    df: float
    notes: tuple[str, ...] = ()
    peers: int = 0


def predict(model: str, x, years, horizons, *, peers=None) -> Prediction:
    """Run one model.

    Parameters
    ----------
    model : str
        One of `MODELS`.
    x : array (n,)
        The history on its scale (logs or logits).
    years : array (n,)
        Its years, ascending.
    horizons : array (H,)
        Years after the last observation, 1, 2, ...
    peers : DataFrame, optional
        Year x area, on the same scale; used by `WITH_PEERS`.

    Raises
    ------
    ForecastError
        The model is unknown, or cannot run on so few or such gapped points.
    """
    if model not in MODELS:
        raise ForecastError(
            f"unknown model {model!r}.", reason="model", remedy=f"use one of {', '.join(MODELS)}"
        )
    run = import_module(f".{model}", __package__).predict
    if model in WITH_PEERS:
        return run(x, years, horizons, peers=peers)
    prediction = run(x, years, horizons)
    if np.diag(prediction.shape).min() < NO_SPREAD:
        return prediction._replace(notes=(*prediction.notes, NO_SPREAD_NOTE))
    return prediction


def require_points(model: str, x, least: int) -> None:
    """Refuse a history that is too short for a model."""
    if len(x) < least:
        raise ForecastError(
            f"{model} needs at least {least} observations and the history has {len(x)}.",
            reason="too_few_points",
            remedy="use model='pooled', which works from one observation",
        )


def walk_shape(horizons, step_variance: float, drift_variance: float = 0.0) -> np.ndarray:
    """Squared scales of a random walk whose drift is uncertain: s2 min(g, h) + v g h."""
    h = np.asarray(horizons, float)
    return step_variance * np.minimum.outer(h, h) + drift_variance * np.outer(h, h)


def nested_shape(scales) -> np.ndarray:
    """Squared scales of errors that accumulate, from the scale at each horizon alone."""
    variance = np.maximum.accumulate(np.asarray(scales, float) ** 2)
    return np.minimum.outer(variance, variance)
