"""A process whose stderr is a terminal, for tests of what is shown there."""

import os
import struct
import subprocess
import sys

import pytest


class OnTerminal:
    """`python *arguments`; what it writes to the terminal is read by `until(text)` and `rest()`."""

    def __init__(self, *arguments, cwd):
        fcntl, pty, termios = map(pytest.importorskip, ("fcntl", "pty", "termios"))
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
        command = [sys.executable, *map(str, arguments)]
        self.process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)

    def _read(self):
        try:
            return os.read(self.ours, 1 << 16)
        except OSError:                     # Linux's way of saying that the other end is closed
            return b""

    def until(self, text):
        """Wait for `text`; what was shown so far."""
        shown = b""
        while text.encode() not in shown and (more := self._read()):
            shown += more
        return shown.decode()

    def rest(self):
        """What is shown until the process ends."""
        shown = b""
        while more := self._read():
            shown += more
        os.close(self.ours)
        self.process.wait(timeout=120)
        return shown.decode()
