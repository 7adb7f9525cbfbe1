"""Experiments on single neurons from Brian2's examples, written anew; numbers are those of Brian2 2.9.0."""

import numpy as np
import pytest

from spikingnn import (AdEx, Equations, FirstOrderLIF, GradedSynapse, Network, NeuronGroup, SpikeMonitor,
                       StateMonitor, SynapseGroup, simulate)


HODGKIN_HUXLEY = """
    dv/dt = (g_l*(E_l - v) - g_na*m**3*h*(v - E_na) - g_k*n**4*(v - E_k) + I)/C : mV
    dm/dt = 1.28/exprel((v_t + 13 - v)/4)*(1 - m) - 1.4/exprel((v - v_t - 40)/5)*m : 1
    dn/dt = 0.16/exprel((v_t + 15 - v)/5)*(1 - n) - 0.5*exp((v_t + 10 - v)/40)*n : 1
    dh/dt = 0.128*exp((v_t + 17 - v)/18)*(1 - h) - 4/(1 + exp((v_t + 40 - v)/5))*h : 1"""


def spikes_of(model, duration, dt=0.1, n=None, inputs=0.0, start=None):
    """Return the spike times of each neuron, and the group as it is at the end."""
    group = NeuronGroup(n, model)
    for state, value in (start or {}).items():
        group[state] = value
    spikes = SpikeMonitor(group)
    Network(group, spikes, dt=dt, seed=0).run(duration, {group: inputs} if np.any(inputs) else None)
    return spikes.trains(), group


def counts(trains):
    return [len(train) for train in trains]


def test_rate_of_lif_neurons_against_their_drive():
    """IF_curve_LIF: Brian2 counts the step of the spike as refractory, hence 4.9 ms."""
    model = FirstOrderLIF(tau_m=10.0, resistance=1.0, v_rest=0.0, v_threshold=10.0, v_reset=0.0,
                          t_refractory=4.9)
    trains, _ = spikes_of(model, 500.0, n=20, inputs=np.linspace(0.0, 20.0, 20), start={"v": 0.0})
    assert counts(trains) == [0]*10 + [14, 20, 24, 27, 30, 33, 36, 38, 40, 42]


def test_rate_of_hodgkin_huxley_neurons_against_their_current():
    """IF_curve_Hodgkin_Huxley, written as text: nF, µS, nA."""
    model = Equations(HODGKIN_HUXLEY, threshold="v > -40", initial={"v": -65.0}, C=0.2, g_l=0.01, E_l=-65.0,
                      g_na=20.0, E_na=50.0, g_k=6.0, E_k=-90.0, v_t=-63.0, longest_step=0.025)
    trains, _ = spikes_of(model, 300.0, n=4, inputs=[0.05, 0.2, 0.4, 0.7])
    np.testing.assert_allclose(counts(trains), [4, 12, 20, 30], atol=1)


def test_rhythms_that_lock_to_a_sine():
    """phase_locking: a drive that depends on t in the text."""
    model = Equations("dv/dt = (-v + a*sin(2*pi*t/100) + 1.2)/tau : 1", threshold="v > 1", reset="v = 0",
                      tau=20.0, a=0.05 + 0.07*np.arange(10), method="euler")
    trains, _ = spikes_of(model, 1000.0, n=10, start={"v": np.linspace(0.0, 0.9, 10)})
    assert counts(trains) == [27, 27, 27, 25, 25, 26, 29, 29, 30, 30]
    periods = np.add.outer(np.arange(300, 1000, 100), [8.9, 25.2, 42.6]).ravel()
    first = [5.4, 22.6, 39.0, 108.5, 124.9, 142.2, 208.8, 225.1, 242.5]
    np.testing.assert_allclose(trains[9], [*first, *periods], atol=0.05)


def test_phases_of_locked_neurons_repeat():
    """Brette_2004: with the current below threshold part of the time, spikes come at fixed phases."""
    model = Equations("dv/dt = (-v + a + 2*sin(2*pi*t/tau))/tau : 1", threshold="v > 1", reset="v = 0",
                      tau=100.0, a=np.linspace(2.0, 4.0, 5), method="euler")
    trains, _ = spikes_of(model, 2000.0, n=5)
    assert counts(trains) == [29, 39, 48, 59, 69]
    np.testing.assert_allclose(trains[0][-3:] % 100.0, [14.8, 49.4, 26.2], atol=0.05)


