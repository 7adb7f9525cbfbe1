"""The one time loop: drive → deliver → filter → neurons → learn → record.

Every array of a network lies in a few flat arrays, one after the other; `Groups`, `Links` … say where each begins. So
the loop has one type, is compiled once and serves every network. Step k covers [k·dt, (k+1)·dt): its spikes are stamped
k, the states after it k+1; a spike of step k with a delay of d steps is delivered at the start of step k+d.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np
from numba import njit

from .plugin import mix, prefetch

DELTA, CURRENT, CONDUCTANCE = 0, 1, 2       # what a link adds to: the membrane potential, a current, a conductance

Groups = namedtuple("Groups", """n unit_at state_at n_states coefficient_at n_coefficients same step_of stream gathers
                                 conductance_at n_conductance drive_at drive_rows""")
Values = namedtuple("Values", "state coefficients drive current conductance spiked psc trace weight memory params scratch")
Filters = namedtuple("Filters", "kind target at keep mean reversal")
Links = namedtuple("Links", """source target filter n_delays delay_at pointer_at n_pointer index_at n_index weight_at n_weight
                               memory_at n_memory rank factor_at trace_at n_pre_traces n_post_traces fade_at params_at n_params
                               column_at position_at on_pre on_post on_tick efficacy tick""")
Wiring = namedtuple("Wiring", "delays pointers indices factors columns positions sources fade mode")
Probes = namedtuple("Probes", "group row every at width unit_at units first out")
Hooks = namedtuple("Hooks", "step_same step_each on_pre on_post efficacy")


@njit(error_model="numpy")
def deliver(bag, arriving, weight, pointers, indices, scale):
    """Add the weights of the arriving spikes to `bag` (n_post,): dense rows, or compressed rows of one delay."""
    if pointers.size == 0:
        for source in arriving:
            row = weight[source * bag.size:(source + 1) * bag.size]
            for j in range(bag.size):
                bag[j] += scale * row[j]
        return
    for e in range(arriving.size):
        source = arriving[e]
        begin, end = pointers[source], pointers[source + 1]
        targets = indices[begin:end]
        if e + 4 < arriving.size:                       # hides the latency of the row after next
            ahead = pointers[arriving[e + 4]]
            prefetch(indices, ahead)
            if weight.size > 1:
                prefetch(weight, ahead)
        if weight.size == 1:
            jump = scale * weight[0]
            for s in range(targets.size):
                bag[targets[s]] += jump
        else:
            row = weight[begin:end]
            for s in range(targets.size):
                bag[targets[s]] += scale * row[s]


@njit(error_model="numpy")
def deliver_factored(bag, arriving, left, right, hidden):
    """Add `left[arriving].sum(0) @ right`: the weights of a low-rank connection, never formed."""
    rank = hidden.size
    for r in range(rank):
        hidden[r] = 0.0
    for source in arriving:
        row = left[source * rank:(source + 1) * rank]
        for r in range(rank):
            hidden[r] += row[r]
    for r in range(rank):
        row = right[r * bag.size:(r + 1) * bag.size]
        for j in range(bag.size):
            bag[j] += hidden[r] * row[j]


@njit(error_model="numpy")
def bump(trace, mode, index):
    """What a spike of unit `index` does to its traces (k, n), after the hook."""
    for r in range(trace.shape[0]):
        if mode[r] == 1:
            trace[r, index] += 1.0
        elif mode[r] == 2:
            trace[r, index] = 1.0


@njit(error_model="numpy")
def learn_row(hook, source, weight, memory, pre, post, pointers, indices, params, scratch):
    """Call `on_pre` on the contiguous row of one presynaptic neuron; sparse rows see their targets' traces gathered."""
    begin, size = source * post.shape[1], post.shape[1]
    if pointers.size > 0:
        begin, size = pointers[source], pointers[source + 1] - pointers[source]
    n_pre, n_post = pre.shape[0], post.shape[0]
    own = scratch[:n_pre]
    for r in range(n_pre):
        own[r] = pre[r, source]
    seen = post
    if pointers.size > 0:
        seen = scratch[n_pre:n_pre + n_post * size].reshape((n_post, size))
        targets = indices[begin:begin + size]
        for r in range(n_post):
            for s in range(size):
                seen[r, s] = post[r, targets[s]]
    row_memory = memory[begin:begin + size] if memory.size > 0 else memory
    hook(weight[begin:begin + size], row_memory, own, seen, params)
    for r in range(n_pre):
        pre[r, source] = own[r]


