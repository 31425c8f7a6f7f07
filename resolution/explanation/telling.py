"""Telling: explanations as lines of text."""

from collections.abc import Iterator
from datetime import datetime
from functools import singledispatch

from resolution.clusters.clustering import CERTAIN
from resolution.explanation.as_of import AsOf
from resolution.explanation.how import How, HowStep
from resolution.explanation.why import PathLink, Why
from resolution.explanation.why_not import (
    Guarded,
    HeldApart,
    HeldApartThen,
    NeverCompared,
    NotLinkedThen,
    NotResolved,
    Parted,
    ScoredTooLow,
    Together,
    WhyNot,
)
from resolution.explanation.words import (
    bits,
    counted,
    decision_in_words,
    finding_in_words,
    guard_in_words,
    link_in_words,
    listed,
    options_of,
    parts_in_words,
    sure,
    telling_parts,
    waterfall_in_words,
)

_INDENT = "    "
# Combinations of what both share are many; the shortest come first and tell most.
_MOST_KEYS = 10


def tell_why(found: Why) -> Iterator[str]:
    """What holds two customers together, weakest link first."""
    links = counted(len(found.links), "link")
    are = f"were at {_moment(found.at)}" if found.at else "are"
    yield f"{found.left} and {found.right} {are} one person at confidence {sure(found.confidence)}, by {links}."
    for link in found.links:
        yield from _path_link(link)
        if found.at is None:
            yield f"{_INDENT}{_without(link)}"


def _path_link(found: PathLink) -> Iterator[str]:
    link = found.reason.link
    yield f"{found.place}. {link.left} ~ {link.right}, confidence {sure(link.confidence)}"
    yield f"{_INDENT}{link_in_words(found.reason)}"
    yield from (f"{_INDENT}{finding_in_words(part)}" for part in link.evidence)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _without(found: PathLink) -> str:
    if not found.tried:
        return "Without it: not looked at, too much hangs together here."
    if found.confidence_without is None:
        return "Without it: they part, at every confidence."
    if found.is_bridge:
        return f"Without it: they part; other pairs join them at confidence {sure(found.confidence_without)} only."
    return f"Without it: other pairs still join them, at confidence {sure(found.confidence_without)}."


def tell_why_not(found: WhyNot) -> Iterator[str]:
    """The one reason why two customers are not one person, with its facts."""
    yield from _reason(found.reason, found)


@singledispatch
def _reason(reason: object, found: WhyNot) -> Iterator[str]:
    raise TypeError(type(reason).__name__, found.confidence)


@_reason.register
def _(reason: NotResolved, found: WhyNot) -> Iterator[str]:
    yield f"Not resolved {f'by {_moment(found.at)}' if found.at else 'yet'}: {listed(reason.waiting)}."
    if reason.not_arrived:
        yield f"{_INDENT}No record has arrived of {listed(reason.not_arrived)}; others only name it."
    elif found.at is None:
        yield f"{_INDENT}Run first: cdp resolve."


@_reason.register
def _(reason: Parted, found: WhyNot) -> Iterator[str]:
    yield f"Parted by a steward: {decision_in_words(reason.decision)}."
    yield from _of_others(reason.pair, found)
    yield from (f"{_INDENT}{decision_in_words(decision)}" for decision in reason.joins)
    if reason.decision.withdrawn_at is None:
        yield f"{_INDENT}To take it back: cdp steward withdraw {reason.decision.key}"


@_reason.register
def _(reason: Together, found: WhyNot) -> Iterator[str]:
    yield f"They {'were' if found.at else 'are'} one person, at confidence {sure(reason.together_at)} and below."
    yield f"{_INDENT}See why: cdp why {found.left} {found.right}{options_of(found.confidence, found.at)}"


@_reason.register
def _(reason: Guarded, found: WhyNot) -> Iterator[str]:
    yield f"Held apart by a guard: {guard_in_words(reason.guard)}."
    yield from _of_others(reason.pair, found)
    if reason.score:
        yield from (f"{_INDENT}{line}" for line in waterfall_in_words(reason.score))


@_reason.register
def _(reason: ScoredTooLow, found: WhyNot) -> Iterator[str]:
    del found
    yield f"Scored too low: more speaks against one person than for it ({bits(reason.score.total)})."
    yield from (f"{_INDENT}{line}" for line in waterfall_in_words(reason.score))
    if not reason.kept:
        yield f"{_INDENT}Pairs below {bits(reason.keep_above)} are not kept."
    if reason.together_at is not None:
        yield f"{_INDENT}They are {_one_person(reason.together_at)}"


