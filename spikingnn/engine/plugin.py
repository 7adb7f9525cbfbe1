"""What varies is a plug-in: neuron models and encoders (`NeuronModel`), synapses (`Synapse`), rules (`Rule`).

All are frozen dataclasses that carry kernels (`spikingnn.engine.kernel`): a model one, a rule up to four.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np

from .._util import checks
from .._util.typing import FloatArray, Scalar, Traces
from .kernel import Kernel
from .kernel_decorators import (coupling_kernel, efficacy_kernel, filter_kernel, on_post_kernel,
                                on_pre_kernel, on_tick_kernel, release_kernel, step_kernel)
from .kernel_validation import validate_filter, validate_kernel
from .random import normal, uniform
from .views import rows


__all__ = ["ADD", "HOOK", "POTENTIAL", "SET", "SIGNAL", "Kernel", "NeuronModel", "Rule", "Synapse",
           "TraceMode", "coupling_kernel", "efficacy_kernel", "filter_kernel", "normal", "on_post_kernel",
           "on_pre_kernel", "on_tick_kernel", "release_kernel",
           "rows", "step_kernel", "uniform"]


class _StepCoefficients:
    """Base of what has `step_coefficients`, called `calibrate` before version 0.2."""

    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, Any]]  # subclasses are dataclasses

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        own = vars(cls)
        if "calibrate" in own and "step_coefficients" not in own:
            cls.step_coefficients = own["calibrate"]            # type: ignore[method-assign]
        elif "step_coefficients" in own and "calibrate" not in own:
            cls.calibrate = own["step_coefficients"]            # type: ignore[method-assign]

    def check_units(self, n: int) -> None:
        """Refuse fields that do not fit n units: by default, arrays of another length."""
        for field in fields(self):
            if isinstance(getattr(self, field.name), np.ndarray):
                checks.scalar_or_length(self, field.name, getattr(self, field.name), n)

    def step_coefficients(self, dt: float) -> Sequence[Any] | FloatArray:
        """Return the coefficients of one step of `dt` ms."""
        return ()

    def calibrate(self, dt: float) -> Sequence[Any] | FloatArray:
        """Return `step_coefficients`: the old name, kept for version 0.2."""
        return self.step_coefficients(dt)


class NeuronModel(_StepCoefficients):
    """Base class of neuron models and encoders: frozen dataclasses whose fields are scalars or (n,) arrays.

    A subclass declares `states`, `step` and, as needed, `step_coefficients` and `initial`. `docs/extending`
    explains it.

    Attributes
    ----------
    states : tuple of str
        Names of the state rows; the first one is the membrane potential, to which delta synapses add.
    conductances : bool
        Whether `step` reads the conductance rows. Otherwise conductance synapses are refused.
    takes_current : bool
        Whether `step` reads the current. Otherwise a current, and synapses that send one, are refused.
    counts : bool
        Whether the first state is a number of spikes per step, which connections deliver instead of single
        spikes.
    step : Kernel
        What one step does: see `step_kernel`.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from spikingnn import NeuronGroup, NeuronModel, rows, step_kernel
    >>> @dataclass(frozen=True, eq=False)
    ... class Leaky(NeuronModel):
    ...     tau: float = 10.0
    ...
    ...     def step_coefficients(self, dt):
    ...         return (np.exp(-dt / np.asarray(self.tau)),)
    ...
    ...     @step_kernel
    ...     def step(state, coefficients, current, conductance, spikes, dt, key):
    ...         (v,) = rows(state, 1)
    ...         (decay,) = rows(coefficients, 1)
    ...         for i in range(v.size):
    ...             v[i] = v[i] * decay[i] + current[i] * (1.0 - decay[i])
    >>> group = NeuronGroup(1, Leaky(tau=5.0))
    >>> spikes = group.step(1.0, dt=5.0)
    >>> group["v"].round(4)
    array([0.6321])
    """

    states: ClassVar[tuple[str, ...]] = ("v",)
    conductances: ClassVar[bool] = False
    takes_current: ClassVar[bool] = True
    counts: ClassVar[bool] = False
    step: ClassVar[Kernel] = cast(Kernel, None)         # a model without a step is refused

    def step_coefficients(self, dt: float) -> Sequence[Scalar] | FloatArray:
        """Return the coefficients of one step of `dt` ms.

        Parameters
        ----------
        dt : float
            ms: time step.

        Returns
        -------
        tuple
            One number or (n,) array per coefficient, in the order in which `step` unpacks them.
        """
        return ()

    def initial(self, n: int, key: np.uint64) -> Sequence[Scalar] | FloatArray:
        """Return the first state: one number or (n,) array per state row, zeros by default.

        Parameters
        ----------
        n : int
            Number of units.
        key : uint64
            Key of random numbers: ``uniform(key, i)``.
        """
        return (0.0,) * len(self.states)

    def initial_state(self, n: int, key: int) -> FloatArray:
        """Return `initial` as an array (n_states, n)."""
        with np.errstate(over="ignore"):
            values = check_sequence(self, "initial", self.initial(n, np.uint64(key)))
        if len(values) != len(self.states):
            name = checks.owner_name(self)
            raise ValueError(f"{name}.initial must return one value for each of the states "
                             f"{tuple(self.states)}, got {len(values)}")
        return _stacked(self, "initial", values, n)

    def coefficients(self, n: int, dt: float) -> tuple[bool, FloatArray]:
        """Return (homogeneous, coefficients): a vector of shared numbers, or rows of (n,).

        The kernel is tried out in plain Python before it first meets coefficients of this shape.
        """
        homogeneous, array = _coefficients(self, n, dt)
        validate_kernel(self, n, dt, array)
        return homogeneous, array


class Synapse(_StepCoefficients):
    """Base class of synapse models: frozen dataclasses whose fields are numbers or (n_post,) arrays.

    A subclass declares `filter` and, as needed, `states` and `step_coefficients`. Connections to the same
    group whose synapse models are equal share one state. `docs/extending` explains it.

    Attributes
    ----------
    states : tuple of str
        Names of the state rows of the filter; arriving weights are added to the first.
    unit : str
        Unit of the weights.
    sends_conductance : bool
        Whether the weights are conductances, which have no sign and need a model with ``conductances =
        True``.
    uses_spikes : bool
        Whether spikes are delivered; else a state of the source acts on the target in every step.
    filter : Kernel
        What one step does: see `filter_kernel`.
    fused : Kernel
        The filter for which the time loop has code of its own.

    Examples
    --------
    A current that decays linearly, by `rate` nA per ms:

    >>> from dataclasses import dataclass
    >>> from spikingnn import LIFGroup, Network, SpikeSource, Synapse, SynapseGroup, filter_kernel, rows
    >>> @dataclass(frozen=True, eq=False)
    ... class Linear(Synapse):
    ...     rate: float = 0.1
    ...
    ...     def step_coefficients(self, dt):
    ...         return (self.rate * dt,)
    ...
    ...     @filter_kernel
    ...     def filter(state, coefficients, v, current, conductance, dt, key):
    ...         (s,) = rows(state, 1)
    ...         (fall,) = rows(coefficients, 1)
    ...         for i in range(s.size):
    ...             current[i] += max(s[i] - 0.5 * fall[i], 0.0)
    ...             s[i] = max(s[i] - fall[i], 0.0)
    >>> source, target = SpikeSource([[1.0]]), LIFGroup(1)
    >>> Network(source, target, SynapseGroup(source, target, 1.0, Linear(0.5)), dt=0.5, seed=0).run(3.0)
    >>> target["v"].round(2)
    array([-64.55])
    """

    states: ClassVar[tuple[str, ...]] = ("s",)
    unit: ClassVar[str] = "nA"
    sends_conductance: ClassVar[bool] = False
    uses_spikes: ClassVar[bool] = True
    filter: ClassVar[Kernel | None] = None
    fused: ClassVar[Kernel | None] = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Synapse) and self.identity() == other.identity()

    def __hash__(self) -> int:
        return hash(self.identity())

    def identity(self) -> tuple[Any, ...]:
        """Return what two equal models have in common: class and values of the fields."""
        values = (getattr(self, field.name) for field in fields(self))
        return (type(self), *((each.shape, each.tobytes()) if isinstance(each, np.ndarray) else each
                              for each in values))

    def state_rows(self, source: NeuronModel, target: NeuronModel) -> tuple[int, int]:
        """Return the numbers of the state row of the source that is sent, and of that of the target which
        takes part.

        Raises
        ------
        ValueError
            If the models have no such state.
        """
        return 0, 0

    def own_rule(self) -> Rule | None:
        """Return the rule that belongs to the synapse model itself, such as saturation; None by default."""
        return None

    def coefficients(self, n: int, dt: float) -> tuple[bool, FloatArray]:
        """Return (homogeneous, coefficients) of the filter, tried out in plain Python, for n targets."""
        homogeneous, array = _coefficients(self, n, dt)
        validate_filter(self, n, dt, array)
        return homogeneous, array


def _coefficients(owner: NeuronModel | Synapse, n: int, dt: float) -> tuple[bool, FloatArray]:
    """Whether all `step_coefficients` are single numbers, and these, or rows of (n,)."""
    values = check_sequence(owner, "step_coefficients", owner.step_coefficients(dt))
    if all(type(value) is float or np.ndim(value) == 0 for value in values):
        return True, check_numbers(owner, "step_coefficients", values)
    return False, _stacked(owner, "step_coefficients", values, n)


def check_sequence(owner: object, method: str, values: Any) -> Any:
    """Return `values`, which `owner.method` returned; refuse what is no tuple, list or array."""
    if not (isinstance(values, (tuple, list)) or isinstance(values, np.ndarray) and values.ndim):
        accepted = "a tuple of numbers (one number: `return (x,)`)"
        raise TypeError(f"{checks.owner_name(owner)}.{method} must return {accepted}, got {values!r}")
    return values


def check_numbers(owner: object, method: str, value: Any) -> FloatArray:
    """Return what `owner.method` returned, or a part of it, as a float64 array."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" and array.size:
        raise TypeError(f"{checks.owner_name(owner)}.{method} must return numbers, got {value!r}")
    return array.astype(np.float64)


