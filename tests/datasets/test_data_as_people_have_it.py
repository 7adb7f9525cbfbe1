"""Data sets as archives, Kaggle, Keras and torchvision create them, and a place that was named."""

import gzip
import json
import os
import pickle
import struct

import numpy as np
import pytest
from PIL import Image

import spikingnn.cli as cli
from spikingnn import config
from spikingnn.datasets import download, load, read_classes, read_folder, read_pair, read_set, read_signs
from spikingnn.datasets.download import PUBLISHED
from spikingnn.datasets.known import data_source
from spikingnn.training.experiment import ExperimentSettings, load_split, locate_data, settings_to_resume


RNG = np.random.default_rng(0)
DIGITS, KINDS = RNG.integers(0, 256, (30, 28, 28), dtype=np.uint8), np.arange(30) % 10


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    monkeypatch.delenv("SPIKINGNN_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path)


def write_idx(file, array):
    file.parent.mkdir(parents=True, exist_ok=True)
    content = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim,
                          *array.shape) + array.astype(np.uint8).tobytes()
    file.write_bytes(gzip.compress(content) if file.suffix == ".gz" else content)


def write_mnist(folder, images="{}-images-idx3-ubyte", labels="{}-labels-idx1-ubyte"):
    for stem in ("train", "t10k"):
        write_idx(folder / images.format(stem, stem), DIGITS)
        write_idx(folder / labels.format(stem, stem), KINDS)


# --- where sets are -----------------------------------------------------------------------------------------

KAGGLE = ("{}-images-idx3-ubyte/{}-images-idx3-ubyte", "{}-labels-idx1-ubyte/{}-labels-idx1-ubyte")


@pytest.mark.parametrize("name, folder, spelling", [
    ("mnist", ".", ()), ("mnist", "mnist", KAGGLE), ("mnist", "MNIST/raw", ()), ("mnist", ".", KAGGLE),
    ("mnist", ".", ("{}-images.idx3-ubyte", "{}-labels.idx1-ubyte")),
    ("mnist", ".", ("{}-images.idx3-ubyte/{}-images-idx3-ubyte",
                    "{}-labels.idx1-ubyte/{}-labels-idx1-ubyte")),
    ("fashion-mnist", "FashionMNIST/raw", ()),
    ("fashion-mnist", "fashion-mnist", ("{}-images-idx3-ubyte.gz", "{}-labels-idx1-ubyte.gz"))])
def test_mnist(tmp_path, name, folder, spelling):
    write_mnist(tmp_path / "home" / folder, *spelling)
    for place in (tmp_path / "home", str(tmp_path / "home")):
        data = load(name, place, held_out="test")
        assert np.array_equal(np.rint(data.x_test * 255), DIGITS) and np.array_equal(data.y_test, KINDS)
    assert data_source(name, "home") == str(tmp_path / "home")


def test_a_folder_and_a_file_of_one_name(tmp_path):
    """Kaggle's archive has both: the folder train-images-idx3-ubyte and the file train-images.idx3-ubyte."""
    write_mnist(tmp_path / "home", "{}-images.idx3-ubyte", "{}-labels.idx1-ubyte")
    for stem in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
        (tmp_path / "home" / stem).mkdir()
    assert len(load("mnist", "home").x_train) == 24


def test_mnist_as_keras_keeps_it(tmp_path):
    np.savez(tmp_path / "home" / "mnist.npz", x_train=DIGITS, y_train=KINDS.astype(np.uint8),
             x_test=DIGITS[:5], y_test=KINDS[:5])
    data = load("mnist", "home", held_out="test")
    assert np.array_equal(data.x_train, DIGITS / 255.0) and len(data.x_test) == 5
    assert len(load("mnist", "home").x_test) == 6
    write_mnist(tmp_path / "idx")
    assert np.array_equal(load("mnist", "home").x_train, load("mnist", "idx").x_train)


@pytest.mark.parametrize("folder", ["cifar-10-batches-py", "cifar-10/cifar-10-batches-py", "cifar-10", "."])
def test_cifar_10_as_pickles(tmp_path, folder):
    place = tmp_path / "home" / folder
    place.mkdir(parents=True, exist_ok=True)
    pixels = RNG.integers(0, 256, (6, 2, 3072), dtype=np.uint8)
    for k, name in enumerate([*(f"data_batch_{k}" for k in range(1, 6)), "test_batch"]):
        (place / name).write_bytes(pickle.dumps({b"data": pixels[k], b"labels": [k, 9]}, 2))
    (place / "batches.meta").write_bytes(pickle.dumps({"label_names": list("abcdefghij")}))
    data = load("cifar-10", "home", held_out="test")
    assert data.x_train.shape == (10, 32, 32, 3) and data.y_test.tolist() == [5, 9]
    assert data.names == tuple("abcdefghij")
    assert np.array_equal(np.rint(data.x_test * 255), pixels[5].reshape(2, 3, 32, 32).transpose(0, 2, 3, 1))
    (place / "data_batch_4").unlink()
    with pytest.raises(FileNotFoundError,
                       match="cifar-10 are not in home .data_home.: no data_batch_4; there is .*data_b"):
        load("cifar-10", "home")


