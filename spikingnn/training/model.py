"""A model: layers one after the other, all their parameters under one roof."""

from __future__ import annotations

import numpy as np

from .._util import checks
from .._util.guarded import Exclusive, deep_copy, exclusive
from .layer import Layer, layer_of
from .losses import READINGS, logits, softmax


__all__ = ["Model"]

BATCH = 128         # samples that `predict` computes at once, always: the last batch is filled up


class Parameters(dict):
    """name -> array. To assign one writes into the array that the layer holds."""

    def __setitem__(self, name, values):
        held = self[name]
        if np.shape(values) not in ((), held.shape):
            checks.fail("Model", f"parameters[{name!r}]", np.shape(values), f"of shape {held.shape}")
        held[...] = values

    def __reduce__(self):
        return type(self), (dict(self),)


class Model(Exclusive):
    """Layers one after the other, trained by back-propagation through time.

    >>> model = Model([Dense(256), LIF(), Dense(10), Readout()], shape=784, steps=8, seed=0)
    >>> outputs = model.forward(x)                          # x (T, B, 784), or (1, B, 784) for a constant current
    >>> loss, gradient = CrossEntropy()(outputs, labels)
    >>> model.backward(gradient)                            # now model.gradients has what model.parameters has

    `shape`: of one sample, n or (n,) or (height, width, channels). `steps`: T. `dtype`: "float32" or "float64". `seed` draws the first
    weights. `of`: what a class is read from in `predict`, see `CrossEntropy`. Names: `names[k]` is that of `layers[k]`, and
    "<name>.<parameter>" that of a parameter. `predict` answers several threads one after the other; `forward`
    is refused while another thread is in it, as the layers' arrays are used again.
    """

    instead = dict.fromkeys(("shape", "steps", "seed", "dtype", "of", "layers", "names", "shapes"),
                            "build a new Model")
    instead |= dict.fromkeys(("parameters", "gradients"), 'write model.parameters["<name>.<parameter>"] = …')

    __copy__ = deep_copy

    def __init__(self, layers, shape, steps=8, seed=0, dtype="float32", of="membrane"):
        self.steps = checks.integer(self, "steps", steps)
        self.dtype = np.dtype(checks.one_of(self, "dtype", str(dtype), ("float32", "float64")))
        self.seed, self.of = checks.integer(self, "seed", seed, minimum=0), checks.one_of(self, "of", of, READINGS)
        self.shape = (shape,) if np.ndim(shape) == 0 else tuple(shape)
        self.layers = tuple(layers)
        if not self.layers or not all(isinstance(layer, Layer) for layer in self.layers):
            checks.fail(self, "layers", layers, "a list of layers such as Dense(10) and LIF()", TypeError)
        if of == "first" and not self.layers[-1].spiking:
            checks.fail(self, "of", of, f"read from spikes, and {self.layers[-1]!r} at the end has none")
        self.names = tuple(f"{k}_{type(layer).__name__}" for k, layer in enumerate(self.layers))
        self.shapes = (self.shape,)                     # before the first layer, and after each
        for k, layer in enumerate(self.layers):
            after = layer.build(self.shapes[-1], self.dtype, np.random.default_rng([self.seed, k]))
            self.shapes += (tuple(after),)
            layer.__dict__["_built"] = True
        self.layers[0].needs_input_gradient = False
        self._collect()

    def _collect(self):
        """The arrays of all layers, under one roof."""
        named = list(zip(self.names, self.layers))
        for kind in ("parameters", "gradients"):
            arrays = {f"{name}.{each}": values for name, layer in named
                      for each, values in getattr(layer, kind).items()}
            self._set(**{kind: Parameters(arrays)})

    def __setstate__(self, state):
        super().__setstate__(state)
        self._collect()

    @exclusive
    def forward(self, x, training=False, key=0):
        """Outputs (T, B, K) for inputs (T, B, …) or, constant in time, (1, B, …); booleans are spikes.

        `key` fixes what is random in training (which units are dropped). The arrays of the layers are used again in the next call.
        """
        x = checks.real_array(self, "x", x)
        if x.ndim != len(self.shape) + 2 or x.shape[2:] != self.shape or len(x) not in (1, self.steps):
            raise ValueError(f"Model.forward: x must have the shape (1 or {self.steps}, B, {', '.join(map(str, self.shape))}), "
                             f"got {x.shape}")
        if x.dtype != bool:
            x = x.astype(self.dtype, copy=False)
        if not checks.is_finite(x):
            raise ValueError("Model.forward: x must be finite, and holds a NaN or an infinite value")
        for k, layer in enumerate(self.layers):
            x = layer.forward(x, self.steps, training, np.random.default_rng([key, k]) if training else None)
        return x

    @exclusive
    def backward(self, gradient, penalty=None):
        """From the gradient of the loss by the outputs to `gradients`; `penalty`: a `RatePenalty` of the spiking layers."""
        for layer in self.spiking.values():
            layer.penalty = penalty
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)

    def predict(self, x):
        """The probability of each class, (N, K), for inputs (T, N, …) or (1, N, …).

        Batches are always of one size, the last one filled up, so that an answer does not depend on who else asks.
        """
        return np.concatenate([softmax(self.scores(outputs)) for outputs in self.in_batches(x)])

    def in_batches(self, x):
        """The outputs (T, b, K) of batch after batch of inputs (T or 1, N, …), each filled up to one size while it is computed.

        After each the first b samples of `layer.spikes` and `layer.v` are its own.
        """
        x = checks.real_array(self, "x", x)
        with self._lock:                # the answers stand in the layers until they are used
            for begin in range(0, x.shape[1], BATCH):
                batch = x[:, begin:begin + BATCH]
                full = np.zeros((len(x), BATCH, *x.shape[2:]), x.dtype)
                full[:, :batch.shape[1]] = batch
                yield self.forward(full)[:, :batch.shape[1]]

    def scores(self, outputs):
        """What outputs (T, B, K) say of each class, (B, K), by what `of` says."""
        return logits(outputs, self.of)

    @property
    def spiking(self):
        """name -> layer, of the layers that spike; those of a Residual are called "<its name>.<number>_<kind>"."""
        return dict(_spiking(self.names, self.layers))

    def to_network(self, **options):
        """The model in the simulator, see `spikingnn.training.to_network`."""
        from .to_network import to_network
        return to_network(self, **options)

    def spec(self):
        """The model without its parameters, as a dictionary that JSON can hold; `Model.of_spec` makes it again."""
        return {"layers": [layer.spec() for layer in self.layers], "shape": list(self.shape), "steps": self.steps, "seed": self.seed,
                "dtype": str(self.dtype), "of": self.of}

    @classmethod
    def of_spec(cls, spec):
        """The model that `spec` describes, with first weights."""
        return cls([layer_of(each) for each in spec["layers"]], **{key: value for key, value in spec.items() if key != "layers"})


def _spiking(names, layers):
    for name, layer in zip(names, layers):
        if layer.spiking:
            yield name, layer
        inner = getattr(layer, "layers", ())
        yield from _spiking([f"{name}.{k}_{type(each).__name__}" for k, each in enumerate(inner)], inner)
