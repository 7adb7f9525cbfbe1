"""Plasticity rules, one a file: frozen dataclasses with small hooks on contiguous rows of weights."""

from .hebbian import Hebbian
from .stdp import STDP

__all__ = ["STDP", "Hebbian"]
