"""spikingnn: a simulator of spiking neural networks on NumPy, SciPy and Numba.

Units are ms, mV, nA, MΩ, nF, µS and Hz.
"""

from .connectivity import AllToAll, FixedInDegree, FixedOutDegree, FixedProbability, OneToOne
from .encoding import (BernoulliEncoder, BurstEncoder, DeltaEncoder, IdentityEncoder, LatencyEncoder,
                       PhaseEncoder, PoissonEncoder, PopulationEncoder, RankOrderEncoder)
from .engine.matrices import Factored
from .engine.plugin import (ADD, HOOK, POTENTIAL, SET, SIGNAL, NeuronModel, Rule, efficacy_kernel, normal,
                            on_post_kernel, on_pre_kernel, on_tick_kernel, release_kernel, rows, step_kernel,
                            uniform)
from .engine.scalars import scalars
from .groups import LIFGroup, NeuronGroup
from .input_groups import InputGroup, SpikeSource
from .memory import HopfieldAssembly, corrupt
from .monitors import RateMonitor, SpikeMonitor, StateMonitor, WeightMonitor
from .nef import connect
from .network import Network
from .neurons import (ALIF, AdaptiveCurrentLIF, AdEx, ExponentialIF, FirstOrderLIF, HodgkinHuxley, Izhikevich,
                      OrnsteinUhlenbeck, WinnerTakeAllLIF)
from .plasticity import (BCM, STDP, Clopath, DiehlCook, GraupnerBrunel, Hebbian, InhibitorySTDP, NearestSTDP,
                         Normalization, Oja, PowerLawSTDP, RewardSTDP, Saturation, StochasticRelease,
                         SynapticResources, TripletSTDP, TsodyksMarkram)
from .simulation import simulate
from .synapse_group import SynapseGroup
from .synapses import ConductanceSynapse, DeltaSynapse, FirstOrderSynapse, GradedSynapse
from .unsupervised import STDPClassifier


__version__ = "0.2.0"
__all__ = [
    "ADD", "ALIF", "AdEx", "AdaptiveCurrentLIF", "AllToAll", "BCM", "BernoulliEncoder", "BurstEncoder",
    "Clopath", "ConductanceSynapse", "DeltaEncoder", "DeltaSynapse", "DiehlCook", "ExponentialIF",
    "Factored", "FirstOrderLIF", "FirstOrderSynapse", "FixedInDegree", "FixedOutDegree",
    "FixedProbability", "GradedSynapse", "GraupnerBrunel", "HOOK", "Hebbian", "HodgkinHuxley",
    "HopfieldAssembly", "IdentityEncoder", "InhibitorySTDP", "InputGroup", "Izhikevich", "LIFGroup",
    "LatencyEncoder", "NearestSTDP", "Network", "NeuronGroup", "NeuronModel", "Normalization", "Oja",
    "OneToOne", "OrnsteinUhlenbeck", "POTENTIAL", "PhaseEncoder", "PoissonEncoder", "PopulationEncoder",
    "PowerLawSTDP", "RankOrderEncoder", "RateMonitor", "RewardSTDP", "Rule", "SET", "SIGNAL", "STDP",
    "STDPClassifier", "Saturation", "SpikeMonitor", "SpikeSource", "StateMonitor", "StochasticRelease",
    "SynapseGroup", "SynapticResources", "TripletSTDP", "TsodyksMarkram", "WeightMonitor",
    "WinnerTakeAllLIF", "connect", "corrupt", "efficacy_kernel", "normal", "on_post_kernel",
    "on_pre_kernel", "on_tick_kernel", "release_kernel", "rows", "scalars", "simulate", "step_kernel",
    "uniform",
]
