"""`spikingnn stdp`: a spiking network learns pictures without labels; its neurons are labelled afterwards."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .options import (add_data_home, add_json, add_seed, between, picture_file, refuse, whole, writable,
                      write_json)


if TYPE_CHECKING:
    from ..training.layer import Array
    from ..unsupervised import STDPClassifier

EXAMPLES = """
examples:
  spikingnn stdp                                   the bundled digits, 400 neurons; half a minute
  spikingnn stdp --data mnist --neurons 400        MNIST (found through SPIKINGNN_DATA), one pass
  spikingnn stdp --model digits.npz                keep what was learned; Ctrl-C keeps it too
  spikingnn stdp --model digits.npz --resume       … and continue from there, to the same bits
"""


def add(commands: Any, shared: dict[str, Any]) -> None:
    """Add the command to the parser."""
    stdp = commands.add_parser("stdp", help="learn pictures without labels", epilog=EXAMPLES, **shared)
    stdp.description = (
        "Poisson inputs, plastic weights and competing adaptive neurons learn pictures by spike timing\n"
        "alone (Diehl & Cook 2015). Afterwards the neurons are labelled with training pictures; the\n"
        "accuracy is that on held-out pictures.")
    stdp.add_argument("--data", default="mnist-sample", metavar="NAME",
                      help="mnist, fashion-mnist, or with -sample the bundled sample (default mnist-sample); "
                           "of a full set the last 10,000 training pictures are held out")
    add_data_home(stdp)
    stdp.add_argument("--neurons", type=whole(2, 100_000), default=400, metavar="N",
                      help="learning neurons (default 400)")
    stdp.add_argument("--competition", choices=("winner", "pair"), default="winner",
                      help="one winner per step (default), or a delayed inhibitory partner for each neuron")
    stdp.add_argument("--passes", type=whole(1, 1000), metavar="N",
                      help="passes over the pictures (default: ten for a sample, one for a full set)")
    stdp.add_argument("--readout", choices=("proportion", "vote"), default="proportion",
                      help="how the class is read from the spikes (default proportion)")
    stdp.add_argument(
        "--threshold-step", type=between(0, 100), metavar="MV",
        help="rise of a neuron's threshold at its spike (default: by the numbers of neurons and "
        "presentations)")
    add_seed(stdp)
    stdp.add_argument("--model", type=Path, metavar="FILE", help="keep the learned network there (.npz)")
    stdp.add_argument("--resume", action="store_true", help="continue with the network in --model")
    stdp.add_argument("--save", metavar="FILE", type=Path, default=Path("stdp.png"),
                      help="the figure (default stdp.png)")
    add_json(stdp)
    stdp.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Learn, label, test; print the numbers and save the figure."""
    from ..datasets import load
    from ..datasets.known import data_source
    from ..plotting import save_figure, stdp_figure
    from ..training import CentreInk, Preprocessing
    picture_file(options.save)
    writable(options.json, options.model)
    if options.resume and not options.model:
        raise ValueError("--resume needs --model FILE, the network to continue with")
    data = load(options.data, options.data_home)
    drawn = [CentreInk()] if options.data in ("mnist", "mnist-sample") else []
    prepare = Preprocessing(drawn)
    x, x_test = (prepare(pictures).reshape(len(pictures), -1) for pictures in (data.x_train, data.x_test))
    start = time.perf_counter()
    classifier, began = _prepared(options, x), time.perf_counter()
    classifier.preprocessing = prepare.to_list()
    seen = classifier.seen
    try:
        classifier.resume(x, data.y_train)
    except KeyboardInterrupt:
        if options.model:
            classifier.save(options.model)
            refuse(f"interrupted after {classifier.seen} of {classifier.planned} presentations, kept in "
                   f"{options.model}; --resume continues")
        raise
    ms_per_picture = 1000.0 * (time.perf_counter() - began) / max(classifier.seen - seen, 1)
    if options.model:
        classifier.save(options.model)
    counts = classifier.respond(x_test)
    accuracy = float((classifier.classify(counts) == data.y_test).mean())
    result = {
        "accuracy": accuracy, "spikes_per_image": float(counts.sum(axis=1).mean()),
        "ms_per_image": ms_per_picture, "neurons": classifier.neurons, "images": classifier.planned,
        "seed": classifier.seed
    }
    for name, value in result.items():
        shown = f"{value:.4g}" if isinstance(value, float) else f"{value:,}"
        print(f"{name.replace('_', ' '):<18} {shown}")
    print(f"\nheld-out accuracy: {100 * accuracy:.1f} % of {len(x_test):,} held-out pictures; "
          f"{time.perf_counter() - start:.1f} s")
    title = (f"What {classifier.neurons} neurons learned from {classifier.planned:,} presentations "
             "without labels")
    if options.json:
        place = {"name": options.data, "source": data_source(options.data, options.data_home)}
        write_json(options.json, result | {"data": place})
    save_figure(stdp_figure(classifier, data.x_train.shape[1:], counts, data.y_test, title), options.save)
    print(f"picture: {options.save}")
    return 0


def _prepared(options: argparse.Namespace, x: Array) -> STDPClassifier:
    """The classifier to continue with: a saved one, or a new one."""
    from ..unsupervised import STDPClassifier
    if options.resume:
        return STDPClassifier.load(options.model)
    classifier = STDPClassifier(options.neurons, options.competition, options.threshold_step,
                                readout=options.readout, seed=options.seed)
    classifier.start(x, options.passes or (10 if len(x) <= 10_000 else 1))
    return classifier
