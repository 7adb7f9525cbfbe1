"""Plasticity rules, one per file: frozen dataclasses with small hooks that see contiguous rows of weights."""

from .bcm import BCM
from .diehl_cook import DiehlCook
from .hebbian import Hebbian
from .inhibitory import InhibitorySTDP
from .nearest import NearestSTDP
from .normalization import Normalization
from .oja import Oja
from .power_law import PowerLawSTDP
from .reward import RewardSTDP
from .saturation import Saturation
from .stdp import STDP
from .triplet import TripletSTDP
from .tsodyks_markram import TsodyksMarkram


__all__ = ["BCM", "STDP", "DiehlCook", "Hebbian", "InhibitorySTDP", "NearestSTDP", "Normalization", "Oja",
           "PowerLawSTDP", "RewardSTDP", "Saturation", "TripletSTDP", "TsodyksMarkram"]
