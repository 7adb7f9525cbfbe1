"""Lecture slides: size and style, command line, and the scripts of `visualizations/` that make them."""

from __future__ import annotations

import argparse
import ast
import difflib
import functools
import importlib.resources
import re
import textwrap
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.figure import Figure

from .._util.files import write_target
from .._util.progress import progress_bar
from .._util.text import first_line
from .animate import MOVIE_TYPES, animate, check_movie, time_course
from .style import BLUE, FILE_TYPES, GREEN, ORANGE, save_figure


__all__ = ["STYLE", "Slide", "constants", "find_slides", "load_slide", "plt", "present", "save_slide"]

STYLE: Any = {
    "figure.figsize": (12.8, 7.2), "figure.dpi": 125, "figure.titlesize": 20, "figure.titleweight": "bold",
    "figure.constrained_layout.use": True, "figure.constrained_layout.h_pad": 0.12,
    "figure.constrained_layout.w_pad": 0.12, "font.size": 15, "axes.titlesize": 15,
    "axes.titlelocation": "left", "axes.labelsize": 15, "legend.fontsize": 14,
    "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 1.2,
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN]),
    "lines.linewidth": 2.2, "legend.frameon": False, "image.interpolation": "nearest",
}
"""Matplotlib's settings for a slide of 1600 × 900 pixels."""
FRAMES, MOVIE_DPI = 72, 100     # six seconds of 1280 × 720 pixels
SAVE_TYPES = (*FILE_TYPES, ".gif", ".mp4")

Constant: TypeAlias = "float | str | tuple[Any, ...] | np.ndarray[Any, Any]"
Drawing: TypeAlias = "Callable[..., Figure | tuple[Figure, Callable[[float], object]]]"


@dataclass(frozen=True)
class Slide:
    """A script of `visualizations/`, and what is said of it.

    Parameters
    ----------
    name : str
        Short name: "lif" is that of ``lif_viz.py``.
    path : Path
        The script.
    title : str
        First part of its docstring "Title: what is seen.".
    summary : str
        Second part of its docstring.
    subject : str, default ''
        Subject of the gallery to which it belongs.
    caption : str, default ''
        What one should see, and why.
    source : str, default ''
        Section of a textbook or paper to read on.

    Examples
    --------
    >>> from spikingnn.plotting.slides import find_slides
    >>> find_slides()["lif"].subject
    'Neurons'
    """

    name: str
    """Short name: "lif" is that of ``lif_viz.py``."""
    path: Path
    """The script."""
    title: str
    """First part of its docstring "Title: what is seen."."""
    summary: str
    """Second part of its docstring."""
    subject: str = ""
    """Subject of the gallery to which it belongs."""
    caption: str = ""
    """What one should see, and why."""
    source: str = ""
    """Section of a textbook or paper to read on."""


def folder() -> Path:
    """Return the folder of the scripts: the installed package, or `visualizations/` of a source checkout."""
    try:
        return Path(str(importlib.resources.files("spikingnn.visualizations")))
    except ModuleNotFoundError:
        return Path(__file__).resolve().parents[2] / "visualizations"


def find_slides() -> dict[str, Slide]:
    """Return the slides by their short names, in the order of the gallery.

    Returns
    -------
    dict of str to Slide
        Those of ``captions.toml`` first, in its order.

    Examples
    --------
    >>> from spikingnn.plotting.slides import find_slides
    >>> find_slides()["lif"].title
    'Leaky integrate-and-fire neuron'
    """
    captions = folder() / "captions.toml"
    told = tomllib.loads(captions.read_text(encoding="utf-8")) if captions.is_file() else {}
    texts = {name: {"subject": subject, **texts} for subject, slides in told.items()
             for name, texts in slides.items()}
    scripts = {path.stem.removesuffix("_viz"): path for path in sorted(folder().glob("*_viz.py"))}
    order = [*(name for name in texts if name in scripts), *(name for name in scripts if name not in texts)]
    return {name: slide_of(scripts[name], **texts.get(name, {"subject": "Other"})) for name in order}


def slide_of(path: Path, **texts: str) -> Slide:
    """Return the slide of a script, whose docstring is "Title: what is seen."."""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or path.stem
    title, _, summary = said.partition(": ")
    return Slide(path.stem.removesuffix("_viz"), path, title, summary[:1].upper() + summary[1:], **texts)


# --- constants ----------------------------------------------------------------------------------------------

