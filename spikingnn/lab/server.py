"""The server of the lab: the standard library's, on this machine alone unless asked otherwise.

Every address begins with a random token; Host and Origin are checked, so that no other page in the browser
can ask; bodies are limited before they are read. The page asks for one picture at a time and never for one
that is no longer wanted, so nothing queues here, and nothing runs that no page asked for.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .._util.text import first_line
from .parameters import Drawing
from .remarks import collected
from .scene import Scene, all_scenes, scene_named
from .script import script_of
from .sessions import Sessions


__all__ = ["PORT", "Lab"]

PORT = 8765
LARGEST_QUESTION = 512 * 1024           # bytes: values of parameters
LARGEST_UPLOAD = 16 * 1024 * 1024       # bytes: a picture
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
POLICY = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; base-uri 'none'"


class Lab(ThreadingHTTPServer):
    """The server with its visitors' sessions; `address` is what the browser opens.

    Parameters
    ----------
    host : str
        Name or number under which it listens; other machines see it only if that is not the loopback.
    port : int
        Port; 0: any that is free.
    token : str, optional
        What every address begins with; None: a random one.

    Raises
    ------
    ValueError
        If the port is in use, with what to do.

    Examples
    --------
    >>> from spikingnn.lab import Lab
    >>> with Lab(port=0) as lab:
    ...     print(lab.is_local)
    True
    """

    daemon_threads = True
    allow_reuse_address = os.name != "nt"           # on Windows it would let two labs share a port
    request_queue_size = 64

    def __init__(self, host: str = "127.0.0.1", port: int = PORT, token: str | None = None) -> None:
        self.token, self.host = token or secrets.token_urlsafe(9), host
        self.sessions = Sessions()
        if ":" in host:
            self.address_family = socket.AF_INET6
        try:
            super().__init__((host, port), _Handler)
        except OSError as problem:
            raise ValueError(f"cannot listen on {host}, port {port} ({problem.strerror or problem}): if "
                             "another lab runs there, use that one, or choose another port, such as "
                             f"--port {port + 1}, or --port 0 for any free one") from None

    @property
    def address(self) -> str:
        """Address of the page."""
        port = self.server_address[1]
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/{self.token}/"

    @cached_property
    def hosts(self) -> frozenset[str] | None:
        """Values of the header Host that are answered; None: any, where it listens on all addresses."""
        if self.host in ("0.0.0.0", "::"):
            return None
        names = {*LOOPBACK, self.host, f"[{self.host}]"} if self.is_local else {self.host, f"[{self.host}]"}
        return frozenset(f"{name}:{self.server_address[1]}" for name in names)

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in ("127.0.0.1", "localhost", "::1")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing where a browser has left in the middle of an answer."""


