"""Connections: the builders' degrees and statistics, matrices in and out, and delays of each synapse."""

import numpy as np
import pytest
from scipy.sparse import coo_array, csc_array, csr_array, csr_matrix

from spikingnn import (AllToAll, DeltaSynapse, Factored, FirstOrderLIF, FixedInDegree, FixedOutDegree,
                       FixedProbability, LIFGroup, Network, NeuronGroup, OneToOne, SpikeSource, StateMonitor,
                       SynapseGroup)


INTEGRATOR = FirstOrderLIF(tau_m=np.inf, v_rest=0.0, v_reset=0.0, v_threshold=1e9)


def connected(weight, n_pre=40, n_post=60, seed=1, recurrent=False, **options):
    """(the SynapseGroup in a network, its weights as a dense matrix)."""
    target = LIFGroup(n_post, name="target")
    source = target if recurrent else LIFGroup(n_pre, name="source")
    synapses = SynapseGroup(source, target, weight, name="synapses", **options)
    Network(source, target, synapses, seed=seed)
    return synapses, synapses.weight if isinstance(synapses.weight, np.ndarray) else synapses.weight.toarray()


# --- builders -----------------------------------------------------------------------------------------------

def test_all_to_all():
    np.testing.assert_array_equal(connected(AllToAll(0.5))[1], np.full((40, 60), 0.5))
    np.testing.assert_array_equal(connected(0.5)[1], np.full((40, 60), 0.5))
    np.testing.assert_array_equal(connected(AllToAll(0.5, autapses=False), recurrent=True)[1],
                                  0.5 * (1 - np.eye(60)))
    # two groups: no autapses
    np.testing.assert_array_equal(connected(AllToAll(0.5, autapses=False))[1], np.full((40, 60), 0.5))


def test_one_to_one():
    np.testing.assert_array_equal(connected(OneToOne(2.0), 60)[1], 2.0 * np.eye(60))
    with pytest.raises(ValueError, match="OneToOne needs groups of one size, got 40 sources and 60 targets"):
        connected(OneToOne(2.0))


@pytest.mark.parametrize("p", [0.0, 0.01, 0.3, 0.9, 1.0])
def test_fixed_probability(p):
    _, matrix = connected(FixedProbability(p, 0.5), 300, 400)
    assert set(np.unique(matrix)) <= {0.0, 0.5}
    pairs = 300 * 400
    assert abs((matrix > 0).sum() - p * pairs) <= 4.5 * np.sqrt(p * (1 - p) * pairs)
    for axis, among in ((0, 300), (1, 400)):   # binomial rows and columns, no trend along them
        degree = (matrix > 0).sum(axis=axis)
        assert np.all(np.abs(degree - p * among) <= 5 * np.sqrt(p * (1 - p) * among))
        assert degree.var() == pytest.approx(p * (1 - p) * among, rel=0.35)


@pytest.mark.parametrize("builder, axis", [(FixedOutDegree, 1), (FixedInDegree, 0)])
@pytest.mark.parametrize("multapses", [True, False])
def test_fixed_degrees(builder, axis, multapses):
    synapses, matrix = connected(builder(12, 1.0, multapses=multapses), 200, 300)
    np.testing.assert_array_equal(matrix.sum(axis=axis), 12)
    assert (matrix.max() > 1) == multapses   # 200 draws of 12: that none repeats has p < e^-40
    spread, other = matrix.sum(axis=1 - axis), 12 * matrix.shape[axis - 1] / matrix.shape[axis]
    assert abs(spread.mean() - other) < 1e-12 and np.abs(spread - other).max() < 6 * np.sqrt(other)
    assert synapses.weight.nnz == 12 * matrix.shape[1 - axis]


@pytest.mark.parametrize("builder", [FixedOutDegree, FixedInDegree])
def test_autapses_by_choice(builder):
    for autapses in (True, False):
        _, matrix = connected(builder(20, 1.0, autapses=autapses), recurrent=True)
        assert (np.trace(matrix) > 0) == autapses
    np.testing.assert_array_equal(
        connected(builder(59, 1.0, autapses=False, multapses=False), recurrent=True)[1], 1 - np.eye(60))
    with pytest.raises(ValueError,
                       match=f"{builder.__name__}.k must be at most 59 without multapses, got 60"):
        connected(builder(60, 1.0, autapses=False, multapses=False), recurrent=True)


def test_probability_without_autapses():
    matrix = connected(FixedProbability(0.5, 1.0, autapses=False), recurrent=True)[1]
    assert np.trace(matrix) == 0 and abs(matrix.sum() - 0.5 * 60 * 59) < 4.5 * np.sqrt(0.25 * 60 * 59)


