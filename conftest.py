"""Lets nbval compare pictures and keep its kernel; judges the plan once for all of a run.

It stands at the top so that it holds for the notebooks too, whichever way pytest is started.
"""

from __future__ import annotations

import base64
import gc
import io
import os
import tempfile
import time
from pathlib import Path
from queue import Empty
from threading import Thread
from typing import ClassVar

import numpy as np
from nbval import plugin
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile
from PIL import Image

import changji_analysis as ca
from changji_analysis.dataset import ANSWERS
from changji_analysis.review.notebooks import EMPTIED

# Root mean square over all pixels, of 255. Another processor's last digit moves the shade of an
# edge here and there (below 0.05); one changed letter in a title gives 2.6, a series x 1.5 gives 8.
TOLERANCE = 0.2

# Frames and figures are many small objects that mostly die at once. As often as Python looks for
# circles among them by default, a fifth of a run goes into it; memory stays the same with this.
COLLECT = (50_000, 20, 20)

compare_as_nbval_does = IPyNbCell.compare_outputs


def pixels(encoded):
    """Decode a base64 PNG into an array (height, width, 4) of floats."""
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as image:
        return np.asarray(image.convert("RGBA"), dtype=float)


def difference(first, second):
    """Return the root mean square difference of two base64 PNGs; infinite where sizes differ."""
    one, other = pixels(first), pixels(second)
    if one.shape != other.shape:
        return float("inf")
    return float(np.sqrt(np.mean((one - other) ** 2)))


def pictures(outputs):
    """Return those data of the outputs that hold a PNG, in order."""
    return [out["data"] for out in outputs if "image/png" in out.get("data", {})]


def compare_outputs(cell, test, ref, skip_compare=None):
    """Compare as nbval does; pictures within the tolerance count as equal."""
    differences = []
    for fresh, stored in zip(pictures(test), pictures(ref), strict=False):
        differences.append(difference(fresh["image/png"], stored["image/png"]))
        if differences[-1] <= TOLERANCE:
            fresh["image/png"] = stored["image/png"]
    same = compare_as_nbval_does(cell, test, ref, skip_compare)
    if not same and any(value > TOLERANCE for value in differences):
        listed = ", ".join(f"{value:.2f}" for value in differences)
        cell.comparison_traceback.append(
            f"pictures differ by {listed} (root mean square of 255; allowed {TOLERANCE})"
        )
    return same


IPyNbCell.compare_outputs = compare_outputs


class KeptKernel(RunningKernel):
    """A kernel of nbval's that is emptied after a notebook and serves the next, as in a review.

    Starting one and loading pandas, statsmodels and matplotlib takes longer than most notebooks.
    """

    idle: ClassVar[list[KeptKernel]] = []

    def __new__(cls, *args, **kwargs):
        """Take the one that is idle, if there is one."""
        return cls.idle.pop() if cls.idle else super().__new__(cls)

    def __init__(self, kernel_name, cwd=None, startup_timeout=60):
        if not self.is_alive():
            super().__init__(kernel_name, cwd, startup_timeout)
        self._run(f"import gc, os; gc.set_threshold{COLLECT}; os.chdir({cwd!r})")

    def _run(self, code):
        reply = self.execute_cell_input(code)
        self.await_reply(reply, 60)
        self.await_idle(reply, 60)

    def stop(self):
        """Empty it and keep it, unless it hangs; nbval calls this after each notebook."""
        try:
            self._run(EMPTIED)
        except Empty:
            super().stop()
        else:
            self.idle.append(self)


plugin.RunningKernel = KeptKernel


def pytest_unconfigure():
    """Stop the kernel that is left."""
    while KeptKernel.idle:
        RunningKernel.stop(KeptKernel.idle.pop())


def pytest_collectstart(collector):
    """Take pictures off nbval's list of what it does not compare."""
    if isinstance(collector, IPyNbFile):
        collector.skip_compare = tuple(
            key for key in collector.skip_compare if not key.startswith("image/")
        )


def judge(path):
    """Judge the shipped plan and share the answers; where that fails, each process judges."""
    try:
        data = ca.Dataset()
        assert len(data.problems) and len(data.scorecard) and len(data.reading_tables)
        for name in data.config.report.headline:
            assert len(data.probability_history(data.scored(name)["id"]))
        data.share(path)
    finally:
        path.touch()


def pytest_configure(config):
    """Judge the plan while the workers start and collect; every process takes that over."""
    gc.set_threshold(*COLLECT)
    if config.option.nbval and ANSWERS not in os.environ:
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        config.add_cleanup(folder.cleanup)
        path = Path(folder.name) / "answers"
        os.environ[ANSWERS] = str(path)
        Thread(target=judge, args=[path], daemon=True).start()


def pytest_collection_finish():
    """Wait for the answers; no later search for garbage looks at what was loaded so far."""
    gc.freeze()
    path, patience = os.environ.get(ANSWERS), 600
    while path and not Path(path).exists() and (patience := patience - 1):
        time.sleep(0.1)
