"""Statements about consent that come with messages."""

from collections.abc import Iterator

from api.tracking.messages import Consent, ConsentState, Message
from api.tracking.records.identity import Whose
from graph.records import ConsentRecord, CustomerRef, DeviceRef
from graph.sources import TrackedSource

_AN_HOUR = 13
"""Letters of an ISO time up to the hour."""


def consents_of(message: Message, who: Whose, source: TrackedSource) -> Iterator[ConsentRecord]:
    """What a message states: of its device, else of its customer; a denial also of who has logged in.

    Clients repeat the state of consent with every message, so a state is one fact an hour; the message with which it
    was decided is a fact of its own.
    """
    for consent in message.consents:
        subjects = [subject for subject in (who.device, who.customer) if subject is not None]
        for subject in subjects[: 1 if consent.state is ConsentState.GRANTED else 2]:
            yield _fact(message, consent, subject, source)


def _fact(message: Message, consent: Consent, subject: DeviceRef | CustomerRef, source: TrackedSource) -> ConsentRecord:
    when = message.message_id if consent.is_decision else message.at.isoformat()[:_AN_HOUR]
    return ConsentRecord(
        source=source.name,
        fact_id=f"{subject.key}:{consent.purpose}:{consent.state.value}:{when}",
        purpose=consent.purpose,
        state=consent.state.value,
        effective_at=message.at,
        recorded_at=message.at,
        basis=consent.basis,
        evidence=consent.evidence,
        customer=subject if isinstance(subject, CustomerRef) else None,
        device=subject if isinstance(subject, DeviceRef) else None,
    )
