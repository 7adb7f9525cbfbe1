"""Postsynaptic potentials of every synapse model against a general solver: size of the error, order, charge,
bounds."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest
import registered
from scipy.integrate import solve_ivp

from spikingnn import (STDP, AlphaConductance, AlphaSynapse, ConductanceSynapse, DeltaSynapse,
                       DoubleExponentialConductance, DoubleExponentialSynapse, FirstOrderLIF,
                       FirstOrderSynapse, GapJunction, InputGroup, LIFGroup, Network, NeuronGroup,
                       NMDASynapse, PoissonEncoder, Saturation, SpikeSource, StateMonitor, SynapseGroup)


TAU, R, REST = 20.0, 10.0, -65.0
TIMES = [2.0, 5.0, 6.0, 15.0]                               # ms: arrivals of spikes
MEMBRANE = FirstOrderLIF(tau_m=TAU, resistance=R, v_threshold=1e6, t_refractory=0.0)


def exponential(synapse, t):
    return np.exp(-t / synapse.tau)


def alpha(synapse, t):
    return t / synapse.tau * np.exp(1.0 - t / synapse.tau)


def double(synapse, t):
    rise, fall = synapse.tau_rise, synapse.tau_decay
    at = rise * fall / (fall - rise) * math.log(fall / rise)
    return (np.exp(-t / fall) - np.exp(-t / rise)) / (math.exp(-at / fall) - math.exp(-at / rise))


def slow(synapse, t):
    return np.exp(-t / synapse.tau_decay)


def unblocked(synapse, v):
    return 1.0 / (1.0 + synapse.magnesium / 3.57 * math.exp(-0.062 * v)) if isinstance(synapse,
                                                                                       NMDASynapse) else 1.0


SHAPES = {FirstOrderSynapse: exponential, ConductanceSynapse: exponential, AlphaSynapse: alpha,
          AlphaConductance: alpha,
          DoubleExponentialSynapse: double, DoubleExponentialConductance: double, NMDASynapse: slow}
CASES = [FirstOrderSynapse(5.0), FirstOrderSynapse(TAU), AlphaSynapse(2.0), AlphaSynapse(TAU),
         DoubleExponentialSynapse(1.0, 8.0),
         DoubleExponentialSynapse(4.99, 5.0), ConductanceSynapse(5.0, 0.0), AlphaConductance(3.0, -80.0),
         DoubleExponentialConductance(0.8, 6.0, 0.0), NMDASynapse(50.0, saturating=False),
         NMDASynapse(50.0, magnesium=0.0, saturating=False)]


def weight_of(synapse):
    return 0.02 if synapse.sends_conductance else 0.5


def simulated(synapse, dt, weight=None, duration=60.0, model=MEMBRANE, times=TIMES):
    """(t, v) of one neuron whose spikes arrive at `times`."""
    source, target = SpikeSource([np.array(times) - dt]), NeuronGroup(1, model)
    v = StateMonitor(target, "v")
    synapses = SynapseGroup(source, target, weight_of(synapse) if weight is None else weight, synapse)
    Network(source, target, synapses, v, dt=dt, seed=0).run(duration)
    return v.t, v.values[:, 0]


def solved(synapse, t):
    """v at the times t by a general solver, restarted at each arrival."""
    shape, weight = SHAPES[type(synapse)], weight_of(synapse)
    state, v, edges = np.array([REST]), np.full(t.size, REST), [*TIMES, t[-1]]

    def slope(time, y, n):
        s = weight * sum(float(shape(synapse, time - arrival)) for arrival in TIMES[:n])
        driving = synapse.reversal - y[0] if synapse.sends_conductance else 1.0
        return [(REST - y[0] + R * s * driving * unblocked(synapse, y[0])) / TAU]

    for n, (begin, end) in enumerate(zip(edges[:-1], edges[1:]), 1):
        inside = (t > begin + 1e-9) & (t <= end + 1e-9)
        solution = solve_ivp(slope, (begin, end), state, "DOP853", dense_output=True, rtol=1e-10, atol=1e-12,
                             args=(n,), max_step=2.0)
        v[inside], state = solution.sol(t[inside])[0], solution.y[:, -1]
    return v


@pytest.mark.parametrize("synapse", CASES, ids=repr)
def test_psp_agrees_with_a_general_solver_and_has_its_order(synapse):
    """At 0.1 ms within a thousandth of the peak; errors fall fourfold as dt halves, twofold where v of the
    step's start counts."""
    errors = []
    for dt in (0.2, 0.1, 0.05):
        t, v = simulated(synapse, dt)
        exact = solved(synapse, t)
        errors.append(np.abs(v - exact).max() / np.abs(exact - REST).max())
    assert errors[1] < 1e-3
    blocked = isinstance(synapse, NMDASynapse) and synapse.magnesium > 0
    assert min(errors[0] / errors[1], errors[1] / errors[2]) > (1.8 if blocked else 3.6)


