"""How a customer's cluster came together: its links from the strongest to the weakest, and what each joined."""

from dataclasses import dataclass
from datetime import datetime

from graph.connection import Reader
from resolution.explanation.asking import forest_of, known_states
from resolution.explanation.forests import group_of
from resolution.explanation.reasons import LinkReason, reasons_of


@dataclass(frozen=True, slots=True)
class HowStep:
    """One merge. ``left_group`` holds the link's left customer, ``right_group`` its right one, as they were before.

    ``cohesion``: the height of the merge, in log2 odds; 100 where a rule or a steward made it.
    """

    number: int
    reason: LinkReason
    left_group: tuple[str, ...]
    right_group: tuple[str, ...]
    cohesion: float
    confidence: float


@dataclass(frozen=True, slots=True)
class How:
    """How a cluster came together down to a confidence. Without steps the customer stands alone.

    ``at``: the time whose cluster it is; none: now.
    """

    customer: str
    confidence: float
    members: tuple[str, ...]
    steps: tuple[HowStep, ...]
    at: datetime | None = None


def how(graph: Reader, customer: str, confidence: float, at: datetime | None = None) -> How:
    """The merges that made the cluster of a customer, now or at a time, in their order.

    Merges of one height may have happened in another order; they join the same groups in the end. Raises
    UnknownCustomerError, GraphError.
    """
    known_states(graph, [customer])
    links = forest_of(graph, customer, at)
    members = group_of(links, customer, confidence)
    inside = [link for link in links if link.confidence >= confidence and link.left in members]
    reasons = reasons_of(graph, [(link.left, link.right) for link in inside], at)
    groups = {member: (member,) for member in members}
    steps: list[HowStep] = []
    for number, link in enumerate(sorted(inside, key=lambda x: (-x.cohesion, x.left, x.right)), start=1):
        left, right = groups[link.left], groups[link.right]
        reason = reasons[link.left, link.right]
        steps.append(HowStep(number, reason, left, right, link.cohesion, link.confidence))
        joined = tuple(sorted(left + right))
        groups |= dict.fromkeys(joined, joined)
    return How(customer, confidence, members, tuple(steps), at)
