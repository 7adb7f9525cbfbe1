"""spikingnn: a simulator of spiking neural networks on NumPy, SciPy and Numba.

Units are ms, mV, nA, MΩ, nF, µS and Hz.
"""

import importlib
from typing import TYPE_CHECKING

from .connectivity import (AllToAll, DistanceDelay, DistanceDependent, FixedInDegree, FixedOutDegree,
                           FixedProbability, FixedTotalNumber, OneToOne, grid)
from .encoding import (BernoulliEncoder, BurstEncoder, DeltaEncoder, IdentityEncoder, LatencyEncoder,
                       PhaseEncoder, PoissonEncoder, PopulationEncoder, RankOrderEncoder)
from .engine.matrices import Factored
from .engine.plugin import (ADD, HOOK, POTENTIAL, SET, SIGNAL, NeuronModel, Rule, Synapse, coupling_kernel,
                            efficacy_kernel, filter_kernel, normal, on_post_kernel, on_pre_kernel,
                            on_tick_kernel, release_kernel, rows, step_kernel, uniform)
from .engine.scalars import scalars
from .groups import LIFGroup, NeuronGroup
from .input_groups import InputGroup, SpikeSource
from .monitors import RateMonitor, SpikeMonitor, StateMonitor, WeightMonitor
from .nef import connect
from .network import Network
from .neurons import (ALIF, GIF, SRM0, AdaptiveCurrentLIF, AdEx, ExponentialIF, FirstOrderLIF, HodgkinHuxley,
                      InputCurrent, Izhikevich, OrnsteinUhlenbeck, QuadraticIF, WinnerTakeAllLIF)
from .plasticity import (BCM, PES, STDP, Clopath, DiehlCook, GraupnerBrunel, Hebbian, InhibitorySTDP,
                         NearestSTDP, Normalization, Oja, PowerLawSTDP, RewardSTDP, Saturation,
                         StochasticRelease, SynapticResources, TripletSTDP, TsodyksMarkram)
from .populations import Population
from .random_inputs import GammaInput, PoissonInput
from .simulation import simulate
from .synapse_group import SynapseGroup
from .synapses import (AlphaConductance, AlphaSynapse, ConductanceSynapse, DeltaSynapse,
                       DoubleExponentialConductance, DoubleExponentialSynapse, FirstOrderSynapse, GapJunction,
                       GradedSynapse, NMDASynapse)

if TYPE_CHECKING:
    from .equations import Equations, PlasticityRule
    from .memory import HopfieldAssembly, corrupt
    from .unsupervised import STDPClassifier


__version__ = "0.2.0"
__all__ = [
    "ADD", "ALIF", "AdEx", "AdaptiveCurrentLIF", "AllToAll", "AlphaConductance", "AlphaSynapse", "BCM",
    "BernoulliEncoder", "BurstEncoder", "Clopath", "ConductanceSynapse", "DeltaEncoder", "DeltaSynapse",
    "DiehlCook", "DistanceDelay", "DistanceDependent", "DoubleExponentialConductance",
    "DoubleExponentialSynapse", "Equations", "ExponentialIF", "Factored", "FirstOrderLIF",
    "FirstOrderSynapse", "FixedInDegree", "FixedOutDegree", "FixedProbability", "FixedTotalNumber", "GIF",
    "GammaInput", "GapJunction", "GradedSynapse", "GraupnerBrunel", "HOOK", "Hebbian", "HodgkinHuxley",
    "HopfieldAssembly", "IdentityEncoder", "InhibitorySTDP", "InputCurrent", "InputGroup", "Izhikevich",
    "LIFGroup", "LatencyEncoder", "NMDASynapse", "NearestSTDP", "Network", "NeuronGroup", "NeuronModel",
    "Normalization", "Oja", "OneToOne", "OrnsteinUhlenbeck", "PES", "POTENTIAL", "PhaseEncoder",
    "PlasticityRule", "PoissonEncoder", "PoissonInput", "Population", "PopulationEncoder", "PowerLawSTDP",
    "QuadraticIF", "RankOrderEncoder", "RateMonitor", "RewardSTDP", "Rule", "SET", "SIGNAL", "SRM0",
    "STDP", "STDPClassifier", "Saturation", "SpikeMonitor", "SpikeSource", "StateMonitor",
    "StochasticRelease", "Synapse", "SynapseGroup", "SynapticResources", "TripletSTDP", "TsodyksMarkram",
    "WeightMonitor", "WinnerTakeAllLIF", "connect", "corrupt", "coupling_kernel", "efficacy_kernel",
    "filter_kernel", "grid", "normal", "on_post_kernel", "on_pre_kernel", "on_tick_kernel",
    "release_kernel", "rows", "scalars", "simulate", "step_kernel", "uniform",
]

# the names that are imported when they are asked for, and the packages that they come from: few programs need
# them, and all would wait for them
_LATER = {"equations": ("Equations", "PlasticityRule"), "memory": ("HopfieldAssembly", "corrupt"),
          "unsupervised": ("STDPClassifier",)}

if not TYPE_CHECKING:           # a type checker would believe that every name can be asked for
    def __getattr__(name: str) -> object:
        for package, names in _LATER.items():
            if name == package or name in names:
                module = importlib.import_module(f".{package}", __name__)
                return module if name == package else getattr(module, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *_LATER, *__all__})
