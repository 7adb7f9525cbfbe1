"""A trained model as a network of the simulator: the same spikes, step for step.

A layer's unit becomes a neuron of the group that has the layer's name; what stands between two layers that spike (weights,
convolutions, mean pooling, biases) is one matrix of delta synapses, found by sending unit vectors through it. A synapse takes one
step, so that the k-th layer runs `offsets[name]` steps behind the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from ..encoding import IdentityEncoder
from ..engine.plugin import NeuronModel, rows, step_kernel
from ..groups import NeuronGroup
from ..input_groups import InputGroup
from ..monitors import SpikeMonitor, StateMonitor
from ..network import Network
from ..synapse_group import SynapseGroup
from ..synapses import DeltaSynapse
from . import neuron_steps as units
from . import plain, spiking
from .linear import Conv2d, Dense
from .neuron_steps import LATE, carried


__all__ = ["TrainedNetwork", "TrainedUnit", "to_network"]

DT = 1.0                # ms: one step of the model
PARTS = 512             # unit vectors that go through a layer at once
LINEAR = (Dense, Conv2d, plain.Flatten, plain.Dropout)          # Dropout does nothing outside of training
DENSE_FROM = 0.3        # density from which on a matrix is kept whole


@dataclass(frozen=True, eq=False)
class TrainedUnit(NeuronModel):
    """A unit of `training.LIF` or `training.ALIF` in the simulator; the equations are those of `training.units`.

    Row 0 holds what the last step leaves of the membrane, so that delta synapses add up to the new one, `u`, in the same step.
    A unit does nothing in its first `wait` steps: until then nothing can have reached it.
    """

    decay: float = 0.9
    threshold: float = 1.0
    bias: float = 0.0
    reset: float = 0.0
    """A value of `units.RESETS`."""
    threshold_decay: float = 0.0
    threshold_step: float = 0.0
    wait: float = 0.0
    """Steps."""

    states: ClassVar = ("v", "u", "rise", "wait")

    def step_coefficients(self, dt):
        """The fields: they are numbers of one step."""
        return self.decay, self.threshold, self.bias, self.reset, self.threshold_decay, self.threshold_step

    def initial(self, n, key):
        """Nothing left over, nothing raised."""
        return 0.0, 0.0, 0.0, self.wait

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, u, rise, wait = rows(state, 4)
        decay, threshold, bias, reset, fade, step = rows(coefficients, 6)
        for i in range(v.size):
            if wait[i] > 0.0:
                wait[i] -= 1.0
                v[i] = 0.0
                continue
            u[i] = v[i] + (current[i] + bias[i])
            level = threshold[i] + fade[i] * rise[i]
            late = reset[i] == LATE
            fires = u[i] > level if late else u[i] >= level
            spikes[i] = fires
            v[i] = carried(u[i], 1.0 if fires else 0.0, decay[i], level, int(reset[i]))
            rise[i] = fade[i] * rise[i] + (step[i] if fires else 0.0)


class TrainedNetwork(Network):
    """The network that `to_network` makes: a `Network` that knows the layers.

    `layers`: name of a spiking layer -> its group; `offsets`: name -> steps that it is behind the model.
    """

    def __init__(self, builder, signal, rest, membranes):
        self.model, self.layers, self.offsets, self.source = builder.model, builder.groups, builder.offsets, builder.source
        self._currents, self._signal, self._rest = builder.currents, signal, rest       # `rest`: the layers behind `signal`
        self._spikes = {name: SpikeMonitor(group) for name, group in self.layers.items()}
        self._membranes = {name: StateMonitor(group, "u") for name, group in self.layers.items()} if membranes else {}
        super().__init__(*([self.source] if self.source else []), *self.layers.values(), *builder.synapses, *self._spikes.values(),
                         *self._membranes.values(), dt=DT, seed=0)

    def show(self, x):
        """Reset, and run one sample, (T or 1, …) as the model takes it, until its last layer has had its T steps.

        Raises `ValueError` for another shape and, where the network takes spikes, for anything but 0 and 1.
        """
        x = checks.reals(self, "x", x)
        if x.shape[1:] != self.model.shape or len(x) not in (1, self.model.steps):
            raise ValueError(f"TrainedNetwork.show: x must have the shape (1 or {self.model.steps}, "
                             f"{', '.join(map(str, self.model.shape))}), got {x.shape}")
        if self.source and not np.isin(x, (0, 1)).all():
            raise ValueError("TrainedNetwork.show: x must be spikes, 0 and 1, in a network made with spikes_in=True")
        self._x = x.reshape(len(x), -1)
        steps = self.model.steps + max(self.offsets.values())
        inputs = {self.source: self._padded(self._x, 0, steps)} if self.source else {}
        for name, sources in self._currents.items():
            inputs[self.layers[name]] = self._padded(self._arriving(sources), self.offsets[name], steps)
        self.reset()
        self.run(steps * DT, inputs=inputs, progress=False)
        return self

    def spikes(self, name):
        """The spikes of a layer, (T, n) of 0 and 1, on the model's own steps."""
        monitor, steps = self._spikes[checks.one_of(self, "layer", name, self._spikes)], self.model.steps
        raster = np.zeros((steps, monitor.target.n))
        step = np.rint(monitor.t / DT).astype(int) - self.offsets[name]
        inside = step < steps
        raster[step[inside], monitor.i[inside]] = 1.0
        return raster

    def membranes(self, name):
        """The membranes of a layer before the test for a spike, (T, n), where `to_network(model, membranes=True)` made the network."""
        values = self._membranes[checks.one_of(self, "layer", name, self._membranes)].values
        return values[self.offsets[name]:self.offsets[name] + self.model.steps]

    def outputs(self):
        """What the layers behind the last one that spikes make of its spikes, (T or 1, K)."""
        constant = self._signal.constant
        x = self._arriving(self._signal.sources).reshape(-1, 1, *constant.shape[2:]).astype(self.model.dtype) + constant
        for layer in self._rest:
            x = layer.forward(x, self.model.steps, False, None)
        return np.asarray(x)[:, 0]

    def _arriving(self, sources):
        """The sum of what comes from `sources`, (T or 1, n), on the model's own steps."""
        return sum(_linear(layers, self.spikes(source.name) if source in self.layers.values() else self._x, shape, self.model.dtype)
                   for source, _, shape, layers in sources)

    @staticmethod
    def _padded(drive, before, steps):
        """Nothing comes in while a layer waits, and while the last layers catch up."""
        return drive if len(drive) == 1 else np.pad(drive, ((before, steps - before - len(drive)), (0, 0)))


