"""Experiments on networks from Brian2's examples, written anew; numbers of Brian2 2.9.0."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from spikingnn import (DeltaSynapse, DistanceDependent, Equations, FirstOrderLIF, FirstOrderSynapse,
                       FixedProbability, GradedSynapse, LIFGroup, Network, NeuronGroup, RateMonitor, Rule,
                       SpikeMonitor, StateMonitor, SynapseGroup, coupling_kernel, efficacy_kernel, grid,
                       scalars)
from spikingnn.connectivity import Ellipse, Gaussian


UNIT = FirstOrderLIF(tau_m=10.0, resistance=1.0, v_rest=0.0, v_threshold=1.0, v_reset=0.0, t_refractory=0.0)


def rate(spikes, duration):
    """Return the mean rate of all neurons in Hz."""
    return 1000.0*len(spikes.t)/spikes.target.n/duration


def test_current_based_network_fires_irregularly():
    """CUBA: 4,000 neurons, of which slices are the sources; currents in mV, with a resistance of one."""
    neurons = LIFGroup(4000, FirstOrderLIF(tau_m=20.0, resistance=1.0, v_rest=-49.0, v_threshold=-50.0,
                                           v_reset=-60.0, t_refractory=4.9))
    neurons["v"] = np.random.default_rng(1).uniform(-60.0, -50.0, 4000)
    excitation = SynapseGroup(neurons[:3200], neurons, FixedProbability(0.02, 1.62), FirstOrderSynapse(5.0))
    inhibition = SynapseGroup(neurons[3200:], neurons, FixedProbability(0.02, -9.0), FirstOrderSynapse(10.0))
    spikes = SpikeMonitor(neurons)
    Network(neurons, excitation, inhibition, spikes, seed=1).run(400.0)
    assert rate(spikes, 400.0) == pytest.approx(6.15, rel=0.15)


def test_weak_inhibition_with_noise_oscillates():
    """Brunel_Hakim_1999: each neuron fires seldom, the population rate swings."""
    model = Equations("dV/dt = (mu - V)/tau + sigma/sqrt(tau)*xi : mV (unless refractory)",
                      threshold="V > 20", reset="V = 10", initial={"V": 10.0}, t_refractory=1.9,
                      mu=25.0, tau=20.0, sigma=1.0)
    neurons = NeuronGroup(2000, model)
    inhibition = SynapseGroup(neurons, neurons, FixedProbability(0.5, -0.1), DeltaSynapse(), delay=2.0)
    spikes, population = SpikeMonitor(neurons), RateMonitor(neurons)
    Network(neurons, inhibition, spikes, population, seed=1).run(100.0)
    smooth = population.smooth_rate(0.5)[1][200:]
    assert rate(spikes, 100.0) == pytest.approx(3.12, rel=0.1)
    assert np.std(smooth) > 0.3*np.mean(smooth)


def extrapolated(coarse, fine):
    """Return what a method of first order gives at dt = 0, from steps of 0.1 and 0.01 ms."""
    return (10*np.array(fine) - np.array(coarse))/9


@coupling_kernel
def sine(pre, post):
    return math.sin(pre - post)


@pytest.mark.parametrize("strength, order, ends", [(0.0, 0.218161, (1.0, 9.372123)),
                                                   (2.0, 0.562275, (-0.010581, 10.382704))])
def test_oscillators_synchronise(strength, order, ends):
    """coupled_oscillators: Kuramoto's model, uncoupled and coupled."""
    model = Equations("dtheta/dt = (omega + I)/1000 : 1", omega=np.linspace(0.2, 0.8, 20), method="euler")
    units = NeuronGroup(20, model)
    units["theta"] = np.arange(20)*2*np.pi/20*0.9
    coupling = SynapseGroup(units, units, strength/20, GradedSynapse("theta", sine))
    Network(units, coupling, dt=1.0, seed=0).run(5000.0)
    assert abs(np.exp(1j*units["theta"]).mean()) == pytest.approx(order, abs=2e-3)
    np.testing.assert_allclose(units["theta"][[0, -1]], ends, atol=5e-3)


