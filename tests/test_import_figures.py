"""From a sheet to the data: what is demanded, added, kept apart, asked and refused."""

import csv
import datetime as dt
import io
import zipfile

import import_data
import openpyxl
import pandas as pd
import pytest
from corpus_sheets import CASES, CORPUS, Case, build

import changji_analysis as ca
from changji_analysis import _compat as quality
from changji_analysis import _compat as records
from changji_analysis import importing
from changji_analysis._compat import history
from changji_analysis.config import data_dir
from changji_analysis.importing.adding import commit
from changji_analysis.importing.marked import marked_copy
from changji_analysis.importing.proposal import Options
from changji_analysis.importing.reading import propose, propose_one
from changji_analysis.importing.sheets import read_content, read_workbook, show_number
from changji_analysis.importing.template import template

SOURCE, DAY = "昌吉市科技局：科技统计年报", "2025-03-01"


@pytest.fixture
def data(tmp_path, monkeypatch):
    root = import_data.write(tmp_path / "data")
    monkeypatch.setenv("CHANGJI_DATA", str(root))
    return root


def take(name, **more):
    return ca.import_figures(CORPUS / name, SOURCE, DAY, dry_run=False, **more)


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def text_file(path, *lines):
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def everything(root):
    return {p: p.read_bytes() for p in root.rglob("*") if p.is_file() and p.name != ".lock"}


# ---- adding ------------------------------------------------------------------------------------
def test_figures_are_kept_as_printed_and_read_back(data):
    take("title_two_units.xlsx")
    rows = table(data / "private/yearly_statistics.csv")
    assert [(r["indicator"], r["year"], r["as_printed"], r["value"]) for r in rows] == [
        ("rd_expenditure", "2022", "0.9亿元", "0.9"),
        ("rd_expenditure", "2023", "1.05亿元", "1.05"),
        ("rd_intensity", "2022", "0.18%", "0.18"),
        ("rd_intensity", "2023", "0.19%", "0.19"),
    ]
    (source,) = table(data / "private/sources.csv")
    assert (source["publisher"], source["title"]) == ("昌吉市科技局", "科技统计年报")
    assert source["licence"] == "not public" and rows[0]["source"] == source["id"]
    frame = ca.load_statistics()
    assert frame["private"].sum() == 4
    assert frame.loc[frame["private"], "value"].tolist() == [0.9, 1.05, 0.18, 0.19]
    known = history("昌吉市", "rd_intensity")
    assert known.to_dict() == {2020: 0.17, 2022: 0.18, 2023: 0.19}
    assert known.attrs["private"] == [2022, 2023]
    found = quality.problems()
    assert not (found["severity"] == "error").any()
    assert found["code"].eq("private").sum() == 1


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_whatever_is_added_passes_the_check_and_adds_nothing_twice(case, data):
    stated = {"source": SOURCE, "published": dt.date(2025, 3, 1)} | case.options
    options = Options(**stated)
    added = commit(propose(CORPUS / case.name, options))
    assert added == len(case.taken)
    found = quality.problems()
    errors = found[found["severity"] == "error"]
    assert errors.empty, errors.to_string()
    before = everything(data)
    again = propose(CORPUS / case.name, options)
    assert commit(again) == 0 and everything(data) == before
    assert {f.cell for f in again.figures if f.status == "known"} >= set(case.taken)


def test_private_figures_can_be_left_out(data, monkeypatch):
    take("title_two_units.xlsx")
    monkeypatch.setenv("CHANGJI_PRIVATE", "no")
    assert not ca.load_statistics()["private"].any()
    assert history("昌吉市", "rd_intensity").to_dict() == {2020: 0.17}
    assert not ca.load_sources()["licence"].eq("not public").any()


