"""Files are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


@contextlib.contextmanager
def replacing(path):
    """A temporary path beside `path` that takes its place when all is written, and is removed when not."""
    path = Path(path)
    with tempfile.TemporaryDirectory(prefix=".spikingnn-", dir=path.parent) as folder:
        yield Path(folder, path.name)
        os.replace(Path(folder, path.name), path)
