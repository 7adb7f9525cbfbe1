"""What every test runs under: no screen, kernels compiled into a cache that knows the core, data sets where the user keeps them."""

import hashlib
import importlib.util
import os
from pathlib import Path

import pytest


def _kernel_cache():
    """A folder named by the content of the rooms with kernels: helpers are inlined into kernels of other files, whose
    cache entries would not notice an edit. It outlives the run, so that the next one is warm."""
    package = Path(importlib.util.find_spec("spikingnn").submodule_search_locations[0])
    sources = [path for room in ("_util", "engine", "neurons", "encoding", "plasticity", "training") for path in sorted((package / room).glob("*.py"))]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    user_cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return str(Path(os.environ.get("NUMBA_CACHE_DIR") or Path(user_cache, "spikingnn", "tests"), digest))


# set before Numba is imported, and inherited by every subprocess that a test starts
os.environ["NUMBA_CACHE_DIR"] = _kernel_cache()
os.environ["NUMBA_DISABLE_INTEL_SVML"] = "1"      # Intel's vector library, where it is installed, has other last bits
os.environ["MPLBACKEND"] = "Agg"


@pytest.fixture(scope="session", autouse=True)
def elsewhere(tmp_path_factory):
    """Run outside the checkout: `python -c` in a subprocess would import from the current folder, not what is installed."""
    before = os.getcwd()
    os.chdir(tmp_path_factory.mktemp("elsewhere"))
    yield
    os.chdir(before)


@pytest.fixture(scope="session")
def data_home():
    """The folder of the published data sets, or a skip that says how to name one."""
    home = os.environ.get("SPIKINGNN_DATA")
    if not home or not Path(home).is_dir():
        pytest.skip("the data sets are not here: set SPIKINGNN_DATA to their folder")
    return Path(home)


def pytest_make_parametrize_id(val):
    """Functions are called by their names, and not by their addresses, which differ between processes."""
    return getattr(val, "__name__", None) if callable(val) else None
