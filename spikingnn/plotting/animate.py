"""Movies: a figure that changes, written as animated WebP or GIF, or as MP4 through ffmpeg."""

from __future__ import annotations

import contextlib
import itertools
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from .._util.files import replacing
from .._util.typing import FloatArray, IntArray, PathLikeText
from .memory import overlaps
from .spikes import image, raster
from .style import BLUE, ORANGE, STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..memory import Recall


__all__ = ["MOVIE_TYPES", "TimeCourse", "animate", "check_movie", "recall_movie", "time_course"]

MOVIE_TYPES = (".webp", ".gif", ".mp4")
"""The suffixes of files to which a movie can be written."""
STEP = 5.0              # ms    between two frames of a recall
WINDOW = 12.0           # ms    of spikes in a frame
RATE = 12               # frames per second
PIXELS = 80             # in the raster plot
PATTERNS = 50           # stored patterns whose overlaps are drawn: those nearest in the end
EVEN = "pad=ceil(iw/2)*2:ceil(ih/2)*2"          # the common pixel format of MP4 has an even width and height

Frame: TypeAlias = NDArray[np.uint8]
Frames: TypeAlias = Callable[[Iterable[Any]], Iterable[Any]]


def check_movie(file: PathLikeText) -> None:
    """Check that a movie can be written to `file`.

    Parameters
    ----------
    file : str or path
        File with a suffix of `MOVIE_TYPES`.

    Raises
    ------
    ValueError
        If the suffix is another one, or is ``.mp4`` and the program ffmpeg is missing.

    Examples
    --------
    >>> from spikingnn.plotting.animate import check_movie
    >>> check_movie("recall.gif")
    >>> check_movie("recall.avi")
    Traceback (most recent call last):
    ...
    ValueError: a movie must end in one of .webp, .gif, .mp4, got 'recall.avi'
    """
    if Path(file).suffix.lower() not in MOVIE_TYPES:
        raise ValueError(f"a movie must end in one of {', '.join(MOVIE_TYPES)}, got {str(file)!r}")
    if Path(file).suffix.lower() == ".mp4" and not _ffmpeg():
        raise ValueError(f"{file}: mp4 needs the program ffmpeg, which is missing: "
                         "pip install 'spikingnn[video]'; .webp and .gif need nothing more")


def _ffmpeg() -> str | None:
    """Return the program ffmpeg: the one that is installed, or that of the package imageio-ffmpeg."""
    found = shutil.which("ffmpeg")
    if found is None:
        with contextlib.suppress(ImportError, RuntimeError):    # RuntimeError: none for this system
            import imageio_ffmpeg
            return str(imageio_ffmpeg.get_ffmpeg_exe())
    return found


def animate(file: PathLikeText, figure: Figure, update: Callable[[Any], object], values: Iterable[Any],
            rate: int = RATE) -> None:
    """Write a movie with one frame per value: the figure as it is after `update(value)`.

    The layout of the figure is that of the first frame. Frames are written as they are drawn and are not kept
    in memory.

    Parameters
    ----------
    file : str or path
        Where to write the movie, with a suffix of `MOVIE_TYPES`.
    figure : matplotlib.figure.Figure
        The figure; its size and resolution are those of the movie.
    update : callable
        Changes the artists of the figure, given one of `values`; what it returns is ignored.
    values : iterable
        For example the times of the frames in ms.
    rate : int
        Frames per second.

    Raises
    ------
    ValueError
        If `check_movie` refuses the file, or there is no value.
    OSError
        If the file cannot be written, or ffmpeg fails.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> from PIL import Image
    >>> from spikingnn.plotting.animate import animate
    >>> figure, t = Figure(figsize=(3, 2)), np.linspace(0.0, 100.0, 201)
    >>> line, = figure.subplots().plot(t, np.sin(t / 10.0))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     animate(Path(folder, "sine.gif"), figure, lambda k: line.set_data(t[:k], np.sin(t[:k] / 10.0)),
    ...             values=(50, 100, 150, 200))
    ...     with Image.open(Path(folder, "sine.gif")) as movie:
    ...         print(movie.n_frames)
    4
    """
    check_movie(file)
    frames = _drawn(figure, update, values)
    first = next(frames, None)
    if first is None:
        raise ValueError("a movie needs at least one frame, got no values")
    with replacing(file) as temporary:
        if Path(file).suffix.lower() == ".mp4":
            _write_mp4(temporary, itertools.chain([first], frames), first.shape[:2], rate)
        else:
            from PIL import Image
            others = (Image.fromarray(frame) for frame in frames)
            Image.fromarray(first).save(temporary, save_all=True, append_images=others,
                                        duration=round(1000 / rate), loop=0)


