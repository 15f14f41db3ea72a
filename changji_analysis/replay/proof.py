"""The proof: replays once, and keeps small tables of what they say.

Figures, notebook, report and the rows beside verdicts read the tables; nothing else replays. A key
beside them tells from which data and which code they come.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .. import calibration
from ..calibration import FOLDER, HORIZONS, LAWS, STATEMENTS, UNIT
from ..errors import UsageError
from ..files import write_bytes, write_csv
from ..fingerprints import digest, of_code, of_file, sources
from . import cases, claims, targets, verdicts

if TYPE_CHECKING:
    from ..dataset import Dataset

KEY = FOLDER / "key.json"
REMEDY = "run make proof"
DIGITS = 5
"""Significant digits of the numbers kept: as many as any processor agrees on."""
EVERY = {"countries": 2}
"""Of the origins of a panel only every so manieth goes into the statements kept."""
SHOWN = ("pooled", *cases.RATES, "combination", "naive", "drift", *claims.FITTED, *claims.OWN,
         *cases.RULES)  # fmt: skip
ONE_FIGURE = ("pooled", *cases.RATES, "generic")

Tell = Callable[[int, int, str], None]
"""Takes how many tables are made, of how many, and what is being made."""


class _Replays:
    """The replays that tables share, each done when first asked for."""

    def __init__(self, data: Dataset):
        self.data = data

    @cached_property
    def full(self) -> cases.Replay:
        """Every panel at every origin."""
        parts = [cases.rolling(self.data, p, models=claims.MODELS) for p in cases.PANELS]
        return cases.joined(parts)

    @cached_property
    def alone(self) -> cases.Replay:
        """The cases that rest on one figure."""
        return self.full.part(self.full.table["n"].eq(1))

    @cached_property
    def thin(self) -> tuple[cases.Replay, pd.DataFrame]:
        """Every model at few origins, and the inflation of their intervals."""
        return claims.thin(self.data)

    @cached_property
    def published(self) -> dict[str, pd.DataFrame]:
        """Published targets by group."""
        return {group: targets.targets(self.data, group) for group in targets.GROUPS}

    @cached_property
    def judged(self) -> pd.DataFrame:
        """Verdicts on replayed targets with their ranges."""
        return verdicts.statements(self.data)


def _by_set(**sets: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([t.assign(set=name) for name, t in sets.items()], ignore_index=True)


def _reliability(r: _Replays) -> pd.DataFrame:
    found = claims.reliability(r.full, ("pooled", "generic", "eurostat"))
    return found[found["model"].ne("eurostat") | found["stated"].eq(1)]


def _failures(r: _Replays) -> pd.DataFrame:
    breaks = {p: cases.outcomes(r.data, p).attrs.get("breaks", {}) for p in cases.PANELS}
    return claims.failures(r.full, breaks)


TABLES: dict[str, Callable[[_Replays], pd.DataFrame]] = {
    # how often statements came true
    STATEMENTS: lambda r: statements(r.full),
    "reliability": _reliability,
    "calibration_tests": lambda r: claims.calibration_tests(r.full),
    "coverage_by_length": lambda r: claims.coverage_by_length(r.full),
    "coverage_by_level": lambda r: claims.coverage_by_level(r.full),
    # the fair comparison
    "skill": lambda r: claims.skills(r.full),
    "ranking": lambda r: _by_set(
        all=claims.ranking(r.full),
        one_figure=claims.ranking(r.alone, ONE_FIGURE),
        fitted=claims.ranking(r.thin[0], SHOWN),
    ),
    "intervals": lambda r: _by_set(
        all=claims.intervals(r.full, ("pooled", "generic")),
        fitted=claims.intervals(r.thin[0], [m for m in SHOWN if m in r.thin[0].laws]),
    ),
    "inflation": lambda r: r.thin[1],
    "targets": lambda r: _by_set(**{g: targets.ranking(t) for g, t in r.published.items()}),
    "stories": lambda r: _by_set(**{g: targets.stories(t) for g, t in r.published.items()}),
    # whether verdicts survive, and what failed
    "survival": lambda r: verdicts.survival(r.judged),
    "words": lambda r: verdicts.words_came_true(r.judged),
    "failures": _failures,
}
"""Every table of the proof and what makes it; the columns are told where the functions are."""


def statements(replay: cases.Replay) -> pd.DataFrame:
    """The replayed cases as `changji_analysis.calibration` keeps them.

    Returns
    -------
    DataFrame
        One row per panel, area and last year: ``family``, ``area``, ``last_year``, ``level``,
        ``parent`` (0: none was known for longer), and in units of 1e-4 on the scale the ``rise``
        over each of `calibration.HORIZONS`, and ``loc`` and ``spread`` of each of
        `calibration.LAWS` over them, with its degrees of freedom in tenths.
    """
    table = replay.table
    step = table["panel"].map(EVERY).fillna(1)
    kept = (
        table["origin"].eq(table["last_year"])
        & table["ahead"].isin(HORIZONS)
        & table["n"].isin([n for _, n in LAWS])
        & (table["origin"] % step).eq(0)
    ).to_numpy()
    part = replay.part(kept)
    keys = ["panel", "area", "last_year"]
    wide = (
        part.table.groupby(keys, sort=False)["last"].first().map("{:.4g}".format).to_frame("level")
    )
    panels = wide.index.get_level_values("panel")
    wide["family"] = [calibration.family(cases.PANELS[p].indicator) for p in panels]
    wide["parent"] = 0
    longs = {"rise": part.table.assign(value=part.rise)[part.table["n"].eq(1).to_numpy()]}
    for (prior, n), law in LAWS.items():
        rows = part.table["n"].eq(n).to_numpy()
        loc, spread, df = part.laws["pooled" if prior == "peers" else "generic"][rows].T
        found = part.table[rows]
        longs |= {
            f"{law}_loc": found.assign(value=loc),
            f"{law}_spread": found.assign(value=spread),
        }
        wide[f"{law}_df"] = found.assign(df=df).groupby(keys)["df"].first().mul(10).round()
    for name, long in longs.items():
        columns = long.pivot(index=keys, columns="ahead", values="value") / UNIT
        wide = wide.join(columns.round().add_prefix(f"{name}_"))
    numbers = wide.columns.difference(["family", "level"])
    wide[numbers] = wide[numbers].astype("Int64")
    order = ["family", "area", "last_year", "level", "parent"]
    wide = wide.reset_index().drop(columns="panel")
    return wide[[*order, *wide.columns.difference(order, sort=False)]]


def make(data: Dataset, tell: Tell = lambda done, count, text: None) -> Iterator[str]:
    """Make every table, then put all in place; interrupted, the old ones stay.

    Yields
    ------
    str
        Names of the tables that changed.
    """
    replays, made = _Replays(data), {}
    for done, (name, table) in enumerate(TABLES.items()):
        tell(done, len(TABLES), name)
        made[name] = _rounded(table(replays))
    about = {
        "areas": int(replays.full.table["area"].nunique()),
        "cases": int(replays.full.happened.size),
        "least": min(cases.FACTORS),
        "most": max(cases.FACTORS),
    }
    key = code_key() | {"data": data_key(data), "about": about}
    for name, table in made.items():
        if write_csv(FOLDER / f"{name}.csv", table):
            yield name
    key["tables"] = {name: of_file(FOLDER / f"{name}.csv") for name in TABLES}
    write_bytes(KEY, (json.dumps(key, indent=1) + "\n").encode())
    calibration.forget()
    tell(len(TABLES), len(TABLES), "")


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Floats to `DIGITS` significant digits."""

    def short(value):
        return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else value

    floats = table.select_dtypes("float").columns
    return table.assign(**{name: table[name].map(short) for name in floats})


