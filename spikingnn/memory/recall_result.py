"""The result of a recall, read from the spikes of the memory's units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._util import checks
from .._util.typing import ArrayLike, FloatArray
from .pixel_units import DT, PixelUnits
from .scores import overlap, settle_time

if TYPE_CHECKING:
    from ..monitors import SpikeMonitor
    from .assembly import HopfieldAssembly


__all__ = ["SAMPLE", "Recall", "RecallTimes", "read_recall"]

SAMPLE, WINDOW = 5, 20      # ms    the trajectory has a sample every SAMPLE ms, over the last WINDOW ms
SETTLED = 0.02              # –     by how much overlaps may still change


class RecallTimes(NamedTuple):
    """When a recall does what."""

    cue_time: float             # ms    under the cue
    hold_time: float            # ms    after it, at most
    sustain: float              # fraction of the cue that stays
    until_settled: bool         # end as soon as two read-outs in a row agree

    @classmethod
    def checked(cls, units: PixelUnits, cue_time: float, hold_time: float | None, sustain: float,
                until_settled: bool) -> RecallTimes:
        """Check the times, and take those of the `units` where they are None."""
        owner, hold_time = "HopfieldAssembly", units.hold_time if hold_time is None else hold_time
        for field, value, least in (("cue_time", cue_time, SAMPLE), ("hold_time", hold_time, units.read_out)):
            if checks.number(owner, field, value) < least or value % SAMPLE:
                checks.fail(owner, field, value, f"a multiple of {SAMPLE} ms and at least {least}")
        checks.unit_interval(owner, "sustain", sustain)
        return cls(cue_time, hold_time, sustain, bool(until_settled))


@dataclass(frozen=True, eq=False)
class Recall:
    """What came back from a memory.

    The trajectory has a sample at each of ``t``, of the state z in the 20 ms before it: (ON − OFF rate) /
    r_sat of each pixel, where a spike counts as one period 1/r_sat of activity and not as an instant, so
    that it does not matter whether the window holds one spike more or less.

    The verdict is one of `VERDICTS`: ``"recognised"`` where the answer is a stored pattern and explains the
    cue, see `Explanations.score`; ``"unrelated cue"`` where it is a stored pattern, but the cue looks like
    another picture, or like noise; ``"negative"`` of a stored pattern that explains the cue; ``"mixture"``,
    the majority of three stored patterns or their negatives; ``"spurious"``, anything else that is active;
    ``"silent"`` where most pixels are silent.

    Parameters
    ----------
    pattern : FloatArray
        (n,): ±1, which of a pixel's two units fired more at the end; silent: −1.
    rates : FloatArray
        (n,): Hz, of the ON units, at the end: in the last 50 ms (grey: 200).
    spikes : np.recarray[Any, Any]
        (events,): fields t in ms and i; unit i < n is the ON unit of pixel i, i + n its OFF unit.
    t : FloatArray
        (samples,): ms, of the trajectory.
    overlaps : FloatArray
        (samples, P): of sign(z) with each stored pattern, silent pixels counting as 0; of grey levels
        the correlations.
    energy : FloatArray
        (samples,): energy of z per pixel.
    recognised : bool
        Whether the verdict is "recognised".
    cue_time : float
        ms: when the cue was removed.
    verdict : str
        One of `VERDICTS`.
    grey : FloatArray
        (n,): ON / (ON + OFF) at the end, from 0 to 1; silent: 0.
    score : float
        From −10 to 10, ≥ 0 where recognised: how well the answer is a stored pattern and explains the
        cue, as the logarithm of a limit over what was found.
    answer : FloatArray
        (n,): what was read out in the form of the stored patterns: `pattern`, or `grey` where levels
        are stored.

    Examples
    --------
    >>> from spikingnn.memory import HopfieldAssembly, corrupt, random_patterns
    >>> patterns = random_patterns(3, 100, np.random.default_rng(0))
    >>> memory = HopfieldAssembly(100, seed=0).store(patterns)
    >>> recall = memory.recall(corrupt(patterns[0], flip=0.2, seed=1))
    >>> recall.verdict, recall.overlap(patterns[0])
    ('recognised', 1.0)

    The cue holds the overlap at 0.6; once it is removed, the network completes the pattern within 15 ms:

    >>> recall.cue_time, recall.settled, recall.overlaps[[9, -1], 0]
    (50.0, 65.0, array([0.6, 1. ]))
    """

    pattern: FloatArray
    """(n,): ±1, which of a pixel's two units fired more at the end; silent: −1."""
    rates: FloatArray
    """(n,): Hz, of the ON units, at the end: in the last 50 ms (grey: 200)."""
    spikes: np.recarray[Any, Any]
    """(events,): fields t in ms and i; unit i < n is the ON unit of pixel i, i + n its OFF unit."""
    t: FloatArray
    """(samples,): ms, of the trajectory."""
    overlaps: FloatArray
    """(samples, P): of sign(z) with each stored pattern, silent pixels counting as 0; of grey levels the
    correlations."""
    energy: FloatArray
    """(samples,): energy of z per pixel."""
    recognised: bool
    """Whether the verdict is "recognised"."""
    cue_time: float
    """ms: when the cue was removed."""
    verdict: str
    """One of `VERDICTS`."""
    grey: FloatArray
    """(n,): ON / (ON + OFF) at the end, from 0 to 1; silent: 0."""
    score: float
    """From −10 to 10, ≥ 0 where recognised: how well the answer is a stored pattern and explains the cue,
    as the logarithm of a limit over what was found."""
    answer: FloatArray
    """(n,): what was read out in the form of the stored patterns: `pattern`, or `grey` where levels are
    stored."""

    def __repr__(self) -> str:
        best = int(np.argmax(self.overlaps[-1]))
        return (f"Recall({self.verdict!r}, overlap {self.overlaps[-1, best]:.3f} with pattern {best}, "
                f"{len(self.spikes):,} spikes in {self.t[-1]:g} ms)")

    def overlap(self, pattern: ArrayLike) -> Any:
        """Return the overlap (1/n) Σ ξ_i s_i of the recalled pattern with another one, (n,); with many, (P,
        n), an array."""
        return overlap(self.pattern, pattern)

    @property
    def settled(self) -> float:
        """Time in ms from which on the overlap with the pattern that is nearest in the end stays within
        0.02."""
        return settle_time(self.t, self.overlaps[:, int(np.argmax(self.overlaps[-1]))], SETTLED)


