"""``cdp rejects`` with what reads the messages of tracking calls again, which its own floor does not know."""

from api.tracking.replaying import PROTOCOLS, reader_of
from loaders.rejects.commands import CONNECTOR_READERS, rejects_app

__all__ = ["rejects_app"]

CONNECTOR_READERS.update(dict.fromkeys(PROTOCOLS, reader_of))
