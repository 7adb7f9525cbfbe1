"""Files that are no files, files that grow, pickles that want to run: one line each, at once, and no
memory."""

import gzip
import io
import os
import pickle
import socket
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
from PIL import Image

import spikingnn.cli as cli
from spikingnn import config
from spikingnn._util.numpy_files import read_npy, read_npz
from spikingnn._util.files import LARGEST, open_regular, read_bytes
from spikingnn._util.text import printable
from spikingnn.datasets import read_cifar, read_idx, read_pair, read_picture, read_ppm, read_set, read_signs
from spikingnn.datasets.cifar import read_names
from spikingnn.sweep import sweep
from spikingnn.training.experiment import ExperimentSettings


READERS = {
    "idx": read_idx, "ppm": read_ppm, "picture": read_picture, "pair": read_pair,
    "labels": lambda file: read_pair(_images(), file),
    "set": read_set, "cifar": read_cifar, "names": read_names,
    "signs": lambda file: read_signs(".", table=file),
    "config": lambda file: config.read_config(file, ExperimentSettings), "npz": read_npz, "npy": read_npy,
    "bytes": read_bytes,
    "sweep": lambda file: sweep(max, {"a": [1]}, file)}


def _images():
    file = io.BytesIO()
    np.save(file, np.zeros((2, 4, 4)))
    with open("images.npy", "wb") as out:
        out.write(file.getvalue())
    return "images.npy"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def no_file(kind, folder):
    path = folder / "a.npz"
    if kind == "FIFO":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as it:
            it.bind("a.npz")
    elif kind == "folder":
        path.mkdir()
    elif kind == "link":
        os.mkfifo(folder / "pipe")
        path.symlink_to(folder / "pipe")
    else:
        path = type(path)("/dev/zero")
    return path


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="needs the devices of Unix")
@pytest.mark.parametrize("kind, said", [("FIFO", "a FIFO"), ("socket", "a socket"), ("folder", "a folder"),
                                        ("device", "a device"),
                                        ("link", "a FIFO")])
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_regular_file_is_refused_and_not_waited_for(reader, kind, said, tmp_path):
    file = no_file(kind, tmp_path)
    with pytest.raises(ValueError, match=f"{file} is {said}; a regular file is needed") as problem:
        READERS[reader](file)
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize("reader", [name for name in READERS if name != "sweep"])
def test_a_file_that_is_not_there(reader):
    with pytest.raises(FileNotFoundError, match="nothing.npz: no such file"):
        READERS[reader]("nothing.npz")


@pytest.mark.parametrize("arguments", [["train", "--config", "pipe.yaml"], ["sweep", "--config", "pipe.yaml"],
                                       ["train", "--config", "/dev/zero"],
                                       ["evaluate", "--model", "pipe.yaml", "--images", "x"],
                                       ["predict", "--model", "pipe.yaml", "x.png"]])
def test_commands_refuse_pipes(arguments, capsys):
    os.mkfifo("pipe.yaml")
    assert cli.main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("spikingnn: error: ") and error.count("\n") == 1


# --- what grows ---------------------------------------------------------------------------------------------

def cheaply(function, *arguments, match):
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=match):
            function(*arguments)
        assert tracemalloc.get_traced_memory()[1] < 100e6
    finally:
        tracemalloc.stop()


def idx(*shape, kind=8):
    return struct.pack(f">HBB{len(shape)}I", 0, kind, len(shape), *shape)


def zeros_in_gzip(header, size):
    """A gzip of `header` and `size` zeros, made block by block."""
    with gzip.open("bomb", "wb", compresslevel=1) as file:
        file.write(header)
        for _ in range(size >> 20):
            file.write(bytes(1 << 20))
    return "bomb"


@pytest.mark.parametrize("shape, match", [((80, 1 << 10, 1 << 10), "would grow"),
                                          ((2, 4, 4), "there are more"),
                                          ((1 << 31, 1 << 10, 1 << 10), "would grow"),
                                          ((0, 28, 28), "there are more")])
def test_a_gzip_that_grows(shape, match):
    cheaply(read_idx, zeros_in_gzip(idx(*shape), 80 << 20), match=match)


