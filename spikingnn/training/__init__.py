"""Training by back-propagation through time, written by hand: layers, losses, optimisers, and the model that holds them.

>>> model = Model([Dense(256), LIF(), Mean(), Dense(10)], shape=784, steps=4)          # doctest: +SKIP
"""

from .augment import Augment
from .batches import batches, order
from .checkpoint import load_model
from .encode import ENCODINGS, Direct, Latency, Poisson
from .layer import LAYERS, Layer
from .linear import Conv2d, Dense
from .losses import CrossEntropy, RatePenalty, logits, softmax
from .metrics import Operations, confusion, evaluate, operations
from .model import Model
from .optimizers import OPTIMIZERS, SGD, Adam, AdamW, clip
from .plain import Dropout, Flatten, Mean, Pool, ReLU, Residual
from .preprocess import (STEPS, Contrast, Crop, Grey, Invert, LocalContrast, Normalise, Preprocessing, Resize,
                         Threshold)
from .schedules import SCHEDULES, Constant, Cosine, OneCycle, Plateau, Step
from .spiking import ALIF, LIF, Graded, Readout
from .surrogate import SURROGATES, TWINS
from .to_network import TrainedNetwork, to_network
from .trainer import Trainer


__all__ = ["ALIF", "ENCODINGS", "LAYERS", "LIF", "OPTIMIZERS", "SCHEDULES", "SGD", "STEPS", "SURROGATES", "TWINS", "Adam", "AdamW",
           "Augment", "Constant", "Contrast", "Conv2d", "Cosine", "Crop", "CrossEntropy", "Dense", "Direct", "Dropout", "Flatten",
           "Graded", "Grey", "Invert", "Latency", "Layer", "LocalContrast", "Mean", "Model", "Normalise", "OneCycle", "Operations",
           "Plateau", "Poisson", "Pool", "Preprocessing", "RatePenalty", "ReLU", "Readout", "Residual", "Resize", "Step", "Threshold",
           "TrainedNetwork", "Trainer", "batches", "clip", "confusion", "evaluate", "load_model", "logits", "operations", "order",
           "softmax", "to_network"]
