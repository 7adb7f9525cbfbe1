"""The German Traffic Sign Recognition Benchmark: pictures, and tables with the box and the class of each
sign.

As published, there is one folder per class with PPM pictures and a table with semicolons. As Kaggle
distributes it, there are PNG pictures and one table with commas per part, whose column Path locates each
picture.

Source: Stallkamp, Schlipsing, Salmen & Igel, Neural Networks 32:323 (2012).
"""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .._util import checks
from .._util.files import open_regular, read_bytes
from .._util.progress import progress_bar
from .._util.text import printable
from .._util.typing import IntArray, PathLikeText
from .pictures import read_picture


__all__ = ["read_ppm", "read_signs"]

CLASSES = 43
BOX = ("Roi.X1", "Roi.Y1", "Roi.X2", "Roi.Y2")
LARGEST_SIDE = 1024
LARGEST_TABLE = 50_000_000      # bytes
LARGEST_HEADER = 65_536         # bytes of a PPM before its pixels

# a comment may stand wherever white space does
_GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"
_HEADER = re.compile(rb"P6" + _GAP + rb"(\d{1,5})" + _GAP + rb"(\d{1,5})" + _GAP + rb"255\s")

_Sign: TypeAlias = "tuple[Path, tuple[int, ...], int, int]"     # file, box, class, track


def read_ppm(file: PathLikeText) -> NDArray[np.uint8]:
    """Read a picture in the PPM format (P6, 8 bits); lines may end in LF or CRLF.

    Parameters
    ----------
    file : str or path
        The picture.

    Returns
    -------
    ndarray of uint8
        (height, width, 3)

    Raises
    ------
    ValueError
        If the file is no such picture or has the wrong length.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "red.ppm")
    ...     _ = file.write_bytes(b"P6 2 1 255 " + bytes([255, 0, 0] * 2))
    ...     read_ppm(file).tolist()
    [[[255, 0, 0], [255, 0, 0]]]
    """
    with open_regular(file) as opened:
        begin, length = opened.read(LARGEST_HEADER), os.fstat(opened.fileno()).st_size
        header = _HEADER.match(begin)
        if not header:
            raise ValueError(f"{file} is not a PPM picture of 8 bits: it begins with "
                             f"{begin[:8].hex(' ') or 'nothing'}")
        width, height = int(header[1]), int(header[2])
        start, size = header.end(), width * height * 3
        if begin[start - 1:start + 1] == b"\r\n" and length - start == size + 1:
            start += 1
        if not size or length - start != size:
            raise ValueError(f"{file} is truncated or too long: {length - start:,} bytes of pixels, "
                             f"{width} × {height} in colour are {size:,}")
        opened.seek(start)
        return np.frombuffer(opened.read(size), np.uint8).reshape(height, width, 3)


