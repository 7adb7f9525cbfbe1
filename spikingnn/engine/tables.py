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


__all__ = ["ADD", "ADDS", "BEGINS", "CONDUCTANCE", "COUNTS", "CURRENT", "Connections", "FROM_CURRENT",
           "FROM_FILTER", "FROM_SINGLE_WEIGHT", "FROM_STATE", "FROM_STIMULUS", "FROM_SYNAPSE_STATE",
           "FROM_TRACE", "FROM_WEIGHT", "Filters", "GAPS", "Groups", "HOOK", "LEVELS", "PARTNER", "PERIOD",
           "POTENTIAL", "Probes", "Rules", "SET", "SIGNAL", "SPIKES", "SingleArray", "Team", "Values",
           "Wiring"]

IndexArray = NDArray[np.uint32]
EventArray = NDArray[np.int32]
SingleArray = NDArray[np.float32]

# What the source of a connection sends: SPIKES; COUNTS, numbers of spikes per step; or, whether it spikes or
# not, LEVELS of a state, or GAPS, potentials that act through a conductance.
SPIKES, COUNTS, LEVELS, GAPS = 0, 1, 2, 3

# What a filter sends to its targets.
CURRENT, CONDUCTANCE = 1, 2

# What a filtered current does to the current of its group: ADDS to it; BEGINS it from the stimulus; or is the
# PARTNER of the filter that begins, which handles both in one pass.
ADDS, BEGINS, PARTNER = 0, 1, 2

# The flat array that a probe reads, and to which a connection adds.
FROM_STATE, FROM_CURRENT, FROM_STIMULUS, FROM_FILTER = 0, 1, 2, 3
FROM_TRACE, FROM_WEIGHT, FROM_SYNAPSE_STATE, FROM_SINGLE_WEIGHT = 4, 5, 6, 7


# What a spike does to a trace (`plugin.TraceMode`); the last two follow a potential or a signal instead.
HOOK, ADD, SET, POTENTIAL, SIGNAL = 0, 1, 2, 3, 4

PERIOD = 16             # steps in which presynaptic traces decay once: see `traces`


class Groups(NamedTuple):
    """One row per group of neurons or inputs."""

    n: IntArray                     # units
    first: IntArray                 # the first of the units that this thread advances, a multiple of 64
    n_own: IntArray                 # how many these are: n, unless threads share the network
    n_draws: IntArray               # random numbers per unit, if its units can be shared between threads
    unit_at: IntArray               # in `values.current` and in `values.spiked`; one more entry: the end
    n_states: IntArray              # rows of its state
    state_at: IntArray              # in `values.state`: (n_states, n); one more entry: the end
    homogeneous: IntArray           # 1: its coefficients are one number each; 0: rows of n
    n_coefficients: IntArray        # coefficients of its step
    coefficient_at: IntArray        # in `values.coefficients`: (n_coefficients,) or (n_coefficients, n)
    kernel: IntArray                # address of its step, compiled for such coefficients
    stream: NDArray[np.uint64]      # key of its random numbers
    remembers_current: IntArray     # 1: its step wants the stimulus only where it may have changed
    receives_current: IntArray      # 1: synapses add to its `values.current`; 0: it reads the stimulus
    copies_stimulus: IntArray       # 1: its current starts as a copy of the stimulus (no filter BEGINS)
    n_conductance: IntArray         # n if synapses send conductances to it, else 0
    conductance_at: IntArray        # in `values.conductance`: (2, n_conductance)
    stimulus_rows: IntArray         # rows of its stimulus, each held for an equal part of the run
    stimulus_at: IntArray           # in `values.stimulus`: (stimulus_rows, n)


class Values(NamedTuple):
    """The flat arrays that change while a network runs, and the numbers of this run."""

    state: FloatArray               # states of all groups; row 0 of each is its membrane potential
    coefficients: FloatArray        # what `step_coefficients` of each neuron and synapse model returned
    stimulus: FloatArray            # nA, or from 0 to 1 for encoders; with the bias of tuned groups
    current: FloatArray             # nA: input of each unit in this step, where synapses contribute to it
    conductance: FloatArray         # µS and nA: g and g·E of each unit in this step
    spiked: BoolArray               # flag of each unit, set by its step and cleared by `emit`
    spiked_words: NDArray[np.uint64]    # the same flags, eight in one number
    filter_state: FloatArray        # states of all filters, such as decaying currents in nA
    past_level: FloatArray          # earlier states of sources that connections send with a delay
    trace: FloatArray               # traces of all rules
    weight: FloatArray              # mV, nA or µS: weights of all connections
    weight32: SingleArray           # the same memory, for weights in single precision
    synapse_state: FloatArray       # rows of numbers per synapse that rules declare
    params: FloatArray              # `step_coefficients` of each rule
    signal: FloatArray              # signals of this run, such as rewards
    scratch: FloatArray             # working memory of one hook at a time: see `compiler.scratch_size`


