"""The figures: `FIGURES` by name, in the order in which the report prints them.

Each is a function ``name(data, lang=None)`` of a `changji_analysis.Dataset` that returns a
`Chart`; its numbers come from the dataset. `fan` and `compare` draw what an analyst has made.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, update_wrapper

from ..replay import proof
from .fans import compare, fan, fan_chart, reading_chart
from .firms import cohort_stock, firms_identity, firms_reference_class
from .page import Chart, PublicFigure, save, styled
from .plan import probability_moves, science_literacy, scorecard
from .provinces import panel
from .rd_intensity import rd_money, rd_precedents, rd_reference_class, rd_region
from .replays import calibration, ranking

__all__ = ["FIGURES", "PROOFS", "Chart", "compare", "fan", "panel", "save"]


def _of(draw, indicator: str, name: str, doc: str) -> PublicFigure:
    """A figure of one indicator's target."""
    figure = styled(update_wrapper(partial(draw, indicator=indicator), draw))
    figure.__name__, figure.__doc__ = name, doc
    return figure


rd_fan = _of(fan_chart, "rd_intensity", "rd_fan", "R&D intensity: figures, forecast and paths.")
firms_fan = _of(fan_chart, "hightech_firms", "firms_fan", "High-tech firms: the same.")
rd_reading = _of(reading_chart, "rd_intensity", "rd_reading", "Which R&D intensity means what.")
firms_reading = _of(reading_chart, "hightech_firms", "firms_reading", "Which stock means what.")

FIGURES: dict[str, Callable[..., Chart]] = {
    figure.__name__: figure
    for figure in (
        scorecard, rd_fan, rd_reading, rd_region, rd_reference_class, rd_precedents,
        rd_money, firms_fan, firms_reading, firms_reference_class, firms_identity,
        cohort_stock, science_literacy, probability_moves,
    )
}  # fmt: skip

PROOFS: dict[str, Callable[..., Chart]] = {
    "calibration": lambda data, lang=None: calibration(proof.table("reliability"), lang),
    "ranking": lambda data, lang=None: ranking(proof.ranking("fitted"), lang),
}
"""Figures of the method, whatever the data and the date, from the tables of the proof."""
