"""Connections of one source are delivered in one pass: nobody can tell, whatever is read, set or saved."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from spikingnn import (STDP, DeltaSynapse, FirstOrderLIF, FirstOrderSynapse, FixedProbability,
                       FixedTotalNumber, LIFGroup, Network, SpikeMonitor, StateMonitor, SynapseGroup,
                       WeightMonitor)
from spikingnn.engine import connection_compiler


def delays(rng, size):
    return 0.1 * rng.integers(1, 20, size)


def weights(rng, size):
    return rng.normal(0.1, 0.05, size)


def build(dtype="float64"):
    """Three groups; nine connections with delays of their own, others that share a target with these."""
    model, rng = FirstOrderLIF(tau_m=10.0, resistance=40.0), np.random.default_rng(0)
    groups = a, b, c = [LIFGroup(n, model, name=name) for n, name in ((80, "a"), (50, "b"), (30, "c"))]
    for group in groups:
        group["v"] = rng.normal(-58.0, 5.0, group.n)
    current, options = FirstOrderSynapse(0.5), {"dtype": dtype}
    synapses = [SynapseGroup(pre, post, FixedTotalNumber(400, weights), current, delays, **options)
                for pre in groups for post in groups]
    synapses += [
        SynapseGroup(a, b, FixedProbability(0.2, weights), current, 1.0, **options),    # a second one to b
        SynapseGroup(a, c, FixedProbability(0.2, weights), DeltaSynapse(), 1.0, **options),
        SynapseGroup(a[:40], b[5:], FixedProbability(0.2, weights), DeltaSynapse(), delays, **options),
        SynapseGroup(a, a, FixedProbability(0.1, 0.05), current, delays, **options),    # one weight for all
        SynapseGroup(b, a, 0.001, current, 1.0, **options)]                             # dense
    if dtype == "float64":
        rule = STDP(a_plus=0.01, a_minus=0.01)
        synapses.append(SynapseGroup(b, c, FixedProbability(0.2, 0.1), current, rule=rule))
    monitors = [*map(SpikeMonitor, groups), WeightMonitor(synapses[0], every=1.0),
                StateMonitor(synapses[10], "weight", index=[1, 5, 2], every=1.0)]
    return Network(groups, synapses, monitors, dt=0.1, seed=3)


@pytest.fixture
def apart(monkeypatch):
    """The same network without bundles."""
    def made(*arguments):
        with monkeypatch.context() as patched:
            patched.setattr(connection_compiler, "find_bundles", lambda *_: [])
            return build(*arguments)
    return made


def run(*networks, duration=60.0):
    for network in networks:
        network.run(duration, inputs=dict.fromkeys(network.groups, 0.5))


def assert_same(network, other):
    for mine, its in zip(network.groups, other.groups):
        assert_array_equal(mine.state, its.state)
    for mine, its in zip(network.synapses, other.synapses):
        assert_array_equal(mine.weight.toarray() if hasattr(mine.weight, "nnz") else mine.weight,
                           its.weight.toarray() if hasattr(its.weight, "nnz") else its.weight)
        kept, its_kept = (each.layout.view_of(part) for each, part in ((network, mine), (other, its)))
        for name in ("weight", "targets", "pointers", "delays"):
            assert_array_equal(getattr(kept, name), getattr(its_kept, name), err_msg=name)
    for mine, its in zip(network.monitors, other.monitors):
        name = "i" if isinstance(mine, SpikeMonitor) else "values"
        assert_array_equal(mine.t, its.t)
        assert_array_equal(getattr(mine, name), getattr(its, name))


def test_what_is_bundled():
    """The nine to the three targets of each source, and the two whose jumps reach potentials."""
    table = build().layout.connection_table
    assert_array_equal(table.bundle[:15], [15, 15, 15, 16, 16, 16, 17, 17, 17, 9, 18, 18, 12, 13, 14])
    assert table.order.tolist() == [15, 16, 17, 9, 18, 12, 13, 14]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_same_bits_as_one_by_one(dtype, apart):
    network, other = build(dtype), apart(dtype)
    assert network.layout.connection_table.source.size > other.layout.connection_table.source.size
    run(network, other)
    assert all(len(monitor.t) > 100 for monitor in network.monitors[:3])
    assert_same(network, other)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_weights_that_are_set(dtype, apart):
    network, other = build(dtype), apart(dtype)
    before = network.synapses[1].weight
    for each in (network, other):
        each.synapses[1].weight = 2.0 * each.synapses[1].weight
    assert (network.synapses[1].weight != 2.0 * before).nnz == 0
    run(network, other)
    assert_same(network, other)
    network.reset()
    assert (network.synapses[1].weight != before).nnz == 0


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_files_of_either(dtype, apart, tmp_path):
    network, other = build(dtype), apart(dtype)
    run(network, other, duration=20.0)
    network.synapses[4].weight = 0.5 * network.synapses[4].weight
    other.synapses[4].weight = 0.5 * other.synapses[4].weight
    network.save(tmp_path / "bundled.npz")
    other.save(tmp_path / "apart.npz")
    first, second = build(dtype), apart(dtype)
    first.load(tmp_path / "apart.npz")
    second.load(tmp_path / "bundled.npz")
    run(network, first, second, duration=20.0)
    for each in (first, second):
        for mine, its in zip(network.groups, each.groups):
            assert_array_equal(mine.state, its.state)
    for each in (network, first, second):
        each.reset()
    assert (first.synapses[4].weight != network.synapses[4].weight).nnz == 0
    assert (second.synapses[4].weight != network.synapses[4].weight).nnz == 0


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_threads_that_share_the_targets_have_a_part_of_a_bundle_each(dtype, tmp_path):
    def built(threads):
        rng = np.random.default_rng(0)
        groups = [LIFGroup(n, FirstOrderLIF(tau_m=10.0, resistance=40.0), name=name)
                  for n, name in ((200, "a"), (500, "b"))]
        for group in groups:
            group["v"] = rng.normal(-58.0, 5.0, group.n)
        synapses = [SynapseGroup(pre, post, FixedTotalNumber(3000, weights), FirstOrderSynapse(0.5), delays,
                                 dtype=dtype) for pre in groups for post in groups]
        return Network(groups, synapses, [*map(SpikeMonitor, groups)], dt=0.1, seed=3, threads=threads)

    networks = [built(threads) for threads in (1, 2, 3)]
    for threads, network in enumerate(networks, 1):
        network.synapses[1].weight = 2.0 * network.synapses[1].weight
        table = network.layout.connection_table
        assert_array_equal(table.bundle[:4], [4, 4, 5, 5])
        assert_array_equal(table.n_parts[4:], threads)
    run(*networks)
    assert all(len(monitor.t) > 100 for monitor in networks[0].monitors)
    assert_same(networks[0], networks[1])
    assert_same(networks[0], networks[2])
    networks[1].save(tmp_path / "two.npz")
    networks[2] = built(3)
    networks[2].load(tmp_path / "two.npz")
    run(networks[0], networks[2])
    for mine, its in zip(networks[0].groups, networks[2].groups):
        assert_array_equal(mine.state, its.state)


def test_single_precision_rounds_the_weights_alone():
    """Each weight is the nearest of single precision, in half of the memory; the sums are in double."""
    double, single = build(), build("float32")
    for mine, its in zip(single.synapses[:9], double.synapses):
        assert mine.weight.dtype == np.float32
        assert_array_equal(mine.weight.data, its.weight.data.astype(np.float32))
        assert mine.n_bytes(400, 1) == its.n_bytes(400, 1) - 4 * 400
    integrator = FirstOrderLIF(tau_m=np.inf, v_rest=0.0, v_threshold=1.0, v_reset=0.0)
    source, target = LIFGroup(2), LIFGroup(1, integrator)
    big = SynapseGroup(source, target, np.array([[1e-3], [1e6]]), DeltaSynapse(), dtype=np.float32)
    source["v"], target["v"] = -40.0, -2e6
    Network(source, target, big, dt=0.1, seed=0).run(0.3)
    assert target["v"][0] == -2e6 + float(np.float32(1e-3)) + 1e6


def test_files_of_another_precision_are_refused(tmp_path):
    def two(dtype):
        groups = LIFGroup(10, name="a"), LIFGroup(10, name="b")
        return Network(groups, SynapseGroup(*groups, FixedProbability(0.5, weights), dtype=dtype), seed=1)

    two("float32").save(tmp_path / "two.npz")
    with pytest.raises(ValueError, match="float32"):
        two("float64").load(tmp_path / "two.npz")


@pytest.mark.parametrize("options, message", [
    ({"dtype": "float16"}, "dtype"),
    ({"dtype": "float32", "rule": STDP()}, "'float64' where there is a rule"),
    ({"dtype": "float32", "weight": 1e300}, "within the range of float32")])
def test_mistakes(options, message):
    a, b = LIFGroup(2), LIFGroup(2)
    with pytest.raises(ValueError, match=message):
        Network(a, b, SynapseGroup(a, b, **{"weight": 0.5} | options))
