"""``cdp audit``: questions about the whole graph, and the log of who looked at whom."""

import asyncio
import sys
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperCommand, TyperGroup

from api.audit.persons import profile_ids_of
from api.audit.pruning_commands import finding_document, prune_command, pruned_document, pruned_words, tell_finding
from api.audit.reading import AuditedClass, AuditRecord, Wanted, read_audit, records_begin_at
from api.audit.secret import audit_dir, audit_key
from api.audit.verification import VerifiedChain, verify
from api.settings import api_settings
from graph.address import resolve_address
from graph.audit_commands import audit_command
from graph.audits import audits
from graph.connection import open_async_graph
from graph.errors import ConfigurationError
from graph.printing import print_json
from graph.profile_ids import customer_of

NOT_RIGHT = 1
_QUESTION = "question"


class AuditGroup(TyperGroup):
    """A group in which every name that is no command is the name of a question about the graph."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 -- click's context, which typer hides
        """Its commands, and the questions: help and completion tell both."""
        return [*super().list_commands(ctx), *audits()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 -- as above
        """A command; of a question what it finds, to be told: it is asked through the hidden command."""
        question = audits().get(cmd_name)
        if question is None:
            return super().get_command(ctx, cmd_name)
        return TyperCommand(cmd_name, help=question.finds, rich_help_panel="Questions about the whole graph")

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 -- as above
        """Put the hidden command in front where none is named."""
        if not args and ctx.resilient_parsing:  # the completion of a name
            return super().parse_args(ctx, args)
        named = args and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if named else [_QUESTION, *args])


audit_app = typer.Typer(
    cls=AuditGroup,
    help="Ask the whole graph (cdp audit NAME; without a name, the list), or the log of who looked at whom.",
    epilog="Example: cdp audit over_merged_suspects --param confidence=strict --limit 20",
)
audit_app.command(_QUESTION, hidden=True)(audit_command)
audit_app.command("prune", epilog="Example: cdp audit prune --older-than 365 --dry-run")(prune_command)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]


@audit_app.command("verify", epilog="Example: cdp audit verify --json")
def verify_command(as_json: AsJson = False) -> None:
    """Check that no line of the audit log was edited, removed or moved; ends with 1 where one was.

    Prints how many lines each process wrote and the hash of the last one. Kept elsewhere, they tell later that all
    files of a process are gone. Says what was pruned, and by whom.
    """
    settings = api_settings()
    chains = verify(audit_dir(settings), audit_key(settings))
    if as_json:
        print_json([_chain_document(chain) for chain in chains])
    else:
        _tell_chains(chains)
    if any(chain.finding for chain in chains):
        raise typer.Exit(NOT_RIGHT)


@audit_app.command("who", epilog="Example: cdp audit who --customer crm:1 --json")
def who_command(
    customer: Annotated[str | None, typer.Option("--customer", help="source:external_id.")] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="Id of a profile, current or former.")] = None,
    confidence: Annotated[str | None, typer.Option("--confidence", help="0 to 1, or a named level.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most so many records.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Tell who looked at a person, newest first, under whatever profile id, and since when there are records."""
    ids = asyncio.run(_ids_of(_customer(customer, profile), confidence))
    folder = audit_dir(api_settings())
    records = list(islice(read_audit(folder, Wanted(profiles=ids)), limit))
    if as_json:
        print_json([_record_document(record) for record in records])
        return
    _tell_beginning(folder)
    if not records:
        Console(stderr=True).print("Nobody looked at this person.")
    sys.stdout.writelines(_words(record) + "\n" for record in records)


def _customer(customer: str | None, profile: str | None) -> str:
    if (customer is None) == (profile is None):
        raise ConfigurationError("It is not said who.", "Give one of --customer and --profile.")
    found = customer or customer_of(profile or "")
    if found is None:
        raise ConfigurationError("This is not a profile id.", "Take one of an answer, as it was.")
    return found


async def _ids_of(customer: str, confidence: str | None) -> frozenset[str]:
    async with open_async_graph(resolve_address()) as graph:
        return await profile_ids_of(graph, customer, confidence)


def _tell_beginning(folder: Path) -> None:
    began_at = records_begin_at(folder)
    since = f"There are records since {began_at:%Y-%m-%d %H:%M:%S}." if began_at else "There are no records."
    pruned = " Older ones were pruned: cdp audit verify." if any(folder.glob("*.pruned")) else ""
    Console(stderr=True).print(since + pruned, highlight=False, soft_wrap=True)


def _tell_chains(chains: list[VerifiedChain]) -> None:
    console = Console(stderr=True)
    for chain in chains:
        sys.stdout.write(f"{chain.name}  {chain.lines:>9,} lines  {chain.sha256}\n")
        if chain.unfinished:
            console.print(f"{chain.name}: the last line is unfinished, as a crash leaves it.", highlight=False)
        for words in pruned_words(chain.pruned):
            console.print(f"{chain.name}: {words}.", markup=False, highlight=False, soft_wrap=True)
        tell_finding(chain.finding)
    if not chains:
        console.print("There is no audit log yet.")


def _chain_document(chain: VerifiedChain) -> dict[str, Any]:
    return {
        "chain": chain.name,
        "lines": chain.lines,
        "sha256": chain.sha256,
        "unfinished": chain.unfinished,
        "pruned": [pruned_document(file) for file in chain.pruned],
        "finding": finding_document(chain.finding),
    }


def _record_document(record: AuditRecord) -> dict[str, Any]:
    return {
        "at": record.at,
        "actor": record.actor,
        "actor_kind": record.actor_kind,
        "purpose": record.purpose,
        "operation": record.operation,
        "kind": record.kind,
        "profiles": record.profile_ids,
        "clear": {found.name: found.count for found in record.clear},
        "masked": {found.name: found.count for found in record.masked},
        "outcome": record.outcome,
        "request": record.request_id,
    }


def _words(record: AuditRecord) -> str:
    what = f"{record.kind} {record.operation or 'without a name'}"
    shown = f"clear: {_counts(record.clear)}; masked: {_counts(record.masked)}"
    purpose = f"  for {record.purpose}" if record.purpose else ""
    return f"{record.at:%Y-%m-%d %H:%M:%S}  {record.actor}  {what}  {record.outcome}  {shown}{purpose}"


def _counts(classes: tuple[AuditedClass, ...]) -> str:
    return ", ".join(f"{found.count} {found.name}" for found in classes) or "nothing"
