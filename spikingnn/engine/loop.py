"""The one time loop: drive → deliver → filter → neurons → learn → record.

Step k covers [k·dt, (k+1)·dt): its spikes are stamped k·dt, the states after it (k+1)·dt. All arrays of a
network lie in a few flat arrays, and `tables` says where each part begins. The stages below see these
tables; what they do to plain arrays stands in `delivery`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .._util.typing import IntArray
from .arrival import ON_POST, ON_TICK, arrive, arrive_at_rules, input_of, lag_of, rule_arrays
from .delivery import call_on_column, deliver_diagonal, deliver_levels, emit, follow, increment_traces
from .filtering import apply_filter, stimulus_offset
from .jit import PART, jitted
from .pointers import call_heterogeneous, call_homogeneous, call_stage, stage
from .random import mix, skip
from .sampling import record
from .tables import (GAPS, POTENTIAL, Connections, EventArray, Filters, Groups, Probes, Rules, Team, Values,
                     Wiring)
from .team import exchange
from .views import Whole, columns, vector


@jitted(**PART)
def drive(elapsed: Whole, run_steps: Whole, groups: Groups, values: Values) -> None:
    """Start the conductances from zero, and the currents from the stimulus where no filter does so."""
    for g in range(groups.n.size):
        first, n = groups.first[g], groups.n_own[g]
        if groups.copies_stimulus[g]:
            row = vector(values.stimulus, stimulus_offset(g, elapsed, run_steps, groups) + first, n)
            current = vector(values.current, groups.unit_at[g] + first, n)
            for i in range(n):
                current[i] = row[i]
        for r in range(2 if groups.n_conductance[g] > 0 else 0):
            row = vector(values.conductance, groups.conductance_at[g] + r * groups.n[g] + first, n)
            for i in range(n):
                row[i] = 0.0


@stage("plasticity")
def observe(k: Whole, step: Whole, slot: Whole, elapsed: Whole, run_steps: Whole, dt: float,
            events: EventArray, event_start: IntArray, groups: Groups, values: Values, filters: Filters,
            connections: Connections, rules: Rules, wiring: Wiring) -> None:
    """Let the traces of connection k that follow a potential or a signal take in its value.

    At the start of a step, slot < 0, only those do whose time constant is zero; all do when the spikes of the
    step have arrived. In the first step of a network a trace that is zero, as it is unless it was set, starts
    from what it follows.
    """
    for r in range(connections.rule_at[k], connections.rule_at[k] + connections.n_rules[k]):
        if not rules.follows[r]:
            continue
        n_post = groups.n[connections.target[k]]
        state, params, pre, post = rule_arrays(r, k, groups, values, connections, rules)
        at = rules.trace_parameter_at[r] + rules.n_pre_traces[r]
        for q in range(post.shape[0]):
            decay = wiring.trace_decay[at + q]
            if wiring.trace_mode[at + q] < POTENTIAL or slot < 0 and decay > 0.0:
                continue
            width, row = rules.signal_width[r], elapsed * rules.signal_rows[r] // run_steps
            if wiring.trace_mode[at + q] == POTENTIAL:
                followed = vector(values.state, groups.state_at[connections.target[k]], n_post)
            elif rules.signal_is_read[r]:
                followed = vector(values.state, rules.signal_at[r], width)
            else:
                followed = vector(values.signal, rules.signal_at[r] + row * width, width)
            follow(post[q], followed, decay, step == 0)


@stage("levels")
def send_levels(k: Whole, step: Whole, slot: Whole, elapsed: Whole, run_steps: Whole, dt: float,
                events: EventArray, event_start: IntArray, groups: Groups, values: Values, filters: Filters,
                connections: Connections, rules: Rules, wiring: Wiring) -> None:
    """Deliver a state of the source of connection k, in every step, with or without spikes.

    With a delay it is the state of as long ago; before the first step it was what it is then.
    """
    target, n_past = connections.target[k], connections.n_past[k]
    n_pre, n_post = groups.n[connections.source[k]], groups.n[target]
    target_input = input_of(k, values, connections)
    weight = vector(values.weight, connections.weight_at[k], connections.n_weight[k])
    pointers = vector(wiring.pointers, connections.pointer_at[k], connections.n_pointer[k])
    indices = vector(wiring.indices, connections.index_at[k], connections.n_index[k])
    state_at = groups.state_at[connections.source[k]] + connections.source_row[k] * n_pre
    level = vector(values.state, state_at, n_pre)
    if n_past > 0:
        now = vector(values.past_level, connections.past_at[k] + step % n_past * n_pre, n_pre)
        for i in range(n_pre):
            now[i] = level[i]
        then = (step + 1) % n_past if step >= n_past else 0
        level = vector(values.past_level, connections.past_at[k] + then * n_pre, n_pre)
    other = vector(values.state, groups.state_at[target] + connections.row[k] * n_post, n_post)
    total = vector(values.conductance, groups.conductance_at[target], 0)
    if connections.sends[k] == GAPS:                # g, and g·E with E the potential of the source
        total = vector(values.conductance, groups.conductance_at[target], n_post)
        target_input = vector(values.conductance, groups.conductance_at[target] + n_post, n_post)
    if connections.is_diagonal[k] and connections.coupling[k] == 0 and total.size == 0:
        deliver_diagonal(target_input, level, weight)
        return
    deliver_levels(target_input, total, connections.coupling[k], level, other, weight, pointers, indices)


@jitted(**PART)
def update(g: Whole, step: Whole, begins: bool, elapsed: Whole, run_steps: Whole, dt: float, groups: Groups,
           values: Values) -> None:
    """Advance the units of group g by one step; those that spike set their flag in `values.spiked`.

    A step that remembers its stimulus gets it in the first step of a call, which `begins`, and where the row
    is another one than in the step before.
    """
    n, begin = groups.n_own[g], groups.coefficient_at[g]
    first, n_c, whole = groups.first[g], groups.n_coefficients[g], groups.n[g]
    current = vector(values.current, groups.unit_at[g] + first, n)
    if not groups.receives_current[g]:
        at = stimulus_offset(g, elapsed, run_steps, groups)
        is_held = not begins and stimulus_offset(g, elapsed - 1, run_steps, groups) == at
        current = vector(values.stimulus, at + first, 0 if is_held and groups.remembers_current[g] else n)
    state = columns(values.state, groups.state_at[g] + first, groups.n_states[g], n, whole)
    n_conductance, at = min(n, groups.n_conductance[g]), groups.conductance_at[g] + first
    conductance = columns(values.conductance, at, 2, n_conductance, groups.n_conductance[g])
    spiked = vector(values.spiked, groups.unit_at[g] + first, n)
    key = skip(mix(groups.stream[g], step), first * groups.n_draws[g])
    if groups.homogeneous[g]:
        shared = vector(values.coefficients, begin, n_c)
        call_homogeneous(groups.kernel[g], state, shared, current, conductance, spiked, dt, key)
    else:
        rows = columns(values.coefficients, begin + first, n_c, n, whole)
        call_heterogeneous(groups.kernel[g], state, rows, current, conductance, spiked, dt, key)


@stage("plasticity")
def learn(k: Whole, step: Whole, slot: Whole, elapsed: Whole, run_steps: Whole, dt: float,
          events: EventArray, event_start: IntArray, groups: Groups, values: Values, filters: Filters,
          connections: Connections, rules: Rules, wiring: Wiring) -> None:
    """Call `on_post` of connection k for spikes that reach its synapses now, and `on_tick` if it is due."""
    then = slot - connections.post_delay[k] * groups.n.size + connections.target[k]
    spikes = vector(events, event_start[then], event_start[then + 1] - event_start[then])
    n_pre, n_post = groups.n[connections.source[k]], groups.n[connections.target[k]]
    n_entries, n_delays = connections.n_index[k], connections.n_delays[k]
    weight = vector(values.weight, connections.weight_at[k], connections.n_weight[k])
    pointers = vector(wiring.pointers, connections.pointer_at[k], n_delays * connections.n_pointer[k])
    n_pointers = n_post + 1 if connections.n_pointer[k] > 0 else 0
    columns = vector(wiring.column_pointers, connections.column_pointer_at[k], n_pointers)
    positions = vector(wiring.column_positions, connections.column_entry_at[k], n_entries)
    terminals = vector(wiring.column_terminals, connections.column_entry_at[k], n_entries)
    for r in range(connections.rule_at[k], connections.rule_at[k] + connections.n_rules[k]):
        ticks = rules.on_tick[r] != 0 and (step + 1) % rules.tick_steps[r] == 0
        if spikes.size == 0 and not ticks:
            continue
        state, params, pre, post = rule_arrays(r, k, groups, values, connections, rules)
        at, middle = rules.trace_parameter_at[r], rules.trace_parameter_at[r] + pre.shape[0]
        post_mode = vector(wiring.trace_mode, middle, post.shape[0])
        worth = vector(wiring.trace_worth, lag_of(step, wiring) + at, pre.shape[0])
        post_worth = vector(wiring.trace_worth, middle, post.shape[0])
        for e in range(spikes.size):
            if rules.on_post[r] != 0:
                key = mix(mix(rules.stream[r], step), 5 * np.int64(spikes[e]) + ON_POST)
                call_on_column(rules.on_post[r], np.int64(spikes[e]), weight, state, rules.n_states[r], pre,
                               worth, post, n_pre, n_delays, pointers, columns, positions, terminals, params,
                               step * dt, key, values.scratch)
            increment_traces(post, post_worth, post_mode, np.int64(spikes[e]))
        for j in range(n_post if ticks else 0):
            key = mix(mix(rules.stream[r], step), 5 * j + ON_TICK)
            call_on_column(rules.on_tick[r], j, weight, state, rules.n_states[r], pre, worth, post, n_pre,
                           n_delays, pointers, columns, positions, terminals, params, step * dt, key,
                           values.scratch)


# those that are compiled when they are needed
STAGES = observe, arrive, arrive_at_rules, send_levels, apply_filter, learn


@jitted(**PART)
def advance_step(step: Whole, begins: bool, slot: Whole, at: Any, run_start: Whole, run_steps: Whole,
                 dt: float, events: EventArray, event_start: IntArray, groups: Groups, values: Values,
                 filters: Filters, connections: Connections, rules: Rules, wiring: Wiring,
                 probes: Probes) -> Any:
    """Advance by one step, whose spikes begin at `at` in `events`; return where they end."""
    elapsed = step - run_start
    drive(elapsed, run_steps, groups, values)
    for k in range(connections.source.size):
        if connections.observe[k] != 0:
            call_stage(connections.observe[k], k, step, -1, elapsed, run_steps, dt, events, event_start,
                       groups, values, filters, connections, rules, wiring)
    for turn in range(connections.order.size):
        k = connections.order[turn]
        call_stage(connections.arrive[k], k, step, slot, elapsed, run_steps, dt, events, event_start,
                   groups, values, filters, connections, rules, wiring)
    for k in range(connections.source.size):
        if connections.observe[k] != 0:
            call_stage(connections.observe[k], k, step, slot, elapsed, run_steps, dt, events, event_start,
                       groups, values, filters, connections, rules, wiring)
    for f in range(filters.target.size):
        if groups.n_own[filters.target[f]] > 0:
            call_stage(filters.apply[f], f, step, slot, elapsed, run_steps, dt, events, event_start,
                       groups, values, filters, connections, rules, wiring)
    for g in range(groups.n.size):
        if groups.n_own[g] > 0:
            update(g, step, begins, elapsed, run_steps, dt, groups, values)
            first, n_flags = groups.first[g], (groups.n_own[g] + 63) // 64 * 64
            words = vector(values.spiked_words, (groups.unit_at[g] + first) // 8, n_flags // 8)
            at = emit(words, first, events, at)
        event_start[slot + g + 1] = at
    for k in range(connections.source.size):
        if connections.learn[k] != 0:
            call_stage(connections.learn[k], k, step, slot, elapsed, run_steps, dt, events, event_start,
                       groups, values, filters, connections, rules, wiring)
    record(step, slot, elapsed, run_steps, events, event_start, groups, values, wiring, probes)
    return at


@jitted(announce="the time loop", _nrt=False, no_cfunc_wrapper=True)
def advance(start: Whole, first: Whole, last: Whole, run_start: Whole, run_steps: Whole, dt: float,
            depth: Whole, events: EventArray, event_start: IntArray, groups: Groups, values: Values,
            filters: Filters, connections: Connections, rules: Rules, wiring: Wiring,
            probes: Probes, team: Team, thread: Whole) -> Whole:
    """Advance from step `first` to `last`; return the step reached, an earlier one if `events` became full.

    The block begins at step `start`, and one call or several in a row fill it. `events` holds the units that
    spiked, from `depth` steps before `start` on, in the order of steps and groups: those of group g in step k
    lie between event_start[p] and event_start[p + 1], p = (k - start + depth)·groups + g.

    Threads that share a network call it at once, each with tables of its part, and with `events` and
    `event_start` of its own. They exchange their spikes before any of these reaches another thread's targets.
    If one of them fails, the others return -1.
    """
    n_groups, chunk, step, exchanges = groups.n.size, team.shape[1], first, 0
    while step < last:
        end, begin = min(step + chunk, last), (step - start + depth) * n_groups
        at: Any = event_start[begin]
        if events.size - at < (end - step) * values.spiked.size:
            return step
        while step < end:
            slot = (step - start + depth) * n_groups
            at = advance_step(step, step == first, slot, at, run_start, run_steps, dt, events, event_start,
                              groups, values, filters, connections, rules, wiring, probes)
            step += 1
        if team.shape[0] > 1:
            exchanges += 1
            size = (step - start + depth) * n_groups - begin
            if not exchange(team, thread, exchanges, events, vector(event_start, begin, size + 1)):
                return -1
    return last
