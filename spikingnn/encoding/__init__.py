"""Encoders, one per file, which turn stimuli in [0, 1] into spikes, and decoders, which estimate stimuli
from spikes.

An encoder is a neuron-like plug-in whose "current" is the stimulus. Inside a network ``InputGroup(n,
encoder)`` carries one; outside a network ``encoder.encode(values, duration, dt, seed)`` gives the same
spikes for the same seed. `stimulus` turns a picture into values.
"""

from ..spikes import Spikes, counts
from .burst import BurstEncoder
from .decoders import LinearDecoder, decode_rate, first_spike, population_vector
from .delta import DeltaEncoder
from .encoder import Encoder, encode
from .given import GivenSpikes
from .identity import IdentityEncoder
from .latency import LatencyEncoder
from .phase import PhaseEncoder
from .poisson import BernoulliEncoder, PoissonEncoder
from .poisson_counts import PoissonCounts
from .population import PopulationEncoder
from .rank_order import RankOrderEncoder
from .renewal import GammaRenewal
from .stimulus import stimulus


__all__ = ["BernoulliEncoder", "BurstEncoder", "DeltaEncoder", "Encoder", "GammaRenewal", "GivenSpikes",
           "IdentityEncoder", "LatencyEncoder", "LinearDecoder", "PhaseEncoder", "PoissonCounts",
           "PoissonEncoder", "PopulationEncoder", "RankOrderEncoder", "Spikes", "counts", "decode_rate",
           "encode", "first_spike", "population_vector", "stimulus"]
