"""The set-up agrees with itself: pyproject, lock, conda's list, Makefile, run.py, fonts, style."""

import ast
import itertools
import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pytest
import yaml
from fontTools.ttLib import TTFont
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
import run  # noqa: E402

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FONTS = sorted((ROOT / "changji_analysis" / "fonts").glob("*.otf"))


def ranges(lines):
    """Return name -> version range."""
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): str(r.specifier) for r in requirements}


def declared():
    """Return name -> version range of everything pyproject.toml asks for."""
    extras = PROJECT["optional-dependencies"]
    return ranges([*PROJECT["dependencies"], *(line for name in extras for line in extras[name])])


def test_conda_environment_equals_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    plain = [line for line in environment["dependencies"] if isinstance(line, str)]
    conda = ranges(plain)
    assert conda.pop("python") == PROJECT["requires-python"]
    assert "pip" in conda
    del conda["pip"]
    assert conda == declared()
    assert environment["dependencies"][-1] == {"pip": ["-e ."]}


def test_lock_satisfies_pyproject():
    locked = {}
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        requirement = Requirement(line)
        (specifier,) = requirement.specifier
        locked.setdefault(canonicalize_name(requirement.name), []).append(specifier.version)
    for name, allowed in declared().items():
        assert name in locked
        requirement = Requirement(name + allowed)
        for version in locked[name]:
            assert requirement.specifier.contains(version, prereleases=True), (name, version)


def test_every_dependency_says_what_it_is_for():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = text.partition("[tool.")[0].splitlines()
    entries = [line for line in lines if re.match(r'    "[A-Za-z]', line)]
    assert len(entries) >= len(declared())
    assert [line for line in entries if "  # " not in line and ",  #" not in line] == []


def test_makefile_and_run_py_list_the_same_commands():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert dict(re.findall(r"(?m)^([a-z-]+): ## (.+)$", text)) == run.COMMANDS
    (phony,) = re.findall(r"(?m)^\.PHONY: (.+)$", text)
    assert phony.split() == list(run.COMMANDS)


@pytest.mark.skipif(shutil.which("make") is None, reason="this machine has no make")
def test_make_refuses_a_setting_that_it_would_pass_over():
    call = ["make", "help", "ASOF=2023-12-31"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode and "AS_OF=" in done.stderr


def test_ci_runs_the_tests():
    assert "\nmake test\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [["frobnicate"], ["review", "YEAR=2025"], ["test", "DATA=x"]])
def test_a_wrong_call_ends_with_2(arguments, capsys):
    assert run.main(arguments) == 2
    captured = capsys.readouterr()
    assert "Not understood" in captured.err and "review" in captured.out


def test_an_old_python_can_read_run_py_far_enough_to_be_told():
    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_run_py_needs_the_standard_library_only():
    code = "import run; assert run.main(['help']) == 0"
    subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, check=True, capture_output=True)


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """Point run.py at an empty folder; record its installs instead of making them."""
    venv = tmp_path / ".venv"
    python = venv / run.PYTHON.relative_to(run.VENV)
    lock, project = tmp_path / "requirements.lock", tmp_path / "pyproject.toml"
    lock.write_text("a==1\n", encoding="utf-8")
    project.write_text("[project]\n", encoding="utf-8")
    places = {"ROOT": tmp_path, "VENV": venv, "STAMP": venv / "ready.json", "PYTHON": python}
    places |= {"LOG": venv / "install.log", "LOCK": lock, "PROJECT": project}
    for name, value in places.items():
        monkeypatch.setattr(run, name, value)
    steps = []

    def make_venv(command, **_):
        steps.append("venv")
        python.parent.mkdir(parents=True)
        python.write_text("", encoding="utf-8")
        return subprocess.CompletedProcess(command, 0, "")

    monkeypatch.setattr(run.subprocess, "run", make_venv)
    monkeypatch.setattr(run, "pip", lambda step, *_: steps.append(step[:5]))
    run.env()
    assert steps == ["venv", "[2/3]", "[3/3]"]
    steps.clear()
    return steps, places


def test_a_ready_environment_is_left_alone(workplace):
    steps, _ = workplace
    run.env()
    assert steps == []


def test_a_changed_lock_makes_the_environment_anew(workplace):
    steps, places = workplace
    places["LOCK"].write_text("a==2\n", encoding="utf-8")
    run.env()
    assert steps == ["venv", "[2/3]", "[3/3]"]


