"""One experiment: store pictures, spoil each, recall each, and score it by every measure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .coding import binarize, levels
from .corruption import corrupt
from .scores import cosine, identify, overlap, settle_time

__all__ = ["Experiment", "recall_pictures", "spoilt"]


@dataclass(frozen=True, eq=False)
class Experiment:
    """P recalls: `patterns` and `cues` (P, n), `recalls` a list of `Recall`, `rows` a list of dicts, one a picture."""

    names: list
    patterns: np.ndarray
    cues: np.ndarray
    recalls: list
    rows: list

    @property
    def identified(self):
        """The number of pictures that were taken for themselves."""
        return sum(row["identified_as"] == row["name"] for row in self.rows)

    @property
    def mean_overlap(self):
        """Of the recalled pictures with their originals."""
        return float(np.mean([row["overlap"] for row in self.rows]))


def spoilt(images, threshold="mean", gaussian=0.0, seed=None, fill="silent", **fractions):
    """Cues (P, n) of ±1, NaN unknown: Gaussian noise on the grey `images`, cut at the original's level, then the other corruptions.

    `fractions`: flip, salt_pepper, occlude, as for `corrupt`.
    """
    grey = np.reshape(images, (len(images), -1))
    noisy = corrupt(grey, gaussian=gaussian, seed=seed) if gaussian else grey
    return corrupt(binarize(noisy, levels(grey, threshold)), seed=seed, fill=fill, **fractions)


def recall_pictures(memory, names, patterns, cues, progress=iter):
    """Recall every one of `cues` (P, n) with `memory`, which has stored `patterns` (P, n), and score it; `progress` wraps the loop.

    A row has: `name`, `cue_overlap` and `overlap` of cue and recall with the original, `cosine` of the ON rates with the
    original's 0 and 1, `identified_as` (the stored picture with the largest overlap), `settle_ms` (from when on the overlap with
    that one stays within 0.02 of its last value) and `spikes`.
    """
    recalls, rows = [], []
    for name, pattern, cue in progress(list(zip(names, patterns, cues))):
        recall = memory.recall(cue)
        best = identify(recall.pattern, patterns)
        recalls.append(recall)
        rows.append({"name": name, "cue_overlap": overlap(cue, pattern), "overlap": recall.overlap(pattern),
                     "cosine": cosine(recall.rates, pattern), "identified_as": names[best],
                     "settle_ms": settle_time(recall.t, recall.overlaps[:, best]), "spikes": len(recall.spikes)})
    return Experiment(list(names), patterns, cues, recalls, rows)
