"""Where black and white are, by one rule for files, arrays and data sets; measures refuse what is not in
their range."""

import warnings

import numpy as np
import pytest
from PIL import Image

from spikingnn.datasets import read_folder, read_pair, read_picture, resized
from spikingnn.encoding import PoissonEncoder, stimulus
from spikingnn.memory import (HopfieldAssembly, binarize, corrupt, cosine, identify, nearest_pattern,
                              overlap, psnr, ssim)
from spikingnn.training import Dense, Model, Preprocessing, Readout, Trainer, evaluate
from spikingnn.training.encode import Direct
from spikingnn.unsupervised import STDPClassifier


SHARES = np.linspace(0.0, 1.0, 64).reshape(8, 8)


def levels(white, kind):
    return np.rint(SHARES * white).astype(kind)


def by_stimulus(pixels, bits, _):
    return stimulus(pixels, bits=bits).reshape(8, 8)


def by_tiff(pixels, bits, folder):
    Image.fromarray(pixels).save(folder / "a.tif")
    return read_picture(folder / "a.tif", bits=bits)


def by_folder(pixels, bits, folder):
    Image.fromarray(pixels).save(folder / "a.tif")
    return read_folder(folder, 8, bits=bits).images[0]


def by_pair(pixels, bits, folder):
    np.savez(folder / "a.npz", x=pixels[None], y=[0])
    return read_pair(folder / "a.npz", bits=bits)[0][0]


READERS = [by_stimulus, by_tiff, by_folder, by_pair]
KINDS = {by_stimulus: ("u1", "u2", "i2", "i4", "u4", "i8"), by_tiff: ("u1", "u2", "i4"),
         by_folder: ("u1", "u2", "i4"),
         by_pair: ("u1", "u2", "i2", "i4", "u4", "i8")}
CASES = [(reader, kind) for reader in READERS for kind in KINDS[reader]]


def caught(call):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        return call(), [str(each.message) for each in said]


@pytest.mark.parametrize("reader, kind", CASES)
def test_white_of_the_type_is_white(reader, kind, tmp_path):
    white = 65_535 if kind == "u2" else 255
    found, said = caught(lambda: reader(levels(white, kind), None, tmp_path))
    assert np.allclose(found, levels(white, kind) / white, atol=1e-6) and said == []


@pytest.mark.parametrize("white", [1, 15, 1023, 4095, 16_383])
@pytest.mark.parametrize("reader, kind", CASES)
def test_far_below_white_is_said_and_bits_mend_it(reader, kind, white, tmp_path):
    if white > 255 and kind == "u1":
        return
    pixels, bits = levels(white, kind), white.bit_length()
    found, said = caught(lambda: reader(pixels, None, tmp_path))
    assert found.max() < 0.26 and len(said) == 1
    assert f"go up to {white} only, far below white" in said[0]
    assert f"bits={bits} would say that white is {white}" in said[0]
    found, said = caught(lambda: reader(pixels, bits, tmp_path))
    assert np.allclose(found, pixels / white, atol=1e-6) and said == []


@pytest.mark.parametrize("reader, kind", [case for case in CASES if case[1] not in ("u1", "u2")])
def test_a_type_without_a_white_of_its_own_says_what_is_taken(reader, kind, tmp_path):
    for most, white in ((250, 255), (30_000, 65_535)):
        found, said = caught(lambda: reader(levels(most, kind), None, tmp_path))
        assert found.max() == pytest.approx(most / white) and len(said) == 1
        assert f"no white of its own: {white} is taken" in said[0]


@pytest.mark.parametrize("reader, kind", CASES)
def test_levels_above_white_are_refused(reader, kind, tmp_path):
    with pytest.raises(ValueError, match="must be at most 7, the largest value of 3 bits, got 9"):
        reader(levels(9, kind), 3, tmp_path)
    with pytest.raises(ValueError, match="bits"):
        reader(levels(9, kind), 65, tmp_path)
    black, said = caught(lambda: reader(levels(0, kind), None, tmp_path))
    assert not black.any() and said == []


@pytest.mark.parametrize("reader", READERS)
def test_floats_are_levels_already(reader, tmp_path):
    found, said = caught(lambda: reader(SHARES.astype(np.float32), None, tmp_path))
    assert np.allclose(found, SHARES) and said == []
    for wrong in (SHARES * 255, SHARES - 0.1, SHARES * np.nan):
        with pytest.raises(ValueError, match=r"\b0(,| to) 1|none of its 1 pictures"):
            reader(wrong.astype(np.float32), None, tmp_path)
    with pytest.raises(ValueError, match="bits|integers"):
        reader(SHARES.astype(np.float32), 8, tmp_path)


