"""How the cluster of a customer came together."""

from dataclasses import dataclass
from datetime import datetime

from api.access.viewer import Viewer
from api.contract.explanations.findings import ExplainedLink, explained
from api.contract.exposure import Exposed, expose
from graph.clusters import MEMBERS_LIMIT
from resolution.explanation.how import How, HowStep


@dataclass(frozen=True, slots=True)
class MergeStep:
    """One merge: a link, and the two groups that it joined."""

    number: int
    reason: ExplainedLink
    left_group: tuple[str, ...]
    right_group: tuple[str, ...]
    cohesion: float
    confidence: float


@dataclass(frozen=True, slots=True)
class HowBuilt:
    """How a cluster came together down to a confidence, strongest link first."""

    customer: str
    confidence: float
    members: tuple[str, ...]
    steps: tuple[MergeStep, ...]
    cut: bool
    as_of: datetime | None


expose(
    MergeStep,
    Exposed(
        {
            "number": "Its number, from 1.",
            "reason": "The link, and who claims it on what grounds.",
            "left_group": "The group of the link's left customer before.",
            "right_group": "The group of the link's right customer before.",
            "cohesion": "Height of the merge in log2 odds; 100 where a rule or a steward made it.",
            "confidence": "The same as a confidence.",
        },
        ids=("left_group", "right_group"),
    ),
)
expose(
    HowBuilt,
    Exposed(
        {
            "customer": "The customer.",
            "confidence": "Confidence down to which it is told.",
            "members": f"The customers of the cluster, at most {MEMBERS_LIMIT:,}.",
            "steps": "The merges in their order; none where the customer stands alone.",
            "cut": f"The cluster has more customers; it is told up to the merge that makes it larger than "
            f"{MEMBERS_LIMIT:,}.",
            "as_of": "The past moment whose cluster it is; none: now.",
        },
        ids=("customer", "members"),
    ),
)


def how_built(found: How, viewer: Viewer) -> HowBuilt:
    """An explanation for whoever asks."""
    cut = len(found.members) > MEMBERS_LIMIT
    told = [step for step in found.steps if len(step.left_group) + len(step.right_group) <= MEMBERS_LIMIT]
    steps = tuple(_step(step, viewer) for step in told[:MEMBERS_LIMIT])
    return HowBuilt(found.customer, found.confidence, found.members[:MEMBERS_LIMIT], steps, cut, found.at)


def _step(step: HowStep, viewer: Viewer) -> MergeStep:
    reason = explained(step.reason, viewer)
    return MergeStep(step.number, reason, step.left_group, step.right_group, step.cohesion, step.confidence)