def read_signs(folder: PathLikeText, size: int = 32,
               table: PathLikeText | None = None) -> tuple[NDArray[np.uint8], IntArray, IntArray]:
    """Read traffic signs, cropped to their boxes and resampled.

    Thirty pictures of one sign, taken while driving past it, form a track: the group by which `split` divides
    the set.

    Parameters
    ----------
    folder : str or path
        Has one folder per class with a table GT-\\*.csv in it (the training set), or all pictures of the
        `table`.
    size : int
        Pixels per side.
    table : str or path, optional
        The table of all pictures, for the test set and for Kaggle's Train.csv and Test.csv.

    Returns
    -------
    x : ndarray of uint8
        Pictures, (N, size, size, 3).
    y : ndarray of int64
        Classes from 0 to 42, (N,); −1 if the table has no column ClassId.
    track : ndarray of int64
        Numbers of the tracks, (N,).

    Raises
    ------
    ValueError
        If a line of a table or a picture is not as it must be; the message names the line or the picture.

    Examples
    --------
    >>> read_signs(".", table="Test.csv")
    Traceback (most recent call last):
    FileNotFoundError: Test.csv: no such file
    """
    from PIL import Image

    folder, size = Path(folder), checks.integer("read_signs", "size", size, minimum=2)
    if size > LARGEST_SIDE:
        checks.fail("read_signs", "size", size, f"at most {LARGEST_SIDE} pixels")
    tables = sorted(folder.glob("*/GT-*.csv")) if table is None else [Path(table)]
    signs = [sign for each in tables for sign in _signs(each, each.parent if table is None else folder)]
    if not signs:
        raise ValueError(f"{table or folder}: no signs in it; a folder for each class, "
                         "with a table GT-*.csv, or a table of all is needed")
    x = np.empty((len(signs), size, size, 3), np.uint8)
    for (file, box, _, _), cropped in zip(progress_bar(signs, desc="reading signs", unit="sign"), x):
        pixels = _pixels(file)
        if not (0 <= box[0] < box[2] <= pixels.shape[1] and 0 <= box[1] < box[3] <= pixels.shape[0]):
            raise ValueError(f"{file}: the box {box} of its sign is not within its {pixels.shape[1]} × "
                             f"{pixels.shape[0]} pixels")
        sign = np.ascontiguousarray(pixels[box[1]:box[3], box[0]:box[2]])
        cropped[:] = np.asarray(Image.fromarray(sign).resize((size, size), Image.Resampling.LANCZOS))
    y, track = (np.array([sign[k] for sign in signs], dtype=np.int64) for k in (2, 3))
    return x, y, track


def _pixels(file: Path) -> NDArray[np.uint8]:
    """Read a picture in colour, (height, width, 3): PPM, or any other format that `read_picture` reads."""
    if file.suffix.lower() == ".ppm":
        return read_ppm(file)
    return np.rint(255 * read_picture(file, colour=True)).astype(np.uint8)


def _signs(table: Path, folder: Path) -> list[_Sign]:
    """Return (file, box, class, track) of each line of a table; a box is left, top, right, bottom, the last
    two exclusive."""
    try:
        text = read_bytes(table, LARGEST_TABLE).decode("utf-8-sig")
        first = text.partition("\n")[0]
        lines = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=first.count))
        columns = lines.fieldnames or ()
        path_column = next((name for name in ("Path", "Filename") if name in columns), None)
        missing = [] if path_column else ["Filename (or Path)"]
        missing += [name for name in BOX if name not in columns]
        if missing or path_column is None:
            raise ValueError(f"{table} has no column {', '.join(missing)}; it should have "
                             f"{';'.join(('Filename', *BOX, 'ClassId'))}")
        return [_sign(line, f"{table}:{lines.line_num}", folder, path_column) for line in lines]
    except (UnicodeDecodeError, csv.Error) as problem:
        raise ValueError(f"{table} is not a table: {problem}") from None


def _sign(line: dict[str, Any], where: str, folder: Path, path_column: str) -> _Sign:
    name = PurePosixPath((line[path_column] or "").replace("\\", "/"))
    try:
        box, label = tuple(int(line[column]) for column in BOX), int(line.get("ClassId", -1))
        # [class_]track_frame; in the test set, the number of the picture
        numbers = re.fullmatch(r"(?:\d+_)?(\d{1,15})_\d+|(\d{1,15}).*", name.stem)
        track = int(numbers[1] or numbers[2])       # type: ignore[index]  # a TypeError is caught below
    except (TypeError, ValueError):
        raise ValueError(f"{where}: a sign is a file name that begins with its track, four "
                         "numbers and a class, "
                         f"got {printable(line)[:200]}") from None
    if "ClassId" in line and not 0 <= label < CLASSES:
        raise ValueError(f"{where}: ClassId must be from 0 to {CLASSES - 1}, got {label}")
    if name.is_absolute() or ".." in name.parts or path_column == "Filename" and len(name.parts) > 1:
        raise ValueError(f"{where}: {path_column} must name a file of the same folder, got {str(name)!r}")
    return folder / name, box, label, track
