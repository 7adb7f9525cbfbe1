"""The networks and the exercises of lesson 12: decisions and working memory."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from .._util.typing import FloatArray
from ..connectivity import OneToOne
from ..groups import NeuronGroup
from ..monitors import RateMonitor, SpikeMonitor
from ..network import Network
from ..neurons import FirstOrderLIF
from ..random_inputs import PoissonInput
from ..synapse_group import SynapseGroup
from ..synapses import ConductanceSynapse, NMDASynapse
from .exercise import Exercise, Mistake


AMPA, NMDA = ConductanceSynapse(tau=2.0, reversal=0.0), NMDASynapse(tau_decay=100.0)
FAST_GABA, SLOW_GABA = ConductanceSynapse(tau=5.0, reversal=-70.0), ConductanceSynapse(10.0, -70.0)


def decision_network(strong: float = 1.8, seed: int = 1) -> tuple[Network, PoissonInput, list[RateMonitor]]:
    """Return two pools of neurons that compete through common inhibition (Wang, 2002).

    800 excitatory neurons, of which 120 are in pool A and 120 in pool B, and 200 inhibitory ones.

    Parameters
    ----------
    strong : float
        Weight within a pool, where the mean over all excitatory neurons is 1.
    seed : int
        Seed of all that is random.

    Returns
    -------
    network : Network
        The network, in steps of 0.5 ms.
    stimulus : PoissonInput
        Its input from outside, (800,): a run adds rates in Hz to the background.
    rates : list of RateMonitor
        Monitors of the pools A and B.
    """
    n, pool, scale = 800, 120, 2e-3                             # µS
    cells = NeuronGroup(n, FirstOrderLIF(20.0, 40.0, -70.0, -50.0, -55.0, 2.0))
    others = NeuronGroup(n // 4, FirstOrderLIF(10.0, 50.0, -70.0, -50.0, -55.0, 1.0))
    group = np.arange(n) // pool                                # 0: pool A, 1: pool B, others: not selective
    weak = (n - strong * pool) / (n - pool)                     # so that the mean weight stays 1
    w = scale * np.where(group > 1, 1.0, np.where(group[:, None] == group, strong, weak))
    inputs = PoissonInput(n, 2400.0), PoissonInput(n // 4, 2400.0)          # Hz: background
    synapses = [SynapseGroup(source, target, weight, receptor, delay=0.5)
                for source, target, weight, receptor in (
                    (cells, cells, 0.05 * w, AMPA), (cells, cells, 0.165 * w, NMDA),
                    (cells, others, 0.04 * scale, AMPA), (cells, others, 0.13 * scale, NMDA),
                    (others, cells, 1.3 * scale, FAST_GABA), (others, others, scale, FAST_GABA),
                    (inputs[0], cells, OneToOne(2.1e-3), AMPA), (inputs[1], others, OneToOne(1.62e-3), AMPA))]
    rates = [RateMonitor(cells[first:first + pool]) for first in (0, pool)]
    return Network(cells, others, *inputs, synapses, *rates, dt=0.5, seed=seed), inputs[0], rates


def ring_network(strong: float = 1.62, seed: int = 1) -> tuple[Network, NeuronGroup, SpikeMonitor]:
    """Return a ring of 512 excitatory neurons that remembers a direction (Compte et al., 2000).

    Neuron i prefers the direction i · 360°/512; neurons of similar directions excite each other more than
    others, and 128 inhibitory neurons connect all with all.

    Parameters
    ----------
    strong : float
        Weight between neurons of equal direction, where the mean over the ring is 1.
    seed : int
        Seed of all that is random.

    Returns
    -------
    network : Network
        The network, in steps of 0.25 ms.
    ring : NeuronGroup
        The excitatory neurons, to which a run gives a current in nA.
    spikes : SpikeMonitor
        Their spikes.
    """
    n, scale = 512, 4e-3                                        # µS
    ring = NeuronGroup(n, FirstOrderLIF(20.0, 40.0, -70.0, -50.0, -60.0, 2.0))
    others = NeuronGroup(n // 4, FirstOrderLIF(10.0, 50.0, -70.0, -50.0, -60.0, 1.0))
    angle = 360.0 * np.arange(n) / n
    near = np.exp(-0.5 * (((angle[:, None] - angle + 180.0) % 360.0 - 180.0) / 18.0)**2)
    weak = (1.0 - strong * near[0].mean()) / (1.0 - near[0].mean())
    w = weak + (strong - weak) * near
    inputs = PoissonInput(n, 1800.0), PoissonInput(n // 4, 1800.0)          # Hz: background
    synapses = [SynapseGroup(source, target, weight, receptor) for source, target, weight, receptor in (
        (ring, ring, 0.381 * scale * w, NMDA), (ring, others, 0.292 * scale, NMDA),
        (others, ring, 1.336 * scale, SLOW_GABA), (others, others, 1.024 * scale, SLOW_GABA),
        (inputs[0], ring, OneToOne(3.1e-3), AMPA), (inputs[1], others, OneToOne(2.38e-3), AMPA))]
    spikes = SpikeMonitor(ring)
    return Network(ring, others, *inputs, synapses, spikes, dt=0.25, seed=seed), ring, spikes


def decide(parts: Any, coherence: float, seed: int) -> tuple[str, float]:
    """Return the choice of a decision network, "A" or "B", and its decision time.

    The stimulus begins after 100 ms and changes every 50 ms, around means of 40 · (1 ± coherence) Hz. The
    decision is made when a pool fires at 20 Hz, on average over 50 ms.

    Parameters
    ----------
    parts : tuple
        What `decision_network` returns.
    coherence : float
        From 0 to 1: how much the stimulus favours A; negative: B.
    seed : int
        Seed of the trial.

    Returns
    -------
    choice : str
        "A", "B", or "none" if there is no decision within 2 s.
    time : float
        ms: from the beginning of the stimulus to the decision.
    """
    network, stimulus, rates = parts
    network.reset(keep_weights=True, seed=seed)
    network.run(100.0, progress=False)
    rng = np.random.default_rng(seed)
    for _ in range(40):
        shown = rng.normal(40.0 * (1.0 + np.array([coherence, -coherence])), 4.0).clip(0.0)
        network.run(50.0, {stimulus: np.append(np.repeat(shown, 120), np.zeros(560))}, progress=False)
        a, b = (pool.rate(50.0)[-1] for pool in rates)
        if max(a, b) > 20.0:
            return "A" if a > b else "B", network.t - 100.0
    return "none", np.nan


CUE = 300.0                         # degrees


@functools.cache
def memory_trial() -> tuple[FloatArray, FloatArray]:
    """Return the spikes of one trial of the ring network, with a cue of unknown direction from 500 to 750 ms.

    Returns
    -------
    t : ndarray, (spikes,)
        ms: times, up to 3,250.
    direction : ndarray, (spikes,)
        Degrees: preferred direction of the neuron of each spike.
    """
    network, ring, spikes = ring_network(seed=13)
    angle = 360.0 * np.arange(512) / 512
    network.run(500.0, progress=False)
    distance = (angle - CUE + 180.0) % 360.0 - 180.0
    network.run(250.0, {ring: 0.3 * np.exp(-0.5 * (distance / 18.0)**2)}, progress=False)
    network.run(2500.0, progress=False)
    return spikes.t, angle[spikes.i]


def direction_between(start: float, stop: float) -> float:
    """The circular mean of the directions of the trial's spikes in degrees."""
    t, direction = memory_trial()
    chosen = direction[(t >= start) & (t < stop)]
    return float(np.degrees(np.angle(np.exp(1j * np.radians(chosen)).mean())) % 360.0)


