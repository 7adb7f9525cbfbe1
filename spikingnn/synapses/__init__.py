"""Synapse models, one per file: what an arriving spike of weight w does to its target.

The weight is the peak of the current or conductance for alpha functions and double exponentials, and the
jump at the arrival of the spike for all others.
"""

from ..engine.plugin import Synapse
from .alpha import AlphaConductance, AlphaSynapse
from .delta import DeltaSynapse
from .double_exponential import DoubleExponentialConductance, DoubleExponentialSynapse
from .exponential import ConductanceSynapse, FirstOrderSynapse
from .gap_junction import GapJunction
from .graded import GradedSynapse
from .nmda import NMDASynapse


__all__ = ["AlphaConductance", "AlphaSynapse", "ConductanceSynapse", "DeltaSynapse",
           "DoubleExponentialConductance", "DoubleExponentialSynapse", "FirstOrderSynapse", "GapJunction",
           "GradedSynapse", "NMDASynapse", "Synapse"]
