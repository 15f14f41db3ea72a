"""Forms: what goes out, what comes back, and what a careless clerk can do to it."""

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from office_data import BUREAU, OFFICE, THIRD, write
from typer.testing import CliRunner

import changji_analysis as ca
from changji_analysis import forms
from changji_analysis.cli import app
from changji_analysis.config import REPOSITORY
from changji_analysis.errors import UsageError
from changji_analysis.files import write_bytes
from changji_analysis.forms import collecting, content
from changji_analysis.forms.content import requests
from changji_analysis.records import writing
from changji_analysis.shortcuts import of_folder

DEADLINE, DAY, FILLED = dt.date(2026, 12, 20), dt.date(2026, 11, 30), dt.datetime(2026, 12, 8)
FIELDS = {"value": 3, "reading": 4, "source": 5, "published": 6, "remark": 7}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    return ca.Dataset(write(tmp_path_factory.mktemp("data")), private=False)


@pytest.fixture(scope="module")
def out(shipped, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content, "LIST_ROWS", 20)
        forms.make_forms(shipped, folder, DEADLINE, DAY)
    return folder


@pytest.fixture
def data(tmp_path):
    return of_folder(write(tmp_path / "data"), private=True)


@pytest.fixture
def back(tmp_path):
    (tmp_path / "back").mkdir()
    return tmp_path / "back"


def form(out, office=OFFICE):
    return out / f"数据填报表（{office}）.xlsx"


def cells(book, name):
    ((sheet, place),) = book.defined_names[name].destinations
    found = book[sheet][place.replace("$", "")]
    return found[0] if isinstance(found, tuple) else [found]


def fill(source, target, figures=(), *, day=FILLED, tasks=(), firms=(), change=None):
    """Fill in a form: ``{("gdp", 2024): 5 or {"value": 5, "remark": "…"}}``."""
    book = openpyxl.load_workbook(source)
    cells(book, "form_date")[0].value = day
    for (indicator, year), entered in dict(figures).items():
        entered = entered if isinstance(entered, dict) else {"value": entered}
        for field, value in entered.items():
            cells(book, f"fig_{indicator}_{year}")[FIELDS[field]].value = value
    for task, (progress, text) in dict(tasks).items():
        row = cells(book, f"task_{task}")
        row[4].value, row[5].value = progress, text
    for place, row in enumerate(firms, 2):
        for column, value in enumerate(row, 2):
            book["名单"].cell(place, column).value = value
    if change:
        change(book)
    book.save(target)


def codes(found):
    return set(found.problems["code"])


def status(found):
    keys = zip(found.figures["indicator"], found.figures["year"], strict=True)
    return dict(zip(keys, found.figures["status"], strict=True))


# ---- out ---------------------------------------------------------------------------------------
def test_every_office_gets_its_own_targets_and_a_letter(tmp_path):
    shipped, out = ca.Dataset(REPOSITORY / "data", private=False), tmp_path
    forms.make_forms(shipped, out, DEADLINE, DAY)
    asked = requests(shipped)
    assert len(asked) == 7
    wanted = {*shipped.plan_targets["indicator"]}
    assert {line.indicator for request in asked for line in request.lines} == wanted
    assert sum(len(request.tasks) for request in asked) == len(shipped.tasks)
    for request in asked:
        text = "".join(p.text for p in Document(out / f"来函（{request.office}）.docx").paragraphs)
        assert "2026年12月20日" in text and request.office in text
        sheet = openpyxl.load_workbook(form(out, request.office))["填报表"]
        assert sheet.protection.sheet and sheet.page_setup.fitToWidth in (None, 1)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage and not sheet.page_setup.fitToHeight


def test_a_form_shows_what_is_known_and_asks_for_the_rest(out):
    book = openpyxl.load_workbook(form(out, BUREAU))
    known, asked = cells(book, "fig_hightech_firms_2020"), cells(book, "fig_hightech_firms_2024")
    assert known[2].value.startswith("41") and known[3].protection.locked
    assert not asked[3].protection.locked and asked[0].protection.locked
    assert asked[8].value.startswith("应达：")
    rules = [str(rule.sqref) for rule in book["填报表"].data_validations.dataValidation]
    assert asked[3].coordinate in rules
    scope = cells(openpyxl.load_workbook(form(out)), "fig_gdp_2024")[4]
    assert scope.value == "当年价" and not scope.protection.locked


