"""Black and white from grey levels; every corruption by its statistics; cues of pictures."""

import numpy as np
import pytest

from spikingnn.memory import binarize, corrupt, corrupt_images, threshold_levels


GREY = np.random.default_rng(0).random((6, 9))
EIGHT = [(0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)]


def random_patterns(count, n):
    return np.where(np.random.default_rng(0).random((count, n)) < 0.5, 1.0, -1.0)


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
    """The middle of a large picture is the Gaussian-weighted sum of what is around it; a flat picture stays
    flat."""
    picture, away = np.random.default_rng(1).random((41, 41)), np.arange(41) - 20
    along = np.exp(-away**2 / (2 * 1.5**2))
    wanted = np.sum(np.outer(along, along) * picture) / along.sum() ** 2
    assert corrupt(picture.ravel(), blur=1.5)[20 * 41 + 20] == pytest.approx(wanted, abs=2e-4)   # cut at 4 σ
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


# --- coding and corruption ----------------------------------------------------------------------------------

def test_thresholds_by_hand():
    picture = np.array([[0.0, 0.2, 0.2, 1.0]])
    assert threshold_levels(picture, "mean") == pytest.approx([0.35])
    assert binarize(picture, "median").tolist() == [[-1, -1, -1, 1]]
    assert binarize(np.array([[0.0, 1.0, 1.0]]), "median").tolist() == [[-1, 1, 1]]   # and not all black
    assert binarize(picture, "otsu").tolist() == [[-1, -1, -1, 1]]
    assert binarize(picture, 0.1).tolist() == [[-1, 1, 1, 1]]
    assert binarize(np.array([[0.5, 0.0, 0.0]]), "otsu").tolist() == [[1, -1, -1]]
    with pytest.warns(UserWarning, match="1 of 2 pictures are all black or all white"):
        binarize(np.array([[0.0, 1.0], [0.3, 0.3]]))


@pytest.mark.parametrize("images", [np.full((1, 4), 1.5), np.full((1, 4), -0.1), np.full((1, 4), np.nan),
                                    np.zeros(4), "picture", None])
def test_binarize_refuses(images):
    with pytest.raises((ValueError, TypeError), match="binarize.images must be"):
        binarize(images)


@pytest.mark.parametrize("threshold, match",
                         [("meen", "did you mean 'mean'"), (1.5, "from 0 to 1"), ([0.1, 0.2, 0.3], "shape"),
                          (np.nan, "finite")])
def test_binarize_refuses_thresholds(threshold, match):
    with pytest.raises((ValueError, TypeError), match=match):
        binarize(np.zeros((2, 4)), threshold)


@pytest.mark.parametrize("n, fraction", [(4096, 0.3), (10, 0.25), (7, 1.0), (5, 0.0)])
def test_the_exact_number_of_pixels_is_flipped(n, fraction):
    pattern = random_patterns(1, n)[0]
    assert np.sum(corrupt(pattern, flip=fraction, seed=1) != pattern) == round(fraction * n)


def test_corruptions_by_their_statistics():
    pattern = random_patterns(1, 10_000)[0]
    assert np.mean(corrupt(pattern, salt_pepper=0.4, seed=1) != pattern) == pytest.approx(0.2, abs=0.01)
    # Q(1)
    assert np.mean(corrupt(pattern, gaussian=0.5, seed=1) != pattern) == pytest.approx(0.1587, abs=0.01)
    hidden = np.flatnonzero(np.isnan(corrupt(pattern, occlude=0.25, seed=1)))
    assert hidden.size == 2500 and np.ptp(hidden) == 2499
    assert (corrupt(pattern, occlude=1.0, fill="black") == -1).all()
    assert (corrupt(pattern, occlude=1.0, fill="white") == 1).all()
    grey = np.full(10_000, 0.5)
    assert np.std(corrupt(grey, gaussian=0.1, seed=1)) == pytest.approx(0.1, abs=0.005)
    assert corrupt(grey, gaussian=5.0, seed=1).min() == 0.0
    assert np.isnan(corrupt(grey, occlude=0.5, seed=1)).sum() == 5000


def test_corruption_is_seeded_and_its_kinds_are_independent():
    patterns = random_patterns(2, 500)
    assert np.array_equal(corrupt(patterns, flip=0.3, seed=1), corrupt(patterns, flip=0.3, seed=1))
    assert not np.array_equal(corrupt(patterns, flip=0.3, seed=1), corrupt(patterns, flip=0.3, seed=2))
    both = corrupt(patterns, flip=0.3, occlude=0.2, seed=1)
    seen = ~np.isnan(both)
    assert np.array_equal(both[seen], corrupt(patterns, flip=0.3, seed=1)[seen])
    flipped = corrupt(patterns, flip=0.3, seed=1) != patterns
    assert not np.array_equal(flipped[0], flipped[1]) and np.array_equal(patterns, random_patterns(2, 500))


@pytest.mark.parametrize("options, match", [
    ({"flip": 1.1}, "corrupt.flip must be from 0 to 1, got 1.1"), ({"occlude": -0.1}, "corrupt.occlude"),
    ({"flip": "x"}, "corrupt.flip"),
    ({"salt_pepper": np.nan}, "corrupt.salt_pepper"), ({"gaussian": -1}, "corrupt.gaussian"),
    ({"fill": "blak"}, "did you mean 'black'")])
def test_corrupt_refuses(options, match):
    with pytest.raises((ValueError, TypeError), match=match):
        corrupt(random_patterns(1, 10)[0], **options)


@pytest.mark.parametrize("pattern", [np.array([2.0, 0.0]), np.array([-1.0, 0.5]), np.zeros((2, 2, 2)),
                                     np.array([]), "abc"])
def test_corrupt_refuses_patterns(pattern):
    with pytest.raises((ValueError, TypeError), match="corrupt.pattern"):
        corrupt(pattern)