def _stacked(owner: object, method: str, values: Any, n: int) -> FloatArray:
    stacked = np.empty((len(values), n))
    for k, value in enumerate(values):
        if type(value) is not float:
            checks.scalar_or_length(owner, f"{method}()[{k}]", value, n)
            value = check_numbers(owner, method, value)
        stacked[k] = value
    return stacked


class TraceMode(IntEnum):
    """What a spike does to a trace that a rule declares in `pre_traces` or `post_traces`.

    - ADD: the spike adds one to the trace: all earlier spikes count, each decayed
    - SET: the spike sets the trace to one: the latest spike counts alone
    - HOOK: the spike does nothing: a hook of the rule writes the trace itself
    - POTENTIAL: of a postsynaptic trace: it follows the membrane potential of its neuron in mV, low-pass
      filtered with its time constant; with 0 it is v itself: in `on_post` the one that the spikes of the step
      have reached, before the reset
    - SIGNAL: of a postsynaptic trace: it follows the signal of the rule in the same way, such as a reward

    Between spikes a trace decays with exp(-dt/tau). A hook sees it before the spike that calls the hook has
    changed it.

    Examples
    --------
    >>> from spikingnn import ADD, SET, STDP
    >>> STDP(pairing="all").pre_traces()[0][1] is ADD, STDP(pairing="nearest").pre_traces()[0][1] is SET
    (True, True)
    """

    HOOK = 0
    ADD = 1
    SET = 2
    POTENTIAL = 3
    SIGNAL = 4


