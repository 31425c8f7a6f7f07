"""Progress of long work for people: a bar on a terminal, plain lines elsewhere, always on stderr."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as Bar

from graph.embedded.storage import MEGABYTE

_LINE_EVERY_S = 5.0


class Progress(Protocol):
    """Who hears what is going on."""

    def say(self, line: str) -> None:
        """One line of what happens."""
        ...

    def count_bytes(self, title: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """Count up to ``total`` bytes; the function given back takes the bytes since the last call, from any thread."""
        ...


class SilentProgress:
    """Nobody listens."""

    def say(self, line: str) -> None:
        """Nothing."""

    @contextmanager
    def count_bytes(self, title: str, total: int) -> Generator[Callable[[int], None]]:  # noqa: ARG002
        """Nothing."""
        yield lambda _count: None


class TerminalProgress:
    """A bar that moves."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, line: str) -> None:
        """One line."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def count_bytes(self, title: str, total: int) -> Generator[Callable[[int], None]]:
        """A bar with bytes, speed and time left."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
        with Bar(*columns, console=self._console) as bar:
            task = bar.add_task(title, total=total)
            yield lambda count: bar.advance(task, count)


class PlainProgress:
    """Lines for log files: one at most every ``line_every_s`` seconds."""

    def __init__(self, console: Console, line_every_s: float = _LINE_EVERY_S) -> None:
        self._console, self._line_every_s = console, line_every_s

    def say(self, line: str) -> None:
        """One line."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def count_bytes(self, title: str, total: int) -> Generator[Callable[[int], None]]:
        """A line of how far it is, every few seconds."""
        lock, done, said_at = threading.Lock(), 0, time.monotonic()

        def advance(count: int) -> None:
            nonlocal done, said_at
            with lock:
                done += count
                if time.monotonic() - said_at >= self._line_every_s:
                    said_at = time.monotonic()
                    self.say(f"{title}: {done // MEGABYTE} of {total // MEGABYTE} MB")

        yield advance


def report_progress() -> Progress:
    """Progress on stderr, as a bar where that is a terminal."""
    console = Console(stderr=True)
    return TerminalProgress(console) if console.is_terminal else PlainProgress(console)
