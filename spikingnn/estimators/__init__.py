"""scikit-learn's interface to the memory, the classifiers, the encoders and a reservoir of spiking neurons.

The estimators pass scikit-learn's own checks and work in ``Pipeline``, ``GridSearchCV``,
``cross_val_score`` and ``clone``. They scale their inputs to the range from 0 to 1 by the minimum and maximum
that were fitted, and clip what is outside; the classes that they are built on refuse such values.
``pip install 'spikingnn[ml]'`` brings scikit-learn.

Examples
--------
>>> from sklearn.datasets import load_digits
>>> from spikingnn.estimators import HopfieldMemory
>>> pictures = load_digits().data[:4]
>>> memory = HopfieldMemory(random_state=0).fit(pictures)
>>> memory.predict(pictures).tolist()
[0, 1, 2, 3]
"""

try:
    import sklearn  # noqa: F401
except ImportError:
    from .._util.extras import optional
    optional("sklearn", "The estimators", "ml")         # raises

from .hopfield_memory import HopfieldMemory
from .spike_encoder import SpikeEncoder
from .spiking_classifier import SpikingClassifier
from .spiking_reservoir import SpikingReservoir
from .stdp_classifier import STDPClassifier


__all__ = ["HopfieldMemory", "STDPClassifier", "SpikeEncoder", "SpikingClassifier", "SpikingReservoir"]
