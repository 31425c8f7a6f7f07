"""Reading together: what several objects of one answer ask for at once is read by one statement.

Resolvers of a list run one after the other until each waits; what they ask for meanwhile is collected, and one read
gets all of it. So an answer costs a statement for each level and kind of thing, however many objects it has. How many
these may be is bounded by the cost of the operation.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

from strawberry.dataloader import DataLoader

from graph.connection import AsyncGraph

Subject = TypeVar("Subject")
Found = TypeVar("Found")
Arguments = ParamSpec("Arguments")


@dataclass(frozen=True, slots=True)
class _Asked:
    read: Callable[..., Awaitable[Sequence[Any]]]
    subject: Any
    arguments: tuple[Any, ...]


class Together:
    """Collects what is asked for in one turn of the event loop. One for each request."""

    def __init__(self, graph: AsyncGraph) -> None:
        self._loader = DataLoader[_Asked, Any](partial(_read_all, graph), cache=False)

    async def read(
        self,
        read: Callable[Concatenate[AsyncGraph, Sequence[Subject], Arguments], Awaitable[Sequence[Found]]],
        subject: Subject,
        *arguments: Arguments.args,
        **_: Arguments.kwargs,
    ) -> Found:
        """What ``read`` finds for a subject, read with whatever else is asked for by equal arguments (hashable)."""
        return await self._loader.load(_Asked(read, subject, arguments))


async def _read_all(graph: AsyncGraph, asked: list[_Asked]) -> list[Any]:
    groups: dict[tuple[Any, ...], list[int]] = {}
    for place, each in enumerate(asked):
        groups.setdefault((each.read, each.arguments), []).append(place)
    found: list[Any] = [None] * len(asked)

    async def read_group(places: list[int]) -> None:
        first = asked[places[0]]
        subjects = [asked[place].subject for place in places]
        for place, value in zip(places, await first.read(graph, subjects, *first.arguments), strict=True):
            found[place] = value

    await asyncio.gather(*map(read_group, groups.values()))
    return found
