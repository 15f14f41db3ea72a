"""A model's centre with a spread that has been checked.

What statsmodels states of its own uncertainty leaves out that of the parameters, which on ten
points is most of it. How far a model's centre misses is known from replays: `WIDEN` times as far
as ``pooled`` expects of its own. So the spread is that of ``pooled``, widened.
"""

from __future__ import annotations

from . import NO_SPREAD_NOTE, Prediction, pooled
from . import predict as own_prediction

WIDEN = {
    "log_linear": 1.2,
    "damped_ets": 1.1,
    "theta": 1.0,
    "local_linear": 1.3,
    "count_trend": 1.2,
}
"""Measured by `changji_analysis.replay.claims.thin` on countries and provinces, rounded up
to 0.05; notebook 06 prints the measurement. A trend of counts has the log-linear centre."""


def predict(model: str, x, years, horizons, *, peers=None) -> Prediction:
    """Predict with the centre of one of `WIDEN`; arguments as `changji_analysis.trends.predict`."""
    centre = own_prediction(model, x, years, horizons)
    spread = pooled.predict(x, years, horizons, peers=peers)
    notes = tuple(note for note in centre.notes if note != NO_SPREAD_NOTE) + spread.notes
    return centre._replace(shape=WIDEN[model] ** 2 * spread.shape, df=spread.df, notes=notes)
