"""Associative memory: learning rules, the spiking assembly, corruptions of a cue, and scores of a recall.

>>> import numpy as np
>>> patterns = random_patterns(3, 100, np.random.default_rng(0))
>>> memory = HopfieldAssembly(100, rule="projection", seed=0).store(patterns)
>>> memory.recall(corrupt(patterns[0], flip=0.3, seed=1)).overlap(patterns[0])
1.0
"""

from .assembly import HopfieldAssembly
from .baselines import binary_recall, graded_recall, mean_field_overlap, nearest_pattern
from .binarization import THRESHOLDS, binarize, bit_planes, from_bit_planes, threshold_levels
from .capacity_curve import capacity, random_patterns
from .corruption import corrupt, corrupt_images
from .couplings import Couplings, CouplingsPicture, LearnedCouplings, PixelCouplings
from .dense_memory import GreyMemoryNeurons, MemoryNeurons, grey_memory_neurons, memory_neurons
from .explanations import VERDICTS, Explanations
from .learning_rules import LEARNING_RULES, covariance, hebbian, perceptron, projection, storkey
from .pixel_units import BinaryUnits, GreyUnits
from .recall_experiment import RecallExperiment, recall_pictures
from .recall_result import Recall
from .scores import correlation, cosine, identify, overlap, psnr, related, settle_time, ssim, wilson


__all__ = [
    "BinaryUnits", "Couplings", "CouplingsPicture", "Explanations", "GreyMemoryNeurons", "GreyUnits",
    "HopfieldAssembly", "LEARNING_RULES", "LearnedCouplings", "MemoryNeurons", "PixelCouplings", "Recall",
    "RecallExperiment", "THRESHOLDS", "VERDICTS", "binarize", "binary_recall", "bit_planes", "capacity",
    "correlation", "corrupt", "corrupt_images", "cosine", "covariance", "from_bit_planes", "graded_recall",
    "grey_memory_neurons", "hebbian", "identify", "mean_field_overlap", "memory_neurons", "nearest_pattern",
    "overlap", "perceptron", "projection", "psnr", "random_patterns", "recall_pictures", "related",
    "settle_time", "ssim", "storkey", "threshold_levels", "wilson",
]
