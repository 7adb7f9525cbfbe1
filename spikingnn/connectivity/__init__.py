"""Builders of connectivity: who is connected with whom, drawn when the network is built.

A builder is a frozen dataclass with ``build(n_pre, n_post, rng, recurrent)``, which returns one of the
forms of `spikingnn.engine.matrices`, and ``count(n_pre, n_post)``, the number of synapses. Its weight is a
number, or a function (rng, size) → (size,). scipy.sparse is the exchange format.

Where a connection depends on where units are, groups have positions, ``LIFGroup(n, positions=grid((40,
40)))``, in any unit of length. `DistanceDependent` connects them, with the probability that a `Kernel` gives
for their displacement, and `DistanceDelay` delays them.
"""

from .builder import Builder
from .complete import AllToAll, OneToOne
from .distance import DistanceDelay, DistanceDependent
from .kernels import Box, Ellipse, Exponential, Gaussian, Kernel
from .random import FixedInDegree, FixedOutDegree, FixedProbability, FixedTotalNumber
from .space import grid


__all__ = ["AllToAll", "Box", "Builder", "DistanceDelay", "DistanceDependent", "Ellipse", "Exponential",
           "FixedInDegree", "FixedOutDegree", "FixedProbability", "FixedTotalNumber", "Gaussian", "Kernel",
           "OneToOne", "grid"]
