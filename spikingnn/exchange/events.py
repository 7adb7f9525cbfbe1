"""Spikes as text and archives, and the events of event cameras."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .._util import checks
from .._util.files import read_bytes, replacing
from .._util.numpy_files import read_npz
from .._util.text import first_line
from .._util.typing import ArrayLike, BoolArray, FloatArray, IntArray, PathLikeText
from ..input_groups import SpikeSource
from ..spikes import SpikeEvents, Spikes, duration_of


__all__ = ["Events", "read_nmnist", "read_spikes", "write_spikes"]

SUFFIXES = (".csv", ".npz")
HEADER = ["time (ms)", "unit"]
NMNIST_SHAPE = (34, 34)             # pixels: height, width of an N-MNIST recording
NMNIST_BYTES = 5                    # per event: x, y, polarity and time


@dataclass(frozen=True, eq=False)
class Events:
    """What an event camera reports: a pixel became brighter or darker.

    Parameters
    ----------
    x : IntArray
        (events,): column of each event.
    y : IntArray
        (events,): row of each event.
    t : FloatArray
        (events,): ms, time of each event, not falling.
    polarity : BoolArray
        (events,): whether the pixel became brighter.
    shape : tuple[int, int]
        (height, width) of the camera.

    Raises
    ------
    ValueError
        If lengths differ, or a value is out of range.

    Examples
    --------
    >>> events = Events(x=[0, 1, 1], y=[0, 0, 0], t=[0.0, 0.5, 3.0], polarity=[1, 0, 1], shape=(1, 2))
    >>> events.frames(2).shape, events.frames(2).sum(axis=(1, 2)).tolist()
    ((2, 1, 2, 2), [[1.0, 1.0], [0.0, 1.0]])
    """

    x: IntArray
    """(events,): column of each event."""
    y: IntArray
    """(events,): row of each event."""
    t: FloatArray
    """(events,): ms, time of each event, not falling."""
    polarity: BoolArray
    """(events,): whether the pixel became brighter."""
    shape: tuple[int, int]
    """(height, width) of the camera."""

    def __post_init__(self) -> None:
        height, width = (checks.integer(self, "shape", side) for side in self.shape)
        times = np.asarray(checks.non_negative(self, "t", self.t), float)
        if times.ndim != 1 or (np.diff(times) < 0).any():
            checks.fail(self, "t", self.t, "times in ms that do not fall")
        kept: dict[str, object] = {"t": times, "shape": (height, width)}
        for name, below in (("x", width), ("y", height), ("polarity", 2)):
            values = checks.real_array(self, name, getattr(self, name))
            if values.shape != times.shape:
                checks.fail(self, name, values.shape, f"one value per event, {times.shape}")
            if values.size and (values.min() < 0 or values.max() >= below or (values % 1).any()):
                checks.fail(self, name, values, f"whole numbers from 0 to {below - 1}")
            kept[name] = values.astype(bool if name == "polarity" else np.int64)
        for name, value in kept.items():
            object.__setattr__(self, name, value)

    @property
    def count(self) -> int:
        """Number of events."""
        return len(self.t)

    def frames(self, bins: int, duration: float | None = None) -> FloatArray:
        """Return the number of events of each pixel and polarity in equal bins of time.

        Parameters
        ----------
        bins : int
            Number of bins, the time steps of a trained model.
        duration : float, optional
            ms: end of the last bin; later events are left out. None: just after the last event.

        Returns
        -------
        ndarray (bins, height, width, 2)
            Channel 0 counts events that became darker, channel 1 brighter. ``np.stack`` of several
            recordings, ``np.minimum(…, 1)`` of it for spikes instead of counts, enters a
            `spikingnn.training.Trainer` through the encoding `spikingnn.training.Frames`.
        """
        bins = checks.integer(self, "bins", bins)
        end = self.t[-1] * (1 + 1e-12) + 1e-9 if duration is None and self.count else duration
        end = checks.positive(self, "duration", 1.0 if end is None else end)
        inside = self.t < end
        at = np.minimum((self.t[inside] * (bins / end)).astype(np.int64), bins - 1)
        frames = np.zeros((bins, *self.shape, 2))
        np.add.at(frames, (at, self.y[inside], self.x[inside], self.polarity[inside].astype(int)), 1.0)
        return frames

    def to_spike_source(self, name: str | None = None) -> SpikeSource:
        """Return a source with a unit for each row, column and polarity, those of a pixel side by side.

        Events of one unit in one time step are one spike.
        """
        unit = (self.y * self.shape[1] + self.x) * 2 + self.polarity
        return SpikeSource.from_events(2 * self.shape[0] * self.shape[1], unit, self.t, name)


def read_nmnist(path: PathLikeText) -> Events:
    """Read a recording of N-MNIST: digits seen by an event camera, 34 × 34 pixels.

    Parameters
    ----------
    path : path
        The .bin file: 5 bytes per event, x, y, and in 24 bits polarity and time in µs.

    Returns
    -------
    Events
        The events, in ms.

    Raises
    ------
    ValueError
        If the file is no such recording.

    References
    ----------
    Orchard et al., Front. Neurosci. 9:437 (2015).

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     count = Path(folder, "00002.bin").write_bytes(bytes([3, 4, 128, 3, 232]))
    ...     events = read_nmnist(f"{folder}/00002.bin")
    >>> events.x.tolist(), events.y.tolist(), events.t.tolist(), events.polarity.tolist()
    ([3], [4], [1.0], [True])
    """
    content = read_bytes(path)
    flat = np.frombuffer(content[:len(content) // NMNIST_BYTES * NMNIST_BYTES], np.uint8)
    rows: IntArray = flat.reshape(-1, NMNIST_BYTES).astype(np.int64)
    t = ((rows[:, 2] & 127) << 16 | rows[:, 3] << 8 | rows[:, 4]) / 1000.0
    if len(content) % NMNIST_BYTES or not len(rows):
        raise ValueError(f"{path} is no N-MNIST recording: {len(content)} bytes, {NMNIST_BYTES} per event")
    try:
        return Events(rows[:, 0], rows[:, 1], t, rows[:, 2] >= 128, NMNIST_SHAPE)
    except ValueError as problem:
        raise ValueError(f"{path} is no N-MNIST recording: {first_line(problem)}") from None


def write_spikes(path: PathLikeText, spikes: SpikeEvents) -> None:
    """Write spikes as text or as an archive of arrays.

    Parameters
    ----------
    path : path
        A .csv file gets a row for each spike, its time in ms and its unit; an .npz archive the arrays t
        and i. Both keep number of units, step and duration, and times to the last bit.
    spikes : SpikeMonitor or Spikes
        The spikes.

    Raises
    ------
    ValueError
        For another ending.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> spikes = Spikes([1, 2], [0, 1], n=2, dt=0.1, duration=1.0)
    >>> with TemporaryDirectory() as folder:
    ...     write_spikes(f"{folder}/spikes.csv", spikes)
    ...     read_spikes(f"{folder}/spikes.csv").trains()
    [array([0.1]), array([0.2])]
    """
    suffix = checks.one_of("write_spikes", "path", Path(path).suffix, SUFFIXES)
    if not isinstance(spikes, SpikeEvents):
        checks.fail("write_spikes", "spikes", spikes, "a SpikeMonitor or Spikes", TypeError)
    duration, dt = duration_of(spikes, None, "write_spikes"), spikes.dt
    with replacing(path) as temporary:
        if suffix == ".npz":
            np.savez_compressed(temporary, t=spikes.t, i=spikes.i, n=spikes.n, dt=dt, duration=duration)
            return
        with open(temporary, "w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow([*HEADER, f"n={spikes.n}", f"dt={dt!r}", f"duration={duration!r}"])
            table.writerows(zip(map(repr, spikes.t.tolist()), spikes.i.tolist()))


def read_spikes(path: PathLikeText) -> Spikes:
    """Read what `write_spikes` wrote.

    Parameters
    ----------
    path : path
        A .csv or .npz file.

    Returns
    -------
    Spikes
        The spikes; ``SpikeSource(spikes.trains())`` emits them again.

    Raises
    ------
    ValueError
        If the file holds no spikes.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_spikes(f"{folder}/spikes.npz", Spikes([1, 2], [0, 1], n=2, dt=0.1, duration=1.0))
    ...     read_spikes(f"{folder}/spikes.npz").count()
    array([1, 1])
    """
    suffix = checks.one_of("read_spikes", "path", Path(path).suffix, SUFFIXES)
    try:
        t, i, n, dt, duration = _from_npz(path) if suffix == ".npz" else _from_csv(path)
        n, dt = checks.integer("read_spikes", "n", n), checks.positive("read_spikes", "dt", float(dt))
        SpikeSource.from_events(n, i, t)                        # checks units and times
        duration = checks.positive("read_spikes", "duration", float(duration))
    except (KeyError, ValueError, TypeError, UnicodeDecodeError, csv.Error) as problem:
        reason = first_line(problem)
        raise ValueError(f"{path} holds no spikes as write_spikes writes them: {reason}") from None
    spikes = Spikes(np.rint(np.asarray(t) / dt).astype(np.int64), np.asarray(i), n, dt, duration)
    spikes.t = np.asarray(t, np.float64)
    return spikes


def _from_npz(path: PathLikeText) -> tuple[ArrayLike, ArrayLike, int, float, float]:
    arrays, _ = read_npz(path, ("t", "i", "n", "dt", "duration"))
    return arrays["t"], arrays["i"], arrays["n"].item(), arrays["dt"].item(), arrays["duration"].item()


def _from_csv(path: PathLikeText) -> tuple[ArrayLike, ArrayLike, int, float, float]:
    rows = list(csv.reader(read_bytes(path).decode("utf-8").splitlines()))
    if not rows or rows[0][:2] != HEADER:
        raise ValueError(f"the first row must begin with {', '.join(HEADER)}")
    known = dict(cell.split("=", 1) for cell in rows[0][2:])
    t = np.array([float(row[0]) for row in rows[1:]])
    i = np.array([int(row[1]) for row in rows[1:]], dtype=np.int64)
    return t, i, int(known["n"]), float(known["dt"]), float(known["duration"])
