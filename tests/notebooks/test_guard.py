"""Notebooks keep their results, stay thin, and are one in two languages; nbval would not insist."""

import ast
import re
import statistics
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = sorted(path.name for path in (FOLDER / "zh").glob("*.ipynb"))
NOTEBOOKS = sorted(FOLDER.glob("*/*.ipynb"))
MEDIAN_LINES = 3
BANNED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.AsyncFor, ast.While)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"(?:\b[a-z]{2,} ){4}")
CODE_NAME = re.compile(r"\b[a-z]+_[a-z_]+\b")
QUOTES = {"01_baseline.ipynb"}
"""Print what the plan says in its own words."""
MARKER = re.compile(r"nbval[-_]|raises-exception", re.IGNORECASE)


def code_faults(cell, position):
    """Return what is wrong with one code cell that should be the `position`-th to run."""
    faults = []
    if cell.execution_count != position:
        faults.append(f"executed as {cell.execution_count}, not in order")
    for output in cell.outputs:
        if output.output_type == "error":
            faults.append("stores an error")
        if output.get("name") == "stderr":
            faults.append("stores stderr")
    if {"execution", "ExecuteTime"} & set(cell.metadata):
        faults.append("holds timing metadata")
    if MARKER.search(cell.source + " ".join(cell.metadata.get("tags", []))):
        faults.append("is marked so that nbval does not compare it")
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:
        faults.append("is not plain Python")
    else:
        faults += [
            f"has a {type(node).__name__}, which belongs in the package"
            for node in ast.walk(tree)
            if isinstance(node, BANNED)
        ]
    return faults


def language_faults(notebook, lang):
    """Return where prose or outputs are in another language than the edition's."""
    found = []
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "markdown":
            text = re.sub(r"`[^`]*`|\([^)]*\)|“[^”]*”", "", cell.source)
            wrong = ENGLISH.search(text) if lang == "zh" else CHINESE.search(text)
        else:
            text = "\n".join(shown(output) for output in cell.outputs)
            wrong = (CODE_NAME if lang == "zh" else CHINESE).search(text)
        if wrong:
            found.append(f"cell {number} shows {wrong[0]!r}")
    return found


def shown(output):
    """Return the words that a reader sees of an output."""
    data = output.get("data", {})
    html = re.sub(r"<[^>]*>|\bdata-[a-z-]+", " ", data.get("text/html", ""))
    return html or data.get("text/markdown") or data.get("text/plain") or output.get("text", "")


def faults(notebook):
    """Return everything that is wrong with a notebook, one sentence each; empty when it is fit."""
    found = []
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        found.append("the kernelspec is not python3")
    cells = notebook.cells
    codes = [index for index, cell in enumerate(cells) if cell.cell_type == "code"]
    if not any(cells[index].outputs for index in codes):
        found.append("no output is stored")
    for position, index in enumerate(codes, start=1):
        wrong = code_faults(cells[index], position)
        found += [f"code cell {position} {what}" for what in wrong]
    lines = [
        sum(bool(line.strip()) for line in cells[index].source.splitlines()) for index in codes
    ]
    if cells[0].cell_type != "markdown" or not cells[0].source.startswith("# "):
        found.append("does not begin with a title")
    tagged = [i for i in codes if "parameters" in cells[i].metadata.get("tags", [])]
    if len(tagged) > 1:
        found.append("has more than one cell of parameters")
    if lines and statistics.median(lines) > MEDIAN_LINES:
        found.append(f"the median code cell has {statistics.median(lines)} lines")
    return found


def small_notebook():
    """Return a fit notebook of two code cells."""
    cells = []
    for position in (1, 2):
        cells.append(nbformat.v4.new_markdown_cell("# 研发投入强度"))
        output = nbformat.v4.new_output(
            "execute_result", {"text/plain": "2"}, execution_count=position
        )
        cells.append(nbformat.v4.new_code_cell("1 + 1", execution_count=position, outputs=[output]))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def stripped(notebook):
    for cell in notebook.cells[1::2]:
        cell.outputs, cell.execution_count = [], None


