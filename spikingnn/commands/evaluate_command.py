"""`spikingnn evaluate`: how well a trained model does on labelled pictures."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from .._util.text import printable
from .options import add_bits, add_json, picture_file, writable, write_json
from .training_options import evaluation_row, print_evaluation


EXAMPLES = """
examples:
  spikingnn evaluate --model run --images t10k-images-idx3-ubyte.gz --labels t10k-labels-idx1-ubyte.gz
  spikingnn evaluate --model run --images signs.npz         arrays x (or images) and y (or labels) in one file
"""


def add(commands: Any, shared: dict[str, Any]) -> None:
    """Add the command to the parser."""
    evaluate = commands.add_parser(
        "evaluate", help="test a trained model on labelled pictures", epilog=EXAMPLES, **shared,
        description=("Give labelled pictures to a model that `spikingnn train` made; "
                     "its own preprocessing is applied."))
    evaluate.add_argument("--model", metavar="DIR", type=Path, required=True,
                          help="the folder of the run, or a checkpoint")
    evaluate.add_argument("--images", metavar="FILE", type=Path, required=True,
                          help="IDX (.gz or not), .npz or .npy")
    evaluate.add_argument("--labels", metavar="FILE", type=Path,
                          help="as --images; not needed where the labels are in the same file")
    add_bits(evaluate)
    evaluate.add_argument("--save", metavar="FILE", type=Path, help="draw the confusion matrix there")
    add_json(evaluate)
    evaluate.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Load, evaluate, print."""
    writable(options.json)
    if options.save:
        picture_file(options.save)
    from ..datasets import read_pair
    from ..training import evaluate
    from ..training.experiment import load_for_inference
    start = time.perf_counter()
    trained = load_for_inference(options.model)
    x, y = read_pair(options.images, options.labels, options.bits, names=trained.class_names)
    result = evaluate(trained.model, trained.preprocess(x), y, trained.encoding)
    seconds = time.perf_counter() - start
    print_evaluation(result)
    print(f"\nmodel: {printable(trained.source)}")
    print(f"accuracy: {100 * result['accuracy']:.2f} % of {len(x):,} pictures; {seconds:.1f} s")
    if options.json:
        write_json(options.json, evaluation_row(result) | {"seconds": round(seconds, 3), "images": len(x)})
    if options.save:
        from matplotlib.figure import Figure

        from ..plotting import plot_confusion, save_figure
        figure = Figure(figsize=(6.5, 6), dpi=110, layout="constrained")
        plot_confusion(figure.subplots(), range(len(trained.class_names)), y, result["answers"])
        save_figure(figure, options.save)
        print(f"picture: {options.save}")
    return 0
