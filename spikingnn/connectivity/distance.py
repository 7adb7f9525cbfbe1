"""Connections and delays that depend on where units are."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from .._util import checks
from .._util.typing import FloatArray, IntArray, Scalar
from ..engine.matrices import SparseWeights, WeightMatrix
from ..engine.tables import IndexArray
from .builder import Builder, Weight, set_fields
from .kernels import Kernel
from .space import check_periodic, check_placed, displacements, distances


SAMPLED = 64            # rows from which the number of connections is estimated
LOCAL = 1 / 8           # share of the targets within reach up to which a search is faster than all of them
CHUNK = 1 << 20         # displacements that are held at a time


@dataclass(frozen=True, eq=False)
class DistanceDependent(Builder):
    """Each pair is connected with a probability that depends on its displacement, independently of others.

    The rows are drawn one by one, each from the targets within reach of its source: no matrix of all pairs is
    formed.

    Parameters
    ----------
    kernel : Kernel | Callable[[FloatArray], Any]
        Probability of a connection: `Gaussian`, `Exponential`, `Box`, `Ellipse`, or a function of the
        displacements (m, d) of targets from a source that returns (m,).
    weight : Weight | Kernel, default 1.0
        mV, nA or µS: one number, a function (rng, size) that returns (size,) weights, or the profile
        of the weights, a `Kernel` of the displacement.
    periodic : Scalar | None, default None
        Length: period of the coordinates, one number or one per coordinate (infinite for none); None:
        the space has ends.
    seed : int | None, default None
        Seed of the connections; None: drawn from the network's seed.
    autapses : bool, default True
        Whether a unit of a recurrent group can be connected with itself.

    Raises
    ------
    ValueError
        If the groups have no positions or other dimensions than the kernel, or a probability is not from 0 to
        1.

    Examples
    --------
    A sheet of 400 neurons on a torus, each connected with most neighbours within 0.2 mm:

    >>> from spikingnn import DeltaSynapse, LIFGroup, Network, SynapseGroup
    >>> from spikingnn.connectivity import DistanceDependent, Ellipse, grid
    >>> sheet = LIFGroup(400, positions=grid((20, 20), spacing=0.05))     # mm
    >>> near = DistanceDependent(Ellipse(0.2, height=0.9), 0.5, periodic=1.0, autapses=False)
    >>> synapses = SynapseGroup(sheet, sheet, near, DeltaSynapse())
    >>> network = Network(sheet, synapses, seed=1)
    >>> round(synapses.weight.nnz / 400, 1)                               # of 48 neighbours
    43.2
    """

    kernel: Kernel | Callable[[FloatArray], Any] = Kernel()
    """Probability of a connection: `Gaussian`, `Exponential`, `Box`, `Ellipse`, or a function of the
    displacements (m, d) of targets from a source that returns (m,).
    """
    weight: Weight | Kernel = 1.0                 # type: ignore[assignment]  # wider than the base's
    """mV, nA or µS: one number, a function (rng, size) that returns (size,) weights, or the profile of the
    weights, a `Kernel` of the displacement.
    """
    periodic: Scalar | None = None
    """Length: period of the coordinates, one number or one per coordinate (infinite for none); None: the
    space has ends.
    """
    seed: int | None = None
    """Seed of the connections; None: drawn from the network's seed."""
    autapses: bool = True
    """Whether a unit of a recurrent group can be connected with itself."""
    _places: ClassVar[tuple[FloatArray, FloatArray] | None] = None        # positions of source and target

    def __init__(self, kernel: Kernel | Callable[[FloatArray], Any], weight: Weight | Kernel = 1.0,
                 periodic: Scalar | None = None, seed: int | None = None, autapses: bool = True) -> None:
        set_fields(self, kernel=kernel, weight=weight, periodic=periodic, seed=seed, autapses=autapses)
        checks.validate_fields(self, check_periodic, "periodic")
        if not callable(kernel):
            accepted = "Gaussian, Exponential, Box, Ellipse or a function"
            checks.fail(self, "kernel", kernel, accepted, TypeError)
        if isinstance(kernel, Kernel) and not 0.0 <= kernel.height <= 1.0:
            checks.fail(kernel, "height", kernel.height, "from 0 to 1 where it is a probability")

    def placed(self, source: FloatArray | None, target: FloatArray | None) -> Self:
        """Return the builder for units at these positions, (n, d); ValueError if they do not fit."""
        places = check_placed(self, source, target, self.periodic)
        for each in (self.kernel, self.weight):
            if isinstance(each, Kernel):
                each.check_dimensions(places[0].shape[1])
        made = copy.copy(self)
        object.__setattr__(made, "_places", places)
        return made

    def count(self, n_pre: int, n_post: int) -> float:
        """Return the expected number of connections, estimated from some of the rows."""
        sampled = np.unique(np.linspace(0, n_pre - 1, min(SAMPLED, n_pre)).astype(np.int64))
        return float(np.mean([row.sum() for _, _, row in self._rows(sampled)])) * n_pre

    def build(self, n_pre: int, n_post: int, rng: np.random.Generator, recurrent: bool) -> WeightMatrix:
        """Return sparse weights, drawn row by row."""
        targets, weights, counts = [], [np.empty(0)], np.zeros(n_pre + 1, dtype=np.int64)
        profile = self.weight if isinstance(self.weight, Kernel) else None
        for i, (units, between, probability) in enumerate(self._rows(np.arange(n_pre))):
            connected = rng.random(units.size) < probability
            if recurrent and not self.autapses:
                connected &= units != i
            found = units[connected].astype(np.uint32)
            counts[i + 1] = found.size
            targets.append(found)
            if profile is not None:
                weights.append(np.asarray(profile(between[connected]), dtype=np.float64))
        pointers, indices = np.cumsum(counts), np.concatenate(targets)
        if profile is None:
            return self.rows((n_pre, n_post), pointers, indices, rng)
        return SparseWeights((n_pre, n_post), pointers, indices, np.concatenate(weights))

    def _rows(self, sources: IntArray) -> Iterator[tuple[IntArray, FloatArray, FloatArray]]:
        """Yield (targets, displacements, probabilities) of each source: all targets within reach."""
        position, target = self._places or check_placed(self, None, None, None)
        reach = self.kernel.reach(target.shape[1]) if isinstance(self.kernel, Kernel) else math.inf
        search = _search(target, position[sources], reach, self.periodic)
        everyone = np.arange(len(target))
        for i in sources:
            units = search(position[i]) if search else everyone
            between = displacements(position[i], target[units] if search else target, self.periodic)
            yield units, between, self._probability(between)

    def _probability(self, between: FloatArray) -> FloatArray:
        accepted = "a function of displacements (m, d) that returns (m,) probabilities from 0 to 1"
        values = np.asarray(checks.real_array(self, "kernel", self.kernel(between), accepted))
        if values.shape != (len(between),) or values.size and not 0 <= values.min() <= values.max() <= 1:
            checks.fail(self, "kernel", values, accepted)
        return values