def constants(namespace: Mapping[str, Any]) -> dict[str, Constant]:
    """Return the constants of a script that can be set: upper-case numbers, texts, and tuples of them.

    Parameters
    ----------
    namespace : mapping
        The names of the script.

    Returns
    -------
    dict
        Names and present values.

    Examples
    --------
    >>> from spikingnn.plotting.slides import constants
    >>> constants({"TAU_M": 20.0, "LEVELS": (1.3, 2.6), "MODEL": object(), "t": 3.0})
    {'TAU_M': 20.0, 'LEVELS': (1.3, 2.6)}
    """
    def is_plain(value: Any) -> bool:
        return isinstance(value, (int, float, str)) and not isinstance(value, bool)

    return {name: value for name, value in namespace.items() if re.fullmatch("[A-Z][A-Z0-9_]*", name)
            and (is_plain(value) or isinstance(value, tuple) and value and all(map(is_plain, value))
                 or isinstance(value, np.ndarray) and value.ndim == 1 and value.size <= 24
                 and value.dtype.kind in "if")
            and name not in ("BLUE", "ORANGE", "GREEN", "COLOURS")}


def new_values(texts: Sequence[str], known: Mapping[str, Constant]) -> dict[str, Constant]:
    """Return the values of settings "NAME=VALUE", each of the type of the `known` value of its name."""
    values = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise ValueError(f"--set needs NAME=VALUE, got {text!r}")
        if name not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            raise ValueError(f"no constant {name}; " + (f"did you mean {near[0]}? " if near else "")
                             + f"this slide has {', '.join(known) or 'none'}")
        values[name] = _like(name, known[name], value)
    return values


def _like(name: str, present: Constant, text: str) -> Constant:
    """Return the value of `text`, of the type of the `present` one."""
    if not isinstance(present, (tuple, np.ndarray)):
        return _scalar(name, text, type(present), repr(present))
    kinds = {type(item) for item in np.asarray(present).tolist()}
    kind = next(each for each in (str, float, int) if each in kinds)
    parts = text.strip("()[] ").rstrip(",").split(",")
    items = [_scalar(name, part.strip(), kind, _as_typed(present)) for part in parts]
    return np.array(items) if isinstance(present, np.ndarray) else tuple(items)


def _as_typed(value: Constant) -> str:
    """Return a value as it is typed after the `=` of a setting."""
    items = value if isinstance(value, (tuple, np.ndarray)) else (value,)
    return ",".join(str(np.round(item, 6)) if isinstance(item, float) else str(item) for item in items)


def _scalar(name: str, text: str, kind: type, example: str) -> Any:
    try:
        value = kind(text)
        if value == value:                              # not NaN
            return value
    except ValueError:
        pass
    what = {int: "whole numbers", float: "numbers"}[kind]
    raise ValueError(f"--set {name} takes {what}, as {name}={example}, got {text!r}")


def load_slide(path: Path, settings: Sequence[str] = ()) -> dict[str, Any]:
    """Execute a script, some of its constants replaced, and return its names; nothing is drawn.

    A constant is replaced right after the statement that assigns it, so that everything which the script
    computes from it follows.

    Parameters
    ----------
    path : pathlib.Path
        The script.
    settings : sequence of str
        Settings "NAME=VALUE" of its upper-case constants.

    Returns
    -------
    dict
        The names that the script defines, `draw` among them.

    Raises
    ------
    ValueError
        If a name or a value is not accepted.

    Examples
    --------
    >>> from spikingnn.plotting.slides import find_slides, load_slide
    >>> load_slide(find_slides()["lif"].path, ["PULSES=1.7,2.0"])["PULSES"]
    (1.7, 2.0)
    """
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    namespace: dict[str, Any] = {"__name__": path.stem, "__file__": str(path)}
    wanted = new_values(settings, constants(load_slide(path))) if settings else {}
    for statement in tree.body:
        exec(compile(ast.Module([statement], []), str(path), "exec"), namespace)
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            bound = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)
                     and isinstance(node.ctx, ast.Store)}
            namespace.update({name: value for name, value in wanted.items() if name in bound})
    return namespace


# --- drawing and saving -------------------------------------------------------------------------------------

