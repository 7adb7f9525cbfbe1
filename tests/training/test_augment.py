"""What stands between pictures and a model: augmentation, encodings and the order of mini-batches, none of
which has a state."""

import math

import numpy as np
import pytest

from spikingnn.datasets import mnist_sample
from spikingnn.training import Augment, Direct, Latency, Poisson, epoch_order, mini_batches


DIGITS = mnist_sample().x_train[:20].astype(np.float32)
COLOUR = np.random.default_rng(0).random((20, 12, 9, 3), dtype=np.float32)
FULL = Augment(shift=2.0, rotation=15.0, scale=0.2, elastic=1.5, flip=True, thickness=0.8)


# --- augmentation -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("images", [DIGITS, DIGITS.astype(np.float64), COLOUR, COLOUR[..., :1]])
def test_without_any_change_pictures_stay_as_they_are(images):
    warped = Augment(shift=0, rotation=0, scale=0)(images, key=1)
    assert np.array_equal(warped, images) and warped.dtype == images.dtype
    assert not np.shares_memory(warped, images)


def test_any_partition_gives_the_same_bits():
    whole = FULL(DIGITS, 7)
    assert np.array_equal(whole, FULL(DIGITS, 7)) and not np.array_equal(whole, FULL(DIGITS, 8))
    some = np.array([13, 2, 5])
    assert np.array_equal(FULL(DIGITS[some], 7, samples=some), whole[some])
    assert not np.array_equal(FULL(DIGITS[:1].repeat(2, axis=0), 7)[0],
                              FULL(DIGITS[:1].repeat(2, axis=0), 7)[1])


def test_levels_stay_within_those_of_the_picture():
    """An encoding refuses what is above 1, be it by the last bit."""
    for dtype in (np.float32, np.float64):
        images = np.random.default_rng(1).random((50, 28, 28)).astype(dtype)
        images[::2] = images[::2] > 0.5
        warped = FULL(images, 3)
        assert warped.min() >= images.min() and warped.max() <= images.max()


def test_each_channel_is_moved_alike():
    grey = Augment(elastic=1.0)(COLOUR[..., 1], 3)
    assert np.array_equal(Augment(elastic=1.0)(COLOUR, 3)[..., 1], grey)


def test_strokes_become_thicker_or_thinner():
    bar = np.zeros((2000, 9, 9), np.float32)
    bar[:, 3:6] = 1                                         # three pixels wide, across the picture
    widths = Augment(shift=0, rotation=0, scale=0, thickness=0.5)(bar, 1)[:, :, 4].sum(axis=1)
    assert widths.min() == pytest.approx(2, abs=0.01) and widths.max() == pytest.approx(4, abs=0.01)
    assert widths.mean() == pytest.approx(3, abs=0.05)
    assert widths.std() == pytest.approx(2 / math.sqrt(12), rel=0.05)
    with pytest.raises(ValueError, match="Augment.thickness must be at most 1"):
        Augment(thickness=1.5)


def test_half_of_the_pictures_are_mirrored():
    images = COLOUR[:1].repeat(400, axis=0)
    mirrored = Augment(shift=0, rotation=0, scale=0, flip=True)(images, 1)
    same = np.isclose(mirrored, images, atol=1e-6).all(axis=(1, 2, 3))
    assert np.allclose(mirrored[~same], images[~same][:, :, ::-1], atol=1e-6) and 150 < same.sum() < 250


def centre(images):
    """(B, 2): the centre of mass of each picture, y and x."""
    y, x = np.mgrid[:images.shape[1], :images.shape[2]]
    mass = images.sum(axis=(1, 2))
    return np.stack([(images * y).sum(axis=(1, 2)), (images * x).sum(axis=(1, 2))], axis=1) / mass[:, None]


