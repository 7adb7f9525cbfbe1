"""Downloads: verified, kept whole or not at all, and unpacked nowhere else."""

import hashlib
import io
import struct
import tarfile
import zipfile

import numpy as np
import pytest

from spikingnn.datasets import download, load
from spikingnn.datasets.download import PUBLISHED


PICTURES, KINDS = np.zeros((30, 4, 4), np.uint8), np.arange(30) % 10


def write_idx(file, array):
    file.write_bytes(struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
                     + array.astype(np.uint8).tobytes())


# --- download -----------------------------------------------------------------------------------------------

@pytest.fixture
def publisher(tmp_path, monkeypatch):
    """A place to publish files under a name, and the names' table for this test."""
    folder = tmp_path / "published"
    folder.mkdir()

    def publish(**files):
        for name, content in files.items():
            (folder / name).write_bytes(content)
        monkeypatch.setitem(PUBLISHED, "mnist", (folder.as_uri() + "/", {
            name: hashlib.md5(content).hexdigest() for name, content in files.items()}))
        return folder

    return publish


def test_a_download_is_verified_and_found(tmp_path, publisher):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for stem, array in (("train-images-idx3-ubyte", PICTURES), ("train-labels-idx1-ubyte", KINDS)):
            write_idx(tmp_path / stem, array)
            archive.add(tmp_path / stem, f"inside/{stem}")
            (tmp_path / stem).unlink()
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("MNIST/raw/a", b"a")
    source = publisher(**{"a.tar.gz": content.getvalue(), "b.zip": zipped.getvalue()})
    folder = download("mnist", tmp_path / "home")
    assert folder == tmp_path / "home" / "mnist" and (folder / "MNIST/raw/a").read_bytes() == b"a"
    assert len(load("mnist", folder / "inside").x_train) == 24
    for file in source.iterdir():
        file.unlink()
    # it is all there: nothing is fetched
    assert download("mnist", tmp_path / "home") == folder
    assert sorted(each.name for each in folder.iterdir()) == ["MNIST", "a.tar.gz", "b.zip", "inside"]


def test_what_is_not_the_published_file_is_not_kept(tmp_path, publisher):
    source = publisher(good=b"good", bad=b"bad")
    (source / "bad").write_bytes(b"ba")
    with pytest.raises(ValueError, match="bad is not the published file: its md5 is .*; nothing was kept"):
        download("mnist", tmp_path / "home")
    assert [each.name for each in (tmp_path / "home" / "mnist").iterdir()] == ["good"]


def test_an_archive_that_would_write_elsewhere(tmp_path, publisher):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("../../outside"))
    publisher(**{"a.tar.gz": content.getvalue()})
    with pytest.raises(tarfile.OutsideDestinationError):
        download("mnist", tmp_path / "home")
    assert not list(tmp_path.rglob("outside"))


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "file:///no/such/folder/"])
def test_a_network_that_fails(tmp_path, monkeypatch, url):
    monkeypatch.setitem(PUBLISHED, "mnist", (url, {"a": "0" * 32}))
    with pytest.raises(OSError, match=f"{url}a cannot be fetched: "):
        download("mnist", tmp_path)
    assert not list((tmp_path / "mnist").iterdir())
    with pytest.raises(ValueError, match="did you mean 'cifar-100'"):
        download("cifar100")
