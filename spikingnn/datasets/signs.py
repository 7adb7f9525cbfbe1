"""The German Traffic Sign Recognition Benchmark in its own layout: a folder a class, PPM pictures, and a table with the box of each sign.

Source: Stallkamp, Schlipsing, Salmen & Igel, Neural Networks 32:323 (2012).
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np

from ..core import checks
from ..core.progress import bar

__all__ = ["read_ppm", "read_signs"]

CLASSES = 43
COLUMNS = ("Filename", "Roi.X1", "Roi.Y1", "Roi.X2", "Roi.Y2", "ClassId")
LARGEST_SIDE = 1024

_GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"                                  # a comment may stand wherever white space does
_HEADER = re.compile(rb"P6" + _GAP + rb"(\d{1,5})" + _GAP + rb"(\d{1,5})" + _GAP + rb"255\s")


def read_ppm(file):
    """A picture in PPM format (P6, 8 bits), (height, width, 3) uint8; lines may end in LF or CRLF."""
    content = Path(file).read_bytes()
    header = _HEADER.match(content)
    if not header:
        raise ValueError(f"{file} is not a PPM picture of 8 bits: it begins with {content[:8].hex(' ') or 'nothing'}")
    width, height = int(header[1]), int(header[2])
    begin, size = header.end(), width * height * 3
    if content[begin - 1:begin + 1] == b"\r\n" and len(content) - begin == size + 1:
        begin += 1
    if not size or len(content) - begin != size:
        raise ValueError(f"{file} is truncated or too long: {len(content) - begin:,} bytes of pixels, "
                         f"{width} × {height} in colour are {size:,}")
    return np.frombuffer(content, np.uint8, offset=begin).reshape(height, width, 3)


def read_signs(folder, size=32, table=None):
    """The signs, cut out along their boxes and resized: x (N, size, size, 3) uint8, y (N,) and track (N,) int64.

    `folder` has a folder for each class with a table GT-*.csv in it (the training set), or all pictures (the test set), whose
    `table` is then named. 30 pictures of one sign, taken driving past it, are a track: the group by which `split` goes.
    ValueError names the table and its line, or the picture, that is not as it must be.
    """
    from PIL import Image

    folder, size = Path(folder), checks.integer("read_signs", "size", size, minimum=2)
    if size > LARGEST_SIDE:
        checks.fail("read_signs", "size", size, f"at most {LARGEST_SIDE} pixels")
    tables = sorted(folder.glob("*/GT-*.csv")) if table is None else [Path(table)]
    signs = [sign for each in tables for sign in _signs(each, each.parent if table is None else folder)]
    if not signs:
        raise ValueError(f"{folder}: no signs in it; it should hold a folder for each class, with a table GT-*.csv")
    x = np.empty((len(signs), size, size, 3), np.uint8)
    for (file, box, _, _), cut in zip(bar(signs, desc="reading signs", unit="sign"), x):
        pixels = read_ppm(file)
        if not (0 <= box[0] < box[2] <= pixels.shape[1] and 0 <= box[1] < box[3] <= pixels.shape[0]):
            raise ValueError(f"{file}: the box {box} of its sign is not within its {pixels.shape[1]} × {pixels.shape[0]} pixels")
        sign = np.ascontiguousarray(pixels[box[1]:box[3], box[0]:box[2]])
        cut[:] = Image.fromarray(sign).resize((size, size), Image.Resampling.LANCZOS)
    y, track = (np.array([sign[k] for sign in signs], dtype=np.int64) for k in (2, 3))
    return x, y, track


def _signs(table, folder):
    """(file, box, class, track) of each line of a table; the box is left, top, right, bottom, the last two just outside."""
    try:
        with table.open(newline="", encoding="utf-8-sig") as text:
            lines = csv.DictReader(text, delimiter=";")
            missing = sorted(set(COLUMNS) - set(lines.fieldnames or ()))
            if missing:
                raise ValueError(f"{table} has no column {', '.join(missing)}; it should have {';'.join(COLUMNS)}")
            return [_sign(line, f"{table}:{lines.line_num}", folder) for line in lines]
    except (UnicodeDecodeError, csv.Error) as problem:
        raise ValueError(f"{table} is not a table: {problem}") from None


def _sign(line, where, folder):
    name = line["Filename"] or ""
    try:
        *box, label = (int(line[column]) for column in COLUMNS[1:])
        track = int(re.match(r"\d+", name)[0])
    except (TypeError, ValueError):
        raise ValueError(f"{where}: a sign is a file name that begins with its track, four numbers and a class, got {line}") from None
    if not 0 <= label < CLASSES:
        raise ValueError(f"{where}: ClassId must be from 0 to {CLASSES - 1}, got {label}")
    if Path(name).name != name:
        raise ValueError(f"{where}: Filename must name a file of the same folder, got {name!r}")
    return folder / name, tuple(box), label, track
