"""Voltage-based plasticity: potentiation and depression depend on the filtered postsynaptic potential."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._util import checks
from .._util.typing import Traces
from ..engine.plugin import ADD, POTENTIAL, Kernel, Rule, on_post_kernel, on_pre_kernel, on_tick_kernel
from ..engine.scalars import scalars


@on_tick_kernel
def potentiate(weight, state, pre, post, params, t, key):
    """Potentiation by the potential itself, above theta_plus."""
    a_ltp, theta_minus, theta_plus, interval, w_min, w_max = (
        params[1], params[2], params[3], params[9], params[7], params[8])
    gain = a_ltp * interval * max(post[3] - theta_plus, 0.0) * max(post[1] - theta_minus, 0.0)
    if gain > 0.0:
        x = pre[0]
        for i in range(weight.size):
            weight[i] = min(max(weight[i] + gain * x[i], w_min), w_max)


@dataclass(frozen=True, eq=False)
class Clopath(Rule):
    r"""Voltage-based STDP of Clopath et al., with the action potential of an integrate-and-fire neuron added.

    .. math::

        \text{presynaptic spike:} \quad & w \leftarrow w - A_\text{LTD} \,
        \left(\frac{\bar{\bar u}}{u_\text{ref}}\right)^2 (\bar u_- - \theta_-)_+ \\
        \text{postsynaptic spike:} \quad & w \leftarrow w + A_\text{LTP} \, \bar x \,
        (\bar u_+ - \theta_-)_+, \qquad \bar u_\pm \leftarrow \bar u_\pm + \Delta u

    The weights are clipped to [w_min, w_max]. x̄ is the trace of the presynaptic spikes, to which each adds
    one; ū₋ and ū₊ are the membrane potential, low-pass filtered with ``tau_minus`` and ``tau_plus``. An
    integrate-and-fire neuron has no action potential whose depolarisation these filters could see:
    ``spike_jump`` is what one adds to them, after the weights have changed: earlier spikes alone potentiate,
    so that potentiation grows with the rate of pairings. With a finite ``theta_plus`` it follows the
    potential u itself instead, :math:`dw/dt = A_\text{LTP}\, \bar x\, (u - \theta_+)_+ (\bar u_+ -
    \theta_-)_+`, in steps of ``interval``: for models that show the upstroke, and for clamped potentials. The
    factor of homeostasis, with ū̄ the potential above ``v_rest`` filtered with ``tau_homeostasis``, is one
    where ``u_ref`` is None.

    Parameters
    ----------
    a_ltd : float, default 0.00015
        Amplitude of depression, in the unit of the weight per mV.
    a_ltp : float, default 0.001
        Amplitude of potentiation, in the unit of the weight per mV; with ``theta_plus`` per mV² and
        ms.
    theta_minus : float, default -70.0
        mV: threshold of the filtered potentials.
    theta_plus : float, default inf
        mV: threshold of the potential for continuous potentiation; inf: potentiation at postsynaptic
        spikes.
    tau_x : float, default 15.0
        ms: decay time constant of the presynaptic trace.
    tau_minus : float, default 40.0
        ms: time constant of the filtered potential that depresses.
    tau_plus : float, default 30.0
        ms: time constant of the filtered potential that potentiates.
    spike_jump : float, default 10.0
        mV: what a postsynaptic spike adds to both filtered potentials.
    u_ref : float | None, default None
        mV: mean depolarisation at which depression has its amplitude ``a_ltd``; None: no homeostasis.
    tau_homeostasis : float, default 1000.0
        ms: time constant of the mean depolarisation.
    homeostatic_jump : float, default 0.1
        mV: what a postsynaptic spike adds to the mean depolarisation.
    v_rest : float, default -70.0
        mV: potential from which the mean depolarisation is counted.
    interval : float, default 1.0
        ms: time between two steps of continuous potentiation.
    w_min : float, default 0.0
        Lower bound of the weight.
    w_max : float, default 1.0
        Upper bound of the weight.

    Raises
    ------
    ValueError
        If a field is out of range; the message names the field.

    References
    ----------
    Clopath, Büsing, Vasilaki & Gerstner, Nat. Neurosci. 13:344 (2010).

    Examples
    --------
    A presynaptic spike depresses the synapses of a neuron that is depolarised:

    >>> from spikingnn import Clopath, FirstOrderLIF, Network, NeuronGroup, SpikeSource, SynapseGroup
    >>> pre, post = SpikeSource([[100.0]]), NeuronGroup(1, FirstOrderLIF(v_rest=-70.0))
    >>> synapses = SynapseGroup(pre, post, 0.5, rule=Clopath(a_ltd=1e-3))
    >>> Network(pre, post, synapses).run(200.0, inputs={post: 1.5})
    >>> synapses.weight.round(3)
    array([[0.487]])
    """

    a_ltd: float = 1.5e-4
    """Amplitude of depression, in the unit of the weight per mV."""
    a_ltp: float = 1e-3
    """Amplitude of potentiation, in the unit of the weight per mV; with ``theta_plus`` per mV² and ms."""
    theta_minus: float = -70.0
    """mV: threshold of the filtered potentials."""
    theta_plus: float = math.inf
    """mV: threshold of the potential for continuous potentiation; inf: potentiation at postsynaptic
    spikes."""
    tau_x: float = 15.0
    """ms: decay time constant of the presynaptic trace."""
    tau_minus: float = 40.0
    """ms: time constant of the filtered potential that depresses."""
    tau_plus: float = 30.0
    """ms: time constant of the filtered potential that potentiates."""
    spike_jump: float = 10.0
    """mV: what a postsynaptic spike adds to both filtered potentials."""
    u_ref: float | None = None
    """mV: mean depolarisation at which depression has its amplitude ``a_ltd``; None: no homeostasis."""
    tau_homeostasis: float = 1000.0
    """ms: time constant of the mean depolarisation."""
    homeostatic_jump: float = 0.1
    """mV: what a postsynaptic spike adds to the mean depolarisation."""
    v_rest: float = -70.0
    """mV: potential from which the mean depolarisation is counted."""
    interval: float = 1.0
    """ms: time between two steps of continuous potentiation."""
    w_min: float = 0.0
    """Lower bound of the weight."""
    w_max: float = 1.0
    """Upper bound of the weight."""

    def __post_init__(self) -> None:
        checks.validate_fields(self, checks.non_negative, "a_ltd", "a_ltp")
        checks.validate_fields(self, checks.number, "theta_minus", "spike_jump", "homeostatic_jump", "v_rest")
        checks.validate_fields(self, checks.number, "theta_plus", infinite=True)
        times = ("tau_x", "tau_minus", "tau_plus", "tau_homeostasis", "interval")
        checks.validate_fields(self, checks.positive, *times)
        if self.u_ref is not None:
            checks.validate_fields(self, checks.positive, "u_ref")
        checks.weight_bounds(self)
        checks.warn_if_seconds(self, *times[:4])

    @property
    def on_tick(self) -> Kernel | None:                     # type: ignore[override]
        """Continuous potentiation, where theta_plus is finite."""
        return potentiate if math.isfinite(self.theta_plus) else None

    def pre_traces(self) -> Traces:
        """Declare x̄."""
        return ((self.tau_x, ADD),)

    def post_traces(self) -> Traces:
        """Declare ū₋, ū₊, the slow average of the potential, and the potential itself."""
        slow = (self.tau_homeostasis, POTENTIAL)
        return (self.tau_minus, POTENTIAL), (self.tau_plus, POTENTIAL), slow, (0.0, POTENTIAL)

    def step_coefficients(self, dt: float) -> tuple[float, ...]:
        """Return the fields as the hooks name them; u_ref is zero for none, and v_rest comes with it."""
        interval = max(1, round(self.interval / dt)) * dt
        return (self.a_ltd, self.a_ltp, self.theta_minus, self.theta_plus, self.spike_jump,
                self.homeostatic_jump, self.u_ref or 0.0, self.w_min, self.w_max, interval, self.v_rest)

    @on_pre_kernel
    def on_pre(weight, state, pre, post, params, t, key):
        (a_ltd, a_ltp, theta_minus, theta_plus, jump, slow_jump, u_ref, w_min, w_max, interval,
         v_rest) = scalars(params, 11)
        u_minus, slow = post[0], post[2]
        for j in range(weight.size):
            amplitude = a_ltd * max(u_minus[j] - theta_minus, 0.0)
            if u_ref > 0.0:
                depolarisation = (slow[j] - v_rest) / u_ref
                amplitude *= depolarisation * depolarisation
            weight[j] = min(max(weight[j] - amplitude, w_min), w_max)

    @on_post_kernel
    def on_post(weight, state, pre, post, params, t, key):
        (a_ltd, a_ltp, theta_minus, theta_plus, jump, slow_jump, u_ref, w_min, w_max, interval,
         v_rest) = scalars(params, 11)
        gain = a_ltp * max(post[1] - theta_minus, 0.0)
        post[0] += jump
        post[1] += jump
        post[2] += slow_jump
        if theta_plus == math.inf and gain > 0.0:
            x = pre[0]
            for i in range(weight.size):
                weight[i] = min(max(weight[i] + gain * x[i], w_min), w_max)
