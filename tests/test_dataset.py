"""A dataset is one folder on one date: nothing of another place or day gets in."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from tiny_data import YEARLY, added, changed, write

import changji_analysis as ca
from changji_analysis.dataset import reading
from changji_analysis.errors import DataError, UsageError
from changji_analysis.records import Folder

CITY = "甲市,hightech_firms,2020,first,{0},家,exact,{0}家,2021-06-01,2021-06-01,s1,high,"
LATER = "甲市,hightech_firms,2023,first,90,家,exact,90家,2024-06-01,2024-06-01,s1,high,"
REGION = "新疆,hightech_firms,{0},first,{1},家,exact,{1}家,2022-06-01,2022-06-01,s1,high,"


def folder(path, firms, *rows):
    return write(path / "data", **added(YEARLY, CITY.format(firms), *rows))


def test_a_date_cuts_figures_and_verdicts(tmp_path):
    data = ca.Dataset(folder(tmp_path, 41, LATER))
    early = data.at("2023-12-31")
    assert data.city("hightech_firms").to_dict() == {2020: 41, 2023: 90}
    assert early.city("hightech_firms").to_dict() == {2020: 41}
    assert early.as_of == dt.date(2023, 12, 31) and data.at(None) is data
    assert early.scorecard.set_index("id").at["t01", "last_year"] == 2020
    assert data.scorecard.set_index("id").at["t01", "last_year"] == 2023


def test_two_datasets_side_by_side_and_in_threads(tmp_path):
    firms = {name: 41 + 10 * number for number, name in enumerate("abcdef")}
    folders = {name: folder(tmp_path / name, count) for name, count in firms.items()}
    sets = {name: ca.Dataset(path) for name, path in folders.items()}

    def last(name):
        card = sets[name].scorecard.set_index("id")
        return name, sets[name].city("hightech_firms")[2020], card.at["t01", "last_value"]

    with ThreadPoolExecutor(6) as pool:
        for name, figure, judged in pool.map(last, list(sets) * 3):
            assert figure == judged == firms[name]


def test_it_never_changes_once_read(tmp_path):
    root = folder(tmp_path, 41)
    data = ca.Dataset(root)
    assert len(data.statistics) == 13
    folder(tmp_path, 55)
    assert data.city("hightech_firms")[2020] == 41
    assert ca.Dataset(root).city("hightech_firms")[2020] == 55


def test_thresholds_come_with_the_folder(tmp_path):
    root = write(
        tmp_path / "data",
        **added(YEARLY, CITY.format(41), LATER)
        | changed("config.yml", "likely: 0.66, at_risk: 0.33", "likely: 0.999, at_risk: 0.998"),
    )
    assert ca.Dataset(root).assessments["t01", "stock"].verdict == "unlikely"


def test_the_parent_is_the_nearest_area_that_is_known_for_longer(tmp_path):
    rows = [REGION.format(year, count) for year, count in ((2021, 1000), (2022, 1300))]
    data = ca.Dataset(folder(tmp_path, 41, *rows))
    assert data.around("甲市") == ("乙州", "新疆", "中国")
    assert data.parent("甲市", "hightech_firms").attrs["area"] == "新疆"
    assert data.parent("新疆", "hightech_firms") is None
    assert data.at("2021-12-31").parent("甲市", "hightech_firms") is None


def test_what_a_result_rests_on_is_noted(tmp_path):
    data = ca.Dataset(folder(tmp_path, 41))
    with reading() as first:
        data.city("gdp")
        data.peers("rd_intensity", exclude=[])
    with reading() as again:
        data.scorecard.shape  # noqa: B018
    assert {(name, arguments) for _, name, arguments in first} == {
        ("city", ("gdp",)),
        ("peers", ("rd_intensity", "provinces", ())),
    }
    assert {name for _, name, _ in again} == {"scorecard"}


@pytest.mark.parametrize("day", ["2023-13-01", "soon", 2023])
def test_a_date_that_is_none(tmp_path, day):
    with pytest.raises(UsageError, match="is no date"):
        ca.Dataset(write(tmp_path / "data"), as_of=day)


def test_faulty_tables_are_named_and_do_not_stop_the_list_of_problems(tmp_path):
    data = ca.Dataset(
        write(tmp_path / "data", **changed(YEARLY, "0.17,%,exact,0.17%", "0.18,%,exact,0.17%"))
    )
    with pytest.raises(DataError, match=r"yearly_statistics\.csv, row 2, column value"):
        data.history("甲市", "rd_intensity")
    assert data.problems["severity"].iloc[0] == "error"


def test_what_was_shared_is_taken_over_of_the_same_files_and_date_only(tmp_path, monkeypatch):
    path, data = tmp_path / "answers", ca.Dataset(folder(tmp_path, 41))
    data.city("hightech_firms")
    data.share(path)
    monkeypatch.setenv("CHANGJI_ANSWERS", str(path))
    monkeypatch.setattr(Folder, "statistics", lambda self: 1 / 0)
    assert ca.Dataset(tmp_path / "data").city("hightech_firms")[2020] == 41
    with pytest.raises(ZeroDivisionError):
        ca.Dataset(tmp_path / "data", "2024-01-01").city("hightech_firms")
    folder(tmp_path, 55)
    with pytest.raises(ZeroDivisionError):
        ca.Dataset(tmp_path / "data").city("hightech_firms")


@pytest.mark.parametrize("damage", [slice(0), slice(40), slice(1, None)])
def test_a_damaged_file_of_answers_is_none(tmp_path, damage):
    path, data = tmp_path / "answers", ca.Dataset(folder(tmp_path, 41))
    data.city("hightech_firms")
    data.share(path)
    path.write_bytes(path.read_bytes()[damage])
    data = ca.Dataset(tmp_path / "data")
    data.adopt(path)
    assert data.city("hightech_firms")[2020] == 41


def test_a_flipped_bit_is_noticed(tmp_path):
    path, data = tmp_path / "answers", ca.Dataset(folder(tmp_path, 41))
    data.city("hightech_firms")
    data.share(path)
    content = path.read_bytes()
    assert content.count(np.float64(41).tobytes()) > 0
    path.write_bytes(content.replace(np.float64(41).tobytes(), np.float64(42).tobytes()))
    data = ca.Dataset(tmp_path / "data")
    data.adopt(path)
    assert data.city("hightech_firms")[2020] == 41
