"""Guesses: a profile by an id that somebody may try out is looked up only so often where there is none."""

from datetime import datetime
from functools import partial

from api.execution.context import RequestContext
from graph.identities import FoundProfile, Identity, IdentityKind, ReadProfile, find_profile, nobody
from graph.profiles import get_profile

# By what somebody may ask without knowing a person: a browser holds these ids, and another may try them out.
_GUESSABLE = frozenset({IdentityKind.SESSION, IdentityKind.DEVICE})


async def found_profile(
    context: RequestContext,
    identity: Identity,
    confidence: float,
    at: datetime | None = None,
    read: ReadProfile = get_profile,
) -> FoundProfile:
    """The same as ``find_profile``; after too many guesses of the viewer nobody is known. Raises GraphError."""
    found = partial(find_profile, context.graph, identity, confidence, at, read)
    if identity.kind in _GUESSABLE:
        return await context.look_up(found, nobody(identity, at))
    return await found()
