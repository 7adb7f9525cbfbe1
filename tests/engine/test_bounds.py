"""The engine checks no bounds, and allocates what it is told: what would leave its arrays or its budget is
refused before."""

import time
import tracemalloc
from dataclasses import dataclass

import numpy as np
import pytest

from spikingnn import (STDP, AllToAll, Factored, FixedInDegree, FixedOutDegree, FixedProbability, InputGroup,
                       LIFGroup, Network, NeuronGroup, OneToOne, PoissonEncoder, SynapseGroup)
from spikingnn._util.checks import MemoryBudgetError
from spikingnn.connectivity import Builder
from spikingnn.engine.matrices import DenseWeights, SparseWeights
from spikingnn.neurons import FirstOrderLIF


MiB = 2**20


@dataclass(frozen=True, eq=False)
class Own(Builder):
    """A builder as a user writes it: what `made` gives for (n_pre, n_post, rng)."""

    made: object = None
    size: object = 3

    def count(self, n_pre, n_post):
        return self.size

    def build(self, n_pre, n_post, rng, recurrent):
        return self.made(self, n_pre, n_post, rng)


def rows(pointers, indices):
    return lambda builder, n_pre, n_post, rng: builder.rows((n_pre, n_post), pointers, indices, rng)


def sparse(pointers, indices, weight=(1.0,), shape=(3, 4)):
    return lambda builder, n_pre, n_post, rng: SparseWeights(shape, np.array(pointers), np.array(indices),
                                                             np.array(weight))


WRONG = {
    "one-based": rows([0, 1, 2, 3], [1, 2, 4]), "negative": rows([0, 1, 2, 3], [0, -1, 2]),
    "list": rows([0, 1, 2, 3], [[0], [1, 2], []]),
    "fractions": rows([0, 1, 2, 3], [0.5, 1.0, 2.0]), "ragged pointers": rows([[0], [1, 2]], [0, 1, 2]),
    "few pointers": rows([0, 1, 3], [0, 1, 2]), "falling": rows([0, 2, 1, 3], [0, 1, 2]),
    "beyond": rows([0, 1, 2, 9], [0, 1, 2]),
    "begins late": rows([1, 1, 2, 3], [0, 1, 2]), "raw one-based": sparse([0, 1, 2, 3], [1, 2, 4]),
    "raw negative": sparse([0, 1, 2, 3], [0, -1, 2]),
    "raw wrapped": sparse([0, 1, 2, 3], np.array([0, 2**32 - 1, 1], np.uint32)),
    "few weights": sparse([0, 1, 2, 3], [0, 1, 2], [1.0, 2.0]),
    "not finite": sparse([0, 1, 2, 3], [0, 1, 2], [1.0, np.nan, 2.0]),
    "text": sparse([0, 1, 2, 3], [0, 1, 2], ["a", "b", "c"]),
    "other shape": sparse([0, 1, 2, 3], [0, 1, 2], shape=(3, 5)),
    "transposed": lambda builder, n_pre, n_post, rng: DenseWeights(np.ones((n_post, n_pre))),
    "nothing": lambda *_: None,
    "array": lambda builder, n_pre, n_post, rng: np.ones((n_pre, n_post)),
    "infinite": lambda *_: DenseWeights(np.full((3, 4), np.inf)),
}


