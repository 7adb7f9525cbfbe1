"""The estimators keep scikit-learn's contract, and do what their names say."""

import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="scikit-learn is not installed: pip install 'spikingnn[ml]'")

from sklearn.base import clone                                                              # noqa: E402
from sklearn.datasets import load_digits, load_iris                                         # noqa: E402
from sklearn.linear_model import LogisticRegression                                         # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split         # noqa: E402
from sklearn.pipeline import make_pipeline                                                  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks                          # noqa: E402

from spikingnn import LatencyEncoder                                                        # noqa: E402
from spikingnn.estimators import (HopfieldMemory, SpikeEncoder, SpikingClassifier,          # noqa: E402
                                  SpikingReservoir, STDPClassifier)


@parametrize_with_checks([
    HopfieldMemory(), SpikeEncoder(duration=20.0), SpikingReservoir(neurons=20, duration=20.0),
    SpikingClassifier(hidden=30, steps=4, epochs=20), STDPClassifier(neurons=5, present=50.0)])
@pytest.mark.filterwarnings("ignore:patterns .* are the same:UserWarning")          # of two or three features
@pytest.mark.filterwarnings("ignore:.*more than the projection rule:UserWarning")
@pytest.mark.filterwarnings("ignore:HopfieldMemory. the samples span:UserWarning")
@pytest.mark.filterwarnings("ignore:.*Can't check dok sparse")
def test_contract(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def patterns():
    """Eight patterns of 144 pixels, and cues with 20 % of the pixels flipped."""
    rng = np.random.default_rng(5)
    stored = rng.integers(0, 2, (8, 144)).astype(float)
    return stored, np.where(rng.random(stored.shape) < 0.2, 1 - stored, stored)


def test_memory_recalls_in_the_units_of_the_samples(patterns):
    stored, cues = patterns
    for low, high in ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0)):
        samples, noisy = low + (high - low) * stored, low + (high - low) * cues
        memory = HopfieldMemory(random_state=0).fit(samples)
        np.testing.assert_array_equal(memory.transform(noisy), samples)
        assert memory.predict(noisy).tolist() == list(range(8))


def test_memory_scores(patterns):
    stored, cues = patterns
    memory = HopfieldMemory(random_state=0).fit(stored, list("abcdefgh"))
    assert memory.score(cues, stored) == memory.score(cues, list("abcdefgh")) == 1.0
    assert memory.score(cues) == pytest.approx(np.mean(np.where(cues == stored, 1, -1)))
    noise = np.random.default_rng(9).integers(0, 2, (8, 144))
    assert (memory.score_samples(cues) >= 0).all() and (memory.score_samples(noise) < 0).all()
    with pytest.raises(ValueError, match=r"HopfieldMemory\.y must be labels of stored samples, got \['z'\]"):
        memory.score(cues[:1], ["z"])


def test_memory_learns_more(patterns):
    stored, cues = patterns
    memory = HopfieldMemory(random_state=0).partial_fit(stored[:5]).partial_fit(stored[5:])
    assert memory.predict(cues).tolist() == list(range(8))


def test_samples_that_span_all_features_are_kept_with_a_warning():
    with pytest.warns(UserWarning, match="more than the projection rule|span all 3 features.*rule='dense'"):
        memory = HopfieldMemory().fit([[1, 1, 1], [1, 0, 1], [0, 0, 1]])
    assert memory.predict([[1, 0, 1]]) == 1


def test_grid_search_gives_one_table_with_any_number_of_processes(patterns):
    stored, cues = patterns
    every = np.arange(len(stored))

    def recalled(memory, X):
        return memory.score(cues, X)

    tables = []
    for jobs in (1, 2):
        search = GridSearchCV(HopfieldMemory(random_state=0), {"gain": [0.2, 20.0], "noise": [0.0, 20.0]},
                              cv=[(every, every)], n_jobs=jobs, scoring=recalled).fit(stored)
        tables.append(search.cv_results_["mean_test_score"].tolist())
    assert tables[0] == tables[1] and max(tables[0]) == 1.0 and min(tables[0]) < 0.9


