"""Models: layers one after the other, with all their parameters in one dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from .._util import checks
from .._util.guarded import Exclusive, assign, deep_copy, exclusive
from .layer import Array, Layer, Shape, Spec, layer_from_spec, walk
from .losses import READOUTS, RatePenalty, logits, softmax


if TYPE_CHECKING:
    from .trained_network import TrainedNetwork

__all__ = ["BATCH", "FORMER_NAMES", "Model", "Parameters"]

BATCH = 128         # samples that `predict` computes at once, always: the last batch is filled up
FORMER_NAMES = {"of": "readout"}        # keys of descriptions that were written before version 0.2


class Parameters(dict[str, Array]):
    """Name -> array. Assigning a value writes it into the array that the layer holds.

    Raises
    ------
    KeyError
        If an assigned name does not exist.
    ValueError
        If an assigned value has another shape.
    """

    def __setitem__(self, name: str, values: ArrayLike) -> None:
        held = self[name]
        if np.shape(values) not in ((), held.shape):
            checks.fail("Model", f"parameters[{name!r}]", np.shape(values), f"of shape {held.shape}")
        held[...] = values

    def __reduce__(self) -> tuple[type[Parameters], tuple[dict[str, Array]]]:
        return type(self), (dict(self),)


class Model(Exclusive):
    """Layers one after the other, trained by back-propagation through time.

    ``names[k]`` is the name of ``layers[k]``, such as ``"1_LIF"``, and ``"<name>.<parameter>"`` that of a
    parameter in `parameters` and `gradients`. `predict` answers several threads one after the other;
    `forward` is refused while another thread is in it, because the arrays of the layers are used again.

    Parameters
    ----------
    layers : iterable of Layer
        The layers, from input to output.
    shape : int or tuple of int
        Shape of one sample: n, (n,) or (height, width, channels).
    steps : int
        Number T of time steps.
    seed : int
        Seed of the initial weights.
    dtype : str
        ``"float32"`` or ``"float64"``.
    readout : str
        What the score of a class is read from: see `CrossEntropy`.

    Raises
    ------
    TypeError
        If `layers` holds anything but layers.
    ValueError
        If shapes do not fit, or a parameter is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.training import CrossEntropy, Dense, LIFLayer, Model, Readout
    >>> model = Model([Dense(256), LIFLayer(), Dense(10), Readout()], shape=784, steps=8, seed=0)
    >>> outputs = model.forward(np.zeros((1, 32, 784)))     # or (8, 32, 784), changing in time
    >>> loss, gradient = CrossEntropy()(outputs, np.zeros(32))
    >>> model.backward(gradient)
    >>> outputs.shape, list(model.gradients)[:2]
    ((8, 32, 10), ['0_Dense.weight', '0_Dense.bias'])
    """

    instead = dict.fromkeys(("shape", "steps", "seed", "dtype", "readout", "layers", "names", "shapes"),
                            "build a new Model")
    instead |= dict.fromkeys(("parameters", "gradients"), 'write model.parameters["<name>.<parameter>"] = …')

    __copy__ = deep_copy

    parameters: Parameters
    gradients: Parameters

    def __init__(self, layers: Iterable[Layer], shape: int | Iterable[int], steps: int = 8, seed: int = 0,
                 dtype: str = "float32", readout: str = "membrane") -> None:
        self.steps = checks.integer(self, "steps", steps)
        self.dtype = np.dtype(checks.one_of(self, "dtype", str(dtype), ("float32", "float64")))
        self.seed = checks.integer(self, "seed", seed, minimum=0)
        self.readout = checks.one_of(self, "readout", readout, READOUTS)
        self.shape: Shape = tuple(shape) if isinstance(shape, Iterable) else (shape,)
        self.layers = tuple(layers)
        if not self.layers or not all(isinstance(layer, Layer) for layer in self.layers):
            checks.fail(self, "layers", layers, "a list of layers such as Dense(10) and LIFLayer()",
                        TypeError)
        if readout == "first" and not self.layers[-1].spiking:
            checks.fail(self, "readout", readout,
                        f"read from spikes, and {self.layers[-1]!r} at the end has none")
        self.names = tuple(f"{k}_{layer.label}" for k, layer in enumerate(self.layers))
        self.shapes: tuple[Shape, ...] = (self.shape,)      # before the first layer, and after each
        for k, layer in enumerate(self.layers):
            after = layer.build(self.shapes[-1], self.dtype, np.random.default_rng([self.seed, k]))
            self.shapes += (tuple(after),)
            layer.__dict__["_built"] = True
        self.layers[0].needs_input_gradient = False
        self._collect()

    def _collect(self) -> None:
        """Put the arrays of all layers into one dictionary."""
        for kind in ("parameters", "gradients"):
            arrays = {f"{name}.{each}": values for name, layer in zip(self.names, self.layers)
                      for each, values in getattr(layer, kind).items()}
            assign(self, **{kind: Parameters(arrays)})

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._collect()

    @exclusive
    def forward(self, x: ArrayLike, training: bool = False, key: int = 0) -> Array:
        """Return the outputs (T, B, K) for inputs (T, B, …) or, constant in time, (1, B, …).

        The arrays of the layers are used again in the next call.

        Parameters
        ----------
        x : array
            Inputs; booleans are taken for spikes.
        training : bool
            Whether dropout acts.
        key : int
            Fixes what is random in training, the units that are dropped.

        Raises
        ------
        ValueError
            If `x` has the wrong shape or is not finite.
        """
        x = checks.real_array(self, "x", x)
        if x.ndim != len(self.shape) + 2 or x.shape[2:] != self.shape or len(x) not in (1, self.steps):
            raise ValueError(f"Model.forward: x must have the shape (1 or {self.steps}, B, "
                             f"{', '.join(map(str, self.shape))}), got {x.shape}")
        if x.dtype != bool:
            x = x.astype(self.dtype, copy=False)
        if not checks.is_finite(x):
            raise ValueError("Model.forward: x must be finite, and holds a NaN or an infinite value")
        for k, layer in enumerate(self.layers):
            x = layer.forward(x, self.steps, training, np.random.default_rng([key, k]) if training else None)
        return x

    @exclusive
    def backward(self, gradient: Array, penalty: RatePenalty | None = None) -> None:
        """Write `gradients`, from the gradient of the loss with respect to the outputs of the last `forward`.

        Parameters
        ----------
        gradient : array (T or 1, B, K)
            What a loss such as `CrossEntropy` returns.
        penalty : RatePenalty, optional
            Penalty on the rates of the spiking layers, which adds to their gradients.
        """
        for layer in self.spiking.values():
            layer.rate_penalty = penalty
        passed: Array | None = gradient
        for layer in reversed(self.layers):
            if passed is None:
                _missing_gradient(layer)
            passed = layer.backward(passed)

    def predict(self, x: ArrayLike) -> Array:
        """Return the probability of each class, (N, K), for inputs (T, N, …) or (1, N, …).

        Batches are always of one size, the last one filled up, so that an answer does not depend on the other
        samples.
        """
        return np.concatenate([softmax(self.scores(outputs)) for outputs in self.in_batches(x)])

    def in_batches(self, x: ArrayLike) -> Iterator[Array]:
        """Yield the outputs (T, b, K) of batch after batch of inputs (T or 1, N, …).

        Each batch is filled up to one size while it is computed; after each the first b samples of a layer's
        ``spikes`` and ``v`` are its own.
        """
        x = checks.real_array(self, "x", x)
        with self._lock:                # the answers stay in the layers until they are used
            for begin in range(0, x.shape[1], BATCH):
                batch = x[:, begin:begin + BATCH]
                full = np.zeros((len(x), BATCH, *x.shape[2:]), x.dtype)
                full[:, :batch.shape[1]] = batch
                yield self.forward(full)[:, :batch.shape[1]]

    def scores(self, outputs: Array) -> Array:
        """Return the score of each class, (B, K), of outputs (T, B, K), read as `readout` says."""
        return logits(outputs, self.readout)

    @property
    def spiking(self) -> dict[str, Layer]:
        """Name -> layer of the layers that spike.

        Those in a `Residual` are ``<its name>.<number>_<kind>``.
        """
        return {name: layer for name, layer in walk(self.layers) if layer.spiking}

    def to_network(self, spikes_in: bool = False, membranes: bool = False) -> TrainedNetwork:
        """Return the model in the simulator, see `spikingnn.training.to_network`."""
        from .trained_network import to_network
        return to_network(self, spikes_in, membranes)

    def spec(self) -> Spec:
        """Return the model without its parameters as a dictionary that JSON can hold, see `from_spec`."""
        return {
            "layers": [layer.spec() for layer in self.layers], "shape": list(self.shape), "steps": self.steps,
            "seed": self.seed, "dtype": str(self.dtype), "readout": self.readout
        }

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Model:
        """Return the model that `spec` describes, with its initial weights.

        Examples
        --------
        >>> from spikingnn.training import Dense, Model
        >>> Model.from_spec(Model([Dense(10)], shape=784).spec()).names
        ('0_Dense',)
        """
        options = {FORMER_NAMES.get(name, name): value for name, value in spec.items() if name != "layers"}
        return cls([layer_from_spec(each) for each in spec["layers"]], **options)


def _missing_gradient(layer: Layer) -> NoReturn:
    raise ValueError(f"a layer behind {layer!r} returned no gradient of its input")
