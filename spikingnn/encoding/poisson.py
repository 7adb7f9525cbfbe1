"""Poisson encoding: the stimulus sets the rate of independent random spikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba.extending import register_jitable

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import rows, step_kernel, uniform
from .encoder import Encoder, spike_probability


@register_jitable
def draw_waiting_numbers(wait, spikes, begin, end, key):
    """Draw a new waiting number, one over a uniform random number, for each unit from `begin` to `end` that
    has spiked.
    """
    for i in range(begin, end):
        if spikes[i]:
            wait[i] = 1.0 / uniform(key, i)


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

    states: ClassVar[tuple[str, ...]] = ("wait",)

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.non_negative, "max_rate")

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return the probability of a spike in a step at stimulus 1."""
        return (spike_probability(self, dt),)

    def initial(self, n: int, key: np.uint64) -> tuple[Scalar, ...]:
        """Draw the first waiting number of each unit."""
        return (np.array([1.0 / uniform(key, i) for i in range(n)]),)

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

    @step_kernel(draws_per_unit=1)
    def step(state, coefficients, current, conductance, spikes, dt, key):
        (wait,) = rows(state, 1)
        (probability,) = rows(coefficients, 1)
        for i in range(wait.size):
            left = wait[i] - wait[i] * (probability[i] * current[i])
            wait[i] = left
            spikes[i] = left <= 1.0
        words = spikes[:wait.size // 8 * 8].view(np.uint64)     # eight flags at once: few are set
        for w in range(words.size):
            if words[w] != 0:
                draw_waiting_numbers(wait, spikes, 8 * w, 8 * w + 8, key)
        draw_waiting_numbers(wait, spikes, 8 * words.size, wait.size, key)


BernoulliEncoder = PoissonEncoder       # the same encoder under its discrete-time name
