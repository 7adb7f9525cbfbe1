"""What varies is a plug-in: a plain Python function over arrays, compiled at first use with one fixed signature.

A neuron model or an encoder is a frozen dataclass that derives from `NeuronModel` and carries one kernel; a plasticity
rule derives from `Rule` and carries up to four. One signature a kind lets Numba see first-class functions, so that the
engine is compiled once and cached for every network there will ever be.

======== ============================================================== =========================================
kind     arguments                                                      when
======== ============================================================== =========================================
step     state, coefficients, current, conductance, spikes, dt, key     every step, once a group
on_pre   weight (m,), memory (m,), pre (k,), post (q, m), params        a presynaptic spike arrives
on_post  weight (m,), memory (m,), pre (k, m), post (q,), params        a postsynaptic neuron spiked
on_tick  weight (m,), memory (m,), pre (k, m), post (q,), params        every `interval` ms, a postsynaptic neuron
efficacy pre (k,), params -> float                                      once an arriving spike, before delivery
======== ============================================================== =========================================
"""

from __future__ import annotations

import functools
import inspect
import sys
from dataclasses import fields
from enum import IntEnum

import numpy as np
from numba import types
from numba.extending import typeof_impl

from .._util import checks
from .jit import jitted
from .kernel_validation import rehearse_step
from .random import normal, uniform
from .views import rows


__all__ = ["ADD", "HOOK", "SET", "NeuronModel", "Rule", "efficacy_kernel", "normal", "on_post_kernel", "on_pre_kernel",
           "on_tick_kernel", "rows", "step_kernel", "uniform"]

VECTOR, MATRIX = types.float64[::1], types.float64[:, ::1]
_HOOK = (VECTOR, VECTOR)
SIGNATURES = {
    "homogeneous": types.void(MATRIX, VECTOR, VECTOR, MATRIX, types.boolean[::1], types.float64, types.uint64),
    "heterogeneous": types.void(MATRIX, MATRIX, VECTOR, MATRIX, types.boolean[::1], types.float64, types.uint64),
    "on_pre": types.void(*_HOOK, VECTOR, MATRIX, VECTOR),
    "on_post": types.void(*_HOOK, MATRIX, VECTOR, VECTOR),
    "efficacy": types.float64(VECTOR, VECTOR),
}
ARGUMENTS = {
    "homogeneous": ("state", "coefficients", "current", "conductance", "spikes", "dt", "key"),
    "on_pre": ("weight", "memory", "pre", "post", "params"),
    "on_post": ("weight", "memory", "pre", "post", "params"),
    "efficacy": ("pre", "params"),
}


class Kernel:
    """A kernel before it is compiled: `python` is the function as written, `compiled(variant)` its machine code.

    The compiler's options are fixed here and nowhere else: no fast-math, so that the compiled kernel and the plain
    Python function give the same bits.
    """

    def __init__(self, python, variants):
        python = getattr(python, "__func__", python)            # below @staticmethod or above it
        wanted, taken = ARGUMENTS[variants[0]], tuple(inspect.signature(python).parameters)
        if taken != wanted:
            hint = " (without self)" if taken[:1] == ("self",) else ""
            accepted = f"({', '.join(wanted)}){hint}"
            raise TypeError(f"{python.__qualname__} must take {accepted}, got ({', '.join(taken)})")
        if inspect.isgeneratorfunction(python) or inspect.iscoroutinefunction(python):
            raise TypeError(f"{python.__qualname__} must be a plain function, without yield and async")
        self.python, self.variants = python, variants
        self._compiled, self.rehearsed = {}, set()              # by flavour; in which shapes it was tried out
        functools.update_wrapper(self, python)

    def __reduce__(self):
        """By name where a module has it, else as the Python function, compiled anew; never machine code."""
        found = sys.modules.get(self.__module__) if self.__module__ != "__main__" else None
        for name in self.__qualname__.split("."):
            found = getattr(found, name, None)
        return self.__qualname__ if found is self else (type(self), (self.python, self.variants))

    def __deepcopy__(self, memo):
        return self

    def compiled(self, variant):
        """The function of `variant` ("homogeneous", "on_pre" …), compiled at its first use and cached beside its file."""
        if variant not in self.variants:
            raise TypeError(f"{self.__qualname__} is a kernel of kind {self.variants[0]!r} and cannot serve as {variant!r}")
        if variant not in self._compiled:
            self._compiled[variant] = jitted(SIGNATURES[variant])(self.python)
        return self._compiled[variant]


class Compiled(tuple):
    """Machine functions of one signature. Numba is told their type: it would find out, with a warning."""


@typeof_impl.register(Compiled)
def _typeof_compiled(functions, context):
    return types.UniTuple(functions[0].get_function_type(), len(functions))


