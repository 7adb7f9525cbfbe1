"""Associative memory: storage rules, the spiking assembly, what spoils a cue, and how good a recall is.

>>> memory = HopfieldAssembly(n=784, rule="projection", seed=0).store(patterns)          # doctest: +SKIP
>>> memory.recall(corrupt(patterns[0], flip=0.3, seed=1)).overlap(patterns[0])           # doctest: +SKIP
"""

from .assembly import HopfieldAssembly
from .coding import THRESHOLDS, binarize, levels
from .corruption import corrupt
from .dense import MemoryNeurons, dense
from .experiment import Experiment, recall_pictures, spoilt
from .recall import VERDICTS, Recall
from .scores import cosine, identify, overlap, related, settle_time
from .storage import RULES, Couplings, covariance, hebbian, projection

__all__ = ["RULES", "THRESHOLDS", "VERDICTS", "Couplings", "Experiment", "HopfieldAssembly", "MemoryNeurons", "Recall", "binarize",
           "corrupt", "cosine", "covariance", "dense", "hebbian", "identify", "levels", "overlap", "projection", "recall_pictures",
           "related", "settle_time", "spoilt"]
