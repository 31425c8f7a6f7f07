"""Consents that messages carry: Global Privacy Control, and Segment's category preferences."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.tracking.messages import Consent
from api.tracking.requests import RequestFacts
from api.tracking.segment.fields import fields_of, text_of

SALE = "sale"
"""What Global Privacy Control opts out of: selling and sharing."""

DECIDED = "Segment Consent Preference Updated"


def consents_of(raw: Mapping[str, Any], context: Mapping[str, Any], request: RequestFacts) -> tuple[Consent, ...]:
    """What a message says about consent. A category that it does not name is not spoken of."""
    if not request.opted_out and "consent" not in context:
        return ()
    return tuple(_consents(raw, context, request))


def _consents(raw: Mapping[str, Any], context: Mapping[str, Any], request: RequestFacts) -> Iterator[Consent]:
    if request.opted_out:
        yield Consent(SALE, granted=False, evidence="Sec-GPC: 1")
    decided = text_of(raw, "event") == DECIDED
    for category, granted in fields_of(fields_of(context, "consent"), "categoryPreferences").items():
        if isinstance(granted, bool) and category.strip():
            yield Consent(category.strip(), granted, "context.consent.categoryPreferences", is_decision=decided)
