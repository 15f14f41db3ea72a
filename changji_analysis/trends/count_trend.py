"""A log-linear trend for counts: Poisson, negative binomial where they scatter more."""

import numpy as np

from . import Prediction, require_points
from ._statsmodels import quiet, require_finite


def predict(x, years, horizons) -> Prediction:
    """Generalised linear model on the year with a log link.

    The dispersion alpha of the variance mu + alpha mu^2 is the moment estimate of Cameron and
    Trivedi (2013, Regression Analysis of Count Data, eq. 3.18), 0 giving the Poisson. The
    squared scale in logs is that of the mean plus log(1 + 1 / mu + alpha) for the new count,
    1 / mu + alpha being its squared coefficient of variation (the lognormal of that variation).
    """
    require_points("count_trend", x, 3)
    counts = np.exp(np.asarray(x, float))
    notes: list[str] = []
    with quiet(notes):
        from statsmodels.genmod.families import NegativeBinomial, Poisson
        from statsmodels.genmod.generalized_linear_model import GLM
        from statsmodels.tools import add_constant

        past = add_constant(np.asarray(years, float) - years[-1])
        new = add_constant(np.asarray(horizons, float), has_constant="add")
        fit = GLM(counts, past, family=Poisson()).fit()
        df = len(x) - 2
        alpha = float(np.sum(((counts - fit.mu) ** 2 - fit.mu) / fit.mu**2) / df)
        if alpha > 0:
            fit = GLM(counts, past, family=NegativeBinomial(alpha=alpha)).fit()
    loc = new @ fit.params
    shape = new @ fit.cov_params() @ new.T + np.diag(np.log1p(np.exp(-loc) + max(alpha, 0.0)))
    require_finite("count_trend", loc, shape)
    return Prediction(loc, shape, float(df), tuple(notes))
