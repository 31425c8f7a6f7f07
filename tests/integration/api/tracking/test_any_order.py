# What arrives in any order, in any groups and again and again makes one graph.
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from api.tracking.messages import Message
from api.tracking.records.translation import Translation
from api.tracking.requests import RequestFacts
from api.tracking.segment.envelopes import Envelope
from api.tracking.segment.messages import read_messages
from graph.connection import Graph
from graph.kinds import SourceKind
from graph.messages import write_messages
from graph.records import MessageRecords
from graph.sources import TrackedSource
from tests.assertions import edges, everything, nodes

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
WEB = TrackedSource("web", SourceKind.WEB, "web", 40, (), own_user_ids=False, disabled_at=None)

ids = st.sampled_from([None, "u1", "u2"])
traits = st.dictionaries(
    st.sampled_from(["email", "firstName", "plan", "createdAt"]),
    st.sampled_from(["anna@example.org", "anna@example.com", "2020-01-01"]),
    max_size=3,
)
raw_messages = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["identify", "track", "page", "page"]),
        "event": st.just("Product Viewed"),
        "anonymousId": st.sampled_from(["a1", "a1", "a2"]),
        "userId": ids,
        "traits": traits,
        # A grid of ten minutes over three hours: enough for visits to be begun, continued and joined.
        "minute": st.integers(0, 18).map(lambda tens: tens * 10),
        "context": st.fixed_dictionaries(
            {
                "sessionId": st.sampled_from([None, None, None, "s1"]),
                "page": st.fixed_dictionaries({"path": st.sampled_from(["/", "/a"])}),
                "campaign": st.sampled_from([{}, {"name": "may"}, {"name": "june"}]),
            }
        ),
    }
)
aliases = st.fixed_dictionaries(
    {
        "type": st.just("alias"),
        "userId": st.sampled_from(["u1", "u2"]),
        "previousId": st.sampled_from(["u1", "u2", "a1"]),
        "minute": st.integers(0, 18).map(lambda tens: tens * 10),
    }
)


def records(raw: Sequence[dict[str, Any]]) -> list[MessageRecords]:
    """The records of messages, each with an id and a time."""
    timed = [
        {**message, "messageId": f"m{number}", "timestamp": (NOON + timedelta(minutes=message["minute"])).isoformat()}
        for number, message in enumerate(raw)
    ]
    facts, translation = RequestFacts(NOON + timedelta(days=1)), Translation()
    found = read_messages(Envelope(timed), facts, 32_768)
    return [translation.records(message, WEB) for message in found if isinstance(message, Message)]


def written(graph: Graph, groups: Sequence[Sequence[MessageRecords]]) -> Any:
    graph.run_alone("erase_everything")
    for group in groups:
        write_messages(graph, group, "run")
    return everything(graph)


@settings(max_examples=12)
@given(st.lists(st.one_of(raw_messages, raw_messages, aliases), min_size=1, max_size=10), st.data())
def test_any_order_any_groups_and_any_repetition_make_one_graph(
    connected_graph: Graph, raw: list[dict[str, Any]], data: st.DataObject
) -> None:
    messages = records(raw)
    repeated = messages + data.draw(st.lists(st.sampled_from(messages), max_size=5))
    shuffled = data.draw(st.permutations(repeated))
    size = data.draw(st.integers(1, len(shuffled)))
    groups = [shuffled[start : start + size] for start in range(0, len(shuffled), size)]

    assert written(connected_graph, groups) == written(connected_graph, [messages])


def visit(minute: int, **more: Any) -> dict[str, Any]:
    return {"type": "page", "anonymousId": "a1", "minute": minute, **more}


def sessions(graph: Graph) -> set[tuple[Any, ...]]:
    return {(key.rpartition("@")[2][11:16], str(end)[11:16]) for key, end in nodes(graph, "Session", "key", "ended_at")}


def test_a_late_message_joins_two_visits_and_takes_the_login_along(graph: Graph) -> None:
    first, second, between = records([visit(0), visit(50, userId="u1"), visit(25)])
    write_messages(graph, [first], "run")
    write_messages(graph, [second], "run")
    apart = sessions(graph)
    write_messages(graph, [between], "run")

    assert apart == {("12:00", "12:00"), ("12:50", "12:50")}
    assert sessions(graph) == {("12:00", "12:50")}
    assert len(edges(graph, "IN_SESSION")) == 3
    ((_, customer),) = edges(graph, "LOGGED_IN")
    assert customer == "web:u1"
    assert edges(graph, "USED", "logins") == {("web:u1", "anonymous_id:a1", 1)}


def test_a_late_message_begins_the_visit_earlier(graph: Graph) -> None:
    known, late = records([visit(20), visit(0)])
    write_messages(graph, [known], "run")
    write_messages(graph, [late], "run")

    assert sessions(graph) == {("12:00", "12:20")}
    assert {session for _, session in nodes(graph, "Interaction", "key", "session")} == {
        key for (key,) in nodes(graph, "Session", "key")
    }


def test_the_clients_own_sessions_are_not_cut(graph: Graph) -> None:
    write_messages(graph, records([visit(0, context={"sessionId": 17}), visit(120, context={"sessionId": 17})]), "run")

    assert nodes(graph, "Session", "key") == {("web:17",)}


def test_a_former_user_is_the_same_and_a_former_device_is_not_a_user(graph: Graph) -> None:
    device, user = ({"type": "alias", "userId": "u1", "previousId": former, "minute": 0} for former in ("a1", "u0"))
    write_messages(graph, records([device, user]), "run")
    before = edges(graph, "HAS_IDENTIFIER")
    write_messages(graph, records([device, user, visit(0, userId="u0")]), "run")

    assert before == {("web:u1", "user_id:u1")}
    assert edges(graph, "HAS_IDENTIFIER") == {
        ("web:u1", "user_id:u1"),
        ("web:u0", "user_id:u0"),
        ("web:u1", "user_id:u0"),
    }
    assert ("web:u1", "anonymous_id:a1") in edges(graph, "USED")


def test_an_alias_that_was_said_earlier_and_comes_later_counts_from_then(graph: Graph) -> None:
    known, first, again = records(
        [
            visit(60, userId="u0"),
            *({"type": "alias", "userId": "u1", "previousId": "u0", "minute": m} for m in (10, 50)),
        ]
    )
    for message in (known, again, first):
        write_messages(graph, [message], "run")

    found = edges(graph, "HAS_IDENTIFIER", "first_seen_at")
    assert ("web:u1", "user_id:u0", "12:10") in {(customer, key, str(at)[11:16]) for customer, key, at in found}
