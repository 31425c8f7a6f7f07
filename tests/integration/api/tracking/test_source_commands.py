import orjson
import pytest
from typer.testing import CliRunner, Result

from api.commands import app
from graph.connection import Graph
from graph.errors import ConfigurationError, UnknownSourceError
from graph.sources import hash_of, tracked_sources
from tests.assertions import nodes

pytestmark = pytest.mark.usefixtures("command_environment")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["source", *arguments])


def document(*arguments: str) -> dict[str, str]:
    ended = run(*arguments, "--json")
    assert ended.exit_code == 0, ended.output
    return orjson.loads(ended.stdout)


def keys(graph: Graph) -> list[str]:
    return [key for source in tracked_sources(graph) for key in source.write_keys]


def test_a_key_is_shown_once_and_only_its_hash_is_kept(graph: Graph) -> None:
    added = document("add", "web", "--kind", "web")
    listed = run("list", "--json").stdout

    assert keys(graph) == [hash_of(added["writeKey"])]
    assert added["writeKey"] not in listed
    assert hash_of(added["writeKey"]) not in listed
    assert nodes(graph, "Source", "name", "kind", "channel") == {("web", "web", "web")}


def test_a_rotation_ends_the_old_key_now_or_at_the_next_one(graph: Graph) -> None:
    document("add", "web", "--key", "first-key")
    kept = document("rotate", "web", "--keep")["writeKey"]
    after_keeping = keys(graph)
    last = document("rotate", "web")["writeKey"]

    assert after_keeping == [hash_of("first-key"), hash_of(kept)]
    assert keys(graph) == [hash_of(last)]


def test_a_source_is_refused_and_taken_again(graph: Graph) -> None:
    document("add", "web")
    document("disable", "web")
    (disabled,) = tracked_sources(graph)
    document("enable", "web")
    (enabled,) = tracked_sources(graph)

    assert disabled.disabled_at is not None
    assert enabled.disabled_at is None


def test_a_source_is_opened_for_a_name_and_closed_again(graph: Graph) -> None:
    document("add", "web")
    document("add", "app")
    document("open", "web", "shop")
    document("open", "web", "shop")
    taken = run("open", "app", "shop")
    opened = {source.name: source.open_names for source in tracked_sources(graph)}
    document("close", "web", "shop")

    assert opened == {"web": ("shop",), "app": ()}
    assert isinstance(taken.exception, ConfigurationError)
    assert {source.open_names for source in tracked_sources(graph)} == {()}


def test_a_source_that_was_loaded_before_keeps_what_it_is(graph: Graph) -> None:
    graph.driver.execute_query("CREATE (:Source {name: 'web', kind: 'web', channel: 'web', trust: 77})")
    document("add", "web", "--kind", "app", "--trust", "5")

    assert nodes(graph, "Source", "kind", "trust") == {("web", 77)}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("add", "Web Site"), ConfigurationError),
        (("add", "cookie"), ConfigurationError),
        (("add", "web", "--key", "short"), ConfigurationError),
        (("rotate", "nobody"), UnknownSourceError),
        (("disable", "nobody"), UnknownSourceError),
        (("open", "nobody", "shop"), UnknownSourceError),
    ],
)
def test_what_cannot_be_done_is_said(graph: Graph, arguments: tuple[str, ...], error: type[Exception]) -> None:
    assert isinstance(run(*arguments).exception, error)
    assert keys(graph) == []