class Filters(NamedTuple):
    """One row per filter, which all connections of one target group and synapse model share.

    Exponential filters whose numbers are shared come first; the loop has code of its own for them.
    """

    kind: IntArray                  # CURRENT or CONDUCTANCE
    target: IntArray                # number of the group
    n_states: IntArray              # rows of its state
    state_at: IntArray              # in `values.filter_state`: (n_states, n) of the target
    apply: IntArray                 # address of the stage that handles it
    kernel: IntArray                # address of its filter; 0: an exponential filter of the loop
    homogeneous: IntArray           # 1: its coefficients are one number each; 0: rows of n
    n_coefficients: IntArray        # coefficients of its filter
    coefficient_at: IntArray        # in `values.coefficients`: (n_coefficients,) or (n_coefficients, n)
    stream: NDArray[np.uint64]      # key of its random numbers
    role: IntArray                  # of an exponential current: ADDS, BEGINS or PARTNER
    partner: IntArray               # the PARTNER of a filter that BEGINS, or -1
    decay: FloatArray               # of an exponential filter: factor per step
    mean: FloatArray                # of an exponential filter: mean over a step of what is one at its start
    reversal: FloatArray            # mV: reversal potential of an exponential conductance


class Connections(NamedTuple):
    """One row per connection, which is one `SynapseGroup`, then one per bundle.

    A bundle delivers several connections of one source in one pass: its rows of synapses hold theirs, and its
    indices count from the first number to which one of them adds.
    """

    order: IntArray                 # row of each turn in a step: what sends levels comes first
    bundle: IntArray                # the row that delivers it: its own, or that of a bundle
    input: IntArray                 # flat array of `values` to which it adds: FROM_STATE and so on
    input_at: IntArray              # where in that array
    n_input: IntArray               # to how many numbers
    source: IntArray                # number of the presynaptic group
    target: IntArray                # number of the postsynaptic group
    sends: IntArray                 # SPIKES, COUNTS, LEVELS or GAPS
    delivers: IntArray              # 0 if its target is a source of spikes, which takes in nothing
    filter: IntArray                # its filter, or -1: it adds to a state, current or conductance itself
    row: IntArray                   # state row of the target to which it adds, or which its coupling reads
    source_row: IntArray            # state row of the source that it sends, unless it sends spikes
    coupling: IntArray              # address of the function of both states that it sends, or 0
    n_past: IntArray                # earlier levels that are kept for a delay of as many steps, or 0
    past_at: IntArray               # in `values.past_level`: (n_past, n_pre); step k is kept at k % n_past
    n_delays: IntArray              # distinct delays
    delay_at: IntArray              # in `wiring.delays`: (n_delays,)
    n_pointer: IntArray             # from the first to the last row pointer of a delay; 0 if it is dense
    pointer_at: IntArray            # in `wiring.pointers`: (n_delays, n_pre + 1), where each row begins
    delay_step: IntArray            # in these from one delay to the next: 1 in a bundle, sorted by source
    source_step: IntArray           # in these from one source to the next
    end_at: IntArray                # the same, where each row ends: one further on, unless threads share it
    n_parts: IntArray               # of a bundle that threads share, its parts: one after the other
    n_index: IntArray               # sparse synapses
    index_at: IntArray              # in `wiring.indices`: (n_index,)
    n_weight: IntArray              # weights: one per synapse, or a single one that all synapses share
    weight_at: IntArray             # in `values.weight`, or of single precision in `values.weight32`
    is_single: IntArray             # 1: its weights are in single precision
    is_diagonal: IntArray           # 1: source i has the one target i
    rank: IntArray                  # of factored weights, else 0
    factor_at: IntArray             # in `wiring.factors`: left (n_pre, rank), right (rank, n_post)
    column_pointer_at: IntArray     # in `wiring.column_pointers`: (n_post + 1,), if hooks see columns
    column_entry_at: IntArray       # in `wiring.column_positions` and in `.column_sources`: (n_index,)
    post_delay: IntArray            # steps after which a postsynaptic spike reaches the synapses
    n_rules: IntArray               # rules of its synapses
    rule_at: IntArray               # its first row of `Rules`; the others follow
    observe: IntArray               # address of the stage of traces that follow something, or 0
    arrive: IntArray                # address of the stage that delivers
    learn: IntArray                 # address of the stage that calls `on_post` and `on_tick`, or 0
    modulates: IntArray             # 1 if a rule has the hook `efficacy` or `release`


