"""Protocol: how the messages of one are read, when they arrive and, where they were set aside, again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.tracking.messages import Message, Refusal
from api.tracking.reading.fields import fields_of
from api.tracking.reading.refusing import ReadMessage, read_each
from api.tracking.requests import RequestFacts, facts_to_keep, kept_facts
from api.tracking.settings import tracking_settings

REQUEST = "request"
"""Field of a message that was set aside, with what of its request takes part in it."""


def _nobody(_: object) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Protocol:
    """``id_field``: where a message has its id; ``read``: what an object says, raises RefusedError.

    ``sender_of``: whom something that was sent names, in protocols without a credential.
    """

    connector: str
    id_field: str
    read: Callable[[Mapping[str, Any], RequestFacts], Message]
    sender_of: Callable[[object], str | None] = _nobody

    def whole(self, sent: Any, request: RequestFacts) -> Any:  # noqa: ANN401 -- whatever a client sends
        """A message that can be read without its request."""
        facts = facts_to_keep(request, whole_ip=tracking_settings().whole_ip)
        return {**sent, REQUEST: facts} if isinstance(sent, dict) and facts else sent

    def reader(self, request: RequestFacts) -> ReadMessage:
        """Reads the messages of a request."""
        return lambda raw: self.read(raw, request)

    def read_again(self, whole: Mapping[str, Any], received_at: datetime) -> Message | Refusal:
        """What a message says that was set aside, perhaps mended since."""
        message = {name: value for name, value in whole.items() if name != REQUEST}
        facts = kept_facts(fields_of(whole, REQUEST), received_at)
        (found,) = read_each([message], tracking_settings().max_message_bytes, self.reader(facts))
        return found
