"""Models survive the way to NIR and back; what NIR or a model cannot say is refused by name."""

import numpy as np
import pytest

nir = pytest.importorskip("nir", reason="nir is not installed: pip install 'spikingnn[nir]'")

from spikingnn.exchange.nir import from_nir, to_nir                                         # noqa: E402
from spikingnn.training import (ALIFLayer, Conv2d, Delay, Dense, Dropout, Flatten, LIFLayer,    # noqa: E402
                                Mean, Model, Pool, Readout)

ZERO = {"reset": "zero"}
DENSE = [Dense(30), LIFLayer(0.9, threshold=0.7, **ZERO), Dense(5, bias=False), LIFLayer(0.8, **ZERO)]
PICTURES = [Conv2d(4, kernel=5, padding=2, stride=2), LIFLayer([0.9, 0.8, 0.7, 0.6], **ZERO), Pool(2),
            Conv2d(3, kernel=3, bias=False), LIFLayer(0.9, learn_decay=True, **ZERO), Flatten(),
            LIFLayer(0.5, threshold=0.1, **ZERO), Dense(5), Readout(0.9)]
FILTERED = [Dense(30), Readout(0.8), LIFLayer(0.9, **ZERO), Delay(2), Dense(5), Readout(0.95)]
AVERAGED = [Dense(30), LIFLayer(0.9, learn_threshold=True, **ZERO), Mean(), Dropout(0.1), Dense(5)]


def built(layers, shape=20, seed=1):
    """A model with its own layers, whose learned values differ between units."""
    from copy import deepcopy
    model = Model(deepcopy(layers), shape=shape, steps=12, seed=seed)
    rng = np.random.default_rng(seed)
    for name in model.parameters:
        model.parameters[name] = model.parameters[name] * rng.uniform(0.9, 1.4, model.parameters[name].shape)
        if name.endswith("decay_logit"):
            model.parameters[name] = np.full_like(model.parameters[name], 1.5)
    return model


@pytest.mark.parametrize("layers, shape", [
    (DENSE, 20), (PICTURES, (17, 14, 2)), (FILTERED, 20), (AVERAGED, 20)],
    ids=["dense", "pictures", "filtered", "averaged"])
def test_round_trip(layers, shape, tmp_path):
    model = built(layers, shape)
    x = np.random.default_rng(3).random((1, 6, *model.shape)) * 3
    to_nir(model, tmp_path / "model.nir")
    again = from_nir(tmp_path / "model.nir", steps=12)
    expected = model.forward(x).copy()
    assert expected.any()
    np.testing.assert_array_equal(again.forward(x), expected)
    assert again.readout == model.readout


def lif(n=2, **changes):
    values = {"tau": 1e-3, "r": 10.0, "v_leak": 0.0, "v_threshold": 1.0, "v_reset": 0.0} | changes
    return nir.LIF(**{name: np.full(n, value) for name, value in values.items()})


def graph(*nodes, shape=(2,)):
    return nir.NIRGraph.from_list(nir.Input(np.array(shape)), *nodes)


def test_numbers_by_hand():
    """τ = 1 ms at steps of 0.1 ms: β = 0.9; r·dt/τ = 0.5 halves the current, or doubles the threshold."""
    layer = from_nir(graph(lif(r=5.0, v_threshold=1.5))).layers[0]
    assert layer.decay == pytest.approx(0.9) and layer.threshold == pytest.approx(3.0)
    assert from_nir(graph(lif()), dt=0.5).layers[0].decay == pytest.approx(0.5)
    exact = from_nir(graph(lif()), discretisation="exact").layers[0]
    assert exact.decay == pytest.approx(np.exp(-0.1))
    assert exact.threshold == pytest.approx(0.1 / -np.expm1(-0.1))
    shifted = from_nir(graph(lif(v_leak=-65.0, v_reset=-65.0, v_threshold=-50.0))).layers[0]
    assert shifted.threshold == pytest.approx(15.0)
    assert from_nir(graph(lif()), reset="late").layers[0].reset == "late"