def test_public_figures_go_to_raw_in_its_order(data):
    before = (data / "raw/yearly_statistics.csv").read_text(encoding="utf-8").splitlines()
    take("title_two_units.xlsx", public=True)
    after = (data / "raw/yearly_statistics.csv").read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line in before] == before
    rows = table(data / "raw/yearly_statistics.csv")
    keys = [(r["indicator"], r["year"]) for r in rows if r["area"] == "昌吉市"]
    assert keys == sorted(keys) and len(rows) == len(before) + 3
    assert (data / ".previous/raw/yearly_statistics.csv").read_text(encoding="utf-8") == (
        "\n".join(before) + "\n"
    )
    assert not (data / "private").exists() and not ca.load_statistics()["private"].any()


def test_a_private_figure_can_be_published_later(data):
    take("title_two_units.xlsx")
    take("title_two_units.xlsx", public=True)
    frame = ca.load_statistics()
    assert not frame["private"].any() and len(frame) == 8
    found = quality.problems()
    assert found["code"].eq("superseded").sum() == 4 and not found["severity"].eq("error").any()
    ids = {row["id"] for row in table(data / "sources.csv")}
    assert {row["source"] for row in table(data / "raw/yearly_statistics.csv")} <= ids


def test_the_shipped_table_is_left_as_it_is_written():
    path = import_data.HOME / "raw/yearly_statistics.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    assert out.getvalue().encode() == path.read_bytes()


@pytest.mark.parametrize(
    ("stated", "lacking"),
    [
        ({"source": SOURCE}, "published"),
        ({"published": dt.date(2025, 3, 1)}, "source"),
        ({}, "and"),
    ],
)
def test_source_and_date_are_demanded(data, stated, lacking):
    proposal = propose(CORPUS / "title_two_units.xlsx", Options(**stated))
    with pytest.raises(ca.UsageError, match=f"{lacking}.* must be stated"):
        commit(proposal)
    assert not (data / "private").exists()


def test_a_dry_run_writes_nothing(data):
    before = everything(data)
    frame = ca.import_figures(CORPUS / "title_two_units.xlsx", SOURCE, DAY)
    assert frame["status"].tolist() == ["new"] * 4
    assert frame["cell"].tolist() == ["B4", "C4", "B5", "C5"]
    assert everything(data) == before


def test_errors_stop_the_import_and_are_told_all_at_once(data):
    before = everything(data)
    with pytest.raises(ca.DataError) as error:
        take("unreadable.csv")
    assert error.value.problems["column"].tolist() == ["C2", "E2", "C3", "D3"]
    assert "unreadable.csv [unreadable], row 2, column C2, value '五六十'" in str(error.value)
    assert "处理办法" in str(error.value) and everything(data) == before
    take("unreadable.csv", partial=True)
    assert len(table(data / "private/yearly_statistics.csv")) == 2


# ---- against what stands there -----------------------------------------------------------------
def one(value, published, year=2020, vintage="first", **more):
    options = Options(SOURCE, importing.as_day(published), **more)
    proposal = propose_one("昌吉市", "高新技术企业", year, value, options, vintage)
    return proposal, proposal.figures[0]


def test_a_later_contradiction_becomes_a_revision_and_overwrites_nothing(data):
    before = (data / "raw/yearly_statistics.csv").read_bytes()
    proposal, figure = one("43家", "2024-05-20")
    assert (figure.status, figure.vintage) == ("revised", "revised")
    commit(proposal)
    assert (data / "raw/yearly_statistics.csv").read_bytes() == before
    assert history("昌吉市", "hightech_firms").to_dict() == {2020: 43}
    assert history("昌吉市", "hightech_firms", as_of="2024-05-19").to_dict() == {2020: 41}
    assert one("43家", "2024-05-20")[1].status == "known"
    third = one("44家", "2025-05-20")[1]
    assert (third.status, third.code) == ("question", "contradicts_twice")


def test_an_earlier_or_equally_old_contradiction_is_a_question(data):
    for day in ("2023-07-12", "2022-01-01"):
        proposal, figure = one("43家", day)
        assert (figure.status, figure.code) == ("question", "contradicts")
        assert commit(proposal) == 0
    assert one("43家", "2022-01-01", take=frozenset({"A1"}))[1].status == "revised"


