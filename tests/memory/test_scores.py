"""Measures of grey pictures and of proportions, against formulas written out."""

import numpy as np
import pytest

from spikingnn.memory import (binary_recall, correlation, cosine, graded_recall, hebbian,
                              nearest_pattern, psnr, ssim, wilson)


def test_psnr():
    wanted = np.zeros((4, 5))
    assert psnr(wanted + 0.1, wanted) == pytest.approx(20.0) and psnr(wanted, wanted) == np.inf


def test_ssim_by_its_definition():
    """One window of a picture of 11 × 11, the whole of the index."""
    rng = np.random.default_rng(0)
    x, y = rng.random((2, 11, 11))
    along = np.exp(-np.arange(-5, 6) ** 2 / (2 * 1.5**2))
    window = np.outer(along, along) / along.sum() ** 2
    mx, my = np.sum(window * x), np.sum(window * y)
    vx = np.sum(window * x * x) - mx**2
    vy = np.sum(window * y * y) - my**2
    cov = np.sum(window * x * y) - mx * my
    c1, c2 = 0.01**2, 0.03**2
    wanted = (2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    assert ssim(x, y) == pytest.approx(wanted) and ssim(x, x) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="one shape"):
        ssim(x, y[:5])


def test_correlation_takes_brightness_away():
    rng = np.random.default_rng(0)
    one, other = rng.random((2, 5000))
    assert cosine(one, other) > 0.7 and abs(correlation(one, other)) < 0.05
    assert correlation(one, 3 * one + 1) == pytest.approx(1.0)
    assert correlation(np.ones(9), np.arange(9)) == 0.0


def test_wilson():
    """The example of the interval's literature: 8 of 10 gives 0.490 to 0.943."""
    assert wilson(8, 10) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)
    assert wilson(0, 20)[0] == pytest.approx(0.0, abs=1e-12) and wilson(20, 20)[1] == pytest.approx(1.0)
    with pytest.raises(ValueError, match="21 successes in 20"):
        wilson(21, 20)


def test_baselines_recall():
    rng = np.random.default_rng(0)
    patterns = np.where(rng.random((3, 200)) < 0.5, 1.0, -1.0)
    cue, couplings = patterns[1].copy(), hebbian(patterns)
    cue[:40] *= -1
    cue[50:60] = np.nan
    assert (binary_recall(couplings, cue, seed=1) == patterns[1]).all()
    assert (graded_recall(couplings, cue) == patterns[1]).all()
    assert nearest_pattern(patterns, cue) == [1]


def test_measures_refuse():
    with pytest.raises(ValueError, match="psnr.levels must be .* finite"):
        psnr([np.nan, 0.0], [0.0, 0.0])
    with pytest.raises(ValueError, match="psnr compares levels of one shape"):
        psnr(np.zeros((4, 1)), np.zeros((1, 4)))
    with pytest.raises(ValueError, match="wilson.confidence must be between 0 and 1, got 95"):
        wilson(8, 10, 95)
