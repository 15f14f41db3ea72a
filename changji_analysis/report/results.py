"""The named results that templates print: computed once a dataset and language, never a sentence.

What a template prints is a string in the form of `changji_analysis.wording`; what it decides by
stays a number or a flag.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from types import SimpleNamespace as Named
from typing import Any

import pandas as pd

from .. import needs
from ..calibration import NEVER
from ..dataset import Dataset
from ..errors import ForecastError
from ..scorecards import reference_windows, spans
from ..tables.columns import COLUMNS, cell
from ..tables.readings import reading_sentence
from ..wording import LIKELIHOODS, TERMS, VERDICTS, Words, shortest

DASH = "—"
BLIND = "insufficient_evidence"
_ORDER = "一二三四五六七八九十"
_YEAR = r"(?:19|20)\d\d"
_PATHS = ("straight", "geometric")


class Target:
    """A target as templates see it.

    Any column of the scorecard is printed as tables print it, a dash where it is empty; what
    sentences need beside them follows.
    """

    def __init__(self, of: Results, row: pd.Series):
        w, about, p = of.w, of.registry.loc[row["indicator"]], row["probability"]
        self._of, self._cells, self.row, self.p, self.code = (
            of,
            row.to_dict(),
            row,
            p,
            row["verdict"],
        )
        self.name, self.mid, self.has_chance = w.name(row), w.mid(row), not pd.isna(p)
        self.outcome, self.after = row["method"] == "outcome", bool(row["after_base"])
        self.met_at_base, self.total = row["met_at_base"] is True, "-" in row["period"]
        self.grade, self.generic = row["evidence"], row["evidence"] == "D"
        self.indicator, self.section = row["indicator"], of.locator(row["section"])
        self.aim, self.holder = self.goal.lstrip("≥≤"), of.office(w.column(row, "holder"))
        self.assumed, self.due = (
            str(about["holder_assumed"]) in ("yes", "True"),
            w.column(about, "due") or DASH,
        )
        self.kind = row["kind"] or w.term("strength", row["strength"])
        self.rises, self.has_growth = (
            bool(row["required_factor"] > 1),
            pd.notna(row["required_growth"]),
        )
        self.office = (self.holder or w("待明确", "to be named")) + "*" * self.assumed
        self.growth = w.percent(row["required_growth"])
        self.factor = "" if pd.isna(row["required_factor"]) else w.times(row["required_factor"])
        floor = row["probability_floor"]
        self.likely = w.likely(p) if self.has_chance and not p < floor else ""
        self.spread = w.spread(row) or DASH
        self.range = "" if self.outcome or self.spread in (DASH, self.probability) else self.spread
        self.straight, self.geometric = (
            w.term("pace", row[f"pace_time_progress_{path}"]) if self.after else
            w("暂不评价", "not assessed") for path in _PATHS
        )  # fmt: skip

    def __getattr__(self, name: str) -> str:
        if name.startswith("_") or (name not in self._cells and name not in COLUMNS):
            raise AttributeError(f"a target has no {name!r}")
        return cell(name, self._cells, self._of.w) or DASH

    def amount(self, value: Any) -> str:
        """A value of the target's indicator with its unit, or a dash."""
        return self._of.amount(value, self.row)

    @property
    def elapsed(self) -> str:
        """Share of the plan's time up to the figure, without one up to the day of the review."""
        plan, of = self._of.config.plan, self._of
        if self.after and not of.final:
            return of.w.percent(self.row["time_elapsed"], 0)
        passed = min(of.day.year, plan.target_year) - plan.base_year
        return of.w.percent(passed / (plan.target_year - plan.base_year), 0)

    @property
    def lacking(self) -> str:
        """What is lacking, in the indicator's unit; empty where it cannot be computed."""
        value, w = self.row["shortfall"], self._of.w
        if pd.isna(value):
            return ""
        return (
            w.points(value, int(self.row["decimals"])) if self.unit == "%" else self.amount(value)
        )

    @property
    def money_short(self) -> str:
        """What is lacking in money; empty where it cannot be computed."""
        value = self.row["shortfall_money"]
        return "" if pd.isna(value) else self._of.w.money(value)

    @property
    def assessment(self):
        """The assessment behind the row."""
        return self._of.data.judged[self.row["id"], self.row["reading"]].assessment

    @cached_property
    def reference(self) -> Named | None:
        """The growth windows of other areas, where there are any."""
        row, w = self.row, self._of.w
        if pd.isna(row["reference_reached"]) or not row["reference_windows"]:
            return None
        required, largest = row["reference_required"], row["reference_largest"]
        abroad = any(str(area).isascii() for area in self._of.data.peers(self.indicator, "all"))
        return Named(
            windows=w.number(row["reference_windows"]), reached=w.number(row["reference_reached"]),
            none=row["reference_reached"] == 0, span=int(row["reference_span"]),
            share=w.percent(row["reference_share"], 0), required=w.times(required),
            largest=w.times(largest), far=required > 2 * largest, area=w.area(row["reference_area"]),
            start=row["reference_start"], end=row["reference_end"],
            who=w("各省区和有关国家", "provinces and countries") if abroad else w("各省区", "provinces"),
        )  # fmt: skip

    @cached_property
    def alike(self) -> Named | None:
        """The replayed statements nearest to this one, and what was never replayed."""
        found, w = self.assessment.evidence.calibration, self._of.w
        if found is None:
            return None
        digits = 1 if found.came_true < 0.01 else 0
        shares = ("stated", "came_true", "lower", "upper")
        return Named(
            cases=w.number(found.cases), areas=found.areas, periods=found.periods,
            same=bool(found.family), statements=w.number(found.statements),
            never=self._of.listed(w(*NEVER[code]) for code in found.never),
            **{name: w.percent(getattr(found, name), digits) for name in shares},
        )  # fmt: skip

    @cached_property
    def forecast(self) -> Named | None:
        """Median and 80 % interval of the target's year."""
        found = self.assessment.forecast
        if found is None:
            return None
        low, median, high = found.quantiles([0.1, 0.5, 0.9]).iloc[-1]
        value, said = (
            self.row["value"],
            zip(("low", "median", "high"), (low, median, high), strict=True),
        )
        return Named(from_year=found.last_year, above=bool(value > high), below=bool(value < low),
                     **{name: self.amount(v) for name, v in said})  # fmt: skip

    @cached_property
    def path(self) -> list[Named]:
        """By year: values due on both paths, the forecast, and what was observed."""
        table, of, ahead = self._of.data.required_paths, self._of, self.assessment.forecast
        table = table[table["id"].eq(self.row["id"]) & table["reading"].eq(self.row["reading"])]
        known = ahead is not None
        levels = ahead.quantiles([0.1, 0.5, 0.9]) if known else pd.DataFrame()
        out = []
        for _, line in table.iterrows():
            year = int(line["year"])
            low, median, high = map(
                self.amount, levels.loc[year] if year in levels.index else [None] * 3
            )
            out.append(Named(
                year=year, median=median, interval=DASH if low == DASH else of.w(f"{low}至{high}", f"{low} to {high}"),
                **{name: self.amount(line[name]) for name in (*_PATHS, "observed")},
            ))  # fmt: skip
        return out

    @property
    def due_next(self) -> Named | None:
        """What the year after the review's should bring on both paths."""
        return next((line for line in self.path if line.year == self._of.day.year + 1), None)

    @property
    def around(self) -> str:
        """The area whose later growth entered the forecast, and up to when."""
        used, w = self.assessment.evidence.parent, self._of.w
        if used is None:
            return ""
        area = w.area(used.area) if used.area else w("上级地区", "the area around the city")
        return w(f"{area}至{used.until}年", f"{area} up to {used.until}")

    @cached_property
    def region(self) -> Named | None:
        """The region's realised pace, and what the city would have at it."""
        row, plan = self.row, self._of.config.plan
        known = self._of.data.history(self._of.config.areas.region, self.indicator)
        pace = needs.region_pace(known, plan.base_year, int(row["year"]))
        if pace is None or pd.isna(row["base_value"]):
            return None
        reached = row["base_value"] * pace["factor"]
        return Named(
            growth=self._of.w.percent(pace["growth"]), reached=self.amount(reached), raw=pace["base"],
            enough=row["direction"] == "at_least" and reached >= row["value"],
            base_year=pace["base_year"], last_year=pace["last_year"],
            **{name: self.amount(pace[name]) for name in ("base", "last")},
        )  # fmt: skip

    @property
    def context(self) -> str:
        """The latest rate of an area around the city; a sum of another size says nothing."""
        row = self.row
        if row["unit"] != "%" or pd.isna(row["context_value"]):
            return ""
        area, value = self._of.w.area(row["context_area"]), self.amount(row["context_value"])
        return area + self._of.w("", " ") + f"{self._of.dated(value, int(row['context_year']))}"


