"""`spikingnn warmup`: compile everything once."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from typing import Any

from ..engine import jit
from .options import Commands, add_json, cache_state, progress, writable, write_json


def add(commands: Commands, shared: dict[str, Any]) -> None:
    """Add the command to the parser."""
    warmup = commands.add_parser("warmup", help="compile everything once", **shared, description=(
        "Compile the engine and every kernel once. Numba keeps the machine code in its cache, so that later "
        "runs start at once."))
    add_json(warmup)
    warmup.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Compile every variant of every kernel, and the engine."""
    writable(options.json)
    start = time.perf_counter()
    print("compiling the engine and every kernel, once", file=sys.stderr)
    jit.announces = False
    kernels = sorted(_kernels(), key=lambda pair: str(pair[0].__qualname__))
    for kernel, variant in progress("compiling", "kernel")(kernels):
        kernel.compiled(variant)
    _compile_engine()
    _compile_training()
    seconds = time.perf_counter() - start
    folder, note = cache_state()
    kept = f"the machine code is kept in {folder}" if folder else note
    print(f"{len(kernels)} kernels and the engine are ready after {seconds:.1f} s; {kept}")
    if options.json:
        write_json(options.json, {"kernels": len(kernels), "seconds": round(seconds, 3),
                                  "cache": folder and str(folder)})
    return 0


def _kernels() -> Iterator[tuple[Any, Any]]:
    """Yield (kernel, variant) of every built-in model, encoder, synapse and rule."""
    from .. import encoding, neurons, plasticity, synapses
    from ..engine.plugin import Kernel
    for room in (neurons, encoding, plasticity, synapses):
        for plug_in in (getattr(room, name) for name in room.__all__):
            attributes = (value for kind in getattr(plug_in, "__mro__", ()) for value in vars(kind).values())
            kernels = {id(value): value for value in attributes if isinstance(value, Kernel)}
            yield from ((kernel, variant) for kernel in kernels.values() for variant in kernel.variants)


def _compile_engine() -> None:
    """Compile the stages of the engine; recall a pattern, learn two, draw synapses and share them between
    threads, which compiles the rest."""
    import numpy as np

    from .. import FixedInDegree, LIFGroup, Network, SynapseGroup
    from ..engine.loop import STAGES
    from ..memory import HopfieldAssembly
    for stage in STAGES:
        stage.address()
    patterns = np.where(np.random.default_rng(0).random((2, 16)) < 0.5, 1.0, -1.0)
    memory = HopfieldAssembly(16).store(patterns)
    memory.recall(patterns[0])
    memory.learn(patterns)
    rule = FixedInDegree(4, weight=lambda rng, size: rng.random(size))
    for threads in (1, 2):
        source, *targets = cells = [LIFGroup(n) for n in (16, 1000, 1000, 1000)]
        synapses = [SynapseGroup(source, each, rule, delay=lambda rng, size: 0.1 * rng.integers(1, 9, size))
                    for each in targets]
        Network(cells, synapses, seed=0, threads=threads).run(1.0)


def _compile_training() -> None:
    """Train on a few nearly black pictures, once with each neuron and each random code."""
    import numpy as np

    from ..training import (ALIFLayer, Augment, Conv2d, Dense, Flatten, Latency, LIFLayer, Mean, Model,
                            Poisson, Trainer)
    pictures = np.zeros((4, 16, 16, 1), np.float32)
    pictures[:, 8, 8] = 1.0
    for neurons, code in ((LIFLayer, Poisson()), (ALIFLayer, Latency())):
        layers = [Conv2d(64), neurons(), Conv2d(64), neurons(), Flatten(), Dense(64), neurons(), Mean(),
                  Dense(2)]
        trainer = Trainer(Model(layers, shape=(16, 16, 1), steps=2), epochs=1, batch=4, encoding=code,
                          augment=Augment(thickness=0.5))
        trainer.fit(pictures, np.array([0, 1, 0, 1]))
