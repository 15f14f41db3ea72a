"""The workbook: values, formats, colours and widths as a spreadsheet program reads them."""

import datetime
import itertools
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import get_column_letter

from changji_analysis import files
from changji_analysis.assessment import VERDICTS
from changji_analysis.errors import UsageError
from changji_analysis.report import workbook

SCORES = pd.DataFrame(
    {
        "指标": ["R&D", "=1+1", "https://example.org", "@SUM(A1)", "007"],
        "value": [1.5, np.nan, 1234.5678, -0.25, np.inf],
        "year": pd.array([2025, 2025, None, 2020, 2021], dtype="Int64"),
        "count": [54, 130, 1_234_567, 0, 1],
        "probability": [0.0011, 0.5, np.nan, 1.0, 0.333],
        "known": pd.to_datetime(["2025-09-18", None, "2024-02-29", "2025-01-01", "2020-01-01"]),
        "met": pd.array([True, False, None, True, False], dtype="boolean"),
        "years": [(2021, 2022), [], None, (), (2023,)],
        "verdict": ["out_of_reach", "有风险", "achieved", "其他", None],
    },
    index=pd.Index(["t01", "t02", "t03", "t04", "t05"], name="id"),
)
SHEETS = {
    "评分表": SCORES,
    "说明": pd.DataFrame({"text": ["长" * 40_000, "两行\n文字", "a\x07b"]}),
    "无行": SCORES.iloc[:0],
    "it's": pd.DataFrame(),
}


def made(path, lang="zh", **changed):
    given = {"lang": lang, "title": "终期评估", "date": "2025-09-18", "verdict_column": "verdict"}
    workbook.write(SHEETS, path, **(given | changed))
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return made(tmp_path_factory.mktemp("book") / "a.xlsx")


def column(sheet, name):
    """Return the cells under a header."""
    (place,) = [cell.column for cell in sheet[1] if cell.value == name]
    return [row[place - 1] for row in sheet.iter_rows(min_row=2)]


def values(sheet, name):
    return [cell.value for cell in column(sheet, name)]


def formats(sheet, name):
    return {cell.number_format for cell in column(sheet, name) if cell.value is not None}


def test_same_tables_same_bytes(tmp_path, monkeypatch):
    made(tmp_path / "1.xlsx")
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 5, 6, 7, 8, 9, 1, 126, 0))
    made(tmp_path / "2.xlsx")
    assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.xlsx") as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_values_come_back(book):
    sheet = book["评分表"]
    assert values(sheet, "id") == list(SCORES.index)
    assert values(sheet, "value") == [1.5, None, 1234.5678, -0.25, "∞"]
    assert values(sheet, "year") == [2025, 2025, None, 2020, 2021]
    assert values(sheet, "probability") == [0.0011, 0.5, None, 1.0, 0.333]
    assert values(sheet, "met") == ["是", "否", None, "是", "否"]
    assert values(sheet, "years") == ["2021；2022", None, None, None, "2023"]
    assert values(sheet, "known")[:3] == [
        datetime.datetime(2025, 9, 18),
        None,
        datetime.datetime(2024, 2, 29),
    ]


def test_text_never_runs(book):
    cells = column(book["评分表"], "指标")
    assert [cell.value for cell in cells] == list(SCORES["指标"])
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell for cell in cells if cell.hyperlink]


def test_formats(book):
    sheet = book["评分表"]
    assert formats(sheet, "probability") == {"0.0%"}
    assert formats(sheet, "year") == {"0"}
    assert formats(sheet, "count") == {"#,##0"}
    assert formats(sheet, "known") == {"yyyy-mm-dd"}
    numbers = {c.number_format for c in column(sheet, "value") if isinstance(c.value, float)}
    assert numbers == {"#,##0.00"}


@pytest.mark.parametrize(
    ("name", "numbers", "form"),
    [
        ("value", [2000, 2001], "#,##0"),
        ("年份", [2000.0, 2001.0], "0"),
        ("2023", [2000.0, 2001.0], "0"),
        ("value", [0.1, 22.0], "#,##0.0"),
        ("value", [0.1 + 0.2, 1.25], "#,##0.00"),
        ("value", [np.pi / 100, 0.01], "#,##0.0000"),
        ("value", [100 * np.pi, 500.0], "#,##0.0"),
        ("value", [np.inf, True], "General"),
        ("value", [], "General"),
    ],
)
def test_decimals_follow_the_numbers(name, numbers, form):
    assert workbook._number_format(name, numbers) == form


