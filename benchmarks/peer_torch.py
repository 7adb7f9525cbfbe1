"""PyTorch's side of training_step.py and convolution_step.py: `python peer_torch.py WORKLOAD CASE LIBRARY`
is a worker of `common.compare`.

LIBRARY is snntorch, spikingjelly or norse. Each gets its quickest form: the weights are applied to all time
steps in one product, only the units are stepped through time.
"""
import sys

import torch
from common import Stopwatch, serve
from parameters import CONVOLUTION, TRAINING, convolution_data, training_data


def snntorch_units():
    """Leaky, stepped in Python as the library has it: (T, B, n) -> (T, B, n)."""
    import snntorch
    unit = snntorch.Leaky(beta=TRAINING.decay, threshold=TRAINING.threshold,
                          spike_grad=snntorch.surrogate.atan(alpha=2.0))

    def units(currents):
        membrane, spikes = unit.reset_mem(), []
        for current in currents:
            spike, membrane = unit(current, membrane)
            spikes.append(spike)
        return torch.stack(spikes)
    return units


def spikingjelly_units():
    """LIFNode in its multi-step mode."""
    from spikingjelly.activation_based import functional, neuron, surrogate
    node = neuron.LIFNode(tau=1.0 / (1.0 - TRAINING.decay), decay_input=False, v_threshold=TRAINING.threshold,
                          v_reset=None,
                          surrogate_function=surrogate.ATan(alpha=2.0), detach_reset=True, step_mode="m")

    def units(currents):
        functional.reset_net(node)
        return node(currents)
    return units


def norse_units():
    """LIFBoxFeedForwardCell; its input is multiplied by dt/tau, which is undone here."""
    from norse.torch.functional.lif_box import (LIFBoxFeedForwardState, LIFBoxParameters,
                                                lif_box_feed_forward_step)
    leak = 1.0 - TRAINING.decay
    parameters = LIFBoxParameters(tau_mem_inv=torch.tensor(1000.0 * leak),
                                  v_th=torch.tensor(TRAINING.threshold), method="super",
                                  alpha=torch.tensor(2.0))

    def units(currents):
        state, spikes = LIFBoxFeedForwardState(v=torch.zeros_like(currents[0])), []
        for current in currents / leak:
            spike, state = lif_box_feed_forward_step(current, state, parameters, dt=0.001)
            spikes.append(spike)
        return torch.stack(spikes)
    return units


UNITS = {"snntorch": snntorch_units, "spikingjelly": spikingjelly_units, "norse": norse_units}


def prepare(case, library):
    """Returns what trains the network from its first weights and measures some steps."""
    torch.set_num_threads(1)
    p, (spikes, labels, weights) = TRAINING, training_data(case)
    spikes, labels = torch.tensor(spikes, dtype=torch.float32), torch.tensor(labels)

    def measure():
        linear = [torch.nn.Linear(*weight.shape) for weight in weights]
        with torch.no_grad():
            for layer, weight in zip(linear, weights):
                layer.weight[:] = torch.tensor(weight.T, dtype=torch.float32)
                layer.bias[:] = 0
        units = [UNITS[library]() for _ in linear]
        optimizer = torch.optim.Adam([values for layer in linear for values in layer.parameters()], lr=p.rate)

        def step():
            optimizer.zero_grad()
            x = spikes
            for layer, unit in zip(linear, units):
                x = unit(layer(x))
            loss = torch.nn.functional.cross_entropy(x.sum(dim=0), labels)
            loss.backward()
            optimizer.step()
            return float(loss.detach())
        first = step()
        for _ in range(p.warm_up - 1):
            step()
        with Stopwatch() as watch:
            for _ in range(p.repeats):
                step()
        return {"wall": watch.wall, "cpu": watch.cpu, "units": p.repeats, "loss": first}
    return measure


def convolutions(weights, layout):
    """Layers with the common weights: kernels are (height · width · channels, outputs) there, and the first
    dense layer counts channels fastest."""
    layers = [torch.nn.Conv2d(1, 32, 5, 2, 2), torch.nn.Conv2d(32, 64, 3, 2, 1), torch.nn.Linear(3136, 256),
              torch.nn.Linear(256, 10)]
    shapes = (5, 5, 1, 32), (3, 3, 32, 64), (7, 7, 64, 256), (256, 10)
    orders = (3, 2, 0, 1), (3, 2, 0, 1), (3, 2, 0, 1), (1, 0)
    with torch.no_grad():
        for layer, values, shape, order in zip(layers, weights, shapes, orders):
            values = values.reshape(shape).transpose(order)
            layer.weight[:] = torch.tensor(values.copy(), dtype=torch.float32).reshape(layer.weight.shape)
            layer.bias[:] = 0
    return [layer.to(memory_format=layout) for layer in layers[:2]] + layers[2:]


def prepare_convolution(case):
    """As `prepare`, for SpikingJelly and two convolutions."""
    from spikingjelly.activation_based import functional, neuron, surrogate
    torch.set_num_threads(1)
    p, (pictures, labels, weights) = CONVOLUTION, convolution_data()
    layout = {"channels first": torch.contiguous_format, "channels last": torch.channels_last}[case]
    pictures = torch.tensor(pictures, dtype=torch.float32).permute(0, 3, 1, 2)
    pictures = pictures.contiguous(memory_format=layout)
    labels = torch.tensor(labels)

    def measure():
        first, second, hidden, last = layers = convolutions(weights, layout)
        nodes = [neuron.ParametricLIFNode(1.0 / (1.0 - p.decay), decay_input=False, v_threshold=p.threshold,
                                          v_reset=None, surrogate_function=surrogate.ATan(alpha=2.0),
                                          detach_reset=True, step_mode="m") for _ in range(3)]
        trained = [values for module in (*layers, *nodes) for values in module.parameters()]
        optimizer = torch.optim.AdamW(trained, lr=p.rate, weight_decay=0.0)

        def loss(dropout):
            for node in nodes:
                functional.reset_net(node)
            currents = first(pictures)
            spikes = nodes[0](currents.expand(p.steps, *currents.shape)).flatten(0, 1)
            spikes = nodes[1](second(spikes).unflatten(0, (p.steps, -1))).flatten(2)
            mask = torch.nn.functional.dropout(torch.ones_like(spikes[0]), dropout)     # for all time steps
            rates = torch.nn.functional.dropout(nodes[2](hidden(spikes * mask)).mean(0), dropout)
            return torch.nn.functional.cross_entropy(last(rates), labels)

        def step():
            optimizer.zero_grad()
            loss(p.dropout).backward()
            optimizer.step()
        begun = float(loss(0.0).detach())
        for _ in range(p.warm_up):
            step()
        with Stopwatch() as watch:
            for _ in range(p.repeats):
                step()
        return {"wall": watch.wall, "cpu": watch.cpu, "units": p.repeats, "loss": begun}
    return measure


if __name__ == "__main__":
    workload, case, library = sys.argv[1:4]
    serve(lambda: prepare_convolution(case) if workload == "convolution_step" else prepare(case, library),
          [library, "torch", "numpy"])
