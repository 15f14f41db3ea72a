"""The committed tables are those of this code and these data, and a sample of them recomputes."""

import numpy as np
import pandas as pd
import pytest

from changji_analysis import calibration
from changji_analysis.errors import UsageError
from changji_analysis.replay import cases, proof


def test_the_proof_is_of_this_code_and_these_data(shipped):
    assert proof.stale(shipped) == [], proof.REMEDY


def test_a_sample_recomputes(shipped):
    data, kept = shipped, pd.read_csv(proof.FOLDER / "statements.csv")
    for panel, origin in (("countries", 2010), ("stock", 2021)):
        indicator = cases.PANELS[panel].indicator
        fresh = cases.rolling(data, panel, [origin], models=("pooled",), lengths=(1,))
        rows = fresh.table["last_year"].eq(origin) & fresh.table["ahead"].eq(3)
        index = fresh.table.loc[rows, ["area", "last"]].round(4).apply(tuple, axis=1)
        law = pd.DataFrame(fresh.laws["pooled"][rows] * [1e4, 1e4, 10], index)
        same = kept["family"].eq(calibration.family(indicator)) & kept["parent"].eq(0)
        same = kept[same & kept["last_year"].eq(origin) & kept["ahead"].eq(3)]
        mine = same.set_index(same[["area", "level"]].apply(tuple, axis=1)).reindex(index)
        found = mine[["p1_loc", "p1_spread", "p1_df"]]
        shared = found.notna().all(axis=1).to_numpy()
        assert shared.mean() > 0.5
        np.testing.assert_allclose(found[shared], law[shared], atol=2, rtol=2e-3)


def test_an_interrupted_proof_leaves_the_old_tables(shipped, tmp_path, monkeypatch):
    monkeypatch.setattr(proof, "FOLDER", tmp_path)
    monkeypatch.setattr(proof, "KEY", tmp_path / "key.json")

    def stopped(replays):
        raise KeyboardInterrupt

    monkeypatch.setattr(proof, "TABLES", {"one": lambda r: pd.DataFrame(), "two": stopped})
    with pytest.raises(KeyboardInterrupt):
        proof.make(shipped)
    assert not any(tmp_path.iterdir())
    assert {"code", "data"} <= set(proof.stale(shipped))


def test_what_changed_is_named(shipped, monkeypatch):
    monkeypatch.setattr(proof, "of_code", lambda *modules, **apart: "another")
    assert proof.stale(shipped)[:1] == ["code"]
    with pytest.raises(UsageError, match="make proof"):
        proof.table("hope")


def test_the_tables_are_small():
    size = sum(path.stat().st_size for path in proof.FOLDER.iterdir())
    assert size < 400_000 and set(calibration.LENGTHS) == {1, 3, 6}
