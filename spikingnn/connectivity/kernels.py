"""Kernels: what depends on the displacement between two units, a probability or a weight."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .._util import checks
from .._util.typing import FloatArray, Scalar
from .space import check_dimensions, distances


EDGE = 1.0 + 1e-9       # what lies on an edge up to rounding is inside
NEGLIGIBLE = 37.0       # e^-37 < 2^-53: no uniform random number but 0 is below such a probability


@dataclass(frozen=True, eq=False)
class Kernel:
    """Base class of kernels: functions of the displacement of the target from the source.

    A kernel of one's own is a frozen dataclass with ``__call__(displacement)``, which takes (m, d) and
    returns (m,).

    Parameters
    ----------
    height : float, default 1.0
        Probability or weight: largest value of the kernel.

    Raises
    ------
    ValueError
        If `height` is no finite number.

    Examples
    --------
    Each unit is connected with the targets on its right:

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from spikingnn.connectivity import Kernel
    >>> @dataclass(frozen=True)
    ... class RightHand(Kernel):
    ...     def __call__(self, displacement):
    ...         return np.where(displacement[:, 0] > 0.0, self.height, 0.0)
    >>> RightHand(0.5)(np.array([[-1.0, 0.0], [2.0, 3.0]]))
    array([0. , 0.5])
    """

    height: float = 1.0
    """Probability or weight: largest value of the kernel."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.single_number, "height")
        checks.validate_fields(self, checks.number, "height")

    def reach(self, dimensions: int) -> float:
        """Return the distance beyond which the kernel is zero, or below 2^-53 times its height."""
        return math.inf

    def check_dimensions(self, dimensions: int) -> None:
        """Refuse positions with a number of coordinates for which the kernel was not made."""

    def __call__(self, displacement: FloatArray) -> FloatArray:
        """Return the values at displacements (m, d), (m,)."""
        raise NotImplementedError(f"{type(self).__name__}.__call__(displacement)")


@dataclass(frozen=True, eq=False)
class Gaussian(Kernel):
    r"""A Gaussian of the distance r.

    .. math:: k(r) = \mathrm{height} \cdot e^{-r^2/(2 \sigma^2)} \quad (r \le \mathrm{cutoff})

    Parameters
    ----------
    sigma : float
        Length: standard deviation of the Gaussian.
    height : float, default 1.0
        Probability or weight: largest value of the kernel.
    cutoff : float, default inf
        Length: distance beyond which the kernel is zero; this distance itself belongs to the kernel.

    Raises
    ------
    ValueError
        If `sigma` or `cutoff` is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.connectivity import Gaussian
    >>> Gaussian(sigma=2.0, cutoff=4.0)(np.array([[0.0], [2.0], [5.0]])).round(3)
    array([1.   , 0.607, 0.   ])
    """

    sigma: float = 1.0
    """Length: standard deviation of the Gaussian."""
    cutoff: float = math.inf
    """Length: distance beyond which the kernel is zero; this distance itself belongs to the kernel."""

    def __init__(self, sigma: float, height: float = 1.0, cutoff: float = math.inf) -> None:
        _set_radial(self, height, cutoff, sigma=sigma)

    def reach(self, dimensions: int) -> float:
        """Return the distance beyond which the kernel is zero, or below 2^-53 times its height."""
        return min(self.cutoff * EDGE, self.sigma * math.sqrt(2.0 * NEGLIGIBLE))

    def __call__(self, displacement: FloatArray) -> FloatArray:
        """Return the values at displacements (m, d), (m,)."""
        squared = np.einsum("md,md->m", displacement, displacement)
        values = self.height * np.exp(-squared / (2.0 * self.sigma * self.sigma))
        return _within(values, np.sqrt(squared), self.cutoff)


@dataclass(frozen=True, eq=False)
class Exponential(Kernel):
    r"""An exponential of the distance r.

    .. math:: k(r) = \mathrm{height} \cdot e^{-r/\mathrm{length}} \quad (r \le \mathrm{cutoff})

    Parameters
    ----------
    length : float
        Length: distance over which the kernel falls by a factor e.
    height : float, default 1.0
        Probability or weight: largest value of the kernel.
    cutoff : float, default inf
        Length: distance beyond which the kernel is zero; this distance itself belongs to the kernel.

    Raises
    ------
    ValueError
        If `length` or `cutoff` is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.connectivity import Exponential
    >>> Exponential(length=2.0, height=0.5)(np.array([[0.0], [2.0]])).round(3)
    array([0.5  , 0.184])
    """

    length: float = 1.0
    """Length: distance over which the kernel falls by a factor e."""
    cutoff: float = math.inf
    """Length: distance beyond which the kernel is zero; this distance itself belongs to the kernel."""

    def __init__(self, length: float, height: float = 1.0, cutoff: float = math.inf) -> None:
        _set_radial(self, height, cutoff, length=length)

    def reach(self, dimensions: int) -> float:
        """Return the distance beyond which the kernel is zero, or below 2^-53 times its height."""
        return min(self.cutoff * EDGE, self.length * NEGLIGIBLE)

    def __call__(self, displacement: FloatArray) -> FloatArray:
        """Return the values at displacements (m, d), (m,)."""
        r = distances(displacement)
        return _within(self.height * np.exp(-r / self.length), r, self.cutoff)


