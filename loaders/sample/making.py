"""What one process does of a sample: first it collects the rows of blocks of people, then it writes files.

Blocks and files are free to whoever comes first: rows are sorted before they are written, so the bytes of a file do not
depend on who collected them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from loaders.sample.contacts import Mailboxes
from loaders.sample.crew import Claims
from loaders.sample.devices import equip, install_kiosks
from loaders.sample.files import open_files
from loaders.sample.life import live
from loaders.sample.observations import observe_person
from loaders.sample.people import Person
from loaders.sample.sorting import Collected, Runs
from loaders.sample.story import Stories
from loaders.sample.world import PEOPLE_A_BLOCK, build_block
from loaders.sample.writing import WrittenFile


@dataclass(frozen=True, slots=True)
class Making:
    """A sample to be made in ``folder``; ``working`` is a folder for what is gone in the end."""

    people: int
    seed: int
    all_systems: bool
    folder: Path
    working: Path

    @property
    def blocks(self) -> Path:
        """The marks of who collects which block."""
        return self.working / "blocks"

    @property
    def files(self) -> Path:
        """The marks of who writes which file."""
        return self.working / "files"

    def runs(self, process: int) -> Path:
        """The runs of a process."""
        return self.working / f"runs-{process}"


@dataclass(frozen=True, slots=True)
class Part:
    """What one process collected."""

    rows: Collected
    households: int
    stories: Stories


def collect(making: Making, process: int, progress: Callable[[int], None] = lambda _people: None) -> Part:
    """Collect the rows of all blocks that are free; ``progress`` hears of all people, whoever saw them."""
    seed = making.seed
    claims = Claims(making.blocks)
    runs = Runs(making.runs(process))
    files = open_files(making.folder, runs, all_systems=making.all_systems)
    kiosks, stories, households = install_kiosks(seed), Stories(), 0
    for number, block in enumerate(_blocks(making.people, seed)):
        if claims.take(str(number)):
            for person in _equipped(block, seed):
                observed = observe_person(person, seed, kiosks)
                files.add(observed, seed)
                households += person is person.household.members[0]
                stories.hear(observed)
        progress(len(block))
    return Part(runs.spill(), households, stories)


def finish(making: Making, collected: Sequence[Collected], process: int) -> dict[int, list[WrittenFile]]:
    """Write all files that are free, from what all processes collected; gives them by their place in the manifest."""
    claims = Claims(making.files)
    runs = Runs(making.runs(process), collected)
    files = open_files(making.folder, runs, all_systems=making.all_systems)
    return {place: file.finish() for place, file in files.largest_first() if claims.take(str(place))}


def build_people(people: int, seed: int) -> Iterator[Person]:
    """The first so many people of the world, after three years of it."""
    for block in _blocks(people, seed):
        yield from _equipped(block, seed)


def _blocks(people: int, seed: int) -> Iterator[list[Person]]:
    """The people of each block. Nobody can leave one out, because of the mailboxes."""
    mailboxes = Mailboxes()
    for block in range(-(-people // PEOPLE_A_BLOCK)):
        members = build_block(seed, block, mailboxes)
        live(members, mailboxes, seed, block)
        yield members[: people - block * PEOPLE_A_BLOCK]


def _equipped(block: list[Person], seed: int) -> Iterator[Person]:
    """The people of a block with all that they browse on."""
    for person in block:
        if person is person.household.members[0]:
            equip(person.household, seed)
        yield person
