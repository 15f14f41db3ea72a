"""A small trial of any models, one's own among them: one origin, every peer, one table.

The proof replays every origin and takes minutes; this takes seconds and tells a bad idea from one
that is worth a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..errors import ForecastError, UsageError
from ..forecasting import forecast
from ..trends import name_of

if TYPE_CHECKING:
    from ..dataset import Dataset

LEVELS = np.arange(1, 20) / 20


def trial(
    data: Dataset,
    models: Iterable[str | Callable],
    indicator: str,
    *,
    origin: int,
    ahead: int = 3,
    kind: str = "ratio",
) -> pd.DataFrame:
    """Forecast every province from what was known then, and hold it against what came.

    Parameters
    ----------
    data : Dataset
    models : iterable of str or callable
        As `changji_analysis.forecast` takes them.
    indicator : str
    origin : int
        Last year seen, in the figures that were out by the end of the next.
    ahead : int
        Years from there to the outcome.
    kind : str

    Returns
    -------
    DataFrame
        By ``model``: ``cases``, ``cover80`` (share of outcomes inside the 80 % interval) and
        ``crps``, the mean CRPS on the scale over the mean change: 1 is a forecast of no change.

    Raises
    ------
    UsageError
        No province is known at both ends.
    """
    past = data.at(f"{origin + 1}-12-31").peers(indicator).loc[:origin]
    later = data.peers(indicator).reindex([origin + ahead]).iloc[0]
    areas = [a for a in past if past[a].notna().iloc[-1] and pd.notna(later.get(a))]
    if not len(past) or not areas:
        raise UsageError(f"no province has {indicator} of both {origin} and {origin + ahead}")
    rows = []
    for model in models:
        scored = [_scored(past, area, later[area], model, origin + ahead, kind) for area in areas]
        table = pd.DataFrame([row for row in scored if row], columns=["crps", "change", "inside"])
        if len(table):
            crps = table["crps"].mean() / table["change"].mean()
            rows.append((name_of(model), len(table), table["inside"].mean(), crps))
    return pd.DataFrame(rows, columns=["model", "cases", "cover80", "crps"]).set_index("model")


def _scored(past, area, outcome, model, year, kind) -> tuple[float, float, bool] | None:
    known = past[area].dropna()
    try:
        ahead = forecast(known, year, model=model, peers=past.drop(columns=area), kind=kind)
    except ForecastError:
        return None
    quantiles = ahead.quantiles(LEVELS).loc[year].to_numpy()
    place, happened = ahead.scale.forward(quantiles), float(ahead.scale.place(outcome))
    miss = happened - place
    crps = 2 * np.mean(np.maximum(LEVELS * miss, (LEVELS - 1) * miss))  # the mean pinball loss
    change = abs(happened - float(ahead.scale.place(known.iloc[-1])))
    return crps, change, bool(quantiles[1] <= outcome <= quantiles[-2])
