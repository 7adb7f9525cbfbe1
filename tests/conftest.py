"""The conditions of every test: no screen, a cache of compiled kernels, the user's data sets."""

import hashlib
import importlib.util
import os
import re
from pathlib import Path

import pytest


def _kernel_cache():
    """Return a folder named by the content of all files with kernels; it is used again by the next run.

    Helpers are inlined into kernels of other files, whose cache entries would not notice an edit.
    """
    package = Path(importlib.util.find_spec("spikingnn").submodule_search_locations[0])
    sources = [path.read_bytes() for path in sorted(package.rglob("*.py"))]
    with_kernels = [source for source in sources if re.search(rb"^ *@\w*(jit|kernel)", source, re.MULTILINE)]
    digest = hashlib.sha256(b"".join(with_kernels)).hexdigest()[:16]
    user_cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return str(Path(os.environ.get("NUMBA_CACHE_DIR") or Path(user_cache, "spikingnn", "tests"), digest))


# set before Numba is imported, and inherited by every subprocess that a test starts
os.environ["NUMBA_CACHE_DIR"] = _kernel_cache()
# Intel's vector library, where it is installed, has other last bits
os.environ["NUMBA_DISABLE_INTEL_SVML"] = "1"
os.environ["MPLBACKEND"] = "Agg"
# tests share the cores already: more threads wait for each other
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(scope="session", autouse=True)
def elsewhere(tmp_path_factory):
    """Run outside the checkout, since `python -c` in a subprocess imports from the current folder first."""
    before = os.getcwd()
    os.chdir(tmp_path_factory.mktemp("elsewhere"))
    yield
    os.chdir(before)


@pytest.fixture(scope="session")
def data_home():
    """Return the folder of the published data sets, or skip with a message that says how to name one."""
    home = os.environ.get("SPIKINGNN_DATA")
    if not home or not Path(home).is_dir():
        pytest.skip("the data sets are not here: set SPIKINGNN_DATA to their folder")
    return Path(home)


def pytest_make_parametrize_id(val):
    """Call functions by their names, not by their addresses, which differ between processes."""
    return getattr(val, "__name__", None) if callable(val) else None
