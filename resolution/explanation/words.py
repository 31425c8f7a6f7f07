"""Words: findings, links, guards and decisions as an analyst reads them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from graph.customers import VALUE_KINDS
from graph.decisions import Decision
from graph.evidence import ComparisonEvidence
from resolution.blocks.blocking import BOTH_NAMES, WHOLE_RECORD
from resolution.customers.preparation import ATTRIBUTE_PREFIX
from resolution.explanation.reasons import LinkReason
from resolution.explanation.waterfall import Waterfall

# Certain are rules and stewards only.
_LIKELIEST = 0.9999
# So many customers are named before the rest is only counted.
_NAMED = 5
_NOUNS = {
    "given_name": "name",
    "middle_name": "name",
    "family_name": "name",
    "birth_date": "date",
    "address": "place",
}
_ACTIONS = {
    "link": "linked them",
    "confirm": "confirmed their link",
    "reject": "rejected their link",
    "unlink": "unlinked them",
    "split": "split them",
}
_GUARDS = {
    "contradiction": "too many stable facts contradict each other, such as given name, birth date and gender",
    "rule_refused": "they share an identifier that one person has, but the rule was refused because they contradict",
    "decision": "a steward decided that they are two people",
    "cluster_size": "together they would be more customers than one profile may hold",
    "weak_bridge": "too few pairs speak for joining two groups of this size; the link waits for review",
}
# Guards of a kind of identifier: what stands before the colon.
_GUARDS_OF_A_KIND = {
    "limit": "together they would have more values of {} than one profile may hold",
    "unique": "they have different values of {}, of which one person has one",
}
_RARE = 0.05
_SINGLE = {column: kind.replace("_", " ") for column, kind in VALUE_KINDS.items()}
_DERIVED = frozenset(
    {
        "given sound",
        "given initial",
        "family sound",
        "family start",
        "birth year",
        "birthday",
        "mailbox",
        BOTH_NAMES,
        WHOLE_RECORD,
    }
)


def plain(name: str) -> str:
    """A name of ours in plain words: ``birth_date`` is ``birth date``."""
    return name.removeprefix(ATTRIBUTE_PREFIX).replace("_", " ")


def finding_in_words(found: ComparisonEvidence) -> str:
    """What one comparison says: "family name: equal, +9.1 bits (of them +2.0 for a rare name)"."""
    frequency = found.term_frequency_weight
    words = f"{plain(found.comparison)}: {found.level}, {bits(found.match_weight + frequency)}"
    if abs(frequency) < _RARE:
        return words
    noun = _NOUNS.get(found.comparison, "value")
    return f"{words} (of them {frequency:+.1f} for a {'rare' if frequency > 0 else 'common'} {noun})"


def bits(weight: float) -> str:
    """A weight in log2 odds."""
    return f"{weight:+.1f} bits"


def waterfall_in_words(score: Waterfall) -> list[str]:
    """From what is expected of any two customers to the total, one line each; what speaks most comes first."""
    ranked = sorted(score.findings, key=lambda x: -abs(x.match_weight + x.term_frequency_weight))
    return [
        f"any two customers: {bits(score.prior)}",
        *map(finding_in_words, ranked),
        f"total: {bits(score.total)}, probability {score.probability:.2g}",
    ]


def guard_in_words(guard: str) -> str:
    """Why a guard acted; one that is not known here by its name."""
    name, _, kind = guard.partition(":")
    if kind and name in _GUARDS_OF_A_KIND:
        return _GUARDS_OF_A_KIND[name].format(plain(kind))
    return _GUARDS.get(guard, f"the guard {guard!r} acted")


def decision_in_words(decision: Decision) -> str:
    """Who decided what, when, why, and the key by which it can be withdrawn."""
    action = _ACTIONS[decision.action]
    return f"{decision.actor} {action} on {decision.at:%Y-%m-%d %H:%M} UTC: {decision.reason} ({decision.key})"


def link_in_words(reason: LinkReason) -> str:
    """Who claims a link, and on what grounds."""
    link = reason.link
    if link.method == "rule":
        held = f": both have {_identifier(reason.identifier)}" if reason.identifier else ""
        return f"rule {link.rule}{held}"
    if link.method == "steward":
        return decision_in_words(reason.decision) if reason.decision else "a steward's decision"
    return (
        f"model {link.model_version}: probability {sure(min(link.probability, _LIKELIEST))}, {bits(link.match_weight)}"
    )


def _identifier(key: str) -> str:
    kind, _, value = key.partition(":")
    return f"{plain(kind)} {value}"


def sure(confidence: float | None) -> str:
    """A confidence, so exactly that what is nearly certain does not look certain."""
    return f"{confidence or 0.0:.4g}"


def options_of(confidence: float, at: datetime | None) -> str:
    """Options of a command that asks about the same confidence and time: of others the answer may be another."""
    return f" --confidence {confidence:.15g}" + (f" --as-of {at.isoformat()}" if at else "")


def parts_in_words(parts: Iterable[str]) -> str:
    """Blocking parts, each ``name:value``."""
    return ", ".join(map(_part, parts))


def _part(part: str) -> str:
    name, _, value = part.partition(":")
    if name == "identifiers":
        return _identifier(value)
    return name if name == WHOLE_RECORD else f"{plain(_SINGLE.get(name, name))} {value}"


def telling_parts(parts: Iterable[str]) -> list[str]:
    """The parts that are no more than pieces or sounds of others left out."""
    return [part for part in parts if part.partition(":")[0] not in _DERIVED]


def listed(customers: Sequence[str]) -> str:
    """Some customers by name, of many only the first."""
    more = f" and {len(customers) - _NAMED} more" if len(customers) > _NAMED else ""
    return ", ".join(customers[:_NAMED]) + more


def counted(number: int, thing: str) -> str:
    """A number of things: "1 link", "2 links"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
