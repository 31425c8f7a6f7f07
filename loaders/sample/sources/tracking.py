"""Messages of website and app in Segment's shape, and the way they take until they arrive."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from loaders.sample.dice import Dice
from loaders.sample.sightings import Sighting
from loaders.sample.timeline import iso
from loaders.sample.writing import JsonLinesFile

_WRONG_CLOCKS = 0.03


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does. ``kind``: page, screen, track or identify; ``name``: of the page or the event.

    ``properties``: those of a page are where it is, and known when it is sent.
    """

    kind: str
    name: str | None = None
    path: str | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None


def identify(account: Sighting) -> Step:
    """The moment of a login: from here on the messages carry the user id."""
    traits = {"email": account.email, "firstName": account.given, "lastName": account.family}
    return Step("identify", traits=traits)


@dataclass(slots=True)
class Sender:
    """A browser or an app that sends the messages of one session.

    ``timestamp`` is when it happened; ``originalTimestamp`` and ``sentAt`` are by the device's clock, which is wrong on
    a few. Messages arrive in the order in which they are sent, which is not the order in which things happen when a
    device is offline.
    """

    file: JsonLinesFile
    dice: Dice
    offline: float
    user_id: str | None = None
    clock_error: timedelta = timedelta()

    def __post_init__(self) -> None:
        if self.dice.chance(_WRONG_CLOCKS):
            self.clock_error = timedelta(minutes=self.dice.between(-180, 180))

    def send(self, step: Step, at: datetime, frame: dict[str, Any]) -> None:
        """One message. ``frame``: its anonymousId and context."""
        context, error = frame["context"], self.clock_error
        message_id, sent = self.dice.uuid(), at + self._delay()
        happened = iso(at)
        message = {
            "type": step.kind,
            "messageId": message_id,
            "anonymousId": frame["anonymousId"],
            "userId": self.user_id,
            "event": step.name if step.kind == "track" else None,
            "name": step.name if step.kind != "track" else None,
            "properties": (context["page"] if step.kind == "page" else step.properties) or {},
            "traits": step.traits or {},
            "context": context,
            "originalTimestamp": iso(at + error) if error else happened,
            "sentAt": iso(sent + error),
            "timestamp": happened,
        }
        self.file.add(message, sent, self.dice)

    def _delay(self) -> timedelta:
        if self.dice.chance(self.offline):
            return self.dice.lasting(300, 2 * 86_400)
        return self.dice.lasting(0.1, 4)
