"""Poisson counts, renewal trains, packets, time-dependent rates: statistics, bits, delivery, refusals."""

import math

import numpy as np
import pytest
import registered
from scipy import stats

import spikingnn.blocks
from spikingnn import (STDP, DeltaSynapse, FirstOrderLIF, FirstOrderSynapse, GammaInput, LIFGroup, Network,
                       NeuronGroup, NMDASynapse, OneToOne, PoissonInput, RateMonitor, SpikeMonitor,
                       SpikeSource, StateMonitor, SynapseGroup)


FREE = FirstOrderLIF(tau_m=math.inf, resistance=1.0, v_rest=0.0, v_reset=0.0, v_threshold=1e9)
RATES = [10.0, 1e3, 2e4, 9e4, 1.1e5, 3e5, 1e6]


def counts(rate, n=200, steps=1000, seed=1, inputs=None):
    group = PoissonInput(n, rate)
    count = StateMonitor(group, "count")
    Network(group, count, dt=0.1, seed=seed).run(0.1 * steps, {group: inputs} if inputs is not None else None)
    return count.values


@pytest.mark.parametrize("by_input", [False, True])
@pytest.mark.parametrize("rate", RATES)
def test_counts_are_poisson_numbers(rate, by_input):
    """Mean within four standard errors, Fano factor one, distribution by chi-square, nothing correlated."""
    values = counts(0.4 * rate, inputs=0.6 * rate) if by_input else counts(rate)
    mean = rate * 1e-4
    n = values.size
    assert abs(values.mean() - mean) < 4.0 * math.sqrt(mean / n)
    assert values.var() / values.mean() == pytest.approx(1.0, abs=4.0 * math.sqrt((2.0 + 1.0 / mean) / n))
    edges = np.arange(int(stats.poisson.ppf(1e-4, mean)), int(stats.poisson.ppf(1.0 - 1e-4, mean)) + 1)
    cumulative = stats.poisson.cdf(edges, mean)
    expected = n * np.diff(cumulative, prepend=0.0, append=1.0)
    observed = np.diff(np.searchsorted(np.sort(values.ravel()), edges, side="right"), prepend=0, append=n)
    enough = expected > 8.0
    seen = np.append(observed[enough], observed[~enough].sum())
    ideal = np.append(expected[enough], expected[~enough].sum() + 1e-9)
    assert stats.chisquare(seen, ideal * seen.sum() / ideal.sum()).pvalue > 1e-4
    centred = values - values.mean()
    for shifted in (centred[1:] * centred[:-1], centred[:, 1:] * centred[:, :-1]):
        assert abs(shifted.mean()) < 4.5 * values.var() / math.sqrt(n)


def test_rates_per_unit_and_in_time():
    values = counts([1e3, 2e4], n=2, steps=20_000, inputs=np.array([[0.0, 0.0], [3e5, 0.0]]))
    halves = [values[:10_000].mean(axis=0), values[10_000:].mean(axis=0)]
    np.testing.assert_allclose(halves, [[0.1, 2.0], [30.1, 2.0]], rtol=0.1)
    np.testing.assert_array_equal(counts([0.0, 1e3], n=2)[:, 0], 0.0)


def test_bits_do_not_depend_on_blocks_pieces_and_other_groups(monkeypatch):
    def run(*durations, more=()):
        group = PoissonInput(7, np.geomspace(1e2, 1e6, 7), name="inputs")
        count = StateMonitor(group, "count")
        network = Network(*more, group, count, dt=0.1, seed=3)
        parts = []
        for duration in durations:
            network.run(duration, {group: 100.0})
            parts.append(count.values)
        return parts[-1]

    whole = run(50.0)
    np.testing.assert_array_equal(run(13.3, 0.1, 36.6)[-366:], whole[-366:])
    others = [PoissonInput(5, 1e4), LIFGroup(3, FirstOrderLIF(noise=1.0))]
    np.testing.assert_array_equal(run(50.0, more=others), whole)
    monkeypatch.setattr(spikingnn.blocks, "BLOCK_SECONDS", 1e-9)
    np.testing.assert_array_equal(run(50.0), whole)


