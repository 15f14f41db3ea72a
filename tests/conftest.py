"""Fixtures of several files."""

import pytest
import tiny_data


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """Write the tiny data folder, spoiled as asked, and make it the package's."""
    monkeypatch.setenv("CHANGJI_DATA", str(tmp_path / "data"))
    return lambda **spoiled: tiny_data.write(tmp_path / "data", **spoiled)
