"""The twelve chapters of the exercises to *Neuronal Dynamics* (Gerstner et al., 2014): what each should find.

One short experiment for each chapter, with the parameters of the exercises where they matter.
"""

import importlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spikingnn import (AdEx, DeltaSynapse, Equations, ExponentialIF, FirstOrderLIF, FixedInDegree,
                       GapJunction, GradedSynapse, HodgkinHuxley, HopfieldAssembly, LIFGroup, Network,
                       NeuronGroup, OneToOne, PoissonInput, SpikeMonitor, StateMonitor, SynapseGroup, corrupt,
                       simulate)
from spikingnn.analysis import cv, synchrony
from spikingnn.memory import random_patterns


VISUALIZATIONS = Path(__file__).resolve().parents[2] / "visualizations"


def counts(model, currents, duration, dt=0.1, discarded=0.0):
    """Spikes of uncoupled neurons, one for each current in nA, after the first `discarded` ms."""
    group = NeuronGroup(len(currents), model)
    spikes = SpikeMonitor(group)
    Network(group, spikes, dt=dt, seed=0).run(duration, inputs={group: currents})
    return np.bincount(spikes.i[spikes.t >= discarded], minlength=len(currents))


LIF = FirstOrderLIF(tau_m=8.0, resistance=10.0, v_rest=-70.0, v_threshold=-50.0, v_reset=-65.0,
                    t_refractory=2.0)


def test_lif_has_a_smallest_current_and_a_largest_rate():
    smallest = (LIF.v_threshold - LIF.v_rest) / LIF.resistance
    assert counts(LIF, [0.999 * smallest], 500.0)[0] == 0 < counts(LIF, [1.001 * smallest], 500.0)[0]
    currents = np.array([1.001, 1.1, 1.5, 5.0, 50.0]) * smallest
    steady = LIF.v_rest + LIF.resistance * currents
    period = LIF.t_refractory + LIF.tau_m * np.log((steady - LIF.v_reset) / (steady - LIF.v_threshold))
    assert counts(LIF, currents, 2000.0, dt=0.01) == pytest.approx(2000.0 / period, abs=1.0, rel=0.01)
    assert counts(LIF, [1000.0], 1000.0, dt=0.01)[0] <= 1000.0 / LIF.t_refractory


def test_lif_is_a_low_pass_filter_of_a_sinusoidal_current():
    dt, frequency = 0.1, 50.0
    t = np.arange(0.0, 200.0, dt) + dt / 2
    omega = 2.0 * np.pi * frequency / 1000.0
    v = simulate(LIF, 0.5 * np.sin(omega * t), 200.0, dt).v[1000:] - LIF.v_rest
    wave = 2.0 * np.mean(v * np.exp(-1j * omega * (t[1000:] + dt / 2)))
    transfer = LIF.resistance / (1.0 + 1j * omega * LIF.tau_m)
    assert wave == pytest.approx(-1j * 0.5 * transfer, rel=2e-3)


EIF = ExponentialIF(tau_m=12.0, resistance=20.0, v_rest=-65.0, v_reset=-60.0, v_threshold=-55.0,
                    sharpness=2.0, v_peak=-30.0, t_refractory=0.0)


def test_exponential_integrate_and_fire_has_a_rheobase_and_a_strength_duration_curve():
    rheobase = (EIF.v_threshold - EIF.sharpness - EIF.v_rest) / EIF.resistance
    below, above = counts(EIF, [0.99 * rheobase, 1.01 * rheobase], 1000.0)
    assert below == 0 < above
    amplitudes = rheobase * np.geomspace(0.95, 40.0, 400)
    group = NeuronGroup(amplitudes.size, EIF)
    spikes = SpikeMonitor(group)
    network = Network(group, spikes, dt=0.1, seed=0)
    durations, weakest = np.array([1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 500.0]), []
    for duration in durations:
        network.reset()
        network.run(duration, inputs={group: amplitudes})
        network.run(20.0)
        weakest.append(amplitudes[spikes.i.min()])
    assert (np.diff(weakest) < 0.0).all()
    assert weakest[-1] == pytest.approx(rheobase, rel=0.02)
    charge = durations * weakest
    assert charge[0] == pytest.approx(charge[1], rel=0.06) and charge[3] > 1.2 * charge[0]


def test_adex_fires_an_initial_burst_and_adapts():
    burst = AdEx(tau_m=5.0, resistance=500.0, v_rest=-70.0, v_threshold=-50.0, sharpness=2.0, v_reset=-51.0,
                 a=0.0005, b=0.007, tau_w=100.0)
    intervals = np.diff(simulate(burst, 0.065, 500.0).spikes)
    assert intervals[0] < intervals[-1] / 3.0
    assert intervals[-1] == pytest.approx(intervals[-2], rel=0.05)
    adapting = replace(burst, v_reset=-60.0, a=0.0, b=0.005)
    assert (np.diff(np.diff(simulate(adapting, 0.065, 500.0).spikes)[:5]) > 0.0).all()
    tonic = replace(adapting, b=0.0)
    assert np.ptp(np.diff(simulate(tonic, 0.065, 500.0).spikes)) <= 0.11


