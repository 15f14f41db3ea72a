"""Coverage-guided fuzzing of what reads cells: ``make fuzz``, or with libFuzzer's options.

Any text must give a finite quantity or the package's own error, and a label; as a number format
it must print any number.
"""

from __future__ import annotations

import math
import struct
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path += [str(ROOT / ".fuzz"), str(ROOT / "tests")]
import atheris  # noqa: E402

with atheris.instrument_imports(include=["changji_analysis"]):
    from changji_analysis.errors import QuantityError
    from changji_analysis.importing.labels import names_a_firm, read_label, split_units
    from changji_analysis.importing.layout import bare_figure, is_figure
    from changji_analysis.importing.reading import review_words
    from changji_analysis.importing.sheets import Cell, show_number
    from changji_analysis.quantities import parse_quantity

from corpus_sheets import CASES  # noqa: E402

WORDS = review_words()


def one_input(data: bytes) -> None:
    """Read one text in every way in which a cell is read."""
    if len(data) < 8:
        return
    [value], text = struct.unpack("d", data[:8]), data[8:].decode("utf-8", "ignore")
    try:
        read = parse_quantity(text)
    except QuantityError as error:
        assert str(error)
    else:
        assert read.bound == "missing" or math.isfinite(read.value)
    label = read_label(text, WORDS)
    assert label.year is None or 1900 <= label.year < 2200
    bare_figure(text)
    is_figure(Cell(text))
    split_units(text)
    names_a_firm(text)
    WORDS.match(text)
    printed, _ = show_number(value, text)
    is_figure(Cell(printed, "number"))


def seeds(folder: Path) -> None:
    """Every text and number format of the corpus, behind a number."""
    texts = {cell for case in CASES for row in case.rows for cell in row}
    texts |= {form for case in CASES for form in case.formats.values()}
    for number, text in enumerate(sorted(texts)):
        (folder / str(number)).write_bytes(struct.pack("d", 1234.5) + text.encode())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as corpus:
        seeds(Path(corpus))
        (kept := ROOT / "reviews" / "fuzz").mkdir(parents=True, exist_ok=True)
        options = ["-max_len=400", f"-artifact_prefix={kept}/", *sys.argv[1:]]
        atheris.Setup([sys.argv[0], corpus, *options], one_input)
        atheris.Fuzz()
