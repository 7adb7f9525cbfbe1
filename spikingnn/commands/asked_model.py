"""A trained model that pictures are shown to, whether `spikingnn train` or `spikingnn stdp` made it."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple


if TYPE_CHECKING:
    from ..training.layer import Array


class Answers(NamedTuple):
    """What a model says of N pictures.

    Parameters
    ----------
    probabilities : Array
        Probability of each class, or its share of the evidence, (N, K).
    spikes : Array
        Number of spikes that each picture evokes, (N,).
    rasters : list[Array]
        Spikes of the last spiking layer for each picture, (steps, units).
    """

    probabilities: Array
    """Probability of each class, or its share of the evidence, (N, K)."""
    spikes: Array
    """Number of spikes that each picture evokes, (N,)."""
    rasters: list[Array]
    """Spikes of the last spiking layer for each picture, (steps, units)."""


class AskedModel(NamedTuple):
    """A model with all that is needed to ask it.

    Parameters
    ----------
    source : str
        What it is, and where it was found.
    class_names : list[str]
        Names of the classes, in their order.
    colour : bool
        Whether its pictures are coloured.
    prepare : Callable[[Array], Array]
        One picture of any size -> as the model sees it.
    answer : Callable[[Array], Answers]
        Pictures as the model sees them -> its answers.
    """

    source: str
    """What it is, and where it was found."""
    class_names: list[str]
    """Names of the classes, in their order."""
    colour: bool
    """Whether its pictures are coloured."""
    prepare: Callable[[Array], Array]
    """One picture of any size -> as the model sees it."""
    answer: Callable[[Array], Answers]
    """Pictures as the model sees them -> its answers."""


def load_asked_model(path: Path | None, raw: bool) -> AskedModel:
    """Return the model in a folder or a file; by default the bundled one."""
    from .._util.archive import read_archive
    if path is not None and path.is_file():
        header, _ = read_archive(path, "is no model of spikingnn")
        if header.get("format") == "spikingnn.network":
            return _unsupervised(path, raw)
    return _trained(path, raw)


def _trained(path: Path | None, raw: bool) -> AskedModel:
    """A model of `spikingnn train`."""
    import numpy as np

    from ..training.experiment import load_for_inference
    trained = load_for_inference(path, raw)

    def answer(x: Array) -> Answers:
        probabilities, spikes = trained.answer(x)
        counts = sum((each.sum(axis=(0, 2)) for each in spikes), np.zeros(len(x)))
        rasters = [spikes[-1][:, k] if spikes else np.zeros((1, 1)) for k in range(len(x))]
        return Answers(probabilities, counts.astype(int), rasters)

    def prepare(picture: Array) -> Array:
        return trained.preprocess(picture[None])[0]
    colour = len(trained.preprocess.picture) == 3
    return AskedModel(trained.source, trained.class_names, colour, prepare, answer)


def _unsupervised(path: Path, raw: bool) -> AskedModel:
    """A classifier of `spikingnn stdp`, whose pictures are square."""
    import numpy as np

    from ..training import Preprocessing
    from ..training.experiment import DataSettings, ExperimentSettings, InferencePreprocessor
    from ..unsupervised import STDPClassifier
    classifier = STDPClassifier.load(path)
    if classifier.classes is None:
        raise ValueError(f"{path} has no labels yet: continue it with spikingnn stdp --model {path} --resume")
    side = math.isqrt(classifier.n_inputs)
    if side * side != classifier.n_inputs:
        raise ValueError(f"{path} has {classifier.n_inputs} inputs, which are no square picture")
    steps = Preprocessing.from_list(classifier.preprocessing).steps
    settings = ExperimentSettings(DataSettings(preprocessing=steps))
    preprocess = InferencePreprocessor(settings, (side, side), raw)

    def answer(x: Array) -> Answers:
        evidence, counts, rasters = [], [], []
        for picture in x:                               # one run each, so that the monitor has its spikes
            began = classifier.network.t if classifier.network else 0.0
            counts.append(classifier.respond(picture[None], progress=False)[0])
            evidence.append(classifier.responses.scores(counts[-1][None], classifier.readout)[0])
            raster = np.zeros((math.ceil(classifier.present), classifier.neurons))
            steps = (classifier.spikes.t - began).astype(int)
            shown = steps < len(raster)
            raster[steps[shown], classifier.spikes.i[shown]] = 1
            rasters.append(raster)
        total = np.maximum(np.sum(evidence, axis=1, keepdims=True), 1e-12)
        return Answers(np.array(evidence) / total, np.sum(counts, axis=1), rasters)

    def prepare(picture: Array) -> Array:
        return preprocess(picture[None])[0]
    source = f"{path}, {classifier.neurons} neurons after {classifier.seen:,} presentations"
    return AskedModel(source, [str(name) for name in classifier.classes], False, prepare, answer)
