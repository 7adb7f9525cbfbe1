"""The one time loop: drive → deliver → filter → neurons → learn → record.

Step k covers [k·dt, (k+1)·dt): its spikes are stamped k·dt, the states after it (k+1)·dt. All arrays of a
network lie in a few flat arrays, and `tables` says where each part begins. The stages below see these
tables; what they do to plain arrays stands in `delivery`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .._util.typing import FloatArray, IntArray
from .delivery import (LEAF, add_filtered_conductance, add_filtered_current, call_efficacy, call_on_column,
                       call_on_row, decay_traces, deliver, deliver_factored, deliver_graded, emit,
                       increment_traces, set_filtered_current, set_filtered_current_pair)
from .jit import jitted
from .pointers import call_heterogeneous, call_homogeneous
from .random import mix
from .tables import (ADDS, BEGINS, CURRENT, FROM_CURRENT, FROM_FILTER, FROM_STATE, FROM_STIMULUS, FROM_TRACE,
                     FROM_WEIGHT, GRADED, Connections, EventArray, Filters, Groups, Probes, Values, Wiring)
from .views import Whole, matrix, vector


STAGE = {**LEAF, "inline": "always"}            # so that the tables are not copied at each call


@jitted(**STAGE)
def stimulus_offset(g: Whole, elapsed: Whole, run_steps: Whole, groups: Groups) -> Whole:
    """Return where in `values.stimulus` the row begins that group g gets after `elapsed` steps of the run."""
    return groups.stimulus_at[g] + elapsed * groups.stimulus_rows[g] // run_steps * groups.n[g]


@jitted(**STAGE)
def drive(elapsed: Whole, run_steps: Whole, groups: Groups, values: Values) -> None:
    """Start the conductances from zero, and the currents from the stimulus where no filter does so."""
    for g in range(groups.n.size):
        n = groups.n[g]
        if groups.copies_stimulus[g]:
            row = vector(values.stimulus, stimulus_offset(g, elapsed, run_steps, groups), n)
            current = vector(values.current, groups.unit_at[g], n)
            for i in range(n):
                current[i] = row[i]
        both = vector(values.conductance, groups.conductance_at[g], 2 * groups.n_conductance[g])
        for i in range(both.size):
            both[i] = 0.0


@jitted(**STAGE)
def rule_arrays(k: Whole, groups: Groups, values: Values, connections: Connections,
                ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return (weight, memory, params, pre, post) of connection k, with pre and post the rows of traces."""
    n_pre, n_post = groups.n[connections.source[k]], groups.n[connections.target[k]]
    weight = vector(values.weight, connections.weight_at[k], connections.n_weight[k])
    memory = vector(values.memory, connections.memory_at[k], connections.n_memory[k])
    params = vector(values.params, connections.params_at[k], connections.n_params[k])
    pre_at, n_pre_traces = connections.trace_at[k], connections.n_pre_traces[k]
    pre = matrix(values.trace, pre_at, n_pre_traces, n_pre)
    post = matrix(values.trace, pre_at + n_pre_traces * n_pre, connections.n_post_traces[k], n_post)
    return weight, memory, params, pre, post


@jitted(**STAGE)
def arrive(k: Whole, slot: Whole, elapsed: Whole, run_steps: Whole, events: EventArray, event_start: IntArray,
           groups: Groups, values: Values, filters: Filters, connections: Connections,
           wiring: Wiring) -> None:
    """Decay the traces of connection k, deliver the spikes that reach its targets now, and call `on_pre`."""
    source, target, rank = connections.source[k], connections.target[k], connections.rank[k]
    n_pre, n_post = groups.n[source], groups.n[target]
    target_input = vector(values.state, groups.state_at[target], n_post)
    if connections.filter[k] >= 0:
        target_input = vector(values.filter_state, filters.state_at[connections.filter[k]], n_post)
    elif connections.kind[k] == GRADED:
        target_input = vector(values.current, groups.unit_at[target], n_post)
    weight, memory, params, pre, post = rule_arrays(k, groups, values, connections)
    parameter_at, n_pre_traces = connections.trace_parameter_at[k], connections.n_pre_traces[k]
    decay_traces(pre, vector(wiring.trace_decay, parameter_at, n_pre_traces))
    decay_traces(post, vector(wiring.trace_decay, parameter_at + n_pre_traces, connections.n_post_traces[k]))
    pre_mode = vector(wiring.trace_mode, parameter_at, n_pre_traces)
    indices = vector(wiring.indices, connections.index_at[k], connections.n_index[k])
    if connections.kind[k] == GRADED:
        pointers = vector(wiring.pointers, connections.pointer_at[k], connections.n_pointer[k])
        level = vector(values.state, groups.state_at[source], n_pre)
        deliver_graded(target_input, level, weight, pointers, indices)
        return
    if connections.reward_rows[k] > 0:            # params[0] of a reward-modulated rule is the reward
        reward_row = elapsed * connections.reward_rows[k] // run_steps
        params[0] = values.reward[connections.reward_at[k] + reward_row]
    for d in range(connections.n_delays[k]):
        past = slot - wiring.delays[connections.delay_at[k] + d] * groups.n.size + source
        arriving = vector(events, event_start[past], event_start[past + 1] - event_start[past])
        if arriving.size == 0:
            continue
        n_pointer = connections.n_pointer[k]
        pointers = vector(wiring.pointers, connections.pointer_at[k] + d * n_pointer, n_pointer)
        if rank > 0:
            left = vector(wiring.factors, connections.factor_at[k], n_pre * rank)
            right = vector(wiring.factors, connections.factor_at[k] + n_pre * rank, n_post * rank)
            deliver_factored(target_input, arriving, left, right, vector(values.scratch, 0, rank))
        if connections.efficacy[k] == 0 and weight.size > 0:
            deliver(target_input, arriving, weight, pointers, indices, 1.0)
        if not connections.learns[k]:
            continue
        for e in range(arriving.size):
            if connections.efficacy[k] != 0:
                scale = call_efficacy(connections.efficacy[k], arriving[e], pre, params, values.scratch)
                deliver(target_input, vector(arriving, e, 1), weight, pointers, indices, scale)
            if connections.on_pre[k] != 0:
                call_on_row(connections.on_pre[k], np.int64(arriving[e]), weight, memory, pre, post, pointers,
                            indices, params, values.scratch)
            increment_traces(pre, pre_mode, arriving[e])


