"""Learning rules: their definitions, adding without learning anew, and what they say of patterns that do not
fit."""

import warnings

import numpy as np
import pytest

from spikingnn.datasets import mnist_sample
from spikingnn.memory import (LEARNING_RULES, HopfieldAssembly, binarize, capacity, corrupt,
                              mean_field_overlap, perceptron, projection, random_patterns, storkey)
from spikingnn.memory.learning_rules import INCREMENTAL


def patterns_of(count, n, seed=0, activity=0.5):
    return random_patterns(count, n, np.random.default_rng(seed), activity)


def test_storkey_by_its_definition():
    patterns, n = patterns_of(4, 9), 9
    weights = np.zeros((n, n))
    for x in patterns:
        h = np.array([[sum(weights[i, k] * x[k] for k in range(n) if k not in (i, j)) for j in range(n)]
                      for i in range(n)])
        weights = weights + np.array(
            [[(x[i] * x[j] - x[i] * h[j, i] - h[i, j] * x[j]) / n if i != j else 0.0 for j in range(n)]
             for i in range(n)])
    couplings = storkey(patterns)
    assert couplings.toarray() / couplings.scale == pytest.approx(weights, abs=1e-14)


def test_perceptron_is_the_shortest_row_that_is_stable():
    """Against a quadratic programme solved by SciPy for one pixel."""
    from scipy.optimize import minimize
    patterns, i = patterns_of(12, 30), 4
    couplings = perceptron(patterns, sweeps=20_000, tolerance=1e-6)
    row = couplings.toarray()[i] / couplings.scale
    others = np.delete(patterns, i, axis=1) * patterns[:, i:i + 1]
    stable = {"type": "ineq", "fun": lambda w: others @ w - 1, "jac": lambda w: others}
    expected = minimize(lambda w: w @ w / 2, np.zeros(29), jac=lambda w: w, constraints=stable).x
    assert abs(row[i]) < 1e-12 and np.delete(row, i) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("count, n, activity, tolerance",
                         [(10, 60, 0.15, 0.3), (60, 60, 0.5, 0.3), (60, 60, 0.5, 1e-3)])
def test_perceptron_stops_when_the_least_stable_pixel_is_stable(count, n, activity, tolerance):
    """And not before, when a pixel that has no strength yet is far below its stability."""
    patterns = patterns_of(count, n, seed=3, activity=activity)
    couplings = perceptron(patterns, tolerance=tolerance)
    assert np.min(patterns * couplings.field(patterns)) / couplings.scale >= 1.0 - tolerance


def test_a_ridge_for_each_pattern():
    """Near-duplicates keep a field each; related patterns come back from more flips than without a ridge."""
    digits = binarize(mnist_sample().x_train[:200])
    alone = digits[7].copy()
    alone[np.random.default_rng(0).choice(784, 6, replace=False)] *= -1
    patterns = np.concatenate([digits, [alone]])
    automatic = projection(patterns)
    assert (patterns * automatic.field(patterns)).min() >= 0.25
    assert (patterns * projection(patterns, ridge=0.03).field(patterns)).min() < 0.1
    cues, back = corrupt(digits[:40], flip=0.3, seed=1), {}
    for ridge in (0, "auto"):
        recalls = HopfieldAssembly(784, ridge=ridge, seed=0).store(digits).recall(cues)
        back[ridge] = np.mean([recall.overlap(digit) for recall, digit in zip(recalls, digits)])
    assert back["auto"] >= 0.9 and back["auto"] > back[0] + 0.1


def test_an_automatic_ridge_is_no_worse_for_random_patterns():
    patterns = patterns_of(60, 200)
    cues, back = corrupt(patterns, flip=0.2, seed=1), {}
    for ridge in (0, "auto"):
        recalls = HopfieldAssembly(200, ridge=ridge, seed=0).store(patterns).recall(cues)
        back[ridge] = np.mean([recall.overlap(pattern) for recall, pattern in zip(recalls, patterns)])
    assert back["auto"] >= back[0]


@pytest.mark.parametrize("options", [{}, {"ridge": 0}, {"ridge": 0.05}, {"diagonal": "kept"},
                                     {"ridge": 0.1, "diagonal": "kept"}])
def test_add_and_forget_equal_store(options):
    patterns = binarize(mnist_sample().x_train[:30])
    memory = HopfieldAssembly(784, seed=0, **options).store(patterns[:20]).add(patterns[20:]).forget(3)
    held = np.delete(patterns, 3, axis=0)
    stored = HopfieldAssembly(784, seed=0, **options).store(held)
    assert np.array_equal(memory.patterns, held)
    assert np.array_equal(memory.couplings.toarray(), stored.couplings.toarray())
    assert np.array_equal(stored.couplings.toarray(), projection(held, **options).toarray())


@pytest.mark.parametrize("ridge, match",
                         [("automatic", "'auto'"), (-0.1, "zero or positive"), (np.nan, "finite"),
                          ([0.1, 0.2], "one number")])
def test_a_ridge_is_auto_or_a_number(ridge, match):
    for make in (lambda: projection(patterns_of(3, 40), ridge=ridge),
                 lambda: HopfieldAssembly(40, ridge=ridge)):
        with pytest.raises((ValueError, TypeError), match=f"ridge must be .*{match}"):
            make()


@pytest.mark.parametrize("options", [{"ridge": 0.1}, {"diagonal": "kept"}])
def test_a_ridge_needs_the_projection(options):
    with pytest.raises(TypeError, match="ridge and .diagonal are of rule='projection', got rule='hebbian'"):
        HopfieldAssembly(40, "hebbian", **options)


def test_perceptron_says_where_it_does_not_converge():
    with pytest.warns(UserWarning, match="did not converge"):
        perceptron(patterns_of(30, 12), sweeps=50)


