"""Sources page by page, with how they deliver."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import strawberry

from api.access.field_rules import plain
from api.access.masking import classify
from api.access.viewer import Scope
from api.contract.exposure import Exposed, expose, expose_choice
from api.contract.paging import DEFAULT_PAGE, After, Connection, First, Paging
from api.execution.context import RequestInfo
from graph.listing import ListedSource, list_sources
from loaders.health.commands import look_at_sources
from loaders.health.source_health import Finding, SourceHealth


@dataclass(frozen=True, slots=True)
class KnownSource:
    """A system that sends data."""

    name: str
    kind: str
    channel: str | None
    trust: int
    tracked: bool
    disabled_at: datetime | None
    health: SourceHealth | None


expose_choice(
    Finding,
    {
        Finding.SILENT: "It brought nothing new for three times its usual gap.",
        Finding.LEFT_OUT: "Its last run was left out.",
        Finding.FEW_ROWS: "Its last day had less than half of the usual rows.",
        Finding.MANY_ROWS: "Its last day had more than twice the usual rows.",
        Finding.NEVER_LOADED: "It never loaded anything.",
    },
    name="SourceFinding",
)
# A problem names files and columns, never a value.
classify(SourceHealth, {"source": plain, "problem": plain})
classify(KnownSource, dict.fromkeys(("name", "kind", "channel"), plain))
expose(
    SourceHealth,
    Exposed(
        {
            "source": "Name of the source.",
            "last_load_at": "When it was loaded last.",
            "newest_at": "Time of its newest event or record.",
            "lag_s": "Age of its newest event or record, in seconds.",
            "silent_s": "Seconds since it brought something new.",
            "usual_gap_s": "Median of the seconds between two such deliveries.",
            "day_rows": "Rows of the day up to its last delivery.",
            "usual_day_rows": "Median of the days before that had rows.",
            "rejects_open": "Rejected rows that wait to be mended.",
            "problem": "Why its last run was left out.",
            "findings": "What somebody should look at.",
        },
        words="How a source delivers, judged by its own past, as the machine that answers has recorded it.",
    ),
)
expose(
    KnownSource,
    Exposed(
        {
            "name": "Short name, the first part of its customers' keys.",
            "kind": "Kind, such as `crm` or `shop`.",
            "channel": "Channel of its interactions where they name none.",
            "trust": "Priority when sources disagree, 0 to 100; the higher wins.",
            "tracked": "It was given a key for tracking calls.",
            "disabled_at": "Since when its tracking calls are refused; none: they are not.",
            "health": "How it delivers; none where nothing was recorded here, or the scope `admin` is missing.",
        }
    ),
)


@strawberry.type
class SourceQueries:
    """The root field for sources."""

    @strawberry.field(description="The systems that send data, by name.")
    async def sources(
        self, info: RequestInfo, first: First = DEFAULT_PAGE, after: After = None
    ) -> Connection[KnownSource]:
        """Raises ForbiddenError, InputError, LocalStoreError, GraphError."""
        viewer = info.context.viewer
        viewer.require(Scope.PROFILE_READ)
        paging = Paging.of("sources", first, after, (str,))
        position = str(paging.position[0]) if paging.position else ""
        found = await list_sources(info.context.graph, position, first + 1)
        health = await asyncio.to_thread(_health) if viewer.may(Scope.ADMIN) else {}
        return paging.page([_known(source, health.get(source.name)) for source in found], lambda source: (source.name,))


def _health() -> dict[str, SourceHealth]:
    return {found.source: found for found in look_at_sources(datetime.now(UTC))}


def _known(source: ListedSource, health: SourceHealth | None) -> KnownSource:
    return KnownSource(
        source.name, source.kind, source.channel, source.trust, source.tracked, source.disabled_at, health
    )
