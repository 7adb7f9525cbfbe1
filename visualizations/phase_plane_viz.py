"""Phase planes: nullclines and trajectories of the FitzHugh–Nagumo and AdEx neurons, and their potentials."""

import numpy as np

from spikingnn import Equations, simulate
from spikingnn.plotting import BLUE
from spikingnn.plotting.slides import plt, present

LOW, HIGH, PULSE = 0.0, 0.5, 0.21       # dimensionless constant currents of FitzHugh–Nagumo; nA of AdEx
DURATION, DT = 200.0, 0.05              # ms
FITZHUGH_NAGUMO = Equations("""dv/dt = v - v**3/3 - w + I
                               dw/dt = 0.08*(v + 0.7 - 0.8*w)""", initial={"v": -1.0, "w": 0.0})
ADEX = Equations("""dv/dt = (g*(v_l - v) + g*s*exp((v - v_t)/s) - w + I)/c
                    dw/dt = (a*(v - v_l) - w)/tau""",
                 "v > 0", "v = v_r; w += b", g=0.01, v_l=-58.0, s=2.0, v_t=-50.0, c=0.2, a=0.002, tau=120.0,
                 v_r=-46.0, b=0.1, initial={"v": -58.0})        # regular bursting, Naud et al. 2008
CASES = {f"FitzHugh–Nagumo, I = {LOW:g}": (FITZHUGH_NAGUMO, LOW, (-2.4, 2.4), (-0.8, 1.8)),
         f"FitzHugh–Nagumo, I = {HIGH:g}": (FITZHUGH_NAGUMO, HIGH, (-2.4, 2.4), (-0.8, 1.8)),
         f"AdEx, I = {PULSE:g} nA": (ADEX, PULSE, (-66.0, -38.0), (-0.02, 0.42))}


def draw(seed):                         # nothing here is random
    figure, axes = plt.subplots(2, 3, height_ratios=[1.9, 1])
    figure.suptitle("Without a stable fixed point, a neuron fires again and again")
    for (title, (model, current, x, y)), plane, trace in zip(CASES.items(), *axes):
        points = model.phase_plane(plane, "v", "w", current, x, y)
        kinds = ", ".join(point.kind for point in points) or "no fixed point"
        plane.set_title(f"{title}\n{kinds}")
        for label in list(plane.texts):
            label.remove()
        run = simulate(model, current, DURATION, DT)
        trace.plot(run.t, np.clip(run.v, None, x[1]), color=BLUE)
        trace.set(xlabel="time (ms)", ylabel="v", xlim=(0, DURATION))
    axes[0, 2].set(xlabel="v (mV)", ylabel="w (nA)")
    axes[1, 2].set_ylabel("v (mV)")
    figure.legend(*plane.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


if __name__ == "__main__":
    present(draw)
