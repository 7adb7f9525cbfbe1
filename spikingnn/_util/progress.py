"""Progress bars: one way to show them, on terminals alone and after a second, unless ordered or refused."""

from __future__ import annotations

import sys
import time


__all__ = ["SimulationBar", "bar"]

DELAY = 1.0             # s     what ends sooner needs no bar
SIMULATED = ("{desc}: {percentage:3.0f}%|{bar}| {n:.4g}/{total:.4g} s "
             "[{elapsed}<{remaining}, {speed} × real time]")


def bar(items=None, *, shown=None, **options):
    """A bar of tqdm, with its options, that wraps `items` or is updated by hand.

    shown       None: on a terminal, after a second; True: at once, wherever stderr leads; False: never
    """
    if not (_on_terminal() if shown is None else shown):
        return _Hidden(items)
    from tqdm import tqdm
    return tqdm(items, leave=False, delay=0 if shown else DELAY, file=sys.stderr, **options)


def _on_terminal():
    return sys.stderr is not None and sys.stderr.isatty()


class _Hidden:
    """Stands in for a bar that is not shown."""

    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return iter(self.items)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def update(self, *_, **__):
        """Nothing, as are the other methods of a bar."""

    close = set_postfix_str = update


class SimulationBar:
    """A bar over `total` ms of simulated time, in seconds, with its speed; `shown` as for `bar`."""

    def __init__(self, total, shown):
        self.total, self.shown, self.n, self.began, self.bar = total / 1000.0, shown, 0.0, time.time(), None

    def __enter__(self):
        return self

    def update(self, ms):
        """Another `ms` have been simulated."""
        self.n = min(self.n + ms / 1000.0, self.total)      # a sum of parts may round to more than the whole
        late = time.time() - self.began > DELAY and self.n < self.total
        if self.bar is None and (self.shown or self.shown is None and late and _on_terminal()):
            self.bar = _simulated(self.total)
            self.bar.start_t = self.began
        if self.bar is not None:
            self.bar.update(self.n - self.bar.n)

    def __exit__(self, *_):
        if self.bar is not None:
            self.bar.close()


def _simulated(total):
    from tqdm import tqdm

    class Simulated(tqdm):
        @property
        def format_dict(self):
            values = super().format_dict
            return values | {"speed": f"{values['n'] / max(values['elapsed'], 1e-9):.3g}"}

    return Simulated(total=total, desc="simulating", bar_format=SIMULATED, leave=False, file=sys.stderr)
