"""`spikingnn recall`: store pictures in a spiking memory and recall each from a corrupted copy."""

from __future__ import annotations

import os
import re
import time
from argparse import ArgumentParser, Namespace, _ArgumentGroup, _SubParsersAction
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .._util.files import replacing
from .._util.text import printable
from .options import (MEMORY_RULES, add_bits, add_data_home, add_jobs, add_json, add_projection, add_seed,
                      between,
                      movie_file, only_projection, picture_file, progress, threshold, try_folder, whole,
                      writable, write_csv, write_json)


if TYPE_CHECKING:
    from .._util.typing import FloatArray, IntArray
    from ..datasets import Pictures
    from ..memory import HopfieldAssembly, RecallExperiment

Group: TypeAlias = _ArgumentGroup
Subparsers: TypeAlias = "_SubParsersAction[ArgumentParser]"

MEASURES = ("cue_overlap", "overlap", "best_wrong", "cosine", "blend_cosine", "correlation", "settle_ms",
            "spikes", "score", "psnr", "ssim")
IN_FULL = 24                # recalls up to which the table has a row for each
LARGEST_SIZE = 256          # pixels per side; 131,072 units

EXAMPLES = """
examples:
  spikingnn recall                                 store twelve photographs, recall from 30 % flipped pixels
  spikingnn recall --flip 0.45 --seed 7            a harder cue, other random numbers
  spikingnn recall --flip 0 --occlude 0.5          half of every picture unknown
  spikingnn recall --images holiday/ --size 96     your own pictures; --out DIR keeps every recalled one
  spikingnn recall --data mnist --count 200 --flip 0.1 --repeats 5 --jobs 2 --csv recalls.csv
  spikingnn recall --data fashion-mnist-sample --rule dense --coding gray --flip 0 --gaussian 0.5
  spikingnn recall --movie recall.webp             the first recall in motion
"""


def add(commands: Subparsers, shared: dict[str, Any]) -> None:
    """Add the command to the parser."""
    recall = commands.add_parser("recall", help="store pictures and recall each from a corrupted copy",
                                 epilog=EXAMPLES, **shared)
    recall.description = (
        "Store pictures in a spiking Hopfield memory, corrupt each, give it as a cue for 50 ms,\n"
        "remove the cue, and read the spikes out 250 ms later. Prints a table and saves a picture.")
    _add_pictures(recall.add_argument_group("pictures"))
    _add_corruptions(recall.add_argument_group("corruption of the cue"))
    memory = recall.add_argument_group("memory")
    memory.add_argument("--rule", choices=MEMORY_RULES, default="projection",
                        help="learning rule, by which the weights are made (default projection)")
    memory.add_argument("--coding", choices=("binary", "gray"), default="binary",
                        help="black and white (default), or grey levels, which the rule dense holds")
    add_projection(memory)
    add_jobs(memory)
    _add_output(recall.add_argument_group("output"))
    recall.set_defaults(run=run)


def _add_pictures(group: Group) -> None:
    group.add_argument("--images", metavar="FOLDER", type=Path,
                       help="your own pictures (default: the twelve bundled photographs)")
    group.add_argument("--data", metavar="NAME",
                       help="a data set: mnist, fashion-mnist, gtsrb, mnist-sample, fashion-mnist-sample")
    add_data_home(group)
    group.add_argument("--count", type=whole(1, 100_000), metavar="N",
                       help="store the first N pictures (default: all; of a data set 50)")
    group.add_argument("--strict", action="store_true",
                       help="a picture that cannot be read stops the command; without it is skipped")
    group.add_argument("--size", type=whole(2, LARGEST_SIZE), metavar="N",
                       help="pixels per side (default 64; of a data set its own)")
    add_bits(group)
    group.add_argument("--threshold", type=threshold, default="mean", metavar="T", help=(
        "a pixel is white above: mean (default: of each picture; photographs come out balanced), median, "
        "otsu, or a level from 0 to 1"))


