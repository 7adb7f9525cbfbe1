"""Generated source as a file that can be read and stepped through, beside the compiled code of the user."""

from __future__ import annotations

import hashlib
import linecache
import os
import sys
import tempfile
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import numba
from numba.misc.appdirs import AppDirs


__all__ = ["loaded", "source_folder"]

numba_config: Any = numba.config                # its attributes are made when it is imported
folders: Any = AppDirs


def source_folder() -> Path:
    """Return the folder of generated files: below NUMBA_CACHE_DIR, else in the user's folder of caches."""
    asked = numba_config.CACHE_DIR
    return Path(asked or folders("spikingnn", False).user_cache_dir, "equations")


def loaded(source: str, stem: str) -> dict[str, Any]:
    """Run generated source and return its names.

    What runs is `source` itself. A file of the same content is kept, so that debuggers show it and compiled
    code can be cached; where no file can be written, everything works without.
    """
    digest = hashlib.sha256(source.encode()).hexdigest()[:16]
    path = source_folder() / f"{stem}_{digest}.py"
    try:
        _keep(path, source)
    except OSError:
        path = Path(f"<{stem}_{digest}>")
        linecache.cache[str(path)] = (len(source), None, source.splitlines(keepends=True), str(path))
    module = ModuleType(f"spikingnn_{stem}_{digest}")
    module.__file__ = str(path)
    code: CodeType = compile(source, str(path), "exec")
    exec(code, vars(module))
    sys.modules[module.__name__] = module           # where Numba looks when it loads compiled code
    return vars(module)


def _keep(path: Path, source: str) -> None:
    """Write the file unless it is there: its time of change is part of the key of compiled code."""
    content = source.encode()
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
