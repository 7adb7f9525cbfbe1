"""The spiking Hopfield memory: rules against their definitions, recall against the bars, and every wrong
cue."""

import numpy as np
import pytest

from spikingnn.datasets import mnist_sample, photographs
from spikingnn.memory import (LEARNING_RULES, HopfieldAssembly, PixelCouplings, binarize, corrupt,
                              corrupt_images, cosine, hebbian, identify, overlap, projection, recall_pictures,
                              related, settle_time)


def random_patterns(count, n, seed=0, bright=0.5):
    return np.where(np.random.default_rng(seed).random((count, n)) < bright, 1.0, -1.0)


@pytest.fixture(scope="module")
def photos():
    return binarize(photographs().images)


@pytest.fixture(scope="module")
def memory(photos):
    return HopfieldAssembly(4096, seed=0).store(photos)


@pytest.fixture(scope="module")
def recalls(photos, memory):
    return [memory.recall(corrupt(pattern, flip=0.3, seed=k)) for k, pattern in enumerate(photos)]


# --- the bars -----------------------------------------------------------------------------------------------

def test_twelve_photographs_come_back_after_the_cue_is_gone(photos, recalls):
    overlaps = [recall.overlap(pattern) for recall, pattern in zip(recalls, photos)]
    assert np.mean(overlaps) >= 0.99
    assert [identify(recall.pattern, photos) for recall in recalls] == list(range(12))
    assert all(recall.recognised for recall in recalls)
    assert min(cosine(recall.rates, pattern) for recall, pattern in zip(recalls, photos)) > 0.99


def test_the_energy_falls_to_that_of_the_stored_pattern(photos, memory, recalls):
    fell = [recall.energy[-1] < recall.energy[recall.t == recall.cue_time][0] for recall in recalls]
    assert np.mean(fell) >= 0.95
    assert [recall.energy[-1] for recall in recalls] == pytest.approx(memory.couplings.energy(photos),
                                                                      rel=0.05)


def test_shuffled_weights_recall_nothing(photos):
    control = HopfieldAssembly(4096, rule=lambda patterns: projection(patterns).shuffled(seed=1),
                               seed=0).store(photos)
    for k, pattern in enumerate(photos):
        cue = corrupt(pattern, flip=0.3, seed=k)
        recall = control.recall(cue)
        assert recall.overlap(pattern) < overlap(cue, pattern) and not recall.recognised


@pytest.mark.parametrize("seed", [0, 1])
def test_learning_through_spikes(seed):
    patterns = random_patterns(5, 256, seed)
    memory = HopfieldAssembly(256, seed=seed).learn(patterns)
    recalls = [memory.recall(corrupt(pattern, flip=0.2, seed=k)) for k, pattern in enumerate(patterns)]
    assert min(recall.overlap(pattern) for recall, pattern in zip(recalls, patterns)) >= 0.95
    assert np.mean(patterns * memory.couplings.field(patterns)) == pytest.approx(1.0, abs=0.05)
    spread = memory.couplings.toarray() - hebbian(patterns).toarray()
    assert np.std(spread) < 0.1 * np.std(hebbian(patterns).toarray())


def test_nothing_is_learned_at_a_learning_rate_of_zero():
    patterns = random_patterns(5, 256)
    memory = HopfieldAssembly(256, seed=0).learn(patterns, learning_rate=0.0)
    recall = memory.recall(patterns[0])
    assert not recall.recognised and recall.rates.max() == 0 and (recall.pattern == -1).all()
    assert recall.spikes.t.max() < recall.cue_time + 10 and recall.overlaps[-1] == pytest.approx(0.0)


# --- the assembly -------------------------------------------------------------------------------------------

def test_the_fields_of_a_recall(photos, memory, recalls):
    recall = recalls[0]
    assert recall.pattern.shape == recall.rates.shape == (4096,) and set(recall.pattern) == {-1.0, 1.0}
    assert recall.t.shape == recall.energy.shape == (60,) and recall.overlaps.shape == (60, 12)
    assert recall.rates[photos[0] > 0] == pytest.approx(memory.saturated_rate, abs=1000 / 50)
    assert recall.rates[photos[0] < 0].max() == 0
    assert recall.overlap(photos).shape == (12,) and recall.overlap(photos[0]) == 1.0
    assert len(recall.spikes) == recall.spikes.t.size and recall.spikes.i.max() < 8192
    assert (np.diff(recall.spikes.t) >= 0).all()
    assert recall.overlaps[9, 0] == pytest.approx(0.4, abs=1e-3)   # while the cue is on, the state is the cue


