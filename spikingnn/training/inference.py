"""A trained model on new pictures: what a checkpoint needs besides its weights to classify them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .. import config
from .._util.typing import PathLikeText
from ..datasets import resized
from .checkpoint import load_model
from .encode import Encoding
from .experiment_settings import ExperimentSettings
from .layer import Array
from .model import Model
from .picture_steps import PREPROCESSING_STEPS
from .preprocess import Preprocessing


__all__ = ["InferenceModel", "InferencePreprocessor", "load_for_inference"]


class InferencePreprocessor:
    """The preprocessing that a saved model needs, for pictures of any size.

    Parameters
    ----------
    settings : ExperimentSettings
        Settings of the run.
    picture : sequence of int
        Shape of the pictures that the model was trained on.

    Examples
    --------
    Colour photographs of any size, for a model that was trained on grey pictures of 28 × 28:

    >>> import numpy as np
    >>> from spikingnn.training.experiment import ExperimentSettings, InferencePreprocessor
    >>> InferencePreprocessor(ExperimentSettings(), (28, 28))(np.zeros((1, 40, 40, 3))).shape
    (1, 28, 28)
    """

    def __init__(self, settings: ExperimentSettings, picture: Sequence[int]) -> None:
        self.picture, self.steps = tuple(picture), Preprocessing(settings.data.preprocessing)

    def __call__(self, x: ArrayLike) -> Array:
        """Return pictures (N, h, w[, c]) of any size, ready for the model."""
        x = np.asarray(x, np.float32)
        if x.ndim == 4 and len(self.picture) == 2:
            x = PREPROCESSING_STEPS["grey"]()(x)
        if x.ndim == 3 and len(self.picture) == 3:
            x = np.repeat(x[..., None], 3, axis=3)
        if x.shape[1:3] != self.picture[:2]:
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

    Examples
    --------
    A photograph of any size and colour is prepared for a model of the handwritten digits:

    >>> import numpy as np
    >>> from spikingnn.training.experiment import (InferenceModel, InferencePreprocessor, build_model,
    ...                                            read_settings)
    >>> settings = read_settings("mnist-sample", ["model.layers.0.n=20"])
    >>> model = build_model(settings, np.zeros((1, 28, 28)))
    >>> preprocess = InferencePreprocessor(settings, (28, 28))
    >>> trained = InferenceModel(model, preprocess, settings.data.encoding, list("0123456789"))
    >>> x = trained.preprocess(np.zeros((1, 480, 640, 3))).reshape(1, *model.shape)
    >>> model.scores(model.forward(trained.encoding(x, model.steps))).shape
    (1, 10)
    """

    model: Model
    """The model with its trained weights."""
    preprocess: InferencePreprocessor
    """Preprocessing of pictures of any size, (N, height, width) or (N, height, width, channels)."""
    encoding: Encoding
    """How prepared pictures enter the model."""
    class_names: list[str]
    """Names of the classes, in the order of the scores."""


def load_for_inference(path: PathLikeText) -> InferenceModel:
    """Return a trained model, with its preprocessing, its encoding and the names of the classes.

    Parameters
    ----------
    path : path
        Folder of a `TrainingRun`, or one of its checkpoints.

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
    """
    model, header = load_model(path)
    kept: dict[str, Any] | None = header.get("settings")
    if not kept or "picture" not in kept:
        raise ValueError(
            f"{path} was not made by `spikingnn train`: it does not say how pictures are prepared")
    sections = config.dump_config({key: kept[key] for key in ("data", "model", "training")})
    settings = config.parse_config(sections, ExperimentSettings, str(path))
    return InferenceModel(model, InferencePreprocessor(settings, kept["picture"]), settings.data.encoding,
                          kept["names"])
