# Operations that are drawn from the schema, in Anna's world: whatever is asked, nothing fails here. What needs a model
# is asked in a world that has one: test_generated_decisions.py. Subscriptions are not drawn: schemathesis draws queries
# and mutations only, and the answer to a subscription has no end for which a test could wait.
from collections.abc import Generator

import pytest
from httpx import AsyncClient
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.integration.api.generated import DRAWN, REFUSALS, drawn

EXAMPLES = 8
KNOWN = {
    "customer": ["crm:1"], "email": ["anna@example.org"], "phone": ["+49 431 55501"], "session": ["web:s2"],
    "id": ["web:s1"], "device": ["anonymous_id:d1"], "text": ["anna"],
}  # fmt: skip
WITH_A_MODEL = {"why", "whyNot"}
FIELDS = [field for field in DRAWN["Query"] if field not in WITH_A_MODEL]


@pytest.fixture
def answered() -> Generator[list[bool]]:
    """Which of the examples had an answer; some have."""
    found = list[bool]()
    yield found
    assert any(found)


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize("field", FIELDS)
@settings(max_examples=EXAMPLES, derandomize=True, database=None)
@given(data=st.data())
async def test_nothing_fails_whatever_is_asked(
    client: AsyncClient, answered: list[bool], field: str, data: st.DataObject
) -> None:
    response = await client.post("/graphql", json={"query": drawn("Query", field, KNOWN, data)})
    codes = {error["extensions"]["code"] for error in response.json().get("errors", [])}

    assert response.status_code == 200
    assert codes <= REFUSALS, response.json()["errors"]
    answered.append(not codes)
