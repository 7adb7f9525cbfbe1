"""The same network here and in NEST: the same spikes where the equations agree, and a warning where not."""

import os
import subprocess
import sys
import warnings

import numpy as np
import pytest

os.environ.setdefault("PYNEST_QUIET", "1")
nest = pytest.importorskip("nest", reason="NEST is not installed: pip install 'spikingnn[nest]'")

from spikingnn import (STDP, ConductanceSynapse, DeltaSynapse, FirstOrderLIF,               # noqa: E402
                       FirstOrderSynapse, FixedInDegree, FixedProbability, InputGroup, LIFGroup, Network,
                       NeuronGroup, OneToOne, PoissonEncoder, PoissonInput, SpikeMonitor, SpikeSource,
                       StateMonitor, SynapseGroup)
from spikingnn.exchange.nest import export_nest, read_nest                                  # noqa: E402


def trains(n, k, end, seed, first=0.0):
    """n trains of k spikes each, in steps of their own, the last one at `end`."""
    draw, steps = np.random.default_rng(seed), np.arange(int(10 * first), int(10 * end))
    return [np.append(np.sort(draw.choice(steps, k, replace=False)) * 0.1, end) for _ in range(n)]


def cuba(n=400, delay=1.5, k=80):
    """The network of currents of Brette et al. (2007), with k inputs for each neuron."""
    cells = NeuronGroup(n, FirstOrderLIF(v_rest=-49.0, v_reset=-60.0, t_refractory=5.0), name="cells")
    cells["v"] = np.random.default_rng(0).uniform(-60.0, -50.0, n)
    inner = int(0.8 * n)
    spikes, v = SpikeMonitor(cells), StateMonitor(cells, "v", index=[7, 3], every=0.5)
    network = Network(
        cells, spikes, v,
        SynapseGroup(cells[:inner], cells, FixedInDegree(int(0.8 * k), 0.162), FirstOrderSynapse(5.0), delay),
        SynapseGroup(cells[inner:], cells, FixedInDegree(k // 5, -0.9), FirstOrderSynapse(10.0), delay),
        dt=0.1, seed=1)
    return network, cells, spikes, v


def assert_same(ours, theirs, least):
    assert ours.t.size >= least
    np.testing.assert_array_equal(theirs.t, ours.t)
    np.testing.assert_array_equal(theirs.i, ours.i)


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        yield


def test_currents_spike_for_spike():
    network, cells, spikes, v = cuba()
    in_nest = network.to_nest()
    in_nest.run(120.0)
    in_nest.run(80.0)                                       # goes on where it stopped
    network.run(200.0)
    assert_same(spikes, in_nest.spikes(cells), 300)
    assert_same(spikes, in_nest.spikes(spikes), 300)
    part, inner = in_nest.spikes(cells[100:200]), (spikes.i >= 100) & (spikes.i < 200)
    np.testing.assert_array_equal(part.i, spikes.i[inner] - 100)
    trace = in_nest.trace(v)
    np.testing.assert_array_equal(trace.t, v.t)
    np.testing.assert_allclose(trace.values, v.values, rtol=0, atol=1e-11)


def test_two_threads_give_the_spikes_of_one():
    network, cells, spikes, _ = cuba()
    in_nest = network.to_nest(threads=2)
    assert nest.local_num_threads == 2
    in_nest.run(200.0)
    network.run(200.0)
    assert_same(spikes, in_nest.spikes(cells), 300)


@pytest.mark.parametrize("delay", [None, 1.5, lambda draw, size: 0.1 * draw.integers(1, 31, size)])
def test_jumps_spike_for_spike(delay):
    source = SpikeSource(trains(30, 40, 200.0, 0), name="source")
    cells = NeuronGroup(100, FirstOrderLIF(v_floor=-67.0), name="cells")
    drawn = FixedProbability(0.1, lambda draw, size: draw.normal(0.0, 0.5, size))
    spikes, given = SpikeMonitor(cells), SpikeMonitor(source)
    network = Network(source, cells, spikes, given,
                      SynapseGroup(source, cells, FixedProbability(0.2, 3.0), DeltaSynapse(), delay),
                      SynapseGroup(cells, cells, drawn, DeltaSynapse(), delay), seed=2)
    currents = np.random.default_rng(1).uniform(0.0, 1.0, (4, 100))
    in_nest = network.to_nest()
    in_nest.run(200.0, inputs={cells: currents})
    network.run(200.0, inputs={cells: currents})
    assert_same(spikes, in_nest.spikes(cells), 1000)
    assert_same(given, in_nest.spikes(source), 1200)


def test_parameters_of_each_neuron_and_three_time_constants():
    n, draw = 60, np.random.default_rng(3)
    cells = NeuronGroup(n, FirstOrderLIF(
        tau_m=draw.uniform(10, 30, n), resistance=draw.uniform(5, 15, n), v_rest=draw.uniform(-66, -64, n),
        v_threshold=draw.uniform(-52, -48, n), t_refractory=0.1 * draw.integers(0, 30, n)))
    source, spikes = SpikeSource(trains(40, 40, 210.0, 4)), SpikeMonitor(cells)
    drawn = FixedProbability(0.3, lambda draw, size: draw.normal(0.1, 0.3, size))
    synapses = [SynapseGroup(source, cells, drawn, FirstOrderSynapse(tau),
                             lambda draw, size: 0.1 * draw.integers(2, 31, size))
                for tau in (3.0, 7.0, draw.uniform(2, 9, n))]
    weights = 0.05 * np.ones((30, 40))
    synapses.append(SynapseGroup(cells[:30], cells[20:], weights, FirstOrderSynapse(3.0), 0.2,
                                 dtype="float32"))
    network = Network(source, cells, spikes, synapses, seed=5)
    currents = draw.uniform(0.0, 3.0, (7, n))
    in_nest = network.to_nest()
    in_nest.run(210.0, inputs={cells: currents})
    network.run(210.0, inputs={cells: currents})
    assert_same(spikes, in_nest.spikes(cells), 1000)


def test_biases_of_tuned_neurons():
    cells = LIFGroup(40, FirstOrderLIF(), dimensions=1, seed=0)
    spikes = SpikeMonitor(cells)
    network = Network(cells, spikes, seed=0)
    in_nest = network.to_nest()
    in_nest.run(100.0, inputs={cells: cells.current([0.5])})
    network.run(100.0, inputs={cells: cells.current([0.5])})
    assert_same(spikes, in_nest.spikes(cells), 100)


def test_conductances_of_one_neuron():
    source, cell = SpikeSource(trains(50, 60, 1000.0, 6)), NeuronGroup(1, FirstOrderLIF(v_threshold=0.0))
    v = StateMonitor(cell, "v")
    synapses = [SynapseGroup(source[:40], cell, 0.004, ConductanceSynapse(5.0, 0.0), delay=1.0),
                SynapseGroup(source[40:], cell, 0.03, ConductanceSynapse(10.0, -80.0), delay=1.0)]
    network = Network(source, cell, v, synapses, seed=0)
    with pytest.warns(UserWarning, match="statistically alike: NeuronGroup1: NEST integrates conductances"):
        in_nest = network.to_nest()
    in_nest.run(1000.0)
    network.run(1000.0)
    assert np.ptp(v.values) > 5.0
    np.testing.assert_allclose(in_nest.trace(v).values, v.values, rtol=0, atol=5e-3)


def learning(rule, delay_post, synapse, imposed):
    """Plastic synapses, the last spikes of their sources at 1,500 ms, and targets that spike as imposed."""
    source = SpikeSource(trains(30, 40, 1500.0, 7, first=0.1))
    weights = np.random.default_rng(8).uniform(0.2, 0.8, (30, 10))
    if imposed:
        target, more = SpikeSource(trains(10, 40, 1490.0, 9, first=0.1)), ()
    else:
        target = NeuronGroup(10, FirstOrderLIF(v_threshold=-20.0))
        teacher = SpikeSource(trains(10, 40, 1490.0, 9))
        more = teacher, SynapseGroup(teacher, target, OneToOne(150.0), synapse, delay=0.2)
    plastic = SynapseGroup(source, target, weights, synapse, 1.0, rule, delay_post=delay_post)
    return Network(source, target, plastic, more, seed=0), plastic


# Targets whose spikes are imposed learn alike to the last digits. Others are moved by the delivered weights,
# of which NEST's are those behind their own depression: a spike may then fall into the next step.
@pytest.mark.parametrize("imposed, synapse, equal, tolerance", [
    (True, DeltaSynapse(), 0.2, 1e-9), (False, DeltaSynapse(), 0.2, 1e-9),
    (False, FirstOrderSynapse(1.0), 0.3, 0.02)])
def test_plasticity_from_the_same_pairs(imposed, synapse, equal, tolerance):
    rule = STDP(tau_minus=30.0, a_plus=0.01, a_minus=0.009, w_max=3.0, coincident="ignore")
    network, plastic = learning(rule, equal, synapse, imposed)
    with pytest.warns(UserWarning, match="behind its own depression"):
        in_nest = network.to_nest()
    in_nest.run(1510.0)
    network.run(1510.0)
    assert np.ptp(plastic.weight - np.random.default_rng(8).uniform(0.2, 0.8, (30, 10))) > 0.1
    np.testing.assert_allclose(in_nest.weight(plastic), plastic.weight, rtol=0, atol=tolerance)


@pytest.mark.parametrize("exponents", [{}, {"mu_plus": 0.5, "mu_minus": 1.0}])
def test_plasticity_by_default_is_alike(exponents):
    network, plastic = learning(STDP(a_plus=0.01, a_minus=0.011, **exponents), 0.0, DeltaSynapse(), True)
    with pytest.warns(UserWarning, match='2 steps apart .* .delay_post=0.2 and coincident="ignore"'):
        in_nest = network.to_nest()
    in_nest.run(1510.0)
    network.run(1510.0)
    ours, theirs = plastic.weight, in_nest.weight(plastic)
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] >= 0.99
    assert np.median(abs(ours - theirs)) <= 0.01


def test_random_input_is_alike():
    rates = np.array([[2000.0], [6000.0]])
    background, shared = PoissonInput(50, 2000.0), PoissonInput(1, 1000.0)
    encoded = InputGroup(40, PoissonEncoder(np.linspace(50.0, 150.0, 40)))
    cells = NeuronGroup(50, FirstOrderLIF())
    spikes, coded = SpikeMonitor(cells), SpikeMonitor(encoded)
    network = Network(background, shared, encoded, cells, spikes, coded,
                      SynapseGroup(background, cells, OneToOne(0.1), DeltaSynapse()),
                      SynapseGroup(shared, cells, 0.2, DeltaSynapse()),
                      SynapseGroup(encoded, cells, FixedProbability(0.2, 0.2), DeltaSynapse()), seed=1)
    inputs = {background: rates * np.ones(50), encoded: 0.5}
    with pytest.warns(UserWarning, match="PoissonInput1, PoissonInput2, InputGroup1: other random spikes"):
        in_nest = network.to_nest()
    in_nest.run(1000.0, inputs)
    network.run(1000.0, inputs)
    ours, theirs = (np.histogram(each.t, [0, 500, 1000])[0] for each in (spikes, in_nest.spikes(cells)))
    assert ours.min() > 100
    np.testing.assert_allclose(theirs, ours, rtol=0.2)
    assert in_nest.spikes(encoded).t.size == pytest.approx(40 * 50, abs=5 * np.sqrt(40 * 50))


def test_a_shared_source_is_shared_in_nest():
    shared, cells = PoissonInput(1, 500.0), NeuronGroup(2, FirstOrderLIF())
    spikes = SpikeMonitor(cells)
    network = Network(shared, cells, spikes, SynapseGroup(shared, cells, 20.0, DeltaSynapse()), seed=0)
    with pytest.warns(UserWarning, match="other random spikes"):
        in_nest = network.to_nest()
    in_nest.run(200.0)
    first, second = in_nest.spikes(cells).trains()
    assert first.size > 20
    np.testing.assert_array_equal(first, second)


def test_a_later_network_clears_nest():
    network, cells, _, _ = cuba()
    before = network.to_nest()
    network.to_nest()
    with pytest.raises(RuntimeError, match="a later to_nest has cleared this one"):
        before.run(1.0)


def test_what_is_not_recorded():
    network, cells, _, v = cuba()
    in_nest = network.to_nest(record=[])
    with pytest.raises(ValueError, match="cells was not recorded"):
        in_nest.spikes(cells)
    with pytest.raises(ValueError, match="trace must be a StateMonitor of the network"):
        in_nest.trace(StateMonitor(cells, "refractory"))
    with pytest.raises(ValueError, match="function of time"):
        in_nest.run(10.0, inputs={cells: lambda t: t})


# --- folders ------------------------------------------------------------------------------------------------


def run_folder(folder, *command):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYNEST_QUIET": "1"}
    command = [*command, sys.executable, "run_nest.py"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)


def test_a_folder_runs_alone(tmp_path):
    network, cells, spikes, _ = cuba()
    currents = np.linspace(0.0, 0.1, 800).reshape(2, 400)
    export_nest(network, tmp_path / "net", 150.0, inputs={cells: currents})
    assert "import spikingnn" not in (tmp_path / "net" / "run_nest.py").read_text()
    post = np.load(tmp_path / "net" / "connections.0.post.npy")
    assert np.all(np.diff(post.astype(int)) >= 0)
    with pytest.raises(FileNotFoundError):
        read_nest(tmp_path / "net")
    assert "process 0 of 1" in run_folder(tmp_path / "net").stdout
    network.run(150.0, inputs={cells: currents})
    assert_same(spikes, read_nest(tmp_path / "net")["cells"], 250)
    with pytest.raises(ValueError, match="must be a new or empty folder"):
        export_nest(cuba()[0], tmp_path / "net", 1.0)


def test_processes_give_the_spikes_of_one(tmp_path):
    if not nest.build_info.get("have_mpi", False):
        pytest.skip("this NEST has no MPI: the page on exchange says where a build with MPI comes from")
    network, cells, spikes, _ = cuba()
    export_nest(network, tmp_path, 150.0)
    run_folder(tmp_path, "mpirun", "-n", "2")
    network.run(150.0)
    assert (tmp_path / "spikes_1.npz").exists()
    assert_same(spikes, read_nest(tmp_path)["cells"], 250)
