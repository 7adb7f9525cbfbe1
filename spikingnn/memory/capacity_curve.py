"""Capacity: success of recall against load and noise, compared with the classical networks."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from .._util import blas, checks
from .._util.typing import FloatArray, Progress
from .assembly import HopfieldAssembly
from .baselines import binary_recall, graded_recall, nearest_pattern
from .corruption import corrupt
from .couplings import LearningRule, PixelCouplings
from .scores import overlap, wilson


__all__ = ["NETWORKS", "SUCCESS", "capacity", "random_patterns"]

SUCCESS = 0.95          # overlap from which on a recall has succeeded
PER_SET = 10            # recalls per set of patterns; the next ones are of a new set
NETWORKS = ("spiking", "binary", "graded", "nearest")


def random_patterns(count: int, n: int, rng: np.random.Generator, activity: float = 0.5) -> FloatArray:
    """Draw random patterns.

    Parameters
    ----------
    count, n : int
        Numbers of patterns and of pixels.
    rng : numpy.random.Generator
        Source of randomness.
    activity : float
        Probability of +1.

    Returns
    -------
    numpy.ndarray, (count, n)
        ±1.

    Examples
    --------
    >>> random_patterns(2, 3, np.random.default_rng(0))
    array([[-1.,  1.,  1.],
           [ 1., -1., -1.]])
    """
    return np.where(rng.random((count, n)) < activity, 1.0, -1.0)


def capacity(rules: Sequence[str | LearningRule], n: int = 196,
             loads: Iterable[float] = (0.05, 0.1, 0.138, 0.2, 0.3), flips: Iterable[float] = (0.1,),
             trials: int = 20, seed: int = 0, networks: Sequence[str] = NETWORKS, activity: float = 0.5,
             jobs: int = 1, progress: Progress = iter, ridge: str | float = "auto",
             diagonal: str = "removed") -> list[dict[str, Any]]:
    """Measure how random patterns come back, for each rule, load, fraction of flips and network.

    Patterns are drawn anew every ten trials; all networks get the same patterns and cues, and those with
    couplings the same couplings.

    Parameters
    ----------
    rules : list of str or callable
        Learning rules, as for `HopfieldAssembly`.
    n : int
        Pixels.
    loads, flips : list of float
        Patterns per pixel, P/n; fractions of flipped pixels in the cue.
    trials, seed : int
        Recalls per cell; seed of patterns and cues.
    networks : list of str
        Of ``"spiking"``, the assembly with the cue removed; ``"binary"`` and ``"graded"``, see
        `binary_recall` and `graded_recall`; ``"nearest"``, the stored pattern that is most similar to the
        cue, which no decoder can beat.
    activity : float
        Fraction of pixels that are +1.
    jobs : int
        Processes that share the recalls of a cell.
    progress : callable
        Wraps the iteration over the cells.
    ridge, diagonal
        Of the rule ``"projection"``.

    Returns
    -------
    list of dict
        Rows with ``rule``, ``load``, ``patterns``, ``flip``, ``network``, ``trials``, ``overlap`` (mean),
        ``error`` (its standard error), ``success`` (fraction with overlap ≥ 0.95), ``low`` and ``high``
        (Wilson's interval of 95 %); or ``failed``, a message, where the rule refuses so many patterns.

    Raises
    ------
    ValueError, TypeError
        For parameters out of range.

    Examples
    --------
    >>> row, = capacity(["hebbian"], n=64, loads=[0.05], trials=2, networks=["nearest"])
    >>> row["patterns"], row["success"]
    (3, 1.0)
    """
    loads, flips = list(loads), list(flips)
    _check(networks, trials, flips, loads)
    rows = []
    for rule, load, flip in progress(list(product(rules, loads, flips))):
        options = {"ridge": ridge, "diagonal": diagonal} if rule == "projection" else {}
        cell = _Cell(rule, options, n, float(load), float(flip), activity)
        rows += cell.rows(trials, seed, networks, jobs)
    return rows


def _check(networks: Sequence[str], trials: int, flips: list[float], loads: list[float]) -> None:
    for network in networks:
        checks.one_of("capacity", "networks", network, NETWORKS)
    checks.integer("capacity", "trials", trials)
    checks.unit_interval("capacity", "flips", flips)
    checks.positive("capacity", "loads", loads)


@dataclass(frozen=True)
class _Cell:
    """What is measured together: patterns of n pixels under one rule, and cues with one fraction of flips."""

    rule: str | LearningRule
    options: dict[str, Any]
    n: int
    load: float
    flip: float
    activity: float

    @property
    def count(self) -> int:
        """Number of patterns."""
        return max(1, round(self.load * self.n))

    def rows(self, trials: int, seed: int, networks: Sequence[str], jobs: int) -> list[dict[str, Any]]:
        """Return one row per network, or one that says why the rule refuses so many patterns."""
        named = {"rule": self.rule if isinstance(self.rule, str) else self.rule.__name__, "load": self.load,
                 "patterns": self.count, "flip": self.flip}
        entropy = np.random.SeedSequence([seed, self.count, round(1000 * self.flip)])
        try:
            results = self.overlaps(trials, entropy, networks, jobs)
        except ValueError as problem:
            return [named | {"network": "spiking", "failed": str(problem)}]
        return [named | {"network": network} | _summary(overlaps)
                for network, overlaps in results.items() if overlaps]

    @blas.limited_threads(1)
    def overlaps(self, trials: int, entropy: np.random.SeedSequence, networks: Sequence[str],
                 jobs: int) -> dict[str, list[float]]:
        """Return network -> overlaps with the right pattern, one per trial."""
        results: dict[str, list[float]] = {network: [] for network in networks}
        for start, child in zip(range(0, trials, PER_SET), entropy.spawn(-(-trials // PER_SET))):
            rng = np.random.default_rng(child)
            patterns = random_patterns(self.count, self.n, rng, self.activity)
            targets = patterns[np.arange(start, min(start + PER_SET, trials)) % self.count]
            cues = corrupt(targets, flip=self.flip, seed=int(rng.integers(2**31)))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")             # of too many patterns: that is the question
                memory = HopfieldAssembly(self.n, self.rule, seed=int(rng.integers(2**31)), **self.options)
                memory.store(patterns)
            recalled = _recalled(memory, patterns, cues, jobs)
            for network in networks:
                answers = recalled[network]() if network in recalled else []
                results[network] += [overlap(answer, target) for answer, target in zip(answers, targets)]
        return results


def _recalled(memory: HopfieldAssembly, patterns: FloatArray, cues: FloatArray,
              jobs: int) -> dict[str, Callable[[], Iterable[FloatArray]]]:
    """Return network -> a function that returns its answers to the cues; classical networks need couplings
    of pixels."""
    recalled: dict[str, Callable[[], Iterable[FloatArray]]] = {
        "spiking": lambda: [recall.pattern for recall in memory.recall(cues, jobs=jobs)],
        "nearest": lambda: patterns[nearest_pattern(patterns, cues)]}
    couplings = memory.couplings
    if isinstance(couplings, PixelCouplings):
        recalled["binary"] = lambda: [binary_recall(couplings, cue, seed=k) for k, cue in enumerate(cues)]
        recalled["graded"] = lambda: [graded_recall(couplings, cue) for cue in cues]
    return recalled


def _summary(overlaps: list[float]) -> dict[str, float]:
    successes, trials = int(np.sum(np.array(overlaps) >= SUCCESS)), len(overlaps)
    low, high = wilson(successes, trials)
    return {"trials": trials, "overlap": float(np.mean(overlaps)),
            "error": float(np.std(overlaps) / np.sqrt(trials)), "success": successes / trials,
            "low": low, "high": high}