class Rules(NamedTuple):
    """One row per plasticity rule. Presynaptic traces are those of terminals: terminal d·n_pre + i is source
    i as synapses with delay number d see it.
    """

    n_states: IntArray              # rows of numbers per synapse
    state_at: IntArray              # in `values.synapse_state`: of each row of synapses in turn (n_states, m)
    n_pre_traces: IntArray          # presynaptic traces
    n_post_traces: IntArray         # postsynaptic traces
    trace_at: IntArray              # in `values.trace`: (n_pre_traces, terminals), (n_post_traces, n_post)
    trace_parameter_at: IntArray    # in `wiring.trace_decay` and in `wiring.trace_mode`: pre, then post
    follows: IntArray               # 1 if a trace follows a potential or a signal
    n_params: IntArray              # params
    params_at: IntArray             # in `values.params`
    tick_steps: IntArray            # steps between two calls of `on_tick`
    signal_rows: IntArray           # rows of its signal, each held for an equal part of the run
    signal_width: IntArray          # n_post, or 1 if all neurons share it
    # in `values.signal`: (signal_rows, signal_width); if it is read: in `values.state`
    signal_at: IntArray
    signal_is_read: IntArray        # 1 if the signal is a state of a group, read in each step
    stream: NDArray[np.uint64]      # key of its random numbers
    on_pre: IntArray                # address of the hook, or 0
    on_post: IntArray               # address of the hook, or 0
    on_tick: IntArray               # address of the hook, or 0; called as `on_post` is
    efficacy: IntArray              # address of the hook, or 0
    release: IntArray               # address of the hook, or 0; called as `on_pre` is


class Wiring(NamedTuple):
    """The flat arrays that no run changes."""

    delays: IntArray                # steps: distinct delays of each connection, in rising order
    pointers: IntArray              # where the row of each source begins in its indices, per delay
    indices: IndexArray             # target of each sparse synapse, sorted by delay, source and target
    factors: FloatArray             # factors of low-rank weights
    column_pointers: IntArray       # where the column of each target begins among the column entries
    column_positions: IntArray      # of each column entry: number of the synapse in its connection
    column_terminals: IndexArray    # of each column entry: the presynaptic terminal of that synapse
    trace_decay: FloatArray         # (PERIOD, traces), by (step + 1) % PERIOD: factor of each trace
    trace_worth: FloatArray         # (PERIOD, traces): what a trace that is kept as 1 is worth after that
    trace_mode: IntArray            # of each trace: HOOK, ADD, SET, POTENTIAL or SIGNAL (`plugin.TraceMode`)


class Probes(NamedTuple):
    """One row per quantity that is recorded, and what is recorded in one block."""

    group: IntArray                 # number of the group whose spikes or stimulus it needs, else 0
    array: IntArray                 # flat array of `values` that it reads: FROM_STATE and so on
    trace: IntArray                 # number of the trace that it reads, if it reads one
    at: IntArray                    # where its numbers begin in that array
    size: IntArray                  # how many they are
    every: IntArray                 # steps between two samples; 0: it is sampled at each spike of the group
    first: IntArray                 # first sample of this block; sample m is taken after step m·every - 1
    width: IntArray                 # numbers that are recorded
    stride: IntArray                # numbers from one sample to the next, of which other threads may record
    unit_at: IntArray               # in `units`: (width,)
    sample_at: IntArray             # in `samples`: (samples of this block, stride), or one per event
    units: IntArray                 # recorded numbers, counted from `at`
    samples: FloatArray             # recorded values of this block


class Team(NamedTuple):
    """What threads that share a network leave to each other: see `loop.advance`."""

    shape: IntArray                 # number of threads; steps between two exchanges
    arrived: IntArray               # 8 per thread, the first: exchanges it has reached; then 1 if one failed
    spikes: EventArray              # (threads, 2, units · steps): what each emitted since the last exchange
    starts: IntArray                # (threads, 2, groups · steps + 1): where the spikes of each place begin
