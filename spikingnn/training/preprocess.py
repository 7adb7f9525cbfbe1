"""Preprocessing: what happens to pictures before a model sees them, in training and after.

The list of steps is saved with the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._util import checks
from .._util.brightness import to_levels
from .._util.progress import progress_bar
from .layer import Array
from .picture_steps import PREPROCESSING_STEPS, PictureStep


__all__ = ["Preprocessing"]

CHUNK = 1000                # pictures at a time, so that intermediate results stay small


class Preprocessing:
    """A list of steps, one after the other; an empty one leaves pictures as they are.

    Parameters
    ----------
    steps : iterable of PictureStep
        The steps.

    Raises
    ------
    TypeError
        If `steps` holds anything else.

    Examples
    --------
    >>> import numpy as np
    >>> from spikingnn.training import Contrast, Grey, Preprocessing, Resize
    >>> preprocessing = Preprocessing([Grey(), Resize(28), Contrast()])
    >>> preprocessing(np.zeros((1, 32, 32, 3))).shape
    (1, 28, 28)
    >>> preprocessing.to_list()
    [{'kind': 'grey'}, {'kind': 'resize', 'size': 28}, {'kind': 'contrast', 'low': 1.0, 'high': 99.0}]
    """

    def __init__(self, steps: Iterable[PictureStep] = ()) -> None:
        self.steps = list(steps)
        for step in self.steps:
            if not isinstance(step, PictureStep):
                checks.fail(self, "steps", step, "a list of steps such as Resize(28)", TypeError)

    def __call__(self, x: ArrayLike) -> Array:
        """Return pictures (N, h, w) or (N, h, w, channels) after all steps, float32.

        They are floats from 0 to 1, or integers from 0, black, to 255 or (uint16) 65,535, white.
        """
        x = checks.real_array(self, "x", x, "an array of pictures")
        if x.ndim not in (3, 4) or not x.size:
            raise ValueError("Preprocessing: pictures must have the shape (N, height, width) or "
                             f"(N, height, width, channels), got {x.shape}")
        x = to_levels(x, "Preprocessing: pictures", dtype=np.float32)
        if not self.steps:
            return np.ascontiguousarray(x, dtype=np.float32)
        begins = progress_bar(range(0, len(x), CHUNK), desc="preparing", unit="thousand")
        chunks = [self._chunk(x[begin:begin + CHUNK]) for begin in begins]
        return chunks[0] if len(chunks) == 1 else np.concatenate(chunks)

    def _chunk(self, x: Array) -> Array:
        for step in self.steps:
            x = step(x)
        return np.ascontiguousarray(x, dtype=np.float32)

    def to_list(self) -> list[dict[str, Any]]:
        """Return the steps as a list of dictionaries that JSON and YAML can hold."""
        listed = []
        for step in self.steps:
            options = asdict(step)              # type: ignore[call-overload]  # each step is a dataclass
            listed.append({"kind": step.kind} | options)
        return listed

    @classmethod
    def from_list(cls, listed: Iterable[Mapping[str, Any]]) -> Preprocessing:
        """Return the steps that a list of dictionaries, kind and options, describes.

        Raises
        ------
        ValueError
            If a kind or an option does not exist; the nearest that does is named.

        Examples
        --------
        >>> Preprocessing.from_list([{"kind": "resize", "size": 28}]).steps
        [Resize(size=28)]
        """
        return cls([_step(options) for options in listed])


def _step(options: Mapping[str, Any]) -> PictureStep:
    if not isinstance(options, Mapping):
        checks.fail("Preprocessing", "steps", options,
                    "a list of steps such as {'kind': 'resize', 'size': 28}", TypeError)
    kind = PREPROCESSING_STEPS[str(checks.one_of("Preprocessing", "kind", options.get("kind"),
                                                 PREPROCESSING_STEPS))]
    known = [each.name for each in fields(kind)]        # type: ignore[arg-type]  # each is a dataclass
    for name in options.keys() - {"kind"}:
        checks.one_of(kind.__name__, "options", name, known)
    try:
        return kind(**{name: value for name, value in options.items() if name != "kind"})
    except TypeError as problem:
        raise ValueError(f"Preprocessing: {problem}") from None
