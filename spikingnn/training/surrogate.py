"""What stands in for the derivative of a spike: surrogate gradients.

A spike s = Θ(u − θ) has the derivative zero everywhere and infinity at the threshold. Going back through time, a *surrogate* is
put in its place: one NumPy function slope(x, width) of the distance x = u − θ to the threshold, here with slope(0) = 1 and
`width` the distance over which it falls off. A surrogate of one's own is such a function; listed in `SURROGATES` it has a name
that can be saved.

The *smooth twin* of a surrogate is its integral, an S-shaped function: a network that emits twin(u − θ) in place of spikes has
the surrogate's gradient as its true one, which is how gradients are checked against finite differences.
Source: Neftci, Mostafa & Zenke, IEEE Signal Process. Mag. 36(6):51 (2019).
"""

from __future__ import annotations

import math

import numpy as np


__all__ = ["SURROGATES", "TWINS"]


def fast_sigmoid(x, width):
    """1 / (1 + |x|/width)² (Zenke & Ganguli, Neural Comput. 30:1514, 2018)."""
    return 1.0 / np.square(1.0 + np.abs(x) / width)


def arctan(x, width):
    """1 / (1 + (x/width)²) (Fang et al., ICCV 2021; their α is 2/(π·width), at slope 1)."""
    return 1.0 / (1.0 + np.square(x / width))


def triangular(x, width):
    """max(0, 1 − |x|/width) (Bellec et al., NeurIPS 2018)."""
    return np.maximum(1.0 - np.abs(x) / width, 0.0)


def gaussian(x, width):
    """exp(−½ (x/width)²) (Yin, Corradi & Bohté, Nat. Mach. Intell. 3:905, 2021)."""
    return np.exp(-0.5 * np.square(x / width))


def straight_through(x, width):
    """1, wherever the membrane is (Bengio, Léonard & Courville, arXiv:1308.3432, 2013)."""
    return np.ones_like(x)


SURROGATES = {"arctan": arctan, "fast_sigmoid": fast_sigmoid, "gaussian": gaussian, "straight_through": straight_through,
              "triangular": triangular}


def _fast_sigmoid_twin(x, width):
    return x / (1.0 + np.abs(x) / width)


def _arctan_twin(x, width):
    return width * np.arctan(x / width)


def _triangular_twin(x, width):
    near = np.clip(x, -width, width)
    return near - np.sign(near) * np.square(near) / (2.0 * width)


def _gaussian_twin(x, width):
    from scipy.special import erf
    return width * math.sqrt(math.pi / 2.0) * erf(x / (width * math.sqrt(2.0)))


def _straight_through_twin(x, width):
    return x


TWINS = {"arctan": _arctan_twin, "fast_sigmoid": _fast_sigmoid_twin, "gaussian": _gaussian_twin,
         "straight_through": _straight_through_twin, "triangular": _triangular_twin}
