"""Panels from file to file: in parts, by workers, interrupted and resumed; always the same rows."""

import multiprocessing
import os
import signal
import time

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import changji_analysis as ca
from changji_analysis import panel
from changji_analysis.cli import app
from changji_analysis.errors import UsageError
from changji_analysis.panel import rows as panel_input


@pytest.fixture(scope="module")
def tables():
    """60 series, 120 targets, and a faulty row and a target without a history."""
    rng = np.random.default_rng(3)
    rows, goals = [], []
    for i in range(60):
        area, indicator = f"县{i // 2}", ("gdp", "mines")[i % 2]
        for year in np.sort(rng.choice(range(2012, 2024), rng.integers(1, 8), replace=False)):
            rows.append((area, indicator, year, float(rng.integers(1, 50))))
        for goal in (20.0, 60.0):
            goals.append((area, indicator, goal, 2025, "at_least", ("level", "count")[i % 2]))
    rows.append(("县0", "gdp", 1999.5, 3.0))
    goals.append(("县77", "gdp", 3.0, 2025, "at_least", "level"))
    histories = pd.DataFrame(rows, columns=["area", "indicator", "year", "value"])
    targets = pd.DataFrame(
        goals, columns=["area", "indicator", "value", "year", "direction", "kind"]
    )
    return histories.sample(frac=1, random_state=1, ignore_index=True), targets


@pytest.fixture(scope="module")
def expected(tables):
    """The rows that the frames give."""
    return ca.assess_panel(*tables)


@pytest.fixture
def files(tables, tmp_path, monkeypatch):
    """Both tables as files, cut into some seven parts and read 25 rows at a time."""
    monkeypatch.setattr(panel, "PART_ROWS", 50)
    monkeypatch.setattr(panel, "STREAM_ROWS", 25)
    monkeypatch.setattr(panel_input, "STREAM_ROWS", 25)
    monkeypatch.setattr(panel, "BATCH", 20)
    tables[0].to_parquet(tmp_path / "in.parquet")
    tables[1].to_csv(tmp_path / "targets.csv", index=False)
    return tmp_path / "in.parquet", tmp_path / "targets.csv", tmp_path / "out.parquet"


def same(path, expected):
    written = pd.read_parquet(path)
    pd.testing.assert_frame_equal(written, expected, check_dtype=False, check_categorical=False)


@pytest.mark.parametrize("peers", [None, "panel"])
def test_files_give_the_rows_of_frames_in_the_order_of_the_targets(tables, files, expected, peers):
    if peers is not None:
        expected = ca.assess_panel(*tables, peers=peers)
    counts = ca.write_panel(*files, peers=peers)
    same(files[2], expected)
    assert counts.sum() == len(expected) and counts["insufficient_evidence"] == 1
    assert counts["years"] == 2  # both targets of the series with the faulty row
    assert sorted(p.name for p in files[2].parent.iterdir()) == [
        "in.parquet", "out.parquet", "out.parquet.problems.csv", "targets.csv",
    ]  # fmt: skip
    listed = pd.read_csv(files[2].with_name("out.parquet.problems.csv"))
    faulty = tables[0].index[tables[0]["year"].eq(1999.5)][0]
    assert listed[["file", "row", "code"]].to_numpy().tolist() == [
        ["histories", faulty, "years"],
        ["targets", len(tables[1]) + 1, "no_history"],  # the last line of the CSV file
    ]


def test_formats_do_not_matter(tables, files, expected):
    tables[0].to_csv(files[0].with_suffix(".csv"), index=False)
    from_paths = ca.assess_panel(files[0].with_suffix(".csv"), files[1])
    pd.testing.assert_frame_equal(from_paths, expected, check_dtype=False, check_categorical=False)


def stop_after(monkeypatch, count):
    """Break the work off after so many parts."""
    real, done = panel._judged_part, []

    def judged(*arguments):
        if len(done) == count:
            raise KeyboardInterrupt
        done.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(panel, "_judged_part", judged)
    return done


def test_an_interrupted_run_goes_on_where_it_stopped(tables, files, expected, monkeypatch):
    files[2].write_bytes(b"old")
    with monkeypatch.context() as patch:
        first = stop_after(patch, 3)
        with pytest.raises(KeyboardInterrupt):
            ca.write_panel(*files)
    assert files[2].read_bytes() == b"old"
    second = stop_after(monkeypatch, 1000)
    counts = ca.write_panel(*files)
    assert len(first) == 3 and len(second) > 3
    seen = [tuple(part[1][panel.POSITION]) for part in (*first, *second)]
    assert sorted(i for part in seen for i in part) == list(range(2, len(tables[1]) + 2))
    same(files[2], expected)
    assert counts.sum() == len(tables[1])


def test_another_question_starts_afresh(tables, files, monkeypatch):
    with monkeypatch.context() as patch:
        stop_after(patch, 3)
        with pytest.raises(KeyboardInterrupt):
            ca.write_panel(*files)
    changed = tables[1].assign(value=tables[1]["value"] + 1)
    changed.to_csv(files[1], index=False)
    ca.write_panel(*files)
    same(files[2], ca.assess_panel(tables[0], changed))


