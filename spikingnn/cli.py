"""The command `spikingnn`: recall pictures from a spiking memory, compile everything once, look after the installation."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import re
import sys
import tempfile
import time
import warnings
from pathlib import Path

__all__ = ["main"]

RULES = ("covariance", "hebbian", "projection")
LARGEST_SIZE = 256          # pixels a side; 131,072 units

EXAMPLES = """
examples:
  spikingnn recall                                 store twelve photographs, recall each from 30 % flipped pixels
  spikingnn recall --flip 0.45 --seed 7            a harder cue, other random numbers
  spikingnn recall --flip 0 --occlude 0.5          half of every picture unknown
  spikingnn recall --images holiday/ --size 96     your own pictures; --out DIR keeps every recalled one
  spikingnn warmup                                 compile everything now, so that nothing has to later
  spikingnn doctor                                 versions, threads, cache; and what is missing
"""


def main(arguments=None):
    """Run the command line; returns the exit code: 0 done, 2 refused (one line on stderr says why), 130 interrupted."""
    with warnings.catch_warnings():
        warnings.showwarning = _one_line_warning
        return _guarded(arguments)


def _guarded(arguments):
    try:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):          # a file name that the terminal cannot show is no reason to stop
                stream.reconfigure(errors="backslashreplace")
        options = _parser().parse_args(arguments)
        code = options.run(options)
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
        return _refuse(where + (problem.strerror or str(problem)))
    except (ValueError, TypeError) as problem:
        return _refuse(problem)
    except Exception as problem:
        if os.environ.get("SPIKINGNN_TRACEBACK"):
            raise
        first = (str(problem).splitlines() or [""])[0]
        return _refuse(f"unexpected {type(problem).__name__}: {first} (SPIKINGNN_TRACEBACK=1 shows where)")


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise SystemExit(_refuse(message))


def _parser():
    shared = {"formatter_class": argparse.RawDescriptionHelpFormatter}
    parser = _Parser(prog="spikingnn", description="A spiking-neural-network simulator with a spiking associative memory.",
                     epilog=EXAMPLES, **shared)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_recall(commands, shared)
    warmup = commands.add_parser("warmup", help="compile everything once", **shared, description=(
        "Compile the engine and every kernel once. Numba keeps the machine code in its cache, so that later runs start at once."))
    warmup.set_defaults(run=_warmup)
    doctor = commands.add_parser("doctor", help="check the installation", **shared, description=(
        "Show versions, threads and the cache folder, and what is missing together with the line that repairs it."))
    doctor.set_defaults(run=_doctor)
    for command in (warmup, doctor):
        command.add_argument("--json", metavar="FILE", type=Path, help="write what the table shows")
    return parser


def _add_recall(commands, shared):
    recall = commands.add_parser("recall", help="store pictures and recall each from a spoilt copy", epilog=EXAMPLES, **shared)
    recall.description = (
        "Store pictures in a spiking Hopfield memory, spoil each, give it to the network as a cue of 50 ms, take the cue away, and read\n"
        "out what the spikes hold 250 ms later. Prints a table and saves a picture.")
    what = recall.add_argument_group("pictures")
    what.add_argument("--images", metavar="FOLDER", type=Path, help="your own pictures (default: the twelve bundled photographs)")
    what.add_argument("--size", type=_whole(2, LARGEST_SIZE), default=64, metavar="N", help="pixels a side (default 64)")
    what.add_argument("--threshold", type=_threshold, default="mean", metavar="T", help=(
        "a pixel is white above: mean (default: of each picture; photographs come out balanced), median, otsu, or a level from 0 to 1"))
    how = recall.add_argument_group("what is done to the cue")
    how.add_argument("--flip", type=_between(0, 1), default=0.3, metavar="F", help="fraction of pixels turned over (default 0.3)")
    how.add_argument("--occlude", type=_between(0, 1), default=0.0, metavar="F", help="fraction of pixels hidden by a band")
    how.add_argument("--fill", choices=("silent", "black", "white"), default="silent",
                     help="what a hidden pixel is: unknown (silent, the default), or painted")
    how.add_argument("--salt-pepper", type=_between(0, 1), default=0.0, metavar="F", help="fraction of pixels made black or white")
    how.add_argument("--gaussian", type=_between(0, 10), default=0.0, metavar="S",
                     help="standard deviation of noise on the grey picture; 1 is the step from black to white")
    how.add_argument("--seed", type=_whole(0, 2**63 - 1), default=0, metavar="N", help="of everything that is random (default 0)")
    memory = recall.add_argument_group("memory")
    memory.add_argument("--rule", choices=RULES, default="projection", help="how the weights are made (default projection)")
    output = recall.add_argument_group("output")
    output.add_argument("--save", metavar="FILE", type=Path, default=Path("recall.png"), help="the picture (default recall.png)")
    output.add_argument("--out", metavar="DIR", type=Path, help="also write every recalled picture there as PNG")
    output.add_argument("--json", metavar="FILE", type=Path, help="write what the table shows")
    recall.set_defaults(run=_recall)


# --- recall -----------------------------------------------------------------------------------------------------------------

def _recall(options):
    from .plotting import FILE_TYPES
    if options.save.suffix.lower() not in FILE_TYPES:
        raise ValueError(f"--save must end in one of {', '.join(FILE_TYPES)}, got {str(options.save)!r}")
    for file in filter(None, (options.save, options.json)):
        _writable(file)
    if options.out:                                     # made when there is something to put into it
        _try_folder(options.out, options.out)

    from .memory import HopfieldAssembly, binarize, recall_pictures, spoilt
    pictures = _pictures(options)
    start = time.perf_counter()
    patterns = binarize(pictures.images, options.threshold)
    cues = spoilt(pictures.images, options.threshold, **_corruptions(options), fill=options.fill, seed=options.seed)
    memory = HopfieldAssembly(patterns.shape[1], rule=options.rule, seed=options.seed).store(patterns)
    result = recall_pictures(memory, pictures.names, patterns, cues, progress=_progress("recalling", "picture"))
    seconds = time.perf_counter() - start

    _print_table(result, seconds)
    _save_recall(options, memory, result)
    if options.json:
        _write_json(options.json, {"images": result.rows, "mean_overlap": result.mean_overlap, "identified": result.identified,
                                   "seed": options.seed, "seconds": round(seconds, 3)})
    return 0


def _pictures(options):
    from .datasets import photographs, read_folder, resized
    if options.images:
        return read_folder(options.images, options.size)
    bundled = photographs()
    return bundled._replace(images=[resized(image, options.size) for image in bundled.images])


def _corruptions(options):
    return {name: getattr(options, name) for name in _KINDS}


def _print_table(result, seconds):
    width = min(max(len(name) for name in [*result.names, "picture"]), 24)
    print(f"{'picture':<{width}}  cue overlap  overlap  cosine  {'identified as':<{max(width, 13)}}  settled (ms)   spikes")
    for row in result.rows:
        print(f"{row['name'][:width]:<{width}}  {row['cue_overlap']:11.3f}  {row['overlap']:7.3f}  {row['cosine']:6.3f}  "
              f"{row['identified_as'][:width]:<{max(width, 13)}}  {row['settle_ms']:12.0f}  {row['spikes']:7,}")
    print(f"\nidentified {result.identified} of {len(result.rows)}, mean overlap {result.mean_overlap:.4f}, "
          f"read out after the cue was gone; {seconds:.1f} s")


def _save_recall(options, memory, result):
    from .plotting import recall_figure, save_figure
    shape = (options.size, options.size)
    what = ", ".join(f"{100 * value:.0f} % {_KINDS[name]}" for name, value in _corruptions(options).items() if value)
    title = f"{what or 'Clean cues'}: what the spikes hold after the cue is gone"
    figure = recall_figure(memory.couplings, shape, result.names, result.patterns, result.cues, result.recalls, title=title)
    save_figure(figure, options.save)
    print(f"picture: {options.save}")
    if options.out:
        from PIL import Image
        options.out.mkdir(parents=True, exist_ok=True)
        for name, recall in zip(result.names, result.recalls):
            with _replacing(options.out / f"{name}.png") as temporary:
                Image.fromarray(((recall.pattern.reshape(shape) + 1) * 127.5).astype("uint8")).save(temporary, format="PNG")
        print(f"recalled pictures: {options.out}{os.sep}")


_KINDS = {"flip": "of the pixels flipped", "occlude": "hidden", "salt_pepper": "salt and pepper", "gaussian": "Gaussian noise"}


# --- warmup -----------------------------------------------------------------------------------------------------------------

def _warmup(options):
    if options.json:
        _writable(options.json)
    start = time.perf_counter()
    print("compiling the engine and every kernel, once", file=sys.stderr)
    kernels = sorted(_kernels(), key=lambda pair: pair[0].__qualname__)
    for kernel, flavour in _progress("compiling", "kernel")(kernels):
        kernel.compiled(flavour)
    _tiny_network()
    seconds = time.perf_counter() - start
    print(f"{len(kernels)} kernels and the engine are ready after {seconds:.1f} s; the machine code is kept in {_cache()[0]}")
    if options.json:
        _write_json(options.json, {"kernels": len(kernels), "seconds": round(seconds, 3), "cache": str(_cache()[0])})
    return 0


def _kernels():
    """(kernel, flavour) of every built-in model, encoder and rule."""
    from . import encoding, neurons, plasticity
    from .core.plugin import Kernel
    for room in (neurons, encoding, plasticity):
        for plug_in in (getattr(room, name) for name in room.__all__):
            attributes = (value for kind in getattr(plug_in, "__mro__", ()) for value in vars(kind).values())
            kernels = {id(value): value for value in attributes if isinstance(value, Kernel)}
            yield from ((kernel, flavour) for kernel in kernels.values() for flavour in kernel.flavours)


def _tiny_network():
    """Every kind of synapse and a rule, for three steps: this compiles the engine."""
    import numpy as np

    from .memory import HopfieldAssembly
    patterns = np.where(np.random.default_rng(0).random((2, 16)) < 0.5, 1.0, -1.0)
    memory = HopfieldAssembly(16).store(patterns)
    memory.recall(patterns[0])
    memory.learn(patterns)


# --- doctor -----------------------------------------------------------------------------------------------------------------

def _doctor(options):
    if options.json:
        _writable(options.json)
    required, extras = _requirements()
    rows = [("python", platform.python_version(), "")] + [(name, *_state(name, bounds)) for name, bounds in required]
    missing = [name for name, _, repair in rows if repair]
    for extra, needs in sorted(extras.items()):
        lacking = [name for name, bounds in needs if _state(name, bounds)[1]]
        rows.append((f"[{extra}]", "missing " + ", ".join(lacking) if lacking else "installed",
                     f"python -m pip install {' '.join(lacking)}" if lacking else ""))
    folder, note = _cache()
    rows += [("threads", _threads(), ""), ("cache", str(folder), note), ("data", *_bundle())]
    for name, state, repair in rows:
        print(f"{name:<12} {state}" + (f"\n{'':<12} → {repair}" if repair else ""))
    if options.json:
        _write_json(options.json, {name: {"state": state, "repair": repair or None} for name, state, repair in rows})
    broken = missing + [name for name, _, repair in rows if name == "data" and repair]
    if broken:
        return _refuse(f"not ready: {', '.join(broken)}; the lines with → repair it")
    print("all that is required is here")
    return 0


def _requirements():
    """([(name, bounds)], {extra: [(name, bounds)]}) as the installed package declares them, or the checkout's setup.cfg."""
    import configparser
    from importlib.metadata import PackageNotFoundError, requires
    try:
        lines = [(line, re.search(r"""extra\s*==\s*['"]([\w-]+)""", line)) for line in requires("spikingnn") or []]
        declared = [(line.split(";")[0], extra and extra.group(1)) for line, extra in lines]
    except PackageNotFoundError:
        setup = configparser.RawConfigParser()
        setup.read(Path(__file__).resolve().parents[1] / "setup.cfg", encoding="utf-8")
        declared = [(line, None) for line in setup.get("options", "install_requires", fallback="").strip().splitlines()]
        for extra, lines in setup["options.extras_require"].items() if setup.has_section("options.extras_require") else ():
            declared += [(line, extra) for line in lines.strip().splitlines()]
    required, extras = [], {}
    for line, extra in declared:
        name, bounds = re.match(r"([\w.-]+)(?:\[[^]]*\])?\s*(.*)", line.strip()).groups()
        if name != "spikingnn":
            (extras.setdefault(extra, []) if extra else required).append((name, bounds.strip("() ")))
    return required, extras


