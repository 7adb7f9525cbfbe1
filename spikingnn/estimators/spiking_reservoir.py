"""A reservoir of spiking neurons as a transformer."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin

from .._util import checks
from .._util.typing import ArrayLike, FloatArray
from ..connectivity import FixedProbability
from ..groups import LIFGroup
from ..monitors import SpikeMonitor
from ..network import Network
from ..neurons import FirstOrderLIF
from ..synapse_group import SynapseGroup
from ..synapses import FirstOrderSynapse
from .scaled import ScaledEstimator


__all__ = ["SpikingReservoir"]

EXCITATORY = 0.8        # fraction of the neurons
TAU_SYN = 5.0           # ms


class SpikingReservoir(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ScaledEstimator):
    """A random recurrent network of leaky integrate-and-fire neurons, whose rates a linear model reads.

    The currents of a sample x, from 0 to 1, are::

        I(t) = bias + input_gain · (2 x(t) − 1) W_in,       W_in ~ N(0, 1/channels)   nA

    Each spike is passed on with probability `connection` through an exponential synapse, excitatory of four
    neurons in five, inhibitory of the fifth and four times as strong, so that both cancel on average. The
    network starts afresh with each sample.

    Parameters
    ----------
    neurons : int
        Number of neurons.
    duration : float
        ms: how long a sample is shown, divided evenly over its rows.
    windows : int
        Number of equal windows of time in which spikes are counted.
    channels : int, optional
        Length of a row where a sample is a sequence: n features are n/channels rows, one after the other.
        None: a sample is one row.
    connection : float
        Probability of a connection.
    recurrent_gain : float
        nA: excitatory weight times the mean number of excitatory inputs.
    input_gain, bias : float
        nA: amplitude of the input currents, and constant current. The rheobase is 1.5 nA.
    dt : float
        ms: time step.
    scaling : str
        ``"feature"`` or ``"global"``: range by which samples are scaled, see `ScaledEstimator`.
    random_state : int, RandomState or None
        Seed of all weights.

    Attributes
    ----------
    network_ : Network
        The network.

    Raises
    ------
    ValueError
        In `fit`, if a parameter or a sample is out of range.

    References
    ----------
    Maass, Natschläger & Markram, Neural Computation 14:2531 (2002).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> X, y = load_iris(return_X_y=True)
    >>> reservoir = SpikingReservoir(neurons=100, random_state=0)
    >>> model = make_pipeline(reservoir, LogisticRegression(C=0.01, max_iter=1000)).fit(X, y)
    >>> bool(model.score(X, y) > 0.93)
    True
    """

    def __init__(self, neurons: int = 200, duration: float = 200.0, windows: int = 1,
                 channels: int | None = None, connection: float = 0.1, recurrent_gain: float = 1.0,
                 input_gain: float = 2.0, bias: float = 1.5, dt: float = 0.5, scaling: str = "feature",
                 random_state: Any = None) -> None:
        self.neurons = neurons
        self.duration = duration
        self.windows = windows
        self.channels = channels
        self.connection = connection
        self.recurrent_gain = recurrent_gain
        self.input_gain = input_gain
        self.bias = bias
        self.dt = dt
        self.scaling = scaling
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Fit the range of the samples X (k, n) and draw the network; y is not used."""
        self.fit_range(X)
        features = self.n_features_in_
        channels = features if self.channels is None else checks.integer(self, "channels", self.channels)
        if features % channels:
            checks.fail(self, "channels", channels, f"a divisor of the {features} features")
        neurons, seed = checks.integer(self, "neurons", self.neurons, minimum=2), self.drawn_seed()
        checks.integer(self, "windows", self.windows)
        rng = np.random.default_rng(seed)
        self.input_weights_ = rng.normal(0.0, 1.0 / np.sqrt(channels), (channels, neurons))
        self.network_ = self._network(neurons, seed)
        self._n_features_out = neurons * self.windows
        return self

    def _network(self, neurons: int, seed: int) -> Network:
        checks.unit_interval(self, "connection", self.connection)
        group = LIFGroup(neurons, FirstOrderLIF(), name="reservoir")
        excitatory = max(1, round(EXCITATORY * neurons))
        weight = checks.non_negative(self, "recurrent_gain", self.recurrent_gain) / max(
            1.0, self.connection * excitatory)
        inhibition = -weight * EXCITATORY / (1 - EXCITATORY)
        parts = [SynapseGroup(group[:excitatory], group, FixedProbability(self.connection, weight),
                              FirstOrderSynapse(TAU_SYN))]
        if excitatory < neurons:
            connections = FixedProbability(self.connection, inhibition)
            parts.append(SynapseGroup(group[excitatory:], group, connections, FirstOrderSynapse(TAU_SYN)))
        self.spikes_ = SpikeMonitor(group)
        return Network(group, *parts, self.spikes_, dt=self.dt, seed=seed)

    def transform(self, X: ArrayLike) -> FloatArray:
        """Return the rate of each neuron in each window in Hz, (k, windows · neurons), a window's side by
        side."""
        return np.stack([self._rates(row) for row in self.scaled(X)])

    def _rates(self, row: FloatArray) -> FloatArray:
        channels, neurons = self.input_weights_.shape
        network, width = self.network_, self.duration / self.windows
        group, spikes = network.groups[0], self.spikes_
        rows = row.reshape(-1, channels) * 2 - 1
        currents = self.bias + self.input_gain * rows @ self.input_weights_
        network.reset()
        network.run(self.duration, inputs={group: currents}, progress=False)
        window = np.minimum((spikes.t / width + 1e-9).astype(np.int64), self.windows - 1)
        counts = np.bincount(window * neurons + spikes.i, minlength=self.windows * neurons)
        rates: FloatArray = counts / (width / 1000.0)
        return rates
