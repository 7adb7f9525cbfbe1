"""A trained model in the simulator: the same spikes and membranes, step for step."""

import numpy as np
import pytest

from spikingnn.training import (ALIFLayer, Conv2d, Dense, Dropout, Flatten, Graded, LIFLayer, Mean, Model,
                                Pool, ReLU, Readout, Residual, to_network)


STEPS, SAMPLES = 8, 6


def model_of(layers, shape, dtype="float64"):
    """With biases that are not zero."""
    model, rng = Model(layers, shape, steps=STEPS, seed=3, dtype=dtype), np.random.default_rng(0)
    for name, values in model.parameters.items():
        if name.endswith("bias"):
            values[:] = 0.1 * rng.standard_normal(values.shape)
    return model


def spiking(layers, names):
    """name -> layer, those inside residual blocks included."""
    found = {}
    for name, layer in zip(names, layers):
        if isinstance(layer, Residual):
            found |= spiking(layer.layers, [f"{name}.{k}_{each.kind}" for k, each in enumerate(layer.layers)])
        elif layer.spiking:
            found[name] = layer
    return found


def picture_layers():
    return [Conv2d(6, 3, padding=1, gain=3.0), LIFLayer(), Pool(2),
            Residual(Conv2d(6, 3, padding=1, gain=3.0), LIFLayer()), Flatten(), Dropout(0.5),
            Dense(20, gain=2.0), LIFLayer(), Mean(), Dense(4)]


NETWORKS = {f"{unit.kind} {reset}": ([Dense(40, gain=2.0), unit(reset=reset), Dense(30, gain=2.0),
                                      unit(reset=reset, decay=0.7), Mean(), Dense(5)], 20)
            for unit in (LIFLayer, ALIFLayer) for reset in ("subtract", "zero", "late")}
NETWORKS["recurrent"] = [Dense(40, gain=2.0), LIFLayer(recurrent=True), Dense(5), Readout()], 20
RESIDUAL = [Dense(20, gain=2.0), Residual(Dense(20, gain=2.0), LIFLayer(), Dense(20)), Dense(20, gain=2.0),
            LIFLayer(), Residual(Dense(20), LIFLayer(), Dense(20)), Mean(), Dense(5)]
# the currents go past a layer that spikes; the last one is inside of a block
NETWORKS["residual"] = RESIDUAL, 20
NETWORKS["pictures"] = picture_layers(), (8, 8, 2)


@pytest.mark.parametrize("spikes_in", [False, True], ids=["currents", "spikes"])
@pytest.mark.parametrize("name", NETWORKS)
def test_the_same_spikes(name, spikes_in):
    layers, shape = NETWORKS[name]
    model, rng = model_of(layers, shape), np.random.default_rng(1)
    x = (rng.random((STEPS, SAMPLES, *model.shape)) < 0.3 if spikes_in
         else rng.random((1, SAMPLES, *model.shape)))
    outputs = model.forward(x).copy()
    wanted = {name: layer.spikes.reshape(STEPS, SAMPLES, -1).copy()
              for name, layer in spiking(model.layers, model.names).items()}
    network = model.to_network(spikes_in=spikes_in)
    assert list(network.layers) == list(wanted)
    for sample in range(SAMPLES):
        network.show(x[:, sample])
        for layer, spikes in wanted.items():
            assert 0.02 < spikes.mean() < 0.98
            assert (network.spikes(layer) == spikes[:, sample]).all()
        assert np.allclose(network.outputs(), outputs[:, sample], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["LIF subtract", "residual"])
def test_currents_that_change(name):
    model, x = model_of(*NETWORKS[name]), np.random.default_rng(2).random((STEPS, 2, 20))
    outputs = model.forward(x).copy()
    wanted = model.layers[3].spikes.copy()
    network = to_network(model).show(x[:, 1])
    assert (network.spikes("3_LIF") == wanted[:, 1]).all()
    assert np.allclose(network.outputs(), outputs[:, 1], rtol=0, atol=1e-12)


def test_membranes():
    model, x = model_of(*NETWORKS["ALIF subtract"]), np.random.default_rng(2).random((1, 1, 20))
    model.forward(x)
    network = to_network(model, membranes=True).show(x[:, 0])
    for name, layer in model.spiking.items():
        assert np.allclose(network.membranes(name), layer.v[:, 0], rtol=0, atol=1e-12)


def test_single_precision_differs_rarely():
    model, x = model_of(*NETWORKS["LIF subtract"]), np.random.default_rng(3).random((1, 64, 20))
    single = Model.from_spec(model.spec() | {"dtype": "float32"})
    for name, values in model.parameters.items():
        single.parameters[name][:] = values
    single.forward(x)
    network = to_network(single)
    different = sum(int((network.show(x[:, k]).spikes("1_LIF") != single.layers[1].spikes[:, k]).sum())
                    for k in range(0, 64, 8))
    assert different <= 2


@pytest.mark.parametrize("layers, named", [
    ([Dense(4), Graded(), Dense(4), Readout()], "1_Graded"),
    ([Dense(4), ReLU(), Dense(4), LIFLayer()], "1_ReLU"),
    ([Dense(4), LIFLayer(), Mean(), Dense(4), LIFLayer()], "2_Mean"),
    ([Dense(4), Readout()], "none spikes"),
])
def test_refused_by_name(layers, named):
    with pytest.raises(TypeError, match=f"to_network: .*{named}"):
        to_network(Model(layers, 4))


def test_maximum_pooling_is_refused():
    with pytest.raises(TypeError, match="1_Pool"):
        to_network(Model([Conv2d(3), Pool(2, "max"), LIFLayer()], (8, 8, 1)))


def test_show_and_spikes_name_what_is_wrong():
    network = to_network(Model([Dense(4), LIFLayer()], 3, steps=STEPS))
    with pytest.raises(ValueError, match="shape"):
        network.show(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="did you mean '1_LIF'"):
        network.show(np.zeros((1, 3))).spikes("1_LIFF")
    with pytest.raises(ValueError, match="spikes, 0 and 1"):
        to_network(network.model, spikes_in=True).show(np.full((1, 3), 0.5))
