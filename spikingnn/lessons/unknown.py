"""A neuron whose parameters are to be found by experiments, with the noise of a real recording."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from ..neurons import FirstOrderLIF
from ..simulation import Simulation, simulate


__all__ = ["hidden_model", "unknown_neuron"]

RECORDING_NOISE = 0.3           # mV
SEED = 1926                     # the year in which Adrian and Zotterman recorded from single nerve fibres


def hidden_model() -> FirstOrderLIF:
    """Return the model behind `unknown_neuron`, for the checker alone.

    Returns
    -------
    FirstOrderLIF
        The model.
    """
    draw = np.random.default_rng(SEED).integers
    v_rest = -75.0 + float(draw(8))
    return FirstOrderLIF(tau_m=12.0 + float(draw(12)), resistance=15.0 + 2.0 * float(draw(10)), v_rest=v_rest,
                         v_threshold=v_rest + 16.0 + float(draw(6)), v_reset=v_rest + 4.0 + float(draw(4)),
                         t_refractory=3.0 + float(draw(4)))


def unknown_neuron(current: ArrayLike, duration: float) -> Simulation:
    """Record from a neuron with unknown parameters.

    It begins each time at rest. The recorded potential has noise of 0.3 mV, the same in every recording of
    one length; the spikes are those of the neuron itself.

    Parameters
    ----------
    current : float or array (rows,)
        nA: current; the values of an array are held for equal parts of the duration.
    duration : float
        ms: length of the recording.

    Returns
    -------
    Simulation
        The recording: times ``t``, potential ``v`` and ``spikes``, with a time step of 0.1 ms.

    Examples
    --------
    >>> unknown_neuron(0.0, 50.0)
    Simulation: 0 spikes in 50 ms, .t .v (500,) .spikes
    """
    run = simulate(hidden_model(), current, duration, dt=0.1)
    noise = np.random.default_rng(SEED + run.t.size).normal(0.0, RECORDING_NOISE, run.v.shape)
    return replace(run, v=run.v + noise)
