"""`spikingnn predict`: the class that a trained model predicts for pictures."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._util.text import printable
from .options import add_bits, add_json, picture_file, refuse, writable, write_json


if TYPE_CHECKING:
    from ..training.experiment import InferenceModel
    from ..training.layer import Array

EXAMPLES = """
examples:
  spikingnn predict --model run digit.png other.jpg          pictures of any size: the central square is taken
  spikingnn predict --model run --invert paper.png           for pictures that are black on white
"""


def add(commands: Any, shared: dict[str, Any]) -> None:
    """Add the command to the parser."""
    predict = commands.add_parser("predict", help="predict what pictures show", epilog=EXAMPLES, **shared)
    predict.description = (
        "Give pictures to a model that `spikingnn train` made: prints classes and probabilities, and draws\n"
        "picture, answer and spikes. Pictures that cannot be read are reported; the others are answered,\n"
        "and the exit code is 2.")
    predict.add_argument("--model", metavar="DIR", type=Path, required=True,
                         help="the folder of the run, or a checkpoint")
    predict.add_argument("pictures", metavar="FILE", type=Path, nargs="+", help="PNG, JPEG, TIFF …")
    predict.add_argument("--invert", action="store_true", help="invert the brightness first")
    add_bits(predict)
    predict.add_argument("--save", metavar="FILE", type=Path, default=Path("predict.png"),
                         help="the figure (default predict.png)")
    add_json(predict)
    predict.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read, predict, print, draw."""
    import numpy as np
    picture_file(options.save)
    writable(options.json)
    from ..training.experiment import load_for_inference
    trained = load_for_inference(options.model)
    names, pictures, failed = _read_pictures(options, trained.preprocess.picture)
    if not pictures:
        return 2
    x = np.stack(pictures).astype(np.float32)
    probabilities, spikes = _answers(trained, x)
    rows = []
    for k, name in enumerate(names):
        best, second = np.argsort(-probabilities[k])[:2]
        rows.append({
            "picture": name, "class": trained.class_names[best], "probability": float(probabilities[k, best]),
            "second": trained.class_names[second], "spikes": int(sum(each[:, k].sum() for each in spikes)),
            "probabilities": probabilities[k].tolist()
        })
        first_name, second_name = (printable(trained.class_names[place]) for place in (best, second))
        print(f"{printable(name):<24}  {first_name:<14} {100 * probabilities[k, best]:5.1f} %   "
              f"then {second_name:<14} {100 * probabilities[k, second]:5.1f} %   "
              f"{rows[-1]['spikes']:,} spikes")
    if options.json:                                    # numbers before figures, so that no result is lost
        write_json(options.json, {"pictures": rows, "failed": len(options.pictures) - len(names)})
    from ..plotting import answers_figure, save_figure
    rasters = [spikes[-1][:, k] if spikes else np.zeros((1, 1)) for k in range(len(x))]
    save_figure(answers_figure(names, x, probabilities, trained.class_names, rasters), options.save)
    print(f"picture: {options.save}")
    return failed


def _read_pictures(options: argparse.Namespace, shape: tuple[int, ...]) -> tuple[list[str], list[Array], int]:
    """Names and pictures that can be read, and the exit code."""
    from ..datasets import read_picture
    names, pictures, failed = [], [], 0
    for file in options.pictures:
        try:
            picture = read_picture(file, (shape[0], shape[1]), colour=len(shape) == 3, bits=options.bits)
        except (ValueError, OSError) as problem:
            failed = refuse(problem if str(file) in str(problem) else f"{file}: {problem}")
            continue
        names.append(file.name)
        pictures.append(1 - picture if options.invert else picture)
    return names, pictures, failed


def _answers(trained: InferenceModel, x: Array) -> tuple[Array, list[Array]]:
    """Probabilities (N, K) for pictures x, and the spikes (T, N, n) of each spiking layer."""
    import numpy as np

    from ..training import softmax
    model, answers, spikes = trained.model, [], []
    inputs = trained.encoding(
        trained.preprocess(x).reshape(len(x), *model.shape).astype(model.dtype), model.steps)
    for outputs in model.in_batches(inputs):
        answers.append(softmax(model.scores(outputs)))
        count = outputs.shape[1]
        spikes.append(
            [layer.spikes[:, :count].reshape(model.steps, count, -1) for layer in model.spiking.values()])
    return np.concatenate(answers), [np.concatenate(batches, axis=1) for batches in zip(*spikes)]
