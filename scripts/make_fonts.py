"""Make the fonts in changji_analysis/fonts from Noto Sans CJK.

Needs Debian's package fonts-noto-cjk (SIL Open Font License 1.1); fontTools comes with
matplotlib. Run it only when characters are missing: ``python scripts/make_fonts.py``.
The subset holds GB 2312 (levels 1 and 2), Latin, Greek and the signs that reports use, and any
further character of the files named on the command line. The family gets a name of its own: a
system font of the same name would win silently over ours, and "Noto" is not ours to use.
"""

import re
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

FAMILY = "Changji Sans"
SOURCE = Path("/usr/share/fonts/opentype/noto")
TARGET = Path(__file__).resolve().parents[1] / "changji_analysis" / "fonts"
EPOCH = 3_850_000_000  # seconds since 1904 in the head table: a constant keeps the bytes stable
SIGNS = "‐‑‒–—―‘’“”„…‰′″※℃℉№™←↑→↓⇒∂∆∈∏∑−√∞∝∫≈≠≡≤≥①②③④⑤⑥⑦⑧⑨⑩■□▲△▼▽◆◇○●★☆✓€￥〇"


def gb2312() -> set[str]:
    """Return the characters of GB 2312, which Python's codec knows by row and cell."""
    cells = (bytes((row, cell)) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return set("".join(pair.decode("gb2312", errors="ignore") for pair in cells))


def wanted(texts: list[Path]) -> set[int]:
    """Return the code points to keep: the fixed repertoire and all that `texts` contain."""
    characters = gb2312() | set(SIGNS)
    ranges = [(0x20, 0x7F), (0xA0, 0x100), (0x391, 0x3A2), (0x3A3, 0x3AA), (0x3B1, 0x3CA)]
    for first, end in ranges:
        characters |= {chr(code) for code in range(first, end)}
    for path in texts:
        characters |= set(path.read_text(encoding="utf-8"))
    return {ord(character) for character in characters if character.isprintable()}


def face(weight: str) -> TTFont:
    """Return the Simplified Chinese face of the collection for `weight`."""
    collection = TTCollection(SOURCE / f"NotoSansCJK-{weight}.ttc")
    for font in collection.fonts:
        if font["name"].getDebugName(1) == "Noto Sans CJK SC":
            return font
    raise SystemExit(f"no face 'Noto Sans CJK SC' in NotoSansCJK-{weight}.ttc")


def rename(font: TTFont, weight: str) -> None:
    """Give every name record our family; copyright and licence stay with their holders."""
    postscript = FAMILY.replace(" ", "") + "-" + weight
    names = {
        1: FAMILY,
        2: weight,
        3: f"{postscript}; subset of Noto Sans CJK SC",
        4: f"{FAMILY} {weight}",
        6: postscript,
    }
    table = font["name"]
    kept = {id_: table.getDebugName(id_) for id_ in (0, 5, 13, 14)}
    table.names = []
    for id_, text in sorted({**kept, **names}.items()):
        if text:
            table.setName(text, id_, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [postscript]
    top = cff.topDictIndex[0]
    top.FamilyName, top.FullName, top.Weight = FAMILY, names[4], weight
    for inner in top.FDArray:
        inner.FontName = postscript


def make(weight: str, texts: list[Path]) -> Path:
    """Write the subset for `weight` and return its path."""
    font = face(weight)
    options = Options(
        hinting=False,
        desubroutinize=False,
        layout_features=["kern", "locl", "ccmp"],
        name_IDs=["*"],
        notdef_outline=True,
        recalc_timestamp=False,
    )
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "GSUB"]
    subsetter = Subsetter(options)
    codes = wanted(texts)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    missing = sorted(codes - set(font.getBestCmap()))
    if missing:
        raise SystemExit(
            f"Noto Sans CJK SC has no {''.join(map(chr, missing))}: drop or replace them"
        )
    rename(font, weight)
    font.recalcTimestamp = False
    font["head"].created = font["head"].modified = EPOCH
    path = TARGET / f"ChangjiSans-{weight}.otf"
    font.save(path)
    return path


def write_licence() -> None:
    """Write the licence text beside the fonts, from the Debian package's copyright file."""
    text = Path("/usr/share/doc/fonts-noto-cjk/copyright").read_text(encoding="utf-8")
    body = re.search(r"\nLicense: SIL-1\.1\n((?: .*\n)+)", text).group(1)
    lines = ["" if line.strip() == "." else line[1:] for line in body.splitlines()]
    notice = TTFont(TARGET / "ChangjiSans-Regular.otf")["name"].getDebugName(0)
    head = f"{FAMILY} is a renamed subset of Noto Sans CJK SC.\n{notice}\n\n"
    (TARGET / "OFL.txt").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for name in ("Regular", "Bold"):
        print(make(name, [Path(argument) for argument in sys.argv[1:]]))
    write_licence()
