"""Poisson trains: a held stimulus is advanced by a calendar, with the spikes that steps would have given."""

import numpy as np
import pytest
from scipy.stats import chi2

from spikingnn import InputGroup, Network, PoissonEncoder, SpikeMonitor
from spikingnn.encoding.poisson import SETTLED
from spikingnn.engine.random import mix, stream_key, uniform


DT, STEPS, UNITS = 0.1, 6000, 150           # units: two whole blocks and a part of one
UNEVEN = np.linspace(0.0, 0.3, UNITS)
STIMULI = {
    "held": np.full((1, UNITS), 0.2), "uneven": UNEVEN[None], "silent": np.zeros((1, UNITS)),
    "a row each step": np.abs(np.sin(np.arange(STEPS)))[:, None] * UNEVEN,
    "some change": np.stack([np.where(np.arange(UNITS) < 70, UNEVEN, x) for x in (0.1, 0.0, 0.2, 0.2, 0.1)]),
    "on and off": np.stack([x * UNEVEN for x in (0.0, 1.0, 0.0, 0.5, 0.5, 1.0)]),
}


def step_by_step(encoder, rows, seed, name="InputGroup1"):
    """(steps, units) of the spikes if every unit is looked at in every step."""
    n, key = rows.shape[1], stream_key(seed, name)
    wait = encoder.initial_state(n, stream_key(seed, name + "/initial"))[0]
    p = np.broadcast_to(encoder.max_rate, n) * DT / 1000.0
    found = []
    with np.errstate(over="ignore"):
        for step in range(STEPS):
            wait = wait - wait * (p * rows[step * len(rows) // STEPS])
            firing = np.flatnonzero(wait <= 1.0)
            wait[firing] = [1.0 / uniform(mix(np.uint64(key), step), i) for i in firing]
            found += [(step, i) for i in firing]
    return np.array(found, dtype=np.int64).reshape(-1, 2).T


def build(encoder, seed=1, threads=None):
    group = InputGroup(UNITS, encoder)
    spikes = SpikeMonitor(group)
    return Network(group, spikes, dt=DT, seed=seed, threads=threads), group, spikes


def found(network, group, spikes):
    return np.rint(spikes.t / DT), spikes.i, group.state


@pytest.mark.parametrize("max_rate", [100.0, np.linspace(0.0, 200.0, UNITS)], ids=["one rate", "rates"])
@pytest.mark.parametrize("rows", STIMULI.values(), ids=STIMULI)
def test_the_trains_are_those_of_units_that_are_looked_at_in_each_step(rows, max_rate):
    encoder = PoissonEncoder(max_rate)
    steps, units = step_by_step(encoder, rows, 1)
    offline = encoder.encode(rows, STEPS * DT, dt=DT, seed=1)
    network, group, spikes = build(encoder)
    network.run(STEPS * DT, {group: rows})
    for train in (offline, spikes):
        np.testing.assert_array_equal(np.rint(train.t / DT), steps)
        np.testing.assert_array_equal(train.i, units)
    kept = group["earliest"][[0, 64, 128]] > 0.0
    assert kept.all() == (rows.shape[0] < 10) and kept.any() == kept.all()


@pytest.mark.parametrize("rows", [STIMULI["some change"], STIMULI["uneven"]], ids=["changes", "held"])
def test_a_run_in_parts_of_any_block_on_any_number_of_threads_has_the_same_bits(rows, monkeypatch, tmp_path):
    whole = build(PoissonEncoder())
    whole[0].run(STEPS * DT, {whole[1]: rows})
    expected = found(*whole)
    assert expected[0].size > 200
    parts = build(PoissonEncoder(), threads=2)
    for row in rows:                                            # a row that is given again changes nothing
        for share in (0.3, 0.7):
            parts[0].run(share * STEPS * DT / len(rows), {parts[1]: row})
    assert parts[0].layout.partition.threads == 2 and parts[0].layout.partition.is_cut(0)
    monkeypatch.setattr("spikingnn.engine.history.BLOCK_SPIKES", 50)
    blocks = build(PoissonEncoder(), threads=2)
    blocks[0].run(STEPS * DT, {blocks[1]: rows})
    saved = build(PoissonEncoder())
    saved[0].run(0.6 * STEPS * DT, {saved[1]: rows[:3] if len(rows) > 1 else rows})
    saved[0].save(tmp_path / "half.npz")
    loaded = build(PoissonEncoder(), seed=2)
    loaded[0].load(tmp_path / "half.npz")
    loaded[0].run(0.4 * STEPS * DT, {loaded[1]: rows[3:] if len(rows) > 1 else rows})
    for network in (parts, blocks):
        for one, other in zip(expected, found(*network)):
            np.testing.assert_array_equal(one, other)
    steps, units, state = found(*loaded)
    later = expected[0] >= 0.6 * STEPS
    np.testing.assert_array_equal(steps, expected[0][later])
    np.testing.assert_array_equal(units, expected[1][later])
    np.testing.assert_array_equal(state, expected[2])


@pytest.mark.parametrize("max_rate", [80.0, np.linspace(0.0, 200.0, UNITS)], ids=["one rate", "rates"])
def test_plain_python_has_the_bits_of_compiled_code(max_rate):
    encoder = PoissonEncoder(max_rate)
    same, coefficients = encoder.coefficients(UNITS, DT)
    compiled = encoder.step.compiled("homogeneous" if same else "heterogeneous")
    state = encoder.initial_state(UNITS, 3)
    states, flags = (state, state.copy()), np.zeros((2, UNITS), dtype=bool)
    count = 0
    with np.errstate(over="ignore"):
        for step in range(int(3 * SETTLED)):
            row = UNEVEN if step < 2 * SETTLED else 0.5 * UNEVEN
            current = row if step % (2 * SETTLED) == 0 else np.empty(0)
            for kernel, its_state, its_flags in zip((compiled, encoder.step.python), states, flags):
                kernel(its_state, coefficients, current, np.empty((2, 0)), its_flags, DT,
                       mix(np.uint64(5), step))
            assert (flags[0] == flags[1]).all()
            count += flags[0].sum()
            flags[:] = False
    assert count > 50
    np.testing.assert_array_equal(*states)


def test_intervals_are_geometric():
    p, n = 0.002, 60
    train = PoissonEncoder(20.0).encode(np.ones(n), 50_000.0, dt=DT, seed=4)
    intervals = np.concatenate([np.diff(np.rint(train.t[train.i == i] / DT)) for i in range(n)])
    assert abs(train.count().mean() / 50.0 - 20.0) < 4 * np.sqrt(20.0 / 50.0 / n)
    assert abs(intervals.std() / intervals.mean() - np.sqrt(1 - p)) < 0.03
    edges = np.ceil(np.log(1.0 - np.arange(20) / 20) / np.log1p(-p))        # of twenty equal shares, nearly
    shares = np.diff(1.0 - np.append((1 - p) ** edges, 0.0))
    seen = np.histogram(intervals, np.append(edges + 0.5, np.inf))[0]
    expected = intervals.size * shares
    assert 1e-4 < chi2.sf(((seen - expected) ** 2 / expected).sum(), 19) < 1 - 1e-4


def test_units_that_are_silent_keep_their_number_and_certain_ones_spike_in_each_step():
    network, group, spikes = build(PoissonEncoder(np.where(np.arange(UNITS) % 2, 100.0, 0.0)))
    first = group["wait"].copy()
    network.run(100.0, {group: 1.0})
    network.run(0.1, {group: 0.5})
    np.testing.assert_allclose(group["wait"][::2], first[::2], rtol=1e-12)
    assert set(spikes.i % 2) == {1}
    with pytest.warns(UserWarning, match="too regular"):
        certain = PoissonEncoder(1e4).encode([[1.0, 1.0], [0.0, 0.0], [1.0, 0.0]], 3 * SETTLED, dt=DT, seed=1)
    np.testing.assert_array_equal(certain.count(), [20 * SETTLED, 10 * SETTLED])


def test_a_rate_that_is_assigned_between_runs_takes_effect():
    network, group, spikes = build(PoissonEncoder(10.0))
    network.run(500.0, {group: 1.0})
    group.model = PoissonEncoder(100.0)
    network.run(500.0, {group: 1.0})
    early, late = np.histogram(spikes.t, [0.0, 500.0, 1000.0])[0]
    assert abs(early - 5 * UNITS) < 5 * np.sqrt(5 * UNITS)
    assert abs(late - 50 * UNITS) < 5 * np.sqrt(50 * UNITS)
