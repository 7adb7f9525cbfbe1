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

where the term with ∂D/∂s is left out if the reset is detached. Arrays are (steps, rows, columns) of one
float type: neurons are independent of each other, so that any number of them makes a row, and what belongs to
a neuron is (columns,). `silence` is zeros, (columns,), and `scratch` a row of zeros and one more.
Currents and gradients from above may have one step, which holds for all.
"""

from __future__ import annotations

from numba.extending import register_jitable

from ..engine.jit import jitted
from .surrogate import Surrogate, arctan, fast_sigmoid, straight_through, triangular


__all__ = ["GIVEN", "KINDS", "LATE", "RESETS", "alif_backward", "alif_forward", "decay_and_reset",
           "kind_of", "lif_backward", "lif_forward"]

RESETS = {"subtract": 0, "zero": 1, "late": 2}
SUBTRACT, ZERO, LATE = RESETS.values()

# the surrogates that are compiled here; the slopes of others are given
KINDS = {triangular: 1, arctan: 2, fast_sigmoid: 3, straight_through: 4}
GIVEN, (TRIANGULAR, ARCTAN, FAST_SIGMOID, _) = 0, KINDS.values()


def kind_of(surrogate: Surrogate) -> int:
    """Return the number of a surrogate in `KINDS`, or GIVEN."""
    return next((kind for known, kind in KINDS.items() if known is surrogate), GIVEN)


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
def lif_forward(currents, silence, decay, threshold, reset, first, last, u, s):
    """Write u_t and s_t of units that do not adapt for the steps `first` to before `last`."""
    zero, one = u.dtype.type(0), u.dtype.type(1)
    for b in range(u.shape[1]):             # all steps of a row in turn: the last one is still in the cache
        for t in range(first, last):
            last_u, last_s = (u[t - 1, b], s[t - 1, b]) if t else (silence, silence)
            current, new_u, new_s = currents[t % currents.shape[0], b], u[t, b], s[t, b]
            for j in range(new_u.size):
                new = decay_and_reset(last_u[j], last_s[j], decay[j], threshold[j], reset) + current[j]
                new_u[j] = new
                over = new > threshold[j] if reset == LATE else new >= threshold[j]
                new_s[j] = one if over else zero


@jitted()
def lif_backward(ds, kind, width, slopes, scratch, u, s, decay, threshold, reset, detach, first, last, du,
                 total, d_decay, d_threshold):
    """Write dL/du_t for the steps `first` to before `last`, whose followers are known.

    `total` is set to their sum, and the gradients of decay and threshold grow, unless these are empty; where
    only the sum is wanted, `du` may have one row that is used for all. The slopes are those of a surrogate in
    `KINDS`, or given: (last − first, rows, columns).
    """
    nothing, through = scratch[0], scratch[1]
    for b in range(u.shape[1]):
        place = b % du.shape[1]
        for t in range(last - 1, first - 1, -1):
            du_next = du[t + 1, place] if t + 1 < du.shape[0] else nothing
            above, u_t, s_t, du_t = ds[t % ds.shape[0], b], u[t, b], s[t, b], du[t, place]
            for j in range(through.size):
                through[j] = slopes[t - first, b, j] if kind == GIVEN else u_t[j] - threshold[j]
            if kind != GIVEN:
                distance_to_slope(kind, through, width)
            for j in range(through.size):
                by_u, by_s, _, _ = decay_and_reset_slopes(u_t[j], s_t[j], decay[j], threshold[j], reset)
                into = above[j] if detach else above[j] + du_next[j] * by_s
                through[j] = into * through[j]
                du_t[j] = through[j] + du_next[j] * by_u
            # loops of their own: a branch in the other would keep it scalar
            for j in range(d_decay.size):
                _, _, by_decay, _ = decay_and_reset_slopes(u_t[j], s_t[j], decay[j], threshold[j], reset)
                d_decay[j] += du_next[j] * by_decay
            for j in range(d_threshold.size):
                _, _, _, by_threshold = decay_and_reset_slopes(u_t[j], s_t[j], decay[j], threshold[j], reset)
                d_threshold[j] += du_next[j] * by_threshold - through[j]
        if total.size:
            _add_up(du, place, first, last, total[b])


@register_jitable
def _add_up(du, b, first, last, total):
    for j in range(total.size):
        total[j] = du[first, b, j]
    for t in range(first + 1, last):
        for j in range(total.size):
            total[j] += du[t, b, j]


@register_jitable
def distance_to_slope(kind, x, width):
    """Replace distances to the threshold by the slope of a surrogate, as the functions of `surrogate` do."""
    zero, one = x.dtype.type(0), x.dtype.type(1)
    if kind == TRIANGULAR:
        for j in range(x.size):
            slope = one - abs(x[j]) / width
            x[j] = zero if slope < zero else slope
    elif kind == ARCTAN:
        for j in range(x.size):
            x[j] = one / (one + (x[j] / width) * (x[j] / width))
    elif kind == FAST_SIGMOID:
        for j in range(x.size):
            root = one + abs(x[j]) / width
            x[j] = one / (root * root)
    else:
        for j in range(x.size):
            x[j] = one


@jitted()
def alif_forward(currents, silence, decay, threshold, reset, threshold_decay, threshold_step, first, last, u,
                 s, adaptation):
    """Write u_t, s_t and the adaptation of adaptive units for the steps `first` to before `last`; r_t is
    adaptation[t + 2].
    """
    zero, one = u.dtype.type(0), u.dtype.type(1)
    for b in range(u.shape[1]):
        for t in range(first, last):
            current = currents[t % currents.shape[0], b]
            last_u, last_s = (u[t - 1, b], s[t - 1, b]) if t else (silence, silence)
            for j in range(decay.size):
                # the adaptation before the last step is in the threshold that the last step reached
                reached = threshold[j] + threshold_decay[j] * adaptation[t, b, j]
                level = threshold[j] + threshold_decay[j] * adaptation[t + 1, b, j]
                new = decay_and_reset(last_u[j], last_s[j], decay[j], reached, reset) + current[j]
                u[t, b, j] = new
                over = new > level if reset == LATE else new >= level
                s[t, b, j] = one if over else zero
                adaptation[t + 2, b, j] = (threshold_decay[j] * adaptation[t + 1, b, j]
                                           + threshold_step[j] * s[t, b, j])


@jitted()
def alif_backward(ds, kind, width, slopes, scratch, u, s, adaptation, decay, threshold, reset, detach,
                  threshold_decay, threshold_step, first, last, du, total, d_adaptation, d_decay,
                  d_threshold, d_threshold_decay, d_threshold_step):
    """As `lif_backward`; `d_adaptation` arrives as dL/dr_{last − 1} and leaves as dL/dr_{first − 1}."""
    nothing, slope = scratch[0], scratch[1]
    for b in range(u.shape[1]):
        d_r, place = d_adaptation[b], b % du.shape[1]
        for t in range(last - 1, first - 1, -1):
            r = adaptation[t + 1, b]
            du_next = du[t + 1, place] if t + 1 < du.shape[0] else nothing
            for j in range(slope.size):
                level = threshold[j] + threshold_decay[j] * r[j]
                slope[j] = slopes[t - first, b, j] if kind == GIVEN else u[t, b, j] - level
            if kind != GIVEN:
                distance_to_slope(kind, slope, width)
            for j in range(decay.size):
                spike, level = s[t, b, j], threshold[j] + threshold_decay[j] * r[j]
                by_u, by_s, by_decay, by_level = decay_and_reset_slopes(u[t, b, j], spike, decay[j], level,
                                                                        reset)
                into = ds[t % ds.shape[0], b, j] + d_r[j] * threshold_step[j]
                through = (into if detach else into + du_next[j] * by_s) * slope[j]
                du[t, place, j] = through + du_next[j] * by_u
                d_level = du_next[j] * by_level - through
                d_decay[j] += du_next[j] * by_decay
                d_threshold[j] += d_level
                d_threshold_step[j] += d_r[j] * spike
                d_threshold_decay[j] += (d_level + d_r[j]) * r[j]
                d_r[j] = threshold_decay[j] * (d_level + d_r[j])
        if total.size:
            _add_up(du, place, first, last, total[b])
