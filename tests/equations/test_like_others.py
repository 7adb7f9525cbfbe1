"""A model given as text is like any other: copies, files, values per neuron, plain Python, parts of runs."""

import copy
import os
import pickle
import subprocess
import sys
import warnings
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import cloudpickle
import numpy as np
import pytest
from texts import FITZHUGH_NAGUMO, adaptive, adex, hodgkin_huxley, izhikevich, lif

from spikingnn import (STDP, ConductanceSynapse, Equations, FirstOrderSynapse, GradedSynapse, InputGroup,
                       LIFGroup, Network, NeuronGroup, NeuronModel, PoissonEncoder, SpikeMonitor,
                       StateMonitor, SynapseGroup, simulate)
from spikingnn.engine.random import mix


MODELS = {
    "lif": lif, "adaptive": adaptive, "adex": adex, "izhikevich": izhikevich,
    "hodgkin_huxley": lambda: hodgkin_huxley({"v": -60.0, "m": 0.1, "h": 0.5, "n": 0.3}),
    "fitzhugh_nagumo": lambda: Equations(FITZHUGH_NAGUMO, "v > 1"),
    "rk4": lambda: Equations(FITZHUGH_NAGUMO, method="rk4", longest_step=0.03),
    "noisy": lambda: Equations("dv/dt = -v/tau + I + xi", "v > 1", "v = rand()", method="euler", tau=5.0),
    "noisy split": lambda: Equations("dv/dt = -v**3 + w + I + xi\ndw/dt = -w/tau + xi_2 + xi", tau=5.0),
    "in time": lambda: Equations("dv/dt = sin(t)*I - v/(1 + v**2)", "v > 0.5 or rand() < 0.01", "v = 0",
                                 t_refractory=1.0),
    "frozen": lambda: adaptive(method="split"),
    "functions": lambda: Equations("""dv/dt = log(1 + abs(v)) - sqrt(v**2 + 1)*v + v**2.5*0 + tan(0.1*v)
                                      + sinh(v)/50 + arctan(v) + v % 3 - floor(v)*0.1 + I/cosh(v)
                                      - exprel(v/9) + clip(v, -1, 1)"""),
}
models = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
WAYS = {"deepcopy": copy.deepcopy, "copy": copy.copy,
        "pickle": lambda value: pickle.loads(pickle.dumps(value)),
        "cloudpickle": lambda value: cloudpickle.loads(cloudpickle.dumps(value))}


def advanced(model, compiled, conducting, steps=60, n=9):
    state = np.array(model.initial_state(n, 1))
    homogeneous, coefficients = model.coefficients(n, 0.1)
    variant = "homogeneous" if homogeneous else "heterogeneous"
    kernel = model.step.compiled(variant) if compiled else model.step.python
    conductance = np.array([np.linspace(0, 0.2, n), np.linspace(0, -8.0, n)])[:, :n * conducting].copy()
    spikes = []
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for k in range(steps):
            flags, current = np.zeros(n, dtype=bool), np.linspace(0.0, 20.0, n) * (k % 7 > 1)
            kernel(state, coefficients, current, conductance, flags, 0.1, mix(np.uint64(5), k))
            spikes.append(flags)
    return state, np.array(spikes)


@models
def test_compiled_is_plain_python(model):
    model = model()
    for conducting in (False, True)[:1 + model.conductances]:
        plain, compiled = (advanced(model, each, conducting) for each in (False, True))
        assert plain[0].tobytes() == compiled[0].tobytes()
        assert np.array_equal(plain[1], compiled[1]) and np.isfinite(plain[0]).all()


