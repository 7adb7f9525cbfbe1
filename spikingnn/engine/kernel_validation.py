"""A kernel is tried out in plain Python before it is compiled: there are no bounds checks in the engine."""

from __future__ import annotations

import contextlib
from itertools import product

import numpy as np

from .._util import checks
from .jit import place
from .random import mix
from .views import RowsError

UNITS = 64              # of a group that are tried out; all where that fails, for a kernel may know its size
STEPS = 4
PUSH = 100.0            # mV    a jump of the membrane, so that spikes are tried out too


def tried(kernel, declared, *arguments):
    """Call `kernel` in plain Python: (what it returns or 1, None), or (None, an error) if it leaves its arrays.

    `declared(array)` says in words how many rows the array has. Any other trouble is left to the compiler,
    which knows more than plain Python does, and to the arithmetic of real values.
    """
    try:
        with np.errstate(all="ignore"), contextlib.redirect_stdout(None):
            return kernel.python(*arguments), None
    except RowsError as error:
        return None, ValueError(f"{_at(kernel, error)}: {error}{_in_brackets(declared(error.array))}")
    except ValueError as error:
        if "unpack" not in str(error):
            return 1.0, None
        return None, ValueError(f"{_at(kernel, error)}: {error}{_in_brackets(declared(None))}")
    except IndexError as error:
        return None, IndexError(f"{_at(kernel, error)}: {error}{_in_brackets(declared(None))}")
    except Exception:
        return 1.0, None


def _in_brackets(words):
    return f" ({words})" if words else ""


def _at(kernel, error):
    """The place in the kernel from which `error` comes."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code is kernel.python.__code__:
            line = trace.tb_lineno
        trace = trace.tb_next
    return place(kernel.python, line)


def rehearse_step(model, n, dt, coefficients):
    """Refuse a `model` whose `step` takes other rows than it declares, or leaves an array, in a group of `n`.

    A few steps from the initial state, under stimuli from 0 to 1 and, where the first state is the potential
    v, under strong ones. A kernel is tried out once for each shape.
    """
    shape = (type(model), tuple(model.states), model.conductances, coefficients.ndim, len(coefficients),
             min(n, UNITS))
    if shape in model.step.rehearsed:
        return
    problem = None
    for units in dict.fromkeys((min(n, UNITS), n)):
        problem = _first_problem(model, n, units, dt, coefficients)
        if problem is None:
            model.step.rehearsed.add(shape)
            return
    raise problem from None


def _first_problem(model, n, units, dt, coefficients):
    few = np.ascontiguousarray(coefficients[..., :units]) if coefficients.ndim == 2 else coefficients
    has_potential = model.states[0] == "v"
    for conducting, strong in product({False, bool(model.conductances)}, {False, has_potential}):
        state = np.ascontiguousarray(model.initial_state(n, 1)[:, :units])
        conductance = np.full((2, units), 0.01) if conducting else np.empty((2, 0))

        def declared(array, state=state, conductance=conductance):
            if array is state:
                return f"states = {tuple(model.states)}"
            if array is few:
                return f"calibrate returns {len(few)}"
            if array is conductance:
                return "conductance has two rows: g, g·E"
            if not conductance.size and model.conductances:
                return "conductance is (2, 0) where no synapse sends any: read it where conductance.size > 0"
            name, states = checks.owner_name(model), tuple(model.states)
            return f"{name} declares the states {states}, calibrate returns {len(few)}"

        for step in range(STEPS):
            current = np.linspace(0.0, 1.0, units) if step % 2 else np.ones(units)
            state[0] += PUSH if strong and step == 1 else 0.0
            with np.errstate(over="ignore"):
                key = mix(np.uint64(1), step)
            current *= 10.0 if strong else 1.0
            _, problem = tried(model.step, declared, state, few, current, conductance,
                               np.zeros(units, dtype=bool), float(dt), key)
            if problem is not None:
                return problem
    return None