def step_kernel(function):
    """Mark `step(state, coefficients, current, conductance, spikes, dt, key)`: advance n units by one step.

    state (n_states, n) and coefficients are unpacked with `rows`; current (n,) in nA (for an encoder the stimulus);
    conductance (2, n) holds g in µS and g·E in nA, or is (2, 0) where nothing sends any; spikes (n,) arrives all False.
    key is new at each step: `uniform(key, i)` is unit i's random number.
    """
    return Kernel(function, ("homogeneous", "heterogeneous"))


def on_pre_kernel(function):
    """Mark `on_pre(weight, memory, pre, post, params)`: a presynaptic spike arrives at all its targets."""
    return Kernel(function, ("on_pre",))


def on_post_kernel(function):
    """Mark `on_post(weight, memory, pre, post, params)`: a postsynaptic neuron spiked, all its sources are seen."""
    return Kernel(function, ("on_post",))


def on_tick_kernel(function):
    """Mark `on_tick(weight, memory, pre, post, params)`: called every `interval` ms for each postsynaptic neuron.

    It is called whether the neuron has spiked or not, for slow changes: decay, normalisation, reward. weight (m,),
    memory (m,) (empty unless the rule declares it) and pre (k, m) belong to the neuron's m synapses, post (q,) is the
    neuron's own traces; what is written into them stays. `interval` is an attribute of the rule, in ms.
    """
    return Kernel(function, ("on_post",))


def efficacy_kernel(function):
    """Mark `efficacy(pre, params)`: the factor on what this presynaptic spike delivers."""
    return Kernel(function, ("efficacy",))


@step_kernel
def idle_step(state, coefficients, current, conductance, spikes, dt, key):
    """Does nothing: fills the unused places of the engine's tables."""


@on_pre_kernel
def idle_on_pre(weight, memory, pre, post, params):
    """Does nothing."""


@on_post_kernel
def idle_on_post(weight, memory, pre, post, params):
    """Does nothing."""


@efficacy_kernel
def idle_efficacy(pre, params):
    """Delivers the full weight."""
    return 1.0


class NeuronModel:
    """Base of neuron models and encoders: frozen dataclasses whose fields are scalars or (n,) arrays.

    A subclass gives `states` (the rows of `state`; the first is the membrane potential), `step_coefficients(dt)` (the step
    coefficients, each a scalar or an (n,) array), `step` (a `step_kernel`) and, where zero will not do, `initial`.
    """

    states = ("v",)
    conductances = False        # does `step` read the conductance rows?
    step = None

    def check_units(self, n):
        """Refuse what does not fit n units: by default fields of another length."""
        for field in fields(self):
            if isinstance(getattr(self, field.name), np.ndarray):
                checks.scalar_or_length(self, field.name, getattr(self, field.name), n)

    def step_coefficients(self, dt):
        """The coefficients of one step of `dt` ms."""
        return ()

    def initial(self, n, key):
        """One scalar or (n,) array a state row; `uniform(key, i)` where it is random."""
        return (0.0,) * len(self.states)

    def initial_state(self, n, key):
        """`initial` as (n_states, n)."""
        with np.errstate(over="ignore"):
            values = listed(self, "initial", self.initial(n, np.uint64(key)))
        if len(values) != len(self.states):
            raise ValueError(f"{checks.owner_name(self)}.initial must return one value for each of the states "
                             f"{tuple(self.states)}, got {len(values)}")
        return _stacked(self, "initial", values, n)

    def coefficients(self, n, dt):
        """(same, `step_coefficients` as the kernel unpacks it): a row of shared numbers, or a row of (n,) for each coefficient.

        The kernel is tried out in plain Python before it first meets coefficients of this shape.
        """
        values = listed(self, "calibrate", self.step_coefficients(dt))
        same = all(np.ndim(value) == 0 for value in values)
        array = numbers(self, "calibrate", values) if same else _stacked(self, "calibrate", values, n)
        rehearse_step(self, n, dt, array)
        return same, array


def listed(owner, method, values):
    """`values`, which `owner.method` returned, refused where they are no tuple, list or array."""
    if not (isinstance(values, (tuple, list)) or isinstance(values, np.ndarray) and values.ndim):
        accepted = "a tuple of numbers (one number: `return (x,)`)"
        raise TypeError(f"{checks.owner_name(owner)}.{method} must return {accepted}, got {values!r}")
    return values


