"""Numbers of Poisson spikes per step, at any rate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba.extending import register_jitable

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import NeuronModel, rows, step_kernel, uniform
from ..engine.random import mix


MANY = 10.0             # expected spikes per step from which a count is drawn by rejection
LAST = 64               # no count is larger where fewer are expected
CELLS = 256             # of the guide table, which as many units that share one rate are worth


@register_jitable
def large_count(mean, key):
    """Return a Poisson number of a `mean` of at least ten: transformed rejection, algorithm PTRS."""
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    v_squeeze = 0.9277 - 3.6224 / (b - 2.0)
    attempt = 0
    while True:
        u, v = uniform(key, 2 * attempt) - 0.5, uniform(key, 2 * attempt + 1)
        attempt += 1
        us = 0.5 - abs(u)
        k = math.floor((2.0 * a / us + b) * u + mean + 0.43)
        if us >= 0.07 and v <= v_squeeze:
            return float(k)
        if k < 0 or us < 0.013 and v > us:
            continue
        accepted = math.log(v * (1.1239 + 1.1328 / (b - 3.4)) / (a / (us * us) + b))
        if accepted <= k * math.log(mean) - mean - math.lgamma(k + 1.0):
            return float(k)


@register_jitable
def counts_by_table(mean, none, count):
    """Replace uniform numbers by counts of one `mean`; `none` is the probability of no spike.

    A guide table says where the search in the distribution function begins (Chen & Asau 1974).
    """
    below, guide = np.full(LAST + 1, 2.0), np.empty(CELLS, np.int64)
    term, below[0] = none, none
    for k in range(1, LAST):
        term *= mean * (1.0 / k)
        below[k] = below[k - 1] + term
    k = 0
    for cell in range(CELLS):
        while below[k] < cell / CELLS:
            k += 1
        guide[cell] = k
    for i in range(count.size):
        draw = count[i]
        found = guide[np.uint32(draw * CELLS)]
        while draw > below[found]:
            found += 1
        count[i] = found


@dataclass(frozen=True, eq=False)
class PoissonCounts(NeuronModel):
    r"""The number of spikes of a Poisson process in each step, a new one for each unit and step.

    .. math:: P(\text{count} = k) = \frac{m^k}{k!} e^{-m}, \qquad m = \text{rate} \cdot dt

    `PoissonInput` is the group that carries this model; what a run gives to it is added to the rate. Counts
    are drawn by inversion of the distribution function, where many units share a rate with the help of a
    table; from ten expected spikes on by rejection.

    Parameters
    ----------
    rate : Scalar, default 0.0
        Hz: mean rate, one number or one value per unit.

    Raises
    ------
    ValueError
        If a rate is negative or not finite.

    References
    ----------
    Hörmann, *Insur. Math. Econ.* 12:39 (1993). Chen & Asau, *AIIE Trans.* 6:163 (1974).

    Examples
    --------
    >>> from spikingnn import Network, PoissonInput
    >>> inputs = PoissonInput(1000, rate=5000.0)
    >>> Network(inputs, dt=1.0, seed=0).run(1.0)
    >>> round(float(inputs["count"].mean()), 1)
    5.0
    """

    rate: Scalar = 0.0
    """Hz: mean rate, one number or one value per unit."""

    states: ClassVar[tuple[str, ...]] = ("count",)
    counts: ClassVar[bool] = True

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.non_negative, "rate")

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return the expected count m, and exp(-m)."""
        mean = np.asarray(self.rate) * dt / 1000.0
        return mean, np.exp(-mean)

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        (count,) = rows(state, 1)
        mean, none = rows(coefficients, 2)
        apart = 0
        for i in range(count.size):
            apart += 1 if current[i] != 0.0 or mean[i] != mean[0] else 0
        if apart == 0 and count.size >= CELLS and mean[0] < MANY:
            for i in range(count.size):
                count[i] = uniform(key, i)
            counts_by_table(mean[0], none[0], count)
            return
        draw, expected, term, total = rows(np.empty((4, count.size)), 4)
        changed = 0
        for i in range(count.size):
            draw[i] = uniform(key, i)
            count[i] = 0.0
            expected[i] = mean[i] + current[i] * dt / 1000.0
            term[i] = none[i]
            changed += 1 if current[i] != 0.0 or expected[i] >= MANY else 0
        if changed > 0:
            for i in range(count.size):
                if expected[i] >= MANY:
                    count[i] = large_count(expected[i], mix(key, i))
                    draw[i] = 0.0
                elif current[i] != 0.0:
                    term[i] = math.exp(-expected[i])
        for i in range(count.size):
            total[i] = term[i]
        above, k = 1, 0
        while above > 0 and k < LAST:               # all units at once: how many values are below the draw
            k += 1
            above, inverse = 0, 1.0 / k
            for i in range(count.size):
                is_above = draw[i] > total[i]
                count[i] += 1.0 if is_above else 0.0
                above += 1 if is_above else 0
                term[i] *= expected[i] * inverse
                total[i] += term[i]
