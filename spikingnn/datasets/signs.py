"""The German Traffic Sign Recognition Benchmark: pictures, and tables with the box and the class of each sign.

As published: a folder for each class, PPM pictures, in each folder a table with semicolons. As Kaggle ships it: PNG pictures, and one
table with commas for each part, whose column Path says where a picture is.

Source: Stallkamp, Schlipsing, Salmen & Igel, Neural Networks 32:323 (2012).
"""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path, PurePosixPath

import numpy as np

from .._util import checks
from .._util.files import open_regular, printable, read_bytes
from .._util.progress import bar
from .pictures import read_picture


__all__ = ["read_ppm", "read_signs"]

CLASSES = 43
BOX = ("Roi.X1", "Roi.Y1", "Roi.X2", "Roi.Y2")
LARGEST_SIDE = 1024
LARGEST_TABLE = 50_000_000      # bytes
LARGEST_HEADER = 65_536         # bytes of a PPM before its pixels

_GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"                                  # a comment may stand wherever white space does
_HEADER = re.compile(rb"P6" + _GAP + rb"(\d{1,5})" + _GAP + rb"(\d{1,5})" + _GAP + rb"255\s")


def read_ppm(file):
    """A picture in PPM format (P6, 8 bits), (height, width, 3) uint8; lines may end in LF or CRLF."""
    with open_regular(file) as opened:
        begin, length = opened.read(LARGEST_HEADER), os.fstat(opened.fileno()).st_size
        header = _HEADER.match(begin)
        if not header:
            raise ValueError(f"{file} is not a PPM picture of 8 bits: it begins with {begin[:8].hex(' ') or 'nothing'}")
        width, height = int(header[1]), int(header[2])
        start, size = header.end(), width * height * 3
        if begin[start - 1:start + 1] == b"\r\n" and length - start == size + 1:
            start += 1
        if not size or length - start != size:
            raise ValueError(f"{file} is truncated or too long: {length - start:,} bytes of pixels, "
                             f"{width} × {height} in colour are {size:,}")
        opened.seek(start)
        return np.frombuffer(opened.read(size), np.uint8).reshape(height, width, 3)


def read_signs(folder, size=32, table=None):
    """The signs, cut out along their boxes and resized: x (N, size, size, 3) uint8, y (N,) and track (N,) int64.

    `folder` has a folder for each class with a table GT-*.csv in it (the training set), or all pictures (the test set), whose
    `table` is then named; Kaggle's Train.csv and Test.csv are such tables. 30 pictures of one sign, taken driving past it, are a track:
    the group by which `split` goes. A sign of a table without ClassId has the class −1.
    ValueError names the table and its line, or the picture, that is not as it must be.
    """
    from PIL import Image

    folder, size = Path(folder), checks.integer("read_signs", "size", size, minimum=2)
    if size > LARGEST_SIDE:
        checks.fail("read_signs", "size", size, f"at most {LARGEST_SIDE} pixels")
    tables = sorted(folder.glob("*/GT-*.csv")) if table is None else [Path(table)]
    signs = [sign for each in tables for sign in _signs(each, each.parent if table is None else folder)]
    if not signs:
        raise ValueError(f"{table or folder}: no signs in it; a folder for each class, with a table GT-*.csv, "
                         "or a table of all is needed")
    x = np.empty((len(signs), size, size, 3), np.uint8)
    for (file, box, _, _), cut in zip(bar(signs, desc="reading signs", unit="sign"), x):
        pixels = _pixels(file)
        if not (0 <= box[0] < box[2] <= pixels.shape[1] and 0 <= box[1] < box[3] <= pixels.shape[0]):
            raise ValueError(f"{file}: the box {box} of its sign is not within its {pixels.shape[1]} × {pixels.shape[0]} pixels")
        sign = np.ascontiguousarray(pixels[box[1]:box[3], box[0]:box[2]])
        cut[:] = Image.fromarray(sign).resize((size, size), Image.Resampling.LANCZOS)
    y, track = (np.array([sign[k] for sign in signs], dtype=np.int64) for k in (2, 3))
    return x, y, track


def _pixels(file):
    """A picture in colour, (height, width, 3) uint8: PPM, or any other format that `read_picture` reads."""
    if file.suffix.lower() == ".ppm":
        return read_ppm(file)
    return np.rint(255 * read_picture(file, colour=True)).astype(np.uint8)


def _signs(table, folder):
    """(file, box, class, track) of each line of a table; the box is left, top, right, bottom, the last two just outside."""
    try:
        text = read_bytes(table, LARGEST_TABLE).decode("utf-8-sig")
        first = text.partition("\n")[0]
        lines = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=first.count))
        columns = lines.fieldnames or ()
        place = next((name for name in ("Path", "Filename") if name in columns), None)
        missing = ([] if place else ["Filename (or Path)"]) + [name for name in BOX if name not in columns]
        if missing:
            raise ValueError(f"{table} has no column {', '.join(missing)}; it should have {';'.join(('Filename', *BOX, 'ClassId'))}")
        return [_sign(line, f"{table}:{lines.line_num}", folder, place) for line in lines]
    except (UnicodeDecodeError, csv.Error) as problem:
        raise ValueError(f"{table} is not a table: {problem}") from None


def _sign(line, where, folder, place):
    name = PurePosixPath((line[place] or "").replace("\\", "/"))
    try:
        box, label = tuple(int(line[column]) for column in BOX), int(line.get("ClassId", -1))
        # [class_]track_frame, or of the test set its own number
        numbers = re.fullmatch(r"(?:\d+_)?(\d{1,15})_\d+|(\d{1,15}).*", name.stem)
        track = int(numbers[1] or numbers[2])
    except (TypeError, ValueError):
        raise ValueError(f"{where}: a sign is a file name that begins with its track, four numbers and a class, "
                         f"got {printable(line)[:200]}") from None
    if "ClassId" in line and not 0 <= label < CLASSES:
        raise ValueError(f"{where}: ClassId must be from 0 to {CLASSES - 1}, got {label}")
    if name.is_absolute() or ".." in name.parts or place == "Filename" and len(name.parts) > 1:
        raise ValueError(f"{where}: {place} must name a file of the same folder, got {str(name)!r}")
    return folder / name, box, label, track