def test_an_early_signal_is_kept_apart_and_yields_to_the_figure(data):
    commit(one("50家", "2022-01-10", year=2021, vintage="signal")[0])
    known = history("昌吉市", "hightech_firms")
    assert known.to_dict() == {2020: 41, 2021: 50} and known.attrs["early"] == [2021]
    commit(one("52家", "2022-09-01", year=2021)[0])
    known = history("昌吉市", "hightech_firms")
    assert known.to_dict() == {2020: 41, 2021: 52} and known.attrs["early"] == []
    assert history("昌吉市", "hightech_firms", as_of="2022-06-30").to_dict() == {2021: 50}


def test_a_figure_of_a_year_that_is_not_over_is_a_signal(data):
    figure = one("48家", "2021-11-05", year=2021)[1]
    assert (figure.vintage, figure.confidence, figure.said[-1][0]) == ("signal", "medium", "early")
    assert one("48家", "2020-11-05", year=2021)[1].code == "future_value"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("52万元", "wrong_unit"), ("52瓩", "unknown_unit"), ("三五家", "unreadable"),
        ("-3家", "negative_value"), ("50-60家", "unreadable"), ("—", "unreadable"),
        ("5200家", "implausible"), ("=1+1", "unreadable"), ("", "unreadable"),
    ],
)  # fmt: skip
def test_one_figure_that_cannot_be_taken(data, text, code):
    assert one(text, "2025-03-01", year=2021)[1].code == code


@pytest.mark.parametrize(
    "wrong",
    [("昌吉", "hightech_firms"), ("昌吉市", "hightech"), ("昌吉市", "高新企业工业产值")],
)
def test_one_figure_of_an_unknown_area_or_indicator_names_near_ones(data, wrong):
    with pytest.raises(ca.UsageError, match="near matches"):
        propose_one(*wrong, 2021, "52家", Options(SOURCE, dt.date(2025, 3, 1)))


def test_a_change_of_scope_becomes_a_break(data):
    frame = take("scope_change.xlsx")
    assert "scope" in frame.loc[frame["cell"] == "C3", "why"].item()
    known = history("昌吉州", "gdp")
    assert known.attrs["breaks"] == [2022]
    assert known.loc[2022] == 2169
    text = (data / "private/corrections.yml").read_text(encoding="utf-8")
    assert "2022年起含兵团第六师数据" in text
    take("scope_change.xlsx")
    assert (data / "private/corrections.yml").read_text(encoding="utf-8") == text


def test_breaks_can_be_declined(data):
    take("scope_change.xlsx", breaks=False)
    assert history("昌吉州", "gdp").attrs["breaks"] == []


def test_a_public_break_goes_to_the_public_corrections(data):
    take("scope_change.xlsx", public=True)
    assert records.breaks()["year"].tolist() == [2022]
    assert not (data / "private").exists()
    found = quality.problems()
    assert not found["severity"].eq("error").any()


# ---- what must not be shown or run -------------------------------------------------------------
@pytest.mark.parametrize("name", ["one_firm.xlsx", "a_firm_among_totals.xlsx"])
def test_the_figures_of_single_firms_are_neither_taken_nor_shown(data, name):
    proposal = propose(CORPUS / name, Options(SOURCE, dt.date(2025, 3, 1)))
    shown = proposal.frame().to_string() + proposal.problems().to_string()
    book = openpyxl.load_workbook(io.BytesIO(marked_copy(proposal)))
    shown += "".join(str(cell.value) for sheet in book for row in sheet for cell in row)
    for secret in ("3500", "4100", "1200", "1500"):
        assert secret not in shown
    commit(proposal)
    assert all("3500" not in p.read_text(encoding="utf-8") for p in data.rglob("private/*.csv"))


