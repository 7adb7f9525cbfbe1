"""Versions of libraries that do not fit are named with the repair."""

from importlib import metadata

import pytest

from spikingnn._util import versions


@pytest.mark.parametrize("found, fits", [("1.26.4", False), ("2.0", True), ("2.0.0rc1", True),
                                         ("2.4.6", True), ("2.10.1", False), ("3.0", False)])
def test_a_version_that_does_not_fit_is_named_with_the_repair(monkeypatch, found, fits):
    monkeypatch.setattr(metadata, "version", lambda name: found if name == "numpy" else "0.0")
    if fits:
        assert versions.version_problem("numpy") is None
    else:
        low, high = versions.BOUNDS["numpy"]
        assert versions.version_problem("numpy") == (
            f"spikingnn needs numpy >={low},<{high}, found numpy {found}; "
            f"repair it with: pip install 'numpy>={low},<{high}'")
        with pytest.raises(ImportError, match=f"found numpy {found}"):
            versions.check_versions()


def test_a_missing_library_and_an_old_python_are_named(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert "numba is not installed; repair it with: pip install 'numba" in versions.version_problem("numba")
    monkeypatch.setattr(versions.sys, "version_info", (3, 9, 1))
    with pytest.raises(ImportError, match="spikingnn needs Python 3.11 or newer, this is"):
        versions.check_versions()