@pytest.mark.parametrize("content, match", [
    (idx(1 << 31, 1 << 31, 9), "promises 41,505,174,165,846,491,136"),
    (idx(3, 4, 4) + bytes(47), "there are 47"),
    (idx(3, 4, 4) + bytes(49), "there are more"), (idx(*[1] * 9) + bytes(1), "has 9 dimensions"),
    (idx() + bytes(1), "has 0 dimensions"),
    (idx(3, 4, 4)[:9], "its header is not complete"), (idx(3, kind=0x0A), "is not an IDX file")])
def test_headers_that_lie(content, match):
    for name, kept in (("a", content), ("a.gz", gzip.compress(content))):
        with open(name, "wb") as file:
            file.write(kept)
        with pytest.raises(ValueError, match="would grow" if "promises" in match
                           and name == "a.gz" else match):
            read_idx(name)


def npy(shape, dtype="'|u1'", content=b""):
    text = f"{{'descr': {dtype}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b" " * (63 - (10 + len(text)) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + content


def zipped(**members):
    with zipfile.ZipFile("a.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/") + ".npy", content)
    return "a.npz"


@pytest.mark.parametrize("size, match", [(80 << 20, "would grow"), (3 << 30, "would grow")])
def test_an_npz_that_grows(size, match):
    header = npy((size,))
    with zipfile.ZipFile("a.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("x.npy", "w", force_zip64=True) as member:
            member.write(header)
            for _ in range(80):
                member.write(bytes(1 << 20))
    cheaply(read_set, "a.npz", match=match)
    cheaply(read_pair, "a.npz", match=match)


@pytest.mark.parametrize("content, match", [
    (npy((1 << 50,)), "truncated or too long: its header promises"),
    (npy((8,), content=bytes(9)), "truncated or too long"),
    (npy((8,), content=bytes(7)), "truncated"),
    (npy((2,), "'|O'", bytes(16)), "Object arrays cannot be loaded"),
    (npy((-2, -4), content=bytes(8)), "has the type"), (npy((1 << 40,), "'<U0'"), "has the type"),
    (npy((2,), "[('a', '<i4')]", bytes(8)), "has the type"),
    (npy("__import__('os').system('true')"), "damaged"),
    (b"\x93NUMPY\x02\x00\xff\xff\xff\xff", "has the format 2.0"), (pickle.dumps([1]), "damaged"),
    (b"", "damaged"),
    (npy((8,))[:20], "damaged")])
def test_arrays_that_lie(content, match):
    file = zipped(x=content, y=npy((2,), content=bytes(2)))
    cheaply(read_set, file, match=match)
    with pytest.raises(ValueError) as problem:
        read_set(file)
    assert "unsafely" not in str(problem.value) and "allow_pickle" not in str(problem.value)
    assert "\n" not in str(problem.value)


def test_members_that_nobody_asked_for_are_not_read():
    pictures = np.random.default_rng(0).integers(0, 256, (10, 4, 4), dtype=np.uint8)
    file = zipped(x=npy((10, 4, 4), content=pictures.tobytes()), y=npy((10,), content=bytes(range(10))),
                  **{"..__..__evil": b"?", "z": b"?"})
    x, y = read_pair(file)
    assert np.array_equal(np.rint(x * 255), pictures) and y.tolist() == list(range(10))


def test_a_sparse_file_is_not_read():
    with open("large", "wb") as file:
        file.truncate(LARGEST + 1)
    for reader in (read_bytes, read_idx, read_cifar, read_picture, read_pair):
        cheaply(reader, "large", match="at most .* are read")
    with pytest.raises(ValueError):
        open_regular("large")


@pytest.mark.parametrize("text", ["[" * 50_000, "[" + "1," * 20_000 + "]", "a: &a [1]\nb: [*a, *a]\n",
                                  "x" * 200_001, "- " * 90_000,
                                  "!!python/object/apply:os.system ['true']"])
def test_yaml_that_grows(text):
    with open("a.yaml", "w") as file:
        file.write(text)
    with pytest.raises(ValueError, match="a.yaml"):
        config.read_config("a.yaml", ExperimentSettings)


# --- pickles ------------------------------------------------------------------------------------------------

class Evil:
    """Pickles to a call of `function`."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def batch(n=7):
    rng = np.random.default_rng(0)
    return {"data": rng.integers(0, 256, (n, 3072), dtype=np.uint8), "labels": [k % 10 for k in range(n)],
            "batch_label": "batch 1 of 5",
            "filenames": [f"{k}.png" for k in range(n)]}


def python_2(batch):
    """The bytes that Python 2 wrote for CIFAR: protocol 2, texts as bytes, NumPy's names of then."""
    data = batch["data"]

    def short(text):
        return b"U" + bytes([len(text)]) + text
    out = b"\x80\x02}q\x01(" + short(b"data")
    out += b"cnumpy.core.multiarray\n_reconstruct\nq\x02cnumpy\nndarray\nq\x03K\x00\x85" + short(b"b")
    out += b"\x87Rq\x04(K\x01" + b"M" + struct.pack("<H", len(data)) + b"M\x00\x0c\x86cnumpy\ndtype\nq\x05"
    out += short(b"u1") + b"K\x00K\x01\x87R(K\x03" + short(b"|")
    out += b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    out += b"\x89T" + struct.pack("<I", data.size) + data.tobytes() + b"tb"
    out += short(b"labels") + b"](" + b"".join(b"K" + bytes([label]) for label in batch["labels"]) + b"e"
    return out + b"u."


def test_the_pickle_of_python_2_is_what_python_reads():
    found = pickle.loads(python_2(batch()), encoding="bytes")
    assert np.array_equal(found[b"data"], batch()["data"]) and found[b"labels"] == batch()["labels"]


@pytest.mark.parametrize("content", [python_2(batch())] + [pickle.dumps(batch(), protocol)
                                                           for protocol in (2, 3, 4, 5)]
                         + [pickle.dumps({key.encode(): value for key, value in batch().items()}, 4)]
                         + [pickle.dumps(batch() | {"labels": np.array(batch()["labels"])}, 4)]
                         + [pickle.dumps(batch(), 2).replace(b"numpy._core", b"numpy.core")])
def test_pickles_of_cifar(content):
    with open("data_batch_1", "wb") as file:
        file.write(content)
    x, y = read_cifar("data_batch_1")
    assert np.array_equal(x, batch()["data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
    assert y.tolist() == batch()["labels"]


def test_pickles_of_cifar_100():
    with open("train", "wb") as file:
        pickle.dump({"data": batch()["data"], "fine_labels": [99] * 7, "coarse_labels": [19] * 7}, file)
    with open("meta", "wb") as file:
        pickle.dump({b"fine_label_names": [b"apple", b"bee"], b"coarse_label_names": ["fruit"]}, file)
    assert read_cifar("train", 100)[1].tolist() == [99] * 7
    assert read_cifar("train", 100, coarse=True)[1].tolist() == [19] * 7
    assert read_names("meta") == ("apple", "bee") and read_names("meta", coarse=True) == ("fruit",)


@pytest.mark.parametrize("value, match", [
    (Evil(os.system, "touch executed"), "posix.system|nt.system"),
    (Evil(eval, "open('executed', 'w')"), "builtin.*eval"),
    (Evil(getattr, "", "upper"), "builtin.*getattr"), (np.random.default_rng(0), "numpy.random"),
    (np.memmap, "numpy.memmap"),
    (np.float64(1.0), "multiarray.scalar"), ({1, 2}, None), (Evil(np.ndarray, (1 << 40,)), "in another way"),
    (batch() | {"data": np.array([None])}, "has the type"),
    (batch() | {"data": np.zeros((7, 3072))}, "its data must be bytes"),
    (batch() | {"labels": [0.5] * 7}, "labels must be 7 whole numbers"),
    (batch() | {"labels": [[1]] * 7}, "labels must be"),
    (batch() | {"labels": [300] * 7}, "labels must be"),
    (batch() | {"labels": [10] * 7}, "it has the label 10, of 10 classes"),
    (batch() | {"labels": []}, "labels must be"), ({"data": 1}, "it has no labels; it has data"),
    ([1], "holds a list")])
def test_pickles_that_are_refused(value, match):
    for protocol in (2, 4, 5):
        with open("data_batch_1", "wb") as file:
            pickle.dump(value, file, protocol)
        with pytest.raises(ValueError, match=match) as problem:
            read_cifar("data_batch_1")
        assert "data_batch_1" in str(problem.value) and "\n" not in str(problem.value)
        assert not os.path.exists("executed")


@pytest.mark.parametrize("content", [
    b"\x80\x02r\xff\xff\xff\x7f.", b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\x00\x00.",
    b"\x80\x02cos\nsystem\n(S'touch executed'\ntR.",
    b"\x80\x02(S'touch executed'\nios\nsystem\n.",
    b"\x80\x02cnumpy\ndtype\n}(X\x08\x00\x00\x00__init__K\x01ub.", b"\x80", b"\x80\xff",
    b"\x80\x02" + b"(" * 100_000, b"\x80\x02]" + b"]a" * 50_000 + b".", b"\x80\x02U\x01aP.",
    b"\x80\x02\x82\x01."])
def test_opcodes_that_are_refused(content):
    with open("a", "wb") as file:
        file.write(content)
    cheaply(read_cifar, "a", match="^a")
    assert not os.path.exists("executed")


def test_random_edits_of_a_pickle_are_refused_or_harmless():
    whole, rng = bytearray(python_2(batch(1))), np.random.default_rng(1)
    places = np.flatnonzero(np.frombuffer(bytes(whole), np.uint8) >= 0)
    # not in the pixels
    places = [place for place in places if place < 190 or place > len(whole) - 20]
    for _ in range(300):
        edited = bytearray(whole)
        for place in rng.choice(places, 2):
            edited[place] = rng.integers(256)
        with open("a", "wb") as file:
            file.write(edited)
        try:
            read_cifar("a")
        except ValueError as problem:
            assert "\n" not in str(problem)


# --- pictures -----------------------------------------------------------------------------------------------

def test_pictures_from_anything_that_holds_one():
    levels = np.arange(64, dtype=np.uint8).reshape(8, 8)
    Image.fromarray(levels).save("a.png")
    expected = levels / np.float32(255)
    with open("a.png", "rb") as file:
        content = file.read()
        file.seek(0)
        assert np.array_equal(read_picture(file), expected)
    picture = Image.fromarray(levels)
    for source in ("a.png", os.path.abspath("a.png"), io.BytesIO(content), picture,
                   Image.open(io.BytesIO(content))):
        assert np.array_equal(read_picture(source), expected)
    assert read_picture(picture, 4, colour=True).shape == (4, 4, 3) and picture.getpixel((1, 0)) == 1
    with pytest.raises(ValueError, match="a picture in BytesIO: not a picture"):
        read_picture(io.BytesIO(b"hello"))
    with pytest.raises(ValueError, match="a path, a file object opened for reading bytes, or a Pillow image "
                                         "is needed"):
        read_picture(3)


@pytest.mark.parametrize("suffix, kind", [("jfif", "JPEG"), ("jpe", "JPEG"), ("avif", "AVIF"),
                                          ("webp", "WEBP"), ("TIFF", "TIFF"),
                                          ("apng", "PNG"), ("dib", "DIB"), ("j2k", "JPEG2000")])
def test_suffixes_as_people_have_them(suffix, kind, tmp_path):
    from spikingnn.datasets import read_folder
    Image.init()
    if kind not in Image.SAVE:
        pytest.skip(f"this Pillow has no {kind}")
    Image.new("L", (16, 16), 200).save(f"a.{suffix}", format=kind)
    (tmp_path / f"._a.{suffix}").write_bytes(b"\0\5\x16\7")
    images, names, skipped = read_folder(tmp_path, 16)
    assert names == ["a"] and not skipped and images.mean() == pytest.approx(200 / 255, abs=0.02)


@pytest.mark.parametrize("name, shown", [("a.png", "a.png"), ("\x1b[2J", r"\x1b[2J"), ("a\nb", r"a\nb"),
                                         ("\udcff", r"\udcff"),
                                         ("\u202egnp", r"\u202egnp"), ("é 手", "é 手"), ("\x9b", r"\x9b"),
                                         ("\0", r"\x00")])
def test_names_are_shown_as_text(name, shown):
    assert printable(name) == shown
