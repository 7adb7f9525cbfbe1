"""Every script makes a picture without a screen, from any folder, reproducibly, in at most sixty lines."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest


FOLDER = Path(__file__).resolve().parents[1] / "visualizations"
SCRIPTS = sorted(path.stem for path in FOLDER.glob("*_viz.py"))


def run(folder, *arguments):
    return subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, env={**os.environ, "MPLBACKEND": "Agg"}, timeout=300)


def pixels(path):
    from PIL import Image

    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def test_all_are_here():
    names = "lif", "alif", "synapse", "encoding", "tuning", "stdp", "hopfield"
    assert set(SCRIPTS) >= {f"{name}_viz" for name in names}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_at_most_sixty_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 60


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_slide_fills_its_page(script, tmp_path):
    """Where the pages were built (SPIKINGNN_PAGES), the picture is theirs: a script runs once."""
    pages = os.environ.get("SPIKINGNN_PAGES")
    if pages:
        path = Path(pages, "_images", f"sphx_glr_{script}_001.png")
    else:
        path = tmp_path / "slide.png"
        done = run(tmp_path, FOLDER / f"{script}.py", "--seed", "1", "--save", path.name)
        assert done.returncode == 0, done.stderr
        assert done.stdout == "saved slide.png\n"
        assert "Warning" not in done.stderr
    picture = pixels(path)
    assert picture.shape == (900, 1600, 3)
    paper = (picture == picture[0, 0]).all(axis=2)
    assert 0.02 < 1 - paper.mean() < 0.98


@pytest.mark.parametrize("script", ["synapse_viz", "encoding_viz", "hopfield_viz"])
def test_the_same_seed_makes_the_same_picture(script, tmp_path):
    for name in ("first.png", "again.png"):
        done = run(tmp_path, FOLDER / f"{script}.py", "--seed", "3", "--save", name)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "first.png").read_bytes() == (tmp_path / "again.png").read_bytes()


def test_without_a_screen_or_a_name_the_picture_lies_here(tmp_path):
    done = run(tmp_path, FOLDER / "lif_viz.py")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["lif_viz.png"]


def test_as_a_module(tmp_path):
    reason = "spikingnn is not installed: these tests run on the checkout itself"
    pytest.importorskip("spikingnn.visualizations", reason=reason)
    done = run(tmp_path, "-m", "spikingnn.visualizations.lif_viz", "--save", "lif.pdf")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "lif.pdf").read_bytes().startswith(b"%PDF")


MISTAKES = [("--save", "picture.unknown"), ("--save", "no/such/folder.png"), ("--seed", "one"),
            ("--set", "TAU=1"), ("--set", "TAU_M"), ("--set", "TAU_M=fast"), ("--set", "TAU_M=nan"),
            ("--set", "TAU_M=-1"), ("--set", "PULSES=1,two"), ("--set", "WIDTH=0")]


@pytest.mark.parametrize("arguments", MISTAKES, ids=" ".join)
def test_a_mistake_is_one_line(arguments, tmp_path):
    done = run(tmp_path, FOLDER / "lif_viz.py", *arguments)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("lif_viz.py: error: ")
    assert not list(tmp_path.iterdir())


def test_what_is_computed_from_a_constant_follows_it(tmp_path):
    """The model of `lif` is built when the script starts: a faster membrane makes another picture."""
    for name, options in (("slow", []), ("fast", ["--set", "TAU_M=10", "--set", "PULSES=1.3,2.6"])):
        done = run(tmp_path, FOLDER / "lif_viz.py", "--save", f"{name}.png", *options)
        assert done.returncode == 0, done.stderr
    assert np.any(pixels(tmp_path / "slow.png") != pixels(tmp_path / "fast.png"))


def test_help_says_what_to_see_where_to_read_on_and_what_can_be_set(tmp_path):
    shown = run(tmp_path, FOLDER / "lif_viz.py", "--help").stdout
    assert "leaky integrator" in shown and "See: " in shown and "TAU_M=20.0" in shown


def test_a_slide_with_time_moves_and_a_still_says_so(tmp_path):
    from PIL import Image

    done = run(tmp_path, FOLDER / "alif_viz.py", "--save", "alif.gif")
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "alif.gif") as movie:
        assert movie.n_frames > 60 and movie.size == (1280, 720)
    done = run(tmp_path, FOLDER / "surrogate_viz.py", "--save", "surrogate.mp4")
    assert done.returncode == 2 and done.stderr.count("error") == 1
    assert "still" in done.stderr or "imageio" in done.stderr or "ffmpeg" in done.stderr


def test_a_picture_of_the_users_own(tmp_path):
    from PIL import Image

    levels = np.linspace(0, 255, 90 * 120).reshape(90, 120)
    Image.fromarray(levels.astype(np.uint8)).save(tmp_path / "own.png")
    done = run(tmp_path, FOLDER / "encoding_viz.py", "--image", "own.png", "--save", "spikes.png")
    assert done.returncode == 0, done.stderr
    assert pixels(tmp_path / "spikes.png").shape == (900, 1600, 3)
    (tmp_path / "broken.png").write_bytes((tmp_path / "own.png").read_bytes()[:200])
    done = run(tmp_path, FOLDER / "encoding_viz.py", "--image", "broken.png", "--save", "broken-spikes.png")
    assert done.returncode == 2 and "Traceback" not in done.stderr and "broken.png" in done.stderr
