"""Recall from a memory of random patterns, as a function for a sweep."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np


__all__ = ["memory_cell"]


def memory_cell(seed: int, n: int = 256, load: float = 0.1, rule: str = "projection", flip: float = 0.2,
                activity: float = 0.5, recalls: int = 5, **options: Any) -> dict[str, float]:
    """Store random patterns in a memory and recall some of them: one cell of a sweep.

    Parameters
    ----------
    seed : int
        Seed of the patterns, the memory and the cues.
    n : int
        Pixels.
    load : float
        Patterns per pixel.
    rule : str
        Learning rule of the memory.
    flip : float
        Fraction of flipped pixels in the cues.
    activity : float
        Fraction of white pixels in the patterns.
    recalls : int
        Number of recalls.
    **options
        Further parameters of `HopfieldAssembly`, such as gain, noise, bias or cue_gain.

    Returns
    -------
    dict
        "overlap", the mean over the recalls; "success", the fraction of overlaps of at least 0.95; "spikes"
        per recall.

    Examples
    --------
    >>> memory_cell(seed=0, n=64, load=0.05, flip=0.1, recalls=2)["success"]
    1.0
    """
    from ..memory import HopfieldAssembly, corrupt, random_patterns

    rng = np.random.default_rng(seed)
    patterns = random_patterns(max(1, round(load * n)), n, rng, activity)
    targets = patterns[np.arange(recalls) % len(patterns)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")                 # too many patterns are part of the question
        memory = HopfieldAssembly(n, rule, seed=seed, **options).store(patterns)
    recalled = memory.recall(corrupt(targets, flip=flip, seed=seed))
    overlaps = [recall.overlap(target) for recall, target in zip(recalled, targets)]
    return {"overlap": float(np.mean(overlaps)), "success": float(np.mean(np.array(overlaps) >= 0.95)),
            "spikes": float(np.mean([len(recall.spikes) for recall in recalled]))}
