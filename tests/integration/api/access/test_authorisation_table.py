# The table: each role x each class of what is stored x each way to it. The person's values are words that stand nowhere
# else, so a class is shown exactly where its words are in the answer. The questions ask for every field that the schema
# has, also for those that came after this was written.
import json
import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_introspection_query,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)
from httpx import AsyncClient

from api.access.field_rules import FieldClass
from api.access.masking import SCOPE_OF
from api.access.roles import ROLES
from api.access.viewer import Scope
from api.contract.schema import build_schema
from graph.address import Address
from graph.api_keys import NewKey, add_api_key, new_api_key
from graph.connection import Graph
from graph.profile_ids import profile_id
from graph.records import ConsentRecord
from graph.resolutions import write_resolution
from graph.writing import write_batch
from tests.factories import NOON, batch, crm, customer, days, device, identifier, interaction, minutes, session, shop
from tests.integration.api.conftest import connected, link, resolution

SCHEMA = build_schema(fast_execution=True).core
EMAIL, PHONE = identifier("email", "zenobia.quill@example.org"), identifier("phone", "+4943198765432")
HANDLE, CARD = identifier("social_handle", "@zenoquill"), identifier("loyalty_card", "LC7781")
PASSPORT = identifier("national_id", "L01X00T471")
NEWSLETTER = customer("newsletter", EMAIL.raw, identifiers=(EMAIL,), given_name="Z", traits={"note": "x"})
NEWSLETTER_KEY = "newsletter:zenobia.quill@example.org"

# What each class holds, by words that are found in an answer where it is shown.
WORDS: dict[FieldClass, tuple[str, ...]] = {
    FieldClass.PROFILE: ("crm:1", "LC7781", "Kiel"),
    FieldClass.EVENTS: ("Call Started", "Page Viewed"),
    FieldClass.EXPLAIN: ('"comparison":"email"',),
    FieldClass.CONTACT: ("zenobia.quill", "98765432", "zenoquill"),
    FieldClass.DEMOGRAPHIC: ("Zenobia", "Quillington", "1961-07-13", "Lindenpfad", "L01X00T471"),
}
# Whatever a source sent beside: shown to those who see both classes of personal data.
FREE = ("prefers mornings", "told us about the divorce", "zenobias-wishlist")
MOST_WORDS = 350
PERSONAL = {FieldClass.CONTACT, FieldClass.DEMOGRAPHIC}


def write_zenobia(graph: Graph) -> None:
    """One person in two sources, with a session, a call and a consent, everywhere with words of her own."""
    known = customer(
        given_name="Zenobia", family_name="Quillington", birth_date="1961-07-13", street="Lindenpfad 4", city="Kiel",
        created_at=days(-400), identifiers=(EMAIL, PHONE, HANDLE, CARD, PASSPORT),
        traits={"note": "prefers mornings", "contact": "zenobia.quill@example.org"},
    )  # fmt: skip
    account = customer(
        "shop", "7", given_name="Zenobia", family_name="Quill-Quillington", created_at=days(-10), identifiers=(EMAIL,)
    )
    consent = ConsentRecord(
        "shop", "f1", "marketing", "granted", NOON, NOON, channel="email", identifier=EMAIL,
        evidence="told us about the divorce",
    )  # fmt: skip
    entry = "https://shop.example/lists?name=zenobias-wishlist&mail=zenobia.quill@example.org"
    visits = (
        session("s1", started_at=minutes(0), device=device(), customer=shop("7"), entry_page=entry),
        session("s2", started_at=days(3), device=device()),
    )
    seen = interaction("m1", at=minutes(1), device=device(), session_id="s1")
    call = interaction(
        "c1", "call_centre", at=days(1), customer=crm("1"), name="Call Started", channel="call_centre",
        properties={"intent": "terminate", "caller": "+4943198765432", "agent_note": "told us about the divorce"},
    )  # fmt: skip
    write_batch(graph, batch("crm", customers=(known,)))
    write_batch(graph, batch("shop", customers=(account,), consents=(consent,)))
    write_batch(graph, batch("newsletter", customers=(NEWSLETTER,)))
    write_batch(graph, batch("web", sessions=visits, interactions=(seen,)))
    write_batch(graph, batch("call_centre", interactions=(call,)))
    write_resolution(graph, resolution(link("crm:1", NEWSLETTER_KEY), link("crm:1", "shop:7")))


