"""Population coding: groups with tuning curves represent vectors, and connections between them compute functions.

A `LIFGroup` with `dimensions` encodes a vector x in its rates a_i(x); its `decoders` d_i estimate f(x) ≈ Σ_i d_i a_i(x). A
connection that computes f has the weights decoders ⊗ encoders. Source: Eliasmith & Anderson, Neural Engineering (2003), chapters 2 to 8.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ._util import checks
from .connectivity import Builder
from .engine.matrices import DenseWeights, Factored
from .groups import LIFGroup
from .synapse_group import SynapseGroup
from .synapses import FirstOrderSynapse


__all__ = ["connect", "decoded"]


def decoded(spikes, weights, tau, every=None):
    """(t, x): what a `SpikeMonitor` of a group says through decoders `weights` (n, d), filtered by an exponential of `tau` ms.

    x(t) = Σ_i d_i Σ_k h(t - t_ik) with h(t) = exp(-t/tau)/tau, at each step or every `every` ms; x is (samples, d).
    """
    from scipy.signal import lfilter
    network, weights = spikes.network, np.asarray(checks.number("decoded", "weights", weights))
    tau, dt = checks.positive("decoded", "tau", tau), network.dt
    steps = int(round(network.t / dt))
    impulses = np.zeros((steps, weights.shape[1]))
    np.add.at(impulses, np.rint(spikes.t / dt).astype(np.int64), weights[spikes.i])
    keep = np.exp(-dt / tau)
    x = lfilter([-1000.0 / dt * np.expm1(-dt / tau)], [1.0, -keep], impulses, axis=0)     # the mean of h over the step
    stride = 1 if every is None else int(checks.grid_steps("decoded", "every", checks.positive("decoded", "every", every), dt))
    return (np.arange(steps) + 1)[::stride] * dt, x[::stride]


@dataclass(frozen=True, eq=False)
class Decoded(Builder):
    """Weights that compute `transform @ function(x)` of what `source` represents, and encode it in `target`."""

    source: LIFGroup = None
    target: LIFGroup = None
    function: object = None
    transform: object = 1.0
    tau: float = 5.0
    """ms: of the synapse, whose charge per spike is weight · tau."""
    dt: float | None = None

    def at(self, dt):
        """The same for a step of `dt` ms, whose grid the tuning curves follow."""
        return replace(self, dt=dt)

    def count(self, n_pre, n_post):
        """Of the factors."""
        return (n_pre + n_post) * _tuned(self.target).dimensions

    def build(self, n_pre, n_post, rng, recurrent):
        """`Factored` into decoders and encoders; `Dense` where the factors would be larger."""
        encoders = self.target.gain[:, None] * self.target.encoders
        values, transform = self.source.decoders(self.function, self.dt), np.asarray(checks.number("connect", "transform", self.transform))
        transform = transform * np.eye(values.shape[1]) if transform.ndim == 0 else transform
        if transform.shape != (encoders.shape[1], values.shape[1]):
            raise ValueError(f"connect: the function gives {values.shape[1]} dimensions, the transform makes {len(transform)} of "
                             f"{transform.shape[-1]}, and the target represents {encoders.shape[1]}")
        left = values @ transform.T * 1000.0 / self.tau
        factored = Factored(left, encoders.T)
        rank = left.shape[1]
        return factored if rank * (n_pre + n_post) < n_pre * n_post else DenseWeights(factored.dense())


def connect(source, target, function=None, transform=1.0, synapse=FirstOrderSynapse(tau=5.0), delay=None, name=None):
    """Synapses through which `target` receives transform @ function(x) of the vector x that `source` represents.

    weights = decoders ⊗ (gain · encoders), kept factored where that is cheaper. transform is a number or (d_target, d_function);
    synapse a FirstOrderSynapse. With target = source and a transform of the identity plus tau·A it integrates dx/dt = A x.
    """
    for group in (source, target):
        _tuned(group)
    if type(synapse) is not FirstOrderSynapse:
        checks.fail("connect", "synapse", synapse, "a FirstOrderSynapse")
    weight = Decoded(source=source, target=target, function=function, transform=transform, tau=synapse.tau)
    return SynapseGroup(source, target, weight, synapse=synapse, delay=delay, name=name)


def _tuned(group):
    if not isinstance(group, LIFGroup) or group.tuning is None:
        checks.fail("population", "group", group, "a LIFGroup with dimensions", TypeError)
    return group.tuning