def test_regular_firing_of_an_adaptive_exponential_neuron():
    """Brette_Gerstner_2005: the built-in model, against Brian2's spikes at a tenth of the step."""
    model = AdEx(tau_m=281/30, resistance=1/0.03, v_rest=-70.6, v_threshold=-50.4, sharpness=2.0, tau_w=144.0,
                 a=0.004, b=0.0805, v_reset=-70.6, v_peak=-40.4)
    spikes = simulate(model, np.repeat([0.0, 1.0], [1, 5]), 120.0).spikes
    np.testing.assert_allclose(spikes, [31.73, 45.27, 61.04, 79.57, 101.39], atol=0.15)


PATTERNS = {"tonic spiking": (0.2, 0.010, -70.0, 2.0, 30.0, 0.0, -58.0, 0.5),
            "adaptation": (0.2, 0.012, -70.0, 2.0, 300.0, 0.06, -58.0, 0.5),
            "initial burst": (0.13, 0.018, -58.0, 4.0, 150.0, 0.12, -50.0, 0.4),
            "regular bursting": (0.2, 0.010, -58.0, 2.0, 120.0, 0.1, -46.0, 0.21),
            "delayed accelerating": (0.2, 0.012, -70.0, -10.0, 300.0, 0.0, -58.0, 0.3),
            "transient spiking": (0.1, 0.010, -65.0, 10.0, 90.0, 0.1, -47.0, 0.18)}


def test_six_firing_patterns_of_one_model():
    """Naud_et_al_2008_adex_firing_patterns: six neurons of one group."""
    C, g_l, E_l, a, tau_w, b, v_r, current = map(np.array, zip(*PATTERNS.values()))
    model = AdEx(tau_m=C/g_l, resistance=1/g_l, v_rest=E_l, v_threshold=-50.0, sharpness=2.0, tau_w=tau_w,
                 a=a*1e-3, b=b, v_reset=v_r, v_peak=0.0)
    trains, _ = spikes_of(model, 200.0, n=6, inputs=current, start={"v": E_l, "w": 0.0})
    assert counts(trains) == [20, 6, 6, 5, 11, 1]
    for train, first in zip(trains, [14.26, 14.94, 5.5, 16.2, 33.61, 30.32]):
        np.testing.assert_allclose(train[0], first, atol=0.2)


def test_bursts_of_hindmarsh_and_rose():
    """Hindmarsh_Rose_1984: no threshold in the equations; spikes are upward crossings."""
    model = Equations("""dx/dt = y - x**3 + 3*x**2 + I - z : 1
                         dy/dt = 1 - 5*x**2 - y : 1
                         dz/dt = 0.001*(4*(x + 1.6) - z) : 1""", threshold="x > 1", method="rk4",
                      initial={"x": -1.6, "y": 1 - 5*1.6**2})
    trains, group = spikes_of(model, 400.0, n=3, inputs=[0.4, 2.0, 4.0])
    assert counts(trains) == [8, 62, 108]
    np.testing.assert_allclose(group["x"], [-1.620858, -0.064896, -0.892476], atol=1e-5)
    np.testing.assert_allclose(trains[2][-3:], [388.6, 393.3, 397.9], atol=0.05 + 0.06)


def test_voltage_oscillations_of_morris_and_lecar():
    """Morris_Lecar_1981 at five currents: rest, oscillation, depolarisation."""
    model = Equations("""
        dV/dt = (-g_L*(V - V_L) - g_Ca*m_inf*(V - V_Ca) - g_K*n*(V - V_K) + I)/C : 1
        dn/dt = cosh((V - V_3)/(2*V_4))*(n_inf - n)/15 : 1
        m_inf = 0.5*(1 + tanh((V - V_1)/V_2)) : 1
        n_inf = 0.5*(1 + tanh((V - V_3)/V_4)) : 1""", threshold="V > 0",
                      initial={"V": "V_L", "n": 0.5*(1 + np.tanh(-49/14.5))}, C=20.0,
                      g_L=2.0, g_Ca=4.0, g_K=8.0, V_L=-50.0, V_Ca=100.0, V_K=-70.0,
                      V_1=10.0, V_2=15.0, V_3=-1.0, V_4=14.5)
    trains, group = spikes_of(model, 220.0, dt=0.05, n=5, inputs=[100.0, 200.0, 300.0, 400.0, 500.0])
    assert counts(trains) == [0, 2, 8, 8, 1]
    np.testing.assert_allclose(np.sort(np.concatenate(trains)), [
        2.16, 2.76, 3.83, 6.32, 30.48, 32.66, 42.41, 58.32, 60.96, 86.39, 88.99, 114.5, 116.87, 142.63,
        144.67, 170.76, 172.42, 198.88, 200.13], rtol=2e-3, atol=0.05)


