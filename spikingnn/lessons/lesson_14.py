"""The letters and the exercises of lesson 14: Hopfield's associative memory."""

from __future__ import annotations

import functools
import math

import numpy as np

from .._util.typing import FloatArray
from ..memory import HopfieldAssembly
from .exercise import Exercise, Mistake


FONT = {
    "A": "01110 10001 10001 11111 10001 10001 10001", "B": "11110 10001 10001 11110 10001 10001 11110",
    "C": "01111 10000 10000 10000 10000 10000 01111", "E": "11111 10000 10000 11110 10000 10000 11111",
    "H": "10001 10001 10001 11111 10001 10001 10001", "L": "10000 10000 10000 10000 10000 10000 11111",
    "O": "01110 10001 10001 10001 10001 10001 01110", "T": "11111 00100 00100 00100 00100 00100 00100",
    "X": "10001 01010 00100 00100 00100 01010 10001", "Z": "11111 00001 00010 00100 01000 10000 11111"}


def letters() -> FloatArray:
    """Return ten letters, A B C E H L O T X Z, of 14 rows and 10 columns.

    Returns
    -------
    ndarray, (10, 140)
        +1 on a letter's strokes, -1 elsewhere.
    """
    small = [[[int(pixel) for pixel in row] for row in shape.split()] for shape in FONT.values()]
    return np.array([np.kron(2.0 * np.array(shape) - 1.0, np.ones((2, 2))).ravel() for shape in small])


@functools.cache
def recalled(rule: str, smallest: float) -> float:
    """How many of the first four letters come back from themselves with at least some overlap."""
    memory = HopfieldAssembly(140, rule=rule, seed=0).store(letters()[:4])
    return float(sum(memory.recall(letter).overlap(letter) >= smallest for letter in letters()[:4]))


EXERCISES = (
    Exercise(
        "What is the weight between the first and the third pixel?", lambda: -0.5,
        mistakes=(
            Mistake(lambda: -2.0, "divide by the number of pixels, N = 4."),
            Mistake(lambda: -1.0, "divide by the number of pixels, N = 4, not by that of the patterns."),
            Mistake(lambda: 0.5,
                    "in both patterns the first and the third pixel differ: the weight is negative."),
            Mistake(lambda: 0.0,
                    "in both patterns the product of the first and the third pixel is -1; did you take the "
                    "second pixel?"),
        ), hint="(1/4) · (1 · (-1) + 1 · (-1)): the products of the two pixels, summed over the patterns."),
    Exercise(
        "What is the energy per pixel at 80 % equal pixels?", lambda: -0.5 * 0.6**2, tolerance=0.04,
        mistakes=(
            Mistake(lambda: -0.5 * 0.8**2,
                    "the overlap is not the fraction of equal pixels: with 80 % equal and 20 % different "
                    "ones it is 0.6."),
            Mistake(lambda: -0.6**2, "the factor 1/2 is missing."),
            Mistake(lambda: -0.5 * 0.6, "the overlap enters as its square."),
            Mistake(lambda: 0.5 * 0.6**2, "mind the sign: a stored pattern is a minimum, its energy -1/2."),
            Mistake(lambda: -0.5, "that is the energy of the stored pattern itself."),
        ), hint="the overlap is 0.8 - 0.2 = 0.6; the energy per pixel is -(1/2) times its square."),
    Exercise(
        "How many random patterns does Hebb's rule hold in 10,000 pixels?", lambda: 1380.0, unit="patterns",
        mistakes=(
            Mistake(lambda: 10_000.0,
                    "at one pattern per pixel nothing is recalled; Hebb's rule holds 0.138 patterns per "
                    "pixel."),
            Mistake(lambda: 10_000.0 / (2.0 * math.log(10_000.0)),
                    "so many come back without a single wrong pixel; here a few are allowed."),
            Mistake(lambda: 13_800.0, "0.138 patterns per pixel are fewer patterns than pixels."),
            Mistake(lambda: 0.138 * 140.0, "here there are 10,000 pixels."),
        ), hint="the number of pixels times 0.138."),
    Exercise(
        "How many of the letters A, B, C, E come back exactly under Hebb's rule?",
        lambda: recalled("hebbian", 0.99), unit="letters",
        mistakes=(
            Mistake(lambda: recalled("projection", 0.99),
                    'so many come back with the rule "projection"; build the memory with rule="hebbian".'),
            Mistake(lambda: 4.0 - recalled("hebbian", 0.99), "so many are lost; how many come back?"),
            Mistake(lambda: recalled("hebbian", 0.9),
                    "one letter comes back with a few wrong pixels; only those with an overlap of 1 count."),
            Mistake(lambda: 0.0, "one letter comes back; compare each recall with its own letter."),
        ), hint='HopfieldAssembly(140, rule="hebbian", seed=0).store(letters()[:4]); then '
                'memory.recall(letter).overlap(letter) for each letter.'),
)
