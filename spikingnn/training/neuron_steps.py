"""One step of a spiking unit, forward and back, over all samples and neurons at once.

u is the membrane before the test for a spike, s the spike, θ the threshold, β the decay. What of the last step is carried into
this one depends on the reset:

    subtract    u_t = β (u_{t−1} − θ s_{t−1}) + I_t         s_t = [u_t ≥ θ]        FirstOrderLIF(reset="subtract")
    zero        u_t = β u_{t−1} (1 − s_{t−1}) + I_t         s_t = [u_t ≥ θ]        FirstOrderLIF(reset="value")
    late        u_t = β u_{t−1} − θ s_{t−1} + I_t           s_t = [u_t > θ]        the Leaky neuron of snnTorch

Going back, with `after` = dL/du_{t+1}, `ds` = dL/ds_t from the layers above and `slope` the surrogate at u_t − θ:

    dL/du_t = (ds + after ∂u_{t+1}/∂s_t) slope + after ∂u_{t+1}/∂u_t

where the first `after` term is left out if the reset is detached. Rows are samples, columns neurons; all of one float type.
"""

from __future__ import annotations

from numba.extending import register_jitable

from ..engine.jit import jitted


__all__ = ["RESETS"]

RESETS = {"subtract": 0, "zero": 1, "late": 2}
SUBTRACT, ZERO, LATE = RESETS.values()


@register_jitable
def carried(u, s, decay, threshold, reset):
    """What the last step leaves to this one."""
    if reset == SUBTRACT:
        return decay * (u - threshold * s)
    if reset == ZERO:
        return decay * (u - u * s)
    return decay * u - threshold * s


@register_jitable
def carried_slopes(u, s, decay, threshold, reset):
    """The derivatives of `carried` by u, s, decay and threshold."""
    if reset == SUBTRACT:
        return decay, -decay * threshold, u - threshold * s, -decay * s
    if reset == ZERO:
        return decay - decay * s, -decay * u, u - u * s, s - s
    return decay, -threshold, u, -s


@jitted()
def lif_forward(current, last, fired, decay, threshold, reset, u, s):
    """u_t and s_t from I_t, u_{t−1} (`last`) and s_{t−1} (`fired`)."""
    zero = u.dtype.type(0)
    one = u.dtype.type(1)
    for b in range(u.shape[0]):
        for j in range(u.shape[1]):
            new = carried(last[b, j], fired[b, j], decay[j], threshold[j], reset) + current[b, j]
            u[b, j] = new
            over = new > threshold[j] if reset == LATE else new >= threshold[j]
            s[b, j] = one if over else zero


@jitted()
def lif_backward(ds, slope, after, u, s, decay, threshold, reset, detach, du, d_decay, d_threshold):
    """dL/du_t, and what the step adds to the gradients of decay and threshold, unless these are empty."""
    learned = d_decay.size > 0
    for b in range(u.shape[0]):
        for j in range(u.shape[1]):
            by_u, by_s, by_decay, by_threshold = carried_slopes(u[b, j], s[b, j], decay[j], threshold[j], reset)
            into = ds[b, j] if detach else ds[b, j] + after[b, j] * by_s
            through = into * slope[b, j]
            du[b, j] = through + after[b, j] * by_u
            if learned:
                d_decay[j] += after[b, j] * by_decay
                d_threshold[j] += after[b, j] * by_threshold - through


@jitted()
def alif_forward(current, last, fired, before, raised, decay, threshold, reset, fade, step, u, s, rise):
    """The same where each spike raises the threshold: θ_t = θ + fade·r_{t−1}, r_t = fade·r_{t−1} + step·s_t.

    `raised` is r_{t−1}, `before` r_{t−2}; a reset by subtraction takes the raised threshold away.
    """
    zero = u.dtype.type(0)
    one = u.dtype.type(1)
    for b in range(u.shape[0]):
        for j in range(u.shape[1]):
            reached = threshold[j] + fade[j] * before[b, j]
            level = threshold[j] + fade[j] * raised[b, j]
            new = carried(last[b, j], fired[b, j], decay[j], reached, reset) + current[b, j]
            u[b, j] = new
            over = new > level if reset == LATE else new >= level
            s[b, j] = one if over else zero
            rise[b, j] = fade[j] * raised[b, j] + step[j] * s[b, j]


@jitted()
def alif_backward(ds, slope, after, u, s, raised, decay, threshold, reset, detach, fade, step, du, d_rise,
                  d_decay, d_threshold, d_fade, d_step):
    """dL/du_t, and what the step adds to the gradients; `d_rise` arrives as dL/dr_t and leaves as dL/dr_{t−1}."""
    for b in range(u.shape[0]):
        for j in range(u.shape[1]):
            level = threshold[j] + fade[j] * raised[b, j]
            by_u, by_s, by_decay, by_level = carried_slopes(u[b, j], s[b, j], decay[j], level, reset)
            into = ds[b, j] + d_rise[b, j] * step[j]
            through = (into if detach else into + after[b, j] * by_s) * slope[b, j]
            du[b, j] = through + after[b, j] * by_u
            d_level = after[b, j] * by_level - through
            d_decay[j] += after[b, j] * by_decay
            d_threshold[j] += d_level
            d_step[j] += d_rise[b, j] * s[b, j]
            d_fade[j] += (d_level + d_rise[b, j]) * raised[b, j]
            d_rise[b, j] = fade[j] * (d_level + d_rise[b, j])
