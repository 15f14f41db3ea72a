"""Where the series of a panel start from: given peers, or priors fitted on the panel itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd
from pandas.core.util.hashing import hash_array

from ..errors import DataError, UsageError
from ..forecasting import scaled_peers
from ..scales import KINDS, scale_for
from ..trends import pooled
from .batch import Peers
from .rows import TARGET, Coded, coded, rows_of_series, whole

FOLDS = 5
FOLD_PEERS = 75
"""Areas of each fold that the others' priors are fitted on: more change them hardly."""
NOTHING = pd.DataFrame(columns=list(TARGET))
Priors = dict[tuple[str, str, int], tuple[pooled.Prior, tuple[str, ...]]]
Kinds = dict[str, set[str]]


def asked_for(targets: pd.DataFrame) -> Kinds:
    """Which kinds each indicator is asked for as."""
    pairs = targets[["indicator"]].assign(
        kind=targets["kind"].fillna(KINDS[0]) if "kind" in targets else KINDS[0]
    )
    asked: Kinds = {}
    for indicator, kind in pairs.drop_duplicates().dropna().itertuples(index=False):
        asked.setdefault(indicator, set()).add(kind)
    return asked


def chosen(peers, asked: Kinds, rows: Callable[[], pd.DataFrame]) -> Peers:
    """Peers by indicator, or priors by fold fitted on rows of the panel itself."""
    if peers is None:
        return {}
    if isinstance(peers, pd.DataFrame):
        if len(asked) > 1:
            raise UsageError(
                f"one table of peers for {len(asked)} indicators, {', '.join(list(asked)[:5])} …: "
                "give a dict of tables by indicator"
            )
        return dict.fromkeys(asked, peers)
    if isinstance(peers, dict):
        return peers
    known = {name: [kind for kind in kinds if kind in KINDS] for name, kinds in asked.items()}
    return fitted(rows(), known)


def fitted(rows: pd.DataFrame, kinds: Mapping[str, Iterable[str]]) -> Priors:
    """Fit the priors of ``peers="panel"``: by indicator, kind and fold, each with notes on it.

    Areas fall into `FOLDS` by a hash of their name, and those of a fold start from the others.
    """
    priors = {}
    for indicator in rows["indicator"].unique():
        mine = rows[rows["indicator"].eq(indicator)]
        table = mine.pivot(index="year", columns="area", values="value")
        folds = fold_of(table.columns)
        for kind in kinds.get(indicator, ()):
            scaled, notes = scaled_peers(table, scale_for(kind, np.ones(1)), None)
            for fold in range(FOLDS):
                others = scaled.loc[:, folds != fold].dropna(how="all")
                prior, more = pooled.prior_for(others, [], [])
                priors[indicator, kind, fold] = prior, notes + more
    return priors


def peer_rows(panel: Coded, above: Iterable = ()) -> pd.DataFrame:
    """Rows of the areas that serve as peers; those of several parts can be chosen from again.

    At most `FOLD_PEERS` areas of a fold, chosen by the same hash, so that the cost does not grow
    with the panel; none of those `above` others, which hold the figures of what lies in them.
    """
    n, areas = np.diff(panel.start), max(len(panel.areas), 1)
    series = np.flatnonzero((n >= 2) & panel.sound)
    series = series[~panel.areas.isin(list(above))[panel.series[series] % areas]]
    indicator, area = np.divmod(panel.series[series], areas)
    place = hashed(panel.areas)[area]
    fold = place % FOLDS
    order = np.lexsort((place, fold, indicator))
    group = indicator[order] * FOLDS + fold[order].astype(int)
    first = np.flatnonzero(np.diff(group, prepend=-1))
    rank = np.arange(len(group)) - np.repeat(first, np.diff(first, append=len(group)))
    return _rows_of(panel, series[order[rank < FOLD_PEERS]])


def _rows_of(panel: Coded, series: np.ndarray) -> pd.DataFrame:
    """Usable rows of some series as a long frame."""
    row, times = rows_of_series(panel.start, series), np.diff(panel.start)[series]
    indicator, area = np.divmod(np.repeat(panel.series[series], times), max(len(panel.areas), 1))
    return pd.DataFrame(
        {
            "area": panel.areas.take(area),
            "indicator": panel.indicators.take(indicator),
            "year": panel.year[row],
            "value": panel.value[row],
        }
    )


def fold_of(areas) -> np.ndarray:
    """Fold of each area, by its name alone."""
    return (hashed(areas) % FOLDS).astype(int)


def hashed(names) -> np.ndarray:
    """A number for each name, the same on every machine."""
    codes, unique = pd.factorize(pd.Index(names))
    words = pd.Index(unique).astype("str").to_numpy(object)
    return np.append(hash_array(words, categorize=False), np.uint64(0))[codes]


def tables_of(peers: str | None) -> dict[str, pd.DataFrame] | str | None:
    """Peers by indicator from a long file; ``panel`` and None as they are."""
    if peers in (None, "panel"):
        return peers
    panel = coded(whole(peers), NOTHING)
    if len(panel.problems):
        raise DataError(panel.problems.assign(file=str(peers)))
    rows = _rows_of(panel, np.arange(len(panel.series)))
    return {
        str(indicator): mine.pivot(index="year", columns="area", values="value")
        for indicator, mine in rows.groupby("indicator")
    }
