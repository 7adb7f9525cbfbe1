"""The one time loop: drive → deliver → filter → neurons → learn → record.

Every array of a network lies in a few flat arrays, one after the other, and `tables` say where each begins. So the loop has one type, is
compiled once and serves every network. Step k covers [k·dt, (k+1)·dt): its spikes are stamped k, the states after it k+1.
"""

from __future__ import annotations

import numpy as np

from .jit import jitted
from .random import mix
from .views import matrix, prefetch, vector


# Views are borrowed and nothing is allocated, so references need no counting (`_nrt`), which would cost as much as the work itself.
# The stages see the network's tables, and are inlined so that these are not copied at each call.
LEAF = {"cached": False, "_nrt": False}
STAGE = {**LEAF, "forceinline": True}

# what a link adds to: the membrane potential, an exponential current, a conductance; or, without spikes, straight to the current
DELTA, CURRENT, CONDUCTANCE, GRADED = 0, 1, 2, 3
ADDS, BEGINS, PARTNER = 0, 1, 2         # what a current filter does to its group's current: PARTNER is seen to by the one that begins


@jitted(**LEAF)
def deliver(target_input, arriving, weight, pointers, indices, scale):
    """Add the weights of the arriving spikes to `target_input` (n_post,): dense rows, or compressed rows of one delay."""
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
def deliver_factored(target_input, arriving, left, right, hidden):
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
def deliver_graded(target_input, level, weight, pointers, indices):
    """Add weight · level of every source, spike or not: what a noise source or another continuous signal injects."""
    for i in range(level.size):
        begin, size = i * target_input.size, target_input.size
        if pointers.size > 0:
            begin, size = pointers[i], pointers[i + 1] - pointers[i]
        for s in range(size):
            target = np.int64(indices[begin + s]) if pointers.size > 0 else s
            target_input[target] += level[i] * weight[begin + s if weight.size > 1 else 0]


@jitted(**LEAF)
def increment_traces(trace, mode, index):
    """What a spike of unit `index` does to its traces (k, n), after the hook."""
    for r in range(trace.shape[0]):
        if mode[r] == 1:
            trace[r, index] += 1.0
        elif mode[r] == 2:
            trace[r, index] = 1.0


@jitted(**LEAF)
def efficacy_of(hook, source, pre, params, scratch):
    """Call `efficacy` for one arriving spike; it may write the traces of its source."""
    own = scratch[:pre.shape[0]]
    for r in range(own.size):
        own[r] = pre[r, source]
    scale = hook(own, params)
    for r in range(own.size):
        pre[r, source] = own[r]
    return scale


@jitted(**LEAF)
def learn_row(hook, source, weight, memory, pre, post, pointers, indices, params, scratch):
    """Call `on_pre` on the contiguous row of one presynaptic neuron; sparse rows see their targets' traces gathered."""
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
    hook(vector(weight, begin, size), vector(memory, begin, size if memory.size > 0 else 0), own, seen, params)
    for r in range(n_pre):
        pre[r, source] = own[r]


@jitted(**LEAF)
def learn_column(hook, target, weight, memory, pre, post, columns, positions, sources, params, scratch):
    """Call `on_post` or `on_tick` on the column of one postsynaptic neuron, gathered and scattered back."""
    n_pre, n_post, size = pre.shape[0], post.shape[0], pre.shape[1]
    begin = 0
    if columns.size > 0:
        begin, size = columns[target], columns[target + 1] - columns[target]
    own, column = vector(scratch, 0, n_post), vector(scratch, n_post, size)
    remembered = vector(scratch, n_post + size, size if memory.size > 0 else 0)
    seen = pre
    if columns.size > 0:
        seen = matrix(scratch, n_post + 2 * size, n_pre, size)
        for r in range(n_pre):
            for s in range(size):
                seen[r, s] = pre[r, sources[begin + s]]
    for r in range(n_post):
        own[r] = post[r, target]
    for s in range(size):
        at = positions[begin + s] if columns.size > 0 else s * post.shape[1] + target
        column[s] = weight[at]
        if memory.size > 0:
            remembered[s] = memory[at]
    hook(column, remembered, seen, own, params)
    for r in range(n_post):
        post[r, target] = own[r]
    for s in range(size):
        at = positions[begin + s] if columns.size > 0 else s * post.shape[1] + target
        weight[at] = column[s]
        if memory.size > 0:
            memory[at] = remembered[s]


