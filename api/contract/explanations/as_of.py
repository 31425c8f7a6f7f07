"""Who a customer was at a time."""

from dataclasses import replace

from api.access.field_rules import plain
from api.access.masking import classify
from api.contract.exposure import Exposed, expose
from graph.clusters import MEMBERS_LIMIT
from resolution.explanation.as_of import AsOf

classify(AsOf, {"model_version": plain})
expose(
    AsOf,
    Exposed(
        {
            "customer": "The customer.",
            "at": "The time.",
            "confidence": "Confidence at which it is asked.",
            "model_version": "Model that was in force; none before the first resolution.",
            "known": "The customer had been resolved by then; else there are no members.",
            "members": "The customers that were one person, at most 1,000.",
            "cut": "There were more.",
            "first_resolved_at": "Since when the customer is known.",
            "joined_since": "Who is one person with the customer now, and was not then.",
            "left_since": "Who was one person with the customer then, and is not now.",
        },
        words="The customers that were one person with a customer at a time, as the graph knew it then, and what has "
        "changed since.",
        ids=("customer", "members", "joined_since", "left_since"),
    ),
)


def as_known(found: AsOf) -> AsOf:
    """An explanation with bounded lists."""
    joined, left = found.joined_since[:MEMBERS_LIMIT], found.left_since[:MEMBERS_LIMIT]
    return replace(found, joined_since=joined, left_since=left)