def test_where_units_differ_each_number_has_its_own_decimals(tmp_path):
    rows = {"单位": ["%", "家", "亿元"], "值": [0.17, 41.0, 1234.56], "实现概率": [1.0, 0.5, 0.1]}
    frame = pd.DataFrame(rows)
    workbook.write({"a": frame}, tmp_path / "a.xlsx", lang="zh", title="", date="")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["a"]
    assert [cell.number_format for cell in column(sheet, "值")] == [
        "#,##0.00",
        "#,##0",
        "#,##0.00",
    ]
    assert formats(sheet, "实现概率") == {"0.0%"}
    assert sheet.row_dimensions[2].height == sheet.row_dimensions[3].height < 20


def test_percent_columns_are_the_callers_choice(tmp_path):
    sheet = made(tmp_path / "a.xlsx", percent=["value"])["评分表"]
    assert formats(sheet, "probability") == {"#,##0.0000"}
    assert "0.0%" in formats(sheet, "value")


def test_header_is_frozen_and_filters(book):
    for name, rows in (("评分表", 5), ("无行", 0)):
        sheet = book[name]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == f"A1:{get_column_letter(10)}{rows + 1}"
        assert sheet.print_title_rows == "$1:$1"
        assert all(cell.font.bold for cell in sheet[1])
    assert book["说明"].freeze_panes == "A2"


def test_widths_follow_the_contents(book):
    widths = book["评分表"].column_dimensions
    assert widths["B"].width > widths["A"].width
    assert all(5 < size.width < 60 for size in widths.values())
    notes = book["说明"]
    assert notes.column_dimensions["A"].width > 50
    assert notes.row_dimensions[2].height <= 409
    assert notes.row_dimensions[3].height > notes.row_dimensions[4].height


def test_long_and_odd_text(book):
    long, lines, odd = values(book["说明"], "text")
    assert len(long) == workbook.LONGEST and long.endswith("以下从略）")
    assert (lines, odd) == ("两行\n文字", "ab")


def test_verdicts_are_coloured_and_said(book):
    fills = {cell.value: cell.fill.fgColor.rgb for cell in column(book["评分表"], "verdict")}
    assert fills["out_of_reach"] == "FF" + workbook.COLOURS["out_of_reach"][0][1:]
    assert fills["有风险"] == "FF" + workbook.COLOURS["at_risk"][0][1:]
    assert fills["其他"] == "00000000"


def lightness(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_colours_are_legible_and_apart():
    assert set(workbook.COLOURS) == set(VERDICTS)
    for fill, ink in workbook.COLOURS.values():
        light, dark = sorted((lightness(fill), lightness(ink)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5
    for one, other in itertools.combinations([fill for fill, _ in workbook.COLOURS.values()], 2):
        apart = sum((int(one[k : k + 2], 16) - int(other[k : k + 2], 16)) ** 2 for k in (1, 3, 5))
        assert apart > 30**2


def test_contents(book):
    front = book.worksheets[0]
    assert book.sheetnames == ["目录", *SHEETS]
    assert (front["A1"].value, front["A2"].value) == ("终期评估", "2025年9月18日")
    listed = [[cell.value for cell in row] for row in front["A5:C8"]]
    assert listed == [["评分表", 5, 10], ["说明", 3, 1], ["无行", 0, 10], ["it's", 0, 0]]
    assert front["A8"].hyperlink.location == "'it''s'!A1"
    legend = [front.cell(row, 1).value for row in range(11, 18)]
    assert legend == [zh for zh, _ in VERDICTS.values()]
    assert book["it's"]["A1"].value == "无数据"


def test_english(tmp_path):
    english = made(tmp_path / "a.xlsx", "en", verdict_column=None)
    front = english.worksheets[0]
    assert (front.title, front["A2"].value) == ("Contents", "18 September 2025")
    assert values(english["评分表"], "met")[:2] == ["yes", "no"]
    assert english["it's"]["A1"].value == "no data"
    assert front.max_row == 8


def test_dates_are_those_of_the_data(book):
    assert book.properties.created == datetime.datetime(2025, 9, 18, 12)
    assert book.properties.title == "终期评估"


@pytest.mark.parametrize("names", [["a/b"], ["x" * 32], ["目录"], ["abc", "ABC"], [""]])
def test_bad_names_are_refused(tmp_path, names):
    sheets = dict.fromkeys(names, SCORES)
    with pytest.raises(UsageError, match="cannot name a sheet"):
        workbook.write(sheets, tmp_path / "a.xlsx", lang="zh", title="", date="")
    assert list(tmp_path.iterdir()) == []


def test_unknown_language_is_refused(tmp_path):
    with pytest.raises(UsageError, match="lang"):
        made(tmp_path / "a.xlsx", "fr")


def test_unwritable_folder_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"the last good workbook")

    def refuse(*_, **__):
        raise PermissionError(13, "no")

    monkeypatch.setattr(files.os, "replace", refuse)
    with pytest.raises(PermissionError):
        made(path)
    assert path.read_bytes() == b"the last good workbook"
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]
