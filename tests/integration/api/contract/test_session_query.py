# What a front end sees of a visit, by how surely it is somebody's.
import pytest

from tests.integration.api.conftest import Ask
from tests.integration.api.operations import session_of

pytestmark = pytest.mark.usefixtures("anna")


async def test_an_anonymous_session_says_what_the_visitor_did_elsewhere_and_not_who_it_is(ask: Ask) -> None:
    visit = await session_of(ask, "web:s2")

    assert (visit["__typename"], visit["level"]) == ("RecognisedSession", "RECOGNISED")
    assert visit["visit"] == {"key": "web:s2", "channel": "web"}
    assert "nobody else ever did" in visit["reason"]
    assert ("Call Started", "terminate") in {(did["name"], did["intent"]) for did in visit["visitor"]["activity"]}
    assert visit["visitor"]["consents"] == [{"purpose": "marketing", "channel": "email", "state": "granted"}]


async def test_a_session_with_a_login_leads_to_the_profile(ask: Ask) -> None:
    visit = await session_of(ask, "web:s1")

    assert (visit["__typename"], visit["level"]) == ("AuthenticatedSession", "AUTHENTICATED")
    assert (visit["customer"], visit["session"]["device"]) == ("shop:7", "anonymous_id:d1")
    assert visit["profile"]["counts"] == {"customers": 2}
    assert visit["visitor"]["id"] == (await session_of(ask, "web:s2"))["visitor"]["id"]


@pytest.mark.parametrize("key", ["web:404", "", "web:" + "9" * 5_000])
async def test_a_session_that_never_was_is_an_answer(ask: Ask, key: str) -> None:
    assert (await session_of(ask, key))["__typename"] == "UnknownIdentity"


@pytest.mark.parametrize("field", ["profile { id }", "customer", "session { device entryPage }", "visitor { members }"])
async def test_without_a_login_nothing_personal_can_be_asked_for(ask: Ask, field: str) -> None:
    for kind in ("RecognisedSession", "ProbableSession", "AnonymousSession", "KnownSession"):
        body = await ask(f'{{ session(id: "web:s2") {{ ... on {kind} {{ {field} }} }} }}')

        assert body["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        assert "data" not in body
