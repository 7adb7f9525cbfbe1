"""Verdicts: a recall says whether its answer explains the cue. Bars with binomial slack, over kinds of
memories and of cues."""

import numpy as np
import pytest

from spikingnn.datasets import fashion_mnist_sample, mnist_sample, photographs
from spikingnn.memory import (VERDICTS, HopfieldAssembly, binarize, corrupt, corrupt_images, overlap,
                              recall_pictures)
from spikingnn.memory.explanations import BinaryExplanations, is_mixture


SETS = {"photographs": lambda: photographs().images, "digits": lambda: mnist_sample().x_train[:50],
        "clothes": lambda: fashion_mnist_sample().x_train[:50]}
EXPLAINED = {"10 % flips": {"flip": 0.1}, "30 % flips": {"flip": 0.3}, "a quarter unknown": {"occlude": 0.25},
             "blur": {"blur": 1.0},
             "blur and flips": {"blur": 1.0, "flip": 0.1},
             "unknown and flips": {"occlude": 0.25, "flip": 0.2},
             "shift": {"shift": 1, "fill": "black"}, "occluder": {"occlude": 0.25, "fill": "black"}}


def signs(values):
    flat = np.reshape(values, (len(values), -1))
    return np.where(flat > flat.mean(axis=1, keepdims=True), 1.0, -1.0)


def smooth_noise(count, shape, spread, seed=0):
    from scipy.ndimage import gaussian_filter
    noise = np.random.default_rng(seed).standard_normal((count, *shape))
    return signs([gaussian_filter(one, spread, mode="wrap") for one in noise] if spread else noise)


def resized(images, side):
    from scipy.ndimage import gaussian_filter, zoom
    ratio = side / images.shape[1]
    return np.stack([zoom(gaussian_filter(image, max(0, 0.5 / ratio - 0.5)), ratio, order=1)
                     for image in images])


@pytest.fixture(scope="module", params=SETS)
def stored(request):
    images = SETS[request.param]()
    patterns = binarize(images)
    return request.param, images, patterns, HopfieldAssembly(patterns.shape[1], seed=0).store(patterns)


def judged(memory, cues):
    """Scores of the nearest stored pattern as the answer, and its number: what the memory says where its
    dynamics make no mistake."""
    nearest = np.argmax(np.nan_to_num(cues) @ memory.patterns.T, axis=1)
    return np.array([memory.explanations.score(cue, memory.patterns[k], k)
                     for cue, k in zip(cues, nearest)]), nearest


@pytest.mark.parametrize("what", EXPLAINED)
def test_corrupted_pictures_are_recognised(stored, what):
    _, _, patterns, memory = stored
    targets = np.resize(np.arange(len(patterns)), 50)
    scores, nearest = judged(memory, corrupt(patterns[targets], seed=1, **EXPLAINED[what]))
    assert np.mean(scores[nearest == targets] >= 0) >= (0.75 if what == "occluder" else 0.95)


def test_blurred_grey_pictures_are_recognised(stored):
    _, images, patterns, memory = stored
    scores, nearest = judged(memory, corrupt_images(images, blur=1.0, seed=1))
    assert np.mean(scores[nearest == np.arange(len(patterns))] >= 0) >= 0.9


@pytest.mark.parametrize("spread", [0, 1, 3, 6, 8])
def test_noise_is_not_recognised(stored, spread):
    _, images, _, memory = stored
    assert np.mean(judged(memory, smooth_noise(60, images.shape[1:], spread))[0] >= 0) <= 0.05


def test_pictures_of_another_kind_are_not_recognised(stored):
    name, images, _, memory = stored
    for other in SETS.keys() - {name}:
        cues = signs(resized(SETS[other](), images.shape[1]))
        assert np.mean(judged(memory, cues)[0] >= 0) <= 0.1, other


def test_digits_that_were_never_stored():
    digits = binarize(mnist_sample().x_train[:250])
    memory = HopfieldAssembly(784, seed=0).store(digits[:50])
    assert np.mean(judged(memory, digits[50:])[0] >= 0) <= 0.1


def test_verdict_and_score_agree(stored):
    _, images, patterns, memory = stored
    cues = np.concatenate([corrupt(patterns[:3], flip=0.2, seed=1), -patterns[:1],
                           smooth_noise(3, images.shape[1:], 3), np.full((1, memory.n), np.nan)])
    recalls = memory.recall(cues)
    assert all(recall.recognised == (recall.verdict == "recognised") == (recall.score >= 0)
               for recall in recalls)
    assert all(recall.verdict in VERDICTS and np.isfinite(recall.score) for recall in recalls)
    assert [recall.verdict for recall in recalls[:3]] == 3 * ["recognised"]
    assert recalls[-1].verdict == "silent"
    assert min(recall.score for recall in recalls[:3]) > max(recall.score for recall in recalls[3:])


@pytest.mark.parametrize("n, shape", [(400, None), (390, None), (400, (20, 20))])
def test_patterns_that_are_no_pictures(n, shape):
    """Random patterns have no neighbours to speak of, with or without a shape: only flips are judged."""
    patterns = signs(np.random.default_rng(0).standard_normal((20, n)))
    memory = HopfieldAssembly(n, seed=0, shape=shape).store(patterns)
    assert memory.explanations.shape is None
    targets = np.resize(np.arange(20), 100)
    for flip in (0.0, 0.1, 0.3):
        scores, nearest = judged(memory, corrupt(patterns[targets], flip=flip, seed=2))
        assert np.mean(scores[nearest == targets] >= 0) >= 0.95
    assert np.mean(judged(memory, signs(np.random.default_rng(1).standard_normal((200, n))))[0] >= 0) <= 0.02


