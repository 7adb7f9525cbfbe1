"""Spike codes as a transformer."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin

from .._util import checks
from .._util.typing import ArrayLike, FloatArray
from ..encoding import BurstEncoder, LatencyEncoder, PhaseEncoder, PoissonEncoder, RankOrderEncoder
from ..encoding.encoder import Encoder
from ..spikes import Spikes
from .scaled import ScaledEstimator


__all__ = ["CODES", "OUTPUTS", "SpikeEncoder"]

CODES: dict[str, type[Encoder]] = {
    "poisson": PoissonEncoder, "latency": LatencyEncoder, "phase": PhaseEncoder, "burst": BurstEncoder,
    "rank_order": RankOrderEncoder}
"""Name -> encoder with its defaults."""

OUTPUTS = ("count", "first", "spikes")


class SpikeEncoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ScaledEstimator):
    """Turns each sample into spikes: one unit per feature, whose stimulus is the scaled value.

    Random spikes depend on the seed and the feature, not on the place of a sample among others: the same
    sample always gives the same spikes.

    Parameters
    ----------
    encoder : str or Encoder
        ``"poisson"``, ``"latency"``, ``"phase"``, ``"burst"`` or ``"rank_order"``, or an encoder such as
        ``PoissonEncoder(max_rate=100.0)``.
    duration : float
        ms: how long a sample is shown.
    dt : float
        ms: time step.
    output : str
        ``"count"``: spikes per unit, (k, n); ``"first"``: ms of the first spike, `duration` where there is
        none, (k, n); ``"spikes"``: 0 and 1 for each step and unit, (k, steps·n), the units of a step
        side by side.
    scaling : str
        ``"feature"`` or ``"global"``: range by which samples are scaled, see `ScaledEstimator`.
    random_state : int, RandomState or None
        Seed of the random numbers.

    Raises
    ------
    ValueError
        In `fit` or `transform`, if a parameter or a sample is out of range.

    Examples
    --------
    >>> X = np.array([[0.0, 5.0], [10.0, 10.0]])
    >>> SpikeEncoder("latency", scaling="global", output="first").fit_transform(X)
    array([[100. ,  40.2],
           [  0. ,   0. ]])
    """

    def __init__(self, encoder: str | Encoder = "poisson", duration: float = 100.0, dt: float = 0.1,
                 output: str = "count", scaling: str = "feature", random_state: Any = None) -> None:
        self.encoder = encoder
        self.duration = duration
        self.dt = dt
        self.output = output
        self.scaling = scaling
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Fit the range of the samples X (k, n); y is not used."""
        if not isinstance(self.encoder, Encoder):
            checks.one_of(self, "encoder", self.encoder, CODES)
        checks.one_of(self, "output", self.output, OUTPUTS)
        steps = round(checks.positive(self, "duration", self.duration) / checks.positive(self, "dt", self.dt))
        self.fit_range(X)
        self.seed_ = self.drawn_seed()
        self._n_features_out = self.n_features_in_ * (steps if self.output == "spikes" else 1)
        return self

    def transform(self, X: ArrayLike) -> FloatArray:
        """Return the spikes of each sample, as `output` says."""
        levels = self.scaled(X)
        encoder = self.encoder if isinstance(self.encoder, Encoder) else CODES[self.encoder]()
        read = {"count": Spikes.count, "first": self._first, "spikes": self._raster}[self.output]
        encoded = (encoder.encode(row, self.duration, self.dt, self.seed_) for row in levels)
        return np.stack([read(spikes) for spikes in encoded]).astype(float)

    def _first(self, spikes: Spikes) -> FloatArray:
        first = np.full(spikes.n, float(self.duration))
        np.minimum.at(first, spikes.i, spikes.t)
        return first

    def _raster(self, spikes: Spikes) -> FloatArray:
        raster: FloatArray = spikes.raster().ravel().astype(float)
        return raster