@_reason.register
def _(reason: NeverCompared, found: WhyNot) -> Iterator[str]:
    yield "Never compared: nothing that they share selects them."
    for key in reason.shared[:_MOST_KEYS]:
        common = f"shared by {_more_than(key.customers, key.most)}" if not key.selects else "no run has looked yet"
        yield f"{_INDENT}both have {parts_in_words(key.parts)}: {common}"
    for key in reason.unused[:_MOST_KEYS]:
        yield f"{_INDENT}both have {parts_in_words(key)}: it found hardly anybody else where the model was trained"
    for customer, parts in ((found.left, reason.left_only), (found.right, reason.right_only)):
        yield f"{_INDENT}only {customer} has {parts_in_words(telling_parts(parts)) or 'nothing that the other has not'}"


@_reason.register
def _(reason: HeldApart, found: WhyNot) -> Iterator[str]:
    gap = reason.gap
    asked = "which only rules and stewards reach" if gap.needed is None else f"it takes {bits(gap.needed)}"
    yield f"Held apart by cohesion: {bits(gap.cohesion)} on average; for confidence {sure(found.confidence)} {asked}."
    yield from _groups(gap.left_group, gap.right_group)
    mean = "" if gap.mean_weight is None else f" with {bits(gap.mean_weight)} on average"
    unscored = f"each other counts {bits(gap.missing_weight)}"
    yield f"{_INDENT}{counted(gap.pairs, 'pair')} across, {gap.scored} of them scored{mean}; {unscored}."
    yield f"{_INDENT}They are {_one_person(gap.together_at)}"
    if reason.score:
        yield from (f"{_INDENT}{line}" for line in waterfall_in_words(reason.score))


@_reason.register
def _(reason: HeldApartThen, found: WhyNot) -> Iterator[str]:
    assert found.at is not None
    yield f"Held apart at {_moment(found.at)}, by what is not known any more: {counted(reason.links, 'link')} across."
    yield from _groups(reason.left_group, reason.right_group)
    if reason.strongest:
        link = reason.strongest.link
        yield f"{_INDENT}The strongest is {link.left} ~ {link.right}: {link_in_words(reason.strongest)}"
        yield from (f"{_INDENT}{finding_in_words(part)}" for part in link.evidence)
    yield f"{_INDENT}They were {_one_person(reason.together_at)}"


@_reason.register
def _(reason: NotLinkedThen, found: WhyNot) -> Iterator[str]:
    assert found.at is not None
    yield f"Not linked at {_moment(found.at)}, nor anybody of their groups."
    yield from _groups(reason.left_group, reason.right_group)


def _groups(left: tuple[str, ...], right: tuple[str, ...]) -> Iterator[str]:
    for group in (left, right):
        yield f"{_INDENT}{counted(len(group), 'customer')}: {listed(group)}"


def _one_person(together_at: float | None) -> str:
    return f"one person at {'no confidence' if together_at is None else f'confidence {sure(together_at)} and below'}."


def _of_others(pair: tuple[str, str], found: WhyNot) -> Iterator[str]:
    """Whom a reason is about, where that is not the customers themselves."""
    if set(pair) != {found.left, found.right}:
        yield f"{_INDENT}It is about {pair[0]} and {pair[1]}, who are of their groups."


def _more_than(customers: int, most: int) -> str:
    return f"more than {most} customers" if customers > most else counted(customers, "customer")


def tell_how(found: How) -> Iterator[str]:
    """How a cluster came together, strongest link first."""
    then = f" at {_moment(found.at)}" if found.at else ""
    if not found.steps:
        yield f"{found.customer} {'stood' if then else 'stands'} alone{then} at confidence {sure(found.confidence)}."
        return
    members = f"{counted(len(found.members), 'customer')}: {listed(found.members)}"
    yield f"One person{then} at confidence {sure(found.confidence)}, {members}"
    for step in found.steps:
        yield from _how_step(step)


def _how_step(step: HowStep) -> Iterator[str]:
    link = step.reason.link
    height = "certain" if step.cohesion >= CERTAIN else bits(step.cohesion)
    yield f"{step.number}. {link.left} ~ {link.right}, confidence {sure(step.confidence)} ({height})"
    yield f"{_INDENT}{link_in_words(step.reason)}"
    yield from _groups(step.left_group, step.right_group)


def tell_as_of(found: AsOf) -> Iterator[str]:
    """Who a customer was at a time, and what has changed since."""
    at = _moment(found.at)
    if not found.known:
        since = f", only since {found.first_resolved_at:%Y-%m-%d %H:%M:%S} UTC" if found.first_resolved_at else ""
        yield f"{found.customer} was not resolved at {at}{since}."
        return
    cut = " or more" if found.cut else ""
    yield f"At {at}, at confidence {sure(found.confidence)} of model {found.model_version}:"
    yield f"{_INDENT}{counted(len(found.members), 'customer')}{cut}: {listed(found.members)}"
    if found.joined_since:
        yield f"{_INDENT}joined since: {listed(found.joined_since)}"
    if found.left_since:
        yield f"{_INDENT}left since: {listed(found.left_since)}"
