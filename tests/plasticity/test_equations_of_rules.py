"""Voltage, calcium, release, resources: each rule against its equations, and its statistics."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.signal import lfilter

from spikingnn import (Clopath, DeltaSynapse, FirstOrderLIF, FirstOrderSynapse, GraupnerBrunel, Network,
                       NeuronGroup, Saturation, SpikeMonitor, SpikeSource, StateMonitor, StochasticRelease,
                       SynapseGroup, SynapticResources, TsodyksMarkram, WeightMonitor)


DT = 0.1


def steps_of(times):
    return set(np.rint(np.asarray(times) / DT).astype(int).tolist())


# --- voltage ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("u_ref", [None, 4.0])
@pytest.mark.parametrize("theta_plus", [math.inf, -62.0])
def test_clopath_is_its_equations(u_ref, theta_plus):
    """One synapse, with the potential of the network itself and everything else by hand."""
    gain = 5e-6 if theta_plus < 0 else 2e-4
    rule = Clopath(2e-3, gain, theta_plus=theta_plus, u_ref=u_ref,
                   tau_homeostasis=80.0, spike_jump=6.0, homeostatic_jump=0.5, interval=0.5, v_rest=-65.0)
    arrivals = [20.0, 31.0, 50.0, 52.0, 90.0, 110.0]
    source, target = SpikeSource([np.array(arrivals) - DT]), NeuronGroup(1, FirstOrderLIF(tau_m=10.0))
    link = SynapseGroup(source, target, [[0.5]], FirstOrderSynapse(2.0), rule=rule)
    v, spikes = StateMonitor(target, "v"), SpikeMonitor(target)
    Network(source, target, link, v, spikes).run(150.0, inputs={target: 1.8})
    before = np.concatenate([[-65.0], v.values[:-1, 0]])                    # at the start of each step
    arriving, spiking = steps_of(arrivals), steps_of(spikes.t)
    assert len(spiking) > 4
    w, x, minus, plus, slow = 0.5, 0.0, before[0], before[0], before[0]
    for k, u in enumerate(before):
        x *= math.exp(-DT / 15.0)
        if k in arriving:
            factor = 1.0 if u_ref is None else ((slow + 65.0) / u_ref)**2
            w = min(max(w - 2e-3 * factor * max(minus + 70.0, 0.0), 0.0), 1.0)
            x += 1.0
        minus, plus, slow = (u + (y - u) * math.exp(-DT / tau)
                             for y, tau in ((minus, 40.0), (plus, 30.0), (slow, 80.0)))
        if k in spiking:
            if theta_plus == math.inf:
                w = min(max(w + gain * x * max(plus + 70.0, 0.0), 0.0), 1.0)
            minus, plus, slow = minus + 6.0, plus + 6.0, slow + 0.5
        if theta_plus < 0 and (k + 1) % 5 == 0:
            w = min(w + gain * 0.5 * x * max(u - theta_plus, 0.0) * max(plus + 70.0, 0.0), 1.0)
    assert link.weight[0, 0] == pytest.approx(w, rel=1e-9) and 0.0 < w < 1.0 and abs(w - 0.5) > 0.01


# --- calcium ------------------------------------------------------------------------------------------------

PAIRS = 1000.0 * np.arange(20) + 100.0


def paired(difference, weight, duration=20_000.0, **fields):
    """The weights after pairs at 1 Hz, `difference` ms from the presynaptic to the postsynaptic spike."""
    source, target = SpikeSource([PAIRS] * len(weight)), SpikeSource([PAIRS + difference])
    link = SynapseGroup(source, target, weight, delay=13.7, rule=GraupnerBrunel(**fields))
    net = Network(source, target, link, seed=1)
    net.run(duration)
    return link, net


@pytest.mark.parametrize("difference", [-40.0, 0.0, 13.7, 25.0, 60.0])
def test_calcium_is_its_equation(difference):
    """Without noise, in steps of 0.1 ms, against Euler steps with the filtered spikes."""
    duration = 6000.0
    link, _ = paired(difference, np.array([[0.1], [0.8]]), duration, sigma=0.0, interval=0.1)
    found = link.weight.ravel()
    impulses, rho = np.zeros(round(duration / DT)), np.array([0.1, 0.8])
    for calcium, times in ((1.0, PAIRS + 13.7), (2.0, PAIRS + difference)):
        impulses[np.rint(times[times < duration] / DT).astype(int)] += calcium
    c = lfilter([1.0], [1.0, -math.exp(-DT / 20.0)], impulses)
    for up, down in zip(c > 1.3, c > 1.0):
        drift = -rho * (1 - rho) * (0.5 - rho) + 321.808 * (1 - rho) * up - 200.0 * rho * down
        rho = rho + DT / 150_000.0 * drift
    np.testing.assert_allclose(found, rho, rtol=1e-9)
    assert np.abs(found - [0.1, 0.8]).max() > 0.01


def test_noise_of_the_calcium_rule_has_the_stationary_variance():
    """With c above both thresholds: an Ornstein–Uhlenbeck process of rate (γp + γd)/τ per synapse."""
    busy = np.arange(0.0, 3000.0, 2.0)
    source, target = SpikeSource([[]] * 800), SpikeSource([busy])
    rule = GraupnerBrunel(tau=20_000.0)
    link = SynapseGroup(source, target, 0.6, rule=rule)
    weights = WeightMonitor(link, every=500.0)
    Network(source, target, link, weights, seed=2).run(3000.0)
    rate = rule.gamma_p + rule.gamma_d
    mean, deviation = rule.gamma_p / rate, rule.sigma * math.sqrt(2.0 / (2.0 * rate))
    last = weights.values[-1].ravel()
    assert last.mean() == pytest.approx(mean, abs=4 * deviation / math.sqrt(800))
    assert last.std() == pytest.approx(deviation, rel=0.1)
    steady = weights.values[2:].reshape(len(weights.values) - 2, -1)
    assert abs(np.corrcoef(steady[:, :400].ravel(), steady[:, 400:].ravel())[0, 1]) < 0.1


def test_efficacies_stay_where_they_are_stable():
    """Without calcium the double well keeps 0 and 1 and empties its middle."""
    link, net = paired(500.0, np.array([[0.0], [1.0], [0.45], [0.55]]), duration=50.0)
    before = link.weight.ravel().copy()
    np.testing.assert_array_equal(before[:2], [0.0, 1.0])
    assert before[2] < 0.45 and before[3] > 0.55


# --- what a spike delivers ----------------------------------------------------------------------------------

def delivered(rule, times, weight=2.0, duration=None, seed=0):
    """What each spike of one source brings to integrators, (spikes, targets), as a share of the weight."""
    n = np.size(weight) if np.ndim(weight) else 1
    source, target = SpikeSource([times]), NeuronGroup(n, FirstOrderLIF(tau_m=math.inf, v_threshold=1e9))
    v = StateMonitor(target, "v")
    link = SynapseGroup(source, target, np.reshape(weight, (1, n)), DeltaSynapse(), rule=rule)
    Network(source, target, link, v, seed=seed).run(max(times) + 1.0)
    at = np.rint(np.asarray(times) / DT).astype(int) + 1                    # arrival, one step later
    return (v.values[at] - v.values[at - 1]) / np.reshape(weight, (1, n))


@pytest.mark.parametrize("probability, sites", [(0.1, 1), (0.5, 1), (0.3, 5)])
def test_release_is_binomial_and_independent(probability, sites):
    rule = StochasticRelease(probability, sites)
    counts = np.rint(sites * delivered(rule, np.arange(1.0, 101.0), np.ones(400), seed=5))
    assert counts.min() == 0 and counts.max() <= sites
    n, variance = counts.size, sites * probability * (1 - probability)
    assert counts.mean() == pytest.approx(sites * probability, abs=4 * math.sqrt(variance / n))
    assert counts.var() == pytest.approx(variance, rel=0.05)
    # from spike to spike, and between synapses
    for a, b in ((counts[1:], counts[:-1]), (counts[:, 1:], counts[:, :-1])):
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 4 / math.sqrt(n)


def test_two_stochastic_rules_draw_numbers_of_their_own():
    rules = [StochasticRelease(0.5), StochasticRelease(0.5)]
    found = delivered(rules, np.arange(1.0, 101.0), np.ones(400), seed=5)
    assert found.mean() == pytest.approx(0.25, abs=0.01)


def test_saturation_follows_the_gate_of_two_variables():
    """Mean gate at Poisson rates against ds/dt = α·x·(1 − s) − s/τ with a rise of 2 ms, α = 0.5 per ms."""
    for rate in (10.0, 40.0, 100.0):
        gaps = np.random.default_rng(3).exponential(1000.0 / rate, 200)
        times = np.unique(np.rint(np.cumsum(gaps) / DT)) * DT + 1.0
        opened, s, means = delivered(Saturation(100.0), times)[:, 0], 0.0, []
        for gap, jump in zip(np.diff(times), opened):
            s += jump
            means.append(s * 100.0 * -math.expm1(-gap / 100.0))
            s *= math.exp(-gap / 100.0)
        x = gate = total = 0.0
        arriving = steps_of(times)
        for k in range(int(times[-1] / DT)):
            x += k in arriving
            total += gate * DT
            gate += DT * (0.5 * x * (1.0 - gate) - gate / 100.0)
            x *= math.exp(-DT / 2.0)
        assert sum(means) / times[-1] == pytest.approx(total / times[-1], rel=0.05)


TIMES = np.array([5.0, 15.0, 18.0, 60.0, 61.0, 200.0])


@pytest.mark.parametrize("active", [3.0, 100.0, 0.5])
@pytest.mark.parametrize("facilitation", [0.0, 80.0])
def test_resources_solve_their_equations(active, facilitation):
    """Three states between spikes by `solve_ivp`; also where two time constants are equal."""
    rule = SynapticResources(0.4, 100.0, facilitation, active)
    x, y, u, last, expected = 1.0, 0.0, 0.0, 0.0, []
    for t in TIMES:
        between = solve_ivp(lambda _, s: [(1 - s[0] - s[1]) / 100.0, -s[1] / active], (last, t), [x, y],
                            rtol=1e-9, atol=1e-11)
        x, y = between.y[:, -1]
        u *= math.exp(-(t - last) / facilitation) if facilitation else 0.0
        u += 0.4 * (1 - u)
        expected.append(u * x)
        x, y, last = x - u * x, y + u * x, t
    np.testing.assert_allclose(delivered(rule, TIMES)[:, 0], expected, rtol=1e-6)


def test_two_states_are_those_of_the_presynaptic_rule():
    two, three = TsodyksMarkram(0.3, 120.0, 50.0), SynapticResources(0.3, 120.0, 50.0, tau_active=0.0)
    found, expected = (delivered(rule, TIMES, np.ones(3)) for rule in (three, two))
    np.testing.assert_allclose(found, expected, rtol=1e-9)
