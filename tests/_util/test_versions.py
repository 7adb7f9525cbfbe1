"""Versions of libraries that do not fit are named with the repair."""

from importlib import metadata
from types import SimpleNamespace

import pytest

from spikingnn._util import versions


@pytest.mark.parametrize("found, fits", [("1.26.4", False), ("2.0", True), ("2.0.0rc1", True),
                                         ("2.4.6", True), ("2.10.1", False), ("3.0", False)])
def test_a_version_that_does_not_fit_is_named_with_the_repair(monkeypatch, found, fits):
    monkeypatch.setattr(versions.importlib, "import_module",
                        lambda name: SimpleNamespace(__version__=found if name == "numpy" else "0.0"))
    if fits:
        assert versions.version_problem("numpy") is None
    else:
        low, high = versions.BOUNDS["numpy"]
        assert versions.version_problem("numpy") == (
            f"spikingnn needs numpy >={low},<{high}, found numpy {found}; "
            f"repair it with: pip install 'numpy>={low},<{high}'")
        with pytest.raises(ImportError, match=f"found numpy {found}"):
            versions.check_versions()


def raising(error):
    def function(name):
        raise error(name)
    return function


def test_a_library_that_refuses_to_be_imported_is_named_if_it_does_not_fit(monkeypatch):
    monkeypatch.setattr(versions.importlib, "import_module", raising(ImportError))
    monkeypatch.setattr(metadata, "version", lambda name: "0.56.4")
    assert "found numba 0.56.4; repair it with: pip install 'numba" in versions.version_problem("numba")
    monkeypatch.setattr(metadata, "version", lambda name: versions.BOUNDS[name][0])
    assert versions.version_problem("numba") is None            # its own error says more


def test_a_missing_library_and_an_old_python_are_named(monkeypatch):
    monkeypatch.setattr(versions.importlib, "import_module", raising(ImportError))
    monkeypatch.setattr(metadata, "version", raising(metadata.PackageNotFoundError))
    assert "numba is not installed; repair it with: pip install 'numba" in versions.version_problem("numba")
    monkeypatch.setattr(versions.sys, "version_info", (3, 9, 1))
    with pytest.raises(ImportError, match="spikingnn needs Python 3.11 or newer, this is"):
        versions.check_versions()
