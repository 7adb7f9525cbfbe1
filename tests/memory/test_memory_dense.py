"""The dense memory: one competing neuron a pattern, binary and grey; many cues at once; what is said of a
recall."""

import copy
import pickle

import numpy as np
import pytest

from spikingnn import NeuronGroup, WinnerTakeAllLIF
from spikingnn.memory import (HopfieldAssembly, PixelCouplings, binarize, bit_planes, corrupt,
                              from_bit_planes, memory_neurons, overlap)


def random_patterns(p, n, seed=0):
    return np.where(np.random.default_rng(seed).random((p, n)) < 0.5, 1.0, -1.0)


@pytest.fixture(scope="module")
def many():
    """More patterns than pixels."""
    patterns = random_patterns(600, 256)
    return patterns, HopfieldAssembly(256, "dense", seed=0).store(patterns)


def test_holds_more_patterns_than_pixels(many):
    patterns, memory = many
    recalls = memory.recall(corrupt(patterns[:20], flip=0.25, seed=1))
    assert np.mean([recall.overlap(pattern) for recall, pattern in zip(recalls, patterns)]) == 1.0
    assert all(recall.recognised and recall.verdict == "recognised"
               and recall.settled < 100 for recall in recalls)


def test_finds_the_nearest_pattern(many):
    """Near the limit of any decoder it answers as the nearest stored pattern does."""
    patterns, memory = many
    cues = corrupt(patterns[:60], flip=0.38, seed=2)
    answers = np.array([overlap(recall.pattern, patterns).argmax() for recall in memory.recall(cues)])
    nearest = overlap(cues, patterns).argmax(axis=1)
    assert 0.5 < (nearest == np.arange(60)).mean() < 1.0
    assert (answers == nearest).mean() >= 0.95


def test_energy_falls_to_that_of_the_pattern(many):
    patterns, memory = many
    recall = memory.recall(corrupt(patterns[3], flip=0.3, seed=1))
    assert recall.energy[-1] == pytest.approx(memory.couplings.energy(patterns[3]),
                                              abs=0.03) == pytest.approx(-0.5, abs=0.03)
    assert memory.couplings.energy(corrupt(patterns[3], flip=0.3, seed=1)) > recall.energy[-1] + 0.3
    z = np.random.default_rng(0).uniform(-1, 1, 256)
    match = patterns @ z
    assert memory.couplings.energy(z) == pytest.approx(
        z @ z / 512 - (np.log(np.mean(np.exp(match - match.max()))) + match.max()) / 256)


def test_soft_competition():
    patterns = random_patterns(40, 256)
    memory = HopfieldAssembly(256, "dense", seed=0, beta=200.0).store(patterns)
    assert min(memory.recall(corrupt(pattern, flip=0.2, seed=4)).overlap(pattern)
               for pattern in patterns[:5]) == 1.0


def test_softmax_of_the_competition():
    """Of two that reach threshold one fires with probability 1 / (1 + exp(−difference / temperature))."""
    model = WinnerTakeAllLIF(tau_m=10.0, v_threshold=1.0, t_refractory=0.0, threshold_step=0.0,
                             temperature=0.1)
    group, current, trials = NeuronGroup(3, model), np.array([1.2, 1.1, 0.9]) / -np.expm1(-0.1), 4000
    fired = np.zeros(3)
    for trial in range(trials):
        group["v"] = 0.0
        fired += group.step(current, 1.0, key=1_000_003 * trial)
    assert fired.sum() == trials and fired[2] == 0
    assert fired[0] / trials == pytest.approx(1 / (1 + np.exp(-1)), abs=0.03)


def test_noise_and_silence_are_not_recognised(many):
    _, memory = many
    cues = random_patterns(40, 256, seed=9)
    assert not any(recall.recognised for recall in memory.recall(cues))
    silent = memory.recall(np.full(256, np.nan))
    assert silent.verdict == "silent" and not len(silent.spikes)


def test_shuffled_memory_is_no_memory():
    patterns = random_patterns(20, 256)
    memory = HopfieldAssembly(256, lambda stored: memory_neurons(stored).shuffled(seed=1),
                              seed=0).store(patterns)
    cue = corrupt(patterns[0], flip=0.2, seed=1)
    recall = memory.recall(cue)
    assert recall.overlap(patterns[0]) < overlap(cue, patterns[0]) and not recall.recognised


