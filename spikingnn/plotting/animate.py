"""A recall in motion: spikes, membranes and picture, frame by frame, as WebP, GIF or MP4."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from .._util.files import replacing
from . import BLUE, ORANGE, STYLE, image, overlaps, raster


__all__ = ["MOVIE_TYPES", "check_movie", "recall_movie"]

MOVIE_TYPES = (".webp", ".gif", ".mp4")
STEP, WINDOW = 5.0, 12.0        # ms    between frames, and of spikes in one
RATE = 12                       # frames a second
PIXELS = 80                     # in the raster


def check_movie(file):
    """ValueError where `file` is of no type that a movie can have, or would need ffmpeg where there is none."""
    if Path(file).suffix.lower() not in MOVIE_TYPES:
        raise ValueError(f"a movie must end in one of {', '.join(MOVIE_TYPES)}, got {str(file)!r}")
    if Path(file).suffix.lower() == ".mp4" and not shutil.which("ffmpeg"):
        raise ValueError(f"{file}: mp4 needs the program ffmpeg, which is not here; .webp and .gif do not")


def recall_movie(file, recall, membrane, original, cue, shape, progress=iter):
    """Film `recall`, the answer to `cue` (n,), beside the `original` (n,), pictures of `shape`; `progress` wraps the frames.

    Each frame has the picture that the last 12 ms of spikes make, all spikes so far, the potentials of the ON units, which
    `HopfieldAssembly.membrane` gives, (ms, n), and the overlaps. Frames are 5 ms of the network's time apart.
    """
    check_movie(file)
    with replacing(file) as temporary:
        if Path(file).suffix.lower() == ".mp4":
            _write_mp4(temporary, list(_frames(recall, membrane, original, cue, shape, progress)))
        else:
            from PIL import Image
            first, *others = [Image.fromarray(frame) for frame in _frames(recall, membrane, original, cue, shape, progress)]
            first.save(temporary, save_all=True, append_images=others, duration=round(1000 / RATE), loop=0)


def _write_mp4(file, frames):
    import subprocess
    height, width = frames[0].shape[:2]
    command = ["ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(RATE),
               "-i", "-", "-pix_fmt", "yuv420p", str(file)]
    done = subprocess.run(command, input=b"".join(frame.tobytes() for frame in frames), capture_output=True)
    if done.returncode:
        raise OSError(f"{file}: ffmpeg failed: {(done.stderr.decode(errors='replace').splitlines() or ['without a word'])[-1]}")


def _frames(recall, membrane, original, cue, shape, progress):
    """The frames as arrays (height, width, 3) of bytes."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    n = original.size
    limits = (0.0, 1.0) if original.min() >= 0 else (-1.0, 1.0)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(12, 6.4), dpi=80, layout="constrained")
        canvas = FigureCanvasAgg(figure)
        axes = figure.subplot_mosaic([["stored", "cue", "spikes", "membrane"], ["raster", "raster", "overlap", "overlap"]])
        image(axes["stored"], original.reshape(shape), "stored", limits)
        image(axes["cue"], cue.reshape(shape), "cue", limits)
        chosen = np.argsort(original, kind="stable")[np.linspace(0, n - 1, min(PIXELS, n)).astype(int)]
        place = np.full(n, -1)
        place[chosen] = np.arange(chosen.size)
        for end in progress(np.arange(STEP, recall.t[-1] + STEP / 2, STEP)):
            _draw(axes, recall, membrane, end, shape, place)
            canvas.draw()
            figure.set_layout_engine("none")            # the first frame's stays: it takes longer than the drawing
            yield np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _draw(axes, recall, membrane, end, shape, place):
    t, unit, n = recall.spikes.t, recall.spikes.i, place.size
    for name in ("spikes", "membrane", "raster", "overlap"):
        axes[name].clear()
    recent = (t >= end - WINDOW) & (t < end)
    on, off = np.bincount(unit[recent], minlength=2 * n).reshape(2, n)
    most = max(np.abs(on - off).max(), 1)
    image(axes["spikes"], (on - off).reshape(shape), f"spikes, {end:.0f} ms", (-most, most))
    image(axes["membrane"], membrane[round(end) - 1].reshape(shape), "membrane of ON units", (-1.0, 1.0))
    past, row = t < end, place[unit % n]
    for side, colour in ((unit < n, BLUE), (unit >= n, ORANGE)):
        shown = past & side & (row >= 0)
        raster(axes["raster"], t[shown], row[shown], colour, 3.0)
    axes["raster"].set(title="ON (blue) and OFF (orange) units", ylabel="pixel, dark to bright", xlim=(0, recall.t[-1]), ylim=(-1, PIXELS))
    k = max(1, int(np.searchsorted(recall.t, end, side="right")))
    near = np.argsort(-recall.overlaps[-1])[:50]
    overlaps(axes["overlap"], recall.t[:k], recall.overlaps[:k, near], chosen=0, off=recall.cue_time)
    axes["overlap"].set(title="overlap with stored pictures; dashed: the cue is gone", xlim=(0, recall.t[-1]), ylim=(-1.05, 1.08))
