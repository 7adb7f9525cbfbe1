"""Inside a run: callbacks and functions as inputs see and change the network between two steps."""

import copy
import pickle
import threading
from dataclasses import replace

import numpy as np
import pytest
from mixed import build, digest

import spikingnn.blocks
import spikingnn.engine.sharing
from spikingnn import (STDP, FirstOrderLIF, InputGroup, LIFGroup, Network, PoissonEncoder, SpikeMonitor,
                       StateMonitor, SynapseGroup)


def plastic(seed=1):
    """(network, inputs, cells, synapses, spikes, v): STDP onto noisy neurons."""
    inputs, cells = InputGroup(10, PoissonEncoder(max_rate=300.0)), LIFGroup(4, FirstOrderLIF(noise=0.5))
    synapses = SynapseGroup(inputs, cells, 0.3, rule=STDP())
    spikes, v = SpikeMonitor(cells), StateMonitor(cells, "v")
    return Network(inputs, cells, synapses, spikes, v, seed=seed), inputs, cells, synapses, spikes, v


def alone(n=3):
    cells = LIFGroup(n)
    v = StateMonitor(cells, "v")
    return Network(cells, v, seed=0), cells, v


def test_a_callback_in_every_step_changes_no_bit():
    (plain, inputs), (watched, same) = build(), build()
    times = []
    watched.every(0.1, lambda net: times.append(net.t))
    plain.run(50.0, inputs)
    watched.run(50.0, same)
    assert digest(watched) == digest(plain)
    assert times == [step * 0.1 for step in range(1, 501)]


@pytest.mark.parametrize("parts", [(3.7, 8.3), (4.0, 8.0), (0.1, 11.9), (1.3, 2.4, 8.3)])
@pytest.mark.parametrize("every", [None, 1.0, 2.5])
def test_parts_of_a_run_are_the_run(parts, every):
    """Of callbacks and functions alike, also where a part ends within an interval."""
    def run(durations):
        net, inputs, cells, synapses, spikes, v = plastic()
        seen = []

        @net.every(0.7)
        def act(net):
            seen.append((net.t, synapses.weight.sum(), len(spikes.t)))
            cells["v"] = cells["v"] - 0.5
            synapses.weight = np.minimum(synapses.weight * 1.01, 1.0)
            if len(seen) % 5 == 0:
                cells.model = replace(cells.model, tau_m=cells.model.tau_m - 1.0)

        for duration in durations:
            given = {inputs: lambda t: 0.5 + 0.4 * np.sin(t), cells: lambda t: [t / 10, 0.0, 1.0, 2.0]}
            net.run(duration, given, every=every)
        return seen, v.t, v.values, synapses.weight, spikes.t, spikes.i

    whole, split = run([12.0]), run(parts)
    assert whole[0] == split[0] and len(whole[0]) == 17
    for mine, its in zip(whole[1:], split[1:], strict=True):
        np.testing.assert_array_equal(mine, its)


@pytest.mark.parametrize("tuned", [False, True])
def test_a_function_is_the_array_of_its_values(tuned):
    def run(given, **options):
        cells = LIFGroup(3, dimensions=2 if tuned else None)
        v = StateMonitor(cells, "v")
        Network(cells, v, seed=0).run(8.0, {cells: given}, **options)
        return v.values

    rows = np.random.default_rng(0).uniform(0.0, 3.0, (80, 3))
    np.testing.assert_array_equal(run(lambda t: rows[round(t / 0.1)]), run(rows))
    held = run(lambda t: rows[round(t / 2.0), 0], every=2.0)
    np.testing.assert_array_equal(held, run(rows[:4, :1].repeat(3, axis=1)))


def test_a_function_is_asked_at_the_start_of_each_interval():
    net, cells, _ = alone()
    asked = []
    net.run(2.3, {cells: lambda t: asked.append(t) or 1.0}, every=0.5)
    net.run(1.0, {cells: lambda t: asked.append(t) or 1.0}, every=0.5)
    np.testing.assert_allclose(asked, [0.0, 0.5, 1.0, 1.5, 2.0, 2.0, 2.5, 3.0])


def test_the_order_between_two_steps():
    """The step is recorded, callbacks are called in their order, functions are asked."""
    net, cells, v = alone(1)
    calls = []
    net.every(0.2, lambda net: calls.append(("first", net.t, cells["v"][0] == v.values[-1, 0])))
    net.every(0.1, lambda net: calls.append(("second", net.t, len(v.values))))
    net.run(0.2, {cells: lambda t: calls.append(("input", t)) or 2.0})
    assert calls == [("input", 0.0), ("second", 0.1, 1), ("input", 0.1),
                     ("first", 0.2, True), ("second", 0.2, 2)]


