# A message that is set aside has all that it needs to be read again as it was.
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from api.tracking.messages import Message
from api.tracking.reading.fields import read_moment
from api.tracking.requests import RequestFacts
from api.tracking.segment.again import PROTOCOL, whole_message
from api.tracking.segment.envelopes import Envelope
from api.tracking.segment.messages import KINDS, read_messages

ARRIVED = datetime(2026, 3, 1, 12, tzinfo=UTC)
_times = st.none() | st.sampled_from(["2026-03-01T11:00:00Z", "2026-03-01T11:30:00Z"])
_contexts = st.fixed_dictionaries(
    {},
    optional={
        "ip": st.just("203.0.113.0"),
        "sessionId": st.sampled_from(["s1", "s2"]),
        "campaign": st.just({"name": "Spring"}),
        "traits": st.just({"email": "anna@example.org"}),
        "consent": st.just({"categoryPreferences": {"ads": False}}),
    },
)
_messages = st.fixed_dictionaries(
    {"event": st.just("Signed Up"), "userId": st.sampled_from(["u1", 7]), "originalTimestamp": _times},
    optional={
        "messageId": st.sampled_from(["m1", ""]),
        "previousId": st.just("u0"),
        "sentAt": _times,
        "context": _contexts,
    },
)
_envelopes = st.builds(
    Envelope,
    _messages.map(lambda message: [message]),
    st.sampled_from(sorted(KINDS)),
    _contexts,
    _times.map(read_moment),
)
_requests = st.builds(
    RequestFacts,
    st.just(ARRIVED),
    _times,
    ip=st.none() | st.just("198.51.100.0"),
    user_agent=st.none() | st.just("Mozilla/5.0"),
    opted_out=st.booleans(),
)


@given(_envelopes, _requests)
def test_a_message_says_the_same_by_itself_as_in_its_request(envelope: Envelope, request: RequestFacts) -> None:
    (read,) = read_messages(envelope, request, 32_768)
    whole = whole_message(envelope.messages[0], envelope, request)
    again = PROTOCOL.read_again(whole, ARRIVED)
    if isinstance(read, Message) and not envelope.messages[0].get("messageId") and read.times.original_at is None:
        # An id was made up when it was set aside, and stays.
        assert again == PROTOCOL.read_again(whole, ARRIVED)
    elif isinstance(read, Message):
        assert again == read
    else:
        assert not isinstance(again, Message)
        assert (again.code, again.reason) == (read.code, read.reason)