class Results:
    """What one report says, in one language.

    Parameters
    ----------
    data : Dataset
    lang : {"zh", "en"}
    """

    def __init__(self, data: Dataset, lang: str):
        self.data, self.lang, self.w, self.config = data, lang, Words.of(data, lang), data.config
        self.day = data.as_of or data.last_known
        self.final = self.day >= dt.date(self.config.plan.target_year, 12, 31)
        self.blank = self.w("待填", "to be filled in")
        self.card = data.scorecard
        self.main = self.card[self.card["default"]]
        self.registry = data.indicators.set_index("id")
        self.targets = [Target(self, row) for _, row in self.main.iterrows()]
        by_indicator = {t.indicator: t for t in reversed(self.targets)}
        wanted = self.config.report.headline
        self.headline = [by_indicator[name] for name in wanted if name in by_indicator]

    def names(self) -> dict[str, Any]:
        """Everything by the name that templates use."""
        report, w, named = self.config.report, self.w, {t.indicator: t for t in self.headline}
        rd, firms = named.get("rd_intensity"), named.get("hightech_firms")
        told = [t for t in self.targets if t.code != BLIND]
        next_plan = [row for row in map(self.next, self.targets) if row] if self.final else []
        offices, searched = self.offices(), self.searched()
        blank = [o.name for o in offices if o.blank]
        many = w(f"{blank[0]}等{len(blank)}个单位", f"{len(blank)} offices") if blank else ""
        checkers = dict.fromkeys(name for t in (rd, firms) if t for name in self.holders(t))
        return {
            "askers": w.join(blank) if len(blank) < 4 else many, "checkers": w("、", "; ").join(checkers),
            "looked": "经检索" if searched else "", "final": self.final, "date": w.date(self.day), "by": self.deadline(),
            "kind": w(*(("终期评估", "final review") if self.final else ("中期评估", "mid-term review"))),
            "plan": self.plan(), "years": self.years(), "next": next_plan,
            "author": w.column(vars(report), "issuer"), "status": w.column(vars(report), "status"),
            "local_note": w.column(vars(report), "base_note"),
            "private": w.not_public(self.data.not_public), "city": w.place("city"),
            "region": w.place("region"), "prefecture": w.place("prefecture"),
            "targets": self.targets, "judged": told, "headline": self.headline,
            "others": [t for t in told if t not in self.headline],
            "blank": [t for t in self.targets if t.code == BLIND],
            "rd": rd, "firms": firms, "n": self.counts(), "figure": self.figure,
            "fiscal": any(t.indicator == "fiscal_st_spending" for t in self.targets),
            "unfilled": self.blank, "source": self.source_of, "verdicts": self.verdicts(),
            "offices": offices, "grades": self.grades(), "money": self.money(rd),
            "base": self.base(rd, firms), "gdp": self.gdp() if rd else None,
            "firsts": self.firsts(firms), "wanted": self.wanted(), "adjusted": self.adjusted(),
            "compared": self.compared(), "goals_above": self.goals_above(),
            "precedents": self.precedents(), "readings": self.readings(), "checks": self.checks(),
            "reading_table": self.reading_table(), "sections": self.sections(),
            "tasks": self.tasks("task"), "projects": self.tasks("project"),
            "sources": self.sources(), "searched": searched, "at": self.config.verdict,
            "terms": [(w(zh, en), f"{least:g}") for least, en, zh in LIKELIHOODS],
        }  # fmt: skip

    # ---- words -------------------------------------------------------------------------------
    def amount(self, value: Any, row: pd.Series) -> str:
        """A value with its unit, or a dash."""
        return DASH if value is None or pd.isna(value) else self.w.amount(value, row)

    def dated(self, value: str, year: int) -> str:
        """A printed value with its year."""
        return self.w(f"{value}（{year}年）", f"{value} ({year})")

    def office(self, names: str) -> str:
        """Offices of the city without its name: 市科技局, Finance Bureau."""
        city = self.config.areas.city
        if self.lang == "zh":
            return names.replace(city, city[-1]) if city[-1] in "市县区州" else names
        return names.replace(f"{self.w.place('city')} ", "")

    def holders(self, t: Target) -> list[str]:
        """The offices that hold the figures of a target."""
        return [name for name in t.holder.split(self.w("、", "; ")) if name]

    def locator(self, section: str) -> str:
        """A place in the plan, 四（二）1（1） or 4(2)1(1)."""
        abroad = str.maketrans(f"（）；、{_ORDER}", "();,123456789X")
        return self.w(section, section.translate(abroad))

    def listed(self, items: Iterable[str]) -> str:
        """Items in a sentence; with semicolons where one has a comma of its own."""
        items = list(items)
        marked = any(mark in item for item in items for mark in "、,")
        return self.w.clauses(items) if marked else self.w.join(items)

    def deadline(self) -> str:
        """By when the offices are to answer."""
        day, w = self.config.report.reply_by, self.w
        if day is None:
            return w("印发后30日内", "within 30 days of issue")
        return w(f"{w.date(day)}前", f"by {w.date(day)}")

    # ---- all targets -------------------------------------------------------------------------
    def plan(self) -> Named:
        """The plan under review."""
        plan, w = self.config.plan, self.w
        issued = plan.issued if plan.issued and plan.issued <= self.day else None
        passed = (issued.year - plan.base_year - 1 + (issued.timetuple().tm_yday - 1) / 365
                  if issued else 0)  # fmt: skip
        return Named(
            title=w.column(vars(plan), "title"), document=plan.document, base_year=plan.base_year,
            target_year=plan.target_year, issued=w.date(issued) if issued else "",
            elapsed=w.percent(1 - max(plan.target_year - self.day.year, 0)
                              / (plan.target_year - plan.base_year), 0),
            passed=w.percent(passed / (plan.target_year - plan.base_year), 0),
            half=2 * passed > plan.target_year - plan.base_year, this_year=self.day.year,
            left=max(plan.target_year - self.day.year, 0), next_year=self.config.report.next_year,
        )  # fmt: skip

    def years(self) -> list[int]:
        """Years of the plan that an annex shows."""
        plan = self.config.plan
        return list(range(plan.base_year + 1, min(plan.target_year, self.day.year) + 1))

    def verdicts(self) -> list[Named]:
        """Targets by the word printed, the best first."""
        order = sorted(self.targets, key=lambda t: [*VERDICTS].index(t.code))
        groups = {t.verdict: [o for o in order if o.verdict == t.verdict] for t in order}
        return [
            Named(code=rows[0].code, word=word, count=len(rows),
                  names=self.listed(t.mid for t in rows))
            for word, rows in groups.items()
        ]  # fmt: skip

    def offices(self) -> list[Named]:
        """What each office holds, those with most blanks first; a shared target counts for each."""
        own = self.office(self.w.column(vars(self.config.report), "issuer"))
        back = self.data.returned
        days = {self.office(r["office"]): self.w.date(r["day"].date()) for _, r in back.iterrows()}
        held: dict[str, list] = {}
        for t in self.targets:
            for name in self.holders(t):
                held.setdefault(name, []).append(t)
        table = []
        for name, rows in held.items():
            blank = [t for t in rows if t.code == BLIND]
            back, by_self = days.get(name, ""), self.w("编制单位自行梳理", "own work of the author")
            table.append(Named(
                name=name, count=len(rows), lacking=len(blank), blank=blank, own=name == own, back=back,
                names=self.listed(t.mid for t in blank),
                said=back or (by_self if name == own else self.blank),
            ))  # fmt: skip
        return sorted(table, key=lambda o: (-o.lacking, -o.count))

    def grades(self) -> list[tuple[str, str, int]]:
        """Grades of evidence: letter, meaning, targets."""
        counts = self.main["evidence"].value_counts()
        return [(g, self.w.term("evidence", g), int(counts.get(g, 0))) for g in TERMS["evidence"]]

    def counts(self) -> Named:
        """How many of everything."""
        main, data, plan = self.main, self.data, self.config.plan
        several = self.card[self.card["id"].duplicated(keep=False)]
        own = data.statistics[data.statistics["area"].eq(self.config.areas.city)]
        own = own[own["indicator"].isin(main["indicator"]) & own["year"].gt(plan.base_year)]
        blank, kinds = main["verdict"].eq(BLIND), data.tasks["kind"]
        paces = main["pace_time_progress_straight"].where(main["after_base"].gt(0))
        reference = sum(len(data.reference(name)) for name in ("provinces", "countries"))
        return Named(
            targets=len(main), judged=int((~blank).sum()), blank=int(blank.sum()),
            after=int(main["after_base"].gt(0).sum()), several=several["id"].nunique(),
            early=int(own["known_by"].le(pd.Timestamp(plan.issued)).sum()) if plan.issued else 0,
            met_at_base=sum(t.met_at_base for t in self.targets if t.has_chance),
            flips=int(several.groupby("id")["verdict"].nunique().gt(1).sum()),
            outcomes=int(main["method"].eq("outcome").sum()),
            generic=int((~blank & main["evidence"].eq("D")).sum()),
            totals=sum(t.total for t in self.targets if t.code == BLIND),
            statistics=self.w.number(len(data.statistics)), reference=self.w.number(reference),
            checks=len(data.consistency), differ=len(self.checks()),
            tasks=int(kinds.eq("task").sum()), projects=int(kinds.eq("project").sum()),
            **{name: int(paces.eq(f"{name}_schedule").sum()) for name in ("on", "behind")},
            ahead=int(paces.eq("ahead_of_schedule").sum()),
        )  # fmt: skip

    def readings(self) -> list[Named]:
        """Targets with figures in several readings: the readings, and whether the verdict holds."""
        rows = self.card[self.card["id"].duplicated(keep=False)]
        parts = [p for _, p in rows.groupby("id", sort=False) if p["base_value"].notna().any()]
        out = [Named(read=[Target(self, row) for _, row in part.iterrows()]) for part in parts]
        for one in out:
            one.name, one.mid = one.read[0].name, one.read[0].mid
            one.flips = len({t.code for t in one.read}) > 1
        return out

    def checks(self) -> list[Named]:
        """The plan's statements that leave a doubt."""
        table, w = self.data.consistency, self.w
        table = table[~table["agrees"] | table["expected"].eq("differ")]
        return [
            Named(says=w.column(r, "says"), **{name: w.number(r[name], shortest(r[name]))
                                               for name in ("computed", "printed")})
            for _, r in table.iterrows()
        ]  # fmt: skip

    def reading_table(self) -> list[Named]:
        """Which figure of which year would mean which verdict, for the main targets."""
        table, out = self.data.reading_tables, []
        first, last = self.config.plan.base_year, self.day.year
        for t in self.headline:
            rows = table[table["id"].eq(t.row["id"]) & table["reading"].eq(t.row["reading"])]
            judged = self.data.judged[t.row["id"], t.row["reading"]].row
            for year, part in rows[rows["year"].gt(first) & rows["year"].le(last)].groupby("year"):
                if said := reading_sentence(part, judged, self.lang):
                    due = {name: t.amount(part.iloc[0][f"due_{name}"]) for name in _PATHS}
                    out.append(
                        Named(name=t.name, year=int(year), said=said, holder=t.holder, **due)
                    )
        return out

    def figure(self, indicator: str, number: int) -> str:
        """A figure of the city, or the mark of a cell to be filled in."""
        known = self.data.city(indicator) if indicator in self.registry.index else {}
        return (
            self.amount(known[number], self.registry.loc[indicator])
            if number in known
            else self.blank
        )

    # ---- other areas -------------------------------------------------------------------------
    def compared(self) -> list[Named]:
        """What the areas around the city and the provinces have of the main indicators."""
        areas, w, base = self.config.areas, self.w, self.config.plan.base_year
        none = w("未查到", "not found")

        def own(t: Target, area: str) -> str:
            known = self.data.history(area, t.indicator)
            years = [y for y in known.index if y >= base] or list(known.index[-1:])
            ends = dict.fromkeys([*years[:1], *years[-1:]])
            return w.clauses(self.dated(t.amount(known[y]), y) for y in ends) or none

        def among(t: Target, how: str) -> str:
            peers = self.data.peers(t.indicator, "provinces")
            known = peers.loc[base].dropna() if base in peers.index else pd.Series(dtype=float)
            if known.empty:
                return none
            which = w.area(known.idxmin()) if how == "min" else ""
            return self.dated(which + w("", " ") * bool(which) + t.amount(known.agg(how)), base)

        rows = [(w.area(a), [own(t, a) for t in self.headline])
                for a in (areas.city, areas.prefecture, areas.region, areas.nation)]  # fmt: skip
        rows.insert(1, (w("相邻县市", "Neighbouring counties"), [none] * len(self.headline)))
        for how, name in (
            ("min", ("各省区最低", "Lowest province")),
            ("median", ("各省区中位数", "Median province")),
        ):
            rows.append((w(*name), [among(t, how) for t in self.headline]))
        return [Named(area=area, cells=cells) for area, cells in rows]

    def goals_above(self) -> list[Named]:
        """Targets that the region set itself for the main indicators, and what became of them."""
        table, w = self.data.precedents, self.w
        out = []
        for t in self.headline:
            own = table["area"].eq(self.config.areas.region) & table["indicator"].eq(t.indicator)
            for _, r in table[own & table["target"].notna()].iterrows():
                out.append(Named(plan=r["plan"], name=t.name, mid=t.mid, year=int(r["target_year"]),
                                 target=t.amount(r["target"]), outcome=t.amount(r["outcome"])))  # fmt: skip
        return out

    def precedents(self) -> Named | None:
        """Targets set elsewhere for the first main indicator and what became of them."""
        table, w = self.data.precedents, self.w
        wanted = self.headline[0].indicator if self.headline else ""
        table = table[table["indicator"].eq(wanted) & table["scored"].eq("yes")]
        table = table[table["known_by"] <= pd.Timestamp(self.day)]
        if table.empty:
            return None
        met, asked = table["status"].eq("attained"), table["target"] / table["base_value"]
        several = table["area_level"].isin(["province", "region"]) & asked.gt(1)
        several &= (table["target_year"] - table["base_year"]).ge(2)
        bold = asked.ge(2)
        return Named(
            count=len(table), met=int(met.sum()),
            several=int(several.sum()), several_met=int((several & met).sum()),
            bold=int(bold.sum()), bold_met=int((bold & met).sum()),
            most=w.number(asked[met].max(), 2) if asked[met].notna().any() else "",
        )  # fmt: skip

    # ---- what it would take ------------------------------------------------------------------
    def money(self, rd: Target | None) -> Named | None:
        """R&D spending that the target means, under each scenario of GDP; the middle one's own."""
        if rd is None or not rd.row["base_value"] > 0:
            return None
        table = self._spending(rd, rd.row["value"], rd.row["year"])
        if table is None:
            return None
        w, sums = self.w, ("gdp", "at_base", "region", "rest", "needed", "short")
        rows = {
            line["id"]: Named(
                name=w.column(line, "name"), growth=w.percent(line["growth"]),
                **{n: DASH if pd.isna(line[n]) else w.money(line[n]) for n in sums},
                points=w.points(line["points"], 3), multiple=w.number(line["share_of_base"], 2),
                one_firm=bool(line["share_of_base"] >= 0.25),
            )
            for _, line in table.iterrows()
        }  # fmt: skip
        one = Named(**vars(rows[self.config.middle_scenario.id]), rows=list(rows.values()))
        one.all_low, one.all_high = w.money(table["needed"].min()), w.money(table["needed"].max())
        one.gdp_year, one.gdp_value = table.attrs["gdp_year"], w.money(table.attrs["gdp_value"], 2)
        return one

    def _spending(self, rd: Target, value: float, until: int) -> pd.DataFrame | None:
        try:
            return self.data.rd_spending(value, float(rd.row["base_value"]), int(until))
        except ForecastError:
            return None

    def base(self, rd: Target | None, firms: Target | None) -> Named | None:
        """The base held against the region's figure of the same year."""
        if rd is None or rd.region is None:
            return None
        level, value, w = rd.region.raw, float(rd.row["base_value"]), self.w
        city, region = self.data.city("gdp"), self.data.history(self.config.areas.region, "gdp")
        at = [y for y in city.index if y >= int(rd.base_year) and y in region.index]
        sized = city[at[0]] / region[at[0]] if at else None
        peers = self.data.peers("rd_intensity", "provinces")
        known = (
            peers.loc[int(rd.base_year)].dropna() if int(rd.base_year) in peers.index else peers[:0]
        )
        out = Named(region=rd.region.base, share=w.percent(value / level, 0),
                    doubtful=value < 0.6 * level, lowest=bool(len(known) and value < known.min()),
                    provinces=len(known), sized=sized and w.percent(sized))  # fmt: skip
        if sized:
            out.gdp_year, out.spent_share = at[0], w.percent(sized * value / level)
            out.spent, out.at_region = (w.money(city[at[0]] * v / 100, 2) for v in (value, level))
        out.firms = sized and firms and firms.region and w.percent(
            firms.row["base_value"] / firms.region.raw
        )  # fmt: skip
        return out

    def gdp(self) -> Named | None:
        """The city's GDP on either side of the last change of its scope, where one is declared."""
        known = self.data.city("gdp")
        marks = [y for y in known.attrs["breaks"] if known.index.min() < y <= known.index.max()]
        if not marks:
            return None
        sides = known[known.index < marks[-1]].index[-1], known[known.index >= marks[-1]].index[0]
        old, new = (self.w.money(known[y], 2) for y in sides)
        return Named(before=str(sides[0]), after=str(sides[1]), old=old, new=new)

    def firsts(self, firms: Target | None) -> Named | None:
        """First-time certificates a year that the target means, and the outlook by renewal rate."""
        past, table, w = needs.past_first_time(self.data.baseline), self.data.cohort_outlook, self.w
        if firms is None or past is None or table.empty:
            return None
        need = table["first_time_needed"]
        rows = [
            (w.percent(r["renewal_rate"], 0), w.number(r["first_time_needed"], 1),
             w.number(r["first_time_needed"] / past["per_year"], 1),
             firms.amount(r["median"]), w.chance(r["probability"]))
            for _, r in table.iterrows()
        ]  # fmt: skip
        return Named(rows=rows, few=w.number(need.min(), 1), many=w.number(need.max(), 1),
                     low=rows[0][0], high=rows[-1][0], past=w.number(past["per_year"], 1),
                     past_years=w.years(past["start"], past["end"]),
                     least=w.chance(table["probability"].min()),
                     most=w.chance(table["probability"].max()))  # fmt: skip

    def wanted(self) -> list[Named]:
        """The figures to get first, one a target, and what each would be worth."""
        w, out, by_id = self.w, [], {t.row["id"]: t for t in self.targets}
        for _, r in self.data.asks.drop_duplicates("id").head(8).iterrows():
            t = by_id[r["id"]]
            if r["year"] == t.row["year"]:
                worth = w("直接认定完成与否", "settles the target")
            elif r["first"]:
                worth = w("首次作出评价", "a first assessment")
            elif pd.isna(r["changes"]):
                worth = w("补齐历年数据", "completes the record")
            elif r["changes"] < 0.005:
                worth = w("印证现有结论", "confirms the verdict")
            else:
                share = w.percent(r["changes"], 0)
                worth = w(f"结论改变的可能性{share}", f"{share} chance of another verdict")
            out.append(Named(name=t.name, year=r["year"], holder=t.holder, worth=worth, due=t.due))
        return out

    def adjusted(self) -> list[Named]:
        """Values for the target year as ambitious as what others attained."""
        out = []
        for t in self.headline:
            a = t.assessment
            if a.forecast is None or a.base_year is None:
                continue
            years = a.target.year - a.base_year
            windows, span = reference_windows(self.data.peers(t.indicator, "all"), years)
            values = needs.adjusted_targets(a, windows, span, int(t.row["decimals"]))
            said = {n: t.amount(values.get(n)) for n in needs.PEER_QUANTILES}
            out.append(Named(name=t.name, goal=t.goal, **said))
        return out

    def next(self, t: Target) -> Named | None:
        """What comes without new measures, and three targets with what each would take."""
        known, until, areas = (
            self.data.city(t.indicator),
            self.config.report.next_year,
            self.config.areas,
        )
        if t.row["direction"] != "at_least" or not t.has_chance or known.empty:
            return None
        found = needs.next_values(
            known, until, kind=self.registry.at[t.indicator, "kind"], unit=t.row["unit"],
            decimals=int(t.row["decimals"]), peers=self.data.peers(t.indicator, "all"),
            region=self.data.history(areas.region, t.indicator),
            parent=self.data.parent(areas.city, t.indicator),
        )  # fmt: skip
        said = {
            n: t.amount(found[n]) for n in ("median", "low", "high", "floor", "stretch", "match")
        }
        interval = self.w(f"{said['low']}至{said['high']}", f"{said['low']} to {said['high']}")
        one = Named(
            name=t.name,
            interval=interval,
            last=self.dated(t.amount(known.iloc[-1]), known.index[-1]),
            **said,
        )
        for name, p in (("stretch", None), ("match", found["match_probability"])):
            more = [self.w.percent(found[f"{name}_growth"]), self.w.chance(p)]
            more = self.w.clauses(filter(None, more))
            bracketed = self.w(f"（{more}）", f" ({more})") if more else ""
            setattr(one, name, said[name] + bracketed)
            table = self._spending(t, found[name], until) if t.indicator == "rd_intensity" else None
            sums = table is not None and table.set_index("id")["needed"]
            takes = self.w.money(sums[self.config.middle_scenario.id]) if table is not None else ""
            setattr(one, f"{name}_takes", takes)
        return one

    # ---- annexes -----------------------------------------------------------------------------
    def tasks(self, kind: str) -> list[Named]:
        """Tasks or projects of the plan, with what the offices reported."""
        table, reports = self.data.tasks, self.data.task_reports
        table = table[table["kind"].eq(kind)]
        told = reports.drop_duplicates("id", keep="last").set_index("id").to_dict("index")
        out = []
        for _, r in table.iterrows():
            said = told.get(r["id"], {})
            day = f"（{said['office']}，{said['reported']:%Y-%m-%d}）" if said else ""
            out.append(Named(
                section=self.locator(r["section"]), at=r["section"], told=bool(said),
                text=self.w(r["text"], r["text_en"]), policy=r["section"].startswith(("三", "五")),
                lead=self.office(self.w(r["lead"], r["lead_en"])) or self.blank,
                progress=(said.get("text") or self.blank) + day,
                status=said.get("progress") or self.blank, spent=said.get("money") or self.blank,
            ))  # fmt: skip
        return out

    def sections(self) -> list[Named]:
        """Sections of the plan's tasks: how many tasks and projects, how many reported on."""
        groups: dict[str, list] = {}
        for one in [*self.tasks("task"), *self.tasks("project")]:
            groups.setdefault(one.at[: one.at.find("）") + 1] or one.at, []).append(one)
        titles = {} if self.lang == "en" else self._headings()
        return [
            Named(section=self.locator(key) + titles.get(key, ""), count=len(rows),
                  told=sum(one.told for one in rows),
                  who=self.listed({one.lead: 0 for one in rows if one.lead != self.blank})
                  or self.w("待明确", "to be named"))
            for key, rows in sorted(groups.items(), key=lambda g: [_ORDER.find(c) for c in g[0]])
        ]  # fmt: skip

    def _headings(self) -> dict[str, str]:
        """Headings of the plan's sections, 四（一） to its words."""
        path, chapter, out = self.data.folder / "raw" / "plan.txt", "", {}
        for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
            if line[1:2] == "、" and line[0] in _ORDER:
                chapter = line[0]
            elif line.startswith("（") and "）" in line[:4]:
                part, _, title = line.partition("）")
                out[f"{chapter}{part}）"] = title.partition("。")[0].strip()
        return out

    def document(self, source: str) -> str:
        """A source as publisher, title, number; marked where only a copy was seen."""
        row, w = self.data.sources.set_index("id").loc[source], self.w
        number = row["number"] if row["number"] not in row["title"] else ""
        copy = w("（转载件，待核）", " (seen in a copy)") if row["copy"] == "yes" else ""
        return (w.publisher(row["publisher"]) + w("", ", ") + f"《{row['title']}》"
                + f"（{number}）" * bool(number) + copy)  # fmt: skip

    def source_of(self, indicator: str) -> str:
        """The documents behind the city's figures of an indicator."""
        rows = self.data.statistics
        rows = rows[rows["area"].eq(self.config.areas.city) & rows["indicator"].eq(indicator)]
        return self.w.clauses(map(self.document, dict.fromkeys(rows["source"]))) or DASH

    def sources(self) -> list[Named]:
        """Documents behind the figures of the city and around it, and others' of the main targets.

        A title that comes out every year, or from several publishers, takes one row.
        """
        data, w = self.data, self.w
        rows = data.statistics[data.statistics["indicator"].isin([*self.main["indicator"], "gdp"])]
        counted = [*(t.indicator for t in self.headline), "hightech_certificates"]
        others = (data.reference(name) for name in ("provinces", "countries"))
        used = [rows, *(table[table["indicator"].isin(counted)] for table in others)]
        ids = list(dict.fromkeys(pd.concat([table["source"] for table in used])))
        table = data.sources.set_index("id").loc[ids]
        form, out = table["title"].str.replace(_YEAR, "{}", regex=True), []
        for title, part in table.groupby(form, sort=False):
            found = sorted(set(part["title"].str.findall(_YEAR).explode().dropna().astype(int)))
            title = title.replace("{}", w.spans(spans(found)), 1).replace("{}", "")
            days = sorted({d if len(part) == 1 else d[:4] for d in part["published"] if d})
            who = [w.publisher(name) for name in dict.fromkeys(part["publisher"])]
            several = w(f"{who[0]}等{len(who)}个单位", f"{who[0]} and {len(who) - 1} others")
            numbers = [n for n in part["number"] if n]
            out.append(Named(
                publisher=who[0] if len(who) == 1 else several, title=title if len(part) > 1 else part["title"].iloc[0],
                day=w("—", "–").join(dict.fromkeys([*days[:1], *days[-1:]])) or DASH,
                mark=w("转载件，待核", "copy, to be checked") if part["copy"].eq("yes").all()
                else w("原件", "original"), number=numbers[0] if len(part) == len(numbers) == 1 else DASH,
            ))  # fmt: skip
        return out

    def searched(self) -> list[Named]:
        """Where figures were looked for, when, and what was found."""
        path = self.data.folder / "search_record.csv"
        if not path.is_file():
            return []
        table, w = pd.read_csv(path, dtype=str, keep_default_na=False), self.w
        return [Named(place=w.column(r, "place"), what=w.column(r, "what"), found=w.column(r, "found"),
                      day=w(f"{r['day']}年", r["day"]) if r["day"].isdigit() else r["day"])
                for _, r in table.iterrows() if r["day"] <= self.day.isoformat()]  # fmt: skip
