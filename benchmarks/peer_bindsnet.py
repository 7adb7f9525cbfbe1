"""BindsNET's side of stdp_layer.py: `python peer_bindsnet.py WORKLOAD CASE` is a worker of `common.compare`.

Every picture is encoded, run for its 350 steps and followed by a reset of the states, as in BindsNET's own
examples; the weights are scaled once a picture, at the end of a run. Where its model is not ours its own is
used, in its cheapest form. Needs BindsNET 0.3.4 on PyTorch for the CPU; what it imports for games and cameras
need not be there (see `forgo`).
"""
import ctypes
import importlib.util
import sys
import types

import torch
from common import Stopwatch, serve
from parameters import LAYER, layer_pictures, layer_weights


REST = -65.0                            # mV
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # the numbers of these options in malloc.h
UNUSED = ("torchvision", "torchvision.datasets", "torchvision.transforms", "torchvision.utils", "ale_py",
          "gymnasium", "gymnasium.spaces",
          "tensorboardX", "cv2", "skimage")


class Absent(type):
    """A class of which every attribute is such a class again."""

    def __getattr__(cls, name):
        return absent(name)


def absent(name):
    """The attribute `name` of a package that is not there."""
    if name.startswith("__"):
        raise AttributeError(name)
    return Absent(name, (), {})


def forgo(names):
    """Let `import` succeed for packages that BindsNET imports at its start and that simulating does not
    use."""
    missing = {name for name in names if "." not in name and name not in sys.modules
               and importlib.util.find_spec(name) is None}
    for name in names:
        if name.split(".")[0] in missing:
            module = types.ModuleType(name)
            module.__path__, module.__getattr__ = [], absent
            sys.modules[name] = module


def keep_memory():
    """Let the C library reuse what is freed, else the kernel clears new pages for every temporary array:
    twice the time."""
    allocator = ctypes.CDLL(None) if sys.platform == "linux" else None
    if hasattr(allocator, "mallopt"):
        for option in (TRIM_THRESHOLD, MMAP_THRESHOLD):
            allocator.mallopt(option, 1 << 29)


def build(case):
    """(network, its learning layer) with our starting weights."""
    from bindsnet.learning.MCC_learning import DiehlAndCook
    from bindsnet.models import DiehlAndCook2015, DiehlAndCook2015v2
    p = LAYER
    common = {"n_neurons": p.n, "dt": p.dt, "nu": (0.0, p.eta), "norm": p.total,
              "theta_plus": p.threshold_step,
              "tc_theta_decay": p.tau_threshold, "inh": p.inhibition,
              "exc_thresh": REST + p.bindsnet_threshold[case]}
    start = torch.tensor(layer_weights(), dtype=torch.float32)
    if case == "winner":
        network, name = DiehlAndCook2015v2(p.n_inputs, **common), "Y"
        network.connections["X", name].w.data[:] = start
    else:
        network, name = DiehlAndCook2015(p.n_inputs, learning_rule=DiehlAndCook, **common), "Ae"
        network.connections["X", name].pipeline[0].value.data[:] = start
    return network, name


def prepare(case):
    """Returns what builds the network afresh and measures all pictures."""
    torch.set_num_threads(1)
    keep_memory()
    forgo(UNUSED)
    from bindsnet.encoding import poisson
    from bindsnet.network.monitors import Monitor
    p, pictures = LAYER, torch.tensor(layer_pictures(), dtype=torch.float32)

    def measure():
        torch.manual_seed(1)
        network, name = build(case)
        spikes = Monitor(network.layers[name], ["s"], time=p.steps)
        network.add_monitor(spikes, "spikes")
        count = 0
        with Stopwatch() as watch:
            for picture in pictures:
                network.run({"X": poisson(p.max_rate * picture, p.steps, p.dt)}, time=p.steps * p.dt)
                count += int(spikes.get("s").sum())
                network.reset_state_variables()
        return {"wall": watch.wall, "cpu": watch.cpu, "units": p.images,
                "rate": count / (p.n * p.images * p.steps * p.dt / 1000.0)}
    return measure


if __name__ == "__main__":
    serve(lambda: prepare(sys.argv[2]), ["bindsnet", "torch", "numpy"])
