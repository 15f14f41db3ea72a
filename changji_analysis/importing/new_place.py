"""Beginning the review of another place: a data folder with everything but its own figures."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import yaml

from ..config import REPOSITORY
from ..errors import UsageError
from ..files import write_bytes
from ..records import REFERENCES, schemas

HOME = REPOSITORY / "data"
# Taken over as they are: what holds for every place in China
_KEPT = ("indicators.csv", "reference/cities.csv", "reference/countries.csv",
         "raw/target_precedents.csv")  # fmt: skip
_TABLES = {"raw/plan_baseline.csv": schemas.BASELINE, "raw/plan_targets.csv": schemas.TARGETS,
           "readings.csv": schemas.READINGS}  # fmt: skip
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
    tree = _rows("reference/areas.csv")[1:]
    short = {row[3]: row[0] for row in tree}  # 内蒙古自治区 is 内蒙古 in every table
    city = short.get(city, city)
    prefecture, region = (short.get(n or "", n) for n in (prefecture, region))
    provinces_ = [row[0] for row in tree if row[1] == "province"]
    if region and region not in provinces_:
        raise UsageError(f"{region!r} is none of / 不是其中之一：{'、'.join(provinces_)}")
    prefecture, region = prefecture or city, region or prefecture or city
    for name in (city, prefecture, region, title):
        if not name.strip() or not name.isprintable():
            raise UsageError(f"{name!r} is no name / 名称无效")
    if not schemas.FIRST_YEAR <= base_year < target_year <= schemas.LAST_YEAR:
        raise UsageError(f"the base year {base_year} must lie before the target year {target_year}")
    contents = {name: (HOME / name).read_bytes() for name in _KEPT}
    contents["config.yml"] = _config(city, prefecture, region, title, title_en, base_year,
                                     target_year)  # fmt: skip
    provinces = _rows("reference/provinces.csv")
    own = [row for row in provinces[1:] if row[0] == region]
    contents["reference/provinces.csv"] = _text([r for r in provinces if r not in own])
    # the region's figures and the nation's are observations of this review
    statistics = _rows("raw/yearly_statistics.csv")
    own += [row for row in statistics[1:] if row[0] == "中国" or row[0] == region]
    contents["raw/yearly_statistics.csv"] = _text([statistics[0], *sorted(own, key=_order(region))])
    cities = {row[0] for row in _rows("reference/cities.csv")}
    kept = [row for row in tree if row[1] not in schemas.LEVELS[2:] or row[0] in cities]
    contents["reference/areas.csv"] = _text([_rows("reference/areas.csv")[0], *kept])
    contents["sources.csv"] = _text(_used_sources(contents))
    contents["aliases.csv"] = _text(_aliases((city, prefecture, region, "中国")))
    contents["corrections.yml"] = _corrections(contents)
    for name, schema in _TABLES.items():
        contents[name] = _text([list(schema.columns)])
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
        f"{name} " + ", ".join(key for key, column in schema.columns.items() if not column.nullable)
        for name, schema in _TABLES.items()
    )
    told = _NEXT.format(folder=folder, wanted=wanted).splitlines()
    return [*(str(folder / name) for name in sorted(contents)), *told]


def _config(*words: str | int | None) -> bytes:
    city, prefecture, region, title, title_en, base_year, target_year = words
    settings = yaml.safe_load((HOME / "config.yml").read_text(encoding="utf-8"))
    settings["areas"] = {"city": city, "prefecture": prefecture, "region": region, "nation": "中国"}
    settings["plan"] = {
        "title_zh": title, "title_en": title_en or title, "base_year": base_year,
        "target_year": target_year,
    }  # fmt: skip
    del settings["report"]
    return yaml.safe_dump(settings, allow_unicode=True, sort_keys=False).encode()


def _rows(name: str) -> list[list[str]]:
    text = (HOME / name).read_text(encoding="utf-8")
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row]


def _text(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _order(region: str):
    rank = {region: 0, "中国": 1}
    return lambda row: (rank.get(row[0], 2), row[1], row[2], row[3])


def _used_sources(contents: dict[str, bytes]) -> list[list[str]]:
    used = set()
    figures = ("raw/yearly_statistics.csv", "raw/target_precedents.csv")
    for name in (*figures, *(f"reference/{peers}.csv" for peers in REFERENCES)):
        table = csv.DictReader(io.StringIO(contents[name].decode(), newline=""))
        used |= {row["source"] for row in table}
    rows = _rows("sources.csv")
    return [rows[0], *(row for row in rows[1:] if row[0] in used)]


def _aliases(areas: tuple[str, ...]) -> list[list[str]]:
    rows = _rows("aliases.csv")
    return [rows[0], *(row for row in rows[1:] if row[0] == "indicator" or row[1] in areas)]


def _corrections(contents: dict[str, bytes]) -> bytes:
    """The decisions that concern figures taken over, a moved row's file being named anew."""
    kept = []
    for fix in yaml.safe_load((HOME / "corrections.yml").read_text(encoding="utf-8")) or []:
        for name in (fix["file"], "raw/yearly_statistics.csv", "reference/provinces.csv"):
            table = list(csv.DictReader(io.StringIO(contents.get(name, b"").decode(), newline="")))
            match = {key: str(value) for key, value in fix["match"].items()}
            if any(match.items() <= row.items() for row in table):
                kept.append(fix | {"file": name})
                break
    text = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=100)
    return text.encode()
