"""Sets to learn from: each format against files written here and the real ones, what is held out, and files
that lie."""

import gzip
import struct
import tarfile

import numpy as np
import pytest
from PIL import Image

from spikingnn.datasets import (load, read_cifar, read_classes, read_pair, read_picture, read_ppm,
                                read_signs, split)
from spikingnn.datasets.splits import Labelled


RNG = np.random.default_rng(0)
CAR = RNG.integers(0, 256, (30, 32, 32, 3), dtype=np.uint8)
KINDS = np.arange(30) % 10


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    """No data set is on this machine but those that a test writes or names."""
    monkeypatch.delenv("SPIKINGNN_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def write_idx(file, array):
    file.parent.mkdir(parents=True, exist_ok=True)
    content = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim,
                          *array.shape) + array.astype(np.uint8).tobytes()
    file.write_bytes(gzip.compress(content) if file.suffix == ".gz" else content)


def write_cifar(file, pictures, *labels):
    file.parent.mkdir(parents=True, exist_ok=True)
    planes = pictures.transpose(0, 3, 1, 2).reshape(len(pictures), -1)
    np.hstack([*(np.asarray(each, np.uint8)[:, None] for each in labels), planes]).tofile(file)


def write_signs(folder, signs, extra=""):
    """A folder of signs: (class, track, pixels, box)."""
    for label in sorted({sign[0] for sign in signs}):
        (folder / f"{label:05d}").mkdir(parents=True, exist_ok=True)
        lines = ["Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId"]
        for k, (_, track, pixels, box) in enumerate(sign for sign in signs if sign[0] == label):
            name = f"{track:05d}_{k:05d}.ppm"
            height, width = pixels.shape[:2]
            header = b"P6\n%d %d\n255\n" % (width, height)
            (folder / f"{label:05d}" / name).write_bytes(header + pixels.tobytes())
            lines.append(";".join(map(str, (name, width, height, *box, label))))
        (folder / f"{label:05d}" / f"GT-{label:05d}.csv").write_text("\r\n".join(lines) + "\r\n" + extra)


# --- what is held out ---------------------------------------------------------------------------------------

def test_the_last_fifth_is_held_out_but_no_more_than_ten_thousand():
    for n, held_out in ((60_000, 10_000), (50_000, 10_000), (20, 4), (3, 0)):
        x_train, y_train, x_test, y_test, _ = split(Labelled(np.arange(n), np.arange(n)))
        assert len(x_test) == len(y_test) == held_out
        assert np.array_equal(np.concatenate([x_train, x_test]), np.arange(n))


def test_what_belongs_together_stays_together():
    y = np.repeat([0, 1, 2], [30, 60, 90])
    track = np.arange(180) // 10 % 7
    x_train, y_train, x_test, y_test, _ = split(Labelled(np.arange(180), y, track))
    assert {tuple(pair) for pair in zip(y_train, track[x_train])}.isdisjoint(zip(y_test, track[x_test]))
    assert sorted(np.concatenate([x_train, x_test])) == list(range(180))
    assert set(y_train) == set(y_test) == {0, 1, 2}
    alone = split(Labelled(np.arange(4), np.zeros(4), np.zeros(4)))
    assert len(alone.x_train) == 4 and len(alone.x_test) == 0


# --- MNIST and its kin --------------------------------------------------------------------------------------

@pytest.mark.parametrize("where, spelling",
                         [("fashion-mnist", "-idx"), ("FashionMNIST/raw", "-idx"), (".", ".idx")])
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_training_and_test_files(tmp_path, where, spelling, ending):
    pictures, labels = RNG.integers(0, 256, (50, 28, 28)), np.arange(50) % 10
    for stem, part in (("train", slice(0, 40)), ("t10k", slice(40, 50))):
        write_idx(tmp_path / where / f"{stem}-images{spelling}3-ubyte{ending}", pictures[part])
        write_idx(tmp_path / where / f"{stem}-labels{spelling}1-ubyte{ending}", labels[part])
    data = load("fashion-mnist", tmp_path, held_out="test")
    assert np.array_equal(np.rint(data.x_test * 255), pictures[40:])
    assert np.array_equal(data.y_test, labels[40:])
    assert len(data.x_train) == 40 and len(data.names) == 10
    assert np.array_equal(load("fashion-mnist", tmp_path).x_test, data.x_train[32:])


def test_a_set_that_is_not_here(capsys):
    assert load("mnist").x_train.shape == (1000, 28, 28)
    assert "the bundled 1,000 + 500 pictures are used" in capsys.readouterr().err
    for name, part in (("cifar-100", "validation"), ("gtsrb", "validation"), ("mnist", "test")):
        with pytest.raises(FileNotFoundError, match=f"files of {name} are not in .*/cache/spikingnn, "
                                                    ".*SPIKINGNN_DATA, or fetch"):
            load(name, held_out=part)
    with pytest.raises(ValueError, match="did you mean 'cifar-100'"):
        load("CIFAR100")
    with pytest.raises(ValueError, match="load.held_out must be one of"):
        load("mnist", held_out="tset")


