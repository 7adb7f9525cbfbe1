"""Steps of preprocessing: each against its definition, alike for one picture and for many, and every wrong
option."""

import json

import numpy as np
import pytest
import yaml

from spikingnn.datasets import load, photographs
from spikingnn.training import (PREPROCESSING_STEPS, CentreInk, Contrast, Crop, Grey, Invert, LocalContrast,
                                Normalise, Preprocessing, Resize, Threshold)


RNG = np.random.default_rng(0)
GREY = RNG.random((5, 20, 30), dtype=np.float32)
COLOUR = RNG.random((5, 20, 30, 3), dtype=np.float32)
EVERY = [CentreInk(), CentreInk(20, 16, 0.0), Grey(), Invert(), Crop(10), Resize(16), Contrast(),
         LocalContrast(), Normalise(),
         Normalise(0.5, 0.2), Threshold(), Threshold("mean")]


def test_every_step_is_in_the_list():
    assert {type(step) for step in EVERY} == set(PREPROCESSING_STEPS.values())


@pytest.mark.parametrize("step", EVERY, ids=repr)
@pytest.mark.parametrize("x", [GREY, COLOUR], ids=["grey", "colour"])
def test_each_picture_by_itself(step, x):
    before, preprocessing = x.copy(), Preprocessing([step])
    many = preprocessing(x)
    assert many.dtype == np.float32 and many.flags.c_contiguous and np.isfinite(many).all()
    assert np.array_equal(x, before)
    for k in range(5):
        assert np.array_equal(preprocessing(x[k:k + 1])[0], many[k])
    flat = preprocessing(np.full_like(x, 0.25))
    assert np.isfinite(flat).all() and np.ptp(flat) < 1e-6


@pytest.mark.parametrize("step", EVERY, ids=repr)
def test_saved_and_read_again(step):
    listed = Preprocessing([step]).to_list()
    assert Preprocessing.from_list(json.loads(json.dumps(listed))).to_list() == listed
    assert np.array_equal(Preprocessing.from_list(yaml.safe_load(yaml.safe_dump(listed)))(GREY),
                          Preprocessing([step])(GREY))


def test_many_pictures_go_in_parts():
    x = RNG.random((2500, 6, 6), dtype=np.float32)
    assert np.array_equal(Preprocessing([Contrast()])(x), Contrast()(x))
    assert np.array_equal(Preprocessing()(x), x)


def test_grey_is_the_luma():
    assert Grey()(COLOUR) == pytest.approx(COLOUR @ [0.299, 0.587, 0.114], abs=1e-6) and Grey()(GREY) is GREY
    with pytest.raises(ValueError, match="grey or of three channels, got 2"):
        Grey()(COLOUR[..., :2])


def test_crop_and_invert():
    assert np.array_equal(Crop(10)(GREY), GREY[:, 5:15, 10:20]) and Crop(9)(COLOUR).shape == (5, 9, 9, 3)
    assert np.array_equal(Invert()(GREY), 1 - GREY)
    with pytest.raises(ValueError, match="pictures of 20 × 30 have no square of 21; resize enlarges them"):
        Crop(21)(GREY)


def test_resize_takes_the_middle_square():
    ramp = np.broadcast_to(np.linspace(0, 1, 60, dtype=np.float32), (2, 20, 60))
    resized = Resize(10)(ramp)
    assert resized.shape == (2, 10, 10) and resized.mean() == pytest.approx(0.5, abs=1e-3)
    assert resized[0, 5] == pytest.approx(ramp[0, 0, 20:40].reshape(10, 2).mean(axis=1), abs=1e-2)
    assert Resize(8)(COLOUR).shape == (5, 8, 8, 3) and Resize(20)(GREY[:, :, :20]).base is not None
    with pytest.raises(ValueError, match="Resize: levels must be from 0 to 1"):
        Resize(8)(GREY - 0.5)


def test_contrast_stretches_between_percentiles():
    dark = 0.1 + 0.05 * GREY
    low, high = np.percentile(dark[0], (2, 90))
    assert Contrast(2, 90)(dark)[0] == pytest.approx(np.clip((dark[0] - low) / (high - low), 0, 1), abs=1e-5)
    assert Contrast()(0.01 * COLOUR) == pytest.approx(Contrast()(COLOUR), abs=1e-4)


