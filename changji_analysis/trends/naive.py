"""No change: the last figure, with the spread of the past yearly steps."""

import numpy as np

from . import Prediction, require_points, walk_shape


def predict(x, years, horizons) -> Prediction:
    """Random walk without drift (Hyndman and Athanasopoulos 2021, FPP3, section 5.2)."""
    require_points("naive", x, 2)
    gaps = np.diff(years)
    variance = float(np.mean(np.diff(x) ** 2 / gaps))
    return Prediction(
        np.full(len(horizons), x[-1]), walk_shape(horizons, variance), float(len(gaps))
    )
