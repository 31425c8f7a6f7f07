"""Messages that are read again, some time after their request: what was set aside can be replayed.

A message is set aside with what its envelope and its request add to it, in its own fields as far as it has such.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from api.tracking.messages import Message, Refusal
from api.tracking.requests import RequestFacts, facts_to_keep, kept_facts
from api.tracking.segment.envelopes import Envelope
from api.tracking.segment.fields import fields_of
from api.tracking.segment.messages import RefusedError, message_id_of, read_messages
from api.tracking.settings import tracking_settings

_REQUEST = "request"


def whole_message(sent: Any, envelope: Envelope, request: RequestFacts) -> Any:  # noqa: ANN401 -- whatever a client sends
    """A message that can be read without its envelope and its request."""
    if not isinstance(sent, dict):
        return sent
    whole: dict[str, Any] = dict(sent)
    if envelope.kind is not None:
        whole["type"] = envelope.kind
    if envelope.context:
        whole["context"] = {**envelope.context, **fields_of(sent, "context")}
    # Made of what was sent: a client that repeats the message after all says the same.
    with suppress(RefusedError):
        whole["messageId"] = message_id_of(sent)
    facts = facts_to_keep(request, whole_ip=tracking_settings().whole_ip)
    if envelope.sent_at is not None:
        facts["sentAt"] = envelope.sent_at
    return {**whole, _REQUEST: facts} if facts else whole


def read_again(whole: Mapping[str, Any], received_at: datetime) -> Message | Refusal:
    """What a message says that was set aside, perhaps mended since."""
    message = {name: value for name, value in whole.items() if name != _REQUEST}
    facts = kept_facts(fields_of(whole, _REQUEST), received_at)
    (read,) = read_messages(Envelope([message]), facts, tracking_settings().max_message_bytes)
    return read