def test_same_seed_same_bits(photos, memory, recalls):
    again = HopfieldAssembly(4096, seed=0).store(photos).recall(corrupt(photos[0], flip=0.3, seed=0))
    assert np.array_equal(again.spikes, recalls[0].spikes) and np.array_equal(again.energy, recalls[0].energy)
    other = HopfieldAssembly(4096, seed=1).store(photos).recall(corrupt(photos[0], flip=0.3, seed=0))
    assert not np.array_equal(other.spikes, recalls[0].spikes)


def test_half_unknown_is_not_half_black(photos, memory):
    for k in (0, 4):
        hidden = corrupt(photos[k], occlude=0.5, seed=k)
        assert np.isnan(hidden).sum() == 2048
        assert memory.recall(hidden).overlap(photos[k]) == 1.0
        assert memory.recall(np.nan_to_num(hidden)).overlap(photos[k]) == 1.0


def test_noise_is_not_recognised(memory):
    rng = np.random.default_rng(3)
    assert sum(memory.recall(np.where(rng.random(4096) < 0.5, 1.0, -1.0)).recognised for _ in range(30)) == 0
    silent = memory.recall(np.zeros(4096))
    assert len(silent.spikes) == 0 and not silent.recognised and (silent.pattern == -1).all()


def test_booleans_are_patterns(photos, memory, recalls):
    cue = corrupt(photos[0], flip=0.3, seed=0)
    assert np.array_equal(memory.recall(cue > 0).spikes, recalls[0].spikes)
    assert np.array_equal(HopfieldAssembly(4096).store(photos > 0).patterns, photos)


def test_store_replaces_and_learn_adds():
    first, second = random_patterns(3, 256, 1), random_patterns(3, 256, 2)
    memory = HopfieldAssembly(256, seed=0).store(first).learn(second)
    for pattern in (*first, *second):
        assert memory.recall(corrupt(pattern, flip=0.1, seed=3)).overlap(pattern) >= 0.95
    assert len(memory.patterns) == 6
    memory.store(second)
    assert len(memory.patterns) == 3 and not memory.recall(first[0]).recognised


@pytest.mark.parametrize("rule", LEARNING_RULES)
def test_every_rule_recalls_a_few_random_patterns(rule):
    patterns = random_patterns(8, 400)
    memory = HopfieldAssembly(400, rule=rule, seed=0).store(patterns)
    assert min(memory.recall(corrupt(pattern, flip=0.2, seed=9)).overlap(pattern)
               for pattern in patterns) == 1.0


def test_covariance_stores_sparse_patterns_where_hebb_fails():
    patterns = random_patterns(40, 784, bright=0.2)
    recalled = {rule: np.mean([
        HopfieldAssembly(784, rule, seed=0).store(patterns).recall(corrupt(patterns[k], flip=0.1, seed=k))
        .overlap(patterns[k]) for k in range(4)]) for rule in ("covariance", "hebbian")}
    assert recalled["covariance"] > 0.98 and recalled["hebbian"] < 0.8


def test_digits_come_back_by_projection():
    patterns = binarize(mnist_sample().x_train[:50])
    memory = HopfieldAssembly(784, seed=0).store(patterns)
    assert np.mean([memory.recall(corrupt(patterns[k], flip=0.3, seed=k)).overlap(patterns[k])
                    for k in range(12)]) > 0.98


def test_an_experiment_has_all_scores(photos, memory):
    images = photographs().images[:2]
    cues = corrupt_images(images, flip=0.3, seed=4)
    result = recall_pictures(memory, ["camera", "astronaut"], photos[:2], cues)
    assert result.identified == 2 and result.mean_overlap == 1.0 and len(result.recalls) == 2
    assert set(result.rows[0]) == {"name", "cue_overlap", "overlap", "best_wrong", "cosine", "blend_cosine",
                                   "identified_as", "nearest",
                                   "verdict", "score", "settle_ms", "spikes"}
    assert 50 <= result.rows[0]["settle_ms"] <= 100
    assert result.rows[0]["cue_overlap"] == pytest.approx(0.4, abs=1e-3)


# --- learning rules -----------------------------------------------------------------------------------------

