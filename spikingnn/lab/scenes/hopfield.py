"""Hopfield recall by spikes: corrupt the cue by noise, or draw and erase in it.

The network completes what it has stored, and says so where the answer does not explain the cue.
"""

from functools import lru_cache

import numpy as np

from spikingnn import HopfieldAssembly, corrupt
from spikingnn.datasets import photographs, resized
from spikingnn.memory import binarize

from ..marks import BLUE, GREY, ORANGE, axes, image, line, moment, raster
from ..parameters import Choice, Drawing, Slider


GROUP = "Memory and learning"
SIDE = 32                               # pixels


@lru_cache
def stored(number):
    """The first photographs, in black and white: ±1, (number, pixels)."""
    return binarize(np.stack([resized(photo, SIDE)
                              for photo in photographs().images[:number]])).reshape(number, -1)


def own():
    """The stored pictures as digits."""
    return [np.where(pattern > 0, 255, 0).astype(np.uint8).tobytes().hex() for pattern in stored(12)]


PARAMETERS = {
    "cue": Drawing("cue before the noise: draw or erase", side=SIDE, levels=2, own=own, follows="picture"),
    "picture": Slider("start from picture", 0, 11, 1),
    "flip": Slider("noise: flipped pixels", 0.0, 0.5, 0.01),
    "occlude": Slider("covered part", 0.0, 0.9, 0.05),
    "number": Slider("stored pictures", 1, 12, 1),
    "rule": Choice("learning rule", options=("projection", "hebbian", "storkey")),
    "seed": Slider("seed", 0, 99, 1)}
PRESETS = {"30 % noise": {"flip": 0.3}, "half is covered": {"flip": 0.0, "occlude": 0.5},
           "too much noise": {"flip": 0.46},
           "a picture it never saw": {"flip": 0.0, "number": 4, "picture": 9},
           "Hebb's rule fails": {"rule": "hebbian"}}


def run(cue="", picture=0, flip=0.3, occlude=0.0, number=12, rule="projection", seed=0):
    """Store, corrupt, recall: 50 ms with the cue, then 250 ms without."""
    patterns = stored(number)
    memory = HopfieldAssembly(SIDE * SIDE, rule=rule, seed=seed).store(patterns)
    clean = (np.where(np.frombuffer(bytes.fromhex(cue), np.uint8) > 127, 1.0, -1.0) if cue
             else stored(12)[picture])
    shown = corrupt(clean, flip=flip, occlude=occlude, seed=seed)
    return shown, memory.recall(shown)


def draw(result, number):
    cue, recall = result
    best = int(np.argmax(recall.overlaps[-1]))
    framed = {"xlim": (0, SIDE), "ylim": (SIDE, 0), "square": True}
    answer = np.where(recall.rates > 0, recall.pattern, -1.0)
    pictures = [axes(image(each.reshape(SIDE, SIDE), -1.0, 1.0), title=title, **framed) for each, title in (
        (cue, "cue"), (answer, "recalled"), (stored(12)[best], f"nearest stored: {best}"))]
    others = [line(recall.t, values, GREY, width=1.0) for k, values in enumerate(recall.overlaps.T)
              if k != best]
    course = axes(*others, line(recall.t, recall.overlaps[:, best], BLUE, f"picture {best}", width=3.0),
                  moment(recall.cue_time, ORANGE, "cue removed"), x="time (ms)", y="overlap",
                  xlim=(0.0, 300.0), ylim=(-0.4, 1.05))
    units = recall.spikes.i % 16 == 0
    spikes = axes(raster(recall.spikes.t[units], recall.spikes.i[units] // 16, BLUE),
                  moment(recall.cue_time, ORANGE),
                  x="time (ms)", y="every 16th unit", xlim=(0.0, 300.0), ylim=(-1, SIDE * SIDE // 8))
    pictures[1]["title"] = f"{recall.verdict}, score {recall.score:+.2f}".replace("-", "−")
    return [pictures, [course, spikes]]
