"""Models given as text against the built-in ones, closed forms and solvers of differential equations."""

import copy
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from texts import ADEX, FITZHUGH_NAGUMO, adaptive, adex, hodgkin_huxley, izhikevich, lif

from spikingnn import (AdaptiveCurrentLIF, AdEx, ConductanceSynapse, DeltaSynapse, Equations, FirstOrderLIF,
                       FirstOrderSynapse, HodgkinHuxley, Izhikevich, Network, NeuronGroup, SpikeMonitor,
                       SpikeSource,
                       StateMonitor, SynapseGroup, simulate)


def assert_alike(text, built_in, current, duration, tolerance, dt=0.1):
    ours, theirs = simulate(text, current, duration, dt), simulate(built_in, current, duration, dt)
    np.testing.assert_array_equal(ours.spikes, theirs.spikes)
    np.testing.assert_allclose(ours.v, theirs.v, rtol=0, atol=tolerance)
    return len(ours.spikes)


def test_lif_is_the_built_in_one():
    steps = np.repeat([0.0, 2.0, 5.0, -1.0, 3.0], 100)
    assert assert_alike(lif(), FirstOrderLIF(), steps, 500.0, 1e-12) > 10
    assert lif().method == "exact"
    with pytest.warns(UserWarning, match="off the grid"):
        assert_alike(lif(t_refractory=1.23), FirstOrderLIF(t_refractory=1.23), 3.0, 100.0, 1e-12)


def test_adaptive_lif_is_the_built_in_one():
    assert assert_alike(adaptive(), AdaptiveCurrentLIF(a=0.02, b=0.1), 3.0, 300.0, 1e-11) > 10
    assert adaptive().method == "exact"


def test_hodgkin_huxley_is_the_built_in_one():
    v, m, h, n, _ = (float(each) for each in HodgkinHuxley().initial(1, np.uint64(0)))
    text = hodgkin_huxley({"v": v, "m": m, "h": h, "n": n})
    assert text.method == "split"
    assert assert_alike(text, HodgkinHuxley(), 10.0, 500.0, 1e-8) == 35


@pytest.mark.parametrize("dt", [0.1, 0.02])
@pytest.mark.parametrize("kind, name", [("AdEx", "tonic"), ("AdEx", "adapting"), ("AdEx", "initial burst"),
                                        ("Izhikevich", "regular spiking"), ("Izhikevich", "fast spiking"),
                                        ("Izhikevich", "chattering")])
def test_spikes_inside_a_step_lag_less_than_a_tenth_of_it(kind, name, dt):
    """Against the same text at 0.001 ms: the mean lag per spike, in steps."""
    built_in = {"AdEx": AdEx, "Izhikevich": Izhikevich}[kind].pattern(name)
    model = (adex if kind == "AdEx" else izhikevich)(built_in)
    current = AdEx.pattern_current(name) if kind == "AdEx" else 10.0
    coarse, fine = (simulate(model, current, 500.0, each).spikes for each in (dt, 0.001))
    assert len(coarse) == len(fine) > 4
    assert abs(coarse[-1] - fine[-1]) / len(fine) < 0.1 * dt + 0.001


def test_the_height_of_a_spike_does_not_enter_the_adaptation():
    after = simulate(adex(V_p=0.0), 1.0, 400.0).spikes, simulate(adex(V_p=20.0), 1.0, 400.0).spikes
    np.testing.assert_allclose(*after, atol=0.11)


def test_a_jump_above_the_threshold_spikes_at_once():
    source, target = SpikeSource([[1.0]]), NeuronGroup(1, adex())
    spikes = SpikeMonitor(target)
    Network(source, target, spikes, SynapseGroup(source, target, 200.0, DeltaSynapse(), delay=0.1)).run(5.0)
    np.testing.assert_allclose(spikes.t, [1.1])


def test_the_refractory_period_of_an_upstroke_may_end_inside_a_step():
    like = AdEx(t_refractory=2.05)
    text = Equations(ADEX.replace(": mV", ": mV (unless refractory)"), "v > V_p", "v = V_r; w += b",
                     t_refractory=2.05, initial={"v": "E_L"},
                     **{name: getattr(adex(), name) for name in "g_L E_L D V_T C a tau_w b V_r V_p".split()})
    ours, theirs = simulate(text, 1.0, 500.0).spikes, simulate(like, 1.0, 500.0).spikes
    assert len(ours) == len(theirs) > 10
    np.testing.assert_allclose(ours, theirs, atol=0.21)