def test_hebbian_by_hand():
    couplings = hebbian(np.array([[1.0, 1.0, -1.0]]))
    # 1/n, scaled to a mean field of one
    weights = np.array([[0.0, 1.0, -1.0], [1.0, 0.0, -1.0], [-1.0, -1.0, 0.0]]) / 2
    assert couplings.toarray() == pytest.approx(weights)
    assert couplings.field(np.array([1.0, 1.0, -1.0])) == pytest.approx([1.0, 1.0, -1.0])


@pytest.mark.parametrize("rule", LEARNING_RULES)
def test_rules_are_normalised_symmetric_and_without_diagonal(rule):
    patterns = random_patterns(10, 100, bright=0.3)
    couplings = LEARNING_RULES[rule](patterns)
    weights = couplings.toarray()
    assert np.mean(patterns * couplings.field(patterns)) == pytest.approx(1.0)
    assert rule == "perceptron" or weights == pytest.approx(weights.T)
    assert np.diagonal(weights) == pytest.approx(0.0)
    z = np.random.default_rng(1).uniform(-1, 1, 100)
    assert couplings.field(z) == pytest.approx(weights @ z + couplings.bias)
    assert couplings.energy(z) == pytest.approx(-(z @ weights @ z / 2 + couplings.bias @ z) / 100)
    assert couplings.block(np.arange(7), np.arange(3, 9)) == pytest.approx(weights[:7, 3:9])
    assert PixelCouplings.of(weights, couplings.bias).field(z) == pytest.approx(couplings.field(z))


def test_projection_keeps_related_patterns_apart(photos):
    related_ones = np.vstack([photos, photos[0] * np.where(np.arange(4096) < 40, -1, 1)])
    couplings = projection(related_ones, ridge=0)
    assert (related_ones * couplings.field(related_ones)).min() > 0.5
    assert (photos * hebbian(photos).field(photos)).min() < 0


def test_projection_takes_dependent_patterns(photos):
    some = np.arange(0, 4096, 80)
    with pytest.warns(UserWarning, match="depend linearly"):
        repeated = projection(np.vstack([photos, photos[:3], -photos[4:5]]), ridge=0)
    assert repeated.block(some, some) == pytest.approx(projection(photos, ridge=0).block(some, some),
                                                       abs=1e-12)


def test_a_ridge_shrinks_towards_hebb():
    patterns = random_patterns(10, 100)
    assert projection(patterns, ridge=1e6).toarray() == pytest.approx(hebbian(patterns).toarray(), abs=1e-6)


def test_shuffled_holds_the_same_numbers():
    couplings = projection(random_patterns(5, 60))
    full = couplings.left @ couplings.right
    shuffled = couplings.shuffled(seed=1)
    assert np.sort((shuffled.left @ shuffled.right).ravel()) == pytest.approx(np.sort(full.ravel()))
    assert abs(np.corrcoef(shuffled.toarray().ravel(), couplings.toarray().ravel())[0, 1]) < 0.1


@pytest.mark.parametrize("rule, count, limit",
                         [("projection", 70, "60"), ("hebbian", 20, "13"), ("covariance", 20, "13")])
def test_too_many_patterns_are_warned_of(rule, count, limit):
    with pytest.warns(UserWarning,
                      match=f"{count} patterns are more than the {rule} rule can hold: about {limit} of 100 "
                            "pixels"):
        HopfieldAssembly(100, rule=rule).store(random_patterns(count, 100))


def test_equal_patterns_are_named(photos):
    with pytest.warns(UserWarning, match="depend linearly"):
        with pytest.warns(UserWarning, match="patterns 0 and 2, 1 and 3 are the same or negatives"):
            HopfieldAssembly(4096, ridge=0).store([photos[0], photos[1], photos[0], -photos[1]])


def test_as_many_patterns_as_pixels():
    with pytest.raises(ValueError, match="16 independent patterns of 16 pixels leave nothing"):
        HopfieldAssembly(16).store(2 * np.eye(16) - 1)


# --- scores -------------------------------------------------------------------------------------------------

def test_scores_by_hand():
    assert overlap([1, 1, -1, -1], [1, -1, -1, -1]) == 0.5
    assert overlap([1, np.nan, 0, -1], [1, 1, 1, 1]) == 0.0
    assert overlap([True, False], [[True, False], [False, True]]).tolist() == [1.0, -1.0]
    assert cosine([10.0, 0.0], [1, -1]) == 1.0 and cosine([0.0, 0.0], [1, 1]) == 0.0
    assert cosine([1.0, 1.0], [1.0, 0.0]) == pytest.approx(0.5**0.5)
    assert identify([1, -1, 1], [[-1, 1, -1], [1, -1, -1]]) == 1
    assert settle_time([5, 10, 15, 20], [0.1, 0.5, 0.99, 1.0]) == 15 and settle_time([5, 10], [1.0, 1.0]) == 5
    with pytest.raises(ValueError, match="3 and 2 pixels"):
        overlap([1, 1, 1], [1, 1])


