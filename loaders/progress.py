"""Progress of a load: a moving line on a terminal, plain lines elsewhere, always on stderr."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeAlias

from rich.console import Console

Progress: TypeAlias = Callable[[str, str, int], None]
"""Hears the name of a delivery, what is done with it (``read``, ``written``, ``merged``), and how many rows so far."""

_LINE_EVERY_S = 5.0


def silent(name: str, step: str, rows: int) -> None:
    """Say nothing."""
    del name, step, rows


@contextmanager
def shown(console: Console) -> Generator[Progress]:
    """One line that changes on a terminal, else one every few seconds."""
    if console.is_terminal:
        with console.status("Loading") as status:
            yield lambda name, step, rows: status.update(_line(name, step, rows))
    else:
        yield _plain_lines(console)


def _plain_lines(console: Console) -> Progress:
    said_at = time.monotonic()

    def say(name: str, step: str, rows: int) -> None:
        nonlocal said_at
        if time.monotonic() - said_at >= _LINE_EVERY_S:
            said_at = time.monotonic()
            console.print(_line(name, step, rows), markup=False, highlight=False, soft_wrap=True)

    return say


def _line(name: str, step: str, rows: int) -> str:
    return f"{name}: {rows:,} rows {step}"
