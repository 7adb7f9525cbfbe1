"""A trained model as a network of the simulator: the same spikes, step for step.

A unit of a layer becomes a neuron of the group that has the layer's name; what lies between two layers that
spike (weights, convolutions, mean pooling, biases) becomes one matrix of delta synapses, found by sending
unit vectors through it. A synapse takes one step, so that the k-th layer runs ``offsets[name]`` steps behind
the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from .._util import checks
from .._util.typing import FloatArray
from ..encoding import IdentityEncoder
from ..groups import NeuronGroup
from ..input_groups import InputGroup
from ..monitors import SpikeMonitor, StateMonitor
from ..network import Network
from ..synapse_group import SynapseGroup
from ..synapses import DeltaSynapse
from .layer import Array, Layer, Shape, walk
from .neuron_steps import RESETS
from .spiking import LIFLayer
from .synapse_matrix import forward_once, linear_map, synapse_matrix
from .trained_unit import TrainedUnit

if TYPE_CHECKING:
    from .model import Model


__all__ = ["TrainedNetwork", "to_network"]

DT = 1.0                # ms: one step of the model


class _Source(NamedTuple):
    """What a signal comes from, and the layers that it has passed."""

    group: NeuronGroup | None           # None where currents come in
    offset: int                         # steps behind the model
    shape: Shape                        # of a sample where it starts
    layers: tuple[Layer, ...]


@dataclass
class _Signal:
    """What arrives at a layer: its sources, and the sum of all that is constant, (1, 1, …)."""

    sources: list[_Source]
    constant: Array

    def __add__(self, other: Self) -> _Signal:
        return _Signal(self.sources + other.sources, self.constant + other.constant)


class TrainedNetwork(Network):
    """The network that `to_network` makes: a `Network` that knows the layers of the model.

    Parameters
    ----------
    model, spikes_in, membranes
        As for `to_network`.

    Raises
    ------
    TypeError
        If a layer has no spiking equivalent.

    Attributes
    ----------
    layers : dict
        Name of a spiking layer -> its `NeuronGroup`.
    offsets : dict
        Name of a spiking layer -> number of steps that it is behind the model.
    source : InputGroup or None
        The input units, where the network takes spikes.

    Examples
    --------
    >>> from spikingnn.training import Dense, LIFLayer, Model, to_network
    >>> network = to_network(Model([Dense(4), LIFLayer(), Dense(3), LIFLayer()], shape=5))
    >>> network.offsets
    {'1_LIF': 0, '3_LIF': 1}
    """

    def __init__(self, model: Model, spikes_in: bool = False, membranes: bool = False) -> None:
        builder = _Builder(model, spikes_in)
        spiking = [k for k, layer in enumerate(model.layers)
                   if any(each.has_units for _, each in walk([layer]))]
        if not spiking:
            raise TypeError(f"to_network: of the layers {', '.join(model.names)} none spikes")
        last = spiking[-1]
        self._signal = builder.chain(model.layers[:last + 1], "", builder.begin())
        self._rest = model.layers[last + 1:]
        self.model, self.layers, self.offsets = model, builder.groups, builder.offsets
        self.source, self._currents = builder.source, builder.currents
        self._spikes = {name: SpikeMonitor(group) for name, group in self.layers.items()}
        self._membranes = {name: StateMonitor(group, "u")
                           for name, group in self.layers.items()} if membranes else {}
        super().__init__(*([self.source] if self.source else []), *self.layers.values(), *builder.synapses,
                         *self._spikes.values(), *self._membranes.values(), dt=DT, seed=0)

    def show(self, x: ArrayLike) -> Self:
        """Reset, and run one sample, (T or 1, …) as the model takes it, until the last layer has had its T
        steps.

        Raises
        ------
        ValueError
            If the shape does not fit or, where the network takes spikes, a value is neither 0 nor 1.
        """
        x = checks.real_array(self, "x", x)
        if x.shape[1:] != self.model.shape or len(x) not in (1, self.model.steps):
            raise ValueError(f"TrainedNetwork.show: x must have the shape (1 or {self.model.steps}, "
                             f"{', '.join(map(str, self.model.shape))}), got {x.shape}")
        if self.source and not np.isin(x, (0, 1)).all():
            raise ValueError(
                "TrainedNetwork.show: x must be spikes, 0 and 1, in a network made with spikes_in=True")
        self._x = x.reshape(len(x), -1)
        steps = self.model.steps + max(self.offsets.values())
        inputs: dict[NeuronGroup, Array] = {self.source: _padded(self._x, 0, steps)} if self.source else {}
        for name, sources in self._currents.items():
            inputs[self.layers[name]] = _padded(self._arriving(sources), self.offsets[name], steps)
        self.reset()
        self.run(steps * DT, inputs=inputs, progress=False)
        return self

    def spikes(self, name: str) -> FloatArray:
        """Return the spikes of a layer, (T, n) of 0 and 1, on the steps of the model."""
        monitor = self._spikes[checks.one_of(self, "layer", name, self._spikes)]
        raster = np.zeros((self.model.steps, monitor.target.n))
        step = np.rint(monitor.t / DT).astype(int) - self.offsets[name]
        inside = step < self.model.steps
        raster[step[inside], monitor.i[inside]] = 1.0
        return raster

    def membranes(self, name: str) -> FloatArray:
        """Return the membranes of a layer before the test for a spike, (T, n), if ``membranes=True`` was
        given.
        """
        values = self._membranes[checks.one_of(self, "layer", name, self._membranes)].values
        return np.asarray(values[self.offsets[name]:self.offsets[name] + self.model.steps])

    def outputs(self) -> Array:
        """Return what the layers behind the last one that spikes make of its spikes, (T or 1, K)."""
        constant = self._signal.constant
        arriving = self._arriving(self._signal.sources).reshape(-1, 1, *constant.shape[2:])
        x = arriving.astype(self.model.dtype) + constant
        for layer in self._rest:
            x = layer.forward(x, self.model.steps, False, None)
        return np.asarray(x)[:, 0]

    def _arriving(self, sources: Sequence[_Source]) -> Array:
        """The sum of what comes from `sources`, (T or 1, n), on the steps of the model."""
        arriving = (linear_map(source.layers, self._sent_by(source), source.shape, self.model.dtype)
                    for source in sources)
        return np.asarray(sum(arriving))

    def _sent_by(self, source: _Source) -> Array:
        own = source.group is not None and source.group in self.layers.values()
        return self.spikes(str(source.group.name)) if own and source.group else self._x


def _padded(drive: Array, before: int, steps: int) -> Array:
    """The drive, with silence while a layer waits and while the last layers catch up."""
    return drive if len(drive) == 1 else np.pad(drive, ((before, steps - before - len(drive)), (0, 0)))


def to_network(model: Model, spikes_in: bool = False, membranes: bool = False) -> TrainedNetwork:
    """Return `model` as a `TrainedNetwork` at dt = 1 ms.

    The spikes are those of the model where it computes in float64; in float32 a membrane within rounding of
    the threshold may fall on the other side.

    Parameters
    ----------
    model : Model
        A model with at least one layer that spikes.
    spikes_in : bool
        False: the first layer gets currents, as with a direct encoding. True: it gets the spikes of input
        units.
    membranes : bool
        Whether membranes are recorded, too.

    Raises
    ------
    TypeError
        If a layer has no spiking equivalent: ReLU, Pool(mode="max"), Mean or Readout before a layer that
        spikes; Graded anywhere.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.training import Dense, LIFLayer, Model
    >>> model = Model([Dense(20, gain=3.0), LIFLayer()], shape=5, steps=8, dtype="float64")
    >>> x = np.ones((1, 1, 5))
    >>> spikes = model.forward(x)[:, 0]
    >>> bool((to_network(model).show(x[:, 0]).spikes("1_LIF") == spikes).all())
    True
    """
    return TrainedNetwork(model, spikes_in, membranes)


@dataclass
class _Builder:
    """Collects groups and synapses: each layer calls one of its methods."""

    model: Model
    spikes_in: bool
    groups: dict[str, NeuronGroup] = field(default_factory=dict)
    synapses: list[SynapseGroup] = field(default_factory=list)
    offsets: dict[str, int] = field(default_factory=dict)
    currents: dict[str, list[_Source]] = field(default_factory=dict)    # name -> where its currents come from
    source: InputGroup | None = None

    def __post_init__(self) -> None:
        if self.spikes_in:
            self.source = InputGroup(int(np.prod(self.model.shape)), IdentityEncoder(), name="input")

    def begin(self) -> _Signal:
        """The signal in front of the first layer."""
        silence = np.zeros((1, 1, *self.model.shape), self.model.dtype)
        return _Signal([_Source(self.source, 0, self.model.shape, ())], silence)

    def chain(self, layers: Sequence[Layer], prefix: str, signal: _Signal) -> _Signal:
        """The signal behind several layers, one after the other."""
        for k, layer in enumerate(layers):
            signal = layer.build_network(self, f"{prefix}{k}_{layer.label}", signal)
        return signal

    def linear(self, layer: Layer, name: str, signal: _Signal) -> _Signal:
        """The signal behind a layer that becomes part of the synapses."""
        sources = [source._replace(layers=(*source.layers, layer)) for source in signal.sources]
        return _Signal(sources, forward_once([layer], signal.constant))

    def neurons(self, layer: Layer, name: str, signal: _Signal) -> _Signal:
        """The signal behind a layer that becomes a group of neurons."""
        if not isinstance(layer, LIFLayer):
            raise TypeError(f"to_network: {name} ({layer!r}) is no layer of LIF neurons")
        shape = signal.constant.shape[2:]

        def per_neuron(values: Array) -> FloatArray:
            return np.broadcast_to(values, shape).reshape(-1).astype(np.float64)
        currents = [source for source in signal.sources if source.group is None]
        arriving = [source for source in signal.sources if source.group is not None]
        wait = max((source.offset + 1 for source in arriving), default=0)
        values = {quantity: per_neuron(value) for quantity, value in layer.step_values().items()}
        unit = TrainedUnit(**values, bias=per_neuron(signal.constant[0, 0]), reset=float(RESETS[layer.reset]),
                           wait=float(wait))
        group = NeuronGroup(int(np.prod(shape)), unit, name=name)
        if currents:
            self.currents[name] = currents
        for k, source in enumerate(arriving):
            self._connect(source, group, wait, f"{name} from {source.group.name if source.group else ''} {k}")
        if layer.recurrent:
            weight = layer.parameters["recurrent"].astype(np.float64)
            self.synapses.append(
                SynapseGroup(group, group, weight, DeltaSynapse(), delay=DT, name=f"{name} recurrent"))
        self.groups[name], self.offsets[name] = group, wait
        return _Signal([_Source(group, wait, shape, ())], np.zeros_like(signal.constant))

    def _connect(self, source: _Source, target: NeuronGroup, wait: int, name: str) -> None:
        assert source.group is not None
        weight = synapse_matrix(source.layers, source.shape, self.model.dtype)
        self.synapses.append(
            SynapseGroup(source.group, target, weight, DeltaSynapse(), delay=(wait - source.offset) * DT,
                         name=name))
