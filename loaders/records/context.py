"""What holds for all rows of a source."""

from dataclasses import dataclass
from datetime import tzinfo

from graph.records import SourceRecord
from loaders.mappings.model import SourceMapping


@dataclass(frozen=True, slots=True)
class Context:
    """The source, and what its rows mean where they say nothing else."""

    source: SourceRecord
    zone: tzinfo
    country: str | None = None
    revision: int = 0


def context_of(mapping: SourceMapping) -> Context:
    """The context that a mapping gives."""
    return Context(mapping.source, mapping.zone, mapping.country, mapping.revision)
