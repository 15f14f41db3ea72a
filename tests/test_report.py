"""The report: sentences follow the figures, numbers stand in a table, files are kept whole."""

import dataclasses
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import thin_data
import tiny_data

from changji_analysis import report
from changji_analysis._compat import load_readings, load_tasks
from changji_analysis.errors import DataError, UsageError
from changji_analysis.figures import FIGURES as FIGURES_BY_NAME
from changji_analysis.report import web, word, workbook
from changji_analysis.report.document import Aside, Heading, Paragraph, Picture, Table
from changji_analysis.report.findings import findings, grades, offices
from changji_analysis.report.sheets import percent_heads, sheets

FIGURES = Path(__file__).parents[1] / "figures"
REPORTS = FIGURES.parent / "reports"
CITY = "昌吉市"
LATER = [
    (CITY, "rd_intensity", 2024, 1.1, "%"),
    (CITY, "rd_intensity", 2025, 1.6, "%"),
    (CITY, "hightech_firms", 2021, 52, "家"),
    (CITY, "hightech_firms", 2022, 60, "家"),
    (CITY, "hightech_firms", 2023, 66, "家"),
]


def replace(path, pattern, by):
    text, count = re.subn(pattern, by, path.read_text(encoding="utf-8"))
    assert count == 1
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The thin data as shipped, and with later figures of the city."""
    root = tmp_path_factory.mktemp("data")
    plain, later = thin_data.write(root / "plain"), thin_data.write(root / "later")
    thin_data.add(later, *LATER)
    bare = thin_data.write(root / "bare")
    replace(bare / "raw/yearly_statistics.csv", rf"(?m)^{CITY},rd_intensity,.*\n", "")
    replace(bare / "readings.csv", r"(?m)^(t01,.*?),2020,0\.17,%,b01,", r"\1,2020,,,,")
    return {"plain": plain, "later": later, "bare": bare}


@pytest.fixture(autouse=True)
def use(folders, monkeypatch):
    def choose(name):
        monkeypatch.setenv("CHANGJI_DATA", str(folders[name]))

    choose("plain")
    return choose


MID, EARLY = "2023-12-31", "2022-06-30"
CASES = [("plain", None), ("plain", MID), ("plain", EARLY), ("later", None), ("bare", None)]


@pytest.fixture(scope="module")
def written():
    """Documents composed so far."""
    return {}


@pytest.fixture
def compose(use, written):
    def document(as_of=None, lang="zh", data="plain"):
        use(data)
        key = (data, as_of, lang)
        if key not in written:
            written[key] = report.compose(as_of, lang)
        return written[key]

    return document


def blocks(document):
    for block in (*document.blocks, *document.appendices):
        yield block
        if isinstance(block, Aside):
            yield from block.blocks


def paragraphs(document):
    return [b.text for b in document.blocks if isinstance(b, Paragraph)]


def texts(document):
    """Everything that is printed."""
    yield from (document.title, document.subtitle, document.issuer)
    for block in blocks(document):
        match block:
            case Heading(text=text) | Paragraph(text=text):
                yield text
            case Table(caption=caption, note=note, frame=frame):
                flat = frame.reset_index()
                yield from (caption, note, *map(str, flat.columns), *flat.to_numpy().ravel())
            case Picture(caption=caption, alt=alt):
                yield from (caption, alt)


@pytest.mark.parametrize(("data", "as_of"), CASES)
def test_both_languages_have_the_same_blocks(compose, data, as_of):
    zh, en = (compose(as_of, lang, data) for lang in ("zh", "en"))
    one, other = list(blocks(zh)), list(blocks(en))
    assert [type(b) for b in one] == [type(b) for b in other]
    for a, b in zip(one, other, strict=True):
        if isinstance(a, Heading):
            assert a.level == b.level
        if isinstance(a, Table):
            assert (
                a.frame.shape == b.frame.shape and a.wide == b.wide and bool(a.note) == bool(b.note)
            )
        if isinstance(a, Picture):
            assert a.name == b.name


@pytest.mark.parametrize(("data", "as_of"), CASES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_text_is_broken(compose, data, as_of, lang):
    document = compose(as_of, lang, data)
    ids = {r for r in load_readings()["reading"] if "_" in r}
    for text in texts(document):
        assert not re.search(r"\bnan\b|NaN|\bNone(?! of)\b|NaT|\binf\b|<NA>", text), text
        assert not any(word in text for word in ids), text
        assert "空" not in text.replace("众创空间", ""), text
        assert not re.search(r"。。|，，|；；|；。|，。|  |\.\.|, ,|\(\)|（）", text), text
        if lang == "en" and text in paragraphs(document):
            assert not re.search("[，。；：、（）]", text), text


@pytest.mark.parametrize(("data", "as_of"), CASES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_number_of_the_text_stands_in_a_table(compose, data, as_of, lang):
    traced = report.traced_numbers(compose(as_of, lang, data), as_of)
    assert len(traced) > 50
    assert traced[traced["found"].eq("")].empty


def test_a_number_that_stands_nowhere_is_found_out(compose):
    document = compose()
    stray = Paragraph("另有7654321家和98.7654%。")
    spoiled = type(document)(**(vars(document) | {"blocks": (*document.blocks, stray)}))
    traced = report.traced_numbers(spoiled)
    assert traced.loc[traced["found"].eq(""), "number"].to_list() == ["7654321", "98.7654%"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sentences_follow_the_figures(compose, lang):
    before, after = (paragraphs(compose(None, lang, data)) for data in ("plain", "later"))
    kept = [text for text in before if text in after]
    # what the later figures do not touch: the basis, the other targets, the certificates
    assert len(kept) < len(before) / 2
    joined = " ".join(after)
    if lang == "zh":
        assert "R&D经费投入强度2025年实际为1.60%，目标为1.50%，已实现" in joined
        assert "最新数据为2023年的66家" in joined and "证据等级A" in joined
        assert "没有一项目标有市级数据" not in joined
    else:
        assert "R&D intensity came to 1.60% in 2025 against a target of 1.50%: achieved" in joined
        assert "The latest figure is 66 in 2023" in joined and "grade A" in joined
        assert "no target has a figure" not in joined


def test_without_its_base_a_target_is_not_judged(compose):
    said = " ".join(paragraphs(compose(data="bare")))
    assert "R&D经费投入强度的目标是2025年1.50%；没有可用数据，不给概率" in said
    assert "8.8倍" not in said and "亿元，比保持基期强度多" not in said


def test_the_mid_term_review_knows_only_its_day(compose):
    mid, final = compose(MID), compose()
    assert "中期评估" in mid.title and "终期评估" in final.title
    assert mid.date == "2023-12-31"
    text = " ".join(texts(mid))
    assert "终期评估" not in text and "中期评估" in text
    indicators = next(b for b in mid.appendices if isinstance(b, Table))
    assert "2024" not in indicators.frame.columns and "2023" in indicators.frame.columns
    early = compose(EARLY)
    assert not any("印发" in text for text in paragraphs(early))
    assert findings(EARLY).usable.empty


def printed(block):
    """A block as text, to be compared."""
    if isinstance(block, Aside):
        return [printed(inner) for inner in block.blocks]
    if isinstance(block, Table):
        return (block.caption, block.note, block.frame.reset_index().to_csv())
    return block


def test_a_dated_review_equals_one_of_data_that_end_there(compose, use, folders, tmp_path):
    """The proof that nothing leaks: figures, sentences, tables, sources and sheets."""
    thin_data.cut(thin_data.write(tmp_path / "data"), MID)
    folders["cut"] = tmp_path / "data"
    seen = {}
    for name in ("plain", "cut"):
        document = compose(MID, "zh", name)
        blocks = [*document.blocks, *document.appendices]
        tables = sheets(MID, "zh")
        problems = tables.pop("数据问题")  # rows and folder are others
        seen[name] = (
            list(map(printed, blocks)),
            {sheet: table.to_csv() for sheet, table in tables.items()},
            problems["问题"].to_list(),
            [draw("zh", as_of=MID).svg() for draw in SOME_FIGURES],
        )
    assert seen["plain"] == seen["cut"]
    assert compose(None, "zh", "cut").blocks[2] != compose(None, "zh", "plain").blocks[2]


SOME_FIGURES = [
    FIGURES_BY_NAME[n] for n in ("rd_money", "rd_precedents", "gdp_breaks", "tech_smes")
]


@pytest.mark.parametrize("record", [None, "200次中兑现58次 / 58 of 200 came true"])
def test_a_record_of_tests_is_shown_where_there_is_one(use, monkeypatch, record):
    f = findings()
    headline = {name: row.copy() for name, row in f.headline.items()}
    for row in headline.values():
        row["calibration"] = record
    tested = dataclasses.replace(f, card=f.card.assign(calibration=record), headline=headline)
    monkeypatch.setattr(report, "findings", lambda as_of=None: tested)
    zh, en = report.compose(), report.compose(lang="en")
    shown = record is not None
    assert ("概率的检验" in [b.text for b in zh.blocks if isinstance(b, Heading)]) is shown
    assert any(isinstance(b, Picture) and b.name == "calibration" for b in zh.blocks) is shown
    assert any("200次中兑现58次。" in text for text in paragraphs(zh)) is shown
    assert any("尚未用过去的目标作过检验" in text for text in paragraphs(zh)) is not shown
    assert any("58 of 200 came true." in text for text in paragraphs(en)) is shown
    assert report.traced_numbers(zh)["found"].ne("").all()


def test_the_answer_comes_first(compose):
    document = compose()
    count = next(i for i, b in enumerate(document.blocks) if isinstance(b, Heading))
    assert 3 <= count <= 5
    first = paragraphs(document)[:count]
    f = findings()
    assert f"{f.fact('targets')}项定量目标" in first[0] and "依据不足" in first[0]
    assert "方向不同" in first[2]
    chapters = [b.text for b in document.blocks if isinstance(b, Heading) and b.level == 1]
    assert chapters == [
        "评估工作开展情况", "总体实施情况", "主要指标完成情况", "存在问题与原因", "形势与预测",
        "对策与指标调整建议",
    ]  # fmt: skip


def test_the_annexes(compose):
    document = compose()
    heads = [b.text for b in document.appendices if isinstance(b, Heading)]
    assert [head[:3] for head in heads] == ["附表1", "附表2", "附表3", "附表4", "附件　"]
    tables = [b for b in document.appendices if isinstance(b, Table)]
    assert list(tables[0].frame.reset_index().columns) == [
        "序号", "指标", "单位", "属性", "2020基期", "2021", "2022", "2023", "2024", "2025",
        "2025目标", "完成率", "增量进度", "时序进度", "评价", "责任单位", "备注",
    ]  # fmt: skip
    assert len(tables[0].frame) == findings().fact("targets")
    tasks = load_tasks()
    assert len(tables[1].frame) == tasks["kind"].eq("task").sum() >= 30
    assert len(tables[2].frame) == tasks["kind"].eq("project").sum() >= 10
    for table in tables[1:3]:
        assert (table.frame["进展情况"] == "待填").all()
    later = next(b for b in compose(data="later").appendices if isinstance(b, Table)).frame
    row = later[later["指标"].eq("有效期内高新技术企业数")].iloc[0]
    assert row[["2021", "2022", "2023", "2024"]].to_list() == ["52", "60", "66", "—"]
    assert row["完成率"] == "66.0%" and row["增量进度"] == "42.4%" and row["时序进度"] == "60.0%"


def test_offices_and_grades():
    f = findings()
    assert grades(f.card)["targets"].sum() == f.fact("targets")
    table = offices(f.card)
    assert table["blank"].le(table["targets"]).all()
    assert table["ids"].explode().nunique() == f.fact("targets")


def test_pictures_that_were_not_drawn_are_left_out(compose, tmp_path):
    assert any(isinstance(b, Picture) for b in compose().blocks)
    bare = report.compose(figures=tmp_path)
    assert not any(isinstance(b, Picture) for b in bare.blocks)
    drawn = [b for b in report.compose(figures=FIGURES).blocks if isinstance(b, Picture)]
    assert drawn and all(b.alt != b.caption for b in drawn)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sheets(lang):
    tables = sheets(lang=lang)
    assert len(tables) == 8 and all(len(name) <= 31 for name in tables)
    card = next(iter(tables.values()))
    assert len(card) == len(findings().card)
    assert pd.api.types.is_numeric_dtype(card["实现概率" if lang == "zh" else "probability"])
    heads = {head for table in tables.values() for head in table.columns}
    assert set(percent_heads(lang)) <= heads


def test_writing(tmp_path):
    folder = tmp_path / "reports"
    paths = report.write(MID, folder, FIGURES)
    assert [p.name for p in paths] == [
        "review.en.docx", "review.en.html", "review.zh.docx", "review.zh.html",
        "scorecard.csv", "scorecard.en.xlsx", "scorecard.zh.xlsx",
    ]  # fmt: skip
    assert sorted(p.name for p in folder.iterdir()) == [p.name for p in paths]
    assert "中期评估" in (folder / "review.zh.html").read_text(encoding="utf-8")
    assert zipfile.ZipFile(folder / "review.zh.docx").testzip() is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_committed_report_is_that_of_the_data(tmp_path, monkeypatch, lang):
    monkeypatch.delenv("CHANGJI_DATA")
    document = report.compose(lang=lang, figures=FIGURES)
    web.write(document, tmp_path / "page", FIGURES)
    assert (tmp_path / "page").read_bytes() == (REPORTS / f"review.{lang}.html").read_bytes()
    word.write(document, tmp_path / "letter", FIGURES)
    with (
        zipfile.ZipFile(tmp_path / "letter") as fresh,
        zipfile.ZipFile(REPORTS / f"review.{lang}.docx") as stored,
    ):
        assert fresh.namelist() == stored.namelist()
        assert all(fresh.read(name) == stored.read(name) for name in fresh.namelist())


def test_what_is_committed_stays_small():
    sizes = {path.name: path.stat().st_size for path in REPORTS.iterdir()}
    assert max(sizes.values()) < 3_000_000 and sum(sizes.values()) < 9_000_000, sizes


def test_faulty_data_leave_the_last_report(tmp_path, folders, monkeypatch):
    (tmp_path / "review.zh.docx").write_bytes(b"the last good one")
    (folders["plain"].parent / "faulty").mkdir()
    faulty = thin_data.write(folders["plain"].parent / "faulty" / "data")
    (faulty / "raw/plan_baseline.csv").unlink()
    monkeypatch.setenv("CHANGJI_DATA", str(faulty))
    with pytest.raises(DataError, match=r"plan_baseline\.csv: the file is missing"):
        report.write(None, tmp_path, FIGURES)
    assert [p.name for p in tmp_path.iterdir()] == ["review.zh.docx"]
    assert (tmp_path / "review.zh.docx").read_bytes() == b"the last good one"


def test_a_writer_that_fails_leaves_the_last_report(tmp_path, monkeypatch):
    (tmp_path / "review.zh.docx").write_bytes(b"the last good one")
    monkeypatch.setattr(word, "write", lambda document, path, figures: path.write_bytes(b"new"))
    monkeypatch.setattr(web, "write", lambda document, path, figures: path.write_bytes(b"new"))

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device", str(tmp_path))

    monkeypatch.setattr(workbook, "write", full)
    with pytest.raises(report.ReportError, match="No space left"):
        report.write(MID, tmp_path, FIGURES)
    assert [p.name for p in tmp_path.iterdir()] == ["review.zh.docx"]
    assert (tmp_path / "review.zh.docx").read_bytes() == b"the last good one"


def test_a_folder_that_cannot_be_written(tmp_path):
    place = tmp_path / "reports"
    place.write_text("a file stands here", encoding="utf-8")
    with pytest.raises(report.ReportError, match="Remedy"):
        report.write(MID, place, FIGURES)
    assert place.read_text(encoding="utf-8") == "a file stands here"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_another_place_without_main_indicators(tmp_path, monkeypatch, lang):
    monkeypatch.setenv("CHANGJI_DATA", str(tiny_data.write(tmp_path / "data")))
    document = report.compose(lang=lang)
    assert any("2" in text for text in paragraphs(document))
    assert not any("R&D" in text for text in paragraphs(document))
    assert report.traced_numbers(document)["found"].ne("").all()


def test_a_wrong_call():
    with pytest.raises(UsageError, match="fr"):
        report.compose(lang="fr")
    with pytest.raises(UsageError):
        report.compose("yesterday")
