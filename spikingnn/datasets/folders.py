"""Pictures in one folder per class, with or without the folders train and test above them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._util import checks
from .._util.progress import progress_bar
from .._util.text import printable
from .._util.typing import PathLikeText
from .pictures import picture_files, read_picture
from .splits import Labelled, Split, split


__all__ = ["read_classes"]

TRAIN = ("train", "training")
HELD_OUT = {"validation": ("val", "valid", "validation", "test", "testing"), "test": ("test", "testing")}


def read_classes(folder: PathLikeText, size: int | tuple[int, int] = 32, colour: bool = False,
                 held_out: str = "validation") -> Split:
    """Read the pictures `folder`/<class>/<picture> as a labelled set; the classes are in the order of their
    names.

    If `folder` contains the folders train and val, validation or test, with the classes inside, these are the
    two parts. Otherwise every fifth picture of each class, in the order of file names, is held out as `split`
    says, and a class needs at least two pictures. Names that begin with a dot or with two underscores are
    ignored.

    Parameters
    ----------
    folder : str or path
        The folder.
    size : int or (int, int)
        Pixels per side, or (height, width), to which every picture is cropped and resampled.
    colour : bool
        Keep the colours.
    held_out : {"validation", "test"}
        Which part `x_test` is if there are both a validation and a test folder.

    Returns
    -------
    Split
        Pictures are float32, (N, height, width) or (N, height, width, 3).

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    ValueError
        For a picture that cannot be read, a class without pictures, or a folder without classes.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from PIL import Image
    >>> with TemporaryDirectory() as folder:
    ...     for name in ("bird", "cat"):
    ...         Path(folder, name).mkdir()
    ...         for k in range(2):
    ...             Image.new("L", (40, 40), 100).save(Path(folder, name, f"{k}.png"))
    ...     data = read_classes(folder, size=8)
    >>> data.x_train.shape, data.y_test.tolist(), data.names
    ((2, 8, 8), [0, 1], ('bird', 'cat'))
    """
    checks.one_of("read_classes", "held_out", held_out, HELD_OUT)
    folder = Path(folder)
    if not folder.is_dir():
        problem = " is a file, a folder is needed" if folder.exists() else ": no such folder"
        raise FileNotFoundError(f"{folder}{problem}")
    train, test = _parts(folder, held_out)
    names = _class_names(train)
    x, y = _read(train, names, size, colour, least=2 if test is None else 1)
    if test is None:
        return split(Labelled(x, y, np.arange(len(y)), names))
    unknown = [name for name in _class_names(test) if name not in names]
    if unknown:
        raise ValueError(f"{test}: the classes {', '.join(map(printable, unknown[:5]))} are not in {train}")
    present = [name for name in names if (test / name).is_dir()]
    return Split(x, y, *_read(test, present, size, colour, 1, names), names)


def _parts(folder: Path, held_out: str) -> tuple[Path, Path | None]:
    """Return the folder of classes to learn from, and the one that is held out, or None."""
    inside = {each.name.lower(): each for each in _folders(folder) if _folders(each)
              and not picture_files(each)}
    train = next((inside[name] for name in TRAIN if name in inside), None)
    test = next((inside[name] for name in HELD_OUT[held_out] if name in inside), None)
    if held_out == "test" and (train is None or test is None):
        raise ValueError(f"{folder}: no folders train and test with classes in them; "
                         "without them, a part is held out for validation only")
    return (folder, None) if train is None else (train, test)


def _class_names(folder: Path) -> tuple[str, ...]:
    names = tuple(each.name for each in _folders(folder))
    if len(names) < 2:
        raise ValueError(f"{folder}: {len(names)} classes in it; it should contain "
                         "one folder of pictures per class, for at least two classes")
    return names


def _folders(folder: Path) -> list[Path]:
    """Return the folders in a folder, sorted by name, without those that a system or an archive leaves there
    (__MACOSX)."""
    return sorted(each for each in folder.iterdir() if each.is_dir()
                  and not each.name.startswith((".", "__")))


def _read(folder: Path, names: Sequence[str], size: int | tuple[int, int], colour: bool, least: int,
          all_names: Sequence[str] | None = None) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return (pictures, classes) of the classes `names` in `folder`; a class is its position in
    `all_names`."""
    files = [picture_files(folder / name) for name in names]
    for name, found in zip(names, files):
        if len(found) < least:
            needed = ("at least two, one of which is held out, are needed" if least > 1
                      else "at least one is needed")
            raise ValueError(f"{folder / name}: {len(found)} pictures in it; {needed}")
    every_file = progress_bar([file for found in files for file in found], desc="reading pictures",
                              unit="picture")
    x = np.stack([read_picture(file, size, colour).astype(np.float32) for file in every_file])
    return x, np.repeat([(all_names or names).index(name) for name in names], [len(found) for found in files])
