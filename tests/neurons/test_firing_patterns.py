"""Firing patterns of AdEx and Izhikevich neurons, named from their intervals."""

import numpy as np
import pytest

from spikingnn import AdEx, Izhikevich, Network, NeuronGroup, SpikeMonitor, simulate


def cycle(intervals):
    """After how many intervals they repeat, to half a millisecond or 4 %; None if not within twelve."""
    for p in range(1, 13):
        if p < intervals.size and np.all(
                np.abs(intervals[p:] - intervals[:-p]) <= np.maximum(0.5, 0.04 * intervals[p:])):
            return p


def pattern_of_step(spikes, duration, tau_m):
    """The name that Naud et al. (2008) would give to the answer to a step of current, from the intervals
    alone."""
    if spikes[-1] < duration / 3:
        return "transient"
    intervals = np.diff(spikes)
    late, early = intervals[intervals.size // 2:], intervals[:6]
    delayed = spikes[0] > 1.5 * tau_m   # a passive membrane that is driven over threshold takes less
    p, ordered = cycle(late), np.sort(late)
    # many intervals, without a gap between short and long
    if p is None or p > 1 and np.max(ordered[1:] / ordered[:-1]) < 2:
        return "irregular"
    if p > 1 and late.max() > 4 * late.min():       # two populations of intervals, for ever
        return "delayed regular bursting" if delayed else "regular bursting"
    steady = late.mean()
    if delayed and early[0] > 1.3 * steady:
        return "delayed accelerating"
    # two populations, but short ones at the start only
    if early[0] < steady / 3 and np.max(early[1:] / early[:-1]) > 3:
        return "initial burst"
    return "adapting" if steady > 1.5 * early[0] else "tonic"


@pytest.mark.parametrize("dt", [0.1, 0.02])
@pytest.mark.parametrize("pattern", AdEx.patterns)
def test_adex_patterns(pattern, dt):
    model = AdEx.pattern(pattern)
    spikes = simulate(model, AdEx.pattern_current(pattern), 2000.0, dt=dt).spikes
    assert pattern_of_step(spikes, 2000.0, model.tau_m) == pattern


def count(model, current, duration, n):
    group = NeuronGroup(n, model)
    spikes = SpikeMonitor(group)
    Network(group, spikes, seed=1).run(duration, inputs={group: current})
    return spikes.count()


def resonates(model):
    """Do two pulses, each a tenth too weak for a spike, make one when close, none when farther apart, and one
    again still farther?"""
    sizes, gaps = np.arange(0.5, 30.0, 0.05), np.arange(2, 70, 2)
    pulse = np.zeros((150, 1))
    pulse[0] = 1.0                                                  # rows of 1 ms
    least = sizes[np.argmax(count(model, pulse * sizes, 150.0, sizes.size) > 0)]
    pairs = np.zeros((150, gaps.size))
    pairs[0] = pairs[gaps, np.arange(gaps.size)] = 0.9 * least
    return np.flatnonzero(np.diff((count(model, pairs, 150.0, gaps.size) > 0).astype(int)) == 1).size > 0


def pattern_of_model(model):
    """The name that Izhikevich (2003) would give to a neuron, from its spikes under a battery that is the
    same for all."""
    intervals = np.diff(simulate(model, 10.0, 1000.0).spikes)
    steady, first = intervals[-8:].mean(), intervals[0]
    if simulate(model, 2.0, 500.0).spikes.size:                     # it has a low threshold
        if resonates(model):
            return "resonator"
        released = simulate(model, np.array([-10.0, 0.0]), 600.0).spikes
        if released.size >= 3 and np.diff(released)[:2].max() < 15.0:   # a burst as hyperpolarisation ends
            return "thalamo-cortical"
        return "low-threshold spiking" if steady > 2 * first else None
    if first < 6.0 and intervals[:8].max() > 8 * first:             # a burst at the start
        late = intervals[intervals.size // 2:]
        return "chattering" if late.max() > 8 * late.min() else "intrinsically bursting"
    if steady < 10.0 and steady < 2 * first:
        return "fast spiking"
    return "regular spiking" if steady > 20.0 and steady > 2 * first else None


@pytest.mark.parametrize("pattern", Izhikevich.patterns)
def test_izhikevich_patterns(pattern):
    assert pattern_of_model(Izhikevich.pattern(pattern)) == pattern


def test_patterns_by_name():
    assert AdEx.pattern("tonic", tau_w=31.0).tau_w == 31.0
    assert Izhikevich.pattern("chattering", capacitance=2.0).capacitance == 2.0
    assert set(AdEx.patterns) == {"tonic", "adapting", "initial burst", "regular bursting",
                                  "delayed accelerating",
                                  "delayed regular bursting", "transient", "irregular"}
    with pytest.raises(ValueError, match="did you mean 'chattering'"):
        Izhikevich.pattern("chatering")
    for call in (AdEx.pattern, AdEx.pattern_current):
        with pytest.raises(ValueError, match="AdEx.pattern must be one of 'adapting'"):
            call("bursty")
