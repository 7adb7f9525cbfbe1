"""Gradients against finite differences: every parameter of every layer, on the smooth twin of the network."""

import numpy as np
import pytest

from spikingnn.training import (SURROGATES, SURROGATE_INTEGRALS, ALIFLayer, Conv2d, CrossEntropy, Dense,
                                Dropout, Flatten, Graded, LIFLayer, Mean, Model, Pool, RatePenalty, ReLU,
                                Readout, Residual)
from spikingnn.training.layer import walk


STEPS, SAMPLES, H = 5, 4, 1e-5


class SmoothLIF(LIFLayer, kind="smooth.LIF"):
    """Emits the integral of the surrogate instead of spikes, so that the surrogate's gradient is the true
    one."""

    def _spans(self, single):
        return super()._spans(True)

    def _forward_steps(self, first, last, currents):
        super()._forward_steps(first, last, currents)
        above = self._u[first:last] - self._level(first, last)
        self._s[first:last] = SURROGATE_INTEGRALS[self.surrogate](above, self.width)


class SmoothALIF(ALIFLayer, kind="smooth.ALIF"):
    """… and adapts to it."""

    def _spans(self, single):
        return super()._spans(True)

    def _forward_steps(self, first, last, currents):
        super()._forward_steps(first, last, currents)
        above = self._u[first:last] - self._level(first, last)
        s = self._s[first:last] = SURROGATE_INTEGRALS[self.surrogate](above, self.width)
        rise = self._threshold_decay * self._adaptation[first + 1:last + 1]
        self._adaptation[first + 2:last + 2] = rise + self._threshold_step * s


SMOOTH = {"detach": False, "surrogate": "arctan"}
LEARNED = SMOOTH | {"learn_decay": True, "learn_threshold": True}


def units(kind, reset, **options):
    more = {"learn_adaptation": True} if issubclass(kind, ALIFLayer) else {}
    return kind(reset=reset, **LEARNED, **more, **options)


VECTORS = {f"{kind.__name__.removeprefix('Smooth')} {reset}":
           [Dense(7), units(kind, reset), Dense(3), Readout(learn_decay=True)]
           for kind in (SmoothLIF, SmoothALIF) for reset in ("subtract", "zero", "late")}
VECTORS |= {f"recurrent {kind.__name__.removeprefix('Smooth')} {reset}":
            [Dense(7), units(kind, reset, recurrent=True), Mean(), Dense(3)]
            for kind in (SmoothLIF, SmoothALIF) for reset in ("subtract", "zero", "late")}
VECTORS |= {name: [Dense(7), SmoothLIF(detach=False, surrogate=name, width=0.7), Dense(3), Readout()]
            for name in SURROGATES}
VECTORS |= {"graded": [Dense(7), Graded(threshold=0.3, learn_decay=True), Dense(3),
                       Graded(threshold=0.1, learn_decay=True)],
            "residual": [Dense(6), Residual(Dense(6), SmoothLIF(**LEARNED)), Residual(Dense(6)), Dense(3)],
            "residual of the mean":
            [Dense(6), SmoothLIF(**SMOOTH), Residual(Mean(), Dense(6)), SmoothLIF(**SMOOTH), Dense(3)],
            "first residual": [Residual(Dense(6), SmoothLIF(**SMOOTH)), Dense(3), Readout()],
            "relu": [Dense(7), ReLU(), Dense(6), SmoothLIF(**SMOOTH), Mean(), ReLU(), Dense(3)]}
PICTURES = {"mean pooling": [Conv2d(4, 3, padding=1), SmoothLIF(**LEARNED), Pool(2),
                             Residual(Conv2d(4, 3, padding=1), SmoothLIF(**SMOOTH)),
                             Conv2d(3, 3, 2), Flatten(), SmoothLIF(**SMOOTH), Dense(3)],
            "max pooling": [Conv2d(4, 3, 2, 1), SmoothLIF(**LEARNED), Pool(2, "max"), Flatten(), ReLU(),
                            Dense(3)]}


