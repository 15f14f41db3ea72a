"""What a review finds, gathered once for both languages: everything the report's sentences use."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache

import pandas as pd

from .. import _compat as needs
from .. import _compat as records
from .._compat import (
    checked_targets,
    city_history,
    config,
    consistency,
    peers,
    plan_assessments,
    probability_history,
    reference_windows,
    required_paths,
    scorecard,
)
from ..assessment import Assessment
from ..errors import ForecastError
from ..scorecards import EVIDENCE
from ..trends import cohort


@dataclass(frozen=True, eq=False)
class Findings:
    """The results of one review.

    Attributes
    ----------
    as_of : str or None
    date : date
        That of the review: `as_of`, else the day on which the newest figure became known.
    final : bool
        The target year is over (终期), else the review is a mid-term one (中期).
    card : DataFrame
        `scorecard`, every reading.
    judged : dict
        `plan_assessments`.
    paths : DataFrame
        `required_paths`.
    headline : dict
        Indicator to its row of the card, in the configuration's order.
    known : dict
        Indicator of the headline to the city's history.
    moved : dict
        Indicator of the headline to `probability_history`, up to the date.
    region : dict
        Indicator of the headline to `changji_analysis.needs.region_pace`; absent if not known.
    money, first_time : DataFrame
        Spending under the GDP scenarios, and first-time certificates by renewal rate; empty
        where they cannot be had.
    past : dict or None
        `changji_analysis.needs.past_first_time`.
    adjusted, proposed : DataFrame
        Of every target with a forecast: values as ambitious as peers' attained ones, and
        targets for the next plan; with ``id``.
    precedents : DataFrame
        Scored precedents of the headline's first indicator known by the date, with ``asked``.
    checks : DataFrame
        The plan held against itself.
    facts : DataFrame
        Counts: ``id``, ``zh``, ``en``, ``value``.
    """

    as_of: str | None
    date: dt.date
    final: bool
    card: pd.DataFrame
    judged: dict[tuple[str, str], Assessment]
    paths: pd.DataFrame
    headline: dict[str, pd.Series]
    known: dict[str, pd.Series]
    moved: dict[str, pd.DataFrame]
    region: dict[str, dict]
    money: pd.DataFrame
    first_time: pd.DataFrame
    past: dict | None
    adjusted: pd.DataFrame
    proposed: pd.DataFrame
    precedents: pd.DataFrame
    checks: pd.DataFrame
    facts: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def main(self) -> pd.DataFrame:
        """The card in the default readings."""
        return self.card[self.card["default"]]

    @property
    def usable(self) -> pd.DataFrame:
        """Default readings with a verdict that rests on figures."""
        return self.main[self.main["verdict"].ne("insufficient_evidence")]

    @property
    def blank(self) -> pd.DataFrame:
        """Default readings without usable figures."""
        return self.main[self.main["verdict"].eq("insufficient_evidence")]

    def fact(self, name: str) -> int:
        """One of the counts."""
        return int(self.facts.set_index("id").at[name, "value"])

    def assessment(self, row: pd.Series) -> Assessment:
        """The assessment behind a row of the card."""
        return self.judged[row["id"], row["reading"]]


def findings(as_of: str | None = None) -> Findings:
    """Gather everything that the report of a date says.

    Parameters
    ----------
    as_of : str, optional
        ISO date: only what was known then.

    Raises
    ------
    DataError
        Faults of the data files or of the configuration, all at once.
    """
    day = None if as_of is None else records.as_date(as_of).date().isoformat()
    return _findings(day, records.stamp())


@lru_cache(maxsize=8)
def _findings(as_of: str | None, stamp) -> Findings:
    plan = config().plan
    date = _newest() if as_of is None else dt.date.fromisoformat(as_of)
    card = scorecard(as_of)
    main = card[card["default"]]
    judged = plan_assessments(as_of)
    headline = {name: main[main["indicator"].eq(name)].iloc[0] for name in config().report.headline}
    region = {n: needs.region_pace(n, int(r["year"]), as_of) for n, r in headline.items()}
    rd, firms = headline.get("rd_intensity"), headline.get("hightech_firms")
    checks = consistency()
    precedents = _precedents(next(iter(headline), ""), date)
    return Findings(
        as_of=as_of,
        date=date,
        final=as_of is None or date >= dt.date(plan.target_year, 12, 31),
        card=card,
        judged=judged,
        paths=required_paths(as_of),
        headline=headline,
        known={name: city_history(name, as_of) for name in headline},
        moved={name: _moved(row, date) for name, row in headline.items()},
        region={name: pace for name, pace in region.items() if pace},
        money=_money(rd, as_of),
        first_time=_first_time(firms),
        past=needs.past_first_time() if firms is not None else None,
        adjusted=_adjusted(main, judged, as_of),
        proposed=_proposed(main, judged, as_of),
        precedents=precedents,
        checks=checks,
        facts=_facts(card, checks, precedents, date, as_of),
    )


def _newest() -> dt.date:
    """The day on which the newest figure of the statistics became known."""
    return records.load_statistics()["known_by"].max().date()


def _moved(row: pd.Series, date: dt.date) -> pd.DataFrame:
    moved = probability_history(row["id"])
    return moved[moved.index <= date.isoformat()].dropna(subset=["probability"])


def _money(row: pd.Series | None, as_of: str | None) -> pd.DataFrame:
    if row is None or not row["base_value"] > 0:
        return pd.DataFrame()
    try:
        return needs.rd_spending(row["value"], row["base_value"], int(row["year"]), as_of)
    except ForecastError:
        return pd.DataFrame()


def _first_time(row: pd.Series | None) -> pd.DataFrame:
    if row is None or not row["base_value"] > 0:
        return pd.DataFrame()
    rates = config().report.renewal_rates
    batches = cohort.even_batches(row["base_value"], int(row["base_year"]))
    return cohort.first_time_needed(batches, int(row["year"]), row["value"], rates)


def _adjusted(main: pd.DataFrame, judged: dict, as_of: str | None) -> pd.DataFrame:
    tables = []
    for _, row in main.iterrows():
        a = judged[row["id"], row["reading"]]
        if a.forecast is None:
            continue
        windows, span = reference_windows(row["indicator"], a.target.year - a.base_year, as_of)
        table = needs.adjusted_targets(a, windows, span, int(row["decimals"]))
        tables.append(table.assign(id=row["id"]))
    return _stacked(tables, ["id", "basis", "level", "factor", "value", "probability"])


def _proposed(main: pd.DataFrame, judged: dict, as_of: str | None) -> pd.DataFrame:
    """Targets for the next plan, of every target whose history can be carried forward."""
    kinds = checked_targets().drop_duplicates("indicator").set_index("indicator")["model_kind"]
    tables = []
    for _, row in main.drop_duplicates("indicator").iterrows():
        if judged[row["id"], row["reading"]].probability is None:
            continue
        if row["direction"] not in ("at_least", "at_most"):
            continue
        known = city_history(row["indicator"], as_of)
        if known.empty or known.index[-1] >= config().report.next_year:
            continue
        others = peers(row["indicator"], as_of, level="all")
        table = needs.proposed_target(
            known,
            row["direction"],
            kind=kinds[row["indicator"]],
            peers=others if others.shape[1] else None,
            decimals=int(row["decimals"]),
        )
        tables.append(table.assign(id=row["id"]))
    return _stacked(tables, ["id", "year", "level", "value", "probability"])


def _stacked(tables: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    filled = [table for table in tables if len(table)]
    if not filled:
        return pd.DataFrame(columns=columns)
    return pd.concat(filled, ignore_index=True)[columns]


def _precedents(indicator: str, date: dt.date) -> pd.DataFrame:
    """Scored precedents whose outcome was known."""
    table = records.load_precedents()
    table = table[table["indicator"].eq(indicator) & table["scored"].eq("yes")]
    table = table[table["known_by"] <= pd.Timestamp(date)]
    return table.assign(asked=table["target"] / table["base_value"])


def _facts(card, checks, precedents, date: dt.date, as_of: str | None) -> pd.DataFrame:
    main = card[card["default"]]
    statistics = records.load_statistics(as_of)
    reference = [records.load_reference(name, as_of) for name in ("provinces", "countries")]
    several = card[card["id"].duplicated(keep=False)]
    flips = several.groupby("id")["verdict"].nunique().gt(1).sum()
    own = statistics[statistics["area"].eq(config().areas.city)]
    own = own[own["indicator"].isin(main["indicator"]) & own["year"].gt(config().plan.base_year)]
    issued = config().plan.issued
    early = own[own["known_by"] <= pd.Timestamp(issued)] if issued else own[:0]
    rows = [
        ("targets", "定量目标", "quantified targets", len(main)),
        ("judged", "有数据可判断的目标", "targets with figures to judge by",
         main["verdict"].ne("insufficient_evidence").sum()),
        ("blank", "依据不足的目标", "targets with insufficient evidence",
         main["verdict"].eq("insufficient_evidence").sum()),
        ("after_base", "基期之后有市级数据的目标", "targets with a figure after the base",
         main["after_base"].gt(0).sum()),
        ("own_figures", "基期之后的市级数据（个）", "figures of the city after the base", len(own)),
        ("issued_figures", "其中规划印发时已知的", "of which known when the plan was issued",
         len(early)),
        ("met_at_base", "基期即已达到的目标", "targets already met at the base",
         main["met_at_base"].fillna(False).sum()),
        ("several", "文字有多种理解的目标", "targets that can be read in more than one way",
         several["id"].nunique()),
        ("flips", "换一种理解结论即变的目标", "targets whose verdict changes with the reading",
         flips),
        ("context", "只有基期以前旧数的目标", "targets with figures older than the base only",
         main["notes"].str.contains("older than the base").sum()),
        ("statistics", "历年统计数据（条）", "yearly figures of the city and the areas above it",
         len(statistics)),
        ("reference", "参照组数据（条）", "figures of the reference class",
         sum(map(len, reference))),
        ("precedents", "有结果的同类目标", "similar targets with a known outcome", len(precedents)),
        ("precedents_met", "有结果的同类目标中达到的", "similar targets attained",
         precedents["status"].eq("attained").sum()),
        ("bold", "其中要求增到2倍以上的", "of those, asking for a doubling or more",
         precedents["asked"].ge(2).sum()),
        ("bold_met", "要求增到2倍以上而达到的", "asking for a doubling or more and attained",
         (precedents["asked"].ge(2) & precedents["status"].eq("attained")).sum()),
        ("checks", "规划自身数字的核对", "checks of the plan against itself", len(checks)),
        ("checks_differ", "其中不相等或口径不同的", "of which unequal or of another scope",
         (~checks["agrees"] | checks["expected"].eq("differ")).sum()),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["id", "zh", "en", "value"])


def grades(card: pd.DataFrame) -> pd.DataFrame:
    """How many targets have each grade of evidence, in the default readings."""
    counts = card.loc[card["default"], "evidence"].value_counts()
    table = pd.DataFrame(EVIDENCE, index=["zh", "en"]).T.rename_axis("grade")
    return table.assign(targets=counts.reindex(table.index).fillna(0).astype(int))


def offices(card: pd.DataFrame) -> pd.DataFrame:
    """What each office holds: targets, how many without usable figures, how many with news.

    Returns
    -------
    DataFrame
        By ``holder_zh``: ``holder_en``, ``targets``, ``blank``, ``after_base`` and ``ids``, the
        offices with most blanks first. A target that several offices share counts for each.
    """
    main = card[card["default"]].copy()
    main["holder_zh"] = main["holder_zh"].str.split("、")
    main["holder_en"] = main["holder_en"].str.split("; ")
    main = main[main["holder_zh"].str.len().eq(main["holder_en"].str.len())]
    each = main.explode(["holder_zh", "holder_en"])
    each = each[each["holder_zh"].ne("")]
    table = each.groupby("holder_zh", sort=False).agg(
        holder_en=("holder_en", "first"),
        targets=("id", "size"),
        blank=("verdict", lambda v: int(v.eq("insufficient_evidence").sum())),
        after_base=("after_base", lambda n: int(n.gt(0).sum())),
        ids=("id", list),
    )
    return table.sort_values(["blank", "targets"], ascending=False, kind="stable")
