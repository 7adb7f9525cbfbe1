"""Same seed, same bits: whatever the pieces, the blocks, the form of a connection, the process, or the
compiler."""

import os
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import mixed
import numpy as np
import pytest
import registered
from scipy.sparse import csr_array

import spikingnn.blocks
import spikingnn.engine.sharing
from spikingnn import (ALIF, STDP, ConductanceSynapse, DeltaSynapse, Factored, FirstOrderLIF,
                       FirstOrderSynapse, FixedInDegree, InputGroup, LIFGroup, Network, NeuronGroup,
                       PoissonEncoder, SpikeMonitor, StateMonitor, SynapseGroup, WeightMonitor)
from spikingnn.engine.random import mix, stream_key


def run_mixed(durations=(50.0,), **options):
    network, inputs = mixed.build(**options)
    held = {group: value for group, value in inputs.items() if np.ndim(value) == 0}   # rows belong to one run
    for duration in durations:
        network.run(duration, inputs if len(durations) == 1 else held)
    return network


@pytest.fixture(scope="module")
def digest():
    network = run_mixed()
    assert all(monitor.t.size > 15 for monitor in network.monitors)
    assert network._layout.synapse_state.std() > 0.1 and network._layout.trace.std() > 0.1
    return mixed.digest(network)


# --- in pieces ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("pieces", [(20.0, 30.0), (0.1, 49.9), (0.5,) * 100, (49.0, *(0.1,) * 10)], ids=len)
def test_runs_in_pieces_equal_the_whole(pieces):
    whole, inputs = mixed.build()
    whole.run(50.0, {group: value for group, value in inputs.items() if np.ndim(value) == 0}
              | {whole.groups[2]: 0.9})
    parts, inputs = mixed.build()
    for duration in pieces:
        parts.run(duration, {group: value for group, value in inputs.items() if np.ndim(value) == 0}
                  | {parts.groups[2]: 0.9})
    assert whole.monitors[0].t.size > 40
    assert mixed.digest(parts) == mixed.digest(whole)


@pytest.mark.parametrize("seconds, room, record",
                         [(1e-9, 1 << 18, 1 << 26), (0.2, 0, 1 << 26), (0.2, 1 << 18, 1), (0.2, 0, 20_000)])
def test_blocks_change_nothing(monkeypatch, seconds, room, record):
    """Also where the room for spikes ends within a block: stimuli of several rows and samples go on where
    they were."""
    def run():
        inputs, cells = InputGroup(300, PoissonEncoder(500.0)), LIFGroup(70, FirstOrderLIF(t_refractory=0.5))
        link = SynapseGroup(inputs, cells, FixedInDegree(50, 0.05), delay=2.0)
        watched = [SpikeMonitor(inputs), SpikeMonitor(cells), StateMonitor(cells, "v", every=0.3),
                   StateMonitor(cells, "v", index=[3])]
        net = Network(inputs, cells, link, watched, seed=4)
        net.run(1.7, {inputs: 0.2})
        net.run(40.0, {inputs: np.linspace(0.0, 1.0, 8)[:, None] * np.ones(300),
                       cells: np.linspace(0.0, 2.0, 10)[:, None] * np.ones(70)})
        return [watched[0].t, watched[0].i, watched[1].t, watched[1].i, watched[2].t, watched[2].values,
                watched[3].values, cells.state]

    expected = run()
    early, advance = [], spikingnn.engine.sharing.advance

    def counted(start, first, last, *rest):
        reached = advance(start, first, last, *rest)
        early.append(reached < last)
        return reached

    monkeypatch.setattr(spikingnn.engine.sharing, "advance", counted)
    monkeypatch.setattr(spikingnn.blocks, "BLOCK_SECONDS", seconds)
    monkeypatch.setattr("spikingnn.engine.history.BLOCK_SPIKES", room)
    monkeypatch.setattr("spikingnn.recording.MAX_SAMPLE_BYTES", record)
    found = run()
    assert len(early) > 5 and any(early) == (room == 0)
    assert expected[0].size > 1000 and expected[2].size > 100
    for a, b in zip(expected, found):
        np.testing.assert_array_equal(a, b)


