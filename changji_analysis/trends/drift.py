"""Random walk with drift: what every official growth rule extrapolates, with its uncertainty."""

import numpy as np

from . import Prediction, require_points, walk_shape


def predict(x, years, horizons) -> Prediction:
    """Mean of the past growth; squared scale s2 h (1 + h / T), t with n - 2 degrees of freedom.

    Hyndman and Athanasopoulos 2021, FPP3, table 5.2, with the unbiased s2 and gaps of k years
    counted as k years.
    """
    require_points("drift", x, 3)
    gaps = np.diff(years)
    span = float(years[-1] - years[0])
    slope = (x[-1] - x[0]) / span
    df = len(gaps) - 1
    variance = float(np.sum((np.diff(x) - slope * gaps) ** 2 / gaps) / df)
    h = np.asarray(horizons, float)
    return Prediction(x[-1] + slope * h, walk_shape(h, variance, variance / span), float(df))