@njit(error_model="numpy")
def learn_column(hook, target, weight, memory, pre, post, columns, positions, sources, params, scratch):
    """Call `on_post` or `on_tick` on the column of one postsynaptic neuron, gathered and scattered back."""
    n_pre, n_post, size = pre.shape[0], post.shape[0], pre.shape[1]
    begin = 0
    if columns.size > 0:
        begin, size = columns[target], columns[target + 1] - columns[target]
    own, column = scratch[:n_post], scratch[n_post:n_post + size]
    remembered = scratch[n_post + size:n_post + 2 * size] if memory.size > 0 else memory
    seen = pre
    if columns.size > 0:
        seen = scratch[n_post + 2 * size:n_post + (2 + n_pre) * size].reshape((n_pre, size))
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


@njit(error_model="numpy")
def fade(trace, keep):
    """Decay traces (k, n) by one step; what has become negligible is set to zero before it turns denormal."""
    for r in range(trace.shape[0]):
        if keep[r] < 1.0:
            row = trace[r]
            factor = keep[r]
            for i in range(row.size):
                x = row[i] * factor
                row[i] = 0.0 if abs(x) < 1e-30 else x


@njit(error_model="numpy")
def pass_on(psc, keep, mean, current):
    """Hand the mean of an exponential current over the step to its targets, and decay it."""
    for j in range(psc.size):
        current[j] += psc[j] * mean
        x = psc[j] * keep
        psc[j] = 0.0 if abs(x) < 1e-30 else x


@njit(error_model="numpy")
def pass_on_conductance(psc, keep, mean, reversal, conductance):
    """The same for a conductance: its mean g and g·E are added to the rows of `conductance` (2, n)."""
    total, driving = conductance[0], conductance[1]
    for j in range(psc.size):
        g = psc[j] * mean
        total[j] += g
        driving[j] += g * reversal
        x = psc[j] * keep
        psc[j] = 0.0 if abs(x) < 1e-30 else x


@njit(error_model="numpy")
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


