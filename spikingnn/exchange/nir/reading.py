"""A NIR graph as a model."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from ..._util import checks
from ..._util.extras import optional
from ..._util.text import first_line
from ..._util.typing import FloatArray, IntArray, PathLikeText
from ...training import Conv2d, Delay, Dense, Flatten, Layer, LIFLayer, Mean, Model, Pool, Readout
from .writing import flattened_order


__all__ = ["from_nir"]

LONG = 10.0             # s: time constants above are probably in another unit


def from_nir(graph: Any, steps: int = 8, dt: float = 0.1, reset: str = "zero", dtype: str = "float32",
             discretisation: str = "euler") -> Model:
    """Return the model that a NIR graph describes: a chain of weights, neurons, pooling and delays.

    Parameters
    ----------
    graph : nir.NIRGraph or path
        The graph, or the file that holds it.
    steps : int
        Number of time steps of the model.
    dt : float
        ms: length of one step; 0.1 is what snnTorch assumes.
    reset : str
        What happens to the membrane at a spike, see `LIFLayer`. NIR says ``"zero"``; a graph that
        snnTorch wrote of neurons that subtract the threshold needs ``"late"``, because NIR cannot tell.
    dtype : str
        ``"float32"`` or ``"float64"``.
    discretisation : str
        ``"euler"``: β = 1 − dt/τ, as snnTorch; ``"exact"``: β = exp(−dt/τ), the current held in a step.

    Returns
    -------
    Model
        Model for pictures (height, width, channels) where the graph takes (channels, height, width).

    Raises
    ------
    ValueError
        For nodes, parameters and connections that a model cannot express, with the name of the node, and for
        files that cannot be read.
    ImportError
        Without the package nir.

    Examples
    --------
    >>> from spikingnn.exchange.nir import to_nir
    >>> graph = to_nir(Model([Dense(10), LIFLayer(0.8, reset="zero")], shape=4))
    >>> from_nir(graph, steps=25).names
    ('0_Dense', '1_LIF')
    """
    library = optional("nir", "NIR graphs", "nir")
    checks.one_of("from_nir", "discretisation", discretisation, ("euler", "exact"))
    if not isinstance(graph, library.NIRGraph):
        graph = _read(library, graph)
    chain = _chain(library, graph)
    first = next(iter(chain.values()))
    step = checks.positive("from_nir", "dt", dt) / 1000.0
    build = _Builder(library, first.input_type["input"], step, reset, discretisation)
    for name, node in list(chain.items())[1:-1]:
        build.add(name, node)
    metadata = graph.metadata if isinstance(graph.metadata, dict) else {}
    if _text(metadata.get("spikingnn_mean")) == "True":
        build.average()
    readout = _text(metadata.get("spikingnn_readout", "membrane"))
    return build.model(steps, dtype, readout)


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def _read(library: Any, path: PathLikeText) -> Any:
    source = Path(path)
    if not source.is_file():
        raise FileNotFoundError(2, "no such file", str(source))
    try:
        return library.read(str(source))
    except Exception as problem:            # whatever h5py and nir raise over damaged or foreign files
        raise ValueError(f"{source} holds no NIR graph that can be read: {first_line(problem)}") from None


def _chain(library: Any, graph: Any) -> dict[str, Any]:
    """Return the nodes from the input to the output, in order; a branch, a cycle or a gap is refused."""
    after: dict[str, list[str]] = {name: [] for name in graph.nodes}
    before: dict[str, list[str]] = {name: [] for name in graph.nodes}
    for source, target in graph.edges:
        if source not in after or target not in after:
            raise ValueError(f"from_nir: the edge {source} → {target} leads to a node that does not exist")
        after[source].append(target)
        before[target].append(source)
    inputs = [name for name, node in graph.nodes.items() if isinstance(node, library.Input)]
    outputs = [name for name, node in graph.nodes.items() if isinstance(node, library.Output)]
    if len(inputs) != 1 or len(outputs) != 1:
        raise ValueError(f"from_nir: a model has one input and one output, the graph {len(inputs)} and "
                         f"{len(outputs)}")
    chain = {inputs[0]: graph.nodes[inputs[0]]}
    name = inputs[0]
    while name != outputs[0]:
        if len(after[name]) != 1 or len(before[after[name][0]]) != 1:
            where = name if len(after[name]) != 1 else after[name][0]
            raise ValueError(
                f"from_nir: a model is a chain of layers without branches and cycles, and {where} has "
                f"{len(before[where])} incoming and {len(after[where])} outgoing connections")
        name = after[name][0]
        chain[name] = graph.nodes[name]
    if len(chain) < len(graph.nodes):
        unused = sorted(set(graph.nodes) - set(chain))
        raise ValueError(f"from_nir: {', '.join(unused)} are not between input and output")
    return chain


class _Builder:
    """Collects the layers and parameters of a chain of nodes."""

    def __init__(self, library: Any, shape: Any, step: float, reset: str, discretisation: str) -> None:
        shape = tuple(int(side) for side in np.atleast_1d(shape))
        if len(shape) not in (1, 3):
            raise ValueError(f"from_nir: samples must be (n,) or (channels, height, width), got {shape}")
        self.shape = shape                          # of the present signal, as NIR has it
        self.input_shape = shape if len(shape) == 1 else (*shape[1:], shape[0])
        self.step, self.reset, self.exact = step, reset, discretisation == "exact"
        self.layers: list[Layer] = []
        self.values: dict[int, dict[str, FloatArray]] = {}      # number of a layer -> its parameters
        self.order: IntArray | None = None          # of a flattened picture, see `flattened_order`
        self.scale: float = 1.0                     # factor of the signal that is still to be applied
        self.kinds: dict[type, Callable[[str, Any], None]] = {
            library.Affine: self._dense, library.Linear: self._dense, library.Conv2d: self._convolution,
            library.LIF: self._neurons, library.CubaLIF: self._neurons, library.IF: self._neurons,
            library.LI: self._membranes, library.SumPool2d: self._pool, library.AvgPool2d: self._pool,
            library.Flatten: self._flatten, library.Delay: self._delay}

    def add(self, name: str, node: Any) -> None:
        """Add the layers of one node."""
        if type(node) not in self.kinds:
            known = ", ".join(kind.__name__ for kind in self.kinds)
            raise ValueError(f"from_nir: {name} is a {type(node).__name__}; a model can be made of {known}")
        self.kinds[type(node)](name, node)

    def average(self) -> None:
        """Average over time behind the last spiking layer."""
        at = max((k for k, layer in enumerate(self.layers) if layer.spiking), default=-1) + 1
        self.layers.insert(at, Mean())
        self.values = {k + (k >= at): values for k, values in self.values.items()}

    def model(self, steps: int, dtype: str, readout: str) -> Model:
        """Return the model with its parameters."""
        if self.scale != 1.0:
            raise ValueError("from_nir: a SumPool2d at the end has no neurons or weights behind it")
        model = Model(self.layers, self.input_shape, steps=steps, dtype=dtype, readout=readout)
        for k, values in self.values.items():
            for name, array in values.items():
                model.parameters[f"{model.names[k]}.{name}"] = array
        return model

    # --- weights --------------------------------------------------------------------------------------------

    def _dense(self, name: str, node: Any) -> None:
        weight = np.asarray(node.weight, np.float64)
        if weight.ndim != 2 or self.shape != (weight.shape[1],):
            _refuse(name, f"weights of shape {weight.shape} do not fit samples of shape {self.shape}")
        if self.order is not None:
            ours = np.empty_like(weight)
            ours[:, self.order] = weight
            weight, self.order = ours, None
        self._add_weights(Dense(len(weight), bias=hasattr(node, "bias")), weight.T, node)
        self.shape = (len(weight),)

    def _convolution(self, name: str, node: Any) -> None:
        weight = np.asarray(node.weight, np.float64)
        if weight.ndim != 4 or len(self.shape) != 3 or weight.shape[1] != self.shape[0]:
            _refuse(name, f"weights of shape {weight.shape} do not fit samples of shape {self.shape}")
        stride, dilation = (_one(name, field, getattr(node, field)) for field in ("stride", "dilation"))
        side = _one(name, "kernel", weight.shape[2:])
        padding = {"valid": 0, "same": (side - 1) // 2}.get(str(node.padding))
        if str(node.padding) == "same" and (stride != 1 or side % 2 == 0):
            _refuse(name, 'padding="same" with a stride or an even kernel')
        padding = _one(name, "padding", node.padding) if padding is None else padding
        if dilation != 1 or int(node.groups) != 1:
            _refuse(name, f"dilation {dilation} and groups {int(node.groups)}; both must be 1")
        channels = len(weight)
        layer = Conv2d(channels, kernel=side, stride=stride, padding=padding)
        self._add_weights(layer, weight.transpose(2, 3, 1, 0).reshape(-1, channels), node)
        height, width = ((n + 2 * padding - side) // stride + 1 for n in self.shape[1:])
        self.shape = (channels, height, width)

    def _add_weights(self, layer: Layer, weight: FloatArray, node: Any) -> None:
        values = {"weight": weight * self.scale}
        if getattr(layer, "bias", False):
            values["bias"] = np.asarray(node.bias, np.float64)
        for field, array in values.items():
            if not np.isfinite(array).all():
                raise ValueError(f"from_nir: {type(node).__name__}.{field} must be finite")
        self.scale = 1.0
        self._append(layer, values)

    # --- neurons --------------------------------------------------------------------------------------------

    def _neurons(self, name: str, node: Any) -> None:
        gain: float | FloatArray
        if hasattr(node, "tau_syn"):
            decay_syn, gain_syn = self._decay_and_gain(name, "tau_syn", node.tau_syn, node.w_in)
            self._append(Readout(decay=_short(decay_syn)))
            decay, gain = self._decay_and_gain(name, "tau_mem", node.tau_mem, node.r)
            gain = gain * gain_syn
        elif hasattr(node, "tau"):
            decay, gain = self._decay_and_gain(name, "tau", node.tau, node.r)
        else:                                       # no leak
            decay, gain = self._units(name, "r", 1.0), self._units(name, "r", node.r) * self.step
        rest = self._units(name, "v_leak", getattr(node, "v_leak", 0.0))
        back = self._units(name, "v_reset", 0.0 if node.v_reset is None else node.v_reset)
        if not np.array_equal(rest, back):
            _refuse(name, "v_reset differs from v_leak; a layer resets to its resting value")
        gain = gain * self.scale
        if (gain <= 0).any():
            _refuse(name, "r (and w_in) must be positive")
        threshold = (self._units(name, "v_threshold", node.v_threshold) - rest) / gain
        if (threshold <= 0).any():
            _refuse(name, "v_threshold must be above v_leak")
        self.scale = 1.0
        self._append(LIFLayer(decay=_short(decay), threshold=_short(threshold), reset=self.reset))

    def _membranes(self, name: str, node: Any) -> None:
        decay, gain = self._decay_and_gain(name, "tau", node.tau, node.r)
        if self._units(name, "v_leak", node.v_leak).any():
            _refuse(name, "v_leak must be 0")
        gain = gain * self.scale
        if not np.allclose(gain, 1.0, rtol=1e-12, atol=0):
            weights = self.values.get(len(self.layers) - 1)
            if weights is None:
                _refuse(name, "r·dt/τ must be 1 where there are no weights before it that could be scaled")
            for array in weights.values():
                array *= gain
        self.scale = 1.0
        self._append(Readout(decay=_short(decay)))

    def _decay_and_gain(self, name: str, field: str, tau: Any, r: Any) -> tuple[FloatArray, FloatArray]:
        """Return β, and the factor of a current in a step."""
        tau, r = self._units(name, field, tau), self._units(name, "r or w_in", r)
        if (tau <= 0).any() or not self.exact and (tau < self.step * (1 - 1e-9)).any():
            _refuse(name, f"{field} = {tau.min():g} s must be positive and not below the step of "
                          f"{self.step:g} s: NIR's times are in seconds, dt in ms")
        if (tau > LONG).any():
            warnings.warn(f"from_nir: {name}.{field} = {tau.max():g} s is very long; NIR's times are in "
                          "seconds", UserWarning, stacklevel=6)
        if self.exact:
            return np.exp(-self.step / tau), r * -np.expm1(-self.step / tau)
        return np.maximum(1.0 - self.step / tau, 0.0), r * self.step / tau

    def _units(self, name: str, field: str, values: Any) -> FloatArray:
        """Return one number per unit, or per channel of pictures, in our order."""
        values = np.asarray(values, np.float64)
        if not np.isfinite(values).all():
            _refuse(name, f"{field} must be finite")
        try:
            every = np.broadcast_to(values, self.shape)
        except ValueError:
            _refuse(name, f"{field} of shape {values.shape} does not fit samples of shape {self.shape}")
        if len(self.shape) == 3:
            channels: FloatArray = every[:, 0, 0].copy()
            if (every != channels[:, np.newaxis, np.newaxis]).any():
                _refuse(name, f"{field} differs within a channel; a layer has one number per channel")
            return channels
        ours = np.empty(self.shape)
        ours[slice(None) if self.order is None else self.order] = every
        return ours

    # --- shapes and time ------------------------------------------------------------------------------------

    def _pool(self, name: str, node: Any) -> None:
        size, stride = (_one(name, field, getattr(node, field)) for field in ("kernel_size", "stride"))
        if stride != size or np.any(node.padding) or len(self.shape) != 3:
            _refuse(name, "squares must tile the picture: stride as the kernel, no padding")
        if type(node).__name__ == "SumPool2d":
            self.scale *= size * size
        self._append(Pool(size))
        self.shape = (self.shape[0], self.shape[1] // size, self.shape[2] // size)

    def _flatten(self, name: str, node: Any) -> None:
        if len(self.shape) == 1:
            return
        if int(node.start_dim) not in (0, -3) or int(node.end_dim) not in (-1, 2):
            _refuse(name, "only a part of the axes is flattened")
        channels, height, width = self.shape
        self.order = flattened_order((height, width, channels))
        self._append(Flatten())
        self.shape = (channels * height * width,)

    def _delay(self, name: str, node: Any) -> None:
        delay = np.unique(np.asarray(node.delay, np.float64)) / self.step
        steps = np.rint(delay)
        if len(delay) != 1 or abs(delay[0] - steps[0]) > 1e-6 or delay[0] < 0:
            _refuse(name, "the delay must be one whole number of steps for all units")
        self._append(Delay(int(steps[0])))

    def _append(self, layer: Layer, values: dict[str, FloatArray] | None = None) -> None:
        if values is not None:
            self.values[len(self.layers)] = values
        self.layers.append(layer)


def _one(name: str, field: str, values: Any) -> int:
    unique = np.unique(values)
    if len(unique) != 1:
        _refuse(name, f"{field} {np.asarray(values).tolist()} differs between height and width")
    return int(unique[0])


def _short(values: FloatArray) -> Any:
    """Return one number where all are equal, else a list."""
    return float(values.flat[0]) if (values == values.flat[0]).all() else values.tolist()


def _refuse(name: str, what: str) -> NoReturn:
    raise ValueError(f"from_nir: {name}: {what}")
