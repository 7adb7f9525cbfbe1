"""Colours, sizes and file types that all figures share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from .._util.files import replacing
from .._util.text import printable
from .._util.typing import PathLikeText

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


__all__ = ["BLUE", "COLOURS", "FILE_TYPES", "GREEN", "ORANGE", "save_figure"]


BLUE = "#0072B2"
"""Blue of the colour-blind-safe palette of Okabe and Ito."""
ORANGE = "#D55E00"
"""Orange (vermilion) of the same palette."""
GREEN = "#009E73"
"""Green of the same palette."""
COLOURS = (BLUE, ORANGE, GREEN, "#56B4E9", "#E69F00", "#CC79A7", "#000000")
"""The colours of several curves, in this order: the first five differ for a deuteranope, too."""
UNKNOWN = "#9CC9E8"                     # of an unknown pixel: neither black nor white
FILE_TYPES = (".png", ".pdf", ".svg", ".jpg", ".webp")
"""The suffixes of files to which figures can be written."""
STYLE: Any = {
    "font.size": 11, "axes.titlesize": 11, "axes.labelsize": 11, "axes.spines.top": False,
    "axes.spines.right": False, "legend.frameon": False,
}


def save_figure(figure: Figure, file: PathLikeText) -> None:
    """Write a figure to a file, completely or not at all.

    The figure is written to a temporary file, which then replaces `file`.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    file : str or path
        Where to write it; the suffix, one of `FILE_TYPES`, sets the format.

    Raises
    ------
    ValueError
        If Matplotlib does not know the format.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from matplotlib.figure import Figure
    >>> from spikingnn.plotting import save_figure
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_figure(Figure(), Path(folder, "empty.png"))
    ...     print([path.name for path in Path(folder).iterdir()])
    ['empty.png']
    """
    with replacing(file) as temporary:
        figure.savefig(temporary)


P = ParamSpec("P")


def on_axes(draw: Callable[Concatenate[Axes, P], Axes]) -> Callable[..., Axes]:
    """Let the axes of a drawing function be left out: then it draws on the current axes of pyplot."""
    @functools.wraps(draw)
    def drawing(*arguments: Any, **options: Any) -> Axes:
        if "ax" in options or arguments and hasattr(arguments[0], "add_artist"):
            return draw(*arguments, **options)
        import matplotlib.pyplot as plt
        return draw(plt.gca(), *arguments, **options)
    return drawing


def as_text(name: object) -> str:
    """Return the name of a picture or a class as Matplotlib draws it literally: without mathematics and
    without characters that cannot be drawn.
    """
    return printable(name).replace("$", r"\$")


def _short(name: object) -> str:
    return as_text(_cut(name))


def _cut(name: object, longest: int = 12) -> str:
    text = printable(name)
    return text if len(text) <= longest else text[:longest - 1] + "…"