@coupling_kernel
def difference(pre, post):
    return pre - post


def test_neurons_with_gap_junctions():
    """synapses/gapjunctions: as a function of both sides, constant within a step."""
    neurons = LIFGroup(10, UNIT)
    neurons["v"] = np.arange(10)/9
    junctions = SynapseGroup(neurons, neurons, 0.02, GradedSynapse("v", difference))
    spikes = SpikeMonitor(neurons)
    Network(neurons, junctions, spikes, seed=0).run(200.0, {neurons: 1.05})
    trains = spikes.trains()
    assert list(spikes.count()) == [4, 4, 5, 5, 5, 5, 5, 5, 5, 5]
    np.testing.assert_allclose(trains[0], [45.7, 87.0, 127.2, 167.2], atol=0.25)
    np.testing.assert_allclose(trains[5], [29.3, 68.1, 107.7, 147.4, 187.2], atol=0.25)


def test_gate_that_follows_the_potential_of_its_source():
    """synapses/continuous_interaction: s is a state of the source, and a factor in the target's equation.

    Brian2's method is of first order; its spikes at 0.1 ms and 0.01 ms are extrapolated to dt = 0.
    """
    model = Equations("""
        dvm/dt = (I_ext + 100*m**3*h*(50 - vm) + 0.1*(-67 - vm) + 80*n**4*(-100 - vm) - I*vm)/C : 1
        dm/dt = a_m*(1 - m) - 1.4/exprel((vm + 27)/5)*m : 1
        dn/dt = a_n*(1 - n) - b_n*n : 1
        dh/dt = a_h*(1 - h) - b_h*h : 1
        ds/dt = 0.5*(1 + tanh(0.1*vm))*(1 - s)/0.2 - s/2 : 1
        a_m = 1.28/exprel(-(vm + 54)/4) : 1
        a_n = 0.16/exprel(-(vm + 52)/5) : 1
        b_n = 0.5*exp(-(vm + 57)/40) : 1
        a_h = 0.128*exp(-(vm + 50)/18) : 1
        b_h = 4/(1 + exp(-(vm + 27)/5)) : 1""", threshold="vm > 0", C=1.0, I_ext=[1.5, 0.0])
    pair = NeuronGroup(2, model)
    v = pair["vm"][:] = np.array([-70.0, -65.0])
    for gate, opening, closing in (
            ("m", -0.32*(v + 54)/np.expm1(-(v + 54)/4), 0.28*(v + 27)/np.expm1((v + 27)/5)),
            ("n", -0.032*(v + 52)/np.expm1(-(v + 52)/5), 0.5*np.exp(-(v + 57)/40)),
            ("h", 0.128*np.exp(-(v + 50)/18), 4/(1 + np.exp(-(v + 27)/5)))):
        pair[gate] = opening/(opening + closing)
    gate = SynapseGroup(pair, pair, [[0.0, 0.25], [0.0, 0.0]], GradedSynapse("s"))
    spikes = SpikeMonitor(pair)
    Network(pair, gate, spikes, dt=0.01, seed=0).run(60.0)
    first, second = spikes.trains()
    np.testing.assert_allclose(first, extrapolated([8.2, 27.4, 46.6], [7.78, 26.08, 44.37]), atol=0.05)
    np.testing.assert_allclose(second, extrapolated([10.0, 29.7, 49.0], [9.22, 28.06, 46.47]), atol=0.05)


def test_a_saturating_gate_between_spikes():
    """synapses/nonlinear: the gate of a source that all its synapses share is a state of the source."""
    model = Equations("""dv/dt = 1/10 : 1
                         dx/dt = -x/10 : 1
                         dg/dt = -g/10 + x*(1 - g)/10 : 1""", threshold="v > 1",
                      reset="v = 0; x += w", w=[1.0, 10.0], method="rk4")
    sources = NeuronGroup(2, model)
    sources["v"] = [0.0, 0.5]
    target = NeuronGroup(1, Equations("dv/dt = (I - v)/10 : 1"))
    v = StateMonitor(target, "v")
    Network(sources, target, SynapseGroup(sources, target, 1.0, GradedSynapse("g")), v, seed=0).run(350.0)
    late = v.values[3000:, 0]
    assert late.mean() == pytest.approx(1.40513, rel=3e-3)


