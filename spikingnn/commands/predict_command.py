"""`spikingnn predict`: the class that a trained model predicts for pictures."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .._util.text import printable
from .options import add_bits, add_json, picture_file, refuse, writable, write_json


if TYPE_CHECKING:
    from ..training.layer import Array
    from .asked_model import Answers, AskedModel

EXAMPLES = """
examples:
  spikingnn predict seven.png                           a digit that you drew: the model mnist-256, bundled
  spikingnn predict --model run digit.png other.jpg     a model of spikingnn train
  spikingnn predict --model digits.npz digit.png        a model of spikingnn stdp
  spikingnn predict --model run --raw digit.png         the central square as it is, not centred
"""
PER_PAGE = 40               # pictures on a page of the figure


class Shown(NamedTuple):
    """A picture that could be read."""

    name: str
    picture: Array
    prepared: Array

    @property
    def is_blank(self) -> bool:
        """Whether the model sees nothing at all: one level."""
        return bool(self.prepared.max() == self.prepared.min())


def add(commands: Any, shared: dict[str, Any]) -> None:
    """Add the command to the parser."""
    predict = commands.add_parser("predict", help="predict what pictures show", epilog=EXAMPLES, **shared)
    predict.description = (
        "Give pictures to a trained model: prints classes and probabilities, and draws picture, answer and\n"
        "spikes. Where the model was trained on MNIST, drawn digits are prepared as those were: paper "
        "removed,\n"
        "white ink on black, scaled, centred. Pictures that cannot be read are reported; the others are\n"
        "answered, and the exit code is 2.")
    predict.add_argument("--model", metavar="DIR", type=Path,
                         help="the folder of a run, a checkpoint, or a model of spikingnn stdp (default: "
                              "mnist-256, bundled)")
    predict.add_argument("pictures", metavar="FILE", type=Path, nargs="+", help="PNG, JPEG, TIFF …")
    predict.add_argument("--raw", action="store_true",
                         help="do not look for the ink: take the central square")
    predict.add_argument("--invert", action="store_true", help="invert the brightness first")
    add_bits(predict)
    predict.add_argument("--save", metavar="FILE", type=Path, default=Path("predict.png"),
                         help=f"the figure (default predict.png); more than {PER_PAGE} pictures fill further "
                              "pages, predict-2.png and so on")
    add_json(predict)
    predict.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read, predict, print, draw."""
    picture_file(options.save)
    writable(options.json)
    from .asked_model import load_asked_model
    model = load_asked_model(options.model, options.raw)
    print(f"model: {printable(model.source)}")
    shown, failed = _read_pictures(options, model)
    if not shown:
        return 2
    import numpy as np
    answers = model.answer(np.stack([each.prepared for each in shown]))
    rows = [_row(each, answers, k, model.class_names) for k, each in enumerate(shown)]
    for row in rows:
        _print_row(row)
    if options.json:                                    # numbers before figures, so that no result is lost
        write_json(options.json, {"model": model.source, "pictures": rows,
                                  "failed": len(options.pictures) - len(shown)})
    _draw(options.save, shown, answers, model.class_names)
    return failed


def _read_pictures(options: argparse.Namespace, model: AskedModel) -> tuple[list[Shown], int]:
    """The pictures that can be read, and the exit code."""
    shown, failed = [], 0
    for file in options.pictures:
        try:
            page = _read_picture(file, options, model, "white")
            shown.append(_read_picture(file, options, model, "black") if page.is_blank else page)
        except (ValueError, OSError) as problem:
            failed = refuse(problem if str(file) in str(problem) else f"{file}: {problem}")
    return shown, failed


def _read_picture(file: Path, options: argparse.Namespace, model: AskedModel, paper: str) -> Shown:
    """One picture; what is white and drawn on nothing is seen on black paper alone."""
    from ..datasets import read_picture
    from ..datasets.pictures import thumbnail
    picture = read_picture(file, colour=model.colour, bits=options.bits, paper=paper)
    picture = 1 - picture if options.invert else picture
    return Shown(file.name, thumbnail(picture), model.prepare(picture))


def _row(shown: Shown, answers: Answers, k: int, class_names: list[str]) -> dict[str, Any]:
    """What is said of one picture; without a class where there is nothing to be read from."""
    probabilities, spikes = answers.probabilities[k], int(answers.spikes[k])
    remark = ("blank: nothing is drawn on it" if shown.is_blank else
              "no spikes: the picture evokes none, so there is no answer" if not spikes else None)
    if remark:
        return {"picture": shown.name, "class": None, "probability": None, "second": None, "spikes": spikes,
                "probabilities": None, "remark": remark}
    best, second = (-probabilities).argsort(kind="stable")[:2]
    return {"picture": shown.name, "class": class_names[best], "probability": float(probabilities[best]),
            "second": class_names[second], "spikes": spikes, "probabilities": probabilities.tolist(),
            "remark": None}


def _print_row(row: dict[str, Any]) -> None:
    name = f"{printable(row['picture']):<24}"
    if row["remark"]:
        print(f"{name}  {row['remark']}")
        return
    first, second = sorted(row["probabilities"], reverse=True)[:2]
    print(f"{name}  {printable(row['class']):<14} {100 * first:5.1f} %   then {printable(row['second']):<14} "
          f"{100 * second:5.1f} %   {row['spikes']:,} spikes")


def _draw(file: Path, shown: list[Shown], answers: Answers, class_names: list[str]) -> None:
    """Save the figure, on as many pages as the pictures need."""
    from ..plotting import answers_figure, save_figure
    for page, begin in enumerate(range(0, len(shown), PER_PAGE), start=1):
        part = slice(begin, begin + PER_PAGE)
        names, pictures, prepared = zip(*shown[part])
        figure = answers_figure(names, pictures, answers.probabilities[part], class_names,
                                answers.rasters[part], prepared)
        target = file if page == 1 else file.with_stem(f"{file.stem}-{page}")
        save_figure(figure, target)
        print(f"picture: {target}")