def test_cifar_100_as_pickles(tmp_path):
    place = tmp_path / "home" / "cifar-100-python"
    place.mkdir()
    content = {"data": RNG.integers(0, 256, (10, 3072), dtype=np.uint8), "fine_labels": list(range(10)),
               "coarse_labels": [3] * 10}
    (place / "train").write_bytes(pickle.dumps(content, 2))
    (place / "meta").write_bytes(pickle.dumps({"fine_label_names": list(map(str, range(100))),
                                               "coarse_label_names": ["c"] * 20}))
    assert load("cifar-100", "home").names == tuple(map(str, range(100)))
    assert load("cifar-100-coarse", "home").y_train.tolist() == [3] * 8


# --- traffic signs as Kaggle ships them ---------------------------------------------------------------------

def write_kaggle(folder, test_columns=("ClassId", "Path")):
    """Train/<class>/<class>_<track>_<frame>.png and Train.csv, Test/<number>.png and Test.csv."""
    box = "14,12,1,2,11,10"
    rows = ["Width,Height,Roi.X1,Roi.Y1,Roi.X2,Roi.Y2,ClassId,Path"]
    for label in (7, 20):
        (folder / "Train" / str(label)).mkdir(parents=True)
        for track in range(3):
            for frame in range(2):
                path = f"Train/{label}/{label:05d}_{track:05d}_{frame:05d}.png"
                Image.new("RGB", (14, 12), (label, track, frame)).save(folder / path)
                rows.append(f"{box},{label},{path}")
    (folder / "Train.csv").write_text("\n".join(rows) + "\n")
    (folder / "Test").mkdir()
    Image.new("RGB", (14, 12), (9, 9, 9)).save(folder / "Test" / "00000.png")
    ending = {"ClassId": "7", "Path": "Test/00000.png"}
    (folder / "Test.csv").write_text(",".join(["Width,Height,Roi.X1,Roi.Y1,Roi.X2,Roi.Y2",
                                               *test_columns]) + "\n"
                                     + ",".join([box, *(ending[name] for name in test_columns)]) + "\n")


def test_signs_from_kaggle(tmp_path):
    write_kaggle(tmp_path / "home")
    x, y, track = read_signs("home", size=8, table="home/Train.csv")
    assert x.shape == (12, 8, 8, 3) and y.tolist() == [7] * 6 + [20] * 6
    assert track.tolist() == [0, 0, 1, 1, 2, 2] * 2
    assert x[:, 0, 0].tolist() == [[label, t, f] for label in (7, 20) for t in range(3) for f in range(2)]
    data = load("gtsrb", "home", held_out="test")
    assert len(data.x_train) == 12 and data.y_test.tolist() == [7] and np.allclose(data.x_test, 9 / 255)
    assert len(load("gtsrb", "home").x_test) == 4


def test_a_test_table_without_classes(tmp_path):
    write_kaggle(tmp_path / "home", test_columns=("Path",))
    x, y, _ = read_signs("home", size=8, table="home/Test.csv")
    assert x.shape == (1, 8, 8, 3) and y.tolist() == [-1]
    with pytest.raises(ValueError, match="Test.csv has no column ClassId"):
        load("gtsrb", "home", held_out="test")


@pytest.mark.parametrize("path", ["../secret.png", "/etc/passwd", "Train/../../x.png", "..\\\\x.png"])
def test_paths_that_leave_the_folder(tmp_path, path):
    write_kaggle(tmp_path / "home")
    with (tmp_path / "home" / "Train.csv").open("a") as file:
        path = path.replace("x.png", "00001_00001.png").replace("secret", "00001_00001")
        file.write(f"14,12,1,2,11,10,7,{path}\n")
    with pytest.raises(ValueError, match="Train.csv:14: (Path must name a file of the same folder|a sign is "
                                         "a file name)"):
        read_signs("home", table="home/Train.csv")


# --- the user's own folders and arrays ----------------------------------------------------------------------

def write_classes(folder, **counts):
    for name, count in counts.items():
        (folder / name).mkdir(parents=True)
        for k in range(count):
            Image.new("L", (8, 8), 10 * k).save(folder / name / f"{k}.png")


