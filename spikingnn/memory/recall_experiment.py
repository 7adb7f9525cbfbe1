"""One experiment: recall many corrupted pictures, and score each recall by every measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._util import checks
from .._util.typing import ArrayLike, FloatArray, Progress
from .assembly import HopfieldAssembly
from .recall_result import Recall
from .scores import correlation, cosine, settle_time


__all__ = ["RecallExperiment", "recall_pictures"]


@dataclass(frozen=True, eq=False)
class RecallExperiment:
    """The results of `recall_pictures`: k recalls of P stored patterns.

    A row has ``name``; ``cue_overlap`` and ``overlap`` of cue and recall with the original, ``best_wrong``,
    the largest with another pattern (correlations of grey pictures); ``cosine`` of the ON rates with the
    original (of a binary one its 0 and 1), ``blend_cosine``, what a blend of all that is stored would have;
    ``identified_as``, the stored picture that the answer is most similar to, ``nearest``, the one that the
    cue is; ``verdict`` and ``score``; ``settle_ms`` and ``spikes``; of grey pictures ``psnr``; with
    `originals` the ``correlation`` of the ON rates with the grey original, and of grey pictures ``ssim``.

    Parameters
    ----------
    names : list[str]
        Names of the P patterns.
    patterns : FloatArray
        (P, n): what is stored.
    cues : FloatArray
        (k, n): what was given to the memory.
    recalls : list[Recall]
        The first few recalls, with their spikes and trajectories.
    rows : list[dict[str, Any]]
        One dict of scores per recall.
    answers : FloatArray
        (k, n): what was read out, ±1 or grey levels.

    Examples
    --------
    Ten patterns, each recalled from a cue with a quarter of its pixels flipped:

    >>> from spikingnn.memory import corrupt, random_patterns
    >>> patterns = random_patterns(10, 100, np.random.default_rng(0))
    >>> memory = HopfieldAssembly(100, seed=0).store(patterns)
    >>> names = [f"pattern {k}" for k in range(10)]
    >>> found = recall_pictures(memory, names, patterns, corrupt(patterns, flip=0.25, seed=1))
    >>> found.identified, round(found.mean_overlap, 2)
    (10, 1.0)
    >>> found.rows[0]["name"], found.rows[0]["cue_overlap"], found.rows[0]["verdict"]
    ('pattern 0', 0.5, 'recognised')
    """

    names: list[str]
    """Names of the P patterns."""
    patterns: FloatArray
    """(P, n): what is stored."""
    cues: FloatArray
    """(k, n): what was given to the memory."""
    recalls: list[Recall]
    """The first few recalls, with their spikes and trajectories."""
    rows: list[dict[str, Any]]
    """One dict of scores per recall."""
    answers: FloatArray
    """(k, n): what was read out, ±1 or grey levels."""

    @property
    def identified(self) -> int:
        """Number of recalls that are most similar to the picture whose cue was given."""
        return sum(row["identified_as"] == row["name"] for row in self.rows)

    @property
    def mean_overlap(self) -> float:
        """Mean overlap of the recalled pictures with their originals."""
        return float(np.mean([row["overlap"] for row in self.rows]))


def recall_pictures(memory: HopfieldAssembly, names: Sequence[str], patterns: FloatArray, cues: FloatArray,
                    progress: Progress = iter, targets: ArrayLike | None = None,
                    originals: FloatArray | None = None, jobs: int = 1, keep: int = 12,
                    **times: Any) -> RecallExperiment:
    """Recall every cue with a memory and score it.

    Each recall is scored as soon as it is made, and only the first few keep their spikes and trajectories.

    Parameters
    ----------
    memory : HopfieldAssembly
        Has stored `patterns`.
    names : list of str
        Names of the patterns.
    patterns : numpy.ndarray, (P, n)
        The stored patterns.
    cues : numpy.ndarray, (k, n)
        Corrupted patterns.
    progress : callable
        Wraps the iteration over the cues.
    targets : array_like, (k,), or None
        Which pattern each cue was made of; None: one cue per pattern, in order.
    originals : numpy.ndarray, (P, height, width), or None
        The grey pictures that the patterns were made of.
    jobs, keep : int
        Processes that share the cues; number of recalls that are kept whole.
    **times
        As for `HopfieldAssembly.recall`.

    Returns
    -------
    RecallExperiment
        The scores, one row per cue.

    Raises
    ------
    ValueError, TypeError
        For cues and times that the memory does not accept.

    Examples
    --------
    >>> patterns = np.where(np.random.default_rng(0).random((3, 100)) < 0.5, -1.0, 1.0)
    >>> memory = HopfieldAssembly(100, seed=0).store(patterns)
    >>> recall_pictures(memory, ["one", "two", "three"], patterns, patterns).identified
    3
    """
    targets = np.arange(len(cues)) if targets is None else np.asarray(targets)
    checks.integer("recall_pictures", "keep", keep, minimum=0)
    levels = memory.units.to_levels(patterns)
    blend = levels.mean(axis=0)
    answers, recalls, rows = np.empty(np.shape(cues), memory.units.answer_dtype), [], []
    for i, recall in enumerate(memory.recall_each(cues, jobs=jobs, progress=progress, **times)):
        k = targets[i]
        original = None if originals is None else originals[k]
        rows.append(_row(memory, names, patterns, cues[i], k, recall, cosine(blend, levels[k]), original))
        answers[i] = recall.answer
        if i < keep:
            recalls.append(recall)
    return RecallExperiment(list(names), patterns, cues, recalls, rows, answers)


def _row(memory: HopfieldAssembly, names: Sequence[str], patterns: FloatArray, cue: FloatArray, k: int,
         recall: Recall, blend: float, original: FloatArray | None) -> dict[str, Any]:
    overlaps, begun = memory.pattern_overlaps(np.stack([recall.answer, np.nan_to_num(cue)]))
    best = int(np.argmax(overlaps))
    row = {"name": names[k], "cue_overlap": float(begun[k]), "overlap": float(overlaps[k]),
           "best_wrong": float(np.delete(overlaps, k).max()) if len(overlaps) > 1 else 0.0,
           "cosine": cosine(recall.rates, patterns[k]), "blend_cosine": blend, "identified_as": names[best],
           "nearest": names[int(np.argmax(begun))], "verdict": recall.verdict, "score": recall.score,
           "settle_ms": settle_time(recall.t, recall.overlaps[:, best]), "spikes": len(recall.spikes)}
    scores = memory.units.picture_scores(recall.answer, patterns[k], original)
    if original is not None:
        scores["correlation"] = correlation(recall.rates, original)
    return row | {name: scores[name] for name in ("psnr", "correlation", "ssim") if name in scores}
