"""Local linear trend, a state space model; missing years are no obstacle."""

import numpy as np

from . import Prediction, nested_shape, require_points
from ._statsmodels import quiet, require_finite

SMALL = 1e-3
"""Share of the largest variance below which one counts as none."""


def predict(x, years, horizons) -> Prediction:
    """Level and slope both follow random walks (Harvey 1989, section 2.3.2)."""
    require_points("local_linear", x, 4)
    filled = np.full(int(years[-1] - years[0]) + 1, np.nan)
    filled[np.asarray(years, int) - int(years[0])] = x
    notes: list[str] = []
    with quiet(notes):
        from statsmodels.tsa.statespace.structural import UnobservedComponents

        model = UnobservedComponents(filled, "local linear trend")
        found = np.asarray(model.fit(disp=False).params)
        # where the search stops depends on the processor: variances of two digits do not
        kept = np.where(found > SMALL * found.max(), found, 0.0)
        fit = model.smooth(np.array([float(f"{variance:.1e}") for variance in kept]))
        ahead = fit.get_forecast(int(max(horizons)))
        loc, variance = np.asarray(ahead.predicted_mean), np.asarray(ahead.var_pred_mean)
    pick = np.asarray(horizons, int) - 1
    require_finite("local_linear", loc, variance)
    shape = nested_shape(np.sqrt(np.maximum(variance, 0)))[np.ix_(pick, pick)]
    return Prediction(loc[pick], shape, np.inf, tuple(notes))