ADD, SET, HOOK = TraceMode.ADD, TraceMode.SET, TraceMode.HOOK
POTENTIAL, SIGNAL = TraceMode.POTENTIAL, TraceMode.SIGNAL


class Rule(_StepCoefficients):
    """Base class of plasticity rules: frozen dataclasses with small hooks that never see the connectivity.

    The engine decays the traces in every step and increments them after the hooks (`TraceMode`).

    Attributes
    ----------
    on_pre, on_post, on_tick, efficacy, release : Kernel or None
        The hooks: see `on_pre_kernel`, `on_post_kernel`, `on_tick_kernel`, `efficacy_kernel` and
        `release_kernel`.
    synapse_state : tuple of str
        Names of the numbers that each synapse has besides its weight, such as an eligibility: the rows of
        `state` in the hooks, and ``synapses["name"]``.
    pre_names, post_names : tuple of str
        Names of the traces for ``synapses[name]`` and monitors; empty: x, or x1, x2 …, and y, or y1, y2 …
    interval : float
        ms: time between two calls of `on_tick`.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from spikingnn import ADD, DeltaSynapse, Network, Rule, SpikeSource, SynapseGroup, on_pre_kernel
    >>> from spikingnn import FirstOrderLIF, NeuronGroup
    >>> @dataclass(frozen=True)
    ... class Grow(Rule):
    ...     amount: float = 0.5
    ...
    ...     @on_pre_kernel
    ...     def on_pre(weight, state, pre, post, params, t, key):
    ...         for s in range(weight.size):
    ...             weight[s] += params[0]
    >>> source, target = SpikeSource([[1.0, 2.0]]), NeuronGroup(1, FirstOrderLIF())
    >>> synapses = SynapseGroup(source, target, 1.0, DeltaSynapse(), rule=Grow())
    >>> Network(source, target, synapses, dt=0.5, seed=0).run(5.0)
    >>> synapses.weight
    array([[2.]])
    """

    on_pre: ClassVar[Kernel | None] = None
    on_post: ClassVar[Kernel | None] = None
    on_tick: ClassVar[Kernel | None] = None
    efficacy: ClassVar[Kernel | None] = None
    release: ClassVar[Kernel | None] = None
    synapse_state: ClassVar[tuple[str, ...]] = ()
    pre_names: ClassVar[tuple[str, ...]] = ()
    post_names: ClassVar[tuple[str, ...]] = ()
    interval: float | None = None

    @property
    def signal(self) -> float:
        """What traces of mode SIGNAL follow where a run is given no signal: zero."""
        return 0.0

    def initial(self) -> Sequence[float]:
        """Return the first value of each number in `synapse_state`: zeros by default."""
        return (0.0,) * len(self.synapse_state)

    def pre_traces(self) -> Traces:
        """Return (tau in ms, mode) of each presynaptic trace."""
        return ()

    def post_traces(self) -> Traces:
        """Return (tau in ms, mode) of each postsynaptic trace."""
        return ()

    def step_coefficients(self, dt: float) -> Sequence[float] | FloatArray:
        """Return the numbers that the hooks read as `params`: by default the fields in their order.

        Parameters
        ----------
        dt : float
            ms: time step.

        Raises
        ------
        TypeError
            If a field is no number and the rule has no `step_coefficients` of its own.
        """
        names = [field.name for field in fields(self)]
        values = {name: getattr(self, name) for name in names}
        for name, value in values.items():
            if not isinstance(value, (int, float, np.number, np.bool_)):
                accepted = ("a number (for another setting write step_coefficients(dt), "
                            "which returns the numbers that the hooks read as params)")
                checks.fail(self, name, value, accepted, TypeError)
        return tuple(float(value) for value in values.values())
