"""Assessment: one target judged from what is known of its indicator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from . import pace
from .calibration import Calibration, Question, calibration_of
from .config import Verdict
from .errors import ForecastError
from .forecasting import Forecast, attainment, checked, forecast, kind_of
from .plan import Target
from .reading_tables import Given, chances, reading_table
from .showing import drawer
from .trends import ParentUsed, name_of
from .trends.pooled import Prior
from .wording import LIKELIHOODS as LIKELIHOODS
from .wording import VERDICTS as VERDICTS
from .wording import likelihood as likelihood

BANDS = ("out_of_reach", "unlikely", "at_risk", "likely")
"""Verdicts that a probability alone decides, rising."""

DEFAULT = Verdict()

LACKING = {
    "no_figure": "no figure is known",
    "old_figure": "the last figure, of {last_year}, is older than the base year {base_year}",
    "no_base": "the target asks for no decrease and its base is not known",
    "no_later_figure": "no figure after the base is known",
}
"""Why there is no verdict."""


@dataclass(frozen=True)
class Evidence:
    """What a probability rests on.

    Attributes
    ----------
    n : int
        Observations at or before the target year.
    span : int
        Years from the first to the last of them.
    last_year : int or None
    method : str
        ``outcome`` where the target year itself is observed, else the model.
    calibration : Calibration or None
        How statements like this one fared in replays; None where they were not scored.
    notes : tuple of str
        Fallbacks, in words.
    parent : ParentUsed or None
        The area around this one whose later figures were used: its name, the last year of the
        area and of the parent, and the pass-through.
    reason : str
        Code of `LACKING` where there is no verdict.
    """

    n: int
    span: int
    last_year: int | None
    method: str
    calibration: Calibration | None = None
    notes: tuple[str, ...] = ()
    parent: ParentUsed | None = None
    reason: str = ""


class Outlook(NamedTuple):
    """What a forecast says of a target, and how statements like it fared in replays."""

    forecast: Forecast
    probability: float
    calibration: Calibration | None

    @property
    def floor(self) -> float:
        """The least probability that replayed cases like this one bear; 0 where it is no matter."""
        return 0.0 if self.calibration is None else self.calibration.floor


@dataclass(frozen=True, eq=False)
class Assessment:
    """The judgement of one target; see `assess`. None stands wherever a measure is undefined.

    Attributes
    ----------
    target : Target
    base_year, base_value : int and float
        What the pace is counted from.
    last_value : float
        Latest figure, not older than the base year.
    probability : float
        Of attaining the target; 0 or 1 where the outcome is known.
    verdict : str
        One of `VERDICTS`.
    evidence : Evidence
    forecast : Forecast
    required_growth, required_growth_from_last : float
        Fractions a year, from the base and from the latest figure to the target.
    observed_growth : float
        Fraction a year, from the base to the latest figure.
    pace_ratio : float
        Observed over required growth (Eurostat, Statistics Canada).
    gap_closed, time_elapsed : float
        Shares, at the latest figure (时序进度).
    expected_gap_closed : float
        Share of the gap closed by the target year if the observed growth goes on (UN DESA).
    due : DataFrame
        Year x path: values due on the ``straight`` and the ``geometric`` path.
    given : Given
        What the judgement saw, so that further figures can be tried on it.
    """

    target: Target
    base_year: int | None
    base_value: float | None
    last_value: float | None
    probability: float | None
    verdict: str
    evidence: Evidence
    forecast: Forecast | None
    required_growth: float | None
    required_growth_from_last: float | None
    observed_growth: float | None
    pace_ratio: float | None
    gap_closed: float | None
    expected_gap_closed: float | None
    time_elapsed: float | None
    due: pd.DataFrame
    given: Given

    @property
    def likelihood(self) -> str | None:
        """IPCC term of the probability, None without one."""
        return None if self.probability is None else likelihood(self.probability)[0]

    @property
    def floor(self) -> float:
        """The least probability that replayed cases like this one bear; 0 where it is no matter."""
        row = self.evidence.calibration
        return 0.0 if row is None else row.floor

    @property
    def met_at_last(self) -> bool | None:
        """Whether the last figure already attains the target; None where that is not known."""
        if self.last_value is None:
            return None
        if self.target.direction == "non_decreasing" and self.base_value is None:
            return None
        return self.target.met_by(self.last_value, self.base_value)

    @property
    def pace(self) -> pd.DataFrame:
        """The official measures side by side.

        Returns
        -------
        DataFrame
            Indexed by method, columns ``value``, ``status``; missing where a method cannot be
            applied. 时序进度 stands on a straight and on a geometric path. A target that the base
            already met left no gap to close: measures of the gap then have no status.
        """
        met, gap = bool(self.met_at_last), self._gap
        landing = None if gap is None else self.expected_gap_closed
        rows = {
            "eurostat": (self.pace_ratio, pace.eurostat_status(self.pace_ratio)),
            "statistics_canada": (self.pace_ratio, pace.statcan_status(self.pace_ratio, met)),
            "un_desa": (
                self.expected_gap_closed,
                pace.un_desa_status(landing, met),
            ),
        }
        for shape in ("straight", "geometric"):
            due, path = None, self.due[shape]
            if gap is not None and self.time_elapsed and path.notna().all():
                due = (path.loc[self.evidence.last_year] - path.iloc[0]) / gap
            rows[f"time_progress_{shape}"] = (
                self.gap_closed,
                pace.time_progress_status(self.gap_closed, due),
            )
        return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "status"])

    def reading_table(self, decimals: int | None = None) -> pd.DataFrame:
        """Which figure of which year would mean which verdict, were it the only one after the base.

        See `changji_analysis.reading_tables.reading_table`.

        Examples
        --------
        >>> import pandas as pd
        >>> import changji_analysis as ca
        >>> target = ca.Target(value=12, year=2025, base_year=2020)
        >>> table = ca.assess(pd.Series({2020: 8.0}), target, kind="count").reading_table()
        >>> table.loc[table["year"] == 2025, ["verdict", "from_value"]].to_string(header=False)
        '5    missed   NaN\\n6  achieved  12.0'
        """
        return reading_table(self.target, self.given, self.due, decimals)

    def word(self, probability: float) -> str:
        """Verdict of another probability by the same thresholds."""
        return [code for code, least in self.given.bands if probability >= least][-1]

    def tried(self, values, year: int) -> np.ndarray:
        """Probability of the target were one more figure known, for many candidates of its year.

        Parameters
        ----------
        values : array (n,)
        year : int
            After the last figure and not after the target year.
        """
        return chances(values, year, self.target, self.given)[0]

    def again(self, peers: pd.DataFrame | Prior | None, parent: pd.Series | None) -> Outlook:
        """What the default model says of the target from other peers and another parent."""
        given = self.given._replace(peers=peers, parent=parent)
        return _outlook(self.target, given, "pooled", given.kind)

    def __repr__(self):
        return (
            f"Assessment(verdict={self.verdict!r}, probability={self.probability}, "
            f"target={self.target}, evidence={self.evidence})"
        )

    def plot(self, ax=None, lang=None):
        """Draw the forecast with the target and both paths; see `changji_analysis.figures.fan`."""
        return drawer("fan")(self, None, ax, lang)

    @property
    def _gap(self) -> float | None:
        """What the base left to close; None where it is not known or met the target already."""
        base, goal = self.base_value, self.target.value
        if base is None or goal is None or self.target.met_by(base, base):
            return None
        return goal - base


def verdict_of(probability: float | None, thresholds: Verdict = DEFAULT) -> str:
    """Verdict code of a probability by the least probability of each verdict."""
    if probability is None:
        return "insufficient_evidence"
    return BANDS[sum(probability >= getattr(thresholds, code) for code in BANDS[1:])]


def assess(
    history: pd.Series,
    target: Target,
    *,
    model: str | Callable = "pooled",
    peers: pd.DataFrame | Prior | None = None,
    parent: pd.Series | None = None,
    kind: str | None = None,
    thresholds: Verdict = DEFAULT,
) -> Assessment:
    """Judge one target.

    Parameters
    ----------
    history : Series
        Integer years to values; may be empty: the verdict is then ``insufficient_evidence`` and
        the required pace is still stated where the target has a base. A last figure older than
        the base year is context and is not extrapolated.
    target : Target
        Its base is optional: the first observation stands in.
    model, peers, parent, kind
        As in `forecast`.
    thresholds : Verdict
        Least probability of each verdict; the package's own unless a dataset brings others.

    Returns
    -------
    Assessment
        If the target year is observed, the outcome is the answer: probability 0 or 1 and
        verdict ``achieved`` or ``missed``, whatever the trend.

    Raises
    ------
    ForecastError
        The history is unsorted, has two values for a year, or values its kind cannot take; the
        target is none.
    """
    if not isinstance(target, Target):
        raise ForecastError.of("target", type=type(target).__name__)
    known = _known(history, target)
    base_year, base = _base(known, target)
    last_year = int(known.index[-1]) if len(known) else None
    last = float(known.iloc[-1]) if len(known) else None
    usable = last_year is not None and (base_year is None or last_year >= base_year)

    outlook, probability, method, reason = None, None, name_of(model), ""
    goal = base if target.direction == "non_decreasing" else target.value
    bands = [(code, getattr(thresholds, code, 0.0)) for code in BANDS]
    given = Given(known, base_year, base, goal, peers, parent, kind_of(known, kind)[0], bands)
    if last is None or not usable:
        reason, last = "no_figure" if last_year is None else "old_figure", None
    elif goal is None:
        reason = "no_base"
    elif last_year == target.year:
        method = "outcome"
        probability = float(target.met_by(last, base))
    elif target.direction == "non_decreasing" and last_year == base_year:
        reason = "no_later_figure"
    else:
        outlook = _outlook(target, given, model, kind)
        probability = outlook.probability
    prediction = outlook and outlook.forecast
    notes = () if prediction is None else prediction.notes
    if reason:
        notes = (LACKING[reason].format(last_year=last_year, base_year=base_year),)
    verdict = verdict_of(probability, thresholds)
    if method == "outcome":
        verdict = "achieved" if probability == 1 else "missed"
    return Assessment(
        target=target,
        base_year=base_year,
        base_value=base,
        last_value=last,
        probability=probability,
        verdict=verdict,
        evidence=Evidence(
            n=len(known),
            span=int(known.index[-1] - known.index[0]) if len(known) else 0,
            last_year=last_year,
            method=method,
            calibration=outlook and outlook.calibration,
            notes=notes,
            parent=None if prediction is None else prediction.parent,
            reason=reason,
        ),
        forecast=prediction,
        due=_due(base_year, base, goal, target),
        given=given,
        **pace.measures(
            base_year,
            None if base_year is None else base,
            last_year,
            last,
            goal,
            target.year,
            target.direction,
        ),
    )


def _outlook(target: Target, given: Given, model: str | Callable, kind: str | None) -> Outlook:
    """Forecast the target year; only of the default model it is known how its statements fared."""
    known, goal = given.known, given.goal
    found = forecast(
        known, target.year, model=model, peers=given.peers, parent=given.parent, kind=kind
    )
    asked = goal, target.direction, target.tolerance or 0
    probability = float(np.mean(attainment(*found.at(), found.scale, *asked)))
    if found.model != "pooled":
        return Outlook(found, probability, None)
    last = float(known.iloc[-1])
    question = Question(
        rise=float(np.diff(found.scale.forward(np.array([last, goal])))[0]),
        ahead=target.year - found.last_year,
        level=last,
        indicator=known.attrs.get("indicator"),
        direction=target.direction,
        parent=found.parent is not None,
        as_of=known.attrs.get("as_of"),
    )
    prior = "peers" if found.peers else "generic"
    return Outlook(found, probability, calibration_of(probability, found.n, prior, question))


def _known(history: pd.Series, target: Target) -> pd.Series:
    """What the history holds up to the target year; empty is allowed."""
    if isinstance(history, pd.Series) and not history.count():
        return pd.Series(dtype=float, index=pd.Index([], dtype=int))
    known = checked(history)
    return known[known.index <= target.year]


def _base(known: pd.Series, target: Target) -> tuple[int | None, float | None]:
    year = target.base_year
    if year is None:
        year = int(known.index[0]) if len(known) and known.index[0] < target.year else None
    value = target.base_value
    if value is None and year is not None and year in known.index:
        value = float(known.loc[year])
    return year, value


def _due(base_year, base, goal, target: Target) -> pd.DataFrame:
    if base_year is None or base is None or goal is None:
        return pd.DataFrame({"straight": [], "geometric": []}, dtype=float)
    return pace.required_paths(base, goal, base_year, target.year)