@pytest.mark.parametrize("synapse", registered.spiking_synapses(), ids=registered.name_of)
def test_counts_arrive_as_that_many_spikes(synapse):
    """The recorded counts, given as spikes of one unit per count, move the target in the same way."""
    rate, n_most = 15_000.0, 12
    group = PoissonInput(1, rate)
    count = StateMonitor(group, "count")
    Network(group, count, dt=0.1, seed=5).run(20.0)
    numbers = count.values[:, 0]
    assert numbers.max() <= n_most
    trains = [0.1 * np.flatnonzero(numbers > k) for k in range(n_most)]
    weight = 0.01 * registered.SCALE[synapse.unit]

    def run(source):
        target = NeuronGroup(1, FirstOrderLIF(v_threshold=1e6))
        v = StateMonitor(target, "v")
        synapses = SynapseGroup(source, target, weight, synapse, delay=1.0)
        Network(source, target, synapses, v, dt=0.1, seed=5).run(20.0)
        return v.values[:, 0]

    by_counts, by_spikes = run(PoissonInput(1, rate)), run(SpikeSource(trains))
    assert np.ptp(by_spikes) > 0.01
    np.testing.assert_allclose(by_counts, by_spikes, rtol=1e-12)


def test_every_count_is_delivered_once():
    group, target = PoissonInput(50, 1e4), NeuronGroup(50, FREE)
    count = StateMonitor(group, "count")
    synapses = SynapseGroup(group, target, OneToOne(1.0), DeltaSynapse(), delay=2.0)
    Network(group, target, count, synapses, dt=0.1, seed=0).run(30.0)
    np.testing.assert_allclose(target["v"], count.values[:-20].sum(axis=0), rtol=1e-12)


def test_the_balanced_membrane_fluctuates_as_the_closed_form_says():
    """Exponential currents of Poisson trains: mean and variance of a free membrane by Campbell's theorem."""
    tau, tau_s, R, w, rate = 20.0, 5.0, 10.0, 0.02, 8.0         # ms, ms, MΩ, nA, per ms
    model = FirstOrderLIF(tau_m=tau, resistance=R, v_rest=0.0, v_reset=0.0, v_threshold=1e6)
    group, neurons = PoissonInput(400, 1000.0 * rate), NeuronGroup(400, model)
    v = StateMonitor(neurons, "v", every=10.0)
    synapses = SynapseGroup(group, neurons, OneToOne(w), FirstOrderSynapse(tau_s))
    network = Network(group, neurons, v, synapses, dt=0.1, seed=4)
    network.run(200.0)
    v.clear()
    network.run(2000.0)
    assert v.values.mean() == pytest.approx(R * w * tau_s * rate, rel=0.01)
    assert v.values.var() == pytest.approx(rate * (R * w * tau_s)**2 / (2.0 * (tau + tau_s)), rel=0.05)


# --- renewal processes ----------------------------------------------------------------------------------

@pytest.mark.parametrize("shape", [0.5, 1.0, 3.0, 20.0])
def test_gamma_intervals_have_their_distribution(shape):
    group = GammaInput(100, 20.0, shape)
    spikes = SpikeMonitor(group)
    Network(group, spikes, dt=0.05, seed=2).run(10_000.0)
    intervals = np.concatenate([np.diff(train) for train in spikes.trains()])
    assert spikes.count().mean() == pytest.approx(200.0, rel=4.0 / math.sqrt(200.0 * 100.0 * shape) + 1e-3)
    assert intervals.std() / intervals.mean() == pytest.approx(1.0 / math.sqrt(shape), rel=0.04)
    if shape >= 1.0:
        assert stats.kstest(intervals + 0.025, stats.gamma(shape, scale=50.0 / shape).cdf).statistic < 0.015
    first = np.array([train[0] for train in spikes.trains()])       # in equilibrium from the start
    assert first.mean() == pytest.approx(25.0 * (1.0 + 1.0 / shape), rel=0.3)


def test_renewal_rates_change_in_time():
    group = GammaInput(200, 10.0, 4.0)
    rate = RateMonitor(group)
    spikes = SpikeMonitor(group)
    given = np.array([0.0, 90.0])[:, None] * np.ones(200)
    Network(group, rate, spikes, dt=0.1, seed=1).run(2000.0, {group: given})
    early = np.sum(spikes.t < 1000.0)
    assert early / 200 == pytest.approx(10.0, rel=0.05)
    assert (spikes.t.size - early) / 200 == pytest.approx(100.0, rel=0.02)


# --- given trains ---------------------------------------------------------------------------------------

