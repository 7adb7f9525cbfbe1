"""Pictures sorted into a folder for each class."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..core.progress import bar
from .pictures import SUFFIXES, read_picture
from .splits import Labelled, split

__all__ = ["read_classes"]


def read_classes(folder, size=32, colour=False):
    """The pictures `folder`/<class>/<picture>, all of one `size`, as `Split`: float32, the classes in the order of their names.

    Of each class every fifth picture in the order of file names is held out, as `split` says. A class must have two pictures at
    least. ValueError names the picture that cannot be read, the class that is empty, and a folder without classes.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder")
    classes = sorted(each for each in folder.iterdir() if each.is_dir() and not each.name.startswith("."))
    if len(classes) < 2:
        raise ValueError(f"{folder}: {len(classes)} classes in it; it should hold a folder of pictures for each of two classes or more")
    files = [sorted(file for file in each.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file()) for each in classes]
    for each, found in zip(classes, files):
        if len(found) < 2:
            raise ValueError(f"{each}: {len(found)} pictures in it; one is learned from and one held out, at the least")
    every = bar([file for found in files for file in found], desc="reading pictures", unit="picture")
    x = np.stack([read_picture(file, size, colour).astype(np.float32) for file in every])
    y = np.repeat(np.arange(len(classes)), [len(found) for found in files])
    return split(Labelled(x, y, np.arange(len(y)), tuple(each.name for each in classes)))