@pytest.mark.parametrize("change", [
    lambda cells, synapses: cells.__setitem__("v", -52.0),
    lambda cells, synapses: cells["v"].__setitem__(1, -51.0),
    lambda cells, synapses: setattr(cells, "model", replace(cells.model, tau_m=5.0)),
    lambda cells, synapses: setattr(cells, "model", replace(cells.model, tau_m=[5.0, 6.0, 7.0, 8.0])),
    lambda cells, synapses: setattr(synapses, "weight", 0.5 * synapses.weight),
    lambda cells, synapses: setattr(synapses, "rule", replace(synapses.rule, a_plus=0.1)),
    lambda cells, synapses: synapses.__setitem__("s", 0.5),
    lambda cells, synapses: synapses.__setitem__("x", 2.0),
], ids=["state", "in place", "model", "parameters", "weight", "rule", "current", "trace"])
def test_a_change_acts_as_between_two_runs(change):
    def finish(net, inputs, cells, synapses, spikes, v):
        return v.values, spikes.t, synapses.weight, synapses["x"], synapses["s"]

    one, two = plastic(), plastic()
    one[0].run(20.0, {one[1]: 0.8})
    change(*one[2:4])
    one[0].run(20.0, {one[1]: 0.8})
    two[0].every(20.0, lambda net: change(*two[2:4]) if net.t < 30.0 else None)
    two[0].run(40.0, {two[1]: 0.8})
    for mine, its in zip(finish(*one), finish(*two), strict=True):
        np.testing.assert_array_equal(mine, its)
    same = plastic()
    same[0].run(40.0, {same[1]: 0.8})
    assert not np.array_equal(finish(*same)[0], finish(*two)[0])


def test_the_bias_of_a_tuned_group_follows_its_model():
    def build():
        cells = LIFGroup(5, dimensions=1, seed=0)
        v = StateMonitor(cells, "v")
        return Network(cells, v, seed=0), cells, v

    (net, cells, v), (other, same, w) = build(), build()
    other.run(5.0, {same: 0.2})
    same.model = replace(same.model, tau_m=10.0)
    other.run(5.0, {same: 0.2})
    net.every(5.0, lambda net: setattr(cells, "model", replace(cells.model, tau_m=10.0)))
    net.run(10.0, {cells: lambda t: 0.2}, every=10.0)
    np.testing.assert_array_equal(v.values, w.values)


def test_a_callback_that_raises_leaves_a_network_that_can_go_on():
    net, inputs, cells, synapses, spikes, v = plastic()
    twin = plastic()

    @net.every(1.0)
    def fail(net):
        if net.t == 7.0:
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        net.run(30.0, {inputs: 0.8})
    assert net.t == 7.0 and v.t[-1] == 7.0 and len(v.values) == 70
    net.run(23.0, {inputs: 0.8})
    twin[0].run(30.0, {twin[1]: 0.8})
    np.testing.assert_array_equal(v.values, twin[5].values)
    np.testing.assert_array_equal(spikes.t, twin[4].t)
    np.testing.assert_array_equal(synapses.weight, twin[3].weight)


def test_a_function_that_raises_leaves_a_network_that_can_go_on():
    net, cells, v = alone(1)
    with pytest.raises(ZeroDivisionError):
        net.run(5.0, {cells: lambda t: 1.0 / 0.0})
    with pytest.raises(ZeroDivisionError):
        net.run(5.0, {cells: lambda t: 1.0 if t < 2.0 else 1 / 0})
    assert net.t == pytest.approx(2.0) and len(v.values) == 20
    net.run(3.0, {cells: 1.0})
    other, cells, w = alone(1)
    other.run(5.0, {cells: 1.0})
    np.testing.assert_array_equal(v.values, w.values)


@pytest.mark.parametrize("fails_at", [0.0, 3.0])
def test_what_fails_in_the_middle_of_a_step_is_undone(monkeypatch, fails_at):
    net, inputs, cells, synapses, spikes, v = plastic()
    twin = plastic()
    advance = spikingnn.engine.sharing.advance

    def failing(start, first, *rest):
        if first >= round(fails_at / 0.1):
            cells.network.layout.state[:] += 1.0
            raise ValueError("in a kernel")
        return advance(start, first, *rest)

    net.every(0.5, lambda net: None)
    monkeypatch.setattr(spikingnn.engine.sharing, "advance", failing)
    with pytest.raises(ValueError, match="in a kernel"):
        net.run(20.0, {inputs: 0.8})
    monkeypatch.undo()
    begun = net.t
    assert begun <= fails_at and len(v.t) == round(begun / 0.1) and (spikes.t < begun).all()
    net.run(20.0 - begun, {inputs: 0.8})
    twin[0].run(20.0, {twin[1]: 0.8})
    np.testing.assert_array_equal(v.values, twin[5].values)
    np.testing.assert_array_equal(spikes.t, twin[4].t)


def test_a_state_that_is_not_finite_is_undone():
    net, inputs, cells, synapses, spikes, v = plastic()
    net.every(1.0, lambda net: cells["v"].__setitem__(2, np.nan) if net.t == 5.0 else None)
    message = r"LIFGroup1\['v'\] is nan in unit 2; the network stays at t = "
    with pytest.raises(FloatingPointError, match=message):
        net.run(20.0, {inputs: 0.8})
    assert np.isfinite(cells["v"]).all() and len(v.t) == round(net.t / 0.1)