@functools.cache
def decision_time(coherence: float, trials: int = 20) -> float:
    """The mean decision time in ms."""
    parts = decision_network()
    return float(np.mean([decide(parts, coherence, seed)[1] for seed in range(trials)]))


SHARE = (3.2 / 9.2)**1.5            # exponent of the psychometric curve at 3.2 %

EXERCISES = (
    Exercise(
        "Which accuracy does the psychometric curve with α = 9.2 % and β = 1.5 give at 3.2 %?",
        lambda: 1.0 - 0.5 * np.exp(-SHARE),
        mistakes=(
            Mistake(lambda: 1.0 - np.exp(-SHARE),
                    "without any signal half of the guesses are right: the curve begins at 0.5."),
            Mistake(lambda: 0.5 * np.exp(-SHARE), "that is the fraction of errors."),
            Mistake(lambda: 1.0 - 0.5 * np.exp(-3.2 / 9.2), "the ratio c/α is raised to the power of β."),
            Mistake(lambda: 1.0 - 0.5 * np.exp(-1.0), "that is the accuracy at c = α = 9.2 %."),
            Mistake(lambda: 100.0 * (1.0 - 0.5 * np.exp(-SHARE)),
                    "give the fraction, from 0 to 1, not per cent."),
        ), hint="1 - 0.5 · exp(-(3.2/9.2)**1.5)."),
    Exercise(
        "What is the mean decision time at a coherence of 51.2 %?", lambda: decision_time(0.512), unit="ms",
        tolerance=0.15,
        mistakes=(
            Mistake(lambda: decision_time(0.512) + 100.0,
                    "the stimulus begins after 100 ms; the decision time is counted from there."),
            Mistake(lambda: decision_time(0.0, 8),
                    "that is the time without any evidence; coherence is a fraction, 0.512."),
            Mistake(lambda: decision_time(1.0, 8), "that is the time at a coherence of 100 %; use 0.512."),
        ), hint="np.mean([decide(parts, 0.512, seed)[1] for seed in range(20)])."),
    Exercise(
        "How large is the standard deviation of the remembered direction after 2 s?", lambda: 12.0, unit="°",
        mistakes=(
            Mistake(lambda: 24.0, "the variance grows in proportion to time, not the standard deviation."),
            Mistake(lambda: 6.0, "the direction goes on drifting: nothing pulls it back to the cue."),
            Mistake(lambda: 6.0 * np.sqrt(2.0),
                    "2 s are four times 0.5 s, so that the variance is four times as large."),
            Mistake(lambda: 144.0, "that is the variance, in square degrees."),
        ), hint="the variance after 0.5 s is 36 square degrees; after 2 s it is four times that."),
    Exercise(
        "In which direction was the cue of the trial?", lambda: direction_between(500.0, 750.0), unit="°",
        accepts="an angle", tolerance=0.02,
        mistakes=(
            Mistake(lambda: direction_between(2750.0, 3250.0),
                    "that is what the network remembers at the end; its bump has drifted. Look at the time "
                    "of the cue, 500 to 750 ms."),
            Mistake(lambda: direction_between(500.0, 750.0) - 360.0,
                    "add 360°: the angle is asked for from 0 to 360."),
            Mistake(lambda: np.radians(direction_between(500.0, 750.0)),
                    "that is in radians; np.degrees converts it."),
            Mistake(lambda: np.radians(direction_between(500.0, 750.0) - 360.0),
                    "that is in radians and negative; convert it to degrees and add 360."),
            Mistake(lambda: float(memory_trial()[1].mean()),
                    "directions cannot be averaged as numbers, and only the spikes during the cue count."),
        ), hint="the angle of np.exp(1j * np.radians(direction)).mean() over the spikes from 500 to 750 ms."),
)
