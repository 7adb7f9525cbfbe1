"""Synapses without spikes: states of the source, with delays, functions of both sides, gap junctions; jumps
of any state."""

import math
import pickle
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.sparse import csr_array

from spikingnn import (STDP, AdEx, DeltaSynapse, Factored, FirstOrderLIF, GapJunction, GradedSynapse,
                       LIFGroup,
                       Network, NeuronGroup, NeuronModel, OneToOne, SpikeSource, StateMonitor, Synapse,
                       SynapseGroup, coupling_kernel, filter_kernel, rows, step_kernel)


@dataclass(frozen=True, eq=False)
class Ramp(NeuronModel):
    """The first state counts steps; the second one goes down."""

    states = ("up", "down")

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        up, down = rows(state, 2)
        for i in range(up.size):
            up[i] += 1.0 + i
            down[i] -= 1.0 + i


@dataclass(frozen=True, eq=False)
class Summed(NeuronModel):
    """v is the current of the last step, and "total" that of all."""

    states = ("v", "total")

    @step_kernel
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, total = rows(state, 2)
        for i in range(v.size):
            v[i] = current[i]
            total[i] += current[i]


@coupling_kernel
def product(pre, post):
    return pre * (post + 1.0)


@coupling_kernel
def sine(pre, post):
    return math.sin(pre - post)


def sent(synapse, delay=None, steps=8, dt=0.5, form=np.asarray):
    source, target = NeuronGroup(2, Ramp()), NeuronGroup(3, Summed())
    v = StateMonitor(target, "v")
    weight = np.array([[1.0, 0.0, 2.0], [10.0, 0.0, 0.0]])
    network = Network(source, target, SynapseGroup(source, target, form(weight), synapse, delay=delay), v,
                      dt=dt, seed=0)
    network.run(steps * dt)
    return v.values


@pytest.mark.parametrize("form", [np.asarray, csr_array])
@pytest.mark.parametrize("synapse, sign", [(GradedSynapse(), 1.0), (GradedSynapse("up"), 1.0),
                                           (GradedSynapse("down"), -1.0)], ids=repr)
def test_any_state_of_the_source_is_sent_as_the_last_step_left_it(synapse, sign, form):
    k = np.arange(8.0)                                       # the state that step k - 1 left
    np.testing.assert_array_equal(sent(synapse, form=form),
                                  sign * np.stack([k + 10.0 * 2.0 * k, 0 * k, 2.0 * k], axis=1))


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_a_delayed_state_is_that_of_as_many_steps_ago(steps):
    """Before the start the state was what it is then, here zero."""
    k = np.maximum(np.arange(8.0) - (steps - 1), 0.0)
    np.testing.assert_array_equal(sent(GradedSynapse(), 0.5 * steps),
                                  np.stack([21.0 * k, 0 * k, 2.0 * k], axis=1))


def delayed():
    """Two oscillators that pull each other with a delay of 2.3 ms, and one that gets the state of the first
    from 40 ms ago."""
    pair, follower = LIFGroup(2, FirstOrderLIF(noise=1.0), name="pair"), LIFGroup(1, name="follower")
    links = [SynapseGroup(pair, pair, [[0.0, 0.05], [0.05, 0.0]], GradedSynapse("v", sine), delay=2.3,
                          name="pull"),
             SynapseGroup(pair, follower, [[0.02], [0.0]], GradedSynapse("v"), delay=40.0, name="late")]
    return Network(pair, follower, links, seed=1), {pair: [1.6, 1.7], follower: 2.5}


def test_earlier_levels_survive_pieces_files_copies_and_reset(tmp_path):
    whole, inputs = delayed()
    whole.run(120.0, inputs)
    expected = whole.layout.state.copy()
    parts, inputs = delayed()
    for duration in (0.1, 30.0, 15.2):
        parts.run(duration, inputs)
    parts.save(tmp_path / "network.npz")
    other, its_inputs = delayed()
    other.load(tmp_path / "network.npz")
    copied = pickle.loads(pickle.dumps(parts))
    for network, given in ((other, its_inputs), (parts, inputs),
                           (copied, dict(zip(copied.groups, inputs.values())))):
        network.run(74.7, given)
        np.testing.assert_array_equal(network.layout.state, expected)
    parts.reset()
    parts.run(120.0, inputs)
    np.testing.assert_array_equal(parts.layout.state, expected)


