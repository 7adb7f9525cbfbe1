"""What the time loop does on the synapses of one connection: deliver spikes, call hooks, filter, decay.

These functions see plain arrays only. They are inlined into `loop.advance`, which has a cache; so they are
compiled without a cache of their own, and without wrappers, as nobody else calls them. Views are borrowed
and nothing is allocated, so references need no counting (`_nrt`), which would cost as much as the work.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._util.typing import BoolArray, FloatArray, IntArray
from .jit import jitted
from .pointers import call_coupling, call_efficacy_kernel, call_on_post, call_on_pre
from .tables import EventArray, IndexArray
from .views import Whole, matrix, prefetch, vector


LEAF: dict[str, Any] = {"cached": False, "_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


@jitted(**LEAF)
def deliver(target_input: FloatArray, arriving: EventArray, weight: FloatArray, pointers: IntArray,
            indices: IndexArray, scale: float) -> None:
    """Add the weights of arriving spikes to `target_input` (n_post,): dense or sparse rows of one delay."""
    if pointers.size == 0:
        for e in range(arriving.size):
            row = vector(weight, np.int64(arriving[e]) * target_input.size, target_input.size)
            for line in range(0, target_input.size if e + 1 < arriving.size else 0, 8):
                prefetch(weight, np.int64(arriving[e + 1]) * target_input.size + line)
            for j in range(target_input.size):
                target_input[j] += scale * row[j]
        return
    for e in range(arriving.size):
        source = np.int64(arriving[e])
        begin, end = pointers[source], pointers[source + 1]
        targets = vector(indices, begin, end - begin)
        if e + 8 < arriving.size:                       # hides the latency of the rows to come
            prefetch(pointers, np.int64(arriving[e + 8]))
            ahead = pointers[arriving[e + 4]]
            for line in range(0, 64, 16):
                prefetch(indices, ahead + line)
            for line in range(0, 64 if weight.size > 1 else 0, 8):
                prefetch(weight, ahead + line)
        if weight.size == 1:
            jump = scale * weight[0]
            for s in range(targets.size):
                target_input[targets[s]] += jump
        else:
            row = vector(weight, begin, end - begin)
            for s in range(targets.size):
                target_input[targets[s]] += scale * row[s]


@jitted(**LEAF)
def deliver_factored(target_input: FloatArray, arriving: EventArray, left: FloatArray, right: FloatArray,
                     hidden: FloatArray) -> None:
    """Add `left[arriving].sum(0) @ right`: the weights of a low-rank connection, never formed."""
    rank = hidden.size
    for r in range(rank):
        hidden[r] = 0.0
    for e in range(arriving.size):
        row = vector(left, np.int64(arriving[e]) * rank, rank)
        for r in range(rank):
            hidden[r] += row[r]
    for r in range(rank):
        row = vector(right, r * target_input.size, target_input.size)
        for j in range(target_input.size):
            target_input[j] += hidden[r] * row[j]


@jitted(**LEAF)
def deliver_levels(target_input: FloatArray, total: FloatArray, coupling: Whole, level: FloatArray,
                   other: FloatArray, weight: FloatArray, pointers: IntArray, indices: IndexArray) -> None:
    """Add weight · x of every synapse to `target_input`, whether its source spikes or not.

    x is the level of the source, or coupling(level, `other` level of the target) where there is a coupling.
    Where `total` is not empty, it gets the weights themselves.
    """
    n_post = target_input.size
    for i in range(level.size):
        begin, size = i * n_post, n_post
        if pointers.size > 0:
            begin, size = pointers[i], pointers[i + 1] - pointers[i]
        if level[i] == 0.0 and coupling == 0 and total.size == 0:
            continue
        for s in range(size):
            target = np.int64(indices[begin + s]) if pointers.size > 0 else s
            w = weight[begin + s if weight.size > 1 else 0]
            x = level[i] if coupling == 0 else call_coupling(coupling, level[i], other[target])
            target_input[target] += x * w
            if total.size > 0:
                total[target] += w


@jitted(**LEAF)
def increment_traces(trace: FloatArray, mode: IntArray, index: Whole) -> None:
    """Add one to the traces (k, n) of unit `index`, which spiked, or set them to one; after the hook."""
    for r in range(trace.shape[0]):
        if mode[r] == 1:
            trace[r, index] += 1.0
        elif mode[r] == 2:
            trace[r, index] = 1.0


@jitted(**LEAF)
def decay_traces(trace: FloatArray, decay: FloatArray) -> None:
    """Decay traces (k, n) by one step; what has become negligible is set to zero before it turns denormal."""
    for r in range(trace.shape[0]):
        if decay[r] < 1.0:
            row = trace[r]
            factor = decay[r]
            for i in range(row.size):
                x = row[i] * factor
                row[i] = 0.0 if abs(x) < 1e-30 else x


@jitted(**LEAF)
def call_efficacy(hook: Whole, source: Whole, pre: FloatArray, params: FloatArray,
                  scratch: FloatArray) -> float:
    """Return the scale of one arriving spike; the hook may write the traces of its source."""
    own = scratch[:pre.shape[0]]
    for r in range(own.size):
        own[r] = pre[r, source]
    scale = call_efficacy_kernel(hook, own, params)
    for r in range(own.size):
        pre[r, source] = own[r]
    return scale


@jitted(**LEAF)
def call_on_row(hook: Whole, source: Whole, weight: FloatArray, memory: FloatArray,
                pre: FloatArray, post: FloatArray, pointers: IntArray, indices: IndexArray,
                params: FloatArray, scratch: FloatArray) -> None:
    """Call `on_pre` on the row of one presynaptic neuron; the traces of sparse targets are gathered."""
    begin, size = source * post.shape[1], post.shape[1]
    if pointers.size > 0:
        begin, size = pointers[source], pointers[source + 1] - pointers[source]
    n_pre, n_post = pre.shape[0], post.shape[0]
    own = vector(scratch, 0, n_pre)
    for r in range(n_pre):
        own[r] = pre[r, source]
    seen = post
    if pointers.size > 0:
        seen = matrix(scratch, n_pre, n_post, size)
        targets = vector(indices, begin, size)
        for r in range(n_post):
            for s in range(size):
                seen[r, s] = post[r, targets[s]]
    remembered = vector(memory, begin, size if memory.size > 0 else 0)
    call_on_pre(hook, vector(weight, begin, size), remembered, own, seen, params)
    for r in range(n_pre):
        pre[r, source] = own[r]


@jitted(**LEAF)
def call_on_column(hook: Whole, target: Whole, weight: FloatArray, memory: FloatArray,
                   pre: FloatArray, post: FloatArray, pointers: IntArray, positions: IntArray,
                   sources: IndexArray, params: FloatArray, scratch: FloatArray) -> None:
    """Call `on_post` or `on_tick` on the column of one postsynaptic neuron, gathered and scattered back."""
    n_pre, n_post, size = pre.shape[0], post.shape[0], pre.shape[1]
    begin = 0
    if pointers.size > 0:
        begin, size = pointers[target], pointers[target + 1] - pointers[target]
    own, column = vector(scratch, 0, n_post), vector(scratch, n_post, size)
    remembered = vector(scratch, n_post + size, size if memory.size > 0 else 0)
    seen = pre
    if pointers.size > 0:
        seen = matrix(scratch, n_post + 2 * size, n_pre, size)
        for r in range(n_pre):
            for s in range(size):
                seen[r, s] = pre[r, sources[begin + s]]
    for r in range(n_post):
        own[r] = post[r, target]
    for s in range(size):
        at = positions[begin + s] if pointers.size > 0 else s * post.shape[1] + target
        column[s] = weight[at]
        if memory.size > 0:
            remembered[s] = memory[at]
    call_on_post(hook, column, remembered, seen, own, params)
    for r in range(n_post):
        post[r, target] = own[r]
    for s in range(size):
        at = positions[begin + s] if pointers.size > 0 else s * post.shape[1] + target
        weight[at] = column[s]
        if memory.size > 0:
            memory[at] = remembered[s]


@jitted(**LEAF)
def set_filtered_current(stimulus: FloatArray, filtered: FloatArray, decay: float, mean: float,
                         current: FloatArray) -> None:
    """Set the currents to the stimulus plus the mean of an exponential current over the step; it decays."""
    for j in range(filtered.size):
        current[j] = stimulus[j] + filtered[j] * mean
        x = filtered[j] * decay
        filtered[j] = 0.0 if abs(x) < 1e-30 else x


@jitted(**LEAF)
def set_filtered_current_pair(stimulus: FloatArray, filtered: FloatArray, decay: float, mean: float,
                              filtered2: FloatArray, decay2: float, mean2: float,
                              current: FloatArray) -> None:
    """Do the same for two exponential currents in one pass, such as excitation and inhibition."""
    for j in range(filtered.size):
        current[j] = stimulus[j] + filtered[j] * mean + filtered2[j] * mean2
        x, y = filtered[j] * decay, filtered2[j] * decay2
        filtered[j] = 0.0 if abs(x) < 1e-30 else x
        filtered2[j] = 0.0 if abs(y) < 1e-30 else y


@jitted(**LEAF)
def add_filtered_current(filtered: FloatArray, decay: float, mean: float, current: FloatArray) -> None:
    """Add the mean of an exponential current over the step; the current decays.

    (`set_filtered_current` with one array as stimulus and as current would not be vectorised.)
    """
    for j in range(filtered.size):
        current[j] += filtered[j] * mean
        x = filtered[j] * decay
        filtered[j] = 0.0 if abs(x) < 1e-30 else x


@jitted(**LEAF)
def add_filtered_conductance(filtered: FloatArray, decay: float, mean: float, reversal: float,
                             conductance: FloatArray) -> None:
    """Add the mean g of an exponential conductance over the step, and g·E, to `conductance` (2, n)."""
    for j in range(filtered.size):
        g = filtered[j] * mean
        conductance[0, j] += g
        conductance[1, j] += g * reversal
        x = filtered[j] * decay
        filtered[j] = 0.0 if abs(x) < 1e-30 else x


@jitted(**LEAF)
def emit(spiked: BoolArray, words: NDArray[np.uint64], events: EventArray, at: Whole) -> Whole:
    """Append the units that spiked to `events` and clear their flags; `words` are these, eight at once."""
    for w in range(words.size):
        if words[w] != 0:
            for i in range(8 * w, 8 * w + 8):
                if spiked[i]:
                    events[at] = i
                    at += 1
                    spiked[i] = False
    return at
