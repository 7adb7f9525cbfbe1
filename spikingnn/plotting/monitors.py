"""What monitors and synapses hold, on given axes: states, rates, intervals, connections, sheets of units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._util import checks
from .._util.typing import ArrayLike, FloatArray
from ..analysis import cv, isi, psth
from ..analysis import population_rate as smooth_rate
from .spikes import weight_matrix
from .style import BLUE, COLOURS, UNKNOWN, on_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


__all__ = ["connectivity", "isi_histogram", "population_rate", "sheet", "trace"]

NAMES = {"v": "membrane potential (mV)", "w": "adaptation current (nA)", "theta": "threshold increase (mV)",
         "u": "recovery variable (mV/ms)", "current": "current (nA)", "eta": "after-potential (mV)",
         "refractory": "remaining refractory steps", "m": "gating variable m", "h": "gating variable h",
         "n": "gating variable n"}
MAX_CURVES = len(COLOURS)       # with a colour and an entry of the legend each
MAX_PIXELS = 500                # along one side of a picture of a large weight matrix


@on_axes
def trace(ax: Axes, v: Any, units: Any = None, offset: float = 0.0, colour: str | None = None,
          label: str | None = None) -> Axes:
    """Draw recorded states against time, one curve per unit.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; left out: the current axes.
    v : StateMonitor
        Recorded states.
    units : int, slice or sequence of int, optional
        Which of the recorded units are drawn; None: all.
    offset : float
        Distance by which each curve is drawn above the last, in the unit of the state.
    colour : str, optional
        Colour of all curves; None: one each, as long as there are enough.
    label : str, optional
        Label of the vertical axis; None: quantity and unit of the states of the built-in models.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    TypeError
        If `v` is no StateMonitor.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from spikingnn import LIFGroup, Network, StateMonitor
    >>> from spikingnn.plotting import trace
    >>> group = LIFGroup(2)
    >>> v = StateMonitor(group, "v")
    >>> Network(group, v).run(50.0, inputs={group: [1.0, 2.0]})
    >>> trace(Figure().subplots(), v).get_ylabel()
    'membrane potential (mV)'
    """
    if not (hasattr(v, "values") and hasattr(v, "state")):
        checks.fail("trace", "v", v, "a StateMonitor", TypeError)
    picked = np.arange(v.values.shape[1])[slice(None) if units is None else units]
    chosen = np.atleast_1d(picked)
    several = 1 < chosen.size <= MAX_CURVES
    for k, column in enumerate(chosen):
        drawn = colour or (COLOURS[k] if several else BLUE)
        ax.plot(v.t, v.values[:, column] + k * offset, color=drawn, linewidth=1.2,
                label=f"neuron {v.index[column]}" if several else None)
    shifted = f",\nneighbouring curves {offset:g} apart" if offset and chosen.size > 1 else ""
    ax.set(xlabel="time (ms)", ylabel=(label or NAMES.get(v.state, v.state)) + shifted)
    if several and colour is None:
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, frameon=False, fontsize="small")
    return ax


@on_axes
def population_rate(ax: Axes, spikes: Any, width: float | None = None, sigma: float | None = None,
                    duration: float | None = None, colour: str = BLUE, label: str | None = None) -> Axes:
    """Draw the firing rate of a population against time, in bins or smoothed by a Gaussian.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; left out: the current axes.
    spikes : SpikeMonitor, Spikes or list of arrays
        Spikes of the population.
    width : float, optional
        ms: width of the bins.
    sigma : float, optional
        ms: standard deviation of the Gaussian; without width and sigma 5 ms.
    duration : float, optional
        ms: end of the recording; needed where the spikes are a list of arrays.
    colour : str
        Colour of the curve.
    label : str, optional
        Entry of the legend.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    ValueError
        If both width and sigma are given.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from spikingnn.plotting import population_rate
    >>> population_rate(Figure().subplots(), [[5.0, 25.0], [8.0]], width=10.0, duration=40.0).get_ylabel()
    'firing rate (Hz)'
    """
    if width is not None and sigma is not None:
        checks.fail("population_rate", "sigma", sigma, "None where the rate is drawn in bins of a width")
    if width is None:
        smooth = 5.0 if sigma is None else sigma
        t, rate = smooth_rate(spikes, smooth, min(1.0, smooth / 4.0), duration)
        ax.plot(t, rate, color=colour, linewidth=1.5, label=label)
    else:
        t, rate = psth(spikes, width, duration)
        ax.stairs(rate, np.append(t, t[-1] + width), fill=True, color=colour, alpha=0.8, label=label)
    ax.set(xlabel="time (ms)", ylabel="firing rate (Hz)")
    ax.set_ylim(bottom=0.0)
    return ax


@on_axes
def isi_histogram(ax: Axes, spikes: Any, width: float | None = None, longest: float | None = None,
                  colour: str = BLUE, label: str | None = None) -> Axes:
    """Draw the histogram of the interspike intervals of all units, with the mean of their CV as title.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; left out: the current axes.
    spikes : SpikeMonitor, Spikes or list of arrays
        Spikes of the units; intervals are those within each unit.
    width : float, optional
        ms: width of the bins; None: a fiftieth of the longest interval that is drawn.
    longest : float, optional
        ms: longest interval that is drawn; None: the 99th percentile.
    colour : str
        Colour of the bars.
    label : str, optional
        Entry of the legend.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from spikingnn.plotting import isi_histogram
    >>> isi_histogram(Figure().subplots(), [[0.0, 10.0, 40.0], [5.0, 15.0]]).get_title()
    'CV = 0.50'
    """
    gaps = np.concatenate([np.empty(0), *isi(spikes)])
    network = getattr(spikes, "network", None)
    dt = network.dt if network is not None else 0.0
    if gaps.size:
        top = float(np.percentile(gaps, 99)) if longest is None else longest
        step = top / 50.0 if width is None else width
        step = max(round(step / dt), 1) * dt if dt else step
        edges = np.arange(0.0, top + 2.0 * step, step) - 0.5 * dt       # an interval on the grid is no edge
        ax.hist(gaps, edges.tolist(), color=colour, alpha=0.8, label=label)
    with np.errstate(invalid="ignore"):
        values = cv(spikes)
    if np.isfinite(values).any():
        ax.set_title(f"CV = {np.nanmean(values):.2f}")
    ax.set(xlabel="interspike interval (ms)", ylabel="number of intervals")
    ax.set_xlim(left=0.0)
    return ax


@on_axes
def connectivity(ax: Axes, synapses: Any, largest: float | None = None) -> Axes:
    """Draw the weights of a group of synapses as a matrix, negative blue, positive red, absent white.

    A matrix of more than 500 rows or columns is drawn in blocks: their mean weight, absent synapses included.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; left out: the current axes.
    synapses : SynapseGroup
        Synapses, of a network that is built.
    largest : float, optional
        Absolute weight of full colour; None: the 99th percentile of the absolute values that are not zero.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    TypeError
        If `synapses` are no synapses, or their connections are not drawn yet.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from spikingnn import FixedProbability, LIFGroup, Network, SynapseGroup
    >>> from spikingnn.plotting import connectivity
    >>> group = LIFGroup(50)
    >>> synapses = SynapseGroup(group, group, FixedProbability(0.1, 0.5))
    >>> network = Network(group, synapses, seed=1)
    >>> connectivity(Figure().subplots(), synapses).get_xlabel()
    'to neuron'
    """
    weight: Any = getattr(synapses, "weight", None)
    weight = weight.dense() if hasattr(weight, "dense") else weight
    if weight is None or not hasattr(weight, "shape"):
        accepted = "a SynapseGroup of a network that is built"
        checks.fail("connectivity", "synapses", synapses, accepted, TypeError)
    n_pre, n_post = weight.shape
    shown = _in_blocks(weight)
    if largest is None:
        present = np.abs(shown[shown != 0.0])
        largest = float(np.percentile(present, 99)) if present.size else 1.0
    kind = "mean weight" if shown.shape != (n_pre, n_post) else "weight"
    extent = (-0.5, n_post - 0.5, n_pre - 0.5, -0.5)
    weight_matrix(ax, shown, f"{kind} ({synapses.synapse.unit})", extent, largest)
    ax.set_aspect("equal" if 0.2 < n_pre / n_post < 5.0 else "auto")
    return ax


def _in_blocks(weight: Any) -> FloatArray:
    """Return a matrix, dense or sparse, as an array of at most MAX_PIXELS rows and columns: block means."""
    rows, columns = (-(-size // MAX_PIXELS) for size in weight.shape)
    if rows == columns == 1:
        return weight.toarray() if hasattr(weight, "toarray") else np.asarray(weight, dtype=np.float64)
    if hasattr(weight, "tocoo"):
        entries = weight.tocoo()
        pre, post, values = entries.row, entries.col, entries.data
    else:
        dense = np.asarray(weight)
        pre, post = np.nonzero(dense)
        values = dense[pre, post]
    height, width = -(-weight.shape[0] // rows), -(-weight.shape[1] // columns)
    total = np.bincount(pre // rows * width + post // columns, values, height * width)
    pairs = np.outer(np.diff(np.append(np.arange(height) * rows, weight.shape[0])),
                     np.diff(np.append(np.arange(width) * columns, weight.shape[1])))
    return np.asarray(total.reshape(height, width) / pairs, dtype=np.float64)


@on_axes
def sheet(ax: Axes, units: Any, values: ArrayLike, label: str = "", limits: tuple[float, float] | None = None,
          colours: str = "viridis", length: str = "") -> Axes:
    """Draw one value per unit of a two-dimensional sheet: a picture if the units lie on a grid, else dots.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; left out: the current axes.
    units : NeuronGroup, GroupSlice or array_like (n, 2)
        Units with positions, or the positions x, y.
    values : array_like, (n,)
        Value of each unit: a state, a rate, a weight; NaN is light blue.
    label : str
        Label of the colour bar: quantity and unit.
    limits : tuple of float, optional
        Values of the two ends of the colour bar; None: the smallest and the largest.
    colours : str
        Colour map.
    length : str
        Unit of length of the positions, for the labels of the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    ValueError
        If there are no positions in two dimensions, or not one value per unit.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> from spikingnn import LIFGroup, grid
    >>> from spikingnn.plotting import sheet
    >>> group = LIFGroup(12, positions=grid((4, 3), spacing=0.1))
    >>> sheet(Figure().subplots(), group, group["v"], "membrane potential (mV)", length="mm").get_xlabel()
    'x (mm)'
    """
    import matplotlib

    positions, shown = _checked_sheet(units, values)
    low, high = limits or (None, None)
    colour_map = matplotlib.colormaps[colours].with_extremes(bad=UNKNOWN)
    picture = _as_picture(positions, shown)
    if picture is None:
        drawn: Any = ax.scatter(positions[:, 0], positions[:, 1], 12.0, np.ma.masked_invalid(shown),
                                cmap=colour_map, vmin=low, vmax=high, plotnonfinite=True)
    else:
        pixels, extent = picture
        drawn = ax.imshow(np.ma.masked_invalid(pixels), colour_map, vmin=low, vmax=high, origin="lower",
                          extent=extent, interpolation="nearest")
    ax.figure.colorbar(drawn, cax=ax.inset_axes((1.03, 0.0, 0.04, 1.0)), label=label)
    unit = f" ({length})" if length else ""
    ax.set(xlabel=f"x{unit}", ylabel=f"y{unit}", aspect="equal")
    return ax


def _checked_sheet(units: Any, values: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return (positions (n, 2), values (n,))."""
    accepted = "positions x, y of shape (n, 2), or a group with such positions"
    positions = np.asarray(checks.number("sheet", "units", getattr(units, "positions", units), accepted))
    if positions.ndim != 2 or positions.shape[1] != 2:
        checks.fail("sheet", "units", units, accepted)
    shown = checks.real_array("sheet", "values", values).astype(np.float64)
    if shown.shape != (len(positions),):
        checks.fail("sheet", "values", shown.shape, f"one value per unit, shape ({len(positions)},)")
    return positions, shown


def _as_picture(positions: FloatArray, values: FloatArray,
                ) -> tuple[FloatArray, tuple[float, float, float, float]] | None:
    """Return (pixels (height, width), extent) of units that fill a grid, in any order; else None."""
    places, halves = [], []
    for coordinate in positions.T:
        span = np.ptp(coordinate)
        levels = np.unique(np.round(coordinate - coordinate.min(), 9 - int(np.ceil(np.log10(span or 1.0)))))
        spacing = span / max(levels.size - 1, 1) or 1.0
        place = (coordinate - coordinate.min()) / spacing
        if np.abs(place - np.rint(place)).max() > 1e-3:
            return None
        places.append(np.rint(place).astype(np.int64))
        halves.append((coordinate.min() - spacing / 2.0, coordinate.max() + spacing / 2.0))
    width, height = (place.max() + 1 for place in places)
    at = places[1] * width + places[0]
    if len(values) != width * height or np.unique(at).size != at.size:
        return None
    pixels = np.empty(width * height)
    pixels[at] = values
    return pixels.reshape(height, width), (*halves[0], *halves[1])
