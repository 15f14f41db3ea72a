"""The markup of templates: what is read from it, and what is said of what cannot be read."""

import jinja2
import pytest

from changji_analysis.report.content import (
    Chapter,
    Heading,
    Paragraph,
    Picture,
    Table,
    chinese,
    display_width,
    numbered,
    read,
    titled,
)
from changji_analysis.report.templating import ReportError, environment, render

TEXT = """
# 总体评价
第一行，
第二行。

## 分节
横表：指标
| 指标 | 数 |
| 甲 | 1 |
| 乙 | — |
注：注文。

图 rd_fan：预测
"""


def test_blocks_of_a_template():
    heading, text, section, table, picture = read(TEXT, "zh/x")
    assert heading == Heading("总体评价", 1) and section == Heading("分节", 2)
    assert text == Paragraph("第一行，第二行。")
    assert table == Table(
        "指标", ("指标", "数"), (("甲", "1"), ("乙", "—")), "注：注文。", wide=True
    )
    assert table.numeric == [False, True]
    assert picture == Picture("rd_fan", "预测")


def test_english_lines_are_joined_by_a_space_and_a_table_without_rows_is_dropped():
    text = "One line\nand another.\n\nTable: empty\n| a | b |\n\nFigure fan: Forecast"
    assert read(text, "en/x") == (Paragraph("One line and another."), Picture("fan", "Forecast"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("表：甲\n| a | b |\n| 1 |", "1 cells under 2 heads"),
        ("文字\n| a | b |", "belongs to no table"),
        ("注：无主", "belongs to no table"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(text, said):
    with pytest.raises(ReportError, match=said):
        read(text, "zh/03.md.j2")


def made(tmp_path, text):
    folder = tmp_path / "zh"
    folder.mkdir()
    (folder / "a.j2").write_text(text, encoding="utf-8")
    return environment(folder=tmp_path)


@pytest.mark.parametrize("value", ["# 甲 | 乙 <b>&\"'", "**粗**", "注：甲", "表：乙", "a\nb\\|c"])
def test_a_value_is_never_taken_for_markup(tmp_path, value):
    text = render(
        made(tmp_path, "{{ v }}\n\n表：t\n| {{ v }} | x |\n| {{ v }} | y |"), "zh/a.j2", v=value
    )
    paragraph, table = read(text, "zh/a.j2")
    plain = value.replace("\n", " ")
    assert paragraph == Paragraph(plain) and table.rows == ((plain, "y"),)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("甲\n\n{{ nothing }}", 3, "'nothing' is undefined"),
        ("甲\n{% if x %}", 2, "end of template"),
        ("甲\n{{ t.missing }}", 2, "missing"),
        ("{{ none }}", 1, "the value is missing"),
        ("甲\n乙\n{{ number }}", 3, "the value is missing"),
    ],
)
def test_an_edited_template_fails_with_its_file_and_line(tmp_path, text, line, said):
    with pytest.raises(ReportError, match=said) as caught:
        names = {"t": object(), "none": None, "number": float("nan")}
        render(made(tmp_path, text), "zh/a.j2", **names)
    assert f"templates/zh/a.j2, line {line}" in str(caught.value)
    assert "上一份报告未动" in str(caught.value)


def test_a_missing_template(tmp_path):
    with pytest.raises(ReportError, match="missing"):
        render(made(tmp_path, ""), "zh/b.j2")
    assert issubclass(jinja2.StrictUndefined, jinja2.Undefined)


def test_numbers_of_headings_and_captions():
    def chapter(name, *blocks):
        return Chapter(name, blocks)

    table = Table("甲", ("a",), (("1",),))
    plain = Table("", ("a",), (("1",),))
    body = (Heading("一章"), Heading("节", 2), Heading("点", 3), table, plain, Picture("p", "图名"))
    chapters = [
        chapter("00_brief.md.j2", Heading("呈阅件")),
        chapter("01_a.md.j2", *body),
        chapter("02_b.md.j2", *body),
        chapter("20_c.md.j2", Heading("附表1　指标"), Heading("来源", 2)),
    ]
    zh = [b for c in numbered(chapters, "zh") for b in c.blocks]
    labels = [titled(b, "zh") for b in zh if isinstance(b, Heading)]
    assert labels == [
        "呈阅件", "一、一章", "（一）节", "1.点", "二、一章", "（一）节", "1.点",
        "附表1　指标", "（一）来源",
    ]  # fmt: skip
    assert [titled(b, "zh") for b in zh if isinstance(b, Table)] == ["表1　甲", "", "表2　甲", ""]
    en = [b for c in numbered(chapters, "en") for b in c.blocks]
    assert [titled(b, "en") for b in en if isinstance(b, Heading)][4:7] == [
        "2. 一章", "2.1 节", "(a) 点",
    ]  # fmt: skip
    assert [titled(b, "en") for b in en if isinstance(b, Picture)][1] == "Figure 2: 图名"
    assert len({b.anchor for b in zh if not isinstance(b, Paragraph) and b.anchor}) > 10


def test_widths_and_chinese_numbers():
    assert display_width("研发R&D\n甲") == 7
    assert [chinese(n) for n in (1, 10, 11, 20, 35)] == ["一", "十", "十一", "二十", "三十五"]
