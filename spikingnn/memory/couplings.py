"""Couplings: what a learning rule makes of patterns, and which synapses a memory builds from it.

`PixelCouplings` connect the pixels with each other, `LearnedCouplings` are the same after learning through
spikes, and the memory neurons of `dense_memory` connect them by way of one hidden neuron per pattern.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

import numpy as np

from .._util.typing import ArrayLike, FloatArray, IntArray
from ..engine.matrices import Factored
from ..synapse_group import SynapseGroup

if TYPE_CHECKING:
    from ..groups import LIFGroup, NeuronGroup
    from ..synapses import FirstOrderSynapse


__all__ = ["Couplings", "CouplingsPicture", "LearnedCouplings", "LearningRule", "PixelCouplings",
           "factored_couplings", "spike_weight"]

FULL_UP_TO = 2048       # pixels up to which couplings of high rank are written out: a spike is then one row
NO_SYNAPSES = "HopfieldAssembly.learn changes synapses between pixels; a dense memory has none: use add()"
Own = TypeVar("Own", bound="Couplings")
LearningRule: TypeAlias = Callable[[FloatArray], "Couplings"]


class CouplingsPicture(NamedTuple):
    """A matrix of weights for plotting, with the words that describe it.

    Parameters
    ----------
    weights : FloatArray
        Weights, (rows, columns), in the unit that `label` names.
    extent : tuple[float, float, float, float]
        Left, right, bottom and top edge of the matrix, as numbers of units.
    label : str
        Label of the colour bar: the quantity and its unit.
    title : str
        Title of the axes.
    xlabel : str
        Label of the horizontal axis: the units that the columns belong to.
    ylabel : str
        Label of the vertical axis: the units that the rows belong to.
    square : bool
        Whether the matrix is drawn with square entries.

    Examples
    --------
    >>> from spikingnn.memory import hebbian, random_patterns
    >>> shown = hebbian(random_patterns(5, 1000, np.random.default_rng(0))).picture(largest=100)
    >>> shown.weights.shape, shown.title
    ((100, 100), 'weights between 100 of 1,000 pixels')
    """

    weights: FloatArray
    """Weights, (rows, columns), in the unit that `label` names."""
    extent: tuple[float, float, float, float]
    """Left, right, bottom and top edge of the matrix, as numbers of units."""
    label: str
    """Label of the colour bar: the quantity and its unit."""
    title: str
    """Title of the axes."""
    xlabel: str
    """Label of the horizontal axis: the units that the columns belong to."""
    ylabel: str
    """Label of the vertical axis: the units that the rows belong to."""
    square: bool
    """Whether the matrix is drawn with square entries."""


def spike_weight(gain: float, rate: float, synapse: FirstOrderSynapse) -> float:
    """Return the weight with which spikes at `rate` (Hz), filtered by `synapse`, give the mean current
    `gain`."""
    return gain / (rate / 1000.0 * float(np.asarray(synapse.tau)))


@dataclass(frozen=True, eq=False)
class Couplings(ABC):
    """What a learning rule returns: how the pixels of a memory act on each other.

    An assembly asks it for the network's parts, for the energy of a state, and for a picture of its weights.
    """

    @property
    @abstractmethod
    def n(self) -> int:
        """Number of pixels."""

    @abstractmethod
    def energy(self, z: FloatArray) -> Any:
        """Return the energy per pixel of one state (n,), a number, or of many (k, n), an array (k,)."""

    @abstractmethod
    def parts(self, units: LIFGroup, synapse: FirstOrderSynapse, saturated_rate: float,
              gain: float) -> list[NeuronGroup | SynapseGroup]:
        """Build all parts of the network besides the ON and OFF `units` (2n).

        Parameters
        ----------
        units : LIFGroup
            The ON units 0 to n − 1 and the OFF units n to 2n − 1.
        synapse : FirstOrderSynapse
            How a spike becomes a current.
        saturated_rate : float
            Hz: rate of a unit whose field is 1.
        gain : float
            Current of a unit whose field is 1, in units of the threshold.
        """

    @abstractmethod
    def shuffled(self, seed: int | None = None) -> Couplings:
        """Return the control: couplings of the same numbers at random places."""

    @abstractmethod
    def picture(self, largest: int = 256) -> CouplingsPicture:
        """Return the weights for plotting, of at most `largest` pixels along each axis."""

    @property
    def field_bias(self) -> FloatArray | float:
        """The field that pixels feel without any input: (n,), or one number for all."""
        return 0.0

    def pattern_overlaps(self, z: FloatArray, patterns: FloatArray) -> FloatArray:
        """Return how similar states z (k, n) are to the stored `patterns` (P, n), (k, P): overlaps of
        sign(z)."""
        return np.asarray(np.sign(z) @ patterns.T / self.n)

    def unit_weights(self, weight: float) -> FloatArray | Factored:
        """Return the synapses between units (2n, 2n), `weight` per spike for a coupling of 1."""
        raise TypeError(NO_SYNAPSES)

    def check_plastic(self) -> None:
        """Raise `TypeError` where there are no synapses between pixels that could learn."""
        raise TypeError(NO_SYNAPSES)

    def read_only(self: Own) -> Own:
        """Return the same couplings with arrays that cannot be written into."""
        return replace(self, **{field.name: _frozen(getattr(self, field.name)) for field in fields(self)})


@dataclass(frozen=True, eq=False)
class PixelCouplings(Couplings):
    """Weights between n pixels, kept as two factors.

    ::

        W = left @ right − diag(diagonal),      h = W z + bias

    W is symmetric except for the rule ``perceptron``. The field h of a state z, (n,) of numbers from −1 to
    1, is scaled by the learning rules so that the field of a stored pattern ξ is ξ on average: mean(ξ h) =
    1.

    Parameters
    ----------
    left : FloatArray
        (n, r): first factor.
    right : FloatArray
        (r, n): second factor.
    diagonal : FloatArray
        (n,): what ``left @ right`` has on its diagonal, or zero where the diagonal is kept.
    bias : FloatArray
        (n,): field that a pixel feels without any input.
    scale : float, default 1.0
        Factor by which the weights of the rule's own definition were multiplied.

    Examples
    --------
    >>> couplings = PixelCouplings.of([[0.0, 0.5], [0.5, 0.0]])
    >>> couplings.field([1.0, -1.0])
    array([-0.5,  0.5])
    >>> float(couplings.energy([1.0, 1.0]))
    -0.25
    """

    left: FloatArray
    """(n, r): first factor."""
    right: FloatArray
    """(r, n): second factor."""
    diagonal: FloatArray
    """(n,): what ``left @ right`` has on its diagonal, or zero where the diagonal is kept."""
    bias: FloatArray
    """(n,): field that a pixel feels without any input."""
    scale: float = 1.0
    """Factor by which the weights of the rule's own definition were multiplied."""

    @classmethod
    def of(cls, weights: ArrayLike, bias: ArrayLike = 0.0) -> PixelCouplings:
        """Make couplings of full rank from a matrix.

        Parameters
        ----------
        weights : array_like, (n, n)
            W; its diagonal is left out.
        bias : array_like, a number or (n,)
            The field without any input.
        """
        matrix = np.asarray(weights)
        return factored_couplings(matrix, np.eye(len(matrix)), bias)

    @classmethod
    def blank(cls, n: int) -> PixelCouplings:
        """Return couplings between n pixels that are all zero."""
        return factored_couplings(np.zeros((n, 0)), np.zeros((0, n)))

    @property
    def n(self) -> int:
        """Number of pixels."""
        return len(self.left)

    @property
    def field_bias(self) -> FloatArray:
        """The field that pixels feel without any input, (n,)."""
        return self.bias

    def field(self, z: ArrayLike) -> FloatArray:
        """Return h = W z + bias for one state (n,) or many (k, n)."""
        z = np.asanyarray(z)
        return np.asarray((z @ self.right.T) @ self.left.T - self.diagonal * z + self.bias)

    def energy(self, z: ArrayLike) -> Any:
        """Return E = −(½ zᵀW z + biasᵀz) / n of one state (n,), a number, or of many (k, n), an array.

        It is about −½ for a stored pattern. Only where W is symmetric does the dynamics lower it: not for
        ``perceptron``.
        """
        z = np.asanyarray(z)
        return -np.sum(z * (self.field(z) + self.bias), axis=-1) / (2 * self.n)

    def block(self, rows: IntArray, columns: IntArray) -> FloatArray:
        """Return W[rows][:, columns] for two arrays of indices, without computing the rest of W."""
        block = self.left[rows] @ self.right[:, columns]
        return block - np.where(np.equal.outer(rows, columns), self.diagonal[rows][:, None], 0.0)

    def toarray(self) -> FloatArray:
        """Return W as an array (n, n)."""
        return self.block(np.arange(self.n), np.arange(self.n))

    def shuffled(self, seed: int | None = None) -> PixelCouplings:
        """Return the control: the rows and the columns of W, each in a random order."""
        rows, columns = np.random.default_rng(seed).permuted(np.tile(np.arange(self.n), (2, 1)), axis=1)
        return factored_couplings(self.left[rows], self.right[:, columns], self.bias[rows])

    def check_plastic(self) -> None:
        """Accept learning: there are synapses between pixels."""

    def unit_weights(self, weight: float) -> FloatArray | Factored:
        """Return [[W, −W], [−W, W]] · `weight`, the synapses (2n, 2n) from units to units.

        They stay factored where the factors are small. Where W has no diagonal there is no synapse between
        the ON and the OFF unit of one pixel either.
        """
        from scipy.sparse import diags_array

        n = self.n
        if 4 * self.left.shape[1] > n and n <= FULL_UP_TO:
            full = weight * self.toarray().T
            return np.block([[full, -full], [-full, full]])
        left = np.concatenate([self.right.T, -self.right.T])       # W is (to, from), synapses are (from, to)
        right = np.concatenate([self.left.T, -self.left.T], axis=1)
        own = weight * self.diagonal
        minus = diags_array([-own, np.concatenate([own, own]), -own], offsets=[-n, 0, n],
                            shape=(2 * n, 2 * n))
        return Factored(left, weight * right, minus)

    def parts(self, units: LIFGroup, synapse: FirstOrderSynapse, saturated_rate: float,
              gain: float) -> list[NeuronGroup | SynapseGroup]:
        """Build the synapses from all `units` (2n) to all; see `Couplings.parts`."""
        weights = self.unit_weights(spike_weight(gain, saturated_rate, synapse))
        return [SynapseGroup(units, units, weight=_frozen(weights), synapse=synapse)]    # so not copied

    def picture(self, largest: int = 256) -> CouplingsPicture:
        """Return a sample of W, row = presynaptic, in units of 1/n."""
        n = self.n
        sample = np.linspace(0, n - 1, min(largest, n)).astype(int)
        which = "pixels" if sample.size == n else f"{sample.size} of {n:,} pixels"
        return CouplingsPicture(n * self.block(sample, sample).T, (0, n, n, 0), "weight × number of pixels",
                                f"weights between {which}", "to pixel", "from pixel", True)


