"""A Hopfield memory of spiking neurons: patterns are stored in recurrent weights and come back as the network's own activity."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..connectivity import Factored
from ..core import checks
from ..groups import LIFGroup, SynapseGroup
from ..monitors import SpikeMonitor
from ..network import Network
from ..neurons import FirstOrderLIF
from ..plasticity import Hebbian
from ..synapses import FirstOrderSynapse
from .coding import as_patterns
from .scores import identify, overlap, related
from .storage import RULES, Couplings

__all__ = ["HopfieldAssembly", "Recall"]

DT = 1.0                # ms
SAMPLE, WINDOW = 5, 20  # ms    the trajectory has a sample every SAMPLE ms, over the last WINDOW ms
READ_OUT = 50           # ms    what the spikes hold in the end is read from the last READ_OUT ms
RECOGNISED = 0.95       # –     overlap with a stored pattern from which on a recall counts as one of it
SHOWN = 100.0           # ms    learning shows each pattern this long, and as long its negative
TRACE = 20.0            # ms    of the Hebbian rule
MEMORY_BUDGET = 4 * 2**30


class HopfieldAssembly:
    """An associative memory of `n` pixels, each an ON and an OFF neuron, that recalls a stored pattern from a spoilt one.

    All 2n units are `FirstOrderLIF` neurons without dimension (threshold 1, rest and reset 0), at dt = 1 ms:

        tau_m dv/dt = −v + bias + I_cue ± gain·(W z + field bias),      z_j = (ON − OFF spikes of pixel j, filtered by tau_s) / r_sat

    with + for ON and − for OFF units: the recurrent weights are [[W, −W], [−W, W]], gain·W / (r_sat·tau_s) a spike. A gain far
    above the threshold and a refractory period of 5 ms make the rate a step function of the field, which is what the theory of
    Hopfield's network asks for; the rate of an active unit is r_sat. A cue is a current of ±`cue_gain`, and it is removed.

    `rule`: how `store` makes W, one of `spikingnn.memory.RULES` or a function (patterns) -> `Couplings`. `seed` draws the
    potentials and phases in which every recall begins. Other fields: `gain`, `bias` and `cue_gain` in units of the threshold,
    `noise` the standard deviation of the membrane.
    Source: Hopfield, PNAS 79:2554 (1982) and 81:3088 (1984).
    """

    def __init__(self, n, rule="projection", seed=None, *, gain=20.0, bias=0.9, cue_gain=60.0, noise=0.0):
        self.n = checks.integer(self, "n", n, minimum=2)
        self.rule = rule if callable(rule) else RULES[checks.one_of(self, "rule", rule, RULES)]
        self.seed = 0 if seed is None else checks.integer(self, "seed", seed, minimum=0)
        self.gain = checks.positive(self, "gain", gain)
        self.bias = checks.number(self, "bias", bias)
        self.cue_gain = checks.positive(self, "cue_gain", cue_gain)
        self.model = FirstOrderLIF(tau_m=10.0, resistance=1.0, v_rest=0.0, v_threshold=1.0, v_reset=0.0, t_refractory=5.0,
                                   v_floor=-1.0, noise=noise)
        self.synapse = FirstOrderSynapse(tau=10.0)
        self.patterns = np.empty((0, self.n))       # (P, n) ±1, all that is stored
        self.couplings = None                       # W between pixels, None while nothing is stored
        self._weight = None                         # the same between units, as the synapses hold it

    @property
    def saturated_rate(self):
        """r_sat in Hz: the rate of a unit whose field is 1, from the model's closed form on the grid."""
        return float(self.model.rate(self.gain + self.bias, DT))

    def store(self, patterns):
        """Replace what is stored by `patterns`, (P, n) or (n,) of ±1 or booleans, written by the rule at once. Returns the memory."""
        patterns = as_patterns("HopfieldAssembly", patterns, self.n)
        _warn_equal(patterns)
        couplings = self.rule(patterns)
        if not isinstance(couplings, Couplings) or couplings.n != self.n:
            raise TypeError(f"HopfieldAssembly.rule must return Couplings of {self.n} pixels, got {couplings!r}")
        self._hold(patterns, couplings, _between_units(couplings, self._spike_weight))
        return self

    def learn(self, patterns, learning_rate=1.0):
        """Add `patterns`, (P, n) or (n,) of ±1 or booleans, through spikes: the units are driven, and `Hebbian` changes the synapses.

        Each pattern is shown for 100 ms, then its negative, as strongly as a cue. With the rule's offset at half of an active
        unit's mean trace, two units that are active together gain 1, of one alone active it loses ½, of none 0; shown in both
        contrasts, the parts that are linear in one unit's activity cancel, and what is written is ξ ξᵀ. `learning_rate` = 1
        makes a pattern as strong as `hebbian` does; with 0 nothing is learned. Couplings inside a pixel's pair are pruned
        afterwards. The synapses are (2n, 2n) and plastic: what `store` had written before is kept and added to. Returns the memory.
        """
        patterns = as_patterns("HopfieldAssembly", patterns, self.n)
        checks.non_negative(self, "learning_rate", learning_rate)
        checks.budget(f"HopfieldAssembly.learn with {self.n} pixels, {2 * self.n} × {2 * self.n} plastic synapses in three copies,",
                      3 * 8 * (2 * self.n) ** 2, MEMORY_BUDGET, "use fewer pixels, or store(), whose weights stay factored")
        units = LIFGroup(2 * self.n, self.model)
        synapses = SynapseGroup(units, units, weight=self._unit_weights(), synapse=self.synapse, rule=self._plasticity(learning_rate))
        network = Network(units, synapses, dt=DT, seed=self.seed)
        for shown in (contrast for pattern in patterns for contrast in (pattern, -pattern)):
            network.reset(keep_weights=True)
            self._scatter(units)
            network.run(SHOWN, inputs={units: self._currents(shown)})
        weight = np.array(synapses.weight)
        pixels = np.arange(self.n)
        for side in (0, self.n):
            weight[pixels + side, pixels] = weight[pixels + side, pixels + self.n] = 0.0
        self._hold(np.concatenate([self.patterns, patterns]), self._between_pixels(weight), weight)
        return self

    def recall(self, cue, cue_time=50.0, hold_time=250.0):
        """What the memory makes of `cue`, an (n,) array of ±1 or booleans with 0 or NaN where unknown, as a `Recall`.

        From random potentials the units get the cue for `cue_time` ms; then it is removed, and for `hold_time` ms they have but
        each other. The last 50 ms are read out. Same memory, cue and seed: same spikes.
        """
        if self.couplings is None:
            raise RuntimeError("HopfieldAssembly.recall: nothing is stored yet; call store or learn first")
        signs = self._signs(cue)
        for field, value, least in (("cue_time", cue_time, SAMPLE), ("hold_time", hold_time, READ_OUT)):
            if checks.number(self, field, value) < least or value % SAMPLE:
                checks.fail(self, field, value, f"a multiple of {SAMPLE} ms and at least {least}")
        units, spikes, network = self._network
        network.reset(keep_weights=True)
        self._scatter(units)
        network.run(cue_time, inputs={units: self._currents(signs)})
        network.run(hold_time, inputs={units: self._currents(0.0 * signs)})
        return self._read(signs, spikes, cue_time, cue_time + hold_time)

    @property
    def _spike_weight(self):
        """What a spike carries for a coupling of 1: a unit at r_sat then gives the mean current gain."""
        return self.gain / (self.saturated_rate / 1000.0 * self.synapse.tau)

    @cached_property
    def _network(self):
        units = LIFGroup(2 * self.n, self.model)
        synapses = SynapseGroup(units, units, weight=self._weight, synapse=self.synapse)
        spikes = SpikeMonitor(units)
        return units, spikes, Network(units, synapses, spikes, dt=DT, seed=self.seed)

    def _hold(self, patterns, couplings, weight):
        self.patterns, self.couplings, self._weight = patterns, couplings, weight
        self.__dict__.pop("_network", None)

    def _scatter(self, units):
        """Random potentials and phases: units that begin alike would fire in lock-step for ever."""
        rng = np.random.default_rng(self.seed)
        units["v"] = rng.random(2 * self.n)
        units["refractory"] = rng.integers(0, round(1000.0 / self.saturated_rate / DT), 2 * self.n)

    def _currents(self, signs):
        """The current of every unit, (2n,), under a cue of `signs` (n,)."""
        drive = self.cue_gain * signs + self.gain * (0.0 if self.couplings is None else self.couplings.bias)
        return self.bias + np.concatenate([drive, -drive])

    def _signs(self, cue):
        cue = np.asarray(cue)
        if cue.shape != (self.n,):
            raise ValueError(f"HopfieldAssembly.cue must have the shape ({self.n},), got {cue.shape}")
        if cue.dtype == bool:
            return np.where(cue, 1.0, -1.0)
        if cue.dtype.kind not in "iuf":
            checks.fail(self, "cue", cue, "numbers or booleans", TypeError)
        signs = np.nan_to_num(cue.astype(np.float64), nan=0.0, posinf=np.inf, neginf=-np.inf)
        wrong = signs[~np.isin(signs, (-1.0, 0.0, 1.0))]
        if wrong.size:
            checks.fail(self, "cue", float(wrong[0]), "−1 or 1, or 0 or NaN where unknown")
        if (signs == 0).any() and (signs == 1).any() and not (signs == -1).any():
            warnings.warn("HopfieldAssembly.cue has ones and zeros only: a zero is an unknown pixel, a dark one is −1", stacklevel=3)
        return signs

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

    def _read(self, signs, events, cue_time, duration):
        n, steps = self.n, round(duration / DT)
        step, unit = np.rint(events.t / DT).astype(np.int64), events.i
        signed = np.bincount(step * n + unit % n, weights=1.0 - 2.0 * (unit >= n), minlength=steps * n).reshape(steps, n)
        t, window = _window(steps, round(1000.0 / self.saturated_rate / DT))
        z = window @ signed
        late = np.bincount(unit[step >= steps - READ_OUT / DT], minlength=2 * n)
        on, off = late[:n], late[n:]
        pattern = np.where(on > off, 1.0, -1.0)
        best = self.patterns[identify(pattern, self.patterns)]
        recognised = (on + off > 0).all() and overlap(pattern, best) >= RECOGNISED and related(signs, best, len(self.patterns))
        return Recall(pattern=pattern, rates=1000.0 * on / READ_OUT, spikes=np.rec.fromarrays([events.t, unit], names="t,i"), t=t,
                      overlaps=np.sign(z) @ self.patterns.T / n, energy=self.couplings.energy(z),
                      recognised=bool(recognised), cue_time=float(cue_time))


