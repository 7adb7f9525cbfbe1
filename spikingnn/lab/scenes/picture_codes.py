"""A picture as spikes: the same pixels in nine codes.

Upload a picture of your own, or draw into this one.
"""

import numpy as np

from spikingnn.datasets import photographs, resized
from spikingnn.encoding import (BurstEncoder, DeltaEncoder, IdentityEncoder, LatencyEncoder, PhaseEncoder,
                                PoissonEncoder, PopulationEncoder, RankOrderEncoder)

from ..marks import BLUE, GREY, ORANGE, axes, image, line, raster
from ..parameters import Drawing, Slider


GROUP = "Populations and codes"
SIDE, SHOWN, DURATION, DT = 48, 100, 100.0, 0.5         # pixels; pixels in a raster; ms


def own():
    """The bundled photographs as digits."""
    return [np.round(255 * resized(photo, SIDE)).astype(np.uint8).tobytes().hex()
            for photo in photographs().images]


PARAMETERS = {
    "picture": Drawing("picture", side=SIDE, own=own, follows="photo"),
    "photo": Slider("photograph", 0, 11, 1),
    "max_rate": Slider("highest rate (Poisson)", 20.0, 500.0, 10.0, "Hz"),
    "bits": Slider("bits (phase)", 2, 8, 1),
    "max_spikes": Slider("most spikes (burst)", 2, 8, 1),
    "threshold": Slider("threshold (identity)", 0.05, 0.95, 0.01),
    "change": Slider("change per spike (delta)", 0.02, 0.5, 0.01),
    "row": Slider("line of the picture (orange)", 0, SIDE - 1, 1),
    "seed": Slider("seed", 0, 99, 1)}
PRESETS = {"fewer spikes": {"max_rate": 50.0, "bits": 3, "max_spikes": 3, "change": 0.2},
           "another photograph": {"photo": 5}}


def run(picture="", photo=0, max_rate=200.0, bits=5, max_spikes=5, threshold=0.5, change=0.1, row=20, seed=0):
    """{code: (times, brightness of the pixel that spikes)} of 100 pixels in the order of brightness."""
    levels = (np.frombuffer(bytes.fromhex(picture), np.uint8) / 255.0 if picture
              else resized(photographs().images[photo], SIDE).ravel())
    values = np.sort(levels)[np.linspace(0, levels.size - 1, SHOWN).astype(int)]
    encoders = {"Poisson": PoissonEncoder(max_rate), "latency, linear": LatencyEncoder(100.0, latest=90.0),
                "latency, log": LatencyEncoder(100.0, latest=90.0, scale="log"),
                "rank order": RankOrderEncoder(100.0, interval=0.5),
                "phase": PhaseEncoder(bits=bits, phase=bits * 2.0),
                "burst": BurstEncoder(100.0, max_spikes=max_spikes, shortest=5.0, longest=90.0 / max_spikes),
                "identity": IdentityEncoder(threshold=threshold)}
    codes = {}
    for name, encoder in encoders.items():
        spikes = encoder.encode(values, DURATION, DT, seed)
        codes[name] = spikes.t, values[spikes.i]
    signal = levels.reshape(SIDE, SIDE)[row, np.arange(200) * SIDE // 200]
    seen = PopulationEncoder(max_rate=400.0, width=0.06).encode(signal[:, None].repeat(SHOWN, axis=1),
                                                                DURATION, DT, seed)
    codes["population"] = seen.t, seen.i / (SHOWN - 1)
    on, off = (DeltaEncoder(change, polarity=sign).encode(signal[:, None], DURATION, DT).t
               for sign in (1, -1))
    return levels.reshape(SIDE, SIDE), codes, signal, on, off


def draw(result, row):
    levels, codes, signal, on, off = result
    ends, times = (0.0, DURATION), np.arange(signal.size) * DT
    ticks = {"x": "time (ms)", "xticks": {0: "0", 50: "50", 100: "100"}, "yticks": {0: "0", 1: "1"}}
    shown = [axes(image(levels), line([0, SIDE], [row + 0.5] * 2, ORANGE), square=True, xlim=(0, SIDE),
                  ylim=(SIDE, 0), title="the picture")]
    for name, (t, brightness) in codes.items():
        shown.append(axes(raster(t, brightness, BLUE, height=0.02), xlim=ends, ylim=(-0.03, 1.03), title=name,
                          y="brightness" if name in ("Poisson", "phase") else "", **ticks))
    shown.append(axes(line(times, signal, GREY, step=True), raster(on, 0 * on + 1.12, BLUE, height=0.12),
                      raster(off, 0 * off - 0.12, ORANGE, height=0.12), title="delta: up (blue), down",
                      xlim=ends, ylim=(-0.22, 1.22), **ticks))
    return [shown[:5], shown[5:]]
