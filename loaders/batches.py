"""Translated rows in batches, each of which is written in one transaction."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graph.records import Batch, ConsentRecord, CustomerRecord, InteractionRecord, SessionRecord, SourceRecord
from loaders.records.translation import Translated


@dataclass(slots=True)
class _Growing:
    customers: list[CustomerRecord] = field(default_factory=list[CustomerRecord])
    sessions: list[SessionRecord] = field(default_factory=list[SessionRecord])
    interactions: list[InteractionRecord] = field(default_factory=list[InteractionRecord])
    consents: list[ConsentRecord] = field(default_factory=list[ConsentRecord])
    rows: int = 0

    def add(self, translated: Translated) -> None:
        self.customers += translated.customers
        self.sessions += translated.sessions
        self.interactions += translated.interactions
        self.consents += translated.consents
        self.rows += 1

    def finish(self, source: SourceRecord, run_id: str) -> Batch:
        return Batch(
            source,
            run_id,
            tuple(self.customers),
            tuple(self.sessions),
            tuple(self.interactions),
            tuple(self.consents),
        )


def batches_of(translated: Iterable[Translated], source: SourceRecord, run_id: str, rows: int) -> Iterator[Batch]:
    """The records of at most so many rows each."""
    growing = _Growing()
    for each in translated:
        growing.add(each)
        if growing.rows >= rows:
            yield growing.finish(source, run_id)
            growing = _Growing()
    if growing.rows:
        yield growing.finish(source, run_id)
