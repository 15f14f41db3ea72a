"""The proof: replays once, and keeps small tables of what they say.

Figures, notebook, report and the rows beside verdicts read the tables; nothing else replays. A key
beside them tells from which data and which code they come.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from .. import calibration, trends
from ..calibration import FOLDER, LAWS, STATEMENTS, UNIT
from ..errors import UsageError
from ..files import write_bytes, write_csv
from ..fingerprints import digest, of_code, of_file
from . import cases, claims, nested, targets, verdicts

if TYPE_CHECKING:
    from ..dataset import Dataset

KEY = FOLDER / "key.json"
REMEDY = "run make proof"
DIGITS = 5
"""Significant digits of the numbers kept: as many as any processor agrees on."""
EVERY = {"countries": 3}
"""Of the origins of a panel only every so manieth goes into the statements kept."""
LEADS = (1, 3, 5)
READERS = ("records", "quantities", "histories")
"""What reads the data: fingerprints are taken of what it has read."""
NESTED = {
    "eurostat_rd_intensity": ("rd_intensity", "parents", 1),
    "ncses_rd_intensity": ("rd_intensity", "children", 1),
    "eurostat_rd": ("rd_expenditure", "parents", 2),
    "ncses_rd": ("rd_expenditure", "children", 1),
    "eurostat_gdp_nuts2": ("gdp", "parents", 15),
}
"""Nested families: the family that their statements are of, the peers that these rest on, and
of how many areas one is kept; of spending and GDP only leads of three years and more."""
SHOWN = ("pooled", *cases.RATES, "combination", "naive", "drift", *claims.FITTED, *claims.OWN,
         *cases.RULES)  # fmt: skip

Tell = Callable[[int, int, str], None]
"""Takes how many tables are made, of how many, and what is being made."""


class _Replays:
    """The replays that tables share, each done when first asked for."""

    def __init__(self, data: Dataset):
        self.data = data

    @cached_property
    def full(self) -> cases.Replay:
        return cases.joined(
            [cases.rolling(self.data, p, models=claims.MODELS) for p in cases.PANELS]
        )

    @cached_property
    def thin(self) -> cases.Replay:
        return claims.thin(self.data)

    @cached_property
    def published(self) -> dict[str, pd.DataFrame]:
        return {group: targets.targets(self.data, group) for group in targets.GROUPS}

    @cached_property
    def families(self) -> dict[str, nested.Family]:
        return nested.families(self.data.folder)

    @cached_property
    def children(self) -> nested.Cases:
        return nested.replay(self.families)

    @cached_property
    def judged(self) -> pd.DataFrame:
        alone = verdicts.statements(self.data)
        if not self.families:
            return alone
        sized = {name: peers for name, (_, peers, _) in NESTED.items() if "rd" in name}
        return pd.concat([alone, verdicts.nested_statements(self.children, sized)])


def _sets(**sets: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([t.assign(set=name) for name, t in sets.items()], ignore_index=True)


def _reliability(r: _Replays) -> pd.DataFrame:
    found = claims.reliability(r.full, ("pooled", "generic", "eurostat"))
    return found[found["model"].ne("eurostat") | found["stated"].eq(1)]


def _failures(r: _Replays) -> pd.DataFrame:
    breaks = {p: cases.outcomes(r.data, p).attrs.get("breaks", {}) for p in cases.PANELS}
    return claims.failures(r.full, breaks)


TABLES: dict[str, Callable[[_Replays], pd.DataFrame]] = {
    # how often statements came true
    STATEMENTS: lambda r: statements(r),
    "reliability": _reliability,
    "calibration_tests": lambda r: claims.calibration_tests(r.full),
    "coverage": lambda r: claims.coverage(r.full),
    # the fair comparison
    "skill": lambda r: claims.skills(r.full),
    "ranking": lambda r: _sets(
        all=claims.ranking(r.full),
        one_figure=claims.ranking(r.full.part(r.full.table["n"].eq(1)), claims.MODELS[:4]),
        fitted=claims.ranking(r.thin, SHOWN),
    ),
    "intervals": lambda r: _sets(
        all=claims.intervals(r.full, r.full.laws), fitted=claims.intervals(r.thin, r.thin.laws)
    ),
    "nested": lambda r: nested.summary(nested.judged(r.children, nested.predict(r.children))),
    "inflation": lambda r: claims.inflation(r.thin),
    "targets": lambda r: _sets(**{g: targets.ranking(t) for g, t in r.published.items()}),
    "stories": lambda r: _sets(**{g: targets.stories(t) for g, t in r.published.items()}),
    # whether verdicts survive, and what failed
    "survival": lambda r: verdicts.survival(r.judged),
    "words": lambda r: verdicts.words_came_true(r.judged),
    "failures": _failures,
}
"""Every table of the proof and what makes it; the columns are told where the functions are."""


def statements(r: _Replays) -> pd.DataFrame:
    """The replayed cases as `changji_analysis.calibration` keeps them.

    Returns
    -------
    DataFrame
        One row per case and lead: ``family``, ``area``, ``last_year``, ``ahead``, ``level`` and
        ``parent`` (1 where it was known for longer), and in units of 1e-4 on the scale the
        ``rise`` to the outcome and ``loc`` and ``spread`` of `calibration.LAWS`, with their
        degrees of freedom in tenths.
    """
    table = r.full.table
    thinned = table["origin"] % table["panel"].map(EVERY).fillna(1) == 0
    part = r.full.part(
        table["origin"].eq(table["last_year"]) & thinned & table["ahead"].isin(LEADS)
    )
    of = {name: calibration.family(p.indicator) for name, p in cases.PANELS.items()}
    alone = part.table.assign(rise=part.rise, parent=0, family=part.table["panel"].map(of))
    laws = {"peers": part.laws["pooled"], "generic": part.laws["generic"]}
    found, known = r.children.table, nested.predict(r.children)
    parts = [_kept(alone, laws)]
    for name, (family, peers, step) in NESTED.items() if r.families else ():
        child = r.families[name].child
        rows = found["family"].eq(name) & found["peers"].eq(peers)
        rows &= found["area"].isin(child.columns[::step])
        rows &= found["ahead"].ge(LEADS[1]) | (family in alone["family"].array)
        one = found[rows].assign(last_year=lambda t: t["origin"] - t["known"], parent=1)
        last = [child.at[at] for at in zip(one["last_year"], one["area"], strict=True)]
        one = one.assign(last=last, rise=one["outcome"], panel=name, family=family)
        parts.append(_kept(one, {"peers": known[rows]}))
    return pd.concat(parts, ignore_index=True)


def _kept(table: pd.DataFrame, laws: dict) -> pd.DataFrame:
    """Cases side by side that differ in their number of figures only."""
    keys, columns = ["panel", "family", "area", "last_year", "ahead", "parent"], {}
    table = table.reset_index(drop=True)
    for name, (prior, n) in LAWS.items():
        rows = table[table["n"].eq(n)].drop_duplicates(keys, keep="last")
        if prior not in laws or rows.empty:
            continue
        at = pd.MultiIndex.from_frame(rows[keys].astype({"last_year": int, "ahead": int}))
        for column, values in zip(("loc", "spread", "df"), laws[prior][rows.index].T, strict=True):
            columns[f"{name}_{column}"] = pd.Series(values / (0.1 if column == "df" else UNIT), at)
        if n == 1:
            columns["rise"] = pd.Series(rows["rise"].to_numpy() / UNIT, at)
            level = rows["last"].map("{:.4g}".format).to_numpy()
            first = at
    wide = pd.DataFrame(columns).reindex(first).round().astype("Int64").assign(level=level)
    return wide.reset_index().drop(columns="panel")


def make(data: Dataset, tell: Tell = lambda done, count, text: None) -> list[str]:
    """Make every table, then put all in place; interrupted, the old ones stay.

    Returns
    -------
    list of str
        Names of the tables that changed.
    """
    replays, made = _Replays(data), {}
    for done, (name, table) in enumerate(TABLES.items()):
        tell(done, len(TABLES), name)
        made[name] = _rounded(table(replays))
    about = {"areas": replays.full.table["area"].nunique(), "cases": replays.full.happened.size,
             "least": cases.FACTORS[0], "most": cases.FACTORS[-1]}  # fmt: skip
    changed = [name for name, table in made.items() if write_csv(_path(name), table)]
    marks = {name: of_file(_path(name)) for name in TABLES}
    key = {**_key(data), "about": about, "tables": marks}
    write_bytes(KEY, (json.dumps(key, indent=1) + "\n").encode())
    calibration.forget()
    tell(len(TABLES), len(TABLES), "")
    return changed


def _path(name: str) -> Path:
    return FOLDER / f"{name}.csv"


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Floats to `DIGITS` significant digits."""
    floats = table.select_dtypes("float").columns
    short = {name: table[name].map(lambda v: float(f"{v:.{DIGITS}g}")) for name in floats}
    return table.assign(**short)