def test_pictures_and_labels_that_do_not_belong_together(tmp_path):
    write_idx(tmp_path / "train-images-idx3-ubyte", np.zeros((3, 4, 4)))
    write_idx(tmp_path / "train-labels-idx1-ubyte", np.zeros(4))
    with pytest.raises(ValueError, match="has 3 pictures and .* has 4 labels"):
        load("mnist", tmp_path)


def test_the_real_mnist(data_home):
    data = load("mnist", data_home)
    assert data.x_train.shape == (50_000, 28, 28) and data.x_test.shape == (10_000, 28, 28)
    assert np.bincount(data.y_test).tolist() == [991, 1064, 990, 1030, 983, 915, 967, 1090, 1009, 961]


# --- CIFAR --------------------------------------------------------------------------------------------------

def test_cifar_10(tmp_path):
    for k in range(5):
        write_cifar(tmp_path / "cifar-10-batches-bin" / f"data_batch_{k + 1}.bin", CAR[5 * k:5 * k + 5],
                    KINDS[5 * k:5 * k + 5])
    write_cifar(tmp_path / "cifar-10-batches-bin" / "test_batch.bin", CAR[25:], KINDS[25:])
    (tmp_path / "cifar-10-batches-bin" / "batches.meta.txt").write_text("\n".join("abcdefghij") + "\n\n")
    data = load("cifar-10", tmp_path, held_out="test")
    assert np.array_equal(np.rint(data.x_train * 255), CAR[:25]) and np.array_equal(data.y_test, KINDS[25:])
    assert data.names == tuple("abcdefghij") and data.x_train.dtype == np.float32
    (tmp_path / "cifar-10-batches-bin" / "data_batch_3.bin").unlink()
    with pytest.raises(FileNotFoundError,
                       match="train files of cifar-10 are not in .*: no data_batch_3.bin; there is"):
        load("cifar-10", tmp_path)


