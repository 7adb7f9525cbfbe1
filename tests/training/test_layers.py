"""Layers and schedules: operations and factors by hand, and every layer can be saved."""

import json

import numpy as np
import pytest

from spikingnn.training import (ALIFLayer, Constant, Conv2d, Cosine, Dense, Dropout, Flatten, Graded,
                                LIFLayer, Mean, Model, OneCycle, Operations, Plateau, Pool, ReLU, Readout,
                                Residual, Step, count_operations)


def test_operations_by_hand():
    """Analog input: a multiply-add for each weight that a value meets; spikes: an addition; a mean of spikes
    counts as the spikes."""
    model = Model([Dense(5), LIFLayer(threshold=0.1), Mean(), Dense(3)], 4, steps=3)
    x = np.array([[[1.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 3.0]]], np.float32)
    counted = count_operations(model, x, 2)
    model.forward(x)
    assert counted == Operations(3 * 5, 3 * model.layers[1].spikes.sum())
    assert counted.nanojoules == pytest.approx((4.6 * 15 + 0.9 * counted.additions) / 1000)
    spikes = np.zeros((3, 2, 4), bool)
    spikes[1, 0, :3] = True
    assert count_operations(model, spikes, 2).multiply_adds == 0
    assert count_operations(model, spikes, 2).additions >= 15
    pictures = Model([Conv2d(2, 3, 1, 1), ReLU(), Flatten(), Dense(3)], (4, 4, 1), steps=1)
    block = Residual(Dense(5), LIFLayer(threshold=0.1))
    loops = Model([Dense(5), LIFLayer(threshold=0.1, recurrent=True), block, Mean(), Dense(3)], 4, steps=3)
    loops.forward(x[:, :1])
    spikes, sums = loops.layers[1].spikes, loops.layers[2].forward(loops.layers[1].spikes, 3, False, None)
    multiply_adds = 2 * 5 + 3 * np.count_nonzero(sums.sum(axis=0))
    assert count_operations(loops, x, 1) == Operations(multiply_adds, 5 * (spikes[:-1].sum() + spikes.sum()))
    corner = np.zeros((1, 1, 4, 4, 1), np.float32)
    corner[0, 0, 0, 0] = 1.0                        # a corner lies in four windows of 3 × 3
    active = np.count_nonzero(pictures.layers[1].forward(pictures.layers[0].forward(corner, 1, False, None),
                                                         1, False, None))
    assert count_operations(pictures, corner, 1) == Operations(4 * 2 + 3 * active, 0)


def test_schedules():
    one_cycle = OneCycle(warmup=0.2)
    assert one_cycle.factor(0.0) < 0.01 and one_cycle.factor(0.2) == pytest.approx(1.0)
    assert one_cycle.factor(1.0) == pytest.approx(0.0)
    assert Cosine(0.1).factor(0.5) == pytest.approx(0.55)
    assert Step([0.5, 0.75], 0.1).factor(0.8) == pytest.approx(0.01)
    plateau = Plateau(patience=2, gamma=0.5)
    for loss in (1.0, 0.9, 0.95, 0.96, 0.97):
        plateau.epoch_ended(loss)
    assert plateau.factor(0.5) == 0.5 and Constant().factor(0.3) == 1.0


def test_every_layer_can_be_saved():
    block = Residual(Conv2d(4, 3, 1, 1), ALIFLayer(threshold_step=0.1))
    layers = [Conv2d(4, 3, 1, 1), LIFLayer(), Pool(2, "max"), block, Pool(2), Flatten(), Dropout(0.1),
              Dense(6), Graded(penalty=0.2), Dense(5), ReLU(), Dense(3), Readout(learn_decay=True)]
    model = Model(layers, (8, 8, 1), steps=3, seed=2)
    again = Model.from_spec(json.loads(json.dumps(model.spec())))
    assert again.spec() == model.spec()
    assert [repr(layer) for layer in again.layers] == [repr(layer) for layer in model.layers]
    x = np.random.default_rng(0).random((1, 2, 8, 8, 1))
    assert np.array_equal(again.forward(x), model.forward(x))
