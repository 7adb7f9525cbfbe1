"""The network owns the clock, the history of spikes and the seed; it runs the engine block by block."""

from __future__ import annotations

import contextlib
import time
import warnings

import numpy as np

from . import storage
from .core import checks
from .core.brief import WIDTH, line
from .core.engine import advance
from .core.interrupt import held_interrupt
from .core.progress import SimulationBar
from .core.random import fresh_seed, stream_key
from .groups import InputGroup, LIFGroup, NeuronGroup, SpikeSource, SynapseGroup
from .layout import Layout
from .monitors import Monitor, SpikeMonitor, StateMonitor, WeightMonitor

__all__ = ["Network", "simulate"]

BLOCK_SECONDS = 0.2             # what a block should take: how long Ctrl-C and the progress bar may wait
ROOM = 1 << 18                  # spikes that a block can hold, beside two full steps
RECORD_BYTES = 1 << 26          # samples that a block can hold


class Network:
    """Groups, synapses and monitors on one clock of step `dt` ms.

    parts           groups, SynapseGroups and monitors, in any order; lists of them are fine
    seed            of everything random; None: a fresh one, kept in `seed`. Each object draws from a stream of its own, keyed
                    by its name, so that another monitor or group changes nothing
    memory_budget   bytes that the connections, and the recordings of one run, may take
    """

    def __init__(self, *parts, dt=0.1, seed=None, memory_budget=4 * 2**30):
        self.dt = checks.positive(self, "dt", checks.one(self, "dt", dt))
        self.memory_budget = checks.positive(self, "memory_budget", checks.one(self, "memory_budget", memory_budget))
        self.seed = checks.integer(self, "seed", seed, minimum=0) if seed is not None else fresh_seed()
        flat = [part for given in parts for part in (given if isinstance(given, (list, tuple)) else [given])]
        for part in flat:
            if not isinstance(part, (NeuronGroup, SynapseGroup, Monitor)):
                checks.fail(self, "parts", part, "groups, synapse groups and monitors", TypeError)
            if part.network is not None:
                raise ValueError(f"{part.name or part!r} is in another network already: build a new one of each part")
        parts = list(dict.fromkeys(flat))
        self.groups = [part for part in parts if isinstance(part, NeuronGroup)]
        self.synapses = [part for part in parts if isinstance(part, SynapseGroup)]
        self.monitors = [part for part in parts if isinstance(part, Monitor)]
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

    # --- building ---------------------------------------------------------------------------------------------------------

    def _check_membership(self):
        for synapses in self.synapses:
            for role in ("source", "target"):
                if getattr(synapses, role) not in self.groups:
                    raise ValueError(f"the {role} of {synapses!r} is not in the network: give Network(…) this group too")
        for monitor in self.monitors:
            if monitor.target not in self.groups + self.synapses:
                raise ValueError(f"{checks.name_of(monitor)} watches {monitor.target!r}, which is not in the network")

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
        needed = sum(synapses.n_bytes() for synapses in self.synapses)
        checks.budget("the connections " + ", ".join(synapses.name for synapses in self.synapses), needed, self.memory_budget,
                      "use a sparse builder such as FixedProbability, Factored weights, or a larger memory_budget")
        for group in self.groups:
            if isinstance(group, LIFGroup) and group.tuning is not None:
                group.tuning.draw(np.random.default_rng(stream_key(self.seed, group.name + "/tuning")))
            if group.is_fresh():
                group.initialise(stream_key(self.seed, group.name + "/initial"))
        wires = [synapses.build(self.dt, np.random.default_rng(stream_key(self.seed, synapses.name))) for synapses in self.synapses]
        for synapses, wire in zip(self.synapses, wires):
            synapses.check_bounds(wire.weight)
        self._layout = Layout(self.groups, self.synapses, wires, self.dt)
        for monitor in self._all(WeightMonitor):
            monitor.fit(self._layout.weights_of(monitor.target).size)
        for part in self.groups + self.synapses + self.monitors:
            part.network = self
        self._plastic = any(synapses.rule is not None for synapses in self.synapses)
        self._at_first = self._layout.state.copy(), self._layout.weight.copy() if self._plastic else None
        self._rewind()

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

        inputs      {group: stimulus}: a number, (n,), or (rows, n) where each row is held for duration/rows; in nA for a group
                    of neurons, in [0, 1] for an InputGroup. What is not named gets zero. {synapses: reward}: a number or (rows,)
                    for a rule that is modulated by reward
        progress    True or False for a progress bar; None: in a terminal, where the run takes over a second

        The network can go on afterwards, also after Ctrl-C: run(a); run(b) gives the bits of run(a + b). MemoryBudgetError
        where the recordings would not fit, before anything has run.
        """
        checks.non_negative(self, "duration", checks.one(self, "duration", duration))
        steps = int(checks.grid_steps(self, "duration", duration, self.dt))
        inputs = {} if inputs is None else inputs
        if not isinstance(inputs, dict):
            checks.fail(self, "run(inputs=)", inputs, "a dict {group: stimulus}", TypeError)
        drives, rewards = self._drives(inputs, steps), self._rewards(inputs, steps)
        states = self._all(StateMonitor)
        first, last = self._step, self._step + steps
        if not steps:
            return
        with _quiet(), held_interrupt() as interrupted, SimulationBar(steps * self.dt, progress) as bar:
            rooms = self._make_room(states, first, last)
            try:
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
        before = self._dynamic_copies() if self._plastic else ()
        reached = advance(start, until, run_start, run_steps, self.dt, depth, events, event_start, groups, values, layout.filters,
                          links, wiring, probes, hooks)
        if self._plastic:
            self._check_weights(before)
        for monitor, begin, every, width in zip(states, at, probes.every, probes.width):
            n = reached // every - start // every
            samples, offset = monitor._parts[-1][1], start // every - run_start // every
            samples[offset:offset + n] = probes.out[begin:begin + n * width].reshape(n, width)
        tail_start = event_start[(reached - start) * n_groups:(reached - start + depth) * n_groups + 1]
        self._events, self._event_start = events[tail_start[0]:tail_start[-1]].copy(), tail_start - tail_start[0]
        self._step = int(reached)
        self._collect_spikes(events, event_start, start, reached)

    def _dynamic_copies(self):
        """(array, copy) of everything that a block changes, so that a block gone wrong can be taken back."""
        layout = self._layout
        learned = [layout.weights_of(synapses) for synapses in self.synapses if synapses.rule is not None]
        return [(array, array.copy()) for array in (layout.state, layout.psc, layout.trace, layout.memory, *learned)]

    def _check_weights(self, before):
        """Where a rule has made a weight NaN, take the block back and say whose."""
        for synapses in self.synapses:
            if synapses.rule is not None and np.isnan(self._layout.weights_of(synapses).sum()):
                for array, copy in before:
                    array[:] = copy
                raise FloatingPointError(f"{synapses.name}: its rule {type(synapses.rule).__name__} made a weight NaN; "
                                         f"the network stays at t = {self.t:g} ms")

    def _collect_spikes(self, events, event_start, start, reached):
        n_groups, depth = len(self.groups), self._layout.depth
        monitors = self._all(SpikeMonitor)
        edges = event_start[depth * n_groups:(reached - start + depth) * n_groups + 1]
        owner = np.repeat(np.arange(edges.size - 1), np.diff(edges)) if monitors else None
        for monitor in monitors:
            mine = owner % n_groups == self.groups.index(monitor.target)
            monitor.collect(start + owner[mine] // n_groups, events[edges[0]:edges[-1]][mine])
        held = sum(monitor.n_bytes() for monitor in monitors)
        checks.budget("the recorded spikes", held, self.memory_budget, "run in parts and clear() the monitors, or raise memory_budget")

    def _make_room(self, states, first, last):
        """Let the state monitors allocate their samples; return how many steps fit into one block."""
        samples = {monitor: last // every - first // every for monitor in states for every in [self._layout.sample_steps(monitor)]}
        needed = sum(count * monitor.index.size * monitor.dtype.itemsize for monitor, count in samples.items())
        for monitor in self._all(WeightMonitor):
            needed += (last - first) // self._layout.sample_steps(monitor) * monitor.width * 8
        checks.budget("the recordings of this run", needed, self.memory_budget,
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
            value = checks.number(group.name, "input", inputs.get(group, 0.0))
            if isinstance(group, SpikeSource) and group in inputs:
                raise ValueError(f"{group.name} emits given spikes and takes no input")
            if isinstance(group, InputGroup):
                value = checks.unit_interval(group.name, "input", value)
            value = np.asarray(value, dtype=np.float64)
            if not (value.ndim == 0 or value.shape == (group.n,) or value.ndim == 2 and value.shape[1] == group.n):
                checks.fail(group.name, "input", value.shape, f"a number, ({group.n},) or (rows, {group.n})")
            if value.ndim == 2 and not 1 <= len(value) <= max(steps, 1):
                checks.fail(group.name, "input", value.shape, f"of 1 to {steps} rows, the steps of this run")
            rows = np.atleast_2d(np.broadcast_to(value, group.n) if value.ndim < 2 else value)
            drives.append(rows if group.bias is None else rows + group.bias)
        return drives

    def _rewards(self, inputs, steps):
        """One array a group of synapses: the reward over the run, empty where none is given."""
        rewards = []
        for synapses in self.synapses:
            if synapses in inputs and not getattr(synapses.rule, "reward_modulated", False):
                raise ValueError(f"{synapses.name} takes no reward: its rule is {synapses.rule!r}")
            reward = np.atleast_1d(checks.number(synapses.name, "reward", inputs[synapses])) if synapses in inputs else np.empty(0)
            if reward.ndim != 1 or len(reward) > steps:
                checks.fail(synapses.name, "reward", reward.shape, f"a number or an array of at most {steps} values, the steps of this run")
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

    def reset(self, keep_weights=False):
        """Back to t = 0 as built: states, weights (or not), traces, spikes in flight; monitors are cleared."""
        layout = self._layout
        layout.state[:] = self._at_first[0]
        if self._plastic and not keep_weights:
            layout.weight[:] = self._at_first[1]
        for array in (layout.psc, layout.trace, layout.memory):
            array[:] = 0.0
        for monitor in self.monitors:
            monitor.clear()
        self._rewind()

    def weights_of(self, synapses):
        """The view of the flat weights that belongs to `synapses`."""
        return self._layout.weights_of(synapses)

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
        view[:] = values

    def save(self, path):
        """Write the whole state to `path` (.npz), spikes in flight included; recordings are not kept."""
        storage.save(path, self)

    def load(self, path):
        """Take over the state that a network of the same parts saved; the run then goes on with the same bits."""
        storage.load(path, self)

    def __repr__(self):
        ending = f", dt={self.dt:g}, t={self.t:g})"
        names = ", ".join(part.name for part in self.groups + self.synapses + self.monitors)
        return line(f"Network({names}", WIDTH - len(ending)) + ending


class Simulation:
    """What `simulate` returns: `t` (ms) and `v` (mV) of each step's end, `spikes` (ms)."""

    def __init__(self, t, v, spikes):
        self.t, self.v, self.spikes = t, v, spikes

    def __repr__(self):
        duration = self.t[-1] if len(self.t) else 0.0
        return f"Simulation: {len(self.spikes):,} spikes in {duration:g} ms, .t .v {np.shape(self.v)} .spikes"


def simulate(model, current, duration, dt=0.1):
    """One neuron under `current` (nA; a number, or an array whose values are each held for an equal part of the time).

    >>> simulate(FirstOrderLIF(), 2.0, 100.0).spikes
    """
    group = NeuronGroup(1, model)
    spikes, v = SpikeMonitor(group), StateMonitor(group, model.states[0])
    network = Network(group, spikes, v, dt=dt, seed=0)
    current = checks.number("simulate", "current", current)
    network.run(duration, inputs={group: current if np.ndim(current) == 0 else np.reshape(current, (-1, 1))})
    return Simulation(v.t, v.values[:, 0], spikes.t)


@contextlib.contextmanager
def _quiet():
    """Numba calls first-class functions experimental; the tests hold them to plain Python bit for bit."""
    with warnings.catch_warnings(), np.errstate(over="ignore"):
        warnings.filterwarnings("ignore", message=".*First-class function type feature is experimental")
        yield
