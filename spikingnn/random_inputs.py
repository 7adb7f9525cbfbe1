"""Groups of random spike trains: Poisson counts of any rate, and renewal processes."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from ._util import checks
from ._util.typing import Scalar
from .encoding import GammaRenewal, PoissonCounts
from .groups import NeuronGroup


__all__ = ["GammaInput", "PoissonInput"]


class _RateInput(NeuronGroup):
    """A group to which a run gives rates."""

    takes_synapses = False

    def check_stimulus(self, value: Any) -> Any:
        """Return the rates of a run in Hz, which are added to the group's own; refuse negative ones."""
        return checks.non_negative(self.name, "input", value)


class PoissonInput(_RateInput):
    """n independent Poisson processes of any rate, with as many spikes per step as there are.

    A unit stands for one source, or for many: 1,000 excitatory neurons that fire at 5 Hz are one unit at
    5,000 Hz. The number of spikes of a step is its state "count", which every `SynapseGroup` from it
    delivers, times the weight, through any synapse model and with one delay. ``inputs={group: rates}`` adds
    to the rate, in Hz: a number, (n,), or (rows, n) in time. As there are no single spikes, plasticity rules
    and spike monitors need ``InputGroup(n, PoissonEncoder(max_rate))``; ``StateMonitor(group, "count")``
    records the counts.

    Parameters
    ----------
    n : int
        Number of units.
    rate : float or array (n,)
        Hz: mean rate.
    name : str, optional
        Name; None: class and ordinal in the network. Random streams go by it.
    positions : array (n, d), optional
        Where each unit is, in any unit of length; (n,) is (n, 1).

    Raises
    ------
    ValueError, TypeError
        If `n` is no positive whole number, or a rate is negative or not finite.

    Examples
    --------
    Each of two neurons gets excitation and inhibition that balance on average:

    >>> from spikingnn import DeltaSynapse, LIFGroup, Network, OneToOne, PoissonInput, SynapseGroup
    >>> excitation, inhibition, neurons = PoissonInput(2, 8000.0), PoissonInput(2, 2000.0), LIFGroup(2)
    >>> synapses = [SynapseGroup(excitation, neurons, OneToOne(0.1), DeltaSynapse()),
    ...             SynapseGroup(inhibition, neurons, OneToOne(-0.4), DeltaSynapse())]
    >>> Network(excitation, inhibition, neurons, synapses, dt=0.1, seed=0).run(100.0)
    >>> bool(abs(neurons["v"] + 65.0).max() < 10.0)
    True
    """

    def __init__(self, n: int, rate: Scalar = 0.0, name: str | None = None,
                 positions: ArrayLike | None = None) -> None:
        super().__init__(n, PoissonCounts(rate), name, positions)


class GammaInput(_RateInput):
    """n independent renewal processes with gamma-distributed intervals, which spike at most once per step.

    ``inputs={group: rates}`` adds to the rate, in Hz: a number, (n,), or (rows, n) in time.

    Parameters
    ----------
    n : int
        Number of units.
    rate : float or array (n,)
        Hz: mean rate.
    shape : float or array (n,)
        The coefficient of variation of the intervals is 1/sqrt(shape): 1 for Poisson trains, less for
        larger shapes.
    name : str, optional
        Name; None: class and ordinal in the network. Random streams go by it.
    positions : array (n, d), optional
        Where each unit is, in any unit of length; (n,) is (n, 1).

    Raises
    ------
    ValueError, TypeError
        If `n` is no positive whole number, a rate is negative, or a shape is not positive.

    Examples
    --------
    >>> from spikingnn import GammaInput, Network, SpikeMonitor
    >>> inputs = GammaInput(1, rate=100.0, shape=1e4)
    >>> spikes = SpikeMonitor(inputs)
    >>> Network(inputs, spikes, dt=0.1, seed=0).run(1000.0)
    >>> len(spikes.t)
    100
    """

    def __init__(self, n: int, rate: Scalar = 0.0, shape: Scalar = 2.0, name: str | None = None,
                 positions: ArrayLike | None = None) -> None:
        super().__init__(n, GammaRenewal(rate, shape), name, positions)