def test_shifts_are_uniform_within_their_bound():
    blob = np.exp(-((np.mgrid[:33, :33] - 16) ** 2).sum(axis=0) / 8)[None].repeat(1000, axis=0)
    moved = centre(Augment(shift=3.0, rotation=0, scale=0)(blob, 5)) - 16
    assert np.abs(moved).max() <= 3.001 and moved.mean(axis=0) == pytest.approx([0, 0], abs=0.2)
    assert moved.std(axis=0) == pytest.approx(2 * 3 / math.sqrt(12), abs=0.1)
    assert abs(np.corrcoef(moved.T)[0, 1]) < 0.1


def test_turning_and_scaling_are_about_the_centre():
    y, x = np.mgrid[:41, :41] - 20.0
    spot = np.exp(-((y / 2) ** 2 + ((x - 12) / 2) ** 2))[None].repeat(300, axis=0)
    y, x = (centre(Augment(shift=0, rotation=30.0, scale=0)(spot, 2)) - 20).T
    angle = np.degrees(np.arctan2(y, x))
    assert np.abs(angle).max() <= 30.1 and angle.std() == pytest.approx(60 / math.sqrt(12), abs=2)
    assert np.hypot(y, x) == pytest.approx(np.full(300, 12.0), abs=0.05)
    y, x = (centre(Augment(shift=0, rotation=0, scale=0.25)(spot, 2)) - 20).T
    assert y == pytest.approx(np.zeros(300), abs=1e-6) and 12 / 1.26 < x.min() < 10
    assert 14 < x.max() < 12 / 0.74


def test_the_elastic_field_is_bounded_and_bends():
    ramp = np.broadcast_to(np.arange(29.0), (50, 29, 29)).copy()
    moved = Augment(shift=0, rotation=0, scale=0, elastic=2.0)(ramp, 4) - ramp
    assert np.abs(moved).max() <= 2.0 and moved[:, 7:-7, 7:-7].std(axis=(1, 2)).min() > 0.1
    nodes = moved[:, 14, 14]                # at a node of the grid, far from any edge: the node's own number
    assert nodes.std() == pytest.approx(4 / math.sqrt(12), abs=0.3)
    assert np.abs(np.diff(moved[:, :, 7:15], n=2, axis=2)).max() < 1e-9   # linear between the nodes


@pytest.mark.parametrize("options, error, match", [
    ({"shift": -1}, ValueError, "Augment.shift must be zero or positive"),
    ({"rotation": "x"}, TypeError, "Augment.rotation must be a number"),
    ({"scale": 1.0}, ValueError, "Augment.scale must be below 1"),
    ({"elastic": math.nan}, ValueError, "Augment.elastic"),
    ({"flip": 1}, TypeError, "Augment.flip must be true or false"),
])
def test_options_that_are_refused(options, error, match):
    with pytest.raises(error, match=match):
        Augment(**options)


def test_pictures_that_are_refused():
    for images in (DIGITS[0], DIGITS.astype(np.uint8), DIGITS[..., None, None]):
        with pytest.raises(ValueError, match="Augment: images must be finite floats of shape"):
            FULL(images, 0)
    with pytest.raises(ValueError, match="Augment.samples must .* have shape"):
        FULL(DIGITS, 0, samples=np.arange(3))


# --- encodings ----------------------------------------------------------------------------------------------

def test_direct_current_is_constant_in_time():
    assert np.array_equal(Direct()(DIGITS, 25), DIGITS[None]) and Direct()(DIGITS, 25).dtype == np.float32
    doubled = Direct(gain=2.0)(COLOUR, 4)
    assert np.array_equal(doubled[0], 2 * COLOUR) and doubled.dtype == np.float32


