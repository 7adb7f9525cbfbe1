"""Experiments of papers from Brian2's examples, written anew; numbers of Brian2 2.9.0."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from spikingnn import (STDP, Clopath, ConductanceSynapse, DeltaSynapse, Equations, FirstOrderLIF,
                       FirstOrderSynapse, FixedProbability, InhibitorySTDP, InputGroup,
                       LIFGroup, Network, NeuronGroup, OneToOne, PlasticityRule, PoissonEncoder, RewardSTDP,
                       SpikeMonitor, SpikeSource, SynapseGroup, SynapticResources, WeightMonitor)


@pytest.mark.parametrize("rate, before, after", [(10.0, 100.186, 96.189), (20.0, 101.449, 95.668),
                                                 (50.0, 111.764, 110.936)])
def test_pairings_at_three_rates(rate, before, after):
    """Clopath_et_al_2010_no_homeostasis: the synapses between two neurons after 15 pairs 10 ms apart, in %.

    A weight of one is 0.5 nS; a presynaptic spike adds 1/15 to the trace. What arrives does so a step later.
    """
    unit = 5e-4
    pair = NeuronGroup(2, FirstOrderLIF(10.0, 1/0.03, -70.0, -50.0, -70.0, 0.0))
    rule = Clopath(a_ltd=1.5e-4*unit, a_ltp=1e-3*unit, w_max=unit)
    weight = csr_array(0.5*unit*np.array([[0.0, 1.0], [1.0, 0.0]]))
    synapses = SynapseGroup(pair, pair, weight, ConductanceSynapse(2.0, 0.0), rule=rule)
    net = Network(pair, synapses, seed=0)
    synapses["y1"] = synapses["y2"] = -70.0                     # filtered potentials, before v is set
    for _ in range(15):
        pair["v"][0] = -49.0
        net.run(10.0)
        pair["v"][1] = -49.0
        net.run(1000.0/rate - 10.0)
    found = synapses.weight.toarray()*200.0/unit
    np.testing.assert_allclose([found[0, 1], found[1, 0]], [before, after], atol=0.3)


def test_dopamine_turns_eligibility_into_weight():
    """Izhikevich_2007: three seconds of STDP, then three in which a reward changes the weight instead.

    A dendritic delay of one step keeps the interval between spikes, since arrival takes one.
    """
    times = np.array([500.0, 550.0, 1000.0, 1010.0, 1500.0, 1510.0])
    drive = SpikeSource.from_events(2, [0, 1, 0, 1, 1, 0]*2, np.concatenate([times, times + 3000.0]))
    pair = NeuronGroup(2, FirstOrderLIF(10.0, 1.0, -74.0, -54.0, -60.0, 0.0))
    pair["v"] = -60.0
    dopamine, puffs = NeuronGroup(1, Equations("dd/dt = -d/200 : 1")), SpikeSource([[3520.0, 4020.0, 4520.0]])
    learned = [STDP(a_plus=1e-4, a_minus=1.05e-4, w_max=0.01),
               RewardSTDP(a_plus=0.0, a_minus=0.0, interval=0.1, w_max=0.01)]
    plastic = SynapseGroup(pair[:1], pair[1:], 1e-10, ConductanceSynapse(5.0, 0.0), rule=learned,
                           delay_post=0.1, signal=(dopamine, "d"))
    weight = WeightMonitor(plastic, every=500.0)
    net = Network(drive, pair, dopamine, puffs, plastic, weight,
                  SynapseGroup(drive, pair, OneToOne(100.0), DeltaSynapse()),
                  SynapseGroup(puffs, dopamine, 5e-3, DeltaSynapse()), seed=0)
    net.run(3000.0)
    plastic.rule = [replace(learned[0], a_plus=0.0, a_minus=0.0),
                    replace(learned[1], a_plus=1e-4, a_minus=1.05e-4)]
    net.run(3000.0)
    np.testing.assert_allclose(weight.values.ravel()[[1, 2, 3, 7, 8, 9, 10]]/1e-6,
                               [8.2086, 68.8617, 5.17595, 10.6651, 66.4447, 46.389, 45.2506], rtol=6e-3)


@pytest.mark.filterwarnings("ignore:SynapseGroup.delay")
def test_digits_of_diehl_and_cook():
    """Diehl_Cook_2015: each spike raises a threshold, weights are scaled before each picture."""
    text = """dv/dt = (v_rest - v - ge*v + gi*(v_low - v))/tau : mV (unless refractory)
              dge/dt = -ge/(1*ms) : 1
              dgi/dt = -gi/(2*ms) : 1
              dtimer/dt = 1 : ms"""
    n, draw = 25, np.random.default_rng(1)
    first = Equations(text + "\ndtheta/dt = -theta/1e7 : mV", "v > theta - 72 and timer > 50",
                      "v = -65; timer = 0; theta += 0.05", t_refractory=4.9, method="euler",
                      initial={"v": -65.0, "theta": 20.0}, v_rest=-65.0, v_low=-100.0, tau=100.0)
    second = Equations(text, "v > -40", "v = -45", t_refractory=1.9, method="euler", initial={"v": -60.0},
                       v_rest=-60.0, v_low=-85.0, tau=10.0)
    rule = PlasticityRule("""dpre/dt = -pre/20 : 1 (event-driven)
                             dpost1/dt = -post1/20 : 1 (event-driven)
                             dpost2/dt = -post2/40 : 1 (event-driven)""",
                          on_pre="pre = 1; w = clip(w - 1e-4*post1, 0, 1)",
                          on_post="w = clip(w + 0.01*pre*post2, 0, 1); post1 = 1; post2 = 1")
    pixels = InputGroup(784, PoissonEncoder(64.0))
    excitatory, inhibitory = NeuronGroup(n, first), NeuronGroup(n, second)
    learned = SynapseGroup(pixels, excitatory, 0.3*draw.uniform(0.01, 1.01, (784, n)), DeltaSynapse("ge"),
                           delay=draw.uniform(0.1, 10.0, (784, n)), rule=rule)
    spikes = SpikeMonitor(excitatory)
    net = Network(pixels, excitatory, inhibitory, learned, spikes,
                  SynapseGroup(excitatory, inhibitory, OneToOne(10.4), DeltaSynapse("ge")),
                  SynapseGroup(inhibitory, excitatory, 17.0*(1 - np.eye(n)), DeltaSynapse("gi")), seed=1)
    for picture in draw.uniform(size=(3, 784))**4:
        learned.weight = learned.weight*78.0/learned.weight.sum(0)
        net.run(350.0, {pixels: picture})
        net.run(150.0)
    assert 30 < len(spikes.t) < 300
    np.testing.assert_allclose(excitatory["theta"], 20.0 + 0.05*spikes.count(), rtol=2e-4)


def test_inhibition_learns_to_balance_excitation():
    """Vogels_et_al_2011 with 2,500 neurons and four times the conductances: rates of the excitatory ones."""
    neurons = LIFGroup(2500, FirstOrderLIF(20.0, 100.0, -60.0, -50.0, -60.0, 4.9))
    rule = InhibitorySTDP(eta=0.0, rate=3.0, w_max=0.4)
    gaba = ConductanceSynapse(10.0, -80.0)
    excitation = SynapseGroup(neurons[:2000], neurons, FixedProbability(0.02, 1.2e-3),
                              ConductanceSynapse(5.0, 0.0))
    inhibition = SynapseGroup(neurons[2000:], neurons[2000:], FixedProbability(0.02, 0.012), gaba)
    plastic = SynapseGroup(neurons[2000:], neurons[:2000], FixedProbability(0.02, 1e-13), gaba, rule=rule)
    spikes = SpikeMonitor(neurons[:2000])
    net = Network(neurons, excitation, inhibition, plastic, spikes, seed=1)
    net.run(300.0, {neurons: 0.2})
    plastic.rule = replace(rule, eta=4e-5)
    net.run(900.0, {neurons: 0.2})
    before, after = np.histogram(spikes.t, [100.0, 300.0, 900.0, 1200.0])[0][[0, 2]]/2000/np.array([0.2, 0.3])
    assert before == pytest.approx(170.0, rel=0.06)
    assert after < 0.3*before


def truncated(mean, low, high):
    """A function that draws from a normal distribution of half its mean as deviation, between bounds."""
    def draw(rng, size):
        values = rng.normal(mean, 0.5*abs(mean), 4*size + 100)
        return values[(values > low) & (values < high)][:size]
    return draw


def test_bursts_of_a_network_with_depressing_synapses():
    """Tsodyks_Uziel_Markram_2000: absolute strength, release, recovery drawn for each synapse."""
    cells, others = (LIFGroup(n, FirstOrderLIF(30.0, 1.0, 0.0, 15.0, 13.5, wait))
                     for n, wait in ((400, 2.0), (100, 1.0)))
    cells["v"], others["v"] = 0.0, 0.0

    def connected(source, target, A, U, recovery, facilitation=0.0):
        synapses = SynapseGroup(source, target, FixedProbability(0.1, truncated(A, *sorted((0.2*A, 2*A)))),
                                FirstOrderSynapse(3.0), delay=1.0, rule=SynapticResources())
        synapses["u_rest"], synapses["tau_recovery"] = truncated(*U), truncated(recovery, 5.0, np.inf)
        if facilitation:
            synapses["tau_facilitation"] = truncated(facilitation, 5.0, np.inf)
        return synapses

    strong, weak = (0.5, 0.1, 0.9), (0.04, 0.001, 0.07)
    parts = [connected(cells, cells, 1.8, strong, 800.0), connected(others, cells, -5.4, strong, 800.0),
             connected(cells, others, 7.2, weak, 100.0, 1000.0),
             connected(others, others, -7.2, weak, 100.0, 1000.0)]
    spikes, background = SpikeMonitor(cells), np.random.default_rng(5).uniform(14.5, 15.5, 500)
    net = Network(cells, others, parts, spikes, dt=1.0, seed=5)
    net.run(3000.0, {cells: background[:400], others: background[400:]})
    late = spikes.t[spikes.t >= 900.0]
    activity = np.histogram(late, np.arange(900.0, 3001.0))[0]/400
    assert len(late)/400/2.1 == pytest.approx(7.4, rel=0.25)
    assert activity.max() > 10*activity.mean()                        # population bursts
    assert 0.2 < parts[0]["recovered"].data.mean() < 0.5
