"""Equal weights: the mean of what the models expect, with the spread of ``pooled``.

Means of simple forecasts are hard to beat on short yearly series (Makridakis, Spiliotis and
Assimakopoulos 2020, International Journal of Forecasting 36, 54-74).
"""

from __future__ import annotations

import numpy as np

from ..errors import ForecastError
from . import Prediction, pooled
from . import predict as own_prediction

MEMBERS = ("pooled", "naive", "drift", "log_linear", "damped_ets", "theta", "local_linear")


def predict(x, years, horizons, *, peers=None) -> Prediction:
    """Average the centres of those `MEMBERS` that can run; at least ``pooled`` always can."""
    spread = pooled.predict(x, years, horizons, peers=peers)
    centres, absent = [spread.loc], []
    for model in MEMBERS[1:]:
        try:
            centres.append(own_prediction(model, x, years, horizons).loc)
        except ForecastError as refusal:
            absent.append(f"{model} ({refusal.reason})")
    notes = (f"left out of the combination: {', '.join(absent)}",) if absent else ()
    return spread._replace(loc=np.mean(centres, axis=0), notes=spread.notes + notes)
