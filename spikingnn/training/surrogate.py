r"""Surrogate gradients: functions that replace the derivative of a spike.

A spike s = Θ(u − ϑ) has the derivative zero everywhere and infinity at the threshold. In the backward pass a
*surrogate* replaces it: a NumPy function ``slope(x, width)`` of the distance x = u − ϑ to the threshold, here
with slope(0) = 1 and with `width`, the distance over which it falls off. Such a function of your own can be
given to a layer; listed in `SURROGATES` it has a name that can be saved.

The *integral* of a surrogate is an S-shaped function: a network that emits integral(u − ϑ) instead of spikes
has the surrogate's gradient as its true one, which is how the gradients are compared with finite differences.

References
----------
Neftci, Mostafa & Zenke, IEEE Signal Process. Mag. 36(6):51 (2019).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from .layer import Array


__all__ = [
    "SURROGATES", "SURROGATE_INTEGRALS", "Surrogate", "arctan", "fast_sigmoid", "gaussian",
    "straight_through", "triangular"
]

Surrogate: TypeAlias = Callable[[Array, float], Array]
"""slope(x, width): distance to the threshold and width -> slope, an array of the shape of x."""


def fast_sigmoid(x: Array, width: float) -> Array:
    """Return the slope of a fast sigmoid, ``1 / (1 + |x|/width)²``, the surrogate of SuperSpike.

    Parameters
    ----------
    x : array
        Distance u − ϑ of the membrane to the threshold.
    width : float
        Distance, in the units of `x`, at which the slope has fallen to one quarter.

    Returns
    -------
    array
        Slope, of the shape of `x`; 1 at the threshold.

    References
    ----------
    Zenke & Ganguli, Neural Comput. 30:1514 (2018).

    Examples
    --------
    >>> import numpy as np
    >>> fast_sigmoid(np.array([-1.0, 0.0, 1.0]), 1.0)
    array([0.25, 1.  , 0.25])
    """
    return 1.0 / np.square(1.0 + np.abs(x) / width)


def arctan(x: Array, width: float) -> Array:
    """Return the slope of an arc tangent, ``1 / (1 + (x/width)²)``.

    Parameters
    ----------
    x : array
        Distance u − ϑ of the membrane to the threshold.
    width : float
        Distance, in the units of `x`, at which the slope has fallen to one half.

    Returns
    -------
    array
        Slope, of the shape of `x`; 1 at the threshold.

    References
    ----------
    Fang et al., ICCV (2021); their α is 2/(π·width), at slope 1.

    Examples
    --------
    >>> import numpy as np
    >>> arctan(np.array([-1.0, 0.0, 1.0]), 1.0)
    array([0.5, 1. , 0.5])
    """
    return 1.0 / (1.0 + np.square(x / width))


def triangular(x: Array, width: float) -> Array:
    """Return a triangle, ``max(0, 1 − |x|/width)``: no gradient far from the threshold.

    Parameters
    ----------
    x : array
        Distance u − ϑ of the membrane to the threshold.
    width : float
        Distance, in the units of `x`, from which on the slope is zero.

    Returns
    -------
    array
        Slope, of the shape of `x`; 1 at the threshold.

    References
    ----------
    Bellec et al., NeurIPS (2018).

    Examples
    --------
    >>> import numpy as np
    >>> triangular(np.array([-1.0, 0.0, 0.5]), 1.0)
    array([0. , 1. , 0.5])
    """
    return np.maximum(1.0 - np.abs(x) / width, 0.0)


def gaussian(x: Array, width: float) -> Array:
    """Return a Gaussian, ``exp(−½ (x/width)²)``.

    Parameters
    ----------
    x : array
        Distance u − ϑ of the membrane to the threshold.
    width : float
        Standard deviation of the Gaussian, in the units of `x`.

    Returns
    -------
    array
        Slope, of the shape of `x`; 1 at the threshold.

    References
    ----------
    Yin, Corradi & Bohté, Nat. Mach. Intell. 3:905 (2021).

    Examples
    --------
    >>> import numpy as np
    >>> gaussian(np.array([0.0, 1.0]), 1.0).round(3)
    array([1.   , 0.607])
    """
    return np.exp(-0.5 * np.square(x / width))


def straight_through(x: Array, width: float) -> Array:
    """Return 1 for every membrane: the straight-through estimator, which ignores the threshold.

    Parameters
    ----------
    x : array
        Distance u − ϑ of the membrane to the threshold.
    width : float
        Without effect; every surrogate takes it.

    Returns
    -------
    array
        Slope, of the shape of `x`: 1 everywhere.

    References
    ----------
    Bengio, Léonard & Courville, arXiv:1308.3432 (2013).

    Examples
    --------
    >>> import numpy as np
    >>> straight_through(np.array([-5.0, 0.0]), 1.0)
    array([1., 1.])
    """
    return np.ones_like(x)


SURROGATES: dict[str, Surrogate] = {
    "arctan": arctan, "fast_sigmoid": fast_sigmoid, "gaussian": gaussian,
    "straight_through": straight_through, "triangular": triangular
}
"""Name -> surrogate."""


def _fast_sigmoid_integral(x: Array, width: float) -> Array:
    return x / (1.0 + np.abs(x) / width)


def _arctan_integral(x: Array, width: float) -> Array:
    return width * np.arctan(x / width)


def _triangular_integral(x: Array, width: float) -> Array:
    near = np.clip(x, -width, width)
    return near - np.sign(near) * np.square(near) / (2.0 * width)


def _gaussian_integral(x: Array, width: float) -> Array:
    from scipy.special import erf
    integral: Array = width * math.sqrt(math.pi / 2.0) * erf(x / (width * math.sqrt(2.0)))
    return integral


def _straight_through_integral(x: Array, width: float) -> Array:
    return x


SURROGATE_INTEGRALS: dict[str, Surrogate] = {
    "arctan": _arctan_integral, "fast_sigmoid": _fast_sigmoid_integral, "gaussian": _gaussian_integral,
    "straight_through": _straight_through_integral, "triangular": _triangular_integral}
"""Name -> integral of the surrogate, zero at the threshold."""
