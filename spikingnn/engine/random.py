"""Random numbers from a counter: a hash of (seed, object, step, index) that has no state.

So the bits are the same for any block, thread or partition, and the numbers of one object do not depend on
others.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np
from numba.extending import register_jitable


__all__ = ["exponential", "fresh_seed", "mix", "normal", "skip", "stream_key", "uniform"]


def fresh_seed() -> int:
    """Return a seed from the operating system, for those who gave none."""
    entropy = np.random.SeedSequence().entropy
    assert isinstance(entropy, int)
    return entropy % 2**63


def stream_key(seed: int, name: str) -> int:
    """Return the 64-bit key of everything that the object called `name` draws under `seed`."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest(), "little")


_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX1, _MIX2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)


@register_jitable
def mix(key: np.uint64, i: Any) -> Any:
    """Return 64 random bits: output i of the SplitMix64 sequence from `key` on (Steele et al. 2014).

    `i` is a whole number, or in plain Python an array of them.
    """
    x = key + (np.uint64(i) + np.uint64(1)) * _GOLDEN
    x = (x ^ (x >> _S30)) * _MIX1
    x = (x ^ (x >> _S27)) * _MIX2
    return x ^ (x >> _S31)


@register_jitable
def skip(key: np.uint64, i: Any) -> Any:
    """Return the key whose random numbers are those of `key` from number i on."""
    return key + np.uint64(i) * _GOLDEN


@register_jitable
def uniform(key: np.uint64, i: int) -> float:
    """Return random number i of this step, uniform in the open interval (0, 1).

    Parameters
    ----------
    key : uint64
        Key of the group in this step, as a kernel gets it.
    i : int
        Number of the unit.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn import uniform
    >>> with np.errstate(over="ignore"):
    ...     [round(uniform(np.uint64(7), i), 3) for i in range(3)]
    [0.39, 0.017, 0.901]
    """
    return (float(mix(key, i) >> _S12) + 0.5) * 2.220446049250313e-16


@register_jitable
def exponential(key: np.uint64, i: int) -> float:
    """Return random number i of this step, exponentially distributed with mean 1.

    (log1p is a call, so that a loop that rarely needs it does not compute it for every unit, as it would
    log.)
    """
    return -math.log1p(-uniform(key, i))


@register_jitable
def normal(key: np.uint64, i: int) -> float:
    """Return random number i of this step, standard normally distributed (Box & Muller 1958).

    Parameters
    ----------
    key : uint64
        Key of the group in this step, as a kernel gets it.
    i : int
        Number of the unit.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn import normal
    >>> with np.errstate(over="ignore"):
    ...     draws = [normal(np.uint64(7), i) for i in range(10_000)]
    >>> print(abs(np.mean(draws)) < 0.05, abs(np.std(draws) - 1.0) < 0.05)
    True True
    """
    angle = 6.283185307179586 * uniform(key, 2 * i + 1)
    return math.sqrt(-2.0 * math.log(uniform(key, 2 * i))) * math.cos(angle)