def test_a_folder_warns_once(tmp_path):
    for k in range(5):
        Image.fromarray(levels(4095, "u2")).save(tmp_path / f"{k}.png")
    pictures, said = caught(lambda: read_folder(tmp_path, 8))
    assert len(said) == 1 and "0.png: its levels go up to 4095 only" in said[0]
    assert "and 4 pictures more" in said[0]
    assert read_folder(tmp_path, 8, bits=12).images.max() == 1.0


def test_resizing_takes_the_same_pictures():
    assert np.array_equal(resized(levels(255, "u1"), 4), resized(levels(255, "u1") / 255.0, 4))
    assert np.array_equal(resized(levels(255, "u1"), 8), levels(255, "u1") / 255.0)
    with pytest.raises(ValueError, match="from 0 to 1"):
        resized(SHARES * 255, 4)


# --- 0 to 255 where levels are meant ------------------------------------------------------------------------

def a_model():
    return Model([Dense(2), Readout()], shape=64, steps=2, seed=0)


PICTURES = levels(255, "u1").reshape(1, 64).repeat(4, axis=0)
TAKERS = {
    "an encoder": lambda x: PoissonEncoder().encode(x, 10.0, seed=0),
    "Trainer.fit": lambda x: Trainer(a_model(), epochs=1).fit(x, [0, 1, 0, 1], progress=False),
    "validation": lambda x: Trainer(a_model(), epochs=1).fit(PICTURES / 255.0, [0, 1, 0, 1], x, [0, 1, 0, 1],
                                                             progress=False),
    "evaluate": lambda x: evaluate(a_model(), x, [0, 1, 0, 1], Direct()),
    "STDPClassifier": lambda x: STDPClassifier(3).start(x),
    "a grey memory": lambda x: HopfieldAssembly(64, rule="dense", coding="gray").store(x[:1]),
    "binarize": binarize, "corrupt": lambda x: corrupt(x, flip=0.1, seed=0),
}


@pytest.mark.parametrize("kind", ["u1", "i8", "f4", "f8"])
@pytest.mark.parametrize("taker", TAKERS)
def test_levels_from_0_to_255_are_refused(taker, kind):
    with pytest.raises(ValueError, match="from 0 (.black. )?to 1"):
        TAKERS[taker](PICTURES.astype(kind))
    TAKERS[taker](PICTURES / 255.0)


def test_training_takes_values_around_zero():
    """Standardised values, as `Normalise` makes them, have no white."""
    x = np.random.default_rng(0).normal(size=(8, 64)) * 3
    Trainer(a_model(), epochs=1).fit(x, np.arange(8) % 2, progress=False)
    with pytest.raises(ValueError, match=r"Trainer.x must be .* got 0 to 16"):
        Trainer(a_model(), epochs=1).fit(levels(16, "i8").reshape(1, 64), [0])


def test_preprocessing_divides_by_white():
    x = PICTURES.reshape(4, 8, 8)
    assert np.array_equal(Preprocessing()(x), Preprocessing()(x / np.float32(255)))
    with pytest.raises(ValueError, match="Preprocessing: pictures must be from 0 to 1"):
        Preprocessing()(x.astype(float))


# --- measures -----------------------------------------------------------------------------------------------

BYTES = PICTURES[0]


@pytest.mark.parametrize("measure", [
    lambda x: overlap(x, x), lambda x: overlap(np.ones(64), x), lambda x: identify(x, np.ones((2, 64))),
    lambda x: nearest_pattern(np.ones((2, 64)), x), lambda x: psnr(x, x), lambda x: psnr(x / 255.0, x),
    lambda x: ssim(x.reshape(8, 8), x.reshape(8, 8)), lambda x: cosine(np.ones(64), x),
    lambda x: cosine(-1.0 * x, x / 255.0),
], ids=range(9))
@pytest.mark.parametrize("kind", ["u1", "f8"])
def test_measures_check_their_range(measure, kind):
    refused = r"must be (from 0 to 1|−1 or 1|levels from 0 to 1|zero or positive)"
    with pytest.raises(ValueError, match=refused):
        measure(BYTES.astype(kind))


def test_overlap_of_booleans_signs_and_the_unknown():
    signs = np.array([1, -1, 1, -1], np.int8)
    assert overlap(signs, signs > 0) == 1.0 and overlap(signs.astype(float), [1, -1, np.nan, 0]) == 0.5
    with pytest.warns(UserWarning, match="a zero is an unknown pixel, a dark one is −1"):
        assert overlap(signs, [1, 0, 1, 0]) == 0.5
    with pytest.raises(ValueError, match="overlap.stored must be −1 or 1, booleans"):
        overlap(signs, [0.5, 1, 1, 1])
