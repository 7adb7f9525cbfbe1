"""The Ornstein–Uhlenbeck process: a noise current with a correlation time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from .._util.typing import Scalar
from ..engine.plugin import NeuronModel, normal, rows, step_kernel


@dataclass(frozen=True, eq=False)
class OrnsteinUhlenbeck(NeuronModel):
    r"""Independent Ornstein–Uhlenbeck noise currents x, one per unit, which never spike.

    .. math::

        \tau \frac{dx}{dt} = \mu + I - x + \sigma \sqrt{2 \tau} \, \xi(t)

    μ is ``mean`` and ξ is Gaussian white noise. The step is exact::

        x ← mean + I + (x - mean - I)·e^(-dt/tau) + sigma·√(1 - e^(-2 dt/tau))·N(0, 1)

    so that the mean, the standard deviation sigma and the autocorrelation e^(-t/tau) do not depend on dt.
    x starts from its stationary distribution. I is the input of the group, zero for pure noise.

    Every field is one number or one value per unit.

    Parameters
    ----------
    mean : Scalar, default 0.0
        nA: mean of the current.
    sigma : Scalar, default 0.1
        nA: standard deviation of the current.
    tau : Scalar, default 5.0
        ms: correlation time of the current.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Gillespie, Phys. Rev. E 54:2084 (1996).

    Examples
    --------
    >>> from spikingnn import Network, NeuronGroup, OrnsteinUhlenbeck
    >>> noise = NeuronGroup(1000, OrnsteinUhlenbeck(mean=0.5, sigma=0.1))
    >>> Network(noise, seed=1).run(50.0)
    >>> round(float(noise["current"].mean()), 1), round(float(noise["current"].std()), 1)
    (0.5, 0.1)
    """

    mean: Scalar = 0.0
    """nA: mean of the current."""
    sigma: Scalar = 0.1
    """nA: standard deviation of the current."""
    tau: Scalar = 5.0
    """ms: correlation time of the current."""

    states: ClassVar[tuple[str, ...]] = ("current",)

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.number, "mean")
        checks.validate_fields(self, checks.non_negative, "sigma")
        checks.validate_fields(self, checks.positive, "tau")
        checks.warn_if_seconds(self, "tau")

    def step_coefficients(self, dt: float) -> tuple[Scalar, ...]:
        """Return the mean, the decay of a deviation over a step, and the standard deviation of the noise of
        a step.
        """
        ratio = dt / np.asarray(self.tau)
        return self.mean, np.exp(-ratio), np.asarray(self.sigma) * np.sqrt(-np.expm1(-2.0 * ratio))

    def initial(self, n: int, key: np.uint64) -> tuple[Scalar, ...]:
        """Draw the currents from the stationary distribution."""
        numbers = np.array([normal(key, i) for i in range(n)])
        return (np.asarray(self.mean) + np.asarray(self.sigma) * numbers,)

    @step_kernel(draws_per_unit=2)
    def step(state, coefficients, current, conductance, spikes, dt, key):
        (x,) = rows(state, 1)
        mean, decay, noise_std = rows(coefficients, 3)
        for i in range(x.size):
            centre = mean[i] + current[i]
            x[i] = centre + (x[i] - centre) * decay[i] + noise_std[i] * normal(key, i)