def test_the_same_form_has_the_same_bytes_and_a_filled_one_is_kept(shipped, out, tmp_path):
    (again,) = forms.make_forms(shipped, tmp_path, DEADLINE, DAY, OFFICE)
    assert again.read_bytes() == form(out).read_bytes()
    forms.make_forms(shipped, tmp_path, DEADLINE, DAY, OFFICE)
    fill(again, again, {("rd_intensity", 2024): 0.4})
    for wrong in (
        {"office": OFFICE, "deadline": DEADLINE},
        {"office": "市气象局", "deadline": DEADLINE},
        {"office": OFFICE, "deadline": DAY},
    ):
        with pytest.raises(UsageError):
            forms.make_forms(shipped, tmp_path, day=DAY, **wrong)


# ---- back --------------------------------------------------------------------------------------
def test_figures_come_back_with_form_and_cell_as_their_source(data, out, back):
    said = {"value": 0.42, "source": "=科技年报", "published": "2025年11月3日", "remark": "快报"}
    figures = {("rd_intensity", 2024): said, ("gdp", 2024): "4560000万元"}
    fill(form(out), back / "a.xlsx", figures, day="2026-12-08")
    fill(form(out, BUREAU), back / "b.xlsx", {}, tasks={"k01": ("已完成", "已印发")})
    found, added = forms.write(back, data)
    assert added == 2 and found.problems.empty and set(found.figures["status"]) == {"new"}
    fresh = of_folder(data.folder, private=True)
    assert not (fresh.problems["severity"] == "error").any()
    assert fresh.city("rd_intensity").loc[2024] == 0.42
    assert fresh.city("gdp").loc[2024] == pytest.approx(456)
    row = fresh.statistics[fresh.statistics["private"]].set_index("indicator").loc["rd_intensity"]
    assert str(row["published"].date()) == "2025-11-03" and "填报表!D12" in row["note"]
    assert fresh.sources.set_index("id").loc[row["source"], "publisher"] == OFFICE
    returned = fresh.returned.set_index("office")
    assert returned["figures"].to_dict() == {OFFICE: 2, BUREAU: 0}
    assert returned.at[BUREAU, "tasks"] == 1
    assert fresh.task_reports["progress"].tolist() == ["已完成"]
    closed = ca.Dataset(data.folder, private=False)
    assert closed.returned.empty and closed.not_public == 0
    assert forms.write(back, fresh)[1] == 0  # once more adds nothing
    assert set(forms.collect(back, fresh).figures["status"]) == {"known"}


def test_what_is_missing_is_listed_the_most_wanted_first(shipped, out, back):
    fill(form(out), back / "a.xlsx", {("rd_intensity", 2025): {"remark": "尚未核定"}})
    missing = forms.collect(back, shipped).missing
    assert missing.loc[0, ["indicator", "year", "remark"]].tolist() == [
        "rd_intensity", 2025, "尚未核定",
    ]  # fmt: skip
    assert missing.groupby("office")["returned"].all().loc[[OFFICE, BUREAU]].tolist() == [
        True,
        False,
    ]
    assert missing.at[0, "cell"] == "填报表!D13"