def checked(layers, shape, steps_in, loss=CrossEntropy(), spikes=False, penalty=None):
    """The largest error of a gradient against a central difference, relative to the largest of its array;
    over parameters and input."""
    model, rng = Model(layers, shape, steps=STEPS, seed=1, dtype="float64"), np.random.default_rng(0)
    model.layers[0].needs_input_gradient = True
    assert not any(type(layer) in (LIFLayer, ALIFLayer) for _, layer in walk(model.layers))
    x = 2 * rng.random((steps_in, SAMPLES, *model.shape))
    labels = rng.integers(0, model.shapes[-1][0], SAMPLES)
    x = x > 1.6 if spikes else x

    def total():
        value = loss(model.forward(x), labels)[0]
        return value + sum(penalty.value(layer.spikes)
                           for layer in model.spiking.values()) if penalty else value
    model.backward(loss(model.forward(x), labels)[1], penalty)
    gradients = {name: gradient.copy() for name, gradient in model.gradients.items()}
    assert all(np.any(gradient) for gradient in gradients.values())
    errors = [difference(values, gradients[name], total, rng) for name, values in model.parameters.items()]
    if not (spikes or penalty):
        gradient = loss(model.forward(x), labels)[1]
        for layer in reversed(model.layers):
            gradient = layer.backward(gradient)
        errors.append(difference(x, np.broadcast_to(gradient, x.shape), total, rng))
    return max(errors)


def difference(values, gradient, total, rng):
    """The largest error at some places of one array."""
    flat, worst = values.reshape(-1), 0.0
    for k in rng.permutation(flat.size)[:8]:
        kept = flat[k]
        flat[k] = kept + H
        above = total()
        flat[k] = kept - H
        below = total()
        flat[k] = kept
        worst = max(worst, abs((above - below) / (2 * H) - gradient.reshape(-1)[k]))
    return worst / max(np.abs(gradient).max(), 1e-3)


@pytest.mark.parametrize("steps_in", [1, STEPS], ids=["constant", "changing"])
@pytest.mark.parametrize("name", VECTORS)
def test_vectors(name, steps_in):
    assert checked(VECTORS[name], 6, steps_in) < 1e-6


@pytest.mark.parametrize("steps_in", [1, STEPS], ids=["constant", "changing"])
@pytest.mark.parametrize("name", PICTURES)
def test_pictures(name, steps_in):
    assert checked(PICTURES[name], (9, 8, 2), steps_in) < 1e-6


