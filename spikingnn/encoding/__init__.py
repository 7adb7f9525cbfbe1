"""Encoders, one a file: neuron-like plug-ins whose "current" is the stimulus in [0, 1], and sources of given spikes."""

from .given import GivenSpikes
from .poisson import PoissonEncoder

__all__ = ["GivenSpikes", "PoissonEncoder"]
