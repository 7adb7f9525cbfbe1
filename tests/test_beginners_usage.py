"""Objects on one line, mistyped commands, processes without a main guard, a second fit."""

import subprocess
import sys

import numpy as np
import pytest

import spikingnn
from spikingnn import (FirstOrderLIF, HopfieldAssembly, InputGroup, LIFGroup, Network, NeuronGroup,
                       PoissonEncoder, RateMonitor, SpikeMonitor, SpikeSource, StateMonitor, SynapseGroup,
                       WeightMonitor, cli, simulate)
from spikingnn.datasets.npz import read_pair
from spikingnn.training import LIFLayer, Dense, Mean, Model, Trainer
from written import model, used


# --- one line -----------------------------------------------------------------------------------------------

def objects():
    wide = LIFGroup(1000, FirstOrderLIF(tau_m=np.linspace(10.0, 20.0, 1000), v_threshold=-51.0),
                    name="a population of a long name")
    source = SpikeSource([np.arange(100.0)] * 50)
    synapses = SynapseGroup(source, wide, 0.1, rule=spikingnn.STDP(a_plus=0.02, w_max=2.0))
    monitors = [SpikeMonitor(wide), RateMonitor(wide), StateMonitor(wide, "v", [0, 1]),
                WeightMonitor(synapses, 1.0)]
    before = [repr(monitor) for monitor in monitors]
    network = Network(wide, source, synapses, monitors, dt=1.0, seed=0)
    network.run(5.0, {wide: 2.0})
    patterns = np.where(np.random.default_rng(0).random((3, 30)) < 0.5, 1.0, -1.0)
    recall = HopfieldAssembly(30, seed=0).store(patterns).recall(patterns[0])
    return [wide, source, synapses, network, *monitors, recall, simulate(FirstOrderLIF(), 2.0, 100.0)], before


def test_reprs_fit_a_line():
    shown, before = objects()
    for text in [*map(repr, shown), *before]:
        assert len(text) <= 110 and "\n" not in text and " object at 0x" not in text, text
    assert repr(shown[0]) == "LIFGroup(1000, FirstOrderLIF(tau_m=<1000 values>, v_threshold=-51.0))"
    assert repr(shown[4]).startswith("SpikeMonitor(a population of a long name): ")
    assert repr(shown[4]).endswith(" spikes")
    assert repr(shown[6]) == "StateMonitor(a population of a long name, 'v'): 5 samples"
    assert repr(shown[-2]).startswith("Recall('recognised', overlap 1.000 with pattern 0, ")
    assert repr(shown[-1]) == "Simulation: 3 spikes in 100 ms, .t .v (1000,) .spikes"


def test_a_group_has_a_length():
    assert len(LIFGroup(7)) == 7 and len(SpikeSource([[1.0], [2.0]])) == 2
    assert len(InputGroup(3, PoissonEncoder(1.0))) == 3


# --- the command line ---------------------------------------------------------------------------------------

def command(capsys, *arguments):
    with pytest.raises(SystemExit) as end:
        cli.main(list(arguments))
    printed = capsys.readouterr()
    return end.value.code, printed.out, printed.err


def test_version(capsys):
    assert command(capsys, "--version") == (0, f"spikingnn {spikingnn.__version__}\n", "")


@pytest.mark.parametrize("arguments, meant", [
    (["recal"], "recall"), (["doktor"], "doctor"), (["predcit"], "predict"), (["--versoin"], "--version"),
    (["recall", "--flp", "0.3"], "--flip"), (["recall", "--occlode=0.3"], "--occlude"),
    (["stdp", "--neuronz", "3"], "--neurons"),
    (["recall", "--rule", "hebian"], "hebbian"), (["train", "--confg", "mnist"], "--config")])
def test_did_you_mean(capsys, arguments, meant):
    code, _, error = command(capsys, *arguments)
    assert code == 2 and error.startswith("spikingnn: error: ")
    assert error.endswith(f"; did you mean {meant}?\n") and error.count("\n") == 1


def test_what_is_like_nothing_gets_no_advice(capsys):
    assert "did you mean" not in command(capsys, "recall", "--zzz")[2]


