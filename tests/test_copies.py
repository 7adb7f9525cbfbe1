"""Copies are whole: what is written into one counts there alone, and both go on with the same bits."""

import copy
import pickle
import subprocess
import sys
import threading
import warnings
from dataclasses import dataclass, replace

import cloudpickle
import numpy as np
import pytest
from mixed import build, digest

from spikingnn import (STDP, FirstOrderLIF, HopfieldAssembly, InputGroup, LIFGroup, Network, PoissonEncoder,
                       SpikeMonitor, StateMonitor, STDPClassifier, SynapseGroup, WeightMonitor, simulate)
from spikingnn._util import blas
from spikingnn.engine.plugin import NeuronModel, step_kernel
from spikingnn.training import Dense, LIFLayer, Model, Readout, Trainer


WAYS = {"deepcopy": copy.deepcopy, "copy": copy.copy,
        "pickle": lambda value: pickle.loads(pickle.dumps(value)),
        "cloudpickle": lambda value: cloudpickle.loads(cloudpickle.dumps(value))}
ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def small(seed=1, **options):
    inputs, cells = InputGroup(20, PoissonEncoder(max_rate=200.0)), LIFGroup(5, FirstOrderLIF(noise=0.5))
    synapses = SynapseGroup(inputs, cells, 0.3, rule=STDP())
    parts = SpikeMonitor(cells), StateMonitor(cells, "v", index=[0, 2]), WeightMonitor(synapses, every=10.0)
    return Network(inputs, cells, synapses, *parts, seed=seed, **options)


def go_on(network):
    network.run(300.0, {network.groups[0]: 0.9}, progress=False)
    spikes, potential, weights = network.monitors
    ends = network.groups[1].state, network.synapses[0].weight
    return [spikes.t, spikes.i, potential.values, weights.values, *ends]


def assert_equal(ours, theirs):
    for mine, its in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(mine, its)


@ways
@pytest.mark.parametrize("taken", ["network", "group", "synapses", "monitor"])
def test_a_copy_goes_on_as_the_network_itself_whatever_part_was_copied(way, taken):
    network = small()
    network.run(50.0, {network.groups[0]: 1.0})
    part = {"network": network, "group": network.groups[1], "synapses": network.synapses[0],
            "monitor": network.monitors[0]}[taken]
    made = way(part) if taken == "network" else way(part).network
    assert made is not network and made.groups[1].network is made
    assert_equal(go_on(made), go_on(network))


@ways
def test_what_is_written_into_a_copy_counts_there_and_there_alone(way):
    def write(network):
        cells, link = network.groups[1], network.synapses[0]
        cells["v"] = -52.0
        cells["v"][1] = -51.0
        cells.model = replace(cells.model, tau_m=7.0)
        link.weight = 0.7 * link.weight
        link.rule = replace(link.rule, a_plus=0.05)

    network, twin, plain = small(), small(), small()
    for each in (network, twin, plain):
        each.run(50.0, {each.groups[0]: 1.0})
    made = way(network)
    write(made)
    write(twin)
    written = go_on(made)
    assert_equal(written, go_on(twin))
    untouched = go_on(network)
    assert_equal(untouched, go_on(plain))
    assert not np.array_equal(written[2], untouched[2])


@ways
def test_the_network_with_one_of_everything_is_copied(way):
    network, inputs = build()
    network.run(20.0, inputs)
    made = way(network)
    stimuli = {made.groups[network.groups.index(group)]: value for group, value in inputs.items()}
    network.run(30.0, inputs)
    made.run(30.0, stimuli)
    assert digest(made) == digest(network)
    for each in (made, network):
        each.reset(seed=3)
        each.run(20.0, stimuli if each is made else inputs)
    assert digest(made) == digest(network)


@ways
def test_parts_without_a_network_are_copied(way):
    cells = LIFGroup(4, dimensions=2, seed=0)
    cells["v"] = [-60.0, -55.0, -61.0, -64.0]
    made = way(cells)
    made["v"] = -60.0
    assert made.network is None and cells["v"][1] == -55.0
    np.testing.assert_array_equal(made.bias, cells.bias)
    made.model = replace(made.model, tau_m=5.0)
    assert not np.array_equal(made.bias, cells.bias)
    link = way(SynapseGroup(cells, cells, np.full((4, 4), 0.2)))
    Network(link.source, link).run(5.0)


@dataclass(frozen=True)
class Fixed(NeuronModel):
    """Spikes at every step."""

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        spikes[:] = True


@ways
def test_a_kernel_is_copied_without_its_machine_code(way):
    for kernel in (Fixed.step, FirstOrderLIF.step, STDP().on_post):
        assert way(kernel) is kernel
    assert simulate(way(Fixed()), 0.0, 1.0).spikes.size == 10


