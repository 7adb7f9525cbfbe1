"""How much does the spiking memory hold, and how well does it recall? The whole table, row by row.

Every recall goes through spikes: the cue is given for 50 ms and removed, the answer is read 200 ms later.
Each figure is the mean over `--recalls` recalls for each of `--seeds` seeds, which draw the patterns (where
they are random), the cues and the memory; "spread" is the lowest and the highest of the seeds. Identified:
the right pattern is the nearest stored one. Data sets are found through $SPIKINGNN_DATA, training files only.
All rows take some ten minutes on one core that has nothing else to do.
"""
import argparse
import functools
import gc
import os
import statistics
import sys
import time

from memory_verdicts import verdicts

for variable in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

PHOTOS = ("astronaut", "camera", "horse", "coffee")


@functools.cache
def pictures(name, count):
    """The first `count` pictures of a training file, flat grey levels; the labels."""
    from spikingnn.datasets import load
    split = load(name)
    return split.x_train[:count].reshape(count, -1).copy(), split.y_train[:count]


def black_and_white(name, count, threshold=0.5):
    """The same cut at half of the range, or another threshold."""
    from spikingnn.memory import binarize
    return binarize(pictures(name, count)[0], threshold)


def recalled(patterns, targets, rule, seed, **corruption):
    """{measure: mean over recalls} of a memory that has stored `patterns`, asked for those numbered
    `targets`."""
    import numpy as np

    from spikingnn.memory import HopfieldAssembly, corrupt, nearest_pattern, overlap
    memory = HopfieldAssembly(patterns.shape[1], rule, seed=seed).store(patterns)
    cues = corrupt(patterns[targets], seed=seed, **corruption)
    answers = memory.recall(cues)
    pattern_overlaps = np.array([overlap(answer.pattern, patterns) for answer in answers])
    own = pattern_overlaps[np.arange(len(targets)), targets]
    pattern_overlaps[np.arange(len(targets)), targets] = -np.inf
    wrong = pattern_overlaps.max(axis=1)
    measures = {"overlap": own, "best wrong": wrong, "identified": own >= wrong,
                "nearest to the cue": nearest_pattern(patterns, cues) == targets,
                "recognised": [answer.recognised for answer in answers],
                "settled ms": [answer.settled for answer in answers],
                "spikes": [len(answer.spikes) for answer in answers]}
    return {name: float(np.mean(values)) for name, values in measures.items()}


def spread_over(count, recalls, seed):
    """`recalls` numbers below `count`, all different where there are so many."""
    import numpy as np
    order = np.random.default_rng(seed).permutation(count)
    return np.resize(order, recalls)


# --- rows: each yields (what, {measure: value of this seed}, {measure: bar}) --------------------------------