def test_passive_cable_is_a_chain_of_gap_junctions():
    """2 mm of dendrite, 2 µm thick, sealed at both ends: against the series that solves the cable."""
    length, diameter, membrane, axial, tau = 2.0, 0.002, 1.25, 0.0005, 10.0   # mm, mm, MΩ mm², MΩ mm, ms
    n, current, place = 25, 0.2, 8                # compartments, nA, compartment
    dx = length / n
    r_m, r_a = membrane / (np.pi * diameter), axial / (np.pi * diameter**2 / 4.0)       # MΩ mm, MΩ/mm
    x = (np.arange(n) + 0.5) * dx
    dendrite = LIFGroup(n, FirstOrderLIF(tau, r_m / dx, v_rest=0.0, v_threshold=1e6, v_reset=0.0))
    neighbours = np.eye(n, k=1) + np.eye(n, k=-1)
    v = StateMonitor(dendrite, "v", every=1.0)
    junctions = SynapseGroup(dendrite, dendrite, neighbours / (r_a * dx), GapJunction())
    injected = current * (np.arange(n) == place)
    Network(dendrite, junctions, v, dt=0.001, seed=0).run(20.0, inputs={dendrite: injected})
    modes = np.arange(1, 400)[:, None]
    rate = 1.0 + (modes * np.pi / length)**2 * r_m / r_a
    shape = np.cos(modes * np.pi * x / length) * np.cos(modes * np.pi * x[place] / length)
    grown = 1.0 - np.exp(-v.t / tau) + 2.0 * np.array(
        [(shape / rate * (1.0 - np.exp(-rate * t / tau))).sum(axis=0) for t in v.t]).T
    series = (current * r_m / length * grown).T
    error = np.abs(v.values - series).max(axis=1) / series.max(axis=1)
    assert error.max() < 0.02 and error[-1] < 0.005


def test_hodgkin_huxley_fires_after_the_release_of_inhibition_and_its_gates_are_probabilities():
    current = np.where((np.arange(800) >= 200) & (np.arange(800) < 500), -5.0, 0.0)
    rebound = simulate(HodgkinHuxley(), current, 80.0, dt=0.1, record="all")
    assert len(rebound.spikes) == 1 and 50.0 < rebound.spikes[0] < 60.0
    for gate in ("m", "h", "n"):
        assert (rebound[gate] >= 0.0).all() and (rebound[gate] <= 1.0).all()


def test_fitzhugh_nagumo_loses_its_stable_point_and_oscillates():
    model = Equations("""du/dt = u*(1 - u**2) - w + I
                         dw/dt = epsilon*(u - 0.5*w + 1)""", epsilon=0.1)
    for current in (0.0, 0.5, 1.5, 2.5, 3.5):
        (point,) = model.fixed_points(current)
        (u,) = [root.real for root in np.roots([-1.0, 0.0, -1.0, current - 2.0]) if abs(root.imag) < 1e-9]
        assert (point["u"], point["w"]) == pytest.approx((u, 2.0 * u + 2.0), abs=1e-8)
        jacobian = [[1.0 - 3.0 * u**2, -1.0], [0.1, -0.05]]
        eigenvalues = np.sort_complex(np.linalg.eigvals(jacobian))
        assert np.sort_complex(point.eigenvalues) == pytest.approx(eigenvalues)
        swing = np.ptp(simulate(model, current, 400.0).v[2000:])
        assert swing < 0.1 if point.is_stable else swing > 1.0
        assert point.is_stable == (abs(u) > np.sqrt(0.95 / 3.0))


def test_hopfield_network_recalls_until_it_is_overloaded():
    patterns = random_patterns(30, 100, np.random.default_rng(3))
    cue = [corrupt(pattern, flip=0.1, seed=k) for k, pattern in enumerate(patterns[:5])]

    def recalled(stored):
        memory = HopfieldAssembly(100, rule="hebbian", seed=0).store(patterns[:stored])
        return [memory.recall(each).overlap(pattern) for each, pattern in zip(cue, patterns)]
    assert min(recalled(5)) > 0.95
    with pytest.warns(UserWarning, match="more than the hebbian rule can hold"):
        assert np.mean(recalled(30)) < 0.8


