"""Experiments with inputs, plasticity and callbacks from Brian2's examples, written anew.

Numbers are those of Brian2 2.9.0.
"""

import numpy as np
import pytest

from spikingnn import (STDP, ConductanceSynapse, DeltaSynapse, Equations, FirstOrderLIF, FirstOrderSynapse,
                       GradedSynapse, InputGroup, LIFGroup, Network, NeuronGroup, OneToOne, OrnsteinUhlenbeck,
                       PlasticityRule, PoissonEncoder, PoissonInput, SpikeMonitor, SpikeSource, StateMonitor,
                       SynapseGroup, TsodyksMarkram)


UNIT = FirstOrderLIF(tau_m=10.0, resistance=1.0, v_rest=0.0, v_threshold=1.0, v_reset=0.0, t_refractory=0.0)


def test_threshold_that_adapts():
    """adaptive_threshold: two linear equations, and the potential at each spike."""
    model = Equations("""dv/dt = -v/tau : mV
                         dv_t/dt = (10 - v_t)/tau_t : mV""", threshold="v > v_t", reset="v = 0; v_t += 3",
                      tau=10.0, tau_t=15.0, initial={"v_t": 10.0})
    inputs, neurons = InputGroup(100, PoissonEncoder(500.0)), NeuronGroup(100, model)
    spikes = SpikeMonitor(neurons, states=["v"])
    synapses = SynapseGroup(inputs, neurons, OneToOne(3.0), DeltaSynapse())
    Network(inputs, neurons, synapses, spikes, seed=1).run(1000.0, {inputs: 1.0})
    assert len(spikes.t)/100 == pytest.approx(70.0, rel=0.03)


def test_run_that_stops_at_the_twentieth_spike():
    """network_operation_stop."""
    neurons = LIFGroup(10, UNIT)
    neurons["v"] = np.linspace(0.0, 0.9, 10)
    spikes = SpikeMonitor(neurons)
    net = Network(neurons, spikes, seed=0)

    @net.every(1.0)
    def check(net):
        if len(spikes.t) >= 20:
            net.stop()
    net.run(100.0, {neurons: 1.5})
    assert net.t < 30.0 and 20 <= len(spikes.t) < 30
    assert spikes.t[19] >= net.t - 1.0 - 1e-9


def test_common_noise_makes_spikes_reliable():
    """reliability: one noise to all neurons, with different starts."""
    model = Equations("dx/dt = (0.9 + 0.5*I - x)/tau + sigma*sqrt(2/tau)*xi : 1 (unless refractory)",
                      threshold="x > 1", reset="x = 0", t_refractory=4.9, tau=10.0, sigma=0.015)
    noise, neurons = NeuronGroup(1, OrnsteinUhlenbeck(sigma=1.0, tau=5.0)), NeuronGroup(25, model)
    neurons["x"] = np.linspace(0.0, 0.96, 25)
    spikes = SpikeMonitor(neurons)
    Network(noise, neurons, SynapseGroup(noise, neurons, 1.0, GradedSynapse()), spikes, seed=2).run(500.0)
    late = spikes.t[spikes.t > 250.0]
    together = np.histogram(late, np.arange(250.0, 501.0, 2.0))[0]
    assert len(late) > 50
    assert np.sum(together[together >= 12])/len(late) > 0.6         # most spikes lie in common events


