"""Consents that messages carry: Global Privacy Control, and Segment's category preferences."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.tracking.messages import Consent, ConsentState
from api.tracking.reading.fields import fields_of, text_of
from api.tracking.requests import RequestFacts

DECIDED = "Segment Consent Preference Updated"


def consents_of(raw: Mapping[str, Any], context: Mapping[str, Any], request: RequestFacts) -> tuple[Consent, ...]:
    """What a message says about consent. A category that it does not name is not spoken of."""
    if not request.opted_out and "consent" not in context:
        return ()
    return tuple(_consents(raw, context, request))


def _consents(raw: Mapping[str, Any], context: Mapping[str, Any], request: RequestFacts) -> Iterator[Consent]:
    yield from request.consents
    decided = text_of(raw, "event") == DECIDED
    for category, granted in fields_of(fields_of(context, "consent"), "categoryPreferences").items():
        if isinstance(granted, bool) and category.strip():
            state = ConsentState.GRANTED if granted else ConsentState.DENIED
            yield Consent(category.strip(), state, "context.consent.categoryPreferences", is_decision=decided)
