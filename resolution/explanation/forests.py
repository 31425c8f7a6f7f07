"""Forests: the one path of links between two customers, and the groups that links make at a confidence."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence

from graph.clusters import connected
from graph.surroundings import StoredLink


def path_between(links: Iterable[StoredLink], start: str, end: str) -> list[StoredLink]:
    """The links from one customer to another, in their order; none where they are not connected."""
    near: dict[str, list[tuple[str, StoredLink]]] = defaultdict(list)
    for link in links:
        near[link.left].append((link.right, link))
        near[link.right].append((link.left, link))
    came: dict[str, tuple[str, StoredLink] | None] = {start: None}
    waiting = deque([start])
    while waiting and end not in came:
        here = waiting.popleft()
        for there, link in near[here]:
            if there not in came:
                came[there] = here, link
                waiting.append(there)
    return _steps(came, end) if end in came else []


def _steps(came: dict[str, tuple[str, StoredLink] | None], end: str) -> list[StoredLink]:
    steps: list[StoredLink] = []
    while step := came[end]:
        end, link = step
        steps.append(link)
    return steps[::-1]


def together_at(links: Iterable[StoredLink], left: str, right: str) -> float | None:
    """The highest confidence at which two customers are one person; none where they never are."""
    return min((link.confidence for link in path_between(links, left, right)), default=None)


def groups_at(links: Sequence[StoredLink], confidence: float) -> dict[str, str]:
    """Customer -> smallest key of its group at a confidence, for everybody whom the links name."""
    keys = sorted({key for link in links for key in (link.left, link.right)})
    return connected(keys, ((link.left, link.right) for link in links if link.confidence >= confidence))


def group_of(links: Sequence[StoredLink], customer: str, confidence: float) -> tuple[str, ...]:
    """Everybody who is one person with a customer at a confidence, sorted; at least the customer."""
    home = groups_at(links, confidence)
    return tuple(sorted(key for key, group in home.items() if group == home.get(customer))) or (customer,)
