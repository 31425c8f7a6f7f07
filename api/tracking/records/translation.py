"""Translation: one message as the records that are written for it."""

from api.tracking.messages import Message
from api.tracking.records.consents import consents_of
from api.tracking.records.identity import CustomerTranslation, whose
from api.tracking.records.interactions import interaction_of, session_of
from graph.records import MessageRecords
from graph.sources import TrackedSource


class Translation:
    """Translates messages. ``country``: of national telephone numbers; ``whole_ip``: addresses are kept as they are."""

    def __init__(self, country: str | None = None, *, whole_ip: bool = False) -> None:
        self._customers = CustomerTranslation(country)
        self._whole_ip = whole_ip

    def records(self, message: Message, source: TrackedSource) -> MessageRecords:
        """What is written for a message."""
        who = whose(message, source)
        return MessageRecords(
            interaction=interaction_of(message, who, source, whole_ip=self._whole_ip),
            customer=self._customers.customer(message, source),
            initial=self._customers.initial(message, source),
            session=session_of(message, who, source),
            consents=tuple(consents_of(message, who, source)) if message.consents else (),
            former=who.former,
        )
