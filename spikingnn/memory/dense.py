"""The dense memory: one hidden neuron for each stored pattern, and competition among them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..groups import NeuronGroup
from ..neurons import WinnerTakeAllLIF
from ..synapse_group import SynapseGroup
from .pixel_units import DT


__all__ = ["MemoryNeurons", "dense", "dense_grey"]

TAU = 10.0              # ms    of a memory neuron's membrane
DRIVE = 8.0             # –     current of a memory neuron whose pattern is matched in full, in units of its threshold
GREY_DRIVE = 300.0      # –     the same for grey patterns, of which only the contrast counts: a winner fires at every step
RATES = 300.0, 1000.0   # Hz    at which a winner fires, about: binary, grey
LISTENING = 25          # steps before a memory neuron may fire: the first answer is given on settled evidence


@dataclass(frozen=True, eq=False)
class MemoryNeurons:
    """P memory neurons that listen for one pattern each and call it back: the spiking form of the modern Hopfield network.

    Neuron μ gets drive · (1/n) Σ_i F_μi z_i from the ON and OFF spikes z of the pixels; in each step the one whose membrane exceeds its
    threshold by most fires and pushes all others down (`WinnerTakeAllLIF`), or for finite `beta` one is drawn with probability ∝
    exp(beta · overlap), which makes the average over time the softmax update of Ramsauer et al. (arXiv:2008.02217). Its spike
    sends ξ^μ back to the pixels. With one neuron a pattern this is a search for the nearest stored pattern, done by spikes
    (Krotov & Hopfield, arXiv:1606.01164 and 2008.06996): its capacity does not depend on the number of pixels.
    """

    patterns: np.ndarray
    """(P, n)    what each neuron calls back, from −1 to 1."""
    matching: np.ndarray
    """(P, n)    F, what it listens for: the pattern itself, or its z-score."""
    drive: float = DRIVE
    beta: float = math.inf
    """Of the softmax, a unit of overlap: some hundreds; inf: the best match wins."""

    bias, rate = 0.0, RATES[0]

    @property
    def n(self):
        """Number of pixels."""
        return self.patterns.shape[1]

    def energy(self, z):
        """E = ½ z·z/n − (1/n) log (1/P) Σ_μ exp(ξ^μ·z) of one state (n,), a number, or of many (k, n); about −½ for a stored pattern.

        The log-sum-exp energy of Ramsauer et al., per pixel, up to a constant and at β = 1.
        """
        from scipy.special import logsumexp

        match = logsumexp(z @ self.patterns.T, axis=-1) - np.log(len(self.patterns))
        return np.sum(np.square(z), axis=-1) / (2 * self.n) - match / self.n

    def parts(self, units, synapse, saturated_rate, gain):
        """[hidden group, synapses up, synapses down] beside the ON and OFF `units` (2n); rates in Hz."""
        keep = math.exp(-DT / TAU)
        neuron = WinnerTakeAllLIF(tau_m=TAU, v_threshold=1.0, v_floor=-0.5, inhibition=0.5, t_refractory=0.0, threshold_step=0.0,
                                  temperature=self.drive * (1 - keep) / self.beta)
        hidden = NeuronGroup(len(self.patterns), neuron, name="memories")
        hidden["refractory"] = LISTENING
        up = self.drive / (self.n * saturated_rate / 1000.0 * synapse.tau) * self.matching.T
        down = gain / (self.rate / 1000.0 * synapse.tau) * self.called_back()
        return [hidden, SynapseGroup(units, hidden, np.concatenate([up, -up]), synapse, name="up"),
                SynapseGroup(hidden, units, down, synapse, name="down")]

    def called_back(self):
        """What a spike sends to the ON and OFF units, (P, 2n), in units of the gain: ±ξ."""
        return np.concatenate([self.patterns, -self.patterns], axis=1)

    def shuffled(self, seed=None):
        """The control: what each neuron calls back has its pixels in a random order."""
        order = np.random.default_rng(seed).permutation(self.n)
        return type(self)(self.patterns[:, order], self.matching, self.drive, self.beta)


class GreyMemoryNeurons(MemoryNeurons):
    """The same for grey levels, as numbers from −1 (black) to 1 (white): ON units are driven by the level, OFF units by what is left."""

    rate = RATES[1]

    def called_back(self):
        """(P, 2n): (1 + ξ)/2 and (1 − ξ)/2."""
        return np.concatenate([1 + self.patterns, 1 - self.patterns], axis=1) / 2


def dense(patterns, beta=math.inf):
    """One memory neuron for each pattern, see `MemoryNeurons`: holds any number of patterns that differ, at n weights each."""
    return MemoryNeurons(patterns, patterns, beta=beta)


def dense_grey(levels, beta=math.inf):
    """The same for `levels` (P, n) in [0, 1]; a neuron listens for the z-score of its picture, so that brightness does not count."""
    deviation = levels.std(axis=1, keepdims=True)
    if not (deviation > 0).all():
        flat = np.flatnonzero(deviation[:, 0] == 0)
        raise ValueError(f"dense: pictures {', '.join(map(str, flat[:8]))} are of one level and cannot be told from others")
    return GreyMemoryNeurons(2 * levels - 1, (levels - levels.mean(axis=1, keepdims=True)) / deviation, GREY_DRIVE, beta)