def _drawn(figure: Figure, update: Callable[[Any], object], values: Iterable[Any]) -> Iterator[Frame]:
    """Yield the frames as arrays (height, width, 3) of bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    canvas = FigureCanvasAgg(figure)
    for value in values:
        update(value)
        canvas.draw()                       # type: ignore[no-untyped-call]     # Matplotlib's
        figure.set_layout_engine("none")    # the layout of the first frame is kept: it is slow to compute
        pixels = canvas.buffer_rgba()       # type: ignore[no-untyped-call]     # Matplotlib's
        yield np.asarray(pixels)[..., :3].copy()


def _write_mp4(file: Path, frames: Iterable[Frame], size: tuple[int, int], rate: int) -> None:
    """Pipe frames of a size (height, width) to ffmpeg, one after the other."""
    command = [_ffmpeg() or "ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s",
               f"{size[1]}x{size[0]}", "-r", str(rate), "-i", "-", "-vf", EVEN, "-pix_fmt", "yuv420p",
               str(file)]
    with (tempfile.TemporaryFile() as messages,
          subprocess.Popen(command, stdin=subprocess.PIPE, stdout=messages, stderr=messages) as ffmpeg):
        pipe = cast(IO[bytes], ffmpeg.stdin)
        try:
            for frame in frames:
                pipe.write(frame.tobytes())
            pipe.close()
        except BrokenPipeError:                 # ffmpeg has ended, and says why
            pass
        except BaseException:
            ffmpeg.kill()
            raise
        if ffmpeg.wait():
            messages.seek(0)
            lines = messages.read().decode(errors="replace").splitlines() or ["no message"]
            raise OSError(f"{file.name}: ffmpeg failed: {lines[-1]}")


@dataclass(frozen=True)
class TimeCourse:
    """What changes in a figure while time goes on: the curves and spikes of all axes whose x axis is time.

    Parameters
    ----------
    begin : float
        Earliest time on the axes, in `unit`.
    end : float
        Latest time on the axes, in `unit`.
    unit : str
        Unit of the time: "ms", "s", or what is counted instead ("presentations").
    show : Callable[[float], object]
        Shows the state at a time in `unit`: everything before it, and a line at it.

    Examples
    --------
    >>> from spikingnn.plotting.animate import TimeCourse
    >>> TimeCourse(0.0, 100.0, "ms", print).show(20.0)
    20.0
    """

    begin: float
    """Earliest time on the axes, in `unit`."""
    end: float
    """Latest time on the axes, in `unit`."""
    unit: str
    """Unit of the time: "ms", "s", or what is counted instead ("presentations")."""
    show: Callable[[float], object]
    """Shows the state at a time in `unit`: everything before it, and a line at it."""


def time_course(figure: Figure) -> TimeCourse | None:
    """Find the axes of a figure along which time runs: those with a label "time (ms)" or "time (s)".

    Axes without a label that stand above or below such axes and have the same limits belong to them.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        A complete figure; a line at the present time is added to these axes.

    Returns
    -------
    TimeCourse or None
        None if no axis of the figure is time.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> from spikingnn.plotting.animate import time_course
    >>> figure, t = Figure(), np.linspace(0.0, 50.0, 101)
    >>> ax = figure.subplots()
    >>> line, = ax.plot(t, np.sin(t))
    >>> time_course(figure) is None
    True
    >>> _ = ax.set(xlabel="time (ms)", xlim=(0.0, 50.0))
    >>> time_course(figure).end
    50.0
    """
    figure.draw_without_rendering()
    axes = {ax: unit for ax in figure.axes if (unit := _unit(ax))}
    if not axes:
        return None
    for ax in figure.axes:
        if ax not in axes and not ax.get_xlabel():
            axes |= {ax: unit for other, unit in list(axes.items()) if _same_column(ax, other)}
    unit = "ms" if "ms" in axes.values() else next(iter(axes.values()))
    shown = [_curtain(ax, 1000.0 if (own, unit) == ("s", "ms") else 1.0) for ax, own in axes.items()]
    clock = figure.text(0.005, 0.008, "", va="bottom", weight="bold", in_layout=False)

    def show(now: float) -> None:
        for _, _, draw in shown:
            draw(now)
        clock.set_text(f"{now:,.0f} {unit}" if unit != "s" else f"{now:.2f} s")

    return TimeCourse(min(begin for begin, _, _ in shown), max(end for _, end, _ in shown), unit, show)


def _unit(ax: Axes) -> str:
    """Return the unit of the time on the x axis, "" where it is not time."""
    title = getattr(ax.get_figure(root=False), "_supxlabel", None)
    shared = title.get_text() if title is not None and len(ax.get_xticks()) else ""
    found = re.match(r"time.* \((ms|s)\)$|(presentations)$", ax.get_xlabel() or shared)
    return (found[1] or found[2]) if found else ""


def _same_column(ax: Axes, other: Axes) -> bool:
    here, there = ax.get_position(), other.get_position()
    beside = abs(here.x0 - there.x0) + abs(here.x1 - there.x1) < 0.01
    together = ax.get_figure(root=False) is other.get_figure(root=False)
    return together and beside and ax.get_xlim() == other.get_xlim()


def _curtain(ax: Axes, scale: float) -> tuple[float, float, Callable[[float], None]]:
    """Return begin and end of an axis, and the function that hides what is later than a time."""
    from matplotlib.transforms import Bbox, TransformedBbox
    begin, end = (float(limit) for limit in ax.get_xlim())
    box = Bbox([[begin, 0.0], [begin, 1.0]])
    across = TransformedBbox(box, ax.get_xaxis_transform())
    for artist in (*ax.lines, *ax.collections, *ax.patches, *ax.images):
        if artist.get_clip_on():
            artist.set_clip_box(across)
    line = ax.axvline(begin, color="0.4", linewidth=1.0)

    def draw(now: float) -> None:
        x = min(max(now / scale, begin), end)
        box.set_points(np.array([[begin, 0.0], [x, 1.0]]))
        line.set_xdata([x, x])

    return scale * begin, scale * end, draw


def recall_movie(file: PathLikeText, recall: Recall, membrane: FloatArray, original: FloatArray,
                 cue: FloatArray, shape: tuple[int, int], progress: Frames = iter) -> None:
    """Write a movie of a recall: the picture in the spikes of the last 12 ms, all spikes so far, the membrane
    potentials of the ON units, and the overlaps with the stored pictures.

    Parameters
    ----------
    file : str or path
        Where to write the movie; one frame per 5 ms of simulated time.
    recall : Recall
        The recall.
    membrane : ndarray, (ms, n)
        Membrane potentials of the ON units, from `HopfieldAssembly.membrane`.
    original, cue : ndarray, (n,)
        Stored picture and cue.
    shape : tuple of int
        (height, width) of the picture.
    progress : callable
        Wraps the iterable of frames, to show progress.

    Raises
    ------
    ValueError
        If `check_movie` refuses the file.
    OSError
        If the file cannot be written, or ffmpeg fails.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from spikingnn import HopfieldAssembly
    >>> from spikingnn.memory import random_patterns
    >>> from spikingnn.plotting.animate import recall_movie
    >>> patterns = random_patterns(2, 20, np.random.default_rng(0))
    >>> memory = HopfieldAssembly(20, seed=0).store(patterns)
    >>> times = {"cue_time": 5.0, "hold_time": 50.0}
    >>> recall, membrane = memory.recall(patterns[0], **times), memory.membrane(patterns[0], **times)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     recall_movie(Path(folder, "recall.gif"), recall, membrane, patterns[0], patterns[0], (4, 5),
    ...                  progress=lambda times: times[-2:])         # the last two frames only
    ...     print([path.name for path in Path(folder).iterdir()])
    ['recall.gif']
    """
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(12, 6.4), dpi=80, layout="constrained")
        update = _draw_recall(figure, recall, membrane, original, cue, shape)
        animate(file, figure, update, progress(np.arange(STEP, recall.t[-1] + STEP / 2, STEP)))


def _draw_recall(figure: Figure, recall: Recall, membrane: FloatArray, original: FloatArray, cue: FloatArray,
                 shape: tuple[int, int]) -> Callable[[float], None]:
    """Draw the panels of a recall; the function that is returned shows the state at a time in ms."""
    axes: dict[Any, Any] = figure.subplot_mosaic([["stored", "cue", "spikes", "membrane"],
                                                  ["raster", "raster", "overlap", "overlap"]])
    limits = (0.0, 1.0) if original.min() >= 0 else (-1.0, 1.0)
    t, unit, n = recall.spikes.t, recall.spikes.i, original.size

    def counts(end: float) -> IntArray:
        """Return ON minus OFF spikes of each pixel in the `WINDOW` before `end`."""
        recent = (t >= end - WINDOW) & (t < end)
        on, off = np.bincount(unit[recent], minlength=2 * n).reshape(2, n)
        return np.asarray(on - off).reshape(shape)

    most = max(1, *(int(np.abs(counts(end)).max()) for end in np.arange(STEP, recall.t[-1] + STEP, STEP)))
    for name, picture, grey, label in (
            ("stored", original, limits, "grey level"), ("cue", cue, limits, "grey level"),
            ("spikes", np.zeros(n), (-most, most), "ON − OFF spikes"),
            ("membrane", cue, (-1, 1), "u of ON units")):
        image(axes[name], picture.reshape(shape), name, grey)
        figure.colorbar(axes[name].images[0], ax=axes[name], label=label, fraction=0.046, pad=0.03)
    _spikes_and_overlaps(axes, recall, original)
    course = time_course(figure)

    def update(end: float) -> None:
        axes["spikes"].images[0].set_data(counts(end))
        axes["spikes"].set_title(f"spikes of the last {WINDOW:.0f} ms")
        axes["membrane"].images[0].set_data(membrane[round(end) - 1].reshape(shape))
        axes["membrane"].set_title("membrane potential (threshold 1)")
        if course:
            course.show(end)

    return update


def _spikes_and_overlaps(axes: dict[Any, Any], recall: Recall, original: FloatArray) -> None:
    """Draw the spikes of some pixels, dark to bright, and the overlaps of the whole recall."""
    t, unit, n = recall.spikes.t, recall.spikes.i, original.size
    chosen = np.argsort(original, kind="stable")[np.linspace(0, n - 1, min(PIXELS, n)).astype(int)]
    place = np.full(n, -1)
    place[chosen] = np.arange(chosen.size)
    row = place[unit % n]
    for side, colour in ((unit < n, BLUE), (unit >= n, ORANGE)):
        raster(axes["raster"], t[side & (row >= 0)], row[side & (row >= 0)], colour, 3.0)
    axes["raster"].set(title="spikes of ON (blue) and OFF (orange) units", ylabel="pixel, dark to bright",
                       xlim=(0, recall.t[-1]), ylim=(-1, PIXELS))
    near = np.argsort(-recall.overlaps[-1])[:PATTERNS]
    overlaps(axes["overlap"], recall.t, recall.overlaps[:, near], chosen=0, off=recall.cue_time)
    axes["overlap"].set(title="overlap with the stored pictures (dashed: cue removed)",
                        xlim=(0, recall.t[-1]), ylim=(-1.05, 1.08))