@jitted(**LEAF)
def decay_traces(trace, decay):
    """Decay traces (k, n) by one step; what has become negligible is set to zero before it turns denormal."""
    for r in range(trace.shape[0]):
        if decay[r] < 1.0:
            row = trace[r]
            factor = decay[r]
            for i in range(row.size):
                x = row[i] * factor
                row[i] = 0.0 if abs(x) < 1e-30 else x


@jitted(**LEAF)
def set_filtered_current(base, psc, decay, mean, current):
    """Start the currents from the stimulus `base` and the mean of an exponential current over the step, which decays."""
    for j in range(psc.size):
        current[j] = base[j] + psc[j] * mean
        x = psc[j] * decay
        psc[j] = 0.0 if abs(x) < 1e-30 else x


@jitted(**LEAF)
def set_filtered_current_pair(base, psc, decay, mean, psc2, keep2, mean2, current):
    """The same with two exponential currents in one pass: excitation and inhibition usually come as a pair."""
    for j in range(psc.size):
        current[j] = base[j] + psc[j] * mean + psc2[j] * mean2
        x, y = psc[j] * decay, psc2[j] * keep2
        psc[j] = 0.0 if abs(x) < 1e-30 else x
        psc2[j] = 0.0 if abs(y) < 1e-30 else y


@jitted(**LEAF)
def add_filtered_current(psc, decay, mean, current):
    """The same where the currents have begun (`set_filtered_current` given one array twice would not vectorise)."""
    for j in range(psc.size):
        current[j] += psc[j] * mean
        x = psc[j] * decay
        psc[j] = 0.0 if abs(x) < 1e-30 else x


@jitted(**LEAF)
def add_filtered_conductance(psc, decay, mean, reversal, conductance):
    """The same for a conductance: its mean g and g·E are added to the rows of `conductance` (2, n)."""
    for j in range(psc.size):
        g = psc[j] * mean
        conductance[0, j] += g
        conductance[1, j] += g * reversal
        x = psc[j] * decay
        psc[j] = 0.0 if abs(x) < 1e-30 else x


@jitted(**LEAF)
def emit(spiked, events, at):
    """Append the indices of the units that spiked to `events` and clear their flags; eight flags are read at once."""
    words = spiked.view(np.uint64)
    for w in range(words.size):
        if words[w] != 0:
            for i in range(8 * w, 8 * w + 8):
                if spiked[i]:
                    events[at] = i
                    at += 1
                    spiked[i] = False
    return at


@jitted(**STAGE)
def stimulus_offset(g, elapsed, run_steps, groups):
    """Where in `values.drive` the row of group g's stimulus begins that is held after `elapsed` of the run's steps."""
    return groups.drive_at[g] + elapsed * groups.drive_rows[g] // run_steps * groups.n[g]


@jitted(**STAGE)
def drive(elapsed, run_steps, groups, values):
    """Start the currents of this step from the stimulus (where no filter does), the conductances from zero."""
    for g in range(groups.n.size):
        n = groups.n[g]
        if groups.copies[g]:
            row = vector(values.drive, stimulus_offset(g, elapsed, run_steps, groups), n)
            current = vector(values.current, groups.unit_at[g], n)
            for i in range(n):
                current[i] = row[i]
        both = vector(values.conductance, groups.conductance_at[g], 2 * groups.n_conductance[g])
        for i in range(both.size):
            both[i] = 0.0


