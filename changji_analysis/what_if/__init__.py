"""What if: a target judged again under assumptions of one's own, and scenarios kept by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Annotated

import numpy as np
import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, RootModel

from .. import needs
from ..assessment import Assessment, assess, verdict_of
from ..config import validated
from ..dataset import Dataset
from ..errors import UsageError
from ..files import write_bytes
from ..forecasting import Forecast, forecast
from ..plan import plan_row
from ..trends import walk_shape
from ..trends.cohort import Stock, even_batches, predict_stock
from ..wording import Words, language

GROWTH = Annotated[float, Field(gt=-0.5, le=2)]
TAKES = {
    "rd_intensity": ("rd_growth", "gdp_growth"),
    "hightech_firms": ("first_time", "renewal_rate"),
}
"""What can be assumed of an indicator beside its figures and its target."""
FILE = "scenarios.yml"
HEADER = """\
# Assumptions, not forecasts: kept by notebook 08; see changji_analysis.what_if.Scenario.
# 假定，不是预测：由笔记08保存；各项含义见 changji_analysis.what_if.Scenario。
"""


class Scenario(BaseModel):
    """Assumptions about one target of the plan, in its default reading; None: nothing assumed.

    Attributes
    ----------
    target : str
        Its id, ``t01`` …
    value, year
        Another goal, in the unit of the indicator, and another year for it.
    figures : dict of int to float
        Hypothetical figures of years after the last known one.
    rd_growth, gdp_growth : float
        Fractions a year, GDP at current prices; for R&D intensity only.
    first_time, renewal_rate : float
        Certificates a year, and the share of expiring ones renewed; for high-tech firms only.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    target: str
    value: Annotated[float, Field(gt=0)] | None = None
    year: Annotated[int, Field(ge=2000, le=2100)] | None = None
    figures: dict[int, Annotated[float, Field(gt=0)]] = {}
    rd_growth: GROWTH | None = None
    gdp_growth: GROWTH | None = None
    first_time: Annotated[float, Field(ge=0, le=100_000)] | None = None
    renewal_rate: Annotated[float, Field(ge=0, le=1)] | None = None


