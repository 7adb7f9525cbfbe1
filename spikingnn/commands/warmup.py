"""`spikingnn warmup`: compile everything once."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from .common import add_json, progress, writable, write_json


def add(commands, shared):
    """Add the command to the parser."""
    warmup = commands.add_parser("warmup", help="compile everything once", **shared, description=(
        "Compile the engine and every kernel once. Numba keeps the machine code in its cache, so that later runs start at once."))
    add_json(warmup)
    warmup.set_defaults(run=run)


def run(options):
    """Compile every kernel in both flavours, and the engine."""
    writable(options.json)
    start = time.perf_counter()
    print("compiling the engine and every kernel, once", file=sys.stderr)
    kernels = sorted(_kernels(), key=lambda pair: pair[0].__qualname__)
    for kernel, flavour in progress("compiling", "kernel")(kernels):
        kernel.compiled(flavour)
    _tiny_network()
    seconds = time.perf_counter() - start
    print(f"{len(kernels)} kernels and the engine are ready after {seconds:.1f} s; the machine code is kept in {cache_folder()[0]}")
    if options.json:
        write_json(options.json, {"kernels": len(kernels), "seconds": round(seconds, 3), "cache": str(cache_folder()[0])})
    return 0


def _kernels():
    """(kernel, flavour) of every built-in model, encoder and rule."""
    from .. import encoding, neurons, plasticity
    from ..core.plugin import Kernel
    for room in (neurons, encoding, plasticity):
        for plug_in in (getattr(room, name) for name in room.__all__):
            attributes = (value for kind in getattr(plug_in, "__mro__", ()) for value in vars(kind).values())
            kernels = {id(value): value for value in attributes if isinstance(value, Kernel)}
            yield from ((kernel, flavour) for kernel in kernels.values() for flavour in kernel.flavours)


def _tiny_network():
    """A recall and a pair of patterns learned through spikes: this compiles the engine."""
    import numpy as np

    from ..memory import HopfieldAssembly
    patterns = np.where(np.random.default_rng(0).random((2, 16)) < 0.5, 1.0, -1.0)
    memory = HopfieldAssembly(16).store(patterns)
    memory.recall(patterns[0])
    memory.learn(patterns)


def cache_folder():
    """(folder where Numba keeps machine code, "" or what to do about it)."""
    import numba
    beside = Path(__file__).resolve().parents[1] / "__pycache__"
    wanted = Path(numba.config.CACHE_DIR) if numba.config.CACHE_DIR else beside
    parent = next((folder for folder in (wanted, *wanted.parents) if folder.exists()), Path("/"))
    if os.access(parent, os.W_OK | os.X_OK):
        return wanted, ""
    return wanted, "not writable: every start may compile anew; set NUMBA_CACHE_DIR to a folder that you may write to"
