"""From a sheet to the data: what is demanded, added, kept apart, asked and refused."""

import csv
import datetime as dt
import io
import zipfile

import import_data
import openpyxl
import pytest
from sheets import Case, cases

import changji_analysis as ca
from changji_analysis.importing.adding import commit
from changji_analysis.importing.labels import normal
from changji_analysis.importing.proposal import Options
from changji_analysis.importing.reading import as_day, propose, propose_one
from changji_analysis.workbooks import read_content, read_workbook, show_number

SOURCE, DAY = "昌吉市科技局：科技统计年报", "2025-03-01"
BY_NAME = {case.name: case for case in cases()}


@pytest.fixture
def root(tmp_path):
    return import_data.write(tmp_path / "data")


@pytest.fixture
def sheet(tmp_path):
    """A sheet of the corpus, or a text file of the given lines."""

    def write(name, *lines):
        path = tmp_path / name
        if lines:
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        else:
            path.write_bytes(BY_NAME[name].build())
        return path

    return write


def take(path, root, **more):
    return ca.import_figures(path, SOURCE, DAY, dry_run=False, data=ca.Dataset(root), **more)


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def everything(root):
    return {p: p.read_bytes() for p in root.rglob("*") if p.is_file() and p.name != ".lock"}


# ---- adding ------------------------------------------------------------------------------------
def test_figures_are_kept_as_printed_and_read_back(root, sheet):
    take(sheet("title_two_units.xlsx"), root)
    rows = table(root / "private/yearly_statistics.csv")
    assert [(r["indicator"], r["year"], r["as_printed"], r["value"]) for r in rows] == [
        ("rd_expenditure", "2022", "0.9亿元", "0.9"),
        ("rd_expenditure", "2023", "1.05亿元", "1.05"),
        ("rd_intensity", "2022", "0.18%", "0.18"),
        ("rd_intensity", "2023", "0.19%", "0.19"),
    ]
    (source,) = table(root / "private/sources.csv")
    assert (source["publisher"], source["title"]) == ("昌吉市科技局", "科技统计年报")
    assert source["licence"] == "not public" and rows[0]["source"] == source["id"]
    data = ca.Dataset(root)
    assert data.not_public == 4
    assert data.history("昌吉市", "rd_intensity").to_dict() == {2020: 0.17, 2022: 0.18, 2023: 0.19}
    assert not (data.problems["severity"] == "error").any()


def test_what_is_shown_is_what_is_stored(root, tmp_path):
    case = Case(
        "x.xlsx", "昌吉市\n指标|2022年\nR&D经费投入强度（%）|0.21490317", {}, formats={"B3": "0.00"}
    )
    (tmp_path / case.name).write_bytes(case.build())
    take(tmp_path / case.name, root)
    (row,) = table(root / "private/yearly_statistics.csv")
    assert (row["value"], row["as_printed"]) == ("0.21", "0.21%")


def test_public_figures_go_to_raw_in_its_order_and_can_follow_private_ones(root, sheet):
    path = sheet("title_two_units.xlsx")
    before = (root / "raw/yearly_statistics.csv").read_text(encoding="utf-8").splitlines()
    take(path, root)
    take(path, root, public=True)
    after = (root / "raw/yearly_statistics.csv").read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line in before] == before
    keys = [(r["indicator"], r["year"]) for r in table(root / "raw/yearly_statistics.csv")
            if r["area"] == "昌吉市"]  # fmt: skip
    assert keys == sorted(keys) and len(after) == len(before) + 4
    data = ca.Dataset(root)
    assert data.not_public == 0 and not data.problems["severity"].eq("error").any()
    assert data.problems["code"].eq("superseded").sum() == 4


@pytest.mark.parametrize(
    ("stated", "lacking"),
    [({"source": SOURCE}, "published"), ({"published": as_day(DAY)}, "source"), ({}, "and")],
)
def test_source_and_date_are_demanded(root, sheet, stated, lacking):
    data = ca.Dataset(root)
    proposal = propose(sheet("title_two_units.xlsx"), Options(**stated), data)
    with pytest.raises(ca.UsageError, match=f"{lacking}.* must be stated"):
        commit(proposal, data)
    assert not (root / "private").exists()


def test_a_dry_run_writes_nothing(root, sheet):
    path, before = sheet("title_two_units.xlsx"), everything(root)
    frame = ca.import_figures(path, SOURCE, DAY, data=ca.Dataset(root))
    assert frame["status"].tolist() == ["new"] * 4
    assert frame["cell"].tolist() == ["B4", "C4", "B5", "C5"]
    assert everything(root) == before


