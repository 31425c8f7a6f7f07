"""Where the model in force is not on this server, it is said what its operator has to do, and nothing is done."""

from typing import Any

import pytest

from graph.connection import Graph
from tests.integration.api.conftest import Ask
from tests.integration.api.contract.identity.operations import WHY, WHY_NOT
from tests.integration.api.contract.identity.test_mutations import ERASE, RESOLVE

LINK = "mutation Link($input: LinkCustomersInput!) { linkCustomers(input: $input) { __typename } }"
PAIR = {"left": "crm:1", "right": "shop:7"}
CUSTOMERS = {"customers": ["crm:1", "shop:7"]}


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        (WHY, PAIR),
        (WHY_NOT, PAIR),
        (LINK, {"input": {**CUSTOMERS, "reason": "same passport"}}),
        (ERASE, {"input": CUSTOMERS}),
        (RESOLVE, {"input": CUSTOMERS}),
    ],
    ids=["why", "whyNot", "linkCustomers", "eraseCustomers", "resolveCustomers"],
)
async def test_it_is_said_what_the_operator_has_to_do(
    anna: Graph, ask: Ask, caplog: pytest.LogCaptureFixture, document: str, variables: dict[str, Any]
) -> None:
    before = anna.read("count_nodes")
    (error,) = (await ask(document, **variables))["errors"]

    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert "Its operator has to copy the folder models" in error["message"]
    assert [record.__dict__["error"] for record in caplog.records if "error" in record.__dict__] == ["ModelError"]
    assert anna.read("count_nodes") == before
