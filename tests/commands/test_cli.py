"""The command line: what it prints and writes, and one line on stderr for everything that it cannot do."""

import csv
import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from terminal import OnTerminal

import spikingnn.cli as cli
from spikingnn._util.versions import parse_version
from spikingnn.commands import doctor_command as doctor
from spikingnn.memory import HopfieldAssembly, binarize, recall_pictures, corrupt_images
from spikingnn.plotting import recall_figure, save_figure

ROW = {"name", "cue_overlap", "overlap", "best_wrong", "cosine", "blend_cosine", "identified_as", "nearest",
       "verdict", "score",
       "settle_ms", "spikes", "correlation"}


def run(*arguments, cwd, **options):
    return subprocess.run([sys.executable, "-m", "spikingnn", *map(str, arguments)], cwd=cwd,
                          capture_output=True, text=True, **options)


@pytest.fixture
def folder(tmp_path):
    """Three pictures that can be told apart even at 16 × 16."""
    (tmp_path / "pictures").mkdir()
    rng = np.random.default_rng(0)
    for name in ("one", "two", "three"):
        Image.fromarray(rng.integers(0, 256, (16, 16),
                                     dtype=np.uint8)).save(tmp_path / "pictures" / f"{name}.png")
    return tmp_path


# --- the main job -------------------------------------------------------------------------------------------

def test_the_main_job(tmp_path):
    done = run("recall", "--json", "result.json", "--out", "recalled", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "result.json").read_text())
    assert set(result) == {"images", "mean_overlap", "identified", "seed", "seconds"}
    assert set(result["images"][0]) == ROW
    assert result["identified"] == len(result["images"]) == 12 and result["mean_overlap"] >= 0.99
    assert result["seed"] == 0
    assert "identified 12 of 12" in done.stdout and "astronaut" in done.stdout and done.stderr == ""
    assert all(name in done.stdout for name in ("picture: recall.png", "recalled pictures: recalled",
                                                "numbers: result.json"))
    with Image.open(tmp_path / "recall.png") as picture:
        assert picture.width > 1500
    assert len(list((tmp_path / "recalled").iterdir())) == 12
    with Image.open(tmp_path / "recalled" / "horse.png") as picture:
        assert picture.size == (64, 64) and set(np.unique(np.asarray(picture))) == {0, 255}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["recall.png", "recalled", "result.json"]


