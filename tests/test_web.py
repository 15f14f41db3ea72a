"""The web page: alone in one file, every text escaped, every link leading somewhere."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest
from matplotlib import rc_context
from matplotlib.figure import Figure
from written import HOSTILE, LONG, figures, report

from changji_analysis import files, typeset
from changji_analysis.errors import UsageError
from changji_analysis.report import web
from changji_analysis.report.document import Document, Paragraph, Picture, Table

LANGUAGES = ("zh", "en")
VOID = {"meta", "br"}


class Page(HTMLParser):
    """Collects (tag, attributes) and the text of each element; unclosed elements are an error."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.said = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.said.append("")
        if tag not in VOID:
            self.open.append((tag, len(self.elements) - 1))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        for _, place in self.open:
            self.said[place] += data

    def texts(self, tag):
        return [s for (name, _), s in zip(self.elements, self.said, strict=True) if name == tag]

    def values(self, name):
        return [given[name] for _, given in self.elements if name in given]


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """The report in both languages, as text."""
    folder = tmp_path_factory.mktemp("web")
    drawn = figures(folder / "figures")
    for lang in LANGUAGES:
        web.write(report(lang), folder / f"{lang}.html", drawn)
    return {lang: (folder / f"{lang}.html").read_text(encoding="utf-8") for lang in LANGUAGES}


@pytest.fixture(scope="module")
def pages(sources):
    return {lang: Page(text) for lang, text in sources.items()}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_same_report_same_bytes(tmp_path, sources, lang):
    web.write(report(lang), tmp_path / "a.html", figures(tmp_path / "figures"))
    assert (tmp_path / "a.html").read_bytes() == sources[lang].encode()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_outside_is_needed(sources, pages, lang):
    assert "http:" not in sources[lang] and "https:" not in sources[lang]
    tags = {tag for tag, _ in pages[lang].elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "metadata", "rdf:rdf"}
    for name in ("href", "src", "xlink:href", "clip-path"):
        assert all(re.match(r"#|url\(#", value) for value in pages[lang].values(name))
    assert "@import" not in sources[lang]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_ids_are_unique_and_references_resolve(sources, pages, lang):
    ids = pages[lang].values("id")
    assert len(set(ids)) == len(ids)
    used = [value[1:] for value in pages[lang].values("href")]
    used += re.findall(r"url\(#([^)]+)\)", sources[lang])
    used += [name for value in pages[lang].values("aria-labelledby") for name in value.split()]
    assert len(used) > 20
    assert set(used) <= set(ids)


def test_style_of_a_figure_holds_for_it_alone(sources):
    assert re.findall(r"([^\s>]*) ?\*\s*\{\s*stroke-linejoin", sources["zh"]) == [
        "#figure-1-svg",
        "#figure-2-svg",
    ]


def test_text_is_escaped(sources, pages):
    assert "<script" not in sources["zh"]
    assert "&lt;script&gt;alert(1)" in sources["zh"]
    said = typeset.clean(HOSTILE)
    paragraphs = pages["zh"].texts("p")
    assert "全市“十四五”目标29项——" + said in paragraphs and said in paragraphs
    assert said in pages["zh"].texts("td") and LONG in pages["zh"].texts("td")
    assert pages["zh"].texts("desc") == [said, said]
    assert "\x0b" not in sources["zh"]


