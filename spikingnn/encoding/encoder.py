"""Encoding without a network: the same kernels, the same random numbers, in a loop of its own."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
from numba.extending import register_jitable

from .._util import checks
from ..engine.plugin import NeuronModel
from ..engine.random import fresh_seed, mix, stream_key
from ..spikes import Spikes


__all__ = ["Encoder", "encode"]

REGULAR = 0.3           # spikes a step above which a train is too regular to be called Poisson


class Encoder(NeuronModel):
    """Base of the encoders: neuron-like plug-ins whose "current" is the stimulus in [0, 1]."""

    def encode(self, values, duration, dt=0.1, seed=None, n=None, name="InputGroup1"):
        """What `encode(self, …)` returns: `Spikes`."""
        return encode(self, values, duration, dt, seed, n, name)


def encode(encoder, values, duration, dt=0.1, seed=None, n=None, name="InputGroup1"):
    """The `Spikes` of n units under the stimulus `values` for `duration` ms, without a network.

    values      in [0, 1]: a number, (n,), or (rows, n) where each row is held for duration/rows
    dt          ms
    seed        None: a fresh one. The bits are those of `Network(InputGroup(n, encoder, name), dt=dt, seed=seed)`; an unnamed
                InputGroup that is the first of its network is called InputGroup1
    n           units; None: as many as `values` or the encoder's fields have, or one

    Each call starts from the encoder's initial state. ValueError names what is out of range; TypeError where `encoder` is none.

    >>> encode(PoissonEncoder(max_rate=50.0), [0.0, 0.5, 1.0], 1000.0, seed=1).count()
    """
    if not isinstance(encoder, NeuronModel):
        checks.fail("encode", "encoder", encoder, "an encoder such as PoissonEncoder()", TypeError)
    dt = checks.positive(encoder, "dt", dt)
    steps = int(checks.grid_steps(encoder, "duration", checks.non_negative(encoder, "duration", duration), dt))
    seed = fresh_seed() if seed is None else checks.integer(encoder, "seed", seed, minimum=0)
    held = _held(encoder, values, n, steps)
    n = held.shape[1]
    same, coefficients = encoder.coefficients(n, dt)
    kernel = encoder.step.compiled("homogeneous" if same else "heterogeneous")
    spiked, conductance, at, units = np.zeros(n, dtype=bool), np.empty((2, 0)), [], []
    state = encoder.initial_state(n, stream_key(seed, name + "/initial"))
    with np.errstate(over="ignore"):
        keys = mix(np.uint64(stream_key(seed, name)), np.arange(steps))
        for step in range(steps):
            kernel(state, coefficients, held[step * len(held) // steps], conductance, spiked, dt, keys[step])
            who = spiked.nonzero()[0]
            if who.size:
                at.append(np.full(who.size, step))
                units.append(who.astype(np.int32))
                spiked[who] = False
    return Spikes(np.concatenate([np.empty(0, np.int64), *at]), np.concatenate([np.empty(0, np.int32), *units]), n, dt, steps * dt)


def expected_spikes(encoder, dt):
    """P = max_rate·dt, the probability of a spike in a step of `dt` ms at stimulus 1.

    ValueError where it is above one; above `REGULAR` one warning for an encoder and a dt.
    """
    expected = np.asarray(encoder.max_rate) * dt / 1000.0
    largest = float(np.max(expected, initial=0.0))
    if largest > 1 + 1e-9:
        accepted = f"at most one spike a step, {1000.0 / dt:g} Hz at dt = {dt:g} ms"
        found = f"got {float(np.max(encoder.max_rate))}; dt = {_fine_enough(largest, dt):g} ms would do"
        raise ValueError(f"{checks.owner_name(encoder)}.max_rate must be {accepted}, {found}")
    if largest > REGULAR + 1e-9 and vars(encoder).get("_warned") != dt:
        object.__setattr__(encoder, "_warned", dt)
        remark = f"such trains are too regular, with a Fano factor of {1 - largest:.2g} where Poisson spikes have 1"
        better = f"a smaller dt, {_fine_enough(largest, dt):g} ms, is better"
        checks.warn_field(encoder, "max_rate", f"times dt is {largest:g} spikes a step: {remark}; {better}")
    return expected


def _fine_enough(expected, dt):
    """The longest of 1, 2, 5, 10 … ms and their tenths in which there are `REGULAR` spikes at most."""
    longest = dt * REGULAR / expected * (1 + 1e-9)
    decade = 10.0 ** math.floor(math.log10(longest))
    return max(step * decade for step in (1, 2, 5) if step * decade <= longest)


@register_jitable
def any_begins(clock):
    """Is any unit at the start of its window? Asked before what is costly and done there alone."""
    begins = False
    for i in range(clock.size):
        begins |= clock[i] == 0.0
    return begins


def whole(owner, field, value):
    """`value` as whole numbers of at least one: an int, or an array of them."""
    checked = checks.positive(owner, field, value)
    if np.any(np.asarray(checked) % 1):
        checks.fail(owner, field, value, "a whole number of at least 1, or an array of them")
    return checked if np.ndim(checked) else int(checked)


def _held(encoder, values, n, steps):
    """The stimulus as (rows, n), checked."""
    values = np.asarray(checks.unit_interval(encoder, "values", values))
    sizes = {np.size(getattr(encoder, field.name)) for field in fields(encoder) if isinstance(getattr(encoder, field.name), np.ndarray)}
    if n is None:
        n = values.shape[-1] if values.ndim else max(sizes, default=1)
    n = checks.integer(encoder, "n", n)
    for field in fields(encoder):
        if isinstance(getattr(encoder, field.name), np.ndarray):
            checks.scalar_or_length(encoder, field.name, getattr(encoder, field.name), n)
    return np.array(checks.stimulus_rows(encoder, "values", values, n, steps), order="C")
