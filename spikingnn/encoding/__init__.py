"""Encoders, one a file: neuron-like plug-ins whose "current" is the stimulus in [0, 1], and sources of given spikes.

Inside a network `InputGroup(n, encoder)` carries one; outside of it `encoder.encode(values, duration, dt, seed)` gives its spikes,
the same ones for the same seed. Then the decoders, and `stimulus`, which turns a picture into values.
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
from .population import PopulationEncoder
from .rank_order import RankOrderEncoder
from .stimulus import stimulus


__all__ = ["BernoulliEncoder", "BurstEncoder", "DeltaEncoder", "Encoder", "GivenSpikes", "IdentityEncoder", "LatencyEncoder",
           "LinearDecoder", "PhaseEncoder", "PoissonEncoder", "PopulationEncoder", "RankOrderEncoder", "Spikes", "counts",
           "decode_rate", "encode", "first_spike", "population_vector", "stimulus"]