class Scenarios(RootModel):
    """Contents of ``scenarios.yml``: scenarios by name."""

    root: dict[Annotated[str, Field(min_length=1, max_length=60)], Scenario]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What becomes of a target under a scenario; it shows itself as a sentence.

    Attributes
    ----------
    scenario : Scenario
    row : Series
        The target's row of `changji_analysis.Dataset.plan_targets`.
    assessment, now : Assessment
        Under the scenario, and from what is known.
    rates : tuple of float
        Of `certificates`.
    """

    scenario: Scenario
    row: pd.Series
    assessment: Assessment
    now: Assessment
    rates: tuple[float, float]

    def sentence(self, lang: str | None = None) -> str:
        """What was assumed, and what becomes of probability and verdict."""
        w = Words(language(lang))
        a, now, assumed = self.assessment, self.now, list(self._assumed(w))
        goal = w.goal(a.target.value, a.target.direction, self.row["unit"], a.target.tolerance)
        name = w(
            f"{self.row['zh']}目标（{a.target.year}年{goal}）",
            f"{w.lowered(self.row['en'])} ({goal} by {a.target.year})",
        )
        before, after = (
            w("无法估计", "is not known")
            if one.probability is None
            else w.chance_is(one.probability, one.floor)
            for one in (now, a)
        )
        was, verdict = w.verdict(now.verdict), w.verdict(a.verdict)
        if not assumed:
            return w(
                f"未作任何假定：{name}的实现概率{after}，结论为“{verdict}”。",
                f"Nothing is assumed: the probability of {name} {after}, the verdict “{verdict}”.",
            )
        moved = w(f"原{before}，现{after}", f"{before} as known and {after} now")
        if before == after:
            moved = w(f"仍{after}", f"{after} as before")
        turned = w(f"结论由“{was}”变为“{verdict}”", f"turns from “{was}” to “{verdict}”")
        if was == verdict:
            turned = w(f"结论仍为“{was}”", f"remains “{was}”")
        return w(
            f"假如{'，'.join(assumed)}：{name}的实现概率{moved}；{turned}。",
            f"If {' and '.join(assumed)}: the probability of {name} {moved}; the verdict {turned}.",
        )

    def _assumed(self, w: Words) -> Iterator[str]:
        s, target = self.scenario, self.assessment.target
        if s.value is not None or s.year is not None:
            goal, year = w.goal(None, target.direction), target.year
            if target.value is not None:
                goal = w.amount(target.value, self.row)
            yield w(f"目标改为{year}年{goal}", f"the target were {goal} by {year}")
        for year, value in sorted(s.figures.items()):
            figure = w.amount(value, self.row)
            yield w(f"{year}年的数为{figure}", f"the figure of {year} were {figure}")
        for growth, zh, en in (
            (s.rd_growth, "R&D经费", "R&D expenditure"),
            (s.gdp_growth, "地区生产总值", "GDP"),
        ):
            if growth is not None:
                pace = f"{round(100 * growth, 2):g}%"
                yield w(f"{zh}每年增长{pace}", f"{en} grew by {pace} a year")
        if s.first_time is not None or s.renewal_rate is not None:
            rate, first = self.rates
            yield w(f"每年首次认定{first:g}家", f"{first:g} firms a year were newly certified")
            yield w(f"到期证书续认{rate:.0%}", f"{rate:.0%} of certificates were renewed")

    def __repr__(self):
        return self.sentence()

    def _repr_html_(self):
        return f"<p>{escape(self.sentence())}</p>"


def evaluate(data: Dataset, scenario: Scenario) -> Outcome:
    """Judge a target under a scenario.

    An assumed pace of R&D takes the place of the model's: the middle of the forecast grows at
    that pace, the doubt about the pace goes, the yearly shocks stay. Growth of GDP alone moves
    the pace by as much as it differs from the middle scenario of the configuration. With
    certificates assumed, the stock of firms is C(t) + C(t-1) + C(t-2), where C(t) ~
    Binomial(C(t-3), renewal_rate) + Poisson(first_time), from batches of equal size; the rate
    of the two that is not given is the middle one of the configuration, the number that which
    the plan prints for the years before it.

    Parameters
    ----------
    data : Dataset
    scenario : Scenario

    Raises
    ------
    UsageError
        There is no such target, or it does not take one of the assumptions.
    ForecastError
        The figures, the hypothetical ones included, cannot be forecast.
    """
    row = plan_row(data.plan_targets, scenario.target, None)
    judged = data.judgement(row["id"], row["reading"])
    now = judged.assessment
    _check(scenario, row, judged.known)
    known = pd.concat([judged.known, pd.Series(scenario.figures, dtype=float)]).sort_index()
    known.index, known.attrs = known.index.astype(int), judged.known.attrs
    target = replace(
        now.target, value=scenario.value or now.target.value, year=scenario.year or now.target.year
    )
    given, limits = now.given, data.config.verdict
    found = assess(known, target, peers=given.peers, parent=given.parent, kind=given.kind,
                   thresholds=limits)  # fmt: skip
    rates = certificates(data, scenario)
    if found.forecast is not None and target.value is not None:
        if scenario.rd_growth is not None or scenario.gdp_growth is not None:
            middle = data.config.middle_scenario.growth
            ahead = _paced(known, found.forecast, given.peers, scenario, middle)
            found = _under(found, ahead, data)
        elif scenario.first_time is not None or scenario.renewal_rate is not None:
            batches = even_batches(known.iloc[-1], int(known.index[-1]))
            rate, first = rates
            ahead = predict_stock(batches, target.year, renewal_rate=rate, first_time=first)
            found = _under(found, ahead, data)
    return Outcome(scenario, row, found, now, rates)


def _under(found: Assessment, ahead: Forecast | Stock, data: Dataset) -> Assessment:
    """The assessment with a forecast under assumptions in the place of its own."""
    target = found.target
    assert target.value is not None  # without a goal nothing is assumed
    chance = ahead.probability(target.value, direction=target.direction)
    evidence = replace(found.evidence, method=ahead.model, calibration=None)
    verdict = verdict_of(chance, data.config.verdict)
    return replace(found, forecast=ahead, probability=chance, verdict=verdict, evidence=evidence)


def _check(scenario: Scenario, row: pd.Series, known: pd.Series) -> None:
    for indicator, names in TAKES.items():
        for name in names:
            if getattr(scenario, name) is not None and row["indicator"] != indicator:
                raise UsageError(
                    f"{name} is an assumption about {indicator}, and target {row['id']} is "
                    f"about {row['indicator']}: leave it out"
                )
    if scenario.value is not None and pd.isna(row["value"]):
        raise UsageError(f"target {row['id']} has no number that could be changed")
    early = [year for year in scenario.figures if len(known) and year <= known.index[-1]]
    if early:
        raise UsageError(
            f"the figure of {early[0]} is known, or older than the last known one of "
            f"{known.index[-1]}: assume one of a later year"
        )


def _paced(known: pd.Series, ahead: Forecast, peers, scenario: Scenario, middle: float) -> Forecast:
    """The forecast at an assumed pace."""
    gdp = np.log1p(middle if scenario.gdp_growth is None else scenario.gdp_growth)
    h = np.arange(1, len(ahead.years) + 1)
    if scenario.rd_growth is None:
        return replace(ahead, loc=ahead.loc + h * (np.log1p(middle) - gdp))
    longer = forecast(known, ahead.years[-1] + 1, peers=peers)
    shocks = 2 * longer.shape[0, 0] - longer.shape[0, 1]  # s2 min(g, h) + v g h
    pace = np.log1p(scenario.rd_growth) - gdp
    last = ahead.scale.place(float(known.iloc[-1]))
    return replace(ahead, loc=last + h * pace, shape=walk_shape(h, shocks), df=longer.df)


def certificates(data: Dataset, scenario: Scenario) -> tuple[float, float]:
    """Renewal rate and first-time certificates a year, as assumed or as they stand by default."""
    rates, past = sorted(data.config.report.renewal_rates), needs.past_first_time(data.baseline)
    usual = rates[len(rates) // 2], past["per_year"] if past else 0.0
    assumed = scenario.renewal_rate, scenario.first_time
    rate, first = (b if a is None else a for a, b in zip(assumed, usual, strict=True))
    return rate, first


def scenarios(data: Dataset) -> dict[str, Scenario]:
    """The scenarios kept in ``scenarios.yml`` of the folder, by name; none without the file."""
    data.text(FILE)  # noted as asked; read anew all the same, since the explorer writes to it
    path = data.folder / FILE
    return dict(validated(path, Scenarios).root) if path.exists() else {}


def save(data: Dataset, name: str, scenario: Scenario) -> None:
    """Keep a scenario by a name of 1 to 60 characters; one of the same name is replaced."""
    name = name.strip()
    if not 0 < len(name) <= 60:
        raise UsageError(f"the name {name!r} is empty or longer than 60 characters: choose another")
    kept = scenarios(data) | {name: scenario}
    content = {key: one.model_dump(exclude_defaults=True) for key, one in kept.items()}
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    write_bytes(data.folder / FILE, (HEADER + text).encode("utf-8"))


def scenario_table(data: Dataset) -> pd.DataFrame:
    """Every kept scenario with what becomes of its target.

    Returns
    -------
    DataFrame
        By ``scenario``, its name: ``before`` and ``probability`` (NaN where the evidence is
        insufficient) with the floor of each, ``verdict``, ``says_zh`` and ``says_en``.
    """
    names = "scenario before before_floor probability probability_floor verdict says_zh says_en"
    rows = []
    for name, scenario in scenarios(data).items():
        found = evaluate(data, scenario)
        a, said = found.assessment, [found.sentence(lang) for lang in ("zh", "en")]
        rows.append((name, *(x for one in (found.now, a) for x in (one.probability, one.floor)),
                     a.verdict, *said))  # fmt: skip
    table = pd.DataFrame(rows, columns=names.split()).astype(
        {"before": float, "probability": float}
    )
    return table.set_index("scenario")
