"""Networks that learn classes by themselves, from spikes, and are told the names afterwards."""

from .classifier import STDPClassifier


__all__ = ["STDPClassifier"]
