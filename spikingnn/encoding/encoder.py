"""Encoding without a network: the same kernels, the same random numbers, in a loop of its own."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from numba.extending import register_jitable

from ..core import checks
from ..core.plugin import NeuronModel
from ..core.random import fresh_seed, mix, stream_key
from .spikes import Spikes

__all__ = ["Encoder", "encode"]


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
    kernel = encoder.step.compiled("step_same" if same else "step_each")
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
    """max_rate·dt, what a step of `dt` ms holds at stimulus 1; above one spike a step it is refused."""
    expected = np.asarray(encoder.max_rate) * dt / 1000.0
    if np.any(expected > 1):
        checks.fail(encoder, "max_rate", encoder.max_rate, f"at most one spike a step, {1000.0 / dt:g} Hz at dt = {dt:g} ms")
    return expected


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
    values = np.asarray(checks.unit_interval(encoder, "values", values), dtype=np.float64)
    sizes = {np.size(getattr(encoder, field.name)) for field in fields(encoder) if isinstance(getattr(encoder, field.name), np.ndarray)}
    if n is None:
        n = values.shape[-1] if values.ndim else max(sizes, default=1)
    n = checks.integer(encoder, "n", n)
    if values.shape not in ((), (n,)) and (values.ndim != 2 or values.shape[1] != n):
        checks.fail(encoder, "values", values.shape, f"a number, ({n},) or (rows, {n})")
    if values.ndim == 2 and not 1 <= len(values) <= max(steps, 1):
        checks.fail(encoder, "values", values.shape, f"of 1 to {steps} rows, the steps of the duration")
    for field in fields(encoder):
        if isinstance(getattr(encoder, field.name), np.ndarray):
            checks.length(encoder, field.name, getattr(encoder, field.name), n)
    return np.array(values if values.ndim == 2 else np.broadcast_to(values, n)[None], order="C")
