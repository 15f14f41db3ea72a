"""Lets nbval compare the pictures in notebooks, and judges the plan once for all of a run.

It stands at the top so that it holds for the notebooks too, whichever way pytest is started.
"""

import base64
import io
import os
import tempfile
from pathlib import Path

import numpy as np
from nbval.plugin import IPyNbCell, IPyNbFile
from PIL import Image

import changji_analysis as ca
from changji_analysis.dataset import ANSWERS

# Root mean square over all pixels, of 255. Another processor's last digit moves the shade of an
# edge here and there (below 0.05); one changed letter in a title gives 2.6, a series x 1.5 gives 8.
TOLERANCE = 0.2

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


def pytest_collectstart(collector):
    """Take pictures off nbval's list of what it does not compare."""
    if isinstance(collector, IPyNbFile):
        collector.skip_compare = tuple(
            key for key in collector.skip_compare if not key.startswith("image/")
        )


def pytest_configure(config):
    """Judge the shipped plan before the workers start; every process takes that over."""
    if config.option.nbval and not hasattr(config, "workerinput"):
        folder = tempfile.TemporaryDirectory()
        config.add_cleanup(folder.cleanup)
        data, path = ca.Dataset(), Path(folder.name) / "answers"
        assert len(data.problems) and len(data.scorecard)
        data.share(path)
        os.environ[ANSWERS] = str(path)