def run_twice(notebook):
    notebook.cells[3].execution_count = 3


def swapped(notebook):
    notebook.cells[1].execution_count, notebook.cells[3].execution_count = 2, 1


def with_stderr(notebook):
    notebook.cells[1].outputs.append(
        nbformat.v4.new_output("stream", name="stderr", text="careful")
    )


def with_error(notebook):
    notebook.cells[1].outputs = [
        nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])
    ]


def long_cells(notebook):
    for cell in notebook.cells[1::2]:
        cell.source = "a = 1\n\nb = 2\nc = 3\na + b + c"


def with_loop(notebook):
    notebook.cells[1].source = "for i in range(2): print(i)"


def with_function(notebook):
    notebook.cells[1].source = "def f(): return 2"


def with_magic(notebook):
    notebook.cells[1].source = "%matplotlib inline"


def without_title(notebook):
    del notebook.cells[0]


def two_parameters(notebook):
    for cell in notebook.cells[1::2]:
        cell.metadata["tags"] = ["parameters"]


def other_kernel(notebook):
    notebook.metadata.kernelspec.name = "my-venv"


def timed(notebook):
    notebook.cells[1].metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00Z"}


def ignored(notebook):
    notebook.cells[1].metadata["tags"] = ["nbval-ignore-output"]


BREAKS = {
    stripped: ["no output", "code cell 1 executed as None", "code cell 2 executed as None"],
    run_twice: ["code cell 2 executed as 3"],
    swapped: ["code cell 1 executed as 2", "code cell 2 executed as 1"],
    with_stderr: ["code cell 1 stores stderr"],
    with_error: ["code cell 1 stores an error"],
    long_cells: ["the median code cell has 4"],
    with_loop: ["code cell 1 has a For"],
    with_function: ["code cell 1 has a FunctionDef"],
    with_magic: ["code cell 1 is not plain Python"],
    without_title: ["does not begin"],
    two_parameters: ["has more than one"],
    other_kernel: ["the kernelspec"],
    timed: ["code cell 1 holds timing"],
    ignored: ["code cell 1 is marked"],
}


def test_a_fit_notebook_has_no_faults():
    assert faults(small_notebook()) == []


@pytest.mark.parametrize("damage", BREAKS, ids=lambda damage: damage.__name__)
def test_a_bad_notebook_is_named(damage):
    notebook = small_notebook()
    damage(notebook)
    found = faults(notebook)
    assert len(found) == len(BREAKS[damage])
    assert all(text.startswith(start) for text, start in zip(found, BREAKS[damage], strict=True))


def test_there_are_notebooks_in_both_languages():
    assert len(NAMES) == 9 and sorted(p.name for p in (FOLDER / "en").glob("*.ipynb")) == NAMES


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_notebook(path):
    notebook, lang = nbformat.read(path, as_version=4), path.parent.name
    assert faults(notebook) == []
    if lang == "zh" or path.name not in QUOTES:
        assert language_faults(notebook, lang) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_code_is_the_same_in_both_languages(name):
    zh, en = (
        [
            cell.source.replace(f'ca.set_language("{lang}")', "ca.set_language(…)")
            for cell in nbformat.read(FOLDER / lang / name, as_version=4).cells
            if cell.cell_type == "code"
        ]
        for lang in ("zh", "en")
    )
    assert zh == en and zh[0].endswith("ca.set_language(…)")


@pytest.mark.parametrize(
    ("lang", "source", "text"),
    [
        ("zh", "The intensity is lower than it was.", ""),
        ("zh", "强度", "too_few_points"),
        ("en", "The intensity 强度", ""),
        ("en", "The intensity", "结论"),
    ],
)
def test_the_other_language_is_found(lang, source, text):
    notebook = small_notebook()
    notebook.cells[0].source, notebook.cells[1].outputs[0].data["text/plain"] = source, text
    assert language_faults(notebook, lang)
