"""A trained model on new pictures: what a checkpoint needs besides its weights to classify them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .. import config
from .._util.typing import PathLikeText
from ..datasets import bundled_file, resized
from .checkpoint import checkpoint_file, load_model
from .encode import Encoding, model_inputs
from .experiment_settings import ExperimentSettings
from .layer import Array
from .losses import softmax
from .model import Model
from .picture_steps import PREPROCESSING_STEPS
from .preprocess import Preprocessing


__all__ = ["InferenceModel", "InferencePreprocessor", "load_for_inference"]

BUNDLED_MODEL = "mnist-256.npz"


class InferencePreprocessor:
    """The preprocessing that a saved model needs, for pictures of any size.

    Steps such as `CentreInk` see the whole picture. Where there is none, its central square is resampled to
    the size of the pictures that the model was trained on.

    Parameters
    ----------
    settings : ExperimentSettings
        Settings of the run.
    picture : sequence of int
        Shape of the pictures that the model was trained on.
    raw : bool
        Whether drawings stay as they are: steps that take pictures of any size are left out.

    Examples
    --------
    Colour photographs of any size, for a model that was trained on grey pictures of 28 × 28:

    >>> import numpy as np
    >>> from spikingnn.training.experiment import ExperimentSettings, InferencePreprocessor
    >>> InferencePreprocessor(ExperimentSettings(), (28, 28))(np.zeros((1, 40, 40, 3))).shape
    (1, 28, 28)
    """

    def __init__(self, settings: ExperimentSettings, picture: Sequence[int], raw: bool = False) -> None:
        steps = [step for step in settings.data.preprocessing if not (raw and step.any_size)]
        self.picture, self.steps = tuple(picture), Preprocessing(steps)

    def __call__(self, x: ArrayLike | Sequence[ArrayLike]) -> Array:
        """Return pictures (N, h, w[, c]), or a list of pictures of different sizes, ready for the model."""
        if isinstance(x, (list, tuple)) and len({np.shape(picture) for picture in x}) > 1:
            return np.concatenate([self(np.asarray(picture)[None]) for picture in x])
        x = np.asarray(x, np.float32)
        if x.ndim == 4 and len(self.picture) == 2:
            x = PREPROCESSING_STEPS["grey"]()(x)
        if x.ndim == 3 and len(self.picture) == 3:
            x = np.repeat(x[..., None], 3, axis=3)
        if x.shape[1:3] != self.picture[:2] and not any(step.any_size for step in self.steps.steps):
            x = np.stack([resized(each, (self.picture[0], self.picture[1])) for each in x]).astype(np.float32)
        return self.steps(x)


class InferenceModel(NamedTuple):
    """A trained model with all that it needs in order to classify pictures.

    Parameters
    ----------
    model : Model
        The model with its trained weights.
    preprocess : InferencePreprocessor
        Preprocessing of pictures of any size, (N, height, width) or (N, height, width, channels).
    encoding : Encoding
        How prepared pictures enter the model.
    class_names : list[str]
        Names of the classes, in the order of the scores.
    source : str
        Which checkpoint it is, of which epoch, and its accuracy on the pictures that were held out.

    Examples
    --------
    A photograph of any size and colour is prepared for a model of the handwritten digits:

    >>> import numpy as np
    >>> from spikingnn.training.experiment import (InferenceModel, InferencePreprocessor, build_model,
    ...                                            read_settings)
    >>> settings = read_settings("mnist-sample", ["model.layers.0.n=20"])
    >>> model = build_model(settings, np.zeros((1, 28, 28)))
    >>> preprocess = InferencePreprocessor(settings, (28, 28))
    >>> trained = InferenceModel(model, preprocess, settings.data.encoding, list("0123456789"), "")
    >>> probabilities, spikes = trained.answer(trained.preprocess(np.zeros((1, 480, 640, 3))))
    >>> probabilities.shape, spikes[0].shape
    ((1, 10), (4, 1, 20))
    """

    model: Model
    """The model with its trained weights."""
    preprocess: InferencePreprocessor
    """Preprocessing of pictures of any size, (N, height, width) or (N, height, width, channels)."""
    encoding: Encoding
    """How prepared pictures enter the model."""
    class_names: list[str]
    """Names of the classes, in the order of the scores."""
    source: str
    """Which checkpoint it is, of which epoch, and its accuracy on the pictures that were held out."""

    def answer(self, x: Array) -> tuple[Array, list[Array]]:
        """Return probabilities (N, K) for pictures after `preprocess`, and the spikes (T, N, n) of each
        spiking layer."""
        model, answers, spikes = self.model, [], []
        inputs = model_inputs(self.encoding, x.astype(model.dtype), model.shape, model.steps)
        for outputs in model.in_batches(inputs):
            answers.append(softmax(model.scores(outputs)))
            count = outputs.shape[1]
            spikes.append([layer.spikes[:, :count].reshape(model.steps, count, -1)
                           for layer in model.spiking.values()])
        return np.concatenate(answers), [np.concatenate(batches, axis=1) for batches in zip(*spikes)]


def load_for_inference(path: PathLikeText | None = None, raw: bool = False) -> InferenceModel:
    """Return a trained model, with its preprocessing, its encoding and the names of the classes.

    Parameters
    ----------
    path : path, optional
        Folder of a `TrainingRun`, or one of its checkpoints; by default the bundled `mnist-256`.
    raw : bool
        Whether drawings stay as they are, see `InferencePreprocessor`.

    Returns
    -------
    InferenceModel
        What is needed to classify pictures.

    Raises
    ------
    FileNotFoundError
        If there is no checkpoint.
    ValueError
        If the checkpoint was not made by a `TrainingRun`, or is damaged.

    Examples
    --------
    >>> import tempfile
    >>> from spikingnn.datasets import mnist_sample
    >>> from spikingnn.training import evaluate
    >>> from spikingnn.training.experiment import TrainingRun, load_for_inference, read_settings
    >>> settings = read_settings("mnist-sample", ["training.epochs=1", "model.layers.0.n=20"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = TrainingRun(settings, folder).train(progress=False)
    ...     trained = load_for_inference(folder)
    >>> x, y = mnist_sample()[2:4]
    >>> result = evaluate(trained.model, trained.preprocess(x), y, trained.encoding)
    >>> result["accuracy"] == run.evaluate()["accuracy"]
    True

    A stroke, black on a white page, for the bundled model:

    >>> import numpy as np
    >>> trained, page = load_for_inference(), np.ones((100, 80))
    >>> page[20:80, 40:44] = 0.0
    >>> probabilities, spikes = trained.answer(trained.preprocess([page]))
    >>> trained.class_names[probabilities[0].argmax()]
    '1'
    """
    file = Path(str(bundled_file(BUNDLED_MODEL))) if path is None else checkpoint_file(path)
    model, header = load_model(file)
    kept: dict[str, Any] | None = header.get("settings")
    if not kept or "picture" not in kept:
        raise ValueError(
            f"{file} was not made by `spikingnn train`: it does not say how pictures are prepared")
    sections = config.dump_config({key: kept[key] for key in ("data", "model", "training")})
    settings = config.parse_config(sections, ExperimentSettings, str(file))
    preprocessor = InferencePreprocessor(settings, kept["picture"], raw)
    source = ("mnist-256, bundled" if path is None else str(file)) + _described_epoch(header)
    return InferenceModel(model, preprocessor, settings.data.encoding, kept["names"], source)


def _described_epoch(header: Mapping[str, Any]) -> str:
    """What a checkpoint says of the epoch after which it was written, and of the accuracy then."""
    trainer = header.get("trainer") or {}
    history = trainer.get("history") or [{}]
    accuracy = history[-1].get("validation_accuracy")
    return (f", after epoch {trainer['epoch']} of {trainer['epochs']}" if "epoch" in trainer else "") + (
        "" if accuracy is None else f", held-out accuracy {100 * accuracy:.2f} %")