def test_poisson_spikes_come_with_their_probability():
    levels = np.linspace(0, 1, 11).repeat(20)[None].repeat(16, axis=0)
    spikes = Poisson(rate=0.5)(levels, 100, key=3, samples=np.arange(16))
    assert spikes.shape == (100, 16, 220) and spikes.dtype == bool
    count = spikes.reshape(100, 16, 11, 20).sum(axis=(0, 1, 3))
    p = 0.5 * np.linspace(0, 1, 11)
    assert (np.abs(count - 32_000 * p) <= 4 * np.sqrt(32_000 * p * (1 - p))).all() and count[0] == 0
    assert Poisson()(np.ones((2, 5)), 10).all()
    flat = spikes[:, :, 200:].reshape(100, -1).astype(float)
    assert abs(np.mean((flat[1:] - 0.5) * (flat[:-1] - 0.5))) < 0.005
    assert abs(np.mean((flat[:, 1:] - 0.5) * (flat[:, :-1] - 0.5))) < 0.005


def test_an_answer_does_not_depend_on_who_else_asks():
    x = DIGITS.reshape(20, -1)
    spikes = Poisson()(x, 12, key=5)
    assert np.array_equal(spikes[:, ::-1], Poisson()(x[::-1], 12, key=5))
    assert np.array_equal(spikes[:, 3:4], Poisson()(x[3:4], 12, key=5))
    assert not np.array_equal(spikes, Poisson()(x, 12, key=6))
    assert np.array_equal(spikes.reshape(12, 20, 28, 28), Poisson()(DIGITS, 12, key=5))


def test_in_training_each_sample_has_its_own_spikes():
    x = np.full((6, 300), 0.5, np.float32)
    spikes = Poisson()(x, 10, key=5, samples=np.array([4, 4, 9, 0, 1, 2]))
    assert np.array_equal(spikes[:, 0], spikes[:, 1])
    assert len({spikes[:, b].tobytes() for b in range(6)}) == 5
    assert np.array_equal(spikes[:, 2:3], Poisson()(x[:1], 10, key=5, samples=[9]))


def test_the_brighter_the_earlier():
    levels = np.array([[0.0, 1e-6, 0.12, 0.13, 0.5, 1.0]])
    spikes = Latency()(levels, 5)
    assert spikes.shape == (5, 1, 6) and spikes.sum(axis=0)[0].tolist() == [0, 1, 1, 1, 1, 1]
    assert spikes.argmax(axis=0)[0, 1:].tolist() == [4, 4, 3, 2, 0]
    assert np.array_equal(Latency()(DIGITS, 1), DIGITS[None] > 0)


def test_values_that_spikes_cannot_show():
    for x in (np.full((1, 2), 1.5), np.full((1, 2), -0.1), np.full((1, 2), np.nan)):
        for encoding in (Poisson(), Latency()):
            with pytest.raises(ValueError, match="spikes encode values from 0 to 1"):
                encoding(x, 5)
    with pytest.raises(ValueError, match="Poisson.rate must be from 0 to 1"):
        Poisson(rate=2.0)
    with pytest.raises(ValueError, match="encoding.steps must be a whole number of at least 1"):
        Latency()(np.zeros((1, 2)), 0)


# --- mini-batches -------------------------------------------------------------------------------------------

def test_an_epoch_has_each_sample_once():
    epoch = mini_batches(1000, 128, seed=0, epoch=3)
    assert [len(batch) for batch in epoch] == [128] * 7 + [104]
    assert sorted(np.concatenate(epoch)) == list(range(1000))
    assert np.array_equal(np.concatenate(epoch), epoch_order(1000, 0, 3))


def test_the_order_follows_from_seed_and_epoch():
    assert np.array_equal(epoch_order(1000, 1, 2), epoch_order(1000, 1, 2))
    assert len({epoch_order(1000, seed, epoch).tobytes() for seed in range(3) for epoch in range(3)}) == 9
    places = np.array([epoch_order(10, seed, 0) for seed in range(2000)])
    counts = np.array([np.bincount(places[:, k], minlength=10) for k in range(10)])
    assert ((counts - 200) ** 2 / 200).sum() < 135             # χ² of 81 degrees of freedom: p > 1e-4
    assert mini_batches(5, 128, 0, 0)[0].size == 5
    with pytest.raises(ValueError, match="batches.size must be a whole number of at least 1"):
        mini_batches(5, 0, 0, 0)
