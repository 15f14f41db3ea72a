"""Mutation fuzzing of the import: ``make fuzz``, or ``python tests/fuzz_sheets.py FILES SEED``.

Half of the files are sheets of the corpus written in another way that means the same: they must
read as their makers meant them, cell by cell. The other half is damaged in cells, bytes or parts:
they may be refused or read otherwise, but never with a traceback, a hang, or a figure that is
taken or left without a word. Every file that breaks this is kept in ``reviews/fuzz``.
"""

from __future__ import annotations

import io
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import import_data
from corpus_sheets import CASES, Case, build_text, build_xls, build_xlsx, place
from test_import_corpus import STATED, understood

from changji_analysis import _compat as quality
from changji_analysis.errors import ChangjiError
from changji_analysis.importing.adding import commit, missing_statements
from changji_analysis.importing.marked import marked_copy
from changji_analysis.importing.proposal import Options
from changji_analysis.importing.reading import propose
from changji_analysis.importing.sheets import address

KEPT = Path(__file__).resolve().parents[1] / "reviews" / "fuzz"
SECONDS = 20  # for one file
BATCH = 50
PLAIN_RE = re.compile(r"-?\d{1,3}(?:,?\d{3})*(?:\.\d+)?[%‰‱]?")
YEAR_RE = re.compile(r"(?:19|20|21)\d\d")
DIGITS = str.maketrans("0123456789.,%-", "０１２３４５６７８９．，％－")
CHANGED_KEYS = ("taken", "left", "formats", "formulas", "raised", "dates", "indents")

# Where columns or rows may change places without a change of meaning
LONG = {"long.csv", "long_gbk.csv", "contradictions.csv", "notes_column.csv", "own_schema.csv"}
TITLED = {"subject_in_title.xlsx", "key_value.xlsx", "own_schema.csv"}  # a title would bear on them


class Hang(Exception):
    """A file took too long."""


# ---- the same sheet written in another way -----------------------------------------------------
def moved(case: Case, rows: dict[int, int], columns: dict[int, int]) -> dict:
    """The parts of a case that name cells, each cell (from 0) having gone elsewhere."""

    def there(cell: str) -> str:
        r, c = place(cell)
        return address(rows[r] + 1, columns[c] + 1)

    parts = {key: {there(k): v for k, v in getattr(case, key).items()} for key in CHANGED_KEYS}
    parts["struck"] = tuple(map(there, case.struck))
    parts["merged"] = tuple(":".join(there(end) for end in span.split(":")) for span in case.merged)
    return parts


def rewritten(case: Case, rows: list[list[str]], **parts) -> Case:
    """A case with other cells; the table of a case is text with ``|`` between cells."""
    return replace(case, table="\n".join("|".join(row) for row in rows), **parts)


def grid(case: Case) -> list[list[str]]:
    """Rows of equal length."""
    width = max(map(len, case.rows))
    return [row + [""] * (width - len(row)) for row in case.rows]


def blank_row(case: Case, rng: random.Random) -> Case:
    rows = case.rows
    at = rng.randrange(len(rows) + 1)
    parts = moved(case, {r: r + (r >= at) for r in range(len(rows))}, dict(enumerate(range(40))))
    return rewritten(case, [*rows[:at], ["", ""], *rows[at:]], **parts)


def blank_column(case: Case, rng: random.Random) -> Case:
    """Before the table or behind it."""
    before = rng.random() < 0.5 and case.name != "split_thousands.csv"
    rows = [["", *row] if before else [*row, ""] for row in case.rows]
    parts = moved(case, dict(enumerate(range(99))), {c: c + before for c in range(40)})
    return rewritten(case, rows, **parts)


def other_columns(case: Case, rng: random.Random) -> Case:
    if case.name not in LONG:
        return case
    rows = grid(case)
    order = rng.sample(range(len(rows[0])), len(rows[0]))
    parts = moved(case, dict(enumerate(range(99))), {c: order.index(c) for c in order})
    return rewritten(case, [[row[c] for c in order] for row in rows], **parts)


def other_rows(case: Case, rng: random.Random) -> Case:
    if case.name not in LONG:
        return case
    rows = case.rows
    order = [0, *rng.sample(range(1, len(rows)), len(rows) - 1)]
    parts = moved(case, {r: order.index(r) for r in order}, dict(enumerate(range(40))))
    return rewritten(case, [rows[r] for r in order], **parts)


def title(case: Case, rng: random.Random) -> Case:
    """A heading that says nothing about the figures."""
    if case.name in TITLED:
        return case
    words = rng.choice(["科技统计资料", "主要指标一览表", "附件", "统计表（内部资料，注意保存）"])
    width = max(map(len, case.rows))
    parts = moved(case, {r: r + 1 for r in range(99)}, {c: c for c in range(40)})
    if case.name.endswith("xlsx") and width > 1:
        parts["merged"] = (*parts["merged"], f"A1:{address(1, width)}")
    return rewritten(case, [[words] + [""] * (width - 1), *case.rows], **parts)