def test_a_clean_run_removes_the_old_list_of_problems(tables, files):
    ca.write_panel(*files)
    assert files[2].with_name("out.parquet.problems.csv").exists()
    clean = tables[0][tables[0]["year"].ne(1999.5)], tables[1].iloc[:-1]
    clean[0].to_parquet(files[0])
    clean[1].to_csv(files[1], index=False)
    ca.write_panel(*files)
    assert not files[2].with_name("out.parquet.problems.csv").exists()


def test_wrong_files_are_named(files, tmp_path):
    with pytest.raises(UsageError, match=r"no file .*none\.csv"):
        ca.assess_panel(files[0], tmp_path / "none.csv")
    with pytest.raises(UsageError, match=r"in\.xlsx is neither"):
        ca.assess_panel("in.xlsx", files[1])
    with pytest.raises(UsageError, match=r"out\.csv does not end in \.parquet"):
        ca.write_panel(*files[:2], files[2].with_suffix(".csv"))
    (tmp_path / "gbk.csv").write_text("area,indicator\n县,x\n" * 9, encoding="gbk")
    (tmp_path / "none.parquet").write_bytes(b"no parquet")
    for name in ("gbk.csv", "none.parquet"):
        with pytest.raises(UsageError, match=f"cannot read {name}"):
            ca.write_panel(files[0], tmp_path / name, files[2])
    (tmp_path / "short.csv").write_text("area,indicator,value\n", encoding="utf-8")
    with pytest.raises(UsageError, match="targets have no column year"):
        ca.write_panel(files[0], tmp_path / "short.csv", files[2])


def test_a_missing_package_is_named(files, monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(panel_input, "import_module", absent)
    with pytest.raises(UsageError, match=r"needs pyarrow: install changji-analysis\[panel\]"):
        ca.write_panel(*files)


# ---- backends ----------------------------------------------------------------------------------
def test_processes_give_the_same_rows(tables, files, expected):
    pd.testing.assert_frame_equal(ca.assess_panel(*tables, backend="processes"), expected)
    ca.write_panel(*files, backend="processes")
    same(files[2], expected)


@pytest.fixture(scope="module")
def cluster():
    """Two workers, forked where the system can from a process that has loaded what they need."""
    distributed = pytest.importorskip("distributed")
    dask = pytest.importorskip("dask")
    ways = multiprocessing.get_all_start_methods()
    way = "forkserver" if "forkserver" in ways else "spawn"
    with (
        dask.config.set({"distributed.worker.multiprocessing-method": way}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, memory_limit=0
        ) as workers,
        distributed.Client(workers) as client,
    ):
        yield client


def test_a_cluster_gives_the_same_rows(tables, files, expected, cluster):
    pd.testing.assert_frame_equal(ca.assess_panel(*tables, backend=cluster), expected)
    ca.write_panel(*files, backend=cluster)
    same(files[2], expected)


def test_a_killed_worker_loses_and_doubles_nothing(files, expected, cluster, monkeypatch):
    victim = min(cluster.run(os.getpid).values())
    real, killed = panel._run, []

    def run(tasks, backend):
        for number, done in enumerate(real(tasks, backend)):
            if number == 1:
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)
            yield done

    def slow(histories, targets, settings):
        time.sleep(0.1)
        return panel._judged_part(histories, targets, settings)

    monkeypatch.setattr(panel, "_run", run)
    monkeypatch.setattr(panel, "_judged_part", slow)
    ca.write_panel(*files, backend=cluster)
    assert killed and victim not in cluster.run(os.getpid).values()
    same(files[2], expected)


# ---- command line ------------------------------------------------------------------------------
def test_the_command(files, expected):
    done = CliRunner().invoke(app, ["assess-panel", *map(str, files)])
    assert done.exit_code == 0, done.output
    same(files[2], expected)
    assert "insufficient_evidence" in done.output and "out.parquet.problems.csv" in done.output


def test_the_command_takes_peers_from_a_file(tables, files):
    peers = tables[0][tables[0]["area"].isin([f"县{i}" for i in range(20, 30)])]
    peers = peers.astype({"year": int})
    peers.to_csv(files[0].with_name("peers.csv"), index=False)
    options = ["--peers", str(files[0].with_name("peers.csv"))]
    done = CliRunner().invoke(app, ["assess-panel", *map(str, files), *options])
    assert done.exit_code == 0, done.output
    wide = {
        name: rows.pivot(index="year", columns="area", values="value")
        for name, rows in peers.groupby("indicator")
    }
    same(files[2], ca.assess_panel(*tables, peers=wide))


def test_the_command_finds_a_scheduler_or_says_so(files, expected, cluster, monkeypatch):
    address = cluster.scheduler.address
    done = CliRunner().invoke(app, ["assess-panel", *map(str, files), "--backend", address])
    assert done.exit_code == 0, done.output
    same(files[2], expected)
    monkeypatch.setattr(panel, "SECONDS_TO_CONNECT", 1)
    options = ["--backend", "tcp://127.0.0.1:9"]
    done = CliRunner().invoke(app, ["assess-panel", *map(str, files), *options])
    assert isinstance(done.exception, UsageError) and "127.0.0.1:9" in str(done.exception)
