"""Search: profiles by anything that somebody types into one box, with the reason of every hit.

An identifier is looked up exactly, words are looked up in the full-text index, and what is found is grouped by profile.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.access.field_rules import key, plain
from api.access.masking import classify
from api.contract.exposure import Exposed, expose
from api.contract.identifiers import identifier_key
from graph.connection import AsyncGraph
from graph.errors import InputError
from graph.identities import CANDIDATES_LIMIT
from graph.kinds import IDENTIFIER_KINDS
from graph.profile_ids import customer_of
from graph.profiles import Profile, get_profile
from graph.search import find_customers_by_text
from loaders.standardise.unusable import Unusable

MAX_TEXT = 200
READS_AT_ONCE = 8
EXACT_SCORE = 100.0


@dataclass(frozen=True, slots=True)
class SearchMatch:
    """One customer that matches, and why."""

    customer: str
    matched: str
    score: float


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A profile with the customers of it that match, best first."""

    profile: Profile
    matches: tuple[SearchMatch, ...]


classify(SearchMatch, {"customer": key, "matched": plain})
expose(
    SearchMatch,
    Exposed(
        {
            "customer": "Key of the customer, `source:external id`.",
            "matched": "What matched: `profile`, `customer`, a kind of identifier such as `email`, or `text`.",
            "score": f"How well: {EXACT_SCORE:g} for an exact match, else the score of the full-text search.",
        }
    ),
)
expose(SearchHit, Exposed({"profile": "The profile.", "matches": "Why it was found, best first."}))


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for. ``country``: of national telephone numbers.

    ``by_words``: whether names count. Whoever may not see them must not find out by searching.
    """

    text: str
    first: int
    confidence: float
    country: str | None
    by_words: bool = True


async def search_profiles(graph: AsyncGraph, wanted: Search) -> list[SearchHit]:
    """The best ``first`` profiles for a text. Raises InputError, GraphError."""
    if len(wanted.text) > MAX_TEXT:
        raise InputError("The text is too long.", f"Search for at most {MAX_TEXT} characters.")
    matches = await _matches(graph, wanted)
    return await _grouped(graph, matches, wanted)


async def _matches(graph: AsyncGraph, wanted: Search) -> list[SearchMatch]:
    """Matching customers, best first; one for each customer and reason."""
    text, limit = wanted.text.strip(), 2 * wanted.first
    possible = _possible_identifiers(text, wanted.country)
    by_identifier = [_by_identifier(graph, kind, key, limit) for kind, key in possible]
    words = _by_text(graph, text, limit if wanted.by_words else 0)
    found = await asyncio.gather(_by_key(graph, text), *by_identifier, words)
    distinct = {(match.customer, match.matched): match for matches in found for match in matches}
    return sorted(distinct.values(), key=lambda match: (-match.score, match.customer, match.matched))


def _possible_identifiers(text: str, country: str | None) -> list[tuple[str, str]]:
    """Every kind that the text can be a value of, with its key. An address is an email or a handle, nothing else."""
    kinds = ("email", "social_handle") if "@" in text else tuple(IDENTIFIER_KINDS)
    keys = ((kind, identifier_key(kind, text, country)) for kind in kinds)
    return [(kind, key) for kind, key in keys if not isinstance(key, Unusable)]


async def _by_identifier(graph: AsyncGraph, kind: str, key: str, limit: int) -> list[SearchMatch]:
    rows = await graph.read("find_customers_by_identifier", key=key, limit=min(limit, CANDIDATES_LIMIT))
    return [SearchMatch(row["key"], kind, EXACT_SCORE) for row in rows]


async def _by_key(graph: AsyncGraph, text: str) -> list[SearchMatch]:
    """The customer that the text is the key of, or whose profile it is the id of."""
    of_profile = customer_of(text)
    key, matched = (of_profile, "profile") if of_profile else (text, "customer")
    if matched == "customer" and ":" not in text:
        return []
    rows = await graph.read("find_customers_by_key", key=key)
    return [SearchMatch(row["key"], matched, EXACT_SCORE) for row in rows]


async def _by_text(graph: AsyncGraph, text: str, limit: int) -> list[SearchMatch]:
    hits = await find_customers_by_text(graph, text, limit) if limit else ()
    return [SearchMatch(hit.customer, "text", hit.score) for hit in hits]


async def _grouped(graph: AsyncGraph, matches: Sequence[SearchMatch], wanted: Search) -> list[SearchHit]:
    """Hits in the order of their best match. Profiles are read a few at a time, and none of them twice in a row."""
    profiles: dict[str, Profile] = {}
    held: set[str] = set()
    waiting = list(dict.fromkeys(match.customer for match in matches))
    while waiting and len(profiles) < wanted.first:
        wave, waiting = waiting[:READS_AT_ONCE], waiting[READS_AT_ONCE:]
        for profile in await asyncio.gather(*(get_profile(graph, customer, wanted.confidence) for customer in wave)):
            if profile is not None:
                profiles.setdefault(profile.id, profile)
                held.update(profile.members)
        waiting = [customer for customer in waiting if customer not in held]
    return [SearchHit(profile, _of_profile(profile, matches)) for profile in list(profiles.values())[: wanted.first]]


def _of_profile(profile: Profile, matches: Iterable[SearchMatch]) -> tuple[SearchMatch, ...]:
    members = set(profile.members)
    return tuple(match for match in matches if match.customer in members)