def test_block_of_one_step_gives_the_same_mixed_network(monkeypatch, digest):
    monkeypatch.setattr(spikingnn.blocks, "BLOCK_SECONDS", 1e-9)
    assert mixed.digest(run_mixed()) == digest


def test_monitors_a_bar_and_another_group_change_nothing(digest, capfd):
    bare = run_mixed(monitors=False)
    np.testing.assert_array_equal(bare._layout.state, run_mixed()._layout.state)

    def before(groups, synapses):
        noisy = LIFGroup(8, FirstOrderLIF(noise=2.0), name="noisy")
        outwards = SynapseGroup(groups[0], noisy, FixedInDegree(3, 1.0), name="outwards")
        return [noisy, outwards, StateMonitor(groups[0], "v"), WeightMonitor(synapses[0], every=1.0)]

    wide, inputs = mixed.build(before=before)
    wide.run(50.0, inputs, progress=True)
    assert "× real time" in capfd.readouterr().err
    noisy, *groups = wide.groups
    np.testing.assert_array_equal(np.concatenate([group.state.ravel() for group in groups]),
                                  bare._layout.state)
    for mine, its in zip(run_mixed().monitors, wide.monitors[2:]):
        np.testing.assert_array_equal(mine.t, its.t)
        np.testing.assert_array_equal(mine.i, its.i)


# --- compiled, and not --------------------------------------------------------------------------------------