@pytest.mark.parametrize("form", [np.asarray, csr_array])
def test_functions_of_both_sides(form):
    """The target reads its own state as the step finds it."""
    values = sent(GradedSynapse("up", product, "total"), form=form)
    total, expected = np.zeros(3), []
    for k in range(8):
        current = k * (total + 1.0) * [1.0, 0.0, 2.0] + 2.0 * k * (total + 1.0) * [10.0, 0.0, 0.0]
        total += current
        expected.append(current)
    np.testing.assert_allclose(values, expected, rtol=1e-13)


def test_coupled_phases_synchronise_as_the_closed_form_says():
    """Two phases: the difference obeys d' = -2 K sin d, so tan(d/2) decays with exp(-2 K t)."""
    @dataclass(frozen=True, eq=False)
    class Phase(NeuronModel):
        states = ("theta",)

        @step_kernel
        def step(state, coefficients, current, conductance, spikes, dt, key):
            (theta,) = rows(state, 1)
            for i in range(theta.size):
                theta[i] += dt * current[i]

    pair = NeuronGroup(2, Phase())
    pair["theta"] = [0.0, 2.0]
    coupling = SynapseGroup(pair, pair, 0.05, GradedSynapse("theta", sine))
    Network(pair, coupling, dt=0.01, seed=0).run(20.0)
    difference = np.diff(pair["theta"])[0]
    assert math.tan(difference / 2) == pytest.approx(math.tan(1.0) * math.exp(-2 * 0.05 * 20.0), rel=1e-2)
    assert pair["theta"].sum() == pytest.approx(2.0, abs=1e-12)


# --- gap junctions ------------------------------------------------------------------------------------------

def chain(dt, weight=0.5, n=20, duration=30.0):
    """A passive cable of n compartments, the first of which gets 1 nA."""
    model = FirstOrderLIF(tau_m=10.0, resistance=10.0, v_rest=0.0, v_reset=0.0, v_threshold=1e6,
                          t_refractory=0.0)
    cable = NeuronGroup(n, model)
    Network(cable, SynapseGroup(cable, cable, csr_array(weight * (np.eye(n, k=1) + np.eye(n, k=-1))),
                                GapJunction()), dt=dt,
            seed=0).run(duration, {cable: np.eye(n)[0]})
    laplacian = np.eye(n, k=1) + np.eye(n, k=-1)
    laplacian -= np.diag(laplacian.sum(axis=1))
    matrix = (-np.eye(n) + 10.0 * weight * laplacian) / 10.0
    exact = np.linalg.solve(matrix, (expm(matrix * duration) - np.eye(n)) @ (np.eye(n)[0] * 10.0 / 10.0))
    return cable["v"].copy(), exact


def test_a_cable_of_gap_junctions_against_the_matrix_exponential():
    errors = []
    for dt in (0.1, 0.05, 0.025):
        v, exact = chain(dt)
        errors.append(np.abs(v - exact).max() / exact.max())
    assert errors[0] < 0.02
    np.testing.assert_allclose([errors[0] / errors[1], errors[1] / errors[2]], 2.0, rtol=0.1)


@pytest.mark.parametrize("dt", [0.1, 1.0, 5.0])
def test_a_cable_is_stable_at_any_strength_and_steady_as_it_should_be(dt):
    """Steady attenuation by the closed form; strong junctions make all compartments equal."""
    v, exact = chain(dt, weight=0.5, duration=2000.0)
    np.testing.assert_allclose(v, exact, rtol=1e-9)
    v, _ = chain(dt, weight=1e4, n=2, duration=50.0)
    assert np.all(v >= 0.0) and np.all(v <= 10.0)


# --- jumps of any state -------------------------------------------------------------------------------------

def test_a_spike_may_add_to_any_state():
    source, target = SpikeSource([[1.0]]), NeuronGroup(2, AdEx())
    w = StateMonitor(target, "w")
    Network(source, target, SynapseGroup(source, target, [[0.5, 0.0]], DeltaSynapse("w"), delay=1.0), w,
            dt=0.1, seed=0).run(3.0)
    np.testing.assert_array_equal(w.values[:19, 0], w.values[:19, 1])
    assert w.values[20, 0] - w.values[20, 1] == pytest.approx(0.5, rel=1e-2)