def test_drawn_weights():
    def normal(rng, size):
        return rng.normal(2.0, 0.1, size)
    for builder in (AllToAll(normal), FixedProbability(0.5, normal),
                    FixedInDegree(20, normal, multapses=False)):
        drawn = connected(builder, 100, 100)[1]
        drawn = drawn[drawn != 0]
        assert len(np.unique(drawn)) == drawn.size > 1000
        assert drawn.mean() == pytest.approx(2.0, abs=0.02) and drawn.std() == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize("make", [lambda seed: FixedProbability(0.2, seed=seed),
                                  lambda seed: FixedOutDegree(5, seed=seed),
                                  lambda seed: FixedInDegree(5, seed=seed)])
def test_own_seed_or_the_networks(make):
    np.testing.assert_array_equal(connected(make(3), seed=1)[1], connected(make(3), seed=2)[1])
    np.testing.assert_array_equal(connected(make(None), seed=1)[1], connected(make(None), seed=1)[1])
    assert not np.array_equal(connected(make(None), seed=1)[1], connected(make(None), seed=2)[1])
    assert not np.array_equal(connected(make(3), seed=1)[1], connected(make(4), seed=1)[1])


def test_another_connection_changes_none_that_is_drawn():
    def drawn(*others):
        group = LIFGroup(30, name="group")
        synapses = SynapseGroup(group, group, FixedProbability(0.2), name="drawn")
        Network(group, [SynapseGroup(group, group, FixedProbability(0.2), name=name) for name in others],
                synapses, seed=5)
        return synapses.weight.toarray()

    np.testing.assert_array_equal(drawn(), drawn("another", "third"))


# --- matrices -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", [csr_array, csr_matrix, csc_array, coo_array])
def test_scipy_sparse_in_and_out(kind):
    dense = np.random.default_rng(0).normal(size=(40, 60)) * (np.random.default_rng(1).random((40, 60)) < 0.2)
    synapses, matrix = connected(kind(dense))
    np.testing.assert_array_equal(matrix, dense)
    assert synapses.weight.nnz == np.count_nonzero(dense)


@pytest.mark.parametrize("make",
                         [coo_array, lambda entries, shape: csr_array(coo_array(entries, shape=shape))])
def test_stored_zeros_and_repeated_entries_stay_synapses(make):
    entries = [1.0, 2.0, 0.0], ([0, 0, 1], [1, 1, 0])
    matrix = make(entries, shape=(2, 2))
    given = matrix.nnz
    synapses, dense = connected(matrix, 2, 2)
    assert synapses.weight.nnz == given
    np.testing.assert_array_equal(dense, [[0.0, 3.0], [0.0, 0.0]])


def test_the_users_matrix_is_left_alone():
    # columns not in order
    matrix = csr_array((np.array([1.0, 2.0]), np.array([1, 0]), np.array([0, 2, 2])), shape=(2, 2))
    synapses, dense = connected(matrix, 2, 2)
    np.testing.assert_array_equal(dense, [[2.0, 1.0], [0.0, 0.0]])
    np.testing.assert_array_equal(matrix.indices, [1, 0])
    matrix.data[:] = 9.0
    np.testing.assert_array_equal(synapses.weight.toarray(), [[2.0, 1.0], [0.0, 0.0]])


