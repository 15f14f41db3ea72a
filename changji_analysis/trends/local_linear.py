"""Local linear trend, a state space model; missing years are no obstacle."""

import numpy as np

from . import Prediction, nested_shape, require_points
from ._statsmodels import quiet, require_finite


def predict(x, years, horizons) -> Prediction:
    """Level and slope both follow random walks (Harvey 1989, section 2.3.2)."""
    require_points("local_linear", x, 4)
    filled = np.full(int(years[-1] - years[0]) + 1, np.nan)
    filled[np.asarray(years, int) - int(years[0])] = x
    notes: list[str] = []
    with quiet(notes):
        from statsmodels.tsa.statespace.structural import UnobservedComponents

        fit = UnobservedComponents(filled, "local linear trend").fit(disp=False)
        ahead = fit.get_forecast(int(max(horizons)))
        loc, variance = np.asarray(ahead.predicted_mean), np.asarray(ahead.var_pred_mean)
    pick = np.asarray(horizons, int) - 1
    require_finite("local_linear", loc, variance)
    shape = nested_shape(np.sqrt(np.maximum(variance, 0)))[np.ix_(pick, pick)]
    return Prediction(loc[pick], shape, np.inf, tuple(notes))