def test_noise_is_related_to_nothing():
    patterns, noise = random_patterns(20, 784), random_patterns(200, 784, seed=7)
    found = sum(related(cue, patterns[identify(cue, patterns)], among=20) for cue in noise)
    assert found <= 4
    assert related(corrupt(patterns[0], flip=0.4, seed=1), patterns[0], among=20)
    assert related(np.ones(100), np.ones(100)) and not related(np.zeros(100), np.ones(100))


# --- bad input ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("arguments, match", [
    ({"n": 0}, "HopfieldAssembly.n must be a whole number of at least 2, got 0"),
    ({"n": 2.5}, "HopfieldAssembly.n"),
    ({"rule": "projektion"}, "did you mean 'projection'"), ({"seed": -1}, "HopfieldAssembly.seed"),
    ({"seed": 1.5}, "Assembly.seed"),
    ({"gain": 0.0}, "HopfieldAssembly.gain must be positive"),
    ({"cue_gain": -1.0}, "HopfieldAssembly.cue_gain"),
    ({"bias": np.nan}, "HopfieldAssembly.bias"), ({"noise": -0.1}, "FirstOrderLIF.noise")])
def test_assemblies_that_are_refused(arguments, match):
    with pytest.raises((ValueError, TypeError), match=match):
        HopfieldAssembly(**({"n": 4} | arguments))


@pytest.mark.parametrize("patterns", [np.ones((2, 5)), np.zeros((2, 4)), np.full((1, 4), 0.5),
                                      np.full((1, 4), np.nan), np.ones((0, 4)),
                                      np.ones((1, 2, 4)), "abcd", None])
@pytest.mark.parametrize("how", ["store", "learn"])
def test_patterns_that_are_refused(patterns, how):
    with pytest.raises((ValueError, TypeError), match="HopfieldAssembly.patterns must"):
        getattr(HopfieldAssembly(4), how)(patterns)


@pytest.mark.parametrize("cue, match", [(np.ones(5), r"shape \(9,\) or \(k, 9\), got \(5,\)"),
                                        (np.ones((1, 8)), r"got \(1, 8\)"),
                                        (np.full(9, 0.5), "got 0.5"), (np.full(9, np.inf), "got inf"),
                                        (["a"] * 9, "numbers or booleans")])
def test_cues_that_are_refused(cue, match):
    memory = HopfieldAssembly(9).store(random_patterns(1, 9))
    with pytest.raises((ValueError, TypeError), match=match):
        memory.recall(cue)


def test_a_picture_of_zeros_and_ones_is_warned_of():
    patterns = random_patterns(2, 100)
    with pytest.warns(UserWarning, match="a zero is an unknown pixel"):
        HopfieldAssembly(100).store(patterns).recall((patterns[0] > 0).astype(int))


@pytest.mark.parametrize("times",
                         [{"cue_time": 0.0}, {"cue_time": 7.0}, {"hold_time": 20.0}, {"hold_time": np.nan}])
def test_times_that_are_refused(times):
    memory = HopfieldAssembly(9).store(random_patterns(1, 9))
    with pytest.raises(ValueError, match=f"HopfieldAssembly.{next(iter(times))} must be"):
        memory.recall(np.ones(9), **times)


def test_recall_before_anything_is_stored():
    with pytest.raises(RuntimeError, match="nothing is stored yet; call store or learn first"):
        HopfieldAssembly(9).recall(np.ones(9))


def test_a_rule_that_returns_something_else():
    with pytest.raises(TypeError, match="HopfieldAssembly.rule must return Couplings of 9 pixels"):
        HopfieldAssembly(9, rule=lambda patterns: 1.0).store(np.ones(9))


def test_learning_over_the_memory_budget_is_refused_at_once():
    with pytest.raises(MemoryError, match="200,000|200000"):
        HopfieldAssembly(200_000).learn(np.ones(200_000))
    with pytest.raises(ValueError, match="learning_rate"):
        HopfieldAssembly(9).learn(np.ones(9), learning_rate=-1.0)