def test_errors_stop_the_import_and_are_told_all_at_once(root, sheet):
    path, before = sheet("excel_errors.xlsx"), everything(root)
    with pytest.raises(ca.DataError) as error:
        take(path, root)
    assert error.value.problems["column"].tolist() == ["C3", "B4"]
    assert "处理办法" in str(error.value) and everything(root) == before
    take(path, root, partial=True)
    assert len(table(root / "private/yearly_statistics.csv")) == 4


# ---- against what stands there -----------------------------------------------------------------
def one(root, value, published, year=2020, vintage="first", **more):
    data, options = ca.Dataset(root), Options(SOURCE, as_day(published), **more)
    proposal = propose_one("昌吉市", "高新技术企业", year, value, options, data, vintage)
    return proposal, proposal.figures[0]


def add(root, *arguments, **more):
    return commit(one(root, *arguments, **more)[0], ca.Dataset(root))


def known(root, as_of=None):
    return ca.Dataset(root, as_of).history("昌吉市", "hightech_firms").to_dict()


def test_a_later_contradiction_becomes_a_revision_and_overwrites_nothing(root):
    before = (root / "raw/yearly_statistics.csv").read_bytes()
    figure = one(root, "43家", "2024-05-20")[1]
    assert (figure.status, figure.vintage) == ("revised", "revised")
    assert add(root, "43家", "2024-05-20") == 1
    assert (root / "raw/yearly_statistics.csv").read_bytes() == before
    assert known(root) == {2020: 43} and known(root, "2024-05-19") == {2020: 41}
    assert one(root, "43家", "2024-05-20")[1].status == "known"
    assert one(root, "44家", "2025-05-20")[1].code == "contradicts_twice"


def test_an_earlier_or_equally_old_contradiction_is_a_question(root):
    for day in ("2023-07-12", "2022-01-01"):
        assert one(root, "43家", day)[1].code == "contradicts"
        assert add(root, "43家", day) == 0
    assert one(root, "43家", "2022-01-01", take=frozenset({"A1"}))[1].status == "revised"


@pytest.mark.parametrize(
    ("printed", "status"),
    [("1387.2484亿元", "known"), ("1387.2亿元", "known"), ("13872484万元", "known"),
     ("1387.3亿元", "revised"), ("1387.24844亿元", "known"), ("1386亿元", "revised")],
)  # fmt: skip
def test_a_known_figure_with_fewer_or_more_digits_is_known(root, printed, status):
    options = Options(SOURCE, as_day(DAY))
    proposal = propose_one("昌吉州", "gdp", 2020, printed, options, ca.Dataset(root))
    assert proposal.figures[0].status == status


def test_an_early_signal_is_kept_apart_and_yields_to_the_figure(root):
    add(root, "50家", "2022-01-10", year=2021, vintage="signal")
    assert known(root) == {2020: 41, 2021: 50}
    add(root, "52家", "2022-09-01", year=2021)
    assert known(root) == {2020: 41, 2021: 52}
    assert known(root, "2022-06-30") == {2021: 50}


def test_a_figure_of_a_year_that_is_not_over_is_a_signal(root):
    figure = one(root, "48家", "2021-11-05", year=2021)[1]
    assert (figure.vintage, figure.confidence, figure.said[-1][0]) == ("signal", "medium", "early")
    for day in ("2020-11-05", "2021-03-05"):
        assert one(root, "48家", day, year=2021)[1].code == "future_value"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("52万元", "other_unit"), ("52瓩", "other_unit"), ("三五家", "unreadable"),
        ("-3家", "negative_value"), ("50-60家", "unreadable"), ("—", "unreadable"),
        ("5200家", "implausible"), ("=1+1", "unreadable"), ("", "unreadable"),
        ("52.5家", "not_whole"),
    ],
)  # fmt: skip
def test_one_figure_that_cannot_be_taken(root, text, code):
    assert one(root, text, "2025-03-01", year=2021)[1].code == code


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("昌吉", "hightech_firms"), r"near: .*相近"), (("昌吉市", "hightech"), r"near: .*相近"),
        (("昌吉市", "高新企业工业产值"), "`changji names` lists them"),
    ],
)  # fmt: skip
def test_one_figure_of_an_unknown_area_or_indicator_names_near_ones(root, wrong, said):
    with pytest.raises(ca.UsageError, match=said):
        propose_one(*wrong, 2021, "52家", Options(SOURCE, as_day(DAY)), ca.Dataset(root))


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (
            ["指标,单位,2021年", "地区生产总值,亿元,471.8", "R&D经费支出,亿元,490"],
            ["known", "impossible"],
        ),
        (["指标,单位,2021年", "第二产业增加值,亿元,480"], ["impossible"]),  # GDP: 471.76
        (["指标,单位,2021年", "第二产业增加值,亿元,240"], [""]),
        (["地区,专利授权量,单位", "昌吉市,320,件", "昌吉州,300,件"], ["impossible", ""]),
    ],
)
def test_a_part_above_its_whole_is_asked_about(root, sheet, lines, codes):
    stated = {"area": "昌吉市"} if "地区," not in lines[0] else {"year": 2021}
    frame = ca.import_figures(sheet("x.csv", *lines), SOURCE, DAY, data=ca.Dataset(root), **stated)
    assert frame["code"].tolist() == codes
    if "impossible" in codes:
        frame = ca.import_figures(sheet("x.csv", *lines), SOURCE, DAY, data=ca.Dataset(root),
                                  take=frame["cell"], **stated)  # fmt: skip
        assert set(frame["status"]) <= {"new", "known"}


