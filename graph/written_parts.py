"""Blocking parts that a transaction has written: what the index will hold once it is committed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field


@dataclass(slots=True)
class WrittenParts:
    """Customers whose parts were written, with the parts that they have now: none where they were deleted.

    They are looked up seldom, so they are sorted by part when they are.
    """

    _of: dict[str, Sequence[str]] = field(default_factory=dict[str, "Sequence[str]"])
    _holders: dict[str, set[str]] | None = None

    def write(self, customer: str, parts: Sequence[str] = ()) -> None:
        """A customer has these parts now, and no others."""
        self._of[customer] = parts
        self._holders = None

    @property
    def customers(self) -> AbstractSet[str]:
        """Everybody whose parts were written."""
        return self._of.keys()

    def having(self, parts: Iterable[str]) -> frozenset[str]:
        """Of them those who have all of these parts now; ``parts``: one at least."""
        holders = self._by_part()
        return frozenset.intersection(*(frozenset(holders.get(part, ())) for part in parts))

    def _by_part(self) -> dict[str, set[str]]:
        if self._holders is None:
            self._holders = defaultdict(set)
            for customer, parts in self._of.items():
                for part in parts:
                    self._holders[part].add(customer)
        return self._holders
