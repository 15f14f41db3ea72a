"""While an area's last figure is years old, its parent's growth since then is evidence.

A part `PASS` of the parent's growth is taken to reach the area; what the area does beyond that is
predicted as `pooled` predicts growth, from peers whose own growth is held against that of all
the others in the same way:

    x(t) = PASS parent(t) + rest(t),    rest ~ pooled.

A parent whose pace differs from that of all peers is weaker evidence than their common pace: the
pass-through of that difference is uncertain by `PASS_ERROR`. Both constants come from areas
whose outcome is known (docs/decisions.md).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from . import Prediction, pooled

PASS = 0.5
PASS_ERROR = 0.3


def predict(
    x, years, horizons, *, peers: pd.DataFrame | None = None, parent: pd.Series | None = None
) -> Prediction:
    """Predict from the area's figures, its peers and its parent, all on the same scale.

    Parameters
    ----------
    x, years : arrays (n,)
    horizons : array (H,)
    peers : DataFrame (years, areas), optional
    parent : Series, optional
        By int year. Without it, or where it tells nothing after the area's last year, the
        answer is that of ``pooled``, and says so.
    """
    years = np.asarray(years, int)
    last = int(years[-1])
    path = _filled(parent) if parent is not None else pd.Series(dtype=float)
    if last not in path.index or path.index[-1] <= last:
        plain = pooled.predict(x, years, horizons, peers=peers)
        note = f"no figure of the parent after {last} counts: predicted without it"
        return plain._replace(notes=(*plain.notes, note))
    ahead = last + np.asarray(horizons, int)
    rise, doubt, parent_df = _parent_rise(path, last, ahead, peers)
    known = np.minimum(ahead, path.index[-1])
    excess = path.loc[known].to_numpy() - path[last] - _common_rise(peers, last, known)
    within = np.isin(years, path.index)
    rest = np.asarray(x, float)[within] - PASS * path.loc[years[within]].to_numpy()
    others = None if peers is None else remainders(peers)
    plain = pooled.predict(rest, years[within], horizons, peers=others)
    return Prediction(
        x[-1] + PASS * rise + plain.loc - rest[-1],
        plain.cov + PASS**2 * doubt + PASS_ERROR**2 * np.outer(excess, excess),
        min(plain.df, parent_df),
        notes=plain.notes,
    )


def remainders(peers: pd.DataFrame) -> pd.DataFrame:
    """Peers less `PASS` times the common path of all the others."""
    filled, growth = _growth(peers)
    seen = growth.notna()
    count = seen.sum(axis=1)
    total = growth.sum(axis=1)
    others = (count.to_numpy()[:, None] - seen).clip(lower=1)
    common = growth.fillna(0).rsub(total, axis=0) / others
    return peers.where(filled.notna()) - PASS * common.cumsum()


def common_path(peers: pd.DataFrame) -> pd.Series:
    """Mean yearly growth of the peers, added up: a stand-in for their parent."""
    growth = _growth(peers)[1]
    growth = growth[growth.notna().sum(axis=1) >= pooled.LEAST_PEERS]
    if growth.empty:
        return pd.Series(dtype=float)
    path = growth.mean(axis=1).cumsum()
    return pd.concat([pd.Series([0.0], [path.index[0] - 1]), path])


def _filled(series: pd.Series) -> pd.Series:
    """Every year from first to last, gaps on a straight line."""
    series = series.dropna().sort_index()
    if series.empty:
        return series
    return series.reindex(range(series.index[0], series.index[-1] + 1)).interpolate()


def _growth(peers: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    filled = peers.sort_index().interpolate(limit_area="inside")
    return filled, filled.diff()


def _common_rise(peers: pd.DataFrame | None, last: int, until: np.ndarray) -> np.ndarray:
    """Mean growth of the peers from the last year on, as far as they go."""
    if peers is None:
        return np.zeros(len(until))
    yearly = _growth(peers)[1].mean(axis=1).fillna(0.0)
    return np.array(
        [yearly[(yearly.index > last) & (yearly.index <= year)].sum() for year in until]
    )


def _parent_rise(path: pd.Series, last: int, ahead: np.ndarray, peers):
    """Growth of the parent from `last`: known, then predicted by ``pooled``."""
    end = int(path.index[-1])
    rise = path.reindex(ahead).to_numpy() - path[last]
    doubt, df = np.zeros((len(ahead), len(ahead))), np.inf
    beyond = ahead > end
    if beyond.any():
        more = pooled.predict(path.to_numpy(), path.index, ahead[beyond] - end, peers=peers)
        rise[beyond] = more.loc - path[last]
        doubt[np.ix_(beyond, beyond)] = more.cov
        df = more.df
    return rise, doubt, df
