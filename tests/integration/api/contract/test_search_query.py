import pytest

from tests.integration.api.conftest import Ask
from tests.integration.api.operations import SEARCH

pytestmark = pytest.mark.usefixtures("anna")


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("anna@example.org", {"email"}),
        ("+49 431 55501", {"phone"}),
        ("shop:7", {"customer"}),
        ("anna il", {"text"}),
        ("Kiel", {"text"}),
        ("7", {"text"}),
        ("anna kie", {"text"}),
        ("anan~", {"text"}),
    ],
)
async def test_one_box_finds_a_profile_by_anything(ask: Ask, text: str, matched: set[str]) -> None:
    (hit,) = (await ask(SEARCH, text=text))["data"]["search"]

    assert [part["key"] for part in hit["profile"]["customers"]] == ["crm:1", "shop:7"]
    assert {match["matched"] for match in hit["matches"]} == matched


async def test_a_search_by_profile_id_finds_the_profile(ask: Ask) -> None:
    (hit,) = (await ask(SEARCH, text="anna"))["data"]["search"]
    (again,) = (await ask(SEARCH, text=hit["profile"]["id"]))["data"]["search"]

    assert again["profile"] == hit["profile"]
    assert again["matches"][0]["matched"] == "profile"


async def test_a_hit_says_how_close_it_is(ask: Ask) -> None:
    (hit,) = (await ask(SEARCH, text="anna"))["data"]["search"]

    assert [(match["customer"], match["closeness"]) for match in hit["matches"]] == [
        ("crm:1", "EXACT"),
        ("shop:7", "FUZZY"),
    ]


@pytest.mark.parametrize("text", ["", "   ", '"] OR *:* //', "nobody at all", "p_" + "a" * 80, ":" * 50, "@"])
async def test_a_search_for_nothing_finds_nothing(ask: Ask, text: str) -> None:
    assert (await ask(SEARCH, text=text))["data"] == {"search": []}


@pytest.mark.parametrize(("text", "first"), [("x" * 201, 20), ("anna", 51), ("anna", 0)])
async def test_a_search_is_bounded(ask: Ask, text: str, first: int) -> None:
    body = await ask(SEARCH, text=text, first=first)

    assert body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