def test_a_changed_pyproject_installs_the_package_alone(workplace):
    steps, places = workplace
    places["PROJECT"].write_text("[tool]\n", encoding="utf-8")
    run.env()
    assert steps == ["[3/3]"]


def test_a_half_made_or_moved_environment_is_made_anew(workplace):
    steps, places = workplace
    places["STAMP"].unlink()
    run.env()
    stamp = json.loads(places["STAMP"].read_text(encoding="utf-8"))
    places["STAMP"].write_text(json.dumps(stamp | {"root": "elsewhere"}), encoding="utf-8")
    run.env()
    places["PYTHON"].unlink()
    run.env()
    assert steps == ["venv", "[2/3]", "[3/3]"] * 3


def test_an_old_python_is_told_so(workplace, monkeypatch, capsys):
    monkeypatch.setattr(run.sys, "version_info", (3, 9, 2))
    assert run.main(["env"]) == 1
    assert "Python 3.11 or newer" in capsys.readouterr().err


def test_a_failing_install_names_the_error_and_the_remedy(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run, "LOG", tmp_path / "install.log")
    monkeypatch.setattr(run, "PYTHON", Path(sys.executable))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(run.Failure) as failure:
        run.pip("step", "--target", str(tmp_path), "changji-no-such-package==1")
    assert "ERROR: No matching distribution found for changji-no-such-package" in str(failure.value)
    assert "Check the network" in str(failure.value)


def characters():
    """Return the characters that figures may need: the plan, the tables, official signs."""
    texts = [
        path for pattern in ("*.csv", "*.yml", "*.txt") for path in (ROOT / "data").rglob(pattern)
    ]
    text = "".join(path.read_text(encoding="utf-8") for path in texts)
    return {c for c in text if c.isprintable()} | set(
        "℃‰①⑩–—×≥≤→−±·“”‘’《》【】（）％～、。；：？！"
    )


@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.stem)
def test_font_covers_what_figures_need(path):
    covered = set(map(chr, TTFont(path).getBestCmap()))
    gb2312 = {
        bytes((r, c)).decode("gb2312", "ignore") for r in range(176, 248) for c in range(161, 255)
    }
    lacking = characters() | gb2312 - {""}
    assert "".join(sorted(lacking - covered)) == ""


@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.stem)
def test_font_carries_its_own_name_and_its_licence(path):
    records = {record.nameID: record.toUnicode() for record in TTFont(path)["name"].names}
    assert records[1] == "Changji Sans" and records[4] == "Changji Sans " + records[2]
    assert "Open Font License" in records[13]
    assert "Open Font License".upper() in (path.parent / "OFL.txt").read_text(encoding="utf-8")


def test_there_are_two_weights():
    assert [path.stem for path in FONTS] == ["ChangjiSans-Bold", "ChangjiSans-Regular"]


def test_drawing_a_character_that_no_font_has_is_an_error():
    with matplotlib.rc_context():
        plt.style.use("changji_analysis.style")
        figure = plt.figure()
        figure.text(0, 0, "\U0001f9ff")
        with pytest.raises(UserWarning, match="Glyph"):
            figure.canvas.draw()
    plt.close(figure)


def luminance(colour):
    """Return the CIE lightness (0-100) of a colour."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in matplotlib.colors.to_rgb(colour)
    )
    return 116 * (0.2126 * red + 0.7152 * green + 0.0722 * blue) ** (1 / 3) - 16


def test_style_is_readable_in_black_and_white():
    with matplotlib.rc_context():
        plt.style.use("changji_analysis.style")
        colours = plt.rcParams["axes.prop_cycle"].by_key()["color"]
        assert plt.rcParams["figure.figsize"][0] == 6.3 and plt.rcParams["savefig.dpi"] == 300
    levels = sorted(luminance(colour) for colour in colours)
    assert min(b - a for a, b in itertools.pairwise(levels)) >= 8


def test_wheel_carries_fonts_and_style(tmp_path):
    built = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path)))
    names = set(zipfile.ZipFile(built).namelist())
    wanted = {"fonts/ChangjiSans-Regular.otf", "fonts/ChangjiSans-Bold.otf", "style.mplstyle"}
    assert {"changji_analysis/" + name for name in wanted} <= names
