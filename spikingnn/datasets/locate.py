"""Where the files of data sets are: the places that are searched, and what an error says about what is
there."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from .._util.text import printable
from .._util.typing import PathLikeText


__all__ = ["FileFinder", "default_data_home", "find_in", "named_data_home", "search_roots"]

SYSTEM = ("/usr/share/datasets", "/usr/local/share/datasets")
MOST_NAMES = 500            # names that are compared with a missing one
DIRECTORIES = {"Training", "Final_Training/Images", "Final_Test/Images"}


def default_data_home() -> Path:
    """Return the folder for data sets that the user did not put elsewhere: spikingnn's folder in the XDG
    cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "spikingnn"


def named_data_home(data_home: PathLikeText | None = None) -> tuple[Path, str] | tuple[None, None]:
    """Return (the folder that was named for data sets, what named it): `data_home`, else $SPIKINGNN_DATA; or
    (None, None)."""
    for folder, by in ((data_home, "data_home"), (os.environ.get("SPIKINGNN_DATA"), "SPIKINGNN_DATA")):
        if folder:
            return Path(os.path.expanduser(folder)), by
    return None, None


def search_roots(data_home: PathLikeText | None) -> list[Path]:
    """Return the folders that are searched: the one that was named, else the usual places."""
    named, _ = named_data_home(data_home)
    return [default_data_home(), *map(Path, SYSTEM)] if named is None else [named]


def find_in(root: Path, folders: Iterable[str], stem: str) -> Path | None:
    """Return the file or folder `stem`, with or without .gz, in one of the `folders` of `root`, or None."""
    if root.exists():
        for folder in folders:
            for spelling in dict.fromkeys((stem, stem.replace("-idx", ".idx"))):
                for ending in ("", ".gz"):
                    found = _file(root / folder / (spelling + ending), stem)
                    if found:
                        return found
    return None


def _file(path: Path, stem: str) -> Path | None:
    """Return `path` if it exists; if a folder has the name of a file, as in Kaggle's MNIST, the file in
    it."""
    if not path.is_dir() or stem in DIRECTORIES:
        return path if path.exists() else None
    inside = (path / (name + ending) for name in (stem, stem.replace("-idx", ".idx"))
              for ending in ("", ".gz"))
    return next((file for file in inside if file.is_file()), None)


class FileFinder:
    """Searches the files of one data set, and remembers where some were found and which were not.

    Parameters
    ----------
    name : str
        Name of the data set.
    folders : iterable of str
        Folders of each root that are searched.
    data_home : str or path, optional
        The only root, if it or ``$SPIKINGNN_DATA`` is given.
    """

    def __init__(self, name: str, folders: Iterable[str], data_home: PathLikeText | None) -> None:
        self.name, self.folders, self.data_home = name, list(folders), data_home
        self.named: Path | None
        self.named_by: str | None
        self.named, self.named_by = named_data_home(data_home)
        self.root: Path | None = None
        self.missing: list[str] = []

    def __call__(self, stem: str) -> Path | None:
        for root in search_roots(self.data_home):
            if found := find_in(root, self.folders, stem):
                self.root = root
                return found
        self.missing.append(stem)
        return None

    def problem(self, part: str) -> str:
        """Return the message for a file of `part` that was not found."""
        what = f"the {part} files of {self.name} are not"
        first = f"{self.missing[0]}{' or .gz' if self.missing[0].endswith('-ubyte') else ''}"
        if self.named is None:
            return (f"{what} in {', '.join(map(str, search_roots(None)))}: no {first}; name their folder "
                    "with data_home (--data-home) or SPIKINGNN_DATA, or fetch them with "
                    f"spikingnn.datasets.download({self.name!r})")
        where = f"{what} in {self.named} ({self.named_by})"
        if not self.named.exists():
            beside = [each.name for each in _walk(self.named.parent, 1)]
            near = difflib.get_close_matches(self.named.name, beside, n=1)
            hint = f"; did you mean {printable(self.named.parent / near[0])}?" if near else ""
            return f"{where}: no such folder{hint}"
        if not self.named.is_dir():
            return f"{where}: it is no folder"
        similar = self._similar(self.named)
        return f"{where}: no {first}" + (f"; there is {', '.join(similar)}" if similar else "; it is empty")

    def _similar(self, folder: Path) -> list[str]:
        """Return up to four of the names in `folder`, the most similar to the missing ones first."""
        expected = [*self.missing, *self.folders]
        files = [str(file.relative_to(folder)) for file in islice(_walk(folder), MOST_NAMES)]

        def similarity(path: str) -> float:
            own = Path(path).name.lower()
            return max(difflib.SequenceMatcher(None, own, Path(name).name.lower()).ratio()
                       for name in expected)
        archives = (".zip", ".tar", ".tar.gz", ".tgz")
        return [printable(path) + (" (an archive, to be unpacked)" if path.lower().endswith(archives) else "")
                for path in sorted(files, key=similarity, reverse=True)[:4]]


def _walk(folder: Path, depth: int = 3) -> Iterator[Path]:
    """Yield the files and folders in `folder`, those at the top first."""
    try:
        inside = sorted(each for each in islice(folder.iterdir(), MOST_NAMES)
                        if not each.name.startswith((".", "__")))
    except OSError:
        return
    yield from inside
    if depth > 1:
        for each in inside:
            if each.is_dir():
                yield from _walk(each, depth - 1)