@pytest.mark.parametrize(
    ("figures", "code"),
    [
        ({("rd_intensity", 2024): "保密"}, "words"),
        ({("rd_intensity", 2024): dt.datetime(2024, 1, 1)}, "words"),
        ({("rd_intensity", 2024): "=0.2+0.2"}, "formula"),
        ({("rd_intensity", 2024): "0.4亿元"}, "wrong_unit"),
        ({("gdp", 2024): "456万"}, "wrong_unit"),
        ({("rd_intensity", 2024): -1}, "negative"),
        ({("rd_intensity", 2024): {"value": 0.4, "published": "去年"}}, "bad_date"),
        (
            {("rd_intensity", 2024): {"value": 0.4, "published": dt.datetime(2027, 1, 1)}},
            "bad_date",
        ),
        ({("rd_intensity", 2024): {"value": 0.4, "remark": "为2023年数"}}, "other_year"),
        ({("rd_intensity", 2024): 42}, "implausible"),
        ({("gdp", 2024): 4560000}, "implausible"),
        (
            {(i, y): 5 + y - 2020 for i in ("gdp", "spending") for y in (2021, 2022, 2023)},
            "copied",
        ),
        ({("gdp", 2024): {"value": 500, "reading": "不变价"}}, "other_scope"),
    ],
)
def test_a_careless_figure_is_named_and_not_taken(shipped, out, back, figures, code):
    fill(form(out), back / "a.xlsx", figures)
    found = forms.collect(back, shipped)
    assert codes(found) == {code}
    assert not (found.figures["status"] == "new").any()
    row = found.problems.iloc[0]
    assert row["column"].startswith("填报表!D") and row["remedy_zh"] and row["remedy"]


def test_one_wrong_cell_holds_its_form_back_but_no_other(data, out, back):
    figures = {("rd_intensity", 2024): "不详", ("gdp", 2024): 455}
    fill(form(out), back / "a.xlsx", figures)
    fill(form(out, THIRD), back / "b.xlsx", {("science_literacy", 2024): "不低于12%"})
    found, added = forms.write(back, data)
    assert status(found)["gdp", 2024] == "held" and added == 1
    assert forms.write(back, data, partial=True)[1] == 1


def test_a_contradiction_is_shown_and_added_only_when_confirmed(data, out, back):
    fill(form(out), back / "a.xlsx", {("rd_intensity", 2024): 0.4})
    forms.write(back, data)
    fill(form(out), back / "a.xlsx", {("rd_intensity", 2024): 0.45})
    assert codes(forms.collect(back, of_folder(data.folder, private=True))) == {"contradicts"}
    found, added = forms.write(back, data, take={"rd_intensity:2024"})
    assert added == 1 and set(found.figures["status"]) == {"revised"}
    assert of_folder(data.folder, private=True).city("rd_intensity").loc[2024] == 0.45


def _moved(book):
    cells(book, "fig_rd_intensity_2024")[0].value = 2023


def _lost(book):
    del book.defined_names["fig_rd_intensity_2024"]


def _other_plan(book):
    cells(book, "form_plan")[0].value = "乙市；2030"


def _renamed(book):
    cells(book, "form_office")[0].value = "市气象局"


@pytest.mark.parametrize(
    ("change", "code"),
    [(_moved, "broken"), (_lost, "gone"), (_other_plan, "other_plan"), (_renamed, "other_office")],
)
def test_a_broken_form_is_named_and_taken_whole_or_not_at_all(shipped, out, back, change, code):
    fill(form(out), back / "a.xlsx", {("gdp", 2024): 455}, change=change)
    found = forms.collect(back, shipped)
    assert codes(found) == {code}
    assert not (found.figures["status"] == "new").any()


def test_what_is_no_form_is_named(shipped, out, back):
    openpyxl.Workbook().save(back / "a.xlsx")
    (back / "b.xlsx").write_bytes(b"PK spoilt")
    fill(form(out), back / "c.xlsx", {("gdp", 2024): 455}, day=None)
    found = forms.collect(back, shipped)
    assert codes(found) == {"not_a_form", "unreadable", "no_date"}
    assert not (found.figures["status"] == "new").any()
    (back / "empty").mkdir()
    for wrong in (back / "none", back / "empty"):
        with pytest.raises(UsageError):
            forms.collect(wrong, shipped)


def test_two_versions_of_one_office(data, out, back):
    fill(form(out), back / "a.xlsx", {("gdp", 2024): 455})
    fill(form(out), back / "b.xlsx", {("gdp", 2024): 455})
    assert forms.write(back, data)[1] == 1
    fill(form(out), back / "b.xlsx", {("gdp", 2024): 454})
    found = forms.collect(back, of_folder(data.folder, private=True))
    assert codes(found) == {"two_versions"} and "fig_gdp_2024" in found.problems["why"].iloc[0]


FIRMS = ("天山纺机", "准噶尔生物", "庭州软件", "乌伊新材", "绿洲节水")