class Refused(Exception):
    """A question that is not answered: status and one line."""

    def __init__(self, status: int, line: str) -> None:
        super().__init__(line)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    server: Lab
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True                  # it would hold back each answer for 40 ms
    timeout = 120                                   # s    a connection on which nothing comes is closed
    server_version, sys_version = "spikingnn", ""

    def log_message(self, format: str, *arguments: Any) -> None:
        """Do not fill the terminal."""

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def _answer(self, question: Callable[[str], tuple[bytes, str]]) -> None:
        try:
            self._check_who_asks()
            path = urlsplit(self.path).path
            prefix = f"/{self.server.token}/"
            if not path.startswith(prefix):
                raise Refused(403, "The address needs the token of this lab: open the one that the terminal "
                                   "shows.")
            body, kind = question(path.removeprefix(prefix))
            self._send(200, body, kind)
        except Refused as problem:
            self._refuse(problem.status, str(problem))
        except (ConnectionError, TimeoutError):             # the browser has left
            raise
        except Exception as problem:
            known = isinstance(problem, (ValueError, TypeError, FloatingPointError))
            kind = "" if known else f"unexpected {type(problem).__name__}: "
            self._send(200, *_json({"error": kind + first_line(problem)}))

    def _check_who_asks(self) -> None:
        """Refuse other pages (Origin), and names that another server made point here (Host)."""
        host, origin = self.headers.get("Host", ""), self.headers.get("Origin")
        if self.server.hosts is not None and host not in self.server.hosts:
            raise Refused(403, "This lab answers only under its own address.")
        if origin is not None and origin != f"http://{host}":
            raise Refused(403, "This lab answers only its own page.")

    def _get(self, path: str) -> tuple[bytes, str]:
        if path == "scenes":
            return _json([scene.description() for scene in all_scenes().values()])
        if path == "status":
            return _json({"sessions": len(self.server.sessions)})
        name = path or "index.html"
        file = STATIC.get(name)
        if file is None:
            raise Refused(404, f"There is no {name[:40]!r} here.")
        return file, TYPES[Path(name).suffix]

    def _post(self, path: str) -> tuple[bytes, str]:
        if path == "upload":
            return _json(self._upload(self._body(LARGEST_UPLOAD)))
        answers = {"run": self._run, "live": self._live, "script": self._script, "leave": self._leave,
                   "stay": self._stay}
        if path not in answers:
            raise Refused(404, f"There is no {path[:40]!r} here.")
        try:
            question = json.loads(self._body(LARGEST_QUESTION))
        except (ValueError, RecursionError):
            raise Refused(400, "The question is not JSON.") from None
        if not isinstance(question, dict):
            raise Refused(400, "The question is not a JSON object.")
        return _json(answers[path](question))

    def _body(self, most: int) -> bytes:
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            raise Refused(411, "The question does not say how long it is.") from None
        if not 0 <= length <= most:
            raise Refused(413, f"{length / 2**20:,.0f} MB are too much: at most {most / 2**20:g} MB are "
                               "accepted.")
        return self.rfile.read(length)

    # --- questions ------------------------------------------------------------------------------------------

    def _run(self, question: Mapping[str, Any]) -> dict[str, Any]:
        scene, values, notes = _asked(question)
        begin = time.perf_counter()
        with collected() as remarks:
            picture = scene.draw(scene.run(values), values)
        return {"scene": scene.name, "values": values, "notes": notes + remarks, "picture": picture,
                "milliseconds": 1000 * (time.perf_counter() - begin)}

    def _live(self, question: Mapping[str, Any]) -> dict[str, Any]:
        scene, values, notes = _asked(question)
        session = self.server.sessions.get(str(question.get("session"))[:64], scene, values)
        advance = question.get("advance", 0.0)
        duration = float(advance) if isinstance(advance, (int, float)) and advance > 0 else 0.0
        with session.lock:
            begin = time.perf_counter()
            session.request(values, duration, question.get("reset") is True)
            picture = None if question.get("draw") is False else session.draw()
            return {"scene": scene.name, "values": values, "notes": notes, "picture": picture,
                    "t": session.t, "milliseconds": 1000 * (time.perf_counter() - begin)}

    def _script(self, question: Mapping[str, Any]) -> dict[str, Any]:
        scene, values, _ = _asked(question)
        session = self.server.sessions.find(str(question.get("session"))[:64])
        if scene.is_live and session is not None and session.scene is scene:
            with session.lock:
                script = script_of(scene, session.begun_with, session.segments)
            more = "" if session.repeatable else "# too many changes: what came after these is left out\n"
            return {"script": script + more}
        return {"script": script_of(scene, values)}

    def _stay(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """The page is still open."""
        self.server.sessions.find(str(question.get("session"))[:64])
        return {}

    def _leave(self, question: Mapping[str, Any]) -> dict[str, Any]:
        self.server.sessions.leave(str(question.get("session"))[:64])
        return {}

    def _upload(self, body: bytes) -> dict[str, Any]:
        """An uploaded picture as the digits of a `Drawing`."""
        asked = {name: words[0] for name, words in parse_qs(urlsplit(self.path).query).items()}
        parameter = scene_named(asked.get("scene")).parameters.get(asked.get("parameter", ""))
        if not isinstance(parameter, Drawing):
            raise Refused(400, "This scene takes no picture.")
        return {"value": _digits(body, parameter)}

    # --- answers --------------------------------------------------------------------------------------------

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(body))),
                            ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
                            ("Referrer-Policy", "no-referrer"), ("Content-Security-Policy", POLICY)):
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _refuse(self, status: int, line: str) -> None:
        """Answer and close; a little of what the browser still sends is read, so that it listens."""
        self.close_connection = True
        self._send(status, *_json({"error": line}))
        self.connection.settimeout(0.2)
        try:
            self.connection.shutdown(socket.SHUT_WR)
            for _ in range(64):
                if not self.connection.recv(65536):
                    break
        except OSError:
            pass


def _asked(question: Mapping[str, Any]) -> tuple[Scene, dict[str, Any], list[str]]:
    scene = scene_named(question.get("scene"))
    given = question.get("values")
    return scene, *scene.accept(given if isinstance(given, dict) else {})


def _json(content: Any) -> tuple[bytes, str]:
    return json.dumps(content, separators=(",", ":")).encode(), "application/json"


def _digits(body: bytes, parameter: Drawing) -> str:
    import warnings

    from ..datasets import read_picture
    source = BytesIO(body)
    source.name = "your file"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        picture = read_picture(source, parameter.side)
    levels = (255 * picture).round().astype("uint8")
    return bytes(levels.tobytes()).hex()


STATIC = {file.name: file.read_bytes() for file in (files(__package__) / "static").iterdir()
          if Path(file.name).suffix in TYPES}