def _state(name, bounds):
    """(version or what is wrong, the line that repairs it or "")."""
    from importlib.metadata import PackageNotFoundError, version
    repair = f'python -m pip install "{name}{bounds}"'
    try:
        found = version(name)
    except PackageNotFoundError:
        return "missing", repair
    compare = {">=": lambda a, b: a >= b, "<": lambda a, b: a < b, "!=": lambda a, b: a != b, "==": lambda a, b: a == b,
               "<=": lambda a, b: a <= b, ">": lambda a, b: a > b}
    for operator, bound in re.findall(r"(>=|<=|==|!=|<|>)\s*([\d.]+)", bounds):
        if not compare[operator](_numbers(found), _numbers(bound)):
            return f"{found}, but {operator}{bound} is needed", repair
    return found, ""


def _numbers(version):
    return tuple(int(part) for part in re.findall(r"\d+", version.split("+")[0])[:3]) + (0,) * (3 - len(re.findall(r"\d+", version)[:3]))


def _threads():
    import numba
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores for this process, Numba would use {numba.config.NUMBA_NUM_THREADS}; one recall uses 1"


def _cache():
    """(folder where Numba keeps machine code, "" or what to do about it)."""
    import numba
    beside = Path(__file__).resolve().parent / "__pycache__"
    wanted = Path(numba.config.CACHE_DIR) if numba.config.CACHE_DIR else beside
    parent = next((folder for folder in (wanted, *wanted.parents) if folder.exists()), Path("/"))
    if os.access(parent, os.W_OK | os.X_OK):
        return wanted, ""
    return wanted, "not writable: every start may compile anew; set NUMBA_CACHE_DIR to a folder that you may write to"