def to_network(model, spikes_in=False, membranes=False):
    """`model` as a `TrainedNetwork` at dt = 1 ms.

    Its first layer gets currents (`spikes_in=False`), as under a direct encoding, or the spikes of input units. `membranes`: record
    them, too. The spikes are the model's where it calculates in float64; in float32 a membrane within rounding of the
    threshold may fall on the other side. Raises `TypeError` naming a layer that has no spiking equivalent: Graded anywhere;
    ReLU, Pool(mode="max"), Mean or Readout before a layer that spikes.
    """
    builder = _Builder(model, spikes_in)
    last = max((k for k, layer in enumerate(model.layers) if _spikes(layer) or isinstance(layer, spiking.Graded)), default=None)
    if last is None:
        raise TypeError(f"to_network: of the layers {', '.join(model.names)} none spikes")
    signal = builder.begin()
    for k, layer in enumerate(model.layers[:last + 1]):
        signal = builder.add(layer, model.names[k], signal)
    return TrainedNetwork(builder, signal, model.layers[last + 1:], membranes)


class _Signal:
    """What arrives somewhere: of each source the layers that it has gone through, and what is constant.

    A source is (group, steps behind the model, shape, layers); the group is None where currents come in.
    """

    def __init__(self, sources, constant):
        self.sources, self.constant = sources, constant


