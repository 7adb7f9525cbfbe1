"""How much does a memory hold? Success of recall against load and against noise, beside the classical networks."""

from __future__ import annotations

import warnings
from itertools import product

import numpy as np

from .._util import blas, checks
from .assembly import HopfieldAssembly
from .baselines import binary_recall, graded_recall, nearest
from .corruption import corrupt
from .learning_rules import Couplings
from .scores import overlap, wilson


__all__ = ["NETWORKS", "SUCCESS", "capacity", "random_patterns"]

SUCCESS = 0.95          # overlap from which on a recall has succeeded
A_SET = 10              # recalls of one set of patterns; the next ones are of a new set
NETWORKS = ("spiking", "binary", "graded", "nearest")


def random_patterns(count, n, rng, activity=0.5):
    """(count, n) of ±1, each +1 with probability `activity`."""
    return np.where(rng.random((count, n)) < activity, 1.0, -1.0)


def capacity(rules, n=196, loads=(0.05, 0.1, 0.138, 0.2, 0.3), flips=(0.1,), trials=20, seed=0, networks=NETWORKS, activity=0.5, jobs=1,
             progress=iter, ridge="auto", diagonal="removed"):
    """A list of dicts, one for each of `rules`, `loads` P/n, `flips` and `networks`: how random patterns come back.

    Patterns are drawn anew every ten of the `trials`; all networks get the same patterns and cues, and those with couplings the same
    couplings. `networks`: "spiking", the assembly with the cue removed; "binary" and "graded", see `baselines`; "nearest", the stored
    pattern that is most like the cue, which no decoder can beat. `ridge`, `diagonal`: of the rule "projection".
    A row has `rule`, `load`, `patterns`, `flip`, `network`, `trials`, `overlap` (mean), `error` (its standard error),
    `success` (overlap ≥ 0.95), `low`, `high` (Wilson's interval of 95 %), or `failed`, a message, where the rule refuses so many patterns.
    """
    for network in networks:
        checks.one_of("capacity", "networks", network, NETWORKS)
    checks.integer("capacity", "trials", trials)
    checks.unit_interval("capacity", "flips", flips)
    checks.positive("capacity", "loads", loads)
    rows = []
    for rule, load, flip in progress(list(product(rules, loads, flips))):
        count = max(1, round(load * n))
        cell = {"rule": rule if isinstance(rule, str) else rule.__name__, "load": float(load), "patterns": count, "flip": float(flip)}
        try:
            entropy = np.random.SeedSequence([seed, count, round(1000 * flip)])
            options = {"ridge": ridge, "diagonal": diagonal} if rule == "projection" else {}
            results = _cell(rule, options, n, count, flip, trials, entropy, networks, activity, jobs)
        except ValueError as problem:
            rows.append(cell | {"network": "spiking", "failed": str(problem)})
            continue
        rows += [cell | {"network": network} | _summary(overlaps) for network, overlaps in results.items() if overlaps]
    return rows


@blas.limited_threads(1)
def _cell(rule, options, n, count, flip, trials, entropy, networks, activity, jobs):
    """network -> overlaps with the right pattern, one a trial."""
    results = {network: [] for network in networks}
    for start, child in zip(range(0, trials, A_SET), entropy.spawn(-(-trials // A_SET))):
        rng = np.random.default_rng(child)
        patterns = random_patterns(count, n, rng, activity)
        targets = patterns[np.arange(start, min(start + A_SET, trials)) % count]
        cues = corrupt(targets, flip=flip, seed=int(rng.integers(2**31)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")             # of too many patterns: that is what is asked
            memory = HopfieldAssembly(n, rule, seed=int(rng.integers(2**31)), **options).store(patterns)
        recalled = {"spiking": lambda: [recall.pattern for recall in memory.recall(cues, jobs=jobs)],
                    "nearest": lambda: patterns[nearest(patterns, cues)]}
        if isinstance(memory.couplings, Couplings):
            recalled["binary"] = lambda: [binary_recall(memory.couplings, cue, seed=k) for k, cue in enumerate(cues)]
            recalled["graded"] = lambda: [graded_recall(memory.couplings, cue) for cue in cues]
        for network in networks:
            answers = recalled[network]() if network in recalled else []
            results[network] += [overlap(answer, target) for answer, target in zip(answers, targets)]
    return results


def _summary(overlaps):
    successes = int(np.sum(np.array(overlaps) >= SUCCESS))
    low, high = wilson(successes, len(overlaps))
    return {"trials": len(overlaps), "overlap": float(np.mean(overlaps)), "error": float(np.std(overlaps) / np.sqrt(len(overlaps))),
            "success": successes / len(overlaps), "low": low, "high": high}