@pytest.mark.parametrize("method, order, largest", [(None, 2, 0.005), ("rk4", 4, 1e-5), ("euler", 1, 0.2)])
def test_orders_of_the_methods(method, order, largest):
    def slope(t, y):
        return y[0] - y[0]**3 / 3 - y[1] + 0.5, 0.08 * (y[0] + 0.7 - 0.8 * y[1])
    exact = solve_ivp(slope, (0, 40), [0, 0], method="DOP853", rtol=1e-12, atol=1e-12).y[0, -1]
    model = Equations(FITZHUGH_NAGUMO, method=method)
    errors = [abs(simulate(model, 0.5, 40.0, dt).v[-1] - exact) for dt in (0.2, 0.1, 0.05)]
    assert errors[1] < largest
    np.testing.assert_allclose(np.log2(np.divide(errors[:-1], errors[1:])), order, atol=0.2)


def test_substeps_are_smaller_steps():
    for method in (None, "rk4", "euler"):
        parts = Equations(FITZHUGH_NAGUMO, method=method, longest_step=0.05)
        whole = Equations(FITZHUGH_NAGUMO, method=method)
        np.testing.assert_allclose(simulate(parts, 0.5, 20.0, 0.1).v,
                                   simulate(whole, 0.5, 20.0, 0.05).v[1::2], atol=1e-9)


def test_linear_systems_are_exact():
    """A damped oscillator with a constant current, at a coarse step."""
    model = Equations("dx/dt = y + I : 1\ndy/dt = -k*x - c*y + g : 1", k=0.5, c=0.1, g=0.3)
    solved = solve_ivp(lambda t, y: (y[1] + 0.7, -0.5 * y[0] - 0.1 * y[1] + 0.3), (0, 30), [0, 0], rtol=1e-12,
                       atol=1e-12, t_eval=np.arange(3.0, 31.0, 3.0))
    np.testing.assert_allclose(simulate(model, 0.7, 30.0, 3.0).v, solved.y[0], atol=1e-9)


def test_equal_and_vanishing_rates_are_exact():
    """Degenerate matrices: two equal time constants, and an integrator without leak."""
    chain = Equations("dx/dt = (y - x)/tau : 1\ndy/dt = (I - y)/tau : 1\ndz/dt = x : 1", tau=5.0)
    group = NeuronGroup(1, chain)
    for _ in range(10):
        group.step(1.0, 1.0)
    s = 10.0 / 5.0
    np.testing.assert_allclose(group["x"], 1 - np.exp(-s) * (1 + s), rtol=1e-12)
    np.testing.assert_allclose(group["z"], 5.0 * (s - 2.0 + (s + 2.0) * np.exp(-s)), rtol=1e-11)


def test_conductances_are_those_of_the_built_in_neuron():
    monitors = []
    for model in (lif(), FirstOrderLIF()):
        source = SpikeSource([[1.0, 4.0, 5.0], [7.0, 30.0]])
        target = NeuronGroup(1, model)
        links = [SynapseGroup(source, target, [[0.2], [0.0]], ConductanceSynapse(3.0, 0.0)),
                 SynapseGroup(source, target, [[0.0], [0.5]], ConductanceSynapse(8.0, -80.0)),
                 SynapseGroup(source, target, [[0.4], [0.4]], FirstOrderSynapse(5.0))]
        monitors.append((StateMonitor(target, "v"), SpikeMonitor(target)))
        Network(source, target, links, *monitors[-1]).run(60.0, {target: 0.5})
    np.testing.assert_allclose(monitors[0][0].values, monitors[1][0].values, atol=1e-11)
    np.testing.assert_array_equal(monitors[0][1].t, monitors[1][1].t)
    assert monitors[0][1].t.size > 0


def test_a_potential_never_crosses_a_reversal_potential():
    source, target = SpikeSource([[1.0]]), NeuronGroup(1, Equations("dv/dt = (-60 - v)/tau + I/C", tau=20.0,
                                                                    C=0.2,
                                                                    initial={"v": -60.0}))
    v = StateMonitor(target, "v")
    Network(source, target, v, SynapseGroup(source, target, 1e4, ConductanceSynapse(5.0, -80.0))).run(30.0)
    assert -80.0 <= v.values.min() < -79.9


