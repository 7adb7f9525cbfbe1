"""What the scripts share: command-line options, and the size and style of a lecture slide."""

import argparse
import sys
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt

from spikingnn.plotting import BLUE, GREEN, ORANGE, save_figure

STYLE = {
    "figure.figsize": (12.8, 7.2), "figure.dpi": 125, "figure.titlesize": 20, "figure.titleweight": "bold",
    "figure.constrained_layout.use": True, "figure.constrained_layout.h_pad": 0.12,
    "figure.constrained_layout.w_pad": 0.12, "font.size": 15, "axes.titlesize": 15,
    "axes.titlelocation": "left", "axes.labelsize": 15, "legend.fontsize": 14,
    "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 1.2,
    "axes.prop_cycle": plt.cycler(color=[BLUE, ORANGE, GREEN]),
    "lines.linewidth": 2.2, "legend.frameon": False, "image.interpolation": "nearest",
}


def present(draw, **options):
    """Run a script: `draw(seed, ...)` returns a figure, which is saved, or shown where there is a screen.

    `options` maps the names of further command-line options to their help texts; their default is None.
    """
    module = sys.modules[draw.__module__]
    parser = argparse.ArgumentParser(description=module.__doc__)
    parser.add_argument("--save", metavar="FILE", help="write the picture to FILE (.png, .pdf, .svg …)")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random numbers (default 1)")
    for name, text in options.items():
        parser.add_argument(f"--{name}", metavar="FILE", help=text)
    arguments = vars(parser.parse_args())
    target = arguments.pop("save")
    if target is None and matplotlib.get_backend().lower() == "agg":        # no screen
        target = f"{Path(module.__file__).stem}.png"
    try:
        with matplotlib.rc_context(STYLE):
            figure = draw(**arguments)
            if target is None:
                plt.show()
            else:
                save_figure(figure, target)
                print(f"saved {target}")
    except (OSError, ValueError) as error:          # unreadable picture, unknown format, negative seed
        parser.error(str(error))
