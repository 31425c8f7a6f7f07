"""Why two customers are one person."""

from dataclasses import dataclass
from datetime import datetime

from api.access.viewer import Viewer
from api.contract.explanations.findings import ExplainedLink, explained
from api.contract.exposure import Exposed, expose
from resolution.explanation.why import PathLink, Why


@dataclass(frozen=True, slots=True)
class PathStep:
    """One link of the path between two customers."""

    place: int
    reason: ExplainedLink
    tried: bool
    confidence_without: float | None
    is_bridge: bool | None


@dataclass(frozen=True, slots=True)
class WhyTogether:
    """What holds two customers together: the one path of links between them, weakest link first."""

    left: str
    right: str
    confidence: float
    members: int
    links: tuple[PathStep, ...]
    bridges: tuple[PathStep, ...]
    as_of: datetime | None


expose(
    PathStep,
    Exposed(
        {
            "place": "Place on the path, counted from the first customer, from 1.",
            "reason": "The link, and who claims it on what grounds.",
            "tried": "It was looked at what holds without it; not so where too much hangs together, nor of the past.",
            "confidence_without": "Confidence at which other pairs would still join the two; none: at no confidence.",
            "is_bridge": "Without it they part at the confidence asked for; none where that was not looked at.",
        }
    ),
)
expose(
    WhyTogether,
    Exposed(
        {
            "left": "The first customer.",
            "right": "The second customer.",
            "confidence": "Confidence at which it is asked.",
            "members": "Customers that are one person with them at the loosest confidence.",
            "links": "The links of the path, weakest first.",
            "bridges": "Those of them whose removal would part the two; none are told of a past moment.",
            "as_of": "The past moment whose links these are; none: now.",
        },
        ids=("left", "right"),
    ),
)


def why_together(found: Why, viewer: Viewer) -> WhyTogether:
    """An explanation for whoever asks."""
    links = tuple(_step(link, viewer) for link in found.links)
    bridges = tuple(link for link in links if link.is_bridge)
    return WhyTogether(found.left, found.right, found.confidence, found.members, links, bridges, found.at)


def _step(link: PathLink, viewer: Viewer) -> PathStep:
    return PathStep(link.place, explained(link.reason, viewer), link.tried, link.confidence_without, link.is_bridge)
