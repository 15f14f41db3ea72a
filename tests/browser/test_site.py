"""The site can be read: on a phone and a desk, in print, without a mouse and without a network."""

import re
import subprocess
import sys

import pytest
from reading import ROOT, clipped

pytestmark = pytest.mark.browser

SITE = ROOT / "docs" / "_build" / "html"
LINKS = "found => found.map(a => a.getAttribute('href'))"
BOXES = """() => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 24;
    const pen = canvas.getContext('2d', {willReadFrequently: true});
    pen.font = '16px ' + getComputedStyle(document.body).fontFamily;
    const drawn = text => {
        pen.clearRect(0, 0, 24, 24);
        pen.fillText(text, 2, 18);
        return pen.getImageData(0, 0, 24, 24).data.join();
    };
    const box = drawn('\\u{10FFFD}');
    return [...new Set(document.body.innerText)].filter(c => c.trim() && drawn(c) === box);
}"""
"""The characters of a page that are drawn as one without a glyph is."""


@pytest.fixture(scope="session")
def site():
    """Build the site as `make docs` does."""
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "build.py"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made = (path for path in SITE.rglob("*.html") if path.parent != SITE)
    return sorted(path for path in made if path.parent.name != "reports")


def test_there_are_pages_in_both_languages(site):
    names = {
        lang: {p.relative_to(SITE / lang) for p in site if lang in p.parts} for lang in ("zh", "en")
    }
    assert names["zh"] == names["en"]
    stored = {path.stem for path in (ROOT / "notebooks" / "zh").glob("[0-9]*.ipynb")}
    assert {path.stem for path in names["zh"] if path.parent.name == "notebooks"} == stored


@pytest.mark.parametrize("page", [(390, 844), (1280, 900)], indirect=True, ids=["phone", "desk"])
def test_every_page_is_whole(page, site):
    asked, faults = [], []
    page.on("request", lambda request: asked.append(request.url))
    for path in site:
        name = path.relative_to(SITE).as_posix()
        page.goto(path.as_uri())
        page.wait_for_load_state()
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        faults += [f"{name}: {wide} pixels too wide"] if wide > 0 else []
        faults += [f"{name}: cut off: {text[:60]}" for text in clipped(page, "h1, h2, p, li, td")]
        faults += [f"{name}: no glyph for {character!r}" for character in page.evaluate(BOXES)]
        pictures = page.locator("article img")
        faults += [
            f"{name}: {fault}"
            for fault in pictures.evaluate_all(
                """found => found.filter(i => !i.alt || !i.naturalWidth)
                    .map(i => (i.alt ? 'empty picture ' : 'no alternative text ') + i.src)"""
            )
        ]
    assert faults == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert page.complaints == []


def test_links_lead_somewhere(page, site):
    dead, anchors = [], {}
    for path in site:
        page.goto(path.as_uri())
        for link in page.locator("a[href]").evaluate_all(LINKS):
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = link.partition("#")
            target = (path.parent / name).resolve() if name else path
            if not target.is_file():
                dead.append(f"{path.relative_to(SITE)}: {link}")
            elif anchor and target.suffix == ".html":
                if target not in anchors:
                    anchors[target] = set(
                        re.findall(r'\bid="([^"]+)"', target.read_text(encoding="utf-8"))
                    )
                if anchor not in anchors[target]:
                    dead.append(f"{path.relative_to(SITE)}: {link}")
    assert dead == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_bars_readers_without_mouse_or_sight(page, site, lang):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = []
    for name in ("index", "notebooks/00_start", "notebooks/05_scorecard", "reference", "trust"):
        page.goto((SITE / lang / f"{name}.html").as_uri())
        assert page.locator("html").get_attribute("lang").startswith(lang)
        for fault in axe.run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response[
            "violations"
        ]:
            found.append(f"{name}: {fault['help']}: {fault['nodes'][0]['html'][:120]}")
    assert found == []


@pytest.mark.parametrize("page", [(718, 1000)], indirect=True, ids=["A4"])
def test_in_print_nothing_is_cut_off(page, site):
    page.emulate_media(media="print")
    cut = []
    for path in (path for path in site if path.parent.name == "notebooks"):
        page.goto(path.as_uri())
        page.wait_for_load_state()
        boxes = page.locator("div.cell_output, div.scroll").evaluate_all(
            """found => found.map(e => [e.scrollWidth - e.clientWidth,
                e.scrollHeight - e.clientHeight, e.innerText.slice(0, 40)])"""
        )
        cut += [(path.name, *box) for box in boxes if box[0] > 1 or box[1] > 1]
    assert cut == []


def test_the_first_page_sends_readers_to_their_language(page, site):
    page.goto((SITE / "index.html").as_uri())
    page.wait_for_url("**/zh/index.html")
    page.locator("p.language a").first.click()
    page.wait_for_url("**/en/index.html")
    assert "out of reach" in page.locator("article").inner_text()


@pytest.mark.parametrize(
    ("lang", "words", "finds"), [("zh", "续认率", "04_firm_counts"), ("en", "renewal", "reference")]
)
def test_the_search_finds_what_a_page_says(page, site, lang, words, finds):
    page.goto((SITE / lang / "index.html").as_uri())
    page.locator("input[type=search], input.sidebar-search").first.fill(words)
    page.keyboard.press("Enter")
    page.locator(f"#search-results a[href*='{finds}']").first.wait_for()
    assert page.complaints == []
