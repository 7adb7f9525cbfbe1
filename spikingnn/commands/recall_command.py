"""`spikingnn recall`: store pictures in a spiking memory and recall each from a spoilt copy."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from .._util.files import replacing
from .._util.text import printable
from .options import (MEMORY_RULES, add_bits, add_data_home, add_jobs, add_json, add_projection, add_seed, between,
                      movie_file, only_projection, picture_file, progress, threshold, try_folder, whole,
                      writable, write_csv, write_json)


IN_FULL = 24                # recalls up to which the table has a row for each
LARGEST_SIZE = 256          # pixels a side; 131,072 units

EXAMPLES = """
examples:
  spikingnn recall                                 store twelve photographs, recall each from 30 % flipped pixels
  spikingnn recall --flip 0.45 --seed 7            a harder cue, other random numbers
  spikingnn recall --flip 0 --occlude 0.5          half of every picture unknown
  spikingnn recall --images holiday/ --size 96     your own pictures; --out DIR keeps every recalled one
  spikingnn recall --data mnist --count 200 --flip 0.1 --repeats 5 --jobs 2 --csv recalls.csv
  spikingnn recall --data fashion-mnist-sample --rule dense --coding gray --flip 0 --gaussian 0.5
  spikingnn recall --movie recall.webp             the first recall in motion