def test_what_systems_and_archives_leave_behind(tmp_path):
    write_classes(tmp_path / "home", cat=3, dog=4, __MACOSX=2)
    (tmp_path / "home" / ".ipynb_checkpoints").mkdir()
    for name in ("._0.png", ".DS_Store", "Thumbs.db", "desktop.ini"):
        (tmp_path / "home" / "cat" / name).write_bytes(b"\0\5\x16\7")
    data = read_classes("home", 8)
    assert data.names == ("cat", "dog") and len(data.x_train) + len(data.x_test) == 7
    assert read_folder("home/cat", 8).names == ["0", "1", "2"]


@pytest.mark.parametrize("train, test", [("train", "test"), ("Train", "Validation"), ("training", "val"),
                                         ("train", "valid"), ("TRAIN", "Testing")])
def test_trees_of_two_parts(tmp_path, train, test):
    write_classes(tmp_path / "home" / train, cat=3, dog=1)
    write_classes(tmp_path / "home" / test, dog=2, cat=1)
    data = read_classes("home", 8)
    assert data.names == ("cat", "dog") and data.y_train.tolist() == [0, 0, 0, 1]
    assert data.y_test.tolist() == [0, 1, 1]
    write_classes(tmp_path / "home" / test, bird=1)
    with pytest.raises(ValueError, match=f"{test}: the classes bird are not in .*{train}"):
        read_classes("home", 8)


def test_trees_of_three_parts_and_of_one(tmp_path):
    write_classes(tmp_path / "home" / "train", cat=5, dog=5)
    assert len(read_classes("home", 8).x_test) == 2                             # a fifth of each class
    (tmp_path / "home" / "test").mkdir()
    Image.new("L", (8, 8)).save("home/test/0.png")                              # pictures without classes
    assert len(read_classes("home", 8).x_test) == 2
    write_classes(tmp_path / "home" / "val", cat=1, dog=2)
    write_classes(tmp_path / "home" / "test", cat=2, dog=2)
    os.unlink("home/test/0.png")
    assert len(read_classes("home", 8).x_test) == 3
    assert len(read_classes("home", 8, held_out="test").x_test) == 4
    # two classes that are called so
    write_classes(tmp_path / "classes", train=5, test=5)
    assert read_classes("classes", 8).names == ("test", "train")


def test_labels_that_are_texts(tmp_path):
    texts = np.array(["stop", "go", "stop", "étoile", "go"] * 2)
    np.savez("a.npz", x=DIGITS[:10], y=texts)
    np.savez("b.npz", x=DIGITS[:10], y=np.char.encode(texts, "utf-8"))
    for file in ("a.npz", "b.npz"):
        assert read_pair(file)[1].tolist() == [1, 0, 1, 2, 0] * 2
        assert read_pair(file, names=("étoile", "stop", "go"))[1].tolist() == [1, 2, 1, 0, 2] * 2
        with pytest.raises(ValueError, match="the label 'stop' is none of the classes .*; did you mean "
                                             "'stopp'"):
            read_pair(file, names=("stopp", "go", "étoile"))
        assert read_set(file).names == ("go", "stop", "étoile") and len(read_set(file).x_test) == 2
    with pytest.raises(ValueError, match="labels must be whole numbers from 0 on, or texts"):
        np.savez("c.npz", x=DIGITS, y=KINDS - 0.5)
        read_pair("c.npz")


def test_sets_in_one_file(tmp_path):
    np.savez("a.npz", x_train=DIGITS[:20], y_train=KINDS[:20, None], x_test=DIGITS[20:],
             y_test=KINDS[20:, None],
             names=np.array(list("abcdefghij")))
    data = load_split(config.parse_config("data: {name: a.npz}", ExperimentSettings).data)
    assert len(data.x_train) == 20 and np.array_equal(data.y_test, KINDS[20:])
    assert data.names == tuple("abcdefghij")
    np.savez("b.npz", images=DIGITS, labels=KINDS)
    assert len(read_set("b.npz").x_test) == 6
    with pytest.raises(ValueError, match="has no array y, labels, y_test; it has x"):
        np.savez("c.npz", x=DIGITS)
        read_set("c.npz")


# --- a place that was named is not a hint -------------------------------------------------------------------

