"""What commands write: names are data, numbers come before figures, and `--json -` writes numbers alone."""

import csv
import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import spikingnn.cli as cli
from spikingnn.commands.options import write_json


RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def in_temporary_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("SPIKINGNN_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


# --- names are data, numbers come before figures ------------------------------------------------------------

NAMES = ["$\\frac{$", "a$b", "\x1b[31mred", "two\nlines", "__all", "100%", "\u202ereversed", "<&>", "x" * 120,
         "日本"]


def named_pictures(folder, names):
    folder.mkdir()
    for name in names:
        levels = RNG.integers(0, 256, (16, 16), dtype=np.uint8)
        path = os.fsencode(folder) + b"/" + (name if isinstance(name, bytes) else name.encode()) + b".png"
        with open(path, "wb") as file:
            Image.fromarray(levels).save(file, format="PNG")


def clean(text):
    return not any(ord(char) < 32 and char not in "\n\r\t" or 127 <= ord(char) < 160 for char in text)


def test_recall_of_pictures_with_any_name(tmp_path):
    names = [*NAMES, *([b"\xff\xfe"] if sys.platform == "linux" else [])]
    named_pictures(tmp_path / "pictures", names)
    done = subprocess.run([sys.executable, "-m", "spikingnn", "recall", "--images", "pictures", "--size",
                           "16",
                           "--flip", "0.1", "--json", "a.json", "--csv", "a.csv", "--out", "recalled",
                           "--save", "a.svg"], capture_output=True)
    assert done.returncode == 0, done.stderr
    rows = json.loads((tmp_path / "a.json").read_text())["images"]
    expected = sorted(name if isinstance(name, bytes) else name.encode() for name in names)
    assert sorted(os.fsencode(row["name"]) for row in rows) == expected
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == len(names)
    assert (tmp_path / "a.svg").stat().st_size > 1000
    assert len(list((tmp_path / "recalled").iterdir())) == len(names)
    assert clean(done.stdout.decode()) and "\\x1b[31mred" in done.stdout.decode()


def test_figures_draw_names_as_they_are():
    from matplotlib.figure import Figure

    from spikingnn.plotting import answers_figure, as_text, overlaps, plot_confusion
    for name in (*NAMES, "\udcff", r"\$", "$$", r"\alpha"):
        figure = Figure()
        left, right = figure.subplots(1, 2)
        overlaps(left, np.arange(3), np.zeros((3, 2)), names=[name, "b"])
        left.legend()
        plot_confusion(right, [name, "b"], [name], ["b"])
        figure.canvas.draw()
        text = figure.suptitle(as_text(name))
        assert not text._preprocess_math(text.get_text())[1]
        figure = answers_figure([name], np.zeros((1, 4, 4)), np.full((1, 2), 0.5), [name, "b"],
                                [np.zeros((2, 2))])
        for kind in ("png", "svg", "pdf"):
            figure.savefig(io.BytesIO(), format=kind, dpi=20)


def test_numbers_are_kept_where_the_figure_fails(tmp_path, monkeypatch, capsys):
    named_pictures(tmp_path / "pictures", ["a", "b", "c"])

    def broken(*arguments, **options):
        raise ZeroDivisionError("no figure")
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", broken)
    monkeypatch.setattr("matplotlib.figure.Figure.subplots", broken)
    for arguments in (["recall", "--images", "pictures", "--size", "16", "--csv", "a.csv", "--out", "out"],
                      ["capacity", "--rules", "hebbian", "--n", "20", "--loads", "0.1", "--trials", "1",
                       "--csv", "a.csv"],
                      ["sweep", "--set", "grid.rule=[hebbian]", "--set", "grid.n=[20]", "--set", "trials=1",
                       "--jobs", "1"],
                      ["stdp", "--neurons", "10", "--passes", "1"]):
        assert cli.main([*arguments, "--json", "a.json"]) == 2
        assert "unexpected ZeroDivisionError: no figure" in capsys.readouterr().err
        assert json.loads((tmp_path / "a.json").read_text())
        os.unlink("a.json")
    assert (tmp_path / "a.csv").is_file() and len(list((tmp_path / "out").iterdir())) == 3


# --- numbers to stdout --------------------------------------------------------------------------------------

@pytest.mark.parametrize("arguments", [
    ["recall", "--images", "pictures", "--size", "16"], ["doctor"],
    ["sweep", "--set", "grid={n: [20]}", "--set", "trials=1", "--jobs", "1"],
    ["capacity", "--rules", "hebbian", "--n", "20", "--loads", "0.1", "--trials", "1"]])
def test_numbers_on_stdout_and_nothing_else(tmp_path, capsys, arguments):
    named_pictures(tmp_path / "pictures", ["a", "b"])
    assert cli.main([*arguments, "--json", "-"]) == 0
    printed = capsys.readouterr()
    assert isinstance(json.loads(printed.out), dict) and len(printed.err) > 50
    assert not (tmp_path / "-").exists()


def test_what_is_no_finite_number_is_null(tmp_path):
    write_json(tmp_path / "a.json", {"a": [float("nan"), (np.float64("inf"), 1.5)], "b": {"c": -np.inf}})
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": [None, [None, 1.5]], "b": {"c": None}}
