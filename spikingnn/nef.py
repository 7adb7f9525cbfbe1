"""Population coding: populations with tuning curves represent vectors, and connections between them compute
functions.

A `Population` encodes a vector x in its rates a_i(x); its ``decoders`` d_i estimate
f(x) ≈ Σ_i d_i a_i(x). A connection that computes f has the weights decoders ⊗ encoders. Source: Eliasmith
& Anderson, *Neural Engineering* (2003), chapters 2 to 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from ._util import checks
from ._util.typing import ArrayLike, FloatArray, IntArray
from .connectivity import Builder
from .engine.matrices import DenseWeights, Factored
from .engine.plugin import Rule
from .groups import LIFGroup, NeuronGroup
from .neurons import InputCurrent
from .plasticity import PES
from .populations import Population
from .synapse_group import SynapseGroup
from .synapses import FirstOrderSynapse
from .tuning_curves import SOLVERS, TuningCurves, VectorFunction


__all__ = ["Decoded", "connect", "decoded"]

Tunable: TypeAlias = Union[LIFGroup, Population]
Dimensions: TypeAlias = Union[int, slice, Sequence[int], None]


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
    source : Tunable
        Population that represents x.
    target : Tunable
        Population that receives the result.
    function : VectorFunction | None, default None
        Function of (m, d) arrays; None: the identity.
    transform : ArrayLike, default 1.0
        One number, or a matrix (d_target, d_function).
    source_dimensions : Dimensions, default None
        Dimensions of x that the function is given: an index, a slice or a list; None: all.
    target_dimensions : Dimensions, default None
        Dimensions of the target that receive the result; None: all.
    eval_points : ArrayLike | None, default None
        Vectors (m, d) at which the function is fitted; None: those of the source.
    solver : str, default 'ridge'
        Solver of the decoders, ``"ridge"`` or ``"nnls"``.
    noise : float, default 0.1
        Regularisation of the decoders, see `Population.decoders`.
    tau : float, default 5.0
        ms: time constant of the synapse, whose charge per spike is weight · tau.
    dt : float | None, default None
        ms: time step whose grid the tuning curves follow; None: that of the network, continuous time
        without one.
    plastic : bool, default False
        Whether the weights are kept as a matrix that can learn.

    Raises
    ------
    TypeError, ValueError
        If a group has no tuning curves, or there is no such dimension or solver; if the numbers of dimensions
        of function, transform and target do not agree, when the network is built.

    Examples
    --------
    >>> from spikingnn import LIFGroup
    >>> from spikingnn.nef import Decoded
    >>> a, b = LIFGroup(50, dimensions=1, seed=1), LIFGroup(30, dimensions=1, seed=2)
    >>> Decoded(source=a, target=b, function=lambda x: x ** 2).shown().shape
    (50, 30)
    """

    source: Tunable
    """Population that represents x."""
    target: Tunable
    """Population that receives the result."""
    function: VectorFunction | None = None
    """Function of (m, d) arrays; None: the identity."""
    transform: ArrayLike = 1.0
    """One number, or a matrix (d_target, d_function)."""
    source_dimensions: Dimensions = None
    """Dimensions of x that the function is given: an index, a slice or a list; None: all."""
    target_dimensions: Dimensions = None
    """Dimensions of the target that receive the result; None: all."""
    eval_points: ArrayLike | None = None
    """Vectors (m, d) at which the function is fitted; None: those of the source."""
    solver: str = "ridge"
    """Solver of the decoders, ``"ridge"`` or ``"nnls"``."""
    noise: float = 0.1
    """Regularisation of the decoders, see `Population.decoders`."""
    tau: float = 5.0
    """ms: time constant of the synapse, whose charge per spike is weight · tau."""
    dt: float | None = None
    """ms: time step whose grid the tuning curves follow; None: that of the network, continuous time without
    one."""
    plastic: bool = False
    """Whether the weights are kept as a matrix that can learn."""

    def __post_init__(self) -> None:
        _chosen("source_dimensions", self.source_dimensions, _tuning(self.source).dimensions)
        _chosen("target_dimensions", self.target_dimensions, _tuning(self.target).dimensions)
        checks.one_of("connect", "solver", self.solver, SOLVERS)

    def at(self, dt: float) -> Decoded:
        """Return the same weights for a step of `dt` ms, whose grid the tuning curves follow."""
        return replace(self, dt=dt)

    def is_dense(self, recurrent: bool) -> bool:
        """Return True: shown as an array."""
        return True

    def count(self, n_pre: int, n_post: int) -> int:
        """Return the number of weights, or that of the elements of the factors."""
        return n_pre * n_post if self.plastic else (n_pre + n_post) * _tuning(self.target).dimensions

    def factors(self) -> Factored:
        """Return decoders and encoders, whose product are the weights in nA."""
        tuning = _tuning(self.target)
        taken = _chosen("source_dimensions", self.source_dimensions, _tuning(self.source).dimensions)
        reached = _chosen("target_dimensions", self.target_dimensions, tuning.dimensions)
        function = self.function or (lambda x: x)
        decoders = self.source.decoders(lambda x: function(x[:, taken]), self.dt, self.eval_points,
                                        self.noise, solver=self.solver)
        transform = np.asarray(checks.number("connect", "transform", self.transform))
        transform = transform * np.eye(decoders.shape[1]) if transform.ndim == 0 else transform
        if transform.shape != (reached.size, decoders.shape[1]):
            made, wanted = transform.shape[0], transform.shape[-1]
            raise ValueError(f"connect: the function gives {decoders.shape[1]} dimensions, the transform "
                             f"makes {made} of {wanted}, and the target represents {reached.size}")
        encoders = tuning.gain[:, None] * tuning.encoders[:, reached] / tuning.radius
        return Factored(decoders @ transform.T * 1000.0 / self.tau, encoders.T)

    def shown(self) -> FloatArray:
        """Return the weights in nA, (n_pre, n_post): `SynapseGroup.weight` before the network is built."""
        return self.factors().dense()

    def build(self, n_pre: int, n_post: int, rng: np.random.Generator,
              recurrent: bool) -> Factored | DenseWeights:
        """Return the weights as decoders and encoders, or as a matrix where they learn or the factors would
        be larger.
        """
        factored = self.factors()
        is_cheaper = factored.n_factors() < n_pre * n_post and not self.plastic
        return factored if is_cheaper else DenseWeights(factored.dense())