def test_neuron_that_sees_coincidences():
    """Rossant_et_al_2011bis: fifteen of 4,000 sources that spike together at 40 Hz quadruple the rate.

    The potential moves on while the neuron is refractory.
    """
    tau_m, tau_e, tau_i, n = 5.0, 3.0, 10.0, 40
    w_e = 0.5/(tau_m/tau_e)**(tau_m/(tau_e - tau_m))
    w_i = -4000*w_e*tau_e/(1000*tau_i)
    model = Equations("dv/dt = (v_rest - v + R*I)/tau", threshold="v > -55", reset="v = v_rest",
                      t_refractory=4.9, initial={"v": "v_rest"}, v_rest=-65.0, R=1.0, tau=tau_m)
    neurons = NeuronGroup(n, model)
    together = 40.0*(np.arange(n) >= n//2)
    excitation, inhibition = PoissonInput(n, 4000 - 15*together), PoissonInput(n, 1000.0)
    volleys = PoissonInput(n, together)
    parts = [SynapseGroup(excitation, neurons, OneToOne(w_e), FirstOrderSynapse(tau_e)),
             SynapseGroup(volleys, neurons, OneToOne(15*w_e), FirstOrderSynapse(tau_e)),
             SynapseGroup(inhibition, neurons, OneToOne(w_i), FirstOrderSynapse(tau_i))]
    spikes = SpikeMonitor(neurons)
    Network(excitation, inhibition, volleys, neurons, *parts, spikes, seed=1).run(2000.0)
    alone, with_volleys = spikes.count().reshape(2, -1).mean(1)/2.0
    assert alone == pytest.approx(3.22, rel=0.15)
    assert with_volleys == pytest.approx(12.95, rel=0.08)


def test_weights_of_many_random_inputs_spread():
    """synapses/STDP: 1,000 conductances of at most 0.01; a mean rate of inputs of 15 Hz."""
    rule = STDP(tau_plus=20.0, tau_minus=20.0, a_plus=1e-4, a_minus=1.05e-4, w_max=0.01)
    inputs = InputGroup(1000, PoissonEncoder(15.0))
    neuron = LIFGroup(4, FirstOrderLIF(10.0, 1.0, -74.0, -54.0, -60.0, 0.0))
    weight = np.repeat(np.linspace(0.0, 0.01, 1000)[:, None], 4, axis=1)
    synapses = SynapseGroup(inputs, neuron, weight, ConductanceSynapse(5.0, 0.0), rule=rule)
    spikes = SpikeMonitor(neuron)
    Network(inputs, neuron, synapses, spikes, seed=1).run(5000.0, {inputs: 1.0})
    assert len(spikes.t)/4/5.0 == pytest.approx(41.4, rel=0.15)
    assert synapses.weight.mean() == pytest.approx(0.004962, rel=0.01)


def test_homeostasis_of_each_spike():
    """synapses/spike_based_homeostasis: arrivals strengthen and spikes weaken, which keeps the rate."""
    rule = PlasticityRule("w : 1\ndx/dt = 0*x : 1", on_pre="w = clip(w + up, 0, w_max); x += 0",
                          on_post="w = clip(w - down, 0, w_max)", up=0.05, down=0.05, w_max=2.0)
    steady, varying = InputGroup(40, PoissonEncoder(50.0)), InputGroup(40, PoissonEncoder(50.0))
    plastic, fixed = (LIFGroup(40, FirstOrderLIF(10.0, 1.0, 0.0, 1.0, -1.0, 0.9)) for _ in range(2))
    synapses = [SynapseGroup(steady, plastic, OneToOne(0.0), DeltaSynapse(), rule=rule),
                SynapseGroup(varying, plastic, OneToOne(2.0), DeltaSynapse()),
                SynapseGroup(varying, fixed, OneToOne(2.0), DeltaSynapse())]
    spikes = [SpikeMonitor(plastic), SpikeMonitor(fixed)]
    rates = np.repeat([[0.5], [0.0]], 40, axis=1)
    net = Network(steady, varying, plastic, fixed, *synapses, *spikes, seed=1)
    net.run(8000.0, {steady: 1.0, varying: rates})
    kept, driven = (np.histogram(each.t, [2000.0, 4000.0, 6000.0, 8000.0])[0]/40/2.0 for each in spikes)
    assert driven[0] > 15.0 and driven[1] == 0.0
    assert np.ptp(kept)/kept.mean() < 0.2


def test_depression_at_twenty_hertz():
    """Tsodyks_Pawelzik_Markram_1998, figure 1A: depression, peaks of the first six responses in mV."""
    source = SpikeSource([10.0 + 50.0*np.arange(6)])
    neuron = LIFGroup(1, FirstOrderLIF(40.0, 100.0, 0.0, 100.0, 0.0, 0.0))
    neuron["v"] = 0.0
    synapses = SynapseGroup(source, neuron, 0.25, FirstOrderSynapse(3.0), rule=TsodyksMarkram(0.6, 800.0))
    v = StateMonitor(neuron, "v")
    Network(source, neuron, synapses, v, seed=0).run(310.0)
    peaks = v.values[100:3100, 0].reshape(6, 500).max(1)
    np.testing.assert_allclose(peaks, [0.927177, 0.696237, 0.419764, 0.260103, 0.184373, 0.151582], rtol=0.02)


def test_spiking_rhythms_of_a_thousand_izhikevich_neurons():
    """Izhikevich_2003: Euler steps of 0.5 ms, square pulses of 1 ms, new noise every millisecond."""
    draw = np.random.default_rng(1)
    r = np.concatenate([draw.uniform(size=800)**2, draw.uniform(size=200)])
    excitatory = np.arange(1000) < 800
    model = Equations("""dv/dt = 0.04*v**2 + 5*v + 140 - u + p + I : 1
                         du/dt = a*(b*v - u) : 1
                         dp/dt = 0*p : 1""", threshold="v >= 30", reset="v = c; u += d", method="euler",
                      initial={"v": -65.0, "u": "-65*b"}, a=np.where(excitatory, 0.02, 0.02 + 0.08*r),
                      b=np.where(excitatory, 0.2, 0.25 - 0.05*r), c=np.where(excitatory, -65 + 15*r, -65.0),
                      d=np.where(excitatory, 8 - 6*r, 2.0))
    neurons = NeuronGroup(1000, model)
    weight = draw.uniform(size=(1000, 1000))*np.where(excitatory, 0.5, -1.0)[:, None]
    begin = SynapseGroup(neurons, neurons, weight, DeltaSynapse("p"))
    end = SynapseGroup(neurons, neurons, -weight, DeltaSynapse("p"), delay=1.5)
    spikes = SpikeMonitor(neurons)
    noise = draw.normal(size=(500, 1000))*np.where(excitatory, 5.0, 2.0)
    Network(neurons, begin, end, spikes, dt=0.5, seed=1).run(500.0, {neurons: noise})
    assert len(spikes.t)/1000/0.5 == pytest.approx(8.46, rel=0.15)
