"""Watching: whoever wants to know of every statement that is run, as metrics and traces do. Nobody by default."""

from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Literal, Protocol

Access = Literal["read", "write"]


class Watcher(Protocol):
    """Hears of statements by their names, never of their parameters, and of connections that are used."""

    def statement(self, name: str) -> AbstractContextManager[None]:
        """Around one statement, its rows included."""
        ...

    def connection(self, access: Access) -> AbstractContextManager[None]:
        """Around the use of one connection of the pool."""
        ...


_WATCHERS: list[Watcher] = []


@contextmanager
def watched_by(watcher: Watcher) -> Generator[None]:
    """Everything in this process is watched while the block runs."""
    _WATCHERS.append(watcher)
    try:
        yield
    finally:
        _WATCHERS.remove(watcher)


def watch_statement(name: str) -> AbstractContextManager[object]:
    """Tell the watchers of a statement."""
    return _together([watcher.statement(name) for watcher in _WATCHERS])


def watch_connection(access: Access) -> AbstractContextManager[object]:
    """Tell the watchers of a connection."""
    return _together([watcher.connection(access) for watcher in _WATCHERS])


def _together(contexts: list[AbstractContextManager[None]]) -> AbstractContextManager[object]:
    if len(contexts) < 2:  # noqa: PLR2004 -- the usual ones, without the cost of a stack
        return contexts[0] if contexts else nullcontext()
    stack = ExitStack()
    for context in contexts:
        stack.enter_context(context)
    return stack