def listed(extra=()):
    """Five firms: three certified in 2021 and again in 2024, two in 2023 only."""
    rows = [
        (f"新疆{firm}有限公司", f"GR2021{k}", dt.datetime(2021, 11, 3))
        for k, firm in enumerate(FIRMS[:3])
    ]
    rows += [
        (f"新疆{firm}有限公司", f"GR2023{k}", dt.datetime(2023, 11, 3))
        for k, firm in enumerate(FIRMS[3:])
    ]
    rows += [
        (f"新疆{firm}有限公司", f"GR2024{k}", dt.datetime(2024, 11, 3))
        for k, firm in enumerate(FIRMS[:3])
    ]
    return [*rows, *extra]


def test_the_list_settles_the_stock_and_leaves_no_name(data, out, back):
    fill(form(out, BUREAU), back / "a.xlsx", firms=listed())
    found, added = forms.write(back, data, take={"hightech_firms:2023", "hightech_firms:2024"})
    counts = found.counts.set_index("year")
    assert counts["valid"].dropna().to_dict() == {2023: 5, 2024: 5}
    assert counts.loc[2024, ["first_time", "renewed", "lapsed"]].tolist() == [0, 3, 0]
    assert counts.at[2023, "expiring"] == 3
    assert added == 2
    written = b"".join(p.read_bytes() for p in data.folder.rglob("*") if p.is_file())
    shown = repr([frame.to_csv() for frame in vars(found).values()])
    assert not any(firm.encode() in written or firm in shown for firm in FIRMS)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("新疆天山纺机有限公司", "GR20210", dt.datetime(2024, 11, 3)), "list_twice"),
        (("新疆天山新纺机有限公司", "GR20249", dt.datetime(2024, 11, 3)), "list_renamed"),
        (("新疆天山纺机有限公司", "GR20249", "十一月"), "list_no_date"),
    ],
)
def test_a_doubtful_row_of_the_list_is_named_by_its_number(shipped, out, back, row, code):
    fill(form(out, BUREAU), back / "a.xlsx", firms=listed([row]))
    found = forms.collect(back, shipped, take={"hightech_firms:2023", "hightech_firms:2024"})
    assert codes(found) == {code}
    assert found.problems["column"].tolist() == ["名单!B10"]


def test_the_list_and_the_figure_must_agree(shipped, out, back):
    fill(form(out, BUREAU), back / "a.xlsx", {("hightech_firms", 2024): 60}, firms=listed())
    assert "list_differs" in codes(forms.collect(back, shipped))


@pytest.mark.parametrize("done", [0, 1, 2])
def test_a_killed_run_completes(data, out, back, monkeypatch, done):
    figures, tasks = {("hightech_firms", 2024): 77}, {"k01": ("已完成", "")}
    fill(form(out, BUREAU), back / "a.xlsx", figures, tasks=tasks)
    written = []

    def killed(path, content):
        if len(written) == done:
            raise KeyboardInterrupt
        written.append(write_bytes(path, content))

    for module in (writing, collecting):
        monkeypatch.setattr(module, "write_bytes", killed)
    with pytest.raises(KeyboardInterrupt):
        forms.write(back, data)
    monkeypatch.undo()
    forms.write(back, data)
    assert forms.write(back, data)[1] == 0
    fresh = of_folder(data.folder, private=True)
    assert fresh.city("hightech_firms").loc[2024] == 77 and len(fresh.task_reports) == 1


def test_the_commands(data, out, back, tmp_path):
    run = CliRunner().invoke
    folder = str(data.folder)
    sent = run(app, ["forms", str(tmp_path / "sent"), "--data", folder, "--office", OFFICE])
    assert sent.exit_code == 0 and (tmp_path / "sent" / form(out).name).exists()
    fill(form(out), back / "a.xlsx", {("rd_intensity", 2024): 0.4})
    dry = run(app, ["collect", str(back), "--data", folder, "--dry-run"])
    assert dry.exit_code == 0 and not (Path(folder) / "private").exists()
    wet = run(app, ["collect", str(back), "--data", folder, "--yes"])
    assert wet.exit_code == 0 and "1 added" in wet.output and "未报" in wet.output
