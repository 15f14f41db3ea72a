"""Damped exponential smoothing, ETS(A, Ad, N)."""

import numpy as np
import pandas as pd

from . import Prediction, need_points, nested_covariance
from ._statsmodels import need_every_year, need_finite, quiet


def predict(x, years, horizons) -> Prediction:
    """ETS(A, Ad, N) by maximum likelihood (Hyndman et al. 2008, table 6.1).

    The scale is statsmodels' own: it leaves out the uncertainty of the parameters and is far
    too narrow on short series.
    """
    need_points("damped_ets", x, 4)
    need_every_year("damped_ets", years)
    notes: list[str] = []
    with quiet(notes):
        from statsmodels.tsa.exponential_smoothing.ets import ETSModel

        series = pd.Series(np.asarray(x, float))
        fit = ETSModel(series, trend="add", damped_trend=True).fit(disp=False)
        ahead = fit.get_prediction(start=len(x), end=len(x) + int(max(horizons)) - 1)
        loc, variance = np.asarray(ahead.predicted_mean), np.asarray(ahead.forecast_variance)
    pick = np.asarray(horizons, int) - 1
    need_finite("damped_ets", loc, variance)
    converged = bool(fit.mle_retvals.get("converged", True))
    cov = nested_covariance(np.sqrt(np.maximum(variance, 0)))[np.ix_(pick, pick)]
    return Prediction(loc[pick], cov, np.inf, converged, tuple(notes))
