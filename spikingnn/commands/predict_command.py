"""`spikingnn predict`: what a trained model makes of pictures."""

from __future__ import annotations

from pathlib import Path

from .._util.text import printable
from .options import add_bits, add_json, picture_file, refuse, writable, write_json


EXAMPLES = """
examples:
  spikingnn predict --model run digit.png other.jpg          pictures of any size: the square in the middle is taken
  spikingnn predict --model run --invert paper.png           black on white, where the model learned white on black
"""


def add(commands, shared):
    """Add the command to the parser."""
    predict = commands.add_parser("predict", help="ask a trained model what pictures show", epilog=EXAMPLES, **shared, description=(
        "Give pictures to a model that `spikingnn train` made: prints classes and probabilities, and draws picture, answer and spikes.\n"
        "A picture that cannot be read is named; the others are answered, and the exit code is 2."))
    predict.add_argument("--model", metavar="DIR", type=Path, required=True, help="the folder of the run, or a checkpoint")
    predict.add_argument("pictures", metavar="FILE", type=Path, nargs="+", help="PNG, JPEG, TIFF …")
    predict.add_argument("--invert", action="store_true", help="swap black and white first")
    add_bits(predict)
    predict.add_argument("--save", metavar="FILE", type=Path, default=Path("predict.png"), help="the picture (default predict.png)")
    add_json(predict)
    predict.set_defaults(run=run)


def run(options):
    """Read, ask, print, draw."""
    import numpy as np
    picture_file(options.save)
    writable(options.json)
    from ..datasets import read_picture
    from ..training import softmax
    from ..training.experiment import load_for_inference
    model, prepare, encoding, classes = load_for_inference(options.model)
    shape = prepare.picture
    names, pictures, failed = [], [], 0
    for file in options.pictures:
        try:
            picture = read_picture(file, shape[:2], colour=len(shape) == 3, bits=options.bits)
        except (ValueError, OSError) as problem:
            failed = refuse(problem if str(file) in str(problem) else f"{file}: {problem}")
            continue
        names.append(file.name)
        pictures.append(1 - picture if options.invert else picture)
    if not pictures:
        return 2
    x = np.stack(pictures).astype(np.float32)
    inputs = encoding(prepare(x).reshape(len(x), *model.shape).astype(model.dtype), model.steps)
    answers, spiking, rows = [], [], []
    for outputs in model.in_batches(inputs):
        answers.append(softmax(model.scores(outputs)))
        spiking.append([layer.spikes[:, :outputs.shape[1]].reshape(model.steps, outputs.shape[1], -1) for layer in model.spiking.values()])
    probabilities, spiking = np.concatenate(answers), [np.concatenate(batches, axis=1) for batches in zip(*spiking)]
    for k, name in enumerate(names):
        first, second = np.argsort(-probabilities[k])[:2]
        rows.append({"picture": name, "class": classes[first], "probability": float(probabilities[k, first]), "second": classes[second],
                     "spikes": int(sum(spikes[:, k].sum() for spikes in spiking)), "probabilities": probabilities[k].tolist()})
        best, next_best = (printable(classes[place]) for place in (first, second))
        print(f"{printable(name):<24}  {best:<14} {100 * probabilities[k, first]:5.1f} %   then {next_best:<14} "
              f"{100 * probabilities[k, second]:5.1f} %   {rows[-1]['spikes']:,} spikes")
    if options.json:                                    # numbers before figures: what was calculated is kept
        write_json(options.json, {"pictures": rows, "failed": len(options.pictures) - len(names)})
    from ..plotting import answers_figure, save_figure
    rasters = [spiking[-1][:, k] if spiking else np.zeros((1, 1)) for k in range(len(x))]
    save_figure(answers_figure(names, x, probabilities, classes, rasters), options.save)
    print(f"picture: {options.save}")
    return failed