@dataclass(frozen=True, eq=False)
class Box(Kernel):
    """One value inside a box around the source, zero outside.

    A displacement whose coordinates are all at most ``size/2`` in absolute value is inside. The edge belongs
    to the box, up to a relative rounding error of 1e-9, so that on a grid the count does not depend on
    rounding.

    Parameters
    ----------
    size : Scalar
        Length: edge of the box, one number or one per coordinate.
    height : float, default 1.0
        Probability or weight: largest value of the kernel.

    Raises
    ------
    ValueError
        If a size is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.connectivity import Box
    >>> Box(size=(2.0, 4.0), height=0.3)(np.array([[1.0, 2.0], [1.1, 0.0]]))
    array([0.3, 0. ])
    """

    size: Scalar = 1.0
    """Length: edge of the box, one number or one per coordinate."""

    def __init__(self, size: Scalar, height: float = 1.0) -> None:
        object.__setattr__(self, "size", size)
        object.__setattr__(self, "height", height)
        Kernel.__post_init__(self)
        checks.validate_fields(self, checks.positive, "size")

    def reach(self, dimensions: int) -> float:
        """Return the distance beyond which the kernel is zero: half the diagonal."""
        return 0.5 * EDGE * float(np.linalg.norm(np.broadcast_to(self.size, dimensions)))

    def check_dimensions(self, dimensions: int) -> None:
        """Refuse positions with a number of coordinates for which the kernel was not made."""
        check_dimensions(self, "size", self.size, dimensions)

    def __call__(self, displacement: FloatArray) -> FloatArray:
        """Return the values at displacements (m, d), (m,)."""
        inside = np.all(np.abs(displacement) <= 0.5 * EDGE * np.asarray(self.size), axis=1)
        return np.where(inside, self.height, 0.0)


@dataclass(frozen=True, eq=False)
class Ellipse(Kernel):
    r"""One value inside an ellipse around the source, zero outside; one radius makes a circle or a ball.

    .. math:: \sum_k (d_k/r_k)^2 \le 1

    d is the displacement, in two dimensions turned back by `angle`. The edge belongs to the ellipse, up to a
    relative rounding error of 1e-9.

    Parameters
    ----------
    radii : Scalar
        Length: radius, one number or one per coordinate.
    height : float, default 1.0
        Probability or weight: largest value of the kernel.
    angle : float, default 0.0
        Degrees, counterclockwise: direction of the first radius, for two dimensions.

    Raises
    ------
    ValueError
        If a radius is not positive, or there is an angle and not two radii.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.connectivity import Ellipse
    >>> Ellipse(radii=(2.0, 1.0), angle=90.0)(np.array([[2.0, 0.0], [0.0, 2.0]]))
    array([0., 1.])
    """

    radii: Scalar = 1.0
    """Length: radius, one number or one per coordinate."""
    angle: float = 0.0
    """Degrees, counterclockwise: direction of the first radius, for two dimensions."""

    def __init__(self, radii: Scalar, height: float = 1.0, angle: float = 0.0) -> None:
        for name, value in (("radii", radii), ("height", height), ("angle", angle)):
            object.__setattr__(self, name, value)
        Kernel.__post_init__(self)
        checks.validate_fields(self, checks.positive, "radii")
        checks.validate_fields(self, checks.single_number, "angle")
        checks.validate_fields(self, checks.number, "angle")
        if self.angle and np.shape(self.radii) != (2,):
            checks.fail(self, "angle", angle, "zero unless there are two radii")

    def reach(self, dimensions: int) -> float:
        """Return the distance beyond which the kernel is zero: the largest radius."""
        return float(np.max(self.radii)) * EDGE

    def check_dimensions(self, dimensions: int) -> None:
        """Refuse positions with a number of coordinates for which the kernel was not made."""
        check_dimensions(self, "radii", self.radii, dimensions)

    def __call__(self, displacement: FloatArray) -> FloatArray:
        """Return the values at displacements (m, d), (m,)."""
        if self.angle:
            cos, sin = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
            displacement = displacement @ np.array([[cos, -sin], [sin, cos]])
        scaled = displacement / np.asarray(self.radii)
        return np.where(np.einsum("md,md->m", scaled, scaled) <= EDGE, self.height, 0.0)


def _set_radial(kernel: Kernel, height: float, cutoff: float, **scale: float) -> None:
    """Set the fields of a kernel of the distance, and check them."""
    for name, value in {"height": height, "cutoff": cutoff, **scale}.items():
        object.__setattr__(kernel, name, value)
    Kernel.__post_init__(kernel)
    checks.validate_fields(kernel, checks.single_number, *scale, "cutoff")
    checks.validate_fields(kernel, checks.positive, *scale)
    checks.validate_fields(kernel, checks.positive, "cutoff", infinite=True)


def _within(values: FloatArray, r: FloatArray, cutoff: float) -> FloatArray:
    return values if math.isinf(cutoff) else np.where(r <= cutoff * EDGE, values, 0.0)
