"""Validation of a step kernel in plain Python before it is compiled: the engine has no bounds checks."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from itertools import product
from typing import Any, Protocol

import numpy as np

from .._util import checks
from .._util.typing import FloatArray
from .jit import place
from .kernel import Kernel
from .random import mix
from .views import RowsError


__all__ = ["call_in_python", "validate_filter", "validate_kernel"]

UNITS = 64              # units that are tried out; if that fails, all: a kernel may know its size
STEPS = 4
JUMP = 100.0            # mV: jump of the membrane potential, so that spikes are tried out too


class ModelLike(Protocol):
    """What is validated of a neuron model."""

    @property
    def states(self) -> tuple[str, ...]: ...

    @property
    def conductances(self) -> bool: ...

    @property
    def step(self) -> Kernel: ...

    def initial_state(self, n: int, key: int) -> FloatArray: ...


class SynapseLike(Protocol):
    """What is validated of a synapse model."""

    @property
    def states(self) -> tuple[str, ...]: ...

    @property
    def sends_conductance(self) -> bool: ...

    @property
    def filter(self) -> Kernel | None: ...


def call_in_python(kernel: Kernel, declared: Callable[[Any], str],
                   *arguments: Any) -> tuple[Any, Exception | None]:
    """Call `kernel` in plain Python; return (its result or 1, None), or (None, the error).

    An error is returned where the kernel leaves its arrays. Any other trouble is left to the compiler,
    which knows more than plain Python does, and to the arithmetic of real values.

    Parameters
    ----------
    kernel : Kernel
        Kernel to be called.
    declared : function
        ``declared(array)`` says in words how many rows the array has.
    *arguments
        Arguments of the kernel.
    """
    try:
        with np.errstate(all="ignore"), contextlib.redirect_stdout(None):
            return kernel.python(*arguments), None
    except RowsError as error:
        return None, ValueError(f"{_place_of(kernel, error)}: {error}{_in_brackets(declared(error.array))}")
    except ValueError as error:
        if "unpack" not in str(error):
            return 1.0, None
        return None, ValueError(f"{_place_of(kernel, error)}: {error}{_in_brackets(declared(None))}")
    except IndexError as error:
        return None, IndexError(f"{_place_of(kernel, error)}: {error}{_in_brackets(declared(None))}")
    except Exception:
        return 1.0, None


def _in_brackets(words: str) -> str:
    return f" ({words})" if words else ""


def _place_of(kernel: Kernel, error: Exception) -> str:
    """The place in the kernel from which `error` comes."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code is kernel.python.__code__:
            line = trace.tb_lineno
        trace = trace.tb_next
    return place(kernel.python, line)


def validate_kernel(model: ModelLike, n: int, dt: float, coefficients: FloatArray) -> None:
    """Refuse a model whose `step` takes other rows than it declares, or leaves an array, in a group of n.

    A few steps are made from the initial state, under stimuli from 0 to 1 and, if the first state is the
    potential v, under strong ones. A kernel is tried out once for each shape.

    Parameters
    ----------
    model : NeuronModel
        Neuron model or encoder.
    n : int
        Units of the group.
    dt : float
        ms: time step.
    coefficients : array (k,) or (k, n)
        Coefficients of a step of `dt`.

    Raises
    ------
    ValueError, IndexError
        If the kernel leaves its arrays.
    """
    states, kind = tuple(model.states), type(model)
    shape = (kind, states, model.conductances, coefficients.ndim, len(coefficients), min(n, UNITS))
    if shape in model.step.validated:
        return
    problem: Exception | None = None
    for units in dict.fromkeys((min(n, UNITS), n)):
        problem = _first_problem(model, model.step, n, units, dt, coefficients)
        if problem is None:
            model.step.validated.add(shape)
            return
    if problem is not None:
        raise problem from None


def _first_problem(model: ModelLike, step: Kernel, n: int, units: int, dt: float,
                   coefficients: FloatArray) -> Exception | None:
    few = np.ascontiguousarray(coefficients[..., :units]) if coefficients.ndim == 2 else coefficients
    with_conductances = (False, True)[:1 + bool(model.conductances)]
    with_strong_input = (False, True)[:1 + (model.states[0] == "v")]
    for conducting, strong in product(with_conductances, with_strong_input):
        state = np.ascontiguousarray(model.initial_state(n, 1)[:, :units])
        conductance = np.full((2, units), 0.01) if conducting else np.empty((2, 0))

        def declared(array: Any, state: FloatArray = state, conductance: FloatArray = conductance) -> str:
            return _declaration(model, array, state, few, conductance)

        for k in range(STEPS):
            current = np.linspace(0.0, 1.0, units) if k % 2 else np.ones(units)
            state[0] += JUMP if strong and k == 1 else 0.0
            with np.errstate(over="ignore"):
                key = mix(np.uint64(1), k)
            _, problem = call_in_python(step, declared, state, few, current * (10.0 if strong else 1.0),
                                        conductance, np.zeros(units, dtype=bool), float(dt), key)
            if problem is not None:
                return problem
    return None


def _declaration(model: ModelLike, array: Any, state: FloatArray, coefficients: FloatArray,
                 conductance: FloatArray) -> str:
    """What the model declares about an array that its kernel unpacks; None: it is not known which."""
    if array is state:
        return f"states = {tuple(model.states)}"
    if array is coefficients:
        return f"step_coefficients returns {len(coefficients)}"
    if array is conductance:
        return "conductance has two rows: g, g·E"
    if not conductance.size and model.conductances:
        return "conductance is (2, 0) where no synapse sends any: read it where conductance.size > 0"
    return (f"{checks.owner_name(model)} declares the states {tuple(model.states)}, "
            f"step_coefficients returns {len(coefficients)}")


def validate_filter(synapse: SynapseLike, n: int, dt: float, coefficients: FloatArray) -> None:
    """Refuse a synapse whose `filter` takes other rows than it declares, or leaves an array, for n targets.

    Parameters
    ----------
    synapse : Synapse
        Synapse model with a filter.
    n : int
        Number of targets.
    dt : float
        ms: time step.
    coefficients : array (k,) or (k, n)
        Coefficients of a step of `dt`.

    Raises
    ------
    ValueError, IndexError
        If the filter leaves its arrays.
    """
    units, kernel = min(n, UNITS), synapse.filter
    shape = (type(synapse), tuple(synapse.states), coefficients.ndim, len(coefficients), units)
    if kernel is None or shape in kernel.validated:
        return
    few = np.ascontiguousarray(coefficients[..., :units]) if coefficients.ndim == 2 else coefficients
    state, v = np.zeros((len(synapse.states), units)), np.linspace(-80.0, 0.0, units)

    def declared(array: Any) -> str:
        if array is few:
            return f"step_coefficients returns {len(few)}"
        return f"states = {tuple(synapse.states)}" if array is state else ""

    for k in range(STEPS):
        state[0] += 1.0
        conductance = np.zeros((2, units if synapse.sends_conductance else 0))
        with np.errstate(over="ignore"):
            key = mix(np.uint64(1), k)
        _, problem = call_in_python(kernel, declared, state, few, v.copy(), np.zeros(units), conductance,
                                    float(dt), key)
        if problem is not None:
            raise problem from None
    kernel.validated.add(shape)
