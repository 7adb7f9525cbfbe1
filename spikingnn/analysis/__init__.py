"""Statistics of spike trains and distances between them.

Spike trains are lists of arrays of times in ms, or any object with ``.trains()``: a `SpikeMonitor`, or
what `encode` returns. Times and widths are in ms, rates in Hz. ``duration`` (the end of the recording)
may be omitted where the spikes know it. A result that is not defined, such as the CV of a train of two
spikes, is NaN.
"""

from .comparison import cross_correlogram, spike_time_tiling, van_rossum, victor_purpura
from .oscillations import phase_locking, power_spectrum, spike_triggered_average, synchrony
from .statistics import cv, cv2, fano, fano_in_time, isi, lv, population_rate, psth, rates


__all__ = ["cross_correlogram", "cv", "cv2", "fano", "fano_in_time", "isi", "lv", "phase_locking",
           "population_rate", "power_spectrum", "psth", "rates", "spike_time_tiling",
           "spike_triggered_average", "synchrony", "van_rossum", "victor_purpura"]
