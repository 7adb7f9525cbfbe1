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

from ..core import checks
from ..core.files import assert_regular, open_regular
from .bundled import Pictures

__all__ = ["FORMATS", "MAX_PIXELS", "read_folder", "read_picture", "resized"]

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "DIB", "TIFF", "WEBP", "PPM", "JPEG2000", "AVIF")        # those that Pillow was built with
MAX_PIXELS = 64_000_000
LARGEST_FILE = 400_000_000              # bytes: so many pixels in colour with 16 bits, and not compressed
LUMA = (0.299, 0.587, 0.114)            # of red, green and blue: ITU-R BT.601
LARGEST_SIDE = 1024
SUFFIXES = frozenset(".png .apng .jpg .jpeg .jpe .jfif .gif .bmp .dib .tif .tiff .webp .avif .ppm .pgm .pbm .pnm "
                     ".jp2 .j2k .jpx".split())


def read_picture(file, size=None, colour=False):
    """One picture as a grey array, (height, width) float64 in [0, 1]: 0 black, 1 white; with `colour` (height, width, 3).

    `size`: None keeps the picture as it is; an integer or (height, width) crops the centre to that shape and averages it
    down. Without `colour` it becomes its luma (ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B). Transparent pixels lie on white paper. The
    camera's EXIF rotation is applied. An animation gives its first frame. 16-bit levels are divided by 65,535.
    `file`: a path, a file object opened for reading bytes, or a Pillow image.
    Raises `ValueError` naming the file where it is no picture, truncated, or of more than `MAX_PIXELS` pixels, and
    `FileNotFoundError` where there is none.
    """
    if isinstance(file, (str, os.PathLike)):
        assert_regular(file)
    shape = None if size is None else _shape(size)
    try:
        picture = _decoded(file, colour)
    except Refused as problem:
        raise ValueError(f"{_name(file)}: {problem}") from None
    except Exception as problem:     # a decoder meets a broken file with whatever its format raises: OSError, SyntaxError, struct.error …
        raise ValueError(f"{_name(file)}: cannot be read as a picture ({_first_line(problem)})") from None
    return picture.astype(np.float64) if shape is None else resized(picture, shape)


def read_folder(folder, size=64, strict=False):
    """Every picture of a folder, sorted by file name, as `Pictures` of one `size`.

    A file that cannot be read is skipped, listed in `.skipped` and named in a warning; with `strict` it is an error. Files
    without a picture's suffix are not looked at. Raises `ValueError` where not one picture is left.
    """
    folder, shape = Path(folder), _shape(size)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder")
    files = picture_files(folder)
    images, names, skipped = [], [], []
    for file in files:
        try:
            images.append(read_picture(file, shape))
            names.append(file.stem)
        except (ValueError, FileNotFoundError) as problem:
            if strict:
                raise
            skipped.append((file.name, str(problem)))
    if not images:
        found = f"none of its {len(files)} pictures can be read: {skipped[0][1]}" if files else "no pictures in it"
        raise ValueError(f"{folder}: {found}; it should hold files such as .png, .jpg or .tif")
    if skipped:
        warnings.warn(f"skipped {len(skipped)} of {len(files)} pictures: " + "; ".join(reason for _, reason in skipped), stacklevel=2)
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
    if grey.shape[:2] == (height, width):
        return grey.astype(np.float64)
    if grey.ndim == 3:
        return np.stack([resized(plane, (height, width)) for plane in np.moveaxis(grey, 2, 0)], axis=2)
    picture = ImageOps.fit(Image.fromarray(np.asarray(grey, np.float32)), (width, height), Image.Resampling.LANCZOS)
    return np.clip(np.asarray(picture, np.float64), 0.0, 1.0)


class Refused(ValueError):
    """A picture that is understood and not wanted; the message is the whole reason."""


def _decoded(file, colour):
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
            grey = _levels(upright, picture)
            if grey is not None:
                return np.stack([grey] * 3, axis=2) if colour else grey
            return np.asarray(_on_white(upright, picture).convert("RGB" if colour else "L")) / np.float32(255)


def _levels(picture, original):
    """The grey levels of more than 8 bits as float32 (it may be large) in [0, 1], or None where there are 8 or less.

    `original` knows the transparent level, which a rotation may lose.
    """
    if picture.mode.startswith("I"):
        levels, transparent = np.asarray(picture), original.info.get("transparency")
        if levels.min() < 0 or levels.max() > 65_535:
            raise Refused(f"levels from {levels.min():.0f} to {levels.max():.0f}; 8 or 16 bits a pixel are accepted")
        grey = levels / np.float32(65_535)
        return np.where(levels == transparent, 1.0, grey) if isinstance(transparent, int) else grey
    if picture.mode == "F":
        grey = np.asarray(picture)
        if not (grey.min() >= 0 and grey.max() <= 1):                           # a NaN fails the comparison, too
            raise Refused("floating-point levels outside [0, 1]")
        return grey
    return None


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
