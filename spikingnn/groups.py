"""Populations of neurons. A group owns its state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast, overload

import numpy as np
from numpy.typing import ArrayLike

from ._util import checks
from ._util.guarded import read_only
from ._util.text import one_line, summary
from ._util.typing import BoolArray, FloatArray, Scalar
from .connectivity.space import check_positions
from .dataclass_storage import field_names
from .engine.plugin import NeuronModel
from .engine.plugin_validation import validate_plugin
from .neurons import FirstOrderLIF
from .parts import Part
from .slices import GroupSlice
from .tuned import INSTEAD, Tuned
from .tuning_curves import Range, TuningCurves

__all__ = ["LIFGroup", "NeuronGroup"]

MAX_UNITS = 2**31 - 1       # of a group: spikes are kept as int32
MAX_BYTES = 4 * 2**30       # of a group that is in no network


class NeuronGroup(Part):
    """A group of n neurons of one model.

    ``group["v"]`` is a view of one state row, (n,), and can be assigned to. The array of states is the same
    for as long as the group lives: a view of it stays alive through building, running, `reset` and `load`.
    ``group[:100]`` are the first 100 neurons, a `GroupSlice`: source, target or what a monitor records.

    The model is a value: ``group.model = replace(group.model, tau_m=10.0)`` between two runs takes effect
    at the next.

    Parameters
    ----------
    n : int
        Number of neurons.
    model : NeuronModel
        Neuron model such as `AdEx`; its fields are numbers or arrays (n,).
    name : str, optional
        Name; None: class and ordinal in the network. Random streams and files go by it.
    positions : array (n, d), optional
        Where each neuron is, in any unit of length; (n,) is (n, 1). `DistanceDependent` connections need it.

    Raises
    ------
    ValueError, TypeError
        If `n` is no positive whole number, the model is none, or its fields do not fit n units.

    Examples
    --------
    >>> from spikingnn import FirstOrderLIF, NeuronGroup
    >>> group = NeuronGroup(3, FirstOrderLIF(tau_m=[10.0, 20.0, 40.0]))
    >>> group["v"] = [-65.0, -60.0, -50.0]
    >>> group.step(2.0, dt=0.1)
    array([False, False,  True])
    """

    takes_synapses = True
    tuning: TuningCurves | None = None
    instead = Part.instead | {"n": "build a new group of that size", "positions": "build a new group",
                              "state": 'write group["v"] = … for each state'}

    def __init__(self, n: int, model: NeuronModel, name: str | None = None,
                 positions: ArrayLike | None = None) -> None:
        super().__init__(name)
        self.n = checks.integer(self, "n", n)
        self._positions = check_positions(self, positions, self.n)
        if self.n > MAX_UNITS:
            checks.fail(self, "n", n, f"at most {MAX_UNITS:,}", checks.MemoryBudgetError)
        self._state: FloatArray | None = None
        self._initial_state: FloatArray | None = None       # as it was first looked at
        self._model: NeuronModel | None = None
        self.model = model

    @property
    def bias(self) -> FloatArray | None:
        """Current in nA that is injected in every step, (n,); None without tuning curves."""
        return None if self.tuning is None else self.tuning.bias

    @property
    def positions(self) -> FloatArray | None:
        """Where the neurons are, (n, d), or None."""
        return None if self._positions is None else read_only(self._positions, self.instead["positions"])

    def _advice(self, name: str) -> str | None:
        if name in self.model.states:
            return f'write group["{name}"] = …'
        if name in field_names(self.model):
            return f"write group.model = replace(group.model, {name}=…)"
        return super()._advice(name)

    def _names(self) -> Iterable[str]:
        return [*super()._names(), *self.model.states, *field_names(self.model)]

    @property
    def model(self) -> NeuronModel:
        """Neuron model, a frozen dataclass."""
        assert self._model is not None
        return self._model

    @model.setter
    def model(self, model: NeuronModel) -> None:
        self._check_model(model)
        self._model = model

    def restore_model(self, model: NeuronModel) -> None:
        """Set a model whose parts were checked: used when a network is loaded."""
        self._model = model

    def _check_model(self, model: NeuronModel) -> None:
        if not isinstance(model, NeuronModel):
            checks.fail(self, "model", model, "a neuron model such as FirstOrderLIF()", TypeError)
        validate_plugin(model)
        if self._model is not None and model.states != self._model.states:
            checks.fail(self, "model", model, f"a model with the states {self._model.states}")
        if self.network is not None and not model.conductances and self.network.sends_conductances(self):
            checks.fail(self, "model", model, "one that takes conductances, as synapses send them")
        model.check_units(self.n)
        if self.tuning is not None:
            self.tuning.check(model)

    @property
    def state(self) -> FloatArray:
        """State rows, (n_states, n)."""
        if self._state is None:
            self.check_size()
            self._initial_state = self.initialise(0).copy()
        assert self._state is not None
        return self._state

    def n_bytes(self) -> int:
        """Return how many bytes a network keeps of the group: states, now and at first, inputs, tuning."""
        tuning = 0 if self.tuning is None else 8 * (self.tuning.dimensions + 2)
        return self.n * (16 * len(self.model.states) + 25 + tuning)

    def check_size(self, more: int = 0) -> None:
        """Refuse a group that is too large to have a state outside a network with its budget."""
        checks.within_budget(f"{type(self).__name__}({self.n})", self.n_bytes() + more, MAX_BYTES,
                             "give it to a Network with a larger memory_budget")

    def is_fresh(self) -> bool:
        """Return whether nobody has set or advanced the state, so that the network draws it."""
        return (self._state is None or self._initial_state is not None
                and np.array_equal(self._state, self._initial_state))

    def initialise(self, key: int) -> FloatArray:
        """Set and return the initial state; `key` seeds what is random in it."""
        state = self.model.initial_state(self.n, key)
        if self._state is None:
            self._state = state
        self._state[:] = state
        return self._state

    def check_stimulus(self, value: Any) -> Any:
        """Return the stimulus of a run, in nA, as numbers; refuse what is none, or what the model ignores."""
        current = checks.number(self.name, "input", value)
        self._check_taken(str(self.name), current)
        return current

    def _check_taken(self, owner: object, current: Any) -> None:
        """Refuse a current that the model does not read."""
        if not self.model.takes_current and np.any(current):
            model = type(self.model).__name__
            checks.fail(owner, "input", current, f"zero: {model} takes no current (no I is in its equations)")

    @overload
    def __getitem__(self, name: str) -> FloatArray: ...
    @overload
    def __getitem__(self, name: slice) -> GroupSlice: ...

    def __getitem__(self, name: str | slice) -> FloatArray | GroupSlice:
        return GroupSlice(self, name) if isinstance(name, slice) else self.state[self.row(name)]

    def __setitem__(self, name: str, value: Scalar) -> None:
        row = self[name]
        checks.scalar_or_length(self, name, value, self.n)
        value = checks.number(self, name, value)
        if self.network is not None:
            self.network.assert_changeable(f"{self.name}[{name!r}]")
        row[:] = value

    def row(self, name: str) -> int:
        """Return the number of the state row called `name`; ValueError lists the right names."""
        return self.model.states.index(checks.one_of(self, "state", name, self.model.states))

    def step(self, current: Scalar, dt: float, key: int = 0) -> BoolArray:
        """Advance the group by one step without a network.

        This is what the network's loop does with the group, without synapses.

        Parameters
        ----------
        current : float or array (n,)
            nA: current; for an encoder the stimulus in [0, 1].
        dt : float
            ms: time step.
        key : int
            Seed of the noise of this step.

        Returns
        -------
        array (n,) of bool
            Which neurons spiked.

        Raises
        ------
        ValueError
            If the current is not finite or of another length.
        """
        checks.scalar_or_length(self, "current", current, self.n)
        total = np.array(np.broadcast_to(checks.number(self, "current", current), self.n), dtype=np.float64)
        self._check_taken(self, total)
        if self.bias is not None:
            total += self.bias
        homogeneous, coefficients = self.model.coefficients(self.n, checks.positive(self, "dt", dt))
        spikes = np.zeros(self.n, dtype=bool)
        kernel = self.model.step.compiled("homogeneous" if homogeneous else "heterogeneous")
        with np.errstate(over="ignore"):
            kernel(self.state, coefficients, total, np.empty((2, 0)), spikes, float(dt), np.uint64(key))
        return spikes

    def __repr__(self) -> str:
        return one_line(f"{type(self).__name__}({self.n}, {summary(self.model)})")

    def __len__(self) -> int:
        return self.n


class LIFGroup(Tuned, NeuronGroup):
    r"""A population of leaky integrate-and-fire neurons, plain or with tuning curves.

    With tuning curves it is a `Population`: each neuron has a preferred direction e, a gain and a bias that
    solve the f–I curve of the model; under the current

    .. math:: J = \mathrm{gain} \cdot (x \cdot e) / \mathrm{radius} + \mathrm{bias}

    it starts to fire at x · e = intercept · radius and reaches `max_rates` at x · e = radius. The bias is
    injected in every step.

    Parameters
    ----------
    n : int
        Number of neurons.
    model : FirstOrderLIF, optional
        Neuron model: FirstOrderLIF, ALIF or a model derived from them. None: ``FirstOrderLIF()``, and with
        tuning curves the same with ``v_floor`` at ``v_rest``. A model of your own needs that floor there,
        too: where the potential of silent neurons falls far below rest they answer late, and an oscillator
        runs some percent slow.
    dimensions : int, optional
        Dimensions d of the vector that is represented; None: a plain population without bias.
    max_rates : float, array (n,) or tuple (low, high)
        Hz: rates at x · e = radius; a tuple is a range to draw from uniformly. Spikes lie on the grid of
        time steps: at dt = 1 ms a neuron of 400 Hz fires at 333 Hz; at 0.1 ms, the default, at 400 Hz.
    intercepts : float, array (n,) or tuple (low, high)
        x · e / radius at which firing starts, from -1 to below 1; a tuple is a range to draw from uniformly.
    seed : int, optional
        Seed of the tuning curves; None: they are drawn from the network's seed when the network is built.
    name : str, optional
        Name; None: class and ordinal in the network.
    positions : array (n, d), optional
        Where each neuron is, in any unit of length; (n,) is (n, 1).
    encoders : array (k, d), optional
        Preferred directions, which the neurons take in turn, of any length; None: all directions evenly.
    radius : float
        Length of the longest vectors that are represented.
    eval_points : array (m, d), optional
        Vectors at which decoders are fitted; None: 2,000, evenly spread in the ball of that radius.

    Raises
    ------
    ValueError, TypeError
        If the model is no LIF neuron, or cannot fire at `max_rates` because of its refractory period.

    References
    ----------
    Eliasmith & Anderson, *Neural Engineering* (2003), chapter 4.

    Examples
    --------
    >>> from spikingnn import LIFGroup
    >>> population = LIFGroup(50, dimensions=2, seed=1)
    >>> population.encoders.shape, population.current([0.5, 0.0]).shape
    ((50, 2), (50,))
    """

    instead = NeuronGroup.instead | INSTEAD

    def __init__(self, n: int, model: FirstOrderLIF | None = None, dimensions: int | None = None,
                 max_rates: Range = (100.0, 200.0), intercepts: Range = (-0.9, 0.9),
                 seed: int | None = None, name: str | None = None, positions: ArrayLike | None = None,
                 encoders: ArrayLike | None = None, radius: float = 1.0,
                 eval_points: ArrayLike | None = None) -> None:
        if model is None:
            model = FirstOrderLIF() if dimensions is None else FirstOrderLIF(v_floor=FirstOrderLIF.v_rest)
        super().__init__(n, model, name, positions)
        if dimensions is not None:
            self._tune(dimensions, max_rates, intercepts, seed, encoders, radius, eval_points)

    @property
    def model(self) -> FirstOrderLIF:
        """Neuron model; with tuning curves, gain and bias are solved anew for one that is assigned."""
        return cast(FirstOrderLIF, self._model)

    @model.setter
    def model(self, model: NeuronModel) -> None:
        self._check_model(model)
        self._model = model

    def _check_model(self, model: NeuronModel) -> None:
        if not isinstance(model, FirstOrderLIF):
            accepted = "FirstOrderLIF or ALIF (use NeuronGroup for other models, Population for tuned ones)"
            checks.fail(self, "model", model, accepted, TypeError)
        super()._check_model(model)
