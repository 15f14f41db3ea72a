"""The report: its words follow the results, its numbers stand in the scorecard, in every output."""

import base64
import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import office_data
import openpyxl
import pandas as pd
import pytest
import thin_data
import tiny_data
from lxml import html

from changji_analysis import report
from changji_analysis.dataset import Dataset
from changji_analysis.errors import DataError, UsageError
from changji_analysis.report import templating, word, workbook
from changji_analysis.report.content import BOLD, Heading, Paragraph, Picture, Table, titled
from changji_analysis.report.results import Results

CITY, MID = "昌吉市", "2023-12-31"
LATER = [
    (CITY, "rd_intensity", 2024, 1.1, "%"),
    (CITY, "rd_intensity", 2025, 1.6, "%"),
    (CITY, "hightech_firms", 2021, 52, "家"),
    (CITY, "hightech_firms", 2022, 60, "家"),
    (CITY, "hightech_firms", 2023, 66, "家"),
]
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAADklEQVR4nGP4z8DwHwQBEPgD/U6VwW8AAAAASUVORK5CYII="
)
SVG = "<svg xmlns='http://www.w3.org/2000/svg'><metadata xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:description>说明</dc:description></metadata></svg>"
CASES = [("plain", None, "zh"), ("plain", None, "en"), ("plain", MID, "zh"), ("plain", MID, "en"),
         ("later", None, "zh"), ("later", None, "en")]  # fmt: skip


@pytest.fixture(scope="module")
def data(thin, tmp_path_factory):
    """Datasets: the thin data as shipped, and with later figures of the city."""
    later = thin_data.write(tmp_path_factory.mktemp("later") / "data")
    thin_data.add(later, *LATER)
    made = {("plain", None): thin, ("plain", MID): thin.at(MID), ("later", None): Dataset(later)}
    return lambda name, as_of=None: made[name, as_of]


@pytest.fixture(scope="module")
def compose(data):
    """A document of a dataset, date and language, made once."""
    made = {}

    def document(name="plain", as_of=None, lang="zh"):
        key = (name, as_of, lang)
        if key not in made:
            made[key] = report.compose(data(name, as_of), lang)
        return made[key]

    return document