def _search(target: FloatArray, position: FloatArray, reach: float,
            periodic: Scalar | None) -> Callable[[FloatArray], IntArray] | None:
    """Return the search for the targets within reach of a position, or None where it does not pay."""
    if not (math.isfinite(reach) and len(target) and len(position)):
        return None
    from scipy.spatial import cKDTree
    dimensions = target.shape[1]
    period = np.broadcast_to(np.inf if periodic is None else np.asarray(periodic), dimensions)
    size = np.where(np.isinf(period), 0.0, period)

    def folded(points: FloatArray) -> FloatArray:
        inside = np.where(size > 0.0, np.mod(points, np.where(size > 0.0, size, 1.0)), points)
        return np.where((size > 0.0) & (inside >= size), 0.0, inside)

    tree = cKDTree(folded(target), boxsize=size)
    near = tree.query_ball_point(folded(position[:: max(1, len(position) // SAMPLED)]), reach,
                                 return_length=True)
    if near.mean() > LOCAL * len(target):
        return None
    return lambda point: np.array(tree.query_ball_point(folded(point), reach, return_sorted=True),
                                  dtype=np.int64)


@dataclass(frozen=True, eq=False)
class DistanceDelay:
    r"""Delays that grow with the distance r between two units: of an axon that conducts with one velocity.

    .. math:: \mathrm{delay} = \mathrm{offset} + r/\mathrm{velocity}

    It is rounded to whole time steps, and is at least one. The groups have positions.

    Parameters
    ----------
    velocity : float
        Length per ms: conduction velocity.
    offset : float, default 0.0
        ms: delay at distance zero.
    periodic : Scalar | None, default None
        Length: period of the coordinates, as in `DistanceDependent`.

    Raises
    ------
    ValueError
        If the velocity is not positive, the offset is negative, or the groups have no positions.

    Examples
    --------
    >>> from spikingnn import LIFGroup, Network, SpikeSource, StateMonitor, SynapseGroup
    >>> from spikingnn.connectivity import DistanceDelay
    >>> source = SpikeSource([[1.0]], positions=[0.0])                    # mm
    >>> neurons = LIFGroup(3, positions=[0.3, 0.6, 0.9])
    >>> v = StateMonitor(neurons, "v")
    >>> axon = SynapseGroup(source, neurons, 1.0, delay=DistanceDelay(velocity=0.3))      # mm/ms
    >>> Network(source, neurons, axon, v, dt=0.1, seed=0).run(6.0)
    >>> [round(float(v.t[trace > -65.0][0] - 0.1), 1) for trace in v.values.T]
    [2.0, 3.0, 4.0]
    """

    velocity: float
    """Length per ms: conduction velocity."""
    offset: float = 0.0
    """ms: delay at distance zero."""
    periodic: Scalar | None = None
    """Length: period of the coordinates, as in `DistanceDependent`."""
    _places: ClassVar[tuple[FloatArray, FloatArray] | None] = None

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.single_number, "velocity", "offset")
        checks.validate_fields(self, checks.positive, "velocity")
        checks.validate_fields(self, checks.non_negative, "offset")
        checks.validate_fields(self, check_periodic, "periodic")

    def placed(self, source: FloatArray | None, target: FloatArray | None) -> Self:
        """Return the delays for units at these positions, (n, d); ValueError if they do not fit."""
        made = copy.copy(self)
        object.__setattr__(made, "_places", check_placed(self, source, target, self.periodic))
        return made

    def steps(self, sources: IndexArray, targets: IndexArray, dt: float) -> FloatArray:
        """Return the delays between units, (synapses,) each, in steps of `dt` ms."""
        position, other = self._places or check_placed(self, None, None, None)
        steps = np.empty(len(sources))
        for begin in range(0, len(sources), CHUNK):
            part = slice(begin, begin + CHUNK)
            r = distances(displacements(position[sources[part]], other[targets[part]], self.periodic))
            steps[part] = np.maximum(np.rint((self.offset + r / self.velocity) / dt), 1.0)
        return steps
