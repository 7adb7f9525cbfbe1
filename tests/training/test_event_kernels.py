"""Events, windows and compiled surrogates against NumPy: what is listed, and what is added up."""

import numpy as np
import pytest

from spikingnn.training import (SURROGATES, ALIFLayer, Conv2d, CrossEntropy, Dense, Flatten, LIFLayer, Mean,
                                Model)
from spikingnn.training.linear_kernels import list_events
from spikingnn.training.neuron_steps import GIVEN, kind_of
from spikingnn.training.spiking import COLUMNS, _columns


@pytest.mark.parametrize("density", [0.0, 0.03, 0.4, 1.0])
@pytest.mark.parametrize("columns", [1, 8, 21, 64])
def test_what_is_listed(density, columns):
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((9, columns)) * (rng.random((9, columns)) < density)
    for given in (rows, rows != 0):
        pointers, found, values = list_events(given, rows != 0, np.count_nonzero(rows), "float64")
        r, c = np.nonzero(rows)
        assert (found == c).all() and (values == given[r, c]).all()
        assert (pointers == np.searchsorted(r, np.arange(10))).all()


def test_parts_of_rows():
    rows = np.random.default_rng(0).random((5, 3 * 16)) < 0.2
    pointers, columns, _ = list_events(rows, rows, np.count_nonzero(rows), "float32", parts=3)
    for k, (first, last) in enumerate(zip(pointers, pointers[1:])):
        assert (columns[first:last] // 16 == k % 3).all()
        assert last - first == rows.reshape(15, 16)[k].sum()


def direct(x, weight, bias, kernel, stride, padding):
    """The convolution as it is written in `Conv2d`, pixel by pixel."""
    edges = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    height, width = ((side - kernel) // stride + 1 for side in edges.shape[1:3])
    y = np.empty((len(x), height, width, weight.shape[1]))
    for i in range(height):
        for j in range(width):
            window = edges[:, i * stride:i * stride + kernel, j * stride:j * stride + kernel]
            y[:, i, j] = window.reshape(len(x), -1) @ weight + bias
    return y


@pytest.mark.parametrize("kernel, stride, padding",
                         [(3, 2, 1), (5, 2, 2), (1, 1, 0), (2, 3, 0), (3, 1, 4), (6, 1, 0)])
@pytest.mark.parametrize("kind", ["spikes", "numbers", "dense"])
def test_convolutions(kernel, stride, padding, kind):
    """By events (spikes, and numbers that are mostly zero) and by products, forward and back."""
    rng = np.random.default_rng(0)
    layer, shape = Conv2d(64, kernel, stride, padding), (7, 6, 8)
    layer.build(shape, "float64", rng)
    layer.parameters["bias"][:] = rng.standard_normal(64)
    x = rng.standard_normal((2, 3, *shape)) * (rng.random((2, 3, *shape)) < 0.1)
    x = x != 0 if kind == "spikes" else x + 1 if kind == "dense" else x
    y = layer.forward(x, 2, True, rng)
    assert (layer._events is None) == (kind == "dense")
    given = layer.parameters["weight"], layer.parameters["bias"], kernel, stride, padding
    assert np.allclose(y, direct(x.reshape(6, *shape).astype(float), *given).reshape(y.shape), atol=1e-12)
    for length in (2, 1):                       # slopes of each step, and one for all
        dy = rng.standard_normal((length, *y.shape[1:]))
        dx = layer.backward(dy)
        linear = layer.parameters["weight"], np.zeros(64), kernel, stride, padding
        direction = rng.standard_normal(x.shape)
        change = direct(direction.reshape(6, *shape), *linear).reshape(y.shape)
        assert np.sum(dx * direction[:length]) == pytest.approx(np.sum(change[:length] * dy))
        moved = rng.standard_normal(given[0].shape)
        change = direct(x.reshape(6, *shape).astype(float), moved, np.zeros(64), *given[2:]).reshape(y.shape)
        assert np.sum(layer.gradients["weight"] * moved) == pytest.approx(np.sum(change * dy))
        assert np.allclose(layer.gradients["bias"], np.broadcast_to(dy, y.shape).sum(axis=(0, 1, 2, 3)))


def test_numbers_that_are_mostly_zero():
    rng, layer = np.random.default_rng(0), Dense(64)
    layer.build((30,), "float64", rng)
    layer.parameters["bias"][:] = rng.standard_normal(64)
    x, dy = rng.standard_normal((4, 5, 30)) * (rng.random((4, 5, 30)) < 0.2), rng.standard_normal((4, 5, 64))
    by_products = layer.forward(x, 4, False, None).copy()
    assert layer._events is None                # outside training an answer does not depend on the batch
    assert np.allclose(layer.forward(x, 4, True, rng), by_products, atol=1e-13) and layer._events
    for slopes in (dy, dy[:1]):
        layer.backward(slopes)
        expected = np.einsum("tbi,tbj->ij", x, np.broadcast_to(slopes, dy.shape))
        assert np.allclose(layer.gradients["weight"], expected, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("unit", [LIFLayer, ALIFLayer])
@pytest.mark.parametrize("name", SURROGATES)
def test_compiled_surrogates(name, unit, dtype):
    """A function of one's own that returns the same slopes gives the same bits."""
    rng, grown = np.random.default_rng(0), []
    x, labels = 3 * rng.random((4, 6, 5, 5, 1)), rng.integers(0, 3, 6)
    for surrogate in (name, lambda x, width: SURROGATES[name](x, width)):
        given = kind_of(SURROGATES.get(surrogate, surrogate)) == GIVEN
        assert given == (name == "gaussian" or surrogate != name)
        units = unit(surrogate=surrogate, width=0.7, learn_decay=True)
        layers = [Conv2d(3, 3), units, Flatten(), Mean(), Dense(3)]
        model = Model(layers, (5, 5, 1), steps=4, dtype=dtype)
        model.backward(CrossEntropy()(model.forward(x), labels)[1])
        grown.append({each: gradient.copy() for each, gradient in model.gradients.items()})
    assert all(np.any(gradient) for gradient in grown[0].values())
    for each, gradient in grown[0].items():
        assert np.array_equal(gradient, grown[1][each]), each


@pytest.mark.parametrize("size, channels", [(0, 5), (10, 10), (1280, 10), (6, 3), (25088, 32), (7 * 331, 7)])
def test_rows_of_neurons(size, channels):
    columns = _columns(size, channels)
    assert columns % channels == 0 and size % columns == 0 and columns >= min(COLUMNS, size)
