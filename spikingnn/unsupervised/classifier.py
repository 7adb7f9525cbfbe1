"""A classifier that learns without labels: Poisson inputs, plastic weights, competing adaptive neurons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .. import snapshot as storage
from .._util import checks
from .._util.guarded import Guarded, deep_copy, one_at_a_time
from .._util.interrupt import delayed_interrupt
from .._util.progress import progress_bar
from ..engine.random import fresh_seed
from ..monitors import SpikeMonitor
from ..network import Network
from ..plasticity import DiehlCook
from .layers import COMPETITIONS, learning_layer
from .readout import ClassResponses


BUDGET = 4 * 2**30      # bytes of a saved classifier's arrays
CHUNK = 100             # pictures that are shown in one run
DT = 1.0                # ms
MEMORY = 0.97           # what the running accuracy's tally keeps of the chunks before

READOUTS = ("proportion", "vote")


class STDPClassifier(Guarded):
    """Learns pictures by spike-timing-dependent plasticity, and is told their names afterwards.

    A picture (n_inputs,) in [0, 1] sets Poisson rates for `present` ms, then there is silence for `rest` ms. At each spike of
    a neuron its weights move towards what was just shown (`DiehlCook`: Δw = eta·x·(1 - w), normalised), its threshold rises by
    `threshold_step`, and the others are inhibited. A picture that draws fewer than five spikes is shown again, brighter. After
    learning, weights and thresholds are frozen; `label` shows labelled training pictures, and a new one is given the class that
    the neurons which answer to it stand for.

    neurons          the number of learning neurons
    competition      "winner": one winner a step; "pair": a delayed inhibitory partner for each neuron
    threshold_step   mV; None: 10·neurons/presentations (2 for "pair", whose delayed inhibition lets more neurons spike), which
                     lets thresholds grow to about the same height whatever the numbers
    eta              learning rate, falling linearly from the first to the second value over the planned presentations
    max_rate         Hz of an input of 1
    readout          "proportion" or "vote"
    seed             of everything that is random

    Used from several threads it answers them one after the other; a copy (`copy`, `pickle`) goes on alone.
    Source: Diehl & Cook, Front. Comput. Neurosci. 9:99 (2015); Hazan et al., arXiv 1807.09374.
    """

    instead = dict.fromkeys(
        ("neurons", "competition", "threshold_step", "eta", "present", "rest", "max_rate", "seed"),
        "build a new STDPClassifier") | {"classes": "write label(x, y)", "tally": "write label(x, y)"}

    __copy__ = deep_copy

    def __init__(self, neurons=400, competition="winner", threshold_step=None, eta=(0.05, 0.01), present=150.0, rest=50.0,
                 max_rate=127.5, readout="proportion", seed=None):
        self.neurons = checks.integer(self, "neurons", neurons)
        self.competition = checks.one_of(self, "competition", competition, COMPETITIONS)
        self.threshold_step = None if threshold_step is None else checks.non_negative(self, "threshold_step", threshold_step)
        self.eta = tuple(checks.non_negative(self, "eta", np.broadcast_to(eta, 2)).tolist())
        self.rest = checks.positive(self, "rest", checks.single_number(self, "rest", rest))
        self.present = checks.positive(self, "present", checks.single_number(self, "present", present))
        if self.rest % DT:
            checks.fail(self, "rest", rest, f"a multiple of the step, {DT:g} ms")
        if self.present % self.rest:
            checks.fail(self, "present", present, f"a multiple of rest ({rest:g} ms)")
        self.max_rate = checks.positive(self, "max_rate", checks.single_number(self, "max_rate", max_rate))
        self.readout = readout
        self.seed = checks.integer(self, "seed", seed, minimum=0) if seed is not None else fresh_seed()
        self.network = None

    @property
    def readout(self):
        """"proportion" or "vote"; can be set at any time."""
        return self._readout

    @readout.setter
    def readout(self, readout):
        self._readout = checks.one_of(self, "readout", readout, READOUTS)

    # --- learning ---------------------------------------------------------------------------------------------------------

    @one_at_a_time
    def fit(self, x, y, passes=1, label_images=10_000, progress=None):
        """Start afresh, learn x (k, n_inputs) in `passes` shuffled passes, then `label` with the first `label_images` of them."""
        self.start(x, passes)
        return self.resume(x, y, label_images, progress)

    @one_at_a_time
    def start(self, x, passes=1):
        """Build the network for pictures like x, planned for `passes` passes over them; nothing is learned yet."""
        x = self._pictures(x)
        planned = len(x) * checks.integer(self, "passes", passes)
        self._set(n_inputs=x.shape[1], seen=0, planned=planned, classes=None)
        self._build()

    def _build(self):
        step = self.threshold_step
        if step is None:
            step = (10.0 if self.competition == "winner" else 2.0) * self.neurons / self.planned
        self._rule = rule = DiehlCook(eta=self.eta[0], total=0.1 * self.n_inputs)
        inputs, layer, synapses, others = learning_layer(
            self.n_inputs, self.neurons, self.competition, step, self.max_rate, rule, np.random.default_rng(self.seed))
        self._step, spikes = step, SpikeMonitor(layer)
        network = Network(inputs, layer, synapses, *others, spikes, dt=DT, seed=self.seed)
        self._set(inputs=inputs, layer=layer, synapses=synapses, spikes=spikes, network=network)

    @one_at_a_time
    def resume(self, x, y, label_images=10_000, progress=None):
        """Go on with what `start` planned (or a saved state had planned), over the same x and y, then `label`."""
        x, classes = self._pictures(x), self._targets(x, y)
        if self.planned % len(x):
            checks.fail(self, "x", x.shape, f"the pictures that learning was planned for, a divisor of {self.planned}")
        running, right = ClassResponses(len(self.classes), self.neurons), []
        with _bar(self.planned, self.seen, "learning", progress) as bar:
            while self.seen < self.planned:
                batch = self._next(len(x))
                with delayed_interrupt():                          # a chunk is learned whole or not at all
                    counts = self._learn(x[batch])
                if running.shown.any():
                    right = [*right[-19:], np.mean(running.scores(counts, self.readout).argmax(axis=1) == classes[batch])]
                    bar.set_postfix_str(f"accuracy {np.mean(right):.3f}, {counts.sum(axis=1).mean():.1f} spikes", refresh=False)
                running.add(counts, classes[batch], MEMORY)
                bar.update(len(batch))
        return self.label(x[:label_images], y[:label_images], progress)

    @one_at_a_time
    def partial_fit(self, x, y=None):
        """Learn x in its order, at the last learning rate once the planned presentations are over; y, if given, labels at once.

        The first call plans one pass over ten times its x."""
        x = self._pictures(x)
        if self.network is None:
            self.start(x, 10)
        counts = np.concatenate([self._learn(x[begin:begin + CHUNK]) for begin in range(0, len(x), CHUNK)])
        if y is not None:
            classes = self._targets(x, y)
            self.tally.add(counts, classes)
        return self

    def _next(self, n):
        """The indices of the next chunk: shuffled anew in each pass, the same whenever learning is resumed."""
        passed, begin = divmod(self.seen, n)
        order = np.random.default_rng([self.seed, passed]).permutation(n)
        return order[begin:begin + CHUNK]

    def _learn(self, x):
        """Show one chunk with learning on, weak pictures twice; counts (k, neurons) of the first showing."""
        first, last = self.eta
        fraction = min(self.seen / self.planned, 1.0)
        self.synapses.rule = replace(self._rule, eta=first + (last - first) * fraction)
        self.layer.model = replace(self.layer.model, threshold_step=self._step)
        counts = self._show(x)
        weak = (counts.sum(axis=1) < 5) & (x.max(axis=1) > 0)
        if weak.any():
            self._show(np.minimum(1.5 * x[weak], 1.0))
        self._set(seen=self.seen + len(x))
        return counts

    def _show(self, x):
        """Present pictures one after the other, each followed by silence: counts (k, neurons)."""
        held = int(self.present / self.rest)
        rows = np.zeros((len(x), held + 1, self.n_inputs))
        rows[:, :held] = x[:, None]
        self.spikes.clear()
        begin, period = self.network.t, self.present + self.rest
        self.network.run(len(x) * period, inputs={self.inputs: rows.reshape(-1, self.n_inputs)}, progress=False)
        picture = ((self.spikes.t - begin) // period).astype(np.int64)
        return np.bincount(picture * self.neurons + self.spikes.i, minlength=len(x) * self.neurons).reshape(len(x), self.neurons)

    # --- naming -----------------------------------------------------------------------------------------------------------

    @one_at_a_time
    def label(self, x, y, progress=None):
        """Tell the classes of pictures x: each neuron's answers to them are counted, with learning off."""
        x = self._pictures(x)
        classes = self._targets(x, y)
        self._set(tally=ClassResponses(len(self.classes), self.neurons))
        self.tally.add(self.respond(x, progress, "labelling"), classes)
        return self

    @one_at_a_time
    def respond(self, x, progress=None, what="showing"):
        """The spike counts (k, neurons) that pictures draw with weights and thresholds frozen."""
        self._built()
        x = self._pictures(x)
        self.synapses.rule = replace(self._rule, eta=0.0, total=None)
        self.layer.model = replace(self.layer.model, threshold_step=0.0)
        counts = []
        with _bar(len(x), 0, what, progress) as bar:
            for begin in range(0, len(x), CHUNK):
                counts.append(self._show(x[begin:begin + CHUNK]))
                bar.update(len(counts[-1]))
        return np.concatenate(counts)

    def predict(self, x, progress=None):
        """The class of each picture, (k,). A picture that draws no spike gets the first class."""
        return self.named(self.respond(x, progress))

    def named(self, counts):
        """The class that spike counts (k, neurons) speak for, (k,)."""
        return self.classes[self._labelled().scores(counts, self.readout).argmax(axis=1)]

    def score(self, x, y, progress=None):
        """The fraction of pictures x that are given their class y."""
        y = checks.unmasked_array(self, "y", y)
        if y.shape != (len(x),):
            checks.fail(self, "y", y.shape, f"one class a picture, shape ({len(x)},)")
        return float(np.mean(self.predict(x, progress) == y))

    def receptive_fields(self):
        """The weights as pictures: (neurons, n_inputs)."""
        self._built()
        return self.synapses.weight.T

    # --- files --------------------------------------------------------------------------------------------------------------

    @one_at_a_time
    def save(self, path):
        """Write the classifier, in the middle of learning or after, to `path` (.npz)."""
        self._built()
        names = ("neurons", "competition", "threshold_step", "eta", "present", "rest", "max_rate", "readout", "seed")
        extra = {"settings": {name: getattr(self, name) for name in names}, "n_inputs": self.n_inputs, "seen": self.seen,
                 "planned": self.planned, "classes": None if self.classes is None else self.classes.tolist(), "step": self._step}
        tally = {} if self.classes is None else {"sums": self.tally.sums, "shown": self.tally.shown}
        storage.save(path, self.network, {"STDPClassifier": extra}, tally)

    @classmethod
    def load(cls, path):
        """The classifier that `save` wrote; `resume` goes on with the same bits."""
        content = storage.read(path, BUDGET)
        header, arrays = content
        extra = (header.get("extra") or {}).get(cls.__name__) if isinstance(header.get("extra"), (dict, type(None))) else None
        if extra is None:
            raise ValueError(f"{path} holds a network, but no {cls.__name__}")
        try:
            made = cls._planned(extra, header["parts"]["groups"], arrays["synapses.0.weight"].size)
            classes, tally = made._tallied(extra["classes"], arrays)
        except (ValueError, TypeError, KeyError, IndexError, ArithmeticError) as problem:
            raise ValueError(f"{path} is no {cls.__name__}, or is damaged: {' '.join(str(problem).split())}") from None
        made._build()
        storage.load(path, made.network, content)
        made._step = extra["step"]
        made._set(classes=classes, **({} if tally is None else {"tally": tally}))
        return made

    @classmethod
    def _planned(cls, extra, groups, n_weights):
        """A classifier by what `save` wrote of it, with nothing built yet: what it would build must be what the file holds."""
        made = cls(**extra["settings"])
        counted = {name: checks.integer(made, name, extra[name], least) for name, least in (("n_inputs", 1), ("planned", 1), ("seen", 0))}
        made._set(**counted, classes=None)
        checks.non_negative(made, "step", checks.single_number(made, "step", extra["step"]))
        if [size for _, _, size in groups[:2]] != [made.n_inputs, made.neurons] or n_weights != made.n_inputs * made.neurons:
            raise ValueError(f"it is of {made.n_inputs} inputs and {made.neurons} neurons, but holds {n_weights} weights of others")
        return made

    def _tallied(self, classes, arrays):
        """(the classes, the tally of answers to them) that a file holds, None where nothing was labelled."""
        if classes is None:
            return None, None
        classes = np.array(classes)
        if classes.ndim != 1 or classes.dtype.kind not in "biufU" or not np.array_equal(np.unique(classes), classes):
            checks.fail(self, "classes", classes.tolist(), "different names or numbers, in their order")
        tally = ClassResponses(len(classes), self.neurons)
        for name in ("sums", "shown"):
            kept, room = arrays[f"extra.{name}"], getattr(tally, name)
            if kept.shape != room.shape or not np.array_equal(kept, np.abs(kept)) or not np.isfinite(kept).all():
                checks.fail(self, name, kept, f"counts of shape {room.shape}")
            room[:] = kept
        return classes, tally

    # --- checks -------------------------------------------------------------------------------------------------------------

    def _pictures(self, x):
        x = np.asarray(checks.unit_interval(self, "x", x))
        x = x.reshape(len(x), -1) if x.ndim > 2 else x
        if x.ndim != 2 or not x.size:
            checks.fail(self, "x", x.shape, "of shape (pictures, n_inputs)")
        if self.network is not None and x.shape[1] != self.n_inputs:
            checks.fail(self, "x", x.shape, f"of {self.n_inputs} inputs, as learned")
        return x

    def _targets(self, x, y):
        """The number of each picture's class; the classes are those of the first y that is seen."""
        y = checks.unmasked_array(self, "y", y)
        if y.shape != (len(x),):
            checks.fail(self, "y", y.shape, f"one class a picture, shape ({len(x)},)")
        if self.classes is None:
            classes = np.unique(y)
            self._set(classes=classes, tally=ClassResponses(len(classes), self.neurons))
        unknown = np.setdiff1d(y, self.classes)
        if unknown.size:
            checks.fail(self, "y", unknown.tolist(), f"among the classes {self.classes.tolist()}")
        return np.searchsorted(self.classes, y)

    def _built(self):
        if self.network is None:
            raise ValueError(f"{type(self).__name__} has learned nothing yet: call fit or partial_fit first")

    def _labelled(self):
        self._built()
        if self.classes is None or not self.tally.shown.any():
            raise ValueError(f"{type(self).__name__} knows no classes yet: call label(x, y) first")
        return self.tally


def _bar(total, done, what, progress):
    """A progress bar over pictures."""
    return progress_bar(shown=progress, total=total, initial=done, desc=what, unit="picture")