def test_connections_by_distance():
    """synapses/spatial_connections: Brian2 has 22,400 within 120 µm, and draws about 16,150 on 400 units."""
    sheet = NeuronGroup(400, UNIT, positions=grid((20, 20), 25.0))
    near = SynapseGroup(sheet, sheet, DistanceDependent(Ellipse(119.999), 1.0))
    drawn = SynapseGroup(sheet, sheet, DistanceDependent(Gaussian(60.0, height=1.0), 1.0, autapses=False))
    Network(sheet, near, drawn, seed=1)
    assert near.weight.nnz == 22400
    d2 = ((sheet.positions[:, None] - sheet.positions)**2).sum(-1)
    p = np.exp(-d2/7200)*(d2 > 0)
    assert abs(drawn.weight.nnz - p.sum()) < 4*np.sqrt((p*(1 - p)).sum())


def test_profile_of_a_gaussian_along_a_line():
    """synapses/efficient_gaussian_connectivity: exp(−0.1 (i − j)²), without looking at all pairs."""
    line = NeuronGroup(1000, UNIT, positions=np.arange(1000.0))
    synapses = SynapseGroup(line, line, DistanceDependent(Gaussian(math.sqrt(5.0)), 1.0))
    Network(line, synapses, seed=1)
    rows, columns = synapses.weight.nonzero()
    for d in (1, 3, 5):
        p = math.exp(-0.1*d*d)
        assert np.sum(columns - rows == d)/(1000 - d) == pytest.approx(p, abs=4*math.sqrt(p*(1 - p)/1000))


def test_weights_and_states_from_expressions():
    """synapses/state_variables: arrays in place of strings."""
    i, j = np.indices((100, 100))
    weight = np.where(i > j, np.exp(-(i - j)**2/200.0), 0.0)
    neurons = LIFGroup(100, FirstOrderLIF(tau_m=math.inf, v_threshold=-50.0, v_reset=-60.0))
    neurons["v"] = np.where(np.arange(100) == 99, -50.0, np.sin(2*np.pi*np.arange(100)/100) - 70.0)
    before = neurons["v"].copy()
    synapses = SynapseGroup(neurons, neurons, weight, DeltaSynapse())
    Network(neurons, synapses, seed=0).run(0.2)
    np.testing.assert_allclose(neurons["v"][:99] - before[:99], weight[99, :99], atol=1e-12)


@dataclass(frozen=True, eq=False)
class Fading(Rule):
    """What a spike delivers decays with time since the start."""

    tau: float = 50.0

    @efficacy_kernel
    def efficacy(pre, params, t, key):
        (tau,) = scalars(params, 1)
        return math.exp(-t/tau)


def test_weights_that_fade_and_delays_of_each_synapse():
    """synapses/synapses: weights decay from one with 50 ms; delays 1, 3, 5, 7 ms.

    Brian2 adds at the end of a step, as a spike that arrives at the start of the next does here.
    """
    pre, post = NeuronGroup(4, UNIT), NeuronGroup(4, FirstOrderLIF(10.0, 1.0, 0.0, 2.0, 0.0, 0.0))
    pre["v"], post["v"] = 1.2, 0.0
    synapses = SynapseGroup(pre, post, np.eye(4), DeltaSynapse(), delay=np.diag([1.1, 3.1, 5.1, 7.1]) + 1.0
                            - np.eye(4), rule=Fading())
    Network(pre, post, synapses, seed=0).run(19.9)
    np.testing.assert_allclose(post["v"], [0.149569, 0.17552, 0.205975, 0.241714], rtol=3e-3)