def test_neurons_and_rules_of_a_script_travel_by_cloudpickle(tmp_path):
    """Also to a process that does not have the script, and by plain pickle within it."""
    script = tmp_path / "own.py"
    script.write_text("""if True:
        import pickle, subprocess, sys
        from dataclasses import dataclass
        import cloudpickle, numpy as np
        from spikingnn import *

        @dataclass(frozen=True, eq=False)
        class Own(NeuronModel):
            level: float = 1.0
            states = ("v",)
            def calibrate(self, dt):
                return (self.level,)
            @step_kernel
            def step(state, coefficients, current, conductance, spikes, dt, key):
                v, = rows(state, 1)
                for i in range(v.size):
                    v[i] += current[i]
                    if v[i] > coefficients[0]:
                        v[i] = 0.0
                        spikes[i] = True

        @dataclass(frozen=True, eq=False)
        class Grows(Rule):
            step: float = 0.001
            @on_pre_kernel
            def on_pre(weight, state, pre, post, params, t, key):
                for j in range(weight.size):
                    weight[j] += params[0]

        a, b = NeuronGroup(3, Own()), NeuronGroup(2, Own(2.0))
        link, spikes = SynapseGroup(a, b, 0.1, rule=Grows()), SpikeMonitor(b)
        net = Network(a, b, link, spikes, seed=1)
        net.run(5.0, {a: 0.3})
        open(sys.argv[1], "wb").write(cloudpickle.dumps(net))
        same = pickle.loads(pickle.dumps(net))
        for each in (net, same):
            each.run(20.0, {each.groups[0]: 0.3})
        assert np.array_equal(same.monitors[0].t, spikes.t) and spikes.t.size > 10
        print(spikes.t.size, net.synapses[0].weight.sum())
    """)
    reader = "import pickle, sys; net = pickle.load(open(sys.argv[1], 'rb')); "
    reader += "net.run(20.0, {net.groups[0]: 0.3}); "
    reader += "print(net.monitors[0].t.size, net.synapses[0].weight.sum())"
    path, options = str(tmp_path / "net.pickle"), {"capture_output": True, "text": True, "timeout": 240}
    told = [subprocess.run([sys.executable, *arguments, path], **options)
            for arguments in ([str(script)], ["-c", reader])]
    assert [each.returncode for each in told] == [0, 0], told
    assert told[0].stdout == told[1].stdout


def _trial(network, level):
    network.groups[1]["v"] = level
    network.run(100.0, {network.groups[0]: 1.0}, progress=False)
    return network.monitors[0].t, network.monitors[1].values


def test_processes_of_joblib_give_what_the_process_itself_gives():
    """Arrays of more than a megabyte come there read-only, mapped from a file."""
    joblib = pytest.importorskip("joblib")
    inputs, cells = InputGroup(700, PoissonEncoder(max_rate=5.0)), LIFGroup(300, FirstOrderLIF(noise=0.5))
    link = SynapseGroup(inputs, cells, np.full((700, 300), 0.1), rule=STDP())
    network = Network(inputs, cells, link, SpikeMonitor(cells), StateMonitor(cells, "v"), seed=2)
    network.run(10.0)
    here = [_trial(copy.deepcopy(network), level) for level in (-60.0, -51.0)]
    there = joblib.Parallel(n_jobs=2)(joblib.delayed(_trial)(network, level) for level in (-60.0, -51.0))
    for mine, its in zip(here, there):
        assert_equal(mine, its)
    assert here[0][0].size and not np.array_equal(here[0][1], here[1][1])


# --- views ---------------------------------------------------------------------------------------------

def test_a_view_stays_alive_through_building_running_reset_and_load(tmp_path):
    inputs, cells = InputGroup(3, PoissonEncoder()), LIFGroup(4, FirstOrderLIF(noise=1.0))
    views = cells["v"], cells.state, cells["v"][1:3]
    network = Network(inputs, cells, seed=1)

    def assert_alive():
        assert_equal(views[:2], [cells["v"], cells.state])
        views[2][:] = -50.5
        assert (cells["v"][1:3] == -50.5).all()
        spikes = copy.deepcopy(network)
        spikes.run(0.1)
        assert (spikes.groups[1]["v"][1:3] != -50.5).all()      # the engine went on from what was written
    assert_alive()
    network.run(20.0, {cells: 2.0})
    assert_alive()
    network.save(tmp_path / "saved.npz")
    network.run(5.0, {cells: 2.0})
    network.load(tmp_path / "saved.npz")
    assert_alive()
    network.reset()
    assert_alive()
    network.reset(seed=4)
    assert_alive()


# --- other objects -------------------------------------------------------------------------------------

@ways
def test_memories_are_copied(way):
    patterns = np.where(np.random.default_rng(0).random((3, 40)) < 0.5, -1.0, 1.0)
    memory = HopfieldAssembly(40, seed=1).store(patterns)
    memory.recall(patterns[0])
    made = way(memory)
    assert_equal([made.recall(patterns[1]).spikes.t], [memory.recall(patterns[1]).spikes.t])
    made.store(-patterns[2])
    assert len(made.patterns) == 1 and len(memory.patterns) == 3
    recalled = memory.recall(patterns[0])
    assert_equal([way(recalled).pattern, way(recalled).rates], [recalled.pattern, recalled.rates])


