"""The token of a user's labs: random, kept in a file that only the user reads, so that links stay valid."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path


__all__ = ["kept_token"]


def kept_token() -> str:
    """Return the token of this user; a fresh one for this time where no file can be kept."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "spikingnn")
    file = folder / "lab-token"
    fresh = secrets.token_urlsafe(9)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
                opened.write(fresh)
            return fresh
        except FileExistsError:
            kept = file.read_text(encoding="ascii").strip()
    except (OSError, RuntimeError, UnicodeDecodeError):             # a read-only home, or none
        return fresh
    return kept if re.fullmatch(r"[\w-]{12,64}", kept) else fresh
