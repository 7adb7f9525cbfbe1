"""Networks that learn classes from spikes without labels; their neurons are labelled afterwards."""

from .classifier import STDPClassifier
from .responses import ClassResponses


__all__ = ["ClassResponses", "STDPClassifier"]
