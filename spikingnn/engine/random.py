"""Random numbers from a counter: a hash of (seed, object, step, index) that has no state.

So the bits are the same for any block, thread or partition, and one object's numbers do not depend on another's.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np
from numba.extending import register_jitable


__all__ = ["exponential", "fresh_seed", "mix", "normal", "stream_key", "uniform"]


def fresh_seed():
    """A seed from the operating system, for those who gave none."""
    return int(np.random.SeedSequence().entropy % 2**63)


def stream_key(seed, name):
    """The 64-bit key of everything that the object called `name` draws under `seed`."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest(), "little")


_GOLDEN, _MIX1, _MIX2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)


@register_jitable
def mix(key, i):
    """The i-th output of the SplitMix64 sequence that starts at `key` (Steele, Lea & Flood 2014): 64 random bits."""
    x = key + (np.uint64(i) + np.uint64(1)) * _GOLDEN
    x = (x ^ (x >> _S30)) * _MIX1
    x = (x ^ (x >> _S27)) * _MIX2
    return x ^ (x >> _S31)


@register_jitable
def uniform(key, i):
    """Random number i of this step, uniform in the open interval (0, 1)."""
    return (float(mix(key, i) >> _S12) + 0.5) * 2.220446049250313e-16


@register_jitable
def exponential(key, i):
    """Random number i of this step, exponential of mean 1. (log1p is a call, so that a loop that rarely needs it is not made to
    compute it for every unit, as the compiler does with log.)"""
    return -math.log1p(-uniform(key, i))


@register_jitable
def normal(key, i):
    """Random number i of this step, of zero mean and unit variance (Box & Muller 1958)."""
    return math.sqrt(-2.0 * math.log(uniform(key, 2 * i))) * math.cos(6.283185307179586 * uniform(key, 2 * i + 1))
