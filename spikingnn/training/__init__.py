"""Training by back-propagation through time, written by hand: layers, losses, optimisers, and the model that holds them.

>>> model = Model([Dense(256), LIF(), Mean(), Dense(10)], shape=784, steps=4)          # doctest: +SKIP
"""

from .layer import LAYERS, Layer
from .linear import Conv2d, Dense
from .losses import CrossEntropy, RatePenalty, logits, softmax
from .model import Model
from .optimizers import OPTIMIZERS, SGD, Adam, AdamW, clip
from .plain import Dropout, Flatten, Mean, Pool, ReLU, Residual
from .schedules import SCHEDULES, Constant, Cosine, OneCycle, Plateau, Step
from .spiking import ALIF, LIF, Graded, Readout
from .surrogate import SURROGATES, TWINS

__all__ = ["ALIF", "LAYERS", "LIF", "OPTIMIZERS", "SCHEDULES", "SGD", "SURROGATES", "TWINS", "Adam", "AdamW", "Constant", "Conv2d", "Cosine",
           "CrossEntropy", "Dense", "Dropout", "Flatten", "Graded", "Layer", "Mean", "Model", "OneCycle", "Plateau", "Pool",
           "RatePenalty", "ReLU", "Readout", "Residual", "Step", "clip", "logits", "softmax"]