def test_neurons_of_type_i_begin_to_fire_slowly_and_those_of_type_ii_at_once():
    rheobase = (EIF.v_threshold - EIF.sharpness - EIF.v_rest) / EIF.resistance
    slow = counts(EIF, rheobase * np.linspace(0.99, 1.2, 43), 3000.0, discarded=1000.0) / 2.0      # Hz
    assert 0.0 < slow[slow > 0.0].min() < 12.0 and slow.max() > 20.0
    fast = counts(HodgkinHuxley(), np.linspace(5.0, 10.0, 21), 600.0, discarded=200.0) / 0.4
    assert fast.min() == 0.0 and fast[fast > 0.0].min() > 40.0


def test_ojas_rule_finds_the_direction_of_a_cloud_and_keeps_the_norm():
    rng = np.random.default_rng(1)
    angle = np.radians(60.0)
    cloud = rng.normal(size=(2000, 2)) * (1.0, 0.3) @ [[np.cos(angle), np.sin(angle)],
                                                       [-np.sin(angle), np.cos(angle)]]
    linear = Equations("dx/dt = (I - x)/tau", tau=1e-3)         # a rate unit that follows its input
    inputs, output = NeuronGroup(2, linear), NeuronGroup(1, linear)
    synapses = SynapseGroup(inputs, output, [[np.cos(-0.3)], [np.sin(-0.3)]], GradedSynapse())
    network = Network(inputs, output, synapses, dt=1.0, seed=0)

    @network.every(2.0)
    def learn(network):
        x, y, w = inputs["x"][:, None], output["x"][0], synapses.weight
        synapses.weight = w + 0.02 * y * (x - y * w)

    network.run(2.0 * len(cloud), inputs={inputs: cloud})
    w = synapses.weight[:, 0]
    assert np.linalg.norm(w) == pytest.approx(1.0, abs=0.1)
    assert abs(w @ (np.cos(angle), np.sin(angle))) > 0.99 * np.linalg.norm(w)


def brunel(g, eta, n=2000, connected=200, jump=0.5, duration=400.0):
    """Brunel's (2000) network with an external rate of eta times the one that reaches the threshold."""
    model = FirstOrderLIF(20.0, v_rest=0.0, v_threshold=20.0, v_reset=10.0, t_refractory=2.0)
    neurons = NeuronGroup(n, model)
    border = 4 * n // 5
    external = PoissonInput(n, 1000.0 * eta * model.v_threshold / (jump * model.tau_m))
    weights = ((external, OneToOne(jump)), (neurons[:border], FixedInDegree(4 * connected // 5, jump)),
               (neurons[border:], FixedInDegree(connected // 5, -g * jump)))
    synapses = [SynapseGroup(pre, neurons, weight, DeltaSynapse(), delay=1.5) for pre, weight in weights]
    spikes = SpikeMonitor(neurons)
    Network(neurons, external, synapses, spikes, dt=0.1, seed=1).run(duration)
    return spikes


def test_brunels_network_is_regular_without_and_irregular_with_strong_inhibition():
    regular = brunel(g=3.0, eta=2.0)
    irregular = brunel(g=6.0, eta=2.0)
    variation = [np.nanmedian(cv(spikes)) for spikes in (regular, irregular)]
    assert variation[0] < 0.3 and variation[1] > 0.6
    assert synchrony(regular, 2.0) > 1.5 * synchrony(irregular, 2.0)


def from_slide(monkeypatch, name):
    """The module of a slide, whose network is the experiment."""
    monkeypatch.syspath_prepend(VISUALIZATIONS)
    return importlib.import_module(f"{name}_viz")


def test_a_bump_of_activity_keeps_a_direction_for_two_seconds(monkeypatch):
    slide = from_slide(monkeypatch, "ring")
    network, ring, spikes = slide.build(seed=5)
    cue = 0.3 * np.roll(slide.NEAR[0], slide.N // 3)                    # nA    at 120 degrees
    network.run(300.0)
    network.run(250.0, {ring: cue})
    network.run(2000.0)
    before = spikes.i[spikes.t < 300.0].size / slide.N / 0.3            # Hz
    held = spikes.i[spikes.t >= 2050.0]
    mean = np.exp(1j * np.radians(slide.ANGLE[held])).mean()
    rate = np.bincount(held, minlength=slide.N) / 0.5
    assert before < 3.0 and 20.0 < np.sort(rate)[-50:].mean() < 70.0
    assert abs(mean) > 0.5 and abs(np.degrees(np.angle(mean * np.exp(-2j * np.pi / 3.0)))) < 45.0


def test_the_favoured_pool_wins_and_holds_the_decision(monkeypatch):
    slide = from_slide(monkeypatch, "decision")
    *parts, rates = slide.build(seed=0)
    for favoured, coherence in enumerate((0.512, -0.512)):
        assert slide.first_wins(*parts, rates, coherence, slide.END, 1) == (coherence > 0)
        winner, loser = (rates[pool].rate(500.0) for pool in (favoured, 1 - favoured))
        assert winner[0] < 15.0 < winner[-1] and loser[-1] < 5.0
