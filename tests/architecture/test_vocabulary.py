import re
from pathlib import Path
from typing import Any

import pytest

from cypher import joined_statement
from graph.connection import Graph
from graph.constraints import declared_properties, inspect_schema
from graph.times import milliseconds
from graph.writing import CUSTOMER_STATEMENTS, write_batch
from tests.factories import batch, crm, days, device, interaction, minutes, session

CYPHER = Path(__file__).parents[2] / "cypher"
STATEMENTS = sorted(CYPHER.glob("**/*.cypher"))
VERBS = {"merge", "list", "get", "find", "retire", "erase", "explain", "create", "replace", "count", "lock"}
VOCABULARY = declared_properties()
PROPERTIES = {name for properties in VOCABULARY.values() for name in properties}
SOURCE = "".join(path.read_text() for path in CYPHER.parent.glob("[a-z]*/**/*.py") if ".venv" not in path.parts)

_LABEL = re.compile(r"\(\w*:(\w+(?:[:|&]\w+)*)|(?:SET|REMOVE|coalesce\()\s*\w+:(\w+)|\w:(Hub)\b")
_TYPE = re.compile(r"-\[\w*:(\w+(?:\|\w+)*)")
_PROPERTY = re.compile(r"\b(?!row\b|window\b|login\b|\d)[a-z]+\.([a-z_]+)\b(?!\()")
_PAGE_BY_KEY = re.compile(r"^\s*WHERE \w+\.(?:key|name) > \$after\b", re.MULTILINE)
# Components of times, and maps that a statement itself builds.
_NOT_STORED = {"epochMillis"}


def _text(file: Path) -> str:
    lines = [line for line in file.read_text().splitlines() if not line.strip().startswith("//")]
    return "\n".join(lines)


@pytest.mark.parametrize("file", STATEMENTS, ids=lambda file: file.stem)
def test_a_statement_uses_declared_words_only(file: Path) -> None:
    text = _text(file)
    labels = {word for found in _LABEL.findall(text) for part in found if part for word in re.split(r"[:|&]", part)}
    types = {word for found in _TYPE.findall(text) for word in found.split("|")}

    assert labels | types <= VOCABULARY.keys()
    assert not text.startswith("CALL db") or "YIELD" in text or file.stem == "get_indexes_online"


@pytest.mark.parametrize("file", sorted(CYPHER.glob("*.cypher")), ids=lambda file: file.stem)
def test_a_statement_is_named_by_a_verb_and_says_what_it_does(file: Path) -> None:
    lines = file.read_text().splitlines()

    assert file.stem.split("_")[0] in VERBS
    assert lines[0].startswith("// ")
    assert lines[1].startswith("// ")
    assert len(lines) <= 80


@pytest.mark.parametrize("file", sorted(CYPHER.glob("*.cypher")), ids=lambda file: file.stem)
def test_every_statement_is_asked_for_by_code(file: Path) -> None:
    assert f'"{file.stem}"' in SOURCE


@pytest.mark.parametrize("file", STATEMENTS, ids=lambda file: file.stem)
def test_the_server_takes_every_statement(file: Path, connected_graph: Graph) -> None:
    text = file.read_text()
    parameters = dict.fromkeys(re.findall(r"\$([a-z_]+)", text))
    is_schema = re.search(r"^(SHOW|CREATE (FULLTEXT )?INDEX)", _text(file), re.MULTILINE)
    with connected_graph.driver.session(database=connected_graph.database) as session:
        query = text if is_schema else f"EXPLAIN {text}"
        session.run(query, parameters).consume()  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "names",
    [
        ("merge_resolution_lock", "list_changed_customers"),
        (
            *("erase_compared_pairs", "merge_compared_pairs", "retire_links", "merge_links"),
            *("merge_prepared", "merge_identity_events", "merge_scoring_run"),
        ),
        CUSTOMER_STATEMENTS,
    ],
    ids=["lock_to_resolve", "write_increment", "write_customers"],
)
def test_the_server_takes_statements_that_are_joined(names: tuple[str, ...], connected_graph: Graph) -> None:
    text = joined_statement(names)
    parameters = {f"s{number}": dict[str, Any]() for number, _ in enumerate(names)}

    assert not set(re.findall(r"\$(\w+)", text)) - parameters.keys()
    with connected_graph.driver.session(database=connected_graph.database) as session:
        session.run(f"EXPLAIN {text}", parameters).consume()  # pyright: ignore[reportArgumentType]


