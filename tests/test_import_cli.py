"""Bringing figures in from the command line: what it shows, asks, writes, and how it ends."""

import csv
import io
import sys

import import_data
import openpyxl
import pytest
from corpus_sheets import CORPUS
from rich.console import Console

from changji_analysis import cli
from changji_analysis.cli import data as cli_data

STATED = ["--source", "昌吉市科技局：年报", "--published", "2025-03-01"]


@pytest.fixture
def data(tmp_path):
    return import_data.write(tmp_path / "data")


@pytest.fixture
def run(data, monkeypatch, capsys):
    """Run the command line with answers typed in; exit code and what was printed."""
    for module in (cli, cli_data):
        monkeypatch.setattr(module, "console", Console(width=200))

    def call(*arguments, answers=""):
        monkeypatch.setenv("CHANGJI_DATA", str(data))
        monkeypatch.setattr(sys, "argv", ["changji", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(answers))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out + printed.err

    return call


def added(data, name="private/yearly_statistics.csv"):
    """Rows that were added: area, indicator, year, vintage, as printed."""
    if not (data / name).exists():
        return []
    with (data / name).open(encoding="utf-8", newline="") as file:
        keys = ("area", "indicator", "year", "vintage", "as_printed")
        return [tuple(row[key] for key in keys) for row in csv.DictReader(file)]


def test_a_sheet_is_shown_with_addresses_then_added_once(run, data):
    code, out = run("import", CORPUS / "long.csv", "--dry-run")
    assert code == 0 and "nothing written" in out and not (data / "private").exists()
    assert "D3" in out and "8100" in out and "0.81 亿元" in out
    code, out = run("import", CORPUS / "long.csv", "--yes", *STATED)
    assert code == 0 and "3 added" in out
    assert ("昌吉市", "rd_expenditure", "2021", "first", "8100万元") in added(data)
    code, out = run("import", CORPUS / "long.csv", "--yes", *STATED)
    assert code == 0 and "0 added" in out and len(added(data)) == 3


def test_public_figures_go_to_raw(run, data):
    before = added(data, "raw/yearly_statistics.csv")
    assert run("import", CORPUS / "long.csv", "--yes", "--public", *STATED)[0] == 0
    assert not (data / "private").exists()
    assert len(added(data, "raw/yearly_statistics.csv")) == len(before) + 3


@pytest.mark.parametrize(
    "wrong",
    [
        ["import", "nofile.xlsx"],
        ["import", CORPUS / "long.csv", "--yes"],
        ["import", CORPUS / "long.csv", "--yes", "--source", "a：b"],
        ["import", CORPUS / "long.csv", "--published", "2025-03"],
        ["import", CORPUS / "long.csv", "--dry-run", "--area", "昌吉"],
        ["import", CORPUS / "long.csv", "--dry-run", "--map", "高新技术企业数"],
        ["import", CORPUS / "long.csv", "--dry-run", "--map", "高新技术企业数=nothing"],
        ["import", CORPUS / "long.csv", "--dry-run", "--unit", "gdp=瓩"],
        ["import", CORPUS / "long.csv", "--dry-run", "--sheet", "none"],
        ["import", CORPUS / "long.csv", "--dry-run", "--confidence", "sure"],
        ["import", CORPUS / "long.csv", "--dry-run", "--marked", "a.csv"],
        ["add", "昌吉市", "hightech_firm", "2021", "52家", "--yes", *STATED],
        ["add", "昌吉", "hightech_firms", "2021", "52家", "--yes", *STATED],
        ["add", "昌吉市", "hightech_firms", "2021", "52家", "--yes", "--vintage", "x", *STATED],
        ["template", "a.xls"],
        ["template", "a.xlsx", "--years", "2025-2021"],
        ["import"],
    ],
    ids=lambda wrong: " ".join(map(str, wrong[-3:])),
)
def test_a_wrong_call_ends_with_2_and_writes_nothing(run, data, wrong, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out = run(*wrong)
    assert code == 2 and out
    assert added(data) == [] and [path.name for path in tmp_path.iterdir()] == ["data"]


def test_errors_end_with_1_in_both_languages_and_leave_a_marked_copy(run, data):
    code, out = run("import", CORPUS / "unreadable.csv", "--yes", *STATED)
    assert code == 1 and added(data) == []
    assert "4 problems in the data / 数据有 4 处问题" in out
    assert "column C3, value '8100-8200': it cannot be read as one figure" in out
    assert "无法读作一个数：是一个区间。处理办法：请只写数字和一个单位" in out
    book = openpyxl.load_workbook(data / "private" / "checked" / "unreadable-checked.xlsx")
    sheet = book["unreadable"]
    assert sheet["C3"].fill.fgColor.rgb == "FFF4B6B6" and "区间" in sheet["C3"].comment.text
    assert sheet["D2"].fill.fgColor.rgb == "FFC6E0B4"
    code, out = run("import", CORPUS / "unreadable.csv", "--yes", "--partial", *STATED)
    assert code == 1 and "2 added" in out and len(added(data)) == 2


def test_a_name_can_be_mapped(run, data, tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("指标,单位,2022年\n科创骨干,家,63\n", encoding="utf-8")
    stated = ["--yes", "--area", "昌吉市", *STATED]
    run("import", sheet, *stated)
    assert added(data) == []
    assert run("import", sheet, *stated, "--map", "科创骨干=hightech_firms")[0] == 0
    assert added(data) == [("昌吉市", "hightech_firms", "2022", "first", "63家")]


def test_what_a_sheet_leaves_open_is_asked(run, data, tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("指标,本年\n高新技木企业数（家）,63\nR&D经费投入强度,0.2\n", encoding="utf-8")
    answers = ["2022", "昌吉市", "%", "y", "市科技局：年报", "2023-03-01", "y"]
    code, out = run("import", sheet, answers="\n".join(answers) + "\n")
    assert (code, sorted(added(data))) == (
        0,
        [
            ("昌吉市", "hightech_firms", "2022", "first", "63家"),
            ("昌吉市", "rd_intensity", "2022", "first", "0.2%"),
        ],
    ), out


def test_no_answer_writes_nothing(run, data):
    code, out = run("import", CORPUS / "long.csv", *STATED, answers="n\n")
    assert code == 2 and "没有写入" in out and added(data) == []
    code, out = run("import", CORPUS / "long.csv", answers="")
    assert code == 2 and "nothing was written" in out and added(data) == []


def test_one_figure_is_added_as_printed(run, data):
    code, out = run("add", "昌吉市", "有效期内高新技术企业数", 2022, "63家", "--yes", *STATED)
    assert code == 0, out
    assert added(data) == [("昌吉市", "hightech_firms", "2022", "first", "63家")]
    code, out = run("add", "昌吉市", "hightech_firms", 2023, "7.5公里", "--yes", *STATED)
    assert code == 1 and "公里" in out and len(added(data)) == 1


def test_a_template_is_written_once(run, tmp_path):
    path = tmp_path / "fill.xlsx"
    assert run("template", path, "--years", "2021-2022")[0] == 0
    years = {row[2] for row in openpyxl.load_workbook(path)["填报"].values} - {None, "年份"}
    assert years == {2021, 2022}
    code, out = run("template", path)
    assert code == 2 and "已存在" in out


def test_a_new_place_is_begun_and_checked(run, tmp_path):
    folder = tmp_path / "place"
    call = ["init", folder, "--city", "某县", "--region", "甘肃", "--title", "某县规划"]
    code, out = run(*call)
    assert code == 0 and "changji check --data" in out
    assert run("check", "--data", folder)[0] == 0
    assert run(*call)[0] == 2


def test_a_firms_figure_is_never_printed(run, data):
    for arguments in (["--dry-run"], ["--yes", *STATED]):
        _, out = run("import", CORPUS / "one_firm.xlsx", *arguments)
        assert "统计法" in out
        assert not any(figure in out for figure in ("3500", "4100", "1200", "1500", "5600"))
    written = b"".join(path.read_bytes() for path in data.rglob("*") if path.suffix == ".csv")
    assert b"3500" not in written and added(data) == []
