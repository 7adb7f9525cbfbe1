r"""
Solution of lesson 8: Noise and the statistics of spike trains
==============================================================
"""

# %%
# Exercise 8.1
# ------------
# The mean interval is 1000/40 = 25 ms. Of these, 5 ms are constant. The remaining 20 ms are the mean of an
# exponentially distributed time, and therefore also its standard deviation: CV = 20/25. In general CV = 1 -
# rate · refractory period.

import numpy as np
from scipy.optimize import curve_fit

from spikingnn import FirstOrderLIF, Network, NeuronGroup, SpikeMonitor
from spikingnn.analysis import rates, spike_triggered_average
from spikingnn.lessons import check
from spikingnn.lessons.lesson_08 import recording

check("8.1", 1.0 - 0.040 * 5.0)

# %%
# Exercise 8.2
# ------------
# The rate grows with the noise, since larger fluctuations reach the threshold more often.

sigma = np.arange(1.0, 9.0)
neurons = NeuronGroup(800, FirstOrderLIF(noise=np.repeat(sigma, 100)))
spikes = SpikeMonitor(neurons)
Network(neurons, spikes, dt=0.1, seed=1).run(2000.0, inputs={neurons: 1.2})
rate = rates(spikes).reshape(-1, 100).mean(axis=1)
print(dict(zip(sigma.tolist(), rate.round(1).tolist())))
check("8.2", np.interp(15.0, rate, sigma))

# %%
# Exercise 8.3
# ------------
# The escape rate is 100 Hz · exp(3/2) = 448 Hz, or 0.448 per ms. The probability of at least one spike in 1
# ms is 0.36; the product of rate and time, 0.45, would be too much.

rho = 0.1 * np.exp(3.0 / 2.0)               # 1/ms
check("8.3", 1.0 - np.exp(-rho * 1.0))

# %%
# Exercise 8.4
# ------------
# The fit gives the amplitude, too, which would tell R if the width of the threshold was known.

current, spike_times = recording()
lag, average = spike_triggered_average(spike_times, current, before=80.0, dt=1.0)
excess = average - current.mean()
(amplitude, tau), _ = curve_fit(lambda s, a, tau: a * np.exp(s / tau), lag[:-1], excess[:-1], p0=(1.0, 10.0))
print(f"{amplitude:.2f} nA, {tau:.1f} ms")
check("8.4", tau)
