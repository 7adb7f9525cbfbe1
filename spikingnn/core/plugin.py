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

import numba
import numpy as np
from numba import types
from numba.core import event
from numba.extending import typeof_impl

from . import checks
from .random import normal, uniform
from .views import rows

__all__ = ["ADD", "HOOK", "SET", "NeuronModel", "Rule", "efficacy_kernel", "normal", "on_post_kernel", "on_pre_kernel",
           "on_tick_kernel", "rows", "step_kernel", "uniform"]

VECTOR, MATRIX = types.float64[::1], types.float64[:, ::1]
_HOOK = (VECTOR, VECTOR)
SIGNATURES = {
    "step_same": types.void(MATRIX, VECTOR, VECTOR, MATRIX, types.boolean[::1], types.float64, types.uint64),
    "step_each": types.void(MATRIX, MATRIX, VECTOR, MATRIX, types.boolean[::1], types.float64, types.uint64),
    "on_pre": types.void(*_HOOK, VECTOR, MATRIX, VECTOR),
    "on_post": types.void(*_HOOK, MATRIX, VECTOR, VECTOR),
    "efficacy": types.float64(VECTOR, VECTOR),
}
ARGUMENTS = {
    "step_same": ("state", "coefficients", "current", "conductance", "spikes", "dt", "key"),
    "on_pre": ("weight", "memory", "pre", "post", "params"),
    "on_post": ("weight", "memory", "pre", "post", "params"),
    "efficacy": ("pre", "params"),
}


class Kernel:
    """A kernel before it is compiled: `python` is the function as written, `compiled(flavour)` its machine code.

    The compiler's options are fixed here and nowhere else: no fast-math, so that the compiled kernel and the plain
    Python function give the same bits.
    """

    def __init__(self, python, flavours):
        wanted, taken = ARGUMENTS[flavours[0]], tuple(inspect.signature(python).parameters)
        if taken != wanted:
            raise TypeError(f"{python.__qualname__} must take ({', '.join(wanted)}), got ({', '.join(taken)})")
        self.python, self.flavours = python, flavours
        self._compiled = {}
        functools.update_wrapper(self, python)

    def __reduce__(self):
        """By name where a module has it, else as the Python function, compiled anew; never machine code."""
        found = sys.modules.get(self.__module__) if self.__module__ != "__main__" else None
        for name in self.__qualname__.split("."):
            found = getattr(found, name, None)
        return self.__qualname__ if found is self else (type(self), (self.python, self.flavours))

    def __deepcopy__(self, memo):
        return self

    def compiled(self, flavour):
        """The function of `flavour` ("step_same", "on_pre" …), compiled at its first use and cached beside its file."""
        if flavour not in self.flavours:
            raise TypeError(f"{self.__qualname__} is a kernel of kind {self.flavours[0]!r} and cannot serve as {flavour!r}")
        if flavour not in self._compiled:
            self._compiled[flavour] = _compile(self.python, SIGNATURES[flavour])
        return self._compiled[flavour]


class Compiled(tuple):
    """Machine functions of one signature. Numba is told their type: it would find out, with a warning."""


@typeof_impl.register(Compiled)
def _typeof_compiled(functions, context):
    return types.UniTuple(functions[0].get_function_type(), len(functions))


def _compile(python, signature):
    if numba.config.DISABLE_JIT:
        return python
    try:
        return numba.njit(signature, cache=True, error_model="numpy")(python)
    except RuntimeError as error:           # typed at a prompt: there is no file to cache beside
        if "no locator available" not in str(error):
            raise
        return numba.njit(signature, error_model="numpy")(python)


def step_kernel(function):
    """Mark `step(state, coefficients, current, conductance, spikes, dt, key)`: advance n units by one step.

    state (n_states, n) and coefficients are unpacked with `rows`; current (n,) in nA (for an encoder the stimulus);
    conductance (2, n) holds g in µS and g·E in nA, or is (2, 0) where nothing sends any; spikes (n,) arrives all False.
    key is new at each step: `uniform(key, i)` is unit i's random number.
    """
    return Kernel(function, ("step_same", "step_each"))


def on_pre_kernel(function):
    """Mark `on_pre(weight, memory, pre, post, params)`: a presynaptic spike arrives at all its targets."""
    return Kernel(function, ("on_pre",))


def on_post_kernel(function):
    """Mark `on_post(weight, memory, pre, post, params)`: a postsynaptic neuron spiked, all its sources are seen."""
    return Kernel(function, ("on_post",))


on_tick_kernel = on_post_kernel


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

    A subclass gives `states` (the rows of `state`; the first is the membrane potential), `calibrate(dt)` (the step
    coefficients, each a scalar or an (n,) array), `step` (a `step_kernel`) and, where zero will not do, `initial`.
    """

    states = ("v",)
    conductances = False        # does `step` read the conductance rows?
    step = None

    def check_units(self, n):
        """Refuse what does not fit n units: by default fields of another length."""
        for field in fields(self):
            if isinstance(getattr(self, field.name), np.ndarray):
                checks.length(self, field.name, getattr(self, field.name), n)

    def calibrate(self, dt):
        """The coefficients of one step of `dt` ms."""
        return ()

    def initial(self, n, key):
        """One scalar or (n,) array a state row; `uniform(key, i)` where it is random."""
        return (0.0,) * len(self.states)

    def initial_state(self, n, key):
        """`initial` as (n_states, n)."""
        with np.errstate(over="ignore"):
            return _stacked(self.initial(n, np.uint64(key)), n)

    def coefficients(self, n, dt):
        """(same, `calibrate` as the kernel unpacks it): one row of shared numbers, or a row of (n,) for each coefficient."""
        values = self.calibrate(dt)
        same = all(np.ndim(value) == 0 for value in values)
        return same, np.array(values, dtype=np.float64) if same else _stacked(values, n)


def _stacked(values, n):
    return np.array([np.broadcast_to(np.asarray(value, dtype=np.float64), n) for value in values])


ADD, SET, HOOK = 1, 2, 0         # what a spike does to a trace: adds one, sets it to one, or the hook writes it


class Rule:
    """Base of plasticity rules: frozen dataclasses with small hooks that never see the connectivity.

    `pre_traces()` and `post_traces()` list (tau in ms, ADD | SET | HOOK); the engine decays and bumps them, after the
    hook. `calibrate(dt)` gives the hooks' `params`. `memory = True` asks for one number a synapse (eligibility).
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

    def calibrate(self, dt):
        """The numbers that the hooks read as `params`: by default the fields in their order."""
        return tuple(float(getattr(self, field.name)) for field in fields(self))


class announced(event.Listener):
    """A context in which the first compilation of the process says on stderr that it is compiling, and for how long."""

    said = False

    def __enter__(self):
        event.register("numba:compile", self)

    def __exit__(self, *_):
        event.unregister("numba:compile", self)

    def on_start(self, _):
        """Called by Numba where a function is not in the cache."""
        if not announced.said:
            print("spikingnn: compiling, once for this machine (about ten seconds) …", file=sys.stderr, flush=True)
            announced.said = True

    def on_end(self, _):
        """Called by Numba when a function is compiled."""