@ways
def test_a_fitted_classifier_is_copied(way):
    rng = np.random.default_rng(0)
    x, y = rng.random((30, 12)), np.arange(30) % 2
    learned = STDPClassifier(neurons=8, seed=1).fit(x, y, progress=False)
    made = way(learned)
    np.testing.assert_array_equal(made.respond(x[:4]), learned.respond(x[:4]))
    made.partial_fit(x[:10])
    learned.partial_fit(x[:10])
    np.testing.assert_array_equal(made.synapses.weight, learned.synapses.weight)
    made.synapses.weight = made.synapses.weight * 0.5
    assert not np.array_equal(made.synapses.weight, learned.synapses.weight)


@ways
def test_models_and_trainers_are_copied(way):
    rng = np.random.default_rng(0)
    x, y = rng.random((40, 6)).astype(np.float32), np.arange(40) % 2
    model = Model([Dense(8), LIFLayer(), Dense(2), Readout()], shape=6, steps=4, seed=1)
    trainer = Trainer(model, epochs=1).fit(x, y, progress=False)
    made = copy.deepcopy(trainer) if way is copy.copy else way(trainer)
    for each in (trainer, made):
        each.epochs = 3
        each.fit(x, y, progress=False)
    name = "0_Dense.weight"
    np.testing.assert_array_equal(made.model.parameters[name], trainer.model.parameters[name])
    model = way(trainer.model)
    before = trainer.model.predict(x[None])
    np.testing.assert_array_equal(model.predict(x[None]), before)
    model.parameters[name] *= 0.0
    assert not np.array_equal(model.predict(x[None]), before)
    np.testing.assert_array_equal(trainer.model.predict(x[None]), before)


# --- threads -------------------------------------------------------------------------------------------

def in_threads(*functions):
    """What each function returned or raised, all at once."""
    found = [None] * len(functions)
    start = threading.Barrier(len(functions))

    def call(k, function):
        start.wait()
        try:
            found[k] = function()
        except Exception as error:
            found[k] = error

    threads = [threading.Thread(target=call, args=each) for each in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_one_memory_answers_two_threads_as_it_answers_one():
    patterns = np.where(np.random.default_rng(0).random((4, 60)) < 0.5, -1.0, 1.0)
    memory = HopfieldAssembly(60, seed=1).store(patterns)
    alone = [memory.recall(pattern).spikes for pattern in patterns]
    before, filters, errors = blas.thread_count(), list(warnings.filters), np.geterr()
    for _ in range(3):
        answers = in_threads(*(lambda cue=cue: memory.recall(cue).spikes for cue in patterns))
        for answered, expected in zip(answers, alone, strict=True):
            np.testing.assert_array_equal(answered, expected)
    assert blas.thread_count() == before and warnings.filters == filters and np.geterr() == errors


def test_one_model_answers_two_threads_as_it_answers_one():
    model = Model([Dense(30), LIFLayer(), Dense(3), Readout()], shape=20, steps=10, seed=1)
    pictures = np.random.default_rng(0).random((4, 1, 300, 20)).astype(np.float32)
    alone = [model.predict(each) for each in pictures]
    for _ in range(5):
        assert_equal(in_threads(*(lambda each=each: model.predict(each) for each in pictures)), alone)
    with model._lock:
        refused, = in_threads(lambda: model.forward(pictures[0]))
    assert isinstance(refused, RuntimeError) and "Model.forward" in str(refused)


def test_one_network_run_twice_at_a_time_refuses_in_one_line():
    network, twin = small(), small()
    inputs = network.groups[0]
    rounds = [in_threads(*[lambda: network.run(200.0, {inputs: 1.0}, progress=False)] * 3) for _ in range(4)]
    refused = [each for found in rounds for each in found if each is not None]
    assert all(isinstance(each, RuntimeError) and "does one thing at a time" in str(each) for each in refused)
    runs = 12 - len(refused)
    assert runs >= 4 and network.t == pytest.approx(200.0 * runs)
    twin.run(200.0 * runs, {twin.groups[0]: 1.0}, progress=False)
    assert_equal([network.monitors[0].t, network.monitors[0].i], [twin.monitors[0].t, twin.monitors[0].i])


@pytest.mark.parametrize("what", ["run", "reset", "save", "load", "copy", "state", "weight"])
def test_nothing_else_is_done_to_a_network_that_runs(what, tmp_path):
    network = small()
    network.save(tmp_path / "saved.npz")
    actions = {"run": lambda: network.run(1.0), "reset": network.reset,
               "save": lambda: network.save(tmp_path / "other.npz"),
               "load": lambda: network.load(tmp_path / "saved.npz"), "copy": lambda: copy.deepcopy(network),
               "state": lambda: network.groups[1].__setitem__("v", 0.0),
               "weight": lambda: setattr(network.synapses[0], "weight", 0.1)}
    with network._alone("here"), pytest.raises(RuntimeError, match="does one thing at a time"):
        actions[what]()
    actions[what]()


def test_a_run_leaves_filters_and_error_states_as_they_were(recwarn):
    filters, errors = list(warnings.filters), np.geterr()
    network = small()
    in_threads(lambda: network.run(10.0), lambda: small().run(10.0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        network.run(1.0)
    assert warnings.filters == filters and np.geterr() == errors
