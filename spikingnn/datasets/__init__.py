"""Pictures to store and to learn: the bundled samples, published sets by name, and the user's own files and
folders.

>>> photographs().images.shape
(12, 64, 64)
"""

from .bundled import Pictures, bundled_file, digits, fashion_mnist_sample, mnist_sample, photographs
from .cifar import read_cifar
from .download import PUBLISHED, download
from .folders import read_classes
from .idx import read_idx
from .known import KNOWN, NAMES, find_file, load
from .npz import read_pair, read_set
from .pictures import FORMATS, MAX_PIXELS, read_folder, read_picture, resized
from .signs import read_ppm, read_signs
from .splits import Labelled, Split, split


__all__ = ["FORMATS", "KNOWN", "MAX_PIXELS", "NAMES", "PUBLISHED", "Labelled", "Pictures", "Split",
           "bundled_file", "digits", "download", "fashion_mnist_sample", "find_file", "load", "mnist_sample",
           "photographs", "read_cifar", "read_classes", "read_folder", "read_idx", "read_pair",
           "read_picture", "read_ppm", "read_set", "read_signs", "resized", "split"]
