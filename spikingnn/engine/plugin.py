"""What varies is a plug-in: neuron models and encoders (`NeuronModel`), plasticity rules (`Rule`).

Both are frozen dataclasses that carry kernels (`spikingnn.engine.kernel`): a model one, a rule up to four.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np

from .._util import checks
from .._util.typing import FloatArray, Scalar, Traces
from .kernel import Kernel, efficacy_kernel, on_post_kernel, on_pre_kernel, on_tick_kernel, step_kernel
from .kernel_validation import validate_kernel
from .random import normal, uniform
from .views import rows


__all__ = ["ADD", "HOOK", "SET", "Kernel", "NeuronModel", "Rule", "TraceMode", "efficacy_kernel", "normal",
           "on_post_kernel", "on_pre_kernel", "on_tick_kernel", "rows", "step_kernel", "uniform"]


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
    step: ClassVar[Kernel] = cast(Kernel, None)         # a model without a step is refused

    def check_units(self, n: int) -> None:
        """Refuse fields that do not fit n units: by default, arrays of another length."""
        for field in fields(self):
            if isinstance(getattr(self, field.name), np.ndarray):
                checks.scalar_or_length(self, field.name, getattr(self, field.name), n)

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
        values = check_sequence(self, "step_coefficients", self.step_coefficients(dt))
        homogeneous = all(np.ndim(value) == 0 for value in values)
        array = (check_numbers(self, "step_coefficients", values) if homogeneous
                 else _stacked(self, "step_coefficients", values, n))
        validate_kernel(self, n, dt, array)
        return homogeneous, array


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
    for k, value in enumerate(values):
        checks.scalar_or_length(owner, f"{method}()[{k}]", value, n)
    return np.array([np.broadcast_to(check_numbers(owner, method, value), n) for value in values])


class TraceMode(IntEnum):
    """What a spike does to a trace that a rule declares in `pre_traces` or `post_traces`.

    - ADD: the spike adds one to the trace: all earlier spikes count, each decayed
    - SET: the spike sets the trace to one: the latest spike counts alone
    - HOOK: the spike does nothing: a hook of the rule writes the trace itself

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


ADD, SET, HOOK = TraceMode.ADD, TraceMode.SET, TraceMode.HOOK


class Rule(_StepCoefficients):
    """Base class of plasticity rules: frozen dataclasses with small hooks that never see the connectivity.

    The engine decays the traces in every step and increments them after the hooks (`TraceMode`).

    Attributes
    ----------
    on_pre, on_post, on_tick, efficacy : Kernel or None
        The hooks: see `on_pre_kernel`, `on_post_kernel`, `on_tick_kernel` and `efficacy_kernel`.
    memory : bool
        Whether each synapse has one number of memory, such as an eligibility.
    pre_names, post_names : tuple of str
        Names of the traces for ``synapses[name]`` and monitors; empty: x, or x1, x2 …, and y, or y1, y2 …
    interval : float
        ms: time between two calls of `on_tick`.
    reward_modulated : bool
        Whether ``inputs={synapses: reward}`` is accepted. The engine then writes the present reward into
        ``params[0]``, so the first of the `step_coefficients` is the reward if none is given.

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
    ...     def on_pre(weight, memory, pre, post, params):
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
    memory: ClassVar[bool] = False
    pre_names: ClassVar[tuple[str, ...]] = ()
    post_names: ClassVar[tuple[str, ...]] = ()
    interval: float | None = None
    reward_modulated: ClassVar[bool] = False

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
