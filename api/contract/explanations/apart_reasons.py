"""Reasons why two customers are not one person, each with its facts.

Fields of one name have one type in all reasons, so that a client selects them without aliases.

Blocking keys hold values of customers, so only the names of their parts are shown.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import strawberry

from api.access import field_rules
from api.access.masking import classify
from api.contract.explanations.findings import ExplainedLink, ScoreWaterfall
from api.contract.exposure import Exposed, expose, expose_choice
from graph.decisions import Decision


class WhyNotCode(StrEnum):
    """Why two customers are not one person."""

    NOT_RESOLVED = "NOT_RESOLVED"
    REJECTED_BY_STEWARD = "REJECTED_BY_STEWARD"
    TOGETHER = "TOGETHER"
    VETOED = "VETOED"
    HELD_APART = "HELD_APART"
    SCORED_TOO_LOW = "SCORED_TOO_LOW"
    NEVER_COMPARED = "NEVER_COMPARED"
    NOT_LINKED = "NOT_LINKED"


@dataclass(frozen=True, slots=True)
class NotResolved:
    """They wait for a resolution."""

    waiting: tuple[str, ...]
    not_arrived: tuple[str, ...]
    words: str = "They wait for a resolution."
    code: WhyNotCode = WhyNotCode.NOT_RESOLVED


@dataclass(frozen=True, slots=True)
class RejectedBySteward:
    """A decision of a steward parts them."""

    decision: Decision
    pair: tuple[str, ...]
    joins: tuple[Decision, ...]
    words: str = "A decision of a steward parts them; it can be withdrawn."
    code: WhyNotCode = WhyNotCode.REJECTED_BY_STEWARD


@dataclass(frozen=True, slots=True)
class Together:
    """They are one person after all."""

    together_at: float | None
    words: str = "They are one person at this confidence. Ask `why`."
    code: WhyNotCode = WhyNotCode.TOGETHER


@dataclass(frozen=True, slots=True)
class Vetoed:
    """A guard holds them apart, whatever their scores."""

    guard: str
    pair: tuple[str, ...]
    score: ScoreWaterfall | None
    words: str
    code: WhyNotCode = WhyNotCode.VETOED


@dataclass(frozen=True, slots=True)
class HeldApart:
    """They or their groups are linked, but the groups as wholes are not near enough at this confidence."""

    left_group: tuple[str, ...]
    right_group: tuple[str, ...]
    pairs: int
    scored: int
    mean_weight: float | None
    missing_weight: float
    cohesion: float
    needed: float | None
    together_at: float | None
    strongest: tuple[str, ...] | None
    score: ScoreWaterfall | None
    words: str = "They or their groups are linked, but the groups as wholes are not near enough at this confidence."
    code: WhyNotCode = WhyNotCode.HELD_APART


@dataclass(frozen=True, slots=True)
class ScoredTooLow:
    """They were compared, and more speaks against one person than for it."""

    score: ScoreWaterfall | None
    kept: bool
    keep_above: float
    together_at: float | None
    words: str = "They were compared, and more speaks against one person than for it."
    code: WhyNotCode = WhyNotCode.SCORED_TOO_LOW


@dataclass(frozen=True, slots=True)
class BlockingKey:
    """A combination of fields by which customers are selected for comparison."""

    parts: tuple[str, ...]
    most: int
    customers: int
    selects: bool


@dataclass(frozen=True, slots=True)
class NeverCompared:
    """No blocking rule selected the pair."""

    shared: tuple[BlockingKey, ...]
    unused: tuple[tuple[str, ...], ...]
    left_only: tuple[str, ...]
    right_only: tuple[str, ...]
    words: str = "No blocking rule selected the pair: they share nothing, or only what selects nobody."
    code: WhyNotCode = WhyNotCode.NEVER_COMPARED


@dataclass(frozen=True, slots=True)
class HeldApartThen:
    """In the past they or their groups were linked, and were two people at this confidence all the same."""

    left_group: tuple[str, ...]
    right_group: tuple[str, ...]
    links: int
    strongest_link: ExplainedLink | None
    together_at: float | None
    words: str = "They or their groups were linked; what held them apart then is not known any more."
    code: WhyNotCode = WhyNotCode.HELD_APART


@dataclass(frozen=True, slots=True)
class NotLinkedThen:
    """In the past nothing linked them or their groups. What pairs scored that are no links has no history."""

    left_group: tuple[str, ...]
    right_group: tuple[str, ...]
    words: str = "Nothing linked them or their groups then."
    code: WhyNotCode = WhyNotCode.NOT_LINKED


WhyNotReason = Annotated[
    NotResolved
    | RejectedBySteward
    | Together
    | Vetoed
    | HeldApart
    | ScoredTooLow
    | NeverCompared
    | HeldApartThen
    | NotLinkedThen,
    strawberry.union("WhyNotReason", description="The first reason that applies, with its facts."),
]


expose_choice(
    WhyNotCode,
    {
        WhyNotCode.NOT_RESOLVED: "They wait for a resolution.",
        WhyNotCode.REJECTED_BY_STEWARD: "A decision of a steward parts them.",
        WhyNotCode.TOGETHER: "They are one person after all.",
        WhyNotCode.VETOED: "A guard holds them apart.",
        WhyNotCode.HELD_APART: "Their groups as wholes are not near enough.",
        WhyNotCode.SCORED_TOO_LOW: "More speaks against one person than for it.",
        WhyNotCode.NEVER_COMPARED: "No blocking rule selected the pair.",
        WhyNotCode.NOT_LINKED: "Nothing linked them at the time asked for.",
    },
)
_PLAIN = field_rules.plain
for kind in (NotResolved, RejectedBySteward, Together, HeldApart, ScoredTooLow, HeldApartThen, NotLinkedThen):
    classify(kind, {"words": _PLAIN})
classify(Vetoed, {"words": _PLAIN, "guard": _PLAIN})
classify(NeverCompared, dict.fromkeys(("words", "unused", "left_only", "right_only"), _PLAIN))
classify(BlockingKey, {"parts": _PLAIN})
_SAID = {"code": "Code, for programs.", "words": "The reason as a sentence."}
_TOGETHER_AT = "Highest confidence at which they are one person all the same; none: at no confidence."
_LEFT_GROUP = "Who is one person with the first customer, at most 1,000."
_RIGHT_GROUP = "Who is one person with the second customer, at most 1,000."
_PAIR = "Whom it is about: the two customers, or others of their groups."
expose(
    NotResolved,
    Exposed(
        {
            **_SAID,
            "waiting": "Which of them wait.",
            "not_arrived": "Of these, those of whom no record has arrived; others only name them.",
        },
        ids=("waiting", "not_arrived"),
    ),
)
expose(
    RejectedBySteward,
    Exposed(
        {
            **_SAID,
            "decision": "The decision: who, when and why.",
            "pair": _PAIR,
            "joins": "Decisions by which those others are the same people as the customers.",
        },
        ids=("pair",),
    ),
)
expose(Together, Exposed({**_SAID, "together_at": "Highest confidence at which they are one person."}))
expose(
    Vetoed,
    Exposed(
        {
            **_SAID,
            "guard": "Name of the guard.",
            "pair": _PAIR,
            "score": "What the comparisons say of that pair; none where it was never scored.",
        },
        ids=("pair",),
    ),
)
expose(
    HeldApart,
    Exposed(
        {
            **_SAID,
            "left_group": _LEFT_GROUP,
            "right_group": _RIGHT_GROUP,
            "pairs": "Pairs across the two groups; customers that certainly are one person count as one.",
            "scored": "Those of them that were ever scored.",
            "mean_weight": "Their average weight, in log2 odds.",
            "missing_weight": "Weight with which each of the others counts.",
            "cohesion": "The average over all pairs: how strongly the groups hold together.",
            "needed": "The cohesion that this confidence asks for; none where only rules and stewards reach it.",
            "together_at": _TOGETHER_AT,
            "strongest": "The pair across with the highest weight.",
            "score": "What the comparisons say of the two themselves; none where they were never scored.",
        },
        ids=("left_group", "right_group", "strongest"),
    ),
)
expose(
    ScoredTooLow,
    Exposed(
        {
            **_SAID,
            "score": "What the comparisons say.",
            "kept": "The pair is in the graph, as all pairs above `keepAbove`.",
            "keep_above": "Weight above which pairs are kept.",
            "together_at": _TOGETHER_AT,
        }
    ),
)
expose(
    BlockingKey,
    Exposed(
        {
            "parts": "The fields that it is made of.",
            "most": "How many customers may share its values and still be compared.",
            "customers": "How many do, counted up to one more than may.",
            "selects": "Customers that share it are compared.",
        }
    ),
)
expose(
    NeverCompared,
    Exposed(
        {
            **_SAID,
            "shared": "The keys that both have, all of them in too many customers' hands.",
            "unused": (
                "Combinations of fields that both have and the model makes no use of: where it was trained they found "
                "hardly anybody whom no other finds."
            ),
            "left_only": "Fields in which the first customer has a value that the second has not.",
            "right_only": "Fields in which the second customer has a value that the first has not.",
        }
    ),
)
expose(
    HeldApartThen,
    Exposed(
        {
            **_SAID,
            "left_group": _LEFT_GROUP,
            "right_group": _RIGHT_GROUP,
            "links": "Links across the two groups that held then.",
            "strongest_link": "The one of them with the highest weight.",
            "together_at": _TOGETHER_AT,
        },
        ids=("left_group", "right_group"),
    ),
)
expose(
    NotLinkedThen,
    Exposed({**_SAID, "left_group": _LEFT_GROUP, "right_group": _RIGHT_GROUP}, ids=("left_group", "right_group")),
)
