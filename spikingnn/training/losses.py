"""Loss functions: from outputs (T, B, K) and labels (B,) to a number and its gradient with respect to the
outputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._util import checks


__all__ = ["READOUTS", "CrossEntropy", "RatePenalty", "logits", "softmax"]

_Array: TypeAlias = NDArray[Any]            # float32 or float64

READOUTS = ("membrane", "count", "rate", "first")
"""What the score of a class can be read from: see `CrossEntropy`."""


def softmax(scores: _Array) -> _Array:
    """Return the softmax of scores: exp(score) over its sum, along the last axis.

    Parameters
    ----------
    scores : array (…, K)
        Dimensionless: score of each class, such as `Model.scores` returns.

    Returns
    -------
    array (…, K)
        Probability of each class.

    Examples
    --------
    >>> import numpy as np
    >>> softmax(np.log([1.0, 3.0]))
    array([0.25, 0.75])
    """
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    probabilities: _Array = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities


def logits(outputs: _Array, readout: str = "membrane") -> _Array:
    """Return the score of each class, (B, K), read from outputs (T, B, K).

    Parameters
    ----------
    outputs : array (T, B, K)
        Outputs of a model.
    readout : str
        ``"membrane"`` or ``"rate"``: the mean over time. ``"count"``: the sum. ``"first"``: minus the time of
        the first spike in steps, −T where there is none.

    Examples
    --------
    >>> import numpy as np
    >>> spikes = np.array([[[0.0, 0.0]], [[1.0, 0.0]], [[1.0, 0.0]]])
    >>> logits(spikes, "count"), logits(spikes, "first")
    (array([[2., 0.]]), array([[-1., -3.]]))
    """
    if readout == "first":
        return np.asarray(-np.cumprod(1 - outputs, axis=0).sum(axis=0))
    return np.asarray(outputs.sum(axis=0) if readout == "count" else outputs.mean(axis=0))


@dataclass(frozen=True)
class CrossEntropy:
    """Cross-entropy between labels y and the softmax of scores z, averaged over the batch.

    ::

        L = −Σ_k y_k log softmax(z)_k

    The readout is what z is: ``"membrane"``, the mean over time of the outputs; ``"count"``, their sum, the
    number of spikes; ``"rate"``, the outputs of each step, with the losses of all steps averaged;
    ``"first"``, minus the time of the first spike, differentiated as a product of 1 − s_t.

    Parameters
    ----------
    readout : str, default 'membrane'
        ``"membrane"``, ``"count"``, ``"rate"`` or ``"first"``.
    smoothing : float, default 0.0
        Dimensionless: fraction of a label that is given to all classes equally, from 0 to 1.

    Raises
    ------
    ValueError
        If a field is out of range; when called, if outputs or labels have the wrong shape or a label is no
        class.

    References
    ----------
    Label smoothing: Szegedy et al., CVPR (2016).

    Examples
    --------
    >>> import numpy as np
    >>> loss, gradient = CrossEntropy()(np.zeros((4, 2, 10)), [3, 7])
    >>> round(loss, 4), gradient.shape
    (2.3026, (1, 2, 10))
    """

    readout: str = "membrane"
    """``"membrane"``, ``"count"``, ``"rate"`` or ``"first"``."""
    smoothing: float = 0.0
    """Dimensionless: fraction of a label that is given to all classes equally, from 0 to 1."""

    def __post_init__(self) -> None:
        checks.one_of(self, "readout", self.readout, READOUTS)
        checks.unit_interval(self, "smoothing", self.smoothing)

    def __call__(self, outputs: _Array, labels: ArrayLike) -> tuple[float, _Array]:
        """Return the loss and its gradient, (T, B, K) or, where it is the same at every step, (1, B, K)."""
        if outputs.ndim != 3:
            raise ValueError(f"CrossEntropy.outputs must have the shape (T, B, K), got {outputs.shape}; "
                             "end with Flatten() and Dense(K)")
        _, samples, classes = outputs.shape
        labels = checks.real_array(self, "labels", labels)
        if labels.shape != (samples,) or not np.isin(labels, range(classes)).all():
            raise ValueError(f"CrossEntropy.labels must be {samples} whole numbers from 0 to {classes - 1}")
        scores = outputs if self.readout == "rate" else logits(outputs, self.readout)[None]
        target = np.full((samples, classes), self.smoothing / classes, outputs.dtype)
        target[np.arange(samples), labels.astype(np.intp)] += 1 - self.smoothing
        shifted = scores - scores.max(axis=-1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        loss = -float(np.sum(logs * target, dtype=np.float64)) / (samples * len(scores))
        return loss, self._by_outputs((np.exp(logs) - target) / (samples * len(scores)), outputs)

    def _by_outputs(self, gradient: _Array, outputs: _Array) -> _Array:
        """The gradient with respect to the outputs, from that with respect to the scores."""
        if self.readout == "membrane":
            return gradient / len(outputs)
        return gradient * _first_spike_slopes(outputs) if self.readout == "first" else gradient


def _first_spike_slopes(spikes: _Array) -> _Array:
    """d(−first)/ds_t for spikes (T, …): Π_{u<t} (1 − s_u) · Σ_{v≥t} Π_{t<u≤v} (1 − s_u)."""
    silent_until = np.concatenate([np.ones_like(spikes[:1]), np.cumprod(1 - spikes[:-1], axis=0)])
    later = np.ones_like(spikes)
    for t in range(len(spikes) - 2, -1, -1):
        later[t] += (1 - spikes[t + 1]) * later[t + 1]
    return silent_until * later


@dataclass(frozen=True)
class RatePenalty:
    """Penalty that keeps the activity of spiking layers near a target.

    ::

        strength · Σ_layers mean_i (rate_i − target)²

    with rate_i the spikes per step of unit i, averaged over the batch.

    Parameters
    ----------
    strength : float, default 0.1
        Dimensionless: factor of the penalty.
    target : float, default 0.0
        Spikes per unit and step, from 0 to 1.

    Raises
    ------
    ValueError
        If a field is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> RatePenalty(strength=0.1, target=0.5).value(np.zeros((4, 2, 3)))
    0.025
    """

    strength: float = 0.1
    """Dimensionless: factor of the penalty."""
    target: float = 0.0
    """Spikes per unit and step, from 0 to 1."""

    def __post_init__(self) -> None:
        checks.non_negative(self, "strength", self.strength)
        checks.unit_interval(self, "target", self.target)

    def value(self, spikes: _Array) -> float:
        """Return the penalty of the spikes (T, B, …) of one layer."""
        return self.strength * float(np.mean(np.square(self._excess(spikes))))

    def gradient(self, spikes: _Array) -> _Array:
        """Return the gradient with respect to each spike, (1, 1, …): the same for all steps and samples."""
        excess = self._excess(spikes)
        factor = 2 * self.strength / (excess.size * len(spikes) * spikes.shape[1])
        return np.asarray((factor * excess)[None, None].astype(spikes.dtype))

    def _excess(self, spikes: _Array) -> _Array:
        return np.asarray(spikes.mean(axis=(0, 1)) - self.target)