def table(name: str) -> pd.DataFrame:
    """One of `TABLES` as it was last made; ``attrs`` hold areas, cases, least and most factor.

    Raises
    ------
    UsageError
        There is no such table, or it was never made.
    """
    if name not in TABLES or not _path(name).is_file():
        raise UsageError(f"no table {name!r} of the proof: there are {', '.join(TABLES)}; {REMEDY}")
    found = pd.read_csv(_path(name))
    found.attrs = json.loads(KEY.read_text(encoding="utf-8"))["about"]
    return found


def ranking(which: str) -> pd.DataFrame:
    """One set of the table of that name, by model: ``all``, ``one_figure`` or ``fitted``."""
    found = table("ranking")
    return found[found["set"].eq(which)].set_index("model")


def _key(data: Dataset) -> dict[str, str]:
    """Fingerprints of code and data that the tables come from; the city's figures are no part."""
    areas, seen = data.config.areas, data.observations
    others = seen[~seen["area"].isin([areas.city, areas.prefecture, *areas.others])]
    frames = (frame.to_csv(index=False) for frame in (others, data.precedents, data.breaks))
    files = sorted((data.folder / "reference" / "nested").glob("*.csv"))
    models = [f"{trends.__name__}.{name}" for name in trends.MODELS]
    return {
        "code": of_code(__name__, *models, apart=READERS),
        "data": digest(*frames, *(of_file(path) for path in files)),
    }


def stale(data: Dataset) -> list[str]:
    """What has changed since the tables were made: ``code``, ``data``, or names of tables."""
    key = json.loads(KEY.read_text(encoding="utf-8")) if KEY.is_file() else {}
    marks = {name: of_file(_path(name)) for name in TABLES}
    now, then = {**_key(data), **marks}, {**key, **key.get("tables", {})}
    return [name for name, mark in now.items() if then.get(name) != mark]
