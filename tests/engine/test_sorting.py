"""Counting sorts of synapses against NumPy's and SciPy's."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csc_array

from spikingnn import FixedTotalNumber, LIFGroup, Network, PoissonInput, SynapseGroup
from spikingnn._util.checks import MemoryBudgetError
from spikingnn.connectivity import random
from spikingnn.engine.flat import Flat
from spikingnn.engine.sorting import by_delay, compact_steps, rows_of_columns


@pytest.mark.parametrize("longest", [1, 40, 1 << 17])
@pytest.mark.parametrize("n_weights", [1, 500])
def test_synapses_by_delay(longest, n_weights):
    rng = np.random.default_rng(0)
    sources = np.sort(rng.integers(0, 20, 500))
    targets, weight = rng.integers(0, 50, 500).astype(np.uint32), rng.random(n_weights)
    steps = rng.integers(1, longest + 1, 500)
    row_starts = np.searchsorted(sources, np.arange(21))
    delays, pointers, indices, by_place = by_delay(row_starts, compact_steps(steps), targets, weight)
    order = np.lexsort((np.arange(500), sources, steps))
    assert_array_equal(delays, np.unique(steps))
    assert_array_equal(indices, targets[order])
    assert_array_equal(by_place, weight[order] if n_weights > 1 else weight)
    for d, i in np.ndindex(delays.size, 20):
        here = (steps == delays[d]) & (sources == i)
        assert_array_equal(indices[pointers[d, i]:pointers[d, i + 1]], targets[here])


def test_columns_become_rows():
    sources = np.random.default_rng(1).integers(0, 30, (40, 7), dtype=np.uint32)
    pointers, targets = rows_of_columns(sources, 30)
    columns = csc_array((np.ones(280), sources.ravel(), np.arange(41) * 7), shape=(30, 40))
    rows = columns.tocsr()
    assert_array_equal(pointers, rows.indptr)
    assert_array_equal(targets, rows.indices)


def test_a_flat_array_grows():
    flat = Flat(np.float64, 3)
    assert [flat.add(np.full(n, n)) for n in (2, 0, 5, 1)] == [0, 2, 2, 7]
    assert flat.array.tolist() == [2.0] * 2 + [5.0] * 5 + [1.0]


def test_rows_that_are_drawn_some_at_a_time(monkeypatch):
    """Exactly k, sorted, without autapses, and as even as a multinomial, whatever is drawn at a time."""
    monkeypatch.setattr(random, "DRAWN", 700)
    rng = np.random.default_rng(2)
    made = FixedTotalNumber(100_000, autapses=False).build(100, 100, rng, recurrent=True)
    sources, targets = made.sources(), made.indices
    assert targets.size == 100_000 and not np.any(sources == targets)
    assert_array_equal(np.lexsort((targets, sources)), np.arange(100_000))
    counts = np.bincount(sources.astype(int) * 100 + targets, minlength=10_000)
    expected = 100_000 / 9_900
    chi_squared = ((counts - expected)[~np.eye(100, dtype=bool).ravel()] ** 2).sum() / expected
    assert abs(chi_squared - 9_899) < 5.0 * np.sqrt(2.0 * 9_899)


def test_counts_by_the_table_are_those_of_the_search():
    """One unit of another rate makes all units search for themselves; the others' counts stay the same."""
    def counts(rates):
        group = PoissonInput(1000, rates, name="inputs")
        network, found = Network(group, dt=0.1, seed=4), []
        for _ in range(20):
            network.run(0.1)
            found.append(group["count"].copy())
        return np.array(found)

    for rate in (0.0, 5.0, 3000.0, 17_000.0, 99_000.0):
        other = np.full(1000, rate)
        other[0] = 1.0 + rate
        assert_array_equal(counts(rate)[:, 1:], counts(other)[:, 1:])


def test_the_budget_counts_what_is_moved():
    """100,000 synapses with weights of their own take 1.2 MB, and as much again while they are moved."""
    def built(budget):
        a, b = LIFGroup(1000), LIFGroup(1000)
        pairs = FixedTotalNumber(100_000, lambda rng, size: rng.random(size))
        return Network(a, b, SynapseGroup(a, b, pairs), memory_budget=budget)

    with pytest.raises(MemoryBudgetError):
        built(2.0e6)
    assert built(2.7e6).synapses[0].weight.nnz == 100_000
