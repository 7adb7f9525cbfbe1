"""The command `spikingnn`."""

from __future__ import annotations

import argparse
import difflib
import logging
import os
import re
import sys
import warnings
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from . import __version__
from ._util.text import first_line
from .commands import capacity_command as capacity
from .commands import compare_command as compare
from .commands import doctor_command as doctor
from .commands import evaluate_command as evaluate
from .commands import gallery_command as gallery
from .commands import lab_command as lab
from .commands import lessons_command as lessons
from .commands import predict_command as predict
from .commands import recall_command as recall
from .commands import stdp_command as stdp
from .commands import sweep_command as sweep
from .commands import train_command as train
from .commands import warmup_command as warmup
from .commands.options import one_line_warning, perform, refuse


__all__ = ["main"]

EXAMPLES = """
examples:
  spikingnn lab                       drag sliders: neurons, synapses, networks, the memory, in the browser
  spikingnn recall                    store twelve photographs, recall each from 30 % flipped pixels
  spikingnn stdp                      learn handwritten digits without labels
  spikingnn capacity                  the capacity of each learning rule
  spikingnn sweep                     a search over parameters, resumable
  spikingnn train                     train a spiking classifier by back-propagation through time
  spikingnn predict --model run FILE  classify pictures with it
  spikingnn gallery                   lecture slides: list, show, save
  spikingnn lessons                   list the lessons; a number writes one as a notebook and a script
  spikingnn warmup                    compile everything now, so that later runs start at once
  spikingnn doctor                    check versions, threads, cache and data
  spikingnn COMMAND --help            the options of a command
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, optional
        The words after `spikingnn`; None takes those of the process.

    Returns
    -------
    int
        The exit code: 0 done, 2 refused (one line on stderr says why), 130 interrupted.

    Raises
    ------
    SystemExit
        After ``--help`` and ``--version``, and with the code 2 for arguments that are refused.

    Examples
    --------
    >>> main(["recall", "--images", "/nowhere"])
    2
    """
    with warnings.catch_warnings():
        warnings.showwarning = one_line_warning
        # it warns about its cache if there is no home directory
        logging.getLogger("matplotlib").setLevel(logging.ERROR)
        return _guarded(arguments)


def _guarded(arguments: Sequence[str] | None) -> int:
    try:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):      # names that the terminal cannot show are escaped
                stream.reconfigure(errors="backslashreplace")
        options = _parser().parse_args(arguments)
        code = perform(options)
        if sys.stdout:                              # None if it was closed before the program began
            sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("\nspikingnn: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:                         # the reader of the output has ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except OSError as problem:
        where = f"{problem.filename}: " if problem.filename else ""
        return refuse(where + (problem.strerror or str(problem)))
    except (ValueError, TypeError, FloatingPointError, ImportError) as problem:
        return refuse(problem)
    except Exception as problem:
        if os.environ.get("SPIKINGNN_TRACEBACK"):
            raise
        return refuse(f"unexpected {type(problem).__name__}: {first_line(problem)} "
                      "(SPIKINGNN_TRACEBACK=1 shows where)")


class _Parser(argparse.ArgumentParser):
    """A parser whose errors take one line and suggest the nearest word."""

    subcommands: dict[str, argparse.ArgumentParser]

    def parse_args(self, arguments: Any = None, namespace: Any = None) -> Any:
        arguments = sys.argv[1:] if arguments is None else arguments
        first = next(iter(arguments), "")
        known = self._option_string_actions
        if first.startswith("-") and not any(option.startswith(first) for option in known):
            self.error(f"spikingnn does not know {first}" + _did_you_mean(first, known))
        options, unknown = self.parse_known_args(arguments, namespace)
        if unknown:
            known = self.subcommands[options.command]._option_string_actions
            self.error(f"{options.command} does not know {' '.join(unknown)}"
                       + _did_you_mean(unknown[0], known))
        return options

    def error(self, message: str) -> NoReturn:
        wrong = re.search(r"invalid choice: (.*) \(choose from (.*)\)$", message)
        if wrong:
            message += _did_you_mean(wrong[1].strip("'"), re.findall(r"[\w-]+", wrong[2]))
        raise SystemExit(refuse(message))


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean …?" if one of the `known` words is similar."""
    near = difflib.get_close_matches(word.split("=")[0], list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _parser() -> _Parser:
    shared: dict[str, Any] = {"formatter_class": argparse.RawDescriptionHelpFormatter}
    parser = _Parser(prog="spikingnn", epilog=EXAMPLES, **shared,
                     description="A spiking-neural-network simulator with a spiking associative memory.")
    parser.add_argument("--version", action="version", version=f"spikingnn {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)
    for command in (lab, lessons, gallery, recall, capacity, sweep, stdp, train, predict, evaluate, compare,
                    warmup, doctor):
        command.add(commands, shared)
    parser.subcommands = dict(commands.choices)
    return parser
