"""What callbacks and functions as inputs must not do: one clear line each, and a network that can go on."""

import copy
import pickle
import threading

import numpy as np
import pytest

from spikingnn import (DeltaSynapse, InputGroup, LIFGroup, Network, PoissonEncoder, RewardSTDP, SpikeSource,
                       StateMonitor, SynapseGroup)


def alone(n=3):
    cells = LIFGroup(n)
    v = StateMonitor(cells, "v")
    return Network(cells, v, seed=0), cells, v


WITHIN = "what a run calls between its steps cannot run, reset, save, load or copy the network"


@pytest.mark.parametrize("act, message", [
    (lambda net: net.run(1.0), f"Network.run: {WITHIN}"),
    (lambda net: net.reset(), f"Network.reset: {WITHIN}"),
    (lambda net: net.save("never.npz"), f"Network.save: {WITHIN}"),
    (lambda net: net.load("never.npz"), f"Network.load: {WITHIN}"),
    (copy.deepcopy, f"copying: {WITHIN}"),
    (lambda net: pickle.dumps(net.groups[0]), f"copying: {WITHIN}"),
], ids=["run", "reset", "save", "load", "copy", "pickle"])
@pytest.mark.parametrize("door", ["callback", "input"])
def test_a_callback_cannot_run_the_network(act, message, door):
    net, cells, _ = alone()
    inputs = {cells: lambda t: act(net) if t > 0.95 else 0.0} if door == "input" else {}
    if door == "callback":
        net.every(1.0, act)
    with pytest.raises(RuntimeError, match=message) as caught:
        net.run(5.0, inputs)
    assert "\n" not in str(caught.value)
    assert net.t == pytest.approx(1.0)
    net._callbacks = ()
    net.run(1.0)


@pytest.mark.parametrize("returned", [0.5, "stop", True, np.ones(3), [1.0]])
def test_a_callback_returns_nothing(returned):
    net, _, _ = alone()

    @net.every(1.0)
    def wrong(net):
        return returned

    message = "^wrong.the returned value must be None: it changes the network itself"
    with pytest.raises(TypeError, match=message) as caught:
        net.run(5.0)
    assert "\n" not in str(caught.value) and net.t == 1.0


@pytest.mark.parametrize("returned, error", [
    (None, TypeError), ("a", TypeError), (1j, TypeError), ([[1.0], [1.0, 2.0]], TypeError),
    (object(), TypeError),
    (np.nan, ValueError), (np.inf, ValueError), ([1.0, 2.0], ValueError), (np.ones((1, 3)), ValueError)])
def test_a_function_returns_a_stimulus(returned, error):
    net, cells, _ = alone()
    with pytest.raises(error, match=r"^LIFGroup1.input must be .* from its function at t = 0.2 ms$"):
        net.run(5.0, {cells: lambda t: 1.0 if t < 0.15 else returned})
    assert net.t == 0.2


def test_a_stimulus_of_an_encoder_is_between_0_and_1():
    inputs = InputGroup(3, PoissonEncoder(max_rate=10.0))
    net = Network(inputs, seed=0)
    message = "^InputGroup1.input must be from 0 to 1, got 1.5 from its function at t = 0 ms"
    with pytest.raises(ValueError, match=message):
        net.run(5.0, {inputs: lambda t: 1.5})


def source():
    group = SpikeSource([[1.0]])
    return Network(group, seed=0), group


def rewarded():
    pre, post = SpikeSource([[1.0]]), LIFGroup(1)
    synapses = SynapseGroup(pre, post, 1.0, DeltaSynapse(), rule=RewardSTDP())
    return Network(pre, post, synapses, seed=0)


CALLBACK, INPUT = "Network.every must be", "LIFGroup1.input must be a function of t in ms alone"
ONE_ARGUMENT = f"{CALLBACK} a function of the network alone"
REFUSED = [
    (lambda net, cells: net.every(1.0, 5), TypeError, f"{CALLBACK} a function of the network, got 5"),
    (lambda net, cells: net.every(1.0, lambda: None), TypeError, ONE_ARGUMENT),
    (lambda net, cells: net.every(1.0, lambda net, x: None), TypeError, ONE_ARGUMENT),
    (lambda net, cells: net.every(0.0, print), ValueError, f"{CALLBACK} positive, got 0.0"),
    (lambda net, cells: net.every(0.04, print), ValueError, f"{CALLBACK} at least one step, dt = 0.1 ms, "),
    (lambda net, cells: net.every(np.nan, print), ValueError, CALLBACK),
    (lambda net, cells: net.every("1", print), TypeError, CALLBACK),
    (lambda net, cells: net.run(1.0, {cells: lambda: 1.0}), TypeError, INPUT),
    (lambda net, cells: net.run(1.0, {cells: lambda t, x: 1.0}), TypeError, INPUT),
    (lambda net, cells: net.run(1.0, {cells: lambda t: 1.0}, every=-1.0), ValueError, f"{CALLBACK} positive"),
    (lambda net, cells: source()[0].run(1.0, {print: lambda t: 1.0}), ValueError, "inputs= names"),
    (lambda net, cells: rewarded().run(1.0, {cells: lambda t: 1.0}), ValueError, "inputs= names"),
]


@pytest.mark.parametrize("wrong, error, message", REFUSED, ids=range(12))
@pytest.mark.filterwarnings("ignore:.*off the grid")
def test_wrong_callbacks_are_refused_before_anything_has_run(wrong, error, message):
    net, cells, v = alone()
    with pytest.raises(error) as caught:
        wrong(net, cells)
    assert message in str(caught.value) and "\n" not in str(caught.value)
    assert net.t == 0.0 and not len(v.t)


def test_a_source_of_given_spikes_takes_no_function():
    net, group = source()
    with pytest.raises(ValueError, match="SpikeSource1 emits given spikes and takes no input"):
        net.run(1.0, {group: lambda t: 1.0})


def test_another_thread_cannot_change_the_network_meanwhile():
    net, cells, _ = alone()
    said = []

    def assign():
        try:
            cells["v"] = -60.0
        except RuntimeError as problem:
            said.append(str(problem))

    @net.every(1.0)
    def visit(net):
        thread = threading.Thread(target=assign)
        thread.start()
        thread.join()

    net.run(1.0)
    assert len(said) == 1 and "does one thing at a time" in said[0]


def test_error_state_of_the_caller_holds_in_callbacks():
    net, _, _ = alone()
    seen = []
    net.every(1.0, lambda net: seen.append(np.geterr()))
    with np.errstate(over="raise"):
        expected = np.geterr()
        net.run(1.0)
    assert seen == [expected]
