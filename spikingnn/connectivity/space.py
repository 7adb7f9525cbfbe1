"""Where units are: positions, grids of them, and displacements between them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from .._util import checks
from .._util.typing import FloatArray, Scalar


def grid(shape: Sequence[int] | int, spacing: Scalar = 1.0, origin: Scalar = 0.0) -> FloatArray:
    """Return the positions of units on a rectangular grid.

    The first coordinate runs fastest: ``grid((width, height))`` has the order of the pixels of a picture
    (height, width) that is flattened by rows. On a torus the period is shape · spacing.

    Parameters
    ----------
    shape : int or sequence of int
        Number of units along each of the d coordinates.
    spacing : float or sequence of d
        Distance between neighbours, in any unit of length.
    origin : float or sequence of d
        Position of the first unit.

    Returns
    -------
    ndarray, (n, d)
        Positions, n being the product of `shape`.

    Raises
    ------
    ValueError, TypeError
        If a number of units is no positive whole number, or a spacing is not positive.

    Examples
    --------
    >>> from spikingnn.connectivity import grid
    >>> grid((3, 2), spacing=0.5).tolist()
    [[0.0, 0.0], [0.5, 0.0], [1.0, 0.0], [0.0, 0.5], [0.5, 0.5], [1.0, 0.5]]
    """
    sizes = [checks.integer("grid", "shape", size) for size in np.atleast_1d(np.asarray(shape, dtype=object))]
    dimensions = len(sizes)
    if not dimensions:
        checks.fail("grid", "shape", shape, "a number of units along each coordinate")
    checks.scalar_or_length("grid", "spacing", spacing, dimensions)
    checks.scalar_or_length("grid", "origin", origin, dimensions)
    steps = np.indices(sizes[::-1]).reshape(dimensions, math.prod(sizes))[::-1].T
    positions: FloatArray = (np.asarray(checks.number("grid", "origin", origin))
                             + steps * np.asarray(checks.positive("grid", "spacing", spacing)))
    return positions


def check_positions(owner: object, positions: ArrayLike | None, n: int) -> FloatArray | None:
    """Return positions of n units as an array of its own, (n, d), or None; numbers (n,) are (n, 1)."""
    if positions is None:
        return None
    array = np.array(checks.number(owner, "positions", positions))
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2 or len(array) != n or not array.shape[1]:
        checks.fail(owner, "positions", np.shape(positions), f"of shape ({n}, d), one row per unit")
    return array


def check_periodic(owner: object, field: str, value: Scalar | None) -> float | FloatArray | None:
    """Return the period of each coordinate, one number or (d,), infinite where there is none; or None."""
    return None if value is None else checks.positive(owner, field, value, infinite=True)


def check_dimensions(owner: object, field: str, value: Scalar, dimensions: int) -> None:
    """Refuse a value that is neither one number nor has one for each coordinate."""
    if np.shape(value) not in ((), (dimensions,)):
        checks.fail(owner, field, value, f"one number, or {dimensions}, as positions have {dimensions} "
                                         f"coordinate{'s' * (dimensions > 1)}")


def check_placed(owner: object, source: FloatArray | None, target: FloatArray | None,
                 periodic: Scalar | None) -> tuple[FloatArray, FloatArray]:
    """Return both positions; refuse groups without, or of different dimensions."""
    name = checks.owner_name(owner)
    if source is None or target is None:
        missing = "source" if source is None else "target"
        raise ValueError(f"{name} needs the positions of both groups, and the {missing} has none: "
                         "LIFGroup(n, positions=…)")
    if source.shape[1] != target.shape[1]:
        raise ValueError(f"{name} needs positions with equally many coordinates, got {source.shape[1]} for "
                         f"the source and {target.shape[1]} for the target")
    check_dimensions(owner, "periodic", periodic if periodic is not None else 1.0, source.shape[1])
    return source, target


def displacements(source: FloatArray, target: FloatArray, periodic: Scalar | None) -> FloatArray:
    """Return target - source, (m, d); along periodic coordinates the shortest one."""
    between: FloatArray = target - source
    if periodic is not None:
        period = np.asarray(periodic)
        wrapped = np.where(np.isinf(period), 1.0, period)
        between = between - np.where(np.isinf(period), 0.0, wrapped * np.rint(between / wrapped))
    return between


def distances(between: FloatArray) -> FloatArray:
    """Return the Euclidean lengths of displacements (m, d)."""
    return np.sqrt(np.einsum("md,md->m", between, between))
