"""Claims by range: a whole resolution is compared with the graph a range of customers at a time, never all at once.

Of a pair the smaller key says to which range it belongs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic

from graph.connection import Reader
from graph.links import Claim, ComparedPair, Difference, Link, claims_between

# With six pairs a customer a range holds some 12,000, which take about 20 MB as objects.
_CUSTOMERS = 2_000
# No key is greater: this is the last character that there is.
LAST_KEY = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class StoredRange:
    """What the graph has of the pairs up to a key, after the range before."""

    upto: str
    links: Iterable[Link]
    compared: Iterable[ComparedPair]


def stored_ranges(graph: Reader, customers: int = _CUSTOMERS) -> Iterator[StoredRange]:
    """What the graph has, in ranges of so many customers, each read when it is asked for. Raises GraphError."""
    after = ""
    while after < LAST_KEY:
        rows = graph.read("get_end_of_range", after=after, others=customers - 1)
        upto = rows[0]["key"] if rows else LAST_KEY
        yield StoredRange(upto, *claims_between(graph, after, upto))
        after = upto


def differences(
    links: Iterable[Link], compared: Iterable[ComparedPair], stored: Iterable[StoredRange]
) -> Iterator[tuple[Difference[Link], Difference[ComparedPair]]]:
    """What must be written and what is gone, range by range.

    ``links`` and ``compared``: what should hold, sorted by both keys, each pair once; ``stored``: ranges up to
    ``LAST_KEY``. Raises ValueError where something is not sorted.
    """
    wanted_links, wanted_compared = _Sorted(links), _Sorted(compared)
    for found in stored:
        yield (
            Difference.of(wanted_links.upto(found.upto), found.links),
            Difference.of(wanted_compared.upto(found.upto), found.compared),
        )


class _Sorted(Generic[Claim]):
    """Sorted claims, taken range by range."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._rest = _in_order(claims)
        self._next = next(self._rest, None)

    def upto(self, key: str) -> Iterator[Claim]:
        """Those whose smaller key is at most this one, and that were not taken yet."""
        while self._next is not None and self._next.left <= key:
            yield self._next
            self._next = next(self._rest, None)


def _in_order(claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims; one out of order would be taken for gone, or written again, in silence."""
    last: tuple[str, str] | None = None
    for claim in claims:
        pair = claim.left, claim.right
        if last is not None and pair <= last:
            message = "claims must be sorted by both keys, each pair once"
            raise ValueError(message)
        last = pair
        yield claim
