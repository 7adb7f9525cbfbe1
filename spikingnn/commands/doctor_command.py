"""`spikingnn doctor`: versions, threads, cache folder, what is missing and the line that repairs it."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

from .._util.versions import parsed
from .options import add_json, refuse, writable, write_json
from .warmup_command import cache_state


def add(commands, shared):
    """Add the command to the parser."""
    doctor = commands.add_parser("doctor", help="check the installation", **shared, description=(
        "Show versions, threads and the cache folder, and what is missing together with the line that repairs it."))
    add_json(doctor)
    doctor.set_defaults(run=run)


def run(options):
    """Print what is here, and what repairs what is not; 2 where something required is missing."""
    writable(options.json)
    required, extras = _requirements()
    rows = [("python", platform.python_version(), "")] + [(name, *_state(name, bounds)) for name, bounds in required]
    missing = [name for name, _, repair in rows if repair]
    for extra, needs in sorted(extras.items()):
        lacking = [name for name, bounds in needs if _state(name, bounds)[1]]
        rows.append((f"[{extra}]", "missing " + ", ".join(lacking) if lacking else "installed",
                     f"python -m pip install {' '.join(lacking)}" if lacking else ""))
    folder, note = cache_state()
    cache = f"{folder} (writable: yes)" if folder else "none (writable: no)"
    rows += [("threads", _threads(), ""), ("cache", cache, note), ("data", *_bundle())]
    for name, state, repair in rows:
        print(f"{name:<12} {state}" + (f"\n{'':<12} → {repair}" if repair else ""))
    if options.json:
        write_json(options.json, {name: {"state": state, "repair": repair or None} for name, state, repair in rows})
    broken = missing + [name for name, _, repair in rows if name == "data" and repair]
    if broken:
        return refuse(f"not ready: {', '.join(broken)}; the lines with → repair it")
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
        setup.read(Path(__file__).resolve().parents[2] / "setup.cfg", encoding="utf-8")
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
        if not compare[operator](parsed(found), parsed(bound)):
            return f"{found}, but {operator}{bound} is needed", repair
    return found, ""


def _threads():
    import numba
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores for this process, Numba would use {numba.config.NUMBA_NUM_THREADS}; one recall uses 1"


def _bundle():
    from ..datasets import bundled_file
    try:
        return str(bundled_file("photos64.npz")), ""
    except OSError as problem:
        return str(problem), "python -m pip install --force-reinstall --no-deps spikingnn"
