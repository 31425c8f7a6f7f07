"""Erasure: the rows of one person are taken out of the dead letters for good.

What remains of a letter names nobody, and lets the same row be known when it is delivered again: then nothing of it is
kept either.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from loaders.rejects.containing import Wanted
from loaders.rejects.model import Status
from loaders.rejects.selection import Selection
from loaders.rejects.store import DeadLetters

NOTE = "erased on request"


@dataclass(slots=True)
class Erased:
    """How many letters were looked through, and the ids of those whose rows are gone."""

    searched: int = 0
    ids: list[str] = field(default_factory=list[str])


def erase_containing(letters: DeadLetters, wanted: Sequence[Wanted], *, is_trial: bool = False) -> Erased:
    """Erase the rows in which one of the identifiers stands, whatever became of their letters.

    ``is_trial``: only look for them. Raises LocalStoreError, ConfigurationError where letters are encrypted and their
    key is missing.
    """
    erased = Erased()
    for page in letters.pages(Selection()):
        kept = [letter for letter in page if letter.status != Status.DISCARDED]
        found = [letter.id for letter in kept if any(one.is_in(letter) for one in wanted)]
        erased.searched += len(kept)
        erased.ids += found
        if found and not is_trial:
            letters.discard(Selection(ids=found), NOTE)
    return erased
