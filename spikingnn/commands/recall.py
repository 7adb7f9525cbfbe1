"""`spikingnn recall`: store pictures in a spiking memory and recall each from a spoilt copy."""

from __future__ import annotations

import os
import time
from pathlib import Path

from ..core.files import replacing
from .common import add_json, between, picture_file, progress, threshold, try_folder, whole, writable, write_json

RULES = ("covariance", "hebbian", "projection")
LARGEST_SIZE = 256          # pixels a side; 131,072 units

EXAMPLES = """
examples:
  spikingnn recall                                 store twelve photographs, recall each from 30 % flipped pixels
  spikingnn recall --flip 0.45 --seed 7            a harder cue, other random numbers
  spikingnn recall --flip 0 --occlude 0.5          half of every picture unknown
  spikingnn recall --images holiday/ --size 96     your own pictures; --out DIR keeps every recalled one
"""


def add(commands, shared):
    """Add the command to the parser."""
    recall = commands.add_parser("recall", help="store pictures and recall each from a spoilt copy", epilog=EXAMPLES, **shared)
    recall.description = (
        "Store pictures in a spiking Hopfield memory, spoil each, give it to the network as a cue of 50 ms, take the cue away, and read\n"
        "out what the spikes hold 250 ms later. Prints a table and saves a picture.")
    what = recall.add_argument_group("pictures")
    what.add_argument("--images", metavar="FOLDER", type=Path, help="your own pictures (default: the twelve bundled photographs)")
    what.add_argument("--size", type=whole(2, LARGEST_SIZE), default=64, metavar="N", help="pixels a side (default 64)")
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
    how.add_argument("--seed", type=whole(0, 2**63 - 1), default=0, metavar="N", help="of everything that is random (default 0)")
    memory = recall.add_argument_group("memory")
    memory.add_argument("--rule", choices=RULES, default="projection", help="how the weights are made (default projection)")
    output = recall.add_argument_group("output")
    output.add_argument("--save", metavar="FILE", type=Path, default=Path("recall.png"), help="the picture (default recall.png)")
    output.add_argument("--out", metavar="DIR", type=Path, help="also write every recalled picture there as PNG")
    add_json(output)
    recall.set_defaults(run=run)


def run(options):
    """Store, spoil, recall; print the table and save the pictures."""
    picture_file(options.save)
    if options.json:
        writable(options.json)
    if options.out:                                     # made when there is something to put into it
        try_folder(options.out, options.out)

    from ..memory import HopfieldAssembly, binarize, recall_pictures, spoilt
    pictures = _pictures(options)
    start = time.perf_counter()
    patterns = binarize(pictures.images, options.threshold)
    cues = spoilt(pictures.images, options.threshold, **_corruptions(options), fill=options.fill, seed=options.seed)
    memory = HopfieldAssembly(patterns.shape[1], rule=options.rule, seed=options.seed).store(patterns)
    result = recall_pictures(memory, pictures.names, patterns, cues, progress=progress("recalling", "picture"))
    seconds = time.perf_counter() - start

    _print_table(result, seconds)
    _save_recall(options, memory, result)
    if options.json:
        write_json(options.json, {"images": result.rows, "mean_overlap": result.mean_overlap, "identified": result.identified,
                                  "seed": options.seed, "seconds": round(seconds, 3)})
    return 0


def _pictures(options):
    from ..datasets import photographs, read_folder, resized
    if options.images:
        return read_folder(options.images, options.size)
    bundled = photographs()
    return bundled._replace(images=[resized(image, options.size) for image in bundled.images])


def _corruptions(options):
    return {name: getattr(options, name) for name in _KINDS}


def _print_table(result, seconds):
    width = min(max(len(name) for name in [*result.names, "picture"]), 24)
    print(f"{'picture':<{width}}  cue overlap  overlap  cosine  {'identified as':<{max(width, 13)}}  settled (ms)   spikes")
    for row in result.rows:
        print(f"{row['name'][:width]:<{width}}  {row['cue_overlap']:11.3f}  {row['overlap']:7.3f}  {row['cosine']:6.3f}  "
              f"{row['identified_as'][:width]:<{max(width, 13)}}  {row['settle_ms']:12.0f}  {row['spikes']:7,}")
    print(f"\nidentified {result.identified} of {len(result.rows)}, mean overlap {result.mean_overlap:.4f}, "
          f"read out after the cue was gone; {seconds:.1f} s")


def _save_recall(options, memory, result):
    from ..plotting import recall_figure, save_figure
    shape = (options.size, options.size)
    what = ", ".join(f"{100 * value:.0f} % {_KINDS[name]}" for name, value in _corruptions(options).items() if value)
    title = f"{what or 'Clean cues'}: what the spikes hold after the cue is gone"
    figure = recall_figure(memory.couplings, shape, result.names, result.patterns, result.cues, result.recalls, title=title)
    save_figure(figure, options.save)
    print(f"picture: {options.save}")
    if options.out:
        from PIL import Image
        options.out.mkdir(parents=True, exist_ok=True)
        for name, recall in zip(result.names, result.recalls):
            with replacing(options.out / f"{name}.png") as temporary:
                Image.fromarray(((recall.pattern.reshape(shape) + 1) * 127.5).astype("uint8")).save(temporary, format="PNG")
        print(f"recalled pictures: {options.out}{os.sep}")


_KINDS = {"flip": "of the pixels flipped", "occlude": "hidden", "salt_pepper": "salt and pepper", "gaussian": "Gaussian noise"}
