"""Networks in NEST: built there with the same neurons, synapses, weights and spikes.

``pip install 'spikingnn[nest]'`` brings NEST, with threads; a build with MPI, for `export_nest` on several
processes, comes from NEST's source. Where the equations agree, which is for LIF neurons with delta or
exponential-current synapses and given spikes, all spikes are equal.
"""

from .files import export_nest, read_nest
from .simulation import NestNetwork, to_nest


__all__ = ["NestNetwork", "export_nest", "read_nest", "to_nest"]