def test_the_real_cifar_100_as_records(tmp_path, data_home):
    with np.load(data_home / "cifar" / "cifar_lossless40.npz", allow_pickle=False) as archive:
        pictures, fine = archive["x_cifar100"], archive["y_cifar100"]
    write_cifar(tmp_path / "cifar-100-binary" / "train.bin", pictures, fine // 5, fine)
    data = load("cifar-100", tmp_path)
    assert np.array_equal(np.rint(data.x_train * 255), pictures[:16])
    assert np.array_equal(data.y_test, fine[16:])
    assert np.array_equal(load("cifar-100-coarse", tmp_path).y_train, fine[:16] // 5)


@pytest.mark.parametrize("classes, labels, change, match", [
    (10, (KINDS,), lambda raw: raw[:-1], "is truncated or no CIFAR-10 file: 92,189 bytes"),
    (100, (KINDS, KINDS), lambda raw: raw[:5000], "whole number of records of 3,074"),
    (10, (KINDS,), lambda raw: b"", "truncated .*: 0 bytes"),
    (10, (KINDS + 1,), lambda raw: raw, "it has the label 10, of 10 classes"),
    (100, (KINDS + 11, KINDS), lambda raw: raw, "it has the label 20, of 20 classes"),
    (100, (KINDS, KINDS + 91), lambda raw: raw, "it has the label 100, of 100 classes"),
])
def test_records_that_are_refused(tmp_path, classes, labels, change, match):
    write_cifar(tmp_path / "a.bin", CAR, *labels)
    (tmp_path / "a.bin").write_bytes(change((tmp_path / "a.bin").read_bytes()))
    with pytest.raises(ValueError, match=match):
        read_cifar(tmp_path / "a.bin", classes)


# --- traffic signs ------------------------------------------------------------------------------------------

SIGN = RNG.integers(0, 256, (3, 2, 3), dtype=np.uint8)


@pytest.mark.parametrize("header", [b"P6\n2 3\n255\n", b"P6\r\n2 3\r\n255\r\n", b"P6 2 3 255 ",
                                    b"P6\n# a comment\n2 3\n# 9 9\n255\n"])
def test_ppm_headers(tmp_path, header):
    (tmp_path / "a.ppm").write_bytes(header + SIGN.tobytes())
    assert np.array_equal(read_ppm(tmp_path / "a.ppm"), SIGN)


def test_a_first_level_that_looks_like_the_end_of_a_line(tmp_path):
    pixels = np.full((3, 2, 3), 10, np.uint8)
    (tmp_path / "a.ppm").write_bytes(b"P6\n2 3\n255\r" + pixels.tobytes())
    assert np.array_equal(read_ppm(tmp_path / "a.ppm"), pixels)


@pytest.mark.parametrize("content, match", [
    (b"", "begins with nothing"), (b"P5\n2 3\n255\n" + bytes(18), "not a PPM"),
    (b"P6\n2 3\n65535\n" + bytes(36), "not a PPM picture of 8"),
    (b"P6\n2 3\n255\n" + bytes(17), "truncated or too long: 17 bytes"),
    (b"P6\n2 3\n255\n" + bytes(20), "too long: 20"),
    (b"P6\n0 3\n255\n", "truncated or too long"),
    (b"P6\n99999 99999\n255\n" + bytes(18), "in colour are 29,999,400,003"),
])
def test_ppm_files_that_are_refused(tmp_path, content, match):
    (tmp_path / "a.ppm").write_bytes(content)
    with pytest.raises(ValueError, match=match):
        read_ppm(tmp_path / "a.ppm")


def test_signs_are_cut_out_along_their_boxes(tmp_path):
    pixels = np.zeros((12, 14, 3), np.uint8)
    pixels[3:9, 4:10] = (255, 128, 0)
    write_signs(tmp_path, [(7, track, pixels, (4, 3, 10, 9))
                           for track in range(6)] + [(2, 0, pixels, (0, 0, 14, 12))])
    x, y, track = read_signs(tmp_path, size=8)
    assert x.shape == (7, 8, 8, 3) and y.tolist() == [2] + [7] * 6 and track.tolist() == [0, *range(6)]
    assert (x[1:] == (255, 128, 0)).all() and x[0, 0, 0].tolist() == [0, 0, 0]


def test_the_test_signs_have_one_table(tmp_path):
    write_signs(tmp_path / "GTSRB" / "Training",
                [(k, t, np.full((8, 8, 3), 100, np.uint8), (0, 0, 8, 8)) for k in (0, 1) for t in (0, 1)])
    images = tmp_path / "GTSRB" / "Final_Test" / "Images"
    images.mkdir(parents=True)
    (images / "00000.ppm").write_bytes(b"P6\n8 8\n255\n" + bytes(192))
    (tmp_path / "GTSRB" / "GT-final_test.csv").write_text(
        "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId\n00000.ppm;8;8;1;1;7;7;42\n")
    data = load("gtsrb", tmp_path, held_out="test")
    assert len(data.x_train) == 4 and data.y_test.tolist() == [42] and data.x_test.max() == 0
    assert np.allclose(data.x_train, 100 / 255) and load("gtsrb", tmp_path).y_test.tolist() == [0, 1]


@pytest.mark.parametrize("line, match", [
    ("00000_00000.ppm;2;3;0;0;2;3", "GT-00001.csv:3: a sign is a file name"),
    ("00000_00000.ppm;2;3;0;0;2;x;1", "GT-00001.csv:3: a sign is a file name"),
    ("sign.ppm;2;3;0;0;2;3;1", "begins with its track"),
    ("00000_00000.ppm;2;3;0;0;2;3;43", "ClassId must be from 0 to 42, got 43"),
    ("0/../../00000_00000.ppm;2;3;0;0;2;3;1", "must name a file of the same folder"),
    ("00000_00000.ppm;2;3;0;0;3;3;1", r"the box \(0, 0, 3, 3\) of its sign is not within its 2 × 3 pixels"),
    ("00000_00000.ppm;2;3;1;0;1;3;1", "is not within"),
])
def test_lines_that_are_refused(tmp_path, line, match):
    write_signs(tmp_path, [(1, 0, SIGN, (0, 0, 2, 3))], extra=line + "\n")
    with pytest.raises(ValueError, match=match):
        read_signs(tmp_path)


def test_folders_without_signs(tmp_path):
    with pytest.raises(ValueError, match="no signs in it"):
        read_signs(tmp_path)
    (tmp_path / "00000").mkdir()
    (tmp_path / "00000" / "GT-00000.csv").write_text("File,ClassId\n")
    with pytest.raises(ValueError, match=r"has no column Filename \(or Path\), Roi.X1"):
        read_signs(tmp_path)


def test_the_real_signs(data_home, tmp_path):
    with tarfile.open(data_home / "gtsrb" / "GTSRB-native-sample.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    native = load("gtsrb", tmp_path)
    assert len(native.x_train) + len(native.x_test) == 645
    assert set(native.y_train) == set(native.y_test) == set(range(43))
    data = load("gtsrb", data_home)
    assert data.x_train.shape[1:] == (32, 32) and len(data.x_train) + len(data.x_test) == 19_890
    assert set(data.y_train) == set(data.y_test) == set(range(43)) and 0.15 < len(data.x_test) / 19_890 < 0.25


# --- the user's own folders and files -----------------------------------------------------------------------

def test_a_folder_for_each_class(tmp_path):
    for name, level in (("stop", 200), ("go", 100)):
        (tmp_path / name).mkdir()
        for k in range(7):
            Image.new("RGB", (20, 10), (level, k, 0)).save(tmp_path / name / f"{k}.png")
    (tmp_path / "notes.txt").write_text("not looked at")
    data = read_classes(tmp_path, size=8, colour=True)
    assert data.names == ("go", "stop") and data.x_train.shape == (10, 8, 8, 3)
    assert data.y_test.tolist() == [0, 0, 1, 1]
    assert np.rint(data.x_test[:, 0, 0] * 255).tolist() == [[100, 1, 0], [100, 6, 0], [200, 1, 0],
                                                            [200, 6, 0]]
    assert read_classes(tmp_path, size=8).x_train.shape == (10, 8, 8)


def test_folders_of_classes_that_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such folder"):
        read_classes(tmp_path / "none")
    for name in "ab":
        with pytest.raises(ValueError, match="classes in it; it should contain one folder of pictures per "
                                             "class, for at least two"):
            read_classes(tmp_path)
        (tmp_path / name).mkdir()
    with pytest.raises(ValueError, match="a: 0 pictures in it"):
        read_classes(tmp_path)
    for name in ("a/1.png", "a/2.png", "b/1.png", "b/2.png"):
        Image.new("L", (8, 8)).save(tmp_path / name)
    (tmp_path / "b/2.png").write_bytes((tmp_path / "b/2.png").read_bytes()[:40])
    with pytest.raises(ValueError, match="2.png: not a picture"):
        read_classes(tmp_path)


def test_colour(tmp_path):
    Image.fromarray(CAR[0]).save(tmp_path / "a.png")
    assert np.array_equal(np.rint(read_picture(tmp_path / "a.png", colour=True) * 255), CAR[0])
    assert read_picture(tmp_path / "a.png", size=(16, 24), colour=True).shape == (16, 24, 3)
    deep = np.array([[0, 65_535], [32_768, 1]], np.uint16)
    Image.fromarray(deep).save(tmp_path / "b.png")
    assert np.array_equal(read_picture(tmp_path / "b.png", colour=True),
                          np.stack([read_picture(tmp_path / "b.png")] * 3, axis=2))
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(tmp_path / "c.png")
    assert (read_picture(tmp_path / "c.png", colour=True) == 1).all()


def test_pairs_of_files(tmp_path):
    grey = CAR[..., 0]
    write_idx(tmp_path / "images.gz", grey)
    write_idx(tmp_path / "labels", KINDS)
    np.save(tmp_path / "labels.npy", KINDS)
    np.savez(tmp_path / "both.npz", images=grey, labels=KINDS, more=np.zeros(3))
    np.savez(tmp_path / "one.npz", x_test=grey / 255.0)
    for images, labels in (("images.gz", "labels"), ("images.gz", "labels.npy"), ("both.npz", None),
                           ("one.npz", "both.npz")):
        x, y = read_pair(tmp_path / images, labels and tmp_path / labels)
        assert x.dtype == np.float32 and np.array_equal(np.rint(x * 255), grey) and np.array_equal(y, KINDS)


def test_pairs_that_are_refused(tmp_path):
    def pair(match, x=CAR, y=KINDS, error=ValueError):
        np.savez(tmp_path / "a.npz", x=x, y=y)
        with pytest.raises(error, match=match):
            read_pair(tmp_path / "a.npz")

    pair("as many labels", y=KINDS[1:])
    pair("labels must be whole numbers from 0 on", y=KINDS - 1)
    pair("labels must be whole numbers", y=KINDS + 0.5)
    pair("must have the shape", x=CAR.reshape(30, -1))
    pair("must have the shape", x=CAR[..., :2])
    pair("must be from 0 to 1", x=CAR.astype(float))
    pair("must be from 0 to 1", x=np.full((30, 4, 4), np.nan))
    pair("must be at most 65535", x=CAR.astype(int) * 1000)
    pair("must be zero .black. or positive", x=CAR.astype(int) - 1)
    pair("Object arrays cannot be loaded", x=np.array([[None]]))
    np.savez(tmp_path / "b.npz", pictures=CAR, classes=KINDS)
    with pytest.raises(ValueError, match="has no array x, images, x_test; it has pictures, classes"):
        read_pair(tmp_path / "b.npz")
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_pair(tmp_path / "none.npz")
    whole = (tmp_path / "a.npz").read_bytes()
    for content in (whole[:len(whole) // 2], b"PK", b"hello", b""):
        (tmp_path / "a.npz").write_bytes(content)
        with pytest.raises(ValueError, match="a.npz is (damaged|not an IDX file)"):
            read_pair(tmp_path / "a.npz")
