"""Fixtures of several files."""

import pytest
import thin_data
import tiny_data

import changji_analysis as ca


@pytest.fixture(scope="session")
def shipped():
    """The shipped data, judged once a process; what hangs on it is read and never changed."""
    return ca.Dataset(thin_data.SHIPPED)


@pytest.fixture(scope="session")
def thin(tmp_path_factory):
    """The shipped data with a few peers, judged once a process; it is read and never changed."""
    return ca.Dataset(thin_data.write(tmp_path_factory.mktemp("thin") / "data"))


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """Write the tiny data folder, spoiled as asked, and make it the package's.

    Its name is the same in every test, so that files that are the same are parsed once.
    """
    monkeypatch.setenv("CHANGJI_DATA", str(tmp_path / "data"))
    return lambda **spoiled: tiny_data.write(tmp_path / "data", **spoiled)
