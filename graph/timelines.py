"""Timelines: a journey with the changes of who is who among it, newest first.

Both are ordered by time and then key, so one position pages through both: each is read from there on, and merged.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from graph.connection import AsyncGraph, Row
from graph.evidence import LinkEvidence
from graph.journeys import (
    EVERYTHING,
    JourneyFilter,
    JourneyInteraction,
    JourneyOwners,
    JourneyPage,
    JourneyPosition,
    key_order,
    keyset,
    list_journeys,
)
from graph.profiles import Profile
from graph.times import moment

MOST_LINKS = 10


class TimelineKind(StrEnum):
    """What a timeline can hold."""

    INTERACTION = "interaction"
    IDENTITY_CHANGE = "identity_change"


class IdentityChangeKind(StrEnum):
    """What became of profiles."""

    MERGED = "merged"
    SPLIT = "split"
    LINKED = "linked"
    UNLINKED = "unlinked"
    RENAMED = "renamed"


@dataclass(frozen=True, slots=True)
class IdentityChange:
    """A change of who is who at the default confidence, and why.

    ``customers``: those of the profile that it concerns. ``links``: links of the profile that the same run wrote about
    them, strongest first, at most ``MOST_LINKS``. ``profiles_*``: profile ids.
    """

    key: str
    kind: IdentityChangeKind
    at: datetime
    cause: str
    run_id: str
    reason: str
    customers: tuple[str, ...]
    profiles_before: tuple[str, ...]
    profiles_after: tuple[str, ...]
    links: tuple[LinkEvidence, ...]


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Interactions and identity changes, newest first. ``has_more``: older ones follow."""

    items: tuple[JourneyInteraction | IdentityChange, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class WantedTimeline:
    """What of a timeline: ``first`` at most, older than ``after``. The filter's times hold for both kinds."""

    first: int
    after: JourneyPosition | None = None
    interactions: JourneyFilter = EVERYTHING
    kinds: Collection[TimelineKind] = tuple(TimelineKind)


async def list_timelines(
    graph: AsyncGraph, asked: Sequence[tuple[Profile, JourneyOwners]], wanted: WantedTimeline
) -> list[TimelinePage]:
    """One page of the timeline of each of several profiles, in their order. Raises GraphError."""
    profiles, owners = [profile for profile, _ in asked], [owners for _, owners in asked]
    pages, changes = await asyncio.gather(
        _interactions(graph, owners, wanted), _identity_changes(graph, profiles, wanted)
    )
    return [_page(page, changed, wanted.first) for page, changed in zip(pages, changes, strict=True)]


def _page(page: JourneyPage, changes: Sequence[IdentityChange], first: int) -> TimelinePage:
    items = sorted([*page.interactions, *changes], key=lambda item: (item.at, key_order(item.key)), reverse=True)
    return TimelinePage(tuple(items[:first]), has_more=page.has_more or len(items) > first)


async def _interactions(
    graph: AsyncGraph, owners: Sequence[JourneyOwners], wanted: WantedTimeline
) -> list[JourneyPage]:
    if TimelineKind.INTERACTION not in wanted.kinds:
        return [JourneyPage((), has_more=False)] * len(owners)
    return await list_journeys(graph, owners, wanted.interactions, wanted.first, wanted.after)


async def _identity_changes(
    graph: AsyncGraph, profiles: Sequence[Profile], wanted: WantedTimeline
) -> list[list[IdentityChange]]:
    found: list[list[IdentityChange]] = [[] for _ in profiles]
    if TimelineKind.IDENTITY_CHANGE in wanted.kinds:
        asked = [{"number": number, "customers": list(profile.members)} for number, profile in enumerate(profiles)]
        position = keyset(wanted.interactions, wanted.first, wanted.after)
        for row in await graph.read("list_identity_changes", rows=asked, **position):
            found[row["number"]].append(_change(row, profiles[row["number"]].links))
    return found


def _change(row: Row, links: Sequence[LinkEvidence]) -> IdentityChange:
    customers = frozenset(row["customers"])
    kind = IdentityChangeKind(row["kind"])
    joins = kind in {IdentityChangeKind.MERGED, IdentityChangeKind.LINKED}
    written = [link for link in links if joins and link.run_id == row["run_id"] and customers & {link.left, link.right}]
    strongest = sorted(written, key=_strength)[:MOST_LINKS]
    return IdentityChange(
        key=row["key"],
        kind=kind,
        at=moment(row["at"]),
        cause=row["cause"],
        run_id=row["run_id"],
        reason=_reason(row, strongest),
        customers=tuple(sorted(customers)),
        profiles_before=tuple(row["profiles_before"]),
        profiles_after=tuple(row["profiles_after"]),
        links=tuple(strongest),
    )


def _strength(link: LinkEvidence) -> tuple[int, float, str, str]:
    """What stewards and rules say outranks any weight; theirs is 0 where the pair was never scored."""
    return _METHODS.index(link.method), -link.match_weight, link.left, link.right


_METHODS = ("steward", "rule", "splink")
_CAUSES = {
    "resolve": "in a resolution",
    "online": "when its data arrived",
    "steward": "by a steward's decision",
    "delete": "by a deletion",
}


def _reason(row: Row, links: Sequence[LinkEvidence]) -> str:
    """A sentence: what happened, by what, and the strongest link that says so."""
    what = {
        IdentityChangeKind.MERGED: f"{len(row['profiles_before'])} profiles became one",
        IdentityChangeKind.SPLIT: f"One profile became {len(row['profiles_after'])}",
        IdentityChangeKind.LINKED: "New customers joined the profile",
        IdentityChangeKind.UNLINKED: "Customers left the profile",
        IdentityChangeKind.RENAMED: "The profile got another id",
    }[IdentityChangeKind(row["kind"])]
    by = _CAUSES.get(row["cause"], row["cause"])
    return f"{what} {by}: {_told(links[0])}." if links else f"{what} {by}."


def _told(link: LinkEvidence) -> str:
    pair = f"{link.left} and {link.right}"
    if link.method == "steward":
        return f"a steward linked {pair}"
    if link.rule:
        return f"the rule {link.rule} links {pair}"
    findings = [
        f"{part.comparison.replace('_', ' ')} {part.level.replace('_', ' ')}"
        for part in link.evidence
        if part.match_weight + part.term_frequency_weight > 0
    ]
    return f"{pair} are one person with a probability of {link.probability:.4f} ({', '.join(findings)})"
