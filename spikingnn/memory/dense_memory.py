"""The dense memory: one hidden neuron per stored pattern, and competition among them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .._util.typing import ArrayLike, FloatArray
from ..groups import NeuronGroup
from ..neurons import WinnerTakeAllLIF
from ..synapse_group import SynapseGroup
from .couplings import Couplings, CouplingsPicture, spike_weight
from .pixel_units import DT

if TYPE_CHECKING:
    from ..groups import LIFGroup
    from ..synapses import FirstOrderSynapse


__all__ = ["DENSE_RULES", "GreyMemoryNeurons", "MemoryNeurons", "grey_memory_neurons", "memory_neurons"]

TAU = 10.0              # ms    membrane of a memory neuron
GREY_DRIVE = 300.0      # –     `drive` for grey patterns: a winner fires at every step
LISTENING = 25          # steps before a memory neuron may fire: the first answer is given on settled evidence


@dataclass(frozen=True, eq=False)
class MemoryNeurons(Couplings):
    """P memory neurons, each of which matches one pattern and sends it back: a spiking modern Hopfield
    network.

    Neuron μ receives the current ``drive · (1/n) Σ_i F_μi z_i`` from the ON and OFF spikes z of the pixels.
    In each step the neuron whose membrane potential exceeds its threshold by most fires and inhibits all
    others (`WinnerTakeAllLIF`); for finite ``beta`` one is drawn with probability ∝ exp(beta · overlap),
    which makes the average over time the softmax update of Ramsauer et al. Its spike sends ξ^μ back to the
    pixels. With one neuron per pattern this is a search for the nearest stored pattern, done by spikes: its
    capacity does not depend on the number of pixels.

    Parameters
    ----------
    patterns : FloatArray
        (P, n): what each neuron sends back, from −1 to 1.
    matching : FloatArray
        (P, n): F, what each neuron matches: the pattern itself, or its z-score.
    drive : float, default 8.0
        Current of a neuron whose pattern is matched in full, in units of its threshold.
    beta : float, default inf
        Inverse temperature of the softmax per unit of overlap, some hundreds; inf: the best match
        wins.

    References
    ----------
    Krotov & Hopfield, arXiv:1606.01164 (2016) and arXiv:2008.06996 (2020); Ramsauer et al., arXiv:2008.02217
    (2020).

    Examples
    --------
    Twice as many patterns as pixels, of which one comes back from a cue with a fifth of its pixels flipped:

    >>> from spikingnn.memory import HopfieldAssembly, corrupt, random_patterns
    >>> patterns = random_patterns(128, 64, np.random.default_rng(0))
    >>> memory = HopfieldAssembly(64, rule="dense", seed=0).store(patterns)
    >>> memory.couplings.patterns.shape                     # one neuron per pattern
    (128, 64)
    >>> memory.recall(corrupt(patterns[3], flip=0.2, seed=1)).overlap(patterns[3])
    1.0
    """

    patterns: FloatArray
    """(P, n): what each neuron sends back, from −1 to 1."""
    matching: FloatArray
    """(P, n): F, what each neuron matches: the pattern itself, or its z-score."""
    drive: float = 8.0
    """Current of a neuron whose pattern is matched in full, in units of its threshold."""
    beta: float = math.inf
    """Inverse temperature of the softmax per unit of overlap, some hundreds; inf: the best match wins."""

    rate: ClassVar[float] = 300.0           # Hz    at which a winner fires, about

    @property
    def n(self) -> int:
        """Number of pixels."""
        return self.patterns.shape[1]

    def energy(self, z: ArrayLike) -> Any:
        """Return the log-sum-exp energy per pixel of one state (n,), a number, or of many (k, n), an array.

        ::

            E = ½ z·z/n − (1/n) log (1/P) Σ_μ exp(ξ^μ·z)

        It is that of Ramsauer et al. up to a constant, at β = 1; about −½ for a stored pattern.
        """
        from scipy.special import logsumexp

        z = np.asanyarray(z)
        match = logsumexp(z @ self.patterns.T, axis=-1) - np.log(len(self.patterns))
        return np.sum(np.square(z), axis=-1) / (2 * self.n) - match / self.n

    def parts(self, units: LIFGroup, synapse: FirstOrderSynapse, saturated_rate: float,
              gain: float) -> list[NeuronGroup | SynapseGroup]:
        """Build the hidden group and the synapses from and to the ON and OFF `units` (2n); see
        `Couplings.parts`."""
        decay = math.exp(-DT / TAU)
        neuron = WinnerTakeAllLIF(tau_m=TAU, v_threshold=1.0, v_floor=-0.5, inhibition=0.5, t_refractory=0.0,
                                  threshold_step=0.0, temperature=self.drive * (1 - decay) / self.beta)
        hidden = NeuronGroup(len(self.patterns), neuron, name="memories")
        hidden["refractory"] = LISTENING
        tau = float(np.asarray(synapse.tau))
        up = self.drive / (self.n * saturated_rate / 1000.0 * tau) * self.matching.T
        down = spike_weight(gain, self.rate, synapse) * self.feedback()
        return [hidden, SynapseGroup(units, hidden, np.concatenate([up, -up]), synapse, name="up"),
                SynapseGroup(hidden, units, down, synapse, name="down")]

    def feedback(self) -> FloatArray:
        """Return what a spike sends to the ON and OFF units, (P, 2n), in units of the gain: ±ξ."""
        return np.concatenate([self.patterns, -self.patterns], axis=1)

    def shuffled(self, seed: int | None = None) -> MemoryNeurons:
        """Return the control: what each neuron sends back has its pixels in a random order."""
        order = np.random.default_rng(seed).permutation(self.n)
        return replace(self, patterns=self.patterns[:, order])

    def picture(self, largest: int = 256) -> CouplingsPicture:
        """Return a sample of the patterns that the neurons send back, row = neuron."""
        n, some = self.n, self.patterns[:largest]
        sample = np.linspace(0, n - 1, min(largest, n)).astype(int)
        return CouplingsPicture(some[:, sample], (0, n, len(some), 0), "weight, in units of the gain",
                                f"from {len(some)} of {len(self.patterns):,} memory neurons", "to pixel",
                                "memory neuron", False)


@dataclass(frozen=True, eq=False)
class GreyMemoryNeurons(MemoryNeurons):
    """Memory neurons for grey levels, given as numbers from −1 (black) to 1 (white).

    ON units are driven by the level, OFF units by what it lacks to white. A neuron matches the z-score of its
    picture, so that brightness and contrast of the cue do not count.

    Parameters
    ----------
    patterns : FloatArray
        (P, n): what each neuron sends back, from −1 to 1.
    matching : FloatArray
        (P, n): F, what each neuron matches: the pattern itself, or its z-score.
    drive : float, default 8.0
        Current of a neuron whose pattern is matched in full, in units of its threshold.
    beta : float, default inf
        Inverse temperature of the softmax per unit of overlap, some hundreds; inf: the best match
        wins.

    Examples
    --------
    A photograph comes back in grey from a darker, noisy cue:

    >>> from spikingnn.datasets import photographs, resized
    >>> from spikingnn.memory import HopfieldAssembly, correlation
    >>> pictures = np.array([resized(each, 16).ravel() for each in photographs().images])
    >>> memory = HopfieldAssembly(256, rule="dense", coding="gray", seed=0).store(pictures)
    >>> cue = np.clip(0.5 * pictures[0] + np.random.default_rng(0).normal(0.0, 0.1, 256), 0.0, 1.0)
    >>> print(round(correlation(memory.recall(cue).grey, pictures[0]), 2))
    1.0
    """

    rate: ClassVar[float] = 1000.0

    def feedback(self) -> FloatArray:
        """Return what a spike sends to the ON and OFF units, (P, 2n): (1 + ξ)/2 and (1 − ξ)/2."""
        return np.concatenate([1 + self.patterns, 1 - self.patterns], axis=1) / 2

    def pattern_overlaps(self, z: FloatArray, patterns: FloatArray) -> FloatArray:
        """Return how similar states z (k, n) are to the stored `patterns`, (k, P): correlations.

        The neurons hold the z-scores of the patterns already.
        """
        z = z - z.mean(axis=1, keepdims=True)
        size = np.linalg.norm(z, axis=1, keepdims=True) * np.sqrt(self.n)
        out = np.zeros((len(z), len(self.matching)))
        return np.divide(z @ self.matching.T, size, out=out, where=size > 0)


def memory_neurons(patterns: FloatArray, beta: float = math.inf) -> MemoryNeurons:
    """Store each pattern in one memory neuron: the rule ``dense``, which holds any number of patterns that
    differ.

    It takes n weights per pattern.

    Parameters
    ----------
    patterns : numpy.ndarray, (P, n)
        Patterns of ±1.
    beta : float
        Inverse temperature of the competition, see `MemoryNeurons`.

    Examples
    --------
    >>> memory_neurons(np.array([[1.0, -1.0], [1.0, 1.0]])).n
    2
    """
    return MemoryNeurons(patterns, patterns, beta=beta)


def grey_memory_neurons(levels: FloatArray, beta: float = math.inf) -> GreyMemoryNeurons:
    """Store each grey picture in one memory neuron: the rule ``dense`` for the coding ``gray``.

    A neuron matches the z-score of its picture, so that brightness does not count.

    Parameters
    ----------
    levels : numpy.ndarray, (P, n)
        Grey levels from 0 to 1.
    beta : float
        Inverse temperature of the competition, see `MemoryNeurons`.

    Raises
    ------
    ValueError
        Where a picture is of one level: it cannot be told from others.

    Examples
    --------
    >>> grey_memory_neurons(np.array([[0.0, 0.5, 1.0]])).patterns
    array([[-1.,  0.,  1.]])
    """
    deviation = levels.std(axis=1, keepdims=True)
    if not (deviation > 0).all():
        flat = ", ".join(map(str, np.flatnonzero(deviation[:, 0] == 0)[:8]))
        raise ValueError(f"dense: pictures {flat} are of one level and cannot be told from others")
    matching = (levels - levels.mean(axis=1, keepdims=True)) / deviation
    return GreyMemoryNeurons(2 * levels - 1, matching, GREY_DRIVE, beta)


DENSE_RULES: dict[str, Callable[..., MemoryNeurons]] = {"binary": memory_neurons, "gray": grey_memory_neurons}
"""The rule ``dense`` for each coding."""