@pytest.mark.parametrize("made", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("rule", [None, STDP()], ids=["static", "plastic"])
def test_a_builder_of_ones_own_is_checked(made, rule):
    a, b = LIFGroup(3), LIFGroup(4)
    with pytest.raises((ValueError, TypeError), match=r"Own\.\w+(\(\))? must be|Own.* must") as refused:
        Network(a, b, SynapseGroup(a, b, Own(0.5, made), rule=rule))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("rule", [None, STDP(w_max=9.0)], ids=["static", "plastic"])
def test_targets_that_are_not_sorted_are_sorted_with_their_weights(rule):
    a, b = LIFGroup(3), LIFGroup(4)
    link = SynapseGroup(a, b, Own(1.0, sparse([0, 3, 3, 5], [3, 0, 1, 2, 1], [3.0, 4.0, 5.0, 6.0, 7.0])),
                        rule=rule)
    Network(a, b, link)
    assert link.weight.toarray().tolist() == [[4, 5, 0, 3], [0, 0, 0, 0], [0, 7, 6, 0]]
    assert link.weight.indices.tolist() == [0, 1, 3, 1, 2]


@pytest.mark.parametrize("delay", [np.full((3, 3), 1.5), lambda rng, size: rng.uniform(1, 9, size).round(1)],
                         ids=["array", "function"])
def test_delays_of_their_own_are_refused_for_factored_weights_however_they_came(delay):
    group = LIFGroup(3)
    link = SynapseGroup(group, group, Factored(np.ones((3, 1)), np.ones((1, 3))))
    link._delay = delay
    vars(link)["delay"] = delay
    with pytest.raises(ValueError, match="one number where the weights are factored"):
        Network(group, link)


def test_no_synapses_with_delays_of_their_own():
    group = LIFGroup(3)
    Network(group, SynapseGroup(group, group, FixedProbability(0.0),
                                delay=lambda rng, size: rng.uniform(1, 9, size))).run(1.0)


# --- the budget ---------------------------------------------------------------------------------------------

def network(weight=None, n=1000, budget=50 * MiB, model=None, **options):
    group = NeuronGroup(n, model or FirstOrderLIF())
    links = [] if weight is None else [SynapseGroup(group, group, weight, **options)]
    return Network(group, links, memory_budget=budget, seed=0)


BIG = {
    "pointers": lambda: network(FixedOutDegree(5, 0.1), 10_000,
                                delay=lambda rng, size: rng.uniform(0.1, 1000, size).round(1)),
    "long delay": lambda: network(0.1, 10, delay=1e9), "longer delay": lambda: network(0.1, 10, delay=1e300),
    "one long delay": lambda:
    network(FixedOutDegree(5, 0.1), 10, delay=lambda rng, size: np.append(np.ones(size - 1), 1e8)),
    "neurons": lambda: LIFGroup(10**10)["v"], "many neurons": lambda: network(n=10**9, budget=4 * 2**30),
    "lonely neurons": lambda: NeuronGroup(10**9, FirstOrderLIF()).state,
    "tuned": lambda: LIFGroup(2 * 10**8, dimensions=3, seed=1),
    "inputs": lambda: Network(InputGroup(2 * 10**9, PoissonEncoder())), "dense": lambda: network(0.1, 3000),
    "plastic": lambda: network(FixedProbability(0.9, 0.1), 1700, rule=STDP()),
    "given": lambda: network(np.ones((3000, 3000)), 3000),
    "huge and sparse": lambda: network(FixedProbability(1e-25, 0.1), 10**9),
    "one to one": lambda: network(OneToOne(0.1), 10**8),
    "in-degree": lambda: network(FixedInDegree(10**9, 0.1), 1000), "a lie": lambda: network(Own(0.1, sparse(
        [0, 14_000_000], np.zeros(14_000_000, np.uint32), shape=(1, 1)), 1), 1),
}


@pytest.mark.parametrize("make", BIG.values(), ids=BIG)
def test_what_is_too_large_is_refused_at_once(make):
    began = time.perf_counter()
    with pytest.raises(MemoryBudgetError) as refused:
        make()
    assert "\n" not in str(refused.value) and "Unable to allocate" not in str(refused.value)
    assert time.perf_counter() - began < 5.0


@pytest.mark.parametrize("weight, options", [
    (FixedProbability(0.5, 0.1), {"rule": STDP()}), (FixedProbability(0.5, 0.1), {}),
    (AllToAll(0.1), {"rule": STDP()}),
    (FixedOutDegree(40, 0.1), {"delay": lambda rng, size: rng.uniform(0.1, 30.0, size).round(1)})])
def test_the_estimate_is_what_is_taken(weight, options):
    network(weight, **options)                              # what sorts synapses is compiled by now
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        net = network(weight, **options)
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    estimated = sum(part.n_bytes() for part in net.groups)
    layout = net._layout
    delays = int(layout.connection_table.n_delays[0])
    estimated += net.synapses[0].n_bytes(
        int(max(layout.connection_table.n_weight[0], layout.connection_table.n_index[0])), delays)
    first = 0 if layout.first_weight is None else layout.first_weight.nbytes
    assert estimated <= 1.1 * (taken - first) + MiB and taken - first <= 1.3 * estimated + MiB


def test_hardly_any_of_very_many_pairs():
    a, b = LIFGroup(200_000), LIFGroup(200_000)
    for p, most in ((1e-25, 0), (1e-300, 0), (1e-10, 30)):
        link = SynapseGroup(a, b, FixedProbability(p, 0.1, seed=1))
        wire = link.build(0.1, np.random.default_rng(0))
        assert wire.indices.size <= most


def test_pairs_are_drawn_in_parts_as_at_once(monkeypatch):
    def draw(drawn, **options):
        monkeypatch.setattr("spikingnn.connectivity.random.DRAWN", drawn)
        rng = np.random.default_rng(5)
        built = FixedProbability(0.3, lambda rng, size: rng.random(size), **options).build(40, 40, rng, True)
        return built.pointers, built.indices, built.weight

    for options in ({}, {"autapses": False}):
        for one, other in zip(draw(7, **options), draw(1 << 20, **options)):
            np.testing.assert_array_equal(one, other)
