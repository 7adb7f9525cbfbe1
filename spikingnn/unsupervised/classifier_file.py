"""A classifier in a file: its settings and responses beside the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .. import snapshot
from .._util import checks
from .._util.guarded import assign
from .._util.typing import PathLikeText
from .responses import ClassResponses

if TYPE_CHECKING:
    from .classifier import STDPClassifier


__all__ = ["load_classifier", "save_classifier"]

BUDGET = 4 * 2**30      # bytes of the arrays in a saved classifier

SETTINGS = ("neurons", "competition", "threshold_step", "eta", "present", "rest", "max_rate", "readout",
            "seed")

C = TypeVar("C", bound="STDPClassifier")


def save_classifier(classifier: STDPClassifier, path: PathLikeText) -> None:
    """Write `classifier` to `path`."""
    network, classes = classifier._built(), classifier.classes
    extra = {"settings": {name: getattr(classifier, name) for name in SETTINGS},
             "n_inputs": classifier.n_inputs, "seen": classifier.seen, "planned": classifier.planned,
             "classes": None if classes is None else classes.tolist(), "step": classifier._step,
             "preprocessing": classifier.preprocessing}
    responses = {} if classes is None else {"sums": classifier.responses.sums,
                                            "shown": classifier.responses.shown}
    snapshot.save(path, network, {"STDPClassifier": extra}, responses)


def load_classifier(cls: type[C], path: PathLikeText) -> C:
    """Return the classifier in `path`; ValueError where there is none, or a damaged one."""
    content = snapshot.read(path, BUDGET)
    header, arrays = content
    known = header.get("extra")
    extra = (known or {}).get(cls.__name__) if isinstance(known, (dict, type(None))) else None
    if extra is None:
        raise ValueError(f"{path} holds a network, but no {cls.__name__}")
    try:
        made = cls(**extra["settings"])
        assign(made, **_saved_plan(made, extra, header["parts"]["groups"], arrays["synapses.0.weight"].size))
        classes, responses = _saved_responses(extra["classes"], arrays, made.neurons)
    except (ValueError, TypeError, KeyError, IndexError, ArithmeticError) as problem:
        reason = " ".join(str(problem).split())
        raise ValueError(f"{path} is no {cls.__name__}, or is damaged: {reason}") from None
    made._build()
    assert made.network is not None
    snapshot.load(path, made.network, content)
    made._step = extra["step"]
    made.preprocessing = extra.get("preprocessing", [])
    assign(made, classes=classes, **({} if responses is None else {"responses": responses}))
    return made


def _saved_responses(classes: Any, arrays: Mapping[str, Any],
                     neurons: int) -> tuple[Any, ClassResponses | None]:
    """Return the classes in a file and the responses of `neurons` to them; None where nothing was labelled.

    Raises
    ------
    ValueError
        If the file holds something else.
    """
    owner = "STDPClassifier"
    if classes is None:
        return None, None
    classes = np.array(classes)
    is_list = classes.ndim == 1 and classes.dtype.kind in "biufU"
    if not is_list or not np.array_equal(np.unique(classes), classes):
        checks.fail(owner, "classes", classes.tolist(), "different names or numbers, in their order")
    responses = ClassResponses(len(classes), neurons)
    for name in ("sums", "shown"):
        kept, target = arrays[f"extra.{name}"], getattr(responses, name)
        is_count = np.array_equal(kept, np.abs(kept)) and np.isfinite(kept).all()
        if kept.shape != target.shape or not is_count:
            checks.fail(owner, name, kept, f"counts of shape {target.shape}")
        target[:] = kept
    return classes, responses


def _saved_plan(classifier: Any, extra: Mapping[str, Any], groups: Sequence[Any],
                n_weights: int) -> dict[str, Any]:
    """Return the number of inputs and of planned and past presentations that a file holds.

    Raises
    ------
    ValueError
        If `classifier` would build another network than that in the file.
    """
    counts: dict[str, Any] = {name: checks.integer(classifier, name, extra[name], least)
                              for name, least in (("n_inputs", 1), ("planned", 1), ("seen", 0))}
    checks.non_negative(classifier, "step", checks.single_number(classifier, "step", extra["step"]))
    n_inputs, neurons = counts["n_inputs"], classifier.neurons
    sizes = [size for _, _, size in groups[:2]]
    if sizes != [n_inputs, neurons] or n_weights != n_inputs * neurons:
        raise ValueError(f"it is of {n_inputs} inputs and {neurons} neurons, but holds {n_weights} weights "
                         "of others")
    return counts | {"classes": None}
