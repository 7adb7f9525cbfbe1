"""Data sets by name: the full sets where the user keeps them, else the bundled cut, never silently."""

from __future__ import annotations

import difflib
import os
import sys
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from .._util import checks
from .._util.brightness import brightness
from .._util.files import printable
from .bundled import fashion_mnist_sample, mnist_sample
from .cifar import read_cifar, read_names
from .idx import read_idx
from .npz import as_float, read_npz
from .signs import read_signs
from .splits import Labelled, Split, split


__all__ = ["BUNDLED", "KNOWN", "NAMES", "find", "home", "load", "place", "source"]

BUNDLED = "bundled"         # what `source` says of the cuts that come with the package
CLOTHES = ("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
SAMPLES = {"mnist-sample": mnist_sample, "fashion-mnist-sample": fashion_mnist_sample}
SYSTEM = ("/usr/share/datasets", "/usr/local/share/datasets")
LOOKED_AT = 500             # files at most, to name one that may be meant
DIRECTORIES = {"Training", "Final_Training/Images", "Final_Test/Images"}


def home():
    """Where data sets are kept that the user did not put elsewhere: spikingnn's folder in the XDG cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "spikingnn"


def place(data_home=None):
    """(the folder that was named for data sets, who named it), or (None, None): `data_home`, else $SPIKINGNN_DATA."""
    named = ((data_home, "data_home"), (os.environ.get("SPIKINGNN_DATA"), "SPIKINGNN_DATA"))
    return next(((Path(os.path.expanduser(folder)), by) for folder, by in named if folder), (None, None))


def find(name, stem, data_home=None):
    """The file or folder `stem` (with or without .gz, `-idx` or `.idx`) of the set `name`, or None.

    Looked for in data_home, else in $SPIKINGNN_DATA, else in the XDG cache and the system's share/datasets: a place that was named is
    the only one. There in the set's own folder, in those that its archives, torchvision, Keras and Kaggle make, and in the place itself.
    """
    return next((found for root in _roots(data_home) if (found := _find_in(root, name, stem))), None)


def _find_in(root, name, stem):
    if root.exists():
        for folder in _folders(name):
            for spelling in dict.fromkeys((stem, stem.replace("-idx", ".idx"))):
                for ending in ("", ".gz"):
                    found = _file(root / folder / (spelling + ending), stem)
                    if found:
                        return found
    return None


def _file(path, stem):
    """`path` where it exists; where a folder has the name of a file, as Kaggle ships MNIST, the file in it."""
    if not path.is_dir() or stem in DIRECTORIES:
        return path if path.exists() else None
    inside = (path / (name + ending) for name in (stem, stem.replace("-idx", ".idx")) for ending in ("", ".gz"))
    return next((file for file in inside if file.is_file()), None)


def _roots(data_home):
    named, _ = place(data_home)
    return [home(), *map(Path, SYSTEM)] if named is None else [named]


def _folders(name):
    _, folders = KNOWN[name]
    return dict.fromkeys((name, *folders, "."))


def source(name, data_home=None, held_out="validation"):
    """The place where `load` finds the set `name`, a folder that may be its `data_home`, or "bundled"; errors as for `load`."""
    return _located(name, data_home, held_out)[1]


def load(name, data_home=None, held_out="validation"):
    """The set `name`, one of `KNOWN`, as `Split`; "mnist-sample" and "fashion-mnist-sample" are the bundled cuts.

    `held_out`: what `x_test` is. "validation": a part of the published training files, see `split`. "test": the published test
    files, for the last figure of all. `data_home`, or $SPIKINGNN_DATA, is the one place where the set is looked for; where neither is
    given and the training files of MNIST or Fashion-MNIST are in no usual place, the bundled 1,000 + 500 pictures are taken and a
    line on stderr says so. Else FileNotFoundError names the file that is missing, and what is there.
    """
    readers, _ = _located(name, data_home, held_out)
    if not readers:
        return bundled(name)
    found = [reader() for reader in readers]
    return split(found[0]) if len(found) == 1 else Split(*found[0][:2], *found[1][:2], found[0].names)


def bundled(name):
    """The bundled cut of the set `name`; where the whole set was asked for, a line on stderr says that it is not this."""
    if name not in SAMPLES:
        print(f"spikingnn: no training files of {name} in the usual places (set SPIKINGNN_DATA to their folder); "
              "the bundled 1,000 + 500 pictures are used", file=sys.stderr)
    return SAMPLES[name.removesuffix("-sample") + "-sample"]()


def _located(name, data_home, held_out):
    """(functions that read the parts, the place they are in); no functions and "bundled" where the bundled cut is to be taken."""
    checks.one_of("load", "name", name, NAMES)
    checks.one_of("load", "held_out", held_out, ("validation", "test"))
    if name in SAMPLES:
        return [], BUNDLED
    look, readers = _Looked(name, data_home), []
    for part in ("train",) if held_out == "validation" else ("train", "test"):
        reader = KNOWN[name][0](part, look)
        if reader is None and held_out == "validation" and name + "-sample" in SAMPLES and look.named is None:
            return [], BUNDLED
        if reader is None:
            raise FileNotFoundError(look.missing(part))
        readers.append(reader)
    return readers, str(look.root.absolute())


class _Looked:
    """Looks for files of a set, and remembers which was found and which was not."""

    def __init__(self, name, data_home):
        self.name, self.data_home = name, data_home
        self.named, self.by = place(data_home)
        self.root, self.gone = None, []

    def __call__(self, stem):
        for root in _roots(self.data_home):
            if found := _find_in(root, self.name, stem):
                self.root = root
                return found
        self.gone.append(stem)
        return None

    def missing(self, part):
        """What to say where a file of `part` was not found."""
        what = f"the {part} files of {self.name} are not"
        first = f"{self.gone[0]}{' or .gz' if self.gone[0].endswith('-ubyte') else ''}"
        if self.named is None:
            return (f"{what} in {', '.join(map(str, _roots(None)))}: no {first}; name their folder with data_home (--data-home) or "
                    f"SPIKINGNN_DATA, or fetch them with spikingnn.datasets.download({self.name!r})")
        where = f"{what} in {self.named} ({self.by})"
        if not self.named.exists():
            beside = [each.name for each in _walk(self.named.parent, 1)]
            near = difflib.get_close_matches(self.named.name, beside, n=1)
            hint = f"; did you mean {printable(self.named.parent / near[0])}?" if near else ""
            return f"{where}: no such folder{hint}"
        if not self.named.is_dir():
            return f"{where}: it is no folder"
        near = self._near()
        return f"{where}: no {first}" + (f"; there is {', '.join(near)}" if near else "; it is empty")

    def _near(self):
        """What is there, the most similar names first."""
        wanted = [*self.gone, *_folders(self.name)]
        files = {str(file.relative_to(self.named)): file for file in islice(_walk(self.named), LOOKED_AT)}

        def correlation(path):
            own = Path(path).name.lower()
            return max(difflib.SequenceMatcher(None, own, Path(name).name.lower()).ratio() for name in wanted)
        best = sorted(files, key=correlation, reverse=True)[:4]
        archives = (".zip", ".tar", ".tar.gz", ".tgz")
        return [printable(path) + (" (an archive, to be unpacked)" if path.lower().endswith(archives) else "")
                for path in best]


def _walk(folder, depth=3):
    """Files and folders in `folder`, those on top first."""
    try:
        inside = sorted(each for each in islice(folder.iterdir(), LOOKED_AT) if not each.name.startswith((".", "__")))
    except OSError:
        return
    yield from inside
    if depth > 1:
        for each in inside:
            if each.is_dir():
                yield from _walk(each, depth - 1)


# --- what each set is made of: (part, look) -> a function that reads it, or None where a file is not there ----

def _idx(part, look, names=(), archive=None):
    stem = {"train": "train", "test": "t10k"}[part]
    images, labels = (look(f"{stem}-{what}-ubyte") for what in ("images-idx3", "labels-idx1"))
    if images and labels:
        return partial(_read_idx, images, labels, names)
    keras = archive and look(archive)
    return partial(_read_keras, keras, part, names) if keras else None


def _read_idx(images, labels, names):
    return _labelled(read_idx(images, 3), read_idx(labels, 1), names, images, labels)


def _read_keras(file, part, names):
    x, y = read_npz(file, [f"x_{part}", f"y_{part}"])
    if x.ndim != 3 or x.dtype != np.uint8 or y.ndim != 1 or y.dtype.kind not in "iu":
        raise ValueError(f"{file}: pictures must be bytes of the shape (N, height, width), and classes whole numbers, "
                         "one for each")
    return _labelled(x, y, names, file, file)


def _labelled(x, y, names, images, labels):
    if len(x) != len(y) or not len(x):
        raise ValueError(f"{images} has {len(x)} pictures and {labels} has {len(y)} labels")
    return Labelled(brightness(x, f"{images}: pictures"), y.astype(np.int64), names=names)


def _cifar(part, look, classes, files, names, coarse=False):
    """The binary records, else the pickles of the archives for Python."""
    for stems, listed in zip(files[part], names):
        found = [look(stem) for stem in stems]
        if None not in found:
            return partial(_read_cifar, found, classes, coarse, look(listed))
        if any(found):                                  # the set is there in part: it is a file of this form that is missing
            look.gone = [stem for stem, file in zip(stems, found) if file is None]
            return None
    return None


def _read_cifar(files, classes, coarse, listed):
    x, y = read_cifar(files, classes, coarse)
    names = read_names(listed, coarse) if listed else ()
    return Labelled(as_float(x, files), y, names=names if len(names) == (20 if coarse else classes) else ())


def _signs(part, look):
    """The published folders, else Kaggle's table for each part, else (of the training set) its even tracks as arrays."""
    if part == "test":
        images, table = look("Final_Test/Images"), look("GT-final_test.csv")
        kaggle = look("Test.csv")
        if images and table:
            return partial(_read_signs, images, table)
        return partial(_read_signs, kaggle.parent, kaggle) if kaggle else None
    folder, kaggle = look("Training") or look("Final_Training/Images"), look("Train.csv")
    if folder or kaggle:
        return partial(_read_signs, folder) if folder else partial(_read_signs, kaggle.parent, kaggle)
    file = look("gtsrb32_gray_dev_eventracks.npz")
    return partial(_read_tracks, file) if file else None


def _read_signs(folder, table=None):
    x, y, track = read_signs(folder, table=table)
    if y.min() < 0:
        raise ValueError(f"{table} has no column ClassId: its signs can be predicted, but nothing can be learned "
                         "from or tested on them")
    return Labelled(as_float(x, folder), y, track)


def _read_tracks(file):
    x, y, track = read_npz(file, ["x", "y", "track"])
    return Labelled(as_float(x, file), y.astype(np.int64), track)


_CIFAR10 = {"train": ([f"data_batch_{k}.bin" for k in range(1, 6)], [f"data_batch_{k}" for k in range(1, 6)]),
            "test": (["test_batch.bin"], ["test_batch"])}
_CIFAR100 = {"train": (["train.bin"], ["train"]), "test": (["test.bin"], ["test"])}
_TEN = ("cifar-10-batches-bin", "cifar-10/cifar-10-batches-bin", "cifar-10-batches-py",
        "cifar-10/cifar-10-batches-py", "cifar10", "CIFAR10", "cifar10/cifar-10-batches-py",
        "CIFAR10/cifar-10-batches-py")
_HUNDRED = ("cifar-100-binary", "cifar-100/cifar-100-binary", "cifar-100", "cifar-100-python",
            "cifar-100/cifar-100-python", "cifar100", "CIFAR100", "cifar100/cifar-100-python",
            "CIFAR100/cifar-100-python")

KNOWN = {               # name -> (its parts, the folders that it may be in beside one of its name)
    "mnist": (partial(_idx, archive="mnist.npz"), ("MNIST/raw", "MNIST", "mnist/MNIST/raw")),
    "fashion-mnist": (partial(_idx, names=CLOTHES, archive="fashion-mnist.npz"),
                      ("FashionMNIST/raw", "FashionMNIST", "fashion-mnist/FashionMNIST/raw", "fashionmnist", "fashion_mnist")),
    "cifar-10": (partial(_cifar, classes=10, files=_CIFAR10, names=("batches.meta.txt", "batches.meta")), _TEN),
    "cifar-100": (partial(_cifar, classes=100, files=_CIFAR100, names=("fine_label_names.txt", "meta")), _HUNDRED),
    "cifar-100-coarse": (partial(_cifar, classes=100, files=_CIFAR100, names=("coarse_label_names.txt", "meta"),
                                 coarse=True), _HUNDRED),
    "gtsrb": (_signs, ("GTSRB", "gtsrb/GTSRB", "gtsrb-german-traffic-sign")),
}
NAMES = (*KNOWN, *SAMPLES)      # all that `load` takes
