"""What came back from a memory, read from its spikes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from .pixel_units import DT
from .scores import correlation, overlap, settle_time
from .verdict import RECOGNISED


__all__ = ["VERDICTS", "Recall", "read"]

SAMPLE, WINDOW = 5, 20      # ms    the trajectory has a sample every SAMPLE ms, over the last WINDOW ms
SETTLED = 0.02              # –     by how much overlaps may still change
MIXED = 6                   # stored patterns that a mixture is looked for among
ALIKE = 0.9                 # –     correlation of an answer with a mixture, without what both have in brightness
VERDICTS = ("recognised", "unrelated cue", "negative", "mixture", "spurious", "silent")


@dataclass(frozen=True, eq=False)
class Recall:
    """What came back.

    The trajectory has a sample at each of `t`, of the state z in the 20 ms before it: (ON − OFF rate) / r_sat of each pixel,
    where a spike counts as one period 1/r_sat of activity and not as an instant, so that it does not matter whether the window
    holds a spike more or less. `overlaps` are those of sign(z), with silent pixels as zero (of grey patterns the correlations with z),
    and `energy` is that of z.

    `verdict`, one of `VERDICTS`: "recognised" where the answer is a stored pattern and explains the cue, see `Explanations.score`;
    "unrelated cue" where it is one, but the cue looks like another picture, or like noise; "negative" of a stored pattern that
    explains the cue; "mixture", the majority of three stored patterns or their negatives; "spurious", anything else that is active;
    "silent", where most pixels are.

    `score` says how well the answer explains the cue, as the logarithm of a limit over what was found: "recognised" from zero on; it
    ends at −10 and 10.
    """

    pattern: np.ndarray
    """(n,): ±1: which of a pixel's two units fired more at the end; silent: −1."""
    rates: np.ndarray
    """(n,): Hz, of the ON units, at the end: in the last 50 ms (grey: 200)."""
    spikes: np.recarray
    """(events,): fields t in ms and i: unit i < n is the ON unit of pixel i, i + n its OFF unit."""
    t: np.ndarray
    """(samples,): ms."""
    overlaps: np.ndarray
    """(samples, P)  with each stored pattern."""
    energy: np.ndarray
    """(samples,): per pixel."""
    recognised: bool
    """Is the verdict "recognised"?"""
    cue_time: float
    """ms: when the cue was removed."""
    verdict: str
    grey: np.ndarray
    """(n,): ON / (ON + OFF) at the end, from 0 to 1; silent: 0."""
    score: float
    """≥ 0 where recognised; higher: the answer is a stored pattern and explains the cue better."""

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
    last = memory.pattern_overlaps(held[None])[0]
    verdict, score = _verdict(memory, cue, held, last, np.count_nonzero(on + off == 0))
    return Recall(pattern=pattern, rates=1000.0 * on / units.read_out, spikes=np.rec.fromarrays([events.t, unit], names="t,i"), t=t,
                  overlaps=memory.pattern_overlaps(z), energy=memory.couplings.energy(z), recognised=verdict == "recognised",
                  cue_time=float(cue_time), verdict=verdict, grey=grey, score=score)


def _verdict(memory, cue, held, last, silent):
    """The verdict and the score of an answer `held` (n,) with overlaps `last` (P,), `silent` of whose pixels did not fire."""
    known, best = memory.explanations, int(np.argmax(last))
    cue = memory.units.signed(cue)
    kept = known.fidelity(held, last[best], best)
    if silent and memory.coding == "binary":
        kept = min(kept, np.log(0.5 / silent))
    explained = known.score(cue, held, best)
    score = float(min(kept, explained))
    if silent > 0.5 * memory.n:
        return "silent", min(score, np.log(0.5 * memory.n / silent))
    if kept >= 0:
        return "recognised" if explained >= 0 else "unrelated cue", score
    opposite = int(np.argmin(last))
    if known.fidelity(-held, -last[opposite], opposite) >= 0 and known.score(cue, held, opposite) >= 0:
        return "negative", score
    return "mixture" if memory.coding == "binary" and _mixture(held, last, memory.patterns) else "spurious", score


def _mixture(pattern, last, patterns):
    """Is it sign(±ξ¹ ± ξ² ± ξ³) of three of the stored patterns that are nearest, and more like that than like one of them?

    Brightness is no likeness: the majority of three dark pictures is nearly black, and so is much else.
    Source: Amit, Gutfreund & Sompolinsky, PRA 32:1007 (1985).
    """
    near = patterns[np.argsort(-np.abs(last))[:MIXED]]
    least = max(RECOGNISED, np.abs(last).max())
    return any(overlap(pattern, mixed) >= least and correlation(pattern, mixed) >= ALIKE
               for three in combinations(near, 3) for mixed in (np.sign(np.dot(signs, three)) for signs in product((1, -1), repeat=3)))


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
