"""Networks as folders that NEST runs without this package, and the spikes that come back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..._util import checks
from ..._util.files import read_bytes, replacing
from ..._util.numpy_files import read_npz
from ..._util.typing import PathLikeText
from ...groups import NeuronGroup
from ...network import Network
from ...spikes import Spikes
from . import run_nest
from .translation import FORMAT, VERSION, stimuli_of, translate


__all__ = ["export_nest", "read_nest"]

LARGEST_DESCRIPTION = 64 << 20      # bytes


def export_nest(network: Network, folder: PathLikeText, duration: float,
                inputs: Mapping[Any, Any] | None = None, record: Iterable[NeuronGroup] | None = None) -> None:
    """Write a network, and one run of it, as a folder that NEST runs without this package.

    ``python run_nest.py`` in the folder runs it, ``python run_nest.py . 4`` on four threads, and ``mpirun -n
    2 python run_nest.py`` on two processes, each of which builds its own part. `read_nest` reads the spikes.
    `network.json` is the description; the arrays, in NEST's units and sorted by target, are .npy files.

    Parameters
    ----------
    network : Network
        Network at t = 0.
    folder : path
        A new or empty folder.
    duration : float
        ms: simulated time.
    inputs : dict, optional
        As ``network.run`` takes them, without functions of time.
    record : list of groups, optional
        Groups whose spikes are written; None: those that a `SpikeMonitor` of the network watches.

    Raises
    ------
    ValueError, TypeError
        If NEST cannot say some of it, or the folder holds something, before anything is written.

    Examples
    --------
    >>> import tempfile
    >>> from spikingnn import LIFGroup, Network, SpikeMonitor
    >>> neurons = LIFGroup(2)
    >>> net = Network(neurons, SpikeMonitor(neurons), dt=0.1, seed=0)
    >>> folder = tempfile.mkdtemp()
    >>> export_nest(net, folder, 60.0, inputs={neurons: [2.0, 4.0]})
    >>> sorted(path.name for path in Path(folder).iterdir())
    ['network.json', 'run.0.npy', 'run_nest.py']
    """
    made = translate(network, record)
    checks.positive("export_nest", "duration", checks.single_number("export_nest", "duration", duration))
    steps = int(checks.grid_steps("export_nest", "duration", duration, network.dt))
    stimuli = stimuli_of(network, inputs, steps)
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    if any(path.iterdir()):
        checks.fail("export_nest", "folder", str(folder), "a new or empty folder")
    made.warn("export_nest", stacklevel=2)
    arrays = made.arrays | {f"run.{k}": rows for k, rows in stimuli.items()}
    made.description["run"] = {"steps": steps, "stimuli": {k: {"array": f"run.{k}"} for k in stimuli}}
    for name, array in arrays.items():
        np.save(path / f"{name}.npy", array, allow_pickle=False)
    shutil.copyfile(run_nest.__file__, path / "run_nest.py")
    with replacing(path / "network.json") as temporary:         # last: a folder with it is complete
        temporary.write_text(json.dumps(made.description, indent=1), encoding="utf-8")


def read_nest(folder: PathLikeText) -> dict[str, Spikes]:
    """Return the spikes that `run_nest.py` wrote, by the name of their group.

    Parameters
    ----------
    folder : path
        Folder of `export_nest`.

    Returns
    -------
    dict of Spikes
        Name of a group -> its spikes, with times, units and order as a `SpikeMonitor` has them.

    Raises
    ------
    FileNotFoundError
        If the network was not run, or a process has not written its spikes.
    ValueError
        If a file is damaged, or is not one of `export_nest`.

    Examples
    --------
    What was not run has no spikes:

    >>> import tempfile
    >>> from spikingnn import LIFGroup, Network
    >>> folder = tempfile.mkdtemp()
    >>> export_nest(Network(LIFGroup(2), seed=0), folder, 10.0)
    >>> read_nest(folder)
    Traceback (most recent call last):
    FileNotFoundError: ...spikes_0.npz: no such file
    """
    path = Path(folder)
    try:
        content = json.loads(read_bytes(path / "network.json", LARGEST_DESCRIPTION))
        if content["format"] != FORMAT or content["version"] != VERSION:
            raise ValueError(f"its format is {content['format']!r}, version {content['version']!r}")
        groups, dt, steps = content["groups"], float(content["dt"]), int(content["run"]["steps"])
        first, _ = read_npz(path / "spikes_0.npz")
        parts = [first] + [read_npz(path / f"spikes_{rank}.npz")[0]
                           for rank in range(1, int(first["processes"]))]
        if any(int(part["processes"]) != len(parts) for part in parts):
            raise ValueError("its spikes are those of runs on different numbers of processes")
        return {str(group["name"]): _merged(parts, k, int(group["n"]), dt, steps)
                for k, group in enumerate(groups) if group["record"]}
    except FileNotFoundError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as problem:
        raise ValueError(f"{folder} is no folder of export_nest that was run, or is damaged: "
                         f"{' '.join(str(problem).split())}") from None


def _merged(parts: list[dict[str, Any]], k: int, n: int, dt: float, steps: int) -> Spikes:
    """Return the spikes of group k of all processes, in order of time, then unit."""
    empty = np.empty(0, dtype=np.int64)
    step, unit = (np.concatenate([part.get(f"{k}.{name}", empty) for part in parts])
                  for name in ("step", "unit"))
    whole = step.dtype.kind == unit.dtype.kind == "i" and step.ndim == 1 and step.shape == unit.shape
    inside = whole and np.all((step >= 0) & (step < steps) & (unit >= 0) & (unit < n))
    if not inside:
        raise ValueError(f"the spikes of group {k} are not steps and units of the run")
    order = np.lexsort((unit, step))
    return Spikes(step[order], unit[order], n, dt, steps * dt)
