"""`spikingnn predict`: drawings answered by the bundled model and by one of `stdp`; what is said of the
rest."""

import json

import numpy as np
import pytest
from drawn import as_bytes, drawing, ink
from PIL import Image

import spikingnn.cli as cli
from spikingnn.datasets import fashion_mnist_sample, mnist_sample
from spikingnn.training.experiment import TrainingRun, read_settings
from spikingnn.unsupervised import STDPClassifier


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def save(name, levels):
    as_bytes(levels).save(name)
    return name


def asked(*arguments, code=0):
    assert cli.main(["predict", *map(str, arguments), "--json", "a.json"]) == code
    with open("a.json", encoding="utf-8") as file:
        return json.load(file)


def test_a_drawing_without_a_model(capsys):
    result = asked(save("seven.png", drawing(7, "off-centre")), save("three.png", drawing(3, "photograph")))
    assert [row["class"] for row in result["pictures"]] == ["7", "3"] and result["failed"] == 0
    assert min(row["probability"] for row in result["pictures"]) > 0.8
    shown = capsys.readouterr().out
    assert shown.startswith("model: mnist-256, bundled, after epoch ") and "held-out accuracy 98." in shown
    with Image.open("predict.png") as picture:
        assert picture.height > picture.width


def test_blank_pages_and_pictures_without_spikes_say_so(tmp_path, capsys):
    blank = save("blank.png", np.ones((90, 60)))
    result = asked(blank, save("one.png", drawing(1, "thick")))
    assert result["pictures"][0]["class"] is None and "blank" in result["pictures"][0]["remark"]
    assert result["pictures"][1]["class"] == "1" and result["pictures"][1]["remark"] is None
    assert "blank.png                 blank: nothing is drawn on it" in capsys.readouterr().out

    silent = TrainingRun(read_settings("mnist-sample", ["training.epochs=1"]))
    silent.model.parameters["0_Dense.weight"] = np.zeros_like(silent.model.parameters["0_Dense.weight"])
    silent.model.parameters["0_Dense.bias"] = np.zeros_like(silent.model.parameters["0_Dense.bias"])
    silent.trainer.save("silent.npz")
    row, = asked("one.png", "--model", "silent.npz")["pictures"]
    assert row["class"] is None and row["spikes"] == 0
    assert "no spikes: the picture evokes none, so there is no answer" in capsys.readouterr().out


def test_raw_and_inverted():
    """Without the step a small 4 in a corner is not in the central square at all."""
    corner = 1 - ink(4, height=50, width=5, shape=(200, 400), centre=(50, 50))
    name = save("four.png", corner)
    assert asked(name)["pictures"][0]["class"] == "4" == asked(name, "--invert")["pictures"][0]["class"]
    assert "blank" in asked(name, "--raw")["pictures"][0]["remark"]
    digit = mnist_sample()
    raw = asked(save("mnist.png", digit.x_test[0]), "--raw")["pictures"][0]
    assert raw["class"] == str(digit.y_test[0]) == asked("mnist.png")["pictures"][0]["class"]


@pytest.mark.parametrize("colour", [0, 255])
def test_ink_on_a_transparent_sheet(colour):
    picture = np.full((200, 200, 4), colour, np.uint8)
    picture[..., 3] = np.rint(255 * ink(2, width=9))
    Image.fromarray(picture).save("two.png")
    assert asked("two.png")["pictures"][0]["class"] == "2"


def test_many_pictures_fill_bands_and_pages(capsys):
    names = [save(f"{k}.png", drawing(k % 10, "inverted")) for k in range(10)]
    assert len(asked(*names)["pictures"]) == 10
    with Image.open("predict.png") as picture:
        one_page = picture.height
    asked(*names[:8], "--save", "eight.png")
    with Image.open("eight.png") as picture:
        assert one_page == pytest.approx(2 * picture.height, abs=2)
    result = asked(*(5 * names)[:43], "--save", "many.png")
    assert len(result["pictures"]) == 43 and "picture: many-2.png" in capsys.readouterr().out
    with Image.open("many.png") as first, Image.open("many-2.png") as second:
        assert first.height == pytest.approx(5 * second.height, abs=5)


def test_a_model_that_learned_without_labels(capsys):
    assert cli.main(["stdp", "--neurons", "50", "--passes", "1", "--seed", "2", "--model", "digits.npz"]) == 0
    drawn = [save(f"{k}.png", drawing(k, "small", hand=1)) for k in range(10)]
    result = asked("--model", "digits.npz", *drawn, save("blank.png", np.ones((50, 50))))
    rows = result["pictures"]
    assert sum(row["class"] == str(k) for k, row in enumerate(rows[:10])) >= 5 and rows[10]["class"] is None
    assert all(row["spikes"] > 0 and sum(row["probabilities"]) == pytest.approx(1) for row in rows[:10])
    assert "model: digits.npz, 50 neurons after 1,000 presentations" in capsys.readouterr().out
    kept, = STDPClassifier.load("digits.npz").preprocessing
    assert kept == {"kind": "centre_ink", "size": 28, "ink": 20, "stroke": 2.4}


def test_a_model_of_other_pictures_takes_the_square_as_it_is():
    clothes = fashion_mnist_sample()
    classifier = STDPClassifier(20, seed=1).fit(clothes.x_train[:100], clothes.y_train[:100])
    classifier.save("clothes.npz")
    assert classifier.preprocessing == []
    row, = asked("--model", "clothes.npz", save("dress.png", clothes.x_test[0]))["pictures"]
    assert row["class"] is not None


def test_models_that_cannot_be_asked(capsys):
    name = save("one.png", drawing(1, "thin"))
    classifier = STDPClassifier(4, seed=1)
    classifier.start(np.eye(4))
    classifier.save("early.npz")
    STDPClassifier(4, seed=1).fit(np.eye(5), np.arange(5)).save("five.npz")
    np.savez("other.npz", x=np.eye(2))
    for model, said in (("early.npz", "early.npz has no labels yet"),
                        ("five.npz", "5 inputs, which are no square picture"),
                        ("other.npz", "is no model of spikingnn"), ("none", "no such checkpoint")):
        assert cli.main(["predict", name, "--model", model]) == 2
        error = capsys.readouterr().err
        assert said in error and error.count("\n") == 1, error
