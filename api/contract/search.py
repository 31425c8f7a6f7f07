"""Search: profiles by anything that somebody types into one box, with the reason of every hit.

An identifier is looked up exactly, words are looked up in the full-text index, and what is found is grouped by profile.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.access.field_rules import key, plain
from api.access.masking import classify
from api.contract.exposure import Exposed, expose, expose_choice
from api.contract.identifiers import identifier_key
from graph.connection import AsyncGraph
from graph.errors import InputError
from graph.identities import CANDIDATES_LIMIT
from graph.kinds import IDENTIFIER_KINDS
from graph.profile_ids import customer_of
from graph.profiles import Profile, get_profiles
from graph.search import Closeness, Spelling, find_customers_by_text
from loaders.standardise.unusable import Unusable
from resolution.customers import folding

MAX_TEXT = 200
EXACT_SCORE = 100.0
# As customers are compared, so that what is found as one person by another spelling is found by that spelling too.
_SPELLING = Spelling(folding.folded, folding.sound)
_CLOSEST_FIRST = {closeness: rank for rank, closeness in enumerate(Closeness)}


@dataclass(frozen=True, slots=True)
class SearchMatch:
    """One customer that matches, and why."""

    customer: str
    matched: str
    closeness: Closeness
    score: float


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A profile with the customers of it that match, best first."""

    profile: Profile
    matches: tuple[SearchMatch, ...]


classify(SearchMatch, {"customer": key, "matched": plain})
expose_choice(
    Closeness,
    {
        Closeness.EXACT: "Every word as it was typed.",
        Closeness.SPELLING: "Every word in another spelling or script.",
        Closeness.PREFIX: "Some words as beginnings.",
        Closeness.FUZZY: "Some words with a letter or two wrong.",
        Closeness.SOUND: "Names that sound alike.",
    },
)
expose(
    SearchMatch,
    Exposed(
        {
            "customer": "Key of the customer, `source:external id`.",
            "matched": "What matched: `profile`, `customer`, a kind of identifier such as `email`, or `text`.",
            "closeness": "How close it is to what was typed.",
            "score": f"How well among those as close: {EXACT_SCORE:g} for keys and identifiers, else the score of the "
            "full-text search.",
        }
    ),
)
expose(SearchHit, Exposed({"profile": "The profile.", "matches": "Why it was found, best first."}))


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for. ``country``: of national telephone numbers. ``at``: the time whose profiles are wanted.

    ``by_words``: whether names count. Whoever may not see them must not find out by searching.
    """

    text: str
    first: int
    confidence: float
    country: str | None
    by_words: bool = True
    at: datetime | None = None


async def search_profiles(graph: AsyncGraph, wanted: Search) -> list[SearchHit]:
    """The best ``first`` profiles for a text. Raises InputError, GraphError.

    At a time: among the customers that are found today, who was one person then; who had not been resolved is left out.
    """
    if len(wanted.text) > MAX_TEXT:
        raise InputError("The text is too long.", f"Search for at most {MAX_TEXT} characters.")
    matches = await _matches(graph, wanted)
    return await _grouped(graph, matches, wanted)


async def _matches(graph: AsyncGraph, wanted: Search) -> list[SearchMatch]:
    """Matching customers, closest first; one for each customer and reason."""
    text, limit = wanted.text.strip(), 2 * wanted.first
    possible = _possible_identifiers(text, wanted.country)
    words = _by_text(graph, text, limit if wanted.by_words else 0)
    found = await asyncio.gather(_by_key(graph, text), _by_identifiers(graph, possible, limit), words)
    distinct = {(match.customer, match.matched): match for matches in found for match in matches}
    return sorted(distinct.values(), key=_position)


def _position(match: SearchMatch) -> tuple[int, float, str, str]:
    return _CLOSEST_FIRST[match.closeness], -match.score, match.customer, match.matched


def _possible_identifiers(text: str, country: str | None) -> dict[str, str]:
    """Key -> kind, for every kind that the text can be a value of. An address is an email or a handle, nothing else."""
    kinds = ("email", "social_handle") if "@" in text else tuple(IDENTIFIER_KINDS)
    keys = ((kind, identifier_key(kind, text, country)) for kind in kinds)
    return {key: kind for kind, key in keys if not isinstance(key, Unusable)}


async def _by_identifiers(graph: AsyncGraph, kinds: Mapping[str, str], limit: int) -> list[SearchMatch]:
    if not kinds:
        return []
    most = min(limit, CANDIDATES_LIMIT)
    rows = await graph.read("find_customers_by_identifiers", keys=list(kinds), limit=most)
    return [SearchMatch(row["key"], kinds[row["identifier"]], Closeness.EXACT, EXACT_SCORE) for row in rows]


async def _by_key(graph: AsyncGraph, text: str) -> list[SearchMatch]:
    """The customer that the text is the key of, or whose profile it is the id of."""
    of_profile = customer_of(text)
    key, matched = (of_profile, "profile") if of_profile else (text, "customer")
    if matched == "customer" and ":" not in text:
        return []
    rows = await graph.read("find_customers_by_key", key=key)
    return [SearchMatch(row["key"], matched, Closeness.EXACT, EXACT_SCORE) for row in rows]


async def _by_text(graph: AsyncGraph, text: str, limit: int) -> list[SearchMatch]:
    hits = await find_customers_by_text(graph, text, limit, _SPELLING) if limit else ()
    return [SearchMatch(hit.customer, "text", hit.closeness, hit.score) for hit in hits]


async def _grouped(graph: AsyncGraph, matches: Sequence[SearchMatch], wanted: Search) -> list[SearchHit]:
    """Hits in the order of their best match; all profiles are read by one statement."""
    best = list(dict.fromkeys(match.customer for match in matches))[: 2 * wanted.first]
    found = await get_profiles(graph, best, wanted.confidence, wanted.at)
    profiles = {found[customer].id: found[customer] for customer in best if customer in found}
    return [SearchHit(profile, _of_profile(profile, matches)) for profile in list(profiles.values())[: wanted.first]]


def _of_profile(profile: Profile, matches: Iterable[SearchMatch]) -> tuple[SearchMatch, ...]:
    members = set(profile.members)
    return tuple(match for match in matches if match.customer in members)
