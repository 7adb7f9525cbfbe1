"""The network owns the clock, the history of spikes and the seed; it runs the engine block by block."""

from __future__ import annotations

import contextlib
import functools
import time
import warnings
from dataclasses import dataclass

import numpy as np

from . import snapshot as storage
from ._util import checks
from ._util.text import LINE_WIDTH, one_line
from ._util.guarded import Exclusive, deep_copy
from ._util.interrupt import delayed_interrupt
from ._util.progress import SimulationBar
from .engine.compiler import Layout
from .engine.loop import CONDUCTANCE, advance
from .engine.random import fresh_seed, stream_key
from .groups import InputGroup, LIFGroup, NeuronGroup, SpikeSource
from .monitors import Monitor, SpikeMonitor, StateMonitor, WeightMonitor
from .parts import forgotten
from .soundness import check, copies, states_trouble
from .synapse_group import SynapseGroup


__all__ = ["Network", "simulate"]

BLOCK_SECONDS = 0.2             # what a block should take: how long Ctrl-C and the progress bar may wait
ROOM = 1 << 18                  # spikes that a block can hold, beside two full steps
RECORD_BYTES = 1 << 26          # samples that a block can hold


class Network(Exclusive):
    """Groups, synapses and monitors on one clock of step `dt` ms.

    parts           groups, SynapseGroups and monitors, in any order; lists of them are fine
    seed            of everything random; None: a fresh one, kept in `seed`. Each object draws from a stream of its own, keyed
                    by its name, so that another monitor or group changes nothing
    memory_budget   bytes that the connections, and the recordings of one run, may take

    A network does one thing at a time: RuntimeError where it is run, reset, saved, loaded, copied or written
    into while it runs in another thread. A copy (`copy.deepcopy`, `pickle`, `cloudpickle`) is a network of
    its own with the same parts, states and recordings.
    """

    instead = dict.fromkeys(("dt", "groups", "synapses", "monitors"), "build a new network") | {
        "seed": "write net.reset(seed=…), or build a new network",
        "t": "write net.reset(), or net.run(…) to go on"}
    __copy__ = deep_copy

    def __init__(self, *parts, dt=0.1, seed=None, memory_budget=4 * 2**30):
        self.dt = checks.positive(self, "dt", checks.single_number(self, "dt", dt))
        self.memory_budget = memory_budget
        self.seed = checks.integer(self, "seed", seed, minimum=0) if seed is not None else fresh_seed()
        flat = [part for given in parts for part in (given if isinstance(given, (list, tuple)) else [given])]
        for part in flat:
            if not isinstance(part, (NeuronGroup, SynapseGroup, Monitor)):
                checks.fail(self, "parts", part, "groups, synapse groups and monitors", TypeError)
            if part.network is not None:
                raise ValueError(f"{part.name or part!r} is in another network already: build a new one of each part")
        parts = list(dict.fromkeys(flat))
        self.groups = tuple(part for part in parts if isinstance(part, NeuronGroup))
        self.synapses = tuple(part for part in parts if isinstance(part, SynapseGroup))
        self.monitors = tuple(part for part in parts if isinstance(part, Monitor))
        if not self.groups:
            checks.fail(self, "parts", parts, "at least one group")
        self._check_membership()
        names = [part.name for part in parts]
        try:
            self._name(parts)
            self._build()
        except BaseException:
            for part, name in zip(parts, names):
                part.name = name
            raise
        for part in parts:
            part._join(self)
        for part, touched in forgotten(self.groups):
            part, touched = (each.name or f"a {type(each).__name__}" for each in (part, touched))
            warnings.warn(f"{part} works on {touched}, but was not given to Network(…): it has no part in it",
                          stacklevel=3)

    @property
    def memory_budget(self):
        """Bytes that the recordings of one run may take; can be set between runs."""
        return self._memory_budget

    @memory_budget.setter
    def memory_budget(self, memory_budget):
        one = checks.single_number(self, "memory_budget", memory_budget)
        self._memory_budget = checks.positive(self, "memory_budget", one)

    # --- building ---------------------------------------------------------------------------------------------------------

    def _check_membership(self):
        for synapses in self.synapses:
            for role in ("source", "target"):
                if getattr(synapses, role) not in self.groups:
                    raise ValueError(f"the {role} of {synapses!r} is not in the network: give Network(…) this group too")
            if synapses.synapse.kind == CONDUCTANCE and not synapses.target.model.conductances:
                model = type(synapses.target.model).__name__
                raise ValueError(f"{synapses!r} sends conductances, and {model} takes none")
        for monitor in self.monitors:
            if monitor.target not in self.groups + self.synapses:
                raise ValueError(f"{checks.owner_name(monitor)} watches {monitor.target!r}, which is not in the network")

    def _name(self, parts):
        """Unnamed parts are called by their class and their ordinal among the unnamed: LIFGroup1, LIFGroup2 …"""
        unnamed = {}
        for part in parts:
            if not part.name:
                same = unnamed.setdefault(type(part).__name__, [])
                same.append(part)
                part.name = f"{type(part).__name__}{len(same)}"
        names = [part.name for part in parts]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"two parts of the network are called {twice!r}")

    def _build(self):
        self.check_budget()
        self._plastic = any(synapses.rule is not None for synapses in self.synapses)
        self._fresh = [group for group in self.groups if group.is_fresh()]
        self._lay_out(self.seed)
        self._draw_states(self.seed)
        self._rewind()

    def _lay_out(self, seed):
        """Draw from `seed` the tuning curves, then the connections, and lay everything out."""
        tunings = [group.tuning for group in self.groups if isinstance(group, LIFGroup) and group.tuning]
        tunings = [tuning for tuning in tunings if tuning.seed is None]
        before = [tuning._drawn for tuning in tunings]
        try:
            for tuning in tunings:
                tuning.draw(np.random.default_rng(stream_key(seed, tuning.group.name + "/tuning")))
            wires = []
            for synapses in self.synapses:
                rng = np.random.default_rng(stream_key(seed, synapses.name))
                wires.append(synapses.build(self.dt, rng, functools.partial(self.check_fits, wires)))
            self.check_budget(wires)
            for synapses, wire in zip(self.synapses, wires):
                synapses.check_bounds(wire.weight)
        except BaseException:
            for tuning, drawn in zip(tunings, before):
                tuning.restore(drawn)
            raise
        self._layout = Layout(self.groups, self.synapses, wires, self.dt)
        for monitor in self._all(WeightMonitor):
            monitor.fit(self._layout.weights_of(monitor.target).size)
        self._first_weight = self._layout.weight.copy() if self._plastic else None  # else by `set_weight`

    def _draw_states(self, seed):
        """Draw from `seed` the first state of the groups whose state nobody had set before the building."""
        for group in self._fresh:
            group.initialise(stream_key(seed, group.name + "/initial"))
        self._layout.gather()
        self._first_state = self._layout.state.copy()

    def check_budget(self, wires=()):
        """Refuse connections, the first of them built as `wires`, that would not fit into the memory budget with the groups."""
        what, ways_out = "connections", "use a sparse builder such as FixedProbability, Factored weights, or a larger memory_budget"
        if not self.synapses:
            what, ways_out = "groups", "use fewer neurons, or a larger memory_budget"
        names = ", ".join(part.name for part in self.synapses or self.groups)
        expected = sum(synapses.n_bytes() for synapses in self.synapses[len(wires):])
        self.check_fits(wires, f"the {what} {names}", expected, ways_out)

    def check_fits(self, wires, what, n_bytes, ways_out):
        """Refuse `what` if it would not fit beside the groups, the `wires` that are built, and the places of spikes under way."""
        taken = sum(group.n_bytes() for group in self.groups)
        taken += sum(synapses.n_bytes(wire.n, wire.delays.size) for synapses, wire in zip(self.synapses, wires))
        taken += 8 * len(self.groups) * max([1] + [int(wire.delays.max()) for wire in wires])
        checks.within_budget(what, taken + n_bytes, self.memory_budget, ways_out)

    def _rewind(self):
        self._step = 0
        self._events = np.empty(0, np.int32)
        self._event_start = np.zeros(self._layout.depth * len(self.groups) + 1, np.int64)
        self._block = None

    def _all(self, kind):
        """The monitors of one kind."""
        return [monitor for monitor in self.monitors if isinstance(monitor, kind)]

    @property
    def t(self):
        """The time in ms."""
        return self._step * self.dt

    # --- running ----------------------------------------------------------------------------------------------------------

    def run(self, duration, inputs=None, progress=None):
        """Go on for `duration` ms.

        inputs      {group: stimulus}: a number, (n,), or (rows, n) where each row is held for duration/rows (rows
                    divide the steps); in nA for a group of neurons, in [0, 1] for an InputGroup. What is not named
                    gets zero. A current in time for a group of one is (rows, 1): current[:, None]. {synapses:
                    reward}: a number or (rows,) for a rule that is modulated by reward
        progress    True or False for a progress bar; None: in a terminal, where the run takes over a second

        The network can go on afterwards, also after Ctrl-C: run(a); run(b) gives the bits of run(a + b). MemoryBudgetError
        where the recordings would not fit, before anything has run.
        """
        checks.non_negative(self, "duration", checks.single_number(self, "duration", duration))
        steps = int(checks.grid_steps(self, "duration", duration, self.dt))
        inputs = {} if inputs is None else inputs
        if not isinstance(inputs, dict):
            checks.fail(self, "run(inputs=)", inputs, "a dict {group: stimulus}", TypeError)
        drives, rewards = self._drives(inputs, steps), self._rewards(inputs, steps)
        states = self._all(StateMonitor)
        first, last = self._step, self._step + steps
        if not steps:
            return
        with (self._alone("Network.run"), _quiet(), delayed_interrupt() as interrupted,
              SimulationBar(steps * self.dt, progress) as bar):
            unsound = states_trouble((group, group.state) for group in self.groups)
            if unsound:
                raise ValueError(f"Network.run: {unsound}; set a finite number before the run")
            rooms = self._make_room(states, first, last)
            try:
                self._layout.gather()
                arguments = self._layout.arguments(drives, [stream_key(self.seed, group.name) for group in self.groups], rewards)
                probes = self._layout.probes(states, first)
                size = self._block or max(1, int(BLOCK_SECONDS / 4 / (1e-6 + 2e-9 * self._layout.state.size)))
                while self._step < last and not interrupted:
                    began, start = time.perf_counter(), self._step
                    until = min(last, start + min(size, rooms), self._next_weight_sample())
                    self._advance(until, first, steps, arguments, probes, states)
                    self._sample_weights()
                    took = time.perf_counter() - began
                    size = max(1, min(2 * size, int((self._step - start) * BLOCK_SECONDS / max(took, 1e-9))))
                    bar.update((self._step - start) * self.dt)
                self._block = size
            finally:
                self._layout.bind()
                for monitor in states:
                    every = self._layout.sample_steps(monitor)
                    monitor.end(self._step // every - first // every)

    def _advance(self, until, run_start, run_steps, arguments, probes, states):
        """One call of the engine: up to step `until`, or as far as there is room for spikes."""
        layout, start = self._layout, self._step
        depth, n_groups = layout.depth, len(self.groups)
        tail = self._events.size
        events = np.empty(tail + 2 * layout.spiked.size + ROOM, np.int32)
        events[:tail] = self._events
        event_start = np.zeros((depth + until - start) * n_groups + 1, np.int64)
        event_start[:self._event_start.size] = self._event_start
        counts = [until // every - start // every for every in probes.every]
        at = np.concatenate([[0], np.cumsum(counts * probes.width)]).astype(np.int64)
        probes = probes._replace(first=start // probes.every + 1, at=at[:-1], out=np.empty(at[-1]))
        groups, values, links, wiring, hooks = arguments
        before = copies(layout)
        reached = advance(start, until, run_start, run_steps, self.dt, depth, events, event_start, groups, values, layout.filters,
                          links, wiring, probes, hooks)
        check(layout, before, self.t)
        for monitor, begin, every, width in zip(states, at, probes.every, probes.width):
            n = reached // every - start // every
            samples, offset = monitor._parts[-1][1], start // every - run_start // every
            samples[offset:offset + n] = probes.out[begin:begin + n * width].reshape(n, width)
        tail_start = event_start[(reached - start) * n_groups:(reached - start + depth) * n_groups + 1]
        self._events, self._event_start = events[tail_start[0]:tail_start[-1]].copy(), tail_start - tail_start[0]
        self._step = int(reached)
        self._collect_spikes(events, event_start, start, reached)

    def _collect_spikes(self, events, event_start, start, reached):
        n_groups, depth = len(self.groups), self._layout.depth
        monitors = self._all(SpikeMonitor)
        edges = event_start[depth * n_groups:(reached - start + depth) * n_groups + 1]
        owner = np.repeat(np.arange(edges.size - 1), np.diff(edges)) if monitors else None
        for monitor in monitors:
            mine = owner % n_groups == self.groups.index(monitor.target)
            monitor.collect(start + owner[mine] // n_groups, events[edges[0]:edges[-1]][mine])
        held = sum(monitor.n_bytes() for monitor in monitors)
        checks.within_budget("the recorded spikes", held, self.memory_budget,
                             "run in parts and clear() the monitors, or raise memory_budget")

    def _make_room(self, states, first, last):
        """Let the state monitors allocate their samples; return how many steps fit into one block."""
        samples = {monitor: last // every - first // every for monitor in states for every in [self._layout.sample_steps(monitor)]}
        needed = sum(count * monitor.index.size * monitor.dtype.itemsize for monitor, count in samples.items())
        for monitor in self._all(WeightMonitor):
            needed += (last - first) // self._layout.sample_steps(monitor) * monitor.width * 8
        checks.within_budget("the recordings of this run", needed, self.memory_budget,
                             "use every=, index= or dtype='float32' of the monitors, a shorter run, or a larger memory_budget")
        for monitor, count in samples.items():
            every = self._layout.sample_steps(monitor)
            monitor.begin(first // every + 1, count, every * self.dt)
        a_step = sum(8 * monitor.index.size / self._layout.sample_steps(monitor) for monitor in states)
        return max(1, int(RECORD_BYTES / a_step)) if a_step else last - first

    def _drives(self, inputs, steps):
        """One (rows, n) array a group: the stimulus, with the bias of tuned groups."""
        for group in inputs:
            if group not in self.groups + self.synapses:
                names = ", ".join(group.name for group in self.groups)
                name = getattr(group, "name", None) or repr(group)
                raise ValueError(f"inputs= names {name}, which is not in the network: its groups are {names}")
        drives = []
        for group in self.groups:
            if isinstance(group, SpikeSource) and group in inputs:
                raise ValueError(f"{group.name} emits given spikes and takes no input")
            check = checks.unit_interval if isinstance(group, InputGroup) else checks.number
            value = check(group.name, "input", inputs.get(group, 0.0))
            rows = checks.stimulus_rows(group.name, "input", value, group.n, steps)
            drives.append(rows if group.bias is None else rows + group.bias)
        return drives

    def _rewards(self, inputs, steps):
        """One array a group of synapses: the reward over the run, empty where none is given."""
        rewards = []
        for synapses in self.synapses:
            if synapses in inputs and not getattr(synapses.rule, "reward_modulated", False):
                raise ValueError(f"{synapses.name} takes no reward: its rule is {synapses.rule!r}")
            reward = np.atleast_1d(checks.number(synapses.name, "reward", inputs[synapses])) if synapses in inputs else np.empty(0)
            if reward.ndim != 1:
                checks.fail(synapses.name, "reward", reward.shape, "a number or (rows,)")
            if synapses in inputs:
                checks.rows_divide_steps(synapses.name, "reward", len(reward), steps)
            rewards.append(reward)
        return rewards

    def _next_weight_sample(self):
        rhythms = map(self._layout.sample_steps, self._all(WeightMonitor))
        return min([(self._step // every + 1) * every for every in rhythms], default=2**62)

    def _sample_weights(self):
        for monitor in self._all(WeightMonitor):
            if self._step % self._layout.sample_steps(monitor) == 0:
                monitor.collect(self.t, self._layout.weights_of(monitor.target))

    # --- state ------------------------------------------------------------------------------------------------------------

    def reset(self, keep_weights=False, seed=None):
        """Back to t = 0 as built: states, weights, traces, spikes in flight; monitors are cleared. Models and
        rules stay as assigned.

        keep_weights    the weights stay as they are, learned or assigned, of plastic and of static synapses
        seed            None: everything random is repeated, so that three trials by `reset()` alone are the
                        same. A number: everything random is drawn anew, as `Network(…, seed=seed)` would draw
                        it: noise, first states, tuning curves and connections without a seed of their own;
                        with keep_weights only noise and first states
        """
        seed = None if seed is None else checks.integer(self, "seed", seed, minimum=0)
        with self._alone("Network.reset"):
            if seed is not None:
                if not keep_weights:
                    self._lay_out(seed)
                self._draw_states(seed)
                self._set(seed=seed)
            layout = self._layout
            layout.state[:] = self._first_state
            layout.bind()
            if self._first_weight is not None and not keep_weights:
                layout.weight[:] = self._first_weight
            for array in (layout.psc, layout.trace, layout.memory):
                array[:] = 0.0
            for monitor in self.monitors:
                monitor.clear()
            self._rewind()

    def sends_conductances(self, group):
        """Do synapses of the network send conductances to `group`?"""
        return any(each.target is group and each.synapse.kind == CONDUCTANCE for each in self.synapses)

    def weights_of(self, synapses):
        """A view, not to be written into, of the flat weights that belong to `synapses`."""
        weights = self._layout.weights_of(synapses)
        weights.flags.writeable = False
        return weights

    def weight_of(self, synapses):
        """What `synapses.weight` returns."""
        return self._layout.matrix_of(synapses)

    def set_weight(self, synapses, weight):
        """What an assignment to `synapses.weight` does: new values for the synapses that there are."""
        now, view = self.weight_of(synapses), self._layout.weights_of(synapses)
        k = self.synapses.index(synapses)
        if self._layout.link_table.n_delays[k] > 1 or view.size == 1 < getattr(now, "nnz", now.size):
            raise ValueError(f"{synapses.name}.weight cannot be set: its synapses share one weight or have delays of their own")
        values = synapses.values_for(weight, now)
        if values is None:
            checks.fail(synapses.name, "weight", weight, f"of the {view.size} synapses that there are")
        synapses.check_bounds(values)
        self.assert_idle(f"{synapses.name}.weight")
        if self._first_weight is None:
            self._first_weight = self._layout.weight.copy()
        view[:] = values

    def save(self, path):
        """Write the whole state to `path` (.npz), spikes in flight included; recordings are not kept."""
        with self._alone("Network.save"):
            self._layout.gather()
            storage.save(path, self)

    def load(self, path):
        """Take over the state that a network of the same parts saved; the run then goes on with the same bits."""
        with self._alone("Network.load"):
            storage.load(path, self)

    def __repr__(self):
        ending = f", dt={self.dt:g}, t={self.t:g})"
        names = ", ".join(part.name for part in self.groups + self.synapses + self.monitors)
        return one_line(f"Network({names}", LINE_WIDTH - len(ending)) + ending


@dataclass(frozen=True, eq=False)
class Simulation:
    """What `simulate` returns: `t` (ms) and `v` (mV) of each step's end, `spikes` (ms)."""

    t: np.ndarray
    v: np.ndarray
    spikes: np.ndarray

    def __repr__(self):
        duration = self.t[-1] if len(self.t) else 0.0
        return f"Simulation: {len(self.spikes):,} spikes in {duration:g} ms, .t .v {np.shape(self.v)} .spikes"


def simulate(model, current, duration, dt=0.1, seed=None):
    """One neuron under `current` (nA; a number, or an array whose values are each held for as many steps).

    seed    of the noise and the first state; None: the same ones at every call

    >>> simulate(FirstOrderLIF(), 2.0, 100.0).spikes
    """
    group = NeuronGroup(1, model)
    spikes, v = SpikeMonitor(group), StateMonitor(group, model.states[0])
    network = Network(group, spikes, v, dt=dt, seed=0 if seed is None else seed)
    current = np.asarray(checks.number("simulate", "current", current))
    if current.ndim > 1 and current.shape[1:] != (1,):
        checks.fail("simulate", "current", current.shape, "a number or (rows,)")
    network.run(duration, inputs={group: current.reshape(-1, 1)})
    return Simulation(v.t, v.values[:, 0], spikes.t)


@contextlib.contextmanager
def _quiet():
    """Whole numbers that overflow are part of the hash that draws random numbers, in plain Python too."""
    with np.errstate(over="ignore"):
        yield
