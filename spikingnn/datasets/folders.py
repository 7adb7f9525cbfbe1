"""Pictures sorted into a folder for each class, with or without folders train and test above them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .._util import checks
from .._util.files import printable
from .._util.progress import bar
from .pictures import picture_files, read_picture
from .splits import Labelled, Split, split


__all__ = ["read_classes"]

TRAIN = ("train", "training")
HELD_OUT = {"validation": ("val", "valid", "validation", "test", "testing"), "test": ("test", "testing")}


def read_classes(folder, size=32, colour=False, held_out="validation"):
    """The pictures `folder`/<class>/<picture>, all of one `size`, as `Split`: float32, the classes in the order of their names.

    Where `folder` has folders train and val, validation or test, with the classes in these, they are the two parts; `held_out` says
    which one `x_test` is where both a validation and a test folder are there. Else, of each class every fifth picture in the order of
    file names is held out, as `split` says, and a class must have two pictures at least. What begins with a dot or two underscores is
    not looked at. ValueError names the picture that cannot be read, the class that is empty, and a folder without classes.
    """
    checks.one_of("read_classes", "held_out", held_out, HELD_OUT)
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder" if not folder.exists() else f"{folder} is a file, a folder is needed")
    train, test = _parts(folder, held_out)
    names = _names(train)
    x, y = _read(train, names, size, colour, least=2 if test is None else 1)
    if test is None:
        return split(Labelled(x, y, np.arange(len(y)), names))
    unknown = [name for name in _names(test) if name not in names]
    if unknown:
        raise ValueError(f"{test}: the classes {', '.join(map(printable, unknown[:5]))} are not in {train}")
    return Split(x, y, *_read(test, [name for name in names if (test / name).is_dir()], size, colour, 1, names), names)


def _parts(folder, held_out):
    """The folder of classes to learn from, and the one that is held out, or None."""
    inside = {each.name.lower(): each for each in _folders(folder) if _folders(each) and not picture_files(each)}
    train = next((inside[name] for name in TRAIN if name in inside), None)
    test = next((inside[name] for name in HELD_OUT[held_out] if name in inside), None)
    if held_out == "test" and (train is None or test is None):
        raise ValueError(f"{folder}: no folders train and test with classes in them; without, a part is held out for validation only")
    return (folder, None) if train is None else (train, test)


def _names(folder):
    names = tuple(each.name for each in _folders(folder))
    if len(names) < 2:
        raise ValueError(f"{folder}: {len(names)} classes in it; it should hold a folder of pictures for each of two classes or more")
    return names


def _folders(folder):
    """The folders in a folder, sorted by name, without those that a system or an archive leaves there, such as __MACOSX."""
    return sorted(each for each in folder.iterdir() if each.is_dir() and not each.name.startswith((".", "__")))


def _read(folder, names, size, colour, least, every=None):
    """(pictures, classes) of the classes `names` in `folder`; a class is its place among `every` name."""
    files = [picture_files(folder / name) for name in names]
    for name, found in zip(names, files):
        if len(found) < least:
            raise ValueError(f"{folder / name}: {len(found)} pictures in it; "
                             + ("one is learned from and one held out, at the least" if least > 1 else "one is needed at the least"))
    every_file = bar([file for found in files for file in found], desc="reading pictures", unit="picture")
    x = np.stack([read_picture(file, size, colour).astype(np.float32) for file in every_file])
    return x, np.repeat([(every or names).index(name) for name in names], [len(found) for found in files])