@jitted(**STAGE)
def apply_filter(f: Whole, elapsed: Whole, run_steps: Whole, groups: Groups, values: Values,
                 filters: Filters) -> None:
    """Add the current or conductance of filter f to its targets; one that BEGINS includes the stimulus."""
    g = filters.target[f]
    n = groups.n[g]
    filtered = vector(values.filter_state, filters.state_at[f], n)
    if filters.kind[f] == CURRENT:
        current = vector(values.current, groups.unit_at[g], n)
        row = vector(values.stimulus, stimulus_offset(g, elapsed, run_steps, groups), n)
        other = filters.partner[f]
        if filters.role[f] == BEGINS and other >= 0:
            filtered2 = vector(values.filter_state, filters.state_at[other], n)
            set_filtered_current_pair(row, filtered, filters.decay[f], filters.mean[f],
                                      filtered2, filters.decay[other], filters.mean[other], current)
        elif filters.role[f] == BEGINS:
            set_filtered_current(row, filtered, filters.decay[f], filters.mean[f], current)
        elif filters.role[f] == ADDS:
            add_filtered_current(filtered, filters.decay[f], filters.mean[f], current)
    else:
        both = matrix(values.conductance, groups.conductance_at[g], 2, n)
        add_filtered_conductance(filtered, filters.decay[f], filters.mean[f], filters.reversal[f], both)


@jitted(**STAGE)
def update(g: Whole, step: Whole, elapsed: Whole, run_steps: Whole, dt: float, groups: Groups,
           values: Values) -> None:
    """Advance the units of group g by one step; those that spike set their flag in `values.spiked`."""
    n, n_c, begin = groups.n[g], groups.n_coefficients[g], groups.coefficient_at[g]
    current = vector(values.current, groups.unit_at[g], n)
    if not groups.receives_current[g]:
        current = vector(values.stimulus, stimulus_offset(g, elapsed, run_steps, groups), n)
    state = matrix(values.state, groups.state_at[g], groups.n_states[g], n)
    conductance = matrix(values.conductance, groups.conductance_at[g], 2, groups.n_conductance[g])
    spiked = vector(values.spiked, groups.unit_at[g], n)
    key = mix(groups.stream[g], step)
    if groups.homogeneous[g]:
        shared = vector(values.coefficients, begin, n_c)
        call_homogeneous(groups.kernel[g], state, shared, current, conductance, spiked, dt, key)
    else:
        rows = matrix(values.coefficients, begin, n_c, n)
        call_heterogeneous(groups.kernel[g], state, rows, current, conductance, spiked, dt, key)


