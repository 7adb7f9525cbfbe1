"""A Hopfield memory of spiking neurons: patterns are stored in synapses and come back as the network's own
activity."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Any, TypeVar

import numpy as np

from .._util import blas, checks
from .._util.guarded import Guarded, one_at_a_time, read_only
from .._util.typing import ArrayLike, FloatArray, Progress
from ..groups import LIFGroup
from ..monitors import SpikeMonitor, StateMonitor
from ..network import Network
from ..synapses import FirstOrderSynapse
from .binarization import warn_of_equal_patterns
from .couplings import Couplings, LearnedCouplings, LearningRule, spike_weight
from .dense_memory import DENSE_RULES
from .explanations import Explanations, picture_shape
from .learning_rules import INCREMENTAL, LEARNING_RULES, as_ridge, projection
from .pixel_units import CODINGS, DT
from .processes import recall_in_processes
from .recall_result import Recall, RecallTimes, read_recall
from .spike_learning import check_budget, learned_synapses


__all__ = ["HopfieldAssembly"]

Monitor = TypeVar("Monitor", SpikeMonitor, StateMonitor)


class HopfieldAssembly(Guarded):
    """An associative memory of n pixels, each an ON and an OFF neuron, that recalls a stored pattern from a
    corrupted cue.

    All 2n units are dimensionless `FirstOrderLIF` neurons (threshold 1, rest and reset 0) at dt = 1 ms::

        tau_m dv/dt = −v + bias + I_cue ± gain·(W z + field bias),     z_j = (ON − OFF spikes of pixel j,
        filtered) / r_sat

    with + for ON and − for OFF units: the recurrent weights are [[W, −W], [−W, W]], gain·W / (r_sat·tau_s)
    per spike. A gain far above the threshold and a refractory period of 5 ms make the rate a step function
    of the field, as the theory of Hopfield's network requires; the rate of an active unit is r_sat. A cue
    is a current of ±``cue_gain``, and it is removed.

    A memory used from several threads answers them one after the other. ``copy``, ``deepcopy`` and
    ``pickle`` keep what is stored; the network is built anew in the copy.

    Parameters
    ----------
    n : int
        Number of pixels.
    rule : str or callable
        The learning rule, by which `store` makes W: one of `spikingnn.memory.LEARNING_RULES`; a function
        (patterns) → `Couplings`; or ``"dense"``, a hidden neuron per pattern instead of W, see
        `MemoryNeurons`.
    seed : int or None
        Draws the potentials and phases in which every recall begins; None is 0.
    coding : str
        ``"binary"``: patterns of ±1; or ``"gray"``: levels from 0 to 1, which the rule ``"dense"`` keeps in
        the rates of `GreyUnits`.
    gain : float or None
        Current per unit of field, in units of the threshold. None: 20; for ``"hebbian"``, whose fields are
        unequal, 40.
    bias : float or None
        Constant current, in units of the threshold. None: 0.9; for ``"dense"`` 0.5.
    cue_gain : float
        Current under a cue, in units of the threshold.
    noise : float
        Standard deviation of the membrane, in units of the threshold.
    beta : float
        Inverse temperature of the softmax by which memory neurons compete under ``"dense"``; inf: the best
        match wins.
    ridge : str or float
        Ridge of ``"projection"``, see `projection`.
    diagonal : str
        ``"removed"`` or ``"kept"``, of the weights of ``"projection"``.
    shape : tuple of int or None
        (height, width) of a picture, by which a verdict tells noise from another picture. None: a square
        where n is one.

    Raises
    ------
    ValueError, TypeError
        For parameters out of range, and for a rule that does not fit the coding.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> patterns = np.where(rng.random((3, 100)) < 0.5, -1, 1)
    >>> memory = HopfieldAssembly(100, seed=0).store(patterns)
    >>> recall = memory.recall(np.where(rng.random(100) < 0.2, -patterns[1], patterns[1]))
    >>> recall.overlap(patterns[1]), recall.verdict
    (1.0, 'recognised')

    References
    ----------
    Hopfield, PNAS 79:2554 (1982) and 81:3088 (1984).
    """

    instead = dict.fromkeys(
        ("n", "seed", "rule", "coding", "units", "synapse", "gain", "bias", "cue_gain", "noise", "beta",
         "saturated_rate", "ridge", "diagonal", "shape"), "build a new HopfieldAssembly")
    instead |= dict.fromkeys(("patterns", "couplings"), "write memory.store(…), .add(…) or .forget(…)")

    def __init__(self, n: int, rule: str | LearningRule = "projection", seed: int | None = None, *,
                 coding: str = "binary", gain: float | None = None, bias: float | None = None,
                 cue_gain: float = 60.0, noise: float = 0.0, beta: float = math.inf,
                 ridge: str | float = "auto", diagonal: str = "removed",
                 shape: tuple[int, int] | None = None) -> None:
        self.n = checks.integer(self, "n", n, minimum=2)
        self.coding = checks.one_of(self, "coding", coding, CODINGS)
        self.seed = 0 if seed is None else checks.integer(self, "seed", seed, minimum=0)
        if not (isinstance(beta, (int, float)) and beta > 0):
            checks.fail(self, "beta", beta, "positive, or inf")
        self.shape = picture_shape(self, shape, self.n)
        if rule != "projection" and (ridge, diagonal) != ("auto", "removed"):
            raise TypeError("HopfieldAssembly.ridge and .diagonal are of rule='projection', "
                            f"got rule={rule!r}")
        checks.one_of(self, "diagonal", diagonal, ("removed", "kept"))
        named: dict[str, LearningRule] = {
            **LEARNING_RULES, "dense": partial(DENSE_RULES[coding], beta=beta),
            "projection": partial(projection, ridge=as_ridge(self, ridge), diagonal=diagonal)}
        self.rule = rule if callable(rule) else named[checks.one_of(self, "rule", rule, named)]
        self.units = CODINGS[coding].for_rule(rule, gain, bias, cue_gain, noise)
        self.units.check_rule(rule)
        self.synapse = FirstOrderSynapse(tau=10.0)
        self._patterns: FloatArray = np.empty((0, self.n))
        self._couplings: Couplings | None = None

    @property
    def patterns(self) -> FloatArray:
        """(P, n) ±1, or grey levels: all that is stored, read-only."""
        return read_only(self._patterns, self.instead["patterns"])

    @property
    def couplings(self) -> Any:
        """The `Couplings` that the rule made, with read-only arrays; None while nothing is stored."""
        return self._couplings

    @property
    def saturated_rate(self) -> float:
        """r_sat in Hz: the rate of a unit whose field is 1."""
        return self.units.saturated_rate

    def store(self, patterns: ArrayLike) -> HopfieldAssembly:
        """Replace what is stored by `patterns`, all learned by the rule at once.

        Parameters
        ----------
        patterns : array_like, (P, n) or (n,)
            ±1 or booleans; of a grey memory levels from 0 to 1.

        Returns
        -------
        HopfieldAssembly
            The memory itself.

        Raises
        ------
        ValueError, TypeError
            For other patterns, and for a rule that does not return `Couplings` of n pixels.
        """
        patterns = np.array(self.units.check_patterns(patterns, self.n))        # a copy of our own
        warn_of_equal_patterns(patterns)
        with blas.limited_threads(1):   # threads save little here, and the last bits depend on their number
            couplings = self.rule(patterns)
        if not isinstance(couplings, Couplings) or couplings.n != self.n:
            raise TypeError(f"HopfieldAssembly.rule must return Couplings of {self.n} pixels, "
                            f"got {couplings!r}")
        self._hold(patterns, couplings)
        return self

    @one_at_a_time
    def add(self, patterns: ArrayLike) -> HopfieldAssembly:
        """Store `patterns`, (P, n) or (n,), in addition to those that are stored already; returns the
        memory."""
        patterns = self.units.check_patterns(patterns, self.n)
        together = np.concatenate([self._patterns, patterns])
        if self._couplings is None or self.rule not in INCREMENTAL:
            return self.store(together)
        couplings = INCREMENTAL[self.rule](self.couplings, patterns, self.patterns)
        warn_of_equal_patterns(together)
        self._hold(together, couplings)
        return self

    @one_at_a_time
    def forget(self, pattern: int | ArrayLike) -> HopfieldAssembly:
        """Remove one stored pattern, named by its number or given itself, (n,); returns the memory."""
        if isinstance(pattern, (int, np.integer)):
            gone = np.arange(len(self.patterns)) == checks.integer(self, "pattern", pattern, minimum=0)
        else:
            gone = (self._patterns == self.units.check_patterns(pattern, self.n)).all(axis=1)
        if not gone.any():
            count = len(self.patterns)
            raise ValueError(f"HopfieldAssembly.forget: this is none of the {count} stored patterns")
        if gone.all():
            self._hold(self._patterns[:0], None)
            return self
        return self.store(self._patterns[~gone])

    @one_at_a_time
    def learn(self, patterns: ArrayLike, learning_rate: float = 1.0) -> HopfieldAssembly:
        """Add patterns through spikes: the units are driven, and the rule `Hebbian` changes their synapses.

        Each pattern is shown for 100 ms, then its negative, as strongly as a cue. With the rule's offset at
        half of an active unit's mean trace, the synapse of two units that are active together gains 1, that
        of one active unit loses ½, that of none is left; shown in both contrasts, the parts that are linear
        in one unit's activity cancel, and what is written is ξ ξᵀ. The synapses within a pixel's pair are
        removed afterwards. What was stored before is kept and added to.

        Parameters
        ----------
        patterns : array_like, (P, n) or (n,)
            ±1 or booleans.
        learning_rate : float
            1 makes a pattern as strong as `hebbian` does; with 0 nothing is learned.

        Returns
        -------
        HopfieldAssembly
            The memory itself.

        Raises
        ------
        ValueError, TypeError
            For other patterns, and for a dense memory, which has no synapses between pixels.
        MemoryError
            Where the plastic synapses, (2n, 2n), would not fit into 4 GiB.
        """
        couplings = self.units.blank_couplings(self.n) if self._couplings is None else self._couplings
        couplings.check_plastic()
        patterns = self.units.check_patterns(patterns, self.n)
        checks.non_negative(self, "learning_rate", learning_rate)
        check_budget(self.n)
        synapses = learned_synapses(patterns, couplings, self.units, self.synapse, learning_rate, self.seed)
        weight = spike_weight(self.units.gain, self.saturated_rate, self.synapse)
        self._hold(np.concatenate([self._patterns, patterns]),
                   LearnedCouplings.between_units(synapses, weight, couplings.field_bias))
        return self

    def recall(self, cue: ArrayLike, cue_time: float = 50.0, hold_time: float | None = None,
               sustain: float = 0.0, until_settled: bool = False, jobs: int = 1,
               progress: Progress = iter) -> Any:
        """Recall what the memory associates with a cue.

        From random potentials the units receive the cue for ``cue_time``; then it is removed, and for
        ``hold_time`` they have only each other. The last 50 ms (grey: 200) are read out. The same memory,
        cue and seed give the same spikes.

        Parameters
        ----------
        cue : array_like, (n,) or (k, n)
            ±1 or booleans, 0 or NaN where unknown; of a grey memory levels from 0 to 1, NaN where unknown.
        cue_time : float
            ms: how long the cue is given, a multiple of 5 ms.
        hold_time : float or None
            ms: how long the network runs without it; None is 250 ms (grey: 350).
        sustain : float
            Fraction of the cue that stays, from 0 to 1.
        until_settled : bool
            End as soon as two read-outs in a row are the same; ``hold_time`` is then the longest that it
            may take.
        jobs : int
            Processes that share many cues. They are spawned: a script needs ``if __name__ == "__main__":``.
        progress : callable
            Wraps the iteration over the cues, as tqdm does.

        Returns
        -------
        Recall or list of Recall
            One cue gives one, many give a list; each is as if it were alone.

        Raises
        ------
        RuntimeError
            Where nothing is stored yet.
        ValueError, TypeError
            For cues and times that are not accepted.
        """
        recalls = list(self.recall_each(cue, cue_time, hold_time, sustain, until_settled, jobs, progress))
        return recalls[0] if np.ndim(cue) == 1 else recalls

    def recall_each(self, cue: ArrayLike, cue_time: float = 50.0, hold_time: float | None = None,
                    sustain: float = 0.0, until_settled: bool = False, jobs: int = 1,
                    progress: Progress = iter) -> Iterator[Recall]:
        """Iterate over the recalls that `recall` would return, each made when it is needed: thousands take
        the memory of one."""
        times = RecallTimes.checked(self.units, cue_time, hold_time, sustain, until_settled)
        cues = self._cues(cue)
        shared = checks.integer(self, "jobs", jobs) > 1 and len(cues) > 1
        answers = (recall_in_processes(self, cues, times, min(jobs, len(cues))) if shared
                   else (self._recall_one(one, times) for one in cues))
        shown = progress(cues)
        try:
            yield from (recall for _, recall in zip(shown, answers))
        finally:
            getattr(shown, "close", int)()      # a bar left open would draw itself again after a Ctrl-C

    @cached_property
    def explanations(self) -> Explanations:
        """What verdicts need to know of the stored patterns."""
        return self.units.explanations(self.patterns, self.shape)

    @one_at_a_time
    @blas.limited_threads(1)
    def membrane(self, cue: ArrayLike, cue_time: float = 50.0, hold_time: float = 250.0,
                 sustain: float = 0.0) -> FloatArray:
        """Return the potentials of the ON units while `recall` answers one `cue` (n,), for films.

        (ms, n) float32, in units of the threshold.
        """
        units, potential, network = self._watched_by(
            lambda units: StateMonitor(units, "v", slice(self.n), dtype="float32"))
        cue, = self._cues(cue)
        self._begin(network, units, cue, cue_time)
        network.run(hold_time, inputs={units: self._currents(cue, sustain)}, progress=False)
        return potential.values

    def pattern_overlaps(self, z: FloatArray) -> FloatArray:
        """Return how similar states or answers (k, n) are to each stored pattern, (k, P).

        They are overlaps of sign(z); of grey levels, correlations.
        """
        return self.couplings.pattern_overlaps(z, self.patterns)

    def energy(self, z: FloatArray) -> Any:
        """Return the energy per pixel of a state z, (n,) from −1 to 1, a number; of many, (k, n), an
        array."""
        return self.couplings.energy(z)

    @one_at_a_time
    @blas.limited_threads(1)          # its products are small: waiting for a second thread takes longer
    def _recall_one(self, cue: FloatArray, times: RecallTimes) -> Recall:
        """Return the recall of one checked cue (n,), as `recall` does."""
        cue_time, hold_time, sustain, until_settled = times
        units, spikes, network = self._network
        network.reset(keep_weights=True)
        self._begin(network, units, cue, cue_time)
        held, end = {units: self._currents(cue, sustain)}, cue_time + hold_time
        if not until_settled:
            network.run(hold_time, inputs=held, progress=False)
            return read_recall(self, cue, spikes, cue_time, network.t)
        before = None
        while True:
            network.run(min(self.units.read_out, end - network.t), inputs=held, progress=False)
            recall = read_recall(self, cue, spikes, cue_time, network.t)
            if network.t >= end or before is not None and np.array_equal(before.pattern, recall.pattern):
                return recall
            before = recall

    @cached_property
    def _network(self) -> tuple[LIFGroup, SpikeMonitor, Network]:
        return self._watched_by(SpikeMonitor)

    def _watched_by(self, monitor: Callable[[LIFGroup], Monitor]) -> tuple[LIFGroup, Monitor, Network]:
        """Return (units, monitor, network): all that a recall needs, with `monitor(units)` in it."""
        units = LIFGroup(2 * self.n, self.units.model)
        parts = self.couplings.parts(units, self.synapse, self.saturated_rate, self.units.gain)
        watch = monitor(units)
        return units, watch, Network(units, *parts, watch, dt=DT, seed=self.seed)

    def _hold(self, patterns: FloatArray, couplings: Couplings | None) -> None:
        couplings = couplings if couplings is None else couplings.read_only()
        with self._lock:
            self._patterns, self._couplings = patterns, couplings
            self.__dict__.pop("_network", None)
            self.__dict__.pop("explanations", None)

    def __getstate__(self) -> dict[str, Any]:
        """For a copy: all but the network that was built."""
        return {name: value for name, value in super().__getstate__().items() if name != "_network"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._hold(self._patterns, self._couplings)

    def _begin(self, network: Network, units: LIFGroup, cue: FloatArray, cue_time: float) -> None:
        """Draw the first state, and run under the cue."""
        self.units.randomise(units, np.random.default_rng(self.seed))
        network.run(cue_time, inputs={units: self._currents(cue)}, progress=False)

    def _currents(self, cue: FloatArray, strength: float = 1.0) -> FloatArray:
        """Return the current of every unit, (2n,), under a cue (n,) of some strength."""
        return self.units.currents(cue, self.couplings.field_bias, strength)

    def _cues(self, cue: ArrayLike) -> list[FloatArray]:
        """Return one cue (n,) or many (k, n) as a list of (n,), NaN where unknown."""
        if self._couplings is None:
            raise RuntimeError("HopfieldAssembly.recall: nothing is stored yet; call store or learn first")
        cues = checks.real_array(self, "cue", cue, "numbers or booleans")
        if cues.ndim not in (1, 2) or cues.shape[-1] != self.n or not cues.size:
            raise ValueError(f"HopfieldAssembly.cue must have the shape ({self.n},) or (k, {self.n}), "
                             f"got {cues.shape}")
        cues = cues if cues.dtype == bool else cues.astype(np.float64)
        return [self.units.check_cue(one) for one in np.atleast_2d(cues)]
