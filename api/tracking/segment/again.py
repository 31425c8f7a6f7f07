"""Messages that are read again, some time after their request: what was set aside can be replayed.

A message is set aside with what its envelope and its request add to it, in its own fields as far as it has such.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from api.tracking.messages import Message
from api.tracking.protocol import Protocol
from api.tracking.reading.fields import fields_of
from api.tracking.reading.refusing import RefusedError
from api.tracking.requests import RequestFacts
from api.tracking.segment.envelopes import Envelope
from api.tracking.segment.messages import message_id_of, read_message


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
    sent_at = request.sent_at if envelope.sent_at is None else envelope.sent_at.isoformat()
    return PROTOCOL.whole(whole, replace(request, sent_at=sent_at))


def _read(raw: Mapping[str, Any], request: RequestFacts) -> Message:
    return read_message(raw, Envelope([raw]), request)


PROTOCOL = Protocol("segment", "messageId", _read)
