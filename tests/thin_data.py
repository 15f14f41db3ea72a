"""The shipped data with a few peers only, so that models fit fast; figures may be added."""

import csv
import shutil
from pathlib import Path

import yaml

SHIPPED = Path(__file__).parents[1] / "data"
PEERS = {
    "reference/provinces.csv": {"北京", "江苏", "安徽", "四川", "云南", "青海"},
    "reference/countries.csv": {"Pakistan", "Chile", "Poland"},
}
YEARLY = "raw/yearly_statistics.csv"


def write(root: Path) -> Path:
    """Copy the shipped data without most of the peers and the corrections made to them."""
    shutil.copytree(SHIPPED, root, ignore=shutil.ignore_patterns("clean"))
    for name, areas in PEERS.items():
        path = root / name
        head, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [row for row in rows if row.split(",")[0] in areas]
        path.write_text(head + "".join(kept), encoding="utf-8")
    path = root / "corrections.yml"
    fixes = yaml.safe_load(path.read_text(encoding="utf-8"))
    kept = [fix for fix in fixes if "reference" not in fix["file"]]
    path.write_text(yaml.safe_dump(kept, allow_unicode=True), encoding="utf-8")
    path = root / "config.yml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    known = {config["areas"]["region"], *PEERS["reference/provinces.csv"]}
    for chosen in config["reference_classes"]:
        if "areas" in chosen:
            chosen["areas"] = [area for area in chosen["areas"] if area in known]
    path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    return root


def add(root: Path, *rows: tuple[str, str, int, float, str]) -> None:
    """Add figures: area, indicator, year, value, unit; known since September of the next year."""
    path = root / YEARLY
    head = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    lines = []
    for area, indicator, year, value, unit in rows:
        cells = {
            "area": area,
            "indicator": indicator,
            "year": year,
            "vintage": "first",
            "value": value,
            "unit": unit,
            "bound": "exact",
            "as_printed": f"{value}{unit}",
            "published": f"{year + 1}-09-01",
            "known_by": f"{year + 1}-09-01",
            "source": "changji_plan_2023",
            "confidence": "high",
        }
        lines.append(",".join(str(cells.get(name, "")) for name in head) + "\n")
    with path.open("a", encoding="utf-8") as file:
        file.writelines(lines)


def cut(root: Path, day: str) -> None:
    """Take out what was not known on a day: figures, outcomes, and corrections of those."""
    kept = {}
    for name in (YEARLY, *PEERS, "raw/target_precedents.csv"):
        with (root / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        kept[name] = [row for row in rows if _known_by(row) <= day]
        with (root / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(kept[name])
    path = root / "corrections.yml"
    fixes = [
        fix
        for fix in yaml.safe_load(path.read_text(encoding="utf-8"))
        if fix["file"] not in kept
        or any(fix["match"].items() <= _typed(row).items() for row in kept[fix["file"]])
    ]
    path.write_text(yaml.safe_dump(fixes, allow_unicode=True), encoding="utf-8")


def _known_by(row: dict) -> str:
    year = row.get("year") or row["target_year"]
    return row.get("known_by") or (f"{int(year) + 1}-12-31" if year else "")


def _typed(row: dict) -> dict:
    return row | {"year": int(row["year"])}
