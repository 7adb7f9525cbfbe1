"""Blur, shifts and erased lines; what `corrupt` takes as the shape of a picture; cues of pictures."""

import numpy as np
import pytest

from spikingnn.memory import corrupt, corrupt_images


GREY = np.random.default_rng(0).random((6, 9))
EIGHT = [(0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)]


@pytest.mark.parametrize("seed", range(6))
def test_a_shift_goes_to_one_of_eight_sides(seed):
    moved = corrupt(GREY.ravel(), shift=2, shape=GREY.shape, seed=seed).reshape(GREY.shape)
    padded = np.pad(GREY, 2, constant_values=np.nan)
    sides = [padded[2 - 2 * down:8 - 2 * down, 2 - 2 * right:11 - 2 * right] for down, right in EIGHT]
    assert sum(np.array_equal(moved, side, equal_nan=True) for side in sides) == 1


def test_all_eight_sides_are_drawn():
    moved = corrupt(np.tile(GREY.ravel(), (200, 1)), shift=1, shape=GREY.shape, seed=0)
    assert len({row.tobytes() for row in moved}) == 8


@pytest.mark.parametrize("fill, level", [("silent", np.nan), ("black", 0.0), ("white", 1.0)])
def test_lines_are_whole_rows(fill, level):
    lined = corrupt(GREY.ravel(), lines=0.5, fill=fill, shape=GREY.shape, seed=1).reshape(GREY.shape)
    gone = [row for row in range(6) if not np.array_equal(lined[row], GREY[row])]
    assert len(gone) == 3 and np.array_equal(lined[gone], np.full((3, 9), level), equal_nan=True)


def test_blur_by_its_definition():
    """The middle of a large picture is the Gaussian-weighted sum of what is around it; a flat picture stays flat."""
    picture, away = np.random.default_rng(1).random((41, 41)), np.arange(41) - 20
    along = np.exp(-away**2 / (2 * 1.5**2))
    wanted = np.sum(np.outer(along, along) * picture) / along.sum() ** 2
    assert corrupt(picture.ravel(), blur=1.5)[20 * 41 + 20] == pytest.approx(wanted, abs=2e-4)           # cut at 4 σ
    assert corrupt(np.full(49, 0.3), blur=2.0) == pytest.approx(np.full(49, 0.3))
    binary = corrupt(np.where(picture.ravel() > 0.5, 1.0, -1.0), blur=1.0)
    assert set(np.unique(binary)) == {-1.0, 1.0}


def test_new_kinds_do_not_move_the_others():
    plain = corrupt(GREY.ravel(), flip=0.3, salt_pepper=0.2, seed=2)
    lined = corrupt(GREY.ravel(), flip=0.3, salt_pepper=0.2, lines=0.34, shape=GREY.shape, seed=2)
    seen = ~np.isnan(lined)
    assert seen.sum() == 36 and np.array_equal(lined[seen], plain[seen])


@pytest.mark.parametrize("shape", [None, (8, 8), (6,), 54, "ab", (-6, -9), (0, 9), (6.0, 9.0), (3, 3, 6)])
def test_shapes_that_are_refused(shape):
    with pytest.raises((ValueError, TypeError), match="corrupt.shape must be"):
        corrupt(GREY.ravel(), lines=0.5, shape=shape)


def test_a_white_picture_takes_noise():
    with pytest.warns(UserWarning, match="all black or all white"):
        assert corrupt_images(np.ones((1, 5, 5)), gaussian=0.5, seed=0).shape == (1, 25)
