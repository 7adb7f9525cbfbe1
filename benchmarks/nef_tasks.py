"""The six tasks of `nef.py`: sizes, signals and errors, shared by spikingnn and Nengo. NumPy only.

All populations: LIF neurons with a membrane time constant of 20 ms and a refractory period of 2 ms, maximal
rates drawn from 200 to 400 Hz and intercepts from -1 to 0.9, both uniformly; one time step for all.
"""
import os
from dataclasses import dataclass, field

import numpy as np


DT = 0.1                                        # ms
FIRST_SEED = int(os.environ.get("NEF_FIRST_SEED", 0))
FAST, SLOW, PROBE = 5.0, 100.0, 10.0            # ms    synapses forward and recurrent; filter of the read-out
RATES, INTERCEPTS = (200.0, 400.0), (-1.0, 0.9)
OMEGA = 2 * np.pi * 2.0                         # rad/s     2 Hz
CORNERS = [[1, 1], [1, -1], [-1, 1], [-1, -1]]
SIGMA, RHO, BETA = 10.0, 28.0, 8.0 / 3.0
HORIZON = 100                                   # ms    of the forecasts on the Lorenz attractor
SIZE = 8.5                                      # root-mean-square deviation of its three components


def smooth(rng, steps, top=4.0):
    """A signal of frequencies up to `top` Hz, largest value 0.9, (steps,)."""
    t = np.arange(steps) * DT / 1000.0
    f = np.arange(0.5, top + 0.1, 0.5)
    x = np.sin(2 * np.pi * f * t[:, None] + rng.uniform(0, 2 * np.pi, f.size)) @ rng.standard_normal(f.size)
    return 0.9 * x / np.abs(x).max()


def lowpass(x, tau):
    """First-order filter of rows of DT ms, which starts at zero."""
    keep, state, filtered = np.exp(-DT / tau), np.zeros(x.shape[1:]), np.empty(x.shape)
    for k, row in enumerate(x):
        state = keep * state + (1 - keep) * row
        filtered[k] = state
    return filtered


def lorenz(x):
    """dx/dt per second, of (m, 3) vectors whose third component is z - RHO."""
    a, b, c = np.transpose(x)
    return np.stack([SIGMA * (b - a), -a * c - b, a * b - BETA * (c + RHO)], axis=-1)


def rotation(x):
    """dx/dt per second of the oscillator."""
    return OMEGA * np.stack([x[:, 1], -x[:, 0]], axis=-1)


@dataclass(frozen=True)
class Task:
    """What is computed: `function` from the source to the reader, or dx/dt = `flow`(x) + input within one.

    A `reader` of 0 neurons: the source itself is recurrent and read out.
    """

    neurons: int
    seconds: float
    dimensions: int = 1
    reader: int = 0
    radius: float = 1.0
    encoders: list = None
    function: object = None
    flow: object = None
    options: dict = field(default_factory=dict)

    @property
    def steps(self):
        """Number of steps."""
        return round(self.seconds * 1000 / DT)

    def recurrent(self, x):
        """What the recurrent connection computes: x + SLOW · flow(x)."""
        return x + SLOW / 1000.0 * self.flow(x)


TASKS = {
    "channel": Task(200, 3.0, reader=200, function=lambda x: x),
    "square": Task(200, 3.0, reader=200, function=lambda x: x ** 2),
    "product": Task(400, 3.0, dimensions=2, reader=200, radius=np.sqrt(2.0), encoders=CORNERS,
                    function=lambda x: x[:, :1] * x[:, 1:]),
    "integrator": Task(500, 3.0, flow=np.zeros_like),
    "oscillator": Task(1000, 3.0, dimensions=2, flow=rotation),
    "lorenz": Task(2000, 5.0, dimensions=3, radius=60.0, flow=lorenz),
}


def signal(name, seed):
    """What enters the source, (steps, d): x itself, or, for a recurrent one, the input in units of x."""
    task, rng = TASKS[name], np.random.default_rng(seed + 1000)
    if name == "integrator":                    # what integrates to a smooth signal, as a synapse filters it
        x = smooth(rng, task.steps, top=1.0)
        x = 0.9 * (x - x[0]) / np.abs(x - x[0]).max()
        return lowpass(SLOW * np.gradient(x, DT)[:, None], SLOW)
    if task.flow is not None:                   # a push that starts the oscillator, or the chaos
        return np.outer(np.arange(task.steps) < SLOW / DT, np.eye(task.dimensions)[0] * 0.5 * task.radius)
    return np.stack([smooth(rng, task.steps) for _ in range(task.dimensions)], axis=1)


def ideal(name, u):
    """What an ideal population represents under the input u, (steps, d)."""
    task = TASKS[name]
    if not task.flow:
        return lowpass(task.function(u), FAST)
    filtered, x = np.zeros((1, task.dimensions)), np.empty(u.shape)

    def change(now, row):
        return (task.recurrent(now + row) - now) * DT / SLOW

    for k, row in enumerate(u):                 # the midpoint rule
        filtered = filtered + change(filtered + 0.5 * change(filtered, row), row)
        x[k] = filtered + row
    return x


def judge(name, seed, x):
    """{rmse, …} of the decoded x, (ms, d) at 1, 2 … ms, filtered by PROBE."""
    if name == "lorenz":
        return _forecasts(x[1000:])
    every = round(1 / DT)
    error = x - lowpass(ideal(name, signal(name, seed)), PROBE)[every - 1::every]
    result = {"rmse": float(np.sqrt(np.mean(error[200:] ** 2)))}
    return result | {"frequency": _frequency(x[500:, 0])} if name == "oscillator" else result


def _frequency(x):
    """Frequency in Hz of the sinusoid that fits best."""
    t = np.arange(x.size) / 1000.0

    def misfit(hertz):
        basis = np.stack([np.cos(2 * np.pi * hertz * t), np.sin(2 * np.pi * hertz * t)], axis=1)
        return np.sum((x - basis @ np.linalg.lstsq(basis, x, rcond=None)[0]) ** 2)

    best = 2.0
    for width in (0.5, 0.05, 0.005):
        best = min(best + width * np.linspace(-1, 1, 41), key=misfit)
    return float(best)


def _forecasts(x):
    """The rms error of forecasts over HORIZON ms from each decoded state, relative to SIZE."""
    now, ahead = x[:-HORIZON], x[HORIZON:]
    for _ in range(HORIZON):                                            # Runge-Kutta, 1 ms
        a = lorenz(now)
        b = lorenz(now + 0.0005 * a)
        c = lorenz(now + 0.0005 * b)
        now = now + 0.001 / 6 * (a + 2 * b + 2 * c + lorenz(now + 0.001 * c))
    return {"rmse": float(np.sqrt(np.mean((now - ahead) ** 2)) / SIZE),
            "height": float(x[:, 2].mean() + RHO)}
