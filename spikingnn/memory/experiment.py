"""One experiment: store pictures, spoil each, recall each, and score it by every measure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .._util import checks
from .coding import binarize, levels
from .corruption import corrupt
from .scores import cosine, correlation, psnr, settle_time, ssim


__all__ = ["Experiment", "recall_pictures", "corrupt_images"]


@dataclass(frozen=True, eq=False)
class Experiment:
    """k recalls: `patterns` (P, n), `cues` and `answers` (k, n), of the first few the whole `Recall`, and `rows`, a dict per recall."""

    names: list
    patterns: np.ndarray
    cues: np.ndarray
    recalls: list
    rows: list
    answers: np.ndarray
    """(k, n)    what was read out: ±1, or grey levels."""

    @property
    def identified(self):
        """The number of pictures that were taken for themselves."""
        return sum(row["identified_as"] == row["name"] for row in self.rows)

    @property
    def mean_overlap(self):
        """Of the recalled pictures with their originals."""
        return float(np.mean([row["overlap"] for row in self.rows]))


def corrupt_images(images, threshold="mean", gaussian=0.0, seed=None, fill="silent", blur=0.0, **others):
    """Cues (P, n) of ±1, NaN unknown: blur and noise on the grey `images`, cut at the original's level, then the other corruptions.

    `images`: (P, height, width) or (P, n); `others`: flip, salt_pepper, occlude, shift, lines, as for `corrupt`.
    """
    grey, shape = np.reshape(images, (len(images), -1)), np.shape(images)[1:] if np.ndim(images) == 3 else None
    noisy = grey
    if gaussian or blur:                                # pictures that are all white come back as ±1
        noisy = np.maximum(corrupt(grey, gaussian=gaussian, blur=blur, shape=shape, seed=seed), 0.0)
    return corrupt(binarize(noisy, levels(grey, threshold)), seed=seed, fill=fill, shape=shape, **others)


def recall_pictures(memory, names, patterns, cues, progress=iter, targets=None, originals=None, jobs=1, keep=12, **times):
    """Recall every one of `cues` (k, n) with `memory`, which has stored `patterns` (P, n), and score it; `progress` wraps the loop.

    `targets`: (k,) which pattern each cue is of; None: one cue a pattern, in order. `originals`: the grey pictures (P, height, width)
    that the patterns were made of, if there are any. Each recall is scored as soon as it is there, and only the first `keep` keep their
    spikes and trajectories. `jobs`, `times`: as for `memory.recall`. A row has:
    `name`, `cue_overlap` and `overlap` of cue and recall with the original, `best_wrong`, the largest with another one, `cosine` of
    the ON rates with the original (of a binary one its 0 and 1), `blend_cosine`, what a blend of all that is stored would have,
    `identified_as` (the stored picture that it is most like), `nearest` (the one that the cue is most like), `verdict` and
    `score`, `settle_ms` and `spikes`; of grey pictures `psnr`; with `originals` the `correlation` of the ON rates to
    the grey one, and of grey pictures `ssim`.
    Overlaps of grey pictures are correlations.
    """
    targets = np.arange(len(cues)) if targets is None else np.asarray(targets)
    checks.integer("recall_pictures", "keep", keep, minimum=0)
    shown = patterns if memory.coding == "gray" else (patterns + 1) / 2
    blend = shown.mean(axis=0)
    answers, recalls, rows = np.empty(np.shape(cues), float if memory.coding == "gray" else np.int8), [], []
    for i, recall in enumerate(memory.recall_each(cues, jobs=jobs, progress=progress, **times)):
        k = targets[i]
        original = None if originals is None else originals[k]
        rows.append(_row(memory, names, patterns, cues[i], k, recall, cosine(blend, shown[k]), original))
        answers[i] = recall.grey if memory.coding == "gray" else recall.pattern
        if i < keep:
            recalls.append(recall)
    return Experiment(list(names), patterns, cues, recalls, rows, answers)


def _row(memory, names, patterns, cue, k, recall, blend, original):
    grey = memory.coding == "gray"
    pattern_overlaps, begun = memory.pattern_overlaps(np.stack([recall.grey if grey else recall.pattern, np.nan_to_num(cue)]))
    best = int(np.argmax(pattern_overlaps))
    row = {"name": names[k], "cue_overlap": float(begun[k]), "overlap": float(pattern_overlaps[k]),
           "best_wrong": float(np.delete(pattern_overlaps, k).max()) if len(pattern_overlaps) > 1 else 0.0, "cosine": cosine(recall.rates, patterns[k]),
           "blend_cosine": blend, "identified_as": names[best], "nearest": names[int(np.argmax(begun))], "verdict": recall.verdict,
           "score": recall.score, "settle_ms": settle_time(recall.t, recall.overlaps[:, best]), "spikes": len(recall.spikes)}
    if grey:
        row["psnr"] = psnr(recall.grey, patterns[k])
    if original is not None:
        row["likeness"] = correlation(recall.rates, original)
        if grey:
            row["ssim"] = ssim(recall.grey.reshape(original.shape), original)
    return row