@pytest.mark.parametrize("readout", ["membrane", "count", "rate", "first"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_losses(readout, smoothing):
    layers = [Dense(7), SmoothLIF(**SMOOTH), Dense(3), SmoothLIF(width=0.5, **SMOOTH)]
    assert checked(layers, 6, STEPS, CrossEntropy(readout, smoothing)) < 1e-6


def test_spikes_of_the_input():
    assert checked([Dense(7), SmoothLIF(**SMOOTH), Dense(3), Readout()], 11, STEPS, spikes=True) < 1e-6


def test_penalty_of_rates():
    layers = [Dense(7), SmoothLIF(**SMOOTH), Dense(6), SmoothALIF(**SMOOTH), Dense(3), Readout()]
    assert checked(layers, 6, STEPS, penalty=RatePenalty(0.5, 0.2)) < 1e-6


@pytest.mark.parametrize("name", SURROGATES)
def test_twin_is_the_integral(name):
    x = np.linspace(-2.9, 2.9, 118)             # no point is a corner of the triangle
    slope = (SURROGATE_INTEGRALS[name](x + H, 0.8) - SURROGATE_INTEGRALS[name](x - H, 0.8)) / (2 * H)
    assert np.allclose(slope, SURROGATES[name](x, 0.8), atol=1e-8)
    assert SURROGATES[name](np.zeros(1), 0.8) == 1


LINEAR = {"dense": (Dense(5, bias=False), (7,)), "convolution": (Conv2d(3, 3, 2, 1, bias=False), (7, 6, 2)),
          "pooling": (Pool(2), (7, 6, 2)), "readout": (Readout(), (7,)), "mean": (Mean(), (7,)),
          "residual": (Residual(Dense(7, bias=False)), (7,))}


@pytest.mark.parametrize("name", LINEAR)
def test_adjoint(name):
    """⟨J u, v⟩ = ⟨u, Jᵀ v⟩ for layers that are linear."""
    layer, shape = LINEAR[name]
    rng = np.random.default_rng(0)
    layer.build(shape, "float64", rng)
    u = rng.standard_normal((STEPS, 3, *shape))
    forward = np.array(layer.forward(u, STEPS, True, rng))
    v = rng.standard_normal(forward.shape)
    back = np.broadcast_to(layer.backward(v), u.shape)
    assert np.sum(forward * v) == pytest.approx(np.sum(u * back), rel=1e-12)


@pytest.mark.parametrize("spikes", [False, True], ids=["currents", "spikes"])
def test_batch_is_the_mean_of_its_samples(spikes):
    model = Model([Dense(20), LIFLayer(), Dense(4), Readout()], 30, steps=STEPS, dtype="float64")
    rng = np.random.default_rng(0)
    loss = CrossEntropy()
    x, labels = rng.random((STEPS, 32, 30)), rng.integers(0, 4, 32)
    x = x < 0.2 if spikes else x

    def gradients(samples):
        model.backward(loss(model.forward(x[:, samples], training=True), labels[samples])[1])
        return {name: gradient.copy() for name, gradient in model.gradients.items()}
    whole, singles = gradients(np.arange(32)), [gradients(np.array([k])) for k in range(32)]
    for name, gradient in whole.items():
        assert np.allclose(gradient, np.mean([single[name] for single in singles], axis=0), rtol=1e-10,
                           atol=1e-14)


def test_dropout_is_a_mask():
    layer, rng = Dropout(0.4), np.random.default_rng(0)
    layer.build((50,), "float64", rng)
    x = rng.standard_normal((STEPS, 200, 50))
    y = layer.forward(x, STEPS, True, np.random.default_rng(1))
    mask = y / x
    assert np.isin(np.round(mask, 12), (0, np.round(1 / 0.6, 12))).all() and np.allclose(mask, mask[0])
    assert (mask[0] > 0).mean() == pytest.approx(0.6, abs=0.02)
    assert np.allclose(layer.backward(np.ones_like(x)), mask)
    assert layer.forward(x, STEPS, False, None) is x
    fresh = Dropout(0.4, fresh=True)
    fresh.build((50,), "float64", rng)
    y = fresh.forward(np.ones((1, 200, 50)), STEPS, True, np.random.default_rng(1))
    assert y.shape == (STEPS, 200, 50) and (y[0] != y[1]).any()
    assert np.allclose(fresh.backward(np.ones_like(y)), y.sum(axis=0))


def test_events_and_products_agree():
    """Spikes taken as events, and as numbers through BLAS."""
    rng, loss = np.random.default_rng(0), CrossEntropy()
    x, labels = rng.random((STEPS, 6, 37)) < 0.2, rng.integers(0, 4, 6)
    results = []
    for given in (x, x.astype(float)):
        model = Model([Dense(21), LIFLayer(), Dense(4), Readout()], 37, steps=STEPS, dtype="float64")
        model.backward(loss(model.forward(given, training=True), labels)[1])
        results.append(model.gradients)
    for name, gradient in results[0].items():
        assert np.allclose(gradient, results[1][name], rtol=1e-12, atol=1e-15)


def test_spikes_that_are_averaged_before_the_weights():
    x, first = np.random.default_rng(0).random((STEPS, 3, 6, 6, 1)) < 0.3, [Pool(2), Flatten()]
    model = Model([*first, Dense(4), Mean()], x.shape[2:], steps=STEPS)
    assert np.allclose(model.forward(x), model.forward(x.astype(float)), atol=1e-6)
    model.backward(CrossEntropy()(model.forward(x), [0, 3, 1])[1])
    assert model.gradients["2_Dense.weight"].any()


@pytest.mark.parametrize("labels", [[0, 3], [0, -1], [0.5, 1], [0], [[0, 1]]])
def test_labels_that_are_none(labels):
    with pytest.raises(ValueError, match="CrossEntropy.labels must be 2 whole numbers from 0 to 2"):
        CrossEntropy()(np.zeros((STEPS, 2, 3)), labels)


def test_outputs_that_no_class_can_be_read_from():
    with pytest.raises(ValueError, match=r"CrossEntropy.outputs must have the shape \(T, B, K\)"):
        CrossEntropy()(np.zeros((STEPS, 2, 4, 4, 3)), [0, 1])
    with pytest.raises(ValueError, match="Model.readout must be read from spikes, and Readout"):
        Model([Dense(3), Readout()], 4, readout="first")


def test_predict_does_not_depend_on_company():
    model, rng = Model([Dense(50), LIFLayer(), Mean(), Dense(4)], 37, steps=STEPS), np.random.default_rng(0)
    x = rng.random((1, 150, 37))
    together, order = model.predict(x), rng.permutation(150)
    assert (model.predict(x[:, order]) == together[order]).all()
    assert (np.concatenate([model.predict(x[:, k:k + 7]) for k in range(0, 150, 7)]) == together).all()


def test_a_surrogate_of_ones_own():
    def boxcar(x, width):
        return (np.abs(x) < width).astype(x.dtype)
    loss, grown = CrossEntropy(), []
    for surrogate in (boxcar, "straight_through"):
        model = Model([Dense(9), LIFLayer(surrogate=surrogate), Dense(3), Readout()], 6, steps=STEPS)
        model.backward(loss(model.forward(np.ones((1, 2, 6))), [0, 2])[1])
        grown.append(model.gradients["0_Dense.weight"].copy())
    assert np.any(grown[0]) and np.any(grown[0] != grown[1])
