"""Population coding: populations with tuning curves represent vectors, and connections between them compute
functions.

A `LIFGroup` with ``dimensions`` encodes a vector x in its rates a_i(x); its ``decoders`` d_i estimate
f(x) ≈ Σ_i d_i a_i(x). A connection that computes f has the weights decoders ⊗ encoders. Source: Eliasmith
& Anderson, *Neural Engineering* (2003), chapters 2 to 8.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ._util import checks
from ._util.typing import ArrayLike, FloatArray
from .connectivity import Builder
from .engine.matrices import DenseWeights, Factored
from .groups import LIFGroup
from .synapse_group import SynapseGroup
from .synapses import FirstOrderSynapse
from .tuning_curves import TuningCurves, VectorFunction


__all__ = ["connect", "decoded"]


class _RecordedSpikes(Protocol):
    """A `SpikeMonitor`."""

    @property
    def t(self) -> FloatArray: ...

    @property
    def i(self) -> NDArray[Any]: ...

    @property
    def network(self) -> Any: ...


def decoded(spikes: _RecordedSpikes, weights: ArrayLike, tau: float,
            every: float | None = None) -> tuple[FloatArray, FloatArray]:
    r"""Decode the vector that a population represents from its spikes, filtered by an exponential.

    .. math::

        x(t) = \sum_i d_i \sum_k h(t - t_{ik}), \qquad h(t) = \frac{e^{-t/\tau}}{\tau}

    Parameters
    ----------
    spikes : SpikeMonitor
        Spikes of a population of n neurons, in a network.
    weights : array_like, (n, d)
        1/Hz: decoders, such as ``group.decoders()``.
    tau : float
        ms: time constant of the filter.
    every : float, optional
        ms: sampling interval; None: every step.

    Returns
    -------
    t : ndarray, (samples,)
        ms: times.
    x : ndarray, (samples, d)
        Decoded vectors.

    Raises
    ------
    ValueError
        If `tau` or `every` is not positive.

    Examples
    --------
    >>> from spikingnn import LIFGroup, Network, SpikeMonitor
    >>> from spikingnn.nef import decoded
    >>> group = LIFGroup(200, dimensions=1, seed=1)
    >>> spikes = SpikeMonitor(group)
    >>> Network(group, spikes).run(300.0, inputs={group: group.current([0.5])})
    >>> t, x = decoded(spikes, group.decoders(), tau=20.0)
    >>> print(round(float(x[-1000:].mean()), 1))
    0.5
    """
    from scipy.signal import lfilter
    network, weights = spikes.network, np.asarray(checks.number("decoded", "weights", weights))
    tau, dt = float(checks.positive("decoded", "tau", tau)), network.dt
    steps = int(round(network.t / dt))
    impulses = np.zeros((steps, weights.shape[1]))
    np.add.at(impulses, np.rint(spikes.t / dt).astype(np.int64), weights[spikes.i])
    decay = np.exp(-dt / tau)
    x = lfilter([-1000.0 / dt * np.expm1(-dt / tau)], [1.0, -decay], impulses, axis=0)   # mean of h
    stride = 1
    if every is not None:
        stride = int(checks.grid_steps("decoded", "every", checks.positive("decoded", "every", every), dt))
    return (np.arange(steps) + 1)[::stride] * dt, x[::stride]


@dataclass(frozen=True, eq=False, kw_only=True)
class Decoded(Builder):
    """Weights from `source`, which represents x, to `target`, which then represents transform @ function(x).

    They are decoders of the source times encoders of the target; `connect` makes them.

    Parameters
    ----------
    weight : Weight, default 1.0
        mV, nA or µS: one number, or a function (rng, size) that returns (size,) weights.
    source : LIFGroup
        Population that represents x.
    target : LIFGroup
        Population that receives the result.
    function : VectorFunction | None, default None
        Function of (m, d) arrays; None: the identity.
    transform : ArrayLike, default 1.0
        One number, or a matrix (d_target, d_function).
    tau : float, default 5.0
        ms: time constant of the synapse, whose charge per spike is weight · tau.
    dt : float | None, default None
        ms: time step whose grid the tuning curves follow; None: continuous time.

    Raises
    ------
    ValueError
        If the numbers of dimensions of function, transform and target do not agree, when the network is
        built.
    """

    source: LIFGroup
    """Population that represents x."""
    target: LIFGroup
    """Population that receives the result."""
    function: VectorFunction | None = None
    """Function of (m, d) arrays; None: the identity."""
    transform: ArrayLike = 1.0
    """One number, or a matrix (d_target, d_function)."""
    tau: float = 5.0
    """ms: time constant of the synapse, whose charge per spike is weight · tau."""
    dt: float | None = None
    """ms: time step whose grid the tuning curves follow; None: continuous time."""

    def at(self, dt: float) -> Decoded:
        """Return the same weights for a step of `dt` ms, whose grid the tuning curves follow."""
        return replace(self, dt=dt)

    def count(self, n_pre: int, n_post: int) -> int:
        """Return the number of elements of the factors."""
        return (n_pre + n_post) * _tuned(self.target).dimensions

    def build(self, n_pre: int, n_post: int, rng: np.random.Generator,
              recurrent: bool) -> Factored | DenseWeights:
        """Return the weights as decoders and encoders, or as a matrix where the factors would be larger."""
        encoders = self.target.gain[:, None] * self.target.encoders
        decoders = self.source.decoders(self.function, self.dt)
        transform = np.asarray(checks.number("connect", "transform", self.transform))
        transform = transform * np.eye(decoders.shape[1]) if transform.ndim == 0 else transform
        if transform.shape != (encoders.shape[1], decoders.shape[1]):
            made, taken = transform.shape[0], transform.shape[-1]
            raise ValueError(f"connect: the function gives {decoders.shape[1]} dimensions, the transform "
                             f"makes {made} of {taken}, and the target represents {encoders.shape[1]}")
        left = decoders @ transform.T * 1000.0 / self.tau
        factored = Factored(left, encoders.T)
        rank = left.shape[1]
        return factored if rank * (n_pre + n_post) < n_pre * n_post else DenseWeights(factored.dense())


def connect(source: LIFGroup, target: LIFGroup, function: VectorFunction | None = None,
            transform: ArrayLike = 1.0, synapse: FirstOrderSynapse = FirstOrderSynapse(tau=5.0),
            delay: float | None = None, name: str | None = None) -> SynapseGroup:
    """Connect two populations so that the target receives ``transform @ function(x)`` of the vector x that
    the source represents.

    The weights are decoders ⊗ (gain · encoders), kept factored where that is cheaper. With
    ``target=source`` and a transform of the identity plus tau·A the population integrates dx/dt = A x.

    Parameters
    ----------
    source, target : LIFGroup
        Populations with ``dimensions``.
    function : callable, optional
        Function that takes (m, d) vectors and returns (m, d_function) or (m,); None: the identity.
    transform : array_like
        Number, or matrix (d_target, d_function).
    synapse : FirstOrderSynapse
        Synapse whose time constant filters the decoded vector.
    delay : float, optional
        ms: delay; None: one step.
    name : str, optional
        Name of the synapse group.

    Returns
    -------
    SynapseGroup
        Connection, to be given to `Network`.

    Raises
    ------
    TypeError
        If a group is not a `LIFGroup` with dimensions.
    ValueError
        If `synapse` is not a `FirstOrderSynapse`.

    Examples
    --------
    The target represents the square of the source:

    >>> from spikingnn import LIFGroup, Network, SpikeMonitor, connect
    >>> from spikingnn.nef import decoded
    >>> a, b = LIFGroup(200, dimensions=1, seed=1), LIFGroup(200, dimensions=1, seed=2)
    >>> spikes = SpikeMonitor(b)
    >>> net = Network(a, b, connect(a, b, function=lambda x: x**2), spikes)
    >>> net.run(300.0, inputs={a: a.current([0.7])})
    >>> t, x = decoded(spikes, b.decoders(), tau=20.0)
    >>> print(round(float(x[-1000:].mean()), 1))
    0.5
    """
    for group in (source, target):
        _tuned(group)
    if type(synapse) is not FirstOrderSynapse or not isinstance(synapse.tau, float):
        checks.fail("connect", "synapse", synapse, "a FirstOrderSynapse with one time constant")
    weight = Decoded(source=source, target=target, function=function, transform=transform, tau=synapse.tau)
    return SynapseGroup(source, target, weight, synapse=synapse, delay=delay, name=name)


def _tuned(group: LIFGroup) -> TuningCurves:
    """Return the tuning curves of a group; an error says that it has none."""
    if not isinstance(group, LIFGroup) or group.tuning is None:
        checks.fail("population", "group", group, "a LIFGroup with dimensions", TypeError)
    return group.tuning
