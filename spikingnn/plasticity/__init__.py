"""Plasticity rules, one per file: frozen dataclasses with small hooks that see contiguous rows of weights."""

from .bcm import BCM
from .clopath import Clopath
from .diehl_cook import DiehlCook
from .graupner_brunel import GraupnerBrunel
from .hebbian import Hebbian
from .inhibitory import InhibitorySTDP
from .nearest import NearestSTDP
from .normalization import Normalization
from .oja import Oja
from .pes import PES
from .power_law import PowerLawSTDP
from .reward import RewardSTDP
from .saturation import Saturation
from .stdp import STDP
from .stochastic_release import StochasticRelease
from .synaptic_resources import SynapticResources
from .triplet import TripletSTDP
from .tsodyks_markram import TsodyksMarkram


__all__ = ["BCM", "Clopath", "DiehlCook", "GraupnerBrunel", "Hebbian", "InhibitorySTDP", "NearestSTDP",
           "Normalization", "Oja", "PES", "PowerLawSTDP", "RewardSTDP", "STDP", "Saturation",
           "StochasticRelease", "SynapticResources", "TripletSTDP", "TsodyksMarkram"]