def test_related_patterns_without_a_shape():
    """Digits with their pixels in a random order: what a cue shares with other stored patterns gives it
    away."""
    order = np.random.default_rng(0).permutation(784)
    digits = binarize(mnist_sample().x_train[:250])[:, order]
    memory = HopfieldAssembly(784, seed=0).store(digits[:50])
    assert memory.explanations.shape is None
    assert np.mean(judged(memory, digits[50:])[0] >= 0) <= 0.1
    assert np.mean(judged(memory, corrupt(digits[:50], flip=0.2, seed=1))[0] >= 0) >= 0.95


def test_pictures_that_are_no_squares():
    images = photographs().images[:, :48]
    patterns = binarize(images)
    memory = HopfieldAssembly(48 * 64, seed=0, shape=(48, 64)).store(patterns)
    assert memory.explanations.shape == (48, 64)
    assert all(recall.recognised
               for recall in memory.recall(corrupt(patterns[:4], blur=1.0, seed=1, shape=(48, 64))))
    with pytest.raises(ValueError,
                       match=r"HopfieldAssembly.shape must be \(height, width\) of 100 pixels, got \(3, 4\)"):
        HopfieldAssembly(100, shape=(3, 4))


def test_grey_pictures():
    clothes = fashion_mnist_sample().x_train[:150].reshape(150, -1)
    memory = HopfieldAssembly(784, "dense", coding="gray", seed=0).store(clothes[:50])
    for what in ({"gaussian": 0.3}, {"flip": 0.1}, {"occlude": 0.25}, {"blur": 1.0},
                 {"shift": 1, "fill": "black"}):
        recalls = memory.recall(corrupt(clothes[:12], seed=1, **what))
        right = [recall for k, recall in enumerate(recalls) if recall.overlaps[-1].argmax() == k]
        assert len(right) >= 6 and np.mean([recall.recognised for recall in right]) >= 0.9, what
    assert np.mean([recall.recognised for recall in memory.recall(clothes[50:90])]) <= 0.1
    darker = memory.recall(0.5 * clothes[:6] + 0.2)
    assert all(recall.recognised for recall in darker)


@pytest.mark.parametrize("bright", [0.02, 0.05])
def test_nearly_black_answers_are_no_mixtures(bright):
    """The majority of three dark patterns is nearly black; so is an accident."""
    rng = np.random.default_rng(0)
    patterns = np.where(rng.random((6, 784)) < bright, 1.0, -1.0)
    black = np.where(rng.random(784) < 0.005, 1.0, -1.0)
    mixed = np.sign(patterns[:3].sum(axis=0))
    assert overlap(black, mixed) >= 0.95 and not is_mixture(black, overlap(black, patterns), patterns)
    dense = np.where(rng.random((6, 784)) < 0.5, 1.0, -1.0)
    mixed = np.sign(dense[:3].sum(axis=0))
    assert is_mixture(mixed, overlap(mixed, dense), dense)


def test_a_negative_by_accident_is_none():
    patterns = signs(np.random.default_rng(0).standard_normal((3, 400)))
    memory = HopfieldAssembly(400, "hebbian", seed=0).store(patterns)
    noise = memory.recall(signs(np.random.default_rng(1).standard_normal((20, 400))))
    assert any(recall.overlaps[-1].min() <= -0.95 for recall in noise)
    assert not any(recall.verdict in ("negative", "recognised") for recall in noise)
    assert memory.recall(corrupt(-patterns[1], flip=0.2, seed=1)).verdict == "negative"


def test_knowledge_of_one_pattern_and_of_equal_ones():
    pattern = binarize(photographs().images[:1])
    for patterns in (pattern, np.concatenate([pattern, pattern])):
        known = BinaryExplanations(patterns, (64, 64))
        assert known.score(corrupt(pattern[0], flip=0.3, seed=1), pattern[0], 0) >= 0
        assert known.score(smooth_noise(1, (64, 64), 3)[0], pattern[0], 0) < 0


def test_an_experiment_keeps_the_first_few():
    patterns = signs(np.random.default_rng(0).standard_normal((30, 144)))
    memory = HopfieldAssembly(144, "dense", seed=0).store(patterns)
    result = recall_pictures(memory, list(map(str, range(30))), patterns,
                             corrupt(patterns, flip=0.1, seed=1), keep=4)
    assert len(result.recalls) == 4 and len(result.rows) == 30
    assert np.array_equal(result.answers, patterns) and result.identified == 30
    recalls = memory.recall(corrupt(patterns[:4], flip=0.1, seed=1))
    assert [row["score"] for row in result.rows[:4]] == [recall.score for recall in recalls]


def test_recalls_are_made_one_by_one():
    patterns = signs(np.random.default_rng(0).standard_normal((5, 144)))
    memory = HopfieldAssembly(144, seed=0).store(patterns)
    shown = []
    recalls = memory.recall_each(patterns, progress=lambda cues: (shown.append(1) or cue for cue in cues))
    next(recalls)
    assert len(shown) == 1
