"""Why two customers are not one person: one reason, with its facts."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from api.access.viewer import Viewer
from api.contract.explanations.apart_reasons import (
    BlockingKey,
    HeldApart,
    HeldApartThen,
    NeverCompared,
    NotLinkedThen,
    NotResolved,
    RejectedBySteward,
    ScoredTooLow,
    Together,
    Vetoed,
    WhyNotReason,
)
from api.contract.explanations.findings import explained, score_waterfall
from api.contract.exposure import Exposed, expose
from resolution.explanation import why_not as reasons
from resolution.explanation.words import guard_in_words, plain


@dataclass(frozen=True, slots=True)
class WhyApart:
    """The one reason why two customers are not one person."""

    left: str
    right: str
    confidence: float
    because: WhyNotReason
    as_of: datetime | None


expose(
    WhyApart,
    Exposed(
        {
            "left": "The first customer.",
            "right": "The second customer.",
            "confidence": "Confidence at which it is asked.",
            "because": "The reason.",
            "as_of": "The past moment that was asked for; none: now.",
        },
        ids=("left", "right"),
    ),
)


def why_apart(found: reasons.WhyNot, viewer: Viewer) -> WhyApart:
    """An explanation for whoever asks."""
    because = found.reason
    reason = _apart_then(because, viewer) if isinstance(because, reasons.HeldApartThen) else _reason(because)
    return WhyApart(found.left, found.right, found.confidence, reason, found.at)


def _apart_then(reason: reasons.HeldApartThen, viewer: Viewer) -> HeldApartThen:
    strongest = explained(reason.strongest, viewer) if reason.strongest else None
    return HeldApartThen(reason.left_group, reason.right_group, reason.links, strongest, reason.together_at)


@singledispatch
def _reason(reason: object) -> WhyNotReason:
    raise TypeError(type(reason).__name__)


@_reason.register
def _(reason: reasons.NotResolved) -> WhyNotReason:
    return NotResolved(reason.waiting, reason.not_arrived)


@_reason.register
def _(reason: reasons.Parted) -> WhyNotReason:
    return RejectedBySteward(reason.decision, reason.pair, reason.joins)


@_reason.register
def _(reason: reasons.Together) -> WhyNotReason:
    return Together(reason.together_at)


@_reason.register
def _(reason: reasons.Guarded) -> WhyNotReason:
    words = f"A guard holds them apart: {guard_in_words(reason.guard)}."
    return Vetoed(reason.guard, reason.pair, score_waterfall(reason.score), words)


@_reason.register
def _(reason: reasons.HeldApart) -> WhyNotReason:
    gap = reason.gap
    return HeldApart(
        left_group=gap.left_group,
        right_group=gap.right_group,
        pairs=gap.pairs,
        scored=gap.scored,
        mean_weight=gap.mean_weight,
        missing_weight=gap.missing_weight,
        cohesion=gap.cohesion,
        needed=gap.needed,
        together_at=gap.together_at,
        strongest=gap.strongest,
        score=score_waterfall(reason.score),
    )


@_reason.register
def _(reason: reasons.ScoredTooLow) -> WhyNotReason:
    return ScoredTooLow(score_waterfall(reason.score), reason.kept, reason.keep_above, reason.together_at)


@_reason.register
def _(reason: reasons.NeverCompared) -> WhyNotReason:
    shared = tuple(BlockingKey(_names(key.parts), key.most, key.customers, key.selects) for key in reason.shared)
    unused = tuple(map(_names, reason.unused))
    return NeverCompared(shared, unused, _names(reason.left_only), _names(reason.right_only))


@_reason.register
def _(reason: reasons.NotLinkedThen) -> WhyNotReason:
    return NotLinkedThen(reason.left_group, reason.right_group)


def _names(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Names of blocking parts, each ``part:value``, each once."""
    return tuple(dict.fromkeys(plain(part.partition(":")[0]) for part in parts))
