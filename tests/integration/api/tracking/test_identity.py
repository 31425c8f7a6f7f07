# From an anonymous visit to a person who is known: what a login proves, for how long, and how soon it is seen.
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from graph.connection import Graph
from resolution.models.model_store import model_store
from resolution.pipeline import resolve
from resolution.settings import ResolutionSettings
from tests.asking import AUTHORIZED
from tests.assertions import edges, nodes
from tests.integration.api.tracking.conftest import APP_KEY, Send
from tests.integration.resolution.test_resolving import NAMES, write_person

LATELY = datetime.now(UTC) - timedelta(days=1)
# A busy machine is no reason to fail: the benchmark says how soon it is.
PATIENCE_S = 60.0
PERSON = """
query($email: String!) {
  profile(by: {email: $email}) {
    __typename
    ... on Profile { customers { key } journey { nodes { name } } }
  }
}
"""
SESSION = "query($id: ID!) { session(id: $id) { ... on KnownSession { level } } }"
OWNER = "query($id: String!) { profile(by: {session: $id}) { ... on Profile { customers { key } } } }"


def at(minute: int) -> str:
    return (LATELY + timedelta(minutes=minute)).isoformat()


def page(anonymous_id: str, minute: int, user_id: str | None = None) -> dict[str, Any]:
    return {"type": "page", "anonymousId": anonymous_id, "userId": user_id, "timestamp": at(minute)}


def until(found: Callable[[], bool]) -> bool:
    """Whether it becomes so, and stays not unseen for long."""
    ends_at = time.monotonic() + PATIENCE_S
    while not found() and time.monotonic() < ends_at:
        time.sleep(0.02)
    return found()


def asked(client: httpx.Client, query: str, **variables: Any) -> Any:
    return client.post("/graphql", json={"query": query, "variables": variables}, headers=AUTHORIZED).json()["data"]


def test_a_device_belongs_to_whoever_logs_in_for_a_time(send: Send, live: Graph) -> None:
    send(page("a1", 0), page("a1", 10, "u1"), page("a1", 200, "u1"), page("a1", 400, "u2"))

    used = edges(live, "USED", "first_login_at", "last_login_at", "logins")

    # Neo4j's own difference of two times counts days, so it would depend on whether midnight lies between them.
    assert {(customer, last.to_native() - first.to_native(), logins) for customer, _, first, last, logins in used} == {
        ("web:u1", timedelta(minutes=190), 2),
        ("web:u2", timedelta(), 1),
    }


def test_an_anonymous_visit_is_recognised_by_a_later_login(send: Send, live: Graph, client: httpx.Client) -> None:
    send(page("a1", 0))
    ((anonymous,),) = nodes(live, "Session", "key")
    before = asked(client, SESSION, id=anonymous)["session"]
    send(page("a1", 300, "u1"))

    assert before == {"level": "UNKNOWN"}
    assert asked(client, SESSION, id=anonymous)["session"] == {"level": "RECOGNISED"}
    assert asked(client, OWNER, id=anonymous)["profile"] == {"customers": [{"key": "web:u1"}]}
    assert edges(live, "SAME_AS") == set()


def test_what_a_visitor_fills_in_is_kept_but_proves_no_login(send: Send, live: Graph) -> None:
    send({"type": "identify", "anonymousId": "a1", "traits": {"email": "anna@example.org"}, "timestamp": at(0)})

    assert {customer for customer, _ in edges(live, "HAS_EMAIL")} == {"web:anonymous_id:a1"}
    assert edges(live, "LOGGED_IN") == edges(live, "USED") == set()


def test_user_ids_are_shared_between_sources_unless_they_are_a_sources_own(send: Send, live: Graph) -> None:
    send({"type": "identify", "userId": "7"})
    send({"type": "identify", "userId": "7"}, key=APP_KEY)

    assert edges(live, "HAS_IDENTIFIER") == {("web:7", "user_id:7"), ("app:7", "user_id:app/7")}


def test_a_tracked_identify_is_linked_with_the_person_and_seen_in_the_journey(
    send: Send, live: Graph, client: httpx.Client, data: Path
) -> None:
    del data
    for number, name in enumerate(NAMES):
        write_person(live, "crm", str(number), name)
        write_person(live, "shop", str(number), name)
    resolve(live, ResolutionSettings.model_validate({}), model_store())
    traits = {
        "email": "anna.ilg@example.org",
        "name": "Anna Ilg",
        "birthday": "1970-05-13",
        "address": {"postalCode": "24203"},
    }

    send(page("a1", 0), {"type": "identify", "anonymousId": "a1", "userId": "u1", "traits": traits, "timestamp": at(1)})

    assert until(lambda: any("web:u1" in pair for pair in edges(live, "SAME_AS")))
    profile = asked(client, PERSON, email="anna.ilg@example.org")["profile"]
    assert profile["__typename"] == "Profile"
    assert {customer["key"] for customer in profile["customers"]} == {"crm:0", "shop:0", "web:u1"}
    assert [interaction["name"] for interaction in profile["journey"]["nodes"]] == ["User Identified", "Page Viewed"]
