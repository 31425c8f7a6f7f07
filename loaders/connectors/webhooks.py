"""What a source sends by itself: the body of one message as deliveries to the inputs that take webhooks."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any

from loaders.connectors.nested import inside
from loaders.intake import Intake
from loaders.mappings.model import SourceMapping
from loaders.mappings.places import WebhookPlace
from loaders.sources.jsonl import read_object
from loaders.sources.rows import Delivery, Read


def webhook_inputs(mapping: SourceMapping) -> list[tuple[int, WebhookPlace]]:
    """The inputs that take webhooks, with what they say of them."""
    places = enumerate(part.location.webhook for part in mapping.inputs)
    return [(number, place) for number, place in places if place is not None]


def webhook_intakes(mapping: SourceMapping, body: Any, message_id: str, received_at: datetime) -> list[Intake]:  # noqa: ANN401 -- JSON
    """The rows of a message, for each input; those that it has no part for get none."""
    name = f"webhook {message_id}"
    intakes = list[Intake]()
    for number, place in webhook_inputs(mapping):
        found = inside(body, place.rows)
        if found is None:
            continue
        rows = found if isinstance(found, list) else [found]
        delivery = Delivery(
            name, received_at, partial(_reads, rows), name, has_fixed_columns=False, connector="webhook"
        )
        intakes.append(Intake(mapping, number, delivery))
    return intakes


def _reads(rows: Sequence[Any]) -> Iterator[Read]:
    yield from map(read_object, count(1), rows)
