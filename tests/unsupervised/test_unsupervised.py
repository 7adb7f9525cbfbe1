"""Learning digits without labels: what it reaches at a reduced size, and that it can be interrupted
anywhere."""

import numpy as np
import pytest

from spikingnn.datasets import mnist_sample
from spikingnn.unsupervised import STDPClassifier
from spikingnn.unsupervised.responses import ClassResponses


@pytest.fixture(scope="module")
def digits():
    data = mnist_sample()
    return data.x_train.reshape(1000, -1), data.y_train, data.x_test.reshape(500, -1), data.y_test


@pytest.fixture(scope="module")
def learned(digits):
    x, y, _, _ = digits
    return STDPClassifier(neurons=100, seed=3).fit(x, y, passes=4, progress=False)


def test_digits_are_learned(learned, digits):
    _, _, x_test, y_test = digits
    assert learned.score(x_test, y_test, progress=False) > 0.78   # three seeds: 0.836 to 0.842; chance is 0.1


def test_labels_alone_do_not_do_it(digits):
    """With the learning rate at zero the same read-out of random weights is far worse."""
    x, y, x_test, y_test = digits
    blank = STDPClassifier(neurons=100, seed=3, eta=0.0).fit(x[:300], y[:300], progress=False)
    assert blank.score(x_test, y_test, progress=False) < 0.6


def test_the_delayed_pair_learns_too(digits):
    x, y, x_test, y_test = digits
    pair = STDPClassifier(neurons=60, competition="pair", seed=0).fit(x[:400], y[:400], passes=3,
                                                                      progress=False)
    assert pair.score(x_test, y_test, progress=False) > 0.5


def test_showing_changes_nothing(learned, digits):
    x = digits[2]
    before, theta = learned.synapses.weight, learned.layer["theta"].copy()
    learned.respond(x[:20], progress=False)
    assert np.array_equal(learned.synapses.weight, before)
    # nothing rises; the decay has a constant of hours
    np.testing.assert_allclose(learned.layer["theta"], theta, rtol=1e-2)


def test_weights_stay_normalised_and_bounded(learned):
    weight = learned.synapses.weight
    assert weight.min() >= 0.0 and weight.max() <= 1.0
    np.testing.assert_allclose(weight.sum(axis=0), 78.4, rtol=1e-6)
    assert learned.receptive_fields().shape == (100, 784)


def test_interrupted_and_resumed_gives_the_same_bits(digits, tmp_path):
    x, y, _, _ = digits
    x, y = x[:250], y[:250]
    whole = STDPClassifier(neurons=30, seed=1).fit(x, y, passes=2, progress=False)
    part = STDPClassifier(neurons=30, seed=1)
    part.start(x, passes=2)
    while part.seen < 200:                      # in the middle of the first pass
        part._learn(x[part._next(len(x))])
    part.save(tmp_path / "part.npz")
    resumed = STDPClassifier.load(tmp_path / "part.npz").resume(x, y, progress=False)
    assert np.array_equal(resumed.synapses.weight, whole.synapses.weight)
    assert np.array_equal(resumed.responses.sums, whole.responses.sums)
    whole.save(tmp_path / "whole.npz")
    again = STDPClassifier.load(tmp_path / "whole.npz")
    assert np.array_equal(again.predict(x[:50], progress=False), whole.predict(x[:50], progress=False))


def test_partial_fit_learns_in_order(digits):
    x, y, x_test, y_test = digits
    classifier = STDPClassifier(neurons=60, seed=2, threshold_step=0.3)
    for begin in range(0, 1000, 250):
        classifier.partial_fit(x[begin:begin + 250], y[begin:begin + 250])
    assert classifier.seen == 1000 and classifier.planned == 2500
    classifier.label(x, y, progress=False)
    assert classifier.score(x_test, y_test, progress=False) > 0.5


def test_black_pictures_draw_no_spike_and_get_the_first_class(learned):
    black = np.zeros((3, 784))
    assert learned.respond(black, progress=False).sum() == 0
    assert (learned.predict(black, progress=False) == learned.classes[0]).all()


def test_a_seed_gives_the_same_classifier(digits):
    x, y = digits[0][:100], digits[1][:100]
    first, second, other = (STDPClassifier(neurons=20, seed=seed).fit(x, y, progress=False)
                            for seed in (5, 5, 6))
    assert np.array_equal(first.synapses.weight, second.synapses.weight)
    assert not np.array_equal(first.synapses.weight, other.synapses.weight)


def test_readouts_by_hand():
    """Two neurons: the first answers to class 0 three times as much as to class 1, the second to class 1
    alone."""
    tally = ClassResponses(2, 2)
    tally.add(np.array([[3.0, 0.0], [1.0, 2.0]]), np.array([0, 1]))
    assert tally.labels().tolist() == [0, 1]
    np.testing.assert_allclose(tally.scores(np.array([[4.0, 1.0]])), [[3.0, 2.0]])
    np.testing.assert_allclose(tally.scores(np.array([[4.0, 1.0]]), "vote"), [[4.0, 1.0]])


def test_a_silent_neuron_and_an_empty_class_have_no_say():
    tally = ClassResponses(3, 2)
    tally.add(np.array([[2.0, 0.0]]), np.array([0]))
    assert tally.labels().tolist() == [0, -1]
    for readout in ("proportion", "vote"):
        scores = tally.scores(np.array([[1.0, 5.0]]), readout)
        assert scores[0, 0] > 0 and scores[0, 1] == scores[0, 2] == 0


@pytest.mark.parametrize("settings, message", [
    ({"neurons": 0}, "neurons must be a whole number of at least 1, got 0"),
    ({"competition": "winer"}, "did you mean 'winner'"),
    ({"readout": "max"}, "readout must be one of 'proportion', 'vote'"),
    ({"eta": -0.1}, "eta must be zero or positive"),
    ({"present": 140.0}, "present must be a multiple of rest"),
])
def test_bad_settings_are_named(settings, message):
    with pytest.raises((ValueError, TypeError), match=message):
        STDPClassifier(**settings)


def test_bad_data_is_named(learned, digits):
    x, y = digits[0], digits[1]
    with pytest.raises(ValueError, match="x must be from 0 to 1"):
        learned.predict(2.0 * x[:3])
    with pytest.raises(ValueError, match="x must be of 784 inputs"):
        learned.predict(x[:3, :100])
    with pytest.raises(ValueError, match=r"y must be one class per picture, shape \(3,\)"):
        learned.score(x[:3], y[:2])
    with pytest.raises(ValueError, match=r"y must be among the classes \[0, 1"):
        learned.label(x[:2], np.array([0, 77]))
    with pytest.raises(ValueError, match="not finite|finite"):
        learned.predict(np.full((1, 784), np.nan))
    with pytest.raises(ValueError, match="call fit or partial_fit first"):
        STDPClassifier(neurons=3).predict(x[:1])
    fresh = STDPClassifier(neurons=3, seed=0)
    fresh.start(x[:100])
    with pytest.raises(ValueError, match="knows no classes yet"):
        fresh.predict(x[:1])


def test_a_file_of_another_kind_is_refused(tmp_path):
    from spikingnn import LIFGroup, Network
    Network(LIFGroup(2), seed=0).save(tmp_path / "other.npz")
    with pytest.raises(ValueError, match="but no STDPClassifier"):
        STDPClassifier.load(tmp_path / "other.npz")
