"""Files are written completely or not at all, and only regular files are read or written, never devices or
pipes."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO

from .typing import PathLikeText


__all__ = ["LARGEST", "assert_bounded", "assert_regular", "file_lock", "open_regular", "read_bytes",
           "remove_temporary", "replacing", "try_lock", "write_target"]

TEMPORARY = ".spikingnn-"
LARGEST = 2 << 30           # bytes: the largest array or table that is read from a file
KINDS = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a FIFO", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device",
         stat.S_IFSOCK: "a socket"}


def open_regular(path: PathLikeText, largest: int = LARGEST) -> BinaryIO:
    """Open the regular file `path` for reading bytes.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If `path` is a folder, FIFO, device or socket (none of which is waited for), or has more than
        `largest` bytes.
    """
    if isinstance(path, int):
        raise TypeError(f"a file must be given by its path, got {path!r}")
    try:
        _assert_mode(path, os.stat(path))
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        file = os.fdopen(os.open(path, flags), "rb")
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: no such file") from None
    try:
        found = os.fstat(file.fileno())
        # of the opened file: another one may have taken the name in between
        _assert_mode(path, found)
        if found.st_size > largest:
            raise ValueError(f"{path} has {found.st_size:,} bytes; at most {largest:,} are read")
    except ValueError:
        file.close()
        raise
    return file


def _assert_mode(path: PathLikeText, found: os.stat_result) -> None:
    kind = stat.S_IFMT(found.st_mode)
    if kind != stat.S_IFREG:
        raise ValueError(f"{path} is {KINDS.get(kind, 'not a regular file')}; a regular file is needed")


def assert_regular(path: PathLikeText) -> None:
    """Raise FileNotFoundError if there is no file `path`, and ValueError if it is not a regular one."""
    try:
        _assert_mode(path, os.stat(path))
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: no such file") from None


def read_bytes(path: PathLikeText, largest: int = LARGEST) -> bytes:
    """Return the content of the regular file `path`; `largest` and errors as for `open_regular`."""
    with open_regular(path, largest) as file:
        return file.read(os.fstat(file.fileno()).st_size)


def assert_bounded(what: object, size: int, stored: int, unsuspicious: int = 64 << 20,
                   ratio: int = 200) -> None:
    """Raise ValueError if `stored` compressed bytes claim to expand to an implausible `size`.

    Implausible is a size above `LARGEST`, or above both `unsuspicious` bytes and `ratio` times the stored
    bytes.
    """
    if size > LARGEST or size > max(unsuspicious, ratio * stored):
        raise ValueError(f"{what} would grow from {stored:,} to {size:,} bytes, which no data set does; "
                         f"at most {LARGEST:,} are read, and at most {ratio} times what is stored")


def try_lock(file: IO[Any], path: PathLikeText) -> bool:
    """Lock the open `file` at `path` for this process until it is closed; return whether that succeeded.

    It does not where another process holds the file, or has removed or replaced it since it was opened.
    Without locks (Windows) it always does.
    """
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except (BlockingIOError, FileNotFoundError):
        return False


@contextlib.contextmanager
def file_lock(path: PathLikeText) -> Iterator[None]:
    """Hold the file `path` for this process alone; it contains the number of the process.

    The operating system releases the lock however a process ends, so that a number which another process has
    been given since does not matter. (Windows has no such lock: a second process is not noticed there.)

    Raises
    ------
    BlockingIOError
        With the number of the process that holds the file.
    """
    with open(write_target(path), "a+") as file:
        if not try_lock(file, path):
            file.seek(0)
            raise BlockingIOError(file.read().strip())
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            os.unlink(path)


def write_target(path: PathLikeText) -> Path:
    """Return the path that is written to for `path`: itself, or the target of a symbolic link.

    Raises ValueError if a folder, a device, a pipe or a socket is there.
    """
    target = Path(os.path.realpath(path))
    if os.path.lexists(target):
        _assert_mode(path, os.stat(target))
    return target


@contextlib.contextmanager
def replacing(path: PathLikeText) -> Iterator[Path]:
    """Yield a temporary path that replaces `path` once it is written and on the disk, and is removed after an
    error.

    A symbolic link stays, and its target is replaced. Raises ValueError if that is not a regular file.
    """
    target = write_target(path)
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=target.parent) as folder:
        temporary = Path(folder, target.name)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
            with contextlib.suppress(FileNotFoundError):
                os.chmod(temporary, stat.S_IMODE(target.stat().st_mode))
        os.replace(temporary, write_target(target))


def remove_temporary(folder: PathLikeText) -> None:
    """Remove the temporary files that killed processes left in `folder`; no other process may be writing
    there."""
    for left in Path(folder).glob(f"{TEMPORARY}*"):
        shutil.rmtree(left, ignore_errors=True)