@jitted(**STAGE)
def arrive(k, slot, elapsed, run_steps, events, event_start, groups, values, filters, links, wiring, hooks):
    """Deliver the spikes that reach link k's targets now; its rule's traces decay, and its presynaptic hook learns."""
    source, target, rank = links.source[k], links.target[k], links.rank[k]
    n_pre, n_post, n_x, n_y = groups.n[source], groups.n[target], links.n_pre_traces[k], links.n_post_traces[k]
    target_input = vector(values.state, groups.state_at[target], n_post)
    if links.filter[k] >= 0:
        target_input = vector(values.psc, filters.at[links.filter[k]], n_post)
    elif links.kind[k] == GRADED:
        target_input = vector(values.current, groups.unit_at[target], n_post)
    weight = vector(values.weight, links.weight_at[k], links.n_weight[k])
    memory = vector(values.memory, links.memory_at[k], links.n_memory[k])
    params = vector(values.params, links.params_at[k], links.n_params[k])
    pre, post = matrix(values.trace, links.trace_at[k], n_x, n_pre), matrix(values.trace, links.trace_at[k] + n_x * n_pre, n_y, n_post)
    decay_traces(pre, vector(wiring.trace_decay, links.trace_decay_at[k], n_x))
    decay_traces(post, vector(wiring.trace_decay, links.trace_decay_at[k] + n_x, n_y))
    indices = vector(wiring.indices, links.index_at[k], links.n_index[k])
    if links.kind[k] == GRADED:
        pointers = vector(wiring.pointers, links.pointer_at[k], links.n_pointer[k])
        deliver_graded(target_input, vector(values.state, groups.state_at[source], n_pre), weight, pointers, indices)
        return
    if links.reward_rows[k] > 0:
        params[0] = values.reward[links.reward_at[k] + elapsed * links.reward_rows[k] // run_steps]
    for b in range(links.n_delays[k]):
        past = slot - wiring.delays[links.delay_at[k] + b] * groups.n.size + source
        arriving = vector(events, event_start[past], event_start[past + 1] - event_start[past])
        if arriving.size == 0:
            continue
        pointers = vector(wiring.pointers, links.pointer_at[k] + b * links.n_pointer[k], links.n_pointer[k])
        if rank > 0:
            left = vector(wiring.factors, links.factor_at[k], n_pre * rank)
            right = vector(wiring.factors, links.factor_at[k] + n_pre * rank, n_post * rank)
            deliver_factored(target_input, arriving, left, right, vector(values.scratch, 0, rank))
        if links.efficacy[k] < 0 and weight.size > 0:
            deliver(target_input, arriving, weight, pointers, indices, 1.0)
        if not links.learns[k]:
            continue
        for e in range(arriving.size):
            if links.efficacy[k] >= 0:
                scale = efficacy_of(hooks.efficacy[links.efficacy[k]], arriving[e], pre, params, values.scratch)
                deliver(target_input, vector(arriving, e, 1), weight, pointers, indices, scale)
            if links.on_pre[k] >= 0:
                on_pre = hooks.on_pre[links.on_pre[k]]
                learn_row(on_pre, np.int64(arriving[e]), weight, memory, pre, post, pointers, indices, params, values.scratch)
            increment_traces(pre, vector(wiring.mode, links.trace_decay_at[k], n_x), arriving[e])


@jitted(**STAGE)
def apply_filter(f, elapsed, run_steps, groups, values, filters):
    """Hand the currents or conductances of filter f to its targets; the first of a group starts from the stimulus."""
    g = filters.target[f]
    n = groups.n[g]
    psc = vector(values.psc, filters.at[f], n)
    if filters.kind[f] == CURRENT:
        current = vector(values.current, groups.unit_at[g], n)
        row = vector(values.drive, stimulus_offset(g, elapsed, run_steps, groups), n)
        other = filters.partner[f]
        if filters.role[f] == BEGINS and other >= 0:
            psc2 = vector(values.psc, filters.at[other], n)
            set_filtered_current_pair(row, psc, filters.decay[f], filters.mean[f], psc2, filters.decay[other], filters.mean[other], current)
        elif filters.role[f] == BEGINS:
            set_filtered_current(row, psc, filters.decay[f], filters.mean[f], current)
        elif filters.role[f] == ADDS:
            add_filtered_current(psc, filters.decay[f], filters.mean[f], current)
    else:
        both = matrix(values.conductance, groups.conductance_at[g], 2, n)
        add_filtered_conductance(psc, filters.decay[f], filters.mean[f], filters.reversal[f], both)


@jitted(**STAGE)
def update(g, step, elapsed, run_steps, dt, groups, values, hooks):
    """Advance the neurons of group g by one step; they flag in `values.spiked` that they spiked."""
    n, n_c, begin = groups.n[g], groups.n_coefficients[g], groups.coefficient_at[g]
    current = vector(values.current, groups.unit_at[g], n)
    if not groups.gathers[g]:
        current = vector(values.drive, stimulus_offset(g, elapsed, run_steps, groups), n)
    state = matrix(values.state, groups.state_at[g], groups.n_states[g], n)
    conductance = matrix(values.conductance, groups.conductance_at[g], 2, groups.n_conductance[g])
    spiked = vector(values.spiked, groups.unit_at[g], n)
    key = mix(groups.stream[g], step)
    if groups.same[g]:
        hooks.homogeneous[groups.step_of[g]](state, vector(values.coefficients, begin, n_c), current, conductance, spiked, dt, key)
    else:
        hooks.heterogeneous[groups.step_of[g]](state, matrix(values.coefficients, begin, n_c, n), current, conductance, spiked, dt, key)


@jitted(**STAGE)
def learn(k, spikes, ticks, groups, values, links, wiring, hooks):
    """Let link k's rule learn from the postsynaptic `spikes` of this step and, where it `ticks`, from time itself."""
    n_pre, n_post, n_x, n_y = groups.n[links.source[k]], groups.n[links.target[k]], links.n_pre_traces[k], links.n_post_traces[k]
    weight = vector(values.weight, links.weight_at[k], links.n_weight[k])
    memory = vector(values.memory, links.memory_at[k], links.n_memory[k])
    params = vector(values.params, links.params_at[k], links.n_params[k])
    pre, post = matrix(values.trace, links.trace_at[k], n_x, n_pre), matrix(values.trace, links.trace_at[k] + n_x * n_pre, n_y, n_post)
    columns = vector(wiring.columns, links.column_at[k], n_post + 1 if links.n_pointer[k] > 0 else 0)
    positions = vector(wiring.positions, links.position_at[k], links.n_index[k])
    sources = vector(wiring.sources, links.position_at[k], links.n_index[k])
    on_post, on_tick = hooks.on_post[max(links.on_post[k], 0)], hooks.on_post[max(links.on_tick[k], 0)]
    for e in range(spikes.size):
        if links.on_post[k] >= 0:
            learn_column(on_post, np.int64(spikes[e]), weight, memory, pre, post, columns, positions, sources, params, values.scratch)
        increment_traces(post, vector(wiring.mode, links.trace_decay_at[k] + n_x, n_y), spikes[e])
    if ticks:
        for j in range(n_post):
            learn_column(on_tick, j, weight, memory, pre, post, columns, positions, sources, params, values.scratch)


@jitted(**STAGE)
def record(step, groups, values, probes):
    """Copy the states that are sampled at the end of this step."""
    for p in range(probes.group.size):
        if (step + 1) % probes.every[p] == 0:
            g, width = probes.group[p], probes.width[p]
            row = vector(values.state, groups.state_at[g] + probes.row[p] * groups.n[g], groups.n[g])
            units = vector(probes.units, probes.unit_at[p], width)
            out = vector(probes.out, probes.at[p] + ((step + 1) // probes.every[p] - probes.first[p]) * width, width)
            for i in range(width):
                out[i] = row[units[i]]


@jitted(announce=True, _nrt=False)
def advance(first, last, run_start, run_steps, dt, depth, events, event_start, groups, values, filters, links, wiring, probes, hooks):
    """Advance from step `first` to `last`; return the step that was reached, an earlier one where the room for spikes ended.

    `events` holds the units that spiked, those of (step, group) between two neighbours in `event_start`, from `depth` steps ago on.
    """
    n_groups = groups.n.size
    at = event_start[depth * n_groups]
    for step in range(first, last):
        if events.size - at < values.spiked.size:
            return step
        elapsed, slot = step - run_start, (step - first + depth) * n_groups
        drive(elapsed, run_steps, groups, values)
        for k in range(links.source.size):
            arrive(k, slot, elapsed, run_steps, events, event_start, groups, values, filters, links, wiring, hooks)
        for f in range(filters.target.size):
            apply_filter(f, elapsed, run_steps, groups, values, filters)
        for g in range(n_groups):
            update(g, step, elapsed, run_steps, dt, groups, values, hooks)
            at = emit(vector(values.spiked, groups.unit_at[g], groups.unit_at[g + 1] - groups.unit_at[g]), events, at)
            event_start[slot + g + 1] = at
        for k in range(links.source.size):
            if links.learns[k]:
                now = slot + links.target[k]
                ticks = links.on_tick[k] >= 0 and (step + 1) % links.tick[k] == 0
                spikes = vector(events, event_start[now], event_start[now + 1] - event_start[now])
                learn(k, spikes, ticks, groups, values, links, wiring, hooks)
        record(step, groups, values, probes)
    return last
