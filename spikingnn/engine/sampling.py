"""What the time loop records at the end of a step."""

from __future__ import annotations

from .._util.typing import FloatArray, IntArray
from .arrival import lag_of
from .filtering import stimulus_offset
from .jit import PART, RETURNS_VIEWS, jitted
from .tables import (FROM_CURRENT, FROM_FILTER, FROM_SINGLE_WEIGHT, FROM_STATE, FROM_STIMULUS, FROM_TRACE,
                     FROM_WEIGHT, EventArray, Groups, Probes, Values, Wiring)
from .views import Whole, vector


__all__ = ["record"]


@jitted(**RETURNS_VIEWS)
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
    return vector(values.synapse_state, at, size)


@jitted(**PART)
def record(step: Whole, slot: Whole, elapsed: Whole, run_steps: Whole, events: EventArray,
           event_start: IntArray, groups: Groups, values: Values, wiring: Wiring, probes: Probes) -> None:
    """Copy the numbers that are sampled at the end of this step, or at the spikes of this step."""
    for p in range(probes.array.size):
        every, width = probes.every[p], probes.width[p]
        if every > 0 and (step + 1) % every != 0:
            continue
        row = probed(p, elapsed, run_steps, groups, values, probes)     # each place of a call is compiled
        if every == 0:
            now = slot + probes.group[p]
            for e in range(event_start[now], event_start[now + 1]):
                probes.samples[probes.sample_at[p] + e] = row[events[e]]
        else:
            units = vector(probes.units, probes.unit_at[p], width)
            out_at = probes.sample_at[p] + ((step + 1) // every - probes.first[p]) * probes.stride[p]
            single = vector(values.weight32, probes.at[p], probes.size[p])
            is_single, factor = probes.array[p] == FROM_SINGLE_WEIGHT, 1.0
            if probes.array[p] == FROM_TRACE:
                factor = wiring.trace_worth[lag_of(step, wiring) + probes.trace[p]]
            for i in range(width):
                probes.samples[out_at + i] = single[units[i]] if is_single else row[units[i]] * factor
