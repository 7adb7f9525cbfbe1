"""Writing a network into a folder, and rebuilding it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ... import snapshot
from ..._util import checks
from ..._util.files import read_bytes, replacing
from ..._util.numpy_files import read_npy
from ..._util.text import first_line
from ..._util.typing import PathLikeText
from ...network import Network
from .parts import describe, rebuilt
from .values import KNOWN


__all__ = ["load_folder", "save_folder"]

FORMAT, VERSION = "spikingnn.folder", 1
LARGEST_DESCRIPTION = 64 << 20      # bytes
DAMAGE = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError)


def save_folder(network: Network, folder: PathLikeText) -> None:
    """Write a network as it is now, so that `load_folder` rebuilds it from the folder alone.

    The folder has the parts with their names, models, rules and connections as drawn, all states, spikes in
    flight, and the seed. Recordings and callbacks are not kept.

    Parameters
    ----------
    network : Network
        Network at any time.
    folder : path
        A new or empty folder.

    Raises
    ------
    ValueError
        If the folder holds something, or a model holds what no file can, such as a function.
    TypeError
        If it is no network.

    Examples
    --------
    >>> import tempfile
    >>> from spikingnn import LIFGroup, Network
    >>> folder = tempfile.mkdtemp()
    >>> save_folder(Network(LIFGroup(2, name="cells"), seed=0), folder)
    >>> load_folder(folder).groups
    (LIFGroup(2, FirstOrderLIF()),)
    """
    if not isinstance(network, Network):
        checks.fail("save_folder", "network", network, "a Network", TypeError)
    network.layout.gather()
    described, more = describe(network)
    header, arrays = snapshot.contents(network, None, more)
    content = {"format": FORMAT, "version": VERSION, "network": described, "state": header}
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    if any(path.iterdir()):
        checks.fail("save_folder", "folder", str(folder), "a new or empty folder")
    for name, array in arrays.items():
        np.save(path / f"{name}.npy", array, allow_pickle=False)
    with replacing(path / "network.json") as temporary:         # last: a folder with it is complete
        temporary.write_text(json.dumps(content, indent=1), encoding="utf-8")


def load_folder(folder: PathLikeText, classes: Iterable[type] = (),
                memory_budget: float = 4 * 2**30) -> Network:
    """Return the network that `save_folder` wrote; it goes on with the same bits.

    Parameters
    ----------
    folder : path
        The folder.
    classes : iterable of type, optional
        Models, synapses and rules of your own that the network has: their classes, found by name.
    memory_budget : float
        Bytes that the network may take.

    Returns
    -------
    Network
        The network; ``{group.name: group for group in network.groups}`` finds its groups.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    ValueError
        If it holds no network, is damaged, or needs a class that is not given.
    MemoryBudgetError
        If the network would take more than the budget.

    Examples
    --------
    >>> import tempfile
    >>> from spikingnn import LIFGroup, Network
    >>> folder, network = tempfile.mkdtemp(), Network(LIFGroup(2, name="cells"), dt=0.5, seed=0)
    >>> network.run(10.0)
    >>> save_folder(network, folder)
    >>> load_folder(folder)
    Network(cells, dt=0.5, t=10)
    """
    path = Path(folder)
    known = KNOWN | {cls.__name__: cls for cls in classes}
    text = read_bytes(path / "network.json", LARGEST_DESCRIPTION)
    try:
        content = json.loads(text)
        if content["format"] != FORMAT or content["version"] != VERSION:
            raise ValueError(f"its format is {content['format']!r}, version {content['version']!r}; "
                             f"{FORMAT!r}, version {VERSION}, is read")
        snapshot.check_format(folder, content["state"])
        files = sorted(path.glob("*.npy"))
        size = sum(os.stat(file).st_size for file in files)
        checks.within_budget(f"the arrays of {folder}", size, snapshot.largest(memory_budget),
                             "give a larger memory_budget")
        arrays = {file.stem: read_npy(file) for file in files}
        network = rebuilt(content["network"], arrays, known, memory_budget)
        snapshot.load(folder, network, (content["state"], arrays))
        return network
    except checks.MemoryBudgetError:
        raise
    except DAMAGE as problem:
        raise ValueError(f"{folder} is no folder of save_folder, or is damaged: "
                         f"{first_line(problem)}") from None
