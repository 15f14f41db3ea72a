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
RANGE = ("probability_low", "probability_high", "probability_low_floor",
         "probability_high_floor", "verdict_low", "verdict_high", "words")  # fmt: skip
ALONE = "alone"
"""The judgement without the parent, told beside the range: it leaves evidence out, and is no
choice that a reader could defend."""
COLUMNS = ["choice", "detail", "probability", "probability_floor", "verdict"]


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
        ``choice`` (``central``, ``reference_class``, ``without``, ``pass_through``, ``method``, and
        `ALONE`), ``detail`` (which), ``probability``, below what that is not printed
        (``probability_floor``), and ``verdict``; empty where the central judgement rests on no
        forecast.
    """
    if central.probability is None or central.forecast is None:
        return pd.DataFrame(columns=COLUMNS)
    judged = [("central", "", central)]
    for name, frame in classes.items():
        if frame.shape[1]:
            judged.append(("reference_class", name, judge(frame, parent)))
    for area in peers.columns if peers.shape[1] > 1 else ():
        rest = peers.loc[:, peers.columns != area]
        rest.attrs = peers.attrs
        judged.append(("without", str(area), judge(rest, parent)))
    if parent is not None and central.evidence.parent is not None:
        judged.append((ALONE, "", judge(peers, None)))
        for level in ENDS:
            judged.append(("pass_through", f"{level:g}", judge(peers, at_quantile(parent, level))))
    rows = [(choice, detail, a.probability, a.floor) for choice, detail, a in judged]
    rows += [("method", name, p, central.floor) for name, p in methods.items()]
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    return table.assign(verdict=table["probability"].map(verdict))


def ends(table: pd.DataFrame) -> dict[str, object]:
    """The least and the greatest probability of a table of `alternatives`, and their verdicts.

    Returns
    -------
    dict
        `RANGE`: the ends, below what they are not printed, their verdicts and ``words``, how many
        verdicts the range spans, both ends included. None where the table is empty.
    """
    found: dict[str, object] = dict.fromkeys(RANGE)
    if table.empty:
        return found
    ranked = table[table["choice"].ne(ALONE)].sort_values("probability", kind="stable")
    for end, row in (("low", ranked.iloc[0]), ("high", ranked.iloc[-1])):
        found[f"probability_{end}"], found[f"verdict_{end}"] = row["probability"], row["verdict"]
        found[f"probability_{end}_floor"] = row["probability_floor"]
    first, last = (BANDS.index(ranked["verdict"].iloc[end]) for end in (0, -1))
    return found | {"words": last - first + 1}