def test_every_model_is_among_the_cases():
    missing = {type(each) for each in registered.spiking_synapses()} - {type(case) for case in CASES}
    assert missing == {DeltaSynapse}


@pytest.mark.parametrize("synapse, charge", [
    (FirstOrderSynapse(3.0), 3.0), (AlphaSynapse(3.0), math.e * 3.0),
    (DoubleExponentialSynapse(1.0, 4.0), 3.0 / (4.0**(-1 / 3) - 4.0**(-4 / 3)))], ids=repr)
@pytest.mark.parametrize("dt", [0.01, 0.1, 1.0, 10.0])
def test_charge_of_a_spike_is_exact(synapse, charge, dt):
    """A membrane without leak ends at w · charge / C, whatever the step."""
    # C = 2 nF
    model = FirstOrderLIF(tau_m=math.inf, resistance=0.5, v_rest=0.0, v_reset=0.0, v_threshold=1e6)
    _, v = simulated(synapse, dt, 0.7, 400.0, model, [dt])
    assert v[-1] == pytest.approx(0.7 * charge / 2.0, rel=1e-12)


@pytest.mark.parametrize("synapse, peak_time", [
    (AlphaSynapse(4.0), 4.0), (DoubleExponentialSynapse(1.0, 4.0), 4.0 / 3.0 * math.log(4.0))], ids=repr)
def test_the_weight_is_the_peak(synapse, peak_time):
    source, target = SpikeSource([[0.0]]), LIFGroup(1)
    network = Network(source, target, SynapseGroup(source, target, 0.3, synapse), dt=0.01, seed=0)
    network.run(0.01 + round(peak_time, 2))
    *_, s = (row for _, name, row in network.layout.filter_rows())
    assert s[0] == pytest.approx(0.3, rel=1e-4)


@pytest.mark.parametrize("synapse", [case for case in CASES if case.sends_conductance] + [GapJunction()],
                         ids=repr)
@pytest.mark.parametrize("dt", [0.1, 1.0, 5.0])
def test_the_potential_never_passes_the_reversal(synapse, dt):
    """At g·R = 400 the membrane is clamped to the reversal potential, which it approaches from its own
    side."""
    reversal = getattr(synapse, "reversal", 0.0)
    if synapse.uses_spikes:
        _, v = simulated(synapse, dt, 40.0, 60.0, times=[dt])
    else:
        source, target = NeuronGroup(1, replace(MEMBRANE, v_rest=0.0)), NeuronGroup(1, MEMBRANE)
        monitor = StateMonitor(target, "v")
        Network(source, target, SynapseGroup(source, target, 40.0, synapse), monitor, dt=dt).run(60.0)
        v = monitor.values[:, 0]
    side = np.sign(reversal - REST)
    assert np.all(side * (reversal - v) >= -1e-12)
    assert np.abs(v - reversal).min() < 0.02 * abs(reversal - REST)


