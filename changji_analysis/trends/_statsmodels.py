"""What the models of statsmodels share: fits that never print."""

import warnings
from contextlib import contextmanager

import numpy as np

from ..errors import ForecastError


@contextmanager
def quiet(notes: list[str]):
    """Turn the warnings of a fit into notes, and print none; those of arithmetic are dropped.

    Importing statsmodels changes the warning filters of the program; done in here, it does not.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    said = [w for w in caught if issubclass(w.category, UserWarning)]
    notes.extend(dict.fromkeys(f"{w.category.__name__}: {w.message}" for w in said))


def require_every_year(model: str, years) -> None:
    """Refuse a gapped history."""
    missing = sorted(set(range(int(years[0]), int(years[-1]) + 1)) - {int(y) for y in years})
    if missing:
        raise ForecastError(
            f"{model} cannot skip years, and {', '.join(map(str, missing))} are missing.",
            reason="gaps",
            remedy="use model='pooled' or 'local_linear', which allow gaps",
        )


def require_finite(model: str, *arrays) -> None:
    """Refuse a fit that ended in NaN or infinity."""
    if not all(np.isfinite(a).all() for a in arrays):
        raise ForecastError(
            f"{model} gave no finite prediction on so few points.",
            reason="not_finite",
            remedy="use model='pooled'",
        )
