"""What the commands share: argument types, refusals, progress, files."""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import math
import re
import sys
import tempfile
from pathlib import Path

from .._util import files
from .._util.files import printable, replacing
from .._util.progress import bar


def refuse(problem):
    """Say on stderr, in one line, what is wrong; returns the exit code 2."""
    print("spikingnn: error: " + printable(" ".join(str(problem).split())), file=sys.stderr)
    return 2


def one_line_warning(message, category, filename, lineno, file=None, line=None):
    """Show a warning as one line on stderr."""
    print("spikingnn: warning: " + printable(" ".join(str(message).split())), file=sys.stderr)


def progress(what, unit):
    """A function that shows a progress bar while its items are gone through."""
    return functools.partial(bar, desc=what, unit=unit)


def whole(low, high):
    """An argparse type: a whole number from `low` to `high`."""
    def parse(text):
        if not re.fullmatch(r"[+-]?\d+", text) or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high}, got {text!r}")
        return int(text)
    return parse


def between(low, high):
    """An argparse type: a number from `low` to `high`."""
    def parse(text):
        with contextlib.suppress(ValueError):
            if low <= float(text) <= high:
                return float(text)
        raise argparse.ArgumentTypeError(f"must be a number from {low} to {high}, got {text!r}")
    return parse


def threshold(text):
    """An argparse type: how a grey picture becomes black and white."""
    if text in ("mean", "median", "otsu"):
        return text
    try:
        return between(0, 1)(text)
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(f"must be mean, median, otsu or a number from 0 to 1, got {text!r}") from None


def add_seed(command):
    """Give a command, or a group of its options, `--seed N`."""
    command.add_argument("--seed", type=whole(0, 2**63 - 1), default=0, metavar="N", help="of everything that is random (default 0)")


def add_jobs(command):
    """Give a command, or a group of its options, `--jobs N`."""
    command.add_argument("--jobs", type=whole(1, 256), default=1, metavar="N", help="processes that share the recalls (default 1)")


def ridge(text):
    """An argparse type: `auto` or a number that is not negative."""
    return text if text == "auto" else between(0, 1e6)(text)


def add_projection(command):
    """Give a command, or a group of its options, `--ridge` and `--diagonal`."""
    command.add_argument("--ridge", type=ridge, default="auto", metavar="R",
                         help="of the rule projection: auto (default; one per pattern), or a number, 0 for none")
    command.add_argument("--diagonal", choices=("removed", "kept"), default="removed",
                         help="of the weights of the rule projection (default removed)")


def only_projection(options, rules):
    """Refuse `--ridge` and `--diagonal` where none of `rules` takes them."""
    if "projection" not in rules and (options.ridge, options.diagonal) != ("auto", "removed"):
        raise ValueError("--ridge and --diagonal need the rule projection")


def add_data_home(command):
    """Give a command, or a group of its options, `--data-home DIR`."""
    command.add_argument("--data-home", type=Path, metavar="DIR",
                         help="where the data sets are (default: SPIKINGNN_DATA and the usual places)")


def add_bits(command):
    """Give a command, or a group of its options, `--bits N`."""
    command.add_argument("--bits", type=whole(1, 32), metavar="N",
                         help="bits that a pixel uses, if fewer than its file has: white is then 2^N - 1")


def add_json(command):
    """Give a command, or a group of its options, `--json FILE`."""
    command.add_argument("--json", metavar="FILE", type=Path,
                         help="write what the table shows; - writes it to stdout, and the rest to stderr")


def perform(options):
    """Run the command of `options`; with `--json -`, stdout has the numbers and nothing else.

    `options.json` is then this stream.
    """
    if str(getattr(options, "json", None)) != "-":
        return options.run(options)
    options.json = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        return options.run(options)


def writable(*wanted):
    """Refuse before the work, not after it, where one of the `wanted` files could not be written (not None, nor a stream)."""
    for file in (each for each in wanted if isinstance(each, Path)):
        if file.is_dir():
            raise ValueError(f"{file} is a folder, a file is needed")
        target = files.writable(file)               # beyond a symbolic link
        if not target.parent.is_dir():
            raise ValueError(f"{file}: the folder {target.parent} {'is a file' if target.parent.exists() else 'does not exist'}")
        try_folder(target.parent, file)


def picture_file(file):
    """Refuse where `file` could not be written, or is of no type that a figure can be saved as."""
    from ..plotting import FILE_TYPES
    if file.suffix.lower() not in FILE_TYPES:
        raise ValueError(f"--save must end in one of {', '.join(FILE_TYPES)}, got {str(file)!r}")
    writable(file)


def movie_file(file):
    """Refuse where `file` could not be written, is of no type that a movie can have, or needs ffmpeg where there is none."""
    from ..plotting.animate import check_movie
    check_movie(file)
    writable(file)


def try_folder(folder, wanted):
    """Refuse where nothing can be written to `folder`, or to the first of its parents that exists."""
    there = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as problem:
        raise ValueError(f"{wanted}: cannot write to {there} ({problem.strerror})") from None


def write_json(file, content):
    """Write `content` as JSON to `file`, a path (whole or not at all) or a stream; no finite number is null."""
    text = json.dumps(_finite(content), indent=2, allow_nan=False) + "\n"
    if not isinstance(file, Path):
        file.write(text)
        return
    with replacing(file) as temporary:
        temporary.write_text(text, encoding="utf-8")
    print(f"numbers: {printable(file)}")


def _finite(content):
    if isinstance(content, dict):
        return {key: _finite(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_finite(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content
