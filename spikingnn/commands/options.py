"""What several commands share: argument types, common options, refusals, progress, and the files that they
write."""

from __future__ import annotations

import argparse
import contextlib
import csv
import functools
import json
import math
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, TypeAlias

from .._util import files
from .._util.files import replacing
from .._util.text import printable
from .._util.progress import progress_bar


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
OptionGroup: TypeAlias = "argparse.ArgumentParser | argparse._ArgumentGroup"
Output: TypeAlias = "Path | IO[str]"

MEMORY_RULES = ("covariance", "dense", "hebbian", "perceptron", "projection", "storkey")


def refuse(problem: object) -> int:
    """Print on stderr, in one line, what is wrong; return the exit code 2."""
    print("spikingnn: error: " + printable(" ".join(str(problem).split())), file=sys.stderr)
    return 2


def one_line_warning(message: object, category: object, filename: str, lineno: int, file: object = None,
                     line: object = None) -> None:
    """Show a warning as one line on stderr."""
    print("spikingnn: warning: " + printable(" ".join(str(message).split())), file=sys.stderr)


def progress(what: str, unit: str) -> Callable[..., Any]:
    """Return a function that wraps items and shows a progress bar while they are processed."""
    return functools.partial(progress_bar, desc=what, unit=unit)


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return an argparse type: a whole number from `low` to `high`."""
    def parse(text: str) -> int:
        if not re.fullmatch(r"[+-]?\d+", text) or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high}, got {text!r}")
        return int(text)
    return parse


def between(low: float, high: float) -> Callable[[str], float]:
    """Return an argparse type: a number from `low` to `high`."""
    def parse(text: str) -> float:
        with contextlib.suppress(ValueError):
            if low <= float(text) <= high:
                return float(text)
        raise argparse.ArgumentTypeError(f"must be a number from {low} to {high}, got {text!r}")
    return parse


def threshold(text: str) -> str | float:
    """Parse the rule by which a grey picture becomes black and white; an argparse type."""
    if text in ("mean", "median", "otsu"):
        return text
    try:
        return between(0, 1)(text)
    except argparse.ArgumentTypeError:
        message = f"must be mean, median, otsu or a number from 0 to 1, got {text!r}"
        raise argparse.ArgumentTypeError(message) from None


def add_seed(command: OptionGroup) -> None:
    """Add `--seed N` to a command or to a group of its options."""
    command.add_argument("--seed", type=whole(0, 2**63 - 1), default=0, metavar="N",
                         help="seed of all random numbers (default 0)")


def add_jobs(command: OptionGroup) -> None:
    """Add `--jobs N` to a command or to a group of its options."""
    command.add_argument("--jobs", type=whole(1, 256), default=1, metavar="N",
                         help="processes that share the recalls (default 1)")


def ridge(text: str) -> str | float:
    """Parse `auto` or a number that is not negative; an argparse type."""
    return text if text == "auto" else between(0, 1e6)(text)


def add_projection(command: OptionGroup) -> None:
    """Add `--ridge` and `--diagonal` to a command or to a group of its options."""
    command.add_argument("--ridge", type=ridge, default="auto", metavar="R",
                         help="ridge of the rule projection: auto (default; one per pattern), "
                              "or a number, 0 for none")
    command.add_argument("--diagonal", choices=("removed", "kept"), default="removed",
                         help="diagonal of the weights of the rule projection (default removed)")


def only_projection(options: argparse.Namespace, rules: Sequence[str]) -> None:
    """Refuse `--ridge` and `--diagonal` if none of `rules` has them."""
    if "projection" not in rules and (options.ridge, options.diagonal) != ("auto", "removed"):
        raise ValueError("--ridge and --diagonal need the rule projection")


def add_data_home(command: OptionGroup) -> None:
    """Add `--data-home DIR` to a command or to a group of its options."""
    command.add_argument("--data-home", type=Path, metavar="DIR",
                         help="folder of the data sets (default: SPIKINGNN_DATA, else the usual places)")


def add_bits(command: OptionGroup) -> None:
    """Add `--bits N` to a command or to a group of its options."""
    command.add_argument("--bits", type=whole(1, 32), metavar="N",
                         help="bits per pixel that are used, if fewer than the file has: "
                              "white is then 2^N - 1")


def add_json(command: OptionGroup) -> None:
    """Add `--json FILE` to a command or to a group of its options."""
    command.add_argument("--json", metavar="FILE", type=Path,
                         help="write the numbers of the table there; - writes them to stdout, and the rest "
                              "to stderr")


def perform(options: argparse.Namespace) -> int:
    """Run the command of `options`; with `--json -`, stdout receives the numbers and nothing else.

    `options.json` is then this stream.
    """
    run: Callable[[argparse.Namespace], int] = options.run
    if str(getattr(options, "json", None)) != "-":
        return run(options)
    options.json = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        return run(options)


def writable(*outputs: object) -> None:
    """Refuse files that cannot be written, before the work and not after it; None and streams are
    accepted."""
    for file in (each for each in outputs if isinstance(each, Path)):
        if file.is_dir():
            raise ValueError(f"{file} is a folder, a file is needed")
        target = files.write_target(file)               # of a symbolic link
        if not target.parent.is_dir():
            state = "is a file" if target.parent.exists() else "does not exist"
            raise ValueError(f"{file}: the folder {target.parent} {state}")
        try_folder(target.parent, file)


def picture_file(file: Path) -> None:
    """Refuse a file that cannot be written, or of a type in which no figure can be saved."""
    from ..plotting import FILE_TYPES
    if file.suffix.lower() not in FILE_TYPES:
        raise ValueError(f"--save must end in one of {', '.join(FILE_TYPES)}, got {str(file)!r}")
    writable(file)


def movie_file(file: Path) -> None:
    """Refuse a file that cannot be written, of a type that no movie has, or that needs ffmpeg if this is
    missing."""
    from ..plotting.animate import check_movie
    check_movie(file)
    writable(file)


def try_folder(folder: Path, wanted: Path) -> None:
    """Refuse a folder that nothing can be written to; if it does not exist yet, the first of its parents that
    does."""
    there = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as problem:
        raise ValueError(f"{wanted}: cannot write to {there} ({problem.strerror})") from None


def write_json(file: Output, content: Any) -> None:
    """Write `content` as JSON to a path or a stream; numbers that are not finite become null."""
    text = json.dumps(_finite(content), indent=2, allow_nan=False) + "\n"
    if not isinstance(file, Path):
        file.write(text)
        return
    with replacing(file) as temporary:
        temporary.write_text(text, encoding="utf-8")
    print(f"numbers: {printable(file)}")


def _finite(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _finite(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_finite(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content


def write_csv(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write dictionaries with the same keys as rows of a CSV file, completely or not at all."""
    with (replacing(file) as temporary,
          temporary.open("w", newline="", encoding="utf-8", errors="backslashreplace") as opened):
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    print(f"rows: {file}")


def cache_state() -> tuple[Path | None, str]:
    """Return the folder where compiled code is kept, or None, and what is wrong with it; the folder is tested
    by writing."""
    import numba

    from ..engine.jit import ADVICE, cache_folder
    from ..engine.loop import advance
    requested = numba.config.CACHE_DIR              # type: ignore[attr-defined]  # set when Numba is imported
    try:
        folder = cache_folder(advance)
    except OSError as problem:
        return None, f"every start compiles anew, {problem.strerror or problem}; {ADVICE}"
    if requested and Path(requested).absolute() not in folder.absolute().parents:
        return folder, f"NUMBA_CACHE_DIR={requested} cannot be written to"
    return folder, ""
