# The command line: quick to tell what there is, and the same help as if everything were there.
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from api.commands import COMMANDS, app
from api.console.lazy_commands import LazyCommand
from graph.audits import audits
from graph.release import release

HEAVY = {"duckdb", "fastapi", "neo4j", "neomodel", "pandas", "pydantic", "requests", "splink", "strawberry"}
PROGRAM = """
import json, sys
from api.commands import app
try:
    app(sys.argv[1:], prog_name="cdp")
except SystemExit:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def walk(command: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    whole = command.loaded() if isinstance(command, LazyCommand) else command
    yield path, whole
    for name, part in getattr(whole, "commands", {}).items():
        if not part.hidden:
            yield from walk(part, *path, name)


EVERY = dict(walk(get_command(app)))
LEAVES = [path for path, command in EVERY.items() if not hasattr(command, "commands")]


def told(*path: str, columns: int) -> str:
    shown = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": str(columns), "NO_COLOR": "1"}, prog_name="cdp")
    assert shown.exit_code == 0
    return shown.stdout


def completed(words: str) -> list[str]:
    """What a shell is offered for the last word, which may be empty."""
    environment = {"_CDP_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    return CliRunner().invoke(app, [], env=environment, prog_name="cdp").stdout.split()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], []])
def test_what_there_is_is_told_without_what_commands_need(arguments: list[str]) -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=True)

    assert ended.stdout
    assert HEAVY & set(json.loads(ended.stderr)) == set()


@pytest.mark.parametrize(("name", "where", "says"), COMMANDS, ids=[name for name, _, _ in COMMANDS])
def test_the_list_says_of_a_command_what_its_help_says(name: str, where: str, says: str) -> None:
    assert LazyCommand(name, where, says).loaded().help.split("\n\n")[0] == says


def test_the_version_is_that_of_the_package() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == f"identity-cdp {release()}\n"


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_command_shows_an_example(path: tuple[str, ...]) -> None:
    example = told(*path, columns=200).split("Example: ")[1]

    assert re.match(rf"(\w+=\w+ )?{' '.join(('cdp', *path))}\b", example)


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_answers_programs(path: tuple[str, ...]) -> None:
    assert "--json" in told(*path, columns=100)


@pytest.mark.parametrize("columns", [80, 100])
@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_a_line_is_broken_only_where_it_is_full(path: tuple[str, ...], columns: int) -> None:
    lines = [line.rstrip() for line in told(*path, columns=columns).splitlines()]
    prose = [line for line in lines if not line.startswith(("╭", "│", "╰"))]

    early = [
        line for line, after in pairwise(prose) if line and after and len(line) + 1 + len(after.split()[0]) < columns
    ]
    assert early == []
    assert [line for line in lines if line.startswith("│") and re.search(r"<[\w|]+ *│|<[\w|]+ {2}", line)] == []


def test_the_questions_of_an_audit_are_told_with_what_they_find() -> None:
    shown = told("audit", columns=200)

    assert all(re.search(rf"│ {audit.name} +{re.escape(audit.finds)}", shown) for audit in audits().values())


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("cdp as", ["as-of"]),
        ("cdp model ", ["train", "list", "show", "diff", "charts"]),
        ("cdp model list --j", ["--json"]),
        ("cdp audit h", ["hubs"]),
        ("cdp audit hubs --p", ["--param"]),
        ("cdp rejects list --status r", ["replayed"]),
    ],
)
def test_a_shell_completes_commands_options_and_values(words: str, offered: list[str]) -> None:
    assert completed(words) == offered


def test_a_command_that_is_none_is_answered_with_the_nearest() -> None:
    shown = CliRunner().invoke(app, ["rejcets"], env={"COLUMNS": "100"})

    assert shown.exit_code == 2
    assert "Did you mean 'rejects'?" in shown.stderr
