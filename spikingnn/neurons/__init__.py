"""Neuron models, one a file: frozen dataclasses with their equation, their step coefficients and their kernel."""

from .alif import ALIF
from .lif import FirstOrderLIF

__all__ = ["ALIF", "FirstOrderLIF"]