def selection_of(kind: GraphQLNamedType, path: tuple[str, ...] = ()) -> str:
    """Every field of a type, and of what is below it; no type within itself."""
    if isinstance(kind, GraphQLUnionType):
        members = (f"... on {member.name} {selection_of(member, path)}" for member in kind.types)
        return f"{{ __typename {' '.join(members)} }}"
    assert isinstance(kind, GraphQLObjectType)
    within = (*path, kind.name)
    fields = (_field(name, field, within) for name, field in kind.fields.items())
    return f"{{ __typename {' '.join(filter(None, fields))} }}"


def _field(name: str, field: GraphQLField, path: tuple[str, ...]) -> str:
    kind = get_named_type(field.type)
    if any(is_required_argument(argument) for argument in field.args.values()):
        return ""
    if is_leaf_type(kind):
        return name
    # Profiles of profiles (of their households, of their sessions) are profiles like others.
    members = {member.name for member in kind.types} if isinstance(kind, GraphQLUnionType) else {kind.name}
    return "" if members.intersection(path) else f"{name} {selection_of(kind, path)}"


def selections_of(kind: GraphQLNamedType) -> list[str]:
    """Every field of a type; those of the members of a union in several operations, for one has at most 400 fields."""
    if not isinstance(kind, GraphQLUnionType):
        return [selection_of(kind)]
    packed = [""]
    for member in sorted((f"... on {member.name} {selection_of(member)}" for member in kind.types), key=len):
        if len(f"{packed[-1]} {member}".split()) > MOST_WORDS:
            packed.append("")
        packed[-1] += f" {member}"
    return [f"{{ __typename {members} }}" for members in packed]


def questions(root: str) -> list[str]:
    assert SCHEMA.query_type is not None
    field = SCHEMA.query_type.fields[root]
    by = "$by: ProfileBy!"
    asked = {"profile": by, "how": by, "session": "$id: ID!", "search": "$text: String!"}[root]
    name = asked.split(":")[0]
    kind = get_named_type(field.type)
    given = f"{name[1:]}: {name}"
    if "asOf" in field.args:
        asked, given = f"{asked}, $asOf: DateTime", f"{given}, asOf: $asOf"
    # A hit is a whole profile, so only few of them can be asked for with every field.
    few = ", first: 2" if root == "search" else ""
    return [f"query ({asked}) {{ {root}({given}{few}) {part} }}" for part in selections_of(kind)]