def test_sums_scale_what_follows():
    """A sum over 2 × 2 pixels is four times their mean: the neuron's threshold falls to a quarter."""
    pool = nir.SumPool2d(kernel_size=np.array([2, 2]), stride=np.array([2, 2]), padding=np.array([0, 0]))
    neurons = lif((1, 2, 2))
    model = from_nir(graph(pool, neurons, shape=(1, 4, 4)), steps=1)
    assert model.layers[1].threshold == pytest.approx(0.25)
    picture = np.zeros((1, 1, 4, 4, 1))
    picture[0, 0, :2, :2] = 0.26                                    # the sum is 1.04
    picture[0, 0, 2:, 2:] = 0.24
    assert model.forward(picture).ravel().tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize("layers, message", [
    ([Dense(3), LIFLayer(reset="subtract")], '1_LIF.*no words for reset="subtract".*train with'),
    ([Dense(3), LIFLayer(recurrent=True, **ZERO)], "1_LIF.*recurrent weights"),
    ([Dense(3), LIFLayer(1.0, **ZERO)], "1_LIF.*without leak"), ([ALIFLayer()], "0_ALIF.*adapting threshold"),
    ([Dense(3), Mean(), LIFLayer(**ZERO)], "2_LIF.*behind Mean")])
def test_what_nir_cannot_say_is_refused(layers, message):
    with pytest.raises(ValueError, match=message):
        to_nir(Model(layers, shape=4))


def weights(shape=(2, 2)):
    return nir.Linear(weight=np.ones(shape))


@pytest.mark.parametrize("make, message", [
    (lambda: graph(nir.Scale(scale=np.ones(2))), "scale is a Scale; a model can be made of Affine, Linear"),
    (lambda: graph(lif(v_reset=-1.0)), "lif: v_reset differs from v_leak"),
    (lambda: graph(lif(tau=np.nan)), "lif: tau must be finite"),
    (lambda: graph(lif(tau=1e-5)), "must be positive and not below the step of 0.0001 s.*in seconds"),
    (lambda: graph(lif(r=-1.0)), "must be positive"),
    (lambda: graph(lif(v_threshold=0.0)), "must be above v_leak"),
    (lambda: graph(nir.Delay(np.array([1e-4, 2e-4]))), "delay must be one whole number of steps"),
    (lambda: graph(nir.LI(tau=np.ones(2) * 1e-3, r=np.ones(2), v_leak=np.zeros(2))), r"r·dt/τ must be 1"),
    (lambda: nir.NIRGraph({"input": nir.Input(np.array([2])), "a": weights(), "b": weights(),
                           "output": nir.Output(np.array([2]))},
                          [("input", "a"), ("a", "b"), ("b", "a"), ("b", "output")]),
     "without branches and cycles"),
    (lambda: nir.NIRGraph({"input": nir.Input(np.array([2])), "a": weights(), "b": weights(),
                           "output": nir.Output(np.array([2]))},
                          [("input", "a"), ("a", "output")], type_check=False),
     "b are not between input and output"),
    (lambda: nir.NIRGraph({"input": nir.Input(np.array([3])), "a": weights(),
                           "output": nir.Output(np.array([2]))},
                          [("input", "a"), ("a", "output")], type_check=False),
     r"a: weights of shape \(2, 2\)")])
def test_what_a_model_cannot_say_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        from_nir(make())


def test_long_times_warn():
    with pytest.warns(UserWarning, match="lif.tau = 20 s is very long; NIR's times are in seconds"):
        from_nir(graph(lif(tau=20.0, r=2e5)))


def test_foreign_files(tmp_path):
    (tmp_path / "text.nir").write_text("no HDF5")
    with pytest.raises(ValueError, match="text.nir holds no NIR graph that can be read"):
        from_nir(tmp_path / "text.nir")
    with pytest.raises(FileNotFoundError):
        from_nir(tmp_path / "none.nir")


def test_delay_layer():
    """What goes in at step t comes out at t + 2; gradients go the way back, by finite differences."""
    model = Model([Delay(2), Dense(3), Readout(0.5)], shape=4, steps=6, dtype="float64", seed=2)
    model.layers[0].needs_input_gradient = True
    rng = np.random.default_rng(0)
    x, upward = rng.normal(size=(6, 2, 4)), rng.normal(size=(6, 2, 3))
    model.forward(x)
    model.backward(upward)
    name, step = "1_Dense.weight", 1e-6
    gradient = model.gradients[name].copy()
    for place in ((0, 0), (3, 2)):
        losses = []
        for sign in (1, -1):
            moved = model.parameters[name].copy()
            moved[place] += sign * step
            model.parameters[name] = moved
            losses.append((model.forward(x) * upward).sum())
            moved[place] -= sign * step
            model.parameters[name] = moved
        assert gradient[place] == pytest.approx((losses[0] - losses[1]) / (2 * step), rel=1e-6)
    passed = Delay(2).forward(x, 6, False, None)
    assert not passed[:2].any() and (passed[2:] == x[:4]).all()
