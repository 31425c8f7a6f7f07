"""Before the first resolution there is nothing to explain or to decide, and whoever asks for erasure gets it."""

from graph.connection import Graph
from graph.writing import write_batch
from tests.factories import batch, customer
from tests.integration.api.conftest import Ask
from tests.integration.api.contract.identity.operations import WHY, WHY_NOT, data
from tests.integration.api.contract.identity.test_mutations import ERASE, RESOLVE, decided


async def test_nothing_is_explained_and_nothing_decided(graph: Graph, fresh_ask: Ask) -> None:
    write_batch(graph, batch("crm", customers=tuple(customer("crm", number) for number in "123")))

    found = [
        await data(fresh_ask, WHY, left="crm:1", right="crm:2"),
        await data(fresh_ask, WHY_NOT, left="crm:1", right="crm:2"),
        await decided(fresh_ask, "linkCustomers", customers=["crm:1", "crm:2"]),
        await data(fresh_ask, RESOLVE, input={"customers": ["crm:1"]}),
    ]
    assert [answer["code"] for answer in found] == ["NOTHING_RESOLVED"] * 4
    assert (await data(fresh_ask, "{ reviewQueue { nodes { left } } }"))["nodes"] == []
    assert (await data(fresh_ask, "{ runs { nodes { runId } } }"))["nodes"] == []

    assert (await data(fresh_ask, ERASE, input={"customers": ["crm:1", "crm:2"]}))["erased"] == 2
    left = await data(fresh_ask, "{ customers { nodes { key } } }")
    assert left["nodes"] == [{"key": "crm:3"}]