@models
def test_values_per_neuron_are_single_neurons(model):
    model = model()
    names = [field.name for field in fields(model) if field.name not in ("t_refractory", "longest_step")][:2]
    each = {name: getattr(model, name) * np.linspace(1.0, 1.1, 5) for name in names}
    if not names:
        pytest.skip("no parameters")
    group, values = NeuronGroup(5, replace(model, **each)), []
    Network(group, seed=1).run(20.0, {group: 3.0})
    for i in (0, 4):
        one = NeuronGroup(5, replace(model, **{name: float(value[i]) for name, value in each.items()}))
        Network(one, seed=1).run(20.0, {one: 3.0})
        values.append(one.state[:, i])
    np.testing.assert_allclose(group.state[:, [0, 4]].T, values, rtol=1e-12, atol=1e-12)


@models
def test_a_run_in_parts_is_the_whole(model):
    ends = []
    for parts in ((30.0,), (7.0, 13.0, 10.0)):
        group = NeuronGroup(4, model())
        network = Network(group, seed=2)
        for part in parts:
            network.run(part, {group: 2.0})
        ends.append(group.state.tobytes())
    assert ends[0] == ends[1]


@models
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_copies(model, way):
    model = model()
    made = way(model)
    assert type(made) is type(model) and made.step is model.step
    assert all(np.array_equal(getattr(made, each.name), getattr(model, each.name)) for each in fields(model))
    group = NeuronGroup(3, model)
    network = Network(group, seed=1)
    network.run(3.0, {group: 2.0})
    other = way(network)
    for each in (network, other):
        each.run(3.0, {each.groups[0]: 2.0})
    assert other.groups[0].state.tobytes() == group.state.tobytes() and other.groups[0] is not group


@models
def test_files(model, tmp_path):
    group = NeuronGroup(3, model())
    network = Network(group, seed=1)
    network.run(5.0, {group: 2.0})
    network.save(tmp_path / "network.npz")
    network.run(5.0, {group: 2.0})
    again = NeuronGroup(3, model())
    loaded = Network(again, seed=9)
    loaded.load(tmp_path / "network.npz")
    loaded.run(5.0, {again: 2.0})
    assert again.state.tobytes() == group.state.tobytes()


def test_a_file_keeps_parameters_and_refuses_another_text(tmp_path):
    group = NeuronGroup(3, lif(tau=[10.0, 20.0, 30.0], R=12.0))
    Network(group, seed=1).save(tmp_path / "network.npz")
    again = NeuronGroup(3, lif())
    Network(again, seed=1).load(tmp_path / "network.npz")
    assert again.model.tau.tolist() == [10.0, 20.0, 30.0] and again.model.R == 12.0
    other = NeuronGroup(3, Equations("dv/dt = (v_rest - v + 2*R*I)/tau : mV (unless refractory)", "v >= v_t",
                                     "v = v_r",
                                     t_refractory=2.0, v_rest=0.0, R=1.0, tau=1.0, v_t=1.0, v_r=0.0))
    with pytest.raises(ValueError, match="holds another network"):
        Network(other, seed=1).load(tmp_path / "network.npz")


def test_it_is_a_dataclass_with_its_parameters():
    model = lif()
    assert isinstance(model, Equations) and isinstance(model, NeuronModel) and is_dataclass(model)
    assert [field.name for field in fields(model)] == ["v_rest", "R", "tau", "v_t", "v_r", "t_refractory"]
    assert type(model) is type(lif(tau=5.0)) and type(model).__name__ == "Equations"
    faster = replace(model, tau=10.0)
    assert faster.tau == 10.0 and type(faster) is type(model)
    with pytest.raises(AttributeError):
        model.tau = 5.0
    text = "dv/dt = (v_rest - v + R*I)/tau : mV (unless refractory)"
    assert repr(model).startswith(f"Equations({text!r}, v_rest=-65.0")


def test_a_group_takes_another_parameter_between_runs():
    group = NeuronGroup(2, lif())
    spikes = SpikeMonitor(group)
    network = Network(group, spikes)
    network.run(100.0, {group: 2.0})
    before = spikes.t.size
    group.model = replace(group.model, tau=[5.0, 40.0])
    network.run(100.0, {group: 2.0})
    assert before == 6 and spikes.count().tolist() != [6, 6]
    with pytest.raises(ValueError, match=r"Equations.tau must be a scalar or have shape \(2,\)"):
        group.model = replace(group.model, tau=[1.0, 2.0, 3.0])


