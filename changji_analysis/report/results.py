"""The named results that templates print: computed once a dataset and language, never a sentence.

Every text a template prints of a target is a string in the form of `changji_analysis.wording`;
numbers it decides by stay numbers.
"""

from __future__ import annotations

import datetime as dt
import math
from types import SimpleNamespace
from typing import Any

import pandas as pd

from .. import needs
from ..assessment import LIKELIHOODS, VERDICTS
from ..dataset import Dataset
from ..errors import ForecastError
from ..forecasting import forecast
from ..histories import growth_windows
from ..names import area_name, publisher_name
from ..scorecards import EVIDENCE, reference_windows, spans
from ..wording import Words

PACE = {
    "ahead_of_schedule": ("超前", "ahead"),
    "on_schedule": ("达序", "on schedule"),
    "behind_schedule": ("滞后", "behind"),
}
"""时序进度 in the customary words."""

HUNDREDFOLD = {"万亩": "mu", "万吨": "t", "万人": "people"}
DASH = "—"
_ORDER = "一二三四五六七八九十"


class Results:
    """What one report says, in one language.

    Parameters
    ----------
    data : Dataset
    lang : {"zh", "en"}
    """

    def __init__(self, data: Dataset, lang: str):
        self.data, self.lang, self.w = data, lang, Words(lang)
        self.config = data.config
        self.day = data.as_of or data.last_known
        self.final = data.as_of is None or self.day >= dt.date(self.config.plan.target_year, 12, 31)
        self.card = data.scorecard
        self.main = self.card[self.card["default"]]
        self.registry = data.indicators.set_index("id")
        self.targets = [self.target(row) for _, row in self.main.iterrows()]
        self.by_id = {t.id: t for t in self.targets}
        wanted = self.config.report.headline
        found = {
            name: next((t for t in self.targets if t.indicator == name), None) for name in wanted
        }
        self.headline = {name: t for name, t in found.items() if t}

    def names(self) -> dict[str, Any]:
        """Everything by the name that templates use."""
        plan, report, areas = self.config.plan, self.config.report, self.config.areas
        rd, firms = (self.headline.get(n) for n in ("rd_intensity", "hightech_firms"))
        return {
            "final": self.final,
            "kind": self.w("终期评估", "final review") if self.final
            else self.w("中期评估", "mid-term review"),
            "plan": SimpleNamespace(
                title=self.pick(plan, "title"), document=plan.document, base_year=plan.base_year,
                target_year=plan.target_year, next_year=report.next_year,
                issued=self.w.date(plan.issued) if plan.issued and plan.issued <= self.day else "",
                passed=self.w.percent(self._passed(), 0) if plan.issued else "",
                due_year=min(plan.target_year - 1, self.day.year),
            ),
            "date": self.w.date(self.day),
            "author": self.pick(report, "issuer"),
            "status": self.pick(report, "status"),
            "by": self.deadline(),
            "local_note": self.pick(report, "base_note"),
            "city": self.area(areas.city), "prefecture": self.area(areas.prefecture),
            "region": self.area(areas.region), "nation": self.area(areas.nation),
            "targets": self.targets,
            "judged": [t for t in self.targets if t.code != "insufficient_evidence"],
            "blank": [t for t in self.targets if t.code == "insufficient_evidence"],
            "headline": list(self.headline.values()),
            "figure": self.figure,
            "private": self.data.not_public,
            "rd": rd, "firms": firms,
            "verdicts": self.verdicts(),
            "offices": self.offices(),
            "grades": self.grades(),
            "n": self.counts(),
            "money": self.money(rd), "firsts": self.firsts(firms), "wanted": self.wanted(),
            "base": self.base(rd),
            "precedents": self.precedents(next(iter(self.headline.values()), None)),
            "moves": {t.id: self.moves(t) for t in self.headline.values()},
            "next": self.next_targets(),
            "adjusted": self.adjusted(),
            "readings": self.readings(),
            "checks": self.checks(),
            "tasks": self.tasks("task"), "projects": self.tasks("project"),
            "sections": self.sections(),
            "years": self.years(),
            "sources": self.sources(), "searched": self.searched(),
            "reading_table": self.reading_table(),
            "bands": self.bands(), "terms": [
                (zh if self.lang == "zh" else en, f"{least:g}") for least, en, zh in LIKELIHOODS
            ],
            "gdp": self.gdp(rd),
        }  # fmt: skip

    # ---- one target --------------------------------------------------------------------------
    def target(self, row: pd.Series) -> SimpleNamespace:
        """A row of the scorecard as text."""
        w, amount = self.w, lambda value: DASH if pd.isna(value) else self.amount(value, row)
        share = lambda value, digits=1: DASH if pd.isna(value) else w.percent(value, digits)  # noqa: E731
        after, p = bool(row["after_base"]), row["probability"]
        name = self.pick(row, "short")
        code, alike = row["verdict"], self.alike(row)
        passed = self.final and after
        return SimpleNamespace(
            id=row["id"], reading_id=row["reading"], indicator=row["indicator"], code=code, row=row,
            name=name, mid=name[:1].lower() + name[1:] if name[1:2].islower() else name,
            section=self.locator(row["section"]), unit=self.unit(row["unit"]), goal=self.goal(row),
            year=int(row["year"]), after=after, asked=not pd.isna(row["value"]),
            base=amount(row["base_value"]), base_year=whole(row["base_year"]),
            last=amount(row["last_value"]), last_year=whole(row["last_year"]),
            base_dated=self.dated(row, "base"), last_dated=self.dated(row, "last") if after else DASH,
            met_at_base=row["met_at_base"] is True or row["met_at_base"] == True,  # noqa: E712
            rises=not pd.isna(row["required_factor"]) and row["required_factor"] > 1,
            growth=share(row["required_growth"]), has_growth=not pd.isna(row["required_growth"]),
            factor=DASH if pd.isna(row["required_factor"]) else w.times(row["required_factor"]),
            completion=share(row["completion"]), has_completion=not pd.isna(row["completion"]),
            gap_closed=share(row["gap_closed"]) if after else DASH,
            elapsed=w.percent(1, 0) if passed else share(row["time_elapsed"]) if after else DASH,
            straight=self.pace(row, "straight"), geometric=self.pace(row, "geometric"),
            shortfall=self.shortfall(row), money_short=self.maybe(w.money, row["shortfall_money"]),
            yearly=self.yearly(row),
            chance=w.chance(p) if not pd.isna(p) else DASH, has_chance=not pd.isna(p), p=p,
            outcome=row["method"] == "outcome",
            likely=w.likely(p) if not pd.isna(p) else "", range=self.range(row),
            verdict=self.verdict(row), holder=self.office(self.pick(row, "holder")),
            assumed=bool(self.registry.at[row["indicator"], "holder_assumed"] in ("yes", True)),
            due=self.due(row["indicator"]), grade=row["evidence"], n=int(row["n"]),
            kind=row["kind"] or w(*{"firm": ("确定", "firm"), "soft": ("争取", "soft")}[row["strength"]]),
            reading=self.pick(row, "reading"), text=self.pick(row, "text"),
            implies=self.pick(row, "implies"), missing=w.spans(row["missing_years"]),
            reference=self.reference(row), alike=alike, forecast=self.ahead(row),
            region=self.region(row), context=self.context(row), paths=self.path(row),
            generic=row["evidence"] == "D", total="-" in row["period"],
            source=self.source_of(row["indicator"]), cells=self.cells(row),
        )  # fmt: skip

    def pick(self, row: Any, stem: str) -> str:
        """The text of ``stem_zh`` or ``stem_en``."""
        name = f"{stem}_{self.lang}"
        return (row[name] if isinstance(row, pd.Series) else getattr(row, name, "")) or ""

    def area(self, name: str) -> str:
        """The name of an area."""
        return area_name(name, self.lang)

    def office(self, names: str) -> str:
        """Offices of the city, in Chinese as 市科技局."""
        return names.replace(self.config.areas.city, "市") if self.lang == "zh" else names

    def locator(self, section: str) -> str:
        """A place in the plan, 四（二）1（1） or 4(2)1(1)."""
        if self.lang == "zh":
            return section
        return section.translate(str.maketrans(f"（）；、{_ORDER}", "();,123456789X"))

    def unit(self, unit: str) -> str:
        """The unit, without a factor of ten thousand in English."""
        return self.w(unit, HUNDREDFOLD.get(unit, self.w.measured(0, unit, 0).lstrip("0 ")))

    def amount(self, value: float, row: pd.Series) -> str:
        """A value with its unit, in the indicator's decimals."""
        if self.lang == "en" and row["unit"] in HUNDREDFOLD:
            return f"{value * 10_000:,.0f} {HUNDREDFOLD[row['unit']]}"
        return self.w.amount(value, row)

    def goal(self, row: pd.Series) -> str:
        """The target as the plan prints it."""
        if pd.isna(row["value"]):
            return self.w("只增不减", "not to fall")
        if row["direction"] == "at_most" and row["value"] == 0:
            return self.w("全部淘汰", "none left")
        if self.lang == "zh":
            return row["as_printed"]
        if row["bound"] == "between":
            return row["as_printed"].removesuffix(row["unit"]).replace("—", "–")
        exact = row.copy()
        exact["decimals"] = 0 if row["value"] == int(row["value"]) else 1
        text = self.amount(row["value"], exact)
        return f"{'about ' if row['bound'] == 'about' else ''}{text}"

    def dated(self, row: pd.Series, which: str) -> str:
        """A value with its year in brackets."""
        if pd.isna(row[f"{which}_value"]):
            return DASH
        value, year = self.amount(row[f"{which}_value"], row), row[f"{which}_year"]
        return self.w(f"{value}（{year}年）", f"{value} ({year})")

    def maybe(self, form, value) -> str:
        """A number in a form, or nothing."""
        return "" if pd.isna(value) else form(value)

    def pace(self, row: pd.Series, shape: str) -> str:
        """时序进度 on a path, where there is a figure after the base."""
        word = row[f"pace_time_progress_{shape}"]
        if pd.isna(word) or not row["after_base"]:
            return self.w("暂不评价", "not assessed")
        return self.w(*PACE.get(word, (word, word)))

    def shortfall(self, row: pd.Series) -> str:
        """What is lacking, in the indicator's unit; empty where it cannot be computed."""
        value, digits = row["shortfall"], int(row["decimals"])
        if pd.isna(value):
            return ""
        return self.w.points(value, digits) if row["unit"] == "%" else self.amount(value, row)

    def yearly(self, row: pd.Series) -> str:
        """What is lacking a year from the latest figure on."""
        value, digits = row["shortfall_per_year"], int(row["decimals"]) + 1
        if pd.isna(value) or value <= 0:
            return ""
        if row["unit"] == "%":
            return self.w.points(value, digits)
        return self.w.measured(value, row["unit"], digits)

    def range(self, row: pd.Series) -> str:
        """The probability's range over reasonable choices; empty where it is not known."""
        low, high = row.get("probability_low"), row.get("probability_high")
        if low is None or pd.isna(low) or pd.isna(high):
            return ""
        one, other = self.w.chance(low), self.w.chance(high)
        return one if one == other else self.w(f"{one}至{other}", f"{one} to {other}")

    def verdict(self, row: pd.Series) -> str:
        """The verdict; both words where it does not survive its range."""
        low, high = row.get("verdict_low"), row.get("verdict_high")
        if isinstance(low, str) and isinstance(high, str) and low and high and low != high:
            one, other = self.w.verdict(low), self.w.verdict(high)
            return self.w(f"{one}至{other}", f"{one} to {other}")
        return self.w.verdict(row["verdict"])

    def due(self, indicator: str) -> str:
        """When the figure of a year is published."""
        return self.pick(self.registry.loc[indicator], "due")

    def reference(self, row: pd.Series) -> SimpleNamespace | None:
        """The growth windows of other areas, where there are any."""
        if pd.isna(row["reference_reached"]) or not row["reference_windows"]:
            return None
        span = int(row["reference_span"])
        return SimpleNamespace(
            windows=f"{row['reference_windows']:,}", reached=f"{row['reference_reached']:,}",
            none=row["reference_reached"] == 0, span=span,
            share=self.w.percent(row["reference_share"], 0),
            required=self.w.times(row["reference_required"]),
            largest=self.w.times(row["reference_largest"]),
            far=row["reference_required"] > 2 * row["reference_largest"],
            area=self.area(row["reference_area"]), start=row["reference_start"],
            end=row["reference_end"], shorter=span != row["year"] - row["base_year"],
            one_period=row["reference_periods"] == 1, broken=int(row["reference_broken"]),
        )  # fmt: skip

    def assessment(self, row: pd.Series):
        """The assessment behind a row of the scorecard."""
        return self.data.judged[row["id"], row["reading"]].assessment

    def alike(self, row: pd.Series) -> SimpleNamespace | None:
        """Replayed statements of the same band of probability and kind of prior."""
        found = self.assessment(row).evidence.calibration
        if found is None:
            return None
        digits = 1 if found.came_true < 0.01 else 0
        said = {k: self.w.percent(getattr(found, k), digits)
                for k in ("stated", "came_true", "lower", "upper")}  # fmt: skip
        return SimpleNamespace(
            cases=f"{found.cases:,}", areas=f"{found.areas:,}", generic=found.prior == "generic",
            low=self.w.percent(found.low, 0), high=self.w.percent(found.high, 0), **said,
        )  # fmt: skip

    def ahead(self, row: pd.Series) -> SimpleNamespace | None:
        """Median and 80 % interval of every year up to the target's."""
        found = self.assessment(row).forecast
        if found is None:
            return None
        table = pd.concat([found.median.rename("m"), found.interval(0.8)], axis=1)
        rows = [(year, *(self.amount(v, row) for v in line)) for year, *line in table.itertuples()]
        low, high = found.interval(0.8).iloc[-1]
        above = row["value"] > high if not pd.isna(row["value"]) else None
        below = row["value"] < low if not pd.isna(row["value"]) else None
        return SimpleNamespace(
            rows=rows, median=rows[-1][1], low=rows[-1][2], high=rows[-1][3],
            from_year=found.last_year, above=bool(above), below=bool(below),
        )  # fmt: skip

    def region(self, row: pd.Series) -> SimpleNamespace | None:
        """The region's realised pace, and what the city would have at it."""
        plan = self.config.plan
        known = self.data.history(self.config.areas.region, row["indicator"])
        pace = needs.region_pace(known, plan.base_year, int(row["year"]))
        if pace is None or pd.isna(row["base_value"]):
            return None
        reached = row["base_value"] * pace["factor"]
        enough = row["direction"] == "at_least" and reached >= row["value"]
        return SimpleNamespace(
            base=self.amount(pace["base"], row), base_year=pace["base_year"],
            last=self.amount(pace["last"], row), last_year=pace["last_year"],
            growth=self.w.percent(pace["growth"]), reached=self.amount(reached, row),
            enough=enough, raw=pace,
        )  # fmt: skip

    def context(self, row: pd.Series) -> SimpleNamespace | None:
        """The latest rate of an area around the city; a sum of another size says nothing."""
        if row["unit"] != "%" or pd.isna(row["context_value"]):
            return None
        value = self.amount(row["context_value"], row)
        area = self.area(row["context_area"])
        return SimpleNamespace(area=area, year=int(row["context_year"]), value=value)

    def path(self, row: pd.Series) -> list[SimpleNamespace]:
        """Values due by year on both paths, with what was observed."""
        table = self.data.required_paths
        table = table[table["id"].eq(row["id"]) & table["reading"].eq(row["reading"])]
        cell = lambda v: DASH if pd.isna(v) else self.amount(v, row)  # noqa: E731
        span = row["year"] - self.config.plan.base_year
        return [
            SimpleNamespace(
                year=int(line["year"]), straight=cell(line["straight"]),
                geometric=cell(line["geometric"]), observed=cell(line["observed"]),
                elapsed=self.w.percent((line["year"] - self.config.plan.base_year) / span, 0),
            )
            for _, line in table.iterrows()
        ]  # fmt: skip

    def years(self) -> list[int]:
        """Years of the plan that an annex shows."""
        plan = self.config.plan
        last = plan.target_year if self.final else min(plan.target_year, self.day.year)
        return list(range(plan.base_year + 1, last + 1))

    def cells(self, row: pd.Series) -> list[str]:
        """The city's figures of `years`."""
        known, digits = self.data.city(row["indicator"]), int(row["decimals"])
        return [self.w.number(known[y], digits) if y in known else DASH for y in self.years()]

    # ---- all targets -------------------------------------------------------------------------
    def verdicts(self) -> list[SimpleNamespace]:
        """Targets by verdict, in the order of the words."""
        groups = {code: [t for t in self.targets if t.code == code] for code in VERDICTS}
        return [
            SimpleNamespace(code=code, word=self.w.verdict(code), targets=rows, count=len(rows),
                            names=self.listed(t.mid for t in rows))
            for code, rows in groups.items() if rows
        ]  # fmt: skip

    def listed(self, items) -> str:
        """Items in a sentence; with semicolons where one has a comma of its own."""
        items = list(items)
        if any(mark in item for item in items for mark in "、,"):
            return self.w.clauses(items)
        return self.w.join(items)

    def deadline(self) -> str:
        """By when the offices are to answer."""
        day = getattr(self.config.report, "reply_by", None)
        if day is None:
            return self.w("印发后30日内", "within 30 days of issue")
        return self.w(f"{self.w.date(day)}前", f"by {self.w.date(day)}")

    def offices(self) -> list[SimpleNamespace]:
        """What each office holds, those with most blanks first; a shared target counts for each."""
        table: dict[str, SimpleNamespace] = {}
        for t in self.targets:
            for name in t.holder.split(self.w("、", "; ")):
                if not name:
                    continue
                one = table.setdefault(
                    name, SimpleNamespace(name=name, targets=[], blank=[], after=0)
                )
                one.targets.append(t)
                one.after += t.after
                if t.code == "insufficient_evidence":
                    one.blank.append(t)
        own = self.pick(self.config.report, "issuer")
        for one in table.values():
            one.own = bool(own) and one.name == self.office(own)
            one.names = self.listed(t.mid for t in one.blank)
            one.assumed = any(t.assumed for t in one.targets)
        return sorted(table.values(), key=lambda o: (-len(o.blank), -len(o.targets)))

    def grades(self) -> list[tuple[str, str, int]]:
        """Grades of evidence: letter, meaning, targets."""
        side, counts = self.w(0, 1), self.main["evidence"].value_counts()
        return [(grade, text[side], int(counts.get(grade, 0))) for grade, text in EVIDENCE.items()]

    def counts(self) -> SimpleNamespace:
        """How many of everything."""
        main, data = self.main, self.data
        several = self.card[self.card["id"].duplicated(keep=False)]
        own = data.statistics[data.statistics["area"].eq(self.config.areas.city)]
        own = own[own["indicator"].isin(main["indicator"])]
        own = own[own["year"].gt(self.config.plan.base_year)]
        issued = self.config.plan.issued
        early = own[own["known_by"] <= pd.Timestamp(issued)] if issued else own[:0]
        blank = main["verdict"].eq("insufficient_evidence")
        checks = data.consistency
        return SimpleNamespace(
            targets=len(main), judged=int((~blank).sum()), blank=int(blank.sum()),
            after=int(main["after_base"].gt(0).sum()), own=len(own), early=len(early),
            met_at_base=int(main["met_at_base"].fillna(False).sum()),
            several=several["id"].nunique(),
            flips=int(several.groupby("id")["verdict"].nunique().gt(1).sum()),
            outcomes=int(main["method"].eq("outcome").sum()),
            generic=int((~blank & main["evidence"].eq("D")).sum()),
            context=int(main["notes"].str.contains("older than the base").sum()),
            totals=int((blank & main["period"].str.contains("-")).sum()),
            statistics=f"{len(data.statistics):,}",
            reference=f"{sum(len(data.reference(n)) for n in ('provinces', 'countries')):,}",
            checks=len(checks),
            differ=int((~checks["agrees"] | checks["expected"].eq("differ")).sum()),
            tasks=int(data.tasks["kind"].eq("task").sum()),
            projects=int(data.tasks["kind"].eq("project").sum()),
            assumed=sum(t.assumed for t in self.targets),
            ahead=sum(t.straight == self.w(*PACE["ahead_of_schedule"]) for t in self.targets),
            on=sum(t.straight == self.w(*PACE["on_schedule"]) for t in self.targets),
            behind=sum(t.straight == self.w(*PACE["behind_schedule"]) for t in self.targets),
        )  # fmt: skip

    def _passed(self) -> float:
        """Share of the plan's period that had passed on the day of its issue."""
        plan = self.config.plan
        years = plan.issued.year - plan.base_year - 1 + (plan.issued.timetuple().tm_yday - 1) / 365
        return years / (plan.target_year - plan.base_year)

    def readings(self) -> list[SimpleNamespace]:
        """Targets with figures in several readings: the readings, and whether the verdict holds."""
        rows = self.card[self.card["id"].duplicated(keep=False)]
        out = []
        for _, part in rows.groupby("id", sort=False):
            if part["base_value"].isna().all():
                continue
            read = [self.target(row) for _, row in part.iterrows()]
            out.append(SimpleNamespace(name=read[0].name, read=read,
                                       flips=part["verdict"].nunique() > 1))  # fmt: skip
        return out

    def checks(self) -> list[SimpleNamespace]:
        """The plan's statements that leave a doubt."""
        table = self.data.consistency
        table = table[~table["agrees"] | table["expected"].eq("differ")]
        return [
            SimpleNamespace(computed=f"{r['computed']:,.10g}", printed=f"{r['printed']:,.10g}",
                            says=self.pick(r, "says"), section=r.get("section", ""))
            for _, r in table.iterrows()
        ]  # fmt: skip

    def reading_table(self) -> list[SimpleNamespace]:
        """Which figure of the last year asked for would mean which verdict, by target."""
        table = getattr(self.data, "reading_tables", None)
        if table is None:
            return []
        out = []
        for t in self.targets:
            rows = table[table["id"].eq(t.id) & table["reading"].eq(t.reading_id)]
            years = rows["year"].gt(self.config.plan.base_year) & rows["year"].le(self.day.year)
            if t.indicator not in self.headline and years.any():
                years = rows["year"].eq(rows.loc[years, "year"].max())
            for year, part in rows[years].groupby("year"):
                due = part.iloc[0]
                said = self.w.clauses(filter(None, (self._band(r, t) for _, r in part.iterrows())))
                straight, geometric = (self._cell(due[f"due_{n}"], t) for n in ("straight", "geometric"))
                if said or straight != DASH:
                    out.append(SimpleNamespace(
                        name=t.name, year=int(year), said=said or DASH, straight=straight,
                        geometric=geometric, holder=t.holder,
                    ))  # fmt: skip
        return out

    def _cell(self, value: float, t: SimpleNamespace) -> str:
        return DASH if pd.isna(value) else self.amount(value, t.row)

    def _band(self, line: pd.Series, t: SimpleNamespace) -> str:
        """A band of a reading table in words."""
        low, high, w = line["from_value"], line["to_value"], self.w
        if not line["verdict"] or (pd.isna(low) and pd.isna(high)):
            return ""
        word, one, other = w.verdict(line["verdict"]), self._cell(low, t), self._cell(high, t)
        if pd.isna(low):
            return w(f"低于{other}：{word}", f"below {other}: {word}")
        if pd.isna(high):
            return w(f"{one}及以上：{word}", f"{one} or more: {word}")
        return w(f"{one}至{other}：{word}", f"{one} to {other}: {word}")

    def figure(self, indicator: str, year: int) -> str:
        """A figure of the city, or the mark of a cell to be filled in."""
        known = self.data.city(indicator) if indicator in self.registry.index else {}
        if year not in known:
            return self.w("待填", "to be filled in")
        return self.amount(known[year], self.registry.loc[indicator])

    # ---- what it would take ------------------------------------------------------------------
    def money(self, rd: SimpleNamespace | None) -> SimpleNamespace | None:
        """R&D spending that the target means, under each scenario of GDP."""
        row = None if rd is None else rd.row
        if row is None or not row["base_value"] > 0:
            return None
        try:
            table = self.data.rd_spending(row["value"], row["base_value"], int(row["year"]))
        except ForecastError:
            return None
        w, middle = self.w, self.config.middle_scenario.id
        rows = [self._scenario(line) for _, line in table.iterrows()]
        one = rows[list(table["id"]).index(middle)]
        attrs = table.attrs
        one.all_low, one.all_high = (
            w.money(v) for v in (table["needed"].min(), table["needed"].max())
        )
        one.gdp_year = attrs["gdp_year"]
        one.gdp_value = w.measured(attrs["gdp_value"], "亿元", 2)
        one.rows = rows
        return one

    def _scenario(self, line: pd.Series) -> SimpleNamespace:
        w = self.w
        money = lambda v: DASH if pd.isna(v) else w.money(v)  # noqa: E731
        return SimpleNamespace(
            name=self.pick(line, "name"), growth=w.percent(line["growth"]), gdp=money(line["gdp"]),
            at_base=money(line["at_base"]), region=money(line["region"]), rest=money(line["rest"]),
            needed=money(line["needed"]), short=money(line["short"]),
            points=w.points(line["points"], 3), multiple=w.number(line["share_of_base"], 2),
            one_firm=bool(line["share_of_base"] >= 0.25), has_region=not pd.isna(line["region"]),
        )  # fmt: skip

    def firsts(self, firms: SimpleNamespace | None) -> SimpleNamespace | None:
        """First-time certificates a year that the target means, and the outlook by renewal rate."""
        table = self.data.cohort_outlook if firms else pd.DataFrame()
        if table.empty:
            return None
        past, w, need = needs.past_first_time(self.data.baseline), self.w, table["first_time_needed"]
        rows = [
            (w.percent(r["renewal_rate"], 0), w.number(r["first_time_needed"], 1),
             w.number(r["first_time_needed"] / past["per_year"], 1), self.amount(r["median"], firms.row),
             w.chance(r["probability"]))
            for _, r in table.iterrows()
        ]  # fmt: skip
        return SimpleNamespace(
            rows=rows, few=w.number(need.min(), 1), many=w.number(need.max(), 1),
            low=rows[0][0], high=rows[-1][0], past=w.number(past["per_year"], 1),
            past_years=w.years(past["start"], past["end"]),
            least=w.chance(table["probability"].min()), most=w.chance(table["probability"].max()),
        )  # fmt: skip

    def wanted(self) -> list[SimpleNamespace]:
        """The figures to get first, one a target, and what each would be worth."""
        table, w = self.data.asks, self.w
        out = []
        for _, r in table.drop_duplicates("id").head(10).iterrows():
            t, last = self.by_id[r["id"]], r["year"] == self.by_id[r["id"]].year
            worth = (
                w("直接认定完成与否", "settles the target") if last
                else w("首次作出评价", "a first assessment") if r["first"]
                else w("补齐历年数据", "completes the record") if pd.isna(r["changes"])
                else w(f"结论改变的可能性{w.percent(r['changes'], 0)}",
                       f"{w.percent(r['changes'], 0)} chance of another verdict")
            )
            out.append(SimpleNamespace(name=t.name, year=r["year"], holder=t.holder, worth=worth,
                                       due=t.due))  # fmt: skip
        return out

    def base(self, rd: SimpleNamespace | None) -> SimpleNamespace | None:
        """The base held against the region's figure of the same year."""
        if rd is None or rd.region is None or pd.isna(rd.row["base_value"]):
            return None
        level, value = rd.region.raw["base"], float(rd.row["base_value"])
        gdp = self.data.city("gdp").get(rd.base_year)
        spent = lambda share: self.w.money(gdp * share / 100, 2) if gdp else ""  # noqa: E731
        return SimpleNamespace(
            region=self.amount(level, rd.row), share=self.w.percent(value / level, 0),
            doubtful=value < 0.6 * level, spent=spent(value), at_region=spent(level),
        )  # fmt: skip

    def precedents(self, t: SimpleNamespace | None) -> SimpleNamespace | None:
        """Targets set elsewhere for the first main indicator and what became of them."""
        table = self.data.precedents
        if t is None:
            return None
        table = table[table["indicator"].eq(t.indicator) & table["scored"].eq("yes")]
        table = table[table["known_by"] <= pd.Timestamp(self.day)]
        if table.empty:
            return None
        level = table["area_level"].replace({"region": "province"})
        met, asked = table["status"].eq("attained"), table["target"] / table["base_value"]
        several = level.eq("province") & asked.gt(1)
        several &= (table["target_year"] - table["base_year"]).ge(2)
        bold, names = (
            asked.ge(2),
            {
                "nation": ("国家", "countries"),
                "province": ("省级（含自治区、直辖市）", "provinces and autonomous regions"),
                "city": ("市级", "cities"),
            },
        )
        rows = [
            (
                self.w(*names.get(name, (name, name))),
                int(level.eq(name).sum()),
                int((level.eq(name) & met).sum()),
            )
            for name in ("nation", "province", "city")
            if level.eq(name).any()
        ]
        return SimpleNamespace(
            rows=rows, count=len(table), met=int(met.sum()), share=self.w.percent(met.mean(), 0),
            several=int(several.sum()), several_met=int((several & met).sum()),
            bold=int(bold.sum()), bold_met=int((bold & met).sum()),
            most=self.w.number(asked[met].max(), 2) if met.any() and asked[met].notna().any() else "",
        )  # fmt: skip

    def moves(self, t: SimpleNamespace) -> list[SimpleNamespace]:
        """How the probability moved with each publication, where it did."""
        table = self.data.probability_history(t.id)
        table = table[table.index <= self.day.isoformat()].dropna(subset=["probability"])
        said = table["probability"].map(self.w.chance)
        table = table[said.ne(said.shift()) | (table.index == table.index[-1:].max())]
        return [
            SimpleNamespace(date=self.w.date(dt.date.fromisoformat(day)), verdict=self.w.verdict(r["verdict"]),
                            chance=self.w.chance(r["probability"]), city=int(r["city"]),
                            peers=int(r["peers"]))
            for day, r in table.iterrows()
        ]  # fmt: skip

    def adjusted(self) -> list[SimpleNamespace]:
        """Values for the target year as ambitious as what peers attained, or of stated probability."""
        levels, out = self.config.report.probabilities, []
        for t in self.headline.values():
            a = self.assessment(t.row)
            if a.forecast is None or a.base_year is None:
                continue
            peers = self.data.peers(t.indicator, "all")
            windows, span = reference_windows(peers, a.target.year - a.base_year)
            digits = int(t.row["decimals"])
            table = needs.adjusted_targets(a, windows, span, digits, levels).set_index("basis")
            at = lambda name, t=t, table=table: (  # noqa: E731
                self.amount(table.at[name, "value"], t.row) if name in table.index else DASH
            )
            sure = [self.amount(v, t.row) for v in table.loc[["probability"], "value"]]
            out.append(SimpleNamespace(
                name=t.name, goal=t.goal, median=at("median"), quarter=at("upper_quarter"),
                tenth=at("upper_tenth"), largest=at("largest"), sure=sure,
            ))  # fmt: skip
        return out

    def next_targets(self) -> SimpleNamespace:
        """2030: what comes without new measures, and three targets with what each would take."""
        levels = [self.w.percent(p, 0) for p in self.config.report.probabilities]
        rows = [self._next(t) for t in self.targets]
        return SimpleNamespace(rows=[row for row in rows if row], levels=levels)

    def _next(self, t: SimpleNamespace) -> SimpleNamespace | None:
        row, year, w = t.row, self.config.report.next_year, self.w
        known = self.data.city(t.indicator)
        if row["direction"] != "at_least" or not t.has_chance or known.empty:
            return None
        start, value = int(known.index[-1]), float(known.iloc[-1])
        peers, parent = self.data.peers(t.indicator, "all"), self._parent(t)
        judged = self.data.plan_targets.set_index("id").loc[[t.id]].iloc[0]
        ahead = forecast(known, year, peers=peers if peers.shape[1] else None,
                         kind=judged["model_kind"], **parent)  # fmt: skip
        digits, span = int(row["decimals"]), year - start
        low, high = ahead.interval(0.8).iloc[-1]
        median = float(ahead.median.iloc[-1])
        floor = max(value, needs.reachable(ahead, 0.9, "at_least", digits))
        windows = growth_windows(peers, min(span, max(len(peers) - 1, 1)))
        clean = windows[~windows["broken"]] if len(windows) else windows
        quick = value * float(clean["factor"].quantile(0.75)) if len(clean) else math.nan
        quick = max(quick, median, floor) if len(clean) else max(median, floor)
        match = self._match(t, value, start)
        form = lambda v: self.amount(v, row)  # noqa: E731
        kept = w("不低于现有水平", "no less than today")
        return SimpleNamespace(
            name=t.name, indicator=t.indicator, last=self.dated(row, "last"), goal=t.goal,
            median=form(median), low=form(low), high=form(high),
            floor=kept if floor <= value else form(floor), stretch=form(quick),
            stretch_growth=w.percent((quick / value) ** (1 / span) - 1),
            stretch_chance=w.chance(ahead.probability(quick)),
            match=form(max(match, value)) if match else DASH,
            match_growth=w.percent((max(match, value) / value) ** (1 / span) - 1) if match else DASH,
            match_chance=w.chance(ahead.probability(max(match, value))) if match else DASH,
            stretch_takes=self._takes(t, quick), match_takes=self._takes(t, match) if match else DASH,
            below=median < value, has_peers=bool(len(clean)),
        )  # fmt: skip

    def _parent(self, t: SimpleNamespace) -> dict:
        """The area around the city, where the forecast takes one."""
        if "parent" not in forecast.__kwdefaults__:
            return {}
        return {"parent": self.data.parent(self.config.areas.city, t.indicator)}

    def _match(self, t: SimpleNamespace, value: float, start: int) -> float | None:
        """The region's level, or for a number the region's pace, carried to the next plan's end."""
        region = self.data.history(self.config.areas.region, t.indicator)
        if region.empty:
            return None
        if t.row["unit"] == "%":
            return float(region.iloc[-1])
        after = region[region.index >= start]
        if len(after) < 2:
            return None
        growth = (after.iloc[-1] / after.iloc[0]) ** (1 / (after.index[-1] - after.index[0]))
        return value * float(growth) ** (self.config.report.next_year - start)

    def _takes(self, t: SimpleNamespace, value: float) -> str:
        """What a value of the next plan's last year means in money or certificates."""
        w, year = self.w, self.config.report.next_year
        if t.indicator == "rd_intensity":
            try:
                table = self.data.rd_spending(value, float(t.row["base_value"]), year)
            except ForecastError:
                return DASH
            needed = table.set_index("id").at[self.config.middle_scenario.id, "needed"]
            return w(f"当年R&D经费{w.money(needed)}", f"{w.money(needed)} of R&D in that year")
        return DASH

    def gdp(self, rd: SimpleNamespace | None) -> list[tuple]:
        """The city's GDP and where its scope seems to change."""
        known = self.data.city("gdp")
        if rd is None or known.empty:
            return []
        marks = known.attrs["breaks"]
        before = [0, *known.index[:-1]]
        return [
            (year, self.w.measured(value, "亿元", 2), any(b < at <= year for at in marks))
            for b, (year, value) in zip(before, known.items(), strict=True)
            if year >= self.config.plan.base_year - 10
        ]

    # ---- annexes -----------------------------------------------------------------------------
    def tasks(self, kind: str) -> list[SimpleNamespace]:
        """Tasks or projects of the plan, with what the offices reported."""
        table = self.data.tasks[self.data.tasks["kind"].eq(kind)]
        blank = self.w("待填", "to be filled in")
        told = ("progress", "status", "problems", "years", "cost", "spent")
        return [
            SimpleNamespace(
                number=n, section=self.locator(r["section"]), at=r["section"], text=self.w(r["text"], r["text_en"]),
                lead=self.office(self.w(r["lead"], r["lead_en"])) or blank,
                **{name: r.get(name) or blank for name in told},
            )
            for n, (_, r) in enumerate(table.iterrows(), 1)
        ]  # fmt: skip

    def sections(self) -> list[SimpleNamespace]:
        """Chapters of the plan's tasks: how many tasks and projects, how many reported on."""
        out: dict[str, SimpleNamespace] = {}
        for kind in ("task", "project"):
            for one in self.tasks(kind):
                key = one.at[: one.at.find("）") + 1] or one.at
                row = out.setdefault(key, SimpleNamespace(
                    key=key, section=self.locator(key), title=self._heading(key), task=0, project=0, told=0, leads=[]
                ))  # fmt: skip
                setattr(row, kind, getattr(row, kind) + 1)
                row.told += one.progress != self.w("待填", "to be filled in")
                if one.lead != self.w("待填", "to be filled in") and one.lead not in row.leads:
                    row.leads.append(one.lead)
        for row in out.values():
            row.count = row.task + row.project
            row.who = self.listed(row.leads) or self.w("待明确", "to be named")
        return sorted(out.values(), key=lambda row: [_ORDER.find(c) for c in row.key])

    def _heading(self, key: str) -> str:
        """The heading of a section of the plan, from its text; the number alone abroad."""
        path = self.data.folder / "raw" / "plan.txt"
        chapter, _, part = key.partition("（")
        if self.lang == "en" or not path.is_file() or not part:
            return ""
        inside = False
        for line in path.read_text(encoding="utf-8").splitlines():
            inside = (inside and line[1:2] != "、") or line.startswith(f"{chapter}、")
            if inside and line.startswith(f"（{part}"):
                return line.removeprefix(f"（{part}").partition("。")[0].strip()
        return ""

    def source_of(self, indicator: str) -> str:
        """The documents behind the city's figures of an indicator."""
        rows = self.data.statistics
        rows = rows[rows["area"].eq(self.config.areas.city) & rows["indicator"].eq(indicator)]
        ids = dict.fromkeys(rows["source"])
        return self.w.clauses(self.document(i) for i in ids) or DASH

    def document(self, source: str) -> str:
        """A source as publisher, title, number; marked where only a copy was seen."""
        row = self.data.sources.set_index("id").loc[source]
        title = row["title"] if row["title"].startswith("《") else f"《{row['title']}》"
        if number := row.get("number", ""):
            title += f"（{number}）" if number not in title else ""
        copy = self.w("（转载件，待核）", " (seen in a copy)") if row.get("copy") == "yes" else ""
        return f"{publisher_name(row['publisher'], self.lang)}{self.w('', ', ')}{title}{copy}"

    def sources(self) -> list[SimpleNamespace]:
        """Documents behind the figures used: the city's, the region's and of the main indicators."""
        data, areas = self.data, self.config.areas
        rows = data.statistics
        counted = [*self.headline, "hightech_certificates"]
        own = rows["area"].eq(areas.city) & rows["indicator"].isin([*self.main["indicator"], "gdp"])
        around = rows["area"].ne(areas.city) & rows["indicator"].isin([*self.main["indicator"]])
        others = [data.reference(name) for name in ("provinces", "countries")]
        used = [rows[own | around], *(t[t["indicator"].isin(counted)] for t in others)]
        ids = dict.fromkeys(pd.concat([table["source"] for table in used]))
        table = data.sources.set_index("id").loc[list(ids)]
        pattern = r"(?:19|20)\d\d"
        groups = table.groupby(
            [table["publisher"], table["title"].str.replace(pattern, "{}", regex=True)], sort=False
        )
        out = []
        for (publisher, form), part in groups:
            title = part["title"].iloc[0]
            if len(part) > 1:
                found = part["title"].str.findall(pattern).explode().dropna().astype(int)
                title = form.replace("{}", self.w.spans(spans(sorted(set(found)))), 1).replace(
                    "{}", ""
                )
            number = part["number"].iloc[0] if "number" in part and len(part) == 1 else ""
            days = sorted(part["published"])
            day = days[0] if days[0] == days[-1] else f"{days[0][:4]}—{days[-1][:4]}"
            copied = "copy" in part and part["copy"].eq("yes").all()
            out.append(SimpleNamespace(
                publisher=publisher_name(publisher, self.lang), title=title, number=number or DASH,
                day=self.w(day, day.replace("—", "–")) or DASH,
                mark=self.w("转载件，待核", "copy, to be checked") if copied
                else self.w("原件", "original"),
            ))  # fmt: skip
        return out

    def searched(self) -> list[SimpleNamespace]:
        """Where figures were looked for, when, and what was found."""
        path = self.data.folder / "search_record.csv"
        if not path.is_file():
            return []
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        return [
            SimpleNamespace(place=self.pick(r, "place"), what=self.pick(r, "what"),
                            found=self.pick(r, "found"), day=r["day"])
            for _, r in table.iterrows() if r["day"] <= self.day.isoformat() or self.data.as_of is None
        ]  # fmt: skip

    def bands(self) -> list[tuple[str, str]]:
        """Conditions of the verdicts."""
        at, w = self.config.verdict, self.w
        bounds = {
            "achieved": w("目标年实际数达到目标", "the figure of the target year reached it"),
            "likely": w(f"概率不低于{at.likely:.0%}", f"probability of {at.likely:.0%} or more"),
            "at_risk": w(f"{at.at_risk:.0%}至{at.likely:.0%}", f"{at.at_risk:.0%} to {at.likely:.0%}"),
            "unlikely": w(f"{at.unlikely:.0%}至{at.at_risk:.0%}", f"{at.unlikely:.0%} to {at.at_risk:.0%}"),
            "out_of_reach": w(f"低于{at.unlikely:.0%}", f"below {at.unlikely:.0%}"),
            "missed": w("目标年实际数未达到目标", "the figure of the target year fell short"),
            "insufficient_evidence": w("无可用数据，暂不评价", "no usable figure: not assessed"),
        }  # fmt: skip
        return [(w.verdict(code), text) for code, text in bounds.items()]


def whole(value: Any) -> int | str:
    """A year, or a dash."""
    return DASH if pd.isna(value) else int(value)