def _bundle():
    from .datasets import bundled_file
    try:
        return str(bundled_file("photos64.npz")), ""
    except OSError as problem:
        return str(problem), "python -m pip install --force-reinstall --no-deps spikingnn"


# --- what the commands share ---------------------------------------------------------------------------------------------------

def _refuse(problem):
    print("spikingnn: error: " + " ".join(str(problem).split()), file=sys.stderr)
    return 2


def _one_line_warning(message, category, filename, lineno, file=None, line=None):
    print("spikingnn: warning: " + " ".join(str(message).split()), file=sys.stderr)


def _progress(what, unit):
    from tqdm import tqdm
    return lambda items: tqdm(items, desc=what, unit=unit, file=sys.stderr)


def _whole(low, high):
    def parse(text):
        if not re.fullmatch(r"[+-]?\d+", text) or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high}, got {text!r}")
        return int(text)
    return parse


def _between(low, high):
    def parse(text):
        with contextlib.suppress(ValueError):
            if low <= float(text) <= high:
                return float(text)
        raise argparse.ArgumentTypeError(f"must be a number from {low} to {high}, got {text!r}")
    return parse


def _threshold(text):
    if text in ("mean", "median", "otsu"):
        return text
    try:
        return _between(0, 1)(text)
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(f"must be mean, median, otsu or a number from 0 to 1, got {text!r}") from None


def _writable(file):
    """Refuse before the work, not after it, where `file` could not be written."""
    if file.is_dir():
        raise ValueError(f"{file} is a folder, a file is needed")
    if not file.parent.is_dir():
        raise ValueError(f"{file}: the folder {file.parent} {'is a file' if file.parent.exists() else 'does not exist'}")
    _try_folder(file.parent, file)


def _try_folder(folder, wanted):
    """Refuse where nothing can be written to `folder`, or to the first of its parents that exists."""
    there = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as problem:
        raise ValueError(f"{wanted}: cannot write to {there} ({problem.strerror})") from None


@contextlib.contextmanager
def _replacing(file):
    """A temporary path beside `file` that takes its place when all is written, and is removed when not."""
    with tempfile.TemporaryDirectory(prefix=".spikingnn-", dir=file.parent) as folder:
        yield Path(folder, file.name)
        os.replace(Path(folder, file.name), file)


def _write_json(file, content):
    with _replacing(file) as temporary:
        temporary.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    print(f"numbers: {file}")