def process(*arguments, **environment):
    script = Path(mixed.__file__)
    env = {**os.environ, **environment,
           "PYTHONPATH": os.pathsep.join([str(script.parents[1]), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run([sys.executable, script, *map(str, arguments)], capture_output=True, text=True,
                          env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_whole_engine_in_plain_python_gives_the_same_bits(digest):
    assert process("run", NUMBA_DISABLE_JIT="1") == digest


def by_hand(network, steps, stimulus):
    """The network as a plain Python loop over the uncompiled kernels: static synapses, delays, delta and
    exponential currents.

    Returns the (step, group, unit) of all spikes; the states are left in the groups.
    """
    dt, spikes, psc = network.dt, [], defaultdict(float)
    history = {group: [np.zeros(group.n, bool)] * 1000 for group in network.groups}         # the latest last
    coefficients = {group: np.array(group.model.step_coefficients(dt), float) for group in network.groups}
    for k in range(steps):
        for link in network.synapses:
            bag = np.zeros(link.target.n) if isinstance(link.synapse,
                                                        FirstOrderSynapse) else link.target.state[0]
            steps_ago = 1 if link.delay is None else round(link.delay / dt)
            for i in np.flatnonzero(history[link.source][-steps_ago]):
                if isinstance(link.synapse, FirstOrderSynapse):
                    psc[link.target, link.synapse] = psc[link.target, link.synapse] + weights(link)[i]
                else:
                    bag += weights(link)[i]
        for group in network.groups:
            current = np.full(group.n, float(stimulus.get(group, 0.0)))
            for target, synapse in psc:
                if target is group:
                    keep, mean = synapse.step_coefficients(dt)
                    current += psc[target, synapse] * mean
                    psc[target, synapse] *= keep
            fired = np.zeros(group.n, dtype=bool)
            group.model.step.python(group.state, coefficients[group], current, np.empty((2, 0)), fired, dt,
                                    mix(np.uint64(stream_key(network.seed, group.name)), k))
            history[group] = history[group][1:] + [fired]
            spikes += [(k, group.name, i) for i in np.flatnonzero(fired)]
    return spikes


def weights(link):
    weight = link.weight
    return weight if isinstance(weight, np.ndarray) else weight.toarray()


def loop_network():
    inputs = InputGroup(20, PoissonEncoder(100.0))
    cells = LIFGroup(15, FirstOrderLIF(noise=2.0))
    adapting = NeuronGroup(9, ALIF())
    draw = np.random.default_rng(0)
    sparse = csr_array(draw.normal(1.0, 2.0, (15, 15)) * (draw.random((15, 15)) < 0.4))
    links = [SynapseGroup(inputs, cells, draw.uniform(0.0, 0.6, (20, 15)), FirstOrderSynapse(5.0), delay=1.0),
             SynapseGroup(cells, cells, sparse, DeltaSynapse(), delay=2.3),
             SynapseGroup(cells, adapting, draw.uniform(0.0, 1.0, (15, 9)), FirstOrderSynapse(3.0)),
             SynapseGroup(inputs, adapting, draw.uniform(0.0, 0.3, (20, 9)), FirstOrderSynapse(3.0),
                          delay=4.0),
             SynapseGroup(adapting, cells, -2.0, DeltaSynapse(), delay=0.5)]
    assert {type(link.synapse) for link in links} == {DeltaSynapse, FirstOrderSynapse}
    watched = [SpikeMonitor(group) for group in (inputs, cells, adapting)]
    return Network(inputs, cells, adapting, links, watched, seed=11), watched, {inputs: 0.8, cells: 1.5,
                                                                                adapting: 1.0}


def test_the_engine_equals_a_plain_python_loop():
    network, watched, stimulus = loop_network()
    network.run(100.0, stimulus)
    twin, _, stimulus = loop_network()
    with np.errstate(over="ignore"):
        expected = by_hand(twin, 1000, stimulus)
    found = [(round(t / 0.1), monitor.target.name, i) for monitor in watched
             for t, i in zip(monitor.t, monitor.i)]
    assert all(monitor.t.size > 20 for monitor in watched)
    assert sorted(found) == sorted(expected)
    for group, other in zip(network.groups, twin.groups):
        np.testing.assert_array_equal(group.state, other.state)


def test_step_of_a_group_equals_the_network():
    """The class-room loop: with the key of the network, noise has the same bits too."""
    group, twin = (LIFGroup(6, FirstOrderLIF(tau_m=np.linspace(5.0, 30.0, 6), noise=1.0)) for _ in range(2))
    spikes = SpikeMonitor(group)
    network = Network(group, spikes, seed=1)
    network.run(100.0, {group: 1.6})
    with np.errstate(over="ignore"):
        fired = np.array([twin.step(1.6, 0.1, mix(np.uint64(stream_key(network.seed, group.name)), k))
                          for k in range(1000)])
    assert fired.sum() > 5
    np.testing.assert_array_equal(np.argwhere(fired)[:, 1], spikes.i)
    np.testing.assert_array_equal(group.state, twin.state)


# --- forms of a connection ----------------------------------------------------------------------------------

def response(weight, synapse, delay=None):
    inputs, cells = InputGroup(40, PoissonEncoder(100.0)), LIFGroup(25)
    spikes = SpikeMonitor(cells)
    link = SynapseGroup(inputs, cells, weight, synapse, delay=delay)
    Network(inputs, cells, link, spikes, seed=3).run(200.0, {inputs: 0.7, cells: 1.0})
    assert spikes.t.size > 50
    return cells.state, spikes.t, spikes.i


SYNAPSES = registered.spiking_synapses()


@pytest.mark.parametrize("synapse", SYNAPSES, ids=registered.name_of)
@pytest.mark.parametrize("delays", [False, True])
def test_dense_equals_sparse(synapse, delays):
    scale = registered.SCALE[synapse.unit]
    weight = scale * np.random.default_rng(1).random((40, 25))
    delay = np.random.default_rng(2).integers(1, 40, (40, 25)) * 0.1 if delays else 0.7
    for dense, sparse in zip(response(weight, synapse, delay), response(csr_array(weight), synapse, delay)):
        np.testing.assert_array_equal(dense, sparse)


@pytest.mark.parametrize("synapse", SYNAPSES, ids=registered.name_of)
def test_one_shared_weight_equals_a_weight_each(synapse):
    scale = 0.5 * registered.SCALE[synapse.unit]
    shared = response(FixedInDegree(40, scale, seed=1), synapse)
    each = response(FixedInDegree(40, lambda rng, n: np.full(n, scale), seed=1), synapse)
    for a, b in zip(shared, each):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("synapse", SYNAPSES, ids=registered.name_of)
def test_factored_equals_dense(synapse):
    scale = registered.SCALE[synapse.unit] / 3.0
    draw = np.random.default_rng(1)
    factored = Factored(scale * draw.random((40, 3)), draw.random((3, 25)),
                        scale * csr_array(0.1 * np.eye(40, 25)))
    dense, low_rank = response(factored.dense(), synapse), response(factored, synapse)
    np.testing.assert_allclose(low_rank[0], dense[0], rtol=1e-12)
    for a, b in zip(dense[1:], low_rank[1:]):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("model", [FirstOrderLIF(noise=1.0, v_floor=-66.0), FirstOrderLIF(reset="subtract"),
                                   ALIF()], ids=repr)
def test_a_coefficient_that_all_share_equals_one_each(model):
    def run(model):
        inputs, cells = InputGroup(40, PoissonEncoder(100.0)), NeuronGroup(25, model)
        links = [SynapseGroup(inputs, cells, 0.1),
                 SynapseGroup(inputs, cells, 0.001, ConductanceSynapse(5.0))]
        Network(inputs, cells, links, seed=3).run(100.0, {inputs: 0.7, cells: 1.0})
        return cells.state

    np.testing.assert_array_equal(run(model), run(replace(model, tau_m=np.full(25, model.tau_m))))


# --- save, load, interrupt ----------------------------------------------------------------------------------

def test_a_saved_network_goes_on_with_the_same_bits_in_another_process(tmp_path):
    """Spikes in flight, learned weights, drawn connections and tuning curves of an unknown seed, a changed
    model."""
    network, inputs = mixed.build(seed=None)
    cells = network.groups[0]
    network.run(50.0, inputs)
    cells.model = replace(cells.model, t_refractory=3.0, tau_m=np.linspace(9.0, 25.0, 30))
    network.save(tmp_path / "network.npz")
    for monitor in network.monitors:
        monitor.clear()
    network.run(50.0, inputs)
    assert network.monitors[0].t.size > 15
    assert process("resume", tmp_path / "network.npz") == mixed.digest(network)


def test_reset_after_load_is_that_of_the_saved_network(tmp_path):
    network, inputs = mixed.build(seed=1)
    network.run(20.0, inputs)
    network.save(tmp_path / "network.npz")
    other, its_inputs = mixed.build(seed=2)
    other.load(tmp_path / "network.npz")
    assert other.t == network.t and other.seed == 1
    for net, stimulus in ((network, inputs), (other, its_inputs)):
        net.reset()
        net.run(30.0, stimulus)
    assert mixed.digest(other) == mixed.digest(network)


def interrupted_run(network, inputs, after):
    """Run until Ctrl-C, which comes `after` seconds."""
    timer = threading.Timer(after, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        network.run(1e6, inputs)


def test_interrupt_leaves_a_network_that_can_go_on():
    def build():
        inputs, cells = InputGroup(50, PoissonEncoder(50.0)), LIFGroup(40)
        links = [SynapseGroup(inputs, cells, 0.2, delay=9.0, rule=STDP()),
                 SynapseGroup(cells, cells, -0.1, delay=3.0)]
        spikes, v = SpikeMonitor(cells), StateMonitor(cells, "v", index=0, every=50.0)
        return Network(inputs, cells, links, spikes, v, seed=8), {inputs: 0.5}, spikes, v

    (network, inputs, spikes, v), (twin, its_inputs, its_spikes, its_v) = build(), build()
    network.run(1.0, inputs)                                # compiled by now
    before = signal.getsignal(signal.SIGINT)
    interrupted_run(network, inputs, 0.3)
    assert signal.getsignal(signal.SIGINT) is before
    assert 1.0 < network.t < 1e6
    network.run(50.0, inputs)
    twin.run(network.t, its_inputs)
    assert spikes.t.size > 20
    for mine, its in ((spikes.t, its_spikes.t), (spikes.i, its_spikes.i), (v.t, its_v.t),
                      (v.values, its_v.values),
                      (network._layout.state, twin._layout.state),
                      (network._layout.weight, twin._layout.weight)):
        np.testing.assert_array_equal(mine, its)
