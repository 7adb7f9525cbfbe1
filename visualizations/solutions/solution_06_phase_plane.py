r"""
Solution of lesson 6: The phase plane, and neurons of type I and II
===================================================================
"""

# %%
# Exercise 6.1
# ------------
# With :math:`w = 2u + 2` the first equation is :math:`-u^3 - u - 2 + I = 0`, which has one real root.

import numpy as np

from spikingnn import Equations, Network, NeuronGroup, SpikeMonitor
from spikingnn.lessons import check

roots = np.roots([-1.0, 0.0, -1.0, 0.5 - 2.0])
u = roots[np.isreal(roots)].real[0]
neuron = Equations("""du/dt = u*(1 - u**2) - w + I
                      dw/dt = epsilon*(u - 0.5*w + 1)""", epsilon=0.1)
print(f"root: {u:.4f}, fixed_points: {neuron.fixed_points(0.5)[0]['u']:.4f}")
check("6.1", u)

# %%
# Exercise 6.2
# ------------
# The trace :math:`1 - 3u^2 - \varepsilon/2` vanishes at :math:`u = -\sqrt{0.95/3}`.

u = -np.sqrt((1.0 - 0.05) / 3.0)
current = (2.0 * u + 2.0) - u * (1.0 - u**2)
print(f"stable at {current - 0.01:.3f}: {neuron.fixed_points(current - 0.01)[0].is_stable}, "
      f"at {current + 0.01:.3f}: {neuron.fixed_points(current + 0.01)[0].is_stable}")
check("6.2", current)

# %%
# Exercise 6.3
# ------------
# Halving the interval between a current with three fixed points and one with a single one.

first = Equations("""
    dv/dt = (I - g_Ca*m_inf*(v - v_Ca) - g_K*n*(v - v_K) - g_L*(v - v_L))/C : mV
    dn/dt = phi*(n_inf - n)*cosh((v - v_3)/(2*v_4)) : 1
    m_inf = 0.5*(1 + tanh((v - v_1)/v_2)) : 1
    n_inf = 0.5*(1 + tanh((v - v_3)/v_4)) : 1""", threshold="v > 0", initial="rest", C=20.0, g_K=8.0, g_L=2.0,
                  v_Ca=120.0, v_K=-84.0, v_L=-60.0, v_1=-1.2, v_2=18.0, phi=0.067, g_Ca=4.0, v_3=12.0,
                  v_4=17.4)
three, one = 30.0, 50.0
while one - three > 0.001:
    middle = (three + one) / 2.0
    if len(first.fixed_points(middle)) == 3:
        three = middle
    else:
        one = middle
critical = (three + one) / 2.0
print(f"{critical:.2f} nA")
check("6.3", critical)

# %%
# Exercise 6.4
# ------------
# The law says :math:`\sqrt{0.4/0.1} = 2`. The measured factor comes close to it:

group = NeuronGroup(2, first)
spikes = SpikeMonitor(group)
Network(group, spikes, dt=0.1).run(20000.0, inputs={group: critical + np.array([0.1, 0.4])})
slow, fast = (1000.0 / np.diff(train[1:]).mean() for train in spikes.trains())
print(f"{slow:.2f} Hz and {fast:.2f} Hz: a factor {fast / slow:.2f}")
check("6.4", fast / slow)
