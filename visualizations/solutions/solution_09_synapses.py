r"""
Solution of lesson 9: Synapses, summation and short-term plasticity
===================================================================
"""

# %%
# Exercise 9.1
# ------------
# The derivative of the PSP is zero where :math:`e^{-t/\tau_m}/\tau_m = e^{-t/\tau_s}/\tau_s`. The logarithm
# gives :math:`t = \frac{\tau_m \tau_s}{\tau_m - \tau_s} \ln\frac{\tau_m}{\tau_s}`: about 9.2 ms.

import numpy as np

from spikingnn import (DeltaSynapse, FirstOrderLIF, FirstOrderSynapse, Network, NeuronGroup, SpikeSource,
                       StateMonitor, SynapseGroup, TsodyksMarkram)
from spikingnn.lessons import check


def potential(train, synapse, weight, rule=None):
    source, neuron = SpikeSource([train]), NeuronGroup(1, FirstOrderLIF(v_threshold=1000.0))
    v = StateMonitor(neuron, "v")
    synapses = SynapseGroup(source, neuron, weight, synapse, rule=rule)
    Network(source, neuron, synapses, v, dt=0.1, seed=1).run(100.0)
    return v.t, v.values[:, 0]


t, v = potential([10.0], FirstOrderSynapse(tau=5.0), 1.0)
print(f"measured: {t[v.argmax()] - 10.0:.1f} ms, computed: {100.0 / 15.0 * np.log(4.0):.2f} ms")
check("9.1", 100.0 / 15.0 * np.log(4.0))

# %%
# Exercise 9.2
# ------------
# The weighted mean of -65 mV (0.1 µS) and 0 mV (0.05 µS):

check("9.2", 0.1 * -65.0 / (0.1 + 0.05))

# %%
# Exercise 9.3
# ------------
# :math:`e^{-0.062 v} = 3.57`, so that :math:`v = -\ln(3.57)/0.062`: about -20 mV, far above rest.

check("9.3", -np.log(3.57) / 0.062)

# %%
# Exercise 9.4
# ------------
# The first spike leaves :math:`R = 1 - U = 0.5`. After 50 ms the missing part has shrunk to
# :math:`0.5\,e^{-50/800} = 0.47`, so that :math:`R = 0.53`. Both spikes release half of what is there: the
# ratio is 0.53. The measurement divides the second jump of the potential by the first.

t, v = potential([10.0, 60.0], DeltaSynapse(), 1.0, TsodyksMarkram(u_rest=0.5, tau_recovery=800.0))
jumps = np.diff(v)
jumps = jumps[jumps > 0.1]
print(f"measured: {jumps[1] / jumps[0]:.2f}")
check("9.4", 1.0 - 0.5 * np.exp(-50.0 / 800.0))