"""


def add(commands, shared):
    """Add the command to the parser."""
    recall = commands.add_parser("recall", help="store pictures and recall each from a spoilt copy", epilog=EXAMPLES, **shared)
    recall.description = (
        "Store pictures in a spiking Hopfield memory, spoil each, give it to the network as a cue of 50 ms, take the cue away, and read\n"
        "out what the spikes hold 250 ms later. Prints a table and saves a picture.")
    what = recall.add_argument_group("pictures")
    what.add_argument("--images", metavar="FOLDER", type=Path, help="your own pictures (default: the twelve bundled photographs)")
    what.add_argument("--data", metavar="NAME", help="a data set: mnist, fashion-mnist, gtsrb, mnist-sample, fashion-mnist-sample")
    add_data_home(what)
    what.add_argument("--count", type=whole(1, 100_000), metavar="N", help="store the first N pictures (default: all; of a data set 50)")
    what.add_argument("--strict", action="store_true", help="a picture that cannot be read stops the command; without it is skipped")
    what.add_argument("--size", type=whole(2, LARGEST_SIZE), metavar="N", help="pixels a side (default 64; of a data set its own)")
    add_bits(what)
    what.add_argument("--threshold", type=threshold, default="mean", metavar="T", help=(
        "a pixel is white above: mean (default: of each picture; photographs come out balanced), median, otsu, or a level from 0 to 1"))
    how = recall.add_argument_group("what is done to the cue")
    how.add_argument("--flip", type=between(0, 1), default=0.3, metavar="F", help="fraction of pixels turned over (default 0.3)")
    how.add_argument("--occlude", type=between(0, 1), default=0.0, metavar="F", help="fraction of pixels hidden by a band")
    how.add_argument("--fill", choices=("silent", "black", "white"), default="silent",
                     help="what a hidden pixel is: unknown (silent, the default), or painted")
    how.add_argument("--salt-pepper", type=between(0, 1), default=0.0, metavar="F", help="fraction of pixels made black or white")
    how.add_argument("--gaussian", type=between(0, 10), default=0.0, metavar="S",
                     help="standard deviation of noise on the grey picture; 1 is the step from black to white")
    how.add_argument("--shift", type=whole(0, 64), default=0, metavar="N", help="pixels by which the picture moves")
    how.add_argument("--blur", type=between(0, 64), default=0.0, metavar="S", help="standard deviation of a Gaussian blur, in pixels")
    how.add_argument("--lines", type=between(0, 1), default=0.0, metavar="F", help="fraction of rows erased")
    how.add_argument("--repeats", type=whole(1, 10_000), default=1, metavar="N", help="cues of each picture (default 1)")
    how.add_argument("--sustain", type=between(0, 1), default=0.0, metavar="F", help="of the cue that stays (default 0: it is removed)")
    add_seed(how)
    memory = recall.add_argument_group("memory")
    memory.add_argument("--rule", choices=MEMORY_RULES, default="projection", help="how the weights are made (default projection)")
    memory.add_argument("--coding", choices=("binary", "gray"), default="binary",
                        help="black and white (default), or grey levels, which the rule dense holds")
    add_projection(memory)
    add_jobs(memory)
    output = recall.add_argument_group("output")
    output.add_argument("--save", metavar="FILE", type=Path, default=Path("recall.png"), help="the picture (default recall.png)")
    output.add_argument("--out", metavar="DIR", type=Path, help="also write every recalled picture there as PNG")
    output.add_argument("--csv", metavar="FILE", type=Path, help="write a row for each recall")
    output.add_argument("--movie", metavar="FILE", type=Path,
                        help="the first recall in motion: .webp, .gif, or .mp4 where ffmpeg is installed")
    add_json(output)
    recall.set_defaults(run=run)


def run(options):
    """Store, spoil, recall; print the table and save the pictures."""
    picture_file(options.save)
    writable(options.json, options.csv)
    if options.movie:
        movie_file(options.movie)
    if options.out:                                     # made when there is something to put into it
        try_folder(options.out, options.out)
    if options.coding == "gray" and options.rule != "dense":
        raise ValueError("--coding gray needs --rule dense: couplings between pixels hold black and white")
    only_projection(options, [options.rule])

    import numpy as np

    from ..memory import HopfieldAssembly, binarize, corrupt, recall_pictures, corrupt_images
    pictures = _pictures(options)
    start = time.perf_counter()
    targets = np.tile(np.arange(len(pictures.images)), options.repeats)
    images, corruptions = pictures.images[targets], _corruptions(options) | {"fill": options.fill, "seed": options.seed}
    if options.coding == "gray":
        patterns = pictures.images.reshape(len(pictures.images), -1)
        cues = corrupt(images.reshape(len(images), -1), shape=images.shape[1:], **corruptions)
    else:
        patterns = binarize(pictures.images, options.threshold)
        cues = corrupt_images(images, options.threshold, **corruptions)
    memory = HopfieldAssembly(patterns.shape[1], rule=options.rule, seed=options.seed, coding=options.coding, ridge=options.ridge,
                              diagonal=options.diagonal, shape=pictures.images.shape[1:]).store(patterns)
    result = recall_pictures(memory, pictures.names, patterns, cues, progress=progress("recalling", "picture"), targets=targets,
                             originals=pictures.images, jobs=options.jobs, sustain=options.sustain)
    seconds = time.perf_counter() - start

    (_print_table if len(result.rows) <= IN_FULL else _print_summary)(result)
    identified, trials = result.identified, len(result.rows)
    print(f"\nidentified {identified} of {trials}, mean overlap {result.mean_overlap:.4f}, "
          f"read out after the cue was gone; {seconds:.1f} s")
    if options.csv:                                     # numbers before figures: what was calculated is kept
        write_csv(options.csv, result.rows)
    if options.json:
        write_json(options.json, {"images": result.rows, "mean_overlap": result.mean_overlap, "identified": result.identified,
                                  "seed": options.seed, "seconds": round(seconds, 3)} | _data(options))
    _save_recall(options, memory, result, targets, images.shape[1:])
    return 0


def _data(options):
    """Which data set was taken, and from where, for the numbers."""
    from ..datasets.known import data_source
    named = options.data and options.data != "photographs" and not options.images
    return {"data": {"name": options.data, "source": data_source(options.data, options.data_home)}} if named else {}


def _pictures(options):
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


def _named(split, k):
    label = int(split.y_train[k])
    return split.names[label] if len(split.names) else str(label)


def _corruptions(options):
    return {name: getattr(options, name) for name in _KINDS}


def _print_table(result):
    width = min(max(len(printable(name)) for name in [*result.names, "picture"]), 24)
    print(f"{'picture':<{width}}  cue overlap  overlap  cosine  {'identified as':<{max(width, 13)}}  settled (ms)   spikes")
    for row in result.rows:
        print(f"{printable(row['name'])[:width]:<{width}}  {row['cue_overlap']:11.3f}  {row['overlap']:7.3f}  {row['cosine']:6.3f}  "
              f"{printable(row['identified_as'])[:width]:<{max(width, 13)}}  {row['settle_ms']:12.0f}  {row['spikes']:7,}")


def _print_summary(result):
    """The measures over all recalls: mean, lowest and highest, and shares with their intervals."""
    import numpy as np

    from ..memory import wilson
    trials = len(result.rows)
    print(f"{'over ' + format(trials, ',') + ' recalls':<26}      mean    lowest   highest")
    for name in ("cue_overlap", "overlap", "best_wrong", "cosine", "blend_cosine", "likeness", "settle_ms", "spikes", "score", "psnr",
                 "ssim"):
        if name in result.rows[0]:
            values = [row[name] for row in result.rows]
            print(f"{name.replace('_', ' '):<26}", *map(_short, (np.mean(values), min(values), max(values))))
    print(f"{'share of recalls':<26}      share   95 % interval (Wilson)")
    shares = {"identified": result.identified, "nearest to the cue": sum(row["nearest"] == row["name"] for row in result.rows),
              "overlap ≥ 0.95": sum(row["overlap"] >= 0.95 for row in result.rows)}
    verdicts = [row["verdict"] for row in result.rows]
    shares |= {verdict: verdicts.count(verdict) for verdict in dict.fromkeys(verdicts)}
    for name, count in shares.items():
        low, high = wilson(count, trials)
        print(f"{name:<26} {count / trials:9.4f}   {low:.4f} – {high:.4f}")


def _short(value):
    return f"{value:9,.0f}" if 1000 <= value < float("inf") else f"{value:9.4g}"


def _save_recall(options, memory, result, targets, shape):
    from ..plotting import recall_figure, save_figure
    what = ", ".join(_KINDS[name].format(value) for name, value in _corruptions(options).items() if value)
    title = f"{what or 'Clean cues'}: what the spikes hold after the cue is gone"
    names, originals = [result.names[k] for k in targets], result.patterns[targets]
    if options.out:
        _save_pictures(options.out, names, result.answers, shape, options.coding == "gray")
    figure = recall_figure(memory, shape, names, originals, result.cues, result.recalls, title=title)
    save_figure(figure, options.save)
    print(f"picture: {options.save}")
    if options.movie:
        from ..plotting.animate import recall_movie
        membrane = memory.membrane(result.cues[0], sustain=options.sustain, hold_time=result.recalls[0].t[-1] - result.recalls[0].cue_time)
        recall_movie(options.movie, result.recalls[0], membrane, originals[0], result.cues[0], shape, progress("filming", "frame"))
        print(f"movie: {options.movie}")


def _save_pictures(folder, names, answers, shape, grey):
    from PIL import Image
    folder.mkdir(parents=True, exist_ok=True)
    taken = {}
    for name, answer in zip((re.sub(r"[/\\:\0]", "", name) for name in names), answers):
        taken[name] = taken.get(name, 0) + 1
        again = f" {taken[name]}" if taken[name] > 1 else ""
        levels = answer if grey else (answer + 1) / 2
        with replacing(folder / f"{name}{again}.png") as temporary:
            Image.fromarray((levels.reshape(shape) * 255).round().astype("uint8")).save(temporary, format="PNG")
    print(f"recalled pictures: {folder}{os.sep}")


_KINDS = {"flip": "{:.0%} of the pixels flipped", "occlude": "{:.0%} hidden", "salt_pepper": "{:.0%} salt and pepper",
          "gaussian": "Gaussian noise of σ = {:g}", "shift": "moved by {:g} pixels", "blur": "blurred by σ = {:g} pixels",
          "lines": "{:.0%} of the rows erased"}