@pytest.fixture(scope="module")
def results(data):
    """The results of a dataset, date and language, made once."""
    made = {}

    def of(name="plain", as_of=None, lang="zh"):
        key = (name, as_of, lang)
        if key not in made:
            made[key] = Results(data(name, as_of), lang)
        return made[key]

    return of


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A folder with one figure, in both languages."""
    folder = tmp_path_factory.mktemp("figures")
    for lang in report.LANGUAGES:
        (folder / lang).mkdir()
        (folder / lang / "rd_fan.png").write_bytes(PNG)
        (folder / lang / "rd_fan.svg").write_text(SVG, encoding="utf-8")
    return folder


@pytest.fixture(scope="module", autouse=True)
def no_office():
    """A machine without LibreOffice."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shutil, "which", lambda name: None)
        yield


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The tiny data with offices."""
    return Dataset(office_data.write(tmp_path_factory.mktemp("small")))


@pytest.fixture(scope="module")
def written(data, drawn, tmp_path_factory):
    """The mid-term report, written once."""
    return report.write(data("plain", MID), tmp_path_factory.mktemp("mid") / "reports", drawn)


def blocks(document):
    """All blocks in order."""
    return [block for chapter in document.chapters for block in chapter.blocks]


def texts(document):
    """Everything that is printed."""
    yield from document.words.values()
    for block in blocks(document):
        match block:
            case Heading(text=text) | Paragraph(text=text):
                yield text.replace(BOLD, "")
            case Table():
                yield from (block.caption, block.note, *block.header)
                for row in block.rows:
                    yield from row
            case Picture():
                yield block.caption


def said(document):
    """The running text."""
    return " ".join(b.text for b in blocks(document) if isinstance(b, Paragraph)).replace(BOLD, "")


# ---- words -------------------------------------------------------------------------------------
UNWANTED = (
    "请.{2,8}提供|没有跟上|走向哪里|以前可知|通用先验|续认|几何路径|不足1%|<1%|大起大落|都要抓|只需保住|"
    "向容易的一边|说多大概率|参照组.{0,9}没有一个|在别处|一项公开|重演|办法和|窗口|网页|论坛|镜像|百科|Wikipedia"
)


def codes_of(known):
    """Ids that stand in the data and in no output."""
    codes = {
        *known.targets["id"],
        *known.plan_checks["id"],
        *known.tasks["id"],
        *known.sources["id"],
    }
    codes |= {i for i in [*known.indicators["id"], *known.readings["reading"]] if "_" in i}
    return codes | {"insufficient_evidence", "out_of_reach", "at_risk", "non_decreasing"}


PLACES = r"https?:|www\.|\.(csv|yml|py|txt|html?)\b|[\\/]\w+/|论坛|镜像|百科|baike|github"


@pytest.mark.parametrize(("name", "as_of", "lang"), CASES)
def test_no_code_path_or_address_is_printed(data, compose, name, as_of, lang):
    codes = codes_of(data(name))
    for text in texts(compose(name, as_of, lang)):
        words = set(re.findall(r"[A-Za-z0-9_]+", text))
        assert not words & codes, text
        assert not re.search(PLACES, text), text
        assert not re.search(r"\bnan\b|NaN|\bNone(?! of)\b|NaT|<NA>|\binf\b", text), text
        assert not re.search(
            r"。。|，，|；；|；。|，。|、。|  |\.\.|, ,|\(\)|（）| [,.;:]", text
        ), text
        if lang == "zh":
            assert not re.search(UNWANTED, text), text
            assert (
                not re.search(r"\d;|[，。；]\s|\d-\d", text.replace("-01-", "")) or "-" in text
            ), text
    if lang == "en":
        assert not re.search("[，。；：、]", said(compose(name, as_of, lang)))


@pytest.mark.parametrize("lang", report.LANGUAGES)
def test_one_name_for_one_target(results, compose, lang):
    results = results("plain", None, lang)
    names = {t.name for t in results.targets}
    chapter = next(c for c in compose("plain", None, lang).chapters if c.number == 20)
    annex = next(b for b in chapter.blocks if isinstance(b, Table))
    assert [row[1] for row in annex.rows] == [t.name for t in results.targets]
    longer = {*results.card[lang], *results.card[f"short_{lang}"]}
    tables = [b for b in blocks(compose("plain", None, lang)) if isinstance(b, Table)]
    said = {row[0] for b in tables for row in b.rows} & longer
    assert said <= names | {t.name for t in results.every}


def test_both_languages_have_the_same_blocks(compose):
    for name, as_of in (("plain", None), ("plain", MID), ("later", None)):
        zh, en = (compose(name, as_of, lang) for lang in report.LANGUAGES)
        assert [c.name for c in zh.chapters] == [c.name for c in en.chapters]
        for one, other in zip(zh.chapters, en.chapters, strict=True):
            kinds = [(type(b), getattr(b, "level", 0)) for b in one.blocks]
            assert kinds == [(type(b), getattr(b, "level", 0)) for b in other.blocks], one.name
        tables = [[b for b in blocks(d) if isinstance(b, Table)] for d in (zh, en)]
        for one, other in zip(*tables, strict=True):
            assert (len(one.rows), len(one.header)) == (len(other.rows), len(other.header))


def test_no_template_holds_a_figure():
    """Numbers come from the results; a template has only those of its own form."""
    allowed = (
        r"[－−] ?1|\(1 ÷|附?表\d|80%|95%|100%|15日内|1亿元|2倍|32号|2016|12月31日|31 December"
        r"|Annex tables? \d( (to|and) \d)?|tables \d and \d|100 million|15 (days|mu)|article 9"
        r"|5\(\d\)|\(\d\)|（\d）"
    )
    for path in sorted(templating.TEMPLATES.glob("*/[0-9]*.j2")):
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", path.read_text(encoding="utf-8"))
        assert not re.findall(r".*\d.*", re.sub(allowed, "", text)), path


def test_sentences_follow_the_figures(compose):
    before, after = compose(), compose("later")
    assert "2025年实际为1.60%，目标为1.5%，已实现" in said(after)
    assert "最新数据为2023年的66家" in said(after)
    assert "2025年实际数经检索未查到" in said(before) and "2025年实际数已公布的1项" in said(after)
    assert "超前" in said(after) and "暂不作超前、达序、滞后的判断" in said(before)
    assert "achieved" in said(compose("later", None, "en"))
    assert "缺少先例支撑" in said(before) and "缺少先例支撑" not in said(after)


def test_the_mid_term_review_knows_only_its_day_and_speaks_of_adjusting(data, compose):
    mid, final = compose("plain", MID), compose()
    assert (
        "中期评估" in mid.words["title"] and "终期评估" in final.words["title"] and mid.date == MID
    )
    text = " ".join(texts(mid))
    assert "终期评估报告" not in text and "有时间调整工作安排" in text
    assert "规划期已满" not in text and "规划期已满" in " ".join(texts(final))
    annex = next(
        b for c in mid.chapters if c.number == 20 for b in c.blocks if isinstance(b, Table)
    )
    assert "2023年" in annex.header and "2024年" not in annex.header
    assert not re.search(r"202[45]年\d+月", said(mid))


def test_nobody_is_asked_by_himself(tmp_path):
    folder = office_data.write(tmp_path / "data")
    path = folder / "config.yml"
    text = path.read_text(encoding="utf-8")
    issuer = f"report: {{issuer_zh: {office_data.OFFICE}, "
    path.write_text(text.replace("report: {", issuer), encoding="utf-8")
    tables = [b for b in blocks(report.compose(Dataset(folder))) if isinstance(b, Table)]
    asked = [row for t in tables if t.header[:2] == ("措施", "责任单位") for row in t.rows]
    own = [row for row in asked if row[1] == "市统计局" and "数据" in row[0]]
    assert len(own) == 1 and own[0][0].startswith("梳理本单位掌握的数据")
    assert any("补报" in row[0] for row in asked)


def test_what_came_back_stands_in_the_report_with_who_and_when(tmp_path):
    told = (
        "id,office,reported,progress,text,money\n"
        f"k01,{office_data.BUREAU},2026-01-15,正在推进,已签约3个项目,1200万元\n"
    )
    folder = office_data.write(tmp_path / "data", **{"private/task_reports.csv": told})
    known = Dataset(folder)
    document = report.compose(known)
    assert "1个单位已报送自评材料，2个单位尚未报送" in said(document)
    assert "1 of 3 offices had returned" in said(report.compose(known, "en"))
    tables = [b for b in blocks(document) if isinstance(b, Table)]
    office = next(row for t in tables for row in t.rows if row[0] == "市科技局")
    assert office[3] == "2026年1月15日"
    annex = next(c for c in document.chapters if c.number == 21).blocks[1]
    told = [row for row in annex.rows if "已签约3个项目" in row[4]]
    assert len(told) == 1 and f"（{office_data.BUREAU}，2026-01-15）" in told[0][4]
    assert told[0][5] == "正在推进"


def test_no_proposal_asks_for_less_than_today(results):
    for name in ("plain", "later"):
        for lang in report.LANGUAGES:
            found = results(name, None, lang)
            for row in found.next_plan:
                t = next(t for t in found.targets if t.name == row.name)
                now = float(found.data.city(t.indicator).iloc[-1])
                for text in (row.floor, row.stretch, row.match):
                    number = re.match(r"[\d,.]+", text)
                    assert text == "—" or float(number[0].replace(",", "")) >= now, row


def test_an_unfamiliar_place(tmp_path):
    known = Dataset(tiny_data.write(tmp_path / "data"))
    for lang in report.LANGUAGES:
        document = report.compose(known, lang)
        assert not any("R&D" in text for text in texts(document) if "100" in text)
        assert len(document.chapters) == 17


# ---- numbers -----------------------------------------------------------------------------------
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?%?")


def forms(value):
    """A value in every form in which the text may print it."""
    out = set()
    for number in (abs(value), 100 * abs(value), 10_000 * abs(value)):
        out |= {f"{number:,.{digits}f}" for digits in range(4)} | {f"{number:g}"}
    return out | {f"{form}%" for form in out}


def pool(frames):
    """Forms of all numbers of some tables."""
    found = set()
    for frame in frames:
        for column in frame:
            for value in frame[column].dropna():
                if isinstance(value, str):
                    found |= set(NUMBER.findall(value))
                elif not isinstance(value, (bool, pd.Timestamp)):
                    found |= forms(float(value))
    return found


@pytest.mark.parametrize(("name", "as_of", "lang"), CASES)
def test_every_number_of_the_text_stands_in_a_table(data, compose, results, name, as_of, lang):
    known, document = data(name, as_of), compose(name, as_of, lang)
    rd = known.scorecard.query("indicator == 'rd_intensity'").iloc[0]
    frames = [known.scorecard, known.required_paths, known.cohort_outlook, known.reading_tables,
              known.rd_spending(rd["value"], rd["base_value"], 2025), known.precedents]  # fmt: skip
    stands = pool(frames)
    for table in (b for b in blocks(document) if isinstance(b, Table)):
        stands |= {n for row in (table.header, *table.rows) for c in row for n in NUMBER.findall(c)}
    names = results(name, as_of, lang)
    parts = [
        getattr(names, k)
        for k in "plan date base precedents money gdp n firsts next_plan goals_above".split()
    ]
    shown = ("forecast", "alike", "region", "reference", "around", "range", "context")
    parts += [getattr(t, part) for t in names.targets for part in shown]
    stands |= {n.rstrip(",") for part in parts for n in NUMBER.findall(str(part))}
    stands |= set("1 2 3 4 5 9 12 15 31 32 100 2016 80% 95% 100%".split())  # of the form
    plain = re.sub(r"〔\d{4}〕\d+号|附表\d|R&D", "", said(document))
    stray = {n.rstrip(",") for n in NUMBER.findall(plain)} - stands
    assert not stray


@pytest.fixture(scope="module")
def later(data, drawn, tmp_path_factory):
    """A folder with the report on the later figures, written once."""
    return report.write(data("later"), tmp_path_factory.mktemp("later"), drawn)[0].parent


@pytest.mark.parametrize("lang", report.LANGUAGES)
def test_the_numbers_are_those_of_the_scorecard_in_word_page_and_workbook(
    data, results, later, lang
):
    known, tmp_path = data("later"), later
    with zipfile.ZipFile(tmp_path / f"review.{lang}.docx") as letter:
        tree = ElementTree.fromstring(letter.read("word/document.xml"))
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    in_word = ["".join(t.text or "" for t in cell.iter(f"{w}t")) for cell in tree.iter(f"{w}tc")]
    page = html.parse(str(tmp_path / f"review.{lang}.html")).getroot()
    in_page = [cell.text_content() for cell in page.iter("td")]
    book = openpyxl.load_workbook(tmp_path / f"scorecard.{lang}.xlsx")
    sheet = book.worksheets[0]
    head = [cell.value for cell in sheet[3]]
    chance = head.index("实现概率" if lang == "zh" else "probability")
    base = head.index("基期" if lang == "zh" else "base")
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    card = known.scorecard[known.scorecard["default"]]
    assert len(rows) == len(card)
    targets = results("later", None, lang).targets
    for shown, (_, row), cells in zip(targets, card.iterrows(), rows, strict=True):
        for value, at in ((row["probability"], chance), (row["base_value"], base)):
            assert (cells[at] is None) if pd.isna(value) else cells[at] == pytest.approx(value)
        told = {shown.name, shown.goal, shown.base_value, shown.probability, shown.verdict}
        assert told <= {*in_word} and told <= {*in_page}, row["id"]


@pytest.mark.parametrize("lang", report.LANGUAGES)
def test_the_workbook_names_what_is_open_and_holds_no_code(data, results, compose, tmp_path, lang):
    known, results = data("plain"), results("plain", None, lang)
    workbook.write(results, compose("plain", None, lang), tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    codes, cells = codes_of(known), [c.value for s in book for row in s for c in row if c.value]
    for text in filter(lambda value: isinstance(value, str), cells):
        assert not set(re.findall(r"[A-Za-z0-9_]+", text)) & codes, text
        assert not re.search(PLACES, text.replace("none/", "")), text
    sheet = book[results.w("数据问题", "data problems")]
    problems = [*sheet.iter_rows(values_only=True)]
    assert len(problems) > 10 and any("GDP" in str(p) or "生产总值" in str(p) for p in problems)
    assert {p[0] for p in problems[1:]} <= {results.w.term("severity", s)
                                            for s in ("error", "warning", "note")}  # fmt: skip


def test_the_city_is_compared_with_the_areas_around_it(data, compose):
    known = data("plain")
    table = next(b for b in blocks(compose()) if isinstance(b, Table) and b.header[0] == "地区")
    rows = {row[0]: row[1:] for row in table.rows}
    region = known.history("新疆", "rd_intensity")
    assert rows["新疆"][0].startswith(f"{region[2020]:.2f}%（2020年）")
    assert rows["相邻县市"] == ("未查到", "未查到")
    lowest = known.peers("rd_intensity", "provinces").loc[2020]
    assert rows["各省区最低"][0] == f"{lowest.idxmin()}{lowest.min():.2f}%（2020年）"
    goal = known.precedents.query("area == '新疆' and indicator == 'rd_intensity'").iloc[0]
    assert f"{goal['target']:.2f}%，实际为{goal['outcome']:.2f}%" in said(compose())


def test_a_mid_term_review_says_what_to_do_while_there_is_time(compose):
    tables = [b for b in blocks(compose("plain", MID)) if isinstance(b, Table)]
    measures = next(b for b in tables if b.header[:2] == ("措施", "责任单位")).rows
    done = [row[0] for row in measures]
    assert any("维持目标并加大措施或调整目标" in text for text in done)
    assert any("2024年应达到的数值" in text and "列入年度工作安排" in text for text in done)
    assert not any("2030年" in b.caption for b in tables)
    assert any("2030年" in b.caption for b in blocks(compose()) if isinstance(b, Table))
    annex = next(b for c in compose("plain", MID).chapters if c.number == 20
                 for b in c.blocks if isinstance(b, Table))  # fmt: skip
    assert {row[annex.header.index("时序进度")] for row in annex.rows} == {"60%"}


# ---- files -------------------------------------------------------------------------------------
def test_writing(written):
    paths = written
    assert [p.name for p in paths] == [
        "review.en.docx", "review.en.html", "review.zh.docx", "review.zh.html",
        "scorecard.csv", "scorecard.en.xlsx", "scorecard.zh.xlsx",
    ]  # fmt: skip
    assert sorted(p.name for p in paths[0].parent.iterdir()) == [p.name for p in paths]
    with zipfile.ZipFile(paths[2]) as letter:
        text = letter.read("word/document.xml").decode()
        settings = letter.read("word/settings.xml").decode()
        assert letter.testzip() is None
        assert {part.date_time[0] for part in letter.infolist()} == {1980}  # of no day: same bytes
    assert 'w:dirty="true"' in text  # nobody laid it out: Word is to renew the contents
    assert text.count("w:tblHeader") > 20 and "w:landscape" not in text
    assert 'w:orient="landscape"' in text and 'w:linePitch="579"' in text
    assert "evenAndOddHeaders" in settings
    page = paths[3].read_text(encoding="utf-8")
    assert "data:image/svg+xml;base64," in page and "<script" not in page
    assert page.index('class="cards"') < page.index("<nav")
    book = openpyxl.load_workbook(paths[-1])
    assert book.sheetnames[0] == "总览" and book.worksheets[0].freeze_panes == "B4"
    assert book.worksheets[0].sheet_properties.pageSetUpPr.fitToPage
    assert book.worksheets[0].page_setup.fitToHeight in (None, 1)


def test_contents_bear_the_pages_of_a_layout(data, drawn, tmp_path, monkeypatch):
    document = report.compose(data("plain"), figures=drawn)
    headings = list(word._listed(document))
    bare = ("".join(titled(block, "zh").split()) for block in headings)
    pages = [f"{text}—{n}—" for n, text in enumerate(bare, 1)]
    monkeypatch.setattr(word, "_laid_out", lambda contents: [["cover", *pages], []])
    a, b = tmp_path / "a.docx", tmp_path / "b.docx"
    word.write({a: document, b: document}, drawn)
    text, stale = (zipfile.ZipFile(path).read("word/document.xml").decode() for path in (a, b))
    assert "w:dirty" not in text and document.words["stale"] not in text
    entries = re.findall(r"<w:tab/><w:t>(\d+)</w:t></w:r></w:hyperlink>", text)
    assert entries == [str(n) for n, _ in enumerate(headings, 1)]
    assert 'w:dirty="true"' in stale and document.words["stale"] in stale  # nobody laid it out


def test_all_files_are_laid_out_in_one_run_and_one_that_fails_has_no_pages(monkeypatch):
    made, runs = io.BytesIO(), []
    with zipfile.ZipFile(made, "w") as letter:
        letter.writestr("word/document.xml", "text")
        letter.writestr("word/media/image1.png", b"a large picture")

    def run(command, **options):
        runs.append(Path(command[0]).name)
        if runs[-1] == "pdftotext":
            pdf = Path(command[3])
            if not pdf.exists():
                raise subprocess.CalledProcessError(1, command)
            return subprocess.CompletedProcess(command, 0, pdf.read_bytes())
        first, second = map(Path, command[-2:])
        with zipfile.ZipFile(second) as letter:
            assert letter.read("word/document.xml") == b"text"
            assert letter.read("word/media/image1.png") != b"a large picture"
        first.with_suffix(".pdf").write_text("封 面\f— 1 —", encoding="utf-8")
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(word.subprocess, "run", run)
    assert word._laid_out([made.getvalue()] * 2) == [["封面", "—1—"], [""]]
    assert runs == ["soffice", "pdftotext", "pdftotext"]


def test_markup_in_names_is_text_everywhere(drawn, tmp_path):
    folder = office_data.write(tmp_path / "data")
    path = folder / "indicators.csv"
    hostile = '甲<b>&""丙|**丁'
    text = path.read_text(encoding="utf-8").replace("强度", f'"{hostile}"')
    path.write_text(text, encoding="utf-8")
    report.write(Dataset(folder), tmp_path / "out", drawn)
    name = hostile.replace('""', '"')
    page = html.parse(str(tmp_path / "out" / "review.zh.html")).getroot()
    assert name in [cell.text_content() for cell in page.iter("td")]
    with zipfile.ZipFile(tmp_path / "out" / "review.zh.docx") as letter:
        tree = ElementTree.fromstring(letter.read("word/document.xml"))
    assert name in ["".join(cell.itertext()) for cell in tree.iter(f"{'{'}{W}{'}'}tc")]
    assert (
        openpyxl.load_workbook(tmp_path / "out" / "scorecard.zh.xlsx").worksheets[0]["A6"].value
        == name
    )


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def kept(folder):
    """A folder with a last good report."""
    folder.mkdir(exist_ok=True)
    (folder / "review.zh.docx").write_bytes(b"the last good one")

    def unharmed():
        assert [p.name for p in folder.iterdir()] == ["review.zh.docx"]
        assert (folder / "review.zh.docx").read_bytes() == b"the last good one"

    return unharmed


def test_faulty_data_leave_the_last_report(drawn, tmp_path):
    unharmed, folder = kept(tmp_path / "out"), office_data.write(tmp_path / "data")
    (folder / "raw/plan_baseline.csv").unlink()
    with pytest.raises(DataError, match=r"plan_baseline\.csv: the file is missing"):
        report.write(Dataset(folder), tmp_path / "out", drawn)
    unharmed()


def test_an_edited_template_leaves_the_last_report(small, drawn, tmp_path, monkeypatch):
    unharmed = kept(tmp_path / "out")
    shutil.copytree(templating.TEMPLATES, tmp_path / "templates")
    path = tmp_path / "templates/zh/03_targets.md.j2"
    path.write_text(path.read_text(encoding="utf-8") + "\n{{ t.chanse }}\n", encoding="utf-8")
    monkeypatch.setattr(report, "TEMPLATES", tmp_path / "templates")
    monkeypatch.setattr(
        report, "environment", lambda: templating.environment(folder=tmp_path / "templates")
    )
    with pytest.raises(report.ReportError, match=r"zh/03_targets\.md\.j2, line \d+: .*undefined"):
        report.write(small, tmp_path / "out", drawn)
    unharmed()


@pytest.mark.parametrize("form", ["png", "svg"])
def test_a_figure_that_is_no_picture_leaves_the_last_report(small, drawn, tmp_path, form):
    unharmed, broken = kept(tmp_path / "out"), tmp_path / "figures"
    shutil.copytree(drawn, broken)
    (broken / "zh" / f"rd_fan.{form}").write_bytes(b"no picture")
    with pytest.raises(report.ReportError, match=rf"rd_fan\.{form} is no picture.*重新绘图"):
        report.write(small, tmp_path / "out", broken)
    unharmed()


def test_a_full_disk_leaves_the_last_report(small, drawn, tmp_path, monkeypatch):
    unharmed = kept(tmp_path / "out")

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device", str(tmp_path / "out"))

    monkeypatch.setattr(workbook, "write", full)
    with pytest.raises(report.ReportError, match=r"No space left.*无法写入 out"):
        report.write(small, tmp_path / "out", drawn)
    unharmed()


def test_a_folder_that_is_a_file(data, drawn, tmp_path):
    (tmp_path / "out").write_text("a file stands here", encoding="utf-8")
    with pytest.raises(report.ReportError, match="Remedy"):
        report.write(data("plain"), tmp_path / "out", drawn)
    assert (tmp_path / "out").read_text(encoding="utf-8") == "a file stands here"


def test_a_folder_that_may_not_be_written(data, drawn, tmp_path, monkeypatch):
    unharmed = kept(tmp_path / "out")

    def refused(*args, **kwargs):
        raise PermissionError(13, "Permission denied", str(tmp_path / "out"))

    monkeypatch.setattr(report.tempfile, "mkdtemp", refused)
    with pytest.raises(report.ReportError, match=r"Permission denied.*检查文件夹权限"):
        report.write(data("plain"), tmp_path / "out", drawn)
    unharmed()


def test_a_file_that_is_open_elsewhere_leaves_all_of_the_last_report(
    small, written, drawn, tmp_path, monkeypatch
):
    shutil.copytree(written[0].parent, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    replace = Path.replace

    def locked(path, target):
        if path.name == "scorecard.csv" and path.parent.name.endswith(".tmp"):
            raise PermissionError(13, "Permission denied", str(target))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(report.ReportError, match="close the file"):
        report.write(small, tmp_path / "out", drawn)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_a_long_table_bears_its_title_on_every_page(written):
    with zipfile.ZipFile(written[2]) as letter:
        tree = ElementTree.fromstring(letter.read("word/document.xml"))
    for table in tree.iter(f"{{{W}}}tbl"):
        rows = table.findall(f"{{{W}}}tr")
        heads = [r for r in rows if r.find(f"{{{W}}}trPr/{{{W}}}tblHeader") is not None]
        titled = "表" in "".join(heads[0].itertext())[:3] and len(heads) == 2
        assert titled or len(rows) <= word._KEPT + 2, "".join(rows[0].itertext())


def test_pictures_that_were_not_drawn_are_left_out(data, drawn):
    pictures = [
        b for b in blocks(report.compose(data("plain"), figures=drawn)) if isinstance(b, Picture)
    ]
    assert [(b.name, b.alt) for b in pictures] == [("rd_fan", "说明")]


def test_a_wrong_language(data):
    with pytest.raises(UsageError, match="fr"):
        report.compose(data("plain"), "fr")