def photographs(seed, recalls):
    """Four photographs among twelve, 64 × 64 and 128 × 128."""
    from pathlib import Path

    from spikingnn.datasets import read_folder
    from spikingnn.memory import binarize
    for size in (64, 128):
        stored = read_folder(Path(os.environ["SPIKINGNN_DATA"], "pictures"), size)
        targets = [stored.names.index(name) for name in PHOTOS] * (recalls // len(PHOTOS))
        for flip in (0.3, 0.4):
            values = recalled(binarize(stored.images), targets, "projection", seed, flip=flip)
            yield f"photographs {size} × {size}, {flip:.0%} flips", values, {"overlap": 0.9999}


def digits(seed, recalls):
    """The first pictures of MNIST and Fashion-MNIST, projection."""
    for name, count, flip, bar in (("mnist", 10, 0.3, 0.99), ("mnist", 50, 0.3, 0.98),
                                   ("mnist", 200, 0.1, 0.99), ("fashion-mnist", 200, 0.2, 0.99)):
        values = recalled(black_and_white(name, count), spread_over(count, recalls, seed), "projection", seed,
                          flip=flip)
        yield f"{name}, first {count}, {flip:.0%} flips", values, {"overlap": bar}


def half_unknown(seed, recalls):
    """Half of the picture silent, 50 stored, cut at their means. Two stored pictures may be the same in the
    half that is seen."""
    for name in ("mnist", "fashion-mnist"):
        patterns = black_and_white(name, 50, "mean")
        for rule in ("projection", "dense"):
            yield (f"{name}, first 50, half unknown, {rule}",
                   recalled(patterns, spread_over(50, recalls, seed), rule, seed, occlude=0.5),
                   {"overlap": 0.99})


def random(seed, recalls):
    """Random patterns of 784 pixels beside the classical networks, 60 recalls, or more, over all seeds."""
    from spikingnn.memory import capacity
    for rule, load in (("hebbian", 0.1), ("projection", 0.3)):
        rows = capacity([rule], 784, [load], [0.2], recalls, seed)
        found = {row["network"]: row["overlap"] for row in rows}
        yield f"random, {rule}, load {load}, 20% flips", found, {"spiking": found["binary"] - 0.02}


def grey_digits(seed, recalls):
    """Three digits of 16 × 16, cut at their mean; likeness (cosine without means) of the rates to the grey
    original."""
    import numpy as np

    from spikingnn.datasets import resized
    from spikingnn.memory import HopfieldAssembly, binarize, corrupt, cosine, correlation, overlap
    levels, labels = pictures("mnist", 100)
    chosen = [int(np.flatnonzero(labels == digit)[0]) for digit in (0, 1, 2)]
    grey = np.stack([resized(levels[k].reshape(28, 28), 16).ravel() for k in chosen])
    patterns = binarize(grey)
    memory = HopfieldAssembly(256, seed=seed).store(patterns)
    for noise, bar in ((0.0, 0.836), (0.2, 0.803), (0.3, 0.750), (0.5, 0.718), (0.75, 0.552)):
        targets = np.resize(np.arange(3), recalls)
        answers = memory.recall(corrupt(patterns[targets], salt_pepper=noise, seed=seed))
        pattern_overlaps = np.array([overlap(answer.pattern, patterns) for answer in answers])
        own = pattern_overlaps[np.arange(recalls), targets]
        wrong = np.where(np.arange(3) == targets[:, None], -np.inf, pattern_overlaps).max(axis=1)
        blend = np.mean([cosine(grey.mean(axis=0), picture) for picture in grey])
        values = {"likeness":
                  np.mean([correlation(answer.rates, grey[k]) for answer, k in zip(answers, targets)]),
                  "cosine": np.mean([cosine(answer.rates, grey[k]) for answer, k in zip(answers, targets)]),
                  "cosine of a blend": blend,
                  "identified": np.mean(own >= wrong), "overlap": own.mean(), "best wrong": wrong.mean()}
        yield f"three digits 16 × 16, salt and pepper {noise:g}", values, {"likeness": bar}


def dense(seed, recalls):
    """Ten thousand patterns, 12.8 for each pixel."""
    import numpy as np

    from spikingnn.memory import random_patterns
    patterns = black_and_white("mnist", 10_000)
    targets = spread_over(10_000, recalls, seed)
    values = recalled(patterns, targets, "dense", seed, flip=0.3)
    yield "dense, 10,000 of mnist, 30% flips", values, {"overlap": 0.98,
                                                        "identified": values["nearest to the cue"] - 0.01}
    values = recalled(patterns, targets, "dense", seed, flip=0.1)
    yield "dense, 10,000 of mnist, 10% flips", values, {"overlap": 0.99, "identified": 0.99}
    patterns = random_patterns(10_000, 784, np.random.default_rng(seed))
    values = recalled(patterns, targets, "dense", seed, flip=0.4)
    yield "dense, 10,000 random, 40% flips", values, {"overlap": 0.99}


def grey(seed, recalls):
    """A thousand grey pictures of clothes under Gaussian noise."""
    import numpy as np

    from spikingnn.memory import HopfieldAssembly, corrupt, psnr, ssim
    levels, _ = pictures("fashion-mnist", 1000)
    memory = HopfieldAssembly(784, "dense", seed=seed, coding="gray").store(levels)
    targets = spread_over(1000, recalls, seed)
    answers = memory.recall(corrupt(levels[targets], gaussian=0.5, seed=seed))
    values = {"identified":
              np.mean([answer.overlaps[-1].argmax() == k for answer, k in zip(answers, targets)]),
              "PSNR dB": np.mean([psnr(answer.grey, levels[k]) for answer, k in zip(answers, targets)]),
              "SSIM": np.mean([ssim(answer.grey.reshape(28, 28), levels[k].reshape(28, 28))
                               for answer, k in zip(answers, targets)]),
              "settled ms": np.mean([answer.settled for answer in answers]),
              "spikes": np.mean([len(answer.spikes) for answer in answers])}
    yield "dense, grey, 1,000 of fashion-mnist, σ = 0.5", values, {"identified": 0.99, "PSNR dB": 40.0,
                                                                   "SSIM": 0.98}


def signs(seed, recalls):
    """43 road signs, one prototype a class, recalled from held-out pictures of the same sign."""
    import numpy as np

    from spikingnn.datasets import load
    from spikingnn.memory import HopfieldAssembly
    from spikingnn.training import LocalContrast, Preprocessing
    split, contrast = load("gtsrb"), Preprocessing([LocalContrast()])
    seen, held = (contrast(x).reshape(len(x), -1).astype(float) for x in (split.x_train, split.x_test))
    prototypes = np.stack([seen[split.y_train == k].mean(axis=0) for k in range(43)])
    chosen = spread_over(len(held), 10 * recalls, seed)
    memory = HopfieldAssembly(prototypes.shape[1], "dense", seed=seed, coding="gray").store(prototypes)
    answers = np.array([answer.overlaps[-1].argmax() for answer in memory.recall(held[chosen])])
    cues, stored = (pictures - pictures.mean(axis=1, keepdims=True)
                    for pictures in (held[chosen], prototypes))
    cosines = cues @ stored.T / np.linalg.norm(stored, axis=1)
    closest = np.square(held[chosen][:, None] - prototypes).sum(axis=2).argmin(axis=1)
    right = split.y_test[chosen]
    values = {"identified": np.mean(answers == right),
              "nearest by correlation": np.mean(cosines.argmax(axis=1) == right),
              "nearest by distance": np.mean(closest == right)}
    yield f"signs, 43 prototypes, {len(chosen)} held-out pictures", values, {
        "identified": max(list(values.values())[1:]) - 0.02}


def controls(seed, recalls):
    """Cues of pure noise, and memories whose weights are shuffled.

    Digits are mostly black, and shuffled weights still say so: what is left of them then is told by the
    likeness, not by the overlap.
    """
    import numpy as np

    from spikingnn.memory import HopfieldAssembly, memory_neurons, projection, random_patterns
    rng = np.random.default_rng(seed)
    noise, digits = random_patterns(5 * recalls, 784, rng), black_and_white("mnist", 1000)
    for rule, count in (("projection", 50), ("dense", 1000)):
        answers = HopfieldAssembly(784, rule, seed=seed).store(digits[:count]).recall(noise)
        values = {"recognised": np.mean([answer.recognised for answer in answers])}
        yield f"{rule}, {count} of mnist, pure noise", values, {"recognised": "<0.02"}
    for title, rule in (("projection", projection), ("dense", memory_neurons)):
        for name, patterns, measure in (("random", random_patterns(50, 784, rng), "overlap"),
                                        ("of mnist", digits[:50], "likeness")):
            after, before = shuffled(rule, patterns, spread_over(50, recalls, seed), seed)
            yield (f"{title}, 50 {name}, shuffled weights",
                   after | {f"{measure} of the cue": before[measure]}, {measure: f"<{before[measure]}"})


def shuffled(rule, patterns, targets, seed):
    """Overlap and likeness with the right pattern, of what a memory with shuffled weights recalls and of the
    cues."""
    import numpy as np

    from spikingnn.memory import HopfieldAssembly, corrupt, correlation, overlap
    cues = corrupt(patterns[targets], flip=0.3, seed=seed)
    answers = HopfieldAssembly(784, lambda stored: rule(stored).shuffled(seed),
                               seed=seed).store(patterns).recall(cues)
    return ({measure.__name__: np.mean([measure(state, patterns[k]) for state, k in zip(states, targets)])
             for measure in (overlap, correlation)}
            for states in ([answer.pattern for answer in answers], cues))


def ridges(seed, recalls):
    """Two hundred related pictures, a draw per seed, without a ridge and with one per pattern; random
    patterns at load 0.3."""
    import numpy as np

    from spikingnn.memory import HopfieldAssembly, corrupt, overlap, projection, random_patterns
    rng = np.random.default_rng([1, seed])
    targets, chosen = spread_over(200, recalls, seed), rng.choice(50_000, 200, replace=False)
    for name, flips in (("mnist", {0.2: 0.993, 0.3: 0.93}), ("fashion-mnist", {0.2: 0.99, 0.3: 0.985})):
        patterns = black_and_white(name, 50_000)[chosen]
        for flip, bar in flips.items():
            values = {f"overlap, ridge {ridge}":
                      recalled(patterns, targets, lambda stored: projection(stored, ridge=ridge), seed,
                               flip=flip)["overlap"] for ridge in ("auto", 0)}
            yield f"{name}, 200 drawn, {flip:.0%} flips", values, {"overlap, ridge auto": bar}
        recalls_of_clean = HopfieldAssembly(784, seed=seed).store(patterns).recall(patterns[targets])
        kept = np.mean([overlap(one.pattern, patterns[k]) == 1 for one, k in zip(recalls_of_clean, targets)])
        yield f"{name}, 200 drawn, clean cues", {"kept": kept}, {"kept": 1.0}
    patterns = random_patterns(60, 200, rng)
    cues = corrupt(patterns, flip=0.2, seed=seed)
    back = {ridge: np.mean([overlap(one.pattern, pattern) for one, pattern in
                            zip(HopfieldAssembly(200, ridge=ridge, seed=seed).store(patterns).recall(cues),
                                patterns)])
            for ridge in ("auto", 0)}
    yield "random, load 0.3, 20% flips", {f"overlap, ridge {ridge}": value
                                          for ridge, value in back.items()}, {
        "overlap, ridge auto": back[0]}


def times(seed, recalls):
    """Milliseconds of CPU for one recall, warm, and for storing."""
    from pathlib import Path

    import numpy as np

    from spikingnn.datasets import read_folder
    from spikingnn.memory import HopfieldAssembly, binarize, corrupt

    def one(patterns, rule):
        memory = HopfieldAssembly(patterns.shape[1], rule, seed=seed).store(patterns)
        cues = corrupt(patterns[np.resize(np.arange(len(patterns)), 8)], flip=0.3, seed=seed)
        memory.recall(cues[0])
        return 1000 * statistics.median(seconds(lambda: memory.recall(cue)) for cue in cues)
    mnist = black_and_white("mnist", 10_000)
    yield "recall, 784 pixels, projection of 50", {"ms": one(mnist[:50], "projection")}, {"ms": "<20"}
    for size, bar in ((64, 100), (128, 500)):
        photos = binarize(read_folder(Path(os.environ["SPIKINGNN_DATA"], "pictures"), size).images)
        yield f"recall, {size} × {size}, projection of 12", {"ms": one(photos, "projection")}, {"ms":
                                                                                                f"<{bar}"}
    yield "recall, 784 pixels, dense of 10,000", {"ms": one(mnist, "dense")}, {}
    yield ("storing 200 pictures by projection",
           {"ms": 1000 * seconds(lambda: HopfieldAssembly(784, seed=seed).store(mnist[:200]))},
           {"ms": "<100"})


def seconds(work):
    """CPU seconds of `work()`."""
    began = time.process_time()
    work()
    return time.process_time() - began


ROWS = {row.__name__: row for row in (photographs, digits, half_unknown, random, grey_digits, dense, grey,
                                      signs, controls, ridges, verdicts, times)}


def row(name, seed, recalls):
    """The cases of one row and seed; a memory is gone before the next is made, though its parts know each
    other."""
    for case in ROWS[name](seed, recalls):
        gc.collect()
        yield case


def line(cases):
    """Print one row of the table from the same case of every seed: what has a bar, the bar, and the other
    measures."""
    (what, measures, wanted), figures, bars = cases[0], {}, {}
    for measure in measures:
        values = [found[measure] for _, found, _ in cases]
        spread = f" ({min(values):.4g} – {max(values):.4g})" if max(values) > min(values) else ""
        figures[measure] = f"{measure} {statistics.mean(values):.4g}{spread}"
        if measure in wanted:
            most = str(wanted[measure]).startswith("<")
            bar = statistics.mean(float(str(load_for_inference[measure]).removeprefix("<"))
                                  for _, _, load_for_inference in cases)
            kept = statistics.mean(values) < bar if most else statistics.mean(values) >= bar
            bars[measure] = f"{'<' if most else '≥'} {bar:.4g} {'met' if kept else '**missed**'}"
    barred, others = (", ".join(figures[measure] for measure in figures if (measure in bars) == own)
                      for own in (True, False))
    print(f"| {what} | {barred} | {', '.join(bars.values())} | {others} |", flush=True)


def main():
    """Read the options, recall, print the table."""
    from common import at_least_one, cache_folder, refuse
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--row", choices=ROWS, action="append", help="this one only; may be repeated")
    parser.add_argument("--recalls", type=at_least_one, default=20, metavar="N",
                        help="of each seed (default 20)")
    parser.add_argument("--seeds", type=at_least_one, default=10, metavar="N",
                        help="seeds 0, 1 … (default 10)")
    options = parser.parse_args()
    os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())
    if not os.environ.get("SPIKINGNN_DATA"):
        refuse("the data sets were not found: set SPIKINGNN_DATA to the folder that holds them")
    print("| what | mean (lowest – highest seed) | bar | beside it |\n| --- | --- | --- | --- |")
    for name in options.row or ROWS:
        for cases in zip(*(row(name, seed, options.recalls) for seed in range(options.seeds))):
            line(cases)
    return 0


if __name__ == "__main__":
    sys.exit(main())
