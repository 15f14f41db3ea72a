"""Notebooks keep their stored results, in order, and stay thin; nbval alone would not insist."""

import ast
import re
import statistics
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
MEDIAN_LINES = 3
BANNED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.AsyncFor, ast.While)
CHINESE = re.compile(r"[\u4e00-\u9fff]{2}")
ENGLISH = re.compile(r"[A-Za-z]{3,} +[A-Za-z]{2,}")
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


def prose_faults(cells, index):
    """Return what is wrong with the prose around the code cell at `index`."""
    faults = []
    before = index
    while before and cells[before - 1].cell_type == "markdown":
        before -= 1
    prose = "\n".join(cell.source for cell in cells[before:index])
    if not CHINESE.search(prose) or not ENGLISH.search(prose):
        faults.append("has no prose in Chinese and English before it")
    shows = any("image/png" in output.get("data", {}) for output in cells[index].outputs)
    if shows and not (index + 1 < len(cells) and cells[index + 1].cell_type == "markdown"):
        faults.append("shows a figure, and no sentence after it says what it shows")
    return faults


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
        wrong = code_faults(cells[index], position) + prose_faults(cells, index)
        found += [f"code cell {position} {what}" for what in wrong]
    lines = [
        sum(bool(line.strip()) for line in cells[index].source.splitlines()) for index in codes
    ]
    if lines and statistics.median(lines) > MEDIAN_LINES:
        found.append(f"the median code cell has {statistics.median(lines)} lines")
    return found


def small_notebook():
    """Return a fit notebook of two code cells."""
    cells = []
    for position in (1, 2):
        cells.append(nbformat.v4.new_markdown_cell("研发投入强度。\n\nThe intensity of R&D."))
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


def without_english(notebook):
    notebook.cells[2].source = "研发投入强度 R&D。"


def without_prose(notebook):
    del notebook.cells[2]


def figure_at_the_end(notebook):
    notebook.cells[3].outputs[0].data["image/png"] = "AAAA"


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
    without_english: ["code cell 2 has no prose"],
    without_prose: ["code cell 2 has no prose"],
    figure_at_the_end: ["code cell 2 shows a figure"],
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


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook(path):
    assert faults(nbformat.read(path, as_version=4)) == []