def test_inhomogeneous_trains_follow_the_function():
    def rate(t):
        return 100.0 * (t / 1000.0)**2
    trains = SpikeSource.inhomogeneous(400, rate, 1000.0, seed=0).model.trains
    t = np.concatenate(trains)
    assert t.size == pytest.approx(400 * 100.0 / 3.0, abs=4.0 * math.sqrt(400 * 100.0 / 3.0))
    assert stats.kstest(t, lambda x: (x / 1000.0)**3).pvalue > 1e-3
    numbers = np.array([len(train) for train in trains])
    assert numbers.var() / numbers.mean() == pytest.approx(1.0, abs=0.3)
    rates = lambda t: np.stack([0.0 * t, 50.0 + 0.0 * t], axis=1)                    # noqa: E731
    per_unit = SpikeSource.inhomogeneous(2, rates, 2000.0, seed=0)
    assert [len(train) for train in per_unit.model.trains][0] == 0
    assert len(per_unit.model.trains[1]) == pytest.approx(100, abs=40)


def test_pulse_packets():
    trains = SpikeSource.pulse_packet(200, [50.0, 150.0], sigma=2.0, size=120, seed=1).model.trains
    t = np.concatenate(trains)
    early, late = t[t < 100.0], t[t > 100.0]
    assert early.size == late.size == 120
    for packet, centre in ((early, 50.0), (late, 150.0)):
        assert packet.mean() == pytest.approx(centre, abs=0.8) and packet.std() == pytest.approx(2.0, rel=0.3)
    assert max(map(len, trains)) == 2
    np.testing.assert_array_equal(SpikeSource.pulse_packet(3, 7.0, 0.0, seed=0).model.trains, [[7.0]] * 3)


# --- what is refused ------------------------------------------------------------------------------------

def run(group, stimulus):
    Network(group, seed=0).run(1.0, {group: stimulus})


@pytest.mark.parametrize("make, error, message", [
    (lambda: PoissonInput(3, -1.0), ValueError,
     "PoissonCounts.rate must be zero or positive"),
    (lambda: PoissonInput(3, math.nan), ValueError,
     "PoissonCounts.rate must be .*finite"),
    (lambda: PoissonInput(3, [1.0, 2.0]), ValueError,
     r"PoissonCounts.rate must be a scalar or have shape \(3,\)"),
    (lambda: run(PoissonInput(3), -1.0), ValueError,
     "PoissonInput1.input must be zero or positive"),
    (lambda: run(PoissonInput(3), math.nan), ValueError,
     "PoissonInput1.input must be .*finite"),
    (lambda: run(GammaInput(3), [1.0, -1.0, 0.0]), ValueError,
     "GammaInput1.input must be zero or positive"),
    (lambda: GammaInput(3, 10.0, 0.0), ValueError,
     "GammaRenewal.shape must be positive"),
    (lambda: run(GammaInput(3, 2e4), 0.0), ValueError,
     "GammaRenewal.rate must be at most one spike per step, 10000 Hz"),
    (lambda: SpikeMonitor(PoissonInput(3)), TypeError,
     r'target must be a group of single spikes \(StateMonitor\(group, "count"\)'),
    (lambda: SynapseGroup(PoissonInput(3), LIFGroup(2), 0.1, rule=STDP()), ValueError,
     "one for single spikes"),
    (lambda: SynapseGroup(PoissonInput(3), LIFGroup(2), 0.1, NMDASynapse()), ValueError,
     "one for single spikes"),
    (lambda: SynapseGroup(PoissonInput(3), LIFGroup(2), 0.1, delay=np.ones((3, 2))), ValueError,
     "SynapseGroup.delay must be one number"),
    (lambda: SynapseGroup(LIFGroup(3), PoissonInput(2), 0.1), ValueError,
     "SynapseGroup.target must be a group of neurons"),
    (lambda: SpikeSource.inhomogeneous(2, lambda t: -t, 10.0), ValueError,
     r"inhomogeneous.rate\(t\) must be zero or positive"),
    (lambda: SpikeSource.inhomogeneous(2, lambda t: t[:3], 10.0), ValueError,
     r"inhomogeneous.rate\(t\) must be of shape \(101,\)"),
    (lambda: SpikeSource.pulse_packet(2, 5.0, 1.0, size=3), ValueError,
     "pulse_packet.size must be at most the 2 units"),
    (lambda: SpikeSource.pulse_packet(2, -5.0, 1.0), ValueError,
     "pulse_packet.times must be zero or positive"),
], ids=range(17))
def test_what_does_not_fit_is_refused_in_one_line(make, error, message):
    with pytest.raises(error, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)
