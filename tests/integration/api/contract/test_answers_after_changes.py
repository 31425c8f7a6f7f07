from pathlib import Path

import pytest

from graph.connection import Graph
from graph.settings import cdp_settings
from graph.writing import write_batch
from tests.factories import batch, customer, days, identifier, session, shop
from tests.integration.api.conftest import Ask, write_anna
from tests.integration.api.operations import SEARCH, SESSION, profile_by


async def test_a_profile_is_found_before_the_first_resolution(graph: Graph, fresh_ask: Ask) -> None:
    write_batch(
        graph, batch(customers=(customer(given_name="Bo", identifiers=(identifier("email", "bo@example.org"),)),))
    )
    found = await profile_by(fresh_ask, email="bo@example.org")
    levels = await fresh_ask("{ confidenceLevels { modelVersion default levels { name confidence } } }")

    assert (found["confidence"], found["counts"]["links"]) == (1.0, 0)
    assert levels["data"]["confidenceLevels"] == {
        "modelVersion": None,
        "default": 1.0,
        "levels": [{"name": "EXACT", "confidence": 1.0}],
    }


async def test_a_session_of_nobody_has_no_profile(graph: Graph, fresh_ask: Ask) -> None:
    write_anna(graph)
    write_batch(graph, batch("web", sessions=(session("s3", started_at=days(1)),)))
    found = (await fresh_ask(SESSION, id="web:s3"))["data"]["session"]

    assert (found["__typename"], found["level"], found["activity"]) == ("AnonymousSession", "UNKNOWN", [])


async def test_hits_are_grouped_by_profile_and_bounded(graph: Graph, fresh_ask: Ask) -> None:
    others = tuple(customer("shop", f"x{n}", given_name="Anna", family_name=f"Other{n}") for n in range(30))
    write_anna(graph)
    write_batch(graph, batch("shop", customers=others))

    hits = (await fresh_ask(SEARCH, text="anna", first=10))["data"]["search"]
    assert len(hits) == len({hit["profile"]["id"] for hit in hits}) == 10
    many = (await fresh_ask(SEARCH, text="anna", first=50))["data"]["search"]
    assert len(many) == 31


async def test_a_login_outranks_the_device(graph: Graph, fresh_ask: Ask) -> None:
    write_anna(graph)
    write_batch(graph, batch("web", sessions=(session("s4", started_at=days(5), customer=shop("7")),)))
    found = (await fresh_ask(SESSION, id="web:s4"))["data"]["session"]

    assert (found["__typename"], found["level"]) == ("AuthenticatedSession", "AUTHENTICATED")


async def test_other_rules_give_another_value_and_nothing_is_loaded_again(
    graph: Graph, fresh_ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_anna(graph)
    before = (await profile_by(fresh_ask, customer="shop:7"))["fields"][0]
    (tmp_path / "own.yaml").write_text("sources: {shop: 95}\n")
    monkeypatch.setenv("CDP_SURVIVORSHIP_FILE", str(tmp_path / "own.yaml"))
    cdp_settings.cache_clear()
    after = (await profile_by(fresh_ask, customer="shop:7"))["fields"][0]
    monkeypatch.undo()
    cdp_settings.cache_clear()

    assert (before["value"], before["chosenBy"]) == ("Anna", "KEY")
    assert (after["value"], after["chosenBy"]) == ("Anne", "SOURCE_PRIORITY")
    assert [other["value"] for other in after["others"]] == ["Anna"]