def note(case: Case, rng: random.Random) -> Case:
    words = rng.choice(
        [
            "注：部分数据因四舍五入，合计与分项略有出入。",
            "资料来源：统计局",
            "填表人：李四",
            "备注：",
        ]
    )
    return rewritten(case, [*case.rows, [words]])


def figures(case: Case) -> list[tuple[int, int]]:
    """Cells whose figure is plain and taken."""
    cells = [place(cell) for cell, said in case.taken.items()]
    special = {place(cell) for key in CHANGED_KEYS[2:] for cell in getattr(case, key)}
    texts = case.rows
    return [
        (r, c)
        for r, c in cells
        if (r, c) not in special and re.fullmatch(r"\d+(?:\.\d+)?", texts[r][c])
    ]


def with_figures(case: Case, rng: random.Random, change) -> Case:
    rows = [list(row) for row in case.rows]
    for r, c in figures(case):
        if rng.random() < 0.7:
            rows[r][c] = change(rows[r][c])
    return rewritten(case, rows)


def thousands(case: Case, rng: random.Random) -> Case:
    def comma(text: str) -> str:
        whole, dot, rest = text.partition(".")
        return f"{int(whole):,}{dot}{rest}"

    comma_apart = case.delimiter == "," and case.name == "split_thousands.csv"
    return case if comma_apart else with_figures(case, rng, comma)


def wide_digits(case: Case, rng: random.Random) -> Case:
    return with_figures(case, rng, lambda text: text.translate(DIGITS))


def zeros(case: Case, rng: random.Random) -> Case:
    return with_figures(case, rng, lambda text: text + ("0" if "." in text else ".0"))


def digits_as_text(case: Case, rng: random.Random) -> Case:
    workbook = case.name.endswith(("xlsx", "xls"))
    return with_figures(case, rng, lambda text: f"'{text}") if workbook else case


def spaces(case: Case, rng: random.Random) -> Case:
    """Blanks behind and within words, as people align them."""
    rows = [list(row) for row in case.rows]
    blanks = ["\u3000", "\u3000\u3000"] + ["\xa0"] * (case.encoding != "gbk")
    for row in rows:
        for c, text in enumerate(row):
            if rng.random() < 0.3 and re.fullmatch(r"[一-鿿]{2,12}", text):
                at = rng.randrange(1, len(text) + 1)
                row[c] = text[:at] + rng.choice(blanks) + text[at:]
    return rewritten(case, rows)


def other_brackets(case: Case, rng: random.Random) -> Case:
    swap = str.maketrans("（）()：:", "()（）:：")
    return rewritten(case, [[text.translate(swap) for text in row] for row in case.rows])


def other_file(case: Case, rng: random.Random) -> Case:
    """Another kind of file, encoding, delimiter or line end, as far as the sheet allows."""
    kind = case.name.rpartition(".")[2]
    stem = case.name.rpartition(".")[0]
    plain = not (case.formats or case.raised or case.struck or case.dates or case.indents)
    plain = plain and not case.formulas and "#" not in case.table
    plain = plain and all(span.startswith("A1:") for span in case.merged)
    if case.encoding == "xlsx" or case.name == "split_thousands.csv":
        return case
    if kind in ("xlsx", "xls") and plain:
        kinds = ["xlsx", "xls", "csv"]
    elif kind in ("xlsx", "xls"):
        return case
    else:
        kinds = ["csv", "tsv", "txt", "xlsx", "xls"]
    kind = rng.choice(kinds)
    if kind in ("xlsx", "xls"):
        return replace(case, name=f"{stem}.{kind}", encoding="utf-8")
    codes = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
    try:
        case.table.encode("gbk")
        codes.append("gbk")
    except UnicodeEncodeError:
        pass
    return replace(
        case, table=case.table.replace("'", ""), name=f"{stem}.{kind}", encoding=rng.choice(codes),
        delimiter=rng.choice(",\t;"), end=rng.choice(["\n", "\r\n", "\r"]),
    )  # fmt: skip


# in the order in which they may follow each other
SAME = [other_columns, other_rows, thousands, wide_digits, zeros, digits_as_text, spaces,
        other_brackets, note, title, blank_row, blank_column, other_file]  # fmt: skip


