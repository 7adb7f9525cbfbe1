"""The quadratic neuron: its closed forms, and spikes found inside the step."""

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from spikingnn import (ConductanceSynapse, Network, NeuronGroup, QuadraticIF, SpikeMonitor, SpikeSource,
                       SynapseGroup, simulate)

MODEL = QuadraticIF(v_reset=-70.0, t_refractory=1.3)


def slope(model, v, current, g=0.0, reversal=0.0):
    """dv/dt as the docstring writes it."""
    quadratic = (v - model.v_rest) * (v - model.v_threshold) / (model.v_threshold - model.v_rest)
    return (quadratic + model.resistance * (current + g * (reversal - v))) / model.tau_m


def interval(model, current):
    """The interspike interval under a constant current: ∫ dv/(dv/dt)."""
    rise = quad(lambda v: 1.0 / slope(model, v, current), model.v_reset, model.v_peak, epsabs=1e-10)[0]
    return rise + model.t_refractory


@pytest.mark.parametrize("dt", [0.01, 0.1, 0.5])
@pytest.mark.parametrize("current", [0.4, 1.0, 5.0])
def test_intervals_are_those_of_continuous_time(current, dt):
    """No step of the grid is lost per spike: the k-th spike lies in the step of the exact one."""
    spikes = simulate(MODEL, current, 2000.0, dt=dt).spikes
    start = quad(lambda v: 1.0 / slope(MODEL, v, current), MODEL.v_rest, MODEL.v_peak, epsabs=1e-10)[0]
    exact = start + interval(MODEL, current) * np.arange(spikes.size)
    assert spikes.size >= 3
    np.testing.assert_array_equal(spikes, np.floor(exact / dt + 1e-7) * dt)


def test_the_rheobase_is_a_quarter_of_the_span():
    least = (MODEL.v_threshold - MODEL.v_rest) / (4.0 * MODEL.resistance)
    assert simulate(MODEL, least - 1e-4, 3000.0).spikes.size == 0
    assert simulate(MODEL, least + 1e-3, 3000.0).spikes.size > 0


def test_the_rate_rises_as_a_square_root_from_zero():
    least = (MODEL.v_threshold - MODEL.v_rest) / (4.0 * MODEL.resistance)
    slow, fast = (1000.0 / interval(MODEL, least + more) for more in (1e-5, 4e-5))
    assert fast / slow == pytest.approx(2.0, rel=0.02) and fast < 2.0


@pytest.mark.parametrize("dt", [0.1, 1.0])
def test_a_step_between_spikes_is_exact(dt):
    """Runs up to and down from the unstable point, against an integrator of high order."""
    for v, current in ((-90.0, 0.3), (-52.0, 0.0), (-49.0, 0.0), (-60.0, -3.0), (-65.0, 0.375)):
        group = NeuronGroup(1, MODEL)
        group["v"] = v
        steps = round(8.0 / dt)
        for _ in range(steps):
            group.step(current, dt)
        true = solve_ivp(
            lambda t, y: slope(MODEL, y, current), (0, 8.0), [v], "DOP853", rtol=1e-12, atol=1e-12
        )
        assert group["v"][0] == pytest.approx(true.y[0, -1], rel=1e-9)


def test_a_conductance_is_in_the_equation():
    source, neuron = SpikeSource([[0.0]]), NeuronGroup(1, MODEL)
    synapse = ConductanceSynapse(tau=1e9, reversal=-40.0)
    seen = SpikeMonitor(neuron)
    Network(source, neuron, seen, SynapseGroup(source, neuron, 0.05, synapse, delay=0.1), dt=0.1).run(1000.0)

    def period(v):
        return 1.0 / slope(MODEL, v, 0.0, 0.05, -40.0)
    expected = quad(period, MODEL.v_reset, MODEL.v_peak)[0] + MODEL.t_refractory
    gaps = np.diff(seen.t)
    assert gaps.size > 5 and gaps.mean() == pytest.approx(expected, abs=0.1 / gaps.size + 1e-6)


@pytest.mark.parametrize("fields, message", [
    (dict(v_threshold=-70.0), r"QuadraticIF.v_rest must be below v_threshold \(-70.0\), got -65.0"),
    (dict(v_peak=-55.0), r"QuadraticIF.v_threshold must be below v_peak"),
    (dict(v_reset=10.0), r"QuadraticIF.v_reset must be below v_peak"),
    (dict(tau_m=0.0), "QuadraticIF.tau_m must be positive, got 0.0"),
    (dict(t_refractory=-1.0), "QuadraticIF.t_refractory must be zero or positive"),
])
def test_bad_values(fields, message):
    with pytest.raises(ValueError, match=message):
        QuadraticIF(**fields)
