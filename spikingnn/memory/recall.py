"""What came back from a memory, read from its spikes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from .scores import overlap, related, settle_time
from .units import DT

__all__ = ["VERDICTS", "Recall", "read"]

SAMPLE, WINDOW = 5, 20      # ms    the trajectory has a sample every SAMPLE ms, over the last WINDOW ms
RECOGNISED = 0.95           # –     overlap with a stored pattern from which on a recall counts as one of it
SETTLED = 0.02              # –     by how much overlaps may still change
MIXED = 6                   # stored patterns that a mixture is looked for among
VERDICTS = ("recognised", "unrelated", "negative", "mixture", "spurious", "nothing")


@dataclass(frozen=True, eq=False)
class Recall:
    """What came back.

    The trajectory has a sample at each of `t`, of the state z in the 20 ms before it: (ON − OFF rate) / r_sat of each pixel,
    where a spike counts as one period 1/r_sat of activity and not as an instant, so that it does not matter whether the window
    holds a spike more or less. `overlaps` are those of sign(z), with silent pixels as zero (of grey patterns the correlations with z),
    and `energy` is that of z.

    `verdict`, one of `VERDICTS`: "recognised" where it is a stored pattern and the cue had to do with it; "unrelated" where it is one,
    but the cue says no more of it than noise would; "negative" of a stored pattern; "mixture", the majority of three stored
    patterns or their negatives; "spurious", anything else that is active; "nothing", where most pixels are silent.
    """

    pattern: np.ndarray         # (n,)          ±1: which of a pixel's two units fired more at the end; silent: −1
    rates: np.ndarray           # (n,)          Hz, of the ON units, at the end: in the last 50 ms (grey: 200)
    spikes: np.recarray         # (events,)     fields t in ms and i: unit i < n is the ON unit of pixel i, i + n its OFF unit
    t: np.ndarray               # (samples,)    ms
    overlaps: np.ndarray        # (samples, P)  with each stored pattern
    energy: np.ndarray          # (samples,)    per pixel
    recognised: bool            # –             is the verdict "recognised"?
    cue_time: float             # ms            when the cue was removed
    verdict: str
    grey: np.ndarray            # (n,)          ON / (ON + OFF) at the end, from 0 to 1; silent: 0

    def __repr__(self):
        best = int(np.argmax(self.overlaps[-1]))
        return (f"Recall({self.verdict!r}, overlap {self.overlaps[-1, best]:.3f} with pattern {best}, "
                f"{len(self.spikes):,} spikes in {self.t[-1]:g} ms)")

    def overlap(self, pattern):
        """(1/n) Σ ξ_i s_i of the recalled pattern and another one, (n,); with many, (P, n), an array."""
        return overlap(self.pattern, pattern)

    @property
    def settled(self):
        """From when on, in ms, the overlap with the pattern that is nearest in the end stays within 0.02 of its last value."""
        return settle_time(self.t, self.overlaps[:, int(np.argmax(self.overlaps[-1]))], SETTLED)


def read(memory, cue, events, cue_time, duration):
    """The `Recall` of a run of `duration` ms under `cue`, from the spikes that a monitor holds."""
    n, steps, units = memory.n, round(duration / DT), memory.units
    step, unit = np.rint(events.t / DT).astype(np.int64), events.i
    signed = np.bincount(step * n + unit % n, weights=1.0 - 2.0 * (unit >= n), minlength=steps * n).reshape(steps, n)
    t, window = _window(steps, units.period)
    z = window @ signed
    late = np.bincount(unit[step >= steps - units.read_out / DT], minlength=2 * n)
    on, off = late[:n], late[n:]
    grey = np.divide(on, on + off, out=np.zeros(n), where=on + off > 0)
    pattern = np.where(on > off, 1.0, -1.0)
    held = pattern if memory.coding == "binary" else np.where(on + off > 0, 2.0 * grey - 1.0, 0.0)
    last = memory.alike(held[None])[0]
    verdict = _verdict(memory, cue, held, last, np.mean(on + off > 0))
    return Recall(pattern=pattern, rates=1000.0 * on / units.read_out, spikes=np.rec.fromarrays([events.t, unit], names="t,i"), t=t,
                  overlaps=memory.alike(z), energy=memory.couplings.energy(z), recognised=verdict == "recognised",
                  cue_time=float(cue_time), verdict=verdict, grey=grey)


def _verdict(memory, cue, held, last, active):
    if active < 0.5:
        return "nothing"
    best, among = int(np.argmax(last)), len(last)
    stored = memory.units.signed(memory.patterns[best])
    whole = active == 1.0 or memory.coding == "gray"
    if last[best] >= RECOGNISED and whole and related(held, stored, among):         # all dark overlaps with every sparse pattern
        return "recognised" if related(memory.units.signed(cue), stored, among) else "unrelated"
    if last.min() <= -RECOGNISED:
        return "negative"
    return "mixture" if memory.coding == "binary" and _mixture(held, last, memory.patterns) else "spurious"


def _mixture(pattern, last, patterns):
    """Is it sign(±ξ¹ ± ξ² ± ξ³) of three of the stored patterns that are nearest? (Amit, Gutfreund & Sompolinsky, PRA 32:1007, 1985)"""
    near = patterns[np.argsort(-np.abs(last))[:MIXED]]
    return any(overlap(pattern, np.sign(np.dot(signs, three))) >= RECOGNISED
               for three in combinations(near, 3) for signs in product((1, -1), repeat=3))


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