def test_in_a_network_with_everything():
    inputs, cells = InputGroup(50, PoissonEncoder(100.0)), NeuronGroup(20, adex())
    links = [SynapseGroup(inputs, cells, 0.05, FirstOrderSynapse(5.0), rule=STDP(w_max=0.2), delay=1.0),
             SynapseGroup(cells, cells, 0.001, ConductanceSynapse(5.0, -80.0), delay=1.5)]
    spikes, w = SpikeMonitor(cells), StateMonitor(cells, "w", every=1.0)
    network = Network(inputs, cells, links, spikes, w, seed=1)
    network.run(200.0, {inputs: 1.0, cells: np.linspace(0, 1, 20)})
    assert spikes.t.size > 20 and np.isfinite(w.values).all()


def test_a_current_that_no_text_reads_is_refused():
    silent = NeuronGroup(2, Equations("dv/dt = -v/tau", tau=10.0))
    network = Network(silent)
    network.run(1.0, {silent: 0.0})
    with pytest.raises(ValueError, match="NeuronGroup1.input must be zero: Equations takes no current"):
        network.run(1.0, {silent: [0.0, 1.0]})
    with pytest.raises(ValueError, match="takes no current"):
        silent.step(1.0, 0.1)
    for synapse in (FirstOrderSynapse(5.0), GradedSynapse()):
        with pytest.raises(ValueError, match="synapse must be DeltaSynapse: Equations takes no current"):
            SynapseGroup(LIFGroup(1), silent, 1.0, synapse)
    with pytest.raises(ValueError, match="takes no conductances"):
        SynapseGroup(LIFGroup(1), silent, 1.0, ConductanceSynapse(5.0, 0.0))
    own = Equations("dv/dt = (I - v)/tau", tau=10.0, I=2.0)
    assert simulate(own, 0.0, 100.0).v[-1] == pytest.approx(2.0, abs=1e-3)


def test_the_kernel_is_a_file_to_read():
    source = adex().source
    assert source.startswith("# Step of a neuron model")
    assert "dv/dt = (g_L*(E_L - v)" in source.splitlines()[2]
    file = Path(adex().step.python.__code__.co_filename)
    assert file.read_text() == source
    compile(source, "kernel", "exec")


PROGRAM = """
import hashlib, sys
sys.path.insert(0, {folder!r})
import numpy as np
from test_like_others import MODELS
from spikingnn import Network, NeuronGroup
digest = hashlib.sha256()
for name in sorted(MODELS):
    group = NeuronGroup(3, MODELS[name]())
    with np.errstate(all="ignore"):
        Network(group, seed=1).run(4.0, {{group: 3.0}})
    digest.update(group.state.tobytes())
print(digest.hexdigest())
"""


def test_plain_python_gives_the_same_bits():
    """The same networks without compilation, with NUMBA_DISABLE_JIT=1."""
    program = PROGRAM.format(folder=str(Path(__file__).parent))
    found = []
    for disabled in ("0", "1"):
        environment = {**os.environ, "NUMBA_DISABLE_JIT": disabled}
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True,
                              env=environment)
        assert not done.returncode, done.stderr
        found.append(done.stdout)
    assert found[0] == found[1]


def test_it_works_where_no_file_can_be_written(monkeypatch, tmp_path):
    from spikingnn.equations import source_file
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(source_file, "source_folder", lambda: tmp_path / "file" / "below")
    model = Equations("dx/dt = (I - x)/tau_of_no_file : 1", tau_of_no_file=2.0)
    assert model.step.python.__code__.co_filename.startswith("<neuron_")
    state = np.zeros((1, 1))
    _, coefficients = model.coefficients(1, 0.1)
    model.step.python(state, coefficients, np.ones(1), np.empty((2, 0)), np.zeros(1, bool), 0.1, np.uint64(1))
    assert state[0, 0] == pytest.approx(1 - np.exp(-0.05))
