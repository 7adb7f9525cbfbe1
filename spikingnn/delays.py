"""Delays as they are given, and as the engine takes them: in steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._util import checks
from ._util.typing import FloatArray
from .connectivity import DistanceDelay
from .engine.matrices import DenseWeights, SparseWeights, WeightMatrix
from .engine.sorting import compact_steps
from .weights import is_scipy_sparse


__all__ = ["as_delay", "delay_steps", "is_per_synapse"]

CHUNK = 1 << 20             # delays that are converted at a time


def as_delay(owner: object, delay: Any, source: FloatArray | None = None,
             target: FloatArray | None = None) -> Any:
    """Return a checked delay in ms: None, a number, an array, `SparseWeights`, a function or `DistanceDelay`.

    `source` and `target` are the positions of the units, if they have some.
    """
    if delay is None or callable(delay):
        return delay
    if isinstance(delay, DistanceDelay):
        return delay.placed(source, target)
    if is_scipy_sparse(delay):
        checks.positive(owner, "delay", delay.data)
        return SparseWeights.of(delay)
    checks.positive(owner, "delay", delay)
    return np.array(delay) if np.ndim(delay) else delay


def is_per_synapse(delay: Any) -> bool:
    """Return whether synapses can have different delays."""
    return callable(delay) or isinstance(delay, (DistanceDelay, SparseWeights)) or np.ndim(delay) > 0


def delay_steps(owner: Any, delay: Any, matrix: WeightMatrix, dt: float, rng: np.random.Generator,
                fits: Callable[..., object]) -> NDArray[Any]:
    """Return the delay in steps: shape (), or (synapses,) in the order of the weights, uint16 or int64.

    Parameters
    ----------
    owner : SynapseGroup
        In whose name wrong delays are refused.
    delay : None, number, array, SparseWeights, function or DistanceDelay
        ms; None: one step.
    matrix : WeightMatrix
        Weights, whose synapses are delayed.
    dt : float
        ms: time step.
    rng : numpy.random.Generator
        What random delays are drawn from.
    fits : function
        ``fits(what, n_bytes, ways_out)`` refuses what the memory budget does not allow.

    Raises
    ------
    ValueError
        If a delay is below one step, or there are not as many as synapses.
    """
    if delay is None:
        return np.array(1, np.int64)
    values = delay
    if callable(delay):
        values = checks.positive(owner, "delay", delay(rng, int(matrix.count(*matrix.shape))))
    if isinstance(values, DistanceDelay):
        rows: Any = matrix.as_sparse() if isinstance(matrix, DenseWeights) else matrix
        values = dt * values.steps(rows.sources(), rows.indices, dt)
    elif is_per_synapse(values):
        values = matrix.per_synapse(owner, "delay", values)
    parts = np.array_split(values, np.size(values) // CHUNK + 1) if np.ndim(values) else [values]
    in_steps = [compact_steps(np.asarray(checks.grid_steps(owner, "delay", part, dt))) for part in parts]
    steps = np.concatenate(in_steps) if np.ndim(values) else in_steps[0]
    if np.any(steps < 1):
        checks.fail(owner, "delay", float(np.min(values)), f"at least one step, dt = {dt:g} ms")
    fits(f"the spikes under way in {owner.name}", 8 * float(np.max(steps, initial=1.0)),
         "use shorter delays, a larger dt, or a larger memory_budget")
    return steps if np.ndim(steps) and steps.dtype == np.uint16 else steps.astype(np.int64)