def test_pipelines_and_clones():
    X, y = load_iris(return_X_y=True)
    pipeline = make_pipeline(SpikingReservoir(neurons=60, random_state=0),
                             LogisticRegression(C=0.01, max_iter=1000))
    assert cross_val_score(pipeline, X, y, cv=3).mean() > 0.9
    assert clone(pipeline).get_params()["spikingreservoir__neurons"] == 60


def test_classifiers_tell_digits_apart():
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X[:900], y[:900], test_size=300, random_state=0)
    names = np.array([f"digit {k}" for k in range(10)])
    for classifier, least in ((SpikingClassifier(epochs=30, random_state=0), 0.93),
                              (STDPClassifier(neurons=60, passes=2, random_state=0), 0.75)):
        assert classifier.fit(X, names[y]).score(X_test, names[y_test]) > least, classifier


def test_classifiers_learn_in_parts():
    X, y = load_digits(return_X_y=True)
    for classifier, least in ((SpikingClassifier(random_state=0), 0.75),
                              (STDPClassifier(40, random_state=0), 0.5)):
        for part in np.split(np.arange(600), 6):
            classifier.partial_fit(X[part], y[part], classes=np.arange(10))
        assert classifier.score(X[600:800], y[600:800]) > least, classifier
        with pytest.raises(ValueError, match=r"must be of the classes \[0, 1, .*\], got \[10\]"):
            classifier.partial_fit(X[:1], [10])


def test_encoder_outputs():
    X = np.array([[0.0, 5.0], [10.0, 10.0]])
    encoder = SpikeEncoder(LatencyEncoder(), scaling="global", output="spikes", dt=1.0)
    spikes = encoder.fit_transform(X).reshape(2, 100, 2)
    first = SpikeEncoder(LatencyEncoder(), scaling="global", output="first", dt=1.0).fit_transform(X)
    assert spikes.sum() == 3 and spikes[1, 0].tolist() == [1, 1]
    assert spikes[0, int(first[0, 1]), 1] == 1 and first[0, 0] == 100.0
    rates = SpikeEncoder("poisson", 1000.0, dt=1.0, scaling="global", random_state=0).fit_transform(X)
    assert rates[0, 0] == 0 and rates[1, 0] > rates[0, 1] > 0
    assert encoder.get_feature_names_out().shape == (200,)


def test_reservoir_reads_sequences():
    """Two sequences with the same mean, in opposite order, differ in their windows."""
    rising, falling = np.linspace(0, 1, 8), np.linspace(1, 0, 8)
    reservoir = SpikingReservoir(50, windows=2, channels=1, scaling="global", random_state=0)
    rates = reservoir.fit_transform(np.stack([rising, falling])).reshape(2, 2, 50)
    excited = reservoir.input_weights_[0] > 1.0
    assert (rates[0, 1, excited] > rates[0, 0, excited]).all()
    assert (rates[1, 1, excited] < rates[1, 0, excited]).all()
    with pytest.raises(ValueError, match="channels must be a divisor of the 8 features, got 3"):
        SpikingReservoir(channels=3).fit(np.ones((2, 8)))


@pytest.mark.parametrize("estimator", [SpikingClassifier(epochs=1), STDPClassifier(neurons=5)])
def test_one_class_is_refused(estimator):
    with pytest.raises(ValueError, match="needs samples of at least two classes, got 1 class"):
        estimator.fit(np.eye(3), [1, 1, 1])


@pytest.mark.parametrize("parameters, message", [
    ({"scaling": "rows"}, "HopfieldMemory.scaling"), ({"threshold": 2.0}, "HopfieldMemory.threshold"),
    ({"gain": -1.0}, "gain"), ({"gain": 0.05}, "gain must be above the threshold"),
    ({"rule": "none"}, "rule")])
def test_bad_parameters(parameters, message):
    with pytest.raises(ValueError, match=message):
        HopfieldMemory(**parameters).fit(np.eye(6)[:2])


def test_missing_extra_names_itself():
    code = "import sys; sys.modules['sklearn'] = None; import spikingnn.estimators"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.strip().splitlines()[-1] == (
        "ImportError: The estimators need sklearn, which is not installed: pip install 'spikingnn[ml]'")
