"""`make lab` and its neighbours: what JupyterLab is asked, in which language, on which Python."""

import json
import sys

import pytest
from test_setup import ROOT, run


@pytest.fixture
def started(tmp_path, monkeypatch):
    """Record what would be started instead of starting it."""
    monkeypatch.setattr(run, "VENV", tmp_path)
    monkeypatch.setattr(run, "env", lambda: None)
    calls = []
    monkeypatch.setattr(run, "call", lambda step, arguments, remedy: calls.append(arguments))
    monkeypatch.setenv("JUPYTERLAB_WORKSPACES_DIR", str(tmp_path))
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "share" / "jupyter" / "lab" / "settings" / "overrides.json", calls


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.GB18030"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_jupyterlab_speaks_the_machine_s_language(started, monkeypatch, variables, language):
    settings, _ = started
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert run.main(["lab"]) == 0
    kept = json.loads(settings.read_text(encoding="utf-8"))
    assert kept["@jupyterlab/translation-extension:plugin"] == {"locale": language}
    assert kept["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


@pytest.mark.parametrize(("locale", "edition"), [("zh_CN.UTF-8", "zh"), ("de_DE", "en")])
def test_jupyterlab_opens_at_the_start_page_of_the_edition(started, monkeypatch, locale, edition):
    monkeypatch.setenv("LANGUAGE", locale)
    assert run.main(["lab", "--no-browser"]) == 0
    (arguments,) = started[1]
    assert f"--LabApp.default_url=/lab/tree/notebooks/{edition}/00_start.ipynb" in arguments
    assert "--no-browser" in arguments and (ROOT / run.START.format(edition)).exists()


def test_windows_is_asked_for_its_language(started, monkeypatch):
    class Windows:
        class kernel32:
            GetUserDefaultUILanguage = staticmethod(lambda: 0x0804)

    import ctypes

    monkeypatch.setattr(run.os, "name", "nt")
    monkeypatch.setattr(ctypes, "windll", Windows, raising=False)
    language = run.language()
    monkeypatch.undo()
    assert language == "zh_CN"


def test_pythons_of_the_machine_are_found_once_each():
    found = run.pythons()
    own = "{}.{}".format(*sys.version_info[:2])
    assert set(found) <= set(run.SUPPORTED)
    assert own not in run.SUPPORTED or found[own] == sys.executable


@pytest.mark.parametrize("fits", [True, False])
def test_a_bundle_of_this_lock_and_python_is_used_without_a_network(tmp_path, monkeypatch, fits):
    made_for = run.bundle_kind() | ({} if fits else {"python": "2.7"})
    (tmp_path / "made_for.json").write_text(json.dumps(made_for), encoding="utf-8")
    steps = []
    monkeypatch.setattr(run, "WHEELS", tmp_path)
    monkeypatch.setattr(run, "pip", lambda step, *options: steps.append(options))
    monkeypatch.setattr(run, "outdated", lambda: {"lock"})
    for name in ("VENV", "STAMP"):
        monkeypatch.setattr(run, name, tmp_path / "venv" / name)
    (tmp_path / "venv").mkdir()
    monkeypatch.setattr(run.subprocess, "run", lambda *_, **__: type("Done", (), {"returncode": 0}))
    run.env()
    assert (steps[0][:3] == ("--no-index", "-f", str(tmp_path))) is fits
