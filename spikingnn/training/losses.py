"""What is made small: a loss takes outputs (T, B, K) and labels (B,) to a number and its gradient by the outputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .._util import checks


__all__ = ["CrossEntropy", "RatePenalty", "logits", "softmax"]

READINGS = ("membrane", "count", "rate", "first")


def softmax(scores):
    """exp(score) over its sum, along the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def logits(outputs, of="membrane"):
    """The score of each class, (B, K), read from outputs (T, B, K): the mean over time ("membrane", "rate"), the sum ("count"), or
    minus the time of the first spike in steps ("first"; T where there is none)."""
    if of == "first":
        return -np.cumprod(1 - outputs, axis=0).sum(axis=0)
    return outputs.sum(axis=0) if of == "count" else outputs.mean(axis=0)


@dataclass(frozen=True)
class CrossEntropy:
    """−Σ_k y_k log softmax(z)_k, averaged over the batch.

    `of`: what z is read from: "membrane", the mean over time of the outputs; "count", their sum, the number of spikes; "rate", the
    outputs of each step, the losses of all steps being averaged; "first", minus the time of the first spike, differentiated
    as the product of 1 − s_t that it is. `smoothing`: this much of a label is given to all classes alike (Szegedy et al. 2016).
    """

    of: str = "membrane"
    smoothing: float = 0.0

    def __post_init__(self):
        checks.one_of(self, "of", self.of, READINGS)
        checks.unit_interval(self, "smoothing", self.smoothing)

    def __call__(self, outputs, labels):
        """(loss, gradient): a number, and (T, B, K), or (1, B, K) where it is the same at every step."""
        if outputs.ndim != 3:
            raise ValueError(f"CrossEntropy.outputs must have the shape (T, B, K), got {outputs.shape}; end with Flatten() and Dense(K)")
        _, samples, classes = outputs.shape
        labels = checks.real_array(self, "labels", labels)
        if labels.shape != (samples,) or not np.isin(labels, range(classes)).all():
            raise ValueError(f"CrossEntropy.labels must be {samples} whole numbers from 0 to {classes - 1}")
        scores = outputs if self.of == "rate" else logits(outputs, self.of)[None]
        wanted = np.full((samples, classes), self.smoothing / classes, outputs.dtype)
        wanted[np.arange(samples), labels.astype(np.intp)] += 1 - self.smoothing
        shifted = scores - scores.max(axis=-1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        loss = -float(np.sum(logs * wanted, dtype=np.float64)) / (samples * len(scores))
        return loss, self._to_outputs((np.exp(logs) - wanted) / (samples * len(scores)), outputs)

    def _to_outputs(self, gradient, outputs):
        if self.of == "membrane":
            return gradient / len(outputs)
        return gradient * _first_slopes(outputs) if self.of == "first" else gradient


def _first_slopes(spikes):
    """d(−first)/ds_t for spikes (T, …): Π_{u<t} (1 − s_u) · Σ_{v≥t} Π_{t<u≤v} (1 − s_u)."""
    open_until = np.concatenate([np.ones_like(spikes[:1]), np.cumprod(1 - spikes[:-1], axis=0)])
    later = np.ones_like(spikes)
    for t in range(len(spikes) - 2, -1, -1):
        later[t] += (1 - spikes[t + 1]) * later[t + 1]
    return open_until * later


@dataclass(frozen=True)
class RatePenalty:
    """strength · Σ_layers mean_i (rate_i − target)², rate_i the spikes a step of unit i, over the batch: keeps activity near a target."""

    strength: float = 0.1
    target: float = 0.0

    def __post_init__(self):
        checks.non_negative(self, "strength", self.strength)
        checks.unit_interval(self, "target", self.target)

    def value(self, spikes):
        """Of the spikes (T, B, …) of one layer."""
        return self.strength * float(np.mean(np.square(self._excess(spikes))))

    def gradient(self, spikes):
        """By each spike, (1, 1, …): the same for all steps and samples."""
        excess = self._excess(spikes)
        return (2 * self.strength / (excess.size * len(spikes) * spikes.shape[1]) * excess)[None, None].astype(spikes.dtype)

    def _excess(self, spikes):
        return spikes.mean(axis=(0, 1)) - self.target