def _add_corruptions(group: Group) -> None:
    group.add_argument("--flip", type=between(0, 1), default=0.3, metavar="F",
                       help="fraction of the pixels that is flipped (default 0.3)")
    group.add_argument("--occlude", type=between(0, 1), default=0.0, metavar="F",
                       help="fraction of the pixels hidden by a band")
    group.add_argument("--fill", choices=("silent", "black", "white"), default="silent",
                       help="a hidden pixel is unknown (silent, the default), black or white")
    group.add_argument("--salt-pepper", type=between(0, 1), default=0.0, metavar="F",
                       help="fraction of the pixels made black or white")
    group.add_argument("--gaussian", type=between(0, 10), default=0.0, metavar="S",
                       help="standard deviation of noise on the grey picture; 1 is from black to white")
    group.add_argument("--shift", type=whole(0, 64), default=0, metavar="N",
                       help="pixels by which the picture is shifted")
    group.add_argument("--blur", type=between(0, 64), default=0.0, metavar="S",
                       help="standard deviation of a Gaussian blur, in pixels")
    group.add_argument("--lines", type=between(0, 1), default=0.0, metavar="F",
                       help="fraction of the rows that is erased")
    group.add_argument("--repeats", type=whole(1, 10_000), default=1, metavar="N",
                       help="cues per picture (default 1)")
    group.add_argument("--sustain", type=between(0, 1), default=0.0, metavar="F",
                       help="fraction of the cue that stays (default 0: it is removed)")
    add_seed(group)


def _add_output(group: Group) -> None:
    group.add_argument("--save", metavar="FILE", type=Path, default=Path("recall.png"),
                       help="the picture (default recall.png)")
    group.add_argument("--out", metavar="DIR", type=Path,
                       help="also write every recalled picture there as PNG")
    group.add_argument("--csv", metavar="FILE", type=Path, help="write one row per recall")
    group.add_argument("--movie", metavar="FILE", type=Path,
                       help="the first recall in motion: .webp, .gif, or .mp4 where ffmpeg is installed")
    add_json(group)


def run(options: Namespace) -> int:
    """Store, corrupt, recall; print the table and save the pictures."""
    _check(options)

    import numpy as np

    from ..memory import HopfieldAssembly, recall_pictures
    pictures = _pictures(options)
    start = time.perf_counter()
    stored = pictures.images
    targets = np.tile(np.arange(len(stored)), options.repeats)
    memory = HopfieldAssembly(stored[0].size, rule=options.rule, seed=options.seed, coding=options.coding,
                              ridge=options.ridge, diagonal=options.diagonal, shape=stored.shape[1:])
    patterns = memory.units.from_images(stored, options.threshold)
    cues = memory.units.corrupted_images(stored[targets], options.threshold, fill=options.fill,
                                         seed=options.seed, **_corruptions(options))
    result = recall_pictures(memory.store(patterns), pictures.names, patterns, cues,
                             progress=progress("recalling", "picture"), targets=targets, originals=stored,
                             jobs=options.jobs, sustain=options.sustain)
    seconds = time.perf_counter() - start

    (_print_table if len(result.rows) <= IN_FULL else _print_summary)(result)
    print(f"\nidentified {result.identified} of {len(result.rows)}, mean overlap {result.mean_overlap:.4f}, "
          f"read out after the cue was removed; {seconds:.1f} s")
    if options.csv:                                     # numbers before figures: what was calculated is kept
        write_csv(options.csv, result.rows)
    if options.json:
        write_json(options.json, {"images": result.rows, "mean_overlap": result.mean_overlap,
                                  "identified": result.identified, "seed": options.seed,
                                  "seconds": round(seconds, 3)} | _data(options))
    _save_recall(options, memory, result, targets, stored.shape[1:])
    return 0


def _check(options: Namespace) -> None:
    """Refuse before the work what could not be done or written after it."""
    picture_file(options.save)
    writable(options.json, options.csv)
    if options.movie:
        movie_file(options.movie)
    if options.out:                                     # made when there is something to put into it
        try_folder(options.out, options.out)
    if options.coding == "gray" and options.rule != "dense":
        raise ValueError("--coding gray needs --rule dense: couplings between pixels hold black and white")
    only_projection(options, [options.rule])


def _data(options: Namespace) -> dict[str, Any]:
    """Which data set was taken, and from where, for the numbers."""
    from ..datasets.known import data_source
    named = options.data and options.data != "photographs" and not options.images
    if not named:
        return {}
    return {"data": {"name": options.data, "source": data_source(options.data, options.data_home)}}


def _pictures(options: Namespace) -> Pictures:
    import numpy as np

    from .._util import checks
    from .._util.brightness import LUMA
    from ..datasets import NAMES, Pictures, load, photographs, read_folder, resized
    if options.images and options.data:
        raise ValueError("--images and --data: give one of the two")
    if options.images:
        found = read_folder(options.images, options.size or 64, options.strict, options.bits)
    elif options.data and options.data != "photographs":
        checks.one_of("--data", "name", options.data, (*NAMES, "photographs"))
        split, count = load(options.data, options.data_home), options.count or 50
        grey = split.x_train[:count]
        grey = grey @ np.array(LUMA) if grey.ndim == 4 else grey
        found = Pictures(grey, [f"{k}: {_named(split, k)}" for k in range(len(grey))])
    else:
        found = photographs()
    images = found.images[:options.count]
    if options.size:
        images = np.stack([resized(image, options.size) for image in images])
    return found._replace(images=np.asarray(images, float), names=found.names[:options.count])


