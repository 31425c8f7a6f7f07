"""Draining: the time between the order to stop and the end, in which requests are still answered.

Whoever sends requests here must hear of it before the door closes: ``/readyz`` says no, and every answer closes its
connection, so that the next request goes elsewhere.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class Draining:
    """Whether this process is about to stop; one for an application."""

    is_on: bool = False