def test_synaptic_variables_in_the_text():
    """An exponential current as a state to which spikes add through v's place, against the synapse model."""
    text = Equations("dg/dt = -g/tau_g : nA\ndx/dt = (-x + R*g)/tau : mV", tau_g=5.0, tau=20.0, R=10.0)
    source, target = SpikeSource([[1.0, 3.0]]), NeuronGroup(1, text)
    x = StateMonitor(target, "x")
    Network(source, target, x, SynapseGroup(source, target, 0.5, DeltaSynapse(), delay=0.1)).run(40.0)
    t = x.t[:, None] - np.array([1.1, 3.1])
    psp = np.where(t > 0, 0.5 * 10.0 * 5.0 / (20.0 - 5.0) * (np.exp(-t / 20.0) - np.exp(-t / 5.0)), 0.0)
    np.testing.assert_allclose(x.values[:, 0], psp.sum(axis=1), atol=1e-12)


def test_a_conductance_as_a_state_to_which_spikes_add():
    """The text's own conductance against `ConductanceSynapse`; both are of second order in dt."""
    text = Equations("""dv/dt = (v_rest - v + R*g*(E - v))/tau : mV
                        dg/dt = -g/tau_g : uS""", initial={"v": "v_rest"}, v_rest=-65.0, R=10.0, E=0.0,
                     tau=20.0, tau_g=5.0)
    values = []
    for model, synapse in ((text, DeltaSynapse(state="g")), (lif(v_t=100.0), ConductanceSynapse(5.0, 0.0))):
        source, target = SpikeSource([[1.0, 3.0]]), NeuronGroup(1, model)
        v = StateMonitor(target, "v")
        Network(source, target, v, SynapseGroup(source, target, 0.05, synapse, delay=0.1)).run(40.0)
        values.append(v.values[:, 0])
    assert values[0].max() > -60.0
    np.testing.assert_allclose(*values, atol=2e-3)


def test_time_in_the_text():
    model = Equations("dv/dt = cos(omega*t)*omega : 1", omega=0.3)
    run = simulate(model, 0.0, 50.0)
    np.testing.assert_allclose(run.v, np.sin(0.3 * run.t), atol=1e-4)
    for method, tolerance in (("rk4", 1e-8), ("euler", 0.05)):
        other = Equations("dv/dt = cos(omega*t)*omega : 1", omega=0.3, method=method)
        np.testing.assert_allclose(simulate(other, 0.0, 50.0).v, np.sin(0.3 * run.t), atol=tolerance)


def test_without_a_reset_a_crossing_is_a_spike():
    model = Equations("dv/dt = cos(omega*t)*omega : 1", "v > 0.5", omega=2 * np.pi / 10.0)
    np.testing.assert_allclose(simulate(model, 0.0, 50.0).spikes, 10.0 / 12 + np.arange(0, 50, 10), atol=0.1)


def test_refractoriness_that_only_forbids_spikes():
    model = Equations("dv/dt = rate : 1", "v > 1", "v = v - 1", t_refractory=3.0, rate=1.0)
    run = simulate(model, 0.0, 12.0, 0.5)
    np.testing.assert_allclose(np.diff(run.spikes), 3.5)
    assert run.v.max() > 3.0                            # v goes on meanwhile


def test_what_arrives_while_refractory_is_kept():
    source, target = SpikeSource([[12.0]]), NeuronGroup(1, lif(t_refractory=5.0, tau=1e9, R=1.0, v_t=-64.0))
    target["v"] = -63.9
    v = StateMonitor(target, "v")
    Network(source, target, v, SynapseGroup(source, target, 0.25, DeltaSynapse(), delay=0.5),
            dt=0.5).run(11.0)
    network = v.network
    assert v.values[-1, 0] == -65.0
    target["v"] = -63.9
    network.run(4.0)
    assert v.values[-1, 0] == -64.75                    # reset at 11.0 ms, the jump at 12.5 ms


def test_a_reset_by_subtraction_keeps_the_excess():
    model = Equations("dv/dt = I : 1", "v >= 1", "v -= 1")
    assert len(simulate(model, 0.372, 100.0, 1.0).spikes) == 37


def test_statements_of_a_reset_run_in_order():
    model = Equations("dv/dt = I : 1\na : 1\nb : 1", "v >= 1", "v = 0; a = a + 1; b = a*10", a=2.0)
    group = NeuronGroup(1, model)
    group.step(2.0, 1.0)
    assert (group["a"], group["b"], group["v"]) == (3.0, 30.0, 0.0)


