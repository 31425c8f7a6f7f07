"""``cdp steward``: decisions about customers, taken, withdrawn and listed."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from graph.connection import Graph
from graph.decisions import Decision, list_decisions
from graph.errors import NothingResolvedError
from graph.opening import opened_graph
from graph.printing import print_json
from graph.runs import latest_run
from resolution.incremental import IncrementalResolution
from resolution.models.model_store import model_store
from resolution.stewards.stewardship import Decided, Steward, Stewardship

steward_app = typer.Typer(
    no_args_is_help=True,
    help="Decide who is one person and who is not; decisions outrank the model.",
    epilog="Example: cdp steward list",
)

Customers = Annotated[list[str], typer.Argument(metavar="CUSTOMER", help="Customers as source:external_id.")]
Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="A customer as source:external_id.")]


def _said(text: str) -> str:
    """Whoever asks later who decided, and why, is told; an unset variable of a shell is nobody."""
    if not text.strip():
        raise typer.BadParameter("it is empty: a decision is somebody's, for a reason.")
    return text.strip()


Reason = Annotated[str, typer.Option("--reason", help="Why, in words; kept with the decision.", callback=_said)]
Actor = Annotated[str, typer.Option("--actor", envvar="CDP_ACTOR", help="Who decides.", callback=_said)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@steward_app.command(epilog="Example: cdp steward link crm:17 shop:204 --actor ada --reason 'same passport'")
def link(customers: Customers, actor: Actor, reason: Reason, as_json: AsJson = False) -> None:
    """These customers are one person."""
    _decide(lambda stewards: stewards.link_customers(customers, Steward(actor, reason)), as_json=as_json)


@steward_app.command(epilog="Example: cdp steward unlink shop:204 --actor ada --reason 'his son' --from crm:17")
def unlink(
    customers: Customers,
    actor: Actor,
    reason: Reason,
    others: Annotated[
        list[str] | None, typer.Option("--from", help="From whom; else from their whole profile.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """These customers are not the person whom they are taken for."""
    _decide(
        lambda stewards: stewards.unlink_customers(customers, Steward(actor, reason), others or ()), as_json=as_json
    )


@steward_app.command(epilog="Example: cdp steward confirm crm:17 shop:204 --actor ada --reason 'asked her'")
def confirm(left: Customer, right: Customer, actor: Actor, reason: Reason, as_json: AsJson = False) -> None:
    """A link, or a pair that was compared, is one person."""
    _decide(lambda stewards: stewards.confirm_link(left, right, Steward(actor, reason)), as_json=as_json)


@steward_app.command(epilog="Example: cdp steward reject crm:17 shop:204 --actor ada --reason 'father and son'")
def reject(left: Customer, right: Customer, actor: Actor, reason: Reason, as_json: AsJson = False) -> None:
    """A link, or a pair that was compared, is two people."""
    _decide(lambda stewards: stewards.reject_link(left, right, Steward(actor, reason)), as_json=as_json)


@steward_app.command(epilog="Example: cdp steward split crm:17,shop:204 crm:18 --actor ada --reason 'two sisters'")
def split(
    sides: Annotated[list[str], typer.Argument(metavar="SIDE", help="Customers of one side, joined by commas.")],
    actor: Actor,
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """Of these sides no two are one person."""
    groups = [side.split(",") for side in sides]
    _decide(lambda stewards: stewards.split_cluster(groups, Steward(actor, reason)), as_json=as_json)


@steward_app.command(
    epilog="Example: cdp steward withdraw decision-20260301T120000-1a2b3c4d --actor ada --reason 'my mistake'"
)
def withdraw(
    decision: Annotated[str, typer.Argument(help="Key of the decision.")],
    actor: Actor,
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """A decision holds no longer; what it had outranked counts again."""
    _decide(lambda stewards: stewards.withdraw(decision, Steward(actor, reason)), as_json=as_json)


@steward_app.command("list", epilog="Example: cdp steward list --json")
def list_command(as_json: AsJson = False) -> None:
    """Every decision, withdrawn ones too, oldest first."""
    with opened_graph() as graph:
        decisions = list_decisions(graph)
    if as_json:
        print_json([asdict(decision) for decision in decisions])
    else:
        sys.stdout.writelines(f"{_in_words(decision)}\n" for decision in decisions)


def _decide(decide: Callable[[Stewardship], Decided], *, as_json: bool) -> None:
    with opened_graph() as graph:
        decided = decide(Stewardship(graph, last_resolution(graph)))
    if as_json:
        print_json(asdict(decided))
        return
    changes, profiles = decided.changes, decided.profiles
    Console().print(
        f"{decided.decision}: {changes.links_created + changes.links_changed} links written,",
        f"{changes.links_retired} retired, {profiles['profiles_merged']} profiles merged,",
        f"{profiles['profiles_split']} split. To take it back: cdp steward withdraw {decided.decision}",
    )


def last_resolution(graph: Graph) -> IncrementalResolution:
    """With the model that resolved the graph last. Raises NothingResolvedError, ModelError."""
    run = latest_run(graph)
    if run is None:
        raise NothingResolvedError
    return IncrementalResolution(model_store().load(run[1].version))


def _in_words(decision: Decision) -> str:
    """Two lines, which no width of a terminal cuts: a key is there to be copied."""
    sides = " | ".join(", ".join(side) for side in decision.sides)
    taken = f"{decision.key}  {decision.action} by {decision.actor} on {decision.at:%Y-%m-%d %H:%M}"
    if decision.withdrawn_at:
        taken += f", withdrawn by {decision.withdrawn_by} on {decision.withdrawn_at:%Y-%m-%d}"
    return f"{taken}\n    {sides}: {decision.reason}"
