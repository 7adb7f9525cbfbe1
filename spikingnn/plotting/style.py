"""Colours, sizes and file types that all figures share."""

from __future__ import annotations

from .._util.files import replacing
from .._util.text import printable


__all__ = ["BLUE", "COLOURS", "GREEN", "ORANGE", "FILE_TYPES", "save_figure"]


BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
COLOURS = (BLUE, ORANGE, GREEN, "#CC79A7", "#E69F00", "#56B4E9", "#000000")
UNKNOWN = "#9CC9E8"                     # a pixel that nobody knows: neither black nor white
FILE_TYPES = (".png", ".pdf", ".svg", ".jpg", ".webp")
STYLE = {"font.size": 11, "axes.titlesize": 11, "axes.labelsize": 11, "axes.spines.top": False, "axes.spines.right": False,
         "legend.frameon": False}


def save_figure(figure, file):
    """Write `figure` to `file`, whole or not at all: in a temporary folder beside it, then moved. The suffix, of `FILE_TYPES`, says how."""
    with replacing(file) as temporary:
        figure.savefig(temporary)


def as_text(name):
    """`name`, of a picture or a class, as it is drawn: no mathematics in it, and no characters that cannot be drawn."""
    return printable(name).replace("$", r"\$")


def _short(name):
    return as_text(_cut(name))


def _cut(name, longest=12):
    name = printable(name)
    return name if len(name) <= longest else name[:longest - 1] + "…"
