"""Sessions: the profile behind a session, read only where it is asked for."""

import strawberry

from api.contract.profile_parts import resolved_by
from api.execution.context import RequestInfo
from graph.profiles import Profile, get_profile
from graph.recognition import RecognisedSession


async def profile(session: strawberry.Parent[RecognisedSession], info: RequestInfo) -> Profile | None:
    """The profile that the session is shown to belong to; none where the level is UNKNOWN."""
    customer = session.recognition.customer
    return await get_profile(info.context.graph, customer, session.confidence) if customer else None


SESSION_PROFILE = resolved_by(profile)
