"""Neuron models and plasticity rules given as text."""

from .fixed_points import FixedPoint
from .model import Equations
from .rule import PlasticityRule


__all__ = ["Equations", "FixedPoint", "PlasticityRule"]