def test_a_remark_does_not_tell_of_a_single_firm(data, tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_text(
        "地区,指标,年份,数值,单位,备注\n"
        "昌吉市,R&D经费支出,2022,9000,万元,含昌吉某机械有限公司3500万元\n",
        encoding="utf-8",
    )
    frame = ca.import_figures(path, SOURCE, DAY, dry_run=False)
    assert frame["status"].tolist() == ["new"]
    written = (data / "private" / "yearly_statistics.csv").read_text(encoding="utf-8")
    book = openpyxl.load_workbook(io.BytesIO(marked_copy(propose(path, Options(SOURCE)))))
    copied = " ".join(
        str(cell) for row in book["sheet"].iter_rows(values_only=True) for cell in row
    )
    for text in (written, frame.to_csv(), frame._repr_html_(), copied):
        assert "9000" in text and "3500" not in text


def test_nothing_written_back_can_start_a_formula(data, tmp_path):
    path = text_file(
        tmp_path / "in.csv",
        "地区,指标,年份,数值,单位,来源,发布日期,备注",
        '昌吉市,GDP增速,2021,-1.5,%,"=HYPERLINK(""http://x"",""y"")：@SUM(A1)",2022-03-01,+cmd|x',
        "昌吉市,GDP增速,2022,+3.2,%,-2+3，甲,2023-03-01,'=1+1",
    )
    assert ca.import_figures(path, dry_run=False)["status"].tolist() == ["new", "new"]
    for name in ("yearly_statistics.csv", "sources.csv"):
        for row in table(data / "private" / name):
            for column, cell in row.items():
                number = column in ("value", "as_printed") and cell.strip("+-%.0123456789") == ""
                assert number or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
    frame = ca.load_statistics()
    assert frame.loc[frame["private"], "value"].tolist() == [-1.5, 3.2]
    before = everything(data)
    ca.import_figures(path, dry_run=False)
    assert everything(data) == before
    case = Case("x.csv", "=1+1|@x|-2\n指标|2023年\n=cmd\\|x|5")
    proposal = propose(CORPUS / "long.csv", Options(SOURCE, dt.date(2025, 3, 1)))
    proposal.book = read_content("x.csv", build(case))
    for sheet in openpyxl.load_workbook(io.BytesIO(marked_copy(proposal))):
        assert all(cell.data_type != "f" for row in sheet for cell in row)


def test_the_marked_copy_shows_every_problem_where_it_stands(data):
    proposal = propose(CORPUS / "wrong_units.xlsx", Options(SOURCE, dt.date(2025, 3, 1)))
    book = openpyxl.load_workbook(io.BytesIO(marked_copy(proposal)))
    assert book.sheetnames == ["问题 Problems", "Sheet1"]
    listed = [row[1].value for row in book.worksheets[0].iter_rows(min_row=2)]
    assert sorted(listed) == ["C3", "C4", "C5", "D3", "D4", "D5"]
    sheet = book["Sheet1"]
    assert sheet["A3"].value == "R&D经费支出" and sheet["C3"].value == 9000
    assert "请改正单位或指标" in sheet["C3"].comment.text
    assert "correct the unit" in sheet["C3"].comment.text
    assert sheet["C3"].fill.start_color.rgb != sheet["A3"].fill.start_color.rgb
    assert marked_copy(proposal) == marked_copy(proposal)


# ---- the template ------------------------------------------------------------------------------
def test_the_template_is_protected_and_comes_back_as_figures(data, tmp_path):
    content = template()
    assert content == template()
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["填报"]
    heads = [cell.value for cell in sheet[1]]
    assert heads[:8] == ["地区", "指标", "年份", "数值", "单位", "版本", "来源", "发布日期"]
    assert sheet.protection.sheet and sheet["A1"].protection.locked
    assert not sheet["D2"].protection.locked and sheet["D1"].comment.text
    assert {v.type for v in sheet.data_validations.dataValidation} == {"list", "whole", "date"}
    assert book["lists"].sheet_state == "hidden"
    years = [sheet.cell(row, 3).value for row in range(2, 7)]
    assert years == [2021, 2022, 2023, 2024, 2025]
    sheet["D2"], sheet["D3"] = 52, 63.0
    for row in (2, 3):
        sheet.cell(row, 7).value, sheet.cell(row, 8).value = SOURCE, dt.datetime(2024, 3, 15)
        sheet.cell(row, 6).value = "年报"
    sheet["I3"] = "是"
    path = tmp_path / "填报表.xlsx"
    book.save(path)
    frame = ca.import_figures(path, dry_run=False)
    taken = frame[frame["status"] == "new"]
    assert taken["value"].tolist() == [52, 63] and taken["year"].tolist() == [2021, 2022]
    assert set(frame["status"]) == {"new"}
    assert taken["published"].tolist() == ["2024-03-15"] * 2
    assert history("昌吉市", taken["indicator"].iloc[0]).attrs["breaks"] == [2022]


# ---- files that are not what they should be ----------------------------------------------------
def workbook(**parts):
    """A small workbook with parts added or replaced."""
    case = next(case for case in CASES if case.name == "title_two_units.xlsx")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(build(case))) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            if part.filename not in parts:
                new.writestr(part, old.read(part))
        for name, content in parts.items():
            new.writestr(name, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
OPEN = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main">'
)
BAD = {
    "empty.xlsx": (b"", "empty"),
    "blank.csv": (b"\xef\xbb\xbf \r\n\r\n", "empty"),
    "no_cells.csv": (b",,,\r\n,,\r\n", "empty"),
    "cut.xlsx": (workbook()[:900], "damaged"),
    "half.xls": (build(next(c for c in CASES if c.name == "old_excel.xls"))[:2000], "damaged"),
    "letter.xlsx": (b"%PDF-1.7 x", "not_a_sheet"),
    "page.xls": (b"<html><table><tr><td>1</td></tr></table></html>", "not_a_sheet"),
    "old_xml.xls": (b'<?xml version="1.0"?><Workbook></Workbook>', "not_a_sheet"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n", "not_a_sheet"),
    "entities.xlsx": (
        workbook(**{SHEET: '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + OPEN + "</worksheet>"}),
        "entities",
    ),
    "bomb.xlsx": (workbook(**{SHEET: OPEN + " " * 70_000_000 + "</worksheet>"}), "too_large"),
    "many_cells.xlsx": (
        workbook(**{SHEET: OPEN + "<sheetData>" + '<row r="1"><c r="A1"/></row>' * 210_000}),
        "too_many",
    ),
    "huge_merge.xlsx": (
        workbook(
            **{SHEET: OPEN + '<sheetData/><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
               "</worksheet>"}
        ),
        "too_many",
    ),
    "far_cell.xlsx": (
        workbook(
            **{SHEET: OPEN + '<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
               "</sheetData></worksheet>"}
        ),
        "too_many",
    ),
    "many_rows.csv": (b"1\n" * 30_000, "too_many"),
    "wide.csv": (b"1," * 600 + b"1\n", "too_many"),
    "long_cell.csv": ("指标,2021年\n".encode() + b"x" * 5000, "long_cell"),
    "open_quote.csv": ('指标,2021年\n"高新技术企业数,5\n'.encode(), "bad_csv"),
    "big5.csv": (
        "指標,數值\n高新技術企業數,五十二\n縣市,單位\n".encode("big5"),
        "unknown_encoding",
    ),
    "noise.csv": (bytes(range(1, 256)) * 4, "unknown_encoding"),
    "ole.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "damaged"),
    "locked.xlsx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "encrypted",
    ),
    "letter.xls": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"),
        "not_a_sheet",
    ),
    "other.zip": (b"PK\x05\x06" + b"\0" * 18, "not_a_sheet"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_for_what_it_is(name, data, tmp_path):
    content, code = BAD[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ca.DataError) as error:
        propose(path, Options())
    assert error.value.problems["code"].tolist() == [code]
    assert error.value.problems["file"].item() == name


def test_a_document_with_a_macro_and_a_link_is_read_without_them(data, tmp_path):
    path = tmp_path / "in.xlsm"
    path.write_bytes(
        workbook(**{"xl/vbaProject.bin": b"\0", "xl/externalLinks/externalLink1.xml": "<x/>"})
    )
    assert len(propose(path, Options(SOURCE, dt.date(2025, 3, 1))).chosen()) == 4


def test_no_such_file_is_a_wrong_call(data, tmp_path):
    with pytest.raises(ca.UsageError, match="no file"):
        read_workbook(tmp_path / "nothing.xlsx")
    with pytest.raises(ca.UsageError, match="no file"):
        read_workbook(tmp_path)


@pytest.mark.parametrize(
    ("stored", "form", "printed", "fault"),
    [
        (0.0017, "0.00%", "0.17%", ""), (0.1 + 0.2, "General", "0.3", ""),
        (41, '0"家"', "41家", ""), (1234.5, "#,##0.00_ ", "1234.5", ""),
        (-3, "0;(0)", "-3", ""), (0.17, '0.00"%"', "0.17%", ""),
        (12345678, '0\\.0,"万"', "12345678万", "odd_format"), (5, ";;;", "5", "odd_format"),
        (2.5, '"约"0.0"亿元"', "约2.5亿元", ""), (3, '"2"0', "3", "odd_format"),
        (1e22, "General", "1" + "0" * 22, ""), (float("inf"), "0", "inf", "excel_error"),
    ],
)  # fmt: skip
def test_numbers_are_shown_in_full(stored, form, printed, fault):
    assert show_number(stored, form) == (printed, fault)


def test_every_alias_means_one_thing():
    """The same name, however spelt, never leads to two indicators."""
    from changji_analysis.importing.labels import normal

    meanings = {}
    for row in table(import_data.HOME / "indicators.csv"):
        for name in (row["id"], row["zh"], row["en"]):
            meanings.setdefault(normal(name), set()).add(row["id"])
    for row in table(import_data.HOME / "aliases.csv"):
        if row["kind"] == "indicator" and ">" not in row["name"]:
            meanings.setdefault(normal(row["name"]), set()).add(row["id"])
    assert {name: ids for name, ids in meanings.items() if len(ids) > 1} == {}


def test_names_and_units_can_be_settled_by_the_user(data, tmp_path):
    path = text_file(tmp_path / "in.csv", "指标,2022年", "全市研发总盘子,9000", "小麦,12.5")
    stated = {"area": "昌吉市"}
    frame = ca.import_figures(path, SOURCE, DAY, **stated)
    assert frame["code"].tolist() == ["unknown_name", "unknown_name"]
    names = {"研发总盘子": "rd_expenditure", "小麦": "wheat_area"}
    frame = ca.import_figures(path, SOURCE, DAY, names=names, **stated)
    assert frame["code"].tolist() == ["no_unit", "no_unit"]
    units = {"rd_expenditure": "万元", "wheat_area": "万亩"}
    frame = ca.import_figures(path, SOURCE, DAY, names=names, units=units, **stated)
    assert frame["value"].tolist() == [0.9, 12.5]
    assert data_dir() == data


def test_a_notebook_shows_what_was_understood_in_both_languages(data, tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_text(
        "指标,2022年\n昌吉市高新技术企业数（家）,63\n<b>x</b>,5\n昌吉市专利授权量（件）,五六十\n",
        encoding="utf-8",
    )
    shown = importing.import_figures(path)._repr_html_()
    assert "可导入 / will be taken" in shown and "63 家" in shown
    assert "无法读作一个数" in shown and "cannot be read as one figure" in shown
    assert "<b>" not in shown
    frame = importing.import_figures(CORPUS / "one_firm.xlsx")
    assert "3500" not in frame._repr_html_() and type(frame.head()) is pd.DataFrame
