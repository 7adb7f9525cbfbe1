"""The system's Chromium, driven through its own driver: WebDriver is JSON over HTTP."""

import base64
import contextlib
import json
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import pytest


ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
PROGRAMS = {name: next(filter(None, map(shutil.which, names)), None) for name, names in {
    "driver": ["chromedriver"], "browser": ["chromium", "chromium-browser", "google-chrome"]}.items()}
needs_browser = pytest.mark.skipif(not all(PROGRAMS.values()),
                                   reason="no chromium with chromedriver here (Debian: chromium-driver)")


class Window:
    """One browser window of its own profile."""

    def __init__(self, driver, size=(1280, 800), *more):
        self.driver, self.profile = driver, tempfile.mkdtemp()
        options = {"binary": PROGRAMS["browser"], "args": [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--window-size={},{}".format(*size), f"--user-data-dir={self.profile}", *more]}
        capabilities = {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options,
                                        "goog:loggingPrefs": {"browser": "ALL"}}}
        self.base = ""
        self.base = "/session/" + self.ask("POST", "/session", capabilities=capabilities)["sessionId"]

    def ask(self, method, path, **body):
        data = json.dumps(body).encode() if method == "POST" else None
        request = urllib.request.Request(self.driver + self.base + path, data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as problem:
            raise RuntimeError(json.load(problem)["value"]["message"].splitlines()[0]) from None

    def open(self, address):
        self.ask("POST", "/url", url="about:blank")
        self.ask("POST", "/url", url=address)

    def js(self, code, *arguments):
        return self.ask("POST", "/execute/sync", script=code, args=arguments)

    def wait(self, code, seconds=30.0, *arguments):
        """Wait until JavaScript gives something true, and return that."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.js(f"return {code}", *arguments)
            if found:
                return found
            time.sleep(0.02)
        raise AssertionError(f"not within {seconds} s: {code}; problem: " + str(
            self.js("return document.getElementById('problem')?.textContent")))

    def element(self, selector):
        return self.ask("POST", "/element", using="css selector", value=selector)[ELEMENT]

    def upload(self, selector, file):
        self.ask("POST", f"/element/{self.element(selector)}/value", text=str(file))

    def drag(self, selector, points, hold=0):
        """Press the mouse on an element at the first point, move, let go; points are fractions of its box."""
        box = self.js("const b = document.querySelector(arguments[0]).getBoundingClientRect();"
                      "return [b.left, b.top, b.width, b.height]", selector)
        at = [{"type": "pointerMove", "duration": 0 if k == 0 else 20, "origin": "viewport",
               "x": round(box[0] + x * box[2]), "y": round(box[1] + y * box[3])}
              for k, (x, y) in enumerate(points)]
        actions = [at[0], {"type": "pointerDown", "button": 0}, *at[1:], {"type": "pause", "duration": hold},
                   {"type": "pointerUp", "button": 0}]
        self.ask("POST", "/actions", actions=[{"type": "pointer", "id": "mouse", "actions": actions,
                                               "parameters": {"pointerType": "mouse"}}])

    def errors(self):
        """What went wrong in the page's own code."""
        log = self.ask("POST", "/se/log", type="browser")
        return [entry["message"] for entry in log if entry["level"] == "SEVERE"]

    def picture(self):
        return base64.b64decode(self.ask("GET", "/screenshot"))

    def close(self):
        with contextlib.suppress(RuntimeError, OSError):
            self.ask("DELETE", "")
        shutil.rmtree(self.profile, ignore_errors=True)


@contextlib.contextmanager
def driver():
    """Start the driver; yield its address."""
    process = subprocess.Popen([PROGRAMS["driver"], "--port=0"], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    try:
        port = next(line.rstrip(".\n").split()[-1] for line in process.stdout if "on port" in line
                    and "successfully" in line)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
