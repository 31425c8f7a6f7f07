# The example of a screen that stays open.
from api.examples.reading import example
from graph.connection import Graph
from graph.writing import write_batch
from tests.factories import batch, crm, days, interaction
from tests.integration.api.live.conftest import connected_line


async def test_a_screen_that_stays_open_sees_what_happens(anna: Graph, url: str) -> None:
    call = interaction("c9", "call_centre", at=days(9), customer=crm("1"), name="Call Started", channel="call_centre")
    async with connected_line(url) as line:
        await line.subscribe(example("profile_changes").document, customer="crm:1")
        began = await line.told()
        write_batch(anna, batch("call_centre", interactions=(call,)))
        told = await line.told()

    assert began["__typename"] == "FollowingBegan"
    assert (told["interaction"]["channel"], told["interaction"]["name"]) == ("call_centre", "Call Started")