def table(name: str) -> pd.DataFrame:
    """One of `TABLES` as it was last made; ``attrs`` hold areas, cases, least and most factor.

    Raises
    ------
    UsageError
        There is no such table, or it was never made.
    """
    path = FOLDER / f"{name}.csv"
    if name not in TABLES or not path.is_file():
        raise UsageError(f"no table {name!r} of the proof: there are {', '.join(TABLES)}; {REMEDY}")
    found = pd.read_csv(path)
    found.attrs = json.loads(KEY.read_text(encoding="utf-8"))["about"]
    return found


def ranking(which: str) -> pd.DataFrame:
    """One set of the table of that name, by model: ``all``, ``one_figure`` or ``fitted``."""
    found = table("ranking")
    return found[found["set"].eq(which)].set_index("model")


def code_key() -> dict[str, str]:
    """Fingerprint of the code that the tables come from."""
    models = [name for name in sources() if ".trends." in name]
    return {"code": of_code(__name__, *models)}


def data_key(data: Dataset) -> str:
    """Fingerprint of the figures that the tables come from; the city's are none of them."""
    areas, seen = data.config.areas, data.observations
    own = [areas.city, areas.prefecture, *areas.others]
    frames = seen[~seen["area"].isin(own)], data.precedents, data.breaks
    return digest(*(frame.to_csv(index=False) for frame in frames))


def stale(data: Dataset) -> list[str]:
    """What has changed since the tables were made: ``code``, ``data``, or names of tables."""
    if not KEY.is_file():
        return ["key"]
    key = json.loads(KEY.read_text(encoding="utf-8"))
    now = code_key() | {"data": data_key(data)}
    changed = [name for name, value in now.items() if key.get(name) != value]
    kept = key.get("tables", {})
    return changed + [n for n in TABLES if kept.get(n) != of_file(FOLDER / f"{n}.csv")]
