r"""The equations of the spiking units, and one step of them for all samples and neurons, forward and back.

This is the one description of the units of `LIFLayer` and `ALIFLayer`; `spikingnn.training.to_network`
simulates the same equations in double precision, and `LIFLayer.neuron_model` gives them as
`spikingnn.FirstOrderLIF` or `spikingnn.ALIF`.

With the membrane u before the test for a spike, the spike s, the decay per step β, the adaptation r, its
decay κ and its step a (κ = a = 0 for units that do not adapt), each step computes the threshold, the
membrane, the spike and the adaptation:

.. math::

    \vartheta_t = \vartheta + \kappa \, r_{t-1}, \qquad
    u_t = D(u_{t-1}, s_{t-1}, \vartheta_{t-1}) + I_t, \qquad
    s_t = [u_t \ge \vartheta_t], \qquad
    r_t = \kappa \, r_{t-1} + a \, s_t

D, what decay and reset leave of the last step, depends on the kind of reset::

    "subtract"    D(u, s, ϑ) = β (u − ϑ s)          FirstOrderLIF(reset="subtract")
    "zero"        D(u, s, ϑ) = β (u − u s)          FirstOrderLIF(reset="value")
    "late"        D(u, s, ϑ) = β u − ϑ s            the Leaky neuron of snnTorch, which spikes where u > ϑ

Backwards, with the gradients ``ds`` = dL/ds_t from the layers above and ``du_next`` = dL/du_{t+1}, and with
``slope``, the surrogate at u_t − ϑ_t::

    dL/du_t = (ds + du_next ∂D/∂s) slope + du_next ∂D/∂u

where the term with ∂D/∂s is left out if the reset is detached. Rows are samples, columns neurons; all arrays
are of one float type.
"""

from __future__ import annotations

from numba.extending import register_jitable

from ..engine.jit import jitted


__all__ = ["LATE", "RESETS", "alif_backward", "alif_forward", "decay_and_reset", "lif_backward",
           "lif_forward"]

RESETS = {"subtract": 0, "zero": 1, "late": 2}
SUBTRACT, ZERO, LATE = RESETS.values()


@register_jitable
def decay_and_reset(u, s, decay, threshold, reset):
    """Return D(u, s, ϑ): what decay and reset leave of the last step."""
    if reset == SUBTRACT:
        return decay * (u - threshold * s)
    if reset == ZERO:
        return decay * (u - u * s)
    return decay * u - threshold * s


@register_jitable
def decay_and_reset_slopes(u, s, decay, threshold, reset):
    """Return the derivatives of `decay_and_reset` with respect to u, s, decay and threshold."""
    if reset == SUBTRACT:
        return decay, -decay * threshold, u - threshold * s, -decay * s
    if reset == ZERO:
        return decay - decay * s, -decay * u, u - u * s, s - s
    return decay, -threshold, u, -s


@jitted()
def lif_forward(current, last_u, last_s, decay, threshold, reset, u, s):
    """Write u_t and s_t of units that do not adapt, from I_t, u_{t−1} and s_{t−1}."""
    zero = u.dtype.type(0)
    one = u.dtype.type(1)
    for b in range(u.shape[0]):
        for j in range(u.shape[1]):
            new = decay_and_reset(last_u[b, j], last_s[b, j], decay[j], threshold[j], reset) + current[b, j]
            u[b, j] = new
            over = new > threshold[j] if reset == LATE else new >= threshold[j]
            s[b, j] = one if over else zero


@jitted()
def lif_backward(ds, slope, du_next, u, s, decay, threshold, reset, detach, du, d_decay, d_threshold):
    """Write dL/du_t, and add the step's share to the gradients of decay and threshold unless empty."""
    learned = d_decay.size > 0
    for b in range(u.shape[0]):
        for j in range(u.shape[1]):
            by_u, by_s, by_decay, by_threshold = decay_and_reset_slopes(u[b, j], s[b, j], decay[j],
                                                                        threshold[j], reset)
            into = ds[b, j] if detach else ds[b, j] + du_next[b, j] * by_s
            through = into * slope[b, j]
            du[b, j] = through + du_next[b, j] * by_u
            if learned:
                d_decay[j] += du_next[b, j] * by_decay
                d_threshold[j] += du_next[b, j] * by_threshold - through


@jitted()
def alif_forward(current, last_u, last_s, earlier_adaptation, last_adaptation, decay, threshold, reset,
                 threshold_decay, threshold_step, u, s, adaptation):
    """Write u_t, s_t and the adaptation r_t of adaptive units.

    `last_adaptation` is r_{t−1} and `earlier_adaptation` r_{t−2}, which is in the threshold that the last
    step reached.
    """
    zero = u.dtype.type(0)
    one = u.dtype.type(1)
    for b in range(u.shape[0]):
        for j in range(u.shape[1]):
            reached = threshold[j] + threshold_decay[j] * earlier_adaptation[b, j]
            level = threshold[j] + threshold_decay[j] * last_adaptation[b, j]
            new = decay_and_reset(last_u[b, j], last_s[b, j], decay[j], reached, reset) + current[b, j]
            u[b, j] = new
            over = new > level if reset == LATE else new >= level
            s[b, j] = one if over else zero
            adaptation[b, j] = threshold_decay[j] * last_adaptation[b, j] + threshold_step[j] * s[b, j]


@jitted()
def alif_backward(ds, slope, du_next, u, s, last_adaptation, decay, threshold, reset, detach,
                  threshold_decay, threshold_step, du, d_adaptation, d_decay, d_threshold, d_threshold_decay,
                  d_threshold_step):
    """Write dL/du_t and add to the gradients; `d_adaptation` arrives as dL/dr_t and leaves as dL/dr_{t−1}."""
    for b in range(u.shape[0]):
        for j in range(u.shape[1]):
            level = threshold[j] + threshold_decay[j] * last_adaptation[b, j]
            by_u, by_s, by_decay, by_level = decay_and_reset_slopes(u[b, j], s[b, j], decay[j], level, reset)
            into = ds[b, j] + d_adaptation[b, j] * threshold_step[j]
            through = (into if detach else into + du_next[b, j] * by_s) * slope[b, j]
            du[b, j] = through + du_next[b, j] * by_u
            d_level = du_next[b, j] * by_level - through
            d_decay[j] += du_next[b, j] * by_decay
            d_threshold[j] += d_level
            d_threshold_step[j] += d_adaptation[b, j] * s[b, j]
            d_threshold_decay[j] += (d_level + d_adaptation[b, j]) * last_adaptation[b, j]
            d_adaptation[b, j] = threshold_decay[j] * (d_level + d_adaptation[b, j])
