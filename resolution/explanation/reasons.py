"""Reasons: who claims a link, and on what grounds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from graph.connection import Reader
from graph.decisions import JOINING, Decision, decisions_about, decisions_of
from graph.evidence import LinkEvidence, links_between
from graph.kinds import ONE_PERSON_KINDS
from graph.links import Pair
from graph.surroundings import rule_partners


@dataclass(frozen=True, slots=True)
class LinkReason:
    """A link with what stands behind it.

    ``decision``: of a steward who made it; ``identifier``: ``kind:match_key`` that both hold, where a rule made it.
    """

    link: LinkEvidence
    decision: Decision | None
    identifier: str | None


def reasons_of(graph: Reader, pairs: Collection[Pair], at: datetime | None = None) -> dict[Pair, LinkReason]:
    """The reasons of the links of some pairs that hold now, or held at a time; what both hold is today's.

    Raises GraphError.
    """
    links = links_between(graph, pairs, at)
    decided = _deciding(graph, {key for pair, link in links.items() if link.method == "steward" for key in pair}, at)
    by_rule = {key for pair, link in links.items() if link.method == "rule" for key in pair}
    shared = rule_partners(graph, by_rule, ONE_PERSON_KINDS) if by_rule else {}
    return {
        pair: LinkReason(link, decided.get(pair) if link.method == "steward" else None, shared.get(pair))
        for pair, link in links.items()
    }


def _deciding(graph: Reader, customers: Collection[str], at: datetime | None) -> dict[Pair, Decision]:
    """Pair -> the first decision in force that makes it one person."""
    found: dict[Pair, Decision] = {}
    for decision in decisions_about(graph, customers, at) if customers else ():
        if decision.action in JOINING:
            for pair in decisions_of([(True, decision.sides)]).same:
                found.setdefault(pair, decision)
    return found