def ways(ids: dict[str, str]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Every way to the person: name -> (root field, variables)."""
    by = {
        "id": ids["current"],
        "customer": "shop:7",
        "email": EMAIL.normalised,
        "phone": PHONE.normalised,
        "identifier": {"kind": "loyalty_card", "value": "LC7781"},
        "session": "web:s2",
        "device": "anonymous_id:d1",
    }
    past = {"asOf": days(5).isoformat()}
    return {
        **{f"profile by {name}": ("profile", {"by": {name: value}}) for name, value in by.items()},
        "profile by a former id": ("profile", {"by": {"id": ids["former"]}}),
        "search for an email": ("search", {"text": EMAIL.normalised}),
        "search for a key": ("search", {"text": "crm:1"}),
        "session": ("session", {"id": "web:s1"}),
        "profile of a past time": ("profile", {"by": {"device": "anonymous_id:d1"}, **past}),
        "search of a past time": ("search", {"text": "crm:1", **past}),
        "session of a past time": ("session", {"id": "web:s1", **past}),
    }


@dataclass(frozen=True)
class World:
    """An API, the keys by what they may see, and the ways to the person."""

    client: AsyncClient
    keys: dict[str, str]
    ways: dict[str, tuple[str, dict[str, Any]]]

    async def ask(self, holder: str, root: str, variables: dict[str, Any]) -> str:
        """The answers with every field, one after the other."""
        headers = {"Authorization": f"Bearer {self.keys[holder]}"}
        told = ""
        for query in questions(root):
            body = {"query": query, "variables": variables}
            response = await self.client.post("/graphql", json=body, headers=headers)
            assert response.status_code == 200, response.text
            assert "errors" not in response.json(), response.text
            told += json.dumps(response.json()["data"], separators=(",", ":"))
        return told


def holders() -> dict[str, frozenset[Scope]]:
    """The roles, and everything but one class."""
    without = {f"all but {scope}": frozenset(Scope) - {scope} for scope in SCOPE_OF.values()}
    return {**ROLES, **without}


HOLDERS = holders()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(connected_graph: Graph, neo4j_address: Address) -> AsyncGenerator[World]:
    connected_graph.run_alone("erase_everything")
    write_zenobia(connected_graph)
    keys: dict[str, str] = {}
    for number, (holder, scopes) in enumerate(HOLDERS.items()):
        keys[holder] = new_api_key()
        add_api_key(connected_graph, NewKey(f"holder-{number}", sorted(scopes), None), keys[holder])
    ids = {"current": profile_id("crm:1"), "former": profile_id("shop:7")}
    async with connected(neo4j_address) as client:
        yield World(client, keys, ways(ids))


def shown_to(scopes: frozenset[Scope], root: str) -> set[FieldClass]:
    """The classes that somebody sees there; without profiles, or without the session, there is nothing to see on."""
    shown = {field_class for field_class, scope in SCOPE_OF.items() if scope in scopes}
    if root == "session" and FieldClass.EVENTS not in shown:
        return set()
    if FieldClass.PROFILE not in shown:
        # What was done without a login is told of visitors, in types that hold nothing personal.
        return {FieldClass.EVENTS} & shown if root == "session" else set()
    return shown


@pytest.mark.parametrize("holder", HOLDERS)
async def test_everybody_sees_what_they_may_and_nothing_else(
    world: World, holder: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for way, (root, variables) in world.ways.items():
        answer = await world.ask(holder, root, variables)
        expected = shown_to(HOLDERS[holder], root)
        for field_class, words in WORDS.items():
            found = [word for word in words if word in answer]
            assert found == (list(words) if field_class in expected else []), (way, field_class)
        found = [word for word in FREE if word in answer]
        is_free = expected >= PERSONAL
        assert set(found) == (set(FREE if FieldClass.EVENTS in expected else FREE[:2]) if is_free else set()), way
    everything = [word for words in WORDS.values() for word in words]
    assert [word for word in (*everything[4:], *FREE) if word in caplog.text] == []


@pytest.mark.parametrize("holder", ["developer", "all but profile:read"])
async def test_who_may_not_see_profiles_cannot_tell_a_known_person_from_an_unknown_one(
    world: World, holder: str
) -> None:
    unknown = {
        "id": profile_id("crm:404"), "customer": "crm:404", "email": "nobody@example.org", "phone": "+4943100000",
        "identifier": {"kind": "loyalty_card", "value": "404"}, "session": "web:404", "device": "anonymous_id:404",
    }  # fmt: skip
    for name, value in unknown.items():
        of_nobody = await world.ask("admin", "profile", {"by": {name: value}})
        root, variables = world.ways[f"profile by {name}"]
        assert await world.ask(holder, root, variables) == of_nobody
        assert await world.ask(holder, root, {"by": {name: value}}) == of_nobody
    assert await world.ask(holder, "search", {"text": "crm:1"}) == '{"search":[]}'


async def test_a_session_names_nobody_to_who_may_not_see_profiles(world: World) -> None:
    document = (
        """{ session(id: "web:s1") { __typename ... on AuthenticatedSession { customer masked profile { id } } } }"""
    )
    headers = {"Authorization": f"Bearer {world.keys['recommender']}"}
    response = await world.client.post("/graphql", json={"query": document}, headers=headers)
    of_nobody = await world.ask("admin", "session", {"id": "web:404"})

    assert response.json()["data"]["session"] == {
        "__typename": "AuthenticatedSession", "customer": "***", "masked": True, "profile": None,
    }  # fmt: skip
    assert await world.ask("developer", "session", {"id": "web:s1"}) == of_nobody


LISTS = {
    "customers": {Scope.PROFILE_READ},
    "links": {Scope.PROFILE_READ, Scope.IDENTITY_EXPLAIN},
    "decisions": {Scope.PROFILE_READ, Scope.IDENTITY_EXPLAIN},
    "runs": {Scope.IDENTITY_EXPLAIN},
    "sources": {Scope.PROFILE_READ},
    "reviewQueue": {Scope.PROFILE_READ, Scope.IDENTITY_EXPLAIN, Scope.STEWARD},
    f'customer(key: "{NEWSLETTER_KEY}")': {Scope.PROFILE_READ},
}


@pytest.mark.parametrize("holder", HOLDERS)
async def test_lists_show_no_more_than_profiles_do(world: World, holder: str) -> None:
    assert SCHEMA.query_type is not None
    headers = {"Authorization": f"Bearer {world.keys[holder]}"}
    for root, needed in LISTS.items():
        kind = get_named_type(SCHEMA.query_type.fields[root.partition("(")[0]].type)
        query = f"{{ {root} {selection_of(kind)} }}"
        response = await world.client.post("/graphql", json={"query": query}, headers=headers)
        codes = [error["extensions"]["code"] for error in response.json().get("errors", [])]
        assert codes == ([] if needed <= HOLDERS[holder] else ["FORBIDDEN"]), response.text
        hidden = {*FieldClass} - shown_to(HOLDERS[holder], "list")
        assert [word for field_class in hidden for word in WORDS[field_class] if word in response.text] == []


MUTATIONS = {
    'linkCustomers(input: { customers: ["crm:1", "shop:404"], reason: "same" })': Scope.STEWARD,
    'resolveCustomers(input: { customers: ["crm:404"] })': Scope.STEWARD,
    'eraseCustomers(input: { customers: ["crm:404"] })': Scope.PRIVACY_ERASE,
}


@pytest.mark.parametrize("holder", HOLDERS)
async def test_only_who_may_changes_anything(world: World, holder: str) -> None:
    headers = {"Authorization": f"Bearer {world.keys[holder]}"}
    for root, needed in MUTATIONS.items():
        query = f"mutation {{ {root} {{ __typename }} }}"
        response = await world.client.post("/graphql", json={"query": query}, headers=headers)
        codes = [error["extensions"]["code"] for error in response.json().get("errors", [])]
        assert (codes == ["FORBIDDEN"]) is (needed not in HOLDERS[holder]), response.text


@pytest.mark.parametrize("holder", HOLDERS)
async def test_explanations_show_no_more_than_profiles_do(world: World, holder: str) -> None:
    (how,) = questions("how")
    at = (NOON - timedelta(days=1)).isoformat()
    as_of = (
        f'query ($customer: ID!) {{ asOf(customer: $customer, at: "{at}") {{ __typename ... on AsOf {{ members }} }} }}'
    )
    headers = {"Authorization": f"Bearer {world.keys[holder]}"}
    allowed = {Scope.PROFILE_READ, Scope.IDENTITY_EXPLAIN} <= HOLDERS[holder]
    for query, variables in ((how, {"by": {"customer": "crm:1"}}), (as_of, {"customer": "crm:1"})):
        response = await world.client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        codes = [error["extensions"]["code"] for error in response.json().get("errors", [])]
        assert codes == ([] if allowed else ["FORBIDDEN"])
        hidden = {*FieldClass} - shown_to(HOLDERS[holder], "how")
        assert [word for field_class in hidden for word in WORDS[field_class] if word in response.text] == []


@pytest.mark.parametrize("text", ["Zenobia", "quilling", "zenobia kiel"])
async def test_nobody_finds_out_a_name_by_searching_for_it(world: World, text: str) -> None:
    assert "crm:1" in await world.ask("agent", "search", {"text": text})
    assert await world.ask("marketer", "search", {"text": text}) == '{"search":[]}'


async def test_what_is_masked_says_so(world: World) -> None:
    document = """
      { profile(by: {customer: "crm:1"}) { ... on Profile {
          masked
          identifiers { kind value masked }
          fields { name value masked others { value masked } }
          customers { key masked }
          consents { subject masked }
          links { left }
          journey { masked nodes { name owner masked properties } }
      } } viewer { subject kind hidden } }
    """
    headers = {"Authorization": f"Bearer {world.keys['analyst']}"}
    response = await world.client.post("/graphql", json={"query": document}, headers=headers)
    found, viewer = response.json()["data"]["profile"], response.json()["data"]["viewer"]

    identifiers = {part["kind"]: (part["value"], part["masked"]) for part in found["identifiers"]}
    fields = {part["name"]: (part["value"], part["masked"]) for part in found["fields"]}
    assert identifiers["email"] == ("z***@example.org", True)
    assert identifiers["phone"] == ("***5432", True)
    assert identifiers["loyalty_card"] == ("LC7781", False)
    assert fields["given_name"] == ("Z***", True)
    assert fields["birth_date"] == ("***", True)
    assert fields["city"] == ("Kiel", False)
    others = [other for part in found["fields"] if part["name"] == "family_name" for other in part["others"]]
    assert others == [{"value": "Q***", "masked": True}]
    assert {part["key"] for part in found["customers"]} == {"crm:1", "shop:7", "newsletter:z***@example.org"}
    assert found["consents"] == [{"subject": "email:z***@example.org", "masked": True}]
    assert (found["masked"], found["journey"]["masked"]) == (False, False)
    call = next(node for node in found["journey"]["nodes"] if node["name"] == "Call Started")
    assert call["properties"] == {"intent": "terminate", "caller": "***", "agent_note": "***"}
    assert viewer["hidden"] == ["CONTACT", "DEMOGRAPHIC"]


async def test_what_is_left_out_says_so(world: World) -> None:
    document = """
      { profile(by: {customer: "crm:1"}) { ... on Profile {
          masked links { left } sessions { loggedIn } journey { masked nodes { name } pageInfo { hasNextPage } }
      } } }
    """
    headers = {"Authorization": f"Bearer {world.keys['all but events:read']}"}
    without_events = (await world.client.post("/graphql", json={"query": document}, headers=headers)).json()
    headers = {"Authorization": f"Bearer {world.keys['agent']}"}
    without_links = (await world.client.post("/graphql", json={"query": document}, headers=headers)).json()

    empty = {"masked": True, "nodes": [], "pageInfo": {"hasNextPage": False}}
    assert without_events["data"]["profile"]["journey"] == empty
    assert without_events["data"]["profile"]["sessions"] == []
    assert (without_links["data"]["profile"]["masked"], without_links["data"]["profile"]["links"]) == (True, [])


async def test_both_executors_mask_alike(world: World, neo4j_address: Address) -> None:
    root, variables = world.ways["profile by email"]
    async with connected(neo4j_address, fast_execution=False) as client:
        stock = World(client, world.keys, world.ways)
        for holder in ("marketer", "analyst", "agent"):
            assert await stock.ask(holder, root, variables) == await world.ask(holder, root, variables)


async def test_the_schema_is_told_to_those_with_the_scope(world: World) -> None:
    body = {"query": get_introspection_query()}
    answers: dict[str, bool] = {}
    # Twice, because validations are remembered.
    for holder in ("developer", "agent", "developer", "agent"):
        headers = {"Authorization": f"Bearer {world.keys[holder]}"}
        answers[holder] = "data" in (await world.client.post("/graphql", json=body, headers=headers)).json()

    assert answers == {"developer": True, "agent": False}
