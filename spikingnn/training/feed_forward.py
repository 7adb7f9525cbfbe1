"""The feed-forward twin of a spiking model: the same sizes, ReLU in place of spikes, no time."""

from __future__ import annotations

from .model import Model


__all__ = ["feed_forward_twin"]


def feed_forward_twin(model: Model) -> Model:
    """Return the counterpart of a spiking model without spikes and time: the same sizes and seed, one step.

    Each layer of units becomes a `ReLU`; `Mean` and `Readout` are left out. A layer says what becomes of it
    by `Layer.feed_forward`. Trained alike, it tells what spikes cost in accuracy.

    Parameters
    ----------
    model : Model
        Spiking model; it is left as it is.

    Returns
    -------
    Model
        New model with initial weights of the same shapes.

    Examples
    --------
    >>> from spikingnn.training import Dense, LIFLayer, Mean, Model
    >>> feed_forward_twin(Model([Dense(24), LIFLayer(), Mean(), Dense(3)], shape=36, steps=4)).names
    ('0_Dense', '1_ReLU', '2_Dense')
    """
    layers = [layer for layer in (each.feed_forward() for each in model.layers) if layer is not None]
    return Model(layers, model.shape, steps=1, seed=model.seed, dtype=str(model.dtype))