def written(case: Case, rng: random.Random) -> bytes:
    """The file of a case, its sheet under another name."""
    kind = "xlsx" if case.encoding == "xlsx" else case.name.rpartition(".")[2]
    content = {"xlsx": build_xlsx, "xls": build_xls}.get(kind, build_text)(case)
    if kind != "xlsx":
        return content
    name = rng.choice(["Sheet1", "填报", "附表1", "sheet (2)", "数据 & 说明", "汇总'表"])
    return with_part(
        content,
        "xl/workbook.xml",
        lambda text: text.replace(b'"Sheet1"', f'"{name.replace("&", "&amp;")}"'.encode()),
    )


def with_part(content: bytes, name: str, change) -> bytes:
    """A workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            text = old.read(part)
            new.writestr(part.filename, change(text) if part.filename == name else text)
    return out.getvalue()


def check_same(case: Case, rng: random.Random, folder: Path, made: list[Path]) -> str:
    """Read a sheet in another dress, add its file to ``made``; what is wrong with the reading."""
    names = []
    chosen = {*rng.sample(SAME, rng.randint(1, 4)), *rng.sample([other_file, blank_row], 1)}
    for mutate in sorted(chosen, key=SAME.index):
        try:
            changed = mutate(case, rng)
        except KeyError:  # a cell that the mutation does not know how to move
            continue
        if changed != case:
            names.append(mutate.__name__)
            case = changed
    path = folder / case.name
    path.write_bytes(written(case, rng))
    made.append(path)
    expected = {cell: ["taken", *said.split()] for cell, said in case.taken.items()}
    expected |= {cell: [code, *[""] * 5] for cell, code in case.left.items()}
    found = understood(propose(path, Options(**(STATED | case.options))))
    wrong = {c for c in found.keys() | expected.keys() if found.get(c) != expected.get(c)}
    said = [f"{c}: {expected.get(c)} read as {found.get(c)}" for c in sorted(wrong)]
    return f"{'+'.join(names)}: {'; '.join(said[:3])}" if said else ""


# ---- damaged files -----------------------------------------------------------------------------
JUNK = [
    *"0 -1 1e999 NaN inf 1,2,3 12.5.6 －５ 一百二十 =1+1 @x #REF! 5% 5‱ 0.000000001 3.2.1".split(),
    *"2021年 2021 2025年目标 十三五末 本年 上年 增长% 2023年1-9月 二〇二一年 1/2".split(),
    *"2021年、2022年 2021-2023 2023-05-06 其中： # 合计 单位：万元 单位：家、% 万元 亿 %".split(),
    *"高新技术企业数 R&D经费支出（万元） 昌吉市 昌吉州 兵团第六师 某某有限公司 企业名称".split(),
    *"① 注：①快报数 — … 52家① 约5 5以上 5-6 㐂 \u202e5 “ ( （（ ））".split(),
    *"年份 指标 地区 数值 备注 来源 发布日期 版本 快报 口径变动 是 序号 家 单位 甲 1".split(),
    "", "\x0b", "9" * 21, "5" * 400, "家" * 2500,
]  # fmt: skip


def junk_cells(case: Case, rng: random.Random) -> Case:
    rows = [list(row) for row in case.rows]
    for _ in range(rng.randint(1, 6)):
        row = rng.choice(rows)
        row[rng.randrange(len(row))] = rng.choice(JUNK)
    return rewritten(case, rows)


def swapped_cells(case: Case, rng: random.Random) -> Case:
    rows = [list(row) for row in case.rows]
    for _ in range(rng.randint(1, 4)):
        one, other = rng.choice(rows), rng.choice(rows)
        i, j = rng.randrange(len(one)), rng.randrange(len(other))
        one[i], other[j] = other[j], one[i]
    return rewritten(case, rows)


def lost_lines(case: Case, rng: random.Random) -> Case:
    rows = [row for row in case.rows if rng.random() > 0.2] or case.rows
    if rng.random() < 0.5:
        gone = rng.randrange(max(map(len, rows)))
        rows = [row[:gone] + row[gone + 1 :] for row in rows]
    if rng.random() < 0.3:
        rows = [*rows, *rng.choice(CASES).rows]
    if rng.random() < 0.3:
        rows = [row[:: rng.choice([1, -1])] for row in rows]
    return rewritten(case, [row if len(row) > 1 else [*row, ""] for row in rows])


def harmed(content: bytes, rng: random.Random) -> bytes:
    """Bytes flipped, cut out, doubled, put in, or the end cut off."""
    data = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        if not data:
            break
        at = rng.randrange(len(data))
        kind = rng.randrange(6)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at] = rng.randrange(256)
        elif kind == 2:
            del data[at : at + rng.randint(1, 64)]
        elif kind == 3:
            data[at:at] = data[at : at + rng.randint(1, 64)]
        elif kind == 4:
            data[at:at] = rng.choice(
                [b"\0", b"\xff" * 4, b"<", b">", b'"', b"9" * 12, b"&a;", b","]
            )
        elif rng.random() < 0.2:
            del data[at:]
    return bytes(data)


def damaged(case: Case, rng: random.Random) -> tuple[bytes, str]:
    """A damaged file and its name."""
    for mutate in rng.sample([junk_cells, swapped_cells, lost_lines, other_file], 3):
        if rng.random() < 0.6:
            case = mutate(case, rng)
    case = replace(case, merged=case.merged if rng.random() < 0.7 else ())
    try:
        content = written(case, rng)
    except Exception:  # the writers refuse some junk: nothing of ours
        case = rng.choice(CASES)
        content = written(case, rng)
    if rng.random() < 0.6:
        if content.startswith(b"PK") and rng.random() < 0.8:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                names = [n for n in archive.namelist() if n.endswith((".xml", ".rels"))]
            content = with_part(content, rng.choice(names), lambda text: harmed(text, rng))
        else:
            content = harmed(content, rng)
    return content, case.name


def without_a_word(proposal) -> str:
    """What the proposal says too little about; empty where everything is accounted for."""
    accounted = {(f.sheet, f.row, f.column) for f in proposal.figures}
    for sheet in proposal.book.grids:
        for (r, c), cell in sheet.cells.items():
            plain = cell.text.replace(" ", "")
            figure = PLAIN_RE.fullmatch(plain) and not YEAR_RE.fullmatch(plain)
            if figure and (sheet.name, r, c) not in accounted:
                return f"{address(r, c)} {cell.text!r} is neither taken nor left"
    for figure in proposal.figures:
        if figure.code:
            said = proposal.text(figure, figure.code, figure.reasons[figure.code])
            if not all(said.values()):
                return f"{figure.cell} is left without a word"
        elif not (figure.area and figure.indicator and figure.year and figure.as_printed):
            return f"{figure.cell} is taken half understood"
    return ""


def check_damaged(case: Case, rng: random.Random, folder: Path, made: list[Path]) -> str:
    """Read a damaged file, add it to ``made``; what is wrong with the reading."""
    content, name = damaged(case, rng)
    path = folder / name
    path.write_bytes(content)
    made.append(path)
    try:
        proposal = propose(path, Options(**(STATED | case.options)))
    except ChangjiError as error:
        return "" if "处理办法" in str(error) else f"no remedy: {error}"
    wrong = without_a_word(proposal)
    if rng.random() < 0.2:
        proposal.frame(), proposal.problems(), marked_copy(proposal)
    if not wrong and rng.random() < 0.1 and not missing_statements(proposal):
        commit(proposal)
        found = quality.problems()
        errors = found[found["severity"] == "error"]
        wrong = "" if errors.empty else f"what was added fails the check: {errors.iloc[0]['why']}"
        shutil.rmtree(folder / "data" / "private", ignore_errors=True)
    return wrong


# ---- many files --------------------------------------------------------------------------------
def run(batch: tuple[int, int]) -> tuple[Counter, list[str]]:
    """Check one batch of files; counts and failures."""
    seed, number = batch
    counts: Counter[str] = Counter()
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CHANGJI_DATA"] = str(import_data.write(Path(folder) / "data"))
        signal.signal(signal.SIGALRM, _stop)
        for i in range(BATCH):
            rng = random.Random(f"{seed}-{number}-{i}")
            check = check_same if i % 2 else check_damaged
            case = rng.choice(CASES)
            made: list[Path] = []
            signal.alarm(SECONDS)
            try:
                wrong = check(case, rng, Path(folder), made)
            except Hang:
                wrong = f"more than {SECONDS} s"
            except Exception:
                wrong = traceback.format_exc(limit=-3)
            signal.alarm(0)
            counts[check.__name__] += 1
            if wrong:
                counts["failed"] += 1
                label = f"{seed}-{number}-{i}"
                failures.append(f"{label} {case.name}: {wrong}")
                KEPT.mkdir(parents=True, exist_ok=True)
                for path in made:
                    shutil.copy(path, KEPT / f"{label}-{path.name}")
    return counts, failures


def _stop(*_):
    raise Hang


def main(files: int = 4000, seed: int = 1) -> int:
    """Check many files on both cores; print counts and failures."""
    started = time.monotonic()
    counts: Counter[str] = Counter()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        batches = [(seed, number) for number in range(-(-files // BATCH))]
        for done, failures in pool.map(run, batches):
            counts += done
            for failure in failures:
                print(failure, flush=True)
    print(
        f"{counts['check_same']} files with the same meaning, {counts['check_damaged']} damaged: "
        f"{counts['failed']} failures in {time.monotonic() - started:.0f} s (seed {seed})"
    )
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
