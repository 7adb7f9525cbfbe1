"""Continuous input without spikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .._util import checks
from ..engine.kernel_validation import call_in_python
from ..engine.plugin import Kernel, NeuronModel, Synapse


@dataclass(frozen=True, eq=False)
class GradedSynapse(Synapse):
    r"""Continuous input without spikes: in every step the current of the target increases by weight · x.

    .. math:: I_i = \sum_j w_{ji} x_j(t - d), \qquad \text{or} \qquad
        I_i = \sum_j w_{ji} f(x_j(t - d), y_i(t))

    x is a state of the source as the last step left it, or, with a delay of d steps, as it was left d steps
    ago; before the start of the simulation it was what it is then. The weight is in nA per unit of x. A
    noise current is a source such as `OrnsteinUhlenbeck` (x in nA) with weight 1. With a function of both
    sides, y is the state of the same name of the target, or `target_state`.

    Parameters
    ----------
    state : str | None, default None
        Name of the state of the source; None: the first one.
    function : Kernel | None, default None
        Function of the states of source and target, marked with `coupling_kernel`; None: x itself.
    target_state : str | None, default None
        Name of the state of the target that `function` reads; None: that of the name of `state`.

    Raises
    ------
    ValueError, TypeError
        If `state` is no name or `function` is not marked with `coupling_kernel`; where the synapses are
        made, if a group has no such state.

    Examples
    --------
    >>> from spikingnn import GradedSynapse, LIFGroup, Network, NeuronGroup, OrnsteinUhlenbeck, SynapseGroup
    >>> noise, neurons = NeuronGroup(1, OrnsteinUhlenbeck(sigma=0.2, tau=5.0)), LIFGroup(1)
    >>> synapses = SynapseGroup(noise, neurons, weight=1.0, synapse=GradedSynapse())
    >>> Network(noise, neurons, synapses, dt=0.1, seed=1).run(100.0)

    A diffusive coupling, with a delay of 2 ms:

    >>> from spikingnn import coupling_kernel
    >>> @coupling_kernel
    ... def difference(pre, post):
    ...     return pre - post
    >>> pair = LIFGroup(2)
    >>> diffusive = GradedSynapse("v", difference)
    >>> coupled = SynapseGroup(pair, pair, [[0.0, 0.1], [0.1, 0.0]], diffusive, delay=2.0)
    """

    state: str | None = None
    """Name of the state of the source; None: the first one."""
    function: Kernel | None = None
    """Function of the states of source and target, marked with `coupling_kernel`; None: x itself."""
    target_state: str | None = None
    """Name of the state of the target that `function` reads; None: that of the name of `state`."""

    unit: ClassVar[str] = "nA per unit of the source's state"
    states: ClassVar[tuple[str, ...]] = ()
    uses_spikes: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for field in ("state", "target_state"):
            name = getattr(self, field)
            if name is not None and not isinstance(name, str):
                checks.fail(self, field, name, 'the name of a state such as "v", or None', TypeError)
        if self.function is None:
            if self.target_state is not None:
                checks.fail(self, "target_state", self.target_state, "None without a function of both sides")
            return
        if not isinstance(self.function, Kernel) or "coupling" not in self.function.variants:
            accepted = "a function marked with @coupling_kernel, or None"
            checks.fail(self, "function", self.function, accepted, TypeError)
        sent, problem = call_in_python(self.function, lambda array: "", 0.25, 0.5)
        if problem is not None:
            raise problem from None
        if not isinstance(sent, (int, float, np.number)):
            checks.fail(self, "function", sent, "one that returns a number", TypeError)

    def state_rows(self, source: NeuronModel, target: NeuronModel) -> tuple[int, int]:
        """Return the rows of the source's and the target's state that take part."""
        sent = self._row("state", self.state, source)
        if self.function is None:
            return sent, 0
        return sent, self._row("target_state", self.target_state or self.state, target)

    def _row(self, field: str, name: str | None, model: NeuronModel) -> int:
        return 0 if name is None else model.states.index(checks.one_of(self, field, name, model.states))
