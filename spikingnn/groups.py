"""Populations: groups of neurons, of inputs, and of synapses between them. A group owns its arrays until a network takes them."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from ._util import checks
from ._util.text import one_line, summary
from .encoding import GivenSpikes
from .engine.plugin import NeuronModel, validate
from .neurons import FirstOrderLIF
from .parts import Part
from .tuning_curves import TuningCurves


__all__ = ["InputGroup", "LIFGroup", "NeuronGroup", "SpikeSource"]


LARGEST = 2**31 - 1         # units of a group: spikes are kept as int32
ROOM = 4 * 2**30            # bytes of a group that is in no network


class NeuronGroup(Part):
    """n neurons of one model. `state` is (n_states, n); `group["v"]` is a view of one row, and can be assigned to.

    model is a value: `group.model = replace(group.model, tau_m=10.)` between two runs takes effect at the next.
    The array of states is one and the same for as long as the group lives: a view of it stays alive through
    building, running, `reset` and `load`.
    """

    instead = Part.instead | {"n": "build a new group of that size",
                              "state": 'write group["v"] = … for each state'}

    def __init__(self, n, model, name=None):
        super().__init__(name)
        self.n = checks.integer(self, "n", n)
        if self.n > LARGEST:
            checks.fail(self, "n", n, f"at most {LARGEST:,}", checks.MemoryBudgetError)
        self._state = self._model = self._unchanged = None
        self.model = model

    @property
    def bias(self):
        """(n,) nA, injected at every step; None where there is none."""

    def _advice(self, name):
        if name in self._model.states:
            return f'write group["{name}"] = …'
        if name in (field.name for field in fields(self._model)):
            return f"write group.model = replace(group.model, {name}=…)"
        return super()._advice(name)

    def _names(self):
        return [*super()._names(), *self._model.states, *(field.name for field in fields(self._model))]

    @property
    def model(self):
        """The neuron model, a frozen dataclass."""
        return self._model

    @model.setter
    def model(self, model):
        if not isinstance(model, NeuronModel):
            checks.fail(self, "model", model, "a neuron model such as FirstOrderLIF()", TypeError)
        validate(model)
        if self._model is not None and model.states != self._model.states:
            checks.fail(self, "model", model, f"a model with the states {self._model.states}")
        if self.network is not None and not model.conductances and self.network.sends_conductances(self):
            checks.fail(self, "model", model, "one that takes conductances, as synapses send them")
        model.check_units(self.n)
        self._model = model

    @property
    def state(self):
        """The state rows, (n_states, n)."""
        if self._state is None:
            self.check_room()
            self.initialise(0)
            self._unchanged = self._state.copy()
        return self._state

    def n_bytes(self):
        """What a network will keep of the group: its state now and at first, currents, conductances, and the tuning curves."""
        tuning = getattr(self, "tuning", None)
        return self.n * (16 * len(self.model.states) + 25 + 8 * (tuning.dimensions + 2 if tuning else 0))

    def check_room(self, more=0):
        """Refuse a group that is too large to have a state outside a network, which has a budget of its own."""
        checks.within_budget(f"{type(self).__name__}({self.n})", self.n_bytes() + more, ROOM,
                             "give it to a Network with a larger memory_budget")

    def is_fresh(self):
        """Has nobody set or advanced the state? Then the network draws it from its own seed, even where it was looked at."""
        return self._state is None or np.array_equal(self._state, self._unchanged)

    def initialise(self, key):
        """Set the initial state; `key` seeds what is random in it."""
        state = self.model.initial_state(self.n, key)
        if self._state is None:
            self._state = state
        self._state[:] = state

    def __getitem__(self, name):
        return self.state[self.row(name)]

    def __setitem__(self, name, value):
        row = self[name]
        checks.scalar_or_length(self, name, value, self.n)
        value = checks.number(self, name, value)
        if self.network is not None:
            self.network.assert_idle(f"{self.name}[{name!r}]")
        row[:] = value

    def row(self, name):
        """The number of the state row called `name`."""
        return self.model.states.index(checks.one_of(self, "state", name, self.model.states))

    def step(self, current, dt, key=0):
        """Advance by one step of `dt` ms under `current` (scalar or (n,), nA) and return which neurons spiked, (n,) bool.

        This is what the network's loop does with the group, without synapses; `key` seeds the noise of this step.
        """
        checks.scalar_or_length(self, "current", current, self.n)
        current = np.array(np.broadcast_to(checks.number(self, "current", current), self.n), dtype=np.float64)
        if self.bias is not None:
            current += self.bias
        same, coefficients = self.model.coefficients(self.n, checks.positive(self, "dt", dt))
        spikes = np.zeros(self.n, dtype=bool)
        kernel = self.model.step.compiled("homogeneous" if same else "heterogeneous")
        with np.errstate(over="ignore"):
            kernel(self.state, coefficients, current, np.empty((2, 0)), spikes, float(dt), np.uint64(key))
        return spikes

    def __repr__(self):
        return one_line(f"{type(self).__name__}({self.n}, {summary(self.model)})")

    def __len__(self):
        return self.n


class LIFGroup(NeuronGroup):
    """A population of leaky integrate-and-fire neurons, plain or with tuning curves.

    dimensions=None is a plain population. With dimensions=d each neuron has a preferred direction: `encoders` (n, d) of
    unit length, `gain` (n,) and `bias` (n,) in nA that solve the model's f–I curve, so that neuron i driven by
    gain·(x·e) + bias starts to fire at x·e = intercept and reaches max_rates (Hz) at x·e = 1. The bias is injected at every
    step. max_rates and intercepts are a number, an (n,) array, or a tuple (low, high) to draw from uniformly.
    Without a seed the curves are drawn from the network's, when the network is built.
    """

    def __init__(self, n, model=FirstOrderLIF(), dimensions=None, max_rates=(100.0, 200.0), intercepts=(-0.9, 0.9), seed=None, name=None):
        if not isinstance(model, FirstOrderLIF):
            checks.fail(self, "model", model, "FirstOrderLIF or ALIF (use NeuronGroup for other models)", TypeError)
        self.tuning = None
        super().__init__(n, model, name)
        if dimensions is not None:
            dimensions = checks.integer(self, "dimensions", dimensions)
            if seed is not None:
                self.check_room(8 * self.n * dimensions)
            self.tuning = TuningCurves(self, dimensions, max_rates, intercepts, seed)

    @property
    def model(self):
        """The neuron model; with tuning curves, gain and bias are solved anew for one that is assigned."""
        return self._model

    @model.setter
    def model(self, model):
        if self.tuning is not None:
            self.tuning.check(model)
        NeuronGroup.model.fset(self, model)

    instead = NeuronGroup.instead | dict.fromkeys(
        ("bias", "gain", "encoders", "tuning", "dimensions", "max_rates", "intercepts"),
        "build a new group with other dimensions, max_rates or intercepts")

    @property
    def bias(self):
        """(n,) nA, or None for a plain population."""
        return None if self.tuning is None else self.tuning.bias

    def _tuned(self):
        if self.tuning is None:
            raise ValueError(f"{type(self).__name__}.dimensions must be given for tuning curves, got None")
        return self.tuning

    encoders = property(lambda self: self._tuned().encoders, doc="(n, d) preferred directions of unit length.")
    gain = property(lambda self: self._tuned().gain, doc="(n,) nA a unit of x·e.")

    def current(self, x):
        """gain·(x·e) in nA for x of shape (d,) → (n,), or (rows, d) → (rows, n); the bias is not in it."""
        return self._tuned().current(x)

    def tuning_curves(self, x, dt=None):
        """The rates in Hz at x, (rows, n): the closed form, and with `dt` what the grid of steps makes of it."""
        return self._tuned().rates(x, dt)

    def decoders(self, function=None, dt=None, points=None, noise=0.05, seed=0):
        """Decoders (n, d_out) in 1/Hz with which the rates estimate `function` of the represented vector: f(x) ≈ Σ_i d_i a_i(x).

        They minimise Σ_x |f(x) - Σ_i d_i a_i(x)|² + m (noise · max a)² |D|² over m `points` (m, d), drawn uniformly from the unit
        ball where none are given, against the true tuning curves a(x); with `dt` against those of the grid of steps. function
        takes (m, d) and returns (m, d_out) or (m,); None is the identity.
        Source: Eliasmith & Anderson, Neural Engineering (2003), chapter 2.
        """
        return self._tuned().decoders(function, dt, points, noise, seed)


class InputGroup(NeuronGroup):
    """n input units that turn a stimulus in [0, 1] into spikes by an encoder; `inputs={group: stimulus}` sets it."""

    def __init__(self, n, encoder, name=None):
        super().__init__(n, encoder, name)


class SpikeSource(NeuronGroup):
    """Units that spike at given times, `trains`, a list of n arrays in ms; t is emitted in step round(t/dt).

    One unit is `SpikeSource([times])`; events, as a `SpikeMonitor` has them, are `SpikeSource.from_events(n,
    i, t)`.
    """

    def __init__(self, trains, name=None):
        if name is not None and not isinstance(name, str):
            accepted = "a text or None (units i that spike at times t: SpikeSource.from_events(n, i, t))"
            checks.fail(self, "name", name, accepted, TypeError)
        listed = hasattr(trains, "__len__") and not isinstance(trains, (str, bytes, dict, set, frozenset))
        if not listed:
            checks.fail(self, "trains", trains, "a list of n arrays of times in ms", TypeError)
        if any(checks.shape_or_length(times) == () for times in trains):
            accepted = "[times] for one unit, [[t] for t in times] for units that spike once"
            checks.fail(self, "trains", trains, f"a list of n arrays of times in ms: {accepted}", TypeError)
        super().__init__(len(trains), GivenSpikes(tuple(trains)), name)

    @classmethod
    def from_events(cls, n, i, t, name=None):
        """The source of n units in which unit i[k] spikes at t[k] ms, for all k in any order."""
        owner = "SpikeSource.from_events"
        n, i = checks.integer(owner, "n", n), checks.real_array(owner, "i", i)
        t = np.asarray(checks.non_negative(owner, "t", t))
        if i.ndim != 1 or i.size and (i.dtype.kind not in "iu" or i.min() < 0 or i.max() >= n):
            checks.fail(owner, "i", i, f"an array of whole numbers from 0 to {n - 1}, one for each spike")
        if t.shape != i.shape:
            checks.fail(owner, "t", t.shape, f"one time in ms for each spike, shape {i.shape}")
        order = np.argsort(i, kind="stable")
        return cls(np.split(t[order], np.cumsum(np.bincount(i.astype(np.int64), minlength=n))[:-1]), name)
