"""train, predict, evaluate, compare: from a configuration to an answer, and one line for each mistake."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import spikingnn.cli as cli
from spikingnn import config
from spikingnn.datasets import mnist_sample
from spikingnn.training.experiment import ExperimentSettings, read_settings, ready_configurations


QUICK = ["--set", "training.epochs=12", "--set", "model.layers.0.n=100"]


def run(*arguments, cwd):
    return subprocess.run([sys.executable, "-m", "spikingnn", *map(str, arguments)], cwd=cwd,
                          capture_output=True, text=True)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a short run on the bundled digits."""
    folder = tmp_path_factory.mktemp("trained")
    done = run("train", *QUICK, "--json", "train.json", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder, done


def test_train(trained):
    folder, done = trained
    result = json.loads((folder / "train.json").read_text())
    assert result["accuracy"] >= 0.82 and result["best_accuracy"] >= result["accuracy"]
    assert result["spikes_per_sample"] > 10
    assert {"loss", "seconds", "synaptic_operations", "confusion", "per_class", "operations"} <= set(result)
    assert np.sum(result["confusion"]) == 500
    files = sorted(path.name for path in (folder / "run").iterdir())
    assert files == ["best.npz", "config.yaml", "curves.png", "last.npz", "metrics.csv", "result.png"]
    assert len((folder / "run" / "metrics.csv").read_text().splitlines()) == 13
    kept = config.read_config(folder / "run" / "config.yaml", ExperimentSettings)
    assert kept.training.epochs == 12 and kept.model.layers[0].n == 100 and kept.data.augment.rotation == 10.0
    assert "held-out accuracy after the last epoch" in done.stdout
    assert "(the numbers above; run/last.npz)" in done.stdout
    assert "(run/best.npz, which predict and evaluate take)" in done.stdout


def test_evaluate(trained, tmp_path):
    folder, _ = trained
    digits = mnist_sample()
    np.savez(tmp_path / "digits.npz", x=digits.x_test, y=digits.y_test)
    done = run("evaluate", "--model", folder / "run", "--images", "digits.npz", "--json", "a.json", "--save",
               "a.png", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    best = json.loads((folder / "train.json").read_text())["best_accuracy"]
    assert f"model: {folder / 'run' / 'best.npz'}, after epoch " in done.stdout
    assert f"of 12, held-out accuracy {100 * best:.2f} %" in done.stdout
    assert json.loads((tmp_path / "a.json").read_text())["accuracy"] == best
    assert (tmp_path / "a.png").stat().st_size > 1000


def test_predict(trained, tmp_path):
    folder, _ = trained
    digits = mnist_sample()
    for k in range(6):
        levels = Image.fromarray((255 * digits.x_test[k]).astype(np.uint8))
        (levels if k % 2 else levels.convert("RGB").resize((57, 64))).save(tmp_path / f"{k}.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG")
    pictures = [f"{k}.png" for k in range(6)]
    done = run("predict", "--model", folder / "run", *pictures, "broken.png", "gone.png", "--json", "a.json",
               cwd=tmp_path)
    assert done.returncode == 2
    assert [line.split(":")[2] for line in done.stderr.splitlines()] == [" broken.png", " gone.png"]
    result = json.loads((tmp_path / "a.json").read_text())
    assert result["failed"] == 2 and [row["picture"] for row in result["pictures"]] == pictures
    assert sum(row["class"] == str(digits.y_test[k]) for k, row in enumerate(result["pictures"])) >= 4
    assert all(row["spikes"] > 0 and sum(row["probabilities"]) == pytest.approx(1, abs=1e-5)
               for row in result["pictures"])
    assert (tmp_path / "predict.png").is_file()


def test_resume(trained, tmp_path, capsys):
    folder, _ = trained
    done = run("train", *QUICK, cwd=folder)
    assert done.returncode == 2 and "holds a run already" in done.stderr and done.stderr.count("\n") == 1
    done = run("train", "--resume", "run", "--set", "training.epochs=17", cwd=folder)
    assert done.returncode == 2 and "training.epochs (there 12, here 17)" in done.stderr
    assert cli.main(["train", "--resume", str(tmp_path)]) == 2
    assert "there is no run to be resumed" in capsys.readouterr().err


def test_compare(tmp_path):
    done = run("compare", *QUICK, "--json", "a.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "a.json").read_text())
    assert set(result) == {"spiking", "twin"} and min(row["accuracy"] for row in result.values()) > 0.75
    assert result["spiking"]["operations"]["additions"] > 0 == result["twin"]["operations"]["additions"]


def test_cifar_runs_end_to_end(data_home, tmp_path):
    """The published binary format, written from twenty real pictures; the ready configuration, cut to one
    epoch."""
    with np.load(data_home / "cifar" / "cifar_lossless40.npz") as file:
        names = [name for name in file.files if "100" in name]
        pictures = next(file[name] for name in names if file[name].ndim == 4)
    folder = tmp_path / "cifar-100" / "cifar-100-binary"
    folder.mkdir(parents=True)
    planes = pictures.transpose(0, 3, 1, 2) if pictures.shape[-1] == 3 else pictures
    for name, count in (("train.bin", 20), ("test.bin", 20)):
        records = [bytes([k % 20, 5 * k]) + planes[k].astype(np.uint8).tobytes() for k in range(count)]
        (folder / name).write_bytes(b"".join(records))
    done = run("train", "--config", "cifar100", "--data-home", tmp_path, "--set", "training.epochs=2",
               "--set", "training.batch=4", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "held-out accuracy after the last epoch" in done.stdout


# --- configurations -----------------------------------------------------------------------------------------

def test_ready_configurations_are_whole():
    assert {"mnist", "fashion-mnist", "mnist-sample", "fashion-mnist-sample", "cifar100", "gtsrb"} <= set(
        ready_configurations())
    for name in ready_configurations():
        settings = read_settings(name)
        assert config.to_plain(config.parse_config(config.dump_config(settings),
                                                   ExperimentSettings)) == config.to_plain(settings)


@pytest.mark.parametrize("text, said", [
    ("training:\n  epohcs: 3\n", "a.yaml:2: training.epohcs is unknown; did you mean epochs?"),
    ("training:\n  epochs: 3\n  epochs: 4\n", "a.yaml:3: epochs is given twice, first in line 2"),
    ("training:\n  epochs: many\n", "a.yaml:2: training.epochs must be a whole number, got 'many'"),
    ("training:\n  epochs: 0\n", "a.yaml:2: training.epochs must be a whole number of at least 1, got 0"),
    ("training:\n  optimizer: {kind: adma}\n",
     "a.yaml:2: training.optimizer.kind must be one of 'adam', 'adamw', 'sgd'; did you mean"),
    ("model:\n  layers:\n    - {kind: Dense, n: 10}\n    - {kind: LIF, decay: 1.5}\n",
     "a.yaml:4: model.layers.1.decay must be from 0"),
    ("model:\n  layers:\n    - {kind: Danse, n: 10}\n", "a.yaml:3: model.layers.0.kind must be one of"),
    ("data: !!python/object:os.system {}\n", "a.yaml:1: tags"),
    ("training: {epochs: 3\n", "is not YAML"),
])
def test_mistakes_are_named_with_their_line(text, said, tmp_path):
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(ValueError) as wrong:
        read_settings(tmp_path / "a.yaml")
    assert said in str(wrong.value)


def test_one_line_for_each_mistake(tmp_path, capsys):
    for arguments, said in ((["train", "--config", "mnits"], "did you mean 'mnist'"),
                            (["train", "--set", "training.epochs"], "KEY=VALUE"),
                            (["train", "--set", "data.name=mnits"], "did you mean 'mnist'"),
                            (["train", "--set", "model.layers.4.n=5", "--out", str(tmp_path / "a")],
                             "has 10 classes, the last layer"),
                            (["predict", "--model", str(tmp_path / "no"), "a.png"], "no such checkpoint"),
                            (["evaluate", "--model", str(tmp_path / "no"), "--images", "a.npz"],
                             "no such checkpoint")):
        assert cli.main(arguments) == 2
        error = capsys.readouterr().err
        assert error.startswith("spikingnn: error: ") and said in error and error.count("\n") == 1, error


def test_numbers_are_those_of_yaml_1_2():
    settings = config.parse_config("training: {optimizer: {kind: adam, rate: 1e-3}}", ExperimentSettings)
    assert settings.training.optimizer.rate == 1e-3
    differing = config.differences(config.to_plain(settings),
                                   config.to_plain(config.parse_config("{}", ExperimentSettings)))
    assert differing["training.optimizer.kind"] == ("adam", "adamw")
