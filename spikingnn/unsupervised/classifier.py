"""A classifier that learns without labels: Poisson inputs, plastic weights, competing adaptive neurons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from .._util import checks
from .._util.guarded import Guarded, assign, deep_copy, one_at_a_time
from .._util.interrupt import delayed_interrupt
from .._util.progress import progress_bar
from .._util.typing import FloatArray, IntArray, PathLikeText
from ..engine.random import fresh_seed
from ..input_groups import InputGroup
from ..groups import NeuronGroup
from ..monitors import SpikeMonitor
from ..network import Network
from ..plasticity import DiehlCook
from ..synapse_group import SynapseGroup
from .classifier_file import load_classifier, save_classifier
from .layers import COMPETITIONS, learning_layer
from .responses import ClassResponses


__all__ = ["READOUTS", "STDPClassifier"]

CHUNK = 100             # pictures that are shown in one run
DT = 1.0                # ms
KEEP = 0.97             # weight of earlier chunks in the running accuracy
FEW_SPIKES = 5          # a picture that evokes fewer is shown again, brighter

READOUTS = ("proportion", "vote")


class STDPClassifier(Guarded):
    """Learns pictures by spike-timing-dependent plasticity; its neurons are labelled afterwards.

    A picture (n_inputs,) in [0, 1] sets Poisson rates for `present` ms, followed by silence for `rest` ms. At
    each spike of a neuron its weights move towards what was just shown, its threshold rises by
    `threshold_step`, and the others are inhibited::

        Δw = eta · x · (1 − w),     then w is normalised         (`DiehlCook`)

    A picture that evokes fewer than five spikes is shown again, brighter. After learning, weights and
    thresholds are frozen; `label` shows labelled training pictures, and `predict` returns the class of the
    neurons that respond to a new one.

    Used from several threads it answers them one after the other; a copy (``copy``, ``pickle``) continues on
    its own.

    Parameters
    ----------
    neurons : int
        Number of learning neurons.
    competition : str
        ``"winner"``: one winner per step; ``"pair"``: a delayed inhibitory partner for each neuron.
    threshold_step : float, optional
        mV: rise of the threshold at a spike. By default 10 · neurons / presentations (2 for ``"pair"``, whose
        delayed inhibition lets more neurons spike), which lets thresholds grow to about the same height for
        any numbers.
    eta : float or pair of float
        Dimensionless: learning rate, which falls linearly from the first to the second value over the planned
        presentations.
    present, rest : float
        ms: duration of a picture, a multiple of `rest`; and of the silence after it, a multiple of 1 ms.
    max_rate : float
        Hz: rate of an input of 1.
    readout : str
        ``"proportion"`` or ``"vote"``, see `ClassResponses.scores`.
    seed : int, optional
        Seed of everything that is random.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    References
    ----------
    Diehl & Cook, Front. Comput. Neurosci. 9:99 (2015); Hazan et al., arXiv:1807.09374 (2018).

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn import STDPClassifier
    >>> x, y = np.eye(4).repeat(10, axis=0), np.arange(4).repeat(10)
    >>> classifier = STDPClassifier(neurons=8, seed=1).fit(x, y)
    >>> classifier.predict(np.eye(4)).shape
    (4,)
    """

    instead = dict.fromkeys(
        ("neurons", "competition", "threshold_step", "eta", "present", "rest", "max_rate", "seed"),
        "build a new STDPClassifier") | {"classes": "write label(x, y)", "responses": "write label(x, y)"}

    __copy__ = deep_copy

    n_inputs: int
    """Number of inputs, known from the first pictures."""
    seen: int
    """Number of presentations so far."""
    planned: int
    """Number of presentations that learning was planned for."""
    classes: Any
    """Sorted classes, (K,), or None before the first labels."""
    responses: ClassResponses
    """Responses of the neurons to each class."""
    inputs: InputGroup
    layer: NeuronGroup
    synapses: SynapseGroup
    spikes: SpikeMonitor

    def __init__(self, neurons: int = 400, competition: str = "winner", threshold_step: float | None = None,
                 eta: float | Sequence[float] = (0.05, 0.01), present: float = 150.0, rest: float = 50.0,
                 max_rate: float = 127.5, readout: str = "proportion", seed: int | None = None) -> None:
        self.neurons = checks.integer(self, "neurons", neurons)
        self.competition = checks.one_of(self, "competition", competition, COMPETITIONS)
        self.threshold_step = (None if threshold_step is None
                               else checks.non_negative(self, "threshold_step", threshold_step))
        self.eta = tuple(np.asarray(checks.non_negative(self, "eta", np.broadcast_to(eta, 2))).tolist())
        self.rest = checks.positive(self, "rest", checks.single_number(self, "rest", rest))
        self.present = checks.positive(self, "present", checks.single_number(self, "present", present))
        if self.rest % DT:
            checks.fail(self, "rest", rest, f"a multiple of the step, {DT:g} ms")
        if self.present % self.rest:
            checks.fail(self, "present", present, f"a multiple of rest ({rest:g} ms)")
        self.max_rate = checks.positive(self, "max_rate", checks.single_number(self, "max_rate", max_rate))
        self.readout = readout
        self.seed = checks.integer(self, "seed", seed, minimum=0) if seed is not None else fresh_seed()
        self.network: Network | None = None
        self.preprocessing = []

    @property
    def readout(self) -> str:
        """``"proportion"`` or ``"vote"``; can be set at any time."""
        return self._readout

    @readout.setter
    def readout(self, readout: str) -> None:
        self._readout = checks.one_of(self, "readout", readout, READOUTS)

    @property
    def preprocessing(self) -> list[dict[str, Any]]:
        """Steps that prepare its pictures, see `Preprocessing.to_list`; `spikingnn predict` applies them."""
        return self._preprocessing

    @preprocessing.setter
    def preprocessing(self, steps: list[dict[str, Any]]) -> None:
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            checks.fail(self, "preprocessing", steps, "a list as Preprocessing.to_list() returns", TypeError)
        self._preprocessing = steps

    # --- learning -------------------------------------------------------------------------------------------

    @one_at_a_time
    def fit(self, x: ArrayLike, y: ArrayLike, passes: int = 1, label_images: int = 10_000,
            progress: bool | None = None) -> Self:
        """Start afresh, learn pictures in shuffled passes, then label the neurons; return the classifier.

        Parameters
        ----------
        x : array (k, n_inputs) or (k, height, width)
            Pictures with values from 0 to 1.
        y : array (k,)
            Class of each picture: numbers or names.
        passes : int
            Number of passes over the pictures.
        label_images : int
            Number of pictures, from the first on, with which the neurons are labelled.
        progress : bool, optional
            Whether a progress bar is shown; None: in a terminal.

        Raises
        ------
        ValueError
            If pictures or classes do not fit.
        """
        self.start(x, passes)
        return self.resume(x, y, label_images, progress)

    @one_at_a_time
    def start(self, x: ArrayLike, passes: int = 1) -> None:
        """Build the network for pictures like x, planned for `passes` passes over them.

        Nothing is learned yet.
        """
        x = self._pictures(x)
        planned = len(x) * checks.integer(self, "passes", passes)
        assign(self, n_inputs=x.shape[1], seen=0, planned=planned, classes=None)
        self._build()

    def _build(self) -> None:
        step = self.threshold_step
        if step is None:
            step = (10.0 if self.competition == "winner" else 2.0) * self.neurons / self.planned
        self._rule = rule = DiehlCook(eta=self.eta[0], total=0.1 * self.n_inputs)
        rng = np.random.default_rng(self.seed)
        inputs, layer, synapses, others = learning_layer(self.n_inputs, self.neurons, self.competition, step,
                                                         self.max_rate, rule, rng)
        self._step, spikes = step, SpikeMonitor(layer)
        network = Network(inputs, layer, synapses, *others, spikes, dt=DT, seed=self.seed)
        assign(self, inputs=inputs, layer=layer, synapses=synapses, spikes=spikes, network=network)

    @one_at_a_time
    def resume(self, x: ArrayLike, y: ArrayLike, label_images: int = 10_000,
               progress: bool | None = None) -> Self:
        """Continue what `start`, or a saved classifier, had planned, over the same x and y, then label the
        neurons.

        Parameters as for `fit`.
        """
        x, classes = self._pictures(x), self._targets(x, y)
        if self.planned % len(x):
            checks.fail(self, "x", x.shape,
                        f"the pictures that learning was planned for, a divisor of {self.planned}")
        running, right = ClassResponses(len(self.classes), self.neurons), list[float]()
        with _pictures_bar(self.planned, self.seen, "learning", progress) as shown:
            while self.seen < self.planned:
                batch = self._next(len(x))
                with delayed_interrupt():                          # a chunk is learned whole or not at all
                    counts = self._learn(x[batch])
                if running.shown.any():
                    predicted = running.scores(counts, self.readout).argmax(axis=1)
                    right = [*right[-19:], float(np.mean(predicted == classes[batch]))]
                    spikes = counts.sum(axis=1).mean()
                    shown.set_postfix_str(f"accuracy {np.mean(right):.3f}, {spikes:.1f} spikes",
                                          refresh=False)
                running.add(counts, classes[batch], KEEP)
                shown.update(len(batch))
        return self.label(x[:label_images], np.asarray(y)[:label_images], progress)

    @one_at_a_time
    def partial_fit(self, x: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Learn x in its order, and label at once with y if given; return the classifier.

        The first call plans one pass over ten times its x; once these presentations are over the learning
        rate stays at its last value.
        """
        x = self._pictures(x)
        if self.network is None:
            self.start(x, 10)
        counts = np.concatenate([self._learn(x[begin:begin + CHUNK]) for begin in range(0, len(x), CHUNK)])
        if y is not None:
            classes = self._targets(x, y)
            self.responses.add(counts, classes)
        return self

    def _next(self, n: int) -> IntArray:
        """The indices of the next chunk: shuffled anew in each pass, the same when learning is resumed."""
        passed, begin = divmod(self.seen, n)
        order = np.random.default_rng([self.seed, passed]).permutation(n)
        return order[begin:begin + CHUNK]

    def _learn(self, x: FloatArray) -> IntArray:
        """Show one chunk with learning on, weak pictures twice.

        Return the counts (k, neurons) of the first presentation.
        """
        first, last = self.eta
        fraction = min(self.seen / self.planned, 1.0)
        self.synapses.rule = replace(self._rule, eta=first + (last - first) * fraction)
        self.layer.model = replace(self.layer.model, threshold_step=self._step)
        counts = self._show(x)
        weak = (counts.sum(axis=1) < FEW_SPIKES) & (x.max(axis=1) > 0)
        if weak.any():
            self._show(np.minimum(1.5 * x[weak], 1.0))
        assign(self, seen=self.seen + len(x))
        return counts

    def _show(self, x: FloatArray) -> IntArray:
        """Present pictures one after the other, each followed by silence; return the counts (k, neurons)."""
        network = self._built()
        held = int(self.present / self.rest)
        rows = np.zeros((len(x), held + 1, self.n_inputs))
        rows[:, :held] = x[:, None]
        self.spikes.clear()
        begin, period = network.t, self.present + self.rest
        network.run(len(x) * period, inputs={self.inputs: rows.reshape(-1, self.n_inputs)}, progress=False)
        picture = ((self.spikes.t - begin) // period).astype(np.int64)
        counts = np.bincount(picture * self.neurons + self.spikes.i, minlength=len(x) * self.neurons)
        return counts.reshape(len(x), self.neurons)

    # --- labels ---------------------------------------------------------------------------------------------

    @one_at_a_time
    def label(self, x: ArrayLike, y: ArrayLike, progress: bool | None = None) -> Self:
        """Label the neurons by their responses to pictures x of classes y, with learning off.

        Return the classifier.
        """
        x = self._pictures(x)
        classes = self._targets(x, y)
        assign(self, responses=ClassResponses(len(self.classes), self.neurons))
        self.responses.add(self.respond(x, progress, "labelling"), classes)
        return self

    @one_at_a_time
    def respond(self, x: ArrayLike, progress: bool | None = None, title: str = "showing") -> IntArray:
        """Return the spike counts (k, neurons) that pictures evoke, with weights and thresholds frozen.

        `title` is that of the progress bar.
        """
        self._built()
        x = self._pictures(x)
        self.synapses.rule = replace(self._rule, eta=0.0, total=None)
        self.layer.model = replace(self.layer.model, threshold_step=0.0)
        counts = []
        with _pictures_bar(len(x), 0, title, progress) as shown:
            for begin in range(0, len(x), CHUNK):
                counts.append(self._show(x[begin:begin + CHUNK]))
                shown.update(len(counts[-1]))
        return np.concatenate(counts)

    def predict(self, x: ArrayLike, progress: bool | None = None) -> np.ndarray[Any, Any]:
        """Return the predicted class of each picture, (k,).

        A picture that evokes no spike gets the first class.
        """
        return self.classify(self.respond(x, progress))

    def classify(self, counts: ArrayLike) -> np.ndarray[Any, Any]:
        """Return the class that spike counts (k, neurons) stand for, (k,)."""
        best = self._labelled().scores(counts, self.readout).argmax(axis=1)
        chosen: np.ndarray[Any, Any] = self.classes[best]
        return chosen

    def score(self, x: ArrayLike, y: ArrayLike, progress: bool | None = None) -> float:
        """Return the accuracy: the fraction of pictures x whose class y is predicted."""
        x = np.asarray(x)
        y = checks.unmasked_array(self, "y", y)
        if y.shape != (len(x),):
            checks.fail(self, "y", y.shape, f"one class per picture, shape ({len(x)},)")
        return float(np.mean(self.predict(x, progress) == y))

    def receptive_fields(self) -> FloatArray:
        """Return the weights as pictures: (neurons, n_inputs)."""
        self._built()
        return np.asarray(self.synapses.weight).T

    # --- files ----------------------------------------------------------------------------------------------

    @one_at_a_time
    def save(self, path: PathLikeText) -> None:
        """Write the classifier, in the middle of learning or after, to `path` (.npz)."""
        save_classifier(self, path)

    @classmethod
    def load(cls, path: PathLikeText) -> Self:
        """Return the classifier that `save` wrote; `resume` continues with the same bits.

        Raises
        ------
        ValueError
            If the file holds no classifier, or is damaged.
        """
        return load_classifier(cls, path)

    # --- checks ---------------------------------------------------------------------------------------------

    def _pictures(self, x: ArrayLike) -> FloatArray:
        x = np.asarray(checks.unit_interval(self, "x", x))
        x = x.reshape(len(x), -1) if x.ndim > 2 else x
        if x.ndim != 2 or not x.size:
            checks.fail(self, "x", x.shape, "of shape (pictures, n_inputs)")
        if self.network is not None and x.shape[1] != self.n_inputs:
            checks.fail(self, "x", x.shape, f"of {self.n_inputs} inputs, as learned")
        return x

    def _targets(self, x: FloatArray, y: ArrayLike) -> IntArray:
        """The number of each picture's class; the classes are those of the first y that is seen."""
        y = checks.unmasked_array(self, "y", y)
        if y.shape != (len(x),):
            checks.fail(self, "y", y.shape, f"one class per picture, shape ({len(x)},)")
        if self.classes is None:
            classes = np.unique(y)
            assign(self, classes=classes, responses=ClassResponses(len(classes), self.neurons))
        unknown = np.setdiff1d(y, self.classes)
        if unknown.size:
            checks.fail(self, "y", unknown.tolist(), f"among the classes {self.classes.tolist()}")
        return np.searchsorted(self.classes, y)

    def _built(self) -> Network:
        if self.network is None:
            raise ValueError(f"{type(self).__name__} has learned nothing yet: call fit or partial_fit first")
        return self.network

    def _labelled(self) -> ClassResponses:
        self._built()
        if self.classes is None or not self.responses.shown.any():
            raise ValueError(f"{type(self).__name__} knows no classes yet: call label(x, y) first")
        return self.responses


def _pictures_bar(total: int, done: int, title: str, progress: bool | None) -> Any:
    """A progress bar over pictures."""
    return progress_bar(shown=progress, total=total, initial=done, desc=title, unit="picture")
