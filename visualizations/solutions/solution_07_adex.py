r"""
Solution of lesson 7: Exponential neurons, adaptation and firing patterns
=========================================================================
"""

# %%
# Exercise 7.1
# ------------
# At :math:`v = v_T` the exponential is 1, so that :math:`-(v_T - v_\mathrm{rest}) + \Delta + R I = 0` and
# :math:`I = (v_T - v_\mathrm{rest} - \Delta)/R`.

from dataclasses import replace

import numpy as np

from spikingnn import AdEx, ExponentialIF, Network, NeuronGroup, SpikeMonitor
from spikingnn.lessons import check

check("7.1", (-50.0 + 70.0 - 3.0) / 40.0)

# %%
# Exercise 7.2
# ------------
# At 15.9 ms twice the rheobase is enough. For a leaky integrate-and-fire neuron it would be
# :math:`\tau_m \ln 2` = 8.3 ms.

neuron = ExponentialIF(tau_m=12.0, resistance=20.0, v_rest=-65.0, v_reset=-60.0, v_threshold=-55.0,
                       sharpness=2.0, v_peak=-30.0, t_refractory=0.0)
strengths = np.linspace(0.4, 1.6, 600)
group = NeuronGroup(600, neuron)
spikes = SpikeMonitor(group)
network = Network(group, spikes, dt=0.05, seed=0)
durations, weakest = np.arange(10.0, 25.0), []
for duration in durations:
    network.reset()
    network.run(duration, inputs={group: strengths})
    network.run(40.0)
    weakest.append(strengths[spikes.i.min()])
check("7.2", np.interp(-0.8, -np.array(weakest), durations))

# %%
# Exercise 7.3
# ------------
# 0.005 nA · 0.020/ms · 100 ms = 0.01 nA: on average the current is that of two spikes.

check("7.3", 0.005 * 0.020 * 100.0)

# %%
# Exercise 7.4
# ------------
# The rate falls with :math:`b`, ever more slowly.

tonic = AdEx(tau_m=5.0, resistance=500.0, v_rest=-70.0, v_threshold=-50.0, sharpness=2.0, v_reset=-60.0,
             a=0.0, b=0.0, tau_w=100.0)
b = np.linspace(0.005, 0.03, 26)
group = NeuronGroup(26, replace(tonic, b=b))
spikes = SpikeMonitor(group)
Network(group, spikes, dt=0.1, seed=0).run(2000.0, inputs={group: 0.065})
interval = [np.diff(train[train > 1000.0]).mean() for train in spikes.trains()]
check("7.4", np.interp(50.0, interval, b))