@pytest.mark.parametrize("rule", INCREMENTAL, ids=lambda rule: rule.__name__)
def test_more_patterns_are_as_all_at_once(rule):
    patterns = patterns_of(12, 100)
    together, added = rule(patterns), INCREMENTAL[rule](rule(patterns[:7]), patterns[7:], patterns[:7])
    assert added.toarray() == pytest.approx(together.toarray(), abs=1e-12)


@pytest.mark.parametrize("rule", [*LEARNING_RULES, "dense"])
def test_add_and_forget(rule):
    patterns = patterns_of(6, 144)
    memory = HopfieldAssembly(144, rule, seed=0).store(patterns[:4]).add(patterns[4:])
    recalls = memory.recall(corrupt(patterns, flip=0.1, seed=1))
    assert min(recall.overlap(pattern) for recall, pattern in zip(recalls, patterns)) == 1.0
    memory.forget(patterns[5])
    assert np.array_equal(memory.patterns, patterns[:5])
    assert memory.recall(patterns[0]).recognised
    assert not memory.recall(corrupt(patterns[5], flip=0.1, seed=1)).recognised


def test_rules_that_hold_more_than_hebb():
    """At P = 0.25 n Hebb's memories are gone, Storkey's, the projection and the perceptron hold."""
    rows = capacity(["hebbian", "storkey", "projection", "perceptron"], 200, [0.25], [0.1], trials=10,
                    networks=["spiking"])
    held = {row["rule"]: row["overlap"] for row in rows}
    assert held["hebbian"] < 0.7
    assert min(held[rule] for rule in ("storkey", "projection", "perceptron")) > 0.98


def test_biased_patterns_need_the_covariance():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = capacity(["hebbian", "covariance"], 400, [0.05], [0.05], trials=10, networks=["spiking"],
                        activity=0.15)
    assert rows[0]["overlap"] < 0.9 < 0.97 < rows[1]["overlap"]


@pytest.mark.parametrize("activity", [0.05, 0.1])
def test_sparse_patterns_come_back(activity):
    """Few bright pixels: of each pattern some are taken away, and come back."""
    patterns = patterns_of(8, 400, seed=2, activity=activity)
    memory = HopfieldAssembly(400, "covariance", seed=0).store(patterns)
    for k, pattern in enumerate(patterns):
        bright = np.flatnonzero(pattern > 0)
        cue = pattern.copy()
        cue[bright[::4]] = -1
        recalled = memory.recall(cue).pattern
        assert (recalled[bright] > 0).mean() >= 0.9 and (np.delete(recalled, bright) > 0).mean() <= 0.02, k


def test_a_kept_diagonal_corrects_less():
    patterns = patterns_of(90, 200)
    cues, right = corrupt(patterns[:20], flip=0.18, seed=1), {}
    for diagonal in ("removed", "kept"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            memory = HopfieldAssembly(200, lambda stored: projection(stored, diagonal=diagonal),
                                      seed=0).store(patterns)
        right[diagonal] = np.mean(
            [recall.overlap(pattern) for recall, pattern in zip(memory.recall(cues), patterns)])
    assert right["removed"] > right["kept"] + 0.05


def test_dependent_patterns_are_named():
    patterns = patterns_of(3, 40)
    dependent = np.vstack([patterns, patterns[0]])
    with pytest.warns(UserWarning, match="patterns [03] depend linearly on the others .* ridge"):
        projection(dependent, ridge=0)
    for ridge in ("auto", 0.01):
        projection(dependent, ridge)


@pytest.mark.parametrize("rule, held", [("hebbian", 13), ("storkey", 32), ("perceptron", 200)])
def test_too_many_patterns(rule, held):
    with pytest.warns(UserWarning, match=f"more than the {rule} rule can hold: about {held} of 100"):
        LEARNING_RULES[rule](patterns_of(held + 5, 100), **({"sweeps": 1} if rule == "perceptron" else {}))


def test_mean_field_theory():
    """The overlap at the capacity of the Hebbian network (Amit, Gutfreund & Sompolinsky 1985)."""
    assert mean_field_overlap(0.01) == pytest.approx(1.0) and mean_field_overlap(0.15) == 0.0
    assert mean_field_overlap(0.1379) == pytest.approx(0.967, abs=0.003)


def test_capacity_refuses_and_reports():
    with pytest.raises(ValueError, match="did you mean 'binary'"):
        capacity(["hebbian"], networks=["binery"])
    rows = capacity(["projection"], 20, [2.0], trials=2)
    assert len(rows) == 1 and "leave nothing to correct" in rows[0]["failed"]
    first, again = (capacity(["projection"], 64, [0.2], trials=12, seed=3) for _ in range(2))
    assert first == again and {row["network"] for row in first} == {"spiking", "binary", "graded", "nearest"}
    assert all(row["low"] <= row["success"] <= row["high"] and row["trials"] == 12 for row in first)


def test_related_patterns_are_learned_by_the_perceptron():
    """Fifty digits: without momentum the least stable pixel has a field of 0.45 after as many sweeps."""
    patterns = binarize(mnist_sample().x_train[:50])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        couplings = perceptron(patterns)
    assert np.min(patterns * couplings.field(patterns)) / couplings.scale > 0.95


@pytest.mark.parametrize("rule", LEARNING_RULES.values(), ids=lambda rule: rule.__name__)
def test_a_rule_takes_signs_and_booleans_only(rule):
    patterns = patterns_of(3, 40)
    assert np.array_equal(rule(patterns > 0).toarray(), rule(patterns.tolist()).toarray())
    for wrong in ((patterns + 1) / 2, np.zeros((0, 5)), 1.0):
        with pytest.raises(ValueError, match=f"{rule.__name__}.patterns must"):
            rule(wrong)
