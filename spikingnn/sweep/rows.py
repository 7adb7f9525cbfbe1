"""The file of a sweep: one line of JSON per row, held by one sweep at a time."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Container, Iterator
from pathlib import Path
from typing import IO, NoReturn

from .._util.files import replacing, try_lock, write_target
from .point import Row, as_json, key_of, seed_of


__all__ = ["finished_rows", "line_of", "open_rows", "remove_failed"]

BEGINS = '{"key": '         # every row of a file begins with it
LONGEST = 1 << 20           # bytes of a row


def line_of(key: str, row: Row) -> bytes:
    """Return a row as it stands in a file; the common beginning distinguishes the first half of a row from
    other texts."""
    return (BEGINS + as_json(key) + ", " + as_json(row)[1:] + "\n").encode()


@contextlib.contextmanager
def open_rows(file: Path) -> Iterator[IO[bytes]]:
    """Open the file of a sweep for reading and appending, for this sweep alone."""
    target = write_target(file)
    with target.open("a+b") as out:
        if not try_lock(out, target):               # or another has replaced it, see `remove_failed`
            raise ValueError(f"{file}: another sweep writes there; wait for its end, or choose another file")
        yield out


def finished_rows(file: Path, out: IO[bytes], requested: Container[str]) -> dict[str, Row]:
    """Return {key: row} of the requested rows in a file; an incomplete last row, whose process was killed, is
    removed.

    ValueError, before anything is changed, if the file contains anything other than rows of a sweep.
    """
    rows: dict[str, Row] = {}
    end = 0
    out.seek(0)
    for number in itertools.count(1):
        line = out.readline(LONGEST)
        if not line:
            return rows
        if not line.endswith(b"\n"):
            break
        key, row = _parsed_row(file, number, line)
        if key in requested:
            rows[key] = row
        end = out.tell()
    begins = BEGINS.encode()
    if line[:len(begins)] != begins[:len(line)] or len(line) == LONGEST:
        _refuse_line(file, number)
    out.truncate(end)
    return rows


def remove_failed(file: Path, requested: Container[str]) -> None:
    """Remove the requested rows that hold an error from a file, completely or not at all."""
    with open_rows(file) as out:
        rows = finished_rows(file, out, requested)
        failed = {key for key, row in rows.items() if row["error"] is not None}
        if failed:
            out.seek(0)
            kept = (line for line in out if json.loads(line)["key"] not in failed)
            with replacing(file) as temporary:
                temporary.write_bytes(b"".join(kept))


def _parsed_row(file: Path, number: int, line: bytes) -> tuple[str, Row]:
    """Return (key, row) of one line, which contains the point and the trial that its key is made of.

    Rows of older versions lack columns, which become None, but for the seed, which follows from the key.
    """
    try:
        row = json.loads(line)
        key = row.pop("key")
        seed, point, trial = json.loads(key)
        if key != key_of(point, trial, seed) or row | point | {"trial": trial} != row:
            raise ValueError
        expected = {"seed": seed_of(key)} | point
        row = {"seed": expected["seed"], "seconds": None, "versions": None, "error": None} | row
        if row["seed"] != expected["seed"] or not _are_columns(row):
            raise ValueError
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        _refuse_line(file, number)
    return key, row


def _are_columns(row: Row) -> bool:
    """Tell whether the columns that a sweep adds are of their types."""
    versions, seconds, error = row["versions"], row["seconds"], row["error"]
    return ((versions is None or isinstance(versions, dict) and {*map(type, versions.values())} <= {str})
            and (seconds is None or isinstance(seconds, (int, float)) and seconds >= 0)
            and (error is None or isinstance(error, str)))


def _refuse_line(file: Path, number: int) -> NoReturn:
    raise ValueError(f"{file}:{number} is no line of a sweep; choose another file") from None
