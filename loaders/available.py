"""Which of the shipped mappings a folder has data for: what ``cdp load --all`` loads."""

from dataclasses import dataclass
from pathlib import Path

from graph.errors import ConfigurationError, InputError
from loaders.mappings.model import InputMapping, SourceMapping
from loaders.mappings.reading import folders_of, read_mappings, reference_of, shipped_mappings
from loaders.sources.deliveries import find_deliveries


@dataclass(frozen=True, slots=True)
class Available:
    """The mappings that have data, and the names of those of which no file is there."""

    mappings: tuple[SourceMapping, ...]
    absent: tuple[str, ...]


def find_available(data_dir: Path) -> Available:
    """The shipped mappings of which a folder has at least one file. Raises ConfigurationError where it has none."""
    shipped = read_mappings(list(shipped_mappings()))
    there = tuple(mapping for mapping in shipped if _has_data(mapping, data_dir))
    if not there:
        problem = f"{data_dir} has no file of any shipped mapping."
        raise ConfigurationError(problem, "Make a sample with `cdp sample --all-systems`, or name a mapping of yours.")
    return Available(there, tuple(reference_of(mapping) for mapping in shipped if mapping not in there))


def _has_data(mapping: SourceMapping, data_dir: Path) -> bool:
    folders = folders_of(mapping, data_dir)
    return any(_is_there(part, folders) for part in mapping.inputs)


def _is_there(part: InputMapping, folders: tuple[Path, ...]) -> bool:
    try:
        return bool(find_deliveries(part.location, folders, None))
    except InputError:
        return False
