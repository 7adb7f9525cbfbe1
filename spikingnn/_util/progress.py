"""Progress bars, shown in one way everywhere: on terminals only, after a second, unless they are requested or
refused."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any


__all__ = ["SimulationBar", "progress_bar"]

DELAY = 1.0             # s: what ends sooner needs no bar
FORMAT = ("{desc}: {percentage:3.0f}%|{bar}| {n:.4g}/{total:.4g} s "
          "[{elapsed}<{remaining}, {speed} × real time]")


def progress_bar(items: Iterable[Any] | None = None, *, shown: bool | None = None, **options: Any) -> Any:
    """Return a tqdm bar that wraps `items` or is updated by hand; further `options` are those of tqdm.

    Parameters
    ----------
    items : iterable, optional
        The items to go through; None for a bar that is updated by hand.
    shown : bool, optional
        None shows the bar on a terminal after a second, True shows it at once wherever stderr leads, False
        never.

    Examples
    --------
    >>> list(progress_bar(range(3), shown=False, desc="counting"))
    [0, 1, 2]
    """
    if not (_on_terminal() if shown is None else shown):
        return _HiddenBar(items)
    from tqdm import tqdm
    return tqdm(items, leave=False, delay=0 if shown else DELAY, file=sys.stderr, **options)


def _on_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


class _HiddenBar:
    """Replaces a bar that is not shown."""

    def __init__(self, items: Iterable[Any] | None) -> None:
        self.items = items

    def __iter__(self) -> Iterator[Any]:
        return iter(() if self.items is None else self.items)

    def __enter__(self) -> _HiddenBar:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, *_: object, **__: object) -> None:
        """Do nothing, as do the other methods of a hidden bar."""

    close = set_postfix_str = update


class SimulationBar:
    """A bar of simulated time in seconds, with the factor by which it runs faster than real time.

    Parameters
    ----------
    total : float
        ms: duration of the simulation.
    shown : bool, optional
        As in `progress_bar`.
    """

    def __init__(self, total: float, shown: bool | None) -> None:
        self.total, self.shown, self.n, self.began = total / 1000.0, shown, 0.0, time.time()
        self.bar: Any = None

    def __enter__(self) -> SimulationBar:
        return self

    def update(self, ms: float) -> None:
        """Count another `ms` of simulated time."""
        self.n = min(self.n + ms / 1000.0, self.total)      # a sum of parts may round to more than the whole
        late = time.time() - self.began > DELAY and self.n < self.total
        if self.bar is None and (self.shown or self.shown is None and late and _on_terminal()):
            self.bar = _simulation_tqdm(self.total)
            self.bar.start_t, self.bar.n = self.began, self.n
            self.bar.refresh()
        elif self.bar is not None:
            self.bar.update(self.n - self.bar.n)

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()


def _simulation_tqdm(total: float) -> Any:
    from tqdm import tqdm

    class Simulated(tqdm):
        @property
        def format_dict(self) -> dict[str, Any]:
            values: dict[str, Any] = super().format_dict
            return values | {"speed": f"{values['n'] / max(values['elapsed'], 1e-9):.3g}"}

    return Simulated(total=total, desc="simulating", bar_format=FORMAT, leave=False, file=sys.stderr)