def test_conditions_and_functions():
    model = Equations("""dx/dt = (target - x)/tau : 1
                         target = 2 if t < 5 and not x > 100 else int(t >= 7)*3 : 1""", tau=1e-6)
    assert simulate(model, 0.0, 10.0, 1.0).v.round(6).tolist() == [2.0] * 5 + [0.0] * 2 + [3.0] * 3
    functions = ("abs(-2) + ceil(1.2) + floor(-1.2) + 7 % 4 + 7 // 2 + min(1, 2) + max(1, 2) + clip(5, 0, 3) "
                 "+ sign(-3)")
    value = Equations(f"dx/dt = ({functions} + log(e) + sqrt(4) + tanh(0) - x)/tau", tau=1e-6)
    assert simulate(value, 0.0, 1.0, 1.0).v[0] == pytest.approx(2 + 2 - 2 + 3 + 3 + 1 + 2 + 3 - 1 + 1 + 2)


def test_units_are_factors():
    written = Equations("dv/dt = (-65*mV - v + 10*Mohm*I)/(0.02*second) : volt (unless refractory)",
                        "v > -50*mV",
                        "v = -0.065*volt", t_refractory=2.0, initial={"v": -65.0})
    np.testing.assert_allclose(simulate(written, 2.0, 100.0).v, simulate(lif(), 2.0, 100.0).v, atol=1e-11)
    scaled = Equations("dx/dt = 5*nS*mV/pA + 20*Hz*second + 3*pF*mV/ms/pA + 2*kHz*ms + 1*uA/nA/1000 - x/tau",
                       tau=1.0)
    assert simulate(scaled, 0.0, 60.0, 1.0).v[-1] == pytest.approx(5 + 20 + 3 + 2 + 1)


def test_a_parameter_may_be_called_as_anything():
    """Names of the kernel, of units and of functions of Python are free."""
    names = ["state", "key", "i", "rows", "math", "n_v", "mV", "e", "pi", "h", "left", "waits", "refractory",
             "τ", "exp1"]
    text = "dv/dt = " + " + ".join(names) + " - v/10 : 1\ndh_/dt = -h_ : 1"
    model = Equations(text, "v > 1000", "v = 0", t_refractory=1.0, **{each: 0.1 for each in names})
    assert simulate(model, 0.0, 100.0, 10.0).v[-1] == pytest.approx(15.0, abs=1e-3)


def test_v_comes_first():
    model = Equations("dw/dt = -w/10 : 1\ndv/dt = I - w : 1")
    assert model.states == ("v", "w")
    assert Equations("dx/dt = I : 1\ndy/dt = x : 1").states == ("x", "y")


def test_first_values_from_arrays_and_other_states():
    """Arrays are fields; expressions may use definitions and states, in any order."""
    model = Equations("dv/dt = (E - v)/10 : mV\ndm/dt = (m_inf - m)/5 : 1\ndw/dt = -w/k : 1\n"
                      "m_inf = 1/(1 + exp(-(v - E)/k)) : 1", initial={
                          "w": "2*m", "m": "m_inf", "v": [-70.0, -60.0, -50.0]}, E=-60.0, k=5.0)
    m = 1/(1 + np.exp([2.0, 0.0, -2.0]))
    for each in (NeuronGroup(3, model), NeuronGroup(3, copy.deepcopy(model))):
        np.testing.assert_allclose(each["m"], m)
        np.testing.assert_allclose(each["w"], 2*m)
    assert NeuronGroup(1, replace(model, initial_v=-55.0))["v"] == -55.0
    with pytest.raises(ValueError, match=r"Equations.initial_v must be a scalar or have shape \(4,\)"):
        NeuronGroup(4, model)
    assert NeuronGroup(1, Equations("dv/dt = -v/10", initial={"v": "-0.06*volt"}))["v"] == -60.0


def test_refractory_as_long_as_a_condition_holds():
    """One spike per period of a sine, after which x stays above the threshold; without it, one per step."""
    text = "x = sin(2*pi*t/50) : 1\ndn/dt = 0*n : 1"
    waves = Equations(text, "x > 0.5", "n += 1", t_refractory="x > 0.5")
    run = simulate(copy.deepcopy(waves), 0.0, 200.0, record="all")
    first = 50.0*np.arcsin(0.5)/(2*np.pi)
    np.testing.assert_allclose(run.spikes, first + 50.0*np.arange(4), atol=0.15)
    assert run["n"][-1] == 4.0
    assert len(simulate(Equations(text, "x > 0.5", "n += 1"), 0.0, 50.0).spikes) > 100
