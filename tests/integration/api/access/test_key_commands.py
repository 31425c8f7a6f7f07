from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from api.access.roles import ROLES
from api.access.viewer import EVERY_SCOPE
from api.commands import app
from graph.api_keys import api_keys
from graph.connection import Graph
from graph.errors import CdpError, ConfigurationError, UnknownKeyError
from graph.sources import hash_of
from tests.assertions import nodes

pytestmark = pytest.mark.usefixtures("command_environment")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["key", *arguments])


def document(*arguments: str) -> Any:
    ended = run(*arguments, "--json")
    assert ended.exit_code == 0, ended.output
    return orjson.loads(ended.stdout)


def test_a_key_is_shown_once_and_only_its_hash_is_kept(graph: Graph) -> None:
    made = document("add", "crm-screen", "--role", "agent", "--days", "90")["key"]
    listed = run("list", "--json").stdout + run("list").stdout

    (key,) = api_keys(graph)
    assert key.hashes == (hash_of(made),)
    assert made.startswith("cdp_")
    assert made not in listed
    assert hash_of(made) not in listed
    assert set(key.scopes) == ROLES["agent"]
    assert key.expires_at is not None
    assert (key.expires_at - key.created_at).days in {89, 90}


def test_roles_and_single_scopes_add_up(graph: Graph) -> None:
    document("add", "figures", "--role", "analyst", "--scope", "pii:contact", "--scope", "introspect", "--days", "0")

    (key,) = api_keys(graph)
    assert set(key.scopes) == ROLES["analyst"] | {"pii:contact", "introspect"}
    assert key.expires_at is None
    assert document("list")[0]["state"] == "taken"


def test_the_administrator_has_every_scope() -> None:
    assert ROLES["admin"] == EVERY_SCOPE


def test_a_rotation_ends_the_old_key_now_or_at_the_next_one(graph: Graph) -> None:
    first = document("add", "shop", "--role", "recommender")["key"]
    kept = document("rotate", "shop", "--keep")["key"]
    after_keeping = api_keys(graph)[0].hashes
    last = document("rotate", "shop")["key"]

    assert after_keeping == (hash_of(first), hash_of(kept))
    assert api_keys(graph)[0].hashes == (hash_of(last),)


def test_a_revoked_key_leaves_its_name_behind(graph: Graph) -> None:
    document("add", "shop", "--role", "recommender")
    document("revoke", "shop")
    again = run("add", "shop", "--role", "recommender")

    assert isinstance(again.exception, ConfigurationError)
    assert nodes(graph, "ApiKey", "name", "hashes") == {("shop", ())} or api_keys(graph)[0].hashes == ()
    assert document("list")[0]["state"] == "revoked"
    assert isinstance(run("rotate", "shop").exception, UnknownKeyError)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (("add", "crm screen", "--role", "agent"), ConfigurationError, "letters"),
        (("add", "anna@example.org", "--role", "agent"), ConfigurationError, "letters"),
        (("add", "shop", "--role", "king"), ConfigurationError, "agent"),
        (("add", "shop", "--scope", "everything"), ConfigurationError, "profile:read"),
        (("add", "shop"), ConfigurationError, "--role"),
        (("rotate", "nobody"), UnknownKeyError, "cdp key list"),
        (("revoke", "nobody"), UnknownKeyError, "cdp key list"),
    ],
)
def test_what_cannot_be_done_is_said(
    graph: Graph, arguments: tuple[str, ...], error: type[CdpError], said: str
) -> None:
    ended = run(*arguments)

    assert isinstance(ended.exception, error)
    assert said in str(ended.exception)
    assert api_keys(graph) == []