def test_local_contrast_takes_the_light_away():
    picture = photographs().images[:1].astype(np.float32)
    shade = np.linspace(0.05, 1.0, 64, dtype=np.float32)
    shaded = 0.5 * picture * shade + 0.2
    assert LocalContrast()(0.1 * picture) == pytest.approx(LocalContrast()(picture), abs=1e-4)
    assert np.abs(LocalContrast()(shaded) - LocalContrast()(picture)).mean() < 0.3 * np.abs(shaded
                                                                                            - picture).mean()
    spot = np.zeros((1, 21, 21), np.float32)
    spot[0, 10, 10] = 1.0
    assert LocalContrast()(spot)[0, 10, 10] == 1.0
    assert LocalContrast()(spot)[0, 0, 0] == pytest.approx(0.5, abs=0.05)


def test_normalised_pictures():
    own = Normalise()(COLOUR).reshape(5, -1)
    assert own.mean(axis=1) == pytest.approx(np.zeros(5), abs=1e-6)
    assert own.std(axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    fixed = Normalise([0.1, 0.2, 0.3], [1.0, 2.0, 4.0])
    assert fixed(COLOUR) == pytest.approx((COLOUR - [0.1, 0.2, 0.3]) / [1.0, 2.0, 4.0], abs=1e-6)
    with pytest.raises(ValueError, match="Normalise.mean must be one number, or one for each channel"):
        fixed(GREY)


def test_thresholds():
    assert np.array_equal(Threshold(0.3)(GREY), GREY > 0.3)
    assert np.array_equal(Threshold("mean")(GREY)[1], GREY[1] > GREY[1].mean())


@pytest.mark.parametrize("step, error, match", [
    (lambda: Crop(0), ValueError, "Crop.size must be a whole number of at least 1"),
    (lambda: Resize(2.5), TypeError, "Resize.size must be"),
    (lambda: Contrast(50, 50), ValueError, "Contrast.low must be below high"),
    (lambda: Contrast(1, 101), ValueError, "at most 100"),
    (lambda: LocalContrast(0), ValueError, "LocalContrast.radius must be positive"),
    (lambda: Threshold("median"), ValueError, "'mean'"),
    (lambda: Normalise(mean=0.5), ValueError, "Normalise.std must be given together"),
    (lambda: Normalise(0.5, 0.0), ValueError, "positive"),
    (lambda: Preprocessing(["resize"]), TypeError, "Preprocessing.steps must be a list of steps such as"),
    (lambda: Preprocessing.from_list(["resize"]), TypeError,
     "must be a list of steps such as {'kind': 'resize'"),
    (lambda: Preprocessing.from_list([{"kind": "resise"}]), ValueError, "did you mean 'resize'"),
    (lambda: Preprocessing.from_list([{"size": 28}]), ValueError,
     "Preprocessing.kind must be one of 'centre_ink'"),
    (lambda: Preprocessing.from_list([{"kind": "resize", "sise": 28}]), ValueError, "did you mean 'size'"),
    (lambda: Preprocessing.from_list([{"kind": "resize"}]), ValueError, "missing 1 required .* 'size'"),
    (lambda: Preprocessing.from_list([{"kind": "resize", "size": "28"}]), ValueError,
     "Resize.size must be a whole number"),
])
def test_steps_that_are_refused(step, error, match):
    with pytest.raises(error, match=match):
        step()


@pytest.mark.parametrize("x", [GREY[0], np.zeros((0, 4, 4)), np.zeros((1, 2, 3, 4, 5))])
def test_pictures_that_are_refused(x):
    with pytest.raises(ValueError, match="Preprocessing: pictures must have the shape"):
        Preprocessing()(x)


def test_dark_signs_are_told_apart_better(data_home):
    """The nearest neighbour among signs of other tracks, before and after: what the step is for."""
    data = load("gtsrb", data_home)
    x, y, x_test, y_test = data.x_train[::10], data.y_train[::10], data.x_test[::20], data.y_test[::20]

    def nearest(step):
        known, unknown = (Preprocessing(step)(each).reshape(len(each), -1) for each in (x, x_test))
        return np.mean(y[((known ** 2).sum(axis=1) - 2 * unknown @ known.T).argmin(axis=1)] == y_test)

    assert nearest([LocalContrast()]) > nearest([]) + 0.1 and nearest([Contrast()]) > nearest([]) + 0.05
