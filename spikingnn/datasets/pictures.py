"""The user's own pictures as arrays in [0, 1], grey or in colour, read through Pillow and never trusted.

A file is opened by its content, not its name, and only in one of `FORMATS` (Pillow would pass an EPS file to
another program). Its size is in the header and is checked before any pixel is decoded.
"""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._util import checks
from .._util.brightness import to_levels, white_level
from .._util.files import assert_regular, open_regular
from .._util.text import first_line
from .._util.typing import FloatArray, PathLikeText
from .bundled import Pictures


if TYPE_CHECKING:
    from PIL import Image as PillowModule


__all__ = ["FORMATS", "MAX_PIXELS", "read_folder", "read_picture", "resized"]

# the formats that are read, if Pillow has them
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "DIB", "TIFF", "WEBP", "PPM", "JPEG2000", "AVIF")
MAX_PIXELS = 64_000_000
LARGEST_FILE = 400_000_000              # bytes: MAX_PIXELS in colour with 16 bits, uncompressed
PAPERS = ("black", "white")             # of level 0 and 1
LARGEST_SIDE = 1024                     # pixels
SUFFIXES = frozenset(".png .apng .jpg .jpeg .jpe .jfif .gif .bmp .dib .tif .tiff .webp .avif .ppm .pgm "
                     ".pbm .pnm .jp2 .j2k .jpx".split())

Size: TypeAlias = "int | tuple[int, int]"
# a path, a file object opened for reading bytes, or a Pillow image
Picture: TypeAlias = "PathLikeText | Any"


def read_picture(file: Picture, size: Size | None = None, colour: bool = False,
                 bits: int | None = None, paper: str = "white") -> FloatArray:
    """Read one picture as an array of levels from 0 (black) to 1 (white).

    Without `colour`, the picture becomes its luma (ITU-R BT.601)::

        0.299 R + 0.587 G + 0.114 B

    Transparent pixels lie on white paper, or on black. The camera's EXIF rotation is applied. An animation
    gives its first frame.

    Parameters
    ----------
    file : str, path, file object or Pillow image
        The picture; a file object must be opened for reading bytes.
    size : int or (int, int), optional
        Pixels per side, or (height, width): the centre is cropped to this shape and resampled. None keeps the
        picture as it is.
    colour : bool
        Keep the colours.
    bits : int, optional
        White is ``2**bits - 1``. None takes 255, or 65,535 for 16 bits, and warns if the largest level is far
        below it (12 bits in 16) or the file does not say (32 bits).
    paper : str
        ``"white"`` or ``"black"``: what transparent pixels lie on.

    Returns
    -------
    ndarray
        (height, width), or with `colour` (height, width, 3).

    Raises
    ------
    ValueError
        If the file is not a picture, is truncated, or has more than `MAX_PIXELS` pixels; the message names
        the file.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> from PIL import Image
    >>> read_picture(Image.new("L", (40, 30), 255), size=4)[0]
    array([1., 1., 1., 1.])
    """
    picture, remark = _read(file, size, colour, bits, checks.one_of("read_picture", "paper", paper, PAPERS))
    if remark:
        warnings.warn(f"{_name(file)}: its levels {remark}", stacklevel=2)
    return picture


def _read(file: Picture, size: Size | None, colour: bool, bits: int | None,
          paper: str = "white") -> tuple[FloatArray, str | None]:
    """Return what `read_picture` returns, and a remark if its white level is doubtful, else None."""
    if isinstance(file, (str, os.PathLike)):
        assert_regular(file)
    shape = None if size is None else _shape(size)
    if bits is not None:
        checks.integer("read_picture", "bits", bits)
    try:
        picture, remark = _decoded(file, colour, bits, paper)
    except RefusedPicture as problem:
        raise ValueError(f"{_name(file)}: {problem}") from None
    except Exception as problem:        # a decoder raises anything: OSError, SyntaxError, struct.error, …
        raise ValueError(f"{_name(file)}: cannot be read as a picture ({first_line(problem)})") from None
    return picture.astype(np.float64) if shape is None else resized(picture, shape), remark