def test_fast_interneurons_of_wang_and_buzsaki():
    """Wang_Buszaki_1996: instantaneous activation as a definition.

    Brian2's numbers are those with its rk4; its exponential Euler, of first order, has 3 % longer intervals.
    """
    model = Equations("""
        dv/dt = (-35*m**3*h*(v - 55) - 9*n**4*(v + 90) - 0.1*(v + 65) + 2)/C : 1
        m = alpha_m/(alpha_m + beta_m) : 1
        alpha_m = 1/exprel(-(v + 35)/10) : 1
        beta_m = 4*exp(-(v + 60)/18) : 1
        dh/dt = 5*(0.07*exp(-(v + 58)/20)*(1 - h) - h/(exp(-0.1*(v + 28)) + 1)) : 1
        dn/dt = 5*(0.1/exprel(-(v + 34)/10)*(1 - n) - 0.125*exp(-(v + 44)/80)*n) : 1""",
                      threshold="v > 0", initial={"v": -70.0, "h": 1.0}, C=1.0)
    trains, _ = spikes_of(model, 100.0, dt=0.01, n=1)
    np.testing.assert_allclose(trains[0], [8.89, 18.75, 28.58, 38.4, 48.23, 58.05, 67.87, 77.7, 87.52, 97.35],
                               atol=0.05)


def test_alpha_rhythm_of_a_cortical_column():
    """Jansen_Rit_1995_single_column: three populations with different coupling, no spikes at all."""
    model = Equations("""
        dy0/dt = y3/1000 : 1
        dy3/dt = (A*e0/(1 + exp(r*(v0 - y1 + y2))) - 2*y3 - 1000*y0/te)/te : 1
        dy1/dt = y4/1000 : 1
        dy4/dt = (A*(p + 0.8*C*e0/(1 + exp(r*(v0 - C*y0)))) - 2*y4 - 1000*y1/te)/te : 1
        dy2/dt = y5/1000 : 1
        dy5/dt = (B*0.25*C*e0/(1 + exp(r*(v0 - 0.25*C*y0))) - 2*y5 - 1000*y2/ti)/ti : 1""",
                      A=3.25, B=22.0, te=10.0, ti=20.0, e0=5.0, r=0.56, v0=6.0, p=120.0,
                      C=[68.0, 135.0, 270.0], method="euler")
    group = NeuronGroup(3, model)
    monitors = [StateMonitor(group, state) for state in ("y1", "y2")]
    Network(group, *monitors, seed=0).run(2000.0)
    potential = (monitors[0].values - monitors[1].values)[10000:]
    np.testing.assert_allclose(potential.min(0), [3.066805, 1.067285, -23.49751], rtol=1e-5)
    np.testing.assert_allclose(potential.max(0), [3.066805, 11.185663, 14.570534], rtol=1e-5)


def test_two_noises_of_equal_intensity():
    """advanced/Ornstein_Uhlenbeck: mean decays with tau, variance goes to sigma²; exact at any step."""
    tau, sigma = np.repeat([1000.0, 100.0], 500), np.repeat([0.1, 0.31622], 500)
    model = Equations("dy/dt = -y/tau + sqrt(2*sigma**2/tau)*xi : 1", tau=tau, sigma=sigma,
                      initial={"y": 1.0})
    group = NeuronGroup(1000, model)
    Network(group, dt=10.0, seed=1).run(1000.0)
    assert model.method == "exact"
    y = group["y"].reshape(2, 500)
    spread = sigma[[0, -1]]*np.sqrt(1 - np.exp([-2.0, -20.0]))
    assert np.all(np.abs(y.mean(1) - np.exp([-1.0, -10.0])) < 4*spread/np.sqrt(500))
    np.testing.assert_allclose(y.std(1), spread, rtol=0.15)


