"""The same bytes on any machine: another processor's linear algebra, locale and time zone."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

import changji_analysis as ca
from changji_analysis.files import write_csv

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "notebooks" / "en" / "03_rd_intensity.ipynb"
SCRIPT = """
import hashlib, json, sys, tempfile
from pathlib import Path
import changji_analysis as ca
from changji_analysis import figures
from changji_analysis.files import write_csv
from changji_analysis.review import notebooks

folder, data = Path(tempfile.mkdtemp()), ca.Dataset()
write_csv(folder / "scorecard.csv", data.scorecard)
for lang in ("zh", "en"):
    figures.save(figures.FIGURES["firms_fan"](data, lang=lang), folder / lang, "firms_fan")
(folder / "notebook.ipynb").write_bytes(notebooks.execute(Path(sys.argv[1]))[0])
made = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
print(json.dumps({n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in made.items()}))
"""
ELSEWHERE = {
    "processor": {"OPENBLAS_CORETYPE": "Nehalem"},
    "place": {"LC_ALL": "C", "LANG": "C", "TZ": "Asia/Shanghai", "PYTHONUTF8": "1"},
}


def made(**settings: str) -> dict[str, str]:
    """Digest of every file made in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, NOTEBOOK],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", **settings},
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.skipif(platform.machine() != "x86_64", reason="Nehalem is an x86 core")
def test_the_same_bytes_elsewhere_as_here():
    here = made()
    assert {"scorecard.csv", "zh/firms_fan.png", "en/firms_fan.svg", "notebook.ipynb"} <= {*here}
    assert {name: made(**settings) for name, settings in ELSEWHERE.items()} == dict.fromkeys(
        ELSEWHERE, here
    )


def test_the_committed_scorecard_is_what_this_machine_makes(tmp_path):
    write_csv(tmp_path / "scorecard.csv", ca.Dataset(ROOT / "data", private=False).scorecard)
    committed = (ROOT / "reports" / "scorecard.csv").read_bytes()
    assert (tmp_path / "scorecard.csv").read_bytes() == committed
