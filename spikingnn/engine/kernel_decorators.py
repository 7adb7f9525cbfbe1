"""The decorators that mark kernels, one per kind, and what each kind receives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, overload

from .._util import checks
from .kernel import Kernel


__all__ = ["coupling_kernel", "efficacy_kernel", "filter_kernel", "on_post_kernel", "on_pre_kernel",
           "on_tick_kernel", "release_kernel", "step_kernel"]


@overload
def step_kernel(function: Callable[..., Any], *, draws_per_unit: int | None = None,
                remembers_current: bool = False) -> Kernel: ...


@overload
def step_kernel(*, draws_per_unit: int | None = None,
                remembers_current: bool = False) -> Callable[[Callable[..., Any]], Kernel]: ...


def step_kernel(function: Callable[..., Any] | None = None, *, draws_per_unit: int | None = None,
                remembers_current: bool = False) -> Any:
    """Mark a function as the step of a neuron model or an encoder: it advances n units by one step.

    The function is ``step(state, coefficients, current, conductance, spikes, dt, key)``:

    - ``state``: (n_states, n), to be unpacked with `rows` and written in place
    - ``coefficients``: what ``step_coefficients(dt)`` returned, unpacked with `rows` and read unit by unit
    - ``current``: (n,) nA; for an encoder the stimulus in [0, 1]
    - ``conductance``: (2, n) with g in µS and g·E in nA, or (2, 0) if no synapse sends conductances
    - ``spikes``: (n,) bool, all False; set where a unit spikes
    - ``dt``: ms; ``key``: new in each step, ``uniform(key, i)`` is the random number of unit i

    Parameters
    ----------
    function : function
        A plain Python function that Numba can compile. It stands in the class body without ``self``.
    draws_per_unit : int, optional
        Promises that the step treats units alike and singly, so that threads may share the units of a group:
        it draws 0, no random numbers; 1, ``uniform(key, i)`` or ``exponential(key, i)``; 2,
        ``normal(key, i)``; k, numbers k·i to k·i + k - 1. It looks at arrays of two axes by `rows` alone.
    remembers_current : bool
        Promises that the step keeps what it needs of `current`, which may then be empty, (0,), where it is
        that of the step before.

    Returns
    -------
    Kernel
        The kernel, which is compiled at its first use.

    Raises
    ------
    TypeError
        If the function takes other arguments.

    Examples
    --------
    A perfect integrator that spikes when it has collected one nA·ms:

    >>> from dataclasses import dataclass
    >>> from spikingnn import NeuronGroup, NeuronModel, rows, step_kernel
    >>> @dataclass(frozen=True, eq=False)
    ... class Integrator(NeuronModel):
    ...     @step_kernel
    ...     def step(state, coefficients, current, conductance, spikes, dt, key):
    ...         (v,) = rows(state, 1)
    ...         for i in range(v.size):
    ...             v[i] += current[i] * dt
    ...             spikes[i] = v[i] >= 1.0
    ...             if spikes[i]:
    ...                 v[i] = 0.0
    >>> group = NeuronGroup(2, Integrator())
    >>> group.step([1.0, 3.0], dt=0.5), group["v"]
    (array([False,  True]), array([0.5, 0. ]))
    """
    if draws_per_unit is not None:
        checks.integer("step_kernel", "draws_per_unit", draws_per_unit, minimum=0)
    if function is None:
        return partial(step_kernel, draws_per_unit=draws_per_unit, remembers_current=remembers_current)
    return Kernel(function, ("homogeneous", "heterogeneous"), draws_per_unit, remembers_current)


def filter_kernel(function: Callable[..., Any]) -> Kernel:
    """Mark a function as the filter of a synapse model: from arriving weights to currents or conductances.

    The function is ``filter(state, coefficients, v, current, conductance, dt, key)``. It is called in every
    step, after all spikes of the step have arrived, once for all connections to a group whose synapse
    models are equal:

    - ``state``: (n_states, n), to be unpacked with `rows`; the weights that arrived in this step were added
      to row 0. The filter advances it by one step
    - ``coefficients``: what ``step_coefficients(dt)`` returned, to be unpacked with `rows`
    - ``v``: (n,) membrane potentials of the targets at the start of the step, to be read only
    - ``current``: (n,) nA, to which the filter adds the mean of its current over the step
    - ``conductance``: (2, n) with g in µS and g·E in nA, to which the filter adds; (2, 0) unless a synapse
      sends conductances
    - ``dt``: ms
    - ``key``: new in each step; ``uniform(key, i)`` is the random number of unit i

    Parameters
    ----------
    function : function
        A plain Python function that Numba can compile. It stands in the class body without ``self``.

    Returns
    -------
    Kernel
        The kernel, which is compiled at its first use.

    Raises
    ------
    TypeError
        If the function takes other arguments.

    Examples
    --------
    A rectangular current that lasts one step:

    >>> from dataclasses import dataclass
    >>> from spikingnn import Synapse, filter_kernel, rows
    >>> @dataclass(frozen=True, eq=False)
    ... class Pulse(Synapse):
    ...     @filter_kernel
    ...     def filter(state, coefficients, v, current, conductance, dt, key):
    ...         (s,) = rows(state, 1)
    ...         for i in range(s.size):
    ...             current[i] += s[i]
    ...             s[i] = 0.0
    >>> Pulse().filter.variants
    ('homogeneous_filter', 'heterogeneous_filter')
    """
    return Kernel(function, ("homogeneous_filter", "heterogeneous_filter"))


def coupling_kernel(function: Callable[..., Any]) -> Kernel:
    """Mark a function of the states on both sides of a synapse, for `GradedSynapse`.

    The function is ``coupling(pre, post)`` with the state of the source and that of the target, and returns
    a number. It is called in every step, once per synapse.

    Parameters
    ----------
    function : function
        A plain Python function that Numba can compile.

    Returns
    -------
    Kernel
        The kernel, which is compiled at its first use.

    Raises
    ------
    TypeError
        If the function takes other arguments.

    Examples
    --------
    >>> import math
    >>> from spikingnn import GradedSynapse, coupling_kernel
    >>> @coupling_kernel
    ... def sine(pre, post):
    ...     return math.sin(pre - post)
    >>> GradedSynapse("theta", sine)
    GradedSynapse(state='theta', function=sine, target_state=None)
    """
    return Kernel(function, ("coupling",))


def on_pre_kernel(function: Callable[..., Any]) -> Kernel:
    """Mark a hook of a plasticity rule: a presynaptic spike arrives at its m targets.

    The function is ``on_pre(weight, state, pre, post, params, t, key)``. It is called after the spike has
    been delivered with the old weights:

    - `weight`: (m,), to be changed in place
    - `state`: (k, m), the rows that the rule names in ``synapse_state``, to be changed in place
    - `pre`: (p,) presynaptic traces of the neuron that spiked
    - `post`: (q, m) postsynaptic traces of its targets
    - `params`: what ``step_coefficients(dt)`` returned
    - `t`: ms, the beginning of the step
    - `key`: new at each call; ``uniform(key, s)`` is the random number of synapse s

    Parameters
    ----------
    function : function
        A plain Python function that Numba can compile. It stands in the class body without ``self``.

    Returns
    -------
    Kernel
        The kernel, which is compiled at its first use.

    Raises
    ------
    TypeError
        If the function takes other arguments.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from spikingnn import Rule, on_pre_kernel
    >>> @dataclass(frozen=True)
    ... class Fatigue(Rule):
    ...     share: float = 0.1
    ...
    ...     @on_pre_kernel
    ...     def on_pre(weight, state, pre, post, params, t, key):
    ...         for s in range(weight.size):
    ...             weight[s] *= 1.0 - params[0]
    >>> Fatigue().on_pre.variants
    ('on_pre',)
    """
    return Kernel(function, ("on_pre",))


def on_post_kernel(function: Callable[..., Any]) -> Kernel:
    """Mark a hook of a plasticity rule: a postsynaptic neuron spiked; the hook sees its m synapses.

    The function is ``on_post(weight, state, pre, post, params, t, key)``:

    - `weight`: (m,), to be changed in place
    - `state`: (k, m), the rows that the rule names in ``synapse_state``, to be changed in place
    - `pre`: (p, m) presynaptic traces of the sources
    - `post`: (q,) postsynaptic traces of the neuron that spiked
    - `params`: what ``step_coefficients(dt)`` returned
    - `t`: ms, the beginning of the step
    - `key`: new at each call; ``uniform(key, s)`` is the random number of synapse s

    Parameters
    ----------
    function : function
        A plain Python function that Numba can compile. It stands in the class body without ``self``.

    Returns
    -------
    Kernel
        The kernel, which is compiled at its first use.

    Raises
    ------
    TypeError
        If the function takes other arguments.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from spikingnn import ADD, Rule, on_post_kernel
    >>> @dataclass(frozen=True)
    ... class Reward(Rule):
    ...     eta: float = 0.01
    ...
    ...     def pre_traces(self):
    ...         return ((20.0, ADD),)
    ...
    ...     @on_post_kernel
    ...     def on_post(weight, state, pre, post, params, t, key):
    ...         for s in range(weight.size):
    ...             weight[s] += params[0] * pre[0, s]
    >>> Reward().on_post.variants
    ('on_post',)
    """
    return Kernel(function, ("on_post",))


def on_tick_kernel(function: Callable[..., Any]) -> Kernel:
    """Mark a hook of a plasticity rule: called every `interval` ms per postsynaptic neuron, spike or not.

    The function is ``on_tick(weight, state, pre, post, params, t, key)`` with the arguments of
    `on_post_kernel`: `weight` (m,) and `state` (k, m) of the neuron's m synapses, `pre` (p, m) the traces of
    their sources, `post` (q,) the neuron's own traces. It is meant for slow changes: decay, normalisation,
    reward. The time between two calls is the attribute `interval` of the rule.

    Parameters
    ----------
    function : function
        A plain Python function that Numba can compile. It stands in the class body without ``self``.

    Returns
    -------
    Kernel
        The kernel, which is compiled at its first use.

    Raises
    ------
    TypeError
        If the function takes other arguments.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from spikingnn import Rule, on_tick_kernel
    >>> @dataclass(frozen=True)
    ... class Decay(Rule):
    ...     factor: float = 0.999
    ...     interval: float = 10.0
    ...
    ...     @on_tick_kernel
    ...     def on_tick(weight, state, pre, post, params, t, key):
    ...         for s in range(weight.size):
    ...             weight[s] *= params[0]
    >>> Decay().step_coefficients(0.1)
    (0.999, 10.0)
    """
    return Kernel(function, ("on_post",))


def efficacy_kernel(function: Callable[..., Any]) -> Kernel:
    """Mark a hook of a plasticity rule: it returns the factor that scales what a presynaptic spike delivers.

    The function is ``efficacy(pre, params, t, key)`` with `pre` (p,) the presynaptic traces of the neuron
    that spiked, which it may write, and `params`, `t` and `key` as in `on_pre_kernel`. All synapses of the
    spike share the factor; `release_kernel` has one for each.

    Parameters
    ----------
    function : function
        A plain Python function that Numba can compile. It stands in the class body without ``self``.

    Returns
    -------
    Kernel
        The kernel, which is compiled at its first use.

    Raises
    ------
    TypeError
        If the function takes other arguments.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from spikingnn import Rule, efficacy_kernel
    >>> @dataclass(frozen=True)
    ... class Half(Rule):
    ...     @efficacy_kernel
    ...     def efficacy(pre, params, t, key):
    ...         return 0.5
    >>> Half().efficacy.python(None, None, 0.0, 1)
    0.5
    """
    return Kernel(function, ("efficacy",))


def release_kernel(function: Callable[..., Any]) -> Kernel:
    """Mark a hook of a plasticity rule: it scales what a presynaptic spike delivers at each of its synapses.

    The function is ``release(factor, state, pre, post, params, t, key)``. It is called before the spike is
    delivered; `factor` (m,) is one, or what rules before this one have made of it, and is to be multiplied in
    place. The others are those of `on_pre_kernel`.

    Parameters
    ----------
    function : function
        A plain Python function that Numba can compile. It stands in the class body without ``self``.

    Returns
    -------
    Kernel
        The kernel, which is compiled at its first use.

    Raises
    ------
    TypeError
        If the function takes other arguments.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from spikingnn import Rule, release_kernel, uniform
    >>> @dataclass(frozen=True)
    ... class Unreliable(Rule):
    ...     probability: float = 0.5
    ...
    ...     @release_kernel
    ...     def release(factor, state, pre, post, params, t, key):
    ...         for s in range(factor.size):
    ...             factor[s] *= 1.0 if uniform(key, s) < params[0] else 0.0
    >>> Unreliable().release.variants
    ('release',)
    """
    return Kernel(function, ("release",))
