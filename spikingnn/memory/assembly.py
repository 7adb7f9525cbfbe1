"""A Hopfield memory of spiking neurons: patterns are stored in recurrent weights and come back as the network's own activity."""

from __future__ import annotations

import copy
import math
import warnings
from dataclasses import fields, replace
from functools import cached_property, partial

import numpy as np

from .._util import blas, checks
from .._util.guarded import Guarded, one_at_a_time, read_only
from ..engine.matrices import Factored
from ..groups import LIFGroup
from ..monitors import SpikeMonitor, StateMonitor
from ..network import Network
from ..plasticity import Hebbian
from ..synapse_group import SynapseGroup
from ..synapses import FirstOrderSynapse
from .dense import MemoryNeurons, dense, dense_grey
from .learning_rules import PARTIAL, RULES, Couplings, as_ridge, projection
from .pixel_units import DT, BinaryUnits, GreyUnits
from .recall_result import SAMPLE, read
from .verdict import Explanations


__all__ = ["HopfieldAssembly"]

SHOWN = 100.0           # ms    learning shows each pattern this long, and as long its negative
TRACE = 20.0            # ms    of the Hebbian rule
DENSE_TO = 2048         # pixels up to which couplings of high rank are written out: a spike is then one row
GAIN, HEBBIAN_GAIN = 20.0, 40.0
MEMORY_BUDGET = 4 * 2**30
CODINGS = ("binary", "gray")


def _frozen(value):
    """A view of an array that cannot be written into; anything else as it is."""
    if isinstance(value, np.ndarray):
        value = value.view()
        value.flags.writeable = False
    return value


