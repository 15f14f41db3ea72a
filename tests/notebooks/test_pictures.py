"""The comparison of notebook pictures bites: a changed series, size or warning fails."""

import base64
import copy
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PLOT = """import sys
import matplotlib.pyplot as plt
plt.style.use("changji_analysis.style")
plt.rcParams["font.family"] = "DejaVu Sans"
figure, axes = plt.subplots()
lines = axes.plot([1.0 * value for value in [0.17, 0.19, 0.24, 0.31]])"""
# What is done to a cell after its outputs were stored, and what nbval must say; None: it passes.
CHANGES = {
    "nothing": ("", "", None),
    "shade of some edges": ("", "", None),
    "series x 1.5": ("1.0 *", "1.5 *", "pictures differ by"),
    "size": ("plt.subplots()", "plt.subplots(figsize=(5, 3))", "pictures differ by inf"),
    "warning": ("lines =", "print('careful', file=sys.stderr); lines =", "'stderr'"),
    "no picture": ("lines =", "plt.close(); lines =", "image/png"),
    "two pictures": ("lines =", "plt.figure(); lines =", "dissimilar number"),
}


def shade(encoded):
    """Return the base64 PNG with a row of sixty pixels changed by three levels."""
    image = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGBA")
    for x in range(100, 160):
        red, green, blue, _ = image.getpixel((x, 90))
        image.putpixel((x, 90), (abs(red - 3), abs(green - 3), abs(blue - 3), 255))
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode("ascii")


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Run nbval, strict and under our conftest, on a notebook with one cell for each change.

    Returns what it printed of each failed cell, by the cell's number.
    """
    folder = tmp_path_factory.mktemp("notebook")
    cell = nbformat.v4.new_code_cell
    notebook = nbformat.v4.new_notebook(cells=[cell(PLOT)])
    NotebookClient(notebook, timeout=120).execute(cwd=str(folder))
    [shown] = notebook.cells[0].outputs
    notebook.cells = [
        cell(PLOT, outputs=[copy.deepcopy(shown)], execution_count=1) for _ in CHANGES
    ]
    for cell, (name, (before, after, _)) in zip(notebook.cells, CHANGES.items(), strict=True):
        cell.source = cell.source.replace(before, after) if before else cell.source
        if name == "shade of some edges":
            data = cell.outputs[0].data
            data["image/png"] = shade(data["image/png"])
    nbformat.write(notebook, folder / "n.ipynb")
    shutil.copy(ROOT / "conftest.py", folder)
    (folder / "none.ini").write_text("[pytest]\n", encoding="utf-8")
    options = (
        "-q --color=no -p no:cacheprovider -c none.ini --rootdir . --nbval --nbval-current-env"
    )
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options.split(), "n.ipynb"],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")},
        capture_output=True,
        encoding="utf-8",
    )
    expected = sum(word is not None for _, _, word in CHANGES.values())
    assert run.returncode == 1, run.stdout + run.stderr
    assert f"{expected} failed, {len(CHANGES) - expected} passed" in run.stdout, run.stdout
    parts = re.split(r"_+ n\.ipynb::Cell (\d+) _+\n", run.stdout.partition("short test summary")[0])
    return dict(zip(map(int, parts[1::2]), parts[2::2], strict=True))


@pytest.mark.parametrize("name", CHANGES)
def test_a_stored_picture_is_compared(reports, name):
    report = reports.get(list(CHANGES).index(name))
    word = CHANGES[name][2]
    assert report is None if word is None else word in report
