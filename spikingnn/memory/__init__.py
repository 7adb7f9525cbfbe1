"""Associative memory: storage rules, the spiking assembly, what spoils a cue, and how good a recall is.

>>> memory = HopfieldAssembly(n=784, rule="projection", seed=0).store(patterns)          # doctest: +SKIP
>>> memory.recall(corrupt(patterns[0], flip=0.3, seed=1)).overlap(patterns[0])           # doctest: +SKIP
"""

from .assembly import HopfieldAssembly
from .baselines import binary_recall, graded_recall, mean_field_overlap, nearest
from .capacity_curve import capacity, random_patterns
from .coding import THRESHOLDS, binarize, bit_planes, from_bit_planes, levels
from .corruption import corrupt
from .dense import MemoryNeurons, dense
from .experiment import Experiment, recall_pictures, corrupt_images
from .learning_rules import RULES, Couplings, covariance, hebbian, perceptron, projection, storkey
from .recall_result import VERDICTS, Recall
from .scores import cosine, identify, correlation, overlap, psnr, related, settle_time, ssim, wilson


__all__ = ["RULES", "THRESHOLDS", "VERDICTS", "Couplings", "Experiment", "HopfieldAssembly", "MemoryNeurons", "Recall", "binarize",
           "binary_recall", "bit_planes", "capacity", "corrupt", "cosine", "covariance", "dense", "from_bit_planes", "graded_recall",
           "hebbian", "identify", "levels", "correlation", "mean_field_overlap", "nearest", "overlap", "perceptron", "projection", "psnr",
           "random_patterns", "recall_pictures", "related", "settle_time", "corrupt_images", "ssim", "storkey", "wilson"]