@pytest.mark.parametrize("rule", ["projection", "dense"])
def test_many_cues_are_as_if_each_were_alone(rule):
    patterns = random_patterns(12, 144)
    memory = HopfieldAssembly(144, rule, seed=3).store(patterns)
    cues = corrupt(patterns, flip=0.2, seed=1)
    alone = [memory.recall(cue) for cue in cues]
    for together in (memory.recall(cues), memory.recall(cues[::-1])[::-1], memory.recall(cues, jobs=2)):
        assert all(np.array_equal(one.spikes, other.spikes) for one, other in zip(alone, together))
        assert [one.verdict for one in alone] == [other.verdict for other in together]


def test_add_and_forget():
    patterns = random_patterns(6, 144)
    memory = HopfieldAssembly(144, "dense", seed=0).store(patterns[:4])
    memory.add(patterns[4:])
    assert all(recall.recognised for recall in memory.recall(patterns))
    memory.forget(patterns[2])
    assert len(memory.patterns) == 5 and memory.recall(patterns[2]).overlap(patterns[2]) < 0.9
    memory.forget(0)
    assert np.array_equal(memory.patterns, patterns[[1, 3, 4, 5]])
    with pytest.raises(ValueError, match="none of the 4 stored"):
        memory.forget(patterns[2])
    for _ in range(4):
        memory.forget(0)
    with pytest.raises(RuntimeError, match="nothing is stored"):
        memory.recall(patterns[0])


def test_adding_to_what_was_learned_through_spikes():
    patterns = random_patterns(5, 144)
    memory = HopfieldAssembly(144, "projection", seed=0).learn(patterns[:3]).add(patterns[3:])
    assert all(recall.recognised for recall in memory.recall(patterns))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda memory: pickle.loads(pickle.dumps(memory))])
@pytest.mark.parametrize("rule", ["projection", "dense"])
def test_a_copy_learns_on(rule, copied):
    patterns = random_patterns(4, 144)
    memory = copied(HopfieldAssembly(144, rule, seed=0).store(patterns[:3])).add(patterns[3])
    assert all(recall.recognised for recall in memory.recall(patterns))


@pytest.mark.parametrize("rule", ["projection", "dense"])
def test_memory_keeps_what_the_caller_overwrites(rule):
    patterns = random_patterns(3, 144)
    theirs = patterns.copy()
    memory = HopfieldAssembly(144, rule, seed=0).store(theirs)
    theirs[:] = 1.0
    assert np.array_equal(memory.patterns, patterns) and memory.recall(patterns[0]).recognised


@pytest.mark.parametrize("rule", ["projection", "dense"])
def test_adding_a_pattern_twice_is_warned_of(rule):
    patterns = random_patterns(3, 144)
    with pytest.warns(UserWarning, match="patterns 0 and 3 are the same"):
        HopfieldAssembly(144, rule, seed=0).store(patterns).add(patterns[0])


def test_half_unknown(many):
    patterns, memory = many
    cue = patterns[7].copy()
    cue[100:228] = np.nan
    assert memory.recall(cue).overlap(patterns[7]) == 1.0


def test_ends_where_nothing_changes_any_more(many):
    patterns, memory = many
    cue = corrupt(patterns[5], flip=0.2, seed=1)
    early, whole = memory.recall(cue, until_settled=True), memory.recall(cue)
    assert early.t[-1] == 150.0 < whole.t[-1] and early.recognised
    assert np.array_equal(early.pattern, whole.pattern)
    assert np.array_equal(early.spikes, whole.spikes[whole.spikes.t < 150.0])


def test_sustained_cue_keeps_its_faults():
    """A cue that stays goes on to inject its wrong pixels."""
    patterns = random_patterns(5, 144)
    memory = HopfieldAssembly(144, seed=0).store(patterns)
    cue = corrupt(patterns[0], flip=0.2, seed=1)
    assert memory.recall(cue).overlap(patterns[0]) == 1.0
    assert memory.recall(cue, sustain=1.0).overlap(patterns[0]) == pytest.approx(overlap(cue, patterns[0]),
                                                                                 abs=0.05)


