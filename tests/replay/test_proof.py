"""The committed tables are those of this code and these data, and a sample of them recomputes."""

import numpy as np
import pandas as pd
import pytest

from changji_analysis import calibration
from changji_analysis.dataset import Dataset
from changji_analysis.errors import UsageError
from changji_analysis.replay import cases, proof


def test_the_proof_is_of_this_code_and_these_data():
    assert proof.stale(Dataset()) == [], proof.REMEDY


def test_a_sample_recomputes():
    data, kept = Dataset(), pd.read_csv(proof.FOLDER / "statements.csv")
    for panel, origin in (("countries", 2010), ("stock", 2021)):
        found = cases.rolling(data, panel, [origin], lengths=(1, 3, 6))
        fresh = proof.statements(found).set_index("area").astype({"level": float})
        same = kept[kept["last_year"].eq(origin) & kept["family"].eq(fresh["family"].iloc[0])]
        same = same[same["level"].isin(fresh["level"])].set_index("area").loc[fresh.index]
        numbers = fresh.columns.difference(["family", "level"])
        np.testing.assert_allclose(
            same[numbers].astype(float), fresh[numbers].astype(float), atol=2, rtol=1e-3
        )


def test_an_interrupted_proof_leaves_the_old_tables(tmp_path, monkeypatch):
    monkeypatch.setattr(proof, "FOLDER", tmp_path)
    monkeypatch.setattr(proof, "KEY", tmp_path / "key.json")

    def stopped(replays):
        raise KeyboardInterrupt

    monkeypatch.setattr(proof, "TABLES", {"one": lambda r: pd.DataFrame(), "two": stopped})
    with pytest.raises(KeyboardInterrupt):
        proof.make(Dataset())
    assert not any(tmp_path.iterdir())
    assert {"code", "data"} <= set(proof.stale(Dataset()))


def test_what_changed_is_named(monkeypatch):
    monkeypatch.setattr(proof, "of_code", lambda *modules: "another")
    assert proof.stale(Dataset())[:1] == ["code"]
    with pytest.raises(UsageError, match="make proof"):
        proof.table("hope")


def test_the_tables_are_small():
    size = sum(path.stat().st_size for path in proof.FOLDER.iterdir())
    assert size < 400_000 and set(calibration.LENGTHS) == {1, 3, 6}
