"""Spikes of the cortical microcircuit and rates of its neurons: Figure 6 of Potjans & Diesmann (2014)."""
import numpy as np
from matplotlib.figure import Figure
from microcircuit_parameters import POPULATIONS, REFERENCE

from spikingnn.plotting import BLUE, ORANGE, raster


SHOWN, DENSITY = 400.0, 0.025           # ms; fraction of the neurons in the raster plot at full scale
SKIPPED, SAMPLE = 500.0, 1000           # ms; neurons per population whose statistics are shown


def draw(path, monitors, end):
    """Write the picture of the spikes of the eight populations up to `end` ms."""
    figure = Figure(figsize=(12.0, 6.5), layout="constrained")
    spikes, rates, cvs = figure.subplots(1, 3, width_ratios=[2.2, 1.0, 1.0])
    fraction, first = min(1.0, DENSITY * 77169 / sum(len(each.count()) for each in monitors)), 0
    colours = [(BLUE, ORANGE)[p % 2] for p in range(8)]
    for monitor, name, colour in zip(monitors, POPULATIONS, colours):
        n = int(fraction * len(monitor.count()))
        kept = (monitor.i < n) & (monitor.t >= end - SHOWN)
        raster(spikes, monitor.t[kept] - end + SHOWN, first + monitor.i[kept], colour, 2.0)
        spikes.text(-5.0, first + n / 2, name, color=colour, ha="right", va="center")
        first += n
    spikes.set(xlim=(0.0, SHOWN), ylim=(first, 0), yticks=[], ylabel="", title="Spikes")
    each = [statistics(monitor, end) for monitor in monitors]
    boxes(rates, [rate for rate, _ in each], colours, "rate (Hz)", "Rates of the neurons")
    rates.plot(REFERENCE, range(8), "k*", markersize=9, label="full network in NEST")
    rates.legend(loc="upper right", frameon=False)
    boxes(cvs, [cv for _, cv in each], colours, "CV of the intervals", "Irregularity")
    figure.savefig(path, dpi=130)


def statistics(monitor, end):
    """Return rates in Hz, and coefficients of variation of the intervals, of the first neurons."""
    trains = [train[train >= SKIPPED] for train in monitor.trains()[:SAMPLE]]
    intervals = [np.diff(train) for train in trains if train.size > 2]
    return (np.array([1000.0 * train.size / (end - SKIPPED) for train in trains]),
            np.array([each.std() / each.mean() for each in intervals]))


def boxes(axes, values, colours, label, title):
    """Draw one box per population, the first on top; triangles are means."""
    drawn = axes.boxplot(values, positions=range(8), orientation="horizontal", showfliers=False, widths=0.6,
                         patch_artist=True, showmeans=True, medianprops={"color": "black"},
                         meanprops={"markerfacecolor": "white", "markeredgecolor": "black"})
    for box, colour in zip(drawn["boxes"], colours):
        box.set(facecolor=colour, alpha=0.7)
    axes.set(xlabel=label, title=title, yticklabels=POPULATIONS)
    axes.set(ylim=(7.6, -0.6), xlim=(0.0, None))
