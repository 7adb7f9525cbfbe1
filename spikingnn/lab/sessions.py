"""Live scenes: each visitor has a network of their own, which runs only while the page asks for it."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from .marks import Picture
from .scene import Scene


__all__ = ["Session", "Sessions"]

MOST_SESSIONS = 32              # the one that nobody asked for the longest is forgotten
IDLE = 180.0                    # s     after which a session is forgotten; an open page asks more often
LONGEST = 10_000.0              # ms    of simulated time per request
BUDGET = 0.2                    # s     of computing per request
SEGMENTS = 1000                 # changes of values that "Copy as Python" repeats


class Session:
    """One live network, and what has happened to it."""

    def __init__(self, scene: Scene, values: Mapping[str, Any]) -> None:
        self.scene = scene
        self.lock = threading.Lock()
        self.last_used = time.monotonic()
        self.restart(values)

    def restart(self, values: Mapping[str, Any]) -> None:
        """Build the network anew."""
        self.parts = self.scene.run(values)
        self.values, self.begun_with = dict(values), dict(values)
        self.segments: list[tuple[float, dict[str, Any]]] = []
        self.repeatable = True

    @property
    def t(self) -> float:
        """ms: time of the network."""
        return float(self.parts[0].t)

    def request(self, values: Mapping[str, Any], duration: float, reset: bool) -> None:
        """Take over values, and run at most `duration` ms, as far as the budget of one request allows."""
        if reset or self.scene.restarts(self.values, values):
            self.restart(values)
        self.values = dict(values)
        piece, steps = self.scene.step, int(min(duration, LONGEST) / self.scene.step + 1e-6)
        end = time.monotonic() + BUDGET
        for _ in range(steps):
            self.scene.advance(self.parts, piece, self.values)
            self._remember(piece)
            if time.monotonic() > end:
                break
        for monitor in self.parts[0].monitors:
            monitor.forget_before(self.t - self.scene.history)

    def _remember(self, piece: float) -> None:
        if self.segments and self.segments[-1][1] == self.values:
            self.segments[-1] = (self.segments[-1][0] + piece, self.segments[-1][1])
        else:
            self.segments.append((piece, self.values))
            self.repeatable = self.repeatable and len(self.segments) <= SEGMENTS
            del self.segments[SEGMENTS:]

    def draw(self) -> Picture:
        """Return the picture of the network as it is now."""
        return self.scene.draw(self.parts, self.values)


class Sessions:
    """The sessions of all visitors, by the random names that their pages chose."""

    def __init__(self) -> None:
        self._all: OrderedDict[str, Session] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._all)

    def get(self, name: str, scene: Scene, values: Mapping[str, Any]) -> Session:
        """Return the session of a visitor in a scene; a new one if there is none."""
        with self._lock:
            self._forget_old()
            session = self._all.get(name)
            if session is not None and session.scene is scene:
                self._all.move_to_end(name)
                session.last_used = time.monotonic()
                return session
        session = Session(scene, values)                    # outside the lock: others need not wait for it
        with self._lock:
            self._all[name] = session
            while len(self._all) > MOST_SESSIONS:
                self._all.popitem(last=False)
        return session

    def find(self, name: str) -> Session | None:
        """Return the session of a visitor, which is kept for longer, or None."""
        with self._lock:
            self._forget_old()
            session = self._all.get(name)
            if session is not None:
                session.last_used = time.monotonic()
            return session

    def leave(self, name: str) -> None:
        """Forget the session of a visitor who has left."""
        with self._lock:
            self._all.pop(name, None)

    def _forget_old(self) -> None:
        now = time.monotonic()
        for name in [name for name, session in self._all.items() if now - session.last_used > IDLE]:
            del self._all[name]
