"""``cdp``: one command, its sub-commands in the order of the flow."""

import errno
import logging
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from api.console.lazy_commands import LazyCommand
from api.operation.ending import end_in_order
from graph.collecting import collect_rarely
from graph.errors import CdpError
from graph.release import DISTRIBUTION, release

INTERRUPTED = 130
# No room, not yours, read-only: whatever the program does, somebody has to see to it.
_OF_THE_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS}

COMMANDS = (
    ("neo4j", "graph.commands:neo4j_app", "Start, stop, back up and look at the embedded Neo4j."),
    (
        "sample",
        "loaders.sample.commands:sample",
        "Make the sample company: what CRM, call centre, shop, web, app and email know of the same invented people.",
    ),
    ("source", "api.tracking.commands:source_app", "Websites, apps and servers that send tracking calls."),
    ("key", "api.access.key_commands:key_app", "Keys of the API: who may ask, and what they may see."),
    (
        "load",
        "loaders.commands:load_command",
        "Load data into the graph, as mapping files say. Loading the same data again changes nothing.",
    ),
    (
        "rejects",
        "api.tracking.rejects_commands:rejects_app",
        "Rows and values that could not be used: see, mend, replay them.",
    ),
    (
        "resolve",
        "resolution.commands:resolve_command",
        "Find which customers are one person, and write the links with their evidence.",
    ),
    ("model", "resolution.models.model_commands:model_app", "Versions of the model that links customers."),
    (
        "steward",
        "resolution.stewards.steward_commands:steward_app",
        "Decide who is one person and who is not; decisions outrank the model.",
    ),
    (
        "review",
        "resolution.stewards.review_commands:review_app",
        "The doubtful pairs, what tells most first, to be decided in bulk.",
    ),
    (
        "guards",
        "graph.guard_commands:guards_command",
        "Show the guards in force: what names nobody, roles, hubs, unique values, limits of a profile, weak bridges.",
    ),
    (
        "survivorship",
        "graph.survivorship_commands:survivorship_command",
        "Show by which rules a profile shows one of several values: for each field, group, trait and contact.",
    ),
    (
        "profile",
        "api.console.profile_commands:profile_command",
        "Show the unified profile of one person, and why the records are one.",
    ),
    (
        "why",
        "resolution.explanation.commands:why_command",
        "Why two customers are one person: the links between them, weakest first, and what holds without each.",
    ),
    (
        "why-not",
        "resolution.explanation.commands:why_not_command",
        "Why two customers are not one person: one reason with its facts.",
    ),
    (
        "how",
        "resolution.explanation.commands:how_command",
        "How the cluster of a customer came together: its merges, from the strongest to the weakest.",
    ),
    (
        "as-of",
        "resolution.explanation.commands:as_of_command",
        "Who a customer was at a time, as the graph knew it then.",
    ),
    (
        "audit",
        "api.audit.audit_commands:audit_app",
        "Ask the whole graph (cdp audit NAME; without a name, the list), or the log of who looked at whom.",
    ),
    (
        "serve",
        "api.operation.serve_commands:serve_command",
        "Serve GraphQL, tracking calls, health and, in development, GraphiQL, until Ctrl-C or SIGTERM.",
    ),
    (
        "doctor",
        "api.operation.doctor.commands:doctor_command",
        "Check this deployment: versions, settings, database, memory, clock, keys, disk, ports, model, dead letters.",
    ),
    (
        "settings",
        "api.console.settings_commands:settings_command",
        "Show every setting: what is in force, from the environment and .env, its default, and what it means.",
    ),
    (
        "evaluate",
        "api.console.evaluation_commands:evaluate_command",
        "Measure the resolution on labelled records, in a database of its own that leaves nothing behind.",
    ),
    (
        "demo",
        "api.demo.commands:demo_command",
        "Make, load, resolve and serve the sample company, and tell what happened.",
    ),
)
"""Name, where the command is, and the first paragraph of its help: it is imported when it runs."""


class CdpGroup(TyperGroup):
    """``cdp`` itself, with its commands in the order above."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 -- what typer gives
        super().__init__(**attributes)
        for command in COMMANDS:
            self.add_command(LazyCommand(*command))


app = typer.Typer(
    name="cdp",
    cls=CdpGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="An identity CDP on a graph: load what sources know, resolve who is who, answer with profiles.",
    epilog="Example: cdp demo",
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"{DISTRIBUTION} {release()}")
        raise typer.Exit


@app.callback()
def before_every_command(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 -- its callback answers
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Show the version and exit.")
    ] = False,
) -> None:
    """Tell of variables that are no settings; the server tells in its log."""
    from api.console.unknown_settings import misspelt_settings, words_of  # noqa: PLC0415 -- not for --help

    if context.invoked_subcommand != "serve":
        for variable in misspelt_settings():
            _tell(words_of(variable), "yellow")


def main() -> None:
    """Run ``cdp``; errors of ours become one message and an exit code that means something."""
    collect_rarely()
    # Where a server is away, it would speak of it beside our message.
    logging.getLogger("neo4j").setLevel(logging.CRITICAL)
    end_in_order()
    try:
        app()
    except CdpError as error:
        _tell(f"{error.problem}\n{error.advice}")
        sys.exit(error.exit_code)
    except ValueError as error:
        from api.console.settings_commands import wrong_settings  # noqa: PLC0415 -- not for --help

        wrong = wrong_settings(error)
        if not wrong:
            raise
        told = "\n".join(f"  {variable}" for variable in wrong)
        _tell(f"A setting cannot be used:\n{told}\nSee .env.example for what each one takes.")
        sys.exit(2)
    except OSError as error:
        if error.errno not in _OF_THE_MACHINE:
            raise
        where = f" ({error.filename})" if error.filename else ""
        _tell(f"{error.strerror}{where}.\nCheck that the disk has room, and that files and folders are yours.")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _tell(message: str, style: str = "red") -> None:
    Console(stderr=True, soft_wrap=True).print(message, style=style, markup=False, highlight=False)


if __name__ == "__main__":
    main()
