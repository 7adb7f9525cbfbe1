"""Synapses against closed forms and against a general solver; delays and deltas by hand."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from spikingnn import (ALIF, ConductanceSynapse, DeltaSynapse, FirstOrderLIF, FirstOrderSynapse, LIFGroup,
                       Network, NeuronGroup, SpikeMonitor, SpikeSource, StateMonitor, SynapseGroup)


TAU, R = 20.0, 10.0
FREE = dict(v_rest=0.0, v_reset=0.0, v_threshold=1e6, t_refractory=0.0)


def response(synapse, weight, times, dt, duration, model=None, **options):
    """(t, v): the membrane of one neuron that receives spikes at `times`."""
    source = SpikeSource([times])
    target = NeuronGroup(1, model or FirstOrderLIF(tau_m=TAU, resistance=R, **FREE))
    v = StateMonitor(target, "v")
    Network(source, target, SynapseGroup(source, target, weight, synapse, **options), v, dt=dt).run(duration)
    return v.t, v.values[:, 0]


def psp(t, tau_syn, weight=1.0):
    """The closed form: tau_m v' = -v + R·w·exp(-t/tau_syn), v(0) = 0; with its limit for equal time
    constants."""
    t = np.maximum(t, 0.0)
    if tau_syn == TAU:
        return R * weight * t / TAU * np.exp(-t / TAU)
    return R * weight * tau_syn / (tau_syn - TAU) * (np.exp(-t / tau_syn) - np.exp(-t / TAU))


# --- exponential currents -----------------------------------------------------------------------------------

@pytest.mark.parametrize("tau_syn", [1.0, 5.0, TAU, 50.0])
def test_psp_follows_the_closed_form(tau_syn):
    t, v = response(FirstOrderSynapse(tau_syn), 1.0, [10.0], 0.1, 150.0, delay=1.0)
    exact = psp(t - 11.0, tau_syn)
    assert np.abs(v - exact).max() < 1e-3 * exact.max()
    np.testing.assert_array_equal(v[t < 11.0], 0.0)


@pytest.mark.parametrize("tau_syn", [1.0, 5.0, TAU, 50.0])
def test_psp_error_falls_fourfold_when_dt_halves(tau_syn):
    errors = []
    for dt in (0.4, 0.2, 0.1, 0.05):
        t, v = response(FirstOrderSynapse(tau_syn), 1.0, [0.0], dt, 60.0, delay=2.0)
        errors.append(np.abs(v - psp(t - 2.0, tau_syn)).max())
    np.testing.assert_allclose(np.array(errors[:-1]) / errors[1:], 4.0, rtol=0.05)


def test_equal_time_constants_are_the_limit_of_unequal_ones():
    _, equal = response(FirstOrderSynapse(TAU), 1.0, [0.0], 0.1, 100.0)
    _, near = response(FirstOrderSynapse(TAU * (1 + 1e-9)), 1.0, [0.0], 0.1, 100.0)
    np.testing.assert_allclose(near, equal, rtol=1e-7)


@pytest.mark.parametrize("dt", [0.01, 0.1, 1.0, 10.0])
def test_charge_of_a_spike_is_exact(dt):
    """A membrane without leak ends at w·tau/C, whatever the step."""
    model = FirstOrderLIF(tau_m=math.inf, resistance=0.5, **FREE)              # C = 2 nF
    _, v = response(FirstOrderSynapse(3.0), 0.7, [dt], dt, 300.0, model)
    assert v[-1] == pytest.approx(0.7 * 3.0 / 2.0, rel=1e-12)


def test_psps_add_up():
    """Also those of several connections that share a target and a time constant."""
    times, synapse = [0.0, 3.0, 3.0, 17.0], FirstOrderSynapse(5.0)
    sources = [SpikeSource([[time]]) for time in times]
    target = NeuronGroup(1, FirstOrderLIF(tau_m=TAU, resistance=R, **FREE))
    v = StateMonitor(target, "v")
    weights = [1.0, -2.0, 0.5, 3.0]
    Network(sources, target, [SynapseGroup(s, target, w, synapse) for s, w in zip(sources, weights)],
            v).run(60.0)
    alone = [w * response(synapse, 1.0, [time], 0.1, 60.0)[1] for w, time in zip(weights, times)]
    np.testing.assert_allclose(v.values[:, 0], np.sum(alone, axis=0), rtol=1e-11, atol=1e-14)


def test_two_time_constants_stay_apart():
    source, target = SpikeSource([[0.0]]), NeuronGroup(1, FirstOrderLIF(tau_m=TAU, resistance=R, **FREE))
    v = StateMonitor(target, "v")
    Network(source, target, [SynapseGroup(source, target, 1.0, FirstOrderSynapse(tau)) for tau in (2.0, 9.0)],
            v).run(60.0)
    exact = psp(v.t - 0.1, 2.0) + psp(v.t - 0.1, 9.0)
    assert np.abs(v.values[:, 0] - exact).max() < 1e-3 * exact.max()


# --- deltas -------------------------------------------------------------------------------------------------

def test_delta_moves_the_membrane_and_then_decays():
    """A spike of step 10 with a delay of 5 steps jumps at the start of step 15, and has decayed by one step
    at its end."""
    t, v = response(DeltaSynapse(), 4.0, [1.0], 0.1, 10.0, delay=0.5)
    np.testing.assert_array_equal(v[:15], 0.0)
    np.testing.assert_allclose(v[15:], 4.0 * np.exp(-(t[15:] - 1.5) / TAU), rtol=1e-12)


def test_delta_can_fire_its_target_in_the_step_of_its_arrival():
    source, target = SpikeSource([[1.0]]), LIFGroup(1)
    spikes = SpikeMonitor(target)
    Network(source, target, SynapseGroup(source, target, 16.0, DeltaSynapse(), delay=0.5), spikes).run(5.0)
    np.testing.assert_allclose(spikes.t, [1.5], rtol=1e-12)


@pytest.mark.parametrize("delay", [None, 0.1, 0.7, 12.3])
def test_delay_shifts_and_changes_nothing_else(delay):
    _, plain = response(FirstOrderSynapse(5.0), 1.0, [2.0], 0.1, 60.0)
    _, later = response(FirstOrderSynapse(5.0), 1.0, [2.0], 0.1, 60.0, delay=delay)
    shift = round((delay or 0.1) / 0.1) - 1
    np.testing.assert_array_equal(later[shift:], plain[:plain.size - shift])
    np.testing.assert_array_equal(later[:shift], 0.0)


def test_spikes_of_one_step_never_see_each_other():
    """Two neurons that would silence each other fire together: their spikes arrive one step later."""
    pair = LIFGroup(2)
    net = Network(pair, SynapseGroup(pair, pair, -50.0, DeltaSynapse()), dt=0.1)
    fired = []
    for _ in range(3):
        net.run(0.1, inputs={pair: 1e4})
        fired.append((pair["refractory"] > 0).tolist())
    assert fired[0] == [True, True]


# --- conductances -------------------------------------------------------------------------------------------

def solved(weight, tau_syn, reversal, times, t):
    """v at the times t by a general solver, restarted at each spike."""
    state, v, edges = np.array([-65.0, 0.0]), np.empty(t.size), [0.0, *times, t[-1]]

    def slope(_, y):
        return [(-(y[0] + 65.0) + R * y[1] * (reversal - y[0])) / TAU, -y[1] / tau_syn]

    for begin, end in zip(edges[:-1], edges[1:]):
        inside = (t > begin + 1e-9) & (t <= end + 1e-9)
        solution = solve_ivp(slope, (begin, end), state, "DOP853", dense_output=True, rtol=1e-10, atol=1e-12)
        v[inside], state = solution.sol(t[inside])[0], solution.y[:, -1] + [0.0, weight]
    return v


@pytest.mark.parametrize("model", [FirstOrderLIF, ALIF])
@pytest.mark.parametrize("weight, tau_syn, reversal",
                         [(0.01, 5.0, 0.0), (0.05, 2.0, -80.0), (0.2, 10.0, 0.0)])
def test_conductance_agrees_with_a_general_solver(model, weight, tau_syn, reversal):
    times = [5.0, 8.0, 9.0, 30.0, 31.0]
    t, v = response(ConductanceSynapse(tau_syn, reversal), weight, times, 0.1, 80.0,
                    model(resistance=R, v_threshold=1e6), delay=0.1)
    exact = solved(weight, tau_syn, reversal, [time + 0.1 for time in times], t)
    assert np.abs(v - exact).max() < 1e-3 * np.abs(exact + 65.0).max()


@pytest.mark.parametrize("dt", [0.1, 1.0, 5.0])
@pytest.mark.parametrize("reversal", [0.0, -90.0])
def test_potential_never_passes_the_reversal(dt, reversal):
    """At g·R = 400 the membrane is clamped to the reversal potential, and approaches it from its own side
    only."""
    model = FirstOrderLIF(resistance=R, v_threshold=1e6, t_refractory=0.0)
    _, v = response(ConductanceSynapse(20.0, reversal), 40.0, [dt], dt, 60.0, model)
    side = np.sign(reversal + 65.0)
    assert np.all(side * (reversal - v) >= -1e-12)
    assert side * (reversal - v).min() < 65.0 / 100 if side > 0 else np.abs(v - reversal).min() < 25.0 / 100


def test_two_reversals_meet_in_between():
    """Steady conductances g1, g2: v settles at (v_rest + R·g1·E1 + R·g2·E2) / (1 + R·g1 + R·g2)."""
    source = SpikeSource([[0.0]])
    target = NeuronGroup(1, FirstOrderLIF(tau_m=5.0, resistance=R, v_threshold=1e6))
    links = [SynapseGroup(source, target, weight, ConductanceSynapse(1e9, reversal))
             for weight, reversal in ((0.1, 0.0), (0.3, -80.0))]
    Network(source, target, links).run(50.0)
    assert target["v"][0] == pytest.approx((-65.0 + 0.0 - 3.0 * 80.0) / (1.0 + 1.0 + 3.0), rel=1e-6)


def test_conductance_on_a_membrane_without_leak():
    """tau_m = inf and R = 1/C: v' = g (E - v) / C, so with a steady g it decays to E with C/g."""
    model = FirstOrderLIF(tau_m=math.inf, resistance=0.5, v_threshold=1e6)
    t, v = response(ConductanceSynapse(1e9, -10.0), 0.4, [0.0], 0.1, 20.0, model)
    np.testing.assert_allclose(v, -10.0 - 55.0 * np.exp(-(t - 0.1) * 0.4 * 0.5), rtol=1e-7)
