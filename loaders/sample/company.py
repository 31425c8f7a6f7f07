"""The sample company: a world of people, and the files in which the systems of one company see it."""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from graph.errors import ConfigurationError, SourceReadError
from loaders.sample.crew import Crew
from loaders.sample.making import Making, collect, finish
from loaders.sample.manifest import NAME as MANIFEST
from loaders.sample.manifest import Hero, Manifest, read_manifest, write_manifest
from loaders.sample.story import join_stories
from loaders.sample.writing import WrittenFile

__all__ = ["SampleReport", "is_sample", "read_manifest", "write_sample"]

_UNFINISHED = ".unfinished"
_PEOPLE_A_PROCESS = 1_000
"""A worker needs half a second to start, in which another process makes so many."""
_MOST_PROCESSES = 4
"""Each holds up to 250 MB."""


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
    seed too. Files are made in a hidden folder, by several processes where there are many people, and moved when all
    are complete. Raises ConfigurationError where the numbers make no sense or the folder cannot be written.
    """
    started = time.perf_counter()
    _check(people, seed)
    unfinished = folder / _UNFINISHED
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        manifest = _make(Making(people, seed, all_systems, unfinished, unfinished / "working"), progress)
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


def _check(people: int, seed: int) -> None:
    if people < 1:
        raise ConfigurationError(f"A sample of {people} people cannot be made.", "Give --people at least 1.")
    if seed < 0:
        raise ConfigurationError(f"The seed {seed} is negative.", "Give --seed 0 or more.")


def crew_size(people: int) -> int:
    """How many processes make a sample of so many people."""
    return min(os.cpu_count() or 1, _MOST_PROCESSES, 1 + people // _PEOPLE_A_PROCESS)


def _make(making: Making, progress: Callable[[int], None]) -> Manifest:
    """Write all files and the manifest."""
    for folder in (making.blocks, making.files):
        folder.mkdir(parents=True)
    with Crew(crew_size(making.people)) as crew:
        parts = crew.work(partial(collect, making), partial(collect, making, progress=progress))
        writing = partial(finish, making, [part.rows for part in parts])
        written = {place: files for each in crew.work(writing, writing) for place, files in each.items()}
    stories = join_stories([part.stories for part in parts])
    files = tuple(file for _, of_place in sorted(written.items()) for file in of_place)
    households = sum(part.households for part in parts)
    manifest = Manifest(making.people, making.seed, households, stories.count, files, stories.hero)
    write_manifest(making.folder, manifest)
    return manifest


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
