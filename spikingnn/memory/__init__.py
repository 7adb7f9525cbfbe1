"""Associative memory: storage rules, the spiking assembly, what spoils a cue, and how good a recall is.

>>> memory = HopfieldAssembly(n=784, rule="projection", seed=0).store(patterns)          # doctest: +SKIP
>>> memory.recall(corrupt(patterns[0], flip=0.3, seed=1)).overlap(patterns[0])           # doctest: +SKIP
"""

from .assembly import HopfieldAssembly
from .baselines import binary_recall, graded_recall, mean_field_overlap, nearest
from .capacity import capacity, random_patterns
from .coding import THRESHOLDS, binarize, bit_planes, from_bit_planes, levels
from .corruption import corrupt
from .dense import MemoryNeurons, dense
from .experiment import Experiment, recall_pictures, spoilt
from .recall import VERDICTS, Recall
from .scores import cosine, identify, likeness, overlap, psnr, related, settle_time, ssim, wilson
from .storage import RULES, Couplings, covariance, hebbian, perceptron, projection, storkey

__all__ = ["RULES", "THRESHOLDS", "VERDICTS", "Couplings", "Experiment", "HopfieldAssembly", "MemoryNeurons", "Recall", "binarize",
           "binary_recall", "bit_planes", "capacity", "corrupt", "cosine", "covariance", "dense", "from_bit_planes", "graded_recall",
           "hebbian", "identify", "levels", "likeness", "mean_field_overlap", "nearest", "overlap", "perceptron", "projection", "psnr",
           "random_patterns", "recall_pictures", "related", "settle_time", "spoilt", "ssim", "storkey", "wilson"]