def test_a_change_of_scope_becomes_a_break(root, sheet):
    path = sheet("scope_change.xlsx")
    take(path, root)
    history = ca.Dataset(root).history("昌吉州", "gdp")
    assert history.attrs["breaks"] == [2022] and history.loc[2022] == 2169
    text = (root / "private/corrections.yml").read_text(encoding="utf-8")
    assert "2022年起含兵团第六师数据" in text
    take(path, root)
    assert (root / "private/corrections.yml").read_text(encoding="utf-8") == text


def test_breaks_can_be_declined_or_published(root, sheet):
    path = sheet("scope_change.xlsx")
    take(path, root, breaks=False)
    assert ca.Dataset(root).breaks.empty
    take(path, root, public=True)
    data = ca.Dataset(root)
    assert data.breaks["year"].tolist() == [2022]
    assert not data.problems["severity"].eq("error").any()


# ---- what must not be shown or run -------------------------------------------------------------
def test_the_figures_of_single_firms_are_neither_taken_nor_shown(root, sheet):
    with pytest.raises(ca.DataError, match="统计法") as error:
        take(sheet("one_firm.xlsx"), root)
    frame = take(sheet("a_firm_among_totals.xlsx"), root)
    shown = str(error.value) + frame.to_string()
    for secret in ("3500", "4100", "1200", "1500", "有限公司"):
        assert secret not in shown
    assert all("3500" not in p.read_text(encoding="utf-8") for p in root.rglob("private/*.csv"))


def test_a_remark_does_not_tell_of_a_single_firm(root, sheet):
    path = sheet("x.csv", "地区,指标,年份,数值,单位,备注",
                 "昌吉市,R&D经费支出,2022,9000,万元,含昌吉某机械有限公司3500万元")  # fmt: skip
    frame = take(path, root)
    assert frame["status"].tolist() == ["new"]
    written = (root / "private" / "yearly_statistics.csv").read_text(encoding="utf-8")
    for text in (written, frame.to_csv()):
        assert "9000" in text and "3500" not in text


def test_nothing_written_back_can_start_a_formula(root, sheet):
    path = sheet(
        "in.csv",
        "地区,指标,年份,数值,单位,来源,发布日期,备注",
        '昌吉市,GDP增速,2021,-1.5,%,"=HYPERLINK(""http://x"",""y"")：@SUM(A1)",2022-03-01,+cmd|x',
        "昌吉市,GDP增速,2022,+3.2,%,-2+3，甲,2023-03-01,'=1+1",
    )
    data = ca.Dataset(root)
    frame = ca.import_figures(path, dry_run=False, data=data)
    assert frame["status"].tolist() == ["new", "new"]
    for name in ("yearly_statistics.csv", "sources.csv"):
        for row in table(root / "private" / name):
            for column, cell in row.items():
                number = column in ("value", "as_printed") and cell.strip("+-%.0123456789") == ""
                assert number or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
    before = everything(root)
    ca.import_figures(path, dry_run=False, data=ca.Dataset(root))
    assert everything(root) == before


# ---- files that are not what they should be ----------------------------------------------------
def workbook(**parts):
    """A small workbook with parts added or replaced."""
    out = io.BytesIO()
    content = BY_NAME["title_two_units.xlsx"].build()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            if part.filename not in parts:
                new.writestr(part, old.read(part))
        for name, part in parts.items():
            new.writestr(name, part, zipfile.ZIP_DEFLATED, compresslevel=1)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
