"""Figures with Matplotlib: functions that draw on given axes, and complete figures of one subject."""

from .memory import capacity_figure, energy, overlaps, recall_figure, success
from .monitors import connectivity, isi_histogram, population_rate, sheet, trace
from .spikes import image, raster, weight_matrix
from .style import BLUE, COLOURS, FILE_TYPES, GREEN, ORANGE, STYLE, as_text, save_figure  # noqa: F401
from .sweep import sweep_figure
from .training import answers_figure, learning_curves, plot_layer_rates, training_figure
from .unsupervised import plot_confusion, plot_receptive_fields, stdp_figure


__all__ = ["BLUE", "COLOURS", "FILE_TYPES", "GREEN", "ORANGE", "answers_figure", "capacity_figure",
           "connectivity", "energy", "image", "isi_histogram", "learning_curves", "overlaps",
           "plot_confusion", "plot_layer_rates", "plot_receptive_fields", "population_rate", "raster",
           "recall_figure", "save_figure", "sheet", "stdp_figure", "success", "sweep_figure", "trace",
           "training_figure", "weight_matrix"]
