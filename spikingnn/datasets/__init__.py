"""Pictures to store and to learn: the bundled samples, and folders of the user's own.

>>> photographs().images.shape
(12, 64, 64)
"""

from .bundled import Pictures, Split, bundled_file, digits, fashion_mnist_sample, mnist_sample, photographs
from .idx import read_idx
from .known import find, load
from .pictures import FORMATS, MAX_PIXELS, read_folder, read_picture, resized

__all__ = ["FORMATS", "MAX_PIXELS", "Pictures", "Split", "bundled_file", "digits", "fashion_mnist_sample", "find", "load", "mnist_sample",
           "photographs", "read_folder", "read_idx", "read_picture", "resized"]
