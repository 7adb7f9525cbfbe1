"""`spikingnn warmup`: compile everything once."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from ..engine import jit as compiler
from .options import add_json, progress, writable, write_json


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
    compiler.announced = True
    kernels = sorted(_kernels(), key=lambda pair: pair[0].__qualname__)
    for kernel, variant in progress("compiling", "kernel")(kernels):
        kernel.compiled(variant)
    _tiny_network()
    seconds = time.perf_counter() - start
    folder, note = cache_state()
    kept = f"the machine code is kept in {folder}" if folder else note
    print(f"{len(kernels)} kernels and the engine are ready after {seconds:.1f} s; {kept}")
    if options.json:
        write_json(options.json, {"kernels": len(kernels), "seconds": round(seconds, 3),
                                  "cache": folder and str(folder)})
    return 0


def _kernels():
    """(kernel, flavour) of every built-in model, encoder and rule."""
    from .. import encoding, neurons, plasticity
    from ..engine.plugin import Kernel
    for room in (neurons, encoding, plasticity):
        for plug_in in (getattr(room, name) for name in room.__all__):
            attributes = (value for kind in getattr(plug_in, "__mro__", ()) for value in vars(kind).values())
            kernels = {id(value): value for value in attributes if isinstance(value, Kernel)}
            yield from ((kernel, variant) for kernel in kernels.values() for variant in kernel.variants)


def _tiny_network():
    """A recall and a pair of patterns learned through spikes: this compiles the engine."""
    import numpy as np

    from ..memory import HopfieldAssembly
    patterns = np.where(np.random.default_rng(0).random((2, 16)) < 0.5, 1.0, -1.0)
    memory = HopfieldAssembly(16).store(patterns)
    memory.recall(patterns[0])
    memory.learn(patterns)


def cache_state():
    """(folder of the engine's machine code, or None; "" or what to do about it), tried out by writing there."""
    import numba

    from ..engine.jit import ADVICE, cache_folder
    from ..engine.loop import advance
    asked = numba.config.CACHE_DIR
    try:
        folder = cache_folder(advance)
    except OSError as problem:
        return None, f"{problem.strerror or problem}, {ADVICE}"
    if asked and Path(asked).absolute() not in folder.absolute().parents:
        return folder, f"NUMBA_CACHE_DIR={asked} cannot be written to"
    return folder, ""
