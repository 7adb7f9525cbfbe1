"""Spikes, pictures and weights on given axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._util.typing import ArrayLike
from ..spikes import trains_of
from .style import UNKNOWN, on_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


__all__ = ["image", "raster", "weight_matrix"]


@on_axes
def raster(ax: Axes, t: Any, i: ArrayLike | None = None, colour: str = "black", size: float = 1.5,
           label: str | None = None) -> Axes:
    """Draw a raster plot: one dot per spike, at its time and the index of its neuron.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; left out: the current axes.
    t : SpikeMonitor, Spikes, list of arrays, or array_like (events,)
        Spikes; or, with `i`, their times in ms.
    i : array_like, (events,), optional
        Indices of the neurons of times `t`.
    colour : str
        Colour of the dots.
    size : float
        Diameter of the dots in points.
    label : str, optional
        Entry of the legend.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from spikingnn import FirstOrderLIF, LIFGroup, Network, SpikeMonitor
    >>> from spikingnn.plotting import raster
    >>> group = LIFGroup(3, FirstOrderLIF(tau_m=[10.0, 20.0, 40.0]))
    >>> spikes = SpikeMonitor(group)
    >>> Network(group, spikes).run(100.0, inputs={group: 2.0})
    >>> raster(Figure().subplots(), spikes).get_xlabel()
    'time (ms)'
    """
    if i is None:
        trains = trains_of(t, "raster")
        t = np.concatenate([np.empty(0), *trains])
        i = np.repeat(np.arange(len(trains)), [train.size for train in trains])
    ax.plot(np.asarray(t), np.asarray(i), ".", color=colour, markersize=size, markeredgewidth=0,
            rasterized=True, label=label)
    ax.set(xlabel="time (ms)", ylabel="neuron")
    return ax


def image(ax: Axes, picture: ArrayLike, title: str | None = None,
          limits: tuple[float, float] = (0.0, 1.0)) -> Axes:
    """Draw a grey picture without axes.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    picture : array_like, (height, width)
        Grey levels; NaN, an unknown pixel, is light blue.
    title : str, optional
        Title of the axes.
    limits : tuple of float
        Levels that are drawn black and white.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from spikingnn.plotting import image
    >>> image(Figure().subplots(), [[0.0, 0.5], [1.0, float("nan")]], "four pixels").get_title()
    'four pixels'
    """
    import matplotlib

    grey = matplotlib.colormaps["gray"].with_extremes(bad=UNKNOWN)
    ax.imshow(np.ma.masked_invalid(picture), cmap=grey, vmin=limits[0], vmax=limits[1],
              interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    if title:
        ax.set_title(title)
    return ax


def weight_matrix(ax: Axes, weights: ArrayLike, label: str = "weight",
                  extent: Sequence[float] | None = None, largest: float | None = None) -> Axes:
    """Draw a weight matrix with a colour bar that is symmetric about zero: negative blue, positive red.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    weights : array_like, (n_pre, n_post)
        Weights, one row per presynaptic neuron.
    label : str
        Label of the colour bar.
    extent : sequence of float, optional
        Left, right, bottom and top of the axes, where `weights` is a sample of a larger matrix.
    largest : float, optional
        Absolute weight of full colour; None: the 99th percentile of the absolute weights, so that a few large
        weights do not make the others pale.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> from spikingnn.plotting import weight_matrix
    >>> weight_matrix(Figure().subplots(), np.eye(3) - 0.5, largest=0.5).get_xlabel()
    'to neuron'
    """
    values = np.asarray(weights)
    limit = float(np.percentile(np.abs(values), 99)) or 1.0 if largest is None else largest
    bounds = None if extent is None else (extent[0], extent[1], extent[2], extent[3])
    shown = ax.imshow(values, cmap="RdBu_r", vmin=-limit, vmax=limit, extent=bounds, interpolation="nearest")
    ax.figure.colorbar(shown, ax=ax, label=label, fraction=0.046, pad=0.03, extend="both")
    ax.set(xlabel="to neuron", ylabel="from neuron")
    return ax
