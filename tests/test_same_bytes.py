"""The same bytes on any machine: another processor's linear algebra, locale and time zone."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

import changji_analysis as ca
from changji_analysis.dataset import ANSWERS
from changji_analysis.files import write_csv

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = """
import sys
from pathlib import Path
import changji_analysis as ca
from changji_analysis import figures
from changji_analysis.files import write_csv
from changji_analysis.review import notebooks

root, folder = Path(sys.argv[1]), Path(sys.argv[2])
data = ca.Dataset(root / "data")
write_csv(folder / "reports/scorecard.csv", data.scorecard)
for lang, name in (
    ("en", "firms_fan"), ("zh", "firms_fan"), ("zh", "rd_fan"), ("zh", "rd_reference_class"),
    ("zh", "rd_precedents"), ("zh", "firms_reading"),
):
    figures.save(figures.FIGURES[name](data, lang=lang), folder / "figures" / lang, name)
notebook = "notebooks/en/03_rd_intensity.ipynb"
(folder / "notebooks/en").mkdir(parents=True)
data.share(answers := folder.with_name("answers"))
made = next(notebooks.execute([root / notebook], answers))
(folder / notebook).write_bytes(made.content)
"""
PLAIN = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX2 FMA3"
ELSEWHERE = {
    "OPENBLAS_CORETYPE": "Nehalem",
    "OPENBLAS_NUM_THREADS": "1",
    "NPY_DISABLE_CPU_FEATURES": PLAIN,
    "PYTHONWARNINGS": "ignore",  # numpy's, of features that this processor lacks anyway
    "LC_ALL": "C",
    "LANG": "C",
    "TZ": "Asia/Shanghai",
    "PYTHONUTF8": "1",
    ANSWERS: "",
    "CHANGJI_PRIVATE": "no",
}


@pytest.mark.skipif(platform.machine() != "x86_64", reason="Nehalem is an x86 core")
def test_another_machine_makes_the_committed_bytes(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, ROOT, tmp_path],
        env={**os.environ, **ELSEWHERE},
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    made = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert len(made) == 14
    differ = [p for p in made if (ROOT / p).read_bytes() != (tmp_path / p).read_bytes()]
    assert differ == []


def test_the_committed_scorecard_is_what_this_machine_makes(tmp_path):
    write_csv(tmp_path / "scorecard.csv", ca.Dataset(ROOT / "data", private=False).scorecard)
    committed = (ROOT / "reports" / "scorecard.csv").read_bytes()
    assert (tmp_path / "scorecard.csv").read_bytes() == committed
