"""How the root conftest compares pictures, under a name that tests can import."""

import base64
import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location(
    "root_conftest", Path(__file__).resolve().parents[1] / "conftest.py"
)
_root = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_root)
TOLERANCE = _root.TOLERANCE


def difference(one, other):
    """Root mean square difference of two PNGs, given as bytes."""
    return _root.difference(base64.b64encode(one), base64.b64encode(other))