def test_exprel_where_the_quotient_loses_digits():
    """advanced/exprel_function: 0.32·x/(exp(x/4) − 1) near zero, as the slope of a state."""
    x = np.linspace(-5e-10, 5e-10, 100)
    model = Equations("""da/dt = 1.28/exprel(x/4) : 1
                         db/dt = 0.32*x/(exp(x/4) - 1) : 1""", method="euler", x=x)
    group = NeuronGroup(100, model)
    Network(group, dt=1.0, seed=0).run(1.0)
    np.testing.assert_allclose(group["a"], 1.28*(1 - x/8), rtol=1e-15)
    assert np.abs(group["b"] - 1.28).max() > 1e-9


def test_relaxation_of_ten_potentials():
    """standalone/simple_case: linear equations are exact."""
    group = NeuronGroup(10, Equations("dv/dt = (1 - v)/tau : 1", tau=10.0))
    start = np.random.default_rng(0).uniform(size=10)
    group["v"] = start
    Network(group, seed=0).run(30.0)
    np.testing.assert_allclose(group["v"], 1 + (start - 1)*np.exp(-3.0), rtol=1e-12)


def test_noise_makes_spikes_unreliable():
    """non_reliability: rate of neurons with private noise, and no memory of the common start."""
    model = Equations("dx/dt = (1.1 - x)/tau + sigma*sqrt(2/tau)*xi : 1 (unless refractory)",
                      threshold="x > 1", reset="x = 0", t_refractory=4.9, tau=20.0, sigma=0.015)
    trains, _ = spikes_of(model, 500.0, n=200)
    assert np.mean(counts(trains))/0.5 == pytest.approx(18.01, rel=0.03)
    assert np.std([train[-1] for train in trains]) > 3*np.std([train[0] for train in trains])


def test_kinds_of_cochlear_neurons():
    """Rothman_Manis_2003: four kinds that differ by their maximal conductances, one neuron each.

    Brian2's exponential Euler is of first order; its spikes at 0.1 ms and 0.01 ms are extrapolated to dt = 0.
    """
    gates = {"m": ("1/(1 + exp(-(v + 38)/7))", "10/(5*exp((v + 60)/18) + 36*exp(-(v + 60)/25)) + 0.04"),
             "h": ("1/(1 + exp((v + 65)/6))", "100/(7*exp((v + 60)/11) + 10*exp(-(v + 60)/25)) + 0.6"),
             "n": ("(1 + exp(-(v + 15)/5))**-0.5", "100/(11*exp((v + 60)/24) + 21*exp(-(v + 60)/23)) + 0.7"),
             "p": ("1/(1 + exp(-(v + 23)/6))", "100/(4*exp((v + 60)/32) + 5*exp(-(v + 60)/22)) + 5"),
             "r": ("1/(1 + exp((v + 76)/7))", "100000/(237*exp((v + 60)/12) + 17*exp(-(v + 60)/14)) + 25"),
             "w": ("(1 + exp(-(v + 48)/6))**-0.25", "100/(6*exp((v + 60)/6) + 16*exp(-(v + 60)/45)) + 1.5"),
             "z": ("0.5 + 0.5/(1 + exp((v + 71)/10))", "1000/(exp((v + 60)/20) + exp(-(v + 60)/8)) + 50")}
    text = """dv/dt = (gl*(-65 - v) + gna*m**3*h*(50 - v) + gkht*(0.85*n**2 + 0.15*p)*(-70 - v)
                       + gklt*w**4*z*(-70 - v) + gh*r*(-43 - v) + 1000*I)/12 : 1\n"""
    text += "\n".join(f"d{x}/dt = ({end} - {x})/({tau}) : 1" for x, (end, tau) in gates.items())
    group = NeuronGroup(4, Equations(text, threshold="v > -20", initial={"v": -65.0}, gl=2.0, gna=1000.0,
                                     gkht=150.0, gklt=[0.0, 20.0, 35.0, 200.0], gh=[0.5, 2.0, 3.5, 20.0]))
    spikes = SpikeMonitor(group)
    net = Network(group, spikes, dt=0.05, seed=0)
    net.run(50.0)
    np.testing.assert_allclose(group["v"], [-64.7238, -64.7187, -64.6678, -64.3402], atol=1e-3)
    net.run(100.0, {group: 0.25})
    first, _, _, last = spikes.trains()
    np.testing.assert_allclose(first[1:3] - 50.0, (10*np.array([9.26, 16.43]) - [9.8, 17.4])/9, atol=0.07)
    np.testing.assert_allclose(last[1:] - 50.0, (10*np.array([11.49, 23.72]) - [12.2, 25.5])/9, atol=0.07)


