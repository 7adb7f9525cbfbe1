"""White noise in a text: means, variances and covariances against their closed forms."""

import numpy as np
import pytest

from spikingnn import Equations, Network, NeuronGroup, SpikeMonitor


N = 4000


def states(model, duration, dt=0.5, n=N, seed=1, current=0.0):
    group = NeuronGroup(n, model)
    Network(group, dt=dt, seed=seed).run(duration, {group: current} if current else None)
    return group


@pytest.mark.parametrize("method, tolerance", [(None, 0.0), ("split", 0.0), ("euler", 0.05)])
def test_ornstein_uhlenbeck(method, tolerance):
    """Mean and variance at a time that is comparable with tau, from zero on."""
    model = Equations("dv/dt = (mu - v)/tau + sigma*sqrt(2/tau)*xi : mV", method=method, tau=5.0, sigma=2.0,
                      mu=3.0)
    assert model.method == (method or "exact")
    v = states(model, 4.0)["v"]
    decay = np.exp(-4.0 / 5.0)
    mean, variance = 3.0 * (1 - decay), 4.0 * (1 - decay**2)
    assert abs(v.mean() - mean) < 4 * np.sqrt(variance / N) + tolerance * mean
    assert abs(v.var() - variance) < 4 * variance * np.sqrt(2 / N) + tolerance * variance


def test_a_step_of_any_size_has_the_right_noise():
    """A linear system of two states under one noise: the covariance at large steps is the stationary one."""
    model = Equations("dx/dt = -x/tau + sqrt(2/tau)*xi : 1\ndy/dt = (x - y)/tau_y : 1", tau=2.0, tau_y=6.0)
    group = states(model, 100.0, dt=5.0)
    covariance = np.cov(group["x"], group["y"])
    expected = np.array([[1.0, 0.25], [0.25, 0.25]])         # r = tau/(tau + tau_y)
    np.testing.assert_allclose(covariance, expected, atol=4 * np.sqrt(2 / N))


@pytest.mark.parametrize("method", [None, "split", "euler"])
def test_noises_of_one_name_are_one_noise(method):
    text = "dx/dt = -x/10 + {} : 1\ndy/dt = -y/10 + {} : 1"
    shared = states(Equations(text.format("xi", "xi"), method=method), 10.0, dt=0.25)
    own = states(Equations(text.format("xi_1", "xi_2"), method=method), 10.0, dt=0.25)
    assert np.corrcoef(shared["x"], shared["y"])[0, 1] > 0.99
    assert abs(np.corrcoef(own["x"], own["y"])[0, 1]) < 4 / np.sqrt(N)


def test_multiplicative_noise_is_that_of_ito():
    """dx = s·x·dW has a constant mean."""
    x = states(Equations("dx/dt = s*x*xi : 1", s=0.2, initial={"x": 1.0}), 5.0, dt=0.05, n=20_000)["x"]
    assert abs(x.mean() - 1.0) < 4 * np.sqrt((np.exp(0.2) - 1) / 20_000)
    assert np.var(np.log(x)) == pytest.approx(0.2, rel=0.05)


def test_nonlinear_noise_is_refused():
    with pytest.raises(ValueError, match="a noise can only be multiplied by a factor and added"):
        Equations("dx/dt = -x + xi**2")
    with pytest.raises(ValueError, match='"rk4" integrates no noise'):
        Equations("dx/dt = -x + xi", method="rk4")
    with pytest.raises(ValueError, match="the threshold depends on xi"):
        Equations("dx/dt = -x", "x > xi", "x = 0")


def test_noise_in_substeps():
    model = Equations("dv/dt = -v/tau - v**3/1e9 + sqrt(2/tau)*xi : 1", tau=5.0, longest_step=0.25)
    v = states(model, 30.0, dt=1.0)["v"]
    assert abs(v.var() - 1.0) < 4 * np.sqrt(2 / N)


def test_escape_noise():
    """A neuron that spikes with a constant hazard: rate, and exponential intervals."""
    group = NeuronGroup(200, Equations("dv/dt = -v : 1", "rand() < hazard*dt", "v = randn()", hazard=0.05))
    spikes = SpikeMonitor(group)
    Network(group, spikes, dt=0.1, seed=3).run(1000.0)
    intervals = np.concatenate([np.diff(train) for train in spikes.trains()])
    assert intervals.mean() == pytest.approx(20.0, rel=0.06)
    assert intervals.std() / intervals.mean() == pytest.approx(1.0, abs=0.06)


def test_random_numbers_of_a_step_differ():
    model = Equations("dv/dt = 0*v : 1\na : 1\nb : 1", "v < 1", "a = rand(); b = rand()")
    group = NeuronGroup(1000, model)
    group.step(0.0, 0.1, key=4)
    assert abs(np.corrcoef(group["a"], group["b"])[0, 1]) < 0.13
    assert abs(group["a"].mean() - 0.5) < 0.05 and len(set(group["a"])) == 1000


def test_initial_values_are_drawn():
    model = Equations("dv/dt = -v : 1\ndw/dt = -w : 1", initial={"v": "a + (b - a)*rand()", "w": "randn()"},
                      a=1.0, b=3.0)
    group = NeuronGroup(N, model)
    Network(group, seed=2)
    assert 1.0 <= group["v"].min() and group["v"].max() <= 3.0
    assert abs(group["v"].mean() - 2.0) < 0.05 and abs(group["w"].std() - 1.0) < 0.05
    assert abs(np.corrcoef(group["v"], group["w"])[0, 1]) < 0.07
