"""Films of a recall: spikes, membrane potentials and the recalled picture, as WebP, GIF or MP4."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .._util.files import replacing
from .._util.typing import FloatArray, IntArray, PathLikeText
from .memory import overlaps
from .spikes import image, raster
from .style import BLUE, ORANGE, STYLE

if TYPE_CHECKING:
    from ..memory import Recall


__all__ = ["MOVIE_TYPES", "check_movie", "recall_movie"]

MOVIE_TYPES = (".webp", ".gif", ".mp4")
"""The suffixes of files to which a film can be written."""
STEP = 5.0              # ms    between two frames
WINDOW = 12.0           # ms    of spikes in a frame
RATE = 12               # frames per second
PIXELS = 80             # in the raster plot
PATTERNS = 50           # stored patterns whose overlaps are drawn: those nearest in the end

Frame: TypeAlias = NDArray[np.uint8]
Frames: TypeAlias = Callable[[Iterable[Any]], Iterable[Any]]


def check_movie(file: PathLikeText) -> None:
    """Check that a film can be written to `file`.

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
    if Path(file).suffix.lower() == ".mp4" and not shutil.which("ffmpeg"):
        raise ValueError(f"{file}: mp4 needs the program ffmpeg, which is missing; .webp and .gif do not")


def recall_movie(file: PathLikeText, recall: Recall, membrane: FloatArray, original: FloatArray,
                 cue: FloatArray, shape: tuple[int, int], progress: Frames = iter) -> None:
    """Film a recall: the picture in the spikes of the last 12 ms, all spikes so far, the membrane potentials
    of the ON units, and the overlaps with the stored pictures.

    Parameters
    ----------
    file : str or path
        Where to write the film; one frame per 5 ms of simulated time.
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
    check_movie(file)
    frames = _frames(recall, membrane, original, cue, shape, progress)
    with replacing(file) as temporary:
        if Path(file).suffix.lower() == ".mp4":
            _write_mp4(temporary, list(frames))
        else:
            from PIL import Image
            first, *others = [Image.fromarray(frame) for frame in frames]
            first.save(temporary, save_all=True, append_images=others, duration=round(1000 / RATE), loop=0)


def _write_mp4(file: PathLikeText, frames: list[Frame]) -> None:
    import subprocess
    height, width = frames[0].shape[:2]
    command = ["ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s",
               f"{width}x{height}", "-r", str(RATE), "-i", "-", "-pix_fmt", "yuv420p", str(file)]
    done = subprocess.run(command, input=b"".join(frame.tobytes() for frame in frames), capture_output=True)
    if done.returncode:
        message = done.stderr.decode(errors="replace").splitlines() or ["no message"]
        raise OSError(f"{file}: ffmpeg failed: {message[-1]}")


def _frames(recall: Recall, membrane: FloatArray, original: FloatArray, cue: FloatArray,
            shape: tuple[int, int], progress: Frames) -> Iterator[Frame]:
    """Yield the frames as arrays (height, width, 3) of bytes."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    n = original.size
    limits = (0.0, 1.0) if original.min() >= 0 else (-1.0, 1.0)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(12, 6.4), dpi=80, layout="constrained")
        canvas = FigureCanvasAgg(figure)
        axes = figure.subplot_mosaic([["stored", "cue", "spikes", "membrane"],
                                      ["raster", "raster", "overlap", "overlap"]])
        image(axes["stored"], original.reshape(shape), "stored", limits)
        image(axes["cue"], cue.reshape(shape), "cue", limits)
        sample = np.linspace(0, n - 1, min(PIXELS, n)).astype(int)
        chosen = np.argsort(original, kind="stable")[sample]
        place = np.full(n, -1)
        place[chosen] = np.arange(chosen.size)
        for end in progress(np.arange(STEP, recall.t[-1] + STEP / 2, STEP)):
            _draw(axes, recall, membrane, end, shape, place)
            canvas.draw()                       # type: ignore[no-untyped-call]     # Matplotlib's
            figure.set_layout_engine("none")    # the layout of the first frame is kept: it is slow to compute
            pixels = canvas.buffer_rgba()       # type: ignore[no-untyped-call]     # Matplotlib's
            yield np.asarray(pixels)[..., :3].copy()


def _draw(axes: dict[Any, Any], recall: Recall, membrane: FloatArray, end: float, shape: tuple[int, int],
          place: IntArray) -> None:
    """Draw the state at the time `end` in ms; `place` is the row of each pixel in the raster, −1: none."""
    t, unit, n = recall.spikes.t, recall.spikes.i, place.size
    for name in ("spikes", "membrane", "raster", "overlap"):
        axes[name].clear()
    recent = (t >= end - WINDOW) & (t < end)
    on, off = np.bincount(unit[recent], minlength=2 * n).reshape(2, n)
    most = max(np.abs(on - off).max(), 1)
    image(axes["spikes"], (on - off).reshape(shape), f"spikes, {end:.0f} ms", (-most, most))
    potentials = membrane[round(end) - 1].reshape(shape)
    image(axes["membrane"], potentials, "membrane potentials of ON units", (-1.0, 1.0))
    past, row = t < end, place[unit % n]
    for side, colour in ((unit < n, BLUE), (unit >= n, ORANGE)):
        shown = past & side & (row >= 0)
        raster(axes["raster"], t[shown], row[shown], colour, 3.0)
    axes["raster"].set(title="spikes of ON (blue) and OFF (orange) units", ylabel="pixel, dark to bright",
                       xlim=(0, recall.t[-1]), ylim=(-1, PIXELS))
    k = max(1, int(np.searchsorted(recall.t, end, side="right")))
    near = np.argsort(-recall.overlaps[-1])[:PATTERNS]
    overlaps(axes["overlap"], recall.t[:k], recall.overlaps[:k, near], chosen=0, off=recall.cue_time)
    axes["overlap"].set(title="overlap with the stored pictures (dashed: cue removed)",
                        xlim=(0, recall.t[-1]), ylim=(-1.05, 1.08))
