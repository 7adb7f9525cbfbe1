"""The stage of arrival: spikes meet the synapses of a connection, and the hooks of its rules are called."""

from __future__ import annotations

import numpy as np

from .._util.typing import FloatArray, IntArray
from .delivery import (call_efficacy, call_on_row, decay_traces, deliver, deliver_factored, deliver_row,
                       increment_traces, prefetch_rows, row_of)
from .jit import PART, RETURNS_VIEWS, jitted
from .pointers import stage
from .random import mix
from .tables import (FROM_CURRENT, FROM_FILTER, PERIOD, Connections, EventArray, Filters, Groups, IndexArray,
                     Rules, Values, Wiring)
from .views import Whole, matrix, vector


# Which of the random numbers of one unit in one step a hook gets: ``mix(key of the step, 5 · unit + HOOK)``.
ON_PRE, EFFICACY, RELEASE, ON_POST, ON_TICK = 0, 1, 2, 3, 4


@jitted(**RETURNS_VIEWS)
def rule_arrays(r: Whole, k: Whole, groups: Groups, values: Values, connections: Connections, rules: Rules,
                ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return (state, params, pre, post) of rule r of connection k, with pre and post the rows of traces."""
    n_pre = connections.n_delays[k] * groups.n[connections.source[k]]       # one for each terminal
    n_post = groups.n[connections.target[k]]
    state = vector(values.synapse_state, rules.state_at[r], rules.n_states[r] * connections.n_weight[k])
    params = vector(values.params, rules.params_at[r], rules.n_params[r])
    pre_at, n_pre_traces = rules.trace_at[r], rules.n_pre_traces[r]
    pre = matrix(values.trace, pre_at, n_pre_traces, n_pre)
    post = matrix(values.trace, pre_at + n_pre_traces * n_pre, rules.n_post_traces[r], n_post)
    return state, params, pre, post


@jitted(**RETURNS_VIEWS)
def input_of(k: Whole, values: Values, connections: Connections) -> FloatArray:
    """Return what connection k adds to: row 0 of its filter, a current, or a state of its target."""
    at, n = connections.input_at[k], connections.n_input[k]
    if connections.input[k] == FROM_FILTER:
        return vector(values.filter_state, at, n)
    if connections.input[k] == FROM_CURRENT:
        return vector(values.current, at, n)
    return vector(values.state, at, n)


@jitted(**PART)
def lag_of(step: Whole, wiring: Wiring) -> Whole:
    """Return where in `wiring.trace_decay` and `wiring.trace_worth` the numbers of this step begin."""
    return (step + 1) % PERIOD * wiring.trace_mode.size


@jitted(**RETURNS_VIEWS)
def arriving_spikes(k: Whole, d: Whole, slot: Whole, events: EventArray, event_start: IntArray,
                    groups: Groups, connections: Connections, wiring: Wiring) -> EventArray:
    """Return the sources of connection k whose spikes arrive now, with delay number d."""
    delay = wiring.delays[connections.delay_at[k] + d]
    past = slot - delay * groups.n.size + connections.source[k]
    return vector(events, event_start[past], event_start[past + 1] - event_start[past])


@jitted(**RETURNS_VIEWS)
def row_pointers(k: Whole, d: Whole, connections: Connections, wiring: Wiring) -> tuple[IntArray, IntArray]:
    """Return where the rows of connection k with delay number d begin and end; nothing if it is dense."""
    n, before = connections.n_pointer[k], d * connections.delay_step[k]
    pointers = vector(wiring.pointers, connections.pointer_at[k] + before, n)
    return pointers, vector(wiring.pointers, connections.end_at[k] + before, n)


@jitted(**PART)
def deliver_all(k: Whole, d: Whole, arriving: EventArray, target_input: FloatArray, groups: Groups,
                values: Values, connections: Connections, wiring: Wiring) -> None:
    """Deliver the spikes `arriving` at connection k with delay number d, with the weights as they are."""
    source, target, rank = connections.source[k], connections.target[k], connections.rank[k]
    n_pre, n_post, first = groups.n[source], groups.n[target], groups.first[target]
    if rank > 0:
        left = vector(wiring.factors, connections.factor_at[k], n_pre * rank)
        right = vector(wiring.factors, connections.factor_at[k] + n_pre * rank, n_post * rank)
        deliver_factored(target_input, arriving, left, right, vector(values.scratch, 0, rank))
    if connections.delivers[k] == 0 or connections.n_weight[k] == 0:
        return
    (pointers, ends), source_step = row_pointers(k, d, connections, wiring), connections.source_step[k]
    indices = vector(wiring.indices, connections.index_at[k], connections.n_index[k])
    if connections.is_single[k]:
        weight32 = vector(values.weight32, connections.weight_at[k], connections.n_weight[k])
        deliver(target_input, arriving, weight32, pointers, ends, source_step, indices, n_post, first, 1.0)
    else:
        weight = vector(values.weight, connections.weight_at[k], connections.n_weight[k])
        deliver(target_input, arriving, weight, pointers, ends, source_step, indices, n_post, first, 1.0)


@jitted(**RETURNS_VIEWS)
def own_input(k: Whole, groups: Groups, values: Values, connections: Connections) -> FloatArray:
    """Return what connection k adds to; without row pointers the part of it that this thread owns."""
    target_input, target = input_of(k, values, connections), connections.target[k]
    if connections.n_pointer[k] == 0:
        return vector(target_input, groups.first[target], groups.n_own[target])
    return vector(target_input, 0, target_input.size)


@stage("delivery")
def arrive(k: Whole, step: Whole, slot: Whole, elapsed: Whole, run_steps: Whole, dt: float,
           events: EventArray, event_start: IntArray, groups: Groups, values: Values, filters: Filters,
           connections: Connections, rules: Rules, wiring: Wiring) -> None:
    """Deliver the spikes of connection k, which has no rules, that reach its targets now."""
    target_input, n_delays = own_input(k, groups, values, connections), connections.n_delays[k]
    for d in range(n_delays):
        arriving = arriving_spikes(k, d, slot, events, event_start, groups, connections, wiring)
        if d + 1 < n_delays and connections.n_weight[k] > 1:
            fetch(k, d + 1, arriving_spikes(k, d + 1, slot, events, event_start, groups, connections, wiring),
                  values, connections, wiring)
        if arriving.size > 0:
            deliver_all(k, d, arriving, target_input, groups, values, connections, wiring)


@jitted(**PART)
def fetch(k: Whole, d: Whole, arriving: EventArray, values: Values, connections: Connections,
          wiring: Wiring) -> None:
    """Fetch the rows of synapses of connection k with delay number d at which spikes are `arriving`."""
    (pointers, ends), source_step = row_pointers(k, d, connections, wiring), connections.source_step[k]
    indices = vector(wiring.indices, connections.index_at[k], connections.n_index[k])
    if connections.is_single[k]:
        weight32 = vector(values.weight32, connections.weight_at[k], connections.n_weight[k])
        prefetch_rows(arriving, pointers, ends, source_step, indices, weight32)
    else:
        weight = vector(values.weight, connections.weight_at[k], connections.n_weight[k])
        prefetch_rows(arriving, pointers, ends, source_step, indices, weight)


@stage("delivery")
def arrive_at_rules(k: Whole, step: Whole, slot: Whole, elapsed: Whole, run_steps: Whole, dt: float,
                    events: EventArray, event_start: IntArray, groups: Groups, values: Values,
                    filters: Filters, connections: Connections, rules: Rules, wiring: Wiring) -> None:
    """Decay the traces of connection k, deliver the spikes that reach its targets now, call its hooks."""
    n_pre, n_post = groups.n[connections.source[k]], groups.n[connections.target[k]]
    target_input = own_input(k, groups, values, connections)
    scratch, lag = vector(values.scratch, 0, values.scratch.size), lag_of(step, wiring)
    weight = vector(values.weight, connections.weight_at[k], connections.n_weight[k])
    indices = vector(wiring.indices, connections.index_at[k], connections.n_index[k])
    first_rule, end_rule = connections.rule_at[k], connections.rule_at[k] + connections.n_rules[k]
    for r in range(first_rule, end_rule):
        at, middle = rules.trace_parameter_at[r], rules.trace_parameter_at[r] + rules.n_pre_traces[r]
        state, params, pre, post = rule_arrays(r, k, groups, values, connections, rules)
        decay_traces(pre, vector(wiring.trace_decay, lag + at, pre.shape[0]),
                     vector(wiring.trace_mode, at, pre.shape[0]))
        decay_traces(post, vector(wiring.trace_decay, lag + middle, post.shape[0]),
                     vector(wiring.trace_mode, middle, post.shape[0]))
    for d in range(connections.n_delays[k]):
        arriving = arriving_spikes(k, d, slot, events, event_start, groups, connections, wiring)
        if arriving.size > 0 and not connections.modulates[k]:
            deliver_all(k, d, arriving, target_input, groups, values, connections, wiring)
        pointers, ends = row_pointers(k, d, connections, wiring)
        for e in range(arriving.size):
            i = np.int64(arriving[e])
            if connections.modulates[k]:
                deliver_modulated(k, vector(arriving, e, 1), d, step, dt, target_input, weight,
                                  pointers, indices, groups, values, connections, rules, wiring)
            for r in range(first_rule, end_rule):
                state, params, pre, post = rule_arrays(r, k, groups, values, connections, rules)
                worth = vector(wiring.trace_worth, lag + rules.trace_parameter_at[r], pre.shape[0])
                if rules.on_pre[r] != 0:
                    begin, size = row_of(i, pointers, n_post)
                    targets = vector(indices, begin, size if pointers.size > 0 else 0)
                    key = mix(mix(rules.stream[r], step), 5 * (d * n_pre + i) + ON_PRE)
                    call_on_row(rules.on_pre[r], d * n_pre + i, begin, vector(weight, begin, size), state,
                                rules.n_states[r], pre, worth, post, targets, params, step * dt, key, scratch)
                pre_mode = vector(wiring.trace_mode, rules.trace_parameter_at[r], pre.shape[0])
                increment_traces(pre, worth, pre_mode, d * n_pre + i)


@jitted(**PART)
def deliver_modulated(k: Whole, spike: EventArray, d: Whole, step: Whole, dt: float,
                      target_input: FloatArray, weight: FloatArray, pointers: IntArray, indices: IndexArray,
                      groups: Groups, values: Values, connections: Connections, rules: Rules,
                      wiring: Wiring) -> None:
    """Deliver one spike, (1,), with what `efficacy` and `release` of the rules make of the weights."""
    i, n_pre, n_post = np.int64(spike[0]), groups.n[connections.source[k]], target_input.size
    begin, size = row_of(i, pointers, n_post)
    targets = vector(indices, begin, size if pointers.size > 0 else 0)
    factor, rest = vector(values.scratch, 0, size), vector(values.scratch, size, values.scratch.size - size)
    scale, releases, delivers = 1.0, False, connections.delivers[k] != 0
    for r in range(connections.rule_at[k], connections.rule_at[k] + connections.n_rules[k]):
        state, params, pre, post = rule_arrays(r, k, groups, values, connections, rules)
        worth = vector(wiring.trace_worth, lag_of(step, wiring) + rules.trace_parameter_at[r], pre.shape[0])
        number = 5 * (d * n_pre + i)
        if rules.efficacy[r] != 0:
            key = mix(mix(rules.stream[r], step), number + EFFICACY)
            scale *= call_efficacy(rules.efficacy[r], d * n_pre + i, pre, worth, params, step * dt, key,
                                   rest)
        if rules.release[r] != 0:
            for s in range(0 if releases else size):
                factor[s] = 1.0
            releases = True
            key = mix(mix(rules.stream[r], step), number + RELEASE)
            call_on_row(rules.release[r], d * n_pre + i, begin, factor, state, rules.n_states[r], pre, worth,
                        post, targets, params, step * dt, key, rest)
    if delivers and releases:
        for s in range(size):
            factor[s] *= scale
        deliver_row(target_input, vector(weight, begin, size), factor, targets)
    elif delivers and weight.size > 0:
        ends = vector(pointers, 1, pointers.size - 1)
        deliver(target_input, spike, weight, pointers, ends, np.int64(1), indices, n_post, np.int64(0), scale)
