"""Does the memory know what it does not know? The row "verdicts" of `memory.py`."""


def verdicts(seed, recalls):
    """Fraction recognised, of recalls whose answer is the stored pattern and of cues never stored; the area
    under the ROC of scores."""
    import numpy as np

    from spikingnn.datasets import load, photographs
    from spikingnn.memory import HopfieldAssembly, binarize, corrupt, threshold_levels
    rng, photos = np.random.default_rng([2, seed]), photographs().images
    # the last 10,000 of the training files
    kinds = {name: load(file).x_test[rng.choice(10_000, 50 + recalls, replace=False)]
             for name, file in (("digits", "mnist"), ("clothes", "fashion-mnist"))}
    for kind, side in (("photographs", 64), ("digits", 28), ("clothes", 28)):
        stored = photos if kind == "photographs" else kinds[kind][:50]
        patterns = binarize(stored)
        memory = HopfieldAssembly(side * side, seed=seed).store(patterns)
        targets = rng.integers(len(patterns), size=recalls)
        never, false = [], {}
        for name, cues in never_stored(kinds, kind, photos, side, recalls, rng).items():
            answers = memory.recall(cues)
            false[name] = np.mean([answer.recognised for answer in answers])
            never += [answer.score for answer in answers]
            if name != "same kind":
                bar = {"recognised": "<0.0201"}
            else:
                bar = {"recognised": "<0.1001"} if kind == "digits" else {}
            yield f"{kind}, never stored: {name}", {"recognised": false[name]}, bar
        spoiled = {name: corrupt(patterns[targets], seed=seed, **how) for name, how in CORRUPTIONS.items()}
        spoiled["brightness + 0.15"] = binarize(np.minimum(stored + 0.15, 1.0),
                                                threshold_levels(stored))[targets]
        for name, cues in spoiled.items():
            answers = memory.recall(cues)
            scores = np.array([answer.score for answer in answers])
            right = np.array(
                [np.array_equal(answer.pattern, patterns[k]) for answer, k in zip(answers, targets)])
            values = {"recognised": np.mean(scores[right] >= 0),
                      "area under the ROC": area(scores[right], np.array(never)),
                      "answer right": right.mean()}
            yield f"{kind}, {name}", values, {"recognised": 0.95} if name in BARRED else {}


BARRED = ("10% flips", "30% flips", "a quarter unknown", "blur σ = 1")


CORRUPTIONS = {"10% flips": {"flip": 0.1}, "30% flips": {"flip": 0.3}, "40% flips": {"flip": 0.4},
               "a quarter unknown": {"occlude": 0.25},
               "blur σ = 1": {"blur": 1.0}, "a quarter black": {"occlude": 0.25, "fill": "black"},
               "shift 1": {"shift": 1, "fill": "black"}}


def never_stored(kinds, kind, photos, side, count, rng):
    """name -> `count` cues of ±1 (count, side²) that were never stored in a memory of pictures of a
    `kind`."""
    import numpy as np
    from scipy.ndimage import gaussian_filter

    from spikingnn.datasets import resized
    found = {"same kind" if name == kind else name: [resized(picture, side) for picture in images[50:]]
             for name, images in kinds.items()}
    if kind != "photographs":
        corners = rng.integers(64 - side, size=(count, 2))
        found["crops of photographs"] = [photos[rng.integers(12)][i:i + side, j:j + side] for i, j in corners]
    for spread in (1, 3, 6, 8):
        found[f"smooth noise σ = {spread}"] = [
            gaussian_filter(rng.standard_normal((side, side)), spread, mode="wrap")
            for _ in range(count)]
    found["white noise"] = rng.standard_normal((count, side, side))
    return {name:
            np.where(np.stack(one) > np.mean(one, axis=(1, 2), keepdims=True), 1.0, -1.0).reshape(count, -1)
            for name, one in found.items()}


def area(positive, negative):
    """The probability that a positive score is above a negative one."""
    import numpy as np
    above = positive[:, None] > negative
    return np.mean(above + 0.5 * (positive[:, None] == negative))
