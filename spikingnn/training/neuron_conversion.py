r"""Between the units of a trained layer and the neuron models of the simulator.

A layer's membrane u has no unit, decays by β per step and takes currents without a factor; a neuron of the
simulator has a time constant, a resistance and potentials in mV. With the gain g of one step they are the
same neuron:

.. math::

    \beta = e^{-\mathrm{d}t/\tau_m}, \qquad g = R \, (1 - \beta), \qquad
    u = \frac{v - v_{rest}}{g}, \qquad \vartheta = \frac{v_{threshold} - v_{rest}}{g}

and g = R·dt for a neuron without leak (tau_m = ∞, β = 1).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .._util import checks
from ..neurons import ALIF, FirstOrderLIF
from .layer import Array


__all__ = ["adaptation_of", "lif_of", "resistance_of", "scalar_or_array", "time_constant_of"]


def time_constant_of(owner: object, field: str, decay: float | Array, dt: float) -> float | Array:
    """Return the time constant in ms of a decay by the factor `decay` per step of `dt` ms; 1 gives infinity.

    Examples
    --------
    >>> time_constant_of("LIFLayer", "decay", 1.0, 1.0)
    inf
    """
    factors = np.asarray(decay, np.float64)
    if not np.all(factors > 0):
        checks.fail(owner, field, decay, "above 0 to be that of a neuron model")
    with np.errstate(divide="ignore"):
        return scalar_or_array(np.where(factors < 1, -dt / np.log(factors), np.inf))


def resistance_of(decay: float | Array, dt: float) -> float | Array:
    """Return the resistance in MΩ at which a current of 1 nA raises the membrane by 1 mV in a step of `dt`
    ms.

    Examples
    --------
    >>> round(resistance_of(0.75, 1.0), 6), resistance_of(1.0, 0.5)
    (4.0, 2.0)
    """
    loss = 1 - np.asarray(decay, np.float64)
    return scalar_or_array(1 / np.where(loss > 0, loss, dt))


def lif_of(owner: str, neuron: FirstOrderLIF, wanted: type[FirstOrderLIF], dt: float) -> dict[str, Any]:
    """Return decay, threshold and reset of a layer of neurons `neuron`, whose model has to be `wanted`."""
    if type(neuron) is not wanted:
        checks.fail(owner, "neuron", neuron, f"a neuron model {wanted.__name__}", TypeError)
    for field, needed in (("v_reset", neuron.v_rest), ("t_refractory", 0.0), ("noise", 0.0), ("v_floor",
                                                                                              -np.inf)):
        value = getattr(neuron, field)
        if not np.array_equal(np.broadcast_arrays(value, needed)[0], np.broadcast_arrays(value, needed)[1]):
            reason = "its v_rest" if field == "v_reset" else f"{needed:g}"
            checks.fail(owner, f"neuron.{field}", value, f"{reason}: a layer cannot follow another value")
    checks.positive(owner, "dt", checks.single_number(owner, "dt", dt))
    threshold = (np.asarray(neuron.v_threshold) - neuron.v_rest) / _gain(neuron, dt)
    return {
        "decay": _number_or_list(np.exp(-dt / np.asarray(neuron.tau_m))),
        "threshold": _number_or_list(threshold), "reset": "subtract" if neuron.reset == "subtract" else "zero"
    }


def adaptation_of(neuron: ALIF, dt: float) -> dict[str, Any]:
    """Return threshold_decay and threshold_step of a layer of adaptive neurons."""
    return {"threshold_decay": _number_or_list(np.exp(-dt / np.asarray(neuron.tau_threshold))),
            "threshold_step": _number_or_list(np.asarray(neuron.threshold_step) / _gain(neuron, dt))}


def scalar_or_array(values: Array) -> float | Array:
    """Return `values` as one number where all are the same.

    Examples
    --------
    >>> import numpy as np
    >>> scalar_or_array(np.array([0.5, 0.5])), scalar_or_array(np.array([0.5, 0.25]))
    (0.5, array([0.5 , 0.25]))
    """
    values = np.asarray(values, np.float64)
    return float(values.flat[0]) if values.size and np.all(values == values.flat[0]) else values


def _gain(neuron: FirstOrderLIF, dt: float) -> Array:
    """The rise of the membrane in one step per nA, in mV/nA."""
    leak = dt / np.asarray(neuron.tau_m)
    return np.asarray(np.where(leak > 0, -np.expm1(-leak), dt) * neuron.resistance)


def _number_or_list(values: Array) -> float | list[float]:
    value = scalar_or_array(values)
    return value if isinstance(value, float) else list(map(float, value))
