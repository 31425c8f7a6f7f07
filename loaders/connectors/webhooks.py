"""What a source sends by itself: the body of one message as deliveries to the inputs that take webhooks."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from loaders.connectors.nested import inside
from loaders.intake import Intake
from loaders.mappings.model import SourceMapping
from loaders.mappings.places import WebhookPlace
from loaders.sources.rows import BrokenRow, Delivery, Read, ReadRow


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
        delivery = Delivery(name, received_at, partial(_reads, rows), name, has_fixed_columns=False)
        intakes.append(Intake(mapping, number, delivery))
    return intakes


def _reads(rows: Sequence[Any]) -> Iterator[Read]:
    for number, row in enumerate(rows, start=1):
        if isinstance(row, dict):
            yield ReadRow(number, row)
        else:
            yield BrokenRow(number, orjson.dumps(row).decode(), "no_object", "JSON, but not an object")
