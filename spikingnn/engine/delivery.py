"""What the time loop does on the synapses of one connection: deliver spikes, call hooks, filter, decay.

These functions see plain arrays only. They are parts of the stages of `loop`, which have a cache; so they are
compiled without a cache of their own (`jit.PART`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._util.typing import FloatArray, IntArray
from .bits import first_bit
from .jit import PART, jitted
from .pointers import call_coupling, call_efficacy_kernel, call_on_post, call_on_pre
from .tables import ADD, POTENTIAL, SET, EventArray, IndexArray, SingleArray
from .views import Whole, matrix, prefetch, vector

# The product with the second number has the lowest bits of the eight bytes of a word in its highest byte.
NONE, FIRST_BITS = np.uint64(0), np.uint64(0x0102040810204080)


@jitted(**PART)
def deliver(target_input: FloatArray, arriving: EventArray, weight: FloatArray | SingleArray,
            pointers: IntArray, ends: IntArray, source_step: Whole, indices: IndexArray, n_post: Whole,
            first: Whole, scale: float) -> None:
    """Add the weights of arriving spikes to `target_input`: dense or sparse rows of one delay.

    Sparse rows lie from `pointers` to `ends`, in which sources are `source_step` apart, and have indices that
    count from the first target; of dense rows (n_post,), the targets from `first` on are those of
    `target_input`.
    """
    if pointers.size == 0:
        for e in range(arriving.size):
            row = vector(weight, np.int64(arriving[e]) * n_post + first, target_input.size)
            for line in range(0, target_input.size if e + 1 < arriving.size else 0, 8):
                prefetch(weight, np.int64(arriving[e + 1]) * n_post + first + line)
            for j in range(target_input.size):
                target_input[j] += scale * row[j]
        return
    for e in range(arriving.size):
        place: Whole = source_step * arriving[e]
        begin, end = pointers[place], ends[place]
        targets = vector(indices, begin, end - begin)
        if e + 8 < arriving.size:                       # hides the latency of the rows to come
            prefetch(pointers, source_step * arriving[e + 8])
            ahead = pointers[source_step * arriving[e + 4]]
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


@jitted(**PART)
def prefetch_rows(arriving: EventArray, pointers: IntArray, ends: IntArray, source_step: Whole,
                  indices: IndexArray, weight: FloatArray | SingleArray) -> None:
    """Fetch the sparse rows of one delay while those of the delay before it are delivered."""
    for e in range(min(arriving.size, 16) if pointers.size > 0 else 0):
        place: Whole = source_step * arriving[e]
        begin, end = pointers[place], ends[place]
        for line in range(begin, end, 16):
            prefetch(indices, line)
        for line in range(begin, end if weight.size > 1 else begin, 8):
            prefetch(weight, line)


@jitted(**PART)
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


@jitted(**PART)
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


@jitted(**PART)
def deliver_diagonal(target_input: FloatArray, level: FloatArray, weight: FloatArray) -> None:
    """Add weight · level of source i to target i, for all i."""
    if weight.size == 1:
        w = weight[0]
        for i in range(level.size):
            target_input[i] += level[i] * w
    else:
        for i in range(level.size):
            target_input[i] += level[i] * weight[i]


@jitted(**PART)
def deliver_row(target_input: FloatArray, weight: FloatArray, factor: FloatArray,
                targets: IndexArray) -> None:
    """Add weight · factor of the synapses of one spike, (m,); `targets` is empty where all are reached."""
    for s in range(factor.size):
        target = np.int64(targets[s]) if targets.size > 0 else s
        target_input[target] += factor[s] * weight[s]


@jitted(**PART)
def increment_traces(trace: FloatArray, worth: FloatArray, mode: IntArray, index: Whole) -> None:
    """Add one to the traces (k, n) of unit `index`, which spiked, or set them to one; after the hook."""
    for r in range(trace.shape[0]):
        if mode[r] == ADD:
            trace[r, index] += 1.0 / worth[r]
        elif mode[r] == SET:
            trace[r, index] = 1.0 / worth[r]


@jitted(**PART)
def get_traces(trace: FloatArray, worth: FloatArray, index: Whole, own: FloatArray) -> None:
    """Set `own` (k,) to the traces (k, n) of unit `index`."""
    for r in range(own.size):
        own[r] = trace[r, index] * worth[r]


@jitted(**PART)
def set_traces(trace: FloatArray, worth: FloatArray, index: Whole, own: FloatArray) -> None:
    """Set the traces (k, n) of unit `index` to `own` (k,), which a hook may have changed."""
    for r in range(own.size):
        if own[r] != trace[r, index] * worth[r]:
            trace[r, index] = own[r] / worth[r]


@jitted(**PART)
def decay_traces(trace: FloatArray, decay: FloatArray, mode: IntArray) -> None:
    """Multiply traces (k, n) by their decay in this step; what has become negligible is set to zero before it
    turns denormal."""
    for r in range(trace.shape[0]):
        if decay[r] < 1.0 and mode[r] < POTENTIAL:
            row = trace[r]
            factor = decay[r]
            for i in range(row.size):
                x = row[i] * factor
                row[i] = 0.0 if abs(x) < 1e-30 else x


@jitted(**PART)
def follow(trace: FloatArray, followed: FloatArray, decay: float, begins: bool) -> None:
    """Let a trace (n,) approach what it follows, (n,) or one number for all, which it becomes if decay is 0,
    or if it is zero at the begin."""
    for j in range(trace.size):
        x = followed[j if followed.size > 1 else 0]
        trace[j] = x if begins and trace[j] == 0.0 else x + (trace[j] - x) * decay


@jitted(**PART)
def call_efficacy(hook: Whole, terminal: Whole, pre: FloatArray, worth: FloatArray, params: FloatArray,
                  t: float, key: Any, scratch: FloatArray) -> float:
    """Return the scale of one arriving spike; the hook may write the traces of its source."""
    own = vector(scratch, 0, pre.shape[0])
    get_traces(pre, worth, terminal, own)
    scale = call_efficacy_kernel(hook, own, params, t, key)
    set_traces(pre, worth, terminal, own)
    return scale


@jitted(**PART)
def row_of(source: Whole, pointers: IntArray, n_post: Whole) -> Any:
    """Return (begin, size) of the synapses of one source; dense rows have no pointers."""
    if pointers.size > 0:
        return pointers[source], pointers[source + 1] - pointers[source]
    return source * n_post, n_post


@jitted(**PART)
def call_on_row(hook: Whole, terminal: Whole, begin: Whole, values: FloatArray, state: FloatArray,
                n_states: Whole, pre: FloatArray, worth: FloatArray, post: FloatArray, targets: IndexArray,
                params: FloatArray, t: float, key: Any, scratch: FloatArray) -> None:
    """Call `on_pre` or `release` on the row of one terminal, whose synapses begin at `begin`.

    `values` (m,) are their weights or factors. The traces of sparse targets are gathered; `targets` is empty
    where the row is dense.
    """
    size, n_pre, n_post = values.size, pre.shape[0], post.shape[0]
    own = vector(scratch, 0, n_pre)
    get_traces(pre, worth, terminal, own)
    seen = post
    if targets.size > 0 or size == 0:
        seen = matrix(scratch, n_pre, n_post, size)
        for r in range(n_post):
            for s in range(size):
                seen[r, s] = post[r, targets[s]]
    call_on_pre(hook, values, matrix(state, n_states * begin, n_states, size), own, seen, params, t, key)
    set_traces(pre, worth, terminal, own)


@jitted(**PART)
def copy_states(back: bool, kept: FloatArray, state: FloatArray, target: Whole, n_post: Whole, n_pre: Whole,
                n_delays: Whole, pointers: IntArray, positions: IntArray, terminals: IndexArray) -> None:
    """Copy the states of the synapses of one column to `kept` (k, m), or back.

    The numbers of one row of synapses, those of a terminal, lie together: (k, m), so that rows are
    contiguous. Sparse synapses have `positions` and `terminals`, (m,), which are empty for dense ones.
    """
    k, m = kept.shape
    for r in range(k if pointers.size == 0 else 0):
        for s in range(m):
            at = (k * s + r) * n_post + target
            if back:
                state[at] = kept[r, s]
            else:
                kept[r, s] = state[at]
    for s in range(m if pointers.size > 0 and k > 0 else 0):
        at, apart = positions[s], 0
        if k > 1:
            terminal = np.int64(terminals[s])
            # each delay has n_pre + 1 pointers
            row = terminal + (terminal // n_pre if n_delays > 1 else 0)
            at, apart = at + (k - 1) * pointers[row], pointers[row + 1] - pointers[row]
        for r in range(k):
            if back:
                state[at + r * apart] = kept[r, s]
            else:
                kept[r, s] = state[at + r * apart]


@jitted(**PART)
def call_on_column(hook: Whole, target: Whole, weight: FloatArray, state: FloatArray, n_states: Whole,
                   pre: FloatArray, worth: FloatArray, post: FloatArray, n_pre_units: Whole, n_delays: Whole,
                   pointers: IntArray, column_pointers: IntArray, positions: IntArray, terminals: IndexArray,
                   params: FloatArray, t: float, key: Any, scratch: FloatArray) -> None:
    """Call `on_post` or `on_tick` on the column of one postsynaptic neuron, gathered and scattered back."""
    n_pre, n_post, size, n = pre.shape[0], post.shape[0], pre.shape[1], post.shape[1]
    begin, sparse = 0, column_pointers.size > 0
    if sparse:
        begin, size = column_pointers[target], column_pointers[target + 1] - column_pointers[target]
    own, column = vector(scratch, 0, n_post), vector(scratch, n_post, size)
    kept = matrix(scratch, n_post + size, n_states, size)
    seen = matrix(scratch, n_post + (1 + n_states) * size, n_pre, size)
    for r in range(n_pre):
        for s in range(size):
            seen[r, s] = pre[r, terminals[begin + s] if sparse else s] * worth[r]
    for r in range(n_post):
        own[r] = post[r, target]
    for s in range(size):
        column[s] = weight[positions[begin + s] if sparse else s * n + target]
    here, there = vector(positions, begin, size if sparse else 0), vector(terminals, begin,
                                                                          size if sparse else 0)
    for turn in range(2):                       # a literal `back` would be compiled twice
        copy_states(turn == 1, kept, state, target, n, n_pre_units, n_delays, pointers, here, there)
        if turn == 0:
            call_on_post(hook, column, kept, seen, own, params, t, key)
    for r in range(n_post):
        post[r, target] = own[r]
    for s in range(size):
        weight[positions[begin + s] if sparse else s * n + target] = column[s]


@jitted(**PART)
def set_filtered_current(stimulus: FloatArray, filtered: FloatArray, decay: float, mean: float,
                         current: FloatArray) -> None:
    """Set the currents to the stimulus plus the mean of an exponential current over the step; it decays."""
    for j in range(filtered.size):
        current[j] = stimulus[j] + filtered[j] * mean
        x = filtered[j] * decay
        filtered[j] = 0.0 if abs(x) < 1e-30 else x


@jitted(**PART)
def set_filtered_current_pair(stimulus: FloatArray, filtered: FloatArray, decay: float, mean: float,
                              filtered2: FloatArray, decay2: float, mean2: float,
                              current: FloatArray) -> None:
    """Do the same for two exponential currents in one pass, such as excitation and inhibition."""
    for j in range(filtered.size):
        current[j] = stimulus[j] + filtered[j] * mean + filtered2[j] * mean2
        x, y = filtered[j] * decay, filtered2[j] * decay2
        filtered[j] = 0.0 if abs(x) < 1e-30 else x
        filtered2[j] = 0.0 if abs(y) < 1e-30 else y


@jitted(**PART)
def add_filtered_current(filtered: FloatArray, decay: float, mean: float, current: FloatArray) -> None:
    """Add the mean of an exponential current over the step; the current decays.

    (`set_filtered_current` with one array as stimulus and as current would not be vectorised.)
    """
    for j in range(filtered.size):
        current[j] += filtered[j] * mean
        x = filtered[j] * decay
        filtered[j] = 0.0 if abs(x) < 1e-30 else x


@jitted(**PART)
def add_filtered_conductance(filtered: FloatArray, decay: float, mean: float, reversal: float,
                             conductance: FloatArray, driving: FloatArray) -> None:
    """Add the mean g of an exponential conductance over the step to `conductance`, and g·E to `driving`."""
    for j in range(filtered.size):
        g = filtered[j] * mean
        conductance[j] += g
        driving[j] += g * reversal
        x = filtered[j] * decay
        filtered[j] = 0.0 if abs(x) < 1e-30 else x


@jitted(**PART)
def emit(words: NDArray[np.uint64], first: Whole, events: EventArray, at: Whole) -> Whole:
    """Append the units that spiked, counted from `first`, to `events` and clear their flags; `words` are
    these, eight in one number. Few are set: 64 are looked at together, then packed into the bits of a number.
    """
    for block in range(words.size // 8):
        w = vector(words, 8 * block, 8)
        if (w[0] | w[1] | w[2] | w[3] | w[4] | w[5] | w[6] | w[7]) == NONE:
            continue
        flags = NONE
        for k in range(8):
            flags |= w[k] * FIRST_BITS >> np.uint64(56) << np.uint64(8 * k)
            w[k] = NONE
        while flags != NONE:
            events[at] = first + 64 * block + first_bit(flags)
            at += 1
            flags &= flags - np.uint64(1)
    return at