def test_factored_is_left_times_right_minus_a_diagonal():
    left, right = np.arange(6.0).reshape(3, 2), np.ones((2, 3))
    factored = Factored(left, right, np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(factored.dense(), left @ right - np.diag([1.0, 2.0, 3.0]))


def test_weights_can_be_set_for_the_synapses_that_there_are():
    synapses, before = connected(csr_array(np.eye(3)), 3, 3)
    synapses.weight = csr_array(2.0 * np.eye(3))
    np.testing.assert_array_equal(synapses.weight.toarray(), 2.0 * np.eye(3))
    synapses.weight = 3.0
    np.testing.assert_array_equal(synapses.weight.toarray(), 3.0 * np.eye(3))
    dense, _ = connected(np.ones((2, 2)), 2, 2)
    dense.weight = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(dense.weight, [[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize("weight", [csr_array(np.roll(np.eye(3), 1, axis=1)),
                                    csr_array([[0, 0, 0], [1.0, 0, 0], [0, 1.0, 1.0]]),
                                    np.ones((3, 3)), FixedProbability(0.5, 2.0),
                                    Factored(np.ones((3, 1)), np.ones((1, 3))),
                                    csr_array(np.ones((3, 2))), np.nan])
def test_other_synapses_cannot_be_set(weight):
    synapses, _ = connected(csr_array(np.eye(3)), 3, 3)
    with pytest.raises(ValueError, match="weight"):
        synapses.weight = weight
    np.testing.assert_array_equal(synapses.weight.toarray(), np.eye(3))


# --- delays -------------------------------------------------------------------------------------------------

def arrivals(weight, delay, n_pre, n_post, dt=0.1):
    """(sources fire together at t = 0) what has arrived at each target at the end of each step."""
    source, target = SpikeSource([[0.0]] * n_pre), NeuronGroup(n_post, INTEGRATOR)
    v = StateMonitor(target, "v")
    Network(source, target, SynapseGroup(source, target, weight, DeltaSynapse(), delay=delay), v, dt=dt,
            seed=1).run(5.0)
    return np.diff(v.values, axis=0, prepend=0.0)


@pytest.mark.parametrize("form",
                         [np.asarray, csr_array, lambda matrix: csr_array(matrix[:, ::-1])[:, ::-1].tocsc()])
def test_delays_of_each_synapse(form):
    weight = np.array([[1.0, 2.0], [4.0, 8.0], [16.0, 32.0]])
    delay = np.array([[0.1, 0.5], [0.5, 0.1], [3.0, 0.5]])
    expected = np.zeros((50, 2))
    for i, j in np.ndindex(3, 2):
        expected[round(delay[i, j] / 0.1), j] += weight[i, j]
    np.testing.assert_array_equal(arrivals(form(weight), delay, 3, 2), expected)
    np.testing.assert_array_equal(arrivals(form(weight), delay.ravel(), 3, 2), expected)


def test_sparse_delays_go_with_sparse_weights():
    weight = csr_array(np.array([[0.0, 2.0], [4.0, 0.0], [16.0, 32.0]]))
    delay = csr_array(np.array([[0.0, 0.5], [0.5, 0.0], [3.0, 0.1]]))
    result = arrivals(weight, delay, 3, 2)
    np.testing.assert_array_equal(result[[5, 30, 1]], [[4.0, 2.0], [16.0, 0.0], [0.0, 32.0]])
    np.testing.assert_array_equal(arrivals(weight, delay.data, 3, 2), result)


def test_sparse_delays_are_found_by_their_place_and_not_by_their_storage():
    weight, delay = np.array([[0.0, 2.0], [4.0, 8.0]]), np.array([[0.0, 0.5], [0.4, 3.0]])
    expected = arrivals(csr_array(weight), csr_array(delay), 2, 2)
    for kind in (csc_array, coo_array):
        np.testing.assert_array_equal(arrivals(csr_array(weight), kind(delay), 2, 2), expected)
    with pytest.raises(ValueError,
                       match=r"SynapseGroup.delay must be stored where the sparse weights are, got \(2, 2\)"):
        arrivals(csr_array(weight), csr_array(delay[::-1]), 2, 2)


def test_drawn_delays_are_spread_and_complete():
    result = arrivals(1.0, lambda rng, size: rng.integers(1, 21, size) * 0.2, 100, 3)
    assert result.sum() == 300
    np.testing.assert_array_equal(result[3::2], 0.0)                      # multiples of two steps only
    assert np.all(result[2:41:2].sum(axis=1) > 0)


def test_scalar_delay_equals_an_array_of_it():
    weight = np.random.default_rng(1).normal(size=(3, 2))
    np.testing.assert_array_equal(arrivals(weight, 0.7, 3, 2), arrivals(weight, np.full((3, 2), 0.7), 3, 2))


def test_factored_takes_one_delay():
    factored = Factored(np.ones((3, 1)), np.array([[1.0, 2.0]]))
    np.testing.assert_array_equal(arrivals(factored, 0.7, 3, 2)[7], [3.0, 6.0])
    for delay in (np.full((3, 2), 0.7), lambda rng, size: np.full(size, 0.7)):
        for minus in (None, csr_array(np.ones((3, 2)))):
            with pytest.raises(ValueError,
                               match="SynapseGroup.delay must be one number where the weights are "
                                     "factored"):
                arrivals(Factored(np.ones((3, 1)), np.array([[1.0, 2.0]]), minus), delay, 3, 2)


def test_delay_off_the_grid_rounds_and_warns():
    with pytest.warns(UserWarning,
                      match=r"SynapseGroup.delay = 0.26 ms is off the grid of dt = 0.1 ms and rounds .*, 0.3 "
                            r"ms"):
        assert arrivals(1.0, 0.26, 1, 1)[3] == 1.0


@pytest.mark.parametrize("delay", [0.04, np.array([[0.1, 0.02]])])
def test_delay_below_a_step_is_refused(delay):
    with pytest.warns(UserWarning), pytest.raises(
            ValueError, match="SynapseGroup.delay must be at least one step, dt = 0.1 ms, got 0.0"):
        arrivals(1.0, delay, 1, np.size(delay))


def test_long_delays_cross_many_runs():
    source, target = SpikeSource([[0.0]]), NeuronGroup(1, INTEGRATOR)
    net = Network(source, target, SynapseGroup(source, target, 1.0, DeltaSynapse(), delay=4.0))
    seen = []
    for _ in range(60):
        net.run(0.1)
        seen.append(target["v"][0])
    np.testing.assert_array_equal(seen, [0.0] * 40 + [1.0] * 20)
