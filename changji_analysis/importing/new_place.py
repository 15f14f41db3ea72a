"""Beginning the review of another place: a data folder with everything but its own figures."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from ..config import REPOSITORY
from ..errors import UsageError
from ..files import write_bytes
from ..records import TABLES, schemas

HOME = REPOSITORY / "data"
NATION = "中国"
PEERS, STATISTICS = "reference/provinces.csv", "raw/yearly_statistics.csv"
# Taken over as they are: what holds for every place in China
_KEPT = ("indicators.csv", "reference/cities.csv", "reference/countries.csv",
         "raw/target_precedents.csv")  # fmt: skip
_BLANK = [TABLES[name] for name in ("baseline", "targets", "readings")]
_IGNORED = "private/\n.lock\n"
_NEXT = """\
接下来 / next:
1. raw/plan.txt：放入规划全文；
   raw/plan_baseline.csv、raw/plan_targets.csv、readings.csv：逐条录入基期、目标和口径
   raw/plan.txt takes the plan's text, the three tables its figures, one row each
   必填 / never empty: {wanted}
   period 写 2025、2021-2025 或 each year / a year, a span, or each year
2. changji forms 发出 --data {folder}，收回后 changji collect 收回 --data {folder}
3. changji check --data {folder}
4. make review DATA={folder}
"""


def begin(
    folder: Path,
    city: str,
    prefecture: str | None,
    region: str | None,
    title: str,
    title_en: str | None,
    base_year: int,
    target_year: int,
) -> list[str]:
    """Write the data folder of another place.

    Parameters
    ----------
    folder : Path
        A folder that does not exist yet, or is empty.
    city, prefecture, region : str
        Names of the place and of what it lies in; left out, a place stands for the one above it.
        The region is named as ``reference/provinces.csv`` does: 甘肃, 新疆.
    title, title_en : str
        The plan.
    base_year, target_year : int

    Returns
    -------
    list of str
        What was written, and what to do next.

    Raises
    ------
    UsageError
        The folder holds something, or a name or year makes no sense.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} exists and is not empty / 文件夹已存在且不为空")
    tree = _table("reference/areas.csv")
    short = dict(
        zip(tree["zh"], tree["area"], strict=True)
    )  # 内蒙古自治区 is 内蒙古 in every table
    city = short.get(city, city)
    prefecture, region = (short.get(n or "", n) for n in (prefecture, region))
    known = tree.loc[tree["level"] == "province", "area"]
    if region and region not in set(known):
        raise UsageError(f"{region!r} is none of / 不是其中之一：{'、'.join(known)}")
    prefecture, region = prefecture or city, region or prefecture or city
    for name in (city, prefecture, region, title):
        if not name.strip() or not name.isprintable():
            raise UsageError(f"{name!r} is no name / 名称无效")
    if not schemas.FIRST_YEAR <= base_year < target_year <= schemas.LAST_YEAR:
        raise UsageError(
            f"the base year {base_year} must lie before the target year {target_year} / "
            "基期年须早于目标年"
        )
    places = (city, prefecture, region, NATION)
    tables = _tables(places, tree)
    contents = {name: (HOME / name).read_bytes() for name in _KEPT}
    contents |= {
        name: table.to_csv(index=False, lineterminator="\n").encode()
        for name, table in tables.items()
    }
    contents["config.yml"] = _config(places, title, title_en or title, base_year, target_year)
    contents["corrections.yml"] = _yaml(_corrections(tables))
    contents["raw/plan.txt"] = f"{title}\n".encode()
    contents[".gitignore"] = _IGNORED.encode()
    made = not folder.exists()
    try:
        for name, content in sorted(contents.items()):
            write_bytes(folder / name, content)
    except OSError:
        if made:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    wanted = "; ".join(
        f"{table.file} " + ", ".join(n for n, c in table.schema.columns.items() if not c.nullable)
        for table in _BLANK
    )
    following = _NEXT.format(folder=folder, wanted=wanted).splitlines()
    return [*(str(folder / name) for name in sorted(contents)), *following]


def _table(name: str) -> pd.DataFrame:
    """A table of the shipped data as it is printed."""
    return pd.read_csv(HOME / name, dtype=str, keep_default_na=False)


def _tables(places: tuple[str, ...], tree: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tables that differ from the shipped ones, the kept ones' sources among them."""
    *_, region, _ = places
    provinces, statistics = _table(PEERS), _table(STATISTICS)
    own = provinces["area"] == region
    # the region's figures and the nation's are observations of this review
    around = pd.concat([provinces[own], statistics[statistics["area"].isin([region, NATION])]])
    around["rank"] = around["area"] != region
    order = ["rank", "indicator", "year", "vintage"]
    around = around.sort_values(order, kind="stable").drop(columns="rank")
    cities, aliases, sources = map(_table, ("reference/cities.csv", "aliases.csv", "sources.csv"))
    inside = tree["level"].isin(schemas.LEVELS[2:]) & ~tree["area"].isin(cities["area"])
    figures = [provinces[~own], around, cities, *map(_table, _KEPT[2:])]
    used = set().union(*(frame["source"] for frame in figures))
    blank = {table.file: pd.DataFrame(columns=list(table.schema.columns)) for table in _BLANK}
    return blank | {
        PEERS: provinces[~own],
        STATISTICS: around,
        "reference/areas.csv": tree[~inside],
        "sources.csv": sources[sources["id"].isin(used)],
        "aliases.csv": aliases[aliases["kind"].eq("indicator") | aliases["id"].isin(places)],
    }


def _corrections(tables: dict[str, pd.DataFrame]) -> list[dict]:
    """The decisions that concern figures taken over, a moved row's file being renamed."""
    tables = {name: _table(name) for name in _KEPT} | tables
    kept = []
    for fix in yaml.safe_load((HOME / "corrections.yml").read_text(encoding="utf-8")) or []:
        match = {key: str(value) for key, value in fix["match"].items()}
        for name in (fix["file"], STATISTICS, PEERS):
            rows = tables.get(name, pd.DataFrame()).reindex(columns=list(match))
            if (rows == pd.Series(match)).all(axis=1).any():
                kept.append(fix | {"file": name})
                break
    return kept


def _config(places: tuple[str, ...], title: str, title_en: str, base: int, target: int) -> bytes:
    settings = yaml.safe_load((HOME / "config.yml").read_text(encoding="utf-8"))
    settings["areas"] = dict(zip(("city", "prefecture", "region", "nation"), places, strict=True))
    settings["plan"] = {"title_zh": title, "title_en": title_en, "base_year": base,
                        "target_year": target}  # fmt: skip
    del settings["report"]
    return _yaml(settings)


def _yaml(content: Any) -> bytes:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100).encode()
