"""Neuron models and plasticity rules given as text."""

from .model import Equations


__all__ = ["Equations"]