def _named(split: Any, k: int) -> str:
    label = int(split.y_train[k])
    return str(split.names[label]) if len(split.names) else str(label)


def _corruptions(options: Namespace) -> dict[str, Any]:
    return {name: getattr(options, name) for name in _KINDS}


def _print_table(result: RecallExperiment) -> None:
    width = min(max(len(printable(name)) for name in [*result.names, "picture"]), 24)
    wide = max(width, 13)
    print(f"{'picture':<{width}}  cue overlap  overlap  cosine  {'identified as':<{wide}}  "
          "settled (ms)   spikes")
    for row in result.rows:
        name, identified = printable(row["name"])[:width], printable(row["identified_as"])[:width]
        print(f"{name:<{width}}  {row['cue_overlap']:11.3f}  {row['overlap']:7.3f}  {row['cosine']:6.3f}  "
              f"{identified:<{wide}}  {row['settle_ms']:12.0f}  {row['spikes']:7,}")


def _print_summary(result: RecallExperiment) -> None:
    """The measures over all recalls: mean, lowest and highest, and shares with their intervals."""
    import numpy as np

    from ..memory import wilson
    trials = len(result.rows)
    print(f"{'over ' + format(trials, ',') + ' recalls':<26}      mean    lowest   highest")
    for name in MEASURES:
        if name in result.rows[0]:
            values = [row[name] for row in result.rows]
            print(f"{name.replace('_', ' '):<26}", *map(_short, (np.mean(values), min(values), max(values))))
    print(f"{'share of recalls':<26}      share   95 % interval (Wilson)")
    shares = {"identified": result.identified,
              "nearest to the cue": sum(row["nearest"] == row["name"] for row in result.rows),
              "overlap ≥ 0.95": sum(row["overlap"] >= 0.95 for row in result.rows)}
    verdicts = [row["verdict"] for row in result.rows]
    shares |= {verdict: verdicts.count(verdict) for verdict in dict.fromkeys(verdicts)}
    for name, count in shares.items():
        low, high = wilson(count, trials)
        print(f"{name:<26} {count / trials:9.4f}   {low:.4f} – {high:.4f}")


def _short(value: float) -> str:
    return f"{value:9,.0f}" if 1000 <= value < float("inf") else f"{value:9.4g}"


def _save_recall(options: Namespace, memory: HopfieldAssembly, result: RecallExperiment, targets: IntArray,
                 shape: tuple[int, int]) -> None:
    from ..plotting import recall_figure, save_figure
    what = ", ".join(_KINDS[name].format(value) for name, value in _corruptions(options).items() if value)
    title = f"{what or 'Clean cues'}: recalled after the cue is removed"
    names, originals = [result.names[k] for k in targets], result.patterns[targets]
    if options.out:
        _save_pictures(options.out, names, memory.units.to_levels(result.answers), shape)
    figure = recall_figure(memory, shape, names, originals, result.cues, result.recalls, title=title)
    save_figure(figure, options.save)
    print(f"picture: {options.save}")
    if options.movie:
        from ..plotting.animate import recall_movie
        first, cue = result.recalls[0], result.cues[0]
        membrane = memory.membrane(cue, sustain=options.sustain, hold_time=first.t[-1] - first.cue_time)
        recall_movie(options.movie, first, membrane, originals[0], cue, shape, progress("filming", "frame"))
        print(f"movie: {options.movie}")


def _save_pictures(folder: Path, names: Sequence[str], levels: FloatArray, shape: tuple[int, int]) -> None:
    from PIL import Image
    folder.mkdir(parents=True, exist_ok=True)
    taken: dict[str, int] = {}
    for name, picture in zip((re.sub(r"[/\\:\0]", "", name) for name in names), levels):
        taken[name] = taken.get(name, 0) + 1
        again = f" {taken[name]}" if taken[name] > 1 else ""
        with replacing(folder / f"{name}{again}.png") as temporary:
            grey = (picture.reshape(shape) * 255).round().astype("uint8")
            Image.fromarray(grey).save(temporary, format="PNG")
    print(f"recalled pictures: {folder}{os.sep}")


_KINDS = {"flip": "{:.0%} of the pixels flipped", "occlude": "{:.0%} hidden",
          "salt_pepper": "{:.0%} salt and pepper", "gaussian": "Gaussian noise of σ = {:g}",
          "shift": "shifted by {:g} pixels", "blur": "blurred by σ = {:g} pixels",
          "lines": "{:.0%} of the rows erased"}
