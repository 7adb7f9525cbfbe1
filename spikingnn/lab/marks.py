"""What a scene draws: axes with marks. The page draws them on a canvas; all numbers travel as float32.

A picture is a list of rows, each a list of `axes(…)`::

    [[axes(line(t, v), x="time (ms)", y="v (mV)")], [axes(raster(t, i), …), axes(bars(…), …)]]

A list in the place of axes is a column of axes below each other.
"""

from __future__ import annotations

import base64
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ..plotting import BLUE, COLOURS, GREEN, ORANGE


__all__ = ["BLACK", "BLUE", "COLOURS", "GREEN", "GREY", "LIGHT", "ORANGE", "PURPLE", "Axes", "Mark",
           "Picture", "arrows",
           "axes", "band", "bars", "dots", "image", "level", "line", "moment", "raster", "text"]

BLACK, GREY, LIGHT, PURPLE = "#1a1a1a", "#767676", "#c8c8c8", "#CC79A7"
Mark: TypeAlias = dict[str, Any]
Axes: TypeAlias = dict[str, Any]
Picture: TypeAlias = list[list[Axes | list[Axes]]]


def packed(values: ArrayLike) -> str:
    """Return numbers as base64 of little-endian float32."""
    return base64.b64encode(np.asarray(values, "<f4").tobytes()).decode()


def line(x: ArrayLike, y: ArrayLike, colour: str = BLUE, label: str = "", width: float = 2.0,
         dash: bool = False, step: bool = False) -> Mark:
    """A curve through points; NaN leaves a gap. With `step` each y is held until the next x."""
    return {"kind": "line", "x": packed(x), "y": packed(y), "colour": colour, "label": label, "width": width,
            "dash": dash, "step": step}


def dots(x: ArrayLike, y: ArrayLike, colour: str = BLUE, label: str = "", size: float = 4.0,
         hollow: bool = False) -> Mark:
    """Points as discs of a radius of `size`."""
    return {"kind": "dots", "x": packed(x), "y": packed(y), "colour": colour, "label": label, "size": size,
            "hollow": hollow}


def raster(t: ArrayLike, i: ArrayLike, colour: str = BLUE, label: str = "", height: float = 0.8) -> Mark:
    """Spikes as vertical strokes at the times t in the rows i, `height` rows high."""
    return {"kind": "raster", "x": packed(t), "y": packed(i), "colour": colour, "label": label,
            "height": height}


def bars(x: ArrayLike, heights: ArrayLike, colour: str = BLUE, label: str = "", width: float = 0.8) -> Mark:
    """Bars from zero, `width` wide in units of x."""
    return {"kind": "bars", "x": packed(x), "y": packed(heights), "colour": colour, "label": label,
            "width": width}


def image(values: ArrayLike, low: float = 0.0, high: float = 1.0, signed: bool = False,
          extent: tuple[float, float, float, float] | None = None, scale: str = "") -> Mark:
    """Values (height, width) as colours, the first row on top: black to white, or blue to orange if `signed`.

    `extent` is (left, right, bottom, top) in the units of the axes; with `scale`, a bar of colours of this
    name is drawn at the side.
    """
    levels = np.asarray(values, np.float64)
    height, width = levels.shape
    fraction = np.nan_to_num(np.clip((levels - low) / ((high - low) or 1.0), 0, 1))
    pixels = base64.b64encode(np.round(255 * fraction).astype(np.uint8).tobytes()).decode()
    return {"kind": "image", "pixels": pixels, "shape": [height, width], "signed": signed, "scale": scale,
            "low": float(low), "high": float(high), "extent": list(extent or (0, width, height, 0))}


def arrows(x: ArrayLike, y: ArrayLike, u: ArrayLike, v: ArrayLike, colour: str = LIGHT) -> Mark:
    """Arrows of one length from the points (x, y) in the directions (u, v), given in units of the axes."""
    ends = {"x": packed(x), "y": packed(y), "u": packed(u), "v": packed(v)}
    return {"kind": "arrows", **ends, "colour": colour}


def text(x: float, y: float, words: str, colour: str = BLACK, align: str = "left", size: float = 1.0) -> Mark:
    """Words at a point; `align` is left, center or right, `size` relative to that of labels."""
    return {"kind": "text", "at": [float(x), float(y)], "words": words, "colour": colour, "align": align,
            "size": size}


def band(begin: float, end: float, colour: str = "#e6e6e6", label: str = "") -> Mark:
    """A vertical band from x = begin to end, behind everything."""
    return {"kind": "band", "ends": [float(begin), float(end)], "colour": colour, "label": label}


def level(y: float, colour: str = GREY, label: str = "") -> Mark:
    """A dashed horizontal line."""
    return {"kind": "level", "value": float(y), "colour": colour, "label": label}


def moment(x: float, colour: str = GREY, label: str = "") -> Mark:
    """A dashed vertical line."""
    return {"kind": "moment", "value": float(x), "colour": colour, "label": label}


def axes(*marks: Mark, x: str = "", y: str = "", xlim: tuple[float, float] | None = None,
         ylim: tuple[float, float] | None = None, title: str = "", log: bool = False, square: bool = False,
         width: float = 1.0, height: float = 1.0, xticks: dict[float, str] | None = None,
         yticks: dict[float, str] | None = None, push: str = "") -> Axes:
    """Axes that name quantity and unit, with marks in the order in which they are drawn.

    Parameters
    ----------
    *marks
        Lines, dots, rasters, bars, images, arrows, texts, bands, levels.
    x, y, title : str
        Labels: quantity and unit.
    xlim, ylim : (float, float), optional
        Ends; None: those of the marks.
    log : bool
        Whether x is logarithmic.
    square : bool
        Whether both directions have the same scale (pictures).
    width, height : float
        Size relative to the other axes of the row, and of the row relative to other rows.
    xticks, yticks : dict, optional
        {position: text}; None: round numbers.
    push : str
        Name of a parameter that gets the y of the mouse while it is pressed on these axes, and its default
        after that.

    Returns
    -------
    dict
        As the page reads it.
    """
    return {"marks": list(marks), "x": x, "y": y, "xlim": xlim and [float(end) for end in xlim],
            "ylim": ylim and [float(end) for end in ylim], "title": title, "log": log, "square": square,
            "width": width, "height": height, "push": push,
            "xticks": _listed(xticks), "yticks": _listed(yticks)}


def _listed(ticks: dict[float, str] | None) -> list[list[Any]] | None:
    return None if ticks is None else [[float(place), words] for place, words in ticks.items()]