@njit(error_model="numpy", cache=True)
def advance(first, last, run_start, run_steps, dt, depth, events, event_start, groups, values, filters, links, wiring, probes, hooks):
    """Advance the network from step `first` to `last`; return the step that was reached, where room for spikes ended.

    `events` holds the indices of the spikes in order of time, those of (step, group) between two neighbours in
    `event_start`, which begins `depth` steps before `first` so that delayed spikes are found.
    """
    n_groups, n_links = groups.n.size, links.source.size
    none = np.empty((2, 0))
    no_pointers = wiring.pointers[:0]
    n_units = values.spiked.size
    at = event_start[depth * n_groups]
    for step in range(first, last):
        if events.size - at < n_units:
            return step
        slot = (step - first + depth) * n_groups

        # drive: the stimulus row that is held now
        for g in range(n_groups):
            if groups.gathers[g]:
                begin = groups.drive_at[g] + (step - run_start) * groups.drive_rows[g] // run_steps * groups.n[g]
                row = values.drive[begin:begin + groups.n[g]]
                current = values.current[groups.unit_at[g]:groups.unit_at[g] + groups.n[g]]
                for i in range(current.size):
                    current[i] = row[i]
            both = values.conductance[groups.conductance_at[g]:groups.conductance_at[g] + 2 * groups.n_conductance[g]]
            for i in range(both.size):
                both[i] = 0.0

        # deliver the spikes that arrive now, and let the presynaptic hooks learn from them
        for k in range(n_links):
            source, target = links.source[k], links.target[k]
            n_pre, n_post = groups.n[source], groups.n[target]
            if links.filter[k] < 0:
                bag = values.state[groups.state_at[target]:groups.state_at[target] + n_post]
            else:
                bag = values.psc[filters.at[links.filter[k]]:filters.at[links.filter[k]] + n_post]
            weight = values.weight[links.weight_at[k]:links.weight_at[k] + links.n_weight[k]]
            indices = wiring.indices[links.index_at[k]:links.index_at[k] + links.n_index[k]]
            rank, n_x, n_y, trace_at = links.rank[k], links.n_pre_traces[k], links.n_post_traces[k], links.trace_at[k]
            memory = values.memory[links.memory_at[k]:links.memory_at[k] + links.n_memory[k]]
            params = values.params[links.params_at[k]:links.params_at[k] + links.n_params[k]]
            split = trace_at + n_x * n_pre
            pre = values.trace[trace_at:split].reshape((n_x, n_pre))
            post = values.trace[split:split + n_y * n_post].reshape((n_y, n_post))
            fade_at = links.fade_at[k]
            fade(pre, wiring.fade[fade_at:])
            fade(post, wiring.fade[fade_at + n_x:])
            for b in range(links.n_delays[k]):
                past = slot - wiring.delays[links.delay_at[k] + b] * n_groups + source
                arriving = events[event_start[past]:event_start[past + 1]]
                if arriving.size == 0:
                    continue
                pointers = no_pointers
                if links.n_pointer[k] > 0:
                    begin = links.pointer_at[k] + b * links.n_pointer[k]
                    pointers = wiring.pointers[begin:begin + links.n_pointer[k]]
                if rank > 0:
                    left = wiring.factors[links.factor_at[k]:links.factor_at[k] + n_pre * rank]
                    right = wiring.factors[links.factor_at[k] + n_pre * rank:links.factor_at[k] + (n_pre + n_post) * rank]
                    deliver_factored(bag, arriving, left, right, values.scratch[:rank])
                if links.efficacy[k] < 0 and weight.size > 0:
                    deliver(bag, arriving, weight, pointers, indices, 1.0)
                if links.efficacy[k] >= 0 or links.on_pre[k] >= 0 or n_x > 0:
                    for e in range(arriving.size):
                        i = arriving[e]
                        if links.efficacy[k] >= 0:
                            own = values.scratch[:n_x]
                            for r in range(n_x):
                                own[r] = pre[r, i]
                            scale = hooks.efficacy[links.efficacy[k]](own, params)
                            for r in range(n_x):
                                pre[r, i] = own[r]
                            deliver(bag, arriving[e:e + 1], weight, pointers, indices, scale)
                        if links.on_pre[k] >= 0:
                            learn_row(hooks.on_pre[links.on_pre[k]], i, weight, memory, pre, post, pointers, indices, params, values.scratch)
                        bump(pre, wiring.mode[fade_at:], i)

        # filter: exponential currents and conductances reach their targets as their mean over the step
        for f in range(filters.target.size):
            g = filters.target[f]
            n = groups.n[g]
            psc = values.psc[filters.at[f]:filters.at[f] + n]
            if filters.kind[f] == CURRENT:
                pass_on(psc, filters.keep[f], filters.mean[f], values.current[groups.unit_at[g]:groups.unit_at[g] + n])
            else:
                both = values.conductance[groups.conductance_at[g]:groups.conductance_at[g] + 2 * n].reshape((2, n))
                pass_on_conductance(psc, filters.keep[f], filters.mean[f], filters.reversal[f], both)

        # neurons, and the spikes that they emit
        for g in range(n_groups):
            n = groups.n[g]
            if groups.gathers[g]:
                current = values.current[groups.unit_at[g]:groups.unit_at[g] + n]
            else:
                begin = groups.drive_at[g] + (step - run_start) * groups.drive_rows[g] // run_steps * n
                current = values.drive[begin:begin + n]
            state = values.state[groups.state_at[g]:groups.state_at[g] + groups.n_states[g] * n].reshape((groups.n_states[g], n))
            conductance = none
            if groups.n_conductance[g] > 0:
                conductance = values.conductance[groups.conductance_at[g]:groups.conductance_at[g] + 2 * n].reshape((2, n))
            padded = values.spiked[groups.unit_at[g]:groups.unit_at[g + 1]]
            key = mix(groups.stream[g], step)
            n_c = groups.n_coefficients[g]
            if groups.same[g]:
                row = values.coefficients[groups.coefficient_at[g]:groups.coefficient_at[g] + n_c]
                hooks.step_same[groups.step_of[g]](state, row, current, conductance, padded[:n], dt, key)
            else:
                table = values.coefficients[groups.coefficient_at[g]:groups.coefficient_at[g] + n_c * n].reshape((n_c, n))
                hooks.step_each[groups.step_of[g]](state, table, current, conductance, padded[:n], dt, key)
            at = emit(padded, events, at)
            event_start[slot + g + 1] = at

        # learn from the postsynaptic spikes, and from time itself
        for k in range(n_links):
            ticks = links.on_tick[k] >= 0 and (step + 1) % links.tick[k] == 0
            n_y = links.n_post_traces[k]
            if not (ticks or links.on_post[k] >= 0 or n_y > 0):
                continue
            source, target = links.source[k], links.target[k]
            n_pre, n_post, n_x = groups.n[source], groups.n[target], links.n_pre_traces[k]
            spikes = events[event_start[slot + target]:event_start[slot + target + 1]]
            if spikes.size == 0 and not ticks:
                continue
            weight = values.weight[links.weight_at[k]:links.weight_at[k] + links.n_weight[k]]
            memory = values.memory[links.memory_at[k]:links.memory_at[k] + links.n_memory[k]]
            params = values.params[links.params_at[k]:links.params_at[k] + links.n_params[k]]
            split = links.trace_at[k] + n_x * n_pre
            pre = values.trace[links.trace_at[k]:split].reshape((n_x, n_pre))
            post = values.trace[split:split + n_y * n_post].reshape((n_y, n_post))
            columns, positions, sources = no_pointers, wiring.positions, wiring.sources
            if links.n_pointer[k] > 0 and (links.on_post[k] >= 0 or ticks):
                columns = wiring.columns[links.column_at[k]:links.column_at[k] + n_post + 1]
                positions = wiring.positions[links.position_at[k]:links.position_at[k] + links.n_index[k]]
                sources = wiring.sources[links.position_at[k]:links.position_at[k] + links.n_index[k]]
            for j in spikes:
                if links.on_post[k] >= 0:
                    learn_column(hooks.on_post[links.on_post[k]], j, weight, memory, pre, post, columns, positions, sources,
                                 params, values.scratch)
                bump(post, wiring.mode[links.fade_at[k] + n_x:], j)
            if ticks:
                for j in range(n_post):
                    learn_column(hooks.on_post[links.on_tick[k]], j, weight, memory, pre, post, columns, positions, sources,
                                 params, values.scratch)

        # record
        for p in range(probes.group.size):
            if (step + 1) % probes.every[p] == 0:
                g = probes.group[p]
                width = probes.width[p]
                begin = groups.state_at[g] + probes.row[p] * groups.n[g]
                out = probes.at[p] + ((step + 1) // probes.every[p] - probes.first[p]) * width
                for i in range(width):
                    probes.out[out + i] = values.state[begin + probes.units[probes.unit_at[p] + i]]
    return last
