"""Named: events of protocols without a credential, which name their sender instead.

The name is a source's write key, or one that a source was opened for. Events of several senders may come in one
request; those of unknown ones are set aside with the first that is known, and where none is, the request is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from starlette.requests import Request

from api.tracking.keys import keys_of
from api.tracking.messages import Message, Refusal
from api.tracking.problems import UNKNOWN_NAME, ProblemError
from api.tracking.protocol import Protocol
from api.tracking.reading.refusing import RefusedError, read_each
from api.tracking.receiving import origin_of, receiver_of
from api.tracking.requests import RequestFacts
from graph.sources import TrackedSource

_SERVER_ERROR = 500


async def receive_named(
    protocol: Protocol, events: Sequence[Any], facts: RequestFacts, request: Request
) -> list[Refusal]:
    """Take events, each for the source that it names; those that cannot be used. Raises ProblemError."""
    receiver = receiver_of(request)
    names = [protocol.sender_of(event) for event in events]
    sources = await _sources_of(names, request)
    first = next(iter(sources.values()))

    def read(raw: Mapping[str, Any]) -> Message:
        if protocol.sender_of(raw) not in sources:
            raise RefusedError(UNKNOWN_NAME.code, "no source is open for this name")
        return protocol.read(raw, facts)

    refusals: list[Refusal] = []
    for source in dict.fromkeys(sources.values()):
        places = [place for place, name in enumerate(names) if sources.get(name, first) == source]
        messages = read_each((events[place] for place in places), receiver.settings.max_message_bytes, read)
        whole = partial(protocol.whole, request=facts)
        origin = origin_of(request, source, protocol.connector, facts, whole)
        refused = await receiver.receive(messages, source, origin)
        refusals += [replace(refusal, index=places[refusal.index]) for refusal in refused]
    return sorted(refusals, key=lambda refusal: refusal.index)


async def _sources_of(names: Sequence[str | None], request: Request) -> dict[str | None, TrackedSource]:
    """The source of each name, of at least one. Raises ProblemError."""
    sources: dict[str | None, TrackedSource] = {}
    problem: ProblemError | None = None
    keys, known = keys_of(request.headers, request.query_params), receiver_of(request).keys
    for name in dict.fromkeys(names):
        named = [] if name is None else [name]
        try:
            sources[name] = await known.source_of([*keys, *named], named)
        except ProblemError as error:
            if error.problem.status >= _SERVER_ERROR:
                raise
            problem = problem or error
    if not sources and problem is not None:
        raise problem
    return sources
