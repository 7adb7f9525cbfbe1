"""The samples that come with the package: twelve photographs, and small cuts of MNIST, Fashion-MNIST and 8 × 8 digits.

Whose they are and under which licence: `LICENSES.md` beside the files.
"""

from __future__ import annotations

import gzip
import importlib.resources
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .splits import Split


__all__ = ["Pictures", "bundled_file", "digits", "fashion_mnist_sample", "mnist_sample", "photographs"]


class Pictures(NamedTuple):
    """Named grey pictures.

    `images`: (P, height, width) float64 in [0, 1]; `names`: P strings; `skipped`: (name, reason) of every file that
    could not be read.
    """

    images: np.ndarray
    names: list
    skipped: list = []


def bundled_file(name):
    """Where the bundled file `name` is: in the installed package `spikingnn.data`, in a source checkout in `data/`."""
    try:
        folder = importlib.resources.files("spikingnn.data")
    except ModuleNotFoundError:
        folder = Path(__file__).resolve().parents[2] / "data"
    file = folder / name
    if not file.is_file():
        raise FileNotFoundError(f"the bundled file {name} is not at {file}; reinstall spikingnn")
    return file


def photographs():
    """The twelve bundled pictures as `Pictures`, 64 × 64: camera, astronaut, chelsea, coffee, horse, rocket, brick, …"""
    arrays = _arrays("photos64.npz")
    return Pictures(arrays["images"] / 255.0, [str(name) for name in arrays["names"]])


def mnist_sample():
    """1,000 + 500 handwritten digits, 28 × 28, as `Split`, all cut from the training file of MNIST."""
    return _split("mnist_1500.npz")


def fashion_mnist_sample():
    """1,000 + 500 pictures of clothes, 28 × 28, as `Split`, all cut from the training file of Fashion-MNIST."""
    return _split("fashion_mnist_1500.npz")


def digits():
    """1,797 handwritten digits as (images (1797, 8, 8) float64 in [0, 1], classes (1797,) int64)."""
    with bundled_file("digits.csv.gz").open("rb") as file, gzip.open(file, "rt", encoding="ascii") as text:
        table = np.loadtxt(text, delimiter=",", dtype=np.int64)
    return table[:, :-1].reshape(-1, 8, 8) / 16.0, table[:, -1]


def _split(name):
    arrays = _arrays(name)
    return Split(arrays["x_train"] / 255.0, arrays["y_train"].astype(np.int64),
                 arrays["x_test"] / 255.0, arrays["y_test"].astype(np.int64))


def _arrays(name):
    with bundled_file(name).open("rb") as file, np.load(file, allow_pickle=False) as archive:
        return dict(archive)
