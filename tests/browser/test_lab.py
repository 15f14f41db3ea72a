"""JupyterLab opens ready for use, and every notebook gives there what is stored of it."""

import json
import time

import nbformat
import pytest
from reading import ROOT, clipped

from changji_analysis.review.notebooks import SECONDS

pytestmark = pytest.mark.browser

NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks" / "zh").glob("[0-9]*.ipynb"))
WIDGET = "application/vnd.jupyter.widget-view+json"
ASIDES = ".jp-Dialog, .Toastify__toast, .jp-Notification-Toast"


def opened(page, lab, name):
    """Open a notebook and wait for its kernel."""
    page.goto(lab.replace("00_start.ipynb", name) + "&reset")
    page.locator(".jp-NotebookPanel:visible .jp-Cell").first.wait_for()
    page.get_by_text("Python 3 (ipykernel) | 空闲").wait_for()


def run_all(page):
    page.locator(".lm-MenuBar-itemLabel", has_text="运行").click()
    page.locator("[data-command='runmenu:run-all']").click()
    page.wait_for_timeout(300)
    deadline = time.monotonic() + SECONDS
    while page.locator(".jp-NotebookPanel:visible .jp-InputPrompt", has_text="*").count():
        assert time.monotonic() < deadline, "the notebook still runs"
        page.wait_for_timeout(200)


def outputs(path):
    """What each code cell shows, as stored in a file; a widget counts as its stored picture."""
    notebook = nbformat.read(path, as_version=4)
    return [
        [out.get("data", out.get("text")) for out in cell.outputs]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def test_it_opens_at_the_start_page_in_chinese_with_a_kernel_and_no_question(page, lab):
    opened(page, lab, "00_start.ipynb")
    page.wait_for_timeout(2000)
    assert page.locator(ASIDES).count() == 0
    assert page.locator(".lm-MenuBar-itemLabel").first.inner_text() == "文件"
    assert "Python 3" in page.locator(".jp-KernelName:visible").inner_text()
    assert page.locator(".jp-NotebookPanel:visible h1").first.inner_text().startswith("从这里开始")
    assert page.complaints == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_run_all_cells_gives_what_is_stored(page, lab, copy, name):
    opened(page, lab, name)
    run_all(page)
    before = (copy / "notebooks" / "zh" / name).read_bytes()
    page.keyboard.press("Control+s")
    deadline = time.monotonic() + 20
    while (copy / "notebooks" / "zh" / name).read_bytes() == before and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    fresh = outputs(copy / "notebooks" / "zh" / name)
    stored = outputs(ROOT / "notebooks" / "zh" / name)
    assert len(fresh) == len(stored)
    for cell, (new, old) in enumerate(zip(fresh, stored, strict=True), start=1):
        if not any(WIDGET in json.dumps(out) for out in new):
            assert new == old, f"code cell {cell}"
    assert page.locator(ASIDES).count() == 0
    assert page.complaints == []


def test_help_of_a_public_function_shows_with_shift_tab(page, lab):
    opened(page, lab, "00_start.ipynb")
    run_all(page)
    editor = page.locator(".jp-NotebookPanel:visible .jp-CodeCell .cm-content").last
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("ca.assess")
    page.keyboard.press("Shift+Tab")
    tip = page.locator(".jp-Tooltip")
    tip.wait_for()
    assert "Judge one target." in tip.inner_text()


def test_a_slider_moves_the_probability_and_a_scenario_can_be_saved(page, lab, copy):
    opened(page, lab, "08_what_if.ipynb")
    run_all(page)
    chance = page.locator(".widget-html .chance")
    panel = page.locator(".jp-NotebookPanel:visible .jp-WindowedPanel-outer")
    panel.evaluate("panel => panel.scrollTop = 400")
    chance.wait_for()
    before = chance.inner_text()
    said = page.locator(".widget-html [role=status]")
    assert "未作任何假定" in said.inner_text()
    handle = page.locator(".widget-slider:visible .noUi-handle").first
    handle.focus()
    for _ in range(12):
        handle.press("ArrowUp")
    page.wait_for_function(
        "before => document.querySelector('.widget-html .chance').innerText !== before", arg=before
    )
    assert said.inner_text().startswith("假如每年首次认定")
    picture = page.locator(".widget-html img")
    assert picture.get_attribute("alt") and picture.bounding_box()["width"] > 300
    page.get_by_placeholder("情景名称").fill("多认定几家")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_text("已保存：多认定几家").wait_for()
    assert "多认定几家" in (copy / "data" / "scenarios.yml").read_text(encoding="utf-8")
    page.get_by_role("button", name="恢复默认").click()
    page.wait_for_function(
        "before => document.querySelector('.widget-html .chance').innerText === before", arg=before
    )
    assert clipped(page, ".widget-label, .widget-button, .widget-html p") == []
    assert page.complaints == []
