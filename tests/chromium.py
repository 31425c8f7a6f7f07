# A real browser, driven over its own pipe. It finds no host but this machine.
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE *.localhost",
)  # fmt: skip
# The browser reads from 3 and writes to 4; both are moved up first, because either may be the other's new number.
LAUNCHER = """
import fcntl, os, sys
reading, writing = (fcntl.fcntl(int(given), fcntl.F_DUPFD, 10) for given in sys.argv[1:3])
os.dup2(reading, 3)
os.dup2(writing, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
PATIENCE_S = 60


class PageLeftError(Exception):
    """The page was left while something was asked of it."""


class Browser:
    """The DevTools protocol over two pipes: one JSON document, one zero byte."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = os.fdopen(reading, "rb"), os.fdopen(writing, "wb")
        self._session: str | None = None
        self._count = 0
        self.requested: list[str] = []
        self.complaints: list[str] = []

    def open_page(self, url: str) -> None:
        """In a tab of its own."""
        self._session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Network", "Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.go_to(url)

    def go_to(self, url: str) -> None:
        self.call("Page.navigate", url=url)

    def close_page(self) -> None:
        """As whoever closes a tab."""
        self.call("Page.close")

    def evaluate(self, expression: str) -> Any:
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def wait_for(self, expression: str) -> Any:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            try:
                if value := self.evaluate(expression):
                    return value
            except PageLeftError:
                pass  # the next page may have it
            time.sleep(0.1)
        raise AssertionError(f"{expression} did not become true; the page said {self.complaints}")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._writing.write(json.dumps(message).encode() + b"\0")
        self._writing.flush()
        while (answer := self._receive()).get("id") != self._count:
            self._note(answer)
        if "navigated" in answer.get("error", {}).get("message", ""):
            raise PageLeftError
        assert "error" not in answer, answer
        return answer["result"]

    def close(self) -> None:
        self._reading.close()
        self._writing.close()

    def _receive(self) -> dict[str, Any]:
        received = b""
        while not received.endswith(b"\0"):
            byte = self._reading.read1(1)
            assert byte, "The browser ended."
            received += byte
        return json.loads(received[:-1])

    def _note(self, event: dict[str, Any]) -> None:
        if event.get("method") == "Network.requestWillBeSent":
            self.requested.append(event["params"]["request"]["url"])
        if event.get("method") in {"Log.entryAdded", "Runtime.exceptionThrown"}:
            self.complaints.append(json.dumps(event["params"])[:500])


@contextmanager
def browser(folder: Path) -> Generator[Browser]:
    assert BROWSER is not None
    to_read, from_browser = os.pipe()
    from_us, to_write = os.pipe()

    command = [
        sys.executable,
        "-c",
        LAUNCHER,
        str(from_us),
        str(from_browser),
        BROWSER,
        *FLAGS,
        f"--user-data-dir={folder}",
    ]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, pass_fds=(from_us, from_browser), stdout=quiet, stderr=quiet) as process:
        os.close(from_browser)
        os.close(from_us)
        driven = Browser(to_read, to_write)
        try:
            yield driven
        finally:
            driven.close()
            process.terminate()
            process.wait(20)