class HopfieldAssembly(Guarded):
    """An associative memory of `n` pixels, each an ON and an OFF neuron, that recalls a stored pattern from a spoilt one.

    All 2n units are `FirstOrderLIF` neurons without dimension (threshold 1, rest and reset 0), at dt = 1 ms:

        tau_m dv/dt = −v + bias + I_cue ± gain·(W z + field bias),      z_j = (ON − OFF spikes of pixel j, filtered by tau_s) / r_sat

    with + for ON and − for OFF units: the recurrent weights are [[W, −W], [−W, W]], gain·W / (r_sat·tau_s) a spike. A gain far
    above the threshold and a refractory period of 5 ms make the rate a step function of the field, which is what the theory of
    Hopfield's network asks for; the rate of an active unit is r_sat. A cue is a current of ±`cue_gain`, and it is removed.

    `rule`: how `store` makes W, one of `spikingnn.memory.RULES` or a function (patterns) -> `Couplings`; or "dense": no W, but a hidden
    neuron for each pattern, see `MemoryNeurons`. `coding`: "binary" patterns of ±1, or "gray" levels from 0 to 1, kept by "dense"
    in the rates of `GreyUnits`. `seed` draws the potentials and phases in which every recall begins. Other fields: `gain` (20; for
    "hebbian", whose fields are unequal, 40, nearer to a step), `bias` (0.9; for "dense" 0.5) and `cue_gain` in units of the
    threshold, `noise` the standard deviation of the membrane, `beta` of the softmax by which memory neurons compete under "dense"
    (inf: the best match wins); `ridge` and `diagonal` of `projection`; `shape`, (height, width) of a picture (None: a square where n is
    one), by which a verdict tells noise from another picture.
    A memory used from several threads answers them one after the other. `copy`, `deepcopy` and `pickle` keep
    what is stored; the network is built anew in the copy.
    Source: Hopfield, PNAS 79:2554 (1982) and 81:3088 (1984).
    """

    instead = dict.fromkeys(
        ("n", "seed", "rule", "coding", "units", "synapse", "gain", "bias", "cue_gain", "noise", "beta",
         "saturated_rate", "ridge", "diagonal", "shape"), "build a new HopfieldAssembly")
    instead |= dict.fromkeys(("patterns", "couplings"), "write memory.store(…), .add(…) or .forget(…)")

    def __init__(self, n, rule="projection", seed=None, *, coding="binary", gain=None, bias=None, cue_gain=60.0, noise=0.0,
                 beta=math.inf, ridge="auto", diagonal="removed", shape=None):
        self.n = checks.integer(self, "n", n, minimum=2)
        self.coding = checks.one_of(self, "coding", coding, CODINGS)
        self.seed = 0 if seed is None else checks.integer(self, "seed", seed, minimum=0)
        if not (isinstance(beta, (int, float)) and beta > 0):
            checks.fail(self, "beta", beta, "positive, or inf")
        self.shape = _shape(self, shape)
        if rule != "projection" and (ridge, diagonal) != ("auto", "removed"):
            raise TypeError(f"HopfieldAssembly.ridge and .diagonal are of rule='projection', got rule={rule!r}")
        checks.one_of(self, "diagonal", diagonal, ("removed", "kept"))
        of_projection = {"projection": partial(projection, ridge=as_ridge(self, ridge), diagonal=diagonal)}
        competing = {"dense": partial(dense if coding == "binary" else dense_grey, beta=beta)}
        self.rule = rule if callable(rule) else (RULES | of_projection | competing)[checks.one_of(self, "rule", rule, [*RULES, *competing])]
        if coding == "gray" and rule != "dense":
            checks.fail(self, "rule", rule, "'dense' for grey levels: couplings between pixels hold black and white")
        if coding == "gray":
            self.units = GreyUnits()
        else:
            gain = (HEBBIAN_GAIN if rule == "hebbian" else GAIN) if gain is None else gain
            self.units = BinaryUnits(gain, (0.5 if rule == "dense" else 0.9) if bias is None else bias, cue_gain, noise)
        self.synapse = FirstOrderSynapse(tau=10.0)
        self._patterns = np.empty((0, self.n))
        self._couplings = None
        self._weight = None                         # W between units, as the synapses hold it

    @property
    def patterns(self):
        """(P, n) ±1, or grey levels: all that is stored, read-only."""
        return read_only(self._patterns, self.instead["patterns"])

    @property
    def couplings(self):
        """W between pixels, or `MemoryNeurons`, with read-only arrays; None while nothing is stored."""
        return self._couplings

    @property
    def saturated_rate(self):
        """r_sat in Hz: the rate of a unit whose field is 1."""
        return self.units.saturated_rate

    def store(self, patterns):
        """Replace what is stored by `patterns`, (P, n) or (n,) of ±1 or booleans (grey: levels from 0 to 1), written by the rule at
        once. Returns the memory."""
        patterns = np.array(self.units.patterns(patterns, self.n))          # ours: what the caller does to theirs changes no memory
        _warn_equal(patterns)
        with blas.limited_threads(1):             # threads save little here, and the last bits depend on their number
            couplings = self.rule(patterns)
        if not isinstance(couplings, (Couplings, MemoryNeurons)) or couplings.n != self.n:
            raise TypeError(f"HopfieldAssembly.rule must return Couplings of {self.n} pixels, got {couplings!r}")
        self._hold(patterns, couplings, _between_units(couplings, self._spike_weight) if isinstance(couplings, Couplings) else None)
        return self

    @one_at_a_time
    def add(self, patterns):
        """Store `patterns`, too, beside those that are stored already, without learning all anew where the rule can. Returns the memory."""
        patterns = self.units.patterns(patterns, self.n)
        if self.couplings is None or self.rule not in PARTIAL:
            return self.store(np.concatenate([self.patterns, patterns]))
        couplings = PARTIAL[self.rule](self.couplings, patterns, self.patterns)
        together = np.concatenate([self.patterns, patterns])
        _warn_equal(together)
        self._hold(together, couplings, _between_units(couplings, self._spike_weight))
        return self

    @one_at_a_time
    def forget(self, pattern):
        """Take one stored pattern away, named by its number or itself, (n,). Returns the memory."""
        if isinstance(pattern, (int, np.integer)):
            gone = np.arange(len(self.patterns)) == checks.integer(self, "pattern", pattern, minimum=0)
        else:
            gone = (self.patterns == self.units.patterns(pattern, self.n)).all(axis=1)
        if not gone.any():
            raise ValueError(f"HopfieldAssembly.forget: this is none of the {len(self.patterns)} stored patterns")
        if gone.all():
            self._hold(self.patterns[:0], None, None)
            return self
        return self.store(self.patterns[~gone])

    @one_at_a_time
    def learn(self, patterns, learning_rate=1.0):
        """Add `patterns`, (P, n) or (n,) of ±1 or booleans, through spikes: the units are driven, and `Hebbian` changes the synapses.

        Each pattern is shown for 100 ms, then its negative, as strongly as a cue. With the rule's offset at half of an active
        unit's mean trace, two units that are active together gain 1, of one alone active it loses ½, of none 0; shown in both
        contrasts, the parts that are linear in one unit's activity cancel, and what is written is ξ ξᵀ. `learning_rate` = 1
        makes a pattern as strong as `hebbian` does; with 0 nothing is learned. Couplings inside a pixel's pair are pruned
        afterwards. The synapses are (2n, 2n) and plastic: what `store` had written before is kept and added to. Returns the memory.
        """
        if self.coding == "gray" or isinstance(self.couplings, MemoryNeurons):
            raise TypeError("HopfieldAssembly.learn changes synapses between pixels; a dense memory has none: use add()")
        patterns = self.units.patterns(patterns, self.n)
        checks.non_negative(self, "learning_rate", learning_rate)
        checks.within_budget(f"HopfieldAssembly.learn with {self.n} pixels, {2 * self.n} × {2 * self.n} plastic synapses in three copies,",
                             3 * 8 * (2 * self.n) ** 2, MEMORY_BUDGET,
                             "use fewer pixels, or store(), whose weights stay factored")
        units = LIFGroup(2 * self.n, self.units.model)
        synapses = SynapseGroup(units, units, weight=self._unit_weights(), synapse=self.synapse, rule=self._plasticity(learning_rate))
        network = Network(units, synapses, dt=DT, seed=self.seed)
        for shown in (contrast for pattern in patterns for contrast in (pattern, -pattern)):
            network.reset(keep_weights=True)
            self._begin(units)
            network.run(SHOWN, inputs={units: self._currents(shown)})
        weight = np.array(synapses.weight)
        pixels = np.arange(self.n)
        for side in (0, self.n):
            weight[pixels + side, pixels] = weight[pixels + side, pixels + self.n] = 0.0
        self._hold(np.concatenate([self.patterns, patterns]), self._between_pixels(weight), weight)
        return self

    def recall(self, cue, cue_time=50.0, hold_time=None, sustain=0.0, until_settled=False, jobs=1, progress=iter):
        """What the memory makes of `cue`, an (n,) array of ±1 or booleans with 0 or NaN where unknown (grey: levels, NaN where unknown).

        From random potentials the units get the cue for `cue_time` ms; then it is removed (`sustain` of it stays), and for `hold_time`
        ms (250; grey: 350) they have but each other. The last 50 ms (grey: 200) are read out. With `until_settled` it ends as soon as
        two such windows in a row say the same, and `hold_time` is the longest that it may take. Same memory, cue and seed: same spikes.

        One cue gives a `Recall`, many, (k, n), a list of them, each as if it were alone; `jobs` processes share them, and `progress`
        wraps the loop, as tqdm does. (Processes are spawned: a script needs `if __name__ == "__main__":`.)
        """
        recalls = list(self.recall_each(cue, cue_time, hold_time, sustain, until_settled, jobs, progress))
        return recalls[0] if np.ndim(cue) == 1 else recalls

    def recall_each(self, cue, cue_time=50.0, hold_time=None, sustain=0.0, until_settled=False, jobs=1, progress=iter):
        """Iterate over the recalls that `recall` would return, each made when it is asked for: thousands need the room of one."""
        hold_time = self.units.hold_time if hold_time is None else hold_time
        for field, value, least in (("cue_time", cue_time, SAMPLE), ("hold_time", hold_time, self.units.read_out)):
            if checks.number(self, field, value) < least or value % SAMPLE:
                checks.fail(self, field, value, f"a multiple of {SAMPLE} ms and at least {least}")
        checks.unit_interval(self, "sustain", sustain)
        cues = self._cues(cue)
        times = cue_time, hold_time, sustain, bool(until_settled)
        shared = checks.integer(self, "jobs", jobs) > 1 and len(cues) > 1
        answers = _shared_out(self, cues, times, min(jobs, len(cues))) if shared else (self._recall(one, *times) for one in cues)
        shown = progress(cues)
        try:
            yield from (recall for _, recall in zip(shown, answers))
        finally:
            getattr(shown, "close", int)()          # a bar that is left open would draw itself once more, after what is said of Ctrl-C

    @cached_property
    def explanations(self):
        """What verdicts need to know of the stored patterns."""
        return Explanations(self.units.signed(self.patterns), self.shape, self.coding == "binary")

    @one_at_a_time
    @blas.limited_threads(1)
    def membrane(self, cue, cue_time=50.0, hold_time=250.0, sustain=0.0):
        """The potentials of the ON units while `recall` answers one `cue` (n,), for films: (ms, n) float32, in units of the threshold."""
        units, potential, network = self._watched_by(lambda units: StateMonitor(units, "v", slice(self.n), dtype="float32"))
        self._begin(units)
        cue, = self._cues(cue)
        network.run(cue_time, inputs={units: self._currents(cue)}, progress=False)
        network.run(hold_time, inputs={units: self._currents(cue, sustain)}, progress=False)
        return potential.values

    def pattern_overlaps(self, z):
        """How like each stored pattern states z (k, n) are, (k, P): overlaps of sign(z); of grey levels, correlations."""
        if self.coding == "binary":
            return np.sign(z) @ self.patterns.T / self.n
        z = z - z.mean(axis=1, keepdims=True)
        size = np.linalg.norm(z, axis=1, keepdims=True) * np.sqrt(self.n)
        return np.divide(z @ self.couplings.matching.T, size, out=np.zeros((len(z), len(self.patterns))), where=size > 0)

    @one_at_a_time
    @blas.limited_threads(1)          # its products are small, and waiting for a second thread takes longer than they do
    def _recall(self, cue, cue_time, hold_time, sustain, until_settled):
        units, spikes, network = self._network
        network.reset(keep_weights=True)
        self._begin(units)
        network.run(cue_time, inputs={units: self._currents(cue)}, progress=False)
        held = {units: self._currents(cue, sustain)}
        if not until_settled:
            network.run(hold_time, inputs=held, progress=False)
            return read(self, cue, spikes, cue_time, network.t)
        before, answer = None, None
        while network.t < cue_time + hold_time:
            network.run(min(self.units.read_out, cue_time + hold_time - network.t), inputs=held, progress=False)
            before, answer = answer, read(self, cue, spikes, cue_time, network.t)
            if before is not None and np.array_equal(before.pattern, answer.pattern):
                break
        return answer

    @property
    def _spike_weight(self):
        """What a spike carries for a coupling of 1: a unit at r_sat then gives the mean current gain."""
        return self.units.gain / (self.saturated_rate / 1000.0 * self.synapse.tau)

    @cached_property
    def _network(self):
        return self._watched_by(SpikeMonitor)

    def _watched_by(self, monitor):
        """(units, monitor, network): all that a recall needs, with `monitor(units)` in it."""
        units = LIFGroup(2 * self.n, self.units.model)
        if self._weight is None:
            parts = self.couplings.parts(units, self.synapse, self.saturated_rate, self.units.gain)
        else:
            parts = [SynapseGroup(units, units, weight=self._weight, synapse=self.synapse)]
        watch = monitor(units)
        return units, watch, Network(units, *parts, watch, dt=DT, seed=self.seed)

    def _hold(self, patterns, couplings, weight):
        if couplings is not None:
            frozen = {each.name: _frozen(getattr(couplings, each.name)) for each in fields(couplings)}
            couplings = replace(couplings, **frozen)
        with self._lock:
            self._patterns, self._couplings, self._weight = patterns, couplings, _frozen(weight)
            self.__dict__.pop("_network", None)
            self.__dict__.pop("explanations", None)

    def __getstate__(self):
        """For a copy: all but the network that was built."""
        return {name: value for name, value in super().__getstate__().items() if name != "_network"}

    def __setstate__(self, state):
        super().__setstate__(state)
        self._hold(self._patterns, self._couplings, self._weight)

    def _begin(self, units):
        self.units.scatter(units, np.random.default_rng(self.seed))

    def _currents(self, cue, strength=1.0):
        """The current of every unit, (2n,), under a cue (n,) at some strength."""
        return self.units.currents(cue, 0.0 if self.couplings is None else self.couplings.bias, strength)

    def _cues(self, cue):
        """One cue (n,) or many (k, n) as (k, n), NaN where unknown."""
        if self.couplings is None:
            raise RuntimeError("HopfieldAssembly.recall: nothing is stored yet; call store or learn first")
        cue = checks.real_array(self, "cue", cue, "numbers or booleans")
        if cue.ndim not in (1, 2) or cue.shape[-1] != self.n or not cue.size:
            raise ValueError(f"HopfieldAssembly.cue must have the shape ({self.n},) or (k, {self.n}), got {cue.shape}")
        return [self.units.cue(one if one.dtype == bool else one.astype(np.float64)) for one in np.atleast_2d(cue)]

    def _plasticity(self, learning_rate):
        period = 1.0 / (self.saturated_rate / 1000.0)
        trace = TRACE / period * (1.0 - TRACE / SHOWN * -np.expm1(-SHOWN / TRACE))         # mean over the time shown, from zero
        step = self._spike_weight / self.n / (SHOWN / period * trace)
        return Hebbian(learning_rate=learning_rate * step, tau=TRACE, offset=trace / 2.0)

    def _unit_weights(self):
        if self._weight is None:
            return np.zeros((2 * self.n, 2 * self.n))
        return np.array(self._weight.dense() if isinstance(self._weight, Factored) else self._weight)

    def _between_pixels(self, weight):
        """The couplings of pixels that weights (2n, 2n) of units amount to: (ON→ON − ON→OFF − OFF→ON + OFF→OFF) / 4."""
        quarters = weight.reshape(2, self.n, 2, self.n)
        signed = quarters[0, :, 0] - quarters[0, :, 1] - quarters[1, :, 0] + quarters[1, :, 1]
        bias = 0.0 if self.couplings is None else self.couplings.bias
        return Couplings.of(signed.T / (4.0 * self._spike_weight), bias)