def numbers(owner, method, value):
    """What `owner.method` returned, or a part of it, as a float64 array."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" and array.size:
        raise TypeError(f"{checks.owner_name(owner)}.{method} must return numbers, got {value!r}")
    return array.astype(np.float64)


def _stacked(owner, method, values, n):
    for k, value in enumerate(values):
        checks.scalar_or_length(owner, f"{method}()[{k}]", value, n)
    return np.array([np.broadcast_to(numbers(owner, method, value), n) for value in values])


class TraceMode(IntEnum):
    """What a spike does to a trace that a rule declares in `pre_traces` or `post_traces`, as (tau in ms, mode).

    ADD     the spike adds one: all earlier spikes count, each decayed
    SET     the spike sets the trace to one: the latest spike counts alone
    HOOK    the spike does nothing: a hook of the rule writes the trace itself

    Between spikes a trace decays with exp(-dt/tau). The hooks see it before the spike that calls them has changed it.
    """

    HOOK = 0
    ADD = 1
    SET = 2


ADD, SET, HOOK = TraceMode.ADD, TraceMode.SET, TraceMode.HOOK


class Rule:
    """Base of plasticity rules: frozen dataclasses with small hooks that never see the connectivity.

    `pre_traces()` and `post_traces()` list (tau in ms, ADD | SET | HOOK); the engine decays and bumps them, after the
    hook. `step_coefficients(dt)` gives the hooks' `params`. `memory = True` asks for one number a synapse (eligibility).
    `interval` is the time in ms between two calls of `on_tick`.
    """

    on_pre = on_post = on_tick = efficacy = None
    memory = False
    interval = None
    reward_modulated = False    # is params[0] a reward, set by `inputs={synapses: reward}`?

    def pre_traces(self):
        """(tau, mode) of each presynaptic trace."""
        return ()

    def post_traces(self):
        """(tau, mode) of each postsynaptic trace."""
        return ()

    def step_coefficients(self, dt):
        """The numbers that the hooks read as `params`: by default the fields in their order."""
        for field in fields(self):
            if not isinstance(getattr(self, field.name), (int, float, np.number, np.bool_)):
                accepted = ("a number (for another setting write calibrate(dt), "
                            "which returns the numbers that the hooks read as params)")
                checks.fail(self, field.name, getattr(self, field.name), accepted, TypeError)
        return tuple(float(getattr(self, field.name)) for field in fields(self))


HOOKS = {"step": ("homogeneous", "step_kernel"), "on_pre": ("on_pre", "on_pre_kernel"),
         "on_post": ("on_post", "on_post_kernel"), "on_tick": ("on_post", "on_tick_kernel"), "efficacy": ("efficacy", "efficacy_kernel")}


def validate(plug_in):
    """TypeError where a model or rule is no frozen dataclass, or has no kernel or one that is not marked as such."""
    kind, base = type(plug_in), NeuronModel if isinstance(plug_in, NeuronModel) else Rule
    parameters = getattr(kind, "__dataclass_params__", None)
    missing = [name for name, annotation in inspect.get_annotations(kind).items()
               if name not in getattr(kind, "__dataclass_fields__", {})
               and not any(special in str(annotation) for special in ("ClassVar", "KW_ONLY"))]
    if parameters is None or missing or not parameters.frozen:
        raise TypeError(f"{kind.__name__} must be a frozen dataclass: write @dataclass(frozen=True, eq=False) "
                        f"above `class {kind.__name__}`")
    names = ["step"] if base is NeuronModel else ["on_pre", "on_post", "on_tick", "efficacy"]
    for flag in ("conductances",) if base is NeuronModel else ("memory", "reward_modulated"):
        if not isinstance(getattr(plug_in, flag), (bool, np.bool_)):
            checks.fail(plug_in, flag, getattr(plug_in, flag), "True or False", TypeError)
    states = plug_in.states if base is NeuronModel else ("v",)
    if isinstance(states, str) or not states or not all(isinstance(state, str) for state in states):
        checks.fail(plug_in, "states", states, 'a tuple of names such as ("v",)', TypeError)
    given = [name for name in names if _is_marked(plug_in, name)]
    if not given:
        kernels = ", ".join(f"{name}({', '.join(ARGUMENTS[HOOKS[name][0]])})" for name in names)
        decorators = ", ".join(f"@{HOOKS[name][1]}" for name in names)
        raise TypeError(f"{kind.__name__} has no kernel, one at least is needed: {kernels}, "
                        f"marked with {decorators}")
    kernels = inspect.getmembers_static(kind, lambda value: isinstance(value, Kernel)) if base is Rule else ()
    for name, value in kernels:
        if name not in names and not any(getattr(plug_in, hook) is value for hook in given):
            checks.one_of(kind.__name__, "kernel", name, names)


def _is_marked(plug_in, name):
    """Has `plug_in` a kernel of this name? TypeError where it has something else there."""
    kernel, (variant, decorator) = getattr(plug_in, name), HOOKS[name]
    if kernel is None:
        return False
    if not isinstance(kernel, Kernel):
        raise TypeError(f"{checks.owner_name(plug_in)}.{name} must be marked as a kernel: "
                        f"write @{decorator} above `def {name}`")
    if variant not in kernel.variants:
        raise TypeError(f"{checks.owner_name(plug_in)}.{name} must be marked with @{decorator}, "
                        f"it is a kernel of kind {kernel.variants[0]!r}")
    return True
