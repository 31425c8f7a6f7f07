"""The sample company: a world of people, and the files in which the systems of one company see it."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from graph.errors import ConfigurationError, SourceReadError
from loaders.sample.contacts import Mailboxes
from loaders.sample.devices import equip, install_kiosks
from loaders.sample.files import SampleFiles, open_files
from loaders.sample.life import live
from loaders.sample.manifest import NAME as MANIFEST
from loaders.sample.manifest import Hero, Manifest, read_manifest, write_manifest
from loaders.sample.observations import observe_person
from loaders.sample.people import Person
from loaders.sample.story import Stories
from loaders.sample.world import PEOPLE_A_BLOCK, build_block
from loaders.sample.writing import WrittenFile

__all__ = ["SampleReport", "is_sample", "read_manifest", "write_sample"]

_UNFINISHED = ".unfinished"


@dataclass(frozen=True, slots=True)
class SampleReport:
    """What was written where, and how long it took in seconds."""

    folder: Path
    people: int
    seed: int
    households: int
    stories: int
    files: tuple[WrittenFile, ...]
    hero: Hero | None
    seconds: float


@dataclass(frozen=True, slots=True)
class _World:
    people: int
    seed: int
    all_systems: bool


def write_sample(
    people: int,
    seed: int,
    folder: Path,
    progress: Callable[[int], None] = lambda _people: None,
    *,
    all_systems: bool = False,
) -> SampleReport:
    """Write the sample of so many people; ``progress`` hears how many more are done.

    Six systems see them, or all kinds of systems that a company has (``all_systems``); the files of the six are the
    same in both. The same arguments give the same bytes, and whatever a sample holds is in every larger one of the same
    seed too. Files are made in a hidden folder and moved when all are complete. Raises ConfigurationError where the
    numbers make no sense or the folder cannot be written.
    """
    started = time.perf_counter()
    _check(people, seed)
    unfinished = folder / _UNFINISHED
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        manifest = _write_files(unfinished, _World(people, seed, all_systems), progress)
        _move(unfinished, folder, manifest)
    except OSError as error:
        problem = f"{folder} cannot be written: {error.strerror or type(error).__name__}."
        raise ConfigurationError(problem, "Choose another folder with --out, or make room.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return _report(folder, manifest, time.perf_counter() - started)


def is_sample(folder: Path) -> bool:
    """Whether a folder is free for a sample: it is missing or empty, or holds an earlier one."""
    if not folder.exists():
        return True
    return not {path.name for path in folder.iterdir()} - {_UNFINISHED} or _earlier(folder) is not None


def build_people(people: int, seed: int) -> Iterator[Person]:
    """The first so many people of the world, after three years of it."""
    mailboxes = Mailboxes()
    for block in range(-(-people // PEOPLE_A_BLOCK)):
        members = build_block(seed, block, mailboxes)
        live(members, mailboxes, seed, block)
        for person in members:
            if person is person.household.members[0]:
                equip(person.household, seed)
        yield from members[: people - block * PEOPLE_A_BLOCK]


def _check(people: int, seed: int) -> None:
    if people < 1:
        raise ConfigurationError(f"A sample of {people} people cannot be made.", "Give --people at least 1.")
    if seed < 0:
        raise ConfigurationError(f"The seed {seed} is negative.", "Give --seed 0 or more.")


def _write_files(folder: Path, world: _World, progress: Callable[[int], None]) -> Manifest:
    runs = folder / "runs"
    runs.mkdir()
    files = open_files(folder, runs, all_systems=world.all_systems)
    try:
        manifest = _fill(files, world, progress)
    finally:
        files.shop.close()
    shutil.rmtree(runs)
    write_manifest(folder, manifest)
    return manifest


def _fill(files: SampleFiles, world: _World, progress: Callable[[int], None]) -> Manifest:
    people, seed = world.people, world.seed
    kiosks = install_kiosks(seed)
    households = 0
    stories = Stories()
    for person in build_people(people, seed):
        observed = observe_person(person, seed, kiosks)
        files.add(observed, seed)
        households += person is person.household.members[0]
        stories.hear(observed)
        progress(1)
    return Manifest(people, seed, households, stories.count, files.finish(), stories.hero)


def _move(unfinished: Path, folder: Path, manifest: Manifest) -> None:
    """Put the files in place of those of an earlier sample; the manifest last."""
    earlier = _earlier(folder)
    for old in earlier.files if earlier else ():
        if (folder / old.path).resolve().is_relative_to(folder.resolve()):
            (folder / old.path).unlink(missing_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    for file in manifest.files:
        (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
        (unfinished / file.path).replace(folder / file.path)
    (unfinished / MANIFEST).replace(folder / MANIFEST)


def _earlier(folder: Path) -> Manifest | None:
    try:
        return read_manifest(folder)
    except SourceReadError:
        return None


def _report(folder: Path, manifest: Manifest, seconds: float) -> SampleReport:
    return SampleReport(
        folder=folder,
        people=manifest.people,
        seed=manifest.seed,
        households=manifest.households,
        stories=manifest.stories,
        files=manifest.files,
        hero=manifest.hero,
        seconds=seconds,
    )
