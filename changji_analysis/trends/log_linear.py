"""A straight line through the logs (or logits), by least squares."""

import numpy as np

from . import Prediction, require_points
from ._statsmodels import quiet


def predict(x, years, horizons) -> Prediction:
    """Ordinary least squares on the year, with the interval of a new observation.

    Squared scale s2 (I + Z (X'X)^-1 Z'), t with n - 2 degrees of freedom (Greene 2018,
    Econometric Analysis, eq. 4-46).
    """
    require_points("log_linear", x, 3)
    notes: list[str] = []
    with quiet(notes):
        from statsmodels.regression.linear_model import OLS
        from statsmodels.tools import add_constant

        fit = OLS(x, add_constant(np.asarray(years, float) - years[-1])).fit()
        new = add_constant(np.asarray(horizons, float), has_constant="add")
    shape = new @ fit.cov_params() @ new.T + fit.scale * np.eye(len(horizons))
    return Prediction(new @ fit.params, shape, float(fit.df_resid), notes=tuple(notes))
