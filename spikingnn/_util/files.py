"""Files are written whole or not at all, and only regular ones are read or written: devices and pipes are not."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from pathlib import Path


TEMPORARY = ".spikingnn-"
LARGEST = 2 << 30           # bytes of an array or a table that are taken from a file
KINDS = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a FIFO", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device", stat.S_IFSOCK: "a socket"}


def open_regular(path, largest=LARGEST):
    """The file `path`, opened for reading bytes.

    FileNotFoundError where there is none; ValueError where it is a folder, FIFO, device or socket (none of which is waited for), or has
    more than `largest` bytes.
    """
    if isinstance(path, int):
        raise TypeError(f"a file must be given by its path, got {path!r}")
    try:
        _assert_regular(path, os.stat(path))
        file = os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb")
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: no such file") from None
    try:
        found = os.fstat(file.fileno())
        _assert_regular(path, found)                    # of what was opened: a name may mean another thing a moment later
        if found.st_size > largest:
            raise ValueError(f"{path} has {found.st_size:,} bytes; at most {largest:,} are read")
    except ValueError:
        file.close()
        raise
    return file


def _assert_regular(path, found):
    kind = stat.S_IFMT(found.st_mode)
    if kind != stat.S_IFREG:
        raise ValueError(f"{path} is {KINDS.get(kind, 'not a regular file')}; a regular file is needed")


@contextlib.contextmanager
def held(path):
    """Hold the file `path` for this process alone: BlockingIOError with the number of the process that holds it. It holds the number.

    The system lets go of it however a process ends, so that a number which a new process has got misleads nobody. (Windows has
    no such lock: there a second process is not noticed.)
    """
    with open(writable(path), "a+") as file:
        with contextlib.suppress(ImportError):
            import fcntl
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                gone = not os.path.samestat(os.fstat(file.fileno()), os.stat(path))         # its holder has just ended
            except (BlockingIOError, FileNotFoundError):
                gone = True
            if gone:
                file.seek(0)
                raise BlockingIOError(file.read().strip())
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            os.unlink(path)


def writable(path):
    """Where a file goes that is written to `path`: there, or where a symbolic link points.

    ValueError where a folder, a device, a pipe or a socket is in its place.
    """
    target = Path(os.path.realpath(path))
    if os.path.lexists(target):
        _assert_regular(path, os.stat(target))
    return target


@contextlib.contextmanager
def replacing(path):
    """A temporary path beside `path` that takes its place when all is written and on the disk, and is removed when not.

    A symbolic link stays, and what it points to is replaced; ValueError where that is no regular file.
    """
    path = writable(path)
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=path.parent) as folder:
        temporary = Path(folder, path.name)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
            with contextlib.suppress(FileNotFoundError):
                os.chmod(temporary, stat.S_IMODE(path.stat().st_mode))
        os.replace(temporary, writable(path))


def sweep(folder):
    """Remove what `replacing` left in `folder` where its process was killed; nobody else may be writing there."""
    for left in Path(folder).glob(f"{TEMPORARY}*"):
        shutil.rmtree(left, ignore_errors=True)


def assert_regular(path):
    """FileNotFoundError where there is no file `path`; ValueError where it is no regular one."""
    try:
        _assert_regular(path, os.stat(path))
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: no such file") from None


def read_bytes(path, largest=LARGEST):
    """What is in the regular file `path`; `largest` and errors as for `open_regular`."""
    with open_regular(path, largest) as file:
        return file.read(os.fstat(file.fileno()).st_size)


def assert_bounded(what, size, stored, unsuspicious=64 << 20, ratio=200):
    """ValueError where `stored` bytes of a file say that they grow to an absurd `size`: beyond 64 MiB to more than 200 times as many."""
    if size > LARGEST or size > max(unsuspicious, ratio * stored):
        raise ValueError(f"{what} would grow from {stored:,} to {size:,} bytes, which no data set does; at most {LARGEST:,} are read, "
                         f"and at most {ratio} times what is stored")


def printable(name):
    r"""`name`, of a file or a class, as one line for terminals and pictures: control characters and what is no text are escaped.

    >>> printable("a\x1b[2J.png")
    'a\\x1b[2J.png'
    """
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in str(name))
