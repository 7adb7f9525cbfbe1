"""Every synapse model of the package, found by its class, for the generic tests."""

import importlib
import pkgutil

import spikingnn
from spikingnn import NMDASynapse, Synapse


# weights at which forty Poisson inputs make neurons spike
SCALE = {"mV": 3.0, "nA": 0.3, "µS": 0.006}
EXAMPLES = {NMDASynapse: lambda: NMDASynapse(saturating=False)}     # with saturation it has a rule of its own


def _classes(base):
    for subclass in base.__subclasses__():
        yield subclass
        yield from _classes(subclass)


def synapses():
    """An instance of each synapse model, in the order of their names."""
    for module in pkgutil.walk_packages(spikingnn.synapses.__path__, "spikingnn.synapses."):
        importlib.import_module(module.name)
    found = sorted({cls for cls in _classes(Synapse) if cls.__module__.startswith("spikingnn.synapses.")},
                   key=lambda cls: cls.__name__)
    return [EXAMPLES.get(cls, cls)() for cls in found]


def spiking_synapses():
    """Those that deliver spikes."""
    return [synapse for synapse in synapses() if synapse.uses_spikes]


def name_of(value):
    """The name of a test of `value`."""
    return value if isinstance(value, str) else type(value).__name__