def connect(source: Tunable, target: Tunable | SynapseGroup, function: VectorFunction | None = None,
            transform: ArrayLike = 1.0, synapse: FirstOrderSynapse = FirstOrderSynapse(tau=5.0),
            delay: float | None = None, name: str | None = None, *, source_dimensions: Dimensions = None,
            target_dimensions: Dimensions = None, eval_points: ArrayLike | None = None,
            solver: str = "ridge", noise: float = 0.1, rule: Rule | None = None,
            learning: PES | None = None) -> SynapseGroup:
    """Connect two populations so that the target receives ``transform @ function(x)`` of the vector x that
    the source represents.

    The weights are decoders ⊗ (gain · encoders / radius), kept factored where that is cheaper;
    ``synapses.weight`` is their matrix (n_pre, n_post). With ``target=source`` and a transform of the
    identity plus tau·A the population integrates dx/dt = A x.

    Parameters
    ----------
    source, target : LIFGroup or Population
        Populations with ``dimensions``; the target may also be a connection that learns, whose error the
        source represents.
    function : callable, optional
        Function that takes (m, d) vectors and returns (m, d_function) or (m,); None: the identity.
    transform, synapse, delay, name : optional
        Number or matrix (d_target, d_function); the others as in `SynapseGroup`.
    source_dimensions, target_dimensions : int, slice or list of int, optional
        Dimensions that the function is given, and those that receive the result; None: all.
    eval_points, solver, noise : optional
        How the decoders are fitted, see ``source.decoders``; None: at the points of the source.
    rule, learning : Rule, PES, optional
        Plasticity rule, which starts from the decoded weights; and one by which the connection learns from
        the error that ``connect(error, synapses)`` brings to it. Bounds must admit weights of both signs.

    Returns
    -------
    SynapseGroup
        Connection, to be given to `Network`.

    Raises
    ------
    TypeError, ValueError
        If a group has no tuning curves, or there is no such synapse, dimension or solver.

    Examples
    --------
    >>> from spikingnn import LIFGroup, connect
    >>> a, b = LIFGroup(50, dimensions=1, seed=1), LIFGroup(30, dimensions=1, seed=2)
    >>> connect(a, b, lambda x: x**2).weight.shape
    (50, 30)
    """
    population, receiver = _receiver(target)
    if type(synapse) is not FirstOrderSynapse or not isinstance(synapse.tau, float):
        checks.fail("connect", "synapse", synapse, "a FirstOrderSynapse with one time constant")
    weight = Decoded(source=source, target=population, function=function, transform=transform,
                     source_dimensions=source_dimensions, target_dimensions=target_dimensions,
                     eval_points=eval_points, solver=solver, noise=noise, tau=synapse.tau,
                     plastic=rule is not None or learning is not None)
    if learning is None:
        return SynapseGroup(source, receiver, weight, synapse=synapse, delay=delay, rule=rule, name=name)
    rules = [*([rule] if rule else []), replace(learning, tau_synapse=synapse.tau)]
    errors = NeuronGroup(population.n, InputCurrent())
    return SynapseGroup(source, population, weight, synapse=synapse, delay=delay, rule=rules, name=name,
                        signal=(errors, "x"))


def _receiver(target: Any) -> tuple[Any, Any]:
    """Return the population whose encoders count, and the group that receives: the error units of a
    connection."""
    if not isinstance(target, SynapseGroup):
        return target, target
    if target.signal is None or not isinstance(target.signal[0].model, InputCurrent):
        checks.fail("connect", "target", target, "a population, or a connection made with learning=PES(…)")
    return target.target, target.signal[0]


def _tuning(group: object) -> TuningCurves:
    """Return the tuning curves of a group; an error says that it has none."""
    if not isinstance(group, (LIFGroup, Population)) or group.tuning is None:
        checks.fail("population", "group", group, "a LIFGroup with dimensions or a Population", TypeError)
    return group.tuning


def _chosen(field: str, chosen: Dimensions, dimensions: int) -> IntArray:
    """Return the chosen ones of `dimensions` dimensions as indices."""
    every = np.arange(dimensions)
    try:
        indices = every if chosen is None else np.atleast_1d(every[chosen])
    except (IndexError, TypeError):
        indices = every[:0]
    if indices.ndim != 1 or np.unique(indices).size < max(indices.size, 1):
        accepted = f"different numbers from 0 to {dimensions - 1}, or a slice of them"
        checks.fail("connect", field, chosen, accepted)
    return indices
