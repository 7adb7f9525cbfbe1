"""The stage of filters: what has arrived becomes currents and conductances of the targets."""

from __future__ import annotations

from .._util.typing import IntArray
from .delivery import (add_filtered_conductance, add_filtered_current, set_filtered_current,
                       set_filtered_current_pair)
from .jit import PART, jitted
from .pointers import call_heterogeneous_filter, call_homogeneous_filter, stage
from .random import mix
from .tables import (ADDS, BEGINS, CURRENT, Connections, EventArray, Filters, Groups, Rules, Values, Wiring)
from .views import Whole, matrix, vector


__all__ = ["apply_filter", "stimulus_offset"]


@jitted(**PART)
def stimulus_offset(g: Whole, elapsed: Whole, run_steps: Whole, groups: Groups) -> Whole:
    """Return where in `values.stimulus` the row begins that group g gets after `elapsed` steps of the run."""
    rows = groups.stimulus_rows[g]
    row = elapsed * rows // run_steps if rows > 1 else 0        # to divide takes as long as a small group
    return groups.stimulus_at[g] + row * groups.n[g]


@stage("filters")
def apply_filter(f: Whole, step: Whole, slot: Whole, elapsed: Whole, run_steps: Whole, dt: float,
                 events: EventArray, event_start: IntArray, groups: Groups, values: Values, filters: Filters,
                 connections: Connections, rules: Rules, wiring: Wiring) -> None:
    """Add the current or conductance of filter f to its targets; one that BEGINS includes the stimulus."""
    g = filters.target[f]
    first, n = groups.first[g], groups.n_own[g]
    filtered = vector(values.filter_state, filters.state_at[f] + first, n)
    current = vector(values.current, groups.unit_at[g] + first, n)
    if filters.kernel[f] != 0:
        n_c, begin = filters.n_coefficients[f], filters.coefficient_at[f]
        state = matrix(values.filter_state, filters.state_at[f], filters.n_states[f], n)
        v = vector(values.state, groups.state_at[g], n)
        conductance = matrix(values.conductance, groups.conductance_at[g], 2, groups.n_conductance[g])
        key = mix(filters.stream[f], step)
        if filters.homogeneous[f]:
            shared = vector(values.coefficients, begin, n_c)
            call_homogeneous_filter(filters.kernel[f], state, shared, v, current, conductance, dt, key)
        else:
            rows = matrix(values.coefficients, begin, n_c, n)
            call_heterogeneous_filter(filters.kernel[f], state, rows, v, current, conductance, dt, key)
    elif filters.kind[f] == CURRENT:
        row = vector(values.stimulus, stimulus_offset(g, elapsed, run_steps, groups) + first, n)
        other = filters.partner[f]
        if filters.role[f] == BEGINS and other >= 0:
            filtered2 = vector(values.filter_state, filters.state_at[other] + first, n)
            set_filtered_current_pair(row, filtered, filters.decay[f], filters.mean[f],
                                      filtered2, filters.decay[other], filters.mean[other], current)
        elif filters.role[f] == BEGINS:
            set_filtered_current(row, filtered, filters.decay[f], filters.mean[f], current)
        elif filters.role[f] == ADDS:
            add_filtered_current(filtered, filters.decay[f], filters.mean[f], current)
    else:
        at = groups.conductance_at[g] + first
        add_filtered_conductance(filtered, filters.decay[f], filters.mean[f], filters.reversal[f],
                                 vector(values.conductance, at, n),
                                 vector(values.conductance, at + groups.n[g], n))
