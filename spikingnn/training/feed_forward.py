"""The feed-forward twin of a spiking model: the same sizes, ReLU in place of spikes, no time."""

from __future__ import annotations

from .model import Model


__all__ = ["feed_forward_twin"]


def feed_forward_twin(model: Model) -> Model:
    """Return a new `Model` of one step with the same weights' shapes and seed, but without spikes and time.

    Each layer of units becomes a `ReLU`; `Mean` and `Readout` are left out. A layer says what becomes of it
    by `Layer.feed_forward`.

    Examples
    --------
    >>> from spikingnn.training import Dense, LIFLayer, Mean, Model
    >>> feed_forward_twin(Model([Dense(24), LIFLayer(), Mean(), Dense(3)], shape=36, steps=4)).names
    ('0_Dense', '1_ReLU', '2_Dense')
    """
    layers = [layer for layer in (each.feed_forward() for each in model.layers) if layer is not None]
    return Model(layers, model.shape, steps=1, seed=model.seed, dtype=str(model.dtype))
