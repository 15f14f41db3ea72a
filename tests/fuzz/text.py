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

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / ".fuzz"), str(ROOT / "tests"), str(ROOT / "tests" / "corpus")]
import atheris  # noqa: E402

with atheris.instrument_imports(include=["changji_analysis"]):
    import changji_analysis as ca
    from changji_analysis.importing.labels import names_a_firm, read_label, read_line
    from changji_analysis.importing.layout import is_figure
    from changji_analysis.importing.reading import review_words
    from changji_analysis.workbooks import Cell, show_number

from sheets import cases  # noqa: E402

WORDS = review_words(ca.Dataset())


def one_input(data: bytes) -> None:
    """Read one text in every way in which a cell is read."""
    if len(data) < 8:
        return
    [value], text = struct.unpack("d", data[:8]), data[8:].decode("utf-8", "ignore")
    try:
        read = ca.parse_quantity(text)
    except ca.QuantityError as error:
        assert str(error)
    else:
        assert read.bound == "missing" or math.isfinite(read.value)
    for label in (read_label(text, WORDS), read_line(text, WORDS)[1]):
        assert label.year is None or 1900 <= label.year < 2200
    is_figure(Cell(text))
    names_a_firm(text)
    printed, _ = show_number(value, text)
    is_figure(Cell(printed, "number"))


def seeds(folder: Path) -> None:
    """Every text and number format of the corpus, behind a number."""
    texts = {cell for case in cases() for row in case.rows for cell in row}
    texts |= {form for case in cases() for form in case.formats.values()}
    for number, text in enumerate(sorted(texts)):
        (folder / str(number)).write_bytes(struct.pack("d", 1234.5) + text.encode())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as corpus:
        seeds(Path(corpus))
        (kept := ROOT / "reviews" / "fuzz").mkdir(parents=True, exist_ok=True)
        options = ["-max_len=400", f"-artifact_prefix={kept}/", *sys.argv[1:]]
        atheris.Setup([sys.argv[0], corpus, *options], one_input)
        atheris.Fuzz()