def mistaken(tmp_path, kind):
    place = tmp_path / "home"
    if kind == "typo":
        return tmp_path / "hmoe", "no such folder; did you mean .*home"
    if kind == "file":
        (tmp_path / "file").write_text("")
        return tmp_path / "file", "it is no folder"
    if kind == "empty":
        return place, "no train-images-idx3-ubyte or .gz; it is empty"
    if kind == "archive":
        (place / "mnist.zip").write_text("")
        return place, "there is mnist.zip .an archive, to be unpacked"
    (place / "sets" / "mnist").mkdir(parents=True)
    (place / "sets" / "mnist" / "train-images.idx3").write_text("")
    return place, "no train-images-idx3-ubyte or .gz; there is .*sets/mnist/train-images.idx3"


@pytest.mark.parametrize("kind", ["typo", "file", "empty", "archive", "deeper"])
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_a_named_place_without_the_set(tmp_path, monkeypatch, capsys, kind, name):
    place, said = mistaken(tmp_path, kind)
    if name == "fashion-mnist":
        said = said.partition(";")[0] if kind in ("archive", "deeper") else said
        said = said.partition("there is")[0] or "no train-images"
    with pytest.raises(FileNotFoundError, match=rf"the train files of {name} are not in .* \(data_home\): "
                                                rf"{'.*' + said if said else ''}"):
        load(name, place)
    monkeypatch.setenv("SPIKINGNN_DATA", str(place))
    with pytest.raises(FileNotFoundError, match=rf"files of {name} are not in .* \(SPIKINGNN_DATA\): "):
        load(name)
    for command in (["train", "--config", name], ["recall", "--data", name], ["stdp", "--data", name],
                    ["compare", "--config", name]):
        assert cli.main(command) == 2
        error = capsys.readouterr().err
        assert error.startswith("spikingnn: error: the train files of") and error.count("\n") == 1
        assert "SPIKINGNN_DATA" in error
    assert not (tmp_path / "run").exists()


def test_a_named_place_is_the_only_one(tmp_path, monkeypatch):
    write_mnist(tmp_path / "home")
    monkeypatch.setenv("SPIKINGNN_DATA", str(tmp_path / "home"))
    assert len(load("mnist").x_train) == 24
    (tmp_path / "other").mkdir()
    with pytest.raises(FileNotFoundError):
        load("mnist", "other")
    monkeypatch.setitem(PUBLISHED, "mnist", ((tmp_path / "home").as_uri() + "/", {}))
    assert download("mnist") == tmp_path / "home" / "mnist"                     # where `load` looks


def test_where_nobody_named_a_place_the_fallback_is_said_and_kept(capsys):
    settings = locate_data(config.parse_config("data: {name: mnist}", ExperimentSettings))
    assert settings.data.source == "bundled"
    data = load_split(settings.data)
    assert len(data.x_train) == 1000
    assert "the bundled 1,000 + 500 pictures are used" in capsys.readouterr().err
    assert config.to_plain(config.parse_config(config.dump_config(settings),
                                               ExperimentSettings)) == config.to_plain(settings)
    assert locate_data(config.parse_config("{}", ExperimentSettings)).data.source == "bundled"


def test_a_run_goes_on_with_the_data_it_began_with(tmp_path, capsys):
    quick = ["--set", "training.epochs=1", "--set", "model.layers.0.n=10", "--set", "data.name=mnist"]
    assert cli.main(["train", *quick, "--json", "a.json"]) == 0
    assert "the bundled 1,000 + 500 pictures are used" in capsys.readouterr().err
    assert json.loads((tmp_path / "a.json").read_text())["data"] == {"name": "mnist", "source": "bundled"}
    assert config.read_config("run/config.yaml", ExperimentSettings).data.source == "bundled"
    write_mnist(tmp_path / "cache" / "spikingnn" / "mnist")                     # the full set arrives
    assert len(load("mnist").x_train) == 24
    kept = settings_to_resume(tmp_path / "run", None, quick[1::2])
    assert kept.data.source == "bundled" and len(load_split(kept.data).x_train) == 1000
    write_mnist(tmp_path / "home")
    assert len(load_split(kept.data, "home").x_train) == 24                     # a place that is named now
    settings = locate_data(config.parse_config("data: {name: mnist}", ExperimentSettings))
    assert settings.data.source == str(tmp_path / "cache" / "spikingnn")


@pytest.mark.parametrize("arguments, said", [
    (["recall", "--data", "MNIST"], "did you mean 'mnist'?"),
    (["recall", "--data", "photograph"], "did you mean 'photographs'?"),
    (["stdp", "--data", "fashion_mnist"], "did you mean 'fashion-mnist'?"),
    (["train", "--set", "data.name=cifar10"], "did you mean 'cifar-10'?"),
    (["train", "--set", "data.name=no/such"], "no such folder"),
    (["train", "--config", "Mnist"], "did you mean 'mnist'?")])
def test_did_you_mean(arguments, said, capsys):
    assert cli.main(arguments) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1, error