@jitted(**STAGE)
def learn(k: Whole, spikes: EventArray, ticks: bool, groups: Groups, values: Values, connections: Connections,
          wiring: Wiring) -> None:
    """Call `on_post` of connection k for the `spikes` of this step and, if it `ticks`, `on_tick`."""
    n_post, n_entries = groups.n[connections.target[k]], connections.n_index[k]
    weight, memory, params, pre, post = rule_arrays(k, groups, values, connections)
    post_mode_at = connections.trace_parameter_at[k] + connections.n_pre_traces[k]
    post_mode = vector(wiring.trace_mode, post_mode_at, connections.n_post_traces[k])
    n_pointers = n_post + 1 if connections.n_pointer[k] > 0 else 0
    pointers = vector(wiring.column_pointers, connections.column_pointer_at[k], n_pointers)
    positions = vector(wiring.column_positions, connections.column_entry_at[k], n_entries)
    sources = vector(wiring.column_sources, connections.column_entry_at[k], n_entries)
    for e in range(spikes.size):
        if connections.on_post[k] != 0:
            call_on_column(connections.on_post[k], np.int64(spikes[e]), weight, memory, pre, post, pointers,
                           positions, sources, params, values.scratch)
        increment_traces(post, post_mode, spikes[e])
    if ticks:
        for j in range(n_post):
            call_on_column(connections.on_tick[k], j, weight, memory, pre, post, pointers, positions, sources,
                           params, values.scratch)


@jitted(**STAGE)
def probed(p: Whole, elapsed: Whole, run_steps: Whole, groups: Groups, values: Values,
           probes: Probes) -> FloatArray:
    """Return the numbers of which probe p takes samples."""
    array, at, size = probes.array[p], probes.at[p], probes.size[p]
    if array == FROM_STATE:
        return vector(values.state, at, size)
    if array == FROM_CURRENT:
        return vector(values.current, at, size)
    if array == FROM_STIMULUS:
        return vector(values.stimulus, stimulus_offset(probes.group[p], elapsed, run_steps, groups), size)
    if array == FROM_FILTER:
        return vector(values.filter_state, at, size)
    if array == FROM_TRACE:
        return vector(values.trace, at, size)
    if array == FROM_WEIGHT:
        return vector(values.weight, at, size)
    return vector(values.memory, at, size)


@jitted(**STAGE)
def record(step: Whole, slot: Whole, elapsed: Whole, run_steps: Whole, events: EventArray,
           event_start: IntArray, groups: Groups, values: Values, probes: Probes) -> None:
    """Copy the numbers that are sampled at the end of this step, or at the spikes of this step."""
    for p in range(probes.array.size):
        every, width = probes.every[p], probes.width[p]
        if every == 0:
            row, now = probed(p, elapsed, run_steps, groups, values, probes), slot + probes.group[p]
            for e in range(event_start[now], event_start[now + 1]):
                probes.samples[probes.sample_at[p] + e] = row[events[e]]
        elif (step + 1) % every == 0:
            row = probed(p, elapsed, run_steps, groups, values, probes)
            units = vector(probes.units, probes.unit_at[p], width)
            sample = (step + 1) // every - probes.first[p]
            out = vector(probes.samples, probes.sample_at[p] + sample * width, width)
            for i in range(width):
                out[i] = row[units[i]]


@jitted(announce=True, _nrt=False, no_cfunc_wrapper=True)
def advance(start: Whole, first: Whole, last: Whole, run_start: Whole, run_steps: Whole, dt: float,
            depth: Whole, events: EventArray, event_start: IntArray, groups: Groups, values: Values,
            filters: Filters, connections: Connections, wiring: Wiring, probes: Probes) -> Whole:
    """Advance from step `first` to `last`; return the step reached, an earlier one if `events` became full.

    The block begins at step `start`, and one call or several in a row fill it. `events` holds the units that
    spiked, from `depth` steps before `start` on, in the order of steps and groups: those of group g in step k
    lie between event_start[p] and event_start[p + 1], p = (k - start + depth)·groups + g.
    """
    n_groups = groups.n.size
    at: Any = event_start[(first - start + depth) * n_groups]
    for step in range(first, last):
        if events.size - at < values.spiked.size:
            return step
        elapsed, slot = step - run_start, (step - start + depth) * n_groups
        drive(elapsed, run_steps, groups, values)
        for k in range(connections.source.size):
            arrive(k, slot, elapsed, run_steps, events, event_start, groups, values, filters, connections,
                   wiring)
        for f in range(filters.target.size):
            apply_filter(f, elapsed, run_steps, groups, values, filters)
        for g in range(n_groups):
            update(g, step, elapsed, run_steps, dt, groups, values)
            flags = vector(values.spiked, groups.unit_at[g], groups.unit_at[g + 1] - groups.unit_at[g])
            at = emit(flags, events, at)
            event_start[slot + g + 1] = at
        for k in range(connections.source.size):
            if connections.learns[k]:
                now = slot + connections.target[k]
                ticks = connections.on_tick[k] != 0 and (step + 1) % connections.tick_steps[k] == 0
                spikes = vector(events, event_start[now], event_start[now + 1] - event_start[now])
                learn(k, spikes, ticks, groups, values, connections, wiring)
        record(step, slot, elapsed, run_steps, events, event_start, groups, values, probes)
    return last
