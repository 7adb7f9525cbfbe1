"""The user's own pictures as arrays in [0, 1], grey or in colour, read through Pillow and never trusted.

A file is opened by its content, not its name, and only in `FORMATS` (Pillow would hand an EPS file to another program).
Its size stands in the header and is checked before a pixel is decoded.
"""

from __future__ import annotations

import contextlib
import os
import warnings
from pathlib import Path

import numpy as np

from .._util import checks
from .._util.brightness import brightness, white_of
from .._util.files import assert_regular, open_regular
from .bundled import Pictures


__all__ = ["FORMATS", "MAX_PIXELS", "read_folder", "read_picture", "resized"]

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "DIB", "TIFF", "WEBP", "PPM", "JPEG2000", "AVIF")        # those that Pillow was built with
MAX_PIXELS = 64_000_000
LARGEST_FILE = 400_000_000              # bytes: so many pixels in colour with 16 bits, and not compressed
LUMA = (0.299, 0.587, 0.114)            # of red, green and blue: ITU-R BT.601
LARGEST_SIDE = 1024
SUFFIXES = frozenset(".png .apng .jpg .jpeg .jpe .jfif .gif .bmp .dib .tif .tiff .webp .avif .ppm .pgm .pbm .pnm "
                     ".jp2 .j2k .jpx".split())


def read_picture(file, size=None, colour=False, bits=None):
    """One picture as a grey array, (height, width) float64 in [0, 1]: 0 black, 1 white; with `colour` (height, width, 3).

    `size`: None keeps the picture as it is; an integer or (height, width) crops the centre to that shape and
    averages it down. Without `colour` it becomes its luma (ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B).
    Transparent pixels lie on white paper. The camera's EXIF rotation is applied. An animation gives its first
    frame. White is 2^bits - 1; without `bits` 255, or 65,535 of 16 bits, with a warning where the largest
    level is far below it (12 bits in 16) or the file does not say (32 bits). `file` is a path, a file object
    opened for reading bytes, or a Pillow image. Raises `ValueError` naming the file where it is no picture,
    truncated, or of more than `MAX_PIXELS` pixels, and `FileNotFoundError` where there is none.
    """
    picture, remark = _read(file, size, colour, bits)
    if remark:
        warnings.warn(f"{_name(file)}: its levels {remark}", stacklevel=2)
    return picture


def _read(file, size, colour, bits):
    """(what `read_picture` returns, what is doubtful about its white, or None)."""
    if isinstance(file, (str, os.PathLike)):
        assert_regular(file)
    shape = None if size is None else _shape(size)
    if bits is not None:
        checks.integer("read_picture", "bits", bits)
    try:
        picture, remark = _decoded(file, colour, bits)
    except Refused as problem:
        raise ValueError(f"{_name(file)}: {problem}") from None
    except Exception as problem:     # a decoder meets a broken file with whatever its format raises: OSError, SyntaxError, struct.error …
        raise ValueError(f"{_name(file)}: cannot be read as a picture ({_first_line(problem)})") from None
    return picture.astype(np.float64) if shape is None else resized(picture, shape), remark


def read_folder(folder, size=64, strict=False, bits=None):
    """Every picture of a folder, sorted by file name, as `Pictures` of one `size`; `bits` as above.

    A file that cannot be read is skipped, listed in `.skipped` and named in a warning; with `strict` it is an error. Files
    without a picture's suffix are not looked at. Raises `ValueError` where not one picture is left.
    """
    folder, shape = Path(folder), _shape(size)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder")
    files = picture_files(folder)
    images, names, skipped, remarks = [], [], [], []
    for file in files:
        try:
            picture, remark = _read(file, shape, False, bits)
            images.append(picture)
            names.append(file.stem)
            remarks += [f"{file}: its levels {remark}"] if remark else []
        except (ValueError, FileNotFoundError) as problem:
            if strict:
                raise
            skipped.append((file.name, str(problem)))
    if not images:
        found = f"none of its {len(files)} pictures can be read: {skipped[0][1]}" if files else "no pictures in it"
        raise ValueError(f"{folder}: {found}; it should hold files such as .png, .jpg or .tif")
    if skipped:
        warnings.warn(f"skipped {len(skipped)} of {len(files)} pictures: " + "; ".join(reason for _, reason in skipped), stacklevel=2)
    if remarks:
        more = f" (and {len(remarks) - 1} pictures more like this)" if remarks[1:] else ""
        warnings.warn(remarks[0] + more, stacklevel=2)
    return Pictures(np.stack(images), _unique(names, files, skipped), skipped)


def picture_files(folder):
    """The pictures of a folder by the suffixes of their names, sorted, without what begins with a dot, as what macOS leaves beside them."""
    return sorted(file for file in Path(folder).iterdir()
                  if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and not file.is_dir())


