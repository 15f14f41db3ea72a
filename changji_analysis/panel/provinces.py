"""All provinces asked the same: R&D intensity against one level, and against one growth."""

from __future__ import annotations

import pandas as pd

from ..dataset import Dataset
from ..errors import ForecastError

INDICATOR = "rd_intensity"


def common_targets(data: Dataset) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Histories of the provinces and two targets for each, as `assess_panel` takes them.

    Parameters
    ----------
    data : Dataset

    Returns
    -------
    histories : DataFrame
        ``area``, ``indicator``, ``year``, ``value`` in per cent of GDP.
    targets : DataFrame
        Due in the plan's target year. Indexed by ``level``: what the nation had set itself for
        the plan's base year; and ``growth``: the province's own figure of the base year, raised
        by the factor by which the nation grew over as many years before.

    Raises
    ------
    ForecastError
        The figures that the targets are made of are not known.
    """
    plan, nation = data.config.plan, data.config.areas.nation
    table = data.peers(INDICATOR)
    rows = table.reset_index().melt(id_vars="year", var_name="area").dropna()
    rows = rows.assign(indicator=INDICATOR)[["area", "indicator", "year", "value"]]
    known = data.history(nation, INDICATOR)
    before = 2 * plan.base_year - plan.target_year
    asked = data.precedents.query(
        "area == @nation and indicator == @INDICATOR and target_year == @plan.base_year"
    )
    needed = {before, plan.base_year}
    if not needed <= {*known.index} or plan.base_year not in table.index or asked.empty:
        raise ForecastError(
            f"the common targets need the nation's {INDICATOR} of {before} and {plan.base_year}, "
            f"its target for {plan.base_year} and the provinces' figures of that year.",
            reason="no_figure",
            remedy="take a later date, or add them to data/raw",
        )
    base = table.loc[plan.base_year].dropna()
    values = {
        "level": pd.Series(asked["target"].iloc[0], base.index),
        "growth": base * known[plan.base_year] / known[before],
    }
    targets = pd.concat(values, names=["asked", "area"]).rename("value").reset_index("area")
    targets.insert(1, "indicator", INDICATOR)
    targets["year"], targets["direction"] = plan.target_year, "at_least"
    targets["base_year"] = plan.base_year
    return rows, targets
