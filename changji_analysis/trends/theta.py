"""The Theta method."""

import numpy as np
import pandas as pd

from . import Prediction, nested_shape, require_points
from ._statsmodels import quiet, require_every_year, require_finite

_ONE_SIGMA = 0.31731050786291415


def predict(x, years, horizons) -> Prediction:
    """Theta with theta = 2 (Assimakopoulos and Nikolopoulos 2000), intervals of statsmodels.

    statsmodels 0.15 takes a constant series for its own intercept and forecasts growth from
    it; Theta of a constant is that constant.
    """
    require_points("theta", x, 4)
    require_every_year("theta", years)
    if np.ptp(x) == 0:
        size = len(horizons)
        return Prediction(np.full(size, x[-1]), np.zeros((size, size)), np.inf)
    notes: list[str] = []
    with quiet(notes):
        from statsmodels.tsa.forecasting.theta import ThetaModel

        series = pd.Series(np.asarray(x, float), index=pd.RangeIndex(len(x)))
        fit = ThetaModel(series, period=1, deseasonalize=False).fit(disp=False)
        steps = int(max(horizons))
        loc = np.asarray(fit.forecast(steps))
        band = np.asarray(fit.prediction_intervals(steps, alpha=_ONE_SIGMA))
    pick = np.asarray(horizons, int) - 1
    scale = (band[:, 1] - band[:, 0]) / 2
    require_finite("theta", loc, scale)
    shape = nested_shape(scale)[np.ix_(pick, pick)]
    return Prediction(loc[pick], shape, np.inf, tuple(notes))
