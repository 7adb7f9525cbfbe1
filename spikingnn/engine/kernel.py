"""Kernels: plain Python functions over arrays, compiled at first use with one fixed signature per kind.

The engine calls them by address (`spikingnn.engine.pointers`), so that it is compiled once and cached for
every network there will ever be.

========  ==========================================================  ===================================
kind      arguments                                                   when it is called
========  ==========================================================  ===================================
step      state, coefficients, current, conductance, spikes, dt, key  in every step, once per group
on_pre    weight (m,), memory (m,), pre (k,), post (q, m), params     a presynaptic spike arrives
on_post   weight (m,), memory (m,), pre (k, m), post (q,), params     a postsynaptic neuron has spiked
on_tick   weight (m,), memory (m,), pre (k, m), post (q,), params     every `interval` ms
efficacy  pre (k,), params → float                                    per arriving spike, before delivery
========  ==========================================================  ===================================
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any

from .jit import jitted
from .pointers import SIGNATURES, address_of


__all__ = ["Kernel", "efficacy_kernel", "on_post_kernel", "on_pre_kernel", "on_tick_kernel",
           "step_kernel"]

ARGUMENTS = {
    "homogeneous": ("state", "coefficients", "current", "conductance", "spikes", "dt", "key"),
    "on_pre": ("weight", "memory", "pre", "post", "params"),
    "on_post": ("weight", "memory", "pre", "post", "params"),
    "efficacy": ("pre", "params"),
}


class Kernel:
    """A kernel before it is compiled: `python` as written, `compiled(variant)` as machine code.

    The compiler's options are fixed here and nowhere else: no fast-math, so that the compiled kernel and
    the plain Python function give the same bits.

    Parameters
    ----------
    python : function
        The kernel; its arguments must have the names of its kind.
    variants : tuple of str
        Signatures under which it can be compiled, such as ``("homogeneous", "heterogeneous")`` or
        ``("on_pre",)``.

    Raises
    ------
    TypeError
        If the function takes other arguments or is a generator.
    """

    def __init__(self, python: Callable[..., Any], variants: tuple[str, ...]) -> None:
        python = getattr(python, "__func__", python)            # below @staticmethod or above it
        expected, found = ARGUMENTS[variants[0]], tuple(inspect.signature(python).parameters)
        if found != expected:
            hint = " (without self)" if found[:1] == ("self",) else ""
            raise TypeError(f"{python.__qualname__} must take ({', '.join(expected)}){hint}, "
                            f"got ({', '.join(found)})")
        if inspect.isgeneratorfunction(python) or inspect.iscoroutinefunction(python):
            raise TypeError(f"{python.__qualname__} must be a plain function, without yield and async")
        self.python, self.variants = python, variants
        self.validated: set[Any] = set()                # shapes that were tried out
        self._compiled: dict[str, Any] = {}
        self._addresses: dict[str, int] = {}
        as_function: Any = self
        functools.update_wrapper(as_function, python)
        self.__qualname__: str

    def __reduce__(self) -> str | tuple[Any, ...]:
        """By name if a module has it, else as the Python function; never as machine code."""
        found: Any = sys.modules.get(self.__module__) if self.__module__ != "__main__" else None
        for name in self.__qualname__.split("."):
            found = getattr(found, name, None)
        return self.__qualname__ if found is self else (type(self), (self.python, self.variants))

    def __deepcopy__(self, memo: Any) -> Kernel:
        return self

    def compiled(self, variant: str) -> Any:
        """Return the function of `variant` ("homogeneous", "on_pre" …), compiled at its first use."""
        if variant not in self.variants:
            raise TypeError(f"{self.__qualname__} is a kernel of kind {self.variants[0]!r} "
                            f"and cannot serve as {variant!r}")
        if variant not in self._compiled:
            self._compiled[variant] = jitted(SIGNATURES[variant], no_cfunc_wrapper=True)(self.python)
        return self._compiled[variant]

    def address(self, variant: str) -> int:
        """Return where the machine code of `variant` lies in this process, for the tables of the engine."""
        if variant not in self._addresses:
            self._addresses[variant] = address_of(self.compiled(variant), variant)
        return self._addresses[variant]


def step_kernel(function: Callable[..., Any]) -> Kernel:
    """Mark a function as the step of a neuron model or an encoder: it advances n units by one step.

    The function is ``step(state, coefficients, current, conductance, spikes, dt, key)``:

    - ``state``: (n_states, n), to be unpacked with `rows` and written in place
    - ``coefficients``: what ``step_coefficients(dt)`` returned, to be unpacked with `rows` and read unit by
    unit
    - ``current``: (n,) nA; for an encoder the stimulus in [0, 1]
    - ``conductance``: (2, n) with g in µS and g·E in nA, or (2, 0) if no synapse sends conductances
    - ``spikes``: (n,) bool, all False; set where a unit spikes
    - ``dt``: ms
    - ``key``: new in each step; ``uniform(key, i)`` is the random number of unit i

    Parameters
    ----------
    function : function
        A plain Python function that Numba can compile. It stands in the class body without ``self``.

    Returns
    -------
    Kernel
        The kernel, which is compiled at its first use.

    Raises
    ------
    TypeError
        If the function takes other arguments.

    Examples
    --------
    A perfect integrator that spikes when it has collected one nA·ms:

    >>> from dataclasses import dataclass
    >>> from spikingnn import NeuronGroup, NeuronModel, rows, step_kernel
    >>> @dataclass(frozen=True, eq=False)
    ... class Integrator(NeuronModel):
    ...     @step_kernel
    ...     def step(state, coefficients, current, conductance, spikes, dt, key):
    ...         (v,) = rows(state, 1)
    ...         for i in range(v.size):
    ...             v[i] += current[i] * dt
    ...             spikes[i] = v[i] >= 1.0
    ...             if spikes[i]:
    ...                 v[i] = 0.0
    >>> group = NeuronGroup(2, Integrator())
    >>> group.step([1.0, 3.0], dt=0.5), group["v"]
    (array([False,  True]), array([0.5, 0. ]))
    """
    return Kernel(function, ("homogeneous", "heterogeneous"))


def on_pre_kernel(function: Callable[..., Any]) -> Kernel:
    """Mark a hook of a plasticity rule: a presynaptic spike arrives at its m targets.

    The function is ``on_pre(weight, memory, pre, post, params)``. It is called after the spike has been
    delivered with the old weights:

    - `weight`: (m,), to be changed in place
    - `memory`: (m,), one number per synapse, to be changed in place; (0,) unless the rule declares a memory
    - `pre`: (k,) presynaptic traces of the neuron that spiked
    - `post`: (q, m) postsynaptic traces of its targets
    - `params`: what ``step_coefficients(dt)`` returned

    Parameters
    ----------
    function : function
        A plain Python function that Numba can compile. It stands in the class body without ``self``.

    Returns
    -------
    Kernel
        The kernel, which is compiled at its first use.

    Raises
    ------
    TypeError
        If the function takes other arguments.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from spikingnn import Rule, on_pre_kernel
    >>> @dataclass(frozen=True)
    ... class Fatigue(Rule):
    ...     share: float = 0.1
    ...
    ...     @on_pre_kernel
    ...     def on_pre(weight, memory, pre, post, params):
    ...         for s in range(weight.size):
    ...             weight[s] *= 1.0 - params[0]
    >>> Fatigue().on_pre.variants
    ('on_pre',)
    """
    return Kernel(function, ("on_pre",))


def on_post_kernel(function: Callable[..., Any]) -> Kernel:
    """Mark a hook of a plasticity rule: a postsynaptic neuron spiked; the hook sees its m synapses.

    The function is ``on_post(weight, memory, pre, post, params)``:

    - `weight`: (m,), to be changed in place
    - `memory`: (m,), one number per synapse, to be changed in place; (0,) unless the rule declares a memory
    - `pre`: (k, m) presynaptic traces of the sources
    - `post`: (q,) postsynaptic traces of the neuron that spiked
    - `params`: what ``step_coefficients(dt)`` returned

    Parameters
    ----------
    function : function
        A plain Python function that Numba can compile. It stands in the class body without ``self``.

    Returns
    -------
    Kernel
        The kernel, which is compiled at its first use.

    Raises
    ------
    TypeError
        If the function takes other arguments.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from spikingnn import ADD, Rule, on_post_kernel
    >>> @dataclass(frozen=True)
    ... class Reward(Rule):
    ...     eta: float = 0.01
    ...
    ...     def pre_traces(self):
    ...         return ((20.0, ADD),)
    ...
    ...     @on_post_kernel
    ...     def on_post(weight, memory, pre, post, params):
    ...         for s in range(weight.size):
    ...             weight[s] += params[0] * pre[0, s]
    >>> Reward().on_post.variants
    ('on_post',)
    """
    return Kernel(function, ("on_post",))


def on_tick_kernel(function: Callable[..., Any]) -> Kernel:
    """Mark a hook of a plasticity rule: called every `interval` ms per postsynaptic neuron, spike or not.

    The function is ``on_tick(weight, memory, pre, post, params)`` with the arguments of `on_post_kernel`:
    `weight` (m,) and `memory` (m,) (empty unless the rule declares it) of the neuron's m synapses, `pre`
    (k, m) the traces of their sources, `post` (q,) the neuron's own traces. It is meant for slow changes:
    decay, normalisation, reward. The time between two calls is the attribute `interval` of the rule.

    Parameters
    ----------
    function : function
        A plain Python function that Numba can compile. It stands in the class body without ``self``.

    Returns
    -------
    Kernel
        The kernel, which is compiled at its first use.

    Raises
    ------
    TypeError
        If the function takes other arguments.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from spikingnn import Rule, on_tick_kernel
    >>> @dataclass(frozen=True)
    ... class Decay(Rule):
    ...     factor: float = 0.999
    ...     interval: float = 10.0
    ...
    ...     @on_tick_kernel
    ...     def on_tick(weight, memory, pre, post, params):
    ...         for s in range(weight.size):
    ...             weight[s] *= params[0]
    >>> Decay().step_coefficients(0.1)
    (0.999, 10.0)
    """
    return Kernel(function, ("on_post",))


def efficacy_kernel(function: Callable[..., Any]) -> Kernel:
    """Mark a hook of a plasticity rule: it returns the factor that scales what a presynaptic spike delivers.

    The function is ``efficacy(pre, params)`` with `pre` (k,) the presynaptic traces of the neuron that
    spiked, which it may write, and `params` what ``step_coefficients(dt)`` returned.

    Parameters
    ----------
    function : function
        A plain Python function that Numba can compile. It stands in the class body without ``self``.

    Returns
    -------
    Kernel
        The kernel, which is compiled at its first use.

    Raises
    ------
    TypeError
        If the function takes other arguments.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from spikingnn import Rule, efficacy_kernel
    >>> @dataclass(frozen=True)
    ... class Half(Rule):
    ...     @efficacy_kernel
    ...     def efficacy(pre, params):
    ...         return 0.5
    >>> Half().efficacy.python(None, None)
    0.5
    """
    return Kernel(function, ("efficacy",))
