"""The scale on which an indicator of a given kind is modelled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .errors import ForecastError


@dataclass(frozen=True)
class Scale:
    """A monotone map between printed values and the line on which growth is additive.

    Attributes
    ----------
    name : {"log", "logit"}
    upper : float
        Values lie strictly between 0 and this.
    edge : float
        Half of the last digit printed. A figure printed as 0 (or as `upper`) is taken to lie
        this far inside, where the line has a place for it; 0 where such a figure is refused.
    """

    name: str
    upper: float = np.inf
    edge: float = 0.0

    def forward(self, figures: np.ndarray) -> np.ndarray:
        """Put printed figures on the line; those strictly inside the bounds are never moved."""
        edge = np.min(self.room(figures), initial=self.edge)
        return self.line(np.clip(figures, edge, self.upper - edge))

    def line(self, figures: np.ndarray) -> np.ndarray:
        """The map itself; figures at a bound have no finite place."""
        return np.log(figures) if self.name == "log" else np.log(figures / (self.upper - figures))

    def room(self, figures: np.ndarray) -> np.ndarray:
        """Distance of each figure inside the bounds to the nearer one, at most `edge`."""
        near = np.minimum(figures, self.upper - figures)
        return np.where(near > 0, np.minimum(near, self.edge), self.edge)

    def inverse(self, points: np.ndarray) -> np.ndarray:
        """Turn points of the line into printed units."""
        with np.errstate(over="ignore"):
            return np.exp(points) if self.name == "log" else self.upper / (1 + np.exp(-points))

    def place(self, threshold):
        """Where thresholds lie on the line; infinite at the bounds and beyond them."""
        threshold = np.clip(threshold, 0, self.upper)
        with np.errstate(divide="ignore"):
            if self.name == "log":
                return np.log(threshold)
            return np.log(threshold) - np.log(self.upper - threshold)


LOG = Scale("log")
COUNT_LOG = Scale("log", edge=0.5)
LOGIT = Scale("logit", upper=100.0, edge=0.05)

KINDS = ("ratio", "count", "level", "share")


def scale_for(kind: str, values: np.ndarray) -> Scale:
    """Choose the scale of an indicator.

    Ratios, levels and counts grow by factors: logs. A zero count is taken as one half, so that
    it has a logarithm. A share of a whole lies between 0 and 100 per cent: logits.

    Parameters
    ----------
    kind : {"ratio", "count", "level", "share"}
    values : array
        The history in printed units.

    Raises
    ------
    ForecastError
        Unknown kind, or values that the kind cannot take.
    """
    if kind not in KINDS:
        raise ForecastError.of("kind", kind=kind, known=", ".join(KINDS))
    low = float(np.min(values))
    if kind == "share":
        if low < 0 or np.max(values) > 100:
            wrong = low if low < 0 else float(np.max(values))
            raise ForecastError.of("out_of_range", value=wrong)
        return LOGIT
    if low > 0 or (kind == "count" and low == 0):
        return COUNT_LOG if kind == "count" else LOG
    raise ForecastError.of("non_positive", value=low, kind=kind)
