"""Exponential decay over a step, and the step of a cascade of two exponentials."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._util.typing import Scalar


def exp(x: Scalar) -> Any:
    """Return the exponential of each element as `math` has it: NumPy's has other last bits."""
    return np.array([math.exp(each) for each in np.ravel(x)]).reshape(np.shape(x))


def expm1(x: Scalar) -> Any:
    """Return exp(x) - 1 of each element as `math` has it."""
    return np.array([math.expm1(each) for each in np.ravel(x)]).reshape(np.shape(x))


def decay_and_mean(tau: Scalar, dt: float) -> tuple[Any, Any]:
    """Return exp(-dt/tau), and the mean of exp(-t/tau) over a step."""
    ratio = -dt / np.asarray(tau)
    return exp(ratio), -expm1(ratio) * np.asarray(tau) / dt


def alpha_cascade(tau: Scalar, dt: float) -> tuple[Any, ...]:
    r"""Return the coefficients of a cascade that responds to x = 1 with an alpha function of peak 1.

    .. math:: \frac{dx}{dt} = -\frac{x}{\tau}, \qquad \frac{ds}{dt} = -\frac{s}{\tau} + \frac{e}{\tau} x

    Returns
    -------
    tuple
        Decay of x, decay of s, what x adds to s in a step, and the parts of s and x in the mean of s.
    """
    decay, mean = decay_and_mean(tau, dt)
    feed = math.e * dt / np.asarray(tau) * decay
    return decay, decay, feed, mean, math.e * (mean - decay)


def double_exponential_cascade(tau_rise: Scalar, tau_decay: Scalar, dt: float) -> tuple[Any, ...]:
    r"""Return the coefficients of a cascade that responds to x = 1 with two exponentials of peak 1.

    .. math::

        \frac{dx}{dt} = -\frac{x}{\tau_\text{rise}}, \qquad
        \frac{ds}{dt} = -\frac{s}{\tau_\text{decay}} + \kappa x

    Returns
    -------
    tuple
        As that of `alpha_cascade`.
    """
    rise, fall = np.asarray(tau_rise), np.asarray(tau_decay)
    difference = 1.0 / rise - 1.0 / fall
    peak_time = np.log(fall / rise) / difference
    peak = np.exp(-peak_time / fall) - np.exp(-peak_time / rise)
    decay_x, mean_x = decay_and_mean(rise, dt)
    decay_s, mean_s = decay_and_mean(fall, dt)
    return decay_x, decay_s, decay_s * -expm1(-dt * difference) / peak, mean_s, (mean_s - mean_x) / peak
