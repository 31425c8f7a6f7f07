"""Rows of a batch: what its messages show together is what they show one by one."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from graph.records import DeviceRef, InteractionRecord
from graph.rows import device_rows, on_device_rows, session_rows, visits
from tests.factories import batch, device, interaction, minutes, session

DEVICES = some.sampled_from([None, device("A"), device("B")])
MESSAGES = some.builds(
    interaction,
    some.sampled_from(["m1", "m2", "m3", "m4"]),
    at=some.integers(0, 90).map(minutes),
    session_id=some.sampled_from([None, "s1", "s2"]),
    device=DEVICES,
    channel=some.sampled_from([None, "app", "web"]),
)
LOGINS = some.builds(session, some.sampled_from(["s1", "s2"]), started_at=some.integers(0, 90).map(minutes))


@given(some.lists(MESSAGES, max_size=8), some.lists(LOGINS, max_size=2))
def test_sessions_and_devices_are_those_of_the_messages_one_by_one(
    messages: list[InteractionRecord], logins: list[Any]
) -> None:
    together = batch("web", sessions=tuple(logins), interactions=tuple(messages))
    alone = [shown for each in messages for shown in visits(batch("web", interactions=(each,)))]
    assert session_rows(visits(together)) == session_rows([*logins, *alone])
    assert on_device_rows(visits(together)) == on_device_rows([*logins, *alone])
    assert {(row["key"], row["first"], row["last"]) for row in device_rows(together)} == moments(messages, logins)


def moments(messages: list[InteractionRecord], logins: list[Any]) -> set[tuple[str, int, int]]:
    """Of each device the first and the last moment, in epoch milliseconds."""
    seen: dict[DeviceRef, list[int]] = {}
    for found, *times in [(m.device, m.at) for m in messages] + [(s.device, s.started_at, s.ended_at) for s in logins]:
        if found is not None:
            seen.setdefault(found, []).extend(round(at.timestamp() * 1000) for at in times)
    return {(found.key, min(times), max(times)) for found, times in seen.items()}