@pytest.mark.parametrize("name", ["x.npy", "x.npz"])
def test_no_advice_to_load_a_file_unsafely(tmp_path, name):
    np.save(tmp_path / "x.npy", np.array([{}, 3], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "x.npz", x=np.array([{}, 3], dtype=object), y=np.array([0, 1]))
    with pytest.raises(ValueError) as caught:
        read_pair(tmp_path / name)
    assert "allow_pickle" not in str(caught.value) and "Python objects" in str(caught.value)


# --- processes, training ------------------------------------------------------------------------------------

UNGUARDED = """
import numpy as np
from spikingnn import HopfieldAssembly
patterns = np.where(np.random.default_rng(0).random((2, 16)) < 0.5, 1.0, -1.0)
memory = HopfieldAssembly(16, seed=0).store(patterns)
print(len(memory.recall(patterns, jobs=2)))
"""


def test_processes_without_a_main_guard(tmp_path):
    (tmp_path / "script.py").write_text(UNGUARDED)
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True,
                          timeout=300)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.count("Traceback") == 1
    assert done.stderr.splitlines()[-1].startswith("RuntimeError: HopfieldAssembly.recall(jobs=2)")
    assert done.stderr.splitlines()[-1].endswith('put what is to run once under `if __name__ == "__main__":`')


def test_processes_with_a_main_guard(tmp_path):
    lines = UNGUARDED.strip().splitlines()
    guarded = [*lines[:2], "if __name__ == '__main__':", *(f"    {line}" for line in lines[2:])]
    (tmp_path / "script.py").write_text("\n".join(guarded))
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True,
                          timeout=300)
    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr


def test_fit_twice_says_that_there_is_nothing_left_to_do():
    rng = np.random.default_rng(0)
    x, y = rng.random((40, 6), dtype=np.float32), rng.integers(0, 2, 40)
    trainer = Trainer(Model([Dense(5), LIFLayer(), Mean(), Dense(2)], 6, steps=3, seed=0), epochs=2, batch=20)
    trainer.fit(x, y, progress=False)
    message = "Trainer.fit: all 2 epochs are over and there is nothing left to do"
    with pytest.warns(UserWarning, match=message):
        trainer.fit(x, y, progress=False)


# --- what is right is not refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body, attributes, n",
    [
        (
            "v, = rows(state, 1)\nfor i in range(v.size):\n    spikes[i] = uniform(key, i) > 0.5",
            {},
            5,
        ),
        (
            "v, = rows(state, 1)\nwinner = 0\nfor i in range(v.size):\n    v[i] += current[i]\n"
            "    winner = i if v[i] > v[winner] else winner\n"
            "spikes[winner] = True",
            {},
            200,
        ),
        ("state[0, 9] = state[0, 0]", {}, 10),  # it knows the size of its group
        ("state[0, 199] = state[0, 0]", {}, 200),
        ("v, = rows(state, 1)\ntable = np.zeros(5)\nv[0] = table[min(max(int(v[0]), 0), 4)]", {}, 3),
        ("state[0, 0] = math.log(-1.0) if state[0, 0] > 0.0 else math.sqrt(current[0])", {}, 3),
        (
            "v, w = state\nfor i in range(v.size):\n    w[i] -= v[-1]",
            {"states": ("v", "w"), "initial": lambda self, n, key: (1.0, np.ones(n))},
            4,
        ),
        (
            "a, b = rows(coefficients, 2)\nstate[0, 0] = a[0] + b[0]",
            {"calibrate": lambda self, dt: [1.0, 2]},
            2,
        ),
        ("if conductance.shape[1] > 0:\n    state[0, 0] += conductance[0, 0]", {"conductances": True}, 2),
        ("if current[0] > 2000.0:\n    state[5, 0] = 1.0", {}, 2),
    ],
    ids=range(10),
)  # a branch that is never reached
def test_sound_kernels_run(body, attributes, n):
    group = used(model(body, **attributes), n)
    Network(InputGroup(2, PoissonEncoder(50.0)), group).run(1.0, {group: 0.5})


def test_a_kernel_that_prints_is_tried_out_in_silence(capfd):
    group = NeuronGroup(1, model("print(dt)"))
    group.step(0.0, 0.25)
    assert capfd.readouterr().out.split() == ["0.25"]


def test_a_step_is_tried_out_once_for_a_shape():
    group = NeuronGroup(3, model("pass"))
    step = group.model.step
    group.step(0.0, 0.1)
    shapes = set(step.validated)
    group.step(0.0, 0.1)
    assert len(shapes) == 1 and step.validated == shapes
