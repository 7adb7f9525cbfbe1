"""Neuron models, one per file: frozen dataclasses with their equations, their step coefficients and their
kernel.
"""

from .adaptive_current import AdaptiveCurrentLIF
from .adex import AdEx
from .alif import ALIF
from .exponential import ExponentialIF
from .gif import GIF
from .hodgkin_huxley import HodgkinHuxley
from .input_current import InputCurrent
from .izhikevich import Izhikevich
from .lif import FirstOrderLIF
from .ornstein_uhlenbeck import OrnsteinUhlenbeck
from .quadratic import QuadraticIF
from .srm0 import SRM0
from .winner_take_all import WinnerTakeAllLIF


__all__ = ["ALIF", "AdEx", "AdaptiveCurrentLIF", "ExponentialIF", "FirstOrderLIF", "GIF", "HodgkinHuxley",
           "InputCurrent", "Izhikevich", "OrnsteinUhlenbeck", "QuadraticIF", "SRM0", "WinnerTakeAllLIF"]
