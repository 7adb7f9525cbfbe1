"""Populations of neurons of any model that represent vectors."""

from __future__ import annotations

from ._util.typing import ArrayLike
from .engine.plugin import NeuronModel
from .groups import NeuronGroup
from .tuned import INSTEAD, Tuned
from .tuning_curves import Range


__all__ = ["Population"]


class Population(Tuned, NeuronGroup):
    r"""A population of neurons of any model that represents a vector x in its rates.

    Each neuron has a preferred direction e of unit length, a gain and a bias; under the current

    .. math:: J = \mathrm{gain} \cdot (x \cdot e) / \mathrm{radius} + \mathrm{bias}

    it starts to fire at x · e = intercept · radius and reaches `max_rates` at x · e = radius. The bias is
    injected in every step. Gain and bias follow from the closed f–I curve of the model, or, where it has
    none, from its rates in simulations: those 1 to 2 s after the onset of a current, so that a neuron that
    adapts represents slow signals rightly and overshoots after fast changes.

    Parameters
    ----------
    n : int
        Number of neurons.
    model : NeuronModel
        Neuron model such as `AdEx`. A `FirstOrderLIF` needs ``v_floor`` at ``v_rest``: where the potential
        of silent neurons falls far below rest they answer late, and an oscillator runs some percent slow.
    dimensions : int
        Dimensions d of x.
    max_rates : float, array (n,) or tuple (low, high)
        Hz: rates at x · e = radius; a tuple is a range to draw from uniformly. Spikes lie on the grid of
        time steps: at dt = 1 ms a neuron of 400 Hz fires at 333 Hz; at 0.1 ms, the default, at 400 Hz.
    intercepts : float, array (n,) or tuple (low, high)
        x · e / radius at which firing starts, from -1 to below 1; a tuple is a range.
    seed : int, optional
        Seed of the tuning curves; None: they are drawn from the network's seed when the network is built.
    name : str, optional
        Name; None: class and ordinal in the network.
    positions : array (n, d), optional
        Where each neuron is, in any unit of length; (n,) is (n, 1).
    encoders : array (k, d), optional
        Preferred directions, which the neurons take in turn, of any length; None: all directions evenly.
    radius : float
        Length of the longest vectors that are represented.
    eval_points : array (m, d), optional
        Vectors at which decoders are fitted; None: 2,000, evenly spread in the ball of that radius.

    Raises
    ------
    ValueError
        If the model cannot fire at `max_rates`, or another value is out of range.

    References
    ----------
    Eliasmith & Anderson, *Neural Engineering* (2003), chapter 4.

    Examples
    --------
    >>> from spikingnn import AdEx, Population
    >>> population = Population(50, AdEx(), dimensions=1, max_rates=(40.0, 80.0), seed=1)
    >>> rate = population.tuning_curves(population.encoders[:1])[0, 0]
    >>> rate.round() == population.tuning.drawn[1][0].round()
    np.True_
    """

    instead = NeuronGroup.instead | INSTEAD

    def __init__(self, n: int, model: NeuronModel, dimensions: int, max_rates: Range = (100.0, 200.0),
                 intercepts: Range = (-0.9, 0.9), seed: int | None = None, name: str | None = None,
                 positions: ArrayLike | None = None, encoders: ArrayLike | None = None, radius: float = 1.0,
                 eval_points: ArrayLike | None = None) -> None:
        super().__init__(n, model, name, positions)
        self._tune(dimensions, max_rates, intercepts, seed, encoders, radius, eval_points)