@dataclass(frozen=True, eq=False, kw_only=True)
class LearnedCouplings(PixelCouplings):
    """Couplings between pixels together with the plastic synapses between units that they are the mean of.

    This is what `HopfieldAssembly.learn` leaves in a memory: the synapses as spikes have formed them.

    Parameters
    ----------
    left : FloatArray
        (n, r): first factor.
    right : FloatArray
        (r, n): second factor.
    diagonal : FloatArray
        (n,): what ``left @ right`` has on its diagonal, or zero where the diagonal is kept.
    bias : FloatArray
        (n,): field that a pixel feels without any input.
    scale : float, default 1.0
        Factor by which the weights of the rule's own definition were multiplied.
    synapses : FloatArray
        (2n, 2n): weights from units to units, as learning through spikes has left them.

    Examples
    --------
    Learned through spikes, the couplings are nearly those of the Hebbian rule:

    >>> from spikingnn.memory import HopfieldAssembly, hebbian, random_patterns
    >>> patterns = random_patterns(2, 50, np.random.default_rng(0))
    >>> learned = HopfieldAssembly(50, rule="hebbian", seed=0).learn(patterns).couplings
    >>> learned.synapses.shape
    (100, 100)
    >>> rule = hebbian(patterns)
    >>> print(np.corrcoef(learned.toarray().ravel(), rule.toarray().ravel())[0, 1].round(2))
    1.0
    """

    synapses: FloatArray
    """(2n, 2n): weights from units to units, as learning through spikes has left them."""

    @classmethod
    def between_units(cls, synapses: FloatArray, weight: float, bias: ArrayLike) -> LearnedCouplings:
        """Make couplings from synapses (2n, 2n) of which `weight` per spike stands for a coupling of 1.

        W is (ON→ON − ON→OFF − OFF→ON + OFF→OFF) / 4.
        """
        n = len(synapses) // 2
        quarters = synapses.reshape(2, n, 2, n)
        signed = quarters[0, :, 0] - quarters[0, :, 1] - quarters[1, :, 0] + quarters[1, :, 1]
        mean = PixelCouplings.of(signed.T / (4.0 * weight), bias)
        return cls(mean.left, mean.right, mean.diagonal, mean.bias, mean.scale, synapses=synapses)

    def unit_weights(self, weight: float) -> FloatArray:
        """Return the learned synapses (2n, 2n) as they are."""
        return self.synapses


def factored_couplings(left: FloatArray, right: FloatArray, bias: ArrayLike = 0.0) -> PixelCouplings:
    """Return the couplings left @ right, (n, r) and (r, n), without their diagonal."""
    diagonal = np.einsum("ir,ri->i", left, right)
    bias = np.broadcast_to(np.asarray(bias, dtype=np.float64), len(left))
    return PixelCouplings(left, right, diagonal, bias)


def _frozen(value: Any) -> Any:
    """Return a view of an array that cannot be written into; anything else as it is."""
    if isinstance(value, np.ndarray):
        value = value.view()
        value.flags.writeable = False
    return value
