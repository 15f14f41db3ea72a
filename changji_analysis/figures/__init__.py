"""The figures of the report: `FIGURES` by name, in the order in which the report prints them.

Each is a function ``name(lang="zh", as_of=None)`` that returns a `Chart`; its numbers come from
the library.
"""

from __future__ import annotations

from collections.abc import Callable

from . import firms as charts_firms
from . import outlook as charts_outlook
from . import plan as charts_plan
from . import provinces as charts_panel
from . import rd_intensity as charts_rd
from . import replays as charts_validation
from . import targets as charts_targets
from .page import LANGUAGES, Chart, save, styled

__all__ = ["FIGURES", "LANGUAGES", "PROOFS", "Chart", "save"]


@styled
def rd_fan(lang: str = "zh", as_of: str | None = None) -> Chart:
    """R&D intensity: the city's figures, the forecast and the two required paths."""
    return charts_targets.fan_chart("rd_intensity", lang, as_of)


@styled
def firms_fan(lang: str = "zh", as_of: str | None = None) -> Chart:
    """High-tech firms: the city's figures, the forecast and the two required paths."""
    return charts_targets.fan_chart("hightech_firms", lang, as_of)


scorecard = styled(charts_plan.scorecard)
rd_region = styled(charts_rd.rd_region)
rd_paths = styled(charts_targets.rd_paths)
rd_reference_class = styled(charts_rd.rd_reference_class)
rd_precedents = styled(charts_rd.rd_precedents)
models = styled(charts_targets.models)
rd_money = styled(charts_rd.rd_money)
gdp_breaks = styled(charts_plan.gdp_breaks)
firms_reference_class = styled(charts_firms.firms_reference_class)
firms_identity = styled(charts_firms.firms_identity)
firms_first_time = styled(charts_firms.firms_first_time)
cohort_stock = styled(charts_outlook.cohort_stock)
tech_smes = styled(charts_firms.tech_smes)
science_literacy = styled(charts_plan.science_literacy)
probability_moves = styled(charts_outlook.probability_moves)
calibration = styled(charts_validation.calibration)
validation_ranking = styled(charts_validation.validation_ranking)
targets_replayed = styled(charts_validation.targets_replayed)
panel = styled(charts_panel.panel)

FIGURES: dict[str, Callable[..., Chart]] = {
    "scorecard": scorecard,
    "rd_fan": rd_fan,
    "rd_paths": rd_paths,
    "rd_reference_class": rd_reference_class,
    "rd_precedents": rd_precedents,
    "rd_region": rd_region,
    "rd_money": rd_money,
    "gdp_breaks": gdp_breaks,
    "models": models,
    "firms_fan": firms_fan,
    "firms_reference_class": firms_reference_class,
    "firms_identity": firms_identity,
    "firms_first_time": firms_first_time,
    "cohort_stock": cohort_stock,
    "tech_smes": tech_smes,
    "science_literacy": science_literacy,
    "probability_moves": probability_moves,
    "panel": panel,
}

PROOFS: dict[str, Callable[..., Chart]] = {
    "calibration": calibration,
    "validation_ranking": validation_ranking,
    "targets_replayed": targets_replayed,
}
"""Figures of the method, not of a review: drawn from the shipped reference data, without a date."""
