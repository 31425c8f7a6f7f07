"""Metrics of a profile: read only where they are asked for, because they read the history."""

import strawberry

from api.access.field_rules import FieldClass, plain
from api.access.masking import classify, hides
from api.contract.exposure import Exposed, expose
from api.contract.profile_parts import resolved_by
from api.execution.context import RequestInfo
from graph.metrics import MOST_INTERACTIONS, ChannelMetrics, ProfileMetrics, list_metrics
from graph.orders import Revenue
from graph.profiles import Profile

classify(Revenue, {"currency": plain})
classify(ChannelMetrics, {"channel": plain})
expose(
    Revenue,
    Exposed(
        {
            "currency": "ISO 4217 code; none where the sources name none.",
            "orders": "Orders in this currency that were not cancelled.",
            "amount": "What they come to.",
            "refunded": "What was given back of orders that were not cancelled; where a refund names no amount what "
            "the products cost that it lists, and all of the order where it lists none.",
        },
        words="What was ordered in one currency.",
    ),
)
expose(
    ChannelMetrics,
    Exposed(
        {
            "channel": "The channel, such as `web`; none where the sources name none.",
            "interactions": "Number of interactions.",
            "first_contact_at": "The first of them.",
            "last_contact_at": "The last of them.",
        },
        words="What happened on one channel.",
    ),
)
expose(
    ProfileMetrics,
    Exposed(
        {
            "known_since": "When a source first knew the person, where one says so.",
            "first_seen_at": "The first interaction.",
            "last_seen_at": "The last interaction.",
            "interactions": "Number of interactions over all channels.",
            "sessions": "Number of sessions with a login, or on devices that are the profile's alone.",
            "orders": "Number of orders that were not cancelled; one that several sources report under one id is one.",
            "revenue": "Orders and refunds by currency.",
            "channels": "Interactions by channel.",
            "cut": f"Of each customer and device the newest {MOST_INTERACTIONS:,} interactions are counted, and there "
            "may be older ones.",
        },
        words="What a profile did, counted when it is asked for. Its cost grows with the history.",
    ),
)


async def metrics(profile: strawberry.Parent[Profile], info: RequestInfo) -> ProfileMetrics | None:
    """What the profile did, counted: orders, revenue, sessions, last contact on each channel; with `events:read`."""
    if hides(info.context.viewer, FieldClass.EVENTS):
        return None
    owners = await info.context.journey_owners(profile)
    return await info.context.together.read(list_metrics, (owners, profile.customers))


PROFILE_METRICS = resolved_by(metrics)