class _Builder:
    """Goes through the layers and collects groups and synapses."""

    def __init__(self, model, spikes_in):
        self.model, self.groups, self.synapses, self.offsets = model, {}, [], {}
        self.currents = {}              # name -> the sources of the currents that it gets
        self.source = InputGroup(int(np.prod(model.shape)), IdentityEncoder(), name="input") if spikes_in else None

    def begin(self):
        silence = np.zeros((1, 1, *self.model.shape), self.model.dtype)
        return _Signal([(self.source, 0, self.model.shape, [])], silence)

    def add(self, layer, name, signal):
        """The signal behind `layer`."""
        if isinstance(layer, plain.Residual):
            inner = signal
            for k, each in enumerate(layer.layers):
                inner = self.add(each, f"{name}.{k}_{type(each).__name__}", inner)
            return _Signal(signal.sources + inner.sources, signal.constant + inner.constant)
        if isinstance(layer, spiking.LIF):
            return self._spiking(layer, name, signal)
        if not (isinstance(layer, LINEAR) or isinstance(layer, plain.Pool) and layer.mode == "mean"):
            raise TypeError(f"to_network: {name} ({layer!r}) has no spiking equivalent before a layer that spikes")
        sources = [(*source, [*layers, layer]) for *source, layers in signal.sources]
        return _Signal(sources, _through([layer], signal.constant))

    def _spiking(self, layer, name, signal):
        shape = signal.constant.shape[2:]
        n = int(np.prod(shape))

        def each(values):
            return np.broadcast_to(values, shape).reshape(-1).astype(np.float64)
        currents = [source for source in signal.sources if source[0] is None]
        arriving = [source for source in signal.sources if source[0] is not None]
        wait = max((offset + 1 for _, offset, _, _ in arriving), default=0)
        more = {key: each(layer._value(key)) for key in ("threshold_decay", "threshold_step")} if isinstance(layer, spiking.ALIF) else {}
        unit = TrainedUnit(each(layer._value("decay")), each(layer._value("threshold")), each(signal.constant[0, 0]),
                           float(units.RESETS[layer.reset]), wait=float(wait), **more)
        group = NeuronGroup(n, unit, name=name)
        if currents:
            self.currents[name] = currents
        for k, (source, offset, source_shape, layers) in enumerate(arriving):
            self.synapses.append(SynapseGroup(source, group, _matrix(layers, source_shape, self.model.dtype), DeltaSynapse(),
                                              delay=(wait - offset) * DT, name=f"{name} from {source.name} {k}"))
        if layer.recurrent:
            weight = layer.parameters["recurrent"].astype(np.float64)
            self.synapses.append(SynapseGroup(group, group, weight, DeltaSynapse(), delay=DT, name=f"{name} recurrent"))
        self.groups[name], self.offsets[name] = group, wait
        return _Signal([(group, wait, shape, [])], np.zeros_like(signal.constant))


def _spikes(layer):
    return layer.spiking or isinstance(layer, plain.Residual) and any(map(_spikes, layer.layers))


def _through(layers, x):
    for layer in layers:
        x = layer.forward(x, 1, False, None)
    return np.array(x)


def _linear(layers, x, shape, dtype):
    """What `layers` without their biases make of each row of x (k, n), a sample of `shape`: (k, n_out)."""
    x = np.asarray(x, dtype).reshape(1, len(x), *shape)
    return (_through(layers, x).astype(np.float64) - _through(layers, np.zeros_like(x[:, :1]))).reshape(x.shape[1], -1)


def _matrix(layers, shape, dtype):
    """The weights (n_in, n_out) of linear `layers`, from unit vectors; sparse where few are not zero."""
    from scipy.sparse import csr_array, vstack
    n = int(np.prod(shape))
    parts = [csr_array(_linear(layers, np.eye(min(PARTS, n - begin), n, begin), shape, dtype)) for begin in range(0, n, PARTS)]
    matrix = vstack(parts, format="csr")
    return matrix.toarray() if matrix.nnz > DENSE_FROM * np.prod(matrix.shape) else matrix
