"""Networks as readable folders, from which another process rebuilds them: JSON, arrays, nothing executed.

`network.json` says what the groups, synapses and monitors are; each array is an .npy file. `Network.save`
writes the state of a network for a network that is built already; `save_folder` writes the network itself.
"""

from .files import load_folder, save_folder


__all__ = ["load_folder", "save_folder"]
