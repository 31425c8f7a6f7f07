"""``cdp why``, ``cdp why-not``, ``cdp how``, ``cdp as-of``: explanations for people and for programs."""

import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from graph.address import resolve_address
from graph.confidence import Levels
from graph.connection import Reader, open_graph
from graph.errors import ConfigurationError
from graph.history import levels_at, require_past
from graph.printing import print_json
from resolution.explanation.as_of import AsOf, as_of
from resolution.explanation.asking import last_model
from resolution.explanation.how import How, how
from resolution.explanation.telling import tell_as_of, tell_how, tell_why, tell_why_not
from resolution.explanation.why import Why, why, why_at
from resolution.explanation.why_not import Together, WhyNot, why_not, why_not_at
from resolution.models.model import Model
from resolution.models.model_store import model_store

NOTHING_TO_SHOW = 1

Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="A customer as source:external_id.")]
Left = Annotated[str, typer.Argument(metavar="A", help="A customer as source:external_id.")]
Right = Annotated[str, typer.Argument(metavar="B", help="Another customer.")]
Time = Annotated[
    str, typer.Argument(metavar="TIME", help="ISO 8601, such as 2026-03-01T12:00:00Z; without a zone it is UTC.")
]
Confidence = Annotated[str | None, typer.Option("--confidence", help="0 to 1, or a named level.")]
AtTime = Annotated[
    str | None, typer.Option("--as-of", metavar="TIME", help="A past moment, as of `cdp as-of`; now if not given.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def why_command(
    left: Left, right: Right, confidence: Confidence = None, as_of: AtTime = None, as_json: AsJson = False
) -> None:
    """Why two customers are one person: the links between them, weakest first, and what holds without each.

    Weights are bits (log2 odds): each one more doubles the odds that both are one person. What would have held
    without a link in the past is not known any more.

    Example: cdp why crm:17 shop:204 --confidence strict
    """
    with open_graph(resolve_address()) as graph, graph.reading() as reader:
        if as_of is not None:
            at = _past(as_of)
            found = why_at(reader, left, right, levels_at(reader, at).confidence_then(confidence), at)
        else:
            model, asked = _asked(reader, confidence)
            found = why(reader, model, left, right, asked)
    _print(found, tell_why(found), as_json=as_json)


def why_not_command(
    left: Left, right: Right, confidence: Confidence = None, as_of: AtTime = None, as_json: AsJson = False
) -> None:
    """Why two customers are not one person: one reason with its facts.

    Of a past time it is known who waited, what stewards had decided, and who was linked; not what else was scored.

    Example: cdp why-not crm:17 shop:204
    """
    with open_graph(resolve_address()) as graph, graph.reading() as reader:
        if as_of is not None:
            at = _past(as_of)
            found = why_not_at(reader, left, right, levels_at(reader, at).confidence_then(confidence), at)
        else:
            model, asked = _asked(reader, confidence)
            found = why_not(reader, model, left, right, asked)
    _print(found, tell_why_not(found), as_json=as_json)
    if isinstance(found.reason, Together):
        raise typer.Exit(NOTHING_TO_SHOW)


def how_command(
    customer: Customer, confidence: Confidence = None, as_of: AtTime = None, as_json: AsJson = False
) -> None:
    """How the cluster of a customer came together: its merges, from the strongest to the weakest.

    Example: cdp how crm:17
    """
    with open_graph(resolve_address()) as graph, graph.reading() as reader:
        if as_of is not None:
            at = _past(as_of)
            found = how(reader, customer, levels_at(reader, at).confidence_then(confidence), at)
        else:
            found = how(reader, customer, _levels(reader).confidence_of(confidence))
    _print(found, tell_how(found), as_json=as_json)


def as_of_command(customer: Customer, time: Time, confidence: Confidence = None, as_json: AsJson = False) -> None:
    """Who a customer was at a time, as the graph knew it then.

    A named confidence is that of the model of that time. Customers that were deleted since are gone from the past too.

    Example: cdp as-of crm:17 2026-03-01T12:00:00Z
    """
    at = _time(time)
    with open_graph(resolve_address()) as graph, graph.reading() as reader:
        found = as_of(reader, customer, at, confidence)
    _print(found, tell_as_of(found), as_json=as_json)
    if not found.known:
        raise typer.Exit(NOTHING_TO_SHOW)


def _asked(reader: Reader, confidence: str | None) -> tuple[Model, float]:
    """The model of the last run, and the confidence as a number."""
    levels = _levels(reader)
    assert levels.model_version is not None
    return model_store().load(levels.model_version), levels.confidence_of(confidence)


def _levels(reader: Reader) -> Levels:
    model = last_model(reader)
    return Levels(model.version, model.levels)


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            "This time cannot be read.", "Give it as in 2026-03-01 or 2026-03-01T12:00:00Z."
        ) from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _past(text: str) -> datetime:
    """Raises ConfigurationError for a time that is still to come."""
    at = _time(text)
    require_past(at)
    return at


def _print(found: AsOf | How | Why | WhyNot, lines: Iterable[str], *, as_json: bool) -> None:
    """One JSON document with the same words, or the words alone, which no width of a terminal cuts."""
    if as_json:
        print_json({**asdict(found), "words": list(lines)})
        return
    sys.stdout.writelines(f"{line}\n" for line in lines)
