"""`spikingnn gallery`: it lists, shows and saves slides, and makes a page of all of them."""

import re

import pytest
from PIL import Image

import spikingnn.cli as cli
from spikingnn.plotting import slides as slides_module

SCRIPT = '''"""{title}: what is seen."""

from spikingnn.plotting.slides import plt, present

N, SCALE = 3, 2.0
TOP = N * SCALE


def draw(seed):
    figure, ax = plt.subplots()
    ax.plot([0, TOP], [0, seed])
    ax.set(xlabel="{label}", title=f"{{1 / N:.3f}}")
    return figure


if __name__ == "__main__":
    present(draw)
'''
CAPTIONS = '''[Neurons.moving]
caption = "A line & its <end>."
source = "A book"

[Codes.still]
caption = "A line."
source = "A paper"
'''


@pytest.fixture
def scripts(tmp_path, monkeypatch):
    """Two slides in a folder of their own, and an empty one to work in."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "still_viz.py").write_text(SCRIPT.format(title="A still", label="x"))
    (folder / "moving_viz.py").write_text(SCRIPT.format(title="A movie", label="time (ms)"))
    (folder / "captions.toml").write_text(CAPTIONS)
    monkeypatch.setattr(slides_module, "folder", lambda: folder)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return folder


def gallery(*arguments):
    return cli.main(["gallery", *arguments])


def test_list_by_subject(scripts, capsys):
    assert gallery() == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [["Neurons"], ["moving", "A", "movie"], ["Codes"],
                                                ["still", "A", "still"]]


def test_one_slide_with_a_constant(scripts, tmp_path, capsys):
    assert gallery("still", "--save", "a.svg", "--set", "N=4", "--set", "SCALE=1", "--seed", "7") == 0
    assert capsys.readouterr().out == "saved a.svg\n"
    assert gallery("still", "--describe") == 0
    described = capsys.readouterr().out
    assert "A line." in described and "See: A paper" in described and "N=3  SCALE=2.0  TOP=6.0" in described


def test_constants_keep_their_type_and_what_follows_from_them():
    known = {"N": 3, "TAU": 2.0, "NAME": "camera", "FLIPS": (0.1, 0.2), "SIZES": (10, 20)}
    texts = ["N=4", "TAU=5", "NAME=cat", "FLIPS=1", "SIZES=(1, 2, 3)"]
    values = slides_module.new_values(texts, known)
    assert values == {"N": 4, "TAU": 5.0, "NAME": "cat", "FLIPS": (1.0,), "SIZES": (1, 2, 3)}
    assert isinstance(values["TAU"], float) and isinstance(values["FLIPS"][0], float)


def test_what_is_computed_from_a_constant_follows(scripts):
    path = scripts / "still_viz.py"
    assert slides_module.load_slide(path, ["N=5"])["TOP"] == 10.0
    assert slides_module.load_slide(path, ["TOP=1"])["TOP"] == 1.0
    assert slides_module.load_slide(path)["TOP"] == 6.0


MISTAKES = {
    ("stil",): "did you mean still?",
    ("still", "--set", "n=1"): "no constant n; did you mean N? this slide has N, SCALE, TOP",
    ("still", "--set", "N"): "--set needs NAME=VALUE, got 'N'",
    ("still", "--set", "N=1.5"): "--set N takes whole numbers, as N=3, got '1.5'",
    ("still", "--set", "N=0"): "with N=0: ZeroDivisionError: division by zero",
    ("still", "--save", "a.txt"): "must end in one of .png",
    ("still", "--save", "a.mp4"): "",
    ("still", "--save", "no/a.png"): "the folder no does not exist",
    ("--save", "a.png"): "need the NAME of a slide",
    ("--all",): "--all and --out DIR belong together",
    ("still", "--out", "a"): "--all and --out DIR belong together",
    ("still", "--all", "--out", "a"): "leave out NAME",
}


@pytest.mark.parametrize("arguments", MISTAKES, ids=" ".join)
def test_a_mistake_is_one_line_and_leaves_no_file(scripts, tmp_path, capsys, arguments):
    assert gallery(*arguments) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1 and MISTAKES[arguments] in message and "Traceback" not in message
    assert not list((tmp_path / "work").iterdir())


def test_movie_and_still(scripts):
    assert gallery("moving", "--save", "a.gif") == 0 and gallery("still", "--save", "b.gif") == 0
    with Image.open("a.gif") as moving, Image.open("b.gif") as still:
        assert moving.n_frames == slides_module.FRAMES and still.n_frames == 1
        assert moving.size == still.size == (1280, 720)


def test_all_on_one_page(scripts, tmp_path, capsys):
    broken = SCRIPT.format(title="Broken", label="x").replace("TOP]", "NAME]")
    (scripts / "broken_viz.py").write_text(broken)
    assert gallery("--all", "--out", "pages") == 2
    printed = capsys.readouterr()
    assert "broken: NameError: name 'NAME' is not defined\n" in printed.err
    assert "not made: broken" in printed.err
    out = tmp_path / "work" / "pages"
    page = (out / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'(?:href|src)="([^"]+)"', page)
    assert len(links) == 6 and all((out / link).is_file() for link in links)
    assert "A line &amp; its &lt;end&gt;." in page and page.index("A movie") < page.index("A still")
    with Image.open(out / "still.png") as full, Image.open(out / "thumbnails" / "still.png") as small:
        assert full.size == (1600, 900) and small.size == (480, 270)


def test_every_slide_of_the_project_has_a_caption():
    told = slides_module.find_slides()
    assert len(told) > 30 and all(slide.caption and slide.source for slide in told.values())
