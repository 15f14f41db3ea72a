"""Executing a notebook as the review stores it, and learning what its results rest on.

nbclient and nbformat are imported where a notebook runs: that takes longer than to see that none
has to.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from ..dataset import ANSWERS, Read, as_read
from ..errors import ChangjiError

if TYPE_CHECKING:
    from nbformat import NotebookNode

SECONDS = 600
MANY = 8
"""Notebooks for which one kernel is enough."""
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
EMPTIED = """
import sys as _sys
for _name in [*_sys.modules]:
    if _name.startswith("changji_analysis"): del _sys.modules[_name]
get_ipython().reset()
"""
"""Makes a kernel as good as new for the next notebook, other packages being loaded already."""
FIRST = "import changji_analysis.figures" + EMPTIED  # what all need is loaded ahead of the first
# run after the notebook's own cells and not stored: what they asked of datasets, what they loaded
LAST = (
    """
import json as _json, sys as _sys
from changji_analysis.dataset import asked as _asked
_loaded = [name for name in _sys.modules if name.startswith("changji_analysis.")]
print(_json.dumps({"reads": _asked(), "modules": _loaded}, default=str))
"""
    + EMPTIED
)


class Executed(NamedTuple):
    """A notebook with its outputs, and what they rest on: questions and loaded modules."""

    path: Path
    content: bytes
    reads: set[Read]
    modules: list[str]


class NotebookError(ChangjiError):
    """A cell failed or wrote to stderr; the stored notebook is left as it was."""


def cells(path: Path) -> str:
    """What a notebook is but for its outputs."""
    kept = ("cell_type", "source", "metadata")
    notebook = json.loads(path.read_bytes())
    return json.dumps([[cell[name] for name in kept] for cell in notebook["cells"]])


@contextmanager
def running(
    answers: Path, *, ahead: bool
) -> Generator[Callable[[Sequence[Path]], Iterator[Executed]]]:
    """Kernels that start and run notebooks beside what is done within the block.

    A second one starts where there is much to run; more would mostly be starting.

    Parameters
    ----------
    answers : Path
        See `execute`; it has to be there when the first notebook is run.
    ahead : bool
        Whether a kernel starts at once, or when there is something to run.

    Yields
    ------
    callable
        Takes the notebooks and returns an iterator of `Executed`, as they are done; it raises what
        `execute` raises.
    """
    done: SimpleQueue[Executed | Exception] = SimpleQueue()
    waiting: SimpleQueue[Path | None] = SimpleQueue()
    kernels: list[Future] = []
    left = Event()

    def taken() -> Generator[Path]:
        while (path := waiting.get()) is not None and not left.is_set():
            yield path

    def work() -> None:
        try:
            for one in execute(taken(), answers):
                done.put(one)
        except Exception as error:
            done.put(error)

    def start(count: int) -> None:
        while len(kernels) < count:
            kernels.append(pool.submit(work))

    def result() -> Executed:
        one = done.get()
        if isinstance(one, Exception):
            raise one
        return one

    def run(paths: Sequence[Path]) -> Iterator[Executed]:
        start(min(-(-len(paths) // MANY), 2))
        for path in paths:
            waiting.put(path)
        return (result() for _ in paths)

    with ThreadPoolExecutor() as pool:
        try:
            start(int(ahead))
            yield run
        finally:
            left.set()
            for _ in kernels:
                waiting.put(None)


def execute(paths: Iterable[Path], answers: Path | None = None) -> Generator[Executed]:
    """Run notebooks one after the other in a kernel that is emptied in between.

    Parameters
    ----------
    paths : iterable of Path
        The kernel is ready before the first is asked for.
    answers : Path, optional
        What `changji_analysis.Dataset.share` wrote in the same run, so that no kernel judges again.

    Raises
    ------
    NotebookError
        A cell failed, or wrote to stderr.
    """
    _load()
    from nbclient.exceptions import DeadKernelError

    paths, at = iter(paths), []

    def noted() -> Generator[Path]:
        for path in paths:
            at[:] = [path]
            yield path
        at.clear()

    try:
        yield from _run(noted(), answers)
    except DeadKernelError:  # it lost its port to another program, or its memory
        yield from _run(chain(at, paths), answers)


@cache
def _load() -> None:
    """Load what runs notebooks, without the grammar of web addresses that jsonschema would build.

    That takes longer than all the rest, and the schema of notebooks asks for no address.
    """
    optional = "rfc3987_syntax"
    sys.modules.setdefault(optional, None)  # ty: ignore[no-matching-overload]
    import nbclient  # noqa: F401

    if sys.modules.get(optional, sys) is None:  # another thread may have been here
        del sys.modules[optional]


def _run(paths: Iterable[Path], answers: Path | None) -> Generator[Executed]:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    cell, new = nbformat.v4.new_code_cell, nbformat.v4.new_notebook
    client = NotebookClient(
        new(cells=[cell(FIRST)]),
        timeout=SECONDS,
        kernel_name=KERNEL["name"],
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
    )
    with client.setup_kernel(env={**os.environ, ANSWERS: str(answers or "")}):
        client.execute(cleanup_kc=False)
        for path in paths:
            client.nb = new(cells=[cell(f"import os; os.chdir({str(path.parent)!r})" + EMPTIED)])
            client.execute(cleanup_kc=False)
            client.nb = nbformat.read(path, as_version=4)
            client.nb.cells.append(cell(LAST))
            try:
                client.execute(cleanup_kc=False)
            except CellExecutionError as error:
                raise NotebookError(
                    f"{path.name}: a cell failed. {error.ename}: {error.evalue} Remedy: open the "
                    "notebook with 'make lab', run it, and mend the cell or the data that it names."
                ) from error
            rests_on = json.loads(client.nb.cells.pop().outputs[0]["text"])
            reads = {as_read(*read) for read in rests_on["reads"]}
            yield Executed(path, _stored(client.nb, path), reads, rests_on["modules"])


def _stored(notebook: NotebookNode, path: Path) -> bytes:
    import nbformat

    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.get("name") == "stderr":
                raise NotebookError(
                    f"{path.name}: a cell wrote to stderr: {output['text'].strip()[:200]} "
                    "Remedy: mend what it warns of."
                )
    kept = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    notebook.metadata = nbformat.from_dict(kept)
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode("utf-8")