def save_slide(figure: Figure, file: str | Path, update: Callable[[float], object] | None = None) -> None:
    """Write a slide to a file: a movie where the suffix and the slide allow it, else a still picture.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The slide. It can move if time runs along one of its axes, or if it has an `update`.
    file : str or path
        Where to write it. ``.mp4``, ``.gif`` and ``.webp`` receive the movie of a slide that can move; a
        still goes into all types but ``.mp4``.
    update : callable, optional
        Changes other panels of the slide, given the time on the axes, in ms (in s if no axis is in ms).

    Raises
    ------
    ValueError
        If the suffix is unknown, a still is to be saved as ``.mp4``, or ffmpeg is missing.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from spikingnn.plotting.slides import save_slide
    >>> save_slide(Figure(), "still.mp4")
    Traceback (most recent call last):
    ...
    ValueError: still.mp4: this slide is a still, time runs along none of its axes; save it as .png, .pdf, ...
    """
    suffix = Path(file).suffix.lower()
    course = time_course(figure) if suffix in MOVIE_TYPES else None
    if course is None and suffix == ".mp4":
        raise ValueError(f"{file}: this slide is a still, time runs along none of its axes; "
                         f"save it as {', '.join(each for each in SAVE_TYPES if each != '.mp4')}")
    if course is None and suffix != ".gif":
        save_figure(figure, file)
        return

    def show(now: float) -> None:
        if course is not None:
            course.show(now)
            if update is not None:
                update(now)

    begin, end = (course.begin, course.end) if course else (0.0, 0.0)
    times = np.linspace(begin, end, FRAMES + 1)[1:] if course else [end]
    figure.set_dpi(MOVIE_DPI)
    animate(file, figure, show, progress_bar(times, desc="filming", unit="frame"))


def check_slide_file(file: str | Path) -> None:
    """Refuse, before anything is computed, a file to which no slide can be written."""
    suffix = Path(file).suffix.lower()
    if suffix not in SAVE_TYPES:
        raise ValueError(f"--save must end in one of {', '.join(SAVE_TYPES)}, got {str(file)!r}")
    if suffix == ".mp4":
        check_movie(file)
    if not write_target(file).parent.is_dir():
        raise ValueError(f"{file}: the folder {Path(file).parent} does not exist")


def run_slide(draw: Drawing, save: str | Path | None, seed: int, **options: Any) -> None:
    """Draw a slide and save it, or show it where `save` is None and there is a screen."""
    if save is None and matplotlib.get_backend().lower() == "agg":          # no screen
        save = Path(draw.__code__.co_filename).stem + ".png"
    if save is not None:
        check_slide_file(save)
        plt.switch_backend("agg")                                           # no window
    with matplotlib.rc_context(STYLE):
        drawn = draw(seed, **options)
        figure, update = drawn if isinstance(drawn, tuple) else (drawn, None)
        if save is None:
            plt.show()
        else:
            save_slide(figure, save, update)
            print(f"saved {save}")
        plt.close(figure)


def describe(slide: Slide, namespace: Mapping[str, Any]) -> tuple[str, str]:
    """Return what `--help` says above and below the options."""
    lines = [f"{slide.title}. {slide.summary}", slide.caption, slide.source and f"See: {slide.source}"]
    settable = "  ".join(f"{name}={_as_typed(value)}" for name, value in constants(namespace).items())
    fill = functools.partial(textwrap.fill, width=100, break_on_hyphens=False)
    return "\n\n".join(map(fill, filter(None, lines))), fill(f"Constants for --set: {settable or 'none'}")


def add_slide_options(parser: argparse.ArgumentParser) -> None:
    """Add `--save`, `--seed` and `--set` to a parser."""
    parser.add_argument("--save", metavar="FILE", help=(
        f"write the picture there ({' '.join(SAVE_TYPES)}); .mp4, .gif and .webp receive a movie "
        "where time runs along an axis"))
    parser.add_argument("--seed", type=int, default=1, metavar="N",
                        help="seed of all random numbers (default 1)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings",
                        help="a new value of one of the constants on top of the script; may be repeated")


def present(draw: Drawing, **options: str) -> None:
    """Run a script as a program: `draw(seed, ...)` returns its figure, which is saved, or shown on a screen.

    Parameters
    ----------
    draw : callable
        Returns a figure; or, for movies, a pair of a figure and a function that changes it, given the time
        in ms.
    **options : str
        Names of further command-line options and their help texts; their default is None.

    Raises
    ------
    SystemExit
        With the code 2 for what is refused, after one line that says why.

    Examples
    --------
    The last two lines of a script:

    >>> from spikingnn.plotting.slides import present
    >>> if __name__ == "__slide__":
    ...     present(draw)
    """
    path = Path(draw.__code__.co_filename)
    known = find_slides().get(path.stem.removesuffix("_viz"))
    description, epilog = describe(known or slide_of(path), draw.__globals__)
    parser = argparse.ArgumentParser(prog=path.name, description=description, epilog=epilog,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add_slide_options(parser)
    for name, text in options.items():
        parser.add_argument(f"--{name}", metavar="FILE", help=text)
    arguments = vars(parser.parse_args())
    settings = arguments.pop("settings")
    try:
        run_slide(load_slide(path, settings)["draw"] if settings else draw, **arguments)
    except (OSError, ValueError) as error:          # unreadable picture, unknown format, negative seed
        parser.error(first_line(error))
    except Exception as error:
        if not settings:
            raise
        parser.error(f"with {' '.join(settings)}: {type(error).__name__}: {first_line(error)}")
