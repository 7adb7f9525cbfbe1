"""Files are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

TEMPORARY = ".spikingnn-"


@contextlib.contextmanager
def held(path):
    """Hold the file `path` for this process alone: BlockingIOError with the number of the process that holds it. It holds the number.

    The system lets go of it however a process ends, so that a number which a new process has got misleads nobody. (Windows has
    no such lock: there a second process is not noticed.)
    """
    with open(path, "a+") as file:
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


@contextlib.contextmanager
def replacing(path):
    """A temporary path beside `path` that takes its place when all is written, and is removed when not."""
    path = Path(path)
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=path.parent) as folder:
        yield Path(folder, path.name)
        os.replace(Path(folder, path.name), path)


def sweep(folder):
    """Remove what `replacing` left in `folder` where its process was killed; nobody else may be writing there."""
    for left in Path(folder).glob(f"{TEMPORARY}*"):
        shutil.rmtree(left, ignore_errors=True)
