import pytest

from tests.integration.api.conftest import Ask
from tests.integration.api.operations import SESSION

pytestmark = pytest.mark.usefixtures("anna")


async def test_an_anonymous_session_says_whose_it_is_and_why(ask: Ask) -> None:
    found = (await ask(SESSION, id="web:s2"))["data"]["session"]

    assert found["session"] == {"key": "web:s2", "device": "anonymous_id:d1", "channel": "web"}
    assert (found["recognition"]["level"], found["recognition"]["customer"]) == ("RECOGNISED", "shop:7")
    assert "nobody else ever did" in found["recognition"]["reason"]
    assert found["profile"]["counts"] == {"customers": 2}
    assert {"name": "Call Started", "properties": {"intent": "terminate"}} in found["profile"]["journey"]["nodes"]


async def test_a_session_that_never_was_is_an_answer(ask: Ask) -> None:
    assert (await ask(SESSION, id="web:404"))["data"]["session"]["__typename"] == "UnknownIdentity"
