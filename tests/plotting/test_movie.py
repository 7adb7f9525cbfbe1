"""Films of a recall: WebP and GIF by Pillow, MP4 by ffmpeg where there is one."""

import sys

import numpy as np
import pytest
from PIL import Image

import spikingnn.cli as cli
from spikingnn.memory import HopfieldAssembly, corrupt, random_patterns
from spikingnn.plotting.animate import check_movie, recall_movie


FRAMES, STEP = 7, 10.0                  # ms    of 70 ms


@pytest.fixture(scope="module")
def recalled():
    """(recall, membrane, original, cue) of a picture of 10 × 8."""
    patterns = random_patterns(4, 80, np.random.default_rng(0))
    cue = corrupt(patterns[0], flip=0.2, seed=1)
    memory = HopfieldAssembly(80, seed=0).store(patterns)
    times = {"cue_time": 20.0, "hold_time": 50.0}
    return memory.recall(cue, **times), memory.membrane(cue, **times), patterns[0], cue


def ffmpeg(folder, monkeypatch, ending):
    """A program of that name that reads all of its input, and then does what `ending` says."""
    program = folder / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nimport sys\nfilm = sys.stdin.buffer.read()\n{ending}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))


def frames(file):
    with Image.open(file) as film:
        for k in range(film.n_frames):
            film.seek(k)
            yield np.asarray(film.convert("RGB"))


def test_membrane_is_that_of_the_recall(recalled):
    """Every spike has reset its unit, and only spikes take a potential down from the threshold."""
    recall, membrane, _, _ = recalled
    fired = np.zeros((70, 160), bool)
    fired[np.rint(recall.spikes.t).astype(int), recall.spikes.i] = True
    assert membrane.shape == (70, 80) and (membrane[fired[:, :80]] == 0.0).all()
    assert ((np.diff(membrane, axis=0) < -0.3) <= (fired[1:, :80] | (membrane[1:] < 0.0))).all()
    assert membrane.max() < 1.0 and membrane.min() == -1.0


def test_film(recalled, tmp_path, monkeypatch):
    monkeypatch.setattr("spikingnn.plotting.animate.STEP", STEP)
    recall_movie(tmp_path / "a.webp", *recalled, (10, 8))
    shown = list(frames(tmp_path / "a.webp"))
    assert len(shown) == FRAMES and shown[0].shape == (512, 960, 3)
    assert all(np.any(one != other) for one, other in zip(shown, shown[1:]))
    assert [path.name for path in tmp_path.iterdir()] == ["a.webp"]


def test_mp4_goes_through_ffmpeg(recalled, tmp_path, monkeypatch):
    monkeypatch.setattr("spikingnn.plotting.animate.STEP", 35.0)
    size = "sys.argv[sys.argv.index('-s') + 1]"
    ffmpeg(tmp_path, monkeypatch, f"open(sys.argv[-1], 'w').write(str(len(film)) + ' ' + {size})")
    seen = []
    recall_movie(tmp_path / "a.mp4", *recalled, (10, 8),
                 progress=lambda items: seen.append(len(items)) or items)
    assert (tmp_path / "a.mp4").read_text() == f"{2 * 512 * 960 * 3} 960x512" and seen == [2]


def test_ffmpeg_that_fails_leaves_no_file(recalled, tmp_path, monkeypatch):
    monkeypatch.setattr("spikingnn.plotting.animate.STEP", 70.0)
    ffmpeg(tmp_path, monkeypatch, "sys.exit('disk full')")
    with pytest.raises(OSError, match="a.mp4: ffmpeg failed: disk full"):
        recall_movie(tmp_path / "a.mp4", *recalled, (10, 8))
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]


def test_what_cannot_be_filmed(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match=r"\.webp, \.gif, \.mp4, got 'a\.avi'"):
        check_movie("a.avi")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match="needs the program ffmpeg"):
        check_movie("a.mp4")
    check_movie("a.gif")


def test_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for k in range(2):
        levels = np.random.default_rng(k).integers(0, 256, (12, 12), dtype=np.uint8)
        Image.fromarray(levels).save(pictures / f"{k}.png")
    monkeypatch.setattr("spikingnn.plotting.animate.STEP", 60.0)
    arguments = ["recall", "--images", "pictures", "--size", "12", "--flip", "0.1"]
    assert cli.main([*arguments, "--movie", "a.gif"]) == 0
    assert len(list(frames("a.gif"))) == 5 and "movie: a.gif" in capsys.readouterr().out
    assert cli.main([*arguments, "--movie", "a.avi"]) == 2
    assert "a movie must end in one of" in capsys.readouterr().err
