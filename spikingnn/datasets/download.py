"""Downloads published data sets from their publishers: only on request, and only files with the published
checksum are kept."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path

from .._util import checks
from .._util.files import replacing
from .._util.progress import progress_bar
from .._util.typing import PathLikeText
from .locate import default_data_home, named_data_home


__all__ = ["PUBLISHED", "download"]

TIMEOUT = 30            # s
BLOCK = 1 << 18         # bytes

MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist/"
FASHION = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
CIFAR = "https://www.cs.toronto.edu/~kriz/"
GTSRB = "https://sid.erda.dk/public/archives/daaeac0d7ce1152aea9b61d9f1e19370/"

PUBLISHED: dict[str, tuple[str, dict[str, str]]] = {           # name -> (address, {file: md5})
    "mnist": (MNIST, {
        "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
        "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
        "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c"}),
    "fashion-mnist": (FASHION, {
        "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310"}),
    "cifar-10": (CIFAR, {"cifar-10-binary.tar.gz": "c32a1d4ab5d03f1284b67883e8d87530"}),
    "cifar-100": (CIFAR, {"cifar-100-binary.tar.gz": "03b5dce01913d631647c71ecec9e9cb8"}),
    "gtsrb": (GTSRB, {
        "GTSRB-Training_fixed.zip": "513f3c79a4c5141765e10e952eaa2478",
        "GTSRB_Final_Test_Images.zip": "c7e4e6327067d32654124b0fe9e82185",
        "GTSRB_Final_Test_GT.zip": "fe31e9c9270bbcd7b84b7f21a9d9d9e5"}),
}


def download(name: str, data_home: PathLikeText | None = None) -> Path:
    """Download a published data set to where `load` finds it.

    Files that are there already and have their checksum are not downloaded again. A file is written under a
    temporary name, verified and only then renamed; archives are unpacked and kept.

    Parameters
    ----------
    name : str
        One of `PUBLISHED`.
    data_home : str or path, optional
        Folder for data sets; None takes ``$SPIKINGNN_DATA``, else spikingnn's folder in the XDG cache.

    Returns
    -------
    Path
        The folder `name` in `data_home`.

    Raises
    ------
    OSError
        If the network fails.
    ValueError
        If the name is unknown or a checksum is wrong; files that were complete before stay.

    Examples
    --------
    >>> download("mnits")
    Traceback (most recent call last):
    ValueError: download.name must be one of 'cifar-10', ..., got 'mnits'
    """
    checks.one_of("download", "name", name, PUBLISHED)
    address, files = PUBLISHED[name]
    folder = (named_data_home(data_home)[0] or default_data_home()) / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, md5 in files.items():
        if not (folder / file).is_file() or _md5(folder / file) != md5:
            _fetch(address + file, folder / file, md5)
        _unpack(folder / file)
    return folder


def _fetch(url: str, file: Path, md5: str) -> None:
    import urllib.error
    import urllib.request
    from http.client import HTTPException

    with replacing(file) as temporary:
        try:
            with (urllib.request.urlopen(url, timeout=TIMEOUT) as answer, temporary.open("wb") as out,
                  progress_bar(desc=file.name, total=int(answer.headers.get("Content-Length", 0)) or None,
                               unit="B", unit_scale=True) as shown):
                while block := answer.read(BLOCK):
                    out.write(block)
                    shown.update(len(block))
        except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as problem:
            raise OSError(f"{url} cannot be fetched: {getattr(problem, 'reason', problem)}") from None
        found = _md5(temporary)
        if found != md5:
            raise ValueError(f"{url} is not the published file: its md5 is {found}, expected {md5}; "
                             "nothing was kept")


def _md5(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _unpack(archive: Path) -> None:
    """Unpack a verified .tar.gz or .zip beside itself, through a temporary folder, so that no folder is ever
    incomplete."""
    with tempfile.TemporaryDirectory(prefix=".spikingnn-", dir=archive.parent) as aside:
        if archive.name.endswith(".tar.gz"):
            with tarfile.open(archive) as tar:
                tar.extractall(aside, filter="data")
        elif archive.suffix == ".zip":
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(aside)
        for file in sorted(each for each in Path(aside).rglob("*") if each.is_file()):
            target = archive.parent / file.relative_to(aside)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, target)
