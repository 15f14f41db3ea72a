"""The site's sources are put together from what stands elsewhere; nothing of it is dropped."""

import sys

import nbformat
import pytest
from test_tree import ROOT

from changji_analysis.records import schemas

pytest.importorskip("sphinx")
sys.path.insert(0, str(ROOT / "docs"))
import build


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("研发投入强度。", True),
        ("R&D经费投入强度：", True),
        ("补一行数据，重新运行 `make review`，本表和所有图随之更新。", True),
        ("“余” and “多” are read as more than, not as exact numbers.", False),
        ("## R&D intensity", False),
        ("", False),
    ],
)
def test_the_language_of_a_paragraph(text, chinese):
    assert build.is_chinese(text) is chinese


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_a_notebook_has_one_title_and_all_its_cells(path, lang):
    notebook = nbformat.read(path, as_version=4)
    told = build.in_language(nbformat.read(path, as_version=4), lang)
    assert sum(c.source.count("\n# ") + c.source.startswith("# ") for c in prose(told)) == 1
    assert len(told.cells) == len(notebook.cells)
    both = [build.prose(c.source, "zh") + build.prose(c.source, "en") for c in prose(notebook)]
    assert sum(map(squeezed, both)) == sum(squeezed(c.source) for c in prose(notebook))
    for cell in told.cells:
        if any("image/png" in out.get("data", {}) for out in cell.get("outputs", ())):
            assert len(cell.metadata["mystnb"]["image"]["alt"]) > 20


def prose(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def squeezed(text):
    return len("".join(text.split()))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_column_stands_in_the_dictionary(lang):
    lines = build.dictionary(lang).splitlines()
    for column, about in schemas.OBSERVATIONS.columns.items():
        assert any(
            line.startswith(f"| `{column}` |") and about.description in line for line in lines
        )
    (row,) = {line for line in lines if line.startswith("| `as_printed` | text | ")} & {
        line for line in lines if "the figure as printed" in line
    }
    assert row.split("|")[3].strip() == ""


def test_links_lead_to_pages_or_to_copies(tmp_path):
    text = "[a](../data/README.md) [b](../data/config.yml#x) [c](nowhere.md) [d](https://x.org/y)"
    found = build.linked(text, ROOT / "docs", tmp_path, tmp_path / "notebooks")
    assert found == "[a](../data.md) [b](../data/config.yml#x) [c](nowhere.md) [d](https://x.org/y)"
    assert (tmp_path / "data" / "config.yml").exists()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_readme_has_the_sections_that_are_shown(lang):
    for heading in build.SECTIONS.values():
        assert len(build.section(lang, heading[lang == "en"])) > 100
    with pytest.raises(SystemExit, match="no section"):
        build.section(lang, "nothing")