def resized(grey, size):
    """An array in [0, 1], (height, width) or (height, width, 3), with its centre cropped to the shape of `size` and resampled
    (Lanczos), clipped to [0, 1]."""
    from PIL import Image, ImageOps

    height, width = _shape(size)
    grey = brightness(checks.reals("resized", "grey", grey), "resized.grey")
    if grey.shape[:2] == (height, width):
        return grey
    if grey.ndim == 3:
        return np.stack([resized(plane, (height, width)) for plane in np.moveaxis(grey, 2, 0)], axis=2)
    picture = ImageOps.fit(Image.fromarray(np.asarray(grey, np.float32)), (width, height), Image.Resampling.LANCZOS)
    return np.clip(np.asarray(picture, np.float64), 0.0, 1.0)


class Refused(ValueError):
    """A picture that is understood and not wanted; the message is the whole reason."""


def _decoded(file, colour, bits):
    """(levels in [0, 1] as float32, remark); the picture may be large."""
    from PIL import Image, ImageOps

    with _source(file) as source, warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)        # our own, lower limit is told below
        try:
            picture = _opened(source)
        except Image.DecompressionBombError:
            raise Refused(f"more than the {MAX_PIXELS:,} pixels that are accepted") from None
        except Image.UnidentifiedImageError:
            raise Refused("not a picture in one of the formats " + ", ".join(FORMATS)) from None
        with picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise Refused(f"{width} × {height} = {width * height:,} pixels, more than the {MAX_PIXELS:,} that are accepted")
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            if upright.mode != "F" and not upright.mode.startswith("I"):
                flat = _on_white(upright, picture).convert("RGB" if colour else "L")
                return _divided(np.asarray(flat), bits)
            grey, remark = _deep(np.asarray(upright), picture.info.get("transparency"), bits)
            return np.stack([grey] * 3, axis=2) if colour else grey, remark


def _deep(levels, transparent, bits):
    """The same for grey `levels` of more than 8 bits; a `transparent` one is white."""
    if levels.dtype.kind == "f":
        if bits is not None:
            raise Refused("floating-point levels, for which there is no bits=")
        if not (levels.min() >= 0 and levels.max() <= 1):                   # a NaN fails the comparison, too
            raise Refused("floating-point levels outside [0, 1]")
        return levels, None
    grey, remark = _divided(levels, bits)
    return np.where(levels == transparent, 1.0, grey) if isinstance(transparent, int) else grey, remark


def _divided(levels, bits):
    """Whole `levels` by their white."""
    try:
        white, remark = white_of(levels, bits)
    except ValueError as problem:
        raise Refused(f"levels {problem}") from None
    return levels / np.float32(white), remark


def _on_white(picture, original):
    """`picture` with what is transparent lying on white paper."""
    from PIL import Image

    if original.info.get("transparency") is not None or picture.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        picture = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture if picture.mode in ("1", "L") else picture.convert("RGB")


@contextlib.contextmanager
def _source(file):
    """What a picture comes from: a path opened, and anything else as it is."""
    if isinstance(file, (str, os.PathLike)):
        with open_regular(file, LARGEST_FILE) as opened:
            yield opened
    else:
        yield file


def _opened(source):
    """A Pillow image of a file object, its pixels not yet decoded, or of a Pillow image, which stays as it is."""
    from PIL import Image

    if isinstance(source, Image.Image):
        return source.copy()
    if not hasattr(source, "read"):
        raise Refused("a path, a file object opened for reading bytes, or a Pillow image is needed")
    Image.init()
    return Image.open(source, formats=[name for name in FORMATS if name in Image.OPEN])


def _name(file):
    """What an error calls `file`."""
    if isinstance(file, (str, os.PathLike)):
        return file
    return getattr(file, "filename", None) or getattr(file, "name", None) or f"a picture in {type(file).__name__}"


def _shape(size):
    shape = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
    if len(shape) != 2:
        checks.fail("read_picture", "size", size, "a number of pixels or (height, width)")
    for side in shape:
        if checks.integer("read_picture", "size", side, minimum=2) > LARGEST_SIDE:
            checks.fail("read_picture", "size", size, f"at most {LARGEST_SIDE} pixels a side")
    return shape


def _unique(names, files, skipped):
    """Names without their suffix, but with it where `a.png` and `a.jpg` would both be called `a`."""
    if len(set(names)) == len(names):
        return names
    broken = {name for name, _ in skipped}
    return [file.name for file in files if file.name not in broken]


def _first_line(problem):
    return (str(problem) or type(problem).__name__).splitlines()[0]
