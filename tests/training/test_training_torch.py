"""The same network as a plain loop in PyTorch: losses and gradients to 1e-9. Run where PyTorch is
installed."""

import numpy as np
import pytest

from spikingnn.training import (ALIFLayer, Adam, Conv2d, CrossEntropy, Dense, Flatten, Graded, LIFLayer,
                                Model, Pool, Readout, clip_gradients)


torch = pytest.importorskip("torch")

STEPS, SAMPLES = 6, 5


class Spike(torch.autograd.Function):
    """A step forward, the arctan surrogate of width 0.8 back."""

    @staticmethod
    def forward(context, x, late):
        context.save_for_backward(x)
        return ((x > 0) if late else (x >= 0)).to(x)

    @staticmethod
    def backward(context, gradient):
        x, = context.saved_tensors
        return gradient / (1 + (x / 0.8) ** 2), None


def unrolled(currents, layer, values):
    """Spikes of LIF or ALIF units in plain PyTorch, from the definitions in the docstrings."""
    beta = torch.sigmoid(values["decay_logit"])
    threshold, reset = values["threshold"], layer.reset
    u = s = torch.zeros_like(currents[0])
    level, rise, spikes = threshold + 0 * u, torch.zeros_like(u), []
    adaptive = isinstance(layer, ALIFLayer)
    fade = torch.sigmoid(values["threshold_decay_logit"]) if adaptive else 0.0
    for current in currents:
        gone = s.detach() if layer.detach else s
        if reset == "subtract":
            left = beta * (u - level * gone)
        elif reset == "zero":
            left = beta * u * (1 - gone)
        else:
            left = beta * u - level * gone
        u = left + current + (s @ values["recurrent"] if layer.recurrent else 0)
        level = threshold + fade * rise
        s = Spike.apply(u - level, reset == "late")
        rise = fade * rise + (values["threshold_step"] * s if adaptive else 0)
        spikes.append(s)
    return torch.stack(spikes)


def tensors(model):
    return {name: torch.tensor(values, requires_grad=True) for name, values in model.parameters.items()}


def of_layer(values, name):
    return {key.split(".", 1)[1]: value for key, value in values.items() if key.startswith(name + ".")}


def agree(model, values, loss_here, loss_there):
    loss_there.backward()
    assert loss_here == pytest.approx(float(loss_there.detach()), rel=0, abs=1e-9)
    for name, value in values.items():
        assert np.any(model.gradients[name])
        assert np.allclose(model.gradients[name], value.grad.numpy(), rtol=1e-9, atol=1e-9), name


@pytest.mark.parametrize("readout", ["membrane", "count", "rate"])
@pytest.mark.parametrize("detach", [True, False], ids=["detached", "through"])
@pytest.mark.parametrize("reset", ["subtract", "zero", "late"])
@pytest.mark.parametrize("kind", [LIFLayer, ALIFLayer])
@pytest.mark.parametrize("recurrent", [False, True], ids=["", "recurrent"])
def test_units(kind, reset, detach, recurrent, readout):
    more = {"learn_adaptation": True} if kind is ALIFLayer else {}
    layers = [Dense(9, gain=2.0), kind(reset=reset, detach=detach, surrogate="arctan", width=0.8,
                                       learn_decay=True, learn_threshold=True,
                                       recurrent=recurrent, **more), Dense(4, gain=2.0)]
    model, rng = Model(layers, 7, steps=STEPS, seed=1, dtype="float64"), np.random.default_rng(0)
    x, labels = rng.random((STEPS, SAMPLES, 7)), rng.integers(0, 4, SAMPLES)
    loss, gradient = CrossEntropy(readout)(model.forward(x), labels)
    model.backward(gradient)
    values, targets = tensors(model), torch.tensor(labels)
    currents = torch.tensor(x) @ values["0_Dense.weight"] + values["0_Dense.bias"]
    spikes = unrolled(currents, layers[1], of_layer(values, model.names[1]))
    outputs = spikes @ values["2_Dense.weight"] + values["2_Dense.bias"]
    entropy = torch.nn.functional.cross_entropy
    if readout == "rate":
        there = torch.stack([entropy(each, targets) for each in outputs]).mean()
    else:
        there = entropy(outputs.mean(dim=0) if readout == "membrane" else outputs.sum(dim=0), targets)
    agree(model, values, loss, there)