def test_pictures_of_the_user(folder):
    (folder / "pictures" / "broken.png").write_bytes(b"\x89PNG")
    done = run("recall", "--images", "pictures", "--size", 16, "--flip", 0.1, "--occlude", 0.2,
               "--salt-pepper", 0.1, "--gaussian", 0.05,
               "--seed", 3, "--threshold", "median", "--save", "a.svg", "--json", "a.json", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("spikingnn: warning: skipped 1 of 4 pictures: pictures/broken.png")
    result = json.loads((folder / "a.json").read_text())
    assert [row["name"] for row in result["images"]] == ["one", "three", "two"] and result["identified"] == 3
    assert result["seed"] == 3
    assert (folder / "a.svg").read_text().startswith("<?xml")


def test_same_seed_same_numbers(folder):
    results = []
    for seed in (1, 1, 2):
        assert cli.main(["recall", "--images", str(folder / "pictures"), "--size", "16", "--seed", str(seed),
                         "--save", str(folder / "a.png"), "--json", str(folder / "a.json")]) == 0
        results.append(json.loads((folder / "a.json").read_text())["images"])
    assert results[0] == results[1] != results[2]


def test_a_data_set(tmp_path):
    """Fifteen digits, two cues of each: a table of means, and a row for each cue in the file."""
    done = run("recall", "--data", "mnist-sample", "--count", 15, "--flip", 0.1, "--shift", 1, "--lines", 0.1,
               "--repeats", 2,
               "--csv", "a.csv", "--save", "a.png", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "over 30 recalls" in done.stdout and "95 % interval (Wilson)" in done.stdout
    assert "e+0" not in done.stdout
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 30 and set(rows[0]) == ROW and rows[0]["name"] == rows[15]["name"]
    assert rows[0] != rows[15]
    assert len({row["name"] for row in rows}) == 15 and all(float(row["cue_overlap"]) < 0.9 for row in rows)


def test_grey_levels_of_black_and_white_pictures(folder):
    """They come back exactly: a PSNR of infinity, which JSON does not know."""
    for file in (folder / "pictures").iterdir():
        with Image.open(file) as picture:
            picture.point(lambda level: 255 * (level > 127)).save(file)
    done = run("recall", "--images", "pictures", "--size", 16, "--rule", "dense", "--coding", "gray",
               "--flip", 0, "--gaussian", 0.2,
               "--json", "a.json", cwd=folder)
    assert done.returncode == 0, done.stderr
    rows = json.loads((folder / "a.json").read_text())["images"]
    assert {row["psnr"] for row in rows} == {None} and min(row["ssim"] for row in rows) == pytest.approx(1.0)


def test_the_picture_of_many_and_of_one(tmp_path):
    for count in (1, 20):
        images = np.random.default_rng(count).random((count, 8, 8))
        patterns, names = binarize(images), [f"picture number {k}" for k in range(count)]
        memory = HopfieldAssembly(64, seed=0).store(patterns)
        result = recall_pictures(memory, names, patterns,
                                 corrupt_images(images, flip=0.1, occlude=0.2, seed=0))
        figure = recall_figure(memory, (8, 8), names, patterns, result.cues, result.recalls)
        assert ("first 12 of 20" in figure.get_suptitle()) == (count == 20)
        save_figure(figure, tmp_path / "a.png")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


# --- warmup and doctor --------------------------------------------------------------------------------------

def test_warmup(tmp_path):
    done = run("warmup", "--json", "a.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "kernels and the engine are ready" in done.stdout and "compiling" in done.stderr
    assert json.loads((tmp_path / "a.json").read_text())["kernels"] >= 10


COMPILED_WHEN_CALLED = """
import importlib, numba
from spikingnn import cli
cli.main(["warmup"])
for name in ("engine.sorting", "engine.bundles", "training.linear_kernels", "training.neuron_steps",
             "training.encode", "training.augment", "training.optimizers"):
    for function in vars(importlib.import_module(f"spikingnn.{name}")).values():
        if isinstance(function, numba.core.dispatcher.Dispatcher):
            print("compiled" if function.signatures else "left", function.__name__)
"""


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="nothing is compiled")
def test_warmup_leaves_nothing_for_the_first_training():
    done = subprocess.run([sys.executable, "-c", COMPILED_WHEN_CALLED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()[1:]
    assert len(lines) > 15 and all(line.startswith("compiled ") for line in lines), done.stdout


def test_doctor(tmp_path, capsys):
    assert cli.main(["doctor", "--json", str(tmp_path / "a.json")]) == 0
    result = json.loads((tmp_path / "a.json").read_text())
    assert result["numpy"]["state"] == np.__version__ and result["numpy"]["repair"] is None
    assert {"python", "numba", "scipy", "threads", "cache", "data"} <= set(result)
    assert "all that is required is here" in capsys.readouterr().out


@pytest.mark.parametrize("requirements, said", [([("numpy", ">=99")], "numpy"),
                                                ([("nothing-like-it", ">=1,<2")], "nothing-like-it")])
def test_doctor_names_what_is_missing(monkeypatch, capsys, requirements, said):
    monkeypatch.setattr(doctor, "_requirements", lambda: (requirements, {}))
    assert cli.main(["doctor"]) == 2
    printed = capsys.readouterr()
    assert f'python -m pip install "{said}{requirements[0][1]}"' in printed.out
    assert printed.err.startswith(f"spikingnn: error: not ready: {said}") and printed.err.count("\n") == 1


def test_doctor_tries_the_cache_by_writing(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path / "cache"))
    assert cli.main(["doctor"]) == 0
    assert f"cache        {tmp_path / 'cache'}" in (printed := capsys.readouterr().out)
    assert "(writable: yes)\n" in printed

    def full(*arguments, **options):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr("tempfile.TemporaryFile", full)
    assert cli.main(["doctor"]) == 0
    printed = capsys.readouterr().out
    assert "cache        none (writable: no)\n" in printed and "set NUMBA_CACHE_DIR" in printed


# --- help ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("arguments", [["--help"], ["recall", "--help"], ["warmup", "--help"],
                                       ["doctor", "-h"]])
def test_help(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 0 and "usage: spikingnn" in capsys.readouterr().out


def test_help_teaches_by_examples(capsys):
    with pytest.raises(SystemExit):
        cli.main(["recall", "--help"])
    assert "spikingnn recall --flip 0 --occlude 0.5" in capsys.readouterr().out


def test_the_command_line_is_light():
    heavy = ("matplotlib", "PIL", "tqdm", "scipy.stats", "sklearn")
    code = f"import sys, spikingnn.cli; print(*(name for name in {heavy} if name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          check=True).stdout.split() == []


# --- errors: one line, exit 2, nothing written --------------------------------------------------------------

def refused(done, *words):
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stderr.startswith("spikingnn: error: ") and done.stderr.count("\n") == 1, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert all(word in done.stderr for word in words), done.stderr


@pytest.mark.parametrize("arguments, words", [
    (["recall", "--images", "nowhere"], ["nowhere", "no such folder"]),
    (["recall", "--images", "empty"], ["empty", "no pictures in it"]),
    (["recall", "--images", "broken"], ["broken.png", "can be read"]),
    (["recall", "--save", "missing/a.png"], ["missing", "does not exist"]),
    (["recall", "--flip", "1.5"], ["--flip", "from 0 to 1", "1.5"])])
def test_errors_of_the_program(tmp_path, arguments, words):
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n123")
    refused(run(*arguments, cwd=tmp_path), *words)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken", "empty"]


@pytest.mark.parametrize("arguments, words", [
    ([], ["COMMAND"]), (["recal"], ["recal", "recall"]), (["recall", "--bogus"], ["--bogus"]),
    (["recall", "--flip", "nan"], ["--flip"]), (["recall", "--flip", "x"], ["--flip", "'x'"]),
    (["recall", "--occlude", "-1"], ["--occlude"]), (["recall", "--salt-pepper", "2"], ["--salt-pepper"]),
    (["recall", "--gaussian", "-0.5"], ["--gaussian"]), (["recall", "--gaussian", "inf"], ["--gaussian"]),
    (["recall", "--seed", "-1"], ["--seed", "whole number"]), (["recall", "--seed", "1.5"], ["--seed"]),
    (["recall", "--seed", "9" * 30], ["--seed"]), (["recall", "--size", "1"], ["--size"]),
    (["recall", "--size", "99999"], ["--size"]),
    (["recall", "--threshold", "otso"], ["--threshold", "otsu"]),
    (["recall", "--threshold", "1.1"], ["--threshold"]),
    (["recall", "--rule", "hebb"], ["--rule", "hebbian"]), (["recall", "--fill", "grey"], ["--fill"]),
    (["recall", "--save", "a.xyz"], [".png", "a.xyz"]), (["recall", "--save", "there"], [".png"]),
    (["recall", "--json", "there"], ["is a folder"]),
    (["recall", "--json", "missing/a.json"], ["does not exist"]),
    (["recall", "--out", "file"], ["file"]), (["recall", "--out", "file/deeper"], ["file"]),
    (["doctor", "--json", "missing/a.json"], ["does not exist"]),
    (["warmup", "--json", "there"], ["is a folder"])])
def test_errors_in_the_arguments(tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    (tmp_path / "file").write_text("")
    try:
        code = cli.main(arguments)
    except SystemExit as end:
        code = end.code
    error = capsys.readouterr().err
    assert code == 2 and error.startswith("spikingnn: error: ") and error.count("\n") == 1
    assert all(word in error for word in words), error
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "there"]


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="needs a folder that nobody can write to")
def test_a_folder_that_cannot_be_written(tmp_path):
    refused(run("recall", "--save", "/proc/recall.png", cwd=tmp_path), "/proc", "cannot write")


def test_a_full_disk_leaves_no_half_picture(folder, monkeypatch, capsys):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")
    monkeypatch.chdir(folder)
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", full)
    assert cli.main(["recall", "--images", "pictures", "--size", "16", "--json", "a.json"]) == 2
    assert "spikingnn: error: No space left on device" in capsys.readouterr().err
    # the numbers are kept
    assert sorted(path.name for path in folder.iterdir()) == ["a.json", "pictures"]


def test_what_nobody_foresaw_is_one_line_too(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "_requirements", lambda: 1 / 0)
    assert cli.main(["doctor"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("spikingnn: error: unexpected ZeroDivisionError") and error.count("\n") == 1
    monkeypatch.setenv("SPIKINGNN_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        cli.main(["doctor"])


def test_interrupt(tmp_path):
    shown = OnTerminal("-m", "spikingnn", "recall", "--size", "200", cwd=tmp_path)
    assert "recalling" in shown.until("%")                  # the progress bar: it is at work
    shown.process.send_signal(signal.SIGINT)
    error = shown.rest()
    assert shown.process.returncode == 130, error
    assert error.rstrip().endswith("spikingnn: interrupted") and "Traceback" not in error
    assert list(tmp_path.iterdir()) == []


def test_versions_compare_as_numbers():
    """A bound of 2.0 admits version 2: doctor compares what the two files write with different numbers of
    dots."""
    assert doctor._state("pytest", ">=1") == doctor._state("pytest", ">=1.0.0")
    assert parse_version("2") == parse_version("2.0") == (2, 0, 0) < parse_version("2.0.1rc1") == (2, 0, 1)
