"""A mini-batch that is shared out among threads."""

import threading

import numpy as np
import pytest

from spikingnn.training import (Augment, Conv2d, Dense, Dropout, Flatten, LIFLayer, Mean, Model, Poisson,
                                RatePenalty, Trainer)
from spikingnn.training.parallel import Replicas, replica_of


X, Y = np.random.default_rng(0).random((50, 6, 6)), np.arange(50) % 3


def model_of(dropout=0.0, dtype="float64"):
    layers = [Conv2d(3, 3), LIFLayer(width=2.0, learn_decay=True), Dropout(dropout), Mean(), Flatten(),
              Dense(3)]
    return Model(layers, shape=(6, 6, 1), steps=4, seed=1, dtype=dtype)


def trained(threads, model=None, **options):
    trainer = Trainer(model or model_of(), epochs=2, batch=16, threads=threads, seed=3, **options)
    return trainer.fit(X, Y, progress=False)


def test_parts_add_up_to_the_whole():
    """Nothing is random but the encoding and the changes of the pictures, which belong to the picture."""
    one, two, three = (trained(n, encoding=Poisson(), augment=Augment(shift=1)) for n in (1, 2, 3))
    for other in (two, three):
        for name, values in one.model.parameters.items():
            np.testing.assert_allclose(other.model.parameters[name], values, rtol=1e-9, atol=1e-12)
        assert [row["spikes_per_sample"] for row in other.history] == [
            row["spikes_per_sample"] for row in one.history]
        assert other.history[-1]["loss"] == pytest.approx(one.history[-1]["loss"], rel=1e-9)


def test_the_same_bits_for_one_number_of_threads():
    runs = [trained(3, model_of(0.3, "float32"), penalty=RatePenalty(0.1, 0.2)) for _ in range(2)]
    for name, values in runs[0].model.parameters.items():
        assert np.array_equal(values, runs[1].model.parameters[name])
    assert runs[0].history[-1]["loss"] == runs[1].history[-1]["loss"]


def test_a_run_is_continued_to_the_same_bits(tmp_path):
    whole = trained(2, model_of(0.3))
    first = Trainer(model_of(0.3), epochs=2, batch=16, threads=2, seed=3, folder=tmp_path)

    def stop(trainer):
        raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        first.fit(X, Y, progress=False, on_epoch=stop)
    second = Trainer(model_of(0.3), epochs=2, batch=16, threads=2, seed=3, folder=tmp_path).resume()
    second.fit(X, Y, progress=False)
    for name, values in whole.model.parameters.items():
        assert np.array_equal(values, second.model.parameters[name])


def test_a_replica_has_the_parameters_and_nothing_else():
    model = model_of()
    other = replica_of(model)
    for name, values in model.parameters.items():
        assert other.parameters[name] is values
        assert not np.shares_memory(other.gradients[name], model.gradients[name])
    x = np.ones((1, 2, 6, 6, 1))
    assert not np.shares_memory(other.forward(x), model.forward(x))


def test_parts_are_worked_on_at_once():
    meeting = threading.Barrier(3, timeout=60.0)
    with Replicas(model_of(), 3) as replicas:
        parts = replicas.parts(np.arange(7))
        assert [len(part) for part in parts] == [3, 2, 2]
        replicas.work(lambda *_: meeting.wait(), parts)
        assert [len(part) for part in replicas.parts(np.arange(2))] == [1, 1]


@pytest.mark.parametrize("failing", [0, 1])
def test_an_error_in_a_part_is_raised_when_all_are_done(failing):
    done = []

    def work(part, model, samples):
        if part == failing:
            raise ValueError("a layer of somebody")
        done.append(part)
    with Replicas(model_of(), 2) as replicas, pytest.raises(ValueError, match="a layer of somebody"):
        replicas.work(work, replicas.parts(np.arange(4)))
    assert done == [1 - failing]


def test_a_loss_that_is_not_finite_keeps_the_model():
    model = model_of()
    before = {name: values.copy() for name, values in model.parameters.items()}
    model.parameters["0_Conv2d.weight"][0] = np.inf
    before["0_Conv2d.weight"][0] = np.inf
    with pytest.raises(FloatingPointError, match="the parameters of 0_Conv2d are not finite"):
        trained(2, model)
    for name, values in before.items():
        np.testing.assert_array_equal(model.parameters[name], values)