def _shape(owner, shape):
    """(height, width) of the pictures, or None where none is given and `owner.n` is no square."""
    side = math.isqrt(owner.n)
    if shape is None:
        return (side, side) if side * side == owner.n else None
    if np.shape(shape) != (2,) or math.prod(checks.integer(owner, "shape", length) for length in shape) != owner.n:
        checks.fail(owner, "shape", shape, f"(height, width) of {owner.n} pixels")
    return tuple(shape)


def _shared_out(memory, cues, times, jobs):
    """The recalls of `cues` in their order, by `jobs` processes that each hold the memory."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise SystemExit(1)             # we are one of the processes, and run the user's script once more
    memory = copy.copy(memory)
    memory._set(rule=None)              # recall does not need it, and a function of the user's may not travel
    yield memory._recall(cues[0], *times)                   # here, so that what is to be compiled is compiled once
    try:
        with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _take, (memory,)) as pool:
            tasks = ((cue, *times) for cue in cues[1:])
            yield from pool.map(_recall_one, tasks, chunksize=max(1, len(cues) // (4 * jobs)))
    except BrokenProcessPool:
        raise RuntimeError(f"HopfieldAssembly.recall(jobs={jobs}): a process ended before its work. Each runs your "
                           'script again: put what is to run once under `if __name__ == "__main__":`') from None


def _take(memory):
    global _held
    _held = memory


def _recall_one(arguments):
    return _held._recall(*arguments)


def _between_units(couplings, spike_weight):
    """[[W, −W], [−W, W]] · spike_weight, as factors where these are few; W's removed diagonal also leaves the pairs ON_i–OFF_i."""
    from scipy.sparse import diags_array

    n = couplings.n
    if 4 * couplings.left.shape[1] > n and n <= DENSE_TO:
        weight = spike_weight * couplings.dense().T
        return np.block([[weight, -weight], [-weight, weight]])
    left = np.concatenate([couplings.right.T, -couplings.right.T])           # W is (to, from), synapses are (from, to)
    right = np.concatenate([couplings.left.T, -couplings.left.T], axis=1)
    own = spike_weight * couplings.diagonal
    minus = diags_array([-own, np.concatenate([own, own]), -own], offsets=[-n, 0, n], shape=(2 * n, 2 * n))
    return Factored(left, spike_weight * right, minus)


def _warn_equal(patterns):
    first, pairs = {}, []
    for k, pattern in enumerate(patterns * np.where(patterns[:, :1] < 0, -1.0, 1.0)):       # a pattern and its negative look alike
        earlier = first.setdefault(pattern.tobytes(), k)
        if earlier != k:
            pairs.append(f"{earlier} and {k}")
    if pairs:
        shown = ", ".join(pairs[:5]) + (" …" if len(pairs) > 5 else "")
        warnings.warn(f"patterns {shown} are the same or negatives of each other: recall cannot tell them apart", stacklevel=3)
