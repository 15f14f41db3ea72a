"""The Word file: its bytes, its faces, its numbers, its tables, its pages."""

import io
import zipfile
from dataclasses import replace

import docx
import numpy as np
import pandas as pd
import pytest
from docx.oxml.ns import qn
from PIL import Image
from written import HOSTILE, LONG, PNG, figures, report

from changji_analysis import files, typeset
from changji_analysis.errors import UsageError
from changji_analysis.report import word
from changji_analysis.report.document import Document, Heading, Paragraph, Picture, Table

LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The report in both languages, opened."""
    folder = tmp_path_factory.mktemp("word")
    drawn = figures(folder / "figures")
    for lang in LANGUAGES:
        word.write(report(lang), folder / f"{lang}.docx", drawn)
    return {lang: docx.Document(str(folder / f"{lang}.docx")) for lang in LANGUAGES}


def texts(document, style):
    return [line.text for line in document.paragraphs if line.style.name.startswith(style)]


def headings(document):
    return {lv: texts(document, f"Heading {lv}") for lv in (1, 2, 3)}


def attribute(element, name):
    return element.get(qn(f"w:{name}"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_same_report_same_bytes(tmp_path, monkeypatch, lang):
    drawn = figures(tmp_path / "figures")
    paths = [tmp_path / "1.docx", tmp_path / "2.docx"]
    word.write(report(lang), paths[0], drawn)
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 5, 6, 7, 8, 9, 1, 126, 0))
    word.write(report(lang), paths[1], drawn)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with zipfile.ZipFile(paths[0]) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        text = b"".join(packed.read(name) for name in packed.namelist())
    assert b"rsid" not in text


def test_numbers_are_typed(made):
    assert headings(made["zh"]) == {
        1: ["一、工作情况", "二、形势", "附表1 指标", "附件 方法", "附注"],
        2: ["（一）依据", "（二）口径", "（一）其一", "（一）口径", "（二）进度", "附注1　概率"],
        3: ["1.数据", "2.方法", "公式"],
    }
    assert headings(made["en"]) == {
        1: ["1. Work", "2. Outlook", "Annex table 1 Targets", "Annex Methods", "Notes"],
        2: ["1.1 Basis", "1.2 Scope", "2.1 One", "1. Scope", "2. Pace", "Note 1: Probability"],
        3: ["a) Data", "b) Methods", "Formula"],
    }
    assert "见文末附注1：概率。" in texts(made["zh"], "Body Text")
    assert "See Note 1 at the end: Probability." in texts(made["en"], "Body Text")


def test_captions_are_numbered_in_the_order_of_print(made):
    assert texts(made["zh"], "Caption") == [
        "表1　三项指标",
        "图1　预测",
        "表2　空表",
        "表3　宽表",
        "图2　预测",
        "表4　宽表",
        "表5　三项指标",
    ]
    assert texts(made["en"], "Caption")[:2] == ["Table 1: Three targets", "Figure 1: Forecast"]
    body = list(made["zh"].element.body)
    for table in made["zh"].element.body.findall(qn("w:tbl")):
        before = table.getprevious()
        style = before.find(f".//{qn('w:pStyle')}")
        assert attribute(style, "val") in ("Caption", "BodyText")
    for picture in made["zh"].element.body.iter(qn("w:drawing")):
        line = next(e for e in picture.iterancestors() if e in body)
        after = line.getnext()
        assert attribute(after.find(f".//{qn('w:pStyle')}"), "val") == "Caption"


def test_faces_sizes_and_spacing(made):
    expected = {
        "Body Text": ("仿宋", 16, 28),
        "Heading 1": ("黑体", 16, 28),
        "Heading 2": ("楷体", 16, 28),
        "Heading 3": ("仿宋", 16, 28),
        "Title": ("方正小标宋简体", 22, 36),
    }
    styles = made["zh"].styles
    for name, (face, size, line) in expected.items():
        style = styles[name]
        fonts = style.element.rPr.rFonts
        assert attribute(fonts, "eastAsia") == face
        assert attribute(fonts, "ascii") == "Times New Roman"
        assert not [key for key in fonts.attrib if "Theme" in key]
        assert (style.font.size.pt, style.paragraph_format.line_spacing.pt) == (size, line)
    indent = styles["Body Text"].element.pPr.find(qn("w:ind"))
    assert (attribute(indent, "firstLineChars"), attribute(indent, "firstLine")) == ("200", "640")
    assert [styles[f"Heading {level}"].font.bold for level in (1, 2, 3)] == [False, False, True]
    english = made["en"].styles["Body Text"]
    assert attribute(english.element.rPr.rFonts, "ascii") == "Times New Roman"
    assert attribute(english.element.pPr.find(qn("w:ind")), "firstLine") == "0"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_headings_have_outline_levels(made, lang):
    for level in (1, 2, 3):
        style = made[lang].styles[f"Heading {level}"].element
        assert attribute(style.pPr.find(qn("w:outlineLvl")), "val") == str(level - 1)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_contents_show_without_being_renewed(made, lang):
    body = made[lang].element.body
    codes = [e.text.strip() for e in body.iter(qn("w:instrText"))]
    assert codes == [r'TOC \o "1-2" \h \z \u']
    kinds = [attribute(e, "fldCharType") for e in body.iter(qn("w:fldChar"))]
    assert kinds == ["begin", "separate", "end"]
    typed = ["".join(t.text for t in link.iter(qn("w:t"))) for link in body.iter(qn("w:hyperlink"))]
    listed = headings(made[lang])
    assert sorted(typed) == sorted(listed[1] + listed[2])
    targets = [attribute(link, "anchor") for link in body.iter(qn("w:hyperlink"))]
    marks = [attribute(mark, "name") for mark in body.iter(qn("w:bookmarkStart"))]
    assert set(targets) <= set(marks) and len(set(marks)) == len(marks)


def test_tables_have_three_lines(made):
    tables = made["zh"].element.body.findall(qn("w:tbl"))
    assert len(tables) == 6
    for table in tables:
        borders = table.tblPr.find(qn("w:tblBorders"))
        drawn = {edge.tag.rpartition("}")[2]: attribute(edge, "sz") for edge in borders}
        assert drawn == {"top": "12", "bottom": "12"}
        head, *rows = table.tr_lst
        assert head.trPr.find(qn("w:tblHeader")) is not None
        rules = [attribute(e, "sz") for e in head.iter(qn("w:bottom"))]
        assert rules == ["6"] * len(head.tc_lst)
        for row in (head, *rows):
            assert row.trPr.find(qn("w:cantSplit")) is not None
        assert not [e for row in rows for e in row.iter(qn("w:tcBorders"))]
        widths = [int(attribute(column, "w")) for column in table.tblGrid]
        assert min(widths) > 300


def test_numbers_stand_right_and_text_left(made):
    table = made["zh"].element.body.find(qn("w:tbl"))
    sides = [attribute(jc, "val") for jc in table.tr_lst[1].iter(qn("w:jc"))]
    assert sides == ["left", "right", "left", "left"]


def test_pages(made):
    for document in made.values():
        front, *rest = document.sections
        assert (front.page_width.mm, front.page_height.mm) == pytest.approx((210, 297), abs=0.1)
        margins = [front.top_margin, front.bottom_margin, front.left_margin, front.right_margin]
        assert [m.mm for m in margins] == pytest.approx([37, 35, 28, 26], abs=0.1)
        assert [s.page_width > s.page_height for s in rest] == [False, True, False, True, False]
        starts = document.element.body.findall(f".//{qn('w:pgNumType')}")
        assert [attribute(start, "start") for start in starts] == ["1"]
        assert "".join(line.text for line in front.footer.paragraphs) == ""
        foot = rest[0].footer.paragraphs[0]
        assert foot.text == "— 1 —"
        assert [e.text.strip() for e in foot._p.iter(qn("w:instrText"))] == ["PAGE"]
        assert foot.style.element.pPr.jc.get(qn("w:val")) == "center"


def test_heading_before_a_wide_table_goes_with_it(made):
    turned = made["zh"].sections[2]
    lines = [line.text for line in turned.iter_inner_content() if hasattr(line, "text")]
    assert lines[:3] == ["二、形势", "（一）其一", "表3　宽表"]


def test_wide_table_first(tmp_path):
    wide = replace(report().blocks[13], caption="")
    document = replace(report(), blocks=(wide,), appendices=())
    word.write(document, tmp_path / "a.docx", tmp_path)
    made = docx.Document(str(tmp_path / "a.docx"))
    assert [s.page_width > s.page_height for s in made.sections] == [False, True]
    assert made.sections[1].footer.paragraphs[0].text == "— 1 —"


def test_pictures_have_alternative_text_and_fit(made):
    for document in made.values():
        for shape in document.inline_shapes:
            assert shape._inline.docPr.get("descr") == typeset.clean(HOSTILE)
            assert shape.width.mm == pytest.approx(156, abs=0.1)
            assert shape.height.mm < 200


def test_tall_picture_is_made_to_fit(tmp_path):
    (tmp_path / "zh").mkdir()
    Image.new("L", (10, 40)).save(tmp_path / "zh" / "tall.png")
    document = replace(report(), blocks=(Picture("tall", "高", "高"),), appendices=())
    word.write(document, tmp_path / "a.docx", tmp_path)
    (shape,) = docx.Document(str(tmp_path / "a.docx")).inline_shapes
    assert shape.height.mm == pytest.approx(195, abs=0.1)
    assert shape.width / shape.height == pytest.approx(0.25, abs=0.001)


def test_properties_are_those_of_the_document(made):
    properties = made["zh"].core_properties
    assert (properties.author, properties.title) == ("昌吉市科学技术局", "终期评估报告")
    assert f"{properties.created:%Y-%m-%d}" == f"{properties.modified:%Y-%m-%d}" == "2025-09-18"
    assert properties.comments == ""
    assert "2025年9月18日" in texts(made["zh"], "Cover")
    assert "18 September 2025" in texts(made["en"], "Cover")


def test_text_survives(made):
    lines = texts(made["zh"], "Body Text")
    assert typeset.clean("全市“十四五”目标29项——" + HOSTILE) in lines
    cell = made["zh"].tables[0].rows[3].cells[3]
    assert cell.text == LONG
    assert made["zh"].tables[0].rows[2].cells[2].text == "有风险\n（第二行）"
    assert made["zh"].tables[0].rows[2].cells[3].text == ""
    hints = [attribute(e, "hint") for e in made["zh"].element.body.iter(qn("w:rFonts"))]
    assert set(hints) == {"eastAsia"}


def test_small_type_for_many_columns():
    frame = pd.DataFrame(
        np.full((30, 11), "一段较长的说明文字"), columns=[f"列{i}" for i in range(11)]
    )
    few = word._fit(*typeset.cells(frame.iloc[:, :2]), [False] * 3, 8845, "zh")
    many = word._fit(*typeset.cells(frame), [False] * 12, 12755, "zh")
    assert few[1] == 12.0 and many[1] == 9.0
    assert sum(many[0]) == pytest.approx(12755, abs=12)


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        ((Picture("gone", "无", "无"),), "gone.png"),
        ((Picture("../zh/fan", "无", "无"),), "letters, digits"),
        ((Heading("深", 4),), "level is 1, 2 or 3"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path, blocks, said):
    drawn, path = figures(tmp_path / "figures"), tmp_path / "a.docx"
    path.write_bytes(b"the last good report")
    with pytest.raises(UsageError, match=said):
        word.write(replace(report(), blocks=blocks), path, drawn)
    with pytest.raises(UsageError, match="lang"):
        word.write(replace(report(), lang="fr"), path, drawn)
    assert path.read_bytes() == b"the last good report"


@pytest.mark.parametrize("half", [b"", PNG[:20], b"<html>"])
def test_half_written_picture_is_refused(tmp_path, half):
    drawn = figures(tmp_path / "figures")
    (drawn / "zh" / "fan.png").write_bytes(half)
    with pytest.raises(UsageError, match="is no PNG"):
        word.write(report(), tmp_path / "a.docx", drawn)
    assert not (tmp_path / "a.docx").exists()


def test_unwritable_folder_leaves_the_old_file(tmp_path, monkeypatch):
    drawn, path = figures(tmp_path / "figures"), tmp_path / "a.docx"
    path.write_bytes(b"the last good report")

    def refuse(*_, **__):
        raise PermissionError(13, "no")

    monkeypatch.setattr(files.os, "replace", refuse)
    with pytest.raises(PermissionError):
        word.write(report(), path, drawn)
    assert path.read_bytes() == b"the last good report"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.docx", "figures"]


def test_bare_document(tmp_path):
    word.write(Document("题", "", "", "", "zh", ()), tmp_path / "a.docx", tmp_path)
    assert docx.Document(io.BytesIO((tmp_path / "a.docx").read_bytes())).paragraphs[0].text == "题"


def test_chinese_numerals():
    assert [typeset.chinese(n) for n in (1, 10, 11, 20, 35)] == [
        "一",
        "十",
        "十一",
        "二十",
        "三十五",
    ]
    with pytest.raises(UsageError):
        typeset.chinese(100)


@pytest.mark.parametrize(
    ("date", "zh", "en", "moment"),
    [
        ("2025-09-18", "2025年9月18日", "18 September 2025", "2025-09-18"),
        ("2025年9月", "2025年9月", "2025年9月", "2025-09-01"),
        ("September", "September", "September", "2000-01-01"),
        ("2025-13-40", "2025-13-40", "2025-13-40", "2025-01-01"),
    ],
)
def test_dates(date, zh, en, moment):
    assert (typeset.date_text(date, "zh"), typeset.date_text(date, "en")) == (zh, en)
    assert f"{typeset.moment(date):%Y-%m-%d}" == moment


@pytest.mark.parametrize(
    ("texts", "right"),
    [
        (["+54.6%", "—"], True),
        (["不足1%", ""], True),
        (["1,530万吨", "待填"], True),
        (["约1亿元", "2"], True),
        (["—", "—"], True),
        (["", ""], False),
        (["2020", "困难"], False),
        (["41家（2020）", "2"], False),
    ],
)
def test_columns_of_numbers_are_known(texts, right):
    assert typeset.right_aligned([["1", text] for text in texts], 1) is right
    assert not typeset.right_aligned([[text, ""] for text in texts], 0)


def test_table_in_words_only(tmp_path):
    frame = pd.DataFrame(index=pd.Index(["甲", "乙"], name="名"))
    document = replace(report(), blocks=(Table("名单", frame), Paragraph("")), appendices=())
    word.write(document, tmp_path / "a.docx", tmp_path)
    assert len(docx.Document(str(tmp_path / "a.docx")).tables[0].rows) == 3
