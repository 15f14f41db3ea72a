"""Mutation fuzzing of the import: ``make fuzz``, or ``python tests/fuzz/mutations.py FILES SEED``.

Sheets of the corpus are damaged in cells, rows, columns, bytes or parts of the package: they may
be refused or read otherwise, but never with a traceback, a hang, or a figure that is taken from a
cell that does not print it. Every file that breaks this is kept in ``reviews/fuzz``.
"""

from __future__ import annotations

import datetime as dt
import io
import random
import signal
import sys
import tempfile
import traceback
import warnings
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests"), str(ROOT / "tests" / "corpus")]

import import_data  # noqa: E402
from sheets import Case, cases  # noqa: E402

import changji_analysis as ca  # noqa: E402
from changji_analysis.importing.proposal import Options  # noqa: E402
from changji_analysis.importing.reading import propose  # noqa: E402

KEPT = ROOT / "reviews" / "fuzz"
SECONDS = 20  # for one file
CASES = cases()
ODD = """\
—|…|=1+1|#REF!|0|2023|1e308|-1|12,34|9.000,5|昌吉市|合计|全州|2022年1-6月|注：不含兵团|单位：万元|R&D经费支出|
其中：|指标|地区|🙂|①|\u200b|12月|（目标）|二〇二二年|1/3|NaN|TRUE|（|年鉴2023""".split("|")


class Hang(Exception):
    """A file took too long."""


def rewritten(case: Case, rows: list[list[str]]) -> Case:
    """A case with other cells, and nothing that names cells."""
    plain = {"merged": (), "formats": {}, "formulas": (), "raised": {}, "struck": (), "dates": {}}
    return replace(case, table="\n".join("|".join(row) for row in rows), **plain, indents={})


def other_cells(case: Case, rng: random.Random) -> Case:
    rows = [list(row) for row in case.rows]
    for _ in range(rng.randint(1, 4)):
        row = rng.choice(rows)
        row[rng.randrange(len(row))] = rng.choice(ODD)
    return rewritten(case, rows)


def other_rows(case: Case, rng: random.Random) -> Case:
    rows = [list(row) for row in case.rows]
    other = rng.choice(CASES).rows
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(rows) + 1)
        rows[at:at] = [list(rng.choice([*rows, *other]))]
    del rows[rng.randrange(len(rows))]
    return rewritten(case, rows)


def other_columns(case: Case, rng: random.Random) -> Case:
    width = max(map(len, case.rows))
    rows = [row + [""] * (width - len(row)) for row in case.rows]
    order = [rng.randrange(width) for _ in range(rng.randint(1, width + 2))]
    return rewritten(case, [[row[c] for c in order] for row in rows])


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Bytes turned, cut or doubled; in a package, within one of its parts."""
    if content.startswith(b"PK") and rng.random() < 0.8:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
            chosen = rng.choice(old.namelist())
            for name in old.namelist():
                part = old.read(name)
                if name != chosen or rng.random() < 0.9:
                    new.writestr(name, turned(part, rng) if name == chosen else part)
        return out.getvalue()
    return turned(content, rng)


def turned(content: bytes, rng: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(data) or 1)
        piece = data[at : at + rng.randint(1, 60)]
        change = rng.randrange(4)
        if change == 0:
            data[at : at + 1] = bytes([rng.randrange(256)])
        elif change == 1:
            del data[at : at + len(piece)]
        elif change == 2:
            data[at:at] = piece
        else:
            data[at:at] = rng.choice(ODD).encode()
    return bytes(data)


def broken(path: Path, case: Case, data: ca.Dataset) -> str:
    """What a file breaks; empty where nothing."""
    stated = {"source": "局：表", "published": dt.date(2025, 3, 1)} | case.options
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(Hang()))
    signal.alarm(SECONDS)
    try:
        proposal = propose(path, Options(**stated), data)
        frame = proposal.frame()
        proposal.problems()
    except ca.ChangjiError as error:
        return "" if str(error) else "an error without a word"
    except Hang:
        return "hang"
    except Exception:
        return traceback.format_exc()
    finally:
        signal.alarm(0)
    taken = frame[frame["status"].isin(["new", "revised", "known"])]
    if not (taken["value"].map(abs) < float("inf")).all() or taken["year"].isna().any():
        return f"taken without value or year\n{taken}"
    if (frame["code"].eq("") & ~frame["status"].isin(["new", "revised"])).any():
        return f"left without a word\n{frame}"
    return ""


def main(files: int = 3000, seed: int = 1) -> int:
    """Read many damaged sheets; print what became of them."""
    warnings.simplefilter("ignore")
    rng, seen = random.Random(seed), Counter()
    with tempfile.TemporaryDirectory() as folder:
        data = ca.Dataset(import_data.write(Path(folder) / "data"))
        for number in range(files):
            case = rng.choice(CASES)
            change = rng.choice([other_cells, other_rows, other_columns, None])
            case = change(case, rng) if change else case
            content = case.build()
            if change is None:
                content = damaged(content, rng)
            path = Path(folder) / f"{number}-{case.name}"
            path.write_bytes(content)
            if fault := broken(path, case, data):
                KEPT.mkdir(parents=True, exist_ok=True)
                (KEPT / path.name).write_bytes(content)
                print(f"{path.name}: {fault}")
            seen["broken" if fault else "held"] += 1
            path.unlink()
    print(f"{files} files, seed {seed}: {seen['held']} held, {seen['broken']} broken")
    return 1 if seen["broken"] else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
