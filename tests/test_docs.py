"""The site's sources are put together from what stands elsewhere; nothing of it is dropped."""

import sys

import nbformat
import pytest
from test_tree import ROOT

from changji_analysis.records import schemas

pytest.importorskip("sphinx")
sys.path.insert(0, str(ROOT / "docs"))
import build


def test_a_picture_in_a_notebook_gets_its_description():
    data = {"image/png": "AAAA", "text/plain": "<Chart: The target is out of reach.>"}
    output = nbformat.v4.new_output("execute_result", data, execution_count=1)
    cells = [nbformat.v4.new_markdown_cell("# x"), nbformat.v4.new_code_cell("f", outputs=[output])]
    told = build.with_alternatives(nbformat.v4.new_notebook(cells=cells))
    assert told.cells[1].metadata["mystnb"] == {"image": {"alt": "The target is out of reach."}}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_column_stands_in_the_dictionary(lang):
    lines = build.dictionary(lang).splitlines()
    for column, about in schemas.COLUMNS["observations"].items():
        start, meaning = f"| `{column}` |", about["about"]
        assert any(line.startswith(start) and meaning in line for line in lines)
    (row,) = {line for line in lines if line.startswith("| `as_printed` | text | ")} & {
        line for line in lines if "the figure as printed" in line
    }
    assert row.split("|")[3].strip() == ""


def test_links_lead_to_pages_or_to_copies(tmp_path):
    text = "[a](../data/README.md) [b](../data/config.yml#x) [c](nowhere.md) [d](https://x.org/y)"
    found = build.linked(text, ROOT / "docs", tmp_path, tmp_path / "notebooks")
    assert found == "[a](../data.md) [b](../data/config.yml#x) [c](nowhere.md) [d](https://x.org/y)"
    assert (tmp_path / "data" / "config.yml").exists()
    home = ROOT / "notebooks" / "en"
    found = build.linked("[a](05_scorecard.ipynb)", home, tmp_path, tmp_path / "notebooks")
    assert found == "[a](05_scorecard.ipynb)"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_readme_has_the_sections_that_are_shown(lang):
    for heading in build.SECTIONS.values():
        assert len(build.section(lang, heading[lang == "en"])) > 100
    with pytest.raises(SystemExit, match="no section"):
        build.section(lang, "nothing")