def read_folder(folder: PathLikeText, size: Size = 64, strict: bool = False,
                bits: int | None = None) -> Pictures:
    """Read every picture of a folder as a grey picture, sorted by file name.

    Files without the suffix of a picture are ignored.

    Parameters
    ----------
    folder : str or path
        The folder.
    size : int or (int, int)
        Pixels per side, or (height, width), to which every picture is cropped and resampled.
    strict : bool
        A picture that cannot be read is an error; otherwise it is skipped, listed in `.skipped` and named in
        a warning.
    bits : int, optional
        As for `read_picture`.

    Returns
    -------
    Pictures
        `images` has the shape (P, height, width), with levels in [0, 1].

    Raises
    ------
    ValueError
        If no picture can be read, or with `strict` if one cannot.
    FileNotFoundError
        If there is no such folder.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from PIL import Image
    >>> with TemporaryDirectory() as folder:
    ...     Image.new("L", (40, 40), 255).save(Path(folder, "white.png"))
    ...     pictures = read_folder(folder, size=8)
    >>> pictures.images.shape, pictures.names
    ((1, 8, 8), ['white'])
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder")
    pictures, remarks = _read_files(folder, picture_files(folder), _shape(size), strict, bits)
    if pictures.skipped:
        reasons = "; ".join(reason for _, reason in pictures.skipped)
        n = len(pictures.skipped)
        warnings.warn(f"skipped {n} of {n + len(pictures.names)} pictures: {reasons}", stacklevel=2)
    if remarks:
        more = f" (and {len(remarks) - 1} pictures more like this)" if remarks[1:] else ""
        warnings.warn(remarks[0] + more, stacklevel=2)
    return pictures


def _read_files(folder: Path, files: Sequence[Path], shape: tuple[int, int], strict: bool,
                bits: int | None) -> tuple[Pictures, list[str]]:
    """Return the pictures in `files`, and a remark for each whose white level is doubtful."""
    images: list[FloatArray] = []
    names: list[str] = []
    skipped: list[tuple[str, str]] = []
    remarks: list[str] = []
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
        found = (f"none of its {len(files)} pictures can be read: {skipped[0][1]}" if files
                 else "no pictures in it")
        raise ValueError(f"{folder}: {found}; it should hold files such as .png, .jpg or .tif")
    return Pictures(np.stack(images), _unique(names, files, skipped), skipped), remarks


def picture_files(folder: PathLikeText) -> list[Path]:
    """Return the pictures of a folder by their suffixes, sorted, without names that begin with a dot (macOS
    leaves such)."""
    return sorted(file for file in Path(folder).iterdir()
                  if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and not file.is_dir())


def resized(grey: ArrayLike, size: Size) -> FloatArray:
    """Crop the centre of a picture to the shape of `size` and resample it (Lanczos), clipped to [0, 1].

    Parameters
    ----------
    grey : array_like
        Levels in [0, 1], (height, width) or (height, width, 3).
    size : int or (int, int)
        Pixels per side, or (height, width).

    Returns
    -------
    ndarray
        The picture in its new size.

    Raises
    ------
    ValueError
        If a level is NaN or out of range, or a side has less than 2 or more than 1,024 pixels.

    Examples
    --------
    >>> resized(np.ones((30, 40)), (4, 6)).shape
    (4, 6)
    """
    from PIL import Image, ImageOps

    height, width = _shape(size)
    levels: FloatArray = to_levels(checks.real_array("resized", "grey", grey), "resized.grey")
    if levels.shape[:2] == (height, width):
        return levels
    if levels.ndim == 3:
        return np.stack([resized(plane, (height, width)) for plane in np.moveaxis(levels, 2, 0)], axis=2)
    picture = ImageOps.fit(Image.fromarray(np.asarray(levels, np.float32)), (width, height),
                           Image.Resampling.LANCZOS)
    return np.clip(np.asarray(picture, np.float64), 0.0, 1.0)


def area_resized(grey: FloatArray, size: Size) -> FloatArray:
    """Return all of a grey picture in another shape: each pixel is the mean over the area that it covers, or
    interpolated where the picture is enlarged.

    With one number as `size` the longer side has so many pixels, and the ratio of the sides is kept.
    """
    from PIL import Image

    if isinstance(size, tuple):
        height, width = size
    else:
        height, width = (max(2, round(side * size / max(grey.shape))) for side in grey.shape)
    larger = height > grey.shape[0] and width > grey.shape[1]
    method = Image.Resampling.BILINEAR if larger else Image.Resampling.BOX
    picture = Image.fromarray(np.asarray(grey, np.float32)).resize((width, height), method)
    return np.asarray(picture, np.float64)


def thumbnail(picture: FloatArray, longest: int = 200) -> FloatArray:
    """Return a grey or coloured picture with at most `longest` pixels on its longer side."""
    if max(picture.shape[:2]) <= longest:
        return picture
    if picture.ndim == 3:
        return np.stack([area_resized(plane, longest) for plane in np.moveaxis(picture, 2, 0)], axis=2)
    return area_resized(picture, longest)


class RefusedPicture(ValueError):
    """The picture is understood and not accepted; the message is the whole reason."""


def _decoded(file: Picture, colour: bool, bits: int | None,
             paper: str) -> tuple[NDArray[Any], str | None]:
    """Return (levels in [0, 1] as float32, remark); the picture may be large."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    with _source(file) as source, warnings.catch_warnings():
        # the package has a lower limit, see below
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            picture = _opened(source)
        except Image.DecompressionBombError:
            raise RefusedPicture(f"more than the {MAX_PIXELS:,} pixels that are accepted") from None
        except UnidentifiedImageError:
            raise RefusedPicture("not a picture in one of the formats " + ", ".join(FORMATS)) from None
        with picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise RefusedPicture(f"{width} × {height} = {width * height:,} pixels, "
                                     f"more than the {MAX_PIXELS:,} that are accepted")
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            if upright.mode != "F" and not upright.mode.startswith("I"):
                flat = _on_paper(upright, picture, paper).convert("RGB" if colour else "L")
                return _divided_by_white(np.asarray(flat), bits)
            grey, remark = _deep_levels(np.asarray(upright), picture.info.get("transparency"), bits, paper)
            return np.stack([grey] * 3, axis=2) if colour else grey, remark


