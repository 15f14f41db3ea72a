"""The notebooks run on figures that are still to come, the outcome included."""

import json
import shutil
from pathlib import Path

import pytest
import thin_data

import changji_analysis as ca

ROOT = Path(__file__).resolve().parents[2]
LATER = (
    ("hightech_firms", (60, 72, 85, 97, 110), "家"),
    ("rd_intensity", (0.21, 0.2, 0.25, 0.3, 0.33), "%"),
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The shipped data with the city's figures of one year after the base, and of all five."""
    made = {}
    for count in (1, 5):
        made[count] = tmp_path_factory.mktemp("later") / "data"
        shutil.copytree(ROOT / "data", made[count], ignore=shutil.ignore_patterns("clean"))
        for indicator, figures, unit in LATER:
            rows = [("昌吉市", indicator, 2021 + i, x, unit) for i, x in enumerate(figures[:count])]
            thin_data.add(made[count], *rows)
    return made


@pytest.mark.parametrize(
    ("count", "name"), [(1, "08"), *((5, name) for name in ("00", "02", "03", "04", "05", "08"))]
)
def test_a_notebook_runs(folders, count, name, monkeypatch):
    monkeypatch.setenv("CHANGJI_DATA", str(folders[count]))
    [path] = (ROOT / "notebooks/en").glob(f"{name}_*.ipynb")
    names: dict = {}
    try:
        for cell in json.loads(path.read_bytes())["cells"]:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), names)
    finally:
        ca.set_language("zh")
    assert names["data"].city("hightech_firms").index[-1] == 2020 + count
