"""The samples that come with the package: twelve photographs, and small parts of MNIST, Fashion-MNIST and the
8 × 8 digits.

`LICENSES.md` beside the files says who made them and under which licence they are.
"""

from __future__ import annotations

import gzip
import importlib.resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._util.typing import FloatArray, IntArray
from .splits import Split


__all__ = ["Pictures", "bundled_file", "digits", "fashion_mnist_sample", "mnist_sample", "photographs"]


class Pictures(NamedTuple):
    """Grey pictures with names, for a memory to store.

    Parameters
    ----------
    images : FloatArray
        Levels from 0 (black) to 1 (white), (P, height, width).
    names : list[str]
        Names of the P pictures.
    skipped : list[tuple[str, str]], default []
        (file name, reason) of each file that could not be read.

    Examples
    --------
    >>> from spikingnn.datasets import photographs
    >>> images, names, skipped = photographs()
    >>> names[:2], images[0].shape
    (['camera', 'astronaut'], (64, 64))
    """

    images: FloatArray
    """Levels from 0 (black) to 1 (white), (P, height, width)."""
    names: list[str]
    """Names of the P pictures."""
    skipped: list[tuple[str, str]] = []
    """(file name, reason) of each file that could not be read."""


def bundled_file(name: str) -> Traversable:
    """Return where the bundled file `name` is: in the package `spikingnn.data`, or in `data/` of a source
    checkout.

    Parameters
    ----------
    name : str
        Name of the file.

    Returns
    -------
    path
        The file, which can be opened.

    Raises
    ------
    FileNotFoundError
        If it is not there.

    Examples
    --------
    >>> bundled_file("photos64.npz").is_file()
    True
    """
    folder: Traversable
    try:
        folder = importlib.resources.files("spikingnn.data")
    except ModuleNotFoundError:
        folder = Path(__file__).resolve().parents[2] / "data"
    file = folder / name
    if not file.is_file():
        raise FileNotFoundError(f"the bundled file {name} is not at {file}; reinstall spikingnn")
    return file


def photographs() -> Pictures:
    """Return the twelve bundled grey photographs: a camera, an astronaut, a cat, a cup of coffee and others.

    Returns
    -------
    Pictures
        `images` has the shape (12, 64, 64), with levels in [0, 1].

    Examples
    --------
    >>> photographs().images.shape
    (12, 64, 64)
    """
    arrays = _arrays("photos64.npz")
    return Pictures(arrays["images"] / 255.0, [str(name) for name in arrays["names"]])


def mnist_sample() -> Split:
    """Return 1,000 + 500 handwritten digits, 28 × 28, all from the training file of MNIST.

    Returns
    -------
    Split
        The two parts; `y_train` and `y_test` are the digits.

    Examples
    --------
    >>> mnist_sample().x_test.shape
    (500, 28, 28)
    """
    return _sample("mnist_1500.npz")


def fashion_mnist_sample() -> Split:
    """Return 1,000 + 500 pictures of clothes, 28 × 28, all from the training file of Fashion-MNIST.

    Returns
    -------
    Split
        The two parts; the classes are numbers from 0 to 9.

    Examples
    --------
    >>> fashion_mnist_sample().x_train.shape
    (1000, 28, 28)
    """
    return _sample("fashion_mnist_1500.npz")


def digits() -> tuple[FloatArray, IntArray]:
    """Return the 1,797 handwritten digits of the UCI repository, 8 × 8.

    Returns
    -------
    images : ndarray
        Levels in [0, 1], (1797, 8, 8).
    classes : ndarray
        The digits, (1797,).

    Examples
    --------
    >>> images, classes = digits()
    >>> images.shape, classes[:3].tolist()
    ((1797, 8, 8), [0, 1, 2])
    """
    with bundled_file("digits.csv.gz").open("rb") as file, gzip.open(file, "rt", encoding="ascii") as text:
        table = np.loadtxt(text, delimiter=",", dtype=np.int64)
    return table[:, :-1].reshape(-1, 8, 8) / 16.0, table[:, -1]


def _sample(name: str) -> Split:
    arrays = _arrays(name)
    return Split(arrays["x_train"] / 255.0, arrays["y_train"].astype(np.int64),
                 arrays["x_test"] / 255.0, arrays["y_test"].astype(np.int64))


def _arrays(name: str) -> dict[str, NDArray[Any]]:
    with bundled_file(name).open("rb") as file, np.load(file, allow_pickle=False) as archive:
        return dict(archive)