def _deep_levels(levels: NDArray[Any], transparent: Any, bits: int | None,
                 paper: str) -> tuple[NDArray[Any], str | None]:
    """Return (levels in [0, 1], remark) for grey `levels` of more than 8 bits; the level `transparent` is
    that of the paper."""
    if levels.dtype.kind == "f":
        if bits is not None:
            raise RefusedPicture("floating-point levels, for which there is no bits=")
        if not (levels.min() >= 0 and levels.max() <= 1):                   # NaN fails the comparison too
            raise RefusedPicture("floating-point levels outside [0, 1]")
        return levels, None
    grey, remark = _divided_by_white(levels, bits)
    below = float(PAPERS.index(paper))
    return np.where(levels == transparent, below, grey) if isinstance(transparent, int) else grey, remark


def _divided_by_white(levels: NDArray[Any], bits: int | None) -> tuple[NDArray[Any], str | None]:
    """Return integer `levels` divided by their white level, and a remark if that is doubtful."""
    try:
        white, remark = white_level(levels, bits)
    except ValueError as problem:
        raise RefusedPicture(f"levels {problem}") from None
    return levels / np.float32(white), remark


def _on_paper(picture: PillowModule.Image, original: PillowModule.Image, paper: str) -> PillowModule.Image:
    """Return `picture` with its transparent parts on white or black paper."""
    from PIL import Image

    if original.info.get("transparency") is not None or picture.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        picture = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, paper), picture)
    return picture if picture.mode in ("1", "L") else picture.convert("RGB")


@contextlib.contextmanager
def _source(file: Picture) -> Iterator[Any]:
    """Yield what a picture is read from: a path opened, anything else as it is."""
    if isinstance(file, (str, os.PathLike)):
        with open_regular(file, LARGEST_FILE) as opened:
            yield opened
    else:
        yield file


def _opened(source: Any) -> PillowModule.Image:
    """Return a Pillow image of a file object, its pixels not yet decoded, or a copy of a Pillow image."""
    from PIL import Image

    if isinstance(source, Image.Image):
        return source.copy()
    if not hasattr(source, "read"):
        raise RefusedPicture("a path, a file object opened for reading bytes, or a Pillow image is needed")
    Image.init()
    return Image.open(source, formats=[name for name in FORMATS if name in Image.OPEN])


def _name(file: Picture) -> object:
    """Return what an error calls `file`."""
    if isinstance(file, (str, os.PathLike)):
        return file
    name = getattr(file, "filename", None) or getattr(file, "name", None)
    return name or f"a picture in {type(file).__name__}"


def _shape(size: Size) -> tuple[int, int]:
    shape = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
    if len(shape) != 2:
        checks.fail("read_picture", "size", size, "a number of pixels or (height, width)")
    for side in shape:
        if checks.integer("read_picture", "size", side, minimum=2) > LARGEST_SIDE:
            checks.fail("read_picture", "size", size, f"at most {LARGEST_SIDE} pixels a side")
    return shape[0], shape[1]


def _unique(names: list[str], files: Sequence[Path], skipped: Sequence[tuple[str, str]]) -> list[str]:
    """Return the names without suffix, or with it if `a.png` and `a.jpg` would both be called `a`."""
    if len(set(names)) == len(names):
        return names
    broken = {name for name, _ in skipped}
    return [file.name for file in files if file.name not in broken]
