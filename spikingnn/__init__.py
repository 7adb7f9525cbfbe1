"""spikingnn: a spiking-neural-network simulator on NumPy, SciPy and Numba. Units are ms, mV, nA, MΩ, nF, µS, Hz."""

from .connectivity import AllToAll, Factored, FixedInDegree, FixedOutDegree, FixedProbability, OneToOne
from .encoding import (BernoulliEncoder, BurstEncoder, DeltaEncoder, IdentityEncoder, LatencyEncoder, PhaseEncoder, PoissonEncoder,
                       PopulationEncoder, RankOrderEncoder)
from .groups import InputGroup, LIFGroup, NeuronGroup, SpikeSource, SynapseGroup
from .memory import HopfieldAssembly, corrupt
from .monitors import RateMonitor, SpikeMonitor, StateMonitor, WeightMonitor
from .network import Network, simulate
from .neurons import (ALIF, AdEx, AdaptiveCurrentLIF, ExponentialIF, FirstOrderLIF, HodgkinHuxley, Izhikevich,
                      OrnsteinUhlenbeck, WinnerTakeAllLIF)
from .plasticity import (BCM, STDP, DiehlCook, Hebbian, InhibitorySTDP, NearestSTDP, Normalization, Oja, PowerLawSTDP, RewardSTDP,
                         TripletSTDP, TsodyksMarkram)
from .population import connect
from .synapses import ConductanceSynapse, DeltaSynapse, FirstOrderSynapse, GradedSynapse
from .unsupervised import STDPClassifier

__version__ = "0.1.0"
__all__ = [
    "ALIF", "AdEx", "AdaptiveCurrentLIF", "AllToAll", "BCM", "BernoulliEncoder", "BurstEncoder", "ConductanceSynapse", "DeltaEncoder",
    "DeltaSynapse", "DiehlCook", "ExponentialIF", "Factored", "FirstOrderLIF", "FirstOrderSynapse", "FixedInDegree", "FixedOutDegree",
    "FixedProbability", "GradedSynapse", "Hebbian", "HodgkinHuxley", "HopfieldAssembly", "IdentityEncoder", "InhibitorySTDP",
    "InputGroup", "Izhikevich", "LIFGroup", "LatencyEncoder", "NearestSTDP", "Network", "NeuronGroup", "Normalization", "Oja",
    "OneToOne", "OrnsteinUhlenbeck", "PhaseEncoder", "PoissonEncoder", "PopulationEncoder", "PowerLawSTDP", "RankOrderEncoder",
    "RateMonitor", "RewardSTDP", "STDP", "STDPClassifier", "SpikeMonitor", "SpikeSource", "StateMonitor", "SynapseGroup", "TripletSTDP",
    "TsodyksMarkram", "WeightMonitor", "WinnerTakeAllLIF", "connect", "corrupt", "simulate",
]
