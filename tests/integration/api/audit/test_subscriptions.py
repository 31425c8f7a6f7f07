# What a subscription tells is in the audit log before it is told.
from pathlib import Path

from api.operation.serving import serving
from graph.address import Address
from graph.connection import Graph
from graph.profile_ids import profile_id
from graph.writing import write_batch
from tests.asking import keyed_settings
from tests.factories import batch, crm, days, interaction
from tests.integration.api.audit.test_recording import records_in
from tests.integration.api.conftest import write_anna
from tests.integration.api.live.conftest import ANNA, connected_line, following


async def test_each_event_is_recorded_with_whose_it_is(graph: Graph, neo4j_address: Address, tmp_path: Path) -> None:
    write_anna(graph)
    call = interaction("c9", "call_centre", at=days(5), customer=crm("1"), properties={"intent": "terminate"})
    with serving(neo4j_address, keyed_settings(audit_dir=tmp_path)) as url:
        async with following(url) as line:
            write_batch(graph, batch("call_centre", interactions=(call,)))
            assert (await line.told())["__typename"] == "InteractionWritten"

    began, written, ended = records_in(tmp_path)
    assert {record["kind"] for record in (began, written, ended)} == {"subscription"}
    assert began["profiles"] == written["profiles"] == [profile_id("crm:1")]
    # What the source sent with the call may say anything.
    assert written["clear"] == {"contact": 1, "demographic": 1}
    assert ended["clear"] == began["clear"] == {}


async def test_a_refused_subscription_is_recorded_as_refused(
    graph: Graph, neo4j_address: Address, tmp_path: Path
) -> None:
    write_anna(graph)
    with serving(neo4j_address, keyed_settings(audit_dir=tmp_path)) as url:
        async with connected_line(url) as line:
            await line.subscribe(by=ANNA, after="none of ours")
            code, _ = await line.refusal()

    assert code == "BAD_USER_INPUT"
    assert {record["outcome"] for record in records_in(tmp_path)} == {code}
