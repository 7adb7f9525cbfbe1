"""Digits that people draw: the paper goes, the ink is scaled and centred, and the bundled model reads it."""

import numpy as np
import pytest
from drawn import STYLES, drawing, forty, ink, photographed

from spikingnn.datasets import mnist_sample
from spikingnn.datasets.bundled import bundled_file
from spikingnn.training import CentreInk, Invert, Preprocessing
from spikingnn.training.checkpoint import read_checkpoint
from spikingnn.training.experiment import (InferencePreprocessor, load_for_inference, read_settings)


@pytest.fixture(scope="module")
def bundled():
    return load_for_inference()


def answers(model, levels):
    return model.answer(model.preprocess(levels))[0].argmax(axis=1)


def prepared(levels, **options):
    return CentreInk(**options)(np.asarray(levels, np.float32)[None])[0]


def share_of_ink_in_common(a, b):
    return np.minimum(a, b).sum() / np.maximum(a, b).sum()


# --- the bar ------------------------------------------------------------------------------------------------

def test_forty_drawings_in_eight_styles(bundled):
    digits, styles, levels = zip(*forty())
    assert len(digits) == 40 and [styles.count(style) for style in STYLES] == [5] * 8
    found = answers(bundled, list(levels))
    assert np.mean(found == np.array(digits)) >= 0.95, [
        each for each in zip(digits, found.tolist(), styles) if each[0] != each[1]]


@pytest.mark.parametrize("style", STYLES)
def test_other_hands_with_a_tremor(bundled, style):
    """Strokes that nothing was chosen by: each style with its own draw of points around the forty's."""
    digits, hands = np.divmod(np.arange(20), 2)
    seed = 50 + STYLES.index(style)
    levels = [drawing(d, style, hand, seed, wobble=0.02) for d, hand in zip(digits, hands)]
    assert np.mean(answers(bundled, levels) == digits) >= 0.9


STRANGE = {
    "narrow sheet": lambda d: 1 - ink(d, width=9, shape=(160, 700), centre=(560, 80)),
    "cropped to the ink": lambda d: 1 - trimmed(ink(d, width=12)),
    "broad pen, cropped": lambda d: 1 - trimmed(ink(d, width=20)),
    "low resolution": lambda d: 1 - ink(d, height=20, width=2.2, shape=(28, 28)),
    "light from one side": lambda d: np.linspace(0.2, 0.95, 200) * (1 - 0.7 * ink(d)),
    "squared paper": lambda d: np.minimum(squares(), 1 - 0.85 * ink(d)),
    "a page on a dark table": lambda d: np.pad(0.9 - 0.7 * ink(d), 40, constant_values=0.2),
    "a dark edge": lambda d: np.concatenate([np.full((200, 14), 0.1), 1 - ink(d)], axis=1),
    "pencil": lambda d: 0.85 - 0.12 * ink(d) + noise(d, 0.01),
    "noise": lambda d: np.clip(0.7 - 0.4 * ink(d) + noise(d, 0.1), 0, 1),
    "chalk": lambda d: np.linspace(0.1, 0.2, 200) + 0.6 * ink(d),
}


def trimmed(drawn):
    rows, columns = (np.flatnonzero(drawn.any(axis=axis)) for axis in (1, 0))
    return drawn[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]


def noise(seed, size):
    return size * np.random.default_rng(seed).standard_normal((200, 200))


def squares():
    lines = 1 - 0.25 * (np.arange(200) % 25 == 0)
    return np.minimum(lines, lines[:, None])


@pytest.mark.parametrize("kind", STRANGE)
def test_paper_pens_and_cameras(bundled, kind):
    found = answers(bundled, [STRANGE[kind](d) for d in range(10)])
    assert np.sum(found == np.arange(10)) >= 9, found