def read_recall(memory: HopfieldAssembly, cue: FloatArray, events: SpikeMonitor, cue_time: float,
                duration: float) -> Recall:
    """Return the `Recall` of a run of `duration` ms under `cue` (n,), from the spikes that a monitor
    holds."""
    n, steps, units = memory.n, round(duration / DT), memory.units
    step, unit = np.rint(events.t / DT).astype(np.int64), events.i
    signed = np.bincount(step * n + unit % n, weights=1.0 - 2.0 * (unit >= n), minlength=steps * n)
    t, window = _window(steps, units.period)
    z = window @ signed.reshape(steps, n)
    late = np.bincount(unit[step >= steps - units.read_out / DT], minlength=2 * n)
    on, off = late[:n], late[n:]
    active = on + off > 0
    grey = np.divide(on, on + off, out=np.zeros(n), where=active)
    pattern = np.where(on > off, 1.0, -1.0)
    state = units.final_state(pattern, grey, active)
    last, silent = memory.pattern_overlaps(state[None])[0], int(np.count_nonzero(~active))
    verdict, score = memory.explanations.verdict(units.to_state(cue), state, last, silent)
    spikes = np.rec.fromarrays([events.t, unit], [("t", events.t.dtype), ("i", unit.dtype)])
    return Recall(pattern=pattern, rates=1000.0 * on / units.read_out, t=t, cue_time=float(cue_time),
                  grey=grey, spikes=spikes,
                  overlaps=memory.pattern_overlaps(z), energy=memory.energy(z),
                  recognised=verdict == "recognised", verdict=verdict, score=score,
                  answer=units.answer(pattern, grey))


def _window(steps: int, period: int) -> tuple[FloatArray, FloatArray]:
    """Return sample times (samples,) in ms, and the weights (samples, steps) that make z of the spikes of
    each step.

    z is the fraction of the last WINDOW ms (of what there is of it, in the beginning) in which a unit is
    active, a spike making it active for `period` steps.
    """
    ends = np.arange(1, round(steps * DT / SAMPLE) + 1)[:, None] * round(SAMPLE / DT)
    begins = np.maximum(ends - round(WINDOW / DT), 0)
    spike = np.arange(steps)
    covered = np.minimum(spike + period, ends) - np.maximum(spike, begins)
    return np.asarray(ends[:, 0] * DT, np.float64), np.maximum(covered, 0) / (ends - begins)