def test_gates_with_approximated_curves():
    """advanced/COBAHH_approximated: a text put together from parts, two pulses of half a millisecond."""
    curves = {"n": (12, 15, -14, 50, 4.7, 1.1), "m": (25, 9, 27, 30, 0.46, 0.04),
              "h": (3, -7, -2, 20, 7.4, 1.2)}
    text = "dv/dt = (I - 36*n**4*(v + 12) - 120*m**3*h*(v - 120) - 0.3*(v - 10.6))/C : 1"
    for x, (half, k, top, width, height, base) in curves.items():
        text += f"""
            d{x}/dt = (1/(1 + exp(({half} - v)/{k})) - {x})/tau_{x} : 1
            tau_{x} = {base} + {height}*exp(-({top} - v)**2/{width}**2) : ms"""
    model = Equations(text, initial={"v": 0.0, "m": 0.05, "n": 0.32, "h": 0.6}, method="euler", C=1.0)
    pulses = np.zeros(40)
    pulses[[4, 20]] = 4.0, 15.0
    v = simulate(model, pulses, 20.0, dt=0.01).v
    np.testing.assert_allclose(v[[99, 299, 1099, 1499, 1998]],
                               [0.231348, 2.682588, 6.734659, 28.588008, -8.932872], atol=2e-3)


def test_calcium_of_an_astrocyte():
    """Stimberg_et_al_2018/example_2: transmitter of a synapse at 0.5 Hz; calcium in µM every two seconds."""
    per_ms = 1e-3
    model = Equations("""
        dgamma/dt = O_N*I*(1 - gamma) - Omega_N*(1 + 10*C/(C + 0.5))*gamma
        dP/dt = O_beta*gamma + O_delta/(1 + P/1.5)*C**2/(C**2 + 0.3**2) - drain*P/(P + 1) - Omega_P*P + J
        drain = O_3K*C**4/(C**4 + 0.5**4)
        J = -F/2*(1 + tanh((abs(P) - 0.3)/0.05))*sign(P)
        dC/dt = (Omega_C*open**3 + Omega_L)*(2 - 1.18*C) - O_P*C**2/(C**2 + 0.1**2)
        open = P/(P + 0.13)*C/(C + 0.08)*clip(h, 0, 1)
        dh/dt = (Q/(Q + C) - clip(h, 0, 1))*O_2*(Q + C)
        Q = 1.05*(P + 0.13)/(P + 0.9434)""", initial={"h": 0.9}, method="euler", O_N=0.3*per_ms,
                      Omega_N=0.5*per_ms, O_beta=5*per_ms, O_delta=0.2*per_ms, Omega_P=0.1*per_ms,
                      O_3K=4.5*per_ms, F=0.09*per_ms, Omega_C=6*per_ms, Omega_L=0.1*per_ms, O_P=0.9*per_ms,
                      O_2=0.2*per_ms)
    synapse = NeuronGroup(1, Equations("dx/dt = 0.0005\ndY/dt = -0.04*Y", "x > 1", "x = 0; Y += 500"))
    astrocyte = NeuronGroup(1, model)
    calcium = StateMonitor(astrocyte, "C", every=2000.0)
    transmitter = SynapseGroup(synapse, astrocyte, 1.0, GradedSynapse("Y"))
    Network(synapse, astrocyte, transmitter, calcium, dt=1.0, seed=0).run(28_000.0)
    np.testing.assert_allclose(calcium.values[:, 0], [
        0.05241, 0.76475, 0.20401, 0.59632, 0.312, 0.4813, 0.37028, 0.44946, 0.37943, 0.44495, 0.38151,
        0.44435, 0.38239, 0.44448], atol=3e-3)
