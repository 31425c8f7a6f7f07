"""A profile with its journey on the terminal, or as one JSON document."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from graph.confidence import get_levels
from graph.connection import AsyncGraph
from graph.evidence import LinkEvidence
from graph.identities import AmbiguousIdentity, FoundProfile, Identity, MergedProfile, UnknownIdentity, find_profile
from graph.journeys import JourneyFilter, JourneyInteraction, get_journey, get_journey_owners
from graph.profiles import Profile

MOST_LINKS = 12
# What tells most of an interaction, before the rest in its own order.
_TELLING = ("intent", "reason", "name", "product", "subject", "query", "campaign", "path")


@dataclass(frozen=True, slots=True)
class ProfileReport:
    """The answer to one question, and the newest interactions where it is a profile."""

    found: FoundProfile
    journey: tuple[JourneyInteraction, ...] = ()

    @property
    def profile(self) -> Profile | None:
        """The profile, also where it was asked for by an id that is not current any more."""
        found = self.found.profile if isinstance(self.found, MergedProfile) else self.found
        return found if isinstance(found, Profile) else None


async def ask(graph: AsyncGraph, identity: Identity, confidence: str | None, interactions: int) -> ProfileReport:
    """The profile of an identity with its newest interactions. Raises GraphError, ConfigurationError."""
    wanted = (await get_levels(graph)).confidence_of(confidence)
    report = ProfileReport(await find_profile(graph, identity, wanted))
    if report.profile is None:
        return report
    owners = await get_journey_owners(graph, report.profile.members, wanted)
    page = await get_journey(graph, owners, JourneyFilter(), interactions)
    return ProfileReport(report.found, page.interactions)


def as_document(report: ProfileReport) -> dict[str, Any]:
    """Everything that was found, with the kind of answer."""
    journey = [asdict(interaction) for interaction in report.journey]
    return {"answer": type(report.found).__name__, **asdict(report.found), "journey": journey}


def print_profile(report: ProfileReport, console: Console) -> None:
    """Fields, identifiers, sources, links and the newest interactions; or why there is no profile."""
    match report.found:
        case UnknownIdentity():
            console.print(escape(report.found.reason))
        case AmbiguousIdentity():
            console.print(escape(report.found.reason))
            for profile_id in report.found.profile_ids:
                console.print(f"  cdp profile --id {profile_id}", highlight=False)
        case _:
            assert report.profile is not None
            _print_parts(report.profile, console)
            console.print(_journey(report.journey))


def _print_parts(profile: Profile, console: Console) -> None:
    customers = ", ".join(profile.members)
    console.print(f"[bold]Profile[/bold] {profile.id} at confidence {profile.confidence:.3f}", highlight=False)
    console.print(f"Customers: {escape(customers)}", highlight=False)
    console.print(_fields(profile))
    console.print(_identifiers(profile))
    if profile.links:
        console.print(_links(profile.links))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim")
    for column in columns:
        table.add_column(column)
    return table


def _fields(profile: Profile) -> Table:
    table = _table("What is known", "field", "value", "source", "chosen by", "other values")
    for field in profile.fields:
        others = ", ".join(f"{other.value} ({other.source})" for other in field.others)
        table.add_row(
            field.name.replace("_", " "),
            escape(field.value),
            field.source,
            field.chosen_by.replace("_", " "),
            escape(others),
        )
    return table


def _identifiers(profile: Profile) -> Table:
    table = _table("Identifiers and devices", "kind", "value", "from")
    for found in profile.identifiers:
        shared = " (shared by many)" if found.shared_by_many else ""
        table.add_row(found.kind, escape(found.value) + shared, ", ".join(found.sources))
    for device in profile.devices:
        times = "1 login" if device.logins == 1 else f"{device.logins} logins"
        table.add_row(device.kind, escape(device.key), times)
    return table


def _links(links: Sequence[LinkEvidence]) -> Table:
    table = _table("Why they are one", "customers", "probability", "by", "evidence (weight in bits)")
    for link in links[:MOST_LINKS]:
        by = link.rule or link.method
        evidence = ", ".join(
            f"{part.comparison.replace('_', ' ')} {part.level} {part.match_weight + part.term_frequency_weight:+.1f}"
            for part in link.evidence
        )
        table.add_row(f"{link.left}\n{link.right}", f"{link.probability:.4f}", by, escape(evidence))
    return table


def _journey(interactions: Sequence[JourneyInteraction]) -> Table:
    table = _table("Journey, newest first", "time (UTC)", "channel", "what", "details")
    for found in interactions:
        details = ", ".join(f"{name}: {value}" for name, value in _telling(found).items())
        table.add_row(f"{found.at:%Y-%m-%d %H:%M}", found.channel or "", escape(found.name), escape(details))
    return table


def _telling(found: JourneyInteraction) -> dict[str, str | int | float]:
    """What says most in a line: short single values, and the amount."""
    amount = {"amount": f"{found.amount:g} {found.currency or ''}".strip()} if found.amount is not None else {}
    properties = found.properties
    names = dict.fromkeys([*(name for name in _TELLING if name in properties), *properties])
    short = {
        name: value
        for name in names
        if isinstance(value := properties[name], str | int | float) and 0 < len(str(value)) <= 80  # noqa: PLR2004 -- one line
    }
    return amount | dict(list(short.items())[:3])