def test_weights_that_a_callback_has_changed_are_not_undone_halfway():
    """A block ends where weights change, so that what is undone begins after the change."""
    net, inputs, cells, synapses, spikes, v = plastic()

    @net.every(1.0)
    def act(net):
        if net.t == 3.0:
            synapses.weight = np.full((10, 4), 0.7)
        if net.t == 5.0:
            cells["v"][0] = np.inf

    with pytest.raises(FloatingPointError, match="stays at t = "):
        net.run(20.0)
    assert net.t in (0.0, 3.0) and synapses.weight[0, 0] == (0.3 if net.t == 0.0 else 0.7)


def test_stop():
    net, cells, v = alone(1)
    net.every(0.5, lambda net: net.stop() if net.t >= 2.0 else None)
    net.run(100.0, {cells: 2.0})
    assert net.t == 2.0 and len(v.values) == 20
    net.run(0.3)
    assert net.t == pytest.approx(2.3)
    with pytest.raises(RuntimeError, match="Network.stop ends a run from within, and the network does not"):
        net.stop()


def test_a_network_is_stopped_by_another_thread():
    net, cells, _ = alone(1)
    begun = threading.Event()
    net.every(0.1, lambda net: begun.set())

    def stop():
        begun.wait(60.0)
        net.stop()

    thread = threading.Thread(target=stop)
    thread.start()
    net.run(1e6, progress=False, inputs={cells: lambda t: 0.0}, every=1000.0)
    thread.join()
    assert 0.0 < net.t < 1e6


def test_a_closed_loop():
    """An integral controller holds the rate at 50 Hz; it reads the monitor and clears it."""
    cells = LIFGroup(20, FirstOrderLIF(noise=2.0))
    spikes = SpikeMonitor(cells)
    net = Network(cells, spikes, seed=1)
    current, rates = [1.0], []

    @net.every(20.0)
    def control(net):
        rates.append(spikes.t.size / 20 / 0.020)
        spikes.clear()
        current[0] += 0.004 * (50.0 - rates[-1])

    net.run(4000.0, {cells: lambda t: current[0]})
    assert abs(np.mean(rates[100:]) - 50.0) < 2.0


def test_monitors_are_read_and_cleared_within_a_run():
    net, cells, v = alone(2)
    lengths = []

    @net.every(1.0)
    def read(net):
        lengths.append((len(v.t), len(v.values), v.t[-1] == net.t, f"{v!r}"))
        if net.t == 3.0:
            v.clear()

    net.run(5.0)
    net.run(1.0)
    assert [each[0] for each in lengths] == [each[1] for each in lengths] == [10, 20, 30, 10, 20, 30]
    assert all(each[2] for each in lengths) and lengths[1][3].endswith("20 samples")
    np.testing.assert_allclose(v.t, np.arange(31, 61) * 0.1)


def test_callbacks_are_removed():
    net, cells, _ = alone()
    calls = []
    count = net.every(1.0, lambda net: calls.append(1))
    net.run(3.0)
    net.cancel(count)
    net.run(3.0)
    assert len(calls) == 3
    with pytest.raises(ValueError, match=r"Network.cancel must be a function that was given to every\(…\)"):
        net.cancel(count)


@pytest.mark.parametrize("way", [copy.deepcopy, copy.copy, lambda value: pickle.loads(pickle.dumps(value))],
                         ids=["deepcopy", "copy", "pickle"])
def test_callbacks_are_never_copied(way):
    net, cells, _ = alone()
    calls = []
    net.every(1.0, lambda net: calls.append(net))           # a function that no pickle could keep
    net.run(1.5, {cells: lambda t: 1.0})
    made = way(net)
    made.run(5.0)
    assert calls == [net] and made.t == 6.5
    net.run(1.0)
    assert calls == [net, net]


def test_callbacks_are_never_saved(tmp_path):
    net, cells, _ = alone()
    calls = []
    net.every(1.0, lambda net: calls.append(net.t))
    net.run(1.5, {cells: lambda t: 1.0})
    net.save(tmp_path / "saved.npz")
    net.run(2.0, {cells: lambda t: 1.0})
    other, same, _ = alone()
    other.load(tmp_path / "saved.npz")
    other.run(2.0, {same: 1.0})
    np.testing.assert_array_equal(same.state, cells.state)
    net.load(tmp_path / "saved.npz")                        # the callbacks of a network stay
    net.run(1.0)
    assert calls == [1.0, 2.0, 3.0, 2.0]


def test_callbacks_stay_after_reset():
    net, cells, _ = alone()
    calls = []
    net.every(1.0, lambda net: calls.append(net.t))
    net.run(2.0)
    net.reset()
    net.run(1.0)
    assert calls == [1.0, 2.0, 1.0]
