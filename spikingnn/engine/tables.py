"""The tables on which the time loop runs: what each part of a network is and where it lies.

All arrays of one kind lie one after the other in one flat array of `Values` or `Wiring`. A column whose
name ends in ``_at`` holds offsets into such an array, and its comment says into which one; a column that
begins with ``n_`` says how many entries belong to the part. So the loop has one type for all networks and
is compiled once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._util.typing import BoolArray, FloatArray, IntArray


__all__ = ["ADDS", "BEGINS", "CONDUCTANCE", "CURRENT", "Connections", "DELTA", "FROM_CURRENT", "FROM_FILTER",
           "FROM_MEMORY", "FROM_STATE", "FROM_STIMULUS", "FROM_TRACE", "FROM_WEIGHT", "Filters", "GRADED",
           "Groups", "PARTNER", "Probes", "Values", "Wiring"]

IndexArray = NDArray[np.uint32]
EventArray = NDArray[np.int32]

# What a connection adds to: the membrane potential, a filtered current, or a filtered conductance; or,
# without spikes, directly to the current of its target.
DELTA, CURRENT, CONDUCTANCE, GRADED = 0, 1, 2, 3

# What a filtered current does to the current of its group: ADDS to it; BEGINS it from the stimulus; or is the
# PARTNER of the filter that begins, which handles both in one pass.
ADDS, BEGINS, PARTNER = 0, 1, 2

# The flat array that a probe reads.
FROM_STATE, FROM_CURRENT, FROM_STIMULUS, FROM_FILTER, FROM_TRACE, FROM_WEIGHT, FROM_MEMORY = range(7)


class Groups(NamedTuple):
    """One row per group of neurons or inputs."""

    n: IntArray                     # units
    unit_at: IntArray               # in `values.current` and in `values.spiked`; one more entry: the end
    n_states: IntArray              # rows of its state
    state_at: IntArray              # in `values.state`: (n_states, n); one more entry: the end
    homogeneous: IntArray           # 1: its coefficients are one number each; 0: rows of n
    n_coefficients: IntArray        # coefficients of its step
    coefficient_at: IntArray        # in `values.coefficients`: (n_coefficients,) or (n_coefficients, n)
    kernel: IntArray                # address of its step, compiled for such coefficients
    stream: NDArray[np.uint64]      # key of its random numbers
    receives_current: IntArray      # 1: synapses add to its `values.current`; 0: it reads the stimulus
    copies_stimulus: IntArray       # 1: its current starts as a copy of the stimulus (no filter BEGINS)
    n_conductance: IntArray         # n if synapses send conductances to it, else 0
    conductance_at: IntArray        # in `values.conductance`: (2, n_conductance)
    stimulus_rows: IntArray         # rows of its stimulus, each held for an equal part of the run
    stimulus_at: IntArray           # in `values.stimulus`: (stimulus_rows, n)


class Values(NamedTuple):
    """The flat arrays that change while a network runs, and the numbers of this run."""

    state: FloatArray               # states of all groups; row 0 of each is its membrane potential
    coefficients: FloatArray        # what `step_coefficients` of each neuron model returned
    stimulus: FloatArray            # nA, or from 0 to 1 for encoders; with the bias of tuned groups
    current: FloatArray             # nA: input of each unit in this step, where synapses contribute to it
    conductance: FloatArray         # µS and nA: g and g·E of each unit in this step
    spiked: BoolArray               # flag of each unit, set by its step and cleared by `emit`
    filter_state: FloatArray        # nA or µS: the decaying current or conductance of each filter
    trace: FloatArray               # traces of all rules
    weight: FloatArray              # mV, nA or µS: weights of all connections
    memory: FloatArray              # one number per synapse of a rule that declares a memory
    params: FloatArray              # `step_coefficients` of each rule; params[0] is the reward if given
    reward: FloatArray              # rewards of this run
    scratch: FloatArray             # working memory of one hook at a time: see `compiler.scratch_size`


class Filters(NamedTuple):
    """One row per exponential filter, which all connections of one target group and synapse model share."""

    kind: IntArray                  # CURRENT or CONDUCTANCE
    target: IntArray                # number of the group
    state_at: IntArray              # in `values.filter_state`: (n,) of the target
    role: IntArray                  # ADDS, BEGINS or PARTNER
    partner: IntArray               # the PARTNER of a filter that BEGINS, or -1
    decay: FloatArray               # factor per step
    mean: FloatArray                # mean over a step of what is one at its start
    reversal: FloatArray            # mV: reversal potential of a conductance


class Connections(NamedTuple):
    """One row per connection, which is one `SynapseGroup`."""

    source: IntArray                # number of the presynaptic group
    target: IntArray                # number of the postsynaptic group
    kind: IntArray                  # DELTA, CURRENT, CONDUCTANCE or GRADED
    filter: IntArray                # its filter, or -1 if it has none
    n_delays: IntArray              # distinct delays
    delay_at: IntArray              # in `wiring.delays`: (n_delays,)
    n_pointer: IntArray             # row pointers per delay: n_pre + 1 if it is sparse, 0 if it is dense
    pointer_at: IntArray            # in `wiring.pointers`: (n_delays, n_pointer)
    n_index: IntArray               # sparse synapses
    index_at: IntArray              # in `wiring.indices`: (n_index,)
    n_weight: IntArray              # weights: one per synapse, or a single one that all synapses share
    weight_at: IntArray             # in `values.weight`
    n_memory: IntArray              # one per synapse if its rule has a memory, else 0
    memory_at: IntArray             # in `values.memory`
    rank: IntArray                  # of factored weights, else 0
    factor_at: IntArray             # in `wiring.factors`: left (n_pre, rank), right (rank, n_post)
    n_pre_traces: IntArray          # presynaptic traces of its rule
    n_post_traces: IntArray         # postsynaptic traces of its rule
    trace_at: IntArray              # in `values.trace`: (n_pre_traces, n_pre), (n_post_traces, n_post)
    trace_parameter_at: IntArray    # in `wiring.trace_decay` and in `wiring.trace_mode`: pre, then post
    n_params: IntArray              # params of its rule
    params_at: IntArray             # in `values.params`
    column_pointer_at: IntArray     # in `wiring.column_pointers`: (n_post + 1,), if hooks see columns
    column_entry_at: IntArray       # in `wiring.column_positions` and in `.column_sources`: (n_index,)
    learns: IntArray                # 1 if it has a rule
    on_pre: IntArray                # address of the hook, or 0
    on_post: IntArray               # address of the hook, or 0
    on_tick: IntArray               # address of the hook, or 0; called as `on_post` is
    efficacy: IntArray              # address of the hook, or 0
    tick_steps: IntArray            # steps between two calls of `on_tick`
    reward_rows: IntArray           # rewards of this run, each held for an equal part of it
    reward_at: IntArray             # in `values.reward`


class Wiring(NamedTuple):
    """The flat arrays that no run changes."""

    delays: IntArray                # steps: distinct delays of each connection, in rising order
    pointers: IntArray              # where the row of each source begins in its indices, per delay
    indices: IndexArray             # target of each sparse synapse, sorted by delay, source and target
    factors: FloatArray             # factors of low-rank weights
    column_pointers: IntArray       # where the column of each target begins among the column entries
    column_positions: IntArray      # of each column entry: number of the synapse in its connection
    column_sources: IndexArray      # of each column entry: the source of that synapse
    trace_decay: FloatArray         # factor per step of each trace
    trace_mode: IntArray            # of each trace: HOOK, ADD or SET (`plugin.TraceMode`)


class Probes(NamedTuple):
    """One row per quantity that is recorded, and what is recorded in one block."""

    group: IntArray                 # number of the group whose spikes or stimulus it needs, else 0
    array: IntArray                 # flat array of `values` that it reads: FROM_STATE and so on
    at: IntArray                    # where its numbers begin in that array
    size: IntArray                  # how many they are
    every: IntArray                 # steps between two samples; 0: it is sampled at each spike of the group
    first: IntArray                 # first sample of this block; sample m is taken after step m·every - 1
    width: IntArray                 # numbers that are recorded
    unit_at: IntArray               # in `units`: (width,)
    sample_at: IntArray             # in `samples`: (samples of this block, width), or one per event
    units: IntArray                 # recorded numbers, counted from `at`
    samples: FloatArray             # recorded values of this block