def test_darkness_is_not_recognised():
    """All dark overlaps with every sparse pattern; neither a cue nor an answer like that says which."""
    patterns = np.full((3, 400), -1.0)
    for k, pattern in enumerate(patterns):
        pattern[8 * k:8 * k + 8] = 1.0
    assert overlap(np.full(400, -1.0), patterns).min() > 0.95
    dark = HopfieldAssembly(400, lambda stored: PixelCouplings.of(np.zeros((400, 400)), -np.ones(400)),
                            seed=0).store(patterns)
    recall = dark.recall(patterns[0])
    assert (recall.pattern == -1).all() and not recall.recognised
    assert not HopfieldAssembly(400, "dense", seed=0).store(patterns).recall(np.full(400, -1.0)).recognised
    assert HopfieldAssembly(400, "dense",
                            seed=0).store(np.full(400, -1.0)).recall(np.full(400, -1.0)).recognised


def test_negative_and_mixture_are_named():
    patterns = random_patterns(3, 400)
    memory = HopfieldAssembly(400, "hebbian", seed=0).store(patterns)
    assert memory.recall(-patterns[1]).verdict == "negative"
    mixture = np.sign(patterns.sum(axis=0))
    recall = memory.recall(mixture)
    assert recall.overlap(mixture) >= 0.95 and recall.verdict == "mixture" and not recall.recognised


# --- grey levels --------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def clothes():
    from spikingnn.datasets import fashion_mnist_sample
    levels = fashion_mnist_sample().x_train[:200].reshape(200, -1)
    return levels, HopfieldAssembly(784, "dense", coding="gray", seed=0).store(levels)


def peak_ratio(levels, wanted):
    return 10 * np.log10(1 / np.mean(np.square(levels - wanted)))


def test_grey_pictures_come_back_from_noise(clothes):
    levels, memory = clothes
    for k in range(0, 200, 25):
        recall = memory.recall(corrupt(levels[k], gaussian=0.5, seed=k))
        assert recall.recognised and recall.overlaps[-1].argmax() == k
        assert peak_ratio(recall.grey, levels[k]) > 40


def test_grey_pictures_from_half(clothes):
    levels, memory = clothes
    cue = levels[9].copy()
    cue[:392] = np.nan
    assert peak_ratio(memory.recall(cue).grey, levels[9]) > 40


def test_grey_noise_is_not_recognised(clothes):
    _, memory = clothes
    assert not any(recall.recognised for recall in memory.recall(np.random.default_rng(0).random((20, 784))))


def test_bit_planes_are_exact():
    levels = np.arange(256).reshape(4, 64) / 255
    planes = bit_planes(levels)
    assert planes.shape == (4, 512) and np.array_equal(from_bit_planes(planes), levels)
    neighbours = bit_planes(np.arange(256).reshape(256, 1) / 255)
    assert (np.abs(np.diff(neighbours, axis=0)).sum(axis=1) == 2).all()


def test_grey_pictures_in_a_binary_memory():
    """Eight planes in one projection memory bring the very bytes back."""
    pictures = np.random.default_rng(0).integers(0, 256, (6, 64)) / 255
    memory = HopfieldAssembly(512, seed=0).store(bit_planes(pictures))
    recall = memory.recall(corrupt(bit_planes(pictures)[2], flip=0.15, seed=1))
    assert np.array_equal(from_bit_planes(recall.pattern), pictures[2])


# --- bad input ----------------------------------------------------------------------------------------------

def test_bad_input():
    with pytest.raises(ValueError, match="HopfieldAssembly.rule must be 'dense' for grey levels"):
        HopfieldAssembly(9, coding="gray")
    with pytest.raises(ValueError, match="did you mean 'gray'"):
        HopfieldAssembly(9, "dense", coding="grey")
    with pytest.raises(ValueError, match="beta must be positive"):
        HopfieldAssembly(9, "dense", beta=0.0)
    memory = HopfieldAssembly(9, "dense", coding="gray")
    with pytest.raises(ValueError, match="from 0 to 1"):
        memory.store(np.full((2, 9), 1.5))
    with pytest.raises(ValueError, match="pictures 1 are of one level"):
        memory.store(np.stack([np.linspace(0, 1, 9), np.full(9, 0.5)]))
    with pytest.raises(ValueError, match="cue must be from 0 to 1"):
        memory.store(np.linspace(0, 1, 9)).recall(np.full(9, -1.0))
    with pytest.raises(TypeError, match="learn changes synapses"):
        memory.learn(np.linspace(0, 1, 9))
    with pytest.raises(ValueError, match="sustain must be from 0 to 1"):
        HopfieldAssembly(9).store(random_patterns(1, 9)).recall(np.ones(9), sustain=2.0)


def test_a_single_black_picture_is_warned_of():
    with pytest.warns(UserWarning, match="all black or all white"):
        binarize(np.zeros((1, 3, 3)))