def test_graded_units():
    layers = [Dense(9, gain=2.0), Graded(threshold=0.3, penalty=0.2, learn_decay=True), Dense(4)]
    model, rng = Model(layers, 7, steps=STEPS, seed=1, dtype="float64"), np.random.default_rng(0)
    x, labels = rng.random((STEPS, SAMPLES, 7)), rng.integers(0, 4, SAMPLES)
    loss, gradient = CrossEntropy()(model.forward(x), labels)
    model.backward(gradient)
    values, inner, sent, outputs = tensors(model), 0.0, torch.zeros(SAMPLES, 9, dtype=torch.float64), []
    for current in torch.tensor(x) @ values["0_Dense.weight"] + values["0_Dense.bias"]:
        outputs.append(sent @ values["2_Dense.weight"] + values["2_Dense.bias"])
        inner = current + torch.sigmoid(values["1_Graded.decay_logit"]) * inner
        sent = torch.relu(inner - 0.3)
        inner = torch.where(sent > 0, inner - sent - 0.2, inner)
    agree(model, values, loss,
          torch.nn.functional.cross_entropy(torch.stack(outputs).mean(dim=0), torch.tensor(labels)))


@pytest.mark.parametrize("pool", ["mean", "max"])
def test_pictures(pool):
    unit = LIFLayer(surrogate="arctan", width=0.8, learn_decay=True, learn_threshold=True)
    layers = [Conv2d(4, 3, 2, 1, gain=2.0), unit, Pool(2, pool), Flatten(), Dense(4),
              Readout(learn_decay=True)]
    model, rng = Model(layers, (9, 8, 2), steps=STEPS, seed=1, dtype="float64"), np.random.default_rng(0)
    x, labels = rng.random((STEPS, SAMPLES, 9, 8, 2)), rng.integers(0, 4, SAMPLES)
    loss, gradient = CrossEntropy()(model.forward(x), labels)
    model.backward(gradient)
    values, functional = tensors(model), torch.nn.functional
    weight = values["0_Conv2d.weight"].reshape(3, 3, 2, 4).permute(3, 2, 0, 1)
    currents = torch.stack([functional.conv2d(torch.tensor(each).permute(0, 3, 1, 2), weight,
                                              values["0_Conv2d.bias"], 2, 1) for each in x])
    spikes = unrolled(currents.permute(0, 1, 3, 4, 2), layers[1],
                      of_layer(values, model.names[1])).permute(0, 1, 4, 2, 3)
    pooled = torch.stack([(functional.avg_pool2d if pool == "mean" else functional.max_pool2d)(each, 2)
                          for each in spikes])
    v, total = 0.0, 0.0
    for each in pooled.permute(0, 1, 3, 4, 2).reshape(STEPS, SAMPLES, -1):
        v = (torch.sigmoid(values["5_Readout.decay_logit"]) * v + each @ values["4_Dense.weight"]
             + values["4_Dense.bias"])
        total = total + v / STEPS
    agree(model, values, loss, functional.cross_entropy(total, torch.tensor(labels)))


def test_adam_and_clipping():
    rng = np.random.default_rng(0)
    here, gradients = {"w": rng.standard_normal(20)}, [{"w": 3 * rng.standard_normal(20)} for _ in range(5)]
    there = torch.tensor(here["w"], requires_grad=True)
    ours, theirs = Adam(rate=0.01, weight_decay=0.1), torch.optim.Adam([there], lr=0.01, weight_decay=0.1)
    for gradient in gradients:
        there.grad = torch.tensor(gradient["w"])
        torch.nn.utils.clip_grad_norm_([there], 5.0)
        clip_gradients(gradient, 5.0)
        ours.step(here, gradient)
        theirs.step()
    # PyTorch adds a 1e-6 to the norm
    assert np.allclose(here["w"], there.detach().numpy(), rtol=0, atol=1e-6)
