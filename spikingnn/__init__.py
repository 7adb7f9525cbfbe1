"""spikingnn: a spiking-neural-network simulator on NumPy, SciPy and Numba. Units are ms, mV, nA, MΩ, nF, µS, Hz."""

from .connectivity import AllToAll, Factored, FixedInDegree, FixedOutDegree, FixedProbability, OneToOne
from .encoding import PoissonEncoder
from .groups import InputGroup, LIFGroup, NeuronGroup, SpikeSource, SynapseGroup
from .monitors import RateMonitor, SpikeMonitor, StateMonitor, WeightMonitor
from .network import Network, simulate
from .neurons import ALIF, FirstOrderLIF
from .plasticity import STDP, Hebbian
from .synapses import ConductanceSynapse, DeltaSynapse, FirstOrderSynapse, GradedSynapse

__version__ = "0.1.0"
__all__ = [
    "ALIF", "AllToAll", "ConductanceSynapse", "DeltaSynapse", "Factored", "FirstOrderLIF", "FirstOrderSynapse", "FixedInDegree",
    "FixedOutDegree", "FixedProbability", "GradedSynapse", "Hebbian", "InputGroup", "LIFGroup", "Network", "NeuronGroup", "OneToOne",
    "PoissonEncoder", "RateMonitor", "STDP", "SpikeMonitor", "SpikeSource", "StateMonitor", "SynapseGroup", "WeightMonitor",
    "simulate",
]