@dataclass(frozen=True, eq=False)
class Recall:
    """What came back.

    The trajectory has a sample at each of `t`, of the state z in the 20 ms before it: (ON − OFF rate) / r_sat of each pixel,
    where a spike counts as one period 1/r_sat of activity and not as an instant, so that it does not matter whether the window
    holds a spike more or less. `overlaps` are those of sign(z), with silent pixels as zero, and `energy` is that of z.
    """

    pattern: np.ndarray         # (n,)          ±1: which of a pixel's two units fired more in the last 50 ms; silent: −1
    rates: np.ndarray           # (n,)          Hz, of the ON units, in the last 50 ms
    spikes: np.recarray         # (events,)     fields t in ms and i: unit i < n is the ON unit of pixel i, i + n its OFF unit
    t: np.ndarray               # (samples,)    ms
    overlaps: np.ndarray        # (samples, P)  with each stored pattern
    energy: np.ndarray          # (samples,)    per pixel, `Couplings.energy`
    recognised: bool            # –             no pixel silent, overlap with a stored pattern ≥ 0.95, and the cue `related` to it
    cue_time: float             # ms            when the cue was removed

    def overlap(self, pattern):
        """(1/n) Σ ξ_i s_i of the recalled pattern and another one, (n,); with many, (P, n), an array."""
        return overlap(self.pattern, pattern)


