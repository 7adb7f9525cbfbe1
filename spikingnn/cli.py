"""The command `spikingnn`."""

from __future__ import annotations

import argparse
import difflib
import logging
import os
import re
import sys
import warnings

from . import __version__
from .commands import capacity_command as capacity
from .commands import compare_command as compare
from .commands import doctor_command as doctor
from .commands import evaluate_command as evaluate
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
  spikingnn recall                    store twelve photographs, recall each from 30 % flipped pixels
  spikingnn stdp                      learn handwritten digits without labels
  spikingnn capacity                  how much each storage rule holds
  spikingnn sweep                     a grid search over the memory's parameters
  spikingnn train                     train a spiking classifier by back-propagation through time
  spikingnn predict --model run FILE  ask it
  spikingnn warmup                    compile everything now, so that nothing has to later
  spikingnn doctor                    versions, threads, cache; and what is missing
  spikingnn COMMAND --help            the options of a command
"""


def main(arguments=None):
    """Run the command line; returns the exit code: 0 done, 2 refused (one line on stderr says why), 130 interrupted."""
    with warnings.catch_warnings():
        warnings.showwarning = one_line_warning
        logging.getLogger("matplotlib").setLevel(logging.ERROR)     # where it keeps its fonts without a home
        return _guarded(arguments)


def _guarded(arguments):
    try:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):          # a file name that the terminal cannot show is no reason to stop
                stream.reconfigure(errors="backslashreplace")
        options = _parser().parse_args(arguments)
        code = perform(options)
        if sys.stdout:                                  # None where it was closed before we began
            sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("\nspikingnn: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:                             # the reader of our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except OSError as problem:
        where = f"{problem.filename}: " if problem.filename else ""
        return refuse(where + (problem.strerror or str(problem)))
    except (ValueError, TypeError, FloatingPointError) as problem:
        return refuse(problem)
    except Exception as problem:
        if os.environ.get("SPIKINGNN_TRACEBACK"):
            raise
        first = (str(problem).splitlines() or [""])[0]
        return refuse(f"unexpected {type(problem).__name__}: {first} (SPIKINGNN_TRACEBACK=1 shows where)")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and what may have been meant."""

    def parse_args(self, arguments=None, namespace=None):
        arguments = sys.argv[1:] if arguments is None else arguments
        first = next(iter(arguments), "")
        known = self._option_string_actions
        if first.startswith("-") and not any(option.startswith(first) for option in known):
            self.error(f"spikingnn does not know {first}" + _meant(first, known))
        options, unknown = self.parse_known_args(arguments, namespace)
        if unknown:
            known = self.commands[options.command]._option_string_actions
            self.error(f"{options.command} does not know {' '.join(unknown)}" + _meant(unknown[0], known))
        return options

    def error(self, message):
        wrong = re.search(r"invalid choice: (.*) \(choose from (.*)\)$", message)
        if wrong:
            message += _meant(wrong[1].strip("'"), re.findall(r"[\w-]+", wrong[2]))
        raise SystemExit(refuse(message))


def _meant(word, known):
    """"; did you mean …?" where one of the `known` words is near."""
    near = difflib.get_close_matches(word.split("=")[0], known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _parser():
    shared = {"formatter_class": argparse.RawDescriptionHelpFormatter}
    parser = _Parser(prog="spikingnn", description="A spiking-neural-network simulator with a spiking associative memory.",
                     epilog=EXAMPLES, **shared)
    parser.add_argument("--version", action="version", version=f"spikingnn {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)
    for command in (recall, capacity, sweep, stdp, train, predict, evaluate, compare, warmup, doctor):
        command.add(commands, shared)
    parser.commands = commands.choices
    return parser
