"""Axes that several scenes draw alike."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from .marks import BLUE, Axes, Mark, axes, band, line, raster


__all__ = ["spike_row", "trace"]


def spike_row(spikes: Any, ends: tuple[float, float], title: str = "") -> Axes:
    """The spikes of one neuron as a narrow row."""
    return axes(raster(spikes, 0 * spikes, BLUE, height=0.9), y="spikes", xlim=ends, ylim=(-0.6, 0.6),
                yticks={}, xticks={}, height=0.3, title=title)


def trace(t: ArrayLike, values: ArrayLike, name: str, *marks: Mark, on: tuple[float, float] | None = None,
          ends: tuple[float, float] | None = None, last: bool = True, colour: str = BLUE,
          **options: Any) -> Axes:
    """A quantity over time, with a grey band while the stimulus is on; `last` in a column names the time."""
    stimulus = [band(*on)] if on else []
    return axes(*stimulus, *marks, line(t, values, colour), x="time (ms)" if last else "", y=name, xlim=ends,
                **options)
