"""From parts to a laid-out network: tuning curves and connections are drawn, within a budget of memory."""

from __future__ import annotations

import functools
import os
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from ._util import checks
from ._util.progress import progress_bar
from .engine.compiler import Layout
from .engine.matrices import BuiltConnectivity
from .engine.random import stream_key
from .groups import NeuronGroup
from .synapse_group import SynapseGroup
from .synaptic_states import initialise_synapses


__all__ = ["build_layout", "check_budget", "threads_asked", "warn_of_fewer_threads"]


def build_layout(groups: Sequence[NeuronGroup], synapses: Sequence[SynapseGroup], dt: float, seed: int,
                 budget: float, threads: int = 1) -> Layout:
    """Draw from `seed` the tuning curves, then the connections, and lay everything out for the engine.

    Parameters
    ----------
    groups : sequence of NeuronGroup
        Groups with names.
    synapses : sequence of SynapseGroup
        Connections with names.
    dt : float
        ms: time step.
    seed : int
        Seed of the network. Tuning curves and builders with a seed of their own do not use it.
    budget : float
        Bytes that all of it may take.
    threads : int
        Number of threads that may share the network.

    Raises
    ------
    MemoryBudgetError
        If it would take more; the tuning curves are then as they were.
    """
    tuned = [(group.tuning, group.name) for group in groups if group.tuning is not None]
    drawn_here = [(tuning, name, tuning.drawn) for tuning, name in tuned if tuning.seed is None]
    built: list[BuiltConnectivity] = []
    try:
        for tuning, name, _ in drawn_here:
            tuning.draw(np.random.default_rng(stream_key(seed, f"{name}/tuning")))
        fits = functools.partial(_check_fits, groups, synapses, built, budget)
        for each in progress_bar(synapses, desc="connecting", unit="group"):
            built.append(each.build(dt, np.random.default_rng(stream_key(seed, str(each.name))), fits))
        check_budget(groups, synapses, built, budget)
        for each, connectivity in zip(synapses, built):
            each.check_bounds(connectivity.weight)
    except BaseException:
        for tuning, _, before in drawn_here:
            tuning.restore(before)
        raise
    layout = Layout(groups, synapses, built, dt, threads)
    for each in synapses:
        each.draw_states(layout, functools.partial(stream_key, seed))
    layout.first_synapse_state[:] = layout.synapse_state
    initialise_synapses(layout, synapses)
    if any(each.rules for each in synapses):
        layout.remember_weight()                        # static weights are remembered when they are changed
    return layout


def check_budget(groups: Sequence[NeuronGroup], synapses: Sequence[SynapseGroup],
                 built: Sequence[BuiltConnectivity], budget: float) -> None:
    """Refuse connections, the first of which are `built`, that would exceed the budget with the groups."""
    what, ways_out = "groups", "use fewer neurons, or a larger memory_budget"
    if synapses:
        what = "connections"
        ways_out = ("use a sparse builder such as FixedProbability, Factored weights, or a larger "
                    "memory_budget")
    names = ", ".join(str(part.name) for part in synapses or groups)
    expected = sum(each.n_bytes() for each in synapses[len(built):])
    _check_fits(groups, synapses, built, budget, f"the {what} {names}", expected, ways_out)


def _check_fits(groups: Sequence[NeuronGroup], synapses: Sequence[SynapseGroup],
                built: Sequence[BuiltConnectivity], budget: float, what: str, n_bytes: float,
                ways_out: str) -> None:
    """Refuse `what` if it exceeds the budget with the groups, what is built, and the spikes under way.

    At its peak, the building needs room for one connection more, the largest, which is moved to its place.
    """
    taken: float = sum(group.n_bytes() for group in groups)
    taken += sum(each.n_bytes(its.n_synapses, its.delays.size) for each, its in zip(synapses, built))
    taken += max([0.0, *(each.n_bytes_moved(its.n_synapses) for each, its in zip(synapses, built)),
                  *(each.n_bytes_moved() for each in synapses[len(built):])])
    taken += 8 * len(groups) * max([1] + [int(its.delays.max()) for its in built])
    checks.within_budget(what, taken + n_bytes, budget, ways_out)


def threads_asked(network: Any, threads: int | None) -> int:
    """Return the number of threads that `network` is to have: `threads`, or that of the environment, or 1."""
    if threads is not None:
        return checks.integer(network, "threads", threads, minimum=1)
    asked: Any = os.environ.get("SPIKINGNN_THREADS", "").strip() or "1"
    return checks.integer(network, "SPIKINGNN_THREADS", int(asked) if asked.isdecimal() else asked, minimum=1)


def warn_of_fewer_threads(layout: Layout, threads: int) -> None:
    """Warn if a network runs on fewer threads than it was asked to."""
    if layout.partition.threads < threads:
        warnings.warn(f"Network: of threads={threads}, {layout.partition.threads} can be used; a small "
                      "group, and one with plastic, graded or gap-junction synapses or units that act on "
                      "each other within a step, is not cut", stacklevel=3)
