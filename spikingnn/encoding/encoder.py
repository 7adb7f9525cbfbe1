"""Encoding without a network: the same kernels and the same random numbers as in a network, in a loop of
their own.
"""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any, Protocol, cast

import numpy as np
from numba.extending import register_jitable

from .._util import checks
from .._util.typing import FloatArray, IntArray, Scalar, Stimulus
from ..engine.plugin import NeuronModel
from ..engine.random import fresh_seed, mix, stream_key
from ..spikes import Spikes


__all__ = ["Encoder", "encode"]

MAX_PROBABILITY = 0.3       # of a spike in a step, above which a train is too regular to be called Poisson


class _WithMaxRate(Protocol):
    """An encoder with a largest rate."""

    @property
    def max_rate(self) -> Scalar: ...


class Encoder(NeuronModel):
    """Base class of encoders: neuron-like plug-ins whose "current" is the stimulus in [0, 1].

    Examples
    --------
    An encoder that spikes in every step with a stimulus:

    >>> from dataclasses import dataclass
    >>> from spikingnn import step_kernel
    >>> from spikingnn.encoding import Encoder
    >>> @dataclass(frozen=True, eq=False)
    ... class AnyStimulus(Encoder):
    ...     states = ("unused",)
    ...
    ...     @step_kernel
    ...     def step(state, coefficients, current, conductance, spikes, dt, key):
    ...         for i in range(spikes.size):
    ...             spikes[i] = current[i] > 0.0
    >>> AnyStimulus().encode([0.0, 0.5], 0.3).count()
    array([0, 3])
    """

    def encode(self, values: Stimulus, duration: float, dt: float = 0.1, seed: int | None = None,
               n: int | None = None, name: str = "InputGroup1") -> Spikes:
        """Return the spikes of n units without a network: `spikingnn.encoding.encode` with this encoder.

        Parameters
        ----------
        values : array_like, number, (n,) or (rows, n)
            Stimulus in [0, 1]; each row is held for duration/rows.
        duration : float
            ms: duration of the stimulus.
        dt : float
            ms: time step.
        seed : int, optional
            Seed of the random numbers; None: a fresh one.
        n : int, optional
            Number of units; None: as many as `values` or the encoder's fields have, or one.
        name : str
            Name of the group of a network whose random numbers are used.

        Returns
        -------
        Spikes
            Spike times and units.

        Examples
        --------
        >>> from spikingnn import LatencyEncoder
        >>> LatencyEncoder().encode([0.5, 1.0], 100.0).count()
        array([1, 1])
        """
        return encode(self, values, duration, dt, seed, n, name)

    def as_training_encoding(self, dt: float = 1.0) -> dict[str, object]:
        """Return the encoding of `spikingnn.training` that corresponds to this encoder at steps of `dt` ms.

        Parameters
        ----------
        dt : float
            ms: step of the trained model.

        Returns
        -------
        dict
            Entries of a training configuration: ``kind`` and its parameters.

        Raises
        ------
        TypeError
            If there is no such encoding.
        """
        raise TypeError(f"{checks.owner_name(self)} has no counterpart among the training encodings: take a "
                        "PoissonEncoder or a linear LatencyEncoder")


def encode(encoder: NeuronModel, values: Stimulus, duration: float, dt: float = 0.1, seed: int | None = None,
           n: int | None = None, name: str = "InputGroup1") -> Spikes:
    """Return the spikes of n units under a stimulus, without a network.

    Each call starts from the encoder's initial state. The spikes are bit for bit those of
    ``Network(InputGroup(n, encoder, name), dt=dt, seed=seed)``; an unnamed InputGroup that is the first
    of its network is called InputGroup1.

    Parameters
    ----------
    encoder : NeuronModel
        Encoder such as `PoissonEncoder`.
    values : array_like, number, (n,) or (rows, n)
        Stimulus in [0, 1]; each row is held for duration/rows.
    duration : float
        ms: duration of the stimulus.
    dt : float
        ms: time step.
    seed : int, optional
        Seed of the random numbers; None: a fresh one.
    n : int, optional
        Number of units; None: as many as `values` or the encoder's fields have, or one.
    name : str
        Name of the group of a network whose random numbers are used.

    Returns
    -------
    Spikes
        Spike times and units.

    Raises
    ------
    ValueError
        If a value is out of range or the number of rows does not divide the number of steps.
    TypeError
        If `encoder` is not an encoder.

    Examples
    --------
    >>> from spikingnn import PoissonEncoder
    >>> from spikingnn.encoding import encode
    >>> encode(PoissonEncoder(max_rate=50.0), [0.0, 0.5, 1.0], 1000.0, seed=1).count()
    array([ 0, 31, 54])
    """
    if not isinstance(encoder, NeuronModel):
        checks.fail("encode", "encoder", encoder, "an encoder such as PoissonEncoder()", TypeError)
    dt = checks.positive(encoder, "dt", dt)
    duration = float(checks.non_negative(encoder, "duration", duration))
    steps = int(checks.grid_steps(encoder, "duration", duration, dt))
    seed = fresh_seed() if seed is None else checks.integer(encoder, "seed", seed, minimum=0)
    held = _held(encoder, values, n, steps)
    at, units = _simulate(encoder, held, steps, dt, seed, name)
    return Spikes(at, units, held.shape[1], dt, steps * dt)