def test_the_order_of_declarations_does_not_matter():
    """All models at once on one group, in twenty orders."""
    def run(order):
        inputs, target = InputGroup(30, PoissonEncoder(60.0), name="inputs"), LIFGroup(12, MEMBRANE,
                                                                                       name="target")
        chosen = [*registered.synapses(), NMDASynapse(80.0), FirstOrderSynapse(9.0),
                  AlphaSynapse(np.linspace(1.0, 5.0, 12))]
        synapses = []
        for k, synapse in enumerate(chosen):
            scale = {"mV": 0.5, "nA": 0.05, "µS": 0.001}.get(synapse.unit, 0.001)
            source = inputs if synapse.uses_spikes else target
            weight = scale * np.random.default_rng(k).random((source.n, 12))
            synapses.append(SynapseGroup(source, target, weight, synapse, name=f"synapses{k}"))
        network = Network(inputs, target, [synapses[k] for k in order], dt=0.1, seed=3)
        network.run(30.0, {inputs: 0.5})
        return target["v"].copy()

    n = len(registered.synapses()) + 3
    first = run(range(n))
    assert np.ptp(first) > 0.1 and np.all(np.abs(first - REST) > 1.0)
    for seed in range(20):
        np.testing.assert_allclose(run(np.random.default_rng(seed).permutation(n)), first, rtol=0.0,
                                   atol=1e-12)


@pytest.mark.parametrize("synapse", [each for each in registered.synapses() if fields(each) and each.states],
                         ids=registered.name_of)
def test_fields_may_differ_per_target(synapse):
    """Each target behaves as one of its own with its own numbers; numbers shared by an array give the same
    potentials."""
    names = [field.name for field in fields(synapse) if isinstance(getattr(synapse, field.name), float)]

    def run(synapse, n):
        source, target = SpikeSource([TIMES]), NeuronGroup(n, MEMBRANE)
        Network(source, target, SynapseGroup(source, target, weight_of(synapse), synapse), dt=0.1,
                seed=0).run(30.0)
        return target["v"]

    factors = np.array([0.5, 1.0, 1.3])
    values = {name: getattr(synapse, name) * factors + (np.arange(3.0) if name == "reversal" else 0.0)
              for name in names}
    together = run(replace(synapse, **values), 3)
    alone = [run(replace(synapse, **{name: float(values[name][i]) for name in names}), 1)[0]
             for i in range(3)]
    assert len(set(together)) == 3
    np.testing.assert_allclose(together, alone, rtol=1e-13)
    with pytest.raises(ValueError, match=rf"{names[0]} must be a scalar or have shape \(2,\)"):
        SynapseGroup(SpikeSource([[1.0]]), NeuronGroup(2, MEMBRANE), 0.1, replace(synapse, **values))


# --- saturation ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("rate", [2.0, 10.0, 40.0, 100.0])
def test_the_saturating_gate_is_that_of_the_two_variable_model(rate):
    """Regular spikes: x' = -x/2 ms with a jump of one, s' = -s/100 ms + 0.5 x (1 - s), in steady state."""
    interval = 1000.0 / rate
    x = s = mean = 0.0
    dt = 0.02
    for _ in range(max(5, int(600.0 / interval))):
        x, mean = x + 1.0, 0.0
        for _ in range(round(interval / dt)):
            s, x = s + dt * (-s / 100.0 + 0.5 * x * (1.0 - s)), x * (1.0 - dt / 2.0)
            mean += s * dt / interval
    source, target = SpikeSource([np.arange(0.0, 3000.0, interval)]), NeuronGroup(1, MEMBRANE)
    network = Network(source, target, SynapseGroup(source, target, 0.01, NMDASynapse(100.0)), dt=0.1, seed=0)
    network.run(3000.0 - interval)
    ((_, _, row),) = network.layout.filter_rows()
    gates = []
    for _ in range(50):
        network.run(round(interval / 50.0, 1))
        gates.append(row[0] / 0.01)
    assert np.mean(gates) == pytest.approx(mean, abs=0.025)


def test_saturation_belongs_to_the_synapses():
    source, target = SpikeSource([[1.0, 2.0]]), LIFGroup(1)
    synapses = SynapseGroup(source, target, 0.01, NMDASynapse(80.0))
    assert isinstance(synapses.rule, Saturation) and synapses.rule.tau == 80.0
    synapses = SynapseGroup(source, target, 0.01, NMDASynapse(80.0), rule=STDP(w_max=1.0))
    assert [type(rule) for rule in synapses.rules] == [STDP, Saturation]
    synapses.rule = None
    assert [type(rule) for rule in synapses.rules] == [Saturation]
    with pytest.raises(ValueError, match="tau_decay must be one number where the gates saturate"):
        NMDASynapse([80.0, 100.0])
    with pytest.raises(TypeError, match="saturating must be True or False"):
        NMDASynapse(saturating=1)
