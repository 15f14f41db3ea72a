"""Does a verdict survive? A probability tried over a short list of choices fixed beforehand.

A reader may ask: against other provinces, too? Without the one that grew most? If the region
passed on less? The list stands in the configuration and in this module, so that nobody picks a
choice by its answer. Earlier vintages are no choices: they have a history of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from .assessment import BANDS, Assessment
from .trends.parent import at_quantile

ENDS = (0.1, 0.9)
"""Points of the pass-through's distribution that are tried."""
COLUMNS = ["choice", "detail", "probability", "verdict"]


def alternatives(
    central: Assessment,
    judge: Callable[[pd.DataFrame, pd.Series | None], Assessment],
    *,
    peers: pd.DataFrame,
    parent: pd.Series | None,
    classes: Mapping[str, pd.DataFrame],
    methods: Mapping[str, float],
    verdict: Callable[[float], str],
) -> pd.DataFrame:
    """Judge one target again under every choice.

    Parameters
    ----------
    central : Assessment
        As printed.
    judge : callable
        Judges the same target from peers and a parent.
    peers : DataFrame
        The reference class of the central judgement; each area in turn is left out of it.
    parent : Series or None
        Its parent: the pass-through is tried at its 10 and 90 % points.
    classes : mapping
        Name to another reference class; one without any area is passed over.
    methods : mapping
        Name to the probability by another method, e.g. the certificates' cohorts.
    verdict : callable
        Verdict code of a probability.

    Returns
    -------
    DataFrame
        ``choice`` (``central``, ``reference_class``, ``without``, ``pass_through``, ``method``),
        ``detail`` (which), ``probability`` and ``verdict``; empty where the central judgement
        rests on no forecast.
    """
    if central.probability is None or central.forecast is None:
        return pd.DataFrame(columns=COLUMNS)
    rows = [("central", "", central.probability)]
    for name, frame in classes.items():
        if frame.shape[1]:
            rows.append(("reference_class", name, judge(frame, parent).probability))
    for area in peers.columns if peers.shape[1] > 1 else ():
        rest = peers.drop(columns=area)
        rest.attrs = peers.attrs
        rows.append(("without", str(area), judge(rest, parent).probability))
    if parent is not None and central.evidence.parent is not None:
        for level in ENDS:
            held = judge(peers, at_quantile(parent, level))
            rows.append(("pass_through", f"{level:g}", held.probability))
    rows += [("method", name, probability) for name, probability in methods.items()]
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    return table.assign(verdict=table["probability"].map(verdict))


def ends(table: pd.DataFrame) -> dict[str, object]:
    """The least and the greatest probability of a table of `alternatives`, and their verdicts.

    Returns
    -------
    dict
        ``probability_low``, ``probability_high``, ``verdict_low``, ``verdict_high`` and ``words``:
        how many verdicts the range spans, both ends included. None where the table is empty.
    """
    names = ("probability_low", "probability_high", "verdict_low", "verdict_high", "words")
    if table.empty:
        return dict.fromkeys(names)
    low, high = (
        table.loc[at] for at in (table["probability"].idxmin(), table["probability"].idxmax())
    )
    spanned = BANDS.index(high["verdict"]) - BANDS.index(low["verdict"]) + 1
    found = (low["probability"], high["probability"], low["verdict"], high["verdict"], spanned)
    return dict(zip(names, found, strict=True))
