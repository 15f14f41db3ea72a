"""A browser, a running JupyterLab and the built site; what went wrong is kept as a screenshot."""

import os
import re
import shutil
import subprocess
import sys
import time

import pytest
from reading import ROOT

KEPT = ROOT / "tests" / "browser" / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
FLAGS = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync""".split()
QUIET = {
    "HOME": "home",
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
}
"""The variables that keep a JupyterLab under test apart from the user's own."""


@pytest.fixture(scope="session")
def browser():
    """Start the machine's Chromium."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser is there: install one of {', '.join(BROWSERS)}")
    with sync_api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=found, headless=True, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    page = item.funcargs.get("page")
    if report.when == "call" and report.failed and page is not None:
        KEPT.mkdir(exist_ok=True)
        name = re.sub(r"\W+", "-", item.name).strip("-")
        page.screenshot(path=str(KEPT / f"{name}.png"))
        report.sections.append(("screenshot", f"kept as tests/browser/screenshots/{name}.png"))
    return report


@pytest.fixture
def page(browser, request):
    """A page of its own; `complaints` lists what the browser's console says is wrong."""
    width, height = getattr(request, "param", (1280, 900))
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.complaints = []
    page.on(
        "console",
        lambda message: message.type == "error" and page.complaints.append(message.text),
    )
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    context.close()


@pytest.fixture(scope="session")
def copy(tmp_path_factory):
    """A clone's worth of files to run notebooks in, so that no stored output is touched."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("data", "notebooks", "docs", "README.md", "README.zh-CN.md"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("_build"))
        else:
            shutil.copy(source, folder)
    return folder


@pytest.fixture(scope="session")
def lab(copy, tmp_path_factory):
    """Start JupyterLab as `make lab` does on a Chinese machine; return its address."""
    folder = tmp_path_factory.mktemp("user")
    own = {name: str(folder / part) for name, part in QUIET.items()}
    (folder / "home").mkdir()
    code = (
        "import sys, run; from pathlib import Path\n"
        "run.ROOT, run.env = Path(sys.argv[1]), lambda: None\n"
        "sys.exit(run.main(['lab', '--no-browser']))"
    )
    log = folder / "lab.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(copy)],
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=os.name != "nt",
            env=os.environ
            | own
            | {
                "LANGUAGE": "zh_CN:en",
                "PYTHONPATH": str(ROOT),
                "CHANGJI_DATA": str(copy / "data"),
            },
        )
        try:
            for _ in range(300):
                said = log.read_text(encoding="utf-8", errors="replace")
                address = re.search(r"http://127\.0\.0\.1:\S+", said)
                if address or process.poll() is not None:
                    break
                time.sleep(0.2)
            assert address, said
            yield address.group()
        finally:
            if os.name == "nt":
                process.terminate()
            else:
                os.killpg(process.pid, 15)
            process.wait(30)