def test_v_of_a_delta_synapse_is_the_first_state_whatever_its_name():
    source, target = SpikeSource([[1.0]]), NeuronGroup(1, Ramp())
    Network(source, target, SynapseGroup(source, target, 100.0, DeltaSynapse()), dt=1.0, seed=0).run(3.0)
    assert target["up"][0] == 103.0


# --- a synapse of one's own ---------------------------------------------------------------------------------

@dataclass(frozen=True, eq=False)
class Release(Synapse):
    """A conductance that follows a threshold function of the source's potential: graded release."""

    unit = "µS"
    uses_spikes = False
    sends_conductance = True
    function = coupling_kernel(lambda pre, post: max(pre + 60.0, 0.0))

    @filter_kernel
    def filter(state, coefficients, v, current, conductance, dt, key):
        (s,) = rows(state, 1)
        g, driven = rows(conductance, 2)
        for i in range(s.size):
            g[i] += s[i]
            driven[i] += s[i] * 0.0
            s[i] = 0.0


def test_graded_release_through_a_filter_of_ones_own():
    source, target = (LIFGroup(1, FirstOrderLIF(v_rest=v_rest, v_threshold=1e6)) for v_rest in (-50.0, -65.0))
    Network(source, target, SynapseGroup(source, target, 0.01, Release()), dt=0.1, seed=0).run(500.0)
    assert target["v"][0] == pytest.approx(-65.0 / (1.0 + 10.0 * 0.01 * 10.0), rel=1e-9)


# --- what is refused ----------------------------------------------------------------------------------------

@dataclass(frozen=True, eq=False)
class TwoRows(Synapse):
    @filter_kernel
    def filter(state, coefficients, v, current, conductance, dt, key):
        x, s = rows(state, 2)
        for i in range(s.size):
            current[i] += x[i] + s[i]


FACTORED = Factored(np.ones((2, 1)), np.ones((1, 2)))


@dataclass(frozen=True, eq=False)
class WithoutFilter(Synapse):
    tau: float = 1.0


@pytest.mark.parametrize("make, error, message", [
    (lambda a, b: SynapseGroup(a, b, 1.0, DeltaSynapse("u")), ValueError,
     "DeltaSynapse.state must be one of 'refractory', 'v'"),
    (lambda a, b: DeltaSynapse(3), TypeError, "DeltaSynapse.state must be the name of a state"),
    (lambda a, b: SynapseGroup(a, b, 1.0, GradedSynapse("u")), ValueError,
     "GradedSynapse.state must be one of 'refractory', 'v'"),
    (lambda a, b: SynapseGroup(a, b, 1.0, GradedSynapse("v", product, "u")), ValueError,
     "GradedSynapse.target_state must be one of"),
    (lambda a, b: GradedSynapse("v", lambda pre, post: pre), TypeError,
     "function must be a function marked with @coupling_kernel"),
    (lambda a, b: GradedSynapse("v", target_state="v"), ValueError,
     "target_state must be None without a function"),
    (lambda a, b: SynapseGroup(a, b, 1.0, GradedSynapse(), rule=STDP()), ValueError,
     "one for single spikes where there is a rule"),
    (lambda a, b: SynapseGroup(a, b, 1.0, GapJunction(), rule=STDP()), ValueError,
     "one for single spikes where there is a rule"),
    (lambda a, b: SynapseGroup(a, b, FACTORED, GradedSynapse()), ValueError, "one for single spikes"),
    (lambda a, b: SynapseGroup(a, b, 1.0, GradedSynapse(), delay=np.ones((2, 2))), ValueError,
     "SynapseGroup.delay must be one number"),
    (lambda a, b: SynapseGroup(a, b, 1.0, GapJunction(), delay=1.0), ValueError,
     "SynapseGroup.delay must be None for a GapJunction"),
    (lambda a, b: SynapseGroup(a, b, OneToOne(-1.0), GapJunction()), ValueError,
     "zero or positive for a GapJunction"),
    (lambda a, b: SynapseGroup(a, b, 1.0, WithoutFilter()), TypeError,
     r"WithoutFilter has no kernel, one at least is needed: filter\("),
    (lambda a, b: Network(a, b, SynapseGroup(a, b, 1.0, TwoRows())), ValueError,
     r"unpacks another number of rows .*: 2, declared 1"),
], ids=range(14))
def test_what_does_not_fit_is_refused_in_one_line(make, error, message):
    with pytest.raises(error, match=message) as caught:
        make(LIFGroup(2), LIFGroup(2))
    assert "\n" not in str(caught.value)
