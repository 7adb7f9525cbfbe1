"""A leaky integrate-and-fire neuron with a Poisson input of its own: what a user's own neuron model looks
like."""
import math
from dataclasses import dataclass

import numpy as np

from spikingnn.engine.plugin import NeuronModel, rows, step_kernel, uniform


MOST = 16   # jumps in one step; at the two expected in the Brunel network, more have a probability of 1e-11


@dataclass(frozen=True, eq=False)
class PoissonLIF(NeuronModel):
    """tau_m dv/dt = -(v - v_rest), and v jumps by `jump` at each event of a Poisson process of `rate`, drawn
    for every neuron alone.

    The number of jumps in a step is drawn by inversion: as many as there are values of the cumulative
    distribution below a uniform number. Comparing with all of them, rather than stopping at the first, is
    what lets the compiler take several neurons at once.
    """

    tau_m: float = 20.0             # ms    membrane time constant
    v_rest: float = 0.0             # mV    resting potential
    v_threshold: float = 20.0       # mV    firing threshold
    v_reset: float = 10.0           # mV    potential after a spike
    t_refractory: float = 2.0       # ms    absolute refractory period
    rate: float = 20_000.0          # Hz    of all external inputs together
    jump: float = 0.1               # mV    jump at each event

    states = ("v", "refractory")

    def step_coefficients(self, dt):
        """The decay of one step, steps of refractoriness, and the cumulative distribution of the jumps in a
        step."""
        expected = self.rate * dt / 1000.0
        weights = [math.exp(-expected) * expected**k / math.factorial(k) for k in range(MOST)]
        return (math.exp(-dt / self.tau_m), self.v_rest, self.v_threshold, self.v_reset,
                round(self.t_refractory / dt), self.jump, *np.cumsum(weights))

    def initial(self, n, key):
        """At rest, not refractory."""
        return self.v_rest, 0.0

    @step_kernel(draws_per_unit=1)
    def step(state, coefficients, current, conductance, spikes, dt, key):
        v, refractory = rows(state, 2)
        keep, v_rest, v_threshold, v_reset, hold, jump = (coefficients[0], coefficients[1], coefficients[2],
                                                          coefficients[3], coefficients[4], coefficients[5])
        cumulative = coefficients[6:]
        for i in range(v.size):
            u = uniform(key, i)
            events = 0.0
            for k in range(MOST):
                events += 1.0 if u > cumulative[k] else 0.0
            w = v_rest + (v[i] + jump * events - v_rest) * keep
            waits = refractory[i] > 0.0
            w = v_reset if waits else w
            fires = w >= v_threshold and not waits
            v[i] = v_reset if fires else w
            refractory[i] = hold if fires else max(refractory[i] - 1.0, 0.0)
            spikes[i] = fires

    step.variants = ("homogeneous",)          # one set of parameters for all neurons of a group
