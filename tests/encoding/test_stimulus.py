"""Pictures of any size, colour and bit depth as stimuli."""

import numpy as np
import pytest

from spikingnn import PoissonEncoder
from spikingnn.encoding import stimulus


GREYS = np.arange(256) / 255.0


def test_pictures_of_any_depth():
    ramp = np.arange(256, dtype=np.uint8).reshape(8, 32)
    assert np.array_equal(stimulus(ramp), GREYS)
    assert np.array_equal(stimulus(ramp.astype(np.uint16) * 257), GREYS)
    assert np.array_equal(stimulus(np.array([[0, 4095]], dtype=np.uint16), bits=12), [0.0, 1.0])
    assert np.array_equal(stimulus(ramp > 127), GREYS > 0.5)
    assert np.array_equal(stimulus((ramp / 255.0).astype(np.float32)),
                          (ramp.ravel() / 255.0).astype(np.float32))


def test_colour_pictures():
    picture = np.zeros((3, 5, 3), dtype=np.uint8)
    picture[1, 2] = 255, 0, 51
    flat = stimulus(picture)
    assert flat.shape == (45,) and flat[3 * (5 + 2):3 * (5 + 2) + 3].tolist() == [1.0, 0.0, 0.2]
    assert flat.sum() == 1.2
    grey = stimulus(picture, grey=True)
    assert grey.shape == (15,) and np.isclose(grey[7], 0.299 + 0.114 * 0.2)
    assert stimulus(np.full((2, 2, 3), 255, np.uint8), grey=True).max() <= 1.0
    assert PoissonEncoder().encode(flat, 100.0, seed=0).n == 45


@pytest.mark.parametrize("picture, options, error, message", [
    (np.array([[0.1, np.nan]]), {}, ValueError, "stimulus.picture must be .* finite"),
    (np.array([[0.1, 1.5]]), {}, ValueError, "stimulus.picture must be from 0 to 1"),
    (np.array([[-0.1, 0.5]]), {}, ValueError, "stimulus.picture must be from 0 to 1"),
    (np.array([[1j, 2]]), {}, TypeError, "stimulus.picture must be an array of booleans, integers or floats"),
    (np.array([[-1, 2]]), {}, ValueError, "stimulus.picture must be zero .black. or positive, got -1"),
    (np.ma.array([[0.1, 0.5]], mask=[[0, 1]]), {}, ValueError, "stimulus.picture must be .* without masked"),
    (np.array([["a", "b"]]), {}, TypeError, "stimulus.picture"),
    (np.zeros(5), {}, ValueError, r"of shape \(height, width\)"),
    (np.zeros((4, 4, 4)), {}, ValueError, r"or \(height, width, 3\)"),
    (np.zeros((0, 4)), {}, ValueError, "not empty"),
    (np.array([[4096]], np.uint16), {"bits": 12}, ValueError,
     "at most 4095, the largest value of 12 bits, got 4096"),
    (np.array([[1]], np.uint8), {"bits": 12}, ValueError, "stimulus.bits"),
    (np.array([[1.0]]), {"bits": 8}, ValueError, "stimulus.bits"),
])
def test_bad_pictures(picture, options, error, message):
    with pytest.raises(error, match=message):
        stimulus(picture, **options)
