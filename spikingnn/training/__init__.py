"""Training by back-propagation through time, written by hand: layers, losses, optimisers, and the model that
holds them.

`spikingnn.training.experiment` trains by a configuration, as ``spikingnn train`` does.

Examples
--------
>>> from spikingnn.training import Dense, LIFLayer, Mean, Model
>>> model = Model([Dense(256), LIFLayer(), Mean(), Dense(10)], shape=784, steps=4)
"""

from .adaptive import ALIFLayer
from .augment import Augment
from .batches import epoch_order, mini_batches
from .centre_ink import CentreInk
from .checkpoint import load_model
from .delay import Delay
from .encode import ENCODINGS, Direct, Encoding, Frames, Latency, Poisson
from .feed_forward import feed_forward_twin
from .layer import LAYERS, Layer
from .linear import Conv2d, Dense
from .losses import CrossEntropy, RatePenalty, logits, softmax
from .metrics import Evaluation, confusion_matrix, count_operations, evaluate
from .model import Model
from .operation_counts import Operations
from .optimizers import OPTIMIZERS, SGD, Adam, AdamW, Optimizer, clip_gradients
from .picture_steps import (PREPROCESSING_STEPS, Contrast, Crop, Grey, Invert, LocalContrast, Normalise,
                            PictureStep, Resize, Threshold)
from .plain import Dropout, Flatten, Mean, Pool, ReLU, Residual
from .preprocess import Preprocessing
from .schedules import SCHEDULES, Constant, Cosine, OneCycle, Plateau, Step
from .spiking import LIFLayer
from .surrogate import SURROGATE_INTEGRALS, SURROGATES
from .temporal import Graded, Readout
from .trained_network import TrainedNetwork, to_network
from .trainer import Trainer


__all__ = [
    "ALIFLayer", "Adam", "AdamW", "Augment", "CentreInk", "Constant", "Contrast", "Conv2d", "Cosine", "Crop",
    "CrossEntropy", "Delay", "Dense", "Direct", "Dropout", "ENCODINGS", "Encoding", "Evaluation", "Flatten",
    "Frames", "Graded", "Grey", "Invert", "LAYERS", "LIFLayer", "Latency", "Layer", "LocalContrast", "Mean",
    "Model", "Normalise", "OPTIMIZERS", "OneCycle", "Operations", "Optimizer", "PREPROCESSING_STEPS",
    "PictureStep", "Plateau", "Poisson", "Pool", "Preprocessing", "RatePenalty", "ReLU", "Readout",
    "Residual", "Resize", "SCHEDULES", "SGD", "SURROGATES", "SURROGATE_INTEGRALS", "Step", "Threshold",
    "TrainedNetwork", "Trainer", "clip_gradients", "confusion_matrix", "count_operations", "epoch_order",
    "evaluate", "feed_forward_twin", "load_model", "logits", "mini_batches", "softmax", "to_network"
]
