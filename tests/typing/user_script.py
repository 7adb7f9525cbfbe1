"""A user's script for mypy in strict mode: groups, neuron, rule, monitors, memory, training."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikingnn import (ADD, FirstOrderLIF, HopfieldAssembly, InputGroup, LIFGroup, Network, NeuronGroup,
                       NeuronModel, PoissonEncoder, Rule, SpikeMonitor, StateMonitor, SynapseGroup, corrupt,
                       on_post_kernel, rows, scalars, step_kernel)
from spikingnn.analysis import cv, rates
from spikingnn.training import LIFLayer, Dense, Model, Trainer

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Integrator(NeuronModel):
    """A perfect integrator that spikes at 1."""

    gain: float = 0.1

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        return (self.gain * dt,)

    @step_kernel
    @staticmethod
    def step(state: Array, coefficients: Array, current: Array, conductance: Array, spikes: NDArray[np.bool_],
             dt: float, key: np.uint64) -> None:
        (v,) = rows(state, 1)
        (gain,) = rows(coefficients, 1)
        for i in range(v.size):
            v[i] += gain[i] * current[i]
            spikes[i] = v[i] >= 1.0
            v[i] = 0.0 if spikes[i] else v[i]


@dataclass(frozen=True, eq=False)
class Growth(Rule):
    """A weight grows with the presynaptic trace at each postsynaptic spike."""

    rate: float = 0.01
    w_max: float = 1.0

    def pre_traces(self) -> tuple[tuple[float, int], ...]:
        return ((20.0, ADD),)

    @on_post_kernel
    @staticmethod
    def on_post(weight: Array, state: Array, pre: Array, post: Array, params: Array, t: float,
                key: np.uint64) -> None:
        rate, w_max = scalars(params, 2)
        for i in range(weight.size):
            weight[i] = min(weight[i] + rate * pre[0, i], w_max)


inputs = InputGroup(10, PoissonEncoder(max_rate=50.0))
neurons = LIFGroup(3, FirstOrderLIF(tau_m=[10.0, 20.0, 40.0]))
own = NeuronGroup(2, Integrator())
synapses = SynapseGroup(inputs, neurons, 0.5, delay=1.0, rule=Growth())
spikes, v = SpikeMonitor(neurons), StateMonitor(neurons, "v", index=[0, 2])
net = Network(inputs, neurons, own, synapses, spikes, v, dt=0.1, seed=1)
net.run(100, inputs={inputs: 1.0, neurons: 2.0, own: [1.0, 2.0]})
neurons["v"] = -65.0
print(spikes.count().sum(), v.values.shape, rates(spikes).round(1), cv(spikes), synapses.weight.mean())

patterns = np.where(np.random.default_rng(0).random((3, 64)) < 0.5, 1, -1)
memory = HopfieldAssembly(n=64, rule="projection", seed=0).store(patterns)
print(memory.recall(corrupt(patterns[0], flip=0.1, seed=1)).overlap(patterns[0]))

model = Model([Dense(16), LIFLayer(), Dense(2)], shape=4, steps=4, seed=0)
x, y = np.random.default_rng(0).random((20, 4)), np.arange(20) % 2
print(Trainer(model, epochs=1).fit(x, y, progress=False).history[-1]["loss"])
