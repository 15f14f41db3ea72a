"""The files can live on Windows and macOS, and nothing relies on a UTF-8 locale."""

import os
import re
import subprocess
import sys

import pytest
import thin_data
from test_tree import ROOT, tree

RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
LONGEST = 140
"""Characters within the repository; Windows allows some 260 with the folders above it."""


def name_faults(names):
    """Return what other systems refuse among file names relative to the repository."""
    faults = [f"{name}: longer than {LONGEST}" for name in names if len(name) > LONGEST]
    for name in names:
        for part in name.split("/"):
            if re.search(r'[<>:"|?*\\\x00-\x1f]', part) or part.endswith((".", " ")):
                faults.append(f"{name}: a character that Windows refuses")
            if RESERVED.match(part):
                faults.append(f"{name}: a device on Windows")
    folded = {}
    for name in names:
        other = folded.setdefault(name.casefold(), name)
        if other != name:
            faults.append(f"{name}: differs from {other} in case only")
    return faults


def test_file_names_are_fit_for_windows_and_macos():
    assert name_faults([path.relative_to(ROOT).as_posix() for path in tree()]) == []


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        (["data/a:b.csv"], "refuses"),
        (["data/a ."], "refuses"),
        (["nul.csv"], "device"),
        (["docs/README.md", "docs/readme.md"], "case only"),
        (["x" * 141], "longer"),
    ],
)
def test_unfit_names_are_found(names, fault):
    (found,) = name_faults(names)
    assert fault in found


def test_data_are_read_and_judged_in_a_locale_without_utf_8(tmp_path):
    """And no file is opened in the locale's encoding."""
    code = """
import locale, sys, warnings
assert locale.getpreferredencoding(False).lower().replace("-", "") != "utf8"
warnings.filterwarnings("error", category=EncodingWarning, module="changji_analysis")
import changji_analysis as ca
from changji_analysis import what_if
ca.problems()
assert "昌吉市" in ca.load_statistics()["area"].tolist()
thin = ca.Dataset(sys.argv[1])  # the shipped files with few peers, which are judged fast
assert all(isinstance(name, str) for name in what_if.scenarios(thin))
assert len(thin.scorecard) and len(what_if.scenario_table(thin))
"""
    script = tmp_path / "script.py"
    script.write_text(code, encoding="utf-8")
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "CHANGJI_ANSWERS": ""}
    if os.name == "nt":
        pytest.skip("Windows runs all other tests in such a locale")
    done = subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", script, thin_data.write(tmp_path / "data")],
        env=os.environ | plain, capture_output=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
