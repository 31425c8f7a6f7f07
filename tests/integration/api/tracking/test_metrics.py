import httpx

from tests.integration.api.operation.test_metrics import added, parsed
from tests.integration.api.tracking.conftest import Send


def test_messages_are_counted_by_source_protocol_and_outcome(client: httpx.Client, send: Send) -> None:
    before = parsed(client.get("/metrics").text)
    send({"type": "track", "event": "Seen", "anonymousId": "a1", "messageId": "m1"}, {"type": "track"})
    after = parsed(client.get("/metrics").text)

    counts = [added(before, after, "tracking_messages_total", source="web", protocol="segment", outcome=outcome)
              for outcome in ("taken", "refused")]  # fmt: skip
    assert counts == [1, 1]
    assert added(before, after, "neo4j_query_seconds_count", statement="merge_interactions") == 1