OPEN = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main">'
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BAD = {
    "empty.xlsx": (b"", "empty"),
    "blank.csv": (b"\xef\xbb\xbf \r\n\r\n", "empty"),
    "no_cells.csv": (b",,,\r\n,,\r\n", "empty"),
    "prose.csv": ("科技工作总结\n各项工作进展顺利\n".encode(), "no_figures"),
    "cut.xlsx": (lambda: workbook()[:900], "damaged"),
    "half.xls": (lambda: BY_NAME["old_excel.xls"].build()[:2000], "damaged"),
    "letter.xlsx": (b"%PDF-1.7 x", "not_read"),
    "list.xls": (b"ID;PWXL;N;E\nC;Y1;X1;K72\nE", "not_read"),
    "frames.xls": (b"<html><frameset></frameset></html>", "not_read"),
    "old_xml.xls": (b'<?xml version="1.0"?><Workbook></Workbook>', "not_read"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n", "not_read"),
    "binary.xlsb": (
        lambda: workbook(**{"xl/workbook.bin": b""}).replace(
            b"xl/workbook.xml", b"xl/workbook.yml"
        ),
        "not_read",
    ),
    "entities.xlsx": (
        lambda: workbook(**{SHEET: '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + OPEN + "</worksheet>"}),
        "entities",
    ),
    "bomb.xlsx": (
        lambda: workbook(**{SHEET: OPEN + " " * 130_000_000 + "</worksheet>"}),
        "too_large",
    ),
    "many_cells.xlsx": (
        lambda: workbook(**{SHEET: OPEN + "<sheetData>" + '<row r="1"><c r="A1"/></row>' * 510_000
                    + "</sheetData></worksheet>"}),
        "too_large",
    ),
    "huge_merge.xlsx": (
        lambda: workbook(
            **{SHEET: OPEN + '<sheetData/><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
               "</worksheet>"}
        ),
        "too_large",
    ),
    "wide.csv": (lambda: b"1," * 600_000 + b"1\n", "too_large"),
    "long_cell.csv": ("指标,2021年\n".encode() + b"x" * 5000, "long_cell"),
    "open_quote.csv": ('指标,2021年\n"高新技术企业数,5\n'.encode(), "bad_csv"),
    "big5.csv": (
        "指標,數值\n高新技術企業數,五十二\n縣市,單位\n".encode("big5"),
        "unknown_encoding",
    ),
    "noise.csv": (bytes(range(1, 256)) * 4, "unknown_encoding"),
    "ole.xls": (OLE + b"\0" * 600, "damaged"),
    "locked.xlsx": (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    "letter.xls": (OLE + "WordDocument".encode("utf-16-le"), "not_read"),
    "other.zip": (b"PK\x05\x06" + b"\0" * 18, "not_read"),
}  # fmt: skip
"""By name: the content, or what makes a dear one when its test runs, and the code."""


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_for_what_it_is(name, root, tmp_path):
    content, code = BAD[name]
    path = tmp_path / name
    path.write_bytes(content() if callable(content) else content)
    with pytest.raises(ca.DataError) as error:
        propose(path, Options(), ca.Dataset(root))
    assert error.value.problems["code"].tolist() == [code]
    assert error.value.problems["file"].item() == name


def test_what_excel_opens_without_asking_is_opened(root, tmp_path):
    """Backslashes in the zip, a drawing that is not there, an empty fill, macros, links, names."""
    styles = '<fills count="1"><fill/></fills>'
    with zipfile.ZipFile(io.BytesIO(workbook())) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    parts[SHEET] = parts[SHEET].replace("</sheetData>", '</sheetData><drawing r:id="rId1"/>')
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(
        parts["xl/styles.xml"].partition("<fills")[2].partition("</fills>")[0], ' count="1"><fill/>'
    )
    assert styles in parts["xl/styles.xml"]
    parts["xl/vbaProject.bin"] = parts["xl/externalLinks/externalLink1.xml"] = "x"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("/", "\\"), text)
    path = tmp_path / "in.xlsm"
    path.write_bytes(out.getvalue())
    options = Options(SOURCE, dt.date(2025, 3, 1))
    assert len(propose(path, options, ca.Dataset(root)).chosen()) == 4


@pytest.mark.parametrize(
    "page",
    [
        "<html><body><table>{rows}</table></body></html>",
        "\n<!-- x --><html xmlns:x='y'><table><td><table>{rows}</table></td></table></html>",
        'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\n'
        'Content-Type: text/html; charset="utf-8"\nContent-Transfer-Encoding: 8bit\n\n'
        "<html><table>{rows}</table></html>\n--b--\n",
    ],
)
def test_a_web_page_under_the_name_xls_is_read_as_it_is_shown(page):
    rows = (
        "<tr><td colspan=2>昌吉市<br>2022年</td></tr><tr><th>指标</th><th>数值</th></tr>"
        "<tr style='display: none'><td>a</td><td>1</td></tr>"
        "<tr><td>b<sup>1</sup></td><td>0.50</td></tr>"
    )
    (grid,) = read_content("x.xls", page.format(rows=rows).encode()).grids
    assert grid.cells[1, 1].text == "昌吉市\n2022年" and grid.merged == ((1, 1, 1, 2),)
    assert grid.cells[4, 2].text == "0.50" and grid.cells[4, 1].text == "b¹"
    assert grid.hidden_rows == {3}


def test_no_such_file_is_a_wrong_call(tmp_path):
    for path, said in ((tmp_path / "nothing.xlsx", "no file"), (tmp_path, "is a folder")):
        with pytest.raises(ca.UsageError, match=said):
            read_workbook(path)


@pytest.mark.parametrize(
    ("stored", "form", "printed", "fault"),
    [
        (0.0017, "0.00%", "0.17%", ""), (0.1 + 0.2, "General", "0.3", ""),
        (41, '0"家"', "41家", ""), (1234.567, "#,##0.00_ ", "1234.57", ""),
        (1234.5, "#,##0.##", "1234.5", ""), (-3, "0;(0)", "-3", ""),
        (0.17, '0.00"%"', "0.17%", ""), (12345678, '0\\.0,"万"', "12345678", "odd_format"),
        (5, ";;;", "5", "odd_format"), (2.5, '"约"0.0"亿元"', "约2.5亿元", ""),
        (3, '"2"0', "3", "odd_format"), (1e22, "General", "1" + "0" * 22, ""),
        (float("inf"), "0", "inf", "excel_error"), (0.5, "# ?/?", "0.5", "odd_format"),
        (72.4, "0", "72", ""), (0.6, "0.00", "0.60", ""),
    ],
)  # fmt: skip
def test_a_number_is_read_with_the_digits_that_are_shown(stored, form, printed, fault):
    assert show_number(stored, form) == (printed, fault)


def test_every_alias_means_one_thing():
    """The same name, however spelt, never leads to two indicators."""
    meanings = {}
    for row in table(import_data.HOME / "indicators.csv"):
        for name in (row["id"], row["zh"], row["en"]):
            meanings.setdefault(normal(name), set()).add(row["id"])
    for row in table(import_data.HOME / "aliases.csv"):
        if row["kind"] == "indicator" and ">" not in row["name"]:
            meanings.setdefault(normal(row["name"]), set()).add(row["id"])
    assert {name: ids for name, ids in meanings.items() if len(ids) > 1} == {}


def test_names_and_units_can_be_settled_by_the_user(root, sheet):
    path = sheet("in.csv", "指标,2022年", "全市研发总盘子,9000", "小麦,12.5")
    stated = {"area": "昌吉市", "data": ca.Dataset(root)}
    frame = ca.import_figures(path, SOURCE, DAY, **stated)
    assert frame["code"].tolist() == ["unknown_name", "unknown_name"]
    names = {"全市研发总盘子": "rd_expenditure", "小麦": "wheat_area"}
    frame = ca.import_figures(path, SOURCE, DAY, names=names, **stated)
    assert frame["code"].tolist() == ["no_unit", "no_unit"]
    units = {"rd_expenditure": "万元", "wheat_area": "万亩"}
    frame = ca.import_figures(path, SOURCE, DAY, names=names, units=units, **stated)
    assert frame["value"].tolist() == [0.9, 12.5]


def test_one_sheet_of_many_is_chosen_and_hidden_ones_are_told(root, tmp_path):
    book = openpyxl.Workbook()
    for name, value in (("2021年", 52), ("2022年", 63), ("底稿", 70)):
        tab = book.create_sheet(name)
        for row in (["昌吉市"], ["指标", "数值"], ["高新技术企业数（家）", value]):
            tab.append(row)
    book["底稿"].sheet_state = "hidden"
    del book["Sheet"]
    book.save(path := tmp_path / "x.xlsx")
    data, options = ca.Dataset(root), Options(SOURCE, as_day(DAY))
    proposal = propose(path, options, data)
    assert [(f.year, f.value) for f in proposal.figures] == [(2021, 52), (2022, 63)]
    assert [p["code"] for p in proposal.file_problems] == ["hidden_sheet"]
    only = propose(path, Options(SOURCE, as_day(DAY), sheet="2022年"), data)
    assert [f.value for f in only.figures] == [63]
    with pytest.raises(ca.UsageError, match=r"2021年, 2022年, 底稿"):
        propose(path, Options(sheet="2023年"), data)