def _simulate(encoder: NeuronModel, held: FloatArray, steps: int, dt: float, seed: int,
              name: str) -> tuple[IntArray, IntArray]:
    """Return step and unit of each spike under the rows of `held` (rows, n)."""
    n = held.shape[1]
    same, coefficients = encoder.coefficients(n, dt)
    kernel = encoder.step.compiled("homogeneous" if same else "heterogeneous")
    spiked, conductance, at, units = np.zeros(n, dtype=bool), np.empty((2, 0)), [], []
    state = encoder.initial_state(n, stream_key(seed, name + "/initial"))
    with np.errstate(over="ignore"):
        keys = mix(np.uint64(stream_key(seed, name)), np.arange(steps))
        for step in range(steps):
            kernel(state, coefficients, held[step * len(held) // steps], conductance, spiked, dt, keys[step])
            firing = spiked.nonzero()[0]
            if firing.size:
                at.append(np.full(firing.size, step))
                units.append(firing.astype(np.int32))
                spiked[firing] = False
    return np.concatenate([np.empty(0, np.int64), *at]), np.concatenate([np.empty(0, np.int32), *units])


def spike_probability(encoder: _WithMaxRate, dt: float) -> FloatArray:
    """Return max_rate·dt, the probability of a spike in a step of `dt` ms at stimulus 1.

    Raises
    ------
    ValueError
        If it is above one. Above `MAX_PROBABILITY` there is one warning per encoder and dt.
    """
    max_rate = np.asarray(encoder.max_rate)
    probability = max_rate * dt / 1000.0
    largest = float(np.max(probability, initial=0.0))
    if largest > 1 + 1e-9:
        accepted = f"at most one spike per step, {1000.0 / dt:g} Hz at dt = {dt:g} ms"
        found = f"got {float(np.max(max_rate))}; dt = {_recommended_dt(largest, dt):g} ms would do"
        raise ValueError(f"{checks.owner_name(encoder)}.max_rate must be {accepted}, {found}")
    if largest > MAX_PROBABILITY + 1e-9 and vars(encoder).get("_warned") != dt:
        object.__setattr__(encoder, "_warned", dt)
        remark = (f"such trains are too regular, with a Fano factor of {1 - largest:.2g} "
                  "where Poisson spikes have 1")
        better = f"a smaller dt, {_recommended_dt(largest, dt):g} ms, is better"
        checks.warn_field(encoder, "max_rate", f"times dt is {largest:g} spikes per step: {remark}; {better}")
    return probability


def _recommended_dt(probability: float, dt: float) -> float:
    """Return the longest of 1, 2, 5, 10 … ms and their tenths at which the probability is at most
    `MAX_PROBABILITY`.
    """
    longest = dt * MAX_PROBABILITY / probability * (1 + 1e-9)
    decade = 10.0 ** math.floor(math.log10(longest))
    return max(step * decade for step in (1, 2, 5) if step * decade <= longest)


@register_jitable
def any_window_starts(clock):
    """Return whether any unit is at the start of its window; asked before the expensive part of a step."""
    starts = False
    for i in range(clock.size):
        starts |= clock[i] == 0.0
    return starts


def whole_number(owner: object, field: str, value: Scalar) -> int | FloatArray:
    """Return `value` as a positive integer or an array of them."""
    checked = checks.positive(owner, field, value)
    if np.any(np.asarray(checked) % 1):
        checks.fail(owner, field, value, "a whole number of at least 1, or an array of them")
    return checked if isinstance(checked, np.ndarray) else int(checked)


def _held(encoder: NeuronModel, values: Stimulus, n: int | None, steps: int) -> FloatArray:
    """Return the stimulus as a checked array (rows, n)."""
    values = np.asarray(checks.unit_interval(encoder, "values", values))
    given = {field.name: getattr(encoder, field.name) for field in fields(cast(Any, encoder))}
    per_unit = {name: value for name, value in given.items() if isinstance(value, np.ndarray)}
    if n is None:
        n = values.shape[-1] if values.ndim else max(map(np.size, per_unit.values()), default=1)
    n = checks.integer(encoder, "n", n)
    for name, value in per_unit.items():
        checks.scalar_or_length(encoder, name, value, n)
    return np.array(checks.stimulus_rows(encoder, "values", values, n, steps), order="C")
