"""One neuron, two worlds: a trained layer says which neuron model it is, and takes one; layers answer for
themselves."""

from dataclasses import replace

import numpy as np
import pytest

from spikingnn import ALIF, FirstOrderLIF, NeuronGroup, config
from spikingnn.training import (ALIFLayer, Conv2d, Dense, LIFLayer, Layer, Mean, Model, Operations, Residual,
                                count_operations)
from spikingnn.training.experiment import ModelSettings
from spikingnn.training.layer import LAYERS, layer_from_spec
from spikingnn.training.trained_unit import TrainedUnit

STEPS, N = 60, 12
CURRENTS = np.random.default_rng(0).uniform(0.0, 0.6, (STEPS, N))


def spikes_of_layer(layer, currents=CURRENTS):
    model = Model([layer], shape=currents.shape[1], steps=len(currents), dtype="float64")
    return model.forward(currents[:, None])[:, 0] > 0


def spikes_of_neurons(model, dt, currents=CURRENTS):
    group = NeuronGroup(currents.shape[1], model)
    return np.array([group.step(current, dt) for current in currents])


LAYERS_OF_UNITS = {f"{kind.kind} {reset}": kind(decay=0.83, threshold=1.1, reset=reset)
                   for kind in (LIFLayer, ALIFLayer) for reset in ("subtract", "zero")}
EACH = {"decay": np.linspace(0.5, 1.0, N).tolist(), "threshold": np.linspace(0.8, 1.4, N).tolist()}
LAYERS_OF_UNITS |= {"perfect": LIFLayer(decay=1.0), "per neuron": LIFLayer(**EACH),
                    "learned": ALIFLayer(learn_decay=True, learn_threshold=True, learn_adaptation=True)}
NEURONS = {"value": FirstOrderLIF(t_refractory=0.0, tau_m=7.0),
           "subtract": FirstOrderLIF(t_refractory=0.0, reset="subtract"),
           "perfect": FirstOrderLIF(t_refractory=0.0, tau_m=np.inf),
           "adaptive": ALIF(t_refractory=0.0, tau_threshold=40.0),
           "per neuron": FirstOrderLIF(t_refractory=0.0, tau_m=np.linspace(5.0, 30.0, N))}


@pytest.mark.parametrize("dt", [1.0, 0.1])
@pytest.mark.parametrize("name", LAYERS_OF_UNITS)
def test_the_neuron_model_of_a_layer_spikes_as_the_layer_does(name, dt):
    layer = layer_from_spec(LAYERS_OF_UNITS[name].spec())
    if name != "learned":                       # before it is built, too
        assert (spikes_of_neurons(layer.neuron_model(dt), dt) == spikes_of_layer(layer)).all()
    spikes = spikes_of_layer(layer)
    assert 0.05 < spikes.mean() < 0.9
    model = layer.neuron_model(dt)
    assert type(model) is (ALIF if isinstance(layer, ALIFLayer) else FirstOrderLIF)
    assert (spikes_of_neurons(model, dt) == spikes).all()
    unit = TrainedUnit(**layer.step_values(), reset=0.0 if layer.reset == "subtract" else 1.0)
    assert (spikes_of_neurons(unit, 1.0) == spikes).all()


@pytest.mark.parametrize("dt", [1.0, 0.25])
@pytest.mark.parametrize("name", NEURONS)
def test_a_layer_of_a_neuron_model_spikes_as_the_neuron_does(name, dt):
    neuron, kind = NEURONS[name], ALIFLayer if name == "adaptive" else LIFLayer
    currents = 12.0 * CURRENTS
    layer = kind.from_neuron(neuron, dt)
    spikes = spikes_of_neurons(neuron, dt, currents)
    assert spikes.any() and (spikes_of_layer(layer, currents) == spikes).all()
    again = kind.from_neuron(layer.neuron_model(dt), dt)
    assert again.spec() == {key: pytest.approx(value, rel=1e-12) if isinstance(value, (float, list))
                            else value
                            for key, value in layer.spec().items()}


@pytest.mark.parametrize("change, said", [({"t_refractory": 2.0}, "LIFLayer.neuron.t_refractory must be 0"),
                                          ({"noise": 1.0}, "neuron.noise must be 0"),
                                          ({"v_reset": -70.0}, "its v_rest"),
                                          ({"v_floor": -80.0}, "neuron.v_floor must be -inf")])
def test_neurons_that_a_layer_cannot_follow(change, said):
    with pytest.raises(ValueError, match=said):
        LIFLayer.from_neuron(replace(FirstOrderLIF(t_refractory=0.0), **change))


def test_layers_that_are_no_neuron_model():
    with pytest.raises(ValueError, match="LIFLayer.reset must be 'subtract' or 'zero'"):
        LIFLayer(reset="late").neuron_model()
    with pytest.raises(ValueError, match="LIFLayer.decay must be above 0"):
        LIFLayer(decay=0.0).neuron_model()
    with pytest.raises(TypeError, match="LIFLayer.neuron must be a neuron model FirstOrderLIF"):
        LIFLayer.from_neuron(ALIF(t_refractory=0.0))


# --- layers answer for themselves ---------------------------------------------------------------------------

def test_a_users_layer_does_not_replace_ours():
    """Two of one class name have two kinds; a kind that is taken is refused."""
    ours = Dense

    class Dense2(Layer):
        pass
    Dense2.__name__ = "Dense"
    assert LAYERS["Dense"] is ours and Dense2.kind.startswith(f"{__name__}.")
    with pytest.raises(ValueError, match="the kind 'Dense' belongs to spikingnn.training.linear.Dense"):
        class Other(Layer, kind="Dense"):
            pass
    assert LAYERS["Dense"] is ours


class Scale(Layer, kind="tests.Scale"):
    """Weights of one's own, (n, 2): default answers for everything else."""

    def build(self, shape, dtype, rng):
        self.add_parameter("weight", np.ones((shape[0], 2)), dtype)
        return (2,)

    def forward(self, x, steps, training, rng):
        return x @ self.parameters["weight"]


def test_operations_of_a_users_layer_are_counted():
    x = np.array([[[1.0, 0.0, 2.0, 0.0]]], np.float32)
    assert count_operations(Model([Scale()], 4, steps=1), x) == Operations(2 * 2, 0)
    spiking = Model([LIFLayer(threshold=0.5), Mean(), Scale()], 4, steps=3)
    assert count_operations(spiking, x).additions == 2 * spiking.layers[0].spikes.sum() > 0
    assert Model([Scale()], 4).names == ("0_Scale",)


def test_only_some_layers_want_pictures():
    assert Conv2d(3).wants_pictures and Residual(Conv2d(3)).wants_pictures and not Dense(3).wants_pictures
    assert not Scale().wants_pictures


def test_settings_of_an_older_version_are_read():
    assert config.parse_config("of: count", ModelSettings).readout == "count"
    with pytest.raises(ValueError, match="of is now called readout, which is given, too"):
        config.parse_config("of: count\nreadout: rate", ModelSettings)
    old = Model([Dense(3)], 4).spec()
    assert Model.from_spec({"of" if key == "readout" else key: value
                            for key, value in old.items()}).spec() == old