def test_hostile_title(tmp_path):
    document = replace(report(), title=HOSTILE, subtitle=HOSTILE, issuer=HOSTILE)
    web.write(document, tmp_path / "a.html", figures(tmp_path / "figures"))
    page = Page((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert page.texts("h1") == page.texts("title")[:1] == [typeset.clean(HOSTILE)]
    assert "script" not in {tag for tag, _ in page.elements}


def test_numbers_agree_with_the_word_file(pages):
    assert pages["zh"].texts("h2") == [
        "目录",
        "一、工作情况",
        "二、形势",
        "附表1 指标",
        "附件 方法",
    ]
    assert pages["zh"].texts("h3") == ["（一）依据", "（二）口径", "（一）其一", "（一）口径"]
    assert pages["zh"].texts("summary") == ["附注1　概率", "（二）进度"]
    captions = [
        "表1　三项指标",
        "图1　预测",
        "表2　空表",
        "表5　三项指标",
        "表3　宽表",
        "图2　预测",
    ]
    assert pages["zh"].texts("figcaption") == [*captions, "表4　宽表"]
    assert pages["en"].texts("h3") == ["1.1 Basis", "1.2 Scope", "2.1 One", "1. Scope"]
    assert pages["en"].texts("h4") == ["a) Data", "b) Methods", "Formula"]


def test_contents_name_chapters_and_sections(pages):
    links = pages["zh"].texts("a")
    assert links == [
        "跳到正文",
        "一、工作情况",
        "（一）依据",
        "（二）口径",
        "二、形势",
        "（一）其一",
        "附表1 指标",
        "附件 方法",
        "（一）口径",
        "（二）进度",
    ]


def test_language_and_reading_aloud(pages):
    for lang, code in (("zh", "zh-CN"), ("en", "en")):
        elements = pages[lang].elements
        assert elements[0] == ("html", {"lang": code})
        pictures = [given for tag, given in elements if tag == "svg"]
        assert [given["role"] for given in pictures] == ["img", "img"]
        assert all("viewbox" in given and "width" not in given for given in pictures)
        boxes = [given for _, given in elements if given.get("role") == "region"]
        assert boxes and all(
            given["tabindex"] == "0" and ("aria-label" in given or "aria-labelledby" in given)
            for given in boxes
        )
        scopes = [given["scope"] for tag, given in elements if tag == "th"]
        assert set(scopes) == {"col", "row"}
        assert ("viewport", "width=device-width, initial-scale=1") in [
            (given.get("name"), given.get("content")) for tag, given in elements if tag == "meta"
        ]


def test_colours_are_dark_on_white():
    def luminance(colour):
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    for name in ("ink", "quiet", "accent"):
        colour = re.search(rf"--{name}: (#\w{{6}})", web.STYLE).group(1)
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5
    inks = set(re.findall(r"[^-]color: ([^;]+);", web.STYLE))
    assert inks == {"var(--ink)", "var(--quiet)", "var(--accent)", "inherit"}


def test_figures_of_the_project(tmp_path):
    (tmp_path / "zh").mkdir()
    with rc_context({"svg.hashsalt": "x"}):
        figure = Figure()
        figure.subplots().fill_between([0, 1], [0, 1], hatch="/", clip_on=True)
        figure.savefig(tmp_path / "zh" / "a.svg", metadata={"Date": None, "Title": "旧名"})
    pictures = (Picture("a", "甲", "甲图"), Picture("a", "乙", "乙图"))
    web.write(replace(report(), blocks=pictures, appendices=()), tmp_path / "a.html", tmp_path)
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    page = Page(text)
    ids = page.values("id")
    assert len(set(ids)) == len(ids)
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)
    assert {value[1:] for value in page.values("href")} <= set(ids)
    assert page.texts("title")[1:] == ["甲", "乙"] and "http" not in text
    outlines = re.findall(r'<path d="([^"]+)" id="([^"]+)"|<path id="([^"]+)" d="([^"]+)"', text)
    letters = [d or e for d, _, _, e in outlines]
    assert letters and len(set(letters)) == len(letters)  # an outline stands once on the page
    assert not re.search(r"\.\d{3}", " ".join(page.values("d")))
    assert page.texts("p")[-2:] == ["甲图", "乙图"]  # for phones, where the picture is cut off


def test_bare_document_and_table_without_rows_or_columns(tmp_path):
    frame = pd.DataFrame(index=pd.Index([], name="名"))
    blocks = (Paragraph(""), Table("", frame), Table("无", frame))
    web.write(Document("题", "", "", "", "en", blocks), tmp_path / "a.html", tmp_path)
    assert Page((tmp_path / "a.html").read_text(encoding="utf-8")).texts("th") == ["名", "名"]


@pytest.mark.parametrize("svg", [None, "<svg"])
def test_missing_figure_and_unwritable_folder_leave_the_old_page(tmp_path, monkeypatch, svg):
    drawn, path = figures(tmp_path / "figures"), tmp_path / "a.html"
    path.write_bytes(b"the last good report")
    if svg is None:
        (drawn / "zh" / "fan.svg").unlink()
    else:
        (drawn / "zh" / "fan.svg").write_text(svg, encoding="utf-8")
    with pytest.raises(UsageError, match=r"zh.fan\.svg"):
        web.write(report(), path, drawn)

    def refuse(*_, **__):
        raise PermissionError(13, "no")

    monkeypatch.setattr(files.os, "replace", refuse)
    with pytest.raises(PermissionError):
        web.write(report("en"), path, drawn)
    assert path.read_bytes() == b"the last good report"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.html", "figures"]