def test_every_property_says_what_it_is() -> None:
    silent = [
        f"{owner}.{name}"
        for owner, properties in VOCABULARY.items()
        for name, definition in properties.items()
        if not definition.help_text
    ]

    assert silent == []


def test_the_database_has_what_the_models_declare(connected_graph: Graph) -> None:
    assert not inspect_schema(connected_graph).drifted


@pytest.mark.parametrize(
    "name", ["list_clusters", "list_clusters_at", "get_profile", "get_profiles", "get_profiles_at", "get_visitor_at"]
)
def test_clusters_are_read_once_per_member(name: str, connected_graph: Graph) -> None:
    assert "VarLengthExpand(Pruning,BFS,All)" in _operators(connected_graph, name)


@pytest.mark.parametrize("file", STATEMENTS, ids=lambda file: file.stem)
def test_pages_by_key_are_read_from_where_the_last_one_ended(file: Path) -> None:
    """Left to itself the planner may read a whole index and compare, otherwise than the index sorts: rows are lost."""
    text = _text(file)

    assert not _PAGE_BY_KEY.search(text) or "USING INDEX SEEK" in text


@pytest.mark.parametrize("members", [None, ["crm:1"]], ids=["own", "shared"])
def test_a_page_of_the_journey_costs_the_page_and_not_the_history(graph: Graph, members: list[str] | None) -> None:
    visits = [interaction(f"m{number}", at=minutes(number), session_id="s1") for number in range(2_000)]
    login = session("s1", started_at=minutes(0), device=device(), customer=crm("1"))
    write_batch(graph, batch("web", sessions=(login,), interactions=tuple(visits)))
    # Made anew, so that the planner knows what the index holds: its counts are renewed some time after a write.
    graph.driver.execute_query("DROP INDEX interaction_timeline", database_=graph.database)
    graph.run_alone("create_interaction_timeline")
    graph.run_alone("get_indexes_online")
    page: dict[str, Any] = {
        "windows": [{"owner": "anonymous_id:d1", "since": 0, "until": milliseconds(days(9)), "members": members}],
        "before": milliseconds(days(9)),
        "before_key": "",
        "since": 0,
        "limit": 10,
        **dict.fromkeys(("channels", "types", "names", "sources")),
    }

    text = f"PROFILE {(CYPHER / 'get_journey.cypher').read_text()}"
    with graph.driver.session(database=graph.database) as opened:
        result = opened.run(text, page)  # pyright: ignore[reportArgumentType]
        found, profile = result.single(strict=True)["interactions"], result.consume().profile

    assert len(found) == 10
    assert _accesses(profile) < 40 * 10


def _accesses(profile: object) -> int:
    assert isinstance(profile, dict)
    return profile["dbHits"] + sum(_accesses(child) for child in profile.get("children", []))


def _operators(graph: Graph, name: str) -> set[str]:
    text = (CYPHER / f"{name}.cypher").read_text()
    parameters = dict.fromkeys(re.findall(r"\$([a-z_]+)", text))
    with graph.driver.session(database=graph.database) as session:
        plan = session.run(f"EXPLAIN {text}", parameters).consume().plan  # pyright: ignore[reportArgumentType]
    return _below(plan)


def _below(plan: object) -> set[str]:
    assert isinstance(plan, dict)
    name: str = plan["operatorType"].split("@")[0]
    return {name}.union(*(_below(child) for child in plan.get("children", [])))
