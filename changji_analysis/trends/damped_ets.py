"""Damped exponential smoothing, ETS(A, Ad, N)."""

import numpy as np
import pandas as pd

from . import Prediction, nested_shape, require_points
from ._statsmodels import quiet, require_every_year, require_finite


def predict(x, years, horizons) -> Prediction:
    """ETS(A, Ad, N) by maximum likelihood (Hyndman et al. 2008, table 6.1).

    The scale is statsmodels' own: it leaves out the uncertainty of the parameters and is far
    too narrow on short series.
    """
    require_points("damped_ets", x, 4)
    require_every_year("damped_ets", years)
    notes: list[str] = []
    with quiet(notes):
        from statsmodels.tsa.exponential_smoothing.ets import ETSModel

        series = pd.Series(np.asarray(x, float))
        fit = ETSModel(series, trend="add", damped_trend=True).fit(disp=False)
        ahead = fit.get_prediction(start=len(x), end=len(x) + int(max(horizons)) - 1)
        loc, variance = np.asarray(ahead.predicted_mean), np.asarray(ahead.forecast_variance)
    pick = np.asarray(horizons, int) - 1
    require_finite("damped_ets", loc, variance)
    shape = nested_shape(np.sqrt(np.maximum(variance, 0)))[np.ix_(pick, pick)]
    return Prediction(loc[pick], shape, np.inf, tuple(notes))
