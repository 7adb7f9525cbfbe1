"""Poisson encoding: the stimulus sets the rate of independent random spikes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba.extending import register_jitable

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import rows, step_kernel, uniform
from ..engine.views import bits_of, vector
from .encoder import Encoder, spike_probability


BLOCK = 64              # units that share a calendar; threads never cut it
SETTLED = 512.0         # steps without a change after which a block keeps one: it takes long to begin
LATER = 1.0 + 2.0**-45  # times a step: a little later
BUSY = 0.7              # spikes of a block per step from which on a calendar does not pay


@register_jitable
def draw_waits(wait, spikes, first, last, key):
    """Draw a new waiting number, one over a uniform random number, for each unit from `first` to `last` that
    has spiked.
    """
    for i in range(first, last):
        if spikes[i]:
            wait[i] = 1.0 / uniform(key, i)


@register_jitable
def advance_waits(wait, probability, spikes, begin, end, key, largest, current):
    """Advance the waiting numbers from `begin`, a multiple of 64, to `end` by one step; the units whose
    number reaches 1 spike and draw a new one. A stimulus, which may be empty, sets their probabilities.
    """
    size, n_given = end - begin, end - begin if current.size > 0 else 0
    w, p, flags = vector(wait, begin, size), vector(probability, begin, size), vector(spikes, begin, size)
    x, factor = vector(current, begin, n_given), vector(largest, begin, n_given)
    for i in range(n_given):
        p[i] = factor[i] * x[i]
        left = w[i] - w[i] * p[i]
        w[i] = left
        flags[i] = left <= 1.0
    for i in range(size - n_given):
        left = w[i] - w[i] * p[i]
        w[i] = left
        flags[i] = left <= 1.0
    words = flags[:size // 8 * 8].view(np.uint64)               # eight flags at once: few are set
    for k in range(words.size):
        if words[k] != 0:
            draw_waits(wait, spikes, begin + 8 * k, begin + 8 * k + 8, key)
    draw_waits(wait, spikes, begin + 8 * words.size, end, key)


@register_jitable
def enter(due, bits, i, step):
    """Enter the step in which unit i of a block is due into the calendar; `bits` are the same numbers.

    The last six bits of the number become i, so that the least number says who is due next, too. Positive
    numbers have the order of their bits, and the minimum of whole numbers is vectorised.
    """
    due[i] = step
    bits[i] = bits[i] & np.int64(-BLOCK) | np.int64(i)


@register_jitable
def least_of(bits):
    """Return the least of the numbers of a calendar."""
    least = bits[0]
    for i in range(1, bits.size):
        least = min(least, bits[i])
    return least


@register_jitable
def begin_calendar(wait, bits, probability, interval, now):
    """Turn the waiting numbers of a block into the steps in which the units are due; return the earliest, or
    zero, and do nothing, where the block is too busy for a calendar.
    """
    total = 0.0
    for i in range(wait.size):
        total += probability[i]
    if total > BUSY:
        return 0
    for i in range(wait.size):
        interval[i] = 1.0 / max(-math.log1p(-probability[i]), 1e-300)
        enter(wait, bits, i, max(now + math.log(wait[i]) * interval[i], now * LATER))
    return least_of(bits)


@register_jitable
def notice_changes(wait, probability, interval, clock, earliest, largest, current):
    """End the calendars of the blocks in which the spike probability of a unit is another one than before."""
    for block in range((wait.size + BLOCK - 1) // BLOCK):
        first = BLOCK * block
        size = min(BLOCK, wait.size - first)
        p, factor, x = (vector(probability, first, size), vector(largest, first, size),
                        vector(current, first, size))
        changed = p[0] != factor[0] * x[0]
        for i in range(0 if changed else size):
            changed |= p[i] != factor[i] * x[i]
        for i in range(size if changed and earliest[first] > 0.0 else 0):
            wait[first + i] = math.exp((wait[first + i] - clock[first]) / interval[first + i])
        if changed:
            clock[first] = earliest[first] = 0.0


@dataclass(frozen=True, eq=False)
class PoissonEncoder(Encoder):
    r"""Independent spikes at the rate ``max_rate`` times the stimulus, which may change at every step.

    .. math::

        P(\text{spike in a step}) = \text{max\_rate} \cdot x \cdot dt

    The mean rate is max_rate · x exactly, at any dt. Interspike intervals are geometric, with CV = sqrt(1
    - P) and Fano factor 1 - P: Poisson spikes in the limit of small P, too regular where P is large. A
    product max_rate·dt above 0.3 gives one warning. `BernoulliEncoder` is another name of the same
    encoder.

    Each unit holds a number that starts at 1/U, with U uniform in (0, 1), and is multiplied by 1 - P in
    each step; the unit spikes where the number has decreased to 1. The probability of no spike so far is
    that of U being below the product of all factors 1 - P, which is this product. So a random number is
    drawn per spike and not per step.

    Where the probabilities of 64 neighbouring units have not changed for 512 steps, and these spike less than
    0.7 times per step together, each keeps the step in which its number will have decreased to 1 instead,
    log(number)/-log(1 - P) ahead, and until the stimulus changes a step looks at the earliest of these.

    Parameters
    ----------
    max_rate : Scalar, default 100.0
        Hz: rate at stimulus 1, one number or one value per unit.

    Raises
    ------
    ValueError
        If ``max_rate`` is negative, or if max_rate·dt is above 1 (as soon as dt is known).

    References
    ----------
    Dayan & Abbott, *Theoretical Neuroscience* (2001), section 1.4.

    Examples
    --------
    >>> from spikingnn import PoissonEncoder
    >>> PoissonEncoder(max_rate=50.0).encode([0.0, 0.5, 1.0], 1000.0, seed=1).count()
    array([ 0, 31, 54])
    """

    max_rate: Scalar = 100.0
    """Hz: rate at stimulus 1, one number or one value per unit."""

    states: ClassVar[tuple[str, ...]] = ("wait", "probability", "interval", "clock", "earliest")

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.non_negative, "max_rate")

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return the probability of a spike in a step at stimulus 1."""
        return (spike_probability(self, dt),)

    def initial(self, n: int, key: np.uint64) -> tuple[Scalar, ...]:
        """Draw the first waiting number of each unit."""
        return np.array([1.0 / uniform(key, i) for i in range(n)]), 0.0, 0.0, 0.0, 0.0

    def as_training_encoding(self, dt: float = 1.0) -> dict[str, object]:
        """Return the encoding of `spikingnn.training` that has the same rates at steps of `dt` ms.

        Parameters
        ----------
        dt : float
            ms: step of the trained model.

        Returns
        -------
        dict
            Entries of a training configuration: ``kind`` and ``rate``, the probability of a spike per
            step at stimulus 1.

        Examples
        --------
        >>> from spikingnn import PoissonEncoder
        >>> PoissonEncoder(max_rate=200.0).as_training_encoding(dt=1.0)
        {'kind': 'poisson', 'rate': 0.2}
        """
        return {"kind": "poisson", "rate": float(spike_probability(self, dt))}

    @step_kernel(draws_per_unit=1, remembers_current=True)
    def step(state, coefficients, current, conductance, spikes, dt, key):
        wait, probability, interval, clock, earliest = rows(state, 5)
        (largest,) = rows(coefficients, 1)
        bits, earliest_bits = bits_of(wait), bits_of(earliest)
        if current.size > 0:
            notice_changes(wait, probability, interval, clock, earliest, largest, current)
        begin = end = 0                                 # of the blocks without calendar that advance together
        for block in range((wait.size + BLOCK - 1) // BLOCK):
            first = BLOCK * block
            now = clock[first] + 1.0
            clock[first] = now
            if earliest[first] > now:
                continue
            size = min(BLOCK, wait.size - first)
            w, b, mean = vector(wait, first, size), vector(bits, first, size), vector(interval, first, size)
            if earliest[first] == 0.0 and now > SETTLED:
                earliest_bits[first] = begin_calendar(w, b, vector(probability, first, size), mean, SETTLED)
                clock[first] = now if earliest[first] > 0.0 else 1.0
            if earliest[first] == 0.0:
                if first != end:
                    advance_waits(wait, probability, spikes, begin, end, key, largest, current)
                    begin = first
                end = first + size
                continue
            while earliest[first] <= now:
                i = earliest_bits[first] & np.int64(BLOCK - 1)
                spikes[first + i] = True
                enter(w, b, i, max(now - math.log(uniform(key, first + i)) * mean[i], now * LATER))
                earliest_bits[first] = least_of(b)
        if end > begin:
            advance_waits(wait, probability, spikes, begin, end, key, largest, current)


BernoulliEncoder = PoissonEncoder       # the same encoder under its discrete-time name
