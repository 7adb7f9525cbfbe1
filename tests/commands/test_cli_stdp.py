"""`spikingnn stdp`: digits learned from the command line, kept, resumed; and what it refuses."""

import json
import signal
import subprocess
import sys

import pytest
from PIL import Image
from terminal import OnTerminal

from spikingnn.unsupervised import STDPClassifier


def run(*arguments, cwd, **options):
    command = [sys.executable, "-m", "spikingnn", "stdp", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, **options)


def test_it_learns_and_says_so(tmp_path):
    done = run("--neurons", 40, "--passes", 1, "--seed", 2, "--json", "a.json", "--model", "a.npz", "--save",
               "a.png", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "a.json").read_text())
    assert set(result) == {"accuracy", "spikes_per_image", "ms_per_image", "neurons", "images",
                           "seed", "data"}
    assert result["accuracy"] > 0.5 and result["spikes_per_image"] > 3 and result["ms_per_image"] > 0
    assert (result["neurons"], result["images"], result["seed"]) == (40, 1000, 2)
    assert f"{100 * result['accuracy']:.1f} % of 500 held-out pictures" in done.stdout
    assert "picture: a.png" in done.stdout
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.width > 1000
    assert STDPClassifier.load(tmp_path / "a.npz").seen == 1000


def test_interrupted_it_keeps_what_it_learned(tmp_path):
    """… and --resume continues to the very classifier that an uninterrupted run makes."""
    options = ("--neurons", 30, "--passes", 5, "--seed", 1, "--model", "part.npz")
    shown = OnTerminal("-m", "spikingnn", "stdp", *options, cwd=tmp_path)
    shown.until("%")                                        # the progress bar has begun: a second has passed
    shown.process.send_signal(signal.SIGINT)
    errors = shown.rest()
    assert shown.process.returncode == 130 and "--resume continues" in errors
    assert 0 < STDPClassifier.load(tmp_path / "part.npz").seen < 5_000
    resumed = run(*options, "--resume", "--json", "resumed.json", cwd=tmp_path)
    whole = run(*options[:-1], "whole.npz", "--json", "whole.json", cwd=tmp_path)
    assert resumed.returncode == whole.returncode == 0
    results = [json.loads((tmp_path / f"{name}.json").read_text()) for name in ("resumed", "whole")]
    assert results[0]["accuracy"] == results[1]["accuracy"]
    assert results[0]["spikes_per_image"] == results[1]["spikes_per_image"]


@pytest.mark.parametrize("arguments, message", [
    (("--data", "mnits"), "did you mean 'mnist'?, got 'mnits'"),
    (("--neurons", "1"), "must be a whole number from 2"),
    (("--resume",), "--resume needs --model FILE"),
    (("--resume", "--model", "none.npz"), "none.npz: no such file"),
    (("--save", "a.txt"), "--save must end in one of .png"),
    (("--json", "no/such/a.json"), "no/such does not exist"),
])
def test_what_it_refuses(arguments, message, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2 and message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1 and "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_full_set_that_is_not_here_is_said(tmp_path):
    done = run("--data", "mnist", "--neurons", 5, "--passes", 1, cwd=tmp_path,
               env={"PATH": "", "HOME": str(tmp_path)} | _python_path())
    assert done.returncode == 0, done.stderr
    assert "no training files of mnist in the usual places" in done.stderr
    assert "500 held-out pictures" in done.stdout


def _python_path():
    import os
    return {name: os.environ[name] for name in ("PYTHONPATH", "NUMBA_CACHE_DIR", "MPLBACKEND")
            if name in os.environ}
