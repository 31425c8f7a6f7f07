import json
from datetime import UTC, datetime
from typing import Any

import pytest

from graph.connection import Graph
from graph.errors import ConfigurationError, ResolutionError, UnknownCustomerError
from tests.integration.resolution.commands import cdp
from tests.integration.resolution.people import NAMES, write_person

COMMANDS = ("why", "why-not", "how", "as-of")


def document(*arguments: str) -> Any:
    return json.loads(cdp(*arguments, "--json").stdout)


@pytest.mark.usefixtures("people_by_command")
def test_the_commands_tell_people_and_programs_the_same() -> None:
    now = datetime.now(UTC).isoformat()
    for arguments in (
        ("why", "crm:0", "shop:0"),
        ("why-not", "crm:0", "crm:1"),
        ("how", "crm:0", "--confidence", "loose"),
        ("as-of", "crm:0", now),
        ("why", "crm:0", "shop:0", "--as-of", now),
        ("how", "crm:0", "--as-of", now),
        ("how", "crm:0", "--as-of", "2020-01-01"),
        ("how", "crm:0", "--as-of", "2020-01-01", "--confidence", "loose"),
    ):
        said = cdp(*arguments)
        assert said.exit_code == 0, said.output
        assert said.stdout.splitlines() == document(*arguments)["words"]

    assert document("why", "crm:0", "shop:0")["links"][0]["reason"]["link"]["left"] == "crm:0"
    assert document("why-not", "crm:0", "crm:1")["reason"]["kind"] == "never_compared"
    assert document("how", "shop:0")["members"] == ["crm:0", "shop:0"]
    assert document("as-of", "crm:0", now)["members"] == ["crm:0", "shop:0"]
    then, today = document("how", "crm:0", "--as-of", now), document("how", "crm:0")
    assert then == {**today, "at": then["at"], "words": then["words"]}
    assert document("how", "crm:0", "--as-of", "2020-01-01")["members"] == ["crm:0"]


@pytest.mark.usefixtures("people_by_command")
def test_answers_that_are_none_end_with_an_error() -> None:
    assert cdp("why-not", "crm:0", "shop:0").exit_code == 1
    before = cdp("as-of", "crm:0", "2020-01-01")
    assert before.exit_code == 1
    assert "crm:0 was not resolved at 2020-01-01 00:00:00 UTC, only since 20" in before.stdout


@pytest.mark.usefixtures("people_by_command")
@pytest.mark.parametrize("options", [("--confidence", "exact"), ("--as-of", "2020-01-01"), ()])
def test_the_command_that_is_pointed_to_answers_for_the_same_confidence_and_time(options: tuple[str, ...]) -> None:
    pointed = str(cdp("why", "crm:0", "shop:0", *options).exception).partition("See why: cdp ")[2].split()
    if not options:
        pointed = ["why-not", "crm:0", "shop:0"]

    apart = cdp(*pointed)

    assert apart.exit_code == (0 if options else 1)
    back = [line.partition("See why: cdp ")[2].split() for line in apart.stdout.splitlines() if "See why: " in line]
    assert [cdp(*arguments).exit_code for arguments in back] == ([] if options else [0])


@pytest.mark.usefixtures("people_by_command")
def test_what_cannot_be_answered_is_said_so() -> None:
    asked: list[tuple[tuple[str, ...], type[Exception], str]] = [
        (("why", "crm:0", "crm:1"), UnknownCustomerError, "cdp why-not crm:0 crm:1"),
        (("why", "crm:0", "crm:99"), UnknownCustomerError, "'crm:99' is not known"),
        (("why-not", "crm:99", "crm:0"), UnknownCustomerError, "'crm:99' is not known"),
        (("how", "crm:99"), UnknownCustomerError, "'crm:99' is not known"),
        (("as-of", "crm:99", "2026-01-01"), UnknownCustomerError, "'crm:99' is not known"),
        (("as-of", "crm:0", "yesterday"), ConfigurationError, "This time cannot be read"),
        (("as-of", "crm:0", "9999-01-01"), ConfigurationError, "still to come"),
        (("how", "crm:0", "--as-of", "9999-01-01"), ConfigurationError, "still to come"),
        (("why", "crm:0", "shop:0", "--as-of", "2020-01-01"), UnknownCustomerError, "are not one person"),
        (("why", "crm:0", "shop:0", "--confidence", "7"), ConfigurationError, "confidence is not known"),
    ]
    for arguments, error, words in asked:
        result = cdp(*arguments)
        assert isinstance(result.exception, error)
        assert words in str(result.exception)


@pytest.mark.usefixtures("command_environment")
def test_before_a_resolution_there_is_nothing_to_explain(graph: Graph) -> None:
    for number in (0, 1):
        write_person(graph, "crm", str(number), NAMES[number])
    further = {"how": (), "as-of": ("2026-01-01",)}
    for command in COMMANDS:
        result = cdp(command, "crm:0", *further.get(command, ("crm:1",)))

        assert isinstance(result.exception, ResolutionError)
        assert "cdp resolve" in str(result.exception)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(command: str) -> None:
    assert f"Example: cdp {command} crm:17" in " ".join(cdp(command, "--help").stdout.split())