def _window(steps, period):
    """Sample times (samples,) in ms, and the (samples, steps) weights that make z of the spikes of each step.

    z is the fraction of the last WINDOW ms (of what there is of it, in the beginning) in which a unit is active, a spike making
    it active for `period` steps.
    """
    ends = np.arange(1, round(steps * DT / SAMPLE) + 1)[:, None] * round(SAMPLE / DT)
    begins = np.maximum(ends - round(WINDOW / DT), 0)
    spike = np.arange(steps)
    covered = np.minimum(spike + period, ends) - np.maximum(spike, begins)
    return ends[:, 0] * DT, np.maximum(covered, 0) / (ends - begins)


def _between_units(couplings, spike_weight):
    """[[W, −W], [−W, W]] · spike_weight as factors; W's removed diagonal also leaves the pairs ON_i–OFF_i."""
    from scipy.sparse import diags_array

    n = couplings.n
    left = np.concatenate([couplings.right.T, -couplings.right.T])           # W is (to, from), synapses are (from, to)
    right = np.concatenate([couplings.left.T, -couplings.left.T], axis=1)
    own = spike_weight * couplings.diagonal
    minus = diags_array([-own, np.concatenate([own, own]), -own], offsets=[-n, 0, n], shape=(2 * n, 2 * n))
    return Factored(left, spike_weight * right, minus)


def _warn_equal(patterns):
    close = np.triu(np.abs(overlap(patterns, patterns)) == 1.0, k=1)
    if close.any():
        pairs = ", ".join(f"{a} and {b}" for a, b in np.argwhere(close)[:5])
        warnings.warn(f"patterns {pairs} are the same or negatives of each other: recall cannot tell them apart", stacklevel=3)
