"""FixedTotalNumber: exactly k connections, every pair equally likely."""

import numpy as np
import pytest
from scipy.stats import chi2

from spikingnn import FixedTotalNumber, LIFGroup, Network, SynapseGroup


def drawn(builder, n_pre=30, n_post=40, recurrent=False, seed=1):
    rng = np.random.default_rng(seed)
    return builder.realised((n_pre, n_post), rng, recurrent, 0.1).matrix().toarray()


@pytest.mark.parametrize("multapses", [True, False])
@pytest.mark.parametrize("k", [0, 1, 100, 500, 700, 1190])
def test_there_are_exactly_k(k, multapses):
    matrix = drawn(FixedTotalNumber(k, multapses=multapses))
    assert matrix.sum() == k and (multapses or matrix.max(initial=0.0) <= 1.0)


def test_all_pairs_without_multapses():
    np.testing.assert_array_equal(drawn(FixedTotalNumber(1200, multapses=False)), np.ones((30, 40)))
    own = drawn(FixedTotalNumber(30 * 29, autapses=False, multapses=False), 30, 30, recurrent=True)
    np.testing.assert_array_equal(own, 1.0 - np.eye(30))


@pytest.mark.parametrize(
    "options", [dict(), dict(multapses=False), dict(autapses=False), dict(autapses=False, multapses=False)]
)
@pytest.mark.parametrize("k", [5, 14])
def test_every_pair_is_equally_likely(k, options):
    """χ² over the pairs of a group of five, 2,000 draws; without multapses less than multinomial."""
    total = sum(
        drawn(FixedTotalNumber(k, **options), 5, 5, recurrent=True, seed=seed) for seed in range(2000)
    )
    pairs = np.ones((5, 5), bool) if options.get("autapses", True) else ~np.eye(5, dtype=bool)
    assert not total[~pairs].any()
    expected = 2000 * k / pairs.sum()
    spread = 1.0 if options.get("multapses", True) else 1.0 - k / pairs.sum()
    statistic = ((total[pairs] - expected)**2).sum() / (expected * spread)
    assert chi2.ppf(1e-4, pairs.sum() - 1) < statistic < chi2.ppf(1 - 1e-4, pairs.sum())


def test_in_a_network_with_the_seed_of_either():
    def weights(seed, own=None):
        group = LIFGroup(50, name="group")
        synapses = SynapseGroup(group, group, FixedTotalNumber(300, 0.5, seed=own), name="synapses")
        Network(group, synapses, seed=seed)
        return synapses.weight.toarray()

    assert weights(1).sum() == 150.0
    np.testing.assert_array_equal(weights(1), weights(1))
    assert not np.array_equal(weights(1), weights(2))
    np.testing.assert_array_equal(weights(1, own=7), weights(2, own=7))


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: FixedTotalNumber(-1), "FixedTotalNumber.k must be a whole number of at least 0, got -1"),
        (
            lambda: drawn(FixedTotalNumber(1201, multapses=False)),
            "FixedTotalNumber.k must be at most 1,200 without multapses, got 1201",
        ),
        (
            lambda: drawn(FixedTotalNumber(1, autapses=False), 1, 1, recurrent=True),
            "FixedTotalNumber.k must be 0 where there is no pair, got 1",
        ),
    ],
)
def test_mistakes(make, message):
    with pytest.raises(ValueError, match=message):
        make()