# --- the step -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("digit", range(10))
def test_the_frame_of_mnist(digit):
    """The longer side has twenty pixels and the centre of mass is in the middle, to a pixel's half."""
    frame = prepared(drawing(digit, "off-centre", hand=1))
    rows, columns = (np.flatnonzero(frame.any(axis=axis)) for axis in (1, 0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    y, x = (frame.sum(axis=axis) @ np.arange(28) / frame.sum() for axis in (1, 0))
    assert abs(y - 14) <= 0.51 and abs(x - 14) <= 0.51
    assert frame.max() > 0.95 and frame.min() == 0


@pytest.mark.parametrize("digit", [2, 5, 8])
def test_place_size_ink_and_paper_make_no_difference(digit):
    plain = prepared(1 - ink(digit, width=9))
    same = [ink(digit, width=9), 0.6 - 0.3 * ink(digit, width=9), 0.2 + 0.5 * ink(digit, width=9),
            1 - ink(digit, width=9, shape=(300, 420), centre=(330, 200)),
            1 - ink(digit, height=260, width=18, shape=(400, 400))]
    for levels in same:
        assert share_of_ink_in_common(prepared(levels), plain) > 0.9


def test_what_is_prepared_stays_as_it_is():
    digits = mnist_sample().x_test.astype(np.float32)
    once = CentreInk()(digits)
    assert np.mean((once == digits).all(axis=(1, 2))) >= 0.99
    assert share_of_ink_in_common(once, digits) > 0.99
    assert np.array_equal(CentreInk()(once), once)
    drawn = CentreInk()(np.stack([1 - ink(d, width=9) for d in range(10)]).astype(np.float32))
    assert share_of_ink_in_common(CentreInk()(drawn), drawn) > 0.9


def test_thin_strokes_are_widened():
    hair, pen = (prepared(1 - ink(4, height=150, width=width)) for width in (1.0, 17.0))
    assert hair.max() > 0.95 and 0.7 < hair.sum() / pen.sum() < 1.3
    assert prepared(1 - ink(4, height=150, width=1.0), stroke=0.0).sum() < 0.6 * hair.sum()


BLANK = {
    "white": np.ones((60, 80)), "black": np.zeros((60, 80)), "a pixel": np.full((1, 1), 0.5),
    "a line of pixels": np.full((1, 50), 0.5), "noise": np.clip(0.7 + noise(0, 0.05), 0, 1),
    "light from one side": np.linspace(0.2, 0.9, 300) * np.ones((200, 1)),
    "an empty page on a table": np.pad(np.full((100, 150), 0.9), 30, constant_values=0.1),
    "photograph": photographed(np.zeros((300, 400)), 3)}


@pytest.mark.parametrize("page", BLANK)
def test_a_blank_page_is_black(page):
    assert prepared(BLANK[page]).max() == 0


def test_colours_and_other_sizes():
    red = np.ones((1, 200, 200, 3), np.float32)
    red[..., 1:] -= ink(3, width=9)[None, ..., None]
    assert share_of_ink_in_common(CentreInk()(red)[0], prepared(1 - ink(3, width=9))) > 0.95
    assert prepared(1 - ink(3), size=16, ink=12).shape == (16, 16)
    for wrong in ({"size": 2}, {"ink": 30}, {"stroke": -1.0}, {"size": 2.5}):
        with pytest.raises((ValueError, TypeError), match="CentreInk"):
            CentreInk(**wrong)


# --- the models that have it --------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["mnist", "mnist-256", "mnist-cnn", "mnist-sample"])
def test_configurations_of_mnist_have_the_step(name):
    assert read_settings(name).data.preprocessing == [CentreInk()]


def test_raw_takes_the_central_square():
    settings = read_settings("mnist-256")
    wide = 1 - ink(3, shape=(200, 400))
    raw = InferencePreprocessor(settings, (28, 28), raw=True)
    assert raw.steps.to_list() == [] and raw([wide])[0].min() < 0.2 and raw([wide])[0][0, 0] == 1
    sizes = [wide, ink(3), np.ones((40, 30, 3))]
    assert InferencePreprocessor(settings, (28, 28))(sizes).shape == (3, 28, 28) == raw(sizes).shape
    expected = Preprocessing([Invert(), CentreInk()])(1 - wide[None])
    assert np.array_equal(InferencePreprocessor(settings, (28, 28))(sizes)[:1], expected)


def test_the_bundled_model(bundled):
    with bundled_file("mnist-256.npz").open("rb") as file:
        assert file.seek(0, 2) <= 1_000_000
    header, arrays = read_checkpoint(str(bundled_file("mnist-256.npz")))
    assert {name.split(".")[0] for name in arrays} == {"parameter"}
    assert header["settings"]["data"]["source"] is None
    assert bundled.preprocess.steps.steps == [CentreInk()] and "held-out accuracy 98." in bundled.source
    digits = mnist_sample()
    assert np.mean(answers(bundled, digits.x_test) == digits.y_test) >= 0.97
