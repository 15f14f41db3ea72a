"""Executing a notebook as the review stores it, and learning what its results rest on."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from ..errors import ChangjiError

SECONDS = 600
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# run after the notebook's own cells and not stored: what they asked of datasets, what they loaded
ASKED = """
import json as _json, sys as _sys
from changji_analysis.dataset import asked as _asked
_loaded = [name for name in _sys.modules if name.startswith("changji_analysis.")]
print(_json.dumps({"reads": _asked(), "modules": _loaded}, default=str))
"""


class NotebookError(ChangjiError):
    """A cell failed or wrote to stderr; the stored notebook is left as it was."""


def cells(path: Path) -> str:
    """What a notebook is but for its outputs."""
    return json.dumps(
        [(cell.cell_type, cell.source, cell.metadata) for cell in _read(path).cells], default=str
    )


def execute(path: Path) -> tuple[bytes, dict]:
    """Run a notebook in a kernel of its own.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bytes, dict
        The notebook with its outputs, and ``reads`` and ``modules`` that they rest on.

    Raises
    ------
    NotebookError
        A cell failed, or wrote to stderr.
    """
    try:
        notebook, rests_on = _run(path)
    except DeadKernelError:  # it lost its port to another program, or its memory
        notebook, rests_on = _run(path)
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.get("name") == "stderr":
                raise NotebookError(
                    f"{path.name}: a cell wrote to stderr: {output['text'].strip()[:200]} "
                    "Remedy: mend what it warns of."
                )
    kept = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    notebook.metadata = nbformat.from_dict(kept)
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode("utf-8"), rests_on


def _run(path: Path) -> tuple[nbformat.NotebookNode, dict]:
    notebook = _read(path)
    notebook.cells.append(nbformat.v4.new_code_cell(ASKED))
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name=KERNEL["name"],
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise NotebookError(
            f"{path.name}: a cell failed. {error.ename}: {error.evalue} Remedy: open the notebook "
            "with 'make lab', run it, and mend the cell or the data that it names."
        ) from error
    last = notebook.cells.pop()
    return notebook, json.loads(last.outputs[0]["text"])


def _read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)
