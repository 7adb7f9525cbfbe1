"""Spikes, pictures and weights on given axes."""

from __future__ import annotations

import numpy as np

from .style import UNKNOWN


__all__ = ["image", "raster", "weight_matrix"]


def raster(ax, t, i, colour="black", size=1.5, label=None):
    """Spikes as dots: times `t` in ms and indices `i`, both (events,)."""
    ax.plot(t, i, ".", color=colour, markersize=size, markeredgewidth=0, rasterized=True, label=label)
    ax.set(xlabel="time (ms)", ylabel="neuron")
    return ax


def image(ax, picture, title=None, limits=(0.0, 1.0)):
    """A grey picture (height, width), black at the lower of `limits`; NaN, an unknown pixel, is light blue."""
    import matplotlib

    grey = matplotlib.colormaps["gray"].with_extremes(bad=UNKNOWN)
    ax.imshow(np.ma.masked_invalid(picture), cmap=grey, vmin=limits[0], vmax=limits[1], interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    if title:
        ax.set_title(title)
    return ax


def weight_matrix(ax, weights, label="weight", extent=None, largest=None):
    """A matrix of weights, row = presynaptic, with a colour bar that is symmetric about zero: blue negative, red positive.

    `largest`: the weight of full colour; None takes the 99th percentile of |weight|, so that a few large ones do not pale the rest.
    `extent`: (left, right, bottom, top) of the axes where `weights` is a sample of a larger matrix.
    """
    if largest is None:
        largest = float(np.percentile(np.abs(weights), 99)) or 1.0
    shown = ax.imshow(weights, cmap="RdBu_r", vmin=-largest, vmax=largest, extent=extent, interpolation="nearest")
    ax.figure.colorbar(shown, ax=ax, label=label, fraction=0.046, pad=0.03, extend="both")
    ax.set(xlabel="to", ylabel="from")
    return ax
